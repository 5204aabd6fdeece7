"""Rules for the rows of the tables: a condition that is a fault, what it says, and the remedy.

`validation` applies them to files, databases and frames alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from ..errors import N_
from .calendar import FIRST_YEAR, LAST_YEAR

__all__ = ["CELL_FAULTS", "FRAME_RULES", "RULES", "Rule"]

CELL_FAULTS = {
    "integer": (N_("not a whole number"), N_("write digits only, such as 2025")),
    "number": (
        N_("not a plain number"),
        N_(
            "write digits with at most a decimal point, such as 1234.5; the unit stands in the "
            "table indicators and a sign such as ≥ in the column comparator"
        ),
    ),
    "boolean": (N_("neither true nor false"), N_("write true or false")),
    "date": (N_("not a date"), N_("write year, month and day, such as 2022-06-30")),
    "text": (N_("a control character in the text"), N_("write the cell again without it")),
    "deadline": (
        N_("not a deadline"),
        N_("write a day, a month or a year, such as 2022-06-30, 2023-06, 2023 or 2022-2024"),
    ),
    "year": (N_("a date, not a year"), N_("give the year as a number, such as 2022")),
    "empty": (N_("the cell is empty"), N_("fill it in: every row needs a value here")),
}
"""Fact and remedy for a cell that does not fit the type of its column."""


class Rule(NamedTuple):
    """A fault of rows: `{field}` in fact and remedy is the row's own value."""

    column: str
    broken: Callable[[pd.DataFrame], pd.Series]
    """Which rows are faulty, given the rows beside the description of their indicator."""
    fact: str
    remedy: str


def _year(column: str) -> Rule:
    return Rule(
        column,
        lambda rows: (rows[column] < FIRST_YEAR) | (rows[column] > LAST_YEAR),
        N_("not a year between 1949 and 2100"),
        N_(
            "write the four digits of the year; an amount of money that looks like a year belongs "
            "in the column of the value"
        ),
    )


PERCENT = N_("a share is stored as 0-100: write 100, or take another kind")
BOUND = N_("correct the value or its unit, or the bound in the table indicators")
NEVER_NEGATIVE = ("share", "count", "stock")
NEGATIVE_BOUND = Rule(
    "lower",
    lambda rows: rows["kind"].isin(NEVER_NEGATIVE) & (rows["lower"] < 0),
    N_("a {kind} cannot be negative"),
    N_("write 0, or take another kind"),
)
BOUNDS = Rule(
    "upper",
    lambda rows: rows["upper"] <= rows["lower"],
    N_("not above the lower bound {lower:.15g}"),
    N_("correct one of the two bounds"),
)
NEGATIVE = Rule(
    "value",
    lambda rows: rows["kind"].isin(NEVER_NEGATIVE) & (rows["value"] < 0),
    N_("{indicator} is a {kind}, which cannot be negative"),
    N_("correct the value, or the kind in the table indicators"),
)
VALUE = (
    _year("year"),
    Rule(
        "value",
        lambda rows: rows["value"] < rows["lower"],
        N_("below {lower:.15g}, the least {indicator} can be"),
        BOUND,
    ),
    Rule(
        "value",
        lambda rows: rows["value"] > rows["upper"],
        N_("above {upper:.15g}, the most {indicator} can be"),
        BOUND,
    ),
    NEGATIVE._replace(broken=lambda rows: NEGATIVE.broken(rows) & rows["lower"].isna()),
    Rule(
        "value",
        lambda rows: (
            rows["kind"].eq("count") & (rows["resolution"] % 1 == 0) & (rows["value"] % 1 > 0)
        ),
        N_("{indicator} counts whole things"),
        N_("write a whole number, or a finer resolution in the table indicators"),
    ),
)
RULES: dict[str, tuple[Rule, ...]] = {
    "indicators": (
        Rule(
            "lower",
            lambda rows: rows["kind"].eq("share") & rows["lower"].isna(),
            N_("a share has no lower bound"),
            N_("a share is stored as 0-100: write 0, or take another kind"),
        ),
        Rule(
            "upper",
            lambda rows: rows["kind"].eq("share") & rows["upper"].isna(),
            N_("a share has no upper bound"),
            PERCENT,
        ),
        Rule(
            "upper",
            lambda rows: rows["kind"].eq("share") & (rows["upper"] > 100),
            N_("the upper bound of a share is above 100"),
            PERCENT,
        ),
        NEGATIVE_BOUND,
        BOUNDS,
        Rule(
            "resolution",
            lambda rows: rows["resolution"] <= 0,
            N_("the reporting step is not above 0"),
            N_("write the step of the figures, such as 1 or 0.1"),
        ),
        Rule(
            "cumulative",
            lambda rows: rows["kind"].eq("count") & rows["cumulative"].eq(0),
            N_("a count is cumulative"),
            N_("write true, or the kind stock, a level that can fall"),
        ),
        Rule(
            "cumulative",
            lambda rows: rows["kind"].eq("stock") & rows["cumulative"].eq(1),
            N_("a stock can fall"),
            N_("write false, or the kind count, which never falls"),
        ),
    ),
    "targets": (
        *VALUE,
        Rule(
            "comparator",
            lambda rows: (
                rows["comparator"].isin(["ge", "gt"]) & rows["better"].eq("lower")
                | rows["comparator"].isin(["le", "lt"]) & rows["better"].eq("higher")
            ),
            N_("asks for the worse side: {better} values of {indicator} are better"),
            N_("correct the comparator, or the column better in the table indicators"),
        ),
    ),
    "observations": (
        *VALUE,
        Rule(
            "as_of",
            lambda rows: (
                rows["as_of"].ne("")
                & rows["year"].notna()
                & rows["as_of"].str[:4].ne(rows["year"].astype("str").str[:4])
            ),
            N_("not a day of the year {year:.0f}"),
            N_("correct the date or the year; leave as_of empty for a figure of the year's end"),
        ),
    ),
    "milestones": (_year("year"),),
    "projects": (
        _year("start"),
        _year("end"),
        Rule(
            "end",
            lambda rows: rows["end"] < rows["start"],
            N_("ends before it starts in {start:.0f}"),
            N_("correct one of the two years"),
        ),
        Rule(
            "investment",
            lambda rows: rows["investment"] < 0,
            N_("less than nothing"),
            N_("write what the project costs"),
        ),
    ),
}
"""Rules of each table in files and databases."""

FRAME_RULES: dict[str, tuple[Rule, ...]] = {
    "indicators": (
        NEGATIVE_BOUND,
        BOUNDS,
        Rule(
            "resolution",
            lambda rows: rows["resolution"] < 0,
            N_("the reporting step is below 0"),
            N_("give the step of the figures, or 0 for none"),
        ),
    ),
    "observations": (NEGATIVE,),
    "targets": (),
}
"""Rules of the frames that callers give: they may lack bounds and steps."""
