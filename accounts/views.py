"""One's own preferences."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.actions import set_preferences
from accounts.forms import PreferencesForm
from accounts.permissions import permission


@permission("profile.update")
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Save theme, density, language or keys and go back to where the person was."""
    form = PreferencesForm(request.POST, instance=request.user)
    if form.is_valid():
        set_preferences(request.user, **form.cleaned_data)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    return HttpResponseRedirect(back)
