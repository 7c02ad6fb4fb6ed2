"""The people at a partner's: adding, changing, whom to call first, archiving with undo."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import permission
from core.errors import RuleViolation, VersionConflict
from partners.actions import ContactDraft, add_contact, archive_contact, make_main, restore_contact, update_contact
from partners.duplicates import TWINS_SHOWN, contacts_reached
from partners.forms.contact import ContactForm
from partners.forms.together import on_top
from partners.models import Contact, Partner
from partners.selectors import get_contact, get_partner, last_change
from partners.views.pages import done, page_of, posted, refused, show_dialog


@permission("contact.update")
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """One more person at the partner's."""
    partner = get_partner(request.user, pk)
    form = ContactForm(posted(request), partner=partner)
    twins: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            is_another = form.cleaned_data["is_another"]
            contact = add_contact(partner, form.draft(), by=request.user, is_another=is_another)
        except RuleViolation as violation:
            if violation.code == "contact_exists":
                twins = _twins(request, form.draft())
            form.show_violation(violation)
        else:
            return done(request, partner.pk, _("Contact added: %(name)s") % {"name": contact})
    return _show(request, partner, form, None, twins=twins)


@permission("contact.update")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the person; what somebody else has changed meanwhile is shown, nothing typed is lost."""
    contact = get_contact(request.user, pk)
    form = ContactForm(posted(request), partner=contact.partner, contact=contact)
    conflict: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            update_contact(contact, form.draft(), by=request.user, seen=form.seen())
        except VersionConflict:
            contact = get_contact(request.user, pk)
            typed, differences = on_top(form, ContactForm(partner=contact.partner, contact=contact))
            form = ContactForm(typed, partner=contact.partner, contact=contact)
            conflict = last_change(contact) | {"lines": differences}
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            return done(request, contact.partner_id, _("Contact saved: %(name)s") % {"name": form.cleaned_data["name"]})
    return _show(request, contact.partner, form, contact, conflict=conflict)


@permission("contact.update")
@require_POST
def main(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_contact(request.user, pk)
    try:
        make_main(contact, by=request.user)
    except RuleViolation as violation:
        return refused(request, contact.partner_id, violation)
    return done(request, contact.partner_id, _("Main contact: %(name)s") % {"name": contact})


@permission("contact.archive")
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_contact(request.user, pk)
    try:
        archive_contact(contact, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        return refused(request, contact.partner_id, violation)
    undo = reverse("partners:contact-restore", args=[pk])
    return done(request, contact.partner_id, _("The contact is in the archive: %(name)s") % {"name": contact}, undo)


@permission("contact.archive")
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_contact(request.user, pk)
    try:
        restore_contact(contact, by=request.user)
    except RuleViolation as violation:
        return refused(request, contact.partner_id, violation)
    return done(request, contact.partner_id, _("The contact is back: %(name)s") % {"name": contact})


def _show(
    request: HttpRequest,
    partner: Partner,
    form: ContactForm,
    contact: Contact | None,
    **context: Any,
) -> HttpResponse:
    context |= {
        "form": form,
        "partner": partner,
        "title": _("Contact") if contact else _("New contact"),
        "button": _("Save the contact") if contact else _("Add the contact"),
        "url": request.path,
        "back": page_of(partner.pk),
    }
    return show_dialog(request, "partners/_contact_form.html", context, status=422 if form.is_bound else 200)


def _twins(request: HttpRequest, draft: ContactDraft) -> list[dict[str, Any]]:
    """Who is reached by the same phone or e-mail; partners one may not open are named without a link."""
    found = list(contacts_reached(draft.phones, draft.emails)[:TWINS_SHOWN])
    visible = Partner.objects.visible_to(request.user, "partner.read_contacts")
    open_to = set(visible.filter(pk__in=[each.partner_id for each in found]).values_list("pk", flat=True))
    return [{"contact": each, "url": page_of(each.partner_id) if each.partner_id in open_to else ""} for each in found]
