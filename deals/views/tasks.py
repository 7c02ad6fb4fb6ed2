"""Planning, moving and finishing tasks, from wherever they are shown."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.permissions import permission
from core import formatting, moscow
from core.errors import RuleViolation
from deals.actions import complete_task, reopen_task, reschedule_task, schedule_task, undo_reschedule
from deals.forms.next_step import NextStepForm
from deals.models import Task
from deals.selectors.deal_card import get_deal
from deals.selectors.load import tasks_per_day
from deals.views.ways import way_back

RESULT_LENGTH = 1000
TITLE_LENGTH = 250


@permission("task.complete")
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what came of the task, and mark it done, with a way to take it back."""
    task = _task(request, pk)
    back = way_back(request, task.deal_id)
    if request.method != "POST":
        context = {"task": task, "deal": task.deal, "back": back, "is_dialog": bool(request.htmx)}
        template = "deals/_task_done_dialog.html" if request.htmx else "deals/task_done.html"
        return render(request, template, context)
    complete_task(task, by=request.user, now=timezone.now(), result=request.POST.get("result", "")[:RESULT_LENGTH])
    undo = f"{reverse('deals:task-reopen', args=[task.pk])}?{urlencode({'next': back})}"
    messages.success(request, _("Done: %(task)s") % {"task": task.title}, extra_tags=f"undo:{undo}")
    return _go(request, back)


@permission("task.complete")
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo "done"."""
    task = _task(request, pk)
    try:
        reopen_task(task, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
    return _go(request, way_back(request, task.deal_id))


@permission("task.update")
def reschedule(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog with the ruler, and moving the task (R2)."""
    task = _task(request, pk)
    form = RescheduleForm(request.POST or None, initial=_initial(task))
    if request.method == "POST" and form.is_valid():
        step = form.next_step()
        try:
            moved = reschedule_task(
                task, due_at=step.due_at, long_term_reason=step.long_term_reason, by=request.user, now=timezone.now()
            )
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            tell_moved(request, moved)
            return _go(request, way_back(request, task.deal_id))
    context = {"task": task, "deal": task.deal, "url": reverse("deals:task-reschedule", args=[pk])}
    return _render_step(request, form, context)


@permission("task.update")
@require_POST
def restore(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """Undo a moving: the task stands where it stood."""
    task = _task(request, pk)
    try:
        restored = undo_reschedule(task, version=version, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
    else:
        when = formatting.day_time(restored.due_at, timezone.now())
        messages.success(request, _("The task is back on %(when)s") % {"when": when})
    return _go(request, way_back(request, task.deal_id))


def tell_moved(request: HttpRequest, moved: Task) -> None:
    """Say where the task went, with a way to put it back."""
    way = urlencode({"next": way_back(request, moved.deal_id)})
    undo = f"{reverse('deals:task-restore', args=[moved.pk, moved.version])}?{way}"
    words = _("The task is moved to %(when)s") % {"when": formatting.day_time(moved.due_at, timezone.now())}
    messages.success(request, words, extra_tags=f"undo:{undo}")


@permission("task.create")
def plan(request: HttpRequest, deal_pk: int) -> HttpResponse:
    """The dialog for the next step of a deal, and planning it (R2); ?title= says what it is to be."""
    deal = get_deal(request.user, deal_pk)
    form = NextStepForm(request.POST or None, initial={"title": request.GET.get("title", "")[:TITLE_LENGTH]})
    if request.method == "POST" and form.is_valid():
        try:
            task = schedule_task(deal, form.next_step(), by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            when = formatting.day_time(task.due_at, timezone.now())
            messages.success(request, _("The task is planned for %(when)s") % {"when": when})
            return _go(request, way_back(request, task.deal_id))
    return _render_step(request, form, {"deal": deal, "url": reverse("deals:task-plan", args=[deal_pk])})


class RescheduleForm(NextStepForm):
    """Only the date changes: what and of which kind stay."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["kind"].required = False


def _task(request: HttpRequest, pk: int) -> Task:
    """The task with its deal; 404 when it is not the user's to see."""
    tasks = Task.objects.visible_to(request.user).select_related("deal__partner__city", "assignee")
    return get_object_or_404(tasks, pk=pk)


def _initial(task: Task) -> dict:
    return {"time": moscow.to_moscow(task.due_at).strftime("%H:%M")}


def _render_step(request: HttpRequest, form: NextStepForm, context: dict) -> HttpResponse:
    now = timezone.now()
    context |= {
        "form": form,
        "today": moscow.today(now),
        "now": now,
        "day_counts": tasks_per_day(request.user, now),
        "is_dialog": bool(request.htmx),
        "next": request.POST.get("next") or request.GET.get("next") or "",
        "back": way_back(request, context["deal"].pk),
    }
    template = "deals/_task_dialog.html" if request.htmx else "deals/task.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
