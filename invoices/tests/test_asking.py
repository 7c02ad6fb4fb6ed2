"""R15: who has no right to issue invoices asks; a colleague takes the draft and issues it, or sends it back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import HeadFactory, MarketerFactory, SupportFactory
from core.errors import RuleViolation
from deals.models import Alert, AlertNotice
from invoices.actions import ask_to_issue, issue_invoice, return_issue_request, take_issue_request
from invoices.jobs import flag_unanswered_requests
from invoices.models import Invoice, IssueRequest
from invoices.tests.factories import make_draft
from messaging.models import Message
from notifications.models import Notice
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db
QUEUE = "/invoices/asked/"


@pytest.fixture
def asker() -> User:
    return SupportFactory()


@pytest.fixture
def colleague() -> User:
    return SupportFactory(can_issue_invoices=True)


@pytest.fixture
def draft(asker) -> Invoice:
    return make_draft(asker, partner=PartnerFactory(manager=asker), buyer_email="pay@example.ru")


@pytest.fixture
def asked(draft, asker, colleague) -> IssueRequest:
    return ask_to_issue(draft, note="Просит сегодня", by=asker, now=timezone.now())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def code_of(action, *args, **kwargs) -> str:
    with pytest.raises(RuleViolation) as refused:
        action(*args, **kwargs)
    return refused.value.code


def test_r15_the_queue_is_told_taken_by_one_issued_and_sent_and_the_asker_hears_of_it(asked, asker, colleague):
    assert Notice.objects.get(recipient=colleague).kind == "issue.asked"
    browser = signed_in(colleague)
    assert "Просит сегодня" in browser.get(QUEUE).content.decode()
    draft_page = f"/invoices/{asked.invoice_id}/"
    assert browser.get(draft_page).status_code == 404, "not his partner's, and not taken yet"

    browser.post(f"{QUEUE}{asked.pk}/take/")
    assert browser.get(draft_page).status_code == 200
    browser.post(f"{QUEUE}{asked.pk}/answer/", {"do": "send"})

    issued, asked = Invoice.objects.get(), IssueRequest.objects.get()
    assert (issued.state, issued.issued_by, asked.state) == ("issued", colleague, "issued")
    assert Message.objects.get(channel="email").recipient == "pay@example.ru"
    told = Notice.objects.get(recipient=asker)
    assert (told.kind, told.url, str(issued.number) in told.text) == ("issue.answered", draft_page, True)
    assert draft_page in signed_in(asker).get(QUEUE, {"show": "done"}).content.decode()


def test_r15_sent_back_it_says_why_and_may_be_asked_for_again(asked, asker, colleague):
    assert code_of(return_issue_request, asked, reason=" ", by=colleague, now=timezone.now()) == "return_needs_reason"
    return_issue_request(asked, reason="Нет города", by=colleague, now=timezone.now())

    assert "Нет города" in signed_in(asker).get(f"/invoices/{asked.invoice_id}/edit/").content.decode()
    assert "Нет города" in Notice.objects.get(recipient=asker).text
    assert not Invoice.objects.visible_to(colleague).exists()
    again = ask_to_issue(asked.invoice, note="", by=asker, now=timezone.now())
    assert again.pk != asked.pk


def test_r15_one_takes_it_and_nobody_else(asked, colleague):
    now = timezone.now()
    take_issue_request(asked, by=colleague, now=now)
    other = SupportFactory(can_issue_invoices=True)
    assert code_of(take_issue_request, asked, by=other, now=now) == "issue_request_taken"
    with pytest.raises(PermissionDenied):
        issue_invoice(asked.invoice, by=other, now=now)


def test_r15_the_form_asks_instead_of_a_dead_button(draft, asker):
    page = signed_in(asker).get(f"/invoices/{draft.pk}/edit/").content.decode()
    assert 'value="ask"' in page and 'value="issue"' not in page


@pytest.mark.parametrize("person", [SupportFactory, MarketerFactory])
def test_who_may_not_issue_sees_no_queue_of_others_and_takes_nothing(asked, person):
    browser = signed_in(person())
    assert browser.post(f"{QUEUE}{asked.pk}/take/").status_code == 403
    page = browser.get(QUEUE)
    assert page.status_code == 403 or "Просит сегодня" not in page.content.decode()


def test_an_incomplete_draft_is_refused_as_it_would_be_at_issue_and_asking_twice_asks_once(draft, asker):
    now = timezone.now()
    assert ask_to_issue(draft, note="", by=asker, now=now) == ask_to_issue(draft, note="", by=asker, now=now)
    empty = make_draft(asker, partner=draft.partner, lines=[])
    assert code_of(ask_to_issue, empty, note="", by=asker, now=now) == "invoice_needs_lines"
    with pytest.raises(IntegrityError), transaction.atomic():
        IssueRequest.objects.create(invoice=draft, asked_by=asker, asked_at=now, answer_by=now)


def test_r15_unanswered_the_head_hears_of_it_until_it_is_issued(asked, asker):
    head = HeadFactory()
    IssueRequest.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    flag_unanswered_requests(timezone.now())
    assert AlertNotice.objects.get(alert__kind=Alert.Kind.ISSUE_UNANSWERED).recipient == head

    issue_invoice(asked.invoice, by=head, now=timezone.now())
    flag_unanswered_requests(timezone.now())
    assert not Alert.objects.open().exists()
    assert Notice.objects.filter(recipient=asker, kind="issue.answered").count() == 1
