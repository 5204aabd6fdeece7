"""Mechanisms: each against a hand-computed example, its analytic limit and plain loops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecast.scenarios.mechanisms import (
    MOVES,
    NEVER,
    MechanismInputs,
    adoption,
    completed,
    completion_years,
    delay_path,
    linked_standard,
    required_hires,
    spending,
    stock,
    two_stocks,
)

ONE = np.ones((1, 1))
YEARS = np.arange(2023.0, 2027.0)


def some(**numbers):
    """Assumptions that are the same in every draw and year."""
    return {name: value * ONE for name, value in numbers.items()}


def setting(
    start=0.0, years=YEARS, levers=None, assumed=None, inputs=None, constants=None, uniforms=None
):
    """What a mechanism reads; a lever that is not given is zero."""
    names = (
        *["trainees_per_year", "hires_per_year", "share_points", "extra_raise", "sites_per_year"],
        *["projects_per_year", "new_per_year", "converted_per_year", "closed_per_year"],
    )
    none = {name: np.zeros(len(years)) for name in names}
    given = {name: np.array(value, float) for name, value in (levers or {}).items()}
    return MechanismInputs(
        start, years, none | given, assumed or {}, inputs or {}, constants or {}, uniforms
    )


# Stocks.


def test_a_stock_is_what_stays_and_what_joins():
    """Each year the share leaving goes and the inflow comes, in draws and years of their own."""
    rng = np.random.default_rng(1)
    start, leaving = rng.uniform(50, 100, (3, 1)), rng.uniform(0, 1, (3, 5))
    inflow = rng.uniform(0, 30, (3, 5))
    result = stock(start, leaving, inflow)
    for draw in range(3):
        level = start[draw, 0]
        for year in range(5):
            level = level - level * leaving[draw, year] + inflow[draw, year]
            assert result[draw, year] == pytest.approx(level, rel=1e-12)


def test_a_stock_tends_to_inflow_over_leaving():
    """With 150 joining and a tenth leaving a year the stock ends at 1500, from wherever."""
    for start in (0.0, 5000.0):
        end = stock(start * ONE, 0.1 * ONE, np.full((1, 400), 150.0))[0, -1]
        assert end == pytest.approx(1500.0, rel=1e-9)


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0, 1), st.integers(1, 12), st.floats(0, 500))
def test_required_hires_reach_the_goal(start, goal, leaving, years, joining):
    """Hiring so many a year, step by step, ends at the goal."""
    hires = required_hires(start, goal, leaving, years, joining=joining)
    level = start
    for _ in range(years):
        level = level * (1 - leaving) + hires + joining
    assert level == pytest.approx(goal, abs=1e-6 * (1 + start + goal + joining))


def test_required_hires_without_a_year_left():
    """No year, no answer; where leaving alone brings the goal the answer is negative or zero."""
    for years in (0, -1):
        with pytest.raises(ValueError, match="at least 1"):
            required_hires(10.0, 20.0, 0.1, years)
    assert required_hires(100.0, 81.0, 0.1, 2) == pytest.approx(0.0, abs=1e-12)
    assert required_hires(100.0, 70.0, 0.1, 2) < 0


def workers_moved(value, before, after):
    """Draws of a density of workers after a change, worker by worker."""
    out = np.empty_like(value)
    per, lag = before.constants["per"], int(before.constants["lag"])
    for d, row in enumerate(value):
        old, new = (
            s.inputs["population"][d % len(s.inputs["population"])] for s in (before, after)
        )
        usual, leaving = (
            np.broadcast_to(s.assumptions["leaving_rate"], value.shape)[d] / 100
            for s in (before, after)
        )
        passing = np.broadcast_to(after.assumptions["passing_rate"], value.shape)[d] / 100
        workers = [before.start * old[0] / per, *(row * old[1:] / per)]
        level = workers[0]
        for t in range(len(row)):
            joined = workers[t + 1] - workers[t] * (1 - usual[t])
            trained = after.levers["trainees_per_year"][t - lag] if t >= lag else 0.0
            hired = after.levers["hires_per_year"][t]
            level = level * (1 - leaving[t]) + joined + passing[t] * trained + hired
            out[d, t] = per * level / new[t + 1]
    return out


@pytest.mark.parametrize("lag", [0, 1, 2, 9])
def test_a_workforce_worker_by_worker(lag):
    """Who joined joins, who is trained joins `lag` years later, and another share leaves."""
    rng = np.random.default_rng(2)
    value = rng.uniform(10, 20, (5, 4))
    old, new = rng.uniform(4e5, 6e5, (5, 5)), rng.uniform(4e5, 6e5, (1, 5))
    constants = {"per": 1e4, "lag": lag}
    usual = {
        "leaving_rate": rng.uniform(5, 25, (5, 1)),
        "passing_rate": rng.uniform(60, 99, (5, 1)),
    }
    changed = usual | {"leaving_rate": rng.uniform(2, 30, (5, 4))}
    levers = {"trainees_per_year": [300, 200, 0, 50], "hires_per_year": [0, 10, 20, 5]}
    before = setting(12.0, assumed=usual, inputs={"population": old}, constants=constants)
    after = setting(12.0, YEARS, levers, changed, {"population": new}, constants)
    result = MOVES["workforce"](value, before, after)
    np.testing.assert_allclose(result, workers_moved(value, before, after), rtol=1e-12)


def test_a_workforce_by_hand():
    """100 trainees of whom half pass, a year later, and a tenth of them leaving every year."""
    assumed, inputs = (
        some(leaving_rate=10.0, passing_rate=50.0),
        {"population": np.full((1, 5), 1e5)},
    )
    constants = {"per": 1e4, "lag": 1}
    before = setting(20.0, assumed=assumed, inputs=inputs, constants=constants)
    after = setting(20.0, YEARS, {"trainees_per_year": [100] * 4}, assumed, inputs, constants)
    result = MOVES["workforce"](np.full((1, 4), 20.0), before, after)
    np.testing.assert_allclose(result[0], [20.0, 25.0, 29.5, 33.55], rtol=1e-12)


# A rule.


@given(
    start=st.floats(0, 1000),
    rows=st.lists(
        st.tuples(st.floats(0.1, 0.6), st.floats(100, 5000), st.floats(0, 50)),
        min_size=1,
        max_size=6,
    ),
    rounding=st.sampled_from([0.0, 1.0, 12.0, 10.0]),
)
def test_a_linked_standard_in_plain_steps(start, rows, rounding):
    """Each year the rule's rounded amount and what is added, or what was paid if that is more."""
    share, base, added = (np.array([column]) for column in zip(*rows, strict=True))
    result = linked_standard(start, share, base, added, rounding)[0]
    last = start
    for year, (s, b, extra) in enumerate(rows):
        amount = s * b
        if rounding:
            amount = rounding * math.floor(amount / rounding + 0.5)
        last = max(last, amount + extra)
        assert result[year] == pytest.approx(last, rel=1e-12)


def test_a_linked_standard_is_the_share_where_consumption_only_rises():
    """Without rounding S is share times consumption, year by year; half a step is rounded up."""
    base = np.cumsum(np.random.default_rng(3).uniform(10, 90, (20, 6)), axis=1) + 1000
    result = linked_standard(100.0, np.full((20, 6), 0.35), base, np.zeros((1, 6)), 0.0)
    np.testing.assert_array_equal(result, 0.35 * base)
    half = linked_standard(0.0, ONE, np.array([[18.0]]), 0.0 * ONE, 12.0)
    assert half.tolist() == [[24.0]]


def test_a_raised_share_by_hand():
    """A standard of 300 over 909.09 the year before is a third; ten points make it 43 %."""
    consumption = np.array([[1000.0, 1100.0, 1210.0]])
    inputs, constants = {"consumption": consumption}, {"rounding": 0.0}
    years = YEARS[:2]
    before = setting(300.0, years, inputs=inputs, constants=constants)
    value = np.array([[333.0, 366.0]])
    raised = setting(300.0, years, {"share_points": [10, 10]}, {}, inputs, constants)
    result = MOVES["linked_standard"](value, before, raised)
    np.testing.assert_allclose(result[0], [333 * 430 / 330, 366 * 473 / 363], rtol=1e-12)
    extra = setting(300.0, years, {"extra_raise": [33, 33]}, {}, inputs, constants)
    result = MOVES["linked_standard"](value, before, extra)
    np.testing.assert_allclose(result[0], [333 * 363 / 330, 366 * 429 / 363], rtol=1e-12)


def test_the_rule_rounds_before_and_after_alike():
    """33 % of 1,100 is 363 and rounds to 360; 43 % is 473 and rounds to 470."""
    inputs = {"consumption": np.array([[1000.0, 1100.0, 1210.0]])}
    constants = {"rounding": 10.0}
    before = setting(300.0, YEARS[:2], inputs=inputs, constants=constants)
    after = setting(300.0, YEARS[:2], {"share_points": [10, 10]}, {}, inputs, constants)
    result = MOVES["linked_standard"](np.array([[330.0, 360.0]]), before, after)
    np.testing.assert_allclose(result[0], [430.0, 470.0], rtol=1e-12)


def test_a_standard_follows_consumption_a_year_later():
    """Consumption twice as high from 2023 on doubles the standard of 2024, never lowering it."""
    old = np.array([[1000.0, 1000.0, 1000.0, 1000.0]])
    constants = {"rounding": 0.0}
    before = setting(300.0, YEARS[:3], inputs={"consumption": old}, constants=constants)
    value = np.full((1, 3), 300.0)
    for factor, expected in ((2.0, [300.0, 600.0, 600.0]), (0.5, [300.0] * 3)):
        new = {"consumption": old * [1, factor, factor, factor]}
        after = setting(300.0, YEARS[:3], inputs=new, constants=constants)
        result = MOVES["linked_standard"](value, before, after)
        np.testing.assert_allclose(result[0], expected, rtol=1e-12)


# Adoption.


def test_a_constant_pace_is_logistic_growth():
    """A flat share with an extra pace b goes along 100 / (1 + (100/y - 1) e^-bt), up to 100."""
    b, years = 0.4, np.arange(1, 61)
    result = adoption(np.full((1, 60), 20.0), b * ONE)
    np.testing.assert_allclose(result[0], 100 / (1 + 4 * np.exp(-b * years)), rtol=1e-12)
    assert result[0, -1] == pytest.approx(100.0, abs=1e-6)


def test_odds_are_multiplied_year_by_year():
    """The paces of the years add up, draw by draw; shares of 0 and 100 stay."""
    share = np.array([[10.0, 20.0, 100.0], [50.0, 0.0, 75.0]])
    pace = np.array([[0.1, 0.2, 0.3], [0.0, 0.5, -0.5]])
    result = adoption(share, pace)
    for d in range(2):
        for t in range(3):
            total = sum(pace[d, : t + 1])
            if share[d, t] in (0.0, 100.0):
                assert result[d, t] == share[d, t]
                continue
            odds = share[d, t] / (100 - share[d, t]) * math.exp(total)
            assert result[d, t] == pytest.approx(100 * odds / (1 + odds), rel=1e-12)
    assert result[1, 0] == 50.0


def test_sites_and_subsidies_are_pace():
    """Sites of all years so far over the places, at most all; a subsidy per thousand yuan."""
    assumed = some(site_effect=0.3, places=10.0, subsidy_effect=0.05)
    levers = {
        "sites_per_year": [4, 4, 4, 4], "subsidy": [2000, 2000, 0, 0], "start_year": [0, 2024] * 2,
    }  # fmt: skip
    after = setting(20.0, YEARS, levers, assumed)
    result = MOVES["adoption"](np.full((1, 4), 20.0), setting(20.0), after)
    # From 2024: 4 of 10, 8 of 10, then 12 count as 10.
    paces = [0.0, 0.3 * 0.4 + 0.05 * 2, 0.3 * 0.8, 0.3]
    expected = [100 / (1 + 4 * math.exp(-sum(paces[: t + 1]))) for t in range(4)]
    np.testing.assert_allclose(result[0], expected, rtol=1e-12)
    assert result[0, 0] == 20.0
    plain = setting(20.0, YEARS, {"sites_per_year": [5, 0, 0, 0]}, assumed)
    result = MOVES["adoption"](np.full((1, 4), 20.0), setting(20.0), plain)
    expected = [100 / (1 + 4 * math.exp(-0.15 * t)) for t in (1, 2, 3, 4)]
    np.testing.assert_allclose(result[0], expected, rtol=1e-12)


# Programmes.


PROGRAMMES = st.fixed_dictionaries(
    {
        "duration": st.floats(0, 2.5),
        "slippage": st.sampled_from([0.0, 0.3, 1.0, 2.0]),
        "common_delay": st.floats(0, 1),
        "completion_probability": st.one_of(st.floats(0, 100), st.sampled_from([0.0, 50.0, 100.0])),
    }
)


def done_by(since, numbers):
    """Chance that a project started `since` years ago is completed."""
    late = since - numbers["duration"] - numbers["common_delay"]
    if since <= 0 or late < -1e-9:
        return 0.0
    mean = numbers["slippage"]
    share = 1 - math.exp(-max(late, 0.0) / mean) if mean else 1.0
    return share * numbers["completion_probability"] / 100


@given(
    numbers=PROGRAMMES,
    started=st.lists(st.integers(0, 300), min_size=4, max_size=4),
    level=st.lists(st.floats(1e-6, 1 - 1e-6), min_size=4, max_size=4),
)
def test_completed_projects_are_binomial_quantiles(numbers, started, level):
    """Each cohort's number completed is scipy's quantile at the cohort's level; they add up."""
    result = completed(np.array(started, float), YEARS, some(**numbers), np.array([level]))[0]
    assert (result == np.round(result)).all() and (np.diff(result) >= 0).all()
    for t in range(4):
        low = high = 0
        for cohort in range(t + 1):
            p = min(done_by(t - cohort + 1, numbers), 1.0)
            # A quantile may jump where the two sums differ in the last digit.
            edges = [min(max(level[cohort] + e, 0.0), 1.0) for e in (-1e-9, 1e-9)]
            least, most = (max(stats.binom.ppf(e, started[cohort], p), 0) for e in edges)
            low, high = low + least, high + most
        assert low <= result[t] <= high


@given(numbers=PROGRAMMES, level=st.floats(0, 1, exclude_max=True), more=st.integers(0, 5))
def test_more_projects_and_better_chances_complete_more(numbers, level, more):
    """With the same uniforms, starting more or a better probability completes no fewer."""
    chance = np.full((1, 4), level)

    def count(started, **changed):
        return completed(np.array([started, 0.0, 3, 0]), YEARS, some(**numbers | changed), chance)

    better = min(100.0, numbers["completion_probability"] + 7.0 * more)
    few = count(10)
    assert (count(10 + more) >= few).all()
    assert (count(10, completion_probability=better) >= few).all()
    assert (count(10, duration=numbers["duration"] / (1 + more)) >= few).all()
    assert (few <= 13).all()


def test_the_expected_number_completed_is_npf():
    """Over all lucks the mean is n p F, by the exponential's own F."""
    level = np.broadcast_to((np.arange(20_000) + 0.5)[:, None] / 20_000, (20_000, 4))
    numbers = {
        "duration": 0.5,
        "slippage": 0.8,
        "common_delay": 0.3,
        "completion_probability": 90.0,
    }
    result = completed(np.array([30.0, 0, 0, 0]), YEARS, some(**numbers), level).mean(axis=0)
    lengths = np.arange(1, 5) - 0.8
    expected = 30 * 0.9 * stats.expon.cdf(lengths, scale=0.8)
    np.testing.assert_allclose(result, expected, atol=1e-3)


def test_no_project_is_completed_before_it_starts():
    """Projects that take no time at all are completed in the year they start, not before."""
    sure = some(duration=0.0, slippage=0.0, common_delay=0.0, completion_probability=100.0)
    result = completed(np.array([0.0, 5, 0, 2]), YEARS, sure, np.full((1, 4), 0.5))
    assert result.tolist() == [[0, 5, 5, 7]]


def programme(value, levers, changed, usual=None, level=0.5, start=10.0):
    """Move a programme from certain assumptions to others."""
    certain = {
        "duration": 1.0, "slippage": 0.0, "common_delay": 0.0, "completion_probability": 100.0,
    }  # fmt: skip
    value = np.array(value, float)
    uniforms = np.full(value.shape, level)
    before = setting(start, assumed=some(**certain | (usual or {})))
    after = setting(start, YEARS, levers, some(**certain | changed), uniforms=uniforms)
    return MOVES["programme"](value, before, after).tolist()


def test_a_programme_by_hand():
    """New projects come on top when they are done; a common delay moves the present course."""
    course = [[14, 18, 22, 26]]
    assert programme(course, {}, {}) == course
    assert programme(course, {"projects_per_year": [2, 0, 1, 0]}, {}) == [[16, 20, 25, 29]]
    assert programme(course, {}, {"common_delay": 1.0}) == [[10, 14, 18, 22]]
    assert programme(course, {}, {"duration": 1.5}) == [[12, 16, 20, 24]]
    late = {"common_delay": 1.0}
    assert programme(course, {"projects_per_year": [2, 0, 1, 0]}, late) == [[10, 16, 20, 25]]
    assert programme(course, {}, {"slippage": 0.25, "duration": 0.75}) == course
    assert programme([[15, 25, 35, 40]], {}, {"common_delay": 0.5}) == [[12, 20, 30, 37]]


def test_a_programme_is_thinned_in_proportion():
    """Half the probability of completion is half of what is yet to come, in whole projects."""
    course = [[14, 18, 23, 26]]
    changed, usual = {"completion_probability": 45.0}, {"completion_probability": 90.0}
    assert programme(course, {}, changed, usual) == [[12, 14, 16, 18]]
    assert programme(course, {}, usual, {"completion_probability": 0.0}) == course


def test_half_a_project_a_year_is_one_every_second_year():
    """Fractions of projects add up until one is whole."""
    result = programme([[10] * 4], {"projects_per_year": [0.5] * 4}, {})
    assert result == [[10, 11, 11, 12]]


# Lists of projects.


def test_completion_years_by_hand():
    """The middle of the last year, plus what all slip and what each slips; or never."""
    assumed = some(slippage=2.0, common_delay=0.25, completion_probability=80.0)
    level = np.array([[0.0, 1 - math.exp(-1), 0.5, 0.5]])
    sure = np.array([[0.0, 0.5, 0.799, 0.8]])
    result = completion_years(np.array([2023.0, 2024, 2025, 2026]), assumed, level, sure)
    expected = [2023.75, 2024.75 + 2, 2025.75 + 2 * math.log(2), NEVER]
    np.testing.assert_allclose(result[0], expected, rtol=1e-12)


PROJECTS = st.lists(
    st.tuples(st.integers(2020, 2025), st.floats(0.1, 9), st.floats(0, 1e5), st.booleans()),
    min_size=1,
    max_size=6,
)


@given(PROJECTS)
def test_spending_loses_no_money(projects):
    """Over all years each completed project's sum is spent, year by year as its share of time."""
    start, lasting, money, given_up = (np.array(c) for c in zip(*projects, strict=True))
    done = np.where(given_up, NEVER, start + lasting)
    years = np.arange(2018.0, 2040.0)
    result = spending(start.astype(float), done[None, :], money, years)[0]
    assert result.sum() == pytest.approx(money[~given_up].sum(), rel=1e-9, abs=1e-6)
    for place, year in enumerate(years):
        expected = 0.0
        for first, last, sum_of in zip(start, done, money, strict=True):
            overlap = max(0.0, min(last, year + 1) - max(first, year))
            expected += sum_of * overlap / (last - first) if last < NEVER else 0.0
        assert result[place] == pytest.approx(expected, rel=1e-9, abs=1e-6)


# Two stocks.


def test_two_stocks_by_hand():
    """60 of 100 beds; 10 new, 5 converted and 8 closed a year are 75 of 102 and 90 of 104."""
    flows = tuple(np.array([v, v]) for v in (10.0, 5.0, 8.0))
    result = two_stocks(np.array([[60.0, 60.0]]), np.full((1, 2), 100.0), flows)
    np.testing.assert_allclose(result[0], [100 * 75 / 102, 100 * 90 / 104], rtol=1e-12)


def test_all_beds_converted_are_all_beds():
    """When the rest is converted, or closed, the share is 100 and stays there."""
    none = np.zeros(3)
    rest = np.array([40.0, 0.0, 0.0])
    share, total = np.full((2, 3), 60.0), np.full((2, 3), 100.0)
    np.testing.assert_allclose(two_stocks(share, total, (none, rest, none)), 100.0, rtol=1e-15)
    np.testing.assert_allclose(two_stocks(share, total, (none, none, rest)), 100.0, rtol=1e-15)
    assert (two_stocks(share, total, (none, 5 * rest, none)) == 100.0).all()


def test_closing_everything_keeps_the_share():
    """Without a whole there is no other share to give."""
    none = np.zeros(2)
    result = two_stocks(
        np.full((1, 2), 60.0), np.full((1, 2), 20.0), (none, none, np.array([20, 5.0]))
    )
    assert result.tolist() == [[60.0, 60.0]]


def test_a_whole_that_grows_by_itself_keeps_the_share():
    """Beds of the present course count with their own total, flows with the total as moved."""
    value, old = np.array([[50.0, 52.0]]), np.full((1, 3), 1000.0)
    new = np.array([[1000.0, 1100.0, 1200.0]])
    before = setting(50.0, YEARS[:2], inputs={"total": old})
    quiet = setting(50.0, YEARS[:2], inputs={"total": new})
    assert MOVES["two_stocks"](value, before, quiet).tolist() == value.tolist()
    levers = {"converted_per_year": [11, 13], "new_per_year": [0, 0], "closed_per_year": [0, 0]}
    result = MOVES["two_stocks"](value, before, setting(50.0, YEARS[:2], levers, {}, quiet.inputs))
    np.testing.assert_allclose(result[0], [51.0, 54.0], rtol=1e-12)


# Time.


def test_later_is_the_path_some_years_before():
    """Straight between the years, still before the first, and on in the last step after the end."""
    times = np.array([2020.67, 2021.0, 2022.0, 2024.0])
    path = np.array([[1.0, 2.0, 8.0, 4.0], [0.0, 1.0, 5.0, 7.0]])
    delay = np.array([[0.25, 0.5, 1.0, 0.0], [-0.5, 0.0, 3.0, -1.5]])
    result = delay_path(path, times, delay)
    for d in range(2):
        for t in range(4):
            at = times[t] - delay[d, t]
            expected = np.interp(at, times, path[d])
            if at > times[-1]:
                slope = (path[d, -1] - path[d, -2]) / (times[-1] - times[-2])
                expected = path[d, -1] + slope * (at - times[-1])
            assert result[d, t] == pytest.approx(expected, rel=1e-12)
    odd = np.random.default_rng(5).normal(0, 1, (200, 4)) ** 3
    np.testing.assert_array_equal(delay_path(odd, times, np.zeros((1, 1))), odd)


# Nothing changes, nothing moves.


@pytest.mark.parametrize("kind", sorted(MOVES))
def test_the_same_setting_moves_no_bit(kind):
    """Before and after alike give the present course back, to the last bit."""
    rng = np.random.default_rng(4)
    value = np.cumsum(rng.integers(0, 9, (50, 4)), axis=1) + rng.integers(1, 4, (50, 1)) + 0.0
    if kind != "programme":
        value = value + rng.uniform(0, 1, value.shape)
    grown = np.cumsum(rng.uniform(10, 90, (50, 5)), axis=1) + 1000
    assumed = {
        name: rng.uniform(0.1, 0.9, (50, 1))
        for name in ("leaving_rate", "passing_rate", "places", "site_effect", "subsidy_effect",
                     "duration", "slippage", "common_delay", "completion_probability")
    }  # fmt: skip
    inputs = dict.fromkeys(("population", "consumption", "total"), grown)
    alike = setting(
        1.0, YEARS, {"start_year": [0] * 4, "subsidy": [0] * 4},
        assumed, inputs, {"per": 1e4, "lag": 1, "rounding": 12.0}, rng.uniform(0, 1, value.shape),
    )  # fmt: skip
    np.testing.assert_array_equal(MOVES[kind](value, alike, alike), value)
