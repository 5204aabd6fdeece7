"""Link functions: scales on which growth is modelled, with inverses and derivatives.

A link maps a value y to z = g(y), increasing in y. A straight line in z is a growth path a
planner can name: identity a linear, `log` an exponential, `logit` a logistic and `cloglog` a
Gompertz path, the last two with floor `lower` and cap `upper`.

========== ========================================= ===============
link       g(y), p = (y - lower) / (upper - lower)   dy/dz
========== ========================================= ===============
identity   y                                         1
log        log y                                     y
logit      log(p / (1 - p))                          width p (1 - p)
cloglog    -log(-log p)                              width p (-log p)
========== ========================================= ===============
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from ..errors import check_name
from .arrays import FloatArray, broadcast_trailing

__all__ = ["LINKS", "LinkScale", "inverse", "inverse_derivative", "transform"]

LINKS = ("identity", "log", "logit", "cloglog")


def transform(
    link: str, y: ArrayLike, lower: ArrayLike = 0.0, upper: ArrayLike = 1.0
) -> FloatArray:
    """Compute the link z = g(y); at or beyond a bound of the link it is -inf or inf.

    Parameters
    ----------
    link : one of `LINKS`
    y : array of values, in the indicator's unit
    lower, upper : floor and cap, broadcast against `y`; used by `logit` and `cloglog`

    Raises
    ------
    UnknownNameError
        If `link` is not one of `LINKS`.

    Examples
    --------
    >>> transform("logit", [25.0, 50.0, 100.0], 0.0, 100.0).round(4).tolist()
    [-1.0986, 0.0, inf]
    >>> round(float(transform("cloglog", 100 * np.exp(-1), 0.0, 100.0)) + 0.0, 10)
    0.0
    """
    check_name("link", link, LINKS)
    y = np.asarray(y, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        if link == "identity":
            return y.copy()
        if link == "log":
            log: FloatArray = np.log(np.maximum(y, 0.0))
            return log
        low, high = np.asarray(lower, float), np.asarray(upper, float)
        p = np.clip((y - low) / (high - low), 0.0, 1.0)
        z: FloatArray = np.log(p) - np.log1p(-p) if link == "logit" else -np.log(-np.log(p))
        return z


def inverse(link: str, z: ArrayLike, lower: ArrayLike = 0.0, upper: ArrayLike = 1.0) -> FloatArray:
    """Compute the value y = g^-1(z); -inf and inf give the bounds.

    >>> inverse("logit", [-np.inf, 0.0, np.inf], 0.0, 100.0).tolist()
    [0.0, 50.0, 100.0]
    """
    check_name("link", link, LINKS)
    z = np.asarray(z, float)
    with np.errstate(over="ignore"):
        if link == "identity":
            return z.copy()
        if link == "log":
            value: FloatArray = np.exp(z)
            return value
        p = expit(z) if link == "logit" else np.exp(-np.exp(-z))
        low, high = np.asarray(lower, float), np.asarray(upper, float)
        value = low + (high - low) * p
        return value


def inverse_derivative(
    link: str, y: ArrayLike, lower: ArrayLike = 0.0, upper: ArrayLike = 1.0
) -> FloatArray:
    """Compute dy/dz, the derivative of the inverse link, where the value is y.

    >>> inverse_derivative("log", [2.0, 4.0]).tolist()
    [2.0, 4.0]
    >>> float(inverse_derivative("logit", 50.0, 0.0, 100.0))
    25.0
    """
    check_name("link", link, LINKS)
    y = np.asarray(y, float)
    if link == "identity":
        return np.ones_like(y)
    if link == "log":
        return y.copy()
    low, high = np.asarray(lower, float), np.asarray(upper, float)
    below = y - low
    if link == "logit":
        derivative: FloatArray = below * (high - y) / (high - low)
        return derivative
    share = np.clip(below / (high - low), np.finfo(float).tiny, 1.0)
    derivative = -below * np.log(share)
    return derivative


@dataclass(frozen=True)
class LinkScale:
    """A link with the floor and cap of each series, measured in `unit`. Arrays are (series,)."""

    link: str
    unit: FloatArray
    floor: FloatArray
    cap: FloatArray

    def to_link(self, y: FloatArray) -> FloatArray:
        """Transform values (series, ...) to the link scale."""
        floor, cap, unit = self._ends(y)
        return transform(self.link, y, floor, cap) / unit

    def from_link(self, z: FloatArray) -> FloatArray:
        """Transform link-scale values (series, ...) back."""
        floor, cap, unit = self._ends(z)
        scaled: FloatArray = z * unit
        return scaled if self.link == "identity" else inverse(self.link, scaled, floor, cap)

    def derivative(self, y: FloatArray) -> FloatArray:
        """Compute dy/dz where the value is `y` (series, ...)."""
        floor, cap, unit = self._ends(y)
        change: FloatArray = inverse_derivative(self.link, y, floor, cap) * unit
        return change

    def _ends(self, like: FloatArray) -> tuple[FloatArray, ...]:
        return tuple(broadcast_trailing(a, like) for a in (self.floor, self.cap, self.unit))
