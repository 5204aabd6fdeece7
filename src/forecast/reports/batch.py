"""Reports of many parameter files, each in a process of its own, and the result of each.

A process is forked from a server that has imported what reports need, so that it starts at once.
It is no task of a `ProcessPoolExecutor`, which breaks as a whole when one of its processes is
killed, hides the exit code of that process, and cannot stop a task that has begun.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import logging
import logging.handlers
import math
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

from ..errors import N_, ForecastError, Message, ReportError, msg
from ..i18n.catalog import gettext
from ..i18n.errors import translate
from ..i18n.logs import TranslatedFormatter
from .kernel_process import FORKS, ForkedKernel
from .manifest import read_manifest
from .runner import ReportRun, run_report
from .signals import end_with_parent, stoppable

__all__ = ["Options", "Result", "longest_first", "run_all", "take_next"]

log = logging.getLogger(__name__)

PRELOAD = "forecast.reports.preload"
"""Module that imports what reports need."""
PROGRAM_FAULT = 70
"""Exit code of a fault of the program itself."""
LINES = {
    "completed": N_("{name}: report written to {folder} in {seconds} s"),
    "skipped": N_("{name}: nothing has changed since the report in {folder}"),
    "failed": N_("{name}: no report (code {code}): {error}"),
    "stopped": N_("{name}: stopped before the report was complete"),
}
GRACE = 30
"""Seconds for the clean-up of a report that is being stopped."""


@dataclasses.dataclass(frozen=True)
class Options:
    """How reports are run; see `run_report`."""

    output: str | None = None
    figures: Path | None = None
    timeout: int = 600
    limit: float | None = None
    pdf: bool = True
    force: bool = False
    fail_on_worse: bool = False
    fork: bool = False
    """Whether this process has nothing else to do, so that a kernel may be a copy of it."""


@dataclasses.dataclass(frozen=True)
class Result:
    """The result of one parameter file."""

    name: str
    status: Literal["completed", "skipped", "failed", "stopped"]
    seconds: float
    folder: str | None
    error: str | None
    code: int

    def __str__(self) -> str:
        """One JSON line in plain ASCII, so that no terminal or locale can spoil it."""
        return json.dumps(dataclasses.asdict(self))

    def describe(self, language: str) -> str:
        """Say in one line what became of the report.

        >>> Result("lishui", "completed", 12.3, "reports/lishui", None, 0).describe("en")
        'lishui: report written to reports/lishui in 12 s'
        """
        error = " ".join(str(translate(self.error or "", language)).split())
        return gettext(LINES[self.status], language).format(
            name=self.name, folder=self.folder, seconds=f"{self.seconds:.0f}", code=self.code,
            error=error,
        )  # fmt: skip


def run_all(files: list[Path], options: Options, jobs: int) -> Iterator[Result]:
    """Make the reports of parameter files, `jobs` at a time; yield results as they come.

    A single report is made in this process, several in processes of their own. When the caller
    stops, as at a signal, all processes are stopped, and awaited.
    """
    prepared = [_prepare(file, options) for file in files]
    yield from (result for result in prepared if isinstance(result, Result))
    runs = longest_first([run for run in prepared if isinstance(run, ReportRun)])
    if len(runs) > 1:
        yield from _run_apart(runs, options, jobs)
    elif runs:
        yield _run_here(runs[0], options)


def _run_apart(runs: list[ReportRun], options: Options, jobs: int) -> Iterator[Result]:
    """Run each report in a process of its own."""
    waiting, running = list(runs), dict[Connection, _ReportProcess]()
    context = _context()
    try:
        while waiting or running:
            while len(running) < jobs and (
                run := take_next(waiting, [report.run for report in running.values()])
            ):
                try:
                    report = _ReportProcess(context, run, options)
                except OSError as error:  # such as no room, or too long a path, for its socket
                    message = N_("%s: made without a process of its own: %s")
                    log.warning(message, run.file.stem, error)
                    yield _run_here(run, options)
                    continue
                running[report.connection] = report
            for ready in wait(list(running)) if running else ():
                assert isinstance(ready, Connection)
                if result := running[ready].receive():
                    del running[ready]
                    yield result
    finally:
        for report in running.values():
            report.process.terminate()
        for report in running.values():
            report.process.join(GRACE)
            report.process.kill()


def longest_first(runs: list[ReportRun]) -> list[ReportRun]:
    """Order runs by the time that each took last, the longest first.

    Otherwise a long report could run alone at the end. What was never run comes first, in the order
    given.
    """

    def seconds(run: ReportRun) -> float:
        record = read_manifest(run.final)
        return sum(record.seconds.values()) if record else math.inf

    return sorted(runs, key=seconds, reverse=True)


def take_next(waiting: list[ReportRun], running: list[ReportRun]) -> ReportRun | None:
    """Take the first waiting report that needs not wait for another one; None without one."""
    for run in waiting:
        if not any(run.follows(other) for other in (*waiting, *running)):
            waiting.remove(run)
            return run
    return None


def _prepare(file: Path, options: Options) -> ReportRun | Result:
    """Check a file; return its run, or its result where it is wrong or its report is finished."""
    started = time.monotonic()
    try:
        run = ReportRun(file, options.output, options.figures)
        run.check()
        finished = None if options.force else run.finished()
    except Exception as error:
        return _failure(file, error, started)
    if finished is None:
        return run
    log.info(N_("%s: unchanged, so not run again"), finished.name)
    return Result(finished.name, "skipped", _since(started), finished.folder, None, 0)


def _context() -> BaseContext:
    """Fork server with all imports done; where there is none, a new Python for each process."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOAD])
    return context


class _ReportProcess:
    """The process of one report, as the batch sees it."""

    def __init__(self, context: Any, run: ReportRun, options: Options) -> None:
        self.run, self.started = run, time.monotonic()
        self.connection, theirs = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, args=(run, options, theirs))
        self.process.start()
        theirs.close()

    def receive(self) -> Result | None:
        """Pass on one line of the log; return the result when the process has ended."""
        try:
            message = self.connection.recv()
        except EOFError:
            self.process.join()
            code = self.process.exitcode
            code = code if code > 0 else 128 - code
            message = N_("the process ended without a result, with code {code}")
            error = ReportError(msg(message, code=code))
            error.exit_code = code
            self.run.record(error)
            return _failure(self.run.file, error, self.started, self.run.parameters.region)
        if isinstance(message, logging.LogRecord):
            logger = logging.getLogger(message.name)
            if logger.isEnabledFor(message.levelno):
                logger.handle(message)
            return None
        self.process.join()
        result: Result = message
        return result


def _work(run: ReportRun, options: Options, connection: Connection) -> None:
    """Make one report in this process, which has nothing else to do, and send its result."""
    logger = logging.getLogger("forecast")
    # A connection is queue enough.
    sender = logging.handlers.QueueHandler(SimpleNamespace(put_nowait=connection.send))
    sender.setFormatter(TranslatedFormatter())
    logger.handlers = [sender]
    logger.setLevel(logging.INFO)
    run.kernel = _fork_kernel()  # before there is a second thread
    with stoppable():
        end_with_parent()
        result = _run_here(run, options)
        with suppress(BrokenPipeError):  # the batch was killed
            connection.send(result)


def _run_here(run: ReportRun, options: Options) -> Result:
    """Make one report in this process and return its result."""
    importlib.import_module(PRELOAD)
    started = time.monotonic()
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    if options.fork and run.kernel is None:
        run.kernel = _fork_kernel()
    try:
        run.begin()
        made = run_report(run, timeout=options.timeout, limit=options.limit, pdf=options.pdf)
    except (Exception, KeyboardInterrupt) as error:
        return _failure(run.file, error, started, run.parameters.region)
    finally:
        if run.kernel:
            run.kernel.close()
    return Result(made.name, "completed", _since(started), made.folder, None, 0)


def _fork_kernel() -> ForkedKernel | None:
    """Copy this process for the notebook; None where that cannot be done."""
    with suppress(OSError):  # no room for a process
        return ForkedKernel() if FORKS else None
    return None


def _failure(file: Path, error: BaseException, started: float, region: str = "-") -> Result:
    """Log an error and return its result, with the exit code that tells a scheduler why."""
    about = {"region": region}
    stopped = isinstance(error, KeyboardInterrupt)
    if stopped or isinstance(error, ForecastError):
        code = getattr(error, "exit_code", 130 if stopped else 3)
        log.error("%s: %s", file.stem, error, extra=about)
    else:
        code = PROGRAM_FAULT
        message = N_("%s: a fault of the program; please report it")
        log.error(message, file.stem, exc_info=error, extra=about)
    status: Literal["stopped", "failed"] = "stopped" if stopped else "failed"
    text = error.args[0] if error.args and isinstance(error.args[0], Message) else str(error)
    return Result(file.stem, status, _since(started), None, text, code)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)
