"""Our sellers in the reference data: their bank details stand on every invoice."""

from django.contrib import admin

from accounts.admin import TablePermissions
from invoices.models import Seller


@admin.register(Seller)
class SellerAdmin(TablePermissions, admin.ModelAdmin):
    list_display = ["name", "inn", "bank_name", "account", "vat_mode", "is_default", "is_active"]
