"""The tables of a plan's folder: made from its workbook and its own CSV files, whole or not at all.

The folder `tables` of a plan is made anew when the workbook, or a file beside it, has changed.
Problems name the sheet and cell of the workbook, or the line of the file, where a row comes from.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from ..errors import DataError, Message, Problem, msg
from ..files import MANIFEST, read_text, staging_folder, swap_folder
from ..i18n.catalog import environment_language
from ..intake.matching import read_aliases
from ..intake.merging import COMPANIONS
from ..tables.csv_files import check_folder, read_tables
from ..tables.plan import data_folder
from ..tables.schema import TABLES
from .conversion import convert
from .form_reading import is_form, read_form
from .rows import Conversion, Origin

__all__ = ["PlanTables", "find_form", "identity", "make_tables", "read_plan", "write_plan"]

FOLDER = "tables"
MADE = "tables of a plan"


@dataclass(frozen=True)
class PlanTables:
    """What was made of a workbook and the files beside it."""

    folder: Path
    region: str
    problems: tuple[Problem, ...]
    doubts: tuple[Problem, ...]


def find_form(folder: Path) -> Path | None:
    """Workbook of a plan's folder; None if there is none.

    Raises
    ------
    DataError
        If there are several.
    """
    forms = [file for file in sorted(folder.glob("*.xlsx")) if is_form(file)]
    if len(forms) > 1:
        names = [file.name for file in forms]
        problem = msg("{count} workbooks of plans: {names}", count=len(names), names=names)
        remedy = msg("keep one in the folder")
        raise DataError([Problem(str(folder), None, None, None, problem, remedy)])
    return forms[0] if forms else None


def make_tables(form: Path, target: Path | None = None, language: str = "") -> PlanTables:
    """Bring the tables of a plan up to date; nothing is written where nothing has changed.

    Parameters
    ----------
    form : workbook of the plan; tables and companions beside it are read as well
    target : folder for the tables; None is `tables` beside the workbook
    language : of reasons in problems; "" is that of the environment

    Raises
    ------
    DataError
        With every problem of the workbook and of the files beside it.
    WriteError
        If they cannot be written.
    """
    final = target or form.parent / FOLDER
    stamp = _stamp(form)
    held = _manifest(final)
    if held.get("stamp") == stamp:
        return PlanTables(final, str(held["region"]), (), ())
    made = read_plan(form, language)
    if made.problems:
        raise DataError(dict.fromkeys(made.problems))
    write_plan(made, form, final, stamp)
    return PlanTables(final, made.region, (), tuple(made.doubts))


def read_plan(form: Path, language: str = "", today: dt.date | None = None) -> Conversion:
    """Read a workbook and the tables beside it; problems are those of rows and of tables together.

    Raises
    ------
    DataError
        If the workbook cannot be read, or lacks sheets or columns.
    """
    shipped = read_tables(data_folder())
    aliases = read_aliases(str(form.parent))
    content = read_form(form)
    made = convert(
        content, shipped, aliases, language=language or environment_language(), today=today
    )
    for file in _beside(form):
        if file.suffix == ".csv":
            _add_file(made, file)
    if not (made.problems or made.rows.get("targets") or made.rows.get("observations")):
        problem, remedy = (
            msg("no target and no figure is filled in yet"),
            msg("write the indicators with their targets and figures, save the file and try again"),
        )
        raise DataError([Problem(form.name, None, None, None, problem, remedy)])
    if not made.problems:
        made.problems += _check(made)
    return made


def write_plan(made: Conversion, form: Path, final: Path, stamp: str = "") -> None:
    """Write the tables of a plan with their companions, whole or not at all."""
    with staging_folder(final) as new:
        _write_rows(made, new)
        for name in COMPANIONS:
            if (form.parent / name).is_file():
                shutil.copyfile(form.parent / name, new / name)
        about = {"made": MADE, "file": form.name, "region": made.region, "stamp": stamp}
        text = json.dumps(about, ensure_ascii=False, indent=2)
        (new / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
        swap_folder(new, final)


def _manifest(folder: Path) -> Mapping[str, object]:
    """Record of how tables were made; empty if there is none."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _beside(form: Path) -> list[Path]:
    """Tables and companions beside a workbook."""
    names = [*(f"{name}.csv" for name in TABLES), *COMPANIONS]
    return [form.parent / name for name in names if (form.parent / name).is_file()]


def _stamp(form: Path) -> str:
    """Return the hash of all that the tables are made from, and of the version that makes them."""
    from .._version import __version__

    digest = hashlib.sha256(__version__.encode())
    for file in (form, *_beside(form)):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _add_file(made: Conversion, file: Path) -> None:
    """Add the rows of a table beside the workbook."""
    table = file.stem
    if table not in TABLES:
        return
    try:
        rows = list(csv.DictReader(io.StringIO(read_text(file))))
    except DataError as error:
        made.problems += error.problems
        return
    held = {identity(table, row): (row, origin) for row, origin in made.rows.get(table, [])}
    for line, cells in enumerate(rows, start=2):
        row: dict[str, object] = {k: (v or "").strip() for k, v in cells.items() if k is not None}
        same = held.get(identity(table, row))
        if table == "observations" and same is not None:
            if float(str(same[0]["value"])) != float(str(row.get("value") or "nan")):
                fact = msg("differs from {value} in {place}, row {row}", value=same[0]["value"],
                           place=same[1].file, row=same[1].row)  # fmt: skip
                remedy = msg("keep one of the two figures")
                made.problems.append(
                    Problem(file.name, line, "value", str(row["value"]), fact, remedy)
                )
            continue
        made.add(table, row, Origin(file.name, line))


def identity(table: str, row: Mapping[str, object]) -> tuple[str, ...]:
    """Return what makes two rows of a plan's own files the same."""
    columns = TABLES[table].replaces or TABLES[table].key
    filled = {**row, "as_of": row.get("as_of") or f"{row.get('year')}-12-31"}
    return tuple(str(filled.get("as_of" if c == "day" else c) or "") for c in columns)


def _check(made: Conversion) -> list[Problem]:
    """Problems of the rows as tables, merged over those of the package, where they come from."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_rows(made, folder)
        return [_placed(problem, made) for problem in check_folder(folder, data_folder())]


def _write_rows(made: Conversion, folder: Path) -> None:
    """Write rows as CSV files."""
    for table, rows in made.rows.items():
        frame = pd.DataFrame([row for row, _ in rows], dtype=object)
        columns = [*TABLES[table].columns, *(c for c in frame if c not in TABLES[table].columns)]
        frame = frame.reindex(columns=columns).astype(object).fillna("")
        text = frame.to_csv(index=False, lineterminator="\n")
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")


def _placed(problem: Problem, made: Conversion) -> Problem:
    """Name where the row of a problem comes from."""
    rows: Sequence[tuple[object, Origin]] = made.rows.get(Path(str(problem.file)).stem, [])
    if (
        problem.row is None
        or not 2 <= problem.row < len(rows) + 2
        or isinstance(problem.file, Message)
    ):
        return problem
    origin = rows[problem.row - 2][1]
    column = origin.titles.get(problem.column or "", problem.column)
    return replace(problem, file=origin.file, row=origin.row, column=column)
