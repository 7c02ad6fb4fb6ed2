"""A handoff: a paid partner passes from sales to support and marketing (R1, R18). The table «Передача в ОМ»."""

from datetime import date, datetime, timedelta

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.permissions import Scope, acting_for, scope
from catalog.models import Package
from core import moscow
from deals.models.deal import Deal


class HandoffQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "handoff.read") -> "HandoffQuerySet":
        """Support sees its own partners, sales what it sold, marketing everything that was handed over."""
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        if granted == Scope.NONE:
            return self.none()
        if user.role == Role.SALES_MANAGER:
            return self.filter(sold_by=user)
        if user.role == Role.MARKETER:
            return self
        return self.filter(deal__manager__in=acting_for(user))

    def waiting(self) -> "HandoffQuerySet":
        """Not accepted yet, whoever holds it."""
        return self.filter(accepted_at__isnull=True, deal__closed_at__isnull=True)

    def with_support(self) -> "HandoffQuerySet":
        """To be accepted: sales owes nothing that support has named."""
        return self.waiting().filter(returned_at__isnull=True)

    def returned(self) -> "HandoffQuerySet":
        """Back at sales, who are to add what is missing."""
        return self.waiting().filter(returned_at__isnull=False)

    def asking_sales(self) -> "HandoffQuerySet":
        """Waiting for a word from sales: returned, or with a question that has no answer (R1, R18)."""
        is_returned = Q(accepted_at__isnull=True, deal__closed_at__isnull=True, returned_at__isnull=False)
        return self.filter(is_returned | Exists(_open_questions()))

    def past_deadline(self, today: date) -> "HandoffQuerySet":
        """Not accepted by the end of the day after the payment, whoever holds it (R1)."""
        return self.waiting().filter(accept_by__lt=today)


def _open_questions() -> models.QuerySet:
    from deals.models.handoff_talk import HandoffQuestion

    return HandoffQuestion.objects.open().filter(handoff=OuterRef("pk"))


@pghistory.track(exclude=["version"])
class Handoff(models.Model):
    class Status(models.TextChoices):
        WAITING_INFO = "waiting_info", _("Waiting for info")
        INFO_RECEIVED = "info_received", _("Info received")
        PREPARING = "preparing", _("Campaign in preparation")
        RUNNING = "running", _("Advertising is running")

    class State(models.TextChoices):
        """Who holds it: derived, never stored."""

        WAITING = "waiting", _("Waiting for acceptance")
        RETURNED = "returned", _("Returned to sales")
        ACCEPTED = "accepted", _("Accepted into work")

    deal = models.OneToOneField(Deal, models.PROTECT, related_name="handoff", verbose_name=_("deal"))
    sold_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="handoffs", verbose_name=_("sold by")
    )
    paid_on = models.DateField(_("payment date"))
    accept_by = models.DateField(_("accept by"))
    amount = models.DecimalField(_("paid"), max_digits=12, decimal_places=2)
    package = models.ForeignKey(Package, models.PROTECT, verbose_name=_("package"))
    status = models.CharField(_("status"), max_length=14, choices=Status, default=Status.WAITING_INFO)
    wished_speed = models.CharField(_("wished speed of requests"), max_length=120, blank=True)
    geography = models.CharField(_("geography"), max_length=160, blank=True)
    campaign = models.CharField(_("planned campaign"), max_length=160, blank=True)
    networks = models.CharField(_("networks"), max_length=160, blank=True)
    has_customer_request = models.BooleanField(_("Customer request"), default=False)
    has_offer_accepted = models.BooleanField(_("Contract-offer accepted"), default=False)
    has_access = models.BooleanField(_("Access and contact"), default=False)
    returned_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when sales holds it; empty while it is with support")
    )
    time_with_sales = models.DurationField(
        default=timedelta(0), help_text=_("How long it was returned to sales, without the present return")
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        verbose_name = _("handoff")
        verbose_name_plural = _("handoffs")
        constraints = [
            models.CheckConstraint(
                name="handoff_deadline_is_the_next_day", condition=Q(accept_by=F("paid_on") + timedelta(days=1))
            ),
            models.CheckConstraint(
                name="handoff_is_accepted_by_somebody",
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(name="handoff_is_paid", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="handoff_accepted_is_not_returned",
                condition=Q(accepted_at__isnull=True) | Q(returned_at__isnull=True),
            ),
            models.CheckConstraint(
                name="handoff_time_with_sales_is_not_negative", condition=Q(time_with_sales__gte=timedelta(0))
            ),
            models.CheckConstraint(
                name="handoff_status_is_known",
                condition=Q(status__in=["waiting_info", "info_received", "preparing", "running"]),
            ),
        ]
        indexes = [
            models.Index(fields=["accept_by", "id"], condition=Q(accepted_at__isnull=True), name="handoff_waiting"),
            models.Index(fields=["-accepted_at"], name="handoff_accepted"),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.paid_on}"

    @property
    def deadline_at(self) -> datetime:
        """The last moment of the day after the payment, Moscow time (R1)."""
        return moscow.end_of_day(self.accept_by)

    @property
    def state(self) -> "Handoff.State":
        if self.accepted_at:
            return self.State.ACCEPTED
        return self.State.RETURNED if self.returned_at else self.State.WAITING

    def waited_on_sales(self, now: datetime) -> timedelta:
        """How long the partner has waited because sales had to add something (R1)."""
        return self.time_with_sales + (now - self.returned_at if self.returned_at else timedelta(0))

    def waited_on_support(self, now: datetime) -> timedelta:
        """How long it has lain with support, till it was accepted (R1)."""
        return (self.accepted_at or now) - self.created_at - self.waited_on_sales(now)

    @property
    def checklist(self) -> list[tuple[str, bool]]:
        """What support needs from sales to begin, as far as the package needs it: (what, is it there)."""
        return checklist(
            has_customer_request=self.has_customer_request,
            has_offer_accepted=self.has_offer_accepted,
            main_comment=self.deal.main_comment,
            geography=self.geography,
            wished_speed=self.wished_speed,
            has_access=self.has_access,
            needs_advertising=self.package.needs_advertising,
            needs_access=self.package.needs_access,
        )

    @property
    def missing(self) -> list[str]:
        """What of the checklist is not there."""
        return [str(what) for what, is_there in self.checklist if not is_there]


def checklist(
    *,
    has_customer_request: bool,
    has_offer_accepted: bool,
    main_comment: str,
    geography: str,
    wished_speed: str,
    has_access: bool,
    needs_advertising: bool,
    needs_access: bool,
) -> list[tuple[str, bool]]:
    """The items of a package's checklist, and which of them are there (R18)."""
    items = [
        (_("Customer request"), has_customer_request),
        (_("Contract-offer accepted"), has_offer_accepted),
        (_("Main comment"), bool(main_comment.strip())),
    ]
    if needs_advertising:
        items.append((_("Geography and speed of requests"), bool(geography and wished_speed)))
    if needs_access:
        items.append((_("Access and contact"), has_access))
    return items
