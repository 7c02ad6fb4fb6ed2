"""Keeping a file that somebody has sent, taking it out of sight and bringing it back."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import RuleViolation
from files.kinds import NAMES, Kind, kind_of
from files.models import StoredFile
from files.names import safe_name

MEGABYTE = 1024 * 1024


def keep_file(sent: UploadedFile, *, by: User, now: datetime) -> StoredFile:
    """Store the file, inside the caller's operation. When that fails, the bytes stay without a name and do no harm.

    Raises `file_empty`, `file_too_big`, `file_type` (field `files`).
    """
    shown = sent.name or _("file")
    if not sent.size:
        raise RuleViolation("file_empty", _("“%(name)s” is empty: 0 bytes.") % {"name": shown}, "files")
    if sent.size > settings.FILES_MAX_BYTES:
        message = _("“%(name)s” is bigger than %(limit)s MB.")
        limit = settings.FILES_MAX_BYTES // MEGABYTE
        raise RuleViolation("file_too_big", message % {"name": shown, "limit": limit}, "files")
    kind = kind_of(sent.file, shown)
    if kind is None:
        message = _("“%(name)s” is of a type that is not taken. Taken are: %(types)s, without macros.")
        raise RuleViolation("file_type", message % {"name": shown, "types": NAMES}, "files")
    return store(sent, kind, by=by, now=now)


def store(sent: UploadedFile, kind: Kind, *, by: User, now: datetime) -> StoredFile:
    """Store what the caller has made sure is of this kind, inside its operation."""
    stored = StoredFile(
        name=safe_name(sent.name or _("file"), kind),
        size=sent.size,
        sha256=digest(sent),
        media_type=kind.media_type,
        uploaded_by=by,
        uploaded_at=now,
    )
    sent.seek(0)
    stored.content.save("", sent, save=False)
    stored.save()
    return stored


def set_archived(stored: StoredFile, is_archived: bool, *, by: User, now: datetime) -> StoredFile:
    """Take the file out of sight, or bring it back, inside the caller's operation; twice changes nothing."""
    stored = StoredFile.objects.select_for_update().get(pk=stored.pk)
    if is_archived != (stored.archived_at is not None):
        stored.archived_at, stored.archived_by = (now, by) if is_archived else (None, None)
        stored.save(update_fields=["archived_at", "archived_by"])
    return stored


def digest(sent: UploadedFile) -> str:
    """SHA-256 of the bytes."""
    sent.seek(0)
    digest = hashlib.sha256()
    for chunk in sent.chunks():
        digest.update(chunk)
    return digest.hexdigest()
