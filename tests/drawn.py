"""What is drawn in a figure: its texts, whether they fit, whether they are apart."""

import itertools
import warnings

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg

from forecast.charts.chart import TWIN

SMALLEST = 11.0
"""Pixels of the smallest letters, of 96 an inch."""


def texts(thing):
    """All that is written in a figure or in axes, tick labels included."""
    figure = thing.get_figure() or thing
    FigureCanvasAgg(figure).draw()
    written = (text.get_text().replace("\xa0", " ") for text in thing.findobj(mpl.text.Text))
    return [text for text in written if text]


def overlapping(figure, written):
    """Pairs of texts that overprint."""
    boxes = [(t.get_text(), t.get_window_extent(figure.canvas.get_renderer())) for t in written]
    return [(a, b) for (a, one), (b, two) in itertools.combinations(boxes, 2) if one.overlaps(two)]


def check_layout(figure):
    """All glyphs are there (a missing one warns), and nothing leaves the figure."""
    FigureCanvasAgg(figure).draw()
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert drawn.x0 >= -0.01 and drawn.y0 >= -0.01
    assert drawn.x1 <= width + 0.01 and drawn.y1 <= height + 0.01
    assert overlapping(figure, figure.texts) == []


def chart_texts(figure):
    """Texts of a figure of a chart that show, a bold one once."""
    found = [text for axes in figure.axes for text in axes.texts]
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis) if axes.axison else ():
            low, high = sorted(axis.get_view_interval())
            ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
            found += [label for place, label in ticks if low <= place <= high]
    return [t for t in found if t.get_text().strip() and t.get_gid() != TWIN and t.get_visible()]


def check_chart(chart):
    """In both pictures of a chart texts are within, apart, large enough, and have all glyphs."""
    for figure in (chart.wide, chart.narrow):
        canvas = FigureCanvasAgg(figure)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            canvas.draw()
        width, height = figure.bbox.width, figure.bbox.height
        written = chart_texts(figure)
        boxes = [(t.get_text(), t.get_window_extent(canvas.get_renderer())) for t in written]
        for text, at in boxes:
            inside = at.x0 > -1 and at.y0 > -1 and at.x1 < width + 1 and at.y1 < height + 1
            assert inside, f"{text} leaves the picture"
        for (one, a), (two, b) in itertools.combinations(boxes, 2):
            across = min(a.x1, b.x1) - max(a.x0, b.x0)
            down = min(a.y1, b.y1) - max(a.y0, b.y0)
            # The box of a line has room above and below its letters.
            assert across < 1 or down < 0.35 * min(a.height, b.height), f"{one} overlaps {two}"
        for text in written:
            assert text.get_fontsize() * 96 / 72 >= SMALLEST, f"{text.get_text()} is too small"
