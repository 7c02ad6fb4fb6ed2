import datetime
from decimal import Decimal

import factory

from catalog.models import City, ContractOffer, Package, Service


class CityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = City

    name = factory.Sequence(lambda n: f"Энск-{n}")
    country = "RU"
    timezone = "Europe/Moscow"


class ServiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Service

    name = factory.Sequence(lambda n: f"Материалы, часть {n}")
    price = Decimal("65000.00")
    appendix_number = 3
    service_number = factory.Sequence(lambda n: n + 100)


class PackageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Package

    name = factory.Sequence(lambda n: f"Бизнес-{n}")
    term_months = 6
    service = factory.SubFactory(ServiceFactory, price=Decimal("186000.00"))


class ContractOfferFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ContractOffer

    number = factory.Sequence(lambda n: str(400 + n))
    dated_on = datetime.date(2025, 3, 12)
