"""Priors learned from a panel of other series: what `data/priors.csv` is made by.

A panel is cut into windows: the last n figures of a series up to an origin year, its siblings'
figures up to that year, and the figures of the following years as outcome. For each kind of
indicator, growth path and setting (siblings known or not) the numbers of `priors` minimise

    CRPS / C + Brier / B + 40 mean_n (share inside the 90 % interval - 0.905)^2

over the windows: CRPS of the values in units of the series' own mean yearly change, Brier score of
reaching targets set at half to twice the recent pace, both as ratios to a plain reference. First
one vector is learned for all kinds together (each with its own noise, tails and link weights),
then every kind departs from it as far as its windows pay for; a kind of few indicators stays near.
The correlation of regions is set last, so that 80 % intervals for "how many regions will reach
their target" hold 80 % of the panel's counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from .errors import DataError, Problem, check_name
from .evidence import Batch, Shown, look
from .figures import batch_of, read_figures
from .growth import QUANTILES, join_links
from .members import Blend, select
from .priors import COLUMNS, GROWTH_PATHS, LINK_OF, BlendPrior, LinkPrior, paces_of, prior_of
from .scores import crps_of_quantiles

__all__ = ["LENGTHS", "Replay", "learn_priors", "replay"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Record = TypeVar("Record")

LENGTHS = (1, 2, 3, 4, 5, 6, 8, 12, 20, 30)
HORIZONS = np.arange(1.0, 5.0)
PACE_FACTORS = (0.5, 1.0, 1.5, 2.0)
LONGEST = 40
"""Figures before the origin that siblings are known by."""
MOST = 800
"""Windows a kind and length, one half to learn from, the other to recalibrate on."""
COMMON_EVERY = 3
"""Of the windows learned from, one in this many serves what all kinds have in common."""
COVERED = 0.905
COVERAGE_WEIGHT = 40.0
REFERENCE_CRPS, REFERENCE_BRIER = 1.6, 0.18
EDGE = 0.03
"""Width of the soft edge of an interval, so that coverage has a slope."""
CAP = 20.0
JOINT_LENGTH, JOINT_REGIONS, JOINT_DRAWS, JOINT_COVERED = 5, 10, 400, 0.8
SHARED_TRIED = (0.0, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3)
LINKS = {
    "share": ("logit", "identity"), "ratio": ("log", "identity"),
    "amount": ("log", "identity"), "stock": ("log", "identity"),
}  # fmt: skip


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
    lengths: Iterable[int] = LENGTHS,
    grids: Iterable[str] = ("auto", "linear", "damped", "no_change"),
    most: int = MOST,
    seed: int = 0,
) -> list[Replay]:
    """Cut a panel into windows, with what their siblings show up to each origin.

    Parameters
    ----------
    observations : region, indicator, year (whole), value
    indicators : as for `growth.fit`
    lengths : numbers of figures a window shows
    grids : growth paths whose grid of paces is looked at
    most : windows kept of each kind and length, drawn with `seed`

    Raises
    ------
    DataError
        If no series is long enough for a window and the four years after it.
    """
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
        kept = np.sort(rng.choice(count, most, replace=False)) if count > most else np.arange(count)
        found.append(whole.take(kept))
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
    return 1.6 if not np.isfinite(batch.upper).all() else None


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


@dataclass(frozen=True)
class _Number:
    """One number to learn: where it starts, its step, its limits, whether each kind has its own."""

    name: str
    start: float
    step: float
    low: float
    high: float
    own: bool = False
    siblings: bool = False
    """Means something only where siblings are known."""
    pace: bool = False
    """Speaks of a lasting pace, which paths that fade or stand still do not have."""


LINK_NUMBERS = (
    _Number("noise", np.nan, 0.5, -5.5, -0.7, own=True),
    _Number("noise_df", 1.1, 0.5, 0.0, 3.5),
    _Number("sibling_noise", 0.6, 0.3, 0.0, 1.0, siblings=True),
    _Number("recent", 0.3, 0.3, -0.5, 1.0, siblings=True, pace=True),
    _Number("lasting", 0.2, 0.3, -0.5, 1.0, siblings=True, pace=True),
    _Number("catching_up", 0.5, 0.3, 0.0, 1.2, siblings=True, pace=True),
    _Number("direction", 0.2, 0.3, -0.3, 1.0, pace=True),
    _Number("direction_fades", 2.5, 0.7, 0.0, 5.0, pace=True),
    _Number("freedom", -2.0, 0.7, -7.0, 2.0, pace=True),
    _Number("changing", -0.5, 1.0, -3.0, 3.0),
    _Number("restless", -0.3, 1.0, -3.0, 3.0),
    _Number("blurred", -1.0, 1.0, -4.0, 3.0),
    _Number("siblings_evidence", 2.5, 0.5, 0.0, 5.0, siblings=True),
    _Number("own_evidence", 0.3, 0.3, 0.0, 1.2),
    _Number("spread", -0.1, 0.3, -1.0, 1.0),
    _Number("spread_growth", -0.1, 0.3, -0.5, 0.5),
)
TAIL = _Number("df", 1.2, 0.5, 0.3, 4.0, own=True)
WEIGHT = _Number("weight", -1.0, 0.7, -5.0, 2.0, own=True)
LOGS = ("noise", "noise_df", "spread", "freedom", "direction_fades")
NOISE = {"logit": 0.15, "cloglog": 0.12, "identity": 0.06, "log": 0.06}
ITERATIONS = (15, 12)
STEP = 0.02
"""Steps of the search by which slopes are measured."""
DEPARTURE = 0.03
"""Cost of a kind's departure of one step, over the number of its indicators."""


@dataclass(frozen=True)
class _Layout:
    """Which numbers a growth path of some links has, and how a vector becomes a prior."""

    links: tuple[str, ...]
    siblings: bool
    lasting: bool = True
    """Whether the path has a lasting pace."""

    @property
    def numbers(self) -> list[tuple[str, _Number]]:
        """Link and number of each place of a vector."""
        each = [
            (link, replace(n, start=np.log(NOISE[link])) if n.name == "noise" else n)
            for link in self.links
            for n in LINK_NUMBERS
            if (self.siblings or not n.siblings) and (self.lasting or not n.pace)
        ]
        return [*each, ("", TAIL), *((link, WEIGHT) for link in self.links[1:])]

    def prior(self, vector: FloatArray) -> BlendPrior:
        """Prior that a vector stands for."""
        names = [(link, number.name) for link, number in self.numbers]
        value = dict(zip(names, map(float, vector), strict=True))
        share = np.exp([0.0, *(value[link, "weight"] for link in self.links[1:])])
        links = []
        for link, weight in zip(self.links, share / share.sum(), strict=True):
            own = {n.name: value.get((link, n.name), 0.0) for n in LINK_NUMBERS}
            own |= {name: float(np.exp(own[name])) for name in LOGS if (link, name) in value}
            links.append(LinkPrior(link, float(weight), **own))
        return BlendPrior(tuple(links), float(np.exp(value["", "df"])), 0.0, 1.0, 0.0)


@dataclass(frozen=True)
class _Lesson:
    """One replay ready to be scored under many priors: (windows, horizons x factors) targets."""

    kind: str
    batch: Batch
    shown: list[Shown]
    actual: FloatArray
    scale: FloatArray
    limit: FloatArray
    asked: NDArray[np.bool_]
    reached: NDArray[np.bool_]

    def blend(self, prior: BlendPrior) -> Blend:
        """Predictive of the windows under a prior."""
        return join_links(np.arange(len(self.scale)), self.shown, prior, self.batch)

    def chances(self, blend: Blend) -> FloatArray:
        """Probability of each target, (windows, horizons x factors)."""
        ahead = np.broadcast_to(np.tile(HORIZONS, len(PACE_FACTORS)), self.limit.shape)
        below = blend.cdf(self.limit, ahead)
        return np.where(self.batch.better[:, None] > 0, 1.0 - below, below)


def _lesson(window: Replay, links: tuple[str, ...], growth: str, siblings: bool) -> _Lesson:
    shown = [window.shown[link, _grid(growth)] for link in links]
    if not siblings:
        shown = [_alone(s) for s in shown]
    batch = replace(window.batch, ratchet=np.zeros(len(window.scale), bool))
    limit, asked = made_targets(batch, window.scale)
    met = np.where(
        batch.better[:, None, None] > 0,
        window.actual[:, None, :] >= limit, window.actual[:, None, :] <= limit,
    )  # fmt: skip
    flat = (len(limit), -1)
    return _Lesson(
        window.kind, batch, shown, window.actual, window.scale,
        limit.reshape(flat), asked.reshape(flat), met.reshape(flat),
    )  # fmt: skip


def _every(lesson: _Lesson, step: int, start: int = 0) -> _Lesson:
    """One window in `step`."""
    at = np.arange(start, len(lesson.scale), step)
    arrays = {f.name: getattr(lesson, f.name)[at] for f in fields(lesson)[3:]}
    shown = [select(s, at) for s in lesson.shown]
    return replace(lesson, batch=lesson.batch.take(at), shown=shown, **arrays)


def _grid(growth: str) -> str:
    return growth if growth in ("auto", "damped", "no_change") else "linear"


def _alone(shown: Shown) -> Shown:
    """Give what a batch shows when no sibling is known."""
    none = np.zeros(len(shown.increments))
    silent = replace(
        shown.siblings, count=none, recent=none, lasting=none, catching_up=none,
        log_noise=none + np.nan, noise_count=none, shock=none,
    )  # fmt: skip
    return replace(shown, siblings=silent, alike=np.zeros_like(shown.alike))


def made_targets(batch: Batch, scale: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Targets as a planner could have set them: `PACE_FACTORS` times the recent pace.

    The recent pace is the mean yearly change of the last four steps (of one figure: `scale`),
    upwards where higher is better. Given is the smallest (largest) true value whose report, rounded
    to the resolution, meets the target, (series, factors, horizons), and whether it is in bounds.
    """
    last, n = batch.value[:, -1], batch.value.shape[1]
    steps = min(n - 1, 4)
    pace = np.abs(last - batch.value[:, -1 - steps]) / steps if steps else scale
    factor, h = np.array(PACE_FACTORS)[None, :, None], HORIZONS[None, None, :]
    way = batch.better[:, None, None]
    target = last[:, None, None] + way * factor * pace[:, None, None] * h
    inside = (target > batch.lower[:, None, None]) & (target <= batch.upper[:, None, None])
    unit = np.where(batch.resolution > 0, batch.resolution, 1.0)[:, None, None]
    rounded = way * np.ceil(way * target / unit - 1e-9) * unit - way * unit / 2.0
    limit = np.where(batch.resolution[:, None, None] > 0, rounded, target)
    return limit, inside & (pace > 0)[:, None, None]


def _loss(lessons: list[_Lesson], prior: BlendPrior) -> float:
    """CRPS, Brier and coverage of one kind's lessons; see the module."""
    total = np.zeros(4)
    cover = 0.0
    for lesson in lessons:
        blend = lesson.blend(prior)
        ahead = np.broadcast_to(HORIZONS, lesson.actual.shape)
        values = blend.quantiles(QUANTILES, ahead)
        crps = crps_of_quantiles(lesson.actual, values, np.array(QUANTILES))
        wrong = (lesson.chances(blend) - lesson.reached)[lesson.asked] ** 2
        scaled = np.minimum(crps / lesson.scale[:, None], CAP)
        total += [scaled.sum(), scaled.size, wrong.sum(), wrong.size]
        soft = EDGE * (values[-1] - values[0]) + 1e-9
        inside = expit((lesson.actual - values[0]) / soft) * expit(
            (values[-1] - lesson.actual) / soft
        )
        cover += (inside.mean() - COVERED) ** 2 / len(lessons)
    scaled_crps, windows, brier, targets = total
    return float(
        scaled_crps / windows / REFERENCE_CRPS + brier / max(targets, 1.0) / REFERENCE_BRIER
        + COVERAGE_WEIGHT * cover
    )  # fmt: skip


def _descend(
    loss: Callable[[FloatArray], float],
    difference: Callable[[FloatArray, int], float],
    size: int,
    bounds: list[tuple[float, float]],
    iterations: int,
    cost: float,
) -> FloatArray:
    """Minimise loss(u) + cost |u|^2 from u = 0; `difference` is the loss's rise along place i."""
    from scipy.optimize import minimize

    def both(u: FloatArray) -> tuple[float, FloatArray]:
        value = loss(u)
        slope = np.array([difference(u, i) for i in range(size)]) / STEP
        return value + cost * float(u @ u), slope + 2.0 * cost * u

    found = minimize(
        both, np.zeros(size), jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": iterations},
    )  # fmt: skip
    best: FloatArray = found.x
    return best


def _learn(
    lessons: dict[str, list[_Lesson]], layouts: dict[str, _Layout], indicators: dict[str, int]
) -> dict[str, BlendPrior]:
    """Priors of every kind for one growth path and setting: in common, then apart."""
    kinds = list(lessons)
    numbers = [n for _, n in layouts[kinds[0]].numbers]
    step = np.array([n.step for n in numbers])
    start = {k: np.array([n.start for _, n in layouts[k].numbers]) for k in kinds}
    low, high = (np.array([getattr(n, end) for n in numbers]) for end in ("low", "high"))
    own = np.flatnonzero([n.own for n in numbers])
    common = np.flatnonzero([not n.own for n in numbers])
    place = {k: len(common) + i * len(own) + np.arange(len(own)) for i, k in enumerate(kinds)}

    def vector(u: FloatArray, kind: str) -> FloatArray:
        x = start[kind].copy()
        x[common] += step[common] * u[: len(common)]
        x[own] += step[own] * u[place[kind]]
        inside: FloatArray = np.clip(x, low, high)
        return inside

    few = {k: [_every(lesson, COMMON_EVERY) for lesson in lessons[k]] for k in kinds}

    def part(u: FloatArray, kind: str) -> float:
        return _loss(few[kind], layouts[kind].prior(vector(u, kind)))

    now: dict[str, float] = {}

    def loss(u: FloatArray) -> float:
        now.update({kind: part(u, kind) for kind in kinds})
        return sum(now.values()) / len(kinds)

    def difference(u: FloatArray, i: int) -> float:
        moved = u.copy()
        moved[i] += STEP
        mine = kinds if i < len(common) else [kinds[(i - len(common)) // len(own)]]
        return sum(part(moved, kind) - now[kind] for kind in mine) / len(kinds)

    size = len(common) + len(own) * len(kinds)
    free = [(-6.0, 6.0)] * size
    together = _descend(loss, difference, size, free, ITERATIONS[0], 1e-3)
    found = {}
    for kind in kinds:
        base, layout = vector(together, kind), layouts[kind]

        def alone(u: FloatArray, kind: str = kind, base: FloatArray = base) -> float:
            prior = layouts[kind].prior(np.clip(base + step * u, low, high))
            now[kind] = _loss(lessons[kind], prior)
            return now[kind]

        def apart(u: FloatArray, i: int, kind: str = kind, base: FloatArray = base) -> float:
            moved = u.copy()
            moved[i] += STEP
            prior = layouts[kind].prior(np.clip(base + step * moved, low, high))
            return _loss(lessons[kind], prior) - now[kind]

        cost = DEPARTURE / indicators[kind]
        away = _descend(alone, apart, len(base), [(-4.0, 4.0)] * len(base), ITERATIONS[1], cost)
        found[kind] = layout.prior(np.clip(base + step * away, low, high))
    return found


def _recalibrated(lessons: list[_Lesson], prior: BlendPrior) -> BlendPrior:
    """Shift and stretch of t that windows not learned from ask for."""
    from scipy.optimize import minimize

    def moved(x: FloatArray) -> BlendPrior:
        return replace(prior, shift=float(x[0]), stretch=float(np.exp(x[1])))

    found = minimize(
        lambda x: _loss(lessons, moved(x)), np.zeros(2), method="Nelder-Mead",
        options={"maxfev": 40, "initial_simplex": [[0.0, 0.0], [0.1, 0.0], [0.0, 0.1]]},
    )  # fmt: skip
    return moved(found.x)


def _path_priors(
    job: tuple[str, bool], windows: list[Replay], indicators: dict[str, int]
) -> list[dict[str, object]]:
    """Rows of the prior table of one growth path, with siblings or without."""
    growth, siblings = job
    layouts = {}
    for kind in LINKS:
        named = LINK_OF.get(growth)
        links = LINKS[kind] if growth == "auto" else (named or LINKS[kind][0],)
        layouts[kind] = _Layout(links, siblings, growth not in ("damped", "no_change"))
    every = {
        kind: [_lesson(w, layouts[kind].links, growth, siblings) for w in windows if w.kind == kind]
        for kind in LINKS
    }
    every = {kind: lessons for kind, lessons in every.items() if lessons}
    learned = _learn({k: [_every(x, 2) for x in v] for k, v in every.items()}, layouts, indicators)
    rows: list[dict[str, object]] = []
    for kind, prior in learned.items():
        final = _recalibrated([_every(x, 2, 1) for x in every[kind]], prior)
        joined = {"df": final.df, "shift": final.shift, "stretch": final.stretch}
        rows += [
            {"kind": kind, "siblings": siblings, "growth": growth, **vars(link), **joined}
            for link in final.links
        ]
    return rows


def learn_priors(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    source: str,
    growths: Iterable[str] = GROWTH_PATHS,
    most: int = MOST,
    processes: int = 1,
    seed: int = 0,
) -> pd.DataFrame:
    """Learn the prior table from a panel of yearly series.

    Parameters
    ----------
    observations, indicators : the panel, as for `growth.fit`; whole years
    source : what the panel is, in words; it stands in every row of the table
    growths : growth paths to learn
    most : windows of each kind and length
    processes : worker processes; they change the time, not the answer
    seed : which windows are drawn

    Returns
    -------
    DataFrame with the columns of `data/priors.csv`. Kinds that the panel lacks have no rows.
    """
    chosen = tuple(growths)
    for growth in chosen:
        check_name("growth path", growth, GROWTH_PATHS)
    windows = replay(
        observations, indicators, grids=dict.fromkeys(map(_grid, chosen)), most=most, seed=seed
    )
    counts = indicators.groupby("kind")["indicator"].nunique().to_dict()
    jobs = [(growth, known) for growth in chosen for known in (True, False)]
    work = partial(_path_priors, windows=windows, indicators=counts)
    if processes == 1:
        found = list(map(work, jobs))
    else:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(work, jobs))
    table = pd.DataFrame([row for rows in found for row in rows])
    table = table.assign(shared=0.0, source=source)[COLUMNS]
    if "auto" in chosen:
        dense = replay(
            observations, indicators, lengths=(JOINT_LENGTH,), grids=("auto",), most=10**9
        )
        table["shared"] = _shared(dense, table, seed)
    order = [list(LINKS), [True, False], list(GROWTH_PATHS), list(NOISE)]
    keys = COLUMNS[:4]
    ranked = table.assign(
        **{
            k: pd.Categorical(table[k], o)
            for k, o in zip(["kind", "siblings", "growth"], order, strict=False)
        }
    ).sort_values(keys[:3], kind="stable")
    return table.loc[ranked.index].reset_index(drop=True)


def _shared(windows: list[Replay], table: pd.DataFrame, seed: int) -> float:
    """Correlation at which 80 % intervals of the number of regions that attain hold 80 %."""
    covered = [_count_coverage(windows, table, shared, seed) for shared in SHARED_TRIED]
    rising = np.maximum.accumulate(covered)
    return round(float(np.interp(JOINT_COVERED, rising, SHARED_TRIED)), 3)


def _count_coverage(windows: list[Replay], table: pd.DataFrame, shared: float, seed: int) -> float:
    """Share of the panel's counts of attaining regions inside their 80 % interval."""
    inside, counts = 0.0, 0
    for window in windows:
        prior = prior_of(window.kind, "auto", siblings=True, priors=table)
        lesson = _lesson(window, LINKS[window.kind], "auto", True)
        blend = lesson.blend(prior)
        ahead = np.broadcast_to(np.tile(HORIZONS, len(PACE_FACTORS)), lesson.limit.shape)
        bar = blend.standing(lesson.limit, ahead)
        group = pd.factorize(pd.Series(window.indicator) + window.origin.astype(str))[0]
        for number in range(group.max() + 1):
            at = np.flatnonzero(group == number)
            rng = np.random.default_rng([seed, number])
            common, own = (
                rng.standard_normal((JOINT_DRAWS, 1)),
                rng.standard_normal((JOINT_DRAWS, len(at))),
            )
            half = blend.df[at] / 2.0
            t = (np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own) / np.sqrt(
                rng.standard_gamma(half, (JOINT_DRAWS, len(at))) / half
            )
            up = lesson.batch.better[at] > 0
            for column in range(bar.shape[1]):
                asked = lesson.asked[at, column]
                if asked.sum() < JOINT_REGIONS:
                    continue
                limit = bar[at, column]
                hits = np.where(up, t >= limit, t <= limit)[:, asked].sum(axis=1)
                inside += _within_interval(hits, int(lesson.reached[at, column][asked].sum()))
                counts += 1
    return inside / max(counts, 1)


def _within_interval(drawn: IntArray, count: int) -> float:
    """Share of `count` inside the central 80 % of drawn counts; on an edge, what belongs."""
    tail = (1.0 - JOINT_COVERED) / 2.0
    below, at = float((drawn < count).mean()), float((drawn == count).mean())
    if at == 0.0:
        return float(tail <= below <= 1.0 - tail)
    kept = min(below + at, 1.0 - tail) - max(below, tail)
    return max(kept, 0.0) / at
