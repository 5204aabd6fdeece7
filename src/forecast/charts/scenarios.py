"""Charts of scenarios: fans, changes of chances, tornado, cost curve.

Lines of levers are solid, those of assumptions dashed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..i18n.catalog import N_
from ..i18n.formatting import money, number, points, scenario_name
from ..scenarios.goal_seeking import GoalSeek
from ..scenarios.scenario import BASELINE
from ..tables.names import Names
from . import style
from .fan import (
    ChartData,
    LineStyle,
    chart_data,
    draw_fan,
    draw_figures,
    draw_targets,
    moment_of,
    origin_of,
    set_axes,
)

__all__ = ["cost_curve", "difference_chart", "scenario_fans", "tornado_chart"]

MOST_PANELS, ACROSS = 9, 3
"""Panels of scenario fans, the baseline's among them, and panels in a row."""
PANEL_HEIGHT = 2.75
PAST = 2.5
"""Years before the latest figure that a panel shows."""
MOST_INPUTS = 10
CHARACTER = 0.105
"""Inches of a Chinese character beside a mark."""
FULL, GAMMA = 0.5, 0.7
"""Change of a chance that has the darkest colour, and the power by which smaller ones get less."""
DARK = 0.55
"""Share of the darkest colour from which on text is white."""
KINDS: dict[str, dict[str, Any]] = {
    "lever": {"facecolor": style.MEDIAN},
    "assumption": {"facecolor": style.PALE, "hatch": "////"},
    "input": {"facecolor": style.SHADE},
    "own": {"facecolor": "white"},
}
"""Bars of a tornado."""
DASHED = (0.0, (4.0, 1.6))
FANS = N_(
    "● published   ◇ target and its chance   bands: 80 % (baseline: 50, 80, 90 %)   thick line and "
    "blue figure: median, solid for levers, dashed for assumptions   grey dots: median and 80 % "
    "interval of the baseline"
)
DIFFERENCES = N_(
    "Blue: rises, orange: falls, the darker the more. Grey figures: below two errors. Empty: not "
    "touched by the scenario. What rests on assumptions holds if they do."
)
TORNADO = N_(
    "Ends of a bar: chance with the input at the value written there; line: chance as it is. Dark: "
    "lever; hatched: assumption; pale: related indicator; hollow: the indicator's own course."
)
CURVE = N_(
    "Curve: chance with so much of the lever a year, band: two errors. Dashed: chance asked for. "
    "Dotted: limit of the lever. Second line below: cost in all until the target year."
)


@style.themed
def scenario_fans(
    names: Names,
    quantiles: pd.DataFrame,
    compared: pd.DataFrame,
    indicator: str,
    *,
    sources: Sequence[str] = (),
) -> Figure:
    """Draw an indicator's baseline fan and, a panel each, the scenarios that change it.

    Parameters
    ----------
    names : of the plan, in the reader's language
    quantiles : those of `Paths.quantiles` of all scenarios, one below the other
    compared : from `compare`; panels are in its order, scenarios that change nothing are left
        out, and of more than eight those that change the chance least
    indicator : of the plan
    sources : as in `fan_charts`
    """
    rows = compared[compared["indicator"] == indicator]
    panels = {
        scenario: _recent(chart_data(
            names, quantiles[quantiles["scenario"] == scenario],
            rows[rows["scenario"] == scenario], indicator,
        ))
        for scenario in [BASELINE.name, *_moving(rows)]
    }  # fmt: skip
    base = panels[BASELINE.name]
    down = -(-len(panels) // ACROSS)
    notes = [names.gettext(FANS), origin_of(names, [indicator], sources)]
    figure, bottom = style.new_figure(PANEL_HEIGHT * down + 0.3, notes, names.language)
    width = (style.WIDTH - 0.4) / ACROSS
    # All panels have the scale of everything together.
    whole = replace(base, fan=pd.concat([data.fan for data in panels.values()]))
    for i, (scenario, data) in enumerate(panels.items()):
        row, column = divmod(i, ACROSS)
        left, low = 0.2 + column * width, bottom + (down - row - 1) * PANEL_HEIGHT
        axes = style.add_axes(figure, left + 0.48, low + 0.25, width - 0.55, PANEL_HEIGHT - 0.85)
        set_axes(axes, whole, moment_of(names.plan))
        _draw_scenario(axes, data, base, _last(rows[rows["scenario"] == scenario]), names)
    style.write_title(figure, f"{base.title} · {base.unit_name}", names.language)
    return figure


@style.themed
def difference_chart(names: Names, compared: pd.DataFrame) -> Figure | None:
    """Draw how each scenario changes the chance of each target; None where none does.

    Parameters
    ----------
    names : of the plan, in the reader's language
    compared : rows of `compare`, one target an indicator; rows of indicators and columns of
        scenarios without any change are left out
    """
    moved = compared[(compared["changed_by"] != "") & compared["p_change"].notna()]
    if moved.empty:
        return None
    kinds = {
        str(name): ", ".join(sorted({k for text in rows["changed_by"] for k in text.split(", ")}))
        for name, rows in moved.groupby("scenario", sort=False)
    }
    scenarios = sorted(kinds, key=lambda name: "assumption" in kinds[name])
    changed = set(moved["indicator"])
    indicators = [name for name in names.plan.indicators["indicator"] if name in changed]
    width, row = min(0.72, 6.4 / len(scenarios)), 0.42
    heads = [_wrap_head(scenario_name(name, names.language), width, names) for name in scenarios]
    above = 0.75 + 0.125 * max(map(len, heads))
    height = row * len(indicators)
    figure, bottom = style.new_figure(above + height, [names.gettext(DIFFERENCES)], names.language)
    across = width * len(scenarios)
    axes = style.add_axes(figure, style.WIDTH - 0.15 - across, bottom, across, height)
    _fill_cells(axes, moved.pivot(index="indicator", columns="scenario").reindex(indicators),
                scenarios, names.language)  # fmt: skip
    for i, indicator in enumerate(indicators):
        target = moved[moved["indicator"] == indicator].iloc[0]
        label = "\n".join(_target_lines(names, target))
        style.name_row(axes, label, i + 0.5, linespacing=1.25)
    for j, (name, head) in enumerate(zip(scenarios, heads, strict=True)):
        inches = (1.25 if names.language == "zh" else 0.95) * width
        below = style.wrap_lines(_condition(kinds[name], names), inches, names.language)
        options: dict[str, Any] = {"ha": "center", "va": "bottom", "linespacing": 1.15}
        style.write(axes, "\n".join(below), (j + 0.5, 0), (0, 5), fontsize=6.5, **options)
        up = 8 + 9.5 * len(below)
        style.write(
            axes, "\n".join(head), (j + 0.5, 0), (0, up), color=style.INK, fontsize=7, **options
        )
    title = N_("Change of each target's chance against the baseline (percentage points, ± error)")
    style.write_title(figure, names.gettext(title), names.language)
    return figure


@style.themed
def tornado_chart(
    names: Names, tornado: pd.DataFrame, *, inputs: Mapping[str, str], title: str
) -> Figure | None:
    """Draw how far each input moves a chance, the widest first; None where none does.

    Parameters
    ----------
    names : for the units and the reader's language
    tornado : as in `Sensitivity.tornado`; at most ten inputs are drawn, and none that moves the
        chance by less than two errors
    inputs : names of the inputs by their ids
    title : which target it is
    """
    clear = tornado["swing"] > np.maximum(style.CLEAR * tornado["mc_error"], 1e-9)
    table = tornado[clear].head(MOST_INPUTS)
    if table.empty:
        return None
    rows, across = 0.42 * len(table), 0.57 * style.WIDTH
    figure, bottom = style.new_figure(rows + 1.2, [names.gettext(TORNADO)], names.language)
    axes = style.add_axes(figure, 0.33 * style.WIDTH, bottom + 0.5, across, rows + 0.2)
    base, longest = float(table["p_base"].iloc[0]), 0.0
    for i, row in enumerate(table.to_dict("records")):
        low, high = float(row["p_low"]), float(row["p_high"])
        axes.barh(
            i, high - low, left=low, height=0.56, edgecolor=style.MEDIAN, linewidth=1.1, zorder=2,
            **KINDS[row["kind"]],
        )  # fmt: skip
        for p, value, other in ((low, row["low"], high), (high, row["high"], low)):
            text = names.format_rounded(value, str(row["unit"]))
            longest = max(longest, style.ems(text))
            side = 1 if p > other or (p == other and value == row["high"]) else -1
            style.write_near(axes, text, (p, i), (5 * side, 0), ha="left" if side > 0 else "right")
        name = inputs.get(str(row["input"]), str(row["input"]))
        kind = names.label("input_kind", str(row["kind"]))
        label = "\n".join([*style.wrap_lines(name, 2.9, names.language)[:2], kind])
        style.name_row(axes, label, i, linespacing=1.2)
    axes.plot([base, base], [-0.42, len(table) - 0.5], color=style.INK, linewidth=1.2, zorder=3)
    style.write_near(axes, names.format_chance(base), (base, -0.62), ha="center", color=style.INK)
    ends = [*table["p_low"], *table["p_high"], base]
    wide = CHARACTER * longest + 0.15
    room = max(max(ends) - min(ends), 0.01) * wide / (across - 2.0 * wide)
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.set_ylim(len(table) - 0.5, -0.85)
    _set_chances(axes, names.language, axis="x")
    axes.set_yticks([])
    axes.set_xlabel(names.gettext("chance of reaching the target"))
    style.write_title(figure, title, names.language)
    return figure


@style.themed
def cost_curve(names: Names, seek: GoalSeek, *, lever: str, title: str) -> Figure:
    """Draw a target's chance against one lever, with the setting found and what it costs.

    Parameters
    ----------
    names : for the units and the reader's language
    seek : from `goal_seek`, of one lever
    lever : the lever's name
    title : which target it is
    """
    figure, bottom = style.new_figure(3.75, [names.gettext(CURVE)], names.language, width=7.4)
    axes = style.add_axes(figure, 0.74, bottom + 0.62, 6.36, 2.8)
    x, p, error = (seek.curve[c].to_numpy(float) for c in ("value", "p_reach", "mc_error"))
    low, high = np.maximum(p - style.CLEAR * error, 0), np.minimum(p + style.CLEAR * error, 1)
    axes.fill_between(x, low, high, color=style.PALE, linewidth=0)
    axes.plot(x, p, color=style.MEDIAN, linewidth=1.8, marker="o", markersize=3)
    axes.axhline(seek.probability, color=style.INK, linewidth=1.0, linestyle="--")
    span = float(x[-1] - x[0]) or 1.0
    axes.set_xlim(x[0] - 0.03 * span, x[-1] + 0.12 * span)
    axes.set_ylim(-0.03, 1.09)
    wanted = names.format_chance(seek.probability)
    wanted = names.gettext("asked for {probability}", probability=wanted)
    edge = (x[-1] + 0.11 * span, seek.probability)
    style.write_near(axes, wanted, edge, (0, 7), ha="right", color=style.INK)
    if seek.units[0] != "year":
        limit = float(seek.upper[0]) if seek.upper[0] else float(seek.lower[0])
        axes.axvline(limit, color=style.GREY, linewidth=1.0, linestyle=":")
        side = -1 if limit > 0 else 1
        text = names.gettext("limit {value}", value=number(limit, names.language))
        style.write_near(
            axes, text, (limit, 1.06), (4 * side, 0), ha="right" if limit > 0 else "left"
        )
    if np.isfinite(seek.values[0]):
        _mark_setting(axes, seek, names)
    _set_chances(axes, names.language, axis="y")
    _set_lever_axis(axes, seek, lever, names)
    style.write_title(figure, title, names.language)
    return figure


def _set_chances(axes: Axes, language: str, *, axis: str) -> None:
    """Mark an axis of chances in percent, between 0 and 100 only."""
    low, high = axes.get_xlim() if axis == "x" else axes.get_ylim()
    ticks = [
        float(tick)
        for tick in MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low, high)
        if max(low, 0.0) - 1e-9 <= tick <= min(high, 1.0) + 1e-9
    ]
    apart = min(np.diff(ticks)) if len(ticks) > 1 else 0.1
    step = 1.0 if apart >= 0.0099 else 0.1
    texts = [number(100 * tick, language, unit="percent", step=step) for tick in ticks]
    (axes.set_xticks if axis == "x" else axes.set_yticks)(ticks, texts)
    style.make_quiet(axes, "x" if axis == "x" else "y")


def _condition(kind: str, names: Names) -> str:
    """Name what an answer rests on, with an `if` where that is an assumption."""
    label = names.label("changed_by", kind)
    return names.gettext("{kind} (if)", kind=label) if "assumption" in kind else label


# Fans.


def _recent(data: ChartData) -> ChartData:
    """Leave out figures that lie long before the forecast: a small panel has no room for them."""
    first = float(data.fan.index[0]) if len(data.fan) else float(data.figures["year"].max())
    figures = data.figures[data.figures["year"] >= first - PAST]
    return replace(
        data, figures=figures, targets=data.targets[data.targets["year"] >= first - PAST]
    )


def _last(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["year"] == rows["year"].max()]


def _moving(rows: pd.DataFrame) -> list[str]:
    """List scenarios that change an indicator, in order; of too many those that change it most."""
    last = _last(rows)
    moved = last[last["changed_by"] != ""].drop_duplicates("scenario")
    size = moved["p_change"].abs().fillna(0.0).to_numpy()
    kept = set(np.argsort(-size, kind="stable")[: MOST_PANELS - 1])
    return [str(name) for i, name in enumerate(moved["scenario"]) if i in kept]


def _draw_scenario(
    axes: Axes, data: ChartData, base: ChartData, rows: pd.DataFrame, names: Names
) -> None:
    """Draw one panel over the baseline; `rows` are those of `compare` of its last targets."""
    left, right = axes.get_xlim()
    axes.set_xlim(left, right + 0.12 * (right - left))
    scenario, kind = str(rows["scenario"].iloc[0]), str(rows["changed_by"].iloc[0])
    if data is base:
        below = names.gettext("as things go now")
        draw_fan(axes, data, plain=True)
    else:
        row = rows.loc[rows["p_change"].abs().fillna(0.0).idxmax()]
        change = points(row["p_change"], names.language, error=row["p_change_error"])
        kind_text = _condition(kind, names)
        below = names.gettext("{kind} · chance {points}", kind=kind_text, points=change)
        line: LineStyle = DASHED if "assumption" in kind else "-"
        draw_fan(axes, data, bands=style.BANDS[1:2], linestyle=line, plain=True)
        for column, width in (("q10", 0.9), ("q50", 1.3), ("q90", 0.9)):
            axes.plot(
                base.fan.index, base.fan[column], color=style.GREY, linewidth=width, linestyle=":"
            )
    draw_figures(axes, data)
    # Only the last target is named; earlier ones would overprint.
    final = data.targets["year"] == data.targets["year"].max()
    early = data.targets[~final]
    axes.plot(
        early["year"], early["target"], color=style.TARGET, marker="D", markersize=4, linestyle="",
        markerfacecolor="white", zorder=4,
    )  # fmt: skip
    draw_targets(axes, replace(data, targets=data.targets[final]))
    years = [round(x) for x in axes.get_xticks()]
    axes.set_xticks(years[:: -(-len(years) // 6)])
    head = "\n".join(style.wrap_lines(scenario_name(scenario, names.language), 2.9, names.language))
    style.title_axes(axes, head, -22, below=below)


# Changes of chances.


def _target_lines(names: Names, row: pd.Series) -> list[str]:
    """Name of an indicator in at most two lines, its target in the second."""
    name = names.name("indicators", row["indicator"])
    lines = style.wrap_lines(name, 2.75, names.language)[:2]
    tail = f"{names.format_target(row)} · {row['year']:.0f}"
    return [*lines[:-1], f"{lines[-1]} {tail}"] if len(lines) > 1 else [lines[0], tail]


def _wrap_head(text: str, width: float, names: Names) -> list[str]:
    """Break a scenario's name into lines of its column, words whole."""
    if names.language == "zh":
        return style.wrap_lines(text, 1.15 * width, names.language)
    return textwrap.wrap(text, int(width / 0.06), break_long_words=False)


def _fill_cells(axes: Axes, table: pd.DataFrame, scenarios: list[str], language: str) -> None:
    """Colour each change by sign and size where it is beyond its error, and write it out."""
    change, error = (
        table[column].reindex(columns=scenarios).to_numpy(float)
        for column in ("p_change", "p_change_error")
    )
    clear = (np.abs(change) > style.CLEAR * error) & (np.round(change, 4) != 0.0)
    share = np.minimum(np.abs(change) / FULL, 1.0) ** GAMMA
    colours = np.where(np.isnan(change), np.nan, np.where(clear, np.sign(change) * share, 0.0))
    texts = [[points(p, language, bare=True) for p in row] for row in change]
    sns.heatmap(
        colours, annot=np.array(texts), fmt="", cmap=style.CHANGES, vmin=-1.0, vmax=1.0, cbar=False,
        linewidths=0.8, linecolor=style.GRID, xticklabels=False, yticklabels=False, ax=axes,
        annot_kws={"fontsize": 8.5},
    )  # fmt: skip
    axes.set_axis_off()
    written = [(i, j) for i, j in np.ndindex(change.shape) if not np.isnan(change[i, j])]
    for text, (i, j) in zip(list(axes.texts), written, strict=True):
        dark = abs(colours[i, j]) > DARK
        text.set_color("white" if dark else style.INK if clear[i, j] else style.GREY)
        if round(1000 * error[i, j]) > 0:
            text.set_y(i + 0.36)
            below = f"±{number(100 * error[i, j], language, step=0.1)}"
            options: dict[str, Any] = {"color": text.get_color(), "fontsize": 6.5}
            style.write(axes, below, (j + 0.5, i + 0.72), ha="center", **options)


# The cost curve.


def _mark_setting(axes: Axes, seek: GoalSeek, names: Names) -> None:
    """Mark the setting found, and write it with its chance and its cost."""
    value, p = float(seek.values[0]), float(seek.p_reach)
    axes.plot([value, value], [axes.get_ylim()[0], p], color=style.TARGET, linewidth=1.0)
    axes.plot([value], [p], marker="D", markersize=7, color=style.TARGET, zorder=5)
    setting = names.format_amount(value, seek.units[0])
    lines = [names.gettext("{setting}: {chance}", setting=setting, chance=names.format_chance(p))]
    if np.isfinite(seek.cost) and seek.cost > 0.0:
        lines.append(money(seek.cost, names.language))
    low, high = axes.get_xlim()
    right = value < low + 0.62 * (high - low)
    offset = (9 if right else -9, -16 if p > 0.3 else 16)
    ha = "left" if right else "right"
    style.write_near(axes, "\n".join(lines), (value, p), offset, ha=ha, color=style.TARGET)


def _set_lever_axis(axes: Axes, seek: GoalSeek, lever: str, names: Names) -> None:
    """Mark settings, with what they cost below, and name the axis."""
    unit, dated = seek.units[0], seek.units[0] == "year"
    values, cost = (seek.curve[c].to_numpy(float) for c in ("value", "cost"))
    ticks = [
        float(x)
        for x in MaxNLocator(6, integer=dated).tick_values(values[0], values[-1])
        if values[0] - 1e-9 <= x <= values[-1] + 1e-9
    ]
    priced = bool(np.isfinite(cost).all()) and not dated
    texts = []
    for x in ticks:
        text = f"{x:.0f}" if dated else number(x, names.language)
        if priced and x:
            text += f"\n{money(float(np.interp(x, values, cost)), names.language)}"
        texts.append(text)
    axes.set_xticks(ticks, texts)
    label = lever
    if not dated:
        label = names.gettext("{lever} ({unit})", lever=lever, unit=names.symbol(unit))
    if priced:
        label += names.gettext("; second line: cost in all")
    axes.set_xlabel(label)
