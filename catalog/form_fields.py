"""Fields of forms that choose from the catalogue."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from catalog.models import City


class CityField(forms.CharField):
    """A city by its name, typed with suggestions from a list; namesakes are told apart by their region."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"list": "cities", "autocomplete": "off"}), **kwargs)

    def load(self) -> None:
        cities = list(City.objects.order_by("name", "region"))
        names = [city.name for city in cities]
        self.by_name = {self._label(city, names.count(city.name) > 1): city for city in cities}

    @staticmethod
    def _label(city: City, has_namesakes: bool) -> str:
        return f"{city.name}, {city.region or city.get_country_display()}" if has_namesakes else city.name

    def clean(self, value: str) -> City | None:
        text = _folded(super().clean(value))
        if not text:
            return None
        found = next((city for name, city in self.by_name.items() if _folded(name) == text), None)
        if found is None:
            raise forms.ValidationError(_("There is no such city in the list. Choose one of the suggested."))
        return found

    def prepare_value(self, value: Any) -> Any:
        """The name of the city whose key is given; what somebody typed stays as it was typed."""
        if not isinstance(value, int):
            return value
        return next((name for name, city in self.by_name.items() if city.pk == value), "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _folded(str(self.prepare_value(initial) or "")) != _folded(data or "")


def _folded(text: str) -> str:
    """For comparing names: any case, ё as е, single spaces."""
    return " ".join(text.lower().replace("ё", "е").split())
