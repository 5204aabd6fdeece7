"""Decision variables (levers), uncertain parameters (assumptions) and the mechanisms they act in.

A `Lever` is added to the present course, so that zero means no change; an `Assumption` is a
triangular distribution. A number is one or the other, never both. `mechanisms.yaml` declares them,
one section a mechanism, with units and sources; users may edit it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, RootModel, model_validator

from ..errors import (
    N_,
    DataError,
    Message,
    Problem,
    advise,
    cause,
    check_arguments,
    check_name,
    msg,
)
from ..tables.plan import data_folder
from ..tables.yaml_files import StrictModel, read_document, validate
from .overrides import merge_mappings

__all__ = [
    "ASSUMPTION_BOUNDS", "KINDS", "Assumption", "Correlation", "Lever", "Mechanism", "Range",
    "bounds_remedy", "read_mechanisms",
]  # fmt: skip

FloatArray = NDArray[np.float64]
Declared = TypeVar("Declared", bound=BaseModel)
MECHANISMS_FILE = "mechanisms.yaml"


class Range(StrictModel):
    """A triangular distribution from `low` to `high` with its mode at `central`.

    >>> Range(low=0, central=5, high=10).quantile(0.5)
    array(5.)
    >>> Range(low=3, central=2, high=9)
    Traceback (most recent call last):
    pydantic_core._pydantic_core.ValidationError: ... low 3.0, central 2.0, high 9.0 ...
    """

    low: float = Field(allow_inf_nan=False)
    central: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if not self.low <= self.central <= self.high:
            problem = msg(
                "low {low}, central {central}, high {high} are not in ascending order",
                low=self.low, central=self.central, high=self.high,
            )  # fmt: skip
            raise ValueError(advise(problem, msg("write low <= central <= high")))
        return self

    def quantile(self, level: float | FloatArray) -> FloatArray:
        """Return the quantile at `level`, 0 to 1, in the shape of `level`.

        Inverse of F(x) = (x - low)^2 / ((high - low)(central - low)) up to `central`, mirrored
        beyond it.
        """
        p = np.asarray(level, float)
        width, rise, fall = self.high - self.low, self.central - self.low, self.high - self.central
        below = self.low + np.sqrt(p * width * rise)
        above = self.high - np.sqrt((1.0 - p) * width * fall)
        value = np.where(p * width < rise, below, above)
        return np.asarray(np.clip(value, self.low, self.high))


class Lever(StrictModel):
    """A decision variable: `unit` a year, on top of the present course.

    `upper` is the largest setting considered feasible and `step` the increment; `cost` is the
    yearly cost of one unit, in 10,000 yuan. A lever of the unit `year` is a date; not set, it has
    no effect.
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
    def _check_order(self) -> Self:
        if not 0.0 <= self.lower < self.upper:
            limits = {"lower": self.lower, "upper": self.upper}
            problem = msg("lower {lower} and upper {upper} are not valid limits", **limits)
            raise ValueError(advise(problem, msg("write 0 <= lower < upper")))
        return self


class Assumption(Range):
    """An uncertain parameter: its distribution, in `unit`, and the source (`basis_*`) of it."""

    name_zh: str
    name_en: str
    unit: str
    basis_zh: str = ""
    basis_en: str = ""


class Correlation(StrictModel):
    """The correlation of the normal scores of two assumptions."""

    between: tuple[str, str]
    value: float = Field(gt=-1.0, lt=1.0)

    @model_validator(mode="after")
    def _check_pair(self) -> Self:
        if self.between[0] == self.between[1]:
            problem = msg("an assumption is correlated with itself")
            raise ValueError(advise(problem, msg("name two assumptions")))
        return self


class Kind(StrictModel):
    """Names of the inputs, constants, levers and assumptions that a kind of mechanism reads."""

    inputs: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    """Levers and assumptions that a section may omit; they then have no effect."""
    assumptions: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "workforce": Kind(
        inputs=("population",), constants=("per", "lag"),
        levers=("trainees_per_year", "hires_per_year"),
        assumptions=("leaving_rate", "passing_rate"),
    ),
    "linked_standard": Kind(
        inputs=("consumption",), constants=("rounding",), levers=("share_points", "extra_raise")
    ),
    "adoption": Kind(
        levers=("sites_per_year",), optional=("subsidy", "start_year", "subsidy_effect"),
        assumptions=("places", "site_effect"),
    ),
    "programme": Kind(
        levers=("projects_per_year",),
        assumptions=("duration", "slippage", "common_delay", "completion_probability"),
    ),
    "two_stocks": Kind(
        inputs=("total",), levers=("new_per_year", "converted_per_year", "closed_per_year")
    ),
    "project_list": Kind(
        assumptions=("slippage", "common_delay", "completion_probability"),
        optional=("beyond_trend",),
    ),
}  # fmt: skip
"""The kinds of mechanism; `mechanisms` has the formulas of each."""

ASSUMPTION_BOUNDS = {
    **dict.fromkeys(
        ("leaving_rate", "passing_rate", "completion_probability", "beyond_trend"), (0.0, 100.0)
    ),
    **dict.fromkeys(("duration", "slippage", "common_delay"), (0.0, np.inf)),
    "places": (1.0, np.inf),
}
"""Smallest and largest possible value of an assumption; other assumptions are unbounded."""


class _RegionalChanges(StrictModel):
    """What the section of a region changes."""

    inputs: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, float] = Field(default_factory=dict)
    levers: dict[str, dict[str, Any]] = Field(default_factory=dict)
    assumptions: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Mechanism(StrictModel):
    """How an indicator arises: its kind, the indicators it reads, its levers and assumptions.

    An input without figures in the region is assumed: a level under the input's name, and a growth
    of `<input>_growth` percent a year.
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
    regions: dict[str, _RegionalChanges] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        check_name("kind of mechanism", self.kind, list(KINDS))
        kind = KINDS[self.kind]
        inputs = {n for i in kind.inputs for n in (i, f"{i}_growth")}
        for what, needed, optional in (
            (N_("input"), kind.inputs, ()),
            (N_("constant"), kind.constants, ()),
            ("lever", kind.levers, kind.optional),
            ("assumption", kind.assumptions, {*inputs, *kind.optional}),
        ):
            section = f"{what}s"
            given = set(getattr(self, section))
            given |= {n for changes in self.regions.values() for n in getattr(changes, section)}
            for name in sorted(given):
                check_name(what, name, [*needed, *optional])
            if missing := set(needed) - given:
                problem = msg("no {what} {names}", what=msg(what), names=sorted(missing))
                raise ValueError(advise(problem, msg("add a section for it")))
        for region in self.regions:
            self.in_region(region)
        if bool(self.indicator) != (self.kind != "project_list"):
            problem = msg("the indicator does not fit this kind of mechanism")
            raise ValueError(advise(problem, msg("name one, none for a project_list")))
        return self

    @model_validator(mode="after")
    def _check_assumptions(self) -> Self:
        for name, assumption in self.assumptions.items():
            if remedy := bounds_remedy(name, assumption):
                raise ValueError(advise(msg("{name} is outside its bounds", name=name), remedy))
        for name in self.correlated:
            check_name("assumption", name, list(self.assumptions))
        if self.correlations and np.linalg.eigvalsh(self.correlation_matrix()).min() <= 0.0:
            problem = msg("the correlations are not positive definite")
            raise ValueError(advise(problem, msg("weaken one")))
        return self

    def lacks(self, known: Container[str]) -> list[str]:
        """List what the mechanism of a region needs and nothing gives, where it is `in_region`.

        These are inputs with neither figures, as those in `known` have, nor an assumed level and
        growth, and names that only the sections of other regions declare.
        """
        kind, given = KINDS[self.kind], set(self.assumptions)
        declared = {*self.levers, *given, *self.constants, *self.inputs}
        needed = [*kind.inputs, *kind.constants, *kind.levers, *kind.assumptions]
        needed += [f"{name}_effect" for name in self.levers if f"{name}_effect" in kind.optional]
        return [
            role
            for role, indicator in self.inputs.items()
            if indicator not in known and not {role, f"{role}_growth"} <= given
        ] + [name for name in needed if name not in declared]

    @property
    def correlated(self) -> list[str]:
        """Names of the assumptions that are correlated with another one."""
        return list(dict.fromkeys(n for c in self.correlations for n in c.between))

    def correlation_matrix(self) -> FloatArray:
        """Return the correlations of the normal scores of `correlated`."""
        names = self.correlated
        matrix = np.eye(len(names))
        for correlation in self.correlations:
            i, j = (names.index(n) for n in correlation.between)
            matrix[i, j] = matrix[j, i] = correlation.value
        return matrix

    def in_region(self, region: str) -> Mechanism:
        """Return the mechanism with the changes of the region's section."""
        if not self.regions:
            return self
        changes = self.regions.get(region, _RegionalChanges())
        return self.model_copy(update={
            "inputs": {**self.inputs, **changes.inputs},
            "constants": {**self.constants, **changes.constants},
            "levers": _override(Lever, self.levers, changes.levers),
            "assumptions": _override(Assumption, self.assumptions, changes.assumptions),
            "regions": {},
        })  # fmt: skip


class _Document(RootModel[dict[str, Mechanism]]):
    """The whole file: a mechanism a section."""


def _override(
    model: type[Declared], declared: Mapping[str, Declared], changes: Mapping[str, dict[str, Any]]
) -> dict[str, Declared]:
    """Replace single values of declarations, or add new ones."""
    new = {
        name: {**(declared[name].model_dump() if name in declared else {}), **changed}
        for name, changed in changes.items()
    }
    return {**declared, **{name: model.model_validate(fields) for name, fields in new.items()}}


def bounds_remedy(name: str, value: float | Range) -> Message | None:
    """Return the remedy for a value outside the bounds of an assumption, None for one inside.

    >>> bounds_remedy("leaving_rate", 150.0)
    'write 0 to 100'
    >>> bounds_remedy("leaving_rate", Range(low=5, central=10, high=20)) is None
    True
    """
    low, high = ASSUMPTION_BOUNDS.get(name, (-np.inf, np.inf))
    ends = (value.low, value.high) if isinstance(value, Range) else (value, value)
    if low <= ends[0] and ends[1] <= high:
        return None
    if np.isfinite(high):
        return msg("write {low:g} to {high:g}", low=low, high=high)
    return msg("write {low:g} or more", low=low)


def read_mechanisms(place: str | Path | None = None) -> Mapping[str, Mechanism]:
    """Read the mechanisms of a file, or of a folder of tables; they come by name.

    None gives those of the package. Sections of a folder's `mechanisms.yaml` are merged over these:
    one with a `kind` is a mechanism of its own, which takes the place of one of that name; one
    without changes single values of it.

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
    check_arguments(read_mechanisms, locals())
    file = Path(place) if place else data_folder() / MECHANISMS_FILE
    shipped = data_folder() / MECHANISMS_FILE
    if not file.is_dir():
        return _read(*_stamped(file), None, 0)
    own = file / MECHANISMS_FILE
    if own.exists() and own.resolve() != shipped.resolve():
        return _read(*_stamped(own), *_stamped(shipped))
    return _read(*_stamped(shipped), None, 0)


def _stamped(file: Path) -> tuple[Path, int]:
    """Give a file and the time of its last change."""
    try:
        return file.absolute(), file.stat().st_mtime_ns
    except OSError as error:
        problem = msg("cannot be read ({reason})", reason=cause(error))
        remedy = msg("check the path")
        raise DataError([Problem(str(file), None, None, None, problem, remedy)]) from None


@lru_cache(maxsize=8)
def _read(
    file: Path, _modified: int, shipped: Path | None, _shipped_modified: int
) -> Mapping[str, Mechanism]:
    content, lines = read_document(file)
    if shipped and isinstance(content, dict):
        base, _ = read_document(shipped)
        whole = {n for n, s in content.items() if not isinstance(s, dict) or "kind" in s}
        content = merge_mappings({n: s for n, s in base.items() if n not in whole}, content)
    return validate(_Document, content, file, lines).root
