"""Whether chances came true."""

import numpy as np
import pandas as pd
import pytest

from drawn import chart_texts, check_chart
from forecast.charts.reliability import reliability_chart

BINS = pd.DataFrame({
    "low": [0.0, 0.2, 0.5, 0.9], "high": [0.1, 0.3, 0.6, 1.0], "n": [1200, 40, 12345, 7],
    "said": [0.04, 0.26, 0.55, 0.97], "came_true": [0.02, 0.3, 0.62, 1.0],
    "error": [0.03, 0.06, 0.02, 0.0],
})  # fmt: skip
"""Reliability of which the first bar would reach below 0, and the last bin's spread is unknown."""


def draw(series, language="en"):
    """Draw series."""
    return reliability_chart(series, what="w.", source="s.", language=language, name="r")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_title_says_the_bias_in_plain_words(language):
    """Too low where more was reached than forecast, too high the other way, else a match."""
    words = {"en": ("too low", "too high", "matched outcomes"),
             "zh": ("预测偏低", "预测偏高", "基本一致")}[language]  # fmt: skip
    changes = (0.0, -0.2, -0.06)
    for word, change in zip(words, changes, strict=True):
        chart = draw({"甲": BINS.assign(came_true=BINS["came_true"] + change)}, language)
        check_chart(chart)
        assert word in chart.title


def test_bars_reach_two_errors_within_0_and_1_and_an_unknown_error_is_hollow():
    """A bar is cut at 0; a bin without a known error has a hollow mark and no bar."""
    axes = draw({"a": BINS}).wide.axes[1]
    ends = [tuple(s[:, 1]) for c in axes.collections for s in c.get_segments()]
    assert np.allclose(ends, [(0.0, 0.08), (0.18, 0.42), (0.58, 0.66)])
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    assert hollow[0].get_xydata().tolist() == [[0.97, 1.0]]


def test_series_differ_in_mark_and_dash_and_are_named():
    """Grey print tells three series apart; numbers of cases stand at the first's marks."""
    chart = draw({"一": BINS, "b": BINS.assign(said=BINS["said"] / 2), "c": BINS})
    lines = [line for line in chart.narrow.axes[1].lines if line.get_marker() in "os^"]
    assert len({(line.get_marker(), line.get_linestyle()) for line in lines[:3]}) == 3
    texts = [text.get_text() for text in chart_texts(chart.wide)]
    assert {"一", "b", "c", "12,345"} <= set(texts)
    assert len(chart.data) == 12
    assert np.isfinite(chart.data["said"]).all()


def test_no_series_is_an_error():
    """An empty chart is refused."""
    with pytest.raises(ValueError, match="needs a series"):
        draw({})
