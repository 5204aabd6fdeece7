"""What measures do: their effects on targets, and the chance that a lever buys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..i18n.catalog import N_
from ..i18n.formatting import money, number, points, scenario_name
from ..scenarios.goal_seeking import GoalSeek
from ..tables.names import Names
from . import style
from .chart import MARGIN, Chart, Page, Words, compose, line_height, measure, wrap
from .labels import Labels

__all__ = ["effects_chart", "effects_table", "lever_chart"]

MOST_TARGETS, MOST_EFFECTS = 5, 5
"""Targets drawn, those that change most, and effects of each."""
ROW, HEAD = 0.25, 0.34
"""Inches of an effect and of a target's head."""
LEVER: dict[str, Any] = {"marker": "o", "color": style.MEDIAN, "markerfacecolor": style.MEDIAN}
ASSUMPTION: dict[str, Any] = {"marker": "D", "color": style.TARGET, "markerfacecolor": "white"}
BEST = N_("Largest effect: {name}, chance of '{target}' {change}")
WORST = N_("No measure helps; largest effect: {name}, chance of '{target}' {change}")
EFFECTS = N_("Change of each target's chance against present trends, percentage points. {day}")
RESTS = N_("Lines: 95 % intervals of the simulation. Effects on the other targets are smaller.")
ALL_SHOWN = N_("Lines: 95 % intervals of the simulation.")
CURVE = N_("Chance of {target} in {year} by the yearly setting of one measure. {day}")
FOUND = {
    "reached": N_("{lever}: with {setting} the chance of {target} is {chance}{cost}"),
    "dated": N_("{lever}: from {setting} on the chance of {target} is {chance}{cost}"),
    "beyond": N_("{lever} alone is not enough: chance {chance} at the limit of {setting}"),
    "already": N_("{lever}: not needed, without it the chance of {target} is {chance}"),
}


def effects_table(names: Names, compared: pd.DataFrame) -> pd.DataFrame:
    """Tabulate effects beyond two standard errors, grouped by target, the largest first.

    Parameters
    ----------
    names : of the plan, in the reader's language
    compared : rows of `compare`, one target an indicator

    Returns
    -------
    indicator, name, scenario, label, rests_on (lever, assumption or both), change, low, high: of
    the chance, in percentage points, with its 95 % interval
    """
    known = compared[(compared["changed_by"] != "") & compared["p_change"].notna()]
    clear = known["p_change"].abs() > np.maximum(style.CLEAR * known["p_change_error"], 0.005)
    rows = known[clear]
    error = 100.0 * style.CLEAR * rows["p_change_error"].astype(float)
    table = pd.DataFrame({
        "indicator": rows["indicator"],
        "name": [names.name("indicators", i) for i in rows["indicator"]],
        "scenario": rows["scenario"],
        "label": [scenario_name(str(s), names.language) for s in rows["scenario"]],
        "rests_on": rows["changed_by"],
        "change": 100.0 * rows["p_change"].astype(float),
    })  # fmt: skip
    table = table.assign(low=table["change"] - error, high=table["change"] + error)
    largest = table["change"].abs().groupby(table["indicator"]).transform("max")
    order = table.assign(largest=-largest, size=-table["change"])
    order = order.sort_values(["largest", "indicator", "size"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def effects_chart(names: Names, compared: pd.DataFrame, *, name: str = "effects") -> Chart | None:
    """Draw how scenarios change the chances of targets, with intervals; None where none does.

    Parameters
    ----------
    names, compared : as in `effects_table`
    name : stem of the chart's files
    """
    table = effects_table(names, compared)
    if table.empty:
        return None
    chosen = list(table["indicator"].drop_duplicates())[:MOST_TARGETS]
    shown = [(i, _choose_effects(table[table["indicator"] == i])) for i in chosen]
    levers = table[table["rests_on"].eq("lever") & table["change"].gt(0)]
    # Of equal ones that which does nothing else: not several measures together.
    wide = levers.groupby("scenario")["indicator"].transform("size")
    best = levers.assign(size=levers["change"].round(), wide=-wide).sort_values(["size", "wide"])
    top = best.iloc[-1] if len(levers) else table.iloc[0]
    facts = {"name": top["label"], "target": top["name"]}
    change = points(top["change"] / 100.0, names.language)
    title = names.gettext(BEST if len(levers) else WORST, change=change, **facts)
    drawn = sum(len(rows) for _, rows in shown)
    note = names.gettext(RESTS if drawn < len(table) else ALL_SHOWN)
    source = names.gettext("Source: own simulation from the plan's figures and declared effects.")
    subtitle = names.gettext(EFFECTS, day=names.known_on())
    lines = names.gettext("; ").join(
        f"{row['name']} – {row['label']}: {points(row['change'] / 100.0, names.language)}"
        for _, rows in shown
        for row in rows.head(2).to_dict("records")
    )
    words = Words(title, subtitle, [note, source])
    return compose(
        name, words, lambda page: _draw_effects(page, names, shown),
        alt=names.gettext("{finding}. {rows}.", finding=title, rows=lines), data=table,
    )  # fmt: skip


def _choose_effects(rows: pd.DataFrame) -> pd.DataFrame:
    """Choose the largest effects on a target, in their order."""
    kept = rows["change"].abs().sort_values(ascending=False, kind="stable").index[:MOST_EFFECTS]
    return rows.loc[rows.index.isin(kept)]


def _draw_effects(page: Page, names: Names, shown: list[tuple[str, pd.DataFrame]]) -> None:
    """Draw effects on one scale, grouped under the names of their targets."""
    room = page.inner * (0.45 if page.narrow else 0.36)
    labels = {label: wrap(label, room, page.small) for _, rows in shown for label in rows["label"]}
    line = line_height(page.small)

    def tall(label: str) -> float:
        return max(ROW, line * len(labels[label]) + 0.06)

    body = sum(HEAD + sum(map(tall, rows["label"])) for _, rows in shown)
    page.begin(body + 0.08, [
        (LEVER, names.gettext("measure")),
        (ASSUMPTION, names.gettext("outside assumption")),
    ])  # fmt: skip
    values = np.concatenate([rows[["low", "high"]].to_numpy().ravel() for _, rows in shown])
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    texts = [points(c / 100.0, names.language, bare=True) for _, r in shown for c in r["change"]]
    edge = max(measure(text, page.small) for text in texts) + 0.12
    left, right = MARGIN + room + 0.15 + edge, page.width - MARGIN - edge
    scale = (right - left) / ((high - low) or 1.0)

    def place(value: float) -> float:
        return left + (value - low) * scale

    zero, y = place(0.0), page.top
    page.axes.plot([zero, zero], [y + HEAD - 0.05, y + body], color=style.GREY, linewidth=0.9)
    for _, rows in shown:
        head = wrap(str(rows["name"].iloc[0]), page.inner, page.small)[0]
        page.write(head, MARGIN, y + HEAD / 2, bold=True)
        y += HEAD
        for row in rows.to_dict("records"):
            height = tall(row["label"])
            _draw_effect(page, names, row, labels[row["label"]], (y + height / 2, place))
            y += height


def _draw_effect(
    page: Page, names: Names, row: dict[Any, Any], label: list[str],
    at: tuple[float, Callable[[float], float]],
) -> None:  # fmt: skip
    """Draw one effect with its interval, named at the left, its value at the far end."""
    y, place = at
    mark = LEVER if row["rests_on"] == "lever" else ASSUMPTION
    line = line_height(page.small)
    for i, text in enumerate(label):
        page.write(text, MARGIN, y + line * (i - (len(label) - 1) / 2), color=style.GREY)
    ends = [place(row["low"]), place(row["high"])]
    page.axes.plot(ends, [y, y], color=mark["color"], linewidth=1.8, zorder=2)
    page.axes.plot([place(row["change"])], [y], linestyle="none", markersize=6, zorder=3,
                   markeredgewidth=1.3, **mark)  # fmt: skip
    rises = row["change"] > 0
    x = (
        max(*ends, place(row["change"]) + 0.05)
        if rises
        else min(*ends, place(row["change"]) - 0.05)
    )
    text = points(row["change"] / 100.0, names.language, bare=True)
    page.write(text, x + (0.06 if rises else -0.06), y, ha="left" if rises else "right")


# One lever.


def lever_chart(names: Names, seek: GoalSeek, *, lever: str, target: str) -> Chart:
    """Draw a target's chance by the setting of one lever, with what it costs.

    Parameters
    ----------
    names : for the units and the reader's language
    seek : from `goal_seek`, of one lever
    lever, target : the names of the lever and of the target, with its value
    """
    title = _find_answer(names, seek, lever, target)
    subtitle = names.gettext(CURVE, target=target, year=seek.year, day=names.known_on())
    source = names.gettext("Source: own simulation from the plan's figures and declared effects.")
    data = seek.curve.assign(unit=names.symbol(seek.units[0]))
    return compose(
        f"lever_{seek.indicator}", Words(title, subtitle, [source]),
        lambda page: _draw_lever(page, names, seek, lever), alt=f"{title}. {subtitle}", data=data,
    )  # fmt: skip


def _find_answer(names: Names, seek: GoalSeek, lever: str, target: str) -> str:
    """Say what the lever has to be, or what it gives at its limit."""
    unit, dated = seek.units[0], seek.units[0] == "year"
    facts = {"lever": lever, "target": target}
    case, chance, value = "dated" if dated else "reached", seek.p_reach, seek.values[0]
    if seek.reading == "reached_already":
        case, chance = "already", seek.p_baseline
    elif not seek.reached or not np.isfinite(seek.values[0]):
        case, chance = "beyond", seek.p_upper
        value = seek.upper[0] or seek.lower[0]
    message, cost = FOUND[case], ""
    if np.isfinite(seek.cost) and seek.cost > 0.0:
        cost = names.gettext(", costing {cost} in all", cost=money(seek.cost, names.language))
    setting = names.format_rounded(float(value), unit) if np.isfinite(value) else ""
    return names.gettext(
        message, setting=setting, chance=_chance(names, chance), cost=cost, **facts
    )


def _chance(names: Names, p: float) -> str:
    """Format a chance, within 1 to 99 % as all chances are."""
    return names.format_chance(float(np.clip(p, 0.01, 0.99)))


def _draw_lever(page: Page, names: Names, seek: GoalSeek, lever: str) -> None:
    """Draw the curve, its error, the chance that is wanted, and the setting that gives it."""
    page.begin(2.9 if page.narrow else 3.1)
    axes = page.add_axes(0.55, 0.12, page.inner - 0.65, 2.15 if page.narrow else 2.35)
    x, p, error = (seek.curve[c].to_numpy(float) for c in ("value", "p_reach", "mc_error"))
    low, high = np.maximum(p - style.CLEAR * error, 0), np.minimum(p + style.CLEAR * error, 1)
    axes.fill_between(x, low, high, color=style.PALE, linewidth=0)
    axes.plot(x, p, color=style.MEDIAN, linewidth=1.8)
    span = float(x[-1] - x[0]) or 1.0
    axes.set_xlim(x[0], x[-1] + 0.02 * span)
    axes.set_ylim(0.0, 1.0)
    percents = [number(v, names.language, unit="percent") for v in (0, 25, 50, 75, 100)]
    axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0], percents)
    style.make_quiet(axes)
    axes.tick_params(labelsize=page.small)
    axes.axhline(seek.probability, color=style.INK, linewidth=1.0, linestyle="--")
    labels = Labels(axes, page.small)
    labels.block(x.tolist(), p.tolist(), 0.03)
    labels.block([x[0], x[-1]], [seek.probability] * 2, 0.01)
    if np.isfinite(seek.values[0]) and seek.reached and seek.reading == "reached":
        at = (float(seek.values[0]), float(seek.p_reach))
        axes.plot([at[0], at[0]], [0.0, at[1]], color=style.TARGET, linewidth=1.0)
        axes.plot(*at, marker="D", markersize=7, color=style.TARGET, zorder=5, clip_on=False)
        labels.block([at[0], at[0]], [0.0, at[1]], 0.03)
        text = names.format_rounded(at[0], seek.units[0])
        around = ("lower right", "upper left", "upper right", "lower left")
        labels.add(text, at, around, needed=True, color=style.TARGET)
    wanted = names.gettext("wanted: {chance}", chance=names.format_chance(seek.probability))
    for share in (0.02, 0.25, 0.5, 0.75, 1.0):
        corners = ("upper right", "lower right") if share < 0.6 else ("upper left", "lower left")
        if labels.add(wanted, (x[0] + share * span, seek.probability), corners, color=style.INK):
            break
    _set_settings(page, axes, names, seek, lever)


def _set_settings(page: Page, axes: Axes, names: Names, seek: GoalSeek, lever: str) -> None:
    """Mark settings with their cost in all below, and name both lines."""
    unit, dated = seek.units[0], seek.units[0] == "year"
    values, cost = (seek.curve[c].to_numpy(float) for c in ("value", "cost"))
    count = 3 if page.narrow else 6
    ticks = [
        float(x)
        for x in MaxNLocator(count, integer=dated).tick_values(values[0], values[-1])
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
    name = lever
    if not dated:
        name = names.gettext("{lever} ({unit})", lever=lever, unit=names.symbol(unit))
    if priced:
        name += names.gettext("; second line: cost in all")
    _, total = page.figure.get_size_inches()
    down = axes.get_position().y0 * total - (0.5 if priced else 0.34)
    for i, line in enumerate(wrap(name, page.inner - 0.2, page.small)):
        y = total - down + i * line_height(page.small)
        page.write(line, page.width - MARGIN - 0.1, y, ha="right", color=style.GREY)
