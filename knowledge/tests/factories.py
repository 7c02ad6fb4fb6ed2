"""Articles and questions as they stand in the database."""

from django.utils import timezone

from accounts.models import User
from knowledge.actions import ArticleText, publish_draft, write_article
from knowledge.models import Article, Section


def section(name: str = "Порядок работы") -> Section:
    return Section.objects.get_or_create(name=name)[0]


def draft(by: User, title: str = "Как звонить", body: str = "Сначала читаем.", **more) -> Article:
    return write_article(ArticleText(title, body, section(), **more), by=by, now=timezone.now())


def published(by: User, title: str = "Как звонить", body: str = "Сначала читаем.", **more) -> Article:
    return publish_draft(draft(by, title, body, **more), by=by, now=timezone.now())
