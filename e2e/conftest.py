"""The browser: Debian's Chromium, in Russian, on Moscow time. Without one the tests are skipped, under CI they fail."""

import os
import re
import shutil
from importlib import import_module

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import CommandError
from django.db import connection
from django.test import TransactionTestCase
from playwright.sync_api import expect

from lbg_support.settings import live_origin
from live.tests.serving import EventProcess

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_BROWSER = "there is no Chromium on this machine (on Debian: sudo apt-get install chromium)"


# A slow machine is no failure: what is waited for may take so many milliseconds.
expect.set_options(timeout=30_000)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "refused(*marks): what the story is about, and the browser logs as an error")
    if not CHROMIUM and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"The browser tests cannot run: {NO_BROWSER}.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not CHROMIUM:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_terminal_summary(terminalreporter) -> None:
    if not CHROMIUM:
        terminalreporter.write_line(f"The browser tests were skipped: {NO_BROWSER}.", yellow=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "locale": "ru-RU",
        "timezone_id": "Europe/Moscow",
        "viewport": {"width": 1440, "height": 900},
    }


def flush_until_it_succeeds() -> None:
    """A page that is closed may leave a request behind, which the server still answers while the tables are emptied."""
    empty = TransactionTestCase._fixture_teardown

    def patiently(self) -> None:
        for _attempt in range(4):
            try:
                return empty(self)
            except CommandError:
                connection.close()
        return empty(self)

    TransactionTestCase._fixture_teardown = patiently


flush_until_it_succeeds()


@pytest.fixture(autouse=True)
def fresh_house(transactional_db):
    """The data that migrations bring, which the former test has flushed, and no former tries to log in.

    pytest-django's serialized_rollback does not reach the connection that Playwright's event loop uses.
    """
    cache.clear()
    if not apps.get_model("deals", "Stage").objects.exists():
        import_module("catalog.migrations.0002_cities").add_cities(apps, None)
        import_module("deals.migrations.0002_pipelines").add_pipelines(apps, None)
        import_module("invoices.migrations.0008_consent_texts").add_texts(apps, None)


@pytest.fixture
def event_process(settings):
    """The event process beside the pages, which know where it is. Without it pages look for changes by the clock."""
    with EventProcess() as process:
        settings.LIVE_URL = process.url
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        sources = [*policy["connect-src"], live_origin(process.url)]
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, "connect-src": sources}}
        yield process


@pytest.fixture(autouse=True)
def no_complaints(page, request):
    """The browser complains of nothing: no refused script or style, no error in our scripts."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield
    # An answer with 422 is a form with its errors, which the browser logs as a failed resource.
    marker = request.node.get_closest_marker("refused")
    expected = re.compile("|".join(rf"\b{mark}\b" for mark in (422, *(marker.args if marker else ()))))
    assert [text for text in complaints if not expected.search(text)] == []
