"""Pipelines and their stages. Rules ask a stage for its role, never for its name: the head may rename stages."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PipelineCode(models.TextChoices):
    NEW = "new", _("New partners")
    RENEWAL = "renewal", _("Renewals")
    ADDON = "addon", _("Add-on services")


class StageRole(models.TextChoices):
    """Fixed codes that the rules need; at most one stage of a pipeline bears a given one."""

    HANDED_OVER = "handed_over", _("Handed over")
    ACCEPTED = "accepted", _("Accepted")
    HEALTHY = "healthy", _("All is well")
    TROUBLED = "troubled", _("Has questions")
    DUE = "due", _("Due for renewal")
    OFFERED = "offered", _("Offered")
    AGREED = "agreed", _("Agreed")
    INVOICED = "invoiced", _("Invoiced")
    PART_PAID = "part_paid", _("Paid in part")
    PAID = "paid", _("Paid")
    IN_DELIVERY = "in_delivery", _("In delivery")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class Pipeline(models.Model):
    code = models.CharField(_("code"), max_length=10, choices=PipelineCode, unique=True)
    name = models.CharField(_("name"), max_length=60)
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    pipeline = models.ForeignKey(
        Pipeline, models.PROTECT, to_field="code", db_column="pipeline_code", related_name="stages"
    )
    name = models.CharField(_("name"), max_length=60)
    role = models.CharField(_("role"), max_length=12, choices=StageRole, blank=True)
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        ordering = ["pipeline__order", "order"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "role"], condition=~Q(role=""), name="stage_role_is_unique"),
            models.CheckConstraint(name="stage_role_is_known", condition=Q(role="") | Q(role__in=StageRole.values)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_final(self) -> bool:
        return self.role in {StageRole.WON, StageRole.LOST}
