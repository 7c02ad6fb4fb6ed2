"""The queue of drafts that colleagues are asked to issue (R15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from core import formatting
from deals.watching import Subject
from invoices.models import Invoice, IssueRequest
from invoices.rules import Badge

BADGES = {
    IssueRequest.State.WAITING: "accent",
    IssueRequest.State.TAKEN: "warn",
    IssueRequest.State.ISSUED: "ok",
    IssueRequest.State.RETURNED: "bad",
}
SHOWN = 100


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A request as a row shows it. `url` is the invoice, where the reader may open it."""

    pk: int
    asked_at: datetime
    answer_by: datetime
    partner: str
    what: str
    amount: Decimal
    asker: str
    note: str
    on_it: str
    reason: str
    badge: Badge
    url: str
    is_late: bool
    can_take: bool


def asked_rows(user: User, show: str, now: datetime) -> list[AskedRow]:
    """Open ones, who waits longest first; or the last answered ones."""
    requests = IssueRequest.objects.visible_to(user)
    requests = (
        requests.filter(answered_at__isnull=False).order_by("-answered_at", "-pk")
        if show == "done"
        else requests.open().order_by("asked_at", "pk")
    )
    related = ("invoice__partner", "asked_by", "taken_by", "answered_by")
    found = list(requests.select_related(*related).prefetch_related("invoice__lines")[:SHOWN])
    drafts = Invoice.objects.visible_to(user).filter(pk__in=[each.invoice_id for each in found])
    openable = set(drafts.values_list("pk", flat=True))
    can_answer = may(user, "issue_request.answer")
    return [_row(each, now, can_answer, each.invoice_id in openable) for each in found]


def get_asked(user: User, pk: int) -> IssueRequest:
    """The request, or 404 when it is not the user's to see."""
    return get_object_or_404(IssueRequest.objects.visible_to(user).select_related("invoice"), pk=pk)


def asked_of(invoice: Invoice | None) -> IssueRequest | None:
    """The last time that somebody was asked to issue this invoice."""
    if invoice is None:
        return None
    asked = IssueRequest.objects.filter(invoice=invoice).select_related("asked_by", "taken_by", "answered_by")
    return asked.order_by("-pk").first()


def asks_for_answer(invoice: Invoice, user: User) -> bool:
    """Whether this reader is to issue the draft for a colleague, or to send it back."""
    return may(user, "issue_request.answer") and IssueRequest.objects.open().filter(invoice=invoice).exists()


def unissued(now: datetime) -> dict[int, int | None]:
    """Requests past their time: they are nobody's, so the heads are told."""
    return dict.fromkeys(IssueRequest.objects.open().filter(answer_by__lt=now).values_list("pk", flat=True))


def show_asked(keys: Sequence[int]) -> Mapping[int, Subject]:
    """How the bell shows them."""
    found = IssueRequest.objects.filter(pk__in=keys).select_related("invoice__partner", "asked_by")
    return {
        each.pk: Subject(
            partner=each.invoice.partner.name,
            manager=each.asked_by.full_name,
            what=_("Invoice for %(amount)s") % {"amount": formatting.money(each.invoice.amount)},
            since=each.asked_at,
            url=reverse("invoices:asked"),
        )
        for each in found
    }


def _row(each: IssueRequest, now: datetime, can_answer: bool, is_openable: bool) -> AskedRow:
    state, person = IssueRequest.State(each.state), each.answered_by or each.taken_by
    return AskedRow(
        pk=each.pk,
        asked_at=each.asked_at,
        answer_by=each.answer_by,
        partner=formatting.typography(each.invoice.partner.name),
        what=formatting.typography(", ".join(line.name for line in each.invoice.lines.all())),
        amount=each.invoice.amount,
        asker=each.asked_by.full_name,
        note=each.note,
        on_it=person.full_name if person else "",
        reason=each.return_reason,
        badge=Badge(str(state.label), BADGES[state]),
        url=reverse("invoices:invoice", args=[each.invoice_id]) if is_openable else "",
        is_late=each.answered_at is None and each.answer_by < now,
        can_take=can_answer and state == IssueRequest.State.WAITING,
    )
