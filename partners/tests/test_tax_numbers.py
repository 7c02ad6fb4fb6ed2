"""Control digits of tax numbers, by the country of the city. The numbers are public ones of well-known companies."""

import pytest

from partners.tax_numbers import is_tax_number


@pytest.mark.parametrize("number", ["7707083893", "7736050003", "500100732259"])
@pytest.mark.parametrize("country", ["RU", "KZ", "UA"])
def test_a_russian_number_fits_everywhere_because_a_firm_may_be_registered_here(number, country):
    assert is_tax_number(number, country)


@pytest.mark.parametrize("number", ["971240001315", "050141000631", "901041000015", "940140000385", "961141000023"])
def test_a_kazakh_number_fits_kazakhstan_only(number):
    assert is_tax_number(number, "KZ")
    assert not is_tax_number(number, "RU")


@pytest.mark.parametrize("number", ["14360570", "00032106", "00032129", "20077720", "3184710604"])
def test_a_ukrainian_number_fits_ukraine_only(number):
    assert is_tax_number(number, "UA")
    assert not is_tax_number(number, "RU")
    assert not is_tax_number(number, "KZ")


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("7707083894", "RU"),
        ("770708389", "RU"),
        ("0000000000", "RU"),
        ("000000000000", "KZ"),
        ("00000000", "UA"),
        ("971240001316", "KZ"),
        ("14360571", "UA"),
        ("77070838X3", "RU"),
        ("²707083893", "RU"),
        ("", "RU"),
    ],
)
def test_a_slip_of_the_pen_is_noticed(number, country):
    assert not is_tax_number(number, country)
