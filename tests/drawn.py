"""What is drawn in a figure: its texts, whether they fit, whether they are apart."""

import itertools

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg


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
