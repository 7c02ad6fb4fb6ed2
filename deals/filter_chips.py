"""The filters as chips over a board: which is set, in which words, and the address without it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formatting
from deals.filters import DealFilter
from deals.models import PipelineCode

GROUPS = {
    "manager": (gettext_lazy("Manager"), ["manager"]),
    "city": (gettext_lazy("City"), ["city", "country"]),
    "subject": (gettext_lazy("Package"), ["package", "service"]),
    "stage": (gettext_lazy("Status"), ["stage"]),
    "amount": (gettext_lazy("Sum"), ["amount_from", "amount_to", "confidence"]),
    "date": (gettext_lazy("Payment"), ["date_from", "date_to"]),
    "task": (gettext_lazy("Task"), ["task"]),
}
"""A chip and the fields of its popover, in the order of the toolbar."""

OTHER_LABELS = {
    ("subject", PipelineCode.ADDON): gettext_lazy("Service"),
    ("date", PipelineCode.RENEWAL): gettext_lazy("End of term"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    code: str
    label: str
    words: str
    fields: list[BoundField]
    without: str
    errors: list[str]


def chips(filters: DealFilter, pipeline_code: str, params: QueryDict, today: date) -> list[Chip]:
    """A chip for each group of the pipeline's filters."""
    filters.is_valid()
    made = []
    for code, (label, names) in GROUPS.items():
        fields = [filters.form[name] for name in names if name in filters.filters]
        if fields:
            made.append(
                Chip(
                    code=code,
                    label=str(OTHER_LABELS.get((code, pipeline_code), label)),
                    words=", ".join(filter(None, (_words(filters, field.name, today) for field in fields))),
                    fields=fields,
                    without=without(params, names),
                    errors=[error for field in fields for error in field.errors],
                )
            )
    return made


def without(params: QueryDict, names: list[str]) -> str:
    """The address of the same page without these parameters."""
    rest = params.copy()
    for name in names:
        rest.pop(name, None)
    return f"?{rest.urlencode()}"


def _words(filters: DealFilter, name: str, today: date) -> str:
    value = filters.form.cleaned_data.get(name)
    if value in (None, ""):
        return ""
    if isinstance(value, Decimal):
        text = formatting.money(value)
    elif isinstance(value, date):
        text = formatting.short_day(value, today)
    else:
        text = _choice_words(filters.form.fields[name], value)
    if name.endswith("_from"):
        return _("from %(value)s") % {"value": text}
    return _("to %(value)s") % {"value": text} if name.endswith("_to") else text


def _choice_words(field: Any, value: Any) -> str:
    """What the list of choices calls the value; an object is called by its own name."""
    return str(dict(field.choices).get(value, value)) if isinstance(value, str) else str(value)
