"""Writing a partner down, changing it, and putting it away."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from catalog.form_fields import CityField
from catalog.models import ContractOffer
from partners.actions import PartnerDraft
from partners.actions.editing import EDITABLE
from partners.forms.fields import PHONE, PartnersForm, email_field, text_field
from partners.models import LegalKind, Partner

DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


class RequisitesForm(PartnersForm):
    """What is known of the firm itself."""

    known_requisites = ("", "")
    """INN and KPP that stand already and are not judged again: they may have come from another CRM."""

    name = text_field(
        gettext_lazy("Name"),
        160,
        required=True,
        error_messages={"required": gettext_lazy("Enter the name of the partner.")},
    )
    city = CityField(label=gettext_lazy("City"), error_messages={"required": gettext_lazy("Choose the city.")})
    site = forms.URLField(
        label=gettext_lazy("Site"),
        max_length=200,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": gettext_lazy("This is no address of a site. It looks like example.ru.")},
    )
    legal_kind = forms.ChoiceField(label=gettext_lazy("Form"), choices=LegalKind, initial=LegalKind.COMPANY)
    legal_name = text_field(gettext_lazy("Full legal name"), 160)
    inn = text_field(gettext_lazy("INN"), 20, widget=forms.TextInput(attrs=DIGITS))
    kpp = text_field(gettext_lazy("KPP"), 20, widget=forms.TextInput(attrs=DIGITS))
    address = text_field(gettext_lazy("Legal address"), 250)
    manager = forms.ModelChoiceField(
        label=gettext_lazy("Manager"),
        queryset=User.objects.none(),
        error_messages={"required": gettext_lazy("Choose a support manager.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["city"].load()
        self.fields["manager"].queryset = User.objects.support_managers()

    @property
    def cities(self) -> list[str]:
        return list(self.fields["city"].by_name)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.clean_requisites(data, self.known_requisites)
        return data


class NewPartnerForm(RequisitesForm):
    """A partner by hand, with whom to call; «it is another one» after the warning about a twin."""

    contact_name = text_field(gettext_lazy("Contact person"), 120)
    phone = text_field(gettext_lazy("Phone"), 40, widget=forms.TextInput(attrs=PHONE))
    email = email_field()
    is_another = forms.BooleanField(label=gettext_lazy("It is another partner, create it"), required=False)

    field_order = ("name", "city", "contact_name", "phone", "email", "manager")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("city"):
            self.clean_phone_of(data, "phone", data["city"].country)
        return data

    def draft(self) -> PartnerDraft:
        names = (
            "name",
            "city",
            "site",
            "legal_kind",
            "legal_name",
            "inn",
            "kpp",
            "address",
            "contact_name",
            "phone",
            "email",
        )
        data = self.cleaned_data
        return PartnerDraft(**{name: data[name] for name in names}, phone_extension=data.get("phone_extension", ""))


class EditPartnerForm(RequisitesForm):
    """The values of a partner, each beside what it was when the form was opened: so two people overwrite nothing."""

    contract_offer = forms.ModelChoiceField(
        label=gettext_lazy("Contract-offer"), queryset=ContractOffer.objects.all(), required=False, empty_label="—"
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    field_order = EDITABLE

    def __init__(self, *args: Any, partner: Partner, may_reassign: bool, **kwargs: Any) -> None:
        initial = {name: getattr(partner, Partner._meta.get_field(name).attname) for name in EDITABLE}
        super().__init__(*args, initial=initial | {"version": partner.version}, **kwargs)
        self.known_requisites = (partner.inn, partner.kpp)
        self.fields["manager"].queryset |= User.objects.filter(pk=partner.manager_id)
        if not may_reassign:
            del self.fields["manager"]
        self.remember(EDITABLE)

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in EDITABLE if name in self.fields}


class ArchiveForm(PartnersForm):
    """Why the partner goes."""

    reason = text_field(
        gettext_lazy("Reason"),
        250,
        required=True,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write the reason.")},
    )


class MergeForm(PartnersForm):
    """Of each value in which the two differ, whose stays."""

    WINNER, LOSER = "winner", "loser"

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    other_version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, winner: Any, loser: Any, names: tuple[str, ...], **kwargs: Any) -> None:
        initial = {"version": getattr(winner, "version", 0), "other_version": getattr(loser, "version", 0)}
        super().__init__(*args, initial=initial, **kwargs)
        self.different = [name for name in names if _words(winner, name) != _words(loser, name)]
        for name in self.different:
            mine, theirs = _words(winner, name), _words(loser, name)
            self.fields[name] = forms.ChoiceField(
                label=winner._meta.get_field(name).verbose_name,
                choices=[(self.WINNER, mine or _("empty")), (self.LOSER, theirs or _("empty"))],
                initial=self.WINNER if mine or not theirs else self.LOSER,
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Choose which value stays."),
                    "invalid_choice": _("Choose one of the two."),
                },
            )

    @property
    def rows(self) -> list[forms.BoundField]:
        return [self[name] for name in self.different]

    def from_loser(self) -> set[str]:
        return {name for name in self.different if self.cleaned_data[name] == self.LOSER}

    def versions(self) -> tuple[int, int]:
        return self.cleaned_data.get("version") or 0, self.cleaned_data.get("other_version") or 0


def _words(record: Any, name: str) -> str:
    """A value as people read it."""
    display = getattr(record, f"get_{name}_display", None)
    value = display() if display else getattr(record, name)
    return value.strftime("%d.%m.%Y") if hasattr(value, "strftime") else str(value or "")
