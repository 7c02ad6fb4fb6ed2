"""Мои оплаты: received, expected and potential payments of any period, with the way to the plan (R17, screen 10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.db.models import Q, Sum
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.permissions import Scope, may, permission, scope
from core import formatting, moscow, spreadsheets
from deals.actions import record_export
from deals.exports import MOST_EXPORTED
from deals.models import Export, PipelineCode
from deals.views.exports import CONTENT_TYPES
from invoices.models import LockedMonth
from invoices.selectors.bank import last_statement
from reports.cumulative import cumulative_line
from reports.forms import KINDS, PaymentsForm
from reports.selectors.months import Period, course_of, plans_of
from reports.selectors.payment_rows import rows_of
from reports.selectors.payments import (
    COLUMNS,
    Figure,
    Figures,
    Narrowing,
    figures_by_manager,
    received,
    received_by_day,
    summed,
)
from reports.selectors.people import people_of_reports

SHOWN, SHOWN_ALONE = 20, 500
TITLES = {
    "received": pgettext_lazy("column", "Received"),
    "expected": pgettext_lazy("column", "Expected"),
    "potential": pgettext_lazy("column", "Potential"),
}
NOTES = {
    "received": "",
    "expected": gettext_lazy("an invoice or an agreed date"),
    "potential": gettext_lazy("the rest of renewals and offers"),
}
ICONS = {"received": ("circle-check", "ok"), "expected": ("clock", "warn"), "potential": ("circle-dashed", "muted")}


@dataclass(frozen=True)
class Asked:
    """What the address asks for: whose payments (None: everybody's), of which days and pipeline."""

    form: PaymentsForm
    period: Period
    narrowed: Narrowing
    person: User | None
    sees_all: bool


@permission("report.payments")
def payments(request: HttpRequest) -> HttpResponse:
    """The three columns with their rows; `?column=` shows one of them alone and longer."""
    now = timezone.now()
    today = moscow.today(now)
    asked = _asked(request, today)
    by_manager = figures_by_manager(asked.narrowed)
    people = people_of_reports(request.user, by_manager)
    table = _table(people, by_manager, asked)
    total = summed(table)
    alone = request.GET.get("column") if request.GET.get("column") in COLUMNS else ""
    course = course_of(asked.period, received_by_day(asked.narrowed), total.plan, total.expected.total, today)
    context = {
        "now": now,
        "today": today,
        "asked": asked,
        "period": asked.period,
        "title": _title(asked.period),
        "kinds": KINDS,
        "people": people if len(people) > 1 else [],
        "table": table if asked.sees_all and not asked.person and not alone else [],
        "total": total,
        "course": course,
        "chart": cumulative_line(course),
        "narrow_chart": cumulative_line(course, is_narrow=True),
        "columns": _columns(asked, total, alone, today),
        "alone": alone,
        "shown_alone": SHOWN_ALONE,
        "addons": _addons(asked.narrowed),
        "locked": LockedMonth.objects.of(asked.period.first).first() if asked.period.is_month else None,
        "statement": last_statement(),
        "can_export": may(request.user, "report.export"),
        "can_plan": may(request.user, "report.plan"),
        "can_draft": may(request.user, "invoice.draft"),
    }
    return render(request, "reports/payments.html", context, status=200 if asked.form.is_valid() else 422)


@permission("report.export")
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """All rows of the three columns as XLSX: what begins like a formula is text."""
    now = timezone.now()
    today = moscow.today(now)
    asked = _asked(request, today)
    page = f"{reverse('reports:payments')}?{request.GET.urlencode()}"
    figures = summed(figures_by_manager(asked.narrowed).values())
    count = sum(getattr(figures, column).count for column in COLUMNS)
    if not 0 < count <= MOST_EXPORTED:
        most = formatting.number(MOST_EXPORTED)
        too_many = _("Not more than %(n)s rows go into one file: narrow the filter. Nothing was exported.") % {
            "n": most
        }
        messages.error(request, too_many if count else _("There is nothing to export: choose another period."))
        return HttpResponseRedirect(page)
    record_export(
        "report.export",
        rows=count,
        file_format=Export.Format.XLSX,
        query=request.GET.urlencode(),
        is_choice=False,
        by=request.user,
        now=now,
    )
    file = TemporaryFile()  # noqa: SIM115  (the answer closes it)
    heads = [_("Column"), _("Day"), _("Partner"), _("What for"), _("Sum, ₽"), _("State"), _("Manager")]
    spreadsheets.write_xlsx(_("Payments"), heads, _lines(asked, today), file)
    file.seek(0)
    days = f"{asked.period.first}-{asked.period.last}"
    response = FileResponse(file, content_type=CONTENT_TYPES[Export.Format.XLSX])
    response["Content-Disposition"] = spreadsheets.attachment(f"oplaty-{days}", f"{_('Payments')} {days}", "xlsx")
    return response


def _asked(request: HttpRequest, today: date) -> Asked:
    """404 for a person whose report is not the reader's to see."""
    form = PaymentsForm(request.GET, today=today)
    form.full_clean()
    sees_all = scope(request.user, "report.payments") == Scope.ALL
    person = None if sees_all else request.user
    if key := request.GET.get("manager", ""):
        allowed = people_of_reports(
            request.user, [int(key)] if key.isascii() and key.isdigit() and len(key) < 10 else []
        )
        person = next((each for each in allowed if str(each.pk) == key), None)
        if person is None:
            raise Http404
    period = form.period
    managers = (person.pk,) if person else None
    return Asked(form, period, Narrowing(period.first, period.last, managers, form.pipeline), person, sees_all)


def _table(people: list[User], by_manager: dict[int, Figures], asked: Asked) -> list[Figures]:
    """A line for each manager whom the report is about, with his plan; a narrowed report has no plan."""
    plans = {} if asked.narrowed.pipeline else plans_of(asked.period)
    lines = []
    for person in people:
        if asked.person in (None, person):
            figures = by_manager.get(person.pk, Figures())
            figures.person, figures.plan = person, plans.get(person.pk, figures.plan)
            lines.append(figures)
    return lines


def _columns(asked: Asked, total: Figures, alone: str, today: date) -> list[dict[str, Any]]:
    limit = SHOWN_ALONE if alone else SHOWN
    columns = []
    for code in (alone,) if alone else COLUMNS:
        figure: Figure = getattr(total, code)
        rows = rows_of(code, asked.narrowed, today, limit)
        icon, kind = ICONS[code]
        columns.append(
            {"code": code, "title": TITLES[code], "note": NOTES[code], "icon": icon, "kind": kind, "figure": figure}
            | {"rows": rows, "more": figure.count - len(rows)}
        )
    return columns


def _addons(narrowed: Narrowing) -> Any:
    """Of the received, what came for add-on services."""
    of_addons = Sum("amount", filter=Q(invoice__deal__pipeline=PipelineCode.ADDON), default=0)
    return received(narrowed).aggregate(addons=of_addons)["addons"]


def _title(period: Period) -> str:
    if period.is_month:
        return formatting.month_title(period.first)
    return f"{formatting.numeric_date(period.first)}–{formatting.numeric_date(period.last)}"


def _lines(asked: Asked, today: date) -> Iterable[list[Any]]:
    for code in COLUMNS:
        for row in rows_of(code, asked.narrowed, today, MOST_EXPORTED):
            yield [str(TITLES[code]), row.day, row.partner, row.about, row.amount, row.badge.text, row.manager]
