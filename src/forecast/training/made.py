"""Made worlds: series whose law is known, so that a prior is not tuned to two panels alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..model.arrays import FloatArray
from ..model.panel import SeriesPanel
from .windows import HORIZONS, Windows

__all__ = ["WORLDS", "make_windows"]

YEARS = 8
"""Years before the origin."""


def make_windows(
    world: str, length: int, regions: int, groups: int, *, weight: float = 1.0, seed: int = 0
) -> Windows:
    """Make windows of a world: `groups` indicators in `regions` regions, every series scored.

    >>> made = make_windows("exponential", 4, 3, 2)
    >>> made.panel.value.shape, made.actual.shape
    ((6, 4), (6, 4))
    """
    kind, draw = WORLDS[world]
    rng = np.random.default_rng([seed, length, regions, len(world)])
    values = np.maximum(draw(rng, (groups, regions)), 0.0).reshape(groups * regions, -1)
    past = values[:, :YEARS]
    value = past[:, -length:].copy()
    change = np.abs(np.diff(past, axis=1)).mean(axis=1)
    count = len(value)
    one, share = np.ones(count), kind == "share"
    year = np.broadcast_to(2020.0 - length + 1.0 + np.arange(length), value.shape).copy()
    none = np.zeros(value.shape, bool)
    panel = SeriesPanel(
        value, year, none, np.repeat(np.arange(groups), regions), one, 0.0 * one,
        np.where(share, 100.0, np.inf) * one, np.where(share, 0.1, 0.0) * one, none[:, 0],
    )  # fmt: skip
    return Windows(
        "", weight, panel, np.full(count, kind), np.arange(count), np.full(count, length),
        np.full(count, world), np.tile(np.arange(regions), groups).astype(str),
        np.full(count, 2020), values[:, YEARS:], np.where(change > 0, change, 1.0),
    )  # fmt: skip


Shape = tuple[int, int]
Draw = Callable[[np.random.Generator, Shape], FloatArray]
TIME = np.arange(YEARS + len(HORIZONS), dtype=float)


def _sizes(rng: np.random.Generator, shape: Shape) -> FloatArray:
    size: FloatArray = rng.lognormal(4, 1, (shape[0], 1)) * rng.lognormal(0, 0.4, shape)
    return size[..., None]


def _steady(ratio: float) -> Draw:
    """Straight lines, each region with a pace of its own, `ratio` times the noise."""

    def draw(rng: np.random.Generator, shape: Shape) -> FloatArray:
        size = _sizes(rng, shape)
        pace = 0.06 * size * np.abs(rng.normal(1, 0.5, shape))[..., None]
        noise = rng.normal(0, 1, (*shape, len(TIME)))
        return np.maximum(size + pace * TIME + noise * pace / ratio, 0.01)

    return draw


def _exponential(rng: np.random.Generator, shape: Shape) -> FloatArray:
    rate, noise = rng.normal(0.08, 0.04, shape), rng.normal(0, 0.015, (*shape, len(TIME)))
    grown: FloatArray = _sizes(rng, shape) * np.exp(rate[..., None] * TIME + noise)
    return grown


def _drift(rng: np.random.Generator, shape: Shape) -> FloatArray:
    rate, noise = rng.normal(0.04, 0.04, shape), rng.normal(0, 0.04, (*shape, len(TIME)))
    size = _sizes(rng, shape)
    return np.maximum(size * (1.0 + np.cumsum(rate[..., None] + noise, axis=2)), 0.05 * size)


def _logistic(rng: np.random.Generator, shape: Shape) -> FloatArray:
    middle = rng.uniform(2, 16, (shape[0], 1)) + rng.normal(0, 2, shape)
    speed, noise = rng.uniform(0.25, 0.7, shape), rng.normal(0, 0.06, (*shape, len(TIME)))
    z = speed[..., None] * (TIME - middle[..., None]) + noise
    share: FloatArray = np.round(100.0 / (1.0 + np.exp(-z)), 1)
    return share


def _linear_share(rng: np.random.Generator, shape: Shape) -> FloatArray:
    start, pace = rng.uniform(10, 60, shape), np.abs(rng.normal(2.5, 1.2, shape))
    noise = rng.normal(0, 0.7, (*shape, len(TIME)))
    y = start[..., None] + pace[..., None] * TIME + noise
    share: FloatArray = np.round(np.clip(y, 0.0, 100.0), 1)
    return share


def _steps(rng: np.random.Generator, shape: Shape) -> FloatArray:
    whole = (*shape, len(TIME))
    jump = (rng.random(whole) < 0.3) * rng.lognormal(-2, 0.5, whole)
    raised: FloatArray = _sizes(rng, shape) * np.exp(np.cumsum(jump, axis=2))
    return raised


def _counts(rng: np.random.Generator, shape: Shape) -> FloatArray:
    rate = rng.lognormal(1.5, 0.8, shape)[..., None]
    added = rng.poisson(rate * rng.lognormal(0, 0.3, (*shape, len(TIME)))).astype(float)
    start = rng.poisson(3 * rate).astype(float) + 1.0
    total: FloatArray = np.cumsum(added, axis=2) + start
    return total


def _flat(rng: np.random.Generator, shape: Shape) -> FloatArray:
    noise = rng.normal(0, 0.03, (*shape, len(TIME)))
    level: FloatArray = _sizes(rng, shape) * np.exp(noise)
    return level


WORLDS: dict[str, tuple[str, Draw]] = {
    "steady, pace 3 times the noise": ("ratio", _steady(3.0)),
    "steady, pace half the noise": ("ratio", _steady(0.5)),
    "exponential": ("amount", _exponential),
    "drift": ("stock", _drift),
    "logistic": ("share", _logistic),
    "linear share": ("share", _linear_share),
    "steps": ("amount", _steps),
    "counts": ("stock", _counts),
    "flat": ("ratio", _flat),
}
"""Kind and law of each world."""
