"""Telling a person: once, in his language, only what he wants, and to nobody else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Substitution
from accounts.tests.factories import SalesFactory, SupportFactory
from core import moscow
from live import publishing
from notifications.actions import mark_seen, notify, set_hours
from notifications.kinds import KINDS, Kind
from notifications.models import Hours, Notice, SwitchedOff, hours_of

pytestmark = pytest.mark.django_db

SETTINGS = "/me/notifications/"


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setitem(KINDS, "test.said", Kind("test.said", "Сказано", {"support_manager"}))
    monkeypatch.setitem(KINDS, "test.must", Kind("test.must", "Важно", {"support_manager"}, is_optional=False))


@pytest.fixture
def person():
    return SupportFactory()


@pytest.fixture
def now():
    return timezone.now()


def tell(person, now, kind="test.said", key="1", **more):
    return notify(person, kind, "Маркетинг ответил", key=key, url="/deals/1/", now=now, title="ООО «Гарант»", **more)


def test_the_same_event_is_told_once(person, now):
    assert tell(person, now) == tell(person, now)
    assert Notice.objects.count() == 1


def test_who_stands_in_today_is_told_too_and_reads_it_for_himself(person, now):
    today = moscow.today(now)
    substitute = SupportFactory()
    Substitution.objects.create(absent=person, substitute=substitute, starts_on=today, ends_on=today)
    tell(person, now)
    tell(person, now + timedelta(days=1), key="2")

    mark_seen(substitute, now)

    assert [notice.key for notice in Notice.objects.visible_to(substitute)] == ["1"]
    assert Notice.objects.visible_to(person).unseen().count() == 2


def test_it_is_told_in_the_recipients_language(now):
    reader = SupportFactory(language="en")

    notice = notify(reader, "test.said", _("Saved in your settings"), key="1", url="/deals/1/", now=now)

    assert notice.text == "Saved in your settings"


def test_the_screen_hears_of_it_when_the_transaction_has_committed(
    person, now, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(publishing, "_send", lambda entry: sent.append(entry["topic"]))
    with django_capture_on_commit_callbacks(execute=True):
        tell(person, now)
        assert sent == []

    assert sent == [f"person:{person.pk}"]


def test_who_has_switched_a_kind_off_or_left_is_not_told(person, now):
    SwitchedOff.objects.create(user=person, kind="test.said")
    SwitchedOff.objects.create(user=person, kind="test.must")

    assert tell(person, now) is None
    assert tell(SupportFactory(is_active=False), now) is None
    assert tell(person, now, kind="test.must") is not None


def test_a_kind_that_nobody_registered_is_our_mistake(person, now):
    with pytest.raises(KeyError):
        tell(person, now, kind="nonsense")


@pytest.mark.parametrize("bad", [{"url": "https://evil.example"}, {"url": "//evil.example"}, {"text": " "}])
def test_the_database_refuses_a_notice_that_says_nothing_or_leads_away(person, now, bad):
    fields = {"kind": "test.said", "key": "1", "text": "x", "url": "/deals/1/", "created_at": now} | bad

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(recipient=person, **fields)


@pytest.mark.parametrize(
    "bad", [{"quiet_from": 5}, {"quiet_to": 5}, {"quiet_from": 5, "quiet_to": 5}, {"digest_at": 3}]
)
def test_the_database_refuses_hours_that_make_no_sense(person, bad):
    with pytest.raises(IntegrityError), transaction.atomic():
        Hours.objects.create(user=person, **bad)


def test_opening_a_notice_marks_it_read_and_leads_to_what_it_tells_of(client, person, now):
    notice, other = tell(person, now), tell(person, now, key="2")
    client.force_login(person)

    response = client.get(reverse("notifications:open", args=[notice.pk]))

    assert response.url == "/deals/1/"
    assert list(Notice.objects.unseen()) == [other]
    mark_seen(person, now)
    assert not Notice.objects.unseen()


def test_somebody_elses_notice_does_not_exist(client, person, now):
    notice = tell(person, now)
    client.force_login(SupportFactory())

    assert client.get(reverse("notifications:open", args=[notice.pk])).status_code == 404
    assert Notice.objects.unseen().count() == 1


def test_kinds_quiet_hours_and_the_letter_are_chosen_on_one_page(client, person):
    client.force_login(person)

    response = client.post(SETTINGS, {"kinds": [], "quiet_from": "20", "quiet_to": "8", "digest_at": ""})

    hours = hours_of(person)
    assert response.status_code == 302
    assert (hours.quiet_from, hours.quiet_to, hours.digest_at) == (20, 8, None)
    assert person.switched_off.filter(kind="test.said").exists()
    assert not person.switched_off.filter(kind="test.must").exists()


def test_switched_on_again_it_is_told_again(client, person, now):
    set_hours(person, wanted=[], quiet_from=None, quiet_to=None, digest_at=9)
    client.force_login(person)

    client.post(SETTINGS, {"kinds": ["test.said"], "digest_at": "9"})

    assert tell(person, now) is not None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"quiet_from": "20"}, "quiet_to"),
        ({"quiet_to": "8"}, "quiet_from"),
        ({"quiet_from": "8", "quiet_to": "8"}, "quiet_to"),
        ({"quiet_from": "25", "quiet_to": "8"}, "quiet_from"),
        ({"digest_at": "3"}, "digest_at"),
        ({"kinds": ["nonsense"]}, "kinds"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(client, person, typed, field):
    client.force_login(person)

    response = client.post(SETTINGS, typed)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Hours.objects.exists()


def test_each_role_chooses_among_its_own_kinds(client):
    client.force_login(SalesFactory())

    form = client.get(SETTINGS).context["form"]

    codes = {code for code, _name in form.fields["kinds"].choices}
    assert "handoff.returned" in codes
    assert "test.said" not in codes


def test_in_quiet_hours_the_bell_shows_no_number(client, person, now):
    tell(person, now)
    hour = moscow.to_moscow(now).hour
    set_hours(person, wanted=["test.said"], quiet_from=hour, quiet_to=(hour + 2) % 24, digest_at=9)
    client.force_login(person)

    quiet = client.get("/me/").context["unread_alerts"]
    set_hours(person, wanted=["test.said"], quiet_from=(hour + 2) % 24, quiet_to=(hour + 3) % 24, digest_at=9)
    loud = client.get("/me/").context["unread_alerts"]

    assert (quiet, loud) == (0, 1)
