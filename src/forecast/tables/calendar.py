"""Calendar conventions: years as numbers, closed years, days of figures, deadlines as printed.

A year as a number is its end: 2022 is 31 December 2022, and day d of the N days of a year lies at
year - 1 + d / N. A figure without a date stands for the end of its year; it is known from the day
it was published or, where that is not given, from the day it stands for. A year is closed from its
31 December on.
"""

from __future__ import annotations

import calendar
import datetime as dt
import decimal
import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..errors import N_, DataError, Problem, msg

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "PLAN_YEARS",
    "count_months",
    "figure_days",
    "find_implausible",
    "is_year_end",
    "known_days",
    "last_closed_year",
    "list_year_problems",
    "parse_day",
    "parse_deadline",
    "parse_optional_day",
    "read_last_year",
    "read_years",
    "year_end",
    "year_fraction",
    "year_fractions",
]

FloatArray = NDArray[np.float64]

FIRST_YEAR, LAST_YEAR = 1949, 2100
"""Years that tables may speak of."""
PLAN_YEARS = 5
"""Length of a plan period."""

MOST_PROBLEMS = 20
"""Problems of one kind that an error lists."""
PLAUSIBLE = (1000.0, 3000.0)
"""Years that figures and targets outside of tables may speak of, the second one excluded."""
SERIAL_DAYS = (20000.0, 80000.0)
"""Day numbers of spreadsheets, of 1954 to 2119."""
DIGITS = N_("two digits of a year"), N_("write all four digits, as 2025")
SERIAL = N_("the day number of a spreadsheet, not a year"), N_("write the day or the year itself")
NO_YEAR = N_("not a year"), N_("write a year, as 2025")
DATED_YEAR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

SUFFIX = re.compile(r"[底末]?(?:之前|以前|前)?$")
DEADLINES = [
    re.compile(pattern)
    for pattern in (
        r"(?:[0-9]{4}年?[-~—–至到])?(?P<year>[0-9]{4})(?:年度?|年年)?",
        r"(?P<year>[0-9]{4})(?:[-/.]|年)(?P<month>[0-9]{1,2})(?:月份?)?",
        r"(?P<year>[0-9]{4})(?:[-/.]|年)(?P<month>[0-9]{1,2})(?:[-/.]|月)(?P<day>[0-9]{1,2})[日号]?",
        r"(?P<year>[0-9]{4})年?(?:第?(?P<quarter>[一二三四1-4])季度|Q(?P<q>[1-4])|(?P<half>[上下])半年)",
    )
]
"""A year or a span of years, a month, a day, a quarter or half of a year."""
QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12, "上": 6, "下": 12}
"""Last month of a quarter, or of a half of a year."""


def parse_day(given: object, source: str, column: str = "as_of") -> dt.date:
    """Day of a date, or of a text as 2022-12-31.

    Parameters
    ----------
    source, column : what the error names: a file or function, and a column or parameter

    Raises
    ------
    DataError
        For anything else.

    Examples
    --------
    >>> parse_day("2022-12-31", "load_plan")
    datetime.date(2022, 12, 31)
    >>> parse_day("2022", "load_plan")
    Traceback (most recent call last):
    forecast.errors.DataError: 1 problem in the data: ...
    """
    if isinstance(given, dt.datetime) and given is not pd.NaT:
        return given.date()
    if isinstance(given, dt.date) and given is not pd.NaT:
        return given
    if isinstance(given, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        try:
            return dt.date.fromisoformat(given)
        except ValueError:
            pass
    problem, remedy = msg("not a date"), msg("write 2022-12-31")
    raise DataError([Problem(source, None, column, str(given)[:40], problem, remedy)])


def parse_optional_day(given: object, source: str) -> dt.date | None:
    """Return the day as `parse_day` does, and None for None and an empty text."""
    none = given is None or (isinstance(given, str) and not given)
    return None if none else parse_day(given, source)


def year_end(year: int) -> str:
    """Last day of a year, ISO.

    >>> year_end(2022)
    '2022-12-31'
    """
    return f"{year:04d}-12-31"


def is_year_end(day: str) -> bool:
    """Whether an ISO day is the last of its year.

    >>> is_year_end("2022-12-31"), is_year_end("2022-06-30")
    (True, False)
    """
    return day[4:] == "-12-31"


def year_fraction(day: str | dt.date) -> float:
    """Position of a day on the axis of years.

    >>> year_fraction("2022-12-31"), year_fraction("2024-06-30") == 2023 + 182 / 366
    (2022.0, True)
    """
    date = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return date.year - 1 + date.timetuple().tm_yday / (365 + calendar.isleap(date.year))


def year_fractions(days: pd.Series) -> pd.Series:
    """Positions of ISO days on the axis of years.

    >>> year_fractions(pd.Series(["2022-12-31", "2021-12-31"])).tolist()
    [2022.0, 2021.0]
    """
    stamps = pd.to_datetime(days).dt
    length = np.where(stamps.is_leap_year, 366, 365)
    return (stamps.year - 1 + stamps.day_of_year / length).astype(float)


def read_years(years: ArrayLike | pd.Series) -> NDArray[np.float64]:
    """Convert years, days or periods to years as numbers; NaN where one is none of these.

    A year is a number, or a text as 2022 or 2022年; of a period the end counts, and a day of N days
    lies at year - 1 + day / N.

    >>> read_years([2020, "2021", 2021.5, "2022年", "2023-12-31"]).tolist()
    [2020.0, 2021.0, 2021.5, 2022.0, 2023.0]
    >>> read_years(pd.to_datetime(["2022-12-31", "2024-06-30"])).round(3).tolist()
    [2022.0, 2023.497]
    >>> read_years(pd.period_range("2020", "2021", freq="Y")).tolist()
    [2020.0, 2021.0]
    """
    given = pd.Series(years).reset_index(drop=True)
    if isinstance(given.dtype, pd.CategoricalDtype):
        given = given.astype(given.cat.categories.dtype)
    if given.dtype.kind in "bc":
        return np.full(len(given), np.nan)
    if pd.api.types.is_numeric_dtype(given):
        whole: NDArray[np.float64] = given.to_numpy(float, na_value=np.nan)
        return whole
    if isinstance(given.dtype, pd.PeriodDtype):
        given = given.dt.end_time
    if pd.api.types.is_datetime64_any_dtype(given):
        days: NDArray[np.float64] = year_fractions(given).to_numpy(float)
        return days
    cells = given.astype(object).map(_read_year, na_action="ignore")
    numbers: NDArray[np.float64] = pd.to_numeric(cells, errors="coerce").to_numpy(float)
    return numbers


def read_last_year(given: Any) -> int:
    """Read the one year, day or period that a computation ends with, as a whole year.

    Raises
    ------
    DataError
        For what is none.

    Examples
    --------
    >>> read_last_year(2025), read_last_year(dt.date(2025, 6, 30))
    (2025, 2025)
    """
    cells = pd.Series([given])
    years = read_years(cells)
    problems = list_year_problems("until", years, cells)
    if np.isnan(years[0]):
        problems = [Problem("until", None, None, str(given), *map(msg, NO_YEAR))]
    if problems:
        raise DataError(problems)
    return int(np.ceil(years[0] - 1e-9))


def find_implausible(years: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark numbers that can be no year; NaN is not marked.

    >>> find_implausible(np.array([2021.5, 21.0, 44561.0])).tolist()
    [False, True, True]
    """
    odd: NDArray[np.bool_] = (years < PLAUSIBLE[0]) | (years >= PLAUSIBLE[1])
    return odd


def list_year_problems(
    source: str, years: ArrayLike, cells: pd.Series, series: pd.DataFrame | None = None
) -> list[Problem]:
    """List years, as numbers, that cannot be meant: two digits, day numbers, others far off.

    Parameters
    ----------
    source : the table's name
    years : (rows,); NaN is no problem here
    cells : the years as given
    series : names of each row's series, for the problem

    Examples
    --------
    >>> print(list_year_problems("targets", np.array([25.0]), pd.Series([25]))[0].remedy)
    write all four digits, as 2025
    """
    years = np.asarray(years, float)
    problems = []
    for i in np.flatnonzero(find_implausible(years))[:MOST_PROBLEMS]:
        year = years[i]
        serial = SERIAL_DAYS[0] <= year < SERIAL_DAYS[1]
        fact, remedy = DIGITS if 0.0 <= year < 100.0 else SERIAL if serial else NO_YEAR
        text = msg(fact)
        if series is not None:
            named = [*map(str, series.iloc[i])]
            text = msg("{problem} ({series})", problem=text, series=named)
        problems.append(Problem(source, None, "year", str(cells.iloc[i]), text, msg(remedy)))
    return problems


def last_closed_year(day: str | dt.date) -> int:
    """Last year that has ended on a day; that day itself counts.

    >>> last_closed_year("2022-12-31"), last_closed_year("2022-12-30")
    (2022, 2021)
    """
    date = parse_day(day, "last_closed_year")
    return date.year if (date.month, date.day) == (12, 31) else date.year - 1


def count_months(day: dt.date | None, years: FloatArray) -> FloatArray:
    """Whole months from the end of each year to a day; infinite without a day.

    >>> count_months(dt.date(2023, 9, 30), np.array([2022.0, 2023.0])).tolist()
    [9.0, -3.0]
    """
    if day is None:
        return np.full(len(years), np.inf)
    whole = day.day == calendar.monthrange(day.year, day.month)[1]
    return 12.0 * (day.year - 1 - years) + day.month - 1 + whole


def figure_days(observations: pd.DataFrame) -> pd.Series:
    """ISO day that each figure stands for: its `as_of`, else the end of its year.

    A year with a fraction, as 2021.5, ends with the next whole one.

    >>> figure_days(pd.DataFrame({"year": [2021, 2022.0], "as_of": ["", "2022-06-30"]})).tolist()
    ['2021-12-31', '2022-06-30']
    """
    years = np.ceil(observations["year"].astype(float))
    days = years.map("{:04.0f}-12-31".format)
    return _given(observations, "as_of", days)


def known_days(observations: pd.DataFrame, days: pd.Series | None = None) -> pd.Series:
    """ISO day from which each figure is known: `published`, else the day it stands for.

    `days` are those of `figure_days`, where they were computed already.

    >>> known_days(pd.DataFrame({"year": [2021, 2022], "published": ["2022-03-05", ""]})).tolist()
    ['2022-03-05', '2022-12-31']
    """
    otherwise = figure_days(observations) if days is None else days
    return _given(observations, "published", otherwise)


def _read_year(cell: object) -> float:
    """Read one year; NaN where it is none."""
    if isinstance(cell, pd.Period):
        return year_fraction(cell.end_time.date())
    if isinstance(cell, dt.date):  # and dt.datetime, pd.Timestamp
        return year_fraction(cell)
    if isinstance(cell, np.datetime64):
        return year_fraction(pd.Timestamp(cell).date())
    if isinstance(cell, str):
        text = cell.strip()
        try:
            if DATED_YEAR.fullmatch(text):
                return year_fraction(dt.date.fromisoformat(text))
            return float(text.removesuffix("末").removesuffix("底").removesuffix("年"))
        except ValueError:
            return np.nan
    if isinstance(cell, bool | np.bool_ | complex):
        return np.nan
    return float(cell) if isinstance(cell, int | float | np.number | decimal.Decimal) else np.nan


def _given(rows: pd.DataFrame, column: str, otherwise: pd.Series) -> pd.Series:
    """Take what a column says, or something else where it is empty or missing."""
    if column not in rows:
        return otherwise
    text = rows[column].fillna("")
    return text.where(text != "", otherwise)


def parse_deadline(text: str) -> dt.date | None:
    """Last day of a deadline as plans print it; None where none is printed.

    Understood are a day (2022-06-30, 2022年6月30日前), a month (2023-06, 2023年6月底前), a quarter
    or half of a year (2023年第二季度, 2023年上半年), a year (2023, 2023年底) and a span of years
    (2022-2024), of which the end counts.

    Raises
    ------
    ValueError
        For anything else, also for a deadline without its year.

    Examples
    --------
    >>> [str(parse_deadline(text)) for text in ("2022-2024", "2023-06", "2024年2月底前", "")]
    ['2024-12-31', '2023-06-30', '2024-02-29', 'None']
    """
    printed = SUFFIX.sub("", re.sub(r"\s", "", unicodedata.normalize("NFKC", text)))
    if not printed:
        return None
    for pattern in DEADLINES:
        if found := pattern.fullmatch(printed):
            part = found.groupdict()
            year = int(part["year"])
            last = part.get("quarter") or part.get("half") or part.get("q")
            if last:
                month = QUARTERS.get(last) or 3 * int(last)
            else:
                month = int(part.get("month") or 12)
            if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
                break
            return dt.date(year, month, int(part.get("day") or calendar.monthrange(year, month)[1]))
    raise ValueError(f"not a deadline: {text!r}")
