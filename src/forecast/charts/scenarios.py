"""Pictures of scenarios: fans, changes of chances, what matters, what it takes, indices, projects.

Names stand where their marks are, not in a legend; shapes, hatches, line styles and written signs
tell apart what colour does, for the colour-blind and in grey. Lines of what a planner decides are
solid, of what can only be believed dashed. A figure belongs to the caller.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import matplotlib.patheffects as effects
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ..i18n.catalog import N_, gettext
from ..i18n.formatting import (
    amount,
    comparison,
    estimate,
    money,
    money_unit,
    number,
    points,
    probability,
    scenario_name,
    unit_symbol,
)
from ..i18n.labels import label_of
from ..scenarios.goal_seeking import GoalSeek
from ..scenarios.scenario import BASELINE
from ..tables.plan import Plan
from .fan import (
    BANDS,
    FONTS,
    GREY,
    INK,
    LINE_HEIGHT,
    MEDIAN,
    TARGET,
    LineStyle,
    Panel,
    draw_fan,
    draw_figures,
    draw_targets,
    ems,
    load_font,
    make_quiet,
    moment_of,
    origin_of,
    panel_of,
    set_axes,
    spread_labels,
    wrap_lines,
)

__all__ = [
    "CLEAR",
    "cost_curve",
    "difference_chart",
    "index_chart",
    "projects_chart",
    "rank_chart",
    "scenario_fans",
    "tornado_chart",
]

FloatArray = NDArray[np.float64]

WIDTH = 10.0
CLEAR = 2.0
"""Standard errors from which on a change is called one; what bands and bars of errors reach."""
MOST_PANELS, ACROSS = 9, 3
"""Panels of scenario fans, the baseline's among them, and panels in a row."""
TEXT = 0.105
"""Inches of a Chinese character beside a mark."""
PAST = 2.5
"""Years before the latest figure that a panel shows."""
MOST_INPUTS = 10
MOST_SHOWN = 5
"""Scenarios drawn beside the baseline of an index."""
TOP = 3
"""Regions that the chance of being among the first counts, as in `rank`."""
MOVED = 1.0
"""Points of an index from which on a scenario moves it."""
PALE, BAND, EDGE = "#a9c9e6", "#dfe3e8", "#e3e7eb"
RISE, FALL = (18, 64, 111), (179, 71, 0)
FULL = 0.5
"""Change of a chance that has the darkest shade."""
KINDS: dict[str, dict[str, Any]] = {
    "lever": {"facecolor": MEDIAN},
    "assumption": {"facecolor": PALE, "hatch": "////"},
    "input": {"facecolor": BAND},
    "own": {"facecolor": "white"},
}
"""How the bars of a tornado look."""
DASHED = (0.0, (4.0, 1.6))
GRAPH = "graph"


def scenario_fans(
    plan: Plan,
    quantiles: pd.DataFrame,
    compared: pd.DataFrame,
    indicator: str,
    *,
    language: str,
    sources: Sequence[str] = (),
) -> Figure:
    """Draw an indicator's baseline fan and, a panel each, the scenarios that change it.

    Parameters
    ----------
    plan : for names, units and published figures
    quantiles : those of `Paths.quantiles` of all scenarios, one below the other
    compared : from `compare`; scenarios stand in its order, those that change nothing are left
        out, and of more than eight those that change the chance least
    indicator : of the plan
    language : `zh` or `en`
    sources : as in `fan_charts`
    """
    mine = compared[compared["indicator"] == indicator]
    names = _moving(mine)
    panels = {}
    for name in [BASELINE.name, *names]:
        rows = mine[mine["scenario"] == name]
        panels[name] = panel_of(
            plan, quantiles[quantiles["scenario"] == name], rows, indicator, language
        )
    panels = {name: _recent(panel) for name, panel in panels.items()}
    base = panels[BASELINE.name]
    notes = [
        gettext(
            "● published   ◇ target and its chance   bands: 80 % (baseline: "
            "50, 80, 90 %)   thick line and blue figure: median, solid for "
            "levers, dashed for assumptions   grey dots: median and 80 % "
            "interval of the baseline",
            language,
        ),
        origin_of(plan, [indicator], language, sources),
    ]
    rows_down = -(-len(panels) // ACROSS)
    figure, (left, bottom, width, height) = _frame(2.75 * rows_down + 0.3, notes, language)
    cell = (width / ACROSS, (height - 0.3 / figure.get_figheight()) / rows_down)
    every = replace(base, fan=pd.concat([p.fan for p in panels.values()]))
    for place, (name, panel) in enumerate(panels.items()):
        row, column = divmod(place, ACROSS)
        x, y = left + column * cell[0], bottom + (rows_down - row - 1) * cell[1]
        total = figure.get_figheight()
        axes = figure.add_axes(
            (x + 0.048, y + 0.25 / total, cell[0] - 0.055, cell[1] - 0.85 / total), label=GRAPH
        )
        _draw_scenario(axes, (name, panel), (base, every), mine, moment_of(plan))
    title = f"{base.name} · {base.unit_name}"
    _write_title(figure, title, language)
    return figure


def difference_chart(plan: Plan, compared: pd.DataFrame, *, language: str) -> Figure | None:
    """Draw how each scenario changes the chance of each target; None where none does.

    Parameters
    ----------
    plan : for names and units
    compared : rows of `compare`, one target an indicator; rows of indicators and columns of
        scenarios without any change are left out
    language : `zh` or `en`
    """
    moved = compared[(compared["changed_by"] != "") & compared["p_change"].notna()]
    if moved.empty:
        return None
    scenarios = list(dict.fromkeys(moved["scenario"]))
    scenarios.sort(key=lambda name: "assumption" in _kind_of(moved, name))
    indicators = [n for n in plan.indicators["indicator"] if n in set(moved["indicator"])]
    labels = [_target_lines(plan, moved[moved["indicator"] == n].iloc[0], language)
              for n in indicators]  # fmt: skip
    width, row = min(0.72, 6.4 / len(scenarios)), 0.42
    tallest = max(
        len(_wrap_narrow(scenario_name(name, language), width, language)) for name in scenarios
    )
    head = 0.75 + 0.125 * tallest
    notes = [
        gettext(
            "Blue: rises, orange: falls, the darker the more. Grey figures: "
            "below two errors. Empty: not touched by the scenario. What rests "
            "on assumptions holds if they do.",
            language,
        )
    ]
    figure, (_, bottom, *_) = _frame(head + row * len(indicators), notes, language)
    first = WIDTH - 0.15 - width * len(scenarios)
    total = figure.get_figheight()
    axes = figure.add_axes((first / WIDTH, bottom, width * len(scenarios) / WIDTH,
                            row * len(indicators) / total), label=GRAPH)  # fmt: skip
    axes.set_xlim(0, len(scenarios))
    axes.set_ylim(len(indicators), 0)
    axes.set_axis_off()
    for i, label in enumerate(labels):
        axes.annotate(
            "\n".join(label), (0, i + 0.5), (-8, 0), textcoords="offset points", ha="right",
            va="center", fontsize=7.5, family=FONTS, color=INK, linespacing=1.25,
        )  # fmt: skip
    for j, name in enumerate(scenarios):
        _head_column(axes, (j, name, _kind_of(moved, name)), width, language)
    places = moved.assign(i=moved["indicator"].map(indicators.index),
                          j=moved["scenario"].map(scenarios.index))  # fmt: skip
    for cell in places.to_dict("records"):
        _fill_cell(axes, cell, language)
    _write_title(
        figure,
        gettext(
            "Change of each target's chance against the baseline (percentage points, ± error)",
            language,
        ),
        language,
    )
    return figure


def tornado_chart(
    tornado: pd.DataFrame,
    *,
    names: Mapping[str, str],
    units: Mapping[str, str],
    title: str,
    language: str,
) -> Figure | None:
    """Draw how far each input moves a chance, the widest first; None where none does.

    Parameters
    ----------
    tornado : as in `Sensitivity.tornado`; at most ten inputs are drawn, and none that moves the
        chance by less than two errors
    names, units : of inputs by their ids, and of units by theirs
    title : which target it is
    language : `zh` or `en`
    """
    clear = tornado["swing"] > np.maximum(CLEAR * tornado["mc_error"], 1e-9)
    table = tornado[clear].head(MOST_INPUTS)
    if table.empty:
        return None
    notes = [
        gettext(
            "Ends of a bar: chance with the input at the value written there; "
            "line: chance as it is. Dark: lever; hatched: assumption; pale: "
            "related indicator; hollow: the indicator's own course.",
            language,
        )
    ]
    figure, (_, bottom, _, height) = _frame(0.42 * len(table) + 1.2, notes, language)
    total = figure.get_figheight()
    axes = figure.add_axes((0.33, bottom + 0.5 / total, 0.57, height - 1.0 / total), label=GRAPH)
    base, told = float(table["p_base"].iloc[0]), set[str]()
    for place, row in enumerate(table.to_dict("records")):
        low, high = float(row["p_low"]), float(row["p_high"])
        axes.barh(
            place, high - low, left=low, height=0.56, edgecolor=MEDIAN, linewidth=1.1, zorder=2,
            **KINDS[row["kind"]],
        )  # fmt: skip
        for p, value, other in ((low, row["low"], high), (high, row["high"], low)):
            text = _quantity(value, str(row["unit"]), units, language)
            told.add(text)
            side = 1 if p > other or (p == other and value == row["high"]) else -1
            _write(axes, text, (p, place), (5 * side, 0), ha="left" if side > 0 else "right")
        name = names.get(str(row["input"]), str(row["input"]))
        kind = label_of("input_kind", str(row["kind"]), language)
        lines = [*wrap_lines(name, 2.9, language)[:2], kind]
        axes.annotate(
            "\n".join(lines), (0, place), (-10, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", va="center", fontsize=7.5, family=FONTS,
            color=INK, linespacing=1.2,
        )  # fmt: skip
    axes.plot([base, base], [-0.42, len(table) - 0.5], color=INK, linewidth=1.2, zorder=3)
    _write(axes, probability(base, language), (base, -0.62), (0, 0), ha="center", colour=INK)
    ends = [*table["p_low"], *table["p_high"], base]
    longest = max(map(ems, told))
    wide = TEXT * longest + 0.15
    room = max(max(ends) - min(ends), 0.01) * wide / (0.57 * WIDTH - 2.0 * wide)
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.set_ylim(len(table) - 0.5, -0.85)
    _set_chances(axes, language, axis="x")
    axes.set_yticks([])
    axes.set_xlabel(
        gettext("chance of reaching the target", language), fontsize=8, family=FONTS, color=GREY
    )
    _write_title(figure, title, language)
    return figure


def cost_curve(
    seek: GoalSeek,
    *,
    name: str,
    unit: tuple[str, str],
    title: str,
    language: str,
) -> Figure:
    """Draw a target's chance against one lever, with the setting found and what it costs.

    Parameters
    ----------
    seek : from `goal_seek`, of one lever
    name, unit : of the lever in the reader's language; the unit's id and name
    title : which target it is
    language : `zh` or `en`
    """
    curve = seek.curve
    notes = [
        gettext(
            "Curve: chance with so much of the lever a year, band: two errors. "
            "Dashed: chance asked for. Dotted: limit of the lever. Second line "
            "below: cost in all until the target year.",
            language,
        )
    ]
    figure, (_, bottom, _, height) = _frame(3.75, notes, language, width=7.4)
    total = figure.get_figheight()
    axes = figure.add_axes((0.1, bottom + 0.62 / total, 0.86, height - 0.95 / total), label=GRAPH)
    x, p, error = (curve[c].to_numpy(float) for c in ("value", "p_reach", "mc_error"))
    reach = CLEAR * error
    axes.fill_between(
        x, np.maximum(p - reach, 0), np.minimum(p + reach, 1), color=PALE, linewidth=0
    )
    axes.plot(x, p, color=MEDIAN, linewidth=1.8, marker="o", markersize=3)
    axes.axhline(seek.probability, color=INK, linewidth=1.0, linestyle="--")
    span = float(x[-1] - x[0]) or 1.0
    axes.set_xlim(x[0] - 0.03 * span, x[-1] + 0.12 * span)
    axes.set_ylim(-0.03, 1.09)
    asked = gettext("asked for {probability}", language).format(
        probability=probability(seek.probability, language)
    )
    _write(axes, asked, (x[-1] + 0.11 * span, seek.probability), (0, 7), ha="right", colour=INK)
    if unit[0] != "year":
        limit = float(seek.upper[0]) if seek.upper[0] else float(seek.lower[0])
        axes.axvline(limit, color=GREY, linewidth=1.0, linestyle=":")
        text = " ".join([gettext("limit", language), number(limit, language)])
        _write(axes, text, (limit, 1.06), (-4 if limit > 0 else 4, 0),
               ha="right" if limit > 0 else "left")  # fmt: skip
    if np.isfinite(seek.values[0]):
        _mark_found(axes, seek, unit, language)
    _set_chances(axes, language, axis="y")
    _set_lever_axis(axes, seek, (name, *unit), language)
    _write_title(figure, title, language)
    return figure


def index_chart(
    plan: Plan, table: pd.DataFrame, *, since: int, language: str, least: float = MOVED
) -> Figure | None:
    """Draw how far each area has come, now and in the last year, and under scenarios.

    Parameters
    ----------
    plan : for the names of areas
    table : from `index`, of the baseline and of scenarios, one below the other
    since : year of the hollow marks
    language : `zh` or `en`
    least : points that a scenario moves an index by to be drawn
    """
    last = int(table["year"].max())
    rows: list[dict[str, Any]] = []
    heads: list[tuple[int, str, str]] = []
    for name in dict.fromkeys(table["index"]):
        mine = table[(table["index"] == name) & table["q50"].notna()]
        if mine.empty:
            continue
        shown = _index_rows(mine, since, last, least)
        area = str(mine["area"].iloc[0])
        title = (
            str(plan.areas.set_index("area").at[area, f"name_{language}"])
            if area
            else gettext("whole region", language)
        )
        about = mine[mine["year"] == last].iloc[0]
        below = gettext("{count} of {of} components have figures", language).format(
            of=about["of"], count=about["components"]
        )
        heads.append((len(rows) + len(heads), title, below))
        rows += [row | {"place": len(rows) + len(heads) + i} for i, row in enumerate(shown)]
    if not rows:
        return None
    note = (
        N_(
            "Points: medians, lines: 90 % intervals. Hollow: end of {year}, "
            "solid: end of {last}; squares: scenarios, only those that move "
            "the index by 1 or more."
        )
        if since < last
        else N_(
            "Points: medians at the end of {last}, lines: 90 % intervals. "
            "Squares: scenarios, only those that move the index by 1 or more."
        )
    )
    notes = [gettext(note, language).format(year=since, last=last)]
    count = len(rows) + len(heads)
    figure, (_, bottom, _, height) = _frame(0.265 * count + 0.75, notes, language)
    total = figure.get_figheight()
    axes = figure.add_axes((0.27, bottom + 0.45 / total, 0.66, height - 0.5 / total), label=GRAPH)
    for line in (0.0, 100.0):
        axes.axvline(line, color=INK, linewidth=1.0, linestyle="--" if line else "-", zorder=1)
    for row in rows:
        _draw_index(axes, row, since if since < last else None, language)
    for place, title, below in heads:
        for text, move, colour, size in ((title, 0, INK, 9), (below, 0, GREY, 7.5)):
            across = 0 if text == title else 14 + 9.5 * ems(title)
            axes.annotate(
                text, (-0.395, place + 0.1), (across, move), xycoords=("axes fraction", "data"),
                textcoords="offset points", fontsize=size, family=FONTS, color=colour, va="center",
            )  # fmt: skip
    axes.set_xlim(-58, 168)
    axes.set_ylim(count - 0.3, -0.6)
    axes.set_xticks([-50, 0, 50, 100, 150], ["−50", "0", "50", "100", "150"])
    axes.set_yticks([])
    make_quiet(axes, "x")
    axes.set_xlabel(
        gettext("index (0: baseline, 100: target)", language), fontsize=8, family=FONTS, color=GREY
    )
    return figure


def rank_chart(plan: Plan, table: pd.DataFrame, *, language: str) -> Figure | None:
    """Draw ranks of regions with 90 % intervals, a panel an indicator; None without ranks.

    Parameters
    ----------
    plan : for names and units; its own region stands out
    table : from `rank`; regions of one tie group stand on one shade
    language : `zh` or `en`
    """
    if table.empty:
        return None
    groups = [(str(n), g.reset_index(drop=True)) for n, g in table.groupby("indicator", sort=False)]
    rows = sum(len(g) for _, g in groups)
    figure, (_, bottom, _, height) = _frame(0.24 * rows + 0.74 * len(groups), [], language)
    total = figure.get_figheight()
    top = bottom + height
    for name, mine in groups:
        tall = 0.24 * len(mine) / total
        top -= 0.38 / total + tall
        axes = figure.add_axes((0.19, top, 0.56, tall), label=GRAPH)
        top -= 0.36 / total
        _draw_ranks(axes, plan, (name, mine), language)
    return figure


def projects_chart(table: pd.DataFrame, *, language: str) -> Figure | None:
    """Draw completions and spending of the plan's projects; None without projects.

    Parameters
    ----------
    table : from `project_forecast`, of the baseline and of scenarios, one below the other; of a
        scenario only the median is drawn, and only where it differs
    language : `zh` or `en`
    """
    if table.empty:
        return None
    notes = [
        gettext(
            "Squares and solid line: plan. Band and dots: 90 % interval and "
            "median of the forecast. Dashed: medians under scenarios.",
            language,
        )
    ]
    figure, (_, bottom, _, height) = _frame(3.2, notes, language)
    total = figure.get_figheight()
    divisor, unit = money_unit(float(table["planned_spending"].max()), language)
    sums = {column: table[column] / divisor for column in table if "spending" in column}
    titles = (
        gettext("projects completed so far", language),
        gettext("spending in the year ({unit})", language).format(unit=unit),
    )
    for side, (planned, stem) in enumerate(
        (("planned", "completed"), ("planned_spending", "spending"))
    ):
        axes = figure.add_axes(
            (0.065 + 0.49 * side, bottom + 0.28 / total, 0.42, height - 0.68 / total), label=GRAPH
        )
        _draw_projects(axes, table.assign(**sums), (planned, stem), language)
        axes.annotate(
            titles[side], (0, 1), (-30, 8), xycoords="axes fraction", textcoords="offset points",
            fontsize=9.5, family=FONTS, color=INK,
        )  # fmt: skip
    return figure


# Frames and texts.


def _frame(
    height: float, notes: Sequence[str], language: str, *, width: float = WIDTH
) -> tuple[Figure, tuple[float, float, float, float]]:
    """Make an empty figure with notes below, and the place (left, bottom, width, height) above."""
    load_font()
    lines = [line for note in notes for line in wrap_lines(note, width - 0.5, language)]
    below = LINE_HEIGHT * len(lines) + 0.16
    total = height + below
    figure = Figure(figsize=(width, total))
    for place, line in enumerate(reversed(lines)):
        y = (0.09 + LINE_HEIGHT * place) / total
        figure.text(0.2 / width, y, line, fontsize=8, family=FONTS, color=GREY)
    return figure, (0.02, below / total, 0.96, height / total)


def _write_title(figure: Figure, text: str, language: str) -> None:
    lines = wrap_lines(text, figure.get_figwidth() * 0.8, language)
    figure.text(
        0.2 / figure.get_figwidth(), 1 - 0.08 / figure.get_figheight(), "\n".join(lines),
        fontsize=10, family=FONTS, color=INK, va="top",
    )  # fmt: skip


def _write(
    axes: Axes,
    text: str,
    place: tuple[float, float],
    offset: tuple[float, float],
    *,
    ha: str = "left",
    colour: str = GREY,
) -> None:
    """Write beside a place in data coordinates, with a white edge."""
    axes.annotate(
        text, place, offset, textcoords="offset points", ha=ha, va="center", fontsize=7.5,
        family=FONTS, color=colour, zorder=6,
        path_effects=[effects.withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip


def _quantity(value: float, unit: str, units: Mapping[str, str], language: str) -> str:
    """Write a value of an input to three digits, with its unit."""
    size = math.floor(math.log10(abs(value))) if value else 0
    told = number(round(value, 2 - size), language, unit=unit)
    name = units.get(unit, "")
    if not name or unit_symbol(unit, name) != name:
        return told
    return told + ("" if language == "zh" else "\xa0") + name


def _set_chances(axes: Axes, language: str, *, axis: str) -> None:
    """Mark an axis of chances in percent, between 0 and 100 only."""
    low, high = axes.get_xlim() if axis == "x" else axes.get_ylim()
    places = [
        float(place)
        for place in MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low, high)
        if max(low, 0.0) - 1e-9 <= place <= min(high, 1.0) + 1e-9
    ]
    step = min(np.diff(places)) if len(places) > 1 else 0.1
    digits = 1.0 if step >= 0.0099 else 0.1
    texts = [number(100 * place, language, unit="percent", step=digits) for place in places]
    (axes.set_xticks if axis == "x" else axes.set_yticks)(places, texts)
    make_quiet(axes, "x" if axis == "x" else "y")


# Scenario fans.


def _recent(panel: Panel) -> Panel:
    """Leave out figures that lie long before the forecast: a small panel has no room for them."""
    first = float(panel.fan.index[0]) if len(panel.fan) else float(panel.seen["year"].max())
    seen = panel.seen[panel.seen["year"] >= first - PAST]
    goals = panel.goals[panel.goals["year"] >= first - PAST]
    return replace(panel, seen=seen, goals=goals)


def _moving(mine: pd.DataFrame) -> list[str]:
    """List scenarios that change an indicator, in order; of too many those that change it most."""
    last = mine[mine["year"] == mine["year"].max()]
    moved = last[last["changed_by"] != ""].drop_duplicates("scenario")
    size = moved["p_change"].abs().fillna(0.0).to_numpy()
    kept = set(np.argsort(-size, kind="stable")[: MOST_PANELS - 1])
    return [str(name) for i, name in enumerate(moved["scenario"]) if i in kept]


def _draw_scenario(
    axes: Axes,
    drawn: tuple[str, Panel],
    beside: tuple[Panel, Panel],
    mine: pd.DataFrame,
    moment: float,
) -> None:
    """Draw one panel; `beside` are the baseline, and all together, whose scale every panel has."""
    name, panel = drawn
    base, every = beside
    language = panel.language
    set_axes(axes, every, moment)
    left, right = axes.get_xlim()
    axes.set_xlim(left, right + 0.12 * (right - left))
    rows = mine[(mine["scenario"] == name) & (mine["year"] == mine["year"].max())]
    kind = str(rows["changed_by"].iloc[0])
    if name == BASELINE.name:
        below = gettext("as things go now", language)
        draw_fan(axes, panel, plain=True)
    else:
        row = rows.loc[rows["p_change"].abs().fillna(0.0).idxmax()]
        change = points(row["p_change"], language, error=row["p_change_error"])
        below = gettext("{kind} · chance {points}", language).format(
            kind=_condition(kind, language), points=change
        )
        style: LineStyle = DASHED if "assumption" in kind else "-"
        draw_fan(axes, panel, bands=BANDS[1:2], linestyle=style, plain=True)
        for column, width in (("q10", 0.9), ("q50", 1.3), ("q90", 0.9)):
            axes.plot(base.fan.index, base.fan[column], color=GREY, linewidth=width, linestyle=":")
    draw_figures(axes, panel)
    # Only the last target is named; earlier ones would overprint.
    final = panel.goals["year"] == panel.goals["year"].max()
    early = panel.goals[~final]
    axes.plot(
        early["year"], early["target"], color=TARGET, marker="D", markersize=4, linestyle="",
        markerfacecolor="white", zorder=4,
    )  # fmt: skip
    draw_targets(axes, replace(panel, goals=panel.goals[final]))
    years = [round(x) for x in axes.get_xticks()]
    axes.set_xticks(years[:: -(-len(years) // 6)])
    heads = wrap_lines(scenario_name(name, language), 2.9, language)
    for text, up, size, colour in ((below, 6, 7.5, GREY), ("\n".join(heads), 18, 9, INK)):
        axes.annotate(
            text, (0, 1), (-22, up), xycoords="axes fraction", textcoords="offset points",
            fontsize=size, family=FONTS, color=colour, va="bottom",
        )  # fmt: skip


def _condition(kind: str, language: str) -> str:
    """Name what an answer rests on, with an `if` where that is an assumption."""
    told = label_of("changed_by", kind, language)
    return gettext("{kind} (if)", language).format(kind=told) if "assumption" in kind else told


# Changes of chances.


def _kind_of(moved: pd.DataFrame, scenario: str) -> str:
    """Tell what a scenario rests on: `lever`, `assumption` or both."""
    kinds = {k for text in moved.loc[moved["scenario"] == scenario, "changed_by"]
             for k in str(text).split(", ")}  # fmt: skip
    return ", ".join(sorted(kinds))


def _target_lines(plan: Plan, row: pd.Series, language: str) -> list[str]:
    """Name of an indicator in at most two lines, its target below."""
    about = plan.indicators.set_index("indicator").loc[row["indicator"]]
    unit = str(about["unit"])
    goal = comparison(str(row["comparator"]), float(row["target"]), language, unit=unit)
    names = wrap_lines(str(about[f"name_{language}"]), 2.75, language)[:2]
    # Two lines of a name leave the target on the second.
    tail = f"{goal} · {row['year']:.0f}"
    return [*names[:-1], f"{names[-1]} {tail}"] if len(names) > 1 else [names[0], tail]


def _head_column(axes: Axes, column: tuple[int, str, str], width: float, language: str) -> None:
    """Write a scenario's name and sort over its column."""
    place, name, kind = column
    lines = _wrap_narrow(scenario_name(name, language), width, language)
    texts = ((_condition(kind, language), 3, GREY), ("\n".join(lines), 0, INK))
    below = wrap_lines(texts[0][0], (1.25 if language == "zh" else 0.95) * width, language)
    axes.annotate(
        "\n".join(below), (place + 0.5, 0), (0, 5), textcoords="offset points", ha="center",
        va="bottom", fontsize=6.5, family=FONTS, color=GREY, linespacing=1.15,
    )  # fmt: skip
    axes.annotate(
        texts[1][0], (place + 0.5, 0), (0, 8 + 9.5 * len(below)), textcoords="offset points",
        ha="center", va="bottom", fontsize=7, family=FONTS, color=INK, linespacing=1.15,
    )  # fmt: skip


def _wrap_narrow(text: str, width: float, language: str) -> list[str]:
    """Lines of a head, words whole."""
    if language == "en":
        return textwrap.wrap(text, int(width / 0.06), break_long_words=False)
    return wrap_lines(text, 1.15 * width, language)


def _fill_cell(axes: Axes, cell: Mapping[str, Any], language: str) -> None:
    """Shade one change by size and sign, and write it out."""
    change, error = float(cell["p_change"]), float(cell["p_change_error"])
    clear = abs(change) > CLEAR * error and round(change, 4) != 0.0
    share = min(abs(change) / FULL, 1.0) ** 0.7 if clear else 0.0
    pole = RISE if change > 0 else FALL
    colour = tuple(1.0 - share * (1.0 - c / 255.0) for c in pole)
    axes.add_patch(
        Rectangle((cell["j"] + 0.04, cell["i"] + 0.05), 0.92, 0.9, facecolor=colour,
                  edgecolor=EDGE, linewidth=0.8)
    )  # fmt: skip
    ink = "white" if share > 0.55 else INK if clear else GREY
    texts = [(points(change, language, bare=True), 0.36, 8.5)]
    if round(1000 * error) > 0:
        texts.append((f"±{number(100 * error, language, step=0.1)}", 0.72, 6.5))
    else:
        texts = [(texts[0][0], 0.5, 8.5)]
    for text, down, size in texts:
        axes.text(cell["j"] + 0.5, cell["i"] + down, text, ha="center", va="center", fontsize=size,
                  family=FONTS, color=ink)  # fmt: skip


# The cost curve.


def _mark_found(axes: Axes, seek: GoalSeek, unit: tuple[str, str], language: str) -> None:
    """Mark the setting found, and write it with its chance and its cost."""
    value, p = float(seek.values[0]), float(seek.p_reach)
    axes.plot([value, value], [axes.get_ylim()[0], p], color=TARGET, linewidth=1.0)
    axes.plot([value], [p], marker="D", markersize=7, color=TARGET, zorder=5)
    lines = [f"{_lever_value(value, unit, language)}: {probability(p, language)}"]
    if language == "zh":
        lines = [lines[0].replace(": ", "：")]
    if np.isfinite(seek.cost) and seek.cost > 0.0:
        lines.append(money(seek.cost, language))
    low, high = axes.get_xlim()
    right = value < low + 0.62 * (high - low)
    under = -16 if p > 0.3 else 16
    _write(axes, "\n".join(lines), (value, p), (9 if right else -9, under),
           ha="left" if right else "right", colour=TARGET)  # fmt: skip


def _lever_value(value: float, unit: tuple[str, str], language: str) -> str:
    if unit[0] == "year":
        return f"{value:.0f}"
    return amount(value, language, unit=unit[0], name=unit[1])


def _set_lever_axis(axes: Axes, seek: GoalSeek, told: tuple[str, str, str], language: str) -> None:
    """Mark settings, with what they cost below, and name the axis."""
    name, unit, unit_name = told
    low, high = float(seek.curve["value"].iloc[0]), float(seek.curve["value"].iloc[-1])
    places = [
        float(x)
        for x in MaxNLocator(6, integer=unit == "year").tick_values(low, high)
        if low - 1e-9 <= x <= high + 1e-9
    ]
    cost = seek.curve["cost"].to_numpy(float)
    priced = bool(np.isfinite(cost).all()) and unit != "year"
    values = seek.curve["value"].to_numpy(float)
    texts = []
    for x in places:
        text = f"{x:.0f}" if unit == "year" else number(x, language)
        if priced and x:
            text += f"\n{money(float(np.interp(x, values, cost)), language)}"
        texts.append(text)
    axes.set_xticks(places, texts)
    label = gettext("{lever} ({unit})", language).format(
        lever=name, unit=unit_symbol(unit, unit_name)
    )
    if unit == "year":
        label = name
    if priced:
        label += gettext("; second line: cost in all", language)
    axes.set_xlabel(label, fontsize=8, family=FONTS, color=GREY)


# Indices and ranks.


def _index_rows(mine: pd.DataFrame, since: int, last: int, least: float) -> list[dict[str, Any]]:
    """List what is drawn of an index: the baseline twice, and the scenarios that move it most."""
    base = mine[mine["scenario"] == BASELINE.name]
    shown = [base[base["year"] == year] for year in dict.fromkeys((since, last))]
    ends = mine[(mine["year"] == last) & (mine["scenario"] != BASELINE.name)]
    middle = float(base.loc[base["year"] == last, "q50"].iloc[0])
    ends = ends.assign(change=(ends["q50"] - middle).abs())
    ends = ends[ends["change"] >= least].sort_values("change", ascending=False, kind="stable")
    return [
        {str(k): v for k, v in row.items()}
        for table in [*shown, ends.head(MOST_SHOWN)]
        for row in table.to_dict("records")
    ]


def _draw_index(axes: Axes, row: Mapping[str, Any], since: int | None, language: str) -> None:
    """Draw one interval with its median, named at the left, its value at the right."""
    place, base = row["place"], row["scenario"] == BASELINE.name
    low, middle, high = (float(row[q]) for q in ("q05", "q50", "q95"))
    hollow = base and row["year"] == since
    axes.plot([low, high], [place, place], color=MEDIAN if base else GREY, linewidth=1.6, zorder=2)
    axes.plot(
        [middle], [place], marker="o" if base else "s", markersize=6, color=MEDIAN, zorder=3,
        markerfacecolor="white" if hollow else MEDIAN if base else PALE,
    )  # fmt: skip
    name = scenario_name(str(row["scenario"]), language)
    text = f"{name} {row['year']:.0f}" if base else name
    axes.annotate(
        text, (0, place), (-8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        ha="right", va="center", fontsize=7.5, family=FONTS, color=INK if base else GREY,
    )  # fmt: skip
    _write(axes, number(middle, language, step=1), (high, place), (6, 0), colour=INK)


def _draw_ranks(axes: Axes, plan: Plan, ranked: tuple[str, pd.DataFrame], language: str) -> None:
    """Draw one indicator's ranks."""
    name, mine = ranked
    about = plan.indicators.set_index("indicator").loc[name]
    unit, step = str(about["unit"]), float(about["resolution"])
    unit_name = str(plan.units.set_index("unit").at[unit, f"name_{language}"])
    places = plan.regions.set_index("region")[f"name_{language}"]
    for place, row in enumerate(mine.to_dict("records")):
        own = row["region"] == plan.region
        if row["tie_group"] % 2:
            axes.axhspan(place - 0.5, place + 0.5, color="#eef1f4", linewidth=0, zorder=0)
        ends, weight = [row["rank_low"], row["rank_high"]], 2.6 if own else 1.4
        axes.plot(ends, [place, place], linewidth=weight, color=MEDIAN, zorder=2)
        mark: dict[str, Any] = {"marker": "D", "markersize": 6.5, "color": TARGET}
        mark = mark if own else {"marker": "o", "markersize": 5, "color": MEDIAN}
        axes.plot([row["rank"]], [place], zorder=3, **mark)
        axes.annotate(
            str(places.get(row["region"], row["region"])), (0, place), (-8, 0),
            xycoords=("axes fraction", "data"), textcoords="offset points", ha="right",
            va="center", fontsize=8, family=FONTS, color=TARGET if own else INK,
        )  # fmt: skip
        few = row["regions"] <= TOP
        told = gettext(
            N_("{value} (first: {top})") if few else N_("{value} (first three: {top})"), language
        ).format(
            value=estimate(row["median"], language, unit=unit, step=step),
            top=probability(row["p_first" if few else "p_top"], language),
        )
        axes.annotate(
            told, (1, place), (8, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=7.5, family=FONTS, color=GREY,
        )  # fmt: skip
    axes.set_xlim(0.5, float(mine["regions"].max()) + 0.5)
    axes.set_ylim(len(mine) - 0.5, -0.5)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(12, integer=True, steps=[1, 2, 5, 10]))
    make_quiet(axes, "x")
    axes.tick_params(pad=1)
    title = f"{about[f'name_{language}']} · {unit_symbol(unit, unit_name)} · {mine['year'].iloc[0]}"
    axes.annotate(
        title, (0, 1), (-100, 6), xycoords="axes fraction", textcoords="offset points",
        fontsize=9.5, family=FONTS, color=INK,
    )  # fmt: skip
    axes.set_xlabel(gettext("rank (1 is best)", language), fontsize=7.5, family=FONTS, color=GREY,
                    labelpad=1)  # fmt: skip


# Projects.


def _draw_projects(
    axes: Axes, table: pd.DataFrame, columns: tuple[str, str], language: str
) -> None:
    """Draw plan, forecast and scenarios of one quantity."""
    planned, stem = columns
    step = 1.0 if stem == "completed" else 0.0
    base = table[table["scenario"] == BASELINE.name]
    years = base["year"].to_numpy(int)
    axes.fill_between(years, base[f"{stem}_q05"], base[f"{stem}_q95"], color=PALE, linewidth=0)
    axes.plot(years, base[f"{stem}_q50"], color=MEDIAN, linewidth=1.8, marker="o", markersize=4)
    axes.plot(years, base[planned], color=TARGET, linewidth=1.4, marker="s", markersize=4)
    # Money is compared where most of it is planned, projects at the end.
    peak = len(years) - 1 if stem == "completed" else int(np.argmax(base[planned].to_numpy()))
    top = float(max(base[planned].max(), base[f"{stem}_q95"].max()))
    axes.set_ylim(-0.03 * top, 1.16 * top)
    ends = []
    for key, column, colour in ((N_("plan {value}"), planned, TARGET),
                                (N_("median {value}"), f"{stem}_q50", MEDIAN)):  # fmt: skip
        value = float(base[column].iloc[peak])
        text = gettext(key, language).format(value=estimate(value, language, step=step))
        ends.append((value, text, colour))
    for name in dict.fromkeys(table["scenario"]):
        other = table[table["scenario"] == name]
        middle = other[f"{stem}_q50"].to_numpy(float)
        if name == BASELINE.name or np.array_equal(middle, base[f"{stem}_q50"].to_numpy(float)):
            continue
        axes.plot(other["year"], middle, color=INK, linewidth=1.1, linestyle="--")
        height = estimate(float(middle[peak]), language, step=step)
        told = f"{scenario_name(str(name), language)} {height}"
        ends.append((float(middle[peak]), told, INK))
    first, last = float(years[0]), float(years[-1])
    axes.set_xlim(first - 0.3, last + (0.62 if stem == "completed" else 0.05) * (last - first))
    _name_ends(axes, float(years[peak]), ends, beside=stem == "completed")
    ticks = years[:: max(1, -(-len(years) // 6))]
    axes.set_xticks(ticks, [f"{year}" for year in ticks])
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, language)))
    make_quiet(axes)


def _name_ends(
    axes: Axes, year: float, ends: list[tuple[float, str, str]], *, beside: bool
) -> None:
    """Name lines at their right ends, or in the upper right with a thin line to a year within."""
    ends = sorted(ends, reverse=True)
    bottom, top = axes.get_ylim()
    if beside:
        places = spread_labels([value for value, *_ in ends], gap=0.066 * (top - bottom))
        over = max(places[0] - top, 0.0)
        spots = [(year, place - over) for place in places]
    else:
        left, right = axes.get_xlim()
        aside = left + 0.62 * (right - left)
        spots = [(aside, top - (0.04 + 0.08 * i) * (top - bottom)) for i in range(len(ends))]
    for (x, y), (value, text, colour) in zip(spots, ends, strict=True):
        axes.annotate(
            text, (year, value), (x, y) if not beside else (8, y),
            textcoords="data" if not beside else ("offset points", "data"), fontsize=7.5,
            va="center", family=FONTS, color=colour, zorder=6,
            arrowprops=None if beside else {
                "arrowstyle": "-", "color": colour, "linewidth": 0.6, "relpos": (0, 0.5),
            },
            path_effects=[effects.withStroke(linewidth=2.5, foreground="white")],
        )  # fmt: skip
