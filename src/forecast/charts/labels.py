"""Labels beside marks that keep clear of each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from . import style
from .chart import line_height, measure

__all__ = ["Labels", "spread"]

GAP = 0.075
"""Inches between a mark and its label."""
SIDES: dict[str, tuple[float, float, str, str]] = {
    "above": (0.0, 1.0, "center", "bottom"),
    "below": (0.0, -1.0, "center", "top"),
    "right": (1.0, 0.0, "left", "center"),
    "left": (-1.0, 0.0, "right", "center"),
    "upper left": (-1.0, 1.0, "right", "bottom"),
    "upper right": (1.0, 1.0, "left", "bottom"),
    "lower left": (-1.0, -1.0, "right", "top"),
    "lower right": (1.0, -1.0, "left", "top"),
}
"""Directions from a mark, and the alignment of a label there."""


class Labels:
    """Labels of axes whose limits are set; places are inches from the figure's lower left corner.

    `block` keeps labels off marks and lines, `add` writes a label on the first side where it is
    clear of all that is there.
    """

    def __init__(self, axes: Axes, size: float) -> None:
        self.axes, self.size = axes, size
        self.taken: list[Bbox] = []
        self.lines: list[tuple[Path, float]] = []

    def block(self, x: Sequence[float], y: Sequence[float], radius: float = 0.04) -> None:
        """Keep labels off a line through points, or off one mark."""
        points = np.array([self._place(*point) for point in zip(x, y, strict=True)])
        if len(points) > 1:
            self.lines.append((Path(points), radius))
        else:
            (px, py), around = points[0], 2 * radius
            self.taken.append(Bbox.from_bounds(px - radius, py - radius, around, around))

    def add(
        self,
        text: str,
        point: tuple[float, float],
        sides: Sequence[str] = tuple(SIDES),
        *,
        needed: bool = False,
        **options: Any,
    ) -> bool:
        """Write a label beside a point of the data, or leave it out where no side is clear.

        A `needed` one is written on the first side rather than left out.
        """
        lines = text.split("\n")
        width = max(measure(line, self.size) for line in lines)
        height = line_height(self.size) * len(lines)
        px, py = self._place(*point)
        boxes = {}
        for side in sides:
            dx, dy, *_ = SIDES[side]
            gap = GAP / 2 if dx and dy else GAP
            x, y = px + dx * (gap + width / 2), py + dy * (gap + height / 2)
            boxes[side] = Bbox.from_bounds(x - width / 2, y - height / 2, width, height)
        clear = [side for side in sides if self._is_clear(boxes[side])]
        if not clear and not needed:
            return False
        side = (clear or list(sides))[0]
        self.taken.append(boxes[side])
        dx, dy, ha, va = SIDES[side]
        gap = 72 * (GAP / 2 if dx and dy else GAP)
        offset = (gap * dx, gap * dy)
        style.write(self.axes, text, point, offset, ha=ha, va=va, fontsize=self.size, **options)
        return True

    def _place(self, x: float, y: float) -> tuple[float, float]:
        px, py = self.axes.transData.transform((x, y)) / self.axes.figure.dpi
        return float(px), float(py)

    def _is_clear(self, box: Bbox) -> bool:
        """Whether a box is within the axes, or just beside them, and clear of all that is there."""
        frame = self.axes.get_window_extent()
        left, right, top = (e / self.axes.figure.dpi for e in (frame.x0, frame.x1, frame.y1))
        inside = box.x0 >= left - 0.1 and box.x1 <= right + 0.1 and box.y1 <= top + 0.05
        crossed = any(
            line.intersects_bbox(box.padded(radius), filled=False) for line, radius in self.lines
        )
        return bool(inside and not crossed and not any(box.overlaps(b) for b in self.taken))


def spread(heights: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Move heights apart until neighbours are `gap` apart, within limits, as little as needed.

    >>> spread([1.0, 1.2], gap=1.0, low=0.0, high=5.0)
    [0.6, 1.6]
    >>> spread([4.9, 5.0], gap=1.0, low=0.0, high=5.0)
    [4.0, 5.0]
    """
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    groups: list[list[float]] = []
    sizes: list[int] = []
    for i in order:
        groups.append([float(heights[i])])
        sizes.append(1)
        while True:
            middle = [sum(g) / len(g) for g in groups]
            half = [gap * (n - 1) / 2 for n in sizes]
            middle = [min(max(m, low + h), high - h) for m, h in zip(middle, half, strict=True)]
            if len(groups) < 2 or middle[-1] - half[-1] - middle[-2] - half[-2] >= gap - 1e-9:
                break
            last = groups.pop()
            groups[-1] += last
            sizes[-2:] = [sizes[-2] + sizes[-1]]
    placed = [
        m + gap * (k - (n - 1) / 2) for m, n in zip(middle, sizes, strict=True) for k in range(n)
    ] if order else []  # fmt: skip
    result = [0.0] * len(heights)
    for i, height in zip(order, placed, strict=True):
        result[i] = round(height, 9)
    return result
