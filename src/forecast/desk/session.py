"""The planner's desk without widgets: its state, scenario files, own figures and plans."""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..callbacks import Progress, ProgressTracker
from ..errors import N_, DataError, check_name, msg
from ..files import write_atomic
from ..intake.figure_import import FigureImport
from ..plans.entry import workbook_of
from ..plans.folder import open_plan
from ..reports.context import ReportContext
from ..scenarios.declarations import Range
from ..scenarios.overrides import own_scenarios
from ..scenarios.scenario import BASELINE, Scenario, read_scenario, write_scenario
from .answers import Answers, load_first
from .settings import Settings
from .state import MOST_COMPARED, RUN, History, State, is_shipped
from .storage import (
    FIGURES,
    NAME,
    check_kept,
    check_plain,
    new_folder,
    saved_scenarios,
    scenario_file,
    shipped_scenarios,
    visitor_folder,
)

__all__ = ["Desk"]

OTHER_MACHINE = N_("A file or folder can be named only on the machine that serves the desk.")
TOO_MANY = N_("At most {count} scenarios can be shown beside the settings. Remove one first.")


class Desk(Answers):
    """One region's targets, everything chosen (`state`), and the answers.

    `folder` is where scenarios and exports are written, in `shared` where each visitor has one;
    `home` the tables that the desk was opened with, `run` its draws, seed and last year; `local`
    whether files and folders may be named, which only a user of this machine may do.

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
        super().__init__(report, progress)
        self.folder = self.shared = Path(report.folder or "desk")
        self.home, self.local = report.data, True
        self.run = report.draws, report.seed, report.until
        first = State(self.plan.region, self.plan.as_of, report.language)
        self.history = History((self._with_target(first),))

    @staticmethod
    def open(
        region: str | None = None,
        *,
        as_of: str | None = None,
        language: str = "zh",
        progress: Progress | None = None,
        local: bool = True,
        **options: Any,
    ) -> Desk:
        """Load a region's plan, fit and simulate it.

        Parameters
        ----------
        region : a region with a plan; None takes the first one with a target that has a chance
        as_of : only what was known on this date is used; None takes today
        language : `zh` or `en`
        progress : called with the share done between loading, fitting, simulating and evaluating,
            and with 1 at the end; an exception that it raises cancels the work
        local : whether files and folders may be named: only where every user is on this machine
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
        options |= {"as_of": day, "language": language}
        report = load_first(**options) if region is None else ReportContext.load(region, **options)
        desk = Desk(report, tracker.part(4))
        desk.local = local
        if not local:  # until the page says whose it is
            desk.folder = visitor_folder(desk.shared, secrets.token_hex())
        return desk

    # The state, and its steps.

    @property
    def state(self) -> State:
        """Everything chosen."""
        return self.history.current

    def change(self, key: object = None, **changes: Any) -> None:
        """Change fields of the state that need no new computation; a step that can be undone."""
        self.history = self.history.change(replace(self.state, **changes), key)

    def end_step(self) -> None:
        """Let the next change be a step of its own."""
        self.history = self.history.end_step()

    def holds(self, state: State) -> bool:
        """Whether a state has the region, date and tables of this desk."""
        return state.world == self.state.world

    def go(self, history: History) -> None:
        """Take over a history whose current state this desk `holds`."""
        self.history = history
        if self.report.language != self.state.language:
            self.report = replace(self.report, language=self.state.language)

    def undo(self) -> bool:
        """Undo the last step; False without one."""
        return self._move(-1)

    def redo(self) -> bool:
        """Redo the step undone last; False without one."""
        return self._move(1)

    def _move(self, by: int) -> bool:
        history = self.history.moved(by)
        if history is not None:
            self.__dict__ = self.follow(history).__dict__
        return history is not None

    def follow(self, history: History, *, progress: Progress | None = None) -> Desk:
        """Return the desk of a history: this one, or one newly opened for another region or date.

        Raises
        ------
        DataError, UnknownNameError, ValueError
            As `load_plan`, `check_kept`; as `apply_scenario` for settings of no use there.
        """
        state, tracker, other = history.current, ProgressTracker(progress, 10), self
        check_kept(self.folder, state.tables, state.rows, state.reading)
        if not self.holds(state):
            options = dict(zip(RUN, state.run or self.run, strict=True))
            other = Desk.open(
                state.region, as_of=state.as_of, language=state.language, local=self.local,
                data=self._find_tables(state.tables), folder=self.shared, **options,
                progress=tracker.part(9),
            )  # fmt: skip
            other.home, other.folder, other.run = self.home, self.folder, self.run
        known = other._with_target(state)
        states = history.states
        history = replace(
            history, states=(*states[: history.position], known, *states[history.position + 1 :])
        )
        other._check_usable(other._settings(history.current).to_scenario(NAME))
        other.go(history)
        tracker.end()
        return other

    def reopen(self, *, progress: Progress | None = None, **changes: Any) -> Desk:
        """Open the desk with other fields of the state: region, as_of, tables, language.

        A region has the target and the settings that it had when it was left.

        Raises
        ------
        DataError, UnknownNameError
            As `follow`.
        """
        state = replace(self.state, reading="", **changes)
        if state.region != self.plan.region:
            known = self.history.last_in(state.region) or State(state.region, state.as_of)
            kept = {key: getattr(known, key) for key in ("indicator", "row", "base", "values")}
            state = replace(state, **kept, years=None, lever="", question="", rows="")
        return self.follow(self.history.change(state), progress=progress)

    def with_state(self, state: State, *, progress: Progress | None = None) -> Desk:
        """Open the desk with a state, as of a link; errors are those of `follow`."""
        return self.follow(self.history.change(state), progress=progress)

    def with_plan(self, folder: str, *, progress: Progress | None = None) -> Desk:
        """Open the plan in a folder, as `forecast init` makes it, or in its workbook.

        Raises
        ------
        DataError
            As `open_plan`; on another machine.
        """
        plan = open_plan(self.find_file(folder).absolute(), as_of=self.state.as_of)
        state = State(plan.region or self.plan.region, self.state.as_of, self.language, plan.folder)
        return self.with_state(state, progress=progress)

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
            if form := workbook_of(self.plan):
                shutil.copy(form, folder)
            return self.reopen(tables=folder.name, progress=tracker.part(9))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _find_tables(self, tables: str) -> str | None:
        """Return the folder of a state's tables; of own figures it has a number here."""
        if not tables:
            return self.home
        if tables.isdecimal():
            return str(self.folder.absolute() / FIGURES / tables)
        return str(self.find_file(tables))

    def find_file(self, text: str) -> Path:
        """Return the path that a user of this machine typed; ValueError for any other user."""
        if not self.local:
            raise ValueError(msg(OTHER_MACHINE))
        return Path(text.strip()).expanduser()

    def _with_target(self, state: State) -> State:
        """Return a state with a target of this desk, the default one where it has none."""
        if not self.indicators:
            return replace(state, indicator="", row=None)
        indicator = state.indicator
        if indicator not in self.indicators:
            indicator = [*self.clear_indicators, *self.indicators][0]
        known = self.targets_of(indicator).index
        row = state.row if state.row in known else self._hardest_target(indicator)
        return replace(state, indicator=indicator, row=row)

    @property
    def language(self) -> str:
        """Language of names and numbers."""
        return self.report.language

    @language.setter
    def language(self, language: str) -> None:
        self.go(self.history.change(replace(self.state, language=language)))

    @property
    def options(self) -> dict[str, Any]:
        """Options of `open` that give the same desk, but for the folder."""
        report, plan = self.report, self.plan
        options = {key: getattr(report, key) for key in ("data", *RUN)}
        return {"region": plan.region, "as_of": plan.as_of, "language": self.language, **options}

    @property
    def chosen(self) -> pd.Series | None:
        """The chosen target, a row of `baseline`; None without an open target."""
        return None if self.state.row is None else self.baseline.loc[self.state.row]

    def choose(self, indicator: str, row: int | None = None) -> None:
        """Choose a target of an indicator: a row of `targets_of`, else the last and hardest one.

        Raises
        ------
        UnknownNameError
            For an indicator without an open target.
        """
        check_name("indicator", indicator, self.indicators)
        chosen = self._hardest_target(indicator) if row is None else row
        self.change(indicator=indicator, row=chosen, years=None, lever="", question="")

    # Settings.

    def _settings(self, state: State) -> Settings:
        return Settings(state.region, self.mechanisms, state.base, state.values)

    @property
    def settings(self) -> Settings:
        """The base scenario and the values set on top of it."""
        return self._settings(self.state)

    @property
    def base(self) -> Scenario:
        """The base scenario of the settings."""
        return self.state.base

    def value(self, name: str) -> float | Range | None:
        """Return the value of a lever or an assumption; None for an optional one not set."""
        return self.settings.value(self.control(name))

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
        values = self.settings.with_value(control, checked).values
        self.change(control.key, values=values, question="")

    def reset(self) -> None:
        """Return to the baseline, in a step that can be undone."""
        self.change(base=BASELINE, values={}, question="")

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
        found = self.settings.from_scenario(self._read(name))
        self.change(base=found.base, values=found.values, question="")

    def _read(self, name: str | Path) -> Scenario:
        saved = self.folder / f"{name}.yaml"
        file = saved if saved.exists() else own_scenarios(self.plan.folder).get(str(name), name)
        beside = {one.name: one for one in self.state.compared}  # of a link, without a file
        scenario = beside.get(str(file)) or read_scenario(file)
        self._check_usable(scenario)
        return scenario

    def import_scenario(self, name: str, content: bytes, *, replace_file: bool = False) -> None:
        """Save the content of a scenario file in the folder under a name, and load it.

        Raises
        ------
        ValueError, FileExistsError
            As `save`.
        DataError, UnknownNameError
            As `load`; the file is then not kept.
        """
        file = scenario_file(self.folder, Path(name).stem, content, replace_file=replace_file)
        draft = file.with_name(f".{file.name}")
        write_atomic(draft, content)
        try:
            self.load(draft)
            draft.replace(file)
            self.show_beside(self._names_beside, anew=file.stem)
        except DataError as error:
            named = (replace(p, file=name) if p.file == draft.name else p for p in error.problems)
            raise DataError(named) from None
        finally:
            draft.unlink(missing_ok=True)

    def save(self, name: str, *, replace_file: bool = False) -> Path:
        """Write the settings to the folder as a scenario file.

        Raises
        ------
        ValueError
            For a name that cannot be a file name, or is that of a shipped scenario.
        FileExistsError
            If another scenario has the name, and `replace_file` does not say to replace it.
        WriteError
            If it cannot be written.
        """
        file = scenario_file(self.folder, name)
        draft = write_scenario(self.settings.to_scenario(name), file.with_name(f".{file.name}"))
        try:
            scenario_file(self.folder, name, draft.read_bytes(), replace_file=replace_file)
            draft.replace(file)
            self.show_beside(self._names_beside, anew=name)
            return file
        finally:
            draft.unlink(missing_ok=True)

    def show_beside(self, names: Sequence[str], *, anew: str = "") -> None:
        """Choose saved or shipped scenarios that are shown beside the settings.

        They stay as they are now whatever becomes of their files; `anew` is read again.

        Raises
        ------
        ValueError
            For more than three.
        DataError, UnknownNameError
            As `load`.
        """
        if len(names) > MOST_COMPARED:
            raise ValueError(msg(TOO_MANY, count=MOST_COMPARED))
        known = {one.name: one for one in self.state.compared if one.name != anew}
        self.change(compared=tuple(known.get(name) or self._read_whole(name) for name in names))

    @property
    def _names_beside(self) -> list[str]:
        return [one.name for one in self.state.compared]

    def _read_whole(self, name: str) -> Scenario:
        check_plain(name)
        found = self._read(name)
        return found if is_shipped(found) else found.whole().model_copy(update={"name": name})
