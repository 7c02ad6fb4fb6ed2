"""The project as a whole: migrations, translations, production settings."""

import gettext
import os
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

LOCALE = settings.BASE_DIR / "locale/ru/LC_MESSAGES"
PRODUCTION = {
    "APP_PROFILE": "production",
    "SECRET_KEY": "nQ2vK8xY5bT1wZ7mR4cE9hL3jF6pA0sDgUiOqWtXyVzBnMkJ-for-the-test",
    "ALLOWED_HOSTS": "crm.example.ru",
}


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one process")
def test_parallel_processes_share_no_cache():
    number = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) + 1

    assert settings.CACHES["default"]["LOCATION"].endswith((f"?db={number}", f"/{number}"))


@pytest.mark.django_db
def test_no_model_waits_for_a_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def our_migrations(loader: MigrationLoader) -> dict[tuple[str, str], Migration]:
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}
    return {key: migration for key, migration in loader.disk_migrations.items() if key[0] in ours}


def test_each_step_of_a_migration_has_a_way_back():
    migrations = our_migrations(MigrationLoader(None))

    assert len(migrations) > 30
    one_way = {
        key for key, migration in migrations.items() if not all(each.reversible for each in migration.operations)
    }
    assert one_way == set()


@pytest.mark.once
@pytest.mark.django_db
def test_the_newest_migrations_can_be_taken_back_and_made_again():
    """Back to zero takes minutes: those are tried that no other needs. All of it in one transaction, undone after."""
    executor = MigrationExecutor(connection)
    nodes = executor.loader.graph.node_map
    newest = {key: each for key, each in our_migrations(executor.loader).items() if not nodes[key].children}
    assert newest

    for key, migration in newest.items():
        executor.unapply_migration(executor.loader.project_state(key, at_end=False), migration)
    assert not set(newest) & set(MigrationExecutor(connection).loader.applied_migrations)

    for key, migration in newest.items():
        executor.apply_migration(executor.loader.project_state(key, at_end=False), migration)
    assert set(newest) <= set(MigrationExecutor(connection).loader.applied_migrations)


def test_every_sentence_is_translated():
    catalogue = polib.pofile(str(LOCALE / "django.po"))

    assert len(catalogue) > 300
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []
    partial = [entry.msgid for entry in catalogue if entry.msgid_plural and not all(entry.msgstr_plural.values())]
    assert partial == []


def test_no_sentence_of_the_sources_is_missing_from_the_catalogue(tmp_path):
    """Collect the messages anew into a copy and compare."""
    copy = tmp_path / "project"
    copy.mkdir()
    for entry in settings.BASE_DIR.iterdir():
        if entry.name not in {".venv", "var", ".git", "locale"}:
            (copy / entry.name).symlink_to(entry)
    (copy / "locale/ru/LC_MESSAGES").mkdir(parents=True)
    command = [sys.executable, "-m", "django", "makemessages", "-l", "ru", "--no-location", "-v0", "--symlinks"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "lbg_support.settings", "PYTHONPATH": str(settings.BASE_DIR)}
    subprocess.run(command, cwd=copy, env=environment, check=True)

    fresh = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(copy / "locale/ru/LC_MESSAGES/django.po"))}
    kept = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(LOCALE / "django.po"))}
    assert fresh - kept == set()


def test_the_compiled_catalogue_is_the_written_one():
    with (LOCALE / "django.mo").open("rb") as compiled:
        translations = gettext.GNUTranslations(compiled)
    written = polib.pofile(str(LOCALE / "django.po"))
    simple = [entry for entry in written if not entry.msgid_plural and not entry.msgctxt]

    stale = [entry.msgid for entry in simple if translations.gettext(entry.msgid) != entry.msgstr]
    assert stale == []


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_production_settings_pass_djangos_deployment_check():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
def test_production_says_which_setting_is_missing(name):
    result = manage("check", **PRODUCTION | {name: ""})

    assert result.returncode != 0
    assert f"{name} must be set" in result.stderr


def test_every_setting_of_the_environment_is_listed():
    lines = Path(".env.example").read_text().splitlines()
    listed = {line.split("=")[0] for line in lines if "=" in line and not line.startswith("#")}
    source = Path("lbg_support/settings.py").read_text()

    read = {part.split('"')[1] for part in source.split("env.")[1:] if part.split('"')[0].endswith("(")}
    read |= {part.split('"')[1] for part in source.split("required(")[1:] if part.startswith('"')}
    assert read - listed == set()
