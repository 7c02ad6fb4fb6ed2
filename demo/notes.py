"""What stands on a deal beside its calls: notes, pinned ones among them, and problems raised and resolved."""

from datetime import datetime, timedelta
from random import Random

from accounts.models import User
from deals.models import Deal, Note, Pin, Problem
from demo.batch import Batch
from demo.calendar import DAY, Calendar
from demo.stories import Story

NOTES = [
    "Бухгалтер в отпуске, счета отправлять на почту директора.",
    "Помощник принимает звонки с 9 до 18 по местному, потом переадресация на директора.",
    "Переехали в новый офис, вывеску и карты обновят до конца месяца.",
    "Просят не звонить в день судов: вторник и четверг до обеда.",
    "Директор сам ведёт все встречи, помощнику договор не доверяет.",
    "Прислали записи трёх звонков, папка в их облаке, доступ открыт.",
    "Партнёр сравнивает нас с подрядчиком из соседнего города, важен отчёт по цене заявки.",
]
OPEN_PROBLEMS = [
    "Заявок вдвое меньше обещанного, просят объяснить до конца недели.",
    "Половина заявок нецелевые: спрашивают бесплатную консультацию.",
    "Недовольны скоростью ответа маркетинга, грозят не продлевать.",
]
RESOLVED = [
    ("Не приходили уведомления о заявках.", "Почту указали с ошибкой, исправили, проверили вместе."),
    ("Реклама показывалась в соседней области.", "Маркетинг поправил географию, заявки пошли из города."),
    ("Не могли войти в CRM.", "Выдали новый доступ, показали по видеосвязи."),
]


def add_notes(story: Story, deal: Deal, manager: User, rng: Random, calendar: Calendar, batch: Batch) -> None:
    """A note on a third of the partners that were called, every second one pinned; problems where there is trouble."""
    last = story.last_call_at
    if last is None or last + timedelta(hours=2) > calendar.now:
        return
    if rng.random() < 0.35:
        _note(deal, manager, last + timedelta(minutes=rng.randint(5, 90)), rng, batch)
    if story.situation == "troubled" and rng.random() < 0.6:
        _problem(deal, manager, rng.choice(OPEN_PROBLEMS), last + timedelta(minutes=15), batch)
    elif rng.random() < 0.08 and last - 6 * DAY > deal.created_at:
        what, how = rng.choice(RESOLVED)
        problem = _problem(deal, manager, what, last - 6 * DAY, batch)
        problem.how, problem.resolved_by, problem.resolved_at = how, manager, last + timedelta(minutes=10)


def _note(deal: Deal, manager: User, at: datetime, rng: Random, batch: Batch) -> None:
    note = batch.add(Note(deal=deal, author=manager, text=rng.choice(NOTES), created_at=at))
    if rng.random() < 0.5:
        batch.add(Pin(deal=deal, place=1, note=note, pinned_by=manager, pinned_at=at + timedelta(minutes=1)))


def _problem(deal: Deal, manager: User, what: str, at: datetime, batch: Batch) -> Problem:
    return batch.add(Problem(partner=deal.partner, deal=deal, what=what, raised_by=manager, raised_at=at))
