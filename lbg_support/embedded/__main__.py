"""Runs a command beside the engines: `python -m lbg_support.embedded exec [--ephemeral] -- command…`.

The command finds DATABASE_URL and REDIS_URL in its environment; its exit code is ours. With --ephemeral the engines
are throw-away. Without, they work on var/, and if `make run` is using that at the moment, the command joins it.
"""

import argparse
import os
import signal
import subprocess
import sys
from contextlib import ExitStack

from lbg_support.embedded.engines import Engines
from lbg_support.embedded.errors import StartError
from lbg_support.embedded.folders import VarFolder, var_folder
from lbg_support.embedded.processes import die_with_parent
from lbg_support.embedded.signals import StopRequested, listen, stop_with_parent

GRACE = 15  # seconds that a command has to end after SIGTERM


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m lbg_support.embedded", description=__doc__)
    parser.add_argument("verb", choices=["exec"])
    parser.add_argument("--ephemeral", action="store_true", help="engines that are thrown away afterwards")
    parser.add_argument("command", nargs="+", help="what to run, after --")
    asked = parser.parse_args(arguments)
    stop_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command; we end when it does
    listen(signal.SIGTERM, signal.SIGHUP)
    try:
        with ExitStack() as stack:
            return run(asked.command, engines_for(asked.ephemeral, stack))
    except StopRequested as request:
        return 128 + request.args[0]
    except StartError as error:
        print(error, file=sys.stderr)
        return 1


def engines_for(ephemeral: bool, stack: ExitStack) -> dict[str, str]:
    """What to add to the command's environment; the engines stop with the stack."""
    if ephemeral:
        return stack.enter_context(Engines()).environment
    var = VarFolder(var_folder())
    locks = var.take()
    if locks:
        engines = stack.enter_context(Engines(var.path, keep_open=locks[1:]))
        var.describe(pid=os.getpid(), **engines.environment)
        return engines.environment
    running = var.description()
    if not running:
        raise StartError(f"Another start in {var.path} is still under way: try again when it is up.")
    return {name: running[name] for name in ("DATABASE_URL", "REDIS_URL") if name in running}


def run(command: list[str], extra: dict[str, str]) -> int:
    """The command's exit code, in the manner of a shell when a signal ended it."""
    parent = os.getpid()

    def become_child() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        die_with_parent(signal.SIGTERM, parent)

    try:
        process = subprocess.Popen(command, env={**os.environ, **extra}, preexec_fn=become_child)
    except OSError as error:
        raise StartError(f"Could not run {command[0]}: {error.strerror}.") from None
    try:
        code = process.wait()
    except StopRequested:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
