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

from ..evaluation.outcomes import DECIDED, GOAL, first_course, judge, score_forecasts, verdicts_of
from ..evaluation.store import read_forecasts, read_run, read_runs
from ..evaluation.vintages import Run
from ..i18n.formatting import NO_VALUE, change, day, estimate, join, number, probability
from ..i18n.vocabulary import WORDS
from ..model.fitting import Fits, quantiles
from ..scenarios.project_list import project_forecast
from ..tables.plan import Plan
from .final_forecasts import Hindsight, cells_of, right_lines
from .html import Html, bullets, paragraph, picture, safe, tabulate, title
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

    `attainment` is the table of `outcomes.judge`, `quantiles` are of what is known now. `course`
    is what was forecast at first: `made` (issued or replayed), from the day `since`.
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
    >>> runs = outcomes.replay_runs("xiaoshan", outcomes.year_ends(plan), region="xiaoshan")
    >>> found = close(plan, fits, runs, language="en")
    >>> len(found.closed), found.made, found.since
    (1, 'replayed', '2020-12-31')
    """
    reached = judge(plan, fits)
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
        verdicts=verdicts_of(replayed),
        course=first_course([*first, *runs], last),
        made="issued" if first else "replayed",
        since=days[0] if days else "",
        projects=project_forecast(plan, draws=draws, seed=seed),
    )


def show_title(found: Closing) -> Html:
    """Region, day, plan documents, and what a final evaluation is."""
    return title(found, "end_title", "end_intro")


def show_reading(found: Closing) -> Html:
    """Say what stands out: met, missed, without a figure; who was right on the way."""
    say, finals = found.say, found.finals
    if finals.empty:
        return Html(f"<h2>{say('reading')}</h2>\n{bullets([say('end_no_targets')])}")
    counts = finals["outcome"].value_counts()
    told = [
        say("end_count_word").format(word=found.word("outcome", key), count=counts.get(key, 0))
        for key in WORDS["outcome"]
        if key in counts or key in DECIDED
    ]
    years = ", ".join(str(year) for year in sorted(finals["year"].unique()))
    lines = [
        say("end_count").format(
            count=len(finals), years=years, counts=join(told, found.language)
        ),
        *_force_lines(found),
        *_name_lines(found),
        _open_line(found),
        _on_the_way(found),
        *right_lines(found),
    ]  # fmt: skip
    if len(found.projects):
        lines.append(f"{projects_now(found, found.projects)}{say('end_projects_note')}")
    return Html(f"<h2>{say('reading')}</h2>\n{bullets(line for line in lines if line)}")


def show_reached(found: Closing) -> Html:
    """Tell each final target's outcome, binding and expected apart, then targets on the way."""
    say, printed = found.say, set(found.plan.targets["force"]) - {""}
    parts = [f"<h2>{say('end_reached')}</h2>", paragraph(say("end_reached_note"))]
    for force in FORCES:
        mine = found.finals["force"] == force
        if mine.any():
            key = f"force_{force or ('other' if printed else 'none')}"
            parts += [f"<h3>{say(key)}</h3>", *_reached_parts(found, force)]
    kept = found.attainment[~found.attainment["final"]]
    if len(kept):
        parts.append(f"<h3>{say('end_milestones')}</h3>")
        closed = kept[kept["outcome"].isin(DECIDED)]
        key = "end_way_reading" if len(closed) else "end_no_milestones"
        parts.append(paragraph(say(key).format(**_counted(kept))))
        if len(closed):
            parts.append(tabulate([_decided_row(found, row) for row in closed.to_dict("records")]))
    return Html("\n".join(parts))


def show_pictures(found: Closing) -> Html:
    """Show the way gone, the years of attainment, and the course beside the first forecast."""
    from ..charts.evaluation import attainment_chart, course_panels, outcome_chart
    from ..charts.fan import origin_of, to_png

    say, language, sources = found.say, found.language, found.sources()
    seen = found.finals[found.finals["latest"].notna()]
    parts = [f"<h2>{say('end_way')}</h2>"]
    if seen.empty:
        return Html("\n".join([*parts, paragraph(say("end_no_way"))]))
    ways = outcome_chart(found.plan, _ways(found, seen), language=language, sources=sources)
    if ways is not None:
        parts.append(picture(to_png(ways), say("picture_outcomes")))
    years = attainment_chart(found.plan, seen, language=language, sources=sources)
    if years is not None:
        parts += [f"<h3>{say('when')}</h3>", picture(to_png(years), say("picture_years"))]
    told = seen[seen["indicator"].isin(found.course["indicator"])]
    if len(told):
        drawn = list(told["indicator"].drop_duplicates())
        made = found.word("made", found.made)
        notes = [
            say("course_note").format(made=made, day=day(found.since, language)),
            origin_of(found.plan, drawn, language, sources).replace(say("dotted"), ""),
        ]
        course = course_panels(found.plan, found.course, told, notes=notes, language=language)
        names = join([found.name("indicators", name) for name in drawn], language)
        text = say("picture_course").format(names=names)
        parts += [f"<h3>{say('end_course')}</h3>", picture(to_png(course), text)]
    return Html("\n".join(parts))


def show_projects(found: Closing) -> Html:
    """Show the plan's projects: what is planned, and that completions are not known."""
    now = projects_now(found, found.projects)
    return tell_projects(found, found.projects, now, note="end_projects_note")


def show_waiting(found: Closing) -> Html:
    """List what still waits for a figure, by where the last one was published."""
    say, language = found.say, found.language
    rows = found.finals[~found.finals["outcome"].isin(DECIDED)]
    parts = [f"<h2>{say('end_waiting')}</h2>"]
    if rows.empty:
        return Html("\n".join([*parts, paragraph(say("end_all_closed"))]))
    seen = found.plan.observations.sort_values("year").drop_duplicates("indicator", keep="last")
    places = rows["indicator"].map(seen.set_index("indicator")["source"])
    if places.notna().any():
        lines = [
            _waiting_line(found, source, rows.loc[places == source])
            for source in found.sources()
            if (places == source).any()
        ]
        items = "\n".join(f"<li>{line}</li>" for line in lines)
        parts += [paragraph(say("end_waiting_note")), f"<ul>\n{items}\n</ul>"]
    never = rows[places.isna()]
    if len(never):
        areas = never["indicator"].map(found.area)
        told = [
            say("in_area").format(area=area, names=join(_goals(found, never[areas == area]),
                                                        language))
            for area in areas.unique()
        ]  # fmt: skip
        parts += [paragraph(say("end_never")), bullets(told)]
    return Html("\n".join(parts))


def show_trust(found: Closing) -> Html:
    """Say what outcomes and scores rest on."""
    keys = ("end_trust_figures", "trust_comparator", "end_trust_way", "end_trust_replay",
            "trust_prior", "trust_clip")  # fmt: skip
    notes = bullets(found.say(key) for key in keys)
    return Html(f"<h2>{found.say('trust')}</h2>\n{notes}")


def result_tables(found: Closing) -> dict[str, pd.DataFrame]:
    """Give the tables of the report for `workbook.write_book`, with names beside the codes."""
    plan = found.plan
    both = {"issued": found.issued, "replayed": found.replayed}
    hits = [v.hits.assign(made=made) for made, v in both.items() if len(v.hits)]
    scores = [v.scores.assign(made=made) for made, v in both.items() if len(v.hits)]
    columns = ["made", *GOAL, "origin", "lead", "p_reach", "median", "figure", "outcome"]
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
    runs = runs[runs["origin"] < f"{last}-12-31"].sort_values("origin", kind="stable")
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
        found.say("end_force").format(
            force=found.say(f"force_{force}"),
            **_counted(found.finals[found.finals["force"] == force]),
        )
        for force in printed
    ]


def _name_lines(found: Closing) -> list[str]:
    """Name what was met and what was missed."""
    if found.closed.empty:
        return [found.say("end_none_closed")]
    rows = {key: found.closed[found.closed["outcome"] == key] for key in DECIDED}
    return [
        found.say(f"end_{key}").format(names=join(_goals(found, mine), found.language))
        for key, mine in rows.items()
        if len(mine)
    ]


def _goals(found: Closing, rows: pd.DataFrame) -> list[str]:
    """Names of indicators with the years of their targets."""
    return [
        found.say("in_years").format(
            name=found.name("indicators", name), years=", ".join(str(y) for y in mine.unique())
        )
        for name, mine in rows.groupby("indicator", sort=False)["year"]
    ]


def _open_line(found: Closing) -> str:
    seen, never = len(found.open), len(found.silent)
    if not seen + never:
        return found.say("end_all_closed")
    return found.say("end_open").format(count=seen + never, seen=seen, never=never)


def _on_the_way(found: Closing) -> str:
    rows = found.attainment[~found.attainment["final"]]
    return found.say("end_way_reading").format(**_counted(rows)) if len(rows) else ""


# What was reached.


def _reached_parts(found: Closing, force: str) -> Iterable[str]:
    """Tables of one force: what is decided, then what is forecast, then a count of the rest."""
    closed, open_, silent = (t[t["force"] == force] for t in (found.closed, found.open,
                                                              found.silent))  # fmt: skip
    if len(closed):
        yield tabulate([_decided_row(found, row) for row in closed.to_dict("records")])
    if len(open_):
        yield paragraph(found.say("end_open_note"))
        lines = pd.DataFrame([_open_row(found, row) for row in open_.to_dict("records")])
        yield tabulate(lines.loc[:, lines.ne(NO_VALUE).any()])
    if len(silent):
        waiting = found.say("end_waiting")
        yield paragraph(found.say("end_silent").format(count=len(silent), section=waiting))


def _decided_row(found: Closing, row: Mapping[str, Any]) -> dict[str, str]:
    """Tell a target that a figure has decided: by how much, and when."""
    language, unit = found.language, found.unit(row["indicator"])
    figure = {"latest": row["figure"], "latest_year": row["figure_year"]}
    beyond = change(row["beyond"], language, unit=unit)
    if math.isfinite(row["beyond_share"]):
        share = number(row["beyond_share"], language, unit="percent", step=1)
        beyond += "\n" + found.say("end_share_of_way").format(share=share)
    first = row["first_met"]
    known = math.isfinite(first)
    years = f"{abs(row['year'] - first):.0f}" if known else ""
    year = f"{first:.0f}" if known else ""
    return cells_of(found, {
        "name": found.named(row["indicator"]),
        "area": found.area(row["indicator"]),
        "target": found.goal(row),
        "published": found.figure({**row, **figure}),
        "outcome": found.word("outcome", str(row["outcome"])),
        "beyond": beyond,
        "timing": found.word("timing", str(row["timing"])).format(year=year, years=years),
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
        "outcome": found.word("outcome", str(row["outcome"])),
        "median_now": estimate(row["median_now"], language, unit=unit, step=float(step)),
        "p_now": probability(row["p_now"], language),
        "evidence": found.word("evidence", str(row["evidence"])),
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
    text = found.say("in_area").format(
        area="{place}", names=join(_goals(found, rows), found.language)
    )
    return safe(text).replace("{place}", place)
