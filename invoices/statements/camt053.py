"""camt.053, the ISO 20022 statement, of any of its versions: read by the names of elements, whatever the namespace.

Read as a stream, by defusedxml: no entities, no doctype. An entry with several transactions in it becomes several
documents. Entries that are not booked yet are left out.
"""

from collections.abc import Generator, Iterator
from datetime import date
from decimal import Decimal
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from invoices.statements.parsed import (
    MAX_BALANCE,
    MAX_DOCUMENTS,
    Account,
    Direction,
    Document,
    Side,
    Statement,
    StatementError,
    parse_day,
    parse_money,
)

SIGNS = {"CRDT": Direction.IN, "DBIT": Direction.OUT}
OPENING, CLOSING = {"OPBD", "PRCD"}, {"CLBD"}
KIND = "camt"


def recognises(head: bytes) -> bool:
    return b"camt.053" in head and b"<" in head[:100]


def read(source: BinaryIO) -> Statement:
    """Begin to read; raises StatementError when it is no sound XML or an entry lacks its sum or day."""
    statement = Statement("camt053", "xml")
    statement.documents = _documents(statement, source)
    return statement


def _documents(statement: Statement, source: BinaryIO) -> Generator[Document]:
    source.seek(0)
    count = 0
    account = Account("")
    try:
        for event, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
            name = _name(element)
            if event == "start":
                if name == "Stmt":
                    account = Account("")
                    statement.accounts.append(account)
                continue
            if name == "Document" and "camt.053." in element.tag:
                statement.version = element.tag.partition("camt.")[2].partition("}")[0]
            elif name == "Acct":
                _read_account(statement, account, element)
            elif name == "FrToDt":
                account.starts_on = parse_day(_text(element, "FrDtTm") or _text(element, "FrDt"))
                account.ends_on = parse_day(_text(element, "ToDtTm") or _text(element, "ToDt"))
            elif name == "Bal":
                _read_balance(account, element)
            elif name == "TxsSummry":
                account.incoming = parse_money(_text(element, "TtlCdtNtries/Sum"), MAX_BALANCE)
                account.outgoing = parse_money(_text(element, "TtlDbtNtries/Sum"), MAX_BALANCE)
            elif name == "Ntry":
                for document in _entry(element, account, count):
                    count += 1
                    if count > MAX_DOCUMENTS:
                        message = _("more than %(n)s documents. Download shorter periods.") % {"n": MAX_DOCUMENTS}
                        raise StatementError("statement_too_big", message)
                    yield document
                element.clear()
    except ParseError as error:
        message = _("the file is broken here, or was cut off. Download it from the bank again.")
        raise StatementError("statement_broken", message, error.position[0]) from error
    except DefusedXmlException as error:
        raise StatementError("statement_broken", _("The file declares entities; a statement has none.")) from error
    _period(statement)


def _read_account(statement: Statement, account: Account, element: Element) -> None:
    if account.number:
        return
    account.number = _text(element, "Id/IBAN") or _text(element, "Id/Othr/Id")
    if account.number and account.number not in statement.account_numbers:
        statement.account_numbers.append(account.number)


def _read_balance(account: Account, element: Element) -> None:
    code = _text(element, "Tp/CdOrPrtry/Cd")
    amount = parse_money(_text(element, "Amt"), MAX_BALANCE)
    if amount is not None and _text(element, "CdtDbtInd") == "DBIT":
        amount = -amount
    if code in OPENING and account.opening is None:
        account.opening = amount
    elif code in CLOSING:
        account.closing = amount


def _period(statement: Statement) -> None:
    starts = [each.starts_on for each in statement.accounts if each.starts_on]
    ends = [each.ends_on for each in statement.accounts if each.ends_on]
    statement.starts_on, statement.ends_on = min(starts, default=None), max(ends, default=None)


def _entry(entry: Element, account: Account, count: int) -> Iterator[Document]:
    """The documents of an entry: one for each of its transactions, or the entry itself."""
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if status and status != "BOOK":
        return
    sign = SIGNS.get(_text(entry, "CdtDbtInd"))
    booked_on = _day(entry, "BookgDt") or _day(entry, "ValDt")
    transactions = _all(entry, "NtryDtls/TxDtls")
    for transaction in transactions or [entry]:
        amount = _amount(transaction) if len(transactions) > 1 else _amount(entry)
        where = _("entry %(n)s") % {"n": count + 1}
        if amount is None or sign is None:
            raise StatementError("statement_no_sum", _("%(where)s: it has no sum or no direction.") % {"where": where})
        if booked_on is None:
            raise StatementError("statement_no_day", _("%(where)s: it has no date.") % {"where": where})
        if not amount:
            continue
        payer, payee = _side(transaction, "Dbtr"), _side(transaction, "Cdtr")
        own = payee if sign == Direction.IN else payer
        own.account = account.number
        yield Document(
            line=count + 1,
            kind=KIND,
            number=_first(transaction, "Refs/InstrId", "Refs/EndToEndId", "Refs/AcctSvcrRef", "NtryRef", "AcctSvcrRef"),
            dated_on=_day(transaction, "RltdDts/IntrBkSttlmDt") or booked_on,
            amount=amount,
            payer=payer,
            payee=payee,
            purpose=" ".join(each.text.strip() for each in _all(transaction, "RmtInf/Ustrd") if each.text),
            posted_on=booked_on,
            sign=sign,
            account=account.number,
        )


def _amount(element: Element) -> Decimal | None:
    return parse_money(_text(element, "Amt") or _text(element, "AmtDtls/TxAmt/Amt"))


def _side(transaction: Element, role: str) -> Side:
    """A party: newer versions put it into one more element, Pty."""
    parties = f"RltdPties/{role}"
    organisation = _first(
        transaction, f"{parties}/Pty/Id/OrgId/Othr/Id", f"{parties}/Id/OrgId/Othr/Id",
        f"{parties}/Pty/Id/PrvtId/Othr/Id", f"{parties}/Id/PrvtId/Othr/Id",
    )  # fmt: skip
    agent = f"RltdAgts/{role}Agt/FinInstnId"
    return Side(
        account=_first(transaction, f"{parties}Acct/Id/IBAN", f"{parties}Acct/Id/Othr/Id"),
        inn=organisation,
        name=_first(transaction, f"{parties}/Pty/Nm", f"{parties}/Nm"),
        bank_code=_first(transaction, f"{agent}/ClrSysMmbId/MmbId", f"{agent}/BICFI", f"{agent}/BIC"),
    )


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(element: Element, path: str) -> list[Element]:
    found = [element]
    for step in path.split("/"):
        found = [child for each in found for child in each if _name(child) == step]
    return found


def _text(element: Element, path: str) -> str:
    found = _all(element, path)
    return (found[0].text or "").strip() if found else ""


def _first(element: Element, *paths: str) -> str:
    return next((text for path in paths if (text := _text(element, path))), "")


def _day(element: Element, path: str) -> date | None:
    return parse_day(_first(element, f"{path}/Dt", f"{path}/DtTm", path))
