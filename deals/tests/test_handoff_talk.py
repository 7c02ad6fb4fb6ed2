"""A handoff between sales, support and marketing: returns, questions, statuses, days waited (R1, R18)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from core import moscow
from core.errors import RuleViolation
from deals.actions import (
    NextStep,
    accept_handoff,
    answer_question,
    ask_sales,
    fill_in_handoff,
    hand_over_again,
    return_handoff,
    set_handoff_status,
)
from deals.models import Handoff, HandoffQuestion, HandoffReturn
from deals.tests.factories import HandoffFactory, TaskFactory

pytestmark = pytest.mark.django_db

URL = "/deals/handoffs/"


@pytest.fixture
def handoff():
    created = timezone.now() - timedelta(hours=5)
    handoff = HandoffFactory(sold_by=SalesFactory(first_name="Антон", last_name="Горин"), created_at=created)
    TaskFactory(deal=handoff.deal, title="Принять в работу")
    return handoff


@pytest.fixture
def manager(handoff):
    return handoff.deal.manager


@pytest.fixture
def seller(handoff):
    return handoff.sold_by


def url(name, handoff, *args) -> str:
    return reverse(f"deals:{name}", args=[handoff.pk, *args])


def first_call() -> NextStep:
    return NextStep("Познакомиться", timezone.now() + timedelta(days=1))


def panel(client, person, handoff) -> str:
    client.force_login(person)
    return client.get(URL, {"handoff": handoff.pk}).content.decode().replace("\xa0", " ")


def test_r1_support_returns_what_is_incomplete_and_sales_gets_it_as_a_task(client, handoff, manager, seller):
    client.force_login(manager)

    dialog = client.get(url("handoff-return", handoff)).content.decode()
    answer = client.post(url("handoff-return", handoff), {"missing": "Нет доступа к сайту"})

    handoff.refresh_from_db()
    task = handoff.deal.tasks.open().get()
    assert "Заявка Заказчика" in dialog or "Заявка заказчика" in dialog
    assert (answer.status_code, handoff.state) == (302, Handoff.State.RETURNED)
    assert (task.assignee, "Нет доступа к сайту" in task.title) == (seller, True)
    assert "Нет доступа к сайту" in panel(client, seller, handoff)


def test_r1_sales_hands_over_again_and_the_manager_has_it_to_accept(client, handoff, manager, seller):
    return_handoff(handoff, "Нет доступа", by=manager, now=timezone.now())
    client.force_login(seller)

    client.post(url("handoff-again", handoff), {"reply": "Доступ выслан на почту"})

    handoff.refresh_from_db()
    task = handoff.deal.tasks.open().get()
    assert (handoff.state, task.assignee) == (Handoff.State.WAITING, manager)
    shown = panel(client, manager, handoff)
    assert "Доступ выслан на почту" in shown and "accept-form" in shown


def test_r1_the_days_with_sales_are_counted_apart_from_ours(handoff, manager, seller):
    start = handoff.created_at
    return_handoff(handoff, "Нет доступа", by=manager, now=start + timedelta(hours=1))
    handoff = hand_over_again(handoff, by=seller, now=start + timedelta(hours=3))
    handoff = return_handoff(handoff, "И географии", by=manager, now=start + timedelta(hours=4))
    now = start + timedelta(hours=5)
    so_far = (handoff.waited_on_support(now), handoff.waited_on_sales(now))
    handoff = hand_over_again(handoff, by=seller, now=now)
    handoff = accept_handoff(handoff, first_task=first_call(), by=manager, now=start + timedelta(hours=6))
    later = now + timedelta(days=30)

    assert so_far == (timedelta(hours=2), timedelta(hours=3))
    assert (handoff.waited_on_support(later), handoff.waited_on_sales(later)) == (timedelta(hours=3),) * 2


def test_r1_a_returned_partner_still_has_its_deadline_and_the_seller_hears_of_it_too(client, handoff, manager, seller):
    from deals import alerting

    yesterday = moscow.today(timezone.now()) - timedelta(days=1)
    Handoff.objects.filter(pk=handoff.pk).update(paid_on=yesterday - timedelta(days=1), accept_by=yesterday)
    return_handoff(handoff, "Нет доступа", by=manager, now=timezone.now())
    head = HeadFactory()

    alerting.check_acceptance(timezone.now())
    told = set(handoff.alerts.get().notices.values_list("recipient", flat=True))
    hand_over_again(handoff, by=seller, now=timezone.now())
    alerting.check_acceptance(timezone.now())
    told_later = set(handoff.alerts.get().notices.values_list("recipient", flat=True))

    assert (told, told_later) == ({manager.pk, head.pk, seller.pk}, {manager.pk, head.pk})
    assert "countdown--bad" in panel(client, manager, handoff)


def test_a_returned_handoff_is_not_accepted_before_sales_has_answered(client, handoff, manager):
    return_handoff(handoff, "Нет доступа", by=manager, now=timezone.now())

    with pytest.raises(RuleViolation) as refusal:
        accept_handoff(handoff, first_task=first_call(), by=manager, now=timezone.now())

    assert refusal.value.code == "handoff_returned"
    assert "accept-form" not in panel(client, manager, handoff)


@pytest.mark.parametrize(("typed", "words"), [(" \n", "Напишите, чего не хватает"), ("о" * 1001, "1000")])
def test_a_return_says_what_is_missing_and_what_was_typed_stays(client, handoff, manager, typed, words):
    client.force_login(manager)

    answer = client.post(url("handoff-return", handoff), {"missing": typed})

    handoff.refresh_from_db()
    page = answer.content.decode()
    assert (answer.status_code, handoff.returned_at) == (422, None)
    assert words in page and typed.strip() in page and 'aria-invalid="true"' in page


def test_what_is_returned_or_accepted_already_is_not_returned(handoff, manager, seller):
    return_handoff(handoff, "Нет доступа", by=manager, now=timezone.now())
    codes = []
    for step in (
        lambda: return_handoff(handoff, "Ещё раз", by=manager, now=timezone.now()),
        lambda: hand_over_again(handoff, by=seller, now=timezone.now()),
        lambda: hand_over_again(handoff, by=seller, now=timezone.now()),
        lambda: accept_handoff(handoff, first_task=first_call(), by=manager, now=timezone.now()),
        lambda: return_handoff(handoff, "Поздно", by=manager, now=timezone.now()),
    ):
        try:
            step()
        except RuleViolation as violation:
            codes.append(violation.code)

    assert codes == ["handoff_returned", "not_returned", "already_accepted"]


def test_r18_support_asks_and_the_answer_stands_on_the_handoff(client, handoff, manager, seller):
    client.force_login(manager)
    client.post(url("handoff-ask", handoff), {"text": "Кто ведёт сайт?"})
    waiting = panel(client, seller, handoff)

    client.post(url("handoff-answer", handoff, 1), {"answer": "Их подрядчик Иван"})

    question = handoff.questions.get()
    assert "Кто ведёт сайт?" in waiting and 'name="answer"' in waiting
    assert (question.number, question.asked_by, question.answered_by) == (1, manager, seller)
    for person in (manager, MarketerFactory(), HeadFactory()):
        assert "Их подрядчик Иван" in panel(client, person, handoff)


def test_an_answer_that_is_empty_is_refused_at_its_question(client, handoff, manager, seller):
    ask_sales(handoff, "Первый?", by=manager, now=timezone.now())
    ask_sales(handoff, "Второй?", by=manager, now=timezone.now())
    client.force_login(seller)

    refused = client.post(url("handoff-answer", handoff, 2), {"answer": "  "})

    assert (refused.status_code, refused.context["answered"]) == (422, 2)
    assert refused.content.decode().count('id="answer-error"') == 1
    assert handoff.questions.open().count() == 2


def test_an_answer_that_was_given_stays(handoff, manager, seller):
    question = ask_sales(handoff, "Кто ведёт сайт?", by=manager, now=timezone.now())
    answer_question(question, "Иван", by=seller, now=timezone.now())

    with pytest.raises(RuleViolation, match="Иван"):
        answer_question(question, "Пётр", by=seller, now=timezone.now())


def test_accepting_without_everything_asks_sales_for_the_rest(client, handoff, manager, seller):
    handoff = accept_handoff(handoff, first_task=first_call(), by=manager, now=timezone.now())

    question = handoff.questions.get()
    assert handoff.missing and all(what in question.text for what in handoff.missing)
    client.force_login(seller)
    rows = client.get(URL, {"view": "sales"}).context["groups"][0].rows
    assert [(row.pk, row.questions) for row in rows] == [(handoff.pk, 1)]


def test_accepting_a_complete_one_asks_nothing(handoff, manager):
    ticked = dict.fromkeys(("has_customer_request", "has_offer_accepted", "has_access"), True)
    head = HeadFactory()
    handoff = fill_in_handoff(handoff, by=head, now=timezone.now(), geography="Омск", wished_speed="25", **ticked)

    accept_handoff(handoff, first_task=first_call(), by=manager, now=timezone.now())

    assert not HandoffQuestion.objects.exists()


def test_r18_marketing_moves_the_status_step_by_step_and_each_step_says_who_and_when(client, handoff):
    marketer = MarketerFactory(last_name="Лисова")
    client.force_login(marketer)

    for status in ("info_received", "preparing", "preparing", "running"):
        client.post(url("handoff-status", handoff), {"status": status})

    steps = list(handoff.status_changes.values_list("from_status", "to_status", "by"))
    assert steps == [
        ("waiting_info", "info_received", marketer.pk),
        ("info_received", "preparing", marketer.pk),
        ("preparing", "running", marketer.pk),
    ]
    assert panel(client, handoff.sold_by, handoff).count("Лисова") == 3


def test_r18_marketing_plans_the_campaign_and_its_networks(client, handoff, seller):
    client.force_login(MarketerFactory())

    too_long = client.post(url("handoff-campaign", handoff), {"campaign": "о" * 161, "networks": "ВК"})
    client.post(url("handoff-campaign", handoff), {"campaign": "Поиск", "networks": "Директ, ВК"})

    handoff.refresh_from_db()
    assert (too_long.status_code, 'value="ВК"' in too_long.content.decode()) == (422, True)
    assert (handoff.campaign, handoff.networks) == ("Поиск", "Директ, ВК")
    assert "Директ, ВК" in panel(client, seller, handoff)


def test_sales_only_sets_the_status_back_and_then_may_change_its_information_again(client, handoff, seller):
    set_handoff_status(handoff, "preparing", by=MarketerFactory(), now=timezone.now())
    client.force_login(seller)

    forward = client.post(url("handoff-status", handoff), {"status": "running"})
    taken = client.post(url("handoff-details", handoff), {"geography": "Омск"})
    client.post(url("handoff-status", handoff), {"status": "waiting_info"})
    open_again = client.post(url("handoff-details", handoff), {"geography": "Омск"})

    handoff.refresh_from_db()
    assert (forward.status_code, taken.status_code, open_again.status_code) == (422, 422, 302)
    assert (handoff.status, handoff.geography) == ("waiting_info", "Омск")


def test_sales_completes_a_returned_handoff_whatever_marketing_has_set(handoff, manager, seller):
    set_handoff_status(handoff, "preparing", by=MarketerFactory(), now=timezone.now())
    return_handoff(handoff, "Нет географии", by=manager, now=timezone.now())

    assert fill_in_handoff(handoff, by=seller, now=timezone.now(), geography="Омск").geography == "Омск"


@pytest.mark.parametrize("name", ["handoff-return", "handoff-ask", "handoff-again", "handoff-campaign"])
def test_a_stranger_finds_nothing_and_changes_nothing(client, handoff, name):
    for stranger in (SupportFactory(), SalesFactory()):
        client.force_login(stranger)
        answer = client.post(url(name, handoff), {"missing": "x", "text": "x", "reply": "x"})
        assert answer.status_code in {403, 404}

    handoff.refresh_from_db()
    assert (handoff.returned_at, handoff.questions.count(), handoff.returns.count()) == (None, 0, 0)


def test_each_does_its_own_part_only(client, handoff, manager, seller):
    ask_sales(handoff, "Кто ведёт сайт?", by=manager, now=timezone.now())
    refused = {}
    for person, names in (
        (seller, ["handoff-return", "handoff-ask", "handoff-campaign"]),
        (manager, ["handoff-again", "handoff-campaign", "handoff-answer"]),
        (MarketerFactory(), ["handoff-return", "handoff-again", "handoff-answer"]),
    ):
        client.force_login(person)
        for name in names:
            args = [1] if name == "handoff-answer" else []
            refused[person.role, name] = client.post(url(name, handoff, *args), {"answer": "x"}).status_code

    assert set(refused.values()) == {403}


def test_the_sidebar_counts_for_sales_what_waits_for_its_word(client, handoff, manager, seller):
    def count(person) -> str:
        client.force_login(person)
        items = [item for group in client.get(URL).context["navigation"] for item in group["items"]]
        return next(item["count"] for item in items if "handoffs" in item["url"])

    before = (count(seller), count(manager))
    return_handoff(handoff, "Нет доступа", by=manager, now=timezone.now())

    assert (before, (count(seller), count(manager))) == ((0, 1), (1, 0))


def test_the_deals_timeline_tells_of_returns_questions_and_statuses(client, handoff, manager, seller):
    return_handoff(handoff, "Нет доступа", by=manager, now=timezone.now())
    hand_over_again(handoff, "Выслали", by=seller, now=timezone.now())
    question = ask_sales(handoff, "Кто ведёт сайт?", by=manager, now=timezone.now())
    answer_question(question, "Подрядчик", by=seller, now=timezone.now())
    set_handoff_status(handoff, "running", by=MarketerFactory(), now=timezone.now())
    client.force_login(manager)

    feed = client.get(reverse("deals:feed", args=[handoff.deal_id]), {"kind": "handoff"}).content.decode()

    for words in ("Нет доступа", "Выслали", "Кто ведёт сайт?", "Подрядчик", "Реклама запущена"):
        assert words in feed


@pytest.mark.parametrize(
    "break_it",
    [
        lambda handoff, manager: Handoff.objects.filter(pk=handoff.pk).update(
            returned_at=timezone.now(), accepted_at=timezone.now(), accepted_by=manager
        ),
        lambda handoff, manager: Handoff.objects.filter(pk=handoff.pk).update(status="flying"),
        lambda handoff, manager: [
            HandoffReturn.objects.create(handoff=handoff, missing="x", returned_by=manager, returned_at=timezone.now())
            for _each in range(2)
        ],
        lambda handoff, manager: HandoffReturn.objects.create(
            handoff=handoff, missing=" ", returned_by=manager, returned_at=timezone.now()
        ),
        lambda handoff, manager: HandoffQuestion.objects.create(
            handoff=handoff, number=1, text="?", asked_by=manager, asked_at=timezone.now(), answer="без имени"
        ),
    ],
)
def test_what_must_never_be_is_refused_by_the_database(handoff, manager, break_it):
    with pytest.raises(IntegrityError), transaction.atomic():
        break_it(handoff, manager)
