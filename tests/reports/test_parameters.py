"""Parameter files and parameters cells: what is accepted, and how each fault is said."""

import datetime as dt
import json
import os
import re
from pathlib import Path

import pytest

from forecast.i18n.errors import format_error
from forecast.reports.errors import InputError, ParameterError
from forecast.reports.inputs import check_region, find_scenarios, find_tables, hash_tables
from forecast.reports.parameters import ReportParameters, check_declared, read_parameters


def write(folder: Path, text: str | bytes, name: str = "lishui.yaml") -> Path:
    """Write a parameter file."""
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def notebook(folder: Path, *sources: str, tags: tuple[str, ...] = ("parameters",)) -> Path:
    """Write a notebook of code cells with these tags."""
    cells = [
        {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": source}
        for source in sources
    ]
    return write(folder, json.dumps({"cells": cells, "nbformat": 4}), "note.ipynb")


def faults(folder: Path, text: str | bytes) -> list[str]:
    """List the problems of a parameter file."""
    with pytest.raises(ParameterError) as caught:
        read_parameters(write(folder, text))
    assert caught.value.exit_code == 2
    assert "lishui.yaml cannot be used:" in str(caught.value)
    return list(caught.value.problems)


def test_a_region_is_enough(tmp_path: Path) -> None:
    """Everything but the region has a default, and the report is named after its file."""
    read = read_parameters(write(tmp_path, "region: lishui\n"))
    today = dt.date.today().isoformat()
    assert read.model_dump() == {
        "region": "lishui",
        "notebook": "monitoring",
        "data": None,
        "as_of": today,
        "until": None,
        "draws": 4000,
        "seed": 0,
        "language": "zh",
        "scenarios": None,
        "indicator": None,
        "probability": None,
        "formats": None,
        "results": None,
        "output": "reports",
        "name": "lishui",
    }


def test_the_notebook_gets_plain_values_only(tmp_path: Path) -> None:
    """Dates stay ISO text, seed 0 is a seed, and `folder` is the working directory."""
    text = "region: lishui\nas_of: 2022-12-31\nuntil: 2025\ndraws: 500\nlanguage: en\n"
    passed = read_parameters(write(tmp_path, text)).for_notebook()
    assert passed == {
        "region": "lishui",
        "data": None,
        "as_of": "2022-12-31",
        "until": 2025,
        "draws": 500,
        "seed": 0,
        "language": "en",
        "folder": ".",
    }
    assert {type(value) for value in passed.values()} <= {str, int, type(None)}


def test_values_are_not_guessed_at_by_yaml(tmp_path: Path) -> None:
    """A region called `no` or 330000 is text, not false and not a number."""
    for region in ("no", "330000", "1e3", "2022-12-31"):
        read = read_parameters(write(tmp_path, f"region: {region}\n"))
        assert read.region == region


def test_an_empty_value_counts_as_not_given(tmp_path: Path) -> None:
    """`until:` and `data: null` take their defaults; a quoted null is text."""
    text = "region: 'null'\nuntil:\ndata: null\ndraws: ~\n"
    read = read_parameters(write(tmp_path, text))
    assert (read.region, read.until, read.data, read.draws) == ("null", None, None, 4000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_of_planners_files(tmp_path: Path, encoding: str) -> None:
    """UTF-8 with and without its mark and GB18030 read the same, Chinese names and all."""
    file = write(tmp_path, "region: lishui\nname: 丽水月报\n".encode(encoding))
    assert read_parameters(file).name == "丽水月报"


def test_output_replaces_the_files_own(tmp_path: Path) -> None:
    """The argument wins over the file."""
    file = write(tmp_path, "region: lishui\noutput: here\n")
    assert read_parameters(file, output=tmp_path / "there").output == str(tmp_path / "there")


@pytest.mark.parametrize("text", ["[xlsx, docx, docx]", "docx, xlsx", "\n  - xlsx\n  - docx"])
def test_formats_are_a_list(tmp_path: Path, text: str) -> None:
    """However it is written, the notebook gets each format once, in one order."""
    read = read_parameters(write(tmp_path, f"region: lishui\nformats: {text}\n"))
    assert read.formats == read.for_notebook()["formats"] == ["docx", "xlsx"]


def test_a_format_that_cannot_be_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown one is named; of a known one, the extra that brings its library."""
    (fault,) = faults(tmp_path, "region: lishui\nformats: [html, doc]\n")
    assert fault == (
        "key 'formats', value 'html, doc': 'doc' is not a format. Remedy: write a list of "
        "html, pdf, docx, xlsx, pptx, as [html, docx], or nothing."
    )
    (fault,) = faults(tmp_path, "region: lishui\nformats: [[docx]]\n")
    assert fault.startswith("line 2: a nested value.")
    monkeypatch.setattr("forecast.reports.parameters.find_spec", lambda _name: None)
    for name in ("pdf", "docx", "pptx"):
        (fault,) = faults(tmp_path, f"region: lishui\nformats: [html, {name}]\n")
        assert f"{name} needs a library that is not installed (pip install 'forecast[{name}]')" in (
            fault
        )


def test_paths_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    """Wherever a command is started, data, notebook and output lie where the file says."""
    text = "region: lishui\ndata: tables\nnotebook: ../own.ipynb\noutput: reports\n"
    found = read_parameters(write(tmp_path, text))
    folder = tmp_path.resolve()
    assert (found.data, found.output) == (str(folder / "tables"), str(folder / "reports"))
    assert found.notebook == str(folder.parent / "own.ipynb")
    assert read_parameters(write(tmp_path, "region: lishui\n")).output == "reports"


def test_all_problems_come_in_one_message(tmp_path: Path) -> None:
    """Every fault of a file is listed with key, value and remedy, not only the first."""
    text = "draw: 10\ndraws: ten\nseed: -1\nlanguage: fr\nas_of: 2022-13-01\nuntil: 25\n"
    found = faults(tmp_path, text)
    assert len(found) == 7
    assert "key 'region': missing. Remedy: write the id of a region" in found[0]
    assert any(f.startswith("key 'draw': unknown.") and "'draws'" in f for f in found)
    for key, value in {"draws": "ten", "seed": "-1", "language": "fr", "until": "25"}.items():
        assert any(f.startswith(f"key {key!r}, value {value!r}: ") for f in found)
    assert any("'2022-13-01'" in f and "write a date as 2022-12-31" in f for f in found)


@pytest.mark.parametrize(
    "line",
    [
        "draws: 99",
        "draws: 100001",
        "draws: 1e3",
        "draws: true",
        "draws: 500.5",
        "until: 20025",
        "seed: 0.5",
        "as_of: 20221231",
        "as_of: 2022-12-31 10:00:00",
        "as_of: yesterday",
        "name: ../x",
        "name: .hidden",
        "name: a.failed",
        f"name: {'丽' * 70}",
        "output: ''",
    ],
)
def test_wrong_values_are_refused(tmp_path: Path, line: str) -> None:
    """Each wrong type or range is named with the key it stands at."""
    (fault,) = faults(tmp_path, f"region: lishui\n{line}\n")
    assert fault.startswith(f"key {line.split(':')[0]!r}, value ")
    assert "Remedy: write " in fault


def test_boundaries_of_draws(tmp_path: Path) -> None:
    """100 and 100000 draws are allowed."""
    for draws in (100, 100_000):
        read = read_parameters(write(tmp_path, f"region: lishui\ndraws: {draws}\n"))
        assert read.draws == draws


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    """YAML would keep the last one silently."""
    (fault,) = faults(tmp_path, "region: lishui\nseed: 1\nseed: 2\n")
    assert fault == "line 3, key 'seed': given twice. Remedy: keep one."


def test_nested_values_are_refused(tmp_path: Path) -> None:
    """Lists and mappings never reach the notebook."""
    found = faults(tmp_path, "region: lishui\nseed: [1, 2]\ndraws: {a: 1}\n")
    assert [fault[:6] for fault in found] == ["line 2", "line 3"]


def test_aliases_cannot_multiply(tmp_path: Path) -> None:
    """A billion laughs are refused line by line, and nothing is built of them."""
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nregion: lishui\n"
    found = faults(tmp_path, bomb)
    assert {fault.partition(":")[0] for fault in found} == {"line 1", "line 2", "line 3"}
    assert all("an anchor, alias or tag. Remedy: write the value itself." in f for f in found)


def test_tags_make_no_objects(tmp_path: Path) -> None:
    """A tag that would call a function in an unsafe loader is refused."""
    (fault,) = faults(tmp_path, "region: !!python/name:os.system x\n")
    assert fault == "line 1: an anchor, alias or tag. Remedy: write the value itself."


@pytest.mark.parametrize(
    "text", ["region: [", "region: 'x", "- lishui\n", "lishui", "[" * 5000, "a: 1\n---\nb: 2\n"]
)
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    """Broken YAML, a list or a bare word is one clear fault."""
    (fault,) = faults(tmp_path, text)
    assert "Remedy: " in fault


def test_an_empty_file_lacks_its_region(tmp_path: Path) -> None:
    """The missing key is named."""
    assert faults(tmp_path, "# nothing yet\n")[0].startswith("key 'region': missing")


def test_large_files_are_no_parameter_files(tmp_path: Path) -> None:
    """A data file given by mistake is not parsed."""
    (fault,) = faults(tmp_path, "region: lishui\n" + "# \n" * 400_000)
    assert "larger" in fault


def test_unreadable_files_say_why(tmp_path: Path) -> None:
    """A missing file, a folder and a binary file are input faults, exit code 3."""
    binary = write(tmp_path, b"\xff\xfe\x00\x01", "x.yaml")
    for file in (tmp_path / "no.yaml", tmp_path, binary):
        with pytest.raises(InputError, match="Check the path") as caught:
            read_parameters(file)
        assert caught.value.exit_code == 3


PASSED = {"region": "lishui", "seed": 0}


def test_every_way_of_declaring_counts(tmp_path: Path) -> None:
    """Annotations with a bar, comments with `=` and chained names are all seen."""
    source = 'region: str | None = "x"  # a = b\nseed = (\n    1\n)\n'
    check_declared(notebook(tmp_path, source), PASSED)
    check_declared(notebook(tmp_path, "region = seed = 0"), PASSED)


def test_what_only_the_runner_uses_may_be_declared(tmp_path: Path) -> None:
    """papermill's own command passes a whole parameter file, types are imported for it."""
    source = "from typing import Optional\nregion: Optional[str] = None\nseed: int = 0\n"
    source += "notebook = name = output = results = ''"
    declared = check_declared(notebook(tmp_path, source), PASSED)
    assert set(declared) == {*PASSED, "notebook", "name", "output", "results"}


def test_all_faults_of_a_file_can_be_told_in_chinese(tmp_path: Path) -> None:
    """Key, value, fault and remedy of each line, and nothing of it in English."""
    text = "draw: 10\ndraws: ten\nas_of: 2022-13-01\nname: a.failed\nlanguage: fr\n"
    with pytest.raises(ParameterError) as caught:
        read_parameters(write(tmp_path, text))
    head, *lines = format_error(caught.value, "zh").splitlines()
    assert head.endswith("lishui.yaml不能用：") and len(lines) == 6
    assert (
        "  键“as_of”，值“2022-13-01”：日历上没有这一天。办法：写日期，如2022-12-31，或today。"
        in lines
    )
    assert not any(re.search(r"Remedy|write|missing|unknown", line) for line in lines)


def test_declared_and_passed_must_be_the_same(tmp_path: Path) -> None:
    """A misspelt name is both a missing and an unknown parameter."""
    with pytest.raises(ParameterError) as caught:
        check_declared(notebook(tmp_path, "region = 'x'\nsead = 0"), PASSED)
    assert caught.value.problems == (
        "parameter 'seed': not declared. Remedy: add it.",
        "parameter 'sead': never passed. Remedy: remove it.",
    )


def test_optional_parameters_may_be_left_to_the_notebook(tmp_path: Path) -> None:
    """What a file does not give of them is not passed, and may be declared or not."""
    assert check_declared(notebook(tmp_path, "region = 'x'\nseed = 0\nprobability = 0.8"), PASSED)
    asked = read_parameters(write(tmp_path, "region: lishui\nprobability: 0.9\n"))
    passed = asked.for_notebook()
    assert passed["probability"] == 0.9 and not {"scenarios", "indicator"} & set(passed)
    with pytest.raises(ParameterError, match="'probability': not declared"):
        check_declared(notebook(tmp_path, "region = 'x'\nseed = 0"), {**PASSED, "probability": 0.9})


def test_scenario_files_are_found_from_any_folder(tmp_path: Path) -> None:
    """Paths become absolute, names stay; a scenario that is wrong is named before a run."""
    mine = write(tmp_path, "name: mine\nsteps:\n- {indicator: all, hold: }\n", "mine.yaml")
    text = f"region: lishui\nscenarios: consumption_slows, {os.path.relpath(mine, tmp_path)}\n"
    asked = read_parameters(write(tmp_path, text))
    assert asked.for_notebook()["scenarios"] == f"consumption_slows,{mine}"
    found = find_scenarios(tmp_path, asked)
    assert found[str(mine)] == mine and "scenarios/consumption_slows.yaml" in found
    write(tmp_path, "name: mine\nsteps:\n- {indicator: all, holt: }\n", "mine.yaml")
    with pytest.raises(ParameterError, match="holt") as caught:
        find_scenarios(tmp_path, read_parameters(write(tmp_path, text + "as_of: today\n")))
    assert "'hold'" in str(caught.value)
    wrong = read_parameters(write(tmp_path, "region: lishui\nscenarios: consumption_slow\n"))
    with pytest.raises(ParameterError, match="Did you mean 'consumption_slows'"):
        find_scenarios(tmp_path, wrong)


def test_a_changed_base_of_a_scenario_changes_the_hash(tmp_path: Path) -> None:
    """A report on a scenario is stale once a base of it, however far below, is another."""
    base = write(tmp_path, "name: grand\nsteps:\n- {indicator: all, hold: }\n", "grand.yaml")
    write(tmp_path, "name: other\nbase: grand\n", "other.yaml")
    mine = write(tmp_path, "name: mine\nbase: other\n", "mine.yaml")
    asked = read_parameters(write(tmp_path, f"region: lishui\nscenarios: {mine}\n"))
    before = hash_tables(find_scenarios(tmp_path, asked))
    assert hash_tables(find_scenarios(tmp_path, asked)) == before
    write(tmp_path, base.read_text().replace("hold: ", "shift: {by: 1}"), "grand.yaml")
    assert hash_tables(find_scenarios(tmp_path, asked)) != before


@pytest.mark.parametrize(
    ("sources", "fault"),
    [
        ([], "0 cells are tagged"),
        (["region = 'x'", "seed = 0"], "2 cells are tagged"),
        (["region = 'x'\nseed ="], "line 2: invalid syntax"),
        (["import os\nregion = 'x'\nseed = 0"], "line 1: not a plain assignment"),
        (["region = 'x'\nseed: int"], "line 2: not a plain assignment"),
        (["region, seed = 'x', 0"], "line 1: not a plain assignment"),
    ],
)
def test_faults_of_a_parameters_cell(tmp_path: Path, sources: list[str], fault: str) -> None:
    """Exactly one tagged cell with nothing but assignments."""
    with pytest.raises(ParameterError, match=fault):
        check_declared(notebook(tmp_path, *sources), PASSED)


def test_a_notebook_of_another_language_is_refused(tmp_path: Path) -> None:
    """Python would take R for commands of the shell, and call the report a success."""
    file = notebook(tmp_path, "region = 'x'\nseed = 0")
    content = json.loads(file.read_text())
    for name, language in (("python3", "python"), ("ir", "R")):
        content["metadata"] = {"kernelspec": {"name": name, "language": language}}
        file.write_text(json.dumps(content))
        if language == "python":
            assert check_declared(file, PASSED) == ["region", "seed"]
    with pytest.raises(InputError, match="is in R"):
        check_declared(file, PASSED)


def test_what_is_no_notebook_is_an_input_fault(tmp_path: Path) -> None:
    """Missing file, no JSON, JSON of another kind."""
    for text in (None, "x = 1", "[]", '{"cells": [1]}'):
        file = tmp_path / "gone.ipynb" if text is None else write(tmp_path, text, "a.ipynb")
        with pytest.raises(InputError):
            check_declared(file, PASSED)


def test_own_tables_are_read_beside_the_shipped_ones(tmp_path: Path) -> None:
    """A run depends on its own tables and on those they are merged over, on no other file."""
    write(tmp_path, "region\nhere\n", "targets.csv")
    write(tmp_path, "region\nhere\n", "notes.csv")
    tables = find_tables(str(tmp_path))
    assert tables["targets.csv"] == tmp_path / "targets.csv"
    assert {"shipped/targets.csv", "observations.csv"} <= {*tables} and "notes.csv" not in tables
    assert list(tables) == sorted(tables)
    with pytest.raises(InputError, match="holds no table"):
        find_tables(str(tmp_path / "none"))


def test_an_unknown_region_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """A region needs a target, or in an own folder an observation."""
    targets = write(tmp_path, "region,year\nlishui,2025\n", "targets.csv")
    seen = write(tmp_path, "region,year\nxiaoshan,2020\n", "observations.csv")
    tables = {"targets.csv": targets, "observations.csv": seen}

    def ask(region: str, data: str | None = None) -> None:
        parameters = ReportParameters(region=region, name="x", data=data)
        check_region(Path("p.yaml"), parameters, tables)

    ask("lishui")
    ask("xiaoshan", data="mine")
    for region in ("lishiu", "xiaoshan"):
        with pytest.raises(ParameterError, match=f"region.*{region}"):
            ask(region)
    with pytest.raises(ParameterError, match="Did you mean 'lishui'"):
        ask("lishiu")


@pytest.mark.parametrize("key", ["data", "results"])
@pytest.mark.parametrize(
    "address",
    ["postgresql+psycopg://ann:s3cr3t@db.example/plan",
     "postgresql+psycopg://ann@db.example/plan?password=s3cr3t",
     "postgresql+psycopg://ann:s3cr3t@x@db.example/plan",
     "postgresql:/ann:s3cr3t@db.example/plan"],
)  # fmt: skip
def test_an_address_must_not_say_a_password(tmp_path: Path, key: str, address: str) -> None:
    """Parameter files are printed and kept: a password in one is refused, and never shown."""
    (fault,) = faults(tmp_path, f"region: lishui\n{key}: {address}\n")
    assert fault.startswith(f"key {key!r}, an address: ") and "without a password" in fault
    assert "s3cr3t" not in fault and "s3cr3t" not in str(ParameterError(tmp_path, [fault]))


def test_an_address_reads_the_same_from_every_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of SQLite is named in full; where results go is not told to the notebook."""
    monkeypatch.chdir(tmp_path)
    text = "region: lishui\ndata: sqlite:///plan.db\nresults: sqlite:///out.db\n"
    found = read_parameters(write(tmp_path, text))
    assert found.data == f"sqlite:///{tmp_path}/plan.db" == found.for_notebook()["data"]
    assert found.results == f"sqlite:///{tmp_path}/out.db"
    assert "results" not in found.for_notebook()


def test_results_go_to_an_address_only(tmp_path: Path) -> None:
    """A folder is no place for results: those stand in the report."""
    (fault,) = faults(tmp_path, "region: lishui\nresults: my/results\n")
    assert "key 'results', value 'my/results'" in fault and "address of a database" in fault
