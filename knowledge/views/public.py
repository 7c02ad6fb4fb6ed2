"""What a partner reads without logging in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.permissions import public
from knowledge.markdown import headings, render_markdown
from knowledge.models import Article, PublicLink


@public
def article(request: HttpRequest, token: str) -> HttpResponse:
    """The published text behind a standing link; anything else does not exist."""
    links = PublicLink.objects.filter(withdrawn_at__isnull=True, article__archived_at__isnull=True)
    link = get_object_or_404(
        links.filter(article__audience=Article.Audience.PARTNERS).select_related("article__published"), token=token
    )
    version = link.article.published
    context = {"version": version, "html": render_markdown(version.body), "contents": headings(version.body)}
    response = render(request, "knowledge/public.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
