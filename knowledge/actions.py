"""Writing, publishing and sharing articles; asking and answering questions (R21)."""

from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation, VersionConflict
from files.actions import keep_file
from knowledge.models import Article, ArticleFile, ArticleVersion, PublicLink, Question, Section


@dataclass(frozen=True)
class ArticleText:
    """An article as somebody typed it."""

    title: str
    body: str
    section: Section
    audience: str = Article.Audience.STAFF
    rules: tuple[str, ...] = ()


def write_article(text: ArticleText, *, by: User, now: datetime) -> Article:
    """Begin an article: it is a draft, which its author and those who publish can see."""
    require(by, "article.draft")
    with operation("article.draft", by=by):
        return _begin(text, by=by, now=now)


def save_draft(article: Article, text: ArticleText, *, revision: int, by: User, now: datetime) -> ArticleVersion:
    """Keep the text as the article's draft; an article without one gets the next version.

    `revision` is the draft's as the writer read it, 0 where he saw none. Raises VersionConflict when somebody has
    saved in between. Section, audience and rules belong to the article and need the right to publish once it is out.
    """
    require(by, "article.draft", article)
    with operation("article.draft", by=by):
        article = Article.objects.select_for_update().get(pk=article.pk)
        if article.published_id:
            require(by, "article.publish", article)
        draft = article.draft
        if revision != (draft.revision if draft else 0):
            raise VersionConflict(
                _("%(name)s saved this draft meanwhile. Your text is still in the form: compare and save again.")
                % {"name": draft.author if draft else _("Somebody")}
            )
        article.section, article.audience, article.rules = text.section, text.audience, list(text.rules)
        article.save()
        draft = draft or ArticleVersion(article=article, number=_next_number(article), revision=0)
        draft.title, draft.body = text.title, text.body
        draft.author, draft.saved_at, draft.revision = by, now, draft.revision + 1
        draft.save()
    return draft


def publish_draft(article: Article, *, by: User, now: datetime, note: str = "") -> Article:
    """Make the draft what everybody reads. Raises `no_draft`."""
    require(by, "article.publish", article)
    with operation("article.publish", by=by, why=note):
        article = Article.objects.select_for_update().get(pk=article.pk)
        draft = article.draft
        if draft is None:
            raise RuleViolation("no_draft", _("There is nothing to publish: the article has no draft."))
        draft.published_at, draft.published_by, draft.note = now, by, note.strip()
        draft.save()
        article.published, article.archived_at = draft, None
        article.save()
    return article


def discard_draft(article: Article, *, by: User) -> None:
    """Throw the draft of a published article away; the audit trail keeps it. Raises `never_published`."""
    require(by, "article.draft", article)
    with operation("article.draft", by=by):
        article = Article.objects.select_for_update().get(pk=article.pk)
        if article.published_id is None:
            raise RuleViolation("never_published", _("This text is all there is of the article. Archive the article."))
        article.versions.drafts().delete()


def add_file(article: Article, sent: UploadedFile, *, by: User, now: datetime) -> ArticleFile:
    """Keep a picture or a document for the article's text. Raises what files.actions.keep_file does."""
    require(by, "article.draft", article)
    with operation("article.draft", by=by):
        return ArticleFile.objects.create(article=article, file=keep_file(sent, by=by, now=now))


def set_archived(article: Article, is_archived: bool, *, by: User, now: datetime) -> Article:
    """Take an article off the shelf with its link, or put it back (without one)."""
    require(by, "article.publish", article)
    with operation("article.publish", by=by):
        article = Article.objects.select_for_update().get(pk=article.pk)
        if is_archived == (article.archived_at is not None):
            return article
        article.archived_at = now if is_archived else None
        article.save()
        if is_archived:
            _withdraw(article, by=by, now=now)
    return article


def share_article(article: Article, *, by: User, now: datetime) -> PublicLink:
    """The link under which partners read the article; the one there is, or a new one. Raises `not_for_partners`."""
    require(by, "article.share", article)
    with operation("article.share", by=by):
        article = Article.objects.select_for_update().get(pk=article.pk)
        if article.audience != Article.Audience.PARTNERS or not article.published_id or article.archived_at:
            raise RuleViolation("not_for_partners", _("Only a published article for partners can have a link."))
        return _standing_link(article) or PublicLink.objects.create(article=article, made_by=by, made_at=now)


def withdraw_link(article: Article, *, by: User, now: datetime) -> None:
    """Close the article's link at once; a later one has another address."""
    require(by, "article.publish", article)
    with operation("article.publish", by=by):
        _withdraw(Article.objects.select_for_update().get(pk=article.pk), by=by, now=now)


def ask_question(text: str, *, page: str, by: User, now: datetime) -> Question:
    """Write down a question that nothing answers; it goes to the head (R21). Raises `empty_text`."""
    require(by, "question.ask")
    if not text.strip():
        raise RuleViolation("empty_text", _("Write what you could not find out."), "text")
    with operation("question.ask", by=by):
        return Question.objects.create(text=text.strip(), asked_by=by, asked_at=now, asked_on_page=page[:500])


def answer_question(question: Question, answer: str, *, by: User, now: datetime) -> Question:
    """Answer, or correct the answer; the asker sees it as new. Raises `empty_text`."""
    require(by, "question.answer", question)
    if not answer.strip():
        raise RuleViolation("empty_text", _("Write the answer."), "answer")
    with operation("question.answer", by=by):
        question = Question.objects.select_for_update().get(pk=question.pk)
        question.answer, question.answered_by, question.answered_at = answer.strip(), by, now
        question.seen_at = None
        question.save()
    return question


def make_article_of(question: Question, section: Section, *, by: User, now: datetime) -> Article:
    """Begin an article with the question as its title and the answer as its text. Raises `not_answered`."""
    require(by, "article.publish")
    with operation("article.draft", by=by):
        question = Question.objects.select_for_update().get(pk=question.pk)
        if not question.answer:
            raise RuleViolation("not_answered", _("Answer the question first."))
        if question.article_id is None:
            title = question.text.splitlines()[0][: ArticleVersion._meta.get_field("title").max_length]
            question.article = _begin(ArticleText(title, question.answer, section), by=by, now=now)
            question.save()
    return question.article


def read_answers(*, by: User, now: datetime) -> int:
    """Mark the answers to one's own questions as read; tells how many were new."""
    return Question.objects.new_answers(by).update(seen_at=now)


def _begin(text: ArticleText, *, by: User, now: datetime) -> Article:
    article = Article.objects.create(section=text.section, audience=text.audience, rules=list(text.rules))
    ArticleVersion.objects.create(article=article, number=1, title=text.title, body=text.body, author=by, saved_at=now)
    return article


def _next_number(article: Article) -> int:
    return article.versions.count() + 1


def _standing_link(article: Article) -> PublicLink | None:
    return article.links.filter(withdrawn_at__isnull=True).first()


def _withdraw(article: Article, *, by: User, now: datetime) -> None:
    link = _standing_link(article)
    if link:
        link.withdrawn_at, link.withdrawn_by = now, by
        link.save()
