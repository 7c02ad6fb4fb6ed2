"""What a board and its list are narrowed by, in the URL; what makes no sense is told at its field."""

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Scope, acting_for, scope
from catalog.models import City, Country, Package, Service
from core.folding import readings
from core.form_fields import DayField, MoneyField
from deals.models import Deal, Pipeline, PipelineCode, Stage
from partners.models import Partner
from partners.searching import named, nearly_named

DATE_FIELD = {
    PipelineCode.NEW: "expected_payment_on",
    PipelineCode.RENEWAL: "term_ends_on",
    PipelineCode.ADDON: "expected_payment_on",
}
"""The date that «from» and «to» mean in each pipeline."""

LONGEST_NAME = 100
GONE = {"invalid_choice": _("There is no such choice any more.")}
"""Of a saved view or a kept address, whose status, package or manager is there no longer."""


class MoneyFilter(django_filters.Filter):
    field_class = MoneyField


class DayFilter(django_filters.Filter):
    field_class = DayField


class RangesForm(forms.Form):
    """Refuses ranges whose beginning lies behind their end."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("amount", "date"):
            start, end = cleaned.get(f"{name}_from"), cleaned.get(f"{name}_to")
            if start is not None and end is not None and start > end:
                self.add_error(f"{name}_to", gettext("“To” lies before “from”."))
        return cleaned


class DealFilter(django_filters.FilterSet):
    """The deals of a pipeline that the person sees, narrowed. A wrong value narrows nothing and is in `errors`."""

    q = django_filters.CharFilter(method="by_name", label=_("Partner’s name"), max_length=LONGEST_NAME)
    manager = django_filters.ModelChoiceFilter(
        queryset=User.objects.none(), label=_("Manager"), empty_label=_("All managers"), error_messages=GONE
    )
    city = django_filters.ModelChoiceFilter(
        field_name="partner__city",
        queryset=City.objects.none(),
        label=_("City"),
        empty_label=_("Any city"),
        error_messages=GONE,
    )
    country = django_filters.ChoiceFilter(
        field_name="partner__city__country", choices=Country, label=_("Country"), empty_label=_("Any country")
    )
    package = django_filters.ModelChoiceFilter(
        queryset=Package.objects.select_related("service"),
        label=_("Package"),
        empty_label=_("Any package"),
        error_messages=GONE,
    )
    service = django_filters.ModelChoiceFilter(
        queryset=Service.objects.all(), label=_("Service"), empty_label=_("Any service"), error_messages=GONE
    )
    stage = django_filters.ModelChoiceFilter(
        queryset=Stage.objects.none(), label=_("Status"), empty_label=_("Any status"), error_messages=GONE
    )
    amount_from = MoneyFilter(field_name="amount", lookup_expr="gte", label=_("Sum from, ₽"))
    amount_to = MoneyFilter(field_name="amount", lookup_expr="lte", label=_("Sum to, ₽"))
    confidence = django_filters.ChoiceFilter(
        choices=Deal.Confidence, label=_("Confidence"), empty_label=_("Any confidence")
    )
    date_from = DayFilter(lookup_expr="gte")
    date_to = DayFilter(lookup_expr="lte")
    task = django_filters.ChoiceFilter(
        method="by_task",
        choices=[("overdue", _("overdue")), ("none", _("no task planned"))],
        label=_("Task"),
        empty_label=_("Any task"),
    )

    class Meta:
        model = Deal
        fields: list[str] = []
        form = RangesForm

    def __init__(self, data: Any, *, user: User, pipeline: Pipeline, now: datetime) -> None:
        super().__init__(data, queryset=Deal.objects.visible_to(user).filter(pipeline=pipeline))
        self.now, self.user = now, user
        partners = self.queryset.order_by().values("partner__city")
        # A city of the address stays a choice when the last deal has left it: it narrows to nothing, and says so.
        named = Q(pk=self.data["city"]) if _is_id(self.data.get("city", "")) else Q()
        self.filters["city"].queryset = City.objects.filter(Q(pk__in=partners) | named).order_by("name")
        self.filters["stage"].queryset = Stage.objects.filter(pipeline=pipeline)
        self.filters["manager"].queryset = User.objects.support_managers()
        of_renewal = pipeline.code == PipelineCode.RENEWAL
        self.filters["date_from"].label = _("Term ends from") if of_renewal else _("Payment expected from")
        self.filters["date_to"].label = _("Term ends by") if of_renewal else _("Payment expected by")
        for name in ("date_from", "date_to"):
            self.filters[name].field_name = DATE_FIELD[pipeline.code]
        del self.filters["package" if pipeline.code == PipelineCode.ADDON else "service"]
        if scope(user, "deal.read") != Scope.ALL:
            del self.filters["manager"]

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set, be it wrongly."""
        return any(self.data.get(name) for name in self.filters)

    @property
    def leaves_manager_out(self) -> bool:
        """Whether the address names a manager whose deals the person does not see: it narrows to the person's own."""
        named = self.data.get("manager")
        return bool(named) and "manager" not in self.filters and named not in map(str, acting_for(self.user))

    def by_name(self, deals: QuerySet[Deal], _name: str, value: str) -> QuerySet[Deal]:
        """By beginnings of the words of the name: as typed, in the other layout, in Latin letters, with one slip."""
        partners = Partner.objects.filter(pk__in=deals.order_by().values("partner"))
        for search in (named, nearly_named):
            for words in readings(value):
                found = search(partners, words).order_by().values("pk")
                if found.exists():
                    return deals.filter(partner__in=found)
        return deals.none()

    def by_task(self, deals: QuerySet[Deal], _name: str, value: str) -> QuerySet[Deal]:
        return deals.with_overdue_task(self.now) if value == "overdue" else deals.without_next_task()


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
