"""The ticket to live pages: what a person may hear is in it, and what ends the right closes the stream."""

from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import hearing
from accounts.models import Role, Substitution, User
from accounts.tests.factories import PASSWORD, AdministratorFactory, HeadFactory, SupportFactory
from core import moscow
from live import tickets
from live.publishing import client as redis
from live.publishing import publish
from live.tests.serving import EventProcess, Reader

pytestmark = pytest.mark.django_db


def topics_of(client, *asked: str) -> set[str]:
    answer = client.get("/me/live/?" + urlencode([("topic", topic) for topic in asked]))
    return set(tickets.read(answer.json()["ticket"]).topics)


def test_one_hears_of_oneself_ones_role_and_ones_portfolio_only(client):
    person, other = SupportFactory(), SupportFactory()
    client.force_login(person)
    own = {f"person:{person.pk}", f"portfolio:{person.pk}", "role:support_manager"}
    foreign = {f"person:{other.pk}", f"portfolio:{other.pk}", "role:head", "live:revoked", "nonsense", "person:x", ""}

    assert topics_of(client, *own, *foreign) == own


def test_a_substitute_hears_the_absent_colleagues_portfolio(client):
    person, absent = SupportFactory(), SupportFactory()
    today = moscow.today(timezone.now())
    Substitution.objects.create(substitute=person, absent=absent, starts_on=today, ends_on=today)
    client.force_login(person)

    assert topics_of(client, f"portfolio:{absent.pk}", f"person:{absent.pk}") == {f"portfolio:{absent.pk}"}


def test_a_stranger_gets_no_ticket(client):
    assert client.get("/me/live/", headers={"Sec-Fetch-Mode": "cors"}).status_code == 401


def test_without_the_log_of_hints_there_is_no_ticket_and_the_page_works_on(client, settings):
    client.force_login(SupportFactory())
    redis.cache_clear()
    url, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    try:
        assert client.get("/me/live/").status_code == 503
        assert client.get("/me/").status_code == 200
    finally:
        settings.REDIS_URL = url
        redis.cache_clear()


@pytest.fixture(scope="module")
def process():
    with EventProcess() as process:
        yield process


@pytest.fixture
def committing(django_capture_on_commit_callbacks):
    """What is done inside happens as if its transaction had committed."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def person():
    return SupportFactory()


@pytest.fixture
def stream(process, client, person):
    """A stream that the signed-in person has open."""
    client.force_login(person)
    ticket = client.get(f"/me/live/?topic=person:{person.pk}").json()["ticket"]
    with Reader(process, ticket) as reader:
        assert reader.next().name == "ready"
        yield reader


def change(person: User, **changed: str) -> None:
    """As the administrator does it, on the page of the person."""
    fields = {name: getattr(person, name) for name in ("email", "first_name", "last_name", "role")}
    admin = Client()
    admin.force_login(AdministratorFactory())
    answer = admin.post(
        reverse("admin:accounts_user_change", args=[person.pk]), {**fields, "is_active": "on", **changed}
    )
    assert answer.status_code == 302


def test_signing_out_closes_the_stream(stream, client, committing):
    with committing():
        client.post(reverse("account_logout"))

    assert stream.next().name == "over"
    assert client.get("/me/live/", headers={"Sec-Fetch-Mode": "cors"}).status_code == 401


def test_the_session_is_gone_before_the_streams_close_so_that_no_page_gets_another_ticket(client, person, monkeypatch):
    sessions_left = []
    monkeypatch.setattr(hearing, "revoke", lambda _person: sessions_left.append(Session.objects.count()))
    client.force_login(person)

    client.post(reverse("account_logout"))

    assert sessions_left == [0]


def test_dismissal_closes_the_stream(stream, client, committing, person):
    with committing():
        change(person, is_active="")

    assert stream.next().name == "over"
    assert client.get("/me/live/", headers={"Sec-Fetch-Mode": "cors"}).status_code == 401


def test_another_role_closes_the_stream(stream, client, committing, person):
    with committing():
        change(person, role=Role.MARKETER)

    assert stream.next().name == "over"
    assert topics_of(client, "role:support_manager", "role:marketer") == {"role:marketer"}


def test_a_substitution_closes_the_stream_and_the_next_one_hears_more(stream, client, committing, person):
    head, absent, today = Client(), SupportFactory(), moscow.today(timezone.now())
    head.force_login(HeadFactory())
    days = {"starts_on": today, "ends_on": today}
    with committing():
        head.post(reverse("admin:accounts_substitution_add"), {"substitute": person.pk, "absent": absent.pk, **days})

    assert stream.next().name == "over"
    assert topics_of(client, f"portfolio:{absent.pk}") == {f"portfolio:{absent.pk}"}


def test_another_password_closes_the_stream(stream, client, committing):
    fields = {"oldpassword": PASSWORD, "password1": "another long phrase", "password2": "another long phrase"}
    with committing():
        client.post(reverse("account_change_password"), fields)

    assert stream.next().name == "over"


def test_a_change_of_somebody_else_does_not(stream, committing, person):
    with committing():
        change(SupportFactory(), role=Role.SALES_MANAGER)
        publish(f"person:{person.pk}")

    assert stream.next().name == "hint"
