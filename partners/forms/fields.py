"""Fields and checks that several forms of partners share."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import City, Country
from core.errors import RuleViolation
from partners.models import LegalKind
from partners.phones import normalised_phone
from partners.tax_numbers import is_tax_number

KPP = re.compile(r"\d{4}[\dA-Z]{2}\d{3}")

PHONE = {"type": "tel", "autocomplete": "off"}
NO_EMAIL = gettext_lazy("This is no e-mail address. It looks like name@example.ru.")


def text_field(label: Any, longest: int, **options: Any) -> forms.CharField:
    """A line of text that may be left empty, with a limit that the field itself tells."""
    return forms.CharField(label=label, max_length=longest, required=options.pop("required", False), **options)


def email_field(**options: Any) -> forms.EmailField:
    """An address that may be left empty and is no longer than the database keeps."""
    options = {"label": gettext_lazy("E-mail"), "required": False, "max_length": 254} | options
    return forms.EmailField(error_messages={"invalid": NO_EMAIL}, **options)


class PartnersForm(forms.Form):
    """A form of which a rule may refuse the values: the refusal lands at the field it names."""

    def show_violation(self, violation: RuleViolation) -> None:
        self.add_error(violation.field if violation.field in self.fields else None, violation.message)

    def remember(self, names: Iterable[str]) -> None:
        """Let these fields send along what they held when the form was opened."""
        for name in names:
            if name in self.fields:
                self.fields[name].show_hidden_initial = True

    def opened(self, name: str) -> str:
        """What a remembered field held when the form was opened, as it was sent along."""
        return self.data.get(self.add_initial_prefix(name), "")

    def shown(self, name: str, raw: Any) -> str:
        """A raw value of the form as people read it: the label of a choice."""
        choices = getattr(self.fields[name], "choices", None)
        if not choices:
            return str(raw or "")
        return next((str(label) for value, label in choices if str(value) == str(raw)), "")

    def clean_requisites(self, data: dict[str, Any], known: tuple[str, str] = ("", "")) -> None:
        """INN by the control digits of the country, and KPP; both without spaces. `known` ones stay as they are."""
        city: City | None = data.get("city")
        country = city.country if city else Country.RUSSIA
        inn = data["inn"] = "".join(data.get("inn", "").split())
        kpp = data["kpp"] = "".join(data.get("kpp", "").split()).upper()
        is_new = inn != known[0]
        if is_new and inn and not is_tax_number(inn, country):
            self.add_error("inn", _("The control digits of the INN do not fit. Check the digits."))
        elif (
            is_new
            and inn
            and country == Country.RUSSIA
            and (len(inn) == 10) != (data.get("legal_kind") == LegalKind.COMPANY)
        ):
            self.add_error("inn", _("A company has an INN of 10 digits, an entrepreneur or a person of 12."))
        if kpp and kpp != known[1] and not KPP.fullmatch(kpp):
            self.add_error("kpp", _("A KPP has nine signs, like 770101001."))

    def clean_phone_of(self, data: dict[str, Any], name: str, country: str) -> None:
        """The number in E.164; an extension that was typed with the main one goes to its own field."""
        if not data.get(name):
            return
        found = normalised_phone(data[name], country)
        if found is None:
            self.add_error(name, _("This is no phone number. It looks like +7 900 123-45-67."))
            return
        data[name], extension = found
        if name == "phone" and extension:
            data["phone_extension"] = extension[:8]
