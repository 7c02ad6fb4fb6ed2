"""The field with which each value of the card is changed in place."""

from collections.abc import Callable
from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import City, Package
from core.form_fields import DayField, MoneyField
from deals.editing import EDITABLE, contact_of, key
from deals.models import Deal
from partners.phones import normalised_phone


class DiscountField(forms.DecimalField):
    """A discount in percent; an empty one is none."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self) -> None:
        super().__init__(required=False, min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=2)

    def to_python(self, value):
        text = value.strip().removesuffix("%").strip().replace(",", ".") if isinstance(value, str) else value
        return super().to_python(text) or Decimal(0)

    def prepare_value(self, value):
        return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value


class PhoneField(forms.CharField):
    """A telephone number as people write it, with its extension if there is one."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})

    def __init__(self, country: str) -> None:
        super().__init__(required=False, max_length=60)
        self.country = country

    def clean(self, value):
        text = super().clean(value).replace("#", " доб. ")
        if not text:
            return "", ""
        number = normalised_phone(text, self.country)
        if number is None or len(number[1]) > 8:
            raise forms.ValidationError(_("Write the number with its code, like +7 900 123-45-67."))
        return number

    def prepare_value(self, value):
        return EDITABLE["phone"].read(value) if isinstance(value, tuple) else value


def _choice(queryset, **kwargs) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(queryset, error_messages={"required": _("Choose one.")}, **kwargs)


FIELDS: dict[str, Callable[[Deal], forms.Field]] = {
    "package": lambda deal: _choice(Package.objects.filter(is_active=True).select_related("service"), empty_label=None),
    "discount_percent": lambda deal: DiscountField(),
    "amount": lambda deal: MoneyField(error_messages={"required": _("Write the amount.")}),
    "expected_payment_on": lambda deal: DayField(required=False),
    "term_ends_on": lambda deal: DayField(required=deal.term_ends_on is not None),
    "confidence": lambda deal: forms.ChoiceField(choices=Deal.Confidence),
    "manager": lambda deal: _choice(User.objects.support_managers(), empty_label=None),
    "contact": lambda deal: _choice(deal.partner.contacts.in_use(), empty_label=None),
    "phone": lambda deal: PhoneField(deal.partner.city.country),
    "email": lambda deal: forms.EmailField(required=False, max_length=254),
    "site": lambda deal: forms.URLField(required=False, max_length=200, assume_scheme="https"),
    "city": lambda deal: _choice(City.objects.order_by("name"), empty_label=None),
}


class InlineForm(forms.Form):
    """One value of a deal, and in `seen` the key of what it was when the editor began."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, deal: Deal, name: str, data=None) -> None:
        editable = EDITABLE[name]
        owner = {"deal": deal, "partner": deal.partner, "contact": contact_of(deal)}[editable.owner]
        value = editable.of(owner) if owner else ""
        super().__init__(data, initial={"value": getattr(value, "pk", value), "seen": key(value)}, auto_id=f"{name}-%s")
        self.fields["value"] = FIELDS[name](deal)
        self.fields["value"].label = editable.label

    @property
    def value(self):
        return self.cleaned_data["value"]
