"""Scenarios: named sets of lever settings and assumptions, written as files.

A scenario is a list of steps. A step sets the levers and assumptions of one mechanism, or says in
one generic verb what becomes of an indicator (see `steps`). A scenario stands on its `base`,
or on several: their steps come first. `BASELINE` has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BeforeValidator, Field, model_validator

from ..errors import DataError, Problem, advise, check_name, said
from ..files import write_atomic
from ..tables.plan import data_folder
from ..tables.yaml_files import StrictModel, read_document, validate
from .declarations import Range

__all__ = [
    "BASELINE",
    "VERBS",
    "Scenario",
    "Step",
    "read_scenario",
    "scenario_files",
    "scenario_folder",
    "write_scenario",
]

Finite = Annotated[float, Field(allow_inf_nan=False)]
Number = Finite | Range
VERBS = (
    "ramp_to", "hold", "shift", "scale_pace", "add_pace", "delay", "shock", "follow_best",
    "execute_plan",
)  # fmt: skip


class Ramp(StrictModel):
    """Go evenly to `value` by the end of year `by`."""

    value: Number
    by: int
    since: int | None = Field(None, alias="from")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since is not None and self.since > self.by:
            problem = said("from {since} and by {by} leave no year", since=self.since, by=self.by)
            raise ValueError(advise(problem, said("let it end later")))
        return self


class Hold(StrictModel):
    """Stay at the value of the year before `from`, until the end of `until`."""

    since: int | None = Field(None, alias="from")
    until: int | None = None


class Shift(StrictModel):
    """Add `by` units."""

    by: Number
    since: int | None = Field(None, alias="from")


class ScalePace(StrictModel):
    """Multiply the change a year by `factor`."""

    factor: Number
    since: int | None = Field(None, alias="from")


class AddPace(StrictModel):
    """Add `by` units a year."""

    by: Number
    since: int | None = Field(None, alias="from")


class Delay(StrictModel):
    """Arrive `years` later."""

    years: Number
    since: int | None = Field(None, alias="from")


class Shock(StrictModel):
    """Change by `by` units, or to `factor` times the value, in `year`; recover over years."""

    by: Number | None = None
    factor: Number | None = None
    year: int
    recovery: float = Field(0.0, ge=0.0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.by is None) == (self.factor is None):
            raise ValueError(advise(said("a shock has one size"), said("give `by` or `factor`")))
        return self


class FollowBest(StrictModel):
    """Move at the pace of the best other region, where that is better."""

    since: int | None = Field(None, alias="from")


class ExecutePlan(StrictModel):
    """Follow the line through the plan's targets, executed at `ratio` (1 is in full)."""

    ratio: Number
    since: int | None = Field(None, alias="from")


class Span(StrictModel):
    """A lever's setting in the years `from` to `until`."""

    value: Finite
    since: int | None = Field(None, alias="from")
    until: int | None = None


def _listed(names: Any) -> Any:
    return (names,) if isinstance(names, str) else names


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Step(StrictModel):
    """One step: a mechanism's levers and assumptions, or one verb for indicators.

    `region` and `indicator` are one id or several; no region is every region, the indicator `all`
    every one with a forecast, `planned` every one with a forecast and a target.
    """

    region: Names = ()
    mechanism: str | None = None
    levers: dict[str, Finite | dict[int, Finite] | Span] = Field(default_factory=dict)
    assumptions: dict[str, Number] = Field(default_factory=dict)
    indicator: Names = ()
    ramp_to: Ramp | None = None
    hold: Hold | None = None
    shift: Shift | None = None
    scale_pace: ScalePace | None = None
    add_pace: AddPace | None = None
    delay: Delay | None = None
    shock: Shock | None = None
    follow_best: FollowBest | None = None
    execute_plan: ExecutePlan | None = None

    @model_validator(mode="before")
    @classmethod
    def _empty_verbs(cls, content: Any) -> Any:
        """Read `hold:` without anything as `hold: {}`."""
        if not isinstance(content, dict):
            return content
        bare: dict[str, Any] = {
            v: {} for v in ("hold", "follow_best") if v in content and content[v] is None
        }
        return {**content, **bare}

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        verbs = [verb for verb in VERBS if getattr(self, verb) is not None]
        if self.mechanism is not None:
            if verbs or self.indicator:
                problem = said("a mechanism and a verb in one step")
                raise ValueError(advise(problem, said("write two steps")))
            if not (self.levers or self.assumptions):
                problem = said("a mechanism and nothing to set")
                raise ValueError(advise(problem, said("add levers or assumptions")))
        elif self.levers or self.assumptions:
            problem = said("levers without a mechanism")
            raise ValueError(advise(problem, said("name the mechanism")))
        elif len(verbs) != 1 or not self.indicator:
            remedy = said("name indicators and one of {verbs}", verbs=[*VERBS])
            raise ValueError(advise(said("not one verb for indicators"), remedy))
        return self

    @property
    def verb(self) -> str:
        """The generic verb of the step, '' for a mechanism."""
        return next((verb for verb in VERBS if getattr(self, verb) is not None), "")


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
        """Name of the scenario's own file, else the scenario's name."""
        return self.files[0].name if self.files else self.name

    def all_steps(self) -> Iterator[Step]:
        """All steps in order, those of the bases first."""
        yield from self.inherited
        yield from self.steps


BASELINE = Scenario(
    name="baseline", text_zh="照现在的做法走下去。", text_en="As things go now.", base=()
)


def read_scenario(place: str | Path) -> Scenario:
    """Read a scenario file and the scenarios it stands on.

    Parameters
    ----------
    place : a file; or the name of a shipped scenario. Base scenarios are looked for beside the
        file, then among those shipped

    Raises
    ------
    DataError
        With every fault: unknown keys (with the nearest known), values of the wrong kind, a base
        that is missing or stands on the scenario itself.
    UnknownNameError
        For a name that no shipped scenario has.

    Examples
    --------
    >>> read_scenario("care_worker_training").steps[0].mechanism
    'care_workforce'
    """
    if place == BASELINE.name:
        return BASELINE
    file = _find(str(place), Path())
    if not str(place).endswith((".yaml", ".yml")) and not file.exists():
        check_name("scenario", str(place), [f.stem for f in scenario_folder().glob("*.yaml")])
    return _read(file, (), set())


def write_scenario(scenario: Scenario, file: str | Path) -> Path:
    """Write a scenario as a file that reads back the same; whole or not at all.

    >>> import tempfile
    >>> push = read_scenario("care_worker_training")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = read_scenario(write_scenario(push, Path(folder) / "copy.yaml"))
    >>> again.steps == push.steps
    True
    """
    content = scenario.model_dump(by_alias=True, exclude_defaults=True)
    text = yaml.safe_dump(_simple(content), allow_unicode=True, sort_keys=False, width=100)
    path = Path(file)
    write_atomic(path, text.encode())
    return path


def scenario_files(source: str | Path) -> dict[str, Path]:
    """Return all files that a scenario rests on: its own and those of its bases.

    Each has a key of its own: `scenarios/<name>` for those that come with the package, else the
    absolute path, so that files of one name in two folders are told apart.

    Parameters
    ----------
    source : as in `read_scenario`

    Raises
    ------
    DataError, UnknownNameError
        As `read_scenario`.

    Examples
    --------
    >>> list(scenario_files("combined_push"))[:2]
    ['scenarios/combined_push.yaml', 'scenarios/care_worker_training.yaml']
    """
    shipped = scenario_folder().resolve()
    files = (file.absolute() for file in read_scenario(source).files)
    return {
        f"scenarios/{f.name}" if f.resolve().parent == shipped else f.as_posix(): f for f in files
    }


def scenario_folder() -> Path:
    """Folder of the scenarios that come with the package."""
    return data_folder().parent / "params" / "scenarios"


def _find(name: str, beside: Path) -> Path:
    if name.endswith((".yaml", ".yml")):
        return beside / name
    known = [beside / f"{name}.yaml", scenario_folder() / f"{name}.yaml"]
    return next((file for file in known if file.exists()), known[-1])


def _read(file: Path, above: tuple[Path, ...], told: set[Path]) -> Scenario:
    """Read a file; a base that several scenarios stand on, `told` before, has its steps once."""
    content, lines = read_document(file)
    own = ("inherited", "files") if isinstance(content, dict) else ()
    problems = [
        Problem(file.name, lines[(name,)], name, None, said("unknown key"), said("remove it"))
        for name in own
        if name in content
    ]
    if problems:
        raise DataError(problems)
    scenario = validate(Scenario, content, file, lines)
    inherited: list[Step] = []
    files = [file]
    above = (*above, file.resolve())
    for base in scenario.base:
        if base == BASELINE.name:
            continue
        place = _find(base, file.parent)
        if place.resolve() in above:
            fault, remedy = said("stands on itself"), said("name another base")
        elif not place.exists():
            fault = said("no such scenario")
            remedy = said("put {base}.yaml beside it", base=base)
        else:
            if place.resolve() not in told:
                told.add(place.resolve())
                base_scenario = _read(place, above, told)
                inherited += base_scenario.all_steps()
                files += base_scenario.files
            continue
        problems.append(Problem(file.name, lines.get(("base",)), "base", base, fault, remedy))
    if problems:
        raise DataError(problems)
    return scenario.model_copy(update={"inherited": tuple(inherited), "files": tuple(files)})


def _simple(content: Any) -> Any:
    """Write lists for tuples, single names for lists of one, whole numbers without a point."""
    if isinstance(content, dict):
        return {key: _simple(value) for key, value in content.items()}
    if isinstance(content, tuple | list):
        alone = len(content) == 1 and isinstance(content[0], str)
        return content[0] if alone else [_simple(item) for item in content]
    if isinstance(content, float) and content.is_integer():
        return int(content)
    return content
