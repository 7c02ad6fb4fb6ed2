"""The chain of terms of a partner: the sale, and one renewal after another until today (R5)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from core import moscow
from deals.rules import add_months, discounted
from demo import phrases
from demo.calendar import DAY, Calendar, at_minute
from demo.stories import Bill, Chapter, Story

BEGINNING = ("handed_over", "accepted", "preparing", "launch")
SINCE_PAYMENT = {"accepted": (1, 3), "preparing": (5, 11), "launch": (13, 19)}
"""How many days ago a new partner has paid, by the stage it stands on."""

DAYS_LEFT = {"troubled": (15, 120), "soon": (9, 27), "due": (-3, 14), "lost": (-75, -6)}
"""How many days of the term are left, by the stage of the renewal."""

MAX_HISTORY_MONTHS = 42
TERMS_BEFORE = (0, 1, 2, 3, 4)
TERMS_BEFORE_WEIGHTS = (30, 30, 20, 12, 8)


class Moves:
    """The stages of one deal, each at a later moment than the one before."""

    def __init__(self, calendar: Calendar, timezone: str, rng: Random) -> None:
        self.calendar, self.timezone, self.rng = calendar, timezone, rng
        self.done: list[tuple[str, datetime]] = []

    def add(self, stage: str, when: date | datetime) -> datetime:
        at = when if isinstance(when, datetime) else self.calendar.call(when, self.timezone, self.rng)
        if self.done:
            at = max(at, self.done[-1][1] + timedelta(minutes=self.rng.randint(3, 40)))
        at = min(at, self.calendar.now)
        self.done.append((stage, at))
        return at


def begin(story: Story, paid_on: date, calendar: Calendar, rng: Random, *, upto: str, is_late: bool = False) -> Chapter:
    """The deal of the new partner, from the payment to the stage it stands on, or to its completion."""
    moves = Moves(calendar, story.city.timezone, rng)
    story.paid_on = paid_on
    story.handed_over_at = moves.add("handed_over", min(calendar.now, at_minute(paid_on, rng.randrange(600, 1080))))
    if upto != "handed_over":
        accepted_on = paid_on + (rng.randint(2, 3) if is_late else rng.choices((0, 1), (4, 6))[0]) * DAY
        story.accepted_at = moves.add("accepted", at_minute(accepted_on, rng.randrange(605, 1120)))
        day = story.accepted_at.date()
        for stage, days in (("preparing", (1, 3)), ("launch", (7, 9)), ("won", (5, 8))):
            if moves.done[-1][0] == upto:
                break
            day += rng.randint(*days) * DAY
            moves.add(stage, day)
    return Chapter(
        pipeline="new",
        moves=moves.done,
        amount=discounted(story.package.service.price, story.discount),
        list_price=story.package.service.price,
        discount=story.discount,
        starts_on=paid_on,
        ends_on=add_months(paid_on, story.package.term_months) - DAY,
    )


def tell_terms(
    story: Story,
    calendar: Calendar,
    rng: Random,
    *,
    ends_in: int | None = None,
    paid_days_ago: int | None = None,
    is_old: bool = False,
) -> None:
    """Fill in the chain: only the sale for a new partner, else the sale and its renewals up to the situation.

    `ends_in` and `paid_days_ago` settle what is drawn otherwise; `is_old` asks for at least one term before this one.
    """
    if story.situation in BEGINNING:
        days = paid_days_ago if paid_days_ago is not None else rng.randint(*SINCE_PAYMENT[story.situation])
        story.terms = [begin(story, calendar.today - days * DAY, calendar, rng, upto=story.situation)]
        return
    months, count = story.package.term_months, max(int(is_old), _terms_before(story, rng))
    left = ends_in if ends_in is not None else _days_left(story.situation, months, count, rng)
    paid_on = add_months(calendar.today + (left + 1) * DAY, -months * (count + 1))
    story.terms = [begin(story, paid_on, calendar, rng, upto="won", is_late=rng.random() < 0.06)]
    for index in range(count + 1):
        starts_on = add_months(paid_on, months * index)
        ends_on = add_months(starts_on, months) - DAY
        story.terms.append(_renewal(story, starts_on, ends_on, calendar, rng, is_last=index == count))


def _terms_before(story: Story, rng: Random) -> int:
    """How many terms were renewed before the present one."""
    count = rng.choices(TERMS_BEFORE, TERMS_BEFORE_WEIGHTS)[0]
    return min(count, MAX_HISTORY_MONTHS // story.package.term_months - 1)


def _days_left(situation: str, months: int, terms_before: int, rng: Random) -> int:
    longest = months * 30 - (5 if terms_before else 30)
    first, last = DAYS_LEFT.get(situation, (30, longest))
    return rng.randint(first, max(first, min(last, longest)))


def _renewal(
    story: Story, starts_on: date, ends_on: date, calendar: Calendar, rng: Random, *, is_last: bool
) -> Chapter:
    moves = Moves(calendar, story.city.timezone, rng)
    opened_at = moves.add("healthy", story.terms[-1].closed_at)
    chapter = Chapter(
        pipeline="renewal",
        moves=moves.done,
        amount=discounted(story.package.service.price, story.discount) + _second_network(story),
        list_price=story.package.service.price,
        discount=story.discount,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    if not is_last:
        _doubt_in_between(moves, opened_at.date(), ends_on - 40 * DAY, rng)
        _renewed(chapter, story, moves, calendar, rng)
    elif story.situation == "troubled":
        moves.add("troubled", max(opened_at.date() + DAY, calendar.today - rng.randint(3, 20) * DAY))
        chapter.is_doubtful = rng.random() < 0.5
    elif story.situation == "healthy":
        _doubt_in_between(moves, opened_at.date(), calendar.today - 12 * DAY, rng)
    else:
        _near_the_end(chapter, story, moves, calendar, rng)
    return chapter


def _second_network(story: Story) -> Decimal:
    return story.second_network.price if story.second_network else Decimal(0)


def _doubt_in_between(moves: Moves, first: date, last: date, rng: Random) -> None:
    """Every fifth partner had questions for a while."""
    days = (last - first).days
    if days > 25 and rng.random() < 0.2:
        day = first + rng.randint(5, days - 15) * DAY
        moves.add("troubled", day)
        moves.add("healthy", day + rng.randint(5, 14) * DAY)


def _renewed(chapter: Chapter, story: Story, moves: Moves, calendar: Calendar, rng: Random) -> None:
    """A term that was renewed: billed two weeks before its end, and paid; rarely completed without money."""
    moves.add("soon", chapter.ends_on - rng.randint(19, 27) * DAY)
    if rng.random() < 0.03:
        chapter.unpaid_reason = rng.choice(phrases.UNPAID_COMPLETION_REASONS)
        moves.add("won", chapter.ends_on - rng.randint(0, 4) * DAY)
        return
    billed_at = moves.add("due", chapter.ends_on - rng.randint(10, 15) * DAY)
    chapter.bills = bills(story, chapter, billed_at, rng)
    paid_on = min(calendar.workday(chapter.ends_on - rng.randint(1, 8) * DAY), calendar.back(0))
    paid_on = max(paid_on, billed_at.date())
    first_part = Decimal(0)
    if rng.random() < 0.1:
        first_part = thousands(chapter.amount / 2)
        chapter.bills[-1].receipts.append((max(billed_at.date(), paid_on - 3 * DAY), first_part))
    chapter.bills[-1].receipts.append((paid_on, chapter.amount - first_part))
    moves.add("won", paid_on)


def _near_the_end(chapter: Chapter, story: Story, moves: Moves, calendar: Calendar, rng: Random) -> None:
    """The last weeks of the present term: soon to be renewed, billed, or refused."""
    moves.add("soon", min(calendar.back(1), chapter.ends_on - rng.randint(22, 27) * DAY))
    if story.situation == "soon":
        return
    is_lost = story.situation == "lost"
    billed_on = chapter.ends_on - rng.randint(9, 14) * DAY if is_lost else calendar.back(rng.randint(3, 11))
    billed_at = moves.add("due", billed_on)
    chapter.expected_on = due_on(billed_at)
    chapter.is_doubtful = rng.random() < 0.3
    if not is_lost and story.is_part_paid is None and rng.random() < 0.2:
        return  # the sum is agreed, the invoice is not issued yet
    chapter.bills = bills(story, chapter, billed_at, rng)
    if is_lost:
        chapter.lost_reason = rng.choice(phrases.LOST_RENEWAL_REASONS)
        lost_at = moves.add("lost", min(calendar.back(1), chapter.ends_on + rng.randint(1, 9) * DAY))
        chapter.bills[-1].cancelled_at, chapter.bills[-1].cancel_reason = lost_at, "Партнёр отказался от продления."
    elif rng.random() < 0.25 if story.is_part_paid is None else story.is_part_paid:
        pay_in_part(chapter.bills[-1], calendar, rng)


def pay_in_part(bill: Bill, calendar: Calendar, rng: Random) -> None:
    """About half has come, and the partner was asked why not all (R11)."""
    day = max(bill.issued_at.date(), calendar.back(rng.randint(1, 3)))
    bill.receipts.append((day, thousands(bill.amount * rng.choice((4, 5, 6)) / 10)))
    bill.unpaid_reason, bill.unpaid_note = rng.choice(phrases.UNPAID_REASONS)


def bills(story: Story, chapter: Chapter, billed_at: datetime, rng: Random) -> list[Bill]:
    """The invoice of a renewal; one in twenty was cancelled and issued anew, linked to the first (R9)."""
    package_price = chapter.amount - _second_network(story)
    lines = [(story.package.service, package_price)]
    if story.second_network:
        lines.append((story.second_network, story.second_network.price))
    return reissued(Bill(billed_at, due_on(billed_at), lines), rng)


def reissued(bill: Bill, rng: Random) -> list[Bill]:
    if rng.random() > 0.05:
        return [bill]
    wrong = Bill(bill.issued_at - timedelta(minutes=rng.randint(12, 90)), bill.due_on, bill.lines)
    wrong.cancelled_at, wrong.cancel_reason = bill.issued_at, rng.choice(phrases.CANCEL_REASONS)
    bill.replaces = wrong
    return [wrong, bill]


def thousands(amount: Decimal) -> Decimal:
    """The amount in whole thousands of roubles, as people pay in parts."""
    return round(amount / 1000) * Decimal(1000)


def due_on(issued_at: datetime) -> date:
    """Five working days: a week."""
    return moscow.today(issued_at) + 7 * DAY
