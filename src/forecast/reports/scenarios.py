"""The scenario report: scenarios run on one baseline, and what the targets would take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import check_name
from ..evaluation.vintages import OPEN
from ..model.simulation import simulate
from ..scenarios.comparison import run_scenarios
from ..scenarios.declarations import Mechanism
from ..scenarios.failure_regions import failure_conditions
from ..scenarios.goal_seeking import CLOSED_FORM, GoalSeek, goal_seek, required
from ..scenarios.lever_mix import LeverMix, cheapest_mix
from ..scenarios.overrides import own_scenarios
from ..scenarios.project_list import project_forecast
from ..scenarios.response import PACE
from ..scenarios.rule_check import check_rules, hide_single_rules
from ..scenarios.scenario import BASELINE, Scenario, read_scenario, scenario_folder
from ..scenarios.sensitivity_analysis import (
    NextFigure,
    Sensitivity,
    next_figure,
    sensitivity,
)
from ..targets.composite_index import index
from ..targets.joint_answers import Joint, joint
from ..targets.ranking import rank
from ..targets.target_state import hide_single
from .context import ReportContext, last_rows

__all__ = [
    "ScenarioAnalysis", "TargetDetail", "analyse_scenarios", "choose_scenarios",
    "result_tables",
]  # fmt: skip

PROBABILITY = 0.8
"""Chance that targets are to be reached with, unless another is given."""
COMPARABLE = ("share", "coverage", "ratio", "amount", "standard")
"""Kinds of indicators that regions of different size can be ranked by."""
LEVELS = {"county": "district"}
"""Levels that count as the same."""
TARGET = ["indicator", "year", "target", "comparator"]


@dataclass(frozen=True)
class TargetDetail:
    """One target in detail: what it takes, what matters, when it fails, what comes next."""

    target: pd.Series
    seek: GoalSeek
    sensitivity: Sensitivity
    failures: pd.DataFrame
    next_figure: NextFigure

    @property
    def indicator(self) -> str:
        """Id of the target's indicator."""
        return str(self.target["indicator"])


@dataclass(frozen=True)
class ScenarioAnalysis:
    """What a scenario report adds to its context.

    `compared`, `quantiles`, `joints`, `projects` and `indices` hold the baseline and all scenarios;
    `last` are the rows of `compared` of the last open target of each indicator, `base` those of
    them of the baseline; `needs`, `mix`, `rules` and `ranks` are of the baseline.
    """

    probability: float
    scenarios: tuple[Scenario, ...]
    compared: pd.DataFrame
    last: pd.DataFrame
    quantiles: pd.DataFrame
    joints: Mapping[str, Joint]
    needs: pd.DataFrame
    mix: LeverMix
    detail: TargetDetail | None
    rules: pd.DataFrame
    projects: pd.DataFrame
    indices: pd.DataFrame
    ranks: pd.DataFrame
    sources: list[str]

    @property
    def base(self) -> pd.DataFrame:
        """Rows of `last` of the baseline."""
        return self.last[self.last["scenario"] == BASELINE.name].reset_index(drop=True)

    def base_row(self, indicator: str) -> pd.Series:
        """Row of `base` of an indicator."""
        return self.base[self.base["indicator"] == indicator].iloc[0]


def choose_scenarios(requested: str | None, folder: str = "") -> list[Scenario]:
    """Read scenarios: all shipped ones and those of a plan's folder, or names and files.

    >>> [scenario.name for scenario in choose_scenarios("pandemic_year, care_workers_stay")]
    ['pandemic_year', 'care_workers_stay']
    """
    if requested is None:
        shipped = {file.stem: file for file in sorted(scenario_folder().glob("*.yaml"))}
        return [read_scenario(file) for file in {**shipped, **own_scenarios(folder)}.values()]
    names = [name.strip() for name in requested.split(",") if name.strip()]
    return [s for s in map(read_scenario, names) if s != BASELINE]


def analyse_scenarios(
    report: ReportContext,
    scenarios: str | None = None,
    *,
    indicator: str | None = None,
    probability: float = PROBABILITY,
) -> ScenarioAnalysis:
    """Run scenarios on the baseline and compute what the targets would take.

    Parameters
    ----------
    report : of the region; its `paths` are the baseline
    scenarios : as for `choose_scenarios`
    indicator : whose last open target is shown in detail; None takes the first one that needs a
        lever, binding ones before others, else one with a lever, else the first
    probability : chance that targets are to be reached with

    Raises
    ------
    UnknownNameError
        For an indicator that the plan does not have.

    Examples
    --------
    >>> report = ReportContext.load("lishui", as_of="2022-12-31", language="en", draws=100)
    >>> results = analyse_scenarios(report, "care_workers_stay")
    >>> sorted(results.joints)
    ['baseline', 'care_workers_stay']
    """
    plan, paths = report.plan, report.paths
    if indicator is not None:
        check_name("indicator", indicator, list(plan.indicators["indicator"]))
    chosen = [scenario.dated(plan) for scenario in choose_scenarios(scenarios, plan.folder)]
    runs = run_scenarios(plan, chosen, paths=paths)
    simulated, compared = runs.paths, hide_single(runs.compare())
    targets = plan.targets[plan.targets["year"] <= paths.years[-1]].reset_index(drop=True)
    base = compared[compared["scenario"] == BASELINE.name]
    # Where one figure is all that is known, no chance can be asked for.
    open_ = base[base["status"].isin(OPEN) & base["p_reach"].notna()]
    last = last_rows(open_).sort_index()
    wanted = targets.loc[last.index]
    needs = required(plan, wanted, probability=probability, paths=paths)
    target = _choose_target(wanted, needs, indicator)
    open_targets = targets.loc[open_.index]
    projects = [
        project_forecast(plan, s, draws=report.draws, seed=report.seed) for s in (BASELINE, *chosen)
    ]
    return ScenarioAnalysis(
        probability=probability,
        scenarios=tuple(chosen),
        compared=compared,
        last=compared.merge(last[TARGET], on=TARGET),
        quantiles=pd.concat([run.quantiles() for run in simulated.values()], ignore_index=True),
        joints={
            name: joint(run, open_targets, as_of=plan.as_of) for name, run in simulated.items()
        },
        needs=needs,
        mix=cheapest_mix(
            plan, probability=probability, targets=targets.loc[last.index], paths=paths
        ),
        detail=None if target is None else _detail(report, target, needs, probability),
        rules=hide_single_rules(check_rules(paths, plan)),
        projects=pd.concat(projects, ignore_index=True),
        indices=pd.concat([index(run, plan) for run in simulated.values()], ignore_index=True),
        ranks=_rank_peers(report),
        sources=report.list_sources(
            plan.targets, plan.observations[plan.observations["indicator"].isin(last["indicator"])]
        ),
    )


def result_tables(report: ReportContext, results: ScenarioAnalysis) -> dict[str, pd.DataFrame]:
    """Return the tables of the report for `write_tables`, with names beside the codes."""
    about = report.whole.indicators[["indicator", f"name_{report.data_language}"]]
    about = about.set_axis(["indicator", "name"], axis=1)
    declared = [
        row
        for name, mechanism in report.mechanisms.items()
        if report.is_active(mechanism)
        for row in _declared_rows(report, name, mechanism)
    ]
    joints = [_joint_row(name, answer) for name, answer in results.joints.items()]
    tables = {
        "compare": results.compared,
        "joint": pd.DataFrame(joints),
        "required": results.needs,
        "mix": _measure_table(report, results.mix),
        "mix_targets": results.mix.targets.drop(columns="region"),
        "tornado": _tornado_table(report, results.detail),
        "rules": results.rules.rename(columns={"path": "rule_path"}),
        "index": results.indices.drop(columns="weight_share"),
        "rank": results.ranks,
        "projects": results.projects.rename(columns={"planned": "planned_projects"}),
        "assumptions": pd.DataFrame(declared),
    }
    for key in ("compare", "required", "mix_targets", "rank"):
        if "indicator" in tables[key]:
            tables[key] = about.merge(tables[key], on="indicator", how="right")
    tables["sources"] = report.source_rows(results.sources)
    return {key: table for key, table in tables.items() if len(table.columns)}


def _choose_target(
    last: pd.DataFrame, needs: pd.DataFrame, indicator: str | None
) -> pd.Series | None:
    """Choose the target that is shown in detail."""
    if indicator is not None:
        last = last[last["indicator"] == indicator]
    if last.empty:
        return None
    levers = needs[~needs["lever"].isin([PACE, CLOSED_FORM])]
    wanted = set(levers.loc[levers["reading"] != "reached_already", "indicator"])
    with_lever = set(levers["indicator"])
    rank = [
        (name not in wanted, name not in with_lever, row.get("force") != "binding")
        for name, (_, row) in zip(last["indicator"], last.iterrows(), strict=True)
    ]
    return last.iloc[min(range(len(rank)), key=lambda i: rank[i])]


def _detail(
    report: ReportContext, target: pd.Series, needs: pd.DataFrame, probability: float
) -> TargetDetail:
    """Analyse one target, with the lever that is nearest to reach it."""
    plan, paths = report.plan, report.paths
    own = needs[needs["indicator"].eq(target["indicator"]) & needs["lever"].ne(CLOSED_FORM)]
    ranked = own.assign(
        far=own["reading"].map({"reached": 0, "beyond_limits": 1, "reached_already": 2}).fillna(3),
        free=own["lever"].eq(PACE) | own["unit"].eq("year"),
    ).sort_values(["free", "far", "cost"], kind="stable")
    lever = ranked["lever"].iloc[0]
    return TargetDetail(
        target=target,
        seek=goal_seek(plan, target, lever=lever, probability=probability, paths=paths),
        sensitivity=sensitivity(plan, target, paths=paths),
        failures=failure_conditions(plan, target, paths=paths),
        next_figure=next_figure(plan, target, paths=paths),
    )


def _rank_peers(report: ReportContext) -> pd.DataFrame:
    """Rank the region among those of its level, by indicators that it has a target for."""
    plan, series = report.plan, report.fits.series
    levels = plan.regions.set_index("region")["level"].replace(LEVELS)
    peers = set(levels.index[levels == levels.get(plan.region)])
    comparable = plan.indicators.loc[plan.indicators["kind"].isin(COMPARABLE), "indicator"]
    wanted = set(comparable) & set(plan.targets["indicator"])
    wanted &= set(plan.observations["indicator"])
    kept = series["region"].isin(peers) & series["indicator"].isin(wanted)
    counts = series.loc[kept, "indicator"].value_counts()
    kept &= series["indicator"].isin(counts.index[counts >= 2])
    if not kept.any():
        return pd.DataFrame()
    fits = report.fits.take(np.flatnonzero(kept))
    drawn = simulate(fits, until=report.years[-1], draws=report.draws, seed=report.seed)
    order = {name: i for i, name in enumerate(plan.indicators["indicator"])}
    table = rank(drawn, plan)
    return table.sort_values("indicator", key=lambda names: names.map(order), kind="stable")


def _joint_row(name: str, answer: Joint) -> dict[str, Any]:
    """Numbers of a joint answer, with the target that costs it most."""
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


def _measure_table(report: ReportContext, mix: LeverMix) -> pd.DataFrame:
    """Rows of the cheapest measures, with their names."""
    table = mix.measures.copy()
    table.insert(0, "name", [report.input(label, "") for label in table["lever"]])
    return table.rename(columns={"setting": "yearly_setting"})


def _tornado_table(report: ReportContext, detail: TargetDetail | None) -> pd.DataFrame:
    """Rows of the tornado and the shares of variance, with the inputs' names."""
    if detail is None:
        return pd.DataFrame()
    shares = detail.sensitivity.indices[["input", "first_order", "total_order"]]
    table = detail.sensitivity.tornado.rename(columns={"kind": "input_kind"})
    table = table.merge(shares, on="input", how="left")
    names = [report.input(label, detail.indicator) for label in table["input"]]
    table.insert(0, "name", names)
    return table


def _declared_rows(report: ReportContext, name: str, mechanism: Mechanism) -> list[dict[str, Any]]:
    """Rows of all levers and assumptions of a mechanism."""
    ends = ("low", "central", "high")
    rows: list[dict[str, Any]] = []
    declared: dict[str, Any] = {**mechanism.levers, **mechanism.assumptions}
    for key, item in declared.items():
        lever = key in mechanism.levers
        costs = {"cost_low": "low", "cost": "central", "cost_high": "high"}
        columns = costs if lever else dict(zip(ends, ends, strict=True))
        values = item.cost if lever else item
        rows.append({
            "declared": "lever" if lever else "assumption",
            "mechanism": report.local(mechanism, "name"), "name": report.local(item, "name"),
            "id": f"{name}.{key}", "unit": item.unit, "upper": item.upper if lever else None,
            **{column: getattr(values, end, None) for column, end in columns.items()},
            "basis": getattr(item, f"basis_{report.data_language}"),
        })  # fmt: skip
    return rows
