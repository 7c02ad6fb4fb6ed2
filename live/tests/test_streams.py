"""The event process from outside: real uvicorn, real Valkey, real sockets."""

import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.core import signing
from django.db import connection, transaction

from live import log, publishing, tickets
from live.publishing import client
from live.tests.serving import EventProcess, Reader, ticket_of

pytestmark = pytest.mark.django_db

PERSON = 7


@pytest.fixture(scope="module")
def process():
    with EventProcess() as process:
        yield process


@pytest.fixture
def publish(django_capture_on_commit_callbacks):
    """publish(…) in a transaction that has committed."""

    def committed(topic, **ids):
        with django_capture_on_commit_callbacks(execute=True):
            publishing.publish(topic, **ids)

    return committed


@pytest.fixture
def revoke(django_capture_on_commit_callbacks):
    """revoke(…) in a transaction that has committed."""

    def committed(person):
        with django_capture_on_commit_callbacks(execute=True):
            publishing.revoke(person)

    return committed


@pytest.fixture
def topic():
    """A topic that no other test speaks of."""
    return f"partner:{uuid4().int % 10**9}"


@pytest.fixture
def reader(process, topic):
    with Reader(process, ticket_of(PERSON, topic)) as reader:
        assert reader.next().name == "ready"
        yield reader


def test_a_hint_reaches_the_stream_within_a_second(reader, topic, publish):
    began = time.monotonic()
    publish(topic, deal=12)

    hint = reader.next()

    assert (hint.name, hint.data) == ("hint", {"topic": topic, "deal": 12})
    assert time.monotonic() - began < 1


def test_what_is_not_in_the_ticket_is_not_heard(reader, topic, publish):
    publish("partner:1", deal=1)
    publish(topic, deal=2)

    assert reader.next().data["deal"] == 2


def test_what_is_rolled_back_is_not_told(reader, topic, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            publishing.publish(topic, deal=1)
            transaction.set_rollback(True)
        publishing.publish(topic, deal=2)

    assert reader.next().data["deal"] == 2


def test_after_the_event_process_was_killed_nothing_is_missed(process, topic, publish):
    with Reader(process, ticket_of(PERSON, topic)) as before:
        before.next()
        publish(topic, deal=1)
        assert before.next().data["deal"] == 1
        process.kill()
        assert before.next() is None
    publish(topic, deal=2)
    publish(topic, deal=3)
    process.start()

    with Reader(process, ticket_of(PERSON, topic), after=before.last) as after:
        events = [after.next() for _each in range(3)]

    assert [event.data.get("deal") for event in events] == [None, 2, 3]


def test_a_browser_that_reconnects_by_itself_says_the_last_id_in_a_header(process, topic, publish):
    with Reader(process, ticket_of(PERSON, topic)) as before:
        last = before.next().id
    publish(topic, deal=4)

    with Reader(process, ticket_of(PERSON, topic), headers={"Last-Event-ID": last}) as after:
        assert [after.next().name, after.next().data["deal"]] == ["ready", 4]


def test_who_was_away_for_longer_than_hints_are_kept_is_told_to_read_everything_anew(process, topic, publish):
    publish(topic, deal=1)

    with Reader(process, ticket_of(PERSON, topic), after="1000-0") as reader:
        assert [event.name for event in reader.until("resync")] == ["ready", "resync"]


def test_when_the_log_itself_is_lost_open_pages_read_everything_anew(process, reader, topic, publish):
    client().delete(log.STREAM)
    client().client_kill_filter(_type="normal", skipme=True)

    assert reader.next().name == "resync"
    publish(topic, deal=5)
    assert reader.next().data["deal"] == 5


def test_a_revoked_persons_streams_close_within_five_seconds(process, reader, topic, revoke):
    began = time.monotonic()
    revoke(PERSON)

    assert [event and event.name for event in (reader.next(), reader.next())] == ["over", None]
    assert time.monotonic() - began < 5


def test_others_streams_stay_when_one_is_revoked(process, reader, topic, publish, revoke):
    revoke(PERSON + 1)
    publish(topic, deal=6)

    assert reader.next().data["deal"] == 6


def test_a_ticket_from_before_the_revocation_opens_nothing(process, topic, revoke):
    ticket = ticket_of(PERSON, topic)
    revoke(PERSON)

    with Reader(process, ticket) as reader:
        assert reader.status == 403


def test_a_forged_an_expired_and_a_foreign_ticket_open_nothing(process, topic, monkeypatch):
    forged = ticket_of(PERSON, topic)[:-2] + "xx"
    foreign = signing.dumps([PERSON, 0, [topic]], salt="another.purpose")
    with monkeypatch.context() as past:
        past.setattr(time, "time", lambda: 1_000_000_000.0)
        expired = ticket_of(PERSON, topic)

    for ticket in (forged, foreign, expired, "", "x" * 5000):
        with Reader(process, ticket) as reader:
            assert reader.status == 403
    assert tickets.read(ticket_of(PERSON, topic)).person == PERSON


def test_the_sixth_stream_closes_the_first(process, topic, publish):
    person = uuid4().int % 10**6
    readers = [Reader(process, ticket_of(person, topic)) for _each in range(6)]

    assert [event and event.name for event in (readers[0].next(), readers[0].next(), readers[0].next())] == [
        "ready",
        "enough",
        None,
    ]
    publish(topic, deal=8)
    assert [reader.until("hint")[-1].data["deal"] for reader in readers[1:]] == [8] * 5
    for reader in readers:
        reader.connection.close()


def test_a_page_of_another_site_reads_nothing(process, topic):
    with Reader(process, ticket_of(PERSON, topic), headers={"Origin": "https://evil.example"}) as reader:
        assert reader.status == 403
    with Reader(process, ticket_of(PERSON, topic), headers={"Origin": "http://localhost:8000"}) as reader:
        assert reader.answer.headers["Access-Control-Allow-Origin"] == "http://localhost:8000"


@pytest.mark.parametrize("after", ["x", "1-", "-1", "1-2-3", "²-0"])
def test_an_id_that_is_none_is_refused(process, topic, after):
    with Reader(process, ticket_of(PERSON, topic), after=after) as reader:
        assert reader.status == 400


def test_the_event_process_holds_no_connection_to_the_database(process, reader):
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with connection.cursor() as cursor:
        cursor.execute(f"{others} AND backend_type = 'client backend'")
        assert cursor.fetchone()[0] == 0
    # Not even the library that could open one.
    assert "psycopg2" not in Path(f"/proc/{process.process.pid}/maps").read_text()


def test_a_hint_that_cannot_be_sent_fails_nobody(settings, caplog, publish, revoke):
    client.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    try:
        publish("partner:1", deal=1)
        revoke(PERSON)
    finally:
        client.cache_clear()

    assert "was not sent" in caplog.text
    assert "could not be closed" in caplog.text
