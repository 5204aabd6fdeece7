"""How good is a lone long series' forecast? Beside Theta, scored as in the M3 and M4 competitions.

    python benchmarks/long_series.py PANEL [--series 400] [--years 20]

Series of regions that no prior was learned from (`panel_notes.csv`) with at least `--years`
figures, one a year and of one definition, before six more are cut there, at the latest such year;
each is forecast for the six years as an indicator that nobody else has. sMAPE and MASE are of
medians, OWA the mean of both over those of no change (Makridakis, Spiliotis and Assimakopoulos
2020, doi 10.1016/j.ijforecast.2019.04.014). Theta is statsmodels'.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import forecast as fc
from forecast.evaluation.baselines import compute_naive_forecasts, compute_peer_forecasts
from forecast.model.fitting import fit_panel
from forecast.model.panel import SeriesPanel
from forecast.training.panels import read_panel

AHEAD = 6
NOTES = Path(__file__).parent / "panel_notes.csv"


def cut(folder: Path, years: int, most: int) -> tuple[SeriesPanel, np.ndarray, np.ndarray]:
    """Cut series: the panel known, the kinds, and (series, AHEAD) outcomes."""
    notes = pd.read_csv(NOTES)
    panel = read_panel(folder, "world", notes)
    held = notes[(notes["domain"] == "world") & (notes["use"] == "held out")]["region"]
    rows = panel.observations[panel.observations["region"].isin(held)]
    about = panel.indicators.set_index("indicator")
    found = []
    for (_, name), part in rows.groupby(["region", "indicator"]):
        last = part.sort_values("year").iloc[-(years + AHEAD) :]
        whole = len(last) == years + AHEAD and (np.diff(last["year"]) == 1).all()
        if whole and not last.get("break", pd.Series(False, last.index)).iloc[1:].any():
            found.append((name, last["year"].to_numpy(float), last["value"].to_numpy(float)))
    chosen = np.random.default_rng(0).permutation(len(found))[:most]
    names = [found[i][0] for i in chosen]
    year, value = (np.stack([found[i][k] for i in chosen]) for k in (1, 2))
    facts = about.loc[names]
    lower, upper, step = (
        pd.to_numeric(facts[c], errors="coerce") for c in ("lower", "upper", "resolution")
    )
    known = SeriesPanel(
        value[:, :years], year[:, :years], np.zeros((len(value), years), bool),
        np.arange(len(value)), np.where(facts["better"] == "lower", -1.0, 1.0),
        lower.fillna(-np.inf).to_numpy(), upper.fillna(np.inf).to_numpy(),
        step.fillna(0.0).to_numpy(), np.zeros(len(value), bool),
    )  # fmt: skip
    return known, facts["kind"].to_numpy(str), value[:, years:]


def forecast_medians(past: SeriesPanel, kind: np.ndarray) -> dict[str, np.ndarray]:
    """Medians (series, AHEAD) of every method."""
    count = len(past.value)
    ours = np.empty((count, AHEAD))
    for one in np.unique(kind):
        rows = np.flatnonzero(kind == one)
        for part in fit_panel(one, rows, past.take(rows)):
            horizon = np.tile(np.arange(1.0, AHEAD + 1.0), (len(part.rows), 1))
            ours[part.rows] = part.quantiles([0.5], horizon)[0]
    row = np.repeat(np.arange(count), AHEAD)
    each = past.take(row)
    year = np.repeat(past.year[:, -1], AHEAD) + np.tile(np.arange(1.0, AHEAD + 1.0), count)
    asked = np.array([0.5]), np.zeros(0, int), np.zeros(0)
    naive = compute_naive_forecasts(each, year, asked)
    theta = compute_peer_forecasts("theta", each, row, year, asked)[0]
    found = {"drift": naive["drift"], "no change": naive["no_change"], "theta": theta}
    return {"ours": ours} | {m: q[0].reshape(count, AHEAD) for m, (q, _) in found.items()}


def main() -> None:
    """Print sMAPE, MASE and OWA."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("panel", type=Path)
    parser.add_argument("--series", type=int, default=400)
    parser.add_argument("--years", type=int, default=20)
    asked = parser.parse_args()
    past, kind, actual = cut(asked.panel, asked.years, asked.series)
    medians = forecast_medians(past, kind)
    scale = np.abs(np.diff(past.value, axis=1)).mean(axis=1)
    kept = (scale > 0) & np.all([np.isfinite(m).all(axis=1) for m in medians.values()], axis=0)
    rows = {}
    for name, median in medians.items():
        error, size = np.abs(median - actual), np.abs(median) + np.abs(actual)
        smape = 200.0 * np.where(size > 0, error / np.where(size > 0, size, 1.0), 0.0)[kept].mean()
        rows[name] = [smape, (error / np.where(scale > 0, scale, 1.0)[:, None])[kept].mean()]
    table = pd.DataFrame(rows, index=["sMAPE", "MASE"]).T
    table["OWA"] = (table / table.loc["no change"]).mean(axis=1)
    print(f"forecast {fc.__version__}, {kept.sum()} series of {asked.years} figures")
    print(table.round(3).to_string())
    print(f"OWA over Theta's: {table.at['ours', 'OWA'] / table.at['theta', 'OWA']:.3f}")


if __name__ == "__main__":
    main()
