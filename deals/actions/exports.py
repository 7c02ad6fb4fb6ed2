"""Writing down that rows are taken away as a file."""

from datetime import datetime

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from deals.models import Export


def record_export(
    permission: str, *, rows: int, file_format: str, query: str, is_choice: bool, by: User, now: datetime
) -> Export:
    """One line a file, before it is given out: whose rows, how many, found by which address."""
    require(by, permission)
    with operation(permission, by=by):
        return Export.objects.create(
            by=by,
            at=now,
            permission=permission,
            query=query,
            is_choice=is_choice,
            row_count=rows,
            file_format=file_format,
        )
