"""Forms about people and one's own account."""

from django import forms

from accounts.models import User


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


class PersonForm(forms.ModelForm):
    """A colleague, as the administrator enters him."""

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()
