"""Speed and accuracy beside statsforecast's AutoETS, in one run.

    python benchmarks/autoets.py PANEL [--origin YEAR] [--peers N] [--series N]

PANEL is a folder with observations.csv.gz and indicators.csv, as of `accuracy.py`. Of each series
with figures of all years, eight of them up to the origin are known, the four years after it are
forecast, and one target is asked for: the latest value and four of its mean yearly steps.

* ours: `fit`, `quantiles` and `attainment` of one target (`reach`), from DataFrames to DataFrames;
  for the speed the panel is repeated until it has `--series` series;
* AutoETS with its intervals (50, 80 and 90 %), with its defaults, on `--peers` of the same series.

Scores are on the regions and indicators that no prior was learned from (`panel_notes.csv`), those
that AutoETS forecast: the mean quantile loss over seven levels in mean yearly steps, at most 20 of
them, and the shares of outcomes within the 80 and the 90 % interval. Times are CPU seconds of this
process, after a first call of each.

statsforecast is no dependency. Install it beside the package, in an environment of its own:
`pip install forecast statsforecast`.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import forecast as fc
from forecast.model.fitting import QUANTILES, quantile_name
from forecast.training.panels import read_panel, remove_held_out

KEY = ["region", "indicator"]
HISTORY, AHEAD, LEAST = 8, 4, 8
LEVELS = [50, 80, 90]
NAMES = [quantile_name(level) for level in QUANTILES]
SIDES = ["lo-90", "lo-80", "lo-50", "", "hi-50", "hi-80", "hi-90"]
LARGEST = 20.0


def read_cases(folder: Path, origin: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Read figures up to the origin, those after it, and the indicators.

    Series have a figure of each year: AutoETS refuses shorter ones. The column
    `step` is the mean yearly step, `held` whether nothing was learned from the series.
    """
    panel = read_panel(folder, "world")
    rows, years = panel.observations[[*KEY, "year", "value"]], panel.observations["year"]
    past = rows[(years > origin - HISTORY) & (years <= origin)].sort_values([*KEY, "year"])
    later = rows[(years > origin) & (years <= origin + AHEAD)].sort_values([*KEY, "year"])
    past = past.assign(step=past.groupby(KEY)["value"].diff().abs())
    about = past.groupby(KEY).agg(n=("year", "size"), last=("year", "max"), step=("step", "mean"))
    kept = about[(about["n"] >= LEAST) & (about["last"] == origin) & (about["step"] > 0.0)]
    size = later.groupby(KEY).size()
    kept = kept.loc[kept.index.intersection(size[size == AHEAD].index)]
    notes = pd.read_csv(Path(__file__).parent / "panel_notes.csv", keep_default_na=False)
    learned = remove_held_out(panel, notes).observations[KEY].drop_duplicates()
    held = ~kept.index.isin(pd.MultiIndex.from_frame(learned))
    facts = kept[["step"]].assign(held=held).reset_index()
    return past.drop(columns="step").merge(facts, on=KEY), later.merge(facts, on=KEY), (
        panel.indicators
    )  # fmt: skip


def forecast_ours(past: pd.DataFrame, about: pd.DataFrame, origin: int) -> pd.DataFrame:
    """Fit, compute the quantiles of the four years and the chance of one target a series."""
    fits = fc.fit(past[[*KEY, "year", "value"]], about)
    table = fc.quantiles(fits, range(origin + 1, origin + AHEAD + 1))
    last = past.drop_duplicates(KEY, keep="last")
    goals = last[KEY].assign(
        year=origin + AHEAD, value=last["value"] + AHEAD * last["step"], comparator="ge"
    )
    fc.attainment(fits, goals, answers=["reach"])
    return table


def forecast_ets(past: pd.DataFrame) -> pd.DataFrame:
    """Forecast four years with AutoETS; columns as of `fc.quantiles`."""
    try:
        from statsforecast import StatsForecast
        from statsforecast.models import AutoETS
    except ImportError:
        raise SystemExit(
            "This benchmark needs statsforecast, in an environment beside the package:\n"
            "pip install forecast statsforecast"
        ) from None
    rows = past.assign(unique_id=past["region"] + "\x1f" + past["indicator"])
    rows = rows.rename(columns={"year": "ds", "value": "y"})[["unique_id", "ds", "y"]]
    engine = StatsForecast(models=[AutoETS(season_length=1)], freq=1, n_jobs=1)
    found = engine.forecast(df=rows, h=AHEAD, level=LEVELS)
    names = found["unique_id"].str.split("\x1f", expand=True)
    columns = {
        n: found[f"AutoETS-{s}" if s else "AutoETS"] for n, s in zip(NAMES, SIDES, strict=True)
    }
    return pd.DataFrame({"region": names[0], "indicator": names[1], "year": found["ds"], **columns})


def score(table: pd.DataFrame, later: pd.DataFrame) -> dict[str, float]:
    """Scores of a forecast on the held-out series that it has."""
    cases = later[later["held"]].merge(table, on=[*KEY, "year"])
    error = cases["value"].to_numpy()[:, None] - cases[NAMES].to_numpy()
    loss = np.maximum(np.array(QUANTILES) * error, (np.array(QUANTILES) - 1.0) * error)
    loss = np.minimum(2.0 * loss.mean(axis=1) / cases["step"], LARGEST)
    within = {n: cases["value"].between(cases[low], cases[high]).mean()
              for n, low, high in (("80 %", "q10", "q90"), ("90 %", "q05", "q95"))}  # fmt: skip
    return {"scored": len(cases) / AHEAD, "loss": loss.mean(), **within}


def repeat(past: pd.DataFrame, series: int) -> pd.DataFrame:
    """Copy a panel under other names of regions until it has so many series."""
    copies = -(-series // len(past[KEY].drop_duplicates()))
    return pd.concat([past.assign(region=past["region"] + f"-{i:03d}") for i in range(copies)])


def main() -> None:
    """Print series a CPU second, the ratio, and the scores of both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("panel", type=Path)
    parser.add_argument("--origin", type=int, default=2016)
    parser.add_argument("--peers", type=int, default=200)
    parser.add_argument("--series", type=int, default=50_000)
    given = parser.parse_args()
    past, later, about = read_cases(given.panel, given.origin)
    names = past.loc[past["held"], KEY].drop_duplicates()
    some = past.merge(names.sample(min(given.peers, len(names)), random_state=0), on=KEY)
    large = repeat(past, given.series)
    works = {
        "forecast": (large, lambda rows: forecast_ours(rows, about, given.origin)),
        "AutoETS": (some, forecast_ets),
    }
    shown = {}
    for name, (rows, work) in works.items():
        work(past.merge(names.head(3), on=KEY))
        start = time.process_time()
        table = work(rows)
        seconds, series = time.process_time() - start, len(rows[KEY].drop_duplicates())
        table = forecast_ours(past, about, given.origin) if name == "forecast" else table
        table = table.merge(some[KEY].drop_duplicates(), on=KEY)
        shown[name] = {"series": series, "CPU s": seconds, "series/s": series / seconds,
                       **score(table, later)}  # fmt: skip
    result = pd.DataFrame(shown).T
    ratio = result["series/s"].iloc[0] / result["series/s"].iloc[1]
    print(f"forecast {fc.__version__}, origin {given.origin}, {HISTORY} years of history")
    print(result.round(3).to_string())
    print(f"{ratio:,.0f} times as many series a second as AutoETS")


if __name__ == "__main__":
    main()
