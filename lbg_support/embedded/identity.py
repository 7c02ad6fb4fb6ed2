"""Who an engine runs as. PostgreSQL refuses root, so root needs somebody else.

The order for root: a user namespace in which we are nobody (files stay root's, private folders stay reachable);
the owner of the cluster or of the project; the user nobody.
"""

import ctypes
import os
import pwd
import subprocess
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
NOBODY = 65534

_libc = ctypes.CDLL(None, use_errno=True)


class SameUser:
    """Us, unchanged."""

    def enter(self) -> None:
        """Called in the child between fork and exec."""

    def claim(self, folder: Path) -> None:
        """Make a folder and all in it this identity's own."""

    def can_use(self, program: Path, folder: Path) -> bool:
        """Whether it can run the program and write into the folder."""
        try:
            script = 'test -w "$1" && test -x "$1" && exec "$0" --version'
            command = ["/bin/sh", "-c", script, str(program), str(folder)]
            return not subprocess.run(command, preexec_fn=self.enter, capture_output=True, cwd="/").returncode
        except (subprocess.SubprocessError, OSError):
            return False


class OtherUser(SameUser):
    """Root steps down to a user for good."""

    def __init__(self, uid: int, gid: int):
        self.uid = uid
        self.gid = gid

    def enter(self) -> None:
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)

    def claim(self, folder: Path) -> None:
        own(folder, self.uid, self.gid)


class UserNamespace(SameUser):
    """Root in the eyes of the file system, nobody in the eyes of the program."""

    def enter(self) -> None:
        uid, gid = os.getuid(), os.getgid()
        if _libc.unshare(CLONE_NEWUSER):
            raise OSError(ctypes.get_errno(), "unshare")
        for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {uid} 1"), ("gid_map", f"{NOBODY} {gid} 1")):
            Path("/proc/self", name).write_text(text)

    def claim(self, folder: Path) -> None:
        own(folder, os.getuid(), os.getgid())


def candidates(data: Path) -> list[SameUser]:
    """Identities to try, best first, for a cluster that stands or will stand in `data`."""
    if os.geteuid() != 0:
        return [SameUser()]
    nobody = pwd.getpwnam("nobody")
    namespaces = [UserNamespace()] if sys.platform == "linux" else []
    owner = _owner_of(data)
    if owner is None:
        project = Path(__file__).stat()
        owners = [OtherUser(project.st_uid, project.st_gid)] if project.st_uid else []
        return [*namespaces, *owners, OtherUser(nobody.pw_uid, nobody.pw_gid)]
    if owner.uid:
        return [owner]
    return [*namespaces, OtherUser(nobody.pw_uid, nobody.pw_gid)]


def own(folder: Path, uid: int, gid: int) -> None:
    """chown the folder and what is in it, where it isn't so already. Links are not followed."""
    for root, folders, files in os.walk(folder):
        for path in (root, *(os.path.join(root, name) for name in (*folders, *files))):
            found = os.lstat(path)
            if (found.st_uid, found.st_gid) != (uid, gid):
                os.lchown(path, uid, gid)


def _owner_of(data: Path) -> OtherUser | None:
    try:
        found = (data / "PG_VERSION").stat()
    except OSError:
        return None
    return OtherUser(found.st_uid, found.st_gid)
