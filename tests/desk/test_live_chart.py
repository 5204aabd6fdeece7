"""The live chart: what moves with an answer, limits of the axis, labels, numbers as a table."""

from dataclasses import replace

import pytest

from forecast.desk.live_chart import ChartSpec
from forecast.desk.session import Desk

WORKERS = "care_workers_per_10k_elderly"


@pytest.fixture(scope="module")
def desk():
    """Open Lishui's desk at the care workers."""
    desk = Desk.open("lishui", as_of="2022-12-31", draws=400)
    desk.choose(WORKERS)
    return desk


@pytest.fixture(scope="module")
def answers(desk):
    """Return the baseline's answer, and those with a little and with all of a lever."""
    return [desk.response({"trainees_per_year": value}) for value in (0.0, 100.0, 1000.0)]


def create_chart(desk, language="en", years=(2015.0, 2025.0), title="Care workers", base=None):
    """Describe a chart of the care workers, as if more than one figure of them were known."""
    base = desk.baseline_answer() if base is None else base
    targets = desk.baseline[desk.baseline["indicator"] == WORKERS].assign(evidence="weak")
    texts = (title, "25 (2025)", ["A note."])
    return ChartSpec.build(
        desk.plan, base.quantiles, targets, language=language, years=years, texts=texts
    )


def test_only_the_answer_moves(desk, answers):
    """What is drawn once holds figures, targets and the baseline; an answer its own fan."""
    chart = create_chart(desk)
    drawn = chart.describe()
    assert drawn["fan"]["q50"][-1] == answers[0].quantiles["q50"].iloc[-1]
    assert [target[2] for target in drawn["targets"]] == ["20", "25"]
    assert [target[3] for target in drawn["targets"]].count(True) == 1
    moved = chart.answer(answers[2], 0.1)
    assert moved["fan"]["q50"][-1] == answers[2].quantiles["q50"].iloc[-1]
    assert chart.describe() == drawn


def test_the_axis_widens_for_an_answer_beyond_it_and_narrows_again(desk, answers):
    """An answer far above is within the axis; afterwards the first limits return."""
    chart = create_chart(desk)
    usual = chart.answer(answers[0], 0.1)["limits"]
    wide = chart.answer(answers[2], 0.1)["limits"]
    assert usual[1] < float(answers[2].quantiles["q95"].max()) < wide[1]
    assert chart.answer(answers[0], 0.1)["limits"] == usual


def test_without_a_change_there_is_one_median(desk, answers):
    """For the baseline's own answer neither a second median nor a change is named."""
    chart = create_chart(desk)
    same, moved = (chart.answer(answers[i], 0.1) for i in (0, 2))
    assert same["base"] == "" and "baseline" not in same["chance"]
    assert moved["base"].startswith("baseline") and "baseline 10" in moved["chance"]


def test_the_numbers_drawn_are_a_table(desk, answers):
    """A row a year: published, median, interval, baseline, each scenario beside, target."""
    found = create_chart(desk).answer(answers[1], 0.1, {"other": answers[2]})
    assert found["heads"] == [
        "Year", "Published", "Median", "80 % interval", "Baseline", "other", "Target",
    ]  # fmt: skip
    rows = {row["cells"][0]: row["cells"] for row in found["rows"]}
    assert rows["2020"][1:3] == ["12", ""]
    assert rows["2025"][1] == "" and rows["2025"][-1] == "25"
    assert found["label"] == f"median {rows['2025'][2]}"
    assert found["beside"][0]["label"] == "other"
    assert found["beside"][0]["fan"]["q50"][-1] == answers[2].quantiles["q50"].iloc[-1]


def test_the_alternative_holds_the_finding(desk, answers):
    """Who does not see the picture is told chance, median and interval of the last year."""
    found = create_chart(desk).answer(answers[2], 0.1)
    median = found["rows"][-1]["cells"][2]
    assert found["chance"] in found["alt"] and f"Median 2025: {median}" in found["alt"]


@pytest.mark.parametrize("years", [(2015.0, 2021.0), (2023.0, 2025.0), (2020.0, 2010.0)])
def test_the_start_of_the_forecast_is_always_shown(desk, answers, years):
    """However few years are chosen, the start of the forecast and its first year are shown."""
    shown = create_chart(desk, years=years).answer(answers[1], 0.1)["fan"]["year"]
    assert shown[0] == 2020.0
    assert len(shown) >= 2
    assert shown[-1] <= max(years[1], 2021.0)


@pytest.mark.parametrize(("language", "start"), [("zh", "达到概率"), ("en", "Chance")])
def test_texts_are_in_the_language(desk, answers, language, start):
    """Chance and heads are in the chart's language; one figure has no chance."""
    chart = create_chart(desk, language)
    assert chart.answer(answers[2], 0.1)["chance"].startswith(start)
    one = replace(chart, single=True).answer(answers[2], 0.1)["chance"]
    assert "%" not in one
