"""One's own settings, whether one is still signed in, and the ticket to live pages."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event
from redis.exceptions import RedisError

from accounts.actions import set_preferences
from accounts.forms import PreferencesForm, SettingsForm
from accounts.hearing import ticket_for
from accounts.permissions import permission, public


@permission("profile.update")
@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    """«Настройки»: each choice applies at once, and goes with the person to any computer."""
    return render(request, "accounts/settings.html", {"form": SettingsForm(instance=request.user)})


@permission("profile.update")
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Save theme, density, language or keys. The page one is on keeps what is typed: scripts repaint it as it stands.

    Only another language needs the page anew. Without scripts the person is sent back to where he was.
    """
    form = PreferencesForm(request.POST, instance=request.user)
    is_valid = form.is_valid()
    if is_valid:
        set_preferences(request.user, **form.cleaned_data)
    if request.htmx:
        if "language" in form.cleaned_data and is_valid:
            return HttpResponseClientRefresh()
        response = HttpResponse(status=204 if is_valid else 400)
        return trigger_client_event(response, "preferences", _shown(request)) if is_valid else response
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    return HttpResponseRedirect(back)


def _shown(request: HttpRequest) -> dict[str, str]:
    """What stands on <html>, as the server prints it."""
    user = request.user
    return {"theme": user.theme, "density": user.density, "keys": "on" if user.has_hotkeys else "off"}


@public
@never_cache
@require_GET
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in here, and a fresh token for forms: a page asks before it sends what a person has typed.

    Logging in changes the token, so a page opened before would be refused with its old one.
    """
    person = request.user.pk if request.user.is_authenticated else None
    return JsonResponse({"person": person, "token": get_token(request)})


@permission("profile.update")
@never_cache
@require_GET
def live_ticket(request: HttpRequest) -> JsonResponse:
    """A ticket to the event streams for the topics of the page that its reader may hear; 503 sends it polling."""
    try:
        return JsonResponse({"ticket": ticket_for(request.user, request.GET.getlist("topic"))})
    except (RedisError, OSError):
        return JsonResponse({}, status=503)
