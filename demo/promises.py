"""What sales promised at the sale: the main comment, and the agreements that stay with the partner (R1)."""

from random import Random

from demo.stories import Story
from demo.talk import WEEKLY_REQUESTS

GEOGRAPHY = ["{city} и область", "только {city}", "{city} и 50 км вокруг", "{city} и ближайшие районы"]
SPEED = ["{low}–{high} заявок в неделю", "не меньше {low} заявок в неделю", "плавный старт, потом {high} в неделю"]
NETWORKS = ["Яндекс Директ", "Яндекс Директ, VK Реклама", "Яндекс Директ, 2ГИС", "Яндекс Директ, VK Реклама, Авито"]
CAMPAIGNS = [
    "Банкротство физлиц: поиск и РСЯ", "Банкротство и защита от кредиторов", "Семейные и жилищные споры",
    "Военное право и банкротство", "Защита прав потребителей",
]  # fmt: skip

# A sentence of the main comment, and the agreement that it means; an empty one is no promise.
EXTRAS = [
    ("Обещали бесплатный разбор звонков через месяц.", "Бесплатный разбор звонков через месяц"),
    ("Просят звонить после 12:00 по местному: утром суды.", ""),
    ("Согласовали доплату за вторую сеть: 15 000 ₽.", "Вторая сеть за доплату 15 000 ₽"),
    ("Обещали первые заявки за неделю после запуска.", "Первые заявки за неделю после запуска"),
    ("Вопросы по оплате решает бухгалтер.", ""),
    ("Обещали помочь с настройкой CRM.", "Помощь с настройкой CRM"),
    ("Уже работали с подрядчиком, осторожны: нужен отчёт каждую неделю.", "Отчёт по рекламе каждую неделю"),
    ("Хотят быстрый старт, помощника выделили.", ""),
    ("Обещали эксклюзив по городу на время пакета.", "Эксклюзив по городу на время пакета"),
    ("Обещали обучение помощника, две встречи.", "Обучение помощника, две встречи"),
]


def speed(rng: Random, story: Story) -> str:
    low, high = WEEKLY_REQUESTS[story.package.name]
    return rng.choice(SPEED).format(low=low, high=high)


def geography(rng: Random, story: Story) -> str:
    return rng.choice(GEOGRAPHY).format(city=story.city.name)


def promise(rng: Random, story: Story) -> tuple[str, list[str]]:
    """The main comment as sales writes it, and its agreements."""
    low, _high = WEEKLY_REQUESTS[story.package.name]
    sentences = [f"Обещали не меньше {low} заявок в неделю, география: {geography(rng, story)}."]
    agreements = [f"Не меньше {low} заявок в неделю"]
    for sentence, agreement in rng.sample(EXTRAS, rng.randint(1, 3)):
        sentences.append(sentence)
        agreements += [agreement] if agreement else []
    if story.discount:
        sentences.append(f"Скидка {story.discount} %.")
        agreements.append(f"Скидка {story.discount} % на первое продление")
    return " ".join(sentences), agreements
