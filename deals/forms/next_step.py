"""The next step as every form asks for it: what, of which kind, on which day of the ruler, at what time (R2)."""

from datetime import date, datetime, time

from django import forms
from django.utils.translation import gettext_lazy as _

from core import moscow
from core.errors import RuleViolation
from core.form_fields import DayField
from deals.actions import NextStep
from deals.models import Task

LATER = "later"


class RulerForm(forms.Form):
    """`day` is an ISO date from the 7-day ruler or "later", which asks for `later_day` and `long_term_reason`.

    The dates themselves are judged by the actions.
    """

    day = forms.CharField(label=_("Day"), error_messages={"required": _("Choose the day of the next step.")})
    later_day = DayField(label=_("Day later than 7 days"), required=False)
    long_term_reason = forms.CharField(label=_("Why later than 7 days"), max_length=250, required=False)

    def clean_day(self) -> date | str:
        value = self.cleaned_data["day"]
        if value == LATER:
            return LATER
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise forms.ValidationError(_("Choose the day of the next step.")) from None

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("day") == LATER:
            if not cleaned.get("later_day"):
                self.add_error("later_day", _("Choose the day."))
            if not cleaned.get("long_term_reason", "").strip():
                self.add_error("long_term_reason", _("Write why it is later than 7 days."))
        return cleaned

    @property
    def chosen_day(self) -> date | None:
        """The day on the ruler or beyond it, or None while it is missing."""
        day = self.cleaned_data.get("day")
        return self.cleaned_data.get("later_day") if day == LATER else day

    @property
    def reason_of_later(self) -> str:
        """Why it lies beyond the ruler; what was typed before a nearer day was chosen does not count."""
        return self.cleaned_data["long_term_reason"] if self.cleaned_data["day"] == LATER else ""


class NextStepForm(RulerForm):
    """A whole next step. After validation `next_step()` gives what the actions take."""

    title = forms.CharField(
        label=_("Next step"),
        max_length=250,
        error_messages={"required": _("Write what is to be done next.")},
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Task.Kind, initial=Task.Kind.CALL)
    time = forms.TimeField(
        label=_("Time"),
        initial=time(12),
        widget=forms.TimeInput(attrs={"inputmode": "numeric", "maxlength": 5, "placeholder": "14:30"}, format="%H:%M"),
        error_messages={"required": _("Choose the time, Moscow."), "invalid": _("Write the time like 14:30.")},
    )

    @property
    def due_at(self) -> datetime | None:
        """The moment that was chosen, or None while a part of it is missing."""
        day, clock = self.chosen_day, self.cleaned_data.get("time")
        return moscow.at(day, clock) if day and clock else None

    def next_step(self) -> NextStep:
        """What was typed, for deals.actions. Call after a successful validation."""
        data = self.cleaned_data
        return NextStep(data["title"], self.due_at, data["kind"], self.reason_of_later)

    def show_violation(self, violation: RuleViolation) -> None:
        """Put a rule's refusal next to the field it names, or above the form."""
        field = {"due_at": "day"}.get(violation.field, violation.field)
        self.add_error(field if field in self.fields else None, violation.message)
