"""What can go wrong, and how it is said: fact, place, remedy.

Every exception of the package derives from `ForecastError`; bad input is also a
`ValueError`. Faults in data are collected as `Problem` records, so that a planner sees
all of them at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "DataError",
    "ForecastError",
    "Problem",
    "ReportError",
    "StatisticalWarning",
    "UnknownNameError",
    "WriteError",
    "check_name",
]


@dataclass(frozen=True)
class Problem:
    """One fault in a table: where it stands, what is wrong, what to do.

    `row` is the line in the file as a spreadsheet shows it (the header is line 1), or None
    where the fault concerns the whole file.

    >>> print(Problem("targets.csv", 7, "year", "20025", "not a year", "write four digits"))
    targets.csv, row 7, column year, value '20025': not a year. Remedy: write four digits.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        """Read as one sentence a planner can act on."""
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column}")
        if self.value is not None:
            place.append(f"value {self.value!r}")
        return f"{', '.join(place)}: {self.problem}. Remedy: {self.remedy}."


class ForecastError(Exception):
    """Base of everything the package raises on purpose."""


class DataError(ForecastError, ValueError):
    """Tables that cannot be used; `problems` holds every fault found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'' if count == 1 else 's'} in the data:"
        super().__init__("\n".join([head, *(f"  {p}" for p in self.problems)]))


class UnknownNameError(ForecastError, ValueError):
    """A name that is not among the known ones; the message suggests the nearest."""

    def __init__(self, what: str, name: object, known: Sequence[str]) -> None:
        self.name = name
        near = difflib.get_close_matches(str(name), [str(k) for k in known], n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        listed = ", ".join(sorted(str(k) for k in known))
        super().__init__(f"Unknown {what} {name!r}.{hint} Known: {listed}.")


class ReportError(ForecastError):
    """A report that was not made; `exit_code` tells a scheduler why."""

    exit_code = 1


class WriteError(ReportError):
    """Output that cannot be written."""

    exit_code = 5


class StatisticalWarning(UserWarning):
    """A result that is given but should be read with care."""


def check_name(what: str, name: object, known: Sequence[str]) -> None:
    """Raise `UnknownNameError` unless `name` is one of `known`.

    >>> check_name("growth path", "linear", ["linear", "logistic"])
    >>> check_name("growth path", "liner", ["linear", "logistic"])
    Traceback (most recent call last):
    forecast.errors.UnknownNameError: Unknown growth path 'liner'. Did you mean 'linear'? ...
    """
    if name not in known:
        raise UnknownNameError(what, name, known)
