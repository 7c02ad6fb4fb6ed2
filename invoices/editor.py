"""The form of an invoice as a whole: its fields, its lines, and what they come to while somebody is writing."""

import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Service
from core.errors import RuleViolation
from deals.models import Deal
from invoices import pdf
from invoices.actions import InvoiceDraft, LineDraft
from invoices.actions.drafting import MAX_LINES, fill, lines_of
from invoices.actions.issuing import next_number
from invoices.catalogue import Catalogue, load_catalogue
from invoices.checks import Check, PricedLine, checks_of
from invoices.document import document_with
from invoices.forms import InvoiceForm, LineForm, invoice_initial
from invoices.letters import letter_of, sms_goes_at, sms_of
from invoices.models import Invoice
from invoices.purpose import MAX_LENGTH, Purpose, PurposeDraft, PurposeLine, compose
from invoices.rules import line_amount
from invoices.vat import vat_words
from messaging.segments import Segments, segments
from messaging.texts import Text
from partners.models import Partner

LineFormSet = forms.formset_factory(LineForm, extra=0, max_num=MAX_LINES, absolute_max=MAX_LINES)
LINE_FIELDS = ("service", "city", "quantity", "price")
PREVIEW_WIDTH = 424


@dataclass(frozen=True)
class Row:
    """A line of the form: `service` and `amount` are None until they are known."""

    form: LineForm
    service: Service | None
    amount: Decimal | None


@dataclass(frozen=True)
class Preview:
    """What the right side shows. `picture` is a data: address of a PNG; when "", `trouble` says why."""

    purpose: Purpose
    limit: int
    checks: list[Check]
    picture: str
    trouble: str
    sending: "Sending"


@dataclass(frozen=True)
class Sending:
    """What would be sent with the invoice as it is typed; the SMS goes at `sms_at`."""

    letter: Text
    sms: str
    segments: Segments
    sms_at: datetime
    is_sms_later: bool


class InvoiceEditor:
    """One invoice being written by `user`. Make it with `blank`, `of_draft` or `of_post`."""

    def __init__(
        self,
        user: User,
        partner: Partner,
        today: date,
        *,
        invoice: Invoice | None,
        catalogue: Catalogue,
        data: Mapping[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
        lines: list[dict[str, Any]] | None = None,
    ) -> None:
        self.user, self.partner, self.today = user, partner, today
        self.invoice, self.catalogue = invoice, catalogue
        self.error = self.lines_error = ""
        self.form = InvoiceForm(data, initial=initial, partner=partner, catalogue=catalogue)
        options = {"prefix": "lines", "form_kwargs": {"catalogue": catalogue}}
        self.lines = LineFormSet(data, **options) if data is not None else LineFormSet(initial=lines, **options)

    @classmethod
    def blank(cls, user: User, partner: Partner, deal: Deal | None, today: date) -> "InvoiceEditor":
        """A new invoice for the partner, filled in from the deal: what it sells, for its exact amount."""
        catalogue = load_catalogue(user, partner)
        seller = next(iter(catalogue.sellers), None)
        contact = partner.contacts.in_use().first()
        valid_days = seller.invoice_valid_days if seller else 5
        initial = {
            "request_key": uuid.uuid4(),
            "deal": deal and deal.pk,
            "seller": seller and seller.pk,
            "contract_offer": partner.contract_offer_id or next((offer.pk for offer in catalogue.offers), None),
            "dated_on": today,
            "due_on": today + timedelta(days=valid_days),
            "buyer_kind": partner.legal_kind,
            "buyer_name": partner.buyer_name,
            "buyer_inn": partner.inn,
            "buyer_kpp": partner.kpp,
            "buyer_address": partner.address,
            "buyer_email": contact.email if contact else "",
            "buyer_phone": contact.phone if contact else "",
            "is_with_sms": bool(contact and contact.phone),
        }
        lines = [_line_of_deal(deal)] if deal else [{}]
        return cls(user, partner, today, invoice=None, catalogue=catalogue, initial=initial, lines=lines)

    @classmethod
    def of_draft(cls, user: User, invoice: Invoice, today: date) -> "InvoiceEditor":
        """A saved draft."""
        rows = invoice.lines.values("service_id", "city_id", "quantity", "price")
        lines = [
            {"service": row["service_id"], "city": row["city_id"], "quantity": row["quantity"], "price": row["price"]}
            for row in rows
        ]
        catalogue = load_catalogue(user, invoice.partner, invoice)
        return cls(
            user,
            invoice.partner,
            today,
            invoice=invoice,
            catalogue=catalogue,
            initial=invoice_initial(invoice),
            lines=lines or [{}],
        )

    @classmethod
    def of_post(
        cls, user: User, post: Mapping[str, Any], partner: Partner, invoice: Invoice | None, today: date
    ) -> "InvoiceEditor":
        """What somebody typed, to be checked."""
        catalogue = load_catalogue(user, partner, invoice)
        return cls(user, partner, today, invoice=invoice, catalogue=catalogue, data=post)

    def rearranged(self, post: Mapping[str, Any], do: str, changed: str = "") -> "InvoiceEditor":
        """The same form with a line added, removed, or filled from the catalogue; nothing is checked, nothing lost.

        `do`: add, remove-N or recount; `changed` names the field whose service was chosen just now.
        """
        rows = [
            {name: post.get(f"lines-{index}-{name}", "") for name in LINE_FIELDS} for index in range(_line_count(post))
        ]
        if do == "add" and len(rows) < MAX_LINES:
            rows.append({})
        if do.startswith("remove-") and do[7:].isdecimal():
            rows = [row for index, row in enumerate(rows) if index != int(do[7:])] or [{}]
        services = {str(service.pk): service for service in self.catalogue.services}
        for index, row in enumerate(rows):
            row["quantity"] = row.get("quantity") or 1
            service = services.get(str(row.get("service")))
            if service and (not row.get("price") or changed == f"lines-{index}-service"):
                row["price"] = service.price
            if service and service.is_marketing and not row.get("city"):
                row["city"] = self.partner.city_id
        return InvoiceEditor(
            self.user,
            self.partner,
            self.today,
            invoice=self.invoice,
            catalogue=self.catalogue,
            initial={name: post.get(name) for name in self.form.fields},
            lines=rows,
        )

    @cached_property
    def is_valid(self) -> bool:
        """Whether it can be saved as a draft: what is typed makes sense; what an invoice lacks is asked at issue."""
        is_form_valid, are_lines_valid = self.form.is_valid(), self.lines.is_valid()
        if not self.lines.management_form.is_valid():
            self.lines_error = _("The lines did not arrive whole. Check them and save again.")
        return is_form_valid and are_lines_valid

    @cached_property
    def draft(self) -> InvoiceDraft:
        """What was typed, for the actions. Parts that are wrong or missing have their everyday values."""
        data = self._values
        dated_on = data.get("dated_on") or self.today
        return InvoiceDraft(
            partner=self.partner,
            seller=data.get("seller") or self.catalogue.sellers[0],
            dated_on=dated_on,
            due_on=data.get("due_on") or dated_on,
            buyer_name=data.get("buyer_name") or "",
            buyer_kind=data.get("buyer_kind") or self.partner.legal_kind,
            buyer_inn=data.get("buyer_inn") or "",
            buyer_kpp=data.get("buyer_kpp") or "",
            buyer_address=data.get("buyer_address") or "",
            buyer_email=data.get("buyer_email") or "",
            buyer_phone=data.get("buyer_phone") or "",
            deal=data.get("deal"),
            contract_offer=data.get("contract_offer"),
            lines=[
                LineDraft(line["service"], line["price"], line["quantity"], line.get("city"))
                for line in self._line_values
                if line.get("service") and line.get("price") is not None and line.get("quantity")
            ],
        )

    @property
    def total(self) -> Decimal:
        return sum((row.amount or Decimal(0) for row in self.rows), Decimal(0))

    @property
    def line_count(self) -> int:
        return sum(row.amount is not None for row in self.rows)

    @property
    def vat_words(self) -> str:
        return vat_words(self.draft.seller.vat_mode).purpose

    @property
    def rows(self) -> list[Row]:
        """The lines of the form with what they come to."""
        return [
            Row(form, values.get("service"), _amount(values))
            for form, values in zip(self.lines.forms, self._line_values, strict=True)
        ]

    def preview(self) -> Preview:
        """The purpose, the checks and the picture of the draft as it would be issued now."""
        if self.form.is_bound:
            self.is_valid  # noqa: B018  so that the cleaned values and the errors are there
        draft, number = self.draft, self.number
        invoice = fill(Invoice(), draft)
        offer = draft.contract_offer
        purpose = compose(
            PurposeDraft(
                offer_number=offer.number if offer else "",
                offer_dated_on=offer.dated_on if offer else None,
                lines=[_purpose_line(values) for values in self._line_values],
                number=number,
                dated_on=draft.dated_on,
                vat_words=vat_words(draft.seller.vat_mode).purpose,
            )
        )
        priced = [
            PricedLine(index, line["service"], line["price"])
            for index, line in enumerate(self._line_values)
            if line.get("service") and line.get("price") is not None
        ]
        document = document_with(invoice, lines_of(draft, invoice), number, purpose.text)
        picture, trouble = _picture(document)
        checks = [*self._form_checks(), *checks_of(invoice, purpose, priced, self._earlier(draft.deal))]
        return Preview(purpose, MAX_LENGTH, checks, picture, trouble, self._sending(invoice, purpose.text))

    @property
    def phone_for_sms(self) -> str:
        """The number that the SMS goes to; "" when none is to be sent."""
        return self.draft.buyer_phone if self._values.get("is_with_sms") else ""

    def _sending(self, invoice: Invoice, purpose: str) -> Sending:
        now = timezone.now()
        sms, sms_at = sms_of(invoice, self.number).body, sms_goes_at(self.partner.city.timezone, now)
        letter = letter_of(invoice, self.number, purpose)
        return Sending(letter, sms, segments(sms), sms_at, sms_at > now)

    @cached_property
    def number(self) -> int:
        """The number it would get now; another invoice may take it first."""
        return next_number(self.draft.seller, self.draft.dated_on.year)

    def show_violation(self, violation: RuleViolation) -> None:
        """Put a rule's refusal next to the field it names, over the lines, or above the form."""
        prefix, _dash, rest = violation.field.partition("-")
        index, _dash, name = rest.partition("-")
        written = self._written
        if violation.field in self.form.fields:
            self.form.add_error(violation.field, violation.message)
        elif prefix == "lines" and index.isdecimal() and int(index) < len(written) and name in LINE_FIELDS:
            written[int(index)].add_error(name, violation.message)
        elif prefix == "lines":
            self.lines_error = violation.message
        else:
            self.error = violation.message

    @property
    def _written(self) -> list[LineForm]:
        """The lines that somebody has begun; wholly empty ones are passed over."""
        return [form for form in self.lines.forms if not form.is_blank]

    @cached_property
    def _values(self) -> dict[str, Any]:
        return _understood(self.form) | getattr(self.form, "cleaned_data", {})

    @cached_property
    def _line_values(self) -> list[dict[str, Any]]:
        return [_understood(form) for form in self.lines.forms]

    def _form_checks(self) -> list[Check]:
        """What is typed wrong, so that one sees it before sending the form."""
        wrong = [("", self.form), *((f"lines-{index}-", form) for index, form in enumerate(self.lines.forms))]
        return [
            Check("bad", errors[0], f"{prefix}{name}")
            for prefix, form in wrong
            if form.is_bound
            for name, errors in form.errors.items()
            if f"{prefix}{name}".rpartition("-")[2] not in ("service", "city")
        ]

    def _earlier(self, deal: Deal | None) -> list[Invoice]:
        if deal is None:
            return []
        issued = Invoice.objects.filter(deal=deal, state=Invoice.State.ISSUED)
        return list(issued.order_by("-pk").only("number", "amount")[:2])


def _understood(form: forms.Form) -> dict[str, Any]:
    """The values of a form's fields that make sense, bound or not, without touching its errors."""
    values = {}
    for name, field in form.fields.items():
        try:
            values[name] = field.clean(field.prepare_value(form[name].value()))
        except forms.ValidationError:
            continue
    return values


def _purpose_line(values: dict[str, Any]) -> PurposeLine:
    service, city = values.get("service"), values.get("city")
    if service is None:
        return PurposeLine(None, None)
    return PurposeLine(service.appendix_number, service.service_number, service.is_marketing, city.name if city else "")


def _line_of_deal(deal: Deal) -> dict[str, Any]:
    """The package's or the add-on's service, for exactly the amount of the deal."""
    service = deal.service or (deal.package and deal.package.service)
    if service is None:
        return {}
    price = service.price if deal.amount is None else deal.amount
    city = deal.partner.city_id if service.is_marketing else None
    return {"service": service.pk, "price": price, "quantity": 1, "city": city}


def _line_count(post: Mapping[str, Any]) -> int:
    typed = str(post.get("lines-TOTAL_FORMS", ""))
    return min(int(typed), MAX_LINES) if typed.isdecimal() and len(typed) < 4 else 0


def _amount(values: dict[str, Any]) -> Decimal | None:
    price, quantity = values.get("price"), values.get("quantity")
    return None if price is None or quantity is None else line_amount(quantity, price)


def _picture(document: Any) -> tuple[str, str]:
    try:
        png = pdf.first_page_png(pdf.invoice_pdf(document), PREVIEW_WIDTH)
    except RuleViolation as violation:
        return "", violation.message
    except ValueError:
        return "", _("The preview cannot be drawn from what is typed.")
    return f"data:image/png;base64,{base64.b64encode(png).decode()}", ""
