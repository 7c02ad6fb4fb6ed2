"""Who is meant by an @ in a text."""

import re
from collections.abc import Iterable

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from core.formatting import typography


def mentioned(text: str, people: Iterable[User]) -> list[User]:
    """Those of the people whose full name stands after an @, in any case."""
    lower = _plain(text)
    return [person for person in people if f"@{_plain(person.full_name)}" in lower]


def with_mentions(text: str, names: Iterable[str]) -> SafeString:
    """The text for a page, escaped, with these people's names marked."""
    shown = escape(typography(text))
    for name in sorted(names, key=len, reverse=True):
        words = r"[ \N{NO-BREAK SPACE}]".join(re.escape(escape(part)) for part in name.split())
        mark = str(format_html('<b class="mention">@{}</b>', name))
        shown = re.sub(rf"@{words}", lambda _match, mark=mark: mark, shown, flags=re.IGNORECASE)
    return mark_safe(shown)  # noqa: S308  escaped above, and only our own mark is added


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").lower()
