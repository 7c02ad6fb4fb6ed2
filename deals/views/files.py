"""Files of a partner: the list that takes uploads, the download, archiving with undo."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import permission
from core import moscow
from core.errors import RuleViolation
from deals.actions import archive_file, attach_file, restore_file
from deals.models import Deal, PartnerFile
from deals.selectors.deal_card import get_deal
from deals.selectors.files import MAX_AT_ONCE, files_panel, get_file
from files.responses import file_response
from partners.selectors import get_partner


@permission("file.read")
def files(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a partner's files (?deal= of one deal); a POST attaches those that are sent."""
    partner = get_partner(request.user, pk)
    deal = _deal(request, pk)
    if request.method != "POST":
        return _show(request, files_panel(request.user, partner, deal), partner)
    kept, errors = _attach(request, partner, deal)
    if errors or request.htmx:
        context = files_panel(request.user, partner, deal) | {"file_errors": errors, "files_kept": kept}
        return _show(request, context, partner, status=422 if errors else 200)
    messages.success(request, ngettext("%(n)s file attached", "%(n)s files attached", kept) % {"n": kept})
    return redirect(_back(request, partner.pk))


@permission("file.read")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes of one file, as a download; an image also in the page (?preview)."""
    return file_response(get_file(request.user, pk).file, inline="preview" in request.GET)


@permission("file.archive")
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    attached = archive_file(get_file(request.user, pk), by=request.user, now=timezone.now())
    undo = reverse("partners:file-restore", args=[pk]) + f"?next={quote(_back(request, attached.partner_id))}"
    messages.success(request, _("The file is in the archive: %(name)s") % {"name": attached}, f"undo:{undo}")
    return redirect(_back(request, attached.partner_id))


@permission("file.archive")
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    attached = restore_file(get_file(request.user, pk), by=request.user, now=timezone.now())
    messages.success(request, _("The file is back: %(name)s") % {"name": attached})
    return redirect(_back(request, attached.partner_id))


def _deal(request: HttpRequest, partner_pk: int) -> Deal | None:
    """The deal that the list is of; a strange number and another partner's deal are 404."""
    asked = request.GET.get("deal", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    deal = get_deal(request.user, int(asked))
    if deal.partner_id != partner_pk:
        raise Http404
    return deal


def _attach(request: HttpRequest, partner: Any, deal: Deal | None) -> tuple[int, list[str]]:
    """Attach each file that can be: how many were, and why the others were not."""
    sent = request.FILES.getlist("files")
    if not sent:
        return 0, [_("Choose a file.")]
    if len(sent) > MAX_AT_ONCE:
        return 0, [_("Not more than %(n)s files at once.") % {"n": MAX_AT_ONCE}]
    kept: list[PartnerFile] = []
    errors = []
    for each in sent:
        try:
            kept.append(attach_file(partner, each, deal=deal, by=request.user, now=timezone.now()))
        except RuleViolation as violation:
            errors.append(violation.message)
    return len(kept), errors


def _show(request: HttpRequest, context: dict[str, Any], partner: Any, status: int = 200) -> HttpResponse:
    now = timezone.now()
    template = "deals/_files.html" if request.htmx else "deals/files.html"
    context |= {"partner": partner, "now": now, "today": moscow.today(now)}
    return render(request, template, context, status=status)


def _back(request: HttpRequest, partner_pk: int) -> str:
    """Where the reader came from, when that is a page of ours; the partner's files otherwise."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, {request.get_host()}):
        return asked
    return reverse("partners:partner", args=[partner_pk]) + "#files"
