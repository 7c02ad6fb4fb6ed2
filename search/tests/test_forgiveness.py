"""Typing is forgiven: beginnings of words, case, ё, layout, Latin letters, one slip; phones by their end."""

import pytest
from django.urls import reverse

from accounts.tests.factories import SupportFactory
from core.folding import readings, slips
from partners.models import Contact
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client):
    manager = SupportFactory()
    vector = PartnerFactory(name="ООО «Правовой вектор»", manager=manager)
    Contact.objects.create(partner=vector, name="Лариса Королёва", phone="+79123451427")
    PartnerFactory(name="ИП Щёголева Ж. Я.", manager=manager)
    PartnerFactory(name="ООО «Другое дело»", manager=manager)
    client.force_login(manager)

    def found(query: str) -> str:
        answer = client.get(reverse("search"), {"q": query}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        return answer.content.decode().replace("\xa0", " ")

    return found


@pytest.mark.parametrize(
    "query",
    [
        "век",
        "ВЕКТОР",
        "вект прав",
        "dtrnjh",
        "Ghfdjdjq",
        "vektor",
        "вкетор",
        "ветор",
        "векктор",
        "вектпр",
        "королева",
        "королёва лариса",
        "1427",
        "14-27",
        "8 (912) 345-14-27",
        "+7 912 345 14 27",
        "89123451427",
    ],
)
def test_found_however_it_is_typed(ask, query):
    page = ask(query)
    assert "ООО «Правовой вектор»" in page
    assert "ООО «Другое дело»" not in page


def test_colleagues_namesakes_do_not_crowd_out_ones_own(ask, monkeypatch):
    """A slip is looked for among a bounded number of names: those must be of one's own partners."""
    monkeypatch.setattr("partners.searching.CANDIDATES", 1)
    Contact.objects.create(partner=PartnerFactory(), name="Лариса Коралёва", phone="")

    assert "ООО «Правовой вектор»" in ask("коралева")


@pytest.mark.parametrize("query", ["щеголева", "Щёголева", "otujktdf", "shchegoleva"])
def test_yo_and_rare_letters_are_found(ask, query):
    assert "ИП Щёголева" in ask(query)


@pytest.mark.parametrize("query", ["октор", "вектраол", "ек", "0000", "9123"])
def test_what_is_not_meant_is_not_found(ask, query):
    page = ask(query)
    assert "ООО «Правовой вектор»" not in page
    assert "Ничего не нашлось" in page


@pytest.mark.parametrize("query", ["%", "_", "'", "&|!():*", "\\", "я" * 5000, "<script>", "٣٤٥٦", "½"], ids=range(9))
def test_odd_input_is_only_text(ask, query):
    assert "<script>" not in ask(query)


def test_a_slip_is_a_wrong_missing_extra_or_swapped_letter_anywhere_in_the_beginning():
    made = {"ВЕК": 0, "ВКЕ": 1, "ВОО": 2, "АЕКТ": 1, "ЕКТ": 1, "ВВЕК": 1, "ТОР": 3}
    assert {typed: slips(typed, "ВЕКТОР") for typed in made} == made


def test_the_readings_of_a_query_are_tried_from_the_likeliest_on():
    assert readings("dtrnjh")[:2] == [["DTRNJH"], ["ВЕКТОР"]]
    assert readings("вектор")[0] == ["ВЕКТОР"]
    assert readings("  ") == []
