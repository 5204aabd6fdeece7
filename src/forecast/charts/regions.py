"""Regions compared in one indicator: by year, and as a map of tiles of the province's cities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from ..i18n.catalog import N_
from ..tables.names import Names
from . import style
from .chart import MARGIN, Chart, Page, Words, compose, measure, wrap
from .texts import Measure, source_note

__all__ = ["TILES", "comparable_years", "regions_chart", "tile_map"]

TILES = {
    "huzhou": (1, 0), "jiaxing": (2, 0), "hangzhou": (1, 1), "shaoxing": (2, 1), "ningbo": (3, 1),
    "zhoushan": (4, 1), "quzhou": (0, 2), "jinhua": (1, 2), "taizhou": (3, 2), "lishui": (1, 3),
    "wenzhou": (2, 3),
}  # fmt: skip
"""Column and row of each city of Zhejiang, roughly as they lie."""
ROW = 0.24
NEARLY_ALL = 0.75
LEAST = 3
"""Regions that make a comparison."""
MISSING = N_("Without a figure for {year}: {names}.")
RANGE = N_("{name} in {year}: {low} to {high} among {count} regions")
OWN = N_("{name} in {year}: {region} is number {rank} of {count}")


def comparable_years(figures: pd.DataFrame) -> list[int]:
    """Return the latest year of which nearly all regions have a figure, before it an earlier one.

    Nearly all are three quarters of those in the year that most have. The earlier year is that
    which most of the same regions have; without one the list is shorter. Figures within a year
    count for that year.

    >>> figures = pd.DataFrame({"region": [*"abc", *"abc", "a"],
    ...                         "year": [2018, 2018, 2018, 2020, 2020, 2020, 2022.0]})
    >>> comparable_years(figures)
    [2018, 2020]
    """
    years = np.ceil(figures["year"].astype(float) - 1e-9).astype(int)
    pairs = figures.assign(year=years)[["region", "year"]].drop_duplicates()
    counts = pairs.groupby("year").size()
    if counts.empty:
        return []
    year = int(counts[counts >= NEARLY_ALL * counts.max()].index.max())
    same = pairs[pairs["region"].isin(pairs.loc[pairs["year"] == year, "region"])]
    before = same[same["year"] < year].groupby("year").size()
    if before.empty or before.max() < LEAST:
        return [year]
    return [int(before[before == before.max()].index.max()), year]


def regions_chart(names: Names, figures: pd.DataFrame, indicator: str) -> Chart | None:
    """Draw regions of one indicator in the year that most of them have, and an earlier one.

    Figures of other years are not compared: a note names the regions left out. None where fewer
    than three regions have a figure of one year.

    Parameters
    ----------
    names : of the plan, in the reader's language; its own region stands out
    figures : observations of all regions of one level
    indicator : what is compared
    """
    table, years = _spread_years(names, figures, indicator)
    if len(table) < LEAST:
        return None
    year, own = years[-1], names.plan.region
    best = bool(names.indicators.at[indicator, "better"] != "lower")
    unit = Measure.build(names, indicator, table[year].tolist())
    ranks = table[year].rank(ascending=not best, method="min")
    name = names.name("indicators", indicator)
    if own in table.index:
        title = names.gettext(
            OWN, name=name, year=year, region=names.name("regions", own), rank=int(ranks[own]),
            count=len(table),
        )  # fmt: skip
    else:
        low, high = (unit.spell(unit.number(v)) for v in (table[year].min(), table[year].max()))
        title = names.gettext(RANGE, name=name, year=year, low=low, high=high, count=len(table))
    words = _write_words(names, figures, indicator, table, title, (year, unit))
    values = names.join(
        f"{names.name('regions', region)} {unit.number(v)}" for region, v in table[year].items()
    )
    alt = names.gettext("{finding}. {rows}.", finding=title, rows=values)
    return compose(
        f"regions_{indicator}", words, lambda page: _draw_regions(page, names, table, unit),
        alt=alt, data=_list_values(names, table),
    )  # fmt: skip


def tile_map(names: Names, figures: pd.DataFrame, indicator: str) -> Chart | None:
    """Draw the province's cities as tiles, the darker the higher; None of fewer than eleven.

    Parameters
    ----------
    names, figures, indicator : as in `regions_chart`
    """
    cities = figures[figures["region"].isin(TILES)]
    table, years = _spread_years(names, cities, indicator)
    if len(table) < len(TILES):
        return None
    values, year = table[years[-1]], years[-1]
    unit = Measure.build(names, indicator, values.tolist())
    title = names.gettext(
        N_("{name} in {year}: from {low} in {last} to {high} in {first}"),
        name=names.name("indicators", indicator), year=year,
        low=unit.spell(unit.number(values.min())), high=unit.spell(unit.number(values.max())),
        first=names.name("regions", values.idxmax()), last=names.name("regions", values.idxmin()),
    )  # fmt: skip
    words = _write_words(names, cities, indicator, table, title, (year, unit))
    listed = names.join(
        f"{names.name('regions', region)} {unit.number(v)}" for region, v in values.items()
    )
    alt = names.gettext("{finding}. {rows}.", finding=title, rows=listed)
    return compose(
        f"map_{indicator}", words, lambda page: _draw_tiles(page, names, values, unit),
        alt=alt, data=_list_values(names, table),
    )  # fmt: skip


def _spread_years(
    names: Names, figures: pd.DataFrame, indicator: str
) -> tuple[pd.DataFrame, list[int]]:
    """Put the comparable years of an indicator side by side, the best region first."""
    rows = figures[figures["indicator"] == indicator]
    years = comparable_years(rows)
    if not years:
        return pd.DataFrame(), years
    whole = np.ceil(rows["year"].astype(float) - 1e-9).astype(int)
    rows = rows.assign(year=whole)[whole.isin(years)].drop_duplicates(
        ["region", "year"], keep="last"
    )
    table = rows.pivot(index="region", columns="year", values="value").astype(float)
    table = table[table[years[-1]].notna()]
    rising = bool(names.indicators.at[indicator, "better"] == "lower")
    return table.sort_values(years[-1], ascending=rising, kind="stable"), years


def _write_words(
    names: Names, figures: pd.DataFrame, indicator: str, table: pd.DataFrame, title: str,
    about: tuple[int, Measure],
) -> Words:  # fmt: skip
    year, unit = about
    subtitle = names.gettext(
        N_("Unit: {unit}, end of {year}. {day}"), unit=unit.name, year=year, day=names.known_on()
    )
    rows = figures[figures["indicator"] == indicator]
    absent = [r for r in rows["region"].drop_duplicates() if r not in table.index]
    listed = names.join(names.name("regions", region) for region in absent)
    notes = [names.gettext(MISSING, year=year, names=listed)] if absent else []
    return Words(title, subtitle, [*notes, source_note(names, [indicator], rows)])


def _list_values(names: Names, table: pd.DataFrame) -> pd.DataFrame:
    """Tabulate what is drawn, a row a region."""
    named = table.rename(columns=str).reset_index()
    named.insert(1, "name", [names.name("regions", region) for region in named["region"]])
    return named


def _draw_regions(page: Page, names: Names, table: pd.DataFrame, unit: Measure) -> None:
    """Draw a row a region: the earlier year hollow, the later one filled and labelled."""
    years, own = [int(year) for year in table.columns], names.plan.region
    regions = [names.name("regions", region) for region in table.index]
    left = MARGIN + max(measure(name, page.small) for name in regions) + 0.15
    right = max(measure(unit.number(v), page.small) for v in table[years[-1]]) + 0.2
    filled = {"marker": "o", "color": style.MEDIAN}
    keys: list[tuple[dict[str, Any], str]] = [(filled, str(years[-1]))]
    if len(years) > 1:
        keys.insert(0, (filled | {"markerfacecolor": "white"}, str(years[0])))
    page.begin(ROW * len(table) + 0.1, keys)
    low, high = float(table.min(axis=None)), float(table.max(axis=None))
    low = min(low, 0.0) if low < 0.4 * high else low
    span = high - low or abs(high) or 1.0
    track = page.width - MARGIN - left - right - 0.1

    def place(value: float) -> float:
        return left + 0.08 + (value - low) / span * track

    for i, (region, values) in enumerate(table.iterrows()):
        y, mine = page.top + ROW * (i + 0.5), region == own
        colour = style.TARGET if mine else style.MEDIAN
        page.write(regions[i], left - 0.1, y, ha="right", color=style.INK, bold=mine)
        xs = [place(v) for v in values if np.isfinite(v)]
        page.axes.plot([left, page.width - MARGIN - right], [y, y], color=style.GRID, linewidth=0.8)
        if len(xs) > 1:
            page.axes.plot(xs, [y, y], color=colour, linewidth=1.6, zorder=2)
            page.axes.plot(xs[:1], [y], marker="o", markersize=6, color=colour, zorder=3,
                           markerfacecolor="white")  # fmt: skip
        page.axes.plot(xs[-1:], [y], marker="D" if mine else "o", markersize=7, color=colour,
                       zorder=4)  # fmt: skip
        text = unit.number(float(values[years[-1]]))
        page.write(text, max(xs) + 0.1, y, color=style.INK, bold=mine)


def _draw_tiles(page: Page, names: Names, values: pd.Series, unit: Measure) -> None:
    """Draw a tile a city with its name and value."""
    columns, rows = (max(place[k] for place in TILES.values()) + 1 for k in (0, 1))
    size = min(1.2, page.inner / columns)
    high = 0.62 if page.narrow else 0.7
    page.begin(high * rows + 0.05)
    import seaborn as sns  # it takes a second, and only this chart has shades

    shades = sns.light_palette(style.MEDIAN, n_colors=101)
    low, span = float(values.min()), float(values.max() - values.min()) or 1.0
    for region, value in values.items():
        column, row = TILES[str(region)]
        x = MARGIN + column * size
        y = page.top + row * high
        share = 0.08 + 0.72 * (float(value) - low) / span
        own = region == names.plan.region
        page.axes.add_patch(Rectangle(
            (x + 0.02, y + 0.02), size - 0.04, high - 0.04, facecolor=shades[round(100 * share)],
            edgecolor=style.TARGET if own else "white", linewidth=2.4 if own else 0.5,
        ))  # fmt: skip
        ink = "white" if share > 0.5 else style.INK
        name = wrap(names.name("regions", region), size, page.small)[0]
        page.write(name, x + size / 2, y + high / 2 - 0.1, ha="center", color=ink)
        text = unit.number(float(value))
        page.write(text, x + size / 2, y + high / 2 + 0.1, ha="center", color=ink, bold=True)
