"""Own figures from a file: corrected cell by cell, held against a plan, and merged into it.

`read` gives each figure of a file a status: understood, doubtful (read, to be confirmed), problem
(not read) or missing. Doubtful figures and problems are open until the planner corrects a cell
(`fix`), accepts the figure (`accept`) or leaves it out (`drop`). Then `apply` gives the plan with
these figures and `write` a folder of tables for reports. Nothing is filled in, replaced or left
out by itself, and nothing leaves the machine.

`review` has the reasons for a doubt. Targets are no data: they are shown and left out.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import N_, check_name, said
from ..files import MANIFEST, staging_folder, swap_folder
from ..i18n.formatting import join
from ..i18n.labels import LABELS
from ..i18n.messages import Code, FiguresError, Gap, Remark, say
from ..tables.csv_files import read_tables
from ..tables.plan import Plan, recut
from ..tables.schema import TABLES
from .reading import Names, Reading, read_cells
from .review import DOUBTED, PublishedFigures, replaced, same
from .spreadsheet import Sheet, read_sheet

__all__ = ["COLUMNS", "OPEN", "STATUSES", "FigureImport", "read"]

STATUSES = ("understood", "doubtful", "problem", "missing")
OPEN = ("doubtful", "problem")
"""What needs a decision."""
COLUMNS = (
    "row", "column", "printed", "region", "indicator", "year", "value", "published", "type",
    "status", "reason", "fix_column",
)  # fmt: skip
LINE = ("row", "column", "printed")
COMPANIONS = ("mechanisms.yaml", "priors.csv", "calibration.csv")
"""Files of a folder of tables that are no tables, but change what it says."""

Place = tuple[int, str]
"""Line of a figure in its file, and title of its column."""


@dataclass(frozen=True)
class _Judged:
    """One figure, and what the plan says to it."""

    reading: Reading
    status: str
    doubts: tuple[Remark, ...] = ()
    beside: Mapping[str, Any] = field(default_factory=dict)
    """The observation published for the same region, indicator and year; empty if none."""

    @property
    def published(self) -> float:
        return float(self.beside.get("value", float("nan")))

    @property
    def place(self) -> Place:
        return self.reading.cell.row, self.reading.cell.column

    @property
    def taken(self) -> bool:
        """Whether the figure becomes an observation: targets and what is published do not."""
        fresh = not same(self.reading.value, self.published)
        return self.status == "understood" and self.reading.type == "actual" and fresh


@dataclass(frozen=True, eq=False)
class FigureImport:
    """A planner's own figures beside a plan; each change gives a new one.

    Parameters
    ----------
    sheet : the sheet as it was read, with the cells that were corrected
    plan : the plan that the figures are held against
    region : whose figures those are that name no region
    accepted, dropped : figures that were doubted and accepted, and that were left out
    """

    sheet: Sheet
    plan: Plan
    region: str | None
    accepted: frozenset[Place] = frozenset()
    dropped: frozenset[Place] = frozenset()
    _judged: tuple[_Judged, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read every figure at once, so that what cannot be read is said at once."""
        object.__setattr__(self, "_judged", self._judge_all())

    @property
    def rows(self) -> pd.DataFrame:
        """Every figure, a row each, in file order; `reason` in English (see `describe`).

        The columns are row (line in the file), column (its title), printed, region, indicator,
        year, value (in the indicator's unit, NaN unless read), published (the figure published
        for that year, NaN if none), type (actual or target), status (one of `STATUSES`), reason
        (what was understood, or what is wrong and what to do), and fix_column (title of the
        column to correct, which may name the indicator or the year).
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
        return f"own figures: {self.sheet.file}"

    def describe(self, language: str) -> pd.DataFrame:
        """Every figure as in `rows`, said in Chinese or English."""
        rows = []
        for judged in self._judged:
            reading = judged.reading
            cell = reading.cell
            fault = next(iter(judged.doubts or reading.remarks), Remark("")).role
            wrong = judged.status in OPEN
            rows.append(
                {
                    "row": cell.row,
                    "column": cell.column,
                    "printed": cell.printed,
                    "region": reading.region,
                    "indicator": reading.indicator,
                    "year": float("nan") if reading.year is None else float(reading.year),
                    "value": reading.value,
                    "published": judged.published,
                    "type": reading.type,
                    "status": judged.status,
                    "reason": reading.told(language, judged.doubts),
                    "fix_column": self.sheet.title(fault, cell.column) if wrong else cell.column,
                }
            )
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def lines(self, language: str) -> list[str]:
        """Every figure in a sentence: where it stands, how it is printed, what is said of it."""
        return [
            say(
                "figure_said",
                "line",
                language,
                {"said": row["reason"]} | {key: str(row[key]) for key in LINE},
            )
            for row in self.describe(language).to_dict("records")
        ]

    def summary(self, language: str) -> str:
        """How many figures there are of each status, and which sheets were not read."""
        statuses = [judged.status for judged in self._judged]
        counts = [
            say(
                "figure_said",
                "count",
                language,
                {"status": Code("figure_status", status), "number": str(number)},
            )
            for status in LABELS["figure_status"]
            if (number := statuses.count(status))
        ]
        gaps: dict[str, Gap] = {"file": self.sheet.file, "count": str(len(statuses))}
        counted = gaps | {"counts": join(counts, language)}
        said = say("figure_said", "summary" if counts else "none", language, counted)
        if self.sheet.others:
            names: dict[str, Gap] = {"names": join(self.sheet.others, language)}
            said += say("figure_said", "others", language, names)
        return said

    def fix(self, row: int, column: str, text: str) -> FigureImport:
        """Correct a cell; what is typed is read as if it had stood in the file.

        The cell may be a figure, or one that names its region, indicator, unit, year or type
        (`fix_column` in `rows` says which). What was accepted and reads otherwise now has to be
        accepted again.

        Raises
        ------
        UnknownNameError
            If there is no such line or column.
        """
        sheet = self.sheet.write(row, column, text)
        alike = {*self.sheet.cells("")} & {*sheet.cells("")}
        accepted = self.accepted & {(cell.row, cell.column) for cell in alike}
        return replace(self, sheet=sheet, accepted=accepted)

    def accept(self, row: int, column: str) -> FigureImport:
        """Take a doubtful figure as it is; one that differs replaces the published one.

        Raises
        ------
        UnknownNameError
            If the figure there is not doubtful.
        """
        place = self._place(row, column, ["doubtful"])
        return replace(self, accepted=self.accepted | {place})

    def drop(self, row: int, column: str) -> FigureImport:
        """Leave a figure out; what is published for its year stays.

        Raises
        ------
        UnknownNameError
            If there is no figure.
        """
        return replace(self, dropped=self.dropped | {self._place(row, column, STATUSES)})

    def drop_open(self) -> FigureImport:
        """Leave out every figure that still needs a decision."""
        rest = self
        while len(rest.open):
            places = zip(rest.open["row"], rest.open["column"], strict=True)
            rest = replace(rest, dropped=rest.dropped | set(places))
        return rest

    def apply(self, plan: Plan) -> Plan:
        """Give the plan with these figures among its observations.

        A figure of another region goes to the plan's `siblings`. A figure that was accepted
        though it differs takes the place of the published one; one that is the same as published
        changes nothing; missing figures stay missing.

        Raises
        ------
        FiguresError
            With every figure that still needs a decision.
        """
        return recut(plan, replace(self, plan=plan)._tables())

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
            If it cannot be written, or the place is taken.
        """
        tables = replace(self, plan=plan)._tables()
        final = Path(folder)
        with staging_folder(final) as new:
            for name in TABLES:
                text = tables[name].to_csv(index=False, lineterminator="\n")
                (new / f"{name}.csv").write_text(text, encoding="utf-8")
            for name in COMPANIONS:
                if plan.folder and Path(plan.folder, name).is_file():
                    shutil.copyfile(Path(plan.folder, name), new / name)
            read_tables(new)
            made = {"made": "tables with own figures", "file": self.sheet.file}
            text = json.dumps(made, ensure_ascii=False)
            (new / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
            swap_folder(new, final)
        return final

    def _judge_all(self) -> tuple[_Judged, ...]:
        """Every figure that was not left out, with its doubts."""
        tables = self.plan.tables
        names = Names.of(tables["indicators"], tables["regions"], tables["units"])
        readings = read_cells(self.sheet, names, self.region, without=self.dropped)
        known = PublishedFigures.of(tables, names, self.plan.as_of)
        fallen = known.falls(readings)
        return tuple(
            _Judged(reading.refused(fallen[at]), "problem")
            if at in fallen
            else self._judge(reading, known)
            for at, reading in enumerate(readings)
        )

    def _judge(self, reading: Reading, known: PublishedFigures) -> _Judged:
        if reading.status != "ok":
            return _Judged(reading, reading.status)
        notes = [remark for remark in reading.remarks if remark.code not in DOUBTED]
        doubts = tuple(known.doubts(reading))
        if (reading.cell.row, reading.cell.column) in self.accepted:
            notes, doubts = [*notes, *doubts], ()
        noted = replace(reading, remarks=(*notes, *known.notes(reading)))
        status = "doubtful" if doubts else "understood"
        return _Judged(noted, status, doubts, known.beside(reading))

    def _place(self, row: int, column: str, statuses: Collection[str]) -> Place:
        """Place of a figure, which must be there with one of some statuses."""
        places = [judged.place for judged in self._judged if judged.status in statuses]
        what = N_("doubtful figure") if len(statuses) == 1 else N_("figure")
        known = [said("row {row}, {column}", row=r, column=c) for r, c in places]
        check_name(what, said("row {row}, {column}", row=row, column=column), known)
        return row, column

    def _tables(self) -> dict[str, pd.DataFrame]:
        """Tables of the plan with these figures in them; all must be decided."""
        undecided = [j for j in self._judged if j.status in OPEN]
        if undecided:
            raise FiguresError(
                self.sheet.file,
                [
                    (*j.place, j.reading.cell.printed, j.doubts or j.reading.remarks)
                    for j in undecided
                ],
            )
        tables = dict(self.plan.tables)
        own = [self._observation(judged) for judged in self._judged if judged.taken]
        if not own:
            return tables
        title = {"source": self.source, "title_zh": f"自有数据：{self.sheet.file}"}
        sources = tables["sources"]
        tables["sources"] = _joined(sources[sources["source"] != self.source], [title])
        figures = tables["observations"]
        tables["observations"] = _joined(figures[~replaced(figures, own)], own)
        return tables

    def _observation(self, judged: _Judged) -> dict[str, object]:
        """Row of the table of observations."""
        reading, cell = judged.reading, judged.reading.cell
        return {
            "region": reading.region,
            "indicator": reading.indicator,
            "year": reading.year,
            "value": reading.value,
            "status": "estimated" if reading.figure.approximate else "actual",
            "source": self.source,
            "locus": f"{self.sheet.name} 第{cell.row}行 {cell.column}".strip(),
            "note": cell.source,
            "break": judged.beside.get("break", ""),
        }


def read(content: bytes, name: str, plan: Plan, region: str | None = None) -> FigureImport:
    r"""Read a planner's own figures beside a plan.

    Parameters
    ----------
    content : what the file holds: a workbook (xlsx, xls, ods) or a text (csv) as in
        `parsing.read_figures`
    name : the file's name; its ending says what it is, and it names the source of the figures
    plan : as from `load_plan`
    region : id or name of the region of rows that name none; None is the plan's

    Raises
    ------
    FiguresError
        If the file cannot be read, has no header that is recognised, or names no region; its
        `told` says so in Chinese or English.
    UnknownNameError
        If `region` is not known.

    Examples
    --------
    >>> from forecast.tables.plan import load_plan
    >>> plan = load_plan("lishui")
    >>> file = "指标,2020,2021\n护理型床位占比,61.5%,六成\n"
    >>> intake = read(file.encode(), "own.csv", plan)
    >>> intake.rows[["column", "status"]].to_numpy().tolist()
    [['2020', 'doubtful'], ['2021', 'problem']]
    >>> decided = intake.fix(2, "2021", "62%").drop(2, "2020")
    >>> decided.apply(plan).observations.tail(1)[["indicator", "year", "value"]].values.tolist()
    [['nursing_bed_share', 2021.0, 62.0]]
    """
    return FigureImport(read_sheet(content, name), plan, region or plan.region or None)


def _joined(table: pd.DataFrame, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Table with rows behind it; text that they do not have is empty."""
    blank = dict.fromkeys(table.columns, "")
    more = pd.DataFrame([{**blank, **row} for row in rows])
    return pd.concat([table, more.astype(table.dtypes.to_dict())], ignore_index=True)
