"""Run a report notebook strictly, and leave its output whole or not at all.

`run_report` checks a parameter file and the notebook it names, lets papermill execute the
notebook in this very interpreter, refuses a success that is none, makes one offline HTML page
of it and exchanges the finished folder `<output>/<name>/` for the old one. It holds report.html,
notebook.ipynb (executed), the tables the notebook wrote, and manifest.json. A failed run leaves
the old folder as it was, and its notebook and manifest for diagnosis in `<output>/<name>.failed/`.
Relative paths are relative to the current directory.

==== ================ =====================================================================
code class            when
==== ================ =====================================================================
2    `ParameterError` the parameter file, or a notebook that declares other parameters
3    `InputError`     a missing or unreadable file, notebook or table
4    `NotebookError`  a cell failed, was not run, ended the kernel, or needs a network
5    `WriteError`     the output cannot be written: full, read-only, not a report's folder
6    `BusyError`      another run is writing the same output
7    `TimeLimitError` a cell ran longer than allowed
130  `Stopped`        SIGINT; 143 for SIGTERM
==== ================ =====================================================================
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import importlib.metadata
import json
import logging
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partialmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .errors import ReportError, WriteError
from .folders import MANIFEST, BusyError, building, exchange
from .pages import network_references, to_html
from .parameters import (
    InputError,
    ParameterError,
    Plain,
    ReportParameters,
    check_declared,
    check_region,
    find_notebook,
    find_scenarios,
    find_tables,
    hash_tables,
    read_parameters,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "BusyError",
    "InputError",
    "Manifest",
    "NotebookError",
    "ParameterError",
    "ReportError",
    "Stopped",
    "TimeLimitError",
    "WriteError",
    "run_report",
    "stoppable",
]

log = logging.getLogger(__name__)
NOTEBOOK = "notebook.ipynb"
PACKAGES = ("forecast", "numpy", "pandas", "scipy", "matplotlib", "papermill", "nbconvert")
DATA_FAULTS = ("DataError", "FileNotFoundError")
FULL_OR_READ_ONLY = re.compile(r"\[Errno (27|28|30|122)\]")


class NotebookError(ReportError):
    """A notebook that failed, or only seemed to succeed."""

    exit_code = 4


class TimeLimitError(ReportError):
    """A cell that ran longer than allowed."""

    exit_code = 7


class Stopped(KeyboardInterrupt):
    """The run was asked to end by a signal, and has cleaned up."""

    def __init__(self, signum: int) -> None:
        self.exit_code = 128 + signum
        super().__init__(f"stopped by {signal.Signals(signum).name}")


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What a run was made from and what it made; stored as `manifest.json`."""

    name: str
    status: Literal["completed", "failed"]
    folder: str
    parameters: dict[str, Plain]
    seed: int
    data_hash: str
    versions: dict[str, str]
    started: str
    finished: str
    seconds: dict[str, float]
    files: dict[str, str]
    """File name to SHA-256."""
    error: dict[str, Plain] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain built-ins, as in the file."""
        return dataclasses.asdict(self)


def run_report(
    params: str | Path, *, output: str | Path | None = None, timeout: int = 600
) -> Manifest:
    """Execute the notebook that a parameter file names and put its report in place.

    Parameters
    ----------
    params : parameter file, see `ReportParameters`
    output : folder for the reports; None takes the file's own
    timeout : seconds that a single cell may run

    Raises
    ------
    ReportError
        One of the classes in the module's table; the old report is then as it was.
    Stopped
        On SIGINT or SIGTERM, after the kernel and the unfinished folder are gone.

    Examples
    --------
    >>> run_report("no/such/file.yaml")
    Traceback (most recent call last):
    forecast.parameters.InputError: no/such/file.yaml cannot be read: No such file ...
    """
    parameters = read_parameters(params, output=output)
    notebook = find_notebook(parameters.notebook)
    declared = check_declared(notebook, parameters.for_notebook())
    tables = find_tables(parameters.data)
    check_region(Path(params), parameters, tables)
    scenarios = find_scenarios(Path(params), parameters) if "scenarios" in declared else {}
    run = _Run(parameters, hash_tables({**tables, **scenarios}))
    with stoppable(), building(run.final, run.failed) as folder:
        try:
            with run.timed("execute"):
                executed = _execute(notebook, parameters, folder, timeout)
            _verify(executed)
            with run.timed("convert"):
                _convert(executed, parameters, folder / "report.html")
        except ReportError as error:
            run.keep_failed(folder, error)
            raise
        manifest = run.write_manifest(folder)
        exchange(folder, run.final)
        shutil.rmtree(run.failed, ignore_errors=True)
    log.info("%s: report written to %s", manifest.name, run.final)
    return manifest


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into `Stopped`; later ones do not disturb the clean-up.

    Outside the main thread, where Python delivers no signals, nothing is changed.
    """
    watched = []
    if threading.current_thread() is threading.main_thread():
        # A signal that is ignored from the start (nohup) stays ignored.
        both = (signal.SIGINT, signal.SIGTERM)
        watched = [s for s in both if signal.getsignal(s) != signal.SIG_IGN]

    def stop(signum: int, _frame: object) -> None:
        for other in watched:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped(signum)

    before = {s: signal.signal(s, stop) for s in watched}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class _Run:
    """Places and clock of one run."""

    def __init__(self, parameters: ReportParameters, data_hash: str) -> None:
        self.parameters = parameters
        self.data_hash = data_hash
        self.final = Path(os.path.abspath(parameters.output)) / parameters.name
        self.failed = self.final.with_name(f"{parameters.name}.failed")
        self.started = _now()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Measure a step, whatever happens to the wall clock."""
        log.info("%s: %s", self.parameters.name, step)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = round(time.perf_counter() - start, 3)

    def write_manifest(self, folder: Path, error: ReportError | None = None) -> Manifest:
        """Describe the run in the folder it filled."""
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        fault = {"class": type(error).__name__, "message": str(error)}
        manifest = Manifest(
            name=self.parameters.name,
            status="failed" if error else "completed",
            folder=str(self.failed if error else self.final),
            parameters=self.parameters.model_dump(),
            seed=self.parameters.seed,
            data_hash=self.data_hash,
            versions=_versions(),
            started=self.started,
            finished=_now(),
            seconds=self.seconds,
            files={file.relative_to(folder).as_posix(): _sha256(file) for file in files},
            error={**fault, "exit_code": error.exit_code} if error else None,
        )
        text = json.dumps(manifest.to_dict(), ensure_ascii=False, indent=2)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
        return manifest

    def keep_failed(self, folder: Path, error: ReportError) -> None:
        """Leave notebook and manifest of a failed run beside the old report, if there is room."""
        kept = folder / "failed"
        try:
            kept.mkdir()
            if (folder / NOTEBOOK).is_file():
                _mark_unrun(folder / NOTEBOOK, str(error))
                (folder / NOTEBOOK).rename(kept / NOTEBOOK)
            self.write_manifest(kept, error)
            exchange(kept, self.failed)
            log.info("%s: kept for diagnosis in %s", self.parameters.name, self.failed)
        except OSError as fault:
            log.warning("%s: nothing kept for diagnosis: %s", self.parameters.name, fault)


def _execute(
    notebook: Path, parameters: ReportParameters, folder: Path, timeout: int
) -> NotebookNode:
    """Let papermill run the notebook; say what went wrong in our words."""
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    try:
        executed: NotebookNode = papermill.execute_notebook(
            _literal(notebook),
            _literal(folder / NOTEBOOK),
            parameters.for_notebook(),
            kernel_name="python3",
            language="python",
            progress_bar={"desc": parameters.name} if sys.stderr.isatty() else False,
            execution_timeout=timeout,
            kernel_manager_class=_this_interpreter(),
            extra_arguments=["--log-level=CRITICAL"],
            # Unlike papermill's cwd, this leaves the working directory of this process alone.
            resources={"metadata": {"path": str(folder)}},
        )
    except papermill.PapermillExecutionError as error:
        raise _cell_fault(notebook, error) from None
    except CellTimeoutError:
        remedy = "Give it less to do (fewer draws) or more time."
        where = _where_it_ended(folder / NOTEBOOK)
        raise TimeLimitError(f"{notebook}, {where}: over {timeout} s. {remedy}") from None
    except DeadKernelError:
        remedy = "Look for a lack of memory, or for code that ends the process."
        where = _where_it_ended(folder / NOTEBOOK)
        raise NotebookError(f"{notebook}, {where}: the kernel died. {remedy}") from None
    except RuntimeError as error:
        remedy = "Check that ipykernel works in this environment."
        raise NotebookError(f"{notebook}: the kernel did not start: {error}. {remedy}") from None
    return executed


def _where_it_ended(file: Path) -> str:
    """Name the cell in which an execution ended: the last one started."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    started = [c for c in cells if _is_code(c) and c["metadata"]["papermill"]["start_time"]]
    return _name_cell(started[-1]["source"]) if started else "before the first cell"


def _name_cell(source: str | list[str]) -> str:
    """Name a cell by its first line, which a reader can search for."""
    return f"cell {''.join(source).strip().splitlines()[0]!r}"


def _is_code(cell: Mapping[str, Any]) -> bool:
    return cell["cell_type"] == "code" and bool("".join(cell["source"]).strip())


def _literal(path: Path) -> str:
    """Shield braces: papermill takes paths for format strings."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _this_interpreter() -> type:
    """Kernel manager that starts this very Python, whatever kernels a user has registered."""
    from ipykernel.kernelspec import RESOURCES, get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class ThisInterpreter(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            inline = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
            return KernelSpec(resource_dir=RESOURCES, env=inline, **get_kernel_dict())

        # What a cell's subprocess prints is in the notebook already; our output is for results.
        start_kernel = partialmethod(AsyncKernelManager.start_kernel, stdout=subprocess.DEVNULL)

    return ThisInterpreter


def _cell_fault(notebook: Path, error: Any) -> ReportError:
    """Tell data and disk from the notebook's own faults, by what its cell raised."""
    fault = f"{notebook}, {_name_cell(error.source)}: {error.ename}: {error.evalue.rstrip('.')}."
    if error.ename in DATA_FAULTS:
        return InputError(f"{fault} Correct the data; `forecast check` lists all problems.")
    if error.ename in ("OSError", "BlockingIOError") and FULL_OR_READ_ONLY.search(error.evalue):
        return WriteError(f"{fault} Make room, or give another output folder.")
    return NotebookError(f"{fault} The executed notebook shows where.")


def _verify(executed: NotebookNode) -> None:
    """Refuse a success in which a cell was not run, as after `sys.exit(0)`."""
    for cell in filter(_is_code, executed.cells):
        failed = cell.metadata.papermill.get("status") != "completed"
        errors = [out.ename for out in cell.outputs if out.output_type == "error"]
        if failed or errors or cell.execution_count is None:
            why = f"ended with {errors[0]}" if errors else "was not run"
            remedy = "Let every cell run to its end, without sys.exit or skipping tags."
            raise NotebookError(f"The notebook's {_name_cell(cell.source)} {why}. {remedy}")
    if executed.metadata.papermill.get("exception"):
        raise NotebookError("papermill marks the notebook as failed. Look into its outputs.")


def _convert(executed: NotebookNode, parameters: ReportParameters, target: Path) -> None:
    """Write the page, if it reads without a network."""
    page = to_html(executed, language=parameters.language, title=parameters.name)
    if remote := network_references(page):
        fault = f"The page needs a network or scripts: {'; '.join(remote[:5])}."
        raise NotebookError(f"{fault} Embed or remove them.")
    target.write_text(page, encoding="utf-8")


def _mark_unrun(file: Path, message: str) -> None:
    """Correct papermill's record, which calls every cell completed after a time-out or a kill."""
    notebook = json.loads(file.read_text(encoding="utf-8"))
    for cell in filter(_is_code, notebook["cells"]):
        record = cell["metadata"]["papermill"]
        answered = "shell.execute_reply" in cell["metadata"].get("execution", {})
        if not answered:
            record["status"] = "failed" if record["start_time"] else "pending"
    if not notebook["metadata"]["papermill"]["exception"]:
        notebook["metadata"]["papermill"]["exception"] = True
        banner = {"cell_type": "markdown", "id": "failure", "metadata": {}}
        notebook["cells"].insert(0, {**banner, "source": f"**{message}**"})
    file.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")


def _versions() -> dict[str, str]:
    """Versions of Python and of the packages that shape the numbers and the page."""
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return versions


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
