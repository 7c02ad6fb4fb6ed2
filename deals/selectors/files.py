"""The files of a partner, as its page and the deal card show them."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.models import User
from accounts.permissions import may
from deals.models import Deal, PartnerFile
from files.actions import MEGABYTE
from files.kinds import ACCEPT, NAMES
from partners.models import Partner

FILES_SHOWN = 200
MAX_AT_ONCE = 20


@dataclass(frozen=True)
class FileLine:
    """A file of the list and what this reader may do with it."""

    attached: PartnerFile
    can_archive: bool


def get_file(user: User, pk: int, permission: str = "file.read") -> PartnerFile:
    """The attached file, or 404 when it is not the user's to see."""
    files = PartnerFile.objects.visible_to(user, permission).select_related("file", "partner", "deal")
    return get_object_or_404(files, pk=pk)


def files_panel(user: User, partner: Partner, deal: Deal | None = None) -> dict[str, Any]:
    """The context of `deals/_files.html`: {"files_panel": {…}}. With a deal: its own files and those of no deal.

    Two queries, however many files there are.
    """
    visible = PartnerFile.objects.visible_to(user).filter(partner=partner).select_related("file__uploaded_by", "deal")
    if deal is not None:
        visible = visible.filter(Q(deal=deal) | Q(deal=None))
    shown = list(visible.filter(file__archived_at__isnull=True).order_by("-file__uploaded_at", "-pk")[:FILES_SHOWN])
    mine = PartnerFile.objects.visible_to(user, "file.archive").filter(pk__in=[each.pk for each in shown])
    archivable = set(mine.values_list("pk", flat=True)) if shown else set()
    url = reverse("partners:files", args=[partner.pk])
    return {
        "files_panel": {
            "lines": [FileLine(each, each.pk in archivable) for each in shown],
            "url": f"{url}?deal={deal.pk}" if deal else url,
            "deal": deal,
            "can_upload": may(user, "file.upload"),
            "accept": ACCEPT,
            "types": NAMES,
            "most": MAX_AT_ONCE,
            "megabytes": settings.FILES_MAX_BYTES // MEGABYTE,
        }
    }
