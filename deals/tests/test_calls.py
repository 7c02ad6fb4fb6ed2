"""Calls: dialled, written down, told by the exchange; without a comment by the end of the day they are flagged (R4)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from core import moscow
from core.errors import RuleViolation
from deals import alerting
from deals.actions import log_call, nobody_answered, report_call
from deals.models import Alert, Call, CallComment, Stage
from deals.selectors.alerts import notice_groups
from deals.tests.factories import DealFactory, TaskFactory
from partners.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # 14:00 in Moscow
EVENING = datetime(2026, 11, 23, 16, 0, 1, tzinfo=UTC)  # a second past 19:00


@pytest.fixture
def deal():
    deal = DealFactory()
    ContactFactory(partner=deal.partner)
    TaskFactory(deal=deal)
    return deal


def url(name, deal) -> str:
    return reverse(f"deals:{name}", args=[deal.pk])


def flagged(now=EVENING) -> list[int]:
    alerting.check_calls(now)
    return list(Alert.objects.open().filter(kind="call_without_comment").values_list("call", flat=True))


def comment(deal, at) -> CallComment:
    written = CallComment.objects.create(
        deal=deal, author=deal.manager, called_at=at, was="х", now="х", plans="х", next_task=TaskFactory(deal=deal)
    )
    CallComment.objects.filter(pk=written.pk).update(created_at=at)
    return written


def test_r4_a_call_without_a_comment_is_flagged_when_the_office_has_closed_and_not_before(deal):
    call = log_call(deal, by=deal.manager, now=MONDAY)

    assert flagged(EVENING - timedelta(minutes=1)) == []
    assert flagged() == [call.pk]
    assert flagged() == [call.pk]
    (group,) = notice_groups(deal.manager)
    assert (group.kind, group.rows[0].what) == ("call_without_comment", "Звонок: Лариса Чернова")


def test_r4_a_comment_written_after_the_call_clears_it_one_from_before_does_not(deal):
    comment(deal, MONDAY - timedelta(hours=1))
    call = log_call(deal, by=deal.manager, now=MONDAY)
    before = flagged()

    comment(DealFactory(partner=deal.partner, manager=deal.manager), EVENING + timedelta(hours=1))

    assert (before, flagged(EVENING + timedelta(hours=2))) == ([call.pk], [])


@pytest.mark.parametrize(
    ("started", "due"),
    [
        (datetime(2026, 11, 27, 15, 59, tzinfo=UTC), "27.11 19:00"),
        (datetime(2026, 11, 27, 16, 30, tzinfo=UTC), "30.11 19:00"),
        (datetime(2026, 11, 28, 9, 0, tzinfo=UTC), "30.11 19:00"),
    ],
)
def test_r4_a_call_of_the_evening_or_the_weekend_belongs_to_the_next_working_day(deal, started, due):
    call = log_call(deal, by=deal.manager, now=started)

    assert f"{moscow.to_moscow(call.comment_by):%d.%m %H:%M}" == due


def test_r4_where_nobody_answered_no_comment_is_due(deal):
    log_call(deal, by=deal.manager, now=MONDAY)
    told = log_call(deal, by=deal.manager, now=MONDAY + timedelta(hours=1), duration_s=90)

    nobody_answered(deal, by=deal.manager, now=EVENING)

    assert flagged() == [told.pk]


def test_a_call_with_a_partner_whose_work_is_over_asks_for_nothing(deal):
    log_call(deal, by=deal.manager, now=MONDAY)
    lost = Stage.objects.get(pipeline="renewal", role="lost")
    deal.stage, deal.outcome, deal.lost_reason, deal.closed_at = lost, "lost", "Ушёл", MONDAY
    deal.save()

    assert flagged() == []


def test_a_number_dialled_again_at_once_is_one_call_later_it_is_another(deal):
    first = log_call(deal, by=deal.manager, now=MONDAY)
    again = log_call(deal, by=deal.manager, now=MONDAY + timedelta(seconds=40))
    later = log_call(deal, by=deal.manager, now=MONDAY + timedelta(minutes=30))

    assert first == again
    assert later != first
    assert deal.calls.count() == 2


def test_the_pressed_number_is_written_down_without_leaving_the_page(client, deal):
    second = ContactFactory(partner=deal.partner, name="Пётр", phone="+79000001428", is_primary=False)
    client.force_login(deal.manager)

    answers = [
        client.post(url("call-dialled", deal), {"phone": phone}).status_code for phone in (second.phone, "junk", "")
    ]

    assert answers == [204, 204, 204]
    assert set(deal.calls.values_list("contact__name", flat=True)) == {"Пётр", "Лариса Чернова"}


def test_without_a_phone_there_is_no_call(client):
    deal = DealFactory()
    client.force_login(deal.manager)

    answer = client.post(url("call-dialled", deal), {"phone": ""})

    assert answer.status_code == 422 and not Call.objects.exists()


def typed(contact, **change) -> dict:
    yesterday = moscow.today(timezone.now()) - timedelta(days=1)
    fields = {"contact": contact.pk, "direction": "incoming", "day": yesterday.isoformat(), "time": "14:30"}
    return fields | {"minutes": "12"} | change


def test_a_call_from_another_phone_is_written_down_by_hand_and_the_comment_is_next(client, deal):
    contact = deal.partner.contacts.get()
    client.force_login(deal.manager)

    talked = client.post(url("call-new", deal), typed(contact))
    missed = client.post(url("call-new", deal), typed(contact, minutes="0", time="15:00"))

    calls = list(deal.calls.order_by("started_at").values_list("direction", "duration_s"))
    assert calls == [("incoming", 720), ("incoming", 0)]
    assert "comment=1" in talked.url and "comment" not in missed.url


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"minutes": ""}, "minutes"),
        ({"minutes": "-1"}, "minutes"),
        ({"minutes": "999999"}, "minutes"),
        ({"time": "25:70"}, "time"),
        ({"day": ""}, "day"),
        ({"day": "2099-01-01"}, "time"),
        ({"contact": "999999"}, "contact"),
        ({"direction": "sideways"}, "direction"),
    ],
)
def test_bad_input_is_answered_at_the_field_and_nothing_typed_is_lost(client, deal, change, field):
    client.force_login(deal.manager)

    answer = client.post(url("call-new", deal), typed(deal.partner.contacts.get()) | change)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert field == "minutes" or 'value="12"' in answer.content.decode()
    assert not Call.objects.exists()


def test_r4_the_exchange_tells_of_a_call_and_a_known_phone_finds_the_contact_and_the_deal(deal):
    DealFactory(partner=deal.partner, created_at=timezone.now() - timedelta(days=90))
    fields = {"phone": "+79000001427", "direction": "incoming", "started_at": MONDAY, "now": MONDAY}

    call = report_call("pbx-1", **fields, duration_s=60)
    again = report_call("pbx-1", **fields, duration_s=999)
    unknown = report_call("pbx-2", **fields | {"phone": "+79990001122"})

    assert (call.deal, call.contact.name, again.pk, again.duration_s) == (deal, "Лариса Чернова", call.pk, 60)
    assert (unknown.deal, unknown.contact) == (None, None)
    assert flagged() == [call.pk]


def test_a_call_is_never_later_than_now(deal):
    with pytest.raises(RuleViolation) as refusal:
        log_call(deal, by=deal.manager, now=MONDAY, started_at=EVENING)

    assert refusal.value.code == "call_in_future"


def test_calls_without_a_comment_stand_on_the_day_and_on_the_deal(client, deal):
    now = timezone.now()
    log_call(deal, by=deal.manager, now=now)
    client.force_login(deal.manager)

    day, card = client.get("/day/"), client.get(f"/deals/{deal.pk}/")
    client.post(url("call-unanswered", deal), {"next": "/day/"})

    assert [call.deal for call in day.context["silent_calls"]] == [deal]
    assert "Звонок без комментария" in card.content.decode()
    assert client.get("/day/").context["silent_calls"] == []


def test_the_timeline_tells_of_calls(client, deal):
    log_call(deal, by=deal.manager, now=timezone.now(), duration_s=125)
    client.force_login(deal.manager)

    feed = client.get(url("feed", deal), {"kind": "phone"}).content.decode().replace("\xa0", " ")

    assert "Исходящий · Лариса Чернова · 3 мин" in feed


def test_strangers_and_marketing_write_nothing_down(client, deal):
    answers = []
    for person in (SupportFactory(), SalesFactory(), MarketerFactory()):
        client.force_login(person)
        answers += [
            client.post(url(name, deal), typed(deal.partner.contacts.get())).status_code
            for name in ("call-dialled", "call-new", "call-unanswered")
        ]

    assert set(answers) <= {403, 404}
    assert not Call.objects.exists()


def test_the_head_sees_the_managers_call_and_may_say_that_nobody_answered(client, deal):
    log_call(deal, by=deal.manager, now=timezone.now())
    client.force_login(HeadFactory())

    client.post(url("call-unanswered", deal))

    assert deal.calls.get().duration_s == 0


@pytest.mark.parametrize(
    "change",
    [{"phone": "junk"}, {"direction": "sideways"}, {"comment_by": MONDAY - timedelta(days=1)}, {"external_id": "pbx"}],
)
def test_what_must_never_be_is_refused_by_the_database(deal, change):
    report_call("pbx", phone="+79990001122", direction="incoming", started_at=MONDAY, now=MONDAY)
    call = log_call(deal, by=deal.manager, now=MONDAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(**change)
