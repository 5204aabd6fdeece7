"""Chart of a plan's building projects: completions and spending, planned and expected."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..i18n.catalog import N_, gettext
from ..i18n.formatting import estimate, money_unit, scenario_name
from ..scenarios.scenario import BASELINE
from . import style

__all__ = ["projects_chart"]

LEGEND = N_(
    "Squares and solid line: plan. Band and dots: 90 % interval and median of the forecast. "
    "Dashed: medians under scenarios."
)
Label = tuple[float, str, str]
"""Height, text and colour."""


@style.themed
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
    figure, bottom = style.new_figure(3.2, [gettext(LEGEND, language)], language)
    divisor, unit = money_unit(float(table["planned_spending"].max()), language)
    table = table.assign(**{c: table[c] / divisor for c in table if "spending" in c})
    titles = {
        "completed": gettext("projects completed so far", language),
        "spending": gettext("spending in the year ({unit})", language).format(unit=unit),
    }
    for i, (stem, title) in enumerate(titles.items()):
        axes = style.add_axes(figure, 0.65 + 4.9 * i, bottom + 0.28, 4.2, 2.52)
        _draw_projects(axes, table, stem, language)
        style.title_axes(axes, title, -30)
    return figure


def _draw_projects(axes: Axes, table: pd.DataFrame, stem: str, language: str) -> None:
    """Draw plan, forecast and scenarios of completions or spending."""
    counted = stem == "completed"
    planned, step = ("planned", 1.0) if counted else ("planned_spending", 0.0)
    base = table[table["scenario"] == BASELINE.name]
    years, median = base["year"].to_numpy(int), base[f"{stem}_q50"].to_numpy(float)
    axes.fill_between(
        years, base[f"{stem}_q05"], base[f"{stem}_q95"], color=style.PALE, linewidth=0
    )
    axes.plot(years, median, color=style.MEDIAN, linewidth=1.8, marker="o", markersize=4)
    axes.plot(years, base[planned], color=style.TARGET, linewidth=1.4, marker="s", markersize=4)
    # Money is compared where most of it is planned, projects at the end.
    at = len(years) - 1 if counted else int(np.argmax(base[planned].to_numpy()))
    top = float(max(base[planned].max(), base[f"{stem}_q95"].max()))
    axes.set_ylim(-0.03 * top, 1.16 * top)
    labels: list[Label] = []
    for text, value, colour in (
        (N_("plan {value}"), float(base[planned].iloc[at]), style.TARGET),
        (N_("median {value}"), float(median[at]), style.MEDIAN),
    ):
        label = gettext(text, language).format(value=estimate(value, language, step=step))
        labels.append((value, label, colour))
    for name, rows in table.groupby("scenario", sort=False):
        values = rows[f"{stem}_q50"].to_numpy(float)
        if name == BASELINE.name or np.array_equal(values, median):
            continue
        axes.plot(rows["year"], values, color=style.INK, linewidth=1.1, linestyle="--")
        label = scenario_name(str(name), language)
        value = float(values[at])
        labels.append((value, f"{label} {estimate(value, language, step=step)}", style.INK))
    first, last = float(years[0]), float(years[-1])
    axes.set_xlim(first - 0.3, last + (0.62 if counted else 0.05) * (last - first))
    name_lines = _name_at_ends if counted else _name_with_arrows
    name_lines(axes, float(years[at]), sorted(labels, reverse=True))
    ticks = years[:: max(1, -(-len(years) // 6))]
    axes.set_xticks(ticks, [f"{year}" for year in ticks])
    axes.yaxis.set_major_locator(MaxNLocator(5))
    style.format_axis(axes.yaxis, language)
    style.make_quiet(axes)


def _name_at_ends(axes: Axes, year: float, labels: list[Label]) -> None:
    """Name lines at their right ends."""
    bottom, top = axes.get_ylim()
    heights = style.spread_labels(
        [value for value, *_ in labels], gap=0.066 * (top - bottom), top=top
    )
    for height, (_, text, colour) in zip(heights, labels, strict=True):
        style.write_near(axes, text, (year, height), (8, 0), color=colour)


def _name_with_arrows(axes: Axes, year: float, labels: list[Label]) -> None:
    """Name lines in the upper right, with a thin line to their values in a year."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x = left + 0.62 * (right - left)
    for i, (value, text, colour) in enumerate(labels):
        axes.annotate(
            text, (year, value), (x, top - (0.04 + 0.08 * i) * (top - bottom)), va="center",
            color=colour, zorder=6, path_effects=style.halo(),
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6, "relpos": (0, 0.5)},
        )  # fmt: skip
