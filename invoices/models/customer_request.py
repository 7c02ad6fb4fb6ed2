"""«Заявка Заказчика»: what somebody who pays told us of himself without logging in (R20), and what he agreed to."""

import secrets

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Scope, scope
from catalog.models import City, Country, Service
from invoices.models.invoice import Invoice
from partners.models import LegalKind, Partner


def new_token() -> str:
    """The secret part of a personal link: 128 bits, safe in an address."""
    return secrets.token_urlsafe(16)


class ConsentText(models.Model):
    """A published text that people agree to by a tick of its own; a new wording is a new version, never a change."""

    class Purpose(models.TextChoices):
        PROCESSING = "processing", _("Processing of personal data")
        ADVERTISING = "advertising", _("Offers by e-mail, SMS and phone")

    purpose = models.CharField(_("what for"), max_length=12, choices=Purpose)
    version = models.PositiveSmallIntegerField(_("version"))
    body = models.TextField(_("text"), help_text=_("{operator} stands for our name, INN and address"))
    published_on = models.DateField(_("published on"))

    class Meta:
        verbose_name = _("text of a consent")
        verbose_name_plural = _("texts of consents")
        ordering = ["purpose", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "version"], name="consent_version_is_unique"),
            models.CheckConstraint(name="consent_says_something", condition=Q(body__regex=r"\S", version__gte=1)),
        ]
        triggers = [pgtrigger.Protect(name="consent_text_is_final", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}, {self.version}"


@pghistory.track()
class RequestLink(models.Model):
    """An address under which a partner finds the form filled in with what we know of it, until it is withdrawn."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="request_links")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("personal link to the request form")
        verbose_name_plural = _("personal links to the request form")
        indexes = [
            models.Index(fields=["partner"], condition=Q(withdrawn_at__isnull=True), name="request_links_standing")
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.made_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("request-personal", args=[self.token])


class CustomerRequestQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "customer_request.read") -> "CustomerRequestQuerySet":
        """A manager sees the requests of his partners; those that belong to nobody yet are the head's queue."""
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        if granted == Scope.NONE:
            return self.none()
        return self.filter(partner__in=Partner.objects.visible_to(user))

    def waiting(self) -> "CustomerRequestQuerySet":
        """Nobody has taken them up."""
        return self.filter(state=CustomerRequest.State.NEW)


# The history has no personal data: what is erased after its time must not live on in it.
@pghistory.track(
    fields=["id", "partner", "state", "taken_by", "taken_at", "invoice", "close_reason", "erased_at"],
    model_name="CustomerRequestEvent",
)
class CustomerRequest(models.Model):
    class State(models.TextChoices):
        NEW = "new", _("New")
        IN_WORK = "in_work", _("In work")
        INVOICED = "invoiced", _("Invoice issued")
        CLOSED = "closed", _("Closed without an invoice")

    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="customer_requests", verbose_name=_("partner")
    )
    link = models.ForeignKey(RequestLink, models.PROTECT, null=True, blank=True, related_name="+")

    payer_kind = models.CharField(_("who pays"), max_length=12, choices=LegalKind)
    country = models.CharField(_("country"), max_length=2, choices=Country)
    payer_name = models.CharField(_("payer"), max_length=160)
    tax_number = models.CharField(_("tax number"), max_length=12, blank=True)
    kpp = models.CharField(_("KPP"), max_length=9, blank=True)
    ogrn = models.CharField(_("OGRN"), max_length=15, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=120)
    phone = models.CharField(_("phone"), max_length=16)
    email = models.EmailField(_("e-mail"))
    city = models.ForeignKey(City, models.PROTECT, verbose_name=_("city"))
    services = models.ManyToManyField(Service, blank=True, related_name="+", verbose_name=_("services"))
    wants_renewal = models.BooleanField(_("renewal of the package"), default=False)
    wishes = models.CharField(_("in their words"), max_length=500, blank=True)

    consent = models.ForeignKey(ConsentText, models.PROTECT, related_name="+", verbose_name=_("consent"))
    advertising_consent = models.ForeignKey(ConsentText, models.PROTECT, null=True, blank=True, related_name="+")
    operator = models.CharField(max_length=450, help_text=_("Our name, INN and address as the consent named them"))
    sent_from = models.GenericIPAddressField(_("sent from"), null=True, blank=True)

    received_at = models.DateTimeField(_("received"), help_text=_("The moment of the consents, too"))
    answer_by = models.DateTimeField(_("to be answered by"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    invoice = models.OneToOneField(
        Invoice, models.SET_NULL, null=True, blank=True, related_name="request", verbose_name=_("invoice")
    )
    close_reason = models.CharField(_("why closed"), max_length=250, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    request_key = models.UUIDField(
        unique=True, editable=False, help_text=_("Of the form it was written in: sent twice, kept once")
    )

    objects = CustomerRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer request")
        verbose_name_plural = _("customer requests")
        constraints = [
            models.CheckConstraint(
                name="request_names_who_pays",
                condition=Q(payer_name__regex=r"\S", contact_name__regex=r"\S"),
            ),
            models.CheckConstraint(
                name="request_tax_number_is_digits", condition=Q(tax_number="") | Q(tax_number__regex=r"^\d{8,12}$")
            ),
            models.CheckConstraint(
                name="request_taken_by_somebody",
                condition=Q(state="new", taken_at__isnull=True) | (~Q(state="new") & Q(taken_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="request_closed_says_why", condition=~Q(state="closed") | Q(close_reason__regex=r"\S")
            ),
            models.CheckConstraint(
                name="request_invoiced_has_invoice", condition=~Q(state="invoiced") | Q(invoice__isnull=False)
            ),
        ]
        indexes = [
            # The list, newest first, and its open part.
            models.Index(fields=["-received_at", "-id"], name="requests_by_time"),
            models.Index(fields=["answer_by"], condition=Q(state="new"), name="requests_waiting"),
        ]

    def __str__(self) -> str:
        return self.payer_name

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.NEW, self.State.IN_WORK}
