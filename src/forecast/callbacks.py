"""Progress reporting and cancellation.

Long computations take `progress`, a function of the share done. It is called before each evaluation
with a share that never decreases, and with 1 at the end. An exception that it raises cancels the
computation, and no partial result is kept.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress", "ProgressTracker"]

Progress = Callable[[float], None]
"""Receives the share done, from 0 to 1."""


class ProgressTracker:
    """Counts the steps of a computation and reports the share done of those expected.

    Parameters
    ----------
    progress : receives the share; None reports nothing
    expected : number of steps, 1 until it is known; with more steps than expected the share stays
        below 1 until the end

    Examples
    --------
    >>> tracker = ProgressTracker(print, 4)
    >>> tracker()
    0.0
    >>> tracker.part(2)(0.5)
    0.5
    >>> tracker()
    0.75
    >>> tracker.end()
    1.0
    """

    def __init__(self, progress: Progress | None = None, expected: int = 1) -> None:
        self.expected = expected
        self._progress, self._begun = progress, 0

    def __call__(self, steps: int = 1) -> None:
        """Begin the next step, or several at once."""
        self._report(min(self._begun, self.expected - 1))
        self._begun += steps

    def part(self, steps: int) -> Progress:
        """Begin steps of a computation that reports its own progress; give what it reports to."""
        start = self._begun
        self._begun += steps
        return lambda share: self._report(start + steps * share)

    def end(self) -> None:
        """Report that everything is done."""
        self._report(self.expected)

    def _report(self, done: float) -> None:
        if self._progress is not None:
            self._progress(done / self.expected)
