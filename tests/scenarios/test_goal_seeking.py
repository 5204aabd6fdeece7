"""Goal seek, responses, what targets need, and the plan's rules under low and high paths."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.scenarios import goal_seeking
from forecast.scenarios import response as responses
from forecast.scenarios.declarations import Mechanism
from forecast.scenarios.goal_seeking import goal_seek, required
from forecast.scenarios.response import TargetResponse, yearly_paces
from forecast.scenarios.rule_check import check_rules
from forecast.targets.joint_answers import outcomes

LISHUI = fc.load_plan("lishui", as_of="2022-12-31")
WORKERS = {"indicator": "workers", "year": 2024}
NAMES = {"name_zh": "x", "name_en": "x", "unit": "person"}


def exactly(value):
    """Assume one number for sure."""
    return {**NAMES, "low": value, "central": value, "high": value}


def workforce(leaving=0.0, passing=50.0, cost=True, **more):
    """Make a workforce mechanism of 10,000 elderly: a ratio is a number of workers."""
    price = {"cost": {"low": 1.0, "central": 2.0, "high": 4.0}} if cost else {}
    cheap = {"cost": {"low": 0.5, "central": 1.5, "high": 2.5}} if cost else {}
    return Mechanism.model_validate(
        {
            "kind": "workforce",
            "indicator": "workers",
            "name_zh": "x",
            "name_en": "x",
            "inputs": {"population": "elderly"},
            "constants": {"per": 10000, "lag": 0},
            "levers": {
                "hires_per_year": {**NAMES, "upper": 100, "step": 5, **price},
                "trainees_per_year": {**NAMES, "upper": 100, "step": 10, **cheap},
            },
            "assumptions": {
                "leaving_rate": exactly(leaving),
                "passing_rate": exactly(passing),
                "population": exactly(10000.0),
                "population_growth": exactly(0.0),
            },
            **more,
        }
    )


def toy(values, latest=50.0, targets=(("workers", 2024, 120.0, "ge"),), **changes):
    """Make a plan of region a with figures of 2021, and draws of 2022 to 2024 that are given.

    `values` is by indicator (draws, 3); `changes` those of the plan's indicators or tables.
    """
    base = LISHUI
    names = sorted(values)
    about = pd.DataFrame(
        {"indicator": names, "kind": "stock", "unit": "person", "lower": 0.0, "upper": np.nan,
         "better": "higher", "resolution": 1.0, "cumulative": False}
    ).assign(**{k: v for k, v in changes.items() if k not in vars(base)})  # fmt: skip
    goals = pd.DataFrame(targets, columns=["indicator", "year", "value", "comparator"])
    plan = replace(
        base,
        region="a",
        as_of="2021-12-31",
        indicators=about,
        targets=goals.assign(region="a", source="s"),
        observations=pd.DataFrame(
            {"region": "a", "indicator": names, "year": 2021.0, "value": latest}
        ),
        siblings=pd.DataFrame(
            {"region": ["b"] * 3, "indicator": names[0], "year": [2019.0, 2020.0, 2021.0],
             "value": [10.0, 30.0, 40.0]}
        ),
        rules=base.rules.iloc[:0],
    )  # fmt: skip
    plan = replace(plan, **{k: v for k, v in changes.items() if k in vars(base)})
    paths = fc.project(plan, until=2024, draws=len(values[names[0]]))
    drawn = np.stack([np.asarray(values[name], float) for name in names])
    assert paths.values.shape == drawn.shape
    return plan, replace(paths, values=drawn)


def level(numbers):
    """Draws that stay where they are for three years."""
    return np.repeat(np.asarray(numbers, float)[:, None], 3, axis=1)


HUNDRED = {"workers": level(range(100))}
ONE = {"force": workforce()}


# One lever.


def test_the_least_hires_by_hand():
    """Draws 0 to 99 and 3 x hired on top: 80 % reach 119.5 with x >= 33.2, so 35 in steps of 5."""
    plan, paths = toy(HUNDRED)
    found = goal_seek(plan, WORKERS, lever="hires_per_year", paths=paths, mechanisms=ONE)
    assert (found.levers, found.units) == (("hires_per_year",), ("person",))
    assert (found.value, found.values, found.reading) == (35.0, (35.0,), "reached")
    assert (found.lower, found.upper, found.reached) == ((0.0,), (100.0,), True)
    # 0.85: draws of 14.5 and more.
    assert (found.p_reach, found.p_baseline, found.p_upper) == (0.85, 0.0, 1.0)
    assert found.mc_error == pytest.approx(np.sqrt(0.85 * 0.15 / 100), rel=1e-12)
    # 2, 1 and 4 a hire, three years.
    assert (found.cost, found.cost_low, found.cost_high) == (210.0, 105.0, 420.0)
    # From 50 in 2021 to the middle 49.5 + 105; regions showed 20 and 10 a year.
    assert found.pace == pytest.approx(104.5 / 3, rel=1e-12)
    assert (found.pace_share, found.paces) == (0.0, 2)
    assert (found.region, found.indicator, found.year) == ("a", "workers", 2024)
    assert (found.target, found.comparator, found.probability) == (120.0, "ge", 0.8)


def test_the_curve_by_hand():
    """Thirteen settings from 0 to the limit, each with its share of draws, error and cost."""
    plan, paths = toy(HUNDRED)
    found = goal_seek(plan, WORKERS, lever="hires_per_year", paths=paths, mechanisms=ONE)
    curve = found.curve
    assert curve["value"].tolist() == [0, 10, 15, 25, 35, 40, 50, 60, 65, 75, 85, 90, 100]
    share = [(np.arange(100) + 3 * x >= 119.5).mean() for x in curve["value"]]
    assert curve["p_reach"].tolist() == share
    np.testing.assert_allclose(
        curve["mc_error"], [np.sqrt(p * (1 - p) / 100) for p in share], rtol=1e-12
    )
    assert curve["cost"].tolist() == [6 * x for x in curve["value"]]


@pytest.mark.parametrize(
    ("goal", "probability", "reading", "value"),
    [
        (10.0, 0.8, "reached_already", 0.0),
        (120.0, 0.8, "reached", 35.0),
        (500.0, 0.8, "beyond_limits", np.nan),
        (399.0, 0.01, "reached", 100.0),
    ],
)
def test_readings(goal, probability, reading, value):
    """What is reached already, what with the last step of the lever, and what is beyond it."""
    plan, paths = toy(HUNDRED, targets=[("workers", 2024, goal, "ge")])
    found = goal_seek(
        plan, WORKERS, lever="hires_per_year", probability=probability, paths=paths,
        mechanisms=ONE,
    )  # fmt: skip
    assert found.reading == reading
    assert found.reached == (reading != "beyond_limits")
    np.testing.assert_equal(found.value, value)
    np.testing.assert_equal(found.cost, 6 * value)
    assert np.isnan(found.p_reach) == np.isnan(value) == np.isnan(found.pace)


@pytest.mark.parametrize("passing", [0.0, 50.0])
def test_a_lever_that_lowers_the_chance_is_not_searched(passing):
    """More trainees do nothing where nobody passes, and harm where fewer workers are wanted."""
    goal, comparator, better = (120.0, "ge", "higher") if not passing else (20.0, "le", "lower")
    plan, paths = toy(HUNDRED, targets=[("workers", 2024, goal, comparator)], better=better)
    known = {"force": workforce(passing=passing)}
    found = goal_seek(plan, WORKERS, lever="trainees_per_year", paths=paths, mechanisms=known)
    assert found.reading == "no_effect" and not found.reached and np.isnan(found.value)
    assert (found.p_baseline, found.p_upper) == ((0.0, 0.0) if not passing else (0.21, 0.0))
    assert found.scenario == fc.BASELINE


@pytest.mark.parametrize(
    ("budget", "reading", "value"),
    [
        (210.0, "reached", 35.0),
        (209.0, "beyond_budget", 30.0),
        (180.0, "beyond_budget", 30.0),
        (5.0, "beyond_budget", 0.0),
    ],
)
def test_a_budget_buys_the_most_of_one_lever(budget, reading, value):
    """A hire costs 6 over three years: 35 cost 210; a yuan less buys 30 and says so."""
    plan, paths = toy(HUNDRED)
    found = goal_seek(
        plan, WORKERS, lever="hires_per_year", budget=budget, paths=paths, mechanisms=ONE
    )
    assert (found.reading, found.value, found.reached) == (reading, value, reading == "reached")
    assert found.p_reach == (np.arange(100) + 3 * value >= 119.5).mean()


def test_what_is_raised_in_one_year_is_paid_in_every_later_one():
    """12 yuan more every year cost 12 + 24 + 36 over three years."""
    link = fc.read_mechanisms()["minimum_living_standard_link"].in_region("lishui")
    asked = {"indicator": "minimum_living_standard", "year": 2025}
    response = TargetResponse.build(LISHUI, asked, paths=fc.project(LISHUI, draws=10))
    raised, points = response.levers["extra_raise"], response.levers["share_points"]
    assert raised.total_cost(12.0) == link.levers["extra_raise"].cost.central * 12 * 6
    assert points.total_cost(2.0, "high") == link.levers["share_points"].cost.high * 2 * 3


@pytest.fixture(scope="module")
def lishui():
    """Draws of Lishui."""
    return fc.project(LISHUI, draws=1500, seed=3)


@pytest.mark.parametrize(
    ("indicator", "lever", "probability"),
    [
        ("care_workers_per_10k_elderly", "trainees_per_year", 0.8),
        ("care_workers_per_10k_elderly", "care_workforce.trainees_per_year", 0.6),
        ("care_workers_per_10k_elderly", "pace", 0.8),
        ("nursing_bed_share", "converted_per_year", 0.75),
        ("minimum_living_standard", "extra_raise", 0.7),
        ("eco_burial_share", "subsidy", 0.5),
        ("eco_burial_share", "pace", 0.75),
        ("one_thing_joint_processing_share", "pace", 0.8),
        ("care_consortia", "pace", 0.8),
        ("orphan_standard_institutional", "pace", 0.85),
    ],
)
def test_the_answer_put_back_reaches_and_a_step_less_does_not(
    lishui, indicator, lever, probability
):
    """The scenario of the answer, played on all draws, gives the chance; one step less, not."""
    asked = {"indicator": indicator, "year": 2025}
    found = goal_seek(LISHUI, asked, lever=lever, probability=probability, paths=lishui)
    assert found.reading == "reached"
    row = LISHUI.targets[
        LISHUI.targets["indicator"].eq(indicator) & LISHUI.targets["year"].eq(2025)
    ]

    def chance(scenario):
        played = fc.apply_scenario(lishui, LISHUI, scenario)
        return outcomes(played, row, as_of=LISHUI.as_of).met.mean()

    assert chance(found.scenario) == pytest.approx(found.p_reach, abs=1e-12)
    assert found.p_reach >= probability
    response = TargetResponse.build(LISHUI, asked, paths=lishui)
    step = response.lever(lever).step
    assert chance(response.with_settings({lever: found.value - step})) < probability
    # On the steps of the lever, to the last digit but rounding.
    assert found.value / step == pytest.approx(round(found.value / step), abs=1e-6)


def test_a_misspelt_lever_suggests_the_nearest(lishui):
    """`trainee_per_year` is refused with `trainees_per_year`, in the search and in a response."""
    asked = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    with pytest.raises(fc.UnknownNameError, match="Did you mean 'trainees_per_year'"):
        goal_seek(LISHUI, asked, lever="trainee_per_year", paths=lishui)
    response = TargetResponse.build(LISHUI, asked, paths=lishui)
    with pytest.raises(fc.UnknownNameError, match="Did you mean 'leaving_rate'"):
        response({"leaving_rat": 3.0})
    with pytest.raises(fc.UnknownNameError, match="pace"):
        goal_seek(
            LISHUI, {"indicator": "registered_social_organisations_per_10k", "year": 2025},
            lever="hires_per_year", paths=lishui,
        )  # fmt: skip


def test_a_lever_of_two_mechanisms_is_named_with_its_mechanism():
    """Two mechanisms of one indicator: the bare name is not known, the full ones are."""
    plan, paths = toy(HUNDRED)
    known = {"one": workforce(), "two": workforce()}
    response = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms=known)
    assert "hires_per_year" not in response.levers
    assert response.lever("two.hires_per_year").mechanism == "two"
    with pytest.raises(fc.UnknownNameError):
        response.lever("hires_per_year")


@pytest.mark.parametrize("probability", [0.0, 1.0, 80.0])
def test_a_probability_is_a_share(probability):
    """0, 1 and 80 are refused, by both verbs."""
    plan, paths = toy(HUNDRED)
    for ask in (
        lambda: goal_seek(plan, WORKERS, lever="pace", probability=probability, paths=paths),
        lambda: required(plan, probability=probability, paths=paths),
    ):
        with pytest.raises(ValueError, match="between 0 and 1"):
            ask()


# The pace, and dates.


def test_the_pace_by_hand():
    """Limit three times the largest pace shown, 20; steps of a tenth of the reporting step."""
    plan, paths = toy(HUNDRED)
    found = goal_seek(plan, WORKERS, lever="pace", paths=paths, mechanisms={})
    assert (found.lower, found.upper, found.units) == ((0.0,), (60.0,), ("person",))
    # 3 x >= 99.5 makes 80 of 100 draws reach.
    assert found.value == pytest.approx(33.2, abs=1e-9) and np.isnan(found.cost)
    assert found.p_reach == 0.8
    # The scenario says it in a verb that can be saved.
    assert found.scenario.steps[0].add_pace.by == found.value


def test_a_pace_goes_the_wanted_way():
    """Where fewer are wanted the pace is negative and its limit below 0."""
    plan, paths = toy(
        {"workers": level(range(100, 200))}, latest=90.0,
        targets=[("workers", 2024, 100.0, "le")], better="lower",
    )  # fmt: skip
    found = goal_seek(plan, WORKERS, lever="pace", probability=0.5, paths=paths, mechanisms={})
    assert (found.lower, found.upper) == ((-60.0,), (0.0,))
    # 149 - 3 x <= 100.5.
    assert found.value == pytest.approx(-16.2, abs=1e-9)
    assert found.p_reach == 0.5
    # The middle falls from 149.5 by 48.6; nobody else showed a fall.
    assert found.pace == pytest.approx((149.5 - 48.6 - 90.0) / 3, rel=1e-9)
    assert found.pace_share == 0.0


def test_paces_that_others_showed():
    """Consecutive figures of all regions, but for a new definition and figures of one spring."""
    plan, _ = toy(HUNDRED)
    more = pd.DataFrame(
        {"region": ["c"] * 5, "indicator": "workers", "year": [2015.0, 2017, 2018, 2018.2, 2019.2],
         "value": [0.0, 50.0, 500.0, 501.0, 500.0],
         "break": [False, False, True, False, False]}
    )  # fmt: skip
    plan = replace(plan, siblings=pd.concat([plan.siblings, more]))
    (paces,) = yearly_paces(plan, "workers")
    assert sorted(paces.round(9)) == [-1.0, 10.0, 20.0, 25.0]


def test_paces_of_several_indicators_are_kept_apart():
    """Asked together each has what it has alone; one without two figures has none."""
    plan, _ = toy(HUNDRED | {"beds": level(range(100))})
    more = pd.DataFrame({"region": "b", "indicator": "beds", "year": [2019.0, 2021.0],
                         "value": [10.0, 14.0]})  # fmt: skip
    plan = replace(plan, siblings=pd.concat([plan.siblings.assign(indicator="workers"), more]))
    workers, beds, none = yearly_paces(plan, "workers", "beds", "other")
    assert (workers.tolist(), beds.tolist(), none.tolist()) == ([20.0, 10.0], [2.0], [])


def test_the_share_of_paces_as_high():
    """Of the paces 20 and 10 a year one is as high as 13, none as 34.8."""
    plan, paths = toy(HUNDRED, targets=[("workers", 2024, 60.0, "ge")])
    found = goal_seek(plan, WORKERS, lever="pace", paths=paths, mechanisms={})
    assert found.pace == pytest.approx((49.5 + 3 * found.value - 50.0) / 3, rel=1e-9)
    assert 10.0 < found.pace < 20.0 and found.pace_share == 0.5


def test_without_paces_the_limit_follows_from_the_target():
    """No region has two figures: three times the change a year from 50 to 120, a step 1/1000."""
    plan, paths = toy(HUNDRED, siblings=LISHUI.siblings.iloc[:0], resolution=0.0)
    choice = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms={}).lever("pace")
    assert choice.upper == pytest.approx(3 * 70 / 3, rel=1e-12)
    assert choice.step == pytest.approx(0.07, rel=1e-12)
    found = goal_seek(plan, WORKERS, lever="pace", paths=paths, mechanisms={})
    assert np.isnan(found.pace_share) and found.paces == 0 and found.reading == "reached"


def test_the_pace_of_a_large_sum_is_searched_in_a_million_steps_at_most():
    """In tenths of a yuan a pace of 60 million a year would have six hundred million of them."""
    siblings = LISHUI.siblings.iloc[:0]
    target = ("workers", 2024, 50.0 + 6e7, "ge")
    plan, paths = toy(HUNDRED, siblings=siblings, targets=[target])
    choice = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms={}).lever("pace")
    assert choice.upper == pytest.approx(6e7) and choice.step == pytest.approx(60.0)
    assert len(choice.grid) == 1_000_001


def test_the_pace_adds_units_a_year_in_a_scenario():
    """`add_pace` adds its size once more every year from the first that can change."""
    plan, paths = toy(HUNDRED)
    step = {"indicator": "workers", "add_pace": {"by": 2.0, "from": 2023}}
    moved = fc.apply_scenario(paths, plan, fc.Scenario(name="more", steps=[step]))
    np.testing.assert_allclose(
        moved.values[0] - paths.values[0], np.tile([0.0, 2.0, 4.0], (100, 1)), atol=1e-12
    )


def adoption():
    """Make an adoption mechanism: a site of ten adds 0.2 to the pace, from a year on."""
    return Mechanism.model_validate(
        {
            "kind": "adoption", "indicator": "workers", "name_zh": "x", "name_en": "x",
            "levers": {
                "sites_per_year": {**NAMES, "upper": 10, "step": 1,
                                   "cost": {"low": 1, "central": 1, "high": 1}},
                "start_year": {**NAMES, "unit": "year", "lower": 2020, "upper": 2030},
            },
            "assumptions": {"places": exactly(10.0), "site_effect": exactly(2.0)},
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sites", "goal", "reading", "year"),
    [
        (10.0, 85.0, "reached", 2024.0),
        (10.0, 90.0, "reached", 2023.0),
        (10.0, 99.0, "reached", 2022.0),
        (10.0, 99.9, "beyond_limits", np.nan),
        (10.0, 50.0, "reached_already", 2030.0),
        (0.0, 85.0, "no_effect", np.nan),
    ],
)
def test_a_date_is_the_latest_that_still_reaches(sites, goal, reading, year):
    """A draw at 50 % gains 2 on the logit scale every year the sites act: 88, 98.2, 99.75 %.

    The reach of 90 % needs two years, so that 2023 is the latest start; without sites no date
    matters; what is reached anyhow is reached with the latest date.
    """
    plan, paths = toy(
        {"workers": level([50.0] * 10)}, targets=[("workers", 2024, goal, "ge")], upper=100.0,
        kind="share", resolution=0.1,
    )  # fmt: skip
    step = {"mechanism": "sites", "levers": {"sites_per_year": sites}}
    push = fc.Scenario(name="sites", steps=[step])
    found = goal_seek(
        plan, WORKERS, lever="start_year", scenario=push, paths=paths,
        mechanisms={"sites": adoption()},
    )  # fmt: skip
    assert found.reading == reading
    np.testing.assert_equal(found.value, year)
    assert (found.lower, found.upper, found.units) == ((2022.0,), (2030.0,), ("year",))
    # Without a date the sites act at once; at the last date they come too late.
    assert found.p_baseline == float(goal <= 50.0 or (sites > 0 and goal <= 99.7))
    assert found.p_upper == float(goal <= 50.0)
    assert found.curve["value"].is_monotonic_increasing


# Several levers.


def brute(response, names, probability):
    """Cost and chance of every setting of two levers on their steps."""
    grids = [response.lever(n).grid for n in names]
    rows = []
    for pair in product(*grids):
        p = response.chance(dict(zip(names, pair, strict=True)))
        cost = sum(response.lever(n).total_cost(v) for n, v in zip(names, pair, strict=True))
        rows.append((*pair, cost, p))
    table = pd.DataFrame(rows, columns=[*names, "cost", "p"])
    return table, table[table["p"] >= probability].sort_values("cost", ignore_index=True)


PAIR = ["hires_per_year", "trainees_per_year"]


@pytest.mark.parametrize("goal", [60.0, 200.0, 390.0])
@pytest.mark.parametrize("prices", [(2.0, 1.5), (2.0, 0.4), (1.0, 0.55)])
def test_two_levers_at_least_cost_are_those_of_a_grid(goal, prices):
    """No setting on the steps of both that is likely enough costs less, whichever is cheaper.

    A workforce that leaves at 10 %, trainees of whom half pass; corners, limits and mixtures.
    """
    rng = np.random.default_rng(2)
    plan, paths = toy(
        {"workers": level(rng.normal(50.0, 20.0, 300).clip(0))},
        targets=[("workers", 2024, goal, "ge")],
    )
    force = workforce(leaving=10.0)
    levers = {
        name: force.levers[name].model_copy(update={"cost": fc.Range(low=0, central=c, high=c)})
        for name, c in zip(PAIR, prices, strict=True)
    }
    known = {"force": force.model_copy(update={"levers": levers})}
    found = goal_seek(plan, WORKERS, lever=PAIR, paths=paths, mechanisms=known)
    response = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms=known)
    table, feasible = brute(response, PAIR, 0.8)
    if feasible.empty:
        assert found.reading == "beyond_limits" and np.isnan(found.values).all()
        return
    assert found.reading in ("reached", "reached_already")
    assert found.cost == pytest.approx(feasible["cost"].iloc[0], abs=1e-9)
    mine = table[(table[PAIR[0]] == found.values[0]) & (table[PAIR[1]] == found.values[1])]
    assert found.p_reach == mine["p"].iloc[0] >= 0.8
    assert found.p_upper == table["p"].iloc[-1] and found.p_baseline == table["p"].iloc[0]


def test_levers_of_a_nonlinear_mechanism_at_least_cost():
    """Sites that saturate and a subsidy on the logit scale: as cheap as the best of the grid."""
    plan, paths = toy(
        {"workers": level(np.linspace(30.0, 60.0, 200))}, upper=100.0, kind="share",
        targets=[("workers", 2024, 62.0, "ge")],
    )  # fmt: skip
    content = adoption().model_dump()
    content["levers"]["subsidy"] = {
        **NAMES, "upper": 4000, "step": 250, "cost": {"low": 0, "central": 0.004, "high": 0.01}
    }  # fmt: skip
    content["assumptions"]["subsidy_effect"] = exactly(0.2)
    content["assumptions"]["site_effect"] = exactly(0.6)
    known = {"sites": Mechanism.model_validate(content)}
    pair = ["sites_per_year", "subsidy"]
    found = goal_seek(plan, WORKERS, lever=pair, paths=paths, mechanisms=known)
    response = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms=known)
    feasible = brute(response, pair, 0.8)[1]
    assert found.reading == "reached"
    assert found.cost == pytest.approx(feasible["cost"].iloc[0], abs=1e-9)


@pytest.mark.parametrize("budget", [20.0, 90.0, 150.0, 209.0])
def test_a_budget_too_small_buys_the_likeliest_settings(budget):
    """Below the least cost the answer is the best chance on the grid within the budget."""
    plan, paths = toy(HUNDRED)
    known = {"force": workforce(leaving=10.0)}
    found = goal_seek(plan, WORKERS, lever=PAIR, budget=budget, paths=paths, mechanisms=known)
    response = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms=known)
    table, _ = brute(response, PAIR, 0.8)
    best = table.loc[table["cost"] <= budget, "p"].max()
    assert found.reading == "beyond_budget" and not found.reached
    assert found.cost <= budget and found.p_reach == best
    enough = goal_seek(plan, WORKERS, lever=PAIR, budget=1e4, paths=paths, mechanisms=known)
    assert enough.reading == "reached"


def test_an_optimiser_that_fails_leaves_the_corners(monkeypatch):
    """Started from a wrong place the mending still ends where the dear lever is at 0."""
    monkeypatch.setattr(goal_seeking, "_best", lambda *_: np.full(2, 0.5))
    plan, paths = toy(HUNDRED)
    found = goal_seek(plan, WORKERS, lever=PAIR[::-1], paths=paths, mechanisms=ONE)
    # Trainees cost 4.5 and half of them pass, hires 6: 35 hires are cheaper.
    assert found.values == (0.0, 35.0)


@pytest.mark.parametrize("effect", [0.15, 0.3])
def test_continuous_settings_of_least_cost(effect):
    """Between the steps: the margin is used up, and no fine grid of settings costs 1 % less.

    Ten sites a year fill all thirty places in three years; beyond, a site helps less.
    """
    plan, paths = toy(
        {"workers": level(np.linspace(30.0, 60.0, 200))}, upper=100.0, kind="share",
        targets=[("workers", 2024, 56.0, "ge")],
    )  # fmt: skip
    content = adoption().model_dump()
    content["levers"]["sites_per_year"].update(upper=30, cost={"low": 1, "central": 1, "high": 1})
    content["levers"]["subsidy"] = {
        **NAMES, "upper": 4000, "step": 10, "cost": {"low": 0, "central": 0.02, "high": 1}
    }  # fmt: skip
    content["assumptions"].update(
        places=exactly(30.0), subsidy_effect=exactly(0.2), site_effect=exactly(effect)
    )
    known = {"sites": Mechanism.model_validate(content)}
    response = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms=known)
    chosen = [response.lever(name) for name in ("sites_per_year", "subsidy")]
    search = goal_seeking._Search(response, chosen)
    upper = np.array([30.0, 4000.0])
    settings = goal_seeking._smooth_cheapest(search, 0.8) * upper
    # The 41st of 200 draws stands at the limit: 40 may fail.
    assert np.sort(search.margin(settings))[40] == pytest.approx(0.0, abs=0.02)
    best = np.inf
    for sites in np.linspace(0.0, 30.0, 31):
        low, high = 0.0, 4000.0
        for _ in range(10):
            middle = (low + high) / 2
            enough = np.sort(search.margin((sites, middle)))[40] >= 0.0
            low, high = (low, middle) if enough else (middle, high)
        best = min(best, search.cost((sites, high)) if high < 4000.0 else np.inf)
    assert search.cost(settings) <= 1.01 * best
    # Half of that spent in full as well, and better than on either alone.
    bought = goal_seeking._smooth_likeliest(search, best / 2) * upper
    assert search.cost(bought) == pytest.approx(best / 2, rel=1e-3)
    alone = [(best / 6, 0.0), (0.0, best / 6 / 0.02)]
    middle = [np.sort(search.margin(v))[100] for v in (bought, *alone)]
    assert middle[0] >= max(middle[1:]) - 0.05


def test_levers_without_a_cost_cannot_be_weighed():
    """Two levers, or a budget, need costs; the message names the lever. One value is no two."""
    plan, paths = toy(HUNDRED)
    known = {"force": workforce(cost=False)}
    for asked in ({"lever": PAIR}, {"lever": "hires_per_year", "budget": 9.0}, {"lever": "pace"}):
        budget = asked.pop("budget", 9.0 if asked["lever"] == "pace" else None)
        with pytest.raises(ValueError, match="Without a cost"):
            goal_seek(plan, WORKERS, budget=budget, paths=paths, mechanisms=known, **asked)
    both = goal_seek(plan, WORKERS, lever=PAIR, paths=paths, mechanisms=ONE)
    with pytest.raises(ValueError, match="Several levers"):
        _ = both.value
    assert both.curve["value"].tolist() == np.linspace(0, 1, 13).tolist()


# Responses.


SETTINGS = [
    ("care_workers_per_10k_elderly", {"trainees_per_year": 400, "leaving_rate": 9}),
    ("care_workers_per_10k_elderly", {"care_workforce.hires_per_year": 100, "pace": 0.5}),
    (
        "nursing_bed_share",
        {"new_per_year": 300, "total_growth": fc.Range(low=0, central=1, high=2)},
    ),
    ("care_consortia", {"projects_per_year": 8, "common_delay": 0.5}),
    ("orphan_standard_institutional", {"minimum_living_standard_link.consumption_growth": 1.0}),
]


@pytest.mark.parametrize(("indicator", "settings"), SETTINGS)
def test_a_response_is_the_scenario_played_in_full(lishui, indicator, settings):
    """Draws, quantiles, chance and change are those of all series together, to the last bit."""
    asked = {"indicator": indicator, "year": 2025}
    push = fc.read_scenario("combined_push")
    response = TargetResponse.build(LISHUI, asked, paths=lishui, scenario=push)
    answer = response(settings)
    scenario = response.with_settings(settings)
    played = fc.apply_scenario(lishui, LISHUI, scenario)
    row = lishui.fits.series["indicator"].tolist().index(indicator)
    np.testing.assert_array_equal(response.draws(settings), played.values[row])
    full = played.quantiles()
    full = full[full["indicator"] == indicator].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        answer.quantiles, full[answer.quantiles.columns], check_dtype=False, rtol=1e-12
    )
    mine = LISHUI.targets[
        LISHUI.targets["indicator"].eq(indicator) & LISHUI.targets["year"].eq(2025)
    ]
    before = outcomes(fc.apply_scenario(lishui, LISHUI, push), mine, as_of=LISHUI.as_of).met[0]
    after = outcomes(played, mine, as_of=LISHUI.as_of).met[0]
    assert answer.p_reach == after.mean()
    assert answer.mc_error == pytest.approx(
        np.sqrt(after.mean() * (1 - after.mean()) / 1500), rel=1e-12
    )
    gain = after.astype(float) - before
    assert answer.p_change == pytest.approx(gain.mean(), abs=1e-12)
    assert answer.p_change_error == pytest.approx(gain.std() / np.sqrt(1500), rel=1e-12)
    assert response(scenario).p_reach == answer.p_reach
    # It has taken far fewer series than there are.
    assert len(response.paths.values) < 4


@pytest.mark.parametrize("event", ["reach", "ever", "maintain"])
@pytest.mark.parametrize("comparator", ["ge", "gt", "le", "lt", "eq"])
def test_chances_are_those_of_outcomes(event, comparator):
    """Every event and comparator is met in the very draws in which `outcomes` says so."""
    rng = np.random.default_rng(5)
    values = {"workers": np.round(rng.uniform(40, 60, (400, 3)) * 2) / 2}
    plan, paths = toy(values, latest=45.0, targets=[("workers", 2024, 50.0, comparator)])
    row = plan.targets.assign(event=event)
    response = TargetResponse.build(plan, row, paths=paths, mechanisms={})
    expected = outcomes(paths, row, as_of=plan.as_of).met[0]
    np.testing.assert_array_equal(response.margin >= 0.0, expected)


def test_decided_targets_have_certain_chances():
    """A target that a figure met, or missed, is so under every lever."""
    rows = [("workers", 2021, 40.0, "ge"), ("workers", 2021, 60.0, "ge")]
    plan, paths = toy(HUNDRED, targets=rows)
    for row, reading, p in ((0, "reached_already", 1.0), (1, "no_effect", 0.0)):
        target = plan.targets.iloc[row]
        found = goal_seek(plan, target, lever="hires_per_year", paths=paths, mechanisms=ONE)
        assert (found.reading, found.p_baseline) == (reading, p)


def test_a_target_can_be_named_in_three_ways(lishui):
    """A row, a table of one row and a mapping ask about the same target."""
    asked = {"region": "lishui", "indicator": "nursing_bed_share", "year": 2025}
    mine = LISHUI.targets["indicator"].eq("nursing_bed_share") & LISHUI.targets["year"].eq(2025)
    table = LISHUI.targets[mine]
    goals = [
        TargetResponse.build(LISHUI, target, paths=lishui).criterion
        for target in (asked, table, table.iloc[0], {**asked, "value": 58.0, "comparator": "eq"})
    ]
    assert len(set(goals)) == 1 and goals[0].value == 58.0


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        ({"indicator": "nursing_bed_share"}, fc.DataError, "58.0.*several targets"),
        ({"indicator": "nursing_bed_share", "year": 1999}, fc.DataError, "no target"),
        ({"indicator": "nursing_bed_shar"}, fc.UnknownNameError, "nursing_bed_share"),
        ({"indicator": "smart_care_homes", "year": 2025}, fc.DataError, "no figure of it"),
        ({"indicator": "nursing_bed_share", "year": 2022}, fc.DataError, "its year has passed"),
    ],
)  # fmt: skip
def test_targets_that_cannot_be_answered_are_refused(lishui, target, error, message):
    """Several, none, unknown, without a figure, past: each is said with what it concerns."""
    with pytest.raises(error, match=f"(?s){message}"):
        goal_seek(LISHUI, target, lever="pace", paths=lishui)


def test_a_lever_beyond_its_limits_is_refused(lishui):
    """A response checks settings as a scenario does."""
    asked = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    response = TargetResponse.build(LISHUI, asked, paths=lishui)
    with pytest.raises(fc.DataError, match="beyond its limits"):
        response({"trainees_per_year": 99_999})


# What all targets need.


def test_required_by_hand():
    """Hires 25 for the middle, 35 for 80 %; the closed form replaces who leaves as well."""
    rows = [("workers", 2024, 120.0, "ge"), ("workers", 2021, 40.0, "ge")]
    plan, paths = toy(HUNDRED, targets=rows)
    table = required(plan, paths=paths, mechanisms={"force": workforce(leaving=10.0)})
    assert table["lever"].tolist() == [
        "pace", "hires_per_year", "trainees_per_year", "hires_closed_form",
    ]  # fmt: skip
    assert set(table["target"]) == {120.0} and set(table["year"]) == {2024}
    # Added hires leave too: 2.71 of 3 years' hires stay; 119.5 - 50 over 2.71 is 25.6.
    hires = table.iloc[1]
    assert (hires["needed_median"], hires["needed"], hires["reading"]) == (30.0, 40.0, "reached")
    assert (hires["cost"], hires["cost_low"], hires["cost_high"]) == (240.0, 120.0, 480.0)
    assert (hires["unit"], hires["pace_share"]) == ("person", 0.0)
    # 50 workers in 2021: (120 - 50 x 0.729) / 2.71.
    closed = table.iloc[3]
    assert closed["needed_median"] == pytest.approx((120 - 50 * 0.729) / 2.71, rel=1e-12)
    assert np.isnan(closed["needed"]) and closed["reading"] == "reached"
    assert table.iloc[0]["needed_median"] == pytest.approx(23.2, abs=1e-9)
    assert np.isnan(table.iloc[2]["needed"]) == (table.iloc[2]["reading"] == "beyond_limits")


def test_required_hires_brute_force():
    """With the closed form's gross hires and nobody else the stock ends at the target."""
    assumed = {
        "leaving_rate": exactly(12.0), "passing_rate": exactly(50.0),
        "population": exactly(20_000.0), "population_growth": exactly(3.0),
    }  # fmt: skip
    known = {"force": workforce(assumptions=assumed)}
    plan, paths = toy(HUNDRED)
    plan = replace(plan, as_of="2022-12-31")
    hires = required(plan, paths=paths, mechanisms=known).iloc[-1]["needed_median"]
    # Two years to decide; today's people of the latest ratio, 50 per 10,000.
    stock = 50.0 * 20_000 * 1.03 / 10_000
    for _ in (2023, 2024):
        stock = stock * 0.88 + hires
    assert 10_000 * stock / (20_000 * 1.03**3) == pytest.approx(120.0, rel=1e-12)


def test_required_reads_figures_of_the_population():
    """Where the population is drawn its middle counts, not the assumption."""
    values = {"workers": level(range(100)), "elderly": level(np.full(100, 8000.0))}
    plan, paths = toy(values)
    seen = plan.observations.assign(value=[10_000.0, 50.0])
    plan = replace(plan, observations=seen)
    paths = replace(paths, fits=fc.project(plan, until=2024, draws=100).fits)
    hires = required(plan, paths=paths, mechanisms=ONE).iloc[-1]["needed_median"]
    assert hires == pytest.approx((120 * 0.8 - 50 * 1.0) / 3, rel=1e-12)


def test_required_agrees_with_goal_seek(lishui):
    """Rows of `required` are answers of `goal_seek`, and only open targets have rows."""
    table = required(LISHUI, paths=lishui)
    status = fc.attainment(lishui, LISHUI.targets, as_of=LISHUI.as_of)
    open_ = status[~status["status"].isin(["met", "missed", "not_published", "no_data"])]
    keys = ["indicator", "year"]
    assert set(map(tuple, table[keys].values)) == set(map(tuple, open_[keys].values))
    for _, row in table[table["lever"] != "hires_closed_form"].iloc[::5].iterrows():
        found = goal_seek(LISHUI, dict(row[keys]), lever=row["lever"], paths=lishui)
        np.testing.assert_allclose(found.value, row["needed"], rtol=1e-12)
        assert found.reading == row["reading"]
        for name in ("cost", "cost_low", "cost_high", "pace_share"):
            np.testing.assert_allclose(getattr(found, name), row[name], rtol=1e-12)
        middle = goal_seek(
            LISHUI, dict(row[keys]), lever=row["lever"], probability=0.5, paths=lishui
        )
        np.testing.assert_allclose(middle.value, row["needed_median"], rtol=1e-12)


def test_levers_without_their_inputs_have_no_row():
    """No population is known or assumed in the region: the pace is all that can be asked."""
    plan, paths = toy(HUNDRED)
    force = workforce()
    left = {n: a for n, a in force.assumptions.items() if not n.startswith("population")}
    known = {"force": force.model_copy(update={"assumptions": left})}
    assert required(plan, paths=paths, mechanisms=known)["lever"].tolist() == ["pace"]
    with pytest.raises(fc.DataError, match="population"):
        goal_seek(plan, WORKERS, lever="hires_per_year", paths=paths, mechanisms=known)


# Rules.


def rules(*rows):
    """Rules of region a."""
    table = pd.DataFrame(rows, columns=["rule", "quantity", "formula"])
    return table.assign(region="a", source="s", locus="")


def link():
    """Tie the standard to consumption."""
    return {
        "link": Mechanism.model_validate(
            {
                "kind": "linked_standard", "indicator": "standard", "name_zh": "x", "name_en": "x",
                "inputs": {"consumption": "consumption"}, "constants": {"rounding": 0},
                "levers": {n: {**NAMES, "upper": 5} for n in ("share_points", "extra_raise")},
                "assumptions": {
                    "consumption": exactly(30_000.0), "consumption_growth": exactly(10.0),
                },
            }
        )
    }  # fmt: skip


def chain(**changes):
    """Standards with a target of 13,000 in 2024, and consumption drawn."""
    count = np.arange(101.0)
    consumption = 30_000.0 + np.column_stack([30.0 * count, 60.0 * count, 90.0 * count])
    values = {
        "standard": level(12_000.0 + 20.0 * count),
        "consumption": consumption,
        "poverty": level(16_000.0 + 30.0 * count),
    }
    return toy(
        values, latest=[29_000.0, 15_000.0, 10_000.0],
        targets=[("standard", 2024, 13_000.0, "ge")],
        rules=rules(
            ("floor", "poverty", "poverty >= max(0.5 * consumption[-1], 1.3 * standard)"),
            ("share", "standard", "standard == 0.41 * consumption[-1]"),
            ("line", "line", "line == 2 * standard"),
            ("nobody", "nobody", "nobody >= 3"),
            ("elsewhere", "standard", "standard == hangzhou.standard"),
        ),
        **changes,
    )  # fmt: skip


def test_rules_by_hand():
    """13,000 keeps 0.41 of last year's consumption on the low path and not on the high one."""
    plan, paths = chain()
    table = check_rules(paths, plan, mechanisms={}).set_index(["rule", "path"])
    # Consumption of 2023: 30,000 to 36,000 evenly, 5 % point 30,300.
    share = table.loc["share"]
    np.testing.assert_allclose(
        share["requirement"], [0.41 * c for c in (30_300.0, 33_000.0, 35_700.0)], rtol=1e-12
    )
    assert share["satisfied"].tolist() == [True, False, False]
    assert share["target"].tolist() == [13_000.0] * 3
    # 0.41 x c <= 13,000 up to draw 28.
    assert share["p_target"].tolist() == pytest.approx([29 / 101] * 3, rel=1e-12)
    own = np.arange(101)
    keeps = np.round(12_000 + 20 * own) >= np.ceil(0.41 * (30_000 + 60 * own) - 1e-6)
    assert share["p_forecast"].tolist() == pytest.approx([keeps.mean()] * 3, rel=1e-12)
    # 1.3 x 13,000 binds unless half the consumption is more, above 33,800.
    floor = table.loc["floor"]
    np.testing.assert_allclose(floor["requirement"], [16_900.0, 16_900.0, 17_850.0], rtol=1e-12)
    assert floor["satisfied"].isna().all() and floor["target"].isna().all()
    keeps = 16_000 + 30 * own >= np.maximum(0.5 * (30_000 + 60 * own), 16_900)
    assert floor["p_forecast"].tolist() == pytest.approx([keeps.mean()] * 3, rel=1e-12)
    assert floor["p_target"].isna().all()


def test_rules_of_what_has_neither_target_nor_forecast():
    """Twice 13,000 is asked of a line without figures; what touches nothing has no row."""
    plan, paths = chain()
    table = check_rules(paths, plan, mechanisms={})
    line = table[table["rule"] == "line"]
    assert line["requirement"].tolist() == [26_000.0] * 3
    assert line[["target", "p_target", "p_forecast"]].isna().all(axis=None)
    assert "nobody" not in set(table["rule"])
    other = table[table["rule"] == "elsewhere"]
    assert other["lacking"].tolist() == ["hangzhou.standard"] * 3
    assert other["requirement"].isna().all() and other["satisfied"].isna().all()
    assert table[table["lacking"] == ""]["requirement"].notna().all()
    assert set(table["year"]) == {2024}
    assert list(table.columns) == [
        "rule", "region", "quantity", "formula", "year", "path", "requirement", "target",
        "satisfied", "p_target", "p_forecast", "lacking",
    ]  # fmt: skip


def test_a_standard_of_13000_under_a_linkage_share():
    """Rho is what the latest figure stands at: 10,000 over 30,000 / 1.1; consumption grows 10 %.

    So 2024 asks for 10,000 x 1.1^3 = 13,310 and 13,000 is not enough; in 2023 12,100 is.
    """
    values = {"standard": level([13_400.0, 12_900.0])}
    goals = [("standard", 2023, 12_100.0, "ge"), ("standard", 2024, 13_000.0, "ge")]
    plan, paths = toy(
        values, latest=10_000.0, targets=goals,
        rules=rules(("share", "standard", "standard == rho * consumption[-1]")),
    )  # fmt: skip
    table = check_rules(paths, plan, mechanisms=link())
    np.testing.assert_allclose(table["requirement"], [12_100.0] * 3 + [13_310.0] * 3, rtol=1e-9)
    assert table["satisfied"].tolist() == [True] * 3 + [False] * 3
    assert table["p_target"].tolist() == [1.0] * 3 + [0.0] * 3
    assert table["p_forecast"].tolist() == [1.0] * 3 + [0.5] * 3
    # Nobody assumes a consumption: rho cannot be read off.
    nothing = check_rules(paths, plan, mechanisms={})
    assert set(nothing["lacking"]) == {"rho"}


@pytest.mark.parametrize(
    ("formula", "better", "satisfied"),
    [
        ("standard == 12999", "higher", True),
        ("standard == 12999", "lower", False),
        ("standard <= 12999", "higher", False),
        ("standard >= 13000", "higher", True),
        ("standard > 13000", "higher", False),
        ("standard < 13000.4", "higher", True),
        ("standard >= 13000.4", "higher", False),
        ("standard / consumption[-1] >= 0.4", "higher", False),
        ("2 * standard >= 26000", "higher", True),
        ("2 * standard > 26000", "higher", False),
    ],
)
def test_comparators_of_rules(formula, better, satisfied):
    """An equality asks for as much or as little as is better; all count reported values."""
    plan, paths = chain(better=better)
    plan = replace(plan, rules=rules(("one", "standard", formula)))
    table = check_rules(paths, plan, mechanisms={})
    assert table["satisfied"].tolist() == [satisfied] * 3


def test_a_rule_on_the_year_before_reads_that_years_target():
    """900 more than the target of 2023, 12,100, is the 13,000 of 2024."""
    goals = [("standard", 2023, 12_100.0, "ge"), ("standard", 2024, 13_000.0, "ge")]
    plan, paths = toy(
        {"standard": level([12_000.0, 14_000.0])}, latest=12_000.0, targets=goals,
        rules=rules(("step", "standard", "standard >= standard[-1] + 900")),
    )  # fmt: skip
    table = check_rules(paths, plan, mechanisms={}).set_index("year")
    assert table.loc[2024, "requirement"].tolist() == [13_000.0] * 3
    assert table.loc[2024, "satisfied"].all()
    # In 2023 it is the draws of 2022, 12,000 and 14,000.
    assert table.loc[2023, "requirement"].tolist() == [13_000.0, 13_900.0, 14_800.0]


def test_rules_of_the_shipped_plan(lishui):
    """Orphans: 0.7 of urban consumption, assumed, asks more than 25,000 on the high path only."""
    table = check_rules(lishui, LISHUI)
    mine = table[table["rule"] == "orphan_institutional_floor"].set_index("path")
    assert mine["target"].tolist() == [25_000.0] * 3
    assert mine.loc["low", "satisfied"] and not mine.loc["high", "satisfied"]
    assert 0.1 < mine["p_target"].iloc[0] < 0.9
    poverty = table[table["rule"].eq("extreme_poverty_floor") & table["year"].eq(2025)]
    assert poverty["requirement"].min() == pytest.approx(1.3 * 13_000, rel=1e-9)


def test_limits_of_the_search_are_stated():
    """Numbers that answers hang on stay what the docstrings say."""
    assert (responses.PACE_LIMIT, goal_seeking.CURVE_POINTS) == (3.0, 13)
