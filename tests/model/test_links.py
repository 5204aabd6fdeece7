"""Links."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit
from scipy.stats import gumbel_r, logistic

from forecast.errors import UnknownNameError
from forecast.model.links import LINKS, LinkScale, inverse, inverse_derivative, transform

INSIDE = np.linspace(-1.9, 7.9, 50)
ROUND_TRIP = 1e-9
"""Rounding of the share of the range, which the ends magnify a thousand times."""
CENTRAL = 1e-7
"""Error of a central difference of step 1e-5: a third derivative and rounding."""


def inside(link):
    """Values strictly between the bounds -2 and 8, above 0 for the log."""
    return INSIDE[INSIDE > 0] if link == "log" else INSIDE


@given(st.sampled_from(LINKS), st.floats(0.001, 0.999), st.floats(-50, 50), st.floats(0.1, 1000))
def test_inverse_undoes_transform(link, share, lower, width):
    """Transforming and back gives the value, whatever the floor and the cap."""
    lower = abs(lower) if link == "log" else lower
    y = lower + share * width
    back = inverse(link, transform(link, y, lower, lower + width), lower, lower + width)
    np.testing.assert_allclose(back, y, rtol=ROUND_TRIP, atol=ROUND_TRIP * width)


@pytest.mark.parametrize("link", LINKS)
def test_slope_is_the_finite_difference_of_the_inverse(link):
    """The slope where the value is y is the inverse's central difference quotient there."""
    z, step = np.linspace(-4.0, 6.0, 60), 1e-5
    high, low = inverse(link, z + step, -2.0, 8.0), inverse(link, z - step, -2.0, 8.0)
    found = inverse_derivative(link, inverse(link, z, -2.0, 8.0), -2.0, 8.0)
    np.testing.assert_allclose(found, (high - low) / (2 * step), rtol=CENTRAL, atol=CENTRAL)


@pytest.mark.parametrize("link", LINKS)
def test_links_rise(link):
    """A larger value has a larger place on every link scale."""
    assert (np.diff(transform(link, inside(link), -2.0, 8.0)) > 0).all()


def test_values_from_outside():
    """Logit is SciPy's of the share of the range; the complementary log-log is -log(-log p)."""
    np.testing.assert_allclose(transform("logit", [0.0, 3.0], -2.0, 8.0), logit([0.2, 0.5]))
    np.testing.assert_allclose(transform("cloglog", 10 * np.exp(-np.exp(-1.5)), 0.0, 10.0), 1.5)
    np.testing.assert_allclose(transform("log", [1.0, np.e]), [0.0, 1.0], atol=1e-15)
    np.testing.assert_array_equal(transform("identity", [-3.0, 4.0]), [-3.0, 4.0])


@pytest.mark.parametrize(("link", "known"), [("logit", logistic), ("cloglog", gumbel_r)])
def test_saturating_paths_are_known_distribution_functions(link, known):
    """A logistic path is the logistic distribution function, a Gompertz path Gumbel's."""
    z = np.linspace(-6.0, 12.0, 40)
    value = inverse(link, z, 20.0, 70.0)
    np.testing.assert_allclose(value, 20 + 50 * known.cdf(z), rtol=1e-12)
    # Near a bound the slope is a small difference of the value from it.
    np.testing.assert_allclose(
        inverse_derivative(link, value, 20.0, 70.0), 50 * known.pdf(z), atol=1e-12
    )


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_bounds_are_infinitely_far_and_come_back(link):
    """Floor and cap are minus and plus infinity; figures beyond them stand at them."""
    far = transform(link, [-9.0, -2.0, 8.0, 9.0], -2.0, 8.0)
    np.testing.assert_array_equal(far, [-np.inf, -np.inf, np.inf, np.inf])
    np.testing.assert_array_equal(inverse(link, [-np.inf, np.inf], -2.0, 8.0), [-2.0, 8.0])
    np.testing.assert_array_equal(
        np.abs(inverse_derivative(link, [-2.0, 8.0], -2.0, 8.0)), [0.0, 0.0]
    )


def test_zero_is_infinitely_far_on_the_log_scale():
    """Zero and what lies below it are minus infinity, which comes back as zero."""
    assert transform("log", [0.0, -1.0]).tolist() == [-np.inf, -np.inf]
    assert inverse("log", -np.inf) == inverse_derivative("log", 0.0) == 0.0


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_extremes_stay_within_bounds(link):
    """A path far out on the link scale never leaves its bounds, turns back or warns."""
    far = np.array([-np.inf, -1e300, -1e4, -800.0, -40.0, 0.0, 40.0, 800.0, 1e4, 1e300, np.inf])
    value = inverse(link, far, 10.0, 90.0)
    steep = inverse_derivative(link, value, 10.0, 90.0)
    assert ((value >= 10.0) & (value <= 90.0)).all()
    assert (np.diff(value) >= 0.0).all()
    steepest = {"logit": 80.0 / 4.0, "cloglog": 80.0 / np.e}[link]
    assert ((steep >= 0.0) & (steep <= steepest)).all()


def test_exponential_extremes():
    """An exponential path ends in infinity and its slope is its value, neither with a warning."""
    value = inverse("log", [-1e4, 0.0, 1e4])
    assert value.tolist() == inverse_derivative("log", value).tolist() == [0.0, 1.0, np.inf]


@pytest.mark.parametrize("link", LINKS)
def test_bounds_broadcast(link):
    """Each row has its own floor and cap."""
    lower, upper = np.array([[0.0], [1.0]]), np.array([[10.0], [30.0]])
    y = np.array([[2.0, 5.0], [12.0, 15.0]])
    z = transform(link, y, lower, upper)
    for row in range(2):
        alone = transform(link, y[row], lower[row, 0], upper[row, 0])
        np.testing.assert_array_equal(z[row], alone)
        steep = inverse_derivative(link, y, lower, upper)[row]
        np.testing.assert_array_equal(
            steep, inverse_derivative(link, y[row], lower[row, 0], upper[row, 0])
        )
    np.testing.assert_allclose(inverse(link, z, lower, upper), y, rtol=ROUND_TRIP)


@pytest.mark.parametrize("call", [transform, inverse, inverse_derivative])
def test_unknown_link_is_named(call):
    """A misspelt link is refused with the nearest known one."""
    with pytest.raises(UnknownNameError, match=r"Unknown link 'logti'.*'logit'"):
        call("logti", 0.5)


def test_input_is_untouched():
    """The identity gives a copy: writing into the result leaves the figures alone."""
    y = np.array([1.0, 2.0])
    transform("identity", y)[0] = inverse("identity", y)[0] = inverse_derivative("log", y)[0] = 9.0
    assert y.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("link", LINKS)
def test_a_scale_measures_each_series_in_its_own_unit(link):
    """Link values over the unit, between the floor and cap of the series; back, and the slope."""
    unit, floor, cap = np.array([2.0, 0.5]), np.array([0.0, 1.0]), np.array([9.0, 20.0])
    scale, y = LinkScale(link, unit, floor, cap), np.array([[2.0, 5.0, 8.0], [2.0, 9.0, 19.0]])
    z = np.stack([transform(link, y[i], floor[i], cap[i]) / unit[i] for i in range(2)])
    np.testing.assert_array_equal(scale.to_link(y), z)
    np.testing.assert_allclose(scale.from_link(z), y, rtol=1e-12)
    np.testing.assert_array_equal(scale.to_link(y[:, 0]), z[:, 0])
    slope = np.stack([inverse_derivative(link, y[i], floor[i], cap[i]) * unit[i] for i in range(2)])
    np.testing.assert_array_equal(scale.derivative(y), slope)


@pytest.mark.parametrize("function", [transform, inverse, inverse_derivative])
@pytest.mark.parametrize("link", LINKS)
def test_without_bounds_a_share_is_one_of_1(function, link):
    """Floor and cap are 0 and 1 where none are given, and whole numbers do as well."""
    assert function(link, 0.3) == function(link, 0.3, 0.0, 1.0) == function(link, 0.3, 0, 1)
