"""What a person does first in every story."""

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from accounts.models import User


def log_in(page: Page, address: str, person: User, where: str = "/") -> None:
    """Come in with a session that has begun already, and go where the story begins."""
    client = Client()
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.clear_cookies()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    page.goto(f"{address}{where}")
