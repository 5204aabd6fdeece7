"""What a planner can decide, what a planner can only believe, and the mechanisms they act in.

A `Lever` adds to the present course, zero is as now; an `Assumption` is a triangular distribution
over a range. The two are never mixed. Both are declared, with their units and where the
numbers come from, in one section a mechanism of `mechanisms.yaml`, which a planner may change.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, RootModel, model_validator

from ..errors import N_, DataError, Problem, Said, advise, cause, check_name, said
from ..tables.plan import data_folder
from ..tables.yaml_files import StrictModel, read_document, validate

__all__ = [
    "KINDS",
    "Assumption",
    "Correlation",
    "Lever",
    "Mechanism",
    "Range",
    "beyond_ends",
    "read_mechanisms",
]

FloatArray = NDArray[np.float64]
FILE = "mechanisms.yaml"


class Range(StrictModel):
    """A number believed to lie between `low` and `high`, most likely at `central`.

    >>> Range(low=0, central=5, high=10).at(0.5)
    array(5.)
    >>> Range(low=3, central=2, high=9)
    Traceback (most recent call last):
    pydantic_core._pydantic_core.ValidationError: ... low 3.0, central 2.0, high 9.0 ...
    """

    low: float = Field(allow_inf_nan=False)
    central: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.central <= self.high:
            problem = said(
                "low {low}, central {central}, high {high} are not in order",
                low=self.low, central=self.central, high=self.high,
            )  # fmt: skip
            raise ValueError(advise(problem, said("write low <= central <= high")))
        return self

    def at(self, share: float | FloatArray) -> FloatArray:
        """Value below which this share of the triangular distribution lies.

        F(x) = (x - low)^2 / ((high - low)(central - low)) up to `central`, mirrored beyond it.
        """
        p = np.asarray(share, float)
        width, rise, fall = self.high - self.low, self.central - self.low, self.high - self.central
        below = self.low + np.sqrt(p * width * rise)
        above = self.high - np.sqrt((1.0 - p) * width * fall)
        value = np.where(p * width < rise, below, above)
        return np.asarray(np.clip(value, self.low, self.high))


class Lever(StrictModel):
    """Something a planner can decide: `unit` a year, on top of the present course.

    `upper` is the most that is thought possible, `step` what it is counted in, `cost` what one unit
    costs a year, in 10,000 yuan. A lever of the unit `year` is a date: not set, it does nothing.
    """

    name_zh: str
    name_en: str
    unit: str
    lower: float = 0.0
    upper: float
    step: float = Field(1.0, gt=0.0)
    cost: Range | None = None
    basis_zh: str = ""
    basis_en: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 0.0 <= self.lower < self.upper:
            ends = {"lower": self.lower, "upper": self.upper}
            problem = said("lower {lower} and upper {upper} leave no room", **ends)
            raise ValueError(advise(problem, said("write 0 <= lower < upper")))
        return self


class Assumption(Range):
    """Something a planner can only believe: a range, in `unit`, and where it comes from."""

    name_zh: str
    name_en: str
    unit: str
    basis_zh: str = ""
    basis_en: str = ""


class Correlation(StrictModel):
    """Two assumptions that move together: the correlation of their normal scores."""

    between: tuple[str, str]
    value: float = Field(gt=-1.0, lt=1.0)

    @model_validator(mode="after")
    def _of_two(self) -> Self:
        if self.between[0] == self.between[1]:
            problem = said("a correlation of one with itself")
            raise ValueError(advise(problem, said("name two assumptions")))
        return self


class Kind(StrictModel):
    """What a kind of mechanism reads: names of its inputs, constants, levers and assumptions."""

    inputs: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    """Levers and assumptions that a section may leave out: they then do nothing."""
    assumptions: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "workforce": Kind(
        inputs=("population",),
        constants=("per", "lag"),
        levers=("trainees_per_year", "hires_per_year"),
        assumptions=("leaving_rate", "passing_rate"),
    ),
    "linked_standard": Kind(
        inputs=("consumption",),
        constants=("rounding",),
        levers=("share_points", "extra_raise"),
    ),
    "adoption": Kind(
        levers=("sites_per_year",),
        optional=("subsidy", "start_year", "subsidy_effect"),
        assumptions=("places", "site_effect"),
    ),
    "programme": Kind(
        levers=("projects_per_year",),
        assumptions=("duration", "slippage", "common_delay", "completion_probability"),
    ),
    "two_stocks": Kind(
        inputs=("total",), levers=("new_per_year", "converted_per_year", "closed_per_year")
    ),
    "project_list": Kind(assumptions=("slippage", "common_delay", "completion_probability")),
}
"""The kinds of mechanism; the arithmetic of each is in `mechanisms`."""

ASSUMPTION_BOUNDS = {
    **dict.fromkeys(("leaving_rate", "passing_rate", "completion_probability"), (0.0, 100.0)),
    **dict.fromkeys(("duration", "slippage", "common_delay"), (0.0, np.inf)),
    "places": (1.0, np.inf),
}
"""What an assumption can be at all; others have no ends."""


class _Local(StrictModel):
    """What a region's section changes."""

    inputs: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, float] = Field(default_factory=dict)
    levers: dict[str, dict[str, Any]] = Field(default_factory=dict)
    assumptions: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Mechanism(StrictModel):
    """How an indicator arises: its kind, the indicators it reads, its levers and assumptions.

    An input without figures of the region is assumed: a level of the input's name, and a growth of
    `<input>_growth` percent a year.
    """

    kind: str
    name_zh: str
    name_en: str
    indicator: str = ""
    inputs: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, float] = Field(default_factory=dict)
    levers: dict[str, Lever] = Field(default_factory=dict)
    assumptions: dict[str, Assumption] = Field(default_factory=dict)
    correlations: tuple[Correlation, ...] = ()
    regions: dict[str, _Local] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        check_name("kind of mechanism", self.kind, list(KINDS))
        kind = KINDS[self.kind]
        inputs = {n for i in kind.inputs for n in (i, f"{i}_growth")}
        for what, given, needed, optional in (
            (N_("input"), self.inputs, kind.inputs, ()),
            (N_("constant"), self.constants, kind.constants, ()),
            ("lever", self.levers, kind.levers, kind.optional),
            ("assumption", self.assumptions, kind.assumptions, {*inputs, *kind.optional}),
        ):
            for name in sorted(set(given) | self._local(what)):
                check_name(what, name, [*needed, *optional])
            if missing := set(needed) - set(given) - self._local(what):
                problem = said("no {what} {names}", what=said(what), names=sorted(missing))
                raise ValueError(advise(problem, said("add a section for it")))
        for region in self.regions:
            self.in_region(region)
        if bool(self.indicator) != (self.kind != "project_list"):
            problem = said("indicator does not suit the kind")
            raise ValueError(advise(problem, said("name one, none for a project_list")))
        return self

    @model_validator(mode="after")
    def _sound_beliefs(self) -> Self:
        for name, assumption in self.assumptions.items():
            if remedy := beyond_ends(name, assumption):
                raise ValueError(advise(said("{name} is beyond its ends", name=name), remedy))
        for name in self.tied:
            check_name("assumption", name, list(self.assumptions))
        if self.correlations and np.linalg.eigvalsh(self.alike(self.tied)).min() <= 0.0:
            problem = said("correlations that cannot all hold")
            raise ValueError(advise(problem, said("weaken one")))
        return self

    @property
    def tied(self) -> list[str]:
        """Assumptions that move with another one."""
        return list(dict.fromkeys(n for c in self.correlations for n in c.between))

    def alike(self, names: list[str]) -> FloatArray:
        """Give the correlations of the normal scores of assumptions."""
        matrix = np.eye(len(names))
        for correlation in self.correlations:
            i, j = (names.index(n) for n in correlation.between)
            matrix[i, j] = matrix[j, i] = correlation.value
        return matrix

    def _local(self, what: str) -> set[str]:
        return {name for local in self.regions.values() for name in getattr(local, f"{what}s")}

    def in_region(self, region: str) -> Mechanism:
        """Give the mechanism as the region's section changes it."""
        local = self.regions.get(region, _Local())
        levers = {
            name: Lever.model_validate(
                {**(self.levers[name].model_dump() if name in self.levers else {}), **changed}
            )
            for name, changed in local.levers.items()
        }
        assumptions = {
            name: Assumption.model_validate(
                {
                    **(self.assumptions[name].model_dump() if name in self.assumptions else {}),
                    **changed,
                }
            )
            for name, changed in local.assumptions.items()
        }
        return self.model_copy(
            update={
                "inputs": {**self.inputs, **local.inputs},
                "constants": {**self.constants, **local.constants},
                "levers": {**self.levers, **levers},
                "assumptions": {**self.assumptions, **assumptions},
                "regions": {},
            }
        )


class _Document(RootModel[dict[str, Mechanism]]):
    """The whole file: a mechanism a section."""


def beyond_ends(name: str, belief: float | Range) -> Said:
    """Say which ends of an assumption a belief leaves, '' where it leaves none.

    >>> beyond_ends("leaving_rate", 150.0)
    'write 0 to 100'
    >>> beyond_ends("leaving_rate", Range(low=5, central=10, high=20))
    ''
    """
    low, high = ASSUMPTION_BOUNDS.get(name, (-np.inf, np.inf))
    ends = (belief.low, belief.high) if isinstance(belief, Range) else (belief, belief)
    if low <= ends[0] and ends[1] <= high:
        return said("")
    if np.isfinite(high):
        return said("write {low:g} to {high:g}", low=low, high=high)
    return said("write {low:g} or more", low=low)


def read_mechanisms(place: str | Path | None = None) -> Mapping[str, Mechanism]:
    """Read the mechanisms of a file, or of a folder of tables; those shipped where it has none.

    Raises
    ------
    DataError
        With every fault of the file: line, key, value, remedy.

    Examples
    --------
    >>> workforce = read_mechanisms()["care_workforce"]
    >>> workforce.kind, sorted(workforce.levers)
    ('workforce', ['hires_per_year', 'trainees_per_year'])
    """
    file = Path(place) if place else data_folder() / FILE
    if file.is_dir():
        own = file / FILE
        file = own if own.exists() else data_folder() / FILE
    try:
        stamp = file.stat().st_mtime_ns
    except OSError as error:
        problem = said("cannot be read ({reason})", reason=cause(error))
        remedy = said("check the path")
        raise DataError([Problem(str(file), None, None, None, problem, remedy)]) from None
    return _read(file.absolute(), stamp)


@lru_cache(maxsize=8)
def _read(file: Path, _stamp: int) -> Mapping[str, Mechanism]:
    content, lines = read_document(file)
    return validate(_Document, content, file, lines).root
