"""What others are told of as soon as a change is there for all to read: open threads, and the counters in the frame."""

from accounts.models import Role, User
from chat.models import Thread
from live import topics
from live.publishing import publish
from partners.models import Partner


def register() -> None:
    """Called once, when the app is ready: a thread's hints go to who may read it."""
    topics.heard_by("chat", _may_hear)


def thread_changed(partner: Partner) -> None:
    """Tell whoever has the thread open, its manager and marketing that it has news."""
    for topic in (f"chat:{partner.pk}", f"portfolio:{partner.manager_id}", f"role:{Role.MARKETER}"):
        publish(topic)


def counters_change(person: User) -> None:
    """Tell the pages of this person that his counters are no longer what they show."""
    publish(f"person:{person.pk}")


def _may_hear(user: User, key: str) -> bool:
    pk = topics.number(key)
    return pk is not None and Thread.objects.visible_to(user).filter(pk=pk).exists()
