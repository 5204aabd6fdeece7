"""The command line in this process, and processes that have what this one has imported."""

import contextvars
import logging
import multiprocessing
import subprocess
import warnings
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from typer.testing import CliRunner

from forecast.cli import app
from forecast.reports import kernel
from forecast.reports.kernel_process import ForkedKernel
from forecast.reports.manifest import Manifest
from forecast.reports.runner import run_report

FORK = multiprocessing.get_context("fork")


def forked(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Start a process that has what this one has."""
    # Without the event loop of this one, whose files both would read.
    process = FORK.Process(target=contextvars.Context().run, args=(work, *arguments))
    with warnings.catch_warnings():
        # Idle threads of linear algebra libraries end and renew themselves around a fork.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    return process


def pretend(monkeypatch: pytest.MonkeyPatch, fill: Callable[[Path], object] | None = None) -> None:
    """Let a function stand for all notebooks: it fills the folder of a report; no kernel starts."""

    def execute(notebook: Path, target: Path, *_: object, **__: object) -> nbformat.NotebookNode:
        if fill:
            fill(target.parent)
        made = nbformat.read(notebook, as_version=4)
        made.metadata["papermill"] = {"exception": None}
        for cell in made.cells:
            cell.metadata["papermill"] = {"status": "completed", "start_time": "now"}
            cell.metadata["execution"] = {"shell.execute_reply": "now"}
        nbformat.write(made, target)
        return made

    monkeypatch.setattr(kernel, "execute", execute)


def fork_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let kernels be copies of this process, as those of `forecast run` are."""
    start = kernel.execute

    def execute(*given: Any, **options: Any) -> nbformat.NotebookNode:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            copy = ForkedKernel()
        try:
            return start(*given, **options | {"forked": copy})
        finally:
            copy.close()

    monkeypatch.setattr(kernel, "execute", execute)


class Command:
    """`forecast`; the processes of its reports come from one server for all tests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(
        self, *arguments: str | Path, cwd: str | Path = "/"
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a folder."""
        log = logging.getLogger("forecast")
        with self._monkeypatch.context() as patch:
            patch.chdir(cwd)
            patch.setattr(log, "handlers", [])
            patch.setattr(log, "level", logging.WARNING)
            ended = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return subprocess.CompletedProcess(arguments, ended.exit_code, ended.stdout, ended.stderr)

    def report(self, params: Path, output: Path | None = None) -> Manifest:
        """Make a report, also where it is finished; raise what `run_report` does."""
        return run_report(params, output=output, pdf=False)
