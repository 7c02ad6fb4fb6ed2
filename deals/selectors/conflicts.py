"""What two people have changed at once on one deal: mine, theirs, who and when, field by field."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from deals.actions.editing import last_change
from deals.editing import EDITABLE, PRICE, key
from deals.models import Deal


@dataclass(frozen=True)
class ConflictLine:
    """A value that has changed since one began; with `is_choice` one may choose which of the two stays."""

    name: str
    label: Any
    mine: str
    theirs: str
    by: User | None
    at: datetime | None
    is_choice: bool = True


def seen_values(deal: Deal, names: list[str]) -> dict[str, str]:
    """Keys of what one sees when one begins, "stage" among the names too; they travel in the form."""
    return {name: key(EDITABLE[name].of(deal)) if name in EDITABLE else str(deal.stage_id) for name in names}


def conflict_lines(deal: Deal, seen: dict[str, str], mine: dict[str, Any], to_stage: str) -> list[ConflictLine]:
    """What differs now from what one saw; of the values, only those that one has set otherwise.

    The amount is a line of its own only when neither the package nor the discount explains it.
    """
    lines = []
    if seen.get("stage", str(deal.stage_id)) != str(deal.stage_id):
        move = deal.stage_changes.select_related("by").order_by("-at", "-pk").first()
        by, at = (move.by, move.at) if move else (None, None)
        lines.append(ConflictLine("stage", _("Status"), to_stage, str(deal.stage), by, at, is_choice=False))
    for name, value in mine.items():
        editable = EDITABLE[name]
        theirs = editable.of(deal)
        if key(theirs) in {seen.get(name, key(theirs)), key(value)}:
            continue
        if name == "amount" and any(line.name in PRICE for line in lines):
            continue
        change = last_change(deal, name)
        by, at = (change.by, change.at) if change else (None, None)
        lines.append(ConflictLine(name, editable.label, editable.read(value), editable.read(theirs), by, at))
    return lines
