"""Steps: every verb in plain loops, and what no step may do to an indicator."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.scenarios.trajectory import Trajectory

TIMES = np.array([2020.67, 2021.0, 2022.0, 2023.0, 2024.0, 2025.0])
DRAWS = 4


def course(times=TIMES, seed=1, **changes):
    """Draws that wander freely: no bound, no ratchet."""
    path = 50 + np.cumsum(np.random.default_rng(seed).normal(2, 6, (DRAWS, len(times))), axis=1)
    path[:, 0] = 50.0
    return Trajectory(
        times, path, **{"lower": -np.inf, "upper": np.inf, "link": "identity"} | changes
    )


def column(*values):
    """Sizes, one a draw."""
    return np.array(values, float)[:, None]


SIZES = column(3.0, -2.0, 0.5, 7.0)


def plain(made, wanted):
    """A path by a function of (draw, column), compared with what a step made."""
    expected = [[wanted(d, t) for t in range(len(TIMES))] for d in range(DRAWS)]
    np.testing.assert_allclose(made.values, expected, rtol=1e-12)


def before(since):
    """Column of the last year before `since`, the latest figure's at least."""
    return max(0, max((i for i, year in enumerate(TIMES) if year < since - 1e-9), default=0))


SINCE = [2019, 2021, 2022, 2024]


@pytest.mark.parametrize("since", SINCE)
def test_shift_adds_its_size(since):
    """Every year from `since` on is higher by the draw's size."""
    base, b = course(), before(since)
    plain(base.shift(SIZES, since), lambda d, t: base.values[d, t] + SIZES[d, 0] * (t > b))


@pytest.mark.parametrize("since", SINCE)
def test_add_pace_adds_its_size_a_year(since):
    """The n-th year from `since` on is higher by n sizes; a part of a year counts as a part."""
    base, b = course(), before(since)

    def wanted(d, t):
        return base.values[d, t] + SIZES[d, 0] * max(0.0, TIMES[t] - TIMES[b])

    plain(base.add_pace(SIZES, since), wanted)


@pytest.mark.parametrize("since", SINCE)
def test_scale_pace_multiplies_the_change(since):
    """The change since the year before is multiplied, each draw by its own factor."""
    base, b = course(), before(since)

    def wanted(d, t):
        here = base.values[d, b]
        return here + SIZES[d, 0] * (base.values[d, t] - here) if t > b else base.values[d, t]

    plain(base.scale_pace(SIZES, since), wanted)


def test_pace_is_scaled_on_the_indicators_own_scale():
    """By hand: growth of 10 % a year squared is 21 %; odds that double, halved, grow by root 2."""
    times = np.array([2021.0, 2022.0, 2023.0])
    money = Trajectory(times, np.array([[100.0, 110.0, 121.0]]), 0.0, np.inf, "log")
    result = money.scale_pace(column(2.0), 2022)
    np.testing.assert_allclose(result.values, [[100.0, 121.0, 146.41]], rtol=1e-12)
    share = Trajectory(times, np.array([[20.0, 100 / 3, 50.0]]), 0.0, 100.0, "logit")
    odds = [0.25 * math.sqrt(2.0) ** n for n in (0, 1, 2)]
    result = share.scale_pace(column(0.5), 2022)
    np.testing.assert_allclose(result.values, [[100 * o / (1 + o) for o in odds]], rtol=1e-12)


def test_a_share_at_its_bound_keeps_its_course():
    """Where the pace has no finite size nothing is scaled; other draws of the year are."""
    path = np.array([[100.0, 100.0, 90.0], [50.0, 60.0, 100.0]])
    share = Trajectory(np.array([2021.0, 2022, 2023]), path, 0.0, 100.0, "logit")
    result = share.scale_pace(column(2.0, 2.0), 2022).values
    assert result[0].tolist() == [100.0, 100.0, 90.0] and result[1, 2] == 100.0
    assert result[1, 1] == pytest.approx(100 * 2.25 / 3.25)


@pytest.mark.parametrize("since", SINCE)
@pytest.mark.parametrize("years", [column(0.25, 0.5, 1.0, 1.75), column(2.0)])
def test_delay_is_the_course_some_years_before(since, years):
    """From `since` on each draw has its value of a delay earlier, never before `since`."""
    base, b = course(), before(since)

    def wanted(d, t):
        if t <= b:
            return base.values[d, t]
        at = max(TIMES[t] - years[d % len(years), 0], TIMES[b])
        return np.interp(at, TIMES, base.values[d])

    plain(base.delay(years, since), wanted)


@pytest.mark.parametrize("since", SINCE)
@pytest.mark.parametrize("by", [2022, 2024, 2025, 2027])
def test_ramp_to_is_a_straight_line_and_then_its_own_moves(since, by):
    """Evenly to the value by the end of `by`; later years change as they would have changed."""
    base, b = course(), before(since)
    if by <= TIMES[b]:
        assert base.ramp_to(SIZES, by, since) is base
        return

    def wanted(d, t):
        here = base.values[d, b]
        if t <= b:
            return base.values[d, t]
        if TIMES[t] <= by:
            return here + (SIZES[d, 0] - here) * (TIMES[t] - TIMES[b]) / (by - TIMES[b])
        reached = TIMES.tolist().index(by)
        return SIZES[d, 0] + base.values[d, t] - base.values[d, reached]

    plain(base.ramp_to(SIZES, by, since), wanted)


@pytest.mark.parametrize("since", SINCE)
@pytest.mark.parametrize("until", [2020, 2022, 2023, 2025, 2030, np.inf])
def test_hold_stays_and_goes_on(since, until):
    """The value of the year before until the end of `until`, then the changes of its own."""
    base, b = course(), before(since)

    def wanted(d, t):
        held = max([i for i, year in enumerate(TIMES) if year <= until and i > b], default=b)
        if t <= held:
            return base.values[d, min(t, b)]
        return base.values[d, b] + base.values[d, t] - base.values[d, held]

    plain(base.hold(since, until), wanted)


@pytest.mark.parametrize("year", [2021, 2023, 2025, 2030])
@pytest.mark.parametrize("recovery", [0.0, 1.0, 1.5, 4.0])
def test_shock_falls_and_recovers(year, recovery):
    """The whole size in its year, then evenly less over the years of recovery; 0 is for good."""
    base = course()

    def wanted(d, t):
        since = TIMES[t] - year
        left = 0.0 if since < 0 else 1.0
        if recovery and since >= 0:
            left = max(0.0, 1 - since / recovery)
        return base.values[d, t] + SIZES[d, 0] * left

    plain(base.shock(SIZES, year, recovery), wanted)


@pytest.mark.parametrize("upward", [True, False])
@pytest.mark.parametrize("pace", [-30.0, -1.0, 3.0, 40.0])
def test_follow_moves_the_median_where_that_is_better(upward, pace):
    """All draws of a year move by what the median falls short of the pace."""
    base, b = course(), before(2022)

    def wanted(d, t):
        if t <= b:
            return base.values[d, t]
        middle = [sorted(base.values[:, i]) for i in (b, t)]
        middle = [(m[1] + m[2]) / 2 for m in middle]
        gain = pace * (TIMES[t] - TIMES[b]) - (middle[1] - middle[0])
        return base.values[d, t] + (max(gain, 0.0) if upward else min(gain, 0.0))

    plain(base.follow_pace(pace, 2022, upward=upward), wanted)


def test_follow_is_a_factor_on_the_log_scale():
    """By hand: 10 % a year where growth was 5 % raises every draw by the same factor."""
    times = np.array([2021.0, 2022.0, 2023.0])
    path = np.array([[100.0, 105.0, 110.25], [100.0, 95.0, 120.0], [100.0, 115.0, 100.0]])
    result = Trajectory(times, path, 0.0, np.inf, "log").follow_pace(
        math.log(1.1), 2022, upward=True
    )
    factors = np.array([1.0, 1.1 / 1.05, 1.1**2 / 1.05**2])
    np.testing.assert_allclose(result.values, path * factors, rtol=1e-12)


@pytest.mark.parametrize("since", SINCE)
@pytest.mark.parametrize(
    "goals", [[(2024, 70.0)], [(2022, 55.0), (2025, 90.0)], [(2023, 40.0), (2030, 100.0)]]
)
def test_execute_is_the_share_of_the_plans_line(since, goals):
    """Straight through the goals still ahead, executed in part; then the moves of its own."""
    base, b = course(), before(since)
    ratio = column(0.5, 0.8, 1.0, 1.2)
    ahead = [goal for goal in goals if goal[0] > TIMES[b]]

    def wanted(d, t):
        if t <= b or not ahead:
            return base.values[d, t]
        here = base.values[d, b]
        years, values = zip((TIMES[b], here), *ahead, strict=True)
        line = here + ratio[d, 0] * (np.interp(TIMES[t], years, values) - here)
        if TIMES[t] > years[-1]:
            line += base.values[d, t] - base.values[d, TIMES.tolist().index(years[-1])]
        return line

    plain(base.follow_plan(np.array(goals, float), ratio, since), wanted)


# What no step may do.


@st.composite
def courses(draw):
    """Courses as indicators have them: shares, money, counts and ratchets."""
    kind = draw(st.sampled_from(["share", "money", "free", "count", "tens", "ratchet"]))
    first = draw(st.sampled_from([2020.0, 2020.67, 2020.5]))
    years = draw(st.integers(1, 5))
    times = np.concatenate([[first], 2021.0 + np.arange(years)])
    draws = draw(st.integers(1, 4))
    step = {"count": 1.0, "tens": 10.0}.get(kind, 0.0)
    moves = st.lists(st.integers(0, 9), min_size=years, max_size=years)
    moves = np.array([draw(moves) for _ in range(draws)], float)
    if kind in ("share", "money", "free"):
        moves = (moves - 3.0) * 4.3
    path = 37.0 + np.column_stack([np.zeros(draws), np.cumsum(moves * (step or 1.1), axis=1)])
    lower, upper = {"share": (0.0, 100.0), "free": (-np.inf, np.inf)}.get(kind, (0.0, np.inf))
    if kind == "count" and draw(st.booleans()):
        upper = 85.0
    link = {"share": "logit", "money": "log"}.get(kind, "identity")
    kept = kind in ("count", "tens", "ratchet")
    return Trajectory(times, np.clip(path, lower, upper), lower, upper, link, step, kept)


SINCES = st.integers(2018, 2028)


@st.composite
def steps(draw):
    """A step of any verb: (first year, what it makes of a course)."""
    since = draw(SINCES)
    size = np.array([[draw(st.floats(-90, 90))]])
    factor = np.array([[draw(st.floats(-1, 4))]])
    goal = np.array([[draw(SINCES), draw(st.floats(-50, 150))]], float)
    return since, draw(
        st.sampled_from(
            [
                lambda c: c.shift(size, since),
                lambda c: c.add_pace(size, since),
                lambda c: c.scale_pace(factor, since),
                lambda c: c.delay(abs(factor), since),
                lambda c: c.delay(-abs(factor), since),
                lambda c: c.ramp_to(size, since + 2, since),
                lambda c: c.ramp_to(size, since - 2, since),
                lambda c: c.hold(since, since + 1),
                lambda c: c.hold(since),
                lambda c: c.shock(size, since, 2.0),
                lambda c: c.follow_pace(float(factor[0, 0]), since, upward=True),
                lambda c: c.follow_pace(float(-factor[0, 0]), since, upward=False),
                lambda c: c.follow_plan(goal, factor, since),
            ]
        )
    )


@settings(max_examples=6 * settings.default.max_examples)
@given(courses(), st.lists(steps(), min_size=1, max_size=3))
def test_no_step_breaks_what_an_indicator_is(base, taken):
    """Bounds hold, counts move by whole steps, ratchets never fall, and the past stays."""
    made, first = base, math.inf
    for since, step in taken:
        made = step(made)
        first = min(first, since)
    assert made.values.shape == base.values.shape
    assert (made.values >= base.lower).all() and (made.values <= base.upper).all()
    past = (base.times < first) | (np.arange(len(base.times)) == 0)
    np.testing.assert_array_equal(made.values[:, past], base.values[:, past])
    if base.ratchet:
        assert (np.diff(made.values, axis=1) >= 0).all()
    if base.step:
        moved = (made.values - base.values[:, :1]) / base.step
        np.testing.assert_allclose(moved, np.round(moved), atol=1e-9)


@settings(max_examples=6 * settings.default.max_examples)
@given(courses(), SINCES)
def test_neutral_sizes_keep_every_bit(base, since):
    """A shift of 0, a factor of 1, no delay, no shock and nothing to follow change nothing."""
    none, one = np.zeros((1, 1)), np.ones((1, 1))
    for made in (
        base.shift(none, since),
        base.add_pace(none, since),
        base.scale_pace(one, since),
        base.delay(none, since),
        base.shock(none, since, 0.0),
        base.shock(none, since, 2.0),
        base.follow_pace(-1e6, since, upward=True),
        base.follow_pace(1e6, since, upward=False),
        base.hold(since, since - 1),
        base.hold(2027),
        base.ramp_to(none, since - 1, since),
        base.follow_plan(np.empty((0, 2)), one, since),
        base.follow_plan(np.array([[2010.0, 5.0]]), one, since),
    ):
        np.testing.assert_array_equal(made.values, base.values)


def test_a_count_is_floored_and_capped():
    """By hand: 2.7 more is 2 more, no more than the cap in whole steps, and never a step back."""
    times = np.array([2021.0, 2022.0, 2023.0])
    built = Trajectory(times, np.array([[3.0, 5.0, 9.0]]), 0.0, 10.5, "identity", 1.0, True)
    assert built.shift(column(2.7), 2022).values.tolist() == [[3.0, 7.0, 10.0]]
    assert built.shift(column(-4.0), 2022).values.tolist() == [[3.0, 3.0, 5.0]]
    assert built.shift(column(-7.0), 2023).values.tolist() == [[3.0, 5.0, 5.0]]


def test_a_step_changes_nothing_it_is_given():
    """The course that a step is taken from stays as it was."""
    base = course()
    kept = base.values.copy()
    base.shift(SIZES, 2021), base.hold(2021), base.scale_pace(SIZES, 2021)
    np.testing.assert_array_equal(base.values, kept)
