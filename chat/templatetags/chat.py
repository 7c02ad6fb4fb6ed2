"""What lower rooms' pages show of the chat: the button that opens a partner's thread."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone

from accounts.permissions import may
from chat.models import Thread
from chat.selectors.inbox import unread_in

register = template.Library()


@register.inclusion_tag("chat/_opener.html", takes_context=True)
def chat_opener(context: Context, deal: Any) -> dict[str, Any]:
    """The button on a deal's card with the number of unread messages; nothing for who has no part in the thread."""
    user = context["user"]
    if not may(user, "chat.read"):
        return {}
    threads = Thread.objects.visible_to(user).filter(pk=deal.partner_id)
    counted = threads.values_list(unread_in("pk", user, timezone.now())).first()
    return {"deal": deal, "unread": counted[0], "is_open": "composer" in context} if counted else {}
