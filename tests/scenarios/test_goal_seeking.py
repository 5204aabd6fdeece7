"""Goal seek: the least of a lever, dates, the pace, and what all targets need."""

from dataclasses import replace

import numpy as np
import pytest

import forecast as fc
from forecast.scenarios.goal_seeking import goal_seek, required
from forecast.scenarios.response import TargetResponse
from forecast.targets.target_state import OPEN
from toy_plan import (
    HUNDRED,
    LISHUI,
    ONE,
    WORKERS,
    adoption,
    exactly,
    level,
    toy,
    workforce,
)


def test_the_least_hires_by_hand():
    """Draws 0 to 99 and 3 x hired on top: 80 % reach 119.5 with x >= 33.2, so 35 in steps of 5."""
    plan, paths = toy(HUNDRED)
    result = goal_seek(plan, WORKERS, lever="hires_per_year", paths=paths, mechanisms=ONE)
    assert (result.levers, result.units) == (("hires_per_year",), ("person",))
    assert (result.value, result.values, result.reading) == (35.0, (35.0,), "reached")
    assert (result.lower, result.upper, result.reached) == ((0.0,), (100.0,), True)
    # 0.85: draws of 14.5 and more.
    assert (result.p_reach, result.p_baseline, result.p_upper) == (0.85, 0.0, 1.0)
    assert result.mc_error == pytest.approx(np.sqrt(0.85 * 0.15 / 100), rel=1e-12)
    # 2, 1 and 4 a hire, three years.
    assert (result.cost, result.cost_low, result.cost_high) == (210.0, 105.0, 420.0)
    # From 50 in 2021 to the middle 49.5 + 105; regions showed 20 and 10 a year.
    assert result.pace == pytest.approx(104.5 / 3, rel=1e-12)
    assert (result.pace_share, result.paces) == (0.0, 2)
    assert (result.region, result.indicator, result.year) == ("a", "workers", 2024)
    assert (result.target, result.comparator, result.probability) == (120.0, "ge", 0.8)


def test_the_curve_by_hand():
    """Thirteen settings from 0 to the limit, each with its share of draws, error and cost."""
    plan, paths = toy(HUNDRED)
    result = goal_seek(plan, WORKERS, lever="hires_per_year", paths=paths, mechanisms=ONE)
    curve = result.curve
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
    result = goal_seek(
        plan, WORKERS, lever="hires_per_year", probability=probability, paths=paths,
        mechanisms=ONE,
    )  # fmt: skip
    assert result.reading == reading
    assert result.reached == (reading != "beyond_limits")
    np.testing.assert_equal(result.value, value)
    np.testing.assert_equal(result.cost, 6 * value)
    assert np.isnan(result.p_reach) == np.isnan(value) == np.isnan(result.pace)


@pytest.mark.parametrize("passing", [0.0, 50.0])
def test_a_lever_that_lowers_the_chance_is_not_searched(passing):
    """More trainees do nothing where nobody passes, and harm where fewer workers are wanted."""
    goal, comparator, better = (120.0, "ge", "higher") if not passing else (20.0, "le", "lower")
    plan, paths = toy(HUNDRED, targets=[("workers", 2024, goal, comparator)], better=better)
    known = {"force": workforce(passing=passing)}
    result = goal_seek(plan, WORKERS, lever="trainees_per_year", paths=paths, mechanisms=known)
    assert result.reading == "no_effect" and not result.reached and np.isnan(result.value)
    assert (result.p_baseline, result.p_upper) == ((0.0, 0.0) if not passing else (0.21, 0.0))
    assert result.scenario == fc.BASELINE


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
    result = goal_seek(
        plan, WORKERS, lever="hires_per_year", budget=budget, paths=paths, mechanisms=ONE
    )
    assert (result.reading, result.value, result.reached) == (reading, value, reading == "reached")
    assert result.p_reach == (np.arange(100) + 3 * value >= 119.5).mean()


@pytest.fixture(scope="module")
def lishui():
    """Draws of Lishui."""
    return fc.project(LISHUI, draws=500, seed=3)


@pytest.mark.parametrize(
    ("indicator", "lever", "probability"),
    [
        ("care_workers_per_10k_elderly", "trainees_per_year", 0.8),
        ("nursing_bed_share", "converted_per_year", 0.75),
        ("minimum_living_standard", "extra_raise", 0.85),
        ("eco_burial_share", "subsidy", 0.5),
        ("eco_burial_share", "pace", 0.75),
        ("care_consortia", "pace", 0.8),
    ],
)
def test_the_answer_put_back_reaches_and_a_step_less_does_not(
    lishui, indicator, lever, probability
):
    """The scenario of the answer, on all draws, gives the probability; one step less does not."""
    question = {"indicator": indicator, "year": 2025}
    result = goal_seek(LISHUI, question, lever=lever, probability=probability, paths=lishui)
    assert result.reading == "reached"
    row = LISHUI.targets[
        LISHUI.targets["indicator"].eq(indicator) & LISHUI.targets["year"].eq(2025)
    ]

    def chance(scenario):
        applied = fc.apply_scenario(lishui, LISHUI, scenario)
        return fc.attainment(applied, row, as_of=LISHUI.as_of)["p_reach"].item()

    assert chance(result.scenario) == pytest.approx(result.p_reach, abs=1e-12)
    assert result.p_reach >= probability
    response = TargetResponse.build(LISHUI, question, paths=lishui)
    step = response.lever(lever).step
    assert chance(response.with_settings({lever: result.value - step})) < probability
    # On the steps of the lever, to the last digit but rounding.
    assert result.value / step == pytest.approx(round(result.value / step), abs=1e-6)


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
    result = goal_seek(plan, WORKERS, lever="pace", paths=paths, mechanisms={})
    assert (result.lower, result.upper, result.units) == ((0.0,), (60.0,), ("person",))
    # 3 x >= 99.5 makes 80 of 100 draws reach.
    assert result.value == pytest.approx(33.2, abs=1e-9) and np.isnan(result.cost)
    assert result.p_reach == 0.8
    # The scenario says it in a verb that can be saved.
    assert result.scenario.steps[0].add_pace.by == result.value


def test_a_pace_goes_the_wanted_way():
    """Where fewer are wanted the pace is negative and its limit below 0."""
    plan, paths = toy(
        {"workers": level(range(100, 200))}, latest=90.0,
        targets=[("workers", 2024, 100.0, "le")], better="lower",
    )  # fmt: skip
    result = goal_seek(plan, WORKERS, lever="pace", probability=0.5, paths=paths, mechanisms={})
    assert (result.lower, result.upper) == ((-60.0,), (0.0,))
    # 149 - 3 x <= 100.5.
    assert result.value == pytest.approx(-16.2, abs=1e-9)
    assert result.p_reach == 0.5
    # The middle falls from 149.5 by 48.6; nobody else showed a fall.
    assert result.pace == pytest.approx((149.5 - 48.6 - 90.0) / 3, rel=1e-9)
    assert result.pace_share == 0.0


def test_the_share_of_paces_as_high():
    """Of the paces 20 and 10 a year one is as high as 13, none as 34.8."""
    plan, paths = toy(HUNDRED, targets=[("workers", 2024, 60.0, "ge")])
    result = goal_seek(plan, WORKERS, lever="pace", paths=paths, mechanisms={})
    assert result.pace == pytest.approx((49.5 + 3 * result.value - 50.0) / 3, rel=1e-9)
    assert 10.0 < result.pace < 20.0 and result.pace_share == 0.5


def test_without_paces_the_limit_follows_from_the_target():
    """No region has two figures: three times the change a year from 50 to 120, a step 1/1000."""
    plan, paths = toy(HUNDRED, siblings=LISHUI.siblings.iloc[:0], resolution=0.0)
    choice = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms={}).lever("pace")
    assert choice.upper == pytest.approx(3 * 70 / 3, rel=1e-12)
    assert choice.step == pytest.approx(0.07, rel=1e-12)
    result = goal_seek(plan, WORKERS, lever="pace", paths=paths, mechanisms={})
    assert np.isnan(result.pace_share) and result.paces == 0 and result.reading == "reached"


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
    result = goal_seek(
        plan, WORKERS, lever="start_year", scenario=push, paths=paths,
        mechanisms={"sites": adoption()},
    )  # fmt: skip
    assert result.reading == reading
    np.testing.assert_equal(result.value, year)
    assert (result.lower, result.upper, result.units) == ((2022.0,), (2030.0,), ("year",))
    # Without a date the sites act at once; at the last date they come too late.
    assert result.p_baseline == float(goal <= 50.0 or (sites > 0 and goal <= 99.7))
    assert result.p_upper == float(goal <= 50.0)
    assert result.curve["value"].is_monotonic_increasing


def test_decided_targets_have_certain_chances():
    """A target that a figure met, or missed, is so under every lever."""
    rows = [("workers", 2021, 40.0, "ge"), ("workers", 2021, 60.0, "ge")]
    plan, paths = toy(HUNDRED, targets=rows)
    for row, reading, p in ((0, "reached_already", 1.0), (1, "no_effect", 0.0)):
        target = plan.targets.iloc[row]
        result = goal_seek(plan, target, lever="hires_per_year", paths=paths, mechanisms=ONE)
        assert (result.reading, result.p_baseline) == (reading, p)


def test_levers_without_a_cost_cannot_be_weighed():
    """Two levers, or a budget, need costs; the message names the lever. One value is no two."""
    plan, paths = toy(HUNDRED)
    known = {"force": workforce(cost=False)}
    pair = ["hires_per_year", "trainees_per_year"]
    for question in (
        {"lever": pair},
        {"lever": "hires_per_year", "budget": 9.0},
        {"lever": "pace"},
    ):
        budget = question.pop("budget", 9.0 if question["lever"] == "pace" else None)
        with pytest.raises(ValueError, match="Without a cost"):
            goal_seek(plan, WORKERS, budget=budget, paths=paths, mechanisms=known, **question)
    both = goal_seek(plan, WORKERS, lever=pair, paths=paths, mechanisms=ONE)
    with pytest.raises(ValueError, match="Several levers"):
        _ = both.value
    assert both.curve["value"].tolist() == np.linspace(0, 1, 13).tolist()


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
    chosen = ["care_workers_per_10k_elderly", "nursing_bed_share", "smart_care_homes"]
    targets = LISHUI.targets[LISHUI.targets["indicator"].isin(chosen)]
    table = required(LISHUI, targets, paths=lishui)
    status = fc.attainment(lishui, targets, as_of=LISHUI.as_of)
    open_ = status[status["status"].isin(OPEN)]
    keys = ["indicator", "year"]
    assert set(map(tuple, table[keys].values)) == set(map(tuple, open_[keys].values))
    for _, row in table[table["lever"] != "hires_closed_form"].iloc[::6].iterrows():
        result = goal_seek(LISHUI, dict(row[keys]), lever=row["lever"], paths=lishui)
        np.testing.assert_allclose(result.value, row["needed"], rtol=1e-12)
        assert result.reading == row["reading"]
        for name in ("cost", "cost_low", "cost_high", "pace_share"):
            np.testing.assert_allclose(getattr(result, name), row[name], rtol=1e-12)
        middle = goal_seek(
            LISHUI, dict(row[keys]), lever=row["lever"], probability=0.5, paths=lishui
        )
        np.testing.assert_allclose(middle.value, row["needed_median"], rtol=1e-12)


def test_levers_without_their_inputs_have_no_row():
    """No population is known or assumed in the region: only the pace can be searched."""
    plan, paths = toy(HUNDRED)
    force = workforce()
    left = {n: a for n, a in force.assumptions.items() if not n.startswith("population")}
    known = {"force": force.model_copy(update={"assumptions": left})}
    assert required(plan, paths=paths, mechanisms=known)["lever"].tolist() == ["pace"]
    with pytest.raises(fc.DataError, match="population"):
        goal_seek(plan, WORKERS, lever="hires_per_year", paths=paths, mechanisms=known)
