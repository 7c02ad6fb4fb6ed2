"""One PostgreSQL server as a child process, reached through a socket in a private folder and nowhere else.

It trusts whoever reaches the socket, which is safe only because the folder is closed to others (0700) and it
listens on no network address. Survives kill -9 of itself and of us, the root user, long paths and private homes.
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg2

from lbg_support.embedded import binaries
from lbg_support.embedded.errors import StartError
from lbg_support.embedded.identity import OtherUser, SameUser, candidates
from lbg_support.embedded.processes import Child, last_line, open_log

UNFINISHED = "unfinished"  # the folder inside the data folder that a new cluster is made in
OUTSIDE = Path("/var/lib/lbg-support")  # for what PostgreSQL cannot reach otherwise, when root starts it
USER = DATABASE = "lbg"
READY_WITHIN = 60  # seconds; recovery after a crash takes part of it
RETRY_WITHIN = 10  # seconds in which the processes of a killed server let go of its memory and files
STILL_ENDING = ("shared memory block", "lock file", "could not bind", "is still in use")
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "logging_collector": "off",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_senders": "0"}


class Postgres:
    name = "postgres"

    def __init__(self, data: Path, sockets: Path, log: Path, *, durable: bool = True, keep_open: Sequence[int] = ()):
        """`data` need not exist. `durable=False` is for what is thrown away: quick, and lost in a crash."""
        self.data = data.resolve()
        self.sockets = sockets
        self.log = log
        self.durable = durable
        self.keep_open = keep_open
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return f"postgres://{USER}@/{DATABASE}?host={self.sockets}"

    def start(self) -> None:
        """Start and wait until the database answers. Raises StartError with one sentence when it cannot."""
        folder = binaries.postgres_bin()
        self._check(folder)
        folder, identity = self._settle(folder)
        if not (self.data / "PG_VERSION").exists() or (self.data / UNFINISHED).exists():
            self._initialise(folder, identity)
        self._launch(folder, identity)
        self._make_database()

    def poll(self) -> int | None:
        return self.child.poll() if self.child else None

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def _check(self, folder: Path) -> None:
        """Refuse a folder that is not a cluster of this PostgreSQL."""
        try:
            if not self.data.exists() or not os.listdir(self.data) or (self.data / UNFINISHED).exists():
                return
            made_by = (self.data / "PG_VERSION").read_text().strip()
        except NotADirectoryError:
            raise StartError(f"{self.data} is not a folder: move it away and start again.") from None
        except PermissionError:
            return  # whose it is, is the next question
        except (OSError, UnicodeDecodeError):
            made_by = ""
        ours = binaries.postgres_major(folder)
        if not made_by.isdigit():
            raise StartError(
                f"{self.data} is damaged (PG_VERSION cannot be read): put it back from a backup, "
                "or move it away to begin with an empty database."
            )
        if int(made_by) != ours:
            raise StartError(
                f"{self.data} was made by PostgreSQL {made_by} and this is PostgreSQL {ours}: set PG_BIN to the "
                f"folder of PostgreSQL {made_by}'s programs, or move {self.data} away to begin with an empty database."
            )

    def _settle(self, folder: Path) -> tuple[Path, SameUser]:
        """Who runs it, and from where: the first identity that can reach both programs and data."""
        for private in (self.data, self.sockets):
            private.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(PermissionError):
                private.chmod(0o700)
        for identity in candidates(self.data):
            self._claim(identity)
            if identity.can_use(folder / "postgres", self.data):
                return folder, identity
        if os.geteuid() == 0:
            return self._move_out(folder)
        raise StartError(
            f"{self.data} belongs to another user: start as that user, run `sudo chown -R $(id -un) {self.data}`, "
            "or move it away to begin with an empty database."
        )

    def _claim(self, identity: SameUser) -> None:
        identity.claim(self.data)
        identity.claim(self.sockets)

    def _move_out(self, folder: Path) -> tuple[Path, SameUser]:
        """Root, in a folder that only root may enter, where user namespaces are forbidden: the programs are copied,
        and if need be the data moved, to where the user nobody can reach them. A link stays behind."""
        nobody = pwd.getpwnam("nobody")
        identity = OtherUser(nobody.pw_uid, nobody.pw_gid)
        try:
            programs = copy_of_programs(folder) / "bin"
            self._claim(identity)
            if not identity.can_use(programs / "postgres", self.data):
                home = OUTSIDE / hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
                shutil.move(self.data, home)
                self.data.symlink_to(home)
                self.data = home
                self._claim(identity)
        except OSError as error:
            raise StartError(f"PostgreSQL's files could not be put into {OUTSIDE} ({error.strerror}).") from None
        if not identity.can_use(programs / "postgres", self.data):
            raise StartError("PostgreSQL does not run as root: start as an ordinary user, or set DATABASE_URL.")
        return programs, identity

    def _initialise(self, folder: Path, identity: SameUser) -> None:
        """Make the cluster aside and then put it in place, so that one half made is known for what it is."""
        for left in self.data.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        aside = self.data / UNFINISHED
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command: list[str | Path] = [folder / "initdb", "-D", aside, "-U", USER, "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C.UTF-8"]
        command += provider if binaries.postgres_major(folder) >= 17 else []
        command += [] if self.durable else ["--no-sync"]
        with open_log(self.log) as log:
            made = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(), cwd="/",
                preexec_fn=identity.enter, start_new_session=True,
            )  # fmt: skip
        if made.returncode:
            raise StartError(f"PostgreSQL could not make a database in {self.data}: {last_line(self.log, 'error:')}")
        for path in aside.iterdir():
            path.rename(self.data / path.name)
        aside.rmdir()

    def _launch(self, folder: Path, identity: SameUser) -> None:
        settings = SETTINGS | ({} if self.durable else THROW_AWAY)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.child = Child(
            self.name,
            [folder / "postgres", "-D", self.data, "-k", self.sockets, *options],
            log=self.log,
            env=environment(),
            cwd=Path("/"),
            stop_signal=signal.SIGINT,  # a fast shutdown: sessions are ended, nothing is lost
            grace=20,
            identity=identity,
            keep_open=self.keep_open,
        )
        patience = time.monotonic() + RETRY_WITHIN
        while True:
            forget_foreign_pid(self.data)
            self.child.start()
            if self._answers():
                return
            reason = last_line(self.log, "FATAL", "PANIC", "error")
            ending = any(words in reason for words in STILL_ENDING)
            if not ending or time.monotonic() > patience:
                raise StartError(f"PostgreSQL did not start: {reason or 'no reason given'} (the log is {self.log}).")
            time.sleep(0.3)

    def _answers(self) -> bool:
        """Wait for the first real connection; False when the process ended instead."""
        assert self.child is not None
        patience = time.monotonic() + READY_WITHIN
        while self.child.poll() is None:
            try:
                self._connect().close()
                return True
            except psycopg2.OperationalError:
                if time.monotonic() > patience:
                    self.child.stop()
                    raise StartError(f"PostgreSQL did not answer in {READY_WITHIN} s (see {self.log}).") from None
                time.sleep(0.05)
        return False

    def _make_database(self) -> None:
        connection = self._connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {DATABASE}")
        connection.close()

    def _connect(self):
        return psycopg2.connect(host=str(self.sockets), user=USER, dbname="postgres", connect_timeout=5)


def copy_of_programs(folder: Path) -> Path:
    """PostgreSQL's installation, copied to where every user can reach it, once for each version."""
    OUTSIDE.mkdir(parents=True, exist_ok=True)
    OUTSIDE.chmod(0o711)
    copy = OUTSIDE / f"postgresql-{binaries.postgres_version(folder)}"
    if not copy.exists():
        unfinished = copy.with_name(copy.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(folder.parent, unfinished, ignore=shutil.ignore_patterns("include"))
        unfinished.rename(copy)
    return copy


def environment() -> dict[str, str]:
    """Only what PostgreSQL needs: PG… variables of the person who starts us would change what it does."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def forget_foreign_pid(data: Path) -> None:
    """Remove a postmaster.pid whose process is a zombie or not this cluster's server.

    PostgreSQL itself looks only whether a process of that number exists, and after a crash (or in a new
    container) the number may belong to anybody. Without /proc its own check has to do.
    """
    note = data / "postmaster.pid"
    try:
        pid = int(note.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    process = Path("/proc", str(pid))
    if not Path("/proc/self").exists() or not process.exists():
        return
    try:
        is_ours = (process / "cwd").resolve(strict=True) == data.resolve()
    except OSError:  # a zombie has no working directory
        is_ours = False
    if not is_ours:
        note.unlink(missing_ok=True)
