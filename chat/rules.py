"""The pure rules of the chat (R19): by when a request is answered, how long a message may be mended."""

from datetime import datetime, timedelta

from core import moscow

EDITABLE_FOR = timedelta(minutes=15)
"""So long the author may mend a message; afterwards it stays as it is."""

UNREAD_FOR = timedelta(days=30)
"""What is older counts as read: a newcomer does not begin with the talk of last year."""


def answer_due(is_urgent: bool, sent_at: datetime) -> datetime:
    """By when a request is answered: the end of the next working day, of an urgent one that of the same day."""
    same_day = moscow.end_of_office_day(sent_at)
    if is_urgent:
        return same_day
    return moscow.at(moscow.next_working_day(moscow.today(same_day)), moscow.OFFICE_CLOSES)
