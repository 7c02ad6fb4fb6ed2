"""The comment after a call: three parts, the week's numbers, and the next step (R3)."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import RuleViolation
from deals.actions import CommentIncomplete
from deals.comment_advice import promises_of
from deals.comment_text import Numbers
from deals.forms.next_step import NextStepForm
from deals.models import CallComment, Deal, PromiseVerdict, Task

NUMBER_INPUT = {"inputmode": "numeric", "autocomplete": "off"}


class GroupedNumber(forms.CharField):
    """A whole number that may be typed with spaces between thousands: «100 000»."""

    def to_python(self, value: str | None) -> int | None:
        text = "".join((value or "").split()).replace("\N{NO-BREAK SPACE}", "").removesuffix("₽")
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 10:
            raise forms.ValidationError(_("Write a whole number, for example 30."))
        return int(text)


class CallCommentForm(NextStepForm):
    was = forms.CharField(label=_("Was"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    now = forms.CharField(label=_("Now"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    plans = forms.CharField(label=_("Plans"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    requests = GroupedNumber(label=_("Requests"), required=False, widget=forms.TextInput(attrs=NUMBER_INPUT))
    meetings = GroupedNumber(label=_("Meetings"), required=False, widget=forms.TextInput(attrs=NUMBER_INPUT))
    contracts = GroupedNumber(label=_("Contracts"), required=False, widget=forms.TextInput(attrs=NUMBER_INPUT))
    contracts_sum = GroupedNumber(label=_("Sum"), required=False, widget=forms.TextInput(attrs=NUMBER_INPUT))
    completed_task = forms.ModelChoiceField(queryset=Task.objects.none(), required=False)

    field_order = ["was", "now", "plans", "requests", "meetings", "contracts", "contracts_sum", "title"]

    def __init__(self, *args, deal: Deal, previous: CallComment | None = None, **kwargs) -> None:
        """`previous` is the comment whose promises are asked about."""
        super().__init__(*args, **kwargs)
        self.promises = promises_of(previous.plans) if previous else []
        for position, promise in enumerate(self.promises):
            self.fields[f"promise_{position}"] = forms.ChoiceField(
                label=promise, choices=PromiseVerdict.Outcome, required=False, widget=forms.RadioSelect
            )
        self.fields["completed_task"].queryset = Task.objects.open().filter(deal=deal)
        # What is missing is said by the rule (R3), for all parts at once and in one place.
        for name in ("title", "day"):
            self.fields[name].required = False

    def clean_day(self):
        return super().clean_day() if self.cleaned_data["day"] else ""

    @property
    def numbers(self) -> Numbers:
        data = self.cleaned_data
        total = data["contracts_sum"]
        return Numbers(
            requests=data["requests"],
            meetings=data["meetings"],
            contracts=data["contracts"],
            contracts_sum=None if total is None else Decimal(total),
        )

    @property
    def promise_fields(self) -> list[forms.BoundField]:
        return [self[f"promise_{position}"] for position in range(len(self.promises))]

    @property
    def outcomes(self) -> dict[int, str]:
        """What became of the promises, by position."""
        told = {position: self.cleaned_data.get(f"promise_{position}") for position in range(len(self.promises))}
        return {position: outcome for position, outcome in told.items() if outcome}

    def show_violation(self, violation: RuleViolation) -> None:
        """An incomplete comment marks each part that is missing; the summary stands near the button."""
        if not isinstance(violation, CommentIncomplete):
            super().show_violation(violation)
            return
        messages = {
            "was": _("Write what has been done up to now."),
            "now": _("Write how things are now."),
            "plans": _("Write what the partner plans. Without this part the comment is not saved."),
            "next_step": _("Write what is to be done next."),
            "due_at": _("Choose the day of the next step."),
        }
        for part in violation.missing:
            self.add_error({"next_step": "title", "due_at": "day"}.get(part, part), messages[part])
        self.incomplete = violation.message
