"""Targets of a whole compared with those of its parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import check_arguments, check_name, msg
from ..model.arrays import FloatArray
from ..model.panel import KEY
from ..tables.plan import Plan
from ..tables.schema import PERCENTAGES
from .events import BAND, compute_tolerance, is_upward

__all__ = ["adds_up", "roll_up"]


LEVEL_UNITS = ("metre", "year", "year_of_age")
"""Units of stocks that are levels: parts do not add up to a whole."""
TOTAL_UNITS = ("yuan_10k",)
"""Units of amounts that are totals: parts do."""


def roll_up(plans: Plan | Sequence[Plan], concept: str | None = None) -> pd.DataFrame:
    """Compare the targets of a whole with those of its parts.

    Parts are the regions below (`parent` in the regions table) at the nearest level where any has
    a target of the same indicator, year and direction: the children, else their children. Of a
    part's several targets the most demanding counts; bands, which do not add up, are left out.

    Parameters
    ----------
    plans : plans of a province, its cities, their districts
    concept : None takes all concepts

    Returns
    -------
    DataFrame with a row for each target of a whole that has parts, in the indicator's unit:

    * concept, indicator, year, region (the whole), target, comparator
    * parts, of : parts with a target, and parts in the regions table
    * rule : `sum` of counts, stocks and total amounts; `mean` of shares, ratios and stocks that
        are levels, unweighted, as no table has the size of every part; `lowest` of amounts that are
        standards (`highest` where less is asked for)
    * parts_value : what the rule gives for the parts' targets
    * enough : whether that meets the target; missing where parts without a target could decide it
    * left : what a sum lacks, 0 at least, for the parts without a target to bring; for a mean what
        these would need on average, NaN where there is none

    Raises
    ------
    UnknownNameError
        For a concept that no plan has.

    Examples
    --------
    >>> import forecast as fc
    >>> table = roll_up([fc.load_plan("zhejiang"), fc.load_plan("lishui")], "care_consortia")
    >>> table[["year", "target", "parts", "rule", "parts_value", "left"]].values.tolist()
    [[2022, 400.0, 1, 'sum', 40.0, 360.0], [2025, 1000.0, 1, 'sum', 100.0, 900.0]]
    """
    check_arguments(roll_up, locals())
    plans = [plans] if isinstance(plans, Plan) else list(plans)
    if not plans:
        raise ValueError(msg("plans must be one plan or several, not none."))
    about = pd.concat([plan.indicators for plan in plans]).drop_duplicates("indicator")
    if concept is not None:
        check_name("concept", concept, sorted(set(about["concept"])))
        about = about[about["concept"] == concept]
    targets = pd.concat([plan.targets for plan in plans])
    targets = targets.loc[targets["comparator"] != BAND, [*KEY, "year", "value", "comparator"]]
    targets = targets.drop_duplicates()
    targets = targets.merge(about[["indicator", "concept", "kind", "unit", "better"]])
    targets["sign"] = np.where(is_upward(targets), 1.0, -1.0)
    targets = targets.sort_values(["concept", "indicator", "year", *KEY, "value"])
    targets = targets.reset_index(drop=True).rename_axis("row").reset_index()
    below = _below(pd.concat([plan.regions for plan in plans]).drop_duplicates("region"))
    part = targets[[*KEY, "year", "sign", "value"]].rename(columns={"region": "part"})
    pairs = targets.drop(columns="value").merge(below, left_on="region", right_on="whole")
    pairs = pairs.merge(part, on=["part", "indicator", "year", "sign"])
    pairs = pairs[pairs["depth"] == pairs.groupby("row")["depth"].transform("min")]
    pairs["most"] = pairs["sign"] * pairs["value"]
    each = pairs.groupby(["row", "part", "depth"], as_index=False)["most"].max()
    grouped = each.groupby("row")
    sizes = below.groupby(["whole", "depth"]).size()
    out = targets.set_index("row").loc[grouped.groups.keys()].rename(columns={"value": "target"})
    depth = grouped["depth"].first()
    out["parts"] = grouped.size()
    out["of"] = sizes.reindex(pd.MultiIndex.from_arrays([out["region"], depth])).to_numpy()
    out["rule"] = _rules(out)
    joined = grouped["most"].agg(["sum", "mean", "min"])
    out["parts_value"] = out["sign"] * np.select(
        [out["rule"] == "sum", out["rule"] == "mean"],
        [joined["sum"], joined["mean"]],
        joined["min"],
    )
    out["enough"], out["left"] = _enough(out), _left(out)
    columns = ["concept", "indicator", "year", "region", "target", "comparator", "parts", "of"]
    return out[[*columns, "rule", "parts_value", "enough", "left"]].reset_index(drop=True)


def adds_up(indicators: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell of which indicators, with kind and unit, the parts add up to the whole."""
    sums: NDArray[np.bool_] = _rules(indicators.assign(sign=1.0)) == "sum"
    return sums


def _below(regions: pd.DataFrame) -> pd.DataFrame:
    """All regions below each: whole, part, depth (1: a child)."""
    step = regions[["parent", "region"]].set_axis(["whole", "part"], axis=1)
    step = child = step[step["whole"].fillna("") != ""]
    levels = [step.assign(depth=1)]
    # Cyclic parent links end with the longest possible chain.
    for depth in range(2, len(regions) + 1):
        step = step.merge(child, left_on="part", right_on="whole", suffixes=("", "_near"))
        step = step[["whole", "part_near"]].set_axis(["whole", "part"], axis=1)
        if step.empty:
            break
        levels.append(step.assign(depth=depth))
    return pd.concat(levels, ignore_index=True)


def _rules(table: pd.DataFrame) -> NDArray[np.str_]:
    """Rule that combines the parts of each whole."""
    level = (table["kind"] == "stock") & table["unit"].isin(LEVEL_UNITS)
    standard = table["kind"].isin(["amount", "standard"]) & ~table["unit"].isin(TOTAL_UNITS)
    mean = table["kind"].isin([*PERCENTAGES, "ratio", "rule"]) | level
    return np.select(
        [mean, standard & (table["sign"] > 0), standard],
        ["mean", "lowest", "highest"],
        "sum",
    )


def _enough(table: pd.DataFrame) -> pd.api.extensions.ExtensionArray:
    """Whether the parts' targets meet the whole's; missing where parts without one would decide."""
    rule, sign = table["rule"].to_numpy(str), table["sign"].to_numpy()
    target, value = table["target"].to_numpy(float), table["parts_value"].to_numpy(float)
    margin, tolerance = sign * (value - target), compute_tolerance(target, value)
    strict = table["comparator"].isin(["gt", "lt"]).to_numpy()
    met = np.where(strict, margin > tolerance, margin >= -tolerance)
    # Further parts only add to a sum: they make up a lack and undo no excess. They only lower the
    # lowest, and raise the highest. A mean can turn either way.
    open_ = np.select([rule == "sum", rule == "mean"], [met != (sign > 0), True], met)
    incomplete = (table["parts"] < table["of"]).to_numpy()
    return pd.arrays.BooleanArray(met, incomplete & open_.astype(bool))


def _left(table: pd.DataFrame) -> FloatArray:
    """Amount that the parts without a target would have to bring, or need on average."""
    target, value = table["target"].to_numpy(float), table["parts_value"].to_numpy(float)
    parts, of = table["parts"].to_numpy(float), table["of"].to_numpy(float)
    others = np.where(of > parts, of - parts, np.nan)
    need = (of * target - parts * value) / others
    lack, rule = np.maximum(target - value, 0.0), table["rule"].to_numpy(str)
    return np.select([rule == "sum", rule == "mean"], [lack, need], np.nan)
