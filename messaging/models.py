"""What leaves the house: messages waiting to be sent, each try to send one, and the texts they are made of (R10)."""

import uuid
from datetime import datetime

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Scope, scope
from messaging import handlers

SUBJECT_LENGTH = 200
BODY_LENGTH = 20_000

GOES_FORWARD = """
    IF ROW(NEW.key, NEW.channel, NEW.kind, NEW.dedup_key, NEW.recipient, NEW.subject, NEW.body, NEW.queued_at)
        IS DISTINCT FROM
        ROW(OLD.key, OLD.channel, OLD.kind, OLD.dedup_key, OLD.recipient, OLD.subject, OLD.body, OLD.queued_at)
    THEN
        RAISE EXCEPTION 'message %: what is queued never changes (R10)', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.state = 'cancelled' AND NEW.state <> 'cancelled')
        OR (OLD.sent_at IS NOT NULL AND (NEW.sent_at IS NULL OR NEW.state IN ('queued', 'held', 'cancelled')))
        OR (OLD.state = 'delivered' AND NEW.state <> 'delivered')
    THEN
        RAISE EXCEPTION 'message %: from % it never becomes % again (R10)', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

ENDED_IS_FINAL = """
    IF TG_OP = 'DELETE' OR OLD.finished_at IS NOT NULL THEN
        RAISE EXCEPTION 'attempt %: what was tried stays written', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "message.read") -> "MessageQuerySet":
        """All of them, or one's own: of each kind those that its handler says are the reader's."""
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        if granted == Scope.NONE:
            return self.none()
        own = Q(pk__in=[])
        for kind, handler in handlers.HANDLERS.items():
            own |= Q(kind=kind, pk__in=handler.visible_ids(user))
        return self.filter(own)

    def due(self, now: datetime) -> "MessageQuerySet":
        """Those that may be sent now: waiting, and in nobody's hands, or in those of a sender that has died."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
        return self.filter(free, state=Message.State.QUEUED, due_at__lte=now)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange("state")),
    fields=["channel", "kind", "recipient", "state", "reason"],
    model_name="MessageEvent",
    obj_field=pghistory.ObjForeignKey(related_name="events", related_query_name="events"),
)
class Message(models.Model):
    """A letter or SMS, rendered and addressed. Queued with what it tells of, sent by messaging.sending.

    `due_at` is when somebody looks at it next: the sender while it is queued, the asker for reports once it is sent.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")
        HELD = "held", _("On hold")
        CANCELLED = "cancelled", _("Cancelled")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    """The same at every try: the Message-ID of a letter, the idempotency key of a gateway."""
    channel = models.CharField(max_length=5, choices=Channel)
    kind = models.CharField(max_length=40)
    """What it tells of ("invoice"): names the handler of messaging.handlers."""
    dedup_key = models.CharField(max_length=160, unique=True)
    recipient = models.CharField(max_length=254)
    recipient_name = models.CharField(max_length=160, blank=True)
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    body = models.TextField(max_length=BODY_LENGTH)

    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=500, blank=True)
    """Why it failed, is held or cancelled; while it waits, what the last try ended in."""
    queued_at = models.DateTimeField()
    queued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)

    gateway = models.CharField(max_length=20, blank=True)
    provider_id = models.CharField(max_length=80, blank=True)
    parts = models.PositiveSmallIntegerField(null=True)
    cost = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                name="message_has_an_address",
                condition=Q(channel="email", recipient__regex=r"^[^\s@]+@[^\s@]+$")
                | Q(channel="sms", recipient__regex=r"^\+\d{7,15}$"),
            ),
            models.CheckConstraint(name="message_says_something", condition=Q(body__regex=r"\S")),
            models.CheckConstraint(
                name="message_sent_has_its_moment",
                condition=~Q(state__in=["sent", "delivered"]) | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="message_delivered_has_its_moment",
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="message_that_will_not_go_says_why",
                condition=~Q(state__in=["failed", "held", "cancelled"]) | Q(reason__regex=r"\S"),
            ),
            models.CheckConstraint(
                name="message_is_leased_while_queued",
                condition=Q(lease_token__isnull=True, lease_until__isnull=True)
                | Q(lease_token__isnull=False, lease_until__isnull=False, state="queued"),
            ),
        ]
        indexes = [
            # The sender: due(now).order_by("due_at", "pk").
            models.Index(fields=["due_at", "id"], condition=Q(state="queued"), name="messages_to_send"),
            # The asker for reports: SMS that were sent and not yet reported on.
            models.Index(
                fields=["due_at", "id"], condition=Q(state="sent", channel="sms"), name="messages_to_ask_about"
            ),
            # The page: newest first.
            models.Index(fields=["-queued_at", "-id"], name="messages_newest"),
            models.Index(fields=["recipient", "-queued_at"], name="messages_of_a_recipient"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="goes_forward", when=pgtrigger.Before, operation=pgtrigger.Update, func=GOES_FORWARD
            ),
            pgtrigger.Protect(name="message_is_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("messaging:message", args=[self.pk])

    @property
    def is_settled(self) -> bool:
        """Nothing more will happen to it by itself."""
        return self.state not in {self.State.QUEUED, self.State.SENT}

    @property
    def is_kept(self) -> bool:
        """Nothing is connected, so it went nowhere: it is kept to be read here."""
        return self.gateway == "keep"


class Attachment(models.Model):
    """A file that goes with a letter, as it was when the letter was queued."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        triggers = [pgtrigger.Protect(name="attachment_is_final", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name


class Attempt(models.Model):
    """One try to send a message, written before the gateway is called: one without an end may have gone through."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("taken by the gateway")
        REFUSED = "refused", _("refused for good")
        LATER = "later", _("not taken, to be tried again")
        UNCLEAR = "unclear", _("no clear answer: to be asked first")

    message = models.ForeignKey(Message, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    gateway = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="attempt_number_is_unique"),
            models.CheckConstraint(
                name="attempt_ends_with_an_outcome",
                condition=Q(finished_at__isnull=True, outcome="") | (Q(finished_at__isnull=False) & ~Q(outcome="")),
            ),
        ]
        indexes = [
            # The breakers: SMS that were taken, or may have been, since midnight (messaging.limits).
            models.Index(fields=["started_at"], name="attempts_by_moment"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="ended_is_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=ENDED_IS_FINAL,
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.number} {self.outcome}"


@pghistory.track()
class MessageTemplate(models.Model):
    """The text of one kind of message, as the head has changed it; until then messaging.texts has the text."""

    code = models.CharField(max_length=40, unique=True)
    subject = models.CharField(_("subject"), max_length=SUBJECT_LENGTH, blank=True)
    body = models.TextField(_("text"), max_length=4_000)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("template of messages")
        verbose_name_plural = _("templates of messages")
        constraints = [models.CheckConstraint(name="template_says_something", condition=Q(body__regex=r"\S"))]

    def __str__(self) -> str:
        return self.code
