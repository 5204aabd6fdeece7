"""Scenarios applied to draws: what moves, by how much, and all that must not move."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import forecast as fc
from forecast.model.simulation import derive_stream
from forecast.scenarios.baseline import project
from forecast.scenarios.declarations import Mechanism, Range, read_mechanisms
from forecast.scenarios.engine import ScenarioRun, apply_scenario, run_scenario
from forecast.scenarios.scenario import BASELINE, Scenario, read_scenario, scenario_folder

SHIPPED = sorted(file.stem for file in scenario_folder().glob("*.yaml"))
REGIONS = ("zhejiang", "lishui")
VARIED = ("combined_push", "consumption_slows", "follow_the_best_region", "plan_at_80_percent")
MECHANISMS = read_mechanisms()
DRAWS = 60
SEED = 3


@cache
def shipped(region, until=2025):
    """Give a shipped plan as of 2022 and the draws of its baseline."""
    plan = fc.load_plan(region, as_of="2022-12-31")
    return plan, project(plan, until=until, draws=DRAWS, seed=SEED)


def scenario(*steps, name="own"):
    """Make a scenario of steps."""
    return Scenario(name=name, steps=steps)


def same(one, two):
    """Whether draws are alike to the last bit."""
    return np.array_equal(one.values, two.values, equal_nan=True)


def row_of(paths, indicator, region=None):
    """Row of an indicator's only series, or that of a region."""
    series = paths.fits.series
    own = series["indicator"] == indicator
    return np.flatnonzero(own & (series["region"] == region if region else own)).item()


def uniform(*names, draws=DRAWS, seed=SEED):
    """Uniforms of an assumption: a stream of its own by the seed and the names."""
    return derive_stream(seed, "belief", *names).random(draws)


# A plan by hand.

FIELDS = {"lower": 0.0, "upper": np.nan, "better": "higher", "resolution": 1.0, "cumulative": False}
ABOUT = pd.DataFrame(
    [
        {"indicator": "pay", "kind": "amount"},
        {"indicator": "extra_pay", "kind": "amount"},
        {"indicator": "third_pay", "kind": "amount"},
        {"indicator": "spent", "kind": "amount"},
        {"indicator": "carers", "kind": "ratio"},
        {"indicator": "elderly", "kind": "stock"},
        {"indicator": "rate", "kind": "share", "upper": 100.0},
        {"indicator": "built", "kind": "count", "cumulative": True},
        {"indicator": "tens", "kind": "count", "cumulative": True, "resolution": 10.0},
        {"indicator": "raised", "kind": "amount", "cumulative": True},
        {"indicator": "waiting", "kind": "stock", "better": "lower"},
    ]
).apply(lambda row: pd.Series(FIELDS | row.dropna().to_dict()), axis=1)
FIGURES = {
    "pay": 100.0, "extra_pay": 130.0, "third_pay": 200.0, "spent": 1000.0, "carers": 20.0,
    "elderly": 50_000.0, "rate": 50.0, "built": 10.0, "waiting": 300.0, "tens": 10.0,
    "raised": 70.0,
}  # fmt: skip
RANGE = {"low": 0.0, "central": 5.0, "high": 10.0}
WORDS = {"name_zh": "", "name_en": "", "unit": "percent"}


def triangular(low, central=None, high=None):
    """Assumption of a mechanism; one number is certain."""
    central = low if central is None else central
    return WORDS | {"low": low, "central": central, "high": central if high is None else high}


def lever(upper=1000.0, **more):
    """Lever of a mechanism."""
    return WORDS | {"upper": upper} | more


def mechanism(kind, indicator, **parts):
    """Make a mechanism."""
    return Mechanism(kind=kind, indicator=indicator, name_zh="", name_en="", **parts)


CARE = {
    "care": mechanism(
        "workforce", "carers",
        inputs={"population": "elderly"}, constants={"per": 1e4, "lag": 1},
        levers={"trainees_per_year": lever(), "hires_per_year": lever()},
        assumptions={"leaving_rate": triangular(5, 10, 20), "passing_rate": triangular(50)},
    )
}  # fmt: skip


def plan_of(rules=(), targets=(), siblings=(), as_of="2022-12-31"):
    """Plan of the region `here`, on nothing but indicators by hand."""
    usual, _ = shipped("shaoxing")
    return replace(
        usual, region="here", as_of=as_of, indicators=ABOUT,
        targets=pd.DataFrame(targets, columns=["region", "indicator", "year", "value"]),
        siblings=pd.DataFrame(siblings, columns=["region", "indicator", "year", "value"]),
        rules=pd.DataFrame(rules, columns=["region", "quantity", "formula"]),
        observations=seen_of(FIGURES),
    )  # fmt: skip


def seen_of(figures, year=2021.0, regions=("here",)):
    """Figures of a year, the same in all regions."""
    rows = [(r, i, year, v) for r in regions for i, v in figures.items()]
    return pd.DataFrame(rows, columns=["region", "indicator", "year", "value"])


@cache
def fits_of(figures, year, regions):
    """Fit a figure a series."""
    return fc.fit(seen_of(dict(figures), year, regions), ABOUT)


def paths_of(draws, year=2021.0, regions=("here",), until=None, figures=FIGURES, seed=SEED):
    """Draws by hand, indicator -> (draws, years) from the next whole year on; others stay."""
    fits = fits_of(tuple(sorted((name, figures[name]) for name in draws)), year, regions)
    shape = next(iter(draws.values()))
    paths = fc.simulate(
        fits, until=until or int(year) + shape.shape[1], draws=len(shape), seed=seed
    )
    values = np.stack([draws[name] for name in paths.fits.series["indicator"]])
    return replace(paths, values=values.astype(float))


def moved(paths, plan, *steps, mechanisms=None):
    """Values after some steps, by indicator of the only region."""
    result = run_scenario(paths, plan, scenario(*steps), mechanisms=mechanisms or {})
    names = paths.fits.series["indicator"]
    return dict(zip(names, result.paths.values, strict=True))


FLAT = np.full((3, 4), 50.0)


# Nothing changes, nothing moves.


@pytest.mark.parametrize("region", REGIONS)
def test_the_baseline_keeps_every_bit(region):
    """Played without a step the draws are the same arrays under the scenario's name."""
    plan, base = shipped(region)
    run = run_scenario(base, plan, BASELINE)
    assert same(run.paths, base) and run.causes == {}
    assert apply_scenario(base, plan, scenario(name="quiet")).scenario == "quiet"


def zero_steps(name, known, region):
    """Steps that set all levers to 0, and all assumptions to what is assumed anyhow."""
    here = known[name].in_region(region)
    usual = {n: {k: getattr(a, k) for k in RANGE} for n, a in here.assumptions.items()}
    if here.levers:
        yield {"mechanism": name, "levers": dict.fromkeys(here.levers, 0.0)}
        yield {"mechanism": name, "levers": {n: {2023: 0, 2024: 0} for n in here.levers}}
    yield {"mechanism": name, "assumptions": usual}
    yield {"mechanism": name, "levers": dict.fromkeys(here.levers, 0.0), "assumptions": usual}


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_levers_at_zero_and_assumptions_restated_keep_every_bit(region, name):
    """Zero is as now, and saying what is assumed anyhow says nothing."""
    plan, base = shipped(region)
    steps = list(zero_steps(name, MECHANISMS, region))
    for step in steps:
        run = run_scenario(base, plan, scenario(step))
        assert same(run.paths, base) and run.causes == {}, step
    assert same(run_scenario(base, plan, scenario(*steps)).paths, base)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_a_decision_changes_no_year_before_it(region, name):
    """Levers at their limits and other assumptions leave all earlier years unchanged."""
    plan, base = shipped(region)
    here = MECHANISMS[name].in_region(region)
    limits = {n: {"value": lever.upper} for n, lever in here.levers.items() if lever.unit != "year"}
    others = {
        n: {"low": a.low, "central": a.low, "high": (a.low + a.high) / 2}
        for n, a in here.assumptions.items()
    }
    result = run_scenario(
        base, plan, scenario({"mechanism": name, "levers": limits, "assumptions": others})
    )
    early = base.years < 2023
    np.testing.assert_array_equal(result.paths.values[..., early], base.values[..., early])


def test_decisions_and_assumptions_do_change_later_years():
    """The tests above would pass on nothing: these steps move what they name in every region."""
    for region in ("lishui", "xiaoshan"):
        plan, base = shipped(region)
        for name, levers in (
            ("care_workforce", {"hires_per_year": 50}),
            ("eco_burial_adoption", {"sites_per_year": 5}),
            ("nursing_bed_share_stocks", {"converted_per_year": 100}),
            ("minimum_living_standard_link", {"share_points": 2}),
            ("care_consortium_programme", {"projects_per_year": 3}),
        ):
            run = run_scenario(base, plan, scenario({"mechanism": name, "levers": levers}))
            key = (region, MECHANISMS[name].indicator)
            assert run.causes[key] == {"lever"}
            row = row_of(base, key[1])
            assert (run.paths.values[row, :, -1] >= base.values[row, :, -1]).all()
            assert (run.paths.values[row, :, -1] > base.values[row, :, -1]).mean() > 0.5


# What an indicator is.


@cache
def under(region, name, until=2025):
    """Draws of a shipped plan under a shipped scenario."""
    plan, base = shipped(region, until)
    return apply_scenario(base, plan, read_scenario(name))


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("name", SHIPPED)
def test_no_scenario_breaks_what_an_indicator_is(region, name):
    """Bounds, whole counts and ratchets hold in every draw, and nothing turns into NaN."""
    _, base = shipped(region)
    result = under(region, name)
    np.testing.assert_array_equal(np.isnan(result.values), np.isnan(base.values))
    for about, values in zip(base.fits.series.itertuples(), result.values, strict=True):
        drawn = values[:, ~np.isnan(values[0])]
        assert np.isfinite(drawn).all()
        assert not (drawn < about.lower).any() and not (drawn > about.upper).any()
        if about.cumulative or about.kind == "count":
            assert (np.diff(drawn, axis=1, prepend=about.latest) >= 0).all()
        if about.kind == "count":
            steps = (drawn - about.latest) / max(about.resolution, 1.0)
            np.testing.assert_allclose(steps, np.round(steps), atol=1e-9)


# Common random numbers.


@cache
def shipped_turned(region):
    """Give a shipped plan with the rows of its tables in reverse, and its baseline."""
    plan, _ = shipped(region)
    tables = ("observations", "siblings", "targets", "rules", "indicators", "regions")
    turned = {name: getattr(plan, name).iloc[::-1].reset_index(drop=True) for name in tables}
    plan = replace(plan, **turned)
    return plan, project(plan, until=2025, draws=DRAWS, seed=SEED)


@pytest.mark.parametrize("region", ("zhejiang", "lishui"))
@pytest.mark.parametrize("name", VARIED)
def test_the_order_of_rows_changes_no_draw(region, name):
    """Tables turned upside down, rules too, give the same draws under every scenario."""
    (_, base), (turned, again) = shipped(region), shipped_turned(region)
    one, two = under(region, name), apply_scenario(again, turned, read_scenario(name))
    order = [
        row_of(again, i, r)
        for r, i in base.fits.series[["region", "indicator"]].itertuples(index=False)
    ]
    np.testing.assert_array_equal(one.values, two.values[order])


@pytest.mark.parametrize("name", VARIED)
def test_another_region_changes_no_draw(name):
    """A scenario has the same effect on the draws of one region and of several."""
    plan, base = shipped("lishui")
    other, _ = shipped("xiaoshan")
    about = pd.concat([plan.indicators, other.indicators]).drop_duplicates("indicator")
    both = fc.fit(pd.concat([plan.observations, other.observations]), about)
    own = both.take(np.flatnonzero(both.series["region"] == "lishui"))
    two, one = (fc.simulate(f, until=2025, draws=50, seed=1) for f in (both, own))
    read = read_scenario(name)
    rows = np.flatnonzero(two.fits.series["region"] == "lishui")
    result = apply_scenario(two, plan, read).values[rows][..., -len(one.years) :]
    np.testing.assert_array_equal(result, apply_scenario(one, plan, read).values)
    assert base.fits.series["region"].eq("lishui").all()


@pytest.mark.parametrize("region", ("zhejiang", "lishui"))
@pytest.mark.parametrize("name", VARIED)
def test_a_longer_horizon_keeps_the_near_future(region, name):
    """The years to 2025 are the same whether one looks to 2025 or 2027 (to the last digits)."""
    one, two = under(region, name), under(region, name, 2027)
    np.testing.assert_allclose(one.values, two.values[..., :-2], rtol=1e-7)


def test_the_same_draws_in_every_scenario():
    """A range's draws are those of a stream by seed, mechanism and name, in every scenario."""
    paths = paths_of({"carers": np.full((DRAWS, 3), 20.0), "elderly": np.full((DRAWS, 3), 5e4)})
    changed = Range(low=2.0, central=4.0, high=6.0)
    for more in ([], [{"indicator": "carers", "shift": {"by": 1.0, "from": 2024}}]):
        step = {"mechanism": "care", "assumptions": {"leaving_rate": changed.model_dump()}}
        run = run_scenario(paths, plan_of(), scenario(*more, step), mechanisms=CARE)
        key = ("here", "care", "leaving_rate")
        level = uniform("assumption", "care", "leaving_rate")
        expected = np.column_stack(
            [Range(low=5, central=10, high=20).quantile(level), *[changed.quantile(level)] * 2]
        )
        np.testing.assert_array_equal(run.sampled[key], expected)


# Mechanisms, by hand.


def test_an_assumed_rate_acts_from_the_first_year_on():
    """Less leaving keeps in 2023 what would have left of 2022's workers, draw by draw."""
    carers = np.random.default_rng(1).uniform(15, 25, (DRAWS, 3))
    elderly = np.random.default_rng(2).uniform(4e4, 6e4, (DRAWS, 3))
    paths = paths_of({"carers": carers, "elderly": elderly})
    step = {"mechanism": "care", "assumptions": {"leaving_rate": 3.0}}
    result = moved(paths, plan_of(), step, mechanisms=CARE)
    usual = Range(low=5, central=10, high=20).quantile(
        uniform("assumption", "care", "leaving_rate")
    )
    kept = (usual - 3.0) / 100 * carers[:, 0] * elderly[:, 0]
    later = kept * 0.97 + (usual - 3.0) / 100 * carers[:, 1] * elderly[:, 1]
    expected = np.column_stack(
        [carers[:, 0], carers[:, 1] + kept / elderly[:, 1], carers[:, 2] + later / elderly[:, 2]]
    )
    np.testing.assert_allclose(result["carers"], expected, rtol=1e-12)
    np.testing.assert_array_equal(result["elderly"], elderly)


@pytest.mark.parametrize(
    ("setting", "each_year"),
    [
        (10.0, [0, 10, 10, 10]),
        ({2023: 5, 2025: 7}, [0, 5, 0, 7]),
        ({2022: 5}, [5, 0, 0, 0]),
        ({"value": 4}, [0, 4, 4, 4]),
        ({"value": 4, "until": 2024}, [0, 4, 4, 0]),
        ({"value": 4, "from": 2024}, [0, 0, 4, 4]),
        ({"value": 4, "from": 2024, "until": 2024}, [0, 0, 4, 0]),
    ],
)
def test_a_lever_is_set_by_number_by_year_and_by_span(setting, each_year):
    """A number holds from the first year on that can be decided, the rest as it says."""
    certain = CARE["care"].model_copy(
        update={
            "assumptions": CARE["care"].assumptions
            | {"leaving_rate": Range(**dict.fromkeys(RANGE, 0.0))}
        }
    )
    paths = paths_of({"carers": np.full((2, 4), 20.0), "elderly": np.full((2, 4), 1e4)})
    step = {"mechanism": "care", "levers": {"hires_per_year": setting}}
    result = moved(paths, plan_of(), step, mechanisms={"care": certain})
    np.testing.assert_allclose(result["carers"][1], 20 + np.cumsum(each_year), rtol=1e-12)


def test_of_two_settings_of_a_lever_the_later_counts():
    """A scenario overrides what its bases say, lever by lever."""
    paths = paths_of({"carers": np.full((2, 3), 20.0), "elderly": np.full((2, 3), 1e4)})
    one = {"mechanism": "care", "levers": {"hires_per_year": 7, "trainees_per_year": 30}}
    two = {"mechanism": "care", "levers": {"hires_per_year": 2}}
    both = {"mechanism": "care", "levers": {"hires_per_year": 2, "trainees_per_year": 30}}
    result = moved(paths, plan_of(), one, two, mechanisms=CARE)
    expected = moved(paths, plan_of(), both, mechanisms=CARE)
    np.testing.assert_array_equal(result["carers"], expected["carers"])


def test_a_moved_input_moves_what_reads_it():
    """Twice the elderly are half the carers each; the reason is the step's."""
    carers, elderly = np.full((2, 3), 20.0), np.full((2, 3), 5e4)
    paths = paths_of({"carers": carers, "elderly": elderly})
    step = {"indicator": "elderly", "shift": {"by": 5e4, "from": 2023}}
    run = run_scenario(paths, plan_of(), scenario(step), mechanisms=CARE)
    names = list(paths.fits.series["indicator"])
    assert run.paths.values[names.index("carers"), 0].tolist() == [20.0, 10.0, 10.0]
    assert run.causes == {("here", n): {"assumption"} for n in ("carers", "elderly")}


def test_reasons_are_levers_and_assumptions():
    """What was set says why a series moved, both where both were."""
    paths = paths_of({"carers": np.full((2, 3), 20.0), "elderly": np.full((2, 3), 1e4)})
    lever, assumption = {"levers": {"hires_per_year": 1}}, {"assumptions": {"leaving_rate": 1}}
    for parts, reasons in (
        ([lever], {"lever"}),
        ([assumption], {"assumption"}),
        ([lever, assumption], {"lever", "assumption"}),
    ):
        steps = [{"mechanism": "care"} | part for part in parts]
        run = run_scenario(paths, plan_of(), scenario(*steps), mechanisms=CARE)
        assert run.causes == {("here", "carers"): reasons}


def with_input(**assumptions):
    """Give the workforce whose population is assumed."""
    care = CARE["care"]
    changed = {n: triangular(*v) for n, v in assumptions.items()}
    parts = care.model_dump(exclude={"regions"})
    return {"care": Mechanism(**(parts | {"assumptions": parts["assumptions"] | changed}))}


def test_an_assumed_input_grows_from_the_latest_figure():
    """Population 10,000 growing 10 % a year: 100 hired are 100 / 1.1^2 more per 10,000 in 2023."""
    known = with_input(population=(1e4,), population_growth=(10.0,))
    paths = paths_of({"carers": np.full((2, 3), 20.0)})
    hire = {"mechanism": "care", "levers": {"hires_per_year": {2023: 100}}}
    result = moved(paths, plan_of(), hire, mechanisms=known)["carers"]
    np.testing.assert_allclose(result[:, 1], 20 + 100 / 1.1**2, rtol=1e-12)
    level = {"mechanism": "care", "assumptions": {"population": 2e4}}
    result = moved(paths, plan_of(), hire, level, mechanisms=known)["carers"]
    np.testing.assert_allclose(result[:, 1], 20 + 50 / 1.1**2, rtol=1e-12)
    alone = moved(paths, plan_of(), level, mechanisms=known)["carers"]
    np.testing.assert_array_equal(alone, np.full((2, 3), 20.0))


def test_assumed_growth_acts_from_the_first_year_on():
    """20 % in place of 10 % dilutes the carers of 2023 by 1.1 / 1.2, then by its square."""
    known = with_input(population=(1e4,), population_growth=(10.0,))
    step = {"mechanism": "care", "assumptions": {"population_growth": 20.0}}
    paths = paths_of({"carers": np.full((2, 3), 20.0)})
    result = moved(paths, plan_of(), step, mechanisms=known)["carers"]
    np.testing.assert_allclose(result[0], [20, 20 * 1.1 / 1.2, 20 * (1.1 / 1.2) ** 2], rtol=1e-12)
    # Where there are draws of the input they give way to the assumption.
    elderly = np.array([[1e4, 1.3e4, 1.5e4]] * 2)
    paths = paths_of({"carers": np.full((2, 3), 20.0), "elderly": elderly})
    result = moved(paths, plan_of(), step, mechanisms=known)["carers"]
    np.testing.assert_allclose(result[0], [20, 20 * 1.3 / 1.2, 20 * 1.5 / 1.44], rtol=1e-12)


def test_wild_draws_of_an_input_are_read_within_five_times():
    """A population drawn a thousand times too small or large counts as five times so."""
    elderly = np.array([[5e4, 50.0, 5e7]])
    paths = paths_of({"carers": np.full((1, 3), 20.0), "elderly": elderly})
    step = {"mechanism": "care", "levers": {"hires_per_year": {2023: 100, 2024: 0}}}
    known = {"care": CARE["care"].model_copy(update={"assumptions": {
        "leaving_rate": Range(**dict.fromkeys(RANGE, 0.0)), "passing_rate": Range(**RANGE),
    }})}  # fmt: skip
    result = moved(paths, plan_of(), step, mechanisms=known)["carers"]
    expected = [20 + 1e6 / (5e4 / 5.0), 20 + 1e6 / (5e4 * 5.0)]
    np.testing.assert_allclose(result[0, 1:], expected, rtol=1e-12)


def test_an_input_is_read_at_the_mechanisms_own_dates():
    """An input known later than the indicator is read from its figures, straight between them."""
    fits = fc.fit(
        pd.DataFrame(
            [("here", "carers", 2020.0, 20.0), ("here", "elderly", 2019.0, 1e4),
             ("here", "elderly", 2022.0, 4e4)],
            columns=["region", "indicator", "year", "value"],
        ),
        ABOUT,
    )  # fmt: skip
    paths = fc.simulate(fits, until=2023, draws=5, seed=1)
    certain = with_input().copy()
    certain["care"] = certain["care"].model_copy(
        update={
            "assumptions": {
                "leaving_rate": Range(**dict.fromkeys(RANGE, 0.0)),
                "passing_rate": Range(**RANGE),
            }
        }
    )
    plan = replace(plan_of(), as_of="2020-12-31")
    step = {"mechanism": "care", "levers": {"hires_per_year": {2021: 30}}}
    result = moved(paths, plan, step, mechanisms=certain)["carers"]
    base = paths.values[row_of(paths, "carers")]
    np.testing.assert_allclose(result[:, 0] - base[:, 0], 30 / 3.0, rtol=1e-9)
    np.testing.assert_allclose(result[:, 1] - base[:, 1], 30 / 4.0, rtol=1e-9)


def test_what_is_read_of_a_series_is_its_draws_to_the_last_bit():
    """At its own years a series is read as drawn, a year before as of the year before."""
    pay = np.random.default_rng(6).uniform(60, 400, (50, 3))
    run = ScenarioRun(paths_of({"pay": pay}), plan_of(), {})
    read = run.lookup("here", np.array([2022.0, 2023, 2024]), after=True)
    np.testing.assert_array_equal(read("", "pay", 0), pay)
    before = np.column_stack([np.full(50, 100.0), pay[:, :2]])
    np.testing.assert_array_equal(read("here", "pay", -1), before)
    assert read("", "spent", 0) is None and read("there", "pay", 0) is None


def test_a_narrower_assumption_changes_only_what_reads_it():
    """Of all series only the mechanism's moves, by the difference of the two assumptions."""
    plan, base = shipped("lishui")
    own = MECHANISMS["eco_burial_adoption"].in_region("lishui").assumptions
    effect = {"low": 0.1, "central": 0.12, "high": 0.14}
    sites = {"mechanism": "eco_burial_adoption", "levers": {"sites_per_year": {2023: 40}}}
    changed = sites | {"assumptions": {"site_effect": effect}}
    one, two = (run_scenario(base, plan, scenario(step)) for step in (sites, changed))
    assert set(one.causes) == set(two.causes) == {("lishui", "eco_burial_share")}
    row = row_of(base, "eco_burial_share")
    level = {n: uniform("assumption", "eco_burial_adoption", n) for n in ("places", "site_effect")}
    part = np.minimum(40 / own["places"].quantile(level["places"]), 1.0)
    years = np.maximum(base.years[base.years >= 2021] - 2022.0, 0.0)
    usual, new = own["site_effect"], Range(**effect)
    for run, assumed in ((one, usual), (two, new)):
        pace = assumed.quantile(level["site_effect"]) * part
        share, times = base.values[row], np.exp(pace[:, None] * years)
        expected = 100 * share * times / (100 - share + share * times)
        np.testing.assert_allclose(run.paths.values[row], expected, rtol=1e-9)


@pytest.mark.parametrize("value", [0.8, -0.5])
def test_correlated_assumptions_move_together(value):
    """Their normal scores have the stated correlation, each keeps its own distribution."""
    draws = 20_000
    parts = CARE["care"].model_dump(exclude={"regions"})
    ties = [{"between": ("leaving_rate", "passing_rate"), "value": value}]
    rates = {"leaving_rate": triangular(5, 10, 20), "passing_rate": triangular(50, 60, 90)}
    known = {"care": Mechanism(**(parts | {"correlations": ties, "assumptions": rates}))}
    flat = {"carers": np.full((draws, 2), 20.0), "elderly": np.full((draws, 2), 5e4)}
    hire = scenario({"mechanism": "care", "levers": {"hires_per_year": 1}})
    run = run_scenario(paths_of(flat), plan_of(), hire, mechanisms=known)
    scores = []
    for name, (low, central, high) in (
        ("leaving_rate", (5, 10, 20)),
        ("passing_rate", (50, 60, 90)),
    ):
        drawn = run.sampled["here", "care", name][:, 0]
        share = stats.triang.cdf(drawn, (central - low) / (high - low), low, high - low)
        assert stats.kstest(share, "uniform").pvalue > 1e-3
        scores.append(stats.norm.ppf(share))
    assert np.corrcoef(scores)[0, 1] == pytest.approx(value, abs=4 * (1 - value**2) / draws**0.5)


def test_fixed_uniforms_replace_drawn_ones():
    """A sampler may put its own uniforms in the place of a stream, and override a series."""
    flat = {"carers": np.full((3, 2), 20.0), "elderly": np.full((3, 2), 1e4)}
    level = np.array([[0.1], [0.5], [0.9]])
    run = ScenarioRun(
        paths_of(flat),
        plan_of(),
        CARE,
        fixed_uniforms={("assumption", "care", "leaving_rate"): level},
    )
    run.override_series(("here", "elderly"), np.array([[1e4, 2e4]]))
    run.apply(scenario({"mechanism": "care", "levers": {"hires_per_year": 1}}))
    usual = Range(low=5, central=10, high=20)
    np.testing.assert_array_equal(
        run.sampled["here", "care", "leaving_rate"], usual.quantile(level)
    )
    assert run.causes["here", "elderly"] == {"assumption"}
    assert run.paths.values[row_of(run.before, "elderly")].tolist() == [[1e4, 2e4]] * 3


# Verbs, as a scenario says them.


def test_a_verb_without_a_year_begins_when_a_decision_can():
    """As of the end of 2022 that is 2023; the draws before stay."""
    paths = paths_of({"pay": np.array([[100.0, 110.0, 120.0, 130.0]])})
    plan = plan_of()
    for verb, expected in (
        ({"shift": {"by": 5}}, [100, 115, 125, 135]),
        ({"add_pace": {"by": 5}}, [100, 115, 130, 145]),
        ({"delay": {"years": 1}}, [100, 100, 110, 120]),
        ({"hold": None}, [100, 100, 100, 100]),
        ({"hold": {"until": 2023}}, [100, 100, 110, 120]),
        ({"ramp_to": {"value": 200, "by": 2024}}, [100, 150, 200, 210]),
        ({"shock": {"by": -20, "year": 2023, "recovery": 2}}, [100, 90, 110, 130]),
        ({"shock": {"factor": 0.9, "year": 2023}}, [100, 99, 109, 119]),
        ({"scale_pace": {"factor": 2}}, [100, 121, 144, 169]),
        ({"shift": {"by": 5, "from": 2022}}, [105, 115, 125, 135]),
        ({"add_pace": {"by": 5, "from": 2024}}, [100, 110, 125, 140]),
    ):
        result = moved(paths, plan, {"indicator": "pay"} | verb)["pay"]
        np.testing.assert_allclose(result, [expected], rtol=1e-12, err_msg=str(verb))


@pytest.mark.parametrize(
    ("verb", "field"),
    [
        ("shift", "by"), ("add_pace", "by"), ("scale_pace", "factor"), ("delay", "years"),
        ("ramp_to", "value"), ("shock", "by"), ("shock", "factor"), ("execute_plan", "ratio"),
    ],
)  # fmt: skip
def test_a_range_is_one_size_a_draw(verb, field):
    """Each draw takes its own size, the one that a stream by verb and series gives."""
    rows = np.random.default_rng(1).uniform(90, 130, (8, 4))
    size = {"low": 0.5, "central": 1.0, "high": 2.0}
    extra = {"ramp_to": {"by": 2024}, "shock": {"year": 2023}}.get(verb, {})
    plan = plan_of(targets=[("here", "pay", 2024, 180.0)])

    def take(amount, paths):
        step = {"indicator": "pay", verb: {field: amount} | extra}
        return moved(paths, plan, step)["pay"]

    names = (verb, "here") if verb == "execute_plan" else (verb, "here", "pay")
    sizes = Range(**size).quantile(uniform(*names, draws=8))
    result = take(size, paths_of({"pay": rows}))
    for draw in range(8):
        alone = take(float(sizes[draw]), paths_of({"pay": rows[[draw]]}))
        np.testing.assert_array_equal(result[[draw]], alone)
    assert len(set(sizes)) == 8


def test_all_means_every_series_and_a_region_only_its_own():
    """Without a region all regions are meant, with one that one; `all` is every indicator."""
    paths = paths_of({"pay": FLAT, "rate": FLAT}, regions=("here",))
    one = replace(paths, values=paths.values)
    shift = {"shift": {"by": 1.0}}
    result = moved(one, plan_of(), {"indicator": "all"} | shift)
    assert all((v[:, 1:] == 51.0).all() for v in result.values())
    result = moved(one, plan_of(), {"indicator": "rate", "region": "here"} | shift)
    assert (result["pay"] == 50).all() and (result["rate"][:, 1:] == 51).all()
    result = moved(one, plan_of(), {"indicator": "all", "region": "lishui"} | shift)
    assert all((v == 50.0).all() for v in result.values())


def test_steps_act_in_the_order_listed():
    """Half the pace of a shifted course is not a shift of half the pace."""
    paths = paths_of({"built": np.array([[14.0, 18.0, 22.0]])})
    shift, pace = {"shift": {"by": 8.0}}, {"scale_pace": {"factor": 0.5}}
    one, two = ({"indicator": "built"} | step for step in (shift, pace))
    assert moved(paths, plan_of(), one, two)["built"].tolist() == [[14, 20, 22]]
    assert moved(paths, plan_of(), two, one)["built"].tolist() == [[14, 24, 26]]


def test_counts_shares_and_money_have_their_own_scales():
    """A pace is a factor for money, odds for a share, units for a count."""
    paths = paths_of(
        {"pay": np.array([[100.0, 110.0]]), "rate": np.array([[50.0, 200 / 3]]),
         "built": np.array([[10.0, 15.0]])}
    )  # fmt: skip
    steps = [{"indicator": i, "scale_pace": {"factor": 2.0}} for i in ("pay", "rate", "built")]
    result = moved(paths, plan_of(), *steps)
    np.testing.assert_allclose(result["pay"], [[100, 121]], rtol=1e-12)
    np.testing.assert_allclose(result["rate"], [[50, 80]], rtol=1e-12)
    assert result["built"].tolist() == [[10, 20]]


def test_counts_are_whole_and_ratchets_never_fall():
    """By hand: a fall of 2.5 takes a count back by whole steps, a ratchet by nothing."""
    rows = {"built": [[14.0, 15.0]], "tens": [[30.0, 60.0]], "raised": [[80.0, 90.5]]}
    paths = paths_of({name: np.array(row) for name, row in rows.items()})
    for by, built, tens, raised in (
        (-0.25, [14, 14], [30, 50], [80, 90.25]),
        (-2.5, [14, 14], [30, 50], [80, 88]),
        (-40.0, [14, 14], [30, 30], [80, 80]),
        (7.5, [14, 22], [30, 60], [80, 98]),
        (12.0, [14, 27], [30, 70], [80, 102.5]),
    ):
        result = moved(paths, plan_of(), {"indicator": "all", "shift": {"by": by}})
        assert result["built"].tolist() == [built] and result["tens"].tolist() == [tens]
        np.testing.assert_allclose(result["raised"], [raised], rtol=1e-12)


def test_the_plan_is_executed_through_its_targets():
    """Straight to the highest value of each year's targets, from the year before the first."""
    targets = [
        ("here", "pay", 2024, 140.0), ("here", "pay", 2024, 150.0), ("here", "pay", 2025, 160.0),
        ("there", "pay", 2024, 900.0), ("here", "rate", 2024, 900.0),
    ]  # fmt: skip
    paths = paths_of({"pay": np.array([[110.0, 120.0, 130.0, 140.0, 155.0]])})
    for ratio, expected in ((1.0, [110, 130, 150, 160, 175]), (0.5, [110, 120, 130, 135, 150])):
        step = {"indicator": "all", "execute_plan": {"ratio": ratio}}
        result = moved(paths, plan_of(targets=targets), step)["pay"]
        np.testing.assert_allclose(result, [expected], rtol=1e-12)


SIBLINGS = [
    *[("slow", "pay", y, 100.0 * 1.02 ** (y - 2018)) for y in (2018, 2019, 2020, 2021)],
    # Only the first and last of the latest four figures count: 8 % a year from 2018 to 2021.
    *[("fast", "pay", y, v) for y, v in
      ((2016, 60.0), (2017, 80.0), (2018, 100.0), (2019, 130.0), (2020, 115.0), (2021, 125.9712))],
    # Less than two years, and a single figure, are no pace.
    ("short", "pay", 2020.5, 100.0), ("short", "pay", 2021.0, 200.0), ("one", "pay", 2021.0, 9.0),
    *[("x", "waiting", y, 300.0 * 0.8 ** (y - 2018)) for y in (2018, 2020, 2021)],
    *[("y", "waiting", y, 300.0 * 1.3 ** (y - 2018)) for y in (2018, 2021)],
]  # fmt: skip


def test_the_best_region_is_followed():
    """The fastest rise over the latest four figures, or the fastest fall where less is better."""
    paths = paths_of(
        {"pay": np.array([[100.0, 103.0, 120.0]]), "waiting": np.array([[300.0, 290.0, 180.0]]),
         "rate": np.array([[50.0, 51.0, 52.0]])}
    )  # fmt: skip
    step = {"indicator": "all", "follow_best": {"from": 2023}}
    result = moved(paths, plan_of(siblings=SIBLINGS[::-1]), step)
    np.testing.assert_allclose(result["pay"], [[100, 108, 120]], rtol=1e-9)
    np.testing.assert_allclose(result["waiting"], [[300, 240, 180]], rtol=1e-9)
    np.testing.assert_array_equal(result["rate"], [[50, 51, 52]])


@pytest.mark.parametrize(
    ("peers", "pay", "waiting"),
    [
        ({"top": 1}, 1.08, 0.8),
        # Means on the log scale; more regions than there are: all of them.
        ({"top": 2}, (1.08 * 1.02) ** 0.5, (0.8 * 1.3) ** 0.5),
        ({"top": 9}, (1.08 * 1.02) ** 0.5, (0.8 * 1.3) ** 0.5),
        ({"quantile": 1.0}, 1.08, 0.8),
        ({"quantile": 0.75}, 1.02**0.25 * 1.08**0.75, 1.3**0.25 * 0.8**0.75),
    ],
)
def test_the_best_regions_are_followed(peers, pay, waiting):
    """By hand: the mean pace of the best, or a quantile of all paces in the wanted direction."""
    paths = paths_of({"pay": np.array([[100.0, 100.0]]), "waiting": np.array([[300.0, 320.0]])})
    step = {"indicator": "all", "follow_best": {"from": 2023, **peers}}
    result = moved(paths, plan_of(siblings=SIBLINGS), step)
    np.testing.assert_allclose(result["pay"][:, 1], 100 * pay, rtol=1e-9)
    np.testing.assert_allclose(result["waiting"][:, 1], 300 * min(waiting, 320 / 300), rtol=1e-9)


def test_a_number_and_a_quantile_of_regions_exclude_each_other():
    """Both at once, and a quantile beyond 1, are refused."""
    for peers in ({"top": 2, "quantile": 0.5}, {"quantile": 1.5}, {"top": 0}):
        with pytest.raises(ValueError, match=r"quantile|top"):
            fc.Scenario(name="x", steps=[{"indicator": "pay", "follow_best": peers}])


# Rules.


def test_a_floor_that_binds_moves_a_draw_in_proportion():
    """By hand: pay up by half lifts the floor of 1.3 pay; above the floor nothing moves."""
    pay = np.array([[100.0, 100.0], [100.0, 100.0], [100.0, 100.0]])
    extra = np.array([[130.0, 130.0], [130.0, 300.0], [130.0, 117.0]])
    paths = paths_of({"pay": pay, "extra_pay": extra})
    plan = plan_of(rules=[("here", "extra_pay", "extra_pay >= 1.3 * pay")])
    step = {"indicator": "pay", "shift": {"by": 50.0}}
    result = moved(paths, plan, step)["extra_pay"]
    # 117 was below its floor of 130 and stays as far below that of 195.
    np.testing.assert_allclose(result[:, 1], [195.0, 300.0, 175.5], rtol=1e-12)
    np.testing.assert_array_equal(result[:, 0], extra[:, 0])
    down = {"indicator": "pay", "shift": {"by": -50.0}}
    result = moved(paths, plan, down)["extra_pay"]
    np.testing.assert_allclose(result[:, 1], [130.0, 300.0, 117.0 * 117 / 130], rtol=1e-12)


def test_an_equality_moves_every_draw():
    """By hand: twice pay, whatever the draw; ceilings move nothing."""
    paths = paths_of({"pay": np.full((2, 2), 100.0), "third_pay": np.array([[210.0, 180.0]] * 2)})
    step = {"indicator": "pay", "shift": {"by": 50.0}}
    for sign, expected in (("==", [210.0, 270.0]), ("<=", [210.0, 180.0]), (">", [210.0, 180.0])):
        plan = plan_of(rules=[("here", "third_pay", f"third_pay {sign} 2 * pay")])
        result = moved(paths, plan, step)["third_pay"]
        np.testing.assert_allclose(result, [expected] * 2, rtol=1e-12)


def test_nothing_has_no_proportion():
    """A floor or an equality that was zero lifts a zero to what it asks for now."""
    zero = np.zeros((2, 2))
    paths = paths_of(
        {"pay": zero, "extra_pay": zero, "third_pay": zero}, figures=dict.fromkeys(FIGURES, 0.0)
    )
    rules = [
        ("here", "extra_pay", "extra_pay >= 2 * pay"),
        ("here", "third_pay", "third_pay == pay"),
    ]
    step = {"indicator": "pay", "shift": {"by": 50.0}}
    result = moved(paths, plan_of(rules=rules), step)
    assert (result["extra_pay"][:, 1] == 100.0).all() and (result["third_pay"][:, 1] == 50.0).all()


def test_a_rule_reads_the_year_before():
    """`spent[-1]` is last year's, and of the first year the latest figure."""
    spent = np.array([[1100.0, 1210.0, 1331.0]])
    paths = paths_of({"spent": spent, "pay": np.array([[500.0, 550.0, 605.0]])})
    plan = plan_of(rules=[("here", "pay", "pay == 0.5 * spent[-1]")])
    step = {"indicator": "spent", "shift": {"by": 121.0, "from": 2023}}
    result = moved(paths, plan, step)["pay"]
    np.testing.assert_allclose(result, [[500, 550, 605 * 1331 / 1210]], rtol=1e-12)


def test_a_chain_of_rules_is_followed_whatever_their_order():
    """What moves by one rule is read by the next, wherever it is listed; once each."""
    chain = [
        ("here", "extra_pay", "extra_pay >= 1.3 * pay"),
        ("here", "third_pay", "third_pay == 2 * extra_pay"),
        ("here", "carers", "carers == third_pay"),
    ]
    flat = {
        "pay": np.full((2, 2), 100.0), "extra_pay": np.full((2, 2), 130.0),
        "third_pay": np.full((2, 2), 260.0), "carers": np.full((2, 2), 260.0),
    }  # fmt: skip
    step = {"indicator": "pay", "shift": {"by": 50.0}}
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        result = moved(paths_of(flat), plan_of(rules=[chain[i] for i in order]), step)
        assert result["extra_pay"][:, 1] == pytest.approx(195.0)
        assert result["third_pay"][:, 1] == pytest.approx(390.0)
        assert result["carers"][:, 1] == pytest.approx(390.0)


def test_rules_in_a_circle_end():
    """Each is followed once, in the order listed."""
    rules = [("here", "pay", "pay >= 1 * spent"), ("here", "spent", "spent >= 1 * pay")]
    flat = {"pay": np.full((2, 2), 100.0), "spent": np.full((2, 2), 100.0)}
    step = {"indicator": "pay", "shift": {"by": 50.0}}
    result = moved(paths_of(flat), plan_of(rules=rules), step)
    assert (result["spent"][:, 1] == 150.0).all() and (result["pay"][:, 1] == 150.0).all()


def test_another_regions_standard_is_read_where_it_is_drawn():
    """`there.pay` is the other region's; what is not drawn is not known and moves nothing."""
    draws = {"pay": np.full((2, 2), 100.0)}
    fits = fc.fit(seen_of({"pay": 100.0}, regions=("here", "there")), ABOUT)
    paths = fc.simulate(fits, until=2023, draws=2, seed=1)
    paths = replace(paths, values=np.stack([draws["pay"], 2 * draws["pay"]]))
    rules = [("here", "pay", "pay == there.pay")]
    step = {"indicator": "pay", "region": "there", "shift": {"by": 20.0}}
    result = run_scenario(paths, plan_of(rules=rules), scenario(step), mechanisms={}).paths.values
    np.testing.assert_allclose(result[:, 0], [[100, 110], [200, 220]], rtol=1e-12)
    for formula in ("pay == gone.pay + there.pay", "pay == rho * there.pay"):
        other = run_scenario(
            paths, plan_of(rules=[("here", "pay", formula)]), scenario(step), mechanisms={}
        )
        assert (other.paths.values[0] == 100).all()


def test_only_what_moved_is_followed():
    """A rule between two series that nothing touched is not applied."""
    flat = {"pay": np.full((2, 2), 100.0), "extra_pay": np.full((2, 2), 90.0), "rate": FLAT[:2, :2]}
    plan = plan_of(rules=[("here", "extra_pay", "extra_pay >= 1.3 * pay")])
    result = moved(paths_of(flat), plan, {"indicator": "rate", "shift": {"by": 1.0}})
    assert (result["extra_pay"] == 90).all() and (result["pay"] == 100).all()


def lishui_consumption(times, growth=None):
    """Draws (draws, times) of what Lishui assumes of urban consumption, from 2020 on."""
    name = "minimum_living_standard_link"
    about = MECHANISMS[name].in_region("lishui").assumptions
    level = about["consumption"].quantile(uniform("assumption", name, "consumption"))[:, None]
    u = uniform("assumption", name, "consumption_growth")[:, None]
    usual = 1 + about["consumption_growth"].quantile(u) / 100
    changed = usual if growth is None else 1 + growth.quantile(u) / 100
    times = np.asarray(times, float)
    return (
        level * usual ** (np.minimum(times, 2022) - 2020) * changed ** np.maximum(times - 2022, 0)
    )


def test_the_minimum_standard_of_lishui_moves_the_extreme_one_and_nothing_else():
    """Its floor is 1.3 standards or half of last year's consumption, in each draw."""
    plan, base = shipped("lishui")
    step = {"indicator": "minimum_living_standard", "shift": {"by": 4000.0}}
    run = run_scenario(base, plan, scenario(step))
    assert set(run.causes) == {
        ("lishui", "minimum_living_standard"), ("lishui", "extreme_poverty_standard"),
    }  # fmt: skip
    low, high = (
        base.values[row_of(base, i)]
        for i in ("minimum_living_standard", "extreme_poverty_standard")
    )
    half = 0.5 * lishui_consumption(np.maximum(base.years - 1.0, 2020))
    was = np.maximum(half, 1.3 * np.minimum(low, 5 * 10200))
    now = np.maximum(half, 1.3 * np.minimum(low + 4000 * (base.years >= 2023), 5 * 10200))
    row = row_of(base, "extreme_poverty_standard")
    expected = never_falling(base, row, high * np.maximum(high, now) / np.maximum(high, was))
    result = run.paths.values[row]
    np.testing.assert_allclose(result, expected, rtol=1e-9)
    assert (result[:, -1] > high[:, -1]).any()


def never_falling(base, row, values):
    """Keep the highest value so far, from the latest figure on."""
    latest = base.fits.series["latest"].iloc[row]
    return np.maximum.accumulate(np.maximum(values, latest), axis=1)


def test_slower_consumption_moves_the_chain_of_lishui_and_nothing_else():
    """Minimum, extreme and orphans' standards, and by those the two that are tied to them."""
    plan, base = shipped("lishui")
    growth = {"low": 0.0, "central": 1.0, "high": 2.0}
    step = {
        "mechanism": "minimum_living_standard_link", "assumptions": {"consumption_growth": growth},
    }  # fmt: skip
    run = run_scenario(base, plan, scenario(step))
    chain = ["orphan_standard_institutional", "orphan_standard_dispersed"]
    chain += ["child_in_difficulty_standard_lower"]
    standards = ["minimum_living_standard", "extreme_poverty_standard"]
    # Where a standard that never falls is above its floor either way, nothing moves.
    changed = {name for _, name in run.causes}
    assert {*standards, chain[0]} <= changed <= {*chain, *standards}
    before = base.years - 1.0
    was, now = (lishui_consumption(before, g) for g in (None, Range(**growth)))
    last, moves = base.values[row_of(base, chain[0])], {}
    row = row_of(base, chain[0])
    expected = last * np.maximum(last, 0.7 * now) / np.maximum(last, 0.7 * was)
    expected = never_falling(base, row, expected)
    result = run.paths.values[row]
    np.testing.assert_allclose(result, expected, rtol=1e-9)
    moves = {chain[0]: (np.clip(last, 0, 5 * 24252), np.clip(result, 0, 5 * 24252))}
    for name in chain[1:]:
        old, new = moves[chain[0]]
        value = base.values[row_of(base, name)]
        row = row_of(base, name)
        expected = value * np.maximum(value, 0.8 * new) / np.maximum(value, 0.8 * old)
        expected = never_falling(base, row, expected)
        result = run.paths.values[row]
        np.testing.assert_allclose(result, expected, rtol=1e-9)


def test_a_run_changes_nothing_it_is_given():
    """The baseline's draws and the plan's tables stay as they were."""
    plan, base = shipped("lishui")
    values, rules = base.values.copy(), plan.rules.copy()
    for name in VARIED:
        apply_scenario(base, plan, read_scenario(name))
    np.testing.assert_array_equal(base.values, values)
    pd.testing.assert_frame_equal(plan.rules, rules)


def test_planned_means_the_series_with_a_target():
    """`planned` moves what the plan has a target for, and nothing else."""
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    plan = replace(plan, rules=plan.rules[:0])
    base = fc.project(plan, draws=20)
    step = {"indicator": "planned", "shift": {"by": 1000.0}}
    after = fc.apply_scenario(base, plan, fc.Scenario(name="x", steps=[step]))
    moved = ((after.values != base.values) & ~np.isnan(base.values)).any(axis=(1, 2))
    aimed = base.fits.series["indicator"].isin(plan.targets["indicator"]).to_numpy()
    assert moved.any() and not moved[~aimed].any()
