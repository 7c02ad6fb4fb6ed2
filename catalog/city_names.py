"""Finding a city by the name that people give it: any case, е for ё, without the hyphen, by a short or former name."""

import re
from collections.abc import Iterable

from catalog.models import City

OTHER_NAMES = {
    "Алматы": ["Алма-Ата"],
    "Актобе": ["Актюбинск"],
    "Астана": ["Нур-Султан", "Целиноград"],
    "Великий Новгород": ["В. Новгород"],
    "Днепр": ["Днепропетровск"],
    "Екатеринбург": ["Екб", "Ебург"],
    "Йошкар-Ола": ["Йошка"],
    "Каменское": ["Днепродзержинск"],
    "Киев": ["Київ"],
    "Комсомольск-на-Амуре": ["Комсомольск"],
    "Кропивницкий": ["Кировоград"],
    "Москва": ["Мск"],
    "Набережные Челны": ["Н. Челны", "Наб. Челны", "Челны"],
    "Нижний Новгород": ["Н. Новгород", "НН", "Нижний"],
    "Новосибирск": ["Нск", "Новосиб"],
    "Одесса": ["Одеса"],
    "Петропавловск-Камчатский": ["П.-Камчатский", "Петропавловск-Камч."],
    "Ростов-на-Дону": ["Ростов", "Ростов н/Д"],
    "Санкт-Петербург": ["СПб", "С.-Петербург", "С-Петербург", "Петербург", "Питер"],
    "Семей": ["Семипалатинск"],
    "Усть-Каменогорск": ["Оскемен", "Өскемен"],
    "Уральск": ["Орал"],
    "Харьков": ["Харків"],
    "Шымкент": ["Чимкент"],
    "Южно-Сахалинск": ["Ю.-Сахалинск"],
}


class CityNames:
    """Looks cities up by name; of namesakes the most populous is meant unless the region is named too."""

    def __init__(self, cities: Iterable[City]) -> None:
        self.by_name: dict[str, City] = {}
        for city in sorted(cities, key=lambda each: each.population):
            for name in [city.name, *OTHER_NAMES.get(city.name, [])]:
                self.by_name[plain(name)] = city
                if city.region:
                    self.by_name[plain(f"{name} {city.region}")] = city

    def find(self, text: str) -> City | None:
        return self.by_name.get(plain(text))


def plain(name: str) -> str:
    """The name for comparing: «г. Орёл» as «орел», «Ростов-на-Дону» as «ростов на дону»."""
    words = re.sub(r"[^\w/]+", " ", name.lower().replace("ё", "е")).split()
    return " ".join(word for word in words if word not in {"г", "гор", "город"})
