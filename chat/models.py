"""The chat «Маркетинг и Сотрудник» (R19): one thread a partner, its messages, files, mentions, who has read how far."""

from datetime import datetime

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role, User
from accounts.permissions import Scope, acting_for, scope
from chat.kinds import FLOW_KINDS, NETWORK_KINDS, OF_MARKETING, OF_SUPPORT, Kind, Side
from chat.rules import EDITABLE_FOR, UNREAD_FOR
from deals.models import Deal
from files.models import StoredFile
from partners.models import Partner, PartnerQuerySet

STATE_GUARD = """
    IF OLD.state IN ('done', 'refused') OR NEW.state = '' OR NEW.state = 'open' THEN
        RAISE EXCEPTION 'message %: a request that is % does not become %', NEW.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
"""A request goes on from open to answered to done or refused, and never back: it is answered once."""


class ThreadQuerySet(PartnerQuerySet):
    def visible_to(self, user: User, permission: str = "chat.read") -> "ThreadQuerySet":
        """The threads of the partners that are one's own; sales sees those into which it was called by a mention."""
        if user.is_authenticated and user.role == Role.SALES_MANAGER and scope(user, permission) == Scope.OWN:
            return self._into_which_was_called(user)
        return super().visible_to(user, permission)

    def followed_by(self, user: User) -> "ThreadQuerySet":
        """Those whose news concern the person: of who sees all of them, the ones into which he was called."""
        if scope(user, "chat.read") == Scope.ALL:
            return self._into_which_was_called(user)
        return self.visible_to(user)

    def _into_which_was_called(self, user: User) -> "ThreadQuerySet":
        """He himself, or the colleague for whom he stands in."""
        calls = Mention.objects.filter(message__partner=OuterRef("pk"), person__in=acting_for(user))
        return self.filter(Exists(calls))


class Thread(Partner):
    """A partner as its talk: there is exactly one thread for each."""

    objects = ThreadQuerySet.as_manager()

    class Meta:
        proxy = True
        verbose_name = _("chat")
        verbose_name_plural = _("chats")


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "chat.read") -> "MessageQuerySet":
        """The messages of the threads that one sees; mending is for the author alone."""
        own = self.filter(author=user) if permission == "chat.edit" else self
        return own.filter(partner__in=Thread.objects.visible_to(user, permission).values("pk"))

    def requests(self) -> "MessageQuerySet":
        return self.exclude(kind=Kind.NOTE)

    def open(self) -> "MessageQuerySet":
        """Requests that are not finished: waiting for an answer, or agreed on and in work."""
        return self.filter(state__in=[Message.State.OPEN, Message.State.ANSWERED])

    def waiting_for(self, side: str) -> "MessageQuerySet":
        """Requests whose answer this side owes."""
        return self.filter(state=Message.State.OPEN).exclude(side=side)

    def unread_by(self, user: User, now: datetime) -> "MessageQuerySet":
        """Others' messages of the last month beyond the person's mark in their thread.

        Who stands in for a colleague goes on in the threads of the absent one where that one has stopped.
        """
        of_absent = Q(person__in=acting_for(user), person=F("message__partner__manager"))
        read = ReadMark.objects.filter(Q(person=user) | of_absent, message__partner=OuterRef("partner"))
        read = read.order_by().values("message__partner").annotate(last=Max("message")).values("last")
        recent = self.filter(created_at__gte=now - UNREAD_FOR).exclude(author=user)
        return recent.filter(pk__gt=Coalesce(Subquery(read), 0))


@pghistory.track()
class Message(models.Model):
    """A line of the talk; one of a kind other than a note asks the other side for something. Former wordings are in
    the audit trail."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("state of a request", "new")
        ANSWERED = "answered", pgettext_lazy("state of a request", "in work")
        DONE = "done", pgettext_lazy("state of a request", "done")
        REFUSED = "refused", pgettext_lazy("state of a request", "refused")

    class Payer(models.TextChoices):
        PARTNER = "partner", pgettext_lazy("who pays", "Partner")
        COMPANY = "company", pgettext_lazy("who pays", "We")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="messages", verbose_name=_("partner"))
    deal = models.ForeignKey(Deal, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("deal"))
    """On whose timeline a request stands."""
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author"))
    side = models.CharField(max_length=10, choices=Side)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.NOTE)
    text = models.TextField(_("text"), blank=True)
    network = models.CharField(_("network"), max_length=60, blank=True)
    amount = models.DecimalField(_("sum"), max_digits=12, decimal_places=2, null=True, blank=True)
    requests_now = models.PositiveIntegerField(_("now"), null=True, blank=True, help_text=_("Requests a week"))
    requests_needed = models.PositiveIntegerField(_("needed"), null=True, blank=True, help_text=_("Requests a week"))
    geography = models.CharField(_("geography"), max_length=160, blank=True)
    since = models.DateField(_("since when"), null=True, blank=True)
    payer = models.CharField(_("who pays"), max_length=8, choices=Payer, blank=True)

    state = models.CharField(_("state"), max_length=8, choices=State, blank=True)
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.TextField(_("answer"), blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.TextField(_("what came of it"), blank=True)

    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    key = models.UUIDField(null=True, blank=True, help_text=_("Of one sending, which may reach us twice"))

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("chat message")
        verbose_name_plural = _("chat messages")
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="chat_is_sent_once"),
            models.CheckConstraint(name="chat_says_something", condition=~Q(kind="note") | Q(text__regex=r"\S")),
            models.CheckConstraint(
                name="chat_kind_is_of_its_side",
                condition=Q(kind="note")
                | Q(side=Side.SUPPORT, kind__in=list(OF_SUPPORT))
                | Q(side=Side.MARKETING, kind__in=list(OF_MARKETING)),
            ),
            models.CheckConstraint(
                name="chat_flow_is_of_its_kind",
                condition=Q(kind__in=list(FLOW_KINDS))
                | Q(requests_now__isnull=True, requests_needed__isnull=True, geography=""),
            ),
            models.CheckConstraint(
                name="chat_flow_goes_its_way",
                condition=Q(requests_now__isnull=True)
                | Q(requests_needed__isnull=True)
                | Q(kind="more_requests", requests_needed__gt=F("requests_now"))
                | Q(kind="fewer_requests", requests_needed__lt=F("requests_now")),
            ),
            models.CheckConstraint(
                name="chat_network_is_of_its_kind",
                condition=Q(kind__in=list(NETWORK_KINDS), network__regex=r"\S")
                | (~Q(kind__in=list(NETWORK_KINDS)) & Q(network="", amount__isnull=True)),
            ),
            models.CheckConstraint(name="chat_sum_is_positive", condition=Q(amount__isnull=True) | Q(amount__gt=0)),
            models.CheckConstraint(
                name="chat_top_up_has_a_sum", condition=~Q(kind="top_up_budget") | Q(amount__isnull=False)
            ),
            models.CheckConstraint(name="chat_payer_is_of_top_up", condition=Q(payer="") | Q(kind="top_up_budget")),
            models.CheckConstraint(
                name="chat_since_is_of_no_requests", condition=Q(since__isnull=True) | Q(kind="no_requests")
            ),
            models.CheckConstraint(
                name="chat_asks_or_has_no_state",
                condition=Q(kind="note", state="", answer_by__isnull=True)
                | (~Q(kind="note") & ~Q(state="") & Q(answer_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="chat_open_has_no_answer",
                condition=~Q(state__in=["", "open"]) | Q(answered_at__isnull=True, answer="", closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="chat_answered_by_somebody",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="chat_in_work_is_answered", condition=~Q(state="answered") | Q(answered_at__isnull=False)
            ),
            models.CheckConstraint(
                name="chat_closed_by_somebody",
                condition=Q(state__in=["done", "refused"], closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(state__in=["done", "refused"]) & Q(closed_at__isnull=True, closed_by__isnull=True, outcome="")),
            ),
            models.CheckConstraint(
                name="chat_refused_says_why", condition=~Q(state="refused") | Q(outcome__regex=r"\S")
            ),
            models.CheckConstraint(
                name="chat_is_edited_within_15_minutes",
                condition=Q(edited_at__isnull=True) | Q(edited_at__lte=F("created_at") + EDITABLE_FOR),
            ),
        ]
        indexes = [
            # The feed of a thread from its end: filter(partner).order_by("-pk")[:50].
            models.Index(fields=["partner", "-id"], name="chat_messages_of_partner"),
            # The inbox: what is open, the oldest first.
            models.Index(fields=["created_at"], condition=Q(state__in=["open", "answered"]), name="chat_messages_open"),
            # Unread: the last month.
            models.Index(fields=["created_at"], name="chat_messages_recent"),
            # The timeline of a deal: requests on it.
            models.Index(
                fields=["deal", "-created_at"], condition=~Q(kind="note"), name="chat_messages_requests_of_deal"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="state_guard",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state IS DISTINCT FROM NEW.state"),
                func=STATE_GUARD,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.text}"[:80]

    @property
    def is_request(self) -> bool:
        return self.kind != Kind.NOTE

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.OPEN, self.State.ANSWERED}

    @property
    def owner_side(self) -> Side:
        """Whose turn it is: who was asked answers, and what is agreed on marketing carries out."""
        return Side(self.side).other if self.state == self.State.OPEN else Side.MARKETING

    def is_editable(self, now: datetime) -> bool:
        """Whether the author may still mend it."""
        return now <= self.created_at + EDITABLE_FOR

    def is_late(self, now: datetime) -> bool:
        return self.state == self.State.OPEN and self.answer_by < now


class Mention(models.Model):
    """A person named in a message with @: it counts as unread for him, and sales becomes a member of the thread."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "person"], name="chat_person_is_mentioned_once")]
        indexes = [models.Index(fields=["person", "message"], name="chat_mentions_of_person")]

    def __str__(self) -> str:
        return f"@{self.person}"


class MessageFileQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "chat.read") -> "MessageFileQuerySet":
        return self.filter(message__in=Message.objects.visible_to(user, permission))


class MessageFile(models.Model):
    """A file sent with a message."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", verbose_name=_("file"))

    objects = MessageFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a message")
        verbose_name_plural = _("files of messages")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.file)


class ReadMark(models.Model):
    """How far a person has read a thread: its last message that he has seen. The thread is the message's, so that a
    merge of partners takes the marks along."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "message"], name="chat_is_marked_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.message_id}"


def people_of(thread: Thread) -> models.QuerySet[User]:
    """Whom one may call into a thread: marketing, sales, the heads, and support that works with the partner."""
    support = Q(role=Role.SUPPORT_MANAGER, pk=thread.manager_id)
    others = Q(role__in=[Role.MARKETER, Role.SALES_MANAGER, Role.HEAD, Role.DIRECTOR])
    return User.objects.filter(support | others, is_active=True).order_by("first_name", "last_name")


__all__ = [
    "Kind",
    "Mention",
    "Message",
    "MessageFile",
    "ReadMark",
    "Side",
    "Thread",
    "people_of",
]
