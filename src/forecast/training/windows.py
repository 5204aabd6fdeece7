"""Training windows of a panel: what was known at an origin, and what came.

A window is the last n observations of a series up to an origin year; its context are the other
regions' observations up to that year, its outcome the values of the next four years. All windows of
a panel are one `SeriesPanel`: a group of it is an indicator as known at an origin, in which some
series are cut to n and scored, and the others are context.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, Problem, msg
from ..model.arrays import BoolArray, FloatArray, IntArray
from ..model.panel import SeriesPanel, build_panel, read_observations
from ..model.priors import LINKS_BY_KIND

__all__ = ["HORIZONS", "LENGTHS", "Windows", "cut_windows"]

LENGTHS = (1, 2, 3, 4, 5, 6, 8)
"""Observations of a window: the lengths of plans' series."""
HORIZONS = np.arange(1.0, 5.0)
"""Years ahead: those of a plan whose first year is known."""
CONTEXT_YEARS, STALE = 14, 7
"""Years before the origin whose observations are context, and age at which a series is none."""
One = tuple[FloatArray, FloatArray, BoolArray]
"""Years, values and breaks of a series."""
Row = tuple[str, str, int, int, int]
"""Indicator, region, origin, length (0: context) and group of a series."""


@dataclass(frozen=True)
class Windows:
    """Windows of one domain.

    Attributes
    ----------
    domain : name of the panel, "" for series of made worlds
    weight : of these windows in a loss
    panel, kind : all series, scored and context, and the kind of each
    scored : rows of the panel that are scored; the arrays below have a row for each
    length, indicator, region, origin : of each window
    actual : (windows, horizons) the values that came, NaN where unknown
    scale : mean absolute yearly change of the series up to the origin
    """

    domain: str
    weight: float
    panel: SeriesPanel
    kind: NDArray[np.str_]
    scored: IntArray
    length: IntArray
    indicator: NDArray[np.str_]
    region: NDArray[np.str_]
    origin: IntArray
    actual: FloatArray
    scale: FloatArray

    def of_kind(self, kind: str) -> Windows:
        """Select the windows of a kind, with their context."""
        rows, kept = self.kind == kind, self.kind[self.scored] == kind
        number = np.cumsum(rows) - 1
        return replace(
            self, panel=self.panel.take(np.flatnonzero(rows)), kind=self.kind[rows],
            scored=number[self.scored[kept]], length=self.length[kept],
            indicator=self.indicator[kept], region=self.region[kept], origin=self.origin[kept],
            actual=self.actual[kept], scale=self.scale[kept],
        )  # fmt: skip


def cut_windows(  # noqa: PLR0913 - how many of what
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    domain: str = "",
    peers: int | None = None,
    lengths: Sequence[int] = LENGTHS,
    groups: int | None = None,
    windows: int | None = None,
    weight: float = 1.0,
    seed: int = 0,
) -> Windows:
    """Cut a panel into windows, with what their peers show up to each origin.

    Parameters
    ----------
    observations : region, indicator, year (whole), value, and `break` where there is one
    indicators : as for `fit`
    peers : other series in a group, drawn with `seed`; None keeps all
    lengths : numbers of observations of a window
    groups : most origins of each indicator and length, drawn likewise; None keeps all
    windows : most scored series of a group, drawn likewise, one where `peers` are given; None
        scores all, so that they are each other's context

    Raises
    ------
    DataError
        If no series is long enough for a window and the year after it.
    """
    seen, series = read_observations(observations, indicators)
    seen = seen[seen["year"] % 1.0 == 0.0]
    kinds = series.drop_duplicates("indicator").set_index("indicator")["kind"]
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    shown: list[One] = []
    for name, table in seen[seen["indicator"].map(kinds).isin(LINKS_BY_KIND)].groupby("indicator"):
        each = {
            str(region): (t["year"].to_numpy(), t["value"].to_numpy(), t["break"].to_numpy())
            for region, t in table.groupby("region")
        }
        years = range(int(table["year"].min()), int(table["year"].max()))
        for n in lengths:
            usable = [(o, found) for o in years if (found := _list_usable(each, o, n))]
            for at in _draw(rng, len(usable), groups):
                origin, regions = usable[at]
                most = windows if peers is None else 1
                own = [regions[i] for i in _draw(rng, len(regions), most)]
                others = sorted(set(each) - set(own))
                group = rows[-1][-1] + 1 if rows else 0
                parts = [(r, n, _cut(each[r], origin, n)) for r in own]
                for i in _draw(rng, len(others), peers):
                    parts.append((others[i], 0, _cut(each[others[i]], origin, None)))
                known = [(region, length, part) for region, length, part in parts if len(part[0])]
                rows += [(str(name), region, origin, length, group) for region, length, _ in known]
                shown += [part for *_, part in known]
    if not rows:
        problem = msg("no series has figures in consecutive years")
        remedy = msg("give a longer panel, one row a region, indicator and year")
        raise DataError([Problem("observations", None, "year", None, problem, remedy)])
    return _assemble(rows, shown, seen, series, domain, weight)


def _draw(rng: np.random.Generator, count: int, most: int | None) -> list[int]:
    """Numbers below `count`, at most so many, in order."""
    if most is None or count <= most:
        return list(range(count))
    return sorted(rng.choice(count, most, replace=False).tolist())


def _list_usable(each: Mapping[str, One], origin: int, n: int) -> list[str]:
    """Regions with n figures running up to the origin, a change before and a figure after it."""
    usable = []
    for region, (year, value, breaks) in each.items():
        k = int(np.searchsorted(year, origin))
        if k >= len(year) - 1 or year[k] != origin or k + 1 < n or year[k + 1] != origin + 1:
            continue
        run = slice(k + 1 - n, k + 1)
        straddles = bool(breaks[k + 2 - n : k + 2].any())
        if year[k + 1 - n] == origin - n + 1 and not straddles:
            moved = np.diff(value[: k + 1])[~breaks[1 : k + 1].astype(bool)]
            if np.abs(moved).sum() > 0 and np.isfinite(value[run]).all():
                usable.append(region)
    return usable


def _cut(one: One, origin: int, n: int | None) -> One:
    """Figures of a series up to an origin: the last n, or those that are context, if any."""
    year, value, breaks = one
    end = int(np.searchsorted(year, origin, side="right"))
    start = end - n if n else int(np.searchsorted(year, origin - CONTEXT_YEARS, side="right"))
    if end and year[end - 1] < origin - STALE:
        start = end
    return year[start:end], value[start:end], breaks[start:end]


def _assemble(
    rows: list[Row],
    shown: list[One],
    seen: pd.DataFrame,
    series: pd.DataFrame,
    domain: str,
    weight: float,
) -> Windows:
    """Arrange the chosen series as a panel, and look up what came."""
    names, regions, origins, lengths, groups = (np.array(c) for c in zip(*rows, strict=True))
    about = series.drop_duplicates("indicator").set_index("indicator").loc[names]
    sizes = [len(years) for years, *_ in shown]
    year, value, breaks = (np.concatenate(column) for column in zip(*shown, strict=True))
    table = pd.DataFrame({"year": year, "value": value, "break": breaks.astype(bool)})
    table = table.assign(error=0.0, doubt=0.0)
    about = about.reset_index().assign(n=sizes)
    panel = build_panel(table, about)
    panel = replace(panel, group=groups.astype(np.int64), ratchet=np.zeros(len(rows), bool))
    scored = np.flatnonzero(lengths > 0)
    keyed = seen.set_index(["region", "indicator", "year"])
    at = [(regions[i], names[i]) for i in scored]
    actual, broken = np.full((2, len(scored), len(HORIZONS)), np.nan)
    for column, h in enumerate(HORIZONS):
        index = pd.MultiIndex.from_tuples(
            [(*key, origins[i] + h) for key, i in zip(at, scored, strict=True)]
        )
        found = keyed.reindex(index)
        actual[:, column] = found["value"].to_numpy(float)
        broken[:, column] = found["break"].eq(True).to_numpy(float)
    actual[np.cumsum(broken, axis=1) > 0] = np.nan  # past a break nothing is an outcome
    before = seen.merge(
        pd.DataFrame({
            "region": regions[scored], "indicator": names[scored], "origin": origins[scored],
            "window": np.arange(len(scored)),
        }),
        on=["region", "indicator"],
    )  # fmt: skip
    before = before[before["year"] <= before["origin"]].sort_values(["window", "year"])
    step = before.groupby("window")[["value", "year"]].diff()
    step = (step["value"].abs() / step["year"])[~before["break"]]
    scale = step.groupby(before["window"]).mean().reindex(np.arange(len(scored))).to_numpy()
    return Windows(
        domain, weight, panel, about["kind"].to_numpy(str), scored, lengths[scored],
        names[scored], regions[scored], origins[scored], actual, scale,
    )  # fmt: skip
