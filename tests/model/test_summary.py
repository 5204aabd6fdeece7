"""What a fit found, in two tables."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

import forecast as fc
from forecast.model.counts import DISCOUNT, PACE_PRIOR, PACE_SHAPE, YEAR_SHAPE
from forecast.model.paces import FADE
from forecast.model.pooling import CAP_FACTORS
from forecast.model.summary import FAINTEST, OLD, PARAMETERS
from plain_priors import DRIFT, PLAIN, plain_priors

SHARE = {"lower": 0.0, "upper": 100.0}
LOWEST, WIDTH = -100 * FADE, 100 * (1 + 2 * FADE)
"""Ends of the saturating links of a share, a little beyond its bounds."""


def series(values, first=2018, region="a", indicator="x"):
    """Yearly figures of one series."""
    years = np.arange(first, first + len(values), dtype=float)
    return pd.DataFrame(
        {"region": region, "indicator": indicator, "year": years, "value": np.array(values, float)}
    )


def about(kind="share", indicator="x", **columns):
    """Describe one indicator."""
    bounds = SHARE if kind == "share" else {}
    one = {"indicator": indicator, "kind": kind, "better": "higher"} | bounds
    return pd.DataFrame([one | columns])


def estimates(values, growth="logistic", kind="share", prior=None, **columns):
    """Parameters of one series, by name."""
    fits = fc.fit(
        series(values), about(kind, **columns), growth, priors=plain_priors(**prior or {})
    )
    return fits.parameters().set_index("parameter")


def by_hand(z, variance=0.0):
    """Pace, its sd and that of the noise, of a plain drift of yearly figures.

    The drift forgets by 3 % a year; its weights are uncertain by `variance` each.
    """
    steps = np.diff(z)
    weight = 0.97 ** np.arange(len(steps))[::-1]
    pace = weight @ steps / weight.sum()
    nu, k = PLAIN["noise_df"], len(steps)
    s2 = (nu * PLAIN["noise"] ** 2 + ((steps - steps.mean()) ** 2).sum()) / (nu + k - 1)
    return pace, np.sqrt(variance) * abs(pace), np.sqrt(s2)


FIGURES = np.array([40, 47.5, 52, 58.1])


@pytest.mark.parametrize(
    ("growth", "link", "to", "slope"),
    [
        ("linear", "identity", lambda y: y / 25, lambda z: 25 + 0 * z),
        ("exponential", "log", np.log, np.exp),
        ("logistic", "logit", lambda y: logit((y - LOWEST) / WIDTH),
         lambda z: WIDTH * expit(z) * expit(-z)),
        ("gompertz", "cloglog", lambda y: -np.log(-np.log((y - LOWEST) / WIDTH)),
         lambda z: WIDTH * np.exp(-np.exp(-z) - z)),
    ],
)  # fmt: skip
def test_pace_and_noise_by_hand(growth, link, to, slope):
    """Paces on both scales and the noise of a plain drift."""
    found = estimates(FIGURES, growth, prior=DRIFT)
    pace, _, noise = by_hand(to(FIGURES))
    unit, steep = 25.0 if link == "identity" else 1.0, slope(to(FIGURES)[-1])
    assert set(found["link"]) == {link}
    row = found.loc["link_pace"]
    assert row["value"] == pytest.approx(pace * unit, rel=1e-9)
    assert row["unit"] == ("unit a year" if link == "identity" else f"{link} a year")
    row = found.loc["pace"]
    assert row["value"] == pytest.approx(pace * steep, rel=1e-9)
    assert row["unit"] == "unit a year"
    row = found.loc["noise"]
    assert row["value"] == pytest.approx(noise * unit, rel=1e-9)
    assert row["unit"] == ("unit" if link == "identity" else link)


def test_the_parts_of_a_pace_add_up_to_it():
    """What comes from peers, from own steps and from the direction is the whole pace."""
    seen = pd.concat([series(FIGURES), series(FIGURES[::-1], region="b")])
    found = fc.fit(seen, about()).parameters()
    table = found.pivot(index=["region", "link"], columns="parameter", values="value")
    parts = table[["pace_peers", "pace_own", "pace_direction"]]
    np.testing.assert_allclose(parts.sum(axis=1), table["pace"], rtol=1e-9)
    assert (parts.abs() > 0).all(axis=None)


def test_noise_is_as_sure_as_its_degrees_of_freedom():
    """The sd of the noise is noise / sqrt(2 df): the df of the tails, and half of the own k."""
    row = estimates(FIGURES, "exponential").loc["noise"]
    expected = row["value"] / np.sqrt(2 * (PLAIN["df"] + (len(FIGURES) - 1) / 2))
    assert row["sd"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("growth", ["logistic", "gompertz"])
def test_a_bound_is_the_cap(growth):
    """Where an upper bound is known it is the cap, without doubt."""
    row = estimates(FIGURES, growth).loc["cap"]
    assert (row["value"], row["sd"], row["unit"]) == (100.0, 0.0, "unit")


@pytest.mark.parametrize("growth", ["logistic", "gompertz"])
def test_an_unknown_cap_is_one_of_those_tried(growth):
    """Without a bound there is one row for each cap tried, each with its share of the weight."""
    found = estimates(FIGURES, growth, "amount").loc["cap"]
    tried = FIGURES.max() * np.array(CAP_FACTORS) * (1 + FADE)
    np.testing.assert_allclose(np.sort(found["value"]), tried, rtol=1e-9)
    np.testing.assert_allclose(found["weight"], 1 / len(CAP_FACTORS))
    assert (found["sd"] > 0).all()


def test_paths_without_a_cap_have_neither_cap_nor_turning_year():
    """Linear and exponential paths list paces and noise only."""
    for growth in ("linear", "exponential", "no_change"):
        kind = "amount"
        assert estimates(FIGURES, growth, kind).index.tolist() == list(PARAMETERS[:6])


SURE = DRIFT | {"noise": 1e-5}
"""No noise to speak of and the drift of the figures."""


YEARS = np.arange(2018, 2024)


@pytest.mark.parametrize("turn", [2012.5, 2020.0, 2024.25])
@pytest.mark.parametrize(
    ("growth", "back"), [("logistic", expit), ("gompertz", lambda z: np.exp(-np.exp(-z)))]
)
def test_turning_year_of_a_noiseless_path(growth, back, turn):
    """A path without noise turns in the year it was drawn to turn in, past or future.

    A thousandth of a year: the noise is a hundred-thousandth.
    """
    values = LOWEST + WIDTH * back(0.2 * (YEARS - turn))
    row = estimates(values, growth, prior=SURE).loc["turning_year"]
    assert row["value"] == pytest.approx(turn, abs=1e-3)
    assert row["unit"] == "year"


def test_a_logistic_turns_half_way_up():
    """A logistic from 0 to 100 that passes 50 in 2020 turns in 2020.

    A twentieth of a year: the path's ends lie half a percent beyond 0 and 100.
    """
    row = estimates(100 * expit(0.2 * (YEARS - 2020)), prior=SURE).loc["turning_year"]
    assert row["value"] == pytest.approx(2020, abs=0.05)


def test_the_sd_of_a_turning_year_is_the_delta_method():
    """By hand: the pace's deviation over the years between, per unit of pace."""
    z = logit((FIGURES - LOWEST) / WIDTH)
    found = estimates(FIGURES, prior=DRIFT | {"variance own": 0.04, "evidence": 1e-12})
    row, sd = found.loc["turning_year"], found.loc["link_pace", "sd"]
    pace = by_hand(z)[0]
    ahead = -z[-1] / pace
    assert row["value"] == pytest.approx(2021 + ahead, rel=1e-9)
    assert row["sd"] == pytest.approx(abs(ahead) * sd / abs(pace), rel=1e-6)


def test_a_pace_that_is_as_good_as_nothing_has_no_turning_year():
    """Equal figures turn at no time: there is no row, and no infinite year."""
    found = estimates([50, 50, 50, 50])
    assert "turning_year" not in found.index
    pace = found.loc["link_pace"]
    assert abs(pace["value"]) <= FAINTEST * pace["sd"]


def test_prior_share_is_what_does_not_come_from_the_figures():
    """One figure leaves all to the prior, more leave less: lambda K / (1 + lambda K) is theirs."""
    assert estimates([40.0], prior=DRIFT)["prior_share"].eq(1.0).all()
    share = [estimates(FIGURES[:n], prior=DRIFT)["prior_share"].iloc[0] for n in (2, 3, 4)]
    assert 1 > share[0] > share[1] > share[2] > 0


def test_counts_have_a_mean_number_of_units_a_year():
    """By hand: E a theta of the increments' posterior, spread as its rate is."""
    found = estimates([3, 4, 9], "auto", "count", resolution=1.0).loc["pace"]
    elapsed, gained = DISCOUNT + 1.0, DISCOUNT * 1 + 5
    shape = PACE_SHAPE + YEAR_SHAPE * elapsed
    rate = PACE_SHAPE / YEAR_SHAPE * PACE_PRIOR * 9 + gained
    assert found["value"] == pytest.approx(YEAR_SHAPE * rate / (shape - 1), rel=1e-9)
    assert found["sd"] == pytest.approx(found["value"] / np.sqrt(shape), rel=1e-9)
    assert found["prior_share"] == pytest.approx(PACE_SHAPE / shape, rel=1e-9)
    assert (found["link"], found["unit"], found["weight"]) == ("increments", "unit a year", 1.0)


def test_counts_in_thousands_have_their_pace_in_units():
    """The pace is in the indicator's unit, not in steps of counting."""
    small = estimates([3, 4, 9], "auto", "count", resolution=1.0).loc["pace"]
    large = estimates([3000, 4000, 9000], "auto", "count", resolution=1000.0).loc["pace"]
    assert large["value"] == pytest.approx(1000 * small["value"], rel=1e-9)
    assert large["sd"] == pytest.approx(1000 * small["sd"], rel=1e-9)


@pytest.fixture
def mixed():
    """Fits of a share, an amount and a count, of two regions each, under `auto`."""
    tables = [
        series(values, region=region, indicator=name)
        for name, by_region in (
            ("rate", ([40, 47, 52, 58], [95, 98, 99, 100])), ("money", ([100, 104, 118], [50, 52])),
            ("built", ([3, 4, 9], [40])),
        )
        for region, values in zip("ab", by_region, strict=True)
    ]  # fmt: skip
    known = [about("share", "rate"), about("amount", "money"), about("count", "built")]
    return fc.fit(
        pd.concat(tables),
        pd.concat(known),
        priors=plain_priors(direction=0.3),
    )


def test_parameters_are_a_tidy_table(mixed):
    """A row a series, link and parameter, in that order, every number finite, sd not negative."""
    found = mixed.parameters()
    assert found.columns.tolist() == [
        "region", "indicator", "link", "weight", "parameter", "value", "sd", "unit", "prior_share",
    ]  # fmt: skip
    assert np.isfinite(found[["value", "sd", "weight", "prior_share"]]).all(axis=None)
    assert (found["sd"] >= 0).all()
    assert found["prior_share"].between(0, 1).all()
    keys = found[["region", "indicator", "link"]]
    assert keys.equals(keys.sort_values(["region", "indicator", "link"]))
    rate = found[(found["region"] == "a") & (found["indicator"] == "rate")]
    logit_rows = rate[rate["link"] == "logit"]["parameter"].tolist()
    assert logit_rows == list(PARAMETERS)
    weights = rate.drop_duplicates("link")["weight"]
    assert weights.sum() == pytest.approx(1.0)


def test_parameters_of_nothing_are_an_empty_table():
    """No series, no parameters: a table of the same columns without rows."""
    fits = fc.fit(series([50]).iloc[:0], about())
    assert len(fits.parameters()) == len(fits.summary()) == 0


RATIO = about("ratio", "density", numerator="beds", denominator="people")


def with_parts():
    """Fits of a ratio beside its numerator and denominator."""
    seen = [
        series([300, 330, 350, 390], indicator="beds"),
        series([9000, 9100, 9300, 9500], indicator="people"),
        series([376, 410.5], 2020, indicator="density"),
    ]
    known = pd.concat([RATIO, about("stock", "beds"), about("stock", "people")])
    return fc.fit(pd.concat(seen), known, priors=plain_priors())


def test_a_ratio_of_known_parts_has_no_parameters_of_its_own():
    """Its parts' rows tell how it moves; asked alone, it has an empty table."""
    fits = with_parts()
    assert set(fits.parameters()["indicator"]) == {"beds", "people"}
    alone = fits.take(np.flatnonzero(fits.series["indicator"] == "density"))
    assert len(alone.parameters()) == 0
    assert "weight_log" in fits.summary()


def test_the_summary_is_a_row_a_series(mixed):
    """Facts, link weights that sum to one (none for counts), evidence and warnings."""
    found = mixed.summary()
    assert found.columns.tolist()[:9] == [
        "region", "indicator", "kind", "n", "latest", "latest_year", "siblings", "own_share",
        "evidence",
    ]  # fmt: skip
    assert found.columns[-1] == "warnings"
    weights = found[[c for c in found if c.startswith("weight_")]]
    assert set(weights.columns) >= {"weight_logit", "weight_identity", "weight_log"}
    expected = np.where(found["kind"] == "count", 0.0, 1.0)
    np.testing.assert_allclose(weights.sum(axis=1), expected)
    facts = found[["region", "indicator", "n", "latest", "latest_year", "siblings"]]
    assert facts.values.tolist() == [
        ["a", "built", 3, 9.0, 2020.0, 0], ["a", "money", 3, 118.0, 2020.0, 1],
        ["a", "rate", 4, 58.0, 2021.0, 3], ["b", "built", 1, 40.0, 2018.0, 2],
        ["b", "money", 2, 52.0, 2019.0, 2], ["b", "rate", 4, 100.0, 2021.0, 3],
    ]  # fmt: skip
    pd.testing.assert_series_equal(found["own_share"], mixed.series["own_share"])
    pd.testing.assert_series_equal(found["evidence"], mixed.series["evidence"])


def warned(*tables, resolution=0.1, **columns):
    """Warnings of the first series, the others beside it."""
    seen = pd.concat(tables, ignore_index=True).assign(**columns)
    names = seen["indicator"].unique()
    known = pd.concat([about(indicator=name, resolution=resolution) for name in names])
    return fc.fit(seen, known, priors=plain_priors()).summary()["warnings"].iloc[0]


SOUND = series([40, 47, 52, 58])
SIBLING = series([30, 31, 37, 38], region="b")


def test_a_sound_series_has_no_warning():
    """Four figures up to date, a sibling, no bound, no break: nothing to say."""
    assert warned(SOUND, SIBLING) == ""


@pytest.mark.parametrize(
    ("word", "tables"),
    [
        ("one_figure", [series([58], 2021), SIBLING]),
        ("no_siblings", [SOUND]),
        ("at_bound", [series([90, 95, 99, 100]), SIBLING]),
        ("at_bound", [series([3, 2, 1, 0]), SIBLING]),
        ("all_equal", [series([58, 58, 58, 58]), SIBLING]),
        ("gap", [pd.concat([series([40], 2012), series([52, 58], 2020)]), SIBLING]),
        ("gap", [pd.concat([series([40], 2015.5), series([52, 58], 2020)]), SIBLING]),
        ("conflicting", [SOUND, series([59], 2021), SIBLING]),
        ("old", [series([40, 47, 52], 2012), series([30, 31, 33], 2012, "b"),
                 series([1, 2], 2019 + OLD - 4, "c", "y")]),
    ],
)  # fmt: skip
def test_each_warning_has_its_word(word, tables):
    """Every condition alone is said by exactly its word."""
    assert warned(*tables) == word


def test_a_break_is_a_warning():
    """A marked break is said of its series only."""
    marks = [False, False, True, False] + [False] * 4
    seen = pd.concat([SOUND, SIBLING], ignore_index=True).assign(**{"break": marks})
    found = fc.fit(seen, about(), priors=plain_priors()).summary()["warnings"]
    assert found.tolist() == ["break", ""]


def test_warnings_stop_at_their_limits():
    """Four years between figures are no gap, `OLD` years behind the table's last are not old."""
    assert warned(pd.concat([series([40], 2016), series([52, 58], 2020)]), SIBLING) == ""
    late = series([1, 2], 2020 + OLD, "c", "y")
    assert warned(SOUND, SIBLING, late) == ""


def test_warnings_are_joined():
    """Several words stand in one cell, separated by a comma."""
    assert warned(series([100])) == "one_figure, no_siblings, at_bound"


def test_the_summary_of_taken_fits_is_theirs():
    """Fits taken from others tell of their own series, in their own order."""
    tables = [series([58], 2021), series([30, 31, 37, 38], region="b")]
    fits = fc.fit(pd.concat(tables), about(), priors=plain_priors())
    words = ["one_figure", "no_siblings"]  # b hears no increment of a, a hears those of b
    assert fits.summary()["warnings"].tolist() == words
    assert fits.take(np.array([1, 0])).summary()["warnings"].tolist() == words[::-1]
    assert fits.take(np.array([1])).summary()["warnings"].tolist() == words[1:]


def test_nothing_is_changed(mixed):
    """Asking for tables leaves the fits as they are."""
    before = mixed.series.copy(), mixed.observations.copy()
    mixed.parameters(), mixed.summary()
    pd.testing.assert_frame_equal(mixed.series, before[0])
    pd.testing.assert_frame_equal(mixed.observations, before[1])
