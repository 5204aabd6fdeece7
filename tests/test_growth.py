"""Growth paths."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import digamma, gammainc

from forecast.errors import DataError, UnknownNameError
from forecast.growth import PACE_PRIOR, PACE_SHAPE, YEAR_SHAPE, fit, quantiles
from forecast.members import Increments
from forecast.priors import GROWTH_PATHS
from twins import Twin, pace_sum

PRIOR = {
    "kind": "amount", "link": "log", "weight": 1.0, "pace": 0.8, "pace_spread": 1.1, "noise": 0.06,
    "df": 4.0, "slope_ratio": 0.7, "damping": 0.85, "measurement": 0.2, "shared": 0.3,
    "source": "-",
}  # fmt: skip
PRIORS = pd.DataFrame([PRIOR])
LEVELS = (0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999)


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


def grid(fits, *years):
    """Ask the same years of every series."""
    return np.broadcast_to(np.array(years, float), (len(fits.series), len(years)))


SHARES = table(
    {
        "a": {2018: 40, 2019: 47.5, 2020: 52, 2021: 58.1},
        "b": {2019: 60, 2021: 61},
        "c": {2017: 95, 2018: 98, 2019: 99.5, 2020: 100, 2021: 100},
        "d": {2021: 3.2},
        "e": {2018.5: 20, 2019: 22, 2021.5: 19},
    }
)
AMOUNTS = {
    "a": {2015: 100, 2016: 104, 2019: 121, 2020: 118, 2021: 133},
    "b": {2018.5: 50, 2019: 52, 2020: 55, 2021: 55.5},
    "c": {2019: 210, 2021: 260},
    "d": {2021: 80},
}


def twin_predictive(series, region, resolution=0.0):
    """Student-t of each region by loops: pooled noise, pooled pace, conditioning."""
    p = PRIOR
    names = list(series)
    years = {r: np.array(list(series[r]), float) for r in names}
    values = {r: np.array(list(series[r].values()), float) for r in names}

    def twin(r, s2, slope_variance):
        extra = (resolution / values[r]) ** 2 / 12.0 / s2
        return Twin(
            np.log(values[r]), years[r], extra, p["damping"], slope_variance, p["measurement"]
        )

    def others_noise(r):
        total, weight = p["df"] * np.log(p["noise"] ** 2), p["df"]
        for other in names:
            k = len(values[other]) - 1
            if other != r and k:
                one = twin(other, p["noise"] ** 2, p["slope_ratio"] + p["pace_spread"] ** 2)
                away = one.d - p["pace"] * p["noise"] * one.reach
                q = away @ np.linalg.solve(one.cov, away)
                total += k * (np.log(q / k) - digamma(k / 2) + np.log(k / 2))
                weight += k
        return np.exp(total / weight)

    s2 = {r: others_noise(r) for r in names}
    cross = information = 0.0
    evidence = []
    for other in names:
        if other != region and len(values[other]) > 1:
            _, c, i, _ = twin(other, s2[other], p["slope_ratio"]).sums()
            cross, information = cross + c, information + i
            evidence.append(pace_sum(float(np.ptp(years[other])), p["damping"] ** 2))
    pace, variance = p["pace"] * np.sqrt(s2[region]), p["pace_spread"] ** 2
    if evidence:
        shock = p["shared"] * (1 - p["measurement"]) / np.mean(evidence)
        error = 1 / information + shock
        pull = variance / (variance + error)
        pace = pace + pull * (cross / information - pace)
        variance = 1 / (1 / variance + 1 / error)
    own = twin(region, s2[region], p["slope_ratio"] + variance)
    return own, pace, s2[region]


def twin_quantile(own, pace, s2, level, ahead):
    """Quantile of the value `ahead` years on, with sigma^2 integrated on a grid."""
    df, k = PRIOR["df"], len(own.d)
    sigma2 = np.exp(np.linspace(np.log(s2) - 12, np.log(s2) + 25, 40001))
    log_weight = stats.chi2.logpdf(df * s2 / sigma2, df) + np.log(df * s2 / sigma2)
    if k:
        away = own.d - pace * own.reach
        q = away @ np.linalg.solve(own.cov, away)
        log_weight += -0.5 * k * np.log(sigma2) - 0.5 * q / sigma2
    weight = np.exp(log_weight - log_weight.max())
    mean, cov = own.state(pace)
    f = pace_sum(ahead, own.damping)
    center = mean[0] + f * mean[1]
    spread = np.array([1.0, f]) @ cov @ np.array([1.0, f])
    spread = np.sqrt(spread + (1 - own.measurement) * ahead + own.measurement)
    low, high = center - 60 * spread * np.sqrt(s2), center + 60 * spread * np.sqrt(s2)
    for _ in range(60):
        x = 0.5 * (low + high)
        below = (weight * stats.norm.cdf((x - center) / (spread * np.sqrt(sigma2)))).sum()
        low, high = (x, high) if below / weight.sum() < level else (low, x)
    return np.exp(x)


@pytest.mark.parametrize("resolution", [0.0, 5.0])
@pytest.mark.parametrize("region", list(AMOUNTS))
def test_predictive_is_the_equation_integrated(region, resolution):
    """Pooling and filter give what loops, matrices and a grid over sigma^2 give."""
    fits = fit(table(AMOUNTS), about("amount", resolution=resolution), priors=PRIORS)
    row = list(AMOUNTS).index(region)
    own, pace, s2 = twin_predictive(AMOUNTS, region, resolution)
    for level in (0.05, 0.5, 0.9):
        found = fits.quantile(level, grid(fits, 2022, 2025.5))[row]
        expected = [twin_quantile(own, pace, s2, level, y - own.t[-1]) for y in (2022, 2025.5)]
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_predictive_is_the_equation_simulated():
    """Walking the equation year by year from the twin's state meets every quantile."""
    fits = fit(table({"a": AMOUNTS["a"]}), about("amount"), priors=PRIORS)
    own, pace, s2 = twin_predictive({"a": AMOUNTS["a"]}, "a")
    rng, count = np.random.default_rng(11), 400_000
    away = own.d - pace * own.reach
    tried = PRIOR["df"] * s2 / rng.chisquare(PRIOR["df"], 4 * count)
    fitness = -0.5 * len(away) * np.log(tried)
    fitness -= 0.5 * (away @ np.linalg.solve(own.cov, away)) / tried
    sigma2 = tried[rng.random(len(tried)) < np.exp(fitness - fitness.max())]
    mean, cov = own.state(pace)
    state = rng.multivariate_normal([0, 0], cov, len(sigma2)) * np.sqrt(sigma2)[:, None] + mean
    level, slope = state.T
    for _ in range(4):
        slope = PRIOR["damping"] * slope
        lasting = rng.normal(size=len(sigma2)) * np.sqrt(sigma2 * (1 - PRIOR["measurement"]))
        level = level + slope + lasting
    blur = rng.normal(size=len(sigma2)) * np.sqrt(sigma2 * PRIOR["measurement"])
    value = np.exp(level + blur)
    assert len(value) > 100_000
    for p in (0.05, 0.25, 0.5, 0.75, 0.95):
        below = (value <= fits.quantile(p, grid(fits, 2025))[0, 0]).mean()
        assert abs(below - p) < 4 * np.sqrt(p * (1 - p) / len(value))


@pytest.mark.parametrize("growth", GROWTH_PATHS)
@pytest.mark.parametrize("kind", ["share", "ratio", "amount", "stock"])
@pytest.mark.parametrize("upper", [100.0, np.nan])
def test_quantiles_keep_the_bounds(growth, kind, upper):
    """Under every growth path no quantile leaves the bounds, and the cdf is 0 and 1 at them."""
    fits = fit(SHARES, about(kind, lower=0.0, upper=upper, resolution=0.1), growth)
    years = grid(fits, 2022, 2030, 2060)
    for p in (1e-4, 0.5, 1 - 1e-4):
        value = fits.quantile(p, years)
        assert (value >= 0).all() and np.isfinite(value).all()
        assert not np.isfinite(upper) or (value <= upper).all()
    np.testing.assert_allclose(fits.cdf(np.full(years.shape, -1e-9), years), 0.0, atol=1e-9)
    if np.isfinite(upper):
        np.testing.assert_allclose(fits.cdf(np.full(years.shape, upper + 1e-9), years), 1.0)


def test_an_indicator_without_a_bound_beside_one_with_it():
    """Where only one of two indicators has a floor, both have an answer, each its own."""
    seen = pd.concat([table(AMOUNTS, "x"), table(AMOUNTS, "y")])
    known = pd.concat([about("ratio", lower=0.0), about("ratio", "y")])
    both = quantiles(fit(seen, known), [2025])
    alone = quantiles(fit(table(AMOUNTS, "y"), about("ratio", "y")), [2025])
    assert both.notna().all(axis=None)
    np.testing.assert_array_equal(both[both["indicator"] == "y"]["q05"], alone["q05"])


@pytest.mark.parametrize("growth", GROWTH_PATHS)
@pytest.mark.parametrize("value", [0.0, 100.0])
def test_figures_at_a_bound_are_not_infinite(growth, value):
    """0 and 100.0 % are read as what rounds to them, so the answer is finite and uncertain."""
    fits = fit(table({"a": dict.fromkeys((2019, 2020, 2021), value)}), about(), growth)
    low, high = (fits.quantile(p, grid(fits, 2022))[0, 0] for p in (0.05, 0.95))
    assert 0 < low < high < 100
    assert fits.quantile(0.5, grid(fits, 2022))[0, 0] == pytest.approx(value, abs=15)


def test_a_full_share_is_the_middle_of_what_rounds_to_it():
    """100.0 with step 0.1 stands at 99.975 on the logit scale, a later year no higher."""
    fits = fit(table({"a": {2021: 100.0}}), about(), "logistic")
    assert fits.members[0].level[0] == pytest.approx(np.log(99.975 / 0.025), rel=1e-9)


@pytest.mark.parametrize("growth", GROWTH_PATHS)
@pytest.mark.parametrize("kind", ["ratio", "amount"])
def test_all_zeros_and_negative_floors_have_an_answer(growth, kind):
    """A run of zeros without a cap, and figures above a negative floor, end in numbers."""
    for values, lower in (([0, 0, 0], 0.0), ([-1, 0, 2], -5.0)):
        figures = dict(zip((2019, 2020, 2021), values, strict=True))
        fits = fit(table({"a": figures}), about(kind, lower=lower), growth)
        value = np.array([fits.quantile(p, grid(fits, 2022, 2025)) for p in LEVELS])
        assert np.isfinite(value).all()
        assert (value >= lower).all()


def test_equal_figures_are_not_certainty():
    """Five equal figures leave an interval wider than their rounding, siblings or not."""
    years = range(2017, 2022)
    for regions in ("a", "abcdefgh"):
        seen = table({r: dict.fromkeys(years, 50.0) for r in regions})
        fits = fit(seen, about())
        low, high = (fits.quantile(p, grid(fits, 2022)) for p in (0.05, 0.95))
        assert (high - low > 0.1).all()


def test_a_group_of_equal_figures_pools_to_a_floor():
    """Where nobody moves, each sibling's squared noise counts as a thousandth of the usual."""
    flat = {r: dict.fromkeys(range(2017, 2022), 50.0) for r in "abcdefgh"}
    prior = PRIORS.assign(pace=0.0)
    fits = fit(table(flat), about("amount"), priors=prior)
    usual, k = PRIOR["noise"] ** 2, 4
    seen = np.log(1e-3 * usual) - digamma(k / 2) + np.log(k / 2)
    pooled = (PRIOR["df"] * np.log(usual) + 7 * k * seen) / (PRIOR["df"] + 7 * k)
    expected = PRIOR["df"] * np.exp(pooled) / (PRIOR["df"] + k)
    np.testing.assert_allclose(fits.members[0].noise_variance, expected, rtol=1e-9)


def test_one_figure_is_prior_only():
    """One observation says nothing of the pace, and the word says so; two say a little."""
    series = fit(SHARES, about()).series.set_index("region")
    assert series.loc["d", ["n", "own_share", "evidence"]].tolist() == [1, 0.0, "prior only"]
    assert series.loc["b", "evidence"] != "prior only"
    assert series.loc["c", "own_share"] > series.loc["b", "own_share"] > 0
    assert series["own_share"].between(0, 1).all()


def test_siblings_move_the_prior():
    """A region of one figure grows faster among growing siblings than among falling ones."""

    def median(step):
        others = {f"s{i}": {2019 + j: 50 + step * j for j in range(3)} for i in range(5)}
        fits = fit(table({"a": {2021: 50.0}} | others), about())
        return fits.quantile(0.5, grid(fits, 2024))[0, 0]

    alone = fit(table({"a": {2021: 50.0}}), about()).quantile(0.5, np.array([[2024.0]]))[0, 0]
    assert median(8.0) > alone > median(-8.0)


def test_other_indicators_are_no_siblings():
    """Figures of another indicator of the same kind change nothing."""
    more = pd.concat([SHARES, table({"a": {2019: 1, 2020: 80}}, "z")])
    both = quantiles(fit(more, pd.concat([about(), about(indicator="z")])), [2023])
    np.testing.assert_array_equal(
        both[both["indicator"] == "x"]["q05"], quantiles(fit(SHARES, about()), [2023])["q05"]
    )


def test_ninety_siblings_over_three_years_are_three_years_of_evidence():
    """More siblings shrink the pace's variance towards the shared shock's floor, never below."""
    rng = np.random.default_rng(5)
    found = []
    for count in (1, 10, 3000):
        others = {
            f"s{i}": dict(zip(range(2018, 2022), np.exp(rng.normal(0, 0.1, 4)), strict=True))
            for i in range(count)
        }
        fits = fit(table({"a": {2021: 1.0}} | others), about("amount"), priors=PRIORS)
        found.append(fits.members[0].slope_variance[0] - PRIOR["slope_ratio"])
    shock = PRIOR["shared"] * (1 - PRIOR["measurement"])
    error = shock / sum(PRIOR["damping"] ** (2 * j) for j in (1, 2, 3))
    floor = 1 / (1 / PRIOR["pace_spread"] ** 2 + 1 / error)
    assert PRIOR["pace_spread"] ** 2 > found[0] > found[1] > found[2] > floor
    assert found[2] == pytest.approx(floor, rel=0.005)


def test_figures_twice_a_year_are_not_twice_the_years():
    """Half-yearly figures of siblings do not lower the floor that their years set."""
    years = np.arange(2018, 2021.25, 0.5)
    rng = np.random.default_rng(5)
    others = {
        f"s{i}": dict(zip(years, np.exp(rng.normal(0, 0.1, len(years))), strict=True))
        for i in range(3000)
    }
    fits = fit(table({"a": {2021: 1.0}} | others), about("amount"), priors=PRIORS)
    shock = PRIOR["shared"] * (1 - PRIOR["measurement"])
    error = shock / sum(PRIOR["damping"] ** (2 * j) for j in (1, 2, 3))
    floor = 1 / (1 / PRIOR["pace_spread"] ** 2 + 1 / error)
    assert fits.members[0].slope_variance[0] - PRIOR["slope_ratio"] > floor


def test_the_wanted_direction_is_the_prior():
    """One figure of a better-lower indicator is expected to fall by what the other would rise."""
    one = table({"a": {2021: 50.0}})
    rising, falling = (
        fit(one, about(better=better), "linear").quantile(0.5, np.array([[2024.0]]))[0, 0]
        for better in ("higher", "lower")
    )
    assert rising > 50 > falling
    assert rising - 50 == pytest.approx(50 - falling, rel=1e-9)


def test_quantiles_rise_with_p():
    """A larger share has a larger quantile, for mixtures too."""
    for growth in GROWTH_PATHS:
        fits = fit(SHARES, about(), growth)
        value = np.array([fits.quantile(p, grid(fits, 2022, 2025)) for p in LEVELS])
        assert (np.diff(value, axis=0) > 0).all()


@pytest.mark.parametrize("p", LEVELS)
def test_mixture_quantile_is_the_inverse_of_the_cdf(p):
    """Below the quantile of p lies p, and plain bisection finds the same value."""
    seen = pd.concat([SHARES, table(AMOUNTS, "m"), table({"a": {2020: 5, 2021: 9}}, "n")])
    known = pd.concat([about(), about("ratio", "m"), about("count", "n")])
    fits = fit(seen, known)
    years = grid(fits, 2022, 2025.5, 2040)
    value = fits.quantile(p, years)
    apart = value < 99.99  # nearer to the cap a float cannot tell values apart
    apart |= (fits.series["indicator"] != "x").to_numpy()[:, None]
    assert apart.sum() > 20
    np.testing.assert_allclose(fits.cdf(value, years)[apart], p, rtol=1e-7)
    low, high = np.full(years.shape, -1e7), np.full(years.shape, 1e7)
    for _ in range(100):
        middle = 0.5 * (low + high)
        above = fits.cdf(middle, years) >= p
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    np.testing.assert_allclose(value, middle, rtol=1e-8)


def test_mean_is_the_average_of_the_middle_slices():
    """The mean is the weighted average of member quantiles at 2.5 %, 7.5 % ... 97.5 %."""
    fits = fit(SHARES, about())
    years = grid(fits, 2023)
    total = np.zeros(years.shape)
    for member in fits.members:
        ahead = years - fits.series["latest_year"].to_numpy()[:, None]
        for p in np.arange(0.025, 1, 0.05):
            total += member.weight[:, None] * member.quantile(float(p), ahead) / 20
    np.testing.assert_allclose(fits.mean(years), total, rtol=1e-12)


COUNTS = {"a": {2018: 3, 2019: 4, 2021: 9}, "b": {2021: 40}, "c": {2019: 7, 2020: 7, 2021: 7}}


def test_counts_are_gamma_years_of_unknown_pace():
    """The count's cdf is that of gamma years, the pace integrated over its posterior."""
    fits = fit(table({"a": COUNTS["a"]}), about("count"))
    (member,) = fits.members
    assert isinstance(member, Increments)
    theta = np.exp(np.linspace(-16, 8, 40001))
    rate = PACE_SHAPE / YEAR_SHAPE * PACE_PRIOR * 9.0
    weight = stats.gamma.pdf(theta, PACE_SHAPE, scale=1 / rate) * theta
    for years, gained in ((1, 1.0), (2, 5.0)):
        weight *= stats.gamma.pdf(gained, YEAR_SHAPE * years, scale=1 / theta)
    for more, ahead in ((1.0, 1), (4.0, 2), (15.0, 4)):
        expected = (weight * gammainc(YEAR_SHAPE * ahead, theta * more)).sum() / weight.sum()
        found = fits.cdf(np.array([[9.0 + more]]), np.array([[2021.0 + ahead]]))
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_counts_never_fall_and_stop_at_their_cap():
    """No quantile of a count lies under its latest figure or over its upper bound."""
    fits = fit(table(COUNTS), about("count", upper=50.0))
    latest = fits.series["latest"].to_numpy()[:, None]
    for p in (1e-6, 0.5, 1 - 1e-6):
        value = fits.quantile(p, grid(fits, 2022, 2030))
        assert ((value >= latest) & (value <= 50.0)).all()
    below = fits.cdf(np.broadcast_to(latest - 1e-9, (3, 1)), grid(fits, 2022))
    assert (below == 0).all()


def test_counts_know_no_unit():
    """A thousand times the figures, in steps of a thousand, have a thousand times the answer."""
    small = fit(table(COUNTS), about("count", resolution=1.0))
    large = {r: {y: 1000 * v for y, v in f.items()} for r, f in COUNTS.items()}
    large = fit(table(large), about("count", resolution=1000.0))
    for p in LEVELS:
        years = grid(small, 2022, 2026)
        np.testing.assert_allclose(
            large.quantile(p, years), 1000 * small.quantile(p, years), rtol=1e-9
        )


@pytest.mark.parametrize("growth", GROWTH_PATHS)
def test_amounts_know_no_unit(growth):
    """Yuan or ten thousand yuan: the answer is the same amount."""
    yuan = fit(table(AMOUNTS), about("amount", resolution=1.0), growth)
    wan = {r: {y: v / 1e4 for y, v in f.items()} for r, f in AMOUNTS.items()}
    wan = fit(table(wan), about("amount", resolution=1e-4), growth)
    years = grid(yuan, 2022, 2026)
    np.testing.assert_allclose(wan.quantile(0.9, years) * 1e4, yuan.quantile(0.9, years), rtol=1e-8)


def test_permuted_rows_give_the_same_bits():
    """The order of rows changes no bit, and neither table is touched."""
    known = about()
    before = SHARES.copy(), known.copy()
    first = quantiles(fit(SHARES, known), [2022, 2025])
    for seed in range(3):
        mixed = SHARES.sample(frac=1.0, random_state=seed)
        pd.testing.assert_frame_equal(
            quantiles(fit(mixed, known), [2022, 2025]), first, check_exact=True
        )
    pd.testing.assert_frame_equal(SHARES, before[0])
    pd.testing.assert_frame_equal(known, before[1])


def test_shifting_the_calendar_changes_nothing():
    """The same figures ten years later have the same answer ten years later."""
    later = SHARES.assign(year=SHARES["year"] + 10)
    a, b = quantiles(fit(SHARES, about()), [2024]), quantiles(fit(later, about()), [2034])
    np.testing.assert_allclose(a["q90"], b["q90"], rtol=1e-9)


def test_take_repeats_and_reorders():
    """Taken fits answer as the rows they were taken from, repeats included."""
    seen = pd.concat([SHARES, table(COUNTS, "n")])
    fits = fit(seen, pd.concat([about(), about("count", "n")]))
    index = np.array([6, 0, 0, 3])
    taken = fits.take(index)
    assert taken.series["region"].tolist() == fits.series["region"].iloc[index].tolist()
    for p in (0.1, 0.5):
        np.testing.assert_allclose(
            taken.quantile(p, grid(taken, 2024)),
            fits.quantile(p, grid(fits, 2024))[index],
            rtol=1e-9,
        )
    only = fits.take(np.flatnonzero(fits.series["indicator"] == "n"))
    assert [type(m) for m in only.members] == [Increments]


def test_quantiles_are_a_table_of_the_future():
    """Years a series has figures for are left out; columns are named by their level."""
    out = quantiles(fit(SHARES, about()), [2021, 2022], levels=(0.05, 0.5, 0.975))
    assert out.columns.tolist() == [
        "region", "indicator", "scenario", "year", "q05", "q50", "q97_5", "mean",
    ]  # fmt: skip
    assert out["year"].tolist() == [2022] * 5
    assert set(out["scenario"]) == {"baseline"}
    with pytest.raises(ValueError, match="years must be a list of years"):
        quantiles(fit(SHARES, about()), [np.nan])


def test_nothing_observed_is_an_empty_answer():
    """No rows in, no rows out."""
    fits = fit(SHARES.iloc[:0], about())
    assert len(fits.series) == len(quantiles(fits, [2025])) == 0


def test_faults_are_said_at_once():
    """Missing columns, figures that are no numbers and unknown names are named with remedies."""
    with pytest.raises(DataError, match=r"(?s)2 problems.*column value.*column better"):
        fit(SHARES.drop(columns="value"), about().drop(columns="better"))
    broken = SHARES.assign(value=SHARES["value"].astype(object))
    broken.loc[0, "value"], broken.loc[1, "value"] = np.nan, "12 %"
    broken.loc[2, "year"] = np.inf
    with pytest.raises(DataError, match=r"(?s)3 problems.*'inf'.*'nan'.*'12 %'.*\(a, x\)"):
        fit(broken, about())
    with pytest.raises(DataError, match="column indicator, value 'x': observed but not described"):
        fit(SHARES, about(indicator="other"))
    with pytest.raises(UnknownNameError, match=r"growth path 'logstic'.*'logistic'"):
        fit(SHARES, about(), "logstic")
    with pytest.raises(UnknownNameError, match=r"kind 'percent'"):
        fit(SHARES, about("percent"))
