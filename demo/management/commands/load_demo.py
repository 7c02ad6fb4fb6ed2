"""manage.py load_demo: fills an empty database with the demo company."""

from argparse import ArgumentTypeError
from datetime import date, time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core import moscow
from demo.loading import NotEmpty, is_empty, load_demo
from demo.messages import send_last_invoices
from demo.statement import write_statement

DEMO_TIME = time(11, 40)
"""The moment of a day that is given with --today."""


def positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(_("a whole number from 1 on"))
    return int(text)


def iso_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("a date like 2026-11-23")) from error


class Command(BaseCommand):
    help = "Fill an empty database with the demo company: 240 partners with histories relative to today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=positive, default=1, help="multiply the 240 partners (100 makes 24 000)")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the database has data")
        parser.add_argument("--seed", type=int, default=1, help="another number draws other partners")
        parser.add_argument("--today", type=iso_date, help="pretend it is 11:40 in Moscow on that day")

    def handle(self, *args: Any, scale: int, if_empty: bool, seed: int, today: date | None, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError(_("The demo company is never loaded with APP_PROFILE=production."))
        if if_empty and not is_empty():
            return
        now = moscow.at(today, DEMO_TIME) if today else timezone.now()
        try:
            loaded = load_demo(scale=scale, seed=seed, now=now)
        except NotEmpty as error:
            if if_empty:  # somebody else was loading at the same time
                return
            raise CommandError(_("The database has data already. The demo company needs an empty one.")) from error
        send_last_invoices(now)
        words = {"partners": loaded.partners, "managers": loaded.managers}
        self.stdout.write(_("The demo company is loaded: %(partners)s partners, %(managers)s managers.") % words)
        path = write_statement(moscow.today(now))
        self.stdout.write(_("A bank statement to upload: %(path)s") % {"path": path})
