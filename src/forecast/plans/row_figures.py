"""Figures of one row of a workbook, read as those of any planner's file are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ..intake.grid import Grid
from ..intake.matching import Names
from ..intake.reading import Reading, read_cells
from ..intake.records import find_layout
from ..intake.review import own_day
from .rows import Row

__all__ = ["observation_of", "plain", "read_row"]


def read_row(
    file: str,
    names: Names,
    series: tuple[str, str],
    unit: str,
    cells: Sequence[tuple[str, str]],
    today: dt.date | None = None,
) -> list[Reading]:
    """Read the figures of one indicator in one region, in their order.

    Parameters
    ----------
    series : ids of region and indicator
    cells : title and text of each; a title is a year or day, with `target` behind it for a target
    """
    region, indicator = series
    heads, printed = zip(*cells, strict=True)
    lines = (("indicator", "unit", *heads), (indicator, unit, *printed))
    layout = find_layout(file, [Grid("", lines, stored=True)], names)
    return read_cells(layout, names, region, today=today)


def observation_of(reading: Reading, source: str, locus: str, note: str) -> Row:
    """Return the row of an actual figure."""
    flag = reading.figure.flag
    status = flag if flag in ("preliminary", "estimated") else "actual"
    return {
        "region": reading.region, "indicator": reading.indicator, "year": reading.year,
        "as_of": own_day(reading), "value": plain(reading.value),
        "status": "estimated" if reading.figure.approximate else status,
        "source": source, "locus": locus, "note": note,
    }  # fmt: skip


def plain(value: float) -> str:
    """Write a number with every digit, as tables have it."""
    return f"{value:.15g}"
