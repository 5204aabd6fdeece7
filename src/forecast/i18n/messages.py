"""Issues with a planner's own figures: codes with arguments, written in the reader's language.

An issue is found once and written in any language, without reading the figure again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import N_, DataError, Problem
from .catalog import gettext
from .formatting import day, exact, named
from .labels import label_of

__all__ = [
    "NEAREST",
    "Argument",
    "Code",
    "Day",
    "FiguresError",
    "Issue",
    "Quantity",
    "describe",
    "join_facts",
    "join_remedies",
    "render",
]

CORRECT = N_("correct the figure or its unit")
UNIT_ONCE = N_("say the unit once, in the figure or beside it")
COPY_TABLE = N_("copy the table into a workbook of its own")
CONFIRM = N_("check that it changes nothing; accept the figure, correct it or drop it")
NEAREST = N_("perhaps '{near}' is meant")
# fmt: off
ISSUES: dict[str, tuple[str, str]] = {
    "footnote": (
        N_("a footnote mark or another special digit"),
        N_("write plain digits and no footnote mark"),
    ),
    "date": (
        N_("a date or a year, not a figure"),
        N_("write the figure here and the year in its own column"),
    ),
    "range": (
        N_("a range, not one figure"),
        N_("write one figure; a range is two rows, one at least (≥) and one at most (≤)"),
    ),
    "points": (
        N_("a change in percentage points, not a level"),
        N_("write the level that is reached, such as 58%"),
    ),
    "change": (N_("a change, not a level"), N_("write the level that is reached")),
    "scientific": (
        N_("scientific notation, which may have lost digits"),
        N_("format the cell as a number and save again"),
    ),
    "formula": (
        N_("a formula without a stored result"),
        N_("open the file in a spreadsheet and save it, or write the value itself"),
    ),
    "error": (
        N_("an error mark of the spreadsheet"),
        N_("correct the formula or write the value itself; what is unknown stays empty"),
    ),
    "unread": (
        N_("not exactly one figure"),
        N_("write one number with its unit, such as 58%, 19300 or ≥60; what is unknown stays "
           "empty"),
    ),
    "contradiction": (
        N_("{before} and {after} contradict each other"),
        N_("keep the one that is meant"),
    ),
    "two_units": (N_("the figure is in {own}, the unit beside it is {given}"), UNIT_ONCE),
    "power_beside": (N_("the figure has a power of ten, the unit beside it is {given}"), UNIT_ONCE),
    "two_powers": (
        N_("the figure and the unit beside it give different powers of ten, or give one twice"),
        UNIT_ONCE,
    ),
    "power": (N_("a power of ten with the unit {unit}"), N_("write the figure in {unit}")),
    "other_unit": (N_("the figure is in {own}, the indicator in {unit}"), N_("write it in {unit}")),
    "month": (
        N_("the figure is a month's ({own}), the indicator a year's ({unit})"),
        N_("multiply by 12 and write it in {unit}"),
    ),
    "fraction": (
        N_("{stored} may be {shown}% or {stored}%: sheets store 58% as 0.58"),
        N_("write it as text with its sign, such as 58%"),
    ),
    "below": (N_("{value} is below {bound}, which the indicator cannot be"), CORRECT),
    "above": (N_("{value} is above {bound}, which the indicator cannot be"), CORRECT),
    "not_whole": (N_("{value} is no whole number"), N_("write a whole number")),
    "no_region": (
        N_("no region"),
        N_("write the region in every row; merged cells saved as text fill only the first"),
    ),
    "no_indicator": (
        N_("no indicator"),
        N_("write the indicator in every row; merged cells saved as text fill only the first"),
    ),
    "unknown_region": (N_("unknown region '{name}'"), N_("use an id or name of the regions table")),
    "unknown_indicator": (
        N_("unknown indicator '{name}'"),
        N_("use an id or name of the indicators table"),
    ),
    "not_year": (
        N_("'{year}' is not a year between {first} and {last}"),
        N_("write four digits; an amount that looks like a year belongs in the column of values"),
    ),
    "unknown_type": (N_("unknown type '{type}'"), N_("write target or actual")),
    "actual_compared": (
        N_("an actual value cannot be {comparator} a figure"),
        N_("write the value itself, or the type target"),
    ),
    "twice": (
        N_("the same figure is given more than once, in rows {rows}"),
        N_("keep one of them"),
    ),
    "taken": (N_("{printed} taken as {value}"), ""),
    "converted": (N_("converted from {own} to {unit}"), ""),
    "late": (N_("not seen as of {day}, so that it moves nothing"), ""),
    "target": (N_("a target is no data and moves nothing"), ""),
    "same": (N_("the same as published"), ""),
    "approximate": (N_("approximate"), N_("write the exact figure, accept it or drop it")),
    "lent": (
        N_("this line names no region and is taken as {region}'s"),
        N_("write the region, accept it or drop it"),
    ),
    "compared": (
        N_("taken as a target because of '{comparator}'; targets are no data"),
        N_("write the figure that was reached, accept that it is a target, or drop it"),
    ),
    "differs": (
        N_("the published figure is {published} ({source})"),
        N_("accept it to replace the published one, drop it to keep that one"),
    ),
    "planned": (
        N_("exactly the plan's target for {year}; targets are no data"),
        N_("accept it if that much was reached, drop it if not"),
    ),
    "jump": (
        N_("more than tenfold off the {published} published for {year}"),
        N_("check the unit; correct, accept or drop it"),
    ),
    "falls": (
        N_("a cumulative count never falls, but it is {before} in {early} and {after} in {late}"),
        N_("correct it (it may be a year's increment) or drop it"),
    ),
    "no_header": (
        N_("no header is recognised"),
        N_("write over the figures a line with region, indicator, year and value, or with "
           "indicator and a column a year such as 2021"),
    ),
    "no_region_named": (
        N_("names no region"),
        N_("add a column region, or say which region the file is about"),
    ),
    "kind": (N_("not a kind of file read"), N_("give one of {kinds}")),
    "workbook": (
        N_("cannot be read as a workbook ({reason})"),
        N_("open it in a spreadsheet and save it again, without a password"),
    ),
    "encoding": (N_("neither UTF-8, UTF-16 nor GB18030 text"), N_("save the file as {format}")),
    "quotes": (
        N_("a quotation mark is not closed"),
        N_("close it, or save the file as CSV again"),
    ),
    "large": (N_("the file has more than the {most} MB that are read"), COPY_TABLE),
    "packed": (N_("the file unpacks to {size} MB, more than a table of figures needs"), COPY_TABLE),
    "many_cells": (N_("the file has more than the {most} cells that are read"), COPY_TABLE),
    "far_cells": (
        N_("sheet {sheet} reaches to row {rows} and column {columns}; {most} cells are read"),
        N_("delete what is far outside the table, or copy the table into a workbook of its own"),
    ),
    "no_year": (
        N_("no year"),
        N_("write the year in a column, in the header, or in a line over the table"),
    ),
    "not_ended": (
        N_("{day} is still to come, so that there is no actual figure"),
        N_("correct the year, or give the figure the type target"),
    ),
    "header_words": (
        N_("'{text}' in the header of column {column} is not understood"),
        N_("write only the year and target or actual there, or drop the figures"),
    ),
    "part": (
        N_("a part ({part}) of '{whole}', which is not taken for the whole"),
        N_("write the name of an indicator of this part, or drop the figure"),
    ),
    "aside": (N_("column {column} is no level of an indicator and is not read"), ""),
    "repeated": (N_("the same figure as in row {row}, and counted once"), ""),
    "preliminary": (N_("preliminary"), ""),
    "revised": (N_("revised"), ""),
    "estimated": (N_("an estimate"), ""),
    "starred": (N_("marked with a star"), CONFIRM),
    "unused_cell": (N_("column {column} says '{text}', which is not used"), CONFIRM),
    "unused_line": (N_("the line '{text}' over the table is not used"), CONFIRM),
    "unused_section": (N_("the heading '{text}' is not used"), CONFIRM),
    "unused_sheet_name": (N_("the sheet's name '{text}' is not used"), CONFIRM),
    "unused_note": (N_("the note '{text}' under the table is not used"), CONFIRM),
    "comment": (N_("a comment says '{text}', which is not used"), CONFIRM),
    "hidden": (N_("its row or column is hidden"), CONFIRM),
    "odd_formats": (
        N_("number formats of the file add '{text}', and which cells have them cannot be read"),
        N_("save the file as xlsx, or accept or drop the figure"),
    ),
    "units_differ": (
        N_("the unit is {own} in the row and {given} in the header"),
        N_("write the unit once, or accept the row's"),
    ),
    "unit_line": (
        N_("the line '{text}' does not say which unit this indicator has"),
        N_("write the unit beside the figure, accept it or drop it"),
    ),
    "dated_above": (N_("dated by '{text}' over the table"), CONFIRM),
    "part_year": (
        N_("{text} is part of a year: a sum up to then is no figure of a year"),
        N_("accept it if it is a level on that day, else drop it"),
    ),
    "first_day": (
        N_("{text} may stand for the year"),
        N_("write the year, or accept it as the figure of that day"),
    ),
    "file_region": (
        N_("taken as {region}'s because of the file's name"),
        N_("write the region, accept it or drop it"),
    ),
    "planned_title": (
        N_("a line over the table speaks of a plan, so that this may be a target"),
        N_("write target or actual in the header, accept it as actual or drop it"),
    ),
    "sum_line": (
        N_("'{text}' is taken as {region}'s"),
        N_("accept it if all parts of the region are in the table, else drop it"),
    ),
    "target_same": (N_("the same as the plan's target"), ""),
    "target_differs": (
        N_("the plan's target is {planned}"),
        N_("accept it to replace the plan's, drop it to keep that one"),
    ),
}
# fmt: on
"""Fact and remedy ('' where nothing need be done) of each code."""


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
