"""Run a report notebook strictly, and leave its output whole or not at all.

`run_report` checks a parameter file and the notebook it names, lets papermill execute the
notebook in this very interpreter, refuses a success that is none, makes one offline HTML page
of it and swaps the finished folder `<output>/<name>/` for the old one. The folder holds
report.html, notebook.ipynb (executed), the tables that the notebook wrote, manifest.json, and what
the key `formats` names: report.pdf (without the key, where the extra `pdf` is installed),
report.docx, brief.pptx; files of the reader's own stay in it. A failed run leaves the old folder as
it was, and its notebook and manifest for diagnosis in `<output>/<name>.failed/`. Results for a
database and issued forecasts are appended, each in one transaction, before the folder is swapped,
so those of a finished report are always there. Relative paths in a parameter file are relative to
that file. `errors` lists the exceptions and their exit codes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import N_, DataError, ReportError, WriteError, check_arguments, msg
from ..files import INDEX, ISSUED, STORE, staging_folder, swap_folder
from .errors import InputError, NotebookError
from .inputs import (
    check_region,
    find_mark,
    find_scenarios,
    find_tables,
    hash_tables,
    refresh_tables,
    region_names,
)
from .manifest import Manifest, files_intact, fingerprint, hash_file, read_manifest, versions
from .own_figures import take_figures
from .parameters import Plain, check_declared, find_notebook, read_parameters
from .signals import limited, stoppable

if TYPE_CHECKING:
    from ..evaluation.vintages import Run
    from .kernel_process import ForkedKernel

__all__ = ["CHANGES", "ReportRun", "run_report"]

NOTEBOOK, PAGE, PDF = "notebook.ipynb", "report.html", "report.pdf"
MADE = dt.date(2026, 1, 1)
"""No forecast was issued before this day; workbooks cannot have one before 1980."""
CHANGES = "changes.json"
"""Which verdicts changed since the issue before, of a report that issues forecasts."""
OFFICE = {"docx": "report.docx", "pptx": "brief.pptx"}
"""Office forms that are made from the page."""


def run_report(
    params: str | Path | ReportRun,
    *,
    output: str | Path | None = None,
    timeout: int = 600,
    limit: float | None = None,
    pdf: bool = True,
) -> Manifest:
    """Execute the notebook that a parameter file names and write its report.

    Parameters
    ----------
    params : parameter file, see `ReportParameters`; or a run whose inputs are checked
    output : folder for the reports; None takes the file's own
    timeout : seconds that a single cell may run
    limit : seconds that the whole run may take; only on POSIX, in the main thread
    pdf : whether to make a PDF of the page, where the extra `pdf` is installed

    Raises
    ------
    ReportError
        One of the classes in `errors`; the old report is then as it was.
    Stopped
        On SIGINT, SIGTERM or SIGHUP, after the kernel and the unfinished folder are gone.

    Examples
    --------
    >>> run_report("no/such/file.yaml")
    Traceback (most recent call last):
    forecast.reports.errors.InputError: no/such/file.yaml cannot be read: No such file ...
    """
    check_arguments(run_report, locals())
    run = params if isinstance(params, ReportRun) else ReportRun(Path(params), output)
    run.check()
    with stoppable(), staging_folder(run.final, run.failed) as folder:
        try:
            with limited(limit):
                run.execute(folder, timeout)
                run.convert(folder, pdf=pdf)
            run.prepare_issue(folder)
            run.write_results(folder)
            run.issue()
        except ReportError as error:
            run.keep_failed(folder, error)
            raise
        manifest = run.write_manifest(folder)
        old = read_manifest(run.final)
        if kept := swap_folder(folder, run.final, old.files if old else {}):
            run.log.info(N_("%s: files of your own kept: %s"), manifest.name, ", ".join(kept))
        shutil.rmtree(run.failed, ignore_errors=True)
    run.log.info(N_("%s: report written to %s"), manifest.name, run.final)
    return manifest


@contextmanager
def _store_faults() -> Iterator[None]:
    """Turn a store of forecasts that cannot be used into a fault of the report's inputs."""
    try:
        yield
    except DataError as error:
        raise InputError(error.problems[0].message()) from None


class ReportRun:
    """One run of a parameter file: its inputs, output folders and clock.

    Parameters
    ----------
    file : parameter file
    output : folder for the reports; None takes the file's own
    figures : file of figures that are put over those of the tables

    Raises
    ------
    ReportError
        If the file cannot be read, or has a wrong key or value.
    """

    def __init__(
        self, file: Path, output: str | Path | None = None, figures: Path | None = None
    ) -> None:
        self.file = file
        self.parameters = read_parameters(file, output=output)
        if figures is not None:
            refresh_tables(file, self.parameters.data)
            self.parameters = take_figures(file, figures, self.parameters)
        self.notebook = find_notebook(self.parameters.notebook)
        self.final = self.parameters.folder
        self.failed = self.final.with_name(f"{self.parameters.name}.failed")
        self.store = self.final.with_name(STORE)
        self.id = uuid.uuid4().hex
        self.scenarios: dict[str, Path] = {}
        self.region: dict[str, str] = {}
        self.mark = ""
        self.kernel: ForkedKernel | None = None
        self.issued: Run | None = None
        self.fingerprint = self.notebook_hash = self.data_hash = ""
        self.issues = False
        self.seconds: dict[str, float] = {}
        self.notes: dict[str, str] = {}
        about = {"region": self.parameters.region}
        self.log = logging.LoggerAdapter(logging.getLogger(__name__), about)
        self.begin()

    def begin(self) -> None:
        """Start the clock of the run."""
        self.started, self._start = dt.datetime.now(dt.UTC), time.monotonic()

    def follows(self, other: ReportRun) -> bool:
        """Whether a report needs what another one leaves, so that the order changes nothing.

        An overview links to the other reports of its folder; a region's forecasts are compared with
        those issued for earlier days, of one day in the order of the reports' names.
        """
        own, its = self.parameters, other.parameters
        if self.store != other.store or own.notebook == "overview" != its.notebook:
            return self.store == other.store
        same = self.issues and other.issues and own.region == its.region
        return same and (its.as_of, its.name) < (own.as_of, own.name)

    def check(self) -> None:
        """Check what can be checked before a kernel starts; once checked, do nothing.

        Raises
        ------
        ReportError
            If the notebook, a table, the region or a scenario cannot be used; a record of the
            failure is kept, so that the list of all reports shows it.
        """
        if self.fingerprint:
            return
        try:
            self._check()
        except ReportError as error:
            self.record(error)
            raise

    def record(self, error: ReportError) -> None:
        """Keep a record of a failure outside of a run, if there is room; clear what it left."""
        try:
            with staging_folder(self.final, self.failed) as folder:
                self.keep_failed(folder, error)
        except ReportError as fault:
            message = N_("%s: nothing kept for diagnosis: %s")
            self.log.info(message, self.parameters.name, fault)

    def finished(self) -> Manifest | None:
        """Record of a report that a run would only make again; None where there is work to do.

        A report is finished if the same inputs made it, each of its files is as it was, and no run
        has failed since. Nothing is written.

        Raises
        ------
        ReportError
            As `check` does.
        """
        if not self.fingerprint:
            self._check()
        record = read_manifest(self.final)
        if record is None or record.fingerprint != self.fingerprint or self.failed.exists():
            return None
        whole = record.status == "completed" and files_intact(record, self.final)
        return record if whole else None

    def _check(self) -> None:
        """Check clock, notebook, tables, region and scenarios; compute the fingerprint of all."""
        if self.started.date() < MADE:
            message = N_("the machine's clock says {day}, before this program was made. Set it.")
            raise InputError(msg(message, day=self.started.date()))
        refresh_tables(self.file, self.parameters.data)
        tables = find_tables(self.parameters.data)
        self.region = region_names(tables, self.parameters.region)
        self.mark = find_mark(tables, self.parameters.region)
        declared = check_declared(self.notebook, self.parameters.for_notebook())
        check_region(self.file, self.parameters, tables)
        if "scenarios" in declared:
            self.scenarios = find_scenarios(self.file, self.parameters)
        self.issues = "vintages" in declared
        self.data_hash = hash_tables({**tables, **self.scenarios})
        self.notebook_hash = hash_file(self.notebook)
        self.fingerprint = fingerprint(self.parameters, self.notebook_hash, self.data_hash)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Measure a step, whatever happens to the wall clock."""
        self.log.info("%s: %s", self.parameters.name, msg(step))
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[step] = round(time.monotonic() - start, 3)

    def execute(self, folder: Path, timeout: int) -> None:
        """Run the notebook with the parameters, and the store of forecasts where it wants it."""
        from .kernel import execute

        if self.parameters.lies_ahead:
            message = N_("%s: as of %s, a day that lies ahead")
            self.log.warning(message, self.parameters.name, self.parameters.as_of)
        store = {"vintages": str(self.store)} if self.issues else {}
        passed: dict[str, Plain] = {**self.parameters.for_notebook(), **store}
        with self.timed(N_("execute")):
            target, forked = folder / NOTEBOOK, self.kernel
            self.executed = execute(self.notebook, target, passed, timeout=timeout, forked=forked)

    def convert(self, folder: Path, *, pdf: bool) -> None:
        """Write the page, if it reads without a network, and the forms that are made from it."""
        from .page import network_references, to_html

        name, language = self.parameters.name, self.parameters.language
        with self.timed(N_("convert")):
            back = f"../{INDEX}" if (self.final.parent / INDEX).is_file() else ""
            page = to_html(self.executed, language=language, title=name, mark=self.mark, back=back)
            if remote := network_references(page):
                raise NotebookError(msg(
                    "The page needs a network or scripts: {references}. Embed or remove them.",
                    references="; ".join(remote[:5]),
                ))  # fmt: skip
            (folder / PAGE).write_text(page, encoding="utf-8")
        self._check_unchanged()
        if any(form in OFFICE for form in self.parameters.formats or ()):
            self.write_office_forms(folder, page)
        if not pdf:
            self.notes[PDF] = msg("not made: switched off")
        elif self.parameters.formats is None or "pdf" in self.parameters.formats:
            self.print(folder)

    def write_office_forms(self, folder: Path, page: str) -> None:
        """Write the page as a Word document and as slides, as far as `formats` names them."""
        from .office.content import Content

        with self.timed(N_("write office files")):
            content = Content.read(page, folder)
            if "docx" in (self.parameters.formats or ()):
                from .office.word import write_word

                write_word(content, folder / OFFICE["docx"])
            if "pptx" in (self.parameters.formats or ()):
                from .office.slides import write_slides

                write_slides(content, folder / OFFICE["pptx"])

    def print(self, folder: Path) -> None:
        """Print the page; a PDF that `formats` names must be made, another one may be missing."""
        from .pdf import write_pdf

        with self.timed(N_("print")):
            fault = write_pdf(folder / PAGE, folder / PDF)
        if fault and self.parameters.formats:
            raise WriteError(msg("{file} {fault}", file=PDF, fault=fault))
        if fault:
            self.notes[PDF] = fault
            self.log.info("%s: %s %s", self.parameters.name, PDF, fault)

    def _check_unchanged(self) -> None:
        """Refuse a report whose tables changed while it was made: it may mix two versions."""
        tables = {**find_tables(self.parameters.data), **self.scenarios}
        if hash_tables(tables) != self.data_hash:
            raise InputError(msg("The tables changed while the report was made. Run it again."))

    def write_results(self, folder: Path) -> None:
        """Append the report's Parquet files as tables to the database that the parameters name."""
        if self.parameters.results is None:
            return
        import pandas as pd

        from ..tables.database import write_results

        tables = {f.stem: pd.read_parquet(f) for f in sorted(folder.glob("*.parquet"))}
        try:
            write_results(self.parameters.results, tables, self.id)
        except ValueError as error:
            raise WriteError(*error.args) from None

    def prepare_issue(self, folder: Path) -> None:
        """Compute the forecasts of a report that issues some; write which verdicts changed."""
        if not self.issues:
            return
        from ..evaluation.store import read_latest_run
        from ..evaluation.verdict_changes import compare_verdicts

        given, left = self.parameters, folder / ISSUED
        if left.is_file():  # what the notebook has computed
            import pandas as pd

            issued = pd.read_pickle(left)
            left.unlink()
        else:
            from ..evaluation.vintages import issue
            from ..tables.plan import load_plan

            plan = load_plan(given.data or given.region, given.as_of, region=given.region)
            issued = issue(plan)
        self.issued = dataclasses.replace(
            issued, run=self.id, name=given.name, notebook=given.notebook,
            parameters=given.model_dump(), data_hash=self.data_hash,
        )  # fmt: skip
        with _store_faults():
            last = read_latest_run(self.store, region=given.region, name=given.name)
        changes = compare_verdicts(last, self.issued)
        text = json.dumps(changes, ensure_ascii=False, indent=2)
        (folder / CHANGES).write_text(f"{text}\n", encoding="utf-8")

    def issue(self) -> None:
        """Keep the forecasts that were computed, for the day when they can be scored."""
        if self.issued is None:
            return
        from ..evaluation.store import append_run

        with _store_faults():
            append_run(self.store, self.issued)
        self.log.info(N_("%s: forecasts kept in %s"), self.parameters.name, self.store)

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
        kept, name = folder / "failed", self.parameters.name
        try:
            kept.mkdir()
            if (folder / NOTEBOOK).is_file():
                from .kernel import mark_unrun

                mark_unrun(folder / NOTEBOOK, str(error))
                (folder / NOTEBOOK).rename(kept / NOTEBOOK)
            self.write_manifest(kept, error)
            swap_folder(kept, self.failed)
            self.log.info(N_("%s: kept for diagnosis in %s"), name, self.failed)
        except OSError as fault:
            self.log.warning(N_("%s: nothing kept for diagnosis: %s"), name, fault)
