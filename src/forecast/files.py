"""Files and folders that are written whole or not at all, and text files as offices save them.

An output folder is built under a temporary name beside its final one, under a lock, and swapped
with the old folder by renaming. A crash at any moment leaves the old folder, the new one, or an old
one set aside that the next run restores.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path

from .errors import N_, DataError, Problem, ReportError, WriteError, cause, msg

__all__ = [
    "INDEX",
    "ISSUED",
    "MANIFEST",
    "STORE",
    "BusyError",
    "decode_text",
    "locked",
    "plain_name",
    "read_ordinary",
    "read_text",
    "read_whole",
    "shipped_folder",
    "staging_folder",
    "swap_folder",
    "write_atomic",
]

DEVICE = re.compile(r"(?i:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])\s*(?:\..*)?")
"""What Windows takes for a device, whatever ending follows."""
MOST_TEXT = 100_000_000
"""Most bytes of a text or table that is read whole."""
MANIFEST = "manifest.json"
"""The file that marks a folder as one of ours, which may be replaced."""
INDEX = "index.html"
"""The list of all reports in their output folder."""
ISSUED = "issued.pickle"
"""Forecasts that a report issues, in its unfinished folder."""
STORE = "vintages.sqlite"
"""The store of issued forecasts beside it."""


def shipped_folder(name: str) -> Path:
    """Folder of the package's own `data`, `notebooks` or `params`: in the wheel or the repository.

    >>> shipped_folder("data").name
    'data'
    """
    package = Path(str(resources.files("forecast")))
    inside = package / name
    return inside if inside.is_dir() else package.parents[1] / name


def plain_name(name: str) -> str:
    r"""File name that every system can have and no command takes for an option: mostly the name.

    >>> [plain_name(name) for name in ("青山 {a}.yaml", "a:b\\..\\c", "con.txt", "..", "-rf")]
    ['青山 {a}.yaml', 'a_b_.._c', '_con.txt', '_', '_-rf']
    """
    plain = "".join("_" if c in '\\/:*?"<>|' or not c.isprintable() else c for c in name)
    plain = plain.strip(". ") or "_"
    return f"_{plain}" if plain.startswith("-") or DEVICE.fullmatch(plain) else plain


def read_ordinary(path: Path, most: int = -1) -> bytes:
    """Content of a file, at most `most` bytes of it; of no device or pipe, which has no end.

    Raises
    ------
    OSError
        If it cannot be read, or is no ordinary file.
    """
    with open(path, "rb", opener=_open_ordinary) as stream:
        return stream.read(most)


def _open_ordinary(path: str, flags: int) -> int:
    """Open a file; a pipe without waiting for what is written into it."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        raise OSError(errno.ENODEV, "not an ordinary file", path)
    return descriptor


def read_text(path: Path) -> str:
    """Text of a file in UTF-8 (with or without a byte-order mark), else in GB18030.

    Raises
    ------
    DataError
        If the file cannot be opened, has more than `MOST_TEXT` bytes or is in neither encoding.
    """
    content = read_whole(path)
    text = decode_text(content) if isinstance(content, bytes) else None
    if text is None:
        problem, remedy = msg("neither UTF-8 nor GB18030 text"), msg("save the file as CSV UTF-8")
        fault = Problem(path.name, None, None, None, problem, remedy)
        raise DataError([fault if isinstance(content, bytes) else content])
    return text


def read_whole(path: Path) -> bytes | Problem:
    """Content of a text or table, or why it cannot be read: so also if it is too large."""
    remedy = msg("check the path and its permissions")
    try:
        content = read_ordinary(path, MOST_TEXT + 1)
    except OSError as error:
        problem = msg("cannot be read ({reason})", reason=cause(error))
        return Problem(path.name, None, None, None, problem, remedy)
    if len(content) > MOST_TEXT:
        problem = msg("larger than {most} MB", most=f"{MOST_TEXT / 1e6:.0f}")
        return Problem(path.name, None, None, None, problem, msg("divide the file"))
    return content


def decode_text(content: bytes) -> str | None:
    r"""Text of bytes in UTF-8 (with or without a byte-order mark), else in GB18030, else None.

    >>> decode_text("丽水".encode("gb18030")), decode_text(b"PK\0")
    ('丽水', None)
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # A NUL is valid in both encodings, but only UTF-16 and binary files contain it.
        if "\0" not in text:
            return text
    return None


def write_atomic(file: Path, content: bytes) -> None:
    """Write a file under a temporary name in its folder, and rename it when it is complete.

    Raises
    ------
    WriteError
        If it cannot be written; an older file then stays as it was.
    """
    partial = file.with_name(f".{file.name}.partial-{uuid.uuid4().hex[:8]}")
    try:
        partial.write_bytes(content)
        partial.replace(file)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        message = N_("{file} cannot be written: {reason}. Choose another place.")
        raise WriteError(msg(message, file=file, reason=cause(error))) from error


class BusyError(ReportError):
    """Output that another run is writing."""

    exit_code = 6


@contextmanager
def staging_folder(final: Path, *others: Path) -> Iterator[Path]:
    """Lock `final` for this process and give an empty folder beside it, removed at the end.

    The lock is the operating system's and ends with the process, so none is ever stale. What an
    earlier crash left unfinished is removed; `others` are further folders that the caller will
    swap. Where `final` is a symbolic link, all is done beside the folder that it leads to.

    Raises
    ------
    BusyError
        If another process holds `final`.
    WriteError
        If something cannot be written, here or in the block; if a folder without a manifest,
        which a report must not replace, is in the way.
    """
    folders = [_follow(path) for path in (final, *others)]
    final = folders[0]
    parent = final.parent
    prefix = f".{final.name}.partial-"
    folder = parent / f"{prefix}{uuid.uuid4().hex[:8]}"
    message = N_("{final} is being written by another run. Wait for it, or give another name.")
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with locked(final, BusyError(msg(message, final=final))):
            for path in folders:
                _restore(path)
                _check_ours(path)
            for left in [f for f in parent.iterdir() if f.name.startswith(prefix)]:
                shutil.rmtree(left, ignore_errors=True)
            folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        path = Path(error.filename or parent)
        where = parent if path.is_relative_to(folder) else path
        message = N_(
            "{final} cannot be written: {reason} ({where}). Make room, close its files in "
            "other programs, or give another output folder."
        )
        raise WriteError(msg(message, final=final, reason=cause(error), where=where)) from None


def swap_folder(new: Path, final: Path, written: Mapping[str, str] | None = None) -> list[str]:
    """Put `new` in the place of `final`, or leave `final` as it was.

    Parameters
    ----------
    written : SHA-256 by name of the files that a run wrote into `final`, as its manifest lists
        them (empty where the manifest is damaged): what else is there is copied to `new`, and
        a listed file that was edited since is copied under another name, as report.edited.html.
        None drops all that `final` holds.

    Returns
    -------
    Names, in the new folder, of the copied files.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     final = Path(folder, "report")
    ...     final.mkdir()
    ...     _ = (final / "my notes.txt").write_text("ask the county")
    ...     with staging_folder(final.with_name("other")) as new:
    ...         swap_folder(new, final, written={})
    ['my notes.txt']
    """
    final = _follow(final)
    kept = [] if written is None or not final.exists() else _copy_own(final, new, written)
    aside = _aside(final)
    if final.exists():
        final.rename(aside)
    try:
        new.rename(final)
    except BaseException:
        _restore(final)
        raise
    _discard(aside)
    return kept


def _copy_own(old: Path, new: Path, written: Mapping[str, str]) -> list[str]:
    """Copy what a folder holds beyond the files a run wrote, without replacing anything."""
    kept = []
    for file in sorted(f for f in old.rglob("*") if f.is_symlink() or f.is_file()):
        name = file.relative_to(old)
        if str(name) == MANIFEST:
            continue
        if name.as_posix() in written and not file.is_symlink():
            if hashlib.sha256(file.read_bytes()).hexdigest() == written[name.as_posix()]:
                continue
            name = name.with_suffix(f".edited{name.suffix}")
        stem, number = name.stem, 1
        while (new / name).exists():
            number += 1
            name = name.with_name(f"{stem}-{number}{name.suffix}")
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, new / name, follow_symlinks=False)
        kept.append(name.as_posix())
    return kept


@contextmanager
def locked(path: Path, busy: ReportError, patience: float = 0) -> Iterator[None]:
    """Hold the lock of a path; raise `busy` if another process has it for `patience` seconds.

    Its file is removed while it is held: who has opened it meanwhile sees that, and tries again.
    """
    from filelock import FileLock, Timeout  # not while `import forecast` has no need of it

    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise busy from None
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            os.unlink(lock.lock_file)
        lock.release()


def _follow(path: Path) -> Path:
    """Return the folder that a symbolic link leads to; any other path as it is."""
    return Path(os.path.realpath(path)) if os.path.islink(path) else path


def _aside(final: Path) -> Path:
    return final.with_name(f".{final.name}.old")


def _restore(final: Path) -> None:
    """Put back a folder that a crash left set aside, or discard it where its successor exists."""
    aside = _aside(final)
    if not final.exists() and aside.exists():
        aside.rename(final)
    _discard(aside)


def _discard(aside: Path) -> None:
    """Delete a folder set aside; what cannot be deleted now is tried again by later runs.

    It is renamed first, so that a part of it can neither be restored nor be in the way.
    """
    prefix = f"{aside.name}-deleted-"
    if aside.exists():
        aside.rename(aside.with_name(f"{prefix}{uuid.uuid4().hex[:8]}"))
    for left in [f for f in aside.parent.iterdir() if f.name.startswith(prefix)]:
        shutil.rmtree(left, ignore_errors=True)


def _check_ours(path: Path) -> None:
    """Refuse to replace what no run of ours made."""
    if not path.exists() or (path / MANIFEST).exists():
        return
    if not path.is_dir() or any(path.iterdir()):
        message = N_(
            "{path} exists and is not a report, so it is kept. Give another name or output folder."
        )
        raise WriteError(msg(message, path=path))
