"""The monitoring report: counts, verdicts, joint answers, changes since the last issue."""

import re
from dataclasses import replace

import pandas as pd
import pytest

import forecast as fc
import small_plan
from forecast.evaluation import store as stores
from forecast.evaluation import vintages
from forecast.i18n.labels import label_of
from forecast.reports.context import ReportContext
from forecast.reports.findings import CLASSES, Findings, find
from forecast.reports.monitoring import compute_monitoring, result_tables
from forecast.reports.rendering import render
from forecast.tables.plan import recut
from rendered import (
    Notebook,
    cells,
    check_catalogues,
    check_english,
    check_escaped,
    check_languages,
    draw_only,
    notebook_of,
    plain,
    row_of,
)


@pytest.fixture(scope="module")
def notebook():
    """Zhejiang at the end of 2022: it has open, closed and unknown targets."""
    return notebook_of("monitoring", region="zhejiang", as_of="2022-12-31")


@pytest.fixture(scope="module")
def report(notebook):
    """Its context, in English."""
    return notebook.report


def test_the_page_reads_in_both_languages(notebook, monkeypatch):
    """Pages and figures are complete and unmixed; brackets are those of the language."""
    check_languages(notebook, monkeypatch)
    chinese = render(replace(notebook.report, language="zh"), "monitoring.standing").text
    assert "（2025）" in chinese and " (2025)" not in plain(chinese)


def test_a_plan_whose_targets_are_all_closed_reads(monkeypatch):
    """Sentences stand where there is no open target."""
    closed = Notebook("monitoring", region="shaoxing", as_of="2026-06-30")
    page = plain(check_english(closed, monkeypatch))
    assert "No indicator has enough figures" in page and "Indicators by risk" not in page


def test_the_next_figures_are_due_nine_months_after_their_year(notebook, report):
    """Of years that are over the first day on which a figure should be published is named."""
    text = notebook.results.describe_next(report).replace("\xa0", " ")
    assert text == "The next figures for the plan's targets are due by 30 September 2023."


def test_no_text_is_outside_the_catalogues(notebook, monkeypatch):
    """Every sentence of the page and its figures can be translated."""
    check_catalogues(notebook, monkeypatch)


def test_names_from_the_tables_are_escaped(notebook, monkeypatch):
    """A name with markup in it is shown, not run."""
    check_escaped(notebook, monkeypatch)


def test_every_indicator_is_counted_once(notebook, monkeypatch):
    """The findings of main and other indicators add up to the indicators with a target."""
    draw_only(monkeypatch)
    found = find(notebook.report)
    assert sum(map(sum, found.counts.values())) == len(found.rows)
    assert len(found.rows) == notebook.report.plan.targets["indicator"].nunique()
    assert f"no published data {found.counts['no_data'][1]}" in plain(notebook.render())


def test_one_figure_gives_no_chance(monkeypatch):
    """Where all indicators have one figure the page says that it is too early, without a chance."""
    draw_only(monkeypatch)
    page = plain(notebook_of("monitoring", region="lishui", as_of="2022-12-31").render())
    assert "too early to judge, all 9 main indicators have a base figure only" in page
    assert "chance about" not in page and "likely to meet" not in page


def test_a_chance_is_given_in_steps_of_five_points(report):
    """A sentence and the table say the same, no finer than the method can know."""
    found = find(report)
    row = {**found.worries.iloc[0], "p_reach": 0.537}
    assert "chance about 55 %" in found.describe_risk(row).replace("\xa0", " ")
    page = render(report, "monitoring.standing").text
    first = found.worries.iloc[0]
    cell = row_of(page, report.name("indicators", first["indicator"]))["Chance"]
    assert cell == found.round_chance(first["p_reach"], bare=True).replace("\xa0", " ")
    assert found.round_chance(0.003) == "below 5\xa0%"


def test_what_may_be_lost_and_what_was_lost_are_said(tmp_path):
    """A figure that meets its target and falls is at risk; one that met it says when."""
    share, visits = small_plan.SHARE, small_plan.VISITS
    known = [(share, 2019 + i, v) for i, v in enumerate((65, 57, 49, 41))]
    known += [(visits, 2019 + i, v) for i, v in enumerate((66, 71, 77, 69))]
    folder = small_plan.write(tmp_path / "own", known=known)
    found = find(ReportContext.load("hill", data=str(folder), as_of="2022-12-31", language="en"))
    rows = found.rows.set_index("indicator", drop=False)
    assert rows.loc[share, ["status", "finding"]].tolist() == ["unlikely", "at_risk"]
    text = found.describe_risk(rows.loc[share])
    assert "meets the target" in text and "may not by then" in text and "needs" not in text
    assert found.describe_measures(share)
    text = found.describe_risk(rows.loc[visits])
    assert "needs" in text and text.endswith("It was met in 2021, and is not any more.")


def test_the_riskiest_indicator_comes_first(report):
    """Rows are in the order of their risk, and name what it takes."""
    page = cells(render(report, "monitoring.standing").text)
    order = [label_of("finding", code, "en") for code in CLASSES]
    places = [order.index(row[-1]) for row in page[1:]]
    assert places == sorted(places) and page[1][-1] == "at risk"
    measures = find(report).describe_measures("care_workers_per_10k_elderly")
    assert any("trainees" in text and "yuan" in text for text in measures)


def test_targets_that_contradict_are_noted(report):
    """Two targets of one year, and one that asks for less than an earlier one, are named."""
    registries = "Marriage registries"
    notes = [text for name, text in find(report).notes() if name.startswith(registries)]
    assert any("asks for less than the earlier one" in text for text in notes)
    # A remark of the tables says it already, once for two documents.
    assert not any("different targets for 2022" in text for text in notes)
    remarks = [names for _, names in find(report).printed_notes()]
    assert sum(names.startswith(registries) for names in remarks) == 1
    plan = report.plan
    plain_plan = recut(plan, {**plan.tables, "targets": plan.tables["targets"].assign(doubt="")})
    notes = [text for _, text in Findings(replace(report, plan=plain_plan)).notes()]
    assert any("different targets for 2022" in text for text in notes)


def test_figures_that_are_due_are_listed_for_the_planner_to_fill_in(notebook):
    """The form has a row for each target whose year has passed without a figure."""
    table = result_tables(notebook.report, notebook.results)["awaited"]
    due = notebook.report.attainment.query("status in ['estimated', 'likely_exceeded']")
    assert len(table) == len(due.drop_duplicates(["indicator", "year"])) and set(
        table["value"]
    ) == {""}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Forecasts of Xiaoshan issued at the ends of 2021 and 2022."""
    file = tmp_path_factory.mktemp("store") / stores.STORE
    for year in (2021, 2022):
        plan = fc.load_plan("xiaoshan", as_of=f"{year}-12-31")
        stores.append_run(file, vintages.issue(plan, name="xiaoshan"))
    return file


@pytest.fixture(scope="module")
def later(store):
    """Xiaoshan a year later, in English, with its results."""
    report = ReportContext.load("xiaoshan", as_of="2023-12-31", language="en", draws=100)
    return report, compute_monitoring(report, str(store))


def test_moves_since_the_last_issue_are_told_by_cause(later):
    """The issue before the as-of date is compared: chances, their move, and what moved them."""
    report, results = later
    then = ReportContext.load("xiaoshan", as_of="2022-12-31", language="en")
    keys = ["indicator", "year", "target", "comparator"]
    paired = results.changes.merge(then.attainment, on=keys)
    assert len(paired) and (paired["p_old"].fillna(-1) == paired["p_reach"].fillna(-1)).all()
    assert paired.loc[paired["evidence"].eq("prior only"), "p_old"].dropna().isin([0, 1]).all()
    page = render(report, "monitoring.changes", results).text
    moved = results.moved(report)
    assert len(cells(page)) == (1 + min(len(moved), 12) if len(moved) else 0)
    known = report.attainment.query("evidence != 'prior only'")["indicator"].iloc[:1].item()
    one = results.changes.iloc[:1].assign(
        indicator=known, p_old=0.4, p_new=0.6, move=0.2, new=0.2, revised=0.0, targets=0.0,
        method=0.0, assumptions=0.0,
    )  # fmt: skip
    page = render(report, "monitoring.changes", replace(results, changes=one)).text
    first = cells(page)[1]
    assert first[1:3] == ["40 %", "60 %"] and "new figures" in first[-1]
    still = replace(results, changes=one.assign(move=0.001))
    text = "No chance moved by more than half a point."
    assert text in render(report, "monitoring.changes", still).text


def test_revised_added_and_dropped_targets_are_named(later):
    """Of each the page says the old and the new target, the source and the day."""
    report, results = later
    rows = results.changes.iloc[:3].assign(
        revision=["revised", "added", "dropped"], indicator="nursing_bed_share", comparator="ge",
        target=[75.0, 80.0, 85.0], year=2025, comparator_old="ge", target_old=70.0, year_old=2024,
        since=["2023-04-01", "", ""], source="002_c1e42308b5612ea3.txt",
    )  # fmt: skip
    page = render(report, "monitoring.changes", replace(results, revisions=rows)).text
    lines = [line.replace("\xa0", " ") for line in re.findall("<li>(.*?)</li>", page)]
    name, draft = (
        report.name("indicators", "nursing_bed_share"),
        report.source_title("002_c1e42308b5612ea3.txt"),
    )
    assert lines == [
        f"Revised – {name}: ≥ 70 % (2024) → ≥ 75 % (2025) ({draft}; 2023-04-01)",
        f"Added – {name}: ≥ 80 % (2025) ({draft})",
        f"Dropped – {name}: ≥ 85 % (2025) ({draft})",
    ]


def test_remarks_on_targets_are_in_the_readers_language(later):
    """An English report has no Chinese remark, neither on the page nor in the tables."""
    report, results = later
    remarks = [remark.text for remark, _ in find(report).printed_notes()]
    assert any("Lower than the 13,224 that the plan gives for 2021" in text for text in remarks)
    table = result_tables(report, results)["attainment"]
    assert not table["note"].str.contains("[\u4e00-\u9fff]{6}").any()
    assert report.plan.targets["note"].ne("").sum() == table["note"].ne("").sum()


def test_the_track_record_counts_what_came_true(later):
    """Each fifth of chances that were said has its times and how many of them came true."""
    report, results = later
    columns = ["low", "high", "times", "came_true", "targets"]
    record = pd.DataFrame([[0.6, 0.8, 12, 9, 7], [0.8, 1.0, 1, 1, 1]], columns=columns)
    page = plain(render(report, "monitoring.record", replace(results, record=record)).text)
    assert "Forecasts of earlier issues beside the figures published since:" in page
    assert "Forecast chances of 60-80 %: 12, of which reached: 9 (different targets: 7)." in page
    assert "Forecast chances of 80-100 %: 1, of which reached: 1 (different targets: 1)." in page


def test_without_an_issue_there_is_nothing_to_look_back_on(notebook):
    """A first report says so."""
    assert render(notebook.report, "monitoring.changes", notebook.results).text == ""
    page = render(notebook.report, "monitoring.summary", notebook.results).text
    assert "This is the first issue." in page
    empty = replace(notebook.results, record=pd.DataFrame())
    page = render(notebook.report, "monitoring.record", empty).text
    assert "No target of an earlier issue has a published outcome yet." in page
