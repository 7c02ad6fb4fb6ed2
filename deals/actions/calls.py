"""Writing calls down: dialled from a page, by hand, or told by the telephone exchange (R4)."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from deals.actions.locking import lock_deal
from deals.models import Call, Deal
from partners.models import Contact

SAME_CALL = timedelta(minutes=2)
"""A number dialled again so soon is one call: a second click, or the line was bad."""

MAX_DURATION = 24 * 60 * 60


def log_call(
    deal: Deal,
    *,
    by: User,
    now: datetime,
    contact: Contact | None = None,
    direction: str = Call.Direction.OUTGOING,
    started_at: datetime | None = None,
    duration_s: int | None = None,
) -> Call:
    """Write down a call with the partner of this deal: with this contact, else the deal's own or the main one.

    Without `duration_s` it is not known yet whether anybody answered. Dialling the same number again within two minutes
    is the same call. Raises `no_phone`, `foreign_contact`, `call_in_future`, `wrong_duration`.
    """
    require(by, "call.log", deal)
    started_at = started_at or now
    _check(started_at, duration_s, now)
    with operation("call.log", by=by):
        deal = lock_deal(deal)
        contact = contact or deal.contact or deal.partner.contacts.in_use().order_by("-is_primary", "pk").first()
        if contact and contact.partner_id != deal.partner_id:
            raise RuleViolation("foreign_contact", _("Choose a contact of this partner."), "contact")
        if not contact or not contact.phone:
            raise RuleViolation("no_phone", _("The contact has no phone. Add one first."), "contact")
        again = deal.calls.filter(by=by, phone=contact.phone, started_at__gt=started_at - SAME_CALL, duration_s=None)
        if duration_s is None and (known := again.filter(started_at__lte=started_at).last()):
            return known
        return Call.objects.create(
            deal=deal,
            contact=contact,
            phone=contact.phone,
            direction=direction,
            started_at=started_at,
            duration_s=duration_s,
            comment_by=moscow.end_of_office_day(started_at),
            by=by,
            created_at=now,
        )


def report_call(
    external_id: str,
    *,
    phone: str,
    direction: str,
    started_at: datetime,
    now: datetime,
    by: User | None = None,
    duration_s: int | None = None,
    recording_url: str = "",
) -> Call:
    """Take a call that the exchange tells of; told again it changes nothing (R4).

    A known phone attaches it to the contact, and to the partner's latest open deal. Raises `call_in_future`,
    `wrong_duration`.
    """
    require(by, "call.log")
    _check(started_at, duration_s, now)
    with operation("call.log", by=by):
        contact = Contact.objects.in_use().filter(Q(phone=phone) | Q(second_phone=phone)).order_by("pk").first()
        call, _is_new = Call.objects.get_or_create(
            external_id=external_id,
            defaults={
                "deal": _deal_of(contact),
                "contact": contact,
                "phone": phone,
                "direction": direction,
                "started_at": started_at,
                "duration_s": duration_s,
                "recording_url": recording_url,
                "comment_by": moscow.end_of_office_day(started_at),
                "by": by,
                "created_at": now,
            },
        )
        return call


def nobody_answered(deal: Deal, *, by: User, now: datetime) -> int:
    """Say of the calls on this deal of which it was not known that nobody answered: they need no comment (R4)."""
    require(by, "call.log", deal)
    with operation("call.log", by=by, why="nobody answered"):
        return deal.calls.filter(duration_s=None, started_at__lte=now).update(duration_s=0)


def _check(started_at: datetime, duration_s: int | None, now: datetime) -> None:
    if started_at > now:
        raise RuleViolation("call_in_future", _("The call cannot be later than now."), "started_at")
    if duration_s is not None and not 0 <= duration_s <= MAX_DURATION:
        raise RuleViolation("wrong_duration", _("A call lasts from 0 to 24 hours."), "minutes")


def _deal_of(contact: Contact | None) -> Deal | None:
    if contact is None:
        return None
    latest = Deal.objects.filter(partner=contact.partner_id).order_by("-created_at", "-pk")
    return latest.open().first() or latest.first()
