"""Predictive distributions of whole batches: small records with the same few functions.

A `Path` is one link's Student-t; a `Blend` joins the paths of a series by averaging their quantile
functions,

    Q(p) = clip( sum_j w_j g_j^-1( m_j + s_j t ), lower, upper ),   t = T_nu^-1(p),

the same nu in each path, so that one number t says where a value stands in all of them: a
quantile needs no root finding, a probability the root of an increasing function between the
paths' own answers, a draw one t (Ratcliff 1979, doi 10.1037/0033-2909.86.3.446; Lichtendahl,
Grushka-Cockayne and Winkler 2013, doi 10.1287/mnsc.1120.1667: averaged quantiles keep the spread
that the average of probabilities widens). What lies beyond a bound is reported at the bound: that
is how a share comes to be 100 %. A record holds
arrays over the series in its `rows`; the first axis of each array is the series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr, ndtri, stdtr, stdtrit

from . import links
from .kalman import Pace, drift, wander

__all__ = ["Blend", "Path", "Quotient", "across", "select"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Record = TypeVar("Record")

NEWTON_STEPS = 40
SETTLED = 1e-10
POINTS = 512
"""Equally likely futures that answers over several years are counted on."""


@dataclass(frozen=True)
class Scale:
    """A link with its ends, measured in `unit`; its weight in the blend. Arrays are (series,)."""

    link: str
    weight: float
    unit: FloatArray
    floor: FloatArray
    cap: FloatArray

    def scale(self, y: FloatArray) -> FloatArray:
        """Value to this scale; `y` is (series, ...)."""
        floor, cap, unit = (across(a, y) for a in (self.floor, self.cap, self.unit))
        return links.transform(self.link, y, floor, cap) / unit

    def value(self, z: FloatArray) -> FloatArray:
        """Back from this scale to values."""
        floor, cap, unit = (across(a, z) for a in (self.floor, self.cap, self.unit))
        return links.inverse(self.link, z * unit, floor, cap)

    def steepness(self, y: FloatArray) -> FloatArray:
        """Change of the value per step of this scale, where the value is `y`."""
        floor, cap, unit = (across(a, y) for a in (self.floor, self.cap, self.unit))
        steep: FloatArray = links.slope(self.link, y, floor, cap) * unit
        return steep


@dataclass(frozen=True)
class Path(Scale):
    """One link of a batch: where the level stands and how it moves, for each pace of the grid.

    Arrays are (series,) or (series, paces), on the link scale, in its `unit`. The forecast's mean h
    years ahead is level + long_pace h + f(h) own_pace; a unit of the long pace, uncertain by
    `long_variance`, adds h - level_response - f(h) pace_response to it.
    """

    paces: tuple[Pace, ...]
    pace_weight: FloatArray
    level: FloatArray
    long_pace: FloatArray
    own_pace: FloatArray
    level_variance: FloatArray
    covariance: FloatArray
    pace_variance: FloatArray
    long_variance: FloatArray
    level_response: FloatArray
    pace_response: FloatArray
    noise_variance: FloatArray
    rounding: FloatArray
    lasting_noise: FloatArray
    shock: FloatArray
    spread: float
    spread_growth: float

    def moments(self, ahead: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Location and scale `ahead` (series, years) years after the last figure.

        The paces of the grid are joined by their moments; then come what keeps every series'
        noise alive, the rounding of the two figures and the shared shock with eight years behind.
        Given the years, both moments are linear in a few numbers of each series: two products.
        """
        h = _once(ahead)
        way = np.stack([drift(h, pace.memory) for pace in self.paces], axis=2)
        noise = np.stack(
            [wander(h, p)[0] + (1.0 - p.blur) * h + p.blur for p in self.paces], axis=2
        )
        one, years = np.ones_like(way), np.broadcast_to(h[:, :, None], way.shape)
        mean, square = self._coefficients()
        first = _product(mean, [one, years, way])
        second = _product(square, [one, years, years**2, way, way**2, years * way, noise])
        middle = (self.pace_weight * self.level).sum(axis=1, keepdims=True)
        variance = np.maximum(second - first * first, 0.0)
        variance = variance * (self.spread * (h / 2.0) ** self.spread_growth) ** 2
        variance = variance + self.lasting_noise[:, None] * h + 2.0 * self.rounding[:, None]
        variance = variance + self.shock[:, None] * (h + h * h / 8.0)
        return middle + first, np.sqrt(variance)

    def own_share(self) -> FloatArray:
        """Share of the pace's variance that the series' own figures removed, 0 to 1."""
        prior = np.array([pace.ratio for pace in self.paces])
        left = self.pace_variance / np.where(prior > 0.0, prior, 1.0)
        removed = np.where(prior > 0.0, 1.0 - left, 0.0)
        share: FloatArray = (self.pace_weight * removed).sum(axis=1)
        return share

    def correlation(self, ahead: FloatArray) -> FloatArray:
        """Correlation of the years `ahead` (series, years) among each other: (series, y, y)."""
        h = _once(ahead)
        first = np.minimum(h[:, :, None], h[:, None, :])
        apart = np.abs(h[:, :, None] - h[:, None, :])
        way = np.stack([drift(h, pace.memory) for pace in self.paces], axis=2)
        grown = []
        for pace in self.paces:
            # What the pace has wandered by the earlier year goes on with what is left of it.
            early, both, _ = wander(first, pace)
            lasting = early + both * drift(apart, pace.memory) + (1.0 - pace.blur) * first
            grown.append(lasting + pace.blur * (apart == 0.0))
        one, years = np.ones_like(way), np.broadcast_to(h[:, :, None], way.shape)
        pairs = [
            (one, one), (one, years), (years, years), (one, way), (way, way), (years, way),
        ]  # fmt: skip
        features = [0.5 * (_outer(a, b) + _outer(b, a)) for a, b in pairs]
        mean, square = self._coefficients()
        shape = (len(h), -1, len(self.paces))
        flat = [f.reshape(shape) for f in [*features, np.stack(grown, axis=3)]]
        total = _product(square, flat).reshape(-1, *first.shape[1:])
        middle = _product(mean, [one, years, way])
        total = total - middle[:, :, None] * middle[:, None, :]
        total = total + self.lasting_noise[:, None, None] * first
        total = total + self.shock[:, None, None] * (first + h[:, :, None] * h[:, None, :] / 8.0)
        sd = np.sqrt(np.diagonal(total, axis1=1, axis2=2))
        alike: FloatArray = total / (sd[:, :, None] * sd[:, None, :])
        return alike

    def _coefficients(self) -> tuple[list[FloatArray], list[FloatArray]]:
        """Give what multiplies 1, h and f(h) in the mean, about the mean level, for each pace.

        Then what multiplies 1, h, h^2, f, f^2, h f and the noise in the mean square.
        """
        weight, s2 = self.pace_weight, self.noise_variance
        level = self.level - (weight * self.level).sum(axis=1, keepdims=True)
        long, own, r1, r2, p33 = (
            self.long_pace, self.own_pace, self.level_response, self.pace_response,
            self.long_variance,
        )  # fmt: skip
        square = [
            level**2 + s2 * (self.level_variance + p33 * r1**2),
            2.0 * (level * long - s2 * p33 * r1),
            long**2 + s2 * p33,
            2.0 * (level * own + s2 * (self.covariance + p33 * r1 * r2)),
            own**2 + s2 * (self.pace_variance + p33 * r2**2),
            2.0 * (long * own - s2 * p33 * r2),
            s2,
        ]
        mean = [weight * part for part in (level, long, own)]
        return mean, [weight * part for part in square]


@dataclass(frozen=True)
class Quotient(Scale):
    """A ratio whose numerator and denominator are known: log ratio = log top - log bottom.

    The ratio stands at its own latest figure and moves by the difference of their moves, which are
    taken for independent.
    """

    latest: FloatArray
    top: Path
    bottom: Path

    def moments(self, ahead: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Location and scale `ahead` (series, years) years after the last figure."""
        start = np.zeros((len(self.latest), 1))
        location = np.broadcast_to(self.latest[:, None], ahead.shape)
        variance = np.zeros(ahead.shape)
        for sign, part in ((1.0, self.top), (-1.0, self.bottom)):
            loc, scale = part.moments(ahead)
            now = part.moments(start + 1e-9)[0]
            location, variance = location + sign * (loc - now), variance + scale * scale
        return location, np.sqrt(variance)

    def correlation(self, ahead: FloatArray) -> FloatArray:
        """Correlation of the years `ahead` among each other: the numerator's."""
        return self.top.correlation(ahead)


@dataclass(frozen=True)
class Blend:
    """The joined paths of the series in `rows`."""

    rows: IntArray
    paths: tuple[Path | Quotient, ...]
    df: FloatArray
    shift: FloatArray
    """Recalibration: the t that a probability belongs to is shift + stretch t."""
    stretch: float
    lower: FloatArray
    upper: FloatArray
    latest: FloatArray
    ratchet: NDArray[np.bool_]
    """Series that keep their highest value so far."""
    shared: float
    """Correlation between regions of one indicator of the t of a year."""
    own_share: FloatArray
    """Share of the pace's variance that the series' own figures removed."""
    siblings: FloatArray
    """Increments of siblings behind the prior."""

    def draws(self, t: FloatArray, ahead: FloatArray) -> FloatArray:
        """Values at `t` (series, draws, years)."""
        moments = [
            (loc[:, None, :], scale[:, None, :])
            for loc, scale in (path.moments(ahead) for path in self.paths)
        ]
        return self._value(across(self.shift, t) + self.stretch * t, moments)

    def standing(self, y: FloatArray, ahead: FloatArray) -> FloatArray:
        """Find the t of values `y`: -inf below every value, inf above.

        `ahead` is (series, years), `y` (series, years) or (series, ..., years).
        """
        between = (slice(None), *(None,) * (y.ndim - 2))
        found = [path.moments(ahead) for path in self.paths]
        moments = [(loc[between], scale[between]) for loc, scale in found]
        own = [
            (path.scale(y) - loc) / scale
            for path, (loc, scale) in zip(self.paths, moments, strict=True)
        ]
        t = own[0] if len(own) == 1 else self._root(y, own, moments)
        t = (t - across(self.shift, y)) / self.stretch
        t = np.where(y < across(self.lower, y), -np.inf, t)
        return np.where(y >= across(self.upper, y), np.inf, t)

    def cdf(self, y: FloatArray, ahead: FloatArray) -> FloatArray:
        """P(value <= y), with `ahead` (series, years) and `y` like it or (series, ..., years)."""
        share: FloatArray = stdtr(across(self.df, y), self.standing(y, ahead))
        if self.ratchet.any():
            at = np.flatnonzero(self.ratchet)
            highest = select(self, at).highest(ahead[at])
            if y.ndim > 2:
                highest = np.expand_dims(highest, tuple(range(2, y.ndim)))
            share[at] = (highest <= y[at][:, None]).mean(axis=1)
        return share

    def quantiles(self, levels: Sequence[float], ahead: FloatArray) -> FloatArray:
        """Values below which the shares `levels` lie: (levels, series, years)."""
        moments = [path.moments(ahead) for path in self.paths]
        found, back = np.unique(self.df, return_inverse=True)
        out = np.empty((len(levels), len(self.rows), ahead.shape[1]))
        for i, level in enumerate(levels):
            t = self.shift + self.stretch * stdtrit(found, level)[back]
            out[i] = self._value(t[:, None], moments)
        if self.ratchet.any():
            at = np.flatnonzero(self.ratchet)
            out[:, at] = np.quantile(select(self, at).highest(ahead[at]), levels, axis=1)
        return out

    def points(self, ahead: FloatArray) -> FloatArray:
        """`POINTS` equally likely futures as t (series, points, years), the same at every call."""
        normal = _normal_points(ahead.shape[1] + 1)
        root = np.linalg.cholesky(self.correlation(ahead))
        score = normal[:, 1:] @ np.swapaxes(root, 1, 2)
        found, back = np.unique(self.df, return_inverse=True)
        half = found[:, None] / 2.0
        wide = np.sqrt(gammaincinv(half, ndtr(normal[:, 0])) / half)[back]
        t: FloatArray = score / wide[:, :, None]
        return t

    def highest(self, ahead: FloatArray) -> FloatArray:
        """Highest value of each future so far (series, points, years), the latest figure included.

        Year by year: a value of a year between the asked ones counts too.
        """
        out = np.empty((len(self.rows), POINTS, ahead.shape[1]))
        asked, kind = np.unique(ahead, axis=0, return_inverse=True)
        for number, row in enumerate(asked):
            mine = np.flatnonzero(kind.reshape(-1) == number)
            grid = np.union1d(np.arange(row.min() % 1.0 or 1.0, row.max() + 1e-9), row)
            part, years = select(self, mine), np.broadcast_to(grid, (len(mine), len(grid)))
            values = part.draws(part.points(years), years)
            values = np.maximum(values, part.latest[:, None, None])
            out[mine] = np.maximum.accumulate(values, axis=2)[:, :, np.searchsorted(grid, row)]
        return out

    def correlation(self, ahead: FloatArray) -> FloatArray:
        """Correlation among the years `ahead`, as the heaviest path has it."""
        return max(self.paths, key=lambda path: path.weight).correlation(ahead)

    def _value(self, t: FloatArray, moments: list[tuple[FloatArray, FloatArray]]) -> FloatArray:
        total = np.zeros(np.broadcast_shapes(t.shape, moments[0][0].shape))
        for path, (loc, scale) in zip(self.paths, moments, strict=True):
            total += path.weight * path.value(loc + scale * t)
        lower, upper = (across(a, total) for a in (self.lower, self.upper))
        return np.clip(total, lower, upper)

    def _root(
        self, y: FloatArray, own: list[FloatArray], moments: list[tuple[FloatArray, FloatArray]]
    ) -> FloatArray:
        """Where the joined quantile function passes `y`: Newton inside the paths' own answers."""
        stacked = np.clip(np.stack(own), -1e6, 1e6)
        low, high = stacked.min(axis=0), stacked.max(axis=0)
        weights = [path.weight for path in self.paths]
        t: FloatArray = sum(
            (w * x for w, x in zip(weights, stacked, strict=True)), np.zeros(y.shape)
        )
        last, settled = np.full(t.shape, np.inf), np.zeros(t.shape, bool)
        for _ in range(NEWTON_STEPS):
            value, steep = np.zeros(t.shape), np.zeros(t.shape)
            for path, (loc, scale) in zip(self.paths, moments, strict=True):
                own_value = path.value(loc + scale * t)
                value += path.weight * own_value
                steep += path.weight * path.steepness(own_value) * scale
            short = y - value
            low, high = np.where(short >= 0, t, low), np.where(short >= 0, high, t)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                step = t + short / steep
            # A step that does not halve the last one is no progress: bisect.
            inside = (step >= low) & (step <= high) & (np.abs(step - t) <= 0.5 * last)
            moved = np.where(settled, t, np.where(inside, step, 0.5 * (low + high)))
            settled |= np.abs(moved - t) <= SETTLED * (1.0 + np.abs(t))
            last, t = np.abs(moved - t), moved
            if settled.all():
                break
        return t


def select(record: Record, index: IntArray | slice) -> Record:
    """Take the series at `index` of a record: each array along its first axis, nested ones too."""
    taken: Record = _taken(record, index)
    return taken


def _taken(value: Any, index: IntArray | slice) -> Any:
    if isinstance(value, np.ndarray):
        return value[index]
    if is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: _taken(getattr(value, f.name), index) for f in fields(value)}
        return replace(value, **parts)
    return tuple(_taken(v, index) for v in value) if isinstance(value, tuple) else value


@cache
def _normal_points(dimensions: int) -> FloatArray:
    """Evenly spread points of standard normals (points, dimensions)."""
    from scipy.stats import qmc  # half a second that only these answers pay

    points: FloatArray = ndtri(qmc.Sobol(dimensions, rng=np.random.default_rng(1)).random(POINTS))
    return points


def across(values: FloatArray, like: FloatArray) -> FloatArray:
    """Shape (series,) to (series, 1, ...) so that it broadcasts against `like`."""
    return values.reshape(values.shape + (1,) * (like.ndim - 1))


def _product(parts: list[FloatArray], features: list[FloatArray]) -> FloatArray:
    """Sum of parts (series, paces) times features (series or 1, years, paces): (series, years)."""
    left, right = np.concatenate(parts, axis=1), np.concatenate(features, axis=2)
    if len(right) == 1:
        # Not a matrix product: its last bit would depend on how many series come together.
        once: FloatArray = np.einsum("np,yp->ny", left, right[0])
        return once
    each: FloatArray = np.einsum("np,nyp->ny", left, right)
    return each


def _outer(left: FloatArray, right: FloatArray) -> FloatArray:
    """Products of every two years: (series, years, paces) to (series, years, years, paces)."""
    return left[:, :, None, :] * right[:, None, :, :]


def _once(ahead: FloatArray) -> FloatArray:
    """One row where all series ask the same years ahead: it broadcasts."""
    return ahead[:1] if len(ahead) > 1 and bool((ahead == ahead[0]).all()) else ahead
