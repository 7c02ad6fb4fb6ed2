"""R3: the text of a comment is taken apart, its numbers are read, and what is missing is named."""

from decimal import Decimal

import pytest

from deals.comment_text import Numbers, missing_parts, parse_comment, read_numbers

WRONG = "Всё хорошо, получает заявки. Созвониться на следующей неделе."
RIGHT = """Было: Изучил информацию по работе с заявками (видно, что не до конца)
Сейчас: Обрабатывает заявки. Сейчас 30 заявок, 4 встречи, 1 договор. Сумма договора 100 000 руб. Рекомендую продавать дороже и изучить материалы.
Планирует: изучить материалы, отправить записи звонков. Рассматривает CRM систему и материалы «Отдел Продаж».
Нужно созвониться и узнать, внедрил ли скрипт и когда будет покупать CRM и материалы «Отдел Продаж»"""  # noqa: E501


def test_the_manuals_right_example_is_taken_whole():
    parsed = parse_comment(RIGHT)

    assert parsed.was == "Изучил информацию по работе с заявками (видно, что не до конца)"
    assert parsed.now.startswith("Обрабатывает заявки. Сейчас 30 заявок")
    assert parsed.now.endswith("изучить материалы.")
    assert parsed.plans.startswith("изучить материалы, отправить записи звонков.")
    assert "Нужно созвониться и узнать" in parsed.plans
    assert parsed.next_step.startswith("Нужно созвониться и узнать, внедрил ли скрипт")
    assert parsed.missing == []


def test_its_numbers_are_read_out_of_the_text():
    assert parse_comment(RIGHT).numbers == Numbers(30, 4, 1, Decimal("100000.00"))


def test_the_manuals_wrong_example_lacks_two_parts():
    parsed = parse_comment(WRONG)

    assert parsed.now == WRONG
    assert parsed.missing == ["was", "plans"]
    assert not parsed.numbers


def test_headings_are_found_on_one_line_and_in_any_case():
    parsed = parse_comment("БЫЛО: разобрали звонки. сейчас: 12 заявок. Планируют: купить CRM")

    assert (parsed.was, parsed.now, parsed.plans) == ("разобрали звонки.", "12 заявок.", "купить CRM")


def test_the_word_now_inside_a_sentence_is_no_heading():
    assert parse_comment("Сейчас: работает. Сейчас 30 заявок").now == "работает. Сейчас 30 заявок"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1 заявка, 1 встреча, 1 договор", Numbers(1, 1, 1)),
        ("получил 22 новые заявки", Numbers(requests=22)),
        ("12 заявок, ноль встреч", Numbers(12, 0)),
        ("две встречи и один договор на 80 тыс. руб.", Numbers(None, 2, 1, Decimal("80000.00"))),
        ("Сумма договоров — 1 250 000,50 ₽", Numbers(contracts_sum=Decimal("1250000.50"))),
        ("Сумма договора на 1,5 млн", Numbers(contracts_sum=Decimal("1500000.00"))),
        ("1 200 заявок", Numbers(requests=1200)),
        ("Заявки идут, встречи будут", Numbers()),
        ("в 2026 году заключил договор", Numbers()),
    ],
)
def test_numbers_are_read_from_plain_russian(text, numbers):
    assert read_numbers(text) == numbers


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        (("Сделал разбор", "30 заявок", "Купить CRM", "Позвонить"), ["due_at"]),
        (("", "30 заявок", "Купить CRM", "Позвонить"), ["was", "due_at"]),
        (("-", "ок", "  ", ""), ["was", "now", "plans", "next_step", "due_at"]),
    ],
)
def test_each_missing_part_is_named(parts, missing):
    assert missing_parts(*parts, None) == missing
