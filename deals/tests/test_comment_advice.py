"""R3: promises are followed, and a quiet meter says what could be better; only missing parts refuse."""

from datetime import UTC, datetime

import pytest

from deals.comment_advice import Typed, is_same, meter, promises_of
from deals.comment_text import Numbers, parse_comment
from deals.tests.test_comment_text import RIGHT

DUE = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
GOOD = {
    "was": "Разобрали три звонка",
    "now": "Обрабатывает заявки, 30 заявок",
    "plans": "Внедрить скрипт до 25 ноября",
    "next_step": "Узнать про скрипт",
    "due_at": DUE,
}


@pytest.mark.parametrize(
    ("plans", "promises"),
    [
        ("Взять помощника, внедрить скрипт до 19 ноября.", ["Взять помощника, внедрить скрипт до 19 ноября"]),
        ("Прислать записи. Купить CRM до 25.11.", ["Прислать записи", "Купить CRM до 25.11"]),
        ("- прислать записи\n- купить CRM;\n3) взять помощника", ["прислать записи", "купить CRM", "взять помощника"]),
        ("Купить CRM\nНужно созвониться и узнать, купил ли", ["Купить CRM"]),
        ("", []),
        ("—", []),
    ],
)
def test_plans_become_a_list_of_promises(plans, promises):
    assert promises_of(plans) == promises


def test_the_manuals_right_example_has_the_partners_promises_without_our_own_step():
    promises = promises_of(parse_comment(RIGHT).plans)

    assert promises == [
        "изучить материалы, отправить записи звонков",
        "Рассматривает CRM систему и материалы «Отдел Продаж»",
    ]


def test_no_more_than_eight_promises_are_asked_about():
    assert len(promises_of("\n".join(f"сделать дело номер {n}" for n in range(20)))) == 8


@pytest.mark.parametrize(
    ("changes", "missing", "advice"),
    [
        ({}, [], []),
        ({"was": "Всё хорошо"}, [], ["facts"]),
        ({"now": "Работает, но встреч пока нет"}, [], ["numbers"]),
        ({"now": "Работает, но встреч пока нет", "numbers": Numbers(requests=30)}, [], []),
        ({"plans": "Внедрить скрипт"}, [], ["date"]),
        ({"plans": "Внедрить скрипт к пятнице"}, [], []),
        ({"plans": ""}, ["plans"], []),
        ({"next_step": "", "due_at": None}, ["next_step", "due_at"], []),
    ],
)
def test_the_meter_names_what_is_missing_and_what_could_be_better(changes, missing, advice):
    found = meter(Typed(**GOOD | changes), "")

    assert (found.missing, found.advice) == (missing, advice)


@pytest.mark.parametrize(
    ("former", "same"),
    [
        (" ".join(GOOD[part] for part in ("was", "now", "plans")), True),
        ("Разобрали три звонка Обрабатывает заявки, 28 заявок Внедрить скрипт до 25 ноября", True),
        ("Прислали договор Заявок нет Пополнить бюджет завтра", False),
        ("", False),
    ],
)
def test_the_same_as_last_time_is_noticed(former, same):
    assert is_same(Typed(**GOOD).text, former) is same
