"""Training windows of a panel: what was known at an origin, and what came.

A window is the last n observations of a series up to an origin year, with what its peers show up to
that year, and the values of the next four years. Everything that needs no prior
(`posterior.summarise_series`) is computed here, once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, Problem, msg
from ..model.arrays import FloatArray, IntArray, concatenate, select
from ..model.panel import SeriesPanel, build_panel, read_observations
from ..model.posterior import SeriesSummary, summarise_series
from ..model.priors import LINK_BY_GROWTH, LINKS_BY_KIND, slope_processes

__all__ = ["HORIZONS", "LENGTHS", "Window", "cut_windows"]


LENGTHS = (1, 2, 3, 4, 6, 8, 14, 28)
"""Observations of a window: the lengths of plans' series, and two long ones."""
HORIZONS = np.arange(1.0, 5.0)
"""Years ahead: those of a plan whose first year is known."""
LONGEST = 40
"""Years before the origin whose observations the peers are summarised from."""
TRIED_CAP = 1.6
"""Cap of a saturating path without a bound: the middle one of `fitting.CAP_FACTORS`."""


@dataclass(frozen=True)
class Window:
    """All windows of one kind and length; arrays have one row a window.

    Attributes
    ----------
    summaries : by link and grid of slope processes; peers as of the origin
    actual : (windows, horizons) the values that came
    scale : mean absolute yearly change of the series up to the origin
    """

    kind: str
    length: int
    indicator: NDArray[np.str_]
    region: NDArray[np.str_]
    origin: IntArray
    panel: SeriesPanel
    summaries: dict[tuple[str, str], SeriesSummary]
    actual: FloatArray
    scale: FloatArray

    def take(self, index: IntArray) -> Window:
        """Select the windows at `index`."""
        return select(self, index)


def cut_windows(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    lengths: Iterable[int] | None = None,
    grids: Iterable[str] = ("auto", "linear", "damped", "no_change"),
    most: int | None = None,
    seed: int = 0,
) -> list[Window]:
    """Cut a panel into windows, with what their peers show up to each origin.

    Parameters
    ----------
    observations : region, indicator, year (whole), value
    indicators : as for `fit`
    lengths : numbers of observations of a window; None takes `LENGTHS`
    grids : growth paths whose grids of slope processes are run
    most : windows kept of each kind and length, drawn with `seed`; None keeps all

    Raises
    ------
    DataError
        If no series is long enough for a window and the four years after it.
    """
    lengths = LENGTHS if lengths is None else tuple(lengths)
    figures, _ = read_observations(observations, indicators)
    figures = figures[figures["year"] % 1.0 == 0.0]
    future = figures.set_index(["region", "indicator", "year"])["value"]
    parts: dict[tuple[str, int], list[Window]] = {}
    known_kinds = indicators.set_index("indicator")["kind"]
    for origin in range(int(figures["year"].min()), int(figures["year"].max())):
        near = figures["year"].between(origin - LONGEST + 1, origin)
        for kind in LINKS_BY_KIND:
            mine = near & figures["indicator"].map(known_kinds).eq(kind)
            if mine.any():
                for window in _windows(figures[mine], indicators, future, origin, lengths, grids):
                    parts.setdefault((kind, window.length), []).append(window)
    if not parts:
        problem = msg("no series has figures in five years running")
        remedy = msg("give a longer panel, one row a region, indicator and year")
        raise DataError([Problem("observations", None, "year", None, problem, remedy)])
    rng = np.random.default_rng(seed)
    found = []
    for kind, length in sorted(parts):
        whole = concatenate(parts[kind, length])
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
) -> list[Window]:
    """Windows of one kind that end in `origin` and whose next four figures are known."""
    seen, series = read_observations(figures, indicators)
    keys = [series["region"], series["indicator"]]
    horizon = [pd.MultiIndex.from_arrays([*keys, [origin + h] * len(series)]) for h in HORIZONS]
    actual = np.stack([future.reindex(at).to_numpy(float) for at in horizon], axis=1)
    panel = build_panel(seen, series)
    change = np.abs(np.diff(panel.value, axis=1)) / np.diff(panel.year, axis=1)
    known = ~np.isnan(change)
    scale = np.where(known, change, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    usable = (panel.year[:, -1] == origin) & np.isfinite(actual).all(axis=1) & (scale > 0)
    if not usable.any():
        return []
    kind = str(series["kind"].iloc[0])
    processes = {
        (link, grid): slope_processes(grid) for grid in grids for link in _list_links(kind, grid)
    }
    whole = {
        (link, grid): summarise_series(link, panel, each, _cap(panel))
        for (link, grid), each in processes.items()
    }
    windows = []
    for n in lengths:
        years = panel.year[:, -n:]
        run = usable & (years.shape[1] == n) & (years[:, 0] == origin - n + 1)
        at = np.flatnonzero(run & ~np.isnan(years).any(axis=1))
        if not len(at):
            continue
        short = panel.take(at).last(n)
        alone = replace(short, group=np.arange(len(at)))
        summaries = {
            (link, grid): replace(
                summarise_series(link, alone, each, _cap(alone)),
                peers=select(whole[link, grid].peers, at),
                peer_loglik=whole[link, grid].peer_loglik[at],
            )
            for (link, grid), each in processes.items()
        }
        names, regions = (series[c].to_numpy(str)[at] for c in ("indicator", "region"))
        origins = np.full(len(at), origin)
        windows.append(
            Window(kind, n, names, regions, origins, short, summaries, actual[at], scale[at])
        )
    return windows


def _list_links(kind: str, growth: str) -> tuple[str, ...]:
    """Links whose priors are learned on a growth path's grid of slope processes."""
    if growth == "auto":
        return LINKS_BY_KIND[kind]
    return (
        LINKS_BY_KIND[kind][:1]
        if growth in ("damped", "no_change")
        else tuple(LINK_BY_GROWTH.values())
    )


def _cap(panel: SeriesPanel) -> float | None:
    """Set a cap well above the figures where the indicator has none."""
    return TRIED_CAP if not np.isfinite(panel.upper).all() else None
