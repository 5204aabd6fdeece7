"""The command line in forks of one process that has the libraries: a start then costs nothing.

Run as a program this is that process. It reads a line an order: arguments, folder, environment,
files for standard output and standard error; it answers with the exit code.
"""

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from forecast.cli import app
from forecast.errors import ReportError
from forecast.reports.kernel import preload, start
from forecast.reports.manifest import Manifest, read_manifest
from forecast.reports.parameters import InputError, ParameterError
from forecast.reports.runner import NotebookError, WriteError

FAULTS = {kind.exit_code: kind for kind in (ParameterError, InputError, NotebookError, WriteError)}

FORK = multiprocessing.get_context("fork")


def forked(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Start a process that has what this one has."""
    process = FORK.Process(target=work, args=arguments)
    start(process)
    return process


class Command:
    """`forecast`, in a fork of a process that is started with the first order."""

    def __init__(self, folder: Path) -> None:
        """Keep the outputs in a folder."""
        self._out, self._err = folder / "out", folder / "err"
        self._process: subprocess.Popen[str] | None = None

    def __call__(
        self, *arguments: str | Path, cwd: str | Path = "/"
    ) -> subprocess.CompletedProcess[str]:
        """Run a command and wait."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        arguments = tuple(map(str, arguments))
        order = json.dumps([arguments, str(cwd), dict(os.environ), str(self._out), str(self._err)])
        assert self._process.stdin and self._process.stdout
        print(order, file=self._process.stdin, flush=True)
        code = int(self._process.stdout.readline())
        told = (file.read_text(encoding="utf-8") for file in (self._out, self._err))
        return subprocess.CompletedProcess(arguments, code, *told)

    def report(self, params: Path, output: Path | None = None) -> Manifest:
        """Make a report, also where it is finished; raise what `run_report` does."""
        place: list[Any] = ["--output", output] if output else []
        (line,) = self("run", params, "--force", *place).stdout.splitlines()
        result = json.loads(line)
        if result["code"]:
            raise FAULTS.get(result["code"], ReportError)(result["error"])
        manifest = read_manifest(Path(result["folder"]))
        assert manifest is not None
        return manifest

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()


def serve() -> None:
    """Take orders until there are no more."""
    preload()
    for line in sys.stdin:
        arguments, cwd, environment, out, err = json.loads(line)
        if os.fork() == 0:
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(environment)
            for number, file in enumerate((os.devnull, out, err)):
                os.dup2(os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
            app(arguments)
        print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)


if __name__ == "__main__":
    serve()
