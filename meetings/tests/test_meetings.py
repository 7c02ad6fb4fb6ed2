"""The planning meeting (R16): filled from the data, prepared by the manager, run by the head, frozen when held."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, SalesFactory, SupportFactory
from core import moscow
from core.errors import RuleViolation
from deals.actions import complete_task, raise_problem
from deals.models import Deal, Task
from deals.tests.factories import AddonFactory, DealFactory
from meetings.actions import Preparation, decide, hold, move_meeting, plan_meetings, prepare, set_slot, skip_meeting
from meetings.models import Meeting, MeetingRow
from meetings.rules import Listed
from meetings.selectors.lines import figures_of, freeze, lines_of, thaw
from meetings.tests.factories import MeetingFactory
from partners.actions import merge_partners
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def meeting():
    return MeetingFactory()


@pytest.fixture
def head(client):
    head = HeadFactory()
    client.force_login(head)
    return head


def renewal(meeting: Meeting, name: str, **fields) -> Deal:
    soon = moscow.today(timezone.now()) + timedelta(days=10)
    fields = {"term_ends_on": soon, "amount": Decimal("186000.00")} | fields
    return DealFactory(partner=PartnerFactory(name=name, manager=meeting.manager), **fields)


def troubled(meeting: Meeting, name: str = "ООО «Долг-Стоп»") -> Deal:
    deal = renewal(meeting, name)
    raise_problem(deal, what="Четыре дня без заявок", by=meeting.manager, now=timezone.now())
    return deal


def page(client, meeting: Meeting, **query) -> str:
    answer = client.get(reverse("meetings:meeting", args=[meeting.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


def by_name(meeting: Meeting) -> dict:
    return {line.name: line for line in lines_of(meeting, timezone.now())}


def tomorrow(now):
    return moscow.at(moscow.today(now) + timedelta(days=1), time(18))


# --- What it shows ---------------------------------------------------------------------------------------------------


def test_r16_every_partner_of_the_portfolio_is_there_with_its_lists_and_exact_sums(meeting):
    renewal(meeting, "Верный")
    renewal(meeting, "Колеблется", confidence="doubtful", amount=Decimal("100000.50"))
    troubled(meeting, "Беда")
    AddonFactory(partner=PartnerFactory(name="Хочет CRM", manager=meeting.manager), paid_amount=Decimal(5_000))
    PartnerFactory(name="Тихий", manager=meeting.manager)
    PartnerFactory(name="Чужой")

    lines = by_name(meeting)
    figures = figures_of(lines.values())

    assert {name: line.lists for name, line in lines.items()} == {
        "Верный": [Listed.SURE],
        "Колеблется": [Listed.DOUBTFUL],
        "Беда": [Listed.DOUBTFUL, Listed.PROBLEM],
        "Хочет CRM": [Listed.ADDON],
        "Тихий": [],
    }
    assert (figures.sure, figures.doubtful, figures.addons) == (186_000, Decimal("286000.50"), 60_000)


def test_each_figure_is_the_sum_of_the_rows_that_it_opens(client, meeting, head):
    renewal(meeting, "Верный", paid_amount=Decimal(6_000))
    troubled(meeting)
    AddonFactory(partner=PartnerFactory(manager=meeting.manager))
    figures = figures_of(lines_of(meeting, timezone.now()))

    sums = {"sure": figures.sure, "doubtful": figures.doubtful, "addon": figures.addons}
    for code, amount in sums.items():
        answer = client.get(reverse("meetings:meeting", args=[meeting.pk]), {"list": code})
        [group] = answer.context["groups"]
        assert (group["total"], len(group["rows"])) == (amount, figures.counts[code])


def test_the_manager_sees_his_own_meeting_only_and_others_none(client, meeting):
    url = reverse("meetings:meeting", args=[meeting.pk])
    for person, status in (
        (meeting.manager, 200),
        (SupportFactory(), 404),
        (SalesFactory(), 403),
        (HeadFactory(), 200),
    ):
        client.force_login(person)
        assert client.get(url).status_code == status
        may_hold = person.role == "head"
        assert client.post(reverse("meetings:hold", args=[meeting.pk])).status_code == (302 if may_hold else 403)


def test_the_number_of_queries_does_not_grow_with_the_portfolio(client, meeting, head):
    counted = []
    for partners in (2, 8):
        for number in range(partners):
            troubled(meeting, f"Партнёр {partners} {number}")
        page(client, meeting)
        with CaptureQueriesContext(connection) as captured:
            page(client, meeting)
        counted.append(len(captured))

    assert counted[0] == counted[1] <= 32


# --- Preparing and deciding ------------------------------------------------------------------------------------------


def test_the_manager_writes_his_solution_and_corrects_a_list_with_a_word_why(client, meeting):
    deal = renewal(meeting, "Верный")
    client.force_login(meeting.manager)
    url = reverse("meetings:prepare", args=[meeting.pk, deal.partner_id])
    sent = {f"{deal.partner_id}-solution": "Поднять чек", f"{deal.partner_id}-correction": "doubtful"}

    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "Напишите в нескольких словах почему" in refused.content.decode()
    assert "Поднять чек" in refused.content.decode()

    assert client.post(url, sent | {f"{deal.partner_id}-correction_why": "Сменился директор"}).status_code == 302
    line = by_name(meeting)["Верный"]
    assert (line.solution, line.lists) == ("Поднять чек", [Listed.DOUBTFUL])
    assert "Сменился директор" in page(client, meeting)


def test_a_decision_becomes_one_task_of_the_manager_and_is_changed_with_it(client, meeting, head, now):
    deal = troubled(meeting)
    url = reverse("meetings:decide", args=[meeting.pk, deal.partner_id])
    prefix = deal.partner_id
    sent = {f"{prefix}-verdict": "agreed", f"{prefix}-decision": "Сменить площадку"}

    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "Укажите, к какому дню" in refused.content.decode()
    assert "Сменить площадку" in refused.content.decode()

    day = moscow.today(now) + timedelta(days=2)
    client.post(url, sent | {f"{prefix}-due_on": day.isoformat()})
    client.post(
        url, sent | {f"{prefix}-decision": "Сменить площадку и дать неделю", f"{prefix}-due_on": day.isoformat()}
    )

    task = Task.objects.get(title__startswith="Сменить")
    assert (task.title, task.assignee, task.deal) == ("Сменить площадку и дать неделю", meeting.manager, deal)
    assert MeetingRow.objects.get().verdict == "agreed"


def test_what_was_decided_stands_beside_what_came_at_the_next_meeting(meeting, now):
    head, kept_deal, late_deal = HeadFactory(), renewal(meeting, "Сделал"), renewal(meeting, "Не сделал")
    for deal in (kept_deal, late_deal):
        decide(
            meeting,
            deal.partner,
            verdict="agreed",
            decision=f"Взять дату {deal.pk}",
            due_at=tomorrow(now),
            by=head,
            now=now,
        )
    hold(meeting, by=head, now=now)
    complete_task(Task.objects.get(deal=kept_deal), by=meeting.manager, now=now)
    after = now + timedelta(days=7)
    following = MeetingFactory(manager=meeting.manager, starts_at=after)

    lines = {line.name: line for line in lines_of(following, after)}

    assert [(lines[name].promised[:4], lines[name].kept) for name in ("Сделал", "Не сделал")] == [
        ("Взят", "done"),
        ("Взят", "no"),
    ]
    assert figures_of(lines.values()).promised == 2


# --- Holding ---------------------------------------------------------------------------------------------------------


def test_it_is_not_closed_before_each_problem_has_a_solution(client, meeting, head, now):
    deal = troubled(meeting)
    answer = client.post(reverse("meetings:hold", args=[meeting.pk]), follow=True)
    assert (
        "Сначала запишите решение по каждому проблемному партнёру: ООО «Долг-Стоп»"
        in answer.content.decode().replace("\xa0", " ")
    )

    prepare(meeting, deal.partner, Preparation("Дать неделю бонусом"), by=meeting.manager, now=now)
    client.post(reverse("meetings:hold", args=[meeting.pk]))

    meeting.refresh_from_db()
    assert (meeting.state, meeting.held_by) == ("held", head)


def test_r16_a_held_meeting_shows_the_same_after_everything_has_changed(client, meeting, head, now):
    deal = renewal(meeting, "Верный")
    prepare(meeting, deal.partner, Preparation("Поднять чек"), by=meeting.manager, now=now)
    hold(meeting, by=head, now=now)
    before = [freeze(line) for line in lines_of(Meeting.objects.get(), now)]

    Deal.objects.filter(pk=deal.pk).update(amount=1)
    deal.partner.name = "Переименован"
    deal.partner.save()

    assert [freeze(line) for line in lines_of(Meeting.objects.get(), now)] == before
    shown = page(client, meeting)
    assert "Верный" in shown and "186 000 ₽" in shown and "Переименован" not in shown


def test_the_database_refuses_to_change_a_held_meeting(meeting, now):
    deal = renewal(meeting, "Верный")
    prepare(meeting, deal.partner, Preparation("Поднять чек"), by=meeting.manager, now=now)
    hold(meeting, by=HeadFactory(), now=now)

    for change in (
        lambda: Meeting.objects.update(frozen=[]),
        lambda: MeetingRow.objects.update(solution="Другое"),
        lambda: MeetingRow.objects.create(meeting=meeting, partner=PartnerFactory(), changed_at=now),
    ):
        with pytest.raises(DatabaseError, match="held"), transaction.atomic():
            change()
    with pytest.raises(RuleViolation) as caught:
        prepare(meeting, deal.partner, Preparation("Другое"), by=meeting.manager, now=now)
    assert caught.value.code == "meeting_closed"


def test_a_duplicate_with_a_row_of_a_held_meeting_can_be_merged(meeting, now):
    head, winner = HeadFactory(), renewal(meeting, "Верный").partner
    loser = PartnerFactory(name="Верный-2", manager=meeting.manager)
    prepare(meeting, loser, Preparation("Поднять чек"), by=meeting.manager, now=now)
    hold(meeting, by=head, now=now)

    merge_partners(winner, loser, from_loser=set(), by=head, now=now)

    assert MeetingRow.objects.get().partner == winner


def test_what_is_frozen_is_read_back_to_the_kopeck(meeting):
    renewal(meeting, "Верный", amount=Decimal("100000.55"))
    [line] = lines_of(meeting, timezone.now())

    assert thaw(freeze(line)) == line


# --- When ------------------------------------------------------------------------------------------------------------


def test_the_meetings_of_a_slot_are_made_two_weeks_ahead_once_and_a_skipped_one_is_not_made_again():
    head, manager, friday = HeadFactory(), SupportFactory(), moscow.at(date(2026, 11, 27), time(12))
    set_slot(manager, weekday=1, starts_at=time(11, 20), minutes=40, by=head, now=friday)
    made = list(manager.meetings.order_by("starts_at"))
    assert [f"{moscow.to_moscow(each.starts_at):%a %d %H:%M}" for each in made] == ["Tue 01 11:20", "Tue 08 11:20"]

    skip_meeting(made[0], reason="Отпуск", by=head)
    assert plan_meetings(friday) == 0

    set_slot(manager, weekday=3, starts_at=time(12), minutes=30, by=head, now=friday)
    assert f"{moscow.to_moscow(manager.meetings.planned().get().starts_at):%a %d %H:%M}" == "Thu 10 12:00"


def test_moved_to_a_time_that_is_taken_or_has_passed_it_stays(client, meeting, head, now):
    other = MeetingFactory(manager=meeting.manager, starts_at=now + timedelta(days=1))
    for when, code in ((other.starts_at, "meeting_taken"), (now - timedelta(hours=1), "meeting_in_past")):
        with pytest.raises(RuleViolation) as caught:
            move_meeting(meeting, starts_at=when, by=head, now=now)
        assert caught.value.code == code

    day = moscow.today(now) + timedelta(days=3)
    client.post(reverse("meetings:move", args=[meeting.pk]), {"day": day.isoformat(), "starts_at": "15:00"})
    meeting.refresh_from_db()
    assert moscow.to_moscow(meeting.starts_at).strftime("%H:%M") == "15:00"


def test_the_head_makes_a_schedule_on_the_page(client, head):
    manager = SupportFactory()
    assert client.post(reverse("meetings:slots"), {"manager": manager.pk}).status_code == 422
    client.post(reverse("meetings:slots"), {"manager": manager.pk, "weekday": 0, "starts_at": "10:30", "minutes": 40})

    assert manager.get_full_name() in client.get(reverse("meetings:slots")).content.decode()
    assert client.get(reverse("meetings:home")).status_code == 302
