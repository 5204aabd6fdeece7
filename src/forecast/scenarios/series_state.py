"""All series of a scenario run, before and after the changes, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..model.simulation import Paths
from ..tables.schema import PERCENTAGES
from .trajectory import Trajectory, interpolate

__all__ = ["READ_WITHIN", "Key", "SeriesState"]

FloatArray = NDArray[np.float64]
Key = tuple[str, str]
"""Region and indicator."""
READ_WITHIN = 5.0
"""Mechanisms read draws within the latest figure divided and multiplied by this factor."""


class SeriesState:
    """The draws of all series before and after a scenario, by region and indicator."""

    def __init__(self, before: Paths) -> None:
        self.before = before
        self.facts = {(f["region"], f["indicator"]): f for f in before.fits.records}
        """Facts of each series, in the order of the draws."""
        self.causes: dict[Key, set[str]] = {}
        """What changed each series: `lever`, `assumption`, or both."""
        self._rows = {key: row for row, key in enumerate(self.facts)}
        self._before: dict[Key, Trajectory] = {}
        self._after: dict[Key, Trajectory] = {}

    def trajectory(self, key: Key, *, after: bool = True) -> Trajectory:
        """Return the draws of a series, after the changes so far or before all of them."""
        if after and key in self._after:
            return self._after[key]
        if key not in self._before:
            self._before[key] = self._baseline(key)
        return self._before[key]

    def is_changed(self, key: Key) -> bool:
        """Whether a series has other draws than before."""
        return key in self._after

    def change(self, key: Key, new: Trajectory, causes: Iterable[str]) -> None:
        """Replace a trajectory and note why, unless it is the same."""
        if not np.array_equal(new.values, self.trajectory(key).values):
            self._after[key] = new
            self.causes.setdefault(key, set()).update(causes)

    def change_values(self, key: Key, values: FloatArray, causes: Iterable[str]) -> None:
        """Replace all simulated years of a series: values (draws or 1, simulated years)."""
        old = self.trajectory(key)
        values = np.broadcast_to(values, old.values[:, 1:].shape)
        new = np.column_stack([old.values[:, :1], values])
        self.change(key, old.replace_from(new, old.times[1]), causes)

    def read(
        self, key: Key, times: FloatArray, *, after: bool, within: float = READ_WITHIN
    ) -> FloatArray:
        """Return values (draws, times): figures, then draws, interpolated linearly.

        Draws are limited to `within` times the latest figure, because mechanisms divide by them;
        after a figure of 0 they are not limited.
        """
        trajectory = self.trajectory(key, after=after)
        years, figures = self._figures(key)
        early = years < trajectory.times[0] - 1e-9
        past = np.broadcast_to(figures[early], (len(trajectory.values), int(early.sum())))
        knots = np.concatenate([years[early], trajectory.times])
        start = trajectory.values[0, 0]
        limits = sorted((start / within, start * within)) if start else (-np.inf, np.inf)
        values = np.column_stack([past, np.clip(trajectory.values, *limits)])
        return interpolate(knots, values, times)

    def to_paths(self, scenario: str) -> Paths:
        """Return all draws after the changes, under the scenario's name."""
        values = self.before.values
        if self._after:
            values = values.copy()
            for key, trajectory in self._after.items():
                columns = np.isin(self.before.years, trajectory.times[1:])
                values[self._rows[key], :, columns] = trajectory.values[:, 1:].T
        return replace(self.before, values=values, scenario=scenario)

    def _figures(self, key: Key) -> tuple[FloatArray, FloatArray]:
        """Years and values of a series' figures; the fits remember them for all their runs."""
        memo = self.before.fits.memo
        if ("figures", key) not in memo:
            rows = self.before.fits.observations
            own = rows[(rows["region"] == key[0]) & (rows["indicator"] == key[1])]
            memo["figures", key] = tuple(own[c].to_numpy(float) for c in ("year", "value"))
        found: tuple[FloatArray, FloatArray] = memo["figures", key]
        return found

    def _baseline(self, key: Key) -> Trajectory:
        row, facts = self._rows[key], self.facts[key]
        drawn = ~np.isnan(self.before.values[row, 0])
        start = np.full((self.before.values.shape[1], 1), float(facts["latest"]))
        lower, upper = (
            float(facts[name]) if pd.notna(facts[name]) else unbounded
            for name, unbounded in (("lower", -np.inf), ("upper", np.inf))
        )
        count = facts["kind"] == "count"
        return Trajectory(
            np.concatenate([[float(facts["latest_year"])], self.before.years[drawn].astype(float)]),
            np.column_stack([start, self.before.values[row][:, drawn]]),
            lower,
            upper,
            link=_pace_link(facts["kind"], lower, upper),
            step=max(float(facts["resolution"]), 1.0) if count else 0.0,
            ratchet=bool(facts["cumulative"]) or count,
        )


def _pace_link(kind: str, lower: float, upper: float) -> str:
    """Scale on which the pace of a kind of indicator is measured."""
    if kind in PERCENTAGES and np.isfinite([lower, upper]).all():
        return "logit"
    return (
        "log" if kind in ("amount", "standard", "ratio", "stock") and lower >= 0.0 else "identity"
    )
