"""The folder that a run keeps its data in, and the short one for its sockets; a lock on each.

A lock is an flock on an open descriptor. The engines inherit it, so it is free only when the last of them has
ended, even if whoever started them was killed.
"""

import fcntl
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

from lbg_support.embedded.errors import StartError

PREFIX = "lbg-run-"
LONGEST_SOCKET_FOLDER = 60  # characters; a socket's whole path may have 107 bytes
STRAGGLERS = 15  # seconds that a killed run may take to end
FRESH = 60  # seconds in which a new folder may not have been locked yet


def lock(descriptor: int) -> bool:
    """Take the lock if it is free."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class RunFolder:
    """A new folder with a short path for sockets and for what is thrown away; gone after `remove`.

    Nobody else can list it; the folders inside are private to whom they belong.
    """

    def __init__(self) -> None:
        parent = tempfile.gettempdir()
        if len(parent) > LONGEST_SOCKET_FOLDER:
            parent = "/tmp"  # noqa: S108
        self._sweep(parent)
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        self.path.chmod(0o711)  # PostgreSQL may run as another user and has to pass through
        self.lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        lock(self.lock)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.lock)

    @staticmethod
    def _sweep(parent: str) -> None:
        """Remove what killed runs left behind: folders of ours that no process holds a lock on."""
        for path in Path(parent).glob(PREFIX + "*"):
            try:
                found = path.lstat()
                if found.st_uid != os.geteuid() or time.time() - found.st_mtime < FRESH:
                    continue
                descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            except OSError:
                continue
            if lock(descriptor):
                shutil.rmtree(path, ignore_errors=True)
            os.close(descriptor)


class VarFolder:
    """`var/`: data, logs, and the locks that keep two runs apart."""

    def __init__(self, path: Path):
        self.path = path.absolute()
        self.note = self.path / "running.json"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except (FileExistsError, NotADirectoryError):
            raise StartError(f"{self.path} is not a folder: move it away and start again.") from None
        except PermissionError:
            raise StartError(
                f"{self.path} cannot be written to by this user: run `sudo chown -R $(id -un) {self.path}`, "
                "or name another folder in VAR_DIR."
            ) from None
        except OSError as error:
            raise StartError(f"{self.path} cannot be used ({error.strerror}).") from None

    def take(self) -> tuple[int, int] | None:
        """Our own lock and the one for our children to inherit; None where a run already has them.

        Waits a little for the children of a run that was killed.
        """
        own = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not lock(own):
            os.close(own)
            return None
        children = os.open(self.path / "lock.children", os.O_RDWR | os.O_CREAT, 0o600)
        patience = time.monotonic() + STRAGGLERS
        while not lock(children):
            if time.monotonic() > patience:
                raise StartError(
                    f"Processes of an earlier run still use {self.path}: end them "
                    f"(`fuser -v {self.path}/lock.children` names them) and start again."
                )
            time.sleep(0.1)
        self.note.unlink(missing_ok=True)
        return own, children

    def describe(self, **facts: str | int) -> None:
        """Leave word for others: what runs here and how to reach it."""
        with open(os.open(self.note, os.O_WRONLY | os.O_CREAT, 0o600), "w") as note:
            json.dump(facts, note)

    def description(self) -> dict:
        """What the run that has the lock said of itself; empty when it has not come so far."""
        try:
            return json.loads(self.note.read_text())
        except (OSError, ValueError):
            return {}


def var_folder() -> Path:
    """Where this copy of the project keeps its data: VAR_DIR, or var/ beside manage.py."""
    return Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parents[2] / "var")
