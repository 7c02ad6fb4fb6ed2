"""What a person does first in every story."""

from playwright.sync_api import Page

from accounts.models import User
from accounts.tests.factories import PASSWORD


def log_in(page: Page, address: str, person: User, where: str = "/") -> None:
    """Sign in through the form, and go where the story begins."""
    page.context.clear_cookies()
    page.goto(f"{address}/accounts/login/?next={where}")
    page.fill("[name=login]", person.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{address}{where}**" if where != "/" else f"{address}/*/**")
