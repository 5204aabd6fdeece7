"""Scenarios: what a file may say, its bases, and that it reads back the same."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import forecast as fc
from forecast.errors import DataError, UnknownNameError
from forecast.scenarios.baseline import project
from forecast.scenarios.declarations import Range, read_mechanisms
from forecast.scenarios.engine import apply_scenario, run_scenario
from forecast.scenarios.scenario import (
    BASELINE,
    VERBS,
    Scenario,
    Step,
    read_scenario,
    scenario_files,
    scenario_folder,
    write_scenario,
)
from forecast.tables.plan import data_folder

SHIPPED = sorted(file.stem for file in scenario_folder().glob("*.yaml"))
REGIONS = ("zhejiang", "lishui", "xiaoshan", "shaoxing")


def write(folder: Path, text: str, name: str = "own") -> Path:
    """Write a scenario file."""
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def step(text: str) -> str:
    """Text of a scenario with one step."""
    return f"name: own\nsteps:\n  - {text}\n"


def faults(folder: Path, text: str):
    """List the problems of a scenario file."""
    with pytest.raises(DataError) as caught:
        read_scenario(write(folder, text))
    return caught.value.problems


# What a file says.


def test_a_scenario_is_read_as_it_is_written(tmp_path):
    """Levers by year, by span and for good; assumptions; verbs with numbers and ranges."""
    text = """
name: all kinds
text_zh: 都有
steps:
  - mechanism: care
    region: [here, there]
    levers:
      always: 3
      spanned: {value: 4, from: 2023, until: 2025}
      yearly: {2023: 1, 2025: 2.5}
    assumptions:
      leaving: {low: 1, central: 2, high: 4}
      passing: 50
  - {indicator: x, region: here, ramp_to: {value: 9, by: 2025}}
  - {indicator: [x, y], hold: }
  - {indicator: all, shift: {by: {low: -1, central: 0, high: 2}, from: 2024}}
  - {indicator: all, shock: {factor: 0.9, year: 2024, recovery: 1.5}}
"""
    read = read_scenario(write(tmp_path, text))
    assert (read.name, read.text_zh, read.base, read.source) == (
        "all kinds", "都有", ("baseline",), "own.yaml",
    )  # fmt: skip
    care, ramp, hold, shift, shock = read.steps
    assert (care.region, care.verb, care.indicator) == (("here", "there"), "", ())
    assert care.levers["always"] == 3.0 and care.levers["yearly"] == {2023: 1.0, 2025: 2.5}
    spanned = care.levers["spanned"]
    assert (spanned.value, spanned.since, spanned.until) == (4, 2023, 2025)
    assert care.assumptions == {"leaving": Range(low=1, central=2, high=4), "passing": 50.0}
    assert (ramp.verb, ramp.region, ramp.indicator) == ("ramp_to", ("here",), ("x",))
    assert (ramp.ramp_to.value, ramp.ramp_to.by, ramp.ramp_to.since) == (9, 2025, None)
    assert hold.verb == "hold" and (hold.hold.since, hold.hold.until) == (None, None)
    assert shift.shift.by == Range(low=-1, central=0, high=2) and shift.shift.since == 2024
    assert (shock.shock.factor, shock.shock.by, shock.shock.recovery) == (0.9, None, 1.5)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("{indicator: x, ramp_too: {value: 1, by: 2025}}", "steps.0.ramp_too", "'ramp_to'"),
        ("{indicator: x, ramp_to: {valu: 1, by: 2025}}", "steps.0.ramp_to.valu", "'value'"),
        (
            "{indicator: x, ramp_to: {value: 1, form: 2024, by: 2025}}",
            "steps.0.ramp_to.form",
            "from",
        ),
        ("{indcator: x, hold: }", "steps.0.indcator", "'indicator'"),
        ("{mechanism: m, lever: {a: 1}}", "steps.0.lever", "'levers'"),
        ("{indicator: x, ramp_to: {value: 1}}", "steps.0.ramp_to.by", "is missing"),
        ("{indicator: x, ramp_to: {value: much, by: 2025}}", "steps.0.ramp_to.value", "number"),
        (
            "{indicator: x, ramp_to: {value: 1, by: soon}}",
            "steps.0.ramp_to.by",
            "not a year",
        ),
        ("{indicator: x, ramp_to: {value: 1, by: 2023, from: 2024}}", "steps.0.ramp_to", "no year"),
        ("{indicator: x, shift: {by: nan}}", "steps.0.shift.by", "finite"),
        ("{indicator: x, shift: {by: inf}}", "steps.0.shift.by", "finite"),
        ("{mechanism: m, levers: {a: nan}}", "steps.0.levers.a", "finite"),
        ("{mechanism: m, levers: {a: {2023: inf}}}", "steps.0.levers.a.2023", "finite"),
        ("{mechanism: m, levers: {a: {value: nan}}}", "steps.0.levers.a.value", "finite"),
        ("{mechanism: m, assumptions: {a: nan}}", "steps.0.assumptions.a", "finite"),
        ("{mechanism: m, levers: {a: [1, 2]}}", "steps.0.levers.a", "number"),
        (
            "{mechanism: m, assumptions: {a: {low: 3, central: 2, high: 4}}}",
            "steps.0.assumptions.a",
            "not in ascending order",
        ),
        ("{indicator: x, shock: {year: 2024}}", "steps.0.shock", "`by` or `factor`"),
        ("{indicator: x, shock: {by: 1, factor: 2, year: 2024}}", "steps.0.shock", "one size"),
        (
            "{indicator: x, shock: {by: 1, year: 2024, recovery: -1}}",
            "steps.0.shock.recovery",
            "less than 0",
        ),
        ("{indicator: x, hold: , shift: {by: 1}}", "steps.0", "exactly one verb"),
        ("{indicator: x}", "steps.0", "exactly one verb"),
        ("{hold: }", "steps.0", "name indicators"),
        ("{indicator: x, shift: }", "steps.0", "exactly one verb"),
        ("{mechanism: m, levers: {a: 1}, hold: }", "steps.0", "write two steps"),
        ("{mechanism: m, levers: {a: 1}, indicator: x}", "steps.0", "write two steps"),
        ("{mechanism: m}", "steps.0", "without anything to set"),
        ("{levers: {a: 1}}", "steps.0", "without a mechanism"),
        ("{assumptions: {a: 1}}", "steps.0", "without a mechanism"),
        ("hold", "steps.0", "a section of"),
    ],
)
def test_an_invalid_step_is_refused(tmp_path, text, column, message):
    """Unknown keys, two verbs or none, sizes that are no number: place, fault, remedy."""
    problems = faults(tmp_path, step(text))
    own = [p for p in problems if message in f"{p.problem} {p.remedy}"]
    assert {p.column for p in own} == {column}, problems
    assert all(p.column.startswith("steps.0") for p in problems)
    assert {p.row for p in problems} == {3}


def test_all_faults_of_a_scenario_are_reported_at_once(tmp_path):
    """Three steps, three faults, and the key beside them."""
    text = "name: own\nsteps:\n  - {hodl: }\n  - {levers: {a: 1}}\n  - {indicator: x}\nbas: y\n"
    problems = faults(tmp_path, text)
    result = {(p.row, p.column) for p in problems}
    assert result >= {(3, "steps.0.hodl"), (4, "steps.1"), (5, "steps.2"), (6, "bas")}


def test_what_only_a_program_may_say_is_no_key_of_a_file(tmp_path):
    """Steps cannot be smuggled in as inherited ones, to be dropped without a word."""
    problems = faults(tmp_path, "name: own\nfiles: a\ninherited: [{indicator: x, hold: }]\n")
    assert {(p.row, p.column) for p in problems} == {(2, "files"), (3, "inherited")}
    for text in ("steps: []\n", "", "name: ''\n"):
        assert {p.column for p in faults(tmp_path, text)} == {"name"}


def test_an_unknown_name_is_answered_with_the_nearest():
    """A shipped scenario misspelt is refused; a missing file is reported."""
    with pytest.raises(UnknownNameError, match="Did you mean 'care_worker_training'"):
        read_scenario("care_worker_trainin")
    with pytest.raises(DataError, match="cannot be read"):
        read_scenario("none.yaml")


# Bases.


SHIFT = "steps: [{indicator: x, shift: {by: %d}}]\n"


def sizes(scenario):
    """Sizes of all steps, in order."""
    return [step.shift.by for step in scenario.all_steps()]


def test_the_steps_of_bases_come_first_and_in_order(tmp_path):
    """Bases beside the file, each with its own bases before it, then the scenario's steps."""
    write(tmp_path, "name: grand\n" + SHIFT % 1, "grand")
    write(tmp_path, "name: one\nbase: grand\n" + SHIFT % 2, "one")
    write(tmp_path, "name: two\nbase: [baseline]\n" + SHIFT % 3, "two")
    own = read_scenario(write(tmp_path, "name: own\nbase: [one, two]\n" + SHIFT % 4))
    assert sizes(own) == [1, 2, 3, 4]
    assert [step.shift.by for step in own.steps] == [4]
    other = read_scenario(write(tmp_path, "name: own\nbase: [two, one.yaml]\n" + SHIFT % 4))
    assert sizes(other) == [3, 1, 2, 4]


def test_a_base_of_several_scenarios_is_applied_once(tmp_path):
    """A shock common to two bases does not strike twice, nor a base that is named twice."""
    write(tmp_path, "name: grand\n" + SHIFT % 1, "grand")
    write(tmp_path, "name: one\nbase: grand\n" + SHIFT % 2, "one")
    write(tmp_path, "name: two\nbase: grand.yaml\n" + SHIFT % 3, "two")
    own = write(tmp_path, "name: own\nbase: [one, two, one]\n" + SHIFT % 4)
    assert sizes(read_scenario(own)) == [1, 2, 3, 4]


def test_a_shipped_scenario_is_a_base_unless_one_stands_beside(tmp_path):
    """Beside the file comes first, then what is shipped."""
    file = write(tmp_path, "name: own\nbase: care_workers_stay\n")
    shipped = read_scenario("care_workers_stay")
    assert list(read_scenario(file).all_steps()) == list(shipped.steps)
    write(tmp_path, "name: other\n" + SHIFT % 5, "care_workers_stay")
    assert sizes(read_scenario(file)) == [5]


def test_bases_in_a_circle_are_refused(tmp_path):
    """However the scenarios are named, a file never refers back to itself."""
    write(tmp_path, "name: x\nbase: b\n", "a")
    write(tmp_path, "name: y\nbase: c\n", "b")
    write(tmp_path, "name: z\nbase: a\n", "c")
    with pytest.raises(
        DataError, match=r"c\.yaml, row 2, column base, value 'a': refers back to itself"
    ):
        read_scenario(tmp_path / "a.yaml")
    own = write(tmp_path, "name: other\nbase: own\n")
    with pytest.raises(DataError, match="refers back to itself"):
        read_scenario(own)


def test_the_name_of_a_base_need_not_be_that_of_its_file(tmp_path):
    """Two files of one base, or a base named as the scenario, are no circle."""
    write(tmp_path, "name: own\n" + SHIFT % 1, "root")
    write(tmp_path, "name: root\nbase: root\n" + SHIFT % 2, "middle")
    own = read_scenario(write(tmp_path, "name: own\nbase: [middle]\n" + SHIFT % 3))
    assert sizes(own) == [1, 2, 3]


def test_all_missing_bases_are_named(tmp_path):
    """Each with the scenario that wants it."""
    problems = faults(tmp_path, "name: own\nbase: [none, care_workers_stay, other]\n")
    assert [(p.file, p.row, p.value, p.problem) for p in problems] == [
        ("own.yaml", 2, "none", "no such scenario"), ("own.yaml", 2, "other", "no such scenario"),
    ]  # fmt: skip


def test_the_baseline_has_a_name_and_nothing_else():
    """It is read by name like the others."""
    assert read_scenario("baseline") is BASELINE
    assert list(BASELINE.all_steps()) == [] and BASELINE.base == ()


def test_the_files_of_a_scenario_are_its_own_and_all_of_its_bases(tmp_path):
    """Bases of bases too, each once, beside the file or shipped."""
    grand = write(tmp_path, "name: grand\n" + SHIFT % 1, "grand")
    one = write(tmp_path, "name: one\nbase: [grand, care_workers_stay]\n" + SHIFT % 2, "one")
    own = write(tmp_path, "name: own\nbase: [one, grand]\n" + SHIFT % 3)
    shipped = scenario_folder() / "care_workers_stay.yaml"
    assert scenario_files(own) == {
        str(own): own, str(one): one, str(grand): grand, f"scenarios/{shipped.name}": shipped,
    }  # fmt: skip
    assert scenario_files("baseline") == {}


def test_files_of_one_name_in_two_folders_have_keys_of_their_own(tmp_path):
    """Neither hides the other, nor a shipped one of that name."""
    folders = [tmp_path / "a", tmp_path / "b"]
    files = []
    for folder in folders:
        folder.mkdir()
        files.append(write(folder, "name: own\n" + SHIFT % 1, "combined_push"))
    result = {**scenario_files("combined_push"), **scenario_files(files[0])}
    result |= scenario_files(files[1])
    assert {*files, scenario_folder() / "combined_push.yaml"} <= set(result.values())


# There and back.


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_reads_back_the_same(tmp_path, name):
    """Written and read it has the same name, texts, bases and steps."""
    shipped = read_scenario(name)
    assert shipped.name == name and shipped.text_zh and shipped.text_en
    again = read_scenario(write_scenario(shipped, tmp_path / "copy.yaml"))
    assert again == shipped.model_copy(update={"files": again.files})
    assert list(again.all_steps()) == list(shipped.all_steps())


NUMBERS = st.one_of(st.floats(-1e9, 1e9), st.integers(-1000, 1000).map(float), st.just(1e-7))
RANGES = st.lists(NUMBERS, min_size=3, max_size=3).map(
    lambda n: dict(zip(("low", "central", "high"), sorted(n), strict=True))
)
SIZES = st.one_of(NUMBERS, RANGES)
YEARS = st.integers(1990, 2100)
WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"))
    | st.sampled_from("\n\t '\":#-[]{}&*!|>%@"),
    min_size=1,
    max_size=30,
).filter(lambda text: "\ufeff" not in text)
NAMES = st.lists(WORDS, min_size=1, max_size=3)
SINCE = st.fixed_dictionaries({}, optional={"from": YEARS})


def verb(name, **fields):
    """Steps of a verb on some indicators."""
    size = st.fixed_dictionaries(fields, optional={} if name == "shock" else {"from": YEARS})
    return st.fixed_dictionaries(
        {"indicator": NAMES, name: size}, optional={"region": st.one_of(WORDS, NAMES)}
    )


SETTINGS = st.one_of(
    NUMBERS,
    st.dictionaries(YEARS, NUMBERS, max_size=3),
    st.fixed_dictionaries({"value": NUMBERS}, optional={"from": YEARS, "until": YEARS}),
)
STEPS = st.one_of(
    verb("hold"),
    verb("shift", by=SIZES),
    verb("scale_pace", factor=SIZES),
    verb("add_pace", by=SIZES),
    verb("delay", years=SIZES),
    verb("shock", by=SIZES, year=YEARS),
    verb("shock", factor=SIZES, year=YEARS, recovery=st.floats(0, 9)),
    verb("follow_best"),
    verb("execute_plan", ratio=SIZES),
    st.fixed_dictionaries(
        {"indicator": WORDS, "ramp_to": st.fixed_dictionaries({"value": SIZES, "by": YEARS})}
    ),
    st.fixed_dictionaries(
        {"mechanism": WORDS, "levers": st.dictionaries(WORDS, SETTINGS, min_size=1, max_size=2)},
        optional={"assumptions": st.dictionaries(WORDS, SIZES, max_size=2)},
    ),
    st.fixed_dictionaries(
        {"mechanism": WORDS, "assumptions": st.dictionaries(WORDS, SIZES, min_size=1, max_size=2)}
    ),
)


@given(
    name=WORDS,
    text=st.one_of(st.just(""), WORDS),
    base=st.sampled_from(
        [(), ("baseline",), ("care_workers_stay",), ("baseline", "combined_push")]
    ),
    steps=st.lists(STEPS, max_size=3),
)
def test_any_scenario_reads_back_the_same(tmp_path_factory, name, text, base, steps):
    """Whatever a program makes can be written as a file, to the last digit and letter."""
    made = Scenario(name=name, text_en=text, base=base, steps=steps)
    folder = tmp_path_factory.getbasetemp()
    again = read_scenario(write_scenario(made, folder / "made.yaml"))
    assert (again.name, again.text_en, again.base, again.steps) == (name, text, base, made.steps)


def test_a_written_file_says_no_more_than_needed(tmp_path):
    """Defaults are left out, one name is no list, and whole numbers have no point."""
    made = Scenario(name="own", steps=[{"indicator": "x", "shift": {"by": 3.0, "from": 2024}}])
    text = write_scenario(made, tmp_path / "own.yaml").read_text(encoding="utf-8")
    expected = "name: own\nsteps:\n- indicator: x\n  shift:\n    by: 3\n    from: 2024\n"
    assert text == expected


def test_a_scenario_cannot_be_changed():
    """Steps and names are fixed once made."""
    with pytest.raises(ValueError, match="frozen"):
        BASELINE.name = "other"
    assert set(VERBS) <= set(Step.model_fields)


# The shipped scenarios.


@pytest.fixture(scope="module")
def applied():
    """What each shipped scenario changes in each shipped plan: name -> keys."""
    changes = {name: {} for name in SHIPPED}
    for region in REGIONS:
        plan = fc.load_plan(region, as_of="2022-12-31")
        base = project(plan, until=2025, draws=60)
        for name in SHIPPED:
            run = run_scenario(base, plan, read_scenario(name))
            assert run.paths.scenario == name
            differ = (run.paths.values != base.values) & ~np.isnan(base.values)
            rows = np.flatnonzero(differ.any(axis=(1, 2)))
            series = base.fits.series.iloc[rows]
            result = set(zip(series["region"], series["indicator"], strict=True))
            assert result == set(run.causes)
            changes[name].update(run.causes)
    return changes


def test_there_are_shipped_scenarios_of_levers_and_of_assumptions():
    """At least six, on levers, on assumptions and on every-day verbs."""
    assert len(SHIPPED) >= 6
    steps = [step for name in SHIPPED for step in read_scenario(name).steps]
    assert any(step.levers for step in steps) and any(step.assumptions for step in steps)
    assert len({step.verb for step in steps}) >= 5


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_scenario_changes_something_somewhere(applied, name):
    """It plays on all plans without a word, and on some plan it moves at least one series."""
    assert applied[name]
    reasons = set().union(*applied[name].values())
    levers = any(step.levers for step in read_scenario(name).all_steps())
    others = any(step.verb or step.assumptions for step in read_scenario(name).all_steps())
    assert "lever" not in reasons or levers
    assert "assumption" not in reasons or others


def test_shipped_scenarios_name_mechanisms_regions_and_levers_that_exist():
    """Steps of regions of other plans are checked too, not only those that act."""
    known = read_mechanisms()
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    base = project(plan, until=2025, draws=2)
    for name in SHIPPED:
        scenario = read_scenario(name)
        apply_scenario(base, plan, scenario)
        for step in scenario.steps:
            if step.mechanism:
                mechanism = known[step.mechanism]
                for region in step.region or mechanism.regions:
                    here = mechanism.in_region(region)
                    assert set(step.levers) <= set(here.levers)
                    assert set(step.assumptions) <= set(here.assumptions)


# Years counted from the plan's, and changes of shipped scenarios.


RELATIVE = """\
name: own
steps:
  - mechanism: care_workforce
    levers:
      trainees_per_year: {value: 20, from: start+1, until: end}
      hires_per_year: {now: 3, now+1: 2}
  - {indicator: x, ramp_to: {value: 1, by: end-1, from: now}}
"""


def test_one_scenario_serves_two_plans(tmp_path):
    """Years counted from the plan's period and from today become those of each plan."""
    scenario = read_scenario(write(tmp_path, RELATIVE))
    for region, day, start, end, now in (
        ("lishui", "2022-12-31", 2021, 2025, 2023),
        ("yunling_county", "2026-11-30", 2026, 2030, 2026),
    ):  # fmt: skip
        own = data_folder().parent / "params" / "example" / "tables"
        plan = fc.load_plan(region if region == "lishui" else own, as_of=day)
        dated = scenario.dated(plan)
        levers, ramp = dated.steps[0].levers, dated.steps[1].ramp_to
        spanned = levers["trainees_per_year"]
        assert (spanned.since, spanned.until) == (start + 1, end)
        assert levers["hires_per_year"] == {now: 3.0, now + 1: 2.0}
        assert (ramp.since, ramp.by) == (now, end - 1)
        assert dated.dated(plan) is dated
    again = read_scenario(write_scenario(scenario, tmp_path / "copy.yaml"))
    assert again.steps == scenario.steps


def test_a_ramp_that_ends_before_it_begins_is_refused_for_its_plan(tmp_path):
    """Which cannot be seen before the plan is known."""
    step = "name: own\nsteps: [{indicator: x, ramp_to: {value: 1, by: start, from: end}}]\n"
    scenario = read_scenario(write(tmp_path, step))
    with pytest.raises(DataError, match="no year lies between"):
        scenario.dated(fc.load_plan("lishui", as_of="2022-12-31"))


CHANGED = """\
name: pandemic_year
steps:
  - indicator: care_workers_per_10k_elderly
    shock: {year: now+2}
  - mechanism: care_consortium_programme
    assumptions: {common_delay: {high: 2}}
  - mechanism: care_workforce
    levers: {hires_per_year: 5}
"""


def test_a_file_changes_a_shipped_scenario_by_name(tmp_path):
    """It names only what differs; all else, and the files it rests on, are those shipped."""
    shipped, own = read_scenario("pandemic_year"), read_scenario(write(tmp_path, CHANGED))
    assert own.text_zh == shipped.text_zh and len(own.steps) == len(shipped.steps) + 1
    assert own.steps[1].shock.year == "now+2"
    assert own.steps[1].shock.factor == shipped.steps[1].shock.factor
    delay = own.steps[3].assumptions["common_delay"]
    assert (delay.low, delay.central, delay.high) == (0.2, 0.5, 2)
    kept = [0, 2, 4, 5]
    assert [own.steps[i] for i in kept] == [shipped.steps[i] for i in kept]
    assert own.steps[-1].levers == {"hires_per_year": 5.0}
    assert "scenarios/pandemic_year.yaml" in scenario_files(tmp_path / "own.yaml")
    problems = faults(tmp_path, CHANGED.replace("high: 2", "hgh: 2"))
    assert any((p.row, p.problem) == (6, "unknown key") for p in problems), problems


def test_a_file_with_a_base_is_a_scenario_of_its_own(tmp_path):
    """Also under the name of a shipped one, as which it is written."""
    own = read_scenario(write(tmp_path, "name: pandemic_year\nbase: baseline\n" + SHIFT % 3))
    assert sizes(own) == [3]
    assert sizes(read_scenario(write_scenario(own, tmp_path / "again.yaml"))) == [3]
