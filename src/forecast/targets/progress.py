"""Progress of a series along its target's path: rates, schedule rule, rate ratio.

Three measures, all total functions:

* required rate, linear (y_T - y) / (T - t) and compound (y_T / y)^(1 / (T - t)) - 1;
* the schedule rule (时序进度): whether the latest figure is on the line from baseline to target:
  `wrong_side` (the declared baseline meets the target already), `reached`, `on_schedule`, `behind`,
  `one_figure`, `just_begun` (several figures, none after the baseline), `no_data`, `closed` (the
  year has passed);
* the Eurostat ratio (Monitoring report on progress towards the SDGs, annex on methods): the
  compound rate since the baseline over the compound rate from baseline to target: `on_track` (at
  least 95 % of the needed rate), `moderate` (60 %), `limited` (0 %), `deterioration`;
  `at_baseline` where target and baseline are the same figure; else as above. Where a rate is not
  defined (a figure of zero or less) linear rates are compared. A band is measured to the end nearer
to the baseline; a figure that has passed it is `behind`, and in `deterioration`.

The baseline is declared with the target: its value and year, or its year (that of the plan, else
the year before the plan starts), of which the last figure up to it counts. Where nothing is
declared it is the first figure. `baseline` and `baseline_year` are those used. The required rate is
always that from the latest figure, of `latest_year`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..model.arrays import BoolArray, FloatArray
from ..model.panel import arrange
from ..tables.words import choose_words
from .events import compute_tolerance
from .target_state import TargetState

__all__ = [
    "ON_TRACK",
    "compute_progress",
    "compute_rate_ratio",
    "meets_schedule",
    "select_baseline",
]

Point = tuple[FloatArray, FloatArray]
"""Figure and year, (targets,) each."""

PACE_FIGURES = 4
"""Latest figures over which the pace is measured. Declared."""
ON_TRACK, MODERATE = 0.95, 0.6
"""Least rate ratios of the classes, by Eurostat."""


def compute_progress(state: TargetState) -> dict[str, Any]:
    """Compute the baseline, required rates, pace, schedule_status, ratio and ratio_class.

    Columns with a row a target, by name.
    """
    meets, event, open_ = state.meets, state.event, state.open
    known = state.position >= 0
    known_columns, year = state.columns, state.year
    latest, now = known_columns["latest"], known_columns["latest_year"]
    pace, single, base = _history(state)
    left = np.where(year > now, year - now, np.nan)
    end = event.near_end(latest)
    linear = np.where(meets, 0.0, (end - latest) / left)
    compound = np.where(meets, 0.0, _compound(latest, end, left))
    # A band is entered at the end nearer to the baseline.
    goal, inside = event.near_end(base[0]), event.band & event.met_by(base[0])
    goal = np.where(inside, base[0], goal)
    upward = np.where(event.band, goal >= base[0], event.upward)
    points = base, (latest, now), (goal, year)
    on_schedule = meets_schedule(*points, known_columns["resolution"], upward)
    past = event.band & np.where(upward, event.exceeded_by(latest), latest < event.goal)
    on_schedule &= ~inside & ~past
    begun = now > base[1]
    plain = {
        "no_data": ~known, "closed": ~open_, "wrong_side": state.wrong_side, "reached": meets,
        "one_figure": single & ~begun, "just_begun": ~begun,
    }  # fmt: skip
    ratio = np.where(past, np.nan, compute_rate_ratio(*points, upward))
    classes = {
        "at_baseline": goal == base[0], "on_track": ratio >= ON_TRACK,
        "moderate": ratio >= MODERATE, "limited": ratio >= 0.0,
    }  # fmt: skip
    return {
        "pace": pace, "baseline": base[0], "baseline_year": base[1],
        "required_rate": np.where(open_, linear, np.nan),
        "required_compound": np.where(open_, compound, np.nan),
        "schedule_status": choose_words(plain | {"on_schedule": on_schedule}, "behind"),
        "ratio": np.where(open_ & ~meets & ~state.wrong_side & begun, ratio, np.nan),
        "ratio_class": choose_words(plain | classes, "deterioration"),
    }  # fmt: skip


def select_baseline(
    value: FloatArray,
    year: FloatArray,
    since: FloatArray,
    declared: FloatArray | None = None,
) -> Point:
    """Select figure and year of each target's baseline; see the module.

    `value` and `year` are (targets, figures), in time order, NaN where absent; `since` (targets,)
    is the declared year of the baseline and `declared` its value, NaN where there is none.

    >>> figures, years = np.array([[50.0, 54.0, 60.0]]), np.array([[2018.0, 2020.0, 2022.0]])
    >>> [x.tolist() for x in select_baseline(figures, years, np.array([2021.0]))]
    [[54.0], [2020.0]]
    >>> [x.tolist() for x in select_baseline(figures, years, np.array([np.nan]))]
    [[50.0], [2018.0]]
    """
    declared = np.full(len(since), np.nan) if declared is None else declared
    early = year <= since[:, None] + 1e-9
    width = year.shape[1]
    last = width - 1 - early[:, ::-1].argmax(axis=1)
    first = (~np.isnan(year)).argmax(axis=1)
    at = np.where(early.any(axis=1), last, first)
    row = np.arange(len(year))
    given = ~np.isnan(declared) & ~np.isnan(since)
    return np.where(given, declared, value[row, at]), np.where(given, since, year[row, at])


def meets_schedule(
    base: Point, latest: Point, goal: Point, resolution: FloatArray, upward: BoolArray
) -> BoolArray:
    """Test whether the latest figure is on the line from baseline to target, or better.

    Points are figure and year, (targets,) each. Half a reporting step is allowed.
    """
    full = goal[1] - base[1]
    share = np.where(full > 0, (latest[1] - base[1]) / np.where(full > 0, full, 1.0), 1.0)
    line = base[0] + (goal[0] - base[0]) * share
    slack = resolution / 2.0 + compute_tolerance(line, latest[0])
    met: BoolArray = np.where(upward, latest[0] >= line - slack, latest[0] <= line + slack)
    return met


def compute_rate_ratio(base: Point, latest: Point, goal: Point, upward: BoolArray) -> FloatArray:
    """Compute the rate so far over the rate needed from the baseline, positive towards the target.

    Compound rates, or linear ones where a figure is zero or less. NaN where the baseline is the
    target, or no year has passed since it; negative where the baseline met the target and the
    latest figure, which does not, has moved away from it.
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


def _history(state: TargetState) -> tuple[FloatArray, BoolArray, Point]:
    """Pace of the last four figures of each target, whether there is only one, and the baseline."""
    fits, position = state.fits, state.position
    declared, since = (np.asarray(state.columns[c]) for c in ("baseline", "baseline_year"))
    pace, base, base_year = np.full((3, len(position)), np.nan)
    single = np.zeros(len(position), bool)
    rows = np.flatnonzero(position >= 0)
    if len(rows):
        n = fits.series["n"].to_numpy()
        at = None if np.array_equal(position, np.arange(len(n))) else position[rows]
        values, years = (
            whole if at is None else whole[at]
            for whole in arrange(n, *(fits.observations[c].to_numpy(float)
                                      for c in ("value", "year")))
        )  # fmt: skip
        value, when = values[:, -PACE_FIGURES:], years[:, -PACE_FIGURES:]
        first, row = (~np.isnan(when)).argmax(axis=1), np.arange(len(rows))
        span = when[:, -1] - when[row, first]
        moved = (value[:, -1] - value[row, first]) / np.where(span > 0, span, 1.0)
        pace[rows] = np.where(span > 0, moved, np.nan)
        single[rows] = n[position[rows]] == 1
        base[rows], base_year[rows] = select_baseline(values, years, since[rows], declared[rows])
    return pace, single, (base, base_year)
