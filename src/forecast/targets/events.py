"""Target events: comparators, rounding to the reported resolution, thresholds, tolerance.

The event is about the reported value, rounded to the indicator's resolution u: `ge` is met from
half a step below the first reported value that meets it, `le` mirrored, `gt` and `lt` from the
next reported value; `eq` (printed without a comparator) counts as `ge` where higher is better,
else as `le`. A band, `between`, is met by what meets `ge` its lower and `le` its upper end: it is
upward with a ceiling. Equality is judged with a tolerance relative to the figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..model.arrays import BoolArray, FloatArray, IntArray, select

__all__ = [
    "BAND",
    "LIKELY",
    "UNLIKELY",
    "TargetEvent",
    "compute_threshold",
    "compute_tolerance",
    "draw_threshold",
    "is_upward",
    "resolve_comparator",
]


LIKELY, UNLIKELY = 2 / 3, 1 / 3
"""Probability from which a target is called likely, and below which unlikely: the bounds of
"likely" and "unlikely" in the IPCC's guidance note on uncertainties (Mastrandrea et al. 2010)."""
BAND = "between"
"""Comparator of a target with two ends."""
RELATIVE = 1e-9
"""Relative difference up to which two figures are equal: beyond every printed digit, and far above
the rounding errors of sums and means of doubles."""


def compute_threshold(
    value: FloatArray, comparator: NDArray[np.str_], resolution: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Compute the extreme true value whose report meets a target, and whether more is asked for.

    Parameters
    ----------
    value, comparator, resolution : (targets,) the target as printed, `ge`, `gt`, `le` or `lt`, and
        the reporting step, 0 where values are not rounded

    Examples
    --------
    >>> compute_threshold(np.array([100.0]), np.array(["ge"]), np.array([0.1]))
    (array([99.95]), array([ True]))
    >>> compute_threshold(np.array([60.0]), np.array(["gt"]), np.array([1.0]))
    (array([60.5]), array([ True]))
    >>> compute_threshold(np.array([95.3]), np.array(["ge"]), np.array([1.0]))  # 96 meets it
    (array([95.5]), array([ True]))
    """
    upward, strict = np.isin(comparator, ["ge", "gt"]), np.isin(comparator, ["gt", "lt"])
    sign = np.where(upward, 1.0, -1.0)
    step = np.where(resolution > 0.0, resolution, 1.0)
    multiple = sign * np.asarray(value, float) / step
    near = RELATIVE * np.maximum(np.abs(multiple), 1.0)
    first = np.where(strict, np.floor(multiple + near) + 1.0, np.ceil(multiple - near))
    threshold = sign * (first - 0.5) * step
    return np.where(resolution > 0.0, threshold, value), upward


def draw_threshold(
    value: FloatArray, comparator: NDArray[np.str_], resolution: FloatArray, higher: BoolArray
) -> tuple[FloatArray, BoolArray]:
    """Compute the value from which a drawn value meets a target, and whether more is asked for.

    It is the threshold less a tolerance, of `gt` and `lt` plus one. Arguments as of
    `compute_threshold`; `higher` is whether more is better, which resolves `eq`.

    >>> sixty, step = np.array([60.0]), np.array([1.0])
    >>> at, up = draw_threshold(sixty, np.array(["eq"]), step, np.array([False]))
    >>> at.round(6).tolist(), up.tolist()  # at most 60 as reported
    ([60.5], [False])
    """
    event = TargetEvent.of(value, resolve_comparator(comparator, higher), resolution)
    return event.draw_threshold(), event.upward


def resolve_comparator(comparator: NDArray[np.str_], higher: BoolArray) -> NDArray[np.str_]:
    """Resolve `eq`, a target printed without comparator: `ge` where higher is better, else `le`."""
    return np.where(comparator == "eq", np.where(higher, "ge", "le"), comparator)


def is_upward(targets: pd.DataFrame) -> BoolArray:
    """Test whether targets, a row each with comparator and better, ask for more.

    A band asks for what is better.
    """
    higher = (targets["better"] != "lower").to_numpy()
    comparator = resolve_comparator(targets["comparator"].to_numpy(str), higher)
    return np.where(comparator == BAND, higher, np.isin(comparator, ["ge", "gt"]))


def compute_tolerance(*figures: FloatArray) -> FloatArray:
    """Compute the difference up to which figures are equal, relative to the largest of them.

    >>> compute_tolerance(np.array([60.0, 1e-9]), np.array([-80.0, 0.0])).tolist()
    [8e-08, 1e-18]
    """
    size: FloatArray = RELATIVE * np.max(np.abs(np.broadcast_arrays(*figures)), axis=0)
    return size


@dataclass(frozen=True)
class TargetEvent:
    """Targets as events; arrays are (targets,).

    Attributes
    ----------
    goal, threshold : the printed value, and the extreme true value whose report meets it
    upward, strict : whether more is asked for, and whether equality is not enough
    top, ceiling : of a band its upper end, and the largest true value whose report meets it; else
        infinite
    """

    goal: FloatArray
    threshold: FloatArray
    upward: BoolArray
    strict: BoolArray
    top: FloatArray
    ceiling: FloatArray

    @staticmethod
    def of(
        goal: FloatArray,
        comparator: NDArray[np.str_],
        resolution: FloatArray,
        high: FloatArray | None = None,
    ) -> TargetEvent:
        """Set up events of resolved comparators; `resolution` is 0 where values are not rounded.

        `high` (targets,) has the upper ends of bands, anything elsewhere.
        """
        band = comparator == BAND
        threshold, upward = compute_threshold(goal, np.where(band, "ge", comparator), resolution)
        top = np.where(band, np.nan if high is None else high, np.inf)
        below = np.full(top.shape, "le")
        ceiling = np.where(band, compute_threshold(np.where(band, top, 0.0), below, resolution)[0],
                           np.inf)  # fmt: skip
        strict = np.isin(comparator, ["gt", "lt"])
        return TargetEvent(goal, threshold, upward, strict, top, ceiling)

    def take(self, rows: IntArray) -> TargetEvent:
        """Select the targets in `rows`."""
        return select(self, rows)

    @property
    def band(self) -> BoolArray:
        """Whether each target has two ends."""
        return np.isfinite(self.ceiling)

    def draw_threshold(self) -> FloatArray:
        """Compute the value from which a drawn value meets each target.

        A value reported at the threshold, such as 100 %, meets `ge`; `gt` begins just above.
        """
        # At 0 a strict comparator still has to exclude 0 itself.
        margin = np.maximum(2.0 * compute_tolerance(self.threshold), np.finfo(float).tiny)
        sign = np.where(self.upward, 1.0, -1.0) * np.where(self.strict, 1.0, -1.0)
        return np.asarray(self.threshold + sign * margin)

    def draw_ceiling(self) -> FloatArray:
        """Compute the value up to which a drawn value meets each band; infinite elsewhere."""
        margin = 2.0 * compute_tolerance(np.where(self.band, self.ceiling, 0.0))
        return np.asarray(self.ceiling + np.maximum(margin, np.finfo(float).tiny))

    def met_by(self, figure: FloatArray) -> BoolArray:
        """Test whether a printed figure meets each target, as printed or rounded."""
        sign = np.where(self.upward, 1.0, -1.0)
        tolerance = compute_tolerance(self.goal, figure)
        needed = np.minimum(sign * self.goal, sign * self.threshold)
        beyond = sign * figure > sign * self.goal + tolerance
        met: BoolArray = np.where(self.strict, beyond, sign * figure >= needed - tolerance)
        return met & ~self.exceeded_by(figure)

    def exceeded_by(self, figure: FloatArray) -> BoolArray:
        """Test whether a printed figure is above the upper end of each band."""
        most = np.maximum(self.top, self.ceiling)
        above: BoolArray = figure > most + compute_tolerance(np.where(self.band, most, 0.0), figure)
        return above

    def near_end(self, figure: FloatArray) -> FloatArray:
        """Return the printed value to be reached from a figure: of a band its nearer end."""
        return np.where(self.band & (figure > self.top), self.top, self.goal)
