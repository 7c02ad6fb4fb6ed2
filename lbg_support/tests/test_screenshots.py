"""The table of scripts/screenshots.py names screens that exist, so that `make screens` does not stop half-way."""

from collections import defaultdict
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import resolve

from accounts.permissions import TABLE, Scope


def table():
    spec = spec_from_file_location("screenshots", Path(settings.BASE_DIR) / "scripts" / "screenshots.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ROLES = {"support": "support_manager", "sales": "sales_manager", "marketing": "marketer", "admin": "administrator"}


def test_every_screen_has_an_address_that_its_reader_may_open():
    screens = table().SCREENS

    assert len({screen.name for screen in screens}) == len(screens)
    for screen in screens:
        view = resolve(urlsplit(screen.address.format_map(defaultdict(lambda: 1))).path).func
        if screen.who:
            assert TABLE[view.permission_name][ROLES.get(screen.who, screen.who)] != Scope.NONE, screen.name


def test_each_screen_is_taken_for_the_desk_and_the_phone_and_some_in_the_dark():
    script = table()
    names = [name for screen in script.SCREENS for name, _, _ in script.shots(screen)]

    assert {"my-day.png", "my-day-phone.png", "my-day-dark.png", "my-day-phone-dark.png", "board.png"} <= set(names)
    assert len(names) == len(set(names))
