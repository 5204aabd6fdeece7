"""Exceptions that end the run of a report, and their exit codes for a scheduler.

==== ================ =====================================================================
code class            when
==== ================ =====================================================================
2    `ParameterError` the parameter file, or a notebook that declares other parameters
3    `InputError`     a missing or unreadable file, notebook or table
4    `NotebookError`  a cell failed, was not run, ended the kernel, or needs a network
5    `WriteError`     the output, or the store of forecasts beside it, cannot be written
6    `BusyError`      another run is writing the same output
7    `TimeLimitError` a cell, or the whole run, took longer than allowed
130  `Stopped`        SIGINT; 143 for SIGTERM, 129 for SIGHUP
==== ================ =====================================================================
"""

from __future__ import annotations

import signal
from collections.abc import Iterable
from pathlib import Path

from ..errors import ReportError, msg

__all__ = ["InputError", "NotebookError", "ParameterError", "Stopped", "TimeLimitError"]


LINE = "{text}\n  {problem}"


class ParameterError(ReportError, ValueError):
    """Parameters that cannot be used; `problems` holds every fault found."""

    exit_code = 2

    def __init__(self, file: Path, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        text = msg("{file} cannot be used:", file=file)
        for problem in self.problems:
            text = msg(LINE, text=text, problem=problem)
        super().__init__(text)


class InputError(ReportError, ValueError):
    """A file, notebook or table that is missing or unreadable."""

    exit_code = 3


class NotebookError(ReportError):
    """A notebook that failed, or only seemed to succeed."""

    exit_code = 4


class TimeLimitError(ReportError):
    """A cell, or a run, that took longer than allowed."""

    exit_code = 7


class Stopped(KeyboardInterrupt):
    """A run that was ended by a signal, and has cleaned up."""

    def __init__(self, signum: int) -> None:
        self.exit_code = 128 + signum
        super().__init__(msg("stopped by {signal}", signal=signal.Signals(signum).name))
