"""Naive twins of the statistical core: one series at a time, everything written down in full.

`Twin` writes the joint covariance matrix of figures, state and future of one series and conditions
with `numpy.linalg`; what the pace adds is integrated numerically over both times. `peers_twin`
goes over other series one figure at a time. Neither shares a formula with the package.
"""

from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from math import floor

import numpy as np
from scipy.special import digamma

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
NODES, WEIGHTS = (NODES + 1.0) / 2.0, WEIGHTS / 2.0


def integral(function, start, end, *kinks):
    """Integrate a function (array in, array out) that is smooth except at its kinks."""
    cuts = sorted({start, end, *(k for k in kinks if start < k < end)})
    total = 0.0
    for low, high in pairwise(cuts):
        total = total + (high - low) * (function(low + (high - low) * NODES) @ WEIGHTS)
    return total


@cache
def pace_over(memory, first, second):
    """Double integral of memory^|s-t| over s in the interval `first` and t in `second`."""

    def inner(s):
        return np.array(
            [integral(lambda t, one=one: memory ** np.abs(t - one), *second, one) for one in s]
        )

    return float(integral(inner, *first, *second))


@dataclass(frozen=True)
class Move:
    """Level at `end` less level at `start`, plus blurs (a name and a factor each)."""

    start: float
    end: float
    blurs: tuple = ()


@dataclass(frozen=True)
class Speed:
    """The pace's deviation from the long pace, at a time."""

    at: float


@dataclass(frozen=True)
class Long:
    """The long pace."""


def reach(one):
    """What a unit of the long pace adds."""
    if isinstance(one, Long):
        return 1.0
    return one.end - one.start if isinstance(one, Move) else 0.0


@dataclass
class Twin:
    """One series: `z` at `t`, levels anew where `breaks`; variances per unit of sigma^2."""

    z: np.ndarray
    t: np.ndarray
    breaks: np.ndarray
    ratio: float
    memory: float
    blur: float
    freedom: float = 0.0
    seen: list = field(init=False)
    d: np.ndarray = field(init=False)

    def __post_init__(self):
        """Write down the distances of figures from the first since the last break."""
        known = ~np.isnan(self.z)
        self.z, self.t, self.breaks = (np.asarray(a)[known] for a in (self.z, self.t, self.breaks))
        self.seen, d, first = [], [], 0
        for i in range(1, len(self.z)):
            if self.breaks[i]:
                first = i
            else:
                blurs = ((i, 1.0), (first, -1.0))
                self.seen.append(Move(self.t[first], self.t[i], blurs))
                d.append(self.z[i] - self.z[first])
        self.d, self.first = np.array(d), first
        self.reach = np.array([reach(one) for one in self.seen])
        self.cov = self.table(self.seen, self.seen)

    def covariance(self, one, two):
        """Covariance of two quantities, each part by itself."""
        total = self.freedom * reach(one) * reach(two)
        if isinstance(one, Long) or isinstance(two, Long):
            return total
        if isinstance(one, Speed) and isinstance(two, Speed):
            return total + self.ratio * self.memory ** abs(one.at - two.at)
        if isinstance(one, Speed):
            one, two = two, one
        start, end = one.start, one.end
        if isinstance(two, Speed):
            along = integral(lambda s: self.memory ** np.abs(s - two.at), start, end, two.at)
            return total + self.ratio * along
        total += self.ratio * pace_over(self.memory, (start, end), (two.start, two.end))
        overlap = max(min(end, two.end) - max(start, two.start), 0.0)
        total += (1.0 - self.blur) * overlap
        other = dict(two.blurs)
        return total + self.blur * sum(c * other.get(name, 0.0) for name, c in one.blurs)

    def table(self, ones, twos):
        """Covariances of lists of quantities."""
        rows = [[self.covariance(a, b) for b in twos] for a in ones]
        return np.array(rows, float).reshape(len(ones), len(twos))

    def sums(self):
        """Squares, cross and information of the distances, and the log determinant."""
        inv = np.linalg.inv(self.cov)
        return (
            self.d @ inv @ self.d,
            self.reach @ inv @ self.d,
            self.reach @ inv @ self.reach,
            np.linalg.slogdet(self.cov)[1],
        )

    def given(self, wanted, pace):
        """Mean and covariance of quantities given the figures, at a prior pace."""
        mean = pace * np.array([reach(one) for one in wanted])
        cov = self.table(wanted, wanted)
        if self.seen:
            gain = self.table(wanted, self.seen) @ np.linalg.inv(self.cov)
            mean = mean + gain @ (self.d - pace * self.reach)
            cov = cov - gain @ self.table(self.seen, wanted)
        moved = np.array([isinstance(one, Move) for one in wanted])
        return mean + self.z[self.first] * moved, cov

    def state(self, pace):
        """Mean and covariance of level, deviation of the pace and long pace at the end."""
        start, last = self.t[self.first], self.t[-1]
        return self.given([Move(start, last, ((self.first, -1.0),)), Speed(last), Long()], pace)

    def future(self, ahead, pace):
        """Mean and covariance of the figures `ahead` years after the last."""
        start, last = self.t[self.first], self.t[-1]
        blurs = ((self.first, -1.0),)
        wanted = [Move(start, last + h, (*blurs, (f"+{h}", 1.0))) for h in ahead]
        return self.given(wanted, pace)


def whole(year):
    """Calendar year that a time counts for: 2020.5 is the end of 2021's first half, so 2021."""
    return floor(year + 0.5)


def increments_of(z, t, breaks, *, relative):
    """One (year, rate, level before) a calendar year that a pair of figures covers."""
    out = []
    for j in range(len(z) - 1):
        span = t[j + 1] - t[j]
        if np.isnan(span) or breaks[j + 1] or span > 4.0:
            continue
        if not (np.isfinite(z[j]) and np.isfinite(z[j + 1])):
            continue
        rate, level = (z[j + 1] - z[j]) / span, z[j]
        if relative:
            rate, level = rate / abs(level), np.log(level)
        out += [(year, rate, level) for year in range(whole(t[j]) + 1, whole(t[j + 1]) + 1)]
    return out


def peers_twin(i, z, t, breaks, group, *, relative):
    """What series `i` sees of the others: name -> number, by the definitions of `siblings`."""
    last = whole(t[i, -1])
    window = [
        (j, year, rate, level)
        for j in range(len(z))
        if group[j] == group[i]
        for year, rate, level in increments_of(z[j], t[j], breaks[j], relative=relative)
        if last - 8 < year <= last
    ]
    # What jumps are is judged by all whose figures end in this year's window, the own among them.
    rates = np.array([rate for _, _, rate, _ in window])
    if len(rates):
        lower, middle, upper = np.quantile(rates, [0.25, 0.5, 0.75])
        spread = (upper - lower) / 1.349 + 1e-9
        rates = np.clip(rates, middle - 6.0 * spread, middle + 6.0 * spread)
    others = [
        (j, year, rate, level)
        for (j, year, _, level), rate in zip(window, rates, strict=True)
        if j != i
    ]
    own = np.log(z[i, -1]) if relative else z[i, -1]
    log_noise, measured = noise_twin(others)
    return {
        "count": len(others),
        "recent": mean_of([rate for _, year, rate, _ in others if year > last - 4]),
        "lasting": mean_of([rate for _, _, rate, _ in others]),
        "catching_up": catching_up_twin(others, own),
        "log_noise": log_noise,
        "noise_count": measured,
        "shock": shock_twin(others, last),
    }


def mean_of(values):
    """Mean of three values or more, else 0."""
    return float(np.mean(values)) if len(values) >= 3 else 0.0


def catching_up_twin(others, own):
    """Shrunk slope of increments on levels, times the distance from the mean level."""
    if len(others) < 20:
        return 0.0
    rate = np.array([rate for _, _, rate, _ in others])
    level = np.array([level for _, _, _, level in others])
    away = level - level.mean()
    slope = (away @ (rate - rate.mean())) / (1.2 * (away @ away) + 1e-9)
    return slope * (own - level.mean())


def noise_twin(others):
    """Mean of the siblings' log variances, freed of the bias of log chi^2, and their number."""
    logs = []
    for j in sorted({j for j, *_ in others}):
        rates = np.array([rate for who, _, rate, _ in others if who == j])
        df = len(rates) - 1
        if df >= 2 and np.ptp(rates) > 1e-12 * np.abs(rates).max():
            # E log(chi^2_df / df) = digamma(df / 2) - log(df / 2).
            logs.append(np.log(rates.var(ddof=1)) - digamma(df / 2) + np.log(df / 2))
    return (np.mean(logs) if len(logs) >= 3 else np.nan), len(logs)


def shock_twin(others, last):
    """Variance of the yearly means over the last seven years."""
    means = []
    for year in range(last - 6, last + 1):
        rates = [rate for _, when, rate, _ in others if when == year]
        if rates:
            means.append(np.mean(rates))
    return np.var(means) if means else 0.0
