"""The shelf, an article, its versions and what changed between them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.permissions import may, permission
from files.responses import file_response
from knowledge.differences import differences
from knowledge.markdown import headings, render_markdown
from knowledge.models import Article, ArticleFile, ArticleVersion
from knowledge.selectors import article_of_rule, file_addresses, search_articles, shelves

QUERY_LENGTH = 200


@permission("article.read")
def home(request: HttpRequest) -> HttpResponse:
    """Everything by section, or what a search found."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:QUERY_LENGTH]
    is_archive = "archived" in request.GET and may(request.user, "article.publish")
    context = {
        "query": query,
        "is_archive": is_archive,
        "found": search_articles(request.user, query) if query else None,
        "shelves": [] if query else shelves(request.user, archived=is_archive),
        **_rights(request),
    }
    return render(request, "knowledge/home.html", context)


@permission("article.read")
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """The article as everybody reads it; its author and those who publish can look at the draft (?draft=1)."""
    shown = _get(request, pk)
    version, draft = shown.published, shown.draft
    can_see_draft = draft is not None and (may(request.user, "article.publish") or draft.author_id == request.user.pk)
    is_draft = can_see_draft and (version is None or "draft" in request.GET)
    if is_draft:
        version = draft
    context = {
        "article": shown,
        "version": version,
        "is_draft": is_draft,
        "has_draft": can_see_draft,
        "html": render_markdown(version.body, file_addresses(shown)),
        "contents": headings(version.body),
        "link": shown.links.filter(withdrawn_at__isnull=True).first(),
        "can_edit": _can_edit(request, shown),
        "files": shown.files.select_related("file"),
        "can_share": may(request.user, "article.share") and shown.audience == Article.Audience.PARTNERS,
        **_rights(request),
    }
    return render(request, "knowledge/article.html", context)


@permission("article.read")
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """The published versions, and what the chosen one changed."""
    shown = _get(request, pk)
    published = shown.versions.filter(published_at__isnull=False).select_related("author", "published_by")
    number = request.GET.get("version", "")
    chosen = (
        published.filter(number=int(number)).first() if number.isdecimal() and len(number) < 9 else published.first()
    )
    if chosen is None:
        raise Http404
    former = published.filter(number__lt=chosen.number).first()
    context = {
        "article": shown,
        "versions": published,
        "chosen": chosen,
        "former": former,
        "lines": differences(former.body if former else "", chosen.body),
    }
    return render(request, "knowledge/versions.html", context)


@permission("article.read")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture or document of an article that the reader may see."""
    articles = Article.objects.visible_to(request.user)
    found = get_object_or_404(ArticleFile.objects.select_related("file"), pk=pk, article__in=articles)
    return file_response(found.file, inline=True)


@permission("article.read")
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """Where a hint on a screen leads: the article that explains the rule, or a search for it."""
    explained = article_of_rule(request.user, code.upper())
    return redirect(explained) if explained else redirect("knowledge:home")


def _get(request: HttpRequest, pk: int) -> Article:
    return get_object_or_404(
        Article.objects.visible_to(request.user).select_related("section", "published__author"), pk=pk
    )


def _can_edit(request: HttpRequest, shown: Article) -> bool:
    """A published article is changed by those who publish; a draft also by its author."""
    if may(request.user, "article.publish"):
        return True
    drafts = ArticleVersion.objects.drafts().filter(article=shown, author=request.user)
    return shown.published_id is None and drafts.exists()


def _rights(request: HttpRequest) -> dict[str, bool]:
    return {
        "can_write": may(request.user, "article.draft"),
        "can_publish": may(request.user, "article.publish"),
        "can_answer": may(request.user, "question.answer"),
        "can_ask": may(request.user, "question.ask"),
    }
