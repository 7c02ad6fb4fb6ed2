"""Deciding what a payment from the bank is for: invoices, an advance; and taking that back (R11, R12)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import formatting
from core.audit import operation
from core.errors import RuleViolation, VersionConflict
from invoices.actions.locking import lock_invoices, lock_payment
from invoices.actions.payments import explain
from invoices.actions.settling import move_deals, move_deals_back, put, take_back
from invoices.matching.facts import RELATED, verdicts
from invoices.matching.rules import Row, Verdict
from invoices.models import Advance, Allocation, BankStatement, Invoice, InvoiceLine, Payment
from partners.models import Partner

BATCH = 500
Reasons = dict[int, tuple[str, str]]
"""Why lines were not paid: {id of the line: (reason, their words)}."""


def match_payment(
    payment: Payment,
    allocations: Sequence[tuple[Invoice, Decimal]],
    *,
    by: User | None,
    now: datetime,
    unpaid: Reasons | None = None,
    rest_is_advance: bool = False,
) -> Payment:
    """Put the payment to invoices, and do all that follows in one transaction: the task to tell, the deals (R11).

    `unpaid` are the reasons for the lines that a part payment leaves unpaid; `rest_is_advance` keeps what is more than
    the invoices for the partner. Raises `nothing_to_match`, `payment_decided`, `more_than_came`,
    `payment_exceeds_remainder`, `payment_not_positive`, `invoice_not_issued`, `invoice_twice`, `month_locked`, and what
    reasons raise.
    """
    require(by, "payment.match", payment)
    if not allocations:
        raise RuleViolation("nothing_to_match", _("Choose the invoice that this money is for."), "invoice")
    if len({invoice.pk for invoice, _amount in allocations}) < len(allocations):
        raise RuleViolation("invoice_twice", _("One invoice is chosen twice."), "invoice")
    with operation("payment.match", by=by):
        invoices = lock_invoices([invoice for invoice, _amount in allocations])
        payment = lock_payment(payment)
        wanted = sum((amount for _invoice, amount in allocations), Decimal(0))
        _check_undecided(payment, wanted)
        _settle(payment, [(invoices[invoice.pk], amount) for invoice, amount in allocations], by=by, now=now)
        if unpaid:
            _explain(list(invoices.values()), unpaid)
        if rest_is_advance and payment.undecided > wanted:
            partner = invoices[allocations[0][0].pk].partner
            _keep(payment, partner, payment.undecided - wanted, _("More than the invoice"), by=by, now=now)
    return payment


def keep_as_advance(payment: Payment, partner: Partner, *, note: str, by: User | None, now: datetime) -> Payment:
    """What is undecided of the payment is the partner's money, for an invoice to come. Raises `payment_decided`."""
    require(by, "payment.match", payment)
    with operation("payment.match", by=by, why="advance"):
        Partner.objects.select_for_update(no_key=True).only("pk").get(pk=partner.pk)
        payment = lock_payment(payment)
        _check_undecided(payment, payment.undecided)
        _keep(payment, partner, payment.undecided, note.strip(), by=by, now=now)
    return payment


def unmatch_payment(payment: Payment, *, reason: str, by: User | None, now: datetime) -> Payment:
    """Take back every decision that puts the payment to invoices or keeps it, with all that followed; it waits again.

    Nothing is deleted: what was decided stays to be seen, marked. Raises `undo_needs_reason`, `nothing_to_undo`,
    `month_locked`.
    """
    require(by, "payment.match", payment)
    reason = reason.strip()
    if not reason:
        raise RuleViolation("undo_needs_reason", _("Write why the decision is taken back."), "reason")
    with operation("payment.match", by=by, why=reason):
        meant = list(payment.allocations.standing().values_list("invoice", flat=True))
        invoices = lock_invoices(Invoice.objects.filter(pk__in=meant))
        payment = lock_payment(payment)
        standing = list(payment.allocations.standing().select_related("told_task", "payment"))
        if {each.invoice_id for each in standing} != set(meant):
            raise VersionConflict(_("Somebody has decided on this payment meanwhile. Look at it as it is now."))
        advances = payment.advances.standing()
        if not standing and not advances:
            raise RuleViolation("nothing_to_undo", _("Nothing has been decided on this payment yet."))
        for allocation in standing:
            allocation.invoice = invoices[allocation.invoice_id]
            take_back(allocation, why=reason, by=by, now=now)
        advances.update(reversed_at=now, reversed_by=by, reversed_why=reason[:250])
        if payment.line_id:
            payment.partner = None
            payment.save(update_fields=["partner"])
        move_deals_back(invoices.values(), why=reason, by=by, now=now)
    return payment


def match_sure(statement: BankStatement, now: datetime) -> int:
    """Match the payments of a statement that the one sure row takes; how many. Twice does no harm."""
    matched, keys = 0, _perhaps_sure(statement)
    for start in range(0, len(keys), BATCH):
        waiting = Payment.objects.undecided_ones().filter(pk__in=keys[start : start + BATCH])
        batch = list(waiting.select_related(*RELATED).order_by("pk"))
        judged = verdicts(batch)
        matched += sum(_match_if_sure(each, judged[each.pk], now) for each in batch if judged[each.pk].row == Row.SURE)
    BankStatement.objects.filter(pk=statement.pk).update(matched_at=now)
    return matched


def _perhaps_sure(statement: BankStatement) -> list[int]:
    """The waiting payments of a statement whose sum some invoice asks for to the kopeck; no other one is ever sure."""
    owed = Invoice.objects.filter(state=Invoice.State.ISSUED).with_paid_amount().filter(paid_amount__lt=F("amount"))
    sums = set(owed.values_list(F("amount") - F("paid_amount"), flat=True))
    waiting = Payment.objects.undecided_ones().filter(line__seen_in=statement).order_by("pk")
    return [pk for pk, amount in waiting.values_list("pk", "amount") if amount in sums]


def _match_if_sure(payment: Payment, judged: Verdict, now: datetime) -> bool:
    """Judge again under the locks: two payments at once may be sure of the same invoice."""
    try:
        with operation("payment.match", by=None, why="sure"):
            (locked,) = lock_invoices(Invoice.objects.filter(pk=judged.invoices[0].pk)).values()
            payment = lock_payment(payment)
            verdict = verdicts([payment])[payment.pk]
            if verdict.row != Row.SURE or verdict.invoice.pk != locked.pk or payment.undecided != payment.amount:
                return False
            reason = _("Invoice number, payer, sum to the kopeck, purpose and VAT all agree")
            _settle(payment, [(locked, payment.amount)], by=None, now=now, rule=Allocation.Rule.SURE, reason=reason)
    except RuleViolation:
        return False
    return True


def _settle(
    payment: Payment,
    allocations: Sequence[tuple[Invoice, Decimal]],
    *,
    by: User | None,
    now: datetime,
    rule: str = Allocation.Rule.PERSON,
    reason: str = "",
) -> None:
    for invoice, amount in allocations:
        put(payment, invoice, amount, by=by, now=now, rule=rule, reason=reason)
    if payment.partner_id is None:
        payment.partner = allocations[0][0].partner
        payment.save(update_fields=["partner"])
    move_deals([invoice for invoice, _amount in allocations], by=by, now=now)


def _keep(payment: Payment, partner: Partner, amount: Decimal, note: str, *, by: User | None, now: datetime) -> None:
    Advance.objects.create(
        payment=payment, partner=partner, amount=amount, note=note[:250], created_by=by, created_at=now
    )
    if payment.partner_id is None:
        payment.partner = partner
        payment.save(update_fields=["partner"])


def _check_undecided(payment: Payment, wanted: Decimal) -> None:
    if payment.waits_for_confirmation or payment.declined_at:
        raise RuleViolation("payment_not_confirmed", _("A second person has not confirmed this payment."))
    if payment.undecided <= 0:
        raise RuleViolation("payment_decided", _("This payment is already decided. Take the decision back first."))
    if wanted > payment.undecided:
        message = _("Only %(left)s of this payment is not decided yet.")
        raise RuleViolation("more_than_came", message % {"left": formatting.money(payment.undecided)}, "amount")


def _explain(invoices: Sequence[Invoice], unpaid: Reasons) -> None:
    lines = {line.pk: line for line in InvoiceLine.objects.filter(invoice__in=invoices)}
    explain(lines, unpaid)
