"""Rows of tables that a plan's own files give, each with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import Message, Problem
from .form_reading import Form, FormRow, place_in

__all__ = ["Conversion", "Origin", "Row", "cell_problem", "origin_of"]

Row = dict[str, object]


@dataclass(frozen=True)
class Origin:
    """Where a row comes from: a sheet or file, its row, and titles there by column of the table."""

    file: Message | str
    row: int
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Conversion:
    """Rows of tables with their origins, what is wrong, and what should be looked at."""

    rows: dict[str, list[tuple[Row, Origin]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    region: str = ""

    def add(self, table: str, row: Row, origin: Origin) -> None:
        """Add a row to a table."""
        self.rows.setdefault(table, []).append((row, origin))


def origin_of(form: Form, row: FormRow, titles: Mapping[str, str]) -> Origin:
    """Return where a row comes from; `titles` are codes of the form by column of the table."""
    heads = {column: row.titles.get(code, code) for column, code in titles.items()}
    return Origin(place_in(form.file, row.sheet), row.row, heads)


def cell_problem(
    form: Form, row: FormRow, code: str, problem: Message | str, remedy: Message | str
) -> Problem:
    """Return the problem of a cell, by the code or year of its column."""
    place = place_in(form.file, row.sheet)
    text = row.cells.get(code) or row.dated.get(code) or None
    return Problem(place, row.row, row.titles.get(code, code), text, problem, remedy)
