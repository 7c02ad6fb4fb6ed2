"""Logging in: one error for both fields, a pause after five wrong tries, nobody signs up by himself."""

import pytest
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse

from accounts.tests.factories import PASSWORD, SalesFactory, SupportFactory

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def no_former_tries():
    cache.clear()


@pytest.fixture
def person():
    return SupportFactory(email="olga@example.ru")


def log_in(client, password=PASSWORD, email="olga@example.ru"):
    return client.post(LOGIN, {"login": email, "password": password})


def test_the_right_password_opens_ones_own_first_page(client, person):
    response = log_in(client)

    assert response.url == reverse("home")
    assert client.get(response.url).url == reverse("reports:my-day")


def test_the_address_may_be_typed_in_any_case(client, person):
    assert log_in(client, email="Olga@Example.RU").status_code == 302


@pytest.mark.parametrize(("email", "password"), [("olga@example.ru", "wrong"), ("nobody@example.ru", PASSWORD)])
def test_the_error_is_one_for_both_fields_and_keeps_the_address(client, person, email, password):
    response = log_in(client, password, email)

    page = response.content.decode()
    assert response.status_code == 200
    assert "Почта или пароль не подходят" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert email in page
    assert "_auth_user_id" not in client.session


def test_after_five_wrong_tries_even_the_right_password_waits(client, person):
    for _try in range(5):
        log_in(client, "wrong")

    log_in(client)

    assert "_auth_user_id" not in client.session


def test_a_colleague_is_not_locked_out_by_it(client, person):
    SalesFactory(email="anton@example.ru")
    for _try in range(5):
        log_in(client, "wrong")

    assert log_in(client, email="anton@example.ru").status_code == 302


def test_who_has_left_does_not_get_in(client):
    SupportFactory(email="olga@example.ru", is_active=False)

    log_in(client)

    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client):
    response = client.post("/accounts/signup/", {"email": "new@example.ru", "password1": PASSWORD})

    assert "_auth_user_id" not in client.session
    assert response.status_code == 200


def test_nobody_changes_his_own_address():
    with pytest.raises(NoReverseMatch):
        reverse("account_email")


def test_a_session_without_the_tick_ends_with_the_browser(client, person):
    log_in(client)

    assert client.session.get_expire_at_browser_close()


def test_a_session_with_the_tick_lasts_seven_days(client, person):
    client.post(LOGIN, {"login": "olga@example.ru", "password": PASSWORD, "remember": "on"})

    assert not client.session.get_expire_at_browser_close()
    assert client.session.get_expiry_age() == 7 * 24 * 3600


def test_preferences_are_kept_and_strange_values_are_not(client, person):
    client.force_login(person)

    client.post(reverse("accounts:preferences"), {"theme": "dark", "next": "/day/"})
    client.post(reverse("accounts:preferences"), {"density": "enormous"})
    back = client.post(reverse("accounts:preferences"), {"language": "en", "next": "https://evil.example/"})

    person.refresh_from_db()
    assert (person.theme, person.density, person.language) == ("dark", "compact", "en")
    assert back.url == "/"


def test_the_page_speaks_the_persons_language(client, person):
    person.language = "en"
    person.save()
    client.force_login(person)

    assert 'lang="en"' in client.get("/day/").content.decode()


def test_pages_bear_the_headers_of_a_closed_house(client, person):
    client.force_login(person)

    headers = client.get("/day/").headers

    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
