"""Where all targets stand: states, distances, titles, and what is drawn."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import small_plan
from drawn import chart_texts, check_chart
from forecast.charts.standing import (
    SHARES,
    STATES,
    describe_standing,
    finding_of,
    standing_chart,
    standing_table,
)
from forecast.reports.context import ReportContext, last_targets


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Report of the small plan in English."""
    folder = str(small_plan.write(tmp_path_factory.mktemp("plan") / "own"))
    return ReportContext.load("hill", data=folder, as_of="2022-12-31", language="en")


def load(loaded, language="en"):
    """Give the small plan's report in a language, and the answers on its last targets."""
    return replace(loaded, language=language), last_targets(loaded.attainment)


def test_the_distance_is_measured_from_the_baseline_and_due_at_the_date_of_the_figure(loaded):
    """10 % in 2019, 23 % in 2022, 40 % wanted in 2025: 13 of 30 covered, half of the time gone."""
    report, rows = load(loaded)
    table = standing_table(report, rows).set_index("indicator")
    row = table.loc[small_plan.SHARE]
    known = row[["baseline", "baseline_year", "latest", "target"]].tolist()
    assert known == [10, 2019, 23, 40]
    assert row["covered"] == pytest.approx(100 * 13 / 30)
    assert row["due"] == pytest.approx(50.0)


def test_what_is_reached_is_on_course_only_where_it_is_likely_to_hold():
    """The latest figure alone secures nothing; of a single figure no chance is known."""
    row = {"status": "reached", "p_reach": 0.6, "evidence": "weak"}
    assert finding_of(row) == "uncertain"
    assert finding_of(row | {"p_reach": 0.7}) == "on_course"
    assert finding_of(row | {"evidence": "prior only"}) == "on_course"


def test_rows_are_sorted_by_risk_and_one_figure_has_no_verdict(loaded):
    """Missed comes before at risk, then on course; of one figure nothing is said."""
    report, rows = load(loaded)
    codes = ["likely", "missed", "unlikely"]
    rows = rows.assign(status=codes)
    assert list(standing_table(report, rows)["state"]) == ["missed", "at_risk", "on_course"]
    early = standing_table(report, rows.assign(status="too_early"))
    assert set(early["state"]) == {"too_early"}
    known = standing_table(report, rows.assign(finding="met"))
    assert set(known["state"]) == {"met"}


def test_every_status_has_a_state_with_a_mark_of_its_own():
    """Colour is not needed: filled marks differ in shape, hollow ones are those without verdict."""
    filled = [state.marker for state in STATES.values() if not state.hollow]
    assert len(set(filled)) == len(filled)
    assert {c for c, state in STATES.items() if state.hollow} == {"awaited", "too_early"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_pictures_show_name_figures_target_and_source_without_overlap(loaded, language):
    """Name, baseline, latest figure and target with comparator stand in the picture."""
    report, rows = load(loaded, language)
    chart = standing_chart(report, rows)
    check_chart(chart)
    year = "（2025）" if language == "zh" else " (2025)"
    for figure in (chart.wide, chart.narrow):
        texts = "\n".join(text.get_text() for text in chart_texts(figure))
        percent = "40%" if language == "zh" else "40\xa0%"
        assert f"≥\xa0{percent}{year}" in texts
        assert ("来源：" if language == "zh" else "Source: ") in texts
    assert chart.alt.startswith(chart.title)


def test_the_title_says_the_finding(loaded):
    """Counts of missed and at risk, of the targets that can be judged; none judged: too early."""
    report, _ = load(loaded)
    table = pd.DataFrame({"state": ["missed", "at_risk", "met", "too_early"]})
    assert describe_standing(report, table) == "Hill: 1 of 3 targets missed, 1 more at risk"
    only = pd.DataFrame({"state": ["too_early"] * 4})
    assert (
        describe_standing(report, only)
        == "Hill: too early to judge, targets with a baseline only: 4"
    )
    good = pd.DataFrame({"state": ["met", "on_course", "awaited"]})
    assert describe_standing(report, good) == "Hill: 2 met or on course, 1 cannot be judged yet"


def test_what_lies_beyond_the_track_ends_in_an_arrow(loaded):
    """A figure far beyond its target is drawn at the end of its track as an arrow."""
    report, rows = load(loaded)
    rows = rows.assign(status="exceeded", latest=[200.0, 90.0, 90000.0])
    chart = standing_chart(report, rows)
    assert (standing_table(report, rows)["covered"] > SHARES[1]).all()
    arrows = [line for line in chart.wide.axes[0].lines if line.get_marker() == ">"]
    assert len(arrows) == 3


def test_without_a_figure_since_the_baseline_a_mark_lies_at_the_baseline(loaded):
    """In the first year of a plan a target on course is not drawn as exceeded."""
    report, rows = load(loaded)
    row = rows[rows["indicator"] == small_plan.SHARE].assign(status="likely")
    chart = standing_chart(
        report, row.assign(baseline=row["latest"], baseline_year=row["latest_year"])
    )
    assert ">" not in {line.get_marker() for line in chart.wide.axes[0].lines}


def test_without_any_figure_there_is_no_chart(loaded):
    """No target with a figure: None."""
    report, rows = load(loaded)
    assert standing_chart(report, rows.assign(latest=np.nan)) is None


def test_many_targets_without_verdict_are_counted_not_listed():
    """Of a plan with baselines only, six are drawn and the others counted."""
    report = ReportContext.load("xiaoshan", as_of="2022-12-31", language="zh")
    rows = last_targets(report.attainment)
    chart = standing_chart(report, rows)
    check_chart(chart)
    texts = [text.get_text() for text in chart_texts(chart.wide)]
    early = int((chart.data["state"] == "too_early").sum())
    assert f"另有{early - 6}项" in texts
    assert len(chart.data) == rows["latest"].notna().sum()


def test_of_many_judged_targets_the_riskiest_are_drawn(loaded, monkeypatch):
    """The others are counted under their state; the data have all."""
    report, rows = load(loaded)
    monkeypatch.setattr("forecast.charts.standing.MOST_JUDGED", 1)
    rows = rows.assign(status=["unlikely", "unlikely", "likely"])
    chart = standing_chart(report, rows)
    texts = [text.get_text() for text in chart_texts(chart.wide)]
    assert "At risk: 2" in texts and "On course: 1" in texts
    assert texts.count("and 1 more") == 1 and len(chart.data) == 3
