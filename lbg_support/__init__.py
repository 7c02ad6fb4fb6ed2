"""The project: settings, addresses, navigation, and what starts it all."""

from lbg_support.celery import app as celery_app

__all__ = ["celery_app"]
