"""The forecasts that a report issues, on their way from its notebook to the store of forecasts.

A notebook that computes them leaves them in the report's folder, so that they need not be computed
again; they are stored when the report is complete.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ..evaluation.vintages import Run, issue
from ..files import ISSUED
from .context import ReportContext

__all__ = ["issue_forecasts"]


def issue_forecasts(report: ReportContext) -> Run:
    """Compute the forecasts of a report; leave them in its folder, where it has one."""
    run: Run = report.once("issued", lambda: issue(report.plan))
    if report.folder is not None:
        pd.to_pickle(run, Path(report.folder) / ISSUED)
    return run
