"""Trajectories: the draws of one series, and the generic steps that a scenario can apply to them.

A step changes a trajectory from the year `since` on, draw by draw, relative to the value of each
draw in the year before; earlier years stay the same to the last bit. Sizes are arrays (1, 1), or
(draws, 1) where a step has a range.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..model import links
from ..tables.plan import Plan
from .declarations import Range
from .mechanisms import delay_path

__all__ = ["PACE_FIGURES", "PACE_YEARS", "StepContext", "Trajectory", "apply_verb", "interpolate"]

FloatArray = NDArray[np.float64]
PACE_FIGURES, PACE_YEARS = 4, 2.0
"""Latest figures over which the pace of another region is measured, and the years they span."""


@dataclass(frozen=True)
class Trajectory:
    """Draws of one series: `values` (draws, 1 + years), the latest figure first, at `times`.

    `lower` and `upper` are its bounds, `link` is the scale that its pace is measured on, `step` the
    increment of a count (0 for other kinds), `ratchet` whether it never falls.
    """

    times: FloatArray
    values: FloatArray
    lower: float
    upper: float
    link: str
    step: float = 0.0
    ratchet: bool = False

    def first_column(self, since: float) -> int:
        """Return the first column of the year `since` or later, never that of the latest figure."""
        return max(1, int(np.searchsorted(self.times, since - 1e-9)))

    def replace_from(self, values: FloatArray, since: float) -> Trajectory:
        """Return a trajectory with other values from `since` on.

        They are kept within the bounds, rounded down to whole steps of a count, and never fall
        where the series does not.
        """
        start = self.values[:, :1]
        new = np.clip(values, self.lower, self.upper)
        if self.step:
            new = start + self.step * np.floor((new - start) / self.step + 1e-6)
        past = np.arange(values.shape[1]) < self.first_column(since)
        new = np.where(past, self.values, new)
        if self.ratchet:
            new = np.where(past, new, np.maximum.accumulate(new, axis=1))
        return replace(self, values=new)

    def ramp_to(self, value: FloatArray, by: float, since: float) -> Trajectory:
        """Approach `value` in a straight line until the end of year `by`; then keep own changes.

        Nothing changes where no year is left before `by`.

        >>> _example().ramp_to(np.array([[40.0]]), 2024, 2023).values.tolist()
        [[10.0, 20.0, 30.0, 40.0, 50.0]]
        """
        before, times = self.first_column(since) - 1, self.times
        if by < times[before] + 1e-9:
            return self
        share = np.clip((times - times[before]) / (by - times[before]), 0.0, 1.0)
        start = self.values[:, [before]]
        return self.replace_from(start + share * (value - start) + self._changes_after(by), since)

    def hold(self, since: float, until: float = np.inf) -> Trajectory:
        """Keep the value of the year before `since` until the end of `until`; then continue.

        >>> _example().hold(2023, 2024).values.tolist()
        [[10.0, 20.0, 20.0, 20.0, 30.0]]
        """
        first = self.first_column(since)
        end = max(int(np.searchsorted(self.times, until + 1e-9)), first)
        level = self.values[:, [first - 1]]
        lost = self.values[:, [min(end, len(self.times)) - 1]] - level
        held = np.where(np.arange(len(self.times)) < end, level, self.values - lost)
        return self.replace_from(held, since)

    def shift(self, by: FloatArray, since: float) -> Trajectory:
        """Add `by` units to every year.

        >>> _example().shift(np.array([[5.0]]), 2024).values.tolist()
        [[10.0, 20.0, 30.0, 45.0, 55.0]]
        """
        return self.replace_from(self.values + by, since)

    def scale_pace(self, factor: FloatArray, since: float) -> Trajectory:
        """Multiply the change since the year before `since`, on the link scale.

        >>> _example().scale_pace(np.array([[0.5]]), 2023).values.tolist()
        [[10.0, 20.0, 25.0, 30.0, 35.0]]
        """
        before = self.first_column(since) - 1
        z = self.to_link(self.values)
        with np.errstate(invalid="ignore"):
            scaled = z[:, [before]] + factor * (z - z[:, [before]])
        values = np.where(np.isfinite(scaled), self.from_link(scaled), self.values)
        return self.replace_from(np.where(factor == 1.0, self.values, values), since)

    def add_pace(self, pace: FloatArray, since: float) -> Trajectory:
        """Add `pace` units a year.

        >>> _example().add_pace(np.array([[1.0]]), 2024).values.tolist()
        [[10.0, 20.0, 30.0, 41.0, 52.0]]
        """
        before = self.first_column(since) - 1
        return self.replace_from(self.values + pace * (self.times - self.times[before]), since)

    def delay(self, years: FloatArray, since: float) -> Trajectory:
        """Reach every value `years` later.

        >>> _example().delay(np.array([[1.0]]), 2023).values.tolist()
        [[10.0, 20.0, 20.0, 30.0, 40.0]]
        """
        before = self.first_column(since) - 1
        if before == len(self.times) - 1:
            return self
        delayed = delay_path(self.values[:, before:], self.times[before:], years)
        return self.replace_from(np.column_stack([self.values[:, :before], delayed]), since)

    def shock(self, size: FloatArray, year: float, recovery: float) -> Trajectory:
        """Change by `size` units in `year`, recovered evenly over `recovery` years; 0: permanent.

        >>> _example().shock(np.array([[-8.0]]), 2023, 2).values.tolist()
        [[10.0, 20.0, 22.0, 36.0, 50.0]]
        """
        elapsed = self.times - year
        left = np.clip(1.0 - elapsed / recovery, 0.0, 1.0) if recovery else np.ones(len(elapsed))
        return self.replace_from(self.values + size * np.where(elapsed >= -1e-9, left, 0.0), year)

    def follow_pace(self, pace: float, since: float, *, upward: bool) -> Trajectory:
        """Move the median by `pace` a year on the link scale, in years where that is better.

        Each draw keeps its difference from the median.

        >>> _example().follow_pace(15.0, 2023, upward=True).values.tolist()
        [[10.0, 20.0, 35.0, 50.0, 65.0]]
        """
        before = self.first_column(since) - 1
        z = self.to_link(self.values)
        median = np.median(z, axis=0)
        with np.errstate(invalid="ignore"):
            gain = pace * (self.times - self.times[before]) - (median - median[before])
        gain = np.where(np.isfinite(gain), gain, 0.0)
        gain = np.maximum(gain, 0.0) if upward else np.minimum(gain, 0.0)
        return self.replace_from(
            np.where(gain == 0.0, self.values, self.from_link(z + gain)), since
        )

    def follow_plan(self, goals: FloatArray, ratio: FloatArray, since: float) -> Trajectory:
        """Follow the line through the plan's targets, executed at `ratio`; then keep own changes.

            y'_t = y_0 + ratio (line_t - y_0)

        y_0 is the value before `since`; the line is straight between y_0 and `goals` (year, value).

        >>> goals = np.array([[2024.0, 60.0]])
        >>> _example().follow_plan(goals, np.array([[0.5]]), 2023).values.tolist()
        [[10.0, 20.0, 30.0, 40.0, 50.0]]
        """
        before = self.first_column(since) - 1
        start, now = self.values[:, [before]], self.times[before]
        goals = goals[goals[:, 0] > now + 1e-9]
        if not len(goals):
            return self
        knots = np.concatenate([[now], goals[:, 0]])
        weight = np.stack([np.interp(self.times, knots, row) for row in np.eye(len(knots))])
        line = start * weight[0] + goals[:, 1] @ weight[1:]
        onward = self._changes_after(min(goals[-1, 0], self.times[-1]))
        return self.replace_from(start + ratio * (line - start) + onward, since)

    def _changes_after(self, year: float) -> FloatArray:
        """Own changes since the end of a year, 0 until then."""
        times = self.times
        delay = times[-1:, None] - min(year, times[-1])
        reached = delay_path(self.values, times, delay)[:, [-1]]
        return np.where(times > year, self.values - reached, 0.0)

    def to_link(self, values: FloatArray) -> FloatArray:
        """Transform values to the link scale."""
        return links.transform(self.link, values, self.lower, self.upper)

    def from_link(self, z: FloatArray) -> FloatArray:
        """Transform back from the link scale."""
        return links.inverse(self.link, z, self.lower, self.upper)


def interpolate(knots: FloatArray, values: FloatArray, times: FloatArray) -> FloatArray:
    """Interpolate `values` (draws, knots) linearly at `times`, constant beyond the ends.

    >>> interpolate(np.array([0.0, 1.0]), np.array([[1.0, 3.0]]), np.array([0.5, 2.0])).tolist()
    [[2.0, 3.0]]
    """
    if len(knots) == 1:
        return np.repeat(values, len(times), axis=1)
    knot = np.clip(np.searchsorted(knots, times, side="right") - 1, 0, len(knots) - 2)
    share = np.clip((times - knots[knot]) / (knots[knot + 1] - knots[knot]), 0.0, 1.0)
    left, right = values[:, knot], values[:, knot + 1]
    return np.where(share == 1.0, right, left + share * (right - left))


@dataclass(frozen=True)
class StepContext:
    """What a verb reads besides its own fields.

    `since` is the first year of the step, `upward` whether more of the indicator is better, `size`
    samples a number or a range (draws or 1, 1).
    """

    plan: Plan
    key: tuple[str, str]
    since: int
    upward: bool
    size: Callable[[float | Range], FloatArray]


def apply_verb(verb: str, trajectory: Trajectory, step: Any, context: StepContext) -> Trajectory:
    """Return the trajectory that results from a verb; `step` is the verb's record."""
    return _VERBS[verb](trajectory, step, context)


def _shock(old: Trajectory, step: Any, context: StepContext) -> Trajectory:
    if step.by is not None:
        return old.shock(context.size(step.by), step.year, step.recovery)
    last = len(old.times) - 1
    column = int(np.clip(np.searchsorted(old.times, step.year - 1e-9), 0, last))
    size = old.values[:, [column]] * (context.size(step.factor) - 1.0)
    return old.shock(size, step.year, step.recovery)


def _follow_best(old: Trajectory, step: Any, context: StepContext) -> Trajectory:
    siblings, sign = context.plan.siblings, 1.0 if context.upward else -1.0
    paces = np.sort(sign * _latest_paces(siblings[siblings["indicator"] == context.key[1]], old))
    if not len(paces):
        return old
    pace = np.quantile(paces, step.quantile) if step.quantile is not None else (
        paces[-(step.top or 1) :].mean())  # fmt: skip
    return old.follow_pace(sign * float(pace), context.since, upward=context.upward)


def _execute_plan(old: Trajectory, step: Any, context: StepContext) -> Trajectory:
    targets = context.plan.targets
    own = (targets["region"] == context.key[0]) & (targets["indicator"] == context.key[1])
    goals = targets[own].groupby("year", as_index=False)["value"].max()[["year", "value"]]
    return old.follow_plan(goals.to_numpy(float), context.size(step.ratio), context.since)


_VERBS: dict[str, Callable[[Trajectory, Any, StepContext], Trajectory]] = {
    "ramp_to": lambda old, step, c: old.ramp_to(c.size(step.value), step.by, c.since),
    "hold": lambda old, step, c: old.hold(c.since, step.until or np.inf),
    "shift": lambda old, step, c: old.shift(c.size(step.by), c.since),
    "scale_pace": lambda old, step, c: old.scale_pace(c.size(step.factor), c.since),
    "add_pace": lambda old, step, c: old.add_pace(c.size(step.by), c.since),
    "delay": lambda old, step, c: old.delay(c.size(step.years), c.since),
    "shock": _shock,
    "follow_best": _follow_best,
    "execute_plan": _execute_plan,
}


def _latest_paces(figures: pd.DataFrame, trajectory: Trajectory) -> FloatArray:
    """Yearly change of each region over its latest figures, on the link scale."""
    last = figures.sort_values("year").groupby("region").tail(PACE_FIGURES)
    z = trajectory.to_link(last["value"].to_numpy(float))
    ends = (
        last.assign(z=z)[np.isfinite(z)]
        .groupby("region")
        .agg(first=("year", "first"), last=("year", "last"), low=("z", "first"), high=("z", "last"))
    )
    ends = ends[ends["last"] - ends["first"] >= PACE_YEARS]
    paces = (ends["high"] - ends["low"]) / (ends["last"] - ends["first"])
    return np.asarray(paces, float)


def _example() -> Trajectory:
    """Return a trajectory of one draw that rises by 10 a year."""
    times = np.arange(2021.0, 2026.0)
    return Trajectory(times, 10.0 * np.arange(1.0, 6.0)[None, :], 0.0, np.inf, "identity")
