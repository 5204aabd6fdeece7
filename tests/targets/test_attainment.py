"""Attainment of targets."""

import datetime as dt
import gc
import weakref
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import forecast as fc
from forecast.errors import DataError
from forecast.model.predictive import POINTS
from forecast.tables.schema import EVENTS
from forecast.targets.attainment import attainment_years
from forecast.targets.event_probabilities import LOOK_AHEAD
from forecast.targets.events import compute_threshold
from forecast.targets.target_state import OPEN, PASSED
from plain_priors import PLAIN, plain_priors

STATUS = {"met", "missed", "exceeded", "no_data", *OPEN, *PASSED}
SCHEDULE = {"reached", "on_schedule", "behind", "one_figure", "just_begun", "no_data", "closed"}
CLASSES = {"on_track", "moderate", "limited", "deterioration", "at_baseline"} | {
    "reached", "one_figure", "just_begun", "no_data", "closed",
}  # fmt: skip
READINGS = {"no_data", "reached", "lost", "expected", "beyond"}
EVIDENCE = {"none", "prior only", "weak", "moderate", "strong"}
COUNTED = 8.0 / POINTS
"""What a share among 256 evenly spread futures may be off."""
RANKED = 0.03
"""What is lost where each future of a count keeps its rank from year to year."""
HAIR = 1e-6
"""Limits may stand a hair aside, so that floats that mean the same are the same."""
DRAWS = 8000


def luck(p, draws=DRAWS):
    """Four standard errors of a share among draws."""
    return 4 * np.sqrt(np.maximum(p * (1 - p), 1e-3) / draws)


def about(**changes):
    """Describe the indicator x: a share in whole percent."""
    row = {"indicator": "x", "kind": "share", "lower": 0.0, "upper": 100.0, "better": "higher",
           "resolution": 1.0, "cumulative": False}  # fmt: skip
    return pd.DataFrame([row | changes])


def amount(**changes):
    """Describe x as an amount without bounds."""
    return about(**{"kind": "amount", "upper": np.nan} | changes)


COUNT = {"kind": "count", "upper": np.nan, "cumulative": True}


def series(values, last=2021):
    """Yearly figures of x in region a."""
    years = np.arange(last + 1 - len(values), last + 1)
    return pd.DataFrame({"region": "a", "indicator": "x", "year": years, "value": values})


def goals(*rows, indicator="x", **columns):
    """Targets of region a: year, value, comparator a row."""
    table = pd.DataFrame(rows, columns=["year", "value", "comparator"])
    return table.assign(region="a", indicator=indicator, **columns)


def fitted(values, growth="auto", prior=None, **changes):
    """Fits of one series."""
    return _fit(tuple(values), growth, tuple((prior or {}).items()), tuple(changes.items()))


@cache
def _fit(values, growth, prior, changes):
    """Fit a series once for all tests that ask about it."""
    table = series(list(values))
    return fc.fit(table, about(**dict(changes)), growth, priors=plain_priors(**dict(prior)))


@cache
def futures(case):
    """Fits of a case and draws of it."""
    values, changes, _ = CASES[case]
    fits = fitted(values, **changes)
    return fits, fc.simulate(fits, until=2027, draws=DRAWS, seed=2)


def one(values, goal, as_of=None, event="reach", **options):
    """Attainment of one target."""
    return fc.attainment(fitted(values, **options), goals(goal, event=event), as_of=as_of).iloc[0]


MEETS = {"ge": np.greater_equal, "gt": np.greater, "le": np.less_equal, "lt": np.less}


def by_hand(limit, ahead, value=(1000.0, 1100.0)):
    """P(value > limit) of two yearly figures of an amount on the log scale: a Student-t tail."""
    nu, s2 = PLAIN["noise_df"], PLAIN["noise"] ** 2
    # One step has no scatter about its own mean: (nu s2 + 0) / (nu + 1 - 1).
    variance = (nu * s2 / nu + PLAIN["noise_floor"] * s2) * ahead
    return stats.t.sf(np.log(limit / value[1]) / np.sqrt(variance), PLAIN["df"] + 0.5)


@pytest.mark.parametrize("comparator", ["ge", "gt", "le", "lt", "eq"])
@pytest.mark.parametrize(("year", "goal"), [(2022, 1150.0), (2024, 1300.4)])
def test_probability_by_hand(comparator, year, goal):
    """p_reach of a one-path fit is the Student-t tail at the target."""
    fits = fc.fit(
        series([1000.0, 1100.0]), amount(resolution=1e-6), "exponential", priors=plain_priors()
    )
    row = fc.attainment(fits, goals((year, goal, comparator))).iloc[0]
    above = by_hand(goal, year - 2021)
    expected = above if comparator in ("ge", "gt", "eq") else 1.0 - above
    assert row["p_reach"] == pytest.approx(expected, rel=1e-6)
    middle = by_hand(row["median"], year - 2021)
    assert middle == pytest.approx(0.5, abs=1e-6)
    assert row["mc_error"] == 0.0


def test_a_coarse_report_meets_a_target_half_a_step_earlier():
    """With steps of 100, 1300 is met from 1250 on, and rounding blurs what is known by u^2 / 12."""
    rough, fine = (
        fc.fit(series([1000.0, 1100.0]), amount(resolution=r), "exponential", priors=plain_priors())
        for r in (100.0, 1e-6)
    )
    coarse = fc.attainment(rough, goals((2024, 1300.0, "ge"))).iloc[0]["p_reach"]
    below = rough.cdf(np.array([[1250.0]]), np.array([[2024.0]]))[0, 0]
    assert coarse == pytest.approx(1.0 - below, rel=HAIR)
    assert coarse > fc.attainment(fine, goals((2024, 1300.0, "ge"))).iloc[0]["p_reach"] + 0.05


def test_a_target_off_the_grid_is_met_by_the_next_report():
    """In whole percent 95.3 is met by 96; from above by 95; strictly by the same."""
    fits = fitted([90.0, 92.0, 94.0])
    asked = [(2023, value, comparator) for value in (95.0, 95.3, 96.0) for comparator in MEETS]
    found = fc.attainment(fits, goals(*asked))["p_reach"]
    p = {
        (value, comparator): chance
        for (_, value, comparator), chance in zip(asked, found, strict=True)
    }
    above = [p[95.3, "ge"], p[95.3, "gt"], p[96.0, "ge"], p[95.0, "gt"]]
    below = [p[95.3, "le"], p[95.3, "lt"], p[95.0, "le"], p[96.0, "lt"]]
    assert above == pytest.approx([above[0]] * 4, abs=HAIR)
    assert below == pytest.approx([1.0 - above[0]] * 4, abs=HAIR)


def test_plain_target_is_read_in_the_wanted_direction():
    """`eq` counts as `ge` where higher is better and as `le` where lower is."""
    for better, comparator in (("higher", "ge"), ("lower", "le")):
        plain, read = (
            one([50.0, 53.0, 55.0], (2023, 57.0, c), better=better)["p_reach"]
            for c in ("eq", comparator)
        )
        assert plain == read


def test_a_hundred_percent_is_reachable():
    """A target of 100 % with step 1 is met from 99.5 on; what lies beyond the cap counts as 100."""
    row = one([90.0, 94.0, 97.0, 99.0], (2025, 100.0, "ge"))
    assert 0.05 < row["p_reach"] < 0.99


@pytest.mark.parametrize("resolution", [0.0, 0.1, 1.0])
@pytest.mark.parametrize(
    ("kind", "values", "goal"),
    [("share", [90.0, 95.0, 99.0, 100.0], 100.0), ("share", [3.0, 2.0, 0.0, 0.0], 0.0),
     ("count", [3.0, 4.0, 9.0], 12.0), ("count", [3.0, 4.0, 9.0], 9.0)],
    ids=["full share", "empty share", "count", "latest count"],
)  # fmt: skip
def test_values_that_have_a_chance_of_their_own(kind, values, goal, resolution):
    """At a bound, and on a count, the closed form and draws agree about each comparator.

    Also where the table gives no resolution: `ge` and `le` include the value, `gt` and `lt` do not.
    """
    changes = {"kind": kind, "upper": 100.0 if kind == "share" else np.nan}
    fits = fitted(values, resolution=resolution, **changes)
    targets = goals(*((2023, goal, comparator) for comparator in MEETS))
    exact = fc.attainment(fits, targets)["p_reach"]
    drawn = fc.simulate(fits, until=2023, draws=DRAWS, seed=2)
    values = drawn.values[0, :, -1]
    reported = values if resolution == 0.0 else np.round(values / resolution) * resolution
    for p, comparator in zip(exact, MEETS, strict=True):
        share = MEETS[comparator](np.round(reported, 9), goal).mean()
        assert p == pytest.approx(np.clip(share, 0.01, 0.99), abs=luck(share) + 0.011), comparator


# What has happened.


def test_a_known_year_is_met_or_missed():
    """A target year with a figure is decided by it, exactly reached counting as met."""
    for goal, comparator, word, p in (
        (55.0, "ge", "met", 1.0), (56.0, "ge", "missed", 0.0), (55.0, "gt", "missed", 0.0),
        (55.0, "le", "met", 1.0), (54.0, "le", "missed", 0.0), (55.0, "lt", "missed", 0.0),
        (55.0, "eq", "met", 1.0),
    ):  # fmt: skip
        row = one([50.0, 53.0, 55.0], (2021, goal, comparator))
        assert (row["status"], row["p_reach"], row["mc_error"]) == (word, p, 0.0)
        assert (row["p_ever"], row["p_maintain"], row["median"]) == (p, p, 55.0)


def test_a_printed_figure_meets_as_it_stands_or_rounded():
    """A figure printed finer than the resolution may meet by itself, or by its rounding."""
    for value, goal, comparator, word in (
        (59.6, 60.0, "ge", "met"), (59.4, 60.0, "ge", "missed"), (95.4, 95.3, "ge", "met"),
        (60.4, 60.0, "le", "met"), (60.6, 60.0, "le", "missed"), (60.4, 60.0, "gt", "met"),
    ):  # fmt: skip
        assert one([50.0, value], (2021, goal, comparator))["status"] == word


def test_a_passed_year_without_figure_is_estimated():
    """Once the figure is due its year is estimated: with the chance of an open target, marked."""
    open_ = one([50.0, 53.0, 55.0], (2022, 60.0, "ge"))
    row = one([50.0, 53.0, 55.0], (2022, 60.0, "ge"), as_of="2026-06-01")
    assert (row["status"], row["schedule_status"]) == ("estimated", "closed")
    assert row[["p_reach", "median"]].equals(open_[["p_reach", "median"]])
    assert row[["required_rate", "p_path"]].isna().all()


def test_a_figure_beside_a_passed_year_makes_it_likely():
    """`likely_exceeded`: the figure before meets the target, and the estimate does with 2/3."""
    words = [
        one([50.0, 60.0, latest], (2022, 60.0, "ge"), as_of="2026-06-01")["status"]
        for latest in (70.0, 58.0)
    ]
    assert words == ["likely_exceeded", "estimated"]


def test_a_year_between_two_figures_is_interpolated():
    """Its estimate is normal about the line, as wide as a bridge: s^2 a b / (a + b)."""
    seen = series([50.0, 54.0, 60.0]).assign(year=[2016, 2018, 2021])
    fits = fc.fit(seen, amount(resolution=1e-6), priors=plain_priors())
    row = fc.attainment(fits, goals((2020, 59.0, "ge"))).iloc[0]
    low, high = fits.quantiles(stats.norm.cdf([-1, 1]), np.array([[2022.0]]))[:, 0, 0]
    sd = (high - low) / 2.0 * np.sqrt(2.0 * 1.0 / 3.0)
    assert row["status"] == "estimated" and row["median"] == pytest.approx(58.0)
    assert row["p_reach"] == pytest.approx(stats.norm.sf(59.0, 58.0, sd), abs=1e-6)
    beside = fc.attainment(fits, goals((2020, 57.0, "ge"))).iloc[0]
    assert beside["status"] == ("likely_exceeded" if beside["p_reach"] >= 2 / 3 else "estimated")


@pytest.mark.parametrize(
    ("as_of", "lag", "status"),
    [
        ("2022-12-31", np.nan, "not_yet_due"), (dt.date(2023, 1, 1), np.nan, "not_yet_due"),
        ("2023-09-29", np.nan, "not_yet_due"), ("2023-09-30", np.nan, "estimated"),
        ("2023-03-30", 3, "not_yet_due"), ("2023-03-31", 3, "estimated"),
        ("2022-12-31", 0, "estimated"),
        ("2022-12-30", np.nan, "open"), (dt.date(2022, 6, 30), 3, "open"), ("", 3, "open"),
        (None, np.nan, "open"),
    ],
)  # fmt: skip
def test_a_year_has_passed_on_its_last_day(as_of, lag, status):
    """31 December closes the year, and its figure is due nine months or `publication_lag` later."""
    row = one([50.0, 53.0, 55.0], (2022, 60.0, "ge"), as_of=as_of, publication_lag=lag)
    assert row["status"] == status or (status == "open" and row["status"] in OPEN)
    assert 0 < row["p_reach"] < 1
    unseen = one([50.0], (2022, 60.0, "ge"), as_of=as_of, publication_lag=lag)
    assert unseen["status"] == (status if status != "open" else "too_early")


def test_a_mid_year_figure_is_not_the_years():
    """A figure of mid-2021 decides nothing about 2021, whose end is still open."""
    seen = series([50.0, 70.0]).assign(year=[2020, 2021.5])
    fits = fc.fit(seen, about(), priors=plain_priors())
    found = fc.attainment(fits, goals((2020, 50.0, "ge"), (2022, 60.0, "ge"), (2021, 60.0, "ge")))
    assert found["status"].tolist() == ["met", "reached", "likely_exceeded"]
    half = fc.fit(seen.assign(year=[2020, 2020.5]), about(), priors=plain_priors())
    row = fc.attainment(half, goals((2020, 60.0, "ge"), (2021, 60.0, "ge")))
    assert row["status"].tolist() == ["missed", "reached"]
    assert 0 < row["p_reach"][1] < 1


def test_what_cannot_fall_stays_met():
    """A passed year without figure is decided by a figure of another year that cannot fall."""
    row = one([5.0, 8.0, 12.0], (2022, 10.0, "ge"), as_of="2026-06-01", **COUNT)
    assert (row["status"], row["p_reach"], row["median"]) == ("exceeded", 1.0, 12.0)
    fits = fitted([5.0, 8.0, 12.0], **COUNT)
    drawn = fc.simulate(fits, until=2022, draws=10)
    both = goals((2022, 10.0, "ge"), (2022, 13.0, "ge"))
    result = fc.attainment(drawn, both, as_of="2026-06-01")
    assert result.attrs["joint"]["open"] == 0
    open_ = one([5.0, 8.0, 12.0], (2022, 13.0, "ge"), as_of="2026-06-01", **COUNT)
    assert open_["status"] == "estimated"
    # What was reached after the target year need not have been reached in it; what was still
    # missing then was missing in it.
    late = fc.fit(
        series([5.0, 12.0]).assign(year=[2018, 2021]), about(**COUNT), priors=plain_priors()
    )
    rows = goals((2020, 10.0, "ge"), (2020, 13.0, "ge"), (2020, 12.0, "le"), (2020, 4.0, "le"))
    found = fc.attainment(late, rows)
    assert found["status"].tolist() == ["estimated", "missed", "exceeded", "missed"]
    assert found["p_reach"].tolist()[1:] == [0.0, 1.0, 0.0]
    # A level that can fall, and a definition that changed in between, decide nothing.
    falling = fc.fit(series([5.0, 12.0]).assign(year=[2018, 2021]), amount(), priors=plain_priors())
    assert "missed" not in set(fc.attainment(falling, rows)["status"])
    changed = series([5.0, 12.0]).assign(year=[2018, 2021], **{"break": ["", "true"]})
    broken = fc.fit(changed, about(**COUNT), priors=plain_priors())
    words = fc.attainment(broken, rows)["status"]
    assert words.tolist() == ["no_data", "no_data", "no_data", "missed"]


def test_no_figure_gives_no_number():
    """A series without observations has evidence `none`, status `no_data` and no number."""
    row = fc.attainment(fitted([50.0]), goals((2025, 60.0, "ge"), indicator="never seen")).iloc[0]
    words = ["evidence", "status", "schedule_status", "ratio_class", "attainment_reading"]
    assert row[words].tolist() == ["none", "no_data", "no_data", "no_data", "no_data"]
    numbers = ["latest", "latest_year", "median", "p_reach", "p_ever", "p_maintain", "p_path",
               "mc_error", "required_rate", "pace", "attainment_year", "ratio"]  # fmt: skip
    assert row[numbers].isna().all()


def test_a_misspelt_indicator_is_refused():
    """A name like a described one; what is like none has no figure, which is an answer."""
    known = pd.concat([about(indicator="nursing_beds"), about(indicator="care_workers")])
    fits = fc.fit(series([50.0, 52.0]).assign(indicator="nursing_beds"), known)
    with pytest.raises(fc.UnknownNameError, match=r"'nursing_bed'.*'nursing_beds'"):
        fc.attainment(fits, goals((2025, 60.0, "ge"), indicator="nursing_bed"))
    for name in ("care_workers", "libraries"):
        row = fc.attainment(fits, goals((2025, 60.0, "ge"), indicator=name)).iloc[0]
        assert row["status"] == "no_data"
    taken = fits.take(np.array([0]))
    with pytest.raises(fc.UnknownNameError):
        fc.attainment(taken, goals((2025, 60.0, "ge"), indicator="nursing_bed"))


def test_one_figure_is_prior_only_and_unsure():
    """One figure gives a probability from the prior, marked so, with no pace."""
    row = one([55.0], (2022, 57.0, "ge"))
    assert (row["evidence"], row["schedule_status"]) == ("prior only", "one_figure")
    assert np.isnan(row["pace"])
    assert 0.1 < row["p_reach"] < 0.5


def test_printed_probabilities_stay_off_the_ends():
    """Open targets print 1-99 % unless the event has happened or cannot happen."""
    names = [f"p_{name}" for name in EVENTS]
    for goal, p in ((99.0, 0.01), (5.0, 0.99), (101.0, 0.0)):
        row = one([50.0, 51.0, 52.0], (2023, goal, "ge"))
        # An event that the latest figure meets has already happened once.
        expected = [p, 1.0 if goal == 5.0 else p, p]
        assert row[names].tolist() == expected
    falling = one([50.0, 51.0, 52.0], (2023, -1.0, "le"), better="lower")
    assert falling["p_reach"] == 0.0
    built = one([5.0, 8.0, 12.0], (2023, 10.0, "ge"), **COUNT)
    assert (built["p_reach"], built["p_maintain"], built["status"]) == (1.0, 1.0, "reached")


def test_a_path_of_milestones_is_as_decided_as_its_milestones():
    """The chance that all targets so far are met never exceeds this one's: 0 and 1 included."""
    for values, goal, changes in (
        ([50.0, 52.0], 101.0, {}), ([5.0, 8.0, 12.0], 10.0, COUNT), ([50.0, 52.0], 99.0, {}),
    ):  # fmt: skip
        row = one(values, (2023, goal, "ge"), **changes)
        assert row["p_path"] == row["p_reach"]


def test_already_reached_is_not_secure():
    """A level that can fall is `reached` but keeps a probability below one."""
    row = one([60.0, 66.0, 61.0], (2024, 60.0, "ge"))
    assert row["status"] == "reached"
    assert 0.3 < row["p_reach"] < 0.99
    assert row["required_rate"] == 0.0


@pytest.mark.parametrize(
    ("values", "goal", "comparator", "better"),
    [
        ([80.0, 77.0, 74.0, 71.0], 70.0, "ge", "higher"),
        ([10.0, 13.0, 16.0, 19.0], 20.0, "le", "lower"),
    ],
)
def test_what_moves_away_from_a_target_that_it_meets_is_unlikely(values, goal, comparator, better):
    """Three points a year in the wrong way, one from the target, three years to go."""
    fits = fc.fit(series(values, last=2022), about(better=better))
    row = fc.attainment(fits, goals((2025, goal, comparator))).iloc[0]
    assert row["status"] == "unlikely" and row["p_reach"] < 0.2
    assert row["schedule_status"] == "reached" and row["required_rate"] == 0.0


def test_status_is_the_third_of_the_chance():
    """Two thirds and more are likely, under a third unlikely, the rest uncertain."""
    asked = goals(*((2025, goal, "ge") for goal in np.arange(52.05, 62.0, 0.05).round(2)))
    found = fc.attainment(
        fitted([50.0, 51.0, 52.0], resolution=0.01, prior={"direction": 0.6}), asked
    )
    p = found["p_reach"]
    assert found["status"].eq("likely").equals(p >= 2 / 3)
    assert found["status"].eq("unlikely").equals(p < 1 / 3)
    assert found["status"].eq("uncertain").equals((p >= 1 / 3) & (p < 2 / 3))
    # Neighbours are so near each other that every edge has a target beside it.
    assert p.diff().abs().max() < 0.02 < p.iloc[0] - 2 / 3 < 1 / 3 > p.iloc[-1]


# Answers over several years.


def test_the_event_column_chooses_what_must_meet_the_target():
    """`reach` is the target year, `ever` any year to it, `maintain` all: p_reach follows."""
    fits = fitted([50.0, 53.0, 55.0])
    found = fc.attainment(fits, goals(*[(2025, 58.0, "ge")] * 3, event=list(EVENTS)))
    assert found["event"].tolist() == list(EVENTS)
    names = [f"p_{name}" for name in EVENTS]
    assert found["p_reach"].tolist() == [found[name][i] for i, name in enumerate(names)]
    # The default is the target year.
    plain = fc.attainment(fits, goals((2025, 58.0, "ge"))).iloc[0]
    assert (plain["event"], plain["p_reach"]) == ("reach", found["p_reach"][0])
    empty = fc.attainment(fits, goals(*[(2025, 58.0, "ge")] * 3, event=["", None, "ever"]))
    assert empty["event"].tolist() == ["reach", "reach", "ever"]
    assert found["p_reach"][1] > found["p_reach"][0] > found["p_reach"][2]


def test_a_target_of_next_year_has_one_event():
    """With one year to go, ever, reach and maintain are the same."""
    row = one([50.0, 53.0, 55.0], (2022, 57.0, "ge"))
    assert row["p_ever"] == pytest.approx(row["p_reach"], abs=COUNTED)
    assert row["p_maintain"] == pytest.approx(row["p_reach"], abs=COUNTED)
    assert row["p_path"] == pytest.approx(row["p_reach"], abs=COUNTED)


def test_a_target_met_now_was_met_once():
    """`ever` counts what the latest figure says; `maintain` asks for every year to come."""
    row = one([60.0, 66.0, 61.0], (2024, 60.0, "ge"), event="ever")
    assert row["p_ever"] == row["p_reach"] == 1.0
    assert row["p_maintain"] < 0.95


CASES = {
    "share": ([50.0, 53.0, 55.0], {}, [(2022, 57.0), (2024, 60.0), (2026, 62.0)]),
    "full share": ([94.0, 97.0, 99.0], {}, [(2023, 99.0), (2025, 100.0)]),
    "ratchet": ([100.0, 104.0, 103.0, 109.0],
                {"kind": "amount", "upper": np.nan, "cumulative": True},
                [(2022, 112.0), (2024, 125.0)]),
    "count": ([3.0, 4.0, 9.0], COUNT, [(2022, 11.0), (2024, 20.0), (2026, 21.0)]),
}  # fmt: skip


@pytest.mark.parametrize("up", [True, False], ids=["ge", "le"])
@pytest.mark.parametrize("case", list(CASES))
def test_fits_and_paths_agree(case, up):
    """The closed form and draws give the same chances of every event, medians and columns.

    Within four Monte-Carlo errors, and what 256 futures leave for answers over several years.
    """
    values, _, asked = CASES[case]
    comparator = "ge" if up else "le"
    fits, paths = futures(case)
    targets = goals(*((year, goal, comparator) for year, goal in asked))
    exact, drawn = (fc.attainment(source, targets) for source in (fits, paths))
    assert list(exact.columns) == list(drawn.columns)
    counted = COUNTED if case == "ratchet" else 0.0
    np.testing.assert_allclose(drawn["p_reach"], exact["p_reach"], atol=luck(0.5) + counted + 0.003)
    for name in ("p_ever", "p_maintain"):
        np.testing.assert_allclose(drawn[name], exact[name], atol=luck(0.5) + COUNTED, err_msg=name)
    scale = (exact["median"] - values[-1]).abs().max() + 1.0
    np.testing.assert_allclose(drawn["median"], exact["median"], atol=0.1 * scale + 0.5)


@pytest.mark.parametrize("case", list(CASES))
def test_fits_and_paths_agree_on_milestones(case):
    """Both give the same chance that all of a series' targets so far are met."""
    targets = goals(*((year, goal, "ge") for year, goal in CASES[case][2]))
    exact, drawn = (fc.attainment(source, targets)["p_path"] for source in futures(case))
    ranked = RANKED if case == "count" else 0.0
    np.testing.assert_allclose(drawn, exact, atol=luck(0.5) + COUNTED + ranked)


def test_the_error_of_draws_is_that_of_a_share():
    """Of draws alone the chance is their share, and mc_error its standard error."""
    paths = replace(fc.simulate(fitted([50.0, 53.0]), until=2023, draws=500, seed=1), baseline=None)
    p = (paths.values[0, :, -1] >= 55.5).mean()
    row = fc.attainment(paths, goals((2023, 56.0, "ge"))).iloc[0]
    assert row["p_reach"] == pytest.approx(p, rel=1e-12)
    assert row["mc_error"] == pytest.approx(np.sqrt(p * (1 - p) / 500), rel=1e-12)


@pytest.mark.parametrize("event", EVENTS)
def test_a_change_of_draws_moves_the_closed_form(event):
    """p = closed form + share after - share before, with the error of the paired difference."""
    fits, targets = fitted([50.0, 53.0, 52.0]), goals((2024, 55.0, "ge"), event=event)
    paths = fc.simulate(fits, until=2024, draws=400, seed=1)
    exact, same = (fc.attainment(source, targets).iloc[0] for source in (fits, paths))
    assert same.drop("scenario").equals(exact.drop("scenario"))
    pushed = replace(paths, values=paths.values + 1.0, scenario="pushed")
    row = fc.attainment(pushed, targets).iloc[0]
    choose = {"reach": lambda met: met[:, -1], "ever": np.any, "maintain": np.all}[event]
    before, after = (
        choose(paths.values[0] + shift >= 54.5, **{} if event == "reach" else {"axis": 1})
        for shift in (0.0, 1.0)
    )
    gain = after.astype(float) - before
    assert row["p_reach"] == pytest.approx(exact["p_reach"] + gain.mean(), abs=1e-12)
    assert row["mc_error"] == pytest.approx(gain.std() / 20.0, rel=1e-9) and gain.mean() > 0.05
    assert row["median"] == pytest.approx(exact["median"] + 1.0, abs=1e-9)
    assert exact["p_path"] < row["p_path"] <= row["p_ever"]


def test_a_milestone_path_is_all_targets_so_far():
    """p_path of the last target is the chance that each of the series' targets is met."""
    fits = fitted([50.0, 53.0, 55.0])
    asked = [(2026, 60.0, "ge"), (2022, 56.0, "ge"), (2024, 60.0, "ge")]
    found = fc.attainment(fits, goals(*asked))
    values = fc.simulate(fits, until=2026, draws=DRAWS, seed=1).values[0]
    met = values[:, [0, 2, 4]] >= np.array([55.5, 59.5, 59.5])
    expected = [met.all(axis=1).mean(), met[:, 0].mean(), met[:, :2].all(axis=1).mean()]
    np.testing.assert_allclose(found["p_path"], expected, atol=luck(0.5) + COUNTED)
    assert (found["p_path"] <= found["p_reach"] + COUNTED).all()
    # Another series' targets are no milestones of this one.
    both = fc.fit(pd.concat([series([50.0, 53.0, 55.0]), series([1.0, 1.0]).assign(region="b")]),
                  about(), priors=plain_priors())  # fmt: skip
    two = pd.concat([goals(*asked), goals((2022, 90.0, "ge")).assign(region="b")])
    alone = fc.attainment(both, goals(*asked))["p_path"]
    assert fc.attainment(both, two)["p_path"].tolist()[:3] == alone.tolist()


def test_far_targets_keep_their_order():
    """Beyond the years that futures are followed, ever is still no less likely than reach."""
    row = one([50.0, 53.0, 55.0], (2021 + LOOK_AHEAD + 15, 80.0, "ge"), prior={"direction": 0.5})
    assert row["p_ever"] >= row["p_reach"] >= row["p_maintain"]


# The year of attainment.


@pytest.mark.parametrize("case", ["share", "full share", "ratchet", "count"])
@pytest.mark.parametrize("comparator", ["ge", "le"])
def test_attainment_years_are_the_first_years_of_draws(case, comparator):
    """p_by is the share of draws that met the target in that year or before."""
    values, _, asked = CASES[case]
    goal = asked[-1][1] if comparator == "ge" else np.floor(0.96 * min(values))
    fits, paths = futures(case)
    found = attainment_years(fits, goals((2026, goal, comparator)), years=6)
    drawn = paths.values[0]
    limit = compute_threshold(np.array([goal]), np.array([comparator]), np.ones(1))[0][0]
    met = drawn >= limit if comparator == "ge" else drawn <= limit
    expected = np.logical_or.accumulate(met, axis=1).mean(axis=0)
    assert found["year"].tolist() == [2022, 2023, 2024, 2025, 2026, 2027]
    np.testing.assert_allclose(found["p_by"], expected, atol=luck(0.5) + COUNTED)
    assert found["p_by"].is_monotonic_increasing


def test_attainment_years_are_a_table():
    """A row a target with figures and year; what is met already has 1 throughout."""
    targets = goals((2025, 62.0, "ge"), (2025, 55.0, "ge"), (2019, 40.0, "gt"))
    targets.loc[2, "region"] = "nowhere"
    found = attainment_years(fitted([50.0, 53.0, 56.0]), targets, years=3)
    assert list(found.columns) == ["region", "indicator", "target", "comparator", "year", "p_by"]
    assert found[["target", "year"]].values.tolist() == [
        [62.0, 2022], [62.0, 2023], [62.0, 2024], [55.0, 2022], [55.0, 2023], [55.0, 2024],
    ]  # fmt: skip
    assert found["p_by"].tolist()[3:] == [1.0, 1.0, 1.0]
    for years in (0, LOOK_AHEAD + 1):
        with pytest.raises(ValueError, match=f"between 1 and {LOOK_AHEAD}, not {years}"):
            attainment_years(fitted([50.0]), targets, years=years)
    with pytest.raises(DataError, match="comparator"):
        attainment_years(fitted([50.0]), targets.assign(comparator="above"))


def test_early_middle_and_late_years_are_points_of_that_distribution():
    """The first years with 10, 50 and 90 % of the chance to have met the target by then."""
    fits = fitted([50.0, 53.0, 56.0], prior={"direction": 1.0})
    row = fc.attainment(fits, goals((2025, 62.0, "ge"))).iloc[0]
    by = attainment_years(fits, goals((2025, 62.0, "ge"))).set_index("year")["p_by"]
    names = ("attainment_early", "attainment_year", "attainment_late")
    expected = [int((by >= share).idxmax()) for share in (0.1, 0.5, 0.9)]
    assert [int(row[name]) for name in names] == expected
    assert expected[0] < expected[1] < expected[2]
    assert row["attainment_reading"] == "expected"


@pytest.mark.parametrize("as_of", ["2025", 2025, "2025/12/31", "2025-02-30", "soon"])
def test_a_day_that_is_none_is_refused(as_of):
    """The error names place, value and remedy."""
    with pytest.raises(
        DataError, match=r"as_of, value '.*': not a date\. Remedy: write 2022-12-31"
    ):
        one([50.0, 53.0], (2025, 60.0, "ge"), as_of)


def test_a_conflict_of_figures_decides_nothing():
    """The average of two figures of one year neither reaches a target nor meets or misses one."""
    seen = pd.concat([series([51.0, 53.5, 55.0]), series([65.0])], ignore_index=True)
    fits = fc.fit(seen, about(), priors=plain_priors())
    targets = goals((2025, 60.0, "ge"), (2021, 60.0, "ge"), (2021, 70.0, "ge"), (2020, 53.0, "ge"))
    found = fc.attainment(fits, targets)
    assert found["status"].tolist()[1:] == ["no_data", "no_data", "met"]
    assert found["status"].iloc[0] in ("likely", "uncertain", "unlikely")
    assert found["evidence"].eq("conflicting").all()
    assert found["latest"].eq(60.0).all()
    assert found["attainment_reading"].tolist()[:2] == ["expected", "expected"]
    assert fc.attainment_years(fits, targets.iloc[:1])["p_by"].lt(1.0).all()
    joint = fc.joint(fc.simulate(fits, until=2025, draws=50), targets)
    assert (joint.given, joint.counted) == (4, 2)


def test_an_earlier_conflict_leaves_later_figures_alone():
    """Only the latest figure and that of the target's year are asked about."""
    seen = pd.concat([series([51.0, 53.5, 61.0]), series([40.0], last=2020)])
    row = fc.attainment(
        fc.fit(seen, about(), priors=plain_priors()), goals((2025, 60.0, "ge"))
    ).iloc[0]
    assert row["status"] == "reached" and row["evidence"] != "conflicting"


@pytest.mark.parametrize("scale", [1e-12, 1e9])
def test_units_do_not_matter(scale):
    """A figure 20 % short of its target is short in any unit, and one equal to it meets it."""
    kind = {"kind": "ratio", "upper": np.nan, "resolution": np.nan}
    scaled, plain = (
        fc.attainment(
            fitted([value * unit for value in (1.0, 1.1, 1.2)], "no_change", **kind),
            goals(*((2025, goal * unit, "ge") for goal in (1.5, 1.2, 1.2 * (1 + 1e-6)))),
        )
        for unit in (scale, 1.0)
    )
    assert scaled["status"].eq("reached").tolist() == [False, True, False]
    np.testing.assert_allclose(scaled["p_reach"], plain["p_reach"], rtol=1e-6)
    assert scaled["schedule_status"].equals(plain["schedule_status"])


@pytest.mark.parametrize(
    "change", [{}, {"cumulative": True}, COUNT], ids=["free", "ratchet", "count"]
)
def test_a_target_in_the_far_future_is_answered(change):
    """Thousands of years ahead cost no more than a hundred."""
    row = one([50.0, 53.0], (2100, 60.0, "ge"), **change)
    assert 0.01 <= row["p_reach"] <= 0.99


def test_what_was_met_and_lost_is_expected_again():
    """A figure that met the target and a later one that does not: no year is called reached."""
    values, goal = [66.0, 71.0, 77.0, 69.0], (2025, 75.0, "ge")
    row = one(values, goal)
    assert row["attainment_reading"] == "lost"
    assert row["attainment_year"] > 2021 and row["status"] != "reached"
    table = fc.attainment_years(fitted(values), goals(goal))
    p_by = table["p_by"].to_numpy()
    assert p_by[0] < 1.0 and (np.diff(p_by) >= 0.0).all()
    assert table["year"].iloc[int((p_by >= 0.5).argmax())] == row["attainment_year"]
    again = one([*values, 76.0], goal)
    assert (again["attainment_reading"], again["attainment_year"]) == ("reached", 2019)
    # A target met in its year stays met, whatever came later.
    closed = one(values, (2020, 75.0, "ge"))
    assert (closed["status"], closed["attainment_reading"]) == ("met", "reached")
    assert one(values, (2021, 75.0, "ge"))["attainment_reading"] == "lost"


def test_a_published_figure_decides_the_attainment_year():
    """The first figure that met the target, and no later one, is the year it was attained in."""
    row = one([50.0, 56.0, 53.0, 57.0], (2025, 55.0, "ge"))
    assert (row["attainment_year"], row["attainment_reading"]) == (2019, "reached")
    assert row["attainment_early"] == row["attainment_late"] == 2019
    seen = series([50.0, 56.0]).assign(year=[2019, 2020.5])
    row = fc.attainment(
        fc.fit(seen, about(), priors=plain_priors()), goals((2025, 55.0, "ge"))
    ).iloc[0]
    assert row["attainment_year"] == 2021


def test_what_is_not_met_within_sight_is_beyond():
    """A target that half of the futures do not meet in time has no year, and the word says so."""
    row = one([50.0, 50.0, 50.0], (2025, 99.0, "ge"))
    assert row["attainment_reading"] == "beyond"
    assert pd.isna(row["attainment_year"]) and pd.isna(row["attainment_late"])


# Joint answers.


def test_joint_answers_are_about_all_open_targets():
    """Expected number, chance of all, and the bounds that any dependence keeps, from the draws."""
    fits = fitted([50.0, 53.0, 56.0])
    for goal, sure in ((55.0, True), (60.0, False)):
        targets = goals((2022, goal, "ge"), (2024, goal + 1, "ge"), (2020, 53.0, "ge"))
        paths = fc.simulate(fits, until=2024, draws=2000, seed=2)
        joint = fc.attainment(paths, targets).attrs["joint"]
        hits = paths.values[0][:, [0, 2]] >= np.array([goal - 0.5, goal + 0.5])
        p = hits.mean(axis=0)
        assert joint["open"] == 2
        assert joint["expected"] == pytest.approx(p.sum(), rel=1e-12)
        assert joint["p_all"] == pytest.approx(hits.all(axis=1).mean(), rel=1e-12)
        assert joint["low"] == pytest.approx(p.sum() - 1 if sure else 0.0, rel=1e-12)
        assert joint["high"] == pytest.approx(p.min(), rel=1e-12)
        assert joint["low"] < joint["p_all"] < joint["high"]
    assert "joint" not in fc.attainment(fits, targets).attrs


def test_without_open_targets_nothing_is_joint():
    """Where no target is open there is no number to give."""
    paths = fc.simulate(fitted([50.0, 53.0]), until=2023, draws=10)
    joint = fc.attainment(paths, goals((2021, 50.0, "ge"))).attrs["joint"]
    assert (joint["open"], joint["expected"]) == (0, 0.0)
    assert np.isnan([joint["p_all"], joint["low"], joint["high"]]).all()


def test_targets_beyond_the_draws_are_refused():
    """A target after the simulated years raises and names the year to simulate to."""
    paths = fc.simulate(fitted([50.0, 53.0]), until=2023, draws=10)
    with pytest.raises(
        ValueError, match=r"of \[2030\] lie .* \(until 2023\)\. Simulate until 2030"
    ):
        fc.attainment(paths, goals((2030, 60.0, "ge")))


# Tables.


def test_every_target_keeps_its_row_and_order():
    """Any number of targets a series: one row each, in the given order, input untouched."""
    fits = fitted([50.0, 53.0])
    targets = goals((2030, 60.0, "ge"), (2022, 55.0, "gt"), (2022, 55.0, "ge"), (2019, 1.0, "le"))
    targets.index = [7, 3, 3, 1]
    before = targets.copy()
    result = fc.attainment(fits, targets)
    assert result[["year", "target", "comparator"]].values.tolist() == [
        [2030, 60.0, "ge"], [2022, 55.0, "gt"], [2022, 55.0, "ge"], [2019, 1.0, "le"],
    ]  # fmt: skip
    pd.testing.assert_frame_equal(targets, before)
    turned = fc.attainment(fits, targets.iloc[::-1])
    pd.testing.assert_frame_equal(turned.iloc[::-1].reset_index(drop=True), result)
    assert len(fc.attainment(fits, targets.iloc[:0])) == 0


def test_fits_taken_from_others_answer_for_their_own_series():
    """Attainment from some of the fits is what it is from all of them."""
    other = series([1.0, 2.0, 40.0]).assign(region="0")
    fits = fc.fit(pd.concat([other, series([50.0, 53.0])]), about(), priors=plain_priors())
    targets = goals((2025, 60.0, "ge"))
    pd.testing.assert_frame_equal(
        fc.attainment(fits.take(np.array([1])), targets), fc.attainment(fits, targets)
    )


def test_bad_targets_name_column_and_remedy():
    """Missing columns, unknown comparators and events, missing numbers: errors that say so."""
    good = goals((2030, 60.0, "ge"))
    for bad, message in (
        (good.drop(columns="comparator"), "add a column 'comparator'"),
        (good.assign(comparator="above"), "use ge, gt, eq, le, lt"),
        (good.assign(event="always"), "reach, ever, maintain"),
        (good.assign(value=np.nan), r"column value, value 'nan': no number \(a, x\)"),
        (good.assign(year=np.inf), "column year, value 'inf': not a year"),
        (good.assign(value="60%"), r"column value, value '60%': no number \(a, x\)"),
        (
            good.assign(year=pd.Timestamp("2025-06-30")),
            "value '2025-06-30 .*write the year, as 2025",
        ),
    ):
        with pytest.raises(fc.DataError, match=message):
            fc.attainment(fitted([50.0, 53.0]), bad)


# Every case there is.

FIGURE = st.one_of(st.sampled_from([0.0, 100.0]), st.integers(0, 1000).map(lambda i: i / 10))
GOAL = st.one_of(FIGURE, st.sampled_from([-5.0, 100.5, 300.0]))


@st.composite
def indicators_with_targets(draw):
    """Few indicators of any kind, each with a short history and targets around it."""
    tables, rows, targets = [], [], []
    for number in range(draw(st.integers(1, 6))):
        name, kind = f"x{number}", draw(st.sampled_from(["share", "ratio", "amount", "count"]))
        values = draw(st.lists(FIGURE, min_size=1, max_size=5))
        if kind == "share":
            # Figures up to 1 would be taken for fractions.
            values = [v + 1.5 if 0.0 < v <= 1.0 else v for v in values]
        if kind == "count":
            values = sorted(float(int(v)) for v in values)
        years = sorted(draw(st.sets(st.sampled_from(np.arange(2012, 2022, 0.5).tolist()),
                                    min_size=len(values), max_size=len(values))))  # fmt: skip
        tables.append(pd.DataFrame({"indicator": name, "year": years, "value": values}))
        rows.append({
            "indicator": name, "kind": kind, "better": draw(st.sampled_from(["higher", "lower"])),
            "lower": 0.0, "upper": 100.0 if kind == "share" else np.nan,
            "resolution": draw(st.sampled_from([0.1, 1.0])), "cumulative": draw(st.booleans()),
        })  # fmt: skip
        goal = st.one_of(GOAL, st.sampled_from(values))
        for _ in range(draw(st.integers(1, 4))):
            targets.append((
                draw(st.sampled_from([name, name, name, "unseen"])),
                draw(st.sampled_from([2013, 2019, 2020, 2021, 2022, 2023, 2026, 2050])),
                draw(goal), draw(st.sampled_from(["ge", "gt", "eq", "le", "lt"])),
                draw(st.sampled_from(EVENTS)),
            ))  # fmt: skip
    columns = ["indicator", "year", "value", "comparator", "event"]
    return (
        pd.concat(tables).assign(region="a"), pd.DataFrame(rows),
        pd.DataFrame(targets, columns=columns).assign(region="a"),
    )  # fmt: skip


@given(
    indicators_with_targets(), st.sampled_from([None, "2021-12-31", "2023-06-30"]), st.booleans()
)
def test_attainment_is_total(case, as_of, draw_them):
    """Zero, full, equal, met, passed, unseen: no NaN without a word, no infinity, no other word."""
    seen, known, targets = case
    source = fc.fit(seen, known, priors=plain_priors())
    source = fc.simulate(source, until=2050, draws=40) if draw_them else source
    found = fc.attainment(source, targets, as_of=as_of)
    assert found[["indicator", "year"]].equals(targets[["indicator", "year"]])
    for column, words in (
        ("status", STATUS), ("schedule_status", SCHEDULE), ("ratio_class", CLASSES),
        ("attainment_reading", READINGS), ("evidence", EVIDENCE), ("event", set(EVENTS)),
    ):  # fmt: skip
        assert set(found[column]) <= words
    numbers = found.select_dtypes("number").astype(float)
    assert not np.isinf(numbers).any(axis=None)
    silent = found["p_reach"].isna()
    assert found.loc[silent, "status"].isin(["no_data", "not_yet_due"]).all()
    for name in ("p_reach", "p_ever", "p_maintain", "median", "mc_error"):
        assert found[name].isna().equals(silent)
    unseen = found["evidence"].eq("none")
    assert unseen.equals(targets["indicator"].eq("unseen"))
    for name in ("latest", "latest_year"):
        assert found[name].isna().equals(unseen)
    assert found["pace"].isna().equals(found["evidence"].isin(["none", "prior only"]))
    open_ = found["status"].isin(OPEN)
    assert found["required_rate"].notna().equals(open_)
    assert found["p_path"].notna().equals(open_)
    told = found["attainment_reading"].isin(["reached", "lost", "expected"])
    assert found["attainment_year"].notna().equals(told)
    dated = found[told]
    assert (dated["attainment_early"] <= dated["attainment_year"]).all()
    assert (dated["attainment_late"].fillna(9999) >= dated["attainment_year"]).all()
    p = found.loc[open_, ["p_reach", "p_ever", "p_maintain", "p_path"]]
    assert (p.isin([0.0, 1.0]) | ((p >= 0.01) & (p <= 0.99))).all(axis=None)
    assert (p["p_ever"] >= p["p_maintain"]).all()
    middle = found.loc[open_ & found["event"].eq("reach")]
    assert (middle["p_ever"] >= middle["p_reach"]).all()
    assert (middle["p_reach"] >= middle["p_maintain"]).all()
    passed = found.loc[found["status"].isin(PASSED), "p_reach"].dropna()
    assert passed.between(0.01, 0.99).all()
    assert found.loc[found["status"].isin(["met", "exceeded"]), "p_reach"].eq(1.0).all()
    assert found.loc[found["status"].eq("missed"), "p_reach"].eq(0.0).all()


def test_the_error_of_draws_is_that_of_the_event_asked_for():
    """sqrt(p (1 - p) / draws) with the chance of that event, and none of what is certain."""
    fits = fitted([50.0, 54.0, 53.0])
    paths = replace(fc.simulate(fits, until=2025, draws=DRAWS, seed=3), baseline=None)
    for event in EVENTS:
        found = fc.attainment(paths, goals((2025, 56.0, "ge"), event=event)).iloc[0]
        p = found[f"p_{event}"]
        assert 0.02 < p < 0.98
        assert found["mc_error"] == pytest.approx(np.sqrt(p * (1.0 - p) / DRAWS), rel=1e-9)
    sure = fc.attainment(paths, goals((2025, 51.0, "ge"), event="ever")).iloc[0]
    assert sure["p_reach"] == 1.0 and sure["mc_error"] == 0.0


def test_what_is_asked_for_is_what_a_complete_table_says():
    """`answers` leaves columns out and changes no number of those that stay."""
    seen = pd.DataFrame({
        "region": ["a"] * 3 + ["b"] * 2, "indicator": "x", "year": [2019, 2020, 2021, 2020, 2021],
        "value": [40.0, 43.0, 47.0, 50.0, 49.0],
    })  # fmt: skip
    targets = pd.DataFrame({
        "region": ["a", "b", "a", "b"], "indicator": "x", "year": [2025, 2025, 2021, 2024],
        "value": [55.0, 51.0, 47.0, 49.0], "comparator": "ge",
        "event": ["reach", "ever", "reach", "maintain"],
    })  # fmt: skip
    fits = fc.fit(seen, about())
    paths = fc.simulate(fits, until=2025, draws=200, seed=1)
    for source in (fits, paths, replace(paths, values=1.05 * paths.values)):
        whole = fc.attainment(source, targets)
        for asked in ([], ["reach"], ["ever"], ["maintain", "path"], ["years"]):
            part = fc.attainment(source, targets, answers=asked)
            pd.testing.assert_frame_equal(part, whole[list(part)])
            assert ("p_path" in part) == ("path" in asked)
            assert ("attainment_year" in part) == ("years" in asked)
            assert ("p_ever" in part, "p_maintain" in part) == (
                "ever" in asked, "maintain" in asked
            )  # fmt: skip


def test_an_unknown_answer_is_refused():
    """A misspelt answer is no silent lack of columns."""
    fits = fc.fit(pd.DataFrame({"region": "a", "indicator": "x", "year": [2021], "value": 5.0}),
                  about())  # fmt: skip
    goal = pd.DataFrame({"region": ["a"], "indicator": "x", "year": 2025, "value": 9.0,
                         "comparator": "ge"})  # fmt: skip
    with pytest.raises(fc.UnknownNameError, match="'reach'"):
        fc.attainment(fits, goal, answers=["reech"])


def test_targets_in_blocks_have_the_same_answers(monkeypatch):
    """Every bit is that of one block, also for targets without a series, in any order."""
    rows = pd.DataFrame({
        "region": np.repeat([f"r{i}" for i in range(9)], 3), "indicator": "beds",
        "year": [2020, 2021, 2022] * 9, "value": np.arange(27.0) ** 1.3,
    })  # fmt: skip
    fits = fc.fit(rows, kind="stock", better="higher")
    goals = pd.DataFrame({
        "region": [f"r{i}" for i in (3, 0, 8, 3, 12, 7, 3, 1)], "indicator": "beds",
        "year": [2025, 2026, 2024, 2023, 2025, 2025, 2022, 2027], "comparator": "ge",
        "value": [30.0, 5.0, 99.0, 20.0, 1.0, 70.0, 9.0, 12.0],
        "event": ["ever", "", "maintain", "", "", "", "", "ever"],
    })  # fmt: skip
    whole = fc.attainment(fits, goals)
    for block in (1, 3):
        monkeypatch.setattr("forecast.targets.attainment.BLOCK", block)
        pd.testing.assert_frame_equal(fc.attainment(fits, goals), whole, check_exact=True)


def test_a_result_may_be_changed():
    """Cells of a result can be set; targets, and a second answer, stay as they were."""
    source = fitted([50.0, 53.0])
    goals = pd.DataFrame({"region": "a", "indicator": "x", "year": [2025, 2026],
                          "value": [60.0, 61.0], "comparator": "ge"})  # fmt: skip
    before, first = goals.copy(), fc.attainment(source, goals)
    found = first.copy()
    for column in first:
        first.loc[0, column] = first[column].iloc[1]
    assert goals.equals(before) and fc.attainment(source, goals).equals(found)


def test_fits_are_freed_with_their_last_reference():
    """What answers remember holds no cycle: the memory of many small calls does not pile up."""
    rows = pd.DataFrame({"region": "a", "indicator": "x", "year": range(2020, 2025), "value": 5.0})
    goals = rows.tail(1).assign(year=2028, value=6.0, comparator="ge")
    gc.disable()
    try:
        fits = fc.fit(rows, kind="amount", better="higher")
        fc.attainment(fits, goals)
        seen = weakref.ref(fits)
        del fits
        assert seen() is None
    finally:
        gc.enable()
