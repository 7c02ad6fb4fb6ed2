"""Accepting a handed-over partner into work: who takes it and when the first call is (R1)."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import may
from core import formatting, moscow
from deals.first_call import calling_hours, may_call_at, suggest_first_call
from deals.forms.next_step import NextStepForm
from deals.models import Handoff, Task


class AcceptForm(NextStepForm):
    """The first task, a call in the partner's calling hours; and the manager, for those who may reassign partners."""

    manager = forms.ModelChoiceField(
        label=gettext_lazy("Responsible"), queryset=User.objects.none(), required=False, empty_label=None
    )

    def __init__(self, *args, handoff: Handoff, user: User, now: datetime, **kwargs) -> None:
        self.timezone = handoff.deal.partner.city.timezone
        first_call = suggest_first_call(self.timezone, now)
        initial = {
            "title": _("First call: get acquainted, agree on the start"),
            "kind": Task.Kind.CALL,
            "day": moscow.today(first_call).isoformat(),
            "time": first_call.strftime("%H:%M"),
            "manager": handoff.deal.manager_id,
        }
        super().__init__(*args, initial=initial, **kwargs)
        if may(user, "partner.reassign"):
            self.fields["manager"].queryset = User.objects.support_managers()
        else:
            del self.fields["manager"]

    def clean(self) -> dict:
        cleaned = super().clean()
        due_at = self.due_at
        if due_at and cleaned.get("kind") == Task.Kind.CALL and not may_call_at(self.timezone, due_at):
            opens, closes = map(formatting.time_of_day, calling_hours(self.timezone, moscow.today(due_at)))
            message = _("The partner is called from %(opens)s to %(closes)s, Moscow time. Choose a time between them.")
            self.add_error("time", message % {"opens": opens, "closes": closes})
        return cleaned
