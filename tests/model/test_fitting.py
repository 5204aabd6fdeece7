"""Growth paths."""

from functools import partialmethod

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit, logit

from forecast.errors import DataError, UnknownNameError
from forecast.model.counts import CountPredictive
from forecast.model.fitting import CAP_FACTORS, QUANTILES, Fits, fit, quantiles
from forecast.model.panel import KEY
from forecast.model.posterior import LINK_MARGIN, NOISE_FLOOR
from forecast.model.priors import GROWTH_PATHS, NUMERIC_COLUMNS, read_priors, slope_processes

LEVELS = (0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999)
NAMED = {"linear": "identity", "exponential": "log", "logistic": "logit", "gompertz": "cloglog"}

PLAIN = {
    "df": 4.0, "noise": 0.05, "noise_df": 5.0, "sibling_noise": 0.0, "recent": 0.0, "lasting": 0.0,
    "catching_up": 0.0, "direction": 0.0, "direction_fades": 20.0, "freedom": 0.0,
    "changing": -99.0, "restless": -99.0, "blurred": -99.0, "siblings_evidence": 0.0,
    "own_evidence": 0.0, "spread": 1.0, "spread_growth": 0.0, "shift": 0.0, "stretch": 1.0,
    "shared": 0.2,
}  # fmt: skip
"""A prior that knows nothing of pace: the steady one of the grid, whose weight is all."""
RICH = PLAIN | {
    "sibling_noise": 0.6, "recent": 0.3, "lasting": 0.3, "catching_up": 0.2, "direction": 0.3,
    "freedom": 0.1, "changing": -0.7, "restless": -1.2, "blurred": -0.4, "siblings_evidence": 1.5,
    "own_evidence": 0.5, "spread": 0.8, "spread_growth": -0.1, "shift": 0.15, "stretch": 1.1,
}  # fmt: skip
"""A prior in which every part speaks."""


def priors(**numbers):
    """Prior table whose every number is given here; the links of a growth path weigh alike."""
    table = read_priors()
    peer_loglik = 1.0 / table.groupby(["kind", "siblings", "growth"])["weight"].transform("size")
    return table.assign(weight=peer_loglik, **PLAIN | numbers)


def table(series, indicator="x"):
    """Observations from region -> {year: value}."""
    rows = [
        (region, indicator, float(year), float(value))
        for region, figures in series.items()
        for year, value in figures.items()
    ]
    return pd.DataFrame(rows, columns=["region", "indicator", "year", "value"])


def about(kind="share", indicator="x", **columns):
    """Describe one indicator; shares run from 0 to 100 in steps of 0.1."""
    one = {"indicator": indicator, "kind": kind, "better": "higher"}
    if kind == "share":
        one |= {"lower": 0.0, "upper": 100.0, "resolution": 0.1}
    return pd.DataFrame([one | columns])


def each_alone(seen):
    """Make every region's series an indicator of its own, so that none has siblings."""
    return seen.assign(indicator=seen["region"])


def grid(fits, *years):
    """Ask the same years of every series."""
    return np.broadcast_to(np.array(years, float), (len(fits.series), len(years)))


def value_at(level, fits, year):
    """Quantile of the first series in a year."""
    return fits.quantiles([level], grid(fits, year))[0, 0, 0]


SHARES = {
    "a": {2018: 40, 2019: 47.5, 2020: 52, 2021: 58.1},
    "b": {2019: 60, 2021: 61},
    "c": {2017: 95, 2018: 98, 2019: 99.5, 2020: 100, 2021: 100},
    "d": {2021: 3.2},
    "e": {2018.5: 20, 2019: 22, 2021.5: 19},
    "f": {2019: 0, 2020: 0, 2021: 0.1},
}
AMOUNTS = {
    "a": {2015: 100, 2016: 104, 2019: 121, 2020: 118, 2021: 133},
    "b": {2018.5: 50, 2019: 52, 2020: 55, 2021: 55.5},
    "c": {2019: 210, 2021: 260},
    "d": {2021: 80},
    "e": {2018: 70, 2019: 71, 2020: 77, 2021: 79},
}


def test_the_priors_of_these_tests_are_their_own():
    """Every number of a prior is given in this file, so that none comes from the shipped table."""
    assert {"weight", *PLAIN} == {"weight", *RICH} == set(NUMERIC_COLUMNS)


# One contract for every growth path.


@pytest.mark.parametrize("growth", GROWTH_PATHS)
@pytest.mark.parametrize(
    ("kind", "upper"), [("share", 100.0), ("share", np.nan), ("ratio", 100.0), ("stock", np.nan)]
)
def test_quantiles_are_finite_ordered_and_inside_the_bounds(growth, kind, upper):
    """One figure, gaps, mid-year figures, 100.0 % and zeros: every series has a sound answer."""
    known = about(kind, lower=0.0, upper=upper, resolution=0.1)
    fits = fit(table(SHARES), known, growth)
    years = grid(fits, 2022, 2022.5, 2030, 2050)
    value = fits.quantiles(LEVELS, years)
    assert np.isfinite(value).all()
    assert (value >= 0).all()
    assert (np.diff(value, axis=0) >= 0).all()
    # Nearer to its ends a float cannot tell the quantiles of a saturating path apart.
    below, above = value[1:-2], value[2:-1]
    assert (below < above)[(below > 1) & (above < 90)].all()
    low = np.full(years.shape, -1e-9)
    np.testing.assert_array_equal(fits.cdf(low, years), 0.0)
    if upper == 100.0:
        assert (value <= 100.0).all()
        np.testing.assert_array_equal(fits.cdf(low + 100.0 + 1e-9, years), 1.0)


@pytest.mark.parametrize("growth", GROWTH_PATHS)
def test_quantiles_invert_the_cdf(growth):
    """Below the quantile of p lies p, wherever it is not at a bound."""
    fits = fit(table(SHARES), about(), growth, priors=priors(**RICH))
    years = grid(fits, 2022, 2025.5, 2040)
    value = fits.quantiles(LEVELS, years)
    inside = (value > 1e-6) & (value < 100 - 1e-6)
    assert inside.mean() > 0.5
    for level, row, free in zip(LEVELS, value, inside, strict=True):
        np.testing.assert_allclose(fits.cdf(row, years)[free], level, rtol=1e-7)


@pytest.mark.parametrize("growth", GROWTH_PATHS)
@pytest.mark.parametrize("kind", ["share", "amount"])
def test_shifting_the_calendar_changes_nothing(growth, kind):
    """The same figures ten years later have the same answer ten years later."""
    seen, known = table(SHARES if kind == "share" else AMOUNTS), about(kind)
    fits, later = (
        fit(seen.assign(year=seen["year"] + shift), known, growth, priors=priors(**RICH))
        for shift in (0, 10)
    )
    np.testing.assert_allclose(
        later.quantiles(LEVELS, grid(later, 2034, 2041)),
        fits.quantiles(LEVELS, grid(fits, 2024, 2031)),
        rtol=1e-9,
    )


@pytest.mark.parametrize("growth", GROWTH_PATHS)
@pytest.mark.parametrize(
    ("kind", "upper", "factor", "alone"),
    [("amount", np.nan, 1e-4, False), ("stock", np.nan, 1e4, True), ("share", 100.0, 0.01, False)],
)
def test_units_change_the_figures_only(growth, kind, upper, factor, alone):
    """Yuan or ten thousand yuan, percent or fractions: the answer is the same quantity.

    1e-7: what keeps increments of nothing apart from zero is an absolute 1e-9.
    """
    seen = table(SHARES if kind == "share" else AMOUNTS)
    seen = each_alone(seen) if alone else seen
    quantities = []
    for unit in (1.0, factor):
        known = [
            about(kind, name, lower=0.0, upper=upper * unit, resolution=0.1 * unit)
            for name in seen["indicator"].unique()
        ]
        prior = priors(**RICH)
        fits = fit(seen.assign(value=seen["value"] * unit), pd.concat(known), growth, priors=prior)
        quantities.append(fits.quantiles(QUANTILES, grid(fits, 2022, 2026)) / unit)
    np.testing.assert_allclose(quantities[1], quantities[0], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("growth", GROWTH_PATHS)
def test_permuted_rows_give_the_same_bits(growth):
    """The order of rows changes no bit, and neither table is touched."""
    seen, known = table(SHARES), about()
    before = seen.copy(), known.copy()
    first = quantiles(fit(seen, known, growth), [2022, 2025])
    for state in range(2):
        mixed = fit(seen.sample(frac=1.0, random_state=state), known, growth)
        pd.testing.assert_frame_equal(quantiles(mixed, [2022, 2025]), first, check_exact=True)
    pd.testing.assert_frame_equal(seen, before[0])
    pd.testing.assert_frame_equal(known, before[1])


@pytest.mark.parametrize("growth", GROWTH_PATHS)
def test_an_unrelated_indicator_changes_no_bit(growth):
    """Figures of other indicators, of the same kind or another, change nothing."""
    more = [table(SHARES, "v"), table(AMOUNTS, "y"), table({"a": {2020: 5, 2021: 9}}, "z")]
    kinds = [about(indicator="v"), about("stock", "y"), about("count", "z")]
    both = quantiles(fit(pd.concat([*more, table(SHARES)]), pd.concat([*kinds, about()]), growth),
                     [2022, 2025])  # fmt: skip
    mine = both[both["indicator"] == "x"].reset_index(drop=True)
    alone = quantiles(fit(table(SHARES), about(), growth), [2022, 2025])
    pd.testing.assert_frame_equal(mine, alone, check_exact=True)


def whole_and_in_pairs(monkeypatch):
    """The same answers from series worked on together, and two at a time."""
    seen = pd.concat([table(SHARES), table(AMOUNTS, "y"), table({"a": {2020: 5, 2021: 9}}, "z")])
    known = pd.concat([about(), about("amount", "y", cumulative=True), about("count", "z")])
    fits = fit(seen, known)
    years, middle = grid(fits, 2022, 2025), np.full((len(fits.series), 2), 57.0)
    whole = fits.quantiles(QUANTILES, years), fits.cdf(middle, years)
    monkeypatch.setattr(Fits, "iter_chunks", partialmethod(Fits.iter_chunks, size=2))
    assert max(len(part.rows) for part, _ in fits.iter_chunks(years)) == 2
    return whole, (fits.quantiles(QUANTILES, years), fits.cdf(middle, years))


def test_chunks_change_no_answer(monkeypatch):
    """Series worked on two at a time have the answers they have all together."""
    for whole, parts in zip(*whole_and_in_pairs(monkeypatch), strict=True):
        np.testing.assert_allclose(parts, whole, rtol=1e-12)


def test_chunks_change_no_bit(monkeypatch):
    """Nor does the last bit depend on how many series are worked on at a time."""
    for whole, parts in zip(*whole_and_in_pairs(monkeypatch), strict=True):
        np.testing.assert_array_equal(parts, whole)


@pytest.mark.parametrize("growth", GROWTH_PATHS)
@pytest.mark.parametrize("value", [0.0, 100.0])
def test_figures_at_a_bound_are_not_infinite(growth, value):
    """0 and 100.0 % are read as what rounds to them, so the answer is near them and uncertain."""
    seen = table({"a": dict.fromkeys((2019, 2020, 2021), value)})
    fits = fit(seen, about(), growth, priors=priors())
    low, middle, high = (value_at(level, fits, 2022) for level in (0.05, 0.5, 0.95))
    assert 0 <= low < high <= 100
    assert middle == pytest.approx(value, abs=0.5)


@pytest.mark.parametrize("growth", GROWTH_PATHS)
def test_figures_beyond_their_bounds_are_read_at_them(growth):
    """A share of 103 % has a finite answer inside its bounds, and its siblings have theirs."""
    seen = table({"a": {2020: 50, 2021: 103.0}, "b": {2020: 50, 2021: 51}, "c": {2021: 103.0}})
    found = fit(seen, about(), growth).quantiles(LEVELS, np.full((3, 1), 2024.0))
    assert ((found >= 0) & (found <= 100)).all()


def test_a_hundred_percent_is_an_event_of_the_model():
    """A share that stands at 100.0 % is reported so again with some chance, neither 0 nor 1."""
    fits = fit(table({"c": SHARES["c"]}), about(), priors=priors())
    below = fits.cdf(np.array([[99.95]]), np.array([[2022.0]]))[0, 0]
    assert 0.05 < below < 0.95
    assert value_at(0.95, fits, 2022) == 100.0


@pytest.mark.parametrize("growth", GROWTH_PATHS)
@pytest.mark.parametrize("kind", ["ratio", "amount"])
def test_all_zeros_and_negative_floors_have_an_answer(growth, kind):
    """A run of zeros without a cap, and figures above a negative floor, end in numbers."""
    for values, lower in (([0, 0, 0], 0.0), ([-1, 0, 2], -5.0)):
        figures = dict(zip((2019, 2020, 2021), values, strict=True))
        fits = fit(table({"a": figures}), about(kind, lower=lower), growth, priors=priors())
        value = fits.quantiles(LEVELS, grid(fits, 2022, 2025))
        assert np.isfinite(value).all()
        assert (value >= lower).all()


@pytest.mark.parametrize("growth", GROWTH_PATHS)
@pytest.mark.parametrize("kind", ["share", "amount"])
def test_equal_figures_are_not_certainty(growth, kind):
    """Equal figures leave an interval wider than their rounding, siblings or not."""
    years = range(2017, 2022)
    for regions in ("a", "abcdefgh"):
        seen = table({r: dict.fromkeys(years, 50.0) for r in regions})
        known = about(kind, lower=0.0, resolution=0.1)
        fits = fit(seen, known, growth, priors=priors(sibling_noise=0.6))
        low, high = fits.quantiles([0.05, 0.95], grid(fits, 2022))
        assert (high - low > 0.1).all()


@pytest.mark.parametrize("prior", [PLAIN, RICH], ids=["plain", "rich"])
@pytest.mark.parametrize("kind", ["share", "amount"])
def test_no_change_stays_where_it_is(kind, prior):
    """`no_change` has no pace at all, whatever siblings and prior say: the median stays."""
    others = {r: {2019 + j: 20 + 5 * j + 3 * i for j in range(3)} for i, r in enumerate("bcdefg")}
    seen = table({"a": dict.fromkeys((2019, 2020, 2021), 50.0)} | others)
    flat = {"spread_growth": 0.0, "shift": 0.0}
    fits = fit(seen, about(kind), "no_change", priors=priors(**prior | flat))
    assert value_at(0.5, fits, 2022) == pytest.approx(50.0, rel=1e-6)
    assert value_at(0.5, fits, 2040) == pytest.approx(50.0, rel=1e-6)


@pytest.mark.parametrize("prior", [PLAIN, RICH], ids=["plain", "rich"])
def test_a_damped_path_flattens(prior):
    """Under `damped` the pace fades to nothing: a late decade brings less than a year now."""
    seen = table({"a": {2017 + j: 100 * 1.1**j for j in range(6)}})
    flat = {"shift": 0.0}
    fits = fit(seen, about("amount"), "damped", priors=priors(**prior | flat))
    near, next_, late, last = np.log(
        fits.quantiles([0.5], grid(fits, 2023, 2024, 2043, 2053))[0, 0]
    )
    assert 0 <= last - late < 0.05 * (next_ - near)


# The whole chain against a naive twin: one series, one covariance matrix.


def between(s, t, pace):
    """Covariance of the ways that an own pace has made after s and t years."""
    if pace.autocorrelation == 1.0:
        return pace.variance_ratio * s * t
    kappa = -np.log(pace.autocorrelation)
    fade = np.exp(-kappa * s) + np.exp(-kappa * t) - np.exp(-kappa * np.abs(s - t))
    return pace.variance_ratio / kappa**2 * (2 * kappa * np.minimum(s, t) - 1 + fade)


def one_pace(z, t, starts, pace, belief):
    """Log weight, mean, variance (per sigma^2) and sigma^2 of the next figure under one pace.

    `z`, `t` hold the figures; `t` also the year asked. Each figure is compared with the first one
    since the last break (`starts`): the level before has no say.
    """
    mean, s2, prior = belief
    s, count = t - t[0], len(t)
    cov = between(s[:, None], s[None, :], pace)
    cov = (
        cov
        + (1 - pace.measurement_share) * np.minimum.outer(s, s)
        + pace.measurement_share * np.eye(count)
    )
    cov = cov + prior["freedom"] * np.outer(s, s)
    contrast = np.eye(count)
    contrast[np.arange(count), starts] -= 1.0
    informs = np.flatnonzero(starts != np.arange(count))
    contrast = contrast[informs]
    cov, way = contrast @ cov @ contrast.T, contrast @ s
    away = contrast[:-1, :-1] @ z - mean * way[:-1]
    gain = np.linalg.solve(cov[:-1, :-1], cov[:-1, -1])
    q, nu, k = away @ np.linalg.solve(cov[:-1, :-1], away), prior["noise_df"], len(away)
    own = -0.5 * np.linalg.slogdet(cov[:-1, :-1])[1] - 0.5 * (nu + k) * np.log1p(q / (nu * s2))
    center = z[starts[-1]] + mean * way[-1] + gain @ away
    return own, center, cov[-1, -1] - gain @ cov[:-1, -1], (nu * s2 + q) / (nu + k)


def one_link(z, t, starts, steep, growth, case):
    """Location and scale of the figure of `t[-1]` on one link scale, over all paces."""
    prior, better, unit = case
    ahead, s2, nu = t[-1] - t[-2], prior["noise"] ** 2, prior["noise_df"]
    informs = np.flatnonzero(starts[:-1] != np.arange(len(z)))
    d, span = np.diff(z)[informs - 1], np.diff(t)[informs - 1]
    k = len(d)
    rough = ((d - (d.sum() / span.sum() if k else 0.0) * span) ** 2 / span).sum()
    rounding = (unit / steep) ** 2 / 12
    typical = np.sqrt((nu * s2 + rough) / max(nu + k - 1, 0.5) + rounding)
    wish = better * prior["direction"] / (1 + k / prior["direction_fades"]) * typical
    odds = (0.0, prior["changing"], prior["restless"], prior["blurred"])
    found = [one_pace(z, t, starts, pace, (wish, s2, prior)) for pace in slope_processes(growth)]
    log_weight = np.array([o + prior["own_evidence"] * f[0] for o, f in zip(odds, found)])  # noqa: B905
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    _, center, variance, sigma2 = np.array(found).T
    mean = weight @ center
    total = weight @ (variance * sigma2 + center**2) - mean**2
    total *= (prior["spread"] * (ahead / 2) ** prior["spread_growth"]) ** 2
    return mean, np.sqrt(total + NOISE_FLOOR * s2 * ahead + 2 * rounding), k


def twin_quantile(level, figures, year, growth, case, breaks=(), links=None):
    """Quantile of one series without siblings, by loops and matrices."""
    prior, better, unit, width = case
    t = np.array([*figures, year], float)
    y = np.array(list(figures.values()), float)
    starts = np.array([max([0, *(b for b in breaks if b <= i)]) for i in range(len(t))])
    starts[-1] = starts[-2]
    size = y[-1] if np.isnan(width) else width / 4
    low, span = -LINK_MARGIN * width, (1 + 2 * LINK_MARGIN) * width
    scales = {
        "identity": (lambda v: v / size, lambda z: z * size, lambda v: size + 0 * v),
        "log": (np.log, np.exp, lambda v: v),
        "logit": (
            lambda v: logit((v - low) / span), lambda z: low + span * expit(z),
            lambda v: (v - low) * (1 - (v - low) / span),
        ),
        "cloglog": (
            lambda v: -np.log(-np.log((v - low) / span)),
            lambda z: low + span * np.exp(-np.exp(-z)),
            lambda v: (v - low) * -np.log((v - low) / span),
        ),
    }  # fmt: skip
    total = 0.0
    for link in links:
        there, back, slope = scales[link]
        found = one_link(there(y), t, starts, slope(y[-1]), growth, (prior, better, unit))
        mean, scale, k = found
        t_level = better * prior["shift"] + prior["stretch"] * stats.t.ppf(
            level, prior["df"] + k / 2
        )
        total += back(mean + scale * t_level) / len(links)
    return np.clip(total, 0.0, np.inf if np.isnan(width) else width)


PATTERNS = {
    "yearly": {2018: 40, 2019: 47.5, 2020: 52, 2021: 58.1},
    "gap": {2014: 31, 2015: 30, 2020: 52, 2021: 58.1},
    "mid-year": {2018.5: 40, 2019: 41.5, 2021.5: 58.1},
    "one": {2021: 40},
}
BROKEN = {2016: 20, 2017: 26, 2018: 40, 2019: 47.5, 2020: 52, 2021: 58.1}


def links_of(kind, growth):
    """Links that the prior table gives a growth path, in its order."""
    rows = read_priors()
    rows = rows[(rows["kind"] == kind) & (rows["growth"] == growth) & ~rows["siblings"]]
    return rows["link"].tolist()


def check_twin(figures, growth, kind="share", better="higher", breaks=()):
    """Quantiles of one series are the twin's, near and far, low and high."""
    seen = table({"a": figures})
    seen["break"] = [i in breaks for i in range(len(seen))]
    # A damped path has no pace but the own one.
    prior = RICH | ({"direction": 0.0, "freedom": 0.0} if growth == "damped" else {})
    fits = fit(seen, about(kind, better=better, resolution=1.0), growth, priors=priors(**prior))
    case = (prior, 1.0 if better == "higher" else -1.0, 1.0, 100.0 if kind == "share" else np.nan)
    found = fits.quantiles([0.05, 0.5, 0.9], grid(fits, 2022, 2026.5))[:, 0]
    expected = [
        [twin_quantile(level, figures, year, growth, case, breaks, links_of(kind, growth))
         for year in (2022, 2026.5)] for level in (0.05, 0.5, 0.9)
    ]  # fmt: skip
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("growth", GROWTH_PATHS[:-1])
@pytest.mark.parametrize("pattern", list(PATTERNS))
def test_the_answer_is_the_equation_by_matrices(growth, pattern):
    """Quantiles of a share equal conditioning on the covariance of all figures, paces weighed."""
    check_twin(PATTERNS[pattern], growth)


@pytest.mark.parametrize("pattern", ["yearly", "one"])
def test_better_low_is_the_equation_with_its_signs_turned(pattern):
    """Where lower is better, wish and recalibration point downwards."""
    check_twin(PATTERNS[pattern], "auto", better="lower")


@pytest.mark.parametrize("growth", ["auto", "linear", "damped"])
def test_a_break_is_a_new_level_of_the_same_equation(growth):
    """Across a break there is no increment: neither growth nor noise, nor evidence in the tails."""
    check_twin(BROKEN, growth, breaks=(2,))


@pytest.mark.parametrize("growth", ["auto", "linear", "exponential"])
@pytest.mark.parametrize("pattern", ["yearly", "mid-year", "one"])
def test_amounts_are_the_equation_by_matrices(growth, pattern):
    """Without bounds the identity link counts in sizes of the latest figure, the log in logs."""
    check_twin(PATTERNS[pattern], growth, "amount")


@pytest.mark.parametrize("growth", ["logistic", "gompertz"])
def test_an_unknown_cap_is_a_grid_of_caps(growth):
    """Without a bound, caps of several times the largest figure share the answer equally."""
    figures = {2019: 40, 2020: 47, 2021: 52}
    seen = table({"a": figures})
    fits = fit(seen, about("amount"), growth, priors=priors())
    found = [
        value_at(0.9, fit(seen, about("amount", lower=0.0, upper=52 * f), growth,
                          priors=priors()), 2024) for f in CAP_FACTORS
    ]  # fmt: skip
    assert value_at(0.9, fits, 2024) == pytest.approx(np.mean(found), rel=1e-9)


# One observation, siblings.


def test_one_figure_is_prior_only():
    """One observation says nothing of the pace, and the word says so; more say more."""
    series = fit(table(SHARES), about(), priors=priors(**RICH)).series.set_index("region")
    assert series.loc["d", ["n", "own_share", "evidence"]].tolist() == [1, 0.0, "prior only"]
    assert series.loc["b", "evidence"] in ("weak", "moderate", "strong")
    assert series.loc["c", "own_share"] > series.loc["b", "own_share"] > 0
    assert series["own_share"].between(0, 1).all()


def test_own_share_by_hand():
    """Of a pace of variance lambda, k + 1 yearly figures leave what conditioning leaves."""
    figures, (pace, *_) = {2019: 50, 2020: 53, 2021: 55}, slope_processes("exponential")
    fits = fit(table({"a": figures}), about("amount"), "exponential", priors=priors())
    span = np.array([1.0, 2.0])
    cov = pace.variance_ratio * np.outer(span, span) + (
        1 - pace.measurement_share
    ) * np.minimum.outer(span, span)
    cov = cov + pace.measurement_share * (1 + np.eye(2))
    share = pace.variance_ratio * span @ np.linalg.solve(cov, span)
    assert fits.series["own_share"][0] == pytest.approx(share, rel=1e-9)


def test_a_region_of_one_figure_takes_its_siblings_pace():
    """Siblings that all grow by 10 % a year make one figure's median grow by `recent` of it."""
    others = {f"s{i}": {2017 + j: (50 + i) * 1.1**j for j in range(5)} for i in range(5)}
    seen = table({"a": {2021: 50.0}} | others)
    for share in (1.0, 0.6):
        fits = fit(seen, about("amount"), "exponential", priors=priors(recent=share))
        expected = 50 * 1.1 ** (3 * share)
        assert value_at(0.5, fits, 2024) == pytest.approx(expected, rel=1e-6)


def test_siblings_move_the_prior():
    """One figure grows faster among growing siblings than alone, and falls among falling ones."""

    def median(step):
        others = {f"s{i}": {2019 + j: 50 + step * j for j in range(3)} for i in range(5)}
        fits = fit(table({"a": {2021: 50.0}} | others), about(), priors=priors(recent=0.5))
        assert fits.series["siblings"][0] == 10
        return value_at(0.5, fits, 2024)

    alone = fit(table({"a": {2021: 50.0}}), about(), priors=priors(recent=0.5))
    assert alone.series["siblings"][0] == 0
    assert median(8.0) > value_at(0.5, alone, 2024) > median(-8.0)


def test_with_siblings_and_without_have_priors_of_their_own():
    """The rows `siblings` of the prior table are for those who have some, the others for none."""
    prior = priors().assign(noise=lambda t: np.where(t["siblings"], 0.01, 0.2))
    lone, many = {"a": {2021: 50.0}}, {"a": {2021: 50.0}, "b": {2019: 50, 2021: 50.1}}
    wide, narrow = (
        np.subtract(*fit(table(s), about("amount"), priors=prior).quantiles([0.95, 0.05],
                    np.full((len(s), 1), 2022.0))[:, 0, 0])
        for s in (lone, many)
    )  # fmt: skip
    assert wide > 10 * narrow


def test_the_wanted_direction_is_the_prior():
    """One figure of a better-lower indicator is expected to fall by what the other would rise."""
    one, prior = table({"a": {2021: 50.0}}), priors(direction=0.4)
    rise = 100 / 4 * 0.4 * 0.05 * np.sqrt(5 / 4)  # sigma~^2 = nu s^2 / (nu - 1), k = 0
    for better, way in (("higher", 1.0), ("lower", -1.0)):
        fits = fit(one, about(better=better, resolution=0.0), "linear", priors=prior)
        assert value_at(0.5, fits, 2024) == pytest.approx(50 + 3 * way * rise, rel=1e-9)


# Ratios by their parts.

PARTS = {"numerator": "beds", "denominator": "people"}
BEDS = {"a": {2018: 300, 2019: 330, 2020: 350, 2021: 390}, "b": {2020: 50, 2021: 60}}
PEOPLE = {"a": {2018: 9000, 2019: 9100, 2020: 9300, 2021: 9500}, "b": {2020: 2000, 2021: 2100}}


def ratio(beds=BEDS, people=PEOPLE, own=None, growth="auto", **columns):
    """Beds per 10,000 people, with beds and people beside it."""
    own = own or {"a": {2020: 376, 2021: 410.5}, "b": {2021: 285.7}}
    seen = pd.concat([table(own), table(beds, "beds"), table(people, "people")])
    known = [about("ratio", **PARTS | columns), about("stock", "beds"), about("stock", "people")]
    fits = fit(seen, pd.concat(known), growth, priors=priors())
    return fits.take(np.flatnonzero(fits.series["indicator"] == "x"))


def test_a_ratio_moves_by_its_parts():
    """Its log starts at its own latest figure and moves by beds less people, variances added."""
    fits = ratio()
    parts = {}
    for name, figures in (("beds", BEDS), ("people", PEOPLE)):
        one = fit(table(figures), about("stock"), "exponential", priors=priors())
        t = stats.t.ppf(0.9, 4 + 1.5)
        now, median = (np.log(value_at(0.5, one, year)) for year in (2021 + 1e-9, 2024))
        parts[name] = median - now, (np.log(value_at(0.9, one, 2024)) - median) / t
    (up, s), (down, r) = parts["beds"], parts["people"]
    assert value_at(0.5, fits, 2024) == pytest.approx(410.5 * np.exp(up - down), rel=1e-6)
    t = stats.t.ppf(0.1, 4 + 1.5)
    expected = 410.5 * np.exp(up - down + t * np.hypot(s, r))
    assert value_at(0.1, fits, 2024) == pytest.approx(expected, rel=1e-6)


def test_figures_of_a_ratio_follow_from_its_parts():
    """Years in which only beds and people are published count as figures of the ratio."""
    fits = ratio()
    assert fits.series["n"].tolist() == [4, 2]
    seen = fits.observations[fits.observations["indicator"] == "x"]
    scale = 410.5 / (390 / 9500)
    assert seen["value"].iloc[0] == pytest.approx(scale * 300 / 9000, rel=1e-12)


@pytest.mark.parametrize(
    "change",
    [{"people": {"a": {2018: 9000, 2019: 9100, 2020: 9300}, "b": PEOPLE["b"]}},
     {"beds": {"a": {2020: 0, 2021: 0}, "b": BEDS["b"]}},
     {"beds": {"b": BEDS["b"]}}, {"own": {"a": {2020: 376, 2021: 0}, "b": {2021: 285.7}}}],
    ids=["denominator ends earlier", "numerator is zero", "no numerator", "ratio is zero"],
)  # fmt: skip
def test_a_ratio_without_fit_parts_goes_its_own_way(change):
    """Where a part is missing, not positive or older, the ratio has the path of its own figures."""
    fits = ratio(**change)
    figures = fits.observations[fits.observations["indicator"] == "x"]
    alone = fit(figures, about("ratio"), priors=priors())
    np.testing.assert_allclose(
        fits.quantiles(QUANTILES, grid(fits, 2024))[:, 0],
        alone.quantiles(QUANTILES, grid(alone, 2024))[:, 0],
        rtol=1e-12,
    )


def test_a_ratio_keeps_its_bounds():
    """Bounds of the ratio hold though its parts know none."""
    fits = ratio(lower=0.0, upper=420.0)
    assert fits.quantiles(LEVELS, grid(fits, 2022, 2040)).max() == 420.0


# Cumulative series.


@pytest.mark.parametrize("growth", GROWTH_PATHS)
def test_a_ratchet_never_falls(growth):
    """No quantile of a cumulative series lies below its latest figure or falls from year to year.

    1e-12: quantiles are taken between points that equal the latest figure.
    """
    seen = pd.concat([table(AMOUNTS), table(AMOUNTS, "free")])
    known = pd.concat([about("amount", cumulative=True), about("amount", "free")])
    fits = fit(seen, known, growth, priors=priors(**RICH))
    kept = (fits.series["indicator"] == "x").to_numpy()
    latest = fits.series["latest"].to_numpy()[:, None]
    years = grid(fits, 2022, 2023, 2026)
    value = fits.quantiles(LEVELS, years)
    assert (value >= latest * (1 - 1e-12))[:, kept].all()
    assert (np.diff(value, axis=2) >= -1e-12 * latest)[:, kept].all()
    assert (value[0] < latest)[~kept].all()
    below = fits.cdf(np.broadcast_to(latest - 1e-6, years.shape), years)
    np.testing.assert_array_equal(below[kept], 0.0)


def test_what_is_better_low_is_no_ratchet():
    """A cumulative mark on an indicator that is better low does not keep it from falling."""
    fits = fit(table(AMOUNTS), about("amount", cumulative=True, better="lower"), priors=priors())
    assert (fits.quantiles([0.05], grid(fits, 2022))[0, :, 0] < fits.series["latest"]).all()


def test_counts_keep_their_increments_under_each_path():
    """Whatever the growth path, counts grow by whole steps."""
    seen, known = table({"a": {2019: 3, 2020: 4, 2021: 9}}), about("count", resolution=1.0)
    found = [fit(seen, known, growth).quantiles(LEVELS, np.array([[2025.0]])).tolist()
             for growth in GROWTH_PATHS]  # fmt: skip
    assert all(value == found[0] for value in found)
    assert isinstance(fit(seen, known).predictives[0], CountPredictive)
    assert found[0][0][0][0] >= 9


# Simulated worlds.

NOISE = 0.05
SERIES = 1000
WELL = (0.01, 0.03)
"""What coverage may miss its level by, beyond luck: lasting noise makes intervals a little wide."""


def world(seed, years=6, ahead=3, reach=1.0):
    """Straight lines with noise on a link scale, a row a series: z (series, years + ahead)."""
    rng = np.random.default_rng(seed)
    sigma = NOISE * np.sqrt(5 / rng.chisquare(5, SERIES))[:, None] if reach else NOISE
    pace = reach * sigma * rng.normal(0, np.sqrt(0.025), (SERIES, 1))
    steps = rng.normal(0, np.sqrt(0.91), (SERIES, years + ahead)) * sigma
    blur = rng.normal(0, 0.3, (SERIES, years + ahead)) * sigma
    return (pace + steps).cumsum(axis=1) + blur, pace[:, 0], rng


def observed(values, ahead=3):
    """Observations of all but the last years; regions r0, r1 ..., each an indicator of its own."""
    past = values[:, :-ahead]
    years = 2022 - past.shape[1] + np.arange(past.shape[1])
    names = np.repeat([f"r{i:04}" for i in range(len(past))], past.shape[1])
    return pd.DataFrame({"region": names, "indicator": names, "year": np.tile(years, len(past)),
                         "value": past.ravel()})  # fmt: skip


def describe(seen, kind, **columns):
    """Describe every indicator alike."""
    names = seen["indicator"].unique()
    bounds = {"lower": 0.0, "upper": 100.0} if kind == "share" else {}
    one = {"indicator": names, "kind": kind, "better": "higher"} | bounds
    return pd.DataFrame(one | columns)


def coverage(values, growth, kind, level, resolution=0.0, **numbers):
    """Share of the last year's values inside the central interval."""
    seen = observed(values)
    # The tails of the predictive have df + k/2 degrees of freedom, the world's noise nu + k.
    prior = priors(df=5 + (values.shape[1] - 4) / 2, **numbers)
    fits = fit(seen, describe(seen, kind, resolution=resolution), growth, priors=prior)
    low, high = fits.quantiles([0.5 - level / 2, 0.5 + level / 2], grid(fits, 2024))[..., 0]
    return ((values[:, -1] >= low) & (values[:, -1] <= high)).mean()


SCALES = {
    "linear": ("share", lambda z: 50 + 25 * z),
    "exponential": ("amount", lambda z: 300 * np.exp(z)),
    "logistic": ("share", lambda z: -0.5 + 101 * expit(z + 0.5)),
    "gompertz": ("share", lambda z: -0.5 + 101 * np.exp(-np.exp(-z - 0.5))),
}


@pytest.mark.parametrize("growth", list(NAMED))
@pytest.mark.parametrize("level", [0.8, 0.9])
def test_a_named_path_covers_its_own_world(growth, level):
    """Intervals hold their level for lines with noise on the path's link, to four sigmas."""
    kind, value = SCALES[growth]
    z, _, _ = world(1)
    found = coverage(value(z), growth, kind, level)
    luck = 4 * np.sqrt(level * (1 - level) / SERIES)
    assert level - WELL[0] - luck < found < level + WELL[1] + luck


@pytest.mark.parametrize("growth", list(NAMED))
def test_a_named_path_recovers_the_pace(growth):
    """On the link, the estimated pace is free of bias and its sd covers 90 % of the truth."""
    kind, value = SCALES[growth]
    z, pace, _ = world(2, years=12)
    seen = observed(value(z))
    fits = fit(seen, describe(seen, kind), growth, priors=priors())
    found = fits.parameters()
    found = found[found["parameter"] == "link_pace"]
    scale = np.where(growth == "linear", 25.0, 1.0)
    error = (found["value"].to_numpy() / scale - pace) / (found["sd"].to_numpy() / scale)
    assert abs(error.mean()) < 4 / np.sqrt(SERIES)
    within = (np.abs(error) < stats.t.ppf(0.95, 5 + 11)).mean()
    assert abs(within - 0.9) < 4 * np.sqrt(0.09 / SERIES) + 0.01
    assert np.corrcoef(found["value"], pace)[0, 1] > 0.5


def slow_caps(z, rng):
    """Growth that runs into a cap of its own, as noisy half way up as the prior expects."""
    cap, start = rng.uniform(55, 90, (SERIES, 1)), rng.normal(0.5, 0.5, (SERIES, 1))
    return cap * expit(1.4 * z + 0.08 * np.arange(z.shape[1]) + start)


def autocorrelated(z, rng):
    """Yearly surprises that last: each carries 0.6 of the one before on."""
    steps = rng.normal(0, NOISE * np.sqrt(1 - 0.36), z.shape)
    for j in range(1, z.shape[1]):
        steps[:, j] += 0.6 * steps[:, j - 1]
    return 50 + 25 * steps.cumsum(axis=1)


def jumping(z, rng):
    """One year in twenty jumps by five times the usual surprise."""
    jumps = (rng.random(z.shape) < 0.05) * rng.normal(0, 5 * NOISE, z.shape)
    return 50 + 25 * (z + jumps.cumsum(axis=1))


def shocked(z, rng):
    """Half of every surprise is the same for all series: forty worlds, so that luck averages."""
    common = rng.normal(0, NOISE * np.sqrt(0.5), (40, z.shape[1])).cumsum(axis=1)
    return 50 + 25 * (np.sqrt(0.5) * z + np.repeat(common, SERIES // 40, axis=0))


def rounded(z, _):
    """Figures printed in whole percent, as coarse as the yearly surprise."""
    return np.round(50 + 25 * z)


OPEN = {"changing": 0.0, "restless": 0.0, "blurred": -1.0, "own_evidence": 0.5}
"""A prior that leaves the choice of the pace to the series."""


@pytest.mark.parametrize("growth", ["auto", "linear", "logistic"])
@pytest.mark.parametrize("broken", [slow_caps, autocorrelated, jumping, shocked, rounded])
def test_intervals_hold_where_the_model_is_wrong(broken, growth):
    """An 80 % interval covers 70 to 93 %, a 90 % one 80 to 98 %, in worlds that break the model."""
    z, _, rng = world(3)
    values = np.clip(broken(z, rng), 0.0, 100.0)
    middle, wide = (
        coverage(values, growth, "share", level, resolution=1.0, **OPEN) for level in (0.8, 0.9)
    )
    assert 0.70 < middle < 0.93
    assert 0.80 < wide < 0.98


# Tables.


def test_take_repeats_and_reorders():
    """Taken fits answer as the rows they were taken from, repeats included."""
    seen = pd.concat([table(SHARES), table({"a": {2020: 5, 2021: 9}}, "n")])
    fits = fit(seen, pd.concat([about(), about("count", "n")]))
    index = np.array([6, 0, 0, 3])
    taken = fits.take(index)
    assert taken.series["region"].tolist() == fits.series["region"].iloc[index].tolist()
    np.testing.assert_allclose(
        taken.quantiles(QUANTILES, grid(taken, 2024)),
        fits.quantiles(QUANTILES, grid(fits, 2024))[:, index],
        rtol=1e-9,
    )
    only = fits.take(np.flatnonzero(fits.series["indicator"] == "n"))
    assert [type(predictive) for predictive in only.predictives] == [CountPredictive]


def test_take_keeps_each_series_figures():
    """The figures of taken fits are those of their series, in their order."""
    fits = fit(table(SHARES), about())
    taken = fits.take(np.array([3, 1]))
    pairs = taken.observations[["region", "value"]].values.tolist()
    assert pairs == [["d", 3.2], ["b", 60.0], ["b", 61.0]]


def test_quantiles_are_a_table_of_the_future():
    """Years a series has figures for are left out; columns are named by their level."""
    out = quantiles(fit(table(SHARES), about()), [2021, 2022], levels=(0.025, 0.05, 0.5, 0.975))
    assert out.columns.tolist() == [
        *KEY, "scenario", "year", "q02_5", "q05", "q50", "q97_5", "mean",
    ]  # fmt: skip
    assert out[["region", "year"]].values.tolist() == [[r, 2022] for r in "abcdef"]
    assert out["year"].dtype.kind == "i"
    assert set(out["scenario"]) == {"baseline"}
    default = quantiles(fit(table(SHARES), about()), [2021.75, 2022])
    assert default.columns.tolist()[4:-1] == ["q05", "q10", "q25", "q50", "q75", "q90", "q95"]
    assert default["year"].value_counts().to_dict() == {2021.75: 6, 2022.0: 6}


def test_the_table_holds_the_closed_form():
    """Each cell is the quantile of its series and year, each mean that of twenty equal slices."""
    fits = fit(table(SHARES), about())
    out = quantiles(fits, [2025, 2023], levels=(0.1, 0.5))
    assert out["year"].tolist() == [2025, 2023] * 6
    expected = fits.quantiles([0.1, 0.5], grid(fits, 2025, 2023))
    np.testing.assert_array_equal(out["q10"], expected[0].ravel())
    np.testing.assert_array_equal(out["q50"], expected[1].ravel())
    slices = fits.quantiles(list(np.arange(0.025, 1, 0.05)), grid(fits, 2025, 2023))
    np.testing.assert_allclose(out["mean"], slices.mean(axis=0).ravel(), rtol=1e-12)


@pytest.mark.parametrize(
    ("years", "levels", "message"),
    [([np.nan], (0.5,), "years must be a list of years"), ("x", (0.5,), "must be a list of years"),
     ([2022], (0.0, 0.5, 1.0), r"between 0 and 1, not 0.0, 1.0")],
)  # fmt: skip
def test_senseless_requests_are_refused(years, levels, message):
    """Years that are none and levels of 0 or 1 raise and say so."""
    with pytest.raises(ValueError, match=message):
        quantiles(fit(table(SHARES), about()), years, levels=levels)


def test_nothing_observed_is_an_empty_answer():
    """No rows in, no rows out, in every table."""
    fits = fit(table(SHARES).iloc[:0], about())
    assert len(fits.series) == len(quantiles(fits, [2025])) == 0
    for cumulative in (False, True):
        fits = fit(table(SHARES), about().assign(cumulative=cumulative))
        pd.testing.assert_frame_equal(quantiles(fits, []), quantiles(fits, [2025]).iloc[:0])


def test_faults_are_said():
    """Faults in the tables and unknown names are raised, with the nearest known name."""
    with pytest.raises(DataError, match=r"(?s)2 problems.*column value.*column better"):
        fit(table(SHARES).drop(columns="value"), about().drop(columns="better"))
    with pytest.raises(UnknownNameError, match=r"growth path 'logstic'.*'logistic'"):
        fit(table(SHARES), about(), "logstic")
    with pytest.raises(UnknownNameError, match=r"kind 'percent'"):
        fit(table(SHARES), about("percent"))


def test_caps_share_the_weight_of_their_link():
    """Several caps of a link share its weight, and the whole is one."""
    (blend,) = fit(table(AMOUNTS), about("amount"), "logistic").predictives
    assert [path.weight for path in blend.components] == pytest.approx([1 / 3] * 3)
