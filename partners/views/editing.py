"""Writing a partner down by hand, changing it, archiving it and bringing it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core.errors import RuleViolation, VersionConflict
from partners.actions import archive_partner, create_partner, restore_partner, update_partner
from partners.duplicates import Signs, find_twins
from partners.forms.partner import ArchiveForm, EditPartnerForm, NewPartnerForm
from partners.forms.together import on_top
from partners.models import Partner
from partners.selectors import get_partner, last_change
from partners.views.pages import done, page_of, posted, refused, show_dialog


@permission("partner.create")
def new(request: HttpRequest) -> HttpResponse:
    """A new partner; when one very like is here already, it is shown first."""
    form = NewPartnerForm(posted(request))
    twins: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        draft = form.draft()
        try:
            partner = create_partner(
                draft,
                manager=form.cleaned_data["manager"],
                is_another=form.cleaned_data["is_another"],
                by=request.user,
                now=timezone.now(),
            )
        except RuleViolation as violation:
            if violation.code == "partner_exists":
                twins = _with_links(find_twins(Signs.of_draft(draft)), request)
            form.show_violation(violation)
        else:
            messages.success(request, _("Partner created: %(name)s") % {"name": partner})
            return redirect(page_of(partner.pk))
    status = 422 if form.is_bound else 200
    return render(request, "partners/new.html", {"form": form, "twins": twins}, status=status)


@permission("partner.update")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All values of the partner in one form; who has changed what meanwhile is shown, nothing typed is lost."""
    partner = get_partner(request.user, pk, "partner.update")
    may_reassign = may(request.user, "partner.reassign")
    form = EditPartnerForm(posted(request), partner=partner, may_reassign=may_reassign)
    conflict: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            update_partner(partner, form.values(), version=version, by=request.user, now=timezone.now())
        except VersionConflict:
            partner = get_partner(request.user, pk, "partner.update")
            now = EditPartnerForm(partner=partner, may_reassign=may_reassign)
            typed, differences = on_top(form, now)
            typed["version"] = str(partner.version)
            form = EditPartnerForm(typed, partner=partner, may_reassign=may_reassign)
            conflict = last_change(partner) | {"lines": differences}
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            return done(request, pk, _("Saved."))
    context = {"form": form, "partner": partner, "conflict": conflict}
    return render(request, "partners/edit.html", context, status=422 if form.is_bound else 200)


@permission("partner.archive")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Why the partner goes; refused as long as it has open deals."""
    partner = get_partner(request.user, pk, "partner.archive")
    form = ArchiveForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            archive_partner(partner, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            undo = reverse("partners:restore", args=[pk])
            return done(request, pk, _("The partner is in the archive: %(name)s") % {"name": partner}, undo)
    context = {
        "form": form,
        "partner": partner,
        "title": _("To the archive"),
        "button": _("Archive the partner"),
        "url": request.path,
        "back": page_of(pk),
    }
    return show_dialog(request, "partners/_archive_form.html", context, status=422 if form.is_bound else 200)


@permission("partner.archive")
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    partner = get_partner(request.user, pk, "partner.archive")
    try:
        restore_partner(partner, by=request.user)
    except RuleViolation as violation:
        return refused(request, pk, violation)
    return done(request, pk, _("The partner is back: %(name)s") % {"name": partner})


def _with_links(twins: list, request: HttpRequest) -> list[dict[str, Any]]:
    """The twins, each with a link for those who may open it."""
    keys = [twin.partner.pk for twin in twins]
    visible = set(Partner.objects.visible_to(request.user).filter(pk__in=keys).values_list("pk", flat=True))
    return [{"twin": twin, "url": page_of(twin.partner.pk) if twin.partner.pk in visible else ""} for twin in twins]
