"""What was taken away as a file: who, when, which rows. Written once and never changed."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q


class Export(models.Model):
    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel"
        CSV = "csv", "CSV"

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    permission = models.CharField(max_length=40, help_text="Of the rows: deal.export, partner.export")
    query = models.TextField(blank=True, help_text="The address that narrowed them")
    is_choice = models.BooleanField(default=False, help_text="Rows were chosen one by one")
    row_count = models.PositiveIntegerField()
    file_format = models.CharField(max_length=4, choices=Format)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="export_latest")]
        constraints = [models.CheckConstraint(name="export_has_a_format", condition=Q(file_format__in=["xlsx", "csv"]))]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.permission} {self.row_count} {self.file_format}"
