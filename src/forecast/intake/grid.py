"""Sheets as grids of text: what each cell shows, and what the file says of it besides.

Names are compared by `key_of`: one width, no spaces, no invisible characters, no case.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from ..i18n.messages import Argument, FiguresError, Issue

__all__ = ["Grid", "Position", "fault", "fold", "key_of", "letters", "merge_ranges"]

Position = tuple[int, int]
"""Row and column of a cell, from 0."""


@dataclass(frozen=True)
class Grid:
    """One sheet of a workbook, or a text.

    Parameters
    ----------
    name : the sheet's name, "" for a text
    rows : text of each cell as it shows; rows may be shorter than others
    merged : cells of merged ranges, and the first cell of their range
    stored : whether numbers are kept apart from their formats, as in a workbook
    hidden, hidden_rows, hidden_columns : whether the sheet, and what on it, does not show
    comments : notes pinned to cells
    typed : cells that a planner has corrected, which count as text
    odd_formats : units that number formats add, where it is not known to which cells
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    merged: Mapping[Position, Position] = field(default_factory=dict)
    stored: bool = False
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    comments: Mapping[Position, str] = field(default_factory=dict)
    typed: frozenset[Position] = frozenset()
    odd_formats: tuple[str, ...] = ()

    @cached_property
    def width(self) -> int:
        """Number of columns."""
        return max(map(len, self.rows), default=0)

    @cached_property
    def covered(self) -> Mapping[Position, set[int]]:
        """Columns of each merged range by its first cell."""
        found: dict[Position, set[int]] = {}
        for (_, column), first in self.merged.items():
            found.setdefault(first, set()).add(column)
        return found

    @cached_property
    def merged_rows(self) -> set[int]:
        """Rows with merged cells."""
        return {row for row, _ in self.merged}

    def text(self, row: int, column: int) -> str:
        """Text of a cell itself."""
        cells = self.rows[row]
        return cells[column].strip() if column < len(cells) else ""

    def held(self, row: int, column: int) -> str:
        """Text of a cell, or of the merged range that it belongs to."""
        return self.text(row, column) or self.text(*self.merged.get((row, column), (row, column)))

    def first(self, row: int, column: int) -> Position:
        """First cell of the merged range of a cell, else the cell."""
        return self.merged.get((row, column), (row, column))

    def filled(self, row: int) -> list[int]:
        """Columns of a row that are not blank."""
        return [column for column, text in enumerate(self.rows[row]) if text.strip()]

    def write(self, row: int, column: int, text: str) -> Grid:
        """Give the grid with another text in a cell."""
        line = list(self.rows[row])
        line += [""] * (column + 1 - len(line))
        line[column] = text
        rows = (*self.rows[:row], tuple(line), *self.rows[row + 1 :])
        return replace(self, rows=rows, typed=self.typed | {(row, column)})


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """One width, one kind of space and of minus, nothing invisible.

    >>> fold(" 护理型\u200b床位　Ａ ")
    '护理型床位 A'
    """
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", visible).replace("−", "-").split())


@lru_cache(maxsize=8192)
def key_of(text: str) -> str:
    """Fold a name to what counts when names are compared.

    >>> key_of(" Ａ b（年） ")
    'ab(年)'
    """
    return fold(text).replace(" ", "").casefold()


def letters(column: int) -> str:
    """Name of a column in a spreadsheet.

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def merge_ranges(ranges: Iterable[tuple[Position, Position]]) -> dict[Position, Position]:
    """Every cell of merged ranges, and the first cell of its range."""
    return {
        (row, column): (top, left)
        for (top, left), (bottom, right) in ranges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }


def fault(file: str, code: str, **gaps: Argument) -> FiguresError:
    """Error about a file as a whole."""
    return FiguresError(file, [(None, None, None, (Issue(code, gaps),))])
