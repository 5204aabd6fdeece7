"""Settings of the desk: controls, values over a base scenario, steps to undo."""

import math

import pytest

import forecast as fc
from forecast.desk.settings import Control, Settings, list_controls
from forecast.scenarios.declarations import Range
from forecast.scenarios.response import TargetResponse
from forecast.scenarios.scenario import BASELINE, Scenario

WORKERS = "care_workers_per_10k_elderly"
TRAINEES = Control(("care_workforce", "trainees_per_year"), "lever", "person", 0.0, 1000.0, 10.0)
DECLARED = Range(low=8, central=15, high=25)
LEAVING = Control(
    ("care_workforce", "leaving_rate"), "assumption", "percent", 0.0, 33.6, 0.2, DECLARED
)
PACE = Control(("", WORKERS), "pace", "persons_per_10k_elderly", 0.0, 7.8, 0.001)
START = Control(("eco_burial_adoption", "start_year"), "lever", "year", 2023.0, 2030.0, 1.0)


@pytest.fixture(scope="module")
def nothing():
    """Return settings for Lishui without a value."""
    return Settings("lishui", fc.read_mechanisms())


@pytest.fixture(scope="module")
def paths():
    """Return Lishui's baseline."""
    return fc.project(fc.load_plan("lishui", as_of="2022-12-31"), draws=100)


def controls(paths, indicator):
    """Return the controls of an indicator of Lishui, by the last part of their names."""
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    response = TargetResponse.build(plan, {"indicator": indicator, "year": 2025}, paths=paths)
    return {c.name.rpartition(".")[2]: c for c in list_controls(response)}


def test_every_lever_and_assumption_has_one_control(paths):
    """Each lever and assumption that is declared can be set, with its declared limits."""
    found = controls(paths, WORKERS)
    workforce = fc.read_mechanisms()["care_workforce"].in_region("lishui")
    assert set(found) == {"pace", *workforce.levers, *workforce.assumptions}
    assert found["trainees_per_year"] == TRAINEES
    assert found["leaving_rate"] == LEAVING
    assert [c.kind for c in found.values()] == ["pace"] + 2 * ["lever"] + 4 * ["assumption"]


def test_levers_of_linked_indicators_are_included(paths):
    """An indicator that a rule links to another one has the other's levers too."""
    found = controls(paths, "orphan_standard_institutional")
    assert found["share_points"].key == ("minimum_living_standard_link", "share_points")


def test_a_level_with_figures_is_no_assumption(paths):
    """The bed total has figures in Lishui: only its growth is an assumption there."""
    everywhere = fc.read_mechanisms()["nursing_bed_share_stocks"].in_region("xiaoshan")
    assert {"total", "total_growth"} <= set(everywhere.assumptions)
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    target = {"indicator": "nursing_bed_share", "year": 2025}
    response = TargetResponse.build(plan, target, paths=paths, mechanisms={"stocks": everywhere})
    found = {control.name for control in list_controls(response)}
    assert "stocks.total_growth" in found
    assert "stocks.total" not in found


def test_the_slider_of_an_assumption_is_wider_than_its_range(paths):
    """The slider extends beyond the declared range, but not beyond what is possible."""
    found = controls(paths, WORKERS)
    assert found["passing_rate"].upper == 100.0
    assert found["leaving_rate"].lower == 0.0
    # A range above 0 is widened to 0 at most.
    growth = controls(paths, "minimum_living_standard")["consumption_growth"]
    assert (growth.declared.low, growth.lower) == (2.0, 0.0)
    for control in found.values():
        if control.declared is not None:
            assert control.lower <= control.declared.low < control.declared.high <= control.upper
            assert 100 <= (control.upper - control.lower) / control.step + 40 <= 250


def test_only_dates_and_assumptions_can_be_left_unset():
    """A lever that is not set is 0; a date or an assumption has no value."""
    assert [c.optional for c in (TRAINEES, LEAVING, PACE, START)] == [False, True, False, True]
    assert (TRAINEES.default, LEAVING.default) == (0.0, DECLARED)


@pytest.mark.parametrize("value", [-10.0, 1000.1, math.inf])
def test_values_outside_the_limits_are_refused(value):
    """The error names the limits."""
    with pytest.raises(ValueError, match=r"between 0 and 1000"):
        TRAINEES.check(value)


def test_rounding_errors_of_a_slider_are_removed():
    """0.30000000000000004 is 0.3, and a limit may have such an error as well."""
    assert PACE.check(0.1 + 0.2) == 0.3
    assert PACE.check(7.800000000000001) == 7.8


def test_settings_become_steps(nothing):
    """Settings are a scenario of single steps for the region."""
    push = nothing.with_value(TRAINEES, 300.0).with_value(LEAVING, 10.0).with_value(PACE, 0.5)
    steps = push.to_scenario("mine").steps
    assert [step.region for step in steps] == 3 * [("lishui",)]
    assert steps[0].levers == {"trainees_per_year": 300.0}
    assert steps[1].assumptions == {"leaving_rate": 10.0}
    assert (steps[2].indicator, steps[2].add_pace.by) == ((WORKERS,), 0.5)
    assert [s.mechanism for s in push.to_scenario("mine", without=TRAINEES.key).steps] == [
        "care_workforce",
        None,
    ]


def test_an_unset_value_leaves_no_step(nothing):
    """Without their values the settings are the baseline again."""
    again = (
        nothing.with_value(TRAINEES, 300.0)
        .with_value(LEAVING, 10.0)
        .with_value(LEAVING, None)
        .with_value(TRAINEES, 0.0)
    )
    assert again == nothing
    assert again.to_scenario("mine").steps == ()


def test_a_value_replaces_that_of_the_base(nothing):
    """The base's value is used until another one, 0 included, is set."""
    base = nothing.from_scenario(fc.read_scenario("care_worker_training"))
    assert base.value(TRAINEES) == 300.0
    more = base.with_value(TRAINEES, 500.0)
    assert (more.value(TRAINEES), more.base) == (500.0, base.base)
    assert base.with_value(TRAINEES, 0.0).to_scenario("mine").steps[-1].levers == {
        "trainees_per_year": 0.0
    }
    assert more.with_value(TRAINEES, 300.0) == base


def test_a_range_of_the_base_is_shown_and_can_be_unset(nothing):
    """A range of the base is its value; unset, the declared range applies."""
    base = nothing.from_scenario(fc.read_scenario("care_workers_stay"))
    assert base.value(LEAVING) == Range(low=5, central=9, high=13)
    assert base.with_value(LEAVING, None).value(LEAVING) is None
    assert (
        base.with_value(LEAVING, None).to_scenario("mine").steps[-1].assumptions["leaving_rate"]
        == DECLARED
    )


def test_steps_for_other_regions_set_nothing(nothing):
    """A step of the base for another region sets nothing here."""
    step = {"region": "xiaoshan", "mechanism": "care_workforce"}
    base = Scenario(name="b", steps=[{**step, "levers": {"trainees_per_year": 100}}])
    assert nothing.from_scenario(base).value(TRAINEES) == 0.0


def test_yearly_settings_show_the_largest(nothing):
    """A lever that the base sets by years shows its largest value, and is unchanged."""
    step = {"region": "lishui", "mechanism": "care_workforce"}
    base = Scenario(
        name="b", steps=[{**step, "levers": {"trainees_per_year": {2024: 100, 2025: 90}}}]
    )
    settings = nothing.from_scenario(base)
    assert settings.value(TRAINEES) == 100.0
    assert settings.to_scenario("b").steps == base.steps


def test_a_written_scenario_comes_back_as_settings(nothing, tmp_path):
    """A saved scenario is read as the same base with the same values."""
    before = nothing.from_scenario(fc.read_scenario("combined_push"))
    before = (
        before.with_value(TRAINEES, 440.0)
        .with_value(LEAVING, 12.5)
        .with_value(PACE, 0.25)
        .with_value(START, 2024.0)
    )
    file = fc.write_scenario(before.to_scenario("mine"), tmp_path / "mine.yaml")
    base = tuple(fc.read_scenario("combined_push").all_steps())
    assert tuple(before.to_scenario("mine").all_steps())[: len(base)] == base
    again = nothing.from_scenario(fc.read_scenario(file))
    assert dict(again.values) == dict(before.values)
    assert tuple(again.to_scenario("x").all_steps()) == tuple(before.to_scenario("x").all_steps())


def test_only_the_last_of_two_steps_is_a_setting(nothing):
    """A step that a later one replaces stays in the base, so that their order is kept."""
    step = {"region": "lishui", "mechanism": "care_workforce"}
    twice = [{**step, "levers": {"trainees_per_year": n}} for n in (100, 200)]
    settings = nothing.from_scenario(Scenario(name="twice", steps=twice))
    assert settings.value(TRAINEES) == 200.0
    assert len(settings.base.steps) == 1


@pytest.mark.parametrize(
    "step",
    [
        {"mechanism": "care_workforce", "levers": {"trainees_per_year": 300}},
        {"region": ["lishui", "xiaoshan"], "mechanism": "care_workforce",
         "levers": {"trainees_per_year": 300}},
        {"region": "lishui", "mechanism": "care_workforce",
         "levers": {"trainees_per_year": 300, "hires_per_year": 10}},
        {"region": "lishui", "indicator": WORKERS, "add_pace": {"by": 1, "from": 2024}},
        {"region": "lishui", "indicator": WORKERS, "scale_pace": {"factor": 2}},
        {"region": "lishui", "mechanism": "of_another_folder", "levers": {"x": 1}},
    ],
)  # fmt: skip
def test_other_steps_stay_in_the_base(nothing, step):
    """Steps that set more than one value for all years here are kept in the base."""
    scenario = Scenario(name="other", steps=[step])
    settings = nothing.from_scenario(scenario)
    assert settings.values == {}
    assert settings.base == scenario


def test_the_baseline_has_no_steps(nothing):
    """Without values the scenario of the settings has no steps."""
    assert nothing.from_scenario(BASELINE) == nothing
    assert list(nothing.to_scenario("mine").all_steps()) == []
