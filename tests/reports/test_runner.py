"""The strict runner: honest success, whole output, and every fault with its own exit code."""

import datetime as dt
import itertools
import json
import logging
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from forecast.errors import ReportError, WriteError
from forecast.evaluation.store import STORE
from forecast.files import MANIFEST, BusyError, staging_folder
from forecast.reports import batch, kernel, pdf
from forecast.reports.errors import (
    InputError,
    NotebookError,
    ParameterError,
    Stopped,
    TimeLimitError,
)
from forecast.reports.manifest import Manifest
from forecast.reports.page import network_references
from forecast.reports.runner import ReportRun, run_report
from forecast.reports.signals import stoppable
from forecast.tables.names import Names
from forecast.tables.plan import load_plan
from warm import fork_kernels, forked, pretend

PARAMETERS = """\
region: str = "nowhere"
data: str | None = None
as_of = "2022-12-31"  # a date = ISO text
until = None
draws = 100
seed = 1
language = "zh"
folder = "."
"""
TABLE = """\
import json, os, sys
from pathlib import Path
values = dict(region=region, as_of=as_of, until=until, draws=draws, seed=seed, language=language)
Path(folder, "表 1.csv").write_text(json.dumps(values), encoding="utf-8")
os.system("echo from a subprocess")
print(sys.executable, Path.cwd().name, os.environ["MPLBACKEND"])
"""
TABLES = {
    "targets.csv": "region,year\nlishui,2025\n",
    "sources.csv": "source\nmine\n",
    "regions.csv": "region,name_zh,name_en\nlishui,我市,Our City\n",
}


def prepare(
    root: Path, name: str, *cells: str | nbformat.NotebookNode, parameters: str = PARAMETERS
) -> Path:
    """Write a notebook, tables and a parameter file that outputs to `<root>/out/<name>`."""
    root.mkdir(parents=True, exist_ok=True)
    for file, text in TABLES.items():
        (root / file).write_text(text)
    tagged = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    code = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    made = new_notebook(cells=[new_markdown_cell("# 月报"), tagged, *code])
    nbformat.write(made, root / f"{name}.ipynb")
    lines = {
        "region": "lishui",
        "notebook": root / f"{name}.ipynb",
        "data": root,
        "as_of": "2022-12-31",
        "until": 2025,
        "output": root / "out",
    }
    file = root / f"{name}.yaml"
    text = "\n".join(f"{key}: '{value}'" for key, value in lines.items())
    file.write_text(text, encoding="utf-8")
    return file


def old_report(root: Path, name: str) -> Path:
    """Put an earlier report where the run will write."""
    old = root / "out" / name
    old.mkdir(parents=True)
    (old / MANIFEST).write_text("old")
    return old


def left(root: Path) -> set[str]:
    """Names in the output folder, without locks."""
    return {file.name for file in (root / "out").iterdir() if file.suffix != ".lock"}


def fails(
    root: Path, cells: Sequence[str | nbformat.NotebookNode], timeout: int = 60
) -> tuple[ReportError, Path]:
    """Run cells that fail over an old report, which must stand; return error and diagnosis."""
    file = prepare(root, "x", *cells)
    old = old_report(root, "x")
    with pytest.raises(ReportError) as caught:
        run_report(file, timeout=timeout, pdf=False)
    assert (old / MANIFEST).read_text() == "old"
    assert {path.name for path in old.iterdir()} == {MANIFEST}
    assert left(root) <= {"x", "x.failed"}
    return caught.value, root / "out" / "x.failed"


def statuses(notebook: Path) -> list[str]:
    """Return papermill's record of each code cell."""
    cells = nbformat.read(notebook, as_version=4).cells
    return [cell.metadata.papermill.status for cell in cells if cell.cell_type == "code"]


def alive(pid: str) -> bool:
    """Whether a process runs; one that has ended may wait to be collected by the system."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(autouse=True, params=["forked"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Kind of the kernels: forked ones start at once; some tests try new ones as well."""
    if request.param == "forked":
        fork_kernels(monkeypatch)
    return str(request.param)


KINDS = pytest.mark.parametrize("kind", ["forked", "new"], indirect=True)


@pytest.fixture
def no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let notebooks succeed without being run, for what a kernel has no part in."""
    pretend(monkeypatch)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """A run whose names hold Chinese, braces and blanks, over an old and a failed report."""
    root = tmp_path_factory.mktemp("运行 {x}")
    file = prepare(root, "丽水 {a} 2", TABLE, "import forecast")
    old_report(root, "丽水 {a} 2")
    old_report(root, "丽水 {a} 2.failed")
    return run_report(file, pdf=False)


def test_a_run_leaves_one_whole_folder(good: Manifest) -> None:
    """Page, notebook, tables and manifest; nothing of the old report or of the work."""
    folder = Path(good.folder)
    names = {"report.html", "notebook.ipynb", "表 1.csv"}
    assert folder.name == "丽水 {a} 2"
    assert {path.name for path in folder.iterdir()} == names | {MANIFEST}
    assert set(good.files) == names
    assert left(folder.parent.parent) == {folder.name}


@pytest.mark.usefixtures("no_kernel")
def test_files_of_the_readers_own_stay(good: Manifest, tmp_path: Path) -> None:
    """A note beside a report and an edited page are kept; what the last run wrote is replaced."""
    file = prepare(tmp_path, good.name, "1")
    shutil.copytree(good.folder, tmp_path / "out" / good.name)
    folder = tmp_path / "out" / good.name
    (folder / "批注.txt").write_text("my note")
    (folder / "report.html").write_text("my page")
    manifest = run_report(file, pdf=False)
    assert (folder / "批注.txt").read_text() == "my note"
    assert (folder / "report.edited.html").read_text() == "my page"
    assert set(manifest.files) == {"report.html", "notebook.ipynb"}
    assert not (folder / "表 1.csv").exists()


def test_the_notebook_sees_the_parameters(good: Manifest) -> None:
    """The values of the file arrive as plain Python values, defaults included."""
    seen = json.loads(Path(good.folder, "表 1.csv").read_text(encoding="utf-8"))
    assert seen == {
        "region": "lishui",
        "as_of": "2022-12-31",
        "until": 2025,
        "draws": 4000,
        "seed": 0,
        "language": "zh",
    }


def test_the_manifest_says_what_from(good: Manifest) -> None:
    """The file equals the returned record: parameters, versions, seed, times, hashes."""
    stored = json.loads(Path(good.folder, MANIFEST).read_text(encoding="utf-8"))
    assert stored == good.to_dict()
    assert (good.name, good.status, good.seed, good.error) == ("丽水 {a} 2", "completed", 0, None)
    assert good.region == {"zh": "我市", "en": "Our City"}  # as the run's own tables name it
    assert good.parameters["as_of"] == "2022-12-31"
    assert good.versions["python"] == sys.version.split()[0]
    assert {"forecast", "numpy", "pandas", "scipy", "papermill"} <= set(good.versions)
    assert set(good.seconds) == {"execute", "convert"}
    assert good.started <= good.finished
    assert len(good.data_hash) == 64


def test_the_page_reads_offline(good: Manifest) -> None:
    """The report has its language and title, no code and no network reference."""
    page = Path(good.folder, "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page and "<title>月报</title>" in page
    assert "values = dict" not in page
    assert network_references(page) == []


@KINDS
def test_the_notebook_runs_in_this_interpreter(
    good: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Registered kernels, PATH, the current directory and a set backend change nothing.

    A run elsewhere, of a file of the same content, has the same table and data hash.
    """
    spec = {"argv": ["false", "{connection_file}"], "display_name": "x", "language": "python"}
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir("/")
    manifest = run_report(prepare(tmp_path, "x", TABLE), pdf=False)
    page = Path(manifest.folder, "report.html").read_text(encoding="utf-8")
    assert f"{sys.executable} .x.partial-" in page
    assert "module://matplotlib_inline.backend_inline" in page
    assert Path.cwd() == Path("/")
    assert manifest.files["表 1.csv"] == good.files["表 1.csv"]
    assert manifest.data_hash == good.data_hash


def test_a_failing_cell(tmp_path: Path) -> None:
    """The old report stands; notebook with papermill's banner and manifest are kept beside it."""
    error, failed = fails(tmp_path, ["'before'", "raise ValueError('boom')", "'after'"])
    assert isinstance(error, NotebookError) and error.exit_code == 4
    assert "ValueError: boom" in str(error) and "raise ValueError('boom')" in str(error)
    assert {path.name for path in failed.iterdir()} == {"notebook.ipynb", MANIFEST}
    manifest = json.loads((failed / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["status"] == "failed" and manifest["error"]["exit_code"] == 4
    assert manifest["error"]["message"] == str(error)
    kept = nbformat.read(failed / "notebook.ipynb", as_version=4)
    assert "An Exception was encountered" in kept.cells[0].source
    assert statuses(failed / "notebook.ipynb")[-2:] == ["failed", "pending"]


def test_leaving_early_is_no_success(tmp_path: Path) -> None:
    """`sys.exit(0)` in a cell, which papermill calls a success, is refused."""
    error, failed = fails(tmp_path, ["import sys; sys.exit(0)", "'never run'"])
    assert isinstance(error, NotebookError)
    assert "ended with SystemExit" in str(error)
    assert statuses(failed / "notebook.ipynb")[-2:] == ["failed", "pending"]


def test_a_killed_kernel(tmp_path: Path) -> None:
    """The cell is named, and the kept notebook no longer says that all was completed."""
    error, failed = fails(tmp_path, ["import os; os.kill(os.getpid(), 9)", "'never run'"])
    assert isinstance(error, NotebookError)
    assert "os.kill(os.getpid(), 9)': the kernel died" in str(error)
    kept = nbformat.read(failed / "notebook.ipynb", as_version=4)
    assert "the kernel died" in kept.cells[0].source
    assert statuses(failed / "notebook.ipynb")[-2:] == ["failed", "pending"]


@pytest.mark.parametrize("cell", ["while True: print('x' * 1000)", "HTML('x' * 500_000)"])
def test_a_notebook_that_prints_without_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    """Once it has printed or shown too much the run ends, with the limit and the remedy."""
    monkeypatch.setattr(kernel, "MOST_PRINTED", 400_000)
    monkeypatch.setattr(kernel, "MOST_SHOWN", 400_000)
    error, _ = fails(tmp_path, ["from IPython.display import HTML", cell])
    assert isinstance(error, NotebookError) and "prints or shows more than 0 MB" in str(error)


CHILD = """\
import multiprocessing, os, sys, time
from forecast.reports.signals import end_with_parent

def work():
    end_with_parent()
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=work).start()
"""


def test_a_process_ends_when_its_batch_is_killed(tmp_path: Path) -> None:
    """However the parent ended; so neither it nor its kernel is left."""
    (tmp_path / "child.py").write_text(CHILD)
    command = [sys.executable, str(tmp_path / "child.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as batch:
        assert batch.stdout
        child = int(batch.stdout.readline())
        batch.kill()
        # The end of the child closes the other end of the pipe.
        assert batch.stdout.read() == ""
    with suppress(FileNotFoundError):
        assert Path(f"/proc/{child}/cmdline").read_bytes() == b""


def test_a_cell_over_its_time(tmp_path: Path) -> None:
    """A cell that runs too long ends the run with an error of its own."""
    error, failed = fails(tmp_path, ["import time; time.sleep(60)", "'never run'"], timeout=1)
    assert isinstance(error, TimeLimitError) and error.exit_code == 7
    assert "time.sleep(60)': over 1 s" in str(error)
    assert statuses(failed / "notebook.ipynb")[-2:] == ["failed", "pending"]


@pytest.mark.parametrize(
    ("raised", "text", "code"),
    [
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'x.csv'", 3),
        ("DataError", "1 problem in the data", 3),
        ("OSError", "[Errno 28] No space left on device", 5),
        ("OSError", "[Errno 30] Read-only file system: 'x.csv'", 5),
        ("OSError", "[Errno 5] Input/output error", 4),
        ("ValueError", "x" * 100_000, 4),
    ],
)
def test_what_a_cell_raises_decides_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: str, text: str, code: int
) -> None:
    """3 for data, 5 for a disk that is full or read-only, else 4; long texts are cut short."""

    def fail(*_: object, **__: object) -> None:
        raise papermill.PapermillExecutionError(1, 1, "read()", raised, text, [])

    monkeypatch.setattr(papermill, "execute_notebook", fail)
    with pytest.raises(ReportError, match=rf"read\(\)': {raised}: ") as caught:
        kernel.execute(tmp_path / "x.ipynb", tmp_path / "y.ipynb", {}, timeout=1)
    assert getattr(caught.value, "exit_code", None) == code and len(str(caught.value)) < 6_000


@pytest.mark.usefixtures("no_kernel")
def test_a_page_that_needs_a_network_is_refused(tmp_path: Path) -> None:
    """A picture from elsewhere would be missing offline."""
    shown = new_output("display_data", {"text/html": '<img src="https://x.org/a.png">'})
    error, failed = fails(tmp_path, [new_code_cell("picture", outputs=[shown])])
    assert isinstance(error, NotebookError) and "https://x.org/a.png" in str(error)
    assert set(statuses(failed / "notebook.ipynb")) == {"completed"}


def run_limited(file: Path) -> None:
    """Run a report in this process, which may write no large file; print the error."""
    # A byte-code file cut short would break every later import.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
    try:
        run_report(file, pdf=False)
    except ReportError as error:
        (file.parent / "said").write_text(str(error))
        os._exit(error.exit_code)


def test_a_full_disk(tmp_path: Path) -> None:
    """When the system refuses to write more, the old report stands and the work is cleared."""
    file = prepare(tmp_path, "x", f"'{'long' * 1000}'")
    old = old_report(tmp_path, "x")
    process = forked(run_limited, file)
    process.join(60)
    assert process.exitcode == 5
    assert "cannot be written: File too large" in (tmp_path / "said").read_text()
    assert (old / MANIFEST).read_text() == "old"
    assert left(tmp_path) == {"x"}


def test_a_file_in_place_of_the_output_folder(tmp_path: Path) -> None:
    """Output that cannot be made ends the run before a kernel is started."""
    file = prepare(tmp_path, "x")
    (tmp_path / "out").write_text("")
    with pytest.raises(WriteError, match="cannot be written"):
        run_report(file)


def test_two_runs_at_once(tmp_path: Path) -> None:
    """The second run of one output is refused, whatever the first is doing."""
    file = prepare(tmp_path, "x")
    with staging_folder(tmp_path / "out" / "x"), pytest.raises(BusyError):
        run_report(file)


def test_faults_found_before_a_kernel_starts(tmp_path: Path) -> None:
    """Parameters, declared names, notebook and data are checked first: only the record is kept."""
    misspelt = PARAMETERS.replace("seed", "sead")
    with pytest.raises(ParameterError, match="'sead': never passed"):
        run_report(prepare(tmp_path, "a", parameters=misspelt))
    file = prepare(tmp_path, "b")
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), tmp_path / "b.ipynb")
    with pytest.raises(ParameterError, match="0 cells are tagged 'parameters'"):
        run_report(file)
    (tmp_path / "b.ipynb").unlink()
    with pytest.raises(InputError, match=r"b\.ipynb cannot be read"):
        run_report(file)
    file = prepare(tmp_path, "c")
    file.write_text(file.read_text().replace("lishui", "lishiu"))
    with pytest.raises(ParameterError, match="Did you mean 'lishui'"):
        run_report(file)
    file.write_text("notebook: monitoring\nregion: lishui\ndata: no/such/folder\n")
    with pytest.raises(InputError, match="holds no table"):
        run_report(file, output=tmp_path / "out")
    assert left(tmp_path) == {"a.failed", "b.failed", "c.failed"}
    kept = {path.name for path in (tmp_path / "out").glob("*.failed/*")}
    assert kept == {MANIFEST}


class Backwards(dt.datetime):
    """A clock that is an hour earlier each time it is looked at."""

    looks = 0

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> "Backwards":
        """Go back."""
        cls.looks += 1
        return super().now(tz) - dt.timedelta(hours=cls.looks)


@pytest.mark.usefixtures("no_kernel")
def test_a_clock_that_goes_backwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run succeeds, no duration is negative, and its end is not before its start."""
    clock = SimpleNamespace(datetime=Backwards, timedelta=dt.timedelta, UTC=dt.UTC)
    monkeypatch.setattr("forecast.reports.runner.dt", clock)
    ticks = itertools.count(time.time(), -60)
    monkeypatch.setattr(time, "time", lambda: next(ticks))
    manifest = run_report(prepare(tmp_path, "x", "1"), pdf=False)
    assert min(manifest.seconds.values()) >= 0
    assert manifest.started <= manifest.finished
    assert Backwards.looks > 0


def test_a_clock_that_was_never_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report of the year 1970 is refused before its kernel, and no forecast is issued then."""
    monkeypatch.setattr(Backwards, "looks", 24 * 366 * 57)
    clock = SimpleNamespace(datetime=Backwards, timedelta=dt.timedelta, UTC=dt.UTC)
    monkeypatch.setattr("forecast.reports.runner.dt", clock)
    with pytest.raises(InputError, match=r"clock says 19\d\d-.*before this program was made"):
        run_report(prepare(tmp_path, "x", "1"))
    assert left(tmp_path) == {"x.failed"}


def contents(folder: Path) -> dict[Path, bytes | None]:
    """Return every file below a folder with its content, and every folder."""
    return {f: f.read_bytes() if f.is_file() else None for f in folder.rglob("*")}


@pytest.mark.parametrize("damage", ["garbage", '{"name": "x"}', ""])
def test_a_finished_report_is_known(good: Manifest, tmp_path: Path, damage: str) -> None:
    """Only with a whole record, the same inputs, every file, and no failure since."""
    place = tmp_path / "out"
    file = Path(good.folder).parents[1] / f"{good.name}.yaml"
    shutil.copytree(Path(good.folder).parent, place)
    assert ReportRun(file, place).finished() == good
    failed = place / f"{good.name}.failed"
    failed.mkdir()
    assert ReportRun(file, place).finished() is None
    failed.rmdir()
    (place / good.name / MANIFEST).write_text(damage)
    assert ReportRun(file, place).finished() is None
    assert ReportRun(file, tmp_path / "elsewhere").finished() is None


def test_asking_whether_a_report_is_finished_writes_nothing(tmp_path: Path) -> None:
    """Neither of a report that is there, nor of one that cannot be made."""
    file = prepare(tmp_path, "x", TABLE)
    old_report(tmp_path, "x")
    before = contents(tmp_path)
    assert ReportRun(file).finished() is None
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("'lishui'", "'lishiu'"), encoding="utf-8")
    with pytest.raises(ParameterError, match="lishui"):
        ReportRun(file).finished()
    file.write_text(text, encoding="utf-8")
    assert contents(tmp_path) == before


@pytest.mark.usefixtures("no_kernel")
def test_a_day_that_lies_ahead_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """By the run, as a warning, and on the first page in both languages; no other day is."""
    file = prepare(tmp_path, "x", "1")
    file.write_text(file.read_text(encoding="utf-8").replace("2022-12-31", "2099-12-31"))
    with caplog.at_level(logging.WARNING):
        run_report(file, pdf=False)
    assert "x: as of 2099-12-31, a day that lies ahead" in caplog.messages
    for day, ahead in {"2099-12-31": True, "today": False}.items():
        plan = load_plan("lishui", as_of=day)
        english, chinese = (Names(plan, language).known_on() for language in ("en", "zh"))
        assert english.endswith("a day that lies ahead") == ahead
        assert ("还没有到" in chinese) == ahead


@pytest.mark.usefixtures("no_kernel")
def test_no_room_for_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full at the very last file leaves the old report, and nothing half done."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = prepare(tmp_path, "x", "1")
    old = old_report(tmp_path, "x")
    monkeypatch.setattr(Manifest, "write", full)
    with pytest.raises(WriteError, match="No space left"):
        run_report(file)
    assert (old / MANIFEST).read_text() == "old" and left(tmp_path) == {"x"}


def test_forecasts_that_cannot_be_kept_leave_the_old_report(
    usual: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finished report is not run again, so its forecasts must be in the store before it is."""
    file, old = prepare(tmp_path, "x", "1"), old_report(tmp_path, "x")
    (tmp_path / "out" / STORE).write_text("no store of forecasts")
    for name in ("execute", "convert"):
        monkeypatch.setattr(ReportRun, name, lambda *_, **__: None)
    monkeypatch.setattr(ReportRun, "prepare_issue", lambda run, _: setattr(run, "issued", usual))
    with pytest.raises(InputError, match="not a store of issued forecasts"):
        run_report(file)
    assert (old / MANIFEST).read_text() == "old"
    assert left(tmp_path) == {"x", "x.failed", STORE}


@pytest.mark.usefixtures("no_kernel")
@pytest.mark.skipif(pdf.weasyprint is None, reason="no WeasyPrint, or no Pango")
def test_a_pdf_is_made_where_the_library_is_there(
    good: Manifest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The record lists it, or says why there is none; a report without PDF is a success."""
    assert good.notes == {"report.pdf": "not made: switched off"}
    file = prepare(tmp_path, "x", "1")
    manifest = run_report(file)
    assert manifest.notes == {} and "report.pdf" in manifest.files
    assert Path(manifest.folder, "report.pdf").read_bytes().startswith(b"%PDF-")
    monkeypatch.setattr(pdf, "weasyprint", None)
    with caplog.at_level(logging.INFO):
        manifest = run_report(file)
    assert manifest.notes == {"report.pdf": pdf.MISSING} and "report.pdf" not in manifest.files
    assert f"x: report.pdf {pdf.MISSING}" in caplog.messages


def run_stopped(file: Path) -> None:
    """Run a report in this process until a signal stops it."""
    try:
        run_report(file, pdf=False)
    except Stopped as stopped:
        os._exit(stopped.exit_code)


@KINDS
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_nothing(tmp_path: Path, signum: int) -> None:
    """Kernel and its processes end, unfinished and temporary files go, the old report stands.

    So also where the run is killed, when the kernel itself clears up.
    """
    cell = (
        "import os, subprocess; from pathlib import Path\n"
        "child = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
        "told = f'{os.getpid()} {child.pid} {Path(os.environ[\"IPYTHONDIR\"]).parent}'\n"
        f"Path({str(tmp_path / 'told')!r}).write_text(told)\n"
        "import time; time.sleep(60)"
    )
    old, run = old_report(tmp_path, "x"), forked(run_stopped, prepare(tmp_path, "x", cell))
    told = tmp_path / "told"
    while not (told.exists() and told.read_text()):
        assert run.is_alive()
        time.sleep(0.02)
    *pids, own = told.read_text().split()
    assert Path(own).is_dir()
    os.kill(run.pid or 0, signum)
    run.join(60)
    assert run.exitcode == (-9 if signum == signal.SIGKILL else 128 + signum)
    ended = time.monotonic() + 60
    while any(map(alive, pids)) or Path(own).exists() or left(tmp_path) != {"x"}:
        assert time.monotonic() < ended, (pids, own, left(tmp_path))
        time.sleep(0.02)
    assert (old / MANIFEST).read_text() == "old"


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_the_second_signal_does_not_disturb(signum: int) -> None:
    """Clean-up runs to its end, and the handlers are put back."""
    # What was started with nohup ignores SIGHUP, and goes on ignoring it.
    before = signal.signal(signum, signal.SIG_DFL)
    cleaned = False
    try:
        with pytest.raises(Stopped) as caught, stoppable():
            try:
                signal.raise_signal(signum)
            finally:
                signal.raise_signal(signum)
                signal.raise_signal(signal.SIGINT)
                cleaned = True
        assert cleaned
        assert caught.value.exit_code == 128 + signum
        assert signal.getsignal(signum) == signal.SIG_DFL
    finally:
        signal.signal(signum, before)


@pytest.mark.usefixtures("no_kernel")
def test_a_report_refused_before_its_kernel_is_on_record(tmp_path: Path) -> None:
    """A region without a plan leaves a record of the failure beside the old report, which stands.

    When it is put right, the record goes.
    """
    file = prepare(tmp_path, "x", TABLE)
    text = file.read_text(encoding="utf-8")
    old = old_report(tmp_path, "x")
    file.write_text(text.replace("'lishui'", "'lishiu'"), encoding="utf-8")
    with pytest.raises(ParameterError, match="lishui"):
        run_report(file)
    record = json.loads((tmp_path / "out" / "x.failed" / MANIFEST).read_text(encoding="utf-8"))
    assert record["status"] == "failed" and record["error"]["exit_code"] == 2
    assert "lishiu" in record["error"]["message"]
    assert (old / MANIFEST).read_text() == "old"
    file.write_text(text, encoding="utf-8")
    run_report(file)
    assert left(tmp_path) == {"x"}


@pytest.mark.usefixtures("no_kernel")
@pytest.mark.parametrize("name", ["n" * 200, "丽" * 66, "-x --y", "a & b 100% #1 [{z}]", " x"])
def test_names_that_shells_and_file_systems_stumble_over(tmp_path: Path, name: str) -> None:
    """Up to 200 bytes, with a leading dash, blanks, braces and signs: the report is there."""
    file = prepare(tmp_path, "x", "1")
    file.write_text(f"{file.read_text(encoding='utf-8')}\nname: '{name}'", encoding="utf-8")
    assert Path(run_report(file, pdf=False).folder, "report.html").is_file()
    assert left(tmp_path) == {name}


@pytest.mark.parametrize("name", ["n" * 201, "丽" * 67, "..", ".x", "a/b", "x\\y", "x.failed"])
def test_names_that_are_refused(tmp_path: Path, name: str) -> None:
    """Too long for what is written beside it, or no name: with the key, and nothing is written."""
    file = prepare(tmp_path, "x", "1")
    file.write_text(f"{file.read_text(encoding='utf-8')}\nname: '{name}'", encoding="utf-8")
    with pytest.raises(ParameterError, match="key 'name'"):
        run_report(file)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("no_kernel")
def test_a_report_behind_a_symbolic_link(tmp_path: Path) -> None:
    """The folder that a link leads to is replaced, the link stays; one in a circle is refused."""
    file, web = prepare(tmp_path, "x", "1"), tmp_path / "web" / "town"
    for folder in (tmp_path / "out", web):
        folder.mkdir(parents=True)
    (web / "notes.txt").write_text("mine")
    (web / MANIFEST).write_text("old")
    link = tmp_path / "out" / "x"
    link.symlink_to(web)
    run_report(file, pdf=False)
    assert link.is_symlink() and {"report.html", "notes.txt"} <= {p.name for p in web.iterdir()}
    assert left(tmp_path) == {"x"} and [p.name for p in web.parent.iterdir()] == ["town"]
    link.unlink()
    link.symlink_to("x")
    with pytest.raises(WriteError, match="cannot be written"):
        run_report(file, pdf=False)


def run_as_nobody(run: ReportRun) -> None:
    """Run a checked report in this process as a user who may write nothing there."""
    if os.getuid() == 0:  # whom no permission stops
        os.setgroups([])
        os.setresuid(65534, 65534, 65534)
    try:
        run_report(run, pdf=False)
    except WriteError as error:
        os._exit(error.exit_code if "Permission denied" in str(error) else 1)


def test_another_user_without_the_right_to_write(tmp_path: Path) -> None:
    """The error is one of writing (5), before a kernel starts, and the old report stands."""
    run, old = ReportRun(prepare(tmp_path, "x", "1")), old_report(tmp_path, "x")
    run.check()
    (tmp_path / "out").chmod(0o555)
    process = forked(run_as_nobody, run)
    process.join(60)
    (tmp_path / "out").chmod(0o755)
    assert process.exitcode == 5
    assert (old / MANIFEST).read_text() == "old" and left(tmp_path) == {"x"}


def test_without_a_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is one of writing, and names the folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    error, _ = fails(tmp_path, ["1"])
    assert isinstance(error, WriteError) and str(tmp_path / "none") in str(error)


@pytest.mark.usefixtures("no_kernel")
def test_where_no_process_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As where the path of a socket would be too long: reports are made one after the other."""

    def refuse(*_: object) -> None:
        raise OSError("AF_UNIX path too long")

    monkeypatch.setattr(batch, "_ReportProcess", refuse)
    files = [prepare(tmp_path, name, "1") for name in "ab"]
    made = list(batch.run_all(files, batch.Options(pdf=False), 2))
    assert [result.status for result in made] == ["completed"] * 2
    assert "a: made without a process of its own: AF_UNIX path too long" in caplog.messages
