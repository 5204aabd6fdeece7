"""Shares of variance: published functions, sums by hand, intervals, refusals."""

import numpy as np
import pandas as pd
import pytest

from forecast.scenarios.variances import no_indices, variance_indices


def ishigami(level):
    """Ishigami and Homma (1990) with a = 7 and b = 0.1, of uniforms."""
    x = 2 * np.pi * level - np.pi
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def test_indices_of_the_ishigami_function():
    """The published indices, to 0.02; each lies in its interval, but for luck."""
    table = variance_indices(ishigami, ["a", "b", "c"], n=4096, seed=1)
    assert table["input"].tolist() == ["a", "b", "c"]
    np.testing.assert_allclose(table["first_order"], [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(table["total_order"], [0.5576, 0.4424, 0.2437], atol=0.02)
    assert (table["first_low"] < table["first_order"]).all()
    assert (table["first_order"] < table["first_high"]).all()
    assert (table["total_low"] < table["total_order"]).all()
    assert (table["total_order"] < table["total_high"]).all()
    assert ((table["total_high"] - table["total_low"]) < 0.2).all()


def test_indices_of_a_sum_and_of_nothing():
    """3 x + 4 y: 9 and 16 of 25, alone as with others; an input without effect has 0."""
    table = variance_indices(lambda u: 3 * u[0] + 4 * u[1], ["x", "y", "z"], n=1024)
    np.testing.assert_allclose(table["first_order"], [0.36, 0.64, 0.0], atol=0.01)
    np.testing.assert_allclose(table["total_order"], [0.36, 0.64, 0.0], atol=0.01)
    assert table.iloc[2, 1:].tolist() == [0.0] * 6


def test_one_input_has_all_the_variance():
    """Alone it has every share; what does not vary is refused all the same."""
    table = variance_indices(lambda u: u[0] ** 2, ["x"], n=64)
    assert table.columns.tolist() == no_indices().columns.tolist()
    assert table.to_numpy().tolist() == [["x", *[1.0] * 6]]
    with pytest.raises(ValueError, match="does not vary"):
        variance_indices(lambda u: 0 * u[0], ["x"])


def test_intervals_of_the_indices_hold_the_truth():
    """Of 30 seeds the interval has the published index in at least 24, for each input and order."""
    truth = {"first": [0.3139, 0.4424, 0.0], "total": [0.5576, 0.4424, 0.2437]}
    tables = [variance_indices(ishigami, list("abc"), n=128, seed=seed) for seed in range(30)]
    for order, values in truth.items():
        held = sum((t[f"{order}_low"] <= values) & (values <= t[f"{order}_high"]) for t in tables)
        assert (held >= 24).all(), (order, held.tolist())


def test_indices_repeat_themselves():
    """One seed, the same numbers; another seed, others."""
    one, two, other = (variance_indices(ishigami, list("abc"), 64, s) for s in (0, 0, 1))
    pd.testing.assert_frame_equal(one, two)
    assert (one["first_order"] != other["first_order"]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"correlated": [("x", "y")]}, "x and y are correlated.*Remove the correlation"),
        ({"n": 100}, "power of two, not 100"),
        ({"function": lambda u: 0 * u[0] + 3.0}, "does not vary"),
    ],
)
def test_senseless_indices_are_refused(options, message):
    """Correlated inputs, a wrong number of points and a constant are named."""
    function = options.pop("function", lambda u: u[0] + u[1])
    with pytest.raises(ValueError, match=message):
        variance_indices(function, ["x", "y"], **options)
