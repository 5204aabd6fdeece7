"""Kalman filter of a local level with a random slope, at any times: gaps, mid-year values, breaks.

For one series on its link scale, with time in years and variances per unit of its noise sigma^2,

    slope        a + x(t),  x a stationary Ornstein-Uhlenbeck process,
                 Cov(x(s), x(t)) = lambda phi^|t-s|
    level        d mu = (a + x) dt + dB,   B a Brownian motion of variance 1 - rho a year
    observation  z = mu + eps,             eps ~ N(0, rho)

lambda = 0 is a straight line with noise (linear, exponential, logistic or Gompertz, by the link);
phi < 1 a slope that returns to its long-run value a; phi = 1 a slope of the series' own that
persists. The level is diffuse at the first observation and after a break. Between two observations
d years apart the state (mu, x) moves by

    mu <- mu + a d + f(d) x,  x <- phi^d x,  f(d) = (1 - phi^d) / kappa,  kappa = -log phi

with the covariance of `process_covariance` (the exact moments of an integrated Ornstein-Uhlenbeck
process: Gillespie 1996, doi 10.1103/PhysRevE.54.2084). Everything is linear in a, so each quantity
is kept as a base (a = 0) and a response to a. Gains and variances depend on the times alone and are
computed once for each pattern of times in a panel. See Harvey (1989), Forecasting, Structural Time
Series Models and the Kalman Filter, section 4.1.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import BoolArray, FloatArray, IntArray

__all__ = ["FilterResult", "SlopeProcess", "process_covariance", "run_filter", "slope_integral"]


@dataclass(frozen=True)
class SlopeProcess:
    """How the slope of a series moves about its long-run value.

    Attributes
    ----------
    variance_ratio : lambda, stationary variance of the slope per unit of sigma^2; 0: no movement
    autocorrelation : phi, correlation of the slope with that of a year later; 1: it persists
    measurement_share : rho, share of sigma^2 that is measurement error rather than level noise
    """

    variance_ratio: float
    autocorrelation: float
    measurement_share: float = 0.09


@dataclass(frozen=True)
class FilterResult:
    """State after the last observation, and the sums behind noise variance and likelihood.

    Arrays have shape (series,); variances are per unit of sigma^2. At a long-run slope a the level
    is `level - a level_response`, the slope's deviation from a is `slope - a slope_response`, and
    the squared standardised innovations sum to `squares - 2 a cross + a^2 information`.
    """

    level: FloatArray
    level_response: FloatArray
    slope: FloatArray
    slope_response: FloatArray
    level_variance: FloatArray
    covariance: FloatArray
    slope_variance: FloatArray
    squares: FloatArray
    cross: FloatArray
    information: FloatArray
    log_determinant: FloatArray


def slope_integral(span: FloatArray, autocorrelation: float) -> FloatArray:
    """Compute f(d), the integral of phi^s over s from 0 to d: the change that a unit of x makes.

    >>> slope_integral(np.array([1.0, 2.0]), 1.0).tolist()
    [1.0, 2.0]
    >>> slope_integral(np.array([1.0, 50.0]), 0.5).round(3).tolist()  # towards 1 / log 2
    [0.721, 1.443]
    """
    if autocorrelation == 1.0:
        return np.asarray(span, float)
    log = np.log(autocorrelation)
    integral: FloatArray = np.expm1(log * np.asarray(span, float)) / log
    return integral


def process_covariance(
    span: FloatArray, process: SlopeProcess
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the covariance that the slope adds over `span`: level, level with slope, slope.

    lambda / kappa^2 (2 kappa d - 3 + 4 phi^d - phi^2d), lambda / kappa (1 - phi^d)^2 and
    lambda (1 - phi^2d); zero where the slope never moves.

    >>> [round(float(v), 4) for v in process_covariance(np.array(1.0), SlopeProcess(1.0, 0.9))]
    [0.065, 0.0949, 0.19]
    """
    d = np.asarray(span, float)
    ratio = process.variance_ratio
    if process.autocorrelation == 1.0 or ratio == 0.0:
        zero = np.zeros_like(d)
        return zero, zero, zero
    kappa = -np.log(process.autocorrelation)
    decay = np.exp(-kappa * d)
    level = (2.0 * kappa * d - 3.0 + 4.0 * decay - decay * decay) * (ratio / kappa**2)
    both = ratio / kappa * (1.0 - decay) ** 2
    return level, both, ratio * (1.0 - decay * decay)


@dataclass(frozen=True)
class _Gains:
    """What depends on times alone: `each` (patterns, observations), `last` (patterns,)."""

    each: tuple[FloatArray | BoolArray, ...]
    last: tuple[FloatArray, ...]


def run_filter(
    z: FloatArray, t: FloatArray, breaks: BoolArray, process: SlopeProcess, pattern: IntArray
) -> FilterResult:
    """Run the filter over all series.

    Parameters
    ----------
    z : (series, observations) link-scale values, in time order, flush right; NaN where absent
    t : (patterns, observations) years, relative to any origin; NaN where absent
    breaks : (patterns, observations) whether the level starts anew at this observation
    process : how the slope moves
    pattern : (series,) row of `t` and `breaks` that holds for each series

    Examples
    --------
    >>> one = run_filter(np.array([[1.0, 2.0]]), np.array([[0.0, 1.0]]), np.zeros((1, 2), bool),
    ...                  SlopeProcess(1.0, 1.0), np.array([0]))
    >>> one.slope.round(3).tolist()  # of a step of 1: 1 part slope, 1 + rho parts noise
    [0.478]
    """
    gains = _compute_gains(t, breaks, process)
    # A panel usually has one pattern of years: its row broadcasts.
    at = np.zeros(1, np.int64) if len(t) == 1 else pattern
    z = np.where(np.isnan(z), 0.0, z)
    level, slope, squares, cross = np.zeros((4, len(z)))
    for j in range(z.shape[1]):
        reach, decay, gain, slope_gain, precision, lag, restart, present = (
            a[at, j] for a in gains.each
        )
        level = level + reach * slope
        innovation = np.where(present, z[:, j] - level, 0.0)
        squares += precision * innovation * innovation
        cross += precision * innovation * lag
        level = level + np.where(restart, 1.0, gain) * innovation
        slope = decay * slope + slope_gain * innovation
    rest = (np.broadcast_to(a[at], len(z)) for a in gains.last)
    response, slope_response, p11, p12, p22, information, log_det = rest
    return FilterResult(
        level, response, slope, slope_response, p11, p12, p22, squares, cross, information, log_det
    )


def _compute_gains(t: FloatArray, breaks: BoolArray, process: SlopeProcess) -> _Gains:
    """Gains, variances and the response to the long-run slope, for each pattern of times.

    The response is the filter's answer to time itself: to values that rise by 1 a year.
    """
    zero, rho = np.zeros(len(t)), process.measurement_share
    p11, p12, p22 = zero, zero, zero + process.variance_ratio
    log_det, information, last, response, slope = zero, zero, zero, zero, zero
    started = np.zeros(len(t), bool)
    columns: list[tuple[FloatArray | BoolArray, ...]] = []
    for j in range(t.shape[1]):
        present = ~np.isnan(t[:, j])
        span = np.where(present & started, t[:, j] - last, 0.0)
        reach = slope_integral(span, process.autocorrelation)
        decay = process.autocorrelation**span
        level_noise, both, slope_noise = process_covariance(span, process)
        p11 = p11 + reach * (2.0 * p12 + reach * p22) + level_noise + (1.0 - rho) * span
        p12 = decay * (p12 + reach * p22) + both
        p22 = decay * decay * p22 + slope_noise
        restart = present & (~started | breaks[:, j])
        informs = present & ~restart
        total = np.where(informs, p11 + rho, 1.0)
        precision = informs / total
        gain, slope_gain = p11 * precision, p12 * precision
        lag = np.where(informs, span - response - reach * slope, 0.0)
        information = information + precision * lag * lag
        log_det = log_det + np.log(total)
        response = np.where(restart, 0.0, response + reach * slope - span + gain * lag)
        slope = decay * slope + slope_gain * lag
        p22 = p22 - slope_gain * p12
        p12 = np.where(restart, 0.0, p12 - gain * p12)
        p11 = np.where(restart, rho, p11 - gain * p11)
        started, last = started | present, np.where(present, t[:, j], last)
        columns.append((reach, decay, gain, slope_gain, precision, lag, restart, present))
    each = tuple(np.stack(column, axis=1) for column in zip(*columns, strict=True))
    return _Gains(each, (response, slope, p11, p12, p22, information, log_det))
