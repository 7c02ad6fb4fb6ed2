"""The frame around every page: what the sidebar offers this person, with its counters."""

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict:
    """Context processor; filled below once screens exist."""
    return {}
