"""The search behind Ctrl K: partners, deals, invoices, actions and pages, for what the reader may see."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from core.folding import readings, words_of
from deals.models import Deal
from invoices.models import Invoice
from partners.models import Contact, Partner
from partners.searching import named, nearly_named, phone_tail, with_phone
from search.recent import recent
from search.results import Group, Page, Result
from search.rows import deal_results, invoice_results, partner_results

QUERY_LENGTH = 100
PARTNERS, DEALS, INVOICES, PAGES = 6, 4, 4, 5
SHORTEST_INN = 6
LONGEST_NUMBER = 9
"""More digits than that are no number of ours, and no sum."""


def find(query: str, user: User, now: datetime, pages: list[Page]) -> list[Group]:
    """Groups of results, the likeliest first; an empty query shows what was opened last and where one can go."""
    query = query.strip()[:QUERY_LENGTH]
    if not query:
        return _filled(
            Group(_("Recent"), recent(user, now)),
            Group(_("Go to"), [_page(page) for page in pages]),
        )
    partners = _partners(query, user, now)
    return _filled(
        Group(_("Partners"), partners),
        Group(_("Actions with “%(name)s”") % {"name": partners[0].title}, _actions(partners[0], user))
        if partners
        else Group(""),
        Group(_("Deals"), _deals(query, partners, user, now)),
        Group(_("Invoices"), _invoices(query, partners, user, now)),
        Group(_("Go to"), _matching_pages(query, pages)),
    )


def _filled(*groups: Group) -> list[Group]:
    return [group for group in groups if group.results]


def _partners(query: str, user: User, now: datetime) -> list[Result]:
    """By phone or INN when the query is a number, else by name; in the order in which they were found."""
    visible = Partner.objects.visible_to(user).filter(archived_at__isnull=True)
    people = Contact.objects.in_use().filter(partner__in=visible)
    people = people if may(user, "partner.read_contacts") else people.none()
    tail = phone_tail(query)
    found = _numbered(query, tail, visible, people) if tail else _named(query, visible, people)
    if not found:
        return []
    results = {result.pk: result for result in partner_results(visible.filter(pk__in=found), user, now)}
    return [results[pk] for pk in found]


def _numbered(query: str, tail: str, visible: QuerySet[Partner], people: QuerySet[Contact]) -> list[int]:
    """Partners with this end of a phone, or this beginning of an INN; both are contacts, which not everybody sees."""
    digits = "".join(filter(str.isdigit, query))
    reached = with_phone(people, tail).values("partner")
    found = list(visible.filter(pk__in=reached).values_list("pk", flat=True)[:PARTNERS])
    if not found and len(digits) >= SHORTEST_INN and not people.query.is_empty():
        found = list(visible.filter(inn__startswith=digits).values_list("pk", flat=True)[:PARTNERS])
    return found


def _named(query: str, visible: QuerySet[Partner], people: QuerySet[Contact]) -> list[int]:
    """As typed, in the other layout, in Latin letters; then the same with one slip. Firms before people."""
    for search in (named, nearly_named):
        for words in readings(query):
            found = list(search(visible, words).values_list("pk", flat=True)[:PARTNERS])
            if len(found) < PARTNERS and not people.query.is_empty():
                called_so = search(people, words).order_by().values("partner")
                others = visible.filter(pk__in=called_so).exclude(pk__in=found).order_by("name", "pk")
                found += others.values_list("pk", flat=True)[: PARTNERS - len(found)]
            if found:
                return found
    return []


def _deals(query: str, partners: list[Result], user: User, now: datetime) -> list[Result]:
    """The deal with this number, or the open deals of the first partners found."""
    if not may(user, "deal.read"):
        return []
    visible = Deal.objects.visible_to(user)
    number = _number(query)
    if number:
        return deal_results(visible.filter(pk=number), now)
    known = [result.pk for result in partners[:2]]
    return deal_results(visible.open().filter(partner__in=known).order_by("pk")[:DEALS], now) if known else []


def _invoices(query: str, partners: list[Result], user: User, now: datetime) -> list[Result]:
    """By number or by sum, or the last ones of the first partner found."""
    if not may(user, "invoice.read"):
        return []
    visible = Invoice.objects.visible_to(user)
    number = _number(query)
    if number:
        wanted = visible.filter(Q(number=number) | Q(amount=Decimal(number)))
    elif partners:
        wanted = visible.filter(partner=partners[0].pk)
    else:
        return []
    return invoice_results(wanted.order_by("-dated_on", "-pk")[:INVOICES], now)


def _number(query: str) -> int | None:
    """The number in «1171», «№ 1171», «счёт 1171», «186 000»; None when there is none."""
    *words, last = words_of(query) or [""]
    digits = "".join(word for word in [*words, last] if word.isdecimal())
    named_kinds = [word for word in words if not word.isdecimal()]
    is_number = digits and len(digits) <= LONGEST_NUMBER and (not named_kinds or named_kinds in KINDS)
    return int(digits) if is_number else None


KINDS = [["СЧЕТ"], ["СДЕЛКА"], ["INVOICE"], ["DEAL"], ["N"]]


def _actions(partner: Result, user: User) -> list[Result]:
    """What can be done with the first partner, as far as the reader may."""
    actions, preview, deal = [], partner.preview, partner.deal_id
    if preview and preview.phone:
        actions.append(Result(f"tel:{preview.phone}", _("Call: %(name)s") % {"name": preview.contact}, icon="phone"))
    if deal and may(user, "call_comment.create"):
        url = reverse("deals:deal", args=[deal]) + "?comment=1"
        actions.append(Result(url, _("Comment after the call"), icon="message-square-text"))
    if deal and may(user, "task.create"):
        actions.append(Result(reverse("deals:task-plan", args=[deal]), _("Plan a task"), icon="calendar-clock"))
    if deal and may(user, "invoice.draft"):
        url = f"{reverse('invoices:new')}?deal={deal}"
        actions.append(Result(url, _("New invoice"), icon="receipt-text"))
    if may(user, "deal.create") and may(user, "deal.update"):
        url = f"{reverse('deals:addon-new')}?partner={partner.pk}"
        actions.append(Result(url, _("Offer a service"), icon="layers"))
    return actions


def _matching_pages(query: str, pages: list[Page]) -> list[Result]:
    for words in readings(query):
        found = [page for page in pages if _begins(words, words_of(page.label))]
        if found:
            return [_page(page) for page in found[:PAGES]]
    return []


def _begins(typed: list[str], words: list[str]) -> bool:
    return all(any(word.startswith(each) for word in words) for each in typed)


def _page(page: Page) -> Result:
    return Result(page.url, page.label, icon=page.icon, keys=page.keys)
