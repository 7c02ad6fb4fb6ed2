"""Who is told of a message's fate, without messaging knowing them: rooms above register by kind in AppConfig.ready."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise

from accounts.models import User

if TYPE_CHECKING:
    from messaging.models import Message

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Subject:
    """What a message tells of, as a page names it."""

    label: str
    url: str


@dataclass(frozen=True)
class Handler:
    """What a kind of message means to the room that queues it.

    `visible_ids` are the messages of this kind that are the reader's own; `subjects` names what messages tell of, by
    the message's id; `changed` is called in the transaction that changes a message's state.
    """

    name: str | Promise
    visible_ids: Callable[[User], QuerySet]
    subjects: Callable[[list[int]], dict[int, Subject]]
    changed: Callable[["Message", datetime], None]


HANDLERS: dict[str, Handler] = {}


def register_handler(kind: str, handler: Handler) -> None:
    HANDLERS[kind] = handler


def tell(message: "Message", now: datetime) -> None:
    """Tell the message's handler of its new state. One that fails is logged and undoes nothing but itself."""
    handler = HANDLERS.get(message.kind)
    if handler is None:
        return
    try:
        with transaction.atomic():
            handler.changed(message, now)
    except Exception:
        logger.exception("The handler of %s failed on message %s", message.kind, message.pk)
