"""Responses: one setting, as the scenario applied in full; names, levers, paces."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.scenarios.goal_seeking import goal_seek
from forecast.scenarios.response import TargetResponse, yearly_paces
from forecast.targets.joint_answers import evaluate_targets
from toy_plan import (
    HUNDRED,
    LISHUI,
    WORKERS,
    level,
    toy,
    workforce,
)


@pytest.fixture(scope="module")
def lishui():
    """Draws of Lishui."""
    return fc.project(LISHUI, draws=500, seed=3)


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
def test_a_response_is_the_scenario_applied_in_full(lishui, indicator, settings):
    """Draws, quantiles and answers are those of all series; unchanged, the closed form."""
    question = {"indicator": indicator, "year": 2025}
    push = fc.read_scenario("combined_push")
    response = TargetResponse.build(LISHUI, question, paths=lishui, scenario=push)
    answer = response(settings)
    scenario = response.with_settings(settings)
    applied = fc.apply_scenario(lishui, LISHUI, scenario)
    row = lishui.fits.series["indicator"].tolist().index(indicator)
    np.testing.assert_array_equal(response.simulate(settings), applied.values[row])
    full = applied.quantiles()
    full = full[full["indicator"] == indicator].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        answer.quantiles, full[answer.quantiles.columns], check_dtype=False, rtol=1e-12
    )
    own = LISHUI.targets[
        LISHUI.targets["indicator"].eq(indicator) & LISHUI.targets["year"].eq(2025)
    ]
    before = evaluate_targets(fc.apply_scenario(lishui, LISHUI, push), own, as_of=LISHUI.as_of).met[
        0
    ]
    after = evaluate_targets(applied, own, as_of=LISHUI.as_of).met[0]
    row = fc.attainment(applied, own, as_of=LISHUI.as_of).iloc[0]
    assert np.clip(answer.p_reach, 0.01, 0.99) == pytest.approx(row["p_reach"], abs=1e-12)
    assert answer.mc_error == pytest.approx(row["mc_error"], abs=1e-12)
    unchanged = TargetResponse.build(LISHUI, question, paths=lishui)({})
    closed = fc.attainment(lishui.fits, own, as_of=LISHUI.as_of).iloc[0]["p_reach"]
    assert np.clip(unchanged.p_reach, 0.01, 0.99) == pytest.approx(closed, abs=1e-12)
    assert unchanged.mc_error == 0.0
    gain = after.astype(float) - before
    assert answer.p_change == pytest.approx(gain.mean(), abs=1e-12)
    assert answer.p_change_error == pytest.approx(gain.std() / np.sqrt(500), rel=1e-12)
    assert response(scenario).p_reach == answer.p_reach
    # It has taken far fewer series than there are.
    assert len(response.paths.values) < 4


def test_a_misspelt_lever_suggests_the_nearest(lishui):
    """`trainee_per_year` is refused with `trainees_per_year`, in the search and in a response."""
    question = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    with pytest.raises(fc.UnknownNameError, match="Did you mean 'trainees_per_year'"):
        goal_seek(LISHUI, question, lever="trainee_per_year", paths=lishui)
    response = TargetResponse.build(LISHUI, question, paths=lishui)
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


def test_what_is_raised_in_one_year_is_paid_in_every_later_one():
    """12 yuan more every year cost 12 + 24 + 36 over three years."""
    link = fc.read_mechanisms()["minimum_living_standard_link"].in_region("lishui")
    question = {"indicator": "minimum_living_standard", "year": 2025}
    response = TargetResponse.build(LISHUI, question, paths=fc.project(LISHUI, draws=10))
    raised, points = response.levers["extra_raise"], response.levers["share_points"]
    assert raised.total_cost(12.0) == link.levers["extra_raise"].cost.central * 12 * 6
    assert points.total_cost(2.0, "high") == link.levers["share_points"].cost.high * 2 * 3


def test_a_lever_beyond_its_limits_is_refused(lishui):
    """A response checks settings as a scenario does."""
    question = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    response = TargetResponse.build(LISHUI, question, paths=lishui)
    with pytest.raises(fc.DataError, match="outside its limits"):
        response({"trainees_per_year": 99_999})


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


def test_the_pace_of_a_large_sum_is_searched_in_a_million_steps_at_most():
    """In tenths of a yuan a pace of 60 million a year would have six hundred million of them."""
    siblings = LISHUI.siblings.iloc[:0]
    target = ("workers", 2024, 50.0 + 6e7, "ge")
    plan, paths = toy(HUNDRED, siblings=siblings, targets=[target])
    choice = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms={}).lever("pace")
    assert choice.upper == pytest.approx(6e7) and choice.step == pytest.approx(60.0)
    assert len(choice.grid) == 1_000_001
