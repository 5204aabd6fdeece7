"""What a plan rests on: own and shipped rows, peers, what mechanisms lack, what is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from ..errors import DataError, Problem
from ..i18n.catalog import N_
from ..scenarios.declarations import Mechanism, read_mechanisms
from ..scenarios.overrides import own_scenarios
from ..scenarios.scenario import read_scenario
from ..scenarios.scenario_check import check_scenario
from ..tables.csv_files import read_tables
from ..tables.merging import count_peers, own_rows
from ..tables.names import Names
from ..tables.plan import Plan, data_folder
from .changes import list_changed

__all__ = ["PlanOverview", "check_scenarios", "describe_plan", "summarise_plan"]


@dataclass(frozen=True)
class PlanOverview:
    """What a plan rests on.

    `rows` has own and shipped rows by table; `indicators` name_printed, figures, first and last
    year, targets and peers (other regions with figures) by indicator; `mechanisms` the mechanism,
    its indicator, and what it reads, which is known, assumed or missing; `changes` what own files
    change: file, name of the mechanism or scenario, `key` of the value ("" for all of it),
    the shipped value and the own one.
    """

    rows: pd.DataFrame
    indicators: pd.DataFrame
    mechanisms: pd.DataFrame
    changes: pd.DataFrame


def summarise_plan(plan: Plan) -> PlanOverview:
    """Return what a plan rests on.

    >>> import forecast as fc
    >>> overview = summarise_plan(fc.load_plan("lishui"))
    >>> int(overview.rows.loc["targets", "own"]), bool((overview.indicators["peers"] > 0).any())
    (0, True)
    """
    own = own_rows(plan.tables, read_tables(data_folder()))
    rows = pd.DataFrame({
        "own": {name: int(mine.sum()) for name, mine in own.items()},
        "shipped": {name: int((~mine).sum()) for name, mine in own.items()},
    })  # fmt: skip
    targets, figures = plan.targets, plan.observations
    years = figures.groupby("indicator")["year"]
    names = targets.drop_duplicates("indicator").set_index("indicator")
    about = pd.DataFrame({"peers": count_peers(plan.tables, plan.region)})
    about["name_printed"] = names.get("name_printed")
    about["figures"] = years.size()
    about["first"], about["last"] = years.min(), years.max()
    about["targets"] = targets.groupby("indicator").size()
    about[["figures", "targets"]] = about[["figures", "targets"]].fillna(0).astype(int)
    changes = pd.DataFrame(list_changed(plan.folder), columns=CHANGES)
    return PlanOverview(rows, about, pd.DataFrame(_mechanisms(plan), columns=COLUMNS), changes)


COLUMNS = ["mechanism", "indicator", "input", "state"]
CHANGES = ["file", "name", "key", "shipped", "own"]


def check_scenarios(plan: Plan) -> list[Problem]:
    """Return the problems of the scenarios in a plan's folder."""
    problems: list[Problem] = []
    for file in own_scenarios(plan.folder).values():
        try:
            scenario = read_scenario(file).dated(plan)
            check_scenario(scenario, plan, read_mechanisms(plan.folder or None), plan.observations)
        except DataError as error:
            problems += error.problems
    return problems


def _mechanisms(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    """Yield what the mechanisms of a plan's indicators read: known, assumed or missing."""
    used, known = set(plan.indicators["indicator"]), set(plan.observations["indicator"])
    for name, declared in read_mechanisms(plan.folder or None).items():
        mechanism = declared.in_region(plan.region)
        if mechanism.indicator in used:
            lacks = mechanism.lacks(known)
            for part in dict.fromkeys([*mechanism.inputs, *lacks]) or ("",):
                read = mechanism.inputs.get(part, part)
                state = "known" if not part or read in known else "assumed"
                yield name, mechanism.indicator, read, "missing" if part in lacks else state


def describe_plan(plan: Plan, language: str) -> Iterator[str]:
    """Write what a plan rests on, a line each fact."""
    names, overview = Names(plan, language), summarise_plan(plan)
    yield names.gettext(
        "{region}, {title}", region=names.name("regions", plan.region), title=plan.title
    )
    for table, row in overview.rows.iterrows():
        if row["own"]:
            yield names.gettext("  {table}: {own} own rows, {shipped} shipped", table=table, **row)
    for indicator, row in overview.indicators.iterrows():
        name = names.name("indicators", indicator)
        printed = row["name_printed"]
        if isinstance(printed, str) and printed and printed != name:
            name = names.gettext("{printed} = {name}", printed=printed, name=name)
        years = "" if pd.isna(row["first"]) else f" ({row['first']:.0f}-{row['last']:.0f})"
        yield names.gettext(
            "  {name}: {figures} figures{years}, {targets} targets, {peers} other regions",
            name=name, years=years, figures=row["figures"], targets=row["targets"],
            peers=row["peers"],
        )  # fmt: skip
    for (file, name), rows in overview.changes.groupby(["file", "name"], sort=False):
        keys = [key for key in rows["key"] if key]
        message = N_("  {file}, {name}: changes {keys} of what is shipped")
        if not keys:
            message = N_("  {file}, {name}: of your own")
        yield names.gettext(message, file=file, name=name, keys=", ".join(keys))
    for mechanism, rows in overview.mechanisms.groupby("mechanism", sort=False):
        yield _describe_mechanism(names, plan, str(mechanism), rows)


def _name_part(names: Names, declared: Mechanism, part: str) -> str:
    """Name what a mechanism reads; an assumption as the sections of other regions name it."""
    key = f"name_{names.data_language}"
    sections = (changes.assumptions.get(part, {}) for changes in declared.regions.values())
    return next((str(one[key]) for one in sections if key in one), names.quantity(part))


LACKS = N_(
    "  mechanism {name}: lacks {inputs}; add figures, or a section of the region in mechanisms.yaml"
)
ASSUMED = N_("  mechanism {name}: {inputs} assumed")


def _describe_mechanism(names: Names, plan: Plan, mechanism: str, rows: pd.DataFrame) -> str:
    """Write what one mechanism lacks or assumes."""
    declared = read_mechanisms(plan.folder or None)[mechanism]
    name = getattr(declared, f"name_{names.data_language}")
    for state, message in (("missing", LACKS), ("assumed", ASSUMED)):
        inputs = [_name_part(names, declared, i) for i in rows.loc[rows["state"] == state, "input"]]
        if inputs:
            return names.gettext(message, name=name, inputs=names.join(inputs))
    return names.gettext("  mechanism {name}: has what it needs", name=name)
