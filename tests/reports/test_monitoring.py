"""The monitoring report: counts, verdicts, joint answers, changes since the last issue."""

import re
from dataclasses import replace

import pandas as pd
import pytest

import forecast as fc
from forecast.evaluation import store as stores
from forecast.evaluation import vintages
from forecast.reports.context import ReportContext
from forecast.reports.monitoring import compute_monitoring
from forecast.reports.sections import common, monitoring
from rendered import (
    Notebook,
    cells,
    check_catalogues,
    check_escaped,
    check_languages,
    plain,
    row_of,
)


@pytest.fixture(scope="module")
def notebook():
    """Zhejiang at the end of 2022: it has open, closed and unknown targets."""
    return Notebook("monitoring", region="zhejiang", as_of="2022-12-31")


@pytest.fixture(scope="module")
def report(notebook):
    """Its context, in English."""
    return notebook.report


def test_the_page_reads_in_both_languages(notebook, monkeypatch):
    """Pages and figures are complete and unmixed; brackets are those of the language."""
    check_languages(notebook, monkeypatch)
    assert "（2025）" in notebook.render("zh") and " (2025)" not in plain(notebook.render("zh"))


def test_a_plan_whose_targets_are_all_closed_reads_in_both_languages(monkeypatch):
    """Sentences stand where there is no open target."""
    closed = Notebook("monitoring", region="shaoxing", as_of="2026-06-30")
    assert "No target is open for a forecast" in check_languages(closed, monkeypatch)


def test_no_text_is_outside_the_catalogues(notebook, monkeypatch, tmp_path):
    """Every sentence of the page and its figures can be translated."""
    check_catalogues(notebook, monkeypatch, tmp_path)


def test_names_from_the_tables_are_escaped(notebook, monkeypatch):
    """A name with markup in it is shown, not run."""
    check_escaped(notebook, monkeypatch)


def test_every_target_is_counted_once(notebook):
    """The verdicts in the table of counts add up to the targets of the plan."""
    page = monitoring.render_reading(notebook.report, notebook.results).text
    *counts, total = (int(cell) for cell in cells(page)[-1][1:])
    assert total == len(notebook.report.plan.targets) == sum(counts)


def test_a_closed_target_gets_no_chance(report):
    """Where the year has passed there is a verdict, or the statement that nothing is known."""
    plan = report.plan
    late = plan.targets.assign(year=plan.targets["year"].clip(upper=2022))
    closed = replace(report, plan=replace(plan, targets=late))
    row = row_of(monitoring.render_standing(closed).text, "Minimum living standard")
    assert row["Verdict"] == "not yet due for publication" and "Chance" not in row
    open_ = row_of(monitoring.render_standing(report).text, "Minimum living standard")
    assert open_["Chance"].endswith(" %")


def test_closed_targets_are_listed_by_what_decided_them(report):
    """What was published is judged; a year without a figure is neither met nor missed."""
    page = common.render_closed(report).text
    counts = report.attainment["status"].value_counts()
    assert f"not yet due for publication {counts['not_yet_due']}" in plain(page)
    judged = report.attainment["status"].isin(["met", "missed"]).sum()
    assert len(cells(page)) == 1 + judged


def test_no_draw_at_all_is_not_called_impossible(notebook):
    """That none of 100 futures reaches all targets is less than 1 %, not 0 %."""
    joint = replace(notebook.results.joint, p_all=0.0, p_all_low=0.0, p_all_high=0.2, low=1, high=4)
    results = replace(notebook.results, joint=joint)
    text = plain(monitoring.render_reading(notebook.report, results).text)
    assert "nine times in ten 1 to 4" in text and "all are reached < 1 %" in text
    assert "from 0 % to 20 %" in text


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
    page = monitoring.render_changes(report, results).text
    most = results.changes.loc[results.changes["move"].abs().idxmax()]
    first = cells(page)[1]
    assert first[1:3] == [f"{100 * most[p]:.0f} %" for p in ("p_old", "p_new")]
    assert "new figures" in first[-1]
    assert len(cells(page)) == 1 + min(int((results.changes["move"].abs() >= 0.005).sum()), 12)
    still = replace(results, changes=results.changes.assign(move=0.001))
    text = "Nothing moved by more than half a point."
    assert text in monitoring.render_changes(report, still).text


def test_revised_added_and_dropped_targets_are_named(later):
    """Of each the page says the old and the new target, the source and the day."""
    report, results = later
    rows = results.changes.iloc[:3].assign(
        revision=["revised", "added", "dropped"], indicator="nursing_bed_share", comparator="ge",
        target=[75.0, 80.0, 85.0], year=2025, comparator_old="ge", target_old=70.0, year_old=2024,
        since=["2023-04-01", "", ""], source="002_c1e42308b5612ea3.txt",
    )  # fmt: skip
    page = monitoring.render_changes(report, replace(results, revisions=rows)).text
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


def test_the_track_record_counts_what_came_true(store, later):
    """Each fifth of chances that were said has its times and how many of them came true."""
    report, results = later
    known = report.plan.observations.query("indicator == 'minimum_living_standard'")
    known = known.set_index("year")["value"]
    said = stores.read_forecasts(store).query("year <= 2023 and origin < '2023'")
    said = said[said["year"].astype(str) > said["origin"].str[:4]]
    said = said[(said["indicator"] == "minimum_living_standard") & (said["p_reach"] < 1)]
    met = [known[row.year] > row.target for row in said.itertuples()]
    record = results.record
    assert record["times"].sum() == len(said) > 0 and record["came_true"].sum() == sum(met)
    page = plain(monitoring.render_record(report, results).text)
    assert "What earlier issues said, beside the figures published since:" in page
    assert page.count("came true") == len(record)


def test_without_an_issue_there_is_nothing_to_look_back_on(notebook):
    """A first report says so."""
    page = monitoring.render_changes(notebook.report, notebook.results).text
    assert "There is no earlier issue to compare with." in page
    empty = replace(notebook.results, record=pd.DataFrame())
    page = monitoring.render_record(notebook.report, empty).text
    assert "No target of an earlier issue has closed with a published figure yet." in page
