"""What a message may ask for (R19): each kind with its few fields, who asks it, and how the other side answers."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role, User


class Side(models.TextChoices):
    """The two who talk: marketing, and everybody who works with the partner."""

    SUPPORT = "support", pgettext_lazy("side of the chat", "support")
    MARKETING = "marketing", pgettext_lazy("side of the chat", "marketing")

    @property
    def other(self) -> "Side":
        return Side.MARKETING if self == Side.SUPPORT else Side.SUPPORT


class Kind(models.TextChoices):
    NOTE = "note", pgettext_lazy("kind of a chat message", "Message")
    MORE_REQUESTS = "more_requests", _("More requests")
    FEWER_REQUESTS = "fewer_requests", _("Fewer requests")
    NO_REQUESTS = "no_requests", _("No requests")
    NETWORK_AGREED = "network_agreed", _("Partner agrees to a network")
    CONNECT_NETWORK = "connect_network", _("Connect a network")
    TOP_UP_BUDGET = "top_up_budget", _("Top up the budget")
    WHICH_CAMPAIGN = "which_campaign", _("Which campaign")


FLOW_KINDS = (Kind.MORE_REQUESTS, Kind.FEWER_REQUESTS)
NETWORK_KINDS = (Kind.NETWORK_AGREED, Kind.CONNECT_NETWORK, Kind.TOP_UP_BUDGET)
OF_SUPPORT = (Kind.MORE_REQUESTS, Kind.FEWER_REQUESTS, Kind.NO_REQUESTS, Kind.NETWORK_AGREED, Kind.TOP_UP_BUDGET)
OF_MARKETING = (Kind.CONNECT_NETWORK, Kind.TOP_UP_BUDGET, Kind.WHICH_CAMPAIGN)

NETWORKS = ("Яндекс Директ", "VK Реклама", "Авито", "2ГИС")
"""Offered while one types; any other name is taken, too."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a kind looks and which fields it has beside the text; the first field is focused when it is chosen."""

    icon: str
    fields: tuple[str, ...] = ()


ASKING: dict[str, Asking] = {
    Kind.NOTE: Asking("message-square"),
    Kind.MORE_REQUESTS: Asking("trending-up", ("requests_now", "requests_needed", "geography")),
    Kind.FEWER_REQUESTS: Asking("trending-down", ("requests_now", "requests_needed", "geography")),
    Kind.NO_REQUESTS: Asking("circle-off", ("since",)),
    Kind.NETWORK_AGREED: Asking("network", ("network", "amount")),
    Kind.CONNECT_NETWORK: Asking("network", ("network", "amount")),
    Kind.TOP_UP_BUDGET: Asking("wallet", ("network", "amount", "payer")),
    Kind.WHICH_CAMPAIGN: Asking("megaphone"),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """The buttons of who is asked, and what the card says once he has agreed."""

    agree: str | Promise
    refuse: str | Promise
    agreed: str | Promise


TO_MARKETING = Answers(_("Take into work"), pgettext_lazy("action", "Refuse a request"), _("in work"))
TO_SUPPORT: dict[str, Answers] = {
    Kind.CONNECT_NETWORK: Answers(_("Agrees"), _("Declined"), _("partner agrees")),
    Kind.TOP_UP_BUDGET: Answers(_("Partner is warned"), _("Declined"), _("partner is warned")),
    Kind.WHICH_CAMPAIGN: Answers(_("Agreed on"), _("Does not fit"), pgettext_lazy("request", "agreed on")),
}


def answers_of(kind: str, side: str) -> Answers:
    """How a request that `side` has sent is answered."""
    return TO_MARKETING if side == Side.SUPPORT else TO_SUPPORT[kind]


def side_of(user: User) -> Side:
    return Side.MARKETING if user.role == Role.MARKETER else Side.SUPPORT


def kinds_for(user: User) -> list[Kind]:
    """What this person may send; sales, who was called into a thread, only talks."""
    if user.role == Role.SALES_MANAGER:
        return [Kind.NOTE]
    return [Kind.NOTE, *(OF_MARKETING if side_of(user) == Side.MARKETING else OF_SUPPORT)]
