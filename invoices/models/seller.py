"""Who issues invoices: our own company or entrepreneur, with a bank account."""

import re

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.control_digits import is_account, is_bic, is_inn
from core.errors import RuleViolation
from invoices.qr import Payee, mandatory_fields
from partners.models import LegalKind


class VatMode(models.TextChoices):
    """How the seller stands to VAT; the words go into the purpose of payment (R7)."""

    NONE = "none", "БЕЗ НДС"


DETAILS = (
    "name", "legal_kind", "inn", "kpp", "ogrn", "address", "phone", "email", "bank_name", "bic", "account",
    "correspondent_account", "director_name", "accountant_name",
)  # fmt: skip
"""The fields of a seller that an issued invoice keeps as they were (R9)."""


@pghistory.track()
class Seller(models.Model):
    name = models.CharField(_("short name"), max_length=160)
    legal_kind = models.CharField(_("form"), max_length=12, choices=LegalKind, default=LegalKind.COMPANY)
    inn = models.CharField(_("INN"), max_length=12)
    kpp = models.CharField(_("KPP"), max_length=9, blank=True)
    ogrn = models.CharField(_("OGRN"), max_length=15, blank=True)
    address = models.CharField(_("address"), max_length=250)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    bank_name = models.CharField(_("bank and its city"), max_length=45)
    bic = models.CharField(_("BIC"), max_length=9)
    account = models.CharField(_("account"), max_length=20)
    correspondent_account = models.CharField(_("correspondent account"), max_length=20)
    vat_mode = models.CharField(_("VAT"), max_length=8, choices=VatMode, default=VatMode.NONE)
    director_name = models.CharField(_("director"), max_length=80, blank=True)
    accountant_name = models.CharField(_("accountant"), max_length=80, blank=True)
    invoice_valid_days = models.PositiveSmallIntegerField(_("invoice is valid, days"), default=5)
    is_default = models.BooleanField(_("used by default"), default=False)
    is_active = models.BooleanField(_("issues invoices"), default=True)

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_seller"),
            models.CheckConstraint(name="seller_account_has_20_digits", condition=Q(account__regex=r"^\d{20}$")),
            models.CheckConstraint(name="seller_bic_has_9_digits", condition=Q(bic__regex=r"^\d{9}$")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def payee(self) -> Payee:
        """Who is paid, for the payment QR."""
        return Payee(
            name=self.name,
            account=self.account,
            bank_name=self.bank_name,
            bic=self.bic,
            correspondent_account=self.correspondent_account,
            inn=self.inn,
            kpp=self.kpp,
        )

    def details(self) -> dict[str, str]:
        """What an invoice keeps of the seller as it is now."""
        return {name: getattr(self, name) for name in DETAILS}

    def clean(self) -> None:
        """Control digits: a typing error here would send every payment astray."""
        errors = {}
        if not is_inn(self.inn):
            errors["inn"] = _("The control digits of the INN do not fit. Check the digits.")
        if not is_bic(self.bic):
            errors["bic"] = _("A BIC has nine digits and begins with 0.")
        elif not is_account(self.account, self.bic):
            errors["account"] = _("The account does not fit the BIC. Check the digits of both.")
        elif not is_account(self.correspondent_account, self.bic):
            errors["correspondent_account"] = _("The account does not fit the BIC. Check the digits of both.")
        if self.legal_kind == LegalKind.COMPANY and not re.fullmatch(r"\d{4}[0-9A-Z]{2}\d{3}", self.kpp):
            errors["kpp"] = _("A company has a KPP of nine digits.")
        elif self.legal_kind != LegalKind.COMPANY and self.kpp:
            errors["kpp"] = _("Only a company has a KPP.")
        try:
            mandatory_fields(self.payee)
        except RuleViolation as violation:
            errors.setdefault(violation.field, violation.message)
        if errors:
            raise ValidationError(errors)
