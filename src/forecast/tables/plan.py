"""A plan: one region's indicators, targets, observations and rules, as of a date.

The tables, read and checked by `csv_files` or `database`, are cut to a region and to what was known
on a day; years become numbers, as `calendar` counts them. Of a plan that was revised, the targets
are those of the version in force on the day, see `versions`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import N_, DataError, Problem, check_arguments, check_name, msg
from ..files import MANIFEST, shipped_folder
from .calendar import figure_days, known_days, parse_day, parse_optional_day, year_fractions
from .descriptions import Description
from .merging import own_rows
from .schema import is_address
from .versions import first_versions, select_targets, versions_in_force

__all__ = [
    "Plan", "data_folder", "known_indicators", "latest_progress", "load_plan", "recut",
    "table_folder",
]  # fmt: skip


WHOLE, DECIMALS = 1e-6, 6
"""Distance up to which a number of steps is whole, and most decimals of a step."""


@dataclass(frozen=True)
class Plan:
    """A region's plan, or a folder's; the fields from `regions` to `progress` are tidy tables.

    In `observations` and `siblings`, `year` is a number: 2022 is the end of 2022, 30 June 2022 is
    2021.5. `siblings` are the observations of all other regions for the plan's indicators;
    `indicators` are those with a target, an observation or both. `plans` has a row for each plan
    with a target, in the version whose targets these are.
    """

    region: str
    title: str
    as_of: str
    regions: pd.DataFrame
    areas: pd.DataFrame
    units: pd.DataFrame
    sources: pd.DataFrame
    indicators: pd.DataFrame
    plans: pd.DataFrame
    targets: pd.DataFrame
    observations: pd.DataFrame
    siblings: pd.DataFrame
    milestones: pd.DataFrame
    tasks: pd.DataFrame
    rules: pd.DataFrame
    indices: pd.DataFrame
    projects: pd.DataFrame
    progress: pd.DataFrame
    folder: str = ""
    """Folder of own tables, "" for the shipped ones and for a database."""
    address: str = field(default="", repr=False)
    """Address of a database, "" for files."""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    """The complete tables that the plan was cut from, of all regions and days."""

    @property
    def source(self) -> str | Path:
        """Folder or address of the tables that the plan was cut from, as `load_plan` takes it."""
        return self.folder or self.address or data_folder()

    @staticmethod
    def from_frames(
        observations: Any,
        targets: Any = None,
        indicators: Any = None,
        *,
        region: str = "",
        as_of: str | dt.date | None = None,
        tables: Mapping[str, Any] | None = None,
        **about: Unpack[Description],
    ) -> Plan:
        """Make a plan from tables in memory: all that takes a plan takes it.

        Parameters
        ----------
        observations, targets, indicators, about : as for `fit` and `attainment`
        region : the plan's region; other regions of the figures are its peers. "" takes the only
            one with targets, or all. Figures and targets that name no region are of this one
        as_of : as in `load_plan`
        tables : further tables by name with the columns of `data/README.md`, such as `rules`,
            `indices` or `milestones`

        Raises
        ------
        DataError
            For figures, targets and descriptions that cannot be read, figures and targets outside
            of bounds, and those of an indicator that nothing describes.
        UnknownNameError
            For a region without figures or targets, and unknown tables or keywords.

        Examples
        --------
        >>> plan = Plan.from_frames({2020: 50.0, 2021: 53.0}, {2025: 60.0}, comparator="ge",
        ...                         region="a", kind="share", better="higher")
        Traceback (most recent call last):
        forecast.errors.UnknownNameError: Unknown keyword 'comparator'...
        >>> goal = pd.DataFrame({"year": [2025], "value": 60.0, "comparator": "ge"})
        >>> plan = Plan.from_frames({2020: 50.0, 2021: 53.0}, goal, region="a", kind="share",
        ...                         better="higher")
        >>> plan.region, plan.targets["role"].tolist(), len(plan.observations)
        ('a', ['final'], 2)
        """
        from .plan_frames import build_tables

        check_arguments(Plan.from_frames, {"region": region, "tables": tables})
        day = parse_optional_day(as_of, "Plan.from_frames")
        frames = {"observations": observations, "targets": targets, "indicators": indicators}
        built = build_tables(frames | dict(tables or {}), region, about)
        planned = sorted(set(built["targets"]["region"]))
        if region:
            check_name("region", region, sorted(set(built["regions"]["region"])))
        elif len(planned) == 1:
            region = planned[0]
        return _cut(built, region or None, day)


def data_folder() -> Path:
    """Folder of the tables that come with the package (inside it, or the repository's)."""
    return shipped_folder("data")


def table_folder(place: Path) -> Path:
    """Folder of the tables in a folder: `tables` in that of a plan, else itself."""
    made = place / "tables"
    return made if (made / MANIFEST).is_file() else place


def known_indicators(plan: Plan) -> frozenset[str]:
    """Ids of all indicators that the plan's folder or database, or the package, describes.

    `plan.indicators` has only those with a target or a figure.

    >>> "minimum_living_standard" in known_indicators(load_plan("lishui"))
    True
    """
    own = plan.tables["indicators"]["indicator"].unique() if plan.tables else ()
    return _described_indicators(data_folder()).union(own)


@lru_cache(maxsize=8)
def _described_indicators(folder: Path) -> frozenset[str]:
    """Ids of the indicators that a folder describes."""
    from .csv_files import read_raw_tables

    return frozenset(read_raw_tables(folder)["indicators"].cells["indicator"])


def load_plan(
    place: str | Path,
    as_of: str | dt.date | None = None,
    *,
    region: str | None = None,
) -> Plan:
    """Load a shipped region's plan, or your own tables, as known on a day.

    An observation is included if the day it was `published` (if that is not known, the day it
    stands for: its `as_of`, else 31 December of its year) is not after `as_of`. Targets are those
    of the version of each plan that is in force on that day; where a region has no plan in force
    yet, those of its first version. Rules and tasks are always included.

    Parameters
    ----------
    place : id of a shipped region (`"lishui"`), a folder with the tables of `data/README.md` (or
        that of a plan, which has them in its folder `tables`), or the address of a database with
        them (see `database`); their rows are merged over those of the package (see `merging`)
    as_of : ISO date, `datetime.date` or "today"; None includes everything
    region : region of your own tables; None takes the only one with targets there, or all of both

    Raises
    ------
    DataError
        With every problem found in the tables, or if `as_of` is not a date.
    UnknownNameError
        If the region has no plan; the message lists those that have.

    Examples
    --------
    >>> plan = load_plan("lishui", as_of="2020-12-31")
    >>> own = plan.observations.set_index("indicator")["value"]
    >>> float(own["minimum_living_standard"])
    10200.0
    """
    check_arguments(load_plan, locals())
    from .csv_files import read_tables

    as_of = dt.date.today() if isinstance(as_of, str) and as_of == "today" else as_of
    day = None if as_of is None else parse_day(as_of, "load_plan")
    shipped = data_folder()
    folder = str(table_folder(Path(place).absolute())) if Path(place).is_dir() else ""
    own = bool(folder) or is_address(place)
    if folder:
        tables = read_tables(Path(folder), None if Path(folder) == shipped else shipped)
    elif own:
        from .database import load_tables

        tables = load_tables(str(place), shipped)
    else:
        _check_shipped(place, region)
        tables, region = read_tables(shipped), str(place)
    planned = sorted(tables["targets"]["region"].unique())
    if region is None and len(mine := _own_regions(tables)) == 1:
        region = mine[0]
    if region is not None:
        known = {*planned, *tables["observations"]["region"].unique()} if own else planned
        check_name("region", region, sorted(known))
    address = str(place) if own and not folder else ""
    return replace(_cut(tables, region, day), folder=folder, address=address)


def _own_regions(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """List the regions with a target that the package does not have."""
    from .csv_files import read_tables

    targets = tables["targets"]
    own = own_rows({"targets": targets}, read_tables(data_folder()))["targets"]
    return sorted(set(targets.loc[own, "region"]))


def _check_shipped(place: str | Path, region: str | None) -> None:
    """Refuse a path, and another region, where the id of a shipped region is expected."""
    if isinstance(place, Path) or "/" in place or "\\" in place:
        problem, remedy = msg("no such folder"), msg("give a folder of tables")
        raise DataError([Problem(str(place), None, None, None, problem, remedy)])
    if region is not None and region != place:
        message = N_("region={region!r} contradicts the plan {place!r}; give one of them.")
        raise ValueError(msg(message, region=region, place=place))


def recut(plan: Plan, tables: Mapping[str, pd.DataFrame]) -> Plan:
    """Cut the same region's plan, as of the same day, from other tables.

    >>> plan = load_plan("lishui", as_of="2022-12-31")
    >>> recut(plan, plan.tables).targets.equals(plan.targets)
    True
    """
    day = parse_day(plan.as_of, "recut") if plan.as_of else None
    found = _cut(tables, plan.region or None, day)
    return replace(found, folder=plan.folder, address=plan.address)


def latest_progress(plan: Plan, what: str) -> pd.DataFrame:
    """Return the last state of each `task` or `project` as reported by the plan's day, by name.

    >>> latest_progress(load_plan("lishui"), "project").empty
    True
    """
    known = plan.progress[plan.progress[what].ne("")].sort_values("date", kind="stable")
    known = known[known["date"] <= (plan.as_of or dt.date.today().isoformat())]
    return known.drop_duplicates(["region", what], keep="last").set_index(what)


def _date_baselines(targets: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Fill the year of each target's baseline: its plan's, else the year before the plan starts."""
    by_plan = plans.set_index("plan")
    year = by_plan["baseline_year"].astype(float).fillna(by_plan["start"] - 1.0)
    declared = targets["baseline_year"].astype(float)
    return targets.assign(baseline_year=declared.fillna(targets["plan"].map(year)))


def _refine_steps(indicators: pd.DataFrame, *figures: pd.DataFrame) -> pd.DataFrame:
    """Lower the steps of tens and more that figures or targets are finer than, as these show.

    A province counts in steps of ten thousand what a county counts one by one.
    """
    coarse = indicators.loc[indicators["resolution"] > 1.0].set_index("indicator")["resolution"]
    rows = [table.loc[table["indicator"].isin(coarse.index)] for table in figures]
    known = pd.concat([table[["indicator", "value"]] for table in rows])
    steps = known["value"].to_numpy(float) / coarse.reindex(known["indicator"]).to_numpy()
    finer = known.loc[np.abs(steps - np.round(steps)) > WHOLE, "indicator"].unique()
    if not len(finer):
        return indicators
    found = {
        name: _find_step(known.loc[known["indicator"] == name, "value"].to_numpy(float))
        for name in finer
    }
    shown = indicators["indicator"].map(found)
    return indicators.assign(resolution=indicators["resolution"].where(shown.isna(), shown))


def _find_step(values: NDArray[np.float64]) -> float:
    """Return the largest power of ten that all values are multiples of."""
    largest = int(np.log10(max(np.abs(values).max(), 1.0)))
    steps = (10.0**power for power in range(largest, -DECIMALS, -1))
    whole = (s for s in steps if (np.abs(values / s - np.round(values / s)) <= WHOLE).all())
    return next(whole, 10.0**-DECIMALS)


def _cut(tables: Mapping[str, pd.DataFrame], region: str | None, day: dt.date | None) -> Plan:
    """Cut one region's part of the tables (None: all) as known on a day."""

    def in_region(table: pd.DataFrame) -> NDArray[np.bool_]:
        if not region:
            return np.ones(len(table), bool)
        return np.asarray(table["region"].to_numpy() == region, bool)

    observations = tables["observations"]
    days = figure_days(observations)
    if day is not None:
        known = known_days(observations, days) <= day.isoformat()
        observations, days = observations[known], days[known]
    observations = observations.assign(year=year_fractions(days))
    targets = tables["targets"]
    of_region = in_region(observations)
    own = observations[of_region]
    targets = targets[in_region(targets)]
    plans = versions_in_force(tables["plans"], day)
    if region and not targets["plan"].isin(["", *plans["plan"]]).any():
        plans = first_versions(tables["plans"])
    targets = select_targets(targets, tables["plans"], plans)
    plans = plans[plans["plan"].isin(targets["plan"])]
    targets = _date_baselines(targets, plans)
    used = set(targets["indicator"]) | set(own["indicator"])
    indicators = _refine_steps(tables["indicators"], observations, tables["targets"])
    siblings = observations[~of_region & observations["indicator"].isin(used)]
    sources = tables["sources"]
    by_plan, by_source = (
        dict(zip(table.iloc[:, 0].tolist(), table["title_zh"].tolist(), strict=True))
        for table in (plans, sources)
    )
    pairs = dict.fromkeys(zip(targets["plan"].tolist(), targets["source"].tolist(), strict=True))
    titles = [by_plan.get(plan) or by_source.get(source) for plan, source in pairs]
    local = {
        name: table[in_region(table)].reset_index(drop=True)
        for name, table in tables.items()
        if name in ("milestones", "tasks", "rules", "projects", "progress")
    }
    return Plan(
        region=region or "",
        title=" · ".join(title for title in dict.fromkeys(titles) if title),
        as_of=day.isoformat() if day else "",
        regions=tables["regions"],
        areas=tables["areas"],
        units=tables["units"],
        sources=sources,
        indicators=indicators[indicators["indicator"].isin(used)].reset_index(drop=True),
        plans=plans.reset_index(drop=True),
        targets=targets.reset_index(drop=True),
        observations=own.reset_index(drop=True),
        siblings=siblings.reset_index(drop=True),
        indices=tables["indices"],
        tables=tables,
        **local,
    )
