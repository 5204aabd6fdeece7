"""Targets as criteria on draws: which draws meet them, and how a target is named."""

import numpy as np
import pytest

import forecast as fc
from forecast.scenarios.goal_seeking import goal_seek
from forecast.scenarios.response import TargetResponse
from forecast.targets.joint_answers import evaluate_targets
from toy_plan import LISHUI, toy


@pytest.fixture(scope="module")
def lishui():
    """Draws of Lishui."""
    return fc.project(LISHUI, draws=1500, seed=3)


@pytest.mark.parametrize("event", ["reach", "ever", "maintain"])
@pytest.mark.parametrize("comparator", ["ge", "gt", "le", "lt", "eq"])
def test_chances_are_those_of_outcomes(event, comparator):
    """Every event and comparator is met in the very draws in which `evaluate_targets` says so."""
    rng = np.random.default_rng(5)
    values = {"workers": np.round(rng.uniform(40, 60, (400, 3)) * 2) / 2}
    plan, paths = toy(values, latest=45.0, targets=[("workers", 2024, 50.0, comparator)])
    row = plan.targets.assign(event=event)
    response = TargetResponse.build(plan, row, paths=paths, mechanisms={})
    expected = evaluate_targets(paths, row, as_of=plan.as_of).met[0]
    np.testing.assert_array_equal(response.margin >= 0.0, expected)


def test_a_target_can_be_named_in_three_ways(lishui):
    """A row, a table of one row and a mapping ask about the same target."""
    question = {"region": "lishui", "indicator": "nursing_bed_share", "year": 2025}
    own = LISHUI.targets["indicator"].eq("nursing_bed_share") & LISHUI.targets["year"].eq(2025)
    table = LISHUI.targets[own]
    goals = [
        TargetResponse.build(LISHUI, target, paths=lishui).criterion
        for target in (
            question,
            table,
            table.iloc[0],
            {**question, "value": 58.0, "comparator": "eq"},
        )
    ]
    assert len(set(goals)) == 1 and goals[0].value == 58.0


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        ({"indicator": "nursing_bed_share"}, fc.DataError, "58.0.*several targets"),
        ({"indicator": "nursing_bed_share", "year": 1999}, fc.DataError, "no target"),
        ({"indicator": "nursing_bed_shar"}, fc.UnknownNameError, "nursing_bed_share"),
        ({"indicator": "smart_care_homes", "year": 2025}, fc.DataError, "has no figure"),
        ({"indicator": "nursing_bed_share", "year": 2022}, fc.DataError, "its year has passed"),
    ],
)  # fmt: skip
def test_targets_that_cannot_be_answered_are_refused(lishui, target, error, message):
    """Several, none, unknown, without a figure, past: each is reported with what it concerns."""
    with pytest.raises(error, match=f"(?s){message}"):
        goal_seek(LISHUI, target, lever="pace", paths=lishui)
