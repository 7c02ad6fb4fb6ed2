"""The form in which sales hands a paid partner over: who, what was paid, what was agreed (R1, R18)."""

from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from catalog.form_fields import CityField
from catalog.models import Country, Package
from core import moscow
from core.errors import RuleViolation
from core.form_fields import MoneyField
from deals.selectors.handoffs import managers_by_load
from partners.actions import PartnerDraft
from partners.forms.fields import email_field
from partners.models import Agreement, Contact, LegalKind, Partner
from partners.phones import normalised_phone
from partners.tax_numbers import is_tax_number

NEW, EXISTING = "new", "existing"
PARTNERS_OFFERED = 500
DETAILS = ("wished_speed", "geography", "has_customer_request", "has_offer_accepted", "has_access")
NOT_NEEDED = {"needs_advertising": ("wished_speed", "geography"), "needs_access": ("has_access",)}
"""The fields that are not asked for when the package does not need them."""
NEEDED_OF_NEW = {
    "name": gettext_lazy("Enter the name of the partner."),
    "city": gettext_lazy("Choose the city."),
    "contact_name": gettext_lazy("Enter whom to call."),
    "phone": gettext_lazy("Enter the phone to call."),
}


class DetailsForm(forms.Form):
    """What the package needs to begin with and what is there already; sales completes it as it comes."""

    wished_speed = forms.CharField(label=gettext_lazy("Wished speed of requests"), max_length=120, required=False)
    geography = forms.CharField(label=gettext_lazy("Geography"), max_length=160, required=False)
    has_customer_request = forms.BooleanField(label=gettext_lazy("Customer request"), required=False)
    has_offer_accepted = forms.BooleanField(label=gettext_lazy("Contract-offer accepted"), required=False)
    has_access = forms.BooleanField(label=gettext_lazy("Access and contact"), required=False)

    def ask_for(self, package: Package | None) -> None:
        """Leave out what this package does not need; without a package everything is asked for."""
        for need, names in NOT_NEEDED.items():
            if package and not getattr(package, need):
                for name in names:
                    del self.fields[name]

    def details(self) -> dict[str, str | bool]:
        return {name: self.cleaned_data[name] for name in DETAILS if name in self.cleaned_data}


class CampaignForm(forms.Form):
    """What marketing plans for the partner (R18)."""

    campaign = forms.CharField(label=gettext_lazy("Planned campaign"), max_length=160, required=False)
    networks = forms.CharField(label=gettext_lazy("Networks"), max_length=160, required=False)


class HandOverForm(DetailsForm):
    """A new partner, or one that was sold to before; then the deal. `draft_or_partner()` is for the action."""

    who = forms.ChoiceField(
        label=gettext_lazy("Who"),
        choices=[(NEW, gettext_lazy("New partner")), (EXISTING, gettext_lazy("Existing partner"))],
        initial=NEW,
        widget=forms.RadioSelect,
    )
    partner = forms.ModelChoiceField(
        label=gettext_lazy("Partner"), queryset=Partner.objects.none(), required=False, empty_label="—"
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=160, required=False)
    legal_kind = forms.ChoiceField(label=gettext_lazy("Form"), choices=LegalKind, initial=LegalKind.COMPANY)
    inn = forms.CharField(
        label=gettext_lazy("INN"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("10 digits of a company, 12 of an entrepreneur or a person"),
    )
    city = CityField(label=gettext_lazy("City"), required=False)
    contact_name = forms.CharField(label=gettext_lazy("Contact"), max_length=120, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    email = email_field()
    is_another = forms.BooleanField(label=gettext_lazy("It is another partner with the same phone"), required=False)

    package = forms.ModelChoiceField(
        label=gettext_lazy("Package"),
        queryset=Package.objects.filter(is_active=True).select_related("service"),
        empty_label="—",
        error_messages={"required": gettext_lazy("Choose the package.")},
    )
    paid_on = forms.DateField(
        label=gettext_lazy("Payment date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose the day."), "invalid": gettext_lazy("Choose the day.")},
    )
    amount = MoneyField(
        label=gettext_lazy("Paid, ₽"), error_messages={"required": gettext_lazy("Enter the sum that was paid.")}
    )
    main_comment = forms.CharField(
        label=gettext_lazy("Main comment"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What the partner wants and what was said to them; support reads it before each call"),
        error_messages={"required": gettext_lazy("Write what was agreed with the partner.")},
    )
    agreements = forms.CharField(
        label=gettext_lazy("Agreements"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "What was promised, one a line: a checklist that stays with the partner until it is kept"
        ),
    )
    manager = forms.ModelChoiceField(
        label=gettext_lazy("Responsible"),
        queryset=User.objects.support_managers(),
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose a support manager.")},
    )

    def __init__(self, *args: Any, user: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.today = user, moscow.today(now)
        self.has_phone_twin = False
        self.fields["city"].load()
        partners = Partner.objects.visible_to(user, "handoff.create").filter(archived_at__isnull=True)
        self.fields["partner"].queryset = partners
        offered = partners.order_by("name").values_list("pk", "name", "city__name")[:PARTNERS_OFFERED]
        self.fields["partner"].choices = [("", "—"), *((pk, f"{name}, {city}") for pk, name, city in offered)]
        self.fields["paid_on"].widget.attrs |= {
            "max": self.today.isoformat(),
            # The deadline beside the field follows the date.
            "hx-get": reverse("deals:handoff-new"),
            "hx-trigger": "change",
            "hx-target": "#deadline",
            "hx-select": "#deadline",
            "hx-swap": "outerHTML",
        }
        # So do the fields that the chosen package needs.
        self.fields["package"].widget.attrs |= {
            "hx-get": reverse("deals:handoff-new"),
            "hx-trigger": "change",
            "hx-target": "#needed",
            "hx-select": "#needed",
            "hx-swap": "outerHTML",
            "hx-include": "#needed",
        }
        self.chosen_package = self._chosen_package()
        self.ask_for(self.chosen_package)
        self._offer_managers()

    def _chosen_package(self) -> Package | None:
        try:
            return self.fields["package"].to_python(self["package"].value())
        except forms.ValidationError:
            return None

    def _offer_managers(self) -> None:
        """The least loaded first, with how many partners each has."""
        managers = managers_by_load(self.today)
        field = self.fields["manager"]
        field.choices = [(manager.pk, _load_label(manager)) for manager in managers]
        field.initial = managers[0].pk if managers else None

    @property
    def cities(self) -> list[str]:
        return list(self.fields["city"].by_name)

    def clean_paid_on(self):
        paid_on = self.cleaned_data["paid_on"]
        if paid_on > self.today:
            raise forms.ValidationError(_("The payment date cannot be later than today."))
        return paid_on

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError(_("Enter the paid amount, above zero."))
        return amount

    def clean_agreements(self) -> list[str]:
        lines = [line.strip(" •-—\t") for line in self.cleaned_data["agreements"].splitlines()]
        limit = Agreement._meta.get_field("text").max_length
        if any(len(line) > limit for line in lines):
            message = _("One agreement is longer than %(limit)s characters. Break it into lines.")
            raise forms.ValidationError(message % {"limit": limit})
        return [line for line in lines if line]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("who") == EXISTING:
            if not data.get("partner") and "partner" not in self.errors:
                self.add_error("partner", _("Choose the partner."))
            # What stands in the fields of a new partner is not asked for.
            for name in ("name", "inn", "city", "contact_name", "phone", "email"):
                self.errors.pop(name, None)
            return data
        for name, message in NEEDED_OF_NEW.items():
            if not data.get(name) and name not in self.errors:
                self.add_error(name, message)
        self._clean_inn(data)
        self._clean_phone(data)
        return data

    def _clean_inn(self, data: dict[str, Any]) -> None:
        inn = data["inn"] = "".join(data.get("inn", "").split())
        if not inn:
            return
        country = data["city"].country if data.get("city") else Country.RUSSIA
        if not is_tax_number(inn, country):
            self.add_error("inn", _("The control digits of the INN do not fit. Check the digits."))
        elif country == Country.RUSSIA and (len(inn) == 10) != (data.get("legal_kind") == LegalKind.COMPANY):
            self.add_error("inn", _("A company has an INN of 10 digits, an entrepreneur or a person of 12."))
        elif twin := Partner.objects.filter(inn=inn).first():
            self.add_error("inn", self._twin_words(twin, _("A partner with this INN is already here")))

    def _clean_phone(self, data: dict[str, Any]) -> None:
        if not data.get("phone"):
            return
        country = data["city"].country if data.get("city") else Country.RUSSIA
        found = normalised_phone(data["phone"], country)
        if found is None:
            self.add_error("phone", _("This is no phone number. It looks like +7 900 123-45-67."))
            return
        data["phone"], data["phone_extension"] = found
        twin = Contact.objects.filter(phone=found[0]).select_related("partner__manager").first()
        if twin and not data.get("is_another"):
            self.has_phone_twin = True
            self.add_error("phone", self._twin_words(twin.partner, _("A partner with this phone is already here")))

    def _twin_words(self, twin: Partner, words: str) -> str:
        """Names the partner that is already here to those who may see it; to others, its manager."""
        if Partner.objects.visible_to(self.user).filter(pk=twin.pk).exists():
            return f"{words}: {twin.name}."
        return f"{words}. " + _("Ask %(manager)s.") % {"manager": twin.manager.full_name}

    def draft_or_partner(self) -> PartnerDraft | Partner:
        """The partner as the action takes it. Call after a successful validation."""
        data = self.cleaned_data
        if data["who"] == EXISTING:
            return data["partner"]
        return PartnerDraft(
            name=data["name"],
            city=data["city"],
            legal_kind=data["legal_kind"],
            inn=data["inn"],
            contact_name=data["contact_name"],
            phone=data["phone"],
            phone_extension=data["phone_extension"],
            email=data["email"],
        )

    def show_violation(self, violation: RuleViolation) -> None:
        self.add_error(violation.field if violation.field in self.fields else None, violation.message)


def _load_label(manager: User) -> str:
    n = manager.partners_count
    load = ngettext("%(n)s partner", "%(n)s partners", n) % {"n": n}
    absent = f", {_('away today')}" if manager.is_away else ""
    return f"{manager.full_name} · {load}{absent}"
