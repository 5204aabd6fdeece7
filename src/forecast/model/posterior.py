"""Posterior of trend and noise on one link, in two halves: data summaries, then arithmetic.

`summarise_series` needs no prior: it transforms the observations, runs the filter for each slope
process of the grid and summarises the peers. `compute_posterior` combines that with a prior: the
prior mean slope and noise of each series, the weights of the grid, and the posterior, a
`LinkPredictive`. Learning priors repeats only the second half.

Prior mean of a series' long-run slope, from its peers (see `peers`) and the desired direction:

    a = R (recent r + lasting l) + catching_up c + D,      R = l^2 / (l^2 + 0.37 omega^2 / 8),
    D = direction (+-1) sigma~ / (1 + k / direction_fades)

R is the trend's reliability, D the directional drift, sigma~ the series' own noise shrunk to its
prior s_i, k its increments. The long-run slope is N(a, freedom sigma^2); its posterior comes from
the filter's sums (precision 1 / freedom + information): three observations leave it near a, thirty
make it the series' own. The noise variance has the prior
sigma^2 ~ scaled-inverse-chi^2(nu, s_i^2), log s_i^2 = c_i log_noise + (1 - c_i) log s^2, and the
posterior scale (nu s_i^2 + q) / (nu + k), q the filter's squares (Smyth 2004,
doi 10.2202/1544-6115.1027). The slope processes are weighted by the likelihood of the peers'
observations and of the series' own under each:

    log w_m = alpha_m + siblings_evidence (7 mean_j l_jm)
              + own_evidence (-1/2 log|C| - (nu + k)/2 log(1 + q/(nu s_i^2)))

where l_jm is a peer's log likelihood an increment with its scale maximised out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import links
from .arrays import BoolArray, FloatArray, IntArray
from .kalman import FilterResult, SlopeProcess, run_filter
from .panel import SeriesPanel
from .peers import WINDOW, PeerSummary, summarise_peers
from .predictive import LinkPredictive
from .priors import FADING_PROCESSES, LinkPrior

__all__ = ["SeriesSummary", "compute_posterior", "summarise_series"]


LINK_MARGIN = 0.005
"""Share of the range by which logit and cloglog extend beyond both bounds: 100 % stays finite."""
RELIABILITY_SHRINKAGE = 0.37
"""Share of omega^2 / 8, the error of an eight-year mean, that discounts the peers' trend. This and
the next two were set on the development panel, without a recorded search; `benchmarks/accuracy.py
PANEL --ablation` measures what they contribute (row `shared shock`)."""
NOISE_FLOOR = 0.055
"""Noise variance a year that no run of calm observations takes away, per s_i^2."""
SHOCK_SHARE = 0.135
"""Share of omega^2 that is added: most of it is in the peers' noise already."""
PRIOR_PEERS = 1.0
"""Peers that the prior of the noise counts as."""
PEER_INCREMENTS = 7.0
"""Increments that the peers' likelihood counts as, however many they are: peers of one year share
its shock."""


@dataclass(frozen=True)
class SeriesSummary:
    """What a panel shows on one link; arrays are (series,), tuples hold one item a slope process.

    Attributes
    ----------
    unit, floor, cap : scale of the link
    rounding_variance : of one value, on the link scale
    increments : number of increments of the series
    increment_ss : squared increments about their mean slope, a year
    peer_loglik : (series, processes) log likelihood of the peers; 0 where there is none
    """

    link: str
    processes: tuple[SlopeProcess, ...]
    unit: FloatArray
    floor: FloatArray
    cap: FloatArray
    rounding_variance: FloatArray
    increments: FloatArray
    better: FloatArray
    increment_ss: FloatArray
    filters: tuple[FilterResult, ...]
    peers: PeerSummary
    peer_loglik: FloatArray


def summarise_series(
    link: str,
    panel: SeriesPanel,
    processes: tuple[SlopeProcess, ...] = FADING_PROCESSES,
    cap_factor: float | None = None,
) -> SeriesSummary:
    """Summarise a panel on a link scale: filter it and summarise its peers.

    `cap_factor` sets the cap, as a multiple of the largest value, where there is no upper bound.
    """
    floor, cap = _ends(link, panel, cap_factor)
    unit = _unit(link, panel)
    y = _positive(panel) if link == "log" else panel.value
    if link in ("logit", "cloglog"):
        y = np.clip(y, panel.lower[:, None], panel.upper[:, None])
    z = links.transform(link, y, floor[:, None], cap[:, None]) / unit[:, None]
    derivative = links.inverse_derivative(link, y[:, -1], floor, cap) * unit
    pattern, t, breaks = _patterns(panel.year, panel.breaks)
    spans = np.diff(t, axis=1)
    counted = ~np.isnan(spans) & ~breaks[:, 1:] & (spans > 0)
    filters = tuple(run_filter(z, t, breaks, process, pattern) for process in processes)
    relative = link == "identity" and not bool(np.isfinite(panel.upper).all())
    peers = summarise_peers(
        z * unit[:, None] if relative else z, panel.year, panel.breaks, panel.group,
        relative=relative,
    )  # fmt: skip
    increments = counted.sum(axis=1).astype(float)[pattern]
    return SeriesSummary(
        link, processes, unit, floor, cap,
        (panel.resolution / np.maximum(derivative, 1e-300)) ** 2 / 12.0,
        increments, panel.better, _sum_increment_squares(z, spans[pattern], counted[pattern]),
        filters, peers, _peer_loglik(filters, peers.lasting, increments, panel.group),
    )  # fmt: skip


def compute_posterior(summary: SeriesSummary, prior: LinkPrior) -> LinkPredictive:
    """Compute the posterior of every series under a prior."""
    k, nu = summary.increments, prior.noise_df
    s2, slope = _prior_noise(summary, prior), _prior_slope(summary, prior)
    log_odds = (0.0, prior.changing, prior.restless, prior.blurred)
    parts: list[list[FloatArray]] = [[] for _ in range(11)]
    for m, f in enumerate(summary.filters):
        # The long-run slope is integrated out: Gaussian, so from the filter's sums alone.
        off = f.cross - slope * f.information
        left = prior.freedom / (1.0 + prior.freedom * f.information)
        long = slope + left * off
        q = f.squares - 2.0 * slope * f.cross + slope**2 * f.information - left * off * off
        q = np.maximum(q, 0.0)
        log_det = f.log_determinant + np.log1p(prior.freedom * f.information)
        own = -0.5 * log_det - 0.5 * (nu + k) * np.log1p(q / (nu * s2))
        peers = prior.siblings_evidence * summary.peer_loglik[:, m]
        row = (
            log_odds[m] + peers + prior.own_evidence * own, f.level - long * f.level_response,
            long, f.slope - long * f.slope_response, f.level_variance, f.covariance,
            f.slope_variance, left, f.level_response, f.slope_response, (nu * s2 + q) / (nu + k),
        )  # fmt: skip
        for part, column in zip(parts, row, strict=True):
            part.append(np.broadcast_to(column, len(k)))
    log_weight, level, long, slope, p11, p12, p22, p33, r1, r2, noise = (
        np.stack(part, axis=1) for part in parts
    )
    weights = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return LinkPredictive(
        summary.link, prior.weight, summary.unit, summary.floor, summary.cap, summary.processes,
        weights, level, long, slope, p11, p12, p22, p33, r1, r2, noise,
        summary.rounding_variance, NOISE_FLOOR * s2, SHOCK_SHARE * summary.peers.shock,
        prior.spread, prior.spread_growth,
    )  # fmt: skip


def _prior_noise(summary: SeriesSummary, prior: LinkPrior) -> FloatArray:
    """s_i^2: the prior's noise variance, drawn towards the peers' where they show one."""
    peers = summary.peers
    known = np.isfinite(peers.log_noise)
    share = prior.sibling_noise * peers.noise_count / (peers.noise_count + PRIOR_PEERS)
    log_s2 = 2.0 * np.log(prior.noise)
    towards = share * (np.where(known, peers.log_noise, 0) - log_s2)
    s2: FloatArray = np.exp(log_s2 + np.where(known, towards, 0))
    return s2


def _prior_slope(summary: SeriesSummary, prior: LinkPrior) -> FloatArray:
    """Prior mean a of the long-run slope."""
    peers, k, nu = summary.peers, summary.increments, prior.noise_df
    noise = nu * _prior_noise(summary, prior) + summary.increment_ss
    noise = noise / np.maximum(nu + k - 1.0, 0.5) + summary.rounding_variance
    signal = peers.lasting**2
    reliability = signal / (signal + RELIABILITY_SHRINKAGE * peers.shock / WINDOW + 1e-12)
    slope = reliability * (prior.recent * peers.recent + prior.lasting * peers.lasting)
    slope = slope + prior.catching_up * peers.catching_up
    drift = prior.direction / (1.0 + k / max(prior.direction_fades, 1e-9))
    slope = slope + drift * summary.better * np.sqrt(noise)
    return slope


def _ends(link: str, panel: SeriesPanel, cap_factor: float | None) -> tuple[FloatArray, FloatArray]:
    """Floor and cap of the link, a little beyond the bounds."""
    floor = np.where(np.isfinite(panel.lower), panel.lower, 0.0)
    if link not in ("logit", "cloglog"):
        return floor, np.ones_like(floor)
    cap = panel.upper
    if cap_factor is not None:
        top = np.nanmax(panel.value, axis=1) - floor
        step = np.where(panel.resolution > 0.0, panel.resolution, 1.0)
        cap = floor + cap_factor * np.where(top > 0.0, top, step)
    beyond = LINK_MARGIN * (cap - floor)
    return floor - beyond, cap + beyond


def _unit(link: str, panel: SeriesPanel) -> FloatArray:
    """Scale of the identity: a quarter of a bounded range, as the logit's slope, else the size."""
    if link != "identity":
        return np.ones(len(panel.value))
    width = (panel.upper - panel.lower) / 4.0
    size = np.abs(panel.value[:, -1])
    mean = np.nanmean(np.abs(panel.value), axis=1)
    size = np.where(size > 0.0, size, np.where(mean > 0.0, mean, 1.0))
    return np.where(np.isfinite(width), width, size)


def _positive(panel: SeriesPanel) -> FloatArray:
    """Values, those of 0 or less raised to a quarter of the resolution or 1/1000 of the largest."""
    top = np.nanmax(panel.value, axis=1)
    size = np.where(top > 0.0, top, 1.0)
    step = np.where(panel.resolution > 0.0, np.minimum(panel.resolution, size) / 4, size / 1000)
    positive: FloatArray = np.maximum(panel.value, step[:, None])
    return positive


def _patterns(year: FloatArray, breaks: BoolArray) -> tuple[IntArray, FloatArray, BoolArray]:
    """Each series' pattern, and the patterns: years relative to the last, and breaks."""
    t = year - year[:, -1:]
    if len(t) and bool(((t == t[0]) | np.isnan(t)).all() and (np.isnan(t) == np.isnan(t[0])).all()):
        if bool((breaks == breaks[0]).all()):
            return np.zeros(len(t), np.int64), t[:1], breaks[:1]
    both = np.concatenate([np.where(np.isnan(t), 1.0, t), breaks], axis=1)
    found, pattern = np.unique(both, axis=0, return_inverse=True)
    width = t.shape[1]
    return (
        pattern.reshape(-1),
        np.where(found[:, :width] > 0, np.nan, found[:, :width]),
        found[:, width:] > 0,
    )


def _sum_increment_squares(z: FloatArray, spans: FloatArray, counted: BoolArray) -> FloatArray:
    """Sum over increments of (d - mean slope * span)^2 / span; sigma^2 (k - 1) on average."""
    span = np.where(counted, spans, 1.0)
    d = np.where(counted, np.diff(z, axis=1), 0.0)
    years = np.where(counted, spans, 0.0).sum(axis=1)
    mean = d.sum(axis=1) / np.where(years > 0.0, years, 1.0)
    away = np.where(counted, d - mean[:, None] * span, 0.0)
    total: FloatArray = (away * away / span).sum(axis=1)
    return total


def _peer_loglik(
    filters: tuple[FilterResult, ...], slope: FloatArray, k: FloatArray, group: IntArray
) -> FloatArray:
    """Peers' log likelihood under each slope process, as that of `PEER_INCREMENTS` increments."""
    columns = []
    known = k >= 2
    for f in filters:
        q = f.squares - 2.0 * slope * f.cross + slope**2 * f.information
        known = known & (q > 1e-12)
        with np.errstate(divide="ignore", invalid="ignore"):
            columns.append(-0.5 * f.log_determinant - 0.5 * k * np.log(q / k))
    logs = np.where(known[:, None], np.stack(columns, axis=1), 0.0)
    weight = np.where(known, k, 0.0)
    count = (np.bincount(group, weight)[group] - weight)[:, None]
    others = np.stack([np.bincount(group, c)[group] - c for c in logs.T], axis=1)
    mean = PEER_INCREMENTS * others / np.maximum(count, 1.0)
    return np.where(count > 0, mean, 0.0)
