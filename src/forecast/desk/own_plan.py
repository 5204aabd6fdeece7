"""A plan entered, opened and made at the desk: the rows of its workbook, cell by cell.

What is entered is kept in the folder of the desk; the state names it, so that undo, a reload and a
link have it. When it is used it is checked as `forecast check` does, written to a new numbered
folder, and the desk opens with it.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from ..callbacks import Progress, ProgressTracker
from ..errors import N_, DataError, Problem, msg
from ..files import MANIFEST, plain_name
from ..intake.spreadsheet import MOST_BYTES
from ..plans import entry
from ..plans.folder import PlanOrder, make_folder, shipped_content
from ..plans.form_reading import read_form
from ..plans.form_writing import FormContent
from ..plans.own_tables import FOLDER, find_form, make_tables, read_plan
from ..tables.csv_files import format_table
from .session import Desk
from .state import State, read_address
from .storage import ENTERED, FIGURES, keep_entered, new_folder

__all__ = [
    "BESIDE", "DRAFT", "TABLES",
    "begin_plan", "change_rows", "check_rows", "open_upload", "pack_plan", "read_rows", "use_rows",
]  # fmt: skip

Parts = Mapping[PurePosixPath, bytes]
"""Files of an archive by path."""
TABLES, DRAFT, BESIDE = "tables", "plan", "beside"
"""Folders of an export: tables in use, the plan as it is entered, scenarios beside."""
MOST_FILES = 60
"""Most files of an archive with a plan."""
ENDINGS = (".xlsx", ".csv", ".yaml", ".yml", ".md")
"""Files of a plan's folder; no others are unpacked."""
NOT_A_PLAN = N_(
    "{file} holds no plan. Choose the workbook that `forecast init` made, or its folder or an "
    "export of the desk as a zip file of at most {most} MB."
)


def read_rows(desk: Desk) -> FormContent:
    """Return the workbook as it is entered: what was changed last, else that of the plan in use."""
    file = desk.folder / ENTERED / f"{desk.state.rows}.json"
    if desk.state.rows and file.is_file():
        return entry.load(file.read_text(encoding="utf-8"), desk.language)
    form = entry.workbook_of(desk.plan)
    if form is not None:
        return entry.content_of(read_form(form), desk.language)
    return entry.begin(desk.plan, desk.language)


def change_rows(desk: Desk, change: Callable[[FormContent], FormContent]) -> None:
    """Change what is entered; a step that can be undone."""
    text = entry.dump(change(read_rows(desk)))
    desk.change(rows=keep_entered(desk.folder, text.encode(), ".json"))


def begin_plan(desk: Desk, order: PlanOrder) -> None:
    """Begin the workbook of another plan; its rows take the place of what is entered.

    Raises
    ------
    UnknownNameError
        As `shipped_content`.
    """
    content = shipped_content(order)
    change_rows(desk, lambda _: content)


def check_rows(
    desk: Desk, *, progress: Progress | None = None
) -> tuple[list[Problem], list[Problem]]:
    """Return the problems of what is entered, and what should be looked at."""
    ProgressTracker(progress, 2)()
    with tempfile.TemporaryDirectory() as name:
        form = entry.write_entered(read_rows(desk), Path(name), desk.plan, desk.language)
        try:
            made = read_plan(form, desk.language)
        except DataError as error:
            return list(error.problems), []
        return list(dict.fromkeys(made.problems)), list(dict.fromkeys(made.doubts))


def use_rows(desk: Desk, *, progress: Progress | None = None) -> Desk:
    """Open the desk with what is entered, in a new folder that is removed where that fails.

    Raises
    ------
    DataError
        With every problem, as of `check_rows`.
    """
    content = read_rows(desk)

    def write(folder: Path) -> Path:
        return entry.write_entered(content, folder, desk.plan, desk.language)

    return _open(desk, partial(_fill_plan, desk, write), progress)


def open_upload(desk: Desk, name: str, content: bytes, *, progress: Progress | None = None) -> Desk:
    """Open what a visitor sends: the workbook of a plan, its folder or an export as a zip file.

    Of an export the desk has the numbers: its tables, settings, draws, scenarios beside and rows.

    Raises
    ------
    ValueError
        If it is none of these, or too large.
    DataError
        With every problem of the plan.
    """
    file = PurePosixPath(name.replace("\\", "/"))
    parts: Parts = {file: content} if len(content) <= MOST_BYTES else {}
    if parts and file.suffix.casefold() == ".zip":
        parts = _unpack(content)
        for path in parts:
            if path.name == MANIFEST and (export := _read_export(parts[path])):
                inside = {p.relative_to(path.parent): part for p, part in parts.items()
                          if p.is_relative_to(path.parent)}  # fmt: skip
                return _open(desk, partial(_fill_export, desk, export, inside), progress)

    def write(folder: Path) -> Path:
        for path, part in parts.items():
            if FOLDER not in path.parts[:-1] and path.name != MANIFEST:
                inside = folder / "scenarios" if path.parent.name == "scenarios" else folder
                _write(inside, path.name, part)
        form = find_form(folder)
        if form is None:
            raise ValueError(msg(NOT_A_PLAN, file=name, most=MOST_BYTES // 10**6))
        return form

    return _open(desk, partial(_fill_plan, desk, write), progress)


def pack_plan(desk: Desk) -> tuple[str, bytes]:
    """Return name and content of an archive with the folder that `forecast init` makes.

    Its workbook is filled with what is entered.
    """
    content = read_rows(desk)
    order = entry.order_of(content, desk.language)
    stream = io.BytesIO()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "plan")
        make_folder(folder, order, content)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, f"plan/{file.name}")
    return "plan.zip", stream.getvalue()


def _open(desk: Desk, fill: Callable[[Path], State], progress: Progress | None) -> Desk:
    """Open the state of a new folder, which is removed where that fails."""
    tracker = ProgressTracker(progress, 10)
    tracker()
    folder = new_folder(desk.folder.absolute() / FIGURES)
    try:
        state = fill(folder)
        tracker()
        return desk.with_state(state, progress=tracker.part(8))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _fill_plan(desk: Desk, write: Callable[[Path], Path], folder: Path) -> State:
    """Make the tables of a workbook that is written to a folder; return the state with them."""
    made = make_tables(write(folder), language=desk.language)
    if made.region == desk.plan.region:
        return replace(desk.state, tables=folder.name, rows="", reading="", question="")
    return State(made.region, desk.state.as_of, desk.language, folder.name)


def _fill_export(desk: Desk, state: State, parts: Parts, folder: Path) -> State:
    """Write the tables of an export to a folder, its rows to those of this desk."""
    for path, part in parts.items():
        top, *under = path.parts
        if top == TABLES and under in ([path.name], ["scenarios", path.name]):
            _write(folder.joinpath(*under[:-1]), path.name, part)
        elif path.parent.parts == (DRAFT,) and path.suffix == ".xlsx":
            _write(folder, path.name, part)
    if not any(folder.glob("*.csv")):  # the package's alone, whatever tables this desk has
        text = format_table("plans", desk.plan.tables["plans"][:0])
        _write(folder, "plans.csv", text.encode())
    form = find_form(folder)
    rows = ""
    if form is not None:
        text = entry.dump(entry.content_of(read_form(form), state.language))
        rows = keep_entered(desk.folder, text.encode(), ".json")
    run = None if state.run == desk.run else state.run
    return replace(state, tables=folder.name, rows=rows, reading="", run=run)


def _read_export(manifest: bytes) -> State | None:
    """Return the state of an export, None for another manifest."""
    try:
        return read_address(json.loads(manifest)["address"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _unpack(content: bytes) -> Parts:
    """Return the files that a plan or an export has; none of an archive that is too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = {PurePosixPath(i.filename.replace("\\", "/")): i for i in archive.infolist()}
            parts = {
                path: info for path, info in infos.items()
                if (path.suffix.casefold() in ENDINGS or path.name == MANIFEST)
                and not path.name.startswith((".", "~$"))
            }  # fmt: skip
            if len(parts) > MOST_FILES or sum(i.file_size for i in parts.values()) > MOST_BYTES:
                return {}
            return {path: archive.read(info)[: info.file_size] for path, info in parts.items()}
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError):  # damaged, or encrypted
        return {}


def _write(folder: Path, name: str, content: bytes) -> None:
    """Write a part of an archive by its own name only."""
    folder.mkdir(exist_ok=True)
    (folder / plain_name(name)).write_bytes(content)
