"""Names, units and numbers of a plan's tables, in the reader's language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ..i18n.catalog import gettext, pgettext
from ..i18n.formatting import (
    amount,
    change,
    comparison,
    day,
    estimate,
    join,
    number,
    probability,
    unit_symbol,
)
from ..i18n.labels import LABELS, label_of
from .plan import Plan

__all__ = ["Names"]

FILE = re.compile(r"[\w.-]+\.(?:txt|docx?|pdf|xlsx?)")
"""The name of a document's file in a text."""


@dataclass(frozen=True)
class Names:
    r"""A plan and the language in which its names and numbers are written.

    Indicators are those of all plans in the same tables.

    Examples
    --------
    >>> import forecast as fc
    >>> names = Names(fc.load_plan("lishui", as_of="2022-12-31"), "en")
    >>> names.name("regions", "lishui"), names.symbol("percent")
    ('Lishui', '%')
    >>> names.format_target({"indicator": "nursing_bed_share", "comparator": "ge", "target": 58.0})
    '≥\xa058\xa0%'
    """

    plan: Plan
    language: str

    def gettext(self, message: str, /, **gaps: object) -> str:
        """Translate a message; with arguments fill its `{gaps}`."""
        text = gettext(message, self.language)
        return text.format(**gaps) if gaps else text

    def label(self, group: str, code: str) -> str:
        """Return the label of a code."""
        return label_of(group, code, self.language)

    def name(self, kind: str, key: object) -> str:
        """Return the name of one of the plan's `regions`, `areas`, `units` or `indicators`."""
        return self._names[kind][str(key)]

    def quantity(self, name: str) -> str:
        """Return the name of an indicator or of a quantity that only a formula has, else its id."""
        if name in self._names["indicators"]:
            return self.name("indicators", name)
        return self.label("quantity", name) if name in LABELS["quantity"] else name

    def unit(self, indicator: object) -> str:
        """Return the id of an indicator's unit; of another quantity none."""
        known = indicator in self.indicators.index
        return str(self.indicators.at[indicator, "unit"]) if known else ""

    def symbol(self, unit: str) -> str:
        """Return the sign of a unit that has one, else its name."""
        return unit_symbol(unit, self.name("units", unit))

    def with_unit(self, indicator: str) -> str:
        """Return an indicator's name over its unit."""
        return f"{self.quantity(indicator)}\n{self.symbol(self.unit(indicator))}"

    def known_on(self) -> str:
        """Name the day whose knowledge the plan holds, and whether it is still to come."""
        if not self.plan.as_of:
            return self.gettext("Everything known is used")
        text = self.gettext("As of {day}", day=day(self.plan.as_of, self.language))
        if self.plan.as_of <= dt.date.today().isoformat():
            return text
        return self.gettext("{as_of}, a day that lies ahead", as_of=text)

    def join(self, items: Iterable[str]) -> str:
        """Join names to a list."""
        return join(items, self.language)

    def format_value(self, indicator: object, value: float | None) -> str:
        """Format a value in an indicator's unit."""
        return number(value, self.language, unit=self.unit(indicator))

    def format_change(self, indicator: object, value: float | None) -> str:
        """Format a change a year of an indicator, with its sign."""
        return change(value, self.language, unit=self.unit(indicator))

    def format_estimate(self, indicator: object, value: float | None) -> str:
        """Format a forecast of an indicator, no finer than its reporting step."""
        step = float(self.indicators.at[indicator, "resolution"])
        return estimate(value, self.language, unit=self.unit(indicator), step=step)

    def format_amount(self, value: float | None, unit: str) -> str:
        """Format a quantity with its unit; a year as a date."""
        if unit == "year" and value is not None and value > 1000:
            return f"{value:.0f}"
        name = self._names["units"].get(unit, "")
        return amount(value, self.language, unit=unit, name=name)

    def format_rounded(self, value: float, unit: str) -> str:
        """Format a quantity to three digits, with its unit."""
        return self.format_amount(value if unit == "year" else float(f"{value:.3g}"), unit)

    def format_chance(self, p: float | None) -> str:
        """Format a probability."""
        return probability(p, self.language)

    def source_title(self, source: str) -> str:
        """Return the title of a source, or its id where it has none."""
        row = self.plan.sources.set_index("source").reindex([source]).iloc[0]
        title = row.get("title_zh" if self.data_language == "zh" else "title_en")
        return str(title) if isinstance(title, str) and title else source

    def name_documents(self, text: str) -> str:
        """Put the titles of documents for the names of their files in a text.

        >>> import forecast as fc
        >>> names = Names(fc.load_plan("lishui", as_of="2022-12-31"), "en")
        >>> names.name_documents("003_8dc3f949d45a2179.txt, annex 3; projects.csv")
        "Lishui's 14th five-year plan for civil affairs, annex 3; projects.csv"
        """
        quoted = pgettext("document", "{title}", self.language)

        def title(found: re.Match[str]) -> str:
            known = self.source_title(found[0])
            return found[0] if known == found[0] else quoted.format(title=known)

        return FILE.sub(title, text)

    @property
    def plan_title(self) -> str:
        """The plan's title in the language of the data; as printed where it has no other."""
        if self.data_language == "zh":
            return self.plan.title
        tables = (self.plan.tables.get(name) for name in ("sources", "plans"))
        known: dict[str, Any] = {}
        for table in tables:
            if table is not None:
                known |= table.dropna(subset="title_en").set_index("title_zh")["title_en"].to_dict()
        return " · ".join(known.get(title) or title for title in self.plan.title.split(" · "))

    def format_target(self, row: Mapping[str, Any] | pd.Series) -> str:
        """Format the target of a row (indicator, comparator, target)."""
        unit = self.unit(row["indicator"])
        return comparison(
            str(row["comparator"]), float(row["target"]), self.language, unit=unit,
            high=row.get("target_high"),
        )  # fmt: skip

    def format_years(self, row: Mapping[str, Any]) -> str:
        """Format when a target is met: published, or the 10 and 50 % points of the year."""
        points = [row[f"attainment_{point}"] for point in ("early", "year", "late")]
        if row["attainment_reading"] == "reached":
            return self.gettext("met in {year}", year=f"{points[1]:.0f}")
        if pd.isna(points[0]):
            return self.gettext("not in twenty years")
        early, middle = (f"{year:.0f}" for year in points[:2])
        if pd.isna(points[1]):
            return self.gettext("{early} at the earliest, likely later", early=early)
        if early == middle:
            return self.gettext("likely {middle}", middle=middle)
        return self.gettext("{early} at the earliest, likely {middle}", early=early, middle=middle)

    @property
    def data_language(self) -> str:
        """The language of names in tables and declarations: the reader's, else English."""
        return self.language if f"name_{self.language}" in self.plan.indicators else "en"

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """The indicators of all plans, by id."""
        own = self.plan.indicators.set_index("indicator")
        rows = self.plan.tables.get("indicators", self.plan.indicators)
        step = rows["indicator"].map(own["resolution"]).fillna(rows["resolution"])
        return rows.assign(resolution=step).set_index("indicator", drop=False)

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        plan, column = self.plan, f"name_{self.data_language}"
        tables = {"regions": plan.regions, "areas": plan.areas, "units": plan.units}
        return {
            kind: dict(zip(rows.iloc[:, 0], rows[column], strict=True))
            for kind, rows in (tables | {"indicators": self.indicators}).items()
        }
