"""Simulated futures."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import forecast as fc
from forecast.model.predictive import POINTS
from forecast.model.simulation import COUNT_SHARED
from plain_priors import plain_priors

DRAWS = 8000
LUCK = 4.0
"""Standard errors that a drawn share may be off."""


ABOUT = pd.DataFrame(
    {
        "indicator": ["rate", "money", "built", "raised", "beds", "people", "density"],
        "kind": ["share", "amount", "count", "amount", "stock", "stock", "ratio"],
        "lower": [0.0] * 7,
        "upper": [100.0, np.nan, 120.0, np.nan, np.nan, np.nan, np.nan],
        "better": "higher",
        "resolution": [0.1, 1.0, 1.0, 10.0, 1.0, 1.0, 0.1],
        "cumulative": [False, False, True, True, False, False, False],
        "numerator": ["", "", "", "", "", "", "beds"],
        "denominator": ["", "", "", "", "", "", "people"],
    }
)
INDICATORS = ABOUT["indicator"].tolist()


def figures(regions=("a", "b", "c"), indicators=INDICATORS):
    """Four figures of seven indicators in each region; the last ends half a year later."""
    rows = []
    for shift, region in enumerate(regions):
        for step, year in enumerate([2018, 2019, 2020, 2021]):
            growing = 1.08**step * (1 + 0.01 * (step % 2))
            beds, people = 300.0 * (1 + shift) * growing, 9000.0 + 100.0 * step
            rows += [
                (region, "rate", year, 91.0 + shift + 2.3 * step),
                (region, "money", year, 100.0 * (1 + shift) * growing),
                (region, "built", year, 10.0 * step * (1 + shift)),
                (region, "raised", year, 500.0 + 20.0 * step - 30.0 * (step == 2)),
                (region, "beds", year, beds),
                (region, "people", year, people),
                (region, "density", year, 1e4 * beds / people),
            ]
    table = pd.DataFrame(rows, columns=["region", "indicator", "year", "value"])
    return table[table["indicator"].isin(indicators)]


@pytest.fixture(scope="module")
def fits():
    """Fits of all series."""
    return fc.fit(figures(), ABOUT, priors=plain_priors())


@pytest.fixture(scope="module")
def paths(fits):
    """Draws of all series."""
    return fc.simulate(fits, until=2026, draws=DRAWS, seed=7)


def rows_of(fits, indicator):
    """Rows of an indicator's series."""
    return np.flatnonzero(fits.series["indicator"] == indicator)


def walked(paths, indicator):
    """Draws of an indicator with the latest figure before them."""
    rows = rows_of(paths.fits, indicator)
    latest = paths.fits.series["latest"].to_numpy()[rows]
    start = np.broadcast_to(latest[:, None, None], (len(rows), paths.values.shape[1], 1))
    return np.concatenate([start, paths.values[rows]], axis=2)


@pytest.mark.parametrize("indicator", INDICATORS)
def test_draws_are_the_closed_form(fits, paths, indicator):
    """The share of draws at or below each closed-form quantile is the cdf there.

    To four standard errors, and for a ratchet the futures its closed form is counted on.
    """
    rows = rows_of(fits, indicator)
    at = [0, 1, 4]
    years = np.broadcast_to(paths.years[at].astype(float), (len(fits.series), 3))
    counted = 8.0 / POINTS if indicator == "raised" else 0.0
    for level in (0.05, 0.25, 0.5, 0.75, 0.95):
        limit = fits.quantiles([level], years)[0]
        expected = fits.cdf(limit, years)[rows]
        below = (paths.values[rows][:, :, at] <= limit[rows][:, None, :]).mean(axis=1)
        luck = LUCK * np.sqrt(0.25 / DRAWS)
        assert np.abs(below - expected).max() < luck + counted


def test_a_share_at_its_bound_has_draws_at_it(fits, paths):
    """What lies beyond 100 % is drawn as 100 %, as often as the closed form says."""
    row = rows_of(fits, "rate")[2]
    years = np.full((len(fits.series), 1), 2022.0)
    at_cap = 1.0 - fits.cdf(np.full(years.shape, 100.0 - 1e-9), years)[row, 0]
    drawn = (paths.values[row, :, 0] == 100.0).mean()
    assert 0.05 < at_cap < 0.95
    assert abs(drawn - at_cap) < LUCK * np.sqrt(0.25 / DRAWS)


def test_bounds_hold_in_every_draw(fits, paths):
    """No draw leaves an indicator's bounds."""
    assert (paths.values[rows_of(fits, "rate")] <= 100).all()
    assert (paths.values[rows_of(fits, "built")] <= 120).all()
    assert (paths.values >= 0).all()


def test_cumulative_series_never_fall(paths):
    """Counts are whole and never fall, nor do other cumulative series; the rest may."""
    for indicator in ("built", "raised"):
        assert (np.diff(walked(paths, indicator), axis=2) >= 0).all()
    built = walked(paths, "built")
    np.testing.assert_array_equal(built, np.round(built))
    assert (np.diff(walked(paths, "money"), axis=2) < 0).any()


def surprise(paths, indicator, number, year=0):
    """Normal scores of a series' draws in a year."""
    values = paths.values[rows_of(paths.fits, indicator)[number], :, year]
    return stats.norm.ppf((values.argsort().argsort() + 0.5) / len(values))


@pytest.mark.parametrize("shared", [0.0, 0.5])
def test_regions_share_the_years_shock(shared):
    """Surprises of two regions of an indicator correlate by `shared`, of two indicators not at all.

    With so many degrees of freedom the Student-t is a normal.
    """
    prior = plain_priors(shared=shared, df=1e4)
    fits = fc.fit(figures(indicators=["money", "rate"]), ABOUT, "exponential", priors=prior)
    paths = fc.simulate(fits, until=2024, draws=20_000, seed=3)
    money = [surprise(paths, "money", region) for region in (0, 1)]
    luck = LUCK / np.sqrt(20_000)
    assert np.corrcoef(*money)[0, 1] == pytest.approx(shared, abs=luck)
    later = [surprise(paths, "money", region, 2) for region in (0, 1)]
    assert np.corrcoef(*later)[0, 1] == pytest.approx(shared, abs=luck)
    other = surprise(paths, "rate", 1)
    assert np.corrcoef(money[0], other)[0, 1] == pytest.approx(0.0, abs=luck)


def test_counts_share_a_part_of_their_pace():
    """Counts of two regions rise together, by more than luck and no more than their paces share."""
    draws = 40_000
    fits = fc.fit(figures(indicators=["built"]), ABOUT.assign(upper=np.nan))
    paths = fc.simulate(fits, until=2024, draws=draws, seed=7)
    together = np.corrcoef(surprise(paths, "built", 0, 2), surprise(paths, "built", 1, 2))[0, 1]
    assert LUCK / np.sqrt(draws) < together < COUNT_SHARED + LUCK / np.sqrt(draws)


def test_years_of_a_draw_hang_together():
    """By hand: two years of one series correlate by the surprises that they share."""
    prior = plain_priors(df=1e4)
    seen = figures(["a"], ["money"]).tail(1)
    fits = fc.fit(seen, ABOUT.assign(resolution=0.0), "exponential", priors=prior)
    draws = 40_000
    paths = fc.simulate(fits, until=2025, draws=draws, seed=2)
    # A random walk: the year before is a part of the later one.
    expected = np.sqrt(1.0 / 4.0)
    found = np.corrcoef(surprise(paths, "money", 0, 0), surprise(paths, "money", 0, 3))[0, 1]
    assert found == pytest.approx(expected, abs=LUCK * (1 - expected**2) / np.sqrt(draws))


def test_draws_of_one_future_share_their_tail():
    """A draw that is wild in one year is wild in the others: one noise a draw, not one a year."""
    prior = plain_priors(df=2.0, noise_df_alone=2.0)
    fits = fc.fit(figures(["a"], ["money"]), ABOUT, "exponential", priors=prior)
    values = np.log(fc.simulate(fits, until=2022 + 3, draws=20_000, seed=2).values[0])
    away = np.abs(values - np.median(values, axis=0))
    steps = np.abs(np.diff(values, axis=1))
    wild = away[:, 0] > np.quantile(away[:, 0], 0.99)
    assert np.median(steps[wild, 1]) > 2 * np.median(steps[~wild, 1])


def test_seed_zero_is_a_seed(fits):
    """Seed 0 repeats itself bit for bit and differs from seed 1 in every series."""
    first, again, other = (
        fc.simulate(fits, until=2023, draws=50, seed=s).values for s in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=(1, 2)).all()


def test_more_draws_are_other_draws_of_the_same(fits):
    """Two numbers of draws give shares that agree within their Monte-Carlo error."""
    few, many = (fc.simulate(fits, until=2022, draws=n, seed=4).values for n in (2000, DRAWS))
    middle = np.median(many, axis=1, keepdims=True)
    below = (few <= middle).mean(axis=1) - (many <= middle).mean(axis=1)
    assert np.abs(below).max() < LUCK * np.sqrt(0.25 / 2000 + 0.25 / DRAWS)


@pytest.mark.parametrize("indicator", ["rate", "money", "built", "raised", "density"])
def test_other_indicators_change_no_draws(indicator):
    """Dropping, adding or reordering rows of others leaves a series' draws as they are."""
    needed = ["beds", "people", "density"] if indicator == "density" else [indicator]
    lone = fc.fit(figures(indicators=needed), ABOUT)
    mixed = fc.fit(figures().sample(frac=1.0, random_state=3), ABOUT.iloc[::-1])
    one, many = (fc.simulate(f, until=2024, draws=64, seed=5) for f in (lone, mixed))
    np.testing.assert_array_equal(
        one.values[rows_of(lone, indicator)], many.values[rows_of(mixed, indicator)]
    )


def test_another_region_changes_no_draws():
    """A region more, first in the alphabet and with an older figure, leaves the others' draws.

    Its siblings must not hear it in the fit for that: one figure has nothing to say.
    """
    seen = figures(indicators=["money", "rate"])
    more = pd.DataFrame({"region": "A", "indicator": "money", "year": [2019], "value": 70.0})
    few, many = (fc.fit(s, ABOUT, priors=plain_priors()) for s in (seen, pd.concat([more, seen])))
    one = fc.simulate(few, until=2024, draws=64, seed=5)
    two = fc.simulate(many, until=2024, draws=64, seed=5)
    assert two.years.tolist() == [2020, 2021, 2022, 2023, 2024]
    np.testing.assert_allclose(
        one.values[rows_of(few, "money")],
        two.values[rows_of(many, "money")[1:], :, 2:],
        rtol=1e-9,
    )


@pytest.mark.parametrize("indicator", INDICATORS)
def test_a_longer_horizon_keeps_the_near_future(fits, indicator):
    """The first years of every draw do not depend on how far one looks.

    1e-9: the near years of a longer covariance are decomposed by other sums.
    """
    rows = rows_of(fits, indicator)
    near, far = (fc.simulate(fits, until=u, draws=64, seed=5).values[rows] for u in (2023, 2027))
    np.testing.assert_allclose(near, far[:, :, :2], rtol=1e-9)


def test_a_year_shocks_all_regions_alike_whatever_their_latest_figure():
    """The surprise of 2022 is common to a region known to 2021 and to one known to 2020."""
    seen = figures(("a", "b"), ["money"])
    seen = seen[(seen["region"] == "a") | (seen["year"] < 2021)]
    fits = fc.fit(seen, ABOUT, "exponential", priors=plain_priors(shared=1.0, df=1e4))
    paths = fc.simulate(fits, until=2023, draws=4000, seed=1)
    assert paths.years.tolist() == [2021, 2022, 2023]
    assert np.isnan(paths.values[0, :, 0]).all()
    assert not np.isnan(paths.values[:, :, 1:]).any() and not np.isnan(paths.values[1]).any()
    # b has walked through 2021 before: of its surprise in 2022 the new part is common.
    step = np.log(paths.values[1, :, 1] / paths.values[1, :, 0])
    assert np.corrcoef(np.log(paths.values[0, :, 1]), step)[0, 1] > 0.9


def test_a_mid_year_figure_starts_half_a_year_before():
    """After a figure of mid-2021 the end of 2021 is future, and half a year's noise away."""
    seen = figures(("a",), ["money"])
    half = fc.fit(seen.assign(year=seen["year"] - 0.5), ABOUT, priors=plain_priors())
    paths = fc.simulate(half, until=2022, draws=DRAWS, seed=1)
    assert paths.years.tolist() == [2021, 2022]
    years = np.array([[2021.0, 2022.0]])
    for level in (0.1, 0.9):
        below = (paths.values[0] <= half.quantiles([level], years)[0, 0]).mean(axis=0)
        np.testing.assert_allclose(below, level, atol=LUCK * np.sqrt(0.25 / DRAWS))


def test_long_form_has_a_row_a_simulated_value():
    """The long table has region, indicator, scenario, draw, year, value and no missing value."""
    seen = figures(("a", "b"), ["money"])
    fits = fc.fit(seen[(seen["region"] == "a") | (seen["year"] < 2021)], ABOUT)
    paths = fc.simulate(fits, until=2022, draws=3, seed=0)
    table = paths.table()
    assert list(table.columns) == ["region", "indicator", "scenario", "draw", "year", "value"]
    assert table["value"].notna().all()
    assert table.groupby("region")["year"].unique().map(list).to_dict() == {
        "a": [2022], "b": [2021, 2022],
    }  # fmt: skip
    one = table[(table["region"] == "b") & (table["draw"] == 1)]
    assert one["value"].tolist() == paths.values[1, 1].tolist()
    assert set(table["scenario"]) == {"baseline"}
    found = replace(paths, scenario="more").quantiles([0.5])
    assert (
        found["q50"].tolist() == np.median(paths.values[[0, 1, 1], :, [1, 0, 1]], axis=1).tolist()
    )
    assert found[["scenario", "year"]].values.tolist() == [
        ["more", 2022], ["more", 2021], ["more", 2022],
    ]  # fmt: skip


def test_nothing_observed_is_nothing_drawn():
    """No series, no draws."""
    paths = fc.simulate(fc.fit(figures().iloc[:0], ABOUT), until=2025, draws=3)
    assert paths.values.shape[:2] == (0, 3)
    assert len(paths.table()) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"until": 2021}, r"until=2021 is not after the latest figures \(2021\)"),
        ({"until": 2025, "draws": 0}, "at least 1"),
        ({"until": 2025, "seed": -1}, "at least 0"),
    ],
)
def test_senseless_requests_are_refused(fits, options, message):
    """A past year, no draws or a negative seed raise and say so."""
    with pytest.raises(ValueError, match=message):
        fc.simulate(fits, **options)
