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
import json
import math
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pandas as pd

from ..errors import N_, check_name, msg
from ..files import MANIFEST, staging_folder, swap_folder
from ..i18n.formatting import join
from ..i18n.labels import LABELS
from ..i18n.messages import Argument, Code, FiguresError, Issue, render
from ..tables.csv_files import read_tables
from ..tables.plan import Plan, recut
from ..tables.schema import TABLES
from .grid import Grid
from .matching import Names, read_aliases
from .reading import Reading, read_cells
from .records import Layout, find_layout
from .review import PublishedFigures, own_day, replaced, same
from .spreadsheet import read_sheets

__all__ = ["COLUMNS", "OPEN", "STATUSES", "FigureImport", "read"]

STATUSES = ("understood", "doubtful", "problem", "missing", "unread")
OPEN = ("doubtful", "problem")
"""What needs a decision."""
COLUMNS = (
    "sheet", "row", "column", "printed", "region", "indicator", "year", "date", "value", "unit",
    "published", "type", "status", "reason", "fix_column",
)  # fmt: skip
RECORD = (
    "sheet", "row", "column", "printed", "region", "indicator", "year", "date", "value", "unit",
    "type", "status", "reason",
)  # fmt: skip
"""What a record of one cell has."""
COMPANIONS = ("mechanisms.yaml", "priors.csv", "calibration.csv", "aliases.csv")
"""Files of a folder of tables that are no tables, but change what it says."""

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
    _known: PublishedFigures | None = field(default=None, repr=False)
    _found: Layout | None = field(default=None, repr=False)
    _reviewed: tuple[_Reviewed, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Read every figure at once, so that what cannot be read is an error at once."""
        object.__setattr__(self, "_reviewed", self._review_all())

    @property
    def rows(self) -> pd.DataFrame:
        """Every figure, a row each, in file order; `reason` in English (see `describe`).

        The columns are sheet, row (in the file, from 1), column (its title), printed, region,
        indicator, year, date (the day that the figure stands for), value (in the indicator's unit,
        NaN unless read), unit, published (the figure published for that day, NaN if none), type
        (actual or target), status (one of `STATUSES`), reason (what was understood, or what is
        wrong and what to do), and fix_column (title of the column to correct, which may name the
        indicator or the year).
        """
        return self.describe("en")

    @property
    def open(self) -> pd.DataFrame:
        """Rows that need a decision: problems, and doubts that were not accepted."""
        rows = self.rows
        return rows[rows["status"].isin(OPEN)].reset_index(drop=True)

    @property
    def source(self) -> str:
        """Id of these figures among the sources of a plan."""
        return f"own figures: {self.file}"

    def describe(self, language: str) -> pd.DataFrame:
        """Every figure as in `rows`, with the reasons in a language."""
        rows = []
        for reviewed in self._reviewed:
            reading = reviewed.reading
            cell, about = reading.cell, self._names.about.get(reading.indicator, {})
            fault = next(iter(reviewed.doubts or reading.remarks), Issue("")).role
            titles = cell.titles if reviewed.status in OPEN else {}
            rows.append(
                {
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
            )
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
        return [
            render("line", language, {
                "row": str(row["row"]), "column": row["column"], "printed": row["printed"],
                "text": row["reason"],
            })
            for row in self.describe(language).to_dict("records")
        ]  # fmt: skip

    def summary(self, language: str) -> str:
        """How many figures there are of each status, and which sheets were not read."""
        statuses = [reviewed.status for reviewed in self._reviewed]
        counts = [
            render("count", language, {
                "status": Code("figure_status", status), "number": str(number),
            })
            for status in LABELS["figure_status"]
            if (number := statuses.count(status))
        ]  # fmt: skip
        gaps: dict[str, Argument] = {"file": self.file, "count": str(len(statuses))}
        counted = gaps | {"counts": join(counts, language)}
        text = render("summary" if counts else "none", language, counted)
        for why in ("no_table", "hidden"):
            if names := [name for name, known in self._layout.unread if known == why]:
                listed: dict[str, Argument] = {"names": join(names, language)}
                text += render(f"sheet_{why}", language, listed)
        return text

    def fix(self, row: int, column: str, text: str) -> FigureImport:
        """Correct a cell; what is typed is read as if it had stood in the file.

        The cell may be a figure, or one that names its region, indicator, unit, year or type
        (`fix_column` in `rows` says which), or a title of the header. What was accepted and reads
        otherwise now has to be accepted again.

        Raises
        ------
        UnknownNameError
            If there is no such row or column.
        FiguresError
            If there is no header any more.
        """
        sheet, line, place = self._layout.locate(row, column)
        grid = self.sheets[sheet].write(line, place, text)
        sheets = (*self.sheets[:sheet], grid, *self.sheets[sheet + 1 :])
        fixed = replace(self, sheets=sheets, _found=None)
        before, after = (
            {r.reading.position: r.reading.cell for r in one._reviewed} for one in (self, fixed)
        )
        alike = {
            position for position in self.accepted if before.get(position) == after.get(position)
        }
        return replace(fixed, accepted=frozenset(alike))

    def accept(self, row: int, column: str) -> FigureImport:
        """Take a doubtful figure as it is; one that differs replaces the published one.

        Raises
        ------
        UnknownNameError
            If the figure there is not doubtful.
        """
        position = self._position(row, column, ["doubtful"])
        return replace(self, accepted=self.accepted | {position})

    def drop(self, row: int, column: str) -> FigureImport:
        """Leave a figure out; what is published for its day stays.

        Raises
        ------
        UnknownNameError
            If there is no figure.
        """
        return replace(self, dropped=self.dropped | {self._position(row, column, STATUSES)})

    def drop_open(self) -> FigureImport:
        """Leave out every figure that still needs a decision."""
        rest = self
        while undecided := {r.reading.position for r in rest._reviewed if r.status in OPEN}:
            rest = replace(rest, dropped=rest.dropped | undecided)
        return rest

    def apply(self, plan: Plan, *, targets: bool | None = None) -> Plan:
        """Give the plan with these figures among its observations.

        A figure of another region goes to the plan's `siblings`. A figure that was accepted
        though it differs takes the place of the published one; one that is the same as published
        changes nothing; missing figures stay missing. Where `targets` is true (None: as `read`
        was told), the targets of the file are among the plan's, each in the place of those for
        the same region, indicator and year.

        Raises
        ------
        FiguresError
            With every figure that still needs a decision.
        """
        taken = self.targets if targets is None else targets
        return recut(plan, self._beside(plan, targets=taken)._tables())

    def write(self, folder: Path, plan: Plan) -> Path:
        """Write the tables of the plan with these figures; whole or not at all.

        `load_plan(folder, region=plan.region)` gives the plan that `apply` gives, and a
        parameter file may name the folder as its `data`. A folder that was written here before
        is replaced, any other is kept.

        Raises
        ------
        FiguresError
            With every figure that still needs a decision.
        WriteError
            If it cannot be written, or another folder of that name exists.
        """
        tables = self._beside(plan, targets=self.targets)._tables()
        final = Path(folder)
        with staging_folder(final) as new:
            for name in TABLES:
                text = tables[name].to_csv(index=False, lineterminator="\n")
                (new / f"{name}.csv").write_text(text, encoding="utf-8")
            for name in COMPANIONS:
                if plan.folder and Path(plan.folder, name).is_file():
                    shutil.copyfile(Path(plan.folder, name), new / name)
            read_tables(new)
            made = {"made": "tables with own figures", "file": self.file}
            text = json.dumps(made, ensure_ascii=False)
            (new / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
            swap_folder(new, final)
        return final

    @property
    def _names(self) -> Names:
        """Names of the plan's tables."""
        return self._published.names

    @property
    def _published(self) -> PublishedFigures:
        """What the plan has; looked up once for all changes beside it."""
        if self._known is None:
            names = Names.of(self.plan.tables, read_aliases(self.plan.folder))
            known = PublishedFigures.of(
                self.plan.tables, names, self.plan.as_of, targets=self.targets
            )
            object.__setattr__(self, "_known", known)
        return cast(PublishedFigures, self._known)

    @property
    def _layout(self) -> Layout:
        """Tables on the sheets; looked for once as long as no cell is corrected."""
        if self._found is None:
            object.__setattr__(self, "_found", find_layout(self.file, self.sheets, self._names))
        return cast(Layout, self._found)

    def _beside(self, plan: Plan, *, targets: bool) -> FigureImport:
        """Give the same figures beside another plan."""
        if plan is self.plan and targets == self.targets:
            return self
        return replace(self, plan=plan, targets=targets, _known=None, _found=None)

    def _review_all(self) -> tuple[_Reviewed, ...]:
        """Every figure that was not left out, with its doubts."""
        known = self._published
        readings = read_cells(
            self._layout, self._names, self.region, today=self.today, without=self.dropped
        )
        fallen = known.falls(readings)
        return tuple(
            _Reviewed(reading.refused(fallen[at]), "problem")
            if at in fallen
            else self._review(reading, known)
            for at, reading in enumerate(readings)
        )

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
        known = [r.reading.position for r in self._reviewed if r.status in statuses]
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
                    (*r.reading.position, r.reading.cell.printed, r.doubts or r.reading.remarks)
                    for r in undecided
                ],
            )
        tables = dict(self.plan.tables)
        own = [self._observation(reviewed) for reviewed in self._reviewed if reviewed.taken]
        targets = self._target_rows() if self.targets else []
        if own or targets:
            sources = tables["sources"]
            title = {"source": self.source, "title_zh": self.file}
            tables["sources"] = _joined(sources[sources["source"] != self.source], [title])
        if own:
            figures = tables["observations"]
            tables["observations"] = _joined(figures[~replaced(figures, own)], own)
        if targets:
            key = ["region", "indicator", "year"]
            taken = pd.MultiIndex.from_tuples([tuple(row[k] for k in key) for row in targets])
            planned = tables["targets"]
            rest = planned[~pd.MultiIndex.from_frame(planned[key]).isin(taken)]
            tables["targets"] = _joined(rest, targets)
        return tables

    def _observation(self, reviewed: _Reviewed) -> dict[str, object]:
        """Row of the table of observations."""
        reading, cell = reviewed.reading, reviewed.reading.cell
        preliminary = reading.figure.flag == "preliminary"
        guessed = reading.figure.approximate or reading.figure.flag == "estimated"
        return {
            "region": reading.region,
            "indicator": reading.indicator,
            "year": reading.year,
            "as_of": own_day(reading),
            "value": reading.value,
            "status": "preliminary" if preliminary else "estimated" if guessed else "actual",
            "source": self.source,
            "locus": cell.address,
            "note": cell.facts.source,
            "break": reviewed.beside.get("break", ""),
        }

    def _target_rows(self) -> list[dict[str, object]]:
        """Rows of the table of targets; the last year of an indicator is its final one."""
        readings = [
            r.reading
            for r in self._reviewed
            if r.status == "understood" and r.reading.type == "target"
        ]
        last: dict[tuple[str, str], int] = {}
        for reading in readings:
            series = reading.region, reading.indicator
            last[series] = max(reading.year or 0, last.get(series, 0))
        return [
            {
                "region": reading.region,
                "indicator": reading.indicator,
                "year": reading.year,
                "value": reading.value,
                "comparator": reading.figure.comparator,
                "role": "final"
                if reading.year == last[reading.region, reading.indicator]
                else "annual",
                "force": reading.cell.force,
                "source": self.source,
                "locus": reading.cell.address,
                "note": reading.cell.facts.source,
            }
            for reading in readings
        ]


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
        `told` says so in a language.
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
    return FigureImport(name, read_sheets(content, name), plan, own, targets, today)


def _plain(value: Any, key: str) -> object:
    """Value of a record: None for what is missing, a whole year."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return "" if key in ("printed", "sheet") else None
    return int(value) if key in ("row", "year") else value


def _joined(table: pd.DataFrame, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Table with rows behind it; text that they do not have is empty."""
    blank = dict.fromkeys(table.columns, "")
    more = pd.DataFrame([{**blank, **row} for row in rows])
    return pd.concat([table, more.astype(table.dtypes.to_dict())], ignore_index=True)
