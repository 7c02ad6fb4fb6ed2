"""The page of a meeting: a line for each partner of the portfolio, from the data as they are now (R16).

A held meeting shows the lines that were frozen when it was held.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formatting, moscow
from deals.models import CallComment, Deal, PipelineCode, Problem, Task
from deals.rules import Health, Signs, health, health_reasons
from invoices.models import Allocation
from meetings.models import Meeting, MeetingRow
from meetings.rules import Facts, Kept, Listed, kept, lists_of, shown_under
from partners.models import Metrics, Partner

NOTHING = Decimal(0)
LOOKED_BACK = timedelta(days=90)
"""Calls and figures older than that say nothing of how a partner is now."""


@dataclass
class Line:
    """What the meeting shows of one partner. Dates and sums as they are kept in a frozen meeting: see `freeze`."""

    partner: int
    name: str
    deal: int | None = None
    health: str = Health.UNKNOWN
    reasons: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    renewal_amount: Decimal = NOTHING
    addon_amount: Decimal = NOTHING
    renews_on: date | None = None
    requests: int | None = None
    requests_before: int | None = None
    meetings: int | None = None
    contracts: int | None = None
    contracts_sum: Decimal | None = None
    problem: str = ""
    now: str = ""
    promised: str = ""
    kept: str = ""
    next_step: str = ""
    next_at: datetime | None = None
    solution: str = ""
    correction: str = ""
    correction_why: str = ""
    verdict: str = ""
    decision: str = ""
    decided_for: datetime | None = None

    @property
    def group(self) -> str:
        return shown_under(tuple(map(Listed, self.lists))) or ""

    @property
    def amount(self) -> Decimal:
        return self.renewal_amount + self.addon_amount

    @property
    def requests_change(self) -> int | None:
        if self.requests is None or self.requests_before is None:
            return None
        return self.requests - self.requests_before

    @property
    def requests_change_words(self) -> str:
        change = self.requests_change or 0
        return f"+{change}" if change > 0 else f"\N{MINUS SIGN}{-change}"

    @property
    def is_problem(self) -> bool:
        return Listed.PROBLEM in self.lists

    @property
    def lacks_solution(self) -> bool:
        return self.is_problem and not self.solution


def lines_of(meeting: Meeting, now: datetime) -> list[Line]:
    """The lines of a meeting by the partners' names: as frozen, or, before it is held, from the data of this moment."""
    return lines_of_many([meeting], now)[meeting.pk]


def lines_of_many(meetings: Iterable[Meeting], now: datetime) -> dict[int, list[Line]]:
    """The lines of each of these meetings, by its key; at most one meeting of a manager that is not held.

    Ten queries, whatever the number of meetings and partners.
    """
    meetings = list(meetings)
    held = [each for each in meetings if each.state == Meeting.State.HELD]
    found = {each.pk: [thaw(line) for line in each.frozen] for each in held}
    coming = {each.manager_id: each for each in meetings if each.state != Meeting.State.HELD}
    if coming:
        for owner, line in _lines_now(coming, now):
            found.setdefault(coming[owner].pk, []).append(line)
    return {each.pk: found.get(each.pk, []) for each in meetings}


def _lines_now(meetings: dict[int, Meeting], now: datetime) -> list[tuple[int, Line]]:
    """The lines of these managers' portfolios, each with its manager."""
    partners = Partner.objects.filter(manager__in=meetings, archived_at__isnull=True).order_by("name", "pk")
    rows = list(partners.values("pk", "name", "manager"))
    lines = {row["pk"]: Line(row["pk"], row["name"]) for row in rows}
    known = {pk: _Known() for pk in lines}
    _read_deals(lines, known)
    _read_metrics(lines, now)
    _read_calls(lines, known, now)
    _read_problems(lines)
    _read_tasks(lines, known, now)
    _read_rows(lines, meetings.values())
    _read_promises(lines, former_of(meetings.values()), now)
    today = moscow.today(now)
    for pk, line in lines.items():
        _judge(line, known[pk], today)
    return [(row["manager"], lines[row["pk"]]) for row in rows]


@dataclass
class _Known:
    """What the health and the lists are judged by, and is not shown itself."""

    role: str = ""
    is_sure: bool = True
    has_offer: bool = False
    overdue_days: int = 0
    silent_days: int | None = None


def _read_deals(lines: dict[int, Line], known: dict[int, _Known]) -> None:
    rows = Deal.objects.open().filter(partner__in=list(lines)).order_by("pk").values(
        "pk", "partner", "pipeline", "amount", "paid_amount", "term_ends_on", "expected_payment_on", "confidence",
        role=F("stage__role"),
    )  # fmt: skip
    for row in rows:
        _read_deal(lines[row["partner"]], known[row["partner"]], row)


def _read_deal(line: Line, known: _Known, deal: dict[str, Any]) -> None:
    left = max((deal["amount"] or NOTHING) - deal["paid_amount"], NOTHING)
    if deal["pipeline"] == PipelineCode.ADDON:
        line.addon_amount += left
        known.has_offer = known.has_offer or left > 0
        line.deal = line.deal or deal["pk"]
        return
    line.deal, known.role = deal["pk"], deal["role"] or ""
    if deal["pipeline"] == PipelineCode.RENEWAL:
        line.renewal_amount += left
        known.is_sure = deal["confidence"] == Deal.Confidence.SURE
        line.renews_on = min(filter(None, (deal["expected_payment_on"], deal["term_ends_on"])), default=None)


def _read_metrics(lines: dict[int, Line], now: datetime) -> None:
    """The last figures of each partner, and the requests of the time before."""
    since = moscow.today(now) - LOOKED_BACK
    rows = Metrics.objects.filter(partner__in=list(lines), measured_on__gte=since).order_by("measured_on", "pk")
    for row in rows.values("partner", "requests", "meetings", "contracts", "contracts_sum"):
        line = lines[row["partner"]]
        line.requests_before = line.requests
        line.requests, line.meetings = row["requests"], row["meetings"]
        line.contracts, line.contracts_sum = row["contracts"], row["contracts_sum"]


def _read_calls(lines: dict[int, Line], known: dict[int, _Known], now: datetime) -> None:
    rows = CallComment.objects.filter(deal__partner__in=list(lines), called_at__gte=now - LOOKED_BACK)
    last = rows.order_by("deal__partner", "-called_at").distinct("deal__partner")
    for row in last.values("called_at", "now", partner=F("deal__partner")):
        lines[row["partner"]].now = row["now"]
        known[row["partner"]].silent_days = (moscow.today(now) - moscow.today(row["called_at"])).days


def _read_problems(lines: dict[int, Line]) -> None:
    for row in Problem.objects.open().filter(partner__in=list(lines)).order_by("raised_at").values("partner", "what"):
        lines[row["partner"]].problem = row["what"]


def _read_tasks(lines: dict[int, Line], known: dict[int, _Known], now: datetime) -> None:
    rows = Task.objects.open().filter(deal__partner__in=list(lines)).order_by("-due_at", "-pk")
    for row in rows.values("title", "due_at", partner=F("deal__partner")):
        line = lines[row["partner"]]
        line.next_step, line.next_at = row["title"], row["due_at"]
        if row["due_at"] < now:
            known[row["partner"]].overdue_days = (moscow.today(now) - moscow.today(row["due_at"])).days


def _read_rows(lines: dict[int, Line], meetings: Iterable[Meeting]) -> None:
    """What the manager and the head have written: of two rows of a merged partner the older counts."""
    written = MeetingRow.objects.filter(meeting__in=list(meetings), partner__in=list(lines)).order_by("-pk")
    names = ("solution", "correction", "correction_why", "verdict", "decision")
    for row in written.values("partner", *names, decided_for=F("task__due_at")):
        line = lines[row.pop("partner")]
        for name, value in row.items():
            setattr(line, name, value)


def _read_promises(lines: dict[int, Line], before: dict[int, Meeting], now: datetime) -> None:
    """What was decided at the last meeting that was held with each manager, and what came of it."""
    if not before:
        return
    held_on = {each.pk: moscow.today(each.starts_at) for each in before.values()}
    paid = _last_payments(lines, min(held_on.values()))
    rows = MeetingRow.objects.filter(meeting__in=held_on, partner__in=list(lines)).order_by("-pk")
    values = ("meeting", "partner", "solution", "decision")
    for row in rows.values(*values, done_at=F("task__done_at"), due_at=F("task__due_at")):
        line, paid_on = lines[row["partner"]], paid.get(row["partner"])
        line.promised = row["decision"] or row["solution"]
        came = kept(
            is_task_done=None if row["due_at"] is None else row["done_at"] is not None,
            is_task_overdue=row["due_at"] is not None and row["due_at"] < now,
            has_paid=paid_on is not None and paid_on > held_on[row["meeting"]],
        )
        line.kept = (came or "") if line.promised else ""


def _last_payments(lines: dict[int, Line], since: date) -> dict[int, date]:
    """When each partner paid last after this day."""
    came = Allocation.objects.standing().filter(invoice__partner__in=list(lines), payment__paid_on__gt=since)
    return dict(came.order_by().values_list("invoice__partner").annotate(last=Max("payment__paid_on")))


def _judge(line: Line, known: _Known, today: date) -> None:
    signs = Signs(known.role, known.overdue_days, known.silent_days, line.requests, bool(line.problem))
    state = health(signs)
    line.health, line.reasons = state, health_reasons(signs)
    facts = Facts(state, line.renews_on if line.renewal_amount else None, known.is_sure, known.has_offer)
    line.lists = list(lists_of(facts, line.correction, today))


def former_of(meetings: Iterable[Meeting]) -> dict[int, Meeting]:
    """By manager the last meeting that was held before these: at most one meeting of a manager is asked about."""
    starts = {each.manager_id: each.starts_at for each in meetings}
    held = Meeting.objects.held().filter(manager__in=starts, starts_at__lt=max(starts.values()))
    last = held.order_by("manager", "-starts_at").distinct("manager")
    return {each.manager_id: each for each in last if each.starts_at < starts[each.manager_id]}


# --- What is kept of a held meeting ---------------------------------------------------------------------------------

SUMS = {"renewal_amount", "addon_amount", "contracts_sum"}
DAYS = {"renews_on"}
MOMENTS = {"next_at", "decided_for"}


def freeze(line: Line) -> dict[str, Any]:
    """The line as JSON: sums as text, so that no kopeck is lost, days and moments in ISO 8601."""
    kept_line = asdict(line)
    for name in SUMS | DAYS | MOMENTS:
        value = kept_line[name]
        kept_line[name] = None if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return kept_line


def thaw(frozen: dict[str, Any]) -> Line:
    """The line that `freeze` made, by a former version of the product as well: what it did not know is empty."""
    readers = dict.fromkeys(SUMS, Decimal) | dict.fromkeys(DAYS, date.fromisoformat)
    readers |= dict.fromkeys(MOMENTS, datetime.fromisoformat)
    known = {each.name for each in fields(Line)}
    values = {
        name: readers[name](value) if name in readers and value is not None else value
        for name, value in frozen.items()
        if name in known
    }
    return Line(**values)


# --- The figures over the table -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """The exact sums and counts of the five lists (R16), each of the lines it stands over."""

    counts: dict[str, int]
    sure: Decimal
    doubtful: Decimal
    addons: Decimal
    promised: int
    done: int
    partly: int
    not_done: int
    lacking: int


def figures_of(lines: Iterable[Line]) -> Figures:
    lines = list(lines)
    promises = [line.kept for line in lines if line.kept]
    return Figures(
        counts={code: sum(code in line.lists for line in lines) for code in Listed} | {"all": len(lines)},
        sure=sum((line.renewal_amount for line in lines if Listed.SURE in line.lists), NOTHING),
        doubtful=sum((line.renewal_amount for line in lines if Listed.DOUBTFUL in line.lists), NOTHING),
        addons=sum((line.addon_amount for line in lines if Listed.ADDON in line.lists), NOTHING),
        promised=len(promises),
        done=promises.count(Kept.DONE),
        partly=promises.count(Kept.PARTLY),
        not_done=promises.count(Kept.NOT_DONE),
        lacking=sum(line.lacks_solution for line in lines),
    )


def now_words(line: Line) -> str:
    """How the partner is now, in figures: «30 requests, 4 meetings, 1 contract for 100 000 ₽»."""
    told = []
    if line.requests is not None:
        told.append(ngettext("%(n)s request", "%(n)s requests", line.requests) % {"n": line.requests})
    if line.meetings is not None:
        told.append(ngettext("%(n)s meeting", "%(n)s meetings", line.meetings) % {"n": line.meetings})
    if line.contracts is not None:
        contracts = ngettext("%(n)s contract", "%(n)s contracts", line.contracts) % {"n": line.contracts}
        if line.contracts and line.contracts_sum:
            contracts += " " + _("for %(sum)s") % {"sum": formatting.money(line.contracts_sum)}
        told.append(contracts)
    return ", ".join(told)
