"""Reports of many parameter files, each in a process of its own, and what became of each.

This process stays without threads: on Linux it imports what reports need and forks for each, so
that a report starts at once; a report that is killed costs only itself. Browsers that print stay
open, one for two processors. Elsewhere each process, and each browser, starts anew.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import logging.handlers
import math
import multiprocessing
import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Literal

from ..errors import ForecastError
from .browsers import OpenBrowser, opened
from .kernel import Seat, preload, start
from .manifest import read_manifest
from .parameters import ReportParameters, read_parameters
from .runner import finished_report, run_report, stoppable

__all__ = ["Options", "Result", "longest_first", "run_all", "sort_out"]

log = logging.getLogger(__name__)

START: Literal["fork", "spawn"] = "fork" if sys.platform == "linux" else "spawn"
PROGRAM_FAULT = 70
GRACE = 30
"""Seconds that a report which was asked to end has for its clean-up."""


@dataclasses.dataclass(frozen=True)
class Options:
    """How reports are run; see `run_report`."""

    output: str | None = None
    timeout: int = 600
    limit: float | None = None
    force: bool = False


@dataclasses.dataclass(frozen=True)
class Result:
    """What became of one parameter file."""

    name: str
    status: Literal["completed", "skipped", "failed", "stopped"]
    seconds: float
    folder: str | None
    error: str | None
    code: int

    def __str__(self) -> str:
        """One JSON line in plain ASCII, so that no terminal or locale can spoil it."""
        return json.dumps(dataclasses.asdict(self))


def sort_out(file: Path, options: Options) -> Result | None:
    """Give the result of a file that is wrong, or whose report is finished: nothing is to run."""
    began = time.monotonic()
    try:
        finished = finished_report(file, output=options.output)
    except Exception as error:
        return _failed(file, error, began)
    if finished is None or options.force:
        return None
    log.info("%s: unchanged, so not run again", finished.name)
    return Result(finished.name, "skipped", _since(began), finished.folder, None, 0)


def run_all(files: list[Path], options: Options, jobs: int) -> Iterator[Result]:
    """Run each file in a process of its own, `jobs` at a time; results as they come.

    Where the caller stops, as at a signal, all are asked to end, and awaited.
    """
    context = multiprocessing.get_context(START)
    ahead = deque(longest_first(files, options))
    running: dict[Connection, _Report] = {}
    with ExitStack() as stack:
        browsers: list[OpenBrowser | None] = [None]
        if START == "fork":
            count = min(jobs, len(files), max((os.cpu_count() or 1) // 2, 1))
            browsers = [stack.enter_context(opened()) for _ in range(count)]
            preload()
        turn = cycle(browsers)
        try:
            while ahead or running:
                while ahead and len(running) < jobs:
                    report = _Report(context, ahead.popleft(), options, next(turn))
                    running[report.connection] = report
                for ready in wait(list(running)):
                    assert isinstance(ready, Connection)
                    if result := running[ready].hear():
                        del running[ready]
                        yield result
        finally:
            for report in running.values():
                report.process.terminate()
            for report in running.values():
                report.process.join(GRACE)
                report.process.kill()


def longest_first(files: list[Path], options: Options) -> list[Path]:
    """Order files so that no job is left alone with a long report at the end.

    What took longest the last time comes first; before it, as given, what was never run, and what
    can no longer be read, which its own run will tell.
    """

    def seconds(file: Path) -> float:
        try:
            record = read_manifest(read_parameters(file, output=options.output).folder)
        except ForecastError:
            record = None
        return sum(record.seconds.values()) if record else math.inf

    return sorted(files, key=seconds, reverse=True)


class _Report:
    """A report's process, as seen from here."""

    def __init__(
        self, context: Any, file: Path, options: Options, browser: OpenBrowser | None
    ) -> None:
        self.file, self.began = file, time.monotonic()
        self.connection, theirs = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, args=(file, options, theirs, browser))
        start(self.process)
        theirs.close()

    def hear(self) -> Result | None:
        """Pass on a line of the log; the result where it was the last word."""
        try:
            said = self.connection.recv()
        except EOFError:
            self.process.join()
            code = self.process.exitcode
            code = code if code > 0 else 128 - code
            error = f"the process ended without a result, with code {code}"
            log.error("%s: %s", self.file.stem, error, extra={"region": _region(self.file)})
            return Result(self.file.stem, "failed", _since(self.began), None, error, code)
        if isinstance(said, logging.LogRecord):
            teller = logging.getLogger(said.name)
            if teller.isEnabledFor(said.levelno):
                teller.handle(said)
            return None
        self.process.join()
        result: Result = said
        return result


class _Sender(logging.handlers.QueueHandler):
    """Send the lines of a report's log to the process that shows them, with the region."""

    def __init__(self, connection: Connection, region: str) -> None:
        super().__init__(connection)  # type: ignore[arg-type]  # only `enqueue` uses it
        self.connection, self.region = connection, region

    def enqueue(self, record: logging.LogRecord) -> None:
        record.region = self.region
        self.connection.send(record)


def _work(
    file: Path, options: Options, connection: Connection, browser: OpenBrowser | None
) -> None:
    """Make a report in this process, which has nothing else to do."""
    began = time.monotonic()
    seat = Seat(connection, browser) if START == "fork" else None
    ours = logging.getLogger("forecast")
    ours.handlers = [_Sender(connection, _region(file))]
    ours.setLevel(logging.INFO)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    with stoppable():
        try:
            manifest = run_report(
                file, output=options.output, timeout=options.timeout, limit=options.limit,
                kernel=seat.manager() if seat else None, browser=browser,
            )  # fmt: skip
            result = Result(manifest.name, "completed", _since(began), manifest.folder, None, 0)
        except (Exception, KeyboardInterrupt) as error:
            result = _failed(file, error, began)
        finally:
            if seat:
                seat.kill()
        connection.send(result)


def _failed(file: Path, error: BaseException, began: float) -> Result:
    """Say what went wrong, with the exit code that tells a scheduler why."""
    stopped = isinstance(error, KeyboardInterrupt)
    if stopped or isinstance(error, ForecastError):
        code = getattr(error, "exit_code", 130 if stopped else 3)
        log.error("%s: %s", file.stem, error, extra={"region": _region(file)})
    else:
        code = PROGRAM_FAULT
        told = "%s: a fault of the program; please report it"
        log.error(told, file.stem, exc_info=error, extra={"region": _region(file)})
    return Result(
        file.stem, "stopped" if stopped else "failed", _since(began), None, str(error), code
    )


def _region(file: Path) -> str:
    """Region of a parameter file, for the log."""
    try:
        asked: ReportParameters = read_parameters(file)
    except ForecastError:
        return "-"
    return asked.region


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)
