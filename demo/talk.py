"""Calls of a partner week by week: numbers that go somewhere, and words that fit them."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from random import Random

from core.formatting import plural
from deals.comment_text import Numbers
from demo import phrases
from demo.phrases import Topic

WEEKLY_REQUESTS = {"Старт": (6, 12), "Стандарт": (10, 18), "Бизнес": (18, 30), "Премиум": (25, 42)}
"""Requests in a usual week, by package."""

# How the week's requests go over the calls: factors at the first and at the last call.
MOODS = {
    "rising": (0.65, 1.15),
    "steady": (1.0, 1.0),
    "falling": (1.15, 0.5),
    "empty": (1.0, 0.35),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a comment says, and the step it ends in."""

    was: str
    now: str
    plans: str
    step: str
    kind: str
    numbers: Numbers


def conversation(
    rng: Random,
    count: int,
    *,
    package: str,
    mood: str,
    ending: list[Topic],
    silent_weeks: int,
    last: Topic | None = None,
) -> list[Said]:
    """So many calls, oldest first.

    The last two speak of topics of `ending`, the very last one of `last`; the first `silent_weeks` tell no numbers yet.
    """
    is_new = silent_weeks > 0
    topics = _topics(rng, count, ending, is_new=is_new)
    if last:
        topics = [*[topic for topic in topics if topic != last][: count - 1], last]
    weeks = [None] * silent_weeks + _weeks(rng, count - silent_weeks, package, mood)
    said, previous = [], None
    for index, (topic, numbers) in enumerate(zip(topics, weeks[:count], strict=True)):
        beginning = phrases.FIRST_CALL if is_new else phrases.EARLIER
        was = topics[index - 1].outcome(rng) if index else rng.choice(beginning)
        now = _now(rng, numbers, previous, is_new=is_new)
        said.append(Said(was, now, _sentence(topic.plan), topic.step, topic.kind, numbers or Numbers()))
        previous = numbers or previous
    return said


def _topics(rng: Random, count: int, ending: list[Topic], *, is_new: bool) -> list[Topic]:
    stock = phrases.ONBOARDING if is_new else phrases.WORK
    if is_new:
        return [topic for topic, _ in zip(cycle(stock), range(count), strict=False)]
    last = rng.sample(ending, min(len(ending), 2, max(0, count - 1))) if ending else []
    return [*rng.sample(stock, count - len(last)), *last]


def _weeks(rng: Random, count: int, package: str, mood: str) -> list[Numbers]:
    if count <= 0:
        return []
    first, last = MOODS[mood]
    base = rng.randint(*WEEKLY_REQUESTS[package])
    requests = [
        max(2, round(base * (first + (last - first) * week / max(1, count - 1)) * rng.uniform(0.85, 1.15)))
        for week in range(count)
    ]
    if mood == "empty":
        requests[-1] = 0
    return [_week(rng, each) for each in requests]


def _week(rng: Random, requests: int) -> Numbers:
    meetings = round(requests * rng.uniform(0.1, 0.28))
    contracts = round(meetings * rng.uniform(0.15, 0.5))
    return Numbers(requests, meetings, contracts, Decimal(contracts * rng.randrange(25_000, 65_000, 5_000)))


def _now(rng: Random, numbers: Numbers | None, previous: Numbers | None, *, is_new: bool) -> str:
    if numbers is None:
        return rng.choice(phrases.PREPARING)
    parts = [rng.choice(_stock(numbers, previous, is_new=is_new))]
    if rng.random() < 0.6:
        parts.append(told(numbers))
    if remark := _remark(rng, numbers):
        parts.append(remark)
    return " ".join(parts)


def _stock(numbers: Numbers, previous: Numbers | None, *, is_new: bool) -> list[str]:
    if numbers.requests == 0:
        return phrases.EMPTY
    if previous is None:
        return phrases.LAUNCHED if is_new else phrases.STEADY
    if numbers.requests > previous.requests * 1.1:
        return phrases.RISING
    return phrases.FALLING if numbers.requests < previous.requests * 0.88 else phrases.STEADY


def _remark(rng: Random, numbers: Numbers) -> str:
    if not numbers.requests:
        return ""
    rate = numbers.meetings / numbers.requests
    if rate < 0.13:
        return rng.choice(phrases.FEW_MEETINGS)
    if numbers.contracts == 0:
        return rng.choice(phrases.FEW_CONTRACTS)
    return rng.choice(phrases.MANY_MEETINGS) if rate > 0.24 else ""


def told(numbers: Numbers) -> str:
    """The numbers as a manager writes them: 30 заявок, 4 встречи, 1 договор. Сумма договоров 100 000 руб."""
    counts = ", ".join(
        f"{count} {plural(count, *forms)}"
        for count, forms in (
            (numbers.requests, ("заявка", "заявки", "заявок")),
            (numbers.meetings, ("встреча", "встречи", "встреч")),
            (numbers.contracts, ("договор", "договора", "договоров")),
        )
    )
    money = f"{int(numbers.contracts_sum):,}".replace(",", " ")
    return f"{counts}. Сумма договоров {money} руб." if numbers.contracts else f"{counts}."


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
