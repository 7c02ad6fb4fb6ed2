"""What is typed about invoices and payments, with a message at each field."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Country
from core import formatting
from core.control_digits import is_inn
from core.errors import RuleViolation
from core.form_fields import MoneyField
from invoices.catalogue import Catalogue, deal_name
from invoices.models import Invoice, InvoiceLine, Payment
from partners.models import LegalKind, Partner
from partners.phones import normalised_phone

CHOOSE = _("Choose from the list.")


class PickField(forms.ChoiceField):
    """One of objects that are already loaded, by id; gives the object."""

    def __init__(
        self, objects: Iterable[Any], *, empty: str | None = None, naming: Callable[[Any], str] = str, **kwargs: Any
    ) -> None:
        self.by_id = {str(each.pk): each for each in objects}
        choices = [(pk, naming(each)) for pk, each in self.by_id.items()]
        messages = {"required": CHOOSE, "invalid_choice": CHOOSE} | kwargs.pop("error_messages", {})
        head = [("", empty)] if empty is not None else []
        super().__init__(choices=head + choices, error_messages=messages, **kwargs)

    def clean(self, value: Any) -> Any:
        return self.by_id.get(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, "pk", value)


def date_field(label: str, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    messages = {"required": _("Choose the day."), "invalid": _("Choose the day.")}
    return forms.DateField(label=label, widget=widget, error_messages=messages, **kwargs)


class PhoneField(forms.CharField):
    """A number as people write it, kept as +79001234567; one without a country code is of `country`."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})

    def __init__(self, *, country: str, **kwargs: Any) -> None:
        super().__init__(max_length=30, required=False, **kwargs)
        self.country = country

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        found = normalised_phone(text, self.country) if text else ("", "")
        if found is None:
            raise forms.ValidationError(_("This is no phone number. It looks like +7 900 123-45-67."))
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        return formatting.phone(value) if isinstance(value, str) else value


def email_of_buyer() -> forms.EmailField:
    wrong = _("This is no e-mail address. It looks like name@example.ru.")
    return forms.EmailField(label=_("E-mail"), max_length=254, required=False, error_messages={"invalid": wrong})


class InvoiceForm(forms.Form):
    """All of an invoice but its lines. `partner` says whose tax number to expect."""

    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    dated_on = date_field(_("Invoice date"))
    due_on = date_field(_("Pay by"))
    buyer_kind = forms.ChoiceField(label=_("Form"), choices=LegalKind)
    buyer_name = forms.CharField(label=_("Payer"), max_length=160, error_messages={"required": _("Write who pays.")})
    buyer_inn = forms.CharField(
        label=_("INN"), max_length=12, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    buyer_kpp = forms.CharField(
        label=_("KPP"), max_length=9, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    buyer_address = forms.CharField(label=_("Address"), max_length=250, required=False)
    buyer_email = email_of_buyer()
    is_with_sms = forms.BooleanField(label=_("SMS"), required=False)

    def __init__(self, *args: Any, partner: Partner, catalogue: Catalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner
        self.fields["buyer_phone"] = PhoneField(country=partner.city.country, label=_("Phone"))
        self.fields["contract_offer"] = PickField(
            catalogue.offers,
            label=_("Contract-offer"),
            required=False,
            empty=_("not chosen"),
        )
        self.fields["deal"] = PickField(
            catalogue.deals, label=_("Deal"), required=False, empty=_("without a deal"), naming=deal_name
        )
        self.fields["seller"] = PickField(catalogue.sellers, label=_("Seller"))

    def clean_buyer_inn(self) -> str:
        inn = "".join(self.cleaned_data["buyer_inn"].split())
        if not inn:
            return inn
        if not inn.isascii() or not inn.isdigit():
            raise forms.ValidationError(_("An INN has digits only."))
        if self.partner.city.country == Country.RUSSIA and not is_inn(inn):
            raise forms.ValidationError(_("The control digits of the INN do not fit. Check the digits."))
        if not 8 <= len(inn) <= 12:
            raise forms.ValidationError(_("A tax number has from 8 to 12 digits."))
        return inn

    def clean_buyer_kpp(self) -> str:
        kpp = "".join(self.cleaned_data["buyer_kpp"].split()).upper()
        if kpp and (len(kpp) != 9 or not kpp.isascii() or not kpp.isalnum()):
            raise forms.ValidationError(_("A KPP has nine digits."))
        return kpp

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("buyer_kpp") and data.get("buyer_kind") != LegalKind.COMPANY:
            self.add_error("buyer_kpp", _("Only a company has a KPP."))
        dated_on, due_on = data.get("dated_on"), data.get("due_on")
        if dated_on and due_on and due_on < dated_on:
            self.add_error("due_on", _("The last day for paying is before the date of the invoice."))
        return data


class LineForm(forms.Form):
    """One line: name, numbers and unit come from the catalogue with the service (R8)."""

    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=999,
        initial=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input input--num"}),
        error_messages={"required": _("How many?"), "invalid": _("A whole number."), "min_value": _("At least one.")},
    )
    price = MoneyField(label=_("Price, ₽"), error_messages={"required": _("Enter the price.")})

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        kwargs["use_required_attribute"] = False
        super().__init__(*args, **kwargs)
        wanted = {"required": _("Choose the service.")}
        self.fields["service"] = PickField(
            catalogue.services, label=_("Service"), empty=_("Choose a service"), error_messages=wanted
        )
        self.fields["city"] = PickField(catalogue.cities, label=_("City"), required=False, empty=_("Choose a city"))

    @property
    def service(self) -> Any:
        """The chosen service, also while the rest of the line is wrong; None until it is chosen."""
        return self.fields["service"].by_id.get(str(self["service"].value() or ""))

    @property
    def is_blank(self) -> bool:
        """A line that nobody has begun to fill in."""
        return not self["service"].value() and not self["price"].value()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        service = data.get("service")
        if service and service.is_marketing and not data.get("city") and "city" not in self.errors:
            self.add_error("city", _("Choose the city: a marketing service needs it in the purpose of payment."))
        return data


class PaymentForm(forms.Form):
    """A payment recorded by hand for one invoice (R11)."""

    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    amount = MoneyField(label=_("Sum, ₽"), error_messages={"required": _("Enter the sum that came.")})
    paid_on = date_field(_("Day of the payment"))
    method = forms.ChoiceField(
        label=_("How"), choices=[choice for choice in Payment.Method.choices if choice[0] != Payment.Method.BANK]
    )
    document_number = forms.CharField(label=_("Payment order №"), max_length=20, required=False)
    payer_name = forms.CharField(label=_("Payer, if not the one in the invoice"), max_length=160, required=False)

    def show_violation(self, violation: RuleViolation) -> None:
        self.add_error(violation.field if violation.field in self.fields else None, violation.message)


class CardForm(forms.Form):
    """Asking for a payment to a card (R13)."""

    amount = MoneyField(label=_("Sum, ₽"), error_messages={"required": _("Enter the sum.")})
    why = forms.CharField(
        label=_("Why to a card"),
        max_length=250,
        error_messages={"required": _("Write why the partner pays to a card.")},
    )

    show_violation = PaymentForm.show_violation


class SendForm(forms.Form):
    """Where an issued invoice is sent (R10)."""

    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    buyer_email = email_of_buyer()

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["buyer_phone"] = PhoneField(country=country, label=_("Phone for the SMS, or empty"))

    show_violation = PaymentForm.show_violation


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is cancelled"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write why the invoice is cancelled.")},
    )

    show_violation = PaymentForm.show_violation


class CloseForm(forms.Form):
    """Why a customer request leads to no invoice (R20)."""

    reason = forms.CharField(
        label=_("Why there will be no invoice"),
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write why there will be no invoice.")},
    )

    show_violation = PaymentForm.show_violation


class UnpaidForm(forms.Form):
    """Why each line was not paid, in the partner's words where none of the usual reasons fits (R11)."""

    def __init__(self, *args: Any, lines: list[InvoiceLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        choices = [("", _("paid, or not asked yet")), *InvoiceLine.UnpaidReason.choices]
        for line in lines:
            self.fields[f"reason-{line.pk}"] = forms.ChoiceField(
                label=line.name, choices=choices, required=False, initial=line.unpaid_reason
            )
            self.fields[f"note-{line.pk}"] = forms.CharField(
                label=_("In their words"), max_length=250, required=False, initial=line.unpaid_note
            )

    def rows(self) -> list[tuple[InvoiceLine, forms.BoundField, forms.BoundField]]:
        return [(line, self[f"reason-{line.pk}"], self[f"note-{line.pk}"]) for line in self.lines]

    @property
    def reasons(self) -> dict[int, tuple[str, str]]:
        data = self.cleaned_data
        return {line.pk: (data[f"reason-{line.pk}"], data[f"note-{line.pk}"]) for line in self.lines}

    show_violation = PaymentForm.show_violation


def new_key() -> uuid.UUID:
    """The one-time key of a form: sent twice, it is done once."""
    return uuid.uuid4()


def invoice_initial(invoice: Invoice) -> dict[str, Any]:
    """What the form shows of a draft."""
    names = (
        "dated_on",
        "due_on",
        "buyer_kind",
        "buyer_name",
        "buyer_inn",
        "buyer_kpp",
        "buyer_address",
        "buyer_email",
        "buyer_phone",
    )
    picked = {"contract_offer": invoice.contract_offer_id, "deal": invoice.deal_id, "seller": invoice.seller_id}
    sending = {"request_key": new_key(), "is_with_sms": bool(invoice.buyer_phone)}
    return {name: getattr(invoice, name) for name in names} | picked | sending
