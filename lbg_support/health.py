"""`/healthz`: the process answers. `/readyz`: so do the database, the broker and the scheduler."""

from datetime import timedelta

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.permissions import public
from core.models import Heartbeat

SCHEDULER_IS_SILENT_AFTER = timedelta(minutes=3)


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer without touching anything else, so that a dead neighbour never restarts the web server."""
    return HttpResponse("ok", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> JsonResponse:
    """200 while all parts work; 503 with the name of what does not."""
    checks = {"database": _database(), "broker": _broker(), "scheduler": _scheduler()}
    is_ready = all(state == "ok" for state in checks.values())
    return JsonResponse({"status": "ok" if is_ready else "unavailable", **checks}, status=200 if is_ready else 503)


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
