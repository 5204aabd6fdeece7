"""What a forecast has to beat: methods that look at the series' own figures alone.

* `no_change`: the latest figure; a normal interval from the yearly changes, sigma^2 h;
* `linear_trend`: least squares on time, Student-t prediction intervals;
* `drift`: a random walk with drift, Student-t, sigma^2 (h + h^2 / T) after T years;
* `schedule_rule` (时序进度): 1 where the latest figure is on the line from baseline to target,
  else 0;
* `required_rate` (Eurostat): 1 where the compound rate so far is at least 95 % of the one needed
  from baseline to target, else 0; linear rates where a figure is not positive.

Both rules say 1 where the latest figure meets the target already; line, rates and baseline are
those of `progress`. Where figures are too few to show a spread, a naive interval is a point: that
is all the method can say.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from ..model.posterior import Batch
from ..targets.progress import ON_TRACK, baseline, on_line, rate_ratio

__all__ = [
    "INTERVAL_METHODS",
    "RULES",
    "compute_naive_forecasts",
    "compute_rule_verdicts",
    "count_steps",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Student = tuple[FloatArray, FloatArray, FloatArray]
"""Location, scale (0 where figures are too few) and degrees of freedom of each case."""

INTERVAL_METHODS = ("no_change", "linear_trend", "drift")
RULES = ("schedule_rule", "required_rate")


def compute_naive_forecasts(
    past: Batch, year: FloatArray, levels: FloatArray, case: IntArray, y: FloatArray
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Quantiles of the methods that have some, and their chances of staying at or below `y`.

    Parameters
    ----------
    past : figures shown, a series a case
    year : (cases,) year that is forecast
    levels : (levels,) probabilities
    case, y : (questions,) the case of each question, and the value asked

    Returns
    -------
    By method: quantiles (levels, cases) and P(value <= y) (questions,).

    Examples
    --------
    >>> past = Batch(np.array([[1.0, 2.0, 4.0]]), np.array([[2019.0, 2020.0, 2021.0]]),
    ...              np.zeros((1, 3), bool), np.zeros(1, np.int64), np.ones(1), -np.ones(1) / 0.1,
    ...              np.ones(1) * np.inf, np.zeros(1), np.zeros(1, bool))
    >>> asked = np.array([2023.0]), np.array([0.5]), np.array([0]), np.array([7.0])
    >>> said = compute_naive_forecasts(past, *asked)
    >>> {name: (float(q[0, 0].round(3)), float(p[0].round(3))) for name, (q, p) in said.items()}
    {'no_change': (4.0, 0.91), 'linear_trend': (6.833, 0.553), 'drift': (7.0, 0.5)}
    """
    methods = {"no_change": _no_change, "linear_trend": _linear_trend, "drift": _drift}
    said = {}
    for name, method in methods.items():
        loc, scale, df = method(past, year)
        values = loc + scale * stdtrit(df, levels[:, None])
        wide = scale[case] > 0.0
        t = (y - loc[case]) / np.where(wide, scale[case], 1.0)
        below = np.where(wide, stdtr(df[case], t), t >= 0.0)
        said[name] = values, below
    return said


def _no_change(past: Batch, year: FloatArray) -> Student:
    step, span = np.diff(past.value, axis=1), np.diff(past.year, axis=1)
    noise = np.nansum(step**2 / span, axis=1) / np.maximum(count_steps(past), 1)
    scale = np.sqrt(noise * (year - past.year[:, -1]))
    return past.value[:, -1], scale, np.full(len(year), np.inf)


def _drift(past: Batch, year: FloatArray) -> Student:
    step, span, k = np.diff(past.value, axis=1), np.diff(past.year, axis=1), count_steps(past)
    whole = np.where(k > 0, np.nansum(span, axis=1), 1.0)
    pace = np.nansum(step, axis=1) / whole
    left = np.nansum((step - pace[:, None] * span) ** 2 / span, axis=1)
    noise = np.where(k > 1, left / np.maximum(k - 1, 1), 0.0)
    h = year - past.year[:, -1]
    scale = np.sqrt(noise * (h + h * h / whole))
    return past.value[:, -1] + pace * h, scale, np.maximum(k - 1.0, 1.0)


def _linear_trend(past: Batch, year: FloatArray) -> Student:
    n = count_steps(past) + 1
    mean, middle = np.nanmean(past.value, axis=1), np.nanmean(past.year, axis=1)
    t = past.year - middle[:, None]
    spread = np.where(n > 1, np.nansum(t * t, axis=1), 1.0)
    pace = np.nansum(t * past.value, axis=1) / spread
    left = np.nansum((past.value - mean[:, None] - pace[:, None] * t) ** 2, axis=1)
    noise = np.where(n > 2, left / np.maximum(n - 2, 1), 0.0)
    h = year - middle
    scale = np.sqrt(noise * (1.0 + 1.0 / n + h * h / spread))
    return mean + pace * h, scale, np.maximum(n - 2.0, 1.0)


def compute_rule_verdicts(
    past: Batch, year: FloatArray, goal: FloatArray, met: BoolArray, upward: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Verdicts, 0 or 1, of the schedule rule and of the required rate: (targets,) each.

    Parameters
    ----------
    past : figures shown, a series a target
    year, goal, upward : (targets,) year, value and direction of each target
    met : (targets,) whether the latest figure meets it already
    """
    latest, now = past.value[:, -1], past.year[:, -1]
    base, since = baseline(past.value, past.year, year)
    kept = on_line((base, since), (latest, now), (goal, year), past.resolution, upward)
    ratio = rate_ratio((base, since), (latest, now), (goal, year), upward)
    enough = np.where(np.isnan(ratio), False, ratio >= ON_TRACK)
    return (met | kept).astype(float), (met | enough).astype(float)


def count_steps(past: Batch) -> IntArray:
    """Count the steps between figures of each series."""
    count: IntArray = (~np.isnan(past.value)).sum(axis=1) - 1
    return count
