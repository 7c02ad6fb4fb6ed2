"""When the meetings are: the weekly slots of the managers, moving one and skipping one (R16)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import permission
from core.errors import RuleViolation
from meetings import actions
from meetings.forms import MoveForm, SkipForm, SlotForm
from meetings.models import Meeting, Slot
from meetings.views.meeting import page_context


@permission("meeting.schedule")
def slots(request: HttpRequest) -> HttpResponse:
    """The weekly slots; one is chosen by `?manager=` and changed by the form."""
    known = list(Slot.objects.select_related("manager").order_by("weekday", "starts_at", "pk"))
    chosen = next((slot for slot in known if str(slot.manager_id) == request.GET.get("manager")), None)
    initial = SlotForm.values_of(chosen) if chosen else None
    form = SlotForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            slot = actions.set_slot(**form.cleaned_data, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.refuse(violation)
        else:
            messages.success(request, _("The meetings with %(person)s are planned.") % {"person": slot.manager})
            return redirect("meetings:slots")
    context = {"slots": known, "form": form, "chosen": chosen}
    return render(request, "meetings/slots.html", context, status=422 if form.errors else 200)


@permission("meeting.schedule")
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold the meeting at another time."""
    meeting = _meeting(request, pk)
    form = MoveForm(request.POST)
    if form.is_valid():
        try:
            actions.move_meeting(meeting, starts_at=form.moment(), by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.refuse(violation)
        else:
            messages.success(request, _("The meeting is moved."))
            return redirect("meetings:meeting", pk)
    return _again(request, meeting, move_form=form)


@permission("meeting.schedule")
@require_POST
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not hold the meeting this time."""
    meeting = _meeting(request, pk)
    form = SkipForm(request.POST)
    if form.is_valid():
        try:
            actions.skip_meeting(meeting, reason=form.cleaned_data["reason"], by=request.user)
        except RuleViolation as violation:
            form.refuse(violation)
        else:
            messages.success(request, _("The meeting is skipped."))
            return redirect("meetings:home")
    return _again(request, meeting, skip_form=form)


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user).select_related("manager", "held_by"), pk=pk)


def _again(request: HttpRequest, meeting: Meeting, **forms) -> HttpResponse:
    """The page with the form that was not taken, opened."""
    context = page_context(request, meeting, forms=forms | {"is_moving": True})
    return render(request, "meetings/meeting.html", context, status=422)
