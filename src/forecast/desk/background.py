"""Background jobs and debounced callbacks, so that widgets stay responsive.

Only the newest job counts: a new one cancels the one before, which ends before its next step and
whose result is discarded. Without a running event loop everything is done at once.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

__all__ = ["BackgroundRunner"]

EVERY = 0.1
"""Least seconds between two reports of progress."""


class _Cancelled(BaseException):
    """Ends a cancelled job; no `Exception`, which the job might handle as one of its own."""


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
        self._job = 0
        self._waiting: dict[Callable[[], None], asyncio.TimerHandle] = {}

    def submit(self, task: Callable[..., Any], done: Callable[[Any], None]) -> None:
        """Run a task in a thread, then call `done` with its result in the event loop.

        The task accepts `progress`; see `callbacks`.
        """
        self.cancel()
        loop = _loop()
        if loop is None:
            self._finish(self._job, _tried(task, done, self._failed))
            return
        self._busy(0.0)
        job, reported = self._job, time.monotonic()

        def progress(share: float) -> None:
            nonlocal reported
            if job != self._job:
                raise _Cancelled
            if time.monotonic() - reported >= EVERY:
                reported = time.monotonic()
                loop.call_soon_threadsafe(self._tell, job, share)

        def run() -> None:
            try:
                act = _tried(partial(task, progress=progress), done, self._failed)
            except _Cancelled:
                return
            if job == self._job:
                loop.call_soon_threadsafe(self._finish, job, act)

        threading.Thread(target=run, name=f"desk-job-{job}", daemon=True).start()

    def cancel(self) -> None:
        """Cancel the running job."""
        self._job += 1
        self._busy(None)

    def debounce(self, seconds: float, act: Callable[[], None]) -> None:
        """Call `act` once it has not been requested again for some seconds."""
        if act in self._waiting:
            self._waiting[act].cancel()
        loop = _loop()
        if loop is None:
            act()
        else:
            self._waiting[act] = loop.call_later(seconds, act)

    def _tell(self, job: int, share: float) -> None:
        if job == self._job:
            self._busy(share)

    def _finish(self, job: int, act: Callable[[], None]) -> None:
        if job == self._job:
            self._busy(None)
            act()


def _tried(
    task: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None]
) -> Callable[[], None]:
    """Run a task; return the callback for its result or error."""
    try:
        return partial(done, task())
    except Exception as error:
        return partial(failed, error)


def _loop() -> asyncio.AbstractEventLoop | None:
    """Return the running event loop, None without one."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
