"""The morning letter: what is wrong, what is new, what the day holds; once a working day, as each person wants it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.permissions import may
from core import formatting, moscow
from deals.models import Task
from deals.selectors.alerts import KindGroup, notice_groups
from messaging.actions import queue_email
from messaging.models import Message
from notifications.models import Digest, Notice, hours_of
from notifications.rules import is_digest_due

KIND = "digest"
LINES = 10
"""Lines of each part; the rest is a number, and the page has all."""


def send_digests(now: datetime) -> None:
    """Settle the day of everybody whose hour has come; each alone, so that one that fails stops no other."""
    day = moscow.today(now)
    people = User.objects.filter(is_active=True).exclude(digests__day=day).select_related("notification_hours")
    for user in people.order_by("pk"):
        hours = getattr(user, "notification_hours", None) or hours_of(user)
        if may(user, "alert.read") and is_digest_due(hours.digest_at, hours.quiet_from, hours.quiet_to, now):
            send_digest(user, now)


def send_digest(user: User, now: datetime) -> Message | None:
    """Claim the person's day and queue his letter, in one transaction: once, whoever else tries.

    None when the day is settled already, or there is nothing to tell.
    """
    day = moscow.today(now)
    with transaction.atomic():
        _digest, is_mine = Digest.objects.get_or_create(user=user, day=day, defaults={"settled_at": now})
        if not is_mine:
            return None
        with translation.override(user.language):
            parts = [*_wrong(user, now), *_new(user, now), *_tasks(user, now)]
            if not parts:
                return None
            subject = _("Your morning, %(day)s") % {"day": formatting.weekday_date(day)}
            closing = _(
                "Everything is under the bell of LBG Support. What is told and when, you choose in the settings."
            )
        body = "\n\n".join([*parts, closing])
        return queue_email(
            kind=KIND,
            dedup_key=f"{KIND}:{user.pk}:{day}",
            to=user.email,
            to_name=user.full_name,
            subject=subject,
            body=body,
            by=None,
            now=now,
        )


def _wrong(user: User, now: datetime) -> list[str]:
    """Alerts by kind, the gravest first (R1, R2)."""
    groups = notice_groups(user)
    return [_part(str(group.kind.label), len(group.rows), _alert_lines(group, user, now)) for group in groups]


def _alert_lines(group: KindGroup, user: User, now: datetime) -> list[str]:
    """Each with the partner, the task, since when, and whose it is when it is not the reader's own."""
    return [
        ", ".join(
            part
            for part in (row.partner, row.what, formatting.day_time(row.since, now), row.manager)
            if part and part != user.full_name
        )
        for row in group.rows
    ]


def _new(user: User, now: datetime) -> list[str]:
    notices = list(Notice.objects.visible_to(user).unseen().order_by("-created_at", "-pk"))
    lines = [": ".join(filter(None, (notice.title, notice.text))) for notice in notices]
    return [_part(_("New"), len(lines), lines)] if lines else []


def _tasks(user: User, now: datetime) -> list[str]:
    """How many tasks the day holds; a day without any is no news."""
    ends_at = moscow.start_of_day(moscow.today(now) + timedelta(days=1))
    count = Task.objects.open().filter(assignee=user, due_at__lt=ends_at).count()
    if not count:
        return []
    words = ngettext("%(n)s task is waiting till this evening.", "%(n)s tasks are waiting till this evening.", count)
    return [words % {"n": count}]


def _part(title: str, count: int, lines: list[str]) -> str:
    shown = [f"— {line}" for line in lines[:LINES]]
    if count > LINES:
        shown.append(_("…and %(n)s more") % {"n": count - LINES})
    return "\n".join([f"{title}: {count}", *shown])
