"""Bank statements as banks give them out: what kind of file it is, and what it says. No database.

Each format has a room of its own with the same two names: `recognises(head)` and `read(source) → Statement`, whose
documents are read one after another, so that a file of any size needs little memory. A new format is a new room and a
line in `reading.FORMATS`.

    client_bank   1CClientBankExchange: the text file of Russian and Kazakh client-banks
    camt053       camt.053, ISO 20022
    table         CSV by the columns that somebody has pointed out once
"""

from invoices.statements.parsed import Account, Direction, Document, Side, Statement, StatementError
from invoices.statements.reading import read_statement

__all__ = ["Account", "Direction", "Document", "Side", "Statement", "StatementError", "read_statement"]
