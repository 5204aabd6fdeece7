"""The planner's desk without widgets: one region's targets, the settings, the answers to them.

All answers come from the same draws (see `scenarios.response`) and equal those of `compare` and of
the scenario report that runs with the parameters of an export.
"""

from __future__ import annotations

import datetime as dt
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..callbacks import Progress, ProgressTracker
from ..errors import DataError, check_name, msg
from ..evaluation.vintages import OPEN
from ..files import write_atomic
from ..intake import FigureImport
from ..model.simulation import Paths
from ..reports.context import ReportContext, forecast_years, last_targets
from ..scenarios.baseline import project
from ..scenarios.comparison import compare
from ..scenarios.declarations import Mechanism, Range, read_mechanisms
from ..scenarios.engine import apply_scenario
from ..scenarios.goal_seeking import GoalSeek, goal_seek
from ..scenarios.overrides import own_scenarios
from ..scenarios.response import PACE, TargetOutcome, TargetResponse
from ..scenarios.scenario import BASELINE, Scenario, read_scenario, write_scenario
from ..scenarios.sensitivity_analysis import sensitivity
from ..tables.plan import Plan
from ..targets.joint_answers import evaluate_targets
from ..targets.target_state import PRINTED_BOUNDS
from .settings import Control, History, Settings, list_controls
from .storage import FIGURES, new_folder, saved_scenarios, scenario_file, shipped_scenarios

__all__ = ["Desk"]

NAME = "desk"
"""Name of the scenario of the current settings, until it is saved under another one."""


class Desk:
    """One region's targets, the current settings, and the answers to them.

    `baseline` has a row a target: the columns of `attainment`, in the baseline. `folder` is where
    scenarios and exports are written.

    Examples
    --------
    >>> desk = Desk.open("lishui", as_of="2022-12-31", draws=400)
    >>> desk.choose("care_workers_per_10k_elderly")
    >>> desk.set("trainees_per_year", 500)
    >>> desk.answer().p_change > 0
    True
    >>> desk.undo(), desk.value("trainees_per_year")
    (True, 0.0)
    """

    def __init__(self, report: ReportContext, progress: Progress | None = None) -> None:
        tracker = ProgressTracker(progress, 10)
        self.report = report
        self.folder = Path(report.folder or "desk")
        last = forecast_years(self.plan, report.until)[-1]
        self.paths: Paths = project(
            self.plan, until=last, draws=report.draws, seed=report.seed, progress=tracker.part(8)
        )
        tracker()
        targets = self.plan.targets
        self.targets = targets[targets["year"] <= last].reset_index(drop=True)
        self.baseline = evaluate_targets(self.paths, self.targets, as_of=self.plan.as_of).table
        tracker()
        planned = set(report.whole.targets["region"])
        self.regions = [r for r in report.whole.regions["region"] if r in planned]
        self.history = History(Settings(self.plan.region, self.mechanisms))
        self._responses: dict[int, TargetResponse] = {}
        self._controls: dict[int | None, list[Control]] = {}
        self._row = self._hardest_target(self.indicators[0]) if self.indicators else None
        tracker.end()

    @staticmethod
    def open(
        region: str,
        *,
        as_of: str | None = None,
        language: str = "zh",
        progress: Progress | None = None,
        **options: Any,
    ) -> Desk:
        """Load a region's plan, fit and simulate it.

        Parameters
        ----------
        region : a region with a plan
        as_of : only what was known on this date is used; None takes today
        language : `zh` or `en`
        progress : called with the share done between loading, fitting, simulating and evaluating,
            and with 1 at the end; an exception that it raises cancels the work
        options : data, draws, seed, until and folder, as in a parameter file; without a folder
            files go to `desk` in the working directory

        Raises
        ------
        DataError, UnknownNameError
            As `load_plan`.
        """
        tracker = ProgressTracker(progress, 5)
        tracker()
        day = as_of or dt.date.today().isoformat()
        report = ReportContext.load(region, as_of=day, language=language, **options)
        return Desk(report, tracker.part(4))

    def reopen(self, *, progress: Progress | None = None, **changes: Any) -> Desk:
        """Open the desk for another region, date or data; settings are kept within a region.

        `changes` and `progress` are as in `open`.

        Raises
        ------
        DataError
            As `load_plan`; as `apply_scenario` for settings that cannot be used there.
        """
        tracker = ProgressTracker(progress, 10)
        options = {**self.options, "folder": self.folder, **changes}
        other = Desk.open(**options, progress=tracker.part(9))
        if other.plan.region == self.plan.region:
            tracker()
            other.history = self.history.with_mechanisms(other.mechanisms)
            other._check_usable(other.scenario)
            if self.chosen is not None and self.chosen["indicator"] in other.indicators:
                other.choose(self.chosen["indicator"])
        tracker.end()
        return other

    def with_figures(self, figures: FigureImport, *, progress: Progress | None = None) -> Desk:
        """Write a planner's own figures to a new folder, and open the desk with them.

        `progress` is that of `open`; if the desk cannot be opened the folder is removed.

        Raises
        ------
        FiguresError, WriteError
            As `FigureImport.write`.
        """
        tracker = ProgressTracker(progress, 10)
        tracker()
        folder = new_folder(self.folder.absolute() / FIGURES)
        try:
            figures.write(folder, self.plan)
            return self.reopen(data=str(folder), progress=tracker.part(9))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    # The plan and its targets.

    @property
    def plan(self) -> Plan:
        """The region's plan as known on the as-of date."""
        return self.report.plan

    @property
    def language(self) -> str:
        """Language of names and numbers."""
        return self.report.language

    @language.setter
    def language(self, language: str) -> None:
        self.report = replace(self.report, language=language)

    @property
    def options(self) -> dict[str, Any]:
        """Options of `open` that give the same desk, but for the folder."""
        report, plan = self.report, self.plan
        options = {key: getattr(report, key) for key in ("data", "until", "draws", "seed")}
        return {"region": plan.region, "as_of": plan.as_of, "language": self.language, **options}

    @cached_property
    def mechanisms(self) -> Mapping[str, Mechanism]:
        """Mechanisms of the plan's folder, else the shipped ones."""
        return read_mechanisms(self.plan.folder or None)

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
    def chosen(self) -> pd.Series | None:
        """The chosen target, a row of `baseline`; None without an open target."""
        return None if self._row is None else self.baseline.loc[self._row]

    def choose(self, indicator: str, row: int | None = None) -> None:
        """Choose a target of an indicator: a row of `targets_of`, else the last and hardest one.

        Raises
        ------
        UnknownNameError
            For an indicator without an open target.
        """
        check_name("indicator", indicator, self.indicators)
        self._row = self._hardest_target(indicator) if row is None else row
        self.end_step()

    @property
    def response(self) -> TargetResponse:
        """The response of the chosen target to settings.

        Raises
        ------
        ValueError
            Without an open target.
        """
        if self._row is None:
            raise ValueError(msg("No target is open on this date. Choose an earlier date."))
        if self._row not in self._responses:
            self._responses[self._row] = TargetResponse.build(
                self.plan, self._target, paths=self.paths, mechanisms=self.mechanisms
            )
        return self._responses[self._row]

    @property
    def controls(self) -> list[Control]:
        """What can be set for the chosen target: pace and levers, then assumptions."""
        if self._row not in self._controls:
            self._controls[self._row] = list_controls(self.response)
        return self._controls[self._row]

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

    # Settings.

    @property
    def base(self) -> Scenario:
        """The base scenario of the settings."""
        return self.history.current.base

    @property
    def scenario(self) -> Scenario:
        """All settings, as a scenario."""
        return self.history.current.to_scenario(NAME)

    def value(self, name: str) -> float | Range | None:
        """Return the value of a lever or an assumption; None for an optional one not set."""
        return self.history.current.value(self.control(name))

    def set(self, name: str, value: float | None) -> None:
        """Set a lever, an assumption or the pace; None unsets it.

        Changes of one control in a row are one step to undo, until `end_step`.

        Raises
        ------
        ValueError
            Outside the limits of the control.
        """
        control = self.control(name)
        checked = None if value is None else control.check(value)
        self.history.change(self.history.current.with_value(control, checked), control.key)

    def end_step(self) -> None:
        """Let the next change be a step of its own."""
        self.history.end_step()

    def undo(self) -> bool:
        """Undo the last step; False without one."""
        return self.history.undo()

    def redo(self) -> bool:
        """Redo the step undone last; False without one."""
        return self.history.redo()

    def reset(self) -> None:
        """Return to the baseline, in a step that can be undone."""
        self.history.change(replace(self.history.current, base=BASELINE, values={}))

    # Scenario files.

    @property
    def saved(self) -> list[str]:
        """Names of the scenarios saved in the folder."""
        return saved_scenarios(self.folder)

    @property
    def shipped(self) -> list[str]:
        """Names of the scenarios of the package and of the plan's folder, the baseline first."""
        return list(dict.fromkeys([*shipped_scenarios(), *own_scenarios(self.plan.folder)]))

    def load(self, name: str | Path) -> None:
        """Load a scenario: a saved or shipped one by name, or a file.

        Raises
        ------
        DataError, UnknownNameError
            As `read_scenario`; as `apply_scenario` for one that cannot be used here. The settings
            are then unchanged.
        """
        saved = self.folder / f"{name}.yaml"
        own = own_scenarios(self.plan.folder).get(str(name), name)
        scenario = read_scenario(saved if saved.exists() else own)
        self._check_usable(scenario)
        self.history.change(self.history.current.from_scenario(scenario))

    def import_scenario(self, name: str, content: bytes) -> None:
        """Save the content of a scenario file in the folder under a name, and load it.

        Raises
        ------
        ValueError
            As `save`.
        DataError, UnknownNameError
            As `load`; the file is then not kept.
        """
        file = scenario_file(self.folder, Path(name).stem)
        draft = file.with_name(f".{file.name}")
        write_atomic(draft, content)
        try:
            self.load(draft)
            draft.replace(file)
        except DataError as error:
            named = (replace(p, file=name) if p.file == draft.name else p for p in error.problems)
            raise DataError(named) from None
        finally:
            draft.unlink(missing_ok=True)

    def save(self, name: str) -> Path:
        """Write the settings to the folder as a scenario file.

        Raises
        ------
        ValueError
            For a name that cannot be a file name, or is that of a shipped scenario.
        WriteError
            If it cannot be written.
        """
        file = scenario_file(self.folder, name)
        return write_scenario(self.history.current.to_scenario(name), file)

    # Answers.

    def answer(self) -> TargetOutcome:
        """Evaluate the chosen target with the settings; its probability is as printed."""
        return self._evaluate(self.scenario)

    def baseline_answer(self) -> TargetOutcome:
        """Evaluate the chosen target in the baseline."""
        return self._evaluate(BASELINE)

    def table(self) -> pd.DataFrame:
        """Evaluate the last target of each indicator, with the settings and in the baseline.

        A row an indicator: the columns of `compare`, then p_base.
        """
        compared = compare(self.plan, [self.scenario], paths=self.paths)
        base, rows = (compared[compared["scenario"] == n] for n in (BASELINE.name, NAME))
        table = rows.reset_index(drop=True).assign(p_base=base["p_reach"].to_numpy())
        last = last_targets(base.assign(row=range(len(base))))["row"]
        return table.loc[last].reset_index(drop=True)

    def seek(self, probability: float = 0.8, lever: str = PACE) -> GoalSeek:
        """Find the least setting of a lever at which the chosen target has a probability."""
        return self.prepare_seek(probability, lever)()

    def prepare_seek(self, probability: float, lever: str) -> Callable[..., GoalSeek]:
        """Return `seek` with the settings as they are now; it takes `progress`."""
        control = self.control(lever)
        return partial(
            goal_seek, self.plan, self._target, lever=control.name, probability=probability,
            scenario=self.history.current.to_scenario(NAME, without=control.key),
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

    @property
    def _target(self) -> pd.DataFrame:
        return self.targets.loc[[self._row]]

    def _hardest_target(self, indicator: str) -> int:
        """Return the row of an indicator's last target; of several, the least likely one."""
        rows = self.targets_of(indicator)
        last = rows[rows["year"] == rows["year"].max()]
        return int(last["p_reach"].idxmin())

    def _evaluate(self, scenario: Scenario) -> TargetOutcome:
        outcome = self.response(scenario)
        known = float(self.baseline.loc[self._row, "p_reach"])
        if known in (0.0, 1.0) and outcome.p_change == 0.0:
            return replace(outcome, p_reach=known)
        if not math.isnan(self.response.criterion.decided):
            return outcome
        return replace(outcome, p_reach=float(np.clip(outcome.p_reach, *PRINTED_BOUNDS)))

    def _check_usable(self, scenario: Scenario) -> None:
        """Raise DataError for a scenario that cannot be applied to the plan."""
        apply_scenario(self.paths, self.plan, scenario, mechanisms=self.mechanisms)
