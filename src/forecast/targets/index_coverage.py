"""What the composite indices of a plan rest on: components measured, missing, and their state.

An index lists components that few plans measure. For any plan these tables say which components are
in its indices, why others are not, where the indices are now and where they are going.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ..model.simulation import Paths
from ..tables.calendar import last_closed_year
from ..tables.plan import Plan
from .composite_index import REGION_INDEX, index, list_regions

__all__ = ["REASONS", "describe_components", "describe_indices"]

REASONS = ("no_indicator", "no_target", "no_figure")
"""Why a component is not in an index: nothing measures it, or the region lacks target or figure."""
COMPONENT = ["index", "area", "component", "component_en", "indicator", "note"]


def describe_components(plan: Plan) -> pd.DataFrame:
    """Describe every component of the indices: whether the plan measures it, and with what.

    Returns
    -------
    DataFrame with a row for each region and component, in the order of `indices.csv`: region,
    index, area, component, component_en, indicator, note, `state` (`measured` or one of `REASONS`),
    latest, latest_year, target, comparator and year (last figure and last target of the indicator,
    missing where there is none).

    Examples
    --------
    >>> import forecast as fc
    >>> table = describe_components(fc.load_plan("lishui", as_of="2022-12-31"))
    >>> table["state"].value_counts().to_dict()
    {'no_target': 13, 'no_indicator': 8, 'measured': 4, 'no_figure': 4}
    """
    return pd.concat([_describe(plan, region) for region in list_regions(plan)], ignore_index=True)


def describe_indices(paths: Paths, plan: Plan) -> pd.DataFrame:
    """Describe each area's index and the region's: what is measured, where it is, where it goes.

    The values are those of `composite_index.index`, 0 at the baseline and 100 at the target.

    Parameters
    ----------
    paths : draws of the plan's series
    plan : gives indices, targets, figures and the day

    Returns
    -------
    DataFrame with a row for each region and index, `region_index` last: region, index, area,
    components (measured), of (listed), no_indicator, no_target, no_figure (how many of the others
    are missing for which reason), missing and missing_en (their names, joined by "; "), year_now
    (the last closed year), now_q05, now_q50, now_q95 (the index then: median and ends of the 90 %
    interval), year (the last of the paths), q05, q50, q95 (the index then).

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> paths = fc.simulate(fc.fit(plan.observations, plan.indicators), until=2025, draws=200)
    >>> table = describe_indices(paths, plan).set_index("index")
    >>> table.loc["region_index", ["components", "of", *REASONS]].tolist()
    [4, 29, 8, 13, 4]
    """
    values = index(paths, plan)
    day = plan.as_of or dt.date.today().isoformat()
    first, last = int(paths.years[0]), int(paths.years[-1])
    now = min(max(last_closed_year(day), first), last)
    keys, ends = ["region", "index"], ["q50", "q05", "q95"]
    then = values.loc[values["year"] == now, [*keys, *ends]]
    then = then.set_axis([*keys, "now_q50", "now_q05", "now_q95"], axis=1)
    columns = [*keys, "area", "components", "of", "year", "q05", "q50", "q95"]
    out = values.loc[values["year"] == last, columns].merge(then, on=keys).assign(year_now=now)
    parts = describe_components(plan)
    parts = pd.concat([parts, parts.assign(index=REGION_INDEX)])
    lacking = parts[parts["state"] != "measured"]
    counts = lacking.groupby([*keys, "state"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(REASONS), fill_value=0)
    named = lacking.groupby(keys)[["component", "component_en"]].agg("; ".join)
    named = named.set_axis(["missing", "missing_en"], axis=1)
    out = out.join(counts, on=keys).join(named, on=keys)
    out = out.fillna({"missing": "", "missing_en": "", **dict.fromkeys(REASONS, 0)})
    order = [
        *keys, "area", "components", "of", *REASONS, "missing", "missing_en",
        "year_now", "now_q05", "now_q50", "now_q95", "year", "q05", "q50", "q95",
    ]  # fmt: skip
    return out.astype(dict.fromkeys(REASONS, "int64"))[order].reset_index(drop=True)


def _describe(plan: Plan, region: str) -> pd.DataFrame:
    """Describe the components for one region."""
    listed = plan.indices.reindex(columns=COMPONENT, fill_value="")
    targets = plan.targets[plan.targets["region"] == region]
    goals = targets.rename(columns={"value": "target"}).sort_values("year", kind="stable")
    goals = goals.drop_duplicates("indicator", keep="last")
    figures = plan.observations[plan.observations["region"] == region]
    known = [column for column in ("year", "published") if column in figures]
    figures = figures.sort_values(known, kind="stable")
    figures = figures.drop_duplicates("indicator", keep="last")
    figures = figures.rename(columns={"value": "latest", "year": "latest_year"})
    out = listed.assign(region=region).merge(
        figures[["indicator", "latest", "latest_year"]], on="indicator", how="left"
    )
    goals = goals[["indicator", "target", "comparator", "year"]]
    out = out.merge(goals, on="indicator", how="left").astype({"year": "Int64"})
    out["comparator"] = out["comparator"].fillna("")
    state = pd.Series("measured", out.index)
    state = state.mask(out["latest"].isna(), "no_figure").mask(out["target"].isna(), "no_target")
    out["state"] = state.mask(out["indicator"] == "", "no_indicator")
    return out[
        ["region", *COMPONENT, "state", "latest", "latest_year", "target", "comparator", "year"]
    ]
