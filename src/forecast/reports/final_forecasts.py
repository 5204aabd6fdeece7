"""Hindsight: what was said of targets on the way, beside what came of them.

`show_scores` scores forecasts that were issued, and apart from them those replayed at year ends;
`show_verdicts` tells whether the schedule rule or the forecast was right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..evaluation.outcomes import TARGET_COLUMNS, count_verdicts
from ..evaluation.verification import Verification, compute_track_record
from ..i18n.catalog import N_
from ..i18n.formatting import NO_VALUE, comparison, day, number, probability
from .html import Html, bullets, heading, paragraph, tabulate
from .monitoring import Account

__all__ = ["Hindsight", "cells_of", "right_lines", "show_scores", "show_verdicts"]

FEW = 10
"""Targets below which a score says little about a method."""
MOST = 12
"""Disagreements told in sentences."""


@dataclass(frozen=True)
class Hindsight(Account):
    """An account, and what was said before: `issued` and `replayed` forecasts, scored apart.

    `stored` is whether a store of issued forecasts was given; `verdicts` are those of
    `outcomes.compare_verdicts` on the replayed ones.
    """

    stored: bool
    issued: Verification
    replayed: Verification
    verdicts: pd.DataFrame


def cells_of(found: Account, cells: Mapping[str, str]) -> dict[str, str]:
    """Head cells by the words of their columns."""
    return {found.label("column", key): text for key, text in cells.items()}


def show_scores(found: Hindsight) -> Html:
    """Score issued forecasts, and apart from them those that were replayed."""
    gettext = found.gettext
    none = (
        N_("No forecast in the store has an outcome yet.")
        if found.stored
        else N_("No store of issued forecasts was given.")
    )
    return Html(
        "\n".join(
            [
                heading(gettext("Were the forecasts right")),
                paragraph(
                    gettext(
                        "Only forecasts whose target year has a figure count, those "
                        "of "
                        "targets on the way included. The table has the chance of the last "
                        "issue in each calendar year. Brier score: lower is better, 0.25 "
                        "for saying one half throughout; errors (CRPS) are in units of "
                        "each series' mean yearly change."
                    )
                ),
                heading(gettext("Forecasts that were issued"), 3),
                *_score_parts(found, found.issued, none),
                heading(gettext("Forecasts replayed, never issued"), 3),
                paragraph(
                    gettext(
                        "Made with the method of today from what was known at each "
                        "year's "
                        "end. They were never issued, and are never scored together with "
                        "those that were."
                    )
                ),
                *_score_parts(
                    found,
                    found.replayed,
                    N_("No forecast that could be made at a year's end has an outcome yet."),
                ),
            ]
        )
    )


def show_verdicts(found: Hindsight) -> Html:
    """Put the schedule rule's and the forecast's verdict of each year's end beside the outcome."""
    gettext, table = found.gettext, found.verdicts
    parts = [heading(gettext("Which verdicts were right"))]
    if table.empty:
        return Html(
            "\n".join(
                [
                    *parts,
                    paragraph(
                        gettext(
                            "The outcome of no verdict of a year end is known yet: who was "
                            "right cannot be said."
                        )
                    ),
                ]
            )
        )
    lines = []
    for _, mine in table.groupby(TARGET_COLUMNS, sort=False):
        head = _goal_cells(found, mine.iloc[0])
        cells = {row["origin"][:4]: _verdict(found, row) for row in mine.to_dict("records")}
        lines.append(head | _by_year(found, cells, table["origin"]))
    parts += [
        paragraph(
            gettext(
                "Each cell: above, what the schedule rule said at the year's end; "
                "below, what the replayed forecast said, with its chance; ✓ right, "
                "✗ wrong. With one figure the schedule rule is silent, with a "
                "chance between a third and two thirds the forecast is. What was "
                "settled by then is no verdict."
            )
        ),
        tabulate(lines, words=True),
    ]
    told = [text for row in table.to_dict("records") if (text := _disagreed(found, row))]
    sides = told[:MOST]
    if len(told) > MOST:
        sides.append(gettext("Others, in the table above: {count}.").format(count=len(told) - MOST))
    return Html("\n".join([*parts, bullets([*right_lines(found), *sides])]))


def right_lines(found: Hindsight) -> list[str]:
    """Say who was right, and that few targets prove little."""
    if found.verdicts.empty:
        return [
            found.gettext(
                "The outcome of no verdict of a year end is known yet: who was "
                "right cannot be said."
            )
        ]
    counts = count_verdicts(found.verdicts)
    targets = len(found.verdicts.drop_duplicates(TARGET_COLUMNS))
    lines = [
        found.gettext(
            "Verdicts of year ends whose outcome is known: {cases} (different "
            "targets: {targets}). The schedule rule spoke in {schedule_spoke}, "
            "right in {schedule_right}; the replayed forecast spoke in "
            "{forecast_spoke}, right in {forecast_right}."
        ).format(targets=targets, **counts)
    ]
    if counts["both_spoke"]:
        key = (
            N_(
                "Where they disagreed ({differ}): the schedule rule was right in "
                "{differ_schedule}, the forecast in {differ_forecast}."
            )
            if counts["differ"]
            else N_("Where both spoke ({both_spoke}), they never disagreed.")
        )
        lines.append(found.gettext(key).format(**counts))
    if targets < FEW:
        lines.append(found.gettext("So few targets prove little about a method."))
    return lines


def _score_parts(found: Hindsight, scored: Verification, none: str) -> Iterable[str]:
    """Chances said of each target, scores by lead, and the track record."""
    hits = scored.hits
    if hits.empty:
        yield paragraph(found.gettext(none))
        return
    lines = []
    for _, mine in hits.groupby(TARGET_COLUMNS, sort=False):
        first = mine.iloc[0]
        outcome = found.label("outcome", "met" if first["met"] else "missed")
        head = _goal_cells(found, first) | cells_of(found, {"outcome": outcome})
        ordered = mine.sort_values("origin", kind="stable")
        cells = {row["origin"][:4]: _chance(found, row) for row in ordered.to_dict("records")}
        lines.append(head | _by_year(found, cells, hits["origin"]))
    yield tabulate(lines)
    scores = scored.scores.to_dict("records")
    yield tabulate([_score_row(found, row) for row in scores])
    yield bullets(
        found.gettext("Chances of {low}-{high} %: {times}, of which came true: {came} "
"(different targets: {targets}).").format(
            low=f"{100 * row['low']:.0f}", high=f"{100 * row['high']:.0f}", times=row["times"],
            came=row["came_true"], targets=row["targets"],
        )
        for row in compute_track_record(scored).to_dict("records")
    )  # fmt: skip
    if len(hits.drop_duplicates(TARGET_COLUMNS)) < FEW:
        yield paragraph(found.gettext("So few targets prove little about a method."))


def _goal_cells(found: Hindsight, row: Mapping[str, Any] | pd.Series) -> dict[str, str]:
    goal = found.goal(dict(row))
    return cells_of(found, {"name": found.named(row["indicator"]), "target": goal})


def _by_year(found: Hindsight, cells: Mapping[str, str], origins: pd.Series) -> dict[str, str]:
    """Lay cells out by the calendar year of their origin."""
    years = sorted(set(origins.str[:4]))
    return {found.gettext("{year}").format(year=y): cells.get(y, NO_VALUE) for y in years}


def _chance(found: Hindsight, row: Mapping[str, Any]) -> str:
    return f"{probability(row['p_reach'], found.language)}\n{day(row['origin'], found.language)}"


def _score_row(found: Hindsight, row: Mapping[str, Any]) -> dict[str, str]:
    language = found.language
    lead = found.gettext("all") if row["lead"] == "all" else f"{row['lead']}"
    cells = {"lead": lead, "forecasts": f"{row['forecasts']}", "targets": f"{row['targets']}"}
    cells |= {key: number(row[key], language, step=0.001) for key in ("brier", "brier_base")}
    cells["cover80"] = probability(row["cover80"], language)
    cells["crps"] = number(row["crps"], language, step=0.01)
    return cells_of(found, cells)


def _right(said: str, outcome: str) -> str:
    """Mark a verdict as right or wrong; of silence there is no mark."""
    if said == "silent":
        return ""
    return " ✓" if (said == "yes") == (outcome == "met") else " ✗"


def _verdict(found: Hindsight, row: Mapping[str, Any]) -> str:
    """Both verdicts of a year's end, each marked."""
    schedule, forecast = str(row["schedule_said"]), str(row["forecast_said"])
    p = probability(row["p_reach"], found.language)
    above = found.gettext("Schedule: {said}").format(said=found.label("said", schedule))
    below = found.gettext("Forecast: {said} ({p})").format(said=found.label("said", forecast), p=p)
    marks = [_right(said, str(row["outcome"])) for said in (schedule, forecast)]
    return f"{above}{marks[0]}\n{below}{marks[1]}"


def _disagreed(found: Hindsight, row: Mapping[str, Any]) -> str:
    """Say who was right where both spoke and said the opposite."""
    said = {str(row["schedule_said"]), str(row["forecast_said"])}
    if said != {"yes", "no"}:
        return ""
    right = _right(str(row["forecast_said"]), str(row["outcome"])) == " ✓"
    unit = found.unit(row["indicator"])
    return found.gettext(
        "{name}, target {target} for {year}: at the end of {origin} the "
        "schedule rule said {schedule}, the forecast {forecast} ({p}); "
        "outcome: {outcome}, so {who}."
    ).format(
        name=found.name("indicators", row["indicator"]),
        year=row["year"],
        target=comparison(row["comparator"], float(row["target"]), found.language, unit=unit),
        origin=row["origin"][:4],
        schedule=found.label("said", str(row["schedule_said"])),
        forecast=found.label("said", str(row["forecast_said"])),
        p=probability(row["p_reach"], found.language),
        outcome=found.label("outcome", str(row["outcome"])),
        who=found.gettext(
            N_("the forecast was right") if right else N_("the schedule rule was right")
        ),
    )
