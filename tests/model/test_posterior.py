"""Weights of the paces: the closed form against plain loops, and against other libraries."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import growth_twin
from forecast.model import posterior
from forecast.model.fitting import fit_panel
from forecast.model.paces import CANDIDATES, compute_paces, group_series
from forecast.model.panel import SeriesPanel
from forecast.model.pooling import compute_grids, pool_grids
from forecast.model.posterior import learn_weights
from forecast.model.predictive import course
from forecast.model.priors import LINKS_BY_KIND, Prior, read_priors, select_prior
from plain_priors import plain_priors

YEARS = np.array([0.5, 1.0, 2.5, 4.0])


def ragged(seed, kind, rows=9, width=8):
    """Panel with gaps, breaks, mid-year values, zeros, an old series and a single one."""
    rng = np.random.default_rng(seed)
    value, year = np.full((2, rows, width), np.nan)
    breaks, group = np.zeros((rows, width), bool), np.sort(rng.integers(0, 3, rows))
    for i in range(rows):
        n = int(rng.integers(1, width + 1)) if i else 1
        late = rng.integers(0, 3) * (rng.random() < 0.3) + 8 * (i == 5)
        years = 2022.0 - np.arange(n)[::-1] - late
        if n > 3 and rng.random() < 0.4:
            years = np.delete(years, 1)
        if n > 2 and rng.random() < 0.3:
            years[-2] -= 0.5
        steps = rng.normal(0.05, 0.1, len(years))
        share = 100.0 / (1.0 + np.exp(-np.cumsum(rng.normal(0.2, 0.3, len(years)))))
        values = share if kind == "share" else 30.0 * np.exp(np.cumsum(steps))
        if rng.random() < 0.25:
            values[: max(len(years) // 2, 1)] = 0.0
        at = slice(width - len(years), width)
        value[i, at], year[i, at] = np.round(values, 1), years
        breaks[i, width - len(years) + 1 :] = rng.random(len(years) - 1) < 0.1
    upper = np.full(rows, 100.0 if kind == "share" else np.inf)
    better = rng.choice([1.0, -1.0], rows)
    return SeriesPanel(
        value, year, breaks, group, better, np.zeros(rows), upper, np.full(rows, 0.1),
        np.zeros(rows, bool),
    )  # fmt: skip


def compare(kind, seed, prior=None):
    """Largest relative difference of quantiles and probabilities from the twin's."""
    panel = ragged(seed, kind)
    prior = prior or select_prior(kind)
    grids = compute_grids(panel, LINKS_BY_KIND[kind])
    fits = pool_grids(grids, prior)
    horizon = np.tile(YEARS, (len(panel.value), 1))
    goal = fits.latest[:, None] * np.array([[0.9, 1.05, 1.2, 1.5]]) + 1.0
    q, p, worst = fits.quantiles([0.05, 0.5, 0.95], horizon), fits.cdf(goal, horizon), 0.0
    for row, series in enumerate(grids.order):
        j = (seed + 2 * (row % 2)) % 4  # two years a panel, in turn
        known = [growth_twin.quantile(panel, prior, series, YEARS[j], level)
                 for level in (0.05, 0.5, 0.95)]  # fmt: skip
        worst = max(worst, (np.abs(q[:, row, j] - known) / (1.0 + np.abs(known))).max())
        chance = growth_twin.chance(panel, prior, series, YEARS[j], goal[row, j])
        worst = max(worst, abs(p[row, j] - chance))
    return worst


@pytest.mark.parametrize("kind", list(LINKS_BY_KIND))
@pytest.mark.parametrize("seed", [0, 1])
def test_the_closed_form_is_the_formulas_in_loops(kind, seed):
    """Quantiles and probabilities of ragged panels are those of a plain twin, both ways."""
    assert compare(kind, seed) < 1e-7


NUMBERS = [f.name for f in fields(Prior) if f.type == "float" and f.name != "shared"]


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_of_the_prior_has_its_say(name):
    """A twin with one number 1 % off is another answer: the comparison would see it."""
    prior = replace(select_prior("ratio"), link_trust=5.0)
    panel = ragged(1, "ratio", rows=16)
    moved = replace(prior, **{name: getattr(prior, name) * 1.01})
    grids = compute_grids(panel, LINKS_BY_KIND["ratio"])
    horizon = np.tile(YEARS, (len(panel.value), 1))
    one, other = (pool_grids(grids, p).quantiles([0.05, 0.95], horizon) for p in (prior, moved))
    assert (np.abs(one - other) / (1.0 + np.abs(one))).max() > 1e-7


@pytest.mark.parametrize(
    "part", ["domains", "domains_alone", "variance", "share", "noise", "spread", "weight"]
)
def test_every_array_of_the_prior_has_its_say(part):
    """So do weights, variances, odds, and the numbers of a link."""
    prior, panel = select_prior("ratio"), ragged(1, "ratio")
    if part in ("noise", "spread", "weight"):
        first = prior.links[0]
        links = (replace(first, **{part: getattr(first, part) * 1.01}), *prior.links[1:])
        moved = replace(prior, links=links)
    else:
        values = getattr(prior, part).copy()
        values[..., 0] *= 1.01 if part != "domains_alone" else 1.0
        values[..., CANDIDATES.index("own")] *= 1.01 if part == "domains_alone" else 1.0
        moved = replace(prior, **{part: values})
    grids = compute_grids(panel, LINKS_BY_KIND["ratio"])
    horizon = np.tile(YEARS, (len(panel.value), 1))
    one, other = (pool_grids(grids, p).quantiles([0.05, 0.95], horizon) for p in (prior, moved))
    assert (np.abs(one - other) / (1.0 + np.abs(one))).max() > 1e-7


NOISE = np.full(6, 0.3**2)
"""Noise variance of the regression below: large, so that no error is cut."""


def grown():
    """Paces of six amounts that grow at different rates for eight years, on the log scale."""
    rng = np.random.default_rng(4)
    steps = 0.05 + rng.normal(0, 0.02, (6, 1)) + rng.normal(0, 0.03, (6, 8))
    value = 100.0 * np.exp(np.cumsum(steps, axis=1))
    panel = SeriesPanel(
        value, np.tile(2015.0 + np.arange(8), (6, 1)), np.zeros(value.shape, bool),
        np.zeros(6, np.int64), np.ones(6), np.zeros(6), np.full(6, np.inf), np.zeros(6),
        np.zeros(6, bool),
    )  # fmt: skip
    order, starts, group = group_series(panel)
    return compute_paces("log", panel.take(order), starts, group)


def learned(prior):
    """Weights and covariance of `grown` under a prior, 0.7 of the way to many peers."""
    known = np.array([0.7])
    grid = grown()
    weights, covariance, _ = learn_weights(grid, prior, prior.links[0], grid.x, NOISE, known)
    return weights[0], covariance[0]


def regression(shock=0.0):
    """Prior of one domain, its mean, and the replays as design, outcome, variances and origins."""
    rows, grid = read_priors(), grown()
    one = rows[rows["domain"] != "world"].assign(domain="all")
    base = select_prior("amount", "exponential", priors=one)
    prior = replace(
        base, share=np.array([1.0, 0.0, 0.0]), evidence=1.0, memory=1.0, shock=shock, trust=1.0,
        variance=np.full(len(CANDIDATES), 0.3),
    )  # fmt: skip
    for weights in (prior.domains, prior.domains_alone):
        weights[0, CANDIDATES.index("direction")] = 0.02
    mean = 0.7 * prior.domains[0] + 0.3 * prior.domains_alone[0]
    x, y, variance, origin = [], [], [], []
    for years in posterior.REPLAYED:
        way = course(np.array(float(years)), prior.fading)
        spread = prior.links[0].spread ** 2 * years ** (2 * prior.spread_growth)
        for t in range(1, 8 - years):
            for i in range(6):
                x.append(grid.x[i, t] * way)
                y.append(grid.z[i, t + years] - grid.z[i, t])
                variance.append(NOISE[i] * spread * years)  # worth 1 / h each
                origin.append((years, t))
    return prior, mean, np.array(x), np.array(y), np.array(variance), origin


def test_the_weights_are_a_bayesian_regression_of_statsmodels():
    """With prior observations appended they are generalised least squares, estimate and sd."""
    prior, mean, x, y, variance, _ = regression()
    weights, covariance = learned(prior)
    design = np.vstack([x, np.eye(len(mean))])
    outcome = np.append(y, mean)
    weight = 1.0 / np.append(variance, prior.variance)
    known = sm.WLS(outcome, design, weights=weight).fit()
    np.testing.assert_allclose(weights, known.params, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(covariance, known.normalized_cov_params, rtol=1e-7, atol=1e-12)


def test_a_shared_shock_is_a_covariance_within_each_origin():
    """The same by GLS with errors that are equally correlated within an origin."""
    shock = 0.4
    prior, mean, x, y, variance, origin = regression(shock)
    weights, covariance = learned(prior)
    same = np.array([[a == b for b in origin] for a in origin])
    sd = np.sqrt(variance)
    cov = np.diag(variance) + shock * same * np.outer(sd, sd)
    precision = np.linalg.inv(cov)
    known = np.linalg.inv(x.T @ precision @ x + np.diag(1.0 / prior.variance))
    expected = mean + known @ x.T @ precision @ (y - x @ mean)
    np.testing.assert_allclose(covariance, known, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(weights, expected, rtol=1e-6, atol=1e-9)


def test_the_parts_are_weighed_by_their_evidence():
    """Two domains: the odds are those of scipy's multivariate normal densities of the replays."""
    prior, mean, x, y, variance, _ = regression()
    other = mean + np.where(np.arange(len(mean)) < 3, 0.3, 0.0)
    marginal = np.diag(variance) + (x * prior.variance) @ x.T
    densities = [stats.multivariate_normal(x @ m, marginal).logpdf(y) for m in (mean, other)]
    chance = 1.0 / (1.0 + np.exp(densities[1] - densities[0]))
    posts = []
    for m in (mean, other):
        precision = x.T @ (x / variance[:, None]) + np.diag(1.0 / prior.variance)
        posts.append(m + np.linalg.solve(precision, x.T @ ((y - x @ m) / variance)))
    expected = chance * posts[0] + (1.0 - chance) * posts[1]
    both, odds = np.stack([mean, other]), np.array([0.5, 0.5, 0.0, 0.0])
    found, _ = learned(replace(prior, domains=both, domains_alone=both, share=odds))
    assert 0.01 < chance < 0.99
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


@given(st.integers(0, 10_000), st.sampled_from(list(LINKS_BY_KIND)), st.floats(-6.0, 9.0))
def test_any_panel_has_a_sound_answer(seed, kind, size):
    """Finite ordered quantiles in the bounds, probabilities that rise, whatever the sizes."""
    panel = ragged(seed, kind)
    if kind != "share":
        factor = 10.0**size
        panel = replace(panel, value=panel.value * factor, resolution=panel.resolution * factor)
    (fits,) = fit_panel(kind, np.arange(len(panel.value)), panel)
    horizon = np.tile(YEARS, (len(panel.value), 1))
    q = fits.quantiles([0.01, 0.05, 0.5, 0.95, 0.99], horizon)
    assert np.isfinite(q).all()
    assert (np.diff(q, axis=0) >= 0.0).all()
    assert (q >= panel.lower[:, None]).all() and (q <= panel.upper[:, None]).all()
    p = np.stack([fits.cdf(row, horizon) for row in q])
    assert ((p >= 0.0) & (p <= 1.0)).all()
    assert (np.diff(p, axis=0) >= -1e-9).all()
    assert ((fits.own_share >= 0.0) & (fits.own_share <= 1.0)).all()


def test_blocks_change_no_bit(monkeypatch):
    """Groups fitted in blocks of a few series have the answers that they have all together."""
    panel, horizon = ragged(7, "ratio", rows=24), np.tile(YEARS, (24, 1))
    (whole,) = fit_panel("ratio", np.arange(24), panel)
    monkeypatch.setattr("forecast.model.pooling.BLOCK", 3)
    (parts,) = fit_panel("ratio", np.arange(24), panel)
    np.testing.assert_array_equal(
        parts.quantiles([0.1, 0.9], horizon), whole.quantiles([0.1, 0.9], horizon)
    )


def test_nothing_to_replay_leaves_the_prior():
    """Series of one figure have the prior's weights: no pace under a prior without any."""
    panel = ragged(0, "ratio", rows=3, width=1)
    prior = select_prior("ratio", priors=plain_priors())
    fits = pool_grids(compute_grids(panel, LINKS_BY_KIND["ratio"]), prior)
    for one in fits.components:
        np.testing.assert_allclose(one.pace, 0.0, atol=1e-12)
    assert pd.Series(fits.own_share).eq(0.0).all()
