"""A planner's desk: one region's targets, what is set, and what that does to their chances.

The desk knows no widgets. All answers come from the same draws (see `responses`), and are those of
`compare` and of the scenario report, which `Desk.export` writes the parameters of.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from ..callbacks import Progress, ProgressTracker
from ..errors import DataError, check_name, msg
from ..evaluation.vintages import OPEN
from ..files import MANIFEST, staging_folder, swap_folder, write_atomic
from ..intake import FigureImport
from ..model.simulation import Paths
from ..reports.context import ReportContext, forecast_years, last_targets
from ..reports.exports import write_tables
from ..reports.parameters import ReportParameters
from ..scenarios.baseline import project
from ..scenarios.comparison import compare
from ..scenarios.declarations import Mechanism, Range, read_mechanisms
from ..scenarios.engine import apply_scenario
from ..scenarios.goal_seeking import GoalSeek, goal_seek
from ..scenarios.response import PACE, TargetOutcome, TargetResponse
from ..scenarios.scenario import BASELINE, Scenario, read_scenario, scenario_folder, write_scenario
from ..scenarios.sensitivity_analysis import sensitivity
from ..tables.plan import Plan, load_plan
from ..targets.joint_answers import evaluate_targets
from ..targets.target_state import PRINTED_BOUNDS
from .settings import Control, Settings, controls_of

__all__ = ["Desk"]

NAME = "desk"
"""Name of what is set as long as it has none of its own."""
FIGURES = "figures"
"""Folder of the folders of tables with a planner's own figures."""
LONGEST = 100
"""Bytes of the name of a scenario."""


class Desk:
    """One region's targets and what is set for them.

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

    def __init__(
        self, plan: Plan, asked: Mapping[str, Any], progress: Progress | None = None
    ) -> None:
        tracker = ProgressTracker(progress, 10)
        self.plan = plan
        self.asked = asked
        self.language = str(asked["language"])
        self.folder = Path(asked["folder"] or "desk")
        last = forecast_years(plan, asked["until"])[-1]
        self.paths: Paths = project(
            plan, until=last, draws=asked["draws"], seed=asked["seed"], progress=tracker.part(8)
        )
        tracker()
        self.targets = plan.targets[plan.targets["year"] <= last].reset_index(drop=True)
        self.usual = evaluate_targets(self.paths, self.targets, as_of=plan.as_of).table
        tracker()
        self.everything = load_plan(plan.source, as_of=plan.as_of or None)
        self._told = ReportContext(plan, self.language)
        self._settings = Settings(plan.region, self.mechanisms)
        self._past, self._ahead = list[Settings](), list[Settings]()
        self._moving: Control | None = None
        self._responses: dict[int, TargetResponse] = {}
        self._controls: dict[int | None, list[Control]] = {}
        self._row = self._hardest(self.indicators[0]) if self.indicators else None
        tracker.end()

    @staticmethod
    def open(  # noqa: PLR0913 - what a report is asked for
        region: str,
        *,
        data: str | None = None,
        as_of: str | None = None,
        language: str = "zh",
        draws: int = 4000,
        seed: int = 0,
        until: int | None = None,
        folder: str | Path | None = None,
        progress: Progress | None = None,
    ) -> Desk:
        """Load a region's plan, fit and simulate it.

        Parameters
        ----------
        region, data, as_of, language, draws, seed, until : as a parameter file has them; without
            a day that of today
        folder : where scenarios and exports are written; None takes `desk` in the working directory
        progress : called with the share done between loading, fitting, simulating and what follows,
            and with 1 at the end; what it raises ends the work
        """
        tracker = ProgressTracker(progress, 5)
        tracker()
        day = as_of or dt.date.today().isoformat()
        plan = load_plan(data or region, as_of=day, region=region)
        asked = {"data": data, "language": language, "draws": draws, "seed": seed, "until": until}
        return Desk(plan, {**asked, "folder": folder}, tracker.part(4))

    def elsewhere(self, *, progress: Progress | None = None, **changed: Any) -> Desk:
        """Open the desk of another region, day or data; what is set goes along within a region.

        `progress` is that of `open`.

        Raises
        ------
        DataError
            As `load_plan`; and as `apply_scenario` for what cannot be played there.
        """
        now = {"region": self.plan.region, "as_of": self.plan.as_of, **self.asked}
        own = {"language": self.language, "folder": self.folder}
        tracker = ProgressTracker(progress, 10)
        other = Desk.open(**{**now, **own, **changed}, progress=tracker.part(9))
        if other.plan.region == self.plan.region:
            tracker()
            whole = [replace(s, mechanisms=other.mechanisms) for s in (*self._past, self._settings)]
            *other._past, other._settings = whole
            apply_scenario(other.paths, other.plan, other.scenario, mechanisms=other.mechanisms)
            if self.chosen is not None and self.chosen["indicator"] in other.indicators:
                other.choose(self.chosen["indicator"])
        tracker.end()
        return other

    def with_figures(self, intake: FigureImport, *, progress: Progress | None = None) -> Desk:
        """Write a planner's own figures into a new folder, and open the desk on them.

        `progress` is that of `open`; where the desk cannot be opened the folder is not kept.

        Raises
        ------
        FiguresError, WriteError
            As `FigureImport.write`.
        """
        tracker = ProgressTracker(progress, 10)
        tracker()
        place = _new_folder(self.folder.absolute() / FIGURES)
        try:
            intake.write(place, self.plan)
            return self.elsewhere(data=str(place), progress=tracker.part(9))
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise

    # What can be asked.

    @cached_property
    def mechanisms(self) -> Mapping[str, Mechanism]:
        """Mechanisms of the plan's folder, else the shipped ones."""
        return read_mechanisms(self.plan.folder or None)

    @property
    def told(self) -> ReportContext:
        """What names things in the reader's language."""
        if self._told.language != self.language:
            self._told = replace(self._told, language=self.language)
        return self._told

    @property
    def regions(self) -> list[str]:
        """Regions with a plan."""
        planned = set(self.everything.targets["region"])
        return [r for r in self.everything.regions["region"] if r in planned]

    @cached_property
    def open_targets(self) -> pd.DataFrame:
        """Rows of `usual` that can be asked about, binding ones first."""
        rows = self.usual[self.usual["status"].isin(OPEN)]
        force = rows["force"] if "force" in rows else pd.Series("", index=rows.index)
        return rows.loc[force.ne("binding").sort_values(kind="stable").index]

    @cached_property
    def indicators(self) -> list[str]:
        """Indicators with a target that can be asked about, binding ones first."""
        return list(dict.fromkeys(self.open_targets["indicator"]))

    @property
    def chosen(self) -> pd.Series | None:
        """The target that is asked about, a row of `usual`; None where none is open."""
        return None if self._row is None else self.usual.loc[self._row]

    def goals(self, indicator: str) -> pd.DataFrame:
        """Rows of `usual` of an indicator's open targets, by year."""
        rows = self.open_targets
        return rows[rows["indicator"] == indicator].sort_values("year", kind="stable")

    def choose(self, indicator: str, row: int | None = None) -> None:
        """Ask about a target of an indicator: a row of `goals`, else the last and hardest one.

        Raises
        ------
        UnknownNameError
            For an indicator without a target that can be asked about.
        """
        check_name("indicator", indicator, self.indicators)
        self._row = self._hardest(indicator) if row is None else row
        self.settle()

    @property
    def response(self) -> TargetResponse:
        """How the chosen target responds.

        Raises
        ------
        ValueError
            If none is open.
        """
        if self._row is None:
            raise ValueError(msg("No target is open on this day. Choose an earlier one."))
        if self._row not in self._responses:
            self._responses[self._row] = TargetResponse.build(
                self.plan, self._target, paths=self.paths, mechanisms=self.mechanisms
            )
        return self._responses[self._row]

    @property
    def controls(self) -> list[Control]:
        """What can be set for the chosen target: pace and levers, then assumptions."""
        if self._row not in self._controls:
            self._controls[self._row] = controls_of(self.response)
        return self._controls[self._row]

    def control(self, name: str) -> Control:
        """Look up what can be set, by its name or by the last part of it where that is clear.

        Raises
        ------
        UnknownNameError
            With the nearest name.
        """
        controls = {c.name: c for c in self.controls}
        short = [n for n in controls if n.rpartition(".")[2] == name]
        full = short[0] if len(short) == 1 else name
        check_name("lever or assumption", full, list(controls))
        return controls[full]

    @property
    def lacking(self) -> dict[str, list[str]]:
        """Mechanisms of the chosen target that cannot be played here, and inputs they lack."""
        response = self.response
        return {
            name: [i for i in m.inputs.values() if i and not response.is_simulated(i)]
            for name, m in response.acting_mechanisms.items()
            if name not in response.usable_mechanisms
        }

    # What is set.

    @property
    def base(self) -> Scenario:
        """The scenario that the settings stand on."""
        return self._settings.base

    @property
    def scenario(self) -> Scenario:
        """Everything that is set, as a scenario."""
        return self._settings.scenario(NAME)

    def value(self, name: str) -> float | Range | None:
        """Give the setting of a lever or an assumption; None where what is optional is not set."""
        return self._settings.value(self.control(name))

    def set(self, name: str, value: float | None) -> None:
        """Set a lever, an assumption or the pace; None leaves it unset.

        Settings of one thing, one after the other, are one step to undo until `settle`.

        Raises
        ------
        ValueError
            Beyond its limits.
        """
        control = self.control(name)
        settings = self._settings.put(control, None if value is None else control.check(value))
        if self._moving != control:
            self._remember()
        self._settings, self._moving = settings, control

    def settle(self) -> None:
        """End a step: what is set next is undone by itself."""
        self._moving = None

    def undo(self) -> bool:
        """Take back the last step; False where there is none."""
        return self._go(self._past, self._ahead)

    def redo(self) -> bool:
        """Do again what was taken back; False where nothing was."""
        return self._go(self._ahead, self._past)

    def reset(self) -> None:
        """Set nothing: the baseline."""
        self._remember()
        self._settings = replace(self._settings, base=BASELINE, given={})

    def load(self, place: str | Path) -> None:
        """Take a scenario: a saved or a shipped one by name, or a file.

        Raises
        ------
        DataError, UnknownNameError
            As `read_scenario`; and as `apply_scenario` for what cannot be played here. What is set
            then stays.
        """
        saved = self.folder / f"{place}.yaml"
        scenario = read_scenario(saved if saved.exists() else place)
        apply_scenario(self.paths, self.plan, scenario, mechanisms=self.mechanisms)
        self._remember()
        self._settings = self._settings.read(scenario)

    def take_in(self, name: str, content: bytes) -> None:
        """Put a scenario file that a planner hands over into the folder, and take it.

        Raises
        ------
        ValueError
            For a name that does not fit.
        DataError, UnknownNameError
            As `load`; the file is then not kept.
        """
        place = self._place(Path(name).stem)
        tried = place.with_name(f".{place.name}")
        write_atomic(tried, content)
        try:
            self.load(tried)
            tried.replace(place)
        except DataError as error:
            given = (replace(p, file=name) if p.file == tried.name else p for p in error.problems)
            raise DataError(given) from None
        finally:
            tried.unlink(missing_ok=True)

    @property
    def saved(self) -> list[str]:
        """Names of the scenarios saved in the folder."""
        return sorted(file.stem for file in self.folder.glob("[!.]*.yaml"))

    @property
    def shipped(self) -> list[str]:
        """Names of the scenarios that come with the package, the baseline first."""
        return [BASELINE.name, *sorted(file.stem for file in scenario_folder().glob("*.yaml"))]

    # What follows from it.

    def answer(self) -> TargetOutcome:
        """Answer for the chosen target, its chance as reports say it."""
        return self._said(self.scenario)

    def base_answer(self) -> TargetOutcome:
        """Answer for the chosen target in the baseline."""
        return self._said(BASELINE)

    def table(self) -> pd.DataFrame:
        """Tell how likely the last target of each indicator is, as set and in the baseline.

        A row an indicator: the columns of `compare`, p_base and evidence.
        """
        compared = compare(self.plan, [self.scenario], paths=self.paths)
        base, found = (compared[compared["scenario"] == n] for n in (BASELINE.name, NAME))
        told = found.reset_index(drop=True).assign(
            p_base=base["p_reach"].to_numpy(), evidence=self.usual["evidence"].to_numpy()
        )
        chosen = last_targets(base.assign(place=range(len(base))))["place"]
        return told.loc[chosen].reset_index(drop=True)

    def seek(self, probability: float = 0.8, lever: str = PACE) -> GoalSeek:
        """Find the least setting of a lever with which the chosen target is likely enough."""
        return self.asking(probability, lever)()

    def asking(self, probability: float, lever: str) -> Callable[..., GoalSeek]:
        """Give the search of `seek` as things are set now, to be done aside, with `progress`."""
        control = self.control(lever)
        return partial(
            goal_seek, self.plan, self._target, lever=control.name, probability=probability,
            scenario=self._settings.scenario(NAME, without=control.key), paths=self.paths,
            mechanisms=self.mechanisms,
        )  # fmt: skip

    def tornado(self) -> pd.DataFrame:
        """Tell what moves the chance of the chosen target most, as things are set."""
        return self.weighing()()

    def weighing(self) -> Callable[..., pd.DataFrame]:
        """Give the question of `tornado` as things are set now, to be done aside, likewise."""
        ask = partial(
            sensitivity, self.plan, self._target, scenario=self.scenario, paths=self.paths,
            mechanisms=self.mechanisms,
        )  # fmt: skip
        return lambda progress=None: ask(progress=progress).tornado

    # What is kept.

    def fits(self, name: str) -> bool:
        """Whether a scenario can be saved under a name: a short file name, no shipped one's.

        >>> desk = Desk.open("lishui", as_of="2022-12-31", draws=100)
        >>> desk.fits("更多培训"), desk.fits("a/b"), desk.fits("pandemic_year")
        (True, False, False)
        """
        plain = not set(name) & set('\\/:*?"<>|,') and name.isprintable()
        short = 0 < len(name.encode()) <= LONGEST and name == name.strip(" .")
        return plain and short and name not in (FIGURES, *self.shipped)

    def save(self, name: str) -> Path:
        """Write what is set as a scenario file of the folder.

        Raises
        ------
        ValueError
            For a name that does not fit.
        WriteError
            If it cannot be written.
        """
        file = self._place(name)
        return write_scenario(self._settings.scenario(name), file)

    def export(self, name: str, pictures: Mapping[str, bytes]) -> Path:
        """Write the scenario, and a folder of its name with tables, pictures and parameters.

        `forecast run` on the folder's `run.yaml` gives the same chances; pictures are by file name.

        Raises
        ------
        ValueError, WriteError
            As `save`.
        """
        scenario = self.save(name)
        final = self.folder / name
        with staging_folder(final) as new:
            listed = self.told.list_sources(self.plan.targets, self.plan.observations)
            used = self.plan.sources["source"].isin(listed)
            tables = {"compare": self.table(), "sources": self.plan.sources[used]}
            write_tables(self.told, tables, new)
            for file, content in pictures.items():
                (new / file).write_bytes(content)
            asked = yaml.safe_dump(self._asked(name, scenario), allow_unicode=True, sort_keys=False)
            (new / "run.yaml").write_text(asked, encoding="utf-8")
            listed = sorted(file.name for file in new.iterdir())
            (new / MANIFEST).write_text(json.dumps({"files": listed}), encoding="utf-8")
            swap_folder(new, final)
        return final

    # Within.

    @property
    def _target(self) -> pd.DataFrame:
        return self.targets.loc[[self._row]]

    def _hardest(self, indicator: str) -> int:
        """Row of the last target of an indicator, of equal years the least likely one."""
        goals = self.goals(indicator)
        last = goals[goals["year"] == goals["year"].max()]
        return int(last["p_reach"].idxmin())

    def _said(self, scenario: Scenario) -> TargetOutcome:
        found = self.response(scenario)
        if not math.isnan(self.response.criterion.decided):
            return found
        return replace(found, p_reach=float(np.clip(found.p_reach, *PRINTED_BOUNDS)))

    def _remember(self) -> None:
        self._past.append(self._settings)
        self._ahead.clear()
        self._moving = None

    def _go(self, source: list[Settings], other: list[Settings]) -> bool:
        self.settle()
        if source:
            other.append(self._settings)
            self._settings = source.pop()
            return True
        return False

    def _place(self, name: str) -> Path:
        """Give the file of a scenario of the folder, which is made."""
        if not self.fits(name):
            told = msg("{name!r} names no file of its own. Give a short, new name.", name=name)
            raise ValueError(told)
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{name}.yaml"

    def _asked(self, name: str, scenario: Path) -> dict[str, Any]:
        """Give the parameters that repeat what is shown."""
        data = self.asked["data"]
        asked = {
            "region": self.plan.region, "notebook": "scenarios",
            "data": str(Path(data).absolute()) if self.plan.folder else data,
            "as_of": self.plan.as_of, "until": self.asked["until"], "draws": self.asked["draws"],
            "seed": self.asked["seed"], "language": self.language,
            "scenarios": str(scenario.absolute()),
            "indicator": None if self.chosen is None else str(self.chosen["indicator"]),
            "name": name,
        }  # fmt: skip
        known = {key: value for key, value in asked.items() if value is not None}
        ReportParameters.model_validate(known)
        return known


def _new_folder(parent: Path) -> Path:
    """Make a folder of a new number: no other desk and no export stands on it."""
    numbers = count(1)
    while True:
        folder = parent / str(next(numbers))
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder
