"""A handoff: a paid partner passes from sales to support and marketing (R1, R18). The table «Передача в ОМ»."""

from datetime import date, datetime, timedelta

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
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
        return self.filter(accepted_at__isnull=True, deal__closed_at__isnull=True)

    def past_deadline(self, today: date) -> "HandoffQuerySet":
        """Not accepted by the end of the day after the payment (R1)."""
        return self.waiting().filter(accept_by__lt=today)


@pghistory.track(exclude=["version"])
class Handoff(models.Model):
    class Status(models.TextChoices):
        WAITING_INFO = "waiting_info", _("Waiting for info")
        INFO_RECEIVED = "info_received", _("Info received")
        PREPARING = "preparing", _("Campaign in preparation")
        RUNNING = "running", _("Advertising is running")

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
    def checklist(self) -> list[tuple[str, bool]]:
        """What support needs from sales to begin: (what, is it there)."""
        return [
            (_("Customer request"), self.has_customer_request),
            (_("Contract-offer accepted"), self.has_offer_accepted),
            (_("Main comment"), bool(self.deal.main_comment.strip())),
            (_("Geography and speed of requests"), bool(self.geography and self.wished_speed)),
            (_("Access and contact"), self.has_access),
        ]
