"""Figures as they come, made into arrays."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.errors import DataError, UnknownNameError
from forecast.model.panel import KEY, build_panel, read_observations
from forecast.tables.calendar import read_years
from forecast.tables.schema import STATUSES


def figures(*rows, indicator="x", **columns):
    """Figures of one indicator: region, year, value a row, and whole columns."""
    table = pd.DataFrame(rows, columns=["region", "year", "value"])
    return table.assign(indicator=indicator, **columns)


def about(*names, **columns):
    """Describe indicators, all alike."""
    return pd.DataFrame({"indicator": names or ("x",), "kind": "ratio", "better": "higher"}).assign(
        **columns
    )


def read(observations, **columns):
    """Figures and series of a table whose indicators are all alike."""
    return read_observations(observations, about(*observations["indicator"].unique(), **columns))


MIXED = pd.concat(
    [
        figures(("b", 2020, 5.0), ("a", 2021.5, 2.0), ("a", 2019, 1.0)),
        figures(("a", 2021, 9.0), ("a", 2018, 7.0), indicator="w"),
    ],
    ignore_index=True,
)


def test_figures_stand_in_the_order_of_series_and_time():
    """Figures are sorted by region, indicator, year; each series knows its number and its last."""
    seen, series = read(MIXED)
    assert seen[[*KEY, "year", "value"]].values.tolist() == [
        ["a", "w", 2018.0, 7.0], ["a", "w", 2021.0, 9.0],
        ["a", "x", 2019.0, 1.0], ["a", "x", 2021.5, 2.0], ["b", "x", 2020.0, 5.0],
    ]  # fmt: skip
    assert series[[*KEY, "n", "latest", "latest_year"]].values.tolist() == [
        ["a", "w", 2, 9.0, 2021.0], ["a", "x", 2, 2.0, 2021.5], ["b", "x", 1, 5.0, 2020.0],
    ]  # fmt: skip
    assert not seen["break"].any()
    assert not series["conflicting"].any()


def test_the_order_of_rows_is_irrelevant_and_the_input_untouched():
    """Mixed rows and indices, of either table, give the same tables; the given ones are as before.

    Among them are revisions, conflicts and quotient figures.
    """
    seen = pd.concat(
        [MIXED, MIXED.assign(value=MIXED["value"] + 1.0), figures(("a", 2018, 3.0), indicator="z")],
        ignore_index=True,
    )
    seen["published"] = ["2022-01-01"] * 5 + ["2022-01-01", "2022-03-01"] * 3
    seen["break"] = [False, True] * 5 + [False]
    known = about("z", "w", "x", numerator=["w", "", ""], denominator=["w", "", ""])
    before = seen.copy(), known.copy()
    first = read_observations(seen, known)
    assert first[0]["indicator"].tolist() == list("wwxxzzx")
    for state in range(4):
        mixed = read_observations(
            seen.sample(frac=1.0, random_state=state), known.sample(frac=1.0, random_state=state)
        )
        for found, expected in zip(mixed, first, strict=True):
            pd.testing.assert_frame_equal(found, expected, check_exact=True)
    pd.testing.assert_frame_equal(seen, before[0])
    pd.testing.assert_frame_equal(known, before[1])


def test_what_the_indicators_table_leaves_out_is_none():
    """Missing bounds are none but for 0 of what cannot be negative; counts are cumulative."""
    _, series = read_observations(MIXED, about("w", "x", kind=["count", "amount"]))
    assert series["lower"].fillna(-1.0).tolist() == [0.0, -1.0, -1.0]
    assert series["upper"].isna().all()
    assert series["resolution"].eq(0.0).all()
    assert series["cumulative"].tolist() == [True, False, False]
    assert series[["numerator", "denominator"]].eq("").all(axis=None)
    _, series = read(MIXED, lower=0.0, upper=[np.nan, 9.0], resolution=[0.5, np.nan])
    assert series["upper"].fillna(-1.0).tolist() == [9.0, -1.0, -1.0]
    assert series["resolution"].tolist() == [0.0, 0.5, 0.5]


def revised(*rows, **columns):
    """Series and figures of region a with several figures of 2020."""
    seen, series = read(figures(*(("a", 2020, value) for value in rows), **columns))
    return seen["value"].tolist(), bool(series["conflicting"].iloc[0])


def test_of_two_revisions_the_last_published_counts():
    """The later publication replaces the earlier one, whatever its status, and is no conflict."""
    later = {"published": ["2021-06-30", "2021-02-28"], "status": ["estimated", "actual"]}
    assert revised(5.0, 7.0, **later) == ([5.0], False)
    assert revised(5.0, 7.0, published=["2021-02-28", "2021-06-30"]) == ([7.0], False)


def test_a_figure_without_a_date_gives_way_to_one_with():
    """An empty publication date is older than any."""
    assert revised(5.0, 7.0, published=["2021-02-28", None]) == ([5.0], False)


def test_dates_that_are_dates_lose_no_figure():
    """A publication column of dates, one of them missing, is read like one of texts."""
    seen = figures(("a", 2020, 5.0), ("a", 2020, 7.0), ("a", 2021, 8.0))
    published = pd.to_datetime(pd.Series(["2021-02-28", "2021-06-30", None]))
    assert read(seen.assign(published=published))[0]["value"].tolist() == [7.0, 8.0]


@pytest.mark.parametrize(("better", "worse"), list(pairwise(STATUSES)))
def test_published_alike_the_better_status_counts(better, worse):
    """Actual before preliminary before estimated, where dates do not decide."""
    assert revised(5.0, 7.0, status=[better, worse]) == ([5.0], False)
    assert revised(5.0, 7.0, status=[worse, better]) == ([7.0], False)
    assert revised(5.0, 7.0, status=[worse, better], published="2021-02-28") == ([7.0], False)


def test_figures_that_still_disagree_are_averaged_and_marked():
    """Two different figures of one rank are averaged, and only their series is conflicting."""
    assert revised(5.0, 8.0) == ([6.5], True)
    assert revised(5.0, 8.0, 6.5, status=["actual", "actual", "estimated"]) == ([6.5], True)
    seen = figures(("a", 2020, 5.0), ("a", 2020, 8.0), ("b", 2020, 5.0), ("b", 2020, 5.0))
    _, series = read(seen)
    assert series["conflicting"].tolist() == [True, False]
    assert series["n"].tolist() == [1, 1]


def test_the_same_figure_twice_is_no_conflict():
    """Equal figures of one year are one figure."""
    assert revised(5.0, 5.0) == ([5.0], False)


def test_half_a_year_apart_is_no_revision():
    """A mid-year figure and the year's end are two figures, and the middle stays in the middle."""
    seen, series = read(figures(("a", 2021, 2.0), ("a", 2020.5, 1.0)))
    assert seen["year"].tolist() == [2020.5, 2021.0]
    assert series["n"].tolist() == [2]


@pytest.mark.parametrize(
    ("cell", "flag"),
    [(True, True), ("true", True), (" TRUE ", True), (1, True), (1.0, True), ("yes", True),
     (False, False), ("false", False), (0, False), ("", False), (None, False), (np.nan, False)],
)  # fmt: skip
def test_a_break_is_a_mark_that_says_so(cell, flag):
    """Only a cell that says true marks a break; an empty one does not."""
    given = pd.Series([None, cell], dtype=object)
    seen, _ = read(figures(("a", 2020, 1.0), ("a", 2021, 2.0)).assign(**{"break": given}))
    assert seen["break"].tolist() == [False, flag]


@pytest.mark.parametrize("marks", [[True, False, False], [False, True, False]])
def test_a_break_survives_a_revision(marks):
    """A break marked on any of the figures that count for a year holds."""
    seen = figures(("a", 2020, 1.0), ("a", 2020, 1.0), ("a", 2021, 2.0))
    seen, _ = read(seen.assign(**{"break": marks}))
    assert seen["break"].tolist() == [True, False]


RATIO = {"numerator": ["y", "", ""], "denominator": ["n", "", ""]}
PARTS = pd.concat(
    [
        figures(("a", 2018, 20.0), ("a", 2019, 30.0), ("a", 2020, 40.0), ("b", 2019, 9.0),
                indicator="y"),
        figures(("a", 2018, 1000.0), ("a", 2019, 1200.0), ("a", 2020, 1250.0), ("b", 2019, 500.0),
                indicator="n"),
    ]
)  # fmt: skip


def quotients(own, parts=PARTS, **columns):
    """Figures of the ratio x = y / n, year -> value, of region a."""
    known = about("x", "y", "n", **RATIO | columns)
    seen, _ = read_observations(pd.concat([own, parts]), known)
    seen = seen[(seen["indicator"] == "x") & (seen["region"] == "a")]
    return dict(zip(seen["year"], seen["value"], strict=True))


def test_quotient_figures_take_the_scale_of_the_ratio_itself():
    """Years with both parts and no ratio get one, per 10,000 where the ratio's figures are."""
    found = quotients(figures(("a", 2019, 250.0)))
    assert found == pytest.approx({2018: 200.0, 2019: 250.0, 2020: 320.0}, rel=1e-12)


def test_the_last_figure_of_a_ratio_sets_the_scale():
    """Where the ratio's own figures disagree about the scale, the last one decides."""
    found = quotients(figures(("a", 2018, 2.0), ("a", 2019, 250.0)))
    assert found == pytest.approx({2018: 2.0, 2019: 250.0, 2020: 320.0}, rel=1e-12)


def test_published_figures_of_a_ratio_stay():
    """A derived figure never replaces a published one."""
    own = figures(("a", 2018, 199.0), ("a", 2019, 251.0), ("a", 2020, 318.0))
    assert quotients(own) == {2018: 199.0, 2019: 251.0, 2020: 318.0}


def test_a_ratio_without_figures_of_its_own_gets_none():
    """No figure of the ratio in the region, no scale, no derived figure; nor from zero people."""
    assert quotients(figures(("b", 2019, 180.0))) == {}
    nobody = PARTS.assign(value=np.where(PARTS["value"] == 1000.0, 0.0, PARTS["value"]))
    found = quotients(figures(("a", 2019, 250.0)), nobody)
    assert found == pytest.approx({2019: 250.0, 2020: 320.0}, rel=1e-12)


def test_each_region_has_its_own_scale():
    """One region's ratio tells nothing about another's scale."""
    own = pd.concat([figures(("a", 2019, 250.0)), figures(("b", 2018, 3.0))])
    known = about("x", "y", "n", **RATIO)
    seen, _ = read_observations(pd.concat([own, PARTS]), known)
    assert seen[(seen["region"] == "b") & (seen["indicator"] == "x")]["year"].tolist() == [2018.0]


def test_arrays_are_flush_right():
    """A batch has each series' last figure in the last column and nothing before its first."""
    seen = MIXED.assign(**{"break": [False, True, False, False, False]})
    series = read_observations(seen, about("w", "x", lower=[0.0, np.nan], upper=[np.nan, 50.0],
                          better=["higher", "lower"], kind="amount", resolution=[1.0, 0.1],
                          cumulative=[True, True]))  # fmt: skip
    batch = build_panel(*series)
    np.testing.assert_array_equal(batch.value, [[7.0, 9.0], [1.0, 2.0], [np.nan, 5.0]])
    np.testing.assert_array_equal(
        batch.year, [[2018.0, 2021.0], [2019.0, 2021.5], [np.nan, 2020.0]]
    )
    np.testing.assert_array_equal(batch.breaks, [[False, False], [False, True], [False, False]])
    np.testing.assert_array_equal(batch.group, [0, 1, 1])
    np.testing.assert_array_equal(batch.better, [1.0, -1.0, -1.0])
    np.testing.assert_array_equal(batch.lower, [0.0, -np.inf, -np.inf])
    np.testing.assert_array_equal(batch.upper, [np.inf, 50.0, 50.0])
    np.testing.assert_array_equal(batch.resolution, [1.0, 0.1, 0.1])
    np.testing.assert_array_equal(batch.ratchet, [True, True, True])


def test_nothing_observed_is_an_empty_batch():
    """No rows give no series and arrays without rows."""
    seen, series = read_observations(MIXED.iloc[:0], about("w", "x"))
    assert len(seen) == len(series) == len(build_panel(seen, series).value) == 0


def test_missing_columns_are_said_at_once():
    """Every missing column of both tables stands in one error, with what to do."""
    with pytest.raises(DataError) as caught:
        read_observations(
            MIXED.drop(columns=["value", "region"]), about("w").drop(columns="better")
        )
    said = [(p.file, p.column, p.problem, p.remedy) for p in caught.value.problems]
    assert said == [
        ("observations", "region", "no such column", "add a column 'region'"),
        ("observations", "value", "no such column", "add a column 'value'"),
        ("indicators", "better", "no such column", "add a column 'better'"),
    ]


def test_unusable_cells_are_said_at_once():
    """Figures that are no numbers, indicators without a row, unknown directions: one error."""
    broken = MIXED.astype({"value": object, "year": object})
    broken.loc[0, "value"], broken.loc[1, "value"] = None, "12 %"
    broken.loc[2, "year"], broken.loc[3, "value"] = "mid-2020", np.inf
    broken.loc[4, "year"] = 21
    with pytest.raises(DataError) as caught:
        read_observations(broken, about("x", better="up"))
    said = [(p.file, p.column, p.value, p.problem) for p in caught.value.problems]
    assert said == [
        ("observations", "year", "mid-2020", "no number (a, x)"),
        ("observations", "value", "None", "no number (b, x)"),
        ("observations", "value", "12 %", "no number (a, x)"),
        ("observations", "value", "inf", "no number (a, w)"),
        ("indicators", "indicator", "w", "observed but not described"),
        ("indicators", "better", "up (x)", "unknown direction of x"),
        ("observations", "year", "21", "two digits of a year (a, w)"),
    ]
    assert "leave the row out where there is no figure" in str(caught.value)
    assert "use higher or lower" in str(caught.value)


@pytest.mark.parametrize("kind", ["share", "count", "stock"])
def test_what_counts_things_is_never_negative(kind):
    """Such a figure is refused with its series; an amount or a ratio may be negative."""
    with pytest.raises(DataError, match=r"value '-3.0': a share, a count or a stock .* \(b, x\)"):
        read(figures(("a", 2020, 1.0), ("b", 2021, -3.0)), kind=kind)
    assert len(read(figures(("b", 2021, -3.0)), kind="amount", lower=-9.0)[0]) == 1


def test_a_figure_of_no_region_is_refused():
    """A row without a region or indicator cannot be placed: it is a fault, said like the others."""
    with pytest.raises(DataError, match="region"):
        read(figures(("a", 2020, 1.0), (None, 2021, 2.0), ("b", 2021, 3.0)))


def test_indicators_that_are_not_observed_may_be_anything():
    """Only the rows of observed indicators are judged."""
    known = about("w", "x", "unused", better=["higher", "lower", "?"], kind=["stock"] * 2 + ["?"])
    assert len(read_observations(MIXED, known)[1]) == 3


def test_an_unknown_kind_is_named():
    """A misspelt kind of an observed indicator is refused with the nearest known one."""
    with pytest.raises(UnknownNameError, match=r"Unknown kind 'shares'.*'share'"):
        read(MIXED, kind="shares")


YEARS = [2020, 2021, 2022]
DATED = {
    "dates": pd.to_datetime([f"{year}-12-31" for year in YEARS]),
    "days": [dt.date(year, 12, 31) for year in YEARS],
    "periods": pd.period_range("2020", "2022", freq="Y"),
    "texts": [str(year) for year in YEARS],
    "mixed": [2020, pd.Timestamp("2021-12-31"), pd.Period("2022", "Y")],
}


@pytest.mark.parametrize("years", DATED.values(), ids=DATED)
def test_dates_and_periods_are_years(years):
    """A column of dates or periods is read as the years that end there, also by `quantiles`."""
    seen = figures(
        *(("a", year, value) for year, value in zip(YEARS, (51.0, 53.5, 55.0), strict=True))
    )
    known = about("x", kind="share", lower=0.0, upper=100.0)
    read_as = read_observations(seen.assign(year=years), known)[0]["year"]
    assert read_as.tolist() == YEARS
    expected = fc.quantiles(fc.fit(seen, known), [2023, 2024])
    ends = pd.to_datetime(["2023-12-31", "2024-12-31"])
    for asked in (ends, ends.to_period("Y")):
        pd.testing.assert_frame_equal(
            fc.quantiles(fc.fit(seen.assign(year=years), known), asked), expected
        )


def test_a_day_within_a_year_is_its_fraction():
    """Day d of N is the year before plus d / N, as in tables; a text that is no year is refused."""
    assert read_years(pd.to_datetime(["2024-06-30"])).tolist() == [2023 + 182 / 366]
    assert read_years([pd.Period("2023-06", "M")]).tolist() == [2022 + 181 / 365]
    assert np.isnan(read_years(["2021-13-31", None, "mid-2020"])).all()


DAYS = ["2024-3-1", "2024/03/01", "2024年3月1日", "2024-03-01", dt.date(2024, 3, 1),
        pd.Timestamp("2024-03-01 10:00")]  # fmt: skip


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_publications_are_compared_as_days(day):
    """1 March is before 1 October however it is written."""
    assert revised(5.0, 7.0, published=["2024-10-01", day]) == ([5.0], False)
    assert revised(5.0, 7.0, published=[day, "2024-2-29"]) == ([5.0], False)


@pytest.mark.parametrize("day", ["2024-13-01", "March 2024", "45000"])
def test_a_publication_that_is_no_day_is_refused(day):
    """With series, column, value and remedy."""
    with pytest.raises(DataError, match=r"published, value '.*': not a date \(a, x\).*2022-06-30"):
        read(figures(("a", 2020, 1.0), published=[day]))


@pytest.mark.parametrize(
    ("word", "flag"),
    [("是", True), ("yes", True), (True, True), (1.0, True), ("TRUE ", True), ("", False),
     ("否", False), (False, False), (0, False), (None, False), (np.nan, False)],
)  # fmt: skip
def test_words_for_a_break(word, flag):
    """A mark is read in Chinese and English; empty is no break."""
    seen = figures(("a", 2020, 1.0)).assign(**{"break": [word]})
    assert read(seen)[0]["break"].tolist() == [flag]
    with pytest.raises(DataError, match="value 'perhaps': neither true nor false"):
        read(seen.assign(**{"break": "perhaps"}))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"lower": 100.0, "upper": 0.0}, r"upper, value '0 \(x\)': not above the lower bound 100"),
        ({"lower": 5.0, "upper": 5.0}, "not above the lower bound 5"),
        ({"resolution": -0.1}, r"resolution, value '-0.1 \(x\)': the reporting step"),
        ({"upper": "100 %"}, r"upper, value '100 % \(x\)': no number"),
    ],
)
def test_impossible_descriptions_are_refused(columns, message):
    """Bounds the wrong way round, negative steps, texts: with indicator, value and remedy."""
    with pytest.raises(DataError, match=message):
        read(figures(("a", 2020, 1.0)), **columns)


def test_an_indicator_is_described_once():
    """Two equal rows are one, two that differ are a fault, unless nothing is observed of it."""
    known = about("x", "x", "y", "y", kind=["share", "share", "share", "amount"])
    seen = figures(("a", 2020, 1.0))
    assert len(read_observations(seen, known)[1]) == 1
    with pytest.raises(DataError, match="value 'y': described twice, with different values"):
        read_observations(seen.assign(indicator="y"), known)


def test_a_conflict_is_marked_where_it_is():
    """Figures of one year that disagree mark that year, and the series."""
    rows = [("a", 2020, 1.0), ("a", 2021, 2.0), ("a", 2021, 4.0), ("b", 2021, 3.0)]
    seen, series = read(figures(*rows))
    assert seen[["value", "conflicting"]].values.tolist() == [
        [1.0, False], [3.0, True], [3.0, False],
    ]  # fmt: skip
    assert series["conflicting"].tolist() == [True, False]
