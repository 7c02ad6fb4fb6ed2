"""Sections are reference data."""

from django.contrib import admin

from accounts.admin import TablePermissions
from knowledge.models import Section


@admin.register(Section)
class SectionAdmin(TablePermissions, admin.ModelAdmin):
    list_display = ["name", "order"]
