"""HTML of the desk: probability, gauge, limits, table, settings, sources, errors."""

import html
import re
from dataclasses import replace

import pytest

from forecast.desk.session import Desk
from forecast.desk.text import (
    describe_goal_seek,
    format_limits,
    name_indicator,
    name_setting,
    render_answer,
    render_downloads,
    render_error,
    render_settings,
    render_sources,
    render_table,
    render_tornado,
)
from forecast.errors import DataError, Problem, msg
from forecast.i18n.messages import FiguresError
from forecast.targets.joint_answers import UNDECIDABLE

WORKERS = "care_workers_per_10k_elderly"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def desk():
    """Open Lishui's desk at the care workers, with a lever and an assumption set."""
    found = Desk.open("lishui", as_of="2022-12-31", language="en", draws=300)
    found.choose(WORKERS)
    found.load("pandemic_year")
    found.set("trainees_per_year", 450)
    found.set("leaving_rate", 12)
    # As if there were more than its one figure.
    found.baseline["evidence"] = "weak"
    return found


@pytest.fixture(params=["zh", "en"])
def language(desk, request):
    """Switch the desk to each language."""
    desk.language = request.param
    return request.param


def plain(text):
    """Remove markup."""
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


def all_texts(desk):
    """Return all texts beside the chart except titles of sources."""
    answer, base = desk.answer(), desk.baseline_answer()
    names = [name_setting(desk, c.name) + format_limits(desk, c) for c in desk.controls]
    parts = [render_answer(desk, answer, base), render_settings(desk), render_table(desk), *names]
    for lever in ("pace", "trainees_per_year"):
        parts += [describe_goal_seek(desk, desk.seek(p, lever)) for p in (0.8, 0.999)]
    return plain(" ".join(parts))


def test_languages_are_not_mixed(desk, language):
    """English texts have no Chinese character, Chinese texts no English word."""
    text = all_texts(desk)
    if language == "en":
        assert not CHINESE.search(text)
    else:
        assert set(re.findall(r"[A-Za-z]+", text)) <= {"A"}


@pytest.mark.usefixtures("language")
def test_the_probability_has_a_gauge(desk):
    """Number, bar and baseline mark show the probabilities; error and evidence are named."""
    answer, base = desk.answer(), desk.baseline_answer()
    shown = render_answer(desk, answer, base)
    assert f"width:{100 * answer.p_reach:.1f}%" in shown
    assert f"left:{100 * base.p_reach:.1f}%" in shown
    assert re.search(rf"{100 * answer.p_reach:.0f}\s?%", plain(shown))
    assert desk.report.label("evidence", str(desk.chosen["evidence"])) in plain(shown)
    assert "±" in plain(shown)


def test_one_figure_has_no_chance():
    """Instead of a number the desk says why, which pace is needed, and how many regions kept it."""
    one = Desk.open("lishui", as_of="2022-12-31", language="en", draws=50)
    one.choose(WORKERS)
    shown = plain(render_answer(one, one.answer(), one.baseline_answer()))
    assert "only one figure is known" in shown and "a year from the baseline (2020)" in shown
    assert "%" not in shown
    rows = render_table(one)
    assert not re.search(r"\d\s?%</td>.*too early", rows)


def test_an_unchanged_probability_has_no_error(desk, language):
    """Without a difference to the baseline no change is shown."""
    base = desk.baseline_answer()
    assert {"zh": "与基准相同", "en": "same as in the baseline"}[language] in render_answer(
        desk, base, base
    )


@pytest.mark.usefixtures("language")
def test_the_table_has_all_forecasts_and_names_the_rest(desk):
    """A row for each indicator with a probability; the others are named below."""
    table, shown = desk.table(), render_table(desk)
    rows, rest = shown.split("<details>")
    for row in table.to_dict("records"):
        name = desk.report.quantity(row["indicator"])
        without = row["status"] in UNDECIDABLE
        assert name in plain(rest if without else rows)
    # The heads are a row too.
    assert rows.count("<tr>") == 1 + (~table["status"].isin(UNDECIDABLE)).sum()


def test_a_change_within_its_error_is_not_shown(desk, monkeypatch):
    """A change of less than two standard errors is not shown, a larger one is."""
    desk.language = "en"
    table = desk.table().query("indicator == @WORKERS")
    table = table.assign(status="unlikely", evidence="weak", p_reach=0.2)
    for change, shown in ((0.001, False), (0.01, True)):
        changed = table.assign(p_change=change, p_change_error=0.002)
        monkeypatch.setattr(desk, "table", lambda changed=changed: changed)
        assert (">+1.0" in render_table(desk)) == shown
        assert ">+0.1" not in render_table(desk)


def test_settings_are_listed(desk, language):
    """The base with its description, and each value, are listed."""
    shown = plain(render_settings(desk))
    assert desk.report.scenario("pandemic_year") in shown
    assert getattr(desk.base, f"text_{language}") in shown
    assert "450" in shown
    assert "12" in shown


def test_limits_have_units(desk):
    """Levers have limits, assumptions their declared range, dates years."""
    desk.language = "en"
    shown = {c.name.rpartition(".")[2]: format_limits(desk, c) for c in desk.controls}
    assert shown["trainees_per_year"] == "0 to 1,000\xa0persons"
    assert shown["leaving_rate"] == "8\xa0% to 25\xa0%, most likely 15\xa0%"
    desk.choose("eco_burial_share")
    shown = {c.name.rpartition(".")[2]: format_limits(desk, c) for c in desk.controls}
    assert shown["start_year"] == "2023 to 2030"
    desk.choose(WORKERS)


def test_sources_are_those_of_the_indicator(desk):
    """The sources of figures and targets are listed with their titles as published."""
    shown = render_sources(desk)
    used = {*desk.plan.targets.query("indicator == @WORKERS")["source"],
            *desk.plan.observations.query("indicator == @WORKERS")["source"]}  # fmt: skip
    assert shown.count('<li lang="zh">') == len(used)


def test_binding_indicators_are_marked(desk, language):
    """Only an indicator with a binding target is marked as binding."""
    mark = {"zh": "约束性", "en": "binding"}[language]
    for name in desk.indicators:
        binding = desk.targets_of(name)["force"].eq("binding").any()
        assert name_indicator(desk, name).startswith(mark) == binding


def test_the_tornado_is_a_chart_with_a_description(desk):
    """The tornado is drawn; where no input matters there is a sentence instead."""
    desk.language = "en"
    table = desk.tornado()
    assert 'alt="Certified care workers per 10,000 elderly' in render_tornado(desk, table)
    assert "<img" not in render_tornado(desk, table.assign(swing=0.0))


def test_downloads_hold_the_whole_file(tmp_path):
    """A link holds the content of its file and its name, escaped."""
    file = tmp_path / "a & b.yaml"
    file.write_bytes(b"\x00\xff")
    shown = render_downloads([file])
    assert 'download="a &amp; b.yaml"' in shown
    assert "base64,AP8=" in shown


def test_errors_are_in_the_language_of_the_desk(desk, language):
    """An error of the input is in the reader's language, escaped, a problem a line."""
    place = {"zh": "x.yaml，第3行", "en": "x.yaml, row 3"}[language]
    text = Problem("x.yaml", 3, "key", "<v>", msg("unknown key"), msg("remove it"))
    for error in (
        FileNotFoundError(2, "No such file", "x.yaml"),
        DataError([text, replace(text, row=4)]),
        FiguresError("x.yaml", [(3, "year", "<v>", [])]),
    ):
        shown = render_error(desk, error)
        assert f'<span lang="{language}">x.yaml' in shown and "<v>" not in shown
        assert bool(CHINESE.search(shown)) == (language == "zh")
        assert (place in shown) == isinstance(error, DataError)
    assert "<br>x.yaml" in render_error(desk, DataError([text, replace(text, row=4)]))


def test_an_unexpected_error_is_quoted_in_english(desk, language):
    """An error of the program is called internal, and its English text is marked as such."""
    shown = render_error(desk, KeyError("<x>"))
    assert f'<span lang="{language}">' in shown and bool(CHINESE.search(shown)) == (
        language == "zh"
    )
    assert '<q lang="en">KeyError: &#39;&lt;x&gt;&#39;</q>' in shown
