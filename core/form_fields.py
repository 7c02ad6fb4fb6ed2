"""Fields of forms that several rooms ask for."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from core import formatting

THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
"""65,000 or 65,000.50: a comma before three digits never divides kopecks off."""

MAX_SUM = Decimal("9999999999.99")


class DayField(forms.DateField):
    """A day picked in the browser's calendar, within the years that business is done in."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": _("Choose the day."), "required": _("Choose the day.")}

    def __init__(self, **kwargs: Any) -> None:
        message = _("Choose a day between 2000 and 2100.")
        limits = [MinValueValidator(date(2000, 1, 1), message), MaxValueValidator(date(2100, 12, 31), message)]
        super().__init__(validators=limits, **kwargs)


class MoneyField(forms.DecimalField):
    """A sum in roubles as people write it: 65 000; 65000,50; 65 000 ₽."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "input input--num"})
    default_error_messages = {"invalid": _("Write the sum in roubles, like 65 000 or 65 000,50.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_value=MAX_SUM, min_value=Decimal(0), max_digits=12, decimal_places=2, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs know only whole numbers
        if isinstance(value, str):
            value = "".join(value.split()).rstrip("₽")
            value = value.replace(",", "") if THOUSANDS.fullmatch(value) else value.replace(",", ".")
        try:
            return super().to_python(value)
        except InvalidOperation:
            raise forms.ValidationError(self.error_messages["invalid"]) from None

    def prepare_value(self, value: Any) -> Any:
        """A Decimal as it is read; what somebody typed stays as it was typed."""
        if not isinstance(value, Decimal):
            return value
        text = f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"
        return text.replace(",", formatting.NBSP).replace(".", ",")
