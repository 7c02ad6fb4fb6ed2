"""The customer: a partner firm, the people in it, what it was promised and how it is doing."""

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Replace, Reverse, Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.permissions import Scope, acting_for, scope
from catalog.models import City, ContractOffer


class LegalKind(models.TextChoices):
    COMPANY = "company", _("Company")
    ENTREPRENEUR = "entrepreneur", _("Entrepreneur")
    PERSON = "person", _("Person")


FOLDED_NAME = Replace(Upper("name"), Value("Ё"), Value("Е"))
"""A name as it is searched: in any case, ё as е."""

NAME_WORDS = SearchVector(FOLDED_NAME, config="simple")
"""The words of a name, for searching by their beginnings (partners.searching)."""


class PartnerQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "partner.read") -> "PartnerQuerySet":
        """The partners whose rows this permission gives.

        Own means by portfolio; for sales those one has sold or written down, for marketing those it was handed.
        """
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        if granted == Scope.NONE:
            return self.none()
        if user.role == Role.SALES_MANAGER:
            sold = Partner.objects.filter(deals__handoff__sold_by=user).values("pk")
            return self.filter(Q(pk__in=sold) | Q(created_by=user))
        if user.role == Role.MARKETER:
            return self.filter(pk__in=Partner.objects.filter(deals__handoff__isnull=False).values("pk"))
        return self.filter(manager__in=acting_for(user))


@pghistory.track(exclude=["version"])
class Partner(models.Model):
    """A small law firm that works under our package. Its term and sums live on its deals."""

    name = models.CharField(_("partner"), max_length=160)
    legal_kind = models.CharField(_("form"), max_length=12, choices=LegalKind, default=LegalKind.COMPANY)
    legal_name = models.CharField(_("full legal name"), max_length=160, blank=True)
    inn = models.CharField(_("INN"), max_length=12, blank=True)
    kpp = models.CharField(_("KPP"), max_length=9, blank=True)
    address = models.CharField(_("legal address"), max_length=250, blank=True)
    city = models.ForeignKey(City, models.PROTECT, verbose_name=_("city"))
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="portfolio", verbose_name=_("manager")
    )
    contract_offer = models.ForeignKey(ContractOffer, models.PROTECT, null=True, verbose_name=_("contract-offer"))
    partner_since = models.DateField(_("partner since"))
    external_id = models.CharField(_("number in the former CRM"), max_length=40, blank=True)
    site = models.URLField(_("site"), blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    archive_reason = models.CharField(_("why archived"), max_length=250, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name=_("merged into")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        constraints = [
            models.CheckConstraint(name="partner_has_a_name", condition=Q(name__regex=r"\S")),
            models.CheckConstraint(name="partner_inn_is_digits", condition=Q(inn="") | Q(inn__regex=r"^\d{8,12}$")),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="partner_is_imported_once"
            ),
            models.CheckConstraint(
                name="partner_merged_is_archived",
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False),
            ),
            models.CheckConstraint(
                name="partner_merged_into_another",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")),
            ),
        ]
        indexes = [
            # The portfolio of a manager in the order of the list: visible_to(user).order_by("name", "pk").
            models.Index(fields=["manager", "name", "id"], name="partner_portfolio"),
            # Search by any part of the name: partners.filters folds what was typed in the same way.
            GinIndex(OpClass(FOLDED_NAME, name="gin_trgm_ops"), name="partner_name_search"),
            GinIndex(NAME_WORDS, name="partner_name_words"),
            models.Index(fields=["inn"], name="partner_inn"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def buyer_name(self) -> str:
        """The name that goes on an invoice."""
        return self.legal_name or self.name


class ContactQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "partner.read_contacts") -> "ContactQuerySet":
        return self.filter(partner__in=Partner.objects.visible_to(user, permission))

    def in_use(self) -> "ContactQuerySet":
        return self.filter(archived_at__isnull=True)


@pghistory.track()
class Contact(models.Model):
    """A person at the partner's; the primary one is called."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="contacts")
    name = models.CharField(_("contact person"), max_length=120)
    position = models.CharField(_("position"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True, help_text=_("In the form +79001234567"))
    phone_extension = models.CharField(_("extension"), max_length=8, blank=True)
    second_phone = models.CharField(_("another phone"), max_length=16, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    messenger = models.CharField(_("messenger"), max_length=80, blank=True)
    is_primary = models.BooleanField(_("main contact"), default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-is_primary", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], condition=Q(is_primary=True), name="partner_has_one_primary_contact"
            ),
            models.CheckConstraint(
                name="contact_phone_is_e164", condition=Q(phone="") | Q(phone__regex=r"^\+\d{7,15}$")
            ),
            models.CheckConstraint(
                name="contact_second_phone_is_e164",
                condition=Q(second_phone="") | Q(second_phone__regex=r"^\+\d{7,15}$"),
            ),
            models.CheckConstraint(
                name="contact_archived_is_not_primary", condition=Q(archived_at__isnull=True) | Q(is_primary=False)
            ),
            models.CheckConstraint(
                name="contact_merged_is_archived",
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False),
            ),
        ]
        indexes = [
            # Search by beginnings of words and by the last digits: partners.searching.
            GinIndex(NAME_WORDS, name="contact_name_words"),
            models.Index(OpClass(Reverse("phone"), name="text_pattern_ops"), name="contact_phone_tail"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Agreement(models.Model):
    """Something promised to the partner at the sale; it stays with him until it is kept (R1)."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="agreements")
    text = models.CharField(_("promised"), max_length=250)
    kept_at = models.DateTimeField(_("kept"), null=True, blank=True)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(_("added"), null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="agreement_is_kept_by_somebody",
                condition=Q(kept_at__isnull=True, kept_by__isnull=True)
                | Q(kept_at__isnull=False, kept_by__isnull=False),
            ),
            models.CheckConstraint(name="agreement_has_a_text", condition=Q(text__regex=r"\S")),
        ]

    def __str__(self) -> str:
        return self.text


class Metrics(models.Model):
    """How a partner is doing on a day, as told in a call (R3): requests, meetings, contracts and their sum."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="metrics")
    measured_on = models.DateField()
    requests = models.PositiveIntegerField(_("requests"), null=True, blank=True)
    meetings = models.PositiveIntegerField(_("meetings"), null=True, blank=True)
    contracts = models.PositiveIntegerField(_("contracts"), null=True, blank=True)
    contracts_sum = models.DecimalField(_("sum of contracts"), max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("metrics")
        constraints = [
            models.CheckConstraint(
                name="metrics_say_something",
                condition=Q(requests__isnull=False)
                | Q(meetings__isnull=False)
                | Q(contracts__isnull=False)
                | Q(contracts_sum__isnull=False),
            ),
            models.CheckConstraint(
                name="metrics_sum_is_not_negative", condition=Q(contracts_sum__isnull=True) | Q(contracts_sum__gte=0)
            ),
        ]
        indexes = [
            # The trend of a partner: filter(partner).order_by("-measured_on", "-pk")[:8].
            models.Index(F("partner"), F("measured_on").desc(), F("id").desc(), name="metrics_trend")
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.measured_on}: {self.requests}"


class Merge(models.Model):
    """Two records that were one, made one: what each field was and became, what moved, so that it can be undone."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    before = models.JSONField(help_text=_("Values of the one that stays, before"))
    after = models.JSONField(help_text=_("The same values, after"))
    moved = models.JSONField(help_text=_("Keys of the rows that moved, by model and field"))
    newest = models.JSONField(help_text=_("The last key of each model at that moment"))
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.loser_id} → {self.winner_id}"


class PartnerMerge(Merge):
    winner = models.ForeignKey(Partner, models.PROTECT, related_name="merges_won")
    loser = models.ForeignKey(Partner, models.PROTECT, related_name="merges_lost")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["loser"], condition=Q(undone_at__isnull=True), name="partner_is_merged_once"
            )
        ]


class ContactMerge(Merge):
    winner = models.ForeignKey(Contact, models.PROTECT, related_name="merges_won")
    loser = models.ForeignKey(Contact, models.PROTECT, related_name="merges_lost")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["loser"], condition=Q(undone_at__isnull=True), name="contact_is_merged_once"
            )
        ]
