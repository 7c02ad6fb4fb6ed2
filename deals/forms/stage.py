"""What a stage demands of a deal that enters it (screen 20)."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Package
from core.form_fields import DayField
from deals.forms.next_step import NextStepForm
from deals.models import Deal, PipelineCode, Stage, StageRole


class DueForm(NextStepForm):
    """«Должен оплатить продление»: package, discount, expected payment and, if wished, the next step (R6)."""

    package = forms.ModelChoiceField(
        label=_("Package and term"),
        queryset=Package.objects.filter(is_active=True).select_related("service"),
        empty_label=None,
        error_messages={"required": _("Choose the package of the renewal.")},
    )
    discount_percent = forms.DecimalField(
        label=_("Discount, %"), min_value=Decimal(0), max_value=Decimal(100), decimal_places=2, required=False
    )
    expected_payment_on = DayField(label=_("Payment expected on"), required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        # The deal may have its next step already: a new one is asked for only when it is begun.
        is_planned = any(self.data.get(name) for name in ("title", "day"))
        for name in ("title", "day", "time"):
            self.fields[name].required = is_planned

    def clean_day(self):
        return super().clean_day() if self.cleaned_data["day"] else ""

    def clean_discount_percent(self) -> Decimal:
        return self.cleaned_data["discount_percent"] or Decimal(0)

    def demands(self) -> dict:
        """The arguments of deals.actions.move_deal."""
        data = self.cleaned_data
        return {
            "package": data["package"],
            "discount_percent": data["discount_percent"],
            "expected_payment_on": data["expected_payment_on"],
            "next_step": self.next_step() if data.get("title") else None,
        }


class ReasonForm(forms.Form):
    """A refusal, or a renewal completed without its money, says why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write the reason.")},
    )

    def demands(self) -> dict:
        return {"reason": self.cleaned_data["reason"]}

    def show_violation(self, violation) -> None:
        self.add_error(violation.field if violation.field in self.fields else None, violation.message)


def form_class_for(deal: Deal, stage: Stage) -> type[forms.Form] | None:
    """The form that the stage needs, or None when the deal may enter it as it is."""
    if stage.role == StageRole.DUE:
        return DueForm
    if stage.role == StageRole.LOST:
        return ReasonForm
    if stage.role == StageRole.WON and deal.pipeline_id == PipelineCode.RENEWAL and not deal.is_paid:
        return ReasonForm
    return None
