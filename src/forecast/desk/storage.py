"""Names of the desk's files: saved scenarios, and folders with a planner's own figures."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path

from ..errors import N_, msg
from ..scenarios.scenario import BASELINE, scenario_folder

__all__ = ["FIGURES", "new_folder", "saved_scenarios", "scenario_file", "shipped_scenarios"]

FIGURES = "figures"
"""Folder of the table folders with a planner's own figures."""
MOST_BYTES = 100
"""Largest length of a scenario's name, in bytes of UTF-8."""
RESERVED = set('\\/:*?"<>|,')
BAD_NAME = N_(
    "{name!r} cannot be used as a name. Enter a short name without commas or slashes that no "
    "shipped scenario has."
)

TAKEN = N_("A scenario named {name} is saved already. Replace it, or enter another name.")


def saved_scenarios(folder: Path) -> list[str]:
    """List the names of the scenarios saved in a folder."""
    return sorted(file.stem for file in folder.glob("[!.]*.yaml"))


def shipped_scenarios() -> list[str]:
    """List the names of the scenarios of the package, the baseline first."""
    return [BASELINE.name, *sorted(file.stem for file in scenario_folder().glob("*.yaml"))]


def scenario_file(
    folder: Path, name: str, content: bytes | None = None, *, replace_file: bool = False
) -> Path:
    """Return the file for a scenario of a folder, which is created where it is missing.

    With a `content` a file of that name which has another one is not to be replaced unless
    `replace_file` says so.

    >>> scenario_file(Path("desk"), "a/b")
    Traceback (most recent call last):
    ValueError: 'a/b' cannot be used as a name. ...

    Raises
    ------
    ValueError
        For a name that cannot be a file name everywhere, or is that of a shipped scenario.
    FileExistsError
        If the name is that of another scenario.
    """
    plain = not set(name) & RESERVED and name.isprintable() and name == name.strip(" .")
    short = 0 < len(name.encode()) <= MOST_BYTES
    if not (plain and short) or name in (FIGURES, *shipped_scenarios()):
        raise ValueError(msg(BAD_NAME, name=name))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.yaml"
    if content is not None and not replace_file and file.exists() and file.read_bytes() != content:
        raise FileExistsError(msg(TAKEN, name=name))
    return file


def new_folder(parent: Path) -> Path:
    """Create a folder with the next free number: earlier ones are never written to again."""
    numbers = count(1)
    while True:
        folder = parent / str(next(numbers))
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder
