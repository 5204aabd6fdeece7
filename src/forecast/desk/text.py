"""What a planner's desk says beside its picture, as HTML: chance and gauge, table, sources."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..charts.scenarios import tornado_chart
from ..charts.style import CLEAR
from ..i18n.errors import format_error
from ..i18n.formatting import NO_VALUE, join, named, number, points, probability
from ..reports.context import ReportContext
from ..reports.descriptions import describe_range, describe_step
from ..reports.html import paragraph, picture, safe, tabulate
from ..scenarios.goal_seeking import GoalSeek
from ..scenarios.response import PACE, TargetOutcome
from ..targets.joint_answers import UNDECIDABLE
from .live_chart import ChartSpec, LiveFanChart
from .session import Desk
from .settings import Control

__all__ = [
    "name_indicator",
    "name_setting",
    "sketch_of",
    "tell_chance",
    "tell_fault",
    "tell_files",
    "tell_found",
    "tell_lacking",
    "tell_limits",
    "tell_progress",
    "tell_settings",
    "tell_sources",
    "tell_table",
    "tell_tornado",
]


def name_setting(desk: Desk, name: str) -> str:
    """Name of what can be set for the chosen target.

    >>> desk = Desk.open("lishui", as_of="2022-12-31", language="en", draws=100)
    >>> name_setting(desk, "pace")
    'Extra pace a year'
    """
    assert desk.chosen is not None
    told = desk.told.input(name, str(desk.chosen["indicator"]))
    return told[:1].upper() + told[1:]


def name_indicator(desk: Desk, indicator: str) -> str:
    """Name of an indicator that can be asked about, marked where its target is binding."""
    goals = desk.goals(indicator)
    binding = "force" in goals and goals["force"].eq("binding").any()
    return (desk.told.gettext("binding · ") if binding else "") + desk.told.quantity(indicator)


def sketch_of(desk: Desk, base: TargetOutcome, years: tuple[int, int]) -> LiveFanChart:
    """Begin a picture of the chosen target, over the baseline's answer."""
    told, chosen = desk.told, desk.chosen
    assert chosen is not None
    indicator = str(chosen["indicator"])
    evidence = told.gettext("evidence: {word}").format(
        word=told.label("evidence", str(chosen["evidence"]))
    )
    heading = f"{told.quantity(indicator)} · {told.name('units', told.unit(indicator))}"
    origin = told.gettext("{day} (dotted line). Sources: listed apart.").format(day=told.known_on())
    texts = (
        heading,
        f"{told.format_dated_target(chosen)} · {evidence}",
        [
            told.gettext(
                "●\u00a0published   ━\u00a0median as set   bands: 50, 80, 90\u00a0%   grey, "
                "dotted: baseline (median, 80\u00a0%)   ◇\u00a0target"
            ),
            origin,
        ],
    )
    goals = desk.usual[desk.usual["indicator"] == indicator]
    goals = goals.loc[[chosen.name, *goals.index.drop(chosen.name)]]
    return LiveFanChart(
        ChartSpec.of(
            desk.plan, base.quantiles, goals, language=desk.language, years=years, texts=texts
        )
    )


def tell_limits(desk: Desk, control: Control) -> str:
    """Limits of a lever, or the declared range of an assumption, with the unit."""
    told = desk.told
    if control.usual is not None:
        return describe_range(told, control.usual, control.unit)
    dated = control.unit == "year"
    low = f"{control.lower:.0f}" if dated else number(control.lower, desk.language)
    high = told.format_amount(control.upper, control.unit)
    return told.gettext("{low} to {high}").format(low=low, high=high)


def tell_lacking(desk: Desk) -> list[str]:
    """Say of each mechanism that cannot be used what it lacks."""
    told = desk.told
    lines = []
    for name, lacking in desk.lacking.items():
        mechanism = getattr(told.mechanisms[name], f"name_{desk.language}")
        what = join(map(told.quantity, lacking), desk.language) or told.gettext(
            "declarations for the region"
        )
        lines.append(
            told.gettext(
                "{mechanism} cannot be played for this region: it lacks {lacking}."
            ).format(mechanism=mechanism, lacking=what)
        )
    return lines


def tell_chance(desk: Desk, answer: TargetOutcome, base: TargetOutcome) -> str:
    """Tell the chance as a number, as a gauge, and against the baseline."""
    told = desk.told
    assert desk.chosen is not None
    evidence = str(desk.chosen["evidence"])
    label = told.gettext("Chance {chance}").format(
        chance=probability(answer.p_reach, desk.language)
    )
    words = {"word": told.label("evidence", evidence),
             "meaning": told.label("evidence_meaning", evidence)}  # fmt: skip
    lines = [
        tell_gain(told, answer, base),
        told.gettext("Evidence: {word} ({meaning})").format(**words),
    ]
    return (
        f'<div class="number">{safe(label)}</div>'
        f'<div class="gauge" role="img" aria-label="{safe(label)}, {safe(lines[0])}">'
        f'<b style="width:{100 * answer.p_reach:.1f}%"></b>'
        f'<i style="left:{100 * base.p_reach:.1f}%"></i></div>' + "".join(map(paragraph, lines))
    )


def tell_gain(told: ReportContext, answer: TargetOutcome, base: TargetOutcome) -> str:
    """Tell a chance against that of the baseline."""
    if not answer.p_change_error:
        return told.gettext("as in the baseline")
    gain = points(answer.p_change, told.language, error=answer.p_change_error)
    return told.gettext("baseline {base}, change {gain}").format(
        base=probability(base.p_reach, told.language), gain=gain
    )


def tell_settings(desk: Desk) -> str:
    """Tell in words what is set: the base, what it says, and everything that it sets here."""
    told = desk.told
    base = told.gettext("Base scenario: {name}. ").format(name=told.scenario(desk.base.name))
    meant = named((desk.base.text_zh, desk.base.text_en), desk.language)
    steps = [line for step in desk.scenario.all_steps() for line in describe_step(told, step)]
    listed = join(steps, desk.language) or told.gettext("nothing is set for this region")
    return "".join(
        map(paragraph, [f"{base}{meant}", told.gettext("Set now: {steps}").format(steps=listed)])
    )


def tell_table(desk: Desk) -> str:
    """Tell of every indicator how likely its last target is, as things are set and before."""
    told, table = desk.told, desk.table()
    silent = table["status"].isin(UNDECIDABLE)
    rows = [_table_row(told, row) for row in table[~silent].to_dict("records")]
    parts = [tabulate(rows, words=True)] if rows else []
    if silent.any():
        names = join(map(told.quantity, table.loc[silent, "indicator"]), desk.language)
        head = told.gettext(
            "Not forecast, for want of a figure or because their year has passed: {count}"
        ).format(count=int(silent.sum()))
        parts.append(f"<details><summary>{safe(head)}</summary>{paragraph(names)}</details>")
    return "\n".join(parts)


def _table_row(told: ReportContext, row: Mapping[str, Any]) -> dict[str, str]:
    language = told.language
    clear = abs(row["p_change"]) > CLEAR * row["p_change_error"]
    gain = points(row["p_change"], language, error=row["p_change_error"])
    return {
        told.label("column", "name"): told.quantity(row["indicator"]),
        told.label("column", "target"): told.format_dated_target(row),
        told.gettext("Baseline chance"): probability(row["p_base"], language),
        told.label("column", "p_reach"): probability(row["p_reach"], language),
        told.label("column", "p_change"): gain if clear else NO_VALUE,
        told.label("column", "changed_by"): told.label("changed_by", row["changed_by"]),
        told.label("column", "status"): told.label("status", row["status"]),
        told.label("column", "evidence"): told.label("evidence", row["evidence"]),
    }


def tell_found(desk: Desk, found: GoalSeek) -> str:
    """Tell what a search for a chance found."""
    told, language = desk.told, desk.language
    lever, value = found.levers[0], found.value
    group = "pace_reading" if lever == PACE else "reading"
    facts = {
        "lever": name_setting(desk, lever),
        "reading": told.label(group, found.reading),
        "wanted": probability(found.probability, language),
        "most": probability(found.p_upper, language),
    }
    if math.isnan(value):
        return told.gettext(
            "{lever}, for a chance of {wanted}: {reading}. At its limit the chance is {most}."
        ).format(**facts)
    chance = probability(found.p_reach, language)
    setting = told.format_amount(value, found.units[0])
    return told.gettext(
        "{lever}, for a chance of {wanted}: {reading}, at {value} a chance "
        "of {chance}. At its limit the chance is {most}."
    ).format(value=setting, chance=chance, **facts)


def tell_progress(desk: Desk, share: float) -> str:
    """Tell how much of long work is done.

    >>> desk = Desk.open("lishui", as_of="2022-12-31", language="en", draws=100)
    >>> tell_progress(desk, 0.256)
    '<progress value="0.26" aria-label="Share done"></progress>'
    """
    label = safe(desk.told.gettext("Share done"))
    return f'<progress value="{share:.2f}" aria-label="{label}"></progress>'


def tell_sources(desk: Desk) -> str:
    """List the documents behind the chosen indicator, in their own language."""
    assert desk.chosen is not None
    plan, used = desk.plan, set[str]()
    for table in (plan.observations, plan.targets):
        used |= set(table.loc[table["indicator"] == desk.chosen["indicator"], "source"])
    titles = plan.sources.loc[plan.sources["source"].isin(used), "title_zh"]
    listed = "".join(f'<li lang="zh">{safe(title)}</li>' for title in titles)
    head = safe(desk.told.gettext("Sources"))
    return f"<small>{head}<ul>{listed}</ul></small>"


def tell_tornado(desk: Desk, tornado: pd.DataFrame) -> str:
    """Draw what moves the chance of the chosen target most."""
    told, chosen = desk.told, desk.chosen
    assert chosen is not None
    own = str(chosen["indicator"])
    title = f"{told.quantity(own)} · {told.format_dated_target(chosen)}"
    names = {label: told.input(label, own) for label in tornado["input"]}
    figure = tornado_chart(told, tornado, inputs=names, title=title)
    return (
        paragraph(told.gettext("No input moves the chance by more than two errors."))
        if figure is None
        else picture(figure, title)
    )


def tell_files(files: Sequence[Path]) -> str:
    """List files by their places, each a link that hands it over."""
    lines = []
    for file in files:
        data = base64.b64encode(file.read_bytes()).decode()
        link = f'download="{safe(file.name)}" href="data:application/octet-stream;base64,{data}"'
        lines.append(f"<li><a {link}>{safe(file.absolute())}</a></li>")
    return f"<ul>{''.join(lines)}</ul>"


def tell_fault(desk: Desk, error: Exception) -> str:
    """Say what could not be done, and why; a fault of the program itself is quoted in English."""
    gettext, language = desk.told.gettext, desk.language
    reason = safe(format_error(error, language)).replace("\n", "<br>")
    if not reason:
        quoted = safe(f"{type(error).__name__}: {error}").replace("\n", "<br>")
        reason = (
            safe(gettext("The program failed; nothing that was given is wrong. Please report:"))
            + f' <q lang="en">{quoted}</q>'
        )
    head = safe(gettext("That cannot be done; what is set stays. Reason:"))
    return f'<div role="alert">{head} <span lang="{language}">{reason}</span></div>'
