"""Loading a table of partners: what would be done or was done with each row, and nothing twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import RuleViolation
from deals.actions.imports import import_partner
from partners.import_table import SourceRow, Table
from partners.importing import FaultyRow, ImportedPartner, References, parse_row
from partners.models import Partner


@dataclass(frozen=True)
class RowOutcome:
    """What became of a row. A row that is neither created nor already here has faults."""

    row: SourceRow
    is_created: bool = False
    already: str = ""
    faults: tuple[str, ...] = ()


def import_table(table: Table, *, by: User | None, now: datetime, dry_run: bool = False) -> list[RowOutcome]:
    """Load the good rows of the table in one transaction; `dry_run` goes the whole way and takes it back."""
    with transaction.atomic():
        outcomes = list(_load(table.rows, by, now))
        if dry_run:
            transaction.set_rollback(True)
    return outcomes


def _load(rows: list[SourceRow], by: User | None, now: datetime) -> Iterator[RowOutcome]:
    references = References()
    for row in rows:
        if already := _already_here(row):
            yield RowOutcome(row, already=already)
            continue
        try:
            imported = parse_row(row, references)
        except FaultyRow as faulty:
            yield RowOutcome(row, faults=tuple(faulty.faults))
            continue
        yield _create(row, imported, by, now)


def _already_here(row: SourceRow) -> str:
    """Where the row was loaded before: by its number in the former CRM, whatever else has been changed since."""
    number = row["external_id"]
    if number and (partner := Partner.objects.filter(external_id=number).first()):
        return _("№ %(number)s (%(name)s) is already here.") % {"number": number, "name": partner.name}
    return ""


def _create(row: SourceRow, imported: ImportedPartner, by: User | None, now: datetime) -> RowOutcome:
    try:
        with transaction.atomic():
            import_partner(imported, by=by, now=now)
    except RuleViolation as violation:
        if violation.code == "partner_exists":
            return RowOutcome(row, already=violation.message)
        return RowOutcome(row, faults=(violation.message,))
    return RowOutcome(row, is_created=True)
