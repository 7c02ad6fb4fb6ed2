"""Payments to a card as they are shown: a card by its mask only (R13)."""

from django.db.models import Count
from django.shortcuts import get_object_or_404

from accounts.models import User
from invoices.models import CardPayment, Invoice


def card_rows(invoice: Invoice, user: User) -> list[CardPayment]:
    """What was asked for this invoice, the newest first, with `look_count`."""
    found = CardPayment.objects.visible_to(user).filter(invoice=invoice).annotate(look_count=Count("looks"))
    return list(found.select_related("asked_by", "decided_by", "card").order_by("-pk"))


def get_card_payment(user: User, pk: int) -> CardPayment:
    """The payment, or 404 when it is not the user's to see."""
    return get_object_or_404(CardPayment.objects.visible_to(user).select_related("invoice"), pk=pk)
