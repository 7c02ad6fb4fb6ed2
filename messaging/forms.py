"""What is typed about messages and their templates."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import RuleViolation
from messaging.models import SUBJECT_LENGTH, Channel
from messaging.texts import TextKind


class ReasonForm(forms.Form):
    """Why a message is held or cancelled."""

    reason = forms.CharField(
        label=_("Why it shall not go"), max_length=500, error_messages={"required": _("Write why: the list shows it.")}
    )

    def show_violation(self, violation: RuleViolation) -> None:
        self.add_error(violation.field if violation.field in self.fields else None, violation.message)


class TemplateForm(forms.Form):
    """The text of a kind of message; an SMS has no subject."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    subject = forms.CharField(
        label=_("Subject"), max_length=SUBJECT_LENGTH, error_messages={"required": _("A letter needs a subject.")}
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": _("Write the text.")},
    )

    def __init__(self, *args: Any, kind: TextKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind.channel == Channel.SMS:
            del self.fields["subject"]
            self.fields["body"].widget.attrs["rows"] = 3

    show_violation = ReasonForm.show_violation
