"""What kind of file it is, told by its bytes, and the reader for it."""

from typing import BinaryIO

from django.utils.translation import gettext as _

from invoices.statements import camt053, client_bank, table
from invoices.statements.encodings import encoding_of
from invoices.statements.parsed import Statement, StatementError
from invoices.statements.table import Columns

HEAD = 4096
OTHERS = [
    (b"***** ^Type=", "Client-Bank (^Type=^)"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "XLSX"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"{1:", "MT940"),
    (b":20:", "MT940"),
]
"""Files that banks give out too and that are not taken: named, so that a person knows what to ask the bank for."""


def read_statement(source: BinaryIO, columns: Columns | None = None) -> Statement:
    """Begin to read the statement; `columns` are those of a CSV file. Raises StatementError.

    `statement_needs_columns` when it is a table whose columns nobody has pointed out yet.
    """
    source.seek(0)
    head = source.read(HEAD)
    for mark, name in OTHERS:
        if head.lstrip(b"\xef\xbb\xbf \r\n").startswith(mark):
            message = _("This is a file of the format %(name)s. Ask the bank for the statement “for 1C”: a text file.")
            raise StatementError("statement_other_format", message % {"name": name})
    if camt053.recognises(head):
        return camt053.read(source)
    encoding = encoding_of(source)
    if encoding is None:
        raise not_a_statement()
    text = head[: len(head) - len(head) % 2].decode(encoding, errors="replace")
    if client_bank.recognises(text):
        return client_bank.read(source, encoding)
    if table.recognises(text):
        return table.read(source, encoding, columns)
    raise not_a_statement()


def not_a_statement() -> StatementError:
    message = _(
        "This is not a bank statement. Taken are: the file “for 1C” (1CClientBankExchange), camt.053 and CSV. "
        "Nothing has been loaded."
    )
    return StatementError("statement_unknown_format", message)
