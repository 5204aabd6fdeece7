"""One record a figure: its text, and everything on its sheets that bears on it.

What is in the figure's line, in its column's header, in a section line, above the table and in
the sheet's name is laid over one another, the nearest on top. Whatever is not used is a doubt of
the figures that it touches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import check_name
from ..i18n.messages import Issue
from .grid import Grid, fault, fold, key_of, letters
from .layout import Column, Table, find_tables, is_line
from .matching import Names
from .numbers import parse_figure
from .words import NOTHING, Facts, Period, read_line, read_words, type_of

__all__ = ["FigureCell", "Layout", "figure_cells", "find_layout"]

NOTE_MARK = re.compile(r"[*＊†‡]")
FORCES = {"约束性": "binding", "约束": "binding", "预期性": "expected", "预期": "expected"}
WHOLE_YEAR = ("全年", "年度", "合计", "年末")


@dataclass(frozen=True)
class FigureCell:
    """One figure of a file with all that bears on it.

    `row` counts from 1; `column` is the title of its column, after the sheet's name and ! where
    several sheets have figures; `address` is that of a spreadsheet, such as C4. `above` is the
    region that a line above names where its own names none, `filed` the one that the file's name
    names. `titles` are those of the columns that say its region, indicator, year, unit and type.
    """

    sheet: str
    row: int
    column: str
    printed: str
    facts: Facts
    address: str = ""
    stored: bool = False
    above: str = ""
    filed: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """Sheets of a file with the tables on them; `unread` are those that are hidden or have none."""

    file: str
    sheets: tuple[tuple[Grid, tuple[Table, ...]], ...]
    unread: tuple[tuple[str, str], ...] = ()

    def title(self, grid: Grid, column: Column) -> str:
        """Title of a column that is the only one of its rows in the file."""
        several = sum(bool(tables) for _, tables in self.sheets) > 1
        return f"{grid.name}!{column.title}" if several else column.title

    def locate(self, row: int, title: str) -> tuple[int, int, int]:
        """Sheet, row and column, from 0, of a cell by its row in the file and its column's title.

        UnknownNameError if there is no such row or column.
        """
        columns = {
            self.title(grid, column): (sheet, row - 1, column.index)
            for sheet, (grid, tables) in enumerate(self.sheets)
            for table in tables
            if table.top < row <= table.bottom
            for column in table.columns
        }
        last = max(len(grid.rows) for grid, _ in self.sheets)
        check_name("row", str(row), [str(known + 1) for known in range(last)])
        check_name("column", title, list(columns))
        return columns[title]


def find_layout(file: str, grids: Iterable[Grid], names: Names) -> Layout:
    """Find the tables on the sheets that show; FiguresError if none of them has one."""
    sheets, unread = [], []
    for grid in grids:
        tables = () if grid.hidden else tuple(find_tables(grid, names))
        sheets.append((grid, tables))
        if not tables and any(map(grid.filled, range(len(grid.rows)))):
            unread.append((grid.name, "hidden" if grid.hidden else "no_table"))
    if not any(tables for _, tables in sheets):
        raise fault(file, "no_header")
    return Layout(file, tuple(sheets), tuple(unread))


def figure_cells(layout: Layout, names: Names) -> Iterator[FigureCell]:
    """Every figure of a file, printed or left empty, with all that bears on it, in file order."""
    stem = read_words(Path(layout.file).stem, names, title=True)
    for grid, tables in layout.sheets:
        sheet = read_line([grid.name], names, "unused_sheet_name") if grid.name else NOTHING
        for table in tables:
            yield from _table_cells(layout, grid, table, (sheet, stem.region), names)


def _table_cells(
    layout: Layout, grid: Grid, table: Table, around: tuple[Facts, str], names: Names
) -> Iterator[FigureCell]:
    """Figures of a table; around it are the facts of its sheet and the region of its file."""
    context, filed = around
    notes = [(note, read_line([note], names, "unused_note")) for note in table.notes]
    context = table.above.over(context)
    for _, facts in notes:
        context = context.over(Facts(units=facts.units, unit_line=facts.unit_line))
    titles = {column.role: layout.title(grid, column) for column in table.columns if column.role}
    section, above, whole = NOTHING, "", ""
    for row in table.body:
        filled = [c for c in table.columns if grid.text(row, c.index)]
        texts = [grid.text(row, c.index) for c in filled if c.role != "number"]
        if not texts or is_line(texts):
            continue
        if _is_section(grid, table, row, names):
            found = read_line(texts, names, "unused_section")
            section = replace(found.over(replace(section, parts=(), doubts=())), parts=found.parts)
            continue
        line = _line_facts(grid, table, row, names, whole)
        whole = whole if line.parts or not line.indicator else line.indicator
        above = line.region or above
        near = line.over(section).over(context)
        lent = "" if line.region or section.region else above
        for column in table.of("figure", "aside"):
            facts = _combined(column.facts, line, near)
            printed = grid.text(row, column.index)
            doubts = [*_cell_doubts(grid, row, column, printed)]
            doubts += _note_doubts(notes, facts, printed)
            yield FigureCell(
                sheet=grid.name,
                row=row + 1,
                column=layout.title(grid, column),
                address=f"{grid.name}!{letters(column.index)}{row + 1}".removeprefix("!"),
                printed=printed,
                facts=replace(facts, doubts=(*facts.doubts, *doubts)) if doubts else facts,
                stored=grid.stored and (row, column.index) not in grid.typed,
                above="" if column.facts.region else lent,
                titles=titles,
                filed=filed,
            )


def _combined(column: Facts, line: Facts, around: Facts) -> Facts:
    """Lay a column's header over its line; but a unit in the line is nearer than the header's."""
    facts = column.over(around)
    if line.units and column.units:
        own, given = line.units[0], column.units[0]
        facts = replace(facts, units=line.units)
        if key_of(own) != key_of(given):
            doubt = Issue("units_differ", {"own": own, "given": given})
            facts = replace(facts, doubts=(*facts.doubts, doubt))
    return facts


def _is_section(grid: Grid, table: Table, row: int, names: Names) -> bool:
    """Whether a row is a heading over the rows below it: one text, and no figure."""
    filled = [column for column in table.columns if grid.text(row, column.index)]
    column, *more = [c for c in filled if c.role != "number"] or filled
    figures = {c.index for c in table.of("figure", "aside")}
    if more or column.index in figures:
        return False
    if grid.covered.get((row, column.index), set()) & figures:
        return True
    text = grid.text(row, column.index)
    if column.role == "indicator":
        return not names.knows(text)
    if column.role not in ("region", "year") or table.of("indicator"):
        return True
    found = read_words(text, names, title=True)
    return not (found.period if column.role == "year" else found.region or found == NOTHING)


def _line_facts(grid: Grid, table: Table, row: int, names: Names, whole: str) -> Facts:
    """Read the line of a figure; `whole` is the indicator of the lines above."""
    texts: dict[str, str] = {}
    doubts: list[Issue] = []
    force = ""
    for column in table.columns:
        text = grid.held(row, column.index)
        if column.role in ("figure", "aside", "number", "owner", "measures") or not text:
            continue
        comment = grid.comments.get((row, column.index))
        doubts += [Issue("comment", {"text": comment})] if comment else []
        force = force or FORCES.get(key_of(text), "")
        if column.role in ("", "note", "category", "force"):
            doubts += _unused(column, text, names)
        else:
            texts.setdefault(column.role, text)
    indicator, parts = texts.get("indicator", ""), tuple[str, ...]()
    if indicator and whole and not names.knows(indicator):
        found = read_words(indicator, names)
        if found.parts and not found.rest:
            indicator, parts = whole, found.parts
    doubts += [] if parts else _doubt_part(indicator, whole)
    if part := texts.get("part", ""):
        found = read_words(part, names)
        parts = (part,) if found.parts or found.rest else ()
    flag, unread = _read_status(table, texts.get("status", ""), names)
    stated, dated = texts.get("type", ""), _dated(texts, names)
    return Facts(
        region=texts.get("region", ""),
        indicator=indicator,
        units=(texts["unit"],) if "unit" in texts else (),
        type=type_of(stated) or stated,
        parts=parts,
        aside=read_words(stated, names).aside,
        source=texts.get("source", ""),
        flag=flag or dated.flag,
        period=dated.period,
        force=force,
        doubts=(*doubts, *unread),
    )


def _doubt_part(indicator: str, whole: str) -> list[Issue]:
    """Doubt about 其中：慈善组织 under 基金会: not all charitable organisations are foundations."""
    named = fold(indicator).startswith("其中") and key_of(whole) not in key_of(indicator)
    return [Issue("part_of_line", {"text": indicator, "whole": whole})] if named and whole else []


def _read_status(table: Table, text: str, names: Names) -> tuple[str, list[Issue]]:
    """How final a figure is, by a column that says so, or the doubt about its word."""
    found = read_words(text, names) if text else NOTHING
    known = not (found.rest or found.period or found.aside)
    titles = [column.title for column in table.of("status")[:1]]
    doubts = [Issue("unused_cell", {"column": title, "text": text}) for title in titles]
    return found.flag, [] if known else doubts


def _unused(column: Column, text: str, names: Names) -> list[Issue]:
    """Doubt about a cell that is not used, unless it can change nothing."""
    if parse_figure(text).missing or (column.role != "note" and key_of(text) in FORCES):
        return []
    if column.role == "category":
        found = read_words(text, names, title=True)
        if not (found.rest or found.parts or found.period):
            return []
    return [Issue("unused_cell", {"column": column.title, "text": text})]


def _dated(texts: Mapping[str, str], names: Names) -> Facts:
    """Period, and how final the figure is, by the columns of year, month and quarter."""
    text = texts.get("year", "")
    for role, name in (("month", "月"), ("quarter", "季度")):
        within = fold(texts.get(role, ""))
        if within and within not in WHOLE_YEAR:
            within += name if within.isdecimal() else ""
            text = f"{text.removesuffix('年')}年{within}" if text else within
    if not text:
        return NOTHING
    found = read_words(text, names)
    if found.period is None or found.rest:
        return Facts(period=Period(None, several=True, text=text))
    return Facts(period=found.period, flag=found.flag)


def _cell_doubts(grid: Grid, row: int, column: Column, printed: str) -> Iterator[Issue]:
    """Doubts about what the sheet says of a figure's own cell."""
    if comment := grid.comments.get((row, column.index)):
        yield Issue("comment", {"text": comment})
    if row in grid.hidden_rows or column.index in grid.hidden_columns:
        yield Issue("hidden")
    if grid.odd_formats and re.fullmatch(r"-?[0-9.]+", printed):
        yield Issue("odd_formats", {"text": "、".join(grid.odd_formats)})


def _note_doubts(notes: Sequence[tuple[str, Facts]], facts: Facts, printed: str) -> Iterator[Issue]:
    """Doubts by the notes under a table; one with a star or a year concerns these figures only."""
    for note, found in notes:
        year = found.period.year if found.period else None
        starred = NOTE_MARK.search(note)
        if starred and not NOTE_MARK.search(printed):
            continue
        if year is None or not facts.period or facts.period.year == year:
            yield from found.doubts
