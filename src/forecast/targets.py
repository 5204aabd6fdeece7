"""Is the target reached? Verdicts on what is known, probabilities of what is not.

The event is about the reported value, rounded to the indicator's resolution u: `ge` is met from
target - u/2, `gt` from target + u/2 on, `le` and `lt` mirrored; `eq` (printed plain) counts as
`ge` where higher is better, else as `le`. Targets define the event and are never data.

Words of `status`: `met`, `missed` (the year's figure is known), `not_published` (the year has
passed without one), `no_data` (no figure of the series at all), `reached` (open, and the latest
figure meets it already), else `likely` (p >= 2/3), `unlikely` (p < 1/3) or `uncertain`.
Words of `schedule_status` (时序进度): `reached`, `on_schedule`, `behind` the line from baseline to
target, `one_figure` (nothing after the baseline), `no_data`, `closed` (the year has passed).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .errors import DataError, Problem
from .growth import KEY, Fits
from .schema import COMPARATORS
from .simulation import Paths

__all__ = ["attainment", "threshold"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

COLUMNS = [
    *KEY, "scenario", "year", "target", "comparator", "latest", "latest_year", "median",
    "p_reach", "mc_error", "required_rate", "pace", "schedule_status", "status", "evidence",
    "attainment_year",
]  # fmt: skip
PRINTED = (0.01, 0.99)
"""Bounds of a printed probability, unless the event has happened or cannot happen."""
LIKELY, UNLIKELY = 2 / 3, 1 / 3
LOOK_AHEAD = 30
"""Years within which an attainment year is looked for."""
PLAN_YEARS = 5
"""The baseline is the last figure at least this long before the target year, else the first."""
PACE_FIGURES = 4


def threshold(
    value: FloatArray, comparator: NDArray[np.str_], resolution: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Smallest (largest) true value whose report meets a target, and whether up is the way.

    >>> threshold(np.array([100.0]), np.array(["ge"]), np.array([0.1]))
    (array([99.95]), array([ True]))
    >>> threshold(np.array([60.0]), np.array(["gt"]), np.array([1.0]))
    (array([60.5]), array([ True]))
    """
    upward = np.isin(comparator, ["ge", "gt"])
    strict = np.isin(comparator, ["gt", "lt"])
    outward = np.where(strict, 0.5, -0.5) * np.where(upward, 1.0, -1.0)
    return value + outward * resolution, upward


def attainment(
    source: Fits | Paths, targets: pd.DataFrame, *, as_of: str | dt.date | None = None
) -> pd.DataFrame:
    """One row a target, in the targets' order: where it stands and how likely it is reached.

    Parameters
    ----------
    source : `Fits` (closed form, `mc_error` 0) or `Paths` (draws, with their standard error; the
        joint answers over all open targets stand in `.attrs["joint"]`)
    targets : region, indicator, year, value, comparator; any number a series
    as_of : the day the question is asked; a target whose year has ended by then, without a figure,
        is `not_published` and not forecast. None, or "": only figures close a target.

    Returns
    -------
    DataFrame with the columns of DESIGN's attainment table. `latest`, `median`, `required_rate`,
    `pace` are in the indicator's unit (a year); `required_rate` is the linear change a year still
    needed, 0 where the latest figure meets the target; `pace` the change a year over the last
    four figures. Numbers are missing only where `status` or `schedule_status` says why.

    Raises
    ------
    DataError
        For missing columns, unknown comparators or values that are no numbers.

    Examples
    --------
    >>> import forecast as fc
    >>> seen = pd.DataFrame({"region": "a", "indicator": "x", "year": [2020, 2021],
    ...                      "value": [50.0, 55.0]})
    >>> about = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0], "upper": [100],
    ...                       "better": ["higher"], "resolution": [1]})
    >>> goal = pd.DataFrame({"region": "a", "indicator": "x", "year": [2021, 2025],
    ...                      "value": [55.0, 60.0], "comparator": "ge"})
    >>> attainment(fc.fit(seen, about), goal)[["year", "status"]].values.tolist()
    [[2021, 'met'], [2025, 'likely']]
    """
    fits = source.fits if isinstance(source, Paths) else source
    _check(targets)
    out = _facts(fits, targets)
    position = out.pop("position").to_numpy()
    known, reads = (position >= 0), out["figure"].to_numpy(float)
    limit, upward = threshold(
        out["target"].to_numpy(float), out.pop("reading").to_numpy(str),
        out["resolution"].to_numpy(float),
    )  # fmt: skip
    year = out["year"].to_numpy(float)
    meets = _meets(out["latest"].to_numpy(float), limit, upward)
    closed = known & ~np.isnan(reads)
    passed = ~closed & ((year <= _last_closed_year(as_of)) | (known & (year <= out["latest_year"])))
    held = meets & out["cumulative"].to_numpy(bool) & upward
    kept = passed & held & (out["latest_year"].to_numpy(float) <= year)
    passed &= ~kept
    open_ = known & ~closed & ~passed & ~kept
    rows = np.flatnonzero(open_)
    p, median, error = (np.full(len(out), np.nan) for _ in range(3))
    asked = (position[rows], year[rows], limit[rows], upward[rows])
    if isinstance(source, Paths):
        p[rows], median[rows], error[rows] = _from_paths(source, *asked)
    else:
        p[rows], median[rows], error[rows] = _from_fits(source, *asked)
    impossible = open_ & np.where(upward, limit > out["upper"], limit < out["lower"])
    certain = kept | (open_ & held)
    p = np.where(open_, np.clip(p, *PRINTED), p)
    p = np.where(certain, 1.0, np.where(impossible, 0.0, p))
    was_met = _meets(reads, limit, upward)
    p = np.where(closed, was_met.astype(float), p)
    out["p_reach"], out["median"] = p, np.select([closed, kept], [reads, out["latest"]], median)
    out["mc_error"] = np.where(closed | kept, 0.0, error)
    out["scenario"] = source.scenario if isinstance(source, Paths) else "baseline"
    _add_rates(out, fits, position, meets, open_)
    out["status"] = np.select(
        [(closed & was_met) | kept, closed, passed, ~known, meets, p >= LIKELY, p < UNLIKELY],
        ["met", "missed", "not_published", "no_data", "reached", "likely", "unlikely"],
        "uncertain",
    )
    out["evidence"] = np.where(known, out["evidence"].astype(object), "none")
    out["attainment_year"] = _attainment_years(fits, position, limit, upward)
    result = out[COLUMNS].copy()
    if isinstance(source, Paths):
        result.attrs["joint"] = _joint(_hits(source, *asked))
    return result


def _check(targets: pd.DataFrame) -> None:
    needed = [*KEY, "year", "value", "comparator"]
    problems = [
        Problem("targets", None, c, None, "no such column", f"add a column {c!r}")
        for c in needed
        if c not in targets.columns
    ]
    if not problems:
        words = sorted(set(targets["comparator"]) - set(COMPARATORS))
        problems = [
            Problem(
                "targets", None, "comparator", str(w), "unknown", f"use {', '.join(COMPARATORS)}"
            )
            for w in words
        ]
        numbers = targets[["year", "value"]].astype(float)
        problems += [
            Problem("targets", None, c, None, f"{int(bad)} values are no numbers", "fill them in")
            for c in numbers
            if (bad := (~np.isfinite(numbers[c])).sum())
        ]
    if problems:
        raise DataError(problems)


def _facts(fits: Fits, targets: pd.DataFrame) -> pd.DataFrame:
    """Targets beside their series' facts; `figure` is the target year's own figure, if any."""
    out = targets[[*KEY, "year", "value", "comparator"]].rename(columns={"value": "target"})
    out = out.reset_index(drop=True)
    series = fits.series.assign(position=np.arange(len(fits.series)))
    out = out.merge(series.drop(columns=["n", "own_share"]), on=KEY, how="left", sort=False)
    whole = fits.observations[fits.observations["year"] % 1.0 == 0.0]
    own = whole.drop_duplicates([*KEY, "year"], keep="last").rename(columns={"value": "figure"})
    own["year"] = own["year"].astype(out["year"].dtype)
    out = out.merge(own, on=[*KEY, "year"], how="left", sort=False)
    out["position"] = out["position"].fillna(-1).astype(int)
    higher = (out["better"] != "lower").to_numpy()
    plain = (out["comparator"] == "eq").to_numpy()
    out["reading"] = np.where(plain, np.where(higher, "ge", "le"), out["comparator"])
    out["resolution"] = out["resolution"].fillna(0.0)
    out["upper"] = out["upper"].astype(float).fillna(np.inf)
    out["lower"] = out["lower"].astype(float).fillna(-np.inf)
    out["cumulative"] = out["cumulative"].eq(True)
    return out


def _meets(value: FloatArray, limit: FloatArray, upward: BoolArray) -> BoolArray:
    slack = 1e-9 * np.maximum(np.abs(limit), 1.0)
    return np.where(upward, value >= limit - slack, value <= limit + slack)


def _last_closed_year(as_of: str | dt.date | None) -> float:
    if not as_of:
        return -np.inf
    day = dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    return day.year if (day.month, day.day) == (12, 31) else day.year - 1


def _from_fits(
    fits: Fits, position: NDArray[np.int64], year: FloatArray, limit: FloatArray, upward: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    chosen = fits.take(position)
    below = chosen.cdf(limit[:, None], year[:, None])[:, 0]
    median = chosen.quantile(0.5, year[:, None])[:, 0]
    return np.where(upward, 1.0 - below, below), median, np.zeros(len(year))


def _from_paths(
    paths: Paths,
    position: NDArray[np.int64],
    year: FloatArray,
    limit: FloatArray,
    upward: BoolArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    p = _hits(paths, position, year, limit, upward).mean(axis=1)
    drawn = paths.values[position, :, _columns(paths, year)]
    return p, np.median(drawn, axis=1), np.sqrt(p * (1.0 - p) / drawn.shape[1])


def _hits(
    paths: Paths,
    position: NDArray[np.int64],
    year: FloatArray,
    limit: FloatArray,
    upward: BoolArray,
) -> BoolArray:
    """Whether each draw meets each target: (targets, draws)."""
    drawn = paths.values[position, :, _columns(paths, year)]
    return _meets(drawn, limit[:, None], upward[:, None])


def _columns(paths: Paths, year: FloatArray) -> NDArray[np.int64]:
    beyond = sorted({int(y) for y in year if y > paths.years[-1]}) if len(paths.years) else []
    if beyond:
        raise ValueError(
            f"Targets of {beyond} lie beyond the simulated years (until {paths.years[-1]}). "
            f"Simulate until {max(beyond)}, or leave these targets out."
        )
    column: NDArray[np.int64] = (year - paths.years[0]).astype(np.int64)
    return column


def _joint(hits: BoolArray) -> dict[str, float]:
    """All open targets together, with the bounds any dependence must keep (Frechet)."""
    p = hits.mean(axis=1) if len(hits) else np.zeros(0)
    return {
        "open": len(p),
        "expected": float(p.sum()),
        "p_all": float(hits.all(axis=0).mean()) if len(p) else float("nan"),
        "low": float(max(0.0, p.sum() - (len(p) - 1))) if len(p) else float("nan"),
        "high": float(p.min()) if len(p) else float("nan"),
    }


def _add_rates(
    out: pd.DataFrame, fits: Fits, position: NDArray[np.int64], meets: BoolArray, open_: BoolArray
) -> None:
    """Add required rate, pace and the verdict of the schedule rule."""
    n = fits.series["n"].to_numpy()
    end = np.cumsum(n) - 1
    value, when = (fits.observations[c].to_numpy(float) for c in ("value", "year"))
    known = position >= 0
    at = np.where(known, position, 0)
    latest, now = out["latest"].to_numpy(float), out["latest_year"].to_numpy(float)
    year, goal = out["year"].to_numpy(float), out["target"].to_numpy(float)
    pace = np.full(len(out), np.nan)
    base = np.full(len(out), np.nan)
    base_year = base.copy()
    if known.any():
        begin = end[at] - np.minimum(n[at], PACE_FIGURES) + 1
        span = now - when[begin]
        pace = np.where(
            known & (span > 0), (latest - value[begin]) / np.where(span > 0, span, 1), pace
        )
        # Rows of one series are contiguous and in time order: count those early enough.
        start = end[at] - n[at] + 1
        early = _count_until(when, start, n[at], year - PLAN_YEARS)
        origin = start + np.maximum(early - 1, 0)
        base, base_year = value[origin], when[origin]
    left = year - now
    rate = np.where(meets, 0.0, (goal - latest) / np.where(left > 0, left, np.nan))
    out["required_rate"], out["pace"] = np.where(open_, rate, np.nan), pace
    full = year - base_year
    line = base + (goal - base) * (now - base_year) / np.where(full > 0, full, np.nan)
    half = out["resolution"].to_numpy(float) / 2.0
    rising = goal >= base
    kept = np.where(rising, latest >= line - half, latest <= line + half)
    out["schedule_status"] = np.select(
        [~known, ~open_, meets, now <= base_year, kept],
        ["no_data", "closed", "reached", "one_figure", "on_schedule"],
        "behind",
    )


def _count_until(
    when: FloatArray, start: NDArray[np.int64], n: NDArray[np.int64], until: FloatArray
) -> NDArray[np.int64]:
    """How many of the `n` sorted years from `start` on are not after `until`."""
    count = np.zeros(len(start), int)
    for step in range(int(n.max(initial=0))):
        inside = step < n
        count += inside & (when[np.where(inside, start + step, 0)] <= until + 1e-9)
    return count


def _attainment_years(
    fits: Fits,
    position: NDArray[np.int64],
    limit: FloatArray,
    upward: BoolArray,
) -> pd.Series:
    """First year whose figure meets the target; where none does, whose median will."""
    found = np.full(len(position), np.nan)
    rows = np.flatnonzero(position >= 0)
    if len(rows):
        chosen = fits.take(position[rows])
        latest = chosen.series["latest_year"].to_numpy(float)
        years = np.floor(latest + 1e-9)[:, None] + 1.0 + np.arange(LOOK_AHEAD)
        below = chosen.cdf(np.broadcast_to(limit[rows, None], years.shape), years)
        reached = np.where(upward[rows, None], 1.0 - below, below) >= 0.5
        first = reached.argmax(axis=1)
        future = np.where(reached.any(axis=1), years[np.arange(len(rows)), first], np.nan)
        found[rows] = future
        n = fits.series["n"].to_numpy()
        target = np.repeat(rows, n[position[rows]])
        # Figures of one series are contiguous: the target's first row of them, and how far along.
        start = (np.cumsum(n) - n)[position[target]]
        step = np.arange(len(target)) - np.searchsorted(target, target)
        seen = fits.observations.iloc[start + step]
        met = _meets(seen["value"].to_numpy(float), limit[target], upward[target])
        when = pd.Series(seen["year"].to_numpy(float)[met]).groupby(target[met]).min()
        found[when.index] = np.ceil(when - 1e-9)
    return pd.Series(found).astype("Int64")
