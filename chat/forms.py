"""The composer: a text, and the few fields of the kind that is chosen (R19). The rules are the action's."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from chat.actions import Draft
from chat.checking import MAX_TEXT
from chat.kinds import ASKING, Kind, kinds_for
from chat.models import Message
from core.errors import RuleViolation
from core.form_fields import DayField, MoneyField

NUMBER = {"inputmode": "numeric", "autocomplete": "off", "class": "input"}


class MessageForm(forms.Form):
    """Bound or fresh; after validation `draft()` gives what the action takes."""

    kind = forms.ChoiceField(widget=forms.RadioSelect, initial=Kind.NOTE, required=False)
    text = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}),
    )
    network = forms.CharField(
        label=_("Network"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"list": "chat-networks", "class": "input", "autocomplete": "off"}),
    )
    amount = MoneyField(label=_("Sum, ₽"), required=False)
    payer = forms.ChoiceField(
        label=_("Who pays"),
        required=False,
        choices=[("", pgettext_lazy("who pays", "not settled")), *Message.Payer.choices],
        widget=forms.Select(attrs={"class": "input"}),
    )
    requests_now = forms.IntegerField(
        label=_("Now a week"), required=False, min_value=0, widget=forms.TextInput(attrs=NUMBER)
    )
    requests_needed = forms.IntegerField(
        label=_("Needed a week"), required=False, min_value=0, widget=forms.TextInput(attrs=NUMBER)
    )
    geography = forms.CharField(
        label=_("Geography"), required=False, max_length=160, widget=forms.TextInput(attrs={"class": "input"})
    )
    since = DayField(label=_("Since which day"), required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, by: User, kind: str = Kind.NOTE, **kwargs) -> None:
        kinds = kinds_for(by)
        initial = {"key": uuid4(), "kind": kind if kind in kinds else Kind.NOTE}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["kind"].choices = [(each.value, each.label) for each in kinds]
        self.chips = [(each, ASKING[each].icon) for each in kinds]
        self.kinds_of_fields = {
            name: " ".join(each for each in kinds if name in ASKING[each].fields)
            for name in ("network", "amount", "payer", "requests_now", "requests_needed", "geography", "since")
        }

    def extra_fields(self) -> list[tuple[forms.BoundField, str]]:
        """The fields of some kinds with the names of these kinds, in the order of the form."""
        return [(self[name], kinds) for name, kinds in self.kinds_of_fields.items() if kinds]

    def draft(self) -> Draft:
        data = self.cleaned_data
        values = {name: data[name] for name in self.kinds_of_fields}
        return Draft(text=data["text"], kind=data["kind"] or Kind.NOTE, **values)

    def show_violation(self, violation: RuleViolation) -> None:
        """Put a rule's refusal next to the field it names, or above the form."""
        self.add_error(violation.field if violation.field in self.fields else None, violation.message)
