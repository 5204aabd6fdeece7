"""One indicator under several scenarios on the same draws."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from ..tables.names import Names
from . import style
from .chart import Chart, Words, compose
from .fan import anchored, moment_of
from .series import SUBTITLE, Line, Series, describe_values, draw_fan
from .texts import source_note

__all__ = ["scenarios_chart"]

OTHERS = (
    (style.GREY, ":"), ("#7a3e9d", "--"), ("#00695c", "-."), ("#8a4b08", (0, (7, 2, 1, 2, 1, 2))),
)  # fmt: skip
"""Colours and dashes of further scenarios."""


def scenarios_chart(
    names: Names,
    scenarios: Mapping[str, pd.DataFrame],
    targets: pd.DataFrame,
    *,
    name: str = "chart",
) -> Chart:
    """Draw an indicator under several scenarios: the first as a fan, the others as dashed medians.

    Parameters
    ----------
    names : of the plan, in the reader's language
    scenarios : quantiles of the indicator by the name shown, as in `TargetOutcome`
    targets : rows of `attainment` of the indicator
    name : stem of the chart's files
    """
    indicator = str(targets["indicator"].iloc[0])
    place = {"region": names.plan.region, "indicator": indicator}
    first, *others = [(key, rows.assign(**place)) for key, rows in scenarios.items()]
    series = Series.build(names, first[1], targets, indicator)
    last = series.data.fan.index[-1] if len(series.data.fan) else math.inf
    lines = []
    for (key, rows), (colour, dash) in zip(others, OTHERS, strict=False):
        fan = anchored(rows[rows["year"] <= last], series.data.figures)
        lines.append(Line(key, fan["q50"], colour, dash))
    unit = series.measure
    parts = [
        f"{key} {unit.estimate(float(rows['q50'].iloc[-1]))}" for key, rows in [first, *others]
    ]
    listed = names.gettext("; ").join(parts)
    title = f"{series.data.title}: {listed}"
    subtitle = names.gettext(SUBTITLE, unit=series.measure.name, day=names.known_on())
    words = Words(title, subtitle, [source_note(names, [indicator])])
    moment = moment_of(names.plan)
    data = pd.concat([rows.assign(scenario=key) for key, rows in [first, *others]])
    return compose(
        name, words, lambda page: draw_fan(page, names, series, moment, lines),
        alt=describe_values(names, series, title), data=data.reset_index(drop=True),
    )  # fmt: skip
