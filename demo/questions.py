"""What people asked and found no answer to: one waits for the head, one has been answered (R21)."""

from datetime import timedelta

from demo.calendar import Calendar
from demo.company import Company
from knowledge.models import Question

WAITING = (
    "Партнёр из Казахстана просит счёт в тенге. Можем ли мы выставлять не в рублях и что тогда писать в назначении?"
)
ANSWERED = "Как партнёру самому пополнить рекламный бюджет в VK Рекламе?"
ANSWER = (
    "В кабинете VK Рекламы: «Бюджет» → «Пополнить», способ — карта или счёт на организацию. "
    "Деньги по счёту приходят на следующий рабочий день, поэтому предупреждайте маркетинг заранее."
)


def add_questions(company: Company, calendar: Calendar) -> None:
    """The answer is new to who asked, and the question leads back to the page on which it arose."""
    asker, colleague = company.support[0], company.support[-1]
    answered_at = calendar.now - timedelta(hours=2)
    Question.objects.create(
        text=WAITING, asked_by=colleague, asked_at=calendar.now - timedelta(hours=3), asked_on_page="/invoices/"
    )
    Question.objects.create(
        text=ANSWERED,
        asked_by=asker,
        asked_at=answered_at - timedelta(hours=20),
        asked_on_page="/chats/",
        answer=ANSWER,
        answered_by=company.head,
        answered_at=answered_at,
    )
