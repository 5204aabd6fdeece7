"""What the other regions of an indicator show, up to the year a series ends in.

Each series sees the increments a year of its siblings (same indicator, other regions) over the
eight years up to its own latest figure, never its own and never later ones. Everything is on
the link scale a year; `unit` scales (identity links) are relative to the level before.

=========== ==============================================================================
recent      mean pace of the last 4 years (0 below 3 increments)
lasting     mean pace of the last 8 years
catching_up how much faster a series at this level moves: the siblings' slope of increments
            on levels times the distance of the own level from theirs (0 below 20 increments)
log_noise   mean log variance of siblings' increments about each one's own mean, freed of its
            bias under chi^2 (Smyth 2004, doi 10.2202/1544-6115.1027); NaN below 3 siblings
shock       omega^2: variance over the last 7 years of the siblings' mean increment, what a
            year does to all regions alike
=========== ==============================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma

__all__ = ["Siblings", "summarise"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

WINDOW, RECENT = 8, 4
LONGEST_GAP = 4.0
"""Years between two figures whose difference still tells a yearly pace."""
JUMP = 6.0
"""Increments further from the median than this many robust deviations are cut: jumps, no pace."""


@dataclass(frozen=True)
class Siblings:
    """One link's summary, an array (series,) a field; see the module for what each is."""

    count: FloatArray
    """Increments of siblings in the window; 0 where a series stands alone."""
    recent: FloatArray
    lasting: FloatArray
    catching_up: FloatArray
    log_noise: FloatArray
    noise_count: FloatArray
    """Siblings whose noise could be measured."""
    shock: FloatArray


@dataclass(frozen=True)
class _Entries:
    """Yearly increments in one line: which series, which year, rate, level before it."""

    series: IntArray
    year: IntArray
    rate: FloatArray
    level: FloatArray


def summarise(
    z: FloatArray, t: FloatArray, fresh: BoolArray, group: IntArray, *, relative: bool
) -> Siblings:
    """Summarise the siblings of every series.

    Parameters
    ----------
    z, t : (series, figures) link-scale values and years, in time order, flush right, NaN where
        absent; the last figure stands in the last column
    fresh : (series, figures) figures before which a break lies: no increment across it
    group : (series,) number of the indicator, from 0
    relative : divide increments by the level before them (identity links without bounds)

    Examples
    --------
    >>> z = np.array([[0.0, 1.0, 2.0, 3.0], [5.0, 5.5, 6.0, 6.5]])
    >>> t = np.array([[2018.0, 2019.0, 2020.0, 2021.0]] * 2)
    >>> seen = summarise(z, t, np.zeros((2, 4), bool), np.array([0, 0]), relative=False)
    >>> seen.recent.tolist()  # each sees the other's pace
    [0.5, 1.0]
    """
    series = len(z)
    entries = _increments(z, t, fresh, relative=relative)
    last = np.floor(t[:, -1] + 0.5).astype(np.int64)
    anchor, group_of, year_of = _anchors(group, last)
    at, entry = _within(entries, group[entries.series], group_of, year_of)
    rate, level = entries.rate[entry], entries.level[entry]
    who, year = entries.series[entry], entries.year[entry]
    rate = _cut_jumps(at, rate, len(group_of))
    mine = anchor[who] == at
    own_level = np.log(np.maximum(z[:, -1], 1e-9)) if relative else z[:, -1]

    def others(values: NDArray[Any]) -> FloatArray:
        """Sum over the anchor's entries less the series' own: (series,)."""
        total = np.bincount(at, values, len(group_of))[anchor].astype(float)
        less: FloatArray = total - np.bincount(who[mine], values[mine], series)
        return less

    back = year_of[at] - year  # 0 in the anchor's own year
    one = np.ones(len(rate))
    count = others(one)
    lasting = _mean(others(rate), count, 3)
    recent = _mean(others(np.where(back < RECENT, rate, 0.0)), others((back < RECENT) * 1.0), 3)
    middle = np.bincount(at, level, len(group_of)) / np.maximum(
        np.bincount(at, one, len(group_of)), 1.0
    )
    x = level - middle[at]
    sx, sxx, sxr = others(x), others(x * x), others(x * rate)
    safe = np.maximum(count, 1.0)
    steep = (sxr - sx * lasting) / (1.2 * (sxx - sx * sx / safe) + 1e-9)
    away = own_level - middle[anchor] - sx / safe
    log_noise, noise_count = _log_noise(at, who, rate, anchor, (len(group_of), series))
    return Siblings(
        count, recent, lasting, np.where(count >= 20, steep * away, 0.0),
        log_noise, noise_count, _shock(at, who, rate, back, anchor, mine),
    )  # fmt: skip


def _increments(z: FloatArray, t: FloatArray, fresh: BoolArray, *, relative: bool) -> _Entries:
    """One entry a series and calendar year that a pair of figures covers."""
    start, end = t[:, :-1], t[:, 1:]
    span = end - start
    good = ~np.isnan(span) & ~fresh[:, 1:] & (span <= LONGEST_GAP)
    first = np.floor(start + 0.5)
    years = np.floor(end + 0.5) - first
    good &= (years >= 1.0) & np.isfinite(z[:, :-1]) & np.isfinite(z[:, 1:])
    row, column = np.nonzero(good)
    before, span = z[row, column], span[row, column]
    rate = (z[row, column + 1] - before) / span
    if relative:
        rate, before = rate / (np.abs(before) + 1e-9), np.log(np.maximum(before, 1e-9))
    repeat = years[row, column].astype(np.int64)
    step = np.arange(repeat.sum()) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    year = np.repeat(first[row, column].astype(np.int64), repeat) + 1 + step
    return _Entries(row.repeat(repeat), year, rate.repeat(repeat), before.repeat(repeat))


def _anchors(group: IntArray, last: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Pairs of group and last year: the pair of each series, and each pair's group and year."""
    base = last.min(initial=0)
    width = last.max(initial=0) - base + 1
    pairs, anchor = np.unique(group * width + (last - base), return_inverse=True)
    return anchor, pairs // width, pairs % width + base


def _within(
    entries: _Entries, group: IntArray, group_of: IntArray, year_of: IntArray
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
    step = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    return at, order[np.repeat(low, size) + step]


def _cut_jumps(at: IntArray, rate: FloatArray, anchors: int) -> FloatArray:
    """Cut rates to the anchor's median plus or minus `JUMP` robust deviations.

    The deviation is that of the quartiles, (q3 - q1) / 1.349; entries come in the anchors' order.
    All series of the anchor, the own one too, say what a jump is.
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
    # Where most stand still the quartiles agree: the mean distance, as of a normal, speaks instead.
    mean = np.bincount(at, np.abs(rate - middle), anchors) / np.maximum(size, 1)
    spread = np.where(spread > 0.0, spread, 1.2533 * mean[at]) + 1e-9
    cut: FloatArray = np.clip(rate, middle - JUMP * spread, middle + JUMP * spread)
    return cut


def _mean(total: FloatArray, count: FloatArray, least: int) -> FloatArray:
    return np.where(count >= least - 0.5, total / np.maximum(count, 1.0), 0.0)


def _log_noise(
    at: IntArray, who: IntArray, rate: FloatArray, anchor: IntArray, shape: tuple[int, int]
) -> tuple[FloatArray, FloatArray]:
    """Mean log variance of the siblings' increments, and over how many siblings it is taken."""
    anchors, series = shape
    pairs, member = np.unique(at * np.int64(series) + who, return_inverse=True)
    size = np.bincount(member).astype(float)
    mean = np.bincount(member, rate) / np.maximum(size, 1.0)
    squares = np.bincount(member, (rate - mean[member]) ** 2)
    # Increments that are equal but for their last digits tell nothing of noise.
    good = (size >= 3) & (squares > 1e-20 * np.bincount(member, rate * rate))
    df = np.maximum(size - 1.0, 1.0)
    logs = np.log(np.maximum(squares, 1e-30) / df) - digamma(df / 2.0) + np.log(df / 2.0)
    logs = np.where(good, logs, 0.0)
    where, whose = pairs // series, pairs % series
    mine = anchor[whose] == where
    sums: list[FloatArray] = []
    for values in (logs, good.astype(float)):
        over = np.bincount(where, values, anchors)[anchor].astype(float)
        sums.append(over - np.bincount(whose[mine], values[mine], series))
    total, count = sums
    return np.where(count >= 2.5, total / np.maximum(count, 1.0), np.nan), count


def _shock(
    at: IntArray,
    who: IntArray,
    rate: FloatArray,
    back: IntArray,
    anchor: IntArray,
    mine: BoolArray,
) -> FloatArray:
    """Variance over the years of the siblings' mean increment; few siblings' own noise is in it."""
    years = WINDOW - 1
    near = back < years
    cell = at[near] * years + back[near]
    own = near & mine
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
