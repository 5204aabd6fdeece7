"""What is set on a planner's desk."""

import math

import pytest

import forecast as fc
from forecast.desk.settings import Control, Settings, controls_of
from forecast.scenarios.declarations import Range
from forecast.scenarios.response import TargetResponse
from forecast.scenarios.scenario import BASELINE, Scenario

WORKERS = "care_workers_per_10k_elderly"
TRAINEES = Control(("care_workforce", "trainees_per_year"), "lever", "person", 0.0, 1000.0, 10.0)
USUAL = Range(low=8, central=15, high=25)
LEAVING = Control(
    ("care_workforce", "leaving_rate"), "assumption", "percent", 0.0, 33.6, 0.2, USUAL
)
PACE = Control(("", WORKERS), "pace", "persons_per_10k_elderly", 0.0, 7.8, 0.001)
START = Control(("eco_burial_adoption", "start_year"), "lever", "year", 2023.0, 2030.0, 1.0)


@pytest.fixture(scope="module")
def nothing():
    """Nothing set for Lishui."""
    return Settings("lishui", fc.read_mechanisms())


@pytest.fixture(scope="module")
def paths():
    """Lishui's baseline."""
    return fc.project(fc.load_plan("lishui", as_of="2022-12-31"), draws=100)


def controls(paths, indicator):
    """What can be set for an indicator of Lishui, by the last part of its name."""
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    response = TargetResponse.build(plan, {"indicator": indicator, "year": 2025}, paths=paths)
    return {c.name.rpartition(".")[2]: c for c in controls_of(response)}


def test_every_lever_and_assumption_has_one_control(paths):
    """What the mechanisms of an indicator declare can be set, once each, with its limits."""
    found = controls(paths, WORKERS)
    workforce = fc.read_mechanisms()["care_workforce"].in_region("lishui")
    assert set(found) == {"pace", *workforce.levers, *workforce.assumptions}
    about = found["trainees_per_year"]
    assert (about.lower, about.upper, about.step, about.unit) == (0.0, 1000.0, 10.0, "person")
    assert found["leaving_rate"] == LEAVING
    assert [c.kind for c in found.values()] == ["pace"] + 2 * ["lever"] + 4 * ["assumption"]


def test_levers_of_inputs_and_rules_are_among_them(paths):
    """An indicator that a rule ties to another one can be moved by the other's levers."""
    found = controls(paths, "orphan_standard_institutional")
    assert found["share_points"].key == ("minimum_living_standard_link", "share_points")


def test_levels_that_figures_give_cannot_be_believed(paths):
    """The bed total has figures in Lishui: only its growth is an assumption there."""
    everywhere = fc.read_mechanisms()["nursing_bed_share_stocks"].in_region("xiaoshan")
    assert {"total", "total_growth"} <= set(everywhere.assumptions)
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    asked = {"indicator": "nursing_bed_share", "year": 2025}
    response = TargetResponse.build(plan, asked, paths=paths, mechanisms={"stocks": everywhere})
    found = {control.name for control in controls_of(response)}
    assert "stocks.total_growth" in found
    assert "stocks.total" not in found


def test_slider_of_an_assumption_reaches_beyond_its_range_within_its_ends(paths):
    """The slider has room around the declared range, but none beyond what can be at all."""
    found = controls(paths, WORKERS)
    assert found["passing_rate"].upper == 100.0
    assert found["leaving_rate"].lower == 0.0
    # Nothing ends it at 0, but a range that begins above it says that it is no loss.
    growth = controls(paths, "minimum_living_standard")["consumption_growth"]
    assert (growth.usual.low, growth.lower) == (2.0, 0.0)
    for control in found.values():
        if control.usual is not None:
            assert control.lower <= control.usual.low < control.usual.high <= control.upper
            assert 100 <= (control.upper - control.lower) / control.step + 40 <= 250


def test_only_dates_and_assumptions_can_be_left_unset():
    """A lever is 0 where nothing is set, a date and an assumption are nothing."""
    assert [c.optional for c in (TRAINEES, LEAVING, PACE, START)] == [False, True, False, True]
    assert (TRAINEES.unset, LEAVING.unset) == (0.0, USUAL)


@pytest.mark.parametrize("value", [-10.0, 1000.1, math.inf])
def test_values_beyond_the_limits_are_refused(value):
    """What lies beyond the limits is refused with the limits."""
    with pytest.raises(ValueError, match=r"takes 0 to 1000"):
        TRAINEES.check(value)


def test_noise_of_a_slider_is_taken_off():
    """A slider that says 0.30000000000000004 means 0.3, and may say its end so too."""
    assert PACE.check(0.1 + 0.2) == 0.3
    assert PACE.check(7.800000000000001) == 7.8


def test_settings_become_steps(nothing):
    """Settings are a scenario of single steps for the region."""
    push = nothing.put(TRAINEES, 300.0).put(LEAVING, 10.0).put(PACE, 0.5)
    steps = push.scenario("mine").steps
    assert [step.region for step in steps] == 3 * [("lishui",)]
    assert steps[0].levers == {"trainees_per_year": 300.0}
    assert steps[1].assumptions == {"leaving_rate": 10.0}
    assert (steps[2].indicator, steps[2].add_pace.by) == ((WORKERS,), 0.5)
    assert [s.mechanism for s in push.scenario("mine", without=TRAINEES.key).steps] == [
        "care_workforce",
        None,
    ]


def test_what_is_unset_again_leaves_no_step(nothing):
    """A setting that is taken back leaves the baseline."""
    again = nothing.put(TRAINEES, 300.0).put(LEAVING, 10.0).put(LEAVING, None).put(TRAINEES, 0.0)
    assert again == nothing
    assert again.scenario("mine").steps == ()


def test_a_setting_replaces_what_the_base_says(nothing):
    """A base's lever shows its setting; another setting comes on top, also nothing at all."""
    base = nothing.read(fc.read_scenario("care_worker_training"))
    assert base.value(TRAINEES) == 300.0
    more = base.put(TRAINEES, 500.0)
    assert (more.value(TRAINEES), more.base) == (500.0, base.base)
    assert base.put(TRAINEES, 0.0).scenario("mine").steps[-1].levers == {"trainees_per_year": 0.0}
    assert more.put(TRAINEES, 300.0) == base


def test_a_range_of_the_base_is_shown_and_can_be_unset(nothing):
    """A base's range is its setting; without it the declared one is drawn."""
    base = nothing.read(fc.read_scenario("care_workers_stay"))
    assert base.value(LEAVING) == Range(low=5, central=9, high=13)
    assert base.put(LEAVING, None).value(LEAVING) is None
    assert base.put(LEAVING, None).scenario("mine").steps[-1].assumptions["leaving_rate"] == USUAL


def test_the_base_of_another_region_says_nothing(nothing):
    """Steps for other regions are no settings here."""
    step = {"region": "xiaoshan", "mechanism": "care_workforce"}
    base = Scenario(name="b", steps=[{**step, "levers": {"trainees_per_year": 100}}])
    assert nothing.read(base).value(TRAINEES) == 0.0


def test_settings_that_change_over_years_show_their_most(nothing):
    """A lever that the base sets by years shows its largest setting, and stays as it is."""
    step = {"region": "lishui", "mechanism": "care_workforce"}
    base = Scenario(
        name="b", steps=[{**step, "levers": {"trainees_per_year": {2024: 100, 2025: 90}}}]
    )
    settings = nothing.read(base)
    assert settings.value(TRAINEES) == 100.0
    assert settings.scenario("b").steps == base.steps


def test_a_written_scenario_comes_back_as_settings(nothing, tmp_path):
    """What was saved is read as the same base with the same settings on top of it."""
    mine = nothing.read(fc.read_scenario("combined_push"))
    mine = mine.put(TRAINEES, 440.0).put(LEAVING, 12.5).put(PACE, 0.25).put(START, 2024.0)
    file = fc.write_scenario(mine.scenario("mine"), tmp_path / "mine.yaml")
    base = tuple(fc.read_scenario("combined_push").all_steps())
    assert tuple(mine.scenario("mine").all_steps())[: len(base)] == base
    again = nothing.read(fc.read_scenario(file))
    assert dict(again.given) == dict(mine.given)
    assert tuple(again.scenario("x").all_steps()) == tuple(mine.scenario("x").all_steps())


def test_only_the_last_of_two_steps_is_a_setting(nothing):
    """A step that another one replaces stays in the base, so that their order holds."""
    step = {"region": "lishui", "mechanism": "care_workforce"}
    twice = [{**step, "levers": {"trainees_per_year": n}} for n in (100, 200)]
    settings = nothing.read(Scenario(name="twice", steps=twice))
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
    """Steps that no setting makes are kept as they are."""
    scenario = Scenario(name="other", steps=[step])
    settings = nothing.read(scenario)
    assert settings.given == {}
    assert settings.base == scenario


def test_the_baseline_has_no_steps(nothing):
    """Nothing set on the baseline is the baseline under another name."""
    assert nothing.read(BASELINE) == nothing
    assert list(nothing.scenario("mine").all_steps()) == []
