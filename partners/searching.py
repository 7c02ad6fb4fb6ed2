"""Finding partners and their contacts as people type: beginnings of words in any order, ё as е, phones by their end."""

import re

from django.contrib.postgres.search import SearchQuery, TrigramWordSimilarity
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Reverse

from core.folding import slips, words_of
from partners.models import FOLDED_NAME, NAME_WORDS, Contact, Partner

PHONE_LIKE = re.compile(r"[\d\s()+.-]+")
SHORTEST_TAIL = 4
NATIONAL_LENGTH = 10
SHORTEST_SLIPPED = 4
CANDIDATES = 60
NEAREST = 10

Named = QuerySet[Partner] | QuerySet[Contact]


def named(rows: Named, words: list[str]) -> Named:
    """Those whose name has a word beginning with each of the words, by name."""
    query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
    return rows.alias(name_words=NAME_WORDS).filter(name_words=query).order_by("name", "pk")


def nearly_named(rows: Named, words: list[str]) -> Named:
    """The same with one slip of the finger forgiven in each word of four letters and more, the nearest first.

    A slip leaves one half of the word as it was: names that hold a half of the longest word are looked at one by one.
    """
    longest = max(words, key=len)
    if len(longest) < SHORTEST_SLIPPED:
        return rows.none()
    half = len(longest) // 2
    has_half = Q(folded__contains=longest[:half]) | Q(folded__contains=longest[half:])
    near = rows.alias(folded=FOLDED_NAME, nearness=TrigramWordSimilarity(longest, FOLDED_NAME)).filter(has_half)
    candidates = near.order_by("-nearness", "pk").values_list("pk", "name")[:CANDIDATES]
    found = [pk for pk, name in candidates if _is_near(words, words_of(name))][:NEAREST]
    order = Case(*(When(pk=pk, then=Value(place)) for place, pk in enumerate(found)), default=Value(NEAREST))
    return rows.filter(pk__in=found).order_by(order)


def phone_tail(query: str) -> str:
    """The digits of what looks like a phone in any form, at most the ten of the national number; "" otherwise."""
    digits = "".join(filter(str.isdigit, query))
    is_phone = PHONE_LIKE.fullmatch(query) and len(digits) >= SHORTEST_TAIL
    return digits[-NATIONAL_LENGTH:] if is_phone else ""


def with_phone(contacts: QuerySet[Contact], tail: str) -> QuerySet[Contact]:
    """Contacts whose phone ends in these digits."""
    return contacts.alias(backwards=Reverse("phone")).filter(backwards__startswith=tail[::-1])


def _is_near(typed: list[str], words: list[str]) -> bool:
    return all(any(slips(each, word) <= (len(each) >= SHORTEST_SLIPPED) for word in words) for each in typed)
