"""A deal: one sale, renewal or add-on of one partner, on one stage, with one responsible manager."""

from datetime import datetime
from decimal import Decimal

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.permissions import Scope, acting_for, scope
from catalog.models import Package, Service
from deals.models.pipeline import Pipeline, PipelineCode, Stage
from partners.models import Contact, Partner

STAGE_GUARD = """
    SELECT pipeline_code, role INTO stage FROM deals_stage WHERE id = NEW.stage_id;
    IF stage.pipeline_code <> NEW.pipeline_code THEN
        RAISE EXCEPTION 'deal %: the stage belongs to another pipeline', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    IF (stage.role IN ('won', 'lost') OR NEW.outcome <> 'open') AND stage.role <> NEW.outcome THEN
        RAISE EXCEPTION 'deal %: outcome % on a stage with role %', NEW.id, NEW.outcome, stage.role
            USING ERRCODE = 'check_violation';
    END IF;
    IF stage.role = 'due' AND (NEW.amount IS NULL OR NEW.amount <= 0 OR NEW.package_id IS NULL) THEN
        RAISE EXCEPTION 'deal %: due for renewal without package and amount (R6)', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class DealQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "deal.read") -> "DealQuerySet":
        """The deals whose rows this permission gives: own by responsibility, by sale, or by a handoff to marketing."""
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        if granted == Scope.NONE:
            return self.none()
        if user.role == Role.SALES_MANAGER:
            return self.filter(handoff__sold_by=user)
        if user.role == Role.MARKETER:
            return self.filter(Exists(Deal.objects.filter(partner=OuterRef("partner"), handoff__isnull=False)))
        return self.filter(manager__in=acting_for(user))

    def open(self) -> "DealQuerySet":
        return self.filter(closed_at__isnull=True)

    def without_next_task(self) -> "DealQuerySet":
        """Open deals that break R2: nothing is planned."""
        return self.open().filter(~Exists(self._open_tasks()))

    def with_next_task(self) -> "DealQuerySet":
        """Annotate the nearest open task: next_task_id, next_task_title, next_task_kind, next_task_due_at."""
        nearest = self._open_tasks().order_by("due_at", "pk")
        return self.annotate(
            **{f"next_task_{field}": Subquery(nearest.values(field)[:1]) for field in ("id", "title", "kind", "due_at")}
        )

    def with_overdue_task(self, now: datetime) -> "DealQuerySet":
        return self.open().filter(Exists(self._open_tasks().filter(due_at__lt=now)))

    @staticmethod
    def _open_tasks() -> models.QuerySet:
        from deals.models.task import Task

        return Task.objects.open().filter(deal=OuterRef("pk"))


@pghistory.track(exclude=["version"])
class Deal(models.Model):
    class Outcome(models.TextChoices):
        OPEN = "open", _("Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    class Confidence(models.TextChoices):
        SURE = "sure", _("Sure")
        DOUBTFUL = "doubtful", _("In doubt")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="deals", verbose_name=_("partner"))
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, verbose_name=_("contact"))
    pipeline = models.ForeignKey(
        Pipeline, models.PROTECT, to_field="code", db_column="pipeline_code", verbose_name=_("pipeline")
    )
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="deals", verbose_name=_("status"))
    stage_entered_at = models.DateTimeField(_("on this status since"))
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="deals", verbose_name=_("responsible manager")
    )

    package = models.ForeignKey(Package, models.PROTECT, null=True, blank=True, verbose_name=_("package"))
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, verbose_name=_("service"))
    list_price = models.DecimalField(_("list price"), max_digits=12, decimal_places=2, null=True, blank=True)
    discount_percent = models.DecimalField(
        _("discount, %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2, null=True, blank=True)
    paid_amount = models.DecimalField(
        _("paid"), max_digits=12, decimal_places=2, default=Decimal(0), help_text=_("Written by the payments")
    )
    expected_payment_on = models.DateField(_("payment expected on"), null=True, blank=True)
    confidence = models.CharField(_("confidence"), max_length=8, choices=Confidence, default=Confidence.SURE)
    term_starts_on = models.DateField(_("term from"), null=True, blank=True)
    term_ends_on = models.DateField(_("term to"), null=True, blank=True)

    main_comment = models.TextField(_("main comment"), blank=True)
    main_comment_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    main_comment_at = models.DateTimeField(null=True, blank=True)

    previous_deal = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next_deal", verbose_name=_("continues")
    )
    outcome = models.CharField(max_length=4, choices=Outcome, default=Outcome.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    lost_reason = models.TextField(_("why lost"), blank=True)
    unpaid_completion_reason = models.TextField(_("why completed without payment"), blank=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints = [
            models.CheckConstraint(
                name="deal_closed_means_outcome",
                condition=Q(outcome="open", closed_at__isnull=True) | (~Q(outcome="open") & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="deal_lost_has_reason", condition=~Q(outcome="lost") | Q(lost_reason__regex=r"\S")
            ),
            models.CheckConstraint(
                name="deal_renewal_is_paid_or_says_why",
                condition=~Q(outcome="won", pipeline=PipelineCode.RENEWAL)
                | Q(amount__isnull=False, paid_amount__gte=F("amount"))
                | Q(unpaid_completion_reason__regex=r"\S"),
            ),
            models.CheckConstraint(
                name="deal_amount_is_not_negative", condition=Q(amount__isnull=True) | Q(amount__gte=0)
            ),
            models.CheckConstraint(name="deal_paid_amount_is_not_negative", condition=Q(paid_amount__gte=0)),
            models.CheckConstraint(
                name="deal_discount_is_a_percentage", condition=Q(discount_percent__gte=0, discount_percent__lte=100)
            ),
            models.CheckConstraint(
                name="deal_term_ends_after_start",
                condition=Q(term_starts_on__isnull=True)
                | Q(term_ends_on__isnull=True)
                | Q(term_ends_on__gte=F("term_starts_on")),
            ),
            models.CheckConstraint(
                name="deal_addon_has_a_service", condition=~Q(pipeline="addon") | Q(service__isnull=False)
            ),
        ]
        indexes = [
            # A column of the board: open deals of a stage (and manager) by end of term.
            models.Index("stage", "term_ends_on", "id", condition=Q(closed_at__isnull=True), name="deal_board_all"),
            models.Index(
                "manager", "stage", "term_ends_on", "id", condition=Q(closed_at__isnull=True), name="deal_board_own"
            ),
            # Folded final columns: what was closed in a period.
            models.Index("stage", "closed_at", condition=Q(closed_at__isnull=False), name="deal_closed"),
            # The chain of terms on a partner.
            models.Index("partner", "created_at", name="deal_of_partner"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stage_guard",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("stage", "record")],
                func=STAGE_GUARD,
            )
        ]

    def __str__(self) -> str:
        return f"№\N{NO-BREAK SPACE}{self.pk} {self.partner}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_paid(self) -> bool:
        """Whether all the money of this deal has come."""
        return self.amount is not None and self.amount > 0 and self.paid_amount >= self.amount

    @property
    def subject(self) -> str:
        """What is sold, for people."""
        return str(self.service or self.package or "")


class StageChange(models.Model):
    """A line of a deal's history: who moved it, when, from where, to where, why."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="stage_changes")
    from_stage = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+")
    to_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["deal", "-at"], name="stage_changes_of_deal")]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.from_stage_id} → {self.to_stage_id}"
