"""What can be wrong with a machine before anything is started; each check raises one clear sentence."""

import errno
import os
import socket
import subprocess
import sys

from lbg_support.embedded.errors import StartError

HOST = "127.0.0.1"


def chosen_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StartError(f"PORT={text} is not a port: give a number from 1 to 65535, for example PORT=8123 make run.")
    return int(text)


def free_port() -> int:
    """A port that nobody uses, for a server that only our own pages have to find."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise StartError(f"Port {port} is kept for root: take one above 1023, PORT=8000 make run.") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise StartError(
                f"Port {port} is in use: stop what listens there, or take another port: PORT={port + 1} make run."
            ) from None


def pango_is_there() -> None:
    """WeasyPrint makes the PDFs and needs Pango, which no Python package brings."""
    tried = subprocess.run([sys.executable, "-c", "import weasyprint"], capture_output=True, text=True)
    if tried.returncode == 0:
        return
    if "cannot load library" not in tried.stderr:
        raise StartError(f"WeasyPrint cannot be imported: {tried.stderr.strip().splitlines()[-1]}")
    raise StartError(
        "The Pango library, which makes the PDFs, is missing: install it "
        "(on Debian: sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
        "on macOS: brew install pango) and start again."
    )
