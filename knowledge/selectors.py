"""Reads for the pages of the knowledge base: the shelf, the search, and who waits for an answer."""

from dataclasses import dataclass, field
from functools import reduce
from operator import and_

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Concat, Replace, Upper
from django.urls import reverse

from accounts.models import User
from core.folding import readings, slips, words_of
from knowledge.models import Article, ArticleQuerySet, Section

EXCERPT_LENGTH = 180
FOUND = 50
SLIP_FROM = 4
"""A slip is forgiven in words of so many letters and more."""
LONGEST_WORD = 40
NEAR = 0.3
CANDIDATES = 20


@dataclass(frozen=True)
class Shelf:
    """A section with its articles."""

    section: Section
    articles: list[Article] = field(default_factory=list)


def shelves(user: User, *, archived: bool = False) -> list[Shelf]:
    """All articles that the reader may see, by section; two queries."""
    articles = Article.objects.visible_to(user).filter(archived_at__isnull=not archived)
    by_section: dict[int, list[Article]] = {}
    for article in articles.select_related("published").prefetch_related("versions").order_by("published__title", "pk"):
        by_section.setdefault(article.section_id, []).append(article)
    return [Shelf(section, by_section[section.pk]) for section in Section.objects.all() if section.pk in by_section]


def search_articles(user: User, query: str) -> list[Article]:
    """Published articles that hold every word of the query, those with it in the title first.

    Case and ё are folded, words typed in the wrong keyboard layout are understood, and where nothing holds the words a
    slip of the finger is forgiven.
    """
    articles = Article.objects.visible_to(user).published().select_related("published", "section")
    folded = articles.alias(title_text=_folded("published__title"), body_text=_folded("published__body"))
    for words in readings(query):
        in_title = reduce(and_, (Q(title_text__contains=word) for word in words))
        anywhere = reduce(and_, (Q(title_text__contains=word) | Q(body_text__contains=word) for word in words))
        place = Case(When(in_title, then=Value(0)), default=Value(1), output_field=IntegerField())
        found = list(folded.filter(anywhere).order_by(place, "published__title", "pk")[:FOUND])
        if found:
            return found
    return _with_a_slip(articles, query)


def _with_a_slip(articles: ArticleQuerySet, query: str) -> list[Article]:
    """The same with one slip of the finger forgiven in each word of four letters and more, the nearest first.

    PostgreSQL finds the few articles with something like the longest word in them; the slips are counted in those.
    """
    typed = words_of(query)
    longest = max(typed, key=len, default="")
    if not SLIP_FROM <= len(longest) <= LONGEST_WORD:
        return []
    parts = (_folded("published__title"), Value(" "), _folded("published__body"))
    whole = Concat(*parts, output_field=TextField())
    near = articles.annotate(nearness=TrigramWordSimilarity(longest, whole)).filter(nearness__gte=NEAR)
    return [article for article in near.order_by("-nearness", "pk")[:CANDIDATES] if _is_meant(typed, article)]


def _is_meant(typed: list[str], article: Article) -> bool:
    there = set(words_of(f"{article.published.title} {article.published.body}"))
    return all(
        any(slips(word, other) <= (len(word) >= SLIP_FROM) for other in there if len(other) >= len(word) - 1)
        for word in typed
    )


def file_addresses(article: Article, token: str = "") -> dict[int, str]:
    """Where the files of the article are read: by the staff, or by who has the link with this token."""
    numbers = article.files.values_list("pk", flat=True)
    if token:
        return {number: reverse("knowledge-public-file", args=[token, number]) for number in numbers}
    return {number: reverse("knowledge:file", args=[number]) for number in numbers}


def article_of_rule(user: User, code: str) -> Article | None:
    """The published article that explains the rule."""
    return Article.objects.visible_to(user).published().filter(rules__contains=[code]).order_by("pk").first()


def _folded(name: str) -> Replace:
    return Replace(Upper(name, output_field=TextField()), Value("Ё"), Value("Е"), output_field=TextField())
