"""One payment from the bank beside the invoice it may be for, and what each decision on it would do (screen 07)."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.permissions import may
from core import formatting
from deals.models import Deal, PipelineCode, StageRole
from invoices.doubts import doubt_badge, doubt_sentence
from invoices.matching.facts import RELATED, verdict
from invoices.matching.reading import canon
from invoices.matching.rules import LIKELY, POSSIBLE, Row, Verdict, lines_covered
from invoices.models import Advance, Allocation, Invoice, InvoiceLine, Payment, PaymentQuestion, PaymentReturn
from invoices.rules import Badge
from partners.models import Partner

MAX_CANDIDATES = 8
NO_SUGGESTION = {Row.SIMILAR, Row.UNKNOWN_NUMBER, Row.PAYER_ONLY, Row.UNKNOWN, Row.SEVERAL, Row.SEVERAL_DIFFER}
FIRST_CHOICE = {
    Row.FOREIGN_PURPOSE: "return",
    Row.SEVERAL: "several",
    Row.SEVERAL_DIFFER: "several",
    Row.PAID: "advance",
    Row.CANCELLED: "advance",
    Row.UNKNOWN: "",
    Row.SIMILAR: "other",
    Row.UNKNOWN_NUMBER: "other",
    Row.PAYER_ONLY: "other",
}


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class PairRow:
    """A line of the payment pair. `mark`: ok, warn, or "" where there is nothing to compare."""

    label: str
    paid: list[Word]
    asked: list[Word]
    mark: str


@dataclass(frozen=True, slots=True)
class Candidate:
    invoice: Invoice
    left: Decimal
    likely: str


@dataclass
class BankPanel:
    payment: Payment
    verdict: Verdict
    badge: Badge
    sentence: str
    suggested: Invoice | None
    left: Decimal
    pair: list[PairRow]
    candidates: list[Candidate]
    first_choice: str
    unpaid_lines: list[InvoiceLine] = field(default_factory=list)
    covered_lines: list[InvoiceLine] = field(default_factory=list)
    after: list[tuple[str, str]] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    advances: list[Advance] = field(default_factory=list)
    returns: list[PaymentReturn] = field(default_factory=list)
    questions: list[PaymentQuestion] = field(default_factory=list)
    can_refund: bool = False
    position: int = 0
    waiting_count: int = 0

    @property
    def is_part(self) -> bool:
        return self.suggested is not None and self.payment.undecided < self.left

    @property
    def match_amount(self) -> Decimal:
        """So much of the payment goes to the suggested invoice."""
        return min(self.payment.undecided, self.left)

    @property
    def rest(self) -> Decimal:
        """What the suggested invoice still lacks after that."""
        return self.left - self.match_amount

    @property
    def picked(self) -> set[int]:
        """The invoices that the purpose names, chosen at the beginning when there are several."""
        return {facts.pk for facts in self.verdict.invoices}

    @property
    def excess(self) -> Decimal:
        return max(Decimal(0), self.payment.undecided - self.left)

    @property
    def is_asked(self) -> bool:
        """Whether a manager has been asked and has not answered yet."""
        return any(each.task.is_open for each in self.questions)

    @property
    def partner_to_ask(self) -> Partner | None:
        """The partner that the payment points to, when it is one: its manager may know."""
        if self.suggested:
            return self.suggested.partner
        partners = {each.invoice.partner for each in self.candidates}
        return partners.pop() if len(partners) == 1 else None

    @property
    def stands(self) -> bool:
        """Whether there is a decision that may be taken back."""
        return any(not each.reversed_at for each in [*self.allocations, *self.advances])


def get_bank_payment(user: User, pk: int) -> Payment:
    """The payment with its line and figures; 404 when it is not the user's to see."""
    payments = Payment.objects.visible_to(user, "payment.match").from_bank().with_decided()
    return get_object_or_404(payments.select_related(*RELATED, "partner__manager", "partner__city"), pk=pk)


def bank_panel(payment: Payment, user: User, now: datetime) -> BankPanel:
    """Everything the panel shows; `payment` comes from get_bank_payment."""
    judged = verdict(payment)
    ids = [facts.pk for facts, _points in judged.candidates[:MAX_CANDIDATES]]
    ids += [facts.pk for facts in judged.invoices]
    related = ("partner__manager", "partner__city", "deal__stage", "deal__pipeline", "contract_offer")
    invoices = Invoice.objects.select_related(*related).prefetch_related("lines__city").in_bulk(ids)
    suggested, left = _suggested(judged, invoices)
    panel = BankPanel(
        payment=payment,
        verdict=judged,
        badge=doubt_badge(judged.row),
        sentence=doubt_sentence(judged.row),
        suggested=suggested,
        left=left,
        pair=_pair(payment, suggested, left),
        candidates=[
            Candidate(invoices[facts.pk], facts.left, _likely(points))
            for facts, points in judged.candidates[:MAX_CANDIDATES]
        ],
        first_choice=FIRST_CHOICE.get(judged.row, "match") if suggested or judged.row in FIRST_CHOICE else "",
        can_refund=may(user, "payment.refund"),
    )
    if suggested and panel.is_part:
        lines = list(suggested.lines.all())
        covered = lines_covered(payment.undecided, [(line.pk, line.amount) for line in lines])
        panel.covered_lines = [line for line in lines if line.pk in covered]
        panel.unpaid_lines = [line for line in lines if line.pk not in covered] or lines
    if suggested:
        panel.after = _after(panel)
    if payment.undecided > 0:
        waiting = Payment.objects.visible_to(user, "payment.match").undecided_ones()
        above = Q(paid_on__gt=payment.paid_on) | Q(paid_on=payment.paid_on, pk__gte=payment.pk)
        counted = waiting.order_by().aggregate(position=Count("pk", filter=above), waiting=Count("pk"))
        panel.position, panel.waiting_count = counted["position"], counted["waiting"]
    people = ("created_by", "reversed_by")
    panel.allocations = list(payment.allocations.select_related("invoice", *people).order_by("pk"))
    panel.advances = list(payment.advances.select_related("partner", *people).order_by("pk"))
    panel.returns = list(payment.returns.select_related("proposed_by", "approved_by", "recorded_by").order_by("pk"))
    panel.questions = list(payment.questions.select_related("task__assignee", "asked_by"))
    return panel


def _suggested(judged: Verdict, invoices: dict[int, Invoice]) -> tuple[Invoice | None, Decimal]:
    """The invoice that the payment is held against, while it can be paid."""
    facts = judged.invoice
    if facts is None and judged.row not in NO_SUGGESTION:
        return None, Decimal(0)
    if facts is None or not facts.is_open:
        return None, Decimal(0)
    return invoices.get(facts.pk), facts.left


def _likely(points: int) -> str:
    if points >= LIKELY:
        return _("likely")
    return _("possible") if points >= POSSIBLE else ""


def _pair(payment: Payment, invoice: Invoice | None, left: Decimal) -> list[PairRow]:
    line = payment.line
    if invoice is None:
        return [
            PairRow(_("Payer"), [Word(line.payer_name or "—")], [], ""),
            PairRow(_("INN"), [Word(line.payer_inn or "—")], [], ""),
            PairRow(pgettext("bank", "Account"), [Word(line.payer_account or "—")], [], ""),
            PairRow(_("Purpose"), [Word(payment.purpose or "—")], [], ""),
        ]
    same_inn, same_sum = line.payer_inn == invoice.buyer_inn, payment.undecided == left
    purposes = _compare(payment.purpose, invoice.purpose)
    agrees = not any(word.differs for word in purposes[0])
    return [
        _row(_("Payer"), line.payer_name, invoice.buyer_name),
        PairRow(
            _("INN"),
            [Word(line.payer_inn or _("not given"), not same_inn)],
            [Word(invoice.buyer_inn or "—")],
            "ok" if same_inn else "warn",
        ),
        PairRow(
            _("Sum"),
            [Word(formatting.money(payment.undecided), not same_sum)],
            [Word(formatting.money(left))],
            "ok" if same_sum else "warn",
        ),
        PairRow(_("Purpose"), purposes[0], purposes[1], "ok" if agrees else "warn"),
    ]


def _row(label: str, paid: str, asked: str) -> PairRow:
    words = _compare(paid or "—", asked or "—")
    agrees = not any(word.differs for word in words[0])
    return PairRow(label, words[0], words[1], "ok" if agrees else "warn")


def _compare(paid: str, asked: str) -> tuple[list[Word], list[Word]]:
    """The words of both; those of the payment that the invoice does not have are marked."""
    known = {_bare(word) for word in asked.split()}
    words = [Word(word, bool(_bare(word)) and _bare(word) not in known) for word in paid.split()]
    return words, [Word(asked)]


def _bare(word: str) -> str:
    """The word as it is compared: of a long one only its beginning, for Russian words end in many ways."""
    bare = "".join(sign for sign in canon(word) if sign.isalnum())
    return bare[:4] if bare.isalpha() and len(bare) > 4 else bare


def _after(panel: BankPanel) -> list[tuple[str, str]]:
    """What putting the payment to the suggested invoice will do: icon and sentence."""
    invoice, deal = panel.suggested, panel.suggested.deal
    state = _("paid in part") if panel.is_part else _("paid")
    found = [("receipt-text", _("The invoice becomes: %(state)s") % {"state": state})]
    if deal and deal.is_open:
        found.append(("arrow-right", _deal_after(deal, panel.match_amount)))
    who = (deal.manager if deal else invoice.partner.manager).full_name
    words = _("Task for %(person)s: tell the partner the money has come")
    if panel.is_part:
        words = _("Task for %(person)s: tell the partner, ask about the rest")
    found.append(("calendar-clock", words % {"person": who}))
    if panel.excess:
        words = _("%(sum)s stays with the partner as an advance")
        found.append(("wallet", words % {"sum": formatting.money(panel.excess)}))
    return found


def _deal_after(deal: Deal, amount: Decimal) -> str:
    is_paid = bool(deal.amount) and deal.paid_amount + amount >= deal.amount
    if deal.pipeline_id == PipelineCode.RENEWAL and is_paid:
        return _("The renewal is completed, the next term begins")
    if deal.pipeline_id == PipelineCode.ADDON:
        role = StageRole.IN_DELIVERY if is_paid else StageRole.PART_PAID
        stage = deal.pipeline.stages.filter(role=role).first()
        return _("The deal passes to “%(stage)s”") % {"stage": stage}
    return _("The deal stays on “%(stage)s”") % {"stage": deal.stage}
