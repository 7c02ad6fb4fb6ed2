"""Pipelines and their stages: the head names, adds and orders them; roles and removal are the code's business."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.admin import TablePermissions
from deals.models import Pipeline, Stage


@admin.register(Pipeline)
class PipelineAdmin(TablePermissions, admin.ModelAdmin):
    list_display = ["name", "code", "order"]
    readonly_fields = ["code"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Stage)
class StageAdmin(TablePermissions, admin.ModelAdmin):
    list_display = ["name", "pipeline", "order", "role"]
    list_filter = ["pipeline"]
    list_select_related = ["pipeline"]
    fields = ["pipeline", "name", "order", "role"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """A stage keeps its pipeline and its role: deals and rules stand on them."""
        return ["pipeline", "role"] if obj else ["role"]
