"""Rows in memory, written in bulk: a few statements for hundreds of partners."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection
from django.db.models import DateTimeField, Model

from chat.models import Mention, Message, ReadMark
from deals.models import (
    Call,
    CallComment,
    Deal,
    Handoff,
    HandoffQuestion,
    HandoffReturn,
    HandoffStatusChange,
    Note,
    Pin,
    Problem,
    StageChange,
    Task,
)
from invoices.models import Allocation, Invoice, InvoiceLine, Payment
from partners.models import Agreement, Contact, Metrics, Partner

Row = TypeVar("Row", bound=Model)

ORDER = (
    Partner, Contact, Agreement, Deal, StageChange, Handoff, HandoffStatusChange, HandoffReturn, HandoffQuestion, Task,
    Metrics, CallComment, Call, Note, Pin, Problem, Message, Mention, ReadMark, Invoice, InvoiceLine,
    Payment, Allocation,
)  # fmt: skip
"""A table comes after the tables that it refers to."""

ISSUE = """
    UPDATE invoices_invoice AS invoice
    SET state = issued.state, year = EXTRACT(YEAR FROM dated_on), number = issued.number, issued_at = issued.issued_at,
        cancelled_at = issued.cancelled_at
    FROM UNNEST(%s::bigint[], %s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[])
        AS issued(id, state, number, issued_at, cancelled_at)
    WHERE invoice.id = issued.id
"""


class Ids:
    """Ids taken from the tables' sequences in blocks, so that rows can refer to one another before they are written."""

    BLOCK = 5_000

    def __init__(self) -> None:
        self.left: dict[type[Model], Iterator[int]] = defaultdict(lambda: iter(()))

    def next(self, model: type[Model]) -> int:
        if (taken := next(self.left[model], None)) is not None:
            return taken
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [model._meta.db_table, self.BLOCK],
            )
            self.left[model] = iter([row[0] for row in cursor.fetchall()])
        return next(self.left[model])


class Batch:
    """Collects rows, then writes them all."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self.rows: dict[type[Model], list[Model]] = defaultdict(list)

    def add(self, row: Row) -> Row:
        row.pk = self.ids.next(type(row))
        self.rows[type(row)].append(row)
        return row

    def write(self) -> None:
        """Write the rows. Invoices are issued after their lines are in: an issued one takes no more lines (R9)."""
        issued = _as_drafts(self.rows[Invoice])
        with given_moments():
            for model in ORDER:
                model.objects.bulk_create(self.rows[model], batch_size=2_000)
        if issued:
            with connection.cursor() as cursor:
                cursor.execute(ISSUE, [list(column) for column in zip(*issued, strict=True)])
        self.rows.clear()


def _as_drafts(invoices: list[Invoice]) -> list[tuple]:
    """Take from the invoices what makes them issued or cancelled, to be given back by ISSUE."""
    issued = []
    for invoice in invoices:
        if invoice.state != Invoice.State.DRAFT:
            issued.append((invoice.pk, invoice.state, invoice.number, invoice.issued_at, invoice.cancelled_at))
            invoice.state = Invoice.State.DRAFT
            invoice.number = invoice.issued_at = invoice.cancelled_at = None
    return issued


@contextmanager
def given_moments() -> Iterator[None]:
    """Let rows keep the moments they are given: the past is written, and auto_now_add would make all of it today."""
    fields = [
        field
        for model in ORDER
        for field in model._meta.local_fields
        if isinstance(field, DateTimeField) and field.auto_now_add
    ]
    for field in fields:
        field.auto_now_add = False
    try:
        yield
    finally:
        for field in fields:
            field.auto_now_add = True
