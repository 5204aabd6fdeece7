"""Tables as analysts hold them: shapes, libraries, years."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import forecast as fc
from forecast.tables.cells import read_numbers
from forecast.tables.frames import read_figures, read_goals

polars = pytest.importorskip("polars")

YEARS = [2020, 2021, 2022]
LONG = pd.DataFrame({
    "region": ["a"] * 3 + ["b"] * 3, "indicator": "x", "year": YEARS * 2,
    "value": [51.0, 53.5, 55.0, 60.0, 61.0, 63.5],
})  # fmt: skip
ABOUT = {"kind": "share", "better": "higher", "resolution": 0.1}
WIDE = pd.DataFrame({"a": [51.0, 53.5, 55.0], "b": [60.0, 61.0, 63.5]}, index=YEARS)
DAYS = pd.to_datetime([f"{year}-12-31" for year in YEARS])

WIDER = str.maketrans("0123456789.", "０１２３４５６７８９．")

SHAPES = {
    "long": (LONG, {}),
    "rows mixed": (LONG.assign(note="n", unit="%").sample(frac=1.0, random_state=1), {}),
    "years down": (WIDE, {"indicator": "x"}),
    "days down": (WIDE.set_axis(DAYS), {"indicator": "x"}),
    "periods down": (WIDE.set_axis(pd.period_range("2020", "2022", freq="Y")), {"indicator": "x"}),
    "column of years": (WIDE.rename_axis("year").reset_index(), {"indicator": "x"}),
    "years across, regions beside": (WIDE.T, {"indicator": "x"}),
    "years across, a column of regions": (
        WIDE.T.set_axis([f"{y}年" for y in YEARS], axis=1).rename_axis("region").reset_index(),
        {"indicator": "x"},
    ),
    "years across, both columns": (
        WIDE.T.rename_axis("region").reset_index().assign(indicator="x", unit="%"), {},
    ),
    "two heads": (pd.concat({"x": WIDE}, axis=1).swaplevel(axis=1).rename_axis(
        columns=["region", "indicator"]), {}),
    "Series": (LONG.set_index(["region", "indicator", "year"])["value"], {}),
    "dict of dicts": ({"a": dict(zip(YEARS, [51.0, 53.5, 55.0], strict=True)),
                       "b": dict(zip(YEARS, [60.0, 61.0, 63.5], strict=True))}, {"indicator": "x"}),
    "dict of columns": (LONG.to_dict("list"), {}),
    "polars": (polars.from_pandas(LONG), {}),
    "polars, lazy": (polars.from_pandas(LONG).lazy(), {}),
    "pyarrow": (pa.Table.from_pandas(LONG), {}),
    "texts": (LONG.astype({"year": str, "value": str}), {}),
    "categories": (LONG.astype({"region": "category", "indicator": "category"}), {}),
    "nullable": (LONG.astype({"year": "Int64", "value": "Float64", "region": "string"}), {}),
    "arrow types": (LONG.convert_dtypes(dtype_backend="pyarrow"), {}),
    "Decimal": (LONG.assign(value=[decimal.Decimal(str(v)) for v in LONG["value"]]), {}),
    "days": (LONG.assign(year=[dt.date(y, 12, 31) for y in LONG["year"]]), {}),
    "full-width digits": (LONG.assign(
        year=LONG["year"].astype(str).map(lambda t: t.translate(WIDER)),
        value=LONG["value"].astype(str).map(lambda t: t.translate(WIDER))), {}),
}  # fmt: skip

EXPECTED = fc.fit(LONG, **ABOUT)
GOAL = pd.DataFrame({"region": ["a"], "indicator": "x", "year": 2025, "value": 60.0,
                     "comparator": "ge"})  # fmt: skip


@pytest.mark.parametrize(("data", "names"), SHAPES.values(), ids=SHAPES)
def test_every_shape_gives_the_same_answers(data, names):
    """The same figures in another shape or type are the same series, and forecast alike."""
    expected = EXPECTED
    found = fc.fit(data, **ABOUT, **names)
    assert found.series[["region", "indicator", "n", "latest", "latest_year"]].equals(
        expected.series[["region", "indicator", "n", "latest", "latest_year"]]
    )
    assert fc.quantiles(found, [2025]).equals(fc.quantiles(expected, [2025]))


def test_the_input_stays_as_it_was():
    """Reading copies."""
    before = WIDE.copy()
    fc.fit(WIDE, indicator="x", **ABOUT)
    pd.testing.assert_frame_equal(WIDE, before)


def test_one_series_needs_no_names():
    """A Series, or a dict of years, is one series; a name of the Series is its indicator."""
    figures = pd.Series([51.0, 53.5, 55.0], YEARS)
    assert read_figures(figures)[["region", "indicator"]].drop_duplicates().values.tolist() == [
        ["all", "value"]
    ]
    assert set(read_figures(figures.rename("beds"))["indicator"]) == {"beds"}
    assert read_figures(figures.to_dict(), region="lishui")["region"].tolist() == ["lishui"] * 3


def test_blank_cells_of_a_wide_table_are_no_figures():
    """Printed signs for missing values are as blank as an empty cell; a text is a fault."""
    table = pd.DataFrame({"region": ["a", "b"], "2021": ["5", "——"], "2022": [None, "7.5"]})
    assert read_figures(table)[["region", "year", "value"]].values.tolist() == [
        ["a", 2021.0, 5.0], ["b", 2022.0, 7.5],
    ]  # fmt: skip
    with pytest.raises(fc.DataError, match=r"value, value 'n\.n\.': no number"):
        fc.fit(table.replace("——", "n.n."), **ABOUT)


@pytest.mark.parametrize(
    ("years", "message"),
    [
        ([20, 21, 22], "two digits of a year.*write all four digits"),
        ([44196, 44561, 44926], "day number of a spreadsheet"),
        ([20210, 20211, 20212], "day number of a spreadsheet"),
        ([2.02e18, 2.02e18, 2.02e18], "not a year"),
        (["FY20", "FY21", "FY22"], "no number"),
        ([True, True, True], "no number"),
        ([1j, 2015, 2026], "no number"),
        (pd.to_datetime(["2020", "2021", "2022"]), "1 January, as all days here"),
    ],
)
def test_what_is_no_year_is_refused(years, message):
    """Two digits, day numbers, nanoseconds and years made into their first days are no years."""
    table = pd.DataFrame({"year": years, "value": [1.0, 2.0, 3.0]})
    with pytest.raises(fc.DataError, match=message):
        fc.fit(table, **ABOUT)
    fits = EXPECTED
    if message.startswith("1 January"):  # a day that is asked about is that day
        return
    with pytest.raises(ValueError, match=r"year"):
        fc.quantiles(fits, years)
    with pytest.raises(fc.DataError, match=r"year"):
        fc.attainment(fits, 60.0, year=years[0], comparator="ge")


def test_a_day_within_a_year_lies_there():
    """A June figure is no figure of the year's end, whether its year or its `as_of` says so."""
    june = 2021 + 181 / 365
    for data in (
        pd.DataFrame({"year": [dt.date(2021, 12, 31), dt.date(2022, 6, 30)], "value": [5.0, 6.0]}),
        pd.DataFrame({"year": [2021, 2022], "as_of": ["", "2022-06-30"], "value": [5.0, 6.0]}),
    ):
        assert fc.fit(data, **ABOUT).series["latest_year"].tolist() == [june]


@pytest.mark.parametrize(
    ("value", "about", "message"),
    [
        (120.0, {}, "above 100, the most value can be"),
        (4.0, {"lower": 5.0}, "below 5, the least value can be"),
        (-1.0, {}, "cannot be negative|below 0"),
        (0.58, {}, "a fraction, not a percentage"),
        ("58%", {}, "no number.*without unit and separators"),
        ("1,058", {}, "no number.*without unit and separators"),
        (True, {}, "no number"),
        (np.inf, {}, "no number"),
    ],
)
def test_figures_that_cannot_be_are_refused(value, about, message):
    """Out of bounds, negative, fractions in place of percentages: the rules of the tables."""
    with pytest.raises(fc.DataError, match=message):
        fc.fit({2021: value}, **ABOUT, **about)


def test_the_rounding_of_a_unit_is_no_breach_of_a_bound():
    """A bound and a figure in another unit may differ in their last digit."""
    assert len(fc.fit({2021: 0.1 + 0.2}, kind="amount", better="higher", upper=0.3).series) == 1


def test_what_describes_an_indicator_is_said_once_and_nothing_is_guessed():
    """Keywords, or a table, or the package's own table with a warning; else the remedy."""
    with pytest.raises(fc.DataError, match="give a table of indicators, or kind, better"):
        fc.fit({2021: 5.0})
    with pytest.raises(fc.DataError, match="or better as keywords"):
        fc.fit({2021: 5.0}, kind="share")
    with pytest.raises(fc.DataError, match="described twice"):
        fc.fit(LONG, pd.DataFrame({"indicator": ["x"], "kind": "share", "better": "higher"}),
               kind="share")  # fmt: skip
    with pytest.raises(fc.UnknownNameError, match="'resolution'"):
        fc.fit({2021: 5.0}, kind="share", better="higher", resolutoin=1.0)
    with pytest.warns(fc.StatisticalWarning, match="minimum_living_standard"):
        fits = fc.fit({2021: 10200.0}, indicator="minimum_living_standard")
    assert fits.series["better"].tolist() == ["higher"]
    known = polars.DataFrame({"indicator": ["x"], "kind": ["share"], "better": ["higher"],
                              "lower": [0.0], "upper": [100.0], "resolution": [0.1]})  # fmt: skip
    expected = fc.quantiles(EXPECTED, 2025)
    assert fc.quantiles(fc.fit(LONG, known), 2025).equals(expected)
    assert fc.quantiles(fc.fit(LONG, {**ABOUT, "lower": 0.0, "upper": 100.0}), 2025).equals(
        expected
    )


def test_targets_in_every_form():
    """A number, a dict by year, a wide table and a long one ask the same questions."""
    fits = EXPECTED
    long = pd.DataFrame({"region": ["a", "b"], "indicator": "x", "year": 2025, "value": 62.0,
                         "comparator": "ge"})  # fmt: skip
    expected = fc.attainment(fits, long)
    wide = pd.DataFrame({"region": ["a", "b"], "indicator": "x", "2025": [62.0, 62.0]})
    for goal, words in (
        (62.0, {"year": 2025, "comparator": "ge"}),
        (62, {"year": pd.Period("2025", "Y"), "comparator": "ge"}),
        ({2025: 62.0}, {"comparator": "ge"}),
        (long.drop(columns=["region", "indicator"]).head(1), {}),
        (wide, {"comparator": "ge"}),
        (polars.from_pandas(long), {}),
        (long.assign(year=pd.Timestamp("2025-12-31"), value="62"), {}),
    ):
        pd.testing.assert_frame_equal(fc.attainment(fits, goal, **words), expected)


@pytest.mark.parametrize(
    ("goal", "words", "message"),
    [
        (60.0, {"year": 2025}, "add a column 'comparator'"),
        (60.0, {"comparator": "ge"}, "add a column 'year'"),
        ({2025: "60%"}, {"comparator": "ge"}, "value '60%': no number"),
        (60.0, {"year": "2025-06-30", "comparator": "ge"}, "a target is one of a year's end"),
        (60.0, {"year": 2030.5, "comparator": "ge"}, "a target is one of a year's end"),
        (60.0, {"year": dt.date(2025, 6, 30), "comparator": "ge"}, "a target is one of a year's"),
        (60.0, {"year": 2025, "comparator": ">="}, "use ge, gt, eq, le, lt"),
        ({"value": [60.0], "year": [2025], "comparator": ["ge"]}, {"year": 2026}, "given twice"),
        ("60", {"year": 2025, "comparator": "ge"}, "targets: a str is no table"),
        (True, {"year": 2025, "comparator": "ge"}, "targets: a bool is no table"),
        (GOAL.assign(value=True), {}, "value 'True': no number"),
        (GOAL.assign(baseline="50%", baseline_year=2020), {}, "baseline, value '50%': no number"),
        (GOAL.assign(comparator="between", value_high="7o"), {}, "value_high, value '7o': no numb"),
        ({"b": {2025: 60.0}}, {"comparator": "ge"}, "'b': no figures of this indicator.*'region'"),
        (pd.concat([GOAL, GOAL[["value"]]], axis=1), {}, "column value: several columns of one"),
    ],
)
def test_targets_that_cannot_be_read_are_refused(goal, words, message):
    """With place and remedy."""
    with pytest.raises(fc.DataError, match=message):
        fc.attainment(EXPECTED, goal, **words)


def test_a_target_without_an_indicator_needs_one_indicator():
    """Of several indicators none is picked."""
    series = pd.DataFrame({"region": "a", "indicator": ["x", "y"]})
    with pytest.raises(fc.DataError, match="name no indicator, and there are 2"):
        read_goals(60.0, series, year=2025, comparator="ge")


@pytest.mark.parametrize(
    ("data", "words", "message"),
    [
        ([51.0, 53.5], {}, "a list is no table of figures"),
        (pd.Series([51.0, 53.5]), {}, "the index of a Series must be its years"),
        (
            pd.DataFrame({"a": [1.0], "b": [2.0]}),
            {},
            "there is no column 'year', and no column is a year, of a, b",
        ),
        (pd.DataFrame({"name": ["a", "b"], "2021": [1.0, 2.0]}), {}, "which series each is"),
        (WIDE, {"indicator": "x", "region": "a"}, "which series each is"),
        (LONG, {"region": "c"}, "given twice"),
        (pd.concat([LONG, LONG[["year"]]], axis=1), {}, "column year: several columns of one name"),
        (pd.DataFrame([["a", 1.0, 2.0]], columns=["region", 2021, "2021"]), {}, "column 2021: sev"),
        (pd.DataFrame(), {}, "no column is a year"),
        (pa.table([[2021], [1.0], [2.0]], ["year", "x", "x"]), {}, "column x: several columns"),
        (LONG.assign(as_of="2021/6/30"), {}, "column as_of, value '2021/6/30': not a date"),
    ],
)
def test_what_has_no_clear_reading_is_refused(data, words, message):
    """Nothing is averaged or guessed where names or years are missing."""
    with pytest.raises(fc.DataError, match=message):
        read_figures(data, **words)


def test_simulate_and_backtest_take_the_same():
    """`backtest` reads figures as `fit` does, `simulate` and `quantiles` years as figures have."""
    fits = EXPECTED
    until = fc.simulate(fits, until=dt.date(2024, 12, 31), draws=20)
    assert np.array_equal(until.values, fc.simulate(fits, until=2024, draws=20).values)
    told = fc.quantiles(fits, pd.PeriodIndex(["2024"], freq="Y"))
    assert told.equals(fc.quantiles(fits, 2024))
    tested = fc.backtest(WIDE, horizon=1, draws=0, indicator="x", **ABOUT)
    about = pd.DataFrame({"indicator": ["x"], "lower": 0.0, "upper": 100.0, **ABOUT})
    assert tested.scores.equals(fc.backtest(LONG, about, 1, draws=0).scores)


def test_names_of_several_types_are_texts():
    """Names that are partly numbers are compared as texts, in figures and in targets."""
    rows = pd.DataFrame({"region": ["a", 1, True], "indicator": "x", "year": 2021, "value": 5.0})
    fits = fc.fit(rows, kind="stock", better="higher")
    assert sorted(fits.series["region"]) == ["1", "True", "a"]
    goals = rows[["region", "indicator", "value"]].assign(year=2025, comparator="ge")
    assert (fc.attainment(fits, goals, answers="reach")["status"] != "no_data").all()


@pytest.mark.parametrize(("seen", "asked"), [(330100, "330100"), ("330100", 330100.0)])
def test_a_code_is_the_same_region_as_number_and_as_text(seen, asked):
    """Codes that one library reads as numbers and another as texts name one series."""
    fits = fc.fit({2021: 50.0, 2022: 53.0}, region=str(seen), **ABOUT)
    if not isinstance(seen, str):
        fits = fc.fit(LONG.assign(region=seen, indicator="value").head(3), **ABOUT)
    goal = GOAL.assign(region=asked, indicator="value")
    assert fc.attainment(fits, goal, answers="reach")["p_reach"].notna().all()


def test_a_level_that_cannot_be_negative_is_not_forecast_below_0():
    """A stock needs no lower bound for that; an amount, such as a balance, may be negative."""
    figures = {2020: 10.0, 2021: 6.0, 2022: 3.0, 2023: 1.0}
    lowest = [
        fc.quantiles(fc.fit(figures, kind=kind, better="lower"), [2030])["q05"].item()
        for kind in ("stock", "amount")
    ]
    assert lowest[0] == 0.0 > lowest[1]


@pytest.mark.parametrize(
    ("observations", "targets", "message"),
    [
        (LONG.assign(value="50%"), GOAL, "observations, column value, value '50%': not a plain"),
        (LONG.assign(value=np.inf), GOAL, "observations, column value, value 'inf'"),
        (LONG, GOAL.assign(value="60%"), "targets, column value, value '60%': not a plain number"),
        (LONG, GOAL.assign(value=None), "targets, column value, value 'None'"),
        (LONG, GOAL.assign(comparator=">="), "value '>=': not an allowed word"),
        (LONG, 60.0, "targets, column year: no such column"),
    ],
)
def test_a_plan_of_frames_loses_no_cell(observations, targets, message):
    """What cannot be read is refused, not left out of the plan."""
    with pytest.raises(fc.DataError, match=message):
        fc.Plan.from_frames(observations, targets, **ABOUT)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fc.quantiles(EXPECTED, 2025, levels=[5, 95]), "levels must lie between 0 and 1"),
        (lambda: fc.quantiles(EXPECTED, 2025, levels=None), "levels must lie between 0 and 1"),
        (lambda: fc.propose_targets(EXPECTED, year=2025, chances=80), "not 80"),
        (lambda: fc.simulate(EXPECTED, until=2025, draws="10"), "a whole number"),
        (lambda: fc.simulate(EXPECTED, until=2025, seed=None), "a whole number"),
        (lambda: fc.backtest(LONG, horizon=1.5, **ABOUT), "a whole number"),
        (lambda: fc.attainment(EXPECTED, GOAL, as_of=pd.NaT), "not a date"),
    ],
)
def test_arguments_that_cannot_be_are_refused_with_a_reason(call, message):
    """No argument ends in an error of Python that names none."""
    with pytest.raises(ValueError, match=message):
        call()


def test_numbers_of_every_type():
    """Missing stays missing; texts with signs, truth values and days are no numbers."""
    for cells, expected in (
        ([1, 2.5, decimal.Decimal("0.5"), "3", None], [1.0, 2.5, 0.5, 3.0, np.nan]),
        (["1,000", "60%", "亿", ""], [np.nan] * 4),
        ([True, False], [np.nan] * 2),
        (pd.Series([1, None], dtype="Int64"), [1.0, np.nan]),
        (pd.Series([dt.date(2021, 1, 1)], dtype=object), [np.nan]),
        (pd.Series(["2"], dtype="category"), [2.0]),
    ):
        np.testing.assert_array_equal(read_numbers(cells), expected)
