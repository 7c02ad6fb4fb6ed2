"""Talk with marketing: typed requests in every state, a few words around them, and who has read how far (R19)."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from accounts.models import User
from chat.kinds import Kind, Side
from chat.models import Mention, Message, ReadMark
from chat.rules import answer_due
from core import moscow
from deals.models import Deal
from demo.batch import Batch
from demo.calendar import DAY, Calendar
from demo.stories import Story

QUESTIONS = [
    "Партнёр просит отчёт по цене заявки за месяц, пришлите, пожалуйста.",
    "Когда обновятся тексты объявлений? Партнёр согласовал их во вторник.",
    "Партнёр просит не показывать рекламу по выходным, помощник не принимает звонки.",
]
REPLIES = [
    "Отчёт отправили, цена заявки за месяц снизилась.",
    "Тексты уже на проверке, завтра запустим.",
    "Показы по выходным отключили с этой недели.",
]
CALL = "посмотрите, пожалуйста, тексты объявлений: партнёр просит убрать слово «бесплатно»."
FLOW = [(12, 20), (18, 25), (9, 15), (24, 30), (15, 25)]
NETWORKS = ["2ГИС", "VK Реклама", "Авито"]
RAISED = ["Ставки в Директе подняли, прирост ждём за неделю.", "Добавили запросы по банкротству граждан."]
NOT_NOW = ["Бюджета хватит на неделю, сначала пополнение.", "В городе мало запросов, сначала подключим вторую сеть."]


def add_chat(
    story: Story,
    deal: Deal,
    manager: User,
    marketer: User,
    marketing: list[User],
    rng: Random,
    calendar: Calendar,
    batch: Batch,
) -> None:
    """A thread for every second partner that is called, led by one of marketing and read by all of them."""
    if story.last_call_at is None or deal.closed_at or story.paid_on > calendar.today - 30 * DAY:
        return
    talk = Talk(deal, manager, marketer, marketing, calendar, rng, batch)
    if deal.partner.name == "ООО «Правовой вектор»":
        talk.of_the_picture()
    elif story.situation == "troubled" and rng.random() < 0.7:
        talk.no_requests()
    elif rng.random() < 0.45:
        rng.choice([talk.answered_question, talk.more, talk.more_done, talk.top_up, talk.network, talk.refused])()
    talk.read()


class Talk:
    """Writes the messages of one thread, the oldest first."""

    def __init__(
        self,
        deal: Deal,
        manager: User,
        marketer: User,
        marketing: list[User],
        calendar: Calendar,
        rng: Random,
        batch: Batch,
    ) -> None:
        self.deal, self.manager, self.marketer, self.marketing = deal, manager, marketer, marketing
        self.calendar, self.rng, self.batch = calendar, rng, batch
        self.messages: list[Message] = []
        self.calls: list[Mention] = []

    def of_the_picture(self) -> None:
        """The thread of the screen: a budget that was topped up, more requests in work, a network to be answered."""
        some_days, now = _at(self.calendar.workday(self.calendar.today - 3 * DAY), 16, 5), self.calendar.now
        top_up = self._ask(
            self.marketer, some_days, Kind.TOP_UP_BUDGET, "Остаток 21 400 ₽, хватит до начала месяца.",
            network="Яндекс Директ", amount=Decimal(30_000),
        )  # fmt: skip
        self._answer(top_up, self.manager, some_days + timedelta(minutes=75), "")
        more = self._ask(
            self.manager, now - timedelta(minutes=65), Kind.MORE_REQUESTS, "Согласовано с партнёром в звонке.",
            requests_now=24, requests_needed=30, geography="Екатеринбург, Верхняя Пышма",
        )  # fmt: skip
        self._answer(more, self.marketer, now - timedelta(minutes=9), "Ставки в Директе подняли.")
        self._call_in(self.marketing[0], now - timedelta(minutes=30))
        self._ask(
            self.marketer, now - timedelta(minutes=8), Kind.CONNECT_NETWORK,
            "До 30 заявок одной сети не хватит: ещё 4–6 заявок в неделю. Партнёр согласен?",
            network="2ГИС", amount=Decimal(12_000),
        )  # fmt: skip

    def _call_in(self, person: User, at: datetime) -> None:
        message = self._say(self.manager, at, f"@{person.full_name}, {CALL}")
        self.calls.append(self.batch.add(Mention(message=message, person=person)))

    def answered_question(self) -> None:
        number = self.rng.randrange(len(QUESTIONS))
        at = self._some_days_ago()
        self._say(self.manager, at, QUESTIONS[number])
        self._say(self.marketer, at + timedelta(hours=2), REPLIES[number])

    def more(self) -> None:
        self._flow(self._lately())

    def more_done(self) -> None:
        request = self._flow(self._some_days_ago())
        self._answer(request, self.marketer, request.created_at + timedelta(hours=3), "")
        self._close(request, request.created_at + timedelta(hours=26), Message.State.DONE, self.rng.choice(RAISED))

    def refused(self) -> None:
        request = self._flow(self._some_days_ago())
        closed_at = request.created_at + timedelta(hours=20)
        self._close(request, closed_at, Message.State.REFUSED, self.rng.choice(NOT_NOW))

    def top_up(self) -> None:
        amount = Decimal(self.rng.choice([15_000, 20_000, 30_000, 45_000]))
        self._ask(
            self.marketer, self._lately(), Kind.TOP_UP_BUDGET, "Остатка хватит на четыре дня.",
            network="Яндекс Директ", amount=amount,
        )  # fmt: skip

    def network(self) -> None:
        at = self._lately()
        text = "Готовы подключить, партнёр согласен с доплатой."
        network = self.rng.choice(NETWORKS)
        request = self._ask(self.manager, at, Kind.NETWORK_AGREED, text, network=network, amount=Decimal(15_000))
        if self.rng.random() < 0.5:
            self._answer(request, self.marketer, at + timedelta(minutes=50), "")

    def no_requests(self) -> None:
        at = self._lately()
        text = "Партнёр пишет, что заявок нет, форма на сайте работает."
        request = self._ask(self.manager, at, Kind.NO_REQUESTS, text, since=moscow.today(at) - 3 * DAY)
        if self.rng.random() < 0.5:
            self._answer(request, self.marketer, at + timedelta(minutes=40), "Проверяем кампанию и форму.")

    def read(self) -> None:
        """The manager has read all but the last line of every third thread, marketing nearly everything."""
        if not self.messages:
            return
        last = self.messages[-1]
        if last.author == self.manager or self.rng.random() < 0.7:
            self.batch.add(ReadMark(person=self.manager, message=last))
        for person in self.marketing:
            is_his = person in (last.author, last.answered_by)
            if is_his or (not self.calls and self.rng.random() < 0.93):
                self.batch.add(ReadMark(person=person, message=last))

    def _flow(self, at: datetime) -> Message:
        have, need = self.rng.choice(FLOW)
        return self._ask(self.manager, at, Kind.MORE_REQUESTS, "", requests_now=have, requests_needed=need)

    def _some_days_ago(self) -> datetime:
        day = self.calendar.today - self.rng.randint(5, 20) * DAY
        return _at(self.calendar.workday(day), self.rng.randint(10, 16), self.rng.randint(0, 59))

    def _lately(self) -> datetime:
        """Today, when the day is old enough, or the last working day; one in twelve so long ago that it is late."""
        now = self.calendar.now
        is_old_day = now.time() > time(14) and self.calendar.workday(self.calendar.today) == self.calendar.today
        if is_old_day and self.rng.random() < 0.6:
            return now - timedelta(minutes=self.rng.randint(75, 240))
        day = self.calendar.workday(self.calendar.today - self.rng.choice([1] * 11 + [4]) * DAY)
        return _at(day, self.rng.randint(11, 17), self.rng.randint(0, 59))

    def _say(self, author: User, at: datetime, text: str, **fields) -> Message:
        side = Side.MARKETING if author == self.marketer else Side.SUPPORT
        message = Message(
            partner=self.deal.partner, deal=self.deal, author=author, side=side, text=text, created_at=at,
            changed_at=at, **fields,
        )  # fmt: skip
        self.messages.append(self.batch.add(message))
        return message

    def _ask(self, author: User, at: datetime, kind: Kind, text: str, **fields) -> Message:
        due = answer_due(kind == Kind.NO_REQUESTS, at)
        return self._say(author, at, text, kind=kind, state=Message.State.OPEN, answer_by=due, **fields)

    def _answer(self, request: Message, by: User, at: datetime, text: str) -> None:
        request.state, request.answered_by, request.answer = Message.State.ANSWERED, by, text
        request.answered_at = request.changed_at = at

    def _close(self, request: Message, at: datetime, state: str, text: str) -> None:
        request.state, request.closed_by, request.outcome = state, self.marketer, text
        request.closed_at = request.changed_at = at


def _at(day: date, hours: int, minutes: int) -> datetime:
    return moscow.at(day, time(hours, minutes))
