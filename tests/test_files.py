"""Files and folders that are written whole or not at all, whatever happens in between."""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from forecast.errors import DataError, WriteError
from forecast.files import (
    MANIFEST,
    BusyError,
    decode_text,
    read_ordinary,
    read_text,
    staging_folder,
    swap_folder,
    write_atomic,
)

READ_ONLY = """
import filelock, os, sys
from pathlib import Path
from forecast.errors import WriteError
from forecast.files import staging_folder, write_atomic

folder = Path(sys.argv[1])
if os.geteuid() == 0:  # whom no permission stops
    os.setresuid(65534, 65534, 65534)
for attempt in (
    lambda: staging_folder(folder / "x").__enter__(), lambda: write_atomic(folder / "y", b"")
):
    try:
        attempt()
    except WriteError as error:
        print(error.exit_code, error)
"""

STUCK = """
import filelock, os, sys
from pathlib import Path
from forecast.files import staging_folder, swap_folder

final = Path(sys.argv[1], "x")
if os.geteuid() == 0:  # whom no permission stops
    os.setresuid(65534, 65534, 65534)
for n in range(3):
    with staging_folder(final) as folder:
        (folder / "manifest.json").write_text(str(n))
        (folder / "pictures").mkdir()
        (folder / "pictures" / "a.png").write_bytes(b"")
        if n < 2:
            (folder / "pictures").chmod(0o555)
        swap_folder(folder, final)
print((final / "manifest.json").read_text())
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
    """The old folder stays until the new one is swapped in, and nothing else is left."""
    final = make(tmp_path / "out" / "丽水 {1}", "old")
    with staging_folder(final) as folder:
        assert folder.parent == final.parent
        (folder / MANIFEST).write_text("new")
        assert (final / MANIFEST).read_text() == "old"
        swap_folder(folder, final)
    assert (final / MANIFEST).read_text() == "new"
    assert left(final.parent) == {final.name}


def test_a_failure_leaves_the_old_folder(tmp_path: Path) -> None:
    """An exception in the block removes what was built, and only that."""
    final = make(tmp_path / "x", "old")
    with pytest.raises(KeyboardInterrupt), staging_folder(final) as folder:
        (folder / "half").write_text("done")
        raise KeyboardInterrupt
    assert (final / MANIFEST).read_text() == "old"
    assert left(tmp_path) == {"x"}


def test_a_failed_exchange_leaves_the_old_folder(tmp_path: Path) -> None:
    """If the new folder cannot be moved, the old one is put back."""
    final = make(tmp_path / "x", "old")
    with pytest.raises(FileNotFoundError):
        swap_folder(tmp_path / "gone", final)
    assert (final / MANIFEST).read_text() == "old"
    assert left(tmp_path) == {"x"}


def test_what_a_crash_left_is_cleared(tmp_path: Path) -> None:
    """A folder set aside comes back where its successor is missing; unfinished ones go."""
    make(tmp_path / ".x.old", "old")
    make(tmp_path / ".x.partial-1234", "half")
    make(tmp_path / ".xy.partial-1234", "another's")
    with staging_folder(tmp_path / "x"):
        assert (tmp_path / "x" / MANIFEST).read_text() == "old"
    assert left(tmp_path) == {"x", ".xy.partial-1234"}


def test_an_old_folder_is_dropped_where_its_successor_stands(tmp_path: Path) -> None:
    """After a crash past the exchange the new folder counts."""
    make(tmp_path / ".x.old", "old")
    make(tmp_path / "x", "new")
    with staging_folder(tmp_path / "x"):
        pass
    assert (tmp_path / "x" / MANIFEST).read_text() == "new"
    assert left(tmp_path) == {"x"}


def test_a_folder_that_cannot_be_deleted_blocks_no_later_run(tmp_path: Path) -> None:
    """What stays of an old folder gets out of the way, and is deleted once it can be."""
    tmp_path.chmod(0o777)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        command = [sys.executable, "-c", STUCK, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.stderr == ""
        assert done.stdout == "2\n"
        names = sorted(file.name for file in Path(folder).iterdir())
        assert sum(name.startswith(".x.old-deleted-") for name in names) == 2
        assert ".x.old" not in names and "x" in names
        for stuck in Path(folder).glob(".x.old-deleted-*/pictures"):
            stuck.chmod(0o777)
        with staging_folder(Path(folder, "x")):
            pass
        assert left(Path(folder)) == {"x"}


HASHES = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("report.html", "t/a.csv")}
"""What a manifest says of a report whose files hold their own names."""


def report(tmp_path: Path) -> Path:
    """Make a report as a run leaves it."""
    final = make(tmp_path / "x", "{}")
    (final / "t").mkdir()
    for name in HASHES:
        (final / name).write_text(name)
    return final


def rerun(final: Path, written: dict[str, str] = HASHES) -> list[str]:
    """Swap in a new report of the same files, all of which hold the text new."""
    with staging_folder(final) as new:
        (new / "t").mkdir()
        (new / MANIFEST).write_text("new")
        for name in HASHES:
            (new / name).write_text("new")
        return swap_folder(new, final, written)


def test_own_files_in_a_report_are_kept(tmp_path: Path) -> None:
    """What the manifest does not list is in the new report too, in folders as well."""
    final = report(tmp_path)
    (final / "批注.txt").write_text("ask the county")
    (final / "mine").mkdir()
    (final / "mine" / "a.csv").write_text("1")
    (final / "link").symlink_to("批注.txt")
    assert rerun(final) == ["link", "mine/a.csv", "批注.txt"]
    assert (final / "批注.txt").read_text() == "ask the county"
    assert (final / "mine" / "a.csv").read_text() == "1" and (final / "link").is_symlink()
    assert (final / "report.html").read_text() == (final / MANIFEST).read_text() == "new"
    assert left(tmp_path) == {"x"}


def test_an_edited_report_is_set_aside(tmp_path: Path) -> None:
    """Each edited version of a listed file is kept under a name of its own."""
    final = report(tmp_path)
    (final / "report.html").write_text("edited")
    assert rerun(final) == ["report.edited.html"]
    (final / "report.html").write_text("edited again")
    listed = dict.fromkeys(HASHES, hashlib.sha256(b"new").hexdigest())
    assert rerun(final, listed) == ["report.edited.html", "report.edited-2.html"]
    assert (final / "report.html").read_text() == "new"
    assert (final / "report.edited.html").read_text() == "edited"
    assert (final / "report.edited-2.html").read_text() == "edited again"


def test_an_own_file_of_the_name_of_a_new_one_is_kept(tmp_path: Path) -> None:
    """A new version of the report may write a file that a user had already put there."""
    final = report(tmp_path)
    (final / "notes.md").write_text("mine")
    with staging_folder(final) as new:
        (new / "notes.md").write_text("ours")
        assert swap_folder(new, final, HASHES) == ["notes-2.md"]
    assert (final / "notes-2.md").read_text() == "mine"


def test_a_damaged_manifest_loses_no_file(tmp_path: Path) -> None:
    """Without a list of what a run wrote, everything is kept."""
    final = report(tmp_path)
    with staging_folder(final) as new:
        (new / "report.html").write_text("new")
        assert swap_folder(new, final, {}) == ["report-2.html", "t/a.csv"]


def test_a_failed_swap_leaves_own_files_alone(tmp_path: Path) -> None:
    """They are copied, so that the old report still has them."""
    final = report(tmp_path)
    (final / "批注.txt").write_text("ask the county")
    with staging_folder(final) as new, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(PermissionError):
            swap_folder(new, final, HASHES)
    assert (final / "批注.txt").read_text() == "ask the county"


def test_two_processes_cannot_hold_one_folder(tmp_path: Path) -> None:
    """The second fails at once; another name, and the same after the first ended, are free."""
    final = tmp_path / "x"
    command = [sys.executable, "-c", HOLD, str(tmp_path / ".x.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdin
        holder.stdout.readline()
        with pytest.raises(BusyError, match="another run") as caught, staging_folder(final):
            pass
        with staging_folder(tmp_path / "y"):
            pass
        holder.kill()
    assert caught.value.exit_code == 6
    with staging_folder(final):
        pass


def test_a_foreign_folder_is_not_replaced(tmp_path: Path) -> None:
    """Only an empty folder or one with a manifest may be exchanged."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    for name in ("thesis", "file"):
        with pytest.raises(WriteError, match="is not a report"), staging_folder(tmp_path / name):
            pass
        with pytest.raises(WriteError, match="is not a report"):
            with staging_folder(tmp_path / "x", tmp_path / name):
                pass
    with staging_folder(tmp_path / "empty"):
        pass
    assert (tmp_path / "thesis" / "chapter.txt").exists()


def test_a_file_in_place_of_the_output_folder(tmp_path: Path) -> None:
    """An error of the system becomes one error of writing, with path and remedy."""
    (tmp_path / "out").write_text("")
    for final in (tmp_path / "out" / "x", tmp_path / "out" / "deep" / "x"):
        with pytest.raises(WriteError, match=r"cannot be written.*Make room") as caught:
            with staging_folder(final):
                pass
        assert caught.value.exit_code == 5


def test_a_disk_that_fills_while_building(tmp_path: Path) -> None:
    """An error of the system inside the block is an error of writing."""
    with pytest.raises(WriteError, match="No space left"), staging_folder(tmp_path / "x"):
        raise OSError(28, "No space left on device")
    assert left(tmp_path) == set()


def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    """Neither a folder nor a file can be written there; both errors give the reason."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        command = [sys.executable, "-c", READ_ONLY, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stderr == ""
    errors = done.stdout.splitlines()
    assert len(errors) == 2
    assert all(e.startswith("5 ") and "cannot be written: Permission" in e for e in errors)


def test_a_file_system_without_room(tmp_path: Path) -> None:
    """On a real disk that is full the old folder stays and nothing unfinished is left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk here")
    try:
        make(disk / "x", "old")
        with pytest.raises(WriteError, match="No space left"), staging_folder(disk / "x") as folder:
            (folder / "large").write_bytes(bytes(100_000))
        assert (disk / "x" / MANIFEST).read_text() == "old" and left(disk) == {"x"}
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def refuse(*_: object) -> None:
    """Fail as a system does that permits nothing."""
    raise PermissionError(13, "no right to it")


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """The new content replaces the old, and nothing else is left behind."""
    file = tmp_path / "own.yaml"
    file.write_text("old")
    write_atomic(file, b"new\r\n")
    assert file.read_bytes() == b"new\r\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the last step fails the partial file is removed, and the error names the file."""
    file = tmp_path / "own.yaml"
    file.write_text("old")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(WriteError, match=r"own\.yaml cannot be written: no right to it"):
        write_atomic(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_place_that_cannot_be_is_a_fault_of_the_output(tmp_path: Path) -> None:
    """A folder that is missing, and a file where a folder should be, are write errors."""
    (tmp_path / "file").write_text("old")
    for place in (tmp_path / "none" / "x.yaml", tmp_path / "file" / "x.yaml"):
        with pytest.raises(WriteError, match="Choose another place"):
            write_atomic(place, b"new")


def test_text_is_read_in_the_encodings_of_offices(tmp_path: Path) -> None:
    """UTF-8 with and without its mark and GB18030 are text; binary files and UTF-16 are not."""
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert decode_text("丽水市".encode(encoding)) == "丽水市"
    assert decode_text("丽水".encode("utf-16")) is decode_text(b"PK\0\xff") is None
    with pytest.raises(DataError, match=r"none\.csv: cannot be read"):
        read_text(tmp_path / "none.csv")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_what_has_no_end_is_not_read(tmp_path: Path) -> None:
    """A pipe, a device or a folder is refused at once, whatever its name."""
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", Path("/dev/zero")):
        with pytest.raises(OSError, match="not an ordinary file"):
            read_ordinary(path)
        with pytest.raises(DataError, match="not an ordinary file"):
            read_text(path)
    with pytest.raises(IsADirectoryError):
        read_ordinary(tmp_path)
