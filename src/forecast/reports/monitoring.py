"""The monitoring report: findings on each target, changes since the last issue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..charts.chart import Chart
from ..charts.series import fan_chart, multiples_chart
from ..evaluation.revisions import attribute_changes, date_revisions
from ..evaluation.store import read_forecasts, read_latest_run
from ..evaluation.verification import compute_track_record, verify
from ..evaluation.vintages import Run
from ..i18n.catalog import N_
from ..i18n.formatting import day, points
from ..i18n.labels import LABELS
from ..targets.joint_answers import Joint, joint
from ..targets.target_state import OPEN, PUBLICATION_LAG, SINGLE
from .context import ReportContext
from .findings import find
from .forecast_review import describe_record
from .html import Cells
from .indices import index_tables
from .issued import issue_forecasts

__all__ = ["MonitoringResults", "compute_monitoring", "joint_of_open", "result_tables"]

SMALLEST_MOVE = 0.005
"""Smaller moves of a chance are not listed: it is printed in whole percent."""
MOST_MOVES, MOST_NAMES, MOST_FANS = 12, 5, 4
KEY = ["indicator", "year", "target", "comparator"]
"""What identifies a target in a table of answers."""
REVISIONS = {
    "revised": N_("Revised – {name}: {old} → {new} ({origin})"),
    "added": N_("Added – {name}: {new} ({origin})"),
    "dropped": N_("Dropped – {name}: {new} ({origin})"),
}
NEXT = N_("The next figures for the plan's targets are due by {day}.")
MOVED = N_("{name} ({year}): chance from {before} to {now}; {why}.")


@dataclass(frozen=True)
class MonitoringResults:
    """What a monitoring report adds to its context.

    `joint` answers for the last open targets that can be judged together; `changes` are those of
    `attribute_changes` since the issue before the as-of date, None without one, and `revisions`
    those of `date_revisions`; `record` is that of `compute_track_record`; `awaited` are targets
    whose figure is due.
    """

    joint: Joint
    changes: pd.DataFrame | None
    revisions: pd.DataFrame | None
    record: pd.DataFrame
    awaited: pd.DataFrame
    sources: list[str]

    def moved(self, report: ReportContext) -> pd.DataFrame:
        """Select the changes that show in print, of indicators with a trend, the largest first."""
        assert self.changes is not None
        rows = find(report).rows
        single = rows.loc[rows["evidence"] == SINGLE, "indicator"]
        size = self.changes["move"].abs()
        moved = self.changes[(size >= SMALLEST_MOVE) & ~self.changes["indicator"].isin(single)]
        return moved.loc[size[moved.index].sort_values(ascending=False, kind="stable").index]

    def change_rows(self, report: ReportContext) -> list[Cells]:
        """Put the largest moves by cause into cells."""
        rows = self.moved(report).head(MOST_MOVES).to_dict("records")
        return [
            report.with_heads({
                "name": report.gettext(
                    "{target} ({year})", target=report.name("indicators", row["indicator"]),
                    year=row["year"],
                ),
                "p_old": report.format_chance(row["p_old"]),
                "p_new": report.format_chance(row["p_new"]),
                "move": points(row["move"], report.language),
                "cause": _describe_causes(report, row),
            })
            for row in rows
        ]  # fmt: skip

    def describe_moves(self, report: ReportContext) -> list[str]:
        """Say which chances moved most."""
        found = find(report)
        return [
            report.gettext(
                MOVED, name=report.name("indicators", row["indicator"]), year=row["year"],
                before=found.round_chance(row["p_old"]), now=found.round_chance(row["p_new"]),
                why=_describe_causes(report, row),
            )
            for row in self.moved(report).head(MOST_NAMES).to_dict("records")
        ]  # fmt: skip

    def describe_revisions(self, report: ReportContext) -> list[str]:
        """Say which targets a version of the plan revised, added or dropped, and where."""
        rows = [] if self.revisions is None else self.revisions.to_dict("records")
        return [_describe_revision(report, row) for row in rows]

    def describe_record(self, report: ReportContext) -> list[str]:
        """Say how often targets of closed years were reached, by their forecast chance."""
        return describe_record(report, self.record)

    def name_awaited(self, report: ReportContext) -> str:
        """Name the first indicators whose figure is due, the main ones first."""
        due = set(self.awaited["indicator"])
        rows = find(report).rows.sort_values("main", ascending=False, kind="stable")
        names = [name for name in rows["indicator"] if name in due][:MOST_NAMES]
        return report.join(report.name("indicators", name) for name in names)

    def describe_next(self, report: ReportContext) -> str:
        """Say by which day the next figures for the plan are due; nothing without any."""
        rows = report.attainment[report.attainment["status"] == "not_yet_due"]
        if rows.empty:
            return ""
        lags = report.indicators.reindex(columns=["publication_lag"]).loc[rows["indicator"]]
        months = pd.to_numeric(lags["publication_lag"]).fillna(PUBLICATION_LAG).to_numpy()
        due = min(
            pd.Period(f"{year:.0f}-12", "M") + int(lag)
            for year, lag in zip(rows["year"], months, strict=True)
        )
        return report.gettext(NEXT, day=day(due.end_time.date().isoformat(), report.language))

    def charts(self, report: ReportContext) -> list[Chart]:
        """Draw what can be judged: all in small, and the worries one by one."""
        found = find(report)
        judged = list(found.judged["indicator"])
        fans = found.worries["indicator"].head(MOST_FANS) if len(judged) > 1 else judged
        drawn = [fan_chart(report, report.quantiles, report.attainment, name) for name in fans]
        if len(judged) > 1:
            panels = multiples_chart(report, report.quantiles, report.attainment, judged)
            drawn.insert(0, panels)
        return [chart for chart in drawn if chart is not None]


def compute_monitoring(report: ReportContext, vintages: str | None = None) -> MonitoringResults:
    """Answer for all open targets together, and look back on earlier issues.

    Parameters
    ----------
    report : of the region
    vintages : the store of issued forecasts; None counts as empty

    Examples
    --------
    >>> report = ReportContext.load("zhejiang", as_of="2022-12-31", language="en", draws=100)
    >>> results = compute_monitoring(report)
    >>> results.joint.counted, results.changes is None, len(results.record)
    (3, True, 0)
    """
    plan = report.plan
    changes, revisions, record = None, None, pd.DataFrame()
    if vintages is not None:
        today = plan.as_of or dt.date.today().isoformat()
        old = read_latest_run(vintages, region=plan.region, before=today)
        new = issue_forecasts(report)
        if old is not None:
            changes = _hide_single(attribute_changes(old, new), old=old, new=new)
            revisions = date_revisions(changes, plan)
        issued = read_forecasts(vintages, region=plan.region)
        if len(issued):
            record = compute_track_record(verify(issued, report.figures, plan.indicators))
    return MonitoringResults(
        joint_of_open(report), changes, revisions, record, _list_awaited(report),
        report.list_sources(plan.targets, report.target_figures),
    )  # fmt: skip


def joint_of_open(report: ReportContext) -> Joint:
    """Answer for the last open target of each indicator that can be judged, together."""
    judged = find(report).judged
    keys = judged.loc[judged["status"].isin(OPEN), KEY]
    targets = report.plan.targets.merge(keys.rename(columns={"target": "value"}))
    return joint(report.paths, targets, as_of=report.plan.as_of)


def result_tables(report: ReportContext, results: MonitoringResults) -> dict[str, pd.DataFrame]:
    """Return the tables of the report for `write_tables`, with names beside the codes."""
    plan = report.plan
    figures = plan.observations.rename(columns={"status": "data_status"})
    changed = {"changes": results.changes, "revisions": results.revisions}
    tables = {
        "attainment": report.describe_answers(report.attainment, plan.targets),
        "quantiles": report.describe(report.quantiles),
        **{
            name: report.describe(rows.drop(columns="change"))
            for name, rows in changed.items()
            if rows is not None
        },
        **_single_tables(report),
        "observations": report.describe(figures),
        **index_tables(report),
        "sources": report.source_rows(results.sources),
    }
    if len(results.awaited):
        tables["awaited"] = report.describe(results.awaited)
    if len(report.progress):
        tables["progress"] = report.progress
    return tables


def _list_awaited(report: ReportContext) -> pd.DataFrame:
    """List the figures that are due in the columns of observations, for a planner to fill in."""
    due = report.attainment["status"].isin(["likely_exceeded", "estimated"])
    rows = report.attainment.loc[due, ["region", "indicator", "year"]].drop_duplicates()
    return rows.assign(value="", source="", locus="", note="").reset_index(drop=True)


def _describe_causes(report: ReportContext, row: Mapping[str, Any]) -> str:
    return report.join(
        f"{report.label('cause', cause)} {points(row[cause], report.language)}"
        for cause in LABELS["cause"]
        if abs(row[cause]) >= SMALLEST_MOVE
    )


def _describe_revision(report: ReportContext, row: Mapping[str, Any]) -> str:
    """Describe a target that was revised, added or dropped, with the source and its day."""
    old = {"target": row["target_old"], "comparator": row["comparator_old"],
           "year": row["year_old"], "target_high": row["target_high_old"]}  # fmt: skip
    origin = [report.source_title(row["source"]), *([row["since"]] if row["since"] else [])]
    message = REVISIONS[row["revision"]]
    return report.gettext(
        message, name=report.name("indicators", row["indicator"]),
        old=report.format_dated_target({**row, **old}) if row["revision"] == "revised" else "",
        new=report.format_dated_target(row), origin=report.join(origin),
    )  # fmt: skip


def _single_tables(report: ReportContext) -> dict[str, pd.DataFrame]:
    """Tables beside targets with one figure: the paces they need, and the reference class."""
    paces = report.paces_needed.rename(
        columns={"needed": "needed_from_base", "regions": "peers", "as_fast": "peers_as_fast"}
    )
    if paces.empty:
        return {}
    shares = {
        "reached": "reached_count",
        "share": "share_reached",
        "low": "share_low",
        "high": "share_high",
    }
    return {
        "paces": report.describe(paces),
        "reference": report.reference.rename(columns=shares),
    }


def _hide_single(changes: pd.DataFrame, **runs: Run) -> pd.DataFrame:
    """Leave out probabilities that rest on a single figure, by the `old` and the `new` run."""
    out, key = changes.copy(), ["indicator", "year"]
    at = pd.MultiIndex.from_frame(out[key])
    for name, run in runs.items():
        evidence = run.forecasts.drop_duplicates(key).set_index(key)["evidence"].reindex(at)
        p = out[f"p_{name}"]
        hidden = evidence.eq(SINGLE).to_numpy() & p.between(0.0, 1.0, inclusive="neither")
        out[f"p_{name}"] = p.mask(hidden)
        moved = ["move", *LABELS["cause"]]
        out[moved] = out[moved].mask(hidden)
    return out
