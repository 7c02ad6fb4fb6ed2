"""Sees to what pip cannot install: `python scripts/system_packages.py pango browser gettext`.

Installs with apt-get where that is possible without asking (root, or `sudo -n`); elsewhere says what is missing
and leaves it to the reader. Never fails: whoever needs the thing says so itself.
"""

import ctypes
import os
import shutil
import subprocess
import sys

PANGO = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]


def has_pango() -> bool:
    try:
        ctypes.CDLL("libpango-1.0.so.0")
        ctypes.CDLL("libpangoft2-1.0.so.0")
    except OSError:
        return sys.platform != "linux"
    return True


def has_browser() -> bool:
    return bool(os.environ.get("CHROMIUM")) or any(map(shutil.which, BROWSERS))


def has_gettext() -> bool:
    """The tests collect the messages anew to see that none is missing."""
    return bool(shutil.which("xgettext"))


NEEDS = {
    "pango": (has_pango, PANGO),
    "browser": (has_browser, ["chromium"]),
    "gettext": (has_gettext, ["gettext"]),
}


def apt_get() -> list[str] | None:
    """apt-get as we may call it, or None."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    allowed = shutil.which("sudo") and not subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode
    return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"] if allowed else None


def main(names: list[str]) -> None:
    missing = [package for name in names if not NEEDS[name][0]() for package in NEEDS[name][1]]
    if not missing:
        return
    packages = " ".join(missing)
    command = apt_get()
    if command is None:
        print(f"Missing on this machine: {packages}. On Debian: sudo apt-get install -y {packages}", file=sys.stderr)
        return
    print(f"Installing {packages}…", flush=True)
    install = [*command, "install", "-y", "-qq", "--no-install-recommends", *missing]
    for step in ([*command, "update", "-qq"], install):
        done = subprocess.run(step, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        print(f"apt-get could not install {packages}: {done.stderr.strip()[-400:]}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
