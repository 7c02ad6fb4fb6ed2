"""Forms about people and one's own account."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.form_fields import DayField


class PreferencesForm(forms.ModelForm):
    """One or several preferences at once: what is not sent stays as it is."""

    class Meta:
        model = User
        fields = ["theme", "density", "language", "has_hotkeys"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if name not in self.data:
                del self.fields[name]


class SettingsForm(forms.ModelForm):
    """The same preferences as groups of choices, for the page «Настройки»."""

    has_hotkeys = forms.ChoiceField(
        label=_("One-letter keys"), choices=[("true", _("On")), ("false", _("Off"))], widget=forms.RadioSelect
    )

    class Meta:
        model = User
        fields = ["theme", "density", "language", "has_hotkeys"]
        widgets = dict.fromkeys(("theme", "density", "language"), forms.RadioSelect)
        labels = {"theme": _("Theme"), "density": _("Density"), "language": _("Language")}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["has_hotkeys"] = str(self.instance.has_hotkeys).lower()


class PersonForm(forms.ModelForm):
    """A colleague, as the administrator enters him."""

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class SubstitutionForm(forms.Form):
    """Who is away, who stands in, from which day to which."""

    absent = forms.ModelChoiceField(
        label=_("Who is away"),
        queryset=User.objects.support_managers(),
        empty_label="—",
        error_messages={"required": _("Choose who is away.")},
    )
    substitute = forms.ModelChoiceField(
        label=_("Who stands in"),
        queryset=User.objects.support_managers(),
        empty_label="—",
        error_messages={"required": _("Choose who stands in.")},
    )
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Last day"))
