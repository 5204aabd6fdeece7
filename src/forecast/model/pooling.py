"""Links of a kind pooled: the posterior on each, weighted, from paces that need no prior."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arrays import FloatArray, IntArray, scatter
from .paces import CANDIDATES, PaceGrid, compute_paces, group_series, measure_spans, sum_groups
from .panel import SeriesPanel
from .posterior import compute_posterior
from .predictive import LinkPredictive, PooledPredictive
from .priors import Prior

__all__ = ["PaceGrids", "compute_grids", "fit_links", "measure_onset", "pool_grids"]

CAP_FACTORS = (1.2, 1.6, 2.5)
"""Caps, as multiples of the largest value, that a saturating path without a known cap is an equal
mixture of. Declared: no data at hand can tell a cap that lies far above them."""
SATURATING = ("logit", "cloglog")
LINK_YEARS, LARGEST_MISS, LARGEST_ODDS = 12.0, 20.0, 4.0
"""One-year replays at which the links' errors have half of their say, largest error in typical
steps, and largest log factor of the odds. Chosen on the learned parts of both panels."""
LEAST_MISS = 1e-9
"""Sum of misses, in typical steps, that counts as none."""
ONSET_PACE, ONSET_SD, ONSET_VALUES = 0.75, 0.5, 3.0
"""Of the mean pace since the last zero: how much goes on, its standard deviation, and values after
which a series that began at zero is one like any other. Declared."""
BLOCK = 4096
"""Least number of series fitted at a time, in whole groups, but for the last ones."""


@dataclass(frozen=True)
class PaceGrids:
    """What a panel of whole groups shows on each link; needs no prior.

    Attributes
    ----------
    order, starts, group : as from `group_series`
    panel : in that order
    grids : link and its `PaceGrid`; several caps of a link without a bound are several grids
    onset, since : how far a series has only just left zero, and the years since
    """

    order: IntArray
    starts: IntArray
    group: IntArray
    panel: SeriesPanel
    grids: tuple[tuple[str, PaceGrid], ...]
    onset: FloatArray
    since: FloatArray


def fit_links(prior: Prior, rows: IntArray, panel: SeriesPanel, bounded: bool) -> PooledPredictive:
    """Fit series that all have, or all lack, an upper bound, in blocks of whole groups.

    Groups of a block span equally many years, so that no bit of an answer depends on what else is
    fitted.
    """
    order, starts, group = group_series(panel)
    span = measure_spans(panel.year[order], starts)[group]
    by_span = np.lexsort((group, span))
    order, group, span = order[by_span], group[by_span], span[by_span]
    ends = np.append(np.flatnonzero(np.diff(group)) + 1, len(order))
    last = np.append(np.diff(span[ends - 1]) != 0, True)
    links = [link.link for link in prior.links]

    def fit_blocks() -> Iterator[tuple[PooledPredictive, IntArray]]:
        start = 0
        for end, closes in zip(ends, last, strict=True):
            if end - start >= BLOCK or closes:
                at = order[start:end]
                part = replace(panel.take(at), group=group[start:end])
                grids = compute_grids(part, links, bounded=bounded, grouped=True)
                yield pool_grids(grids, prior), at
                start = end

    return replace(scatter(fit_blocks(), len(rows)), rows=rows)


def compute_grids(
    panel: SeriesPanel, links: Sequence[str], *, bounded: bool = True, grouped: bool = False
) -> PaceGrids:
    """Compute the paces of a panel of whole groups on each link.

    `grouped` says that the rows are in the order of `group_series`, and numbered by its groups.
    """
    if grouped:
        order = np.arange(len(panel.group))
        new = np.append(True, panel.group[1:] != panel.group[:-1])
        starts, group, ordered = np.flatnonzero(new), np.cumsum(new) - 1, panel
    else:
        order, starts, group = group_series(panel)
        ordered = panel.take(order)
    grids = [
        (link, compute_paces(link, ordered, starts, group, factor))
        for link in links
        for factor in (CAP_FACTORS if link in SATURATING and not bounded else (None,))
    ]
    return PaceGrids(order, starts, group, ordered, tuple(grids), *measure_onset(ordered))


def pool_grids(grids: PaceGrids, prior: Prior) -> PooledPredictive:
    """Compute the posterior on each link of a prior and pool them, in the order of the grids.

    Several caps of a link share its weight. A link has less weight where onsets leave it fewer
    steps than the last link has, and none where a series has only just left zero, where the pace
    since is taken as it is, or has negative values, of which there is no logarithm. The odds of two
    links move by how they would have forecast the indicator's latest years.
    """
    shares = Counter(link for link, _ in grids.grids)
    priors = {
        link.link: replace(link, weight=link.weight / shares[link.link]) for link in prior.links
    }
    last = grids.grids[-1][1]
    components, replays, left = [], [], np.ones(len(grids.order))
    signed = (grids.panel.value < 0.0).any(axis=1)
    for number, (name, grid) in enumerate(grids.grids):
        known = np.minimum(grid.increments / np.maximum(last.increments, 1.0), 1.0)
        known = np.where(last.increments > 0, known, 1.0) * (1.0 - grids.onset)
        known = np.where(signed & (name == "log"), 0.0, known)
        weight = priors[name].weight * known if number < len(grids.grids) - 1 else left
        left = left - weight
        component, ahead = compute_posterior(grid, prior, priors[name], weight)
        components.append(component)
        replays.append(ahead)
    if len(components) == len(shares) == 2 and prior.link_trust:
        components = _weigh_links(components, replays, last, prior)
    goes_on = ONSET_PACE if np.any(prior.share[:-1]) else 0.0
    components[-1] = _begin(components[-1], grids.onset, grids.since, grids.panel, goes_on)
    own_share = sum((one.weight * one.own_share for one in components), np.zeros(len(left)))
    panel = grids.panel
    return PooledPredictive(
        np.arange(len(left)), tuple(components), prior.df + last.increments / 2.0, panel.lower,
        panel.upper, panel.value[:, -1], panel.ratchet, prior.shared, own_share, last.peer_steps,
    )  # fmt: skip


def _weigh_links(
    links: list[LinkPredictive], replays: list[FloatArray], grid: PaceGrid, prior: Prior
) -> list[LinkPredictive]:
    """Multiply the odds of two links by a power of their mean errors in one-year replays."""
    came = grid.z[:, grid.z.shape[1] - replays[0].shape[1] :] * grid.scale.unit[:, None]
    misses = [np.abs(ahead - came) for ahead in replays]
    size = grid.scale.unit * np.sqrt(grid.step_square / np.maximum(grid.increments, 1.0))
    on = ~np.isnan(misses[0] + misses[1]) & (size > 0.0)[:, None]
    size = np.where(size > 0.0, size, 1.0)[:, None]
    worth = on * prior.memory ** np.arange(on.shape[1])[::-1]
    count = sum_groups(worth.sum(axis=1), grid.starts)
    logs = [
        np.log(np.maximum(sum_groups((worth * error).sum(axis=1), grid.starts), LEAST_MISS))
        for error in (np.minimum(np.where(on, miss, 0.0) / size, LARGEST_MISS) for miss in misses)
    ]
    power = prior.link_trust * count / (count + LINK_YEARS)
    odds = np.exp(np.clip(power * (logs[1] - logs[0]), -LARGEST_ODDS, LARGEST_ODDS))[grid.group]
    first = links[0].weight * odds
    first = first / (first + links[1].weight)
    return [replace(links[0], weight=first), replace(links[1], weight=1.0 - first)]


def measure_onset(panel: SeriesPanel) -> tuple[FloatArray, FloatArray]:
    """Measure how far a series has only just left zero, 1 to 0, and the years since that zero.

    Zero under a log or logit is no growth rate: what began m values ago counts by
    1 - (m - 1) / ONSET_VALUES as begun.
    """
    low = np.where(np.isfinite(panel.lower), panel.lower, 0.0)[:, None]
    width = panel.value.shape[1]
    # Comparisons with absent values are false.
    last = np.where(panel.value <= low, np.arange(width), -1).max(axis=1)
    after = width - 1.0 - last
    share = np.where((last >= 0) & (after > 0), 1.0 - (after - 1.0) / ONSET_VALUES, 0.0)
    share = np.maximum(share, 0.0)
    then = panel.year[np.arange(len(last)), np.maximum(last, 0)]
    return share, np.where(share > 0.0, panel.year[:, -1] - then, 1.0)


def _begin(
    one: LinkPredictive, onset: FloatArray, since: FloatArray, panel: SeriesPanel, goes_on: float
) -> LinkPredictive:
    """Let series that have only just left zero go on by part of their mean pace, in wide bands."""
    if not onset.any():
        return one
    risen = panel.value[:, -1] - np.where(np.isfinite(panel.lower), panel.lower, 0.0)
    steep = np.maximum(one.derivative(panel.value[:, -1]), np.finfo(float).tiny)
    pace = onset * np.where(onset > 0.0, risen, 0.0) / since / steep
    own, size = CANDIDATES.index("own"), len(CANDIDATES)
    paces = one.pace * (1.0 - onset)[:, None]
    paces[:, own] += goes_on * pace
    covariance = one.pace_covariance * (1.0 - onset)[:, None]
    covariance[:, own * size + own] += (ONSET_SD * pace) ** 2
    return replace(one, pace=paces, pace_covariance=covariance)
