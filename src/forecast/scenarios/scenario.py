"""Scenario files: named sets of lever settings and assumptions.

A scenario is a list of steps. A step sets levers and assumptions of one mechanism, or applies one
generic verb to indicators (see `trajectory`). A scenario may have one or several bases, whose steps
come first. `BASELINE` has no steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BeforeValidator, Field, model_validator

from ..errors import DataError, Message, Problem, advise, check_arguments, check_name, msg
from ..files import write_atomic
from ..tables.plan import Plan, data_folder
from ..tables.yaml_files import StrictModel, read_document, validate
from . import verbs
from .dating import Year, has_relative_years, plan_years, resolve_years
from .declarations import Mechanism, Range
from .overrides import Lines, merge_steps
from .verbs import VERBS, Finite, Number, Since

__all__ = [
    "BASELINE", "VERBS", "LeverSetting", "Scenario", "Span", "Step", "read_scenario",
    "scenario_files", "scenario_folder", "setting_values", "write_scenario",
]  # fmt: skip


class Span(StrictModel):
    """A lever setting in the years `from` to `until`."""

    value: Finite
    since: Since = None
    until: Year | None = None


LeverSetting = Finite | dict[Year, Finite] | Span
"""The same every year, year by year, or within a span of years."""


def setting_values(setting: LeverSetting) -> list[float]:
    """Return the values of a lever setting, whatever its years.

    >>> setting_values({2024: 5.0, 2025: 7.0}), setting_values(Span(value=3.0, until=2025))
    ([5.0, 7.0], [3.0])
    """
    if isinstance(setting, dict):
        return list(setting.values())
    return [setting.value if isinstance(setting, Span) else setting]


def _to_tuple(names: Any) -> Any:
    return (names,) if isinstance(names, str) else names


Names = Annotated[tuple[str, ...], BeforeValidator(_to_tuple)]


class Step(StrictModel):
    """One step: levers and assumptions of a mechanism, or one verb for indicators.

    `region` and `indicator` are one id or several. Without a region a step holds for every region;
    the indicator `all` stands for every one with a forecast, `planned` for those of them with a
    target.
    """

    region: Names = ()
    mechanism: str | None = None
    levers: dict[str, LeverSetting] = Field(default_factory=dict)
    assumptions: dict[str, Number] = Field(default_factory=dict)
    indicator: Names = ()
    ramp_to: verbs.Ramp | None = None
    hold: verbs.Hold | None = None
    shift: verbs.Shift | None = None
    scale_pace: verbs.ScalePace | None = None
    add_pace: verbs.AddPace | None = None
    delay: verbs.Delay | None = None
    shock: verbs.Shock | None = None
    follow_best: verbs.FollowBest | None = None
    execute_plan: verbs.ExecutePlan | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_empty_verbs(cls, content: Any) -> Any:
        """Read `hold:` without anything as `hold: {}`."""
        if not isinstance(content, dict):
            return content
        bare: dict[str, Any] = {
            v: {} for v in ("hold", "follow_best") if v in content and content[v] is None
        }
        return {**content, **bare}

    @model_validator(mode="after")
    def _check_form(self) -> Self:
        verbs = [verb for verb in VERBS if getattr(self, verb) is not None]
        problem: Message | None = None
        if self.mechanism is not None:
            if verbs or self.indicator:
                problem, remedy = (
                    msg("a mechanism and a verb in one step"),
                    msg("write two steps"),
                )
            elif not (self.levers or self.assumptions):
                problem = msg("a mechanism without anything to set")
                remedy = msg("add levers or assumptions")
        elif self.levers or self.assumptions:
            problem, remedy = msg("levers without a mechanism"), msg("name the mechanism")
        elif len(verbs) != 1 or not self.indicator:
            problem = msg("a step takes indicators and exactly one verb")
            remedy = msg("name indicators and one of {verbs}", verbs=[*VERBS])
        if problem is not None:
            raise ValueError(advise(problem, remedy))
        return self

    @property
    def verb(self) -> str:
        """The verb of the step, '' where it sets a mechanism."""
        return next((verb for verb in VERBS if getattr(self, verb) is not None), "")

    @property
    def ranged_size(self) -> str:
        """Name of a size of the verb that is a range, '' where all are numbers."""
        sizes = dict(getattr(self, self.verb)) if self.verb else {}
        return next((name for name, size in sizes.items() if isinstance(size, Range)), "")

    def covers(self, region: str) -> bool:
        """Whether the step holds for a region."""
        return not self.region or region in self.region


class Scenario(StrictModel):
    """A named set of lever settings and assumptions.

    `inherited` are the steps of its base scenarios, which come before its own; a file names the
    bases only. `files` are those that it was read from, its own first.

    >>> push = Scenario(name="push", steps=[
    ...     {"mechanism": "care_workforce", "levers": {"trainees_per_year": 300}}])
    >>> push.steps[0].levers
    {'trainees_per_year': 300.0}
    """

    name: str = Field(min_length=1)
    text_zh: str = ""
    text_en: str = ""
    base: Names = ("baseline",)
    steps: tuple[Step, ...] = ()
    inherited: tuple[Step, ...] = Field((), exclude=True)
    files: tuple[Path, ...] = Field((), exclude=True, repr=False)

    @property
    def source(self) -> str:
        """Name of the scenario's own file, else of the scenario."""
        return self.files[0].name if self.files else self.name

    def all_steps(self) -> Iterator[Step]:
        """Yield all steps in order, those of the bases first."""
        yield from self.inherited
        yield from self.steps

    def whole(self) -> Scenario:
        """Return the same scenario without bases: their steps are its own."""
        found = {"steps": tuple(self.all_steps()), "inherited": (), "base": (BASELINE.name,)}
        return self.model_copy(update=found)

    def with_steps(self, *steps: Step) -> Scenario:
        """Return the scenario with more steps at its end."""
        return self.model_copy(update={"steps": (*self.steps, *steps)})

    def dated(self, plan: Plan) -> Scenario:
        """Return the scenario with years for those that are counted from the plan's.

        Raises
        ------
        DataError
            Where a step ends before it begins.

        Examples
        --------
        >>> import forecast as fc
        >>> late = Scenario(name="late", steps=[{"indicator": "all", "hold": {"from": "start+1"}}])
        >>> late.dated(fc.load_plan("lishui", as_of="2022-12-31")).steps[0].hold.since
        2022
        """
        parts = {"steps": self.steps, "inherited": self.inherited}
        raw = {k: [s.model_dump(by_alias=True, exclude_defaults=True) for s in v]
               for k, v in parts.items()}  # fmt: skip
        if not has_relative_years(raw):
            return self
        file = self.files[0] if self.files else Path(self.name)
        dated = validate(_Steps, resolve_years(raw, plan_years(plan)), file, {})
        return self.model_copy(update=dict(dated))

    def steps_for(self, mechanism: str, region: str) -> list[Step]:
        """Return the steps that set a mechanism in a region, in order."""
        return [s for s in self.all_steps() if s.mechanism == mechanism and s.covers(region)]

    def lever_settings(self, mechanism: str, region: str) -> dict[str, LeverSetting]:
        """Return the settings of a mechanism's levers in a region; the last one of each counts."""
        steps = self.steps_for(mechanism, region)
        return {lever: setting for step in steps for lever, setting in step.levers.items()}

    def assumption_values(
        self, name: str, mechanism: Mechanism, region: str
    ) -> dict[str, float | Range]:
        """Return the declared assumptions of a mechanism, or what the scenario sets in a region."""
        values: dict[str, float | Range] = dict(mechanism.assumptions)
        for step in self.steps_for(name, region):
            # A step for all regions may name what the mechanism does not read in this one.
            values.update({n: v for n, v in step.assumptions.items() if n in values})
        return values


class _Steps(StrictModel):
    """Steps of a scenario and of its bases."""

    steps: tuple[Step, ...]
    inherited: tuple[Step, ...]


BASELINE = Scenario(
    name="baseline", text_zh="照现在的做法走下去。", text_en="As things go now.", base=()
)


def read_scenario(place: str | Path) -> Scenario:
    """Read a scenario file with its base scenarios.

    Parameters
    ----------
    place : a file, or the name of a scenario that comes with the package. Bases are looked up in
        the folder of the file, then among those of the package. A file with the name of a shipped
        scenario and without `base` changes that scenario, see `overrides.merge_steps`

    Raises
    ------
    DataError
        With every fault: unknown keys (with the nearest known), values of the wrong type, a base
        that is missing or refers back to the scenario.
    UnknownNameError
        For a name that no scenario of the package has.

    Examples
    --------
    >>> read_scenario("care_worker_training").steps[0].mechanism
    'care_workforce'
    """
    check_arguments(read_scenario, locals())
    if place == BASELINE.name:
        return BASELINE
    file = _find(str(place), Path())
    if not str(place).endswith((".yaml", ".yml")) and not file.exists():
        check_name("scenario", str(place), [f.stem for f in scenario_folder().glob("*.yaml")])
    return _read(file, (), set())


def write_scenario(scenario: Scenario, file: str | Path) -> Path:
    """Write a scenario to a file, atomically, and return its path; it reads back the same.

    >>> import tempfile
    >>> push = read_scenario("care_worker_training")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = read_scenario(write_scenario(push, Path(folder) / "copy.yaml"))
    >>> again.steps == push.steps
    True
    """
    check_arguments(write_scenario, locals())
    content = scenario.model_dump(by_alias=True, exclude_defaults=True)
    if _shipped_file(scenario.name):  # A file without a base would change the shipped scenario.
        content = {"name": scenario.name, "base": scenario.base or BASELINE.name, **content}
    text = yaml.safe_dump(_to_plain(content), allow_unicode=True, sort_keys=False, width=100)
    path = Path(file)
    if not path.name:
        raise ValueError(msg("file must name a file, not {given!r}.", given=str(file)))
    write_atomic(path, text.encode())
    return path


def scenario_files(place: str | Path) -> dict[str, Path]:
    """Return all files that a scenario rests on: its own and those of its bases.

    `place` and errors are those of `read_scenario`. Each file has a unique key:
    `scenarios/<name>` for those of the package, else the absolute path.

    >>> list(scenario_files("combined_push"))[:2]
    ['scenarios/combined_push.yaml', 'scenarios/care_worker_training.yaml']
    """
    shipped = scenario_folder().resolve()
    files = (file.absolute() for file in read_scenario(place).files)
    return {
        f"scenarios/{f.name}" if f.resolve().parent == shipped else f.as_posix(): f for f in files
    }


def scenario_folder() -> Path:
    """Return the folder of the scenarios that come with the package."""
    return data_folder().parent / "params" / "scenarios"


def _find(name: str, folder: Path) -> Path:
    """File of a scenario: in a folder, else among those of the package."""
    if name.endswith((".yaml", ".yml")):
        return folder / name
    candidates = [folder / f"{name}.yaml", scenario_folder() / f"{name}.yaml"]
    return next((file for file in candidates if file.exists()), candidates[-1])


def _shipped_file(name: object) -> Path | None:
    """File of a shipped scenario; None for another name."""
    return next((f for f in scenario_folder().glob("*.yaml") if f.stem == name), None)


def _read_merged(file: Path) -> tuple[Any, Lines, list[Path]]:
    """Read a file, merged over the shipped scenario that it changes; its lines and files."""
    content, lines = read_document(file)
    shipped = _shipped_file(content.get("name")) if isinstance(content, dict) else None
    if not shipped or "base" in content or file.resolve() == shipped.resolve():
        return content, lines, [file]
    return *merge_steps(read_document(shipped)[0], content, lines), [file, shipped]


def _read(file: Path, above: tuple[Path, ...], known: set[Path]) -> Scenario:
    """Read a file and its bases, once each: those in `known` have been read before."""
    content, lines, files = _read_merged(file)
    reserved = ("inherited", "files") if isinstance(content, dict) else ()
    problems = [
        Problem(file.name, lines[(name,)], name, None, msg("unknown key"), msg("remove it"))
        for name in reserved
        if name in content
    ]
    if problems:
        raise DataError(problems)
    scenario = validate(Scenario, content, file, lines)
    inherited: list[Step] = []
    above = (*above, file.resolve())
    for name in scenario.base:
        if name == BASELINE.name:
            continue
        path = _find(name, file.parent)
        if path.resolve() in above:
            problem, remedy = msg("refers back to itself"), msg("name another base")
        elif not path.exists():
            problem = msg("no such scenario")
            remedy = msg("put {base}.yaml into the same folder", base=name)
        else:
            if path.resolve() not in known:
                known.add(path.resolve())
                base = _read(path, above, known)
                inherited += base.all_steps()
                files += base.files
            continue
        problems.append(Problem(file.name, lines.get(("base",)), "base", name, problem, remedy))
    if problems:
        raise DataError(problems)
    return scenario.model_copy(update={"inherited": tuple(inherited), "files": tuple(files)})


def _to_plain(content: Any) -> Any:
    """Use lists for tuples, names for lists of one name, integers for whole numbers."""
    if isinstance(content, dict):
        return {key: _to_plain(value) for key, value in content.items()}
    if isinstance(content, tuple | list):
        single = len(content) == 1 and isinstance(content[0], str)
        return content[0] if single else [_to_plain(item) for item in content]
    if isinstance(content, float) and content.is_integer():
        return int(content)
    return content
