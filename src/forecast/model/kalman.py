"""The one equation behind every growth path, at any times: gaps, mid-year figures, breaks.

For one series on its link scale, with time in years and variances per unit of its noise sigma^2,

    pace    a + x(t),  x a stationary Ornstein-Uhlenbeck process, Cov(x(s), x(t)) = lambda phi^|t-s|
    level   d mu = (a + x) dt + dB,   B a Brownian motion of variance 1 - rho a year
    figure  z = mu + eps,             eps ~ N(0, rho)

lambda = 0 is a straight line with noise (linear, exponential, logistic, Gompertz, by the link),
phi < 1 a pace that fades back to a, phi = 1 a pace of the series' own for good. The level is free
at the first figure and after a break. Between two figures d years apart the state (mu, x) moves by

    mu <- mu + a d + f(d) x,  x <- phi^d x,  f(d) = (1 - phi^d) / kappa,  kappa = -log phi

with the covariance of `wander` (the exact moments of an integrated Ornstein-Uhlenbeck process:
Gillespie 1996, doi 10.1103/PhysRevE.54.2084). Everything is linear in the prior pace a, so each
quantity is kept as a base (a = 0) and a response to a. Gains and variances depend on the years
alone and are computed once for each pattern of years that a batch holds. It is a Kalman filter of
a local level with a random drift (Harvey 1989, section 4.1.1), run over arrays of series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Filtered", "Pace", "drift", "run_filter", "wander"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Pace:
    """How a series moves: variance of its own pace lambda, memory phi, share of blur rho."""

    ratio: float
    memory: float
    blur: float = 0.09


@dataclass(frozen=True)
class Filtered:
    """State after the last figure, and the sums that noise and evidence are made of.

    Arrays have shape (series,); variances are per unit of sigma^2. For a prior pace a the level is
    `level - a level_response`, the deviation of the pace from a is `pace - a pace_response`, and
    the squared standardised surprises sum to `squares - 2 a cross + a^2 information`.
    """

    level: FloatArray
    level_response: FloatArray
    pace: FloatArray
    pace_response: FloatArray
    level_variance: FloatArray
    covariance: FloatArray
    pace_variance: FloatArray
    squares: FloatArray
    cross: FloatArray
    information: FloatArray
    log_determinant: FloatArray


def drift(span: FloatArray, memory: float) -> FloatArray:
    """f(d) = integral of phi^s over s from 0 to d: the way that one unit of pace makes.

    >>> drift(np.array([1.0, 2.0]), 1.0).tolist()
    [1.0, 2.0]
    >>> drift(np.array([1.0, 50.0]), 0.5).round(3).tolist()  # towards 1 / log 2
    [0.721, 1.443]
    """
    if memory == 1.0:
        return np.asarray(span, float)
    way: FloatArray = np.expm1(np.log(memory) * np.asarray(span, float)) / np.log(memory)
    return way


def wander(span: FloatArray, pace: Pace) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Covariance that the pace adds over `span`: of the level, of level and pace, of the pace.

    lambda / kappa^2 (2 kappa d - 3 + 4 phi^d - phi^2d), lambda / kappa (1 - phi^d)^2 and
    lambda (1 - phi^2d); nothing where the pace never changes.

    >>> [round(float(v), 4) for v in wander(np.array(1.0), Pace(1.0, 0.9))]
    [0.065, 0.0949, 0.19]
    """
    d = np.asarray(span, float)
    if pace.memory == 1.0 or pace.ratio == 0.0:
        nothing = np.zeros_like(d)
        return nothing, nothing, nothing
    kappa = -np.log(pace.memory)
    left = np.exp(-kappa * d)
    level = (2.0 * kappa * d - 3.0 + 4.0 * left - left * left) * (pace.ratio / kappa**2)
    both = pace.ratio / kappa * (1.0 - left) ** 2
    return level, both, pace.ratio * (1.0 - left * left)


@dataclass(frozen=True)
class _Steps:
    """What the filter does at each figure (patterns, figures), and knows at the end (patterns,)."""

    each: tuple[FloatArray | BoolArray, ...]
    last: tuple[FloatArray, ...]


def run_filter(
    z: FloatArray, t: FloatArray, fresh: BoolArray, pace: Pace, pattern: IntArray
) -> Filtered:
    """Run the recursion over all series.

    Parameters
    ----------
    z : (series, figures) link-scale values, in time order, flush right; NaN where absent
    t : (patterns, figures) years of the figures, relative to any origin; NaN where absent
    fresh : (patterns, figures) whether the level starts anew at this figure (after a break)
    pace : how the own pace moves
    pattern : (series,) row of `t` and `fresh` that holds for each series

    Examples
    --------
    >>> one = run_filter(np.array([[1.0, 2.0]]), np.array([[0.0, 1.0]]), np.zeros((1, 2), bool),
    ...                  Pace(1.0, 1.0), np.array([0]))
    >>> one.pace.round(3).tolist()  # of a step of 1, the noise takes 1 + rho parts, the pace 1
    [0.478]
    """
    steps = _plan_steps(t, fresh, pace)
    # One pattern of years for all is the usual batch: its row broadcasts.
    at = np.zeros(1, np.int64) if len(t) == 1 else pattern
    z = np.where(np.isnan(z), 0.0, z)
    level, own, squares, cross = np.zeros((4, len(z)))
    for j in range(z.shape[1]):
        way, left, gain, own_gain, precision, lag, restart, present = (a[at, j] for a in steps.each)
        level = level + way * own
        surprise = np.where(present, z[:, j] - level, 0.0)
        squares += precision * surprise * surprise
        cross += precision * surprise * lag
        level = level + np.where(restart, 1.0, gain) * surprise
        own = left * own + own_gain * surprise
    rest = (np.broadcast_to(a[at], len(z)) for a in steps.last)
    response, own_response, p11, p12, p22, information, log_det = rest
    return Filtered(
        level, response, own, own_response, p11, p12, p22, squares, cross, information, log_det
    )


def _plan_steps(t: FloatArray, fresh: BoolArray, pace: Pace) -> _Steps:
    """Gains, variances and the response to the prior pace, for each pattern of years.

    The response is the filter's answer to time itself, to figures that rise by 1 a year.
    """
    zero = np.zeros(len(t))
    p11, p12, p22, log_det, information, last = zero, zero, zero + pace.ratio, zero, zero, zero
    response, own, started = zero, zero, np.zeros(len(t), bool)
    columns: list[tuple[FloatArray | BoolArray, ...]] = []
    for j in range(t.shape[1]):
        present = ~np.isnan(t[:, j])
        span = np.where(present & started, t[:, j] - last, 0.0)
        way, left = drift(span, pace.memory), pace.memory**span
        level_noise, both, own_noise = wander(span, pace)
        p11 = p11 + way * (2.0 * p12 + way * p22) + level_noise + (1.0 - pace.blur) * span
        p12 = left * (p12 + way * p22) + both
        p22 = left * left * p22 + own_noise
        restart = present & (~started | fresh[:, j])
        informs = present & ~restart
        total = np.where(informs, p11 + pace.blur, 1.0)
        precision = informs / total
        gain, own_gain = p11 * precision, p12 * precision
        lag = np.where(informs, span - response - way * own, 0.0)
        information = information + precision * lag * lag
        log_det = log_det + np.log(total)
        response = np.where(restart, 0.0, response + way * own - span + gain * lag)
        own = left * own + own_gain * lag
        p22 = p22 - own_gain * p12
        p12 = np.where(restart, 0.0, p12 - gain * p12)
        p11 = np.where(restart, pace.blur, p11 - gain * p11)
        started, last = started | present, np.where(present, t[:, j], last)
        columns.append((way, left, gain, own_gain, precision, lag, restart, present))
    each = tuple(np.stack(column, axis=1) for column in zip(*columns, strict=True))
    return _Steps(each, (response, own, p11, p12, p22, information, log_det))
