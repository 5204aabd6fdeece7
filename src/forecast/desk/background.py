"""Background jobs and debounced callbacks, so that widgets stay responsive.

At most one job runs: a new one cancels the one before, which ends before its next step and whose
result is discarded. Without a running event loop everything is done at once.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

__all__ = ["BackgroundRunner"]

INTERVAL = 0.1
"""Least seconds between two reports of progress."""
OVERTAKEN = 10.0
"""Seconds by which a message may be overtaken; beyond them the browser's clock was set back."""

Sent = tuple[str, float]
"""Session of a browser, and the moment by its clock at which it sent a message."""


class _Cancelled(BaseException):
    """Ends a cancelled job; not an `Exception`, which the job might handle."""


class BackgroundRunner:
    """Runs the jobs and delayed callbacks of one panel.

    Parameters
    ----------
    busy : called with the share done of the running job, None when there is none
    failed : called with the error of a job that failed

    Examples
    --------
    >>> runner = BackgroundRunner(lambda busy: None, print)
    >>> runner.submit(lambda: 6 * 7, print)
    42
    """

    def __init__(
        self, busy: Callable[[float | None], None], failed: Callable[[Exception], None]
    ) -> None:
        self._busy, self._failed = busy, failed
        self._home, self._context = _running_loop(), copy_context()
        self._job = 0
        self._lock = threading.Lock()
        self._turns: list[tuple[Sent, Callable[[], None], Callable[[], None]]] = []
        self._last: dict[str, float] = {}
        self._timers: dict[Callable[[], None], asyncio.TimerHandle] = {}

    def call(
        self,
        callback: Callable[[], None],
        stale: Callable[[], None] | None = None,
        *,
        sent: Sent | None = None,
    ) -> None:
        """Call a function in its turn in the loop that created the runner; at once without one.

        A kernel with subshells may handle messages of widgets in several threads, so that one
        overtakes another. Those that wait are called in the order in which the browser `sent` them
        (None: as the message that is handled now says). Of one that a later message of its browser
        has overtaken all the same, `stale` is called in its place.

        Widgets are handled in the thread from which they were last changed. The context in which
        the runner was created makes that the same for settings and buttons.
        """
        if self._home is None or self._home.is_closed():
            callback()
            return
        with self._lock:
            self._turns.append((sent or _read_sent(), callback, stale or callback))
        self._home.call_soon_threadsafe(self._call_next, context=self._context.copy())

    def _call_next(self) -> None:
        with self._lock:
            turn = min(self._turns, key=lambda turn: turn[0][1])
            self._turns.remove(turn)
        (session, moment), callback, stale = turn
        overtaken = 0.0 < self._last.get(session, 0.0) - moment < OVERTAKEN
        if not overtaken:
            self._last[session] = moment
        (stale if overtaken else callback)()

    def submit(self, task: Callable[..., Any], done: Callable[[Any], None]) -> None:
        """Run a task in a thread, then call `done` with its result in the event loop.

        The task accepts `progress`; see `callbacks`.
        """
        self.cancel()
        loop = _running_loop()
        if loop is None:
            self._finish(self._job, _run(task, done, self._failed))
            return
        self._busy(0.0)
        job, reported = self._job, time.monotonic()

        def progress(share: float) -> None:
            nonlocal reported
            if job != self._job:
                raise _Cancelled
            if time.monotonic() - reported >= INTERVAL:
                reported = time.monotonic()
                loop.call_soon_threadsafe(self._show, job, share)

        def run() -> None:
            try:
                callback = _run(partial(task, progress=progress), done, self._failed)
            except _Cancelled:
                return
            if job == self._job:
                loop.call_soon_threadsafe(self._finish, job, callback)

        threading.Thread(target=run, name=f"desk-job-{job}", daemon=True).start()

    def cancel(self) -> None:
        """Cancel the running job."""
        self._job += 1
        self._busy(None)

    def debounce(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call a function once it has not been requested again for some seconds."""
        if callback in self._timers:
            self._timers[callback].cancel()
        loop = _running_loop()
        if loop is None:
            callback()
        else:
            self._timers[callback] = loop.call_later(seconds, callback)

    def _show(self, job: int, share: float) -> None:
        if job == self._job:
            self._busy(share)

    def _finish(self, job: int, callback: Callable[[], None]) -> None:
        if job == self._job:
            self._busy(None)
            callback()


def _run(
    task: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None]
) -> Callable[[], None]:
    """Run a task; return the callback for its result or error."""
    try:
        return partial(done, task())
    except Exception as error:
        return partial(failed, error)


def _read_sent() -> Sent:
    """Return who sent the message that is handled now, and when."""
    module: Any = sys.modules.get("ipykernel.kernelapp")  # there in a kernel only
    running = module is not None and module.IPKernelApp.initialized()
    header = module.IPKernelApp.instance().kernel.get_parent().get("header", {}) if running else {}
    date = header.get("date")
    moment = date.timestamp() if isinstance(date, dt.datetime) else time.time()
    return str(header.get("session", "")), moment


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the running event loop, None without one."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
