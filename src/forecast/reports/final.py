"""The final evaluation: what the plan reached, and whether what was said on the way was right.

`close` collects outcomes, forecasts and verdicts; the `show` functions turn them into the page.
Every name and text from the tables is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ..evaluation.outcomes import (
    DECIDED,
    TARGET_COLUMNS,
    compare_verdicts,
    compute_first_forecasts,
    judge_targets,
    score_forecasts,
)
from ..evaluation.store import read_forecasts, read_run, read_runs
from ..evaluation.vintages import Run
from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, change, day, estimate, join, number, probability
from ..i18n.labels import LABELS
from ..model.fitting import Fits, quantiles
from ..scenarios.project_list import project_forecast
from ..tables.calendar import year_end
from ..tables.plan import Plan
from .final_forecasts import Hindsight, cells_of, right_lines
from .html import Html, bullets, heading, paragraph, picture, safe, tabulate, title
from .midterm import FORCES, projects_now, tell_projects
from .monitoring import span

__all__ = [
    "Closing",
    "close",
    "result_tables",
    "show_pictures",
    "show_projects",
    "show_reached",
    "show_reading",
    "show_title",
    "show_trust",
    "show_waiting",
]

ENDS = {"low": "q10", "middle": "q50", "high": "q90"}
SCORES = ("brier", "brier_base", "cover80", "crps")


@dataclass(frozen=True)
class Closing(Hindsight):
    """What a final evaluation is told from.

    `attainment` is the table of `outcomes.judge_targets`, `quantiles` are of what is known now.
    `course` is what was forecast at first: `made` (issued or replayed), from the day `since`.
    """

    course: pd.DataFrame
    made: str
    since: str
    projects: pd.DataFrame

    @cached_property
    def finals(self) -> pd.DataFrame:
        """Rows of the final targets, by area."""
        area = self.plan.indicators.set_index("indicator")["area"]
        order = {name: place for place, name in enumerate(self.plan.areas["area"])}
        rows = self.attainment[self.attainment["final"]]
        places = rows["indicator"].map(area).map(order)
        return rows.iloc[places.argsort(kind="stable")].reset_index(drop=True)

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

    def sources(self) -> list[str]:
        """List the sources of targets, figures and projects."""
        used = {*super().sources(), *self.plan.projects["source"]}
        return [s for s in self.plan.sources["source"] if s in used]

    def area(self, indicator: object) -> str:
        """Name of an indicator's area."""
        about = self.plan.indicators
        return self.name(
            "areas", dict(zip(about["indicator"], about["area"], strict=True))[indicator]
        )


def close(
    plan: Plan,
    fits: Fits,
    runs: Sequence[Run],
    *,
    vintages: str | None = None,
    draws: int = 4000,
    seed: int = 0,
    language: str,
) -> Closing:
    """Judge a plan by its final figures, and what was said on the way by the same figures.

    Parameters
    ----------
    plan, fits : a region's plan, and the fits of its figures and its siblings'
    runs : forecasts replayed at year ends of the plan, from `outcomes.replay_runs`
    vintages : the store of issued forecasts; None where there is none
    draws, seed : futures of the projects
    language : `zh` or `en`

    Examples
    --------
    >>> import pandas as pd, forecast as fc
    >>> from forecast.evaluation import outcomes
    >>> plan = fc.load_plan("xiaoshan", as_of="2026-06-30")
    >>> fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    >>> runs = outcomes.replay_runs("xiaoshan", outcomes.list_origins(plan), region="xiaoshan")
    >>> found = close(plan, fits, runs, language="en")
    >>> len(found.closed), found.made, found.since
    (1, 'replayed', '2020-12-31')
    """
    reached = judge_targets(plan, fits)
    last = int(plan.targets["year"].max()) if len(plan.targets) else 0
    first = _first_issue(plan, vintages, last)
    issued = read_forecasts(vintages, region=plan.region) if vintages else []
    replayed = score_forecasts(runs, plan)
    days = [run.origin for run in first or runs]
    return Closing(
        plan=plan,
        quantiles=quantiles(fits, span(plan)),
        attainment=reached,
        language=language,
        stored=vintages is not None,
        issued=score_forecasts(issued, plan),
        replayed=replayed,
        verdicts=compare_verdicts(replayed),
        course=compute_first_forecasts([*first, *runs], last),
        made="issued" if first else "replayed",
        since=days[0] if days else "",
        projects=project_forecast(plan, draws=draws, seed=seed),
    )


def show_title(found: Closing) -> Html:
    """Region, day, plan documents, and what a final evaluation is."""
    return title(
        found,
        N_("{region}: final evaluation of the plan"),
        N_(
            "This report says which of the plan's final targets were met, by "
            "how much and when, and whether the forecasts and the schedule "
            "rule on the way were right. Only a published final figure is a "
            "result; where there is none, the chance given is a forecast. Of "
            "an indicator without a target printed as final the last one is "
            "taken."
        ),
    )


def show_reading(found: Closing) -> Html:
    """Say what stands out: met, missed, without a figure; who was right on the way."""
    gettext, finals = found.gettext, found.finals
    if finals.empty:
        return Html(
            "\n".join(
                [
                    heading(gettext("What stands out")),
                    bullets([gettext("The plan has no targets.")]),
                ]
            )
        )
    counts = finals["outcome"].value_counts()
    told = [
        gettext("{word} {count}").format(word=found.label("outcome", key), count=counts.get(key, 0))
        for key in LABELS["outcome"]
        if key in counts or key in DECIDED
    ]
    years = ", ".join(str(year) for year in sorted(finals["year"].unique()))
    lines = [
        gettext("Final targets: {count} (target years: {years}). Of these: {counts}.").format(
            count=len(finals), years=years, counts=join(told, found.language)
        ),
        *_force_lines(found),
        *_name_lines(found),
        _open_line(found),
        _on_the_way(found),
        *right_lines(found),
    ]  # fmt: skip
    if len(found.projects):
        lines.append(
            projects_now(found, found.projects)
            + gettext(
                "The tables hold no actual completions or costs, so that when "
                "projects were finished, and at what cost against the plan, cannot "
                "be said; slips and cancellations in the picture are assumed."
            )
        )
    return Html(
        "\n".join([heading(gettext("What stands out")), bullets(line for line in lines if line)])
    )


def show_reached(found: Closing) -> Html:
    """Tell each final target's outcome, binding and expected apart, then targets on the way."""
    gettext, printed = found.gettext, set(found.plan.targets["force"]) - {""}
    parts = [
        heading(gettext("What was reached")),
        paragraph(
            gettext(
                "Beyond the target: positive where better than asked, negative "
                "where short of it; below it in percent of the way from baseline "
                "to target, where the baseline had not met the target already. "
                "When first met: the year of the first published figure that meets "
                "the target."
            )
        ),
    ]
    for force in FORCES:
        mine = found.finals["force"] == force
        if mine.any():
            head = found.label("force_targets", force or ("other" if printed else "none"))
            parts += [heading(head, 3), *_reached_parts(found, force)]
    kept = found.attainment[~found.attainment["final"]]
    if len(kept):
        parts.append(heading(gettext("Targets on the way"), 3))
        closed = kept[kept["outcome"].isin(DECIDED)]
        key = (
            N_(
                "Targets on the way: {count}; with a figure of their year: "
                "{closed} (met: {met}, missed: {missed})."
            )
            if len(closed)
            else N_(
                "No target on the way has a figure of its year: whether they were "
                "kept cannot be said."
            )
        )
        parts.append(paragraph(gettext(key).format(**_counted(kept))))
        if len(closed):
            parts.append(tabulate([_decided_row(found, row) for row in closed.to_dict("records")]))
    return Html("\n".join(parts))


def show_pictures(found: Closing) -> Html:
    """Show the way gone, the years of attainment, and the course beside the first forecast."""
    from ..charts.dashboard import course_panels
    from ..charts.evaluation import attainment_chart, outcome_chart
    from ..charts.fan import origin_of
    from ..charts.style import to_png

    gettext, language, sources = found.gettext, found.language, found.sources()
    seen = found.finals[found.finals["latest"].notna()]
    parts = [heading(gettext("Way, years and course"))]
    if seen.empty:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext(
                            "No indicator of a final target has a figure: there is nothing to draw."
                        )
                    ),
                ]
            )
        )
    ways = outcome_chart(found, _ways(found, seen), sources=sources)
    if ways is not None:
        parts.append(
            picture(to_png(ways), gettext("Way gone to each final target, and its outcome"))
        )
    years = attainment_chart(found, seen, sources=sources)
    if years is not None:
        parts += [
            heading(gettext("When each target is met"), 3),
            picture(to_png(years), gettext("Range of years in which each target is met")),
        ]
    told = seen[seen["indicator"].isin(found.course["indicator"])]
    if len(told):
        drawn = list(told["indicator"].drop_duplicates())
        made = found.label("made", found.made)
        notes = [
            gettext(
                "● published   ◇ and dashed line: target   ━ and band: the first "
                "forecast ({made}, from {day}; of series without a figure then, "
                "from the year's end when they had one), median and 80 % interval."
            ).format(made=made, day=day(found.since, language)),
            origin_of(found, drawn, sources, dotted=False),
        ]
        course = course_panels(found, found.course, told, notes=notes)
        names = join([found.name("indicators", name) for name in drawn], language)
        text = gettext("{names}: figures, targets and what was forecast at first").format(
            names=names
        )
        parts += [
            heading(gettext("What was forecast at first, and what came"), 3),
            picture(to_png(course), text),
        ]
    return Html("\n".join(parts))


def show_projects(found: Closing) -> Html:
    """Show the plan's projects: what is planned, and that completions are not known."""
    now = projects_now(found, found.projects)
    return tell_projects(
        found,
        found.projects,
        now,
        note=N_(
            "The tables hold no actual completions or costs, so that when "
            "projects were finished, and at what cost against the plan, cannot "
            "be said; slips and cancellations in the picture are assumed."
        ),
    )


def show_waiting(found: Closing) -> Html:
    """List what still waits for a figure, by where the last one was published."""
    gettext, language = found.gettext, found.language
    rows = found.finals[~found.finals["outcome"].isin(DECIDED)]
    parts = [heading(gettext("Figures still awaited"))]
    if rows.empty:
        return Html(
            "\n".join([*parts, paragraph(gettext("Every final target has a final figure."))])
        )
    seen = found.plan.observations.sort_values("year").drop_duplicates("indicator", keep="last")
    places = rows["indicator"].map(seen.set_index("indicator")["source"])
    if places.notna().any():
        lines = [
            _waiting_line(found, source, rows.loc[places == source])
            for source in found.sources()
            if (places == source).any()
        ]
        items = "\n".join(f"<li>{line}</li>" for line in lines)
        parts += [
            paragraph(
                gettext(
                    "Targets without a final figure, by the source of their last "
                    "figure: the final one will most likely be published in the same "
                    "place."
                )
            ),
            f"<ul>\n{items}\n</ul>",
        ]
    never = rows[places.isna()]
    if len(never):
        areas = never["indicator"].map(found.area)
        told = [
            gettext("{area}: {names}").format(
                area=area, names=join(_goals(found, never[areas == area]), language)
            )
            for area in areas.unique()
        ]
        parts += [
            paragraph(gettext("Never published, and no place is known where they would be:")),
            bullets(told),
        ]
    return Html("\n".join(parts))


def show_trust(found: Closing) -> Html:
    """Say what outcomes and scores rest on."""
    keys = (
        N_(
            "Outcomes rest on published figures alone, targets are never used "
            "as data; sources and places are in the tables. Figures published "
            "or revised later will change them."
        ),
        N_(
            "Targets are compared as printed: > must be exceeded, ≥ is "
            "enough "
            "when equalled; a plain figure counts as reached when it is "
            "equalled or bettered."
        ),
        N_(
            "The way starts from the baseline of the schedule rule: the last "
            "figure five years before the target year or earlier, else the "
            "first one."
        ),
        N_(
            "Method and priors behind replayed forecasts are younger than the "
            "years replayed: they inform, they are no record. Figures without "
            "a known date of publication count as known at the end of their "
            "year."
        ),
        N_(
            "Forecasts start from published figures; the pace comes from the "
            "region's own figures, other regions of the indicator and a prior. "
            "The prior was learned from many years of 20 indicators in 70 "
            "countries, not from civil-affairs plans; the fewer the figures, "
            "the more the answer rests on it. The method check tells how often "
            "it was right on data it had never seen."
        ),
        N_("Probabilities are kept within 1 to 99 %. Targets are never used as data."),
    )
    notes = bullets(found.gettext(key) for key in keys)
    return Html("\n".join([heading(found.gettext("How far to trust this")), notes]))


def result_tables(found: Closing) -> dict[str, pd.DataFrame]:
    """Give the tables of the report for `workbook.write_book`, with names beside the codes."""
    plan = found.plan
    both = {"issued": found.issued, "replayed": found.replayed}
    hits = [v.hits.assign(made=made) for made, v in both.items() if len(v.hits)]
    scores = [v.scores.assign(made=made) for made, v in both.items() if len(v.hits)]
    columns = ["made", *TARGET_COLUMNS, "origin", "lead", "p_reach", "median", "figure", "outcome"]
    judged = found.attainment.drop(columns="timing")
    tables = {"outcomes": found.described(judged)}
    if hits:
        scored = pd.concat(hits, ignore_index=True)
        scored["outcome"] = scored["met"].map({True: "met", False: "missed"})
        tables["scored"] = found.described(scored[columns])
        counted = ["made", "lead", "forecasts", "targets", *SCORES]
        tables["scores"] = pd.concat(scores, ignore_index=True)[counted]
        verdicts = found.verdicts.drop(columns="region")
        tables["verdicts"] = found.described(verdicts)
    tables["projects"] = found.projects.rename(columns={"planned": "planned_projects"})
    sources = plan.sources[plan.sources["source"].isin(found.sources())]
    tables["sources"] = sources.reset_index(drop=True)
    return {key: table for key, table in tables.items() if len(table)}


def _first_issue(plan: Plan, vintages: str | None, last: int) -> list[Run]:
    """First run in the store made before the last target year ended, in a list of one or none."""
    if vintages is None:
        return []
    runs = read_runs(vintages, region=plan.region)
    runs = runs[runs["origin"] < year_end(last)].sort_values("origin", kind="stable")
    return [read_run(vintages, str(runs["run"].iloc[0]))] if len(runs) else []


# What stands out.


def _counted(rows: pd.DataFrame) -> dict[str, int]:
    """Count targets, and those met and missed."""
    met, missed = (int((rows["outcome"] == key).sum()) for key in DECIDED)
    return {"count": len(rows), "closed": met + missed, "met": met, "missed": missed}


def _force_lines(found: Closing) -> list[str]:
    """Count binding and expected targets apart, where the documents print such a force."""
    printed = [f for f in FORCES if f and (found.finals["force"] == f).any()]
    return [
        found.gettext(
            "{force}: {count}, of which with a final figure: {closed} (met: "
            "{met}, missed: {missed})."
        ).format(
            force=found.label("force_targets", force),
            **_counted(found.finals[found.finals["force"] == force]),
        )
        for force in printed
    ]


def _name_lines(found: Closing) -> list[str]:
    """Name what was met and what was missed."""
    if found.closed.empty:
        return [
            found.gettext(
                "No final target has a final figure yet: how many were met cannot be said."
            )
        ]
    rows = {key: found.closed[found.closed["outcome"] == key] for key in DECIDED}
    return [
        found.label("final", key).format(names=join(_goals(found, mine), found.language))
        for key, mine in rows.items()
        if len(mine)
    ]


def _goals(found: Closing, rows: pd.DataFrame) -> list[str]:
    """Names of indicators with the years of their targets."""
    return [
        found.gettext("{name} ({years})").format(
            name=found.name("indicators", name), years=", ".join(str(y) for y in mine.unique())
        )
        for name, mine in rows.groupby("indicator", sort=False)["year"]
    ]


def _open_line(found: Closing) -> str:
    seen, never = len(found.open), len(found.silent)
    if not seen + never:
        return found.gettext("Every final target has a final figure.")
    return found.gettext(
        "Targets without a final figure count as neither met nor missed: "
        "{count}. Of these, with an earlier figure and hence a forecast: "
        "{seen}; without any figure, or with later ones only, and hence "
        "not forecast: {never}."
    ).format(count=seen + never, seen=seen, never=never)


def _on_the_way(found: Closing) -> str:
    rows = found.attainment[~found.attainment["final"]]
    return (
        found.gettext(
            "Targets on the way: {count}; with a figure of their year: "
            "{closed} (met: {met}, missed: {missed})."
        ).format(**_counted(rows))
        if len(rows)
        else ""
    )


# What was reached.


def _reached_parts(found: Closing, force: str) -> Iterable[str]:
    """Tables of one force: what is decided, then what is forecast, then a count of the rest."""
    closed, open_, silent = (t[t["force"] == force] for t in (found.closed, found.open,
                                                              found.silent))  # fmt: skip
    if len(closed):
        yield tabulate([_decided_row(found, row) for row in closed.to_dict("records")])
    if len(open_):
        yield paragraph(
            found.gettext(
                "These have no final figure. The chance is a forecast from what is "
                "known, not a result:"
            )
        )
        lines = pd.DataFrame([_open_row(found, row) for row in open_.to_dict("records")])
        yield tabulate(lines.loc[:, lines.ne(NO_VALUE).any()])
    if len(silent):
        waiting = found.gettext("Figures still awaited")
        yield paragraph(
            found.gettext(
                "Without any figure, or with later ones only: {count}, not "
                "forecast, listed under: {section}."
            ).format(count=len(silent), section=waiting)
        )


def _decided_row(found: Closing, row: Mapping[str, Any]) -> dict[str, str]:
    """Tell a target that a figure has decided: by how much, and when."""
    language, unit = found.language, found.unit(row["indicator"])
    figure = {"latest": row["figure"], "latest_year": row["figure_year"]}
    beyond = change(row["beyond"], language, unit=unit)
    if math.isfinite(row["beyond_share"]):
        share = number(row["beyond_share"], language, unit="percent", step=1)
        beyond += "\n" + found.gettext("{share} of the way").format(share=share)
    first = row["first_met"]
    known = math.isfinite(first)
    years = f"{abs(row['year'] - first):.0f}" if known else ""
    year = f"{first:.0f}" if known else ""
    return cells_of(found, {
        "name": found.named(row["indicator"]),
        "area": found.area(row["indicator"]),
        "target": found.goal(row),
        "published": found.figure({**row, **figure}),
        "outcome": found.label("outcome", str(row["outcome"])),
        "beyond": beyond,
        "timing": found.label("timing", str(row["timing"])).format(year=year, years=years),
    })  # fmt: skip


def _open_row(found: Closing, row: Mapping[str, Any]) -> dict[str, str]:
    """Tell a target without a final figure: the latest one, the way gone, the forecast."""
    language, unit = found.language, found.unit(row["indicator"])
    step = found.plan.indicators.set_index("indicator").at[row["indicator"], "resolution"]
    return cells_of(found, {
        "name": found.named(row["indicator"]),
        "area": found.area(row["indicator"]),
        "target": found.goal(row),
        "latest": found.figure(row),
        "so_far": number(row["gone"], language, unit="percent", step=1),
        "outcome": found.label("outcome", str(row["outcome"])),
        "median_now": estimate(row["median_now"], language, unit=unit, step=float(step)),
        "p_now": probability(row["p_now"], language),
        "evidence": found.label("evidence", str(row["evidence"])),
    })  # fmt: skip


def _ways(found: Closing, rows: pd.DataFrame) -> pd.DataFrame:
    """Add the forecast of each open target's year in percent of its way."""
    fan = found.quantiles[found.quantiles["region"] == found.plan.region]
    ends = fan.rename(columns={level: end for end, level in ENDS.items()})
    table = rows.merge(ends[["indicator", "year", *ENDS]], on=["indicator", "year"], how="left")
    length = table["target"] - table["baseline"]
    # There is a way where it is measured, or where the only figure has not met the target.
    asked = table["p_now"].notna() & (table["gone"].notna() | table["first_met"].isna())
    length = length.where(asked & (length != 0.0))
    for end in ENDS:
        table[end] = 100.0 * (table[end] - table["baseline"]) / length
    falling = length < 0.0
    table.loc[falling, ["low", "high"]] = table.loc[falling, ["high", "low"]].to_numpy()
    return table


def _waiting_line(found: Closing, source: str, rows: pd.DataFrame) -> str:
    """Name a source and what is awaited from it, as the inside of a list's item."""
    about = found.plan.sources.set_index("source").fillna("").loc[source]
    known = " · ".join(str(p) for p in (about["issuer"], about["title_zh"]) if p)
    place = f'[{found.sources().index(source) + 1}] <span lang="zh">{safe(known)}</span>'
    text = found.gettext("{area}: {names}").format(
        area="{place}", names=join(_goals(found, rows), found.language)
    )
    return safe(text).replace("{place}", place)
