"""The reference-data pages: Django's admin, opened by our permission table."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import Substitution, User
from accounts.permissions import may


class TablePermissions:
    """Mixin for ModelAdmin: `reads` and `updates` name permissions of the table. Nothing is ever deleted."""

    reads = "reference.read"
    updates = "reference.update"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and may(request.user, self.reads)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_authenticated and may(request.user, self.reads)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, self.updates)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request.user, self.updates)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(TablePermissions, admin.ModelAdmin):
    reads, updates = "user.read", "user.update"
    list_display = ["full_name", "email", "role", "can_issue_invoices", "can_reconcile_payments", "is_active"]
    list_filter = ["role", "is_active"]
    search_fields = ["last_name", "first_name", "email"]
    fields = ["email", "first_name", "last_name", "role", "can_issue_invoices", "can_reconcile_payments", "is_active"]


@admin.register(Substitution)
class SubstitutionAdmin(TablePermissions, admin.ModelAdmin):
    reads = updates = "substitution.update"
    list_display = ["substitute", "absent", "starts_on", "ends_on"]
