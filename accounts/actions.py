"""What changes a person's account."""

from accounts.models import User
from core.audit import operation

PREFERENCES = ("theme", "density", "language", "has_hotkeys")


def set_preferences(user: User, **preferences: str | bool) -> User:
    """Store how the person wants the pages to look. Values are validated by the form."""
    changed = [name for name in PREFERENCES if name in preferences]
    with operation("profile.update", by=user):
        for name in changed:
            setattr(user, name, preferences[name])
        user.save(update_fields=changed)
    return user
