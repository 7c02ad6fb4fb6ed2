"""Support and sales about a handoff: giving it back, handing it over again, questions and answers (R1, R18)."""

from datetime import datetime, time

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import require
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from deals import telling
from deals.actions.locking import lock_handoff, lock_open_deal
from deals.actions.tasks import NextStep, finish, plan
from deals.models import Handoff, HandoffQuestion, HandoffReturn, Task
from deals.models.handoff_talk import TEXT_LIMIT

TITLE_LIMIT = 250

RETURNED = gettext_lazy("%(who)s has returned the handoff: %(what)s")
COMPLETED = gettext_lazy("%(who)s has completed the handoff and handed it over again")
ASKED = gettext_lazy("%(who)s asks: %(text)s")
ANSWERED = gettext_lazy("%(who)s has answered: %(text)s")


def return_handoff(handoff: Handoff, missing: str, *, by: User, now: datetime) -> Handoff:
    """Give the handoff back to sales, naming what is missing; sales gets a task, the time counts apart (R1).

    Raises `empty_text`, `text_too_long`, `already_accepted`, `handoff_returned`, `deal_closed`.
    """
    require(by, "handoff.return", handoff)
    missing = _text(missing, _("Write what is missing."), "missing")
    with operation("handoff.return", by=by):
        deal = lock_open_deal(handoff.deal)
        handoff = lock_handoff(handoff)
        if handoff.accepted_at:
            message = _("Already accepted into work: %(name)s. Ask sales a question instead.")
            raise RuleViolation("already_accepted", message % {"name": handoff.accepted_by})
        not_returned(handoff)
        HandoffReturn.objects.create(handoff=handoff, missing=missing, returned_by=by, returned_at=now)
        handoff.returned_at = now
        handoff.version += 1
        handoff.save()
        _finish_tasks(deal.tasks.open().filter(assignee=deal.manager), by, now, _("Returned to sales"))
        plan(deal, _completion_step(missing, now), by=by, now=now, assignee=handoff.sold_by)
        words = {"who": by.full_name, "what": missing}
        telling.tell_of_handoff(
            handoff, telling.HANDOFF_RETURNED, RETURNED, to=handoff.sold_by, by=by, now=now, values=words
        )
    return handoff


def hand_over_again(handoff: Handoff, reply: str = "", *, by: User, now: datetime) -> Handoff:
    """Sales gives a returned handoff to support again, with a word about what was added (R1).

    Raises `not_returned`, `text_too_long`, `deal_closed`.
    """
    require(by, "handoff.create", handoff)
    reply = _short_enough(reply.strip(), "reply")
    with operation("handoff.hand_over_again", by=by):
        deal = lock_open_deal(handoff.deal)
        handoff = lock_handoff(handoff)
        if not handoff.returned_at:
            raise RuleViolation("not_returned", _("It is with support already."))
        back = handoff.returns.get(handed_over_at__isnull=True)
        back.reply, back.handed_over_by, back.handed_over_at = reply, by, now
        back.save()
        handoff.time_with_sales += now - handoff.returned_at
        handoff.returned_at = None
        handoff.version += 1
        handoff.save()
        _finish_tasks(deal.tasks.open().filter(assignee=handoff.sold_by), by, now, _("Handed over again"))
        plan(deal, acceptance_step(handoff, now), by=by, now=now)
        telling.tell_of_handoff(
            handoff, telling.HANDOFF_COMPLETED, COMPLETED, to=deal.manager, by=by, now=now, values={"who": by.full_name}
        )
    return handoff


def ask_sales(handoff: Handoff, text: str, *, by: User, now: datetime) -> HandoffQuestion:
    """Ask who has sold it about the partner, before the acceptance or after it (R18).

    Raises `empty_text`, `text_too_long`.
    """
    require(by, "handoff.ask", handoff)
    text = _text(text, _("Write the question."), "text")
    with operation("handoff.ask", by=by):
        return add_question(lock_handoff(handoff), text, by=by, now=now)


def add_question(handoff: Handoff, text: str, *, by: User, now: datetime) -> HandoffQuestion:
    """Write the question down inside an operation that has checked the rights and locked the handoff."""
    words = {"who": by.full_name, "text": text}
    telling.tell_of_handoff(handoff, telling.HANDOFF_ASKED, ASKED, to=handoff.sold_by, by=by, now=now, values=words)
    last = handoff.questions.aggregate(last=Max("number"))["last"] or 0
    return HandoffQuestion.objects.create(handoff=handoff, number=last + 1, text=text, asked_by=by, asked_at=now)


def answer_question(question: HandoffQuestion, answer: str, *, by: User, now: datetime) -> HandoffQuestion:
    """Sales answers; an answer stays as it was given (R18).

    Raises `empty_text`, `text_too_long`, `already_answered`.
    """
    require(by, "handoff.answer", question.handoff)
    answer = _text(answer, _("Write the answer."), "answer")
    with operation("handoff.answer", by=by):
        lock_handoff(question.handoff)
        question = HandoffQuestion.objects.select_related("handoff", "asked_by", "answered_by").get(pk=question.pk)
        if question.answered_at:
            words = {"who": question.answered_by, "answer": question.answer}
            raise RuleViolation("already_answered", _("%(who)s has answered meanwhile: %(answer)s") % words, "answer")
        question.answer, question.answered_by, question.answered_at = answer, by, now
        question.save()
        words = {"who": by.full_name, "text": answer}
        telling.tell_of_handoff(
            question.handoff, telling.HANDOFF_ANSWERED, ANSWERED, to=question.asked_by, by=by, now=now, values=words
        )
    return question


def not_returned(handoff: Handoff) -> None:
    """Refuse what support does with a handoff that it holds: this one is with sales. Raises `handoff_returned`."""
    if handoff.returned_at:
        message = _("It was returned to sales. Wait until it is handed over again, or ask a question.")
        raise RuleViolation("handoff_returned", message)


def missing_words(handoff: Handoff) -> str:
    """What the checklist lacks, as a question to sales."""
    return _("Please complete: %(items)s.") % {"items": ", ".join(handoff.missing)}


def acceptance_step(handoff: Handoff, now: datetime) -> NextStep:
    """The manager's task until the partner is accepted: due in the last office hour of the deadline's day."""
    day = max(handoff.accept_by, moscow.today(now))
    return NextStep(_("First call: accept into work"), moscow.at(day, time(18)), Task.Kind.CALL)


def _completion_step(missing: str, now: datetime) -> NextStep:
    """The task of sales while it holds the handoff: due at the end of the next working day."""
    title = (_("Complete the handoff: %(missing)s") % {"missing": " ".join(missing.split())})[:TITLE_LIMIT]
    day = moscow.next_working_day(moscow.today(now))
    return NextStep(title, moscow.at(day, moscow.OFFICE_CLOSES), Task.Kind.OTHER)


def _finish_tasks(tasks, by: User, now: datetime, result: str) -> None:
    for task in tasks:
        finish(task, by=by, now=now, result=result)


def _text(text: str, missing: str, field: str) -> str:
    text = text.strip()
    if not text:
        raise RuleViolation("empty_text", missing, field)
    return _short_enough(text, field)


def _short_enough(text: str, field: str) -> str:
    if len(text) > TEXT_LIMIT:
        raise RuleViolation("text_too_long", _("Up to %(n)s signs, please.") % {"n": TEXT_LIMIT}, field)
    return text
