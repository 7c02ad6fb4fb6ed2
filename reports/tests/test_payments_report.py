"""The report of payments (R17): a rouble stands in one column, every figure equals its rows, a settled month stays."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.tests.factories import DirectorFactory, HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from core.errors import RuleViolation
from deals.models import Deal, Export
from deals.tests.factories import AddonFactory, DealFactory
from invoices.actions import cancel_invoice, lock_month, record_payment, unlock_month, unmatch_payment
from invoices.models import Allocation, Invoice, LockedMonth, Payment
from invoices.tests.factories import issue, line, pay
from partners.actions import update_partner
from partners.tests.factories import PartnerFactory
from reports.actions import set_plans
from reports.cumulative import cumulative_line, grid_step
from reports.models import Plan
from reports.selectors.months import Period, course_of
from reports.selectors.payment_rows import rows_of
from reports.selectors.payments import COLUMNS, Narrowing, figures_by_manager, summed

NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 12:00 in Moscow
TODAY = date(2026, 11, 23)
NOVEMBER = Narrowing(date(2026, 11, 1), date(2026, 11, 30))
OCTOBER = date(2026, 10, 1)
URL = "/payments/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def manager(client):
    person = SupportFactory(last_name="Абрамова")
    client.force_login(person)
    return person


def sums(response):
    return tuple(int(getattr(response.context["total"], column).total) for column in COLUMNS)


def october_payment(manager):
    """Money of a month that is over, put to its invoice."""
    invoice = issue(partner=PartnerFactory(manager=manager), lines=[line("1000")])
    return record_payment(invoice, amount=Decimal(1000), paid_on=date(2026, 10, 20), by=None, now=NOON)


def test_r17_a_deal_goes_from_potential_to_expected_to_received_and_is_never_in_two(client, manager):
    deal = AddonFactory(partner__manager=manager, role="offered", amount=Decimal(65000))
    assert sums(client.get(URL)) == (0, 0, 65000)

    Deal.objects.filter(pk=deal.pk).update(expected_payment_on=date(2026, 11, 28))
    assert sums(client.get(URL)) == (0, 0, 65000)
    deal.stage = deal.pipeline.stages.get(role="agreed")
    Deal.objects.filter(pk=deal.pk).update(stage=deal.stage)
    assert sums(client.get(URL)) == (0, 65000, 0)
    assert sums(client.get(f"{URL}?month=2026-12")) == (0, 0, 65000)

    deal.refresh_from_db()
    invoice = issue(deal=deal, lines=[line("65000")], due_on=date(2026, 11, 30))
    assert sums(client.get(URL)) == (0, 65000, 0)

    pay(invoice, "25000")
    assert sums(client.get(URL)) == (25000, 40000, 0)


def test_r17_a_payment_without_a_date_asks_for_one_and_every_row_opens_what_it_is_of(client, manager):
    deal = DealFactory(partner__manager=manager, expected_payment_on=None)
    invoice = issue(partner=PartnerFactory(manager=manager), lines=[line("500")])

    page = client.get(URL).content.decode()

    assert "назначьте дату" in page
    assert f'href="/deals/{deal.pk}/edit/expected_payment_on/"' in page
    assert f'href="/invoices/{invoice.pk}/"' in page
    assert f'href="/invoices/new/?deal={deal.pk}"' in page


def test_what_was_cancelled_taken_back_or_closed_stands_in_no_column(client, manager):
    partner = PartnerFactory(manager=manager)
    cancel_invoice(issue(partner=partner, lines=[line("70")]), reason="Ошибка", by=HeadFactory(), now=NOON)
    back = pay(issue(partner=partner, lines=[line("800")], due_on=date(2026, 12, 5)), "800")
    unmatch_payment(back, reason="Не тот счёт", by=HeadFactory(), now=NOON)
    DealFactory(partner=partner, role="lost", outcome="lost", closed_at=NOON, lost_reason="Дорого")

    assert sums(client.get(URL)) == (0, 0, 0)


def test_any_days_and_one_pipeline(client, manager):
    renewal = DealFactory(partner__manager=manager, role="due", amount=Decimal(300))
    pay(issue(deal=renewal, lines=[line("300")]), "300", paid_on=date(2026, 11, 10))
    addon = AddonFactory(partner__manager=manager, amount=Decimal(40))
    pay(issue(deal=addon, lines=[line("40")]), "40", paid_on=date(2026, 11, 20))

    assert sums(client.get(f"{URL}?from=2026-11-10&to=2026-11-19"))[0] == 300
    assert sums(client.get(f"{URL}?kind=addon"))[0] == 40
    for wrong in ("from=2026-11-10", "from=2026-11-10&to=2026-11-09", "from=2020-01-01&to=2026-01-01", "month=2026-13"):
        response = client.get(f"{URL}?{wrong}")
        assert response.status_code == 422
        assert sums(response)[0] == 340


def test_who_sees_whose_payments(client, manager):
    other = SupportFactory()
    pay(issue(partner=PartnerFactory(manager=manager), lines=[line("100")]), "100")
    pay(issue(partner=PartnerFactory(manager=other), lines=[line("20")]), "20")

    assert sums(client.get(URL))[0] == 100
    assert client.get(f"{URL}?manager={other.pk}").status_code == 404
    for role in (SalesFactory, MarketerFactory):
        client.force_login(role())
        assert client.get(URL).status_code == 403
    client.force_login(HeadFactory())
    everybody = client.get(URL)
    assert sums(everybody)[0] == 120
    lines = {each.person: each.received.total for each in everybody.context["table"]}
    assert (lines[manager], lines[other]) == (100, 20)
    assert sums(client.get(f"{URL}?manager={other.pk}"))[0] == 20


def test_r17_received_stays_with_who_supported_the_partner_then(client, manager):
    partner = PartnerFactory(manager=manager)
    pay(issue(partner=partner, lines=[line("100")]), "100")
    update_partner(partner, {"manager": SupportFactory()}, version=partner.version, by=HeadFactory(), now=NOON)

    assert sums(client.get(URL))[0] == 100


def test_the_head_sets_plans_and_the_audit_trail_keeps_the_former_ones(client, manager):
    head = HeadFactory()
    client.force_login(head)
    page = f"{URL}plans/?month=2026-11"

    assert client.post(page, {f"plan-{manager.pk}": "900 000"}).status_code == 302
    assert client.post(page, {f"plan-{manager.pk}": "много"}).status_code == 422
    assert client.post(page, {f"plan-{manager.pk}": "950 000,50"}).status_code == 302

    assert Plan.objects.get(manager=manager).amount == Decimal("950000.50")
    history = Plan.pgh_event_model.objects.order_by("pgh_id")
    assert [each.amount for each in history] == [Decimal(900_000), Decimal("950000.50")]
    assert history.last().pgh_context.metadata["user"] == head.pk
    client.force_login(manager)
    assert client.get(URL).context["course"].plan == Decimal("950000.50")
    assert client.post(page, {f"plan-{manager.pk}": "1"}).status_code == 403


def test_r17_a_locked_month_changes_no_more_neither_by_the_actions_nor_in_the_database(client, manager):
    head = HeadFactory()
    payment = october_payment(manager)
    late = issue(partner=PartnerFactory(manager=manager), lines=[line("5")])
    set_plans(OCTOBER, {manager: Decimal(10)}, by=head)
    locked = lock_month(OCTOBER, by=head, now=NOON)
    assert lock_month(OCTOBER, by=DirectorFactory(), now=NOON) == locked

    for change in (
        lambda: unmatch_payment(payment, reason="Не тот счёт", by=head, now=NOON),
        lambda: record_payment(late, amount=Decimal(5), paid_on=date(2026, 10, 31), by=None, now=NOON),
        lambda: set_plans(OCTOBER, {manager: Decimal(20)}, by=head),
    ):
        with pytest.raises(RuleViolation) as refused:
            change()
        assert refused.value.code == "month_locked"
    standing = Allocation.objects.filter(payment=payment)
    for change in (
        lambda: standing.update(reversed_at=NOON),
        lambda: Payment.objects.filter(pk=payment.pk).update(paid_on=TODAY),
        lambda: Plan.objects.update(amount=20),
        lambda: LockedMonth.objects.all().delete(),
        lambda: LockedMonth.objects.update(month=date(2026, 9, 1)),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()

    client.force_login(head)
    client.post(f"{URL}unlock/{locked.pk}/", {"reason": " "})
    assert LockedMonth.objects.of(OCTOBER).exists()
    unlock_month(locked, reason="Нашли ошибку", by=head, now=NOON)
    unmatch_payment(payment, reason="Не тот счёт", by=head, now=NOON)


def test_a_month_that_is_not_over_is_not_locked_and_only_the_head_locks(client, manager):
    with pytest.raises(RuleViolation, match="ещё не кончился"):
        lock_month(TODAY, by=HeadFactory(), now=NOON)

    assert client.post(f"{URL}lock/?month=2026-10").status_code == 403
    client.force_login(HeadFactory())
    client.post(f"{URL}lock/?month=2026-10")
    assert LockedMonth.objects.get().month == OCTOBER
    assert "месяц закрыт" in client.get(f"{URL}?month=2026-10").content.decode()


def test_the_file_holds_the_rows_of_all_columns_and_no_formula(client, manager):
    partner = PartnerFactory(manager=manager, name='=HYPERLINK("http://x")')
    pay(issue(partner=partner, lines=[line("100")]), "100")
    DealFactory(partner=partner, amount=Decimal(300))

    response = client.post(f"{URL}export/?month=2026-11")

    rows = list(load_workbook(BytesIO(b"".join(response.streaming_content))).active.iter_rows())
    assert [row[4].value for row in rows[1:]] == [100, 300]
    assert {cell.data_type for row in rows for cell in row if cell.value} <= {"s", "n", "d"}
    assert rows[1][2].value == partner.name
    assert Export.objects.get().permission == "report.export"


def test_the_page_takes_the_same_queries_for_few_and_for_many(client, manager):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(URL).status_code == 200
        return len(captured)

    def grow():
        pay(issue(partner=PartnerFactory(manager=manager), lines=[line("100")]), "60")
        DealFactory(partner__manager=manager)
        AddonFactory(partner__manager=manager, role="agreed", expected_payment_on=TODAY)

    grow()
    few = queries()
    for _each in range(4):
        grow()

    assert queries() == few <= 19


# (pipeline and stage, amount, payment expected on this day of November, invoiced percent, due on its day, paid percent)
STORY = st.tuples(
    st.sampled_from([("renewal", "healthy"), ("renewal", "due"), ("addon", "offered"), ("addon", "agreed")]),
    st.integers(1, 1000),
    st.one_of(st.none(), st.integers(-20, 50)),
    st.integers(0, 150),
    st.integers(22, 50),
    st.integers(0, 100),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=st.lists(STORY, min_size=1, max_size=3))
def test_r17_every_figure_equals_its_rows_and_a_rouble_stands_in_one_column(stories):
    with transaction.atomic():
        for story in stories:
            tell(*story)
        found = summed(figures_by_manager(NOVEMBER).values())
        for column in COLUMNS:
            rows, figure = rows_of(column, NOVEMBER, TODAY, 1000), getattr(found, column)
            assert (figure.total, figure.count) == (sum(row.amount for row in rows), len(rows))
        assert found.received.total + found.expected.total + found.potential.total == roubles_of_november()
        transaction.set_rollback(True)


def tell(stage, amount, expected, share, due, paid_share):
    """A deal that got an invoice and money by the actions, and then the date that its partner has promised."""
    amount, first = Decimal(amount), date(2026, 11, 1)
    factory = AddonFactory if stage[0] == "addon" else DealFactory
    deal = factory(role=stage[1], amount=amount)
    if invoiced := (amount * share / 100).quantize(Decimal("0.01")):
        due_on = first + timedelta(days=due)
        invoice = issue(deal=deal, lines=[line(str(invoiced))], due_on=due_on)
        if paid := (invoiced * paid_share / 100).quantize(Decimal("0.01")):
            record_payment(invoice, amount=paid, paid_on=TODAY, by=None, now=NOON)
    promised = None if expected is None else first + timedelta(days=expected)
    Deal.objects.filter(pk=deal.pk).update(expected_payment_on=promised)


def roubles_of_november():
    """Each rouble once, told deal by deal: it came, an invoice of the month asks for it, or a deal is open for it."""
    received = sum(each.amount for each in Allocation.objects.all())
    owed = {
        invoice: invoice.amount - sum(each.amount for each in invoice.allocations.all())
        for invoice in Invoice.objects.filter(due_on__range=(NOVEMBER.first, NOVEMBER.last))
    }
    rest = sum(
        max(Decimal(0), deal.amount - deal.paid_amount - sum(owed[each] for each in owed if each.deal_id == deal.pk))
        for deal in Deal.objects.open()
    )
    return received + sum(owed.values()) + rest


@pytest.mark.once
def test_the_line_steps_to_today_and_its_forecast_is_received_and_expected():
    period = Period.month_of(TODAY)
    by_day = {date(2026, 11, 2): Decimal(100), date(2026, 11, 20): Decimal(50), date(2026, 11, 30): Decimal(7)}

    course = course_of(period, by_day, Decimal(400), Decimal(200), TODAY)

    assert list(course.steps) == [(date(2026, 11, 2), 100), (date(2026, 11, 20), 150)]
    assert (course.received, course.forecast, course.left, course.reserve) == (150, 350, 250, -50)
    drawing = cumulative_line(course)
    assert 'role="img"' in drawing
    assert "style=" not in drawing
    empty = course_of(Period.month_of(date(2027, 1, 1)), {}, Decimal(0), Decimal(0), TODAY)
    assert cumulative_line(empty)


@pytest.mark.once
@pytest.mark.parametrize("top", ["0.5", "1", "9", "74", "900000", "1097000", "48000000"])
def test_the_grid_has_at_most_four_round_lines(top):
    step = grid_step(Decimal(top))

    assert 1 <= Decimal(top) / step <= 4 or Decimal(top) < 4
    assert str(step.normalize()).rstrip("0").lstrip("0.")[:1] in "1235"
