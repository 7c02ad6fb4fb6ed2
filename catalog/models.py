"""What is sold and where: cities, packages, services and the contract-offers they are sold under."""

from zoneinfo import ZoneInfo, available_timezones

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Country(models.TextChoices):
    RUSSIA = "RU", _("Russia")
    UKRAINE = "UA", _("Ukraine")
    KAZAKHSTAN = "KZ", _("Kazakhstan")


def validate_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("There is no such time zone: %(name)s"), params={"name": name})


class City(models.Model):
    """A city with the IANA zone from which its local time is computed; never an offset."""

    name = models.CharField(_("name"), max_length=80)
    region = models.CharField(_("region"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, choices=Country)
    timezone = models.CharField(_("time zone"), max_length=40, validators=[validate_timezone])
    population = models.PositiveIntegerField(_("population"), default=0)

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["country", "region", "name"], name="city_is_unique"),
            models.CheckConstraint(name="city_country_is_known", condition=Q(country__in=Country.values)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@pghistory.track()
class Service(models.Model):
    """Something that an invoice line sells; the purpose of payment names its appendix and number (R7)."""

    name = models.CharField(_("name"), max_length=120)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)])
    unit = models.CharField(_("unit"), max_length=10, default="усл.")
    appendix_number = models.PositiveSmallIntegerField(_("appendix №"), validators=[MinValueValidator(1)])
    service_number = models.PositiveSmallIntegerField(_("service №"), validators=[MinValueValidator(1)])
    is_marketing = models.BooleanField(_("marketing: needs a city"), default=False)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_active": True},
        verbose_name=_("who delivers it"),
        help_text=_("Gets the task when it is paid; empty: the partner's manager"),
    )
    is_active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["appendix_number", "service_number"]
        constraints = [
            models.UniqueConstraint(fields=["appendix_number", "service_number"], name="service_number_is_unique"),
            models.CheckConstraint(name="service_price_is_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(
                name="service_numbers_are_positive", condition=Q(appendix_number__gte=1, service_number__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Package(models.Model):
    """What a partner works under for a term; its price and numbers are those of the service it is sold as."""

    name = models.CharField(_("name"), max_length=60)
    term_months = models.PositiveSmallIntegerField(_("term, months"), validators=[MinValueValidator(1)])
    service = models.OneToOneField(Service, models.PROTECT, related_name="package", verbose_name=_("sold as"))
    needs_advertising = models.BooleanField(
        _("handed over with geography and speed of requests"),
        default=True,
        help_text=_("Sales is asked for them, and the handoff is not ready without them"),
    )
    needs_access = models.BooleanField(
        _("handed over with access"), default=True, help_text=_("To the partner's site and advertising accounts")
    )
    is_active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["service__price"]
        constraints = [
            models.UniqueConstraint(fields=["name", "term_months"], name="package_is_unique"),
            models.CheckConstraint(name="package_has_a_term", condition=Q(term_months__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.term_months}\N{NO-BREAK SPACE}мес"


class ContractOffer(models.Model):
    """A published contract-offer; a purpose of payment names its number and date (R7)."""

    number = models.CharField(_("number"), max_length=20)
    dated_on = models.DateField(_("date"))
    url = models.URLField(_("published at"), blank=True)

    class Meta:
        verbose_name = _("contract-offer")
        verbose_name_plural = _("contract-offers")
        ordering = ["-dated_on", "-number"]
        constraints = [models.UniqueConstraint(fields=["number", "dated_on"], name="contract_offer_is_unique")]

    def __str__(self) -> str:
        return f"№\N{NO-BREAK SPACE}{self.number} от\N{NO-BREAK SPACE}{self.dated_on:%d.%m.%Y}"
