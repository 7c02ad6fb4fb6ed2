"""Asking a colleague to issue an invoice: by those who have not been given the right to (R15)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Scope, acting_for, may, scope
from invoices.models.invoice import Invoice


class IssueRequestQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "issue_request.read") -> "IssueRequestQuerySet":
        """Who may issue sees the whole queue; who may not, what he has asked for and what is his partners'."""
        granted = scope(user, permission)
        if granted == Scope.NONE:
            return self.none()
        if granted == Scope.ALL or may(user, "issue_request.answer"):
            return self
        people = acting_for(user)
        return self.filter(Q(asked_by__in=people) | Q(invoice__partner__manager__in=people))

    def open(self) -> "IssueRequestQuerySet":
        return self.filter(answered_at__isnull=True)


@pghistory.track()
class IssueRequest(models.Model):
    """A draft that somebody is asked to issue. It is issued, or comes back with the reason."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for somebody")
        TAKEN = "taken", _("somebody is on it")
        ISSUED = "issued", _("invoice issued")
        RETURNED = "returned", _("came back")

    invoice = models.ForeignKey(
        Invoice, models.CASCADE, related_name="issue_requests", verbose_name=_("invoice"),
        help_text=_("A draft that is thrown away takes it along"),
    )  # fmt: skip
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField(_("to be answered by"))
    note = models.CharField(_("for the colleague"), max_length=250, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.CharField(_("why it came back"), max_length=250, blank=True)

    objects = IssueRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to issue an invoice")
        verbose_name_plural = _("requests to issue an invoice")
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(answered_at__isnull=True), name="issue_of_an_invoice_is_asked_once"
            ),
            models.CheckConstraint(
                name="issue_request_is_taken_by_somebody",
                condition=Q(taken_by__isnull=True, taken_at__isnull=True)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
            ),
            models.CheckConstraint(
                name="issue_request_comes_back_answered",
                condition=Q(return_reason="") | (Q(answered_at__isnull=False) & Q(return_reason__regex=r"\S")),
            ),
        ]
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(answered_at__isnull=True), name="issue_requests_open"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}, {self.asked_by}"

    @property
    def state(self) -> str:
        if self.answered_at:
            return self.State.RETURNED if self.return_reason else self.State.ISSUED
        return self.State.TAKEN if self.taken_by_id else self.State.WAITING
