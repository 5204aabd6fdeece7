"""Where a series stands against its target's path: rates, schedule rule, ratio class.

Three readings side by side, all total functions:

* required rate, linear (y_T - y) / (T - t) and compound (y_T / y)^(1 / (T - t)) - 1;
* the schedule rule (时序进度): is the latest figure on the line from baseline to target? Words:
  `reached`, `on_schedule`, `behind`, `one_figure` (nothing after the baseline), `no_data`,
  `closed` (the year has passed);
* the Eurostat ratio (Monitoring report on progress towards the SDGs, annex on methods): the
  compound rate since the baseline over the compound rate from baseline to target. Words:
  `on_track` (at least 95 % of the needed rate), `moderate` (60 %), `limited` (0 %),
  `deterioration`; `at_baseline` where target and baseline are the same figure; else as above.
  Where a rate is not defined (a figure of zero or less) the linear rates are compared.

The baseline is the last figure at least `PLAN_YEARS` before the target year, else the first.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..model.fitting import Fits
from ..model.panel import batch_of

__all__ = ["ON_TRACK", "PLAN_YEARS", "add_progress", "baseline", "on_line", "rate_ratio"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Point = tuple[FloatArray, FloatArray]
"""Figure and year, (targets,) each."""

PLAN_YEARS = 5
PACE_FIGURES = 4
ON_TRACK, MODERATE = 0.95, 0.6


def add_progress(
    out: pd.DataFrame,
    fits: Fits,
    position: IntArray,
    meets: BoolArray,
    open_: BoolArray,
    upward: BoolArray,
) -> None:
    """Add required_rate, required_compound, pace, schedule_status, ratio and ratio_class.

    Parameters
    ----------
    out : one row a target with latest, latest_year, year, target, resolution
    fits : the fits the targets are judged by
    position : (targets,) row of each target's series in `fits.series`, -1 where there is none
    meets : (targets,) whether the latest figure meets the target
    open_ : (targets,) whether the target's year is still to come
    upward : (targets,) whether more is what the comparator asks for
    """
    known = position >= 0
    latest, now, year, goal = (
        out[c].to_numpy(float) for c in ("latest", "latest_year", "year", "target")
    )
    pace, base = _history(fits, position, year)
    out["pace"] = pace
    left = np.where(year > now, year - now, np.nan)
    linear = np.where(meets, 0.0, (goal - latest) / left)
    out["required_rate"] = np.where(open_, linear, np.nan)
    compound = np.where(meets, 0.0, _compound(latest, goal, left))
    out["required_compound"] = np.where(open_, compound, np.nan)
    points = base, (latest, now), (goal, year)
    kept = on_line(*points, out["resolution"].to_numpy(float), upward)
    since = now > base[1]
    plain = [~known, ~open_, meets, ~since]
    words = ["no_data", "closed", "reached", "one_figure"]
    out["schedule_status"] = np.select([*plain, kept], [*words, "on_schedule"], "behind")
    ratio = rate_ratio(*points, upward)
    out["ratio"] = np.where(open_ & ~meets & since, ratio, np.nan)
    out["ratio_class"] = np.select(
        [*plain, goal == base[0], ratio >= ON_TRACK, ratio >= MODERATE, ratio >= 0.0],
        [*words, "at_baseline", "on_track", "moderate", "limited"],
        "deterioration",
    )


def baseline(value: FloatArray, year: FloatArray, until: FloatArray) -> Point:
    """Figure and year of the baseline of each target: the last one `PLAN_YEARS` before, or more.

    Of a series without one the first figure. `value` and `year` are (targets, figures), in time
    order, NaN where absent; `until` (targets,) is the target year.
    """
    early = year <= until[:, None] - PLAN_YEARS + 1e-9
    width = year.shape[1]
    last = width - 1 - early[:, ::-1].argmax(axis=1)
    first = (~np.isnan(year)).argmax(axis=1)
    at = np.where(early.any(axis=1), last, first)
    row = np.arange(len(year))
    return value[row, at], year[row, at]


def on_line(
    base: Point, latest: Point, goal: Point, resolution: FloatArray, upward: BoolArray
) -> BoolArray:
    """Whether the latest figure is on the straight line from baseline to target, or better.

    Points are figure and year, (targets,) each. Half a reporting step is granted.
    """
    full = goal[1] - base[1]
    share = np.where(full > 0, (latest[1] - base[1]) / np.where(full > 0, full, 1.0), 1.0)
    line = base[0] + (goal[0] - base[0]) * share
    slack = resolution / 2.0 + 1e-9 * np.maximum(np.abs(line), 1.0)
    kept: BoolArray = np.where(upward, latest[0] >= line - slack, latest[0] <= line + slack)
    return kept


def rate_ratio(base: Point, latest: Point, goal: Point, upward: BoolArray) -> FloatArray:
    """Rate so far over the rate needed from the baseline on, positive towards the target.

    Compound rates, or linear ones where a figure is zero or less. NaN where the baseline is the
    target, or no year has passed since it; negative where the baseline met the target: it is away
    from there that a figure which does not meet it has moved.
    """
    gone, full = latest[1] - base[1], goal[1] - base[1]
    past, whole = (np.where(years > 0, years, np.nan) for years in (gone, full))
    compound = (base[0] > 0) & (latest[0] > 0) & (goal[0] > 0)
    so_far = np.where(compound, _compound(base[0], latest[0], past), (latest[0] - base[0]) / past)
    needed = np.where(compound, _compound(base[0], goal[0], whole), (goal[0] - base[0]) / whole)
    ratio = so_far / np.where(needed == 0.0, np.nan, needed)
    met = np.where(upward, goal[0] < base[0], goal[0] > base[0])
    return np.where(met, -np.abs(ratio), ratio)


def _compound(start: FloatArray, end: FloatArray, years: FloatArray) -> FloatArray:
    """Yearly compound rate; NaN where a figure is zero or less."""
    sound = (start > 0) & (end > 0)
    safe = np.where(sound, end, 1.0) / np.where(sound, start, 1.0)
    rate: FloatArray = np.where(sound, safe ** (1.0 / years) - 1.0, np.nan)
    return rate


def _history(fits: Fits, position: IntArray, year: FloatArray) -> tuple[FloatArray, Point]:
    """Pace of the last four figures, and the baseline, of each target."""
    pace, base, base_year = np.full((3, len(position)), np.nan)
    rows = np.flatnonzero(position >= 0)
    if len(rows):
        batch = batch_of(fits.observations, fits.series).take(position[rows])
        value, when = batch.value[:, -PACE_FIGURES:], batch.year[:, -PACE_FIGURES:]
        first, row = (~np.isnan(when)).argmax(axis=1), np.arange(len(rows))
        span = when[:, -1] - when[row, first]
        moved = (value[:, -1] - value[row, first]) / np.where(span > 0, span, 1.0)
        pace[rows] = np.where(span > 0, moved, np.nan)
        base[rows], base_year[rows] = baseline(batch.value, batch.year, year[rows])
    return pace, (base, base_year)
