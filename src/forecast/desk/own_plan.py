"""A plan entered, opened and made at the desk: the rows of its workbook, cell by cell.

What is entered is kept in the folder of the desk; the state names it, so that undo, a reload and a
link have it. When it is used it is checked as `forecast check` does, written to a new numbered
folder, and the desk opens with it.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ..callbacks import Progress, ProgressTracker
from ..errors import N_, DataError, Problem, msg
from ..files import write_atomic
from ..intake import MOST_BYTES
from ..plans import entry
from ..plans.folder import PlanOrder, make_folder, shipped_content
from ..plans.form_reading import read_form
from ..plans.form_writing import FormContent
from ..plans.own_tables import FOLDER, find_form, make_tables, read_plan
from .session import Desk
from .state import State
from .storage import ENTERED, FIGURES, check_room, new_folder

__all__ = ["begin_plan", "change_rows", "check_rows", "open_upload", "pack_plan", "read_rows",
           "use_rows"]  # fmt: skip

MOST_FILES = 60
"""Most files of an archive with a plan."""
ENDINGS = (".xlsx", ".csv", ".yaml", ".yml", ".md")
"""Files of a plan's folder; no others are unpacked."""
NOT_A_PLAN = N_(
    "{file} holds no plan. Choose the workbook that `forecast init` made, or its folder as a zip "
    "file of at most {most} MB."
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
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    check_room(desk.folder)
    folder = desk.folder / ENTERED
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / f"{name}.json", text.encode())
    desk.change(rows=name)


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

    return _open(desk, write, progress)


def open_upload(desk: Desk, name: str, content: bytes, *, progress: Progress | None = None) -> Desk:
    """Open a plan that a visitor sends: its workbook, or its folder as a zip file.

    Raises
    ------
    ValueError
        If it is neither, or too large.
    DataError
        With every problem of the plan.
    """

    def write(folder: Path) -> Path:
        file = folder / PurePosixPath(name.replace("\\", "/")).name
        if len(content) <= MOST_BYTES and file.suffix.casefold() == ".zip":
            _unpack(content, folder)
        elif len(content) <= MOST_BYTES:
            file.write_bytes(content)
        form = find_form(folder)
        if form is None:
            raise ValueError(msg(NOT_A_PLAN, file=name, most=MOST_BYTES // 10**6))
        return form

    return _open(desk, write, progress)


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


def _open(desk: Desk, write: Callable[[Path], Path], progress: Progress | None) -> Desk:
    """Open the plan of a workbook that is written to a new folder."""
    tracker = ProgressTracker(progress, 10)
    tracker()
    folder = new_folder(desk.folder.absolute() / FIGURES)
    try:
        made = make_tables(write(folder), language=desk.language)
        tracker()
        state = State(made.region, desk.state.as_of, desk.language, folder.name)
        if made.region == desk.plan.region:
            state = replace(desk.state, tables=folder.name, rows="", question="")
        return desk.with_state(state, progress=tracker.part(8))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _unpack(content: bytes, folder: Path) -> None:
    """Write the files of an archive that a plan's folder may have, each by its own name only."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [
                info for info in archive.infolist()
                if PurePosixPath(info.filename).suffix.casefold() in ENDINGS
                and not PurePosixPath(info.filename).name.startswith((".", "~$"))
                and FOLDER not in PurePosixPath(info.filename).parts[:-1]
            ]  # fmt: skip
            if len(parts) > MOST_FILES or sum(info.file_size for info in parts) > MOST_BYTES:
                return
            for info in parts:
                path = PurePosixPath(info.filename)
                inside = folder / "scenarios" if path.parent.name == "scenarios" else folder
                inside.mkdir(exist_ok=True)
                with archive.open(info) as part:
                    (inside / path.name).write_bytes(part.read(info.file_size))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
        return
