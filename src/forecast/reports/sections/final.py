"""Sections of the final evaluation: outcomes, pictures, projects, figures still awaited."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ...charts.series import multiples_chart
from ...charts.standing import standing_chart
from ...evaluation.outcomes import DECIDED
from ...i18n.catalog import N_
from ...i18n.formatting import day, number
from ...i18n.labels import LABELS
from ..charts import show
from ..context import ReportContext
from ..final import FinalEvaluation
from ..html import Html, bullets, chinese, heading, paragraph, safe, section, tabulate
from ..projects import describe_now
from . import common
from .final_forecasts import describe_verdicts

__all__ = [
    "judge_course", "render_pictures", "render_reached", "render_reading",
    "render_trust", "render_waiting",
]  # fmt: skip

FINALS = N_("Final targets: {count} (target years: {years}). Of these: {counts}.")
BY_FORCE = N_(
    "{force}: {count}, of which with a final figure: {closed} (met: {met}, missed: {missed})."
)
NONE_DECIDED = N_("No final target has a final figure yet: how many were met cannot be said.")
ALL_DECIDED = N_("Every final target has a final figure.")
UNDECIDED = N_(
    "Targets without a final figure count as neither met nor missed: {count}. Of these, with an "
    "earlier figure and hence a forecast: {seen}; without any figure, or with later ones only, and "
    "hence not forecast: {never}."
)
ON_THE_WAY = N_(
    "Targets on the way: {count}; with a figure of their year: {closed} (met: {met}, missed: "
    "{missed})."
)
NONE_ON_THE_WAY = N_(
    "No target on the way has a figure of its year: whether they were kept cannot be said."
)
NO_COMPLETIONS = N_(
    "The tables hold no actual completions or costs, so that when projects were finished, and at "
    "what cost against the plan, cannot be said; slips and cancellations in the picture are "
    "assumed."
)
BEYOND = N_(
    "Beyond the target: positive where better than asked, negative where short of it; below it in "
    "percent of the way from baseline to target, where the baseline had not met the target "
    "already. When first met: the year of the first published figure that meets the target."
)
FORECAST_ONLY = N_(
    "These have no final figure. The chance is a forecast from what is known, not a result:"
)
NOT_FORECAST = N_(
    "Without any figure, or with later ones only: {count}, not forecast, listed under: {section}."
)
COURSE = N_(
    "Line and bands: the first forecast ({made}, from {day}; of series without a figure then, from "
    "the year's end when they had one)."
)
INSIDE = N_("{inside} of {count} later figures lie within the first forecast's 90 % interval")
AWAITED = N_(
    "Targets without a final figure, by the source of their last figure: the final one will most "
    "likely be published in the same place."
)
TRUST = (
    N_(
        "Outcomes rest on published figures alone, targets are never used as data; sources and "
        "places are in the tables. Figures published or revised later will change them."
    ),
    common.COMPARED_AS_PRINTED,
    N_(
        "The way starts from the baseline of the schedule rule: the last figure five years before "
        "the target year or earlier, else the first one."
    ),
    N_(
        "Method and priors behind replayed forecasts are younger than the years replayed: they "
        "inform, they are no record. Figures without a known date of publication count as known at "
        "the end of their year."
    ),
    common.PRIOR,
    common.KEPT_WITHIN,
)


def render_reading(report: ReportContext, results: FinalEvaluation) -> Html:
    """Render the summary: met, missed, without a figure; which forecasts were right."""
    title, finals = report.gettext("What stands out"), results.finals
    if finals.empty:
        return section(title, bullets([report.gettext("The plan has no targets.")]))
    counts = finals["outcome"].value_counts()
    counted = [
        report.gettext("{word} {count}", word=report.label("outcome", code),
                       count=counts.get(code, 0))
        for code in LABELS["outcome"]
        if code in counts or code in ("met", "missed")
    ]  # fmt: skip
    years = ", ".join(str(year) for year in sorted(finals["year"].unique()))
    lines = [
        report.gettext(FINALS, count=len(finals), years=years, counts=report.join(counted)),
        *_describe_forces(report, results),
        *_name_outcomes(report, results),
        _describe_undecided(report, results),
    ]
    if len(results.on_the_way):
        lines.append(report.gettext(ON_THE_WAY, **_count(results.on_the_way)))
    lines += describe_verdicts(report, results)
    if len(results.projects):
        now = describe_now(report, results.projects)
        lines.append(now if len(report.progress) else now + report.gettext(NO_COMPLETIONS))
    return section(title, bullets(lines))


def render_reached(report: ReportContext, results: FinalEvaluation) -> Html:
    """Render each final target's outcome, by force, then those of targets on the way."""
    parts = [paragraph(report.gettext(BEYOND))]
    printed = set(report.plan.targets["force"]) - {""}
    for force in common.FORCES:
        if (results.finals["force"] == force).any():
            head = report.label("force_targets", force or ("other" if printed else "none"))
            parts += [heading(head, 3), *_force_parts(report, results, force)]
    if len(results.on_the_way):
        closed = results.on_the_way[results.on_the_way["outcome"].isin(DECIDED)]
        text = ON_THE_WAY if len(closed) else NONE_ON_THE_WAY
        counts = paragraph(report.gettext(text, **_count(results.on_the_way)))
        parts += [heading(report.gettext("Targets on the way"), 3), counts]
        if len(closed):
            rows = [_decided_row(report, row) for row in closed.to_dict("records")]
            parts.append(tabulate(rows))
    return section(report.gettext("What was reached"), *parts)


def render_pictures(report: ReportContext, results: FinalEvaluation) -> Html:
    """Render where the final targets stand, and the figures beside the first forecast."""
    title = report.gettext("Where the final targets stand")
    seen = results.finals[results.finals["latest"].notna()]
    if seen.empty:
        none = report.gettext(
            "No indicator of a final target has a figure: there is nothing to draw."
        )
        return section(title, paragraph(none))
    # A target that is decided is shown with the figure that decided it.
    shown = seen.assign(**{
        column: seen[figure].fillna(seen[column])
        for column, figure in (("latest", "figure"), ("latest_year", "figure_year"))
    })  # fmt: skip
    parts = [show(report, standing_chart(report, shown))]
    inside, count = judge_course(report, results)
    if count:
        made, since = report.label("made", results.made), day(results.since, report.language)
        chart = multiples_chart(
            report, results.course, seen, list(seen["indicator"].drop_duplicates()),
            name="course", course=True, words=(
                report.gettext(INSIDE, inside=inside, count=count),
                report.gettext(COURSE, made=made, day=since),
            ),
        )  # fmt: skip
        parts.append(show(report, chart))
    return section(title, *parts)


def judge_course(report: ReportContext, results: FinalEvaluation) -> tuple[int, int]:
    """Count the later figures within the 90 % intervals of the first forecast, and all of them."""
    figures = report.plan.observations[["indicator", "year", "value"]]
    later = results.course.groupby("indicator")["year"].transform("min") < results.course["year"]
    rows = results.course[later].merge(figures, on=["indicator", "year"])
    return int(rows["value"].between(rows["q05"], rows["q95"]).sum()), len(rows)


def render_waiting(report: ReportContext, results: FinalEvaluation) -> Html:
    """Render what still waits for a figure, by the source of the last one."""
    title = report.gettext("Figures still awaited")
    rows = results.finals[~results.finals["outcome"].isin(DECIDED)]
    if rows.empty:
        return section(title, paragraph(report.gettext(ALL_DECIDED)))
    last = report.plan.observations.sort_values("year").drop_duplicates("indicator", keep="last")
    source_of = rows["indicator"].map(last.set_index("indicator")["source"])
    parts = []
    if source_of.notna().any():
        lines = [
            _waiting_line(report, results, source, rows[source_of == source])
            for source in results.sources
            if (source_of == source).any()
        ]
        parts += [paragraph(report.gettext(AWAITED)), bullets(lines)]
    never = rows[source_of.isna()]
    if len(never):
        text = report.gettext("Never published, and no place is known where they would be:")
        parts += [paragraph(text), common.name_lists(report, never, years=True)]
    return section(title, *parts)


def render_trust(report: ReportContext) -> Html:
    """Say what outcomes and scores rest on."""
    notes = bullets(report.gettext(note) for note in TRUST)
    return section(report.gettext("How far to trust this"), notes)


# What stands out.


def _count(rows: pd.DataFrame) -> dict[str, int]:
    """Count targets, and those met and missed."""
    met = int(rows["outcome"].isin(["met", "exceeded"]).sum())
    missed = int((rows["outcome"] == "missed").sum())
    return {"count": len(rows), "closed": met + missed, "met": met, "missed": missed}


def _describe_forces(report: ReportContext, results: FinalEvaluation) -> list[str]:
    """Count binding and expected targets apart, where the documents print such a force."""
    finals = results.finals
    return [
        report.gettext(
            BY_FORCE, force=report.label("force_targets", force),
            **_count(finals[finals["force"] == force]),
        )
        for force in common.FORCES
        if force and (finals["force"] == force).any()
    ]  # fmt: skip


def _name_outcomes(report: ReportContext, results: FinalEvaluation) -> list[str]:
    """Name what was met and what was missed."""
    closed = results.closed
    if closed.empty:
        return [report.gettext(NONE_DECIDED)]
    missed = closed["outcome"] == "missed"
    rows = {"met": closed[~missed], "missed": closed[missed]}
    return [
        report.label("final", code).format(names=report.join(common.dated_names(report, part)))
        for code, part in rows.items()
        if len(part)
    ]


def _describe_undecided(report: ReportContext, results: FinalEvaluation) -> str:
    seen, never = len(results.open), len(results.silent)
    if not seen + never:
        return report.gettext(ALL_DECIDED)
    return report.gettext(UNDECIDED, count=seen + never, seen=seen, never=never)


# What was reached.


def _force_parts(report: ReportContext, results: FinalEvaluation, force: str) -> Iterator[str]:
    """Tables of one force: what is decided, then what is forecast, then a count of the rest."""
    closed, open_, silent = (
        rows[rows["force"] == force] for rows in (results.closed, results.open, results.silent)
    )
    if len(closed):
        yield tabulate([_decided_row(report, row) for row in closed.to_dict("records")])
    if len(open_):
        yield paragraph(report.gettext(FORECAST_ONLY))
        yield tabulate([_open_row(report, row) for row in open_.to_dict("records")])
    if len(silent):
        listed = report.gettext("Figures still awaited")
        yield paragraph(report.gettext(NOT_FORECAST, count=len(silent), section=listed))


def _first_cells(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    indicator = row["indicator"]
    area = report.name("areas", report.indicators.at[indicator, "area"])
    target = report.format_dated_target(row)
    return {"name": report.with_unit(indicator), "area": area, "target": target}


def _decided_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    """Put a target that a figure has decided into cells: by how much, and when."""
    figure = {**row, "latest": row["figure"], "latest_year": row["figure_year"]}
    beyond = report.format_change(row["indicator"], row["beyond"])
    if math.isfinite(row["beyond_share"]):
        share = number(row["beyond_share"], report.language, unit="percent", step=1)
        beyond += "\n" + report.gettext("{share} of the way", share=share)
    first = row["first_met"]
    years = f"{abs(row['year'] - first):.0f}" if math.isfinite(first) else ""
    year = f"{first:.0f}" if math.isfinite(first) else ""
    return report.with_heads(_first_cells(report, row) | {
        "published": report.format_latest(figure),
        "outcome": report.label("outcome", str(row["outcome"])),
        "beyond": beyond,
        "timing": report.label("timing", str(row["timing"])).format(year=year, years=years),
    })  # fmt: skip


def _open_row(report: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    """Put a target without a final figure into cells: latest figure, way gone, forecast."""
    return report.with_heads(_first_cells(report, row) | {
        "latest": report.format_latest(row),
        "so_far": number(row["gone"], report.language, unit="percent", step=1),
        "outcome": report.label("outcome", str(row["outcome"])),
        "median_now": report.format_estimate(row["indicator"], row["median_now"]),
        "p_now": report.format_chance(row["p_now"]),
        "evidence": report.label("evidence", str(row["evidence"])),
    })  # fmt: skip


def _waiting_line(
    report: ReportContext, results: FinalEvaluation, source: str, rows: pd.DataFrame
) -> Html:
    """Name a source and what is awaited from it."""
    about = report.plan.sources.set_index("source").fillna("").loc[source]
    known = " · ".join(str(text) for text in (about["issuer"], about["title_zh"]) if text)
    place = chinese(known, before=f"[{results.sources.index(source) + 1}] ")
    names = report.join(common.dated_names(report, rows))
    text = report.gettext("{area}: {names}", area="{place}", names=names)
    return Html(safe(text).replace("{place}", place.text))
