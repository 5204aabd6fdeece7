"""The final evaluation: what the plan reached, and which forecasts on the way were right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ..evaluation.outcomes import (
    DECIDED,
    TARGET_COLUMNS,
    compare_verdicts,
    compute_first_forecasts,
    judge_targets,
    list_origins,
    replay_runs,
    score_forecasts,
)
from ..evaluation.store import read_forecasts, read_run, read_runs
from ..evaluation.verification import Verification
from ..evaluation.vintages import Run
from ..scenarios.project_list import project_forecast
from ..tables.calendar import year_end
from .context import ReportContext
from .indices import index_tables

__all__ = ["FinalEvaluation", "evaluate_final", "result_tables"]

SCORES = ("brier", "brier_base", "cover80", "crps")


@dataclass(frozen=True)
class FinalEvaluation:
    """What a final evaluation adds to its context.

    `outcomes` is the table of `judge_targets`. `stored` is whether a store of issued forecasts was
    given; `issued` and `replayed` forecasts are scored apart, and `verdicts` are those of
    `compare_verdicts` on the replayed ones. `course` is what was forecast at first: `made` (issued
    or replayed), from the day `since`.
    """

    outcomes: pd.DataFrame
    areas: pd.Series
    stored: bool
    issued: Verification
    replayed: Verification
    verdicts: pd.DataFrame
    course: pd.DataFrame
    made: str
    since: str
    projects: pd.DataFrame
    sources: list[str]

    @cached_property
    def finals(self) -> pd.DataFrame:
        """Rows of the final targets, by area."""
        rows = self.outcomes[self.outcomes["final"]]
        order = rows["indicator"].map(self.areas)
        return rows.iloc[order.argsort(kind="stable")].reset_index(drop=True)

    @cached_property
    def closed(self) -> pd.DataFrame:
        """Final targets that a figure has decided."""
        return self.finals[self.finals["outcome"].isin(DECIDED)]

    @cached_property
    def open(self) -> pd.DataFrame:
        """Final targets without a final figure, of which something can be forecast."""
        return self.finals[self.finals["p_now"].notna()]

    @cached_property
    def silent(self) -> pd.DataFrame:
        """Final targets without a final figure and without a forecast."""
        return self.finals[~self.finals["outcome"].isin(DECIDED) & self.finals["p_now"].isna()]

    @property
    def on_the_way(self) -> pd.DataFrame:
        """Targets that are not final."""
        return self.outcomes[~self.outcomes["final"]]


def evaluate_final(
    report: ReportContext, vintages: str | None = None, *, runs: Sequence[Run] | None = None
) -> FinalEvaluation:
    """Judge a plan by its final figures, and the forecasts on the way by the same figures.

    Parameters
    ----------
    report : of the region
    vintages : the store of issued forecasts; None where there is none
    runs : forecasts replayed on the way, from `replay_runs`; None replays those of all year ends

    Examples
    --------
    >>> report = ReportContext.load("xiaoshan", as_of="2026-06-30", language="en")
    >>> results = evaluate_final(report)
    >>> len(results.closed), results.made, results.since
    (1, 'replayed', '2020-12-31')
    """
    plan = report.plan
    if runs is None:
        place, days = report.data or plan.region, list_origins(plan)
        runs = replay_runs(place, days, region=plan.region, priors=report.priors)
    last = int(plan.targets["year"].max()) if len(plan.targets) else 0
    first = _first_issue(report, vintages, last)
    issued = read_forecasts(vintages, region=plan.region) if vintages else []
    replayed = score_forecasts(runs, plan)
    days = [run.origin for run in first or runs]
    order = {area: i for i, area in enumerate(plan.areas["area"])}
    return FinalEvaluation(
        outcomes=judge_targets(plan, report.fits),
        areas=report.indicators["area"].map(order),
        stored=vintages is not None,
        issued=score_forecasts(issued, plan),
        replayed=replayed,
        verdicts=compare_verdicts(replayed),
        course=compute_first_forecasts([*first, *runs], last),
        made="issued" if first else "replayed",
        since=days[0] if days else "",
        projects=project_forecast(plan, draws=report.draws, seed=report.seed),
        sources=report.list_sources(plan.targets, plan.observations, plan.projects),
    )


def result_tables(report: ReportContext, results: FinalEvaluation) -> dict[str, pd.DataFrame]:
    """Return the tables of the report for `write_tables`, with names beside the codes."""
    both = {"issued": results.issued, "replayed": results.replayed}
    hits = [v.hits.assign(made=made) for made, v in both.items() if len(v.hits)]
    scores = [v.scores.assign(made=made) for made, v in both.items() if len(v.hits)]
    columns = ["made", *TARGET_COLUMNS, "origin", "lead", "p_reach", "median", "figure", "outcome"]
    tables = {"outcomes": report.describe(results.outcomes.drop(columns="timing"))}
    if hits:
        scored = pd.concat(hits, ignore_index=True)
        scored["outcome"] = scored["met"].map({True: "met", False: "missed"})
        tables["scored"] = report.describe(scored[columns])
        counted = ["made", "lead", "forecasts", "targets", *SCORES]
        tables["scores"] = pd.concat(scores, ignore_index=True)[counted]
        tables["verdicts"] = report.describe(results.verdicts.drop(columns="region"))
    tables["projects"] = results.projects.rename(columns={"planned": "planned_projects"})
    tables |= index_tables(report)
    tables["progress"] = report.progress
    tables["sources"] = report.source_rows(results.sources)
    return {key: table for key, table in tables.items() if len(table)}


def _first_issue(report: ReportContext, vintages: str | None, last: int) -> list[Run]:
    """First run in the store made before the last target year ended, in a list of one or none."""
    if vintages is None:
        return []
    runs = read_runs(vintages, region=report.plan.region)
    runs = runs[runs["origin"] < year_end(last)].sort_values("origin", kind="stable")
    return [read_run(vintages, str(runs["run"].iloc[0]))] if len(runs) else []
