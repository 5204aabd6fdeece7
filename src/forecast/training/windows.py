"""Windows of a panel: what was seen up to an origin, and what came.

A window is the last n figures of a series up to an origin year, with what its siblings show up to
that year and the figures of the next four years. Everything that needs no prior (`evidence.look`)
is done here, once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, Problem
from ..model.panel import batch_of, read_figures
from ..model.posterior import Batch, Shown, look
from ..model.predictive import select
from ..model.priors import LINK_OF, LINKS, paces_of

__all__ = ["HORIZONS", "LENGTHS", "Replay", "replay"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Record = TypeVar("Record")

LENGTHS = (1, 2, 3, 4, 6, 8, 14, 28)
HORIZONS = np.arange(1.0, 5.0)
LONGEST = 40
"""Figures before the origin that siblings are known by."""
TRIED_CAP = 1.6
"""Cap of a saturating path, as a multiple of the largest figure, where there is no bound."""


@dataclass(frozen=True)
class Replay:
    """Windows of one kind and length: what was seen, and what came."""

    kind: str
    length: int
    indicator: NDArray[np.str_]
    region: NDArray[np.str_]
    origin: IntArray
    batch: Batch
    shown: dict[tuple[str, str], Shown]
    """By link and grid of paces; siblings as of the origin."""
    actual: FloatArray
    scale: FloatArray

    def take(self, index: IntArray) -> Replay:
        """Give the windows at `index`."""
        picked = {f.name: getattr(self, f.name)[index] for f in fields(self)[2:5]}
        shown = {key: select(s, index) for key, s in self.shown.items()}
        return replace(
            self, **picked, batch=self.batch.take(index), shown=shown,
            actual=self.actual[index], scale=self.scale[index],
        )  # fmt: skip


def replay(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    lengths: Iterable[int] | None = None,
    grids: Iterable[str] = ("auto", "linear", "damped", "no_change"),
    most: int | None = None,
    seed: int = 0,
) -> list[Replay]:
    """Cut a panel into windows, with what their siblings show up to each origin.

    Parameters
    ----------
    observations : region, indicator, year (whole), value
    indicators : as for `growth.fit`
    lengths : numbers of figures a window shows; None takes `LENGTHS`
    grids : growth paths whose grid of paces is looked at
    most : windows kept of each kind and length, drawn with `seed`; None keeps all

    Raises
    ------
    DataError
        If no series is long enough for a window and the four years after it.
    """
    lengths = LENGTHS if lengths is None else tuple(lengths)
    figures, _ = read_figures(observations, indicators)
    figures = figures[figures["year"] % 1.0 == 0.0]
    future = figures.set_index(["region", "indicator", "year"])["value"]
    parts: dict[tuple[str, int], list[Replay]] = {}
    known_kinds = indicators.set_index("indicator")["kind"]
    for origin in range(int(figures["year"].min()), int(figures["year"].max())):
        near = figures["year"].between(origin - LONGEST + 1, origin)
        for kind in LINKS:
            mine = near & figures["indicator"].map(known_kinds).eq(kind)
            if mine.any():
                for window in _windows(figures[mine], indicators, future, origin, lengths, grids):
                    parts.setdefault((kind, window.length), []).append(window)
    if not parts:
        raise DataError(
            [Problem(
                "observations", None, "year", None, "no series has figures in five years running",
                "give a longer panel, one row a region, indicator and year",
            )]
        )  # fmt: skip
    rng = np.random.default_rng(seed)
    found = []
    for kind, length in sorted(parts):
        whole = _joined(parts[kind, length])
        count = len(whole.origin)
        if most is not None and count > most:
            whole = whole.take(np.sort(rng.choice(count, most, replace=False)))
        found.append(whole)
    return found


def _windows(
    figures: pd.DataFrame,
    indicators: pd.DataFrame,
    future: pd.Series,
    origin: int,
    lengths: Iterable[int],
    grids: Iterable[str],
) -> list[Replay]:
    """Windows of one kind that end in `origin` and whose next four figures are known."""
    seen, series = read_figures(figures, indicators)
    keys = [series["region"], series["indicator"]]
    ahead = [pd.MultiIndex.from_arrays([*keys, [origin + h] * len(series)]) for h in HORIZONS]
    actual = np.stack([future.reindex(at).to_numpy(float) for at in ahead], axis=1)
    batch = batch_of(seen, series)
    change = np.abs(np.diff(batch.value, axis=1)) / np.diff(batch.year, axis=1)
    known = ~np.isnan(change)
    scale = np.where(known, change, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    usable = (batch.year[:, -1] == origin) & np.isfinite(actual).all(axis=1) & (scale > 0)
    if not usable.any():
        return []
    kind = str(series["kind"].iloc[0])
    asked = {(link, grid): (link, paces_of(grid)) for grid in grids for link in _links(kind, grid)}
    whole = {key: look(link, batch, paces, _cap(batch)) for key, (link, paces) in asked.items()}
    windows = []
    for n in lengths:
        years = batch.year[:, -n:]
        run = usable & (years.shape[1] == n) & (years[:, 0] == origin - n + 1)
        at = np.flatnonzero(run & ~np.isnan(years).any(axis=1))
        if not len(at):
            continue
        short = batch.take(at).last(n)
        alone = replace(short, group=np.arange(len(at)))
        shown = {
            key: replace(
                look(link, alone, paces, _cap(alone)),
                siblings=select(whole[key].siblings, at), alike=whole[key].alike[at],
            )
            for key, (link, paces) in asked.items()
        }  # fmt: skip
        names, regions = (series[c].to_numpy(str)[at] for c in ("indicator", "region"))
        origins = np.full(len(at), origin)
        windows.append(
            Replay(kind, n, names, regions, origins, short, shown, actual[at], scale[at])
        )
    return windows


def _links(kind: str, growth: str) -> tuple[str, ...]:
    """Links whose priors are learned on a grid of paces."""
    if growth == "auto":
        return LINKS[kind]
    return LINKS[kind][:1] if growth in ("damped", "no_change") else tuple(LINK_OF.values())


def _cap(batch: Batch) -> float | None:
    """Set a cap well above the figures where the indicator has none."""
    return TRIED_CAP if not np.isfinite(batch.upper).all() else None


def _joined(records: list[Record]) -> Record:
    """Concatenate the arrays of records of one shape."""

    def join(values: list[Any]) -> Any:
        first = values[0]
        if isinstance(first, np.ndarray):
            return np.concatenate(values)
        if isinstance(first, dict):
            return {key: join([v[key] for v in values]) for key in first}
        if isinstance(first, tuple) and first and is_dataclass(first[0]):
            return tuple(join(list(column)) for column in zip(*values, strict=True))
        if is_dataclass(first) and not isinstance(first, type):
            names = [f.name for f in fields(first)]
            return replace(first, **{n: join([getattr(v, n) for v in values]) for n in names})
        return first

    whole: Record = join(list(records))
    return whole
