"""A colleague stands in: entered by the head, with the absent one's rights for those days and not a day longer."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Substitution, User
from accounts.permissions import require
from accounts.substituting import stand_in
from accounts.tests.factories import DirectorFactory, HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from core import moscow
from core.errors import RuleViolation
from core.tests.racing import refusals
from deals import alerting
from deals.actions import raise_problem
from deals.tests.factories import CallFactory, DealFactory, TaskFactory
from invoices.models import Invoice
from partners.models import Partner
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db

URL = "/me/substitutions/"
FIRST, LAST = date(2026, 11, 24), date(2026, 11, 26)


@pytest.fixture
def head():
    return HeadFactory()


@pytest.fixture
def absent():
    return SupportFactory(first_name="Ольга", last_name="Мартынова")


@pytest.fixture
def substitute():
    return SupportFactory(first_name="Роман", last_name="Астахов")


def moscow_time(day: date, hour: int, minute: int = 0) -> datetime:
    return moscow.start_of_day(day) + timedelta(hours=hour, minutes=minute)


def typed(absent, substitute, **change) -> dict:
    today = moscow.today(timezone.now())
    days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=4)).isoformat()}
    return {"absent": absent.pk, "substitute": substitute.pk} | days | change


def again(person: User) -> User:
    """The same person at the next request."""
    return User.objects.get(pk=person.pk)


@pytest.mark.parametrize(
    ("moment", "is_in"),
    [
        (moscow_time(FIRST, 0) - timedelta(seconds=1), False),
        (moscow_time(FIRST, 0), True),
        (datetime(2026, 11, 23, 21, 30, tzinfo=UTC), True),  # the 24th in Moscow already
        (moscow_time(LAST, 23, 59), True),
        (moscow_time(LAST, 24), False),
    ],
)
def test_the_rights_come_with_the_first_moscow_day_and_go_with_the_last(absent, substitute, moment, is_in):
    deal = DealFactory(partner__manager=absent)
    task = TaskFactory(deal=deal)
    Substitution.objects.create(substitute=substitute, absent=absent, starts_on=FIRST, ends_on=LAST)

    with time_machine.travel(moment, tick=False):
        person = again(substitute)
        seen = [
            Partner.objects.visible_to(person).filter(pk=deal.partner_id).exists(),
            type(deal).objects.visible_to(person).filter(pk=deal.pk).exists(),
            type(task).objects.visible_to(person).filter(pk=task.pk).exists(),
        ]
        if is_in:
            require(person, "deal.move", deal)
        else:
            with pytest.raises(PermissionDenied):
                require(person, "deal.move", deal)

    assert seen == [is_in] * 3
    assert not Invoice.objects.visible_to(again(substitute)).exists()


def test_the_head_enters_who_for_whom_and_from_when_to_when(client, head, absent, substitute):
    client.force_login(head)

    answer = client.post(URL, typed(absent, substitute), follow=True)

    made = Substitution.objects.get()
    assert (made.absent, made.substitute, (made.ends_on - made.starts_on).days) == (absent, substitute, 4)
    assert "Роман Астахов" in answer.content.decode()


@pytest.mark.parametrize("factory", [SupportFactory, SalesFactory, MarketerFactory])
def test_nobody_else_enters_or_ends_one(client, head, absent, substitute, factory):
    made = stand_in(
        substitute=substitute,
        absent=absent,
        starts_on=moscow.today(timezone.now()),
        ends_on=moscow.today(timezone.now()),
        by=head,
        now=timezone.now(),
    )
    client.force_login(factory())

    answers = [client.get(URL), client.post(URL, typed(absent, substitute)), client.post(f"{URL}{made.pk}/end/")]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert Substitution.objects.standing().count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"absent": ""}, "absent"),
        ({"substitute": "999999"}, "substitute"),
        ({"starts_on": "завтра"}, "starts_on"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"starts_on": "2020-01-01", "ends_on": "2020-01-02"}, "ends_on"),
        ({"ends_on": "2099-01-01"}, "ends_on"),
    ],
)
def test_bad_input_is_answered_at_the_field_and_nothing_typed_is_lost(client, head, absent, substitute, change, field):
    client.force_login(head)

    answer = client.post(URL, typed(absent, substitute) | change)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not Substitution.objects.exists()
    if field != "substitute":
        assert f'value="{substitute.pk}" selected' in answer.content.decode()


def test_who_cannot_stand_in_is_said(head, absent, substitute):
    today = moscow.today(timezone.now())
    other = SupportFactory()

    def refusal(who, whom, first=0, last=3) -> str:
        days = {"starts_on": today + timedelta(days=first), "ends_on": today + timedelta(days=last)}
        try:
            stand_in(substitute=who, absent=whom, **days, by=head, now=timezone.now())
        except RuleViolation as violation:
            return violation.code
        return ""

    assert refusal(absent, absent) == "same_person"
    assert refusal(SalesFactory(), absent) == "not_a_support_manager"
    assert refusal(substitute, SupportFactory(is_active=False)) == "not_a_support_manager"
    assert refusal(substitute, absent) == ""
    assert refusal(other, absent, 3, 9) == "overlaps"
    assert refusal(absent, other) == "substitute_is_away"
    assert refusal(other, substitute) == "absent_stands_in"
    assert refusal(other, absent, 4, 9) == ""


def test_overlapping_ones_of_a_person_are_refused_by_the_database_called_off_ones_are_not(absent, substitute):
    Substitution.objects.create(
        substitute=substitute, absent=absent, starts_on=FIRST, ends_on=LAST, cancelled_at=timezone.now()
    )
    Substitution.objects.create(substitute=substitute, absent=absent, starts_on=FIRST, ends_on=LAST)

    with pytest.raises(IntegrityError), transaction.atomic():
        Substitution.objects.create(substitute=SupportFactory(), absent=absent, starts_on=LAST, ends_on=LAST)
    Substitution.objects.create(
        substitute=SupportFactory(), absent=absent, starts_on=LAST + timedelta(days=1), ends_on=LAST + timedelta(days=1)
    )


@pytest.mark.parametrize(("began", "is_cancelled"), [(-2, False), (0, True), (3, True)])
def test_who_is_back_earlier_has_the_portfolio_alone_from_that_day_on(client, absent, substitute, began, is_cancelled):
    today = moscow.today(timezone.now())
    made = Substitution.objects.create(
        substitute=substitute,
        absent=absent,
        starts_on=today + timedelta(days=began),
        ends_on=today + timedelta(days=5),
    )
    partner = PartnerFactory(manager=absent)
    client.force_login(DirectorFactory())

    client.post(f"{URL}{made.pk}/end/")
    client.post(f"{URL}{made.pk}/end/")

    made.refresh_from_db()
    assert (made.cancelled_at is not None, made.ends_on < today) == (is_cancelled, not is_cancelled)
    assert not Partner.objects.visible_to(again(substitute)).filter(pk=partner.pk).exists()


def test_the_substitutes_pages_say_whose_portfolio_it_is_and_bring_its_alerts(client, absent, substitute):
    today, now = moscow.today(timezone.now()), timezone.now()
    Substitution.objects.create(substitute=substitute, absent=absent, starts_on=today, ends_on=today)
    deal = DealFactory(partner__manager=absent)
    TaskFactory(deal=deal, due_at=now + timedelta(minutes=1))
    CallFactory(deal=deal, started_at=now - timedelta(days=5))
    alerting.check_calls(now)
    client.force_login(substitute)

    day, alerts = client.get("/day/"), client.get("/deals/alerts/")

    page = day.content.decode().replace("\xa0", " ")
    assert "Вы замещаете: Ольга Мартынова" in page
    assert "О. Мартынова" in page
    assert [row.assignee_id for group in day.context["groups"] for row in group.rows] == [absent.pk]
    (row,) = alerts.context["groups"][0].rows
    assert client.get(f"/deals/alerts/{row.pk}/").url == f"/deals/{deal.pk}/"


def test_who_returns_reads_what_happened_meanwhile(client, head, absent, substitute):
    today, now = moscow.today(timezone.now()), timezone.now()
    yesterday = today - timedelta(days=1)
    made = Substitution.objects.create(substitute=substitute, absent=absent, starts_on=yesterday, ends_on=yesterday)
    deal = DealFactory(partner__manager=absent)
    at_noon = moscow.start_of_day(yesterday) + timedelta(hours=12)
    raise_problem(deal, "Заявки не доходят", by=head, now=at_noon)
    raise_problem(deal, "Это уже сегодня", by=head, now=now)
    answers = {}
    for name, person in (
        ("absent", absent),
        ("head", head),
        ("substitute", substitute),
        ("stranger", SupportFactory()),
    ):
        client.force_login(person)
        answers[name] = client.get(f"/day/absence/{made.pk}/")

    client.force_login(absent)
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "absent": 200,
        "head": 200,
        "substitute": 404,
        "stranger": 404,
    }
    assert [problem.what for problem in answers["absent"].context["brief"].problems] == ["Заявки не доходят"]
    assert f"/day/absence/{made.pk}/" in client.get("/day/").content.decode()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_heads_at_once_never_send_two_people_to_stand_in_for_each_other(head, absent, substitute):
    now, today = timezone.now(), moscow.today(timezone.now())

    def enter(who: User, whom: User):
        return lambda: stand_in(substitute=who, absent=whom, starts_on=today, ends_on=today, by=head, now=now)

    assert len(refusals(enter(absent, substitute), enter(substitute, absent))) == 1
    assert Substitution.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_the_rows(client, head):
    client.force_login(head)
    today, counted = moscow.today(timezone.now()), []
    for rows in (2, 12):
        for _each in range(rows):
            who, whom = SupportFactory(), SupportFactory()
            Substitution.objects.create(substitute=who, absent=whom, starts_on=today, ends_on=today)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counted.append(len(queries))

    assert counted[0] == counted[1] <= 9
