"""The final evaluation: what the plan reached, and which forecasts on the way were right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ..charts.chart import Chart
from ..charts.series import multiples_chart
from ..charts.standing import standing_chart
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
from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, day, number
from ..i18n.labels import LABELS
from ..scenarios.project_list import project_forecast
from ..tables.calendar import year_end
from .context import ReportContext, format_time
from .findings import find
from .html import Cells
from .indices import index_tables
from .issued import issue_forecasts

__all__ = ["FinalEvaluation", "count_closed", "evaluate_final", "name_dated", "result_tables"]

SCORES = ("brier", "brier_base", "cover80", "crps")
FORCES = ("binding", "expected")
BY_FORCE = N_(
    "{force}: {count}, of which with a final figure: {closed} (met: {met}, missed: {missed})."
)
COURSE = N_(
    "Line and bands: the first forecast ({made}, from {day}; of series without a figure then, from "
    "the year's end when they had one)."
)
INSIDE = N_("{inside} of {count} later figures lie within the first forecast's 90 % interval")


@dataclass(frozen=True)
class FinalEvaluation:
    """What a final evaluation adds to its context.

    `outcomes` is the table of `judge_targets`. `stored` is whether a store of issued forecasts was
    given; `issued` and `replayed` forecasts are scored apart, and `verdicts` are those of
    `compare_verdicts` on the replayed ones. `course` is what was forecast at first: `made` (issued
    or replayed), from the day `since`.
    """

    outcomes: pd.DataFrame
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
        """Rows of the final targets: missed, by how much, then met, then without a figure."""
        rows = self.outcomes[self.outcomes["final"]]
        order = {"missed": 0, "met": 1, "exceeded": 2}
        ranked = rows.assign(rank=rows["outcome"].map(order).fillna(3))
        ranked = ranked.sort_values(["rank", "beyond_share"], kind="stable")
        return ranked.drop(columns="rank").reset_index(drop=True)

    @cached_property
    def closed(self) -> pd.DataFrame:
        """Final targets that a figure has decided."""
        return self.finals[self.finals["outcome"].isin(DECIDED)]

    @cached_property
    def open(self) -> pd.DataFrame:
        """Final targets without a final figure, of which something can be forecast."""
        rows = self.finals[self.finals["p_now"].notna()]
        return rows.sort_values("p_now", kind="stable")

    @cached_property
    def silent(self) -> pd.DataFrame:
        """Final targets without a final figure and without a forecast."""
        return self.finals[~self.finals["outcome"].isin(DECIDED) & self.finals["p_now"].isna()]

    @property
    def on_the_way(self) -> pd.DataFrame:
        """Targets that are not final."""
        return self.outcomes[~self.outcomes["final"]]

    @property
    def decided_on_the_way(self) -> pd.DataFrame:
        """Targets that are not final and have a figure of their year."""
        return self.on_the_way[self.on_the_way["outcome"].isin(DECIDED)]

    # Sentences.

    def count_outcomes(self, report: ReportContext) -> str:
        """Count the final targets by outcome; met and missed always."""
        counts = self.finals["outcome"].value_counts()
        return report.join(
            report.gettext(
                "{word} {count}", word=report.label("outcome", code), count=counts.get(code, 0)
            )
            for code in LABELS["outcome"]
            if code in counts or code in ("met", "missed")
        )

    def list_years(self) -> str:
        """List the years of the final targets."""
        return ", ".join(str(year) for year in sorted(self.finals["year"].unique()))

    def count_forces(self, report: ReportContext) -> list[str]:
        """Count binding and expected targets apart, where the documents print such a force."""
        finals = self.finals
        return [
            report.gettext(
                BY_FORCE, force=report.label("force_targets", force),
                **count_closed(finals[finals["force"] == force]),
            )
            for force in FORCES
            if (self.closed["force"] == force).any()
        ]  # fmt: skip

    def name_outcomes(self, report: ReportContext) -> list[str]:
        """Name what was missed, by how much, and what was met."""
        missed = self.closed["outcome"] == "missed"
        parts = [("missed", self.closed[missed]), ("met", self.closed[~missed])]
        return [
            report.label("final", code).format(names=report.join(name_dated(report, part)))
            for code, part in parts
            if len(part)
        ]

    def awaited_from(self, report: ReportContext) -> list[tuple[int, pd.Series, str]]:
        """Numbers and rows of the sources whose next figures are awaited, and what of them is."""
        rows = self.finals[~self.finals["outcome"].isin(DECIDED)]
        source_of = rows["indicator"].map(_last_sources(report))
        about = report.plan.sources.set_index("source").fillna("")
        return [
            (at, about.loc[source], report.join(name_dated(report, rows[source_of == source])))
            for at, source in enumerate(self.sources, start=1)
            if (source_of == source).any()
        ]

    def never_published(self, report: ReportContext) -> list[tuple[str, str]]:
        """List the final targets without any published figure, by area."""
        rows = self.finals[~self.finals["outcome"].isin(DECIDED)]
        rows = rows[~rows["indicator"].isin(_last_sources(report).index)]
        return [
            (area, report.join(name_dated(report, part))) for area, part in report.by_area(rows)
        ]

    # Charts.

    def standing(self, report: ReportContext) -> Chart | None:
        """Draw where the final targets stand; one that is decided with the figure that did so."""
        seen = self.finals[self.finals["latest"].notna()]
        shown = seen.assign(**{
            column: seen[figure].fillna(seen[column])
            for column, figure in (("latest", "figure"), ("latest_year", "figure_year"))
        })  # fmt: skip
        return standing_chart(report, shown) if len(shown) else None

    def draw_course(self, report: ReportContext) -> Chart | None:
        """Draw the figures beside the first forecast; None where none came after it."""
        inside, count = self.judge_course(report)
        if not count:
            return None
        seen = self.finals[self.finals["latest"].notna()]
        made, since = report.label("made", self.made), day(self.since, report.language)
        return multiples_chart(
            report, self.course, seen, list(seen["indicator"].drop_duplicates()),
            name="course", course=True, words=(
                report.gettext(INSIDE, inside=inside, count=count),
                report.gettext(COURSE, made=made, day=since),
            ),
        )  # fmt: skip

    def judge_course(self, report: ReportContext) -> tuple[int, int]:
        """Count the later figures within the first forecast's 90 % intervals, and all of them."""
        figures = report.plan.observations[["indicator", "year", "value"]]
        later = self.course.groupby("indicator")["year"].transform("min") < self.course["year"]
        rows = self.course[later].merge(figures, on=["indicator", "year"])
        return int(rows["value"].between(rows["q05"], rows["q95"]).sum()), len(rows)

    # Rows of tables.

    def decided_rows(self, report: ReportContext, rows: pd.DataFrame) -> list[Cells]:
        """Put targets that a figure has decided into cells: by how much, and when."""
        return [_decided_row(report, row) for row in rows.to_dict("records")]

    def open_rows(self, report: ReportContext) -> list[Cells]:
        """Put targets without a final figure into cells: latest figure, way gone, forecast."""
        return [_open_row(report, row) for row in self.open.to_dict("records")]


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
    >>> runs = replay_runs("xiaoshan", ["2022-12-31"], region="xiaoshan")
    >>> results = evaluate_final(report, runs=runs)
    >>> len(results.closed), results.made, results.since
    (1, 'replayed', '2022-12-31')
    """
    plan = report.plan
    if runs is None:
        place, days = report.data or plan.region, list_origins(plan)
        runs = replay_runs(place, days, region=plan.region, priors=report.priors)
    last = int(plan.targets["year"].max()) if len(plan.targets) else 0
    first = _first_issue(report, vintages, last)
    issued = []
    if vintages is not None:
        issued = read_forecasts(vintages, region=plan.region)
        issue_forecasts(report)
    replayed = score_forecasts(runs, plan)
    days = [run.origin for run in first or runs]
    return FinalEvaluation(
        outcomes=judge_targets(plan, report.fits),
        stored=vintages is not None,
        issued=score_forecasts(issued, plan),
        replayed=replayed,
        verdicts=compare_verdicts(replayed),
        course=compute_first_forecasts([*first, *runs], last),
        made="issued" if first else "replayed",
        since=days[0] if days else "",
        projects=project_forecast(plan, draws=report.draws, seed=report.seed),
        sources=report.list_sources(plan.targets, report.target_figures, plan.projects),
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


def name_dated(report: ReportContext, rows: pd.DataFrame) -> list[str]:
    """Return the names of rows' indicators with the years of their targets."""
    found = find(report)
    return [
        report.gettext(
            "{name} ({years})", name=found.name(str(indicator)),
            years=", ".join(str(year) for year in years.unique()),
        )
        for indicator, years in rows.groupby("indicator", sort=False)["year"]
    ]  # fmt: skip


def count_closed(rows: pd.DataFrame) -> dict[str, int]:
    """Count targets, and those met and missed."""
    met = int(rows["outcome"].isin(["met", "exceeded"]).sum())
    missed = int((rows["outcome"] == "missed").sum())
    return {"count": len(rows), "closed": met + missed, "met": met, "missed": missed}


def _last_sources(report: ReportContext) -> pd.Series:
    """Source of the last figure of each indicator."""
    last = report.plan.observations.sort_values("year").drop_duplicates("indicator", keep="last")
    return last.set_index("indicator")["source"]


def _first_cells(report: ReportContext, row: Mapping[str, Any]) -> dict[str, Any]:
    force = report.label("force", row["force"]) if row["force"] else NO_VALUE
    return {
        **find(report).first_cells(row["indicator"]), "force": force,
        "target": report.format_dated_target(row),
    }  # fmt: skip


def _decided_row(report: ReportContext, row: Mapping[str, Any]) -> Cells:
    figure = {**row, "latest": row["figure"], "latest_year": row["figure_year"]}
    beyond = report.format_change(row["indicator"], row["beyond"])
    if math.isfinite(row["beyond_share"]):
        share = number(row["beyond_share"], report.language, unit="percent", step=1)
        beyond += "\n" + report.gettext("{share} of the distance", share=share)
    first = row["first_met"]
    years = f"{abs(row['year'] - first):.0f}" if math.isfinite(first) else ""
    year = f"{first:.0f}" if math.isfinite(first) else ""
    return report.with_heads(_first_cells(report, row) | {
        "published": report.format_latest(figure),
        "outcome": report.label("outcome", str(row["outcome"])),
        "beyond": beyond,
        "timing": report.label("timing", str(row["timing"])).format(year=year, years=years),
    })  # fmt: skip


def _open_row(report: ReportContext, row: Mapping[str, Any]) -> Cells:
    so_far = number(row["gone"], report.language, unit="percent", step=1)
    if math.isfinite(row["gone"]):
        so_far += f"\n{format_time(row['gone_year'])}"
    return report.with_heads(_first_cells(report, row) | {
        "latest": report.format_latest(row),
        "so_far": so_far,
        "outcome": report.label("outcome", str(row["outcome"])),
        "median_now": report.format_estimate(row["indicator"], row["median_now"]),
        "p_now": find(report).round_chance(row["p_now"], bare=True),
        "evidence": report.label("evidence", str(row["evidence"])),
    })  # fmt: skip
