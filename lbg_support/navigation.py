"""The frame around every page: a person's sidebar with counters of his own work, and what he may create.

Every counter comes from one query. An item appears when the role may open its page.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from accounts.permissions import acting_for, may, standing_in
from chat.selectors.inbox import unread_messages
from core import moscow
from deals.models import AlertNotice, Deal, Handoff, PipelineCode, Task
from invoices.models import CustomerRequest, IssueRequest
from invoices.selectors.bank import waiting_count
from knowledge.models import Question
from live.log import id_at
from notifications.models import Notice
from notifications.rules import is_quiet
from partners.models import Partner
from search.results import Page

CLOCKS_DIFFER = 2
"""Seconds by which the clocks of the machines may differ."""


@dataclass(frozen=True)
class Item:
    """A link of the sidebar: `count` is how much there is, `late` how much of it is late for the reader himself,
    `unread` how much of it he has not seen.

    `also` names another page that the item stands for, with the same arguments.
    """

    label: str
    icon: str
    url_name: str
    permission: str
    args: tuple = ()
    key: str = ""
    count: str = ""
    late: str = ""
    also: str = ""
    unread: str = ""


MENU: list[tuple[str, list[Item]]] = [
    (
        "",
        [
            Item(gettext_lazy("My day"), "sun", "reports:my-day", "task.read", key="KeyD", late="overdue"),
            Item(gettext_lazy("Chats"), "messages-square", "chat:inbox", "chat.read", key="KeyT", unread="chats"),
        ],
    ),
    (
        gettext_lazy("Deals"),
        [
            Item(
                gettext_lazy("New partners"),
                "user-plus",
                "deals:board",
                "deal.read",
                ("new",),
                "KeyN",
                count="deals_new",
                also="deals:terms",
            ),
            Item(
                gettext_lazy("Renewals"),
                "refresh-cw",
                "deals:board",
                "deal.read",
                ("renewal",),
                "KeyR",
                count="deals_renewal",
                also="deals:terms",
            ),
            Item(
                gettext_lazy("Add-on services"),
                "layers",
                "deals:board",
                "deal.read",
                ("addon",),
                "KeyE",
                count="deals_addon",
                also="deals:terms",
            ),
        ],
    ),
    (
        gettext_lazy("Partners"),
        [
            Item(gettext_lazy("Partners"), "building-2", "partners:list", "partner.read", key="KeyP", count="partners"),
            Item(
                gettext_lazy("Handoffs"),
                "arrow-right-left",
                "deals:handoffs",
                "handoff.read",
                key="KeyH",
                count="handoffs",
                late="handoffs_late",
            ),
        ],
    ),
    (
        gettext_lazy("Money"),
        [
            Item(
                gettext_lazy("Requests"),
                "inbox",
                "invoices:requests",
                "customer_request.read",
                key="KeyZ",
                count="requests",
                late="requests_late",
            ),
            Item(gettext_lazy("Invoices"), "receipt-text", "invoices:list", "invoice.read", key="KeyI"),
            Item(
                gettext_lazy("Asked to issue"), "file-plus", "invoices:asked", "issue_request.read", count="issue_asked"
            ),
            Item(gettext_lazy("Outbox"), "send", "messaging:outbox", "message.list", key="KeyO"),
            Item(
                gettext_lazy("Bank statement"), "landmark", "bank:list", "statement.read", key="KeyB", count="undecided"
            ),
            Item(gettext_lazy("Payments"), "wallet", "reports:payments", "report.payments", key="KeyM"),
        ],
    ),
    (
        gettext_lazy("Knowledge"),
        [
            Item(
                gettext_lazy("Knowledge base"),
                "book-open",
                "knowledge:home",
                "article.read",
                key="KeyK",
                count="questions",
            )
        ],
    ),
    (
        gettext_lazy("Department"),
        [
            Item(
                gettext_lazy("Department overview"), "chart-column", "reports:overview", "report.department", key="KeyS"
            ),
            Item(gettext_lazy("Planning meetings"), "clipboard-list", "meetings:home", "meeting.read", key="KeyL"),
            Item(gettext_lazy("Substitutions"), "users", "accounts:substitutions", "substitution.update"),
            Item(gettext_lazy("Reference data"), "settings", "admin:index", "reference.read"),
        ],
    ),
]


def frame(request: HttpRequest) -> dict:
    """Context processor: navigation, create_menu, can_search, can_see_alerts, is_quiet, unread_alerts, live."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or _is_fragment(request):
        return {}
    return frame_of(user, request.path)


def frame_of(user: User, path: str) -> dict:
    """The frame around the page of this path."""
    counts = _counts(user)
    return {
        "navigation": _navigation(user, counts, path),
        "create_menu": _create_menu(user, path),
        "can_search": may(user, "partner.read"),
        "can_see_alerts": may(user, "alert.read"),
        "is_quiet": counts["is_quiet"],
        "unread_alerts": 0 if counts["is_quiet"] else counts["alerts"] + counts["notices"],
        "live": _live(user),
        "standing_in": standing_in(user),
    }


def _is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page; going back in the history it asks for the whole of one."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def pages_of(user: User) -> list[Page]:
    """Where the person may go, for the palette: the sidebar and the menu «Create»."""
    items = [item for _title, entries in MENU for item in entries if may(user, item.permission)]
    places = [
        Page(str(item.label), reverse(item.url_name, args=item.args), item.icon, _keys(item.key)) for item in items
    ]
    return [*places, *(Page(each["label"], each["url"], each["icon"]) for each in _create_menu(user, ""))]


def _keys(key: str) -> tuple[str, ...]:
    return ("G", key.removeprefix("Key")) if key else ()


def _navigation(user: User, counts: dict[str, int], path: str) -> list[dict]:
    groups = []
    for title, items in MENU:
        shown = [_entry(item, counts) for item in items if may(user, item.permission)]
        if shown:
            groups.append({"title": title, "items": shown})
    _mark_current([entry for group in groups for entry in group["items"]], path)
    return groups


def _mark_current(entries: list[dict], path: str) -> None:
    """The section that one is in: of two addresses that the path begins with the longer one."""
    within = [
        (len(page), entry) for entry in entries for page in entry["pages"] if path.startswith(page) and page != "/"
    ]
    if within:
        max(within, key=lambda found: found[0])[1]["current"] = True


def _entry(item: Item, counts: dict[str, int]) -> dict:
    url = reverse(item.url_name, args=item.args)
    pages = [url, reverse(item.also, args=item.args)] if item.also else [url]
    return {
        "label": item.label,
        "url": url,
        "icon": item.icon,
        "key": item.key,
        "pages": pages,
        "current": False,
        "count": counts.get(item.count, 0),
        "badge": counts.get(item.late or item.unread, 0),
        "badge_kind": "late" if item.late else "unread",
    }


def _create_menu(user: User, path: str) -> list[dict]:
    items = []
    if may(user, "handoff.create"):
        items.append(
            {"label": _("Hand a partner over"), "url": reverse("deals:handoff-new"), "icon": "arrow-right-left"}
        )
    if may(user, "partner.create"):
        items.append({"label": _("New partner"), "url": reverse("partners:new"), "icon": "building-2"})
    if may(user, "question.ask"):
        url = f"{reverse('knowledge:ask')}?{urlencode({'page': path})}"
        items.append({"label": _("A question without an answer"), "url": url, "icon": "circle-help"})
    return items


def _live(user: User) -> dict[str, str]:
    """What live pages need (static/js/live.js): where the stream is, since when to listen, what the counters hear.

    A page may take seconds to reach the browser and clocks differ a little: hints are heard from a bit before now.
    """
    topics = [f"person:{user.pk}", f"role:{user.role}", *(f"portfolio:{person}" for person in acting_for(user))]
    if may(user, "handoff.read"):
        topics.append("handoffs")
    since = id_at(timezone.now().timestamp() - CLOCKS_DIFFER)
    return {"stream": settings.LIVE_URL, "since": since, "topics": " ".join(topics)}


def _counts(user: User) -> dict[str, int]:
    """All counters in one query. They are about the reader's own work: the head's tables have figures of their own."""
    own = acting_for(user)
    today = moscow.today(timezone.now())
    queries: dict[str, QuerySet] = {
        "alerts": AlertNotice.objects.open_for(user).unseen(),
        "notices": Notice.objects.visible_to(user).unseen(),
        "overdue": Task.objects.overdue(timezone.now()).filter(assignee__in=own),
    }
    if may(user, "question.answer"):
        queries["questions"] = Question.objects.open()
    else:
        queries["questions"] = Question.objects.new_answers(user)
    if may(user, "statement.read"):
        queries["undecided"] = waiting_count(user)
    if may(user, "handoff.read"):
        visible = Handoff.objects.visible_to(user)
        is_seller = user.role == Role.SALES_MANAGER
        queries["handoffs"] = visible.asking_sales() if is_seller else visible.with_support()
        held = visible.returned() if is_seller else visible.with_support()
        queries["handoffs_late"] = held.filter(accept_by__lte=today)
    if may(user, "chat.read"):
        queries["chats"] = unread_messages(user, timezone.now())
    if may(user, "customer_request.read"):
        new = CustomerRequest.objects.waiting()
        mine = new.filter(partner__isnull=True) if may(user, "customer_request.assign") else new.visible_to(user)
        queries["requests"] = mine
        queries["requests_late"] = mine.filter(answer_by__lt=timezone.now())
    if may(user, "issue_request.read"):
        queries["issue_asked"] = IssueRequest.objects.visible_to(user).open()
    if user.role == Role.SUPPORT_MANAGER:
        deals = Deal.objects.open().filter(manager__in=own)
        queries["partners"] = Partner.objects.filter(manager__in=own, archived_at__isnull=True)
        queries |= {f"deals_{code}": deals.filter(pipeline=code) for code in PipelineCode.values}
    counted = {f"count_{name}": _count(query) for name, query in queries.items()}
    quiet = ("notification_hours__quiet_from", "notification_hours__quiet_to")
    row = User.objects.filter(pk=user.pk).values(*quiet, **counted).get()
    quiet_from, quiet_to = (row.pop(name) for name in quiet)
    counts = {name.removeprefix("count_"): number for name, number in row.items()}
    return counts | {"is_quiet": is_quiet(quiet_from, quiet_to, timezone.now())}


def _count(queryset: QuerySet) -> Coalesce:
    counted = queryset.order_by().annotate(_one=Value(1)).values("_one").annotate(_count=Count("*")).values("_count")
    return Coalesce(Subquery(counted), 0)
