"""Our sellers in the reference data, whose bank details stand on every invoice, and the texts people agree to."""

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import TablePermissions
from invoices.models import CompanyCard, ConsentText, Seller


@admin.register(Seller)
class SellerAdmin(TablePermissions, admin.ModelAdmin):
    list_display = ["name", "inn", "bank_name", "account", "vat_mode", "is_default", "is_active"]


@admin.register(ConsentText)
class ConsentTextAdmin(TablePermissions, admin.ModelAdmin):
    """A new wording is added as a new version; what somebody has agreed to never changes."""

    list_display = ["purpose", "version", "published_on"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class CardNumberForm(forms.ModelForm):
    """The number is written once and never read back: a wrong one is a new card, the old one put out of use."""

    number = forms.RegexField(
        r"^\d{16,19}$",
        label=_("Number of the card"),
        error_messages={"invalid": _("Write 16 to 19 digits without spaces.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = CompanyCard
        fields = ["holder", "bank", "number", "is_active"]


@admin.register(CompanyCard)
class CompanyCardAdmin(TablePermissions, admin.ModelAdmin):
    reads = updates = "company_card.update"
    list_display = ["mask", "bank", "holder", "is_active"]
    form = CardNumberForm

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["mask", "is_active"] if obj else ["holder", "bank", "number", "is_active"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["mask"] if obj else []

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs):
        if obj:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)
