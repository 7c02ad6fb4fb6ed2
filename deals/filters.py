"""What a board is narrowed by; every filter lives in the URL."""

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import City, Package
from deals.models import Deal


class DealFilter(django_filters.FilterSet):
    manager = django_filters.ModelChoiceFilter(
        queryset=User.objects.none(), label=_("Manager"), empty_label=_("All managers")
    )
    city = django_filters.ModelChoiceFilter(
        field_name="partner__city", queryset=City.objects.none(), label=_("City"), empty_label=_("Any city")
    )
    package = django_filters.ModelChoiceFilter(
        queryset=Package.objects.select_related("service"), label=_("Package"), empty_label=_("Any package")
    )

    class Meta:
        model = Deal
        fields = ["manager", "city", "package"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        partners = self.queryset.order_by().values("partner__city")
        self.filters["city"].queryset = City.objects.filter(pk__in=partners).order_by("name")
        self.filters["manager"].queryset = User.objects.support_managers()
