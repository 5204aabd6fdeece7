"""Exceptions, problems of data, and messages that can be translated.

Every exception of the package derives from `ForecastError`; bad input is also a `ValueError`.
Faults in data are collected as `Problem` records, so that a user sees all of them at once, each
with its source, the fact and the remedy. A `Message` is English text that `i18n.errors` can
translate.
"""

from __future__ import annotations

import difflib
import errno
import os
import re
import reprlib
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from numbers import Integral, Real
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
    "check_arguments",
    "check_columns",
    "check_name",
    "list_missing",
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
    """An unknown name; the message suggests the nearest known one, or three of a `listed` many."""

    def __init__(
        self, what: str, name: object, known: Sequence[str], *, listed: object = ""
    ) -> None:
        self.name = name
        names = sorted(known)
        near = difflib.get_close_matches(str(name), names, n=3 if listed else 1)
        problem = msg("Unknown {what} {name!r}", what=msg(what), name=name)
        remedy = msg("Known: {names}", names=names)
        if listed:
            remedy = msg("All that are known are listed in {file}", file=listed)
            if near:
                remedy = msg("Did you mean {near}? {remedy}", near=near, remedy=remedy)
        elif near:
            remedy = msg("Did you mean {near!r}? Known: {names}", near=near[0], names=names)
        super().__init__(msg("{problem}. {remedy}.", problem=problem, remedy=remedy))


class ArgumentError(ForecastError, TypeError, ValueError):
    """An argument of a kind that a function does not take."""


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


def list_missing(
    file: str, table: Container[str], needed: Iterable[str], remedy: Message | None = None
) -> list[Problem]:
    """List the columns that a table lacks, as problems of it; the usual remedy is to add them.

    >>> print(*list_missing("targets", {"year": [2025]}, ["year", "value"]))
    targets, column value: no such column. Remedy: add a column 'value'.
    """
    problem = msg("no such column")
    return [
        Problem(file, None, c, None, problem, remedy or msg("add a column {name!r}", name=c))
        for c in needed
        if c not in table
    ]


def check_columns(
    file: str, table: Container[str], needed: Iterable[str], remedy: Message | None = None
) -> None:
    """Raise `DataError` if a table lacks columns; arguments as of `list_missing`."""
    if problems := list_missing(file, table, needed, remedy):
        raise DataError(problems)


EXPECTED: dict[str, tuple[str, Callable[[Any], bool] | None]] = {
    "None": (N_("None"), lambda v: v is None),
    "bool": (N_("True or False"), lambda v: type(v).__name__ in ("bool", "bool_")),
    "int": (N_("a whole number"), lambda v: isinstance(v, Integral) and not isinstance(v, bool)),
    "float": (N_("a number"), lambda v: isinstance(v, Real) and not isinstance(v, bool) and v == v),
    "str": (N_("a text"), lambda v: isinstance(v, str)),
    "Path": (N_("a path"), lambda v: isinstance(v, os.PathLike)),
    "Progress": (N_("a function of the share done"), callable),
    "Mapping": (N_("a dict"), lambda v: isinstance(v, Mapping)),
    "Sequence": (N_("a list"), lambda v: _is_list(v)),
    "Iterable": (N_("a list"), lambda v: _is_list(v)),
    "pd.DataFrame": (N_("a pandas table"), None),
    "Fits": (N_("fits from fc.fit"), None),
    "Paths": (N_("paths from fc.project or fc.simulate"), None),
    "Plan": (N_("a plan from fc.load_plan or fc.Plan.from_frames"), None),
    "Scenario": (N_("a scenario from fc.read_scenario, or fc.BASELINE"), None),
    "ReportRun": (N_("parameters of a report"), None),
}
"""What annotations ask for, in words, and its test; None: an instance of a class of that name."""
LISTS, NUMBERS = ("Sequence", "Iterable"), ("int", "float")


def check_arguments(function: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Raise `ArgumentError` unless arguments are of the kinds that a function's annotations name.

    Where an annotation names another class than those of `EXPECTED`, anything is taken; of lists
    also the texts and records in them are checked.

    Parameters
    ----------
    function : its annotations are texts
    given : its arguments: `locals()` in its first line

    Examples
    --------
    >>> import forecast as fc
    >>> fc.read_priors(5)
    Traceback (most recent call last):
    forecast.errors.ArgumentError: read_priors: source must be a text, a path or None, not 5.
    """
    for name, annotation in function.__annotations__.items():
        kinds = _read_annotation(annotation)
        if name not in given or _is_any_of(kinds, given[name]):
            continue
        value, words = given[name], [*dict.fromkeys(msg(EXPECTED[kind][0]) for kind, _ in kinds)]
        plain = _is_list(value) or isinstance(value, str | Real | None)
        expected = msg("{these} or {last}", these=words[:-1], last=words[-1])
        text = N_("{function}: {name} must be {expected}, not {given}.")
        raise ArgumentError(msg(
            text, function=function.__name__, name=name, given=reprlib.repr(value) if plain else
            type(value).__name__, expected=expected if words[1:] else words[0],
        ))  # fmt: skip


@cache
def _read_annotation(annotation: str) -> tuple[tuple[str, str], ...]:
    """Read the kinds of an annotation, each with what it holds; none: anything is taken."""
    nested = r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]"
    kinds = re.findall(rf"([\w.]+)(?:{nested})?", annotation)
    return tuple(kinds) if all(kind in EXPECTED for kind, _ in kinds) else ()


def _is_any_of(kinds: tuple[tuple[str, str], ...], value: Any) -> bool:
    """Whether a value is of one of the kinds; True where there are none."""
    for kind, inner in kinds:
        test, held = EXPECTED[kind][1], _read_annotation(inner) if kind in LISTS else ()
        items = value if isinstance(value, list | tuple) and held else ()
        names = [c.__name__ for c in type(value).__mro__]
        if (test(value) if test else kind.removeprefix("pd.") in names) and (
            any(part in NUMBERS for part, _ in held) or all(_is_any_of(held, i) for i in items)
        ):
            return True
    return not kinds


def _is_list(value: object) -> bool:
    """Whether a value is a list or the like, and neither a text nor a table nor a record."""
    return isinstance(value, Iterator) or (
        isinstance(value, Collection)
        and not (isinstance(value, str | bytes | Mapping) or hasattr(value, "columns"))
    )
