"""The Celery application. Beat fires one tick a minute; what is due is decided in the database (core.scheduling)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lbg_support.settings")

app = Celery("lbg_support")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
