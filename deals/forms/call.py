"""A call written down by hand: with whom, when, how long (R4)."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from core import moscow
from core.form_fields import DayField
from deals.models import Call, Deal
from partners.models import Contact


class CallForm(forms.Form):
    """The moment is on a Moscow clock; no minutes mean that nobody answered."""

    contact = forms.ModelChoiceField(
        label=_("With whom"),
        queryset=Contact.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose whom.")},
    )
    direction = forms.ChoiceField(label=_("Direction"), choices=Call.Direction, initial=Call.Direction.OUTGOING)
    day = DayField(label=_("Day"))
    time = forms.TimeField(
        label=_("Time, Moscow"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Write the time, like 14:30."), "invalid": _("Write the time, like 14:30.")},
    )
    minutes = forms.IntegerField(
        label=_("How many minutes"),
        min_value=0,
        max_value=24 * 60,
        help_text=_("0 when nobody answered: such a call needs no comment"),
        error_messages={"required": _("Write how many minutes; 0 when nobody answered.")},
    )

    def __init__(self, *args, deal: Deal, now: datetime, **kwargs) -> None:
        local = moscow.to_moscow(now)
        initial = {"day": local.date(), "time": local.time().replace(second=0, microsecond=0)}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["contact"].queryset = deal.partner.contacts.in_use().exclude(phone="")
        self.fields["contact"].initial = deal.contact_id

    @property
    def started_at(self) -> datetime:
        return moscow.at(self.cleaned_data["day"], self.cleaned_data["time"])

    @property
    def duration_s(self) -> int:
        return int(timedelta(minutes=self.cleaned_data["minutes"]).total_seconds())
