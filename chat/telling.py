"""What of the chat is told under the bell: that somebody was called into a thread by name."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from chat.models import Message
from deals.telling import about
from notifications.actions import notify
from notifications.kinds import Kind, register_kind

MENTIONED = Kind("chat.mentioned", _("I was called into a chat"), set(Role) - {Role.ADMINISTRATOR})
CALLED = _("%(who)s calls you: %(text)s")


def register() -> None:
    """Called once, when the app is ready."""
    register_kind(MENTIONED)


def tell_of_mention(message: Message, person: User) -> None:
    """A line under the bell of who is named in the message, once for a message; it leads to the message."""
    notify(
        person,
        MENTIONED.code,
        CALLED,
        key=key_of(message.pk),
        url=f"{reverse('chat:inbox')}?thread={message.partner_id}#m-{message.pk}",
        now=message.changed_at,
        values={"who": message.author.full_name, "text": message.text},
        title=message.partner.name,
        about=about(message.deal) if message.deal else "",
    )


def key_of(message_id: int) -> str:
    return f"{MENTIONED.code}:{message_id}"
