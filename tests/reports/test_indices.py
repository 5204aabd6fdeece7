"""The annex of indices: what is measured, where the indices are, what is missing and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

import forecast as fc
from forecast.i18n.labels import label_of
from forecast.reports import indices
from forecast.reports.context import ReportContext
from forecast.reports.html import printed
from forecast.reports.indices import describe_coverage, index_rows, index_tables
from forecast.reports.rendering import render
from rendered import plain

PLAN = fc.load_plan("lishui", as_of="2022-12-31")


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request) -> ReportContext:
    """Lishui's report in each language."""
    return ReportContext(PLAN, request.param, draws=60)


def test_the_annex_says_how_many_components_are_measured_and_names_the_others(report) -> None:
    """4 of 29 at Lishui; each missing component stands under the reason why it is."""
    page = plain(render(report, "common.indices").text)
    assert ("4 of 29 components" in page) or "共29个方面，这里有数的4个" in page
    english = report.language == "en"
    component = "Coverage of charity services by code" if english else "慈善服务“码上办”覆盖率"
    reason = label_of("component_state", "no_indicator", report.language)
    row = next(r for r in index_rows(report) if component in str([*r.values()][-1]))
    line = next(t for t in str([*row.values()][-1]).split("\n") if component in t)
    assert line.startswith(reason)


def test_the_row_of_all_areas_counts_and_its_index_is_that_of_the_region(
    report, monkeypatch
) -> None:
    """Its median and interval are those of `describe_indices`; none with few components."""
    table = index_tables(report)["index_coverage"].set_index("index").loc["region_index"]
    assert table["components"] < table["of"] / 2
    assert [*index_rows(report)[-1].values()][2:4] == ["–", "–"]
    monkeypatch.setattr(indices, "LEAST", table["components"] / table["of"])
    cells = [*index_rows(report)[-1].values()]
    assert f"{table['q50']:.0f}" in cells[3]
    assert str(table["no_indicator"]) in cells[-1] and str(table["no_target"]) in cells[-1]


def test_a_plan_without_indices_says_so() -> None:
    """Own tables need no indices."""
    bare = ReportContext(replace(PLAN, indices=PLAN.indices.iloc[:0]), "en", draws=60)
    assert index_rows(bare) == [] and describe_coverage(bare) == "" and index_tables(bare) == {}
    assert "The plan has no list of components of indices." in render(bare, "common.indices").text


def test_texts_of_documents_stand_in_the_readers_language(report) -> None:
    """In English the translation, and the printed text, marked as Chinese, where there is none."""
    row = {"name_zh": "甲", "name_en": "A"}
    marked = '<span lang="zh">甲</span>'
    assert printed(report, row, "name").text == (marked if report.language == "zh" else "A")
    assert printed(report, {"name_zh": "甲", "name_en": ""}, "name").text == marked
