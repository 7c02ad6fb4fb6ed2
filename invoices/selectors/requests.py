"""Customer requests as the department sees them: the list, one request beside what is known, unanswered ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.permissions import may
from core import formatting
from deals.watching import Subject
from invoices.models import CustomerRequest
from invoices.rules import Badge
from invoices.selectors.listing import PAGE_SIZE
from partners.models import LegalKind

BADGES = {
    CustomerRequest.State.NEW: "accent",
    CustomerRequest.State.IN_WORK: "warn",
    CustomerRequest.State.INVOICED: "ok",
    CustomerRequest.State.CLOSED: "plain",
}
OPEN = (CustomerRequest.State.NEW, CustomerRequest.State.IN_WORK)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as a row shows it; `is_late` when nobody has taken it up in time."""

    pk: int
    payer: str
    kind: str
    partner: str
    manager: str
    wanted: str
    contact: str
    received_at: datetime
    answer_by: datetime
    taken_by: str
    badge: Badge
    is_new: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A detail as it was sent beside what the partner's card says; `differs` where the card says something else."""

    label: str
    sent: str
    known: str

    @property
    def differs(self) -> bool:
        return bool(self.known) and self.known.casefold() != self.sent.casefold()


@dataclass(frozen=True)
class RequestPage:
    """One request with what this reader may do with it."""

    request: CustomerRequest
    badge: Badge
    payer: list[Known]
    contact: list[Known]
    services: list[str]
    is_late: bool
    can_answer: bool
    can_take: bool
    can_assign: bool


def request_rows(user: User, show: str, now: datetime, after: str = "") -> tuple[list[RequestRow], str]:
    """A page of the list and the key of the next one: `show` is open (who waits longest first), done or all."""
    requests, is_oldest_first = _shown(CustomerRequest.objects.visible_to(user), show), show == "open"
    if after.isdecimal() and len(after) < 19:
        requests = requests.filter(**{"pk__gt" if is_oldest_first else "pk__lt": int(after)})
    requests = requests.select_related("partner__manager", "taken_by").prefetch_related("services")
    found = list(requests.order_by("pk" if is_oldest_first else "-pk")[: PAGE_SIZE + 1])
    rows = [_row(request, now) for request in found[:PAGE_SIZE]]
    return rows, str(rows[-1].pk) if len(found) > PAGE_SIZE else ""


def request_counts(user: User) -> dict[str, int]:
    """How many are new, how many open in all."""
    return CustomerRequest.objects.visible_to(user).aggregate(
        new=Count("pk", filter=Q(state=CustomerRequest.State.NEW)), open=Count("pk", filter=Q(state__in=OPEN))
    )


def get_request(user: User, pk: int) -> CustomerRequest:
    """The request, or 404 when it is not the user's to see."""
    related = ("partner__city", "partner__manager", "city", "taken_by", "invoice", "consent", "advertising_consent")
    return get_object_or_404(CustomerRequest.objects.visible_to(user).select_related(*related), pk=pk)


def request_page(request: CustomerRequest, user: User, now: datetime) -> RequestPage:
    partner = request.partner
    contact = partner.contacts.in_use().filter(is_primary=True).first() if partner else None
    payer = [
        (_("Payer"), request.payer_name, partner and partner.buyer_name),
        (_("Form"), request.get_payer_kind_display(), partner and partner.get_legal_kind_display()),
        (_("Tax number"), request.tax_number, partner and partner.inn),
        (_("KPP"), request.kpp, partner and partner.kpp),
        (_("OGRN"), request.ogrn, ""),
        (_("Address"), request.address, partner and partner.address),
    ]
    people = [
        (pgettext("request", "Contact person"), request.contact_name, contact and contact.name),
        (_("Phone"), request.phone, contact and contact.phone),
        (pgettext("request", "E-mail"), request.email, contact and contact.email),
        (_("City"), request.city.name, partner and partner.city.name),
    ]
    return RequestPage(
        request=request,
        badge=_badge(request),
        payer=_known(payer),
        contact=_known(people),
        services=[*([_("Renewal of the package")] if request.wants_renewal else []), *map(str, request.services.all())],
        is_late=_is_late(request, now),
        can_answer=request.is_open and may(user, "customer_request.answer"),
        can_take=request.state == CustomerRequest.State.NEW and partner is not None,
        can_assign=request.is_open and not request.invoice_id and may(user, "customer_request.assign"),
    )


def unanswered(now: datetime) -> dict[int, int | None]:
    """New requests past their time, with the manager of each; None for those of nobody."""
    late = CustomerRequest.objects.waiting().filter(answer_by__lt=now)
    return dict(late.values_list("pk", "partner__manager"))


def show_requests(keys: Sequence[int]) -> Mapping[int, Subject]:
    """How the bell shows them."""
    found = CustomerRequest.objects.filter(pk__in=keys).select_related("partner__manager").prefetch_related("services")
    return {
        request.pk: Subject(
            partner=request.payer_name,
            manager=request.partner.manager.full_name if request.partner else _("nobody's yet"),
            what=_wanted(request),
            since=request.received_at,
            url=reverse("invoices:request", args=[request.pk]),
        )
        for request in found
    }


def _shown(requests: QuerySet, show: str) -> QuerySet:
    if show == "all":
        return requests
    return requests.exclude(state__in=OPEN) if show == "done" else requests.filter(state__in=OPEN)


def _row(request: CustomerRequest, now: datetime) -> RequestRow:
    return RequestRow(
        pk=request.pk,
        payer=formatting.typography(request.payer_name),
        kind=str(LegalKind(request.payer_kind).label),
        partner=formatting.typography(request.partner.name) if request.partner else "",
        manager=request.partner.manager.full_name if request.partner else "",
        wanted=_wanted(request),
        contact=request.contact_name,
        received_at=request.received_at,
        answer_by=request.answer_by,
        taken_by=request.taken_by.full_name if request.taken_by else "",
        badge=_badge(request),
        is_new=request.state == CustomerRequest.State.NEW,
        is_late=_is_late(request, now),
    )


def _wanted(request: CustomerRequest) -> str:
    named = [*([_("Renewal of the package")] if request.wants_renewal else []), *map(str, request.services.all())]
    return formatting.typography(", ".join(named) or request.wishes)


def _badge(request: CustomerRequest) -> Badge:
    return Badge(str(CustomerRequest.State(request.state).label), BADGES[CustomerRequest.State(request.state)])


def _is_late(request: CustomerRequest, now: datetime) -> bool:
    return request.state == CustomerRequest.State.NEW and request.answer_by < now


def _known(details: list[tuple[str, str, str | None]]) -> list[Known]:
    return [Known(label, sent, known or "") for label, sent, known in details if sent or known]
