"""What is done aside, so that a panel stays at hand: long work in a thread, what waits for a rest.

Of work under way only the newest counts: whatever is asked next lets go of it. It then ends before
its next step, and nothing of it is heard any more. Outside of an event loop everything is done at
once.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

__all__ = ["Asides"]

EVERY = 0.1
"""Seconds between two shares that are told to the loop."""


class _Dropped(BaseException):
    """Ends work that was let go of; no error, which it might take for one of its own."""


class Asides:
    """Work and waits of one panel.

    Parameters
    ----------
    busy : called with the share done of the work under way, None where there is none
    failed : called with the error of work that failed

    Examples
    --------
    >>> asides = Asides(lambda busy: None, print)
    >>> asides.work(lambda: 6 * 7, print)
    42
    """

    def __init__(
        self, busy: Callable[[float | None], None], failed: Callable[[Exception], None]
    ) -> None:
        self._busy, self._failed = busy, failed
        self._job = 0
        self._waiting: dict[Callable[[], None], asyncio.TimerHandle] = {}

    def work(self, task: Callable[..., Any], done: Callable[[Any], None]) -> None:
        """Do a task in a thread, then call `done` with its result in the loop.

        The task takes `progress` as long work does: see `callbacks`.
        """
        self.drop()
        loop = _loop()
        if loop is None:
            self._finish(self._job, _tried(task, done, self._failed))
            return
        self._busy(0.0)
        job, told = self._job, time.monotonic()

        def progress(share: float) -> None:
            nonlocal told
            if job != self._job:
                raise _Dropped
            if time.monotonic() - told >= EVERY:
                told = time.monotonic()
                loop.call_soon_threadsafe(self._tell, job, share)

        def run() -> None:
            try:
                act = _tried(partial(task, progress=progress), done, self._failed)
            except _Dropped:
                return
            if job == self._job:
                loop.call_soon_threadsafe(self._finish, job, act)

        threading.Thread(target=run, name=f"aside-{job}", daemon=True).start()

    def drop(self) -> None:
        """Let go of the work under way."""
        self._job += 1
        self._busy(None)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something once nothing has asked for it again for some seconds."""
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
    """Do a task; give what is to be called then."""
    try:
        return partial(done, task())
    except Exception as error:
        return partial(failed, error)


def _loop() -> asyncio.AbstractEventLoop | None:
    """Give the loop that runs here, None outside of any."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
