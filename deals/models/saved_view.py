"""Saved views: filters of a pipeline's boards and lists under a name, and which of them a person begins with."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Scope, scope
from deals.models.pipeline import Pipeline

LONGEST_NAME = 60
LONGEST_QUERY = 2_000

PIPELINE_GUARD = """
    IF NOT EXISTS (SELECT 1 FROM deals_savedview WHERE id = NEW.view_id AND pipeline_code = NEW.pipeline_code) THEN
        RAISE EXCEPTION 'default view %: the view belongs to another pipeline', NEW.view_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Layout(models.TextChoices):
    """The ways to look at the same deals."""

    BOARD = "board", _("Board")
    LIST = "list", _("List")
    TERMS = "terms", _("Dates")


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "saved_view.read") -> "SavedViewQuerySet":
        """One's own, and to look through also what others share; a private view is nobody else's business."""
        if scope(user, permission) == Scope.NONE:
            return self.none()
        if permission in {"saved_view.read", "saved_view.begin_with"}:
            return self.filter(Q(owner=user) | Q(is_shared=True))
        return self.filter(owner=user)

    def open(self) -> "SavedViewQuerySet":
        return self.filter(archived_at__isnull=True)


@pghistory.track()
class SavedView(models.Model):
    """Says which deals are looked at and how, never whose they may be: each reader sees his own rows through it.

    `query` is the part of the address that `deals.view_query` keeps: filters, and for the list order and columns.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner"))
    pipeline = models.ForeignKey(
        Pipeline,
        models.PROTECT,
        to_field="code",
        db_column="pipeline_code",
        related_name="+",
        verbose_name=_("pipeline"),
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    layout = models.CharField(_("layout"), max_length=5, choices=Layout)
    query = models.CharField(_("filters"), max_length=LONGEST_QUERY, blank=True)
    is_shared = models.BooleanField(_("shared with everybody"), default=False)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                "owner",
                "pipeline",
                Upper("name"),
                condition=Q(archived_at__isnull=True),
                name="saved_view_name_is_unique",
            ),
            models.CheckConstraint(name="saved_view_has_a_name", condition=Q(name__regex=r"\S")),
            models.CheckConstraint(name="saved_view_layout_is_known", condition=Q(layout__in=Layout.values)),
        ]
        indexes = [
            # The menu of a board: one's own views and the shared ones.
            models.Index("pipeline", condition=Q(archived_at__isnull=True, is_shared=True), name="saved_views_shared"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class DefaultView(models.Model):
    """The view that a person's board opens with."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, to_field="code", db_column="pipeline_code", related_name="+")
    view = models.ForeignKey(SavedView, models.PROTECT, related_name="defaults")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "pipeline"], name="one_default_view_a_pipeline"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="pipeline_guard",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=PIPELINE_GUARD,
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.view_id}"
