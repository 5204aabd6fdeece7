"""Errors in the reader's language: nothing that a user can provoke is left in English."""

from __future__ import annotations

import errno
import pickle
import re

import pandas as pd
import pytest

import forecast as fc
from forecast.errors import DataError, Message, Problem, UnknownNameError, WriteError, cause, msg
from forecast.files import BusyError, staging_folder, write_atomic
from forecast.i18n.errors import format_error, translate
from forecast.scenarios.declarations import read_mechanisms
from forecast.tables.csv_files import read_tables
from forecast.tables.database import load_tables, write_results
from forecast.tables.plan import data_folder
from made_up_language import LANGUAGE, unmarked, write_catalogue
from sound_tables import SOUND, change, write

SMALL = pd.DataFrame({"x": [1]})


@pytest.fixture(autouse=True, scope="module")
def made_up():
    """Speak the made-up language too."""
    folder = write_catalogue()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_LOCALE", str(folder))
        yield


def texts(act, *args, **named) -> dict[str, str]:
    """Describe the error of a call in each language."""
    with pytest.raises((ValueError, OSError, WriteError)) as caught:
        act(*args, **named)
    return {language: format_error(caught.value, language) for language in ("zh", "en", LANGUAGE)}


def assert_translated(described: dict[str, str], *data: str) -> None:
    """Check that each language has its text, and the made-up one nothing outside its catalogue."""
    assert all(described.values())
    assert re.search(r"[\u4e00-\u9fff]", described["zh"])
    assert unmarked(described[LANGUAGE], *data) == []


FAULTS = [
    ("targets", "2025,58,", "2025,58%,"), ("targets", "2025,58,", "2025,,"),
    ("targets", "2025,30,", "20x5,30,"), ("targets", "2025,30,", "1518,30,"),
    ("targets", "58,ge", "58,eg"), ("targets", "10,le", "10,ge"),
    ("targets", "2025,58,", "2025,101,"), ("targets", "2025,30,", "2025,30.5,"),
    ("targets", "hill,waiting", "hil,waiting"),
    ("targets", "hill,waiting", "hill,zzz"), ("regions", "name_en", "nam_en"),
    ("regions", "parent", "parent,zip"), ("regions", "江省", '"江省'),
    ("regions", "name_zh", "region"),
    ("regions", "River", "Riv\x07er"), ("observations", "2022-06-30", "2022-06-31"),
    ("observations", "2022-06-30", "2023-06-30"), ("observations", ",15,", ",11,"),
    ("tasks", "2023年底", "6月底前"), ("indicators", "true", "yes"),
    ("indicators", "true", "false"),
    ("indicators", "0,100,", "0,120,"), ("indicators", "0,100,", ",,"),
    ("indicators", "stock,0,", "stock,-1,"), ("indicators", "stock,0,,", "stock,10,10,"),
    ("indicators", "false,0.1,", "false,0,"), ("projects", "2021,2023", "2023,2021"),
    ("projects", "5000", "-5"), ("areas", "care,照护,Care\n", "care,照护,Care\ncare,甲,B\n"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new"), FAULTS)
def test_faults_of_tables_are_translated(tmp_path, table, old, new):
    """Fact and remedy of a fault of a table are described in the language of the reader."""
    change(write(tmp_path, SOUND), table, old, new)
    described = texts(read_tables, tmp_path)
    assert_translated(described, new)
    assert f"{table}.csv" in described["zh"] and "办法：" in described["zh"]


def test_faults_of_folders_are_translated(tmp_path):
    """So are those of folders and of files as a whole."""
    own = tmp_path / "own"
    assert_translated(texts(read_tables, own), str(tmp_path))
    own.mkdir()
    assert_translated(texts(read_tables, own), str(tmp_path))
    write(own, {"targets": ""})
    assert_translated(texts(read_tables, own))
    write(own, SOUND)
    (own / "areas.csv").write_bytes(b"\xff\xfe\xff")
    (own / "Region.csv").write_text("")
    (own / "regions.csv").unlink()
    assert_translated(texts(read_tables, own))
    assert_translated(texts((own / "none").read_bytes), str(tmp_path))
    (own / "x").mkdir()
    (own / "x" / "mine").write_text("")
    assert_translated(texts(write_atomic, own / "areas.csv" / "x", b""), str(tmp_path))
    assert_translated(texts(staging_folder(own / "x").__enter__), str(tmp_path))


def test_faults_of_databases_are_translated(tmp_path):
    """So are those of addresses, of databases and of what is written to them."""
    address = f"sqlite:///{tmp_path}/plan.db"
    for bad in ("://x", address, "oracle+nothing://h/d"):
        assert_translated(texts(load_tables, bad), str(tmp_path))
    write_results(address, {"a": SMALL}, "r1")
    assert_translated(texts(load_tables, address), str(tmp_path))
    assert_translated(texts(write_results, address, {"a": SMALL}, "r1"), str(tmp_path))
    other = {"a": SMALL.rename(columns={"x": "y"})}
    assert_translated(texts(write_results, address, other, "r2"), str(tmp_path))
    assert_translated(texts(write_results, address, {"targets": SMALL}, "r2"))


def test_faults_of_names_and_days_are_translated(tmp_path):
    """So are misspelt names, wrong days and contradictions of arguments."""
    for arguments in (
        {"source": "lisui"}, {"source": "lishui", "as_of": "2022-13-31"},
        {"source": "lishui", "region": "xiaoshan"}, {"source": tmp_path / "none"},
    ):  # fmt: skip
        source = arguments.pop("source")
        assert_translated(texts(fc.load_plan, source, **arguments), str(tmp_path))


SCENARIOS = {
    "misspelt": "name: x\nsteps:\n- indicatr: planned\n  hold:\n",
    "no_number": "name: x\nsteps:\n- {indicator: planned, shift: {by: lots}}\n",
    "broken": "name: x\nsteps: [\n- a\n",
    "anchor": "name: &a x\nsteps: *a\n",
    "doubled": "name: x\nname: y\n[a]: b\n",
    "text": "plain\n",
    "empty": "",
    "base": "name: x\nbase: nowhere\n",
    "itself": "name: x\nbase: itself.yaml\n",
    "own": "name: x\ninherited: a\n",
    "levers": "name: x\nsteps:\n- mechanism: m\n  levers: {a: [1], b: {soon: 1}}\n",
    "ranges": "name: x\nsteps:\n- mechanism: m\n"
    "  assumptions: {a: {low: 5, central: 3, high: 2}, b: {low: 3}}\n",
    "shocks": "name: x\nsteps:\n- {indicator: planned, shock: {year: soon, recovery: -1}}\n"
    "- {indicator: planned, shock: {by: 1, factor: 2, year: 2023}}\n",
    "two_things": "name: x\nsteps:\n- {mechanism: m, indicator: planned, hold: {}}\n"
    "- {mechanism: m}\n- {levers: {a: 1}}\n- {region: lishui}\n",
    "kinds": "name: [a]\nsteps:\n- a\n- {indicator: {a: b}, hold: x}\n"
    "- {indicator: planned, scale_pace: {factor: inf}}\n- {indicator: planned, delay: {years: }}\n",
    "none": "name: ''\nsteps: a\n",
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_faults_of_scenario_files_are_translated(tmp_path, name):
    """A file that is no YAML, or no scenario, is refused in the language of the reader."""
    file = tmp_path / f"{name}.yaml"
    file.write_text(SCENARIOS[name], encoding="utf-8")
    described = texts(fc.read_scenario, file)
    assert_translated(described)
    assert described["zh"].startswith(file.name) and "办法：" in described["zh"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: workforce", "kind: workforc"), ("upper: ", "upper: -"), ("low: ", "low: 1"),
        ("indicator: .*", ""), ("hires_per_year:", "hire_per_year:"), (", lag: 1", ""),
    ],
)  # fmt: skip
def test_faults_of_mechanisms_are_translated(tmp_path, old, new):
    """So is a mechanism that is misspelt or lacks a part."""
    text = (data_folder() / "mechanisms.yaml").read_text(encoding="utf-8")
    assert re.search(old, text)
    (tmp_path / "mechanisms.yaml").write_text(re.sub(old, new, text, count=1), encoding="utf-8")
    assert_translated(texts(read_mechanisms, tmp_path))


# How errors carry their texts.


def test_a_message_survives_another_process():
    """An error that was pickled reads the same in every language."""
    problem = Problem(
        "a.csv", 3, "year", "x", msg("unknown {what}", what=msg("lever")), msg("add it")
    )
    for error in (
        DataError([problem]),
        UnknownNameError("region", "lisui", ["lishui"]),
        WriteError(msg("{place}, row {row}", place="a", row=1)),
        BusyError(msg("unknown key")),
    ):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error) and str(again) == str(error)
        for language in ("zh", "en", LANGUAGE):
            assert format_error(again, language) == format_error(error, language) != ""


def test_lists_and_messages_in_gaps_are_translated():
    """A message in a gap is translated too, names in a row are joined as the language does it."""
    text = msg("{remedy}; {hint}", remedy=msg("write one of {words}", words=["a", "b"]),
                hint=msg("perhaps {near!r} is meant", near="a"))  # fmt: skip
    assert translate(text, "en") == "write one of a, b; perhaps 'a' is meant"
    assert translate(text, "zh") == "从中选一个写：a、b；可能是“a”"


def test_a_reason_of_the_system_is_translated():
    """The system's reason is known by its code, whatever language the system speaks."""
    assert translate(cause(OSError(errno.ENOSPC, "Kein Platz")), "zh") == "空间已满"
    assert cause(OSError(errno.ENOSPC, "Kein Platz")) == "Kein Platz"
    assert isinstance(cause(OSError("odd")), Message) and cause(OSError("odd")) == "odd"


def test_a_fault_of_the_program_has_no_text():
    """An error without a message is no fault of what was given."""
    for error in (KeyError("x"), ValueError("shapes do not match"), OSError("odd"), ValueError()):
        assert format_error(error, "zh") == format_error(error, "en") == ""
