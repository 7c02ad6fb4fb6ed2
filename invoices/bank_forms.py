"""What a person decides on a payment from the bank (screen 07)."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import RuleViolation
from core.form_fields import DayField
from invoices.models import Invoice, InvoiceLine
from invoices.rules import remainder
from invoices.selectors.bank_panel import BankPanel
from invoices.statements.table import FIELDS, Layout
from partners.models import Partner

MAX_NUMBER = 2**31 - 1


class ViolationForm(forms.Form):
    def show_violation(self, violation: RuleViolation) -> None:
        """Put the refusal next to the field it names."""
        self.add_error(violation.field if violation.field in self.fields else None, violation.message)


class UploadForm(ViolationForm):
    file = forms.FileField(
        label=_("Bank statement"), error_messages={"required": _("Choose the file of the statement.")}
    )


class DecisionForm(ViolationForm):
    """One of five decisions, with what that one needs."""

    decision = forms.ChoiceField(
        choices=[(name, name) for name in ("match", "other", "several", "advance", "return")],
        error_messages={"required": _("Choose what this money is."), "invalid_choice": _("Choose what this money is.")},
    )
    number = forms.CharField(label=_("Invoice №"), max_length=12, required=False)
    several = forms.MultipleChoiceField(label=_("Invoices"), required=False)
    partner = forms.CharField(label=_("Partner"), max_length=160, required=False)
    note = forms.CharField(label=_("What for"), max_length=250, required=False)
    reason = forms.CharField(label=_("Why it goes back"), max_length=250, required=False)

    def __init__(self, *args: Any, panel: BankPanel, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.panel, self.user = panel, user
        self.by_id = {str(each.invoice.pk): each for each in panel.candidates}
        self.fields["several"].choices = [(pk, pk) for pk in self.by_id]
        for line in panel.unpaid_lines:
            choices = [("", _("choose the reason")), *InvoiceLine.UnpaidReason.choices]
            self.fields[f"reason-{line.pk}"] = forms.ChoiceField(label=line.name, choices=choices, required=False)
            self.fields[f"note-{line.pk}"] = forms.CharField(
                label=_("in their words"), max_length=250, required=False, widget=forms.Textarea(attrs={"rows": 2})
            )

    @property
    def lines(self) -> list[tuple[InvoiceLine, forms.BoundField, forms.BoundField]]:
        return [(line, self[f"reason-{line.pk}"], self[f"note-{line.pk}"]) for line in self.panel.unpaid_lines]

    @property
    def unpaid(self) -> dict[int, tuple[str, str]]:
        """Why the lines that stay unpaid are not paid."""
        data = self.cleaned_data
        return {line.pk: (data[f"reason-{line.pk}"], data[f"note-{line.pk}"]) for line in self.panel.unpaid_lines}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        check = {
            "match": self._clean_match, "other": self._clean_other, "several": self._clean_several,
            "advance": self._clean_advance, "return": self._clean_return,
        }.get(data.get("decision", ""))  # fmt: skip
        if check and not self.errors:
            check(data)
        return data

    def _clean_match(self, data: dict[str, Any]) -> None:
        if self.panel.suggested is None:
            self.add_error("decision", _("No invoice is suggested. Choose another one."))
        for line in self.panel.unpaid_lines if self.panel.is_part else ():
            if not data.get(f"reason-{line.pk}"):
                self.add_error(f"reason-{line.pk}", _("Choose why this is not paid."))
            elif data[f"reason-{line.pk}"] == InvoiceLine.UnpaidReason.OTHER and not data[f"note-{line.pk}"].strip():
                self.add_error(f"note-{line.pk}", _("Write the reason in their words."))

    def _clean_other(self, data: dict[str, Any]) -> None:
        """The number as it is written on the invoice; the newest open one of that number."""
        digits = data["number"].strip().removeprefix("№").strip()
        if not digits.isascii() or not digits.isdecimal() or int(digits) > MAX_NUMBER:
            self.add_error("number", _("Write the number of the invoice: digits only."))
            return
        found = Invoice.objects.filter(number=int(digits), state=Invoice.State.ISSUED).with_paid_amount()
        still_open = [each for each in found.order_by("-dated_on", "-pk") if each.paid_amount < each.amount]
        if not still_open:
            self.add_error("number", _("There is no unpaid invoice of this number."))
            return
        invoice = still_open[0]
        left = remainder(invoice.amount, invoice.paid_amount)
        data["allocations"] = [(invoice, min(left, self.panel.payment.undecided))]

    def _clean_several(self, data: dict[str, Any]) -> None:
        """The chosen invoices in their order, each as far as the money reaches."""
        rest = self.panel.payment.undecided
        allocations = []
        for pk in data["several"]:
            amount = min(self.by_id[pk].left, rest)
            if amount <= Decimal(0):
                self.add_error("several", _("The money does not reach for all of these. Choose fewer."))
                return
            allocations.append((self.by_id[pk].invoice, amount))
            rest -= amount
        if not allocations:
            self.add_error("several", _("Choose the invoices that this money is for."))
        data["allocations"] = allocations

    def _clean_advance(self, data: dict[str, Any]) -> None:
        name = data["partner"].strip()
        partners = Partner.objects.filter(archived_at__isnull=True)
        found = list(partners.filter(name__iexact=name)[:2]) or list(partners.filter(name__icontains=name)[:2])
        if not name or not found:
            self.add_error("partner", _("Write the partner's name as it is in the list of partners."))
        elif len(found) > 1:
            self.add_error("partner", _("Several partners are called like this. Write the whole name."))
        else:
            data["found_partner"] = found[0]

    def _clean_return(self, data: dict[str, Any]) -> None:
        if not data["reason"].strip():
            self.add_error("reason", _("Write why the money goes back."))


class WhyForm(ViolationForm):
    reason = forms.CharField(
        label=_("Why"), max_length=250, error_messages={"required": _("Write why the decision is taken back.")}
    )


class SentBackForm(ViolationForm):
    document_number = forms.CharField(
        label=_("Payment order №"),
        max_length=40,
        error_messages={"required": _("Write the number of the payment order.")},
    )
    returned_on = DayField(label=_("Sent back on"))


class ReceiptForm(ViolationForm):
    receipt_number = forms.CharField(
        label=_("Receipt №"), max_length=40, error_messages={"required": _("Write the number of the receipt.")}
    )
    receipt_on = DayField(label=_("Receipt of"))


class ColumnsForm(ViolationForm):
    """Which column of the table is which; the heads that give themselves away are chosen already."""

    def __init__(self, *args: Any, shape: Layout, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        guesses = shape.guesses()
        columns = [("", _("there is none")), *((str(at), head or f"{at + 1}") for at, head in enumerate(shape.heads))]
        for name, label in FIELDS.items():
            self.fields[name] = forms.ChoiceField(
                label=label, choices=columns, required=False, initial=str(guesses.get(name, ""))
            )
        self.fields["own_account"] = forms.ChoiceField(label=_("Our account"), choices=accounts)

    @property
    def positions(self) -> dict[str, int]:
        return {name: int(value) for name in FIELDS if (value := self.cleaned_data[name])}
