"""Changing the text of a kind of message."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation, VersionConflict
from messaging import texts
from messaging.models import Channel, MessageTemplate
from messaging.segments import segments

MAX_PARTS = 3


def save_template(code: str, *, subject: str, body: str, version: int, by: User, now: datetime) -> MessageTemplate:
    """Make this the text of all messages of the kind from now on; the audit trail keeps the former ones.

    `version` is the one that the writer read, 0 for the text it begins with. Raises `unknown_hole`, `template_empty`,
    `template_needs_subject`, `sms_too_long`, version_conflict.
    """
    require(by, "message_template.update")
    kind = texts.KINDS[code]
    subject, body = " ".join(subject.split()), body.strip().replace("\r\n", "\n")
    _check(kind, subject, body)
    with operation("message_template.update", by=by):
        _lock(code, version)
        template = MessageTemplate.objects.filter(code=code).first() or MessageTemplate(code=code, version=0)
        template.subject, template.body = subject, body
        template.changed_by, template.changed_at = by, now
        template.version += 1
        template.save()
    return template


def reset_template(code: str, *, version: int, by: User, now: datetime) -> MessageTemplate:
    """Go back to the text that the product came with, as one more version."""
    kind = texts.KINDS[code]
    return save_template(code, subject=kind.subject, body=kind.body, version=version, by=by, now=now)


def _lock(code: str, version: int) -> None:
    """Raise VersionConflict unless the text is still the one that was read."""
    found = MessageTemplate.objects.select_for_update().filter(code=code).first()
    if (found.version if found else 0) != version:
        raise VersionConflict(_("Somebody has changed this text meanwhile. Yours is still in the form: compare."))


def _check(kind: texts.TextKind, subject: str, body: str) -> None:
    if not body:
        raise RuleViolation("template_empty", _("Write the text."), "body")
    if kind.channel == Channel.EMAIL and not subject:
        raise RuleViolation("template_needs_subject", _("A letter needs a subject."), "subject")
    texts.check(kind, subject, "subject")
    texts.check(kind, body, "body")
    if kind.channel == Channel.SMS:
        parts = segments(texts.fill("", body, kind.examples).body).parts
        if parts > MAX_PARTS:
            message = _("With the example filled in it has %(n)s parts. An SMS has at most %(limit)s: shorten it.")
            raise RuleViolation("sms_too_long", message % {"n": parts, "limit": MAX_PARTS}, "body")
