"""What the chart of the desk shows: a scenario's fan over the baseline's, as numbers and texts.

The browser draws it (`static/chart.js`), so that an answer costs no picture. An answer beyond the
limits of the axis gets wider ones, in steps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from ..charts.fan import ChartData, anchored, chart_data, moment_of
from ..i18n.catalog import N_
from ..i18n.formatting import points
from ..scenarios.response import TargetOutcome
from ..tables.names import Names
from ..tables.plan import Plan
from ..targets.target_state import SINGLE

__all__ = ["ChartSpec"]

COLUMNS = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")
ROOM = 0.12
"""Share of the range of values left free above and below them."""
MEDIAN, BASE = N_("median {value}"), N_("baseline {value}")
ALT = N_("{title}. {subtitle}. {chance}. Median {year}: {median}; 80 % between {low} and {high}.")


@dataclass(frozen=True)
class ChartSpec:
    """Content of a chart that no answer changes.

    `data` holds the baseline's fan, figures and targets of the years shown; `figures` all published
    figures; `as_of` the as-of date as a year; `target_year` the year of the chosen target; `single`
    whether one figure is all that is known, so that no chance is written.
    """

    names: Names
    data: ChartData
    figures: pd.DataFrame
    as_of: float
    target_year: int
    title: str
    subtitle: str
    notes: Sequence[str]
    single: bool = False

    @staticmethod
    def build(
        plan: Plan,
        baseline: pd.DataFrame,
        targets: pd.DataFrame,
        *,
        language: str,
        years: tuple[float, float],
        texts: tuple[str, str, Sequence[str]],
    ) -> ChartSpec:
        """Collect the content of a chart.

        Parameters
        ----------
        plan : for names, units and published figures
        baseline : quantiles of the indicator in the baseline, as in `TargetOutcome`
        targets : its targets, rows of `attainment` or `outcomes`, the chosen one first
        language : `zh` or `en`
        years : first and last year shown, widened to one year of the forecast and its start
        texts : title, subtitle, notes at the foot
        """
        indicator, names = str(targets["indicator"].iloc[0]), Names(plan, language)
        rows = baseline.assign(region=plan.region, indicator=indicator)
        data = chart_data(names, rows, targets.assign(status=""), indicator)
        first = float(baseline["year"].iloc[0])
        years = (min(years[0], first - 1.0), max(years[1], first))
        shown = replace(
            data,
            figures=data.figures[data.figures["year"].between(*years)],
            targets=data.targets[data.targets["year"].between(*years)],
            fan=anchored(baseline[baseline["year"] <= years[1]], data.figures),
        )
        target_year = int(targets["year"].iloc[0])
        single = str(targets["evidence"].iloc[0]) == SINGLE if "evidence" in targets else False
        return ChartSpec(
            names, shown, data.figures, moment_of(plan), target_year, *texts, single=single
        )

    def describe(self) -> dict[str, Any]:
        """Return what the browser draws once: years, baseline, figures, targets, texts."""
        data = self.data
        years = [*data.fan.index, *data.targets["year"], *data.figures["year"]]
        return {
            "years": [math.floor(min(years)), math.ceil(max(years))],
            "moment": None if math.isnan(self.as_of) else self.as_of,
            "fan": _columns(data.fan),
            "figures": [
                [float(row["year"]), float(row["value"]), data.number(row["value"])]
                for _, row in data.figures.iterrows()
            ],
            "targets": [
                [float(row["year"]), float(row["target"]), data.target(row),
                 int(row["year"]) == self.target_year]
                for _, row in data.targets.iterrows()
            ],
            "title": self.title, "subtitle": self.subtitle, "notes": list(self.notes),
        }  # fmt: skip

    def answer(
        self,
        answer: TargetOutcome,
        p_base: float,
        beside: Mapping[str, TargetOutcome] | None = None,
        notes: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Return what the browser draws anew: an answer, its labels, its numbers as a table.

        `beside` are answers of other scenarios by name; `p_base` is the baseline's chance.
        """
        names, data = self.names, self.data
        fans = {name: self._fan(outcome) for name, outcome in (beside or {}).items()}
        fan = self._fan(answer)
        median, usual = float(fan["q50"].iloc[-1]), float(data.fan["q50"].iloc[-1])
        low, high = self._limits([fan, *fans.values()])
        ticks = [
            t for t in MaxNLocator(5, min_n_ticks=3).tick_values(low, high) if low <= t <= high
        ]
        chance, end = self._chance(answer, p_base), fan.iloc[-1]
        ends = {k: data.estimate(float(end[q])) for k, q in (("low", "q10"), ("high", "q90"))}
        same = np.isclose(median, usual)
        return {
            "fan": _columns(fan),
            "beside": [
                {"label": name, "fan": _columns(other)} for name, other in fans.items()
            ],
            "limits": [low, high],
            "ticks": [[float(t), data.number(float(t))] for t in ticks],
            "label": names.gettext(MEDIAN, value=data.estimate(median)),
            "base": "" if same else names.gettext(BASE, value=data.estimate(usual)),
            "chance": chance, "notes": list(notes),
            "alt": names.gettext(
                ALT, title=self.title, subtitle=self.subtitle, chance=chance,
                year=f"{fan.index[-1]:.0f}", median=data.estimate(median), **ends,
            ),
            "table": names.gettext("Numbers of this chart"),
            **self._table(fan, fans),
        }  # fmt: skip

    def _fan(self, outcome: TargetOutcome) -> pd.DataFrame:
        fan = anchored(outcome.quantiles, self.figures)
        return fan[fan.index <= self.data.fan.index[-1]]

    def _chance(self, answer: TargetOutcome, p_base: float) -> str:
        names = self.names
        if self.single:
            return names.label("status", "too_early")
        text = names.gettext("Chance {chance}", chance=names.format_chance(answer.p_reach))
        if not answer.p_change_error:
            return text
        gain = points(answer.p_change, names.language, error=answer.p_change_error)
        base = names.format_chance(p_base)
        change = names.gettext("baseline {base}, change {gain}", base=base, gain=gain)
        return names.gettext("{chance}; {change}", chance=text, change=change)

    def _table(self, fan: pd.DataFrame, fans: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
        """Return heads and rows of the numbers drawn, a row a year."""
        names, data = self.names, self.data
        texts = [names.gettext(text) for text in TABLE_HEADS]
        rows = []
        goals, known = data.targets.set_index("year"), data.figures.set_index("year")["value"]
        for year in sorted({*known.index, *fan.index, *goals.index}):
            cells = [f"{math.ceil(year - 1e-9):d}"]
            cells.append(data.number(known[year]) if year in known.index else "")
            forecast = year in fan.index and year != fan.index[0]
            span = [data.estimate(fan.at[year, q]) for q in ("q10", "q90")] if forecast else []
            cells += [data.estimate(fan.at[year, "q50"]) if forecast else "", "–".join(span)]
            cells.append(data.estimate(data.fan.at[year, "q50"]) if forecast else "")
            cells += [data.estimate(f.at[year, "q50"]) if forecast else "" for f in fans.values()]
            mine = goals.loc[[year]] if year in goals.index else goals.iloc[:0]
            cells.append(names.gettext(", ").join(data.target(r) for _, r in mine.iterrows()))
            rows.append({"at": float(year), "cells": cells})
        return {"heads": [*texts[:5], *fans, texts[5]], "rows": rows}

    def _limits(self, fans: Sequence[pd.DataFrame]) -> tuple[float, float]:
        """Return limits of the y axis that hold fans: the usual ones, or wider in steps."""
        data = self.data
        values = [data.figures["value"], data.targets["target"], data.fan[list(COLUMNS)]]
        usual = np.concatenate([np.asarray(v, float).ravel() for v in values])
        span = float(np.ptp(usual)) or abs(float(usual.max())) or 1.0
        low, high = float(usual.min()) - ROOM * span, float(usual.max()) + ROOM * span
        drawn = np.concatenate([fan.to_numpy(float).ravel() for fan in fans])
        wide = high - low
        least, most = low - float(drawn.min()), float(drawn.max()) - high
        return low - _widening(least, wide), high + _widening(most, wide)


TABLE_HEADS = (
    N_("Year"), N_("Published"), N_("Median"), N_("80 % interval"), N_("Baseline"), N_("Target"),
)  # fmt: skip


def _columns(fan: pd.DataFrame) -> dict[str, list[float]]:
    """Return quantiles by column, as lists, with their years."""
    return {"year": fan.index.astype(float).tolist()} | {
        column: fan[column].astype(float).tolist() for column in COLUMNS
    }


def _widening(beyond: float, span: float) -> float:
    """Return how far an axis of a span is widened for a value that far beyond it.

    >>> _widening(-1.0, 10.0), _widening(1.0, 10.0), _widening(6.0, 10.0), _widening(33.0, 10.0)
    (0.0, 5.0, 10.0, 40.0)
    """
    if beyond <= 0.0:
        return 0.0
    return 0.5 * span * 2.0 ** max(math.ceil(math.log2(2.0 * beyond / span)), 0)
