"""Being asked to stop: Ctrl-C, SIGTERM, a closed terminal, a parent that is gone."""

import os
import signal

from lbg_support.embedded.processes import die_with_parent


class StopRequested(BaseException):
    """Raised wherever the main thread is at that moment; `with` and `finally` do the stopping."""


def listen(*signums: signal.Signals) -> None:
    """Raise StopRequested at the first of these signals and ignore further ones, so that stopping is not disturbed."""

    def stop(signum: int, _frame: object) -> None:
        for each in signums:
            signal.signal(each, signal.SIG_IGN)
        raise StopRequested(signum)

    for signum in signums:
        # `nohup` has SIGHUP ignored, and so it stays. SIGINT is ignored in what a script starts with `&`: not here.
        if signum != signal.SIGHUP or signal.getsignal(signum) != signal.SIG_IGN:
            signal.signal(signum, stop)


def stop_with_parent() -> None:
    """Be asked to stop (SIGTERM) when the parent, `make` as a rule, is killed."""
    if os.getppid() > 1:
        die_with_parent(signal.SIGTERM, os.getppid())
