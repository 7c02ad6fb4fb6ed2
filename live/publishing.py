"""Telling the browsers that something has changed."""

import json
import logging
from functools import cache, partial

import redis
from django.conf import settings
from django.db import transaction

from live import log

logger = logging.getLogger(__name__)


@cache
def client() -> redis.Redis:
    """The connections of this process, short of patience: a page must not wait for its hints to be sent."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, decode_responses=True, protocol=2
    )


def publish(topic: str, **ids: int) -> None:
    """Tell who listens to `topic` that something has changed, as soon as the transaction has committed.

    `ids` say what: ids and versions of objects that everybody who may hear the topic may see. Rolled back, nothing is
    told. A hint that cannot be sent is written to the log and fails nobody: it is a hint.
    """
    transaction.on_commit(partial(_send, {"topic": topic, "ids": json.dumps(ids)}), robust=True)


def revoke(person: int) -> None:
    """Close the person's streams and make his tickets void, as soon as the transaction has committed.

    For every change of what he may hear: signing out, dismissal, another role, a substitution. A browser that is
    still signed in asks for a new ticket and goes on with what he may hear now.
    """
    transaction.on_commit(partial(_revoke, person), robust=True)


def generation(person: int) -> int:
    """How often the person's tickets have been revoked."""
    return int(client().get(log.generation_key(person)) or 0)


def is_served() -> bool:
    """Whether an event process has been alive within the last minute."""
    return bool(client().exists(log.BEAT))


def _revoke(person: int) -> None:
    try:
        now = client().incr(log.generation_key(person))
    except (redis.RedisError, OSError):
        logger.exception("The streams of person %s could not be closed; they end by themselves in minutes", person)
        return
    _send({"topic": log.REVOKED, "person": person, "generation": now})


def _send(entry: dict[str, str | int]) -> None:
    try:
        client().xadd(log.STREAM, entry, maxlen=log.KEPT, approximate=True)
    except (redis.RedisError, OSError) as error:
        logger.warning("A hint about %s was not sent: %s", entry["topic"], error)
