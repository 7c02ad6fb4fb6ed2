"""What is typed at a planning meeting and about its day."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from core import moscow
from core.errors import RuleViolation
from core.form_fields import DayField
from meetings.models import MeetingRow, Slot
from meetings.rules import CORRECTIONS, DEFAULT_MINUTES

TASK_CLOCK = time(18)
"""Until when on its day a decision is to be carried out, Moscow time."""


WORDS = forms.TextInput(attrs={"class": "input"})
DECISION = forms.TextInput(attrs={"class": "input", "data-key": "KeyD", "data-key-label": _("decision")})


class RuledForm(forms.Form):
    """A form that shows the refusal of a rule at the field that it names."""

    def refuse(self, violation: RuleViolation) -> None:
        self.add_error(violation.field if violation.field in self.fields else None, violation.message)


class PreparationForm(RuledForm):
    """What the manager writes of a partner."""

    solution = forms.CharField(
        label=_("The manager's own solution"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}),
    )
    correction = forms.ChoiceField(
        label=_("In my eyes"),
        choices=[("", _("as computed")), *CORRECTIONS.items()],
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )
    correction_why = forms.CharField(label=_("Why"), max_length=250, required=False, widget=WORDS)


class DecisionForm(RuledForm):
    """The head's verdict and decision; the day is that of the task which the decision becomes."""

    verdict = forms.ChoiceField(choices=[("", ""), *MeetingRow.Verdict.choices], required=False)
    decision = forms.CharField(label=_("The head's decision"), max_length=250, required=False, widget=DECISION)
    due_on = DayField(label=_("by"), required=False)

    def due_at(self) -> datetime | None:
        day: date | None = self.cleaned_data["due_on"]
        return moscow.at(day, TASK_CLOCK) if day else None


class MoveForm(RuledForm):
    """Another day and time, Moscow time."""

    day = DayField(label=_("Day"))
    starts_at = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time", "class": "input"}))

    def moment(self) -> datetime:
        return moscow.at(self.cleaned_data["day"], self.cleaned_data["starts_at"])


class SkipForm(RuledForm):
    reason = forms.CharField(label=_("Why it is skipped"), max_length=250, widget=WORDS)


class SlotForm(RuledForm):
    """When a manager's meeting is every week."""

    manager = forms.ModelChoiceField(User.objects.none(), label=_("Manager"))
    weekday = forms.TypedChoiceField(
        label=_("Day of the week"), coerce=int, choices=[(n, WEEKDAYS[n].capitalize()) for n in range(5)]
    )
    starts_at = forms.TimeField(label=_("Begins at"), widget=forms.TimeInput(attrs={"type": "time", "class": "input"}))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=10, max_value=180, initial=DEFAULT_MINUTES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(role=Role.SUPPORT_MANAGER, is_active=True)
        self.fields["manager"].queryset = people.order_by("last_name", "first_name", "pk")

    @staticmethod
    def values_of(slot: Slot) -> dict[str, Any]:
        return {
            "manager": slot.manager_id,
            "weekday": slot.weekday,
            "starts_at": slot.starts_at,
            "minutes": slot.minutes,
        }
