"""What a gateway is: it takes a parcel and says what became of it. One module a gateway; adding one changes no other.

A gateway never raises for what may happen on a network: it answers with one of the outcomes below.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class ParcelFile:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Parcel:
    """A message as a gateway takes it. `key` and `number` are the same at every try; `number` fits into 31 bits."""

    key: UUID
    number: int
    to: str
    text: str
    to_name: str = ""
    subject: str = ""
    reply_to: str = ""
    files: list[ParcelFile] = field(default_factory=list)
    provider_id: str = ""


@dataclass(frozen=True)
class Accepted:
    """The gateway has it. Cost in roubles."""

    provider_id: str = ""
    parts: int | None = None
    cost: Decimal | None = None


@dataclass(frozen=True)
class Refused:
    """It will never take this one: a wrong number, a forbidden text."""

    reason: str


@dataclass(frozen=True)
class Later:
    """It surely does not have it, and may take it later. `is_everybodys`: any other message would fare alike now."""

    reason: str
    is_everybodys: bool = False


@dataclass(frozen=True)
class Unclear:
    """It may have it or not: the line was cut after the message had been handed over."""

    reason: str


@dataclass(frozen=True)
class Absent:
    """Asked, it says that it does not have it."""


Outcome = Accepted | Refused | Later | Unclear


@dataclass(frozen=True)
class Delivered:
    pass


@dataclass(frozen=True)
class Undelivered:
    reason: str


@dataclass(frozen=True)
class OnItsWay:
    pass


Report = Delivered | Undelivered | OnItsWay


class Gateway(Protocol):
    """`can_be_asked`: `find` tells whether it has a parcel; `reports`: `report` tells whether it was delivered."""

    name: str
    can_be_asked: bool
    reports: bool

    def send(self, parcel: Parcel) -> Outcome: ...

    def find(self, parcel: Parcel) -> Accepted | Absent | Unclear: ...

    def report(self, parcel: Parcel) -> Report: ...


class Unasked:
    """A gateway that cannot be asked anything afterwards."""

    can_be_asked = False
    reports = False

    def find(self, parcel: Parcel) -> Accepted | Absent | Unclear:
        return Unclear("it cannot be asked")

    def report(self, parcel: Parcel) -> Report:
        return OnItsWay()
