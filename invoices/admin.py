"""Our sellers in the reference data, whose bank details stand on every invoice, and the texts people agree to."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.admin import TablePermissions
from invoices.models import ConsentText, Seller


@admin.register(Seller)
class SellerAdmin(TablePermissions, admin.ModelAdmin):
    list_display = ["name", "inn", "bank_name", "account", "vat_mode", "is_default", "is_active"]


@admin.register(ConsentText)
class ConsentTextAdmin(TablePermissions, admin.ModelAdmin):
    """A new wording is added as a new version; what somebody has agreed to never changes."""

    list_display = ["purpose", "version", "published_on"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
