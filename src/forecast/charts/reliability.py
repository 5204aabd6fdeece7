"""Reliability: forecast chances against shares of targets reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..i18n.catalog import N_, gettext
from ..i18n.formatting import number, probability
from . import style
from .chart import MARGIN, Chart, Page, Words, compose
from .labels import Labels

__all__ = ["reliability_chart"]

STYLES: tuple[dict[str, Any], ...] = (
    {"color": style.MEDIAN, "marker": "o", "linewidth": 2.0},
    {"color": style.TARGET, "marker": "s", "linewidth": 1.3, "linestyle": "--"},
    {"color": style.GREY, "marker": "^", "linewidth": 1.3, "linestyle": ":"},
)
"""Lines of up to three series, the first of which the title speaks of."""
CLOSE = 0.02
"""Difference of a mean chance from the share reached below which they are called equal."""
TITLES = {
    "close": N_("Forecast chances matched outcomes: {said} forecast on average, {came} reached"),
    "low": N_("Forecast chances were too low: {said} on average, {came} reached"),
    "high": N_("Forecast chances were too high: {said} on average, {came} reached"),
}
SUBTITLE = N_("Share of targets met, by the chance given beforehand, %. {what}")
NOTE = N_(
    "On the dashed line chances are right. Bars: two standard errors, by year; hollow: error not "
    "known. Figures at the marks: numbers of cases."
)


def reliability_chart(
    series: Mapping[str, pd.DataFrame], *, what: str, source: str, language: str, name: str
) -> Chart:
    """Draw observed frequencies against forecast probabilities; the title says the bias.

    Parameters
    ----------
    series : name to a table of `scores.reliability` (n, said, came_true, error), up to three; the
        title is about the first
    what : which forecasts they are, a sentence
    source : whose figures they are
    language : `zh` or `en`
    name : stem of the chart's files

    Raises
    ------
    ValueError
        Without a series.
    """
    if not series:
        raise ValueError("a reliability chart needs a series")
    first = next(iter(series.values()))
    said, came = (float(np.average(first[c], weights=first["n"])) for c in ("said", "came_true"))
    case = "close" if abs(came - said) <= CLOSE else "low" if came > said else "high"
    means = {"said": probability(said, language), "came": probability(came, language)}
    title = gettext(TITLES[case], language).format(**means)
    subtitle = gettext(SUBTITLE, language).format(what=what)
    words = Words(title, subtitle, [gettext(NOTE, language), source])
    data = pd.concat(
        [table.assign(series=label) for label, table in series.items()], ignore_index=True
    )
    return compose(
        name, words, lambda page: _draw(page, series, language), alt=f"{title}. {subtitle}",
        data=data,
    )  # fmt: skip


def _draw(page: Page, series: Mapping[str, pd.DataFrame], language: str) -> None:
    """Draw the diagonal, a line a series, and the error bars of the first."""
    keys = [
        ({**options, "linestyle": "none"}, label)
        for options, label in zip(STYLES, series, strict=False)
    ]
    size = min(page.inner - 0.6, 3.4)
    page.begin(size + 0.75, keys if len(series) > 1 else [])
    axes = page.add_axes(MARGIN + 0.5, 0.1, size if page.narrow else 1.45 * size, size)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
    shares = [0.0, 0.25, 0.5, 0.75, 1.0]
    texts = [number(100 * share, language, unit="percent") for share in shares]
    axes.set_xticks(shares, texts)
    axes.set_yticks(shares, texts)
    style.make_quiet(axes, "both")
    axes.tick_params(labelsize=page.small)
    axes.plot([0.0, 1.0], [0.0, 1.0], color=style.GREY, linewidth=1.0, linestyle="--", zorder=1)
    labels = Labels(axes, page.small)
    labels.block([0.0, 1.0], [0.0, 1.0], 0.02)
    for order, (options, table) in enumerate(zip(STYLES, series.values(), strict=False)):
        said, came = (table[c].to_numpy(float) for c in ("said", "came_true"))
        axes.plot(said, came, markersize=6, zorder=4 - order, clip_on=False, **options)
        labels.block(said.tolist(), came.tolist(), 0.03)
    table = next(iter(series.values()))
    said, came, error = (table[c].to_numpy(float) for c in ("said", "came_true", "error"))
    known = np.isfinite(error) & (error > 0.0)
    reach = np.where(known, style.CLEAR * error, 0.0)
    low, high = np.maximum(came - reach, 0.0), np.minimum(came + reach, 1.0)
    axes.vlines(said[known], low[known], high[known], color=style.INK, linewidth=1.1, zorder=3)
    axes.plot(said[~known], came[~known], linestyle="none", marker="o", markersize=6, zorder=5,
              color=style.MEDIAN, markerfacecolor="white", clip_on=False)  # fmt: skip
    for x, bottom, top in zip(said[known], low[known], high[known], strict=True):
        labels.block([x, x], [bottom, top], 0.02)
    for x, y, n in zip(said, came, table["n"], strict=True):
        labels.add(number(float(n), language), (x, y), color=style.GREY)
    below = page.top + 0.1 + size + 0.38
    text = gettext("chance given beforehand", language)
    page.write(text, MARGIN + 0.5, below, color=style.GREY)
