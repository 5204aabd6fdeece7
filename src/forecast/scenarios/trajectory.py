"""Steps that a scenario can take with any indicator: pure functions of a course.

A `Trajectory` is the draws of one series, its latest figure in front. A step changes it from year
`since` on, draw by draw, relative to each draw's own value of the year before; earlier years stay,
to the last bit. Sizes may be numbers or, with a range, one number a draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..model import links
from .mechanisms import later

__all__ = ["Trajectory"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Trajectory:
    """Draws of one series: `path` (draws, 1 + years), the latest figure first, at `times`.

    `whole` is the step of a count, 0 for other kinds; `lower`, `upper` its bounds, `kept` whether
    it never falls; `link` the scale its pace is measured on.
    """

    times: FloatArray
    path: FloatArray
    lower: float
    upper: float
    link: str
    whole: float = 0.0
    kept: bool = False

    def begin(self, since: float) -> int:
        """Give the first column of year `since` or later, never the latest figure's."""
        return max(1, int(np.searchsorted(self.times, since - 1e-9)))

    def moved(self, path: FloatArray, since: float) -> Trajectory:
        """Give the course with another path from `since` on, within what the indicator can be."""
        at = self.begin(since)
        start = self.path[:, :1]
        free = np.clip(path, self.lower, self.upper)
        if self.whole:
            free = start + self.whole * np.floor((free - start) / self.whole + 1e-6)
        past = np.arange(path.shape[1]) < at
        free = np.where(past, self.path, free)
        if self.kept:
            free = np.where(past, free, np.maximum.accumulate(free, axis=1))
        return replace(self, path=free)

    def ramp_to(self, value: FloatArray, by: float, since: float) -> Trajectory:
        """Go evenly to `value`, reached at the end of year `by`; then by its own moves.

        Where no year is left until then, nothing changes.

        >>> _example().ramp_to(np.array([[40.0]]), 2024, 2023).path.tolist()
        [[10.0, 20.0, 30.0, 40.0, 50.0]]
        """
        before, times = self.begin(since) - 1, self.times
        if by < times[before] + 1e-9:
            return self
        share = np.clip((times - times[before]) / (by - times[before]), 0.0, 1.0)
        here = self.path[:, [before]]
        there = later(self.path, times, times[-1:, None] - min(by, times[-1]))[:, [-1]]
        onward = np.where(times > by, self.path - there, 0.0)
        return self.moved(here + share * (value - here) + onward, since)

    def hold(self, since: float, until: float = np.inf) -> Trajectory:
        """Stay at the value of the year before `since` until the end of `until`; then go on.

        >>> _example().hold(2023, 2024).path.tolist()
        [[10.0, 20.0, 20.0, 20.0, 30.0]]
        """
        at = self.begin(since)
        end = max(int(np.searchsorted(self.times, until + 1e-9)), at)
        lost = self.path[:, [min(end, len(self.times)) - 1]] - self.path[:, [at - 1]]
        held = np.where(np.arange(len(self.times)) < end, self.path[:, [at - 1]], self.path - lost)
        return self.moved(held, since)

    def shift(self, by: FloatArray, since: float) -> Trajectory:
        """Add `by` units to every year.

        >>> _example().shift(np.array([[5.0]]), 2024).path.tolist()
        [[10.0, 20.0, 30.0, 45.0, 55.0]]
        """
        return self.moved(self.path + by, since)

    def scale_pace(self, factor: FloatArray, since: float) -> Trajectory:
        """Multiply the change since the year before `since`, on the indicator's own scale.

        >>> _example().scale_pace(np.array([[0.5]]), 2023).path.tolist()
        [[10.0, 20.0, 25.0, 30.0, 35.0]]
        """
        before = self.begin(since) - 1
        z = self.to_scale(self.path)
        with np.errstate(invalid="ignore"):
            scaled = z[:, [before]] + factor * (z - z[:, [before]])
        path = np.where(np.isfinite(scaled), self.to_value(scaled), self.path)
        return self.moved(np.where(factor == 1.0, self.path, path), since)

    def add_pace(self, pace: FloatArray, since: float) -> Trajectory:
        """Add `pace` units a year.

        >>> _example().add_pace(np.array([[1.0]]), 2024).path.tolist()
        [[10.0, 20.0, 30.0, 41.0, 52.0]]
        """
        before = self.begin(since) - 1
        return self.moved(self.path + pace * (self.times - self.times[before]), since)

    def delay(self, years: FloatArray, since: float) -> Trajectory:
        """Arrive `years` later everywhere than it would have.

        >>> _example().delay(np.array([[1.0]]), 2023).path.tolist()
        [[10.0, 20.0, 20.0, 30.0, 40.0]]
        """
        before = self.begin(since) - 1
        if before == len(self.times) - 1:
            return self
        kept = later(self.path[:, before:], self.times[before:], years)
        return self.moved(np.column_stack([self.path[:, :before], kept]), since)

    def shock(self, size: FloatArray, year: float, recovery: float) -> Trajectory:
        """Change by `size` units in `year`, made good evenly over `recovery` years; 0: lasting.

        >>> _example().shock(np.array([[-8.0]]), 2023, 2).path.tolist()
        [[10.0, 20.0, 22.0, 36.0, 50.0]]
        """
        since = self.times - year
        left = np.clip(1.0 - since / recovery, 0.0, 1.0) if recovery else np.ones(len(since))
        return self.moved(self.path + size * np.where(since >= -1e-9, left, 0.0), year)

    def follow(self, pace: float, since: float, *, upward: bool) -> Trajectory:
        """Move in the middle by `pace` a year on the indicator's scale, where that is better.

        What each draw differs from the median stays.

        >>> _example().follow(15.0, 2023, upward=True).path.tolist()
        [[10.0, 20.0, 35.0, 50.0, 65.0]]
        """
        before = self.begin(since) - 1
        z = self.to_scale(self.path)
        middle = np.median(z, axis=0)
        with np.errstate(invalid="ignore"):
            gain = pace * (self.times - self.times[before]) - (middle - middle[before])
        gain = np.where(np.isfinite(gain), gain, 0.0)
        gain = np.maximum(gain, 0.0) if upward else np.minimum(gain, 0.0)
        return self.moved(np.where(gain == 0.0, self.path, self.to_value(z + gain)), since)

    def execute(self, goals: FloatArray, ratio: FloatArray, since: float) -> Trajectory:
        """Follow the plan's line, executed at `ratio`; after its last goal by its own moves.

            y'_t = y_0 + ratio (line_t - y_0)

        y_0 the value before `since`; the line is straight between y_0 and `goals` (year, value).

        >>> _example().execute(np.array([[2024.0, 60.0]]), np.array([[0.5]]), 2023).path.tolist()
        [[10.0, 20.0, 30.0, 40.0, 50.0]]
        """
        before = self.begin(since) - 1
        here, now = self.path[:, [before]], self.times[before]
        goals = goals[goals[:, 0] > now + 1e-9]
        if not len(goals):
            return self
        corner = np.concatenate([[now], goals[:, 0]])
        weight = np.stack([np.interp(self.times, corner, row) for row in np.eye(len(corner))])
        line = here * weight[0] + goals[:, 1] @ weight[1:]
        last = min(goals[-1, 0], self.times[-1])
        there = later(self.path, self.times, self.times[-1:, None] - last)[:, [-1]]
        onward = np.where(self.times > last, self.path - there, 0.0)
        return self.moved(here + ratio * (line - here) + onward, since)

    def to_scale(self, path: FloatArray) -> FloatArray:
        """Values to the scale that the pace is measured on."""
        return links.transform(self.link, path, self.lower, self.upper)

    def to_value(self, z: FloatArray) -> FloatArray:
        """Back from that scale."""
        return links.inverse(self.link, z, self.lower, self.upper)


def _example() -> Trajectory:
    """Give a course of one draw: 10 a year."""
    times = np.arange(2021.0, 2026.0)
    return Trajectory(times, 10.0 * np.arange(1.0, 6.0)[None, :], 0.0, np.inf, "identity")
