"""The demo company: believable, whole, and within every rule of the product."""

from datetime import date, time, timedelta
from io import StringIO

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Max, Q, Sum
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, Substitution, User
from chat.models import Message
from core import moscow
from deals.comment_text import missing_parts, read_numbers
from deals.models import Call, CallComment, Deal, Handoff, HandoffQuestion, Note, Pin, Problem, StageChange, Task
from deals.rules import next_term
from demo.company import PASSWORD
from demo.loading import load_demo
from invoices.actions.issuing import next_number
from invoices.models import Allocation, Invoice, InvoiceCounter, Payment, Seller
from partners.models import Metrics, Partner
from partners.tax_numbers import is_tax_number
from reports.selectors.absence import just_returned
from reports.selectors.my_day import day_facts

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
NOW = moscow.at(TODAY, time(11, 40))


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup, django_db_blocker):
    """The company, loaded once for the tests of this file and taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            load_demo(scale=1, seed=1, now=NOW)
        yield len(queries)
        transaction.set_rollback(True)


def olga():
    return User.objects.get(email="support@demo.local")


def test_the_company_has_its_people_and_240_partners_in_more_than_60_cities():
    assert Partner.objects.count() == 240
    assert Partner.objects.values("city").distinct().count() >= 60
    assert set(Partner.objects.values_list("city__country", flat=True)) == {"RU", "UA", "KZ"}
    roles = dict(User.objects.values_list("role").annotate(Count("pk")))
    assert roles == {
        Role.SUPPORT_MANAGER: 6, Role.SALES_MANAGER: 2, Role.MARKETER: 2, Role.HEAD: 1, Role.DIRECTOR: 1,
        Role.ADMINISTRATOR: 1,
    }  # fmt: skip


@pytest.mark.parametrize("login", ["support", "sales", "marketing", "head", "director", "admin"])
def test_each_role_has_a_login_with_the_demo_password(login):
    assert check_password(PASSWORD, User.objects.get(email=f"{login}@demo.local").password)


def test_there_are_notes_pins_and_problems_of_the_past():
    raised = Problem.objects.all()

    assert Note.objects.filter(created_at__lt=NOW).count() == Note.objects.count() > 30
    assert Pin.objects.exists()
    assert set(raised.open().values_list("deal__stage__role", flat=True)) == {"troubled"}
    assert raised.filter(resolved_at__gt=F("raised_at"), resolved_at__lt=NOW).exists()


def test_r19_threads_with_requests_in_every_state_some_of_them_late_none_of_the_future():
    requests = Message.objects.requests()

    assert set(requests.values_list("state", flat=True)) == set(Message.State.values)
    assert set(requests.values_list("side", flat=True)) == {"support", "marketing"}
    assert Message.objects.aggregate(at=Max("changed_at"))["at"] <= NOW
    assert 0 < requests.filter(state="open", answer_by__lt=NOW).count() < requests.open().count() / 2
    assert 0 < Message.objects.filter(partner__manager=olga()).unread_by(olga(), NOW).count() < 20


def test_240_partners_are_written_in_few_statements(loaded):
    assert loaded < 160


def test_the_first_managers_day_is_worth_a_look():
    facts = day_facts(olga(), NOW)

    assert (facts.today, facts.done_today, facts.overdue, facts.oldest_overdue_days) == (12, 4, 3, 4)
    assert facts.without_task == 2
    assert facts.expected > 0 and facts.received > 0
    assert Handoff.objects.visible_to(olga()).waiting().count() == 2


def test_every_stage_of_every_pipeline_holds_deals():
    assert Deal.objects.values("stage").distinct().count() == 19


def test_every_deal_has_its_manager_and_at_most_one_open_task():
    assert not Deal.objects.exclude(manager=F("partner__manager")).exists()
    open_tasks = Count("tasks", filter=Q(tasks__done_at__isnull=True))
    assert not Deal.objects.annotate(n=open_tasks).filter(n__gt=1).exists()
    assert not Task.objects.open().filter(deal__closed_at__isnull=False).exists()


def test_a_partner_stands_on_one_open_deal_of_its_chain_or_was_lost():
    main = Count("deals", filter=Q(deals__closed_at__isnull=True) & ~Q(deals__pipeline="addon"))
    lost = Count("deals", filter=Q(deals__outcome="lost") & ~Q(deals__pipeline="addon"))
    assert not Partner.objects.annotate(main=main, lost=lost).exclude(main=1, lost=0).exclude(main=0, lost=1).exists()


def test_r5_each_completed_deal_is_continued_by_one_whose_term_follows():
    won = Deal.objects.filter(outcome="won").exclude(pipeline="addon").select_related("next_deal", "package")

    assert won.count() > 300
    for deal in won:
        following = deal.next_deal
        assert (following.partner_id, following.pipeline_id) == (deal.partner_id, "renewal")
        assert following.created_at == deal.closed_at
        if deal.pipeline_id == "renewal":
            term = next_term(deal.term_ends_on, deal.package.term_months, TODAY)
            assert abs((following.term_starts_on - term[0]).days) <= 3
    assert not Deal.objects.filter(pipeline="renewal", previous_deal=None).exists()


def test_the_stage_history_of_a_deal_leads_to_where_it_stands():
    for deal in Deal.objects.prefetch_related("stage_changes"):
        changes = sorted(deal.stage_changes.all(), key=lambda change: (change.at, change.pk))
        assert [change.from_stage_id for change in changes] == [None, *[change.to_stage_id for change in changes[:-1]]]
        assert changes[0].at == deal.created_at
        assert (changes[-1].to_stage_id, changes[-1].at) == (deal.stage_id, deal.stage_entered_at)


def test_nothing_has_happened_in_the_future():
    latest = [
        StageChange.objects.aggregate(at=Max("at")),
        CallComment.objects.aggregate(at=Max("called_at")),
        Task.objects.aggregate(at=Max("done_at")),
        Task.objects.aggregate(at=Max("scheduled_at")),
        Invoice.objects.aggregate(at=Max("issued_at")),
        Payment.objects.aggregate(at=Max("recorded_at")),
        Handoff.objects.aggregate(at=Max("accepted_at")),
    ]
    assert max(each["at"] for each in latest) <= NOW
    assert Payment.objects.aggregate(on=Max("paid_on"))["on"] <= TODAY


def test_r1_handoffs_wait_some_at_their_last_day_one_late_some_without_info():
    waiting = Handoff.objects.waiting()

    assert waiting.filter(accept_by=TODAY).count() == 2
    assert waiting.filter(accept_by__lt=TODAY).count() == 1
    assert waiting.filter(status=Handoff.Status.WAITING_INFO).exists()
    assert waiting.filter(status=Handoff.Status.INFO_RECEIVED).exists()
    accepted = Handoff.objects.filter(accepted_at__isnull=False)
    late = sum(handoff.accepted_at > handoff.deadline_at for handoff in accepted)
    assert 0 < late < accepted.count() / 10


def test_r1_r18_the_late_handoff_was_returned_to_sales_and_one_question_waits():
    returned = Handoff.objects.returned().get()

    assert returned.accept_by < TODAY
    assert [task.assignee for task in returned.deal.tasks.open()] == [returned.sold_by]
    assert HandoffQuestion.objects.open().exists()
    assert HandoffQuestion.objects.filter(answered_at__isnull=False).exists()
    running = Handoff.objects.filter(status="running").first()
    assert [change.to_status for change in running.status_changes.all()] == ["info_received", "preparing", "running"]


def test_somebody_is_away_somebody_has_come_back():
    standing = Substitution.objects.on(TODAY)

    assert standing.count() == 1
    assert just_returned(olga(), NOW).ends_on < TODAY


def test_r4_calls_stand_under_the_comments_and_a_few_wait_for_theirs():
    assert Call.objects.filter(duration_s__gt=0).count() > 100
    assert 1 <= Call.objects.without_comment().count() <= 20
    assert Call.objects.aggregate(at=Max("started_at"))["at"] <= NOW


def test_r2_people_keep_the_seven_days_postpone_and_forget():
    tasks = Task.objects.open()

    assert not tasks.beyond_horizon().exists()
    assert tasks.exclude(long_term_reason="").count() >= 6
    assert tasks.filter(postponed_count__gte=3).count() >= 6
    assert tasks.filter(due_at__lt=NOW - timedelta(days=7)).exists()
    assert Deal.objects.without_next_task().count() >= 6


def test_r3_comments_say_three_things_and_their_numbers_are_the_metrics():
    comments = list(CallComment.objects.select_related("metrics", "next_task"))

    assert len(comments) > 1500
    assert len({comment.was for comment in comments}) > 60
    for comment in comments:
        step = comment.next_task
        assert not missing_parts(comment.was, comment.now, comment.plans, step.title, step.due_at)
        told = read_numbers(comment.now)
        if told:
            metrics = comment.metrics
            assert (told.requests, told.meetings, told.contracts) == (
                metrics.requests, metrics.meetings, metrics.contracts,
            )  # fmt: skip
            assert (told.contracts_sum or 0) == metrics.contracts_sum


def test_trends_reach_back_for_eight_weeks():
    working = Deal.objects.open().filter(pipeline="renewal", created_at__lt=NOW - timedelta(days=100))
    weeks = dict(Metrics.objects.filter(partner__deals__in=working).values_list("partner").annotate(Count("pk")))
    assert sum(n >= 8 for n in weeks.values()) > 0.8 * len(weeks)


def test_r9_invoice_numbers_of_a_year_have_no_gap_follow_the_dates_and_go_on():
    seller = Seller.objects.get()
    for counter in InvoiceCounter.objects.all():
        issued = Invoice.objects.filter(year=counter.year).order_by("number")
        assert [invoice.number for invoice in issued] == list(range(1, counter.last_number + 1))
        assert [invoice.issued_at for invoice in issued] == sorted(invoice.issued_at for invoice in issued)
        assert next_number(seller, counter.year) == counter.last_number + 1


def test_r7_r8_invoices_add_up_and_their_purpose_is_complete():
    for invoice in Invoice.objects.exclude(state="draft").prefetch_related("lines").select_related("partner__city"):
        lines = invoice.lines.all()
        assert invoice.amount == sum(line.amount for line in lines)
        assert f"№ {invoice.number} от" in invoice.purpose and invoice.purpose.endswith("БЕЗ НДС")
        if any(line.is_marketing for line in lines):
            assert invoice.partner.city.name in invoice.purpose


def test_invoices_are_in_every_state_cancelled_ones_linked_to_those_issued_instead():
    paid = Invoice.objects.filter(state="issued").with_paid_amount()

    assert Invoice.objects.filter(state="draft").exists()
    assert Invoice.objects.filter(state="cancelled", replaced_by__state="issued").exists()
    assert paid.filter(paid_amount=0, due_on__lt=TODAY).exists()
    assert paid.filter(paid_amount=0, due_on__gte=TODAY).exists()
    assert paid.filter(paid_amount__gt=0, paid_amount__lt=F("amount")).exists()
    assert not paid.filter(paid_amount__gt=F("amount")).exists()


def test_a_deal_is_paid_as_much_as_was_put_to_its_invoices():
    for deal in Deal.objects.exclude(pipeline="new"):
        put = Allocation.objects.standing().filter(invoice__deal=deal).aggregate(total=Sum("amount"))["total"] or 0
        assert deal.paid_amount == put, deal


def test_tax_numbers_have_right_control_digits_and_are_nobodys_twice():
    partners = Partner.objects.select_related("city")

    assert all(is_tax_number(partner.inn, partner.city.country) for partner in partners)
    assert len({partner.inn for partner in partners}) == len(partners)
    Seller.objects.get().full_clean()


def test_it_refuses_a_database_that_has_data_and_changes_nothing():
    with pytest.raises(CommandError):
        call_command("load_demo")

    assert Partner.objects.count() == 240


def test_with_if_empty_it_leaves_a_database_that_has_data_alone():
    out = StringIO()

    call_command("load_demo", if_empty=True, stdout=out)

    assert Partner.objects.count() == 240
    assert out.getvalue() == ""
