"""Do answers keep their properties on anything that can be entered? Checks on made series.

    python benchmarks/properties.py [--series 1000000] [--batch 5000] [--seed 0] [--first 0]

Each batch has indicators of every kind in one to twenty regions, with 1 to 12 figures: growing,
falling, constant, zero, leaving zero, near a bound, negative where a kind allows it, with gaps,
mid-year figures, changed definitions and uncertain ones, sizes from 1e-12 to 1e15 and horizons from
months to decades. `fit`, `quantiles`, `attainment` and `simulate` answer with warnings as errors
and a time bound. Every batch is then asked again in one of the other forms of `FORMS`, which must
not move an answer: rows in another order, another unit, another origin of the years, half of the
indicators alone, other names of the regions. Prints what was tried and what was found; ends with 1
if anything was. `--first` starts at a later batch: `--first 17 --series 5000` repeats batch 17.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import forecast as fc
from forecast.model.fitting import quantile_name

KINDS = ("share", "coverage", "ratio", "amount", "standard", "count", "stock")
SHAPES = ("walk", "growth", "zero", "onset", "constant", "bound", "spike", "zigzag", "steady")
KEPT = ("coverage", "standard", "count")
LEVELS = (0.01, 0.05, 0.5, 0.95, 0.99)
AHEAD, FAR = (0.5, 1.0, 2.0, 5.0), 40.0
GOAL_YEARS, FAR_GOAL = (0, 1, 2, 3, 5, 10), 30
FAR_BATCHES = 0.1
"""Years ahead of quantiles and targets, and the farther ones of a few batches: decades of a series
that keeps its highest value cost as much as all else."""
REGIONS = (1, 2, 3, 6, 20)
COMPARATORS = ("ge", "gt", "eq", "le", "lt", "between")
KEY = ["region", "indicator"]
POWERS = (-12, -3, 0, 1, 2, 3, 5, 9, 14)
ODDS = (0.02, 0.06, 0.2, 0.2, 0.2, 0.2, 0.08, 0.02, 0.02)
STATUSES = np.array(["actual", "preliminary", "estimated"])
"""Sizes of indicators as powers of ten and how often each is made; states of figures."""
FORMS = ("order", "unit", "origin", "chunk", "names")
SECONDS = 200
"""CPU time within which a batch is answered: calls that never return are found by it."""
NAMES = [quantile_name(level) for level in LEVELS]


@dataclass
class Batch:
    """Tables of a batch (observations, indicators, targets), and the years ahead of quantiles."""

    seen: pd.DataFrame
    about: pd.DataFrame
    goals: pd.DataFrame
    ahead: tuple[float, ...]


@dataclass
class Findings:
    """Counts of what was tried, and examples of what was found, by kind of fault."""

    tried: Counter = field(default_factory=Counter)
    faults: Counter = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, fault: str, count: int, example: str) -> None:
        """Count a fault; the first example is kept."""
        if count:
            self.faults[fault] += count
            self.examples.setdefault(fault, example)


def make_batch(rng: np.random.Generator, size: int) -> Batch:
    """Make about `size` series, with a target each."""
    far = rng.random() < FAR_BATCHES
    goal_years = (*GOAL_YEARS, FAR_GOAL) if far else GOAL_YEARS
    abouts: list[dict] = []
    figures, goals = [], []
    while len(goals) < size:
        name = f"i{len(abouts)}"
        about = _make_indicator(rng, name)
        abouts.append(about)
        scale, last = 10.0 ** rng.choice(POWERS, p=ODDS), int(rng.integers(2000, 2026))
        for number in range(int(rng.choice(REGIONS))):
            year, value = _make_series(rng, about, scale, last)
            error = 0.1 * np.abs(value) * (rng.random(len(year)) < 0.05)
            status = STATUSES[(rng.random(len(year)) < 0.1) * rng.integers(1, 3, len(year))]
            figures.append((f"r{number}", name, year, value, error, status))
            goals.append(_make_goal(rng, about, f"r{number}", year[-1], value, goal_years))
    count = [len(part[2]) for part in figures]
    seen = pd.DataFrame({k: np.repeat([part[i] for part in figures], count)
                         for i, k in enumerate(KEY)})  # fmt: skip
    for i, column in enumerate(("year", "value", "standard_error", "status"), start=2):
        seen[column] = np.concatenate([part[i] for part in figures])
    seen["break"] = rng.random(len(seen)) < 0.02
    ahead = (*AHEAD, FAR) if far else AHEAD
    return Batch(seen, pd.DataFrame(abouts), pd.DataFrame(goals), ahead)


def _make_indicator(rng: np.random.Generator, name: str) -> dict:
    kind = str(rng.choice(KINDS))
    step = float(rng.choice([0.0, 0.01, 0.1, 1.0, 100.0], p=[0.2, 0.2, 0.2, 0.3, 0.1]))
    lower, upper = np.nan, np.nan
    if kind in ("share", "coverage"):
        lower, upper, step = 0.0, 100.0, float(rng.choice([0.0, 0.01, 0.1, 1.0]))
    elif kind in ("count", "standard") or rng.random() < 0.5:
        lower = 0.0
    better = "higher" if kind in KEPT or rng.random() < 0.7 else "lower"
    step = max(step, 1.0) if kind == "count" else step
    return {"indicator": name, "kind": kind, "lower": lower, "upper": upper, "better": better,
            "resolution": step}  # fmt: skip


def _make_series(
    rng: np.random.Generator, about: dict, scale: float, last: int
) -> tuple[np.ndarray, np.ndarray]:
    """Years and values of a series."""
    n = int(rng.integers(1, 13))
    gaps = rng.choice([1.0, 1.0, 1.0, 1.0, 2.0, 5.0], n) if rng.random() < 0.3 else np.ones(n)
    year = last - int(rng.integers(0, 3)) - np.append(np.cumsum(gaps[::-1])[::-1][1:], 0.0)
    if rng.random() < 0.1:
        year = year + 0.5 * (rng.random(n) < 0.3)
    t, noise = np.arange(n, dtype=float), rng.normal(0, 1, n)
    shape = str(rng.choice(SHAPES))
    drift, sd = rng.normal(0.03, 0.08), 10.0 ** rng.uniform(-6, -0.3)
    z = {
        "walk": 1.0 + np.cumsum(drift + sd * noise), "growth": np.exp(drift * 5 * t + sd * noise),
        "zero": np.zeros(n), "onset": np.maximum(t - rng.integers(0, 6), 0.0) * np.exp(noise),
        "constant": np.full(n, rng.choice([1.0, 0.37, 7.0])), "bound": 1.0 - sd * np.exp(-t),
        "spike": np.where(t == n - 1, 1e4, 1.0), "zigzag": 1.0 + 0.5 * (-1.0) ** t,
        "steady": 1.0 + np.abs(drift) * t,
    }[shape]  # fmt: skip
    value = z * (100.0 if about["upper"] == 100.0 else scale)
    free = about["kind"] in ("ratio", "amount") and np.isnan(about["lower"])
    if free and rng.random() < 0.3:
        value = value - rng.choice([1.0, 2.0]) * abs(value[0])
    step = about["resolution"]
    if step > 0.0 and (about["kind"] == "count" or rng.random() < 0.8):
        value = np.round(value / step) * step
    if about["upper"] == 100.0 and value.max() <= 1.0 and step > 0.0:
        value = np.round(value / step) * step
    value = np.clip(value, None if free else 0.0, 100.0 if about["upper"] == 100.0 else 1e15)
    if about["kind"] in KEPT and rng.random() < 0.9:
        value = np.maximum.accumulate(value)
    return year, value


def _make_goal(
    rng: np.random.Generator, about: dict, region: str, last: float, value: np.ndarray,
    goal_years: tuple[int, ...],
) -> dict:  # fmt: skip
    """One target: near the latest value, far from it, at a bound, or met."""
    latest, move = value[-1], np.abs(np.diff(value)).mean() if len(value) > 1 else 0.0
    goal = float(rng.choice([
        latest, latest + move * rng.normal(2, 4), latest * rng.choice([0.5, 1.1, 3.0, 1e3]), 0.0,
        latest + about["resolution"], about["upper"] if about["upper"] == 100.0 else latest * 2,
    ]))  # fmt: skip
    high = goal + abs(goal) * float(rng.choice([0.0, 0.1, 1.0]))
    comparator = str(rng.choice(COMPARATORS))
    return {
        "region": region, "indicator": about["indicator"], "value": goal, "comparator": comparator,
        "value_high": high if comparator == "between" else np.nan,
        "year": int(np.floor(last)) + int(rng.choice(goal_years)),
        "event": str(rng.choice(["reach", "ever", "maintain"], p=[.9, .05, .05])),
    }  # fmt: skip


def answer(batch: Batch, answers: list[str] | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Quantiles some years after the latest figures, a row a series and year, and attainment."""
    fits = fc.fit(batch.seen, batch.about)
    latest = fits.series["latest_year"].to_numpy(float)
    values = fits.quantiles(LEVELS, latest[:, None] + np.array(batch.ahead))
    each = np.repeat(np.arange(len(latest)), len(batch.ahead))
    rows = fits.series.loc[each].reset_index(drop=True)
    rows["ahead"] = np.tile(batch.ahead, len(latest))
    for name, level in zip(NAMES, values, strict=True):
        rows[name] = level.ravel()
    return rows, fc.attainment(fits, batch.goals, answers=answers)


def check_answers(rows: pd.DataFrame, table: pd.DataFrame, found: Findings) -> None:
    """Check the properties of one answer."""
    q = rows[NAMES].to_numpy(float)
    size = np.maximum(np.abs(q).max(axis=1), np.abs(rows["latest"].to_numpy(float)))
    hair = 1e-9 * size[:, None] + 1e-300
    lower, upper = (rows[c].to_numpy(float)[:, None] for c in ("lower", "upper"))
    kept = (rows["kind"].isin(KEPT) & rows["better"].ne("lower")).to_numpy()[:, None]
    latest = rows["latest"].to_numpy(float)[:, None]
    wrong = {
        "quantile not finite": ~np.isfinite(q),
        "quantiles out of order": np.diff(q, axis=1) < -hair,
        "quantile outside bounds": (q < lower - hair) | (q > upper + hair),
        "quantile below what cannot fall": kept & (q < latest - hair),
    }
    for fault, marks in wrong.items():
        _note(found, fault, rows, marks.any(axis=1))
    silent = table["status"].isin(["no_data", "not_yet_due", "estimated", "likely_exceeded"])
    for name in ("p_reach", "p_ever", "p_maintain", "p_path"):
        if name not in table:
            continue
        p = table[name].to_numpy(float)
        absent = np.isnan(p) & ~silent.to_numpy() & (name != "p_path")
        _note(found, f"{name} missing", table, absent)
        _note(found, f"{name} outside of 0 to 1", table, (p < 0.0) | (p > 1.0))
    for name in ("median", "mc_error", "required_rate", "pace", "ratio"):
        _note(found, f"{name} infinite", table, np.isinf(table[name].to_numpy(float)))
    if "p_ever" in table:
        low, mid, high = (table[f"p_{e}"].to_numpy(float) for e in ("maintain", "reach", "ever"))
        plain = table["event"].eq("reach").to_numpy()
        _note(found, "ever < reach", table, plain & (high < mid - 1e-9))
        _note(found, "maintain > reach", table, plain & (low > mid + 1e-9))


def compare(
    batch: Batch, first: tuple[pd.DataFrame, pd.DataFrame], form: str, found: Findings,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Ask again in another form, and compare: exactly where nothing is computed otherwise."""
    seen, about, goals, factor = batch.seen, batch.about, batch.goals, 1.0
    rows, table = first
    exact = form in ("order", "chunk", "names")
    if form == "order":
        seen, about = (t.sample(frac=1.0, random_state=rng) for t in (seen, about))
    elif form == "names":
        names = {f"r{i}": f"r{99 - i}" for i in range(100)}
        seen, goals = (t.assign(region=t["region"].map(names)) for t in (seen, goals))
        rows, table = (t.assign(region=t["region"].map(names)) for t in (rows, table))
    elif form == "chunk":
        # All standards are one group: they are never asked apart.
        half = about[about["kind"].ne("standard")].iloc[::2]["indicator"]
        seen, goals, rows, table = (
            t[t["indicator"].isin(half)].reset_index(drop=True) for t in (seen, goals, rows, table)
        )
    elif form == "origin":
        seen, goals = seen.assign(year=seen["year"] + 37), goals.assign(year=goals["year"] + 37)
    else:
        factor = float(rng.choice([1e-4, 1e4]))
        free = about["upper"].isna() & (about["kind"].ne("count"))
        chosen = set(about.loc[free, "indicator"])
        about = about.assign(resolution=about["resolution"] * np.where(free, factor, 1.0))
        seen, goals = (_rescale(t, chosen, factor) for t in (seen, goals))
        rows, table = (t[t["indicator"].isin(chosen)] for t in (rows, table))
        seen, goals = (t[t["indicator"].isin(chosen)].reset_index(drop=True) for t in (seen, goals))
    if not len(seen):
        return
    found.tried[f"series asked again, {form}"] += len(rows) // len(batch.ahead)
    others, again = answer(Batch(seen, about, goals, batch.ahead), ["reach"])
    one, other = (t.set_index([*KEY, "ahead"])[NAMES].sort_index() for t in (rows, others))
    a, b = one.to_numpy() * factor, other.to_numpy()
    size = np.maximum(np.abs(a), np.abs(b)).max(axis=1, keepdims=True)
    span = (a.max(axis=1) - a.min(axis=1))[:, None]
    # What was never anything but zero, without a reporting step, has no unit that could be known.
    largest = seen["value"].abs().groupby([seen[k] for k in KEY]).max()
    step = about.set_index("indicator")["resolution"]
    keys = one.index.droplevel("ahead")
    size[(largest.loc[keys] == 0.0) & (step.loc[keys.get_level_values(1)].to_numpy() == 0.0)] = (
        np.inf
    )
    moved = a != b if exact else np.abs(a - b) > 1e-6 * size + 1e-6 * span
    _note(found, f"quantiles move with the {form}", one.reset_index(), moved.any(axis=1))
    p, q = (t["p_reach"].to_numpy(float) for t in (table, again))
    same = (p == q) | (np.isnan(p) & np.isnan(q)) if exact else ~(np.abs(p - q) > 2e-5)
    same |= (form == "unit") & table["latest"].eq(0.0).to_numpy()
    _note(found, f"p moves with the {form}", table.reset_index(drop=True), ~same)


def _rescale(table: pd.DataFrame, chosen: set[str], factor: float) -> pd.DataFrame:
    by = np.where(table["indicator"].isin(chosen), factor, 1.0)
    names = [c for c in ("value", "value_high", "standard_error") if c in table]
    return table.assign(**{c: table[c] * by for c in names})


def check_draws(batch: Batch, found: Findings) -> None:
    """Simulate some of the series: finite, within bounds, never below what cannot fall."""
    few = set(batch.about["indicator"].iloc[:4])
    seen = batch.seen[batch.seen["indicator"].isin(few)]
    fits = fc.fit(seen, batch.about)
    until = int(seen["year"].max()) + 6
    paths = fc.simulate(fits, until=until, draws=40)
    found.tried["series simulated"] += len(fits.series)
    values, series = paths.values, fits.series
    latest = series["latest"].to_numpy(float)[:, None, None]
    ahead = paths.years > series["latest_year"].to_numpy(float)[:, None] + 1e-9
    lower, upper = (series[c].to_numpy(float)[:, None, None] for c in ("lower", "upper"))
    kept = (series["kind"].isin(KEPT) & series["better"].ne("lower")).to_numpy()[:, None, None]
    hair = 1e-9 * np.abs(latest)
    wrong = ~np.isfinite(values) | (values < lower - hair) | (values > upper + hair)
    wrong |= kept & (values < latest - hair)
    _note(found, "draw outside of what can be", series, (wrong & ahead[:, None]).any(axis=(1, 2)))


def _note(found: Findings, fault: str, rows: pd.DataFrame, marks: np.ndarray) -> None:
    if marks.any():
        row = rows.loc[np.flatnonzero(marks)[0]].to_dict()
        found.add(fault, int(marks.sum()), f"batch {found.tried['batches']}: {row}")


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise TimeoutError after `seconds` of CPU time."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"no answer within {seconds} CPU-s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def check_batch(number: int, size: int, seed: int, found: Findings, forms: int = 1) -> None:
    """Make and check one batch; any exception is a fault. Every third has all answers."""
    rng = np.random.default_rng([seed, number])
    batch = make_batch(rng, size)
    found.tried["series"] += len(batch.goals)
    found.tried["figures"] += len(batch.seen)
    try:
        with time_limit(SECONDS), warnings.catch_warnings():
            warnings.simplefilter("error")
            first = answer(batch, None if number % 3 == 0 else ["reach"])
            check_answers(*first, found)
            for form in rng.permutation(FORMS)[:forms]:
                compare(batch, first, str(form), found, rng)
            if number % 5 == 0:
                check_draws(batch, found)
    except Exception as error:  # any is a find
        where = traceback.extract_tb(error.__traceback__)[-1]
        text = f"batch {number}: {error} ({where.filename}:{where.lineno})"
        found.add(f"{type(error).__name__}", 1, text)
    found.tried["batches"] += 1


def main() -> int:
    """Run all batches; print counts and finds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    found, start, shown = Findings(), time.process_time(), 0
    found.tried["batches"] = asked.first
    while found.tried["series"] < asked.series:
        check_batch(found.tried["batches"], asked.batch, asked.seed, found)
        if found.tried["series"] >= shown + 5 * asked.batch:
            shown = found.tried["series"]
            spent = time.process_time() - start
            print(f"{shown} series, {spent:.0f} CPU-s, faults: {dict(found.faults)}", flush=True)
    print(f"forecast {fc.__version__}, {time.process_time() - start:.0f} CPU-s")
    for name, count in found.tried.items():
        print(f"{count:>12,} {name}")
    print(f"{sum(found.faults.values()):>12,} faults")
    for fault, count in found.faults.most_common():
        print(f"{count:>12,} {fault}; first in {found.examples[fault]}")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
