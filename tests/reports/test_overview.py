"""The overview: a row a region, the findings that the region's own report has."""

import pytest

from forecast.i18n.labels import LABELS
from forecast.reports import overview
from forecast.reports.context import ReportContext
from forecast.reports.findings import find
from forecast.reports.rendering import render
from rendered import Notebook, cells, check_english, draw_only, notebook_of, plain


@pytest.fixture(scope="module")
def notebook():
    """Zhejiang and all regions with a plan within it, at the end of 2022."""
    return notebook_of("overview", region="zhejiang", as_of="2022-12-31")


def test_every_region_with_a_plan_has_a_row(notebook):
    """The province and its parts are there, other provinces and the country are not."""
    regions = [found.report.plan.region for found in notebook.results.regions]
    names = [notebook.report.name("regions", region) for region in regions]
    assert set(regions) == {"zhejiang", "lishui", "xiaoshan", "shaoxing"}
    page = render(notebook.report, "overview.regions", notebook.results).text
    assert [row[0] for row in cells(page)[1:]] == names
    assert overview.list_regions(ReportContext.load("lishui", language="en")) == ["lishui"]


def test_the_overview_and_the_report_of_a_region_say_the_same(notebook, monkeypatch):
    """Reports of one plan and day never disagree: headline, counts and worst indicators."""
    draw_only(monkeypatch)
    overview_page = plain(notebook.render())
    for found in notebook.results.regions:
        assert found.headline() in overview_page
    (found,) = [f for f in notebook.results.regions if f.report.plan.region == "xiaoshan"]
    monitoring = notebook_of("monitoring", region="xiaoshan", as_of="2022-12-31")
    alone = find(monitoring.report)
    assert alone.headline() == found.headline() and alone.counts == found.counts
    assert alone.headline() in plain(monitoring.render())


def test_findings_add_up_to_the_headline(notebook):
    """The counts of all regions are those that the headline gives."""
    table = overview.result_tables(notebook.report, notebook.results)["findings"]
    judged = table[~table["finding"].isin(["too_early", "awaited", "no_data"])]
    risk = int((judged["finding"] == "at_risk").sum())
    assert f"{risk} of {len(judged)} indicators" in notebook.results.headline(notebook.report)
    assert set(table.columns) <= set(LABELS["column"])


def test_links_lead_to_reports_beside_it(notebook):
    """Reports of a region are linked by kind and day, so that two of a kind can be told apart."""
    links = [("lishui", "monitoring", day, f"../{day[:4]}/report.html")
             for day in ("2022-12-31", "2021-12-31")]  # fmt: skip
    results = overview.OverviewResults(notebook.results.regions, links)
    page = render(notebook.report, "overview.regions", results).text
    assert (
        '<a href="../2021/report.html">Monitoring report 2021-12-31</a>; '
        '<a href="../2022/report.html">Monitoring report 2022-12-31</a></span>'
    ) in page


def test_the_page_reads_in_chinese(notebook, monkeypatch):
    """Headline, heads and findings are Chinese, the English page has none."""
    check_english(notebook, monkeypatch)
    chinese = Notebook("overview", region="lishui", as_of="2022-12-31", language="zh")
    page = plain(chinese.render("zh"))
    assert "各地区一览" in page and "最需关注的三项" in page and "at risk" not in page
