"""manage.py import_partners FILE.csv: brings the partners of another CRM over."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import RuleViolation
from deals.importing import RowOutcome, import_table
from partners.import_table import SourceRow, read_table


class Command(BaseCommand):
    help = "Load partners from a CSV file: UTF-8 or Windows-1251; semicolons, commas or tabs. Nothing is loaded twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the table as another CRM exports it")
        parser.add_argument("--dry-run", action="store_true", help="show what would be done, write nothing")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            table = read_table(file.read_bytes())
        except OSError as error:
            words = {"file": file, "error": error.strerror}
            raise CommandError(_("The file %(file)s cannot be read: %(error)s.") % words) from error
        except RuleViolation as violation:
            raise CommandError(violation.message) from violation
        if table.unused_columns:
            self.stdout.write(_("Columns not used: %(columns)s.") % {"columns": ", ".join(table.unused_columns)})
        outcomes = import_table(table, by=None, now=timezone.now(), dry_run=dry_run)
        for outcome in outcomes:
            if not outcome.is_created or dry_run or options["verbosity"] > 1:
                self.stdout.write(_line(outcome))
        self.stdout.write(_summary(outcomes, dry_run))


def _line(outcome: RowOutcome) -> str:
    row = outcome.row
    words = {"line": row.line, "partner": _name(row), "what": outcome.already or " ".join(outcome.faults)}
    if outcome.is_created:
        words["what"] = ", ".join(filter(None, [row["city"], row["package"], row["manager"]]))
        return _("Line %(line)s, %(partner)s: new. %(what)s.") % words
    if outcome.already:
        return _("Line %(line)s, %(partner)s: not loaded again. %(what)s") % words
    return _("Line %(line)s, %(partner)s: cannot be loaded. %(what)s") % words


def _name(row: SourceRow) -> str:
    """№ 1000 ИП Белкин П. Р., as far as the row says."""
    number = f"№\N{NO-BREAK SPACE}{row['external_id']}" if row["external_id"] else ""
    return " ".join(filter(None, [number, row["name"]])) or "—"


def _summary(outcomes: list[RowOutcome], dry_run: bool) -> str:
    words = {
        "created": sum(outcome.is_created for outcome in outcomes),
        "already": sum(bool(outcome.already) for outcome in outcomes),
        "bad": sum(bool(outcome.faults) for outcome in outcomes),
    }
    if dry_run:
        return _("Would create: %(created)s. Already here: %(already)s. Bad: %(bad)s. Nothing was written.") % words
    return _("Created: %(created)s. Already here: %(already)s. Bad: %(bad)s.") % words
