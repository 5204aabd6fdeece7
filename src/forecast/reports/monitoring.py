"""The monitoring report's parts: each function turns a run's results into one piece of the page.

A notebook makes `Findings` and calls the parts in order; a part is shown by Jupyter as HTML, in
which every name and text from the tables is escaped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..evaluation.revisions import attribute_changes
from ..evaluation.store import read_forecasts, read_latest_run
from ..evaluation.verification import compute_track_record, verify
from ..evaluation.vintages import OPEN, issue
from ..i18n.catalog import N_, gettext
from ..i18n.formatting import (
    NO_VALUE,
    change,
    comparison,
    day,
    estimate,
    join,
    number,
    points,
    probability,
    unit_symbol,
)
from ..i18n.labels import LABELS
from ..model.simulation import Paths
from ..tables.plan import Plan
from ..targets.joint_answers import Joint, joint
from .html import (
    Html,
    Telling,
    Value,
    bullets,
    dated,
    heading,
    paragraph,
    parameter_table,
    picture,
    safe,
    tabulate,
    title,
)

__all__ = [
    "Account",
    "Findings",
    "last_targets",
    "look_back",
    "open_together",
    "show_charts",
    "show_closed",
    "show_dashboard",
    "show_moves",
    "show_parameters",
    "show_reading",
    "show_record",
    "show_sources",
    "show_standing",
    "show_title",
    "show_trust",
    "show_unknown",
    "span",
]

DOCUMENTS = "zh"
"""The language of the sources."""
SMALLEST_MOVE = 0.005
"""Moves below half a point are not told."""
MOST_MOVES = 12
PICKED = 5
"""Targets named as the most, and as the least likely ones."""


@dataclass(frozen=True)
class Account(Telling):
    """What a report on targets is told from: a plan, the results on it, the reader's language."""

    plan: Plan
    quantiles: pd.DataFrame
    attainment: pd.DataFrame
    language: str

    def unit(self, indicator: object) -> str:
        """Id of an indicator's unit."""
        about = self.plan.indicators
        return str(dict(zip(about["indicator"], about["unit"], strict=True))[indicator])

    def named(self, indicator: object) -> str:
        """Name of an indicator over its unit."""
        unit = self.unit(indicator)
        symbol = unit_symbol(unit, self.name("units", unit))
        return f"{self.name('indicators', indicator)}\n{symbol}"

    def goal(self, row: Mapping[str, Any]) -> str:
        """Write a target with its comparator and year."""
        unit = self.unit(row["indicator"])
        told = comparison(str(row["comparator"]), float(row["target"]), self.language, unit=unit)
        return self.gettext("{target} ({year})").format(target=told, year=row["year"])

    def figure(self, row: Mapping[str, Any]) -> str:
        """Write the latest figure with its year."""
        told = number(row["latest"], self.language, unit=self.unit(row["indicator"]))
        year = dated(float(row["latest_year"]))
        return self.gettext("{target} ({year})").format(target=told, year=year)


@dataclass(frozen=True)
class Findings(Account):
    """What a monitoring report is told from; `together` answers for all open targets."""

    together: Joint


def span(plan: Plan, until: int | None = None) -> list[int]:
    """Years to forecast: after the first latest figure, up to `until`.

    Without `until` up to the last target year, or to the year of the as-of date if that is later.
    A target beyond `until` cannot be judged, so the last year is never before the last target.

    >>> import forecast as fc
    >>> span(fc.load_plan("lishui", as_of="2022-12-31"))[-1]
    2025
    """
    last = max([*plan.targets["year"], int(plan.as_of[:4] or 0), until or 0])
    figures = pd.concat([plan.observations, plan.siblings])["year"]
    first = int(figures.min()) if len(figures) else int(last)
    return list(range(first + 1, int(last) + 1)) or [int(last)]


def last_targets(table: pd.DataFrame) -> pd.DataFrame:
    """Give one row an indicator: its last open target, else its last; the harder of equal years."""
    ranked = table.assign(
        order=range(len(table)),
        open=table["status"].isin([*OPEN, "no_data"]),
        ease=-table["p_reach"].fillna(0.0),
    ).sort_values(["open", "year", "ease"], kind="stable")
    chosen = ranked.drop_duplicates("indicator", keep="last")
    order = table.drop_duplicates("indicator")["indicator"]
    columns = ["order", "open", "ease"]
    return chosen.set_index("indicator").loc[order].reset_index().drop(columns=columns)


def open_together(paths: Paths, plan: Plan, attainment: pd.DataFrame) -> Joint:
    """Answer for all open targets together; `attainment` has a row each target of the plan."""
    open_ = plan.targets[attainment["status"].isin(OPEN).to_numpy()].reset_index(drop=True)
    return joint(paths, open_, as_of=plan.as_of)


def show_title(findings: Findings) -> Html:
    """Region, plan documents, as-of date."""
    return title(findings, N_("{region}: where the plan's targets stand"))


def show_reading(findings: Findings) -> Html:
    """Say what stands out: counts, the schedule, the best and the worst chances, all together."""
    table, gettext = findings.attainment, findings.gettext
    seen = table.loc[table["latest"].notna(), "indicator"]
    parts = [
        heading(gettext("What stands out")),
        paragraph(
            gettext(
                "Targets in the plan documents: {targets}. Indicators they "
                "concern: {indicators}, of which with at least one published "
                "figure: {seen}."
            ).format(
                targets=len(table), indicators=table["indicator"].nunique(), seen=seen.nunique()
            )
        ),
        _status_counts(findings),
    ]
    last = last_targets(table)
    verdicts = last.loc[last["latest"].notna() & (last["schedule_status"] != "closed")]
    if len(verdicts):
        counts = _counts(findings, "schedule", verdicts["schedule_status"])
        parts.append(
            paragraph(
                gettext(
                    "Indicators with figures against the schedule rule (the straight "
                    "line from baseline to target): {counts}."
                ).format(counts=counts)
            )
        )
    ranked = last[last["status"].isin(OPEN)].sort_values(
        ["p_reach", "indicator"], ascending=[False, True]
    )
    if ranked.empty:
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
    half = min(PICKED, (len(ranked) + 1) // 2)
    best, worst = ranked.head(half), ranked.iloc[half:].tail(PICKED).iloc[::-1]
    for key, chosen in (
        (N_("Open targets most likely to be reached"), best),
        (N_("Open targets least likely to be reached"), worst),
    ):
        if len(chosen):
            lines = [_target_line(findings, row) for _, row in chosen.iterrows()]
            parts.append(paragraph(gettext(key), strong=True) + bullets(lines))
    return Html("\n".join([*parts, paragraph(_all_together(findings))]))


def show_dashboard(findings: Findings) -> Html:
    """Show everything on one page, as a picture."""
    from ..charts.dashboard import dashboard
    from ..charts.style import to_png

    figure = dashboard(
        findings, findings.quantiles, findings.attainment, sources=findings.sources()
    )  # fmt: skip
    region = findings.name("regions", findings.plan.region)
    text = findings.gettext(
        "{region}: targets by verdict, chances by area and year, and the course of each indicator"
    ).format(region=region)
    return Html(
        "\n".join(
            [heading(findings.gettext("Everything on one page")), picture(to_png(figure), text)]
        )
    )


def show_standing(findings: Findings) -> Html:
    """One table an area: every indicator that has a target and at least one figure."""
    gettext = findings.gettext
    parts = [heading(gettext("Where each indicator stands"))]
    rows = last_targets(findings.attainment)
    rows = rows[rows["latest"].notna()]
    if rows.empty:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(gettext("No figure is published for any indicator of the plan.")),
                ]
            )
        )
    parts.append(
        paragraph(
            gettext(
                "One row an indicator, for its last open target, or its last "
                "target where none is open. Changes a year are in the indicator's "
                "unit; those of percentages are in percentage points (pp)."
            )
        )
    )
    told = pd.DataFrame([_standing_row(findings, row) for _, row in rows.iterrows()], rows.index)
    told = told.loc[:, told.ne(NO_VALUE).any()]
    for area, mine in _by_area(findings, rows):
        lines = told.loc[mine.index]
        parts += [heading(findings.name("areas", area), 3), tabulate(lines)]
    return Html("\n".join(parts))


def show_charts(findings: Findings) -> Html:
    """Show the fan charts of all areas, as pictures inside the page."""
    from ..charts.fan import charted_indicators, fan_charts
    from ..charts.style import to_png

    plan, gettext = findings.plan, findings.gettext
    names = charted_indicators(plan, findings.attainment)
    figures = fan_charts(
        findings, findings.quantiles, findings.attainment, sources=findings.sources()
    )  # fmt: skip
    parts = [heading(gettext("Figures and forecasts"))]
    if not figures:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext("No indicator has both a published figure and a recent target.")
                    ),
                ]
            )
        )
    if (findings.attainment["status"] == "not_published").any():
        parts.append(
            paragraph(
                gettext(
                    "Where a target's year has passed without a figure, the band "
                    "estimates what was not published; no chance is given."
                )
            )
        )
    area_of = plan.indicators.set_index("indicator")["area"]
    for area, figure in figures.items():
        title = findings.name("areas", area)
        drawn = [findings.name("indicators", name) for name in names if area_of[name] == area]
        text = gettext("{area}: figures and forecasts of {names}").format(
            area=title, names=join(drawn, findings.language)
        )
        parts.append("\n".join([heading(title, 3), picture(to_png(figure), text)]))
    return Html("\n".join(parts))


def show_closed(findings: Findings) -> Html:
    """Targets whose year has passed: met, missed, or without a figure."""
    table, gettext = findings.attainment, findings.gettext
    parts = [heading(gettext("Targets whose year has passed"))]
    closed = table[table["status"].isin(["met", "missed", "not_published"])]
    if closed.empty:
        return Html("\n".join([*parts, paragraph(gettext("No target's year has passed."))]))
    counts = _counts(findings, "status", closed["status"])
    parts.append(
        paragraph(gettext("Targets whose year has passed: {counts}.").format(counts=counts))
    )
    judged = closed[closed["status"] != "not_published"]
    if len(judged):
        lines = [_closed_row(findings, row) for _, row in judged.iterrows()]
        parts.append(tabulate(lines))
    silent = closed[closed["status"] == "not_published"]
    if len(silent):
        parts.append(
            paragraph(
                gettext(
                    "The year of these targets has passed, but no figure was found; "
                    "they count neither as met nor as missed:"
                )
            )
        )
        items = []
        for area, mine in _by_area(findings, silent):
            names = [
                gettext("{name} ({years})").format(
                    name=findings.name("indicators", name),
                    years=", ".join(str(year) for year in group["year"].unique()),
                )
                for name, group in mine.groupby("indicator", sort=False)
            ]
            items.append((findings.name("areas", area), names))
        parts.append(_name_lists(items, findings.language))
    return Html("\n".join(parts))


def show_unknown(findings: Findings) -> Html:
    """List indicators without any figure or with one only; count targets nobody reported on."""
    plan, table, gettext = findings.plan, findings.attainment, findings.gettext
    silent = table[table["latest"].isna()].drop_duplicates("indicator")
    figures = plan.observations.groupby("indicator").size()
    single = table[table["indicator"].map(figures) == 1].drop_duplicates("indicator")
    parts = [heading(gettext("What is not known"))]
    for key, rows in (
        (N_("Indicators without any figure: {count}"), silent),
        (N_("Indicators with one figure only (no trend of their own): {count}"), single),
    ):
        parts.append(paragraph(gettext(key).format(count=len(rows)), strong=True))
        items = [
            (findings.name("areas", area), [findings.name("indicators", n) for n in m["indicator"]])
            for area, m in _by_area(findings, rows)
        ]
        parts.append(_name_lists(items, findings.language))
    passed = int((table["status"] == "not_published").sum())
    parts.append(
        paragraph(
            gettext(
                "Targets whose year passed without a figure: {count} (see the section above)"
            ).format(count=passed),
            strong=True,
        )
    )
    return Html("\n".join(parts))


def show_trust(findings: Findings, *, draws: int, seed: int) -> Html:
    """Explain the evidence words, and what the numbers rest on."""
    gettext, language = findings.gettext, findings.language
    counts = findings.attainment.drop_duplicates("indicator")["evidence"].value_counts()
    meanings = [
        gettext("{word} ({count}): {meaning}.").format(
            word=findings.label("evidence", key), count=counts.get(key, 0),
            meaning=findings.label("evidence_meaning", key),
        )
        for key in LABELS["evidence"]
    ]  # fmt: skip
    notes = [
        gettext(k)
        for k in (
            N_(
                "Forecasts start from published figures; the pace comes from the "
                "region's own figures, other regions of the indicator and a prior. "
                "The prior was learned from many years of 20 indicators in 70 "
                "countries, not from civil-affairs plans; the fewer the figures, "
                "the more the answer rests on it. The method check tells how often "
                "it was right on data it had never seen."
            ),
            N_(
                "A chance of two thirds or more is called likely, below one third "
                "unlikely, between them uncertain. Reached so far does not mean "
                "that the value will hold until the target year."
            ),
            N_(
                "Targets are compared as printed: > must be exceeded, ≥ is enough "
                "when equalled; a plain figure counts as reached when it is "
                "equalled or bettered."
            ),
            N_("Probabilities are kept within 1 to 99 %. Targets are never used as data."),
        )
    ]
    rests = gettext(
        "The joint answer rests on {draws} simulated futures (seed "
        "{seed}). A year's surprise is shared by the regions of an "
        "indicator; other ties between indicators are not modelled, hence "
        "the bounds that hold whatever the dependence."
    ).format(draws=number(draws, language), seed=seed)
    return Html(
        "\n".join(
            [
                heading(gettext("How far to trust this")),
                paragraph(
                    gettext(
                        "Evidence says how much of an answer comes from the region's own "
                        "figures (in brackets the number of indicators):"
                    )
                ),
                bullets(meanings),
                bullets([*notes, rests]),
            ]
        )
    )


def look_back(
    plan: Plan, vintages: str | None, *, name: str | None = None
) -> tuple[pd.DataFrame | None, pd.DataFrame]:
    """Give the moves since the issue before the as-of date (None without one), and the record.

    Parameters
    ----------
    plan : as loaded for the report
    vintages : the store of issued forecasts; None counts as empty
    name : the report's name in the store; None takes any of the region

    Examples
    --------
    >>> import forecast as fc
    >>> moves, record = look_back(fc.load_plan("lishui", as_of="2022-12-31"), None)
    >>> moves is None, len(record)
    (True, 0)
    """
    if vintages is None:
        return None, pd.DataFrame()
    today = plan.as_of or dt.date.today().isoformat()
    old = read_latest_run(vintages, region=plan.region, name=name, before=today)
    issued = read_forecasts(vintages, region=plan.region)
    known = pd.concat([plan.observations, plan.siblings])
    record = compute_track_record(verify(issued, known, plan.indicators)) if len(issued) else issued
    return (None if old is None else attribute_changes(old, issue(plan))), record


def show_moves(findings: Findings, moves: pd.DataFrame | None) -> Html:
    """Tell what changed since the last issue, and why: the largest moves, split by cause."""
    gettext = findings.gettext
    head = heading(gettext("What changed since the last issue, and why"))
    if moves is None:
        return Html(
            "\n".join([head, paragraph(gettext("There is no earlier issue to compare with."))])
        )
    moved = moves[moves["move"].abs() >= SMALLEST_MOVE]
    largest = moved.reindex(moved["move"].abs().sort_values(ascending=False, kind="stable").index)
    rows = [_moved_row(findings, row) for _, row in largest.head(MOST_MOVES).iterrows()]
    counts = {word: int((moves["change"] == word).sum()) for word in ("appeared", "vanished")}
    parts = [
        head,
        paragraph(
            gettext(
                "Each move is split by cause, one after another; the parts add up "
                "to the move, and where causes act together their order decides "
                "which gets the credit."
            )
        ),
    ]
    parts += (
        [tabulate(rows)]
        if rows
        else [paragraph(gettext("Nothing moved by more than half a point."))]
    )
    if len(moved) > MOST_MOVES:
        parts.append(
            paragraph(
                gettext("{count} more targets moved by less.").format(count=len(moved) - MOST_MOVES)
            )
        )
    if any(counts.values()):
        parts.append(
            paragraph(
                gettext("Targets that are new: {appeared}; that are gone: {vanished}.").format(
                    **counts
                )
            )
        )
    return Html("\n".join(parts))


def show_record(findings: Findings, record: pd.DataFrame) -> Html:
    """Tell how often what was said came true, once years have closed."""
    gettext = findings.gettext
    head = heading(gettext("Track record"))
    if record.empty:
        return Html(
            "\n".join(
                [
                    head,
                    paragraph(
                        gettext(
                            "No target of an earlier issue has closed with a published figure yet."
                        )
                    ),
                ]
            )
        )
    lines = [
        gettext(
            N_("Once we said {low}-{high} %; came true: {came}.")
            if row["times"] == 1
            else N_(
                "Of {times} times we said {low}-{high} %, {came} came true "
                "(different targets: {targets})."
            )
        ).format(
            times=row["times"],
            low=f"{100 * row['low']:.0f}",
            high=f"{100 * row['high']:.0f}",
            came=row["came_true"],
            targets=row["targets"],
        )
        for row in record.to_dict("records")
    ]
    return Html(
        "\n".join(
            [
                head,
                paragraph(gettext("What earlier issues said, beside the figures published since:")),
                bullets(lines),
            ]
        )
    )


def _moved_row(findings: Findings, row: pd.Series) -> dict[str, str]:
    """One target's move, by cause."""
    gettext, language = findings.gettext, findings.language
    causes = [
        f"{findings.label('cause', cause)} {points(row[cause], language)}"
        for cause in LABELS["cause"]
        if abs(row[cause]) >= SMALLEST_MOVE
    ]
    return {
        gettext("Target"): gettext("{target} ({year})").format(
            target=findings.name("indicators", row["indicator"]), year=row["year"]
        ),
        gettext("Before"): probability(row["p_old"], language),
        gettext("Now"): probability(row["p_new"], language),
        gettext("Move"): points(row["move"], language),
        gettext("Why"): join(causes, language),
    }


def show_sources(findings: Telling) -> Html:
    """List sources of targets and figures, numbered as in the pictures."""
    table = findings.plan.sources.set_index("source").fillna("")
    items = []
    for source in findings.sources():
        row = table.loc[source]
        link = source.startswith(("https://", "http://"))
        place = f'<a href="{safe(source)}">{safe(source)}</a>' if link else safe(source)
        issued = day(str(row["issued"])[:10], findings.language) if row["issued"] else ""
        # A list of pieces, so that what is not known leaves no stray comma.
        known = [p for p in (row["title_zh"], row["issuer"]) if p]
        spoken = f'<span lang="zh">{safe(" · ".join(known))}</span>'
        items.append(" · ".join(p for p in (spoken, issued, f"<code>{place}</code>") if p))
    listed = "\n".join(f'<li value="{i}">{item}</li>' for i, item in enumerate(items, start=1))
    parts = [heading(findings.gettext("Sources"))]
    if findings.language != DOCUMENTS:
        parts.append(
            paragraph(
                findings.gettext("Titles and issuers stand in the language of the documents.")
            )
        )
    return Html("\n".join([*parts, f"<ol>{listed}</ol>"]))


def show_parameters(findings: Findings, parameters: Mapping[str, Value], *, last: int) -> Html:
    """Print the run's parameters, in words; `last` is the last year forecast."""
    gettext = findings.gettext
    until = parameters.get("until") or gettext("{year} (by default)").format(year=last)
    told = parameter_table(findings.plan, parameters, findings.language, until=str(until))
    note = (
        paragraph(
            gettext(
                "All results, and place and note of every target, are in the "
                "tables beside this report."
            )
        )
        if parameters.get("folder")
        else ""
    )
    return Html("\n".join([heading(gettext("Parameters of this report")), told, note]))


def _by_area(findings: Findings, rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Rows of each area that has any, areas in their own order."""
    area_of = findings.plan.indicators.set_index("indicator")["area"]
    areas = rows["indicator"].map(area_of)
    every = findings.plan.areas["area"]
    return [(str(a), rows[areas == a]) for a in every if (areas == a).any()]


def _name_lists(items: list[tuple[str, list[str]]], language: str) -> str:
    line = gettext("{area}: {names}", language)
    return bullets(line.format(area=area, names=join(names, language)) for area, names in items)


def _all_together(findings: Findings) -> str:
    """Say how many open targets are expected to be reached, and how likely all of them are.

    That no draw reaches all of them (or every draw) makes it not certain.
    """
    answer, language = findings.together, findings.language
    certain = answer.p_all_low == 1.0 or answer.p_all_high == 0.0
    p_all = answer.p_all if certain else min(max(answer.p_all, 1e-6), 1.0 - 1e-6)
    return findings.gettext("Taken together: open targets with figures {open}, expected to be "
"reached {expected} (nine times in ten {least} to {most}); chance "
"that all are reached {p_all} (whatever the dependence between "
"them, from {low} to {high}).").format(
        open=answer.counted, expected=number(answer.expected, language, step=0.1),
        least=answer.low, most=answer.high, p_all=probability(p_all, language),
        low=probability(answer.p_all_low, language), high=probability(answer.p_all_high, language),
    )  # fmt: skip


def _counts(findings: Findings, group: str, codes: pd.Series) -> str:
    """Words with their counts, in the order of the words."""
    counts = codes.value_counts()
    present = [(findings.label(group, k), counts[k]) for k in LABELS[group] if k in counts]
    return join((f"{text} {count}" for text, count in present), findings.language)


def _status_counts(findings: Findings) -> str:
    """Table of the verdicts by area."""
    table = findings.attainment
    present = [k for k in LABELS["status"] if k in set(table["status"])]
    total = findings.label("column", "total")
    named = [(findings.name("areas", a), m) for a, m in _by_area(findings, table)]
    lines = [
        {findings.label("column", "area"): label}
        | {findings.label("status", k): str((rows["status"] == k).sum()) for k in present}
        | {total: str(len(rows))}
        for label, rows in [*named, (total, table)]
    ]
    return tabulate(lines)


def _target_line(findings: Findings, row: pd.Series) -> str:
    """One target as a line of a list: chance, name, target, where it stands."""
    return findings.gettext("{chance} – {name}: target {target}, latest {latest}").format(
        chance=probability(row["p_reach"], findings.language),
        name=findings.name("indicators", row["indicator"]),
        target=findings.goal(row),
        latest=findings.figure(row),
    )


def _standing_row(findings: Findings, row: pd.Series) -> dict[str, str]:
    language, plan = findings.language, findings.plan
    unit = findings.unit(row["indicator"])
    step = float(plan.indicators.set_index("indicator").at[row["indicator"], "resolution"])
    same = plan.targets["indicator"].eq(row["indicator"])
    then = plan.targets[same & plan.targets["year"].eq(row["latest_year"])]
    planned = [
        comparison(c, float(v), language, unit=unit)
        for c, v in zip(then["comparator"], then["value"], strict=True)
    ]
    open_ = row["status"] in OPEN
    median = row["median"] if open_ else None
    cells = {
        "name": findings.named(row["indicator"]),
        "latest": findings.figure(row),
        "planned": join(planned, language) or NO_VALUE,
        "target": findings.goal(row),
        "schedule_status": findings.label("schedule", row["schedule_status"]),
        "required_rate": change(row["required_rate"], language, unit=unit),
        "pace": change(row["pace"], language, unit=unit),
        "median": estimate(median, language, unit=unit, step=step),
        "p_reach": probability(row["p_reach"] if open_ else None, language),
        "status": findings.label("status", row["status"]),
        "evidence": findings.label("evidence", row["evidence"]),
    }
    return {findings.label("column", key): text for key, text in cells.items()}


def _closed_row(findings: Findings, row: pd.Series) -> dict[str, str]:
    cells = {
        "name": findings.named(row["indicator"]),
        "target": findings.goal(row),
        "published": number(row["median"], findings.language, unit=findings.unit(row["indicator"])),
        "status": findings.label("status", row["status"]),
    }
    return {findings.label("column", key): text for key, text in cells.items()}
