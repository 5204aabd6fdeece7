"""The recursion."""

import numpy as np
import pytest
from statsmodels.tsa.statespace.initialization import Initialization
from statsmodels.tsa.statespace.mlemodel import MLEModel
from statsmodels.tsa.statespace.structural import UnobservedComponents

from forecast.filtering import drift_sum, run_filter
from twins import Twin

FIGURES = np.array([50.0, 53.0, 51.5, 56.0, 60.0, 58.0, 63.5])


def run(z, t, extra=None, **options):
    """Run the filter on one series, or a batch with one slope variance."""
    z, t = np.atleast_2d(z), np.atleast_2d(t)
    extra = np.zeros(z.shape) if extra is None else np.atleast_2d(extra)
    options["slope_variance"] = np.full(len(z), options["slope_variance"])
    return run_filter(z, t, extra, **options)


def start_of(model, pace, variance):
    """Start with a free level and a normal prior of the slope."""
    start = Initialization(2)
    start.set(0, "diffuse")
    start.set(1, "known", constant=[pace], stationary_cov=[[variance]])
    model.ssm.initialize(start)


def compare(found, result, pace, count):
    """Level, slope, their variances and the likelihood against a state space filter."""
    level = found.level + pace * found.level_response
    slope = found.slope + pace * found.slope_response
    squares = found.squares - 2 * pace * found.cross + pace**2 * found.information
    state, cov = result.filtered_state[:, -1], result.filtered_state_cov[:, :, -1]
    np.testing.assert_allclose([level[0], slope[0]], state, rtol=1e-6)
    np.testing.assert_allclose(
        [found.level_variance[0], found.covariance[0], found.slope_variance[0]],
        [cov[0, 0], cov[0, 1], cov[1, 1]],
        rtol=1e-6,
        atol=1e-12,
    )
    llf = -0.5 * (count * np.log(2 * np.pi) + found.log_determinant[0] + squares[0])
    np.testing.assert_allclose(llf, result.llf, rtol=1e-6)


@pytest.mark.parametrize(
    ("trend", "rho"), [("local linear deterministic trend", 0.3), ("random walk with drift", 0.0)]
)
@pytest.mark.parametrize("gaps", [[], [2, 3]])
def test_undamped_filter_is_unobserved_components(trend, rho, gaps):
    """Without damping the filter is statsmodels' structural time series model, gaps included."""
    z = FIGURES.copy()
    z[gaps] = np.nan
    model = UnobservedComponents(z, trend)
    start_of(model, 1.5, 0.8)
    model.loglikelihood_burn = 0
    model.update([rho, 1 - rho] if rho else [1.0])
    result = model.ssm.filter()
    t = np.arange(len(z), dtype=float)
    found = run(z, t, damping=1.0, slope_variance=0.8, measurement=rho)
    compare(found, result, 1.5, len(z) - len(gaps))
    assert found.increments[0] == len(z) - len(gaps) - 1


@pytest.mark.parametrize("gaps", [[], [1, 4]])
def test_damped_filter_is_a_state_space_model(gaps):
    """With damping and rounding it is the state space model written with statsmodels."""
    z, extra = FIGURES.copy(), np.linspace(0.0, 0.9, len(FIGURES))
    z[gaps] = np.nan
    model = MLEModel(z, k_states=2, k_posdef=1)
    model["design"] = [[1.0, 0.0]]
    model["transition"] = [[1.0, 0.85], [0.0, 0.85]]
    model["selection"] = [[1.0], [0.0]]
    model["state_cov"] = [[0.7]]
    model["obs_cov"] = (0.3 + extra)[None, None, :]
    start_of(model, 1.5, 0.8)
    t = np.arange(len(z), dtype=float)
    found = run(z, t, extra, damping=0.85, slope_variance=0.8, measurement=0.3)
    compare(found, model.ssm.filter(), 1.5, len(z) - len(gaps))


@pytest.mark.parametrize("damping", [1.0, 0.8])
@pytest.mark.parametrize(
    "t",
    [
        [2015.0, 2016.0, 2017.0, 2018.0, 2019.0, 2020.0, 2021.0],
        [2010.0, 2011.0, 2014.0, 2015.0, 2019.0, 2020.0, 2021.0],
        [2017.5, 2018.0, 2019.0, 2019.25, 2020.0, 2021.0, 2021.5],
        [2017.0, 2018.0, 2018.0, 2019.0, 2020.0, 2021.0, 2021.0],
    ],
    ids=["yearly", "gaps", "fractions", "two figures at one time"],
)
def test_filter_is_the_full_covariance_twin(damping, t):
    """Level, slope, variances and sums equal conditioning on the whole covariance matrix."""
    t, extra, rho, lam = np.array(t), np.linspace(0.5, 0.1, 7), 0.2, 0.6
    found = run(FIGURES, t, extra, damping=damping, slope_variance=lam, measurement=rho)
    twin = Twin(FIGURES, t, extra, damping, lam, rho)
    sums = [found.squares, found.cross, found.information, found.log_determinant]
    np.testing.assert_allclose(np.ravel(sums), twin.sums(), rtol=1e-9)
    for pace in (0.0, 2.0):
        mean, cov = twin.state(pace)
        level = found.level + pace * found.level_response
        slope = found.slope + pace * found.slope_response
        np.testing.assert_allclose([level[0], slope[0]], mean, rtol=1e-9)
        np.testing.assert_allclose(
            [found.level_variance[0], found.covariance[0], found.slope_variance[0]],
            [cov[0, 0], cov[0, 1], cov[1, 1]],
            rtol=1e-9,
        )


def test_series_of_different_lengths_do_not_touch():
    """A batch, flush right, gives each series what it gets alone."""
    rng = np.random.default_rng(3)
    z, t = rng.normal(size=(4, 6)), np.tile(np.arange(6.0), (4, 1))
    for row in range(4):
        z[row, :row] = np.nan
    options = {"damping": 0.9, "slope_variance": 1.0, "measurement": 0.1}
    batch = run(z, t, **options)
    for row in range(4):
        alone = run(z[row, row:], t[row, row:], **options)
        for name, value in vars(alone).items():
            np.testing.assert_allclose(getattr(batch, name)[row], value[0], rtol=1e-12)


def test_one_figure_is_level_and_prior():
    """One figure sets the level with its own error and leaves the pace at the prior."""
    found = run([7.0], [2020.0], [0.5], damping=0.9, slope_variance=1.3, measurement=0.2)
    assert (found.level[0], found.level_response[0], found.slope_response[0]) == (7.0, 0.0, 1.0)
    assert (found.level_variance[0], found.slope_variance[0]) == (0.7, 1.3)
    assert found.increments[0] == found.information[0] == 0.0


def test_second_figure_of_a_day_without_error_is_passed_over():
    """Two different figures of one day, both called exact, do not end in NaN."""
    found = run([5.0, 6.0, 8.0], [1.0, 1.0, 2.0], damping=1.0, slope_variance=1.0, measurement=0.0)
    assert found.level[0] == 8.0
    assert found.slope[0] == 1.5
    assert found.increments[0] == 1


def test_drift_sum_adds_up():
    """The drift of a span is the sum of damped yearly paces, and spans join at any fraction."""
    np.testing.assert_allclose(drift_sum(np.array([3.0]), 0.8), 0.8 + 0.64 + 0.512)
    one, two = np.array([0.4]), np.array([1.3])
    joined = drift_sum(one, 0.8) + 0.8**one * drift_sum(two, 0.8)
    np.testing.assert_allclose(drift_sum(one + two, 0.8), joined)
    np.testing.assert_allclose(drift_sum(two, 1.0), two)


def test_input_is_untouched():
    """The arrays given are the same afterwards."""
    z, t, extra = FIGURES[None].copy(), np.arange(7.0)[None].copy(), np.full((1, 7), 0.1)
    run(z, t, extra, damping=0.9, slope_variance=1.0, measurement=0.1)
    np.testing.assert_array_equal(z, FIGURES[None])
    np.testing.assert_array_equal(t, np.arange(7.0)[None])
    assert (extra == 0.1).all()
