"""The one recursion behind every growth path: level and pace of many short series at once.

For each series, on the link scale and in units of its noise variance sigma^2,

    mu_t   = mu_s + slope_s f(d) + eta,   eta ~ N(0, (1 - rho) d),    d = t - s
    slope_t = phi^d slope_s,              f(d) = phi + phi^2 + ... (d terms; d may be a fraction)
    z_t    = mu_t + eps,                  eps ~ N(0, rho + extra_t)
    slope_1 ~ N(b, lambda),               mu_1 free (the first figure sets it)

Everything is linear in the prior pace b, so each quantity is kept as a base (b = 0) and a
response to b. The pooled pace then costs no second pass. This is the Kalman filter of a
local level with a damped random drift (Harvey 1989, Forecasting, Structural Time Series Models
and the Kalman Filter, section 4.1.1), run over arrays of series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Filtered", "drift_sum", "run_filter"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Filtered:
    """State after the last figure, and the sums the pooled estimates are made of.

    All arrays have shape (series,). Variances are per unit of sigma^2. For a prior pace b the
    level is `level + level_response * b`, the slope likewise; the squared standardised surprises
    sum to `squares - 2 b cross + b^2 information`.
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
    increments: FloatArray
    """Number of figures after the first."""


def drift_sum(span: FloatArray, damping: float) -> FloatArray:
    """f(d) = phi + phi^2 + ... + phi^d, continued to fractions of a year.

    >>> drift_sum(np.array([1.0, 2.0, 0.0]), 0.5).tolist()
    [0.5, 0.75, 0.0]
    """
    if damping == 1.0:
        return np.asarray(span, float)
    total: FloatArray = damping * (1.0 - damping**span) / (1.0 - damping)
    return total


def run_filter(
    z: FloatArray,
    t: FloatArray,
    extra: FloatArray,
    *,
    damping: float,
    slope_variance: FloatArray,
    measurement: float,
) -> Filtered:
    """Run the recursion over all series.

    Parameters
    ----------
    z : (series, figures) link-scale values, in time order, flush right; NaN where absent
    t : (series, figures) years, any value where z is NaN
    extra : (series, figures) variance of each figure beside rho, per unit of sigma^2 (rounding)
    damping : phi in (0, 1]
    slope_variance : (series,) lambda, per unit of sigma^2
    measurement : rho in [0, 1)

    Examples
    --------
    >>> one = run_filter(np.array([[1.0, 2.0]]), np.array([[2020.0, 2021.0]]), np.zeros((1, 2)),
    ...                  damping=1.0, slope_variance=np.array([1.0]), measurement=0.0)
    >>> one.level.tolist(), one.slope.tolist()  # half of the unit step is believed to be pace
    ([2.0], [0.5])
    """
    series, figures = z.shape
    zero = np.zeros(series)
    level, slope = np.zeros((2, series)), np.stack([zero, zero + 1.0])  # base and response to b
    p11, p12, p22 = zero, zero, zero + slope_variance
    sums, log_det, count = np.zeros((3, series)), zero, zero
    started, last = np.zeros(series, bool), zero
    for j in range(figures):
        present = ~np.isnan(z[:, j])
        first, later = present & ~started, present & started
        span = np.where(later, t[:, j] - last, 0.0)
        decay, drift = damping**span, drift_sum(span, damping)
        level, slope = level + drift * slope, decay * slope
        p11 = p11 + drift * (2.0 * p12 + drift * p22) + (1.0 - measurement) * span
        p12 = decay * (p12 + drift * p22)
        p22 = decay * decay * p22
        error = measurement + extra[:, j]
        # A second figure of one day says nothing where figures carry no error.
        later = later & (p11 + error > 0.0)
        total = np.where(later, p11 + error, 1.0)
        gain, slope_gain = np.where(later, p11 / total, 0.0), np.where(later, p12 / total, 0.0)
        surprise = np.where(later, np.stack([z[:, j], zero]) - level, 0.0)
        base, response = surprise
        sums = sums + np.stack([base * base, -base * response, response * response]) / total
        log_det, count = log_det + np.log(total), count + later
        level, slope = level + gain * surprise, slope + slope_gain * surprise
        p22 = p22 - slope_gain * p12
        p12, p11 = p12 - gain * p12, p11 - gain * p11
        level[0], p11 = np.where(first, z[:, j], level[0]), np.where(first, error, p11)
        started, last = started | present, np.where(present, t[:, j], last)
    return Filtered(
        level[0], level[1], slope[0], slope[1], p11, p12, p22,
        sums[0], sums[1], sums[2], log_det, count,
    )  # fmt: skip
