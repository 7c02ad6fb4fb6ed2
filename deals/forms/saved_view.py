"""The name of a saved view, and whether everybody sees it."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SavedViewForm(forms.Form):
    """Whether the name is right the action tells, beside the field."""

    name = forms.CharField(
        label=_("Name"), required=False, strip=False, widget=forms.TextInput(attrs={"maxlength": 60, "autofocus": True})
    )
    is_shared = forms.BooleanField(
        label=_("Share with everybody"),
        required=False,
        help_text=_("Each sees his own deals through it; only you can change it."),
    )

    def __init__(self, *args, may_share: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]
