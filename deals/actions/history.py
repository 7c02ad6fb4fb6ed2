"""Values of a deal that an operation changes, as lines of its timeline: before → after."""

from datetime import datetime

from accounts.models import User
from deals.editing import OF_THE_DEAL
from deals.models import Deal, FieldChange


def values_of(deal: Deal) -> dict[str, str]:
    """The deal's own values in words, to be compared after the change."""
    return {each.name: each.read(each.of(deal)) for each in OF_THE_DEAL}


def write_changes(deal: Deal, before: dict[str, str], *, by: User | None, now: datetime) -> None:
    """Write a line for each value that differs from `before`."""
    after = values_of(deal)
    FieldChange.objects.bulk_create(
        FieldChange(deal=deal, field=name, before=before[name], after=after[name], by=by, at=now)
        for name in before
        if before[name] != after[name]
    )
