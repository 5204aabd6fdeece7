"""Links."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit

from forecast.errors import UnknownNameError
from forecast.links import LINKS, inverse, slope, transform

INSIDE = np.linspace(-1.9, 7.9, 50)


def inside(link):
    """Values strictly between the bounds -2 and 8, above 0 for the log."""
    return INSIDE[INSIDE > 0] if link == "log" else INSIDE


@given(st.sampled_from(LINKS), st.floats(0.001, 0.999), st.floats(-50, 50), st.floats(0.1, 1000))
def test_inverse_undoes_transform(link, share, lower, width):
    """Transforming and back gives the value, whatever the floor and the cap."""
    lower = abs(lower) if link == "log" else lower
    y = lower + share * width
    back = inverse(link, transform(link, y, lower, lower + width), lower, lower + width)
    np.testing.assert_allclose(back, y, rtol=1e-9, atol=1e-9 * width)


@pytest.mark.parametrize("link", LINKS)
def test_slope_is_the_finite_difference(link):
    """The slope is the central difference quotient of the transform."""
    y, step = inside(link), 1e-5
    high, low = transform(link, y + step, -2.0, 8.0), transform(link, y - step, -2.0, 8.0)
    np.testing.assert_allclose(slope(link, y, -2.0, 8.0), (high - low) / (2 * step), rtol=1e-5)


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


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_bounds_are_infinitely_far_and_come_back(link):
    """Floor and cap are minus and plus infinity; figures beyond them stand at them."""
    far = transform(link, [-9.0, -2.0, 8.0, 9.0], -2.0, 8.0)
    np.testing.assert_array_equal(far, [-np.inf, -np.inf, np.inf, np.inf])
    np.testing.assert_array_equal(inverse(link, [-np.inf, np.inf], -2.0, 8.0), [-2.0, 8.0])
    assert transform("log", [0.0, -1.0]).tolist() == [-np.inf, -np.inf]


def test_extremes_stay_within_bounds():
    """A path far out on the link scale never leaves its bounds and never warns."""
    for link in ("logit", "cloglog"):
        value = inverse(link, [-1e4, -800.0, 800.0, 1e4], 10.0, 90.0)
        assert ((value >= 10.0) & (value <= 90.0)).all()


@pytest.mark.parametrize("call", [transform, inverse, slope])
def test_unknown_link_is_named(call):
    """A misspelt link is refused with the nearest known one."""
    with pytest.raises(UnknownNameError, match=r"Unknown link 'logti'.*'logit'"):
        call("logti", 0.5)


def test_input_is_untouched():
    """The identity gives a copy: writing into the result leaves the figures alone."""
    y = np.array([1.0, 2.0])
    transform("identity", y)[0] = inverse("identity", y)[0] = 9.0
    assert y.tolist() == [1.0, 2.0]
