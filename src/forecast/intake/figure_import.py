"""Own figures from a file: corrected cell by cell, held against a plan, and merged into it.

`read` gives each figure of a file a status: understood, doubtful (read, to be confirmed), problem
(not read), missing, or unread (no level of an indicator, such as a growth rate). Doubtful figures
and problems are open until the planner corrects a cell (`fix`), accepts the figure (`accept`) or
leaves it out (`drop`). Then `apply` gives the plan with these figures and `write` a folder of
tables for reports. Nothing is filled in, replaced or left out by itself, and nothing leaves the
machine. Targets are shown and left out, unless the planner says that they are to be taken.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import N_, check_name, msg
from ..i18n.formatting import join
from ..i18n.messages import Code, FiguresError, Issue, render
from ..tables.plan import Plan, recut
from .grid import Grid
from .matching import Names, read_aliases
from .merging import merge_figures, write_tables
from .reading import Reading, read_cells
from .records import Layout, find_layout
from .review import PublishedFigures, same
from .spreadsheet import read_sheets

__all__ = ["COLUMNS", "OPEN", "STATUSES", "FigureImport", "read"]

STATUSES = ("understood", "doubtful", "problem", "missing", "unread")
OPEN = ("doubtful", "problem")
"""What needs a decision."""
COLUMNS = (
    "sheet", "row", "column", "printed", "region", "indicator", "year", "date", "value", "unit",
    "published", "type", "status", "reason", "fix_column",
)  # fmt: skip
RECORD = tuple(column for column in COLUMNS if column not in ("published", "fix_column"))
"""What a record of one cell has."""
SHARED = ("_published", "_layout")
"""What stays as it is while figures are accepted and left out."""

Position = tuple[int, str]
"""Row of a figure in its file, and title of its column."""


@dataclass(frozen=True)
class _Reviewed:
    """One figure, and what the plan says to it."""

    reading: Reading
    status: str
    doubts: tuple[Issue, ...] = ()
    beside: Mapping[str, Any] = field(default_factory=dict)
    """The observation published for the same region, indicator and day; empty if none."""

    @property
    def position(self) -> Position:
        return self.reading.position

    @property
    def published(self) -> float:
        return float(self.beside.get("value", float("nan")))

    @property
    def taken(self) -> bool:
        """Whether the figure becomes an observation: one that is published already does not."""
        fresh = not same(self.reading.value, self.published)
        return self.status == "understood" and self.reading.type == "actual" and fresh


@dataclass(frozen=True, eq=False)
class FigureImport:
    """A planner's own figures beside a plan; each change gives a new one.

    Parameters
    ----------
    file : name of the file
    sheets : its sheets, with the cells that were corrected
    plan : the plan that the figures are held against
    region : whose figures those are that name no region
    targets : whether the targets in the file are taken too
    today : day after which no actual figure can be
    accepted, dropped : figures that were doubtful and accepted, and that were left out
    """

    file: str
    sheets: tuple[Grid, ...]
    plan: Plan
    region: str | None
    targets: bool = False
    today: dt.date | None = None
    accepted: frozenset[Position] = frozenset()
    dropped: frozenset[Position] = frozenset()

    @property
    def rows(self) -> pd.DataFrame:
        """Every figure, a row each, in file order; `reason` in English (see `describe`).

        The columns are sheet, row (in the file, from 1), column (its title), printed, region,
        indicator, year, date (the figure's day), value (in the indicator's unit,
        NaN unless read), unit, published (the figure published for that day, NaN if none), type
        (actual or target), status (one of `STATUSES`), reason (what was understood, or what is
        wrong and what to do), and fix_column (title of the column to correct, which may name the
        indicator or the year).
        """
        return self.describe("en")

    @property
    def open(self) -> pd.DataFrame:
        """Rows that need a decision: problems, and doubts that were not accepted."""
        return self._table("en", OPEN)

    @property
    def source(self) -> str:
        """Id of these figures among the sources of a plan."""
        return f"own figures: {self.file}"

    def describe(self, language: str) -> pd.DataFrame:
        """Every figure as in `rows`, with the reasons in a language."""
        return self._table(language, STATUSES)

    def _table(self, language: str, statuses: Collection[str]) -> pd.DataFrame:
        rows = [self._row(one, language) for one in self._reviewed if one.status in statuses]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def records(self, language: str) -> list[dict[str, object]]:
        """Every cell of a figure as plain values, None where one is not known, for JSON.

        A sheet that was not read has a record of its own, without a row.
        """
        rows: list[dict[str, Any]] = self.describe(language)[list(RECORD)].to_dict("records")
        for name, why in self._layout.unread:
            reason = render(f"sheet_{why}", language, {"names": name})
            rows.append({"sheet": name, "status": "unread", "reason": reason})
        return [{key: _plain(row.get(key), key) for key in RECORD} for row in rows]

    def lines(self, language: str) -> list[str]:
        """Every figure in a sentence: its place, how it is printed, and what was understood."""
        rows = self.describe(language).astype({"row": str}).rename(columns={"reason": "text"})
        keys = ["row", "column", "printed", "text"]
        return [render("line", language, row) for row in rows[keys].to_dict("records")]

    def summary(self, language: str) -> str:
        """How many figures there are of each status, and which sheets were not read."""
        statuses = [reviewed.status for reviewed in self._reviewed]
        counts = [
            render("count", language, {"status": Code("figure_status", status), "number": str(n)})
            for status in STATUSES
            if (n := statuses.count(status))
        ]
        arguments = {"file": self.file, "count": str(len(statuses))}
        arguments["counts"] = join(counts, language)
        text = render("summary" if counts else "none", language, arguments)
        for why in ("no_table", "hidden"):
            if names := [name for name, known in self._layout.unread if known == why]:
                text += render(f"sheet_{why}", language, {"names": join(names, language)})
        return text

    def fix(self, row: int, column: str, text: str) -> FigureImport:
        """Correct a cell; what is typed is read as if the file had it.

        The cell may be a figure, or one that names its region, indicator, unit, year or type
        (`fix_column` in `rows` says which), or a title of the header. What was accepted and reads
        otherwise now has to be accepted again. UnknownNameError if there is no such row or column,
        FiguresError if there is no header any more.
        """
        sheet, line, place = self._layout.locate(row, column)
        grid = self.sheets[sheet].write(line, place, text)
        sheets = (*self.sheets[:sheet], grid, *self.sheets[sheet + 1 :])
        fixed = self._changed("_published", sheets=sheets)
        before, after = ({r.position: r.reading.cell for r in x._reviewed} for x in (self, fixed))
        alike = {at for at in self.accepted if before.get(at) == after.get(at)}
        return fixed._changed(*SHARED, accepted=frozenset(alike))

    def accept(self, row: int, column: str) -> FigureImport:
        """Take a doubtful figure as it is; one that differs replaces the published one.

        UnknownNameError if the figure there is not doubtful.
        """
        position = self._position(row, column, ["doubtful"])
        return self._changed(*SHARED, accepted=self.accepted | {position})

    def drop(self, row: int, column: str) -> FigureImport:
        """Leave a figure out; what is published for its day stays.

        UnknownNameError if there is no figure.
        """
        dropped = self.dropped | {self._position(row, column, STATUSES)}
        return self._changed(*SHARED, dropped=dropped)

    def drop_open(self) -> FigureImport:
        """Leave out every figure that still needs a decision."""
        rest = self
        while undecided := {r.position for r in rest._reviewed if r.status in OPEN}:
            rest = rest._changed(*SHARED, dropped=rest.dropped | undecided)
        return rest

    def decisions(self) -> dict[str, list[Any]]:
        """Return what was corrected, accepted and left out, as plain values."""
        sheets = enumerate(self.sheets)
        typed = [[at, *cell, grid.text(*cell)] for at, grid in sheets for cell in grid.typed]
        return {"typed": typed, "accepted": [*self.accepted], "dropped": [*self.dropped]}

    def with_decisions(self, decisions: Mapping[str, list[Any]]) -> FigureImport:
        """Give the figures of a file as it was read with the `decisions` that were made on it."""
        sheets = list(self.sheets)
        for sheet, row, column, text in decisions["typed"]:
            sheets[sheet] = sheets[sheet].write(row, column, text)
        kept = {key: frozenset(map(tuple, decisions[key])) for key in ("accepted", "dropped")}
        return self._changed("_published", sheets=tuple(sheets), **kept)

    def apply(self, plan: Plan, *, targets: bool | None = None) -> Plan:
        """Give the plan with these figures among its observations.

        A figure of another region goes to the plan's `siblings`. A figure that was accepted
        though it differs takes the place of the published one; one that is the same as published
        changes nothing; missing figures stay missing. Where `targets` is true (None: as `read`
        was so), the targets of the file are among the plan's, each in the place of those for
        the same region, indicator and year. FiguresError with every figure that still needs a
        decision.
        """
        taken = self.targets if targets is None else targets
        return recut(plan, self._beside(plan, targets=taken)._tables())

    def write(self, folder: Path, plan: Plan) -> Path:
        """Write the tables of the plan with these figures; whole or not at all.

        `load_plan(folder, region=plan.region)` gives the plan that `apply` gives, and a
        parameter file may name the folder as its `data`. A folder that was written here before
        is replaced, any other is kept. FiguresError as in `apply`; WriteError if it cannot be
        written, or another folder of that name exists.
        """
        tables = self._beside(plan, targets=self.targets)._tables()
        return write_tables(folder, tables, plan.folder, self.file)

    @cached_property
    def _published(self) -> PublishedFigures:
        """What the plan has."""
        names = Names.of(self.plan.tables, read_aliases(self.plan.folder))
        return PublishedFigures.of(self.plan.tables, names, self.plan.as_of, targets=self.targets)

    @cached_property
    def _layout(self) -> Layout:
        """Tables on the sheets."""
        return find_layout(self.file, self.sheets, self._published.names)

    @cached_property
    def _reviewed(self) -> tuple[_Reviewed, ...]:
        """Every figure that was not left out, with its doubts."""
        known = self._published
        readings = read_cells(
            self._layout, known.names, self.region, today=self.today, without=self.dropped
        )
        fallen = known.falls(readings)
        return tuple(
            _Reviewed(reading.refused(fallen[at]), "problem")
            if at in fallen
            else self._review(reading, known)
            for at, reading in enumerate(readings)
        )

    def _changed(self, *kept: str, **changes: Any) -> FigureImport:
        """Give a changed import that keeps some of what was computed."""
        changed = replace(self, **changes)
        vars(changed).update({name: vars(self)[name] for name in kept if name in vars(self)})
        return changed

    def _beside(self, plan: Plan, *, targets: bool) -> FigureImport:
        """Give the same figures beside another plan."""
        same_plan = plan is self.plan and targets == self.targets
        return self if same_plan else self._changed(plan=plan, targets=targets)

    def _row(self, reviewed: _Reviewed, language: str) -> dict[str, object]:
        """Row of `describe`."""
        reading, cell = reviewed.reading, reviewed.reading.cell
        fault = next(iter(reviewed.doubts or reading.remarks), Issue("")).role
        titles = cell.titles if reviewed.status in OPEN else {}
        about = self._published.names.about.get(reading.indicator, {})
        return {
            "sheet": cell.sheet,
            "row": cell.row,
            "column": cell.column,
            "printed": cell.printed,
            "region": reading.region,
            "indicator": reading.indicator,
            "year": float("nan") if reading.year is None else float(reading.year),
            "date": reading.date,
            "value": reading.value,
            "unit": about.get("unit", ""),
            "published": reviewed.published,
            "type": reading.type,
            "status": reviewed.status,
            "reason": reading.describe(language, reviewed.doubts),
            "fix_column": titles.get(fault, cell.column),
        }

    def _review(self, reading: Reading, known: PublishedFigures) -> _Reviewed:
        if reading.status != "ok":
            return _Reviewed(reading, "unread" if reading.status == "aside" else reading.status)
        notes, doubts = reading.remarks, tuple(known.doubts(reading))
        if reading.position in self.accepted:
            notes, doubts = (*notes, *doubts), ()
        noted = replace(reading, remarks=(*notes, *known.notes(reading)))
        status = "doubtful" if doubts else "understood"
        return _Reviewed(noted, status, doubts, known.beside(reading))

    def _position(self, row: int, column: str, statuses: Collection[str]) -> Position:
        """Position of a figure, which must be there with one of some statuses."""
        known = [r.position for r in self._reviewed if r.status in statuses]
        what = N_("doubtful figure") if len(statuses) == 1 else N_("figure")
        named = [msg("row {row}, {column}", row=r, column=c) for r, c in known]
        check_name(what, msg("row {row}, {column}", row=row, column=column), named)
        return row, column

    def _tables(self) -> dict[str, pd.DataFrame]:
        """Tables of the plan with these figures in them; all must be decided."""
        undecided = [reviewed for reviewed in self._reviewed if reviewed.status in OPEN]
        if undecided:
            raise FiguresError(
                self.file,
                [
                    (*r.position, r.reading.cell.printed, r.doubts or r.reading.remarks)
                    for r in undecided
                ],
            )
        targets = [r.reading for r in self._reviewed if r.status == "understood"]
        return merge_figures(
            self.plan.tables,
            [(r.reading, r.beside.get("break", "")) for r in self._reviewed if r.taken],
            [reading for reading in targets if reading.type == "target"] if self.targets else [],
            {"source": self.source, "title_zh": self.file},
        )


def read(
    content: bytes,
    name: str,
    plan: Plan,
    region: str | None = None,
    *,
    targets: bool = False,
    today: dt.date | None = None,
) -> FigureImport:
    r"""Read a planner's own figures beside a plan.

    Parameters
    ----------
    content : what the file holds: a workbook (xlsx, xls, ods), a page that calls itself xls, or a
        text parted by commas, semicolons or tabs in UTF-8, UTF-16 or GB18030
    name : the file's name, which names the source of the figures
    plan : as from `load_plan`
    region : id or name of the region of figures whose file names none; None is the plan's
    targets : whether the targets in the file are taken
    today : day after which no actual figure can be; None is today

    Raises
    ------
    FiguresError
        If the file cannot be read, has no header that is recognised, or names no region; its
        `describe` words it in a language.
    UnknownNameError
        If `region` is not known.

    Notes
    -----
    Tables may have headers of several lines, regions, indicators, years and types down or across,
    section lines, units in a line above, in the header or in the format of numbers; several tables
    on a sheet and several sheets are read. Whatever is not used (a column, words of a header, lines
    over or under a table, a comment, a hidden row) is a doubt of the figures that it touches.
    Regions and indicators are known by id, names and `aliases.csv`. 万, 亿, ‰ against %, and units
    per 万人 or 百万人 are converted into the indicator's unit; a month is never turned into a year.
    A bare number above 0 and up to 1 for a percentage is a problem, since a spreadsheet stores 58%
    as 0.58, unless its cell is formatted as a percentage.

    Examples
    --------
    >>> from forecast.tables.plan import load_plan
    >>> plan = load_plan("lishui")
    >>> file = "指标,2020,2021\n护理型床位占比,61.5%,六成\n"
    >>> figures = read(file.encode(), "own.csv", plan)
    >>> figures.rows[["column", "status"]].to_numpy().tolist()
    [['2020', 'doubtful'], ['2021', 'problem']]
    >>> decided = figures.fix(2, "2021", "62%").drop(2, "2020")
    >>> decided.apply(plan).observations.tail(1)[["indicator", "year", "value"]].values.tolist()
    [['nursing_bed_share', 2021.0, 62.0]]
    """
    own = region or plan.region or None
    figures = FigureImport(name, read_sheets(content, name), plan, own, targets, today)
    # What cannot be read is an error at once.
    assert figures._reviewed is not None
    return figures


def _plain(value: Any, key: str) -> object:
    """Value of a record: None for what is missing, a whole year."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return "" if key in ("printed", "sheet") else None
    return int(value) if key in ("row", "year") else value
