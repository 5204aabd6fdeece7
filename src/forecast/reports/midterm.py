"""The mid-term evaluation: is the plan on schedule, will it get there, what has to be adjusted.

`evaluate` puts the schedule rule beside the forecast and says for each indicator why they differ,
where they do; the `show` functions turn that into the page. Whether a task is done no data tells,
so lists say only which deadlines have passed. Every name and text from the tables is escaped.
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

from ..evaluation.outcomes import find_last_closed_year
from ..evaluation.vintages import OPEN
from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, change, day, estimate, join, number, probability
from ..i18n.labels import LABELS
from ..model.fitting import Fits
from ..model.simulation import simulate
from ..scenarios.project_list import project_forecast
from ..scenarios.response import yearly_paces
from ..scenarios.scenario import BASELINE
from ..tables.calendar import parse_deadline, year_fraction
from ..tables.plan import Plan
from ..targets.attainment import attainment
from ..targets.progress import baseline
from .html import Html, Telling, bullets, dated, heading, paragraph, picture, safe, tabulate, title
from .monitoring import Findings, last_targets, open_together

__all__ = [
    "Evaluation",
    "deadline",
    "evaluate",
    "projects_end",
    "projects_now",
    "reason",
    "result_tables",
    "show_adjust",
    "show_final",
    "show_lists",
    "show_progress",
    "show_projects",
    "show_reading",
    "show_title",
    "show_verdicts",
    "tell_projects",
    "way_gone",
]

AHEAD = ("reached", "on_schedule")
FORCES = ("binding", "expected", "")
SLOWER = 0.8
"""Share of the pace so far below which the latest step is slower."""
FEW_PACES = 10
"""Paces below which that none was as high says little."""
LEVELS = ("q10", "q50", "q90")


@dataclass(frozen=True)
class Evaluation(Findings):
    """What an evaluation is told from.

    `verdicts` has a row for each indicator with a figure: the attainment of its last target, with
    its `force`, the `last_step` a year, the published `figures`, the `reason` that relates the two
    verdicts, and the pace that is needed, with what was seen of such paces. `way` is that of
    `way_gone`; `projects` are those of the baseline.
    """

    verdicts: pd.DataFrame
    way: pd.DataFrame
    projects: pd.DataFrame

    def sources(self) -> list[str]:
        """List the sources of targets, figures, tasks, stages and projects."""
        plan = self.plan
        used = {
            source
            for table in (
                plan.targets, plan.observations, plan.tasks, plan.milestones, plan.projects
            )
            if "source" in table
            for source in table["source"]
        }  # fmt: skip
        return [s for s in plan.sources["source"] if s in used]

    @cached_property
    def open(self) -> pd.DataFrame:
        """Rows of `verdicts` whose year is still to come."""
        rows = self.verdicts
        return rows[rows["status"].isin(OPEN)].reset_index(drop=True)


def evaluate(
    plan: Plan,
    fits: Fits,
    quantiles: pd.DataFrame,
    *,
    draws: int = 4000,
    seed: int = 0,
    language: str,
) -> Evaluation:
    """Put schedule and forecast side by side, and ask what has to be adjusted.

    Parameters
    ----------
    plan, fits : a region's plan, and the fits of its figures and its siblings'
    quantiles : of the fits, from the first year after a figure to the last target year or later
    draws, seed : futures of the joint answer and of the projects
    language : `zh` or `en`

    Examples
    --------
    >>> import pandas as pd, forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    >>> table = fc.quantiles(fits, range(2021, 2026))
    >>> found = evaluate(plan, fits, table, draws=100, language="en")
    >>> found.verdicts["reason"].value_counts().to_dict()
    {'one_figure': 10}
    """
    reached = attainment(fits, plan.targets, as_of=plan.as_of)
    until = max([*quantiles["year"].astype(int), *plan.targets["year"].astype(int)])
    paths = simulate(fits, until=until, draws=draws, seed=seed)
    way = way_gone(plan, quantiles, reached)
    return Evaluation(
        plan=plan,
        quantiles=quantiles,
        attainment=reached,
        together=open_together(paths, plan, reached),
        language=language,
        verdicts=_verdicts(plan, reached, way),
        way=way,
        projects=project_forecast(plan, draws=draws, seed=seed),
    )


def way_gone(plan: Plan, quantiles: pd.DataFrame, reached: pd.DataFrame) -> pd.DataFrame:
    """Tell how much of the way from baseline to target is gone, in percent.

    The baseline is that of the schedule rule: the last figure five years before the target or
    more, else the first. A row for each indicator with a figure whose target is not its baseline:

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
    >>> import pandas as pd, forecast as fc
    >>> plan = fc.load_plan("zhejiang", as_of="2022-12-31")
    >>> fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    >>> reached = fc.attainment(fits, plan.targets, as_of=plan.as_of)
    >>> table = way_gone(plan, fc.quantiles(fits, [2022, 2023]), reached).set_index("indicator")
    >>> table.loc["minimum_living_standard", ["baseline_year", "due"]].tolist()
    [2019.0, 50.0]
    """
    now = find_last_closed_year(plan)
    mine = quantiles[(quantiles["region"] == plan.region) & (quantiles["year"] == now)]
    fan = mine.set_index("indicator")
    rows = []
    for row in last_targets(reached[reached["latest"].notna()]).to_dict("records"):
        name, goal, year = row["indicator"], float(row["target"]), float(row["year"])
        seen = plan.observations[plan.observations["indicator"] == name].sort_values("year")
        value, when = (seen[c].to_numpy(float)[None, :] for c in ("value", "year"))
        base, since = (float(v[0]) for v in baseline(value, when, np.array([year])))
        if goal == base or year <= since:
            continue
        latest, latest_year = float(row["latest"]), float(row["latest_year"])
        known = latest_year >= now or name not in fan.index
        points = [np.nan if known else float(fan.at[name, level]) for level in LEVELS]
        low, middle, high = (100.0 * (point - base) / (goal - base) for point in points)
        low, high = min(low, high), max(low, high)
        gone = 100.0 * (latest - base) / (goal - base) if latest_year > since else np.nan
        due, due_then = (
            100.0 * min(max(when_ - since, 0.0) / (year - since), 1.0)
            for when_ in (now, latest_year)
        )
        rows.append(
            {k: row[k] for k in ("indicator", "year", "target", "comparator")}
            | {"baseline": base, "baseline_year": since, "gone": gone}
            | {"latest_year": latest_year, "due_then": due_then, "now": now, "due": due}
            | {"low": low, "middle": middle, "high": high}
        )
    columns = ["indicator", "year", "target", "comparator", "baseline", "baseline_year", "gone",
               "latest_year", "due_then", "now", "due", "low", "middle", "high"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def reason(row: Mapping[str, Any]) -> str:
    """Name what relates the two verdicts on a target, a word of the group `reason`.

    `row` has schedule_status, status, p_reach, pace, last_step, required_rate, median, target.

    >>> behind = {"schedule_status": "behind", "status": "likely", "p_reach": 0.8, "pace": 3.0,
    ...           "last_step": 3.0, "required_rate": 2.0, "median": 60.0, "target": 58.0}
    >>> reason(behind), reason(behind | {"status": "unlikely"})
    ('behind_fast', 'both_bad')
    """
    schedule, status = row["schedule_status"], row["status"]
    if status not in OPEN:
        return "closed"
    if schedule == "one_figure":
        return "one_figure"
    good = status == "likely" or (status == "reached" and float(row["p_reach"]) >= 2 / 3)
    if schedule not in AHEAD:
        return _behind(row) if good else "both_bad"
    if good:
        return "both_good"
    return "may_fall" if status == "reached" else _on_line(row)


def deadline(due: object) -> float:
    """Give the point in time of a deadline as printed: the end of its last day.

    >>> deadline("2022-2024"), deadline("2023"), deadline("2022-06-30") < 2022, deadline("")
    (2024.0, 2023.0, True, nan)
    """
    day = parse_deadline(str(due))
    return math.nan if day is None else year_fraction(day)


def show_title(found: Evaluation) -> Html:
    """Region, day, plan documents, and what an evaluation is."""
    return title(
        found,
        N_("{region}: mid-term evaluation of the plan"),
        N_(
            "This report puts the schedule rule (is the latest figure on the "
            "straight line from baseline to target?) beside the forecast (the "
            "chance that the target is reached in its year), says why they "
            "differ, judges the final year, and lists indicators to adjust, "
            "the projects' progress and the deadlines of tasks."
        ),
    )


def show_reading(found: Evaluation) -> Html:
    """Say what stands out: both verdicts, all together, what has to be adjusted, deadlines."""
    gettext, table = found.gettext, found.attainment
    seen = table.loc[table["latest"].notna(), "indicator"].nunique()
    lines = [
        gettext(
            "Targets in the plan documents: {targets}. Indicators they "
            "concern: {indicators}, of which with at least one published "
            "figure: {seen}."
        ).format(targets=len(table), indicators=table["indicator"].nunique(), seen=seen)
    ]
    if found.open.empty:
        lines.append(
            gettext(
                "No target is open for a forecast: either its year has passed, or "
                "no figure was ever published."
            )
        )
    else:
        lines += [_agreement(found), _expected(found), _binding(found), _never_seen(found)]
    if len(found.projects):
        lines.append(projects_now(found, found.projects) + projects_end(found, found.projects))
    lines.append(_deadlines(found))
    return Html("\n".join([heading(gettext("What stands out")), bullets(lines)]))


def show_verdicts(found: Evaluation) -> Html:
    """Put schedule and forecast side by side, binding and expected targets apart, and say why."""
    gettext = found.gettext
    parts = [heading(gettext("Schedule and forecast side by side"))]
    if found.open.empty:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext(
                            "No target is open for a forecast: either its year has passed, or "
                            "no figure was ever published."
                        )
                    ),
                ]
            )
        )
    parts.append(
        paragraph(
            gettext(
                "Each indicator with its last open target. The schedule rule looks "
                "at the latest figure and the line only; the forecast also at the "
                "pace, other regions and the uncertainty."
            )
        )
    )
    printed = set(found.plan.targets["force"]) - {""}
    for force in FORCES:
        rows = found.open[found.open["force"] == force]
        head = found.label("force_targets", force or ("other" if printed else "none"))
        if rows.empty:
            if force in printed:
                parts += [
                    heading(head, 3),
                    paragraph(gettext("No open target of this sort has a figure to judge by.")),
                ]
            continue
        lines = [_verdict_row(found, row) for row in rows.to_dict("records")]
        parts += [heading(head, 3), tabulate(lines, words=True)]
    return Html("\n".join(parts))


def show_progress(found: Evaluation) -> Html:
    """Show how much of the way is gone, beside the schedule."""
    from ..charts.evaluation import progress_chart
    from ..charts.style import to_png

    gettext = found.gettext
    rows = found.way[found.way["indicator"].isin(found.open["indicator"])]
    chart = progress_chart(found, rows, sources=found.sources())
    parts = [heading(gettext("How much of the way is gone"))]
    if chart is None:
        return Html(
            "\n".join(
                [*parts, paragraph(gettext("There is no open target whose way could be drawn."))]
            )
        )
    return Html(
        "\n".join(
            [
                *parts,
                picture(to_png(chart), gettext("Way gone by each indicator, beside the schedule")),
            ]
        )
    )


def show_final(found: Evaluation) -> Html:
    """Judge the final year: the forecast with its range, the verdict, what it rests on."""
    from ..charts.evaluation import attainment_chart
    from ..charts.style import to_png

    gettext = found.gettext
    parts = [heading(gettext("Judgement of the final year"))]
    if found.open.empty:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext(
                            "No target is open for a forecast: either its year has passed, or "
                            "no figure was ever published."
                        )
                    ),
                ]
            )
        )
    lines = [_final_row(found, row) for row in found.open.to_dict("records")]
    parts += [
        paragraph(
            gettext(
                "Forecasts: median and 80 % interval. What they rest on: the "
                "evidence, the number of the region's own figures, and of other "
                "regions with figures of the indicator. A judgement on weak "
                "evidence is a starting point for talk."
            )
        ),
        tabulate(lines),
    ]
    chart = attainment_chart(found, found.open, sources=found.sources())
    if chart is not None:
        parts += [
            heading(gettext("When each target is met"), 3),
            picture(to_png(chart), gettext("Range of years in which each target is met")),
        ]
    return Html("\n".join(parts))


def show_adjust(found: Evaluation) -> Html:
    """List what is unlikely to be reached: the pace needed, and whether anyone ever had it."""
    gettext = found.gettext
    parts = [heading(gettext("Indicators to adjust"))]
    rows = found.open[found.open["status"] == "unlikely"]
    if rows.empty:
        reason_ = (
            N_(
                "No target is open for a forecast: either its year has passed, or "
                "no figure was ever published."
            )
            if found.open.empty
            else N_("None of the open targets with figures is unlikely to be reached.")
        )
        return Html("\n".join([*parts, paragraph(gettext(reason_))]))
    lines = pd.DataFrame([_adjust_row(found, row) for row in rows.to_dict("records")])
    lines = lines.loc[:, lines.ne(NO_VALUE).any()]
    return Html(
        "\n".join(
            [
                *parts,
                paragraph(
                    gettext(
                        "Targets unlikely to be reached. Needed from now on is the "
                        "straight pace from the estimate of today to the target; it is "
                        "compared with the yearly paces between published figures of all "
                        "regions. Of totals, large regions show large paces: mind that "
                        "when comparing."
                    )
                ),
                tabulate(lines, words=True),
            ]
        )
    )


def show_projects(found: Evaluation) -> Html:
    """Show completions and spending of the plan's projects."""
    return tell_projects(
        found,
        found.projects,
        projects_now(found, found.projects),
        note=N_(
            "No document publishes completions: how far projects slip, and "
            "whether they are given up, is assumed; money is spent evenly from "
            "start to completion."
        ),
    )


def tell_projects(found: Telling, projects: pd.DataFrame, now: str = "", *, note: str) -> Html:
    """Show the forecast of the plan's projects, of one or several scenarios, with a picture.

    `now` stands before what is expected at their end, `note` is the key of the words after it.
    """
    from ..charts.projects import projects_chart
    from ..charts.style import to_png

    gettext = found.gettext
    parts = [heading(gettext("Building projects"))]
    chart = projects_chart(projects, language=found.language)
    if chart is None:
        return Html("\n".join([*parts, paragraph(gettext("The plan has no list of projects."))]))
    parts += [paragraph(now + projects_end(found, projects)), paragraph(gettext(note))]
    return Html(
        "\n".join(
            [*parts, picture(to_png(chart), gettext("Projects completed, and spending a year"))]
        )
    )


def projects_now(found: Telling, projects: pd.DataFrame) -> str:
    """Tell what should be completed by now, and what is expected to be."""
    now = find_last_closed_year(found.plan)
    here = projects[projects["year"] == now] if len(projects) else projects
    if here.empty:
        return ""
    row = here.iloc[0]
    return found.gettext("By the end of {year}, {planned} projects were due and, as slips "
"are assumed, about {median} completed (90 % interval {low} to "
"{high}). ").format(
        year=now, planned=row["planned"], median=row["completed_q50"],
        low=row["completed_q05"], high=row["completed_q95"],
    )  # fmt: skip


def projects_end(found: Telling, projects: pd.DataFrame) -> str:
    """Tell how many projects the baseline has completed in the year when all should be."""
    table = projects[projects["scenario"] == BASELINE.name]
    end = table[table["planned"] == table["planned"].max()].iloc[0]
    return found.gettext("Building projects: {planned} should be completed by the end of "
"{year}, {median} are expected to be (90 % interval {low} to "
"{high}).").format(
        year=end["year"], planned=end["planned"], median=end["completed_q50"],
        low=end["completed_q05"], high=end["completed_q95"],
    )  # fmt: skip


def show_lists(found: Evaluation) -> Html:
    """List tasks, policies and stages by deadline; what is done no data tells."""
    gettext = found.gettext
    tasks, stages = _by_deadline(found, found.plan.tasks, "due"), _stages(found)
    parts = [heading(gettext("Deadlines of tasks, policies and stages"))]
    if tasks.empty and stages.empty:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(gettext("The plan has no list of tasks or policies, and no stages.")),
                ]
            )
        )
    parts.append(
        paragraph(
            gettext(
                "Sorted by the deadline as printed, those without one last. It is "
                "said only whether the deadline had passed on the as-of date; "
                "whether the entry is done, no data tells, and nothing is judged. "
                "Entries stand in the language of the documents."
            )
        )
    )
    for key, rows in ((N_("Lists of tasks and policies"), tasks), (N_("Stages in words"), stages)):
        if len(rows):
            lines = [_deadline_row(found, row) for row in rows.to_dict("records")]
            parts += [heading(gettext(key), 3), tabulate(lines, words=True)]
    return Html("\n".join(parts))


def result_tables(found: Evaluation) -> dict[str, pd.DataFrame]:
    """Give the tables of the report for `workbook.write_book`, with names beside the codes."""
    plan = found.plan
    tasks = _by_deadline(found, plan.tasks, "due").drop(columns=["end", "region"], errors="ignore")
    stages = _stages(found).drop(columns=["end", "region", "list"], errors="ignore")
    sources = plan.sources[plan.sources["source"].isin(found.sources())]
    shares = {"due": "due_share", **{k: f"way_{k}" for k in ("low", "middle", "high")}}
    tables = {
        "evaluation": found.described(found.verdicts),
        "way": found.described(found.way.rename(columns=shares)),
        "projects": found.projects.rename(columns={"planned": "planned_projects"}),
        "tasks": tasks.rename(columns={"list": "list_of"}),
        "stages": stages,
        "sources": sources.reset_index(drop=True),
    }
    return {key: table for key, table in tables.items() if len(table)}


# Verdicts.


def _verdicts(plan: Plan, reached: pd.DataFrame, way: pd.DataFrame) -> pd.DataFrame:
    """Relate both verdicts on the last target of each indicator with a figure."""
    printed = plan.targets[plan.targets["force"] != ""].drop_duplicates("indicator")
    forces = dict(zip(printed["indicator"], printed["force"], strict=True))
    rows = last_targets(reached[reached["latest"].notna()]).copy()
    rows["force"] = [forces.get(name, "") for name in rows["indicator"]]
    rows["figures"] = rows["indicator"].map(plan.observations.groupby("indicator").size())
    rows["last_step"] = [_last_step(plan, name) for name in rows["indicator"]]
    facts = rows.to_dict("records")
    rows["reason"] = [reason(row) for row in facts]
    middle = way.set_index("indicator")
    seen = yearly_paces(plan, *rows["indicator"])
    paces = [_pace_facts(row, middle, each) for row, each in zip(facts, seen, strict=True)]
    columns = ["needed_now", "paces_seen", "paces_as_high", "fastest_pace"]
    return rows.assign(**pd.DataFrame(paces, columns=columns, index=rows.index))


def _last_step(plan: Plan, indicator: str) -> float:
    """Change a year between the last two figures at least half a year apart."""
    seen = plan.observations[plan.observations["indicator"] == indicator].sort_values("year")
    value, when = seen["value"].to_numpy(float), seen["year"].to_numpy(float)
    early = np.flatnonzero(when <= when[-1] - 0.5) if len(when) else np.zeros(0, int)
    if not len(early):
        return math.nan
    at = early[-1]
    return float((value[-1] - value[at]) / (when[-1] - when[at]))


def _pace_facts(
    row: Mapping[str, Any], way: pd.DataFrame, seen: NDArray[np.float64]
) -> tuple[float, int, int, float]:
    """Pace needed from now on; paces that any region showed, as high ones, the fastest."""
    needed = float(row["required_rate"])
    known = row["indicator"] in way.index
    if known and needed and math.isfinite(way.at[row["indicator"], "middle"]):
        at = way.loc[row["indicator"]]
        gap = (at["target"] - at["baseline"]) * (1.0 - at["middle"] / 100.0)
        needed = float(gap / max(at["year"] - at["now"], 1.0))
    sign = -1.0 if float(row["required_rate"]) < 0 else 1.0
    paces = sign * seen
    as_high = int((paces >= sign * needed - 1e-9).sum()) if math.isfinite(needed) else 0
    fastest = sign * float(paces.max()) if len(paces) else math.nan
    return needed, len(paces), as_high, fastest


def _enough(row: Mapping[str, Any], pace: float) -> bool:
    """Whether a pace is at least the one still needed."""
    needed = float(row["required_rate"])
    return pace >= needed if needed >= 0 else pace <= needed


def _behind(row: Mapping[str, Any]) -> str:
    """Tell why the forecast is good although the figure is below the line."""
    return "behind_fast" if _enough(row, float(row["pace"])) else "behind_others"


def _on_line(row: Mapping[str, Any]) -> str:
    """Tell why the forecast doubts although the figure is on the line."""
    pace, step, needed = (float(row[k]) for k in ("pace", "last_step", "required_rate"))
    if not _enough(row, pace):
        return "pace_short"
    slower = abs(step) < SLOWER * abs(pace) or step * pace < 0
    if slower and not _enough(row, step):
        return "slowing"
    met = float(row["median"]) >= float(row["target"])
    return "wide" if met == (needed >= 0) else "others_slower"


def _why(found: Evaluation, row: Mapping[str, Any]) -> str:
    """Say in one sentence what relates the two verdicts."""
    unit, language = found.unit(row["indicator"]), found.language
    step = found.plan.indicators.set_index("indicator").at[row["indicator"], "resolution"]
    told = {
        "pace": change(row["pace"], language, unit=unit),
        "step": change(row["last_step"], language, unit=unit),
        "needed": change(row["required_rate"], language, unit=unit),
        "median": estimate(row["median"], language, unit=unit, step=float(step)),
        "chance": probability(row["p_reach"], language),
        "year": dated(float(row["latest_year"])),
        "figures": row["figures"],
    }
    return found.label("reason", str(row["reason"])).format(**told)


def _verdict_row(found: Evaluation, row: Mapping[str, Any]) -> dict[str, str]:
    language = found.language
    cells = {
        "name": found.named(row["indicator"]),
        "latest": found.figure(row),
        "target": found.goal(row),
        "schedule_status": found.label("schedule", str(row["schedule_status"])),
        "forecast": f"{found.label('status', str(row['status']))}\n"
        f"{probability(row['p_reach'], language)}",
        "why": _why(found, row),
    }
    return {found.label("column", key): text for key, text in cells.items()}


def _final_row(found: Evaluation, row: Mapping[str, Any]) -> dict[str, str]:
    """Tell the forecast of the target year with its range, and what it rests on."""
    language, unit = found.language, found.unit(row["indicator"])
    about = found.plan.indicators.set_index("indicator").loc[row["indicator"]]
    fan = found.quantiles
    mine = fan[(fan["region"] == found.plan.region) & (fan["indicator"] == row["indicator"])]
    mine = mine[mine["year"] == row["year"]]
    ends = [
        estimate(float(v), language, unit=unit, step=float(about["resolution"]))
        for v in mine[["q50", "q10", "q90"]].to_numpy(float).ravel()
    ]
    forecast = (
        found.gettext("{median}\n{low} to {high}").format(median=ends[0], low=ends[1], high=ends[2])
        if ends
        else NO_VALUE
    )
    others = found.plan.siblings
    regions = others.loc[others["indicator"] == row["indicator"], "region"].nunique()
    cells = {
        "name": found.named(row["indicator"]),
        "target": found.goal(row),
        "final_forecast": forecast,
        "p_reach": probability(row["p_reach"], language),
        "status": found.label("status", str(row["status"])),
        "rests_on": found.gettext("{evidence}\nown figures: {own}; other regions: {others}").format(
            evidence=found.label("evidence", str(row["evidence"])), own=row["figures"],
            others=regions,
        ),
    }  # fmt: skip
    return {found.label("column", key): text for key, text in cells.items()}


def _adjust_row(found: Evaluation, row: Mapping[str, Any]) -> dict[str, str]:
    """Tell the pace needed, the own pace, the fastest of all regions, and how many were as high."""
    language, unit = found.language, found.unit(row["indicator"])
    needed, seen, high = row["needed_now"], int(row["paces_seen"]), int(row["paces_as_high"])
    key = "never" if not high else "seen"
    key = "none" if not seen else f"few_{key}" if seen < FEW_PACES else key
    cells = {
        "name": found.named(row["indicator"]),
        "target": found.goal(row),
        "p_reach": probability(row["p_reach"], language),
        "needed_now": change(needed, language, unit=unit),
        "pace": change(row["pace"], language, unit=unit),
        "fastest_pace": change(row["fastest_pace"], language, unit=unit),
        "ever_seen": found.label("ever_seen", key).format(high=high, seen=seen),
    }
    return {found.label("column", key): text for key, text in cells.items()}


# What stands out.


def _agreement(found: Evaluation) -> str:
    """Count where both verdicts say the same, where they differ, where one says nothing."""
    reasons = found.open["reason"]
    same, silent = reasons.isin(["both_good", "both_bad"]), reasons == "one_figure"
    differ = found.open[~same & ~silent]
    text = found.gettext(
        "Indicators with figures and an open target: {count}. Schedule "
        "rule and forecast agree: {same}; differ: {differ}; one figure "
        "only, so that the schedule rule is silent: {silent}."
    ).format(count=len(reasons), same=int(same.sum()), differ=len(differ), silent=int(silent.sum()))
    if len(differ):
        names = join([found.name("indicators", n) for n in differ["indicator"]], found.language)
        text += found.gettext(" They differ for: {names}.").format(names=names)
    return text


def _expected(found: Evaluation) -> str:
    answer = found.together
    return found.gettext("As things go now: of {open} open targets with figures, {expected} "
"are expected to be reached (90 % interval {low} to {high}).").format(
        open=answer.counted, expected=number(answer.expected, found.language, step=0.1),
        low=answer.low, high=answer.high,
    )  # fmt: skip


def _binding(found: Evaluation) -> str:
    """Tell of the binding targets, or that none is printed or seen."""
    answer = found.together
    if answer.binding:
        p = min(max(answer.p_binding, 1e-6), 1.0 - 1e-6)
        return found.gettext(
            "Binding targets that are open and have figures: {count}; chance "
            "that all are reached {chance}."
        ).format(count=answer.binding, chance=probability(p, found.language))
    printed = (found.plan.targets["force"] == "binding").any()
    return found.gettext(
        N_("No open binding target has a figure to judge by.")
        if printed
        else N_("The plan documents do not say which targets are binding and which expected.")
    )


def _never_seen(found: Evaluation) -> str:
    """Count what is unlikely, and for how much of it no region ever had the pace needed."""
    rows = found.open[found.open["status"] == "unlikely"]
    if rows.empty:
        return found.gettext("None of the open targets with figures is unlikely to be reached.")
    never = rows[(rows["paces_seen"] > 0) & (rows["paces_as_high"] == 0)]
    unknown = int((rows["paces_seen"] == 0).sum())
    return found.gettext(
        "Indicators unlikely to reach their target: {count}; for {never} "
        "of them no region ever showed the pace needed, for {unknown} "
        "there is no pace to compare with."
    ).format(count=len(rows), never=len(never), unknown=unknown)


# Deadlines.


def _state(found: Evaluation, end: float) -> str:
    """Say by a word whether a deadline has passed on the day."""
    if math.isnan(end):
        return "undated"
    if not found.plan.as_of:
        return "no_day"
    return "passed" if deadline(found.plan.as_of) >= end - 1e-9 else "ahead"


def _by_deadline(found: Evaluation, rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sort by deadline, those without one last, with `state`."""
    ends = [deadline(due) for due in rows[column]] if len(rows) else []
    table = rows.assign(end=np.array(ends, float))
    table["state"] = [_state(found, end) for end in table["end"]]
    return table.sort_values("end", kind="stable", na_position="last").reset_index(drop=True)


def _stages(found: Evaluation) -> pd.DataFrame:
    """Qualitative stages by year, in the columns of tasks."""
    rows = found.plan.milestones
    names = found.plan.indicators.set_index("indicator")["name_zh"]
    named = [
        task or str(names.get(indicator, ""))
        for task, indicator in zip(rows["task"], rows["indicator"], strict=True)
    ]
    table = pd.DataFrame({
        "region": rows["region"], "list": "", "name_zh": named, "requirement_zh": rows["text_zh"],
        "due": rows["year"].astype(str), "source": rows["source"], "locus": rows["locus"],
    })  # fmt: skip
    return _by_deadline(found, table, "due")


def _deadlines(found: Evaluation) -> str:
    """Count entries of the lists by what their deadline says."""
    states = pd.concat(
        [_by_deadline(found, found.plan.tasks, "due")["state"], _stages(found)["state"]]
    )
    if states.empty:
        return found.gettext("The plan has no list of tasks or policies, and no stages.")
    counts = states.value_counts()
    told = join(
        (f"{found.label('state', k)} {counts[k]}" for k in LABELS["state"] if k in counts),
        found.language,
    )
    return found.gettext(
        "Entries of lists, and stages: {count}. By deadline: {counts}. "
        "Whether they are done, no data tells."
    ).format(count=len(states), counts=told)


def _deadline_row(found: Evaluation, row: Mapping[str, Any]) -> dict[str, str | Html]:
    """Tell one entry: deadline as printed, state, what it is, where it stands."""
    due = str(row["due"])
    if due.count("-") == 2:
        due = day(due, found.language)
    elif due:
        due = found.gettext("{year}").format(year=due.replace("-", "–"))
    sources = found.sources()
    place = f"[{sources.index(row['source']) + 1}]" if row["source"] in sources else ""
    cells: dict[str, str | Html] = {"due": due or NO_VALUE}
    cells["state"] = found.label("state", row["state"])
    if row["list"]:
        cells["list_of"] = found.label("list", row["list"])
    cells["name_zh"] = _chinese(row["name_zh"])
    cells["requirement_zh"] = _chinese(row["requirement_zh"])
    cells["locus"] = _chinese(f"{place} {row['locus']}".strip())
    return {found.label("column", key): cell for key, cell in cells.items()}


def _chinese(text: object) -> Html:
    """Set a text of the documents apart as Chinese, escaped."""
    return Html(f'<span lang="zh">{safe(text)}</span>' if text else NO_VALUE)
