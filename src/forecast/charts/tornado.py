"""How far each input moves a chance, the widest first: a tornado, for the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..i18n.catalog import N_
from ..i18n.formatting import number
from ..tables.names import Names
from . import style

__all__ = ["tornado_chart"]

MOST_INPUTS = 10
CHARACTER = 0.105
"""Inches of a Chinese character beside a mark."""
KINDS: dict[str, dict[str, Any]] = {
    "lever": {"facecolor": style.MEDIAN},
    "assumption": {"facecolor": style.PALE, "hatch": "////"},
    "input": {"facecolor": style.SHADE},
    "own": {"facecolor": "white"},
}
"""Bars of a tornado."""
TORNADO = N_(
    "Ends of a bar: chance with the input at the value written there; line: chance as it is. Dark: "
    "lever; hatched: assumption; pale: related indicator; hollow: the indicator's own course."
)


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
    _set_chances(axes, names.language)
    axes.set_yticks([])
    axes.set_xlabel(names.gettext("chance of reaching the target"))
    style.write_title(figure, title, names.language)
    return figure


def _set_chances(axes: Axes, language: str) -> None:
    """Mark the axis of chances in percent, between 0 and 100 only."""
    low, high = axes.get_xlim()
    ticks = [
        float(tick)
        for tick in MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low, high)
        if max(low, 0.0) - 1e-9 <= tick <= min(high, 1.0) + 1e-9
    ]
    apart = min(np.diff(ticks)) if len(ticks) > 1 else 0.1
    step = 1.0 if apart >= 0.0099 else 0.1
    texts = [number(100 * tick, language, unit="percent", step=step) for tick in ticks]
    axes.set_xticks(ticks, texts)
    style.make_quiet(axes, "x")
