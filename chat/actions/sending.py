"""Writing into a thread: a message or a typed request, mending it, and how far one has read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from chat.checking import MAX_FILES, check_draft, checked_text
from chat.events import counters_change, thread_changed
from chat.kinds import Kind, side_of
from chat.mentions import mentioned
from chat.models import Mention, Message, MessageFile, ReadMark, Thread, people_of
from chat.rules import answer_due
from chat.telling import key_of, tell_of_mention
from core.audit import operation
from core.errors import RuleViolation
from deals.models import Deal, PipelineCode
from files.actions import keep_file
from notifications.actions import mark_seen
from partners.actions.locking import lock_partner


@dataclass(frozen=True)
class Draft:
    """What is to be sent: a text, and of a request the fields of its kind. Sums in roubles, requests a week."""

    text: str = ""
    kind: str = Kind.NOTE
    network: str = ""
    amount: Decimal | None = None
    requests_now: int | None = None
    requests_needed: int | None = None
    geography: str = ""
    since: date | None = None
    payer: str = ""


def send_message(
    thread: Thread,
    draft: Draft,
    *,
    by: User,
    now: datetime,
    deal: Deal | None = None,
    files: Sequence[UploadedFile] = (),
    key: UUID | None = None,
) -> Message:
    """Add a message to the thread, with its files and mentions; a request waits for the other side from now on (R19).

    `deal` is the card on which it was written. A `key` that has come before gives the message it made: a sending
    repeated after a broken line changes nothing. Raises what `chat.checking.check_draft`, `keep_file` and
    `lock_partner` raise, `too_many_files` and `deal_of_another`.
    """
    require(by, "chat.post", thread)
    draft = check_draft(draft, by=by, now=now, has_files=bool(files))
    if len(files) > MAX_FILES:
        message = _("Not more than %(n)s files with one message.") % {"n": MAX_FILES}
        raise RuleViolation("too_many_files", message, "files")
    if deal is not None and deal.partner_id != thread.pk:
        raise RuleViolation("deal_of_another", _("This deal belongs to another partner."))
    with operation("chat.post", by=by):
        partner = lock_partner(thread)
        if key and (sent := Message.objects.filter(author=by, key=key).first()):
            return sent
        stored = [keep_file(each, by=by, now=now) for each in files]
        is_request = draft.kind != Kind.NOTE
        message = Message.objects.create(
            **vars(draft) | {"text": draft.text or ", ".join(each.name for each in stored)},
            partner=partner,
            deal=deal or _deal_of(thread),
            author=by,
            side=side_of(by),
            state=Message.State.OPEN if is_request else "",
            answer_by=answer_due(draft.kind == Kind.NO_REQUESTS, now) if is_request else None,
            created_at=now,
            changed_at=now,
            key=key,
        )
        MessageFile.objects.bulk_create(MessageFile(message=message, file=each) for each in stored)
        _mention(message)
        thread_changed(partner)
    return message


def edit_message(message: Message, text: str, *, by: User, now: datetime) -> Message:
    """Mend one's own words within 15 minutes; the former ones are kept. Raises `message_is_final`, `empty_text`."""
    require(by, "chat.edit", message)
    if message.author_id != by.pk:
        raise PermissionDenied("chat.edit")
    with operation("chat.edit", by=by):
        message = Message.objects.select_for_update().get(pk=message.pk)
        if not message.is_editable(now):
            words = _("A message can be mended for 15 minutes. Write a new one.")
            raise RuleViolation("message_is_final", words, "text")
        text = checked_text(text, is_needed=not message.is_request)
        if text != message.text:
            message.text, message.edited_at, message.changed_at = text, now, now
            message.save()
            _mention(message)
            thread_changed(message.partner)
    return message


def mark_read(thread: Thread, message: Message, *, by: User, now: datetime) -> None:
    """Note that the person has seen the thread up to this message of it; going back changes nothing.

    What called him into it leaves the number on his bell.
    """
    require(by, "chat.read", thread)
    with operation("chat.read", by=by):
        marks = ReadMark.objects.filter(person=by, message__partner=thread)
        if marks.filter(message__gte=message.pk).exists():
            return
        marks.delete()
        ReadMark.objects.get_or_create(person=by, message=message)
        calls = Mention.objects.filter(person=by, message__partner=thread, message__lte=message.pk)
        mark_seen(by, now, keys=[key_of(pk) for pk in calls.values_list("message", flat=True)])
        counters_change(by)


def _mention(message: Message) -> None:
    """Who is named in the text is mentioned; who has been once stays so."""
    people = people_of(Thread.objects.get(pk=message.partner_id)).exclude(pk=message.author_id)
    named = mentioned(message.text, people)
    mentions = (Mention(message=message, person=person) for person in named)
    Mention.objects.bulk_create(mentions, ignore_conflicts=True)
    for person in named:
        tell_of_mention(message, person)
        counters_change(person)


def _deal_of(thread: Thread) -> Deal | None:
    """On whose timeline a message stands that was written on no card: the partner's open term, else its latest one."""
    terms = Deal.objects.filter(partner=thread).exclude(pipeline=PipelineCode.ADDON)
    return terms.open().order_by("-pk").first() or terms.order_by("-pk").first()
