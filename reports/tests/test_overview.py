"""The head's overview: every figure is what the rows say, and the page takes the same queries for few and for many."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import DirectorFactory, HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from deals import alerting
from deals.models import CallComment
from deals.tests.factories import AddonFactory, DealFactory, HandoffFactory, NewDealFactory, TaskFactory
from invoices.actions import record_payment
from invoices.models import Allocation
from invoices.tests.factories import issue, line
from partners.tests.factories import PartnerFactory

NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 12:00 in Moscow
TODAY = date(2026, 11, 23)
URL = "/overview/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def head(client):
    person = HeadFactory()
    client.force_login(person)
    return person


@pytest.fixture
def manager():
    return SupportFactory(last_name="Абрамова")


def row_of(response, manager):
    return next(row for row, _bar in response.context["rows"] if row.person == manager)


def closed_renewal(manager, role, closed_at=NOON, **fields):
    outcome = {"won": {"paid_amount": Decimal(186_000)}, "lost": {"lost_reason": "Дорого"}}[role]
    return DealFactory(partner__manager=manager, role=role, outcome=role, closed_at=closed_at, **outcome | fields)


def paid(deal, amount, paid_on=TODAY, invoiced=None):
    """An invoice of the deal, and a payment for it."""
    invoice = issue(deal=deal, lines=[line(str(invoiced or amount))])
    record_payment(invoice, amount=Decimal(amount), paid_on=paid_on, by=None, now=NOON)
    return invoice


def renewal(manager, **fields):
    return DealFactory(partner__manager=manager, role="due", **fields)


def called(deal, when):
    step = TaskFactory(deal=deal, scheduled_at=NOON)
    CallComment.objects.create(
        deal=deal,
        author=deal.manager,
        called_at=when,
        was="Разобрали три записи звонков, отправила скрипт первой встречи.",
        now="30 заявок, 4 встречи, 1 договор.",
        plans="Взять помощника и внедрить скрипт до 19 ноября.",
        next_task=step,
    )


def test_received_is_what_stands_on_invoices_by_the_day_of_payment_and_the_pipeline(client, head, manager):
    paid(renewal(manager), "1000")
    paid(AddonFactory(partner__manager=manager), "65000")
    paid(renewal(manager), "500", paid_on=date(2026, 10, 31))
    taken_back = paid(renewal(manager), "70")
    Allocation.objects.filter(invoice=taken_back).update(reversed_at=NOON)

    response = client.get(URL)

    row, department = row_of(response, manager), response.context["department"]
    assert (row.renewals, row.addons, row.received) == (1000, 65000, 66000)
    assert (department.renewals, department.addons, department.received) == (1000, 65000, 66000)
    assert [month.received for month in response.context["months"]][-2:] == [500, 66000]


def test_r17_expected_is_what_is_left_of_invoices_to_be_paid_this_month_and_of_deals_promised_in_it(
    client, head, manager
):
    paid(renewal(manager, amount=Decimal(1000)), "300", invoiced="1000")
    issue(deal=renewal(manager, amount=Decimal(50)), lines=[line("40")], due_on=date(2026, 11, 30))
    issue(deal=renewal(manager), lines=[line("7000")], due_on=date(2026, 12, 1))

    response = client.get(URL)

    assert row_of(response, manager).expected == response.context["department"].expected == 750


def test_the_share_of_renewals_counts_those_won_and_lost_this_month(client, head, manager):
    for _each in range(3):
        closed_renewal(manager, "won")
    closed_renewal(manager, "lost")
    closed_renewal(manager, "lost", closed_at=datetime(2026, 10, 31, 20, 59, tzinfo=UTC))

    response = client.get(URL)

    row = row_of(response, manager)
    assert (row.won, row.lost, row.renewed_share) == (3, 1, 75)
    steps = {step.stage.role: step.count for step in response.context["funnel"]}
    assert (steps["won"], steps["lost"]) == (3, 1)


def test_overdue_tasks_and_deals_without_a_task_are_those_of_each_manager(client, head, manager):
    late = TaskFactory(deal=renewal(manager), scheduled_at=NOON - timedelta(days=2), due_at=NOON - timedelta(minutes=1))
    TaskFactory(deal=renewal(manager), scheduled_at=NOON)
    idle = renewal(manager)
    foreign = renewal(SupportFactory())

    response = client.get(URL)
    narrowed = client.get(URL, {"manager": manager.pk})

    row = row_of(response, manager)
    assert (row.overdue, row.open_tasks, row.idle) == (1, 2, 1)
    assert response.context["department"].idle == 2
    assert [task["deal_id"] for task in response.context["late_tasks"]] == [late.deal_id]
    assert {deal["pk"] for deal in response.context["idle_deals"]} == {idle.pk, foreign.pk}
    assert [deal["pk"] for deal in narrowed.context["idle_deals"]] == [idle.pk]


def test_called_is_the_share_of_partners_with_a_comment_within_seven_days(client, head, manager):
    called(renewal(manager), NOON - timedelta(days=6))
    called(renewal(manager), NOON - timedelta(days=8))
    PartnerFactory(manager=manager)
    PartnerFactory(manager=manager, archived_at=NOON)

    row = row_of(client.get(URL), manager)
    listed = client.get("/partners/", {"manager": manager.pk, "view": "silent"}).context["counts"]

    assert (row.partners, row.called, row.called_share) == (3, 1, 33)
    assert (listed["all"], listed["silent"]) == (3, 2)


def test_r1_acceptance_is_the_share_of_those_accepted_in_time(client, head, manager):
    for paid_on in (date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)):
        HandoffFactory(
            deal=NewDealFactory(partner__manager=manager), paid_on=paid_on, accepted_at=NOON, accepted_by=manager
        )

    response = client.get(URL)

    row = row_of(response, manager)
    assert (row.accepted, row.in_time, row.in_time_share) == (3, 1, 33)
    assert row.is_in_time_bad
    assert response.context["handoffs"].in_time_percent == 33
    in_list = client.get("/deals/handoffs/", {"view": "accepted", "month": "2026-11", "manager": manager.pk})
    assert len(in_list.context["groups"][0].rows) == 3


def test_r5_the_head_sees_what_was_completed_without_money_and_why(client, head, manager):
    closed_renewal(manager, "won", paid_amount=0, unpaid_completion_reason="Оплатит в январе, письмо от директора")

    page = client.get(URL)

    assert [deal["unpaid_completion_reason"] for deal in page.context["completed_unpaid"]] == [
        "Оплатит в январе, письмо от директора"
    ]
    assert "письмо от" in page.content.decode()


def test_waiting_handoffs_and_escalated_alerts_stand_beside(client, head, manager):
    deal = NewDealFactory(partner__manager=manager)
    handoff = HandoffFactory(deal=deal, paid_on=date(2026, 11, 20))
    alerting.check_acceptance(NOON)

    response = client.get(URL)

    assert [each["pk"] for each in response.context["waiting_handoffs"]] == [handoff.pk]
    assert response.context["escalated"] == [("handoff_unaccepted", 1)]


def test_the_funnel_counts_and_sums_open_renewals_by_status(client, head, manager):
    for amount in (100, 20):
        renewal(manager, amount=Decimal(amount))
    DealFactory(partner__manager=manager, role="troubled", amount=None)

    funnel = {step.stage.role: step for step in client.get(URL).context["funnel"]}

    assert (funnel["due"].count, funnel["due"].total, funnel["due"].share) == (2, 120, 100)
    assert (funnel["troubled"].count, funnel["troubled"].total, funnel["troubled"].share) == (1, 0, 50)
    assert funnel["healthy"].count == 0


def test_who_left_stays_in_the_table_while_partners_are_his(client, head, manager):
    left = SupportFactory(is_active=False)
    gone = SupportFactory(is_active=False)
    PartnerFactory(manager=left)

    people = [row.person for row, _bar in client.get(URL).context["rows"]]

    assert set(people) == {manager, left}
    assert gone not in people


def test_an_empty_month_and_an_empty_house_are_shown(client, head):
    response = client.get(URL)

    assert response.status_code == 200
    assert response.context["month_is_empty"]
    assert response.context["rows"] == []


def test_the_chart_says_its_numbers_to_who_does_not_see_it(client, head, manager):
    paid(renewal(manager), "1230000")

    page = client.get(URL).content.decode()

    assert 'role="img"' in page and "1,23" in page
    assert "1\N{NO-BREAK SPACE}230\N{NO-BREAK SPACE}000" in page


def test_an_unknown_manager_narrows_nothing(client, head, manager):
    for asked in ("x", "999999", ""):
        assert client.get(URL, {"manager": asked}).context["chosen"] is None


@pytest.mark.parametrize("factory", [SupportFactory, SalesFactory, MarketerFactory])
def test_the_departments_figures_are_for_the_head_and_the_director_only(client, factory):
    client.force_login(factory())

    assert client.get(URL).status_code == 403


def test_the_director_sees_all_that_the_head_sees(client):
    client.force_login(DirectorFactory())

    assert client.get(URL).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_department(client, head):
    counted = []
    for managers in (1, 4):
        for _each in range(managers):
            person = SupportFactory()
            paid(renewal(person), "100", invoiced="150")
            closed_renewal(person, "won", paid_amount=0, unpaid_completion_reason="Позже")
            TaskFactory(deal=renewal(person), scheduled_at=NOON - timedelta(days=2), due_at=NOON - timedelta(days=1))
            HandoffFactory(deal=NewDealFactory(partner__manager=person), paid_on=date(2026, 11, 20))
        alerting.check_acceptance(NOON)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counted.append(len(queries))

    assert counted[0] == counted[1] <= 22
