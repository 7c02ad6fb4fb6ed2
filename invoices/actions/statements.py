"""Taking bank statements: kept as they are, read whole or not at all, each movement of money once (R12)."""

from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from files.actions import MEGABYTE, digest, store
from files.kinds import Kind
from invoices.actions.matching import match_sure
from invoices.loading import Loading
from invoices.models import BankStatement, Seller, StatementColumns
from invoices.statements import StatementError, read_statement
from invoices.statements.encodings import encoding_of
from invoices.statements.table import FIELDS, REQUIRED, Columns, Layout, layout

STATEMENT = Kind("application/octet-stream", ("txt", "csv", "xml"))
SMALL = 512 * 1024
"""A statement up to this size, about five hundred documents, is read while the person waits; others by a job."""

PROGRESS_IS_KEPT = 3600


def take_statement(sent: UploadedFile, *, by: User, now: datetime) -> tuple[BankStatement, bool]:
    """Keep the file and read it, or leave that to a job when it is big; the statement, and whether it is new.

    The same file again gives the statement it made. A file that cannot be taken leaves nothing behind: raises
    StatementError with the reason and the line.
    """
    require(by, "statement.import")
    _check_size(sent)
    sha256 = digest(sent)
    if already := _loaded(sha256):
        return already, False
    try:
        with operation("statement.import", by=by):
            parsed = _first_look(sent.file)
            statement = BankStatement.objects.create(
                file=store(sent, STATEMENT, by=by, now=now),
                sha256=sha256,
                state=BankStatement.State.QUEUED if parsed else BankStatement.State.COLUMNS,
                loaded_by=by,
                loaded_at=now,
            )
            if parsed and sent.size <= SMALL:
                _load(statement, now)
            elif parsed:
                _leave_to_job(statement)
    except IntegrityError:
        if already := _loaded(sha256):
            return already, False
        raise
    _match(statement, now)
    return statement, True


def point_out_columns(
    statement: BankStatement, positions: dict[str, int], own_account: str, *, by: User, now: datetime
) -> BankStatement:
    """Say which column of the table is which; remembered for the next file with the same heads, then read.

    Raises `columns_missing`, `column_twice`, `account_not_ours`, StatementError.
    """
    require(by, "statement.import", statement)
    missing = [name for name in REQUIRED if name not in positions]
    if missing:
        message = _("Point out the column: %(name)s.") % {"name": FIELDS[missing[0]]}
        raise _at(missing[0], StatementError("columns_missing", message))
    if len(set(positions.values())) < len(positions):
        raise _at("dated_on", StatementError("column_twice", _("One column is pointed out for two things.")))
    if own_account not in own_accounts():
        raise _at("own_account", StatementError("account_not_ours", _("Choose one of our sellers' accounts.")))
    with operation("statement.import", by=by, why="columns"):
        statement = BankStatement.objects.select_for_update().get(pk=statement.pk)
        if statement.state != BankStatement.State.COLUMNS:
            return statement
        StatementColumns.objects.update_or_create(
            key=layout_of(statement).key,
            defaults={"positions": positions, "own_account": own_account, "saved_by": by, "saved_at": now},
        )
        statement.state = BankStatement.State.QUEUED
        statement.save(update_fields=["state"])
        if statement.file.size <= SMALL:
            _load(statement, now)
        else:
            _leave_to_job(statement)
    _match(statement, now)
    return statement


def load_queued(pk: int, now: datetime) -> BankStatement | None:
    """Read a big statement in the background; what cannot be taken is marked with the reason. Twice does no harm."""
    try:
        with operation("statement.import", by=None):
            statement = (
                BankStatement.objects.select_for_update(skip_locked=True)
                .filter(pk=pk, state=BankStatement.State.QUEUED)
                .first()
            )
            if statement is None:
                return None
            _load(statement, now)
    except StatementError as error:
        with operation("statement.import", by=None, why=error.code):
            BankStatement.objects.filter(pk=pk, state=BankStatement.State.QUEUED).update(
                state=BankStatement.State.REFUSED, error=error.message, finished_at=now
            )
        return None
    finally:
        cache.delete(_progress_key(pk))
    _match(statement, now)
    return statement


def own_accounts() -> frozenset[str]:
    """The numbers of our sellers' accounts: they say which way money went."""
    return frozenset(Seller.objects.values_list("account", flat=True))


def progress_of(statement: BankStatement) -> int:
    """How many documents of a big statement have been read so far."""
    return cache.get(_progress_key(statement.pk), 0)


def layout_of(statement: BankStatement) -> Layout:
    """The table of a CSV file as it opens, to be asked about."""
    with statement.file.content.open("rb") as content:
        return layout(content.file, encoding_of(content.file) or "utf-8")


def _match(statement: BankStatement, now: datetime) -> None:
    """What is sure is matched by itself, after the lines are safely there; what a crash leaves, a job finishes."""
    if statement.state == BankStatement.State.DONE:
        match_sure(statement, now)


def _load(statement: BankStatement, now: datetime) -> BankStatement:
    """Write the lines, one load at a time for an account; the seller's row is the lock, and issuing goes on beside."""
    ours = own_accounts()
    list(Seller.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    with statement.file.content.open("rb") as content:
        parsed = read_statement(content.file, _columns_of(content.file))
        key = _progress_key(statement.pk)
        Loading(statement, ours, lambda count: cache.set(key, count, PROGRESS_IS_KEPT)).run(parsed)
    statement.state, statement.finished_at = BankStatement.State.DONE, now
    statement.save()
    return statement


def _first_look(source: BinaryIO) -> bool:
    """Whether it can be read: False when it is a table whose columns nobody has pointed out yet."""
    try:
        read_statement(source, _columns_of(source))
    except StatementError as error:
        if error.code == "statement_needs_columns":
            return False
        raise
    return True


def _columns_of(source: BinaryIO) -> Columns | None:
    encoding = encoding_of(source)
    if encoding is None:
        return None
    saved = StatementColumns.objects.filter(key=layout(source, encoding).key).first()
    return Columns(saved.own_account, saved.positions) if saved else None


def _loaded(sha256: str) -> BankStatement | None:
    found = BankStatement.objects.filter(sha256=sha256).exclude(state=BankStatement.State.REFUSED)
    return found.select_related("file", "loaded_by").first()


def _check_size(sent: UploadedFile) -> None:
    if not sent.size:
        raise StatementError("statement_empty", _("The file is empty: 0 bytes."))
    if sent.size > settings.STATEMENT_MAX_BYTES:
        limit = settings.STATEMENT_MAX_BYTES // MEGABYTE
        message = _("The file is bigger than %(limit)s MB. Download shorter periods from the bank.")
        raise StatementError("statement_too_big", message % {"limit": limit})


def _leave_to_job(statement: BankStatement) -> None:
    from invoices.jobs import read_big_statement

    transaction.on_commit(lambda: read_big_statement.delay(statement.pk))


def _at(field: str, error: StatementError) -> StatementError:
    error.field = field
    return error


def _progress_key(pk: int) -> str:
    return f"statement:{pk}"
