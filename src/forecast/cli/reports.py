"""`forecast run`: reports of parameter files and of plans."""

from __future__ import annotations

import logging
import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..i18n.catalog import N_
from .application import Command, Log, app, fail, gettext, log_to_stderr

__all__ = ["run"]

log = logging.getLogger(__name__)


class FailOn(StrEnum):
    """What is a failure though all reports are made."""

    worse = "worse"


Output = Annotated[
    str | None, typer.Option(help=gettext("Folder for all reports, instead of the files' own."))
]
Lines = Annotated[
    Log | None,
    typer.Option("--log", help=gettext("Log all steps, not problems only; json: results as JSON.")),
]
Timeout = Annotated[int, typer.Option(min=1, help=gettext("Seconds for one cell of a notebook."))]


@app.command(
    cls=Command,
    help=gettext("Make the reports that parameter files describe, and print a line for each."),
)
def run(  # noqa: PLR0913 - each option is an argument
    params: Annotated[
        list[str],
        typer.Argument(
            help=gettext("Folders or workbooks of plans, parameter files, or quoted patterns.")
        ),
    ],
    figures: Annotated[
        Path | None,
        typer.Option(help=gettext("A file of figures that are put over those of the tables.")),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(min=0, help=gettext("Reports made at a time; 0: one more than processors.")),
    ] = 0,
    output: Output = None,
    timeout: Timeout = 600,
    limit: Annotated[
        float | None, typer.Option(min=0.001, help=gettext("Seconds for one report."))
    ] = None,
    pdf: Annotated[
        bool, typer.Option(envvar="FORECAST_PDF", help=gettext("Make PDFs (needs forecast[pdf])."))
    ] = True,
    force: Annotated[
        bool, typer.Option("--force", help=gettext("Make unchanged reports again."))
    ] = False,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(
            help=gettext("End with code 8 if a verdict became worse since the last issue.")
        ),
    ] = None,
    lines: Lines = None,
) -> None:
    """Make reports; see `reports.command`."""
    own = _is_own_process()
    from ..errors import ForecastError
    from ..reports.batch import Options
    from ..reports.command import run_files
    from ..reports.signals import stoppable

    log_to_stderr(lines, everything=lines is not None or sys.stderr.isatty())
    if limit and not hasattr(signal, "setitimer"):
        message = gettext("--limit does not exist on this system; let the scheduler end the run")
        raise typer.BadParameter(message)
    options = Options(
        output=output, figures=figures, timeout=timeout, limit=limit, pdf=pdf, force=force,
        fail_on_worse=fail_on == FailOn.worse, fork=own,
    )  # fmt: skip
    try:
        files = _list_files(params)
        with stoppable():
            code = run_files(
                files, options, jobs or (os.cpu_count() or 1) + 1, as_json=lines == Log.json
            )
    except ForecastError as error:
        fail(error, getattr(error, "exit_code", 3))
    except KeyboardInterrupt as stopped:
        code = getattr(stopped, "exit_code", 130)
    raise typer.Exit(code)


def _is_own_process() -> bool:
    """Whether this process was started as the command; linear algebra then takes one thread.

    Matrices are small, and more threads only take longer. numpy is not imported yet.
    """
    own = getattr(sys.modules["__main__"], "app", None) is app
    if own:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return own


def _list_files(arguments: list[str]) -> list[Path]:
    """List the parameter files of arguments; of a plan those whose day has come."""
    from ..plans.folder import is_plan, parameter_files
    from ..reports.command import expand_patterns
    from ..reports.parameters import read_parameters

    files: list[Path] = []
    for path in expand_patterns(arguments):
        if not os.path.exists(path) or not is_plan(path):
            files.append(path)
            continue
        for file in parameter_files(path):
            parameters = read_parameters(file)
            if parameters.lies_ahead:
                log.info(N_("%s: as of %s, a day that lies ahead; not made yet"),
                         file, parameters.as_of)  # fmt: skip
            else:
                files.append(file)
    return list(dict.fromkeys(files))
