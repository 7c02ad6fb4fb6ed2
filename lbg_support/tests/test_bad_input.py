"""Whatever comes in, nothing breaks and nothing changes: every address of the product is tried with bad input.

The addresses come from the list of addresses and the names of fields from the forms, the views and the templates, so
that a new screen is tried by itself. Each request is undone before the next one.
"""

import re
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from pkgutil import walk_packages

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.forms import BaseForm, BaseFormSet, FileField
from django.urls import get_resolver

from accounts.tests.factories import HeadFactory, SupportFactory
from deals.actions import save_draft as save_comment_draft
from deals.tests.factories import AddonFactory, DealFactory, HandoffFactory, TaskFactory
from invoices.tests.factories import CustomerRequestFactory, addon_invoice, make_draft
from lbg_support import navigation
from lbg_support.tests.test_permissions import all_views
from partners.tests.factories import ContactFactory

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.timeout(600)]

OWN_APPS = [config.label for config in apps.get_app_configs() if Path(config.path).parent == Path(settings.BASE_DIR)]
KEPT = {"deals_commentdraft"}
"""What a refused form does change: the text is kept as its author's draft (R3)."""
HUGE = "9" * 25
ASKED = {"nothing", "wrong type", "huge number"}
"""The kinds of bad input that an address is also read with."""
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
READ = re.compile(r"""(?:POST|GET|data|FILES)(?:\.get|\.getlist)?[(\[]["']([\w-]+)["']""")
NAMED = re.compile(r"""\bname="([\w-]+)\"""")
VIEWS = [(path, view) for path, view in all_views(get_resolver()) if getattr(view, "permission_name", "") != "public"]
ROOMS = sorted({view.__module__.split(".")[0] for _, view in VIEWS})


def house():
    """A little of everything, all of one manager."""
    manager = SupportFactory(can_issue_invoices=True)
    deal = DealFactory(partner__manager=manager)
    TaskFactory(deal=deal)
    ContactFactory(partner=deal.partner)
    HandoffFactory(deal__partner__manager=manager)
    AddonFactory(partner=deal.partner)
    make_draft(manager, deal=deal)
    addon_invoice(by=HeadFactory())
    CustomerRequestFactory(partner=deal.partner)
    save_comment_draft(deal, {"was": "Разобрали три звонка"}, by=manager)
    return manager


def names_of_fields(room: str) -> dict[str, bool]:
    """Every field that this app's pages may send, and whether it is a file."""
    found = {}
    for module in walk_packages([str(Path(settings.BASE_DIR) / room)], f"{room}."):
        if ".tests" in module.name or ".migrations" in module.name:
            continue
        loaded = import_module(module.name)
        found |= dict.fromkeys(READ.findall(Path(loaded.__file__).read_text()), False)
        for _, form in getmembers(loaded, lambda each: isclass(each) and issubclass(each, (BaseForm, BaseFormSet))):
            fields = getattr(form, "base_fields", {}) or getattr(getattr(form, "form", None), "base_fields", {})
            found |= {name: isinstance(field, FileField) for name, field in fields.items()}
    for page in (Path(settings.BASE_DIR) / "templates" / room).glob("*.html"):
        found |= {name: found.get(name, False) for name in NAMED.findall(page.read_text())}
    return found


def ids_of(room: str) -> list[int]:
    """Ids of what there is in this app, and of what is not."""
    models = apps.get_app_config(room).get_models() if room in OWN_APPS else []
    there = {model.objects.order_by("pk").values_list("pk", flat=True).first() for model in models if model.objects}
    return sorted(pk for pk in there if isinstance(pk, int))


def addresses(path: str, ids: list[int]) -> list[str]:
    """The address with the ids of every thing of the app."""
    return ["/" + PARAMETER.sub(lambda match, pk=pk: str(pk) if match[1] == "int" else "renewal", path) for pk in ids]


def strange_addresses(path: str, ids: list[int]) -> list[str]:
    """The address with ids that are nobody's, and with words of every kind."""
    found = ["/" + PARAMETER.sub(str(pk), path) for pk in (987_654, HUGE)]
    if any(kind != "int" for kind, _ in PARAMETER.findall(path)):
        for word in ("x" * 300, "%00", "a%0Ab", "%F0%9F%92%A9"):
            found.append("/" + PARAMETER.sub(lambda match, word=word: str(ids[0]) if match[1] == "int" else word, path))
    return found


def one_that_is_there(client, path: str, ids: list[int]) -> str | None:
    """The address of a thing that the reader may open; None when the app has no such thing."""
    if "<" not in path:
        return f"/{path}"
    for address in addresses(path, ids):
        with transaction.atomic():
            is_there = client.post(address).status_code != 404
            transaction.set_rollback(True)
        if is_there:
            return address
    return None


def payloads(fields: dict[str, bool], ids: list[int]) -> dict[str, dict]:
    """Nothing, too long, of the wrong type, with a NUL and odd characters, and the ids of strangers."""
    texts = {
        "nothing": None,
        "too long": "я" * 20_000,
        "wrong type": "x'); --",
        "nul": "a\0b",
        "odd characters": "\u202e\u200b\N{PILE OF POO}\x07",
        "huge number": HUGE,
        "not a number": "NaN",
        "no such day": "2026-02-31",
        "stranger": str(ids[0] if ids else 1),
    }
    return {
        what: {}
        if text is None
        else {
            name: SimpleUploadedFile("x\\..\\y.html", text.encode()) if is_file else text
            for name, is_file in fields.items()
        }
        for what, text in texts.items()
    }


def everything() -> str:
    """A digest of all rows of our own tables."""
    tables = [
        model._meta.db_table
        for label in OWN_APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    parts = " UNION ALL ".join(
        f"SELECT '{table}' t, md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) h FROM \"{table}\" r"  # noqa: S608
        for table in sorted(set(tables) - KEPT)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT md5(string_agg(t || h, ',' ORDER BY t)) FROM ({parts}) AS all_tables")  # noqa: S608
        return cursor.fetchone()[0]


def written() -> int:
    """How many rows this transaction has written, those taken back again included: cheap where nothing was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables")
        return cursor.fetchone()[0]


def has_changed(before: str, written_before: int) -> bool:
    return written() != written_before and everything() != before


def try_out(client, method: str, address: str, data: dict, before: str) -> str:
    """What is wrong with the answer, or "". The request is undone."""
    trouble = ""
    try:
        with transaction.atomic():
            written_before = written()
            answer = getattr(client, method)(address, data)
            if answer.status_code >= 500:
                trouble = f"answered {answer.status_code}"
            elif answer.status_code in {400, 403, 409, 422} and has_changed(before, written_before):
                trouble = f"refused with {answer.status_code}, and yet changed something"
            transaction.set_rollback(True)
    except Exception as error:
        trouble = f"{type(error).__name__}: {str(error)[:200]}"
    return trouble


@pytest.fixture(autouse=True)
def without_a_frame(monkeypatch):
    """The counters around a page do not depend on the input, and cost more than many a page."""
    counts = dict.fromkeys(("alerts", "notices"), 0) | {"is_quiet": False}
    monkeypatch.setattr(navigation, "_counts", lambda user: counts)


@pytest.mark.parametrize("room", ROOMS)
def test_bad_input_is_refused_with_a_message_and_changes_nothing(client, room):
    house()
    client.force_login(HeadFactory())
    fields, ids = names_of_fields(room), ids_of(room)
    before = everything()
    found = {}
    for path in (path for path, view in VIEWS if view.__module__.split(".")[0] == room):
        there = one_that_is_there(client, path, ids)
        tries = [(there, what, data) for what, data in payloads(fields, ids).items()] if there else []
        tries += [(address, "nothing", {}) for address in strange_addresses(path, ids) if "<" in path]
        for address, what, data in tries:
            texts = {key: value for key, value in data.items() if isinstance(value, str)}
            methods = {"post": data} | ({"get": texts} if what in ASKED else {})
            for method, sent in methods.items():
                if trouble := try_out(client, method, address, sent, before):
                    found.setdefault((method, path, trouble), what)

    assert found == {}


@pytest.mark.parametrize("room", ROOMS)
def test_a_stranger_changes_nothing_of_a_colleagues(client, room):
    house()
    fields, ids = names_of_fields(room), ids_of(room)
    client.force_login(SupportFactory())
    before = everything()
    changed = {}
    for path, view in VIEWS:
        if view.__module__.split(".")[0] != room or "<" not in path:
            continue
        for address in addresses(path, ids):
            with transaction.atomic():
                written_before = written()
                answer = client.post(address, {name: "текст" for name, is_file in fields.items() if not is_file})
                if has_changed(before, written_before):
                    changed[path] = answer.status_code
                transaction.set_rollback(True)

    assert changed == {}


def test_a_change_is_noticed():
    """The control of the two above: what writes is seen, also when it is written without a model."""
    house()
    before, written_before = everything(), written()
    assert not has_changed(before, written_before)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE deals_task SET title = title || '!'")

    assert has_changed(before, written_before)
