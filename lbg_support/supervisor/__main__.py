"""`make run`: everything on one machine, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from lbg_support.embedded.engines import Engines
from lbg_support.embedded.errors import StartError
from lbg_support.embedded.folders import VarFolder, var_folder
from lbg_support.embedded.processes import Child, die_with_parent, last_line, open_log
from lbg_support.embedded.signals import StopRequested, listen, stop_with_parent
from lbg_support.supervisor import checks
from lbg_support.supervisor.supervision import Supervisor

ROOT = Path(__file__).resolve().parents[2]
UP_WITHIN = 60  # seconds for the site to answer
WEB_TRIES = 3
LOGINS = """
  support@demo.local     support manager
  sales@demo.local       sales manager
  marketing@demo.local   marketer
  head@demo.local        head of the department
  director@demo.local    director
  admin@demo.local       administrator

  The password of all six is lbg-demo-2026.
"""


def main() -> int:
    stop_with_parent()
    listen(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    try:
        run()
    except StopRequested:
        say("Stopped.")
    except StartError as error:
        print(f"LBG Support cannot start. {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"LBG Support cannot start. {error.strerror}: {error.filename or 'no file'}", file=sys.stderr)
        return 1
    return 0


def run() -> None:
    port, live_port = checks.chosen_port(), checks.free_port()
    var = VarFolder(var_folder())
    locks = var.take()
    if locks is None:
        raise StartError(already_running(var))
    checks.port_is_free(port)
    checks.pango_is_there()
    engines = Engines(var.path, keep_open=locks[1:])
    say(f"Starting {', '.join([*(engine.name for engine in engines.running), 'worker, beat, live and web'])}…")
    with engines:
        environment = {**os.environ, **engines.environment, "VAR_DIR": str(var.path), "PYTHONUNBUFFERED": "1"}
        environment.setdefault("LIVE_URL", f"{address(live_port)}live/stream")
        has_demo = prepare_site(environment, var)
        with Supervisor(engines.running, say=say) as supervisor:
            for service in services(port, live_port, environment, var, locks[1:]):
                supervisor.start(service)
            wait_for_site(supervisor, port, var)
            var.describe(pid=os.getpid(), port=port, **engines.environment)
            say(f"\nLBG Support is at {address(port)}\n{LOGINS if has_demo else ''}")
            say(f"Ctrl-C stops it. The logs are in {var.path / 'log'}.")
            supervisor.watch()


def services(
    port: int, live_port: int, environment: dict[str, str], var: VarFolder, keep_open: tuple[int, ...]
) -> list[Child]:
    """In the order of starting; they stop in the opposite one."""
    celery = [sys.executable, "-m", "celery", "-A", "lbg_support"]
    schedule = var.path / "beat" / "schedule"
    schedule.parent.mkdir(exist_ok=True)
    commands = {
        "worker": [*celery, "worker", "-P", "threads", "-c", "2", "--without-mingle", "--without-gossip", "-l", "INFO"],
        "beat": [*celery, "beat", "--schedule", str(schedule), "-l", "INFO"],
        "live": [
            *(sys.executable, "-m", "uvicorn", "lbg_support.asgi:application"),
            *("--host", checks.HOST, "--port", str(live_port), "--no-access-log", "--timeout-graceful-shutdown", "2"),
        ],
        "web": [
            *(sys.executable, "-m", "gunicorn", "lbg_support.wsgi", "--bind", f"{checks.HOST}:{port}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"),
            *("--graceful-timeout", "10", "--no-control-socket"),
        ],
    }
    return [
        Child(name, command, log=log_of(var, name), env=environment, cwd=ROOT, keep_open=keep_open)
        for name, command in commands.items()
    ]


def prepare_site(environment: dict[str, str], var: VarFolder) -> bool:
    """Migrations, the demo company, static files. Returns whether the database is the demo company."""
    if not (var.path / "static.fingerprint").exists():
        say("Preparing the database; the first time takes up to a minute…")
    parent, log_path = os.getpid(), log_of(var, "prepare")
    with open_log(log_path) as log:
        done = subprocess.run(
            [sys.executable, "-m", "lbg_support.supervisor.site"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(signal.SIGTERM, parent),
        )
    if done.returncode:
        raise StartError(f"The database could not be prepared: {last_line(log_path)} (the log is {log_path}).")
    return "demo" in done.stdout.split()


def wait_for_site(supervisor: Supervisor, port: int, var: VarFolder) -> None:
    """Until /healthz answers; what dies meanwhile is started again, a few times."""
    patience = time.monotonic() + UP_WITHIN
    log = log_of(var, "web")

    def is_up() -> bool:
        if time.monotonic() > patience or supervisor.deaths_of("web") > WEB_TRIES:
            raise StartError(
                f"The web server does not answer: {last_line(log) or 'no reason given'} (the log is {log})."
            )
        with suppress(OSError), urllib.request.urlopen(f"{address(port)}healthz", timeout=2) as answer:
            return answer.status == 200
        return False

    supervisor.watch(until=is_up)


def already_running(var: VarFolder) -> str:
    note = var.description()
    where = f" at {address(note['port'])}" if "port" in note else ""
    where += f" (process {note['pid']})" if "pid" in note else ""
    return f"It is already running in this folder{where}: stop it first, or give this one a folder in VAR_DIR."


def address(port: int) -> str:
    return f"http://{checks.HOST}:{port}/"


def log_of(var: VarFolder, name: str) -> Path:
    return var.path / "log" / f"{name}.log"


def say(text: str) -> None:
    # A closed terminal must not keep us from stopping the rest.
    with suppress(OSError):
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
