"""Making sense of an imported row: every value checked, every fault told in plain words."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.city_names import CityNames
from catalog.models import City, Country, Package
from core.form_fields import MoneyField
from partners.actions import PartnerDraft
from partners.import_table import SourceRow
from partners.models import Contact, LegalKind, Partner
from partners.phones import normalised_phone
from partners.tax_numbers import is_tax_number

DATE_FORMATS = ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%y")
ENTREPRENEURS = ("ип ", "фоп ", "индивидуальный предприниматель ")
ROUBLES = ("руб.", "руб", "р.", "rub", "₽", "?")
"""What stands after a sum; the question mark is what Windows-1251 makes of ₽."""

MAX_COMMENT = 5_000


@dataclass(frozen=True)
class ImportedPartner:
    """A row that can be loaded. A `paid_on` that lies ahead is when a payment is expected. Amount in roubles."""

    draft: PartnerDraft
    manager: User
    package: Package | None
    paid_on: date | None
    amount: Decimal | None
    comment: str


class FaultyRow(Exception):
    """A row that cannot be loaded, and why: one sentence for each fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


class References:
    """What the rows refer to, read once: cities, managers and packages."""

    def __init__(self) -> None:
        self.cities = CityNames(City.objects.all())
        self.packages = list(Package.objects.filter(is_active=True).select_related("service"))
        self.managers: dict[str, User] = {}
        for user in User.objects.support_managers():
            for name in (f"{user.first_name} {user.last_name}", f"{user.last_name} {user.first_name}", user.email):
                self.managers[_plain(name)] = user

    def manager(self, text: str) -> User | None:
        return self.managers.get(_plain(text))

    def package(self, text: str, amount: Decimal | None) -> Package | None:
        """The package of that name; where it is sold for several terms, the one whose price is nearest to the sum."""
        named = [each for each in self.packages if _plain(text) in (_plain(each.name), _plain(str(each)))]
        return min(named, key=lambda each: abs(each.service.price - (amount or Decimal(0))), default=None)


def parse_row(row: SourceRow, references: References) -> ImportedPartner:
    """Read the values of a row. Raises FaultyRow with everything that is wrong with it."""
    reading = _Reading(row)
    if row.is_too_long:
        reading.faults.append(_("The row has more values than there are columns: a delimiter inside of a value?"))
    city = reading.city(references)
    country = city.country if city else Country.RUSSIA
    amount = reading.amount()
    phone, extension = reading.phone(country)
    draft = PartnerDraft(
        name=reading.text("name", Partner, required=_("There is no name of the partner.")),
        city=city,
        legal_kind=_legal_kind(row["name"]),
        inn=reading.inn(country),
        kpp=reading.kpp(),
        address=reading.text("address", Partner),
        contact_name=reading.text("contact_name", Contact, "name"),
        phone=phone,
        phone_extension=extension,
        email=reading.email(),
        external_id=reading.text("external_id", Partner),
    )
    imported = ImportedPartner(
        draft=draft,
        manager=reading.manager(references),
        package=reading.package(references, amount),
        paid_on=reading.paid_on(),
        amount=amount,
        comment=row["comment"].replace("\r\n", "\n")[:MAX_COMMENT],
    )
    if reading.faults:
        raise FaultyRow(reading.faults)
    return imported


@dataclass
class _Reading:
    """The values of one row, and the faults found on the way."""

    row: SourceRow
    faults: list[str] = field(default_factory=list)

    def fault(self, sentence: str, column: str) -> None:
        self.faults.append(sentence % {"value": self.row[column]})

    def text(self, column: str, model: type, field_name: str = "", required: str = "") -> str:
        value = " ".join(self.row[column].split())
        longest = model._meta.get_field(field_name or column).max_length
        if required and not value:
            self.faults.append(required)
        if len(value) > longest:
            self.faults.append(_("“%(value)s…” is longer than %(n)s characters.") % {"value": value[:30], "n": longest})
        return value

    def city(self, references: References) -> City | None:
        if not self.row["city"]:
            self.faults.append(_("There is no city."))
        elif city := references.cities.find(self.row["city"]):
            return city
        else:
            self.fault(_("There is no city “%(value)s” in the list of cities."), "city")
        return None

    def manager(self, references: References) -> User | None:
        if not self.row["manager"]:
            self.faults.append(_("There is no responsible manager."))
        elif manager := references.manager(self.row["manager"]):
            return manager
        else:
            self.fault(_("There is no support manager “%(value)s”."), "manager")
        return None

    def package(self, references: References, amount: Decimal | None) -> Package | None:
        if not self.row["package"]:
            return None
        if package := references.package(self.row["package"], amount):
            return package
        self.fault(_("There is no package “%(value)s” on sale."), "package")
        return None

    def inn(self, country: str) -> str:
        """The tax number; spreadsheets take leading zeros away, so one that fits with them is taken with them."""
        value = "".join(self.row["inn"].split()).removesuffix(".0")
        if not value:
            return ""
        for digits in (value, value.zfill(10), value.zfill(12)):
            if is_tax_number(digits, country):
                return digits
        self.fault(_("The control digits of the tax number %(value)s do not fit: check the digits."), "inn")
        return ""

    def kpp(self) -> str:
        value = "".join(self.row["kpp"].split()).removesuffix(".0")
        if value.strip("0") and not (len(value) == 9 and value.isalnum()):
            self.fault(_("“%(value)s” is no KPP: it has nine digits."), "kpp")
        return value if value.strip("0") else ""

    def phone(self, country: str) -> tuple[str, str]:
        """The number of the city's country, or of Russia."""
        if not self.row["phone"]:
            return "", ""
        for region in (country, Country.RUSSIA):
            if normalised := normalised_phone(self.row["phone"], region):
                return normalised
        self.fault(_("“%(value)s” is no phone number."), "phone")
        return "", ""

    def email(self) -> str:
        if not self.row["email"]:
            return ""
        try:
            validate_email(self.row["email"])
        except ValidationError:
            self.fault(_("“%(value)s” is no e-mail address."), "email")
        return self.row["email"]

    def paid_on(self) -> date | None:
        if not self.row["paid_on"]:
            return None
        day = self.row["paid_on"].replace("T", " ").split(" ")[0]
        for layout in DATE_FORMATS:
            try:
                return datetime.strptime(day, layout).date()
            except ValueError:
                continue
        self.fault(_("There is no such date: %(value)s."), "paid_on")
        return None

    def amount(self) -> Decimal | None:
        text = self.row["amount"].lower()
        for word in ROUBLES:
            text = text.removesuffix(word).rstrip()
        try:
            return MoneyField(required=False).clean(text)
        except ValidationError:
            self.fault(_("“%(value)s” is no sum of money."), "amount")
        return None


def _legal_kind(name: str) -> str:
    return LegalKind.ENTREPRENEUR if name.lower().startswith(ENTREPRENEURS) else LegalKind.COMPANY


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("ё", "е").replace("\N{NO-BREAK SPACE}", " ").split())
