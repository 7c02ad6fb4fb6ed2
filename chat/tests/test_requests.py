"""R19: what a typed request must say, whose turn it is, and how it ends."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tests.factories import (
    AdministratorFactory,
    DirectorFactory,
    HeadFactory,
    MarketerFactory,
    SalesFactory,
    SupportFactory,
)
from chat.actions import Draft, answer_request, edit_message, finish_request, mark_read, refuse_request, send_message
from chat.kinds import Kind, Side
from chat.models import Mention, Message, ReadMark, Thread
from chat.rules import answer_due
from chat.tests.factories import connect_network, handed_over_deal, more_requests, say, thread_of
from core import moscow
from core.errors import RuleViolation
from deals.tests.factories import DealFactory
from deals.timeline import timeline
from notifications.models import Notice
from partners.actions import archive_partner, merge_partners
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def deal():
    return handed_over_deal()


@pytest.fixture
def marketer():
    return MarketerFactory()


def refusal(call, *args, **kwargs):
    with pytest.raises(RuleViolation) as caught:
        call(*args, **kwargs)
    return caught.value.code, caught.value.field


RIGHT = [
    ("support", Draft(kind="more_requests", requests_now=24, requests_needed=30, geography="Екатеринбург")),
    ("support", Draft(kind="more_requests", text="Просит больше")),
    ("support", Draft(kind="fewer_requests", requests_now=30, requests_needed=20)),
    ("support", Draft(kind="no_requests", since=date(2020, 1, 1))),
    ("support", Draft(kind="network_agreed", network="2ГИС")),
    ("support", Draft(kind="top_up_budget", network="Яндекс Директ", amount=Decimal(30_000), payer="partner")),
    ("marketing", Draft(kind="connect_network", network="2ГИС", amount=Decimal(12_000))),
    ("marketing", Draft(kind="top_up_budget", network="Яндекс Директ", amount=Decimal(30_000))),
    ("marketing", Draft(kind="which_campaign", text="Поиск и карты, старт 1 декабря")),
]


@pytest.mark.parametrize(("side", "draft"), RIGHT)
def test_each_kind_is_taken_with_its_fields_and_waits_for_the_other_side(deal, marketer, now, side, draft):
    by = deal.manager if side == "support" else marketer
    message = send_message(thread_of(deal), draft, by=by, now=now)

    assert (message.state, message.side, message.owner_side) == ("open", side, Side(side).other)
    assert message.answer_by > now
    assert message.deal == deal


WRONG = [
    ("support", Draft(), ("empty_text", "text")),
    ("support", Draft(text="о" * 5_001), ("text_too_long", "text")),
    ("support", Draft(kind="more_requests"), ("needed_missing", "requests_needed")),
    ("support", Draft(kind="more_requests", requests_now=30, requests_needed=30),
     ("flow_the_wrong_way", "requests_needed")),
    ("support", Draft(kind="fewer_requests", requests_now=10, requests_needed=20),
     ("flow_the_wrong_way", "requests_needed")),
    ("support", Draft(kind="more_requests", requests_needed=10**9), ("number_wrong", "requests_needed")),
    ("support", Draft(kind="no_requests"), ("since_missing", "since")),
    ("support", Draft(kind="no_requests", since=date(2090, 1, 1)), ("since_ahead", "since")),
    ("support", Draft(kind="network_agreed"), ("network_missing", "network")),
    ("support", Draft(kind="network_agreed", network="я" * 61), ("text_too_long", "network")),
    ("support", Draft(kind="top_up_budget", network="Авито"), ("amount_missing", "amount")),
    ("support", Draft(kind="top_up_budget", network="Авито", amount=Decimal(0)), ("amount_wrong", "amount")),
    ("support", Draft(kind="connect_network", network="2ГИС"), ("kind_of_another", "kind")),
    ("support", Draft(kind="nonsense", text="Привет"), ("kind_of_another", "kind")),
    ("marketing", Draft(kind="which_campaign"), ("empty_text", "text")),
    ("marketing", Draft(kind="more_requests", requests_needed=30), ("kind_of_another", "kind")),
]  # fmt: skip


@pytest.mark.parametrize(("side", "draft", "expected"), WRONG)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_written(deal, marketer, now, side, draft, expected):
    by = deal.manager if side == "support" else marketer

    assert refusal(send_message, thread_of(deal), draft, by=by, now=now) == expected
    assert not Message.objects.exists()


def test_what_was_filled_in_for_another_kind_is_left_out(deal, now):
    draft = Draft(text="Просто вопрос", network="2ГИС", amount=Decimal(5), requests_needed=30, payer="partner")
    message = send_message(thread_of(deal), draft, by=deal.manager, now=now)

    assert (message.network, message.amount, message.requests_needed, message.payer) == ("", None, None, "")


def test_marketing_takes_into_work_and_finishes(deal, marketer, now):
    request = more_requests(deal)

    taken = answer_request(request, by=marketer, now=now + timedelta(hours=1))
    assert (taken.state, taken.answered_by, taken.owner_side) == ("answered", marketer, Side.MARKETING)
    done = finish_request(taken, "Ставки подняты", by=marketer, now=now + timedelta(hours=5))

    assert (done.state, done.closed_by, done.outcome) == ("done", marketer, "Ставки подняты")


def test_support_agrees_for_the_partner_and_marketing_carries_it_out(deal, marketer, now):
    request = connect_network(deal, marketer)

    agreed = answer_request(request, by=deal.manager, now=now)
    assert (agreed.state, agreed.owner_side) == ("answered", Side.MARKETING)
    with pytest.raises(PermissionDenied):
        finish_request(agreed, by=deal.manager, now=now)
    assert finish_request(agreed, by=marketer, now=now).state == "done"


def test_a_refusal_has_a_reason(deal, marketer, now):
    request = more_requests(deal)

    assert refusal(refuse_request, request, "  ", by=marketer, now=now) == ("reason_missing", "text")
    refused = refuse_request(request, "Бюджета не хватит", by=marketer, now=now)
    assert (refused.state, refused.outcome) == ("refused", "Бюджета не хватит")


def test_nobody_answers_his_own_sides_request_but_he_takes_it_back(deal, now):
    request = more_requests(deal)

    with pytest.raises(PermissionDenied):
        answer_request(request, by=deal.manager, now=now)
    assert refuse_request(request, "Передумали", by=deal.manager, now=now).state == "refused"


def test_a_request_is_answered_once(deal, marketer, now):
    request = more_requests(deal)
    answer_request(request, by=marketer, now=now)

    assert refusal(answer_request, request, by=MarketerFactory(), now=now)[0] == "already_answered"
    finish_request(request, by=marketer, now=now)
    assert refusal(finish_request, request, by=marketer, now=now)[0] == "already_closed"
    assert refusal(refuse_request, request, "Нет", by=marketer, now=now)[0] == "already_closed"


def test_a_note_is_no_request(deal, marketer, now):
    assert refusal(answer_request, say(deal, deal.manager), by=marketer, now=now)[0] == "not_a_request"


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "more_requests"},
        {"side": "nobody", "kind": "top_up_budget", "state": "open", "amount": 5, "network": "x"},
        {"kind": "note", "text": "  "},
        {"kind": "note", "state": "open"},
        {"kind": "connect_network", "state": "open", "network": "2ГИС"},
        {"kind": "network_agreed", "state": "open"},
        {"kind": "top_up_budget", "state": "open", "network": "2ГИС"},
        {"kind": "top_up_budget", "state": "open", "network": "2ГИС", "amount": -5},
        {"kind": "more_requests", "state": "open", "requests_now": 5, "requests_needed": 5},
        {"kind": "no_requests", "state": "open", "payer": "partner"},
        {"kind": "more_requests", "state": "open", "since": date(2026, 1, 1)},
        {"kind": "no_requests", "state": "answered"},
        {"kind": "no_requests", "state": "done"},
        {"kind": "no_requests", "state": "refused", "closed": True},
        {"kind": "note", "edited": timedelta(minutes=16)},
    ],
)
def test_the_database_refuses_what_must_never_be(deal, now, values):
    """R19 in constraints: each kind has only its own fields, and each state who brought it about."""
    if values.pop("closed", False):
        values |= {"closed_at": now, "closed_by": deal.manager}
    if edited := values.pop("edited", None):
        values["edited_at"] = now + edited
    if values["kind"] != "note":
        values["answer_by"] = now if "state" in values else None
    fields = {"partner": deal.partner, "author": deal.manager, "side": "support", "text": "Текст"} | values
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(created_at=now, changed_at=now, **fields)


@pytest.mark.parametrize("state", ["open", "answered", ""])
def test_the_database_lets_no_request_go_back(deal, marketer, now, state):
    request = finish_request(more_requests(deal), by=marketer, now=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=request.pk).update(state=state, closed_at=None, closed_by=None)


def test_the_term_is_the_end_of_the_next_working_day_and_of_this_one_when_there_are_none_at_all():
    friday = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    evening = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # Monday, 20:00 in Moscow

    assert answer_due(False, friday) == moscow.at(date(2026, 11, 30), moscow.OFFICE_CLOSES)
    assert answer_due(True, friday) == moscow.at(date(2026, 11, 27), moscow.OFFICE_CLOSES)
    assert answer_due(True, evening) == moscow.at(date(2026, 11, 24), moscow.OFFICE_CLOSES)
    assert answer_due(False, evening) == moscow.at(date(2026, 11, 25), moscow.OFFICE_CLOSES)


def test_one_sending_that_comes_twice_is_one_message(deal, now):
    key = uuid4()
    first, again = (
        send_message(thread_of(deal), Draft("Привет"), by=deal.manager, now=now, key=key) for _time in range(2)
    )

    assert first == again
    assert Message.objects.count() == 1


def test_words_are_mended_within_15_minutes_by_the_author_and_the_former_ones_are_kept(deal, marketer, now):
    message = say(deal, deal.manager, "Позвоните", now=now)

    edit_message(message, "Позвоните завтра", by=deal.manager, now=now + timedelta(minutes=14))
    assert [event.text for event in message.events.order_by("pgh_id")] == ["Позвоните", "Позвоните завтра"]
    assert refusal(edit_message, message, "Поздно", by=deal.manager, now=now + timedelta(minutes=16)) == (
        "message_is_final", "text",
    )  # fmt: skip
    for other in (marketer, HeadFactory()):
        with pytest.raises(PermissionDenied):
            edit_message(message, "Чужое", by=other, now=now)


def test_who_is_named_after_an_at_is_mentioned_once(deal, now):
    polina = MarketerFactory(first_name="Полина", last_name="Зайцева")
    MarketerFactory(first_name="Кирилл", last_name="Сомов")
    message = say(deal, deal.manager, "@полина зайцева, посмотрите. Спасибо, @Полина\N{NO-BREAK SPACE}Зайцева")

    edit_message(message, "@Полина Зайцева, смотрите", by=deal.manager, now=now)
    assert list(Mention.objects.values_list("person", flat=True)) == [polina.pk]


def test_a_call_into_a_thread_rings_the_bell_until_the_thread_is_read(client, deal, now):
    seller = deal.handoff.sold_by
    message = say(deal, deal.manager, f"@{seller.full_name}, скидку обещали?")
    edit_message(message, f"@{seller.full_name}, какую скидку обещали?", by=deal.manager, now=now)
    say(deal, deal.manager, "Без имён")

    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind) == (seller, "chat.mentioned")
    assert notice.text == f"{deal.manager.full_name} зовёт вас: @{seller.full_name}, скидку обещали?"
    client.force_login(seller)
    assert f'id="m-{message.pk}"' in client.get(notice.url).content.decode()

    mark_read(thread_of(deal), message, by=seller, now=now)
    assert not Notice.objects.unseen().exists()


def who_sees(deal):
    people = {
        "own manager": deal.manager,
        "another manager": SupportFactory(),
        "marketing": MarketerFactory(),
        "seller": deal.handoff.sold_by,
        "head": HeadFactory(),
        "director": DirectorFactory(),
        "administrator": AdministratorFactory(),
    }
    return {name for name, person in people.items() if Thread.objects.visible_to(person).filter(pk=deal.partner_id)}


def test_support_sees_its_own_marketing_what_it_was_handed_the_heads_all_and_sales_only_as_a_member(deal):
    say(deal, deal.manager)
    assert who_sees(deal) == {"own manager", "marketing", "head", "director"}

    seller = deal.handoff.sold_by
    say(deal, deal.manager, f"@{seller.full_name}, что обещали по сети?")
    assert "seller" in who_sees(deal)


def test_marketing_has_no_thread_of_a_partner_that_was_never_handed_over(marketer):
    other = DealFactory()

    assert not Thread.objects.visible_to(marketer).filter(pk=other.partner_id).exists()
    with pytest.raises(PermissionDenied):
        say(other, marketer)


def test_a_member_of_sales_talks_but_asks_and_answers_nothing(deal, now):
    seller = deal.handoff.sold_by
    request = more_requests(deal, text=f"@{seller.full_name}")

    say(deal, seller, "Обещали 25 заявок")
    assert refusal(send_message, thread_of(deal), Draft(kind="no_requests", text="Нет"), by=seller, now=now) == (
        "kind_of_another", "kind",
    )  # fmt: skip
    with pytest.raises(PermissionDenied):
        answer_request(request, by=seller, now=now)


@pytest.mark.parametrize("stranger", [SupportFactory, SalesFactory, AdministratorFactory])
def test_strangers_write_and_answer_nothing(deal, now, stranger):
    request, person = more_requests(deal), stranger()

    for deed in (
        lambda: say(deal, person),
        lambda: answer_request(request, by=person, now=now),
        lambda: finish_request(request, by=person, now=now),
        lambda: refuse_request(request, "Нет", by=person, now=now),
        lambda: mark_read(thread_of(deal), request, by=person, now=timezone.now()),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    request.refresh_from_db()
    assert (request.state, Message.objects.count(), ReadMark.objects.count()) == ("open", 1, 0)


def test_unread_is_what_others_wrote_beyond_ones_mark_in_the_last_month(deal, marketer, now):
    say(deal, marketer, "Давно", now=now - timedelta(days=31))
    first, second = say(deal, marketer, "Раз"), say(deal, marketer, "Два")
    say(deal, deal.manager, "Своё")
    unread = Message.objects.unread_by(deal.manager, now)

    assert list(unread.order_by("pk")) == [first, second]
    mark_read(thread_of(deal), first, by=deal.manager, now=timezone.now())
    assert list(unread.all()) == [second]
    mark_read(thread_of(deal), second, by=deal.manager, now=timezone.now())
    mark_read(thread_of(deal), first, by=deal.manager, now=timezone.now())
    assert not unread.all().exists()


def test_a_merge_brings_both_threads_together_with_the_marks(deal, marketer, now):
    twin = DealFactory(partner__manager=deal.manager, role="healthy", pipeline_id="renewal")
    twin.closed_at, twin.outcome, twin.lost_reason = now, "lost", "Дубль"
    twin.stage = type(twin.stage).objects.get(pipeline="renewal", role="lost")
    twin.save()
    for each in (deal, twin):
        mark_read(thread_of(each), say(each, deal.manager), by=deal.manager, now=timezone.now())

    merge_partners(deal.partner, twin.partner, from_loser=set(), by=HeadFactory(), now=now)

    assert Message.objects.filter(partner=deal.partner).count() == 2
    assert not Message.objects.unread_by(deal.manager, now).exists()


def test_an_archived_partner_takes_no_more_messages(now):
    partner = PartnerFactory()
    archive_partner(partner, reason="Ушёл", by=HeadFactory(), now=now)
    thread = Thread.objects.get(pk=partner.pk)

    assert refusal(send_message, thread, Draft("Привет"), by=partner.manager, now=now)[0] == "partner_archived"


def test_the_deals_timeline_tells_what_was_asked_agreed_and_done(deal, marketer, now):
    request = connect_network(deal, marketer, now=now - timedelta(hours=3))
    answer_request(request, by=deal.manager, now=now - timedelta(hours=2))
    finish_request(request, by=marketer, now=now)

    entries, _more, counts = timeline(deal, deal.manager, before=now + timedelta(seconds=1), kind="marketing")
    assert counts["marketing"] == 3
    assert [entry.title for entry in entries] == [
        "Подключить сеть, 2ГИС: сделано",
        "Подключить сеть, 2ГИС: партнёр согласен",
        "Запрос: Подключить сеть, 2ГИС",
    ]
    assert "12\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}₽" in entries[1].text


def test_every_kind_is_sent_by_somebody_and_answered_in_words():
    from chat.kinds import ASKING, OF_MARKETING, OF_SUPPORT, answers_of

    assert set(ASKING) == set(Kind.values)
    for side, kinds in ((Side.SUPPORT, OF_SUPPORT), (Side.MARKETING, OF_MARKETING)):
        assert all(answers_of(kind, side).agree for kind in kinds)
