"""Predictive distributions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats

from forecast.model import links
from forecast.model.predictive import (
    POINTS,
    LinkPredictive,
    PooledPredictive,
    RatioPredictive,
    course,
    select,
)

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
FADING = (0.97, 0.7, 1.0)


def path_of(rows=1, seed=3, link="log", **columns):
    """Path of three candidate paces, uncertain, with every kind of variance."""
    rng = np.random.default_rng(seed)
    one, none = np.ones(rows), np.zeros(rows)
    pace = rng.normal(0.05, 0.1, (rows, 3))
    root = rng.normal(0, 0.05, (rows, 3, 3))
    covariance = (root @ root.transpose(0, 2, 1)).reshape(rows, -1)
    path = LinkPredictive(
        link, one, none, one, one, 2.5 + rng.normal(0, 0.2, rows), pace, covariance,
        0.04 * rng.uniform(0.5, 2.0, rows), rng.normal(0, 0.3, (rows, 2)), 0.003 * one,
        0.002 * one, 0.001 * one, 0.4 * one, FADING, 0.6, 1.2,
    )  # fmt: skip
    return replace(path, **columns)


def flat(link, loc, scale, *, weight=1.0, rows=1, unit=1.0, slope=0.0):
    """Path at a location with a scale that is the same in each year; shares reach beyond 0-100."""
    one, none = np.ones(rows), np.zeros(rows)
    ends = (-0.5 * one, 100.5 * one) if link in ("logit", "cloglog") else (none, one)
    scale = np.broadcast_to(np.asarray(scale, float), rows)
    return LinkPredictive(
        link, unit * one, *ends, weight * one, loc * one, slope * np.ones((rows, 1)),
        np.zeros((rows, 1)), none, np.zeros((rows, 2)), none, none, scale**2 / 2.0, none, (1.0,),
        0.5, 1.0,
    )  # fmt: skip


def blend_of(*paths, df=5.0, **columns):
    """Join paths of one series or more; no bounds, no ratchet."""
    first = paths[0]
    rows = len(first.unit)
    one = np.ones(rows)
    whole = {"lower": -np.inf * one, "upper": np.inf * one, "latest": 0.0 * one}
    whole["ratchet"] = np.zeros(rows, bool)
    whole |= {k: np.broadcast_to(v, rows) for k, v in columns.items()}
    return PooledPredictive(
        np.arange(rows), paths, df * one, shared=0.0, own_share=0.0 * one,
        peers=0.0 * one, **whole,
    )  # fmt: skip


# --- Path ---


def moments_by_hand(path, h):
    """Mean and variance of the only series after h years, in loops."""
    way = [h if phi == 1.0 else sum(phi**j for j in range(int(h))) for phi in path.fading]
    mean = path.level[0] + sum(p * m for p, m in zip(path.pace[0], way, strict=True))
    covariance = path.pace_covariance[0].reshape(3, 3)
    variance = sum(way[a] * covariance[a, b] * way[b] for a in range(3) for b in range(3))
    near, far = path.log_error[0]
    factor = np.exp(near + (far - near) * np.log(h) / np.log(3.0))
    variance += path.noise_variance[0] * factor * path.spread**2 * h ** (2 * path.spread_growth)
    variance += path.noise_floor[0] * h + path.level_variance[0] + 2 * path.rounding_variance[0]
    return mean, variance


@pytest.mark.parametrize("seed", range(4))
def test_moments_by_hand(seed):
    """Whole years ahead: paces with their courses, their doubt, surprises, floor and rounding."""
    path = path_of(seed=seed)
    loc, scale = path.moments(np.array([[1.0, 2.0, 5.0]]))
    for column, h in enumerate((1, 2, 5)):
        mean, variance = moments_by_hand(path, h)
        assert loc[0, column] == pytest.approx(mean, rel=SAME_ALGEBRA)
        assert scale[0, column] ** 2 == pytest.approx(variance, rel=SAME_ALGEBRA)


def test_a_course_is_a_sum_of_powers():
    """m(h) sums phi^0 ... phi^(h-1) in whole years, and is h where a pace goes on for ever."""
    h = np.array([1.0, 2.0, 7.0])
    for phi in (0.3, 0.97):
        expected = [sum(phi**j for j in range(int(years))) for years in h]
        np.testing.assert_allclose(course(h, [phi])[:, 0], expected, rtol=1e-12)
    np.testing.assert_array_equal(course(h, [1.0])[:, 0], h)


def test_years_are_correlated_by_what_they_share():
    """By hand: shared paces and latest value, surprises as a fractional Brownian motion."""
    path, years = path_of(), (1.0, 2.0, 5.0)
    cov = np.empty((3, 3))
    hurst = path.spread_growth
    for i, s in enumerate(years):
        for j, t in enumerate(years):
            way = [[u if phi == 1.0 else (1 - phi**u) / (1 - phi) for phi in FADING]
                   for u in (s, t)]  # fmt: skip
            shared = np.array(way[0]) @ path.pace_covariance[0].reshape(3, 3) @ np.array(way[1])
            v = []
            for u in (s, t):
                near, far = path.log_error[0]
                factor = np.exp(near + (far - near) * np.log(u) / np.log(3.0))
                v.append(path.noise_variance[0] * factor * path.spread**2 * u ** (2 * hurst)
                         + path.noise_floor[0] * u)  # fmt: skip
            apart = abs(v[0] ** (0.5 / hurst) - v[1] ** (0.5 / hurst)) ** (2 * hurst)
            cov[i, j] = shared + 0.5 * (v[0] + v[1] - apart) + path.level_variance[0]
            cov[i, j] += path.rounding_variance[0] * (2 if i == j else 1)
    sd = np.sqrt(np.diag(cov))
    found = path.correlation(np.array([years]))[0]
    np.testing.assert_allclose(found, cov / np.outer(sd, sd), rtol=SAME_ALGEBRA)
    np.testing.assert_allclose(path.moments(np.array([years]))[1][0], sd, rtol=SAME_ALGEBRA)


@given(st.floats(0.1, 1.5), st.floats(-3.0, 3.0), st.floats(-3.0, 3.0),
       st.lists(st.floats(0.1, 60.0), min_size=2, max_size=12, unique=True))  # fmt: skip
def test_a_correlation_is_always_one(growth, near, far, years):
    """Whatever the growth of errors, no eigenvalue is below zero and no two years are one."""
    path = path_of(spread_growth=growth, log_error=np.array([[near, far]]))
    found = path.correlation(np.array([sorted(years)]))[0]
    np.testing.assert_allclose(np.diag(found), 1.0, rtol=1e-12)
    assert np.linalg.eigvalsh(found)[0] > -1e-9


def two_series():
    """Two series with states of their own."""
    both = path_of(rows=2)
    return select(both, np.array([0])), select(both, np.array([1])), both


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
    alone = [blend_of(replace(p, weight=np.ones(1))).quantiles(levels, ahead) for p in (one, two)]
    np.testing.assert_allclose(found, 0.7 * alone[0] + 0.3 * alone[1], rtol=1e-12)


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


@settings(max_examples=3 * settings.default.max_examples)
@given(PARTS, st.floats(2.0, 40.0), st.floats(0.001, 0.999))
def test_quantiles_and_probabilities_undo_each_other(parts, df, level):
    """P(value <= Q(p)) = p and Q(P(value <= y)) = y inside the bounds, at them a clip."""
    blend = joined(parts, df=df, lower=0.0, upper=100.0)
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


@settings(max_examples=3 * settings.default.max_examples)
@given(PARTS, st.floats(0.5, 99.5))
def test_a_value_stands_where_it_is_drawn(parts, y):
    """Drawing at the t where a value stands gives the value."""
    blend, at = joined(parts), np.full((1, 1), y)
    own = [(path.to_link(at)[0, 0] - path.level[0]) / path.moments(np.ones((1, 1)))[1][0, 0]
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
    """Tails, bounds and years are each series' own."""
    one, other, both = two_series()
    blend = replace(
        blend_of(both), df=np.array([3.0, 9.0]), lower=np.array([0.0, 5.0]),
        upper=np.array([30.0, 60.0]),
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
        flat("identity", 0.0, 0.0),
        noise_variance=np.ones(1),
    )
    t = blend_of(far, df=2.0).points(np.array([[1.0, 2.0]]))[0]
    both = stats.spearmanr(np.abs(t[:, 0]), np.abs(t[:, 1])).statistic
    normal = blend_of(far, df=1e4).points(np.array([[1.0, 2.0]]))[0]
    assert both > stats.spearmanr(*np.abs(normal).T).statistic + 0.1


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
    heavy = path_of(weight=np.array([0.7]))
    years = np.array([[1.0, 2.0]])
    for paths in ((light, heavy), (heavy, light)):
        np.testing.assert_array_equal(blend_of(*paths).correlation(years), heavy.correlation(years))


def kept(**columns):
    """One series that keeps its highest value, at 20 now."""
    return blend_of(path_of(level=np.log([20.0])), df=6.0, ratchet=True, latest=20.0, **columns)


def test_the_highest_is_the_running_maximum():
    """Probabilities of the highest value are those of many draws of whole paths."""
    blend, last = kept(), 4
    years = np.arange(1.0, last + 1.0)
    rng = np.random.default_rng(0)
    draws = 40000
    root = np.linalg.cholesky(path_of(level=np.log([20.0])).correlation(years[None])[0])
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
    assert mixed.cdf(y, ahead)[0, 1] < plain.cdf(y, ahead)[0, 1] - 0.01


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
    return RatioPredictive("log", one, 0.0 * one, one, one, np.log([latest]), top, bottom)


def test_a_quotient_moves_by_the_difference_of_its_parts():
    """Moments of the log ratio are those of drawn numerators over drawn denominators."""
    top, bottom = path_of(), path_of(seed=8)
    bottom = replace(bottom, level=bottom.level + 2.0, noise_variance=0.3 * bottom.noise_variance)
    loc, scale = quotient_of(top, bottom, 7.0).moments(AHEAD[None])
    rng, draws = np.random.default_rng(1), 200_000
    move = []
    for part in (top, bottom):
        mean, sd = (m[0] for m in part.moments(AHEAD[None]))
        move.append(rng.normal(mean - part.level, sd, (draws, 4)))
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
    ratio = replace(ratio, level=np.array([1.0, 2.0]), **{
        name: np.ones(2) for name in ("unit", "floor", "cap", "weight")
    })  # fmt: skip
    blend = blend_of(ratio, both)
    one = select(blend, np.array([1, 1, 0]))
    assert one.rows.tolist() == [1, 1, 0]
    assert one.components[0].level.tolist() == [2.0, 2.0, 1.0]
    np.testing.assert_array_equal(one.components[0].numerator.level, both.level[[1, 1, 0]])
    np.testing.assert_array_equal(one.components[1].noise_variance, both.noise_variance[[1, 1, 0]])
    assert one.components[1].fading == FADING
    assert len(select(blend, slice(0, 1)).rows) == 1
