"""All targets together: how many are met, whether all are, and which one costs most.

One draw is one future of everything, so a count over targets keeps what they share: the surprises
of a year, and milestones of one series. Beside a chance of all targets stand what it would be were
they independent, and the bounds that no dependence can leave (Fréchet 1935; for events with
chances p_1 ... p_n): max(0, sum p_i - (n - 1)) <= P(all) <= min p_i.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..model.panel import KEY
from ..model.simulation import Paths
from .attainment import draw_events

__all__ = ["Joint", "Outcomes", "joint", "outcomes"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SILENT = ("no_data", "not_published")
"""Words of `status` about which nothing can be said."""
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Outcomes:
    """Targets in draws: `met` (targets, draws), and `counted` (targets,), False where unknown.

    `table` has a row a target, in the targets' order: region, indicator, scenario, year, target,
    comparator, event, latest, latest_year, median, p_reach, mc_error, status, evidence as in
    `attainment`, and force where the targets have it.
    """

    table: pd.DataFrame
    met: BoolArray
    counted: BoolArray


@dataclass(frozen=True)
class Joint:
    """Joint answers on the `counted` ones of the `given` targets; chances are shares of draws.

    Attributes
    ----------
    given, counted : number of targets, and of those about which something can be said
    expected, mc_error : mean number of targets met, and its Monte-Carlo standard error
    low, high : 90 % interval of that number: the least whole numbers with 5 and 95 % of the draws
        at or below them
    at_least : k, p, mc_error, a row for each k from 0 to `counted`: the chance that k or more of
        the targets are met
    p_all, p_all_error : chance that all are met, and its standard error
    p_all_low, p_all_high : bounds of Fréchet on `p_all`
    p_all_independent : product of the targets' chances
    binding : number of counted targets with the force `binding`
    p_binding, p_binding_error, p_binding_low, p_binding_high, p_binding_independent : the same of
        the binding targets
    costs : region, indicator, year, p_reach, lost, a row for each counted target; `lost` is the
        chance that all others are met and this one is not, P(all without it) - P(all). The
        costliest first; of equals the least likely; `p_reach` is as printed by `attainment`

    Without a target to count, chances and bounds of all are NaN.
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


def outcomes(
    paths: Paths, targets: pd.DataFrame, *, as_of: str | dt.date | None = None
) -> Outcomes:
    """Tell for each target and draw whether the target is met.

    Paths of one seed share their draws: the outcomes of two scenarios differ only by what the
    scenarios do, draw for draw.

    Parameters
    ----------
    paths : draws that reach the last target year
    targets : region, indicator, year, value, comparator, and where there are any event
        (`reach`, `ever`, `maintain`) and force
    as_of : day of the question, as in `attainment`

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
    >>> found = outcomes(paths, plan.targets, as_of=plan.as_of)
    >>> found.met.shape, int(found.counted.sum())
    ((61, 200), 10)
    """
    table, met = draw_events(paths, targets, as_of=as_of)
    if "force" in targets:
        table["force"] = targets["force"].fillna("").to_numpy()
    return Outcomes(table, met, ~table["status"].isin(SILENT).to_numpy())


def joint(paths: Paths, targets: pd.DataFrame, *, as_of: str | dt.date | None = None) -> Joint:
    """Tell how many of the targets are met together, and which one stands most in the way.

    All targets given are counted that a figure or a draw can decide, those already met or missed
    among them; who asks about the final year only gives its targets only. With M the number met
    in a draw, `expected` is the mean of M, `at_least` is P(M >= k), `p_all` is P(M = n).

    Parameters
    ----------
    paths, targets, as_of : as in `outcomes`

    Raises
    ------
    DataError, ValueError
        As `outcomes`.

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
    ['b', 'a']
    """
    found = outcomes(paths, targets, as_of=as_of)
    table, met = found.table[found.counted].reset_index(drop=True), found.met[found.counted]
    force = table["force"].to_numpy(str) if "force" in table else np.full(len(table), "")
    binding = met[force == "binding"]
    number = met.sum(axis=0)
    error = number.std() / np.sqrt(len(number))
    low, high = np.quantile(number, [LOW, HIGH], method="inverted_cdf")
    return Joint(
        len(found.met), len(met), float(number.mean()), float(error), int(low), int(high),
        _at_least(number, len(met)), *_all_of(met), len(binding), *_all_of(binding),
        _costs(table, met),
    )  # fmt: skip


def _at_least(number: NDArray[np.int64], most: int) -> pd.DataFrame:
    """Share of the draws with k or more targets met; `number` (draws,) of them is met."""
    draws = np.bincount(number, minlength=most + 1)
    p = np.cumsum(draws[::-1])[::-1] / len(number)
    error = np.sqrt(p * (1.0 - p) / len(number))
    return pd.DataFrame({"k": np.arange(most + 1), "p": p, "mc_error": error})


def _all_of(met: BoolArray) -> tuple[float, float, float, float, float]:
    """Chance that all are met, its error, both bounds, and the chance were they independent."""
    if not len(met):
        return (float("nan"),) * 5
    p, every = met.mean(axis=1), float(met.all(axis=0).mean())
    error = np.sqrt(every * (1.0 - every) / met.shape[1])
    low = max(0.0, p.sum() - (len(p) - 1))
    return every, float(error), float(low), float(p.min()), float(p.prod())


def _costs(table: pd.DataFrame, met: BoolArray) -> pd.DataFrame:
    """Tell what each target alone costs of the chance of all, the costliest first."""
    alone = ~met & (met.sum(axis=0) == len(met) - 1)
    out = table[[*KEY, "year", "p_reach"]].assign(lost=alone.mean(axis=1), p=met.mean(axis=1))
    order = ["lost", "p", *KEY, "year"]
    out = out.sort_values(order, ascending=[False, *[True] * 4], ignore_index=True)
    return out.drop(columns="p")
