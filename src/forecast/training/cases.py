"""Training cases: windows with targets as planners could have set them, and the loss of a prior.

The loss of a prior over the windows of one kind is the mean over sets of windows of

    CRPS / REFERENCE_CRPS + Brier / REFERENCE_BRIER + COVERAGE_WEIGHT mean_n (c_n - COVERED)^2

with the CRPS of the values in units of the series' own mean yearly change, the Brier score of
reaching targets at half to twice the recent pace, and c_n the share inside the 90 % interval of
windows of length n. Within a set an indicator counts by the root of its windows, and windows of
one or two figures by `FEW`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from ..evaluation.scores import CAP, crps_of_quantiles
from ..model.arrays import BoolArray, FloatArray, IntArray, select
from ..model.fitting import QUANTILES
from ..model.panel import SeriesPanel
from ..model.pooling import PaceGrids, compute_grids, pool_grids
from ..model.predictive import PooledPredictive
from ..model.priors import LINKS_BY_KIND, Prior
from ..targets.events import compute_threshold
from .windows import HORIZONS, Windows

__all__ = ["TrainingCase", "make_targets"]

PACE_FACTORS = (0.5, 1.0, 1.5, 2.0)
"""Targets made up for a window, in recent paces: from easy to ambitious. Declared."""
REFERENCE_CRPS, REFERENCE_BRIER = 1.6, 0.18
"""Scores of a plain reference on the development panel, which make the two comparable. Declared."""
COVERED, COVERAGE_WEIGHT = 0.905, 20.0
"""Coverage of the 90 % interval that is aimed at, a little on the safe side, and what a departure
costs: 5 points as much as 5 % of the reference CRPS. Declared."""
EDGE = 0.03
"""Width of an interval's soft edge, as a share of the interval, so that coverage has a gradient."""
FEW = 0.35
LEAST_COVERED = 20
"""Values of a length in a set whose coverage counts."""


@dataclass(frozen=True)
class TrainingCase:
    """Windows of one kind, their paces computed, ready to be scored under many priors.

    Attributes
    ----------
    weight : of the sets of windows in the loss
    grids : paces of all series
    rows, panel : where the scored series are among those of the grids, and their panel
    actual, scale : of the windows, as in `Windows`
    threshold, valid, reached : (windows, factors, horizons) targets made up
    value_weight, target_weight : (windows,) of each value's CRPS and each target's Brier score
    cover_weight : (measures, windows) weights of the values behind each measured coverage
    measure_weight : (measures,)
    domain_share : (domains, groups) odds of each learned domain: that of the group's panel alone
    """

    kind: str
    weight: float
    grids: PaceGrids
    rows: IntArray
    panel: SeriesPanel
    actual: FloatArray
    scale: FloatArray
    threshold: FloatArray
    valid: BoolArray
    reached: BoolArray
    value_weight: FloatArray
    target_weight: FloatArray
    cover_weight: FloatArray
    measure_weight: FloatArray
    domain_share: FloatArray

    @staticmethod
    def of(kind: str, sets: Sequence[Windows], domains: Sequence[str]) -> TrainingCase:
        """Join the windows of a kind from several sets; each group hears its own domain."""
        parts = [one.of_kind(kind) for one in sets if (one.kind[one.scored] == kind).any()]
        panel, number = _join_panels([part.panel for part in parts])
        grids = compute_grids(panel, LINKS_BY_KIND[kind])
        rows = np.concatenate([start + p.scored for p, start in zip(parts, number, strict=True)])
        place = np.empty(len(grids.order), np.int64)
        place[grids.order] = np.arange(len(grids.order))
        actual, length, indicator = (
            np.concatenate([getattr(p, name) for p in parts])
            for name in ("actual", "length", "indicator")
        )
        scale = np.concatenate([p.scale for p in parts])
        scored = panel.take(rows)
        threshold, valid = make_targets(scored, length, scale)
        known = np.isfinite(actual)[:, None, :]
        reached = np.where(
            scored.better[:, None, None] > 0,
            actual[:, None, :] >= threshold, actual[:, None, :] <= threshold,
        )  # fmt: skip
        owner = np.repeat(np.arange(len(parts)), [len(p.scored) for p in parts])
        weights = _weigh(parts, owner, length, indicator, np.isfinite(actual), valid & known)
        group = grids.group[place[rows]]
        share = np.full((len(domains), len(grids.starts)), 1.0 / max(len(domains), 1))
        for part_number, part in enumerate(parts):
            mine = group[owner == part_number]
            if part.domain in domains:
                share[:, mine] = 0.0
                share[domains.index(part.domain), mine] = 1.0
        return TrainingCase(
            kind, weights[0], grids, place[rows], scored, actual, scale, threshold, valid & known,
            reached, *weights[1:], share,
        )  # fmt: skip

    def predict(self, prior: Prior) -> PooledPredictive:
        """Compute the predictive of the windows under a prior."""
        fixed = prior.share[-2:, None] * np.ones(len(self.grids.starts))
        shared = replace(prior, share=np.concatenate([self.domain_share, fixed]))
        return select(pool_grids(self.grids, shared), self.rows)

    def loss(self, prior: Prior) -> float:
        """Compute the loss of a prior; see the module."""
        predictive = self.predict(prior)
        horizon = np.broadcast_to(HORIZONS, self.actual.shape)
        q = predictive.quantiles(QUANTILES, horizon)
        known = np.isfinite(self.actual)
        actual = np.where(known, self.actual, q[len(q) // 2])
        crps = crps_of_quantiles(actual, q, np.array(QUANTILES))
        crps = np.where(known, np.minimum(crps / self.scale[:, None], CAP), 0.0)
        soft = EDGE * (q[-1] - q[0]) + 1e-9
        inside = expit((actual - q[0]) / soft) * expit((q[-1] - actual) / soft)
        covered = self.cover_weight @ np.where(known, inside, 0.0).sum(axis=1)
        cover = float(self.measure_weight @ (covered - COVERED) ** 2)
        below = predictive.cdf(self.threshold, horizon)
        p = np.where(self.panel.better[:, None, None] > 0, 1.0 - below, below)
        brier = np.where(self.valid, (p - self.reached) ** 2, 0.0)
        total = float(self.value_weight @ crps.sum(axis=1)) / REFERENCE_CRPS
        total += float(self.target_weight @ brier.sum(axis=(1, 2))) / REFERENCE_BRIER
        return (total + COVERAGE_WEIGHT * cover) / self.weight


def make_targets(
    panel: SeriesPanel, length: IntArray, scale: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Make targets as a planner could have set them: `PACE_FACTORS` times the recent pace.

    The recent pace is the mean yearly change of the last four steps (of a single value: `scale`),
    upwards where higher is better. Returns their thresholds and whether they lie in the bounds,
    both (series, factors, horizons).
    """
    steps = np.minimum(length - 1, 4)
    last = panel.value[:, -1]
    first = panel.value[np.arange(len(last)), panel.value.shape[1] - 1 - steps]
    pace = np.where(steps > 0, np.abs(last - first) / np.maximum(steps, 1), scale)
    factor, h = np.array(PACE_FACTORS)[None, :, None], HORIZONS[None, None, :]
    sign, lower, upper, unit = (
        a[:, None, None] for a in (panel.better, panel.lower, panel.upper, panel.resolution)
    )
    target = last[:, None, None] + sign * factor * pace[:, None, None] * h
    valid = (target > lower) & (target <= upper) & (pace > 0)[:, None, None]
    comparator = np.where(sign > 0, "ge", "le") + np.full(target.shape, "")
    threshold, _ = compute_threshold(target, comparator, np.broadcast_to(unit, target.shape))
    return threshold, valid


def _join_panels(panels: Sequence[SeriesPanel]) -> tuple[SeriesPanel, list[int]]:
    """Join panels whose groups stay apart; returns the first row of each."""
    width = max(p.value.shape[1] for p in panels)
    starts = np.cumsum([0, *(len(p.value) for p in panels)])[:-1].tolist()
    groups = np.cumsum([0, *(p.group.max(initial=-1) + 1 for p in panels)])[:-1]

    def pad(name: str, fill: float) -> list[FloatArray]:
        values = [np.asarray(getattr(p, name), float) for p in panels]
        return [np.pad(v, ((0, 0), (width - v.shape[1], 0)), constant_values=fill) for v in values]

    def join(name: str) -> FloatArray:
        return np.concatenate([getattr(p, name) for p in panels])

    return SeriesPanel(
        np.concatenate(pad("value", np.nan)),
        np.concatenate(pad("year", np.nan)),
        np.concatenate(pad("breaks", 0.0)).astype(bool),
        np.concatenate([p.group + g for p, g in zip(panels, groups, strict=True)]),
        join("better"), join("lower"), join("upper"), join("resolution"),
        join("ratchet").astype(bool),
    ), starts  # fmt: skip


def _weigh(
    parts: Sequence[Windows],
    owner: IntArray,
    length: IntArray,
    indicator: FloatArray,
    known: BoolArray,
    valid: BoolArray,
) -> tuple[float, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Weights of the sets, of each window's values and targets, and of the measured coverages."""
    few = np.where(length < 3, FEW, 1.0)
    values, targets = np.zeros((2, len(length)))
    cover, measure, whole = [], [], 0.0
    for number, part in enumerate(parts):
        weight = part.weight * float(np.sqrt(len(part.scored)))
        whole += weight
        mine = owner == number
        names, count = np.unique(indicator[mine], return_counts=True)
        for name, root in zip(names, np.sqrt(count) / np.sqrt(count).sum(), strict=True):
            here = few * (mine & (indicator == name))
            cases, asked = here @ known.sum(axis=1), here @ valid.sum(axis=(1, 2))
            values += weight * root * here / max(cases, 1e-9)
            targets += weight * root * here / max(asked, 1e-9)
        each = [(mine & (length == n)) * 1.0 for n in np.unique(length[mine])]
        sizes = [one @ known.sum(axis=1) for one in each]
        large = [(o, s) for o, s in zip(each, sizes, strict=True) if s > LEAST_COVERED]
        cover += [one / size for one, size in large]
        measure += [weight / max(len(large), 1)] * len(large)
    return (
        whole, values, targets, np.array(cover).reshape(-1, len(length)), np.array(measure),
    )  # fmt: skip
