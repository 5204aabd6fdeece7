"""docs/levers.md and docs/levers.zh.md: held to the code."""

import re

import pytest

import forecast as fc
from forecast.scenarios import (
    failure_regions,
    goal_seeking,
    response,
    sensitivity_analysis,
    series_state,
    sobol,
    tornado,
    trajectory,
)
from forecast.scenarios.declarations import KINDS
from forecast.scenarios.scenario import VERBS, Scenario
from forecast.targets import composite_index, ranking
from pages import ROOT, read, read_prose, write_files

DOCS = ["levers.md", "levers.zh.md"]
EACH = pytest.mark.parametrize("doc", DOCS)


def test_the_same_papers_are_cited_in_both():
    """Years of papers are those of the code, in both languages."""
    package = ROOT / "src" / "forecast"
    files = [*package.glob("scenarios/*.py"), *package.glob("targets/*.py")]
    code = "".join(file.read_text(encoding="utf-8") for file in files)
    for name, year in [
        ("Glasserman", "1992"), ("Kraft", "1988"), ("Sobol", "1993"), ("Saltelli", "2010"),
        ("Fisher", "1999"), ("Lavrac", "1999"), ("Goldstein", "1996"), ("JRC", "2008"),
    ]:  # fmt: skip
        assert name in code and year in code
        for doc in DOCS:
            assert name in read_prose(read(doc)) and year in read_prose(read(doc)), (doc, name)


# The code.


@EACH
def test_every_kind_is_described_with_all_it_reads(doc):
    """The section of a kind names its inputs, constants, levers and assumptions."""
    text = read(doc)
    for name, kind in KINDS.items():
        found = re.search(rf"^### `{name}`\n(.*?)(?=^##)", text, re.MULTILINE | re.DOTALL)
        assert found, name
        said = set(re.findall(r"`(\w+)`", found[1]))
        inputs = {n for i in kind.inputs for n in (i, f"{i}_growth")}
        needed = {*inputs, *kind.constants, *kind.levers, *kind.optional, *kind.assumptions}
        assert needed - said == set(), name


@EACH
def test_every_verb_has_a_line_with_its_keys(doc):
    """The table of verbs has each verb once, with all that it can be given."""
    lines = [line for line in read_prose(read(doc)).splitlines() if re.match(r"\| `\w+: \{", line)]
    assert sorted(re.findall(r"\| `(\w+): \{", "\n".join(lines))) == sorted(VERBS)
    schema = Scenario.model_json_schema(by_alias=True)["$defs"]
    for line in lines:
        verb = re.match(r"\| `(\w+)", line)[1]
        (reference,) = [
            option["$ref"].rpartition("/")[2]
            for option in schema["Step"]["properties"][verb]["anyOf"]
            if "$ref" in option
        ]
        assert set(schema[reference]["properties"]) <= set(re.findall(r"\w+", line)), verb


@EACH
def test_every_reading_of_a_goal_seek_is_explained(doc):
    """The codes that the record documents have a row each."""
    told = re.search(r"\n    reading : (.*?)\n    \w+ :", goal_seeking.GoalSeek.__doc__, re.DOTALL)
    source = "".join(
        (ROOT / "src" / "forecast" / "scenarios" / f"{name}.py").read_text(encoding="utf-8")
        for name in ("goal_seeking", "lever_search")
    )
    codes = {code for code in re.findall(r"`(\w+)`", told[1]) if f'"{code}"' in source}
    assert {"reached_already", "beyond_limits", "no_effect"} < codes
    rows = re.findall(r"^\| `(\w+)` \|", read_prose(read(doc)), re.MULTILINE)
    assert codes <= set(rows)


@EACH
def test_constants_are_those_of_the_code(doc):
    """A constant that is changed in a module must be changed where it is explained."""
    text = read(doc)
    assert f"[{composite_index.LEAST:g}, {composite_index.MOST:g}]" in text
    assert f"max(s, {composite_index.FLOOR:g})" in text
    in_words = (
        ranking.DISTINCT,
        tornado.LOW,
        tornado.HIGH,
        failure_regions.LEAST_SHARE,
        sensitivity_analysis.BINS,
        sobol.CONFIDENCE,
        sobol.TAIL,
        response.PACE_LIMIT,
        series_state.READ_WITHIN,
        trajectory.PACE_FIGURES,
        trajectory.PACE_YEARS,
    )
    # As the text has them: 90 %, 10 and 90 %, 5 %, ten, 95 %, 5 %, three, five, four, two.
    assert in_words == (0.9, 0.1, 0.9, 0.05, 10, 0.95, 0.05, 3.0, 5.0, 4, 2.0), (
        "adapt the documents"
    )


# The examples.


@EACH
def test_the_scenario_example_plays_on_lishui(doc, tmp_path):
    """It reads, stands on its base, and changes what it names and what hangs on that."""
    *_, file = write_files(read(doc), tmp_path)
    scenario = fc.read_scenario(file)
    steps = list(scenario.all_steps())
    assert len(steps) > len(scenario.steps) >= 5
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    base = fc.project(plan, until=2025, draws=200)
    moved = fc.apply_scenario(base, plan, scenario)
    differs = (moved.values != base.values) & (base.values == base.values)
    changed = set(base.fits.series["indicator"][differs.any(axis=(1, 2))])
    mechanisms = fc.read_mechanisms()
    named = {mechanisms[step.mechanism].indicator for step in steps if step.mechanism}
    named |= {name for step in steps for name in step.indicator}
    assert named <= changed
    assert "extreme_poverty_standard" in changed  # carried along by a rule


def test_the_mechanism_example_reads_and_moves(tmp_path):
    """A section of one's own is complete, and its lever raises the indicator."""
    file, _ = write_files(read(DOCS[0]), tmp_path)
    own = fc.read_mechanisms(file)
    (name,) = own
    (lever,) = own[name].levers
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    base = fc.project(plan, until=2025, draws=200)
    step = {"mechanism": name, "region": "lishui", "levers": {lever: 40}}
    moved = fc.apply_scenario(base, plan, fc.Scenario(name="more", steps=[step]), mechanisms=own)
    row = base.fits.series["indicator"].tolist().index(own[name].indicator)
    gain = moved.values[row, :, -1] - base.values[row, :, -1]
    assert (gain >= 0.0).all() and gain.mean() > 0.0


@pytest.mark.parametrize("doc", ["own-plan.md", "own-plan.zh.md"])
def test_the_section_of_a_region_of_ones_own_is_read(doc, tmp_path):
    """The example of an own section gives the county its assumptions."""
    (file,) = write_files(read(doc), tmp_path)
    (region,) = re.findall(r"regions:\n +([^:]+):", file.read_text(encoding="utf-8"))
    beds = fc.read_mechanisms(tmp_path)["nursing_bed_share_stocks"].in_region(region)
    assert beds.assumptions["total"].central == 2000
