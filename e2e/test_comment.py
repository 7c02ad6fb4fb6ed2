"""R3 in the browser: a pasted text is taken apart, a closed tab loses nothing, the wrong example is refused."""

import pytest
from playwright.sync_api import expect

from deals.models import CommentDraft
from deals.tests.factories import DealFactory, TaskFactory
from deals.tests.test_comment_text import RIGHT, WRONG
from e2e.steps import log_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deal():
    return TaskFactory(deal=DealFactory()).deal


@pytest.fixture
def form(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/?comment=1")
    return page


def paste(page, name, text):
    page.locator(f"[name={name}]").evaluate(
        """(field, text) => {
            const clipboard = new DataTransfer();
            clipboard.setData("text/plain", text);
            field.focus();
            const about = { clipboardData: clipboard, bubbles: true, cancelable: true };
            field.dispatchEvent(new ClipboardEvent("paste", about));
        }""",
        text,
    )


def test_the_right_example_is_pasted_taken_apart_and_saved(form, deal):
    paste(form, "was", RIGHT)

    expect(form.locator("[name=now]")).to_have_value(RIGHT.split("\n")[1].removeprefix("Сейчас: "))
    expect(form.locator("[name=requests]")).to_have_value("30")
    expect(form.locator("[name=contracts_sum]")).to_have_value("100\N{NO-BREAK SPACE}000")
    expect(form.locator("[name=title]")).to_have_value(RIGHT.split("\n")[3])
    form.locator(".ruler label").nth(3).click()
    form.keyboard.press("Control+Enter")

    expect(form.locator(".feed-item").first).to_contain_text("Изучил информацию")
    assert int(deal.call_comments.get().metrics.contracts_sum) == 100_000
    assert not deal.tasks.order_by("pk").first().is_open


def test_the_wrong_example_is_refused_with_what_is_missing(form, deal):
    form.locator("[name=now]").fill(WRONG)
    form.locator(".comment-foot .btn--primary").click()

    expect(form.locator(".comment-foot [role=alert]")).to_contain_text("Не хватает")
    expect(form.locator("[name=now]")).to_have_value(WRONG)
    expect(form.locator("[name=was]")).to_have_attribute("aria-invalid", "true")
    assert not deal.call_comments.exists()


def test_a_draft_survives_the_closed_tab(form, deal, live_server, context):
    form.locator("[name=was]").fill("Разобрали три звонка")
    expect(form.locator("[data-draft-state]")).to_contain_text("черновик сохранён", timeout=10_000)
    form.close()

    again = context.new_page()
    again.goto(f"{live_server.url}/deals/{deal.pk}/")

    expect(again.locator("[name=was]")).to_have_value("Разобрали три звонка")
    assert CommentDraft.objects.count() == 1


def test_r2_later_than_seven_days_asks_for_the_day_and_the_reason(form, deal):
    form.locator("[name=was]").fill("Разобрали три звонка")
    form.locator("[name=now]").fill("Работает, 30 заявок")
    form.locator("[name=plans]").fill("Взять помощника")
    form.locator("[name=title]").fill("Позвонить после отпуска")
    form.locator(".ruler .is-later").click()
    form.locator("[name=later_day]").fill("2031-01-15")
    form.locator(".comment-foot .btn--primary").click()

    expect(form.locator("[name=long_term_reason]")).to_have_attribute("aria-invalid", "true")
    form.locator("[name=long_term_reason]").fill("Партнёр в отпуске")
    form.locator(".comment-foot .btn--primary").click()

    expect(form.locator(".feed")).to_contain_text("Партнёр в отпуске")


@pytest.mark.refused("ERR_INTERNET_DISCONNECTED")
def test_without_a_connection_the_draft_stays_on_the_device_and_is_sent_when_it_is_back(form, deal, context):
    form.locator("[name=was]").fill("Разобрали")
    expect(form.locator("[data-draft-state]")).to_contain_text("черновик сохранён", timeout=10_000)
    context.set_offline(True)
    form.locator("[name=was]").fill("Разобрали три звонка без связи")
    expect(form.locator("[data-draft-state]")).to_contain_text("черновик на этом устройстве", timeout=10_000)
    context.set_offline(False)

    expect(form.locator("[data-draft-state]")).to_contain_text("черновик сохранён", timeout=15_000)
    assert CommentDraft.objects.get().fields["was"] == "Разобрали три звонка без связи"


@pytest.mark.refused("ERR_INTERNET_DISCONNECTED")
def test_what_was_typed_without_a_connection_outlives_the_closed_tab(form, deal, context, live_server):
    context.set_offline(True)
    form.locator("[name=was]").fill("Разобрали три звонка без связи")
    expect(form.locator("[data-draft-state]")).to_contain_text("черновик на этом устройстве", timeout=10_000)
    form.close()
    context.set_offline(False)

    again = context.new_page()
    again.goto(f"{live_server.url}/deals/{deal.pk}/?comment=1")

    expect(again.locator("[name=was]")).to_have_value("Разобрали три звонка без связи")
    expect(again.locator("[data-draft-state]")).to_contain_text("черновик сохранён", timeout=10_000)


@pytest.mark.refused("409")
def test_two_tabs_do_not_write_over_each_other_silently(form, deal, context, live_server):
    other = context.new_page()
    other.goto(f"{live_server.url}/deals/{deal.pk}/?comment=1")
    form.locator("[name=was]").fill("Первая вкладка")
    expect(form.locator("[data-draft-state]")).to_contain_text("черновик сохранён", timeout=10_000)
    other.locator("[name=was]").fill("Вторая вкладка")

    expect(other.locator("[data-draft-choice]")).to_contain_text("В другой вкладке", timeout=10_000)
    other.locator("[data-draft-take]").click()

    expect(other.locator("[name=was]")).to_have_value("Первая вкладка")
    assert CommentDraft.objects.get().fields["was"] == "Первая вкладка"


def test_the_meter_follows_what_is_typed_and_promises_are_judged_by_keyboard(form, deal, live_server):
    form.locator("[name=was]").fill("Разобрали три звонка")
    expect(form.locator("[data-meter]")).not_to_contain_text("Было")
    expect(form.locator("[data-meter]")).to_contain_text("Сейчас")
    form.locator("[name=now]").fill("Работает, но встреч пока нет")
    expect(form.locator("[data-meter]")).to_contain_text("Нет чисел")
    form.locator("[name=plans]").fill("Прислать записи до пятницы")
    form.locator("[name=title]").fill("Узнать про записи")
    form.locator(".ruler label").nth(3).click()
    expect(form.locator("[data-meter]")).to_contain_text("Все части на месте")
    form.keyboard.press("Control+Enter")
    expect(form.locator(".feed-item").first).to_contain_text("Прислать записи")

    form.goto(f"{live_server.url}/deals/{deal.pk}/?comment=1")
    form.locator(".promise input").first.focus()
    form.keyboard.press("ArrowRight")
    form.keyboard.press("ArrowRight")
    form.locator("[name=was]").fill("Ждали записи")
    form.locator("[name=now]").fill("Работает, 12 заявок")
    form.locator("[name=plans]").fill("Прислать записи завтра")
    form.locator("[name=title]").fill("Узнать про записи")
    form.locator(".ruler label").nth(3).click()
    form.keyboard.press("Control+Enter")

    expect(form.locator(".feed-item").first).to_contain_text("Прислать записи до пятницы: не сделано")
