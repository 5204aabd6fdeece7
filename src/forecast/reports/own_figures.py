"""Figures of a planner's file for one run: put over the tables without changing these."""

from __future__ import annotations

from pathlib import Path

from ..errors import DataError, cause, msg
from ..files import read_ordinary
from ..intake.figure_import import read
from ..intake.spreadsheet import MOST_BYTES
from ..tables.plan import load_plan
from .errors import InputError, ParameterError
from .parameters import ReportParameters

__all__ = ["take_figures"]


def take_figures(file: Path, figures: Path, parameters: ReportParameters) -> ReportParameters:
    """Return the parameters with tables that hold the figures of a file.

    The tables are written beside the report, in `.<name>.tables`.

    Raises
    ------
    InputError
        If the file of figures cannot be read.
    ParameterError
        With every figure that needs a decision, and every problem of the tables.
    """
    try:
        content = read_ordinary(figures, MOST_BYTES + 1)
    except OSError as error:
        message = msg("{file} cannot be read: {reason}", file=figures, reason=cause(error))
        raise InputError(message) from None
    region = parameters.region
    folder = parameters.folder.with_name(f".{parameters.name}.tables")
    try:
        plan = load_plan(parameters.data or region, region=region)
        read(content, figures.name, plan, region).write(folder, plan)
    except DataError as error:
        raise ParameterError(file, [problem.message() for problem in error.problems]) from None
    return parameters.model_copy(update={"data": str(folder)})
