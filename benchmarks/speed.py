"""How fast is a fit? Series a CPU-second, beside a named peer in the same run.

    python benchmarks/speed.py [--series N] [--figures N]

From arrays: `fit_panel`, seven quantiles of four years and one chance each year of N made shares
(and ratios) with the same five years. Peers: numpy's `polyfit` drift of each series in a loop, and
statsmodels' Holt trend (on fewer series). Ratios hold where absolute figures do not.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import forecast as fc
from forecast.model.counts import CountPredictive
from forecast.model.fitting import QUANTILES, fit_panel
from forecast.model.panel import SeriesPanel

AHEAD = np.arange(1.0, 5.0)
PEER_SERIES, HOLT_SERIES = 2000, 100
REPEATS = 3


def made(series: int, figures: int, kind: str) -> SeriesPanel:
    """Shares (0-100) or positive ratios that rise with noise."""
    rng = np.random.default_rng(0)
    z = rng.normal(0, 1, (series, 1)) + np.cumsum(rng.normal(0.1, 0.15, (series, figures)), axis=1)
    value = 100.0 / (1.0 + np.exp(-z)) if kind == "share" else 20.0 * np.exp(z)
    year = np.broadcast_to(2015.0 + np.arange(figures), value.shape)
    one = np.ones(series)
    upper = 100.0 * one if kind == "share" else np.inf * one
    breaks = np.zeros(value.shape, bool)
    group = np.arange(series) // 100
    return SeriesPanel(value, year, breaks, group, one, 0.0 * one, upper, 0.1 * one, breaks[:, 0])


def ours(kind: str, batch: SeriesPanel) -> None:
    """Fit, quantiles of four years, chances of four years."""
    rows = np.arange(len(batch.value))
    goal = batch.value[:, -1:] * np.array([[1.02, 1.04, 1.06, 1.08]])
    for predictive in fit_panel(kind, rows, batch):
        assert not isinstance(predictive, CountPredictive)
        horizon = np.broadcast_to(AHEAD, (len(predictive.rows), 4))
        predictive.quantiles(QUANTILES, horizon)
        predictive.cdf(goal[predictive.rows], horizon)


def drift(batch: SeriesPanel) -> None:
    """Fit a straight line to each series in a loop."""
    for value, year in zip(batch.value[:PEER_SERIES], batch.year[:PEER_SERIES], strict=True):
        slope, level = np.polyfit(year - year[-1], value, 1)
        level + slope * AHEAD


def holt(batch: SeriesPanel) -> None:
    """Fit statsmodels' exponential smoothing with a trend to each series in a loop."""
    from statsmodels.tsa.holtwinters import Holt

    for value in batch.value[:HOLT_SERIES]:
        Holt(value, initialization_method="estimated").fit(optimized=True).forecast(4)


def seconds(work: Callable[[], None]) -> float:
    """Best of a few runs."""
    best = np.inf
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return float(best)


def main() -> None:
    """Print series a CPU-second, and ours over the peers'."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=20_000)
    parser.add_argument("--figures", type=int, default=5)
    asked = parser.parse_args()
    rates = {}
    for kind in ("share", "ratio"):
        batch = made(asked.series, asked.figures, kind)
        rates[f"ours, {kind}"] = asked.series / seconds(lambda b=batch, k=kind: ours(k, b))
    rates["numpy polyfit, a loop"] = PEER_SERIES / seconds(lambda: drift(batch))
    rates["statsmodels Holt, a loop"] = HOLT_SERIES / seconds(lambda: holt(batch))
    name = "series a CPU-second"
    table = pd.Series(rates).rename(name).round(0).to_frame()
    table["times the loop"] = (table[name] / rates["numpy polyfit, a loop"]).round(1)
    print(f"forecast {fc.__version__}, {asked.series} series of {asked.figures} figures")
    print(table.to_string())


if __name__ == "__main__":
    main()
