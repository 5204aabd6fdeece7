"""All targets together: how many are met, whether all are, and which one costs most.

A draw is one future of all series, so that counts of targets keep what they share: the surprises of
a year, and the milestones of one series. The probability of all targets comes with its value under
independence and with the bounds of any dependence (`event_probabilities.combine_all`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import check_arguments
from ..model.arrays import BoolArray
from ..model.panel import KEY
from ..model.simulation import Paths
from .attainment import draw_events
from .event_probabilities import combine_all
from .target_state import PASSED

__all__ = ["UNDECIDABLE", "Joint", "TargetHits", "evaluate_targets", "joint"]


UNDECIDABLE = ("no_data", *PASSED)
"""States of targets that no figure and no draw can decide."""
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class TargetHits:
    """Which targets are met in which draws.

    `met` is (targets, draws), `counted` (targets,) False for undecidable targets. `table` has a row
    a target, in the targets' order, with the columns of `attainment.EVENT_COLUMNS`, and force where
    the targets have it.
    """

    table: pd.DataFrame
    met: BoolArray
    counted: BoolArray


@dataclass(frozen=True)
class Joint:
    """Joint answers over the `counted` of the `given` targets; probabilities are shares of draws.

    Attributes
    ----------
    given, counted : number of targets, and of those that can be decided
    expected, mc_error : mean number of targets met, and its Monte-Carlo standard error
    low, high : 90 % interval of that number: the least whole numbers with 5 and 95 % of the draws
        at or below them
    at_least : k, p, mc_error, a row for each k from 0 to `counted`: the probability that k or more
        of the targets are met
    p_all, p_all_error : probability that all are met, and its standard error
    p_all_low, p_all_high : Fréchet bounds of `p_all`
    p_all_independent : product of the targets' probabilities
    binding : number of counted targets with the force `binding`
    p_binding, p_binding_error, p_binding_low, p_binding_high, p_binding_independent : the same of
        the binding targets
    costs : region, indicator, year, p_reach, lost, a row for each counted target; `lost` is the
        probability that all others are met and this one is not, P(all without it) - P(all). The
        costliest first; of equals the least likely; `p_reach` is as printed by `attainment`

    Without a target to count, probabilities and bounds of all are NaN.
    """

    given: int
    counted: int
    expected: float
    mc_error: float
    low: int
    high: int
    at_least: pd.DataFrame
    p_all: float
    p_all_error: float
    p_all_low: float
    p_all_high: float
    p_all_independent: float
    binding: int
    p_binding: float
    p_binding_error: float
    p_binding_low: float
    p_binding_high: float
    p_binding_independent: float
    costs: pd.DataFrame


def evaluate_targets(
    paths: Paths, targets: pd.DataFrame, *, as_of: str | dt.date | None = None
) -> TargetHits:
    """Evaluate for each target and draw whether the target is met.

    Paths of one seed share their draws: two scenarios differ, draw for draw, only by what they
    change.

    Parameters
    ----------
    paths : draws that reach the last target year
    targets : region, indicator, year, value, comparator, and where there are any event
        (`reach`, `ever`, `maintain`) and force
    as_of : day, as in `attainment`

    Raises
    ------
    DataError
        For the targets that `attainment` refuses.
    ValueError
        If a target's year lies beyond the simulated ones.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> paths = fc.simulate(fc.fit(plan.observations, plan.indicators), until=2025, draws=200)
    >>> found = evaluate_targets(paths, plan.targets, as_of=plan.as_of)
    >>> found.met.shape, int(found.counted.sum())
    ((60, 200), 10)
    """
    table, met = draw_events(paths, targets, as_of=as_of)
    if "force" in targets:
        table["force"] = targets["force"].fillna("").to_numpy()
    return TargetHits(table, met, ~table["status"].isin(UNDECIDABLE).to_numpy())


def joint(paths: Paths, targets: Any, *, as_of: str | dt.date | None = None) -> Joint:
    """Compute how many of the targets are met together, and which one costs most.

    All targets are counted that a figure or a draw can decide, those already met or missed
    included; give those of the final year to count only these. With M the number met in a draw,
    `expected` is the mean of M, `at_least` is P(M >= k), `p_all` is P(M = n).

    Returns
    -------
    Joint

    Parameters
    ----------
    paths, targets, as_of : as in `evaluate_targets`

    Raises
    ------
    DataError, ValueError
        As `evaluate_targets`.

    Examples
    --------
    >>> import forecast as fc
    >>> seen = pd.DataFrame({"region": ["a", "a", "b", "b"], "indicator": "x",
    ...                      "year": [2020, 2021] * 2, "value": [50.0, 55.0, 60.0, 62.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"], "resolution": [1]})
    >>> goal = pd.DataFrame({"region": ["a", "b"], "indicator": "x", "year": 2023,
    ...                      "value": [58.0, 65.0], "comparator": "ge"})
    >>> found = joint(fc.simulate(fc.fit(seen, about), until=2023, draws=500), goal)
    >>> found.at_least["k"].tolist(), found.p_all_low <= found.p_all <= found.p_all_high
    ([0, 1, 2], True)
    >>> found.costs["region"].tolist()
    ['a', 'b']
    """
    check_arguments(joint, locals())
    found = evaluate_targets(paths, targets, as_of=as_of)
    table, met = found.table[found.counted].reset_index(drop=True), found.met[found.counted]
    force = table["force"].to_numpy(str) if "force" in table else np.full(len(table), "")
    binding = met[force == "binding"]
    number = met.sum(axis=0)
    error = number.std() / np.sqrt(len(number))
    low, high = np.quantile(number, INTERVAL, method="inverted_cdf")
    return Joint(
        len(found.met), len(met), float(number.mean()), float(error), int(low), int(high),
        _at_least(number, len(met)), *combine_all(met), len(binding), *combine_all(binding),
        _costs(table, met),
    )  # fmt: skip


def _at_least(number: NDArray[np.int64], most: int) -> pd.DataFrame:
    """Share of the draws with k or more targets met; `number` (draws,) of them is met."""
    draws = np.bincount(number, minlength=most + 1)
    p = np.cumsum(draws[::-1])[::-1] / len(number)
    error = np.sqrt(p * (1.0 - p) / len(number))
    return pd.DataFrame({"k": np.arange(most + 1), "p": p, "mc_error": error})


def _costs(table: pd.DataFrame, met: BoolArray) -> pd.DataFrame:
    """Cost of each target alone in the probability of all, the costliest first."""
    alone = ~met & (met.sum(axis=0) == len(met) - 1)
    out = table[[*KEY, "year", "p_reach"]].assign(lost=alone.mean(axis=1), p=met.mean(axis=1))
    order = ["lost", "p", *KEY, "year"]
    out = out.sort_values(order, ascending=[False, *[True] * 4], ignore_index=True)
    return out.drop(columns="p")
