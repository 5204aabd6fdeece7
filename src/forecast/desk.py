"""A planner's desk: one region's targets, what is set, and what that does to their chances.

The desk knows no widgets. A scenario is the base of what is set; levers, assumptions and the pace
stand on top of it, and replace what it says of the same one. All answers come from the same draws
(see `responses`), and are those of `compare` and of the scenario report.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from .comparison import compare
from .documents import write_whole
from .errors import check_name
from .exploration import GoalSeek, goal_seek
from .folders import MANIFEST, building, exchange
from .levers import ENDS, Mechanism, Range, read_mechanisms
from .monitoring import OPEN, last_targets, span
from .outlook import Naming
from .parameters import ReportParameters
from .plans import Plan, load_plan
from .projections import apply_scenario, project
from .responses import PACE, Answer, Response
from .scenarios import (
    BASELINE,
    Scenario,
    Span,
    Step,
    read_scenario,
    scenario_folder,
    write_scenario,
)
from .sensitivities import sensitivity
from .simulation import Paths
from .targets import PRINTED
from .together import outcomes
from .workbook import write_book

__all__ = ["Control", "Desk"]

Number = float | Range
Key = tuple[str, str]
"""Mechanism and lever or assumption; of a pace "" and the indicator."""
NAME = "desk"
"""Name of what is set as long as it has none of its own."""
DIGITS = 10
"""Decimals of a setting: what a slider adds beyond them is noise."""
LONGEST = 100
"""Bytes of the name of a scenario."""
STEPS = 100
"""Steps of the slider of an assumption, about."""


@dataclass(frozen=True)
class Control:
    """Something that can be set: its name, its sort, and the values it takes.

    `kind` is `lever`, `assumption` or `pace`; `usual` the declared range of an assumption, which is
    drawn where nothing is set.
    """

    key: Key
    kind: str
    unit: str
    lower: float
    upper: float
    step: float
    usual: Range | None = None

    @property
    def name(self) -> str:
        """Name by which it is set: `mechanism.lever`, `mechanism.assumption`, or `pace`."""
        return PACE if self.kind == PACE else ".".join(self.key)

    @property
    def optional(self) -> bool:
        """Whether it may be left unset: an assumption, or a date; others are then 0."""
        return self.kind == "assumption" or self.unit == "year"


@dataclass(frozen=True)
class _State:
    """What is set: a base, and settings on top of it."""

    base: Scenario = BASELINE
    settings: Mapping[Key, Number] = field(default_factory=dict)


class Desk:
    """One region's targets and what is set for them.

    Examples
    --------
    >>> desk = Desk.open("lishui", as_of="2022-12-31", draws=400)
    >>> desk.choose("care_workers_per_10k_elderly")
    >>> desk.set("care_workforce.trainees_per_year", 500)
    >>> desk.answer().p_change > 0
    True
    >>> desk.undo(), desk.value("care_workforce.trainees_per_year")
    (True, 0.0)
    """

    def __init__(self, plan: Plan, asked: Mapping[str, Any]) -> None:
        self.plan = plan
        self.asked = {"data": None, "until": None, "draws": 4000, "seed": 0, **asked}
        self.language: str = self.asked.get("language") or "zh"
        self.folder = Path(self.asked.get("folder") or "desk")
        self.paths: Paths = project(
            plan, until=span(plan, self.asked["until"])[-1],
            draws=self.asked["draws"], seed=self.asked["seed"],
        )  # fmt: skip
        self.everything = load_plan(plan.place, as_of=plan.as_of or None)
        local = {n: m.in_region(plan.region) for n, m in self.mechanisms.items()}
        self._told = Naming(plan, self.language, local, self.everything)
        own = plan.targets["year"] <= self.paths.years[-1]
        self.targets = plan.targets[own].reset_index(drop=True)
        self.usual = outcomes(self.paths, self.targets, as_of=plan.as_of).table
        self._state, self._past, self._ahead = _State(), list[_State](), list[_State]()
        self._moving: Key | None = None
        self._responses: dict[int, Response] = {}
        self._row = self._first()

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
    ) -> Desk:
        """Load a region's plan, fit and simulate it.

        Parameters
        ----------
        region, data, as_of, language, draws, seed, until : as a parameter file has them; without
            a day that of today
        folder : where scenarios and exports are written; None takes `desk` in the working directory
        """
        day = as_of or dt.date.today().isoformat()
        plan = load_plan(data or region, as_of=day, region=region)
        asked = {"data": data, "language": language, "draws": draws, "seed": seed, "until": until}
        return Desk(plan, {**asked, "folder": folder})

    def at(self, plan: Plan) -> Desk:
        """Open the desk on another plan of the region: the same question, the same settings."""
        other = Desk(plan, self.options)
        other._state, other._past = self._state, [*self._past]
        if self._row in other.open_targets.index:
            other._row = self._row
        return other

    # What can be asked.

    @property
    def told(self) -> Naming:
        """What names things in the reader's language."""
        if self._told.language != self.language:
            self._told = replace(self._told, language=self.language)
        return self._told

    @cached_property
    def mechanisms(self) -> Mapping[str, Mechanism]:
        """Mechanisms of the plan's folder, else the shipped ones."""
        return read_mechanisms(self.plan.folder or None)

    @property
    def options(self) -> dict[str, Any]:
        """What `open` was asked for beside region and day, with the language of now."""
        return {**self.asked, "language": self.language, "folder": self.folder}

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
        """Ask about a target of an indicator: a row of `goals`, or the last and hardest one.

        Raises
        ------
        UnknownNameError
            For an indicator without a target that can be asked about.
        """
        check_name("indicator", indicator, self.indicators)
        goals = self.goals(indicator)
        ranked = goals.assign(ease=-goals["p_reach"]).sort_values(["year", "ease"], kind="stable")
        self._row = int(ranked.index[-1]) if row is None else int(goals.loc[[row]].index[0])
        self.settle()

    @property
    def response(self) -> Response:
        """How the chosen target responds."""
        if self._row is None:
            raise ValueError("No target is open on this day. Choose an earlier one.")
        if self._row not in self._responses:
            row = self.targets.loc[[self._row]]
            self._responses[self._row] = Response.of(
                self.plan, row, paths=self.paths, mechanisms=self.mechanisms
            )
        return self._responses[self._row]

    @property
    def controls(self) -> list[Control]:
        """What can be set for the chosen target: pace and levers, then assumptions."""
        if self._row is None:
            return []
        response = self.response
        pace = response.pace_choice()
        about = (pace.unit, pace.lower, pace.upper, pace.step)
        found = [Control(("", response.goal.key[1]), PACE, *about)]
        for label, choice in response.levers.items():
            if label == choice.name and "." in label and choice.mechanism in response.able:
                key = (choice.mechanism, choice.lever)
                about = (choice.unit, choice.lower, choice.upper, choice.step)
                found.append(Control(key, "lever", *about))
        for key in sorted(set(response.assumptions.values()), key=self._order):
            mechanism = response.acting[key[0]]
            known = key[1] in mechanism.inputs and response.is_drawn(mechanism.inputs[key[1]])
            if key[0] in response.able and not known:
                belief = mechanism.assumptions[key[1]]
                usual = Range(low=belief.low, central=belief.central, high=belief.high)
                reach = _reach(key[1], usual)
                found.append(Control(key, "assumption", belief.unit, *reach, usual=usual))
        return found

    def control(self, name: str) -> Control:
        """Look up what can be set, by its name or its last part where that is clear.

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
        """What mechanisms of the chosen target lack here: inputs without figures; by name."""
        if self._row is None:
            return {}
        response = self.response
        return {
            name: [i for i in m.inputs.values() if i and not response.is_drawn(i)]
            for name, m in response.acting.items()
            if name not in response.able
        }

    # What is set.

    def value(self, name: str) -> Number | None:
        """Give the setting: of what is optional None where nothing is set.

        A base that sets a lever from year to year gives its largest setting.
        """
        control = self.control(name)
        if control.key in self._state.settings:
            found = self._state.settings[control.key]
        else:
            found = self._in_base(control)
        if found == control.usual or (control.unit == "year" and not found):
            return None
        return found

    def set(self, name: str, value: Number | None) -> None:
        """Set a lever, an assumption or the pace; None leaves it unset.

        Settings of one thing, one after the other, are one step to undo until `settle`.

        Raises
        ------
        ValueError
            Beyond its limits.
        """
        control = self.control(name)
        if isinstance(value, int | float):
            edge = 1e-9 * max(abs(control.lower), abs(control.upper))
            if not control.lower - edge <= value <= control.upper + edge:
                ends = f"{control.lower:g} to {control.upper:g}"
                raise ValueError(f"{name} takes {ends}, not {value:g}.")
            value = round(float(value), DIGITS)
        if value is None:
            value = control.usual if control.usual is not None else 0.0
        if self._moving != control.key:
            self._remember()
        self._moving = control.key
        self._put(control.key, value, usual=self._in_base(control))

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
        self._state = _State()

    @property
    def scenario(self) -> Scenario:
        """What is set, as a scenario."""
        return self._scenario(NAME)

    def load(self, place: str | Path) -> Scenario:
        """Take a scenario: a shipped one by name, a saved one by name, or a file.

        Settings that the desk made come back as settings.

        Raises
        ------
        DataError, UnknownNameError
            As `read_scenario`; and as `apply_scenario` for what cannot be played here. What is set
            then stays.
        """
        saved = self.folder / f"{place}.yaml"
        scenario = read_scenario(saved if saved.exists() else place)
        state = self._split(scenario)
        apply_scenario(self.paths, self.plan, scenario, mechanisms=self.mechanisms)
        self._remember()
        self._state = state
        return scenario

    def take_in(self, name: str, content: bytes) -> Scenario:
        """Put a scenario file that a planner hands over into the folder, and take it.

        Raises
        ------
        ValueError
            For a name that does not fit.
        DataError
            As `load`; the file is then not kept.
        """
        stem = name.removesuffix(".yml").removesuffix(".yaml")
        if not self.fits(stem):
            raise ValueError(f"{name!r} names no file of its own. Give a short, new name.")
        self.folder.mkdir(parents=True, exist_ok=True)
        tried = self.folder / f".{stem}.tried.yaml"
        write_whole(tried, content)
        try:
            scenario = self.load(tried)
        except BaseException:
            tried.unlink()
            raise
        tried.replace(self.folder / f"{stem}.yaml")
        return scenario

    @property
    def saved(self) -> list[str]:
        """Names of the scenarios saved in the folder."""
        return sorted(file.stem for file in self.folder.glob("[!.]*.yaml"))

    @property
    def shipped(self) -> list[str]:
        """Names of the scenarios that come with the package, the baseline first."""
        return [BASELINE.name, *sorted(f.stem for f in scenario_folder().glob("*.yaml"))]

    @property
    def base(self) -> Scenario:
        """The scenario that the settings stand on."""
        return self._state.base

    # What follows from it.

    def answer(self) -> Answer:
        """Answer for the chosen target, its chance as reports say it."""
        return self._said(self.scenario)

    def base_answer(self) -> Answer:
        """Answer for the chosen target in the baseline."""
        return self._said(BASELINE)

    def table(self) -> pd.DataFrame:
        """Tell how likely the last target of each indicator is, as set and in the baseline.

        Returns
        -------
        A row an indicator, as `compare` gives it, with `p_base` and evidence beside it.
        """
        return table_of(self.plan, self.paths, self.usual, self.scenario)

    def seek(self, probability: float = 0.8, lever: str = PACE) -> GoalSeek:
        """Find the least setting of a lever with which the chosen target is likely enough."""
        return self.asking(probability, lever)()

    def asking(self, probability: float, lever: str) -> Callable[[], GoalSeek]:
        """Give the search of `seek` as things are set now, to be done aside."""
        scenario = self._scenario(NAME, without=self.control(lever).key)
        return partial(goal_seek, self.plan, self.targets.loc[[self._row]], lever=lever,
                       probability=probability, scenario=scenario, paths=self.paths,
                       mechanisms=self.mechanisms)  # fmt: skip

    def tornado(self) -> pd.DataFrame:
        """Tell what moves the chance of the chosen target most, as things are set."""
        return self.weighing()()

    def weighing(self) -> Callable[[], pd.DataFrame]:
        """Give the question of `tornado` as things are set now, to be done aside."""
        row, scenario = self.targets.loc[[self._row]], self.scenario
        return lambda: (
            sensitivity(
                self.plan, row, scenario=scenario, paths=self.paths, mechanisms=self.mechanisms
            ).tornado
        )

    # What is kept.

    def fits(self, name: str) -> bool:
        """Whether a scenario can be saved under a name: a short file name, no shipped one's.

        >>> desk = Desk.open("lishui", as_of="2022-12-31", draws=100)
        >>> desk.fits("更多培训"), desk.fits("a/b"), desk.fits("pandemic_year")
        (True, False, False)
        """
        apart = name not in self.shipped and not set(name) & set('\\/:*?"<>|,\n\t')
        return apart and 0 < len(name.encode()) <= LONGEST and name == name.strip(" .")

    def save(self, name: str) -> Path:
        """Write what is set as a scenario file of the folder.

        Raises
        ------
        ValueError
            For a name that does not fit.
        WriteError
            If it cannot be written.
        """
        if not self.fits(name):
            raise ValueError(f"{name!r} names no file of its own. Give a short, new name.")
        self.folder.mkdir(parents=True, exist_ok=True)
        return write_scenario(self._scenario(name), self.folder / f"{name}.yaml")

    def export(self, name: str, pictures: Mapping[str, bytes]) -> Path:
        """Write the scenario, and a folder of its name with tables, pictures and parameters.

        `forecast run` on the folder's `run.yaml` gives the same chances; pictures are by file name.
        """
        scenario = self.save(name)
        final = self.folder / name
        with building(final) as new:
            write_book(self.told, {"compare": self.table()}, new)
            for file, content in pictures.items():
                (new / file).write_bytes(content)
            asked = yaml.safe_dump(self._asked(name, scenario), allow_unicode=True, sort_keys=False)
            (new / "run.yaml").write_text(asked, encoding="utf-8")
            listed = sorted(file.name for file in new.iterdir())
            (new / MANIFEST).write_text(json.dumps({"files": listed}), encoding="utf-8")
            exchange(new, final)
        return final

    def _asked(self, name: str, scenario: Path) -> dict[str, Any]:
        """Give the parameter file that repeats what is shown."""
        asked = {
            "region": self.plan.region, "notebook": "scenarios", "data": self.asked["data"],
            "as_of": self.plan.as_of, "until": self.asked["until"], "draws": self.asked["draws"],
            "seed": self.asked["seed"], "language": self.language,
            "scenarios": str(scenario.absolute()),
            "indicator": None if self.chosen is None else str(self.chosen["indicator"]),
            "name": name,
        }  # fmt: skip
        known = {key: value for key, value in asked.items() if value is not None}
        ReportParameters.model_validate(known)
        return known

    # Within.

    def _said(self, scenario: Scenario) -> Answer:
        found = self.response(scenario)
        sure = not math.isnan(self.response.goal.certain)
        return found if sure else replace(found, p_reach=float(np.clip(found.p_reach, *PRINTED)))

    def _first(self) -> int | None:
        rows = self.open_targets
        if rows.empty:
            return None
        own = self.goals(str(rows["indicator"].iloc[0]))
        return int(own.index[-1])

    def _order(self, key: Key) -> tuple[int, int]:
        mechanism = self.response.acting[key[0]]
        return list(self.response.acting).index(key[0]), list(mechanism.assumptions).index(key[1])

    def _put(self, key: Key, value: Number, usual: Number | None = None) -> None:
        settings = {k: v for k, v in self._state.settings.items() if k != key}
        if value != usual:
            settings[key] = value
        self._state = replace(self._state, settings=settings)

    def _remember(self) -> None:
        self._past.append(self._state)
        self._ahead.clear()
        self._moving = None

    def _go(self, source: list[_State], other: list[_State]) -> bool:
        self.settle()
        if not source:
            return False
        other.append(self._state)
        self._state = source.pop()
        return True

    def _scenario(self, name: str, without: Key | None = None) -> Scenario:
        base = self._state.base
        kept = {k: v for k, v in self._state.settings.items() if k != without}
        steps = [*base.steps, *(self._step(key, value) for key, value in kept.items())]
        return Scenario(name=name, base=base.base or BASELINE.name, steps=steps).model_copy(
            update={"inherited": base.inherited}
        )

    def _step(self, key: Key, value: Number) -> Step:
        mechanism, name = key
        region = self.plan.region
        if not mechanism:
            return Step(region=region, indicator=name, add_pace={"by": value})
        about = self.mechanisms[mechanism].in_region(region)
        part = "levers" if name in about.levers else "assumptions"
        return Step.model_validate({"region": region, "mechanism": mechanism, part: {name: value}})

    def _split(self, scenario: Scenario) -> _State:
        """Take the settings that the desk made off the end of a scenario."""
        steps, settings = list(scenario.steps), dict[Key, Number]()
        while steps:
            last = self._settings(steps[-1])
            if last is None or last[0] in settings:
                break
            settings[last[0]] = last[1]
            steps.pop()
        base = scenario.model_copy(update={"steps": tuple(steps)})
        return _State(base, dict(reversed(settings.items())))

    def _settings(self, step: Step) -> tuple[Key, Number] | None:
        """Give the setting that a step of the desk makes; None for any other step."""
        if step.mechanism is not None:
            given = {**step.levers, **step.assumptions}
            key = (step.mechanism, next(iter(given)))
        elif step.add_pace is not None:
            given = {"": step.add_pace.by}
            key = ("", step.indicator[0])
        else:
            return None
        value = next(iter(given.values()))
        known = step.mechanism is None or step.mechanism in self.mechanisms
        if known and isinstance(value, float | Range) and self._step(key, value) == step:
            return key, value
        return None

    def _in_base(self, control: Control) -> Number:
        """Give what the base says of a control."""
        found: Number = control.usual if control.usual is not None else 0.0
        mechanism, name = control.key
        for step in self._state.base.each():
            if step.mechanism != mechanism or (step.region and self.plan.region not in step.region):
                continue
            found = step.assumptions.get(name, found)
            if name in step.levers:
                found = _height(step.levers[name])
        return found


def table_of(plan: Plan, paths: Paths, usual: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Compare the last target of each indicator under a scenario with the baseline."""
    compared = compare(plan, [scenario], paths=paths)
    size = len(usual)
    base, last = compared.iloc[:size], compared.iloc[-size:].reset_index(drop=True)
    last = last.assign(p_base=base["p_reach"].to_numpy(), evidence=usual["evidence"].to_numpy())
    last["base_status"] = base["status"].to_numpy()
    chosen = last_targets(base.assign(place=range(size)))["place"]
    return last.loc[chosen].reset_index(drop=True)


def _height(setting: float | dict[int, float] | Span) -> float:
    """Most of a setting in any year."""
    if isinstance(setting, dict):
        return max(setting.values(), default=0.0)
    return setting.value if isinstance(setting, Span) else setting


def _reach(name: str, belief: Range) -> tuple[float, float, float]:
    """Lower and upper end and step of an assumption's slider: its range and half of it around."""
    width = belief.high - belief.low or abs(belief.central) or 1.0
    low, high = ENDS.get(name, (-math.inf, math.inf))
    size = 10.0 ** math.floor(math.log10(width / STEPS * 2.0))
    step = next(size * m for m in (1.0, 2.0, 5.0, 10.0) if 2.0 * width / (size * m) <= 2 * STEPS)
    lower = max(low, math.floor((belief.low - width / 2.0) / step) * step)
    if belief.low >= 0.0:
        lower = max(lower, 0.0)
    upper = min(high, math.ceil((belief.high + width / 2.0) / step) * step)
    return lower, upper, step
