"""Baselines: forecasts from a series' own figures alone, which a better method has to beat.

* `no_change`: the latest figure; a normal interval from the yearly changes, sigma^2 h;
* `linear_trend`: least squares on time, Student-t prediction intervals;
* `drift`: a random walk with drift, Student-t, sigma^2 (h + h^2 / T) after T years;
* `schedule_rule` (时序进度): 1 if the latest figure is on the line from baseline to target, else 0;
* `required_rate` (Eurostat): 1 if the compound rate so far is at least 95 % of the one needed from
  baseline to target, else 0; linear rates where a figure is not positive.

Both rules give 1 if the latest figure meets the target already; line, rates and baseline are those
of `progress`. Where figures are too few for a spread, the interval of a baseline is a point.

Two standard methods, the `PEERS`, are fitted one series at a time by statsmodels, with normal
intervals: `ets`, exponential smoothing with additive errors, of no, additive and damped trend the
one with the lowest corrected AIC (Hyndman and others 2008, doi 10.1007/978-3-540-71918-2), and
`theta` (Assimakopoulos and Nikolopoulos 2000, doi 10.1016/S0169-2070(00)00066-2). They take one
figure a year: what lies between two figures is interpolated linearly. They need `PEER_FIGURES`
figures over as many years: with fewer no smoothing model has a corrected AIC.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from ..model.panel import SeriesPanel
from ..tables.calendar import PLAN_YEARS
from ..targets.progress import ON_TRACK, compute_rate_ratio, meets_schedule, select_baseline

__all__ = [
    "INTERVAL_METHODS", "PEERS", "PEER_FIGURES", "REASONS", "RULES", "Predictive", "Questions",
    "compute_naive_forecasts", "compute_peer_forecasts", "compute_rule_verdicts", "count_steps",
]  # fmt: skip

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Student = tuple[FloatArray, FloatArray, FloatArray]
"""Location, scale (0 with too few figures) and degrees of freedom of each case."""
Predictive = tuple[FloatArray, FloatArray]
"""Quantiles (levels, cases) of a method, and P(value <= y) (questions,)."""
Questions = tuple[FloatArray, IntArray, FloatArray]
"""Levels of the quantiles, and the case and value y (questions,) of each P(value <= y)."""

INTERVAL_METHODS = ("no_change", "linear_trend", "drift")
RULES = ("schedule_rule", "required_rate")
PEERS = ("ets", "theta")
PEER_FIGURES = 5
REASONS = ("few", "failed")
"""Why a peer has no forecast: fewer than `PEER_FIGURES`, or a fit that does not converge."""


def compute_naive_forecasts(
    past: SeriesPanel, year: FloatArray, questions: Questions
) -> dict[str, Predictive]:
    """Return the forecasts of `INTERVAL_METHODS`, by method.

    Parameters
    ----------
    past : figures known, one series per case
    year : (cases,) the year that is forecast
    questions : levels (levels,), and the case and value (questions,) of each probability

    Returns
    -------
    By method: quantiles (levels, cases) and P(value <= y) (questions,).

    Examples
    --------
    >>> past = SeriesPanel(np.array([[1.0, 2.0, 4.0]]), np.array([[2019.0, 2020.0, 2021.0]]),
    ...              np.zeros((1, 3), bool), np.zeros(1, np.int64), np.ones(1), -np.ones(1) / 0.1,
    ...              np.ones(1) * np.inf, np.zeros(1), np.zeros(1, bool))
    >>> questions = np.array([0.5]), np.array([0]), np.array([7.0])
    >>> naive = compute_naive_forecasts(past, np.array([2023.0]), questions)
    >>> {name: (float(q[0, 0].round(3)), float(p[0].round(3))) for name, (q, p) in naive.items()}
    {'no_change': (4.0, 0.91), 'linear_trend': (6.833, 0.553), 'drift': (7.0, 0.5)}
    """
    methods = {"no_change": _no_change, "linear_trend": _linear_trend, "drift": _drift}
    return {name: _answer(method(past, year), questions) for name, method in methods.items()}


def compute_peer_forecasts(
    peer: str, past: SeriesPanel, row: IntArray, year: FloatArray, questions: Questions
) -> tuple[Predictive, NDArray[np.str_]]:
    """Return the forecasts of one of `PEERS`, NaN where it has none, and why it has none.

    Parameters
    ----------
    peer : one of `PEERS`
    past, year, questions : as for `compute_naive_forecasts`
    row : (cases,) the series of each case; each series is fitted once

    Returns
    -------
    Quantiles and probabilities as in `compute_naive_forecasts`, and (cases,) one of `REASONS`, or
    "" for a case that has a forecast.
    """
    fit = {"ets": _fit_ets, "theta": _fit_theta}[peer]
    loc, scale = np.full((2, len(year)), np.nan)
    reason = np.full(len(year), "", dtype="<U6")
    for one in np.unique(row):
        cases = np.flatnonzero(row == one)
        known = ~np.isnan(past.value[cases[0]])
        figures, years = past.value[cases[0], known], past.year[cases[0], known]
        grid = np.arange(np.ceil(years[0]), np.floor(years[-1]) + 1.0)
        if min(len(years), len(grid)) < PEER_FIGURES:
            reason[cases] = "few"
            continue
        ahead = (year[cases] - grid[-1]).astype(int)
        path = _fit_standardised(fit, np.interp(grid, years, figures), int(ahead.max()))
        if path is None:
            reason[cases] = "failed"
        else:
            loc[cases], scale[cases] = path[:, ahead - 1]
    return _answer((loc, scale, np.full(len(year), np.inf)), questions), reason


def compute_rule_verdicts(
    past: SeriesPanel, year: FloatArray, target: FloatArray, met: BoolArray, upward: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return the verdicts, 0 or 1, of the schedule rule and of the required rate: (targets,) each.

    Parameters
    ----------
    past : figures known, one series per target
    year, target, upward : (targets,) year, value and direction of each target
    met : (targets,) whether the latest figure meets it already

    Plans run for `PLAN_YEARS`: the baseline is the last figure as long before the target's year.
    """
    latest, now = past.value[:, -1], past.year[:, -1]
    base, since = select_baseline(past.value, past.year, year - PLAN_YEARS)
    points = (base, since), (latest, now), (target, year)
    on_schedule = meets_schedule(*points, past.resolution, upward)
    fast_enough = compute_rate_ratio(*points, upward) >= ON_TRACK  # False where there is no rate
    return (met | on_schedule).astype(float), (met | fast_enough).astype(float)


def count_steps(past: SeriesPanel) -> IntArray:
    """Return the number of steps between figures of each series."""
    count: IntArray = (~np.isnan(past.value)).sum(axis=1) - 1
    return count


def _answer(predictive: Student, questions: Questions) -> Predictive:
    """Return quantiles and probabilities of Student-t distributions, a point where scale is 0."""
    (loc, scale, df), (levels, case, y) = predictive, questions
    wide = scale[case] > 0.0
    t = (y - loc[case]) / np.where(wide, scale[case], 1.0)
    step = np.where(np.isnan(t), np.nan, t >= 0.0)
    return loc + scale * stdtrit(df, levels[:, None]), np.where(wide, stdtr(df[case], t), step)


def _no_change(past: SeriesPanel, year: FloatArray) -> Student:
    step, span = np.diff(past.value, axis=1), np.diff(past.year, axis=1)
    noise = np.nansum(step**2 / span, axis=1) / np.maximum(count_steps(past), 1)
    scale = np.sqrt(noise * (year - past.year[:, -1]))
    return past.value[:, -1], scale, np.full(len(year), np.inf)


def _drift(past: SeriesPanel, year: FloatArray) -> Student:
    step, span, k = np.diff(past.value, axis=1), np.diff(past.year, axis=1), count_steps(past)
    total = np.where(k > 0, np.nansum(span, axis=1), 1.0)
    pace = np.nansum(step, axis=1) / total
    residual = np.nansum((step - pace[:, None] * span) ** 2 / span, axis=1)
    noise = np.where(k > 1, residual / np.maximum(k - 1, 1), 0.0)
    h = year - past.year[:, -1]
    scale = np.sqrt(noise * (h + h * h / total))
    return past.value[:, -1] + pace * h, scale, np.maximum(k - 1.0, 1.0)


def _linear_trend(past: SeriesPanel, year: FloatArray) -> Student:
    n = count_steps(past) + 1
    mean, middle = np.nanmean(past.value, axis=1), np.nanmean(past.year, axis=1)
    t = past.year - middle[:, None]
    spread = np.where(n > 1, np.nansum(t * t, axis=1), 1.0)
    pace = np.nansum(t * past.value, axis=1) / spread
    residual = np.nansum((past.value - mean[:, None] - pace[:, None] * t) ** 2, axis=1)
    noise = np.where(n > 2, residual / np.maximum(n - 2, 1), 0.0)
    h = year - middle
    scale = np.sqrt(noise * (1.0 + 1.0 / n + h * h / spread))
    return mean + pace * h, scale, np.maximum(n - 2.0, 1.0)


def _fit_standardised(
    fit: Callable[[FloatArray, int], FloatArray], values: FloatArray, steps: int
) -> FloatArray | None:
    """Return location and scale (2, steps), or None where the fit fails or does not converge.

    Both methods are equivariant, but the optimisers of statsmodels are not: they get figures of
    mean 0 and standard deviation 1.
    """
    mean, sd = values.mean(), values.std()
    if np.ptp(values) == 0.0:
        return np.stack([np.full(steps, mean), np.zeros(steps)])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            path = fit((values - mean) / sd, steps)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):
            return None
    return path * sd + [[mean], [0.0]] if np.isfinite(path).all() else None


def _fit_ets(values: FloatArray, steps: int) -> FloatArray:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    series = pd.Series(values)
    fits = [
        ETSModel(series, error="add", trend=trend, damped_trend=damped).fit(disp=False)
        for trend, damped in ((None, False), ("add", False), ("add", True))
    ]
    usable = [f for f in fits if f.mle_retvals["converged"] and not np.isnan(f.aicc)]
    best = min(usable, key=lambda f: float(f.aicc))
    ahead = best.get_prediction(start=len(values), end=len(values) + steps - 1)
    return np.stack([ahead.predicted_mean, np.sqrt(ahead.forecast_variance)])


def _fit_theta(values: FloatArray, steps: int) -> FloatArray:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    fitted = ThetaModel(values, period=1, deseasonalize=False).fit()
    alpha = float(fitted.params["alpha"])
    level, errors = values[0], []
    for value in values[1:]:
        errors.append(value - level)
        level += alpha * errors[-1]
    # As `thetaf` of R's forecast has it; statsmodels adds 1 + (1 - alpha)^2 a year, not alpha^2.
    variance = np.square(errors).sum() / (len(errors) - 1) * (1.0 + np.arange(steps) * alpha**2)
    return np.stack([np.asarray(fitted.forecast(steps), float), np.sqrt(variance)])
