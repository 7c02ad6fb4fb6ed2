"""`/healthz`: the process answers. `/readyz`: so do database, broker and scheduler; it tells of the live pages, too."""

from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.permissions import public
from core.models import Heartbeat
from live.publishing import is_served

SCHEDULER_IS_SILENT_AFTER = timedelta(minutes=3)


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer without touching anything else, so that a dead neighbour never restarts the web server."""
    return HttpResponse("ok", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> JsonResponse:
    """200 while all parts work; 503 with the name of what does not. Without live pages all works on, by polling."""
    checks = {"database": _database(), "broker": _broker(), "scheduler": _scheduler()}
    is_ready = all(state == "ok" for state in checks.values())
    told = checks | {"live": _live()}
    return JsonResponse({"status": "ok" if is_ready else "unavailable", **told}, status=200 if is_ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"


def _broker() -> str:
    try:
        cache.set("readyz", "ok", 5)
    except (RedisError, OSError):
        return "does not answer"
    return "ok"


def _scheduler() -> str:
    try:
        last = Heartbeat.objects.filter(name="tick").values_list("beat_at", flat=True).first()
    except DatabaseError:
        return "unknown"
    if last is None or timezone.now() - last > SCHEDULER_IS_SILENT_AFTER:
        return "silent"
    return "ok"


def _live() -> str:
    if not settings.LIVE_URL:
        return "off"
    try:
        return "ok" if is_served() else "silent"
    except (RedisError, OSError):
        return "unknown"
