"""Target events: thresholds, comparators, tolerance."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.targets.events import (
    TargetEvent,
    compute_threshold,
    compute_tolerance,
    draw_threshold,
    is_upward,
    resolve_comparator,
)


@pytest.mark.parametrize(
    ("value", "comparator", "resolution", "limit"),
    [
        (60.0, "ge", 1.0, 59.5), (60.0, "gt", 1.0, 60.5),
        (60.0, "le", 1.0, 60.5), (60.0, "lt", 1.0, 59.5),
        (100.0, "ge", 0.1, 99.95), (13000.0, "ge", 10.0, 12995.0), (-3.0, "ge", 1.0, -3.5),
        (95.3, "ge", 1.0, 95.5), (95.3, "gt", 1.0, 95.5),
        (95.3, "le", 1.0, 95.5), (95.3, "lt", 1.0, 95.5),
        (0.3, "ge", 0.1, 0.25), (0.3, "gt", 0.1, 0.35), (0.3, "lt", 0.1, 0.25),
        (60.0, "ge", 0.0, 60.0), (60.0, "lt", 0.0, 60.0),
    ],
)  # fmt: skip
def test_threshold_is_half_a_step_before_what_meets_the_target(
    value, comparator, resolution, limit
):
    """On the reporting grid, off it, in tenths that floats only nearly hold, and without a grid."""
    found, upward = compute_threshold(
        np.array([value]), np.array([comparator]), np.array([resolution])
    )
    assert found[0] == pytest.approx(limit, rel=1e-12)
    assert upward[0] == (comparator in ("ge", "gt"))


MEETS = {"ge": np.greater_equal, "gt": np.greater, "le": np.less_equal, "lt": np.less}


@given(
    st.integers(-5000, 5000), st.sampled_from([0.0, 0.25, 0.5]), st.sampled_from(list(MEETS)),
    st.sampled_from([0.1, 0.5, 1.0, 10.0]),
)  # fmt: skip
def test_threshold_is_where_reports_begin_to_meet(steps, off, comparator, resolution):
    """A true value a little on the target's side of it is reported as meeting, on the other not."""
    goal = (steps + off) * resolution
    limit, upward = compute_threshold(
        np.array([goal]), np.array([comparator]), np.array([resolution])
    )
    way = 1.0 if upward[0] else -1.0
    for side, expected in ((way, True), (-way, False)):
        reported = np.round((limit[0] + side * 0.01 * resolution) / resolution)
        assert MEETS[comparator](reported, np.round(goal / resolution, 6)) == expected


def event_of(goal, comparator, resolution=0.0):
    """One event."""
    return TargetEvent.of(np.array([goal]), np.array([comparator]), np.array([resolution]))


FIGURE = st.floats(-1e12, 1e12).filter(lambda x: x == 0.0 or abs(x) > 1e-200)


@given(FIGURE, st.sampled_from(list(MEETS)), st.floats(1e-6, 1.0), st.booleans())
def test_equality_is_relative(goal, comparator, apart, above):
    """The target's own value is equal to it up to nine digits, and anything further off is not."""
    event, scale = event_of(goal, comparator), abs(goal) or 1.0
    figure = goal + (1.0 if above else -1.0) * apart * scale
    for value, expected in (
        (goal * (1.0 + 1e-12), not event.strict[0]), (figure, MEETS[comparator](figure, goal)),
    ):  # fmt: skip
        assert event.met_by(np.array([value]))[0] == expected
        at = event.draw_threshold()[0]
        assert (value >= at if event.upward[0] else value <= at) == expected


@pytest.mark.parametrize("comparator", list(MEETS))
def test_zero_meets_zero_unless_more_is_asked_for(comparator):
    """At a target of 0 there is no tolerance, and `gt` and `lt` exclude 0 itself."""
    event, strict = event_of(0.0, comparator), comparator in ("gt", "lt")
    at = event.draw_threshold()[0]
    assert event.met_by(np.zeros(1))[0] == (not strict)
    assert at > 0.0 if comparator in ("gt", "le") else at < 0.0


def test_tolerance_is_that_of_the_largest_figure():
    """Relative, and symmetric in its arguments."""
    one, other = np.array([1e-9, 0.0, -5.0]), np.array([0.0, 0.0, 3.0])
    np.testing.assert_allclose(compute_tolerance(one, other), [1e-18, 0.0, 5e-9])
    np.testing.assert_array_equal(compute_tolerance(one, other), compute_tolerance(other, one))


def test_a_plain_target_asks_for_the_better_side():
    """Without a comparator more is asked for where higher is better; else the comparator says."""
    comparator, higher = np.array(["eq", "eq", "le", "gt"]), np.array([True, False, True, False])
    assert resolve_comparator(comparator, higher).tolist() == ["ge", "le", "le", "gt"]
    table = pd.DataFrame({"comparator": comparator, "better": np.where(higher, "higher", "lower")})
    assert is_upward(table).tolist() == [True, False, False, True]
    # A band stands on the side that the indicator calls better.
    band = pd.DataFrame({"comparator": "between", "better": ["higher", "lower"]})
    assert is_upward(band).tolist() == [True, False]


def test_drawn_values_meet_a_target_from_the_reported_one_on():
    """By hand: half a step before the target; a strict one a hair inside of the next step."""
    value, step = np.full(4, 60.0), np.array([1.0, 1.0, 0.0, 0.0])
    higher = np.array([True, False, True, False])
    at, upward = draw_threshold(value, np.array(["eq", "eq", "gt", "lt"]), step, higher)
    assert upward.tolist() == [True, False, True, False]
    np.testing.assert_allclose(at, [59.5, 60.5, 60.0, 60.0], rtol=1e-8)
    assert at[0] < 59.5 and at[1] > 60.5 and at[2] > 60.0 and at[3] < 60.0


def test_a_band_has_two_ends_and_no_other_target_has():
    """By hand: 40 to 60 in whole numbers and unrounded, beside a plain target of 60."""
    event = TargetEvent.of(
        np.array([40.0, 40.0, 60.0]), np.array(["between", "between", "ge"]),
        np.array([1.0, 0.0, 1.0]), np.array([60.0, 60.0, 99.0]),
    )  # fmt: skip
    assert event.band.tolist() == [True, True, False]
    assert event.threshold.tolist() == [39.5, 40.0, 59.5]
    assert event.ceiling.tolist() == [60.5, 60.0, np.inf]
    ceiling = event.draw_ceiling()
    np.testing.assert_allclose(ceiling, event.ceiling, rtol=1e-8)
    assert (ceiling[:2] > event.ceiling[:2]).all()
    for figure, met, exceeded in (
        (39.0, [False, False, False], [False] * 3), (39.5, [True, False, False], [False] * 3),
        (60.0, [True, True, True], [False] * 3), (60.4, [True, False, True], [False, True, False]),
        (61.0, [False, False, True], [True, True, False]),
        (1e15, [False, False, True], [True, True, False]),
    ):  # fmt: skip
        figures = np.full(3, figure)
        assert event.met_by(figures).tolist() == met, figure
        assert event.exceeded_by(figures).tolist() == exceeded, figure
    # What differs in the tenth digit is the end itself.
    assert event.met_by(np.full(3, 60.0 * (1.0 + 1e-12))).tolist() == [True, True, True]
    assert event.near_end(np.array([61.0, 50.0, 99.0])).tolist() == [60.0, 40.0, 60.0]
    assert event.take(np.array([2, 0])).goal.tolist() == [60.0, 40.0]
    missing = TargetEvent.of(np.array([40.0]), np.array(["between"]), np.array([1.0]))
    assert not missing.band[0] and np.isnan(missing.top[0])
