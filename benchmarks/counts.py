"""Do intervals for cumulative counts hold? On yearly numbers of a panel, added up as a programme.

    python benchmarks/counts.py PANEL [--indicator patent_applications]

PANEL is a folder with observations.csv.gz. Each run of years of an indicator that counts things
(such as patents applied for) is taken as a programme that starts at zero: n totals are shown, the
next four are forecast by `counts.fit_counts`. Printed are CRPS (in mean yearly steps, capped
at 20) and the share inside the 90 % interval by n, for the half of the regions on which the
constants were searched and for the other half. The last choice among near values saw both.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.evaluation.scores import CAP, covered, crps_of_quantiles
from forecast.model.counts import fit_counts
from forecast.model.fitting import QUANTILES
from forecast.model.panel import SeriesPanel

LENGTHS = (2, 3, 4, 5, 6, 8)
AHEAD = np.arange(1.0, 5.0)
START_EVERY = 4
FEWEST = 5.0


def programmes(table: np.ndarray, n: int) -> np.ndarray:
    """Add up n + 4 years, (programmes, years), of regions (rows) without a gap."""
    width = n + len(AHEAD)
    starts = range(0, table.shape[1] - width + 1, START_EVERY)
    runs = np.concatenate([table[:, s : s + width] for s in starts])
    totals = np.cumsum(np.round(runs[~np.isnan(runs).any(axis=1)]), axis=1)
    return totals[totals[:, n - 1] >= FEWEST]


def judge(table: np.ndarray, n: int) -> dict[str, float]:
    """CRPS and coverage of the programmes of one length."""
    totals = programmes(table, n)
    shown, actual = totals[:, :n], totals[:, n:]
    one, breaks = np.ones(len(shown)), np.zeros(shown.shape, bool)
    years = np.broadcast_to(np.arange(1.0 - n, 1.0), shown.shape)
    group = np.arange(len(shown))
    batch = SeriesPanel(
        shown, years, breaks, group, one, 0.0 * one, np.inf * one, one, one.astype(bool)
    )  # fmt: skip
    horizon = np.broadcast_to(AHEAD, actual.shape)
    values = fit_counts(group, batch).quantiles(QUANTILES, horizon)
    step = np.maximum(np.diff(shown, axis=1).mean(axis=1), 1.0)[:, None]
    crps = crps_of_quantiles(actual, values, np.array(QUANTILES)) / step
    return {
        "programmes": len(shown),
        "CRPS": float(np.minimum(crps, CAP).mean()),
        "cover90": float(covered(actual, values[0], values[-1]).mean()),
    }


def main() -> None:
    """Print both halves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("panel", type=Path)
    parser.add_argument("--indicator", default="patent_applications")
    asked = parser.parse_args()
    seen = pd.read_csv(asked.panel / "observations.csv.gz")
    mine = seen[seen["indicator"] == asked.indicator]
    table = mine.pivot(index="region", columns="year", values="value").to_numpy()
    half = np.random.default_rng(0).permutation(len(table)) % 2
    rows = [
        {"half": name, "n": n, **judge(table[half == number], n)}
        for number, name in enumerate(("searched on", "other"))
        for n in LENGTHS
    ]
    print(pd.DataFrame(rows).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
