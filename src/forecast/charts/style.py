"""Style of every figure: fonts, colours, sizes, and helpers for texts and axes.

Figures use seaborn's white grid. A figure belongs to the caller: neither pyplot's state nor
matplotlib's settings are changed. Words and figures of all languages are set in the Noto Sans
that `zhplot` carries, signs that it lacks in DejaVu. Shapes, hatches and line styles repeat what
colours show, for readers who are colour-blind and for print in grey.
"""

from __future__ import annotations

import importlib.util
import re
import textwrap
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import matplotlib.patheffects as effects
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..errors import msg
from ..i18n.formatting import number

__all__ = [
    "BANDS", "CLEAR", "EDGE", "FAINT", "FONTS", "GREY", "GRID", "INK",
    "LINE_HEIGHT", "MEDIAN", "PALE", "SHADE", "TARGET", "WIDTH", "Band", "Figure", "add_axes",
    "ems", "format_axis", "halo", "load_font", "make_quiet", "name_row",
    "new_figure", "spread_labels", "themed", "wrap_lines", "write",
    "write_near", "write_title",
]  # fmt: skip

FONTS = ["Noto Sans SC", "DejaVu Sans"]
"""Families in the order in which a glyph is looked for: of words and figures, of signs."""
MEDIAN, TARGET, INK, GREY = "#12406f", "#b34700", "#1b1f24", "#57606a"
PALE, FAINT, SHADE, EDGE, GRID = "#a9c9e6", "#d3e3f3", "#dfe3e8", "#c3c9d0", "#e3e7eb"
Band = tuple[str, str, float, str]
BANDS: tuple[Band, ...] = (
    ("q05", "q95", 0.9, FAINT),
    ("q10", "q90", 0.8, PALE),
    ("q25", "q75", 0.5, "#6fa3d0"),
)
"""Forecast intervals of a fan: lower and upper quantile, probability, colour."""
CLEAR = 2.0
"""Standard errors beyond which a change is called one, and that bands and bars of errors reach:
about 95 % of a normal distribution."""
WIDTH = 10.0
"""Inches of a figure across a page."""
LINE_HEIGHT, EM = 0.185, 0.111
"""Inches of a line of a note, and of a Chinese character in it; a Latin letter takes half."""
MARGIN = 0.2
"""Inches between a note or title and the left edge."""
SMALL = 7.5
FRAMES: dict[str, Any] = {
    "data": "data",
    "axes": "axes fraction",
    "row": ("axes fraction", "data"),
}

_SETTINGS: dict[Any, Any] = {
    # seaborn's "whitegrid", written out: importing seaborn takes longer than drawing a chart.
    "axes.axisbelow": True, "axes.edgecolor": ".8", "axes.facecolor": "white",
    "figure.facecolor": "white", "grid.color": ".8", "grid.linestyle": "-",
    "patch.edgecolor": "w", "xtick.direction": "out", "ytick.direction": "out",
    **{f"axes.spines.{side}": False for side in ("left", "right", "top", "bottom")},
    **{f"{axis}tick.{key}": value for axis in "xy"
       for key, value in (("color", GREY), ("labelsize", SMALL), ("major.size", 0.0))},
    "axes.grid": False, "axes.labelcolor": GREY, "axes.labelsize": 8.0, "font.family": FONTS,
    "font.size": SMALL, "lines.solid_capstyle": "projecting", "patch.force_edgecolor": False,
    "text.color": INK,
}  # fmt: skip
themed = mpl.rc_context(_SETTINGS)
"""Decorator of functions that draw: within them matplotlib has the style of this module."""


@cache
def load_font() -> None:
    """Make the Chinese font known to matplotlib."""
    # Importing zhplot would change the settings of the whole session; only its file is wanted.
    package = importlib.util.find_spec("zhplot")
    if package is None or package.origin is None:
        message = msg("The font package zhplot is missing. Run: pip install zhplot")
        raise ModuleNotFoundError(message)
    file = Path(package.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"
    font_manager.fontManager.addfont(file)


def new_figure(
    height: float, notes: Sequence[str], language: str, *, width: float = WIDTH
) -> tuple[Figure, float]:
    """Return an empty figure, `height` inches above its notes, and the inches that those take."""
    load_font()
    lines = [line for note in notes for line in wrap_lines(note, width - 1.5 * MARGIN, language)]
    below = LINE_HEIGHT * len(lines) + 0.16
    total = height + below
    figure = Figure(figsize=(width, total))
    for i, line in enumerate(reversed(lines)):
        y = (0.09 + LINE_HEIGHT * i) / total
        figure.text(MARGIN / width, y, line, fontsize=8, color=GREY)
    return figure, below


def add_axes(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add axes at a place in inches."""
    across, up = figure.get_size_inches()
    return figure.add_axes((left / across, bottom / up, width / across, height / up))


def write_title(figure: Figure, text: str, language: str) -> None:
    """Write a figure's title at its upper left."""
    width, height = figure.get_size_inches()
    lines = wrap_lines(text, width * 0.8, language)
    figure.text(MARGIN / width, 1 - 0.08 / height, "\n".join(lines), fontsize=10, va="top")


def write(
    axes: Axes,
    text: str,
    point: tuple[float, float],
    offset: tuple[float, float] = (0.0, 0.0),
    **options: Any,
) -> None:
    """Write a text in grey, `offset` points from a point of the axes.

    The point is in data or, by the option `frame`, in fractions of the `axes`, or of a `row`: a
    fraction across and data upwards.
    """
    frame = FRAMES[options.pop("frame", "data")]
    usual: dict[str, Any] = {"va": "center", "fontsize": SMALL, "family": FONTS, "color": GREY}
    options = usual | options
    axes.annotate(text, point, offset, xycoords=frame, textcoords="offset points", **options)


def write_near(
    axes: Axes,
    text: str,
    point: tuple[float, float],
    offset: tuple[float, float] = (0.0, 0.0),
    **options: Any,
) -> None:
    """Write beside a mark, with a white edge that keeps a text readable on lines and bands."""
    write(axes, text, point, offset, **{"zorder": 6, "path_effects": halo()} | options)


def name_row(axes: Axes, text: str, y: float, **options: Any) -> None:
    """Write a row's name at the left of the axes."""
    write(axes, text, (0, y), (-8, 0), **{"frame": "row", "ha": "right", "color": INK} | options)


def halo(width: float = 2.5) -> list[effects.AbstractPathEffect]:
    """White edge that keeps a text readable on lines and bands."""
    return [effects.withStroke(linewidth=width, foreground="white")]


def make_quiet(axes: Axes, lines: Literal["x", "y", "both"] = "y") -> None:
    """Leave of axes their numbers and pale lines across."""
    axes.tick_params(labelsize=SMALL, colors=GREY, length=0, labelfontfamily=FONTS)
    axes.grid(axis=lines, color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)


def format_axis(axis: Axis, language: str, *, scale: float = 1.0, **options: Any) -> None:
    """Format an axis as `number` does, values times `scale`."""
    axis.set_major_formatter(FuncFormatter(lambda v, _: number(scale * v, language, **options)))


def spread_labels(
    heights: Sequence[float], *, gap: float, top: float = float("inf")
) -> list[float]:
    """Push labels, given from top to bottom, up until neighbours are `gap` apart.

    Where the uppermost would lie above `top` all are moved down.

    >>> spread_labels([3.0, 2.0, 1.5], gap=1.0)
    [3.5, 2.5, 1.5]
    >>> spread_labels([3.0, 2.0, 1.5], gap=1.0, top=3.0)
    [3.0, 2.0, 1.0]
    """
    spread = list(heights)
    for i in reversed(range(len(spread) - 1)):
        spread[i] = max(spread[i], spread[i + 1] + gap)
    over = max(spread[0] - top, 0.0) if spread else 0.0
    return [height - over for height in spread]


def wrap_lines(text: str, inches: float, language: str) -> list[str]:
    """Break a note into lines that fit: between words, in Chinese between characters.

    >>> wrap_lines("nine in ten", 0.5, "en")
    ['nine in', 'ten']
    >>> wrap_lines("十分之九，在灰带内", 0.5, "zh")
    ['十分之', '九，在灰', '带内']
    """
    if language != "zh":
        return textwrap.wrap(text, int(inches / (0.52 * EM)))
    lines = [""]
    # A mark stays with the character before it, a word of Latin letters is not cut.
    for piece in re.findall(r"[!-~]+[，。；：、）]*|.[，。；：、）]*", text):
        fits = ems(lines[-1] + piece) * EM <= inches
        lines[-1:] = [lines[-1] + piece] if fits or not lines[-1] else [lines[-1], piece]
    return [line.strip() for line in lines]


def ems(text: str) -> float:
    """Width of a text in Chinese characters.

    >>> ems("80%")
    1.74
    """
    return round(sum(1.0 if ord(letter) > 0x2E7F else 0.58 for letter in text), 9)
