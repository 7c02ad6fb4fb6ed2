"""Taking the rows of a board or a list away as a file: all of the filter, or those that are chosen."""

from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Scope, permission, scope
from core import formatting, moscow, spreadsheets
from deals.actions import record_export
from deals.exports import MOST_EXPORTED, PLAIN_NAMES, ExportColumn, deal_columns, partner_columns
from deals.models import Deal, Export, Pipeline
from deals.selectors import deal_list
from deals.selectors.partners import partner_values, with_figures
from deals.views.bulk import back_from, deals_of_filter, numbers_of
from deals.views.partner_filter import found_partners
from partners.models import Partner

CHUNK = 500
CONTENT_TYPES = {
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@permission("deal.export")
@require_POST
def deals(request: HttpRequest, code: str) -> HttpResponse:
    """Deals of a pipeline with the columns of their list, in its order."""
    pipeline = get_object_or_404(Pipeline, code=code)
    visible = Deal.objects.visible_to(request.user, "deal.export").filter(pipeline=pipeline)
    found = _chosen(request, visible, deals_of_filter(request, pipeline))
    sort = deal_list.known_sort(request.GET.get("sort", ""))
    shows_manager = scope(request.user, "deal.read") == Scope.ALL
    columns = deal_columns(pipeline, set(request.GET.getlist("columns")), shows_manager)
    return _file(
        request,
        "deal.export",
        deal_list.values(pipeline, found, sort),
        columns,
        names=(PLAIN_NAMES[pipeline.code], pipeline.name),
        page=reverse("deals:board", args=[pipeline.code]),
    )


@permission("partner.export")
@require_POST
def partners(request: HttpRequest) -> HttpResponse:
    """Partners with the columns of their list, in its order."""
    found = found_partners(request, timezone.now())
    visible = with_figures(Partner.objects.visible_to(request.user, "partner.export")).order_by("name", "pk")
    chosen = _chosen(request, visible, found.partners)
    return _file(
        request,
        "partner.export",
        partner_values(chosen),
        partner_columns(scope(request.user, "partner.read") == Scope.ALL),
        names=(PLAIN_NAMES["partners"], _("Partners")),
        page=reverse("partners:list"),
    )


def _chosen(request: HttpRequest, visible: QuerySet, found: QuerySet) -> QuerySet:
    """The rows of the filter, or the chosen ones. 404 when any of these is not the person's to take."""
    if "everything" in request.POST:
        return found
    keys = numbers_of(request.POST.getlist("pick"))
    chosen = visible.filter(pk__in=keys)
    if chosen.count() != len(keys):
        raise Http404
    return chosen


def _file(
    request: HttpRequest,
    right: str,
    rows: QuerySet,
    columns: list[ExportColumn],
    *,
    names: tuple[str, str],
    page: str,
) -> HttpResponse:
    file_format = request.POST.get("format", "")
    if file_format not in Export.Format.values:
        raise Http404
    now, count = timezone.now(), rows.count()
    if not 0 < count <= MOST_EXPORTED:
        most = formatting.number(MOST_EXPORTED)
        too_many = _("Not more than %(n)s rows go into one file: narrow the filter. Nothing was exported.") % {
            "n": most
        }
        messages.error(
            request, too_many if count else _("There is nothing to export: choose rows or change the filter.")
        )
        return HttpResponseRedirect(back_from(request, page))
    record_export(
        right,
        rows=count,
        file_format=file_format,
        query=request.GET.urlencode(),
        is_choice="everything" not in request.POST,
        by=request.user,
        now=now,
    )
    day = moscow.today(now).isoformat()
    plain, name = names
    file = TemporaryFile()  # noqa: SIM115  (the answer closes it)
    lines = _lines(rows, columns)
    titles = [column.title for column in columns]
    if file_format == Export.Format.CSV:
        spreadsheets.write_csv(titles, lines, file)
    else:
        spreadsheets.write_xlsx(name, titles, lines, file)
    file.seek(0)
    response = FileResponse(file, content_type=CONTENT_TYPES[file_format])
    response["Content-Disposition"] = spreadsheets.attachment(f"{plain}-{day}", f"{name} {day}", file_format)
    return response


def _lines(rows: QuerySet, columns: list[ExportColumn]) -> Iterable[list[Any]]:
    """The values row by row, so that a long file never stands in memory."""
    for row in rows[:MOST_EXPORTED].iterator(chunk_size=CHUNK):
        yield [column.value(row) for column in columns]
