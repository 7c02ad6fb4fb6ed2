"""What the department knows: articles with versions, links for partners, questions without an answer (R21)."""

import secrets

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Scope, may, scope
from files.models import StoredFile

TITLE_LENGTH = 160
BODY_LENGTH = 60_000
QUESTION_LENGTH = 4_000


def new_token() -> str:
    """The secret part of a link for partners: 128 bits, safe in an address."""
    return secrets.token_urlsafe(16)


class Section(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class ArticleQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "article.read") -> "ArticleQuerySet":
        """Published articles for every reader; unpublished ones for their authors and for those who publish."""
        granted = scope(user, permission)
        if granted == Scope.NONE:
            return self.none()
        if permission != "article.read":
            return self if granted == Scope.ALL else self.filter(self._has_draft_of(user))
        if may(user, "article.publish"):
            return self
        return self.filter(Q(published__isnull=False, archived_at__isnull=True) | self._has_draft_of(user))

    def published(self) -> "ArticleQuerySet":
        return self.filter(published__isnull=False, archived_at__isnull=True)

    @staticmethod
    def _has_draft_of(user: User) -> Exists:
        return Exists(ArticleVersion.objects.drafts().filter(article=OuterRef("pk"), author=user))


@pghistory.track()
class Article(models.Model):
    """An instruction. What is read is its published version; what is being written is its one draft."""

    class Audience(models.TextChoices):
        STAFF = "staff", _("for the staff")
        PARTNERS = "partners", _("for partners, too")

    section = models.ForeignKey(Section, models.PROTECT, related_name="articles", verbose_name=_("section"))
    audience = models.CharField(_("who may read it"), max_length=8, choices=Audience, default=Audience.STAFF)
    rules = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    """Codes of the rules that it explains ("R7"): a hint on a screen leads here."""
    published = models.OneToOneField("ArticleVersion", models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            models.CheckConstraint(name="article_audience_is_known", condition=Q(audience__in=["staff", "partners"]))
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("knowledge:article", args=[self.pk])

    @property
    def title(self) -> str:
        shown = self.published or self.versions.first()
        return shown.title if shown else ""

    @property
    def draft(self) -> "ArticleVersion | None":
        return self.versions.drafts().select_related("author").first()


class ArticleVersionQuerySet(models.QuerySet):
    def drafts(self) -> "ArticleVersionQuerySet":
        return self.filter(published_at__isnull=True)


@pghistory.track()
class ArticleVersion(models.Model):
    """The text of an article as it was published, numbered from 1, or its draft. A published text never changes."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    body = models.TextField(_("text"), max_length=BODY_LENGTH)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)
    """How often the draft was saved: whoever saves names the revision that he read."""
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("what has changed"), max_length=200, blank=True)

    objects = ArticleVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="version_number_is_unique"),
            models.UniqueConstraint(
                fields=["article"], condition=Q(published_at__isnull=True), name="article_has_one_draft"
            ),
            models.CheckConstraint(name="version_says_something", condition=Q(title__regex=r"\S", body__regex=r"\S")),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_text_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


@pghistory.track()
class ArticleFile(models.Model):
    """A picture or a document of an article; its text names it as `file:12`."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"file:{self.pk}"

    @property
    def markdown(self) -> str:
        """What to put into the text so that the file is seen there."""
        return f"{'!' if self.file.is_image else ''}[{self.file.name}](file:{self.pk})"


@pghistory.track()
class PublicLink(models.Model):
    """An address under which a partner reads one article without logging in, until it is withdrawn."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="links")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["article"], condition=Q(withdrawn_at__isnull=True), name="article_has_one_link"
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.made_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("knowledge-public", args=[self.token])


class QuestionQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "question.read") -> "QuestionQuerySet":
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        return self.none() if granted == Scope.NONE else self.filter(asked_by=user)

    def open(self) -> "QuestionQuerySet":
        return self.filter(answered_at__isnull=True)

    def new_answers(self, user: User) -> "QuestionQuerySet":
        """Answers that the asker has not read yet."""
        return self.filter(asked_by=user, answered_at__isnull=False, seen_at__isnull=True)


@pghistory.track()
class Question(models.Model):
    """A question that nothing answers yet. It goes to the head; the answer can become an article (R21)."""

    text = models.TextField(_("question"), max_length=QUESTION_LENGTH)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_on_page = models.CharField(max_length=500, blank=True)
    answer = models.TextField(_("answer"), max_length=BODY_LENGTH, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    """When the asker read the answer."""
    article = models.ForeignKey(Article, models.PROTECT, null=True, related_name="questions")

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = [F("answered_at").desc(nulls_first=True), "asked_at"]
        constraints = [
            models.CheckConstraint(name="question_says_something", condition=Q(text__regex=r"\S")),
            models.CheckConstraint(
                name="answer_has_author_and_time",
                condition=Q(answer="", answered_by=None, answered_at=None)
                | Q(answer__regex=r"\S", answered_by__isnull=False, answered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(answered_at__isnull=True), name="questions_open"),
            models.Index(fields=["asked_by", "-asked_at"], name="questions_of_a_person"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
