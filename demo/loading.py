"""The demo company, told first and then written: people, partners, ten weeks of calls, and all their money."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from accounts.models import User
from catalog.models import City, ContractOffer, Service
from core import moscow
from demo.absences import add_absences
from demo.batch import Batch, Ids
from demo.calendar import Calendar
from demo.casting import PARTNERS_OF_A_MANAGER, Casting
from demo.company import SUPPORT, Company, found_company
from demo.meetings import add_meetings
from demo.notices import add_notices
from demo.plans import add_plans
from demo.questions import add_questions
from demo.requests import add_requests
from demo.rows import Scribe
from demo.stories import Story
from demo.views import add_views
from invoices.models import InvoiceCounter, Seller
from partners.models import Partner

PARTNERS = len(SUPPORT) * PARTNERS_OF_A_MANAGER
SIZE_DIFFERENCES = (0, 2, -1, 1, -3, 1)
"""How the portfolios of six managers differ from forty."""

STORIES_IN_A_BATCH = 250
LOCK = 4_207_849
"""Key of the advisory lock that lets one loader at a time decide whether the database is empty."""


class NotEmpty(Exception):
    """The database has other data, which the demo must not mix with."""


@dataclass(frozen=True)
class Loaded:
    partners: int
    managers: int


def is_empty() -> bool:
    """Whether there is nothing but what the migrations bring: cities and stages."""
    return not any(model.objects.exists() for model in (User, Partner, Service, ContractOffer, Seller))


@transaction.atomic
def load_demo(*, scale: int, seed: int, now: datetime) -> Loaded:
    """Load the company with `scale` × 240 partners as of `now`, all or nothing. Raises NotEmpty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Checked with each statement: a million references waiting for the commit would take the memory.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    if not is_empty():
        raise NotEmpty
    calendar = Calendar(moscow.to_moscow(now))
    managers = len(SUPPORT) * -(-scale // 2)
    company = found_company(managers, calendar.today)
    stories = tell_stories(company, PARTNERS * scale, calendar, seed)
    number_bills(stories, company)
    add_views(company, now)
    add_absences(company, calendar.today)
    scribe, ids = Scribe(company, calendar, seed), Ids()
    for start in range(0, len(stories), STORIES_IN_A_BATCH):
        batch = Batch(ids)
        for story in stories[start : start + STORIES_IN_A_BATCH]:
            scribe.write(story, batch)
        batch.write()
    add_requests(company, calendar, seed)
    add_questions(company, calendar)
    add_notices(now)
    add_plans(company, now)
    add_meetings(company, now)
    with connection.cursor() as cursor:
        # Autovacuum would gather the statistics a minute later; until then the planner takes the tables for empty.
        cursor.execute("ANALYZE")
    return Loaded(len(stories), managers)


def tell_stories(company: Company, partners: int, calendar: Calendar, seed: int) -> list[Story]:
    """The stories of all portfolios."""
    cities = list(City.objects.order_by("-population", "pk"))
    casting = Casting(company, cities, calendar, seed)
    managers, stories = len(company.support), []
    for manager in range(managers):
        evenly = partners * (manager + 1) // managers - partners * manager // managers
        stories += casting.portfolio(manager, evenly + SIZE_DIFFERENCES[manager % len(SIZE_DIFFERENCES)])
    return stories


def number_bills(stories: list[Story], company: Company) -> None:
    """Number the invoices of each year from 1 on in the order of their issue, without a gap (R9)."""
    bills = [bill for story in stories for bill in story.bills if not bill.is_draft]
    bills.sort(key=lambda bill: bill.issued_at)
    last: dict[int, int] = defaultdict(int)
    for bill in bills:
        year = moscow.today(bill.issued_at).year
        last[year] += 1
        bill.number = last[year]
    InvoiceCounter.objects.bulk_create(
        InvoiceCounter(seller=company.seller, year=year, last_number=number) for year, number in last.items()
    )
