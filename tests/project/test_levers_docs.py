"""docs/levers.md and docs/levers.zh.md: held to the code and to each other."""

import ast
import io
import re
import runpy
from contextlib import redirect_stdout
from pathlib import Path

import pytest
import yaml

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

ROOT = Path(__file__).parents[2]
DOCS = [ROOT / "docs" / name for name in ("levers.md", "levers.zh.md")]
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
EACH = pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)


def blocks(doc: Path, kind: str) -> list[str]:
    """Contents of the fenced blocks of a kind, in order."""
    text = doc.read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def write_examples(doc: Path, folder: Path) -> list[Path]:
    """Write the YAML blocks under the names in their first lines."""
    files = []
    for block in blocks(doc, "yaml"):
        name = re.match(r"# (\w+\.yaml)\n", block)
        assert name, block
        files.append(folder / name[1])
        files[-1].write_text(block, encoding="utf-8")
    return files


def prose(doc: Path) -> str:
    """The text without its fenced blocks."""
    text = doc.read_text(encoding="utf-8")
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


# The two languages.


def test_both_languages_have_the_same_parts():
    """Headings, formulas, table rows, list items and names in code are the same in both."""
    english, chinese = (prose(doc) for doc in DOCS)

    def headings(text: str) -> list[tuple[str, str]]:
        return re.findall(r"^(#+) (\d+\.|`\w+`)?", text, re.MULTILINE)

    assert headings(english) == headings(chinese)
    for pattern in (r"^    .*$", r"^\|(?:-+\|)+$", r"`[^`\n]+`"):
        first, second = (re.findall(pattern, text, re.MULTILINE) for text in (english, chinese))
        assert set(first) == set(second), pattern
    for pattern in (r"^\|", r"^\* ", r"^\d\. ", r"^    .*$"):
        first, second = (re.findall(pattern, text, re.MULTILINE) for text in (english, chinese))
        assert len(first) == len(second), pattern
    assert not CHINESE.search(english)


def test_both_languages_show_the_same_examples():
    """Blocks of YAML, commands, Python and output differ in comments only."""
    for kind in ("python", "yaml", "sh", "text"):
        english, chinese = (blocks(doc, kind) for doc in DOCS)
        assert len(english) == len(chinese) > 0, kind
        bare = {"python": lambda code: ast.dump(ast.parse(code)), "yaml": yaml.safe_load}
        read = bare.get(kind, str)
        assert [read(block) for block in english] == [read(block) for block in chinese], kind


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
            assert name in prose(doc) and year in prose(doc), (doc.name, name)


# The code.


@EACH
def test_every_kind_is_described_with_all_it_reads(doc):
    """The section of a kind names its inputs, constants, levers and assumptions."""
    text = doc.read_text(encoding="utf-8")
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
    lines = [line for line in prose(doc).splitlines() if re.match(r"\| `\w+: \{", line)]
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
    rows = re.findall(r"^\| `(\w+)` \|", prose(doc), re.MULTILINE)
    assert codes <= set(rows)


@EACH
def test_public_names_in_the_documents_exist(doc):
    """Everything written as `fc.name` is there."""
    named = set(re.findall(r"\bfc\.(\w+)", doc.read_text(encoding="utf-8")))
    assert {"compare", "goal_seek", "sensitivity", "joint", "index", "rank"} <= named
    assert [name for name in named if not hasattr(fc, name)] == []


@EACH
def test_constants_are_those_of_the_code(doc):
    """A constant that is changed in a module must be changed where it is explained."""
    text = doc.read_text(encoding="utf-8")
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


def test_python_runs_as_printed(tmp_path, monkeypatch):
    """Without a warning, from any folder; a block of output is what the block before it prints.

    One language is enough: both show the same examples.
    """
    doc = DOCS[0]
    write_examples(doc, tmp_path)
    text = doc.read_text(encoding="utf-8")
    pairs = re.findall(
        r"^```python\n(.*?)^```(?:\n\n```text\n(.*?)^```)?", text, re.MULTILINE | re.DOTALL
    )
    assert len(pairs) > 4
    script = tmp_path / "document.py"
    script.write_text("\nprint('====')\n".join(code for code, _ in pairs), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with redirect_stdout(io.StringIO()) as told:
        runpy.run_path(str(script), run_name="__main__")
    printed = [part.strip("\n") for part in told.getvalue().split("====\n")]
    for (code, shown), part in zip(pairs, printed, strict=True):
        lines = [line.rstrip() for line in part.splitlines()]
        assert lines == shown.splitlines(), code


@EACH
def test_the_scenario_example_plays_on_lishui(doc, tmp_path):
    """It reads, stands on its base, and changes what it names and what hangs on that."""
    *_, file = write_examples(doc, tmp_path)
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
    file, _ = write_examples(DOCS[0], tmp_path)
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
