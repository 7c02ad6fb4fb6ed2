"""Sales looks at what it has handed over, and what became of it (R18)."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.permissions import permission
from core import moscow
from deals.models import Handoff
from deals.selectors.handoffs import sellers
from deals.selectors.handoffs_sold import sold_facts, sold_rows


@permission("handoff.follow")
def sold(request: HttpRequest) -> HttpResponse:
    """All that was handed over, the latest first; the head may narrow it to one seller."""
    now = timezone.now()
    visible = Handoff.objects.visible_to(request.user, "handoff.follow")
    people = sellers(visible)
    seller = next((person for person in people if str(person.pk) == request.GET.get("seller")), None)
    chosen = visible.filter(sold_by=seller) if seller else visible
    typed = request.GET.get("page", "")
    page = int(typed) if re.fullmatch(r"[1-9]\d{0,3}", typed) else 1
    rows, has_more = sold_rows(chosen, page, now)
    context = {
        "now": now,
        "today": moscow.today(now),
        "facts": sold_facts(chosen),
        "rows": rows,
        "seller": seller,
        "sellers": people,
        "next_page": page + 1 if has_more else None,
        "previous_page": page - 1 if page > 1 else None,
    }
    return render(request, "deals/handoffs_sold.html", context)
