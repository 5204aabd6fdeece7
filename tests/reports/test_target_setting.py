"""Target setting: values that can be reached, beside peers and the plan above."""

from dataclasses import replace

import pytest

from forecast.i18n.labels import LABELS
from forecast.reports import target_setting
from forecast.reports.rendering import render
from rendered import CHINESE, cells, notebook_of, plain


@pytest.fixture(scope="module")
def notebook():
    """Xiaoshan at the end of 2022, for 2025: one indicator has several figures."""
    return notebook_of("target_setting", region="xiaoshan", as_of="2022-12-31", until=2025)


def test_a_safer_value_is_never_harder(notebook):
    """What is reached with 90 % asks for no more than what is reached with 50 %."""
    table, report = notebook.results.table, notebook.report
    assert len(table)
    up = report.indicators.loc[table["indicator"], "better"].ne("lower").to_numpy()
    assert ((table["p50"] >= table["p80"]) & (table["p80"] >= table["p90"]))[up].all()


def test_one_figure_has_no_chance(notebook):
    """Indicators with one figure are apart, without the columns of chances."""
    page = cells(render(notebook.report, "target_setting.single", notebook.results).text)
    assert len(page) == 1 + len(notebook.results.single)
    assert not any(head.startswith("Reached with") for head in page[0])
    page = cells(render(notebook.report, "target_setting.proposals", notebook.results).text)
    assert "Reached with 80 %" in page[0]


def test_the_headline_counts_what_the_plan_above_asks_beyond_an_even_chance(notebook):
    """The same indicators are named in the summary."""
    results, report = notebook.results, notebook.report
    hard = results.hard(report)
    harder = results.table.assign(parent=1e9)
    many = target_setting.TargetSetting(results.year, harder, results.single, [])
    assert len(many.hard(report)) == len(harder) >= len(hard)
    assert f"{len(harder)} of {len(harder)} targets of the plan above" in many.headline(report)


def test_the_summary_counts_targets_above_that_can_be_judged(notebook):
    """Those with one figure are none of them, and what the latest figure reaches is said."""
    results, report = notebook.results, notebook.report
    above = len(results.table) + int(results.single["parent"].notna().sum())
    reached = replace(results, table=results.table.assign(parent=results.table["latest"]))
    said = reached.describe_parent(report)
    assert said.startswith(f"Targets of the plan above: {above}; can be judged")
    assert f"latest figure: {len(results.table)}, less than an even chance: 0." in said
    unknown = replace(results, table=results.table[:0])
    assert unknown.describe_parent(report).startswith(
        f"Targets of the plan above: {above - len(results.table)}; none "
    )


def test_the_page_reads_in_both_languages(notebook):
    """Nothing is left in the other language; every head and sheet has a label."""
    assert not CHINESE.search(plain(notebook.render()))
    assert "可以达到的数值" in plain(notebook.render("zh"))
    tables = target_setting.result_tables(notebook.report, notebook.results)
    assert {column for table in tables.values() for column in table} <= set(LABELS["column"])
    assert set(tables) <= set(LABELS["sheet"])
