"""What is asked of the report of payments, and the plans as they are typed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.form_fields import DayField, MoneyField
from deals.models import PipelineCode
from reports.selectors.months import Period

LONGEST_DAYS = 1100
KINDS = (("", _("Everything")), (PipelineCode.RENEWAL, _("Renewals")), (PipelineCode.ADDON, _("Add-on services")))


class PaymentsForm(forms.Form):
    """The period as a month or from day to day, whose payments, and of which pipeline; `period` is what they give."""

    month = forms.CharField(required=False)
    kind = forms.ChoiceField(choices=KINDS, required=False)

    def __init__(self, data: Mapping[str, Any], *, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.fields["from"] = DayField(label=_("From"), required=False)
        self.fields["to"] = DayField(label=_("To"), required=False)

    def clean_month(self) -> date | None:
        text = self.cleaned_data["month"]
        try:
            month = datetime.strptime(text, "%Y-%m").date() if text else None
        except ValueError:
            raise forms.ValidationError(_("Choose the month.")) from None
        if month and not 2000 <= month.year <= 2100:
            raise forms.ValidationError(_("Choose the month."))
        return month

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("from"), data.get("to")
        if self.errors or not (first or last):
            return data
        if not (first and last):
            self.add_error("to" if first else "from", _("Choose both days."))
        elif last < first:
            self.add_error("to", _("The last day is before the first one."))
        elif Period(first, last).days > LONGEST_DAYS:
            self.add_error("to", _("Three years at most."))
        return data

    @property
    def period(self) -> Period:
        """The days that were asked for; this month when none were, or when they cannot be."""
        data = self.cleaned_data if self.is_valid() else {}
        if data.get("from"):
            return Period(data["from"], data["to"])
        return Period.month_of(data.get("month") or self.today)

    @property
    def pipeline(self) -> str:
        return self.cleaned_data.get("kind", "")


class PlansForm(forms.Form):
    """A sum for each manager; an empty one is no plan."""

    def __init__(self, people: Iterable[User], plans: Mapping[int, Decimal], data: Any = None) -> None:
        super().__init__(data)
        self.people = list(people)
        for person in self.people:
            initial = plans.get(person.pk)
            self.fields[f"plan-{person.pk}"] = MoneyField(label=str(person), required=False, initial=initial)

    @property
    def changed(self) -> dict[User, Decimal]:
        """What is other than it was when the page was opened."""
        names = {f"plan-{person.pk}": person for person in self.people}
        return {names[name]: self.cleaned_data[name] or Decimal(0) for name in self.changed_data}
