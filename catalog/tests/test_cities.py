"""The cities that partners work in, and finding one by the name that people give it."""

import pytest

from catalog.city_names import CityNames
from catalog.models import City, Country

pytestmark = pytest.mark.django_db


@pytest.fixture
def names():
    return CityNames(City.objects.all())


def test_the_cities_of_three_countries_are_there_with_zones_that_exist():
    cities = list(City.objects.all())

    assert len(cities) >= 150
    assert {city.country for city in cities} == set(Country.values)
    assert all(city.zone.utcoffset for city in cities)
    assert City.objects.filter(population=0).count() == 0


@pytest.mark.parametrize(
    ("name", "timezone"),
    [
        ("Калининград", "Europe/Kaliningrad"),
        ("Королёв", "Europe/Moscow"),
        ("Ставрополь", "Europe/Moscow"),
        ("Екатеринбург", "Asia/Yekaterinburg"),
        ("Петропавловск-Камчатский", "Asia/Kamchatka"),
        ("Полтава", "Europe/Kyiv"),
        ("Алматы", "Asia/Almaty"),
    ],
)
def test_a_city_is_in_its_own_zone_and_not_in_that_of_a_former_namesake(name, timezone):
    assert City.objects.get(name=name).timezone == timezone


@pytest.mark.parametrize(
    ("typed", "city"),
    [
        ("  екатеринбург ", "Екатеринбург"),
        ("ЕКБ", "Екатеринбург"),
        ("г. Орел", "Орёл"),
        ("город Королев", "Королёв"),
        ("СПб", "Санкт-Петербург"),
        ("санкт петербург", "Санкт-Петербург"),
        ("Н.Новгород", "Нижний Новгород"),
        ("ростов на дону", "Ростов-на-Дону"),
        ("Наб. Челны", "Набережные Челны"),
        ("Алма-Ата", "Алматы"),
        ("Нур-Султан", "Астана"),
        ("П.-Камчатский", "Петропавловск-Камчатский"),
    ],
)
def test_a_city_is_found_by_any_case_e_for_yo_and_common_short_names(names, typed, city):
    assert names.find(typed).name == city


def test_of_namesakes_the_bigger_one_is_meant_unless_the_region_is_named(names):
    assert names.find("Киров").region == "Кировская область"
    assert names.find("Киров, Калужская область").region == "Калужская область"
    assert names.find("Киров (Калужская область)").region == "Калужская область"


@pytest.mark.parametrize("typed", ["Нью-Васюки", "", "—", "Екатеринбургг"])
def test_an_unknown_name_is_no_city(names, typed):
    assert names.find(typed) is None
