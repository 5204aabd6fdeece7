"""Growth paths."""

from functools import partialmethod

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit, logit

import forecast as fc
from forecast.errors import DataError, UnknownNameError
from forecast.model.counts import CountPredictive
from forecast.model.fitting import QUANTILES, Fits, fit, quantiles
from forecast.model.panel import KEY
from forecast.model.pooling import CAP_FACTORS
from forecast.model.priors import GROWTH_PATHS, read_priors

PATHS_OF_EACH_SORT = ("auto", "exponential", "gompertz", "no_change")
"""Pooled links, one link without and one with a cap, and no pace: for what is alike in all."""
LEVELS = (0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999)
NAMED = {"linear": "identity", "exponential": "log", "logistic": "logit", "gompertz": "cloglog"}

STEADY = {"peers own": 1.0, "alone own": 1.0, "alone own_rest": 1.0, "peers own_rest": 1.0}
"""Weights of a plain drift of the own figures."""
NO_PACE = {f"{known} {c}": 0.0 for known, names in (
    ("peers", ("peers", "peers_recent", "own", "own_recent", "level", "direction", "own_rest")),
    ("alone", ("own", "own_recent", "direction", "own_rest"))) for c in names}  # fmt: skip


def priors(**numbers):
    """Shipped prior table with some numbers replaced, in every kind, domain and link."""
    rows = read_priors()
    for name, value in numbers.items():
        at = rows["parameter"] == name
        assert at.any(), name
        rows.loc[at, "value"] = value
    return rows


def certain(**numbers):
    """Priors whose weights no replay moves: what is set is what is used."""
    fixed = {name: 1e-12 for name in read_priors()["parameter"] if name.startswith("variance")}
    return priors(**NO_PACE | fixed | {"drift": 1e-300, "no_change": 1e-300} | numbers)


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
    fits = fit(table(SHARES), about(), growth)
    years = grid(fits, 2022, 2025.5, 2040)
    value = fits.quantiles(LEVELS, years)
    inside = (value > 1e-6) & (value < 100 - 1e-6)
    assert inside.mean() > 0.5
    for level, row, free in zip(LEVELS, value, inside, strict=True):
        np.testing.assert_allclose(fits.cdf(row, years)[free], level, rtol=1e-7)


@pytest.mark.parametrize("growth", PATHS_OF_EACH_SORT)
@pytest.mark.parametrize("kind", ["share", "amount"])
def test_shifting_the_calendar_changes_nothing(growth, kind):
    """The same figures ten years later have the same answer ten years later."""
    seen, known = table(SHARES if kind == "share" else AMOUNTS), about(kind)
    fits, later = (fit(seen.assign(year=seen["year"] + shift), known, growth) for shift in (0, 10))
    np.testing.assert_allclose(
        later.quantiles(LEVELS, grid(later, 2034, 2041)),
        fits.quantiles(LEVELS, grid(fits, 2024, 2031)),
        rtol=1e-9,
    )


@pytest.mark.parametrize("growth", PATHS_OF_EACH_SORT)
@pytest.mark.parametrize(
    ("kind", "upper", "factor", "alone"),
    [("amount", np.nan, 1e-4, False), ("stock", np.nan, 1e4, True), ("share", 100.0, 0.01, False)],
)
def test_units_change_the_figures_only(growth, kind, upper, factor, alone):
    """Yuan or ten thousand yuan, percent or fractions: the answer is the same quantity."""
    seen = table(SHARES if kind == "share" else AMOUNTS)
    seen = each_alone(seen) if alone else seen
    quantities = []
    for unit in (1.0, factor):
        known = [
            about(kind, name, lower=0.0, upper=upper * unit, resolution=0.1 * unit)
            for name in seen["indicator"].unique()
        ]
        fits = fit(seen.assign(value=seen["value"] * unit), pd.concat(known), growth)
        quantities.append(fits.quantiles(QUANTILES, grid(fits, 2022, 2026)) / unit)
    np.testing.assert_allclose(quantities[1], quantities[0], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("growth", PATHS_OF_EACH_SORT)
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


@pytest.mark.parametrize("growth", PATHS_OF_EACH_SORT)
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
    fits = fit(seen, about(), growth)
    low, middle, high = (value_at(level, fits, 2022) for level in (0.05, 0.5, 0.95))
    assert 0 <= low < high <= 100
    assert middle == pytest.approx(value, abs=1.0)


def test_figures_beyond_their_bounds_are_refused():
    """A share of 103 % is a fault of the figure, with its series and the remedy."""
    seen = table({"a": {2020: 50, 2021: 103.0}, "b": {2020: 50, 2021: 51}})
    with pytest.raises(DataError, match=r"value '103': above 100, the most x can be \(a\)"):
        fit(seen, about())


def test_a_hundred_percent_is_an_event_of_the_model():
    """A share that stands at 100.0 % is reported so again with some chance, neither 0 nor 1."""
    fits = fit(table({"c": SHARES["c"]}), about())
    below = fits.cdf(np.array([[99.95]]), np.array([[2022.0]]))[0, 0]
    assert 0.05 < below < 0.95
    assert value_at(0.95, fits, 2022) == 100.0


@pytest.mark.parametrize("growth", PATHS_OF_EACH_SORT)
@pytest.mark.parametrize("kind", ["ratio", "amount"])
def test_all_zeros_and_negative_floors_have_an_answer(growth, kind):
    """A run of zeros without a cap, and figures above a negative floor, end in numbers."""
    for values, lower in (([0, 0, 0], 0.0), ([-1, 0, 2], -5.0)):
        figures = dict(zip((2019, 2020, 2021), values, strict=True))
        fits = fit(table({"a": figures}), about(kind, lower=lower), growth)
        value = fits.quantiles(LEVELS, grid(fits, 2022, 2025))
        assert np.isfinite(value).all()
        assert (value >= lower).all()


@pytest.mark.parametrize("growth", PATHS_OF_EACH_SORT)
@pytest.mark.parametrize("kind", ["share", "amount"])
def test_equal_figures_are_not_certainty(growth, kind):
    """Equal figures leave an interval wider than their rounding, siblings or not."""
    years = range(2017, 2022)
    for regions in ("a", "abcdefgh"):
        seen = table({r: dict.fromkeys(years, 50.0) for r in regions})
        known = about(kind, lower=0.0, resolution=0.1)
        fits = fit(seen, known, growth)
        low, high = fits.quantiles([0.05, 0.95], grid(fits, 2022))
        assert (high - low > 0.1).all()


@pytest.mark.parametrize("kind", ["share", "amount"])
def test_no_change_stays_where_it_is(kind):
    """`no_change` has no pace at all, whatever peers and prior say: the median stays."""
    others = {r: {2019 + j: 20 + 5 * j + 3 * i for j in range(3)} for i, r in enumerate("bcdefg")}
    seen = table({"a": dict.fromkeys((2019, 2020, 2021), 50.0)} | others)
    fits = fit(seen, about(kind), "no_change")
    assert value_at(0.5, fits, 2022) == pytest.approx(50.0, rel=1e-6)
    assert value_at(0.5, fits, 2040) == pytest.approx(50.0, rel=1e-6)


def test_a_damped_path_flattens():
    """Under `damped` the pace fades to nothing: a late decade brings less than a year now."""
    seen = table({"a": {2017 + j: 100 * 1.1**j for j in range(6)}})
    fits = fit(seen, about("amount"), "damped")
    near, next_, late, last = np.log(
        fits.quantiles([0.5], grid(fits, 2023, 2024, 2043, 2053))[0, 0]
    )
    assert 0 <= last - late < 0.05 * (next_ - near)


@pytest.mark.parametrize("growth", list(NAMED))
def test_a_named_path_of_a_plain_drift_is_its_straight_line(growth):
    """With the weights of a drift a named path goes on straight on its link, for ever."""
    figures = {2018: 40, 2019: 47.5, 2020: 52, 2021: 58.1}
    fits = fit(table({"a": figures}), about(), growth, priors=certain(**STEADY))
    low, width = -0.5, 101.0
    there, back = {
        "linear": (lambda v: v, lambda z: z), "exponential": (np.log, np.exp),
        "logistic": (lambda v: logit((v - low) / width), lambda z: low + width * expit(z)),
        "gompertz": (lambda v: -np.log(-np.log((v - low) / width)),
                     lambda z: low + width * np.exp(-np.exp(-z))),
    }[growth]  # fmt: skip
    steps = np.diff(there(np.array([*figures.values()])))
    ages = np.arange(len(steps))[::-1]
    pace = (steps * 0.97**ages).sum() / (0.97**ages).sum()
    for h in (1, 3):
        expected = back(there(58.1) + h * pace)
        assert value_at(0.5, fits, 2021 + h) == pytest.approx(min(expected, 100.0), rel=1e-9)


@pytest.mark.parametrize("growth", ["logistic", "gompertz"])
def test_an_unknown_cap_is_a_grid_of_caps(growth):
    """Without a bound, caps of several times the largest figure share the answer equally."""
    seen = table({"a": {2019: 40, 2020: 47, 2021: 52}})
    fits = fit(seen, about("amount"), growth)
    found = [
        value_at(0.9, fit(seen, about("amount", lower=0.0, upper=52 * f), growth), 2024)
        for f in CAP_FACTORS
    ]
    assert value_at(0.9, fits, 2024) == pytest.approx(np.mean(found), rel=1e-9)


# One observation, peers, onsets, doubtful figures.


def test_one_figure_is_prior_only():
    """One observation says nothing of the pace, and the word says so; more say more."""
    series = fit(table(SHARES), about()).series.set_index("region")
    assert series.loc["d", ["n", "own_share", "evidence"]].tolist() == [1, 0.0, "prior only"]
    assert series.loc["b", "evidence"] in ("weak", "moderate", "strong")
    assert series.loc["a", "own_share"] > 0
    assert series["own_share"].between(0, 1).all()


def test_a_region_of_one_figure_takes_its_peers_pace():
    """Peers that all grow by 10 % a year make one figure's median grow by their weight of it."""
    others = {f"s{i}": {2017 + j: (50 + i) * 1.1**j for j in range(5)} for i in range(5)}
    seen = table({"a": {2021: 50.0}} | others)
    for share in (1.0, 0.6):
        prior = certain(**{"peers peers": share, "half_peers": 1e-12, "peer_years": 1e-12})
        fits = fit(seen, about("amount"), "exponential", priors=prior)
        assert value_at(0.5, fits, 2024) == pytest.approx(50 * 1.1 ** (3 * share), rel=1e-6)


def test_peers_move_the_forecast():
    """One figure grows faster among growing peers than alone, and falls among falling ones."""

    def median(step):
        others = {f"s{i}": {2019 + j: 50 + step * j for j in range(3)} for i in range(5)}
        fits = fit(table({"a": {2021: 50.0}} | others), about())
        assert fits.series["siblings"][0] == 10
        return value_at(0.5, fits, 2024)

    alone = fit(table({"a": {2021: 50.0}}), about())
    assert alone.series["siblings"][0] == 0
    assert median(8.0) > value_at(0.5, alone, 2024) > median(-8.0)


def test_a_pace_that_all_regions_keep_is_believed():
    """Nine regions that all rise by 3 a year for years: the forecast rises by nearly that."""
    rising = {f"r{i}": {2014 + j: 20 + i + 3 * j for j in range(8)} for i in range(9)}
    fits = fit(table(rising), about(resolution=0.1))
    risen = fits.quantiles([0.5], grid(fits, 2024))[0, :, 0] - fits.series["latest"]
    assert (risen.between(0.85 * 9, 1.05 * 9)).all()


def test_the_wanted_direction_is_the_prior():
    """One figure of a better-lower indicator is expected to fall by what the other would rise."""
    one, prior = table({"a": {2021: 50.0}}), certain(**{"alone direction": 0.4})
    moved = []
    for better in ("higher", "lower"):
        fits = fit(one, about(better=better, resolution=0.0), "linear", priors=prior)
        moved.append(value_at(0.5, fits, 2024) - 50.0)
    assert moved[0] > 0
    assert moved[1] == pytest.approx(-moved[0], rel=1e-9)


def test_zero_is_an_onset_and_no_growth_rate():
    """0, 0, 5 goes on by its pace since the last zero, and not by powers of it."""
    fits = fit(table({"a": {2020: 0, 2021: 0, 2022: 5}}), about("ratio", resolution=1.0))
    assert 8 < value_at(0.5, fits, 2025) < 20


@pytest.mark.parametrize("kind", ["share", "amount", "standard"])
@pytest.mark.parametrize("growth", GROWTH_PATHS[1:])
def test_a_named_path_follows_no_curve_before_the_third_figure(growth, kind):
    """One or two figures after zero go on by steps, damped or none where so named; others bend."""
    old = {2019: 20, 2020: 22, 2021: 25, 2022: 27}
    for figures in ({2020: 0, 2021: 0, 2022: 5}, {2020: 0, 2021: 2, 2022: 5}):
        fits = fit(table({"a": figures, "b": old}), about(kind, resolution=1.0), growth)
        low, median, high = (value_at(level, fits, 2025) for level in (0.05, 0.5, 0.95))
        expected = {"no_change": (5.0, 10.0), "damped": (7.0, 20.0)}.get(growth, (7.0, 25.0))
        assert expected[0] <= median <= expected[1]
        assert 9.0 < high - low < 80.0
        links = [[part.link for part in one.components] for one in fits.predictives]
        assert links[-1] == ["identity"]
        assert (links[0] == ["identity"]) == (growth == "linear")
        assert sorted(row for one in fits.predictives for row in one.rows) == [0, 1]


def test_a_figure_in_doubt_has_wider_intervals_about_the_same_median():
    """Standard errors, preliminary and estimated figures widen the noise by what is declared."""
    plain = {"region": "a", "indicator": "x", "year": [2019, 2020, 2021], "value": [50.0, 53, 55]}
    known = about(resolution=0.0)

    def spread(growth="linear", **columns):
        fits = fit(pd.DataFrame(plain | columns), known, growth)
        (pooled,) = fits.predictives
        return pooled.components[0].moments(np.array([[1.0]]))[1][0, 0] ** 2 * 25**2, pooled

    base, pooled = spread()
    noise = pooled.components[0].noise_variance[0] * 25**2
    assert spread(standard_error=[9, 9, 2.0])[0] == pytest.approx(base + 4.0, rel=1e-9)
    for status, part in (("preliminary", 0.25), ("estimated", 1.0), ("actual", 0.0)):
        found = spread(status=["actual", "actual", status])[0]
        assert found == pytest.approx(base + part * noise, rel=1e-9)
    for wrong in (-1.0, "1%"):
        with pytest.raises(DataError, match="not a standard error"):
            spread(standard_error=[0, 0, wrong])


# Ratios by their parts.

PARTS = {"numerator": "beds", "denominator": "people"}
BEDS = {"a": {2018: 300, 2019: 330, 2020: 350, 2021: 390}, "b": {2020: 50, 2021: 60}}
PEOPLE = {"a": {2018: 9000, 2019: 9100, 2020: 9300, 2021: 9500}, "b": {2020: 2000, 2021: 2100}}


def ratio(beds=BEDS, people=PEOPLE, own=None, growth="auto", kind="stock", **columns):
    """Beds per 10,000 people, with beds and people beside it."""
    own = own or {"a": {2020: 376, 2021: 410.5}, "b": {2021: 285.7}}
    seen = pd.concat([table(own), table(beds, "beds"), table(people, "people")])
    known = [about("ratio", **PARTS | columns), about(kind, "beds"), about("stock", "people")]
    fits = fit(seen, pd.concat(known), growth)
    return fits.take(np.flatnonzero(fits.series["indicator"] == "x"))


def test_a_ratio_moves_by_its_parts():
    """Its log starts at its own latest figure and moves by beds less people, variances added."""
    fits = ratio()
    parts = {}
    for name, figures in (("beds", BEDS), ("people", PEOPLE)):
        one = fit(table(figures), about("stock"), "exponential")
        t = stats.t.ppf(0.9, one.predictives[0].df[0])
        now, median = (np.log(value_at(0.5, one, year)) for year in (2021 + 1e-9, 2024))
        own = one.predictives[0].own_share[0]
        parts[name] = median - now, (np.log(value_at(0.9, one, 2024)) - median) / t, own
    (up, s, more), (down, r, other) = parts["beds"], parts["people"]
    assert fits.predictives[0].own_share[0] == pytest.approx((more + other) / 2.0, rel=1e-12)
    assert value_at(0.5, fits, 2024) == pytest.approx(410.5 * np.exp(up - down), rel=1e-6)
    t = stats.t.ppf(0.1, fits.predictives[0].df[0])
    expected = 410.5 * np.exp(up - down + t * np.hypot(s, r))
    assert value_at(0.1, fits, 2024) == pytest.approx(expected, rel=1e-6)


def test_parts_of_a_ratio_may_be_of_two_kinds():
    """Beds that are called an amount have another prior, and still move the ratio with people."""
    fits = ratio(kind="amount")
    alone = fit(table(BEDS), about("amount"), "exponential")
    people = fit(table(PEOPLE), about("stock"), "exponential")
    expected = 410.5 * value_at(0.5, alone, 2024) / 390 / (value_at(0.5, people, 2024) / 9500)
    assert value_at(0.5, fits, 2024) == pytest.approx(expected, rel=1e-6)


def test_a_series_with_a_negative_figure_has_no_logarithm():
    """Its log scale weighs nothing, that of its peers as much as elsewhere."""
    (pooled,) = fit(
        table({"a": {2018: -1, 2019: 3, 2020: 5, 2021: 6}, "b": {2019: 5, 2020: 6, 2021: 8}}),
        about("amount"), "auto",
    ).predictives  # fmt: skip
    weight = np.array([part.weight for part in pooled.components if part.link == "log"])
    assert weight.sum(axis=0)[0] == 0.0 < weight.sum(axis=0)[1]
    np.testing.assert_allclose(sum(part.weight for part in pooled.components), 1.0)


def test_a_rule_is_not_forecast():
    """A document sets it: its series has figures, and no quantiles."""
    fits = fit(table(AMOUNTS), about("rule"))
    assert len(fits.series) == len(AMOUNTS)
    assert quantiles(fits, [2030]).empty


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
     {"beds": {"a": {2019: 0, 2020: 0, 2021: 390}, "b": BEDS["b"]}},
     {"beds": {"b": BEDS["b"]}}, {"own": {"a": {2020: 376, 2021: 0}, "b": {2021: 285.7}}}],
    ids=["denominator ends earlier", "numerator is zero", "numerator began", "no numerator",
         "ratio is zero"],
)  # fmt: skip
def test_a_ratio_without_fit_parts_goes_its_own_way(change):
    """Where a part is missing, not positive or older, the ratio has the path of its own figures."""
    fits = ratio(**change)
    figures = fits.observations[fits.observations["indicator"] == "x"]
    alone = fit(figures, about("ratio"))
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
    fits = fit(seen, known, growth)
    kept = (fits.series["indicator"] == "x").to_numpy()
    latest = fits.series["latest"].to_numpy()[:, None]
    years = grid(fits, 2022, 2023, 2026)
    value = fits.quantiles(LEVELS, years)
    assert (value >= latest * (1 - 1e-12))[:, kept].all()
    assert (np.diff(value, axis=2) >= -1e-12 * latest)[:, kept].all()
    assert (value[0] < latest)[~kept].all()
    below = fits.cdf(np.broadcast_to(latest - 1e-6, years.shape), years)
    np.testing.assert_array_equal(below[kept], 0.0)


@pytest.mark.parametrize("kind", ["coverage", "standard", "amount"])
def test_what_never_falls_does_not_where_low_is_better(kind):
    """Quantiles, draws and the chance of a lower target keep the latest figure."""
    known = about(kind, better="lower", cumulative=kind == "amount", lower=0.0, upper=1000.0)
    fits = fit(table({"a": AMOUNTS["a"]}), known)
    latest, goal = fits.series["latest"].iloc[0], pd.DataFrame({"year": [2023], "comparator": "le"})
    assert fits.quantiles([0.01], grid(fits, 2023)).min() >= latest * (1 - 1e-12)
    assert np.nanmin(fc.simulate(fits, until=2023, draws=200).values) >= latest
    below = goal.assign(region="a", indicator="x", value=0.9 * latest)
    assert fc.attainment(fits, below)["p_reach"].tolist() == [0.0]


def test_counts_keep_their_increments_under_each_path():
    """Whatever the growth path, counts grow by whole steps."""
    seen, known = table({"a": {2019: 3, 2020: 4, 2021: 9}}), about("count", resolution=1.0)
    found = [fit(seen, known, growth).quantiles(LEVELS, np.array([[2025.0]])).tolist()
             for growth in GROWTH_PATHS]  # fmt: skip
    assert all(value == found[0] for value in found)
    assert isinstance(fit(seen, known).predictives[0], CountPredictive)
    assert found[0][0][0][0] >= 9


# Simulated worlds.

SERIES = 400


def world(seed, regions=20, years=8, ahead=3, wander=1.0):
    """Regions with paces of their own about a common one, random walks: z (series, years)."""
    rng = np.random.default_rng(seed)
    groups = SERIES // regions
    common = rng.normal(0.06, 0.03, (groups, 1, 1))
    own = rng.normal(0, 0.02, (groups, regions, 1))
    steps = common + own + wander * rng.normal(0, 0.03, (groups, regions, years + ahead))
    return np.cumsum(steps, axis=2).reshape(SERIES, -1), (common + own).ravel()


def observed(values, regions=20, ahead=3):
    """Observations of all but the last years."""
    past = values[:, :-ahead]
    count, width = past.shape
    names = [f"i{i // regions:03}" for i in range(count)]
    return pd.DataFrame(
        {"region": np.repeat([f"r{i:04}" for i in range(count)], width),
         "indicator": np.repeat(names, width),
         "year": np.tile(2022 - width + np.arange(width), count), "value": past.ravel()}
    )  # fmt: skip


SCALES = {
    "linear": ("share", lambda z: np.clip(30 + 25 * z, 0, 100)),
    "exponential": ("amount", lambda z: 300 * np.exp(z)),
    "logistic": ("share", lambda z: -0.5 + 101 * expit(z - 0.5)),
    "gompertz": ("share", lambda z: -0.5 + 101 * np.exp(-np.exp(-z - 0.2))),
    "auto": ("amount", lambda z: 300 * np.exp(z)),
}


@pytest.mark.parametrize("growth", list(SCALES))
def test_a_simulated_world_is_covered_and_its_paces_recovered(growth):
    """Random walks with paces: 90 % intervals hold 86 to 99 %, estimated paces follow the truth."""
    kind, value = SCALES[growth]
    z, pace = world(1)
    y = value(z)
    seen = observed(y)
    bounds = {"lower": 0.0, "upper": 100.0} if kind == "share" else {}
    known = pd.DataFrame({"indicator": seen["indicator"].unique(), "kind": kind,
                          "better": "higher"} | bounds)  # fmt: skip
    fits = fit(seen, known, growth)
    order = fits.series["region"].str[1:].astype(int).to_numpy()
    low, middle, high = fits.quantiles([0.05, 0.5, 0.95], grid(fits, 2024))[..., 0]
    actual = y[order, -1]
    inside = ((actual >= low) & (actual <= high)).mean()
    assert 0.86 < inside < 0.99
    drift = y[order, 7] + 3 * (y[order, 7] - y[order, 0]) / 7
    assert np.abs(middle - actual).mean() < 1.02 * np.abs(drift - actual).mean()
    found = fits.parameters()
    found = found[found["parameter"].eq("link_pace") & found["link"].ne("identity")]
    if len(found):
        named = found["region"].str[1:].astype(int).to_numpy()
        assert np.corrcoef(found["value"], pace[named])[0, 1] > 0.8


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
    """No rows in, no rows out; no year is asked for by mistake."""
    fits = fit(table(SHARES).iloc[:0], about())
    assert len(fits.series) == len(quantiles(fits, [2025])) == 0
    with pytest.raises(ValueError, match="years must be a list of years"):
        quantiles(fits, [])


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
    (pooled,) = fit(table(AMOUNTS), about("amount"), "logistic").predictives
    weights = np.stack([one.weight for one in pooled.components])
    np.testing.assert_allclose(weights, 1 / 3)
