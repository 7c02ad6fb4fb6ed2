"""Reading again under locks, in the order that every action keeps: partner, deal, invoice, payment."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.errors import RuleViolation, VersionConflict
from deals.actions.locking import lock_deal
from deals.models import Deal
from invoices.models import Invoice, Payment
from partners.models import Partner


def lock_invoice(invoice: Invoice, *, version: int | None = None) -> Invoice:
    """The invoice as it is now, locked until the transaction ends together with its partner and deal.

    Raises VersionConflict when `version` is given and somebody has changed the invoice since it was read.
    """
    Partner.objects.select_for_update(no_key=True).only("pk").get(pk=invoice.partner_id)
    deal = lock_deal(Deal(pk=invoice.deal_id)) if invoice.deal_id else None
    Invoice.objects.select_for_update().only("pk").get(pk=invoice.pk)
    locked = Invoice.objects.select_related(
        "seller", "partner__manager", "partner__city", "contract_offer", "issued_by"
    ).get(pk=invoice.pk)
    if locked.deal_id != invoice.deal_id or (version is not None and locked.version != version):
        raise VersionConflict(
            _("Somebody has changed this invoice meanwhile. Look at it as it is now and decide again.")
        )
    locked.deal = deal
    return locked


def lock_invoices(invoices: Iterable[Invoice]) -> dict[int, Invoice]:
    """Several invoices at once, by their ids, with their partners and deals: kind after kind, in the order of ids."""
    meant = {invoice.pk: invoice for invoice in invoices}
    partners = sorted({invoice.partner_id for invoice in meant.values()})
    list(Partner.objects.select_for_update(no_key=True).filter(pk__in=partners).order_by("pk").values_list("pk"))
    for deal in sorted({invoice.deal_id for invoice in meant.values() if invoice.deal_id}):
        lock_deal(Deal(pk=deal))
    return {pk: lock_invoice(meant[pk]) for pk in sorted(meant)}


def lock_payment(payment: Payment) -> Payment:
    """The payment as it is now, with its figures (`undecided` and the others), locked until the transaction ends."""
    Payment.objects.select_for_update().only("pk").get(pk=payment.pk)
    return Payment.objects.with_decided().select_related("line__seen_in", "partner").get(pk=payment.pk)


def require_issued(invoice: Invoice) -> None:
    """Refuse a draft and a cancelled invoice. Raises `invoice_not_issued`."""
    if invoice.state == Invoice.State.DRAFT:
        raise RuleViolation("invoice_not_issued", _("The invoice is a draft. Issue it first."))
    if invoice.state == Invoice.State.CANCELLED:
        raise RuleViolation("invoice_not_issued", _("The invoice is cancelled. Take the one issued instead of it."))
