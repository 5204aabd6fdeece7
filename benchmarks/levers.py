"""Time a comparison of scenarios and one step of a slider, against loops over the draws.

    python benchmarks/levers.py [--region R] [--draws N]

Measured are the baseline and six scenarios of the package on all targets of a region, with the plan
loaded, fits and draws included; and one setting of one lever of one indicator (quantiles of every
year, probability, difference) on existing draws. The references do the same one draw at a time: the
comparison by calling the same functions for each draw, the lever by a loop in plain Python over the
workforce's recursion. They run on fewer draws and are scaled up.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

import forecast as fc
from forecast.model.fitting import QUANTILES
from forecast.scenarios.response import TargetResponse
from forecast.scenarios.scenario import scenario_folder

SIX = (
    "care_worker_training", "consumption_slows", "burial_sites_in_every_township",
    "projects_slip_a_year", "plan_at_80_percent", "combined_push",
)  # fmt: skip
REFERENCE_DRAWS = 20
REPEATS = 5
INDICATOR = "care_workers_per_10k_elderly"


def seconds(work: Callable[[], object]) -> list[float]:
    """Time a few runs, the shortest first."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)


def compare_by_draw(paths: fc.Paths, plan: fc.Plan) -> None:
    """Compare six scenarios in a loop over the draws."""
    for draw in range(REFERENCE_DRAWS):
        alone = replace(paths, values=paths.values[:, draw : draw + 1])
        fc.compare(plan, SIX, paths=alone)


def lever_by_draw(paths: fc.Paths, goal: float, trainees: float) -> tuple[float, list[list[float]]]:
    """Add trained workers to an elderly population's ratio, draw by draw and year by year."""
    row = paths.fits.series["indicator"].tolist().index(INDICATOR)
    values = paths.values[row]
    rng = np.random.default_rng(0)
    met, columns = 0, [[] for _ in paths.years]
    for draw in range(len(values)):
        leaving, passing = rng.triangular(8, 15, 25) / 100, rng.triangular(70, 85, 95) / 100
        elderly, growth = rng.triangular(527e3, 536e3, 545e3), rng.triangular(2.5, 4, 5.5) / 100
        extra, share = 0.0, 0.0
        for column, year in enumerate(paths.years):
            extra = extra * (1.0 - leaving) + (passing * trainees if year > 2023 else 0.0)
            share = values[draw, column] + 10_000 * extra / (elderly * (1 + growth) ** (column + 1))
            columns[column].append(share)
        met += share >= goal
    return met / len(values), [np.quantile(column, QUANTILES).tolist() for column in columns]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--region", default="lishui")
    parser.add_argument("--draws", type=int, default=4000)
    options = parser.parse_args()
    plan = fc.load_plan(options.region, as_of="2022-12-31")
    fc.read_mechanisms()
    known = {file.stem for file in scenario_folder().glob("*.yaml")}
    assert known >= set(SIX)

    start = time.perf_counter()
    fc.compare(plan, SIX, until=2025, draws=options.draws, seed=0)
    first = time.perf_counter() - start
    times = seconds(lambda: fc.compare(plan, SIX, until=2025, draws=options.draws, seed=0))
    paths = fc.project(plan, until=2025, draws=options.draws, seed=0)
    loop = seconds(lambda: compare_by_draw(paths, plan))[0] * options.draws / REFERENCE_DRAWS
    print(f"compare, baseline and six scenarios, {options.draws} draws, {options.region}:")
    print(f"  first call {first:.2f} s, best of {REPEATS} {times[0]:.2f} s")
    print(f"  one draw at a time {loop:.1f} s: {loop / times[0]:.0f} times as long")

    target = {"indicator": INDICATOR, "year": 2025}
    response = TargetResponse.build(plan, target, paths=paths)
    settings = iter(range(10, 10_000, 10))
    times = seconds(lambda: response({"trainees_per_year": float(next(settings))}))
    loop = seconds(lambda: lever_by_draw(paths, 25.0, 300.0))[0]
    print(f"one lever of one indicator, {options.draws} draws:")
    print(f"  best {1000 * times[0]:.1f} ms, worst of {REPEATS} {1000 * times[-1]:.1f} ms")
    print(f"  loop in plain Python {1000 * loop:.0f} ms: {loop / times[0]:.0f} times as long")


if __name__ == "__main__":
    main()
