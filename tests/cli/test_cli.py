"""The command line as a scheduler and a planner see it: lines, files and exit codes."""

import errno
import json
import logging
import multiprocessing.synchronize  # noqa: F401  # before a test takes its semaphores away
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import termios
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

from forecast.cli import app
from forecast.evaluation.store import STORE, append_run
from forecast.evaluation.vintages import issue
from forecast.tables.plan import data_folder, load_plan
from forecast.tables.schema import TABLES
from warm import Command, forked

COMMAND = [sys.executable, "-m", "forecast"]
PARAMETERS = "region = data = as_of = until = draws = seed = language = None\nfolder = '.'"
APART = "import os; assert os.getpgrp() == os.getpid()"
SLEEP = "from pathlib import Path; import time; Path({!r}).write_text('1'); time.sleep(60)"


def prepare(root: Path, name: str, *cells: str) -> Path:
    """Write a notebook, a table and a parameter file that outputs to `<root>/out/<name>`."""
    tagged = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    made = new_notebook(cells=[tagged, *map(new_code_cell, cells)])
    nbformat.write(made, root / f"{name}.ipynb")
    (root / "targets.csv").write_text("region,year\nlishui,2025\n")
    keys = {"region": "lishui", "notebook": root / f"{name}.ipynb", "data": root}
    lines = [f"{key}: '{value}'" for key, value in {**keys, "output": root / "out"}.items()]
    (root / f"{name}.yaml").write_text("\n".join(lines), encoding="utf-8")
    return root / f"{name}.yaml"


def forecast(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command and wait."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        **options,
    )


def results(stdout: str) -> dict[str, dict[str, Any]]:
    """Return the JSON lines of a run, by name."""
    lines = [json.loads(line) for line in stdout.splitlines()]
    return {line["name"]: line for line in lines}


def alive(pid: str) -> bool:
    """Whether a process runs; one that has ended may wait to be collected by the system."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the batch; its name has what shells, patterns and format strings stumble over."""
    return tmp_path_factory.mktemp("批 {0}")


@pytest.fixture(scope="module")
def batch(place: Path) -> subprocess.CompletedProcess[str]:
    """Reports by a quoted pattern: two good ones, and one for each way to fail."""
    prepare(place, "a 丽水 {1}", "import matplotlib.pyplot as plt; plt.plot([1, 2])")
    prepare(place, "b", "raise ValueError('<b>boom</b>')")
    prepare(place, "c", "import os, time; os.kill(os.getppid(), 9); time.sleep(60)")
    prepare(place, "d", "import os; os.system('echo from a subprocess')", APART)
    prepare(place, "e", "import forecast; forecast.load_plan(data, region=region)")
    ended = forecast("run", "*.yaml", "--jobs", "2", "--log", "json", cwd=place)
    (place / "out" / "index.html").rename(place / "listed.html")
    return ended


@pytest.fixture(scope="module")
def resumed(
    place: Path,
    batch: subprocess.CompletedProcess[str],  # noqa: ARG001  # it must have run
) -> subprocess.CompletedProcess[str]:
    """The same batch again, after a file of one report was changed and a notebook repaired.

    Without `/dev/shm`, where there are no semaphores.
    """

    class Refused:
        SEM_VALUE_MAX = 1

        def __init__(self, *_: object) -> None:
            raise OSError(errno.ENOSYS, "Function not implemented")

    prepare(place, "b", "1")
    (place / "out" / "d" / "report.html").write_text("half")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("_multiprocessing.SemLock", Refused)
        return Command(patch)("run", "[abd]*.yaml", cwd=place)


def test_a_batch_prints_one_result_a_report(batch: subprocess.CompletedProcess[str]) -> None:
    """Standard output holds nothing but JSON lines with name, status, seconds, folder, error."""
    found = results(batch.stdout)
    assert set(found) == {"a 丽水 {1}", "b", "c", "d", "e"}
    for line in found.values():
        assert set(line) == {"name", "status", "seconds", "folder", "error", "code"}
        assert line["seconds"] > 0
    for name in ("a 丽水 {1}", "d"):
        assert (found[name]["status"], found[name]["code"]) == ("completed", 0)
        assert Path(found[name]["folder"], "report.html").is_file()
    assert found["b"]["code"] == 4 and "boom" in found["b"]["error"]


def test_pictures_are_in_the_page(
    place: Path,
    batch: subprocess.CompletedProcess[str],  # noqa: ARG001  # it must have run
) -> None:
    """A cell's figure is shown, whatever the environment says about windows."""
    page = (place / "out" / "a 丽水 {1}" / "report.html").read_text(encoding="utf-8")
    assert 'src="data:image/png;base64,' in page


def test_a_killed_process_costs_only_its_own_report(
    place: Path, batch: subprocess.CompletedProcess[str]
) -> None:
    """The killed run is reported with the signal, leaves its record only; the next was made."""
    found = results(batch.stdout)
    assert (found["c"]["status"], found["c"]["code"]) == ("failed", 137)
    assert "ended without a result" in found["c"]["error"]
    assert found["d"]["status"] == "completed"
    left = {path.name for path in (place / "out").iterdir() if "c" in path.name}
    assert left == {"c.failed"}
    record = json.loads((place / "out" / "c.failed" / "manifest.json").read_text(encoding="utf-8"))
    assert record["error"]["exit_code"] == 137


def test_broken_data_of_one_region_cost_only_its_own_report(
    place: Path, batch: subprocess.CompletedProcess[str]
) -> None:
    """The fault is one of data (3), each problem is named, and the notebook is kept."""
    broken = results(batch.stdout)["e"]
    assert broken["code"] == 3 and "problem" in broken["error"]
    assert (place / "out" / "e.failed" / "notebook.ipynb").is_file()
    assert not (place / "out" / "e").exists()


def test_a_run_lists_all_reports(place: Path, batch: subprocess.CompletedProcess[str]) -> None:
    """Good and failed ones, in words and escaped, with links to what is there."""
    assert batch.returncode == 1
    page = (place / "listed.html").read_text(encoding="utf-8")
    assert "2 份报告，3 次失败" in page and "a%20%E4%B8%BD%E6%B0%B4%20%7B1%7D/report.html" in page
    assert "e.failed/notebook.ipynb" in page and "数据或文件有误" in page
    assert "笔记本运行出错" in page and "&lt;b&gt;boom" in page and "<b>" not in page


def test_what_is_finished_is_skipped(
    place: Path, resumed: subprocess.CompletedProcess[str]
) -> None:
    """Unchanged inputs and files: skipped, with success; a changed file or input: run again."""
    assert resumed.returncode == 0
    folder, unchanged = place / "out", "nothing has changed since the report in"
    lines = sorted(re.sub(r"\d+ s$", "1 s", line) for line in resumed.stdout.splitlines())
    assert lines == [
        f"Open {folder}/index.html", f"a 丽水 {{1}}: {unchanged} {folder}/a 丽水 {{1}}",
        *(f"{name}: report written to {folder / name} in 1 s" for name in "bd"),
    ]  # fmt: skip
    assert "half" not in (place / "out" / "d" / "report.html").read_text(encoding="utf-8")
    assert not (place / "out" / "b.failed").exists()


def test_without_a_terminal_only_problems_are_told(
    resumed: subprocess.CompletedProcess[str],
) -> None:
    """A scheduler that mails what is on standard error stays silent."""
    assert resumed.stderr == ""


def test_force_runs_what_is_finished(
    command: Command,
    place: Path,
    resumed: subprocess.CompletedProcess[str],  # noqa: ARG001  # it must have run
) -> None:
    """With `--force` nothing is skipped; lines of text have time and report, and no bar."""
    forced = command("run", "d.yaml", "--log", "text", "--force", cwd=place)
    assert forced.stdout.startswith("d: report written to ")
    lines = forced.stderr.splitlines()
    time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    assert any(re.fullmatch(rf"{time} \[lishui\] d: execute", line) for line in lines)
    assert "%|" not in forced.stderr and "\r" not in forced.stdout


def test_a_run_over_its_limit(command: Command, tmp_path: Path) -> None:
    """The kernel and its children end, the exit code is that of a time limit, the old stands."""
    pids = tmp_path / "pids"
    cell = (
        "import os, subprocess, time; from pathlib import Path\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"Path({str(pids)!r}).write_text(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(60)"
    )
    file = prepare(tmp_path, "x", cell)
    old = tmp_path / "out" / "x"
    old.mkdir(parents=True)
    (old / "manifest.json").write_text("old")
    ended = command("run", file, "--limit", "3")
    assert ended.returncode == 7, ended.stderr
    assert ended.stdout.startswith("x: no report (code 7): the run took over 3 s")
    assert "the run took over 3 s" in ended.stderr
    assert (old / "manifest.json").read_text() == "old"
    assert (tmp_path / "out" / "x.failed" / "notebook.ipynb").is_file()
    assert "超过时限" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert [pid for pid in pids.read_text().split() if alive(pid)] == []


def run_here(file: Path) -> None:
    """Make a report in this process; write what it prints beside the file."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ended = CliRunner().invoke(app, ["run", str(file), "--log", "json"])
    file.with_name(f"{os.getpid()}.out").write_text(ended.stdout)
    os._exit(ended.exit_code)


def test_two_batches_on_one_folder(tmp_path: Path) -> None:
    """One of them makes the report, the other is told that it is busy or finished; both list it."""
    file = prepare(tmp_path, "x", "import time; time.sleep(0.3)")
    both = [forked(run_here, file) for _ in range(2)]
    for process in both:
        process.join(60)
    told = [json.loads((tmp_path / f"{process.pid}.out").read_text()) for process in both]
    assert sorted(line["status"] for line in told) in (
        ["completed", "failed"], ["completed", "skipped"], ["completed", "completed"],
    )  # fmt: skip
    assert {line["code"] for line in told} == {process.exitcode for process in both} <= {0, 6}
    assert "1 份报告，0 次失败" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"index.html", "x"}


def test_a_list_that_cannot_be_written_is_a_fault_of_writing(
    command: Command,
    place: Path,
    resumed: subprocess.CompletedProcess[str],  # noqa: ARG001  # it must have run
) -> None:
    """The reports are there, and the exit code says that not all is well."""
    (place / "out" / "index.html").write_text("my own")
    ended = command("run", "a*.yaml", cwd=place)
    assert ended.returncode == 5 and "is not a list of reports" in ended.stderr
    assert "nothing has changed" in ended.stdout
    assert (place / "out" / "index.html").read_text() == "my own"
    (place / "out" / "index.html").unlink()


def test_a_partial_failure_has_its_own_exit_code(batch: subprocess.CompletedProcess[str]) -> None:
    """1 says that some reports were made."""
    assert batch.returncode == 1


def test_steps_as_json_have_time_region_and_level(
    batch: subprocess.CompletedProcess[str],
) -> None:
    """Steps and errors go to standard error; without a terminal there is no progress bar."""
    lines = [json.loads(line) for line in batch.stderr.splitlines()]
    assert all(set(line) == {"time", "level", "region", "message"} for line in lines)
    steps = {(line["level"], line["region"], line["message"]) for line in lines}
    assert ("info", "lishui", "d: execute") in steps
    assert any(level == "error" and "boom" in text for level, _, text in steps)


def test_a_single_report_gives_its_own_exit_code(command: Command, tmp_path: Path) -> None:
    """A scheduler learns why: here wrong parameters (2) and a file that is not there (3)."""
    (tmp_path / "x.yaml").write_text("region: lishui\nsead: 1\n")
    ended = command("run", "x.yaml", cwd=tmp_path)
    assert ended.returncode == 2
    assert "key 'sead': unknown" in ended.stdout and "key 'sead': unknown" in ended.stderr
    ended = command("run", "*.yml", cwd=tmp_path)
    assert ended.returncode == 3
    assert ended.stdout.startswith("*: no report (code 3): ")


def test_a_total_failure_is_not_a_partial_one(command: Command, tmp_path: Path) -> None:
    """Where no report was made the exit code is that of a report; a name given twice runs once."""
    ended = command("run", "no.yaml", "none.yaml", "./no.yaml", cwd=tmp_path)
    assert ended.returncode == 3
    names = [line.partition(":")[0] for line in ended.stdout.splitlines()]
    assert names == ["no", "none"] and ended.stdout.count("(code 3)") == 2


def test_two_files_for_one_output_are_refused(command: Command, tmp_path: Path) -> None:
    """Otherwise the second report would replace the first."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.yaml").write_text("region: lishui\n")
    ended = command("run", "a/x.yaml", "b/x.yaml", cwd=tmp_path)
    assert ended.returncode == 2
    assert "both write" in ended.stderr and ended.stdout == ""


def run_on(terminal: int, folder: Path) -> None:
    """Run two files that are not there in this process, with a terminal as standard error."""
    os.chdir(folder)
    os.dup2(terminal, 2)
    logging.getLogger("forecast").handlers = []
    sys.stderr, sys.stdout = os.fdopen(2, "w"), Path("out").open("w")
    try:
        app(["run", "no.yaml", "none.yaml"])
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(ended.code or 0))


def test_a_terminal_gets_a_progress_bar(tmp_path: Path) -> None:
    """The bar counts reports, the lines of each come whole."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    process = forked(run_on, theirs, tmp_path)
    process.join(60)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "2/2" in shown and "%|" in shown
    assert "no: no.yaml cannot be read" in shown
    assert process.exitcode == 3
    assert len((tmp_path / "out").read_text().splitlines()) == 2


def test_a_signal_ends_a_run(tmp_path: Path) -> None:
    """In this process: it cleans up, and the exit code is that of the signal."""
    started = tmp_path / "started"
    process = forked(run_here, prepare(tmp_path, "x", SLEEP.format(str(started))))
    while process.is_alive() and not started.exists():
        time.sleep(0.02)
    os.kill(process.pid or 0, signal.SIGINT)
    process.join(30)
    assert process.exitcode == 130
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["index.html"]


def test_a_signal_ends_all_runs(tmp_path: Path) -> None:
    """Several, each in a process of its own: all clean up, though nobody reads their results."""
    started = [tmp_path / f"started {number}" for number in range(2)]
    files = [prepare(tmp_path, p.name, SLEEP.format(str(p))) for p in started]
    command = [*COMMAND, "run", "--jobs", "2", *map(str, files)]
    with Path("/dev/full").open("w") as full, subprocess.Popen(command, stdout=full) as process:
        while process.poll() is None and not all(path.exists() for path in started):
            time.sleep(0.05)
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 143
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["index.html"]


@pytest.mark.parametrize("closed", [True, False])
def test_a_standard_output_that_takes_nothing(
    place: Path,
    resumed: subprocess.CompletedProcess[str],  # noqa: ARG001  # it must have run
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    closed: bool,
) -> None:
    """A full disk behind it is a fault of writing (5), one that is closed is none."""
    monkeypatch.setattr(sys, "stdout", None if closed else open("/dev/full", "w"))
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    log = logging.getLogger("forecast")
    monkeypatch.setattr(log, "handlers", [])
    monkeypatch.setattr(log, "level", logging.WARNING)
    file = next(place.glob("a*.yaml"))
    with pytest.raises(SystemExit) as ended:
        app(["run", str(file)])
    assert ended.value.code == (0 if closed else 5)
    said = capfd.readouterr().err
    assert said == "" if closed else "standard output cannot be written: No space left" in said
    sys.stdout.close()


def test_nothing_is_to_be_opened_where_nothing_was_written(
    command: Command, tmp_path: Path
) -> None:
    """A file that has the name of the output folder ends in the reason alone."""
    file = prepare(tmp_path, "x", "1")
    (tmp_path / "out").write_text("in the way")
    ended = command("run", file)
    assert ended.returncode == 5 and "Open" not in ended.stdout and "no report" in ended.stdout


def call(*arguments: str | Path) -> tuple[int, str]:
    """Call a command that starts no run; return exit code and output."""
    ended = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return ended.exit_code, ended.output


def test_verify_scores_what_was_issued(tmp_path: Path) -> None:
    """Without a store it says so; with one it counts the closed cases and lists them in a file.

    What a spreadsheet would take for a formula has an apostrophe in front.
    """
    code, text = call("verify", tmp_path)
    assert code == 0 and "no forecasts issued yet" in text
    plan = load_plan("xiaoshan", as_of="2021-12-31")
    run = issue(plan, name="x")
    append_run(tmp_path / STORE, replace(run, forecasts=run.forecasts.assign(source="=1+1")))
    code, text = call("verify", tmp_path, "--hits", tmp_path / "hits.csv")
    assert code == 0, text
    closed = int(re.search(r"forecasts issued, (\d+) of them closed", text)[1])
    lines = (tmp_path / "hits.csv").read_text().splitlines()
    assert closed == len(lines) - 1 > 0
    assert all(",'=1+1," in line for line in lines[1:])


def test_verify_finds_the_plan_of_the_reports(tmp_path: Path) -> None:
    """The tables of the last report are used; the remedy is named where there are none."""
    assert call("verify", tmp_path / "nowhere")[0] == 1
    tables = shutil.copytree(data_folder(), tmp_path / "tables")
    run = issue(load_plan("xiaoshan", as_of="2021-12-31"), name="x")
    (tmp_path / "reports").mkdir()
    own = replace(run, region="own", parameters={"data": "/gone/tables"},
                  forecasts=run.forecasts.assign(region="own"))  # fmt: skip
    append_run(tmp_path / "reports" / STORE, own)
    code, text = call("verify", tmp_path / "reports")
    assert code == 1 and "--data" in text
    for name in ("regions", "observations", "targets"):
        file = tables / f"{name}.csv"
        file.write_text(re.sub(r"\bxiaoshan\b", "own", file.read_text("utf-8")), "utf-8")
    code, text = call("verify", tmp_path / "reports")
    assert code == 0 and "of them closed" in text, text


def test_help_and_version() -> None:
    """Both commands are listed; the version is the package's."""
    import forecast as package

    code, text = call("--help")
    assert code == 0 and "run" in text and "check" in text
    assert call("--version") == (0, f"forecast {package.__version__}\n")


DESCRIPTIONS = """
import sys, typer.main, forecast.cli
group = typer.main.get_command(forecast.cli.app)
for command in (group, *group.commands.values()):
    context = command.make_context("x", [], resilient_parsing=True)
    print(command.help, *(p.help for p in command.get_params(context)), sep="\\n")
print("=")
forecast.cli.app(["run", sys.argv[1]])
"""


def test_everything_is_said_in_the_language_of_the_environment(tmp_path: Path) -> None:
    """Help of every command and option, a fault, and what became of a report."""
    env = {**os.environ, "FORECAST_LANGUAGE": "", "LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", DESCRIPTIONS, str(tmp_path / "no.yaml")]
    ended = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)
    help_, _, result = ended.stdout.partition("\n=\n")
    told = help_.splitlines()
    assert (
        len(told) > 40 and [line for line in told if not re.search("[\u4e00-\u9fff]", line)] == []
    )
    assert ended.returncode == 3 and "读不了（没有这个文件或文件夹）" in ended.stderr
    assert result.startswith("no：未生成报告（代码3）：") and "读不了" in result


def own_tables(folder: Path, year: str = "2025") -> Path:
    """Write a folder of one's own with a single target."""
    row = {name: "" for name in TABLES["targets"].columns}
    row |= {"region": "lishui", "indicator": "minimum_living_standard", "year": year}
    row |= {"value": "12000", "comparator": "ge", "role": "final"}
    first = (data_folder() / "sources.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    row["source"] = first.split(",")[0]
    (folder / "targets.csv").write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    return folder


def test_check_counts_the_rows_of_sound_tables(tmp_path: Path) -> None:
    """Own rows of a table are counted, and those of the package beside them."""
    code, text = call("check", own_tables(tmp_path))
    assert code == 0, text
    assert re.search(r"^  targets: 1 own rows, [0-9]+ shipped$", text, re.MULTILINE)
    assert text.endswith("no problems.\n")


def test_check_plays_a_scenario(tmp_path: Path) -> None:
    """A sound file says how many indicators it changes, a misspelt lever gets its right name."""
    file = tmp_path / "mine.yaml"
    step = "{mechanism: care_workforce, levers: {trainees_per_year: 300}}"
    file.write_text(f"name: mine\nsteps:\n- {step}\n")
    code, text = call("check", file, "--region", "lishui")
    assert code == 0 and re.search(r"^lishui: 1 of \d+ indicators change", text), text
    file.write_text(f"name: mine\nsteps:\n- {step.replace('trainees', 'trainee')}\n")
    code, text = call("check", file, "--region", "lishui")
    assert code == 1 and "'trainees_per_year'" in text


def test_check_prints_every_problem(tmp_path: Path) -> None:
    """Each with file, row, column, value and remedy; exit code 1."""
    code, text = call("check", own_tables(tmp_path, year="20025"))
    assert code == 1
    assert "targets.csv, row 2, column year, value '20025'" in text and "Remedy: " in text
    assert text.splitlines()[-1].endswith(": problems, 1 in all.")


def test_check_of_a_folder_that_is_not_there() -> None:
    """It is a problem like any other, in either language."""
    code, text = call("check", "no/such/folder")
    assert code == 1 and "no such folder" in text
    code, text = call("check", "no/such/folder", "--language", "zh")
    assert code == 1 and "没有这个文件夹" in text


def test_check_says_what_it_understood_of_a_file(tmp_path: Path) -> None:
    """Row by row, printed and understood; a region may be given for a file that names none."""
    file = tmp_path / "数据.csv"
    file.write_text("指标,2021,2022年目标值\nminimum_living_standard,10500,>11000\n")
    code, text = call("check", file, "--region", "lishui")
    assert code == 0, text
    assert "row 2, column 2021, '10500': " in text and "'>11000': " in text
    assert text.endswith("数据.csv: 2 cells: understood 2.\n")
    code, text = call("check", file, "--region", "lishui", "--language", "zh")
    assert code == 0 and "第2行，2021列，“10500”：丽水市，" in text
    assert text.endswith("数据.csv：共2格，看懂2。\n")


def test_check_of_a_file_with_problems(tmp_path: Path) -> None:
    """A figure that is none gets a remedy; a file without region or header is refused."""
    file = tmp_path / "x.csv"
    file.write_text("指标,2021\nminimum_living_standard,many\n")
    code, text = call("check", file, "--region", "lishui")
    assert code == 1 and "'many': " in text and "Remedy: " in text
    code, text = call("check", file)
    assert code == 1 and "names no region" in text
    code, text = call("check", file, "--region", "lishiu")
    assert code == 1 and "Did you mean lishui" in text


def test_check_of_what_is_no_file_ends_at_once(tmp_path: Path) -> None:
    """A pipe is not waited for, and a broken or endless file is refused, under every ending."""
    for ending in (".csv", ".xlsx", ".yaml"):
        pipe = tmp_path / f"pipe{ending}"
        os.mkfifo(pipe)
        code, text = call("check", pipe)
        assert code == 1 and "not an ordinary file" in text, text
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    for file, fact in ((broken, "cannot be read as a workbook"), ("/dev/zero", "not an ordinary")):
        code, text = call("check", file)
        assert code == 1 and fact in text, text


def test_names_that_no_file_can_have(command: Command, tmp_path: Path) -> None:
    """Too long, or a link in a circle: a sentence in either language, no traceback."""
    loop = tmp_path / "loop.csv"
    loop.symlink_to("loop.csv")
    assert "no such folder" in call("check", loop)[1]
    name = tmp_path / f"{'n' * 300}.csv"
    for language, said in (("en", "File name too long"), ("zh", "名称太长")):
        code, text = call("check", name, "--language", language)
        assert code == 1 and said in text and "Errno" not in text, text
    for file in (tmp_path / f"{'n' * 300}.yaml", loop.rename(tmp_path / "loop.yaml")):
        ended = command("run", file)
        assert ended.returncode == 3 and "cannot be read" in ended.stderr


def test_check_gives_a_json_record_for_each_cell(tmp_path: Path) -> None:
    """On stdout nothing but records; what is no level has one too, and the summary is on stderr."""
    file = tmp_path / "x.csv"
    file.write_text("指标,2021,完成率\nminimum_living_standard,10500,90%\n", encoding="utf-8")
    run = CliRunner().invoke(app, ["check", str(file), "--region", "lishui", "--json"])
    first, second = map(json.loads, run.stdout.splitlines())
    assert run.exit_code == 0 and "2 cells" in run.stderr
    assert list(first) == [
        "sheet", "row", "column", "printed", "region", "indicator", "year", "date", "value", "unit",
        "type", "status", "reason",
    ]  # fmt: skip
    assert (first["year"], first["value"], first["type"]) == (2021, 10500.0, "actual")
    assert (second["value"], second["status"]) == (None, "unread")


def test_check_holds_targets_against_the_plans_where_they_are_taken(tmp_path: Path) -> None:
    """With --take-targets one that differs is doubtful."""
    file = tmp_path / "x.csv"
    file.write_text("指标,2025目标\nminimum_living_standard,13500\n", encoding="utf-8")
    assert "target is no data" in call("check", file, "--region", "lishui")[1]
    text = call("check", file, "--region", "lishui", "--take-targets")[1]
    assert "plan's target is 13,000" in text and "doubtful 1" in text
