"""The recursion."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from statsmodels.tsa.statespace.initialization import Initialization
from statsmodels.tsa.statespace.mlemodel import MLEModel
from statsmodels.tsa.statespace.structural import UnobservedComponents

from forecast.model.kalman import SlopeProcess, process_covariance, run_filter, slope_integral
from twins import Twin, integral

SAME_ALGEBRA = 1e-9
"""Two ways to do the same linear algebra in double precision."""
SAME_STEPS = 1e-12
"""The same steps in another order: nothing but rounding."""
OTHER_LIBRARY = 1e-6
"""statsmodels starts its diffuse recursion by a limit of its own."""

FIGURES = np.array([50.0, 53.0, 51.5, 56.0, 60.0, 58.0, 63.5])
YEARLY = np.arange(2015.0, 2022.0)
NO = np.zeros(7, bool)
FADING_PROCESSES = {
    "fading": SlopeProcess(0.6, 0.85, 0.2),
    "shipped": SlopeProcess(0.33, 0.88),
    "lasting": SlopeProcess(0.6, 1.0, 0.2),
    "straight": SlopeProcess(0.0, 1.0),
    "no own pace": SlopeProcess(0.0, 0.9),
    "restless": SlopeProcess(3.0, 0.5),
    "blurred": SlopeProcess(0.025, 0.88, 0.6),
    "sharp": SlopeProcess(0.5, 0.9, 1e-6),
}
N = np.nan
YEARS = {
    "yearly": (YEARLY, []),
    "gaps": ([2010.0, 2011.0, 2014.0, 2015.0, 2019.0, 2020.0, 2021.0], []),
    "mid-year": ([2017.5, 2018.0, 2019.0, 2019.25, 2020.0, 2021.0, 2021.5], []),
    "a break": (YEARLY, [3]),
    "breaks and gaps": ([2010.0, 2011.0, 2014.0, 2015.0, 2019.0, 2019.5, 2021.0], [2, 5]),
    "a break at the end": (YEARLY, [6]),
    "a break at the start": (YEARLY, [0]),
    "breaks at each figure": (YEARLY, [1, 2, 3, 4, 5, 6]),
    "short": ([N, N, N, N, 2019.0, 2020.0, 2021.0], []),
    "holes": ([2015.0, N, 2017.0, 2018.0, N, 2020.0, 2021.0], [3]),
    "one figure": ([N, N, N, N, N, N, 2021.0], []),
}


def run(z, t, pace, breaks=None):
    """Run the filter with a pattern of its own for each series."""
    z, t = np.atleast_2d(np.asarray(z, float)), np.atleast_2d(np.asarray(t, float))
    breaks = np.zeros(z.shape, bool) if breaks is None else np.atleast_2d(breaks)
    return run_filter(np.where(np.isnan(t), np.nan, z), t, breaks, pace, np.arange(len(z)))


def assert_twin(found, twin, tolerance=SAME_ALGEBRA):
    """One series of the filter against its twin, at three prior paces."""
    sums = [found.squares, found.cross, found.information, found.log_determinant]
    close = {"rtol": tolerance, "atol": tolerance}
    np.testing.assert_allclose(np.ravel(sums), twin.sums(), **close)
    for pace in (0.0, 2.0, -0.7):
        mean, cov = twin.state(pace)
        level = found.level - pace * found.level_response
        own = found.slope - pace * found.slope_response
        np.testing.assert_allclose([level[0], own[0]], mean[:2], **close)
        np.testing.assert_allclose(
            np.ravel([found.level_variance, found.covariance, found.slope_variance]),
            [cov[0, 0], cov[0, 1], cov[1, 1]],
            **close,
        )


@pytest.mark.parametrize("pace", FADING_PROCESSES.values(), ids=FADING_PROCESSES)
@pytest.mark.parametrize("years", YEARS.values(), ids=YEARS)
def test_filter_is_the_full_covariance_twin(pace, years):
    """Sums, level, pace and their variances equal conditioning on the whole covariance matrix."""
    t, breaks = np.array(years[0]), years[1]
    breaks = np.isin(np.arange(7), breaks)
    z = np.where(np.isnan(t), np.nan, FIGURES)
    twin = Twin(z, t, breaks, pace.variance_ratio, pace.autocorrelation, pace.measurement_share)
    assert_twin(run(z, t, pace, breaks), twin)


SPANS = st.sampled_from([0.25, 0.5, 1.0, 1.0, 1.0, 2.0, 3.5])
STEPS = st.lists(st.tuples(SPANS, st.floats(-5, 5), st.integers(0, 4)), min_size=1, max_size=6)
ANY_PACE = st.builds(
    SlopeProcess,
    variance_ratio=st.floats(0.0, 3.0),
    autocorrelation=st.sampled_from([0.3, 0.7, 0.88, 0.99, 1.0]),
    measurement_share=st.sampled_from([0.01, 0.09, 0.6, 1.0]),
)


def series_of(steps):
    """Values, years and breaks (one step in five) from drawn steps."""
    span, z, chance = np.array(steps).T
    return z, 2000.0 + np.cumsum(span), chance == 0


@settings(max_examples=40)
@given(STEPS, ANY_PACE)
def test_filter_is_the_twin_whatever_the_figures(steps, pace):
    """The same holds for drawn figures, spans, breaks and paces."""
    z, t, breaks = series_of(steps)
    assert_twin(
        run(z, t, pace, breaks),
        Twin(z, t, breaks, pace.variance_ratio, pace.autocorrelation, pace.measurement_share),
        1e-8,
    )


def start_of(model, slope, variance):
    """Start with a free level and a normal prior of the pace."""
    start = Initialization(2)
    start.set(0, "diffuse")
    start.set(1, "known", constant=[slope], stationary_cov=[[variance]])
    model.ssm.initialize(start)


def assert_state_space(found, result, prior, count, shift=0.0):
    """Level, pace, their variances and the likelihood against a state space filter.

    `shift` is the part of the prior pace that the library's state includes.
    """
    level = found.level - prior * found.level_response
    own = found.slope - prior * found.slope_response + shift
    squares = found.squares - 2 * prior * found.cross + prior**2 * found.information
    state, cov = result.filtered_state[:, -1], result.filtered_state_cov[:, :, -1]
    np.testing.assert_allclose([level[0], own[0]], state, rtol=OTHER_LIBRARY)
    np.testing.assert_allclose(
        [found.level_variance[0], found.covariance[0], found.slope_variance[0]],
        [cov[0, 0], cov[0, 1], cov[1, 1]],
        rtol=OTHER_LIBRARY,
        atol=1e-12,
    )
    llf = -0.5 * (count * np.log(2 * np.pi) + found.log_determinant[0] + squares[0])
    np.testing.assert_allclose(llf, result.llf, rtol=OTHER_LIBRARY)


@pytest.mark.parametrize("blur", [0.3, 0.05])
@pytest.mark.parametrize("gaps", [[], [2, 3]])
def test_a_lasting_pace_is_unobserved_components(blur, gaps):
    """With memory 1 the filter is statsmodels' structural time series model, gaps included."""
    z = FIGURES.copy()
    z[gaps] = np.nan
    model = UnobservedComponents(z, "local linear deterministic trend")
    start_of(model, 1.5, 0.8)
    model.loglikelihood_burn = 0
    model.update([blur, 1 - blur])
    found = run(np.delete(z, gaps), np.delete(YEARLY, gaps), SlopeProcess(0.8, 1.0, blur))
    assert_state_space(found, model.ssm.filter(), 1.5, 7 - len(gaps), shift=1.5)


@pytest.mark.parametrize("t", [YEARLY, np.array(YEARS["mid-year"][0]), np.array(YEARS["gaps"][0])])
def test_a_fading_pace_is_a_state_space_model(t):
    """With memory it is statsmodels' filter of the stochastic differential equation.

    The steps come from matrix exponentials (Van Loan 1978, doi 10.1109/TAC.1978.1101743).
    """
    pace, prior = FADING_PROCESSES["fading"], 1.5
    kappa = -np.log(pace.autocorrelation)
    flow = np.array([[0.0, 1.0], [0.0, -kappa]])
    noise = np.diag([1.0 - pace.measurement_share, 2.0 * kappa * pace.variance_ratio])
    model = MLEModel(FIGURES, k_states=2, k_posdef=2)
    model["design"], model["selection"] = [[1.0, 0.0]], np.eye(2)
    model["obs_cov"] = [[pace.measurement_share]]
    transition, cov, intercept = np.zeros((2, 2, 7)), np.zeros((2, 2, 7)), np.zeros((2, 7))
    for j, span in enumerate(np.diff(t)):
        both = expm(span * np.block([[-flow, noise], [np.zeros((2, 2)), flow.T]]))
        transition[..., j] = both[2:, 2:].T
        cov[..., j] = both[2:, 2:].T @ both[:2, 2:]
        intercept[0, j] = prior * span
    model["transition"], model["state_cov"], model["state_intercept"] = transition, cov, intercept
    start_of(model, 0.0, pace.variance_ratio)
    assert_state_space(run(FIGURES, t, pace), model.ssm.filter(), prior, 7)


@given(STEPS, ANY_PACE, st.integers(-3000, 3000))
def test_the_origin_of_time_does_not_matter(steps, pace, shift):
    """Years may be counted from anywhere."""
    z, t, breaks = series_of(steps)
    one, other = run(z, t, pace, breaks), run(z, t + shift, pace, breaks)
    for name, value in vars(one).items():
        np.testing.assert_allclose(getattr(other, name), value, rtol=1e-9, atol=1e-9)


@given(STEPS, ANY_PACE, st.floats(-100, 100), st.floats(0.01, 100))
def test_moving_and_stretching_the_scale(steps, pace, shift, factor):
    """z -> shift + factor z moves and stretches the level, stretches the pace, squares squares."""
    z, t, breaks = series_of(steps)
    one, other = run(z, t, pace, breaks), run(shift + factor * z, t, pace, breaks)
    expected = replace(
        one,
        level=shift + factor * one.level,
        slope=factor * one.slope,
        squares=factor**2 * one.squares,
        cross=factor * one.cross,
    )
    size = 100.0 * factor + abs(shift)
    for name, value in vars(expected).items():
        close = 1e-10 * (size**2 / min(factor, 1.0) if name in ("squares", "cross") else size)
        np.testing.assert_allclose(getattr(other, name), value, rtol=1e-9, atol=close)


def batch():
    """Five series of two patterns of years, flush right, one with a break."""
    rng = np.random.default_rng(3)
    t = np.array([YEARLY, [N, N, 2012.5, 2015.0, 2018.0, 2020.0, 2021.0]])
    pattern = np.array([0, 1, 1, 0, 1])
    z = np.where(np.isnan(t[pattern]), np.nan, rng.normal(size=(5, 7)))
    return z, t, np.array([NO, np.arange(7) == 4]), pattern


@pytest.mark.parametrize("pace", [FADING_PROCESSES["fading"], FADING_PROCESSES["lasting"]])
def test_order_and_chunks_of_series_do_not_matter(pace):
    """A series gets the same in any company, order and pattern numbering."""
    z, t, breaks, pattern = batch()
    whole = run_filter(z, t, breaks, pace, pattern)
    for rows in ([4, 2, 0, 1, 3], [1, 2], [0], [4]):
        part = run_filter(z[rows], t, breaks, pace, pattern[rows])
        for name, value in vars(whole).items():
            np.testing.assert_array_equal(getattr(part, name), value[rows])
    turned = run_filter(z, t[::-1], breaks[::-1], pace, 1 - pattern)
    for name, value in vars(whole).items():
        np.testing.assert_array_equal(getattr(turned, name), value)


def test_series_alone_without_the_empty_columns():
    """Columns before a series' first figure add nothing."""
    z, t, breaks, pattern = batch()
    pace = FADING_PROCESSES["shipped"]
    whole = run_filter(z, t, breaks, pace, pattern)
    alone = run(z[1, 2:], t[1, 2:], pace, breaks[1, 2:])
    for name, value in vars(alone).items():
        np.testing.assert_allclose(getattr(whole, name)[1], value[0], rtol=SAME_STEPS)


def test_one_figure_is_level_and_prior():
    """One figure sets the level up to its blur and leaves the pace at the prior."""
    found = run([7.0], [2020.0], SlopeProcess(1.3, 0.9, 0.2))
    assert (found.level[0], found.level_response[0], found.slope_response[0]) == (7.0, 0.0, 0.0)
    assert (found.level_variance[0], found.covariance[0], found.slope_variance[0]) == (
        0.2,
        0.0,
        1.3,
    )
    assert found.information[0] == found.squares[0] == found.log_determinant[0] == 0.0


def test_figures_without_blur():
    """Where figures show the level itself, the last one is the level."""
    pace = SlopeProcess(0.5, 0.9, 0.0)
    found = run(FIGURES, YEARLY, pace)
    assert found.level_variance[0] == 0.0
    assert_twin(found, Twin(FIGURES, YEARLY, NO, 0.5, 0.9, 0.0))


def test_a_break_frees_the_level_and_keeps_the_pace():
    """After a break the level is the new figure's, while what was learned of the pace fades on."""
    pace = FADING_PROCESSES["fading"]
    before, after = run(FIGURES[:6], YEARLY[:6], pace), run(FIGURES, YEARLY, pace, YEARLY == 2021)
    np.testing.assert_allclose(after.slope, 0.85 * before.slope, rtol=SAME_STEPS)
    np.testing.assert_allclose(after.squares, before.squares, rtol=SAME_STEPS)
    assert after.level[0] == FIGURES[-1]
    assert (after.level_variance[0], after.covariance[0]) == (0.2, 0.0)


def test_an_empty_batch():
    """No series give no rows."""
    none = run_filter(
        np.empty((0, 3)),
        np.empty((0, 3)),
        np.empty((0, 3), bool),
        SlopeProcess(1.0, 0.9),
        np.empty(0, int),
    )
    assert all(len(value) == 0 for value in vars(none).values())


def test_input_is_untouched():
    """The arrays given are the same afterwards."""
    z, t, breaks, pattern = batch()
    before = [a.copy() for a in (z, t, breaks, pattern)]
    run_filter(z, t, breaks, FADING_PROCESSES["fading"], pattern)
    for old, new in zip(before, (z, t, breaks, pattern), strict=True):
        np.testing.assert_array_equal(old, new)


SPAN = np.array([0.25, 1.0, 2.0, 7.5])


@pytest.mark.parametrize("memory", [0.3, 0.88, 0.999, 1.0])
def test_drift_is_the_integral(memory):
    """A unit of pace makes the way of its fading, integrated over time."""
    way = [integral(lambda s: memory**s, 0.0, d) for d in SPAN]
    np.testing.assert_allclose(slope_integral(SPAN, memory), way, rtol=SAME_STEPS)


@pytest.mark.parametrize("memory", [0.3, 0.88, 0.97])
def test_wander_is_the_double_integral(memory):
    """The covariance that the pace adds is that of an integrated Ornstein-Uhlenbeck process."""

    def left(s, t):
        """Covariance of x(s) and x(t) when x(0) is known, per lambda."""
        return memory ** np.abs(s - t) - memory ** (s + t)

    for d in SPAN:
        level = integral(
            lambda s, d=d: np.array([integral(lambda t, a=a: left(a, t), 0.0, d, a) for a in s]),
            0.0,
            d,
        )
        both = integral(lambda s, d=d: left(s, d), 0.0, d)
        found = np.ravel(process_covariance(d, SlopeProcess(1.7, memory)))
        # The outer integral meets the kink of the inner one at its ends only.
        np.testing.assert_allclose(found, 1.7 * np.array([level, both, left(d, d)]), rtol=1e-9)


def test_a_pace_for_good_does_not_wander():
    """Memory 1 or no pace of its own add nothing."""
    for pace in (SlopeProcess(2.0, 1.0), SlopeProcess(0.0, 0.9)):
        assert not np.any(process_covariance(SPAN, pace))


@given(st.floats(0.05, 10.0), st.floats(0.05, 10.0), st.floats(0.2, 0.99))
def test_two_steps_are_one(first, second, memory):
    """Drift and covariance of a span are those of its two parts, one after the other."""
    pace = SlopeProcess(1.3, memory)
    whole, (a, b) = first + second, (slope_integral(d, memory) for d in (first, second))
    np.testing.assert_allclose(slope_integral(whole, memory), a + memory**first * b, rtol=1e-12)
    level, both, own = process_covariance(whole, pace)
    one, two = process_covariance(first, pace), process_covariance(second, pace)
    left = memory**second
    # Cancellation of 1 - phi^d for short spans.
    close = {"rtol": 1e-9, "atol": 1e-11 / np.log(memory) ** 2}
    np.testing.assert_allclose(level, one[0] + 2 * b * one[1] + b * b * one[2] + two[0], **close)
    np.testing.assert_allclose(both, left * (one[1] + b * one[2]) + two[1], **close)
    np.testing.assert_allclose(own, left**2 * one[2] + two[2], **close)
