"""Measure how time, memory and bytes grow with the number of series.

`python benchmarks/scale.py` prints two tables:

* frames: `fit`, `quantiles` of four years and `attainment` of one target a series, on DataFrames in
  one process; `full` with every answer;
* panel: `run_panel` on a Parquet dataset, in this process (workers 0) and on Dask.

Made figures: five a series, five kinds of indicators; five indicators to sixty, with two thousand
regions each and more where there are many series. Each case runs in a process of its own, and a
dataset is written by another, so that its memory is its own; `work_mb` is the largest that a call
needs beside its tables and its result. Times are CPU seconds of all its processes; growth is that
of the time over that of the series, from the row before: 1 is linear.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FIGURES, FIRST = 5, 2021
YEARS = [2026, 2027, 2028, 2030]
KINDS = ("share", "ratio", "amount", "stock", "count")
STEP = {"share": 0.1, "ratio": 0.1}


def make_tables(series: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make figures, targets and indicators of a number of series."""
    indicators = int(np.clip(series // 2000, 5, 60))
    regions = series // indicators
    names = [f"i{j:02d}" for j in range(indicators)]
    kinds = [KINDS[j % len(KINDS)] for j in range(indicators)]
    about = pd.DataFrame({
        "indicator": names, "kind": kinds, "better": "higher", "lower": 0.0,
        "upper": [100.0 if kind == "share" else np.nan for kind in kinds],
        "resolution": [STEP.get(kind, 1.0) for kind in kinds],
    })  # fmt: skip
    rng = np.random.default_rng(0)
    steps = np.abs(rng.normal(1.0, 1.0, (indicators * regions, FIGURES)))
    values = np.round(rng.uniform(20, 60, (len(steps), 1)) + np.cumsum(steps, axis=1))
    region = np.tile([f"r{i:06d}" for i in range(regions)], indicators)
    indicator = np.repeat(names, regions)
    rows = pd.DataFrame({
        "region": np.repeat(region, FIGURES), "indicator": np.repeat(indicator, FIGURES),
        "year": np.tile(np.arange(FIRST, FIRST + FIGURES), len(values)), "value": values.ravel(),
    })  # fmt: skip
    goals = pd.DataFrame({
        "region": region, "indicator": indicator, "year": YEARS[-1],
        "value": np.minimum(values[:, -1] + 5.0, 99.0), "comparator": "ge",
    })  # fmt: skip
    return rows, goals, about


def run_frames(series: int, answers: list[str] | None) -> dict[str, float]:
    """Answer all series of one DataFrame."""
    import forecast as fc

    rows, goals, about = make_tables(series)
    # What is imported when it is first used is no part of a series' time.
    few = rows[rows["region"].isin(rows["region"].unique()[:2])]
    fc.attainment(fc.fit(few, about), goals[goals["region"].isin(few["region"])])
    fc.quantiles(fc.fit(few, about), YEARS)
    fits, fit, work = measure_stage(lambda: fc.fit(rows, about))
    forecast, quantiles, more = measure_stage(lambda: fc.quantiles(fits, YEARS))
    result, targets, most = measure_stage(lambda: fc.attainment(fits, goals, answers=answers))
    assert len(forecast) == series // len(about) * len(about) * len(YEARS) and len(result)
    return {"fit": fit, "quantiles": quantiles, "targets": targets,
            "cpu": fit + quantiles + targets, "work_mb": max(work, more, most)}  # fmt: skip


def measure_stage(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return a result, its CPU seconds, and the memory in MB that is free again after it.

    That is the peak less what is held at the end: tables and result. 0 where there is no `/proc`.
    """
    reset = Path("/proc/self/clear_refs")
    if reset.exists():
        reset.write_text("5")
    start = time.process_time()
    result = work()
    seconds = time.process_time() - start
    gc.collect()
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    kb = {line.split()[0]: int(line.split()[1]) for line in lines if line.endswith(" kB")}
    return result, seconds, (kb["VmHWM:"] - kb["VmRSS:"]) / 1024 if kb else 0.0


def write_dataset(series: int, source: Path) -> None:
    """Write a dataset of twenty files."""
    rows, goals, about = make_tables(series)
    for name, table in (("observations", rows), ("targets", goals)):
        (source / name).mkdir(parents=True)
        code, names = pd.factorize(table["region"])
        file = np.array([int(name[-2:]) % 20 for name in names])[code]
        for i in range(20):
            part = table[file == i]
            part.to_parquet(source / name / f"{i:02d}.parquet", index=False)
    about.to_csv(source / "indicators.csv", index=False)


def run_dataset(series: int, workers: int, folder: Path) -> dict[str, float]:
    """Answer all series of a dataset."""
    from forecast.panel.runner import run_panel

    before, start = time.process_time(), time.perf_counter()
    result = run_panel(str(folder / "in"), str(folder / "out"), years=YEARS, workers=workers)
    wall, own = time.perf_counter() - start, time.process_time() - before
    assert result.complete, result.faults
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    sizes = {n: sum(f.stat().st_size for f in (folder / "out" / n).rglob("*") if f.is_file())
             for n in ("quantiles", "attainment", "_parts")}  # fmt: skip
    return {"cpu": own + children.ru_utime + children.ru_stime, "wall": wall,
            "out": (sizes["quantiles"] + sizes["attainment"]) / series,
            "parts": sizes["_parts"] / series,
            "worker_mb": children.ru_maxrss / 1024}  # fmt: skip


def measure(case: str, series: int) -> dict[str, float]:
    """Run a case in a process of its own, and write its dataset in another."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--series", str(series), "--folder", folder, "--case"]
        if case.startswith("panel"):
            subprocess.run([*command, "write"], check=True)
        done = subprocess.run([*command, case], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print the tables, or one case as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=1_000_000, help="largest number of series")
    parser.add_argument("--most-frames", type=int, default=100_000, help="the same, of DataFrames")
    parser.add_argument("--workers", type=int, nargs="*", default=[0, 2])
    parser.add_argument("--case")
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.case == "write":
        write_dataset(given.series, given.folder / "in")
        return
    if given.case:
        name, _, number = given.case.partition("-")
        if name == "panel":
            found = run_dataset(given.series, int(number), given.folder)
        else:
            found = run_frames(given.series, ["reach"] if name == "reach" else None)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**found, "peak_mb": peak}))
        return
    sizes = [10**k for k in range(3, 10) if 10**k <= given.most]
    cases = ["reach", "full", *(f"panel-{workers}" for workers in given.workers)]
    for case in cases:
        print(f"\n{case}", flush=True)
        last: tuple[int, float] | None = None
        for series in sizes:
            if not case.startswith("panel") and series > given.most_frames:
                continue
            found = measure(case, series)
            growth = "" if last is None else (
                f"  growth {found['cpu'] / last[1] / (series / last[0]):.2f}")  # fmt: skip
            facts = "  ".join(f"{k} {v:,.1f}" for k, v in found.items())
            rate = f"{series / found['cpu']:,.0f} series/CPU-s"
            print(f"{series:>9,} series  {rate}  {facts}{growth}", flush=True)
            last = series, found["cpu"]


if __name__ == "__main__":
    main()
