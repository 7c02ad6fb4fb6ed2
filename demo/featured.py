"""Partners of the demo's first manager, Ольга Мартынова: a day that is worth a look. All others are drawn by lot."""

from dataclasses import dataclass

from deals.models import Task
from demo.names import Firm, Person, entrepreneur
from demo.phrases import Topic, topic
from partners.models import LegalKind


@dataclass(frozen=True)
class Featured:
    """What is settled about a partner; the rest is drawn.

    `package` is (name, months), `addon` is (stage, key of the service, kind of step, title of the step).
    """

    firm: Firm
    city: str
    situation: str
    step: str = ""
    step_days: int = 0
    title: str = ""
    kind: str = Task.Kind.CALL
    package: tuple[str, int] | None = None
    discount: int | None = None
    ends_in: int | None = None
    paid_days_ago: int | None = None
    mood: str = ""
    main_comment: str = ""
    agreements: tuple[str, ...] = ()
    has_full_info: bool = True
    last_topic: Topic | None = None
    is_part_paid: bool | None = None
    addon: tuple[str, tuple[int, int], str, str] | None = None


def company(title: str, surname: str, first: str, middle: str) -> Firm:
    return Firm(f"ООО «{title}»", LegalKind.COMPANY, "", Person(surname, first, middle))


def sole(surname: str, first: str, middle: str) -> Firm:
    return entrepreneur(Person(surname, first, middle))


STANDARD, LONG_STANDARD, BUSINESS, PREMIUM = ("Стандарт", 3), ("Стандарт", 6), ("Бизнес", 6), ("Премиум", 6)

FEATURED = [
    Featured(
        company("Правовой вектор", "Чернова", "Лариса", "Игоревна"), "Екатеринбург", "due", "overdue", 4,
        "Узнать, внедрён ли скрипт; согласовать дату оплаты",
        package=BUSINESS, discount=7, ends_in=7, mood="rising", is_part_paid=False,
        last_topic=topic("скрипт первой встречи"),
        main_comment="Обещали не меньше 25 заявок в неделю, только Екатеринбург и Верхняя Пышма. Скидка 7 % на первое "
        "продление. Звонить после 12:00 по местному: утром суды. Доплату за вторую сеть согласовали: 15 000 ₽.",
        agreements=("Не меньше 25 заявок в неделю", "Скидка 7 % на первое продление"),
        addon=("offered", (3, 2), "planned", "Обсудить материалы «Отдел продаж»"),
    ),
    Featured(
        sole("Жакупов", "Тимур", "Серикович"), "Алматы", "healthy", "overdue", 3, "Отправить запись звонка и разбор",
        Task.Kind.LETTER, package=STANDARD, last_topic=topic("записи трёх звонков"),
    ),
    Featured(
        company("Долг-Стоп Самара", "Макаров", "Денис", "Олегович"), "Самара", "troubled", "overdue", 3,
        "Нет заявок четвёртый день: ответить партнёру", package=LONG_STANDARD, mood="empty",
        last_topic=topic("телефонию и форму"),
    ),
    Featured(
        company("Чистый лист", "Фадеев", "Павел", "Андреевич"), "Новосибирск", "soon", "today", 0,
        "Созвон по итогам недели: заявки, встречи, договоры", package=BUSINESS, mood="rising",
        last_topic=topic("вести таблицу"),
    ),
    Featured(
        sole("Громов", "Павел", "Анатольевич"), "Краснодар", "due", "today", 0, "Подтвердить дату оплаты",
        package=STANDARD, ends_in=8, last_topic=topic("дату оплаты"), is_part_paid=True,
    ),
    Featured(
        sole("Марченко", "Виктор", "Олегович"), "Полтава", "healthy", "today", 0, "Проверить внедрение CRM",
        package=STANDARD, last_topic=topic("заявки в CRM"), addon=("won", (3, 5), "", ""),
    ),
    Featured(
        company("Юрцентр Балтика", "Серова", "Ирина", "Юрьевна"), "Калининград", "healthy", "today", 0,
        "Показать отчёт маркетинга по сетям", Task.Kind.MEETING, package=BUSINESS, mood="rising",
        last_topic=topic("отчёт маркетинга"),
    ),
    Featured(
        company("Закон и дело", "Котов", "Михаил", "Юрьевич"), "Воронеж", "preparing", "today", 0,
        "Согласовать тексты объявлений и дату запуска", package=STANDARD, last_topic=topic("тексты объявлений"),
    ),
    Featured(
        sole("Савельева", "Нина", "Романовна"), "Владивосток", "healthy", "planned", package=LONG_STANDARD,
        addon=("agreed", (3, 2), "today", "Согласие на «Отдел продаж»: выставить счёт"),
    ),
    Featured(
        sole("Орлова", "Ксения", "Дмитриевна"), "Пенза", "healthy", "planned", package=STANDARD,
        addon=("offered", (3, 5), "today", "Обсудить настройку CRM и материалы"),
    ),
    Featured(
        company("Амур-Банкротство", "Ланской", "Денис", "Аркадьевич"), "Хабаровск", "handed_over", "handoff",
        package=BUSINESS, paid_days_ago=1,
        main_comment="Хочет быстрый старт: первые заявки за 5 дней. Гео: Хабаровск и Комсомольск-на-Амуре. Обещали "
        "бесплатный разбор звонков через месяц. Скидок нет.",
        agreements=("Первые заявки за 5 дней", "Бесплатный разбор звонков через месяц"),
    ),
    Featured(
        sole("Тимошин", "Алексей", "Владимирович"), "Тюмень", "handed_over", "handoff", package=LONG_STANDARD,
        paid_days_ago=0, has_full_info=False,
    ),
    Featured(
        sole("Кравцов", "Евгений", "Михайлович"), "Петропавловск-Камчатский", "healthy", "none", package=STANDARD,
        mood="falling",
    ),
    Featured(
        company("Свобода от долгов", "Панова", "Юлия", "Сергеевна"), "Липецк", "healthy", "none", package=LONG_STANDARD,
    ),
    Featured(
        sole("Нечаева", "Оксана", "Викторовна"), "Владивосток", "due", "planned", package=LONG_STANDARD, ends_in=11,
        mood="rising",
    ),
    Featured(sole("Власов", "Сергей", "Борисович"), "Челябинск", "due", "planned", package=LONG_STANDARD, ends_in=12),
    Featured(company("Вектор Сибирь", "Ершов", "Антон", "Ильич"), "Красноярск", "soon", "planned", package=BUSINESS),
    Featured(company("Сибзащита", "Зимин", "Глеб", "Петрович"), "Томск", "soon", "planned", package=BUSINESS),
    Featured(company("Первая защита", "Шубина", "Анна", "Олеговна"), "Иркутск", "soon", "planned", package=BUSINESS),
    Featured(sole("Гусев", "Максим", "Юрьевич"), "Тула", "soon", "planned", package=STANDARD),
    Featured(sole("Ермекова", "Алия", "Нурлановна"), "Астана", "soon", "planned", package=STANDARD, mood="falling"),
    Featured(sole("Белкин", "Роман", "Геннадьевич"), "Омск", "troubled", "planned", package=STANDARD),
    Featured(
        company("Право-Юг", "Харитонова", "Вера", "Львовна"), "Ростов-на-Дону", "troubled", "planned", package=PREMIUM,
    ),
    Featured(sole("Сафина", "Лилия", "Ильдаровна"), "Уфа", "troubled", "called", package=STANDARD),
    Featured(
        company("Финправо", "Белов", "Кирилл", "Игоревич"), "Пермь", "troubled", "planned", package=STANDARD,
        mood="falling",
    ),
]  # fmt: skip
