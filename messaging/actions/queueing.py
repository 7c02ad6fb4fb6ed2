"""Putting a message into the outbox, in the transaction of what it tells of: both are there, or neither is (R10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import RuleViolation
from messaging.jobs import nudge
from messaging.models import BODY_LENGTH, SUBJECT_LENGTH, Attachment, Channel, Message
from messaging.segments import segments

MAX_PARTS = 6


@dataclass(frozen=True)
class File:
    """A file to go with a letter."""

    name: str
    content: bytes
    media_type: str = "application/pdf"


def queue_email(
    *,
    kind: str,
    dedup_key: str,
    to: str,
    subject: str,
    body: str,
    by: User | None,
    now: datetime,
    to_name: str = "",
    reply_to: str = "",
    files: Sequence[File] = (),
    not_before: datetime | None = None,
) -> Message:
    """Queue a letter in plain text; the caller has checked the right to.

    `kind` names the handler (messaging.handlers); the same `dedup_key` again gives the message that it made. Raises
    `email_wrong`, `message_empty`.
    """
    try:
        validate_email(to)
    except ValidationError:
        raise RuleViolation("email_wrong", _("Write the e-mail address, like name@example.ru."), "email") from None
    subject = " ".join(subject.split())[:SUBJECT_LENGTH]
    values = {"to_name": to_name, "reply_to": reply_to, "subject": subject, "body": body, "not_before": not_before}
    return _queue(Channel.EMAIL, kind, dedup_key, to, by, now, files, **values)


def queue_sms(
    *,
    kind: str,
    dedup_key: str,
    to: str,
    text: str,
    by: User | None,
    now: datetime,
    to_name: str = "",
    not_before: datetime | None = None,
) -> Message:
    """Queue an SMS to a number in the form +79001234567. See `queue_email`. Raises `sms_too_long`, `message_empty`."""
    counted = segments(text)
    if counted.parts > MAX_PARTS:
        message = _("The SMS has %(n)s parts, and at most %(limit)s may go. Shorten the text.")
        raise RuleViolation("sms_too_long", message % {"n": counted.parts, "limit": MAX_PARTS}, "phone")
    values = {"to_name": to_name, "body": text, "parts": counted.parts, "cost": counted.price}
    return _queue(Channel.SMS, kind, dedup_key, to, by, now, (), not_before=not_before, **values)


def _queue(
    channel: Channel,
    kind: str,
    dedup_key: str,
    to: str,
    by: User | None,
    now: datetime,
    files: Sequence[File],
    *,
    to_name: str = "",
    not_before: datetime | None = None,
    **values,
) -> Message:
    """One row for a dedup key: a twin that is being written is waited for, and found."""
    values["body"] = values["body"].strip()[:BODY_LENGTH]
    if not values["body"]:
        raise RuleViolation("message_empty", _("A message says something: its text is empty."))
    defaults = {
        "channel": channel,
        "kind": kind,
        "recipient": to,
        "recipient_name": " ".join(to_name.split())[:160],
        "queued_by": by,
        "queued_at": now,
        "due_at": not_before or now,
        **values,
    }
    with transaction.atomic():
        message, is_new = Message.objects.get_or_create(dedup_key=dedup_key, defaults=defaults)
        if is_new:
            Attachment.objects.bulk_create(
                Attachment(
                    message=message,
                    name=file.name,
                    media_type=file.media_type,
                    content=file.content,
                    sha256=sha256(file.content).hexdigest(),
                )
                for file in files
            )
            nudge()
    return message
