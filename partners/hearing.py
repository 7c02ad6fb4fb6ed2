"""Who hears what happens to a partner: everybody who may see it."""

from accounts.models import User
from live import topics
from partners.models import Partner


def register() -> None:
    """Called once, when the app is ready."""
    topics.heard_by("partner", sees_partner)


def sees_partner(user: User, key: str) -> bool:
    pk = topics.number(key)
    return pk is not None and Partner.objects.visible_to(user).filter(pk=pk).exists()
