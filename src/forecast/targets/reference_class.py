"""The reference class: what became of targets in real plans whose outcomes are known.

The cases are few and nobody drew them at random: what succeeded is published sooner. They stand
beside a forecast and are never mixed into it.
"""

from __future__ import annotations

import pandas as pd
from scipy.special import betaincinv

from ..model.arrays import FloatArray

__all__ = ["SETTLED", "count_reached", "summarise_plans"]

SETTLED = ("reached", "missed")
"""Results of `plan_outcomes` that the figure of the target's own year, or a later one, decides."""
JEFFREYS = 0.5
"""Both parameters of the prior Beta distribution of a share."""
LEVELS = (0.05, 0.95)


def count_reached(outcomes: pd.DataFrame, by: str = "kind") -> pd.DataFrame:
    """Count the settled targets that were reached, by type.

    Parameters
    ----------
    outcomes : the table `plan_outcomes`
    by : the column of it that is the type: kind, role, area or comparator

    Returns
    -------
    DataFrame with a row for all cases (`type` is `all`) and one a type, in alphabetical order:
    type, settled, reached, share, low and high, the 5 and 95 % points of the share's posterior
    Beta(reached + 1/2, settled - reached + 1/2). Without a settled target it is empty.

    Examples
    --------
    >>> cases = pd.DataFrame({"kind": ["share", "share", "stock", "stock"],
    ...                       "result": ["reached", "reached", "missed", "open"]})
    >>> count_reached(cases)[["type", "settled", "reached"]].values.tolist()
    [['all', 3, 2], ['share', 2, 2], ['stock', 1, 0]]
    """
    settled = outcomes[outcomes["result"].isin(SETTLED)]
    hit = settled["result"].eq("reached")
    table = hit.groupby(settled[by].astype(str)).agg(["size", "sum"])
    table = table[table.index != ""].sort_index()
    if len(settled):
        table = pd.concat([pd.DataFrame({"size": len(hit), "sum": hit.sum()}, ["all"]), table])
    size, count = table["size"].to_numpy(int), table["sum"].to_numpy(int)
    low, high = (_beta_quantile(level, count, size) for level in LEVELS)
    return pd.DataFrame({
        "type": table.index.astype(str), "settled": size, "reached": count,
        "share": count / size, "low": low, "high": high,
    })  # fmt: skip


def summarise_plans(summaries: pd.DataFrame) -> pd.DataFrame:
    """Return the table `plan_summaries` with `share`, the part of the indicators met or on track.

    >>> plans = pd.DataFrame({"plan": ["a"], "indicators": [20], "met_or_on_track": [16]})
    >>> summarise_plans(plans)["share"].tolist()
    [0.8]
    """
    return summaries.assign(share=summaries["met_or_on_track"] / summaries["indicators"])


def _beta_quantile(level: float, count: FloatArray, size: FloatArray) -> FloatArray:
    quantile: FloatArray = betaincinv(count + JEFFREYS, size - count + JEFFREYS, level)
    return quantile
