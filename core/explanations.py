"""«Почему я это вижу»: why a mark, an alert or a blocked control is there. One registry for every page.

Each explanation names its rule (R1…, for tests and for whoever reads the code), says it in one sentence, and quotes the
department's manual where the manual says it. The quotation stays in Russian: it is the manual's own words.
`{% why "code" %}` puts a small «?» beside what it explains.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Explanation:
    rule: str
    sentence: str | Promise
    quotation: str = ""


ACCEPTANCE = "Новый Партнер должен быть принят в работу не позднее следующего дня после получения нами оплаты."
SEVEN_DAYS = (
    "Любое дело в CRM должно быть назначено не позднее 7 дней. "
    "В случае более позднего срока - описание в комментариев причины сроков."
)
COMMENT = (
    "Каждый комментарий в CRM должен следовать после звонка, и отражать следующую информацию: "
    "что было сделано на текущий момент; как дела сейчас; какие планы в будущем относительно работы."
)
ISSUER = "Если Вы не получили доступ к Кабинету для выставления счетов: попросите коллег выставить счёт."
RETURNED = (
    "В случае, если счёт будет выставлен не корректно, или оплата будет получена не в соответствии с назначение "
    "платежа, указанным в счёте, мы будем вынуждены вернуть средства Плательщику как ошибочно перечисленные."
)
PART_PAID = (
    "В случае, если Партнёр оплатил не все услуги, уточнить, по какой причине была произведена не полная оплата."
)
REQUEST_ANSWERED = (
    "После заполнения Заявки Заказчика сразу выставляем счёт на оплату по указанным данным "
    "(отправляем через CRM письмом на email клиента + смс-уведомление на телефон)."
)
DUE = "Укажите актуальную сумму продления (с учётом выбранного пакета и скидок)."
RENEWED = (
    "После поступления средств на р/с: завершите сделку. "
    "Автоматически будет создана новая сделка на статусе «Всё хорошо, получает заявки»."
)
REPORT = "У каждого сотрудника есть личный отчет: полученные оплаты, ожидаемые оплаты, потенциальные оплаты."

MEETING = (
    "Планёрка Отдела Сопровождения проводится индивидуально с каждым сотрудником в соответствии с графиком "
    "проведения планёрок."
)
OWN_LISTS = "Список Партнёров, которые должны продлиться, но есть сомнения"
OWN_SOLUTION = "Подготовить Вашу версию ответов на вопросы /проблемы действующих Партнёров (проблемных)"

ASKED = (
    "МОС в CRM в Чате «Маркетинг и Сотрудник» сообщает о необходимых корректировках или согласованных с Партнером "
    "действиях (увеличение/уменьшение количества поступающих заявок, отсутствие заявок, согласие партнера подключить "
    "дополнительную сеть)."
)
ANSWERED = (
    "Сотрудник ОМ в CRM в Чате «Маркетинг и Сотрудник» сообщает о необходимости подключения дополнительных сетей, "
    "необходимости пополнения рекламного бюджета, а также отвечает на пожелания МОС."
)

EXPLANATIONS: dict[str, Explanation] = {
    "acceptance.countdown": Explanation(
        "R1",
        _("A new partner is accepted by 23:59 Moscow time of the day after the payment; the bar shows the time gone."),
        ACCEPTANCE,
    ),
    "acceptance.late": Explanation(
        "R1",
        _("The day after the payment has ended and the partner is not accepted: the manager and the head are told."),
        ACCEPTANCE,
    ),
    "acceptance.in_time": Explanation(
        "R1",
        _("In time is accepted not later than on the day after the payment, of all accepted in the month."),
        ACCEPTANCE,
    ),
    "handoff.information": Explanation(
        "R18",
        _(
            "Sales fills in five things; the partner may be accepted without some of them, "
            "and they stay to be asked for."
        ),
        "МОП заносит данные Партнера в таблицу «Передача в ОМ» и выставляет статус «Ждем инфо».",
    ),
    "handoff.returned": Explanation(
        "R1",
        _("Support has named what is missing: until sales hands it over again, the waiting counts for sales."),
        ACCEPTANCE,
    ),
    "handoff.waited": Explanation(
        "R1", _("The days on which sales held a returned partner are counted apart from those of support."), ACCEPTANCE
    ),
    "handoff.question": Explanation(
        "R18",
        _("Whatever support asks about the partner, sales answers here, so that everybody reads the answer."),
        "МОС может уточнить дополнительные вопросы о переданном Партнере для получения более полной картины бизнеса и "
        "ситуации партнера.",
    ),
    "task.overdue": Explanation(
        "R2", _("The time of the task has passed and it is neither done nor moved to another day."), SEVEN_DAYS
    ),
    "task.overdue_long": Explanation(
        "R2", _("The task is overdue for more than 7 days, so the head is told as well."), SEVEN_DAYS
    ),
    "task.later": Explanation(
        "R2",
        _("A date later than 7 days from today is taken only with a written reason, which stays in the timeline."),
        SEVEN_DAYS,
    ),
    "task.horizon": Explanation(
        "R2",
        _("The task came with the imported list further than 7 days ahead and without a reason: move it or write why."),
        SEVEN_DAYS,
    ),
    "task.none": Explanation(
        "R2", _("An open deal always has a next task with a date; this one has none, so nobody will call."), SEVEN_DAYS
    ),
    "task.postponed": Explanation(
        "R2", _("Every move to a later day is counted, so that a partner is not put off for weeks."), SEVEN_DAYS
    ),
    "comment.parts": Explanation(
        "R3", _("A comment is saved when it says what was, how it is, what is planned, and has a next task."), COMMENT
    ),
    "call.comment": Explanation(
        "R4",
        _("After a call a comment is due by the end of the working day; when nobody answered, none is."),
        COMMENT,
    ),
    "comment.draft": Explanation(
        "R3", _("What you type is kept for you every few seconds; only you see it until the comment is saved.")
    ),
    "health": Explanation(
        "R4",
        _(
            "The mark is computed: a raised problem, no requests, or two signs against are a problem; one sign is "
            "a question. The signs: a task overdue for more than 3 days, no contact for more than 7 days, "
            "the deal's own status."
        ),
        "К планёрке Вы должны подготовить: список Проблемных Партнёров, у которых есть срочные вопросы / проблемы.",
    ),
    "renewal.due": Explanation(
        "R6", _("This status is entered with the package, the discount and the exact sum of the renewal."), DUE
    ),
    "renewal.final": Explanation(
        "R5",
        _(
            "A final status closes the deal: a renewal is completed after its money has come, or with a written reason "
            "that the head sees; the next renewal begins by itself."
        ),
        RENEWED,
    ),
    "renewal.unpaid": Explanation(
        "R5",
        _("These renewals were completed before the money came; the manager's reason stands beside each."),
        RENEWED,
    ),
    "chat.thread": Explanation(
        "R19",
        _("A partner has one thread with marketing, on each of its deals: what is agreed outlives a deal."),
        ASKED,
    ),
    "chat.term": Explanation(
        "R19",
        _(
            "A request is answered by the end of the next working day, «No requests» by the end of the same one; "
            "it is agreed on, done or refused with a reason, and each can be answered once."
        ),
        ANSWERED,
    ),
    "chat.turn": Explanation(
        "R19",
        _(
            "Requests stand here by whose turn it is: who was asked answers, and what is agreed on marketing carries "
            "out. The oldest come first."
        ),
        ANSWERED,
    ),
    "invoice.no_right": Explanation(
        "R15", _("Invoices are issued by who has been given the right; everybody else saves a draft and asks."), ISSUER
    ),
    "invoice.check": Explanation(
        "R7",
        _("A red line has to be mended before the invoice can be issued; an amber one only asks to think again."),
        RETURNED,
    ),
    "invoice.purpose": Explanation(
        "R7",
        _("The purpose is composed from the fields, so that it names all it must; the bank takes 210 characters."),
        "Обязательно укажите корректное назначение платежа: договор оферта и дата договора, номер приложения и номер "
        "услуги, «БЕЗ НДС», город — если выставляете счёт на маркетинговые услуги.",
    ),
    "invoice.frozen": Explanation(
        "R9", _("An issued invoice never changes: a mistake is cancelled and issued anew, both stay linked."), RETURNED
    ),
    "invoice.payment": Explanation(
        "R11",
        _("The state comes from the payments recorded for the invoice; nobody sets it by hand."),
        PART_PAID,
    ),
    "payment.wrong": Explanation(
        "R12",
        _(
            "A payment whose number, payer, sum to the kopeck, purpose and VAT all agree is matched by itself; "
            "any other waits here for a person."
        ),
        RETURNED,
    ),
    "payment.part": Explanation(
        "R11",
        _("Not everything was paid: the reason is kept on each unpaid line, and the planning meeting sees it."),
        PART_PAID,
    ),
    "payment.return": Explanation(
        "R12",
        _(
            "It goes back to the account it came from; another person approves it, "
            "and the day and number of the payment order are kept."
        ),
        RETURNED,
    ),
    "payment.receipt": Explanation(
        "R12",
        _("Money from a natural person needs a cash receipt not later than the next working day."),
    ),
    "payment.second": Explanation(
        "R11", _("Money that no bank statement shows counts when a second person has confirmed it."), PART_PAID
    ),
    "invoice.overdue": Explanation(
        "R11", _("The last day for paying has passed and something is still owed."), PART_PAID
    ),
    "invoice.unpaid": Explanation(
        "R11", _("When not everything is paid, the reason is asked of the partner and kept on the line."), PART_PAID
    ),
    "meeting.lists": Explanation(
        "R16",
        _(
            "A renewal stands here when its term ends or its payment is expected within 31 days: for sure when the "
            "deal says so and the partner is well, else in doubt. Then come open offers of add-ons, and partners with "
            "a problem. The manager may correct a list with a word why."
        ),
        OWN_LISTS,
    ),
    "meeting.promised": Explanation(
        "R16",
        _(
            "What was decided at the last meeting. It is done when its task is done or the partner has paid since; "
            "with an overdue task it is not done."
        ),
        MEETING,
    ),
    "meeting.ready": Explanation(
        "R16", _("A meeting is ready when each problem partner has the manager's own solution."), OWN_SOLUTION
    ),
    "meeting.held": Explanation(
        "R16", _("A held meeting keeps what it showed: later changes of deals and partners do not touch it."), MEETING
    ),
    "money.received": Explanation(
        "R17",
        _("Received is money that came in these days and stands on invoices; what was undone does not count."),
        REPORT,
    ),
    "money.expected": Explanation(
        "R17",
        _(
            "Expected is what is still owed on issued invoices to be paid in these days, and on deals due or agreed "
            "whose payment is expected in them."
        ),
        REPORT,
    ),
    "money.potential": Explanation(
        "R17",
        _(
            "Potential is the rest of the open renewals and offers: what is neither received nor expected in these "
            "days. Without a date nobody will ask for it: give it one."
        ),
        REPORT,
    ),
    "money.plan": Explanation(
        "R17",
        _("The head sets each manager's plan by months; the forecast is what is received and what is expected."),
        REPORT,
    ),
    "money.locked": Explanation(
        "R17",
        _(
            "The head has settled the month: its received money and its plans change no more. "
            "To change something, the head unlocks it and writes why."
        ),
        REPORT,
    ),
    "money.expected_deals": Explanation(
        "R17",
        _("Expected is what is still owed on open deals whose payment is expected by the end of the month."),
        REPORT,
    ),
    "invoice.sending": Explanation(
        "R10",
        _(
            "The letter with the PDF and the SMS are queued together. Each is delivered at least once and never twice "
            "for one sending; its state and every try stand on the invoice."
        ),
        REQUEST_ANSWERED,
    ),
    "request.unanswered": Explanation(
        "R20",
        _("The form promises an answer within 30 minutes of office time; nobody has taken this request up since."),
        REQUEST_ANSWERED,
    ),
    "card.approval": Explanation(
        "R13", _("Money goes to a card only after the director has approved that one payment; each look is kept.")
    ),
    "issue.unanswered": Explanation(
        "R15", _("A colleague has asked to issue an invoice an hour of office time ago; nobody has answered."), ISSUER
    ),
    "invoice.lapsing": Explanation(
        "R11", _("The last day for paying is today or the next working day, and something is still owed.")
    ),
    "overview.thresholds": Explanation(
        "R17", _("A number turns red beyond its threshold, and only then; the thresholds stand under the table.")
    ),
    "overview.renewed": Explanation(
        "R5", _("The share of renewals closed as renewed among all that were closed this month."), RENEWED
    ),
    "substitution": Explanation(
        "R1",
        _(
            "For these days the substitute sees and does what is the absent colleague's: partners, deals, tasks, "
            "alerts; after the last day it is over by itself."
        ),
    ),
    "counter.own": Explanation(
        "R2", _("How many are open and yours; a red number is what is late for you personally.")
    ),
}

# The alerts by their kinds: the same words as on the marks of the same thing.
EXPLANATIONS |= {
    "alert.task_overdue": EXPLANATIONS["task.overdue"],
    "alert.task_overdue_7d": EXPLANATIONS["task.overdue_long"],
    "alert.task_horizon": EXPLANATIONS["task.horizon"],
    "alert.no_next_task": EXPLANATIONS["task.none"],
    "alert.handoff_unaccepted": EXPLANATIONS["acceptance.late"],
    "alert.delivery_failed": Explanation(
        "R10",
        _(
            "The letter or the SMS with an invoice was refused, was tried too often or is on hold: the invoice says "
            "why. Send it again there; the alert goes away."
        ),
        REQUEST_ANSWERED,
    ),
    "alert.call_without_comment": EXPLANATIONS["call.comment"],
    "alert.request_unanswered": EXPLANATIONS["request.unanswered"],
    "alert.issue_unanswered": EXPLANATIONS["issue.unanswered"],
    "alert.invoice_lapsing": EXPLANATIONS["invoice.lapsing"],
    "alert.invoice_lapsed": EXPLANATIONS["invoice.overdue"],
}


def explanation(code: str) -> Explanation:
    """The explanation of this code; an unknown one is a KeyError, which a test finds first."""
    return EXPLANATIONS[code]
