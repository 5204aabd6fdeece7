"""The mid-term evaluation: verdicts and why they differ, deadlines, its tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.i18n.labels import LABELS, label_of
from forecast.reports import midterm
from forecast.reports.context import ReportContext
from forecast.reports.exports import write_tables
from forecast.reports.rendering import render
from rendered import (
    check_catalogues,
    check_english,
    check_escaped,
    check_languages,
    draw_only,
    notebook_of,
    plain,
    row_of,
)

STANDARD = "minimum_living_standard"
FACTS = {
    "schedule_status": "on_schedule", "status": "uncertain", "p_reach": 0.5, "pace": 3.0,
    "evidence": "weak",
    "last_step": 3.0, "required_rate": 2.0, "median": 60.0, "target": 58.0,
}  # fmt: skip


def judge(region):
    """Notebook of a shipped region at the end of 2022."""
    return notebook_of("midterm_evaluation", region=region, as_of="2022-12-31")


@pytest.fixture(scope="module")
def lishui():
    """Lishui: binding and expected targets, projects, a list of policies."""
    return judge("lishui")


@pytest.fixture(scope="module")
def shaoxing():
    """Shaoxing: all its targets have passed."""
    return judge("shaoxing")


@pytest.fixture(scope="module")
def zhejiang():
    """Zhejiang, with a figure on schedule."""
    return judge("zhejiang")


def test_the_page_reads_in_both_languages(zhejiang, monkeypatch):
    """Pages and figures are complete and unmixed."""
    check_languages(zhejiang, monkeypatch)


def test_no_text_is_outside_the_catalogues(lishui, monkeypatch):
    """Every sentence of the page and its figures can be translated."""
    check_catalogues(lishui, monkeypatch)


def test_names_from_the_tables_are_escaped(lishui, monkeypatch):
    """A name with markup in it is shown, not run: of indicators, areas, tasks, stages."""
    evil = "<script>x</script>"
    lists = {name: getattr(lishui.results, name).assign(name_zh=evil, locus=evil)
             for name in ("tasks", "stages")}  # fmt: skip
    check_escaped(lishui, monkeypatch, replace(lishui.results, **lists))


def test_what_is_not_there_is_said_in_a_sentence(shaoxing, monkeypatch):
    """Where no target is open and nothing is listed, sentences take the place of tables."""
    empty = {name: getattr(shaoxing.results, name).iloc[:0] for name in ("tasks", "stages")}
    page = plain(check_english(shaoxing, monkeypatch, replace(shaoxing.results, **empty)))
    for text in (
        "No indicator has enough figures to judge its course.",
        "The plan has no list of projects.",
        "The plan has no list of tasks or policies, and no stages.",
    ):
        assert text in page


def test_a_plan_without_any_figure_still_reads(lishui, monkeypatch):
    """A region that published nothing has sentences everywhere, and a page of counts."""
    draw_only(monkeypatch)
    plan = replace(lishui.report.plan, observations=lishui.report.plan.observations.iloc[:0])
    report = ReportContext(plan, "en", draws=100)
    page = plain(lishui.render("en", plan=plan, results=midterm.evaluate_midterm(report)))
    assert "No indicator has enough figures to judge its course." in page
    assert "nan" not in page.lower().split()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"status": "likely"}, "both_good"),
        ({"schedule_status": "behind"}, "both_bad"),
        ({"schedule_status": "behind", "status": "likely"}, "behind_fast"),
        ({"schedule_status": "behind", "status": "likely", "pace": 1.9}, "behind_others"),
        ({"schedule_status": "one_figure"}, "one_figure"),
        ({"pace": 1.9}, "pace_short"),
        ({"pace": 2.0, "last_step": 2.0}, "wide"),
        ({"last_step": 1.0}, "slowing"),
        ({"last_step": 2.1}, "wide"),
        ({"median": 57.0}, "others_slower"),
        ({"schedule_status": "reached", "status": "reached"}, "may_fall"),
        ({"schedule_status": "reached", "status": "reached", "p_reach": 0.8}, "both_good"),
        ({"status": "missed"}, "closed"),
    ],
)  # fmt: skip
def test_every_disagreement_has_its_reason(changed, expected):
    """On the line but slowing, behind but fast, too wide a range: each is told apart."""
    assert midterm.classify_verdicts(FACTS | changed) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"pace": -1.9}, "pace_short"),
        ({"last_step": -1.0}, "slowing"),
        ({}, "wide"),
        ({"median": 59.0}, "others_slower"),
        ({"schedule_status": "behind", "status": "likely"}, "behind_fast"),
    ],
)
def test_reasons_are_mirrored_where_less_is_wanted(changed, expected):
    """A falling indicator is fast when it falls fast."""
    falling = {"pace": -3.0, "last_step": -3.0, "required_rate": -2.0, "median": 57.0}
    assert midterm.classify_verdicts(FACTS | falling | changed) == expected


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reason_has_its_sentence(zhejiang, language):
    """All gaps of each sentence are filled, in both languages."""
    row = zhejiang.results.verdicts[zhejiang.results.verdicts["indicator"] == STANDARD]
    report = replace(zhejiang.report, language=language)
    for code in LABELS["reason"]:
        row = row.assign(reason=code, status="uncertain", evidence="weak")
        results = replace(zhejiang.results, verdicts=row)
        text = plain(render(report, "midterm.verdicts", results).text)
        assert "{" not in text and "nan" not in text
        assert label_of("reason", code, language).split("{")[0] in text


def test_the_way_is_measured_from_the_schedule_rules_baseline(zhejiang):
    """Zhejiang's standard: 9,624 (2019) to 13,000 (2025); 11,220 in 2021 is 47 % of the way."""
    row = zhejiang.results.way.set_index("indicator").loc[STANDARD]
    assert row["gone"] == pytest.approx(100 * (11220 - 9624) / (13000 - 9624), rel=1e-9)
    assert (row["due_then"], row["due"]) == (pytest.approx(100 / 3), 50.0)
    assert row["low"] < row["middle"] < row["high"]


def test_one_figure_shows_no_way_of_its_own(lishui):
    """Where the baseline is the latest figure nothing has been gone; the estimate is there."""
    assert lishui.results.way["gone"].isna().all() and lishui.results.way["middle"].notna().all()


@pytest.mark.parametrize(
    ("facts", "code"),
    [((0, 0), "none"), ((9, 0), "few_never"), ((10, 0), "never"), ((10, 3), "seen"),
     ((9, 3), "few_seen")],
)  # fmt: skip
def test_paces_are_counted_and_few_are_said_to_be_few(zhejiang, facts, code):
    """That none of two paces was as high proves nothing."""
    seen, high = facts
    row = zhejiang.results.verdicts.head(1).assign(
        status="unlikely", evidence="weak", paces_seen=seen, paces_as_high=high
    )
    results = replace(zhejiang.results, verdicts=row)
    page = render(zhejiang.report, "midterm.adjust", results).text
    name = zhejiang.report.name("indicators", row["indicator"].iloc[0])
    expected = label_of("ever_seen", code, "en").format(seen=seen, high=high)
    assert row_of(page, name)["Precedent"] == expected


def test_needed_paces_start_from_the_latest_figure(zhejiang):
    """From the latest figure evenly to the target in 2025: the only definition."""
    rows = zhejiang.results.verdicts
    rows = rows[rows["status"].isin(["likely", "uncertain", "unlikely"])]
    assert len(rows)
    expected = (rows["target"] - rows["latest"]) / (rows["year"] - rows["latest_year"])
    np.testing.assert_allclose(rows["required_rate"].astype(float), expected, rtol=1e-9)


def test_deadlines_are_sorted_and_only_passed_or_ahead(lishui):
    """The deadline's last day decides; without one nothing is said; the last day has passed."""
    table = lishui.results.tasks
    ends = table["end"].dropna().tolist()
    assert ends == sorted(ends) and table["end"].isna().tolist() == sorted(table["end"].isna())
    states = dict(zip(table["due"], table["state"], strict=True))
    assert states == {"2021": "passed", "2022": "passed", "2023": "ahead", "2025": "ahead",
                      "2022-2024": "ahead", "": "undated"}  # fmt: skip
    plan = lishui.report.plan
    for as_of, state in (("2022-12-30", "ahead"), ("", "no_day")):
        report = ReportContext(replace(plan, as_of=as_of), "en", draws=100)
        tasks = midterm.evaluate_midterm(report).tasks
        assert set(tasks.loc[tasks["due"] == "2022", "state"]) == {state}


def test_deadlines_are_written_as_printed(zhejiang):
    """A day is written out, a year stays a year, Chinese texts are marked as such."""
    page = render(zhejiang.report, "midterm.lists", zhejiang.results).text
    assert "31 August 2022" in page and '<span lang="zh">' in page
    report = replace(zhejiang.report, language="zh")
    chinese = render(report, "midterm.lists", zhejiang.results).text
    assert "2022年8月31日" in chinese and "2025年" in chinese


def test_agreement_is_counted(zhejiang):
    """Same and different verdicts add up, and the different ones are named."""
    page = plain(render(zhejiang.report, "midterm.summary", zhejiang.results).text)
    judged = zhejiang.results.judged
    judged = judged[~judged["reason"].isin(midterm.SILENT)]
    differ = judged[~judged["reason"].isin(["both_good", "both_bad"])]
    same = len(judged) - len(differ)
    count = f"{same} of {len(judged)}" if len(differ) else f"all {same}"
    assert f"agree on {count} indicators" in page
    assert all(zhejiang.report.name("indicators", name) in page for name in differ["indicator"])


def test_sources_of_lists_are_among_the_sources(zhejiang):
    """A task's source has a number, as those of figures and targets have."""
    assert set(zhejiang.report.plan.tasks["source"]) <= set(zhejiang.results.sources)


def test_tables_hold_what_the_report_rests_on(lishui, shaoxing, tmp_path):
    """Every head and sheet has a label; the codes are those of the results."""
    for notebook in (lishui, shaoxing):
        tables = midterm.result_tables(notebook.report, notebook.results)
        heads = {column for table in tables.values() for column in table}
        assert heads <= set(LABELS["column"]) and set(tables) <= set(LABELS["sheet"])
    write_tables(lishui.report, midterm.result_tables(lishui.report, lishui.results), tmp_path)
    written = pd.read_csv(tmp_path / "evaluation.csv")["reason"]
    assert written.tolist() == lishui.results.verdicts["reason"].tolist()
