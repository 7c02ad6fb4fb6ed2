"""What can be changed in place on the deal card: one table of values, each with its owner, right and words.

A value is compared by its `key`, a short text that also travels in the form: what the editor saw when he began.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from core import formatting
from deals.models import Deal
from partners.models import Contact


def key(value: Any) -> str:
    """A value as a short text: equal values have equal keys."""
    if value is None or value == "":
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    return "/".join(value) if isinstance(value, tuple) else str(value)


def _phone_words(value: tuple[str, str]) -> str:
    number, extension = value
    read = formatting.phone(number)
    return f"{read} #{extension}" if extension else read


def _confidence_words(value: str) -> str:
    return str(Deal.Confidence(value).label)


@dataclass(frozen=True)
class Editable:
    """A value of the card. `owner` is whose attribute it is: the deal's, its contact's or the partner's."""

    name: str
    label: Any
    words: Callable[[Any], str] = str
    owner: str = "deal"
    permission: str = "deal.update"
    attributes: tuple[str, ...] = ()

    def of(self, owner: Model) -> Any:
        """The value as it stands; one that is kept in several attributes is a tuple."""
        values = tuple(getattr(owner, name) for name in self.attributes or (self.name,))
        return values if len(values) > 1 else values[0]

    def put(self, owner: Model, value: Any) -> None:
        names = self.attributes or (self.name,)
        for name, part in zip(names, value if len(names) > 1 else [value], strict=True):
            setattr(owner, name, part)

    def read(self, value: Any) -> str:
        """The value as people read it; nothing for a value that is not set."""
        return self.words(value) if key(value).strip("/") else ""


EDITABLE = {
    each.name: each
    for each in (
        Editable("package", _("Package")),
        Editable("discount_percent", _("Discount"), formatting.percent),
        Editable("amount", _("Amount"), formatting.money),
        Editable("expected_payment_on", _("Payment expected"), formatting.numeric_date),
        Editable("term_ends_on", _("End of the term"), formatting.numeric_date),
        Editable("confidence", _("Confidence"), _confidence_words),
        Editable("manager", _("Manager"), permission="deal.reassign"),
        Editable("contact", _("Contact")),
        Editable("phone", _("Phone"), _phone_words, "contact", "contact.update", ("phone", "phone_extension")),
        Editable("email", _("E-mail"), str, "contact", "contact.update"),
        Editable("site", _("Site"), str, "partner", "partner.update"),
        Editable("city", _("City"), str, "partner", "partner.update"),
    )
}

OF_THE_DEAL = [each for each in EDITABLE.values() if each.owner == "deal"]
PRICE = ("package", "discount_percent", "amount")
"""Values of which one changes the others."""

CONTACTS = tuple(each.name for each in EDITABLE.values() if each.owner == "contact" or each.name == "contact")
"""Values that only those read who may see the partner's people."""

FIELD_NAMES = {each.name: each.label for each in EDITABLE.values()}


def contact_of(deal: Deal) -> Contact | None:
    """Whom one calls about this deal: its own contact, or the partner's main one."""
    if deal.contact and not deal.contact.archived_at:
        return deal.contact
    return deal.partner.contacts.in_use().order_by("-is_primary", "name").first()
