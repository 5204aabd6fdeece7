"""What a scenario report is told from: scenarios played, and what the targets would take.

`explore` plays scenarios on a baseline and asks about them everything that the report tells: the
differences, all targets together, the levers each target needs, one target looked into, rules,
projects, indices and ranks. Nothing is written or drawn here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..errors import check_name
from ..evaluation.vintages import OPEN
from ..i18n.formatting import change, comparison, scenario_name
from ..i18n.labels import LABELS
from ..model.fitting import Fits
from ..model.simulation import Paths, simulate
from ..scenarios.baseline import fit_plan
from ..scenarios.comparison import run_scenarios
from ..scenarios.declarations import Mechanism, read_mechanisms
from ..scenarios.failure_regions import failure_conditions
from ..scenarios.goal_seeking import CLOSED_FORM, GoalSeek, goal_seek, required
from ..scenarios.project_list import project_forecast
from ..scenarios.response import PACE
from ..scenarios.rule_check import check_rules
from ..scenarios.scenario import BASELINE, Scenario, read_scenario, scenario_folder
from ..scenarios.sensitivity_analysis import (
    NextFigure,
    Sensitivity,
    next_figure,
    sensitivity,
)
from ..tables.plan import Plan, load_plan
from ..targets.composite_index import index, rank
from ..targets.joint_answers import Joint, joint
from .html import Telling

__all__ = [
    "CLOSED_FORM",
    "Exploration",
    "Focus",
    "Naming",
    "choose_scenarios",
    "explore",
    "result_tables",
]

COMPARABLE = ("share", "ratio", "amount")
"""Kinds of indicators that regions of different size can be ranked by."""
LEVELS = {"county": "district"}
"""Levels that stand for the same."""
GOAL = ["indicator", "year", "target", "comparator"]


@dataclass(frozen=True)
class Focus:
    """One target looked into: what it takes, what matters, when it fails, what comes next."""

    target: pd.Series
    seek: GoalSeek
    sensitivity: Sensitivity
    failures: pd.DataFrame
    coming: NextFigure


@dataclass(frozen=True)
class Naming(Telling):
    """What can name levers, beliefs, indicators and quantities of a plan in a reader's language.

    `mechanisms` are as they are in the region; `everything` is the plan of all regions.
    """

    plan: Plan
    language: str
    mechanisms: Mapping[str, Mechanism]
    everything: Plan

    def scenario(self, name: str) -> str:
        """Name of a scenario in words."""
        return scenario_name(name, self.language)

    def amount(self, value: float | None, unit: str) -> str:
        """Write a quantity with its unit; a year as a date."""
        return self.format_amount(value, unit)

    def setting(self, value: float, unit: str) -> str:
        """Write a lever's setting to three digits; of a percentage in points."""
        if unit == "percent":
            return change(value, self.language, unit=unit).lstrip("+")
        return self.amount(value, unit) if unit == "year" else self.rounded(value, unit)

    def rounded(self, value: float, unit: str) -> str:
        """Write a quantity to three digits, with its unit."""
        return self.format_rounded(value, unit)

    @cached_property
    def seen(self) -> set[str]:
        """Indicators with a figure of the region."""
        return set(self.plan.observations["indicator"])

    def acts(self, mechanism: Mechanism) -> bool:
        """Whether a mechanism has something to act on in the region."""
        if mechanism.kind == "project_list":
            return len(self.plan.projects) > 0
        return mechanism.indicator in self.seen

    def input(self, label: str, indicator: str) -> str:
        """Name of a lever, an assumption or another input of an indicator."""
        if label in LABELS["input"]:
            return self.label("input", label)
        head, _, tail = label.rpartition(".")
        for name, mechanism in self.mechanisms.items():
            if head == name or (not head and mechanism.indicator == indicator):
                declared: dict[str, Any] = {**mechanism.levers, **mechanism.assumptions}
                if tail in declared:
                    return str(getattr(declared[tail], f"name_{self.language}"))
                if tail in LABELS["input"]:
                    return self.label("input", tail)
        if head in set(self.plan.regions["region"]):
            place = self.name("regions", head)
            return self.gettext("{name} in {region}").format(region=place, name=self.quantity(tail))
        return self.quantity(label)

    def goal(self, row: pd.Series) -> str:
        """Write a target with its comparator and year."""
        unit = self.unit(row["indicator"])
        text = comparison(str(row["comparator"]), float(row["target"]), self.language, unit=unit)
        return self.gettext("{target} ({year})").format(target=text, year=row["year"])


@dataclass(frozen=True)
class Exploration(Naming):
    """What a scenario report is told from.

    `compared`, `quantiles`, `joints`, `projects` and `indices` hold the baseline and all scenarios;
    `needs`, `rules` and `ranks` are of the baseline.
    """

    probability: float
    scenarios: tuple[Scenario, ...]
    compared: pd.DataFrame
    quantiles: pd.DataFrame
    joints: Mapping[str, Joint]
    needs: pd.DataFrame
    focus: Focus | None
    rules: pd.DataFrame
    projects: pd.DataFrame
    indices: pd.DataFrame
    ranks: pd.DataFrame

    @cached_property
    def last(self) -> pd.DataFrame:
        """Rows of `compared` of the last open target of each indicator."""
        base = self.compared[self.compared["scenario"] == BASELINE.name]
        return self.compared.merge(_last_open(base)[GOAL], on=GOAL)

    @cached_property
    def usual(self) -> pd.DataFrame:
        """Rows of `last` of the baseline."""
        return self.last[self.last["scenario"] == BASELINE.name].reset_index(drop=True)


def choose_scenarios(asked: str | None) -> list[Scenario]:
    """Read scenarios: all shipped ones, or names and files with commas between.

    >>> [scenario.name for scenario in choose_scenarios("pandemic_year, care_workers_stay")]
    ['pandemic_year', 'care_workers_stay']
    """
    if asked is None:
        return [read_scenario(file) for file in sorted(scenario_folder().glob("*.yaml"))]
    names = [name.strip() for name in asked.split(",") if name.strip()]
    return [s for s in map(read_scenario, names) if s != BASELINE]


def explore(
    plan: Plan,
    paths: Paths,
    scenarios: Sequence[Scenario],
    *,
    indicator: str | None = None,
    probability: float = 0.8,
    language: str,
    fits: Fits | None = None,
) -> Exploration:
    """Play scenarios on a baseline and ask what the targets would take.

    Parameters
    ----------
    plan, paths : a region's plan and its baseline, from `project`, until the last target or later
    scenarios : what is played
    indicator : whose last open target is looked into; None takes the first binding one with a
        lever, else the first with one, else the first
    probability : chance aimed at
    language : `zh` or `en`
    fits : of the plan and other regions, from `fit_plan`, for the ranks; None fits them

    Raises
    ------
    UnknownNameError
        For an indicator that the plan does not have.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> found = explore(plan, fc.project(plan, draws=100), choose_scenarios("care_workers_stay"),
    ...                 language="en")
    >>> found.focus.target["indicator"], sorted(found.joints)
    ('minimum_living_standard', ['baseline', 'care_workers_stay'])
    """
    if indicator is not None:
        check_name("indicator", indicator, list(plan.indicators["indicator"]))
    runs = run_scenarios(plan, scenarios, paths=paths)
    simulated, compared = runs.paths, runs.compare()
    targets = plan.targets[plan.targets["year"] <= paths.years[-1]].reset_index(drop=True)
    base = compared[compared["scenario"] == BASELINE.name]
    open_ = targets[base["status"].isin(OPEN).to_numpy()]
    last = targets.loc[_last_open(base).index]
    needs = required(plan, last, probability=probability, paths=paths)
    chosen = _pick(last, needs, indicator)
    draws, seed = paths.values.shape[1], paths.seed
    everyone = [BASELINE, *scenarios]
    return Exploration(
        plan=plan,
        language=language,
        probability=probability,
        scenarios=tuple(scenarios),
        mechanisms={
            name: mechanism.in_region(plan.region)
            for name, mechanism in read_mechanisms(plan.folder or None).items()
        },
        compared=compared,
        quantiles=pd.concat([p.quantiles() for p in simulated.values()], ignore_index=True),
        joints={name: joint(p, open_, as_of=plan.as_of) for name, p in simulated.items()},
        needs=needs,
        focus=None if chosen is None else _look_into(plan, paths, chosen, needs, probability),
        rules=check_rules(paths, plan),
        projects=pd.concat(
            [project_forecast(plan, s, draws=draws, seed=seed) for s in everyone],
            ignore_index=True,
        ),
        indices=pd.concat([index(p, plan) for p in simulated.values()], ignore_index=True),
        ranks=_rank_peers(plan, paths, fit_plan(plan) if fits is None else fits),
        everything=load_plan(plan.place, as_of=plan.as_of or None),
    )


def result_tables(found: Exploration) -> dict[str, pd.DataFrame]:
    """Give the tables of the report for `workbook.write_book`, with names beside the codes."""
    about = found.everything.indicators[["indicator", f"name_{found.language}"]]
    about = about.rename(columns={f"name_{found.language}": "name"})
    tables = {
        "compare": found.compared,
        "joint": pd.DataFrame([_joint_facts(n, answer) for n, answer in found.joints.items()]),
        "required": found.needs,
        "tornado": _tornado_facts(found),
        "rules": found.rules.rename(columns={"path": "rule_path"}),
        "index": found.indices.drop(columns="weight_share"),
        "rank": found.ranks,
        "projects": found.projects.rename(columns={"planned": "planned_projects"}),
        "assumptions": pd.DataFrame(
            [row for n, m in found.mechanisms.items() if found.acts(m)
             for row in _declared_facts(found, n, m)]
        ),
    }  # fmt: skip
    for key in ("compare", "required", "rank"):
        if "indicator" in tables[key]:
            tables[key] = about.merge(tables[key], on="indicator", how="right")
    sources = found.plan.sources
    tables["sources"] = sources[sources["source"].isin(found.sources())].reset_index(drop=True)
    return {key: table for key, table in tables.items() if len(table.columns)}


def _last_open(base: pd.DataFrame) -> pd.DataFrame:
    """Rows of the last open target of each indicator, the harder one of a year."""
    rows = base[base["status"].isin(OPEN)]
    rows = rows.assign(ease=-rows["p_reach"]).sort_values(["year", "ease"], kind="stable")
    return rows.drop_duplicates("indicator", keep="last").drop(columns="ease").sort_index()


def _pick(last: pd.DataFrame, needs: pd.DataFrame, indicator: str | None) -> pd.Series | None:
    """Choose the target to look into."""
    if indicator is not None:
        last = last[last["indicator"] == indicator]
    able = set(needs.loc[~needs["lever"].isin([PACE, CLOSED_FORM]), "indicator"])
    order = [
        (row["indicator"] not in able, row.get("force") != "binding") for _, row in last.iterrows()
    ]
    if not order:
        return None
    return last.iloc[min(range(len(order)), key=lambda i: order[i])]


def _look_into(
    plan: Plan, paths: Paths, target: pd.Series, needs: pd.DataFrame, probability: float
) -> Focus:
    """Ask everything about one target."""
    own = needs[needs["indicator"].eq(target["indicator"]) & needs["lever"].ne(CLOSED_FORM)]
    ranked = own.assign(
        far=own["reading"].map({"reached": 0, "beyond_limits": 1, "reached_already": 2}).fillna(3),
        free=own["lever"].eq(PACE) | own["unit"].eq("year"),
    )
    ranked = ranked.sort_values(["free", "far", "cost"], kind="stable")
    return Focus(
        target=target,
        seek=goal_seek(
            plan, target, lever=ranked["lever"].iloc[0], probability=probability, paths=paths
        ),
        sensitivity=sensitivity(plan, target, paths=paths),
        failures=failure_conditions(plan, target, paths=paths),
        coming=next_figure(plan, target, paths=paths),
    )


def _rank_peers(plan: Plan, paths: Paths, fits: Fits) -> pd.DataFrame:
    """Rank the region among those of its level, by indicators that it has a target for."""
    levels = plan.regions.set_index("region")["level"].replace(LEVELS)
    peers = set(levels.index[levels == levels.get(plan.region)])
    about = plan.indicators[plan.indicators["kind"].isin(COMPARABLE)]
    wanted = set(about["indicator"]) & set(plan.targets["indicator"])
    wanted &= set(plan.observations["indicator"])
    series = fits.series
    kept = series["region"].isin(peers) & series["indicator"].isin(wanted)
    counts = series.loc[kept, "indicator"].value_counts()
    kept &= series["indicator"].isin(counts.index[counts >= 2])
    if not kept.any():
        return pd.DataFrame()
    drawn = simulate(
        fits.take(np.flatnonzero(kept)), until=int(paths.years[-1]),
        draws=paths.values.shape[1], seed=paths.seed,
    )  # fmt: skip
    table = rank(drawn, plan)
    order = {name: i for i, name in enumerate(plan.indicators["indicator"])}
    return table.sort_values("indicator", key=lambda c: c.map(order), kind="stable")


def _joint_facts(name: str, answer: Joint) -> dict[str, Any]:
    """Numbers of a joint answer as a row."""
    costliest = answer.costs.iloc[0] if len(answer.costs) else None
    return {
        "scenario": name, "counted": answer.counted, "expected": answer.expected,
        "mc_error": answer.mc_error, "expected_low": answer.low, "expected_high": answer.high,
        "p_all": answer.p_all, "p_all_low": answer.p_all_low, "p_all_high": answer.p_all_high,
        "binding": answer.binding, "p_binding": answer.p_binding,
        "p_binding_low": answer.p_binding_low, "p_binding_high": answer.p_binding_high,
        "indicator": "" if costliest is None else costliest["indicator"],
        "year": None if costliest is None else costliest["year"],
        "lost": None if costliest is None else costliest["lost"],
    }  # fmt: skip


def _tornado_facts(found: Exploration) -> pd.DataFrame:
    """Rows of the tornado and the shares of variance, with the inputs' names."""
    if found.focus is None:
        return pd.DataFrame()
    own = str(found.focus.target["indicator"])
    both = found.focus.sensitivity
    shares = both.indices[["input", "first_order", "total_order"]]
    table = both.tornado.rename(columns={"kind": "input_kind"})
    table = table.merge(shares, on="input", how="left")
    table.insert(0, "name", [found.input(label, own) for label in table["input"]])
    return table


def _declared_facts(found: Exploration, name: str, mechanism: Mechanism) -> list[dict[str, Any]]:
    """Rows of all levers and assumptions of a mechanism."""
    rows: list[dict[str, Any]] = []
    both: list[tuple[str, Mapping[str, Any]]] = [
        ("lever", mechanism.levers), ("assumption", mechanism.assumptions)
    ]  # fmt: skip
    for kind, declared in both:
        for key, item in declared.items():
            lever = kind == "lever"
            ends = item.cost if lever else item
            prefix = ("cost_low", "cost", "cost_high") if lever else ("low", "central", "high")
            rows.append({
                "declared": kind, "mechanism": getattr(mechanism, f"name_{found.language}"),
                "name": getattr(item, f"name_{found.language}"), "id": f"{name}.{key}",
                "unit": item.unit, "upper": item.upper if lever else None,
                **{p: getattr(ends, k, None)
                   for p, k in zip(prefix, ("low", "central", "high"), strict=True)},
                "basis": getattr(item, f"basis_{found.language}"),
            })  # fmt: skip
    return rows
