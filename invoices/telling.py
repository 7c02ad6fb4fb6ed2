"""What the bell tells of invoices: money that came or is late, what colleagues ask to issue, payments to a card.

Late is a statement that nobody has uploaded, a payment that nobody decides, a payment that does not come. Each pass
looks at the present state and tells whom it concerns; the key of a notification makes it told once, so that running it
twice, late, or in two processes at once changes nothing.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from core import formatting, moscow
from deals.models import Deal
from invoices.models import Allocation, BankStatement, CardPayment, IssueRequest, Payment, Seller, StatementAccount
from messaging.jobs import BALANCE
from notifications.actions import notify
from notifications.kinds import Kind, register_kind

MISSING, UNDECIDED, LATE = "payment.statement_missing", "payment.undecided", "payment.late"
CAME, TAKEN_BACK = "payment.came", "payment.taken_back"
ASKED, ANSWERED = "issue.asked", "issue.answered"
CARD_ASKED, CARD_DECIDED = "card.asked", "card.decided"
SMS_LOW = "sms.low"
PATIENCE = timedelta(days=1)
LOOKED_BACK = timedelta(days=7)
"""A payment that did not come is told of within a week of its date; older ones stand in the lists anyway."""

RECONCILERS = (Role.SUPPORT_MANAGER, Role.HEAD)


def register() -> None:
    """Called once, when the app is ready."""
    register_kind(Kind(MISSING, _("No bank statement for a working day"), RECONCILERS))
    register_kind(Kind(UNDECIDED, _("Payments wait for a decision for more than a day"), RECONCILERS))
    register_kind(Kind(LATE, _("An expected payment has not come"), RECONCILERS))
    register_kind(Kind(CAME, _("Money has come for my partner's invoice"), RECONCILERS))
    register_kind(Kind(TAKEN_BACK, _("A payment of my partner's was taken back"), RECONCILERS))
    register_kind(Kind(ASKED, _("A colleague asks to issue an invoice"), RECONCILERS))
    register_kind(Kind(CARD_ASKED, _("A payment to a card waits for me"), {Role.DIRECTOR}, is_optional=False))
    register_kind(Kind(CARD_DECIDED, _("The director has decided on a payment to a card"), RECONCILERS))
    register_kind(Kind(SMS_LOW, _("Little money is left for SMS"), {Role.HEAD}))
    register_kind(Kind(ANSWERED, _("What I asked to issue is issued or came back"), RECONCILERS))


def check_statements(now: datetime) -> None:
    """The last working day of each account that statements come of: is there one that includes it."""
    day = last_working_day(moscow.today(now))
    for seller in Seller.objects.filter(is_active=True):
        loaded = StatementAccount.objects.filter(number=seller.account, statement__state=BankStatement.State.DONE)
        if not loaded.exists() or loaded.filter(starts_on__lte=day, ends_on__gte=day).exists():
            continue
        for person in reconcilers():
            notify(
                person,
                MISSING,
                _("There is no bank statement for %(day)s. Upload it, so that partners hear of their money."),
                key=f"{MISSING}:{seller.account}:{day}",
                url=reverse("bank:list"),
                now=now,
                values={"day": formatting.numeric_date(day)},
                title=seller.name,
            )


def check_undecided(now: datetime) -> None:
    """Payments from the bank that have waited for a decision for more than a day; told once a day."""
    count = Payment.objects.undecided_ones().filter(recorded_at__lt=now - PATIENCE).count()
    if not count:
        return
    for person in reconcilers():
        notify(
            person,
            UNDECIDED,
            _("Payments that wait for a decision for more than a day: %(n)s"),
            key=f"{UNDECIDED}:{moscow.today(now)}",
            url=f"{reverse('bank:list')}?view=decide",
            now=now,
            values={"n": count},
        )


def check_expected(now: datetime) -> None:
    """Deals whose money was expected by a day that is over; the manager is told once for each such day."""
    today = moscow.today(now)
    late = Deal.objects.open().filter(expected_payment_on__lt=today, expected_payment_on__gte=today - LOOKED_BACK)
    late = late.filter(Q(amount__isnull=True) | Q(paid_amount__lt=F("amount")))
    for deal in late.select_related("manager", "partner"):
        notify(
            deal.manager,
            LATE,
            _("The payment was expected by %(day)s and has not come in full. Ask, and set a new date."),
            key=f"{LATE}:{deal.pk}:{deal.expected_payment_on}",
            url=reverse("deals:deal", args=[deal.pk]),
            now=now,
            values={"day": formatting.numeric_date(deal.expected_payment_on)},
            title=deal.partner.name,
            about=f"deal:{deal.pk}",
        )


def check_sms_balance(now: datetime) -> None:
    """What is left on the account of the SMS gateway, as it said within the last hours; told once a day."""
    balance = cache.get(BALANCE)
    if balance is None or balance >= settings.SMS_LOW_BALANCE:
        return
    for person in User.objects.filter(role=Role.HEAD, is_active=True):
        notify(
            person,
            SMS_LOW,
            _("%(left)s is left for SMS: pay the gateway, or invoices go by letter only."),
            key=f"{SMS_LOW}:{moscow.today(now)}",
            url=reverse("messaging:outbox"),
            now=now,
            values={"left": formatting.money(balance)},
        )


def reconcilers() -> QuerySet:
    """The head, and those who have been given the right to reconcile payments."""
    return User.objects.filter(Q(role=Role.HEAD) | Q(can_reconcile_payments=True), is_active=True)


def last_working_day(today: date) -> date:
    """The working day before today: its statement is final."""
    day = today - timedelta(days=1)
    while not moscow.is_working_day(day):
        day -= timedelta(days=1)
    return day


def tell_of_money(allocation: Allocation, kind: str, *, by: User | None, now: datetime) -> None:
    """The partner's manager hears that money has come for an invoice, or was taken back, unless he did it (R11)."""
    invoice = allocation.invoice
    if invoice.partner.manager == by:
        return
    came = _("%(amount)s has come for invoice № %(number)s")
    taken = _("%(amount)s for invoice № %(number)s was taken back: %(why)s")
    amount, number = formatting.money(allocation.amount), invoice.number
    notify(
        invoice.partner.manager,
        kind,
        came if kind == CAME else taken,
        key=f"{kind}:{allocation.pk}",
        url=reverse("invoices:invoice", args=[invoice.pk]),
        now=now,
        values={"amount": amount, "number": number, "why": allocation.reversed_why},
        title=invoice.partner.name,
        about=f"deal:{invoice.deal_id}" if invoice.deal_id else "",
    )


def tell_of_asking(request: IssueRequest, now: datetime) -> None:
    """Everybody who has been given the right to issue hears of the draft (R15)."""
    for person in User.objects.filter(can_issue_invoices=True, is_active=True).exclude(pk=request.asked_by_id):
        notify(
            person,
            ASKED,
            _("%(who)s asks to issue an invoice for %(amount)s"),
            key=f"{ASKED}:{request.pk}",
            url=reverse("invoices:asked"),
            now=now,
            values={"who": request.asked_by, "amount": formatting.money(request.invoice.amount)},
            title=request.invoice.partner.name,
        )


def tell_of_answer(request: IssueRequest, now: datetime) -> None:
    """Who has asked hears that it is issued, or why it came back (R15)."""
    if request.answered_by == request.asked_by:
        return
    text = _("It came back: %(why)s") if request.return_reason else _("Invoice № %(number)s is issued for you")
    notify(
        request.asked_by,
        ANSWERED,
        text,
        key=f"{ANSWERED}:{request.pk}",
        url=reverse("invoices:invoice", args=[request.invoice_id]),
        now=now,
        values={"why": request.return_reason, "number": request.invoice.number},
        title=request.invoice.partner.name,
    )


def tell_of_card(payment: CardPayment, now: datetime) -> None:
    """The directors hear that a payment to a card waits for one of them (R13)."""
    for person in User.objects.filter(role=Role.DIRECTOR, is_active=True).exclude(pk=payment.asked_by_id):
        notify(
            person,
            CARD_ASKED,
            _("%(who)s asks to take %(amount)s to a card: %(why)s"),
            key=f"{CARD_ASKED}:{payment.pk}",
            url=reverse("invoices:cards", args=[payment.invoice_id]),
            now=now,
            values={"who": payment.asked_by, "amount": formatting.money(payment.amount), "why": payment.why},
            title=payment.invoice.partner.name,
        )


def tell_of_card_decision(payment: CardPayment, now: datetime) -> None:
    """Who has asked hears what the director has decided (R13)."""
    approved = _("A payment of %(amount)s to a card is approved")
    declined = _("A payment of %(amount)s to a card is declined: %(why)s")
    notify(
        payment.asked_by,
        CARD_DECIDED,
        approved if payment.card_id else declined,
        key=f"{CARD_DECIDED}:{payment.pk}",
        url=reverse("invoices:cards", args=[payment.invoice_id]),
        now=now,
        values={"amount": formatting.money(payment.amount), "why": payment.decline_reason},
        title=payment.invoice.partner.name,
    )
