"""The small parts of rows: chips, clocks, marks, the 7-day ruler."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template

NOW = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)  # 11:40 in Moscow, a Monday
TODAY = date(2026, 11, 23)


class LaterForm(forms.Form):
    later_on = forms.DateField(required=False)
    reason = forms.CharField(required=False)


def render(source: str, **context: object) -> str:
    html = Template(source).render(Context({"now": NOW, "today": TODAY, **context}))
    return html.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("due_at", "kind", "words"),
    [
        (NOW + timedelta(days=2), "plain", "25 ноя, ср, 11:40"),
        (NOW + timedelta(hours=2), "accent", "сегодня 13:40"),
        (TODAY, "accent", "сегодня"),
        (NOW - timedelta(hours=2), "bad", "просрочено 2 ч"),
        (NOW - timedelta(days=4), "bad", "просрочено 4 дня"),
        (TODAY - timedelta(days=1), "bad", "просрочено 1 день"),
        (None, "warn", "нет дела"),
    ],
)
def test_the_next_task_is_planned_today_overdue_or_missing(due_at: datetime | None, kind: str, words: str) -> None:
    chip = render("{% task_chip due_at 'call' now %}", due_at=due_at)
    assert f"chip--{kind}" in chip
    assert f">{words}</span>" in chip


def test_a_deal_without_a_task_has_its_own_icon_and_not_that_of_a_call() -> None:
    assert "#calendar-x" in render("{% task_chip None 'call' now %}")
    assert "#phone" in render("{% task_chip now 'call' now %}")


def test_a_chip_with_an_address_is_a_link_and_its_address_is_escaped() -> None:
    assert '<a class="chip chip--warn" href="/?a=1&amp;b=2" ' in render(
        "{% task_chip None now=now href=url %}", url="/?a=1&b=2"
    )


def test_a_countdown_grows_amber_in_the_last_day_and_red_after_it_r1() -> None:
    states = {36: "plain", 24: "warn", 1: "warn", -1: "bad"}
    for hours, kind in states.items():
        assert f"countdown--{kind}" in render("{% countdown deadline now %}", deadline=NOW + timedelta(hours=hours))


def test_the_bar_of_a_countdown_is_the_share_of_time_that_has_passed() -> None:
    assert 'width="25.0"' in render("{% countdown deadline now %}", deadline=NOW + timedelta(hours=36))
    assert 'width="100.0"' in render("{% countdown deadline now %}", deadline=NOW - timedelta(hours=36))


def test_a_city_shows_its_own_time_and_carries_its_zone_for_the_script() -> None:
    chip = render("{% local_time 'Asia/Vladivostok' now form='short' %}")
    assert "local-time--closing" in chip
    assert 'data-tz="Asia/Vladivostok"' in chip
    assert "18:40 · 1 ч 20 мин" in chip
    assert render("{% local_time None now %}") == ""


@pytest.mark.parametrize("state", ["good", "doubt", "problem", "unknown"])
def test_a_health_mark_has_a_shape_of_its_own_and_a_name(state: str) -> None:
    mark = render("{% health state %}", state=state)
    assert f"#health-{state}" in mark
    assert 'role="img" aria-label="' in mark


def test_ones_own_avatar_stands_out() -> None:
    assert "avatar--own" in render("{% avatar 'Ольга Мартынова' %}", user="Ольга Мартынова")
    assert "avatar--own" not in render("{% avatar 'Антон Горин' %}", user="Ольга Мартынова")


def test_the_ruler_offers_today_and_seven_days_and_asks_a_reason_for_later_r2() -> None:
    form = LaterForm()
    html = render(
        "{% ruler 'due_on' today counts=counts value=today later=form.later_on reason=form.reason %}",
        counts={TODAY: 5},
        form=form,
    )
    assert html.count('name="due_on"') == 9
    assert 'value="2026-11-23" checked' in html
    assert 'value="2026-11-30"' in html
    assert 'value="2026-12-01"' not in html
    assert 'value="later"' in html
    assert 'name="reason"' in html
    assert html.count("is-weekend") == 2


def test_a_date_beyond_the_ruler_opens_its_last_cell_r2() -> None:
    form = LaterForm()
    html = render(
        "{% ruler 'due_on' today value=value later=form.later_on reason=form.reason %}",
        value=TODAY + timedelta(days=10),
        form=form,
    )
    assert 'value="later" checked' in html


def test_a_chart_with_words_is_an_image_and_one_without_is_decoration() -> None:
    assert 'role="img" aria-label="up"' in render("{% sparkline values 'up' %}", values=[1, 2, 3])
    assert 'aria-hidden="true"' in render("{% sparkline values %}", values=[1, 1])
    assert render("{% sparkline values %}", values=[]) == ""


def test_text_of_people_is_escaped_everywhere() -> None:
    evil = "<b>Ольга</b> Мартынова"
    assert "<b>" not in render("{% avatar name %}{{ name|typo }}{{ name|short_name }}", name=evil)
