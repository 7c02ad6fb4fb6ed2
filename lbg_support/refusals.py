"""What a visitor sees when a request is refused before any view, or breaks in one."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.template import loader

from accounts.middleware import sent_in_vain
from accounts.permissions import public

logger = logging.getLogger(__name__)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open for too long, or cookies are off: say so, give back what was typed, and the way back."""
    response = sent_in_vain(request, status=403)
    response.headers["X-Refused"] = "token"  # for scripts: fetch a fresh one and send the form again
    return response


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """The page of a failure, with a code that the visitor names and the log has beside the traceback.

    Rendered without the request: what has failed may be the session or the database.
    """
    code = secrets.token_hex(3).upper()
    logger.error("Error %s: %s %s", code, request.method, request.path)
    page = loader.get_template("500.html").render({"code": code})
    return HttpResponse(page, status=500, headers={"X-Error-Code": code})
