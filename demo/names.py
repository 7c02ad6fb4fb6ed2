"""Invented people, firms and numbers. No tax number here can exist: no office 00, no month 00, no Ukrainian code 9…"""

from dataclasses import dataclass
from random import Random

from stdnum.ru import inn
from stdnum.ua import edrpou

from partners.models import LegalKind
from partners.tax_numbers import kazakh_check_digit


def words(text: str) -> list[str]:
    return text.split()


SURNAMES = words("""
    Алексеев Андреев Антонов Афанасьев Баранов Белкин Белов Беляев Богданов Борисов Быков Васильев Веселов Виноградов
    Власов Волков Воробьёв Гаврилов Голубев Горбунов Гордеев Григорьев Громов Гусев Давыдов Данилов Денисов Дмитриев
    Дорофеев Егоров Ермаков Ершов Ефимов Жаров Журавлёв Зайцев Захаров Зимин Зотов Иванов Игнатьев Ильин Исаев Казаков
    Калинин Карпов Киселёв Климов Ковалёв Козлов Комаров Кондратьев Коновалов Королёв Котов Кравцов Крылов Кузнецов
    Кузьмин Куликов Лебедев Логинов Лосев Лукин Макаров Максимов Мальцев Марков Матвеев Мельников Миронов Михайлов
    Морозов Назаров Некрасов Нечаев Никитин Николаев Новиков Носков Орлов Осипов Панов Петров Поляков Пономарёв Попов
    Прохоров Родионов Романов Рябов Савельев Савин Сафонов Селезнёв Семёнов Серов Сидоров Соболев Соколов Соловьёв Сомов
    Степанов Суворов Тарасов Терехов Тимофеев Тимошин Титов Тихонов Третьяков Трофимов Ушаков Фадеев Фёдоров Филатов
    Филиппов Фомин Харитонов Царёв Чернов Чистяков Шашков Широков Шубин Щукин Юдин Яковлев Яшин
""")
KAZAKH_SURNAMES = words("""
    Абдрахманов Ахметов Байжанов Досов Ермеков Жакупов Исмаилов Кенжебаев Нургалиев Оспанов Сагитов Садыков Тулегенов
""")
UKRAINIAN_SURNAMES = words("""
    Бондарь Бондаренко Гончаренко Коваленко Кравченко Лысенко Марченко Олейник Пономаренко Савченко Ткаченко Шевченко
""")
TATAR_SURNAMES = words("Алиев Валеев Гарипов Закиров Каримов Мусин Сафин Хасанов Юсупов Шарипов")

MEN = words("""
    Александр Алексей Андрей Антон Артём Борис Вадим Василий Виктор Владимир Вячеслав Глеб Григорий Денис Дмитрий
    Евгений Егор Иван Игорь Кирилл Константин Леонид Максим Михаил Никита Николай Олег Павел Пётр Роман Сергей
    Станислав Степан Тимур Фёдор Юрий Ярослав
""")
WOMEN = words("""
    Алина Алла Анастасия Анна Валентина Валерия Вера Вероника Виктория Галина Дарья Екатерина Елена Жанна Зоя Инна Ирина
    Кристина Ксения Лариса Лидия Людмила Маргарита Марина Мария Надежда Наталья Нина Оксана Олеся Ольга Полина Светлана
    София Тамара Татьяна Юлия Яна
""")
FATHERS = {
    "Александр": "Александрович", "Алексей": "Алексеевич", "Анатолий": "Анатольевич", "Андрей": "Андреевич",
    "Борис": "Борисович", "Вадим": "Вадимович", "Валерий": "Валерьевич", "Виктор": "Викторович",
    "Владимир": "Владимирович", "Геннадий": "Геннадьевич", "Григорий": "Григорьевич", "Дмитрий": "Дмитриевич",
    "Евгений": "Евгеньевич", "Иван": "Иванович", "Игорь": "Игоревич", "Константин": "Константинович",
    "Леонид": "Леонидович", "Максим": "Максимович", "Михаил": "Михайлович", "Николай": "Николаевич",
    "Олег": "Олегович", "Павел": "Павлович", "Пётр": "Петрович", "Роман": "Романович", "Сергей": "Сергеевич",
    "Степан": "Степанович", "Тимур": "Тимурович", "Юрий": "Юрьевич",
}  # fmt: skip
POSITIONS = ["директор", "директор, решает сам", "владелец", "управляющий партнёр", "руководитель практики"]
ASSISTANTS = ["помощник юриста", "администратор", "менеджер по заявкам", "бухгалтер"]

ADJECTIVES = words("""
    Правовой Первый Надёжный Честный Новый Городской Народный Свободный Юридический Открытый Главный Единый Верный
    Деловой Личный Областной
""")
NOUNS = words("""
    вектор щит советник стандарт рубеж альянс выбор ответ ориентир причал эксперт партнёр центр адвокат консультант
    защитник довод аргумент процесс статус
""")
PHRASES = [
    "Чистый лист", "Закон и дело", "Закон и порядок", "Свобода от долгов", "Первая защита", "Финправо", "Право и мера",
    "Новый старт", "Жизнь без долгов", "Точка закона", "Буква закона", "Без долгов", "Право выбора", "Свой юрист",
    "Долгам нет", "Фемида и партнёры", "Правое дело", "Верное решение", "Шаг к свободе", "Вердикт", "Кодекс",
    "Антикредит", "Банкрот-консалт", "Юрист для людей", "Правда и закон", "Тихая гавань", "Равновесие", "Второй шанс",
]  # fmt: skip
WITH_CITY = ["Долг-Стоп {}", "Юрцентр {}", "Правозащита {}", "Банкротство {}", "Юрсовет {}", "Защита {}", "Право {}"]


@dataclass(frozen=True, slots=True)
class Person:
    surname: str
    first: str
    middle: str

    @property
    def full(self) -> str:
        return f"{self.surname} {self.first} {self.middle}"

    @property
    def by_name(self) -> str:
        """How one addresses a contact: first name, patronymic, surname."""
        return f"{self.first} {self.middle} {self.surname}"

    @property
    def with_initials(self) -> str:
        return f"{self.surname} {self.first[0]}. {self.middle[0]}."


@dataclass(frozen=True, slots=True)
class Firm:
    """A partner's name, form and director."""

    name: str
    legal_kind: str
    legal_name: str
    director: Person


def feminine(word: str) -> str:
    """Лосева for Лосев, Сергеевна for Сергеевич; names like Ким or Марченко do not change."""
    if word.endswith("ич"):
        return word.removesuffix("ич") + "на"
    return word + "а" if word.endswith(("ов", "ев", "ёв", "ин")) else word


def person(rng: Random, country: str) -> Person:
    surnames = {
        "KZ": KAZAKH_SURNAMES + SURNAMES[::6],
        "UA": UKRAINIAN_SURNAMES,
        "RU": SURNAMES + TATAR_SURNAMES,
    }[country]
    surname, patronymic = rng.choice(surnames), FATHERS[rng.choice(list(FATHERS))]
    if rng.random() < 0.45:
        return Person(feminine(surname), rng.choice(WOMEN), feminine(patronymic))
    return Person(surname, rng.choice(MEN), patronymic)


def firm(rng: Random, country: str, city: str) -> Firm:
    """A company or an entrepreneur, named as they are in that country."""
    director = person(rng, country)
    if rng.random() < 0.42:
        form = "ФОП" if country == "UA" else "ИП"
        return entrepreneur(director, form)
    kind = rng.random()
    if kind < 0.45:
        title = f"{rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"
    elif kind < 0.75:
        title = rng.choice(PHRASES)
    else:
        title = rng.choice(WITH_CITY).format(city)
    form = {"KZ": "ТОО", "UA": "ООО", "RU": "ООО"}[country]
    return Firm(f"{form} «{title}»", LegalKind.COMPANY, "", director)


def entrepreneur(director: Person, form: str = "ИП") -> Firm:
    return Firm(f"{form} {director.with_initials}", LegalKind.ENTREPRENEUR, f"{form} {director.full}", director)


def tax_number(country: str, legal_kind: str, serial: int) -> str:
    """A number with right control digits that belongs to nobody; another one for each serial number."""
    scattered = serial * 7_919 % 10_000_000
    if country == "KZ":
        kind = "4" if legal_kind == LegalKind.COMPANY else "0"
        beginnings = (f"0000{kind}{(scattered + shift) % 1_000_000:06}" for shift in (0, 500_003))
        return next(digits + kazakh_check_digit(digits) for digits in beginnings if kazakh_check_digit(digits))
    if country == "UA":
        digits = f"9{scattered % 1_000_000:06}"
        return digits + edrpou.calc_check_digit(digits)
    if legal_kind == LegalKind.COMPANY:
        return f"00{scattered:07}{inn.calc_company_check_digit(f'00{scattered:07}')}"
    return f"000{scattered:07}{inn.calc_personal_check_digits(f'000{scattered:07}')}"


def phone(serial: int) -> str:
    """+7 900 000-xx-xx: numbers that no operator gives out."""
    return f"+7900000{serial * 37 % 10_000:04}"
