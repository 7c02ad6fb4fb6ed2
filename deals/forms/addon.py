"""Offering an add-on service: which one, at which discount, and what we do next (R14)."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from core.form_fields import DayField
from deals.forms.next_step import NextStepForm


class AddonForm(NextStepForm):
    service = forms.ModelChoiceField(
        label=_("Service"),
        queryset=Service.objects.filter(is_active=True, package__isnull=True),
        error_messages={"required": _("Choose the service.")},
    )
    discount_percent = forms.DecimalField(
        label=_("Discount, %"), min_value=Decimal(0), max_value=Decimal(100), decimal_places=2, required=False
    )
    expected_payment_on = DayField(label=_("Payment expected on"), required=False)

    field_order = ["service", "discount_percent", "expected_payment_on", "title"]

    def clean_discount_percent(self) -> Decimal:
        return self.cleaned_data["discount_percent"] or Decimal(0)
