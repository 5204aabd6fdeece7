"""The final evaluation: outcomes, what is forecast, what is awaited, issued forecasts, tables."""

from dataclasses import replace

import pandas as pd
import pytest

import forecast as fc
from forecast.evaluation import store as stores
from forecast.evaluation import vintages
from forecast.i18n.labels import LABELS
from forecast.reports import final
from forecast.reports.context import ReportContext
from forecast.reports.rendering import render
from made_up import BEDS, CLOSED, NEWTOWN, OPEN, write_plan
from rendered import (
    Notebook,
    cells,
    check_catalogues,
    check_english,
    check_escaped,
    check_languages,
    draw_only,
    headings,
    plain,
    row_of,
)


def judge(folder, day="2026-06-30", **parameters):
    """Notebook of a plan in a folder."""
    given = {"region": NEWTOWN, "data": str(folder), "as_of": day, **parameters}
    return Notebook("final_evaluation", **given)


@pytest.fixture
def one_origin(monkeypatch):
    """Forecasts are replayed as of one day: the other days are those of the plan as a whole."""
    monkeypatch.setattr(final, "list_origins", lambda _: ["2022-12-31"])


@pytest.fixture
def whole(made_up_final):
    """Made-up plan, of which four targets are decided, one is forecast and one is silent."""
    return made_up_final


@pytest.mark.usefixtures("one_origin")
def test_a_shipped_plan_reads_in_both_languages(monkeypatch):
    """The page is complete and unmixed, with what the data have in the middle of 2026."""
    # Pictures of many indicators take seconds; those of the made-up plan stand for them.
    for chart in ("standing_chart", "multiples_chart"):
        monkeypatch.setattr(final, chart, lambda *_, **__: None)
    notebook = Notebook("final_evaluation", region="xiaoshan", as_of="2026-06-30")
    empty = notebook.results.course.iloc[:0]
    check_languages(notebook, monkeypatch, replace(notebook.results, course=empty))


@pytest.mark.usefixtures("one_origin", "few_shipped")
@pytest.mark.parametrize("indicators", [CLOSED, OPEN], ids=["all closed", "none closed"])
def test_a_plan_wholly_closed_or_wholly_open_reads(indicators, tmp_path, monkeypatch):
    """Sentences take the place of empty tables; no chance where all is decided."""
    notebook = judge(write_plan(tmp_path, indicators, NEWTOWN))
    page, closed = plain(check_english(notebook, monkeypatch)), len(notebook.results.closed) > 0
    assert ("Every final target has a final figure." in page) == closed
    for text in (
        "No final target has a final figure yet, so none can be judged.",
        "No outcome is known yet, so the two methods cannot be compared.",
        "These have no final figure. The chance is a forecast from what is known, not a result:",
    ):
        assert (text in page) == (not closed)


@pytest.mark.usefixtures("one_origin", "few_shipped")
def test_a_plan_before_its_end_claims_nothing(tmp_path, monkeypatch):
    """In the third year nothing is met or missed but what was due; open targets are to come."""
    notebook = judge(write_plan(tmp_path, region=NEWTOWN), "2023-06-30")
    page = plain(check_english(notebook, monkeypatch))
    assert notebook.results.closed.empty and set(notebook.results.finals["outcome"]) == {"ahead"}
    assert "met 0; missed 0; year to come 6" in page
    assert "Interim targets: 1; with a figure for their year: 1 (met: 1, missed: 0)" in page


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("observations", "No indicator of a final target has a figure: there is nothing to draw."),
        ("targets", "The plan has no targets."),
    ],
)
def test_a_plan_without_figures_or_targets_reads(whole, table, text, monkeypatch):
    """A plan that published nothing, and one that asks for nothing, have sentences everywhere."""
    draw_only(monkeypatch)
    plan = whole.report.plan
    report = ReportContext(replace(plan, **{table: getattr(plan, table).iloc[:0]}), "en", draws=100)
    page = plain(
        whole.render("en", plan=report.plan, results=final.evaluate_final(report, runs=[]))
    )
    assert text in page and "nan" not in page.lower().split()


def test_no_text_is_outside_the_catalogues(whole, monkeypatch):
    """Every sentence of the page and its figures can be translated."""
    check_catalogues(whole, monkeypatch)


def test_names_from_the_tables_are_escaped(whole, monkeypatch):
    """A name with markup in it is shown, not run: of indicators, areas, titles, sources."""
    check_escaped(whole, monkeypatch)


def test_the_reading_counts_and_names(whole):
    """Two met, two missed, two without a figure, of which one can be forecast."""
    page = plain(render(whole.report, "final.summary", whole.results).text)
    for text in (
        "Final targets: 6 (target years: 2025). Of these: met 2; missed 2; not yet due for "
        "publication 2",
        "Binding targets: 1, of which with a final figure: 1 (met: 1, missed: 0).",
        "Indicative targets: 2, of which with a final figure: 1 (met: 1, missed: 0).",
        "Met: Share of nursing beds (2025); Minimum living standard (2025).",
        "Missed: Eco-burial share (2025); Beds per social worker (2025).",
        "neither met nor missed: 2 (with an earlier figure, and so forecast: 1; without one: 1)",
    ):
        assert text in page


def test_outcomes_are_listed_by_risk(whole):
    """Missed targets first, the furthest from its target on top, each with its force."""
    page = render(whole.report, "final.outcomes", whole.results).text
    names = [row[0] for row in cells(page.partition("<h3>")[0])[1:]]
    order = ("Eco-burial share", "Beds per social worker", "Share of nursing beds", "Minimum")
    assert all(name.startswith(first) for name, first in zip(names, order, strict=True))
    assert row_of(page, "Minimum living standard")["Force"] == "binding"
    assert headings(page, 3) == ["Without a final figure: forecasts", "Interim targets"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Share of nursing beds", ["66 % (2025)", "met", "+6.0 pp 30 % of the distance",
                                   "2025, on time"]),
        ("Minimum living standard", ["12,000 (2025)", "met", "+2,000 200 % of the distance",
                                     "2023, years early: 2"]),
        ("Beds per social worker", ["120 (2025)", "missed", "−20.0 −20 % of the distance",
                                    "never met"]),
        ("Eco-burial share", ["45 % (2025)", "missed", "−5.0 pp −50 % of the distance",
                              "met in 2022, not kept to the target year"]),
    ],
)  # fmt: skip
def test_a_decided_target_is_told_with_what_is_beyond_and_when(whole, name, expected):
    """Beds 66 of 60, 30 % of the distance beyond; the standard two years early; burial not kept."""
    page = render(whole.report, "final.outcomes", whole.results).text
    assert list(row_of(page, name).values())[3:] == expected


def test_a_chance_is_marked_as_a_forecast(whole):
    """What has no final figure is apart, under words that say that it is no result."""
    page = plain(render(whole.report, "final.outcomes", whole.results).text)
    before, after = page.split("These have no final figure. The chance is a forecast")
    assert "Marriage registries rated 4A or above" not in before
    assert "Chance (forecast)" in after and "50 %" in after


def test_figures_are_counted_against_the_first_forecast(whole):
    """Figures after the first row of the course are within its 90 % interval, or not."""
    known = whole.report.plan.observations.drop_duplicates("indicator", keep="last")
    later = known[["indicator", "year", "value"]]
    course = pd.concat([
        later.assign(year=later["year"] - 1.0, q05=0.0, q95=0.0),
        later.assign(q05=later["value"] - 1.0, q95=later["value"] + 1.0),
    ]).drop(columns="value")  # fmt: skip
    results = replace(whole.results, course=course)
    assert results.judge_course(whole.report) == (len(later), len(later))
    above = replace(whole.results, course=course.assign(q05=course["q95"]))
    assert above.judge_course(whole.report) == (0, len(later))


def test_what_is_awaited_is_listed_by_its_source(whole):
    """The target with an earlier figure under that figure's source, the other by area."""
    page = plain(render(whole.report, "final.waiting", whole.results).text)
    first, second = page.split("Not published, and no source is known:")
    assert "[1]" in first and "Marriage registries rated 4A or above (2025)" in first
    assert "Care visit share of assisted families (2025)" in second
    assert "Share of marriage registries" not in second


def test_issued_forecasts_are_scored_apart_and_drawn_first(whole, tmp_path, monkeypatch):
    """A run in the store gives scores of its own, and the course; the replayed ones stay as is."""
    folder, store = write_plan(tmp_path / "plan", region=NEWTOWN), str(tmp_path / "vintages.sqlite")
    then = fc.load_plan(folder, as_of="2022-06-30", region=NEWTOWN)
    stores.append_run(store, vintages.issue(then, name="monitor"))
    notebook = judge(folder, vintages=store)
    results = notebook.results
    assert set(results.issued.hits["origin"]) == {"2022-06-30"}
    assert results.replayed.scores.equals(whole.results.replayed.scores)
    assert (results.made, results.since) == ("issued", "2022-06-30")
    beds = results.course[results.course["indicator"] == BEDS]
    assert beds["year"].iloc[0] == 2021.0 and set(beds["origin"]) == {"2022-06-30"}
    check_english(notebook, monkeypatch)
    made = final.result_tables(notebook.report, results)["scored"]["made"]
    assert made.value_counts().to_dict() == {"replayed": 20, "issued": 5}


@pytest.mark.usefixtures("one_origin", "few_shipped")
def test_a_run_issued_after_the_end_is_no_forecast(tmp_path):
    """A store that begins when the plan is over has nothing to score, and draws no course."""
    folder, store = write_plan(tmp_path / "plan", region=NEWTOWN), str(tmp_path / "vintages.sqlite")
    now = fc.load_plan(folder, as_of="2026-06-30", region=NEWTOWN)
    stores.append_run(store, vintages.issue(now))
    notebook = judge(folder, vintages=store)
    assert notebook.results.issued.hits.empty and notebook.results.made == "replayed"
    page = render(notebook.report, "final.review", notebook.results).text
    assert "No forecast in the store has an outcome yet." in page


def test_tables_hold_what_the_report_rests_on(whole):
    """Every head and sheet has a label; outcomes and verdicts are those of the results."""
    tables = final.result_tables(whole.report, whole.results)
    assert list(tables) == [
        "outcomes", "scored", "scores", "verdicts", "index_coverage", "index_components", "sources",
    ]  # fmt: skip
    assert {column for table in tables.values() for column in table} <= set(LABELS["column"])
    assert tables["outcomes"]["outcome"].equals(whole.results.outcomes["outcome"])
    assert set(tables["verdicts"]["schedule_said"]) <= set(LABELS["said"])
