"""The reference-data pages: Django's admin, opened by our permission table."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.forms import PersonForm
from accounts.models import Substitution, User
from accounts.permissions import may
from core.audit import operation
from live.publishing import revoke

admin.site.site_header = admin.site.site_title = _("LBG Support: reference data")


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

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A change made here is an operation too: the audit trail names who made it."""
        with operation(self.updates, by=request.user):
            return super().changeform_view(request, *args, **kwargs)


@admin.register(User)
class UserAdmin(TablePermissions, admin.ModelAdmin):
    form = PersonForm
    reads, updates = "user.read", "user.update"
    list_display = ["full_name", "email", "role", "can_issue_invoices", "can_reconcile_payments", "is_active"]
    list_filter = ["role", "is_active"]
    search_fields = ["last_name", "first_name", "email"]
    fields = ["email", "first_name", "last_name", "role", "can_issue_invoices", "can_reconcile_payments", "is_active"]

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """A new colleague chooses the password by the link of «forgotten password»."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        revoke(obj.pk)


@admin.register(Substitution)
class SubstitutionAdmin(TablePermissions, admin.ModelAdmin):
    reads = updates = "substitution.update"
    list_display = ["substitute", "absent", "starts_on", "ends_on", "cancelled_at"]

    def save_model(self, request: HttpRequest, obj: Substitution, form: ModelForm, change: bool) -> None:
        """Who stood in before and who does now hear other things from this moment on."""
        super().save_model(request, obj, form, change)
        for person in {obj.substitute_id, form.initial.get("substitute", obj.substitute_id)}:
            revoke(person)
