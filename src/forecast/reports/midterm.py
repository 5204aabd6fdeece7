"""The mid-term evaluation: is the plan on schedule, will it get there, what has to be adjusted.

The schedule rule is put beside the forecast, and where they differ an indicator has a code of why.
No data says whether a task is done, so lists say only which deadlines have passed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..charts.standing import finding_of
from ..evaluation.outcomes import find_last_closed_year
from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, day
from ..scenarios.project_list import project_forecast
from ..scenarios.response import yearly_paces
from ..tables.calendar import parse_deadline, year_fraction
from ..tables.plan import Plan
from ..targets.joint_answers import Joint
from ..targets.target_state import OPEN, SINGLE
from .context import ReportContext, format_time, last_targets
from .findings import find
from .html import Cells, chinese, printed
from .indices import index_tables
from .monitoring import joint_of_open

__all__ = [
    "MidtermEvaluation", "classify_verdicts", "compute_way", "evaluate_midterm", "result_tables",
]  # fmt: skip

AHEAD = ("reached", "on_schedule")
FEW_PACES = 10
"""Paces below which that none was as high says little."""
AGREE = N_("Schedule and forecast agree on all {count} indicators that both judge.")
DIFFER = N_(
    "Schedule and forecast agree on {same} of {count} indicators that both judge; they differ on "
    "{names}."
)
SILENT = ("one_figure", "just_begun", "wrong_side")
"""Readings of the schedule that say nothing to compare with a forecast."""
SLOWER = 0.8
"""Share of the pace so far below which the latest step is slower."""
LEVELS = {"low": "q10", "middle": "q50", "high": "q90"}
WAY = [
    "indicator", "year", "target", "comparator", "baseline", "baseline_year", "gone", "latest_year",
    "due_then", "now", "due", *LEVELS,
]  # fmt: skip


@dataclass(frozen=True)
class MidtermEvaluation:
    """What a mid-term evaluation adds to its context.

    `verdicts` has a row for each indicator with a figure: the attainment of its last target, with
    its `force`, the `last_step` a year, the number of published `figures`, the `reason` that
    relates the two verdicts, and the pace that is needed, with what was seen of such paces. `way`
    is that of `compute_way`; `projects` are those of the baseline; `tasks` and `stages` have their
    deadline's `end` and `state`.
    """

    joint: Joint
    verdicts: pd.DataFrame
    way: pd.DataFrame
    projects: pd.DataFrame
    tasks: pd.DataFrame
    stages: pd.DataFrame
    sources: list[str]

    @cached_property
    def open(self) -> pd.DataFrame:
        """Rows of `verdicts` whose year is still to come."""
        rows = self.verdicts
        return rows[rows["status"].isin(OPEN)].reset_index(drop=True)

    @property
    def judged(self) -> pd.DataFrame:
        """Rows of `open` with more than one figure, the least likely first."""
        rows = self.open[self.open["evidence"] != SINGLE]
        return rows.sort_values("p_reach", kind="stable")

    @property
    def unlikely(self) -> pd.DataFrame:
        """Rows of `judged` that are unlikely to meet their target."""
        return self.judged[self.judged["status"] == "unlikely"]

    def describe_agreement(self, report: ReportContext) -> str:
        """Count where both verdicts say the same, and name where they differ."""
        judged = self.judged[~self.judged["reason"].isin(SILENT)]
        differ = judged[~judged["reason"].isin(["both_good", "both_bad"])]
        names = report.join(report.name("indicators", name) for name in differ["indicator"])
        same = len(judged) - len(differ)
        return report.gettext(
            DIFFER if len(differ) else AGREE, count=len(judged), same=same, names=names
        )

    def count_deadlines(self, report: ReportContext) -> str:
        """Count tasks and stages by what their deadline says."""
        return report.count_labels("state", pd.concat([self.tasks["state"], self.stages["state"]]))

    def verdict_rows(self, report: ReportContext) -> list[Cells]:
        """Put schedule and forecast of what can be judged into cells."""
        return [_verdict_row(report, row) for row in self.judged.to_dict("records")]

    def adjust_rows(self, report: ReportContext) -> list[Cells]:
        """Put the unlikely targets, the pace needed and the paces seen into cells."""
        return [_adjust_row(report, row) for row in self.unlikely.to_dict("records")]

    def deadline_rows(self, report: ReportContext, table: pd.DataFrame) -> tuple[list[Cells], int]:
        """Put entries with a deadline into cells; count the others."""
        dated = table[table["state"] != "undated"]
        rows = [_deadline_row(report, self.sources, row) for row in dated.to_dict("records")]
        return rows, len(table) - len(dated)


def evaluate_midterm(report: ReportContext) -> MidtermEvaluation:
    """Put schedule and forecast side by side, and find what has to be adjusted.

    Examples
    --------
    >>> report = ReportContext.load("lishui", as_of="2022-12-31", language="en", draws=100)
    >>> evaluate_midterm(report).verdicts["reason"].value_counts().to_dict()
    {'one_figure': 10}
    """
    plan = report.plan
    way = compute_way(plan, report.quantiles, report.attainment)
    tables = (plan.targets, report.target_figures, plan.tasks, plan.milestones, plan.projects)
    return MidtermEvaluation(
        joint=joint_of_open(report),
        verdicts=_relate_verdicts(plan, report.attainment),
        way=way,
        projects=project_forecast(plan, draws=report.draws, seed=report.seed),
        tasks=_sort_by_deadline(plan, plan.tasks),
        stages=_sort_by_deadline(plan, _list_stages(plan)),
        sources=report.list_sources(*tables),
    )


def compute_way(plan: Plan, quantiles: pd.DataFrame, attainment: pd.DataFrame) -> pd.DataFrame:
    """Compute how much of the way from baseline to target is gone, in percent.

    The baseline is that of `attainment`. A row for each indicator with a figure whose target is not
    its baseline.

    Returns
    -------
    DataFrame
        indicator, year, target, comparator, baseline, baseline_year; `gone`, 100 (latest -
        baseline) / (target - baseline), NaN where the baseline is the latest figure; `due_then`,
        the percent of the time that was gone in `latest_year`; `now`, the last year that has
        ended, and `due`, the percent of the time gone by then; `low`, `middle`, `high`, the 10,
        50 and 90 % points of the estimate for that year, NaN where it is published.

    Examples
    --------
    >>> report = ReportContext.load("zhejiang", as_of="2022-12-31", language="en")
    >>> table = compute_way(report.plan, report.quantiles, report.attainment)
    >>> row = table.set_index("indicator").loc["minimum_living_standard"]
    >>> [float(value) for value in row[["baseline_year", "due"]]]
    [2019.0, 50.0]
    """
    now = find_last_closed_year(plan)
    current = quantiles[(quantiles["region"] == plan.region) & (quantiles["year"] == now)]
    fan = current.set_index("indicator")
    rows = []
    for row in last_targets(attainment[attainment["latest"].notna()]).to_dict("records"):
        name, target, year = row["indicator"], float(row["target"]), float(row["year"])
        base, since = float(row["baseline"]), float(row["baseline_year"])
        if target == base or year <= since:
            continue
        latest, latest_year = float(row["latest"]), float(row["latest_year"])
        length, time = target - base, year - since
        estimated = latest_year < now and name in fan.index
        points = [fan.at[name, q] if estimated else np.nan for q in LEVELS.values()]
        low, middle, high = (100.0 * (float(point) - base) / length for point in points)
        due, due_then = (
            100.0 * min(max(moment - since, 0.0) / time, 1.0) for moment in (now, latest_year)
        )
        rows.append({
            **{key: row[key] for key in ("indicator", "year", "target", "comparator")},
            "baseline": float(base), "baseline_year": float(since),
            "gone": 100.0 * (latest - base) / length if latest_year > since else np.nan,
            "latest_year": latest_year, "due_then": due_then, "now": now, "due": due,
            "low": min(low, high), "middle": middle, "high": max(low, high),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=WAY)


def classify_verdicts(row: Mapping[str, Any]) -> str:
    """Return the code, of the labels `reason`, that relates the two verdicts on a target.

    `row` has schedule_status, status, p_reach, evidence, pace, last_step, required_rate, median and
    target.

    >>> behind = {"schedule_status": "behind", "status": "likely", "p_reach": 0.8, "pace": 3.0,
    ...           "evidence": "weak", "last_step": 3.0, "required_rate": 2.0, "median": 60.0,
    ...           "target": 58.0}
    >>> classify_verdicts(behind), classify_verdicts(behind | {"status": "unlikely"})
    ('behind_fast', 'both_bad')
    """
    schedule, status = row["schedule_status"], row["status"]
    if status not in OPEN:
        return "closed"
    if schedule in SILENT:
        return str(schedule)
    good = finding_of(row) == "on_course"
    if schedule not in AHEAD:
        fast = "behind_fast" if _is_enough(row, float(row["pace"])) else "behind_others"
        return fast if good else "both_bad"
    if good:
        return "both_good"
    return "may_fall" if schedule == "reached" else _classify_doubt(row)


def result_tables(report: ReportContext, results: MidtermEvaluation) -> dict[str, pd.DataFrame]:
    """Return the tables of the report for `write_tables`, with names beside the codes."""
    tasks = results.tasks.drop(columns=["end", "region"], errors="ignore")
    shares = {"due": "due_share", **{end: f"way_{end}" for end in LEVELS}}
    tables = {
        "evaluation": report.describe(results.verdicts),
        "way": report.describe(results.way.rename(columns=shares)),
        "projects": results.projects.rename(columns={"planned": "planned_projects"}),
        "tasks": tasks.rename(columns={"list": "list_of"}),
        "stages": results.stages.drop(columns=["end", "region", "list"], errors="ignore"),
        **index_tables(report),
        "progress": report.progress,
        "sources": report.source_rows(results.sources),
    }
    return {key: table for key, table in tables.items() if len(table)}


def _series(plan: Plan, indicator: str) -> NDArray[np.float64]:
    """Values and years of the region's figures of an indicator, by time: (2, figures)."""
    rows = plan.observations[plan.observations["indicator"] == indicator].sort_values("year")
    return np.asarray(rows[["value", "year"]], float).T


# Verdicts.


def _relate_verdicts(plan: Plan, attainment: pd.DataFrame) -> pd.DataFrame:
    """Relate both verdicts on the last target of each indicator with a figure."""
    printed = plan.targets[plan.targets["force"] != ""].drop_duplicates("indicator")
    forces = dict(zip(printed["indicator"], printed["force"], strict=True))
    rows = last_targets(attainment[attainment["latest"].notna()]).copy()
    rows["force"] = [forces.get(name, "") for name in rows["indicator"]]
    rows["figures"] = rows["indicator"].map(plan.observations.groupby("indicator").size())
    rows["last_step"] = [_last_step(*_series(plan, name)) for name in rows["indicator"]]
    facts = rows.to_dict("records")
    rows["reason"] = [classify_verdicts(row) for row in facts]
    seen = yearly_paces(plan, *rows["indicator"])
    paces = [_pace_facts(row, each) for row, each in zip(facts, seen, strict=True)]
    columns = ["paces_seen", "paces_as_high", "fastest_pace"]
    return rows.assign(**pd.DataFrame(paces, columns=columns, index=rows.index))


def _last_step(value: NDArray[np.float64], when: NDArray[np.float64]) -> float:
    """Change a year between the last two figures at least half a year apart."""
    early = np.flatnonzero(when <= when[-1] - 0.5) if len(when) else np.zeros(0, int)
    if not len(early):
        return math.nan
    at = early[-1]
    return float((value[-1] - value[at]) / (when[-1] - when[at]))


def _pace_facts(row: Mapping[str, Any], seen: NDArray[np.float64]) -> tuple[int, int, float]:
    """Count the paces that regions showed and those as high as still required; the fastest."""
    needed = float(row["required_rate"])
    sign = -1.0 if float(row["required_rate"]) < 0 else 1.0
    paces = sign * seen
    as_high = int((paces >= sign * needed - 1e-9).sum()) if math.isfinite(needed) else 0
    fastest = sign * float(paces.max()) if len(paces) else math.nan
    return len(paces), as_high, fastest


def _is_enough(row: Mapping[str, Any], pace: float) -> bool:
    """Whether a pace is at least the one still needed."""
    needed = float(row["required_rate"])
    return pace >= needed if needed >= 0 else pace <= needed


def _classify_doubt(row: Mapping[str, Any]) -> str:
    """Return why the forecast doubts although the figure is on the line."""
    pace, step, needed = (float(row[k]) for k in ("pace", "last_step", "required_rate"))
    if not _is_enough(row, pace):
        return "pace_short"
    slower = abs(step) < SLOWER * abs(pace) or step * pace < 0
    if slower and not _is_enough(row, step):
        return "slowing"
    met = float(row["median"]) >= float(row["target"])
    return "wide" if met == (needed >= 0) else "others_slower"


# Rows of tables.


def _verdict_row(report: ReportContext, row: Mapping[str, Any]) -> Cells:
    indicator, found = row["indicator"], find(report)
    facts = {
        "pace": report.format_change(indicator, row["pace"]),
        "step": report.format_change(indicator, row["last_step"]),
        "needed": report.format_change(indicator, row["required_rate"]),
        "median": report.format_estimate(indicator, row["median"]),
        "chance": found.round_chance(row["p_reach"]),
        "year": format_time(float(row["baseline_year"])),
        "figures": row["figures"],
    }
    return report.with_heads({
        **found.first_cells(indicator),
        "force": report.label("force", row["force"]) if row["force"] else NO_VALUE,
        "latest": report.format_latest(row),
        "target": report.format_dated_target(row),
        "schedule_status": report.label("schedule", str(row["schedule_status"])),
        "median": facts["median"],
        "p_reach": found.round_chance(row["p_reach"], bare=True),
        "why": report.label("reason", str(row["reason"])).format(**facts),
    })  # fmt: skip


def _adjust_row(report: ReportContext, row: Mapping[str, Any]) -> Cells:
    """Put the pace needed, the own pace and the fastest of all regions into cells."""
    indicator, seen, high = row["indicator"], int(row["paces_seen"]), int(row["paces_as_high"])
    code = "never" if not high else "seen"
    code = "none" if not seen else f"few_{code}" if seen < FEW_PACES else code
    return report.with_heads({
        **find(report).first_cells(indicator),
        "target": report.format_dated_target(row),
        "required_rate": report.format_change(indicator, row["required_rate"]),
        "pace": report.format_change(indicator, row["pace"]),
        "fastest_pace": report.format_change(indicator, row["fastest_pace"]),
        "ever_seen": report.label("ever_seen", code).format(high=high, seen=seen),
    })  # fmt: skip


def _deadline_row(report: ReportContext, sources: list[str], row: Mapping[str, Any]) -> Cells:
    """Put an entry into cells: deadline as printed, state, what it is, where it is printed."""
    due = str(row["due"])
    if due.count("-") == 2:
        due = day(due, report.language)
    elif due:
        due = report.gettext("{year}", year=due.replace("-", "–"))
    numbered = f"[{sources.index(row['source']) + 1}]" if row["source"] in sources else ""
    return report.with_heads({
        "due": due or NO_VALUE,
        "state": report.label("state", row["state"]),
        "list_of": report.label("list", row["list"]) if row["list"] else NO_VALUE,
        "name_zh": printed(report, row, "name"),
        "requirement_zh": printed(report, row, "requirement"),
        "locus": chinese(f"{numbered} {row['locus']}".strip()),
    })  # fmt: skip


# Deadlines.


def _sort_by_deadline(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """Sort tasks or stages by deadline, those without one last, with `state`."""
    days = [parse_deadline(str(due)) for due in rows["due"]] if len(rows) else []
    ends = [math.nan if day is None else year_fraction(day) for day in days]
    table = rows.assign(end=np.array(ends, float))
    table["state"] = [_deadline_state(plan, end) for end in table["end"]]
    return table.sort_values("end", kind="stable", na_position="last").reset_index(drop=True)


def _deadline_state(plan: Plan, end: float) -> str:
    """Return whether a deadline has passed on the day, a code of the labels `state`."""
    if math.isnan(end):
        return "undated"
    if not plan.as_of:
        return "no_day"
    return "passed" if year_fraction(plan.as_of) >= end - 1e-9 else "ahead"


def _list_stages(plan: Plan) -> pd.DataFrame:
    """List qualitative stages by year, in the columns of tasks."""
    rows = plan.milestones
    indicators = plan.tables["indicators"] if plan.tables else plan.indicators
    names = indicators.set_index("indicator")[["name_zh", "name_en"]]
    tasks = plan.tasks.drop_duplicates("name_zh").set_index("name_zh")["name_en"].to_dict()
    named = names.reindex(rows["indicator"]).fillna("").reset_index(drop=True)
    task = rows["task"].reset_index(drop=True)
    return pd.DataFrame({
        "region": rows["region"], "list": "",
        "name_zh": task.where(task.ne(""), named["name_zh"]).to_numpy(),
        "requirement_zh": rows["text_zh"], "due": rows["year"].astype(str),
        "source": rows["source"], "locus": rows["locus"],
        "name_en": task.map(tasks).fillna("").where(task.ne(""), named["name_en"]).to_numpy(),
        "requirement_en": rows["text_en"],
    })  # fmt: skip
