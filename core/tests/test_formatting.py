"""Numbers, dates and words as ui.md section 3 wants them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from core import formatting
from core.moscow import calling_window

NOW = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)  # 11:40 in Moscow, a Monday
TODAY = date(2026, 11, 23)


def plain(text: str) -> str:
    """The text with its unbreakable spaces made visible."""
    return text.replace("\u00a0", "_")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1250000.00"), "1_250_000_₽"),
        (Decimal("-58000"), "−58_000_₽"),
        (Decimal("0"), "0_₽"),
        (Decimal("999.50"), "999,50_₽"),
        (Decimal("-0.01"), "−0,01_₽"),
        (12, "12_₽"),
        (None, "—"),
    ],
)
def test_a_sum_has_unbreakable_thousands_and_a_real_minus(value: Decimal | int | None, text: str) -> None:
    assert plain(formatting.money(value)) == text


def test_bank_data_show_kopecks_always() -> None:
    assert plain(formatting.money(Decimal("43000"), kopecks=True)) == "43_000,00_₽"


@pytest.mark.parametrize(
    ("n", "form"),
    [(0, "дел"), (1, "дело"), (2, "дела"), (5, "дел"), (11, "дел"), (14, "дел"), (21, "дело"), (112, "дел")],
)
def test_a_noun_agrees_with_its_number(n: int, form: str) -> None:
    assert formatting.plural(n, "дело", "дела", "дел") == form


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (TODAY, "сегодня"),
        (date(2026, 11, 22), "вчера"),
        (date(2026, 11, 24), "завтра"),
        (date(2026, 11, 25), "25_ноя, ср"),
        (date(2027, 1, 14), "14_янв_2027"),
        (datetime(2026, 11, 22, 21, 30, tzinfo=UTC), "сегодня"),
        (None, "—"),
    ],
)
def test_a_day_is_named_as_near_as_it_is(value: date | None, text: str) -> None:
    assert plain(formatting.day(value, TODAY)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 11, 23, 11, 0, tzinfo=UTC), "сегодня_14:00"),
        (datetime(2026, 11, 24, 6, 30, tzinfo=UTC), "завтра_9:30"),
        (datetime(2026, 11, 16, 9, 4, tzinfo=UTC), "16_ноя, пн, 12:04"),
        (datetime(2027, 1, 14, 9, 4, tzinfo=UTC), "14_янв_2027, 12:04"),
    ],
)
def test_a_moment_has_its_day_and_its_time_in_moscow(value: datetime, text: str) -> None:
    assert plain(formatting.day_time(value, NOW)) == text


def test_documents_have_dates_in_full() -> None:
    assert plain(formatting.long_date(TODAY)) == "23_ноября 2026_г."
    assert formatting.numeric_date(date(2026, 3, 5)) == "05.03.2026"
    assert plain(formatting.weekday_date(TODAY)) == "понедельник, 23_ноября"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=20), "1_мин"),
        (timedelta(minutes=59, seconds=30), "1_ч"),
        (timedelta(hours=12, minutes=20), "12_ч_20_мин"),
        (timedelta(hours=36, minutes=5), "36_ч"),
        (timedelta(hours=47, minutes=59), "47_ч"),
        (timedelta(hours=48), "2_дня"),
        (timedelta(days=11), "11_дней"),
    ],
)
def test_a_span_is_as_exact_as_it_is_short(span: timedelta, text: str) -> None:
    assert plain(formatting.duration(span)) == text


def test_a_deadline_says_what_is_left_or_how_late_it_is() -> None:
    assert plain(formatting.time_left(NOW + timedelta(hours=12, minutes=20), NOW)) == "осталось 12_ч_20_мин"
    assert plain(formatting.time_left(NOW - timedelta(hours=11, minutes=40), NOW)) == "просрочено 11_ч_40_мин"
    assert plain(formatting.days_left(TODAY + timedelta(days=7), TODAY)) == "7_дн"
    assert formatting.days_left(TODAY, TODAY) == "сегодня"
    assert plain(formatting.days_left(TODAY - timedelta(days=3), TODAY)) == "просрочено 3_дня"


@pytest.mark.parametrize(
    ("zone", "form", "text"),
    [
        ("Asia/Yekaterinburg", "full", "13:40_· можно до 20:00"),
        ("Asia/Yekaterinburg", "left", "13:40_· ещё 6_ч_20_мин"),
        ("Asia/Yekaterinburg", "short", "13:40"),
        ("Asia/Vladivostok", "full", "18:40_· осталось 1_ч_20_мин"),
        ("Asia/Vladivostok", "short", "18:40_· 1_ч_20_мин"),
        ("Asia/Kamchatka", "short", "20:40_· поздно"),
        ("Asia/Kamchatka", "note", "поздно"),
        ("America/New_York", "full", "3:40_· рано, с 17:00 МСК"),
    ],
)
def test_a_city_says_its_time_and_whether_one_may_call(zone: str, form: str, text: str) -> None:
    assert plain(formatting.local_time_text(calling_window(zone, NOW), form)) == text


@pytest.mark.parametrize(
    ("text", "typeset"),
    [
        ("Звонить в обед и не раньше", "Звонить в_обед и_не_раньше"),
        ("Счёт № 1171 на 186 000 ₽", "Счёт №_1171 на_186_000_₽"),
        ("ООО Вектор, прил. 3, усл. 2, г. Омск", "ООО_Вектор, прил._3, усл._2, г._Омск"),
        ("через 7 дней", "через 7_дней"),
        ("оплата БЕЗ НДС", "оплата БЕЗ_НДС"),
        ("ИП Савельева Н. Р.", "ИП_Савельева_Н._Р."),
        ('пакет "Бизнес"', "пакет «Бизнес»"),
        ("скидка 7 % — первая", "скидка 7_%_— первая"),
    ],
)
def test_a_line_never_ends_where_it_must_not(text: str, typeset: str) -> None:
    assert plain(formatting.typography(text)) == typeset


def test_people_are_shortened() -> None:
    assert formatting.initials("Ольга Мартынова") == "ОМ"
    assert plain(formatting.short_name("Антон Горин")) == "А._Горин"
    assert formatting.short_name("Антон") == "Антон"


def test_english_pages_speak_english() -> None:
    with translation.override("en"):
        assert plain(formatting.money(Decimal("1250000"))) == "1,250,000_₽"
        assert plain(formatting.day(date(2026, 11, 25), TODAY)) == "25_Nov, Wed"
        assert plain(formatting.long_date(TODAY)) == "23_November 2026"
        assert plain(formatting.time_left(NOW + timedelta(minutes=5), NOW)) == "5_min left"
        assert plain(formatting.days(1)) == "1_day"


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("+79000003811", "+7 900 000-38-11"),
        ("+380441234567", "+380 44 123-45-67"),
        ("+12025550123", "+12025550123"),
        ("", ""),
    ],
)
def test_a_phone_is_read_in_groups(kept, read):
    assert formatting.phone(kept).replace(formatting.NBSP, " ") == read
