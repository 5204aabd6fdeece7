"""Exceptions, problems of data, and messages that can be translated.

Every exception of the package derives from `ForecastError`; bad input is also a `ValueError`.
Faults in data are collected as `Problem` records, so that a user sees all of them at once, each
with its source, the fact and the remedy. A `Message` is English text that `i18n.errors` can
translate.
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
    "Message",
    "Problem",
    "ReportError",
    "StatisticalWarning",
    "UnknownNameError",
    "WriteError",
    "advise",
    "cause",
    "check_name",
    "msg",
    "nearest",
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
    "ENODEV": N_("not an ordinary file"),
    "ENOENT": N_("no such file or folder"),
    "ENOSPC": N_("no space is left"),
    "ENOTDIR": N_("a part of the path is not a folder"),
    "ENOTEMPTY": N_("the folder is not empty"),
    "EPERM": N_("the system does not permit it"),
    "EROFS": N_("the file system is read-only"),
}
"""Meanings of the system's error codes."""


class Message(str):
    """English text that keeps its template and arguments, so that it can be translated."""

    template: str
    arguments: Mapping[str, Any]


def msg(template: str, /, **arguments: Any) -> Message:
    """Fill the gaps of a template; arguments may be messages, and lists, which are joined.

    >>> text = msg("a {what} is needed, not {given}", what=msg("year"), given=["a", "b"])
    >>> text, text.template
    ('a year is needed, not a, b', 'a {what} is needed, not {given}')
    """
    filled = {n: ", ".join(map(str, a)) if isinstance(a, list) else a for n, a in arguments.items()}
    return _message(template.format(**filled) if arguments else template, template, arguments)


def advise(problem: Message, remedy: Message) -> Message:
    """Join a fact and its remedy.

    >>> advise(msg("no room"), msg("raise the upper end"))
    'no room. raise the upper end'
    """
    return msg("{problem}. {remedy}", problem=problem, remedy=remedy)


def cause(error: OSError) -> Message:
    """Give the reason for which the system refused something, in the system's words.

    >>> cause(FileNotFoundError(2, "No such file")), cause(FileNotFoundError(2, "x")).template
    ('No such file', 'no such file or folder')
    """
    code = errno.errorcode.get(error.errno or 0, "")
    return _message(error.strerror or str(error), CAUSES.get(code, ""), {})


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> Message | None:
    """Hint at the known word most like a given one, None if none is near.

    >>> nearest("lisui", ["lishui", "xiaoshan"])
    "perhaps 'lishui' is meant"
    """
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=likeness)
    return msg("perhaps {near!r} is meant", near=near[0]) if near else None


def _message(text: str, template: str, arguments: Mapping[str, Any]) -> Message:
    # Set afterwards, so that pickling, which copies a text and sets its attributes, needs no help.
    message = Message(text)
    message.template, message.arguments = template, arguments
    return message


@dataclass(frozen=True)
class Problem:
    """One fault in a table: where it is, what is wrong, what to do.

    `row` is the line of the file as a spreadsheet numbers it (the header is line 1), or None
    if the fault concerns the whole file.

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
        """Write it as one sentence."""
        return str(self.message())

    def message(self) -> Message:
        """Write it as one sentence that can be translated."""
        place: str = self.file
        if self.row is not None:
            place = msg("{place}, row {row}", place=place, row=self.row)
        if self.column is not None:
            place = msg("{place}, column {column}", place=place, column=self.column)
        if self.value is not None:
            place = msg("{place}, value {value!r}", place=place, value=self.value)
        facts = {"problem": self.problem, "remedy": self.remedy}
        return msg("{place}: {problem}. Remedy: {remedy}.", place=place, **facts)


class ForecastError(Exception):
    """Base of all exceptions of the package."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy text and attributes to another process, without calling the constructor."""
        return Exception.__new__, (type(self), *self.args), self.__dict__


class DataError(ForecastError, ValueError):
    """Tables that cannot be used; `problems` holds every fault."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'' if count == 1 else 's'} in the data:"
        super().__init__("\n".join([head, *(f"  {p}" for p in self.problems)]))


class UnknownNameError(ForecastError, ValueError):
    """An unknown name; the message suggests the nearest known one."""

    def __init__(self, what: str, name: object, known: Sequence[str]) -> None:
        self.name = name
        names = sorted(known)
        near = difflib.get_close_matches(str(name), names, n=1)
        problem = msg("Unknown {what} {name!r}", what=msg(what), name=name)
        remedy = msg("Known: {names}", names=names)
        if near:
            remedy = msg("Did you mean {near!r}? Known: {names}", near=near[0], names=names)
        super().__init__(msg("{problem}. {remedy}.", problem=problem, remedy=remedy))


class ReportError(ForecastError):
    """A report that could not be made; `exit_code` tells a scheduler why."""

    exit_code = 1


class WriteError(ReportError):
    """Output that cannot be written."""

    exit_code = 5


class StatisticalWarning(UserWarning):
    """A result that should be read with care."""


def check_name(what: str, name: object, known: Sequence[str]) -> None:
    """Raise `UnknownNameError` unless `name` is one of `known`.

    >>> check_name("growth path", "linear", ["linear", "logistic"])
    >>> check_name("growth path", "liner", ["linear", "logistic"])
    Traceback (most recent call last):
    forecast.errors.UnknownNameError: Unknown growth path 'liner'. Did you mean 'linear'? ...
    """
    if name not in known:
        raise UnknownNameError(what, name, known)
