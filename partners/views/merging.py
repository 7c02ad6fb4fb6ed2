"""Two records of one partner, or of one person: choosing, comparing side by side, merging, and taking it back."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import permission
from core.errors import RuleViolation
from partners import relations
from partners.actions import merge_contacts, merge_partners, undo_contact_merge, undo_partner_merge
from partners.actions.merging import CONTACT_FIELDS, PARTNER_FIELDS
from partners.forms.partner import MergeForm
from partners.models import Contact, ContactMerge, Partner, PartnerMerge
from partners.selectors import get_contact, get_partner, merge_candidates
from partners.views.pages import done, page_of, posted, refused


@permission("partner.merge")
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Without `?with=` the search for the second one; with it both side by side."""
    winner = get_partner(request.user, pk, "partner.merge")
    if not request.GET.get("with"):
        return _choose(request, winner)
    loser = get_partner(request.user, _key(request), "partner.merge")
    form = MergeForm(posted(request), winner=winner, loser=loser, names=PARTNER_FIELDS)
    if request.method == "POST" and form.is_valid():
        choice = {"from_loser": form.from_loser(), "versions": form.versions()}
        try:
            made = merge_partners(winner, loser, **choice, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            undo = reverse("partners:merge-undo", args=[made.pk])
            return done(request, pk, _("Merged: %(loser)s is now part of this partner") % {"loser": loser}, undo)
    swap = f"{reverse('partners:merge', args=[loser.pk])}?with={winner.pk}"
    return _compare(request, winner, loser, form, swap, page_of(pk))


@permission("partner.merge")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    visible = Partner.objects.visible_to(request.user, "partner.merge")
    made = get_object_or_404(PartnerMerge.objects.select_related("winner"), pk=pk, winner__in=visible)
    try:
        undo_partner_merge(made, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        return refused(request, made.winner_id, violation)
    return done(request, made.winner_id, _("Two partners again, each with what it had"))


@permission("contact.merge")
def contact_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """The other contacts of the partner to choose from; with `?with=` both side by side."""
    winner = get_contact(request.user, pk)
    partner = winner.partner
    others = list(partner.contacts.in_use().exclude(pk=pk))
    back = page_of(partner.pk)
    if not request.GET.get("with"):
        context = {"winner": winner, "partner": partner, "others": others, "back": back}
        return render(request, "partners/merge_contact_choose.html", context)
    loser = get_contact(request.user, _key(request))
    form = MergeForm(posted(request), winner=winner, loser=loser, names=CONTACT_FIELDS)
    if request.method == "POST" and form.is_valid():
        try:
            made = merge_contacts(winner, loser, from_loser=form.from_loser(), by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            undo = reverse("partners:contact-merge-undo", args=[made.pk])
            return done(request, partner.pk, _("Merged: one contact of two"), undo)
    swap = f"{reverse('partners:contact-merge', args=[loser.pk])}?with={winner.pk}"
    return _compare(request, winner, loser, form, swap, back)


@permission("contact.merge")
@require_POST
def contact_undo(request: HttpRequest, pk: int) -> HttpResponse:
    visible = Contact.objects.visible_to(request.user, "contact.merge")
    made = get_object_or_404(ContactMerge.objects.select_related("winner__partner"), pk=pk, winner__in=visible)
    try:
        undo_contact_merge(made, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        return refused(request, made.winner.partner_id, violation)
    return done(request, made.winner.partner_id, _("Two contacts again"))


def _key(request: HttpRequest) -> int:
    asked = request.GET["with"]
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    return int(asked)


def _choose(request: HttpRequest, winner: Partner) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:160]
    twins, found = merge_candidates(request.user, winner, text)
    visible = set(
        Partner.objects.visible_to(request.user, "partner.merge")
        .values_list("pk", flat=True)
        .filter(pk__in=[twin.partner.pk for twin in twins])
    )
    context = {
        "winner": winner,
        "text": text,
        "twins": [twin for twin in twins if twin.partner.pk in visible],
        "found": found,
        "back": page_of(winner.pk),
    }
    return render(request, "partners/merge_choose.html", context)


def _compare(request: HttpRequest, winner: Any, loser: Any, form: MergeForm, swap: str, back: str) -> HttpResponse:
    context = {
        "winner": winner,
        "loser": loser,
        "form": form,
        "moving": relations.counts(loser),
        "swap": swap,
        "back": back,
        "is_contact": isinstance(winner, Contact),
    }
    return render(request, "partners/merge.html", context, status=422 if form.is_bound else 200)
