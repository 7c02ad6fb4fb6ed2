"""The partners of the reader's scope, narrowed by the address: for the list, for what is done with many, for export."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest

from deals.selectors.partners import SORTS, segment_counts, segments, with_figures
from partners.filters import PartnerFilter
from partners.models import Partner


@dataclass(frozen=True)
class FoundPartners:
    """`partners` stand in the order asked for and carry the figures of the list."""

    partners: QuerySet[Partner]
    filters: PartnerFilter
    counts: dict[str, int]
    segment: str
    segment_words: str
    sort: str
    shows_archive: bool


def found_partners(request: HttpRequest, now: datetime) -> FoundPartners:
    """Segment, filters, search, order and archive of the address; what makes no sense is the usual."""
    shows_archive = "archive" in request.GET
    visible = Partner.objects.visible_to(request.user).filter(
        archived_at__isnull=not shows_archive, merged_into__isnull=True
    )
    filters = PartnerFilter(request.GET, queryset=visible)
    found = with_figures(filters.qs)
    saved = segments(now)
    segment = request.GET.get("view") if request.GET.get("view") in saved else "all"
    sort = request.GET.get("sort") if request.GET.get("sort") in SORTS else "name"
    words, rule = saved[segment]
    return FoundPartners(
        partners=found.filter(rule).order_by(*SORTS[sort]),
        filters=filters,
        counts=segment_counts(found, now),
        segment=segment,
        segment_words=words,
        sort=sort,
        shows_archive=shows_archive,
    )
