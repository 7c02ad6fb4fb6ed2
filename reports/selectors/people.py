"""Whose report of payments a reader may open."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Role, User
from accounts.permissions import Scope, acting_for, scope
from partners.models import Partner


def support_people() -> QuerySet[User]:
    """Support managers who work here or still have partners."""
    portfolio = Partner.objects.filter(manager=OuterRef("pk"), archived_at__isnull=True)
    return User.objects.filter(Q(role=Role.SUPPORT_MANAGER, is_active=True) | Exists(portfolio))


def people_of_reports(user: User, also: Iterable[int] = ()) -> list[User]:
    """In the order of names; `also` are those who have money in the report and support nobody any more."""
    if scope(user, "report.payments") == Scope.ALL:
        people = support_people() | User.objects.filter(pk__in=list(also))
    else:
        people = User.objects.filter(pk__in=acting_for(user))
    return list(people.order_by("last_name", "first_name", "pk"))
