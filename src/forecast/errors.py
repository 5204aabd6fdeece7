"""What can go wrong, and how it is said: fact, place, remedy.

Every exception of the package derives from `ForecastError`; bad input is also a
`ValueError`. Faults in data are collected as `Problem` records, so that a planner sees
all of them at once. What is `said` is English text that can be told in Chinese (see `faults`).
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "N_",
    "DataError",
    "ForecastError",
    "Problem",
    "ReportError",
    "Said",
    "StatisticalWarning",
    "UnknownNameError",
    "WriteError",
    "advise",
    "cause",
    "check_name",
    "nearest",
    "said",
]


def N_(message: str) -> str:
    """Mark a message for translation where it is named, and leave it as it is."""
    return message


CAUSES = {
    "EACCES": N_("no permission"),
    "EBUSY": N_("in use"),
    "EDQUOT": N_("the disk quota is used up"),
    "EEXIST": N_("a file or folder of that name exists"),
    "EINVAL": N_("the system does not accept the name or the content"),
    "EIO": N_("the storage device failed"),
    "EISDIR": N_("it is a folder"),
    "EMFILE": N_("too many files are open"),
    "ENAMETOOLONG": N_("the name is too long"),
    "ENOENT": N_("no such file or folder"),
    "ENOSPC": N_("no space is left"),
    "ENOTDIR": N_("a part of the path is not a folder"),
    "ENOTEMPTY": N_("the folder is not empty"),
    "EPERM": N_("the system does not permit it"),
    "EROFS": N_("the file system is read-only"),
}
"""What the system's error codes mean."""


class Said(str):
    """English text that remembers its template and what fills the gaps."""

    template: str
    gaps: Mapping[str, Any]


def said(template: str, /, **gaps: Any) -> Said:
    """Fill a template: names in a list are put in a row; what is said may fill a gap itself.

    >>> text = said("a {what} is needed, not {given}", what=said("year"), given=["a", "b"])
    >>> text, text.template
    ('a year is needed, not a, b', 'a {what} is needed, not {given}')
    """
    filled = {n: ", ".join(map(str, g)) if isinstance(g, list) else g for n, g in gaps.items()}
    return _remember(template.format(**filled) if gaps else template, template, gaps)


def advise(problem: Said, remedy: Said) -> Said:
    """Put a fact and what to do about it in one text.

    >>> advise(said("no room"), said("raise the upper end"))
    'no room. raise the upper end'
    """
    return said("{problem}. {remedy}", problem=problem, remedy=remedy)


def cause(error: OSError) -> Said:
    """Say why the system refused something, in its own words.

    >>> cause(FileNotFoundError(2, "No such file")), cause(FileNotFoundError(2, "x")).template
    ('No such file', 'no such file or folder')
    """
    code = errno.errorcode.get(error.errno or 0, "")
    return _remember(error.strerror or str(error), CAUSES.get(code, ""), {})


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> Said | None:
    """Hint at the known word most like a given one, None if none is near.

    >>> nearest("lisui", ["lishui", "xiaoshan"])
    "perhaps 'lishui' is meant"
    """
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=likeness)
    return said("perhaps {near!r} is meant", near=near[0]) if near else None


def _remember(text: str, template: str, gaps: Mapping[str, Any]) -> Said:
    # Set after it is made, so that pickling, which makes a text and sets the rest, needs no help.
    told = Said(text)
    told.template, told.gaps = template, gaps
    return told


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
        return str(self.said())

    def said(self) -> Said:
        """Say it as one sentence a planner can act on."""
        place: str = self.file
        if self.row is not None:
            place = said("{place}, row {row}", place=place, row=self.row)
        if self.column is not None:
            place = said("{place}, column {column}", place=place, column=self.column)
        if self.value is not None:
            place = said("{place}, value {value!r}", place=place, value=self.value)
        facts = {"problem": self.problem, "remedy": self.remedy}
        return said("{place}: {problem}. Remedy: {remedy}.", place=place, **facts)


class ForecastError(Exception):
    """Base of everything the package raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy what is said and known, for another process; it is not said anew."""
        return Exception.__new__, (type(self), *self.args), self.__dict__


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
        names = sorted(known)
        near = difflib.get_close_matches(str(name), names, n=1)
        problem = said("Unknown {what} {name!r}", what=said(what), name=name)
        remedy = said("Known: {names}", names=names)
        if near:
            remedy = said("Did you mean {near!r}? Known: {names}", near=near[0], names=names)
        super().__init__(said("{problem}. {remedy}.", problem=problem, remedy=remedy))


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
