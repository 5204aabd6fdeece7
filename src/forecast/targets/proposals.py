"""Values that a target may have: reached with given chances, beside peers and the parent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..errors import check_arguments
from ..model.fitting import Fits, quantile_name, quantiles
from ..tables.cells import read_chances
from ..tables.plan import Plan
from .events import compute_tolerance

__all__ = ["compare_proposals", "propose_targets"]

RECENT = 5
"""Years over which the pace of peers is taken."""

TOTALS = ("amount", "count", "stock")
"""Kinds whose size is the region's: of their peers the growth rate is taken, not the change."""

LARGEST = 10.0
"""Of totals: reporting steps below which a base shows no growth, and the most times it may grow."""
CONTEXT = "driver"
"""Area of figures that no plan sets: population, income, consumption."""


def propose_targets(fits: Fits, *, year: Any, chances: Any = (0.5, 0.8, 0.9)) -> pd.DataFrame:
    """Return the values that are reached in a year with given chances, for every series.

    A value is the most demanding one at the indicator's reporting step whose chance of being
    reported, or done better, is at least the one asked for, on the present course.

    Parameters
    ----------
    fits : from `fit`
    year : year of the target, behind the latest figures
    chances : probabilities between 0 and 1, one or several

    Returns
    -------
    DataFrame with a row a series and chance: region, indicator, year, chance, value (in the
    indicator's unit), latest, latest_year and evidence (as in `attainment`; of `prior only`, one
    figure, values are no finding). Series with a figure of that year have no row.

    Raises
    ------
    ValueError
        For chances outside of 0 to 1.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> fits = fc.fit(plan.observations, plan.indicators)
    >>> found = propose_targets(fits, year=2025, chances=[0.5, 0.8])
    >>> one = found[found["indicator"] == "nursing_bed_share"]
    >>> bool(one["value"].iloc[0] >= one["value"].iloc[1])
    True
    """
    check_arguments(propose_targets, locals())
    wanted = read_chances("chances", chances)
    about = fits.series.set_index(["region", "indicator"])
    levels = sorted({level for chance in wanted for level in (chance, 1.0 - chance)})
    table = quantiles(fits, [year], levels=levels)
    facts = about.loc[pd.MultiIndex.from_frame(table[["region", "indicator"]])].reset_index()
    up = facts["better"].ne("lower").to_numpy()
    step = facts["resolution"].where(facts["resolution"] > 0.0).to_numpy()
    least, most = facts["lower"].fillna(-np.inf), facts["upper"].fillna(np.inf)
    parts = []
    for chance in wanted:
        limit = np.where(up, table[quantile_name(1.0 - chance)], table[quantile_name(chance)])
        value = _round_easier(limit, step, up)
        value = np.clip(value, least.to_numpy(), most.to_numpy())
        rows = table[["region", "indicator", "year"]].assign(chance=chance, value=value)
        parts.append(rows.assign(order=np.arange(len(rows))))
    found = pd.concat(parts).sort_values(["order", "chance"], kind="stable")
    return (
        found.join(facts[["latest", "latest_year", "evidence"]], on="order")
        .drop(columns="order")
        .reset_index(drop=True)
    )


def compare_proposals(plan: Plan, proposals: pd.DataFrame, year: int) -> pd.DataFrame:
    """Put the plan's own target, the peers' pace and the parent's target beside proposed values.

    Returns
    -------
    DataFrame with a row an indicator of the plan's region, without those of the area `driver` that
    no plan has a target for: indicator, latest, latest_year, evidence, a column a chance (`p50`
    ...), own (the plan's target of the year, else its last one) and own_year, at_peer_pace (the
    latest value carried on with the median yearly change of other regions in their last five years;
    of totals, whose kind is amount, count or stock, with their median growth rate, unless the value
    is below ten reporting steps or would become more than tenfold; at the reporting step),
    peer_pace (the change a year to it), parent and parent_year (the target of the nearest region
    above that has one; none of totals, which are of the whole region).
    """
    targets, about = plan.tables["targets"], plan.indicators.set_index("indicator")
    context = about.index[about["area"].eq(CONTEXT) & ~about.index.isin(targets["indicator"])]
    own = proposals[(proposals["region"] == plan.region) & ~proposals["indicator"].isin(context)]
    names = own["chance"].map(lambda chance: f"p{100 * chance:.0f}")
    wide = own.assign(name=names).pivot_table(
        index="indicator", columns="name", values="value", sort=False
    )
    facts = ["latest", "latest_year", "evidence"]
    table = own.drop_duplicates("indicator").set_index("indicator")[facts]
    table = table.join(wide[list(dict.fromkeys(names))])
    table[["own", "own_year"]] = _targets_of(targets, plan.region, year, table.index)
    about = about.loc[table.index]
    change, growth = (_peer_paces(plan.siblings, log).reindex(table.index) for log in (False, True))
    ahead = year - table["latest_year"]
    step, total = about["resolution"].where(about["resolution"] > 0), about["kind"].isin(TOTALS)
    times = np.exp(growth * ahead).where(lambda times: times <= LARGEST)
    grown = table["latest"].where(table["latest"] >= LARGEST * step.fillna(0.0)) * times
    carried = (table["latest"] + change * ahead).where(~total, grown.where(grown > 0))
    carried = ((carried / step).round() * step).fillna(carried)
    lower, upper = about["lower"].fillna(-np.inf), about["upper"].fillna(np.inf)
    table["at_peer_pace"] = carried.clip(lower, upper)
    table["peer_pace"] = (table["at_peer_pace"] - table["latest"]) / ahead
    table[["parent", "parent_year"]] = np.nan
    for region in _above(plan):
        found = _targets_of(targets, region, year, table.index)
        table["parent"] = table["parent"].fillna(found[0])
        table["parent_year"] = table["parent_year"].fillna(found[1])
    table.loc[total, ["parent", "parent_year"]] = np.nan
    return table.reset_index()


def _round_easier(limit: np.ndarray, step: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Round to the hardest reported value that a true value of `limit` meets."""
    tolerance = compute_tolerance(limit, limit)
    with np.errstate(invalid="ignore"):
        steps = np.where(
            up,
            np.floor((limit + tolerance) / step + 0.5),
            np.ceil((limit - tolerance) / step - 0.5),
        )
    return np.where(np.isnan(step), limit, steps * step)


def _targets_of(
    targets: pd.DataFrame, region: str, year: int, indicators: pd.Index
) -> pd.DataFrame:
    """Return value and year of a region's target of a year, else of its last one."""
    rows = targets[(targets["region"] == region) & targets["value"].notna()]
    rows = rows.assign(then=rows["year"].eq(year)).sort_values(["then", "year"], kind="stable")
    last = rows.drop_duplicates("indicator", keep="last").set_index("indicator")
    found = last[["value", "year"]].astype(float).reindex(indicators)
    return found.set_axis([0, 1], axis=1)


def _peer_paces(siblings: pd.DataFrame, log: bool) -> pd.Series:
    """Return the median over regions of the yearly change, or that of logs, in their last years."""
    if log:
        siblings = siblings[siblings["value"] > 0]
        siblings = siblings.assign(value=np.log(siblings["value"]))
    last = siblings.groupby(["region", "indicator"])["year"].transform("max")
    recent = siblings[siblings["year"] >= last - RECENT].sort_values("year")
    groups = recent.groupby(["indicator", "region"])
    ends = groups[["year", "value"]].agg(["first", "last"])
    span = ends["year", "last"] - ends["year", "first"]
    pace = (ends["value", "last"] - ends["value", "first"]) / span.where(span > 0)
    return pace.dropna().groupby("indicator").median()


def _above(plan: Plan) -> list[str]:
    """Return the regions that a plan's region lies in, the nearest first."""
    parents = plan.regions.set_index("region")["parent"].to_dict()
    found: list[str] = []
    region = plan.region
    while (region := parents.get(region, "")) and region not in found:
        found.append(region)
    return found
