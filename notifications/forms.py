"""What one wants to be told, and when not."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.kinds import kinds_of
from notifications.models import hours_of
from notifications.rules import DIGEST_HOURS


def _hours(hours, none: str) -> list[tuple[str, str]]:
    return [("", none), *((str(hour), f"{hour}:00") for hour in hours)]


class NotificationsForm(forms.Form):
    kinds = forms.MultipleChoiceField(label=_("Tell me"), required=False, widget=forms.CheckboxSelectMultiple)
    quiet_from = forms.TypedChoiceField(label=_("Quiet from"), coerce=int, empty_value=None, required=False)
    quiet_to = forms.TypedChoiceField(label=_("till"), coerce=int, empty_value=None, required=False)
    digest_at = forms.TypedChoiceField(label=_("Letter at"), coerce=int, empty_value=None, required=False)

    def __init__(self, user: User, data: Any = None) -> None:
        hours, off = hours_of(user), set(user.switched_off.values_list("kind", flat=True))
        optional = [kind for kind in kinds_of(user) if kind.is_optional]
        initial = {name: getattr(hours, name) for name in ("quiet_from", "quiet_to", "digest_at")}
        initial["kinds"] = [kind.code for kind in optional if kind.code not in off]
        super().__init__(data, initial=initial)
        self.fields["kinds"].choices = [(kind.code, kind.name) for kind in optional]
        for name in ("quiet_from", "quiet_to"):
            self.fields[name].choices = _hours(range(24), _("never"))
        self.fields["digest_at"].choices = _hours(DIGEST_HOURS, _("no letter"))
