"""«Настройки»: kept on the person, printed by the server, applied without losing the page; and a session that ends."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import SupportFactory

pytestmark = pytest.mark.django_db

PREFERENCES = "/me/preferences/"
SESSION = "/me/session/"


@pytest.fixture
def person(client):
    person = SupportFactory(email="olga@example.ru")
    client.force_login(person)
    return person


def test_the_page_of_settings_shows_what_is_chosen(client, person):
    form = client.get(reverse("accounts:settings")).context["form"]

    chosen = {name: form[name].value() for name in form.fields}
    assert chosen == {"theme": "system", "density": "compact", "language": "ru", "has_hotkeys": "true"}


def test_the_server_prints_the_choice_into_the_page_so_that_nothing_flashes(client, person):
    client.post(PREFERENCES, {"theme": "dark", "density": "roomy", "has_hotkeys": "false"})

    page = client.get(reverse("accounts:settings")).content.decode()

    assert 'data-theme="dark" data-density="roomy" data-keys="off"' in page


def test_a_choice_over_htmx_leaves_the_page_as_it_is_and_names_what_was_kept(client, person):
    answer = client.post(PREFERENCES, {"density": "roomy"}, headers={"HX-Request": "true"})

    assert answer.status_code == 204
    kept = json.loads(answer.headers["HX-Trigger"])["preferences"]
    assert kept == {"theme": "system", "density": "roomy", "keys": "on"}


def test_only_another_language_needs_the_page_anew(client, person):
    answer = client.post(PREFERENCES, {"language": "en"}, headers={"HX-Request": "true"})

    assert answer.headers["HX-Refresh"] == "true"


def test_a_strange_choice_over_htmx_changes_nothing(client, person):
    answer = client.post(PREFERENCES, {"theme": "pink"}, headers={"HX-Request": "true"})

    person.refresh_from_db()
    assert answer.status_code == 400
    assert person.theme == "system"


def test_the_session_tells_who_is_signed_in_and_gives_a_fresh_token(client, person):
    signed_in = client.get(SESSION).json()
    client.logout()

    assert signed_in["person"] == person.pk
    assert len(signed_in["token"]) > 30
    assert client.get(SESSION).json()["person"] is None


def test_a_script_of_a_signed_out_page_gets_401_and_never_the_login_page_in_a_corner(client):
    assert client.get("/day/", headers={"HX-Request": "true"}).status_code == 401
    assert client.get("/day/", headers={"Sec-Fetch-Mode": "cors"}).status_code == 401
    assert client.get("/day/", headers={"Sec-Fetch-Mode": "navigate"}).status_code == 302


def test_a_form_sent_after_the_session_ended_is_given_back_with_its_text(client):
    text = "Разобрали три звонка и договорились о записи."
    headers = {"Referer": "http://testserver/deals/7/?tab=tasks"}

    answer = client.post("/deals/7/comment/", {"was": text, "password": "a very secret password"}, headers=headers)

    page = answer.content.decode()
    assert answer.status_code == 401
    assert text in page
    assert "a very secret" not in page
    assert 'href="/accounts/login/?next=/deals/7/%3Ftab%3Dtasks"' in page


def test_a_form_with_the_token_of_an_older_session_is_given_back_too(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    text = "Разобрали три звонка и договорились о записи."

    answer = client.post("/deals/7/comment/", {"was": text}, headers={"Referer": "https://evil.example/page/"})

    page = answer.content.decode()
    assert answer.status_code == 403
    assert answer.headers["X-Refused"] == "token"
    assert text in page
    assert "evil.example" not in page
