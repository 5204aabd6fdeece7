"""The documented schedules: their commands run as a scheduler runs them."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from forecast.reports.parameters import check_declared, find_notebook

INSTALLED, PLANS = "/opt/forecast/.venv/bin/forecast", "/srv/plans"
PARAMETERS = "region = data = as_of = until = draws = seed = language = None\nfolder = '.'"


def blocks(root: Path) -> list[str]:
    """Examples of the page, each with its language in the first line."""
    text = (root / "docs" / "scheduling.md").read_text(encoding="utf-8")
    return re.findall(r"^```(\w+\n.*?)^```", text, re.MULTILINE | re.DOTALL)


def find(root: Path, pattern: str) -> str:
    """The one line that a pattern finds in the examples."""
    (found,) = re.findall(pattern, "\n".join(blocks(root)), re.MULTILINE)
    return str(found)


def operator(root: Path, name: str) -> dict[str, object]:
    """Plain arguments of an operator in the example for Airflow."""
    for block in blocks(root):
        if f"{name}(" in block:
            calls = [n for n in ast.walk(ast.parse(block.partition("\n")[2])) if is_call(n, name)]
            assert isinstance(calls[0], ast.Call)
            return {k.arg or "": plain(k.value) for k in calls[0].keywords}
    raise AssertionError(name)


def is_call(node: ast.AST, name: str) -> bool:
    """Whether a node calls a name."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def plain(node: ast.expr) -> object:
    """Value of a literal, None of anything else."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the documents have it, with one small report to be made."""
    place = tmp_path_factory.mktemp("plans")
    (place / "params").mkdir()
    tagged = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, new_code_cell("1")]), place / "x.ipynb")
    (place / "targets.csv").write_text("region,year\nlishui,2025\n")
    lines = ["region: lishui", f"notebook: {place}/x.ipynb", f"data: {place}", "as_of: 2022-12-31"]
    (place / "params" / "丽水.yaml").write_text("\n".join(lines), encoding="utf-8")
    return place


def as_scheduled(command: str, plans: Path) -> dict[str, str]:
    """Run a documented command from `/`, in an empty environment, in the POSIX locale."""
    here = f"{shlex.quote(sys.executable)} -m forecast.cli"
    command = command.replace(INSTALLED, here).replace(PLANS, str(plans))
    kept = {key: os.environ[key] for key in ("PYTHONPATH",) if key in os.environ}
    env = {**kept, "LC_ALL": "POSIX", "PATH": "/usr/bin:/bin"}
    shell = ["/bin/sh", "-c", command]
    done = subprocess.run(
        shell, cwd="/", env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    results = plans / "results.txt"
    lines = (done.stdout or results.read_text(encoding="utf-8")).splitlines()
    assert lines[-1] == f"Open {plans}/reports/index.html"
    return {"result": lines[-2], "stderr": done.stderr}


def test_schedules_run_as_documented(root: Path, plans: Path) -> None:
    """cron's command makes report, list and results in silence; a second scheduler skips it.

    The first has a home that cannot be written, and files for nobody else. Airflow and systemd run
    the same command.
    """
    cron = find(root, r"^30 6 3 \* \* (.*)$")
    assert "%" not in cron  # which cron reads as the end of a line
    done = as_scheduled(f"umask 077; HOME=/proc; export HOME; {cron}", plans)
    assert "丽水: report written to" in done["result"] and done["stderr"] == ""
    assert (plans / "reports" / "丽水" / "report.html").stat().st_mode & 0o077 == 0
    assert "丽水" in (plans / "reports" / "index.html").read_text(encoding="utf-8")
    systemd = find(root, r"^ExecStart=(.*)$")
    assert operator(root, "BashOperator")["bash_command"] == systemd
    done = as_scheduled(systemd, plans)
    assert "nothing has changed" in done["result"]
    assert "unchanged, so not run again" in done["stderr"]


def test_units_are_sound(root: Path, tmp_path: Path) -> None:
    """systemd finds nothing wrong with the units."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd on this machine")
    for block in blocks(root):
        if name := re.search(r"^# /etc/systemd/system/(.*)$", block, re.MULTILINE):
            text = block.partition("\n")[2].replace(INSTALLED, sys.executable)
            (tmp_path / name.group(1)).write_text(text.replace("User=forecast", "User=root"))
    units = sorted(map(str, tmp_path.iterdir()))
    assert len(units) == 2
    command = ["systemd-analyze", "verify", "--man=no", *units]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    ours = [line for line in done.stderr.splitlines() if "forecast" in line]
    assert ours == [], done.stderr


def test_the_papermill_operator_passes_what_the_notebook_declares(root: Path) -> None:
    """papermill would only log a misspelt name and run with the default."""
    parameters = operator(root, "PapermillOperator")["parameters"]
    assert isinstance(parameters, dict)
    check_declared(find_notebook("monitoring"), parameters)
