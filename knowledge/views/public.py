"""What a partner reads without logging in."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from accounts.permissions import public
from files.responses import file_response
from knowledge.markdown import headings, render_markdown
from knowledge.models import Article, PublicLink
from knowledge.selectors import file_addresses


@public
def article(request: HttpRequest, token: str) -> HttpResponse:
    """The published text behind a standing link; anything else does not exist."""
    link = get_object_or_404(_standing_links().select_related("article__published"), token=token)
    version = link.article.published
    html = render_markdown(version.body, file_addresses(link.article, token))
    context = {"version": version, "html": html, "contents": headings(version.body)}
    return _untold(render(request, "knowledge/public.html", context))


@public
def file(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """A picture or document that the published text shows."""
    link = get_object_or_404(_standing_links().select_related("article__published"), token=token)
    found = get_object_or_404(link.article.files.select_related("file"), pk=pk)
    if f"({found})" not in link.article.published.body:
        raise Http404
    return _untold(file_response(found.file, inline=True))


def _standing_links() -> QuerySet[PublicLink]:
    return PublicLink.objects.filter(
        withdrawn_at__isnull=True, article__archived_at__isnull=True, article__audience=Article.Audience.PARTNERS
    )


def _untold(response: HttpResponseBase) -> HttpResponseBase:
    """Keep the address out of caches and of other sites' logs: who has it can read."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
