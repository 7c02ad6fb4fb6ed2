"""Writing an article, looking at it before, publishing, sharing, putting away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission, require
from core.errors import RuleViolation, VersionConflict
from knowledge import actions
from knowledge.differences import differences
from knowledge.forms import ArticleForm
from knowledge.markdown import render_markdown
from knowledge.models import BODY_LENGTH, Article, ArticleVersion
from knowledge.selectors import file_addresses

FILES_AT_ONCE = 10


@permission("article.draft")
def new(request: HttpRequest) -> HttpResponse:
    form = ArticleForm(request.POST or None, initial={"revision": 0, "section": request.GET.get("section")})
    if request.method == "POST" and form.is_valid():
        article = actions.write_article(form.text(), by=request.user, now=timezone.now())
        return _saved(request, article, form)
    return _editor(request, form)


@permission("article.draft")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft, or a new one on top of what is published. Whoever saves over a newer draft is shown both."""
    article = _get(request, pk)
    draft = article.draft
    form = ArticleForm(request.POST or None, initial=_initial(article, draft))
    if request.method == "POST" and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            actions.save_draft(article, form.text(), revision=revision, by=request.user, now=timezone.now())
        except VersionConflict as conflict:
            return _conflict(request, article, form, conflict)
        return _saved(request, article, form)
    return _editor(request, form, article)


@permission("article.draft")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The typed text as it will be read. Writes nothing."""
    number = request.GET.get("article", "")
    articles = Article.objects.visible_to(request.user)
    article = articles.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    addresses = file_addresses(article) if article else {}
    html = render_markdown(request.POST.get("body", "")[:BODY_LENGTH], addresses)
    return render(request, "knowledge/_preview.html", {"html": html, "title": request.POST.get("title", "")})


@permission("article.draft")
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep pictures and documents for the text; what was refused is named, the rest is kept."""
    article = _get(request, pk)
    for sent in request.FILES.getlist("files")[:FILES_AT_ONCE]:
        try:
            actions.add_file(article, sent, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            messages.error(request, violation.message)
    return redirect(f"{article.get_absolute_url()}#files")


@permission("article.draft")
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    article = _get(request, pk)
    try:
        actions.discard_draft(article, by=request.user)
    except RuleViolation as violation:
        messages.error(request, violation.message)
    else:
        messages.success(request, _("The draft is discarded; the article stays as it was."))
    return redirect(article)


@permission("article.publish")
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the draft as it stands."""
    article = _visible(request, pk)
    return _done(request, article, actions.publish_draft, _("The article is published."))


@permission("article.publish")
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    article, is_archived = _visible(request, pk), "restore" not in request.POST
    actions.set_archived(article, is_archived, by=request.user, now=timezone.now())
    messages.success(request, _("The article is archived.") if is_archived else _("The article is back on the shelf."))
    return redirect(article)


@permission("article.share")
@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    article = _visible(request, pk)
    return _done(request, article, actions.share_article, _("The link is ready: copy it and send it to the partner."))


@permission("article.publish")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    article = _visible(request, pk)
    return _done(request, article, actions.withdraw_link, _("The link is withdrawn: it opens nothing any more."))


def _get(request: HttpRequest, pk: int) -> Article:
    """An article that the reader can see and may change; 404 and 403 otherwise."""
    article = _visible(request, pk)
    if article.published_id:
        require(request.user, "article.publish", article)
    else:
        require(request.user, "article.draft", article)
    return article


def _visible(request: HttpRequest, pk: int) -> Article:
    return get_object_or_404(Article.objects.visible_to(request.user).select_related("section", "published"), pk=pk)


def _initial(article: Article, draft: ArticleVersion | None) -> dict:
    text = draft or article.published
    return {
        "title": text.title,
        "body": text.body,
        "section": article.section_id,
        "audience": article.audience,
        "rules": ", ".join(article.rules),
        "revision": draft.revision if draft else 0,
    }


def _saved(request: HttpRequest, article: Article, form: ArticleForm) -> HttpResponse:
    """To the article, which the button «Publish» has put on the shelf."""
    if "publish" in request.POST and may(request.user, "article.publish"):
        note = form.cleaned_data["note"]
        actions.publish_draft(article, note=note, by=request.user, now=timezone.now())
        messages.success(request, _("The article is published."))
        return redirect(article)
    messages.success(request, _("The draft is saved."))
    return redirect(f"{article.get_absolute_url()}?draft=1")


def _done(request: HttpRequest, article: Article, action, words: str) -> HttpResponse:
    try:
        action(article, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
    else:
        messages.success(request, words)
    return redirect(article)


def _editor(request: HttpRequest, form: ArticleForm, article: Article | None = None, **more) -> HttpResponse:
    context = {"form": form, "article": article, "can_publish": may(request.user, "article.publish"), **more}
    return render(request, "knowledge/edit.html", context, status=422 if form.is_bound else 200)


def _conflict(request: HttpRequest, article: Article, form: ArticleForm, conflict: VersionConflict) -> HttpResponse:
    """Both texts: what the other one saved is shown, what was typed stays in the form and can be saved over it."""
    theirs = article.draft
    form.data = form.data.copy()
    form.data["revision"] = theirs.revision if theirs else 0
    their_body = theirs.body if theirs else ""
    lines = differences(their_body, form.cleaned_data["body"])
    return _editor(request, form, article, conflict=conflict.message, theirs=theirs, lines=lines)
