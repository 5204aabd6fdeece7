"""Output folders that are replaced whole or not at all.

A folder is built under another name beside its final place, under a lock, and exchanged for
the old one by renaming. A crash at any moment leaves the old folder, the new one, or an old one
set aside that the next run puts back.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from .errors import N_, ReportError, WriteError, cause, said

__all__ = ["MANIFEST", "BusyError", "building", "exchange", "shipped_folder"]

MANIFEST = "manifest.json"
"""The file that marks a folder as one of ours, which may be replaced."""


def shipped_folder(name: str) -> Path:
    """Folder of the package's own `data`, `notebooks` or `params`: in the wheel or the repository.

    >>> shipped_folder("data").name
    'data'
    """
    package = Path(str(resources.files("forecast")))
    inside = package / name
    return inside if inside.is_dir() else package.parents[1] / name


class BusyError(ReportError):
    """Output that another run is writing."""

    exit_code = 6


@contextmanager
def building(final: Path, *others: Path) -> Iterator[Path]:
    """Hold `final` for this process and give an empty folder beside it, gone at the end.

    The lock is the operating system's and ends with the process, so none is ever stale.
    Whatever an earlier crash left unfinished is cleared; `others` are further folders that the
    caller means to exchange.

    Raises
    ------
    BusyError
        If another process holds `final`.
    WriteError
        If something cannot be written, here or in the block; if a place is taken by a folder
        without a manifest, which a report must not replace.
    """
    parent = final.parent
    prefix = f".{final.name}.partial-"
    folder = parent / f"{prefix}{uuid.uuid4().hex[:8]}"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with _locked(final):
            for place in (final, *others):
                _restore(place)
                _check_ours(place)
            for left in [f for f in parent.iterdir() if f.name.startswith(prefix)]:
                shutil.rmtree(left)
            folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        place = Path(error.filename or parent)
        where = parent if place.is_relative_to(folder) else place
        told = N_(
            "{final} cannot be written: {reason} ({where}). Make room, close its files in "
            "other programs, or give another output folder."
        )
        raise WriteError(said(told, final=final, reason=cause(error), where=where)) from None


def exchange(new: Path, final: Path) -> None:
    """Put `new` in the place of `final`, or leave `final` as it was."""
    aside = _aside(final)
    if final.exists():
        final.rename(aside)
    try:
        new.rename(final)
    except BaseException:
        _restore(final)
        raise
    shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _locked(final: Path) -> Iterator[None]:
    """Hold the lock of a folder, without waiting for it."""
    from filelock import FileLock, Timeout  # not while `import forecast` has no need of it

    lock = FileLock(final.with_name(f".{final.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        told = N_("{final} is being written by another run. Wait for it, or give another name.")
        raise BusyError(said(told, final=final)) from None
    try:
        yield
    finally:
        lock.release()


def _aside(final: Path) -> Path:
    return final.with_name(f".{final.name}.old")


def _restore(final: Path) -> None:
    """Put back a folder that a crash left set aside, or drop it where its successor stands."""
    aside = _aside(final)
    if final.exists():
        shutil.rmtree(aside, ignore_errors=True)
    elif aside.exists():
        aside.rename(final)


def _check_ours(place: Path) -> None:
    """Refuse to replace what no run of ours made."""
    if not place.exists() or (place / MANIFEST).exists():
        return
    if not place.is_dir() or any(place.iterdir()):
        told = N_(
            "{place} exists and is not a report, so it is kept. Give another name or output folder."
        )
        raise WriteError(said(told, place=place))
