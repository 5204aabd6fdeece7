"""Folders that are replaced whole or not at all, whatever happens in between."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from forecast.errors import WriteError
from forecast.files import MANIFEST, BusyError, building, exchange

READ_ONLY = """
import os, sys
from pathlib import Path
from forecast.errors import WriteError
from forecast.folders import building
from forecast.overview import write_overview

folder = Path(sys.argv[1])
if os.geteuid() == 0:  # whom no permission stops
    os.setresuid(65534, 65534, 65534)
for attempt in (lambda: building(folder / "x").__enter__(), lambda: write_overview(folder)):
    try:
        attempt()
    except WriteError as error:
        print(error.exit_code, error)
"""

HOLD = """
import sys, filelock
with filelock.FileLock(sys.argv[1]):
    print("held", flush=True)
    input()
"""


def make(place: Path, text: str) -> Path:
    """Make a report's folder."""
    place.mkdir(parents=True)
    (place / MANIFEST).write_text(text)
    return place


def left(folder: Path) -> set[str]:
    """Names in a folder, without locks."""
    return {file.name for file in folder.iterdir() if file.suffix != ".lock"}


def test_a_folder_is_built_beside_and_exchanged(tmp_path: Path) -> None:
    """The old folder stands until the new one takes its place, and nothing else is left."""
    final = make(tmp_path / "out" / "丽水 {1}", "old")
    with building(final) as folder:
        assert folder.parent == final.parent
        (folder / MANIFEST).write_text("new")
        assert (final / MANIFEST).read_text() == "old"
        exchange(folder, final)
    assert (final / MANIFEST).read_text() == "new"
    assert left(final.parent) == {final.name}


def test_a_failure_leaves_the_old_folder(tmp_path: Path) -> None:
    """An exception in the block removes what was built, and only that."""
    final = make(tmp_path / "x", "old")
    with pytest.raises(KeyboardInterrupt), building(final) as folder:
        (folder / "half").write_text("done")
        raise KeyboardInterrupt
    assert (final / MANIFEST).read_text() == "old"
    assert left(tmp_path) == {"x"}


def test_a_failed_exchange_leaves_the_old_folder(tmp_path: Path) -> None:
    """If the new folder cannot be moved, the old one is put back."""
    final = make(tmp_path / "x", "old")
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "gone", final)
    assert (final / MANIFEST).read_text() == "old"
    assert left(tmp_path) == {"x"}


def test_what_a_crash_left_is_cleared(tmp_path: Path) -> None:
    """A folder set aside comes back where its successor is missing; unfinished ones go."""
    make(tmp_path / ".x.old", "old")
    make(tmp_path / ".x.partial-1234", "half")
    make(tmp_path / ".xy.partial-1234", "another's")
    with building(tmp_path / "x"):
        assert (tmp_path / "x" / MANIFEST).read_text() == "old"
    assert left(tmp_path) == {"x", ".xy.partial-1234"}


def test_an_old_folder_is_dropped_where_its_successor_stands(tmp_path: Path) -> None:
    """After a crash past the exchange the new folder counts."""
    make(tmp_path / ".x.old", "old")
    make(tmp_path / "x", "new")
    with building(tmp_path / "x"):
        pass
    assert (tmp_path / "x" / MANIFEST).read_text() == "new"
    assert left(tmp_path) == {"x"}


def test_two_processes_cannot_hold_one_folder(tmp_path: Path) -> None:
    """The second is told at once; another name, and the same after the first ended, are free."""
    final = tmp_path / "x"
    command = [sys.executable, "-c", HOLD, str(tmp_path / ".x.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdin
        holder.stdout.readline()
        with pytest.raises(BusyError, match="another run") as caught, building(final):
            pass
        with building(tmp_path / "y"):
            pass
        holder.kill()
    assert caught.value.exit_code == 6
    with building(final):
        pass


def test_a_foreign_folder_is_not_replaced(tmp_path: Path) -> None:
    """Only an empty folder or one with a manifest may be exchanged."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    for name in ("thesis", "file"):
        with pytest.raises(WriteError, match="is not a report"), building(tmp_path / name):
            pass
        with pytest.raises(WriteError, match="is not a report"):
            with building(tmp_path / "x", tmp_path / name):
                pass
    with building(tmp_path / "empty"):
        pass
    assert (tmp_path / "thesis" / "chapter.txt").exists()


def test_a_file_in_place_of_the_output_folder(tmp_path: Path) -> None:
    """What the system says about writing becomes one error with place and remedy."""
    (tmp_path / "out").write_text("")
    for final in (tmp_path / "out" / "x", tmp_path / "out" / "deep" / "x"):
        with pytest.raises(WriteError, match=r"cannot be written.*Make room") as caught:
            with building(final):
                pass
        assert caught.value.exit_code == 5


def test_a_disk_that_fills_while_building(tmp_path: Path) -> None:
    """An error of the system inside the block is an error of writing."""
    with pytest.raises(WriteError, match="No space left"), building(tmp_path / "x"):
        raise OSError(28, "No space left on device")
    assert left(tmp_path) == set()


def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    """Neither a report nor the list of them can be written; both say so."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        command = [sys.executable, "-c", READ_ONLY, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stderr == ""
    told = done.stdout.splitlines()
    assert len(told) == 2
    assert all(line.startswith("5 ") and "cannot be written: Permission" in line for line in told)


def test_a_file_system_without_room(tmp_path: Path) -> None:
    """On a real disk that is full the old folder stands and nothing unfinished is left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk here")
    try:
        make(disk / "x", "old")
        with pytest.raises(WriteError, match="No space left"), building(disk / "x") as folder:
            (folder / "large").write_bytes(bytes(100_000))
        assert (disk / "x" / MANIFEST).read_text() == "old" and left(disk) == {"x"}
    finally:
        subprocess.run(["umount", str(disk)], check=True)
