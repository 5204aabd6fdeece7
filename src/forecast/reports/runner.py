"""Run a report notebook strictly, and leave its output whole or not at all.

`run_report` checks a parameter file and the notebook it names, lets papermill execute the
notebook in this very interpreter, refuses a success that is none, makes one offline HTML page
of it and exchanges the finished folder `<output>/<name>/` for the old one. It holds report.html,
report.pdf where the machine has a browser to print it, notebook.ipynb (executed), the tables the
notebook wrote, and manifest.json. A failed run leaves the old folder as it was, and its notebook
and manifest for diagnosis in `<output>/<name>.failed/`. Where results go to a database they are
appended, in one transaction, before the folder is exchanged: a report that stands has its results.
Relative paths are relative to the current directory.

==== ================ =====================================================================
code class            when
==== ================ =====================================================================
2    `ParameterError` the parameter file, or a notebook that declares other parameters
3    `InputError`     a missing or unreadable file, notebook or table
4    `NotebookError`  a cell failed, was not run, ended the kernel, or needs a network
5    `WriteError`     the output, or the store of forecasts beside it, cannot be written
6    `BusyError`      another run is writing the same output
7    `TimeLimitError` a cell, or the whole run, took longer than allowed
130  `Stopped`        SIGINT; 143 for SIGTERM
==== ================ =====================================================================
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import re
import shutil
import signal
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import ReportError, WriteError
from ..evaluation.store import STORE, append_run
from ..evaluation.vintages import issue
from ..files import BusyError, staging_folder, swap_folder
from ..tables.plan import load_plan
from .kernel import fresh_kernel
from .manifest import Manifest, fingerprint, hash_file, is_whole, read_manifest, versions
from .page import network_references, to_html
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
    region_names,
)
from .pdf import NO_BROWSER, print_page

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from .browsers import OpenBrowser

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
    "finished_report",
    "run_report",
    "stoppable",
]

log = logging.getLogger(__name__)
NOTEBOOK = "notebook.ipynb"
SIGNALS = (signal.SIGINT, signal.SIGTERM)
PAGE, PRINTED = "report.html", "report.pdf"
DATA_FAULTS = ("DataError", "FileNotFoundError")
FULL_OR_READ_ONLY = re.compile(r"\[Errno (27|28|30|122)\]")


class NotebookError(ReportError):
    """A notebook that failed, or only seemed to succeed."""

    exit_code = 4


class TimeLimitError(ReportError):
    """A cell, or a run, that took longer than allowed."""

    exit_code = 7


class Stopped(KeyboardInterrupt):
    """The run was asked to end by a signal, and has cleaned up."""

    def __init__(self, signum: int) -> None:
        self.exit_code = 128 + signum
        super().__init__(f"stopped by {signal.Signals(signum).name}")


def run_report(
    params: str | Path,
    *,
    output: str | Path | None = None,
    timeout: int = 600,
    limit: float | None = None,
    kernel: type | None = None,
    browser: OpenBrowser | None = None,
) -> Manifest:
    """Execute the notebook that a parameter file names and put its report in place.

    Parameters
    ----------
    params : parameter file, see `ReportParameters`
    output : folder for the reports; None takes the file's own
    timeout : seconds that a single cell may run
    limit : seconds that the whole run may take; only on POSIX, in the main thread
    kernel : kernel manager; None starts this Python anew
    browser : one that is open already, to print with; None starts one

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
    run = _Run(Path(params), output)
    with stoppable(), staging_folder(run.final, run.failed) as folder:
        try:
            with _limited(limit, run.notebook):
                with run.timed("execute"):
                    executed = _execute(run, folder, timeout, kernel or fresh_kernel())
                _verify(executed)
                with run.timed("convert"):
                    _convert(executed, run.parameters, folder / PAGE)
                run.check_unchanged()
                with run.timed("print"):
                    run.print(folder, browser)
                run.write_results(folder)
        except ReportError as error:
            run.keep_failed(folder, error)
            raise
        manifest = run.write_manifest(folder)
        swap_folder(folder, run.final)
        shutil.rmtree(run.failed, ignore_errors=True)
        run.issue()
    log.info("%s: report written to %s", manifest.name, run.final)
    return manifest


def finished_report(params: str | Path, *, output: str | Path | None = None) -> Manifest | None:
    """Record of a report that a run would only make again; None where there is something to do.

    All that a run checks before it starts is checked. A report is finished if the same inputs
    made it, each of its files is as it was, and no run has failed since.

    Raises
    ------
    ReportError
        As `run_report` does before it starts a kernel.
    """
    run = _Run(Path(params), output)
    found = read_manifest(run.final)
    if found is None or found.fingerprint != run.fingerprint or run.failed.exists():
        return None
    return found if found.status == "completed" and is_whole(found, run.final) else None


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into `Stopped`; later ones do not disturb the clean-up.

    Within another such block, and outside the main thread, where Python delivers no signals,
    nothing is changed.
    """
    watched = []
    if threading.current_thread() is threading.main_thread():
        # A signal that is ignored from the start (nohup) stays ignored.
        watched = [s for s in SIGNALS if signal.getsignal(s) not in (signal.SIG_IGN, _stop)]
    before = {s: signal.signal(s, _stop) for s in watched}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _stop(signum: int, _frame: object) -> None:
    for other in SIGNALS:
        if signal.getsignal(other) is _stop:
            signal.signal(other, _go_on)
    raise Stopped(signum)


def _go_on(_signum: int, _frame: object) -> None:
    """Disregard a signal; of one that is already on its way, SIG_IGN would complain."""


class _LimitReached(KeyboardInterrupt):
    """The alarm of `_limited`; not an `Exception`, which event loops would keep to themselves."""


@contextmanager
def _limited(seconds: float | None, notebook: Path) -> Iterator[None]:
    """Raise `TimeLimitError` in a block that takes too long."""
    if seconds is None:
        yield
        return

    def ring(_signum: int, _frame: object) -> None:
        raise _LimitReached

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _LimitReached:
        remedy = "Give it less to do (fewer draws) or more time."
        raise TimeLimitError(f"{notebook}: the run took over {seconds:g} s. {remedy}") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Run:
    """Inputs, places and clock of one run."""

    def __init__(self, file: Path, output: str | Path | None) -> None:
        """Check everything that can be checked before a kernel starts; keep what was refused."""
        self.parameters = read_parameters(file, output=output)
        self.notebook = find_notebook(self.parameters.notebook)
        self.final = self.parameters.folder
        self.failed = self.final.with_name(f"{self.parameters.name}.failed")
        self.store = self.final.with_name(STORE)
        self.id = uuid.uuid4().hex
        self.started, self._start = dt.datetime.now(dt.UTC), time.monotonic()
        self.seconds: dict[str, float] = {}
        self.notes: dict[str, str] = {}
        self.region: dict[str, str] = {}
        self.fingerprint = self.notebook_hash = self.data_hash = ""
        try:
            self._check(file)
        except ReportError as error:
            self._keep_refused(error)
            raise

    def _check(self, file: Path) -> None:
        """Check notebook, tables, region and scenarios, and tell this run from others by them."""
        tables = find_tables(self.parameters.data)
        self.region = region_names(tables, self.parameters.region)
        declared = check_declared(self.notebook, self.parameters.for_notebook())
        check_region(file, self.parameters, tables)
        scenarios = find_scenarios(file, self.parameters) if "scenarios" in declared else {}
        self.issues = "vintages" in declared
        self.scenarios = scenarios
        self.data_hash = hash_tables({**tables, **scenarios})
        self.notebook_hash = hash_file(self.notebook)
        self.fingerprint = fingerprint(self.parameters, self.notebook_hash, self.data_hash)

    def _keep_refused(self, error: ReportError) -> None:
        """Leave a record of a report that never began, so that the list of all shows it."""
        try:
            with staging_folder(self.final, self.failed) as folder:
                self.keep_failed(folder, error)
        except ReportError as fault:
            log.info("%s: nothing kept for diagnosis: %s", self.parameters.name, fault)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Measure a step, whatever happens to the wall clock."""
        log.info("%s: %s", self.parameters.name, step)
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[step] = round(time.monotonic() - start, 3)

    def passed(self) -> dict[str, Plain]:
        """Give what the notebook is passed: its parameters, and the store where it asks for it."""
        store = {"vintages": str(self.store)} if self.issues else {}
        return {**self.parameters.for_notebook(), **store}

    def check_unchanged(self) -> None:
        """Refuse a report whose tables changed while it was made: it may be of two minds."""
        found = hash_tables({**find_tables(self.parameters.data), **self.scenarios})
        if found != self.data_hash:
            raise InputError("The tables changed while the report was made. Run it again.")

    def write_results(self, folder: Path) -> None:
        """Append the report's Parquet files to the database that was asked for, as tables."""
        if self.parameters.results is None:
            return
        from ..tables.database import write_results

        found = {f.stem: pd.read_parquet(f) for f in sorted(folder.glob("*.parquet"))}
        try:
            write_results(self.parameters.results, found, self.id)
        except ValueError as error:
            raise WriteError(str(error)) from None

    def issue(self) -> None:
        """Keep the forecasts of a report that issues some, for the day when they can be scored."""
        if not self.issues:
            return
        asked = self.parameters
        plan = load_plan(asked.data or asked.region, asked.as_of, region=asked.region)
        issued = issue(
            plan, name=asked.name, notebook=asked.notebook, parameters=asked.model_dump(),
            data_hash=self.data_hash,
        )  # fmt: skip
        append_run(self.store, dataclasses.replace(issued, run=self.id))
        log.info("%s: forecasts kept in %s", asked.name, self.store)

    def print(self, folder: Path, browser: OpenBrowser | None) -> None:
        """Print the page if that is possible; a report without PDF is still a report."""
        fault = print_page(folder / PAGE, folder / PRINTED, opened=browser)
        if fault:
            self.notes[PRINTED] = fault
            level = logging.INFO if fault == NO_BROWSER else logging.WARNING
            log.log(level, "%s: %s %s", self.parameters.name, PRINTED, fault)

    def write_manifest(self, folder: Path, error: ReportError | None = None) -> Manifest:
        """Describe the run in the folder it filled."""
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        fault = {"class": type(error).__name__, "message": str(error)}
        finished = self.started + dt.timedelta(seconds=time.monotonic() - self._start)
        manifest = Manifest(
            name=self.parameters.name,
            status="failed" if error else "completed",
            folder=str(self.failed if error else self.final),
            parameters=self.parameters.model_dump(),
            seed=self.parameters.seed,
            fingerprint=self.fingerprint,
            notebook_hash=self.notebook_hash,
            data_hash=self.data_hash,
            versions=versions(),
            started=self.started.isoformat(timespec="seconds"),
            finished=finished.isoformat(timespec="seconds"),
            seconds=self.seconds,
            files={file.relative_to(folder).as_posix(): hash_file(file) for file in files},
            notes=self.notes,
            error={**fault, "exit_code": error.exit_code} if error else None,
            region=self.region,
        )
        manifest.write(folder)
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
            swap_folder(kept, self.failed)
            log.info("%s: kept for diagnosis in %s", self.parameters.name, self.failed)
        except OSError as fault:
            log.warning("%s: nothing kept for diagnosis: %s", self.parameters.name, fault)


def _execute(run: _Run, folder: Path, timeout: int, kernel: type) -> NotebookNode:
    """Let papermill run the notebook; say what went wrong in our words."""
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    notebook = run.notebook
    try:
        executed: NotebookNode = papermill.execute_notebook(
            _literal(notebook),
            _literal(folder / NOTEBOOK),
            run.passed(),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            execution_timeout=timeout,
            kernel_manager_class=kernel,
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
