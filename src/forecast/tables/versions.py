"""Versions of plans: which is in force on a day, and the targets that hold in it.

A version of a plan is a row of the table `plans`, in force from its day `in_force` on; without a
day it has always been. A row of targets without a version is of the plan's first one. A row of a
later version stands in the place of those of earlier ones for its region, indicator and year, or
withdraws them where it has no value; all others remain.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

__all__ = ["first_versions", "select_targets", "versions_in_force"]

TARGET = ["plan", "region", "indicator", "year"]
"""What a target of a later version replaces."""


def versions_in_force(plans: pd.DataFrame, day: dt.date | None) -> pd.DataFrame:
    """Row of each plan for the version in force on a day, or for its last one where day is None.

    >>> rows = {"plan": "a", "version": ["", "2"], "in_force": ["", "2024-01-01"]}
    >>> versions_in_force(pd.DataFrame(rows), dt.date(2023, 12, 31))["version"].tolist()
    ['']
    """
    ordered = _by_day(plans)
    if day is not None:
        ordered = ordered[ordered["in_force"] <= day.isoformat()]
    return ordered.drop_duplicates("plan", keep="last")


def first_versions(plans: pd.DataFrame) -> pd.DataFrame:
    """Row of each plan for its first version.

    >>> rows = {"plan": "a", "version": ["2", "1"], "in_force": ["2024-01-01", "2021-01-01"]}
    >>> first_versions(pd.DataFrame(rows))["version"].tolist()
    ['1']
    """
    return _by_day(plans).drop_duplicates("plan")


def select_targets(
    targets: pd.DataFrame, plans: pd.DataFrame, chosen: pd.DataFrame
) -> pd.DataFrame:
    """Targets that hold in the chosen versions, in their order; those without a plan always hold.

    Parameters
    ----------
    targets : rows of the table, with `plan` and `version`
    plans : the table
    chosen : a row a plan, from `versions_in_force` or `first_versions`; others hold no target

    Examples
    --------
    >>> days = ["2021-01-01", "2024-01-01"]
    >>> plans = pd.DataFrame({"plan": "a", "version": ["1", "2"], "in_force": days})
    >>> targets = pd.DataFrame({"plan": "a", "version": ["", "2"], "region": "r", "indicator": "i",
    ...                         "year": 2025, "value": [75.0, 90.0]})
    >>> on = versions_in_force(plans, dt.date(2023, 6, 30))
    >>> select_targets(targets, plans, on)["value"].tolist()
    [75.0]
    >>> select_targets(targets, plans, plans[1:])["value"].tolist()
    [90.0]
    """
    ordered = _by_day(plans)
    rank = ordered.groupby("plan").cumcount()
    ranks = dict(zip(zip(ordered["plan"], ordered["version"], strict=True), rank, strict=True))
    versions = zip(targets["plan"].tolist(), targets["version"].tolist(), strict=True)
    held = pd.Series([ranks.get(version, 0) for version in versions], targets.index, dtype=float)
    last = rank[chosen.index].set_axis(chosen["plan"])
    limit = targets["plan"].map(last.to_dict()).astype(float).where(targets["plan"].ne(""), 0.0)
    held = held[held <= limit]
    rows = targets.loc[held.index]
    if held.any():
        newest = held.groupby([rows[column] for column in TARGET]).transform("max")
        rows = rows[held.eq(newest)]
    return rows[rows["value"].notna()]


def _by_day(plans: pd.DataFrame) -> pd.DataFrame:
    """Rows by the day from which they are in force; without a day first."""
    return plans.sort_values("in_force", kind="stable")
