"""Telling a person, and what he does with it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Substitution, User
from accounts.permissions import require
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from live.publishing import publish
from notifications.kinds import KINDS, kinds_of
from notifications.models import Hours, Notice, SwitchedOff


def notify(
    recipient: User,
    kind: str,
    text: str | Promise,
    *,
    key: str,
    url: str,
    now: datetime,
    values: Mapping[str, object] | None = None,
    title: str = "",
    about: str = "",
) -> Notice | None:
    """Tell somebody that something has happened: a line under his bell, at once on his screen.

    Called inside the operation that it tells of, so that both are there or neither. `text` is a lazy sentence, filled
    with `values` in the recipient's language; `title` is whom it is about (the partner's name), `about` what the bell
    groups by ("deal:12"), `url` the page to open, `key` names the event: the same key tells nothing twice.
    Who stands in for the recipient today is told, too: the recipient reads it when he is back.
    None when he works here no longer or has switched the kind off. An unregistered kind is a KeyError.
    """
    line = {"kind": kind, "title": title[:200], "about": about, "url": url, "created_at": now}
    for absence in Substitution.objects.on(moscow.today(now)).filter(absent=recipient).select_related("substitute"):
        _tell(absence.substitute, text, values, key, line)
    return _tell(recipient, text, values, key, line)


def _tell(
    person: User, text: str | Promise, values: Mapping[str, object] | None, key: str, line: Mapping[str, object]
) -> Notice | None:
    is_optional = KINDS[str(line["kind"])].is_optional
    if not person.is_active or (is_optional and person.switched_off.filter(kind=line["kind"]).exists()):
        return None
    with translation.override(person.language):
        words = str(text) % values if values else str(text)
    notice, is_new = Notice.objects.get_or_create(
        recipient=person, key=key[:120], defaults={**line, "text": words[:400]}
    )
    if is_new:
        publish(f"person:{person.pk}")
    return notice


def mark_seen(user: User, now: datetime, *, notice: Notice | None = None, keys: Collection[str] | None = None) -> None:
    """One notice, those of these events, or all that the person was told, is read."""
    notices = Notice.objects.visible_to(user).unseen()
    if notice:
        notices = notices.filter(pk=notice.pk)
    if keys is not None:
        notices = notices.filter(key__in=keys)
    if notices.update(seen_at=now):
        publish(f"person:{user.pk}")


def set_hours(
    user: User, *, wanted: Collection[str], quiet_from: int | None, quiet_to: int | None, digest_at: int | None
) -> None:
    """Which of the optional kinds the person wants, his quiet hours, and the hour of the morning letter (None: none).

    Raises `quiet_hours_incomplete`, `quiet_hours_empty`.
    """
    require(user, "profile.update")
    if (quiet_from is None) != (quiet_to is None):
        field = "quiet_to" if quiet_to is None else "quiet_from"
        raise RuleViolation("quiet_hours_incomplete", _("Choose both hours, or neither."), field)
    if quiet_from is not None and quiet_from == quiet_to:
        message = _("The quiet hours end when they begin. Choose another hour.")
        raise RuleViolation("quiet_hours_empty", message, "quiet_to")
    unwanted = [kind.code for kind in kinds_of(user) if kind.is_optional and kind.code not in wanted]
    with operation("profile.update", by=user):
        SwitchedOff.objects.filter(user=user).exclude(kind__in=unwanted).delete()
        SwitchedOff.objects.bulk_create((SwitchedOff(user=user, kind=code) for code in unwanted), ignore_conflicts=True)
        Hours.objects.update_or_create(
            user=user, defaults={"quiet_from": quiet_from, "quiet_to": quiet_to, "digest_at": digest_at}
        )
        publish(f"person:{user.pk}")
