"""Names of the desk's files: saved scenarios, and folders with a planner's own figures."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from ..errors import N_, msg
from ..files import plain_name, write_atomic
from ..scenarios.scenario import BASELINE, scenario_folder

__all__ = [
    "ENTERED",
    "FIGURES",
    "NAME",
    "check_kept",
    "check_plain",
    "keep_entered",
    "new_folder",
    "saved_scenarios",
    "scenario_file",
    "shipped_scenarios",
]

NAME = "desk"
"""Name of the scenario of the current settings, until it is saved under another one."""
FIGURES = "figures"
"""Folder of the table folders with a planner's own figures."""
ENTERED = "entered"
"""Folder of what is entered: rows of plans, files of figures with what was decided on them."""
MOST_BYTES = 100
"""Largest length of a scenario's name, in bytes of UTF-8."""
VISITORS = "visitors"
"""Folder of the folders of a server's visitors."""
MOST_VISITORS, MOST_DAYS, MOST_SIZE = 200, 30, 100_000_000
"""Visitors whose files are kept, days without a visit, and bytes of each visitor."""
BAD_NAME = N_(
    "{name!r} cannot be used as a name. Enter a short name without commas or slashes that no "
    "shipped scenario has."
)

TAKEN = N_("A scenario named {name} is saved already. Replace it, or enter another name.")
FULL = N_(
    "Your space of {most} MB on this server is full. Download what you need; it is removed {days} "
    "days after your last visit."
)

NOT_HERE = N_(
    "The link names figures or rows of a plan that are not on this desk. Ask whoever sent it for "
    "an export, and open that here."
)

MANY = N_(
    "{most} visitors have files on this server already, which are removed {days} days after their "
    "last visit. Ask whoever runs the server."
)


def visitor_folder(shared: Path, key: str) -> Path:
    """Return the folder of a visitor, whose key nobody can learn from its name.

    >>> visitor_folder(Path("desk"), "../x").as_posix()
    'desk/visitors/d6b96a97d147daaae49eb87a5ca7bfbc'
    """
    return shared / VISITORS / hashlib.sha256(key.encode()).hexdigest()[:32]


def remove_old(folder: Path) -> None:
    """Note a visit, and remove the folders of those who were not here for long."""
    if folder.is_dir():
        os.utime(folder)
    for file in folder.parent.glob("*"):
        if file.stat().st_mtime < time.time() - MOST_DAYS * 86_400:
            shutil.rmtree(file, ignore_errors=True)


def check_room(folder: Path) -> None:
    """Raise ValueError where the folder of a visitor is full, or there are too many of them."""
    if folder.parent.name != VISITORS:
        return
    if not folder.exists() and len([*folder.parent.glob("*")]) >= MOST_VISITORS:
        raise ValueError(msg(MANY, most=MOST_VISITORS, days=MOST_DAYS))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    if size > MOST_SIZE:
        raise ValueError(msg(FULL, most=MOST_SIZE // 10**6, days=MOST_DAYS))


def saved_scenarios(folder: Path) -> list[str]:
    """List the names of the scenarios saved in a folder."""
    return sorted(file.stem for file in folder.glob("[!.]*.yaml"))


def shipped_scenarios() -> list[str]:
    """List the names of the scenarios of the package, the baseline first."""
    return [BASELINE.name, *sorted(file.stem for file in scenario_folder().glob("*.yaml"))]


def check_plain(name: str) -> None:
    """Raise ValueError for a name that a scenario cannot have beside others, or as a file.

    >>> check_plain("-10% training")
    >>> check_plain("a/b")
    Traceback (most recent call last):
    ValueError: 'a/b' cannot be used as a name. ...
    """
    change = name.lstrip("-")  # as in -10%
    plain = plain_name(change) == change and "," not in name and not name.endswith(".failed")
    short = 0 < len(name.encode("utf-8", "replace")) <= MOST_BYTES
    if not (plain and short) or name in (NAME, BASELINE.name):
        raise ValueError(msg(BAD_NAME, name=name))


def scenario_file(
    folder: Path, name: str, content: bytes | None = None, *, replace_file: bool = False
) -> Path:
    """Return the file for a scenario of a folder, which is created where it is missing.

    With a `content` a file of that name which has another one is not to be replaced unless
    `replace_file` says so.

    Raises
    ------
    ValueError
        For a name that cannot be a file name everywhere, or is that of a shipped scenario.
    FileExistsError
        If the name is that of another scenario.
    """
    check_plain(name)
    if name in (FIGURES, ENTERED, VISITORS, *shipped_scenarios()):
        raise ValueError(msg(BAD_NAME, name=name))
    check_room(folder)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.yaml"
    if content is not None and not replace_file and file.exists() and file.read_bytes() != content:
        raise FileExistsError(msg(TAKEN, name=name))
    return file


def keep_entered(folder: Path, content: bytes, ending: str) -> str:
    """Write what is entered to the folder of a desk; return how a state names it."""
    name = hashlib.sha256(content).hexdigest()[:16]
    check_room(folder)
    file = folder / ENTERED / f"{name}{ending}"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(file, content)
    return name


def check_kept(folder: Path, tables: str, *entered: str) -> None:
    """Raise ValueError where the folder of a desk has not what a state names, as of a link."""
    wanted = [folder / ENTERED / f"{name}.json" for name in entered if name]
    wanted += [folder / FIGURES / tables] if tables.isdecimal() else []
    if not all(path.exists() for path in wanted):
        raise ValueError(msg(NOT_HERE))


def new_folder(parent: Path) -> Path:
    """Create a folder with a new number, which no other visitor's link names by chance."""
    check_room(parent.parent)
    while True:
        folder = parent / str(secrets.randbelow(10**12))
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder
