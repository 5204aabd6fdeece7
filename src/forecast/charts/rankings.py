"""Charts that rank: composite indices of the areas, ranks of regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..i18n.catalog import N_
from ..i18n.formatting import number, scenario_name
from ..scenarios.scenario import BASELINE
from ..tables.names import Names
from . import style

__all__ = ["index_chart", "rank_chart"]

INDEX_ROW, RANK_ROW = 0.265, 0.24
"""Inches of a row."""
MOST_SHOWN = 5
"""Scenarios drawn beside the baseline of an index."""
MOVED = 1.0
"""Points of an index from which on a scenario moves it."""
TOP = 3
"""Regions that the chance of being among the first counts, as in `rank`."""
TIE = "#eef1f4"
"""Shade behind every other group of regions that the data do not separate."""
TWO_YEARS = N_(
    "Points: medians, lines: 90 % intervals. Hollow: end of {year}, solid: end of {last}; squares: "
    "scenarios, only those that move the index by 1 or more."
)
ONE_YEAR = N_(
    "Points: medians at the end of {last}, lines: 90 % intervals. Squares: scenarios, only those "
    "that move the index by 1 or more."
)


@style.themed
def index_chart(
    names: Names, table: pd.DataFrame, *, since: int, least: float = MOVED
) -> Figure | None:
    """Draw how far each area has come, now and in the last year, and under scenarios.

    Parameters
    ----------
    names : of the plan, in the reader's language
    table : from `index`, of the baseline and of scenarios, one below the other
    since : year of the hollow marks
    least : points that a scenario moves an index by to be drawn

    Returns
    -------
    None where no index has a value.
    """
    last = int(table["year"].max())
    rows: list[dict[str, Any]] = []
    heads: list[tuple[int, str, str]] = []
    for _, group in table[table["q50"].notna()].groupby("index", sort=False):
        area = str(group["area"].iloc[0])
        title = names.name("areas", area) if area else names.gettext("whole region")
        about = group[group["year"] == last].iloc[0]
        counts = {"count": about["components"], "of": about["of"]}
        below = names.gettext("{count} of {of} components have figures", **counts)
        heads.append((len(rows) + len(heads), title, below))
        drawn = _index_rows(group, since, last, least)
        rows += [row | {"at": len(rows) + len(heads) + i} for i, row in enumerate(drawn)]
    if not rows:
        return None
    count = len(rows) + len(heads)
    note = names.gettext(TWO_YEARS if since < last else ONE_YEAR, year=since, last=last)
    figure, bottom = style.new_figure(INDEX_ROW * count + 0.75, [note], names.language)
    axes = style.add_axes(figure, 2.7, bottom + 0.45, 6.6, INDEX_ROW * count + 0.25)
    for line in (0.0, 100.0):
        axes.axvline(
            line, color=style.INK, linewidth=1.0, linestyle="--" if line else "-", zorder=1
        )
    for row in rows:
        _draw_index(axes, row, hollow=row["year"] == since < last, names=names)
    for at, title, below in heads:
        left = (-0.395, at + 0.1)
        style.write(axes, title, left, frame="row", color=style.INK, fontsize=9)
        style.write(axes, below, left, (14 + 9.5 * style.ems(title), 0), frame="row")
    axes.set_xlim(-58, 168)
    axes.set_ylim(count - 0.3, -0.6)
    axes.set_xticks([-50, 0, 50, 100, 150], ["−50", "0", "50", "100", "150"])
    axes.set_yticks([])
    style.make_quiet(axes, "x")
    axes.set_xlabel(names.gettext("index (0: baseline, 100: target)"))
    return figure


@style.themed
def rank_chart(names: Names, table: pd.DataFrame) -> Figure | None:
    """Draw ranks of regions with 90 % intervals, a panel an indicator; None without ranks.

    Parameters
    ----------
    names : of the plan, in the reader's language; its own region stands out
    table : from `rank`; regions of one tie group are on one shade
    """
    if table.empty:
        return None
    groups = [group.reset_index(drop=True) for _, group in table.groupby("indicator", sort=False)]
    rows = sum(map(len, groups))
    figure, _ = style.new_figure(RANK_ROW * rows + 0.74 * len(groups), [], names.language)
    top = figure.get_figheight()
    for group in groups:
        top -= 0.38 + RANK_ROW * len(group)
        _draw_ranks(
            style.add_axes(figure, 1.9, top, 0.56 * style.WIDTH, RANK_ROW * len(group)),
            group,
            names,
        )
        top -= 0.36
    return figure


def _index_rows(group: pd.DataFrame, since: int, last: int, least: float) -> list[dict[str, Any]]:
    """List what is drawn of an index: the baseline twice, and the scenarios that move it most."""
    base = group[group["scenario"] == BASELINE.name]
    baselines = [base[base["year"] == year] for year in dict.fromkeys((since, last))]
    ends = group[(group["year"] == last) & (group["scenario"] != BASELINE.name)]
    median = float(base.loc[base["year"] == last, "q50"].iloc[0])
    ends = ends.assign(change=(ends["q50"] - median).abs())
    ends = ends[ends["change"] >= least].sort_values("change", ascending=False, kind="stable")
    rows = pd.concat([*baselines, ends.head(MOST_SHOWN)])
    return [{str(k): v for k, v in row.items()} for row in rows.to_dict("records")]


def _draw_index(axes: Axes, row: Mapping[str, Any], *, hollow: bool, names: Names) -> None:
    """Draw one interval with its median, named at the left, its value at the right."""
    at, base = row["at"], row["scenario"] == BASELINE.name
    hollow = hollow and base
    low, median, high = (float(row[q]) for q in ("q05", "q50", "q95"))
    axes.plot(
        [low, high], [at, at], color=style.MEDIAN if base else style.GREY, linewidth=1.6, zorder=2
    )
    axes.plot(
        [median], [at], marker="o" if base else "s", markersize=6, color=style.MEDIAN, zorder=3,
        markerfacecolor="white" if hollow else style.MEDIAN if base else style.PALE,
    )  # fmt: skip
    name = scenario_name(str(row["scenario"]), names.language)
    text = f"{name} {row['year']:.0f}" if base else name
    style.name_row(axes, text, at, color=style.INK if base else style.GREY)
    style.write(axes, number(median, names.language, step=1), (high, at), (6, 0), color=style.INK)


def _draw_ranks(axes: Axes, group: pd.DataFrame, names: Names) -> None:
    """Draw one indicator's ranks."""
    indicator, year = str(group["indicator"].iloc[0]), group["year"].iloc[0]
    few = group["regions"].iloc[0] <= TOP
    for i, row in enumerate(group.to_dict("records")):
        own = row["region"] == names.plan.region
        if row["tie_group"] % 2:
            axes.axhspan(i - 0.5, i + 0.5, color=TIE, linewidth=0, zorder=0)
        ends, weight = [row["rank_low"], row["rank_high"]], 2.6 if own else 1.4
        axes.plot(ends, [i, i], linewidth=weight, color=style.MEDIAN, zorder=2)
        marker, size, colour = ("D", 6.5, style.TARGET) if own else ("o", 5.0, style.MEDIAN)
        axes.plot([row["rank"]], [i], zorder=3, marker=marker, markersize=size, color=colour)
        region = names.name("regions", row["region"])
        ink = style.TARGET if own else style.INK
        style.name_row(axes, region, i, color=ink, fontsize=8)
        text = N_("{value} (first: {top})") if few else N_("{value} (first three: {top})")
        value = names.format_estimate(indicator, row["median"])
        top = names.format_chance(row["p_first" if few else "p_top"])
        style.write_beside(axes, names.gettext(text, value=value, top=top), i, color=style.GREY)
    axes.set_xlim(0.5, float(group["regions"].max()) + 0.5)
    axes.set_ylim(len(group) - 0.5, -0.5)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(12, integer=True, steps=[1, 2, 5, 10]))
    style.make_quiet(axes, "x")
    axes.tick_params(pad=1)
    unit = names.symbol(names.unit(indicator))
    style.title_axes(axes, f"{names.name('indicators', indicator)} · {unit} · {year}", -100)
    axes.set_xlabel(names.gettext("rank (1 is best)"), fontsize=7.5, labelpad=1)
