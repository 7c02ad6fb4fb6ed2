"""An invoice: a draft that may change, then an issued document that never does (R9)."""

from decimal import Decimal

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.permissions import Scope, acting_for, scope
from catalog.models import City, ContractOffer, Service
from deals.models import Deal
from invoices.models.seller import Seller, VatMode
from invoices.purpose import MAX_LENGTH as PURPOSE_MAX_LENGTH
from partners.models import LegalKind, Partner

ISSUED_IS_FINAL = """
    IF OLD.state = 'draft' THEN
        RETURN NEW;
    END IF;
    IF NEW.state = 'draft' OR (OLD.state = 'cancelled' AND NEW.state <> 'cancelled') THEN
        RAISE EXCEPTION 'invoice %: an issued invoice cannot become % again (R9)', OLD.id, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.partner_id <> OLD.partner_id AND NOT EXISTS (
        SELECT FROM partners_partner
        WHERE (id = OLD.partner_id AND merged_into_id = NEW.partner_id)
            OR (id = NEW.partner_id AND merged_into_id = OLD.partner_id)
    ) THEN
        RAISE EXCEPTION 'invoice %: it follows its partner only into a merge and back (R9)', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF (to_jsonb(NEW) - ARRAY['partner_id', 'state', 'cancelled_at', 'cancelled_by_id', 'cancel_reason', 'version'])
        IS DISTINCT FROM
        (to_jsonb(OLD) - ARRAY['partner_id', 'state', 'cancelled_at', 'cancelled_by_id', 'cancel_reason', 'version'])
    THEN
        RAISE EXCEPTION 'invoice %: an issued invoice never changes (R9)', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

ISSUED_STAYS = """
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'invoice %: an issued invoice is never deleted (R9)', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
"""

LINES_OF_ISSUED_ARE_FINAL = """
    invoice_state := (SELECT state FROM invoices_invoice WHERE id = COALESCE(NEW.invoice_id, OLD.invoice_id));
    IF invoice_state = 'draft' OR invoice_state IS NULL THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - ARRAY['unpaid_reason', 'unpaid_note'])
        IS NOT DISTINCT FROM (to_jsonb(OLD) - ARRAY['unpaid_reason', 'unpaid_note'])
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'invoice %: the lines of an issued invoice never change (R9)', COALESCE(NEW.invoice_id, OLD.invoice_id)
        USING ERRCODE = 'check_violation';
"""  # noqa: E501


class InvoiceQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "invoice.read") -> "InvoiceQuerySet":
        """Support sees its partners' invoices and those it issues for a colleague (R15), sales of whom it sold to."""
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        if granted == Scope.NONE:
            return self.none()
        if user.role == Role.SALES_MANAGER:
            return self.filter(partner__in=Partner.objects.visible_to(user))
        from invoices.models.issue_request import IssueRequest

        issuing = IssueRequest.objects.filter(taken_by=user, return_reason="")
        return self.filter(Q(partner__manager__in=acting_for(user)) | Q(pk__in=issuing.values("invoice")))

    def with_paid_amount(self) -> "InvoiceQuerySet":
        """Annotate `paid_amount`, the sum of the allocations that stand; the payment state derives from it (R11)."""
        from invoices.models.payment import Allocation

        paid = (
            Allocation.objects.standing()
            .filter(invoice=OuterRef("pk"))
            .order_by()
            .values("invoice")
            .annotate(total=Sum("amount"))
            .values("total")
        )
        return self.annotate(paid_amount=Coalesce(Subquery(paid), Decimal(0), output_field=models.DecimalField()))


class InvoiceCounter(models.Model):
    """The last number used by a seller in a year. Taken under a row lock, so numbers have no gap and no double (R9)."""

    seller = models.ForeignKey(Seller, models.PROTECT)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seller", "year"], name="one_counter_for_seller_and_year")]

    def __str__(self) -> str:
        return f"{self.seller_id}/{self.year}: {self.last_number}"


@pghistory.track(exclude=["version"])
class Invoice(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")
        CANCELLED = "cancelled", _("Cancelled")

    seller = models.ForeignKey(Seller, models.PROTECT, verbose_name=_("seller"))
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="invoices", verbose_name=_("partner"))
    deal = models.ForeignKey(
        Deal, models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name=_("deal")
    )
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    dated_on = models.DateField(_("invoice date"))
    due_on = models.DateField(_("pay by"))
    contract_offer = models.ForeignKey(ContractOffer, models.PROTECT, null=True, verbose_name=_("contract-offer"))

    buyer_kind = models.CharField(_("form"), max_length=12, choices=LegalKind)
    buyer_name = models.CharField(_("payer"), max_length=160)
    buyer_inn = models.CharField(_("INN"), max_length=12, blank=True)
    buyer_kpp = models.CharField(_("KPP"), max_length=9, blank=True)
    buyer_address = models.CharField(_("address"), max_length=250, blank=True)
    buyer_email = models.EmailField(_("e-mail for the invoice"), blank=True)
    buyer_phone = models.CharField(_("phone for the SMS"), max_length=16, blank=True)
    seller_details = models.JSONField(default=dict, blank=True, help_text=_("As they were at issue"))

    vat_mode = models.CharField(max_length=8, choices=VatMode, default=VatMode.NONE)
    purpose = models.CharField(_("purpose of payment"), max_length=PURPOSE_MAX_LENGTH, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2, default=Decimal(0))

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.TextField(_("why cancelled"), blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("issued instead of")
    )
    request_key = models.UUIDField(
        null=True, unique=True, editable=False, help_text=_("Of the form it was written in: sent twice, made once")
    )
    version = models.PositiveIntegerField(default=1)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "year", "number"], condition=Q(number__isnull=False), name="invoice_number_is_unique"
            ),
            models.CheckConstraint(
                name="invoice_draft_has_no_number",
                condition=Q(state="draft", number__isnull=True, year__isnull=True, issued_at__isnull=True)
                | (~Q(state="draft") & Q(number__gte=1, year__isnull=False, issued_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="invoice_issued_is_complete",
                condition=Q(state="draft")
                | (
                    Q(amount__gt=0, contract_offer__isnull=False) & Q(purpose__regex=r"\S") & Q(buyer_name__regex=r"\S")
                ),
            ),
            models.CheckConstraint(
                name="invoice_cancelled_says_why",
                condition=(Q(state="cancelled", cancelled_at__isnull=False) & Q(cancel_reason__regex=r"\S"))
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="invoice_phone_is_e164", condition=Q(buyer_phone="") | Q(buyer_phone__regex=r"^\+\d{7,15}$")
            ),
            models.CheckConstraint(name="invoice_due_after_date", condition=Q(due_on__gte=F("dated_on"))),
        ]
        indexes = [
            models.Index(fields=["partner", "-dated_on"], name="invoices_of_partner"),
            models.Index(fields=["-dated_on", "-id"], name="invoices_by_date"),
            models.Index(fields=["due_on"], condition=Q(state="issued"), name="invoices_issued_by_due"),
            # The search by a number takes it for either: search.finding.
            models.Index(fields=["number"], name="invoices_by_number"),
            models.Index(fields=["amount"], name="invoices_by_amount"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="issued_is_final", when=pgtrigger.Before, operation=pgtrigger.Update, func=ISSUED_IS_FINAL
            ),
            pgtrigger.Trigger(
                name="issued_stays", when=pgtrigger.Before, operation=pgtrigger.Delete, func=ISSUED_STAYS
            ),
        ]

    def __str__(self) -> str:
        return f"№\N{NO-BREAK SPACE}{self.number}" if self.number else str(_("Draft"))


class InvoiceLine(models.Model):
    """One service of an invoice (R8), with its name, numbers and price as they were."""

    class UnpaidReason(models.TextChoices):
        TOO_DEAR = "too_dear", _("Too dear")
        LATER = "later", _("Will pay later")
        CHANGED_MIND = "changed_mind", _("Changed their mind")
        BY_MISTAKE = "by_mistake", _("By mistake")
        OTHER = "other", _("Another reason")

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    order = models.PositiveSmallIntegerField()
    service = models.ForeignKey(Service, models.PROTECT, related_name="+", verbose_name=_("service"))
    name = models.CharField(_("service"), max_length=160)
    unit = models.CharField(_("unit"), max_length=10)
    appendix_number = models.PositiveSmallIntegerField(_("appendix №"))
    service_number = models.PositiveSmallIntegerField(_("service №"))
    is_marketing = models.BooleanField(default=False)
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("city"))
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1, validators=[MinValueValidator(1)])
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)])
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    unpaid_reason = models.CharField(_("why not paid"), max_length=12, choices=UnpaidReason, blank=True)
    unpaid_note = models.CharField(_("in their words"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "order"], name="invoice_line_order_is_unique"),
            models.CheckConstraint(
                name="marketing_line_has_a_city", condition=Q(is_marketing=False) | Q(city__isnull=False)
            ),
            models.CheckConstraint(
                name="invoice_line_numbers_are_positive",
                condition=Q(quantity__gte=1, price__gte=0, appendix_number__gte=1, service_number__gte=1),
            ),
            models.CheckConstraint(
                name="invoice_line_amount_is_quantity_by_price", condition=Q(amount=F("quantity") * F("price"))
            ),
            models.CheckConstraint(
                name="another_reason_is_told", condition=~Q(unpaid_reason="other") | Q(unpaid_note__regex=r"\S")
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lines_of_issued_are_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("invoice_state", "text")],
                func=LINES_OF_ISSUED_ARE_FINAL,
            )
        ]

    def __str__(self) -> str:
        return self.name


class InvoicePdf(models.Model):
    """The document as it was issued, kept beside its invoice in the database, so that one backup holds both."""

    invoice = models.OneToOneField(Invoice, models.PROTECT, primary_key=True, related_name="pdf")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="pdf_is_final", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.sha256
