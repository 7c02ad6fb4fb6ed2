import datetime

import factory

from accounts.tests.factories import SupportFactory
from catalog.tests.factories import CityFactory, ContractOfferFactory
from partners.models import Contact, Metrics, Partner


class PartnerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Partner

    name = factory.Sequence(lambda n: f"ООО «Правовой вектор {n}»")
    city = factory.SubFactory(CityFactory)
    manager = factory.SubFactory(SupportFactory)
    contract_offer = factory.SubFactory(ContractOfferFactory)
    partner_since = datetime.date(2025, 3, 12)


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    partner = factory.SubFactory(PartnerFactory)
    name = "Лариса Чернова"
    phone = "+79000001427"
    email = "vektor@example.ru"
    is_primary = True


class MetricsFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Metrics

    partner = factory.SubFactory(PartnerFactory)
    measured_on = datetime.date(2026, 11, 16)
    requests = 24
