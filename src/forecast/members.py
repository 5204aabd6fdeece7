"""The members of a mixture of growth paths: small records with the same few functions.

A `Drift` answers with a Student-t on a link scale, `Increments` with a beta-prime that never
falls; see `growth` for the equations. A record holds arrays over the series in its `rows`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, stdtr, stdtrit

from . import links
from .filtering import drift_sum

__all__ = ["Drift", "Increments", "Predictive", "across", "select", "select_cells"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Record = TypeVar("Record", "Drift", "Increments", "Drift | Increments", "Predictive")


@dataclass(frozen=True)
class Drift:
    """Student-t members on one link for the series in `rows`; arrays have shape (rows,).

    Bounds that the link does not keep by itself (`lower`, `upper` under identity or log) are
    kept by truncation: F is rescaled between F(lower) and F(upper), so no mass piles up on them.
    """

    rows: IntArray
    weight: FloatArray
    link: str
    damping: float
    measurement: float
    shared: float
    unit: FloatArray
    floor: FloatArray
    cap: FloatArray
    lower: FloatArray
    upper: FloatArray
    level: FloatArray
    slope: FloatArray
    level_variance: FloatArray
    covariance: FloatArray
    slope_variance: FloatArray
    noise_variance: FloatArray
    df: FloatArray

    def scale(self, y: FloatArray) -> FloatArray:
        """Value to this member's scale; `y` is (rows, ...)."""
        floor, cap, unit = (across(a, y) for a in (self.floor, self.cap, self.unit))
        return links.transform(self.link, y, floor, cap) / unit

    def value(self, z: FloatArray) -> FloatArray:
        """Back from this member's scale to values."""
        floor, cap, unit = (across(a, z) for a in (self.floor, self.cap, self.unit))
        return links.inverse(self.link, z * unit, floor, cap)

    def keep_bounds(self, z: FloatArray, place: int, ahead: FloatArray) -> FloatArray:
        """Draws `z` (draws, years) of the series at `place` as values within its bounds.

        Where the link does not keep a bound, each year's draws are mapped with their ranks to the
        truncated distribution, so that draws and closed form agree.
        """
        at = select(self, np.array([place])).predictive(ahead[None, :])
        if (at.above - at.below).min() < 1.0:
            inside = stdtr(at.df, (z - at.location) / at.spread)
            z = at.location + at.spread * stdtrit(at.df, at.below + inside * (at.above - at.below))
        return links.inverse(self.link, z * at.unit, at.floor, at.cap)

    def moments(self, ahead: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Location and scale of the Student-t `ahead` (rows, years) years after the last figure."""
        drift = drift_sum(ahead, self.damping)
        level, slope, p11, p12, p22, s2 = (
            across(a, ahead)
            for a in (
                self.level, self.slope, self.level_variance, self.covariance,
                self.slope_variance, self.noise_variance,
            )
        )  # fmt: skip
        spread = p11 + drift * (2.0 * p12 + drift * p22)
        spread = spread + (1.0 - self.measurement) * ahead + self.measurement
        return level + drift * slope, np.sqrt(s2 * spread)

    def cdf(self, y: FloatArray, ahead: FloatArray) -> FloatArray:
        """P(value <= y), with `y` and `ahead` (rows, years)."""
        return self.predictive(ahead).cdf(y)

    def quantile(self, p: float, ahead: FloatArray) -> FloatArray:
        """Value below which the share `p` lies, for `ahead` (rows, years)."""
        at = self.predictive(ahead)
        if np.all(at.below == 0.0) and np.all(at.above == 1.0):
            found, back = np.unique(self.df, return_inverse=True)
            t = across(stdtrit(found, p)[back], ahead)
        else:
            t = stdtrit(at.df, at.below + p * (at.above - at.below))
        return self.value(at.location + at.spread * t)

    def predictive(self, ahead: FloatArray) -> Predictive:
        """Everything the distribution `ahead` (rows, years) is made of."""
        location, spread = self.moments(ahead)
        df, unit, floor, cap = (
            across(a, ahead) for a in (self.df, self.unit, self.floor, self.cap)
        )
        below, above = self._outside(location, spread, df)
        return Predictive(self.link, location, spread, df, below, above, unit, floor, cap)

    def draw(self, rng: np.random.Generator, row: int, count: int) -> tuple[FloatArray, ...]:
        """Draw noise sd, level and slope after the last figure of series `row`: (count,) each."""
        i = int(np.flatnonzero(self.rows == row)[0])
        sd = np.sqrt(self.noise_variance[i] * self.df[i] / rng.chisquare(self.df[i], count))
        first, second = rng.standard_normal((2, count))
        p11, p12, p22 = self.level_variance[i], self.covariance[i], self.slope_variance[i]
        root = np.sqrt(p11)
        onto = p12 / root if root > 0 else 0.0
        level = self.level[i] + sd * root * first
        rest = np.sqrt(max(p22 - onto * onto, 0.0))
        slope = self.slope[i] + sd * (onto * first + rest * second)
        return sd, level, slope

    def _outside(
        self, location: FloatArray, spread: FloatArray, df: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """F at the lower and the upper bound: 0 and 1 where the link keeps them itself."""
        ends = []
        for bound, nowhere, share in ((self.lower, -np.inf, 0.0), (self.upper, np.inf, 1.0)):
            given = np.isfinite(bound)
            if self.link in ("logit", "cloglog") or not given.any():
                ends.append(np.full_like(location, share))
                continue
            limit = np.where(given, bound, nowhere)
            z = self.scale(np.broadcast_to(limit[:, None], location.shape))
            ends.append(stdtr(df, (z - location) / spread))
        return ends[0], ends[1]


@dataclass(frozen=True)
class Predictive:
    """Student-t on a member's scale, truncated at the bounds its link does not keep.

    Arrays of shapes that broadcast; `below` and `above` are F at the bounds.
    """

    link: str
    location: FloatArray
    spread: FloatArray
    df: FloatArray
    below: FloatArray
    above: FloatArray
    unit: FloatArray
    floor: FloatArray
    cap: FloatArray

    def cdf(self, y: FloatArray) -> FloatArray:
        """P(value <= y)."""
        z = links.transform(self.link, y, self.floor, self.cap) / self.unit
        inside = stdtr(self.df, (z - self.location) / self.spread)
        share: FloatArray = np.clip((inside - self.below) / (self.above - self.below), 0.0, 1.0)
        return share


@dataclass(frozen=True)
class Increments:
    """Beta-prime members for cumulative counts in `rows`; arrays have shape (rows,)."""

    rows: IntArray
    weight: FloatArray
    latest: FloatArray
    year_shape: float
    pace_shape: FloatArray
    pace_rate: FloatArray
    upper: FloatArray

    def cdf(self, y: FloatArray, ahead: FloatArray) -> FloatArray:
        """P(count <= y), with `y` and `ahead` (rows, years)."""
        more = np.maximum(y - across(self.latest, y), 0.0)
        share = more / (more + across(self.pace_rate, y))
        done = betainc(self.year_shape * ahead, across(self.pace_shape, y), share)
        done = np.where(y < across(self.latest, y), 0.0, done)
        below: FloatArray = np.where(y >= across(self.upper, y), 1.0, done)
        return below

    def quantile(self, p: float, ahead: FloatArray) -> FloatArray:
        """Count below which the share `p` lies, for `ahead` (rows, years)."""
        share = betaincinv(self.year_shape * ahead, across(self.pace_shape, ahead), p)
        more = across(self.pace_rate, ahead) * share / (1.0 - share)
        value: FloatArray = np.minimum(across(self.latest, ahead) + more, across(self.upper, ahead))
        return value

    def draw(self, rng: np.random.Generator, row: int, count: int) -> FloatArray:
        """Draw mean increments per unit of shape (1 / theta) of series `row`: (count,)."""
        i = int(np.flatnonzero(self.rows == row)[0])
        rate: FloatArray = self.pace_rate[i] / rng.gamma(self.pace_shape[i], 1.0, count)
        return rate


def select(record: Record, index: IntArray) -> Record:
    """Take each array of a record at `index`."""
    arrays: dict[str, Any] = {
        name: array[index] for name, array in vars(record).items() if isinstance(array, np.ndarray)
    }
    return replace(record, **arrays)


def select_cells(
    at: Predictive, row: IntArray, column: IntArray, shape: tuple[int, ...]
) -> Predictive:
    """Flatten to the cells (row, column) of `shape`."""
    arrays: dict[str, Any] = {
        name: np.broadcast_to(array, shape)[row, column]
        for name, array in vars(at).items()
        if isinstance(array, np.ndarray)
    }
    return replace(at, **arrays)


def across(values: FloatArray, like: FloatArray) -> FloatArray:
    """Shape (rows,) to (rows, 1, ...) so that it broadcasts against `like`."""
    return values.reshape(values.shape + (1,) * (like.ndim - 1))
