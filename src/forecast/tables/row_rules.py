"""Faults of cells and of rows of the tables, with their remedies.

`validation` applies them to files and databases alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..errors import N_, Problem, msg
from .calendar import FIRST_YEAR, LAST_YEAR
from .schema import NEVER_NEGATIVE, PERCENTAGES

__all__ = ["BAND", "CELL_FAULTS", "RULES", "Rule", "list_figure_problems"]

CELL_FAULTS = {
    "integer": (N_("not a whole number"), N_("write digits only, such as 2025")),
    "number": (
        N_("not a plain number"),
        N_(
            "write digits with at most a decimal point, such as 1234.5; the unit is in the "
            "table indicators and a sign such as ≥ in the column comparator"
        ),
    ),
    "boolean": (N_("neither true nor false"), N_("write true or false")),
    "date": (N_("not a date"), N_("write year, month and day, such as 2022-06-30")),
    "deadline": (
        N_("not a deadline"),
        N_("write a day, a month or a year, such as 2022-06-30, 2023-06, 2023 or 2022-2024"),
    ),
    "text": (N_("a control character in the text"), N_("write the cell again without it")),
    "empty": (N_("the cell is empty"), N_("fill it in: every row needs a value here")),
}
"""Fact and remedy for a cell that does not fit the type of its column."""


class Rule(NamedTuple):
    """A fault of rows; `{column}` in fact and remedy is the row's own value."""

    column: str
    broken: Callable[[Any], pd.Series]
    """Marks the faulty rows, given the columns with the description of their indicator."""
    fact: str
    remedy: str


def _within_bounds(column: str) -> tuple[Rule, ...]:
    """Faults of a value of the row's indicator outside the bounds of that."""
    return (
        Rule(column, lambda r: r[column] < r["lower"] - HAIR * r["lower"].abs(),
             N_("below {lower:.15g}, the least {indicator} can be"), BOUND),
        Rule(column, lambda r: r[column] > r["upper"] + HAIR * r["upper"].abs(),
             N_("above {upper:.15g}, the most {indicator} can be"), BOUND),
    )  # fmt: skip


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


def _settled(rows: pd.DataFrame) -> pd.Series:
    """Whether it is known what became of a target."""
    return rows["result"].isin(["reached", "missed", "met_early"])


def _meets(rows: pd.DataFrame) -> pd.Series:
    """Whether the actual value meets the target; one printed without comparator is a least one."""
    actual, target, comparator = rows["actual"], rows["target"], rows["comparator"]
    at_most = comparator.isin(["le", "lt"])
    strict = comparator.isin(["gt", "lt"]) & (actual == target)
    return ~strict & ((actual <= target).where(at_most, actual >= target))


PERCENT = N_("a share is stored as 0-100: write 100, or take another kind")
BOUND = N_("correct the value or its unit, or the bound in the table indicators")

MOST_PROBLEMS = 20
"""Figures of one fault that an error of `list_figure_problems` lists."""
HAIR = 1e-9
"""Relative difference from a bound that is the rounding of a unit, not a figure beyond it."""


def _looks_like_fractions(rows: pd.DataFrame) -> pd.Series:
    """Mark figures finer than the reporting step of shares that nowhere exceed 1."""
    share = rows["kind"].isin(PERCENTAGES) & rows["upper"].eq(100.0) & (rows["resolution"] > 0.0)
    if not share.any():
        return share
    steps = rows["value"] / rows["resolution"].where(rows["resolution"] > 0.0)
    fine = share & (rows["value"] > 0.0) & ((steps - steps.round()).abs() > 1e-6)
    if not fine.any():
        return fine
    return fine & (rows["value"].groupby(rows["indicator"]).transform("max") <= 1.0)


# One fault in two to four lines: the condition, what it says, what to do.
# fmt: off
FIGURE = (
    *_within_bounds("value"),
    Rule("value", _looks_like_fractions,
         N_("finer than the step {resolution:.15g}, and no figure of {indicator} is above "
            "1: a fraction, not a percentage"),
         N_("write 58 for 58 %, or a finer resolution in the table indicators")),
)
VALUE = (
    _year("year"),
    *FIGURE,
    Rule("value", lambda r: (r["value"] < 0) & r["kind"].isin(NEVER_NEGATIVE) & r["lower"].isna(),
         N_("{indicator} is a {kind}, which cannot be negative"),
         N_("correct the value, or the kind in the table indicators")),
    Rule("value",
         lambda r: r["kind"].eq("count") & (r["resolution"] % 1 == 0) & (r["value"] % 1 > 0),
         N_("{indicator} counts whole things"),
         N_("write a whole number, or a finer resolution in the table indicators")),
)
BAND = (
    Rule("value_high", lambda r: r["comparator"].eq("between") & r["value_high"].isna(),
         N_("a band without its upper end"),
         N_("write its lower end in the column value and its upper end here")),
    Rule("value_high", lambda r: r["comparator"].eq("between") & (r["value_high"] < r["value"]),
         N_("below the lower end of the band, {value:.15g}"),
         N_("correct one of the two ends")),
    Rule("value_high", lambda r: r["comparator"].ne("between") & r["value_high"].notna(),
         N_("only a band has an upper end"),
         N_("write between in the column comparator, or leave the cell empty")),
)
"""Faults of the ends of a band: comparator, value, value_high."""
RULES: dict[str, tuple[Rule, ...]] = {
    "indicators": (
        Rule("lower", lambda r: r["kind"].isin(PERCENTAGES) & r["lower"].isna(),
             N_("a share has no lower bound"),
             N_("a share is stored as 0-100: write 0, or take another kind")),
        Rule("upper", lambda r: r["kind"].isin(PERCENTAGES) & r["upper"].isna(),
             N_("a share has no upper bound"), PERCENT),
        Rule("upper", lambda r: r["kind"].isin(PERCENTAGES) & (r["upper"] > 100),
             N_("the upper bound of a share is above 100"), PERCENT),
        Rule("lower", lambda r: r["kind"].isin(NEVER_NEGATIVE) & (r["lower"] < 0),
             N_("a {kind} cannot be negative"), N_("write 0, or take another kind")),
        Rule("upper", lambda r: r["upper"] <= r["lower"],
             N_("not above the lower bound {lower:.15g}"), N_("correct one of the two bounds")),
        Rule("resolution", lambda r: r["resolution"] <= 0,
             N_("the reporting step is not above 0"),
             N_("write the step of the figures, such as 1 or 0.1")),
        Rule("cumulative", lambda r: r["kind"].eq("count") & r["cumulative"].eq(0),
             N_("a count is cumulative"),
             N_("write true, or the kind stock, a level that can fall")),
        Rule("cumulative", lambda r: r["kind"].eq("stock") & r["cumulative"].eq(1),
             N_("a stock can fall"),
             N_("write false, or the kind count, which never falls")),
    ),
    "plans": (
        *(_year(column) for column in ("start", "end", "baseline_year")),
        Rule("end", lambda r: r["end"] < r["start"],
             N_("ends before it starts in {start:.0f}"), N_("correct one of the two years")),
        Rule("baseline_year", lambda r: r["baseline_year"] > r["end"],
             N_("after the plan's end in {end:.0f}"), N_("correct one of the two years")),
    ),
    "targets": (
        *VALUE,
        *_within_bounds("value_high"),
        *_within_bounds("baseline"),
        _year("baseline_year"),
        Rule("value", lambda r: r["value"].isna() & r["version"].eq(""),
             N_("the cell is empty"),
             N_("fill it in; only a version of a plan may leave it empty, to withdraw a target")),
        *BAND,
        Rule("baseline_year", lambda r: r["baseline"].notna() & r["baseline_year"].isna(),
             N_("a baseline without its year"), N_("write the year of the baseline")),
        Rule("baseline_year", lambda r: r["baseline_year"] >= r["year"],
             N_("not before the year of the target, {year:.0f}"),
             N_("correct one of the two years")),
        Rule("comparator",
             lambda r: (r["comparator"].isin(["ge", "gt"]) & r["better"].eq("lower")
                        | r["comparator"].isin(["le", "lt"]) & r["better"].eq("higher")),
             N_("asks for the worse side: {better} values of {indicator} are better"),
             N_("correct the comparator, or the column better in the table indicators")),
    ),
    "observations": (
        *VALUE,
        Rule("standard_error", lambda r: r["standard_error"] < 0.0,
             N_("not a standard error"),
             N_("write a number that is not negative, or leave it empty")),
        Rule("as_of",
             lambda r: (r["as_of"].ne("") & r["year"].notna()
                        & r["as_of"].str[:4].ne(r["year"].map("{:.0f}".format))),
             N_("not a day of the year {year:.0f}"),
             N_("correct the date or the year; leave as_of empty for a figure of the year's end")),
    ),
    "milestones": (_year("year"),),
    "projects": (
        _year("start"),
        _year("end"),
        Rule("end", lambda r: r["end"] < r["start"],
             N_("ends before it starts in {start:.0f}"), N_("correct one of the two years")),
        Rule("investment", lambda r: r["investment"] < 0,
             N_("less than nothing"), N_("write what the project costs")),
    ),
    "plan_outcomes": (
        *(_year(column) for column in ("baseline_year", "year", "actual_year")),
        Rule("actual", lambda r: _settled(r) & r["actual"].isna(),
             N_("{result} without an actual value"), N_("write the value, or unknown as result")),
        Rule("actual_year", lambda r: _settled(r) & r["actual_year"].isna(),
             N_("{result} without the year of the actual value"),
             N_("write the year, or unknown as result")),
        Rule("actual_year", lambda r: r["result"].eq("met_early") & (r["actual_year"] >= r["year"]),
             N_("met early, but not before the target's year {year:.0f}"),
             N_("write reached as result, or correct one of the two years")),
        Rule("result", lambda r: _settled(r) & (r["result"].eq("missed") == _meets(r)),
             N_("contradicts the values: {actual:.15g} against {comparator} {target:.15g}"),
             N_("correct the result, the comparator or one of the two values")),
    ),
    "plan_summaries": (
        _year("year"),
        Rule("indicators", lambda r: r["met_or_on_track"] + r["behind"] > r["indicators"],
             N_("fewer than those on track and those behind together"),
             N_("correct one of the three numbers")),
    ),
}


def list_figure_problems(
    rows: pd.DataFrame, indicators: pd.DataFrame, source: str = "observations"
) -> list[Problem]:
    """List figures or targets that their indicator's description rules out.

    The rules are those of the tables.

    Parameters
    ----------
    rows : region, indicator, year and value
    indicators : kind, lower, upper, resolution, with the indicator as index
    source : the table's name

    Examples
    --------
    >>> rows = pd.DataFrame({"region": ["a"], "indicator": "x", "year": 2021, "value": 120.0})
    >>> about = pd.DataFrame({"kind": "share", "lower": 0, "upper": 100, "resolution": 1.0}, ["x"])
    >>> [str(p.problem) for p in list_figure_problems(rows, about)]
    ['above 100, the most x can be (a)']
    """
    code, names = pd.factorize(rows["indicator"])
    if not indicators.index.is_unique:
        indicators = indicators[~indicators.index.duplicated()]
    known = np.append(indicators.index.get_indexer(names), -1)[code]
    # A rule reads columns; a DataFrame of them is needed where one is broken.
    described = {c: rows[c].reset_index(drop=True) for c in ("region", "indicator", "value")}
    kind = np.append(indicators["kind"].to_numpy(object), np.nan)
    described["kind"] = pd.Series(kind[known], dtype=object)
    for column in ("lower", "upper", "resolution"):
        fact = np.append(indicators[column].to_numpy(float), np.nan)
        described[column] = pd.Series(fact[known])
    problems = []
    for rule in FIGURE:
        marks = np.asarray(rule.broken(described), bool) & (code >= 0)
        broken = np.flatnonzero(marks)[:MOST_PROBLEMS]
        for row in pd.DataFrame(described).iloc[broken].to_dict("records") if len(broken) else ():
            text = msg("{problem} ({series})", problem=msg(rule.fact, **row), series=row["region"])
            value = f"{row['value']:.15g}"
            problems.append(
                Problem(source, None, "value", value, text, msg(rule.remedy))
            )
    return problems
