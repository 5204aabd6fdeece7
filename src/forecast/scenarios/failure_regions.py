"""Where failures lie: the one and the two thresholds that best set some draws apart from the rest.

A box is tried on every other draw and told by the rest, so that luck does not flatter it
(Friedman and Fisher 1999; Lavrac, Flach and Zupan 1999).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["LEAST_SHARE", "find_failure_regions"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

CUTS = np.arange(1, 20) / 20.0
LEAST_SHARE = 0.05
"""Quantile levels of the thresholds tried, and the least share of draws in a box."""


def find_failure_regions(inputs: Mapping[str, FloatArray], failed: BoolArray) -> pd.DataFrame:
    """Find the one and the two thresholds that best set failures apart.

    All boxes of one and of two half-spaces at the 5, 10 ... 95 % points of the inputs are tried,
    those with at least 5 % of the draws; the best has the highest weighted relative accuracy

        P(box) (P(fail | box) - P(fail))

    (Lavrac, Flach and Zupan 1999). Every other draw searches, the rest give the figures, so that
    they do not flatter.

    Parameters
    ----------
    inputs : (draws,) each
    failed : (draws,)

    Returns
    -------
    A row a threshold of the best box of one condition, then, where it is better, of the best of
    two: conditions, input, comparator (`le` or `gt`), threshold, p_fail (share of all draws that
    fail), p_fail_in (of those in the box), share (of the draws in the box), found_share (share of
    the failures that lie in it). No row where nothing, or everything, fails.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.random((2, 4000))
    >>> table = find_failure_regions({"x": x, "y": y}, (x <= 0.3) & (y > 0.6))
    >>> table.iloc[1:][["conditions", "input", "comparator"]].values.tolist()
    [[2, 'x', 'le'], [2, 'y', 'gt']]
    """
    columns = [
        "conditions", "input", "comparator", "threshold", "p_fail", "p_fail_in", "share",
        "found_share",
    ]  # fmt: skip
    halves = _half_spaces(inputs)
    if not halves:
        return pd.DataFrame(columns=columns)
    inside = np.stack([_inside(inputs, half) for half in halves])
    best = _best_boxes(inside[:, ::2], failed[::2])
    rows = []
    lost = failed[1::2]
    for box in best:
        there = np.logical_and.reduce(inside[list(box), 1::2])
        figures = [
            lost.mean(),
            _share(lost & there, there),
            there.mean(),
            _share(lost & there, lost),
        ]
        rows += [(len(box), *halves[i], *figures) for i in box]
    return pd.DataFrame(rows, columns=columns)


def _half_spaces(inputs: Mapping[str, FloatArray]) -> list[tuple[str, str, float]]:
    """Input, comparator and threshold of all half-spaces that are tried, none twice."""
    return [
        (name, comparator, float(cut))
        for name, values in inputs.items()
        for cut in np.unique(np.quantile(values[::2], CUTS, method="inverted_cdf"))
        for comparator in ("le", "gt")
        if np.ptp(values) > 0.0
    ]


def _inside(inputs: Mapping[str, FloatArray], half: tuple[str, str, float]) -> BoolArray:
    name, comparator, cut = half
    below: BoolArray = inputs[name] <= cut
    return below if comparator == "le" else ~below


def _best_boxes(inside: BoolArray, failed: BoolArray) -> list[tuple[int, ...]]:
    """Rows of `inside` (half-spaces, draws) of the best box of one, and of two if it is better."""
    draws = len(failed)
    member = inside.astype(np.float32)
    together = (member @ member.T) / draws
    lost = ((member * failed) @ member.T) / draws
    gain = np.where(together >= LEAST_SHARE, lost - together * failed.mean(), -np.inf)
    one = int(np.argmax(np.diag(gain)))
    first, second = (int(i) for i in np.unravel_index(np.argmax(gain), gain.shape))
    if gain[one, one] <= 1e-6:
        return []
    better = gain[first, second] > gain[one, one] + 1e-6
    return [(one,), (min(first, second), max(first, second))] if better else [(one,)]


def _share(part: BoolArray, whole: BoolArray) -> float:
    """Share of the true ones of `whole` that are in `part`; NaN of none."""
    return float(part.sum() / whole.sum()) if whole.any() else math.nan
