"""Finds the tables on a sheet: their header lines, and what each of their columns holds.

A table begins with one to four header lines. Some of its columns name what a line is about (region,
indicator, year, unit and others, their `role`); the rest hold figures, and their header lines say
which year, type, region or indicator these are of. Which of these run down and which across does
not matter. A line that is a header begins another table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from .grid import Grid, key_of, letters
from .matching import Names
from .numbers import PLAIN, is_unit, parse_figure
from .vocabulary import COLUMNS, WORDS
from .words import NOTHING, Facts, column_role, read_line, read_words, type_of

__all__ = ["Column", "Table", "find_tables"]

MOST_LINES, MOST_READ, MOST_ABOVE = 4, 40, 100
"""Most lines of a header, rows by which a column is judged, and lines read above a table."""
TITLE = "title of "
"""Before a role, in the kind of a cell that is the title of a column."""
CORE = ("indicator", "region", "year", "month", "value", "unit", "number")
"""Roles of which a header with titles has one; other titles occur among figures, too."""
SINGLE = ("region", "indicator", "year", "month", "quarter", "value", "unit", "type")
"""Roles that one column has."""
LABELLED = re.compile(r"[^0-9:：]+[:：]")
BARE_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:\.0+)?(?:[pre]|\([pre]\))?")
OFFICE = re.compile("[局厅委办处科室部站院会]$|中心$")
COLUMN_NUMBER = re.compile(r"[甲乙丙丁]|\(?([0-9]{1,2})\)?")
NOTED = re.compile(
    r"[(（]?(?:注释?|备注|说明|note)\s*[0-9]*[:：.、]|[※*＊]|"
    r"(?:(?:数据|资料)?来源|填表人?|制表人?|审核人?|source)\s*[:：]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Column:
    """One column of a table: its title, its role, and what its header lines say of its figures.

    `role` is one of `COLUMNS`, or figure, aside (figures that are no levels), or "" where it is not
    known. `group` is the cell above it in the upper header line.
    """

    index: int
    title: str
    role: str
    facts: Facts = NOTHING
    group: str = ""


@dataclass(frozen=True)
class Table:
    """A table on a sheet: rows `top` to `bottom`, of which the first `depth` are its header.

    `above` is what the lines over it say, `notes` are those under it.
    """

    top: int
    depth: int
    bottom: int
    columns: tuple[Column, ...]
    above: Facts = NOTHING
    notes: tuple[str, ...] = ()

    @property
    def body(self) -> range:
        """Rows under the header."""
        return range(self.top + self.depth, self.bottom)

    def of(self, *roles: str) -> list[Column]:
        """Columns of some roles."""
        return [column for column in self.columns if column.role in roles]


def find_tables(grid: Grid, names: Names) -> list[Table]:
    """Find the tables of a sheet, from top to bottom.

    >>> rows = (("单位：万人", ""), ("指标", "2023年"), ("注册志愿者人数", "70.4"))
    >>> from forecast.tables.plan import load_plan
    >>> from .matching import read_aliases
    >>> (table,) = find_tables(Grid("", rows), Names.of(load_plan("lishui").tables, read_aliases()))
    >>> [(column.title, column.role) for column in table.columns], table.above.units
    ([('指标', 'indicator'), ('2023年', 'figure')], ('万人',))
    """
    tables: list[Table] = []
    last: list[Table] = []
    row = begin = 0
    while row < len(grid.rows):
        bounds = _bounds(grid, row, names) if _starts(grid, row, names, first=not last) else []
        depth = _depth(grid, row, names) if bounds else 1
        made = [_table(grid, (row, depth), bound, NOTHING, names) for bound in bounds]
        # Lines above make no more figures, so that they are read for a table only.
        bounds = [b for b, table in zip(bounds, made, strict=True) if table.of("figure")]
        closed, lines = _close(grid, last, range(begin, row)) if bounds else ([], [])
        above = NOTHING
        for line in lines[-MOST_ABOVE:]:
            above = read_line(_texts(grid, line), names, "unused_line").over(above)
        if lines:
            made = [_table(grid, (row, depth), bound, above, names) for bound in bounds]
        made = [table for table in made if table.of("figure")]
        if made:
            tables, last, begin = [*tables, *closed], made, row
        row += depth if made else 1
    return [*tables, *_close(grid, last, range(begin, len(grid.rows)), end=True)[0]]


def is_line(texts: Sequence[str]) -> bool:
    """Whether a row is a note or a line of labels, such as 填表人：, and no row of figures."""
    return bool(NOTED.match(texts[0])) or all(map(LABELLED.match, texts))


def _close(
    grid: Grid, tables: Sequence[Table], rows: range, *, end: bool = False
) -> tuple[list[Table], list[int]]:
    """End tables before the next header; give them and the lines above that header."""
    texts = {row: found for row in rows if (found := _texts(grid, row))}
    if not tables:
        return [], [*texts]
    body = {row: is_line(texts[row]) for row in texts if row >= tables[0].body.start}
    data = [row for row in body if not body[row] and _has_figures(grid, row, tables)]
    if not data:
        return (list(tables), []) if end else ([], [*texts])
    notes = [row for row in body if body[row] or (end and row > data[-1])]
    lines = [row for row in body if row > data[-1] and row not in notes]
    below = tuple(" ".join(texts[row]) for row in notes)
    return [replace(table, bottom=data[-1] + 1, notes=below) for table in tables], lines


def _has_figures(grid: Grid, row: int, tables: Sequence[Table]) -> bool:
    """Whether a row of a table has a figure, or names more than one thing that it is about."""
    for table in tables:
        roles = [c.role for c in table.columns if grid.text(row, c.index)]
        if {"figure", "aside"} & {*roles} or sum(role in COLUMNS for role in roles) > 1:
            return True
    return False


def _texts(grid: Grid, row: int) -> list[str]:
    return [text for cell in grid.rows[row] if (text := cell.strip())]


@lru_cache(maxsize=8192)
def _plain_kind(text: str) -> str | None:
    """Kind of a cell that needs no names; None if its words have to be read."""
    if not text:
        return ""
    if BARE_YEAR.fullmatch(key_of(text)):
        return "period"
    if PLAIN.fullmatch(text):
        return "number"
    if role := column_role(text):
        return TITLE + role
    if re.fullmatch(WORDS["part"], key_of(text)):
        return "part"
    figure = parse_figure(text)
    return "number" if figure.value is not None or figure.missing else None


def _kind(text: str, names: Names) -> str:
    """Kind of a cell, by which headers differ from figures."""
    if (plain := _plain_kind(text)) is not None:
        return plain
    facts = read_words(text, names)
    if facts.rest:
        return "text"
    kinds = {
        "region": facts.region, "indicator": facts.indicator, "period": facts.period,
        "type": facts.type or facts.flag or facts.aside, "part": facts.parts, "unit": facts.units,
    }  # fmt: skip
    return next((kind for kind, found in kinds.items() if found), "word")


def _starts(grid: Grid, row: int, names: Names, *, first: bool) -> bool:
    """Whether a header may begin with a row; `first` if there is no table over it."""
    cells = grid.filled(row)
    if not cells or is_line(_texts(grid, row)):
        return False
    if len(cells) == 1:
        # A year, once over its types: merged, and not over the first column.
        wide = cells[0] > 0 and len(grid.covered.get((row, cells[0]), ())) > 1
        return wide and _kind(grid.text(row, cells[0]), names) == "period"
    plain = [_plain_kind(grid.text(row, column)) for column in cells]
    roles = [
        kind
        for kind in plain
        if kind and kind.startswith(TITLE) and kind.removeprefix(TITLE) in CORE
    ]
    if "number" in plain and not roles:
        return False  # a line of figures; to read its words would take long in a long table
    kinds = [_kind(grid.text(row, column), names) for column in cells]
    if len(cells) == 2 and kinds[1] in ("region", "indicator", "unit", "period"):
        # 地区 and 丽水市 in two cells are a label and its value.
        if kinds[0] == TITLE + {"period": "year"}.get(kinds[1], kinds[1]):
            return False
    if roles:
        return len(cells) > 1 and ("number" not in kinds or len(roles) > 1)
    dated = [kind for kind in kinds if kind in ("period", "type", "part")]
    named = max(("region", "indicator"), key=kinds.count)
    other = len(kinds) - (len(dated) or kinds.count(named))
    if "number" in kinds or other > 1 or max(len(dated), kinds.count(named)) < 2:
        return False
    # Behind a name, or under a table, bare numbers that look like years are figures.
    bare = all(BARE_YEAR.fullmatch(key_of(grid.text(row, column))) for column in cells[other:])
    return not (dated and (named in kinds or (other and bare and not first)))


def _depth(grid: Grid, top: int, names: Names) -> int:
    """Count the lines of the header that begins with a row."""
    most = min(MOST_LINES, len(grid.rows) - top)
    return next((d for d in range(1, most) if not _continues(grid, top, d, names)), most)


def _continues(grid: Grid, top: int, depth: int, names: Names) -> bool:
    """Whether a row goes on with the header over it: it has words, and names nothing."""
    row = top + depth
    cells = grid.filled(row)
    texts = [grid.text(row, column) for column in cells]
    if not cells or is_line(texts):
        return False
    if _numbers_columns(texts):
        return True
    titled = {(line, c): column_role(grid.text(line, c)) for line in range(top, row) for c in cells}
    stubs = {c for (_, c), role in titled.items() if role not in ("", "value")}
    kinds = [_kind(text, names) for text in texts]
    if kinds[0] == f"{TITLE}unit" and set(kinds[1:]) == {"unit"}:
        return True
    if stubs or "number" in kinds:
        return False
    if not any(column_role(text) for line in range(top, row) for text in _texts(grid, line)):
        return any(kind.startswith(TITLE) for kind in kinds)
    # Two rows of years are no header: the second has figures that look like years.
    above = [read_words(grid.held(line, c), names).period for line, c in titled]
    dated = any(period is not None and not period.several for period in above)
    return not (dated and set(kinds) == {"period"})


def _numbers_columns(texts: Sequence[str]) -> bool:
    """Whether a line only numbers the columns, as 甲 乙 1 2 3 does in forms of statistics."""
    found = [COLUMN_NUMBER.fullmatch(key_of(text)) for text in texts]
    numbers = [match[1] for match in found if match and match[1]]
    counted = numbers == [str(number + 1) for number in range(len(numbers))]
    return all(found) and len(numbers) > 1 and counted


def _bounds(grid: Grid, row: int, names: Names) -> list[tuple[int, int]]:
    """Columns of each of the tables that begin side by side with a row."""
    cells = grid.filled(row)
    first = next((c for c in cells if column_role(grid.text(row, c))), None)
    if first is None:
        return [(0, grid.width)]
    starts, figures = [0], False
    for column in [c for c in cells if c > first]:
        text = grid.text(row, column)
        if figures and key_of(text) == key_of(grid.text(row, first)):
            starts, first, figures = [*starts, column], column, False
        elif not figures:
            kind = _kind(text, names)
            figures = kind == f"{TITLE}value" or not kind.startswith(TITLE)
    return list(zip(starts, [*starts[1:], grid.width], strict=True))


def _table(
    grid: Grid, header: tuple[int, int], bound: tuple[int, int], above: Facts, names: Names
) -> Table:
    """Table with what its columns hold; without figures if that is no header."""
    top, depth = header
    lines = [line for line in range(top, top + depth) if not _numbers_columns(_texts(grid, line))]
    paths = {column: _path(grid, lines, column, bound) for column in range(*bound)}
    columns = [_column(index, path, names) for index, path in paths.items()]
    table = Table(top, depth, len(grid.rows), tuple(columns), above)
    return replace(table, columns=tuple(_titled(_settled(grid, table, names))))


def _path(grid: Grid, lines: Sequence[int], column: int, bound: tuple[int, int]) -> list[str]:
    """Texts of the header over a column, from top to bottom."""
    texts = [_head(grid, lines, line, column, bound) for line in lines]
    return list(dict.fromkeys(filter(None, texts)))


def _head(grid: Grid, lines: Sequence[int], line: int, column: int, bound: tuple[int, int]) -> str:
    """Text of a header's line over a column: its own, its merged cells', or that to the left.

    A text keeps no merged cells: there a year is followed by blank cells.
    """
    top, left = grid.first(line, column)
    if (top, left) != (line, column):
        return grid.text(top, left) if top == line else ""
    if own := grid.text(line, column):
        return own
    if line in grid.merged_rows or not any(
        grid.text(below, column) for below in lines if below > line
    ):
        return ""
    for other in range(column - 1, bound[0] - 1, -1):
        if text := grid.text(line, other):
            return "" if column_role(text) else text
    return ""


def _column(index: int, path: Sequence[str], names: Names) -> Column:
    """Column with what its header says by itself."""
    if not path:
        return Column(index, "", "")
    group = path[0] if len(path) > 1 else ""
    roles = [role for role in map(column_role, path) if role]
    # A line of units may have the title 单位 under that of its first column.
    role = roles[-1] if roles and column_role(path[-1]) else ""
    role = roles[0] if role == "unit" else role
    if role not in ("", "value"):
        return Column(index, " ".join(path), role, group=group)
    facts = Facts()
    for text in reversed(path):
        found = read_words(text, names, title=text is not path[-1])
        facts = facts.over(replace(found, rest="") if role and text is path[-1] else found)
    if facts.aside:
        role = "aside"
    elif role or facts.period or facts.type or facts.flag:
        role = "figure"
    return Column(index, " ".join(path), role, facts, group)


def _settled(grid: Grid, table: Table, names: Names) -> list[Column]:
    """Columns with the roles that their cells show, and those of figures that only these tell."""
    rows = [*islice((r for r in table.body if _is_data(grid, r)), MOST_READ)]
    columns = [_checked(grid, rows, column, names) for column in table.columns]
    titled = [column for column in columns if column.role == "indicator"]
    if len(titled) > 1:
        # 名称 beside 指标: the one whose cells name indicators.
        meant = max(titled, key=lambda c: sum(map(names.knows, _cells(grid, rows, c.index))))
        others = {column.index for column in titled if column is not meant}
        columns = [replace(c, role="category") if c.index in others else c for c in columns]
    before = set[str]()
    for at, column in enumerate(columns):
        if column.role == "" and not (column.facts.indicator or column.facts.region):
            role = _content(grid, rows, column, names)
            known = role and any(c.role == role for c in columns)
            columns[at] = replace(column, role="" if known else role)
        elif column.role in SINGLE[:-2] and column.role in before:
            columns[at] = replace(column, role="category" if column.role == "indicator" else "")
        before.add(columns[at].role)
    named, regions = (any(c.role == role for c in columns) for role in ("indicator", "region"))
    columns = [
        _as_figure(grid, rows, column, named, bool(table.above.indicator), regions)
        for column in columns
    ]
    unclear = {c.group: c.facts.rest for c in columns if c.role == "figure" and c.facts.rest}
    return [
        replace(c, facts=replace(c.facts, rest=unclear[c.group]))
        if c.role == "figure" and c.group and c.group in unclear
        else c
        for c in columns
    ]


def _checked(grid: Grid, rows: Sequence[int], column: Column, names: Names) -> Column:
    """Column whose title may mean two things, by its cells."""
    cells = _cells(grid, rows, column.index)
    if column.role == "unit" and cells and not any(map(is_unit, cells)):
        # 单位 is a unit or an office.
        named, offices = any(map(names.region, cells)), all(map(OFFICE.search, cells))
        role = "region" if named else "owner" if offices else "unit"
        return replace(column, role=role)
    if column.role == "type" and not any(map(type_of, cells)):
        return replace(column, role="category")
    return column


def _content(grid: Grid, rows: Sequence[int], column: Column, names: Names) -> str:
    """Role of a column whose title says nothing, by what most of its cells hold."""
    cells = _cells(grid, rows, column.index)
    if not column.title or column.title.startswith("Unnamed"):
        # Programs number the lines of tables that they write.
        if cells in ([str(at + first) for at in range(len(cells))] for first in (0, 1)):
            return "number"
    kinds = [_kind(text, names) for text in cells]
    for kind, role, share in (
        ("region", "region", 2), ("indicator", "indicator", 3), ("unit", "unit", 2),
        ("part", "part", 2), ("period", "year" if not column.title else "", 1),
    ):  # fmt: skip
        if role and cells and kinds.count(kind) * share >= len(cells):
            return role
    return ""


def _as_figure(
    grid: Grid, rows: Sequence[int], column: Column, named: bool, above: bool, regions: bool
) -> Column:
    """Column of figures by what its header names, where no other column names it."""
    facts, role = column.facts, column.role
    if role == "figure" and facts.rest and not (named or above):
        return replace(column, facts=replace(facts, indicator=column.title, rest=""))
    if role or not column.title:
        return column
    cells = _cells(grid, rows, column.index)
    numeric = any(parse_figure(text).value is not None for text in cells)
    if facts.indicator or facts.region:
        fits = not (named if facts.indicator else regions)
    elif facts.rest:
        fits = numeric and not (named or above)
        facts = replace(facts, indicator=column.title, rest="")
    else:
        fits = numeric
    return replace(column, role="figure", facts=facts) if fits else column


def _is_data(grid: Grid, row: int) -> bool:
    """Whether a row is neither blank nor a line between rows."""
    texts = _texts(grid, row)
    return bool(texts) and not is_line(texts)


def _cells(grid: Grid, rows: Sequence[int], column: int) -> list[str]:
    """Texts in some rows of a column."""
    return [text for row in rows if (text := grid.text(row, column))]


def _titled(columns: Sequence[Column]) -> Iterator[Column]:
    """Columns whose title, where it is missing or occurs twice, has their letter."""
    titles = Counter(column.title for column in columns)
    for column in columns:
        unclear = not column.title or titles[column.title] > 1
        title = f"{column.title} [{letters(column.index)}]".strip()
        yield replace(column, title=title) if unclear else column
