"""Candidate paces of short yearly series on a link scale, and their noise.

A panel is put on a grid of calendar years, up to the indicator's last one. At each year, from what
was known by then alone, stand the candidates for a series' pace a year:

============ =================================================================================
peers        long-run mean step of the other regions
peers_recent their recent mean step less that
own          long-run mean of the own steps beside the peers' of the same years; its reliable part
own_recent   the recent mean of these less the long-run one
level        own level beside the peers' mean level
direction    one standard deviation of the noise in the wanted direction, fading with own years
own_rest     the part of `own` that is attributed to noise; with it `own` is a plain drift
============ =================================================================================

Steps are differences a year; one over several years is entered in each of them. Under log and
logit a step of more than `ONSET`, or from zero, is an onset and no pace: the level starts anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma

from .arrays import FloatArray, IntArray
from .links import LinkScale
from .panel import SeriesPanel

__all__ = ["CANDIDATES", "PaceGrid", "compute_paces", "group_series", "measure_spans", "sum_groups"]

CANDIDATES = ("peers", "peers_recent", "own", "own_recent", "level", "direction", "own_rest")
SIZE = len(CANDIDATES)
MEMORY = {"peers": 0.97, "peers_recent": 0.65, "own": 0.97, "own_recent": 0.3}
"""What a year's step still counts a year later in the mean paces. Declared, as are those below."""
WINDOW = 10
"""Calendar years that are looked at."""
LAG = 6
"""A series that ended longer ago than this, in years, is forecast as if alone."""
LONGEST_GAP = 4.0
"""Years between two figures whose difference still shows a yearly pace."""
ONSET = 1.6
"""Step a year of a log or logit, a factor of five, above which it is an onset."""
JUMP = 6.0
"""Peers' steps beyond this many typical ones are cut."""
FADE = 0.005
"""Share of the range by which the logit reaches beyond both bounds: 100 % stays finite."""
COARSEST = 4.0
"""Largest reporting step on a curved link: that of zero, which is taken as a quarter of a step."""
SMALLEST_LATEST = 0.02
"""Under identity a series is measured in its latest value, or in its largest where the latest is
less than this share of it."""
LEAST_STEP = 1e-8
"""Where sizes of steps are compared, smaller ones on the link scale count as this: another unit
rounds the last digits of figures otherwise, and would move the logarithm."""


@dataclass(frozen=True)
class PaceGrid:
    """What a panel shows on one link, rows sorted by group.

    Attributes
    ----------
    starts, group : first row of each group, number of the group of each row
    last : column of each series' latest value
    z : (series, years) link-scale levels, NaN where absent
    x : (series, years, candidates) at each year, from what was known by then; the direction is in
        units of the noise
    own_years, peer_years : (series, years) years behind the own and the peers' paces
    peers, peer_steps : other series with a step, and their steps
    increments, step_square, increment_ss : own steps, the sum of their squares, and that about
        their mean
    alternation : squared changes from step to step beyond those of independent steps: positive
        where values scatter about a line, negative where the pace itself moves
    log_noise : log variance of the own steps, NaN where they show none
    peer_log_noise, peer_noise_count : mean of the peers', and over how many
    typical_step : of the group
    level, level_variance : of the latest value; the latter from its standard error
    doubt : further variance of the latest value, per noise variance, from its status
    rounding_variance : of a value at the latest level
    """

    scale: LinkScale
    starts: IntArray
    group: IntArray
    last: IntArray
    z: FloatArray
    x: FloatArray
    own_years: FloatArray
    peer_years: FloatArray
    peers: FloatArray
    peer_steps: FloatArray
    increments: FloatArray
    step_square: FloatArray
    increment_ss: FloatArray
    alternation: FloatArray
    log_noise: FloatArray
    peer_log_noise: FloatArray
    peer_noise_count: FloatArray
    typical_step: FloatArray
    level: FloatArray
    level_variance: FloatArray
    doubt: FloatArray
    rounding_variance: FloatArray


def group_series(panel: SeriesPanel) -> tuple[IntArray, IntArray, IntArray]:
    """Compute the order of the rows by group, the first row and the number of each group.

    A series that ended `LAG` years before its indicator's last value is a group of its own.
    """
    year = np.floor(panel.year[:, -1] + 0.5)
    last = np.full(panel.group.max(initial=0) + 1, -np.inf)
    np.maximum.at(last, panel.group, year)
    stale = last[panel.group] - year > LAG
    # Sorted by what they hold too, so that the order of the regions changes no sum.
    mix = np.sqrt(2.0 + np.arange(panel.value.shape[1])[::-1])
    # Sums, not matrix products: their last bit does not depend on what else is there. A change of
    # definition is no whole year: 2008 after one is not 2009.
    marks = (np.nan_to_num(panel.year + np.sqrt(0.5) * panel.breaks) * mix).sum(axis=1)
    # Standards of one group may differ in their step.
    keys = panel.resolution, marks, (np.nan_to_num(panel.value) * mix).sum(axis=1)
    order = np.lexsort((*keys, np.where(stale, np.arange(len(stale)), -1), panel.group))
    group = panel.group[order]
    new = np.append(True, (group[1:] != group[:-1]) | stale[order][1:])
    starts = np.flatnonzero(new)
    return order, starts, np.cumsum(new) - 1


def measure_spans(year: FloatArray, starts: IntArray) -> FloatArray:
    """Measure the years from each group's first value in its window to its last one."""
    year = np.floor(year + 0.5)
    first = np.minimum.reduceat(np.nanmin(year, axis=1), starts)
    span: FloatArray = np.minimum(np.maximum.reduceat(year[:, -1], starts) - first, WINDOW - 1.0)
    return span


def sum_groups(values: FloatArray, starts: IntArray) -> FloatArray:
    """Sum over the rows of each group."""
    total: FloatArray = np.add.reduceat(values, starts, axis=0)
    return total


def compute_paces(
    link: str,
    panel: SeriesPanel,
    starts: IntArray,
    group: IntArray,
    cap_factor: float | None = None,
) -> PaceGrid:
    """Compute the candidate paces of a panel sorted by group (`group_series`).

    `cap_factor` is the cap of a saturating link without an upper bound, in largest values.
    """
    scale, figures = _choose_scale(link, panel, cap_factor, starts, group)
    z = scale.to_link(figures)
    step, counted, level = _grid_steps(link, panel, z, starts, group)
    k = counted.sum(axis=1)
    mean = (step * counted).sum(axis=1) / np.maximum(k, 1.0)
    increment_ss = (counted * (step - mean[:, None]) ** 2).sum(axis=1)
    pairs = counted[:, 1:] * counted[:, :-1]
    changes = (np.diff(step, axis=1) ** 2 * pairs).sum(axis=1)
    alternation = changes - 2.0 * pairs.sum(axis=1) * increment_ss / np.maximum(k - 1.0, 1.0)
    square = (step * step * counted).sum(axis=1)
    log_noise = _measure_log_noise(increment_ss, square, k)
    peer_log_noise, noise_count = _average_peers(log_noise, starts, group)
    moves = (k > 0) & (square > 0)
    sizes = np.where(moves, 0.5 * _log_square(square / np.maximum(k, 1.0)), 0.0)
    moving = np.maximum(sum_groups(moves * 1.0, starts), 1.0)
    typical = np.exp(sum_groups(sizes, starts) / moving)[group]
    compared = level
    if link == "identity" and not np.isfinite(panel.upper).all():
        size = np.abs(level * scale.unit[:, None])
        compared = np.log(size, out=np.full(size.shape, np.nan), where=size > 0.0)
    x, own_years, peer_years = _compute_candidates(
        step, counted, compared, typical, panel.better, starts, group
    )
    one = (k > 0) * 1.0
    last = np.where(np.isnan(level), -1, np.arange(level.shape[1])).max(axis=1)
    steep = np.maximum(scale.derivative(figures[:, -1]), 1e-300)
    most = np.inf if link == "identity" else COARSEST
    rounding = np.minimum(panel.resolution / steep, most)
    none = np.zeros(len(z))
    error = none if panel.latest_error is None else panel.latest_error
    doubt = none if panel.latest_doubt is None else panel.latest_doubt
    return PaceGrid(
        scale, starts, group, last, level, x, own_years, peer_years,
        sum_groups(one, starts)[group] - one, sum_groups(k, starts)[group] - k, k, square,
        increment_ss, alternation, log_noise, peer_log_noise, noise_count, typical, z[:, -1],
        (error / steep) ** 2, doubt, rounding**2 / 12.0,
    )  # fmt: skip


def _choose_scale(
    link: str, panel: SeriesPanel, cap_factor: float | None, starts: IntArray, group: IntArray
) -> tuple[LinkScale, FloatArray]:
    """Link with its ends and unit, and the values inside of them.

    Identity is measured in quarters of a bounded range, else in latest values; a series of zeros in
    reporting steps, else in the smallest value of its group.
    """
    value = panel.value
    floor = np.where(np.isfinite(panel.lower), panel.lower, 0.0)
    bounded = np.isfinite(panel.upper) & np.isfinite(panel.lower)
    sizes = np.abs(value)
    largest = np.nanmax(sizes, axis=1)
    sizes = np.where(sizes > 0.0, sizes, np.inf)
    least = np.minimum.reduceat(sizes.min(axis=1), starts)[group]
    step = np.where(panel.resolution > 0.0, panel.resolution, np.where(least < np.inf, least, 1.0))
    size = np.where(largest > 0.0, largest, step)
    cap = np.where(np.isfinite(panel.upper), panel.upper, floor + size * (cap_factor or 1.0))
    unit = np.ones(len(value))
    if link == "identity":
        latest = np.abs(value[:, -1])
        unit = np.where(latest > SMALLEST_LATEST * size, latest, size)
        unit = np.where(bounded, (cap - floor) / 4.0, unit)
    elif link == "log":
        step = np.where(panel.resolution > 0.0, np.minimum(panel.resolution, size) / 4, size / 1000)
        value = np.maximum(value, step[:, None])
    else:
        value = np.clip(value, floor[:, None], cap[:, None])
        beyond = FADE * (cap - floor)
        floor, cap = floor - beyond, cap + beyond
    return LinkScale(link, unit, floor, cap), value


def _grid_steps(
    link: str, panel: SeriesPanel, z: FloatArray, starts: IntArray, group: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute steps a year, whether there is one, and levels (NaN absent): (series, years).

    Columns are calendar years up to the group's last one; a mid-year value is entered in the year
    that it falls into.
    """
    year = np.floor(panel.year + 0.5)
    age = np.maximum.reduceat(year[:, -1], starts)[group, None] - year
    width = int(measure_spans(panel.year, starts).max()) + 1
    level = np.full((len(z), width), np.nan)
    row, column = np.nonzero(age < width)
    level[row, width - 1 - age[row, column].astype(np.int64)] = z[row, column]
    step, counted = np.zeros((2, len(z), width))
    span, years = np.diff(panel.year, axis=1), np.diff(year, axis=1)
    good = ~np.isnan(span) & ~panel.breaks[:, 1:] & (span <= LONGEST_GAP) & (years >= 1.0)
    if link != "identity":
        with np.errstate(invalid="ignore"):
            good &= np.abs(np.diff(z, axis=1)) <= ONSET * np.maximum(span, 1.0)
    if link == "log":
        good &= panel.value[:, :-1] > 0.0
    row, column = np.nonzero(good)
    rate = (z[row, column + 1] - z[row, column]) / span[row, column]
    end = width - 1 - age[row, column + 1].astype(np.int64)
    between = years[row, column]
    for back in range(int(LONGEST_GAP) + 1):
        here = (between > back) & (end >= back)
        step[row[here], end[here] - back] = rate[here]
        counted[row[here], end[here] - back] = 1.0
    return step, counted, level


def _measure_log_noise(increment_ss: FloatArray, square: FloatArray, k: FloatArray) -> FloatArray:
    """Log variance of the steps, free of its bias under chi^2; NaN where they show none."""
    # Steps that are equal but for their last digits show nothing of the noise.
    good = (k >= 3) & (increment_ss > 1e-20 * square)
    df = np.maximum(k - 1.0, 1.0)
    bias = digamma(df / 2.0) - np.log(df / 2.0)
    return np.where(good, _log_square(increment_ss / df) - bias, np.nan)


def _log_square(square: FloatArray) -> FloatArray:
    """Logarithm of squared steps, of no less than `LEAST_STEP`."""
    log: FloatArray = np.log(np.maximum(square, LEAST_STEP**2))
    return log


def _average_peers(
    log_noise: FloatArray, starts: IntArray, group: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Mean of the peers' log variances, NaN of fewer than three, and over how many."""
    one = (~np.isnan(log_noise)).astype(float)
    logs = np.nan_to_num(log_noise)
    count = sum_groups(one, starts)[group] - one
    total = sum_groups(logs, starts)[group] - logs
    return np.where(count >= 2.5, total / np.maximum(count, 1.0), np.nan), count


def _compute_candidates(
    step: FloatArray, counted: FloatArray, compared: FloatArray, typical: FloatArray,
    better: FloatArray, starts: IntArray, group: IntArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Candidates at each year, and the years behind the own and the peers' paces.

    Peers are the other regions of the group; their mean step of a year is m, the own step beside
    it e. Long-run and recent paces are means of m (of e) that forget by `MEMORY`.
    """
    cut = JUMP * typical[:, None]
    tame: FloatArray = np.clip(step, -cut, cut) * counted
    count = sum_groups(counted, starts)[group] - counted
    some = count > 0
    peer = np.where(some, (sum_groups(tame, starts)[group] - tame) / np.maximum(count, 1.0), 0.0)
    known = ~np.isnan(compared)
    height, one = np.where(known, compared, 0.0), known * 1.0
    others = sum_groups(one, starts)[group] - one
    away = height - (sum_groups(height, starts)[group] - height) / np.maximum(others, 1.0)
    x = np.zeros((*step.shape, SIZE))
    own_years, peer_years = np.zeros((2, *step.shape))
    none = np.zeros(len(step))
    sums = dict.fromkeys(MEMORY, none)
    weights, level = dict.fromkeys(MEMORY, none), none
    for t in range(step.shape[1]):
        mine, beyond = counted[:, t], (step[:, t] - peer[:, t]) * counted[:, t]
        pace = {}
        for name, memory in MEMORY.items():
            shared = name.startswith("peers")
            kept = np.where((mine > 0) | shared, memory, 1.0)
            new, weight = (peer[:, t], some[:, t] * 1.0) if shared else (beyond, mine)
            sums[name] = kept * sums[name] + new
            weights[name] = kept * weights[name] + weight
            pace[name] = sums[name] / np.maximum(weights[name], 1e-9)
        level = np.where(known[:, t] & (others[:, t] > 0), away[:, t], level)
        row = (
            pace["peers"], pace["peers_recent"] - pace["peers"], pace["own"],
            pace["own_recent"] - pace["own"], level, better, pace["own"],
        )  # fmt: skip
        for c, column in enumerate(row):
            x[:, t, c] = column
        own_years[:, t], peer_years[:, t] = weights["own"], weights["peers"]
    return x, own_years, peer_years
