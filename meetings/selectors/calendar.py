"""Which meetings there are around a day: for the column beside a meeting, and which one opens by itself."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from accounts.models import User
from core import moscow
from meetings.models import Meeting
from meetings.selectors.lines import figures_of, lines_of_many

SHOWN_AHEAD = timedelta(days=7)
SHOWN = 12
FORMER = 6


@dataclass(frozen=True)
class Entry:
    """A meeting in the column; `lacking` problem partners have no solution, None when the meeting is not open."""

    meeting: Meeting
    lacking: int | None


@dataclass(frozen=True)
class Calendar:
    """`days` are the coming meetings by Moscow day, `former` the last ones held with the shown manager."""

    days: dict[date, list[Entry]]
    former: list[Meeting]


def calendar(user: User, shown: Meeting | None, now: datetime) -> Calendar:
    """The meetings of this week and the next days that the user may see; today's with their readiness."""
    today = moscow.today(now)
    first, last = moscow.start_of_day(today), moscow.end_of_day(today + SHOWN_AHEAD)
    coming = list(_seen(user).filter(starts_at__range=(first, last)).order_by("starts_at", "pk")[:SHOWN])
    asked = _first_of_each_manager([each for each in coming if each.is_open])
    lacking = {pk: figures_of(lines).lacking for pk, lines in lines_of_many(asked, now).items()}
    days: dict[date, list[Entry]] = {}
    for each in coming:
        days.setdefault(moscow.today(each.starts_at), []).append(Entry(each, lacking.get(each.pk)))
    former = []
    if shown:
        held = Meeting.objects.held().filter(manager=shown.manager_id).exclude(pk=shown.pk)
        former = list(held.order_by("-starts_at")[:FORMER])
    return Calendar(days, former)


def meeting_of_now(user: User, now: datetime) -> Meeting | None:
    """The first meeting of today or later that is still to be held; when there is none, the last one."""
    seen = _seen(user)
    today = moscow.start_of_day(moscow.today(now))
    coming = seen.planned().filter(starts_at__gte=today).order_by("starts_at", "pk").first()
    return coming or seen.order_by("-starts_at", "pk").first()


def following(user: User, meeting: Meeting) -> Meeting | None:
    """The next manager's meeting of the same day that is still to be held."""
    rest = _seen(user).planned().filter(starts_at__gt=meeting.starts_at)
    return rest.filter(starts_at__lte=moscow.end_of_day(moscow.today(meeting.starts_at))).order_by("starts_at").first()


def _seen(user: User) -> QuerySet[Meeting]:
    return Meeting.objects.visible_to(user).exclude(state=Meeting.State.SKIPPED).select_related("manager")


def _first_of_each_manager(meetings: list[Meeting]) -> list[Meeting]:
    found: dict[int, Meeting] = {}
    for each in meetings:
        found.setdefault(each.manager_id, each)
    return list(found.values())
