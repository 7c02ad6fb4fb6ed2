"""What the partners' list is narrowed by; every filter lives in the URL."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import City, Country
from partners.models import FOLDED_NAME, Partner


class PartnerFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Search"))
    city = django_filters.ModelChoiceFilter(queryset=City.objects.none(), label=_("City"), empty_label=_("Any city"))
    country = django_filters.ChoiceFilter(
        field_name="city__country", choices=Country, label=_("Country"), empty_label=_("Any country")
    )
    manager = django_filters.ModelChoiceFilter(
        queryset=User.objects.none(), label=_("Manager"), empty_label=_("All managers")
    )

    class Meta:
        model = Partner
        fields = ["q", "city", "country", "manager"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        cities = City.objects.filter(pk__in=self.queryset.order_by().values("city")).order_by("name")
        self.filters["city"].queryset = cities
        self.filters["manager"].queryset = User.objects.support_managers()

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return search_partners(queryset, value)


def search_partners(queryset: QuerySet, value: str) -> QuerySet:
    """By any part of the name (ё = е, any case), the INN, or the last digits of a phone."""
    text = value.strip()
    named = queryset.alias(folded_name=FOLDED_NAME)
    by_name = Q(folded_name__contains=text.upper().replace("Ё", "Е"))
    digits = "".join(filter(str.isdigit, text))
    if len(digits) >= 4 and len(digits) == len(text.replace(" ", "").replace("-", "").lstrip("+")):
        by_phone = Q(pk__in=Partner.objects.filter(contacts__phone__endswith=digits[-10:]).values("pk"))
        return named.filter(by_name | Q(inn__startswith=digits) | by_phone)
    return named.filter(by_name)
