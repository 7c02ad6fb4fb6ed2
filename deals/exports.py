"""Which columns a person takes away, in words and as values: dates are dates, sums are numbers."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import moscow
from deals.filters import DATE_FIELD
from deals.models import Deal, Pipeline, PipelineCode
from deals.selectors.deal_list import columns_of

MOST_EXPORTED = 10_000
"""So many rows go into one file."""

CONFIDENCE = {Deal.Confidence.SURE: gettext_lazy("Sure"), Deal.Confidence.DOUBTFUL: gettext_lazy("In doubt")}


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A head, and its value in the row that the list's selector gives."""

    title: str
    value: Callable[[dict[str, Any]], Any]


def deal_columns(pipeline: Pipeline, chosen: Collection[str], shows_manager: bool) -> list[ExportColumn]:
    """The number, the partner, and the list's columns that the person sees: those chosen, or all when none is."""
    date_field = DATE_FIELD[pipeline.code]
    values: dict[str, Callable[[dict[str, Any]], Any]] = {
        "city": lambda row: row["partner__city__name"],
        "stage": lambda row: row["stage__name"],
        "days": lambda row: moscow.today(row["stage_entered_at"]),
        "amount": lambda row: row["amount"],
        "subject": lambda row: row["service__name"] or row["package__name"],
        "date": lambda row: row[date_field],
        "confidence": lambda row: str(CONFIDENCE[row["confidence"]]),
        "task": lambda row: row["task_due_at"],
        "called": lambda row: row["called_at"] and moscow.today(row["called_at"]),
        "manager": _manager,
    }
    titles = {"city": _("City"), "days": _("On the status since"), "amount": _("Sum, ₽")}
    offered = columns_of(pipeline, shows_manager)
    seen = [column for column in offered if column.code in chosen] or offered
    return [
        ExportColumn("№", lambda row: row["pk"]),
        ExportColumn(_("Partner"), lambda row: row["partner__name"]),
        *(ExportColumn(titles.get(column.code, str(column.label)), values[column.code]) for column in seen),
    ]


def partner_columns(shows_manager: bool) -> list[ExportColumn]:
    """The columns of the partners' list."""
    columns = [
        ExportColumn("№", lambda row: row["pk"]),
        ExportColumn(_("Partner"), lambda row: row["name"]),
        ExportColumn(_("City"), lambda row: row["city__name"]),
        ExportColumn(_("Package"), lambda row: row["package"]),
        ExportColumn(_("Term till"), lambda row: row["term_ends_on"]),
        ExportColumn(_("Requests"), lambda row: row["requests"]),
        ExportColumn(_("Contracts"), lambda row: row["contracts"]),
        ExportColumn(_("Sum of the contracts, ₽"), lambda row: row["contracts_sum"]),
        ExportColumn(_("Called"), lambda row: row["called_at"] and moscow.today(row["called_at"])),
        ExportColumn(_("Next task"), lambda row: row["task_due_at"]),
    ]
    return [*columns, ExportColumn(_("Manager"), _manager)] if shows_manager else columns


PLAIN_NAMES = {
    PipelineCode.NEW: "novye-partnery",
    PipelineCode.RENEWAL: "prodleniya",
    PipelineCode.ADDON: "dop-uslugi",
    "partners": "partnery",
}
"""Names of the files in Latin letters."""


def _manager(row: dict[str, Any]) -> str:
    return f"{row['manager__first_name']} {row['manager__last_name']}".strip()
