"""What a desk says: chance, gauge, limits, table, settings, sources."""

import html
import re
from dataclasses import replace

import pytest

from forecast.desk.session import Desk
from forecast.desk.text import (
    name_indicator,
    name_setting,
    tell_chance,
    tell_fault,
    tell_files,
    tell_found,
    tell_limits,
    tell_settings,
    tell_sources,
    tell_table,
    tell_tornado,
)
from forecast.errors import DataError, Problem, msg
from forecast.i18n.messages import FiguresError

WORKERS = "care_workers_per_10k_elderly"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def desk():
    """Lishui's desk at the care workers, with a lever and a belief set."""
    found = Desk.open("lishui", as_of="2022-12-31", language="en", draws=300)
    found.choose(WORKERS)
    found.load("pandemic_year")
    found.set("trainees_per_year", 450)
    found.set("leaving_rate", 12)
    return found


@pytest.fixture(params=["zh", "en"])
def language(desk, request):
    """Each language in turn."""
    desk.language = request.param
    return request.param


def plain(told):
    """Text without markup."""
    return html.unescape(re.sub(r"<[^>]+>", " ", told))


def everything(desk):
    """All that is said beside the picture, but for titles of documents."""
    answer, base = desk.answer(), desk.base_answer()
    names = [name_setting(desk, c.name) + tell_limits(desk, c) for c in desk.controls]
    parts = [tell_chance(desk, answer, base), tell_settings(desk), tell_table(desk), *names]
    for lever in ("pace", "trainees_per_year"):
        parts += [tell_found(desk, desk.seek(p, lever)) for p in (0.8, 0.999)]
    return plain(" ".join(parts))


def test_languages_are_not_mixed(desk, language):
    """In English no Chinese letter is said, in Chinese no English word."""
    told = everything(desk)
    if language == "en":
        assert not CHINESE.search(told)
    else:
        assert set(re.findall(r"[A-Za-z]+", told)) <= {"A"}


@pytest.mark.usefixtures("language")
def test_the_chance_is_said_with_its_gauge(desk):
    """Number, bar and baseline mark stand for the same chances, with the evidence behind them."""
    answer, base = desk.answer(), desk.base_answer()
    told = tell_chance(desk, answer, base)
    assert f"width:{100 * answer.p_reach:.1f}%" in told
    assert f"left:{100 * base.p_reach:.1f}%" in told
    assert re.search(rf"{100 * answer.p_reach:.0f}\s?%", plain(told))
    assert desk.told.label("evidence", str(desk.chosen["evidence"])) in plain(told)
    assert "±" in plain(told)


def test_an_unchanged_chance_is_said_to_be_so(desk, language):
    """Without a difference there is none with an error."""
    base = desk.base_answer()
    assert {"zh": "与基准相同", "en": "as in the baseline"}[language] in tell_chance(
        desk, base, base
    )


@pytest.mark.usefixtures("language")
def test_the_table_has_all_that_is_forecast_and_names_the_rest(desk):
    """A row for each indicator with a chance; the others are named below."""
    table, told = desk.table(), tell_table(desk)
    rows, rest = told.split("<details>")
    for row in table.to_dict("records"):
        name = desk.told.quantity(row["indicator"])
        silent = row["status"] in ("no_data", "not_published")
        assert name in plain(rest if silent else rows)
    assert rows.count("<tr>") == (~table["status"].isin(["no_data", "not_published"])).sum()


def test_a_change_within_its_error_is_none(desk, monkeypatch):
    """A change of less than two errors is not called one."""
    desk.language = "en"
    table = desk.table().query("indicator == @WORKERS")
    for change, told in ((0.001, "–"), (0.01, "+1.0")):
        changed = table.assign(p_change=change, p_change_error=0.002)
        monkeypatch.setattr(desk, "table", lambda changed=changed: changed)
        assert f">{told}" in tell_table(desk)


def test_what_is_set_is_said(desk, language):
    """The base with its words, and each setting with its value, are told."""
    told = plain(tell_settings(desk))
    assert desk.told.scenario("pandemic_year") in told
    assert getattr(desk.base, f"text_{language}") in told
    assert "450" in told
    assert "12" in told


def test_limits_have_units(desk):
    """Levers tell their limits, assumptions their declared range, dates their years."""
    desk.language = "en"
    told = {c.name.rpartition(".")[2]: tell_limits(desk, c) for c in desk.controls}
    assert told["trainees_per_year"] == "0 to 1,000\xa0persons"
    assert told["leaving_rate"] == "8\xa0% to 25\xa0%, most likely 15\xa0%"
    desk.choose("eco_burial_share")
    told = {c.name.rpartition(".")[2]: tell_limits(desk, c) for c in desk.controls}
    assert told["start_year"] == "2023 to 2030"
    desk.choose(WORKERS)


def test_sources_are_those_of_the_indicator(desk):
    """The documents behind figures and targets are listed in their own language, escaped."""
    told = tell_sources(desk)
    used = {*desk.plan.targets.query("indicator == @WORKERS")["source"],
            *desk.plan.observations.query("indicator == @WORKERS")["source"]}  # fmt: skip
    assert told.count('<li lang="zh">') == len(used)


def test_binding_indicators_are_marked(desk, language):
    """Only an indicator with a binding target is called binding."""
    mark = {"zh": "约束性", "en": "binding"}[language]
    for name in desk.indicators:
        binding = desk.goals(name)["force"].eq("binding").any()
        assert name_indicator(desk, name).startswith(mark) == binding


def test_the_tornado_is_a_picture_with_words(desk):
    """What matters is drawn; where nothing does, this is said."""
    desk.language = "en"
    table = desk.tornado()
    assert 'alt="Certified care workers per 10,000 elderly' in tell_tornado(desk, table)
    assert "<img" not in tell_tornado(desk, table.assign(swing=0.0))


def test_files_are_handed_over_whole(tmp_path):
    """A link carries the bytes of its file and its name, escaped."""
    file = tmp_path / "a & b.yaml"
    file.write_bytes(b"\x00\xff")
    told = tell_files([file])
    assert 'download="a &amp; b.yaml"' in told
    assert "base64,AP8=" in told


def test_faults_are_said_in_the_language_of_the_desk(desk, language):
    """A fault of what is given is told in the reader's language, escaped, a line each."""
    place = {"zh": "x.yaml，第3行", "en": "x.yaml, row 3"}[language]
    text = Problem("x.yaml", 3, "key", "<v>", msg("unknown key"), msg("remove it"))
    for fault in (
        FileNotFoundError(2, "No such file", "x.yaml"),
        DataError([text, replace(text, row=4)]),
        FiguresError("x.yaml", [(3, "year", "<v>", [])]),
    ):
        told = tell_fault(desk, fault)
        assert f'<span lang="{language}">x.yaml' in told and "<v>" not in told
        assert bool(CHINESE.search(told)) == (language == "zh")
        assert (place in told) == isinstance(fault, DataError)
    assert "<br>x.yaml" in tell_fault(desk, DataError([text, replace(text, row=4)]))


def test_a_fault_of_the_program_is_quoted_in_english(desk, language):
    """What nobody foresaw is said to be the program's fault, and its English words marked so."""
    told = tell_fault(desk, KeyError("<x>"))
    assert f'<span lang="{language}">' in told and bool(CHINESE.search(told)) == (language == "zh")
    assert '<q lang="en">KeyError: &#x27;&lt;x&gt;&#x27;</q>' in told
