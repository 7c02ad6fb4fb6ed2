"""Limits on how often a stranger may do something, counted in the cache. Without the cache nothing is allowed."""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many times in so many seconds."""

    times: int
    seconds: int


def is_allowed(what: str, who: str, limit: Limit) -> bool:
    """Count one more of `what` by `who`; whether it is within the limit. When the cache cannot say, it is not."""
    key = f"throttle:{what}:{who}"
    try:
        cache.add(key, 0, limit.seconds)
        return cache.incr(key) <= limit.times
    except Exception:
        logger.exception("The limit of %s cannot be counted, so it is refused", what)
        return False


def address_of(request: HttpRequest) -> str:
    """Where the visitor comes from: behind our proxy what it has added last, never what the visitor says himself."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and settings.SECURE_PROXY_SSL_HEADER:
        return forwarded.rpartition(",")[2].strip()
    return request.META.get("REMOTE_ADDR", "")
