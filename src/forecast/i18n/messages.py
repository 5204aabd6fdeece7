"""Issues with a planner's own figures: codes with arguments, written in the reader's language.

An issue is found once and written in any language, without reading the figure again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import IO

from ..errors import N_, DataError, Problem
from .catalog import gettext
from .formatting import day, exact, named
from .labels import label_of

__all__ = [
    "ISSUES",
    "NEAREST",
    "Argument",
    "Code",
    "Day",
    "FiguresError",
    "Issue",
    "Quantity",
    "describe",
    "extract",
    "join_facts",
    "join_remedies",
    "render",
]

ISSUES: dict[str, tuple[str, str]] = tomllib.loads(
    resources.files("forecast.i18n").joinpath("issues.toml").read_text(encoding="utf-8")
)
"""Fact and remedy ('' where none is needed) of each code."""
NEAREST = N_("perhaps '{near}' is meant")


@dataclass(frozen=True)
class Quantity:
    """A number with the id of its unit and the unit's name in Chinese and English."""

    value: float
    unit: str = ""
    names: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Code:
    """A code of a group of labels."""

    group: str
    key: str


@dataclass(frozen=True)
class Day:
    """A date, as 2022-12-31."""

    iso: str


Argument = str | tuple[str, str] | Quantity | Code | Day
"""A text as printed, a name in Chinese and English, a number, a code or a day."""


@dataclass(frozen=True)
class Issue:
    """A fact about a figure or a file, with a remedy where one is needed.

    `code` is a key of `ISSUES`; `role` the column concerned: region, indicator, year, type or
    value; `instead` the template of a remedy that replaces the usual one.

    >>> issue = Issue("unknown_region", {"name": "丽水", "near": "丽水市"}, instead=NEAREST)
    >>> issue.fact("en"), issue.remedy("en")
    ("unknown region '丽水'", "perhaps '丽水市' is meant")
    """

    code: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    instead: str = ""
    role: str = "value"

    def fact(self, language: str) -> str:
        """Write the fact."""
        return _fill(gettext(ISSUES[self.code][0], language), self.arguments, language)

    def remedy(self, language: str) -> str:
        """Write the remedy; '' if none is needed."""
        remedy = self.instead or ISSUES[self.code][1]
        return _fill(gettext(remedy, language), self.arguments, language) if remedy else ""


class FiguresError(DataError):
    """A planner's own file that cannot be used.

    Parameters
    ----------
    file : its name
    faults : row, column and printed text (None if the fault is the whole file's), and the issues
    """

    def __init__(
        self,
        file: str,
        faults: Iterable[tuple[int | None, str | None, str | None, Iterable[Issue]]],
    ) -> None:
        self.file = file
        self.faults = [(row, column, text, [*issues]) for row, column, text, issues in faults]
        super().__init__(
            Problem(file, row, column, text, join_facts(issues, "en"), join_remedies(issues, "en"))
            for row, column, text, issues in self.faults
        )

    def describe(self, language: str) -> str:
        """Write all faults, a line each."""
        lines = []
        for row, column, _, issues in self.faults:
            arguments = {"file": self.file, "row": str(row), "column": str(column)}
            arguments["text"] = _with_remedies(issues, language)
            lines.append(render("file" if row is None else "place", language, arguments))
        return "\n".join(lines)


def render(code: str, language: str, arguments: Mapping[str, Argument]) -> str:
    """Write a text of the labels `figure_text` with its arguments.

    >>> render("plain", "en", {"text": Quantity(1234.5)})
    '1,234.5.'
    """
    return _fill(label_of("figure_text", code, language), arguments, language)


def describe(
    issues: Sequence[Issue], language: str, text: str = "", notes: Sequence[Issue] = ()
) -> str:
    """Write what was understood, with notes in brackets, then issues with their remedies.

    >>> describe([Issue("no_region"), Issue("range")], "zh").partition("。")[0]
    '没有写地区；一个范围，不是一个数'
    >>> describe([], "en", "58 of them", [Issue("approximate")])
    '58 of them (approximate).'
    """
    sentences = []
    if text:
        arguments = {"text": text, "notes": join_facts(notes, language)}
        sentences.append(render("noted" if notes else "plain", language, arguments))
    if issues:
        sentences.append(_with_remedies(issues, language))
    sentences = [s[:1].upper() + s[1:] for s in sentences]
    if len(sentences) < 2:
        return "".join(sentences)
    first, second = sentences
    return gettext("{first} {second}", language).format(first=first, second=second)


def join_facts(issues: Iterable[Issue], language: str) -> str:
    """Join the facts of some issues."""
    facts = (issue.fact(language) for issue in issues)
    return label_of("figure_text", "and", language).join(facts)


def join_remedies(issues: Iterable[Issue], language: str) -> str:
    """Join the remedies of some issues, each once."""
    remedies = filter(None, (issue.remedy(language) for issue in issues))
    return label_of("figure_text", "and", language).join(dict.fromkeys(remedies))


def _with_remedies(issues: Sequence[Issue], language: str) -> str:
    arguments = {"text": join_facts(issues, language), "remedy": join_remedies(issues, language)}
    return render("remedy" if arguments["remedy"] else "plain", language, arguments)


def _fill(template: str, arguments: Mapping[str, Argument], language: str) -> str:
    """Fill a translated template, each argument as its language writes it."""
    return template.format_map({n: _write(value, language) for n, value in arguments.items()})


def _write(argument: Argument, language: str) -> str:
    if isinstance(argument, Quantity):
        name = named(argument.names, language)
        return exact(argument.value, language, unit=argument.unit, name=name)
    if isinstance(argument, Code):
        return label_of(argument.group, argument.key, language)
    if isinstance(argument, Day):
        return day(argument.iso, language)
    return argument if isinstance(argument, str) else named(argument, language)


def extract(
    file: IO[bytes],
    keywords: object,  # noqa: ARG001
    comment_tags: object,  # noqa: ARG001
    options: object,  # noqa: ARG001
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Give the texts of `issues.toml` to Babel: line, function, message, comments."""
    for texts in tomllib.load(file).values():
        yield from ((1, "gettext", text, []) for text in texts if text)
