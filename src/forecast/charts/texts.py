"""How charts write values, and whose figures they show."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..i18n.catalog import N_
from ..i18n.formatting import WHOLE_POWER, comparison, estimate, money_unit, number
from ..tables.names import Names

__all__ = ["Measure", "format_year", "source_note"]

COPY = re.compile(
    r"\s*[(（][^()（）]*(?:mirror|转载|改写|reprint|translation)[^()（）]*[)）]", re.I
)
"""What a title adds on the copy that was read: for the list of sources, not for a picture."""
MOST_NAMED = 2
"""Sources named in a picture; the report lists all of them."""
ISSUED = N_("{issuer}: {title}")
NAMED = N_("Source: {sources}.")
MORE = N_("Source: {sources} and {count} more, listed in the report.")


@dataclass(frozen=True)
class Measure:
    """The unit in which a chart writes an indicator: sums of money in 亿元 or millions.

    Values are divided by `divisor`; `unit` is the id that their format follows, `name` the unit's
    sign or name, `bounds` what no value lies beyond (infinite without a bound).
    """

    language: str
    unit: str
    name: str
    divisor: float
    step: float
    bounds: tuple[float, float]
    is_money: bool = False

    @staticmethod
    def build(names: Names, indicator: str, values: Collection[float] = ()) -> Measure:
        """Choose the unit for values of an indicator, by the largest."""
        about, unit = names.indicators.loc[indicator], names.unit(indicator)
        divisor, name = 1.0, names.symbol(unit)
        if unit == WHOLE_POWER and len(values):
            divisor, name = money_unit(float(np.nanmax(np.abs(list(values)))), names.language)
            unit = ""
        ends = (float(about["lower"]), float(about["upper"]))
        low, high = (
            e if np.isfinite(e) else s * np.inf for e, s in zip(ends, (-1, 1), strict=True)
        )
        step = float(about["resolution"]) / divisor
        money = names.unit(indicator).startswith("yuan")
        return Measure(names.language, unit, name, divisor, step, (low, high), money)

    @property
    def is_signed(self) -> bool:
        """Whether values carry the unit's sign themselves, as percentages do."""
        return self.name in ("%", "‰")

    def number(self, value: float) -> str:
        """Format a published value."""
        return number(value / self.divisor, self.language, unit=self.unit)

    def estimate(self, value: float) -> str:
        """Format a forecast, no finer than the reporting step."""
        return estimate(value / self.divisor, self.language, unit=self.unit, step=self.step)

    def target(self, row: Mapping[str, Any] | pd.Series) -> str:
        """Format a target (comparator, target) with its comparator."""
        goal, high = float(row["target"]) / self.divisor, row.get("target_high")
        high = None if high is None else float(high) / self.divisor
        return comparison(str(row["comparator"]), goal, self.language, unit=self.unit, high=high)

    def spell(self, text: str) -> str:
        """Add the unit of money to a value that is written alone, in a sentence."""
        if not self.is_money:
            return text
        return text + ("" if self.language == "zh" else "\xa0") + self.name

    def label(self, name: str, pattern: str) -> str:
        """Add the unit to a name by a pattern, where values do not carry it."""
        return name if self.is_signed else pattern.format(name=name, unit=self.name)


def format_year(year: float) -> str:
    """Format the year that a figure belongs to.

    >>> format_year(2021.0), format_year(2020.67)
    ('2021', '2021')
    """
    return f"{np.ceil(year - 1e-9):.0f}"


def source_note(
    names: Names, indicators: Collection[str], figures: pd.DataFrame | None = None
) -> str:
    """Name the sources of indicators' targets and figures, those of most rows first.

    `figures` are other figures than the plan's own, and no targets.

    >>> import forecast as fc
    >>> names = Names(fc.load_plan("lishui", as_of="2022-12-31"), "zh")
    >>> source_note(names, ["nursing_bed_share"])
    '来源：丽水市民政局《丽水市民政事业发展“十四五”规划》。'
    """
    plan = names.plan
    rows = pd.concat([
        table.loc[table["indicator"].isin(indicators), "source"]
        for table in ((plan.targets, plan.observations) if figures is None else (figures,))
    ])  # fmt: skip
    used = list(rows[rows.fillna("") != ""].value_counts(sort=True).index)
    if not used:
        return ""
    about = plan.sources.set_index("source").fillna("")
    listed = []
    for source in used[:MOST_NAMED]:
        title, issuer = (
            str(about.at[source, c]) if source in about.index else ""
            for c in ("title_zh", "issuer")
        )
        title = COPY.sub("", title)
        listed.append(
            names.gettext(ISSUED, issuer=issuer, title=title) if issuer else title or source
        )
    count = len(used) - len(listed)
    return names.gettext(MORE if count else NAMED, sources=names.join(listed), count=count)
