"""Обзвон: the day's calls one by one, with nothing else on the screen."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core import moscow
from core.errors import RuleViolation
from deals.actions import nobody_answered, reschedule_task
from deals.models import Task
from deals.rules import next_try
from deals.selectors.deal_card import get_deal
from deals.views.commenting import comment_context, submit_comment
from deals.views.tasks import tell_moved
from partners.models import Contact
from reports.selectors.calls import Run, after, before, standing


@permission("call_comment.create")
def calls(request: HttpRequest) -> HttpResponse:
    """The call whose turn it is, or the summary at the end. POST begins a new run."""
    now = timezone.now()
    run = None if request.method == "POST" else Run.of(request.session, now)
    if run is None:
        run = Run.start(request.user, now)
        run.keep(request.session)
    how_far = standing(run, request.user)
    if how_far.waiting:
        return redirect("reports:call", how_far.waiting[0])
    fresh = [each for each in Run.start(request.user, now).tasks if each not in run.tasks]
    context = {"standing": how_far, "fresh": len(fresh), "now": now, "today": moscow.today(now)}
    return render(request, "reports/calls_done.html", context)


@permission("call_comment.create")
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """One call: who, what was promised, the phone and the comment's form; saving goes on to the next."""
    task = _task(request, pk)
    if not task.is_open:
        return redirect("reports:calls")
    deal = get_deal(request.user, task.deal_id)
    form = submit_comment(request, deal) if request.method == "POST" else None
    if request.method == "POST" and form is None:
        messages.success(request, _("The comment is saved: %(partner)s") % {"partner": deal.partner.name})
        return _go_on(request, pk)
    now = timezone.now()
    run = _run(request)
    how_far = standing(run, request.user)
    context = {
        "task": task,
        "deal": deal,
        "partner": deal.partner,
        "contact": _contact(request, deal),
        "is_calling": True,
        "comment_url": request.path,
        "number": run.tasks.index(pk) + 1 if pk in run.tasks else None,
        "standing": how_far,
        "back": before(run, how_far.waiting, pk),
        "is_last": after(run, how_far.waiting, pk) is None,
        "can_move": may(request.user, "task.update"),
        "now": now,
        "today": moscow.today(now),
        **comment_context(request, deal, task, now, form),
    }
    return render(request, "reports/call.html", context, status=422 if form else 200)


@permission("call_comment.create")
@require_POST
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Later in this run: the call goes to the end of it."""
    task = _task(request, pk)
    run = _run(request)
    answer = _go_on(request, pk)
    if task.pk in run.tasks:
        run.to_the_end(task.pk)
        run.keep(request.session)
    return answer


@permission("task.update")
@require_POST
def missed(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody answered: the call is moved by two hours or to the next morning, and the run goes on (R2)."""
    task = _task(request, pk)
    now = timezone.now()
    try:
        moved = reschedule_task(task, due_at=next_try(task.deal.partner.city.timezone, now), by=request.user, now=now)
    except RuleViolation as violation:
        messages.error(request, violation.message)
    else:
        nobody_answered(task.deal, by=request.user, now=now)
        tell_moved(request, moved)
    return _go_on(request, pk)


def _task(request: HttpRequest, pk: int) -> Task:
    """The task with its partner; 404 when it is not the user's to see."""
    tasks = Task.objects.visible_to(request.user).select_related("deal__partner__city")
    return get_object_or_404(tasks, pk=pk)


def _run(request: HttpRequest) -> Run:
    """The run under way; a call that was opened from elsewhere begins one."""
    now = timezone.now()
    run = Run.of(request.session, now)
    if run is None:
        run = Run.start(request.user, now)
        run.keep(request.session)
    return run


def _go_on(request: HttpRequest, pk: int) -> HttpResponse:
    run = _run(request)
    following = after(run, standing(run, request.user).waiting, pk)
    return redirect("reports:call", following) if following else redirect("reports:calls")


def _contact(request: HttpRequest, deal) -> Contact | None:
    """Whom to call: the deal's own contact, else the partner's main one."""
    if not may(request.user, "partner.read_contacts"):
        return None
    return deal.contact or deal.partner.contacts.in_use().order_by("-is_primary", "pk").first()
