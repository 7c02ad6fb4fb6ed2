"""What is asked before many rows are changed at once: a status, a manager, a day."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from deals.forms.next_step import RulerForm
from deals.models import Pipeline, Stage, StageRole


class BulkForm(forms.Form):
    """`values()` are the arguments of the preview and of the action; `key()` tells one answer from another."""

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)

    def key(self) -> str:
        return "&".join(f"{name}={getattr(value, 'pk', value)}" for name, value in sorted(self.values().items()))


class MoveForm(BulkForm):
    """Not to the lost ones: each refusal has a reason of its own."""

    stage = forms.ModelChoiceField(
        label=_("Status"),
        queryset=Stage.objects.none(),
        empty_label=_("Choose the status"),
        error_messages={"required": _("Choose the status."), "invalid_choice": _("Choose a status of this pipeline.")},
        help_text=_("Deals are marked as lost one by one: each needs its reason."),
    )

    def __init__(self, *args: Any, pipeline: Pipeline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = Stage.objects.filter(pipeline=pipeline).exclude(role=StageRole.LOST)


class ReassignForm(BulkForm):
    manager = forms.ModelChoiceField(
        label=_("Manager"),
        queryset=User.objects.none(),
        empty_label=_("Choose the manager"),
        error_messages={
            "required": _("Choose a support manager."),
            "invalid_choice": _("Choose a support manager."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].queryset = User.objects.support_managers()


class RescheduleForm(RulerForm, BulkForm):
    """A day of the ruler, or a later one with a reason (R2); each task keeps its time of day."""

    def values(self) -> dict[str, Any]:
        return {"day": self.chosen_day, "reason": self.reason_of_later}
