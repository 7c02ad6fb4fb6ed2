"""Makes docs/screens/: `make screens`. Each screen is a line of SCREENS; add one for a new screen.

Runs in an empty database: loads the demo company of one fixed day, stops the clocks of the server and of the browser
at 11:40 of it, signs in as each role and takes each screen at 1440 × 900 and 390 × 844. `make screens ARGS=board`
takes only those whose name contains the word.
"""

import io
import os
import re
import shutil
import sys
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "lbg_support.settings",
    "DEBUG": "true",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    "LOG_LEVEL": "ERROR",
}
FOLDER = ROOT / "docs" / "screens"
TODAY = date(2026, 11, 23)
PASSWORD = "lbg-demo-2026"  # noqa: S105  (of the demo company, printed on its login page)
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
COLOURS = 256
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--lang=ru-RU"]


@dataclass(frozen=True)
class Screen:
    """A picture: its file's name, who looks (the demo's log-in before the @), the address, and what to do before it.

    `address` may name things of `things()` in braces. `press` are keys pressed one after another, then `types` is
    typed; `click` is a selector. A desk-only screen, such as a list of keys, has no picture of the phone.
    """

    name: str
    who: str
    address: str
    about: str
    is_dark_too: bool = False
    press: tuple[str, ...] = ()
    types: str = ""
    click: str = ""
    is_desk_only: bool = False


SCREENS = [
    Screen("login", "", "/accounts/login/", "Вход", True),
    Screen("my-day", "support", "/day/", "Мой день: порядок звонков", True),
    Screen("board", "support", "/deals/board/renewal/", "Доска «Продления»", True),
    Screen("board-new", "support", "/deals/board/new/", "Доска «Новые партнёры»"),
    Screen("board-addon", "support", "/deals/board/addon/", "Доска «Доп. услуги»"),
    Screen(
        "glance",
        "support",
        "/deals/board/renewal/",
        "Быстрый просмотр сделки",
        press=("ArrowDown", "Space"),
        is_desk_only=True,
    ),
    Screen("bulk", "head", "/deals/board/renewal/?layout=list", "Выбранные строки: перенос дел", press=tuple("jxjxd")),
    Screen("terms", "support", "/deals/terms/renewal/", "Сроки: продления по неделям и месяцам", True),
    Screen("saved-views", "support", "/deals/board/renewal/?layout=board", "Сохранённые виды", click=".views-open"),
    Screen("calling", "support", "/day/calls/", "Обзвон", True),
    Screen("deal", "support", "/deals/{due_deal}/?comment=1", "Карточка сделки с комментарием после звонка", True),
    Screen("deal-tasks", "support", "/deals/{due_deal}/?tab=tasks", "Карточка сделки: дела"),
    Screen("deal-files", "support", "/deals/{due_deal}/?tab=files", "Карточка сделки: файлы"),
    Screen("chat", "support", "/chats/deals/{chat_deal}/", "Чат «Маркетинг и сотрудник» рядом со сделкой", True),
    Screen("chats", "support", "/chats/", "Чаты: кто кого ждёт"),
    Screen("chats-marketing", "marketing", "/chats/?thread={chat_partner}", "Чаты маркетинга: открытые запросы"),
    Screen(
        "stage-dialog",
        "support",
        "/deals/{soon_deal}/",
        "Переход на статус",
        click=".stages a:has-text('Должен')",
        is_desk_only=True,
    ),
    Screen("call", "support", "/deals/{due_deal}/calls/new/", "Записать звонок", is_desk_only=True),
    Screen(
        "plan-task",
        "support",
        "/deals/{due_deal}/",
        "Назначить дело: линейка семи дней",
        press=("d",),
        is_desk_only=True,
    ),
    Screen("handoffs", "support", "/deals/handoffs/?handoff={handoff}", "Передача в ОМ"),
    Screen("handoff-new", "sales", "/deals/handoffs/new/", "Передать партнёра"),
    Screen("handoff-returned", "sales", "/deals/handoffs/?handoff={returned}", "Передача в ОМ: возвращена продажам"),
    Screen("handoffs-sold", "sales", "/deals/handoffs/sold/", "Что стало с переданными партнёрами"),
    Screen("partners", "support", "/partners/", "Партнёры"),
    Screen("partner", "support", "/partners/{partner}/", "Карточка партнёра"),
    Screen("request-form", "", "/request/", "Заявка Заказчика"),
    Screen("requests", "support", "/invoices/requests/", "Заявки заказчиков"),
    Screen("request", "support", "/invoices/requests/{request}/", "Заявка заказчика и что делать с ней"),
    Screen("invoices-asked", "support", "/invoices/asked/", "Просят выставить счёт"),
    Screen("invoices", "support", "/invoices/", "Счета"),
    Screen("invoice", "support", "/invoices/{invoice}/", "Счёт"),
    Screen("outbox", "head", "/outbox/", "Исходящие"),
    Screen("outbox-text", "head", "/outbox/templates/invoice.email/", "Текст письма со счётом"),
    Screen("invoice-card", "support", "/invoices/{invoice}/card/", "Оплата счёта на карту"),
    Screen("invoice-new", "support", "/invoices/new/?deal={due_deal}", "Новый счёт"),
    Screen("notifications", "support", "/deals/notifications/", "Уведомления"),
    Screen("notifications-settings", "support", "/me/notifications/", "О чём сообщать"),
    Screen("bank", "head", "/bank/", "Банковская выписка: решение по платежу", True),
    Screen("bank-statement", "head", "/bank/statements/", "Загруженные выписки"),
    Screen("payments", "support", "/payments/", "Мои оплаты", True),
    Screen("payments-all", "head", "/payments/", "Оплаты отдела по менеджерам"),
    Screen("plans", "head", "/payments/plans/", "Планы менеджеров и закрытие месяца"),
    Screen("alerts", "support", "/deals/alerts/", "Сигналы"),
    Screen("planning", "head", "/meetings/", "Планёрка", True),
    Screen("planning-schedule", "head", "/meetings/slots/", "График планёрок"),
    Screen("overview", "head", "/overview/", "Сводка отдела", True),
    Screen("substitutions", "head", "/me/substitutions/", "Замещения"),
    Screen("absence", "head", "/day/absence/{absence}/", "Что было, пока человека не было"),
    Screen("settings", "support", "/me/", "Настройки"),
    Screen("keys", "support", "/day/", "Клавиши этой страницы", press=("?",), is_desk_only=True),
    Screen("palette", "support", "/day/", "Палитра", press=("Control+k",), types="век", is_desk_only=True),
    Screen("why", "support", "/deals/{due_deal}/", "Почему я это вижу", click="main .why"),
    Screen("knowledge", "support", "/knowledge/", "База знаний"),
    Screen("article", "support", "/knowledge/{article}/", "Статья базы знаний"),
    Screen("questions", "head", "/knowledge/questions/", "Вопросы без ответа"),
    Screen("not-found", "support", "/deals/999999/", "Такой страницы нет"),
]


def things() -> dict[str, int]:
    """What the addresses name: the first of each that the demo's support manager sees."""
    from accounts.models import Substitution, User
    from chat.models import Message
    from deals.models import Deal, Handoff
    from invoices.models import CustomerRequest, Invoice
    from knowledge.models import Article

    manager = User.objects.get(email="support@demo.local")
    renewals = Deal.objects.open().filter(manager=manager, pipeline="renewal").order_by("pk")
    due, invoices = renewals.filter(stage__role="due"), Invoice.objects.visible_to(manager)
    asked = Message.objects.waiting_for("support").filter(deal__in=due).order_by("-pk").first()
    return {
        "chat_deal": asked.deal_id,
        "chat_partner": asked.partner_id,
        "due_deal": due.first().pk,
        "soon_deal": renewals.filter(stage__role="").first().pk,
        "partner": due.first().partner_id,
        "handoff": Handoff.objects.visible_to(manager).waiting().order_by("accept_by", "pk").first().pk,
        "returned": Handoff.objects.returned().filter(sold_by__email="sales@demo.local").first().pk,
        "absence": Substitution.objects.filter(absent=manager).earliest("starts_on").pk,
        "article": Article.objects.visible_to(manager).order_by("pk").first().pk,
        "request": CustomerRequest.objects.visible_to(manager).waiting().order_by("pk").first().pk,
        "invoice": invoices.filter(state="issued").order_by("-pk").first().pk,
    }


def serve() -> str:
    """The site on a free port of this machine, in a thread that ends with the script."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args) -> None:
            """The pictures are the log."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def small(picture: bytes) -> bytes:
    """The picture with a palette: a quarter of the weight, and no difference that one sees."""
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    # The colours of the design exactly, then those that cover the most; the edges of letters take the nearest of them.
    used = sorted(image.getcolors(image.width * image.height), reverse=True)
    tokens = re.findall(r"#([0-9a-f]{6})\b", (ROOT / "static/css/tokens.css").read_text(encoding="utf-8"))
    colours = dict.fromkeys([*(tuple(bytes.fromhex(token)) for token in tokens), *(colour for _, colour in used)])
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in list(colours)[:COLOURS] for part in colour])
    packed = io.BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


class Studio:
    """A browser whose clocks stand, signed in as one person after another."""

    def __init__(self, browser, address: str, clock, moment: datetime) -> None:
        self.browser, self.address, self.clock, self.moment = browser, address, clock, moment

    def _page(self, who: str, size: dict, theme: str):
        page = self.browser.new_context(
            locale="ru-RU", timezone_id="Europe/Moscow", viewport=size, color_scheme=theme, reduced_motion="reduce"
        ).new_page()
        page.clock.set_fixed_time(self.moment)
        if who:
            page.goto(f"{self.address}/accounts/login/")
            page.fill("[name=login]", f"{who}@demo.local")
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(lambda url: "login" not in url)
        return page

    def take(self, screen: Screen, size: dict, theme: str, ids: dict[str, int]) -> bytes:
        self.clock.move_to(self.moment)
        page = self._page(screen.who, size, theme)
        page.goto(self.address + screen.address.format(**ids))
        page.wait_for_load_state("networkidle")
        for key in screen.press:
            page.keyboard.press(key)
        if screen.click:
            page.locator(screen.click).first.click()
        if screen.press or screen.click:
            page.wait_for_selector("dialog[open], [popover]:popover-open")
            page.keyboard.type(screen.types)
            page.wait_for_timeout(300)  # the typed words are asked for after a pause
            page.wait_for_load_state("networkidle")
        picture = page.screenshot()
        page.context.close()
        return small(picture)


def shots(screen: Screen) -> list[tuple[str, dict, str]]:
    """The files of a screen: desktop, phone, and both in the dark where the design has that."""
    themes = ("light", "dark") if screen.is_dark_too else ("light",)
    dark = {"light": "", "dark": "-dark"}
    sizes = (("", DESKTOP),) if screen.is_desk_only else (("", DESKTOP), ("-phone", PHONE))
    return [(f"{screen.name}{suffix}{dark[theme]}.png", size, theme) for theme in themes for suffix, size in sizes]


def write_index() -> None:
    """docs/screens/README.md names every picture, whose it is and where it is."""
    lines = [
        "# Screens",
        "",
        f"Made by `make screens` from the demo company of {TODAY:%d.%m.%Y}, 11:40 Moscow time.",
        "All people and firms are invented.",
        "",
        "| picture | what | who looks | address |",
        "| --- | --- | --- | --- |",
    ]
    for screen in SCREENS:
        links = ", ".join(
            f"[{name.removeprefix(screen.name).strip('-').removesuffix('.png') or 'desktop'}]({name})"
            for name, _, _ in shots(screen)
        )
        lines.append(f"| {links} | {screen.about} | {screen.who or '—'} | `{screen.address}` |")
    (FOLDER / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(words: list[str]) -> int:
    sys.path.insert(0, str(ROOT))
    os.environ |= ENVIRONMENT
    import django

    django.setup()
    from django.conf import settings

    settings.DEBUG = False  # static files are found as in development; the pages are those that people see
    import time_machine
    from django.core.management import call_command
    from playwright.sync_api import sync_playwright

    from core import moscow
    from deals.alerting import check_acceptance, check_calls, check_horizon, check_next_steps, check_tasks

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        print("There is no Chromium on this machine (on Debian: sudo apt-get install chromium).", file=sys.stderr)
        return 1
    moment = moscow.at(TODAY, time(11, 40))
    FOLDER.mkdir(parents=True, exist_ok=True)
    with time_machine.travel(moment) as clock, sync_playwright() as playwright:
        call_command("migrate", verbosity=0)
        call_command("load_demo", today=TODAY, if_empty=True)
        for check in (check_tasks, check_acceptance, check_next_steps, check_horizon, check_calls):
            check(moment)  # as the jobs do every minute
        browser = playwright.chromium.launch(
            executable_path=chromium, args=ARGUMENTS, env=os.environ | {"LANGUAGE": "ru"}
        )
        studio, ids = Studio(browser, serve(), clock, moment), things()
        for screen in SCREENS:
            if words and not any(word in screen.name for word in words):
                continue
            for name, size, theme in shots(screen):
                (FOLDER / name).write_bytes(studio.take(screen, size, theme, ids))
                print(name)
        browser.close()
    write_index()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
