"""The monitoring report: current state and chance of each target, changes since the last issue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from ..evaluation.revisions import attribute_changes, date_revisions
from ..evaluation.store import read_forecasts, read_latest_run
from ..evaluation.verification import compute_track_record, verify
from ..evaluation.vintages import OPEN, issue
from ..targets.joint_answers import Joint, joint
from .context import ReportContext

__all__ = ["MonitoringResults", "compute_monitoring", "joint_of_open", "result_tables"]


@dataclass(frozen=True)
class MonitoringResults:
    """What a monitoring report adds to its context.

    `joint` answers for all open targets together; `changes` are those of `attribute_changes` since
    the issue before the as-of date, None without one, and `revisions` those of `date_revisions`;
    `record` is that of `compute_track_record`.
    """

    joint: Joint
    changes: pd.DataFrame | None
    revisions: pd.DataFrame | None
    record: pd.DataFrame
    sources: list[str]


def compute_monitoring(report: ReportContext, vintages: str | None = None) -> MonitoringResults:
    """Answer for all open targets together, and look back on earlier issues.

    Parameters
    ----------
    report : of the region
    vintages : the store of issued forecasts; None counts as empty

    Examples
    --------
    >>> report = ReportContext.load("lishui", as_of="2022-12-31", language="en", draws=100)
    >>> results = compute_monitoring(report)
    >>> results.joint.counted, results.changes is None, len(results.record)
    (10, True, 0)
    """
    plan = report.plan
    changes, revisions, record = None, None, pd.DataFrame()
    if vintages is not None:
        today = plan.as_of or dt.date.today().isoformat()
        old = read_latest_run(vintages, region=plan.region, before=today)
        if old is not None:
            changes = attribute_changes(old, issue(plan))
            revisions = date_revisions(changes, plan)
        issued = read_forecasts(vintages, region=plan.region)
        if len(issued):
            record = compute_track_record(verify(issued, report.figures, plan.indicators))
    sources = report.list_sources(plan.targets, plan.observations)
    return MonitoringResults(joint_of_open(report), changes, revisions, record, sources)


def joint_of_open(report: ReportContext) -> Joint:
    """Answer for all open targets together."""
    open_ = report.attainment["status"].isin(OPEN).to_numpy()
    targets = report.plan.targets[open_].reset_index(drop=True)
    return joint(report.paths, targets, as_of=report.plan.as_of)


def result_tables(report: ReportContext, results: MonitoringResults) -> dict[str, pd.DataFrame]:
    """Return the tables of the report for `write_tables`, with names beside the codes."""
    plan = report.plan
    figures = plan.observations.rename(columns={"status": "data_status"})
    changed = {"changes": results.changes, "revisions": results.revisions}
    return {
        "attainment": report.describe_answers(report.attainment, plan.targets),
        "quantiles": report.describe(report.quantiles),
        **{
            name: report.describe(rows.drop(columns="change"))
            for name, rows in changed.items()
            if rows is not None
        },
        "observations": report.describe(figures),
        "sources": report.source_rows(results.sources),
    }
