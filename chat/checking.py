"""What a message must say, by its kind (R19). Everything is refused at the field to which it belongs."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import User
from chat.kinds import ASKING, FLOW_KINDS, NETWORK_KINDS, Kind, kinds_for
from core import moscow
from core.errors import RuleViolation
from core.form_fields import MAX_SUM

if TYPE_CHECKING:
    from chat.actions.sending import Draft

MAX_TEXT = 5_000
MAX_FILES = 5
MAX_REQUESTS = 100_000
LENGTHS = {"network": 60, "geography": 160}


def check_draft(draft: "Draft", *, by: User, now: datetime, has_files: bool = False) -> "Draft":
    """The draft with only the fields of its kind, trimmed.

    Raises `kind_of_another`, `empty_text`, `text_too_long`, `network_missing`, `amount_missing`, `amount_wrong`,
    `needed_missing`, `flow_the_wrong_way`, `since_missing`, `since_ahead`.
    """
    if draft.kind not in kinds_for(by):
        raise RuleViolation("kind_of_another", _("This kind of request is not yours to send."), "kind")
    draft = _of_its_kind(draft)
    is_needed = draft.kind in {Kind.NOTE, Kind.WHICH_CAMPAIGN} and not has_files
    draft = replace(draft, text=checked_text(draft.text, is_needed=is_needed))
    if draft.kind in NETWORK_KINDS:
        _check_network(draft)
    elif draft.kind in FLOW_KINDS:
        _check_flow(draft)
    elif draft.kind == Kind.NO_REQUESTS:
        _check_since(draft, now)
    return draft


def checked_text(text: str, *, is_needed: bool) -> str:
    """The text without blanks around it. Raises `empty_text`, `text_too_long`."""
    text = text.strip()
    if is_needed and not text:
        raise RuleViolation("empty_text", _("Write the message."), "text")
    if len(text) > MAX_TEXT:
        raise RuleViolation("text_too_long", _("A message has up to %(n)s signs.") % {"n": MAX_TEXT}, "text")
    return text


def _of_its_kind(draft: "Draft") -> "Draft":
    """Fields of other kinds, which somebody may have filled in before choosing this one, are left out."""
    own = ASKING[draft.kind].fields
    kept = {name: getattr(draft, name) for name in own}
    for name in {"network", "geography"} & set(own):
        kept[name] = kept[name].strip()
        if len(kept[name]) > LENGTHS[name]:
            raise RuleViolation("text_too_long", _("Up to %(n)s signs, please.") % {"n": LENGTHS[name]}, name)
    return type(draft)(text=draft.text, kind=Kind(draft.kind), **kept)


def _check_network(draft: "Draft") -> None:
    if not draft.network:
        raise RuleViolation("network_missing", _("Say which network."), "network")
    if draft.amount is None and draft.kind == Kind.TOP_UP_BUDGET:
        raise RuleViolation("amount_missing", _("Say how much."), "amount")
    if draft.amount is not None and not 0 < draft.amount <= MAX_SUM:
        raise RuleViolation("amount_wrong", _("The sum is more than nothing."), "amount")


def _check_flow(draft: "Draft") -> None:
    have, need = draft.requests_now, draft.requests_needed
    if need is None and not draft.text:
        raise RuleViolation("needed_missing", _("Say how many requests a week are needed."), "requests_needed")
    for name, number in (("requests_now", have), ("requests_needed", need)):
        if number is not None and not 0 <= number <= MAX_REQUESTS:
            raise RuleViolation("number_wrong", _("So many requests a week there are not."), name)
    if have is None or need is None:
        return
    if draft.kind == Kind.MORE_REQUESTS and need <= have:
        raise RuleViolation("flow_the_wrong_way", _("To get more, more than now are needed."), "requests_needed")
    if draft.kind == Kind.FEWER_REQUESTS and need >= have:
        raise RuleViolation("flow_the_wrong_way", _("To get fewer, fewer than now are needed."), "requests_needed")


def _check_since(draft: "Draft", now: datetime) -> None:
    if draft.since is None and not draft.text:
        raise RuleViolation("since_missing", _("Say since which day there are none."), "since")
    if draft.since is not None and draft.since > moscow.today(now):
        raise RuleViolation("since_ahead", _("This day is still to come."), "since")
