"""Signals and time limits as exceptions, so that whatever runs can clean up."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait

from ..errors import msg
from .errors import Stopped, TimeLimitError

__all__ = ["end_with_parent", "limited", "stoppable"]

SIGNALS = [signal.Signals[n] for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]
"""Those that end a run; Windows has no SIGHUP, which a terminal sends when it is closed."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn the first of `SIGNALS` into `Stopped`; later ones do not disturb the clean-up.

    Within another such block, and outside the main thread, where Python delivers no signals,
    nothing is changed.
    """
    watched = []
    if threading.current_thread() is threading.main_thread():
        # A signal that is ignored from the start (nohup) stays ignored.
        watched = [s for s in SIGNALS if signal.getsignal(s) not in (signal.SIG_IGN, _stop)]
    before = {s: signal.signal(s, _stop) for s in watched}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def end_with_parent() -> None:
    """Stop this process, as by SIGTERM, when the one that started it ends in whatever way."""
    parent = multiprocessing.parent_process()

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    if parent is not None:
        threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()


def _stop(signum: int, _frame: object) -> None:
    for other in SIGNALS:
        if signal.getsignal(other) is _stop:
            signal.signal(other, _ignore)
    raise Stopped(signum)


def _ignore(_signum: int, _frame: object) -> None:
    """Disregard a signal; of one that is already on its way, SIG_IGN would complain."""


class _LimitReached(KeyboardInterrupt):
    """The alarm of `limited`; not an `Exception`, which event loops would keep to themselves."""


@contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """Raise `TimeLimitError` in a block that takes too long; None sets no limit.

    Only on POSIX, and in the main thread.
    """
    if seconds is None:
        yield
        return

    def ring(_signum: int, _frame: object) -> None:
        raise _LimitReached

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _LimitReached:
        raise TimeLimitError(msg(
            "the run took over {seconds} s. Give it less to do (fewer draws) or more time.",
            seconds=f"{seconds:g}",
        )) from None  # fmt: skip
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
