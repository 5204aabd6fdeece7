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

from .growth import Fits

__all__ = ["PLAN_YEARS", "add_progress"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

PLAN_YEARS = 5
PACE_FIGURES = 4
ON_TRACK, MODERATE = 0.95, 0.6


def add_progress(
    out: pd.DataFrame, fits: Fits, position: IntArray, meets: BoolArray, open_: BoolArray
) -> None:
    """Add required_rate, required_compound, pace, schedule_status, ratio and ratio_class.

    Parameters
    ----------
    out : one row a target with latest, latest_year, year, target, resolution
    fits : the fits the targets are judged by
    position : (targets,) row of each target's series in `fits.series`, -1 where there is none
    meets : (targets,) whether the latest figure meets the target
    open_ : (targets,) whether the target's year is still to come
    """
    known = position >= 0
    latest, now, year, goal = (
        out[c].to_numpy(float) for c in ("latest", "latest_year", "year", "target")
    )
    pace, base, base_year = _history(fits, position, year)
    out["pace"] = pace
    left = np.where(year > now, year - now, np.nan)
    linear = np.where(meets, 0.0, (goal - latest) / left)
    out["required_rate"] = np.where(open_, linear, np.nan)
    out["required_compound"] = np.where(open_ & ~meets, _compound(latest, goal, left), np.nan)
    out.loc[open_ & meets, "required_compound"] = 0.0
    full = year - base_year
    line = base + (goal - base) * (now - base_year) / np.where(full > 0, full, np.nan)
    half = out["resolution"].to_numpy(float) / 2.0
    kept = np.where(goal >= base, latest >= line - half, latest <= line + half)
    plain = [~known, ~open_, meets, now <= base_year]
    words = ["no_data", "closed", "reached", "one_figure"]
    out["schedule_status"] = np.select([*plain, kept], [*words, "on_schedule"], "behind")
    ratio = _ratio(base, latest, goal, now - base_year, full)
    judged = open_ & ~meets & (now > base_year) & (goal != base)
    out["ratio"] = np.where(judged, ratio, np.nan)
    out["ratio_class"] = np.select(
        [*plain, goal == base, ratio >= ON_TRACK, ratio >= MODERATE, ratio >= 0.0],
        [*words, "at_baseline", "on_track", "moderate", "limited"],
        "deterioration",
    )


def _compound(start: FloatArray, end: FloatArray, years: FloatArray) -> FloatArray:
    """Yearly compound rate; NaN where a figure is zero or less."""
    sound = (start > 0) & (end > 0)
    safe = np.where(sound, end, 1.0) / np.where(sound, start, 1.0)
    rate: FloatArray = np.where(sound, safe ** (1.0 / years) - 1.0, np.nan)
    return rate


def _ratio(
    base: FloatArray, latest: FloatArray, goal: FloatArray, past: FloatArray, full: FloatArray
) -> FloatArray:
    """Rate so far over the rate needed, positive towards the target."""
    past, full = (np.where(years > 0, years, np.nan) for years in (past, full))
    compound = (base > 0) & (latest > 0) & (goal > 0)
    so_far = np.where(compound, _compound(base, latest, past), (latest - base) / past)
    needed = np.where(compound, _compound(base, goal, full), (goal - base) / full)
    toward = np.where(needed == 0.0, np.nan, needed)
    return so_far / toward


def _history(
    fits: Fits, position: IntArray, year: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pace of the last four figures, and the baseline's figure and year, of each target."""
    pace, base, base_year = np.full((3, len(position)), np.nan)
    rows = np.flatnonzero(position >= 0)
    if not len(rows):
        return pace, base, base_year
    value, when = (fits.observations[c].to_numpy(float) for c in ("value", "year"))
    n = fits.series["n"].to_numpy()
    # Figures of one series are contiguous and in time order.
    end = (np.cumsum(n) - 1)[position[rows]]
    n = n[position[rows]]
    begin = end - np.minimum(n, PACE_FIGURES) + 1
    span = when[end] - when[begin]
    moved = (value[end] - value[begin]) / np.where(span > 0, span, 1.0)
    pace[rows] = np.where(span > 0, moved, np.nan)
    start = end - n + 1
    early = _count_until(when, start, n, year[rows] - PLAN_YEARS)
    origin = start + np.maximum(early - 1, 0)
    base[rows], base_year[rows] = value[origin], when[origin]
    return pace, base, base_year


def _count_until(when: FloatArray, start: IntArray, n: IntArray, until: FloatArray) -> IntArray:
    """How many of the `n` sorted years from `start` on are not after `until`."""
    count = np.zeros(len(start), int)
    for step in range(int(n.max(initial=0))):
        inside = step < n
        count += inside & (when[np.where(inside, start + step, 0)] <= until + 1e-9)
    return count
