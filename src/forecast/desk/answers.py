"""The targets of one region as known on one day, and how they answer to scenarios.

All answers come from the same draws (see `scenarios.response`) and equal those of `compare` and of
the scenario report.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from ..callbacks import Progress, ProgressTracker
from ..errors import DataError, UnknownNameError, check_name, msg
from ..evaluation.vintages import OPEN
from ..model.simulation import Paths
from ..reports.context import ReportContext, forecast_years, last_targets
from ..scenarios.baseline import project
from ..scenarios.comparison import ScenarioRuns, run_scenarios
from ..scenarios.declarations import Mechanism, read_mechanisms
from ..scenarios.engine import apply_scenario
from ..scenarios.goal_seeking import GoalSeek, goal_seek
from ..scenarios.response import PACE, TargetOutcome, TargetResponse
from ..scenarios.scenario import BASELINE, Scenario
from ..scenarios.sensitivity_analysis import sensitivity
from ..tables.plan import Plan, data_folder, load_plan
from ..targets.joint_answers import TargetHits, evaluate_targets
from ..targets.target_state import PRINTED_BOUNDS, SINGLE
from .settings import Control, Settings, list_controls
from .state import State
from .storage import NAME

__all__ = ["Answers", "limit_change", "load_first"]


class Answers(ABC):
    """Targets, controls and answers of a desk: simulated once, evaluated for each setting.

    `baseline` has a row a target: the columns of `attainment`, in the baseline.
    """

    def __init__(self, report: ReportContext, progress: Progress | None = None) -> None:
        tracker = ProgressTracker(progress, 10)
        self.report = report
        last = forecast_years(self.plan, report.until)[-1]
        self.paths: Paths = project(
            self.plan, until=last, draws=report.draws, seed=report.seed, fits=report.fits,
            progress=tracker.part(8),
        )  # fmt: skip
        tracker()
        targets = self.plan.targets
        self.targets = targets[targets["year"] <= last].reset_index(drop=True)
        self._usual = evaluate_targets(self.paths, self.targets, as_of=self.plan.as_of)
        self.baseline = self._usual.table
        tracker()
        planned = set(report.whole.targets["region"])
        self.regions = [r for r in report.whole.regions["region"] if r in planned]
        self._responses: dict[int, TargetResponse] = {}
        self._controls: dict[int | None, list[Control]] = {}
        self._fixed: dict[tuple[int | None, int], tuple[Scenario, TargetOutcome]] = {}
        tracker.end()

    @property
    @abstractmethod
    def state(self) -> State:
        """Everything chosen."""

    @property
    @abstractmethod
    def settings(self) -> Settings:
        """The base scenario and the values set on top of it."""

    @property
    def plan(self) -> Plan:
        """The region's plan as known on the as-of date."""
        return self.report.plan

    @cached_property
    def mechanisms(self) -> Mapping[str, Mechanism]:
        """Mechanisms of the plan's folder, else the shipped ones."""
        return read_mechanisms(self.plan.folder or None)

    @property
    def all_years(self) -> tuple[int, int]:
        """First and last year of figures and forecasts."""
        first = math.floor(min([*self.plan.observations["year"], float(self.paths.years[0])]))
        return first, int(self.paths.years[-1])

    @cached_property
    def open_targets(self) -> pd.DataFrame:
        """Rows of `baseline` whose target is open, binding ones first."""
        rows = self.baseline[self.baseline["status"].isin(OPEN)]
        force = rows["force"] if "force" in rows else pd.Series("", index=rows.index)
        return rows.loc[force.ne("binding").sort_values(kind="stable").index]

    @cached_property
    def indicators(self) -> list[str]:
        """Indicators with an open target, binding ones first."""
        return list(dict.fromkeys(self.open_targets["indicator"]))

    def targets_of(self, indicator: str) -> pd.DataFrame:
        """Return the rows of `baseline` of an indicator's open targets, by year."""
        rows = self.open_targets
        return rows[rows["indicator"] == indicator].sort_values("year", kind="stable")

    @property
    def clear_indicators(self) -> list[str]:
        """Indicators with an open target that has a chance: more than one figure is known."""
        rows = self.open_targets
        return list(dict.fromkeys(rows.loc[rows["evidence"].ne(SINGLE), "indicator"]))

    @property
    def response(self) -> TargetResponse:
        """The response of the chosen target to settings.

        Raises
        ------
        ValueError
            Without an open target.
        """
        if self.state.row is None:
            raise ValueError(msg("No target is open on this date. Choose an earlier date."))
        if self.state.row not in self._responses:
            self._responses[self.state.row] = TargetResponse.build(
                self.plan, self._target, paths=self.paths, mechanisms=self.mechanisms
            )
        return self._responses[self.state.row]

    @property
    def controls(self) -> list[Control]:
        """What can be set for the chosen target: pace and levers, then assumptions."""
        if self.state.row not in self._controls:
            self._controls[self.state.row] = list_controls(self.response)
        return self._controls[self.state.row]

    def control(self, name: str) -> Control:
        """Return a control by its full name, or by the last part of it where that is unique.

        Raises
        ------
        UnknownNameError
            For another name, with the nearest one.
        """
        controls = {c.name: c for c in self.controls}
        short = [n for n in controls if n.rpartition(".")[2] == name]
        full = short[0] if len(short) == 1 else name
        check_name("lever or assumption", full, list(controls))
        return controls[full]

    @property
    def missing_inputs(self) -> dict[str, list[str]]:
        """Inputs that are missing here, by mechanism of the chosen target that needs them."""
        response = self.response
        return {
            name: [i for i in m.inputs.values() if i and not response.is_simulated(i)]
            for name, m in response.acting_mechanisms.items()
            if name not in response.usable_mechanisms
        }

    @property
    def scenario(self) -> Scenario:
        """All settings, as a scenario."""
        return self.settings.to_scenario(NAME)

    def answer(self) -> TargetOutcome:
        """Evaluate the chosen target with the settings; its probability is as printed."""
        return self._evaluate(self.scenario)

    def baseline_answer(self) -> TargetOutcome:
        """Evaluate the chosen target in the baseline."""
        return self._evaluate_fixed(BASELINE)

    def outcomes(self) -> dict[str, TargetOutcome]:
        """Evaluate the chosen target with the settings, in the baseline, and beside.

        Keys are `desk`, `baseline`, and names of scenarios; all are on the same draws. A scenario
        that cannot be used here is left out.
        """
        answers = {NAME: self.answer(), BASELINE.name: self.baseline_answer()}
        for one in self.state.compared:
            with suppress(DataError, UnknownNameError):
                answers[one.name] = self._evaluate_fixed(one)
        return answers

    def beside(self) -> dict[str, Scenario]:
        """Return the scenarios beside the settings by name, but those that cannot be used here."""
        found = {}
        for scenario in self.state.compared:
            with suppress(DataError, UnknownNameError):
                self._check_usable(scenario)
                found[scenario.name] = scenario
        return found

    def table(self) -> pd.DataFrame:
        """Evaluate the last target of each indicator, with the settings and in the baseline.

        A row an indicator: the columns of `compare`, then p_base.
        """
        targets, usual = self._last
        runs = run_scenarios(self.plan, [self.scenario], paths=self.paths).runs
        compared = ScenarioRuns(replace(self.plan, targets=targets), runs).compare(usual)
        table = compared[compared["scenario"] == NAME].reset_index(drop=True)
        return table.assign(p_base=usual.table["p_reach"])

    def seek(self, probability: float = 0.8, lever: str = PACE) -> GoalSeek:
        """Find the least setting of a lever at which the chosen target has a probability."""
        return self.prepare_seek(probability, lever)()

    def prepare_seek(self, probability: float, lever: str) -> Callable[..., GoalSeek]:
        """Return `seek` with the settings as they are now; it takes `progress`."""
        control = self.control(lever)
        return partial(
            goal_seek, self.plan, self._target, lever=control.name, probability=probability,
            scenario=self.settings.to_scenario(NAME, without=control.key),
            paths=self.paths, mechanisms=self.mechanisms,
        )  # fmt: skip

    def tornado(self) -> pd.DataFrame:
        """Compute which inputs change the probability of the chosen target most."""
        return self.prepare_tornado()()

    def prepare_tornado(self) -> Callable[..., pd.DataFrame]:
        """Return `tornado` with the settings as they are now; it takes `progress`."""
        compute = partial(
            sensitivity, self.plan, self._target, scenario=self.scenario, paths=self.paths,
            mechanisms=self.mechanisms,
        )  # fmt: skip
        return lambda progress=None: compute(progress=progress).tornado

    @cached_property
    def _last(self) -> tuple[pd.DataFrame, TargetHits]:
        """The last target of each indicator, and its baseline."""
        table = self.baseline
        rows = last_targets(table.assign(row=table.index))["row"].to_numpy()
        last, usual = table.loc[rows].reset_index(drop=True), self._usual
        hits = TargetHits(last, usual.met[rows], usual.counted[rows])
        return self.targets.loc[rows].reset_index(drop=True), hits

    @property
    def _target(self) -> pd.DataFrame:
        return self.targets.loc[[self.state.row]]

    def _hardest_target(self, indicator: str) -> int:
        """Return the row of an indicator's last target; of several, the least likely one."""
        rows = self.targets_of(indicator)
        last = rows[rows["year"] == rows["year"].max()]
        return int(last["p_reach"].idxmin())

    def _evaluate(self, scenario: Scenario) -> TargetOutcome:
        outcome = self.response(scenario)
        known = float(self.baseline.loc[self.state.row, "p_reach"])
        if known in (0.0, 1.0) and outcome.p_change == 0.0:
            return replace(outcome, p_reach=known)
        if not math.isnan(self.response.criterion.decided):
            return outcome
        chance = float(np.clip(outcome.p_reach, *PRINTED_BOUNDS))
        return replace(outcome, p_reach=chance, p_change=limit_change(outcome.p_change, known))

    def _evaluate_fixed(self, scenario: Scenario) -> TargetOutcome:
        """Evaluate a scenario that no slider moves, once for each target; errors: `_check_usable`.

        Scenarios are kept, so that none has the identity of an earlier one.
        """
        key = self.state.row, id(scenario)
        if key not in self._fixed:
            self._check_usable(scenario)
            self._fixed[key] = scenario, self._evaluate(scenario)
        return self._fixed[key][1]

    def _check_usable(self, scenario: Scenario) -> None:
        """Raise DataError for a scenario that cannot be applied to the plan."""
        apply_scenario(self.paths, self.plan, scenario, mechanisms=self.mechanisms)


def limit_change(change: float, base: float) -> float:
    """Return a change of a chance as far as chances are printed, so that both add up.

    >>> [round(limit_change(change, 0.87), 2) for change in (-0.9, 0.05, 0.14)]
    [-0.86, 0.05, 0.12]
    """
    least, most = (end - base for end in PRINTED_BOUNDS)
    return min(max(change, min(least, 0.0)), max(most, 0.0))


def load_first(*, data: str | None = None, **options: Any) -> ReportContext:
    """Load the first region with a target to come of which two figures are known, else the first.

    One figure is too few for a chance.
    """
    whole = load_plan(data or str(data_folder()), as_of=options["as_of"])
    goals, figures = whole.targets, whole.observations
    counts = figures.groupby(["region", "indicator"]).size()
    known = counts.index[counts > 1]
    coming = goals[goals["year"] > int(options["as_of"][:4])]
    clear = coming[pd.MultiIndex.from_frame(coming[["region", "indicator"]]).isin(known)]
    order = [r for r in whole.regions["region"] if r in set(goals["region"])]
    first = next((r for r in order if r in set(clear["region"])), order[0])
    return ReportContext.load(first, data=data, **options)
