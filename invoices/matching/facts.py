"""The invoices that payments may be meant for, read for many payments at once, and the verdicts on them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import F, Q

from core import moscow
from core.control_digits import is_inn
from invoices.matching.reading import Reading, read_purpose
from invoices.matching.rules import BANK_INNS, COMPANY_ACCOUNTS, InvoiceFacts, PaymentFacts, Verdict, decide
from invoices.models import Allocation, Invoice, Payment
from invoices.rules import remainder

MAX_NUMBER = 2**31 - 1
RELATED = ("line__seen_in",)
"""What a payment is read with to be judged."""


def verdicts(payments: Sequence[Payment], *, is_wide: bool = False) -> dict[int, Verdict]:
    """The verdict on each payment by its id, in a fixed number of queries. `is_wide` looks at equal sums too."""
    readings = {payment.pk: read_purpose(payment.purpose) for payment in payments}
    facts = {payment.pk: _facts(payment, readings[payment.pk]) for payment in payments}
    partners_of = _known_accounts({each.payer_account for each in facts.values()})
    invoices = _Invoices(facts.values(), partners_of, is_wide=is_wide)
    return {pk: decide(each, invoices.of(each)) for pk, each in facts.items()}


def verdict(payment: Payment) -> Verdict:
    """The verdict on one payment, with everything that may help a person."""
    return verdicts([payment], is_wide=True)[payment.pk]


class _Invoices:
    """The invoices that any of the payments points to, found again by what points to them."""

    def __init__(self, payments: Iterable[PaymentFacts], partners_of: dict[str, set[int]], *, is_wide: bool) -> None:
        payments = list(payments)
        self.partners_of = partners_of
        self.by: defaultdict[tuple, list[tuple[Invoice, InvoiceFacts]]] = defaultdict(list)
        numbers = {number for each in payments for number, _day in each.reading.numbers if 0 < number <= MAX_NUMBER}
        inns = {each.payer_inn for each in payments if is_inn(each.payer_inn)} - BANK_INNS
        partners = {partner for found in partners_of.values() for partner in found}
        owed = Q(buyer_inn__in=inns) | Q(partner__in=partners)
        if is_wide:
            owed |= Q(amount__in={each.amount for each in payments})
        is_owed = Q(state=Invoice.State.ISSUED, paid_amount__lt=F("amount")) & owed
        found = (
            Invoice.objects.filter(number__isnull=False)
            .with_paid_amount()
            .filter(Q(number__in=numbers) | is_owed)
            .select_related("seller")
            .order_by("-dated_on", "-pk")
        )
        for invoice in found.prefetch_related("lines") if is_wide else found:
            self._add(invoice, is_wide=is_wide)

    def _add(self, invoice: Invoice, *, is_wide: bool) -> None:
        facts = InvoiceFacts(
            pk=invoice.pk,
            number=invoice.number,
            dated_on=invoice.dated_on,
            due_on=invoice.due_on,
            left=remainder(invoice.amount, invoice.paid_amount),
            is_cancelled=invoice.state == Invoice.State.CANCELLED,
            buyer_inn=invoice.buyer_inn,
            buyer_name=invoice.buyer_name,
            seller_account=invoice.seller_details.get("account") or invoice.seller.account,
            reading=read_purpose(invoice.purpose),
            line_amounts=tuple(line.amount for line in invoice.lines.all()) if is_wide else (),
        )
        keys = ("number", invoice.number), ("inn", invoice.buyer_inn), ("partner", invoice.partner_id)
        for key in (*keys, ("amount", invoice.amount)) if is_wide else keys:
            self.by[key].append((invoice, facts))

    def of(self, payment: PaymentFacts) -> list[InvoiceFacts]:
        """The invoices that this payment points to, each once."""
        partners = self.partners_of.get(payment.payer_account, set())
        keys: list[tuple] = [("number", number) for number, _day in payment.reading.numbers]
        keys += [("inn", payment.payer_inn)] if payment.payer_inn else []
        keys += [("partner", partner) for partner in sorted(partners)] + [("amount", payment.amount)]
        found = {facts.pk: (invoice, facts) for key in keys for invoice, facts in self.by.get(key, ())}
        return [
            InvoiceFacts(**_as_dict(facts), knows_account=True) if invoice.partner_id in partners else facts
            for invoice, facts in found.values()
        ]


def _as_dict(facts: InvoiceFacts) -> dict:
    return {name: getattr(facts, name) for name in InvoiceFacts.__slots__ if name != "knows_account"}


def _facts(payment: Payment, reading: Reading) -> PaymentFacts:
    line = payment.line
    statement = line.seen_in
    return PaymentFacts(
        amount=payment.amount,
        posted_on=payment.paid_on,
        account=line.account,
        payer_inn=line.payer_inn,
        payer_account=line.payer_account,
        payer_name=line.payer_name,
        reading=reading,
        is_sound=statement.is_sound and not line.by_date_field,
        is_final=bool(statement.ends_on and statement.ends_on < moscow.today(statement.loaded_at)),
        has_conflict=bool(line.other_purpose)
        and read_purpose(line.other_purpose).text.replace('"', "") != reading.text.replace('"', ""),
    )


def _known_accounts(accounts: set[str]) -> dict[str, set[int]]:
    """Whose partner an account has paid for before, and a person or the sure row said so. Companies' accounts only."""
    wanted = {account for account in accounts if account.startswith(COMPANY_ACCOUNTS)}
    found: dict[str, set[int]] = {}
    if wanted:
        standing = Allocation.objects.standing().filter(payment__line__payer_account__in=wanted)
        for account, partner in standing.values_list("payment__line__payer_account", "invoice__partner").distinct():
            found.setdefault(account, set()).add(partner)
    return found
