"""Calendar conventions."""

import datetime as dt

import pandas as pd
import pytest

from forecast.errors import DataError
from forecast.tables.calendar import (
    figure_days,
    known_days,
    last_closed_year,
    parse_day,
    parse_deadline,
    year_fraction,
    year_fractions,
)


def test_a_year_is_its_end_and_a_day_its_share_of_the_year():
    """31 December is the year itself, leap years have 366 days, one day and many agree."""
    days = ["2022-12-31", "2022-01-01", "2024-02-29", "2023-06-30"]
    exact = [2022.0, 2021 + 1 / 365, 2023 + 60 / 366, 2022 + 181 / 365]
    assert [year_fraction(day) for day in days] == exact
    assert year_fractions(pd.Series(days)).tolist() == exact
    assert year_fraction(dt.date(2022, 12, 31)) == 2022.0


def test_a_year_is_closed_from_its_last_day_on():
    """On 30 December the year before is the last closed one."""
    assert [last_closed_year(d) for d in ("2022-12-30", "2022-12-31", dt.date(2023, 1, 1))] == [
        2021, 2022, 2022,
    ]  # fmt: skip


def test_figures_stand_for_their_date_and_are_known_when_published():
    """Without dates it is the end of the year; a fraction of a year belongs to its whole one."""
    rows = pd.DataFrame({"year": [2020.0, 2021.5, 2022.0], "as_of": ["", "", "2022-06-30"]})
    assert figure_days(rows).tolist() == ["2020-12-31", "2022-12-31", "2022-06-30"]
    assert known_days(rows).equals(figure_days(rows))
    late = rows.assign(published=["2021-03-01", None, ""])
    assert known_days(late).tolist() == ["2021-03-01", "2022-12-31", "2022-06-30"]


@pytest.mark.parametrize("given", ["2025", 2025, "2025/12/31", "20251231", "2022-02-30", None])
def test_what_is_no_day_is_refused_with_the_remedy(given):
    """Only a date, or a text of year, month and day, is a day."""
    with pytest.raises(DataError, match=r"attainment, column as_of.*not a date. Remedy: write 20"):
        parse_day(given, "attainment")


def test_a_time_of_day_is_cut_off():
    """A timestamp is the day it lies in."""
    assert parse_day(pd.Timestamp("2022-06-30 13:00"), "x") == dt.date(2022, 6, 30)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-06-30", "2022-06-30"), ("2022/6/30", "2022-06-30"),
        ("2022年6月30日前", "2022-06-30"), ("2023-06", "2023-06-30"),
        ("2023年6月", "2023-06-30"), ("2024年2月底前", "2024-02-29"),
        ("２０２３年６月末", "2023-06-30"), ("2023.6", "2023-06-30"),
        ("2023", "2023-12-31"), ("2023年", "2023-12-31"), ("2023年底", "2023-12-31"),
        ("2023 年年底前", "2023-12-31"), ("2023年度", "2023-12-31"),
        ("2025年以前", "2025-12-31"), ("2022-2024", "2024-12-31"),
        ("2022—2024年", "2024-12-31"), ("2022年至2024年", "2024-12-31"),
        ("2023年第二季度", "2023-06-30"), ("2023Q3", "2023-09-30"),
        ("2023年一季度末", "2023-03-31"), ("2023年上半年", "2023-06-30"),
        ("2023年下半年", "2023-12-31"),
    ],
)  # fmt: skip
def test_deadlines_end_with_their_last_day(text, day):
    """A month, quarter, half, year or span of years is due on its last day."""
    assert str(parse_deadline(text)) == day


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_printed_is_no_deadline(text):
    """An empty cell has no deadline."""
    assert parse_deadline(text) is None


@pytest.mark.parametrize(
    "text",
    ["6月底前", "年底", "soon", "2023-13", "2023-02-30", "202306", "23年", "3023", "2023-6-"],
)
def test_other_deadlines_are_refused(text):
    """What has no year, is no date or is no deadline is no deadline."""
    with pytest.raises(ValueError, match=r"not a deadline|day is out of range"):
        parse_deadline(text)
