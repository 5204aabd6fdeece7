"""Attainment of targets."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import forecast as fc
from forecast.targets import threshold


def about(**changes):
    """Describe the indicator x."""
    row = {"indicator": "x", "kind": "share", "lower": 0.0, "upper": 100.0, "better": "higher",
           "resolution": 1.0, "cumulative": False}  # fmt: skip
    return pd.DataFrame([row | changes])


def series(values, first=2018):
    """Yearly figures of x in region a."""
    years = np.arange(first, first + len(values))
    return pd.DataFrame({"region": "a", "indicator": "x", "year": years, "value": values})


def goals(*rows, indicator="x"):
    """Targets of region a."""
    table = pd.DataFrame(rows, columns=["year", "value", "comparator"])
    return table.assign(region="a", indicator=indicator)


def one(values, goal, as_of=None, growth="auto", **changes):
    """Attainment of one target."""
    fits = fc.fit(series(values), about(**changes), growth)
    return fc.attainment(fits, goals(goal), as_of=as_of).iloc[0]


@pytest.mark.parametrize(
    ("comparator", "limit", "upward"),
    [("ge", 59.5, True), ("gt", 60.5, True), ("le", 60.5, False), ("lt", 59.5, False)],
)
def test_threshold_is_half_a_step_off(comparator, limit, upward):
    """`ge` and `lt` start half a reporting step below the target, `gt` and `le` half above."""
    found, up = threshold(np.array([60.0]), np.array([comparator]), np.array([1.0]))
    assert (found[0], up[0]) == (limit, upward)


def test_probability_by_hand():
    """p_reach of an amount is the Student-t tail at log(target - u/2), worked out by hand."""
    # One step of log(1.1); prior row of amount/log; no siblings; rounding negligible.
    prior = pd.DataFrame([{"kind": "amount", "link": "log", "weight": 1.0, "pace": 0.5,
        "pace_spread": 0.0, "noise": 0.05, "df": 4.0, "slope_ratio": 1.0, "damping": 1.0,
        "measurement": 0.0, "shared": 0.0, "source": "by hand"}])  # fmt: skip
    fits = fc.fit(series([1000.0, 1100.0], 2020), about(kind="amount", upper=np.nan,
                  resolution=1e-6), "auto", priors=prior)  # fmt: skip
    step, b, s2 = np.log(1.1), 0.5 * 0.05, 0.05**2
    # Increment ~ N(b, (1 + 1) sigma^2): half of the surprise is pace, half noise.
    pace = b + (step - b) / 2
    q = (step - b) ** 2 / 2
    df = 4 + 1
    scale = np.sqrt((4 * s2 + q) / df * (4 * 0.5 + 2))  # two years: f^2 P22 + h
    expected = stats.t.sf((np.log(1300.0) - (np.log(1100.0) + 2 * pace)) / scale, df)
    row = fc.attainment(fits, goals((2023, 1300.0, "ge"))).iloc[0]
    assert row["p_reach"] == pytest.approx(expected, rel=1e-6)


def test_a_hundred_percent_is_reachable():
    """A target of 100 % with step 1 is met from 99.5 on; 99.5 to 100 is not thrown away."""
    row = one([90.0, 94.0, 97.0, 99.0], (2025, 100.0, "ge"))
    assert 0.05 < row["p_reach"] < 0.99


def test_strict_is_harder_than_at_least():
    """P(> 60) is smaller than P(>= 60), by what lies within half a step either side."""
    at_least = one([50.0, 53.0, 55.0], (2022, 60.0, "ge"))["p_reach"]
    strict = one([50.0, 53.0, 55.0], (2022, 60.0, "gt"))["p_reach"]
    assert strict < at_least - 0.01


def test_plain_target_is_read_in_the_wanted_direction():
    """`eq` counts as `ge` where higher is better and as `le` where lower is."""
    for better, comparator in (("higher", "ge"), ("lower", "le")):
        plain = one([50.0, 53.0, 55.0], (2023, 57.0, "eq"), better=better)["p_reach"]
        assert plain == one([50.0, 53.0, 55.0], (2023, 57.0, comparator), better=better)["p_reach"]


def test_a_known_year_is_met_or_missed():
    """A target year with a figure is decided by it, exactly reached counting as met."""
    for goal, word, p in ((55.0, "met", 1.0), (56.0, "missed", 0.0)):
        row = one([50.0, 53.0, 55.0], (2020, goal, "ge"))
        assert (row["status"], row["p_reach"], row["mc_error"]) == (word, p, 0.0)
    assert one([50.0, 53.0, 55.0], (2020, 55.0, "gt"))["status"] == "missed"


def test_a_passed_year_without_figure_is_not_forecast():
    """As of a later day a target without its figure is `not_published`, with no number."""
    row = one([50.0, 53.0, 55.0], (2022, 60.0, "ge"), as_of="2026-06-01")
    assert row["status"] == "not_published"
    assert np.isnan(row["p_reach"])
    assert one([50.0, 53.0, 55.0], (2022, 60.0, "ge"), as_of="2022-12-30")["p_reach"] > 0


def test_what_cannot_fall_stays_met():
    """A passed year without figure is met where a cumulative series had reached it before."""
    built = {"kind": "count", "upper": np.nan, "cumulative": True}
    row = one([5.0, 8.0, 12.0], (2022, 10.0, "ge"), as_of="2026-06-01", **built)
    assert (row["status"], row["p_reach"], row["median"]) == ("met", 1.0, 12.0)
    fits = fc.fit(series([5.0, 8.0, 12.0]), about(**built))
    drawn = fc.simulate(fits, until=2022, draws=10)
    both = goals((2022, 10.0, "ge"), (2022, 13.0, "ge"))
    result = fc.attainment(drawn, both, as_of="2026-06-01")
    assert result.attrs["joint"]["open"] == 0
    open_ = one([5.0, 8.0, 12.0], (2022, 13.0, "ge"), as_of="2026-06-01", **built)
    assert open_["status"] == "not_published"


def test_no_figure_gives_no_number():
    """A series without observations has evidence `none`, status `no_data` and no probability."""
    fits = fc.fit(series([50.0]), about())
    row = fc.attainment(fits, goals((2025, 60.0, "ge"), indicator="never seen")).iloc[0]
    assert (row["evidence"], row["status"], row["schedule_status"]) == (
        "none",
        "no_data",
        "no_data",
    )
    assert np.isnan(row["p_reach"])
    assert np.isnan(row["median"])


def test_one_figure_is_prior_only_and_unsure():
    """One figure gives a probability from the prior, marked so, with no pace."""
    row = one([55.0], (2022, 60.0, "ge"))
    assert (row["evidence"], row["schedule_status"]) == ("prior only", "one_figure")
    assert np.isnan(row["pace"])
    assert 0.1 < row["p_reach"] < 0.9


def test_printed_probabilities_stay_off_the_ends():
    """Open targets print 1-99 % unless the event has happened or cannot happen."""
    assert one([50.0, 51.0, 52.0], (2021, 99.0, "ge"))["p_reach"] == 0.01
    assert one([50.0, 51.0, 52.0], (2021, 5.0, "ge"))["p_reach"] == 0.99
    assert one([50.0, 51.0, 52.0], (2021, 101.0, "ge"))["p_reach"] == 0.0
    built = one([5.0, 8.0, 12.0], (2022, 10.0, "ge"), kind="count", upper=np.nan, cumulative=True)
    assert (built["p_reach"], built["status"]) == (1.0, "reached")


def test_already_reached_is_not_secure():
    """A level that can fall is `reached` but keeps a probability below one."""
    row = one([60.0, 66.0, 61.0], (2024, 60.0, "ge"))
    assert row["status"] == "reached"
    assert 0.3 < row["p_reach"] < 0.99
    assert row["required_rate"] == 0.0


def test_rates_and_schedule():
    """Pace is the recent change a year, the required rate what is left by years left."""
    row = one([50.0, 52.0, 54.0], (2023, 60.0, "ge"))
    assert (row["pace"], row["required_rate"]) == (2.0, 2.0)
    assert row["schedule_status"] == "on_schedule"
    assert one([50.0, 51.0, 51.0], (2023, 60.0, "ge"))["schedule_status"] == "behind"
    falling = one([50.0, 45.0, 40.0], (2023, 35.0, "le"), better="lower")
    assert (falling["schedule_status"], falling["pace"]) == ("on_schedule", -5.0)


def test_baseline_is_five_years_before_the_target():
    """The schedule line starts at the last figure five years before the target year."""
    row = one([10.0, 90.0, 50.0, 51.0, 52.0, 53.0], (2025, 60.0, "ge"))
    # Baseline 2020 (50): line at 2023 is 56, the figure 53.
    assert row["schedule_status"] == "behind"
    early = one([10.0, 90.0, 40.0, 51.0, 52.0, 53.0], (2025, 60.0, "ge"))
    assert early["schedule_status"] == "on_schedule"


def test_attainment_year():
    """The attainment year is the first whose median meets the target, or the figure's own."""
    fits = fc.fit(series([50.0, 53.0, 56.0]), about())
    row = fc.attainment(fits, goals((2025, 62.0, "ge"))).iloc[0]
    year = int(row["attainment_year"])
    medians = fc.quantiles(fits, [year - 1, year])["q50"].to_numpy()
    assert medians[0] < 61.5 <= medians[1]
    assert one([50.0, 56.0, 57.0], (2025, 55.0, "ge"))["attainment_year"] == 2019


def test_draws_and_closed_form_agree():
    """Attainment from draws is the closed form's, within four of its own errors."""
    fits = fc.fit(series([50.0, 53.0, 56.0]), about())
    targets = goals((2022, 60.0, "ge"), (2024, 70.0, "gt"), (2020, 56.0, "ge"))
    exact = fc.attainment(fits, targets)
    drawn = fc.attainment(fc.simulate(fits, until=2024, draws=4000, seed=2), targets)
    assert (np.abs(exact["p_reach"] - drawn["p_reach"]) <= 4 * drawn["mc_error"] + 1e-12).all()
    assert list(exact.columns) == list(drawn.columns)


def test_joint_answers_keep_frechet_bounds():
    """P(all open targets) lies within the bounds that any dependence keeps."""
    fits = fc.fit(series([50.0, 53.0, 56.0]), about())
    targets = goals((2022, 58.0, "ge"), (2024, 62.0, "ge"))
    joint = fc.attainment(fc.simulate(fits, until=2024, draws=2000, seed=2), targets).attrs["joint"]
    assert joint["open"] == 2
    assert joint["low"] <= joint["p_all"] <= joint["high"]
    assert joint["low"] < joint["high"]


def test_targets_beyond_the_draws_are_refused():
    """A target after the simulated years raises and names the year to simulate to."""
    fits = fc.fit(series([50.0, 53.0]), about())
    with pytest.raises(ValueError, match="Simulate until 2030"):
        fc.attainment(fc.simulate(fits, until=2022, draws=10), goals((2030, 60.0, "ge")))


def test_every_target_keeps_its_row_and_order():
    """Any number of targets a series: one row each, in the given order, input untouched."""
    fits = fc.fit(series([50.0, 53.0]), about())
    targets = goals((2030, 60.0, "ge"), (2022, 55.0, "gt"), (2022, 55.0, "ge"), (2019, 1.0, "le"))
    before = targets.copy()
    result = fc.attainment(fits, targets)
    assert result[["year", "target", "comparator"]].values.tolist() == [
        [2030, 60.0, "ge"], [2022, 55.0, "gt"], [2022, 55.0, "ge"], [2019, 1.0, "le"],
    ]  # fmt: skip
    pd.testing.assert_frame_equal(targets, before)


def test_bad_targets_name_column_and_remedy():
    """Missing columns, unknown comparators and missing numbers are all errors."""
    fits = fc.fit(series([50.0, 53.0]), about())
    good = goals((2030, 60.0, "ge"))
    for bad, message in (
        (good.drop(columns="comparator"), "add a column 'comparator'"),
        (good.assign(comparator="above"), "use ge, gt, eq, le, lt"),
        (good.assign(value=np.nan), "no numbers"),
    ):
        with pytest.raises(fc.DataError, match=message):
            fc.attainment(fits, bad)
