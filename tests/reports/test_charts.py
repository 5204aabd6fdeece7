"""Charts on a report's page."""

import re
from dataclasses import replace

import pandas as pd

from forecast.charts.chart import Words, compose
from forecast.reports.charts import show
from forecast.reports.context import ReportContext
from forecast.reports.office.content import Content, Figure


def draw():
    """Draw a chart of one word, whose title has a sign of markup."""
    words = Words("a < b", "s", ["n"])
    data = pd.DataFrame({"x": [1]})
    return compose("toy", words, lambda page: page.begin(0.5), alt='a < "b"', data=data)


def test_a_page_has_both_pictures_the_alternative_and_the_data(tmp_path):
    """Wide and narrow SVG, an escaped description, a link to the data; PNG and CSV beside it."""
    given = {"folder": str(tmp_path), "formats": ["docx"]}
    report = replace(ReportContext.load("lishui", language="zh"), **given)
    page = str(show(report, draw()))
    wide, narrow = (
        re.search(rf'{name}="(data:image[^"]+)"', page)[1] for name in ("src", "srcset")
    )
    assert wide == draw().uri()
    assert narrow == draw().uri(narrow=True)
    assert 'alt="a &lt; &#34;b&#34;"' in page
    assert 'href="charts/toy.csv"' in page
    assert (tmp_path / "charts/toy.csv").read_bytes() == draw().csv()
    content = Content.read(f"<h1>h</h1><h2>s</h2>{page}", tmp_path)
    (figure,) = content.summary.blocks
    assert isinstance(figure, Figure)
    assert (figure.png, figure.alt) == (draw().png(), 'a < "b"')


def test_without_a_folder_nothing_is_written_and_without_a_chart_nothing_shown(
    tmp_path, monkeypatch
):
    """A report that writes no tables writes no pictures."""
    monkeypatch.chdir(tmp_path)
    report = ReportContext.load("lishui", language="en")
    assert "data-png" not in show(report, draw())
    assert list(tmp_path.iterdir()) == []
    assert show(report, None) == ""
