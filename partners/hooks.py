"""Where higher rooms have a say in what happens to a partner; they register in their `AppConfig.ready`.

A check raises RuleViolation to refuse. A follower does what goes with the change, in the same transaction.
"""

from collections.abc import Callable

from accounts.models import User
from partners.models import Partner

ARCHIVE_CHECKS: list[Callable[[Partner], None]] = []
"""Called with the partner that is to be archived."""

MERGE_CHECKS: list[Callable[[Partner, Partner], None]] = []
"""Called with the partner that stays and the one that goes."""

REASSIGN_FOLLOWERS: list[Callable[..., None]] = []
"""Called with the partner, its former manager, and `by` and `now`, after it has been given to another manager."""


def check_archiving(partner: Partner) -> None:
    for check in ARCHIVE_CHECKS:
        check(partner)


def check_merging(winner: Partner, loser: Partner) -> None:
    for check in MERGE_CHECKS:
        check(winner, loser)


def tell_reassigned(partner: Partner, former: User, **context: object) -> None:
    for follow in REASSIGN_FOLLOWERS:
        follow(partner, former, **context)
