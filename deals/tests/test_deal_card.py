"""The deal card: everything of a deal, for those who may see it."""

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from deals.actions import NextStep, append_main_comment, attach_file, edit_agreement, move_deal, save_call_comment
from deals.comment_text import Numbers
from deals.selectors.metrics import weeks_of
from deals.tests.factories import AddonFactory, DealFactory, HandoffFactory, TaskFactory, stage
from deals.timeline import PAGE_SIZE, timeline
from files.tests.samples import PDF
from partners.models import Agreement, Metrics
from partners.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal():
    deal = DealFactory(main_comment="Звонить после 12:00 по местному.")
    ContactFactory(partner=deal.partner)
    return deal


def url(deal, query=""):
    return reverse("deals:deal", args=[deal.pk]) + query


def comment(deal, now, number=30):
    return save_call_comment(
        deal, was="Разобрали три звонка", now_text="Работает", plans="Взять помощника", numbers=Numbers(number),
        next_step=NextStep("Позвонить", now + timedelta(days=3)), by=deal.manager, now=now,
    )  # fmt: skip


def test_the_card_shows_what_was_agreed_and_what_was_said(client, deal):
    comment(deal, timezone.now())
    client.force_login(deal.manager)

    page = client.get(url(deal)).content.decode()

    assert "Звонить после" in page
    assert "Разобрали три звонка" in page
    assert "+79000001427" in page


@pytest.mark.parametrize("stranger", [SupportFactory, SalesFactory, MarketerFactory])
def test_a_strangers_card_is_not_there(client, deal, stranger):
    client.force_login(stranger())

    assert client.get(url(deal)).status_code == 404


def test_marketing_sees_the_handed_over_partner_without_contacts_and_controls(client):
    handoff = HandoffFactory()
    ContactFactory(partner=handoff.deal.partner)
    client.force_login(MarketerFactory())

    page = client.get(url(handoff.deal)).content.decode()

    assert "+79000001427" not in page
    assert "vektor@example.ru" not in page
    assert "deal-move" not in page and "/move/" not in page


def test_the_head_may_act_on_every_card(client, deal):
    client.force_login(HeadFactory())

    response = client.get(url(deal))

    assert response.context["can_move"]


def test_the_timeline_is_one_line_of_everything_newest_first(deal):
    now = timezone.now()
    move_deal(deal, stage("renewal", "troubled"), by=deal.manager, now=now - timedelta(days=2))
    TaskFactory(deal=deal, title="Отправить запись", done_at=now - timedelta(days=1), done_by=deal.manager)
    comment(deal, now)

    entries, more, _counts = timeline(deal, deal.manager, before=now + timedelta(seconds=1))

    assert [entry.icon for entry in entries] == ["phone", "check", "arrow-right"]
    assert more is None


def test_the_timeline_turns_pages_and_loses_nothing(deal):
    now = timezone.now()
    for minutes in range(PAGE_SIZE + 10):
        moment = now - timedelta(minutes=minutes // 2)
        TaskFactory(deal=deal, title=f"Дело {minutes}", done_at=moment, done_by=deal.manager)

    first, more, _counts = timeline(deal, deal.manager, before=now + timedelta(seconds=1))
    second, end, _counts = timeline(deal, deal.manager, before=more)

    assert len(first) >= PAGE_SIZE
    assert len({entry.text for entry in first + second}) == PAGE_SIZE + 10
    assert end is None


def test_a_late_task_with_its_reason_stands_in_the_timeline(deal):
    now = timezone.now()
    TaskFactory(deal=deal, due_at=now + timedelta(days=20), long_term_reason="Партнёр в отпуске")

    entries, _more, _counts = timeline(deal, deal.manager, before=now + timedelta(seconds=1))

    assert "Партнёр в отпуске" in entries[0].text


def test_a_line_is_added_to_the_main_comment_and_nothing_is_erased(client, deal):
    client.force_login(deal.manager)

    client.post(reverse("deals:main-comment", args=[deal.pk]), {"text": "Скидка 7 % на второе продление"})

    deal.refresh_from_db()
    first, second = deal.main_comment.split("\n")
    assert first == "Звонить после 12:00 по местному."
    assert second.endswith(f"{deal.manager.full_name}: Скидка 7 % на второе продление")


def test_two_who_add_to_the_main_comment_at_once_read_each_other(client, deal):
    client.force_login(deal.manager)
    page = client.get(url(deal)).content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    append_main_comment(deal, "Платит бухгалтер", by=HeadFactory(), now=timezone.now())
    address = reverse("deals:main-comment", args=[deal.pk])

    refused = client.post(address, {"text": "Скидка 7 %", "seen": seen})
    deal.refresh_from_db()
    accepted = client.post(address, {"text": "Скидка 7 %", "seen": len(deal.main_comment)})

    assert (refused.status_code, accepted.status_code) == (422, 302)
    assert "Платит бухгалтер" in refused.context["line"]["added"]
    assert refused.context["line"]["text"] == "Скидка 7 %"
    deal.refresh_from_db()
    assert deal.main_comment.count("\n") == 2


def test_an_empty_line_is_refused_at_its_field(client, deal):
    client.force_login(deal.manager)

    response = client.post(reverse("deals:main-comment", args=[deal.pk]), {"text": " ", "seen": "9" * 5000})

    assert response.status_code == 422
    assert 'id="main-comment-error"' in response.content.decode()


def test_agreements_are_added_worded_better_and_archived(client, deal):
    client.force_login(deal.manager)

    client.post(reverse("deals:agreement-add", args=[deal.pk]), {"text": "Разбор звонков"})
    promise = Agreement.objects.get()
    edit = reverse("deals:agreement-edit", args=[deal.pk, promise.pk])
    client.post(edit, {"text": "Разбор звонков через месяц"})
    shown = client.get(url(deal)).context["agreements"]
    client.post(edit, {"archive": "1"})

    assert [(each.text, each.added_by) for each in shown] == [("Разбор звонков через месяц", deal.manager)]
    assert client.get(url(deal)).context["agreements"] == []
    client.post(reverse("deals:agreement-restore", args=[deal.pk, promise.pk]))
    assert client.get(url(deal)).context["agreements"] == [promise]


def test_two_who_word_one_agreement_see_each_other(client, deal):
    promise = Agreement.objects.create(partner=deal.partner, text="Разбор звонков")
    edit = reverse("deals:agreement-edit", args=[deal.pk, promise.pk])
    edit_agreement(promise, "Разбор трёх звонков", by=HeadFactory())
    client.force_login(deal.manager)

    refused = client.post(edit, {"text": "Разбор звонков в мае", "seen": "Разбор звонков"})
    client.post(edit, {"text": "Разбор звонков в мае", "seen": "Разбор трёх звонков"})

    promise.refresh_from_db()
    assert refused.status_code == 422
    assert "Разбор трёх звонков" in refused.context["error"]
    assert refused.context["text"] == promise.text == "Разбор звонков в мае"


@pytest.mark.parametrize("text", ["", "  ", "о" * 251])
def test_an_empty_or_endless_agreement_is_refused_and_stays_typed(client, deal, text):
    client.force_login(deal.manager)

    response = client.post(reverse("deals:agreement-add", args=[deal.pk]), {"text": text})

    assert (response.status_code, response.context["text"]) == (422, text)


def test_an_agreement_of_another_partner_is_not_there(client, deal):
    other = Agreement.objects.create(partner=DealFactory().partner, text="Чужое")
    client.force_login(deal.manager)

    assert client.get(reverse("deals:agreement-edit", args=[deal.pk, other.pk])).status_code == 404


def test_metrics_are_drawn_by_weeks_with_the_difference_to_the_week_before(client, deal):
    now = timezone.now()
    for weeks, number in ((2, 18), (1, 24), (0, 30)):
        comment(deal, now - timedelta(weeks=weeks), number)
    client.force_login(deal.manager)

    [trend] = client.get(url(deal)).context["trends"]

    assert (trend.name, trend.last, trend.change) == ("requests", 30, 6)
    assert trend.values == [18, 24, 30]


def test_of_two_calls_in_a_week_the_later_one_counts(deal):
    monday = date(2026, 11, 16)
    told = [
        Metrics(measured_on=monday + timedelta(days=3), requests=9),
        Metrics(measured_on=monday, requests=5, meetings=1),
    ]

    assert weeks_of(told) == [(monday, {"requests": 9, "meetings": 1, "contracts": None, "contracts_sum": None})]


def test_a_file_of_the_deal_is_in_its_tab_and_in_the_timeline(client, deal):
    sent = SimpleUploadedFile("Акт.pdf", PDF)
    attach_file(deal.partner, sent, deal=deal, by=deal.manager, now=timezone.now())
    client.force_login(deal.manager)

    tab = client.get(url(deal, "?tab=files"))
    told = client.get(url(deal, "?kind=files")).context["entries"]

    assert [line.attached.deal for line in tab.context["files_panel"]["lines"]] == [deal]
    assert tab.context["deal"].file_count == 1
    assert [item.entry.text for item in told] == ["Акт.pdf"]


def test_the_chain_of_terms_leads_back(client, deal):
    old = DealFactory(partner=deal.partner, created_at=timezone.now() - timedelta(days=180))
    client.force_login(deal.manager)

    page = client.get(url(deal))

    assert page.context["terms"] == [old]
    assert reverse("deals:deal", args=[old.pk]) in page.content.decode()


def test_a_promise_is_ticked_off_and_back(client, deal):
    promise = Agreement.objects.create(partner=deal.partner, text="Разбор звонков через месяц")
    client.force_login(deal.manager)
    address = reverse("deals:agreement", args=[deal.pk, promise.pk])

    client.post(address, {"kept": "1"})
    promise.refresh_from_db()
    assert promise.kept_by == deal.manager
    client.post(address)
    promise.refresh_from_db()

    assert promise.kept_at is None


def test_a_task_is_moved_from_the_card_and_the_late_date_asks_why(client, deal):
    task = TaskFactory(deal=deal)
    client.force_login(deal.manager)
    address = reverse("deals:task-reschedule", args=[task.pk])
    late = {"day": "later", "later_day": (timezone.localdate() + timedelta(days=20)).isoformat(), "time": "12:00"}

    refused = client.post(address, late)
    accepted = client.post(address, late | {"long_term_reason": "Партнёр в отпуске"})

    task.refresh_from_db()
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["long_term_reason"]
    assert accepted.status_code == 302
    assert task.long_term_reason == "Партнёр в отпуске"


def test_done_is_offered_back(client, deal):
    task = TaskFactory(deal=deal)
    client.force_login(deal.manager)

    client.post(reverse("deals:task-complete", args=[task.pk]))
    task.refresh_from_db()
    assert not task.is_open
    client.post(reverse("deals:task-reopen", args=[task.pk]))
    task.refresh_from_db()

    assert task.is_open


def test_a_script_in_a_name_is_text(client, deal):
    deal.partner.name = "<script>alert(1)</script>"
    deal.partner.save()
    client.force_login(deal.manager)

    assert "<script>alert(1)" not in client.get(url(deal)).content.decode()


@pytest.mark.parametrize("tab", ["feed", "tasks", "addons", "files"])
def test_the_number_of_queries_does_not_grow(client, deal, tab):
    def fill(count):
        now = timezone.now()
        for number in range(count):
            comment(deal, now - timedelta(minutes=number))
            AddonFactory(partner=deal.partner)
            Agreement.objects.create(partner=deal.partner, text="Обещание")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(deal, f"?tab={tab}")).status_code == 200
        return len(captured)

    client.force_login(deal.manager)
    fill(2)
    queries()
    few = queries()
    fill(20)

    assert queries() == few <= 17


def test_a_colleagues_task_is_shown_without_ways_to_change_it(client):
    handoff = HandoffFactory()
    task = TaskFactory(deal=handoff.deal)
    client.force_login(handoff.sold_by)

    page = client.get(reverse("deals:deal", args=[handoff.deal_id])).content.decode()

    assert task.title in page.replace("\xa0", " ")
    assert reverse("deals:task-reschedule", args=[task.pk]) not in page
    assert client.get(reverse("deals:task-reschedule", args=[task.pk])).status_code == 404
