"""Customer requests (R20): taking them in from strangers, working them off, and the links that fill the form in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from catalog.models import City, Service
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from invoices.models import ConsentText, CustomerRequest, RequestLink, Seller
from partners.models import Partner

KEPT_FIELDS = (
    "payer_kind", "country", "payer_name", "tax_number", "kpp", "ogrn", "address", "contact_name", "phone", "email",
    "city", "wants_renewal", "wishes",
)  # fmt: skip
ANSWER_MINUTES = 30
"""Of the office's time: the public form promises an invoice within it."""


@dataclass(frozen=True)
class RequestDraft:
    """A request as somebody outside typed it, checked by the form."""

    payer_kind: str
    country: str
    payer_name: str
    contact_name: str
    phone: str
    email: str
    city: City
    tax_number: str = ""
    kpp: str = ""
    ogrn: str = ""
    address: str = ""
    services: Sequence[Service] = ()
    wants_renewal: bool = False
    wishes: str = ""
    agrees_to_advertising: bool = False


def receive_request(
    draft: RequestDraft, *, key: UUID, now: datetime, link: RequestLink | None = None, sent_from: str = ""
) -> CustomerRequest:
    """Keep what a stranger sent, with what he agreed to, and put it before whoever answers for the partner.

    The partner is the link's, else the only one with this tax number; a request of nobody's is the head's. The same
    `key` again gives the request it made. Raises `no_consent_text` while none is published.
    """
    if known := CustomerRequest.objects.filter(request_key=key).first():
        return known
    fields = {name: getattr(draft, name) for name in KEPT_FIELDS}
    consent = ConsentText.objects.filter(purpose=ConsentText.Purpose.PROCESSING).first()
    if consent is None:
        raise RuleViolation("no_consent_text", _("Requests cannot be taken in at the moment. Please call us."))
    advertising = ConsentText.objects.filter(purpose=ConsentText.Purpose.ADVERTISING).first()
    try:
        with operation("customer_request.receive", by=None):
            request = CustomerRequest.objects.create(
                **fields,
                partner=link.partner if link else _partner_by(draft.tax_number),
                link=link,
                consent=consent,
                advertising_consent=advertising if draft.agrees_to_advertising else None,
                operator=operator(),
                sent_from=sent_from or None,
                received_at=now,
                answer_by=moscow.after_office_minutes(now, ANSWER_MINUTES),
                request_key=key,
            )
            request.services.set(draft.services)
    except IntegrityError:
        return CustomerRequest.objects.get(request_key=key)
    return request


def take_request(request: CustomerRequest, *, by: User, now: datetime) -> CustomerRequest:
    """Say that one is on it. Exactly one takes a new request; raises `request_taken`, `request_needs_partner`."""
    require(by, "customer_request.answer", request)
    with operation("customer_request.answer", by=by):
        request = lock_request(request)
        _require_partner(request)
        if request.state != CustomerRequest.State.NEW:
            message = _("%(person)s is on this request already.") % {"person": request.taken_by}
            raise RuleViolation("request_taken", message)
        begin(request, by=by, now=now)
        request.save()
    return request


def close_request(request: CustomerRequest, *, reason: str, by: User, now: datetime) -> CustomerRequest:
    """Put a request away without an invoice. Raises `request_needs_reason`, `request_done`, `request_has_draft`."""
    require(by, "customer_request.answer", request)
    if not reason.strip():
        raise RuleViolation("request_needs_reason", _("Write why there will be no invoice."), "reason")
    with operation("customer_request.answer", by=by, why=reason):
        request = lock_request(request)
        require_open(request)
        if request.invoice_id:
            message = _("A draft has been made from this request. Throw it away first.")
            raise RuleViolation("request_has_draft", message, "reason")
        begin(request, by=by, now=now)
        request.state, request.close_reason = CustomerRequest.State.CLOSED, reason.strip()
        request.save()
    return request


def assign_request(request: CustomerRequest, partner: Partner, *, by: User, now: datetime) -> CustomerRequest:
    """Say whose request it is; its manager sees it at once. Raises `request_done`, `partner_archived`."""
    require(by, "customer_request.assign", request)
    require(by, "partner.read", partner)
    with operation("customer_request.assign", by=by):
        request = lock_request(request)
        require_open(request)
        if request.invoice_id:
            message = _("A draft has been made from this request. Throw it away first.")
            raise RuleViolation("request_has_draft", message, "partner")
        if partner.archived_at:
            raise RuleViolation("partner_archived", _("The partner is in the archive. Bring it back first."), "partner")
        request.partner = partner
        request.save()
    return request


def make_request_link(partner: Partner, *, by: User, now: datetime) -> RequestLink:
    """The partner's standing link to the form, or a new one."""
    require(by, "customer_request.link", partner)
    with operation("customer_request.link", by=by):
        Partner.objects.select_for_update(no_key=True).only("pk").get(pk=partner.pk)
        standing = RequestLink.objects.filter(partner=partner, withdrawn_at__isnull=True).first()
        return standing or RequestLink.objects.create(partner=partner, made_by=by, made_at=now)


def withdraw_request_link(partner: Partner, *, by: User, now: datetime) -> None:
    """From here on the partner's links show the empty form, as any other address of that kind does."""
    require(by, "customer_request.link", partner)
    with operation("customer_request.link", by=by, why="withdrawn"):
        for link in RequestLink.objects.select_for_update().filter(partner=partner, withdrawn_at__isnull=True):
            link.withdrawn_at, link.withdrawn_by = now, by
            link.save()


def erase_old_requests(now: datetime) -> int:
    """Forget who sent the requests that led to no invoice, after their time; the row stays as the record of that."""
    before = now - timedelta(days=settings.REQUESTS_KEPT_DAYS)
    State = CustomerRequest.State
    with operation("customer_request.erase", by=None):
        old = CustomerRequest.objects.filter(received_at__lt=before, erased_at__isnull=True, invoice__isnull=True)
        return old.filter(state__in=[State.NEW, State.CLOSED]).update(
            erased_at=now, payer_name="—", contact_name="—", tax_number="", kpp="", ogrn="", address="",
            phone="", email="", wishes="", sent_from=None,
        )  # fmt: skip


def operator() -> str:
    """Who keeps the data, as the text of the consent names us: the default seller."""
    seller = Seller.objects.filter(is_active=True).order_by("-is_default", "pk").first()
    return f"{seller.name}, ИНН {seller.inn}, {seller.address}" if seller else "—"


def lock_request(request: CustomerRequest) -> CustomerRequest:
    """The request as it is now, locked until the transaction ends."""
    CustomerRequest.objects.select_for_update().only("pk").get(pk=request.pk)
    related = ("partner__city", "partner__manager", "partner__contract_offer", "city", "taken_by", "invoice")
    return CustomerRequest.objects.select_related(*related).get(pk=request.pk)


def require_open(request: CustomerRequest) -> None:
    """Raises `request_done`."""
    if not request.is_open:
        raise RuleViolation("request_done", _("This request is already worked off."))


def begin(request: CustomerRequest, *, by: User | None, now: datetime) -> None:
    """Put the person's name on a request that nobody has taken."""
    if request.state == CustomerRequest.State.NEW:
        request.state, request.taken_by, request.taken_at = CustomerRequest.State.IN_WORK, by, now


def _require_partner(request: CustomerRequest) -> None:
    if request.partner_id is None:
        raise RuleViolation("request_needs_partner", _("Say first whose request this is."), "partner")


def _partner_by(tax_number: str) -> Partner | None:
    """The only partner in work with this number: of two nobody can tell which is meant."""
    if not tax_number:
        return None
    found = list(Partner.objects.filter(inn=tax_number, archived_at__isnull=True)[:2])
    return found[0] if len(found) == 1 else None
