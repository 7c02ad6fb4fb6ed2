"""The ASGI entry point: the event streams alone (live.server). Pages are WSGI, see lbg_support.wsgi."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lbg_support.settings")

from live.server import application

__all__ = ["application"]
