"""What the peers of a series (the other regions of its indicator) show, up to its last year.

Each series sees the increments a year of its peers over the eight years up to its own latest
observation, never its own and never later ones. Everything is on the link scale a year; `relative`
scales (identity links without bounds) divide increments by the level before.

=========== ==============================================================================
recent      mean increment of the last 4 years (0 below 3 increments)
lasting     mean increment of the last 8 years
catching_up difference in slope by level: the peers' regression of increments on levels, shrunk,
            times the distance of the own level from theirs (0 below 20 increments)
log_noise   mean log variance of the peers' increments about each one's own mean, corrected for
            its bias under chi^2 (Smyth 2004, doi 10.2202/1544-6115.1027); NaN below 3 peers
shock       omega^2: variance over the last 7 years of the peers' mean increment, what a year
            does to all regions alike
=========== ==============================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma

from .arrays import BoolArray, FloatArray, IntArray, count_within

__all__ = ["WINDOW", "PeerSummary", "summarise_peers"]


WINDOW, RECENT = 8, 4
"""Years over which the lasting and the recent slope are averaged; declared, their weights are
learned (`lasting` and `recent` of `priors`)."""
LONGEST_GAP = 4.0
"""Most years between two observations whose difference is taken as yearly increments."""
JUMP = 6.0
"""Robust deviations from the median at which increments are winsorised. Declared: beyond Tukey's
outer fence (4.7), so that only gross errors and level shifts are cut."""
SLOPE_SHRINKAGE = 1.2
"""Divisor of the peers' regression slope; without a role of its own, as the learned weight
`catching_up` multiplies the quotient."""
FEWEST_INCREMENTS, FEWEST_FOR_REGRESSION, FEWEST_PEERS = 3, 20, 3


@dataclass(frozen=True)
class PeerSummary:
    """Summary on one link, an array (series,) a field, as the module defines them.

    `count` is the number of peer increments in the window, `noise_count` that of peers whose noise
    could be measured.
    """

    count: FloatArray
    recent: FloatArray
    lasting: FloatArray
    catching_up: FloatArray
    log_noise: FloatArray
    noise_count: FloatArray
    shock: FloatArray


@dataclass(frozen=True)
class _Increments:
    """Yearly increments, (increments,) each: series, year, rate a year, level before."""

    series: IntArray
    year: IntArray
    rate: FloatArray
    level: FloatArray


def summarise_peers(
    z: FloatArray, t: FloatArray, breaks: BoolArray, group: IntArray, *, relative: bool
) -> PeerSummary:
    """Summarise the peers of every series.

    Parameters
    ----------
    z, t : (series, observations) link-scale values and years, in time order, flush right, NaN where
        absent
    breaks : (series, observations) whether a break lies before: no increment across it
    group : (series,) number of the indicator, from 0
    relative : divide increments by the level before them

    Examples
    --------
    >>> z = np.array([[0.0, 1.0, 2.0, 3.0], [5.0, 5.5, 6.0, 6.5]])
    >>> t = np.array([[2018.0, 2019.0, 2020.0, 2021.0]] * 2)
    >>> seen = summarise_peers(z, t, np.zeros((2, 4), bool), np.array([0, 0]), relative=False)
    >>> seen.recent.tolist()  # each sees the other's slope
    [0.5, 1.0]
    """
    series = len(z)
    entries = _increments(z, t, breaks, relative=relative)
    last = np.floor(t[:, -1] + 0.5).astype(np.int64)
    anchor, group_of, year_of = _anchors(group, last)
    at, entry = _within(entries, group[entries.series], group_of, year_of)
    rate, level = entries.rate[entry], entries.level[entry]
    who, year = entries.series[entry], entries.year[entry]
    rate = _winsorise(at, rate, len(group_of))
    own = anchor[who] == at
    own_level = np.log(np.maximum(z[:, -1], 1e-9)) if relative else z[:, -1]

    def others(values: NDArray[Any]) -> FloatArray:
        """Sum over the anchor's entries less the series' own: (series,)."""
        total = np.bincount(at, values, len(group_of))[anchor].astype(float)
        less: FloatArray = total - np.bincount(who[own], values[own], series)
        return less

    back = year_of[at] - year  # 0 in the anchor's own year
    one = np.ones(len(rate))
    count = others(one)
    lasting = _mean(others(rate), count)
    recent = _mean(others(np.where(back < RECENT, rate, 0.0)), others((back < RECENT) * 1.0))
    centre = np.bincount(at, level, len(group_of)) / np.maximum(
        np.bincount(at, one, len(group_of)), 1.0
    )
    x = level - centre[at]
    sx, sxx, sxr = others(x), others(x * x), others(x * rate)
    safe = np.maximum(count, 1.0)
    slope = (sxr - sx * lasting) / (SLOPE_SHRINKAGE * (sxx - sx * sx / safe) + 1e-9)
    away = own_level - centre[anchor] - sx / safe
    log_noise, noise_count = _log_noise(at, who, rate, anchor, (len(group_of), series))
    return PeerSummary(
        count, recent, lasting, np.where(count >= FEWEST_FOR_REGRESSION, slope * away, 0.0),
        log_noise, noise_count, _shock(at, who, rate, back, anchor, own),
    )  # fmt: skip


def _increments(z: FloatArray, t: FloatArray, breaks: BoolArray, *, relative: bool) -> _Increments:
    """Increments of each series, one a calendar year that a pair of observations covers."""
    start, end = t[:, :-1], t[:, 1:]
    span = end - start
    good = ~np.isnan(span) & ~breaks[:, 1:] & (span <= LONGEST_GAP)
    first = np.floor(start + 0.5)
    years = np.floor(end + 0.5) - first
    good &= (years >= 1.0) & np.isfinite(z[:, :-1]) & np.isfinite(z[:, 1:])
    row, column = np.nonzero(good)
    before, span = z[row, column], span[row, column]
    rate = (z[row, column + 1] - before) / span
    if relative:
        rate, before = rate / (np.abs(before) + 1e-9), np.log(np.maximum(before, 1e-9))
    repeat = years[row, column].astype(np.int64)
    year = np.repeat(first[row, column].astype(np.int64), repeat) + 1 + count_within(repeat)
    return _Increments(row.repeat(repeat), year, rate.repeat(repeat), before.repeat(repeat))


def _anchors(group: IntArray, last: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Pairs of group and last year: the pair of each series, and each pair's group and year."""
    base = last.min(initial=0)
    width = last.max(initial=0) - base + 1
    pairs, anchor = np.unique(group * width + (last - base), return_inverse=True)
    return anchor, pairs // width, pairs % width + base


def _within(
    entries: _Increments, group: IntArray, group_of: IntArray, year_of: IntArray
) -> tuple[IntArray, IntArray]:
    """Anchor and entry of each increment in each anchor's window of years."""
    base = min(entries.year.min(initial=0), year_of.min(initial=0)) - WINDOW
    width = max(entries.year.max(initial=0), year_of.max(initial=0)) - base + 1
    key = group * width + (entries.year - base)
    order = np.argsort(key, kind="stable")
    top = group_of * width + (year_of - base)
    low, high = (np.searchsorted(key[order], top - back, "right") for back in (WINDOW, 0))
    size = high - low
    at = np.repeat(np.arange(len(top)), size)
    return at, order[np.repeat(low, size) + count_within(size)]


def _winsorise(at: IntArray, rate: FloatArray, anchors: int) -> FloatArray:
    """Winsorise rates at the anchor's median plus or minus `JUMP` robust deviations.

    The deviation is that of the quartiles, (q3 - q1) / 1.349; entries come in the anchors' order.
    The series itself is among those that define the median.
    """
    size = np.bincount(at, minlength=anchors)
    start = np.cumsum(size) - size
    # Sorting complex numbers sorts by anchor, then by rate.
    ordered = np.sort(at + 1j * rate).imag
    last = np.maximum(size - 1, 0)

    def quantile(share: float) -> FloatArray:
        place = share * last
        low = np.floor(place).astype(np.int64)
        inside = np.minimum(start + low, len(ordered) - 1)
        upper = np.minimum(inside + 1, len(ordered) - 1)
        value: FloatArray = ordered[inside] + (place - low) * (ordered[upper] - ordered[inside])
        return value

    if not len(ordered):
        return rate
    middle = quantile(0.5)[at]
    spread = ((quantile(0.75) - quantile(0.25)) / 1.349)[at]
    # Where most do not change the quartiles agree: use the mean deviation, as of a normal.
    mean = np.bincount(at, np.abs(rate - middle), anchors) / np.maximum(size, 1)
    spread = np.where(spread > 0.0, spread, 1.2533 * mean[at]) + 1e-9
    cut: FloatArray = np.clip(rate, middle - JUMP * spread, middle + JUMP * spread)
    return cut


def _mean(total: FloatArray, count: FloatArray) -> FloatArray:
    """Mean, 0 where it rests on too few increments."""
    return np.where(count >= FEWEST_INCREMENTS - 0.5, total / np.maximum(count, 1.0), 0.0)


def _log_noise(
    at: IntArray, who: IntArray, rate: FloatArray, anchor: IntArray, shape: tuple[int, int]
) -> tuple[FloatArray, FloatArray]:
    """Mean log variance of the peers' increments, and the number of peers it is taken over."""
    anchors, series = shape
    pairs, member = np.unique(at * np.int64(series) + who, return_inverse=True)
    size = np.bincount(member).astype(float)
    mean = np.bincount(member, rate) / np.maximum(size, 1.0)
    squares = np.bincount(member, (rate - mean[member]) ** 2)
    # Increments that are equal but for rounding errors say nothing about noise.
    good = (size >= FEWEST_INCREMENTS) & (squares > 1e-20 * np.bincount(member, rate * rate))
    df = np.maximum(size - 1.0, 1.0)
    logs = np.log(np.maximum(squares, 1e-30) / df) - digamma(df / 2.0) + np.log(df / 2.0)
    logs = np.where(good, logs, 0.0)
    where, whose = pairs // series, pairs % series
    own = anchor[whose] == where
    sums: list[FloatArray] = []
    for values in (logs, good.astype(float)):
        over = np.bincount(where, values, anchors)[anchor].astype(float)
        sums.append(over - np.bincount(whose[own], values[own], series))
    total, count = sums
    return np.where(count >= FEWEST_PEERS - 0.5, total / np.maximum(count, 1.0), np.nan), count


def _shock(
    at: IntArray,
    who: IntArray,
    rate: FloatArray,
    back: IntArray,
    anchor: IntArray,
    own: BoolArray,
) -> FloatArray:
    """Variance over the years of the peers' mean increment; of few peers it includes noise."""
    years = WINDOW - 1
    near = back < years
    cell = at[near] * years + back[near]
    own = near & own
    own_cell = who[own] * years + back[own]
    parts = []
    for values in (rate, np.ones(len(rate))):
        total = np.bincount(cell, values[near], (anchor.max(initial=0) + 1) * years)
        minus = np.bincount(own_cell, values[own], len(anchor) * years)
        parts.append(total.reshape(-1, years)[anchor] - minus.reshape(-1, years))
    known = parts[1] >= 0.5
    mean = np.where(known, parts[0] / np.maximum(parts[1], 1.0), 0.0)
    count = np.maximum(known.sum(axis=1), 1)
    away = np.where(known, mean - (mean.sum(axis=1) / count)[:, None], 0.0)
    shock: FloatArray = (away * away).sum(axis=1) / count
    return shock
