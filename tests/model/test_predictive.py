"""Predictive distributions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats

from forecast.model import links
from forecast.model.kalman import SlopeProcess
from forecast.model.predictive import (
    POINTS,
    LinkPredictive,
    PooledPredictive,
    RatioPredictive,
    select,
)
from twins import Twin

SAME_ALGEBRA = 1e-9
"""Two ways to do the same linear algebra in double precision."""
ROOT = 1e-8
"""The root of a quantile function is searched until t is settled to ten digits."""
EVEN_POINTS = 0.03
"""Largest error of a probability among 512 evenly spread futures."""
MONTE_CARLO = 4.0
"""Standard errors of a mean over many draws."""
N = np.nan

AHEAD = np.array([0.5, 1.0, 2.0, 5.0])
GRID = (SlopeProcess(0.05, 0.88), SlopeProcess(0.6, 0.7, 0.2), SlopeProcess(0.4, 1.0))
WEIGHTS = np.array([0.5, 0.3, 0.2])
NOISE = np.array([0.8, 1.1, 0.6])
FIGURES = np.array([1.0, 1.4, 1.2, 2.1, 3.0, 3.3])
YEARS = np.array([2014.0, 2015.0, 2017.0, 2018.0, 2019.5, 2021.0])


def twins(freedom=0.3, figures=FIGURES):
    """One twin for each pace of the grid, with a break before the third figure."""
    breaks = np.arange(len(figures)) == 2
    return [
        Twin(
            figures,
            YEARS[-len(figures) :],
            breaks,
            p.variance_ratio,
            p.autocorrelation,
            p.measurement_share,
            freedom,
        )
        for p in GRID
    ]


def path_of(freedom=0.3, pace=0.2, link="log", **columns):
    """Path whose state is that of the twins; the long pace apart, as `LinkPredictive` has it."""
    rows = []
    for known, free in zip(twins(0.0), twins(freedom), strict=True):
        mean, cov = free.state(pace)
        held, own = known.state(0.0)
        response = held[:2] - known.state(1.0)[0][:2]
        rows.append(
            (mean[0], mean[2], mean[1], own[0, 0], own[0, 1], own[1, 1], cov[2, 2], *response)
        )
    columns_of = [np.array([row]) for row in zip(*rows, strict=True)]
    level, long, own, p11, p12, p22, p33, r1, r2 = columns_of
    one, none = np.ones(1), np.zeros(1)
    path = LinkPredictive(
        link, 1.0, one, none, one, GRID, WEIGHTS[None], level, long, own, p11, p12, p22, p33,
        r1, r2, NOISE[None], none, none, none, 1.0, 0.0,
    )  # fmt: skip
    return replace(path, **columns)


def flat(link, loc, scale, *, weight=1.0, rows=1, unit=1.0, slope=0.0):
    """Path at a location with a scale that is the same in each year; shares reach beyond 0-100."""
    one, none = np.ones(rows), np.zeros(rows)
    each, nothing = np.ones((rows, 1)), np.zeros((rows, 1))
    ends = (-0.5 * one, 100.5 * one) if link in ("logit", "cloglog") else (none, one)
    scale = np.broadcast_to(np.asarray(scale, float), rows)
    return LinkPredictive(
        link, weight, unit * one, *ends, (SlopeProcess(0.0, 1.0),), each, loc * each, slope * each,
        *[nothing] * 8, scale**2 / 2.0, none, none, 1.0, 0.0,
    )  # fmt: skip


def blend_of(*paths, df=5.0, shift=0.0, stretch=1.0, **columns):
    """Join paths of one series or more; no bounds, no ratchet."""
    first = paths[0]
    rows = len(first.unit)
    one = np.ones(rows)
    whole = {"lower": -np.inf * one, "upper": np.inf * one, "latest": 0.0 * one}
    whole["ratchet"] = np.zeros(rows, bool)
    whole |= {k: np.broadcast_to(v, rows) for k, v in columns.items()}
    return PooledPredictive(
        np.arange(rows), paths, df * one, shift * one, stretch, shared=0.0, own_share=0.0 * one,
        peers=0.0 * one, **whole,
    )  # fmt: skip


# --- Path ---


@pytest.mark.parametrize("freedom", [0.0, 0.3, 5.0])
@pytest.mark.parametrize("m", range(3))
def test_moments_of_a_pace_are_the_predictive_twin(m, freedom):
    """Given sigma^2 the forecast's mean and variance are those of the joint covariance matrix."""
    weight = np.zeros((1, 3))
    weight[0, m] = 1.0
    path = path_of(freedom, process_weight=weight)
    mean, cov = twins(freedom)[m].future(AHEAD, 0.2)
    loc, scale = path.moments(AHEAD[None])
    np.testing.assert_allclose(loc[0], mean, rtol=SAME_ALGEBRA)
    np.testing.assert_allclose(scale[0] ** 2, NOISE[m] * np.diag(cov), rtol=SAME_ALGEBRA)


def mixture(freedom=0.3):
    """Mean and covariance of the mixture over the grid, from the twins."""
    found = [twin.future(AHEAD, 0.2) for twin in twins(freedom)]
    mean = sum(w * m for w, (m, _) in zip(WEIGHTS, found, strict=True))
    within = sum(w * s * c for w, s, (_, c) in zip(WEIGHTS, NOISE, found, strict=True))
    apart = sum(w * np.outer(m - mean, m - mean) for w, (m, _) in zip(WEIGHTS, found, strict=True))
    return mean, within + apart


def test_paces_are_joined_by_their_moments():
    """Variance of the mixture: the mean variance plus the variance of the means."""
    mean, cov = mixture()
    loc, scale = path_of().moments(AHEAD[None])
    np.testing.assert_allclose(loc[0], mean, rtol=SAME_ALGEBRA)
    np.testing.assert_allclose(scale[0] ** 2, np.diag(cov), rtol=SAME_ALGEBRA)


def test_what_comes_on_top_of_the_moments():
    """Spread scales the deviation by the horizon; lasting noise, rounding and shock are added."""
    _, cov = mixture()
    extra = {"noise_floor": 0.05, "rounding_variance": 0.02, "shock_variance": 0.03}
    columns = {name: np.array([v]) for name, v in extra.items()}
    path = path_of(spread=0.8, spread_growth=-0.3, **columns)
    factor = 0.8 * (AHEAD / 2.0) ** -0.3
    expected = np.diag(cov) * factor**2 + 0.05 * AHEAD + 2 * 0.02 + 0.03 * (AHEAD + AHEAD**2 / 8)
    np.testing.assert_allclose(path.moments(AHEAD[None])[1][0] ** 2, expected, rtol=SAME_ALGEBRA)


def test_years_are_correlated_as_the_twin_says():
    """The correlation is that of the mixture's joint predictive covariance matrix."""
    _, cov = mixture()
    sd = np.sqrt(np.diag(cov))
    found = path_of().correlation(AHEAD[None])[0]
    np.testing.assert_allclose(found, cov / np.outer(sd, sd), rtol=SAME_ALGEBRA)


def test_lasting_noise_and_shock_are_shared_by_later_years():
    """Lasting noise adds up like a random walk, the shock with eight years behind."""
    _, cov = mixture()
    path = path_of(noise_floor=np.array([0.5]), shock_variance=np.array([0.3]))
    first = np.minimum.outer(AHEAD, AHEAD)
    cov = cov + 0.5 * first + 0.3 * (first + np.outer(AHEAD, AHEAD) / 8.0)
    sd = np.sqrt(np.diag(cov))
    found = path.correlation(AHEAD[None])[0]
    np.testing.assert_allclose(found, cov / np.outer(sd, sd), rtol=SAME_ALGEBRA)


def two_series():
    """Two series with states of their own, the second one moved and noisier."""
    one, other = path_of(), path_of(freedom=2.0, pace=-0.4)
    other = replace(other, level=other.level + 1.0, noise_variance=2.0 * other.noise_variance)
    join = {
        name: np.concatenate([value, getattr(other, name)])
        for name, value in vars(one).items()
        if isinstance(value, np.ndarray)
    }
    return one, other, replace(one, **join)


def test_each_series_has_its_own_years_ahead():
    """Series of a batch may be asked for different years, and get what they get alone."""
    one, other, both = two_series()
    for years in (np.array([AHEAD, AHEAD + 0.75]), np.array([AHEAD, AHEAD])):
        for got, first, second in zip(
            (*both.moments(years), both.correlation(years)),
            (*one.moments(years[:1]), one.correlation(years[:1])),
            (*other.moments(years[1:]), other.correlation(years[1:])),
            strict=True,
        ):
            np.testing.assert_allclose(got, np.concatenate([first, second]), rtol=1e-13)


def test_own_share_is_what_figures_removed():
    """The share of the pace's variance that is gone; none without figures or pace."""
    left = [twin.state(0.0)[1][1, 1] for twin in twins(0.0)]
    expected = sum(
        w * (1 - v / p.variance_ratio) for w, v, p in zip(WEIGHTS, left, GRID, strict=True)
    )
    np.testing.assert_allclose(path_of().own_share(), expected, rtol=SAME_ALGEBRA)
    assert flat("log", 0.0, 1.0).own_share() == 0.0
    before = np.array([[p.variance_ratio for p in GRID]])
    np.testing.assert_allclose(path_of(slope_variance=before).own_share(), 0.0, atol=1e-15)


@pytest.mark.parametrize("link", links.LINKS)
def test_a_scale_has_a_unit(link):
    """Values, scale and slope are measured in the path's unit."""
    path = flat(link, 0.0, 1.0, unit=4.0)
    y = np.array([[20.0, 50.0, 80.0]])
    z = path.to_link(y)
    np.testing.assert_allclose(z, links.transform(link, y, path.floor, path.cap) / 4.0)
    np.testing.assert_allclose(path.from_link(z), y)
    slope = (path.from_link(z + 1e-5) - path.from_link(z - 1e-5)) / 2e-5
    np.testing.assert_allclose(path.derivative(y), slope, rtol=1e-6)


# --- Blend ---


@pytest.mark.parametrize("link", links.LINKS)
@pytest.mark.parametrize("df", [1.5, 4.0, 30.0])
def test_one_path_is_a_student_t(link, df):
    """A blend of one path is SciPy's Student-t on the link scale."""
    path = flat(link, 0.4, 0.7)
    blend = blend_of(path, df=df)
    levels = [0.001, 0.1, 0.5, 0.9, 0.99]
    known = stats.t(df, 0.4, 0.7)
    values = blend.quantiles(levels, np.array([[1.0]]))[:, 0, 0]
    np.testing.assert_allclose(values, path.from_link(known.ppf(levels)[None])[0], rtol=1e-9)
    y = path.from_link(np.array([[-2.0, 0.0, 0.4, 3.0]]))
    share = blend.cdf(y, np.ones((1, 4)))
    np.testing.assert_allclose(share[0], known.cdf([-2.0, 0.0, 0.4, 3.0]), rtol=1e-9)


def test_quantiles_of_two_paths_are_averaged():
    """The quantile is the weighted mean of the paths' own quantiles."""
    one, two = flat("logit", 0.3, 0.5, weight=0.7), flat("identity", 55.0, 9.0, weight=0.3)
    levels, ahead = [0.02, 0.3, 0.5, 0.8, 0.99], np.array([[1.0, 2.0]])
    found = blend_of(one, two).quantiles(levels, ahead)
    alone = [blend_of(replace(p, weight=1.0)).quantiles(levels, ahead) for p in (one, two)]
    np.testing.assert_allclose(found, 0.7 * alone[0] + 0.3 * alone[1], rtol=1e-12)


def test_recalibration_shifts_and_stretches_t():
    """A probability is that of shift + stretch t: by hand on a linear path."""
    blend = blend_of(flat("identity", 10.0, 2.0), df=6.0, shift=0.3, stretch=1.5)
    t = stats.t(6.0).ppf([0.1, 0.6])
    ahead = np.ones((1, 1))
    values = 10.0 + 2.0 * (0.3 + 1.5 * t)
    np.testing.assert_allclose(blend.quantiles([0.1, 0.6], ahead)[:, 0, 0], values, rtol=1e-12)
    np.testing.assert_allclose(blend.t_score(values[None], np.ones((1, 2)))[0], t, rtol=1e-12)
    np.testing.assert_allclose(blend.cdf(values[None], np.ones((1, 2)))[0], [0.1, 0.6], rtol=1e-12)
    np.testing.assert_allclose(
        blend.values_at(t[None, :, None], ahead)[0, :, 0], values, rtol=1e-12
    )


PLACES = {
    "identity": st.tuples(st.floats(-20.0, 120.0), st.floats(0.5, 20.0)),
    "log": st.tuples(st.floats(2.0, 5.0), st.floats(0.02, 0.5)),
    "logit": st.tuples(st.floats(-3.0, 3.0), st.floats(0.05, 1.5)),
    "cloglog": st.tuples(st.floats(-1.0, 3.0), st.floats(0.05, 1.5)),
}
PARTS = st.lists(
    st.sampled_from(links.LINKS).flatmap(
        lambda link: st.tuples(st.just(link), PLACES[link], st.floats(0.1, 1.0))
    ),
    min_size=1,
    max_size=4,
)


def joined(parts, **options):
    """Blend of drawn parts, weights summing to one."""
    total = sum(weight for _, _, weight in parts)
    paths = [flat(link, *place, weight=weight / total) for link, place, weight in parts]
    return blend_of(*paths, **options)


@settings(max_examples=150)
@given(PARTS, st.floats(2.0, 40.0), st.floats(-0.5, 0.5), st.floats(0.5, 2.0),
       st.floats(0.001, 0.999))  # fmt: skip
def test_quantiles_and_probabilities_undo_each_other(parts, df, shift, stretch, level):
    """P(value <= Q(p)) = p and Q(P(value <= y)) = y inside the bounds, at them a clip."""
    blend = joined(parts, df=df, shift=shift, stretch=stretch, lower=0.0, upper=100.0)
    ahead = np.ones((1, 1))
    value = blend.quantiles([level], ahead)[0]
    share = blend.cdf(value, ahead)[0, 0]
    assert 0.0 <= value[0, 0] <= 100.0
    if value[0, 0] == 100.0:
        assert share == 1.0
    elif value[0, 0] == 0.0:
        assert share >= level - ROOT
    else:
        assert share == pytest.approx(level, abs=ROOT)
        np.testing.assert_allclose(blend.quantiles([share], ahead)[0], value, rtol=1e-6)


def stands(blend, y):
    """Draw at the t where y stands."""
    t = blend.t_score(np.full((1, 1), y), np.ones((1, 1)))
    return blend.values_at(t[:, None], np.ones((1, 1)))[0, 0, 0]


@settings(max_examples=100)
@given(PARTS, st.floats(0.5, 99.5))
def test_a_value_stands_where_it_is_drawn(parts, y):
    """Drawing at the t where a value stands gives the value."""
    blend, at = joined(parts), np.full((1, 1), y)
    own = [(path.to_link(at)[0, 0] - path.level[0, 0]) / path.moments(np.ones((1, 1)))[1][0, 0]
           for path in blend.components]  # fmt: skip
    # Where the paths disagree by more, nothing but 0 or 1 is left of a probability.
    assume(np.ptp(own) < 30.0)
    np.testing.assert_allclose(stands(blend, y), y, rtol=ROOT)


@pytest.mark.parametrize("times", [0.01, 2.0, 10.0, 100.0, 1000.0])
def test_a_value_far_out_stands_where_it_is_drawn(times):
    """The same for a value many times the present one, where linear and log paths disagree."""
    parts = flat("log", 0.0, 0.1, weight=0.5), flat("identity", 1.0, 0.05, weight=0.5)
    np.testing.assert_allclose(stands(blend_of(*parts), times), times, rtol=ROOT)


def bisected(blend, y):
    """The t of a value by bisection alone, between the components' own answers."""
    low, high = -1e6, 1e6
    for _ in range(100):
        t = 0.5 * (low + high)
        above = blend.values_at(np.full((1, 1, 1), t), np.ones((1, 1)))[0, 0, 0] > y
        low, high = (low, t) if above else (t, high)
    return low


@settings(max_examples=60)
@given(PARTS, st.floats(0.01, 1e6), st.floats(2.0, 40.0))
def test_the_root_search_ends_at_the_root(parts, y, df):
    """However far the components disagree, a probability is that of plain bisection."""
    blend = joined(parts, df=df)
    found = blend.cdf(np.full((1, 1), y), np.ones((1, 1)))[0, 0]
    assert found == pytest.approx(stats.t(df).cdf(bisected(blend, y)), abs=1e-6)


@given(PARTS, st.lists(st.floats(-10.0, 110.0), min_size=2, max_size=6))
@example(parts=[("log", (2.0, 0.421875), 0.5), ("logit", (0.0, 1.0), 0.625)], values=[0.0, 0.0])
def test_probabilities_rise(parts, values):
    """A larger value has no smaller probability below it, and all are probabilities."""
    blend = joined(parts, lower=0.0, upper=100.0)
    y = np.sort(values)[None]
    share = blend.cdf(y, np.ones(y.shape))[0]
    assert (np.diff(share) >= -1e-9).all()
    assert ((share >= 0.0) & (share <= 1.0)).all()
    assert (share[y[0] < 0.0] == 0.0).all()
    assert (share[y[0] >= 100.0] == 1.0).all()


def test_what_lies_beyond_the_cap_is_reported_as_the_cap():
    """100 % is reachable: what the path puts beyond it stands at it, and no mass is lost."""
    path = flat("logit", 5.0, 1.0)
    blend = blend_of(path, df=4.0, lower=0.0, upper=100.0)
    beyond = 1.0 - stats.t(4.0, 5.0, 1.0).cdf(path.to_link(np.array([[100.0]]))[0, 0])
    assert 0.3 < beyond < 0.7
    below = blend.cdf(np.array([[100.0 - 1e-9, 100.0, 101.0, -1e-9]]), np.ones((1, 4)))[0]
    assert below[0] == pytest.approx(1.0 - beyond, abs=1e-7)
    assert below[1:].tolist() == [1.0, 1.0, 0.0]
    top = blend.quantiles([1.0 - beyond - 0.01, 1.0 - beyond + 0.01], np.ones((1, 1)))[:, 0, 0]
    assert top[0] < 100.0 == top[1]


def test_what_lies_below_zero_is_reported_as_zero():
    """At the floor the probability is all that the path puts at it or below."""
    blend = blend_of(flat("identity", 1.0, 2.0), df=4.0, lower=0.0)
    mass = stats.t(4.0, 1.0, 2.0).cdf(0.0)
    ahead = np.ones((1, 1))
    assert blend.cdf(np.zeros((1, 1)), ahead)[0, 0] == pytest.approx(mass)
    assert blend.quantiles([mass - 0.05], ahead)[0, 0, 0] == 0.0
    assert blend.values_at(np.full((1, 1, 1), -9.0), ahead)[0, 0, 0] == 0.0


def test_absurd_values_do_not_warn():
    """A target of the wrong unit, 10,000 times the present value, has an answer and no warning."""
    parts = flat("log", 0.0, 0.1, weight=0.5), flat("identity", 1.0, 0.1, weight=0.5)
    share = blend_of(*parts).cdf(np.array([[1e-4, 1e4, 1e8]]), np.ones((1, 3)))[0]
    assert share[0] == pytest.approx(0.0, abs=1e-3)
    np.testing.assert_allclose(share[1:], 1.0, atol=1e-6)


def test_series_of_a_blend_do_not_touch():
    """Tails, shift, bounds and years are each series' own."""
    one, other, both = two_series()
    blend = replace(
        blend_of(both, shift=0.1), df=np.array([3.0, 9.0]), shift=np.array([0.2, -0.2]),
        lower=np.array([0.0, 5.0]), upper=np.array([30.0, 60.0]),
    )  # fmt: skip
    ahead = np.array([[1.0, 2.0], [1.5, 4.0]])
    y, t = np.array([[12.0, 20.0], [40.0, 50.0]]), np.full((2, 3, 2), 0.7)
    for i, path in enumerate((one, other)):
        alone = replace(select(blend, np.array([i])), components=(path,))
        at = np.array([i])
        for name, given_ in (("cdf", (y,)), ("t_score", (y,)), ("values_at", (t,))):
            got = getattr(blend, name)(*given_, ahead)[i]
            own = getattr(alone, name)(given_[0][at], ahead[at])[0]
            np.testing.assert_allclose(got, own, rtol=1e-12)
        got = blend.quantiles([0.1, 0.9], ahead)[:, i]
        np.testing.assert_allclose(got, alone.quantiles([0.1, 0.9], ahead[at])[:, 0], rtol=1e-12)


def test_several_values_a_year_are_asked_at_once():
    """Values (series, several, years) stand where each of them does alone, kept highest or not."""
    _, _, both = two_series()
    blend = blend_of(both, latest=9.0, ratchet=np.array([False, True]), upper=90.0)
    ahead = np.array([[1.0, 2.0], [1.5, 4.0]])
    y = np.array(
        [[[5.0, 20.0], [50.0, 95.0], [7.0, 8.0]], [[12.0, 30.0], [1.0, 60.0], [40.0, 90.0]]]
    )
    for name in ("cdf", "t_score"):
        whole = getattr(blend, name)(y, ahead)
        for i in range(3):
            alone = getattr(blend, name)(y[:, i], ahead)
            np.testing.assert_allclose(whole[:, i], alone, rtol=1e-12)


# --- futures ---


def test_points_have_the_closed_form_marginals():
    """Evenly spread futures have each year's Student-t, whatever the years and tails."""
    blend = blend_of(path_of(), df=3.0)
    years = np.arange(1.0, 9.0)
    for df in (2.5, 10.0):
        t = replace(blend, df=np.array([df])).points(years[None])
        assert t.shape == (1, POINTS, 8)
        for year in range(8):
            share = stats.t(df).cdf(np.sort(t[0, :, year]))
            gap = np.abs(share - (np.arange(POINTS) + 0.5) / POINTS).max()
            assert gap < EVEN_POINTS


def test_points_are_correlated_as_the_path_is():
    """Rank correlations of the futures are those of a multivariate Student-t."""
    blend = blend_of(path_of(), df=200.0)
    years = np.array([[1.0, 2.0, 5.0]])
    found = np.corrcoef(blend.points(years)[0].T)
    np.testing.assert_allclose(found, path_of().correlation(years)[0], atol=EVEN_POINTS)


def test_years_of_a_future_share_their_tail():
    """A future that is far out is so in all years: one scale for each, as a Student-t has."""
    far = replace(
        flat("identity", 0.0, 1.0),
        noise_variance=np.ones((1, 1)),
        processes=(SlopeProcess(0.0, 1.0, 1.0),),
    )
    t = blend_of(far, df=2.0).points(np.array([[1.0, 2.0]]))[0]
    both = stats.spearmanr(np.abs(t[:, 0]), np.abs(t[:, 1])).statistic
    assert np.abs(far.correlation(np.array([[1.0, 2.0]]))[0, 0, 1]) < 1e-12
    assert both > 0.1


def test_points_are_the_same_at_every_call():
    """Chance that cannot change an answer: the futures are the same each time and for each row."""
    _, _, both = two_series()
    blend, years = blend_of(both), np.array([[1.0, 3.0], [1.0, 3.0]])
    np.testing.assert_array_equal(blend.points(years), blend.points(years))
    alone = select(blend, np.array([1])).points(years[1:])
    np.testing.assert_allclose(blend.points(years)[1], alone[0], rtol=1e-12)


def test_the_correlation_is_the_heaviest_paths():
    """A blend takes the correlation of its heaviest path."""
    light = flat("log", 0.0, 1.0, weight=0.3, slope=0.1)
    heavy = path_of(weight=0.7)
    years = np.array([[1.0, 2.0]])
    for paths in ((light, heavy), (heavy, light)):
        np.testing.assert_array_equal(blend_of(*paths).correlation(years), heavy.correlation(years))


def kept(**columns):
    """One series that keeps its highest value, at 20 now."""
    return blend_of(path_of(pace=0.0), df=6.0, ratchet=True, latest=20.0, **columns)


def test_the_highest_is_the_running_maximum():
    """Probabilities of the highest value are those of many draws of whole paths."""
    blend, last = kept(), 4
    years = np.arange(1.0, last + 1.0)
    rng = np.random.default_rng(0)
    draws = 40000
    root = np.linalg.cholesky(path_of(pace=0.0).correlation(years[None])[0])
    t = rng.standard_normal((draws, last)) @ root.T
    t = t / np.sqrt(rng.chisquare(6.0, draws) / 6.0)[:, None]
    values = np.maximum(
        np.maximum.accumulate(blend.values_at(t[None], years[None])[0], axis=1), 20.0
    )
    y = np.array([[21.0, 25.0, 40.0, 80.0]])
    for year in (2, 4):
        found = blend.cdf(y, np.full((1, 4), float(year)))[0]
        expected = (values[:, year - 1, None] <= y[0]).mean(axis=0)
        np.testing.assert_allclose(found, expected, atol=EVEN_POINTS)


def test_the_highest_never_falls_and_starts_at_the_latest():
    """Futures of a ratchet rise from the latest figure, and years between the asked ones count."""
    blend = kept()
    each = blend.running_maximum(np.array([[1.0, 2.0, 3.0]]))
    assert (each >= 20.0).all()
    assert (np.diff(each, axis=2) >= 0.0).all()
    np.testing.assert_allclose(blend.running_maximum(np.array([[3.0]]))[0, :, 0], each[0, :, 2])
    middle = blend.running_maximum(np.array([[0.5, 2.5]]))
    assert middle.shape == (1, POINTS, 2)
    assert (np.diff(middle, axis=2) >= 0.0).all()


def test_a_ratchet_never_reports_less_than_it_has():
    """Below the latest figure lies nothing; quantiles start there and rise with the years."""
    blend = kept()
    ahead = np.array([[1.0, 2.0, 5.0]])
    assert (blend.cdf(np.full((1, 3), 19.999), ahead) == 0.0).all()
    values = blend.quantiles([0.05, 0.5, 0.95], ahead)
    assert (values >= 20.0).all()
    assert (np.diff(values, axis=2) >= 0.0).all()
    share = blend.cdf(values[1], ahead)
    np.testing.assert_allclose(share, 0.5, atol=1.0 / POINTS)


def test_a_ratchet_leaves_the_others_alone():
    """In a batch with one ratchet the other series keep their closed form."""
    _, _, both = two_series()
    plain = blend_of(both, latest=9.0)
    mixed = replace(plain, ratchet=np.array([True, False]))
    ahead, y = np.array([[1.0, 2.0]] * 2), np.array([[12.0, 20.0]] * 2)
    np.testing.assert_array_equal(mixed.cdf(y, ahead)[1], plain.cdf(y, ahead)[1])
    np.testing.assert_array_equal(
        mixed.quantiles([0.2, 0.7], ahead)[:, 1], plain.quantiles([0.2, 0.7], ahead)[:, 1]
    )
    assert mixed.cdf(y, ahead)[0, 1] < plain.cdf(y, ahead)[0, 1] - 0.05


def test_series_of_a_ratchet_have_their_own_years():
    """Series asked for different years get what they get alone."""
    _, _, both = two_series()
    blend = blend_of(both, ratchet=True, latest=np.array([5.0, 9.0]))
    ahead = np.array([[1.0, 3.0], [0.5, 2.0]])
    whole = blend.running_maximum(ahead)
    for i in range(2):
        alone = select(blend, np.array([i])).running_maximum(ahead[i : i + 1])
        np.testing.assert_allclose(whole[i], alone[0], rtol=1e-12)


# --- Quotient ---


def quotient_of(top, bottom, latest):
    """Ratio of two paths, at its own latest figure."""
    one = np.ones(1)
    return RatioPredictive("log", 1.0, one, 0.0 * one, one, np.log([latest]), top, bottom)


def test_a_quotient_moves_by_the_difference_of_its_parts():
    """Moments of the log ratio are those of drawn numerators over drawn denominators."""
    top, bottom = path_of(), path_of(freedom=1.0, pace=-0.1)
    bottom = replace(bottom, level=bottom.level + 2.0, noise_variance=0.3 * bottom.noise_variance)
    loc, scale = quotient_of(top, bottom, 7.0).moments(AHEAD[None])
    rng, draws = np.random.default_rng(1), 200_000
    move = []
    for part in (top, bottom):
        mean, sd = (m[0] for m in part.moments(AHEAD[None]))
        level = (part.process_weight * part.level).sum()
        move.append(rng.normal(mean - level, sd, (draws, 4)))
    ratio = np.log(7.0) + move[0] - move[1]
    error = MONTE_CARLO * ratio.std(axis=0) / np.sqrt(draws)
    assert (np.abs(loc[0] - ratio.mean(axis=0)) < error).all()
    np.testing.assert_allclose(scale[0], ratio.std(axis=0), rtol=MONTE_CARLO / np.sqrt(2.0 * draws))


def test_a_quotient_in_closed_form():
    """Locations subtract, variances add; the start is the ratio's own latest figure."""
    top, bottom = flat("log", 5.0, 0.3, slope=0.04), flat("log", 2.0, 0.4, slope=0.01)
    ahead = np.array([[1.0, 10.0]])
    loc, scale = quotient_of(top, bottom, 3.0).moments(ahead)
    np.testing.assert_allclose(loc[0], np.log(3.0) + 0.03 * ahead[0], rtol=1e-8)
    np.testing.assert_allclose(scale[0], 0.5, rtol=1e-12)


def test_a_quotient_blends_and_correlates():
    """A quotient is a path like any other: quantiles are log t, years correlate as the top's."""
    ratio = quotient_of(path_of(), flat("log", 1.0, 0.2), 7.0)
    np.testing.assert_array_equal(
        ratio.correlation(AHEAD[None]), path_of().correlation(AHEAD[None])
    )
    blend = blend_of(ratio, df=7.0)
    loc, scale = ratio.moments(np.array([[2.0]]))
    found = blend.quantiles([0.2], np.array([[2.0]]))[0, 0, 0]
    np.testing.assert_allclose(found, np.exp(stats.t(7.0, loc, scale).ppf(0.2))[0, 0], rtol=1e-12)


# --- select ---


def test_select_takes_series_of_nested_records():
    """Every array of a blend, its paths and its quotient's parts is cut along its series."""
    _, _, both = two_series()
    ratio = quotient_of(both, both, 3.0)
    ratio = replace(ratio, latest=np.array([1.0, 2.0]), **{
        name: np.ones(2) for name in ("unit", "floor", "cap")
    })  # fmt: skip
    blend = blend_of(ratio, both)
    one = select(blend, np.array([1, 1, 0]))
    assert one.rows.tolist() == [1, 1, 0]
    assert one.components[0].latest.tolist() == [2.0, 2.0, 1.0]
    np.testing.assert_array_equal(one.components[0].numerator.level, both.level[[1, 1, 0]])
    np.testing.assert_array_equal(one.components[1].noise_variance, both.noise_variance[[1, 1, 0]])
    assert one.components[1].processes == GRID
    assert one.stretch == blend.stretch
    assert len(select(blend, slice(0, 1)).rows) == 1
