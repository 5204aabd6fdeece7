"""Forecasts replayed from earlier years and scored."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import forecast as fc
from forecast.errors import DataError, UnknownNameError
from forecast.evaluation import scores
from forecast.evaluation.backtesting import METHODS, backtest
from forecast.model.priors import read_priors

QUANTILES = ["q05", "q10", "q25", "q50", "q75", "q90", "q95"]
LEVELS = np.array([0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95])
VALUED = ["forecast", "no_change", "linear_trend", "drift"]
CASE = ["region", "indicator", "origin", "year"]
ABOUT = pd.DataFrame(
    {
        "indicator": ["rate", "money", "built"],
        "kind": ["share", "amount", "count"],
        "lower": [0.0, 0.0, 0.0],
        "upper": [100.0, np.nan, np.nan],
        "better": ["higher", "lower", "higher"],
        "resolution": [0.1, 1.0, 1.0],
    }
)


def series(values, first=2010, region="a", indicator="rate"):
    """Yearly figures of one series."""
    years = np.arange(first, first + len(values))
    return pd.DataFrame({"region": region, "indicator": indicator, "year": years, "value": values})


def ragged():
    """Three indicators of three regions, with gaps, mid-year figures and late starts."""
    rng = np.random.default_rng(1)
    parts = []
    for place, region in enumerate("abc"):
        rate = 40 + 5 * place + np.cumsum(rng.normal(1.0, 1.0, 12))
        money = 500 * np.exp(np.cumsum(rng.normal(-0.03, 0.05, 12)))
        built = 3 + np.cumsum(rng.poisson(2, 12))
        parts += [
            series(rate.round(1), region=region).drop(index=[4, 7][: place % 3]),
            series(money.round(), region=region, indicator="money").iloc[place:],
            series(built.astype(float), region=region, indicator="built"),
        ]
    table = pd.concat(parts, ignore_index=True).astype({"year": float})
    middle = (table["region"] == "b") & (table["indicator"] == "rate") & (table["year"] == 2013)
    table.loc[middle, "year"] = 2012.5
    return table


@pytest.fixture(scope="module")
def seen():
    """Figures of the small panel."""
    return ragged()


@pytest.fixture(scope="module")
def found(seen):
    """Backtest of the small panel."""
    return backtest(seen, ABOUT, draws=60, seed=3)


def ours(result):
    """Our own forecasts only."""
    return result.forecasts[result.forecasts["method"] == "forecast"].reset_index(drop=True)


@cache
def own_figures():
    """Years and values of each series of the small panel, in the order of years."""
    groups = ragged().sort_values("year").groupby(["region", "indicator"])
    return {name: own[["year", "value"]].to_numpy(float).T for name, own in groups}


def shown_to(case):
    """Years and values that a method sees of a case's series."""
    years, values = own_figures()[case.region, case.indicator]
    return years[years <= case.origin], values[years <= case.origin]


# What is known at an origin


def test_later_figures_change_no_forecast(seen, found):
    """Figures after an origin leave its quantiles, made targets and chances as they are."""
    spoilt = seen.copy()
    late = spoilt["year"] > 2016
    spoilt.loc[late, "value"] = (spoilt.loc[late, "value"] * 0.3).round()
    origins = [2013, 2016, 2018]
    other = backtest(spoilt, ABOUT, origins=origins, draws=0)
    for name, columns in (
        ("forecasts", ["method", *CASE, "n", "scale", *QUANTILES]),
        ("chances", [*CASE, "n", "factor", "target", *METHODS]),
    ):
        before, after = (
            table[table["origin"].isin([2013, 2016])][columns].reset_index(drop=True)
            for table in (getattr(found, name), getattr(other, name))
        )
        pd.testing.assert_frame_equal(before, after)
    assert not ours(found).query("origin == 2018").equals(ours(other).query("origin == 2018"))


def test_a_forecast_is_that_of_a_fit_to_what_was_known(seen, found):
    """Our quantiles are those that `fit` and `quantiles` give of the figures up to the origin."""
    for origin in (2011, 2015, 2020):
        fits = fc.fit(seen[seen["year"] <= origin], ABOUT)
        plain = fc.quantiles(fits, range(origin + 1, origin + 4), levels=LEVELS)
        mine = ours(found).query("origin == @origin")
        both = mine.merge(plain, on=["region", "indicator", "year"], suffixes=("", "_plain"))
        assert len(both) == len(mine) > 0
        for name in QUANTILES:
            assert np.allclose(both[name], both[f"{name}_plain"], rtol=1e-12)


def test_a_figure_is_known_when_published():
    """A figure is shown from the end of the year on that it was published in."""
    one = series([10.0, 12.0, 13.0, 15.0, 18.0])
    late = one.assign(published=["2010-12-31", "2012-03-01", "", "2015-01-31", "2015"])
    told = ours(backtest(late, ABOUT, draws=0)).query("origin == 2014 or year == origin + 1")
    assert told[["origin", "n"]].values.tolist() == [[2012, 3], [2013, 3]]
    assert told["actual"].tolist() == [15.0, 18.0]


def test_a_revision_is_an_outcome_but_no_knowledge():
    """Later published values are what forecasts are held against, not what they are made from."""
    first = series([10.0, 12.0, 13.0, 15.0]).assign(published=["2010", "2011", "2012", "2013"])
    revised = first.iloc[[1, 3]].assign(value=[20.0, 30.0], published="2016")
    both = backtest(pd.concat([first, revised]), ABOUT, 1, draws=0)
    plain = backtest(first, ABOUT, 1, draws=0)
    assert np.array_equal(ours(both)[QUANTILES], ours(plain)[QUANTILES])
    assert ours(both)["actual"].tolist() == [13.0, 30.0]


def test_history_shows_the_last_figures_only(seen):
    """With `history` n figures at most are shown; the scale is that of the whole history."""
    short = backtest(seen, ABOUT, origins=[2017], history=3, draws=0)
    known = seen[seen["year"] <= 2017].sort_values("year")
    tail = known.groupby(["region", "indicator"]).tail(3)
    plain = fc.quantiles(fc.fit(tail, ABOUT), [2018])
    mine = ours(short).query("year == 2018").merge(plain, on=["region", "indicator"])
    assert set(mine["n"]) == {3}
    assert np.allclose(mine["q90_x"], mine["q90_y"], rtol=1e-12)
    whole = backtest(seen, ABOUT, origins=[2017], draws=0)
    assert np.array_equal(ours(short)["scale"], ours(whole)["scale"])


def test_one_figure_shown_is_enough():
    """With one figure shown every method answers, the naive ones with a point and a rule's 0."""
    found = backtest(series([40.0, 42.0, 44.0, 46.0]), ABOUT, 1, history=1, draws=0)
    naive = found.forecasts[found.forecasts["method"] != "forecast"]
    assert (naive["q05"] == naive["q95"]).all()
    assert (ours(found)["q05"] < ours(found)["q95"]).all()
    assert (found.chances["schedule_rule"] == 1).all()
    assert (found.chances["required_rate"] == 0).all()
    assert found.chances.notna().all(axis=None)


def test_mid_year_figures_are_evidence_but_no_outcome(found):
    """A mid-year figure counts among those shown and is never compared."""
    mine = ours(found).query("region == 'b' and indicator == 'rate'")
    assert 2013 not in mine["year"].tolist()
    assert set(mine.query("origin == 2013")["n"]) == {4}


def test_every_later_figure_is_compared_once(seen, found):
    """A series is tested from its second figure on, at each whole year of the horizon."""
    expected = []
    for (region, indicator), own in seen.groupby(["region", "indicator"]):
        for origin in range(2010, 2022):
            if (own["year"] <= origin).sum() >= 2:
                years = [y for y in own["year"] if origin < y <= origin + 3 and y == int(y)]
                expected += [(region, indicator, origin, int(year)) for year in years]
    for method in VALUED:
        mine = found.forecasts[found.forecasts["method"] == method]
        assert sorted(mine[CASE].itertuples(index=False, name=None)) == sorted(expected)


def test_nothing_beyond_a_later_break_is_compared():
    """A definition that changes after the origin makes no outcome, one before starts anew."""
    one = series([10.0, 11.0, 12.0, 50.0, 52.0, 53.0, 56.0]).assign(**{"break": ""})
    one.loc[3, "break"] = "true"
    found = backtest(one, ABOUT, origins=[2011, 2014], draws=0)
    told = found.forecasts[["method", "origin", "year", "scale", "q50"]]
    assert set(told.loc[told["origin"] < 2013, "year"]) == {2012}
    drift = told.query("method == 'drift' and origin == 2014")
    assert np.allclose(drift["q50"], [54.0, 56.0])
    assert np.allclose(drift["scale"], [4 / 3, 4 / 3])


# The methods beside ours


def naive_twin(method, years, values, year):
    """Location, scale and degrees of freedom of a naive method, for one series."""
    step, span = np.diff(values), np.diff(years)
    n, h = len(values), year - years[-1]
    if method == "no_change":
        return values[-1], np.sqrt(np.mean(step**2 / span) * h), np.inf
    if method == "drift":
        whole = years[-1] - years[0]
        pace = (values[-1] - values[0]) / whole
        noise = sum((step - pace * span) ** 2 / span) / (n - 2) if n > 2 else 0.0
        return values[-1] + pace * h, np.sqrt(noise * (h + h**2 / whole)), max(n - 2, 1)
    pace, start = np.polyfit(years - year, values, 1)
    left = sum((values - start - pace * (years - year)) ** 2)
    noise = left / (n - 2) if n > 2 else 0.0
    far = (year - years.mean()) ** 2 / sum((years - years.mean()) ** 2)
    return start, np.sqrt(noise * (1 + 1 / n + far)), max(n - 2, 1)


@pytest.mark.parametrize("method", ["no_change", "drift", "linear_trend"])
def test_naive_answers_are_those_of_a_loop(found, method):
    """Quantiles, chances and transforms of a naive method are its formula, series by series."""
    told = found.forecasts[found.forecasts["method"] == method].reset_index(drop=True)
    twins = [naive_twin(method, *shown_to(c), c.year) for c in told.itertuples()]
    told[["loc", "scale", "df"]] = np.array(twins)
    loc, scale, df = (told[[name]].to_numpy() for name in ("loc", "scale", "df"))
    assert np.allclose(told[QUANTILES], loc + scale * stats.t.ppf(LEVELS, df), atol=1e-6)
    # Next to a point the sides of a figure are a matter of the last digit.
    wide = told[told["scale"] > 1e-6]
    assert len(wide) > 100
    half = np.where(wide["indicator"] == "rate", 0.05, 0.5)
    ends = np.stack([wide["actual"] - half, wide["actual"] + half], axis=1)
    below = stats.t.cdf(ends, *(wide[[name]].to_numpy() for name in ("df", "loc", "scale")))
    assert np.allclose(wide[["pit_below", "pit"]], below, atol=1e-6)
    goals = found.chances.merge(wide[[*CASE, "loc", "scale", "df"]], on=CASE)
    half = np.where(goals["indicator"] == "rate", 0.05, 0.5)
    up = goals["comparator"] == "ge"
    limit = goals["target"] + np.where(up, -half, half)
    below = stats.t.cdf(limit, goals["df"], goals["loc"], goals["scale"])
    assert np.allclose(goals[method], np.where(up, 1 - below, below), atol=1e-6)


def test_linear_trend_has_the_prediction_intervals_of_statsmodels():
    """The interval of the linear trend is that of a new observation in a regression on time."""
    from statsmodels.regression.linear_model import OLS
    from statsmodels.tools import add_constant

    values = np.array([10.0, 13.0, 12.0, 17.0, 18.0, 18.5])
    found = backtest(series([*values, 20.0, 21.0]), ABOUT, 2, origins=[2015], draws=0)
    fitted = OLS(values, add_constant(np.arange(6))).fit()
    ends = fitted.get_prediction([[1, 6], [1, 7]]).conf_int(obs=True, alpha=0.1)
    trend = found.forecasts[found.forecasts["method"] == "linear_trend"]
    assert np.allclose(trend[["q05", "q95"]], ends)


def rules_twin(years, values, goal, year, upward, half):
    """Verdicts of the two rules on one target, by hand."""
    old = [i for i, y in enumerate(years) if y <= year - 5] or [0]
    base, since = values[old[-1]], years[old[-1]]
    latest, now = values[-1], years[-1]
    way = 1 if upward else -1
    if way * (latest - goal) >= -half - 1e-9:
        return 1.0, 1.0
    line = base + (goal - base) * (now - since) / (year - since)
    schedule = way * (latest - line) >= -half - 1e-9
    if min(base, latest, goal) > 0:
        so_far = (latest / base) ** (1 / (now - since)) - 1 if now > since else 0.0
        needed = (goal / base) ** (1 / (year - since)) - 1
    else:
        so_far = (latest - base) / (now - since) if now > since else 0.0
        needed = (goal - base) / (year - since)
    return float(schedule), float(way * so_far >= 0.95 * abs(needed))


def test_rules_are_those_of_a_loop(found):
    """Schedule rule and required rate say 0 or 1 as their definitions do, one target at a time."""
    for case in found.chances.itertuples():
        half = 0.05 if case.indicator == "rate" else 0.5
        past = shown_to(case)
        expected = rules_twin(*past, case.target, case.year, case.comparator == "ge", half)
        assert (case.schedule_rule, case.required_rate) == expected, case


RULED = [
    ([50, 52, 54], 58, "higher", 1, 1),  # two a year so far, two a year to go
    ([50, 51, 54], 59, "higher", 0, 0),
    ([50, 51, 50.9], 55, "higher", 0, 0),
    ([90, 80, 70], 80, "higher", 0, 0),  # falling below a target under the baseline
    ([90, 88, 84], 80, "higher", 1, 1),  # still above it, if below the line
    ([50, 48, 46], 42, "lower", 1, 1),
    ([0, 2, 4], 8, "higher", 1, 1),  # no compound rate from 0
    ([0, 0, 1], 8, "higher", 0, 0),
    ([50, 55, 50], 50, "higher", 1, 1),  # met by the latest figure
    ([50, 53, 53.84], 58, "higher", 0, 1),  # 3.77 % a year of 3.78 %, 0.16 below the line
]
"""Figures of 2010 to 2012, a target of 2014, what is better, and the verdicts of both rules."""


@pytest.fixture(scope="module")
def ruled():
    """Chances of the targets of `RULED`, each of a region of its own, tested at once."""
    about = ABOUT[ABOUT["indicator"] == "rate"]
    about = pd.concat([about.assign(indicator=name, better=name) for name in ("higher", "lower")])
    figures, goals = [], []
    for place, (values, target, better, *_) in enumerate(RULED):
        own = {"region": str(place), "indicator": better}
        figures += [series(values, **own), series([60.0], 2014, **own)]
        goals.append(series([target], 2014, **own).assign(comparator="eq"))
    found = backtest(pd.concat(figures), about, origins=[2012], targets=pd.concat(goals), draws=0)
    assert len(found.chances) == len(RULED)
    return found.chances.set_index("region")


@pytest.mark.parametrize("place", range(len(RULED)))
def test_rules_by_hand(ruled, place):
    """The rules' verdicts on small paths are what a superior bureau would say."""
    case = ruled.loc[str(place)]
    assert (case["schedule_rule"], case["required_rate"]) == tuple(RULED[place][3:])


@pytest.mark.parametrize(("target", "verdict"), [(36.0, 1), (37.0, 0)])
def test_old_figures_are_no_baseline(target, verdict):
    """The rules look back from the target year by five years and no further."""
    one = series([90.0, 10.0, 20.0, 30.0, 31.0, 32.0, 33.0, 70.0], 2010)
    goal = series([target], 2017).assign(comparator="ge")
    # From 20 in 2012 33 is on the line to 36; from 30 in 2013 it is not, from 10 to 37 too.
    case = backtest(one, ABOUT, origins=[2016], targets=goal, draws=0).chances.iloc[0]
    assert case["schedule_rule"] == verdict


# Targets


def test_made_targets_are_those_of_a_loop(found):
    """Made targets move the latest figure on by multiples of the recent pace, within bounds."""
    expected = []
    for case in ours(found).itertuples():
        years, values = shown_to(case)
        step = 0.1 if case.indicator == "rate" else 1.0
        way = -1 if case.indicator == "money" else 1
        back = min(len(values) - 1, 4)
        pace = abs(values[-1] - values[-1 - back]) / (years[-1] - years[-1 - back])
        for factor in (0.5, 1.0, 1.5, 2.0) if pace else ():
            raw = values[-1] + way * factor * pace * (case.year - years[-1])
            target = way * np.ceil(way * raw / step - 1e-9) * step
            if 0 < target <= (100 if case.indicator == "rate" else np.inf):
                met = way * (case.actual - target) >= -1e-9
                expected.append((target, factor, met))
    told = found.chances[["target", "factor", "reached"]].to_numpy(float)
    assert np.allclose(told, np.array(expected, float))


def test_no_target_lies_beyond_a_bound():
    """Of the targets made for a share, 100 % is one and 100.5 % is none."""
    one = series([98.0, 98.5, 99.0, 99.5, 99.7])
    made = backtest(one, ABOUT, origins=[2012], draws=0).chances
    assert made["target"].tolist() == [99.3, 99.5, 99.8, 100.0, 99.5, 100.0]


def test_chances_are_those_of_the_fit(seen):
    """The chance of a given target is the closed form of the fit at the target's threshold."""
    goals = pd.DataFrame(
        [("a", "rate", 2019, 50.0, "ge"), ("a", "rate", 2019, 50.0, "gt"),
         ("b", "money", 2018, 400.0, "eq"), ("b", "money", 2018, 400.0, "lt"),
         ("c", "built", 2020, 25.0, "eq"), ("c", "built", 2030, 25.0, "ge")],
        columns=["region", "indicator", "year", "value", "comparator"],
    )  # fmt: skip
    found = backtest(seen, ABOUT, origins=[2017], targets=goals, draws=0)
    again = backtest(seen, ABOUT, origins=[2017], targets=goals.iloc[::-1], draws=0)
    pd.testing.assert_frame_equal(found.chances, again.chances, check_exact=True)
    fits = fc.fit(seen[seen["year"] <= 2017], ABOUT)
    place = fits.series.reset_index().set_index(["region", "indicator"])["index"]
    limits = {"ge": 49.95, "gt": 50.05, "lt": 399.5}
    assert len(found.chances) == 5
    for case in found.chances.itertuples():
        limit = {"money": 400.5, "built": 24.5}.get(case.indicator, 0.0)
        limit = limit if case.comparator == "eq" else limits[case.comparator]
        row = np.array([place[case.region, case.indicator]])
        below = fits.take(row).cdf(np.array([[limit]]), np.array([[float(case.year)]]))[0, 0]
        expected = below if case.indicator == "money" else 1 - below
        assert np.isclose(case.forecast, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("better", "reached"),
    [("higher", {"ge": True, "gt": False, "eq": True}),
     ("lower", {"le": True, "lt": False, "eq": True})],
)  # fmt: skip
def test_a_figure_equal_to_its_target(better, reached):
    """Reached exactly is reached by `ge`, `le` and `eq`, and not by `gt` and `lt`."""
    one = series([50.0, 50.6, 51.2, 60.3])
    goals = pd.concat([series([60.3], 2013).assign(comparator=name) for name in reached])
    found = backtest(one, ABOUT.assign(better=better), origins=[2012], targets=goals, draws=0)
    assert dict(found.chances[["comparator", "reached"]].itertuples(index=False)) == reached


def test_all_of_a_share_can_be_reached():
    """Where nothing is rounded, 100 % is reached with the chance that lies on the bound."""
    about = ABOUT.assign(resolution=0.0)
    one = pd.concat([series([98.0, 99.5, 100.0, 100.0, 100.0], region=r) for r in "abc"])
    goal = series([100.0], 2014).assign(comparator="ge")
    found = backtest(one, about, origins=[2013], targets=goal, draws=0)
    assert found.chances["reached"].all()
    assert found.chances["forecast"].iloc[0] > 0.1
    pit = ours(found).iloc[0]
    assert pit["pit"] == 1.0 > pit["pit_below"]


# Scores


def test_scores_are_those_of_the_rows(found):
    """The table's figures are the functions of `scores` over the rows, for each horizon and all."""
    for row in found.scores.itertuples():
        values = found.forecasts[found.forecasts["method"] == row.method]
        chances = found.chances
        if row.horizon != "all":
            values = values[values["horizon"] == row.horizon]
            chances = chances[chances["horizon"] == row.horizon]
        assert (row.forecasts, row.targets) == (len(values), len(chances))
        p, reached = chances[row.method], chances["reached"]
        mean, error = scores.mean_with_error(scores.brier(p, reached), chances["year"])
        assert np.allclose([row.brier, row.brier_error], [mean, error])
        assert np.isclose(row.log, scores.log_score(p, reached).mean())
        assert np.isclose(row.ece, scores.calibration_error(p, reached))
        if not len(values):
            assert row.method in ("schedule_rule", "required_rate") and np.isnan(row.crps)
            continue
        actual, q = values["actual"].to_numpy(), values[QUANTILES].to_numpy().T
        scaled = [
            np.minimum(loss / values["scale"].to_numpy(), scores.CAP)
            for loss in (
                np.abs(actual - q[3]),
                scores.crps_of_quantiles(actual, q, LEVELS),
                scores.weighted_interval_score(actual, q, LEVELS),
            )
        ]
        assert np.allclose([row.error, row.crps, row.wis], np.mean(scaled, axis=1))
        assert np.isclose(row.crps_error, scores.mean_with_error(scaled[1], values["year"])[1])
        for name, (i, j) in {"cover50": (2, 4), "cover80": (1, 5), "cover90": (0, 6)}.items():
            inside = scores.covered(actual, q[i], q[j])
            told = getattr(row, name), getattr(row, f"{name}_error")
            assert np.allclose(told, scores.mean_with_error(inside, values["year"]))


def test_scores_have_a_row_a_method_and_horizon(found):
    """Methods stand in one order, all horizons together first."""
    expected = [(m, h) for m in METHODS for h in ("all", 1, 2, 3)]
    assert list(found.scores[["method", "horizon"]].itertuples(index=False, name=None)) == expected


def test_splits_add_up(found):
    """Split by a column, the cases sum to those of all, and each part has its own mean."""
    by, whole = "kind", found.scores
    parts = found.scores_by(by)
    sums = parts.groupby(["method", "horizon"])[["forecasts", "targets"]].sum()
    whole = whole.set_index(["method", "horizon"])[["forecasts", "targets"]]
    assert sums.loc[whole.index].equals(whole)
    one = parts.query("method == 'drift' and horizon == 'all'").iloc[0]
    mine = found.forecasts.query("method == 'drift'")
    assert np.isclose(one["crps"], mine.loc[mine[by] == one[by], "crps"].mean())


def test_scale_is_the_mean_yearly_change(found):
    """Errors are in units of the mean absolute yearly change of the whole history so far."""
    for case in ours(found).itertuples():
        years, values = shown_to(case)
        assert np.isclose(case.scale, np.mean(np.abs(np.diff(values)) / np.diff(years)))


def test_a_flat_series_is_measured_in_reporting_steps():
    """A series without a change yet has its reporting step as scale; without one it is left out."""
    flat = series([50.0] * 4 + [51.0])
    found = backtest(flat, ABOUT, origins=[2012], draws=0)
    assert set(ours(found)["scale"]) == {0.1}
    assert found.chances.empty
    with pytest.raises(DataError, match="nothing to test"):
        backtest(flat, ABOUT.assign(resolution=0.0), draws=0)


def test_reliability_and_histogram_are_those_of_the_rows(found):
    """Both tables are the functions of `scores` over each method's rows."""
    for method in METHODS:
        mine = found.reliability[found.reliability["method"] == method].drop(columns="method")
        chances = found.chances
        plain = scores.reliability(chances[method], chances["reached"], chances["year"])
        pd.testing.assert_frame_equal(mine.reset_index(drop=True), plain)
    for method in VALUED:
        mine = found.pit[found.pit["method"] == method].drop(columns="method")
        values = found.forecasts[found.forecasts["method"] == method]
        plain = scores.pit_histogram(values["pit"], values["pit_below"])
        pd.testing.assert_frame_equal(mine.reset_index(drop=True), plain)


def test_a_true_model_covers_as_it_says():
    """Where the world is a random walk with drift, `drift` covers, and is reached, as it says."""
    rng = np.random.default_rng(4)
    parts = [
        series(1000 + np.cumsum(rng.normal(3.0, 2.0, 24)), region=str(r), indicator="money")
        for r in range(60)
    ]
    about = ABOUT.assign(resolution=0.0, better="higher")
    found = backtest(pd.concat(parts), about, origins=range(2014, 2033, 4), draws=0)
    row = found.scores.query("method == 'drift' and horizon == 'all'").iloc[0]
    for name, level in (("cover50", 0.5), ("cover80", 0.8), ("cover90", 0.9)):
        assert abs(row[name] - level) < 4 * row[f"{name}_error"], name
    assert row["ece"] < 0.04
    shares = found.pit.query("method == 'drift'")["share"]
    assert np.abs(shares - 0.1).max() < 0.03
    # Ours knows neither the walk nor its noise, but must come near and beat the point rules.
    mine = found.scores.query("method == 'forecast' and horizon == 'all'").iloc[0]
    assert 0.65 < mine["cover80"] < 0.95
    rules = found.scores[found.scores["method"].isin(["schedule_rule", "required_rate"])]
    assert (mine["brier"] < rules["brier"]).all()


# Joint answers


@pytest.fixture(scope="module")
def shocked():
    """Shares of 25 regions whose years have a common shock, replayed with a prior that shares."""
    rng = np.random.default_rng(5)
    year = rng.normal(0.0, 1.0, 22)
    parts = [
        series((40 + np.cumsum(0.8 + 0.8 * year + rng.normal(0, 0.6, 22))).round(1), region=str(r))
        for r in range(25)
    ]
    table = pd.concat(parts, ignore_index=True)
    priors = read_priors()
    priors.loc[priors["parameter"] == "shared", "value"] = 0.5
    origins = range(2012, 2031, 4)
    return (
        table,
        priors,
        backtest(table, ABOUT, 2, priors=priors, origins=origins, draws=150, seed=2),
    )


def test_shared_draws_cover_more_than_independent_ones(shocked):
    """In a world of common shocks independent draws promise too much about how many regions."""
    table = shocked[2].joint_scores.set_index("draws")
    assert table.loc["independent", "cover80"] < table.loc["shared", "cover80"] - 0.1
    assert table.loc["independent", "cover80"] < 0.6
    assert table.loc["shared", "energy"] < table.loc["independent", "energy"]


def test_joint_rows_count_the_draws(shocked):
    """Each row counts, draw by draw, the regions that reach their target."""
    table, priors, found = shocked
    origin, year = 2020, 2022
    fits = fc.fit(table[table["year"] <= origin], ABOUT, priors=priors)
    paths = fc.simulate(fits, until=year, draws=150, seed=2)
    goals = found.chances.query("origin == @origin and year == @year and factor == 1")
    goals = goals.set_index("region").loc[fits.series["region"]]
    drawn = paths.values[:, :, year - origin - 1]
    number = (drawn >= goals["target"].to_numpy()[:, None] - 0.05 - 1e-9).sum(axis=0)
    reached = goals["reached"].sum()
    query = "origin == @origin and year == @year and factor == 1 and draws == 'shared'"
    (row,) = found.joint.query(query).itertuples()
    assert (row.regions, row.reached, row.expected) == (25, reached, number.mean())
    assert (row.low, row.high) == tuple(
        np.quantile(number, [0.1, 0.9], method="inverted_cdf").tolist()
    )
    at, below = (number <= reached).mean(), (number < reached).mean()
    assert np.isclose(row.inside, scores.pit_share(at, below, 0.1, 0.9))
    mine = ours(found).query("origin == @origin and year == @year").set_index("region")
    mine = mine.loc[fits.series["region"]]
    latest, scale = fits.series["latest"].to_numpy(), mine["scale"].to_numpy()
    away = (drawn - latest[:, None]) / scale[:, None]
    expected = scores.energy_score((mine["actual"] - latest) / scale, away.T)
    assert np.isclose(row.energy, expected, rtol=1e-6)


def test_joint_scores_are_means_over_groups(shocked):
    """Coverage is a mean over all rows, energy over indicators, origins and years, once each."""
    # Without a few rows the groups differ in their number of factors.
    found = replace(shocked[2], joint=shocked[2].joint.iloc[3:])
    for row in found.joint_scores.itertuples():
        mine = found.joint[found.joint["draws"] == row.draws]
        once = mine[mine["factor"] == mine.groupby(["origin", "year"])["factor"].transform("min")]
        assert row.groups == len(mine) > len(once)
        cover = scores.mean_with_error(mine["inside"], mine["year"])
        assert np.allclose((row.cover80, row.cover80_error), cover)
        energy = scores.mean_with_error(once["energy"], once["year"])
        assert np.allclose((row.energy, row.energy_error), energy)


def test_independent_draws_keep_the_expected_number(shocked):
    """Shuffling each region's draws changes no margin, so not the expected number either."""
    joint = shocked[2].joint
    expected = [joint.loc[joint["draws"] == d, "expected"] for d in ("shared", "independent")]
    assert np.allclose(*expected)


def test_few_regions_or_no_draws_give_no_joint_rows(seen, found):
    """Joint rows need three regions and draws; their summary is then empty."""
    assert (found.joint["regions"] >= 3).all()
    for few in (seen[seen["region"] < "c"], seen):
        none = backtest(few, ABOUT, origins=[2016], draws=0 if few is seen else 20)
        assert none.joint.empty and none.joint_scores.empty
        assert list(none.joint.columns) == list(found.joint.columns)


# Peers


@pytest.fixture(scope="module")
def compared():
    """Backtest with both peers: yearly figures, some with a gap and a mid-year figure, and a short
    series.
    """
    long = series([40.0, 43, 44, 47, 51, 52, 56, 58, 61, 62])
    gaps = series([52.0, 50, 49, 47, 46, 43, 42, 40, 39, 37], region="b").astype({"year": float})
    gaps = gaps.drop(index=3).replace({"year": {2015.0: 2014.5}})
    flat = series([30.0] * 9 + [31.0], region="c")
    short = series([10.0, 12, 13, 15], 2016, region="d")
    figures = pd.concat([long, gaps, flat, short])
    origins = [2012, 2016, 2017]
    return figures, backtest(figures, ABOUT, 2, origins=origins, peers=("ets", "theta"), draws=20)


def of_peer(found, peer, region, origin):
    """Forecasts of one peer from one origin, by year."""
    rows = found.peers.set_index(["method", "region", "origin", "year"]).sort_index()
    return rows.loc[(peer, region, origin)]


def test_ets_is_the_best_smoothing_model_of_statsmodels(compared):
    """Median and 90 % interval are those of the model with the lowest AICc, fitted as it is."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    figures, found = compared
    own = figures.query("region == 'a' and year <= 2017")["value"].reset_index(drop=True)
    fits = [ETSModel(own, trend=trend, damped_trend=damped).fit(disp=False)
            for trend, damped in ((None, False), ("add", False), ("add", True))]  # fmt: skip
    best = min(fits, key=lambda fitted: fitted.aicc)
    expected = best.get_prediction(start=8, end=9).summary_frame(alpha=0.1)
    rows = of_peer(found, "ets", "a", 2017)
    assert np.allclose(rows["q50"], expected["mean"], atol=0.02)
    assert np.allclose(rows[["q05", "q95"]], expected[["pi_lower", "pi_upper"]], atol=0.05)


def test_theta_is_half_the_trend_and_half_a_smoothed_level(compared):
    """The median is that of statsmodels; its spread grows with the smoothing, as R's `thetaf`."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    figures, found = compared
    own = figures.query("region == 'a' and year <= 2017")["value"].to_numpy()
    fitted = ThetaModel(own, period=1, deseasonalize=False).fit()
    rows = of_peer(found, "theta", "a", 2017)
    assert np.allclose(rows["q50"], fitted.forecast(2), atol=0.02)
    slope = np.polyfit(np.arange(8), own, 1)[0]
    assert np.isclose(rows["q50"].diff().iloc[-1], slope / 2, atol=0.01)
    spread = rows["q95"] - rows["q50"]
    assert np.isclose(
        spread.iloc[1] / spread.iloc[0], np.sqrt(1 + fitted.params["alpha"] ** 2), rtol=0.01
    )


def test_peers_interpolate_and_need_five_figures(compared):
    """A missing year and a mid-year figure are interpolated; too few figures are counted."""
    figures, found = compared
    own = figures.query("region == 'b' and year <= 2016")
    whole = series(np.interp(range(2010, 2017), own["year"], own["value"]), region="b")
    later = figures.query("region == 'b' and year > 2016")
    filled = backtest(pd.concat([whole, later]), ABOUT, 2, origins=[2016], peers=("ets", "theta"),
                      draws=0)  # fmt: skip
    columns = ["method", "year", *QUANTILES]
    given = found.peers.query("region == 'b' and origin == 2016")[columns]
    expected = filled.peers[columns]
    pd.testing.assert_frame_equal(given.reset_index(drop=True), expected, rtol=1e-6)
    few = found.peers.query("unfitted == 'few'")
    assert few[[*QUANTILES, "pit", "crps"]].isna().all(axis=None)
    assert (few["n"] < 5).all() and set(few["region"]) == {"a", "b", "c", "d"}
    assert (found.peers.query("n >= 5 and region != 'b'")["unfitted"] == "").all()
    assert found.peers.groupby("method").size().tolist() == [len(ours(found))] * 2
    chances = found.chances.merge(few.query("method == 'ets'")[CASE], on=CASE)
    assert len(chances) and chances["ets"].isna().all() and chances["drift"].notna().all()


def test_equal_figures_give_a_point(compared):
    """Without a change yet both peers forecast the figure itself."""
    for peer in ("ets", "theta"):
        rows = of_peer(compared[1], peer, "c", 2016)
        assert (rows[["q05", "q50", "q95"]] == 30.0).all(axis=None) and len(rows) == 2


def test_peers_do_not_depend_on_the_unit(compared):
    """The same figures in another unit have the same forecasts, in that unit."""
    figures = compared[0].query("region == 'a'")
    about = ABOUT.assign(upper=np.nan, resolution=0.0, kind="amount")
    plain, small, large = (
        backtest(figures.assign(value=figures["value"] * factor), about, 2, origins=[2018],
                 peers=("ets", "theta"), draws=0).peers[QUANTILES].to_numpy() / factor
        for factor in (1.0, 1e-6, 1e9)
    )  # fmt: skip
    assert np.allclose(small, plain, rtol=1e-6) and np.allclose(large, plain, rtol=1e-6)


def test_peers_change_nothing_else(compared):
    """Forecasts, chances and joint answers of the methods are those without peers."""
    figures, found = compared
    plain = backtest(figures, ABOUT, 2, origins=[2017], draws=20)
    for name in ("forecasts", "chances", "joint"):
        table, columns = getattr(plain, name), list(getattr(plain, name))
        same = getattr(found, name).query("origin == 2017")[columns].reset_index(drop=True)
        pd.testing.assert_frame_equal(same, table, check_exact=True, check_dtype=False)
    assert plain.peers.empty and plain.peer_scores.empty
    assert list(plain.peers) == list(found.peers)
    assert list(plain.peer_scores) == list(found.peer_scores)


def test_peers_are_compared_on_their_own_forecasts(compared):
    """Each peer's rows count the forecasts it has, with the mean difference of CRPS to ours."""
    found = compared[1]
    answered = found.peers.query("method == 'theta' and unfitted == ''")
    rows = found.peer_scores.query("peer == 'theta'").set_index("method")
    assert list(rows.index) == ["theta", *VALUED]
    assert (rows["forecasts"] == len(answered)).all() and len(answered) < len(ours(found))
    for name in VALUED:
        each = found.forecasts.query("method == @name").merge(answered[CASE], on=CASE)
        assert np.isclose(rows.at[name, "crps"], each["crps"].mean())
    gap = rows.at["theta", "crps"] - rows.at["forecast", "crps"]
    assert np.isclose(rows.at["theta", "crps_gap"], gap) and rows.at["theta", "crps_gap_error"] > 0
    assert rows.at["forecast", "crps_gap"] == 0.0
    chances = found.chances.dropna(subset=["theta"])
    brier = scores.brier(chances["theta"], chances["reached"]).mean()
    assert rows.at["theta", "targets"] == len(chances) > 0 and np.isclose(
        rows.at["theta", "brier"], brier
    )


# Promises


def test_row_order_changes_nothing(seen, found):
    """Shuffled tables give the same bits; the input is left as it was."""
    mixed, before = seen.sample(frac=1.0, random_state=6), seen.copy()
    again = backtest(mixed, ABOUT.iloc[::-1], origins=[2017], draws=60, seed=3)
    for name in ("forecasts", "chances", "joint"):
        table = getattr(found, name)
        table = table[table["origin"] == 2017].reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(again, name), table, check_exact=True)
    pd.testing.assert_frame_equal(seen, before)


def test_seed_zero_is_a_seed(seen):
    """Seed 0 repeats itself and differs from seed 1, in the joint rows only."""
    seen = seen[seen["indicator"] == "rate"]
    zero, again, one = (backtest(seen, ABOUT, origins=[2016], draws=40, seed=s) for s in (0, 0, 1))
    assert zero.joint.equals(again.joint) and not zero.joint.equals(one.joint)
    assert zero.chances.equals(one.chances)


def test_no_number_is_missing(found):
    """Rows have no missing number; scores only where a rule gives no interval."""
    for table in (found.forecasts, found.chances, found.joint, found.reliability, found.pit):
        assert table.notna().all(axis=None)
    rules = found.scores["method"].isin(["schedule_rule", "required_rate"])
    assert found.scores[~rules].notna().all(axis=None)


def goal(**changes):
    """A table of one target, changed."""
    return pd.DataFrame([{"region": "a", "indicator": "rate", "year": 2013, "value": 50.0,
                          "comparator": "ge"} | changes])  # fmt: skip


@pytest.mark.parametrize("history", [None, 3])
@pytest.mark.parametrize("column", [{"standard_error": [0, 0, 0, 5.0, 0]}, {"status": "estimated"}])
def test_figures_in_doubt_are_replayed_as_they_are_fitted(column, history):
    """A standard error, or a status that is not final, widens a replay as it does a forecast."""
    seen = series([40.0, 42, 45, 46, 48]).assign(**column)
    shown = seen.iloc[:4].tail(history or 4)
    result = backtest(
        seen, ABOUT, 1, origins=[int(shown["year"].iloc[-1])], history=history, draws=0
    )
    expected = fc.quantiles(fc.fit(shown, ABOUT), int(seen["year"].iloc[-1]))
    found = result.forecasts.query("method == 'forecast'")
    assert found[["q05", "q95"]].values.tolist() == expected[["q05", "q95"]].values.tolist()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"origins": [2012, 2030]}, DataError, "nothing to test at 2030: .* in the 3 years after"),
        ({"origins": [1990]}, DataError, "nothing to test at 1990"),
        ({"origins": []}, DataError, "nothing to test: no series has two figures"),
        ({"origins": [2012.5]}, ValueError, "origins must be whole years"),
        ({"targets": goal(year=2040)}, DataError, "nothing to test at 2011, .* that has a target"),
        ({"targets": goal().drop(columns="value")}, DataError, "targets, column value: no such"),
        ({"targets": goal(value="much")}, DataError, "column value: not every value is a number"),
        ({"targets": goal(comparator=">=")}, UnknownNameError, "Unknown comparator '>='"),
        ({"growth": "liner"}, UnknownNameError, "Did you mean 'linear'"),
        ({"peers": ["arima"]}, UnknownNameError, "Unknown peer 'arima'"),
        ({"horizon": 0}, ValueError, "must be at least 1"),
        ({"history": 0}, ValueError, "must be at least 1"),
        ({"draws": 1}, ValueError, "0 or at least 2"),
        ({"seed": -1}, ValueError, "seed=-1 at least 0"),
    ],
)
def test_what_cannot_be_tested_is_said(options, error, message):
    """Nothing to test, unknown words and senseless numbers raise with the reason."""
    with pytest.raises(error, match=message):
        backtest(series([40.0, 42, 45, 46, 48]), ABOUT, **options)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (series([40.0]), "two figures by the origin"),
        (series([40.0, 41.0]), "two figures by the origin"),
        (
            series([40.0, 41, 42]).assign(published="soon"),
            "column published, value 'soon': not a date",
        ),
        (series([40.0, 41, 42]).drop(columns="year"), "column year: there is no column 'year'"),
    ],
)
def test_tables_that_cannot_be_replayed_are_refused(table, message):
    """Too few figures, unreadable dates and missing columns raise DataError."""
    with pytest.raises(DataError, match=message):
        backtest(table, ABOUT)


def test_an_unknown_split_is_refused(found):
    """Scores can be split by the columns that both tables have."""
    with pytest.raises(UnknownNameError, match="Unknown split 'sort'"):
        found.scores_by("sort")
