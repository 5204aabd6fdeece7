"""Charts of a report: texts, fonts, sizes, encodings, and labels that keep apart."""

import base64
import io
import re
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from drawn import chart_texts, check_chart
from forecast.charts.chart import NARROW, WIDE, Words, compose, measure, wrap
from forecast.charts.labels import Labels, spread


def toy(title="丽水：9项指标中2项有掉队风险, 58 %"):
    """Draw a chart of a title, a key, a value and a source."""

    def draw(page):
        page.begin(1.0, [({"marker": "o", "color": "k"}, "最新数据")])
        page.write("18件", 1.0, page.top + 0.5)

    words = Words(title, "单位：%，截至2022年12月31日", ["来源：丽水市民政局。"])
    return compose("toy", words, draw, alt=title, data=pd.DataFrame({"名称": ["甲"], "a": [1]}))


def test_one_chart_has_a_wide_and_a_narrow_picture_with_all_texts_inside():
    """Both pictures have title, subtitle, source and values, none overlaps or is too small."""
    chart = toy()
    assert chart.wide.get_size_inches()[0] == WIDE
    assert chart.narrow.get_size_inches()[0] * 96 == pytest.approx(NARROW * 96) == 350.4
    check_chart(chart)
    for figure in (chart.wide, chart.narrow):
        texts = "".join(text.get_text() for text in chart_texts(figure))
        for part in ("9项指标中2项", "截至2022年12月31日", "来源：丽水市民政局。", "18件"):
            assert part in texts


def test_an_svg_needs_no_font_and_is_the_same_each_time():
    """Texts are outlines, ids do not change, and the address holds the same picture."""
    svg = toy().svg(narrow=True)
    assert svg == toy().svg(narrow=True)
    assert "<text" not in svg
    assert "font-family" not in svg
    assert "<title>丽水：9项指标中2项有掉队风险, 58 %</title>" in svg
    head, code = toy().uri(narrow=True).split(",")
    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(code).decode() == svg
    assert len(svg) < 120_000


def test_shortened_outlines_draw_the_same():
    """Blanks left out of outlines leave numbers and commands apart."""
    for outline in re.findall(r'\bd="([^"]*)"', toy().svg()):
        assert re.fullmatch(r"(?:[MLQCZz](?:-?[\d.]+(?:e-?\d+)?(?: (?=-?\d))?)*)*\s*", outline)


def test_figures_and_chinese_have_one_font():
    """Digits, Latin letters and Chinese come from one font file, whose name is left out."""
    svg = toy().svg()
    assert "Sans" not in svg
    assert {name[0] for name in re.findall(r'<use xlink:href="#([^"]+)"', svg)} == {"n", "m"}
    assert len(set(re.findall(r'"#(n[0-9a-f]+)"', svg))) >= len(set("丽水指标掉队险截至来源58%"))


def test_the_png_is_sharp_enough_for_print_and_the_csv_opens_in_excel():
    """1600 dots across 170 mm are 240 an inch; a byte-order mark names UTF-8."""
    image = mpl.image.imread(io.BytesIO(toy().png()))
    assert image.shape[1] == 1600
    assert toy().csv() == "\ufeff名称,a\n甲,1\n".encode()


def test_drawing_leaves_the_settings_of_matplotlib_alone():
    """A chart leaves the settings of matplotlib as they were."""
    before = dict(mpl.rcParams)
    toy().svg()
    assert dict(mpl.rcParams) == before


def test_lines_break_within_their_width_and_lose_nothing():
    """Wrapped lines fit, closing marks do not begin one, and joined they are the text."""
    text = (
        "丽水市民政事业发展“十四五”规划（2021—2025年），目标≥58%，certified care workers per 10,000"
    )
    lines = wrap(text, 1.4, 9.0)
    assert all(measure(line, 9.0) <= 1.4 for line in lines)
    assert not any(line[0] in "，。；：、）”" for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_labels_keep_clear_of_marks_and_of_each_other():
    """Of labels in one place each takes another side; one without a clear side is left out."""
    chart = toy()
    axes = chart.wide.axes[0]
    labels = Labels(axes, 9.0)
    labels.block([4.0], [0.9], 0.05)
    written = [labels.add("12345", (4.0, 0.9)) for _ in range(12)]
    assert written[0]
    assert not written[-1]
    boxes = labels.taken
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert labels.add("x", (4.0, 0.9), needed=True)


def test_heights_are_spread_within_limits_and_keep_their_order():
    """Neighbours are a gap apart, none is beyond the limits, the order stays."""
    heights = [5.0, 4.9, 0.0, 4.95]
    placed = np.array(spread(heights, gap=1.0, low=0.0, high=5.0))
    assert list(np.argsort(placed)) == list(np.argsort(heights))
    assert np.diff(np.sort(placed)).min() >= 1.0 - 1e-9
    assert placed.min() >= 0.0
    assert placed.max() <= 5.0
