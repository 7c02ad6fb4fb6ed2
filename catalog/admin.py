"""Reference data for the head and the administrator."""

from django.contrib import admin

from accounts.admin import TablePermissions
from catalog.models import City, ContractOffer, Package, Service


@admin.register(City)
class CityAdmin(TablePermissions, admin.ModelAdmin):
    list_display = ["name", "region", "country", "timezone"]
    list_filter = ["country"]
    search_fields = ["name"]


@admin.register(Service)
class ServiceAdmin(TablePermissions, admin.ModelAdmin):
    list_display = ["name", "appendix_number", "service_number", "price", "is_marketing", "delivered_by", "is_active"]
    list_select_related = ["delivered_by"]
    list_filter = ["is_marketing", "is_active"]


@admin.register(Package)
class PackageAdmin(TablePermissions, admin.ModelAdmin):
    list_display = ["name", "term_months", "service", "needs_advertising", "needs_access", "is_active"]
    list_select_related = ["service"]


@admin.register(ContractOffer)
class ContractOfferAdmin(TablePermissions, admin.ModelAdmin):
    list_display = ["number", "dated_on", "url"]
