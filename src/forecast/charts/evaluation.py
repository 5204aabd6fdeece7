"""Pictures of an evaluation: one page of everything, progress by schedule, years of attainment.

Names stand where their marks are, not in a legend; shapes, hatches and written numbers tell apart
what colour does, for the colour-blind and in grey. A figure belongs to the caller.
"""

from __future__ import annotations

import math
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

from ..i18n.catalog import N_, gettext
from ..i18n.formatting import (
    NO_VALUE,
    change,
    comparison,
    day,
    estimate,
    number,
    probability,
    unit_symbol,
)
from ..i18n.labels import LABELS, label_of
from ..tables.plan import Plan
from .fan import (
    FONTS,
    GREY,
    INK,
    LINE_HEIGHT,
    MEDIAN,
    TARGET,
    Panel,
    charted,
    load_font,
    make_quiet,
    moment_of,
    origin_of,
    panel_of,
    wrap_lines,
)

__all__ = [
    "attainment_chart",
    "comparison_chart",
    "course_panels",
    "dashboard",
    "outcome_chart",
    "progress_chart",
    "region_panels",
]

WIDTH = 10.0
ACROSS = 4
"""Small pictures in a row of a dashboard."""
SPARK = 0.72
"""Inches of a small picture's graph, without its name."""
LINE = 0.125
"""Inches of a line of a small picture's name."""
ROW = 0.3
PALE, BAND, EDGE = "#a9c9e6", "#dfe3e8", "#c3c9d0"
LOOKS: dict[str, dict[str, Any]] = {
    "met": {"facecolor": MEDIAN},
    "reached": {"facecolor": "#3f78ad"},
    "likely": {"facecolor": "#6fa3d0"},
    "uncertain": {"facecolor": PALE, "hatch": "..."},
    "unlikely": {"facecolor": "#f1c9a8", "hatch": "////"},
    "missed": {"facecolor": TARGET},
    "not_published": {"facecolor": "white", "hatch": "xxx"},
    "no_data": {"facecolor": "white"},
}
"""How the bars of the verdicts look."""
SHARES = (-25.0, 150.0)
"""Percent of the way to a target that a picture of progress shows."""
AHEAD = 12
"""Years after the last target that a picture of years shows."""
MARKS: dict[str, dict[str, Any]] = {
    "met": {"marker": "s", "color": MEDIAN},
    "missed": {"marker": "X", "color": TARGET, "markersize": 11, "markeredgecolor": "white"},
    "not_published": {"marker": "o", "color": INK, "markerfacecolor": "white"},
    "ahead": {"marker": "o", "color": INK, "markerfacecolor": "white"},
}
"""How the outcomes of targets look."""
GRAPH = "graph"


def dashboard(
    plan: Plan,
    quantiles: pd.DataFrame,
    attainment: pd.DataFrame,
    *,
    language: str,
    sources: Sequence[str] = (),
) -> Figure:
    """Draw one page of everything: verdicts, chances by area and year, a small picture each.

    Parameters
    ----------
    plan : for names, units and published figures
    quantiles, attainment : as the functions of the same names give them
    language : `zh` or `en`
    sources : as in `fan_charts`
    """
    names = charted(plan, attainment)
    panels = [panel_of(plan, quantiles, attainment, name, language) for name in names]
    heads, cell, rows = _spark_grid(panels, language)
    statuses = [k for k in LABELS["status"] if k in set(attainment["status"])]
    areas = _areas(plan, attainment)
    upper = max(ROW * (len(areas) + 1), 0.27 * len(statuses)) + 0.55
    notes = (
        [
            gettext(
                "The darker a cell the higher the chance; hatched: the year has "
                "passed or no figure was ever published. Small pictures: ● "
                "published   ━ median   band: 80 % interval   ◇ and dashed line: "
                "last target.",
                language,
            )
        ]
        if panels
        else []
    )
    notes.append(origin_of(plan, names, language, sources))
    below_title = 0.62
    figure, bottom = _framed(below_title + upper + cell * rows + 0.3, notes, language)
    total = figure.get_figheight()
    _write_heads(figure, plan, language)
    top = total - below_title
    _draw_counts(figure, (attainment["status"], statuses), (top, upper), language)
    _draw_heat(figure, plan, (attainment, areas), (top, upper), language)
    for axes in _draw_sparks(figure, panels, heads, (bottom, cell)):
        if axes.get_xlim()[0] <= moment_of(plan) <= axes.get_xlim()[1]:
            axes.axvline(moment_of(plan), color=GREY, linewidth=0.9, linestyle=":", zorder=1)
    return figure


def progress_chart(
    plan: Plan, table: pd.DataFrame, *, language: str, sources: Sequence[str] = ()
) -> Figure | None:
    """Draw how much of the way to its target each indicator has gone, beside the schedule.

    Parameters
    ----------
    plan : for names and sources
    table : a row an indicator, in percent of the way from baseline to target: `gone` (published,
        NaN where only one figure is) and `due_then` in `latest_year`; `due` and the estimate
        `low`, `middle`, `high` at the end of the year `now`; rows without any of them are left out
    language : `zh` or `en`
    sources : as in `fan_charts`

    Returns
    -------
    None where no row has anything to draw.
    """
    shown = table[table["gone"].notna() | table["middle"].notna()]
    if shown.empty:
        return None
    now = int(shown["now"].iloc[0])
    notes = [gettext("Way: baseline 0, target 100 % (dashed). Dark narrow bar: "
"published   pale wide bar and line: estimate for the end of "
"{year}, 80 % interval and median   ◇ where the schedule rule "
"wants it at the end of {year}. What lies outside is cut at the "
"edge.", language).format(year=now),
             _origin(plan, shown, language, sources)]  # fmt: skip
    figure, axes = _way_axes(len(shown), notes, language)
    for place, row in enumerate(shown.to_dict("records")):
        _draw_bullet(axes, place, row, language)
        _name_row(axes, plan, place, row, language)
    return figure


def outcome_chart(
    plan: Plan, table: pd.DataFrame, *, language: str, sources: Sequence[str] = ()
) -> Figure | None:
    """Draw how much of the way to its final target each indicator has gone, by outcome.

    Parameters
    ----------
    plan : for names and sources
    table : a row a target: `outcome`, and in percent of the way from baseline to target `gone`
        (published, NaN where there is no way to compare) and the forecast `low`, `middle`, `high`
        of its year, NaN where a figure has decided
    language : `zh` or `en`
    sources : as in `fan_charts`

    Returns
    -------
    None where no row has anything to draw.
    """
    decided = table["outcome"].isin(["met", "missed"])
    shown = table[decided | table["gone"].notna() | table["middle"].notna()]
    if shown.empty:
        return None
    notes = [
        gettext(
            "Way: baseline 0, target 100 % (dashed). Bar and mark: where the "
            "published figure stands   ■ met   ✕ missed   ○ no final figure "
            "yet   pale band and line: forecast for the target year, 80 % "
            "interval and median. What lies outside is cut at the edge; marks "
            "without a way stand at the right.",
            language,
        ),
        _origin(plan, shown, language, sources),
    ]
    figure, axes = _way_axes(len(shown), notes, language)
    for place, row in enumerate(shown.to_dict("records")):
        _draw_outcome(axes, place, row, language)
        _name_row(axes, plan, place, row, language)
    return figure


def course_panels(
    plan: Plan,
    course: pd.DataFrame,
    attainment: pd.DataFrame,
    *,
    notes: Sequence[str],
    language: str,
) -> Figure:
    """Draw the figures of each indicator over what was forecast of them at first.

    Parameters
    ----------
    plan : for names, units and published figures
    course : quantiles by indicator and year, opened by the figure known when they were made
    attainment : targets, a picture an indicator, in their order
    notes : lines below the figure
    language : `zh` or `en`
    """
    # What was forecast stands in the band, not a chance of today beside it.
    goals = attainment.assign(p_reach=np.nan)
    names = list(goals["indicator"].drop_duplicates())
    panels = []
    for name in names:
        fan = course[course["indicator"] == name].set_index("year").sort_index()
        panels.append(replace(panel_of(plan, course, goals, name, language), fan=fan))
    heads, cell, rows = _spark_grid(panels, language)
    figure, bottom = _framed(cell * rows + 0.1, notes, language)
    _draw_sparks(figure, panels, heads, (bottom, cell))
    return figure


def attainment_chart(
    plan: Plan, rows: pd.DataFrame, *, language: str, sources: Sequence[str] = ()
) -> Figure | None:
    """Draw when each target is expected to be met: 10 to 90 % of the futures, and its own year.

    Parameters
    ----------
    plan : for names and sources
    rows : of `attainment`, one target an indicator
    language : `zh` or `en`
    sources : as in `fan_charts`

    Returns
    -------
    None where no year is known of any target.
    """
    shown = rows[rows["latest"].notna()]
    if shown.empty:
        return None
    ends = shown[["year", "attainment_early"]].astype("Float64").to_numpy(float, na_value=np.nan)
    last = float(np.nanmax(shown["year"].to_numpy(float))) + AHEAD
    first = float(np.nanmin(ends)) - 1.0
    notes = [gettext("Line: 10 to 90 % range of the year of attainment   ● even chance  "
" ■ met by a published figure   ◇ the target's year   ▶ beyond the "
"picture   later: not within twenty years", language),
             origin_of(plan, list(shown["indicator"]), language, sources)]  # fmt: skip
    figure, axes = _row_axes(len(shown), notes, language)
    axes.set_xlim(first, last + 0.6)
    for place, row in enumerate(shown.to_dict("records")):
        _draw_years(axes, place, row, (last, language))
        _name_row(axes, plan, place, row, language)
    axes.xaxis.set_major_locator(MaxNLocator(9, integer=True))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    moment = moment_of(plan)
    if first <= moment <= last:
        axes.axvline(moment, color=GREY, linewidth=0.9, linestyle=":", zorder=1)
    _set_label(axes, gettext("year", language))
    return figure


def region_panels(
    panels: Sequence[Panel], *, moment: float, notes: Sequence[str], language: str
) -> Figure:
    """Draw one indicator in many regions, small pictures of one scale.

    Parameters
    ----------
    panels : one a region, with its name; those without targets or forecasts have empty tables
    moment : place of the as-of date on the time axis
    notes : lines below the figure
    language : `zh` or `en`
    """
    rows, cell = -(-len(panels) // ACROSS), SPARK + LINE + 0.24
    figure, bottom = _framed(cell * rows + 0.1, notes, language)
    drawn = []
    for place, panel in enumerate(panels):
        row, column = divmod(place, ACROSS)
        corner = (0.2 + column * 9.7 / ACROSS, bottom + (rows - row - 1) * cell + 0.18)
        drawn.append(_draw_spark(figure, panel, [panel.name], corner))
    limits = [(*axes.get_xlim(), *axes.get_ylim()) for axes in drawn]
    left, right = min(x[0] for x in limits), max(x[1] for x in limits)
    low, high = min(x[2] for x in limits), max(x[3] for x in limits)
    ends = [math.ceil(left), math.floor(right)]
    for axes in drawn:
        axes.set_xlim(left, right)
        axes.set_ylim(low, high)
        axes.set_xticks(ends, [str(end) for end in ends])
        if left <= moment <= right:
            axes.axvline(moment, color=GREY, linewidth=0.9, linestyle=":", zorder=1)
    return figure


def comparison_chart(
    table: pd.DataFrame,
    *,
    unit: str,
    titles: Sequence[str],
    notes: Sequence[str] = (),
    language: str,
) -> Figure:
    """Draw regions one below the other: the latest figure, and the pace a year.

    Parameters
    ----------
    table : name, latest, latest_year, pace (NaN with one figure), own (whether the region's name
        stands out), in the order drawn
    unit : the indicator's unit id
    titles : over the two halves; without any pace there is no second one
    notes : lines below the figure
    language : `zh` or `en`
    """
    height = 0.235 * len(table)
    figure, below = _framed(
        height + 0.75,
        [
            gettext(
                "Orange diamond: this report's region. Pace: mean change a year "
                "over the last four figures; with one figure there is none. "
                "Figures of different years do not compare.",
                language,
            ),
            *notes,
        ],
        language,
    )
    total = figure.get_figheight()
    for half, (column, title) in enumerate(zip(("latest", "pace"), titles, strict=True)):
        if table[column].isna().all():
            continue
        axes = figure.add_axes(
            (0.2 + 0.43 * half, (below + 0.35) / total, 0.25, height / total), label=GRAPH
        )
        values = table[column].to_numpy(float)
        known = values[np.isfinite(values)]
        low, high = min(known.min(initial=np.inf), 0.0), max(known.max(initial=0.0), 0.0)
        axes.set_xlim(low - 0.03 * (high - low or 1.0), high + 0.03 * (high - low or 1.0))
        farthest = max(-low, high)
        axes.set_ylim(len(table) - 0.5, -0.5)
        axes.set_yticks([])
        make_quiet(axes, "x")
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda v, _, far=farthest: number(v, language, unit=unit, like=far))
        )
        axes.axvline(0.0, color=GREY, linewidth=0.9)
        axes.annotate(
            title, (0, 1), (0, 8), xycoords="axes fraction", textcoords="offset points",
            fontsize=9.5, family=FONTS, color=INK,
        )  # fmt: skip
        for place, row in enumerate(table.to_dict("records")):
            _draw_region(axes, place, row, (column, unit, language))
    return figure


# Frames and texts.


def _framed(height: float, notes: Sequence[str], language: str) -> tuple[Figure, float]:
    """Make an empty figure with notes below; give it and the inches that they take."""
    load_font()
    lines = [line for note in notes for line in wrap_lines(note, WIDTH - 0.5, language)]
    below = LINE_HEIGHT * len(lines) + 0.16
    total = height + below
    figure = Figure(figsize=(WIDTH, total))
    for place, line in enumerate(reversed(lines)):
        y = (0.09 + LINE_HEIGHT * place) / total
        figure.text(0.2 / WIDTH, y, line, fontsize=8, family=FONTS, color=GREY)
    return figure, below


def _origin(plan: Plan, shown: pd.DataFrame, language: str, sources: Sequence[str]) -> str:
    """Say as `origin_of` does whose figures they are, of a picture without a dotted line."""
    text = origin_of(plan, list(shown["indicator"]), language, sources)
    return text.replace(gettext(" (dotted line)", language), "")


def _row_axes(rows: int, notes: Sequence[str], language: str) -> tuple[Figure, Axes]:
    """Make a figure of a row an indicator, with room for names at the left and at the right."""
    height = 0.34 * rows
    figure, below = _framed(height + 0.62, notes, language)
    total = figure.get_figheight()
    axes = figure.add_axes((0.33, (below + 0.45) / total, 0.47, height / total), label=GRAPH)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks([])
    make_quiet(axes, "x")
    return figure, axes


def _way_axes(rows: int, notes: Sequence[str], language: str) -> tuple[Figure, Axes]:
    """Make a figure of a row an indicator, across the way from baseline to target in percent."""
    figure, axes = _row_axes(rows, notes, language)
    axes.axvline(0.0, color=INK, linewidth=1.0)
    axes.axvline(100.0, color=TARGET, linewidth=1.2, linestyle="--")
    axes.set_xlim(*SHARES)
    ticks = [0, 25, 50, 75, 100, 125]
    axes.set_xticks(ticks, [number(t, language, unit="percent") for t in ticks])
    _set_label(axes, gettext("share of the way gone", language))
    return figure, axes


def _set_label(axes: Axes, text: str) -> None:
    axes.set_xlabel(text, fontsize=8, family=FONTS, color=GREY)


def _name_row(axes: Axes, plan: Plan, place: int, row: Mapping[str, Any], language: str) -> None:
    """Write an indicator's name and its target at the left."""
    about = plan.indicators.set_index("indicator").loc[row["indicator"]]
    unit = str(about["unit"])
    goal = comparison(str(row["comparator"]), float(row["target"]), language, unit=unit)
    names = plan.units.set_index("unit")[f"name_{language}"]
    if unit_symbol(unit, str(names[unit])) == names[unit]:
        goal = gettext("{goal} ({unit})", language).format(goal=goal, unit=names[unit])
    below = f"{goal} · {row['year']:.0f}"
    for text, down, size, colour in (
        (str(about[f"name_{language}"]), -0.17, 7.5, INK), (below, 0.2, 6.8, GREY)
    ):  # fmt: skip
        axes.annotate(
            text, (0, place + down), (-8, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", va="center", fontsize=size, family=FONTS,
            color=colour,
        )  # fmt: skip


def _aside(axes: Axes, text: str, place: int, colour: str = INK) -> None:
    """Write at the right of a row."""
    axes.annotate(
        text, (1, place), (8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        va="center", fontsize=7.5, family=FONTS, color=colour,
    )  # fmt: skip


# The page of everything.


def _areas(plan: Plan, attainment: pd.DataFrame) -> list[str]:
    """Areas with a target, in their own order."""
    area_of = plan.indicators.set_index("indicator")["area"]
    used = set(attainment["indicator"].map(area_of))
    return [str(area) for area in plan.areas["area"] if area in used]


def _write_heads(figure: Figure, plan: Plan, language: str) -> None:
    """Write what the page is of, and the day of its figures."""
    total = figure.get_figheight()
    place = str(plan.regions.set_index("region").at[plan.region, f"name_{language}"])
    known = (
        gettext("As of {day}", language).format(day=day(plan.as_of, language))
        if plan.as_of
        else gettext("Everything known is used", language)
    )
    title = gettext("{region}: the plan's targets on one page", language).format(region=place)
    for text, down, size, colour in ((title, 0.26, 13, INK), (known, 0.47, 8.5, GREY)):
        figure.text(
            0.02, 1 - down / total, text, fontsize=size, family=FONTS, color=colour, va="center"
        )


def _part(
    figure: Figure, left: float, width: float, room: tuple[float, float], tall: float, title: str
) -> Axes:
    """Make bare axes of a part, `tall` inches high, under its title."""
    total = figure.get_figheight()
    top = room[0] - 0.42
    axes = figure.add_axes(
        (left / WIDTH, (top - tall) / total, width / WIDTH, tall / total), label=GRAPH
    )
    axes.set_axis_off()
    figure.text(
        (0.2 if left < WIDTH / 3 else 4.15) / WIDTH, (room[0] - 0.12) / total, title, fontsize=9.5,
        family=FONTS, color=INK, va="center",
    )  # fmt: skip
    return axes


def _draw_counts(
    figure: Figure,
    counted: tuple[pd.Series, Sequence[str]],
    room: tuple[float, float],
    language: str,
) -> None:
    """Draw a bar a verdict, named at the left, counted at its end."""
    codes, statuses = counted
    counts = codes.value_counts()
    title = gettext("Verdicts on {count} targets", language).format(count=len(codes))
    axes = _part(figure, 1.75, 1.75, room, 0.27 * len(statuses), title)
    axes.set_xlim(0, max(float(counts.max()), 1.0) if len(counts) else 1.0)
    axes.set_ylim(len(statuses) - 0.5, -0.5)
    for place, status in enumerate(statuses):
        axes.barh(
            place, counts[status], height=0.66, edgecolor=MEDIAN, linewidth=0.8, **LOOKS[status]
        )
        axes.annotate(
            label_of("status", status, language), (0, place), (-5, 0), textcoords="offset points",
            ha="right", va="center", fontsize=8, family=FONTS, color=INK,
        )  # fmt: skip
        axes.annotate(
            str(counts[status]), (counts[status], place), (4, 0), textcoords="offset points",
            va="center", fontsize=8, family=FONTS, color=INK,
        )  # fmt: skip


def _draw_heat(
    figure: Figure,
    plan: Plan,
    told: tuple[pd.DataFrame, Sequence[str]],
    room: tuple[float, float],
    language: str,
) -> None:
    """Draw the mean chance of the open targets by area and year, and how many that is of."""
    attainment, areas = told
    area_of = plan.indicators.set_index("indicator")["area"]
    open_ = attainment["status"].isin(["reached", "likely", "uncertain", "unlikely"])
    table = attainment.assign(
        area=attainment["indicator"].map(area_of), chance=attainment["p_reach"].where(open_)
    )
    years = sorted(set(table["year"]))
    axes = _part(
        figure,
        5.75,
        4.0,
        room,
        ROW * (len(areas) + 1),
        gettext("Mean chance by area and target year (targets with a chance / all)", language),
    )
    axes.set_xlim(0, len(years))
    axes.set_ylim(len(areas), -1)
    for place, area in enumerate(areas):
        name = str(plan.areas.set_index("area").at[area, f"name_{language}"])
        axes.annotate(
            name, (0, place + 0.5), (-6, 0), textcoords="offset points", ha="right", va="center",
            fontsize=8, family=FONTS, color=INK,
        )  # fmt: skip
    for column, year in enumerate(years):
        axes.text(
            column + 0.5, -0.4, f"{year:.0f}", ha="center", va="center", fontsize=8, color=GREY,
            family=FONTS,
        )  # fmt: skip
        for place, area in enumerate(areas):
            mine = table[(table["area"] == area) & (table["year"] == year)]
            if len(mine):
                _fill_cell(axes, (column, place), mine["chance"], language)


def _fill_cell(axes: Axes, place: tuple[int, int], chances: pd.Series, language: str) -> None:
    """Shade a cell by the mean chance, and write it with the number of targets it is of."""
    known, mean = int(chances.notna().sum()), float(chances.mean())
    share = 0.0 if math.isnan(mean) else mean
    pole = (18, 64, 111)
    colour = tuple(1.0 - (0.06 + 0.88 * share) * (1.0 - c / 255.0) for c in pole)
    column, row = place
    axes.add_patch(
        Rectangle(
            (column + 0.03, row + 0.05), 0.94, 0.9, edgecolor=EDGE, linewidth=0.8,
            facecolor=colour if known else "white", hatch=None if known else "////",
        )
    )  # fmt: skip
    text = probability(mean, language) if known else NO_VALUE
    parts = gettext("{known}/{all}", language).format(known=known, all=len(chances))
    ink = "white" if share > 0.55 else INK
    edge = [] if known else [effects.withStroke(linewidth=3, foreground="white")]
    axes.text(
        column + 0.5, row + 0.5, f"{text}  {parts}" if known else parts, ha="center", va="center",
        fontsize=7.5, family=FONTS, color=ink, path_effects=edge,
    )  # fmt: skip


def _spark_grid(panels: Sequence[Panel], language: str) -> tuple[list[list[str]], float, int]:
    """Give the heads of small pictures, the height of one with its head, and the rows of them."""
    heads = [wrap_lines(f"{p.name} · {p.unit_name}", 1.95, language) for p in panels]
    lines = max((len(head) for head in heads), default=0)
    return heads, SPARK + LINE * lines + 0.24, -(-len(panels) // ACROSS)


def _draw_sparks(
    figure: Figure, panels: Sequence[Panel], heads: Sequence[list[str]], place: tuple[float, float]
) -> list[Axes]:
    """Draw small pictures in rows above `place`: bottom of the last row, and height of a row."""
    bottom, cell = place
    rows = -(-len(panels) // ACROSS)
    drawn = []
    for i, (panel, head) in enumerate(zip(panels, heads, strict=True)):
        row, column = divmod(i, ACROSS)
        corner = (0.2 + column * 9.7 / ACROSS, bottom + (rows - row - 1) * cell + 0.18)
        drawn.append(_draw_spark(figure, panel, head, corner))
    return drawn


def _draw_spark(
    figure: Figure, panel: Panel, head: Sequence[str], corner: tuple[float, float]
) -> Axes:
    """Draw one indicator: figures, band and median, target line; numbers stand at the right."""
    total = figure.get_figheight()
    x, y = corner
    axes = figure.add_axes((x / WIDTH, y / total, 1.15 / WIDTH, SPARK / total), label=GRAPH)
    figure.text(
        x / WIDTH, (y + SPARK + 0.05) / total, "\n".join(head), fontsize=7.2, family=FONTS,
        color=INK, va="bottom", linespacing=1.2,
    )  # fmt: skip
    seen, fan, goals = panel.seen, panel.fan, panel.goals
    goal = goals.sort_values("year", kind="stable").iloc[-1] if len(goals) else None
    if not fan.empty:
        axes.fill_between(fan.index, fan["q10"], fan["q90"], color=PALE, linewidth=0)
        axes.plot(fan.index, fan["q50"], color=MEDIAN, linewidth=1.4)
    axes.plot(seen["year"], seen["value"], color=INK, linewidth=1.0, marker="o", markersize=3)
    if goal is not None:
        axes.axhline(float(goal["target"]), color=TARGET, linewidth=1.0, linestyle="--")
        axes.plot([float(goal["year"])], [float(goal["target"])], marker="D", markersize=4.5,
                  color=TARGET, markerfacecolor="white", zorder=4)  # fmt: skip
    years = np.concatenate([seen["year"], fan.index, goals["year"]]).astype(float)
    first, last = math.floor(years.min()), math.ceil(years.max())
    axes.set_xlim(first - 0.06 * max(last - first, 1), last + 0.06 * max(last - first, 1))
    axes.margins(y=0.12)
    axes.set_yticks([])
    ends = [first, last] if last > first else [first]
    axes.set_xticks(ends, [str(end) for end in ends])
    axes.tick_params(labelsize=6.5, colors=GREY, length=0, pad=1, labelfontfamily=FONTS)
    axes.spines[:].set_visible(False)
    for place, (text, colour) in enumerate(_spark_lines(panel, goal)):
        figure.text(
            (x + 1.2) / WIDTH, (y + SPARK - 0.07 - 0.165 * place) / total, text, fontsize=6.8,
            family=FONTS, color=colour, va="center",
        )  # fmt: skip
    return axes


def _spark_lines(panel: Panel, goal: pd.Series | None) -> list[tuple[str, str]]:
    """Chance or verdict, target, median in its year, latest figure: what a small picture says."""
    language, unit = panel.language, panel.unit
    lines = [] if goal is None else _goal_lines(panel, goal)
    if len(panel.seen):
        last = panel.seen.iloc[-1]
        value, when = float(last["value"]), math.ceil(float(last["year"]) - 1e-9)
        lines.append((f"● {number(value, language, unit=unit)} · {when}", INK))
    return lines


def _goal_lines(panel: Panel, goal: pd.Series) -> list[tuple[str, str]]:
    """Chance or verdict, target, median in its year."""
    language, unit = panel.language, panel.unit
    open_ = pd.notna(goal["p_reach"]) and str(goal["status"]) not in ("met", "missed")
    told = (
        gettext("chance {p}", language).format(p=probability(float(goal["p_reach"]), language))
        if open_
        else label_of("status", str(goal["status"]), language)
    )
    year = float(goal["year"])
    target = comparison(str(goal["comparator"]), float(goal["target"]), language, unit=unit)
    lines = [(told, INK), (f"◇ {target} · {year:.0f}", TARGET)]
    if open_ and year in panel.fan.index:
        middle = estimate(float(panel.fan.at[year, "q50"]), language, unit=unit, step=panel.step)
        lines.append((f"━ {middle} · {year:.0f}", MEDIAN))
    return lines


def _draw_region(
    axes: Axes, place: int, row: Mapping[str, Any], told: tuple[str, str, str]
) -> None:
    """Draw one region's latest figure, or its pace, as a mark on a line from zero."""
    column, unit, language = told
    value, own = float(row[column]), bool(row["own"])
    colour = TARGET if own else INK
    if column == "latest":
        axes.annotate(
            str(row["name"]), (0, place), (-8, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", va="center", fontsize=7.5, family=FONTS,
            color=colour,
        )  # fmt: skip
        when = math.ceil(float(row["latest_year"]) - 1e-9)
        text = f"{number(value, language, unit=unit)} · {when}"
    else:
        known = np.isfinite(value)
        text = change(value, language, unit=unit) if known else gettext("one figure only", language)
    if np.isfinite(value):
        axes.plot([0.0, value], [place, place], color=MEDIAN, linewidth=2.4 if own else 1.2)
        axes.plot([value], [place], marker="D" if own else "o", markersize=6 if own else 4.5,
                  color=TARGET if own else MEDIAN, zorder=3)  # fmt: skip
    _aside(axes, text, place, colour if np.isfinite(value) else GREY)


# Progress and years.


def _draw_bullet(axes: Axes, place: int, row: Mapping[str, Any], language: str) -> None:
    """Draw what is published, what is estimated now, and what the schedule asks for."""
    _draw_estimate(axes, place, row)
    if np.isfinite(row["gone"]):
        gone = float(np.clip(row["gone"], *SHARES))
        axes.barh(place, gone, height=0.26, color=MEDIAN, zorder=4)
    if np.isfinite(row["due"]):
        axes.plot(
            [row["due"]], [place], marker="D", markersize=6, color=TARGET, zorder=5,
            markerfacecolor="white", markeredgewidth=1.4,
        )  # fmt: skip
    known = np.isfinite(row["gone"])
    pair = (row["gone"], row["due_then"]) if known else (row["middle"], row["due"])
    told, due = (number(v, language, unit="percent", step=1) for v in pair)
    year = math.ceil(float(row["latest_year"]) - 1e-9) if known else row["now"]
    key = N_("{year}: {gone}, due {due}") if known else N_("{year}: estimate {gone}, due {due}")
    _aside(axes, gettext(key, language).format(gone=told, due=due, year=year), place)


def _draw_estimate(axes: Axes, place: int, row: Mapping[str, Any]) -> None:
    """Draw a forecast of the way: its range, and its middle."""
    if np.isfinite(row["middle"]):
        low, middle, high = (float(np.clip(row[k], *SHARES)) for k in ("low", "middle", "high"))
        axes.barh(place, high - low, left=low, height=0.62, color=PALE, zorder=2)
        axes.plot([middle] * 2, [place - 0.31, place + 0.31], color=MEDIAN, linewidth=1.6, zorder=3)


def _draw_outcome(axes: Axes, place: int, row: Mapping[str, Any], language: str) -> None:
    """Draw how far the published figure went, a mark of the outcome at its end, and say both."""
    _draw_estimate(axes, place, row)
    outcome, known = str(row["outcome"]), np.isfinite(row["gone"])
    told = label_of("outcome", outcome, language)
    if known:
        share = number(row["gone"], language, unit="percent", step=1)
        told = gettext("{outcome}, {share}", language).format(outcome=told, share=share)
        axes.barh(place, np.clip(row["gone"], *SHARES), height=0.2, color=GREY, zorder=3)
    if known or outcome in ("met", "missed"):
        # A mark at the very edge is drawn whole.
        at = float(np.clip(row["gone"] if known else SHARES[1], *SHARES))
        look = {"markersize": 8, "markeredgewidth": 1.5, **MARKS[outcome]}
        axes.plot([at], [place], linestyle="none", zorder=5, clip_on=False, **look)
    _aside(axes, told, place)


def _draw_years(axes: Axes, place: int, row: Mapping[str, Any], told: tuple[float, str]) -> None:
    """Draw the range of years, its middle, the target's year, and say the three years."""
    last, language = told
    year = float(row["year"])
    early, middle, late = (
        float(v) if pd.notna(v) else np.inf
        for v in (row["attainment_early"], row["attainment_year"], row["attainment_late"])
    )
    sure = row["attainment_reading"] == "reached"
    if not sure and early <= last:
        end = min(late, last + 0.4)
        axes.plot([early, end], [place, place], color=MEDIAN, linewidth=2.0, zorder=2)
        if late > last:
            axes.plot([end], [place], marker=">", markersize=5, color=MEDIAN, zorder=2)
    if not sure and early > last:
        axes.plot([last + 0.4], [place], marker=">", markersize=5, color=MEDIAN, zorder=2)
    if middle <= last:
        mark = {"marker": "s", "markersize": 6} if sure else {"marker": "o", "markersize": 6.5}
        axes.plot([middle], [place], color=MEDIAN, zorder=4, **mark)  # type: ignore[arg-type]
    axes.plot(
        [year], [place], marker="D", markersize=9, markeredgewidth=1.5, color=TARGET, zorder=3,
        markerfacecolor="white",
    )  # fmt: skip
    if sure:
        _aside(axes, gettext("met in {year}", language).format(year=f"{middle:.0f}"), place)
        return
    if not np.isfinite(early):
        _aside(axes, gettext("not in twenty years", language), place)
        return
    texts = [f"{v:.0f}" if np.isfinite(v) else gettext("later", language)
             for v in (early, middle, late)]  # fmt: skip
    _aside(
        axes,
        gettext("{early} – {middle} – {late}", language).format(
            early=texts[0], middle=texts[1], late=texts[2]
        ),
        place,
    )
