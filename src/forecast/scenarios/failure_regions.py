"""Failure regions: thresholds on inputs that separate the draws that miss a target from the others.

Regions are selected on the even draws and scored on the held-out odd draws (Friedman and Fisher
1999; Lavrac, Flach and Zupan 1999).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import check_arguments
from ..model.simulation import Paths
from ..tables.plan import Plan
from .criterion import weigh_draws
from .declarations import Mechanism
from .engine import ScenarioRun
from .response import TargetResponse
from .scenario import BASELINE, Scenario
from .sensitivity_analysis import open_response

__all__ = ["LEAST_SHARE", "failure_conditions", "find_failure_regions"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

CUTS = np.arange(1, 20) / 20.0
LEAST_SHARE = 0.05
"""Quantile levels of the candidate thresholds, and the least share of draws in a region."""
NEXT_CHANGE = "own_change"
COLUMNS = [
    "conditions", "input", "comparator", "threshold", "p_fail", "p_fail_in", "share", "found_share",
]  # fmt: skip


def failure_conditions(
    plan: Plan,
    target: Any,
    *,
    scenario: Scenario = BASELINE,
    draws: int = 4000,
    seed: int = 0,
    paths: Paths | None = None,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> pd.DataFrame:
    """Find the conditions under which a target fails: thresholds on what differs between the draws.

    Inputs are the assumptions that are used under the scenario, the growth until the target year of
    other indicators that this one depends on (percent a year; change a year in the unit where the
    latest figure is not above 0), and `own_change`, the change from the latest figure to the next.

    Parameters and errors are those of `sensitivity`; the table is that of `find_failure_regions`,
    with the unit of each threshold.

    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> found = failure_conditions(plan, {"indicator": "nursing_bed_share", "year": 2025})
    >>> found[["input", "comparator"]].iloc[0].tolist()
    ['own_change', 'le']
    >>> bool((found["p_fail_in"] > found["p_fail"]).all())
    True
    """
    check_arguments(failure_conditions, locals())
    response = open_response(
        plan, target, scenario=scenario, draws=draws, seed=seed, paths=paths, mechanisms=mechanisms
    )
    run = response.new_run()
    run.apply(scenario)
    met = response.criterion.met(run.paths.values[response.row])
    inputs = _inputs(response, run)
    drawn = {name: values for name, (values, _) in inputs.items()}
    table = find_failure_regions(drawn, ~met, 1.0 - response.probability(met))
    table.insert(4, "unit", [inputs[name][1] for name in table["input"]])
    return table


def find_failure_regions(
    inputs: Mapping[str, FloatArray], failed: BoolArray, p_fail: float | None = None
) -> pd.DataFrame:
    """Find the one and the two thresholds that separate failures best.

    All regions of one and of two half-spaces at the 5, 10 ... 95 % points of the inputs with at
    least 5 % of the draws are tried; the best has the highest weighted relative accuracy

        P(region) (P(fail | region) - P(fail))

    (Lavrac, Flach and Zupan 1999). The even draws select, the odd draws give the figures, which are
    therefore not biased by the selection.

    `inputs` and `failed` are (draws,) each. `p_fail`, the probability of failing, weighs the draws
    (`criterion.weigh_draws`); None takes their own share.

    Returns
    -------
    A row a threshold of the best region of one condition, then, where it is better, of the best of
    two: conditions, input, comparator (`le` or `gt`), threshold, p_fail (share of all draws
    that fail, or as given), p_fail_in (of those in the region), share (of the draws in the
    region), found_share (share of the failures in it). No row where nothing, or everything,
    fails.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.random((2, 4000))
    >>> table = find_failure_regions({"x": x, "y": y}, (x <= 0.3) & (y > 0.6))
    >>> table.iloc[1:][["conditions", "input", "comparator"]].values.tolist()
    [[2, 'x', 'le'], [2, 'y', 'gt']]
    """
    halves = [
        (name, comparator, float(cut))
        for name, values in inputs.items()
        for cut in np.unique(np.quantile(values[::2], CUTS, method="inverted_cdf"))
        for comparator in ("le", "gt")
        if np.ptp(values) > 0.0
    ]
    if not halves:
        return pd.DataFrame(columns=COLUMNS)
    inside = np.stack([(inputs[n] <= cut) == (comparator == "le") for n, comparator, cut in halves])
    rows, missed = [], failed[1::2]
    weight = weigh_draws(missed, float(missed.mean()) if p_fail is None else p_fail)
    all_ = np.full(len(missed), True)
    for region in _best_regions(inside[:, ::2], failed[::2]):
        within = np.logical_and.reduce(inside[list(region), 1::2])
        pairs = ((missed, all_), (missed, within), (within, all_), (within, missed))
        shares = [_share(part, whole, weight) for part, whole in pairs]
        rows += [(len(region), *halves[i], *shares) for i in region]
    return pd.DataFrame(rows, columns=COLUMNS)


def _best_regions(inside: BoolArray, failed: BoolArray) -> list[tuple[int, ...]]:
    """Rows of `inside` (half-spaces, draws) of the best region of one, and of two if better."""
    member = inside.astype(np.float32)
    together = (member @ member.T) / len(failed)
    missed = ((member * failed) @ member.T) / len(failed)
    gain = np.where(together >= LEAST_SHARE, missed - together * failed.mean(), -np.inf)
    one = int(np.argmax(np.diag(gain)))
    first, second = (int(i) for i in np.unravel_index(np.argmax(gain), gain.shape))
    if gain[one, one] <= 1e-6:
        return []
    better = gain[first, second] > gain[one, one] + 1e-6
    return [(one,), (min(first, second), max(first, second))] if better else [(one,)]


def _share(part: BoolArray, whole: BoolArray, weight: FloatArray) -> float:
    """Share of the weight of the true elements of `whole` that is in `part`; NaN of none."""
    return float((weight * part)[whole].sum() / weight[whole].sum()) if whole.any() else np.nan


def _inputs(response: TargetResponse, run: ScenarioRun) -> dict[str, tuple[FloatArray, str]]:
    """Values (draws,) and unit of all that differs between the draws, by the name of the input."""
    inputs: dict[str, tuple[FloatArray, str]] = {}
    labels = {owner: label for label, owner in response.active_assumptions.items()}
    for (region, name, assumption), values in run.sampled.items():
        label = labels.get((name, assumption))
        if region == response.region and label is not None:
            unit = response.acting_mechanisms[name].assumptions[assumption].unit
            inputs[label] = np.broadcast_to(values[:, -1], len(response.margin)), unit
    series = response.paths.fits.series
    for row, key in enumerate(response.keys):
        latest, since = (float(series[c].iloc[row]) for c in ("latest", "latest_year"))
        unit = response.unit_of(key[1])
        if row == response.row:
            drawn = np.flatnonzero(~np.isnan(response.paths.values[row, 0]))
            inputs[NEXT_CHANGE] = response.paths.values[row, :, drawn[0]] - latest, unit
            continue
        years = response.criterion.year - since
        values = run.paths.values[row, :, response.criterion.last]
        if latest > 0.0:
            growth = 100.0 * (np.maximum(values / latest, 0.0) ** (1.0 / years) - 1.0)
            inputs[response.input_label(key)] = growth, "percent"
        else:
            inputs[response.input_label(key)] = (values - latest) / years, unit
    return inputs
