"""Brings database and static files up to date, in one process: `python -m lbg_support.supervisor.site`.

Prints the word `demo` when the database is the demo company; all else goes to stderr. The last line there says
what was wrong when the exit code is not 0.
"""

import hashlib
import os
import sys
import traceback
from pathlib import Path

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lbg_support.settings")
    try:
        django.setup()
        bring_up_to_date()
    except Exception as error:
        traceback.print_exc()
        print((str(error).strip() or repr(error)).splitlines()[0], file=sys.stderr)
        return 1
    return 0


def bring_up_to_date() -> None:
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.cache import cache
    from django.core.management import call_command

    cache.get("is it there")  # a wrong REDIS_URL shows here, not at the first page
    call_command("migrate", interactive=False, verbosity=1, stdout=sys.stderr)
    if not settings.IS_PRODUCTION:
        call_command("load_demo", if_empty=True, stdout=sys.stderr)
        if get_user_model().objects.filter(email="support@demo.local").exists():
            print("demo")
    collect_static()


def collect_static() -> None:
    """Compressing takes seconds, so only when some file has changed."""
    from django.conf import settings
    from django.core.management import call_command

    note = Path(settings.VAR_DIR) / "static.fingerprint"
    now = static_fingerprint()
    if note.exists() and note.read_text() == now and Path(settings.STATIC_ROOT).is_dir():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=1, stdout=sys.stderr)
    note.write_text(now)


def static_fingerprint() -> str:
    """A hash over the path, size and time of change of every static file, and how they are stored."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    found = [repr(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            found.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
