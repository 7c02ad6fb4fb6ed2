"""Threads for tests; messages get there by the actions."""

from django.utils import timezone

from accounts.tests.factories import HeadFactory
from chat.actions import Draft, send_message
from chat.models import Message, Thread
from deals.models import Deal
from deals.tests.factories import HandoffFactory


def thread_of(deal: Deal) -> Thread:
    return Thread.objects.get(pk=deal.partner_id)


def handed_over_deal(**fields) -> Deal:
    """A deal of a partner that was handed to marketing, so that both sides see its thread."""
    return HandoffFactory(accepted_at=timezone.now(), accepted_by=HeadFactory(), **fields).deal


def say(deal: Deal, by, text="Добрый день", **fields) -> Message:
    now = fields.pop("now", None) or timezone.now()
    return send_message(thread_of(deal), Draft(text=text, **fields), deal=deal, by=by, now=now)


def more_requests(deal: Deal, **fields) -> Message:
    """The manager asks for more requests."""
    return say(deal, deal.manager, fields.pop("text", ""), kind="more_requests", requests_needed=30, **fields)


def connect_network(deal: Deal, by, **fields) -> Message:
    """Marketing asks to connect a network."""
    return say(deal, by, "Партнёр согласен?", kind="connect_network", network="2ГИС", amount=12_000, **fields)
