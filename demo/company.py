"""The demo company itself: its people, what it sells, and who issues its invoices."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.hashers import make_password

from accounts.models import Role, User
from catalog.models import ContractOffer, Package, Service
from demo.names import person
from invoices.models import Seller

PASSWORD = "lbg-demo-2026"  # noqa: S105  the demo's own, printed at every start

SUPPORT = [
    ("Ольга", "Мартынова", "support"),
    ("Светлана", "Ким", "kim"),
    ("Илья", "Демченко", "demchenko"),
    ("Дарья", "Лосева", "loseva"),
    ("Тимур", "Жданов", "zhdanov"),
    ("Роман", "Астахов", "astakhov"),
]
SALES = [("Антон", "Горин", "sales"), ("Мария", "Юдина", "yudina")]
MARKETING = [("Полина", "Зайцева", "marketing"), ("Кирилл", "Сомов", "somov")]
MANAGEMENT = [
    ("Виктор", "Лебедев", "head", Role.HEAD),
    ("Елена", "Орлова", "director", Role.DIRECTOR),
    ("Максим", "Рябов", "admin", Role.ADMINISTRATOR),
]
ISSUERS = {"support", "kim", "loseva"}
RECONCILERS = {"kim"}

# name, months, price: sold as appendix 1, service 1, 2, 3…
PACKAGES = [
    ("Старт", 3, 48_000),
    ("Стандарт", 3, 84_000),
    ("Стандарт", 6, 150_000),
    ("Бизнес", 6, 200_000),
    ("Бизнес", 12, 372_000),
    ("Премиум", 6, 270_000),
    ("Премиум", 12, 498_000),
]
# appendix, service, name, price, unit, marketing?
SERVICES = [
    (2, 1, "Маркетинг: запуск Яндекс Директа", 25_000, "усл.", True),
    (2, 2, "Маркетинг: сеть VK Реклама", 15_000, "мес.", True),
    (2, 3, "Маркетинг: размещение на Авито", 14_000, "мес.", True),
    (2, 4, "Маркетинг: сеть 2ГИС", 12_000, "мес.", True),
    (2, 5, "Маркетинг: посадочная страница", 35_000, "шт.", True),
    (3, 1, "Обучение «Первая встреча»", 30_000, "усл.", False),
    (3, 2, "Материалы «Отдел продаж»", 65_000, "шт.", False),
    (3, 3, "Скрипты и речевые модули", 18_000, "шт.", False),
    (3, 4, "Разбор звонков с экспертом, 4 встречи", 24_000, "усл.", False),
    (3, 5, "Настройка CRM", 40_000, "шт.", False),
    (3, 6, "Подбор и обучение менеджера", 55_000, "усл.", False),
]
SECOND_NETWORK = (2, 4)
"""The service that some partners renew together with their package."""

# number, how many days ago it was published
CONTRACT_OFFERS = [("214", 1_460), ("305", 1_010), ("418", 640), ("562", 420), ("633", 210), ("701", 60)]

SELLER = {
    "name": "ООО «ЛБГ Партнёр»",
    "inn": "7700000016",
    "kpp": "770001001",
    "ogrn": "1027700000019",
    "address": "101000, г. Москва, ул. Примерная, д. 1, оф. 10",
    "phone": "+7 900 000-00-00",
    "email": "pay@example.ru",
    "bank_name": "АО «Банк Пример», г. Москва",
    "bic": "044599999",
    "account": "40702810200000012017",
    "correspondent_account": "30101810300000000999",
    "director_name": "Л. Б. Образцов",
    "accountant_name": "П. С. Примерова",
}


@dataclass
class Company:
    """What stories are told about; made once, before the partners."""

    support: list[User]
    sales: list[User]
    marketing: list[User]
    head: User
    packages: list[Package]
    services: dict[tuple[int, int], Service]
    offers: list[ContractOffer]
    seller: Seller

    def issuer_for(self, manager: User) -> User:
        """Who issues the manager's invoices: he himself, or a colleague with the right (R15)."""
        colleagues = [user for user in self.support if user.can_issue_invoices]
        return manager if manager.can_issue_invoices else colleagues[manager.pk % len(colleagues)]

    def offer_on(self, day: date) -> ContractOffer:
        """The contract-offer that was in force on the day."""
        return max((offer for offer in self.offers if offer.dated_on <= day), key=lambda offer: offer.dated_on)


def found_company(managers: int, today: date) -> Company:
    """Create the people, the catalogue and the seller. Nothing of it may be there yet."""
    people = _people(managers)
    packages, services = _catalogue()
    return Company(
        support=[user for user in people if user.role == Role.SUPPORT_MANAGER],
        sales=[user for user in people if user.role == Role.SALES_MANAGER],
        marketing=[user for user in people if user.role == Role.MARKETER],
        head=next(user for user in people if user.role == Role.HEAD),
        packages=packages,
        services=services,
        offers=ContractOffer.objects.bulk_create(
            ContractOffer(number=number, dated_on=today - timedelta(days=days)) for number, days in CONTRACT_OFFERS
        ),
        seller=_seller(),
    )


def _people(managers: int) -> list[User]:
    rng = Random("managers")  # the same colleagues at every scale
    more = [(person(rng, "RU"), n) for n in range(len(SUPPORT) + 1, managers + 1)]
    support = SUPPORT + [(other.first, other.surname, f"manager{n}") for other, n in more]
    rows = [
        *((*each, Role.SUPPORT_MANAGER) for each in support),
        *((*each, Role.SALES_MANAGER) for each in SALES),
        *((*each, Role.MARKETER) for each in MARKETING),
        *MANAGEMENT,
    ]
    password = make_password(PASSWORD)
    return User.objects.bulk_create(
        User(
            email=f"{login}@demo.local",
            first_name=first,
            last_name=last,
            role=role,
            password=password,
            can_issue_invoices=login in ISSUERS,
            can_reconcile_payments=login in RECONCILERS,
        )
        for first, last, login, role in rows
    )


def _catalogue() -> tuple[list[Package], dict[tuple[int, int], Service]]:
    package_services = [
        Service(
            name=f"Пакет «{name}», {months} мес",
            price=Decimal(price),
            unit="усл.",
            appendix_number=1,
            service_number=number,
        )
        for number, (name, months, price) in enumerate(PACKAGES, start=1)
    ]
    services = [
        Service(
            name=name,
            price=Decimal(price),
            unit=unit,
            appendix_number=appendix,
            service_number=number,
            is_marketing=is_marketing,
        )
        for appendix, number, name, price, unit, is_marketing in SERVICES
    ]
    Service.objects.bulk_create([*package_services, *services])
    packages = Package.objects.bulk_create(
        Package(name=name, term_months=months, service=service)
        for (name, months, _price), service in zip(PACKAGES, package_services, strict=True)
    )
    return packages, {(service.appendix_number, service.service_number): service for service in services}


def _seller() -> Seller:
    seller = Seller(**SELLER, is_default=True)
    seller.full_clean()
    seller.save()
    return seller
