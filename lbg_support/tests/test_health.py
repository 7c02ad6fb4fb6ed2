"""Health: /healthz answers always, /readyz names what does not work."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import Heartbeat
from live import log, publishing


def test_healthz_touches_nothing(client):
    assert client.get("/healthz").content == b"ok"


@pytest.mark.django_db
def test_readyz_is_ready_while_the_scheduler_ticks(client):
    Heartbeat.objects.create(name="tick", beat_at=timezone.now())

    response = client.get("/readyz")

    assert (response.status_code, response.json()["status"]) == (200, "ok")


@pytest.mark.django_db
@pytest.mark.parametrize("silence", [None, timedelta(minutes=4)])
def test_readyz_names_a_silent_scheduler(client, silence):
    if silence:
        Heartbeat.objects.create(name="tick", beat_at=timezone.now() - silence)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["scheduler"]) == (503, "silent")


@pytest.mark.django_db
def test_readyz_names_a_broker_that_is_gone(client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nonexistent/valkey.sock",
        }
    }

    response = client.get("/readyz")

    assert (response.status_code, response.json()["broker"]) == (503, "does not answer")


@pytest.mark.django_db
def test_readyz_tells_of_a_silent_event_process_and_stays_ready(client, settings):
    Heartbeat.objects.create(name="tick", beat_at=timezone.now())
    settings.LIVE_URL = "/live/stream"
    publishing.client().delete(log.BEAT)

    silent = client.get("/readyz")
    publishing.client().set(log.BEAT, 0, ex=60)
    served = client.get("/readyz")

    assert (silent.status_code, silent.json()["live"]) == (200, "silent")
    assert (served.status_code, served.json()["live"]) == (200, "ok")
