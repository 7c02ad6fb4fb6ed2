"""A file attached to a partner, and where it belongs to one deal, to that deal."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.permissions import Scope, scope
from deals.models.deal import Deal
from files.models import StoredFile
from partners.models import Partner


class PartnerFileQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "file.read") -> "PartnerFileQuerySet":
        """The files of the partners one may read; sales and marketing archive only what they have uploaded."""
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        if granted == Scope.NONE:
            return self.none()
        visible = self.filter(partner__in=Partner.objects.visible_to(user))
        if permission == "file.archive" and user.role in {Role.SALES_MANAGER, Role.MARKETER}:
            return visible.filter(file__uploaded_by=user)
        return visible


class PartnerFile(models.Model):
    """Shown on the partner's page; with a deal also on that deal's card."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="files", verbose_name=_("partner"))
    deal = models.ForeignKey(Deal, models.PROTECT, null=True, blank=True, related_name="files", verbose_name=_("deal"))
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", verbose_name=_("file"))

    objects = PartnerFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner's file")
        verbose_name_plural = _("partners' files")
        indexes = [models.Index(fields=["partner", "-id"], name="files_of_partner")]

    def __str__(self) -> str:
        return str(self.file)
