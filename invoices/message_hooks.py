"""What the outbox asks about messages that carry invoices: whose they are and what they are about (R10)."""

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from deals.alerting import check_deals
from deals.models import Alert
from invoices.actions.sending import KIND
from invoices.models import Delivery, Invoice
from invoices.selectors.deliveries import deals_with_undelivered
from messaging.handlers import Handler, Subject, register_handler
from messaging.models import Message


def register() -> None:
    """Called once, when the app is ready."""
    register_handler(KIND, Handler(gettext_lazy("Invoices"), _visible_ids, _subjects, _changed))


def _visible_ids(user: User) -> QuerySet:
    return Delivery.objects.filter(invoice__in=Invoice.objects.visible_to(user)).values("message")


def _subjects(messages: list[int]) -> dict[int, Subject]:
    rows = Delivery.objects.filter(message__in=messages).values_list(
        "message", "invoice", "invoice__number", "invoice__partner__name"
    )
    return {
        message: Subject(
            _("Invoice № %(number)s, %(partner)s") % {"number": number, "partner": partner},
            reverse("invoices:invoice", args=[invoice]),
        )
        for message, invoice, number, partner in rows
    }


def _changed(message: Message, now: datetime) -> None:
    """What has failed or is held is told at once; that it is mended, the job finds. The rest is in the message."""
    if message.state in {Message.State.FAILED, Message.State.HELD}:
        check_deals(Alert.Kind.DELIVERY_FAILED, deals_with_undelivered(), now)
