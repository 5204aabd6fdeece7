"""Simulated futures."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc

ABOUT = pd.DataFrame(
    {
        "indicator": ["rate", "money", "built", "raised"],
        "kind": ["share", "amount", "count", "amount"],
        "lower": [0.0, 0.0, 0.0, 0.0],
        "upper": [100.0, np.nan, 120.0, np.nan],
        "better": "higher",
        "resolution": [0.1, 1.0, 1.0, 10.0],
        "cumulative": [False, False, True, True],
    }
)


def figures(regions=("a", "b", "c")):
    """Four figures of four indicators in each region."""
    rows = []
    for shift, region in enumerate(regions):
        for step, year in enumerate([2018, 2019, 2020, 2021]):
            rows += [
                (region, "rate", year, 88.0 + shift + 3.0 * step),
                (region, "money", year, 100.0 * (1 + shift) * 1.08**step * (1 + 0.01 * (step % 2))),
                (region, "built", year, 10.0 * step * (1 + shift)),
                (region, "raised", year, 500.0 + 20.0 * step),
            ]
    return pd.DataFrame(rows, columns=["region", "indicator", "year", "value"])


@pytest.fixture(scope="module")
def fits():
    """Fits of all series."""
    return fc.fit(figures(), ABOUT)


@pytest.fixture(scope="module")
def paths(fits):
    """Draws of all series."""
    return fc.simulate(fits, until=2026, draws=4000, seed=7)


def rows_of(fits, indicator):
    """Rows of an indicator's series."""
    return np.flatnonzero(fits.series["indicator"] == indicator)


def test_quantiles_of_draws_are_the_closed_form(fits, paths):
    """The share of draws below each closed-form quantile is its level, to four standard errors."""
    for indicator in ("rate", "money", "built"):
        rows = rows_of(fits, indicator)
        years = np.broadcast_to(np.array([2022.0, 2025.0]), (len(fits.series), 2))
        for level in (0.1, 0.5, 0.9):
            limit = fits.quantile(level, years)[rows]
            # Counts are whole numbers: the draw meets the closed form at the half step.
            limit = np.floor(limit) + 0.5 if indicator == "built" else limit
            wide = np.zeros_like(years)
            wide[rows] = limit
            expected = fits.cdf(wide, years)[rows]
            drawn = paths.values[rows][:, :, [0, 3]]
            below = (drawn <= limit[:, None, :]).mean(axis=1)
            assert np.abs(below - expected).max() < 4 * np.sqrt(0.25 / 4000), indicator


def test_bounds_hold_in_every_draw(fits, paths):
    """No draw leaves an indicator's bounds."""
    assert (paths.values[rows_of(fits, "rate")] <= 100).all()
    assert (paths.values[rows_of(fits, "built")] <= 120).all()
    assert (paths.values >= 0).all()


def test_cumulative_series_never_fall(fits, paths):
    """Counts are whole and never fall, nor do other cumulative series."""
    for indicator in ("built", "raised"):
        rows = rows_of(fits, indicator)
        latest = fits.series["latest"].to_numpy()[rows]
        walked = np.concatenate(
            [np.broadcast_to(latest[:, None, None], (len(rows), 4000, 1)), paths.values[rows]], 2
        )
        assert (np.diff(walked, axis=2) >= 0).all()
    built = paths.values[rows_of(fits, "built")]
    assert (built == np.round(built)).all()


def test_regions_share_the_years_shock(fits, paths):
    """Surprises of two regions of an indicator correlate, of two indicators they do not."""

    def surprise(indicator, number):
        values = paths.values[rows_of(fits, indicator)[number]]
        ranks = np.log(values[:, 1] / values[:, 0])
        return ranks.argsort().argsort()

    together = np.corrcoef(surprise("money", 0), surprise("money", 1))[0, 1]
    apart = np.corrcoef(surprise("money", 0), surprise("rate", 1))[0, 1]
    assert together > 0.1
    assert abs(apart) < 0.07


def test_seed_zero_is_a_seed(fits):
    """Seed 0 repeats itself bit for bit and differs from seed 1."""
    first, again, other = (
        fc.simulate(fits, until=2023, draws=50, seed=s).values for s in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_other_series_change_no_draws():
    """Dropping, adding or reordering rows leaves a series' draws as they are."""
    seen = figures()
    lone = seen[seen["indicator"] == "built"]
    mixed = seen.sample(frac=1.0, random_state=3)
    one = fc.simulate(fc.fit(lone, ABOUT), until=2024, draws=64, seed=5)
    many = fc.simulate(fc.fit(mixed, ABOUT), until=2024, draws=64, seed=5)
    assert np.array_equal(one.values, many.values[rows_of(many.fits, "built")])


def test_longer_horizon_keeps_the_early_years_shocks(fits):
    """The common shock of a year does not depend on how far one looks."""
    near = fc.simulate(fits, until=2022, draws=4000, seed=5).values[rows_of(fits, "money")[0], :, 0]
    far = fc.simulate(fits, until=2026, draws=4000, seed=5).values[rows_of(fits, "money")[0], :, 0]
    assert np.corrcoef(np.log(near), np.log(far))[0, 1] > 0.1


def test_long_form_has_a_row_a_simulated_value(paths):
    """The long table has region, indicator, scenario, draw, year, value and no missing value."""
    small = fc.simulate(paths.fits, until=2022, draws=3, seed=0).table()
    assert list(small.columns) == ["region", "indicator", "scenario", "draw", "year", "value"]
    assert len(small) == 12 * 3
    assert small["value"].notna().all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"until": 2020}, "not after the latest"),
        ({"until": 2025, "draws": 0}, "at least 1"),
        ({"until": 2025, "seed": -1}, "at least 0"),
    ],
)
def test_senseless_requests_are_refused(fits, options, message):
    """A past year, no draws or a negative seed raise and say so."""
    with pytest.raises(ValueError, match=message):
        fc.simulate(fits, **options)
