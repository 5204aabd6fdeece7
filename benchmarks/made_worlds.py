"""Do forecasts harm where the law is simple? Made worlds, alone and with peers, beside a drift.

    python benchmarks/made_worlds.py [--groups 40] [--regions 25] [--priors FILE] [--seed 1]

Each world of `forecast.training.made` gives `--groups` indicators in `--regions` regions, with n
figures before the origin and four years after it. They are forecast as a table of the indicator's
regions (`peers`) and each as an indicator that nobody else has (`alone`), beside the plain drift of
`evaluation.baselines`. Brier scores are of targets at half to twice the recent pace, as in
learning; CRPS is in mean yearly changes of the eight years before; coverage is that of 90 %
intervals.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import forecast as fc
from forecast.evaluation import scores
from forecast.evaluation.baselines import compute_naive_forecasts
from forecast.model.fitting import QUANTILES, fit_panel
from forecast.model.panel import SeriesPanel
from forecast.model.priors import read_priors
from forecast.training.cases import make_targets
from forecast.training.made import WORLDS, make_windows
from forecast.training.windows import HORIZONS, Windows

LENGTHS = (4, 6, 8)
Answer = tuple[np.ndarray, np.ndarray]
"""Quantiles (levels, series, years) and P(value <= threshold) (series, factors, years)."""


def forecast(panel: SeriesPanel, kind: str, threshold: np.ndarray, priors: pd.DataFrame) -> Answer:
    """Forecast all series of a panel, as `fit` does."""
    count = len(panel.value)
    q, below = np.empty((len(QUANTILES), count, len(HORIZONS))), np.empty(threshold.shape)
    for part in fit_panel(kind, np.arange(count), panel, priors=priors):
        horizon = np.broadcast_to(HORIZONS, (len(part.rows), len(HORIZONS)))
        q[:, part.rows] = part.quantiles(QUANTILES, horizon)
        for factor in range(threshold.shape[1]):
            below[part.rows, factor] = part.cdf(threshold[part.rows, factor], horizon)
    return q, below


def drift(panel: SeriesPanel, threshold: np.ndarray) -> Answer:
    """Forecast all series by their own mean step."""
    count, factors, years = threshold.shape
    past = panel.take(np.repeat(np.arange(count), years))
    year = np.repeat(panel.year[:, -1], years) + np.tile(HORIZONS, count)
    case = np.broadcast_to(np.arange(count * years).reshape(count, 1, years), threshold.shape)
    asked = np.array(QUANTILES), case.ravel(), threshold.ravel()
    q, below = compute_naive_forecasts(past, year, asked)["drift"]
    return q.reshape(len(QUANTILES), count, years), below.reshape(count, factors, years)


def judge(made: Windows, answer: Answer, threshold: np.ndarray, valid: np.ndarray) -> list[float]:
    """Brier, CRPS and coverage of the 90 % interval."""
    q, below = answer
    reached = made.actual[:, None, :] >= threshold
    brier = (1.0 - below - reached) ** 2
    crps = scores.crps_of_quantiles(made.actual, q, np.array(QUANTILES)) / made.scale[:, None]
    inside = scores.covered(made.actual, q[0], q[-1])
    return [brier[valid].mean(), np.minimum(crps, scores.CAP).mean(), inside.mean()]


def measure(world: str, n: int, asked: argparse.Namespace, priors: pd.DataFrame) -> list[dict]:
    """Scores of one world and length by method."""
    made = make_windows(world, n, asked.regions, asked.groups, seed=asked.seed)
    kind = WORLDS[world][0]
    threshold, valid = make_targets(made.panel, made.length, made.scale)
    alone = replace(made.panel, group=np.arange(len(made.panel.value)))
    answers = {
        "peers": forecast(made.panel, kind, threshold, priors),
        "alone": forecast(alone, kind, threshold, priors),
        "drift": drift(made.panel, threshold),
    }
    return [
        {"world": world, "n": n, "method": method, "scores": judge(made, one, threshold, valid)}
        for method, one in answers.items()
    ]


def main() -> None:
    """Print the scores by world, and by world and n what exceeds the drift's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--groups", type=int, default=40)
    parser.add_argument("--regions", type=int, default=25)
    parser.add_argument("--priors", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    priors = read_priors(asked.priors)
    rows = [row for world in WORLDS for n in LENGTHS for row in measure(world, n, asked, priors)]
    table = pd.DataFrame(rows)
    names = ["brier", "crps", "inside"]
    table[names] = np.array(table.pop("scores").to_list())
    wide = table.pivot_table(index=["world", "n"], columns="method", values=names, sort=False)
    by_world = wide.groupby(level="world", sort=False).mean()
    size = f"{asked.groups} indicators, {asked.regions} regions, seed {asked.seed}"
    print(f"forecast {fc.__version__}, {size}")
    for name in names:
        print(f"\n{name}\n{by_world[name][['peers', 'alone', 'drift']].round(3).to_string()}")
    above = pd.DataFrame({m: wide["brier"][m] - wide["brier"]["drift"] for m in ("peers", "alone")})
    print(f"\nBrier less the drift's\n{above.unstack().round(3).to_string()}")


if __name__ == "__main__":
    main()
