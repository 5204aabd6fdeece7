"""How long work tells of itself, and how it is ended from outside.

Long work takes `progress`, a function of the share done: it is called before each evaluation, never
with less than before, and with 1 at the end. Whatever it raises ends the work there, and nothing is
kept of it.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress", "Tally"]

Progress = Callable[[float], None]


class Tally:
    """Steps of long work: counted as they begin, and told as the share done of those expected.

    Parameters
    ----------
    progress : what is told; None tells nobody
    expected : steps in all, 1 until that is known; where there are more, the share stays below 1
        until the end

    Examples
    --------
    >>> tally = Tally(print, 4)
    >>> tally()
    0.0
    >>> tally.part(2)(0.5)
    0.5
    >>> tally()
    0.75
    >>> tally.end()
    1.0
    """

    def __init__(self, progress: Progress | None = None, expected: int = 1) -> None:
        self.expected = expected
        self._progress, self._begun = progress, 0

    def __call__(self, steps: int = 1) -> None:
        """Begin the next step, or several at once."""
        self._tell(min(self._begun, self.expected - 1))
        self._begun += steps

    def part(self, steps: int) -> Progress:
        """Begin steps that tell of themselves: give them what they tell."""
        start = self._begun
        self._begun += steps
        return lambda share: self._tell(start + steps * share)

    def end(self) -> None:
        """Tell that everything is done."""
        self._tell(self.expected)

    def _tell(self, done: float) -> None:
        if self._progress is not None:
            self._progress(done / self.expected)
