"""Training cases: windows with targets as planners could have set them, and the loss of a prior.

The loss of a prior over the cases of one kind is

    CRPS / REFERENCE_CRPS + Brier / REFERENCE_BRIER + COVERAGE_WEIGHT mean_n (c_n - COVERED)^2

with the CRPS of the values in units of the series' own mean yearly change, the Brier score of
reaching targets at half to twice the recent pace, and c_n the share inside the 90 % interval of
windows of length n.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from ..evaluation.scores import CAP, crps_of_quantiles
from ..model.arrays import BoolArray, FloatArray, select
from ..model.fitting import QUANTILES, pool_links
from ..model.panel import SeriesPanel
from ..model.posterior import SeriesSummary
from ..model.predictive import PooledPredictive
from ..model.priors import PooledPrior
from ..targets.events import compute_threshold
from .windows import HORIZONS, Window

__all__ = ["TrainingCase", "compute_loss", "make_targets", "name_grid", "prepare_case"]

PACE_FACTORS = (0.5, 1.0, 1.5, 2.0)
"""Targets made up for a window, in recent paces: from easy to ambitious. Declared."""
REFERENCE_CRPS, REFERENCE_BRIER = 1.6, 0.18
"""Scores of a plain reference on the development panel, which make the two comparable. Declared."""
COVERED, COVERAGE_WEIGHT = 0.905, 40.0
"""Coverage of the 90 % interval that is aimed at, a little on the safe side, and what a departure
costs: 5 points as much as 6 % of the reference CRPS. Declared."""
EDGE = 0.03
"""Width of an interval's soft edge, as a share of the interval, so that coverage has a gradient."""


@dataclass(frozen=True)
class TrainingCase:
    """Windows of one kind and length ready to be scored under many priors.

    `threshold`, `valid` and `reached` are (windows, factors, horizons): the threshold of each
    target made up, whether it lies in the bounds, and whether it was reached.
    """

    kind: str
    panel: SeriesPanel
    summaries: tuple[SeriesSummary, ...]
    actual: FloatArray
    scale: FloatArray
    threshold: FloatArray
    valid: BoolArray
    reached: BoolArray

    def predict(self, prior: PooledPrior) -> PooledPredictive:
        """Compute the predictive of the windows under a prior."""
        return pool_links(np.arange(len(self.scale)), self.summaries, prior, self.panel)

    def chances(self, predictive: PooledPredictive) -> FloatArray:
        """Compute the probability of each target: (windows, factors, horizons)."""
        below = predictive.cdf(self.threshold, np.broadcast_to(HORIZONS, self.actual.shape))
        return np.where(self.panel.better[:, None, None] > 0, 1.0 - below, below)

    def every(self, step: int, start: int = 0) -> TrainingCase:
        """Select one window in `step`."""
        return select(self, np.arange(start, len(self.scale), step))


def prepare_case(window: Window, links: tuple[str, ...], growth: str, peers: bool) -> TrainingCase:
    """Prepare windows for the links of a growth path, with what their peers show or without."""
    summaries = tuple(window.summaries[link, name_grid(growth)] for link in links)
    if not peers:
        summaries = tuple(_forget_peers(s) for s in summaries)
    panel = replace(window.panel, ratchet=np.zeros(len(window.scale), bool))
    threshold, valid = make_targets(panel, window.scale)
    actual, upward = window.actual[:, None, :], panel.better[:, None, None] > 0
    reached = np.where(upward, actual >= threshold, actual <= threshold)
    return TrainingCase(
        window.kind, panel, summaries, window.actual, window.scale, threshold, valid, reached
    )


def name_grid(growth: str) -> str:
    """Name the growth path whose grid of slope processes a growth path shares."""
    return growth if growth in ("auto", "damped", "no_change") else "linear"


def make_targets(panel: SeriesPanel, scale: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Make targets as a planner could have set them: `PACE_FACTORS` times the recent pace.

    The recent pace is the mean yearly change of the last four steps (of a single value: `scale`),
    upwards where higher is better. Returns their thresholds and whether they lie in the bounds,
    both (series, factors, horizons).
    """
    last, n = panel.value[:, -1], panel.value.shape[1]
    steps = min(n - 1, 4)
    pace = np.abs(last - panel.value[:, -1 - steps]) / steps if steps else scale
    factor, h = np.array(PACE_FACTORS)[None, :, None], HORIZONS[None, None, :]
    sign, lower, upper, unit = (
        a[:, None, None] for a in (panel.better, panel.lower, panel.upper, panel.resolution)
    )
    target = last[:, None, None] + sign * factor * pace[:, None, None] * h
    valid = (target > lower) & (target <= upper) & (pace > 0)[:, None, None]
    comparator = np.where(sign > 0, "ge", "le") + np.full(target.shape, "")
    threshold, _ = compute_threshold(target, comparator, np.broadcast_to(unit, target.shape))
    return threshold, valid


def compute_loss(cases: list[TrainingCase], prior: PooledPrior) -> float:
    """Compute the loss of a prior over the cases of one kind; see the module."""
    total, cover = np.zeros(4), 0.0
    for case in cases:
        predictive = case.predict(prior)
        q = predictive.quantiles(QUANTILES, np.broadcast_to(HORIZONS, case.actual.shape))
        crps = crps_of_quantiles(case.actual, q, np.array(QUANTILES))
        scaled = np.minimum(crps / case.scale[:, None], CAP)
        brier = (case.chances(predictive) - case.reached)[case.valid] ** 2
        total += [scaled.sum(), scaled.size, brier.sum(), brier.size]
        soft = EDGE * (q[-1] - q[0]) + 1e-9
        inside = expit((case.actual - q[0]) / soft) * expit((q[-1] - case.actual) / soft)
        cover += (inside.mean() - COVERED) ** 2 / len(cases)
    crps_sum, values, brier_sum, targets = total
    scores = crps_sum / values / REFERENCE_CRPS + brier_sum / max(targets, 1.0) / REFERENCE_BRIER
    return float(scores + COVERAGE_WEIGHT * cover)


def _forget_peers(summary: SeriesSummary) -> SeriesSummary:
    """Replace what peers show by what is known without any."""
    none = np.zeros(len(summary.increments))
    peers = replace(
        summary.peers, count=none, recent=none, lasting=none, catching_up=none,
        log_noise=none + np.nan, noise_count=none, shock=none,
    )  # fmt: skip
    return replace(summary, peers=peers, peer_loglik=np.zeros_like(summary.peer_loglik))
