"""What happened to a partner, told without a database: deals, bills, calls. The rows are made of it afterwards.

Stories are planned first for the whole company, because invoices are numbered by their dates across all partners.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from catalog.models import City, Package, Service
from demo.names import Firm
from demo.phrases import Topic


@dataclass(slots=True)
class Bill:
    """An invoice and the money that came for it. Lines are services with the price they were billed at."""

    issued_at: datetime
    due_on: date
    lines: list[tuple[Service, Decimal]]
    receipts: list[tuple[date, Decimal]] = field(default_factory=list)
    unpaid_reason: str = ""
    unpaid_note: str = ""
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    replaces: "Bill | None" = None
    is_draft: bool = False
    number: int | None = None

    @property
    def amount(self) -> Decimal:
        return sum((price for _service, price in self.lines), Decimal(0))

    @property
    def received(self) -> Decimal:
        return sum((amount for _day, amount in self.receipts), Decimal(0))


@dataclass(slots=True)
class Step:
    """The task that a story ends in: when it was planned, and for when; none when nothing is planned."""

    due_at: datetime | None
    planned_at: datetime
    title: str = ""
    kind: str = ""
    reason: str = ""
    postponed: int = 0


@dataclass(slots=True)
class Chapter:
    """One deal: its stages in order with the moment of each, its sums and bills, and the step it waits for."""

    pipeline: str
    moves: list[tuple[str, datetime]]
    amount: Decimal
    list_price: Decimal
    discount: Decimal = Decimal(0)
    service: Service | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    expected_on: date | None = None
    is_doubtful: bool = False
    bills: list[Bill] = field(default_factory=list)
    lost_reason: str = ""
    unpaid_reason: str = ""
    step: Step | None = None

    @property
    def opened_at(self) -> datetime:
        return self.moves[0][1]

    @property
    def stage(self) -> str:
        return self.moves[-1][0]

    @property
    def outcome(self) -> str:
        return self.stage if self.stage in ("won", "lost") else "open"

    @property
    def closed_at(self) -> datetime | None:
        return None if self.outcome == "open" else self.moves[-1][1]

    @property
    def received(self) -> Decimal:
        return sum((bill.received for bill in self.bills), Decimal(0))


@dataclass(slots=True)
class Story:
    """A partner from the sale to today. `situation` is the stage of the main deal; `last_call_at` ends the calls."""

    serial: int
    manager: int
    situation: str
    city: City
    firm: Firm
    package: Package
    discount: Decimal
    second_network: Service | None = None
    paid_on: date | None = None
    handed_over_at: datetime | None = None
    accepted_at: datetime | None = None
    terms: list[Chapter] = field(default_factory=list)
    addons: list[Chapter] = field(default_factory=list)
    last_call_at: datetime | None = None
    mood: str = "steady"
    last_topic: Topic | None = None
    is_part_paid: bool | None = None
    main_comment: str = ""
    agreements: list[str] = field(default_factory=list)
    has_full_info: bool = True

    @property
    def chapters(self) -> list[Chapter]:
        return [*self.terms, *self.addons]

    @property
    def main(self) -> Chapter:
        """The deal that the partner stands on now."""
        return self.terms[-1]

    @property
    def bills(self) -> list[Bill]:
        return [bill for chapter in self.chapters for bill in chapter.bills]
