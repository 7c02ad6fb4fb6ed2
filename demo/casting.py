"""Who plays which part: how the partners of a manager are spread over the stages, and how their next steps stand."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from itertools import accumulate, chain, cycle, repeat
from random import Random
from typing import Any

from catalog.models import City
from core import moscow
from deals.models import Task
from deals.rules import acceptance_deadline
from demo import addons, steps
from demo.addons import Addon, can_have_addons, tell_addon
from demo.calendar import Calendar
from demo.company import SECOND_NETWORK, Company
from demo.featured import FEATURED, Featured
from demo.names import Firm, firm
from demo.promises import promise
from demo.stories import Step, Story
from demo.terms import BEGINNING, tell_terms

PARTNERS_OF_A_MANAGER = 40

# How forty partners stand: the stage of the main deal and how many are on it.
SITUATIONS = {
    "healthy": 17, "soon": 6, "troubled": 5, "due": 4, "preparing": 2, "launch": 2, "lost": 2, "accepted": 1,
    "handed_over": 1,
}  # fmt: skip
MOOD_WEIGHTS = {
    "troubled": {"falling": 5, "empty": 2, "steady": 2},
    "lost": {"falling": 3, "steady": 2},
    "": {"steady": 5, "rising": 4, "falling": 1},
}
PACKAGE_WEIGHTS = (3, 5, 6, 5, 1, 3, 1)
FEATURED_NAMES = {each.firm.name for each in FEATURED}
# Days since the payment of the handoffs that wait, one manager after another: some are at their last day, one is late.
WAITING_DAYS = (1, 2, 1, 0, 0, 0)


@dataclass(slots=True)
class Part:
    """A partner's part while it is being cast: the step kind and the featured partner behind it, if any."""

    situation: str
    step: str = ""
    featured: Featured | None = None
    today_at: datetime | None = None
    addons: list[Addon] = field(default_factory=list)


def spread(count: int, weights: dict[str, int]) -> list[str]:
    """So many names in the proportion of the weights, the remainders going to the heaviest first."""
    total, done, names = sum(weights.values()), 0, []
    for name, border in zip(weights, accumulate(weights.values()), strict=True):
        upto = (count * border * 2 + total) // (total * 2)
        names += [name] * (upto - done)
        done = upto
    return names


class Casting:
    """Tells the stories of one manager's portfolio."""

    def __init__(self, company: Company, cities: list[City], calendar: Calendar, seed: int) -> None:
        self.company, self.cities, self.calendar, self.seed = company, cities, calendar, seed
        self.by_name = {city.name: city for city in reversed(cities)}
        self.city_weights = list(accumulate(max(city.population, 60_000) ** 0.5 for city in cities))
        self.packages = {(package.name, package.term_months): package for package in company.packages}
        self.taken: set[tuple[str, int]] = set()
        self.serial = 0

    def portfolio(self, manager: int, count: int) -> list[Story]:
        """The partners of the manager, each with everything that has happened to it."""
        rng = Random(f"{self.seed}/{manager}")
        featured = FEATURED[:count] if manager == 0 else []
        parts = self._parts(rng, featured, count, manager)
        stories = [self._begin(part, manager, rng) for part in parts]
        self._give_addons(parts, stories, rng)
        self._set_times_of_today(parts, stories)
        for part, story in zip(parts, stories, strict=True):
            self._end(part, story, rng)
        return stories

    def _parts(self, rng: Random, featured: list[Featured], count: int, manager: int) -> list[Part]:
        left = Counter(spread(count, SITUATIONS))
        left.subtract(each.situation for each in featured)
        drawn = list(left.elements())[: count - len(featured)]
        rng.shuffle(drawn)
        parts = [Part(each.situation, each.step, each) for each in featured] + [Part(situation) for situation in drawn]
        self._give_steps(rng, parts, manager)
        return parts

    def _give_steps(self, rng: Random, parts: list[Part], manager: int) -> None:
        """Spread the kinds of next steps over the parts that have none yet; the odd ones go to renewals."""
        standing = [part for part in parts if part.situation not in ("handed_over", "lost")]
        left = Counter(spread(len(standing), steps.OF_PARTNERS[manager % len(steps.OF_PARTNERS)]))
        left.subtract(part.step for part in standing)
        kinds = list(left.elements())
        rng.shuffle(kinds)
        free = [part for part in standing if not part.step]
        renewals = [part for part in free if part.situation not in BEGINNING]
        for part, kind in zip(renewals, (kind for kind in kinds if kind in steps.ONLY_RENEWALS), strict=False):
            part.step = kind
        usual = chain((kind for kind in kinds if kind not in steps.ONLY_RENEWALS), repeat("planned"))
        for part, kind in zip((part for part in free if not part.step), usual, strict=False):
            part.step = kind

    def _begin(self, part: Part, manager: int, rng: Random) -> Story:
        """The partner and its chain of terms."""
        self.serial += 1
        told = part.featured
        city = self.by_name[told.city] if told else rng.choices(self.cities, cum_weights=self.city_weights)[0]
        package = self.packages[told.package] if told else rng.choices(self.company.packages, PACKAGE_WEIGHTS)[0]
        story = Story(
            serial=self.serial,
            manager=manager,
            situation=part.situation,
            city=city,
            firm=told.firm if told else self._new_firm(city, rng),
            package=package,
            discount=Decimal(_settled(told, "discount", rng.choices((0, 5, 7, 10), (6, 2, 2, 1))[0])),
            has_full_info=_settled(told, "has_full_info", rng.random() < 0.7),
            last_topic=_settled(told, "last_topic", None),
            is_part_paid=_settled(told, "is_part_paid", None),
        )
        if not told and rng.random() < 0.08:
            story.second_network = self.company.services[SECOND_NETWORK]
        waiting = WAITING_DAYS[manager % len(WAITING_DAYS)] if part.situation == "handed_over" else None
        tell_terms(
            story,
            self.calendar,
            rng,
            ends_in=_settled(told, "ends_in", None),
            paid_days_ago=_settled(told, "paid_days_ago", waiting),
            is_old=bool(told and told.addon),
        )
        weights = MOOD_WEIGHTS.get(part.situation, MOOD_WEIGHTS[""])
        story.mood = _settled(told, "mood", rng.choices(list(weights), list(weights.values()))[0])
        story.main_comment, story.agreements = promise(rng, story)
        if told and told.main_comment:
            story.main_comment, story.agreements = told.main_comment, list(told.agreements)
        return story

    def _new_firm(self, city: City, rng: Random) -> Firm:
        """A firm whose name is not taken in the city, and not one of the featured."""
        while True:
            new = firm(rng, city.country, city.name)
            if (new.name, city.pk) not in self.taken and new.name not in FEATURED_NAMES:
                self.taken.add((new.name, city.pk))
                return new

    def _give_addons(self, parts: list[Part], stories: list[Story], rng: Random) -> None:
        """Add-on deals for partners that are long enough with us: first the featured, then by lot."""
        chosen = [part for part in parts if part.featured and part.featured.addon]
        for part in chosen:
            stage, key, step, title = part.featured.addon
            part.addons.append(Addon(stage, self.company.services[key], step, title))
        stages = Counter(spread(len(parts) * sum(addons.STAGES.values()) // PARTNERS_OF_A_MANAGER, addons.STAGES))
        stages.subtract(addon.stage for part in chosen for addon in part.addons)
        free = [
            part
            for part, story in zip(parts, stories, strict=True)
            if can_have_addons(story, self.calendar) and not part.addons
        ]
        rng.shuffle(free)
        services = list(self.company.services.values())
        drawn = [Addon(stage, rng.choice(services)) for stage in stages.elements()]
        for part, addon in zip(cycle(free), drawn if free else [], strict=False):
            part.addons.append(addon)
        self._give_addon_steps(rng, drawn, is_exemplary=bool(chosen))

    def _give_addon_steps(self, rng: Random, drawn: list[Addon], *, is_exemplary: bool) -> None:
        standing = [addon for addon in drawn if addon.stage not in ("won", "lost")]
        weights = {"planned": 1} if is_exemplary else steps.OF_ADDONS
        kinds = spread(len(standing), weights)
        rng.shuffle(kinds)
        for addon, kind in zip(standing, kinds, strict=True):
            addon.step = kind

    def _set_times_of_today(self, parts: list[Part], stories: list[Story]) -> None:
        """Spread what is to be done today over the rest of the day, the partners of the east first."""
        due = []
        for part, story in zip(parts, stories, strict=True):
            ahead = moscow.hours_from_moscow(story.city.timezone, self.calendar.now)
            is_last_day = part.situation == "handed_over" and (self.calendar.today - story.paid_on).days == 1
            if part.step == "today" or is_last_day:
                due.append((-ahead, story.serial, part))
            due += [(-ahead, story.serial, addon) for addon in part.addons if addon.step == "today"]
        due.sort(key=lambda each: each[:2])
        for (_ahead, _serial, each), at in zip(due, self.calendar.rest_of_today(len(due)), strict=True):
            each.today_at = at

    def _end(self, part: Part, story: Story, rng: Random) -> None:
        """The last call, the next step, and the add-on deals."""
        main, told = story.main, part.featured
        if story.situation == "handed_over":
            main.step = waiting_step(story, part.today_at)
        elif story.situation == "lost":
            story.last_call_at = self.calendar.call(main.moves[-2][1].date(), story.city.timezone, rng)
        else:
            ending = self._ending(part, story, rng)
            if ending.called_at > story.accepted_at and story.situation != "accepted":
                story.last_call_at, main.step = ending.called_at, ending.step
            else:
                main.step = steps.first_step(story, part.today_at, self.calendar, rng)
            if told and told.title:
                main.step.title, main.step.kind = told.title, told.kind
        for addon in part.addons:
            tell_addon(story, addon, self.calendar, rng)

    def _ending(self, part: Part, story: Story, rng: Random) -> steps.Ending:
        """How the deal stands, by the part's kind; a partner accepted only after such a last call stands as usual."""
        days = part.featured.step_days if part.featured else 0
        zone = story.city.timezone
        ending = steps.ending(part.step, zone, self.calendar, rng, days=days, today_at=part.today_at)
        if ending.called_at <= story.accepted_at and part.step != "today":
            ending = steps.ending("planned", zone, self.calendar, rng)
        return ending


def waiting_step(story: Story, today_at: datetime | None) -> Step:
    """The task to accept a handed over partner, due on the last day for it (R1)."""
    due_at = today_at or moscow.at(acceptance_deadline(story.paid_on), time(18))
    return Step(due_at, story.handed_over_at, "Первый звонок: принять в работу", Task.Kind.CALL)


def _settled(told: Featured | None, name: str, drawn: Any) -> Any:
    """What the featured partner settles; where it settles nothing, what was drawn."""
    value = getattr(told, name) if told else None
    return drawn if value in (None, "") else value
