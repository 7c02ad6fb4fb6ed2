"""The form of one person at a partner's."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.actions import ContactDraft
from partners.forms.fields import PHONE, PartnersForm, email_field, text_field
from partners.models import Contact, Partner

FIELDS = ("name", "position", "phone", "phone_extension", "second_phone", "email", "messenger")


class ContactForm(PartnersForm):
    """Phones in any form, of the partner's country when there is no code."""

    name = text_field(
        gettext_lazy("Contact person"),
        120,
        required=True,
        error_messages={"required": gettext_lazy("Enter whom to call.")},
    )
    position = text_field(gettext_lazy("Position"), 80)
    phone = text_field(gettext_lazy("Phone"), 40, widget=forms.TextInput(attrs=PHONE))
    phone_extension = text_field(gettext_lazy("Extension"), 8, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    second_phone = text_field(gettext_lazy("Another phone"), 40, widget=forms.TextInput(attrs=PHONE))
    email = email_field()
    messenger = text_field(gettext_lazy("Messenger"), 80, help_text=gettext_lazy("Like Telegram @name or WhatsApp"))

    is_another = forms.BooleanField(label=gettext_lazy("It is another person, add it"), required=False)

    def __init__(self, *args: Any, partner: Partner, contact: Contact | None = None, **kwargs: Any) -> None:
        initial = {name: getattr(contact, name) for name in FIELDS} if contact else None
        super().__init__(*args, initial=initial, **kwargs)
        self.country = partner.city.country
        if contact:
            del self.fields["is_another"]
            self.remember(FIELDS)

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean_phone_extension(self) -> str:
        extension = self.cleaned_data["phone_extension"].strip()
        if extension and not (extension.isascii() and extension.isdigit()):
            raise forms.ValidationError(_("An extension is digits only."))
        return extension

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in ("phone", "second_phone"):
            self.clean_phone_of(data, name, self.country)
        return data

    def draft(self) -> ContactDraft:
        return ContactDraft(**{name: self.cleaned_data[name] for name in FIELDS})

    def seen(self) -> ContactDraft | None:
        """The person as he was when the form was opened; None when that was not sent along."""
        if not any(self.add_initial_prefix(name) in self.data for name in FIELDS):
            return None
        return ContactDraft(**{name: self.opened(name) for name in FIELDS})
