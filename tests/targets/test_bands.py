"""Targets with two ends: from the table to the chance, states, progress and joint answers."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.errors import DataError
from forecast.scenarios.criterion import read_criterion
from forecast.targets.event_probabilities import DrawnEvents, compute_probability
from forecast.targets.target_state import TargetState, read_targets

YEARS = [2019, 2020, 2021, 2022]
FIGURES = {"up": [50.0, 52.0, 53.0, 55.0], "down": [80.0, 78.0, 75.0, 73.0]}


def fitted(kind="stock", figures=FIGURES, **about):
    """Fits of series with the figures of `YEARS`, by region."""
    rows = [(r, "x", *at) for r, f in figures.items() for at in zip(YEARS, f, strict=True)]
    seen = pd.DataFrame(rows, columns=["region", "indicator", "year", "value"])
    return fc.fit(seen, kind=kind, better="higher", resolution=1.0, **about)


def bands(region, *ends, year=2025, **columns):
    """Bands of a region."""
    low, high = zip(*ends, strict=True)
    ends = {"value": low, "value_high": high, "comparator": "between"}
    return pd.DataFrame({"region": region, "indicator": "x", "year": year} | ends).assign(**columns)


@pytest.mark.parametrize("kind", ["stock", "share", "amount", "count", "standard"])
def test_the_chance_of_a_band_is_what_lies_between_its_ends(kind):
    """It is the chance of the lower end less that of passing the upper, and that of the draws."""
    fits = fitted(kind, {"up": FIGURES["up"]})
    band = bands("up", (58.0, 64.0), (50.0, 90.0), (56.0, 56.0))
    both = [fc.attainment(fits, band.assign(comparator=word, value=band[column], value_high=np.nan))
            for word, column in (("ge", "value"), ("gt", "value_high"))]  # fmt: skip
    found = fc.attainment(fits, band, answers=["reach"])
    above, over = (np.where(p.isin([0.01, 0.99]), np.nan, p) for p in (b["p_reach"] for b in both))
    exact = ~np.isnan(above - over) & found["p_reach"].between(0.011, 0.989)
    np.testing.assert_allclose(found["p_reach"][exact], (above - over)[exact], atol=1e-9)
    paths = fc.simulate(fits, until=2025, draws=6000)
    state = TargetState.of(fits, band)
    share = DrawnEvents.of(paths, state).hits("reach").mean(axis=1)
    chance = [compute_probability(fits, TargetState.of(fits, band.iloc[[i]]), "reach")
              for i in range(3)]  # fmt: skip
    np.testing.assert_allclose(share, chance, atol=0.03)
    assert fc.joint(paths, band).expected == pytest.approx(share.sum())


def test_events_over_years_count_years_inside_the_band():
    """`ever` is at least, and `maintain` at most, the chance of the year itself, as on draws."""
    fits, band = fitted(), bands("up", (56.0, 60.0), year=2024)
    row = fc.attainment(fits, band).iloc[0]
    assert row["p_maintain"] < row["p_reach"] < row["p_ever"]
    drawn = DrawnEvents.of(fc.simulate(fits, until=2024, draws=6000), TargetState.of(fits, band))
    for event in ("ever", "maintain"):
        assert drawn.hits(event).mean() == pytest.approx(row[f"p_{event}"], abs=0.06)


@pytest.mark.parametrize(
    ("low", "high", "kind", "status"),
    [(53.0, 57.0, "stock", "met"), (56.0, 60.0, "stock", "missed"), (40.0, 54.0, "stock", "missed"),
     (54.6, 55.4, "stock", "met")],
)  # fmt: skip
def test_a_figure_of_the_year_decides_a_band(low, high, kind, status):
    """Below and above the band it is missed; 55 as reported meets 54.6 to 55.4."""
    found = fc.attainment(fitted(kind), bands("up", (low, high), year=2022))
    assert found["status"].item() == status and found["p_reach"].item() == (status == "met")


def test_what_never_falls_cannot_return_to_a_band_that_it_has_passed():
    """Passed bands are impossible ahead, and missed in a year without a figure."""
    fits = fitted("count", {"up": [50.0, 52.0, 70.0, 75.0]})
    ahead = fc.attainment(fits, bands("up", (58.0, 64.0))).iloc[0]
    assert (ahead["p_reach"], ahead["p_ever"], ahead["status"]) == (0.0, 0.0, "unlikely")
    seen = fits.observations[fits.observations["year"] != 2021]
    gap = fc.fit(seen, kind="count", better="higher", resolution=1.0)
    kept = fc.attainment(gap, bands("up", (51.0, 80.0), (40.0, 50.0), year=2021))
    assert kept["status"].tolist() == ["exceeded", "missed"]


def test_a_band_is_measured_to_its_nearer_end():
    """From below to the lower end, from above to the upper one; inside nothing is needed."""
    fits = fitted()
    targets = pd.concat([bands("up", (58.0, 64.0)), bands("down", (58.0, 64.0), (70.0, 75.0))])
    table = fc.attainment(fits, targets.assign(baseline_year=2020, baseline=[52.0, 78.0, 78.0]))
    np.testing.assert_allclose(table["required_rate"], [1.0, -3.0, 0.0])
    assert table["target_high"].tolist() == [64.0, 64.0, 75.0]
    assert table["schedule_status"].tolist() == ["on_schedule", "wrong_side", "wrong_side"]
    assert (
        "reached" not in table["status"].tolist()
    )  # higher is better: 78 was better than the band
    lower = fc.fit(fits.observations, kind="stock", better="lower", resolution=1.0)
    row = fc.attainment(lower, targets.assign(baseline_year=2019, baseline=[50.0, 80.0, 80.0]))
    assert row["schedule_status"].tolist() == ["wrong_side", "behind", "reached"]
    passed = fc.attainment(fits, bands("up", (53.5, 54.0), baseline_year=2019, baseline=50.0))
    assert passed["schedule_status"].item() == "behind"
    assert passed["ratio_class"].item() == "deterioration"


def test_a_band_as_a_criterion_is_met_between_its_ends():
    """The margin of a draw is its distance to the nearer end, negative outside."""
    paths = fc.simulate(fitted(), until=2025, draws=50)
    one = read_criterion(paths, bands("up", (58.0, 64.0)), "2022-12-31")
    values = np.full((4, len(paths.years)), np.array([[57.0], [58.5], [64.0], [65.0]]))
    np.testing.assert_allclose(one.margin(values), [-0.5, 1.0, 0.5, -0.5], atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"value_high": np.nan}, "without its upper end"), ({"value_high": 50.0}, "lower end"),
     ({"comparator": "ge"}, "only a band")],
)  # fmt: skip
def test_a_band_needs_two_ends_in_order(changes, words):
    """Without an upper end, with one below the lower, or without `between` it is refused."""
    with pytest.raises(DataError, match=words):
        read_targets(bands("up", (58.0, 64.0)).assign(**changes))
