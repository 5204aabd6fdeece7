"""Sections that several reports show, from the title to the sources and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ...charts.dashboard import dashboard
from ...charts.projects import projects_chart
from ...evaluation.outcomes import find_last_closed_year
from ...i18n.catalog import N_
from ...i18n.formatting import day, language_name, number
from ...i18n.labels import LABELS
from ...scenarios.scenario import BASELINE
from ...targets.joint_answers import Joint
from ...targets.target_state import DECIDED, PASSED
from ..context import ReportContext
from ..html import (
    Html,
    bullets,
    chinese,
    heading,
    paragraph,
    picture,
    safe,
    section,
    tabulate,
)

__all__ = [
    "CLOSED", "COMPARED_AS_PRINTED", "DEFAULT", "FORCES", "KEPT_WITHIN", "NONE_OPEN", "PRIOR",
    "SEE_ABOVE", "dated_names", "describe_counts", "describe_expected", "describe_projects_end",
    "describe_projects_now", "name_lists", "render_closed", "render_dashboard",
    "render_parameters", "render_projects", "render_sources", "render_title", "render_trust",
]  # fmt: skip

FORCES = ("binding", "expected", "")
"""Forces of targets as they are listed; the last is none."""
DOCUMENTS = "zh"
"""The language of the sources."""
CLOSED = (*DECIDED, *PASSED)
"""Statuses of targets whose year has passed."""
DEFAULT = N_("{year} (by default)")
NONE_OPEN = N_(
    "No target is open for a forecast: either its year has passed, or no figure was ever published."
)
SEE_ABOVE = N_("No target is open (see what stands out).")
COUNTS = N_(
    "Targets in the plan documents: {targets}. Indicators they concern: {indicators}, of which "
    "with at least one published figure: {seen}."
)
SILENT = N_(
    "The year of these targets has passed, but no figure was found; they count neither as met nor "
    "as missed:"
)
EVIDENCE = N_(
    "Evidence says how much of an answer comes from the region's own figures (in brackets the "
    "number of indicators):"
)
PRIOR = N_(
    "Forecasts start from published figures; the pace comes from the region's own figures, other "
    "regions of the indicator and a prior. The prior was learned from many years of 20 indicators "
    "in 70 countries, not from civil-affairs plans; the fewer the figures, the more the answer "
    "rests on it. The method check tells how often it was right on data it had never seen."
)
WORDS = N_(
    "A chance of two thirds or more is called likely, below one third unlikely, between them "
    "uncertain. Reached so far does not mean that the value will hold until the target year."
)
COMPARED_AS_PRINTED = N_(
    "Targets are compared as printed: > must be exceeded, ≥ is enough when equalled; a plain "
    "figure counts as reached when it is equalled or bettered."
)
KEPT_WITHIN = N_("Probabilities are kept within 1 to 99 %. Targets are never used as data.")
DRAWS = N_(
    "The joint answer rests on {draws} simulated futures (seed {seed}). A year's surprise is "
    "shared by the regions of an indicator; other ties between indicators are not modelled, hence "
    "the bounds that hold whatever the dependence."
)
PROJECTS_NOW = N_(
    "By the end of {year}, {planned} projects were due and, as slips are assumed, about {median} "
    "completed (90 % interval {low} to {high}). "
)
PROJECTS_END = N_(
    "Building projects: {planned} should be completed by the end of {year}, {median} are expected "
    "to be (90 % interval {low} to {high})."
)
EXPECTED = N_(
    "As things go now: of {open} open targets with figures, {expected} are expected to be reached "
    "(90 % interval {low} to {high})."
)
TABLES = N_(
    "All results, and place and note of every target, are in the tables beside this report."
)


def render_title(report: ReportContext, title: str, intro: str = "") -> Html:
    """Render the head of a report on a plan: title with the region, day, documents, an intro.

    `title` and `intro` are messages.
    """
    name = report.gettext(title, region=report.name("regions", report.plan.region))
    documents = safe(report.gettext("Plan documents, by their original titles: {titles}"))
    documents = documents.replace("{titles}", chinese(report.plan.title).text)
    head = f"{heading(name, 1)}\n<p>{safe(report.known_on())}<br>\n{documents}</p>"
    return Html("\n".join([head, paragraph(report.gettext(intro))]) if intro else head)


def describe_counts(report: ReportContext) -> str:
    """Count targets, their indicators, and those with a figure."""
    table = report.attainment
    seen = table.loc[table["latest"].notna(), "indicator"].nunique()
    indicators = table["indicator"].nunique()
    return report.gettext(COUNTS, targets=len(table), indicators=indicators, seen=seen)


def describe_expected(report: ReportContext, joint: Joint) -> str:
    """Say how many open targets are expected to be reached as things go now."""
    expected = number(joint.expected, report.language, step=0.1)
    counts = {"open": joint.counted, "low": joint.low, "high": joint.high}
    return report.gettext(EXPECTED, expected=expected, **counts)


def render_dashboard(report: ReportContext, sources: Sequence[str]) -> Html:
    """Render the plan on one page, as a figure."""
    figure = dashboard(report, report.quantiles, report.attainment, sources=sources)
    text = report.gettext(
        "{region}: targets by verdict, chances by area and year, and the course of each indicator",
        region=report.name("regions", report.plan.region),
    )
    return section(report.gettext("Everything on one page"), picture(figure, text))


def render_closed(report: ReportContext) -> Html:
    """Render targets whose year has passed: met, missed, or without a figure."""
    title = report.gettext("Targets whose year has passed")
    closed = report.attainment[report.attainment["status"].isin(CLOSED)]
    if closed.empty:
        return section(title, paragraph(report.gettext("No target's year has passed.")))
    counts = report.count_labels("status", closed["status"])
    counts = report.gettext("Targets whose year has passed: {counts}.", counts=counts)
    parts = [paragraph(counts)]
    silent = closed["status"].isin(PASSED)
    if not silent.all():
        parts.append(tabulate([
            report.with_heads({
                "name": report.with_unit(row["indicator"]),
                "target": report.format_dated_target(row),
                "published": report.format_value(row["indicator"], row["median"]),
                "status": report.label("status", row["status"]),
            })
            for row in closed[~silent].to_dict("records")
        ]))  # fmt: skip
    if silent.any():
        parts += [paragraph(report.gettext(SILENT)), name_lists(report, closed[silent], years=True)]
    return section(title, *parts)


def name_lists(report: ReportContext, rows: pd.DataFrame, *, years: bool = False) -> str:
    """List the names of rows' indicators by area, with the years of their targets if `years`."""
    lines = []
    for area, part in report.by_area(rows):
        names = (report.name("indicators", name) for name in part["indicator"])
        listed = report.join(dated_names(report, part) if years else names)
        lines.append(report.gettext("{area}: {names}", area=area, names=listed))
    return bullets(lines)


def dated_names(report: ReportContext, rows: pd.DataFrame) -> list[str]:
    """Return the names of rows' indicators with the years of their targets."""
    return [
        report.gettext(
            "{name} ({years})", name=report.name("indicators", indicator),
            years=", ".join(str(year) for year in years.unique()),
        )
        for indicator, years in rows.groupby("indicator", sort=False)["year"]
    ]  # fmt: skip


def render_trust(report: ReportContext) -> Html:
    """Explain the labels of evidence, and what the numbers rest on."""
    counts = report.attainment.drop_duplicates("indicator")["evidence"].value_counts()
    meanings = [
        report.gettext(
            "{word} ({count}): {meaning}.", word=report.label("evidence", code),
            count=counts.get(code, 0), meaning=report.label("evidence_meaning", code),
        )
        for code in LABELS["evidence"]
    ]  # fmt: skip
    notes = [report.gettext(note) for note in (PRIOR, WORDS, COMPARED_AS_PRINTED, KEPT_WITHIN)]
    draws = report.gettext(DRAWS, draws=number(report.draws, report.language), seed=report.seed)
    title = report.gettext("How far to trust this")
    evidence = paragraph(report.gettext(EVIDENCE))
    return section(title, evidence, bullets(meanings), bullets([*notes, draws]))


def render_projects(
    report: ReportContext, projects: pd.DataFrame, now: str = "", *, note: str
) -> Html:
    """Render the forecast of the plan's projects, of one or several scenarios, with a figure.

    `now` precedes what is expected at their end, `note` is the message after it.
    """
    title = report.gettext("Building projects")
    chart = projects_chart(projects, language=report.language)
    if chart is None:
        return section(title, paragraph(report.gettext("The plan has no list of projects.")))
    text = paragraph(now + describe_projects_end(report, projects))
    figure = picture(chart, report.gettext("Projects completed, and spending a year"))
    return section(title, text, paragraph(report.gettext(note)), figure)


def describe_projects_now(report: ReportContext, projects: pd.DataFrame) -> str:
    """Say what should be completed by now, and what is expected to be."""
    year = find_last_closed_year(report.plan)
    rows = projects[projects["year"] == year] if len(projects) else projects
    return "" if rows.empty else _count_projects(report, PROJECTS_NOW, rows.iloc[0])


def describe_projects_end(report: ReportContext, projects: pd.DataFrame) -> str:
    """Say how many projects the baseline has completed in the year when all should be."""
    rows = projects[projects["scenario"] == BASELINE.name]
    end = rows[rows["planned"] == rows["planned"].max()].iloc[0]
    return _count_projects(report, PROJECTS_END, end)


def _count_projects(report: ReportContext, message: str, row: pd.Series) -> str:
    return report.gettext(
        message, year=row["year"], planned=row["planned"], median=row["completed_q50"],
        low=row["completed_q05"], high=row["completed_q95"],
    )  # fmt: skip


def render_sources(report: ReportContext, sources: Sequence[str]) -> Html:
    """List sources, numbered as in the figures."""
    table = report.plan.sources.set_index("source").fillna("")
    items = []
    for i, source in enumerate(sources, start=1):
        row = table.loc[source]
        link = source.startswith(("https://", "http://"))
        place = f'<a href="{safe(source)}">{safe(source)}</a>' if link else safe(source)
        issued = day(str(row["issued"])[:10], report.language) if row["issued"] else ""
        # What is not known leaves no stray mark.
        titles = " · ".join(text for text in (row["title_zh"], row["issuer"]) if text)
        texts = (f'<span lang="zh">{safe(titles)}</span>', issued, f"<code>{place}</code>")
        items.append(f'<li value="{i}">{" · ".join(text for text in texts if text)}</li>')
    note = ""
    if report.language != DOCUMENTS:
        note = report.gettext("Titles and issuers stand in the language of the documents.")
    listed = "<ol>" + "\n".join(items) + "</ol>"
    return section(report.gettext("Sources"), paragraph(note) if note else "", listed)


def render_parameters(
    report: ReportContext, changed: Mapping[str, str] | None = None, *, note: str = TABLES
) -> Html:
    """Render the run's parameters in words; `changed` adds to them or takes their place.

    `note` is the message about the tables, where they were written.
    """
    region = report.name("regions", report.plan.region)
    folder = report.gettext("the folder of this report") if report.folder == "." else report.folder
    values = {
        "region": f"{region} ({report.plan.region})",
        "data": report.data or report.gettext("tables that come with the package"),
        "as_of": report.known_on(),
        "until": str(report.until or report.gettext(DEFAULT, year=report.years[-1])),
        "draws": str(report.draws),
        "seed": str(report.seed),
        "language": language_name(report.language),
        "folder": folder or report.gettext("not written"),
    } | dict(changed or {})
    rows = [
        report.with_heads({"parameter": report.label("parameter", code), "value": value})
        for code, value in values.items()
    ]
    below = paragraph(report.gettext(note)) if report.folder else ""
    return section(report.gettext("Parameters of this report"), tabulate(rows), below)
