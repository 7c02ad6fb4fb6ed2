"""Files that people bring: the bytes lie in the storage under a random name, what is known of them lies here."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def random_path(stored: "StoredFile", filename: str) -> str:
    """Where the bytes go: nothing of the sender's name gets into the storage."""
    key = uuid.uuid4().hex
    return f"files/{key[:2]}/{key}"


@pghistory.track()
class StoredFile(models.Model):
    """A file as it was sent. Who may read it, the object that it is attached to says."""

    name = models.CharField(_("file"), max_length=160)
    content = models.FileField(upload_to=random_path, max_length=80, editable=False)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes"))
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(_("type"), max_length=100, help_text=_("By the bytes, not by the name"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    archived_at = models.DateTimeField(null=True, blank=True)
    archived_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(name="file_has_a_name", condition=Q(name__regex=r"\S")),
            models.CheckConstraint(name="file_is_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(name="file_name_is_no_path", condition=~Q(name__regex=r"[/\\]")),
            models.CheckConstraint(
                name="file_is_archived_by_somebody",
                condition=Q(archived_at__isnull=True, archived_by__isnull=True)
                | Q(archived_at__isnull=False, archived_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        """Whether the browser may show it in the page."""
        return self.media_type.startswith("image/")
