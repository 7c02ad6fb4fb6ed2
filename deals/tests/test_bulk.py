"""Many rows at once: previewed line by line, done each by the rules of a single one, reported, undone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import AdministratorFactory, HeadFactory, SupportFactory
from core import moscow
from deals.actions import change_field, move_deal, reschedule_task
from deals.actions.bulk import MOST_ROWS
from deals.models import StageChange, Task
from deals.tests.factories import DealFactory, HandoffFactory, TaskFactory, stage
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db
MOVE, RESCHEDULE, REASSIGN = (f"/deals/bulk/renewal/{name}/" for name in ("status", "tasks", "manager"))


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def deals_of(manager, number=2, **fields):
    return [DealFactory(partner=PartnerFactory(manager=manager), **fields) for _number in range(number)]


def previewed(client, url, deals, **answer):
    """The preview of these rows, as the page shows it."""
    return client.post(url, {"pick": [deal.pk for deal in deals], "step": "preview", **answer})


def done(client, url, preview, **answer):
    """Send back what was previewed."""
    sent = {name: preview.context[name] for name in ("rows", "previewed", "picked")}
    return client.post(url, sent | {"step": "do", **answer})


def roles(deals):
    for deal in deals:
        deal.refresh_from_db()
    return [deal.stage.role for deal in deals]


def test_deals_are_previewed_then_moved_each_with_its_line_of_history(client, manager):
    deals = deals_of(manager)
    troubled = stage("renewal", "troubled")

    asked = client.post(MOVE, {"pick": [deal.pk for deal in deals]})
    preview = previewed(client, MOVE, deals, stage=troubled.pk)
    assert asked.context["chosen"] == 2
    assert [(line.before, line.after) for line in preview.context["able"]] == [(deals[0].stage.name, troubled.name)] * 2
    assert roles(deals) == ["healthy", "healthy"], "a preview changes nothing"
    report = done(client, MOVE, preview, stage=troubled.pk)

    assert report.context["done"] == 2
    assert roles(deals) == ["troubled", "troubled"]
    assert StageChange.objects.filter(deal__in=deals, by=manager, to_stage=troubled).count() == 2


def test_everything_of_the_filter_is_chosen_not_only_what_is_loaded(client, manager):
    cheap, dear = deals_of(manager, 2, amount=10_000), deals_of(manager, 3, amount=90_000)
    url = f"{MOVE}?layout=list&amount_from=50000"

    preview = client.post(url, {"everything": "1", "step": "preview", "stage": stage("renewal", "troubled").pk})
    done(client, url, preview, stage=stage("renewal", "troubled").pk)

    assert roles(dear) == ["troubled"] * 3
    assert roles(cheap) == ["healthy"] * 2


def test_bulk_mixed_scope_is_refused_atomically(client, manager):
    own, others = deals_of(manager), deals_of(SupportFactory(), 1)
    troubled = stage("renewal", "troubled").pk

    preview = previewed(client, MOVE, [*own, *others], stage=troubled)
    rows = ",".join(f"{deal.pk}:{deal.version}" for deal in [*own, *others])
    doing = client.post(MOVE, {"rows": rows, "previewed": f"stage={troubled}", "step": "do", "stage": troubled})

    assert (preview.status_code, doing.status_code) == (404, 404)
    assert roles([*own, *others]) == ["healthy"] * 3


def test_what_a_status_needs_is_named_for_those_deals_and_the_others_go(client, manager):
    ready, [bare] = deals_of(manager), deals_of(manager, 1, amount=None, package=None)
    due = stage("renewal", "due")

    preview = previewed(client, MOVE, [*ready, bare], stage=due.pk)
    done(client, MOVE, preview, stage=due.pk)

    [line] = preview.context["unable"]
    assert (line.pk, line.refusal) == (bare.pk, "Выберите пакет продления.")
    assert all("186\N{NO-BREAK SPACE}000" in line.after for line in preview.context["able"]), "R6: the sums are seen"
    assert roles([*ready, bare]) == ["due", "due", "healthy"]


def test_r5_unpaid_renewals_are_not_completed_together_and_paid_ones_are(client, manager):
    [paid], [unpaid] = deals_of(manager, 1, paid_amount=186_000), deals_of(manager, 1)
    won = stage("renewal", "won").pk

    preview = previewed(client, MOVE, [paid, unpaid], stage=won)
    report = done(client, MOVE, preview, stage=won)

    assert "Деньги не пришли" in preview.context["unable"][0].refusal
    assert roles([paid, unpaid]) == ["won", "healthy"]
    assert paid.next_deal.stage.role == "healthy"
    assert report.context["undo_url"] == "", "what is closed has no way back"


def test_r1_no_way_around_the_acceptance(client, manager):
    handoff = HandoffFactory(deal__partner__manager=manager)
    url = "/deals/bulk/new/status/"

    preview = previewed(client, url, [handoff.deal], stage=stage("new", "accepted").pk)

    assert preview.context["able"] == []
    assert "примите партнёра" in preview.context["unable"][0].refusal


def test_nobody_is_lost_together_nor_sent_to_another_pipeline(client, manager):
    deals = deals_of(manager)

    for wrong in (stage("renewal", "lost"), stage("addon", "agreed")):
        answer = previewed(client, MOVE, deals, stage=wrong.pk)
        assert answer.status_code == 422
        assert "Выберите статус этого направления." in answer.content.decode()


def test_a_row_that_somebody_has_changed_since_the_preview_is_reported_and_left(client, manager):
    first, second = deals_of(manager)
    troubled = stage("renewal", "troubled")
    preview = previewed(client, MOVE, [first, second], stage=troubled.pk)
    change_field(first, "confidence", "doubtful", by=HeadFactory(), now=timezone.now())

    report = done(client, MOVE, preview, stage=troubled.pk)

    assert report.context["done"] == 1
    assert "Сделку тем временем изменили" in report.context["refused"][0][1]
    assert roles([first, second]) == ["healthy", "troubled"]


def test_another_answer_than_the_previewed_one_is_previewed_first(client, manager):
    deals = deals_of(manager)
    preview = previewed(client, MOVE, deals, stage=stage("renewal", "troubled").pk)

    again = done(client, MOVE, preview, stage=stage("renewal", "due").pk)

    assert roles(deals) == ["healthy", "healthy"]
    assert all("Должен оплатить" in line.after for line in again.context["able"])


def test_moves_are_undone_together_except_what_has_gone_on(client, manager):
    first, second = deals_of(manager)
    troubled = stage("renewal", "troubled")
    report = done(client, MOVE, previewed(client, MOVE, [first, second], stage=troubled.pk), stage=troubled.pk)
    second.refresh_from_db()
    move_deal(second, stage("renewal", "due"), by=manager, now=timezone.now())

    answer = client.post(report.context["undo_url"], {"rows": report.context["undo_rows"]}, follow=True)

    assert roles([first, second]) == ["healthy", "due"]
    assert [message.level_tag for message in answer.context["messages"]] == ["success", "error"]


def test_r2_next_tasks_move_to_the_day_and_keep_their_time(client, manager):
    deals = deals_of(manager)
    tasks = [TaskFactory(deal=deal) for deal in deals]
    TaskFactory(deal=deals[0], due_at=timezone.now() + timedelta(days=3))
    day = moscow.today(timezone.now()) + timedelta(days=5)

    preview = previewed(client, RESCHEDULE, deals, day=day.isoformat())
    report = done(client, RESCHEDULE, preview, day=day.isoformat())

    assert report.context["done"] == 2
    for task in tasks:
        before = moscow.to_moscow(task.due_at)
        task.refresh_from_db()
        assert moscow.to_moscow(task.due_at) == before.replace(year=day.year, month=day.month, day=day.day)
        assert task.postponed_count == 1


def test_r2_later_than_seven_days_needs_a_reason(client, manager):
    deals = deals_of(manager)
    tasks = [TaskFactory(deal=deal) for deal in deals]
    later = {"day": "later", "later_day": (timezone.now() + timedelta(days=20)).date().isoformat()}

    refused = previewed(client, RESCHEDULE, deals, **later)
    sneaky = previewed(client, RESCHEDULE, deals, day=later["later_day"])
    preview = previewed(client, RESCHEDULE, deals, **later, long_term_reason="Отпуск до конца месяца")
    done(client, RESCHEDULE, preview, **later, long_term_reason="Отпуск до конца месяца")

    assert refused.status_code == 422
    assert "7 дней" in refused.content.decode()
    assert len(sneaky.context["unable"]) == 2, "a far day that was not on the ruler"
    assert {task.long_term_reason for task in Task.objects.filter(pk__in=[task.pk for task in tasks])} == {
        "Отпуск до конца месяца"
    }


def test_a_deal_without_a_task_is_named(client, manager):
    with_task, without = deals_of(manager)
    TaskFactory(deal=with_task)

    preview = previewed(client, RESCHEDULE, [with_task, without], day=moscow.today(timezone.now()).isoformat())

    assert len(preview.context["able"]) == 1
    assert [line.refusal for line in preview.context["unable"]] == ["Дела нет: назначьте его."]


def test_the_ruler_counts_the_tasks_of_those_whose_tasks_move(client):
    client.force_login(HeadFactory())
    manager = SupportFactory()
    deals = deals_of(manager)
    tasks = [TaskFactory(deal=deal, due_at=timezone.now() + timedelta(days=2)) for deal in deals]

    asked = client.post(RESCHEDULE, {"pick": [deal.pk for deal in deals]})

    assert asked.context["day_counts"] == {moscow.today(tasks[0].due_at): 2}


def test_moved_tasks_are_put_back_together(client, manager):
    deals = deals_of(manager)
    tasks = [TaskFactory(deal=deal) for deal in deals]
    stood = [task.due_at for task in tasks]
    day = (moscow.today(timezone.now()) + timedelta(days=3)).isoformat()
    report = done(client, RESCHEDULE, previewed(client, RESCHEDULE, deals, day=day), day=day)

    client.post(report.context["undo_url"], {"rows": report.context["undo_rows"]})

    for task in tasks:
        task.refresh_from_db()
    assert [task.due_at for task in tasks] == stood
    assert {task.postponed_count for task in tasks} == {0}


def test_a_task_that_a_colleague_has_moved_since_is_left(client, manager):
    [deal] = deals_of(manager, 1)
    task = TaskFactory(deal=deal)
    day = (moscow.today(timezone.now()) + timedelta(days=3)).isoformat()
    preview = previewed(client, RESCHEDULE, [deal], day=day)
    theirs = reschedule_task(task, due_at=task.due_at + timedelta(days=1), by=HeadFactory(), now=timezone.now())

    report = done(client, RESCHEDULE, preview, day=day)

    task.refresh_from_db()
    assert report.context["done"] == 0
    assert task.due_at == theirs.due_at


def test_the_head_gives_deals_with_their_tasks_to_another_manager(client):
    client.force_login(HeadFactory())
    former, next_one = SupportFactory(), SupportFactory()
    deals = deals_of(former)
    task = TaskFactory(deal=deals[0])

    preview = previewed(client, REASSIGN, deals, manager=next_one.pk)
    done(client, REASSIGN, preview, manager=next_one.pk)

    assert {line.after for line in preview.context["able"]} == {str(next_one)}
    for record in (*deals, task):
        record.refresh_from_db()
    assert {deal.manager for deal in deals} == {task.assignee} == {next_one}


def test_the_head_gives_partners_with_their_open_work_and_is_told_how_much(client):
    client.force_login(HeadFactory())
    former, next_one = SupportFactory(), SupportFactory()
    [deal] = deals_of(former, 1)
    url = "/partners/bulk/manager/"

    preview = previewed(client, url, [deal.partner], manager=next_one.pk)
    report = done(client, url, preview, manager=next_one.pk)

    deal.refresh_from_db()
    assert preview.context["able"][0].after.endswith("1\N{NO-BREAK SPACE}сделка") or "1 сделка" in (
        preview.context["able"][0].after
    )
    assert report.context["done"] == 1
    assert deal.manager == deal.partner.manager == next_one


def test_the_next_tasks_of_partners_move(client, manager):
    [deal] = deals_of(manager, 1)
    task = TaskFactory(deal=deal)
    day = moscow.today(timezone.now()) + timedelta(days=4)
    url = "/partners/bulk/tasks/"

    preview = previewed(client, url, [deal.partner], day=day.isoformat())
    done(client, url, preview, day=day.isoformat())

    task.refresh_from_db()
    assert moscow.today(task.due_at) == day


def test_who_may_not_reassign_has_no_button_and_is_refused(client, manager):
    deals = deals_of(manager)

    page = client.get("/deals/board/renewal/?layout=list").content.decode()

    assert 'formaction="/deals/bulk/renewal/status/' in page
    assert "/deals/bulk/renewal/manager/" not in page
    assert previewed(client, REASSIGN, deals, manager=manager.pk).status_code == 403
    assert previewed(client, "/partners/bulk/manager/", [deals[0].partner]).status_code == 403


def test_the_administrator_changes_nothing(client):
    client.force_login(AdministratorFactory())

    assert {client.post(url).status_code for url in (MOVE, RESCHEDULE, REASSIGN)} == {403}


def test_more_than_may_be_is_told_and_not_begun(client, manager):
    partner = PartnerFactory(manager=manager)
    template = DealFactory.build(
        partner=partner, manager=manager, stage=stage("renewal", "healthy"), package=None, list_price=None
    )
    for _number in range(MOST_ROWS + 1):
        template.pk = None
        template.save(force_insert=True)

    answer = client.post(MOVE, {"everything": "1", "step": "preview", "stage": stage("renewal", "troubled").pk})

    assert answer.status_code == 422
    assert f"не больше {MOST_ROWS}" in answer.content.decode()


def test_nothing_chosen_is_told(client, manager):
    answer = client.post(MOVE, {})

    assert answer.status_code == 422
    assert "Ничего не выбрано" in answer.content.decode()


@pytest.mark.parametrize(
    "rows",
    ["1", "a:b", "1:2:3:4", "-1:2", "²:1", ",".join(f"{n}:1" for n in range(MOST_ROWS + 1))],
    ids=["one", "letters", "four", "minus", "odd", "many"],
)
def test_rows_that_no_preview_has_given_out_are_nobodys(client, manager, rows):
    troubled = stage("renewal", "troubled").pk

    answer = client.post(MOVE, {"rows": rows, "previewed": f"stage={troubled}", "step": "do", "stage": troubled})

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        (MOVE, lambda: {"stage": stage("renewal", "due").pk}),
        (RESCHEDULE, lambda: {"day": moscow.today(timezone.now()).isoformat()}),
        (REASSIGN, lambda: {"manager": SupportFactory().pk}),
        ("/partners/bulk/manager/", lambda: {"manager": SupportFactory().pk}),
        ("/partners/bulk/tasks/", lambda: {"day": moscow.today(timezone.now()).isoformat()}),
    ],
)
def test_a_preview_asks_the_same_number_of_queries_at_any_size(client, url, answer):
    client.force_login(HeadFactory())
    deals = deals_of(SupportFactory(), 12)
    for deal in deals:
        TaskFactory(deal=deal)
    rows = [deal.partner for deal in deals] if "partners" in url else deals
    sent = answer()
    counts = []
    for size in (2, 12):
        with CaptureQueriesContext(connection) as queries:
            preview = previewed(client, url, rows[:size], **sent)
        assert len(preview.context["able"]) == size
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 16
