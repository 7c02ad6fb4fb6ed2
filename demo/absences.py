"""Who was away and who stood in: one who has just come back, one who is away now, one who will be."""

from datetime import date, timedelta

from accounts.models import Substitution
from demo.company import Company

# (who is away, who stands in, first and last day from today), by their places in the department.
ABSENCES = ((0, 1, -6, -4), (3, 4, -1, 5), (2, 5, 12, 25))


def add_absences(company: Company, today: date) -> None:
    """Those of them whose people are there: a small demo has fewer managers."""
    people = company.support
    Substitution.objects.bulk_create(
        Substitution(
            absent=people[absent],
            substitute=people[substitute],
            starts_on=today + timedelta(days=first),
            ends_on=today + timedelta(days=last),
        )
        for absent, substitute, first, last in ABSENCES
        if max(absent, substitute) < len(people)
    )
