"""Pictures of how far forecasts could be trusted."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from drawn import check_layout, overlapping, texts
from forecast.charts import calibration, style
from forecast.charts.calibration import (
    calibrated_band,
    coverage_chart,
    pit_histogram,
    reliability_diagram,
)
from forecast.evaluation import scores

BINS = pd.DataFrame(
    {
        "low": [0.0, 0.2, 0.5, 0.9], "high": [0.1, 0.3, 0.6, 1.0],
        "n": [1200, 40, 123456, 7], "said": [0.04, 0.26, 0.55, 0.97],
        "came_true": [0.02, 0.3, 0.62, 1.0], "error": [0.03, 0.06, 0.02, 0.0],
    }
)  # fmt: skip
"""Reliability of which the first bar would reach below 0, and the last bin's spread is unknown."""
PLACES = scores.pit_histogram(np.random.default_rng(0).beta(2, 2, 200))
COVER = pd.DataFrame({"n": [3, 4, 8], "value": [0.88, 0.9, 0.93], "error": [0.01, 0.02, np.inf]})


def lines_of(names, drop=0.0):
    """Lines of coverage by their names, each lower than the one before."""
    return {
        name: COVER.assign(value=COVER["value"] - drop - 0.01 * i) for i, name in enumerate(names)
    }


def pictures(language):
    """One picture of each sort, with Chinese and English names, one to three panels."""
    named = {"zh": "有其他地区", "en": "with others"}[language]
    return [
        reliability_diagram({named: BINS}, language=language, footer="2022-12-31"),
        reliability_diagram({named: BINS, "b": BINS, "c": BINS}, language=language),
        pit_histogram({named: PLACES, "b": PLACES}, cases={named: 80.0}, language=language),
        coverage_chart(
            {named: lines_of([named, "b"]) | lines_of(["c", "d"], 0.2), "e": lines_of(["b"])},
            baselines=["c", "d"], language=language,
        ),
    ]  # fmt: skip


def marks(axes, marker="o"):
    """Points of the lines drawn with a marker."""
    found = [line for line in axes.lines if line.get_marker() == marker]
    return {line.get_markerfacecolor(): line.get_xydata().tolist() for line in found}


def bars(axes):
    """Ends of the error bars, (x, low, high), in the order of x."""
    segments = [s for c in axes.collections if hasattr(c, "get_segments") for s in c.get_segments()]
    return sorted((s[0][0], s[0][1], s[1][1]) for s in map(np.asarray, segments))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_written_leaves_the_figure_or_overprints(language):
    """All is drawn inside its figure without a missing glyph, and names of lines are apart."""
    for figure in pictures(language):
        check_layout(figure)
        assert [pair for axes in figure.axes for pair in overlapping(figure, axes.texts)] == []


def test_reliability_is_drawn_as_the_table_says():
    """Points stand at said and came true, bars reach two errors and not beyond 0 or 1."""
    figure = reliability_diagram({"a": BINS}, language="en")
    counts, upper = figure.axes
    known, unknown = marks(upper)[style.MEDIAN], marks(upper)["white"]
    assert known == BINS[["said", "came_true"]].to_numpy()[:3].tolist()
    assert unknown == [[0.97, 1.0]]
    expected = [(0.04, 0.0, 0.08), (0.26, 0.18, 0.42), (0.55, 0.58, 0.66)]
    np.testing.assert_allclose(bars(upper), expected, atol=1e-12)
    heights = [patch.get_height() for patch in counts.patches]
    assert heights == BINS["n"].tolist()
    written = [text.get_text() for text in counts.texts]
    assert written == ["1,200", "40", "123,456", "7"]


@pytest.mark.parametrize("error", [0.0, np.inf, np.nan])
def test_a_spread_that_is_not_known_has_no_bar(error):
    """Of one year, or all alike, the mark is hollow."""
    figure = reliability_diagram({"a": BINS.assign(error=error)}, language="zh")
    assert len(marks(figure.axes[1])["white"]) == len(BINS)
    assert marks(figure.axes[1])[style.MEDIAN] == [] and bars(figure.axes[1]) == []


def test_reliability_has_the_diagonal_and_states_its_cases():
    """The line of perfect reliability runs from corner to corner; the title counts all cases."""
    figure = reliability_diagram({"drift": BINS}, language="en")
    assert [[0.0, 0.0], [1.0, 1.0]] in [li.get_xydata().tolist() for li in figure.axes[1].lines]
    assert "drift · 124,703 cases" in texts(figure)


def test_the_histogram_is_drawn_as_the_table_says():
    """Bars have the shares and bins; the dashed line is at the even share."""
    figure = pit_histogram({"a": PLACES}, cases={"a": 80.0}, language="en")
    (axes,) = figure.axes
    drawn = [p for p in axes.patches if p.get_facecolor()[:3] != mpl.colors.to_rgb(style.SHADE)]
    assert [p.get_height() for p in drawn] == pytest.approx(PLACES["share"].tolist())
    assert [p.get_x() for p in drawn] == pytest.approx(PLACES["low"].tolist())
    assert axes.lines[0].get_ydata().tolist() == pytest.approx([0.1, 0.1])
    assert axes.get_ylim()[1] > PLACES["share"].max()


@pytest.mark.parametrize(("worth", "bands"), [(80.0, 1), (0.0, 0), (np.inf, 0)])
def test_the_band_is_that_of_independent_cases(worth, bands):
    """It lies between the calibrated shares of so many cases; without any there is none."""
    (axes,) = pit_histogram({"a": PLACES}, cases={"a": worth}, language="zh").axes
    grey = mpl.colors.to_rgb(style.SHADE)
    found = [p for p in axes.patches if p.get_facecolor()[:3] == grey]
    assert len(found) == bands
    for band in found:
        low, high = calibrated_band(10, worth)
        assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((low, high))


@pytest.mark.parametrize(("bins", "cases"), [(10, 400), (10, 50), (4, 30), (10, 3)])
def test_nine_in_ten_bins_of_a_calibrated_forecast_lie_in_the_band(bins, cases):
    """Its ends enclose the binomial's 5 and 95 % points, to one case."""
    low, high = calibrated_band(bins, float(cases))
    exact = stats.binom(cases, 1 / bins).ppf([0.05, 0.95]) / cases
    assert low <= exact[0] <= low + 1 / cases + 1e-9
    assert high <= exact[1] <= high + 1 / cases + 1e-9
    assert 0.0 <= low < 1 / bins < high


def test_coverage_is_drawn_as_the_table_says():
    """Lines have the table's shares, a hair aside of its numbers of figures; bars two errors."""
    lines = lines_of(["ours"]) | lines_of(["drift"], 0.2)
    (axes,) = coverage_chart({"a": lines}, baselines=["drift"], language="en").axes
    ours, drift = marks(axes)[style.MEDIAN], marks(axes, "^")[style.GREY]
    assert ours == COVER[["n", "value"]].to_numpy().tolist()
    assert drift == lines["drift"][["n", "value"]].to_numpy().tolist()
    np.testing.assert_allclose(
        [b for b in bars(axes) if b[2] - b[1] > 1e-9 and b[1] > 0.8],
        [(3.0, 0.86, 0.9), (4.0, 0.86, 0.94)],
    )
    two = coverage_chart({"a": lines_of(["x", "y"])}, language="en").axes[0]
    moved = [li.get_xdata() - COVER["n"] for li in two.lines if li.get_marker() in "os"]
    assert [m.round(4).tolist() for m in moved] == [[-0.0625] * 3, [0.0625] * 3]


def test_lines_are_named_where_they_end_and_the_goal_is_shown():
    """Each line has its name and last value beside its end; 85 to 95 % is a band."""
    (axes,) = coverage_chart({"a": lines_of(["ours", "theirs"])}, language="en").axes
    written = [text.get_text() for text in axes.texts]
    assert {"ours 93\xa0%", "theirs 92\xa0%"} <= set(written)
    band = next(c for c in axes.collections if not hasattr(c, "get_segments"))
    low, high = band.get_paths()[0].get_extents().intervaly
    assert (low, high) == calibration.GOAL
    assert axes.get_ylim()[0] < calibration.GOAL[0] and axes.get_ylim()[1] > 1.0


def test_panels_share_one_scale():
    """What stands side by side can be compared."""
    tall = PLACES.assign(share=PLACES["share"][::-1].to_numpy() * 2)
    figure = pit_histogram({"a": PLACES, "b": tall}, cases={}, language="en")
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    figure = coverage_chart({"a": lines_of("x"), "b": lines_of("x", 0.5)}, language="en")
    assert len({axes.get_ylim() for axes in figure.axes}) == 1


def test_pictures_with_nothing_or_too_much_are_refused():
    """One to three panels, at most three lines of a sort in each."""
    for panels in ({}, dict.fromkeys("abcd", BINS)):
        with pytest.raises(ValueError, match="1 to 3 panels"):
            reliability_diagram(panels, language="en")
    with pytest.raises(ValueError, match="4 lines are too many"):
        coverage_chart({"a": lines_of("wxyz")}, language="en")
