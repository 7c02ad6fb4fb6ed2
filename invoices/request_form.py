"""The public form of a customer request (R20): which details each kind of payer in each country has, and what is wrong.

Strangers fill it in, so it also carries what tells a person from a machine: a field that nobody sees, and the signed
moment at which the form was opened.
"""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.form_fields import CityField
from catalog.models import Country, Service
from core.control_digits import is_ogrn
from invoices.actions import RequestDraft
from invoices.models import RequestLink
from partners.forms.fields import KPP, PHONE, PartnersForm, email_field, text_field
from partners.models import LegalKind
from partners.tax_numbers import is_tax_number_of

SALT = "customer-request"
FASTEST = timedelta(seconds=3)
"""Nobody fills the form in faster, even with what the browser remembers."""

LONGEST = timedelta(hours=24)

NUMBER_NAMES = {
    Country.RUSSIA: dict.fromkeys(LegalKind, "ИНН"),
    Country.KAZAKHSTAN: {LegalKind.COMPANY: "БИН", LegalKind.ENTREPRENEUR: "ИИН", LegalKind.PERSON: "ИИН"},
    Country.UKRAINE: {LegalKind.COMPANY: "ЄДРПОУ", LegalKind.ENTREPRENEUR: "РНОКПП", LegalKind.PERSON: "РНОКПП"},
}
"""What the tax number is called; the words of the countries themselves."""

DIGITS = {"inputmode": "numeric", "autocomplete": "off"}
REQUIRED_NAME = gettext_lazy("Write who pays.")


class ServicesField(forms.ModelMultipleChoiceField):
    """What is on sale beside the packages."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Service.objects.filter(is_active=True, package__isnull=True), required=False, **kwargs)


class CustomerRequestForm(PartnersForm):
    payer_kind = forms.ChoiceField(
        label=gettext_lazy("Who pays"),
        choices=[
            (LegalKind.COMPANY, LegalKind.COMPANY.label),
            (LegalKind.ENTREPRENEUR, pgettext_lazy("short", "Entrepreneur")),
            (LegalKind.PERSON, LegalKind.PERSON.label),
        ],
        widget=forms.RadioSelect,
        initial=LegalKind.COMPANY,
        error_messages={"required": gettext_lazy("Choose who pays.")},
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Registered in"),
        choices=Country,
        widget=forms.RadioSelect,
        initial=Country.RUSSIA,
        error_messages={"required": gettext_lazy("Choose the country.")},
    )
    tax_number = text_field(gettext_lazy("Tax number"), 20, widget=forms.TextInput(attrs=DIGITS))
    kpp = text_field(gettext_lazy("KPP"), 20, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    ogrn = text_field(gettext_lazy("OGRN"), 20, widget=forms.TextInput(attrs=DIGITS))
    payer_name = text_field(
        gettext_lazy("Name"),
        160,
        required=True,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": REQUIRED_NAME},
    )
    address = text_field(gettext_lazy("Legal address"), 250)
    contact_name = text_field(
        pgettext_lazy("request", "Contact person"),
        120,
        required=True,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Write whom to ask for.")},
    )
    phone = text_field(
        gettext_lazy("Phone"),
        40,
        required=True,
        widget=forms.TextInput(attrs=PHONE | {"autocomplete": "tel"}),
        error_messages={"required": gettext_lazy("Write a phone number for the SMS.")},
    )
    email = email_field(
        label=pgettext_lazy("request", "E-mail"),
        required=True,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    city = CityField(label=gettext_lazy("Your city"), error_messages={"required": gettext_lazy("Choose the city.")})
    wants_renewal = forms.BooleanField(label=gettext_lazy("Renewal of the package"), required=False)
    services = ServicesField(label=gettext_lazy("What you pay for"))
    wishes = text_field(gettext_lazy("Anything else? In your own words"), 500, widget=forms.Textarea(attrs={"rows": 2}))
    agrees = forms.BooleanField(
        label=gettext_lazy("I agree to the processing of my personal data"),
        error_messages={"required": gettext_lazy("Without this consent we may not take the request.")},
    )
    agrees_to_advertising = forms.BooleanField(
        label=gettext_lazy("I agree to receive offers by e-mail, SMS and phone"), required=False
    )
    site = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}))
    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, now: datetime, link: RequestLink | None = None) -> None:
        initial = {"request_key": uuid.uuid4(), "opened": signing.dumps(now.timestamp(), salt=SALT)}
        super().__init__(data, initial=initial | (known_of(link) if link else {}))
        self.now = now
        self.fields["city"].load()

    @property
    def cities(self) -> list[str]:
        return list(self.fields["city"].by_name)

    @property
    def is_of_a_machine(self) -> bool:
        """Whether the field that nobody sees is filled in."""
        return bool(self.data.get("site"))

    @property
    def is_out_of_time(self) -> bool:
        """Whether it was sent faster than anybody types, or from a form of another day."""
        try:
            opened = signing.loads(self.data.get("opened", ""), salt=SALT)
        except signing.BadSignature:
            return True
        return not FASTEST <= self.now - datetime.fromtimestamp(opened, self.now.tzinfo) <= LONGEST

    def again(self) -> None:
        """Let what was typed be sent once more as it stands, with a fresh moment if the old one cannot be used."""
        data = self.data.copy()
        data["opened"] = signing.dumps((self.now - FASTEST).timestamp(), salt=SALT)
        self.data = data

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind, country = data.get("payer_kind", LegalKind.COMPANY), data.get("country", Country.RUSSIA)
        self._clean_tax_number(data, kind, country)
        self._clean_russian(data, kind, country)
        self.clean_phone_of(data, "phone", country)
        if data.get("email"):
            data["email"] = data["email"].lower()
        if (
            not (data.get("wants_renewal") or data.get("services") or data.get("wishes"))
            and "services" not in self.errors
        ):
            self.add_error("services", _("Tick what you pay for, or write it in your own words."))
        return data

    def _clean_tax_number(self, data: dict[str, Any], kind: str, country: str) -> None:
        number = data["tax_number"] = "".join(data.get("tax_number", "").split())
        if "tax_number" in self.errors:
            return
        name = NUMBER_NAMES[Country(country)][LegalKind(kind)]
        if not number:
            if kind != LegalKind.PERSON:
                self.add_error("tax_number", _("Enter the %(name)s: the invoice needs it.") % {"name": name})
        elif not is_tax_number_of(number, country, kind):
            self.add_error("tax_number", _("This is no %(name)s. Check the digits.") % {"name": name})

    def _clean_russian(self, data: dict[str, Any], kind: str, country: str) -> None:
        """КПП of a company, ОГРН of a company or an entrepreneur; elsewhere they are not asked and not kept."""
        kpp = "".join(data.get("kpp", "").split()).upper()
        ogrn = "".join(data.get("ogrn", "").split())
        data["kpp"] = kpp if country == Country.RUSSIA and kind == LegalKind.COMPANY else ""
        data["ogrn"] = ogrn if country == Country.RUSSIA and kind != LegalKind.PERSON else ""
        if country == Country.RUSSIA and kind == LegalKind.COMPANY and "kpp" not in self.errors:
            if not kpp:
                self.add_error("kpp", _("A company has a KPP: enter it."))
            elif not re.fullmatch(KPP, kpp):
                self.add_error("kpp", _("A KPP has nine signs, like 770101001."))
        if data["ogrn"] and not (is_ogrn(ogrn) and (len(ogrn) == 13) == (kind == LegalKind.COMPANY)):
            self.add_error("ogrn", _("The control digits of the OGRN do not fit. Check the digits."))

    def draft(self) -> RequestDraft:
        data = self.cleaned_data
        return RequestDraft(**{name: data[name] for name in RequestDraft.__dataclass_fields__})


def known_of(link: RequestLink) -> dict[str, Any]:
    """What the form of a personal link is filled in with."""
    partner = link.partner
    contact = partner.contacts.in_use().filter(is_primary=True).first()
    return {
        "payer_kind": partner.legal_kind,
        "country": partner.city.country,
        "payer_name": partner.buyer_name,
        "tax_number": partner.inn,
        "kpp": partner.kpp,
        "address": partner.address,
        "contact_name": contact.name if contact else "",
        "phone": contact.phone if contact else "",
        "email": contact.email if contact else "",
        "city": partner.city_id,
    }
