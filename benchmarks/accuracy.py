"""How good are the forecasts? Learned on one part of a panel, checked on another.

    python benchmarks/accuracy.py PANEL [--split regions|later|indicators] [--ablation]
                                  [--processes N] [--priors FOLDER] [--write FILE --source TEXT]

PANEL is a folder with observations.csv.gz (region, indicator, year, value), indicators.csv,
windows.csv.gz (window, region, indicator, origin, n_history, scale), outcomes.csv.gz (window,
year, actual) and targets.csv.gz (task, window, year, target, comparator, reached). Priors are
learned from the learning part alone; every window of the checking part is then fitted through
`forecast.fit`, in a table with what its siblings show up to its origin (`siblings`), or as an
indicator that nobody else has (`alone`).

Splits: `regions`: half of the regions learn, the other half checks; `later`: likewise, and the
learning part ends where the checking part begins; `indicators`: four folds, each checked with
priors of the other three. `--priors` keeps what was learned in a folder, and finds it there the
next time. `--ablation` takes one part of the method away at a time, learns again and checks again
(split `regions`, with siblings, fewer windows); `--write` puts scores and reliability into a
table such as `data/calibration.csv`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import forecast as fc
from forecast.evaluation import scores
from forecast.evaluation.baselines import INTERVAL_METHODS, compute_naive_forecasts
from forecast.model import posterior
from forecast.model.fitting import QUANTILES
from forecast.model.panel import build_panel
from forecast.model.priors import read_priors
from forecast.reports.method_check import CALIBRATION
from forecast.targets.events import compute_threshold
from forecast.training import learning
from forecast.training.learning import learn_priors

HALVES_SEED = 5
TURN = 2010
"""Split `later`: learning ends with this year, checking begins with this origin."""
FOLDS = 4
COLUMNS = [f"q{100 * level:02.0f}" for level in QUANTILES]
JOINT = {"horizon": 4, "history": 5, "draws": 400}
ABLATIONS: dict[str, dict[str, float]] = {
    "nothing": {},
    "pace of siblings": {"recent": 0.0, "lasting": 0.0, "catching_up": 0.0},
    "wanted direction": {"direction": 0.0},
    "changing, restless and blurred paces": {
        "changing": -30.0,
        "restless": -30.0,
        "blurred": -30.0,
    },
    "mixture of links": {},
    "shared shock": {},
    "rounding": {},
    "recalibration": {},
}
"""Numbers held at a value while all others are learned; the rest is switched in `without`."""
ABLATION_WINDOWS = 120
ABLATION_LENGTHS = (3, 5, 8)


@dataclass(frozen=True)
class Panel:
    """The tables of a panel."""

    observations: pd.DataFrame
    indicators: pd.DataFrame
    windows: pd.DataFrame
    outcomes: pd.DataFrame
    targets: pd.DataFrame

    @staticmethod
    def read(folder: Path) -> Panel:
        """Read the tables of a folder."""
        names = ["observations", "windows", "outcomes", "targets"]
        tables = {name: pd.read_csv(folder / f"{name}.csv.gz") for name in names}
        return Panel(indicators=pd.read_csv(folder / "indicators.csv"), **tables)


@dataclass(frozen=True)
class Part:
    """One division of a panel: what is learned from, which windows are checked."""

    learn: pd.DataFrame
    indicators: pd.DataFrame
    check: pd.DataFrame


def divide(panel: Panel, split: str) -> Iterator[Part]:
    """Divisions of a split: none of their checking windows is learned from."""
    rng = np.random.default_rng(HALVES_SEED)
    windows, seen = panel.windows, panel.observations
    if split == "indicators":
        names = panel.indicators["indicator"].to_numpy(str)
        fold = dict(zip(names, rng.permutation(len(names)) % FOLDS, strict=True))
        for number in range(FOLDS):
            others = panel.indicators[panel.indicators["indicator"].map(fold) != number]
            learn = seen[seen["indicator"].map(fold) != number]
            yield Part(learn, others, windows[windows["indicator"].map(fold) == number])
        return
    regions = np.array(sorted(windows["region"].unique()))
    half = dict(zip(regions, rng.permutation(len(regions)) % 2, strict=True))
    learn = seen[seen["region"].map(half).fillna(0) == 0]
    check = windows[windows["region"].map(half) == 1]
    if split == "later":
        learn, check = learn[learn["year"] <= TURN], check[check["origin"] >= TURN]
    yield Part(learn, panel.indicators, check)


def tables_of(panel: Panel, windows: pd.DataFrame, n: int, origin: int, siblings: bool):
    """Figures and indicators known at an origin, and the windows' keys in them."""
    past = panel.observations[panel.observations["year"] <= origin]
    keys = pd.MultiIndex.from_frame(past[["region", "indicator"]])
    mine = keys.isin(pd.MultiIndex.from_frame(windows[["region", "indicator"]]))
    own = past[mine].sort_values("year").groupby(["region", "indicator"]).tail(n)
    if siblings:
        return pd.concat([past[~mine], own]), panel.indicators, windows
    alone = own.assign(indicator=own["indicator"] + " of " + own["region"])
    asked = windows.assign(indicator=windows["indicator"] + " of " + windows["region"])
    names = windows[["indicator"]].assign(alone=asked["indicator"]).drop_duplicates()
    about = names.merge(panel.indicators, on="indicator").drop(columns="indicator")
    return alone, about.rename(columns={"alone": "indicator"}), asked


def forecast_windows(panel: Panel, part: Part, priors: pd.DataFrame, *, siblings: bool):
    """Forecasts (a row a window and year) and chances (a row a target) of the checking part."""
    forecasts, chances = [], []
    for (origin, n), windows in part.check.groupby(["origin", "n_history"]):
        figures, about, asked = tables_of(panel, windows, n, origin, siblings)
        fits = fc.fit(figures, about, priors=priors)
        keys = asked[["window", "region", "indicator", "n_history", "scale", "origin"]]
        said = fc.quantiles(fits, range(origin + 1, origin + 5)).merge(keys)
        forecasts.append(said.merge(panel.outcomes, on=["window", "year"]))
        goals = panel.targets.merge(keys, on="window").rename(columns={"target": "value"})
        found = fc.attainment(fits, goals, answers=["reach"])
        chances.append(goals.assign(p_reach=found["p_reach"].to_numpy()))
    return pd.concat(forecasts, ignore_index=True), pd.concat(chances, ignore_index=True)


def judge(forecasts: pd.DataFrame, chances: pd.DataFrame) -> dict[str, float]:
    """CRPS, Brier, ECE, worst bin above a half, coverage at each length."""
    values = forecasts[COLUMNS].to_numpy(float).T
    actual, scale = forecasts["actual"].to_numpy(float), forecasts["scale"].to_numpy(float)
    crps = scores.crps_of_quantiles(actual, values, np.array(QUANTILES)) / scale
    p, reached = chances["p_reach"].to_numpy(float), chances["reached"].to_numpy(float)
    bins = scores.reliability(p, reached, chances["year"])
    upper = bins[(bins["low"] >= 0.5) & (bins["n"] > 0)]
    inside = scores.covered(actual, values[0], values[-1])
    cover = pd.Series(inside).groupby(forecasts["n_history"].to_numpy()).mean()
    return {
        "CRPS": float(np.minimum(crps, scores.CAP).mean()),
        "Brier": float(scores.brier(p, reached).mean()),
        "ECE": float(scores.calibration_error(p, reached)),
        "worst": float((upper["said"] - upper["came_true"]).abs().max()),
        **{f"cover90 n={n}": float(share) for n, share in cover.items()},
    }


def naive(panel: Panel, part: Part) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Forecasts and chances of the naive methods with intervals on the checking part."""
    found: dict[str, list[tuple[pd.DataFrame, pd.DataFrame]]] = {m: [] for m in INTERVAL_METHODS}
    for n, windows in part.check.groupby("n_history"):
        forecasts = windows.merge(panel.outcomes, on="window")
        table = panel.observations.merge(windows, on=["region", "indicator"])
        shown = table[table["year"] <= table["origin"]].sort_values("year")
        shown = shown.groupby("window").tail(n)
        about = windows[["window", "indicator"]].merge(panel.indicators, on="indicator")
        series = about.assign(region="all", indicator=about["window"], cumulative=False)
        series = series.sort_values("window").assign(n=n, resolution=series["resolution"].fillna(0))
        figures = shown.assign(**{"break": False}).sort_values(["window", "year"])
        past = build_panel(figures, series)
        place = dict(zip(series["window"], range(len(series)), strict=True))
        goals = panel.targets.merge(windows, on="window")
        case = pd.Series(range(len(forecasts)), forecasts.set_index(["window", "year"]).index)
        asked = case.loc[pd.MultiIndex.from_frame(goals[["window", "year"]])].to_numpy()
        rows = forecasts["window"].map(place).to_numpy()
        unit = past.resolution[goals["window"].map(place)]
        limit, upward = compute_threshold(
            goals["target"].to_numpy(), goals["comparator"].to_numpy(str), unit
        )
        said = compute_naive_forecasts(
            past.take(rows), forecasts["year"].to_numpy(float), (np.array(QUANTILES), asked, limit)
        )
        for method, (values, below) in said.items():
            p = np.where(upward, 1.0 - below, below)
            columns = dict(zip(COLUMNS, values, strict=True))
            found[method].append((forecasts.assign(**columns), goals.assign(p_reach=p)))
    return {m: _both(parts) for m, parts in found.items()}


def _both(parts: list[tuple[pd.DataFrame, pd.DataFrame]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    forecasts, chances = (pd.concat(c, ignore_index=True) for c in zip(*parts, strict=True))
    return forecasts, chances


def calibration(setting: str, forecasts: pd.DataFrame, chances: pd.DataFrame) -> pd.DataFrame:
    """Rows of `data/calibration.csv`: each measure over all lengths and for each."""
    rows = []
    for n in (None, *sorted(forecasts["n_history"].unique())):
        f = forecasts if n is None else forecasts[forecasts["n_history"] == n]
        c = chances if n is None else chances[chances["n_history"] == n]
        values = f[COLUMNS].to_numpy(float).T
        actual = f["actual"].to_numpy(float)
        crps = scores.crps_of_quantiles(actual, values, np.array(QUANTILES)) / f["scale"]
        inside = scores.covered(actual, values[0], values[-1])
        brier = scores.brier(c["p_reach"], c["reached"])
        ece = scores.calibration_error(c["p_reach"], c["reached"])
        measured = {
            "crps": (len(f), *scores.mean_with_error(np.minimum(crps, scores.CAP), f["year"])),
            "cover90": (len(f), *scores.mean_with_error(inside, f["year"])),
            "brier": (len(c), *scores.mean_with_error(brier, c["year"])),
            "ece": (len(c), ece, np.nan),
        }
        for measure, (cases, value, error) in measured.items():
            rows.append(
                {"measure": measure, "n": n, "cases": cases, "value": value, "error": error}
            )
    bins = scores.reliability(chances["p_reach"], chances["reached"], chances["year"])
    bins = bins.rename(columns={"n": "cases", "came_true": "value"}).assign(measure="reliability")
    return pd.concat([pd.DataFrame(rows), bins], ignore_index=True).assign(setting=setting)


def write(tables: list[pd.DataFrame], split: str, source: str, file: Path) -> None:
    """Put a split's rows into a file, in place of those that it had."""
    found = pd.concat(tables, ignore_index=True).assign(split=split, source=source)
    if file.is_file():
        kept = pd.read_csv(file)
        found = pd.concat([kept[kept["split"] != split], found], ignore_index=True)
    found = found.round(5).reindex(columns=CALIBRATION)
    for column in ("n", "cases"):
        found[column] = found[column].astype("Int64")
    found.to_csv(file, index=False, lineterminator="\n")


def without(part: str) -> None:
    """Switch off what no held number switches off."""
    if part == "mixture of links":
        learning.LINKS_BY_KIND.update(
            {kind: links[:1] for kind, links in learning.LINKS_BY_KIND.items()}
        )
    if part == "shared shock":
        posterior.SHOCK_SHARE = posterior.RELIABILITY_SHRINKAGE = 0.0


def ablate(name: str, folder: Path) -> dict[str, object]:
    """Take one part away, learn again, check again; in a process of its own."""
    panel = Panel.read(folder)
    (part,) = divide(panel, "regions")
    without(name)
    priors = learn_priors(
        part.learn, part.indicators, source="ablation", growths=["auto"], siblings=[True],
        held=ABLATIONS[name], most=ABLATION_WINDOWS,
    )  # fmt: skip
    alone = priors.assign(siblings=False)  # asked for only where a region has no sibling at all
    priors = pd.concat([priors, alone], ignore_index=True)
    if name == "recalibration":
        priors = priors.assign(shift=0.0, stretch=1.0)
    if name == "rounding":
        about = panel.indicators.assign(resolution=0.0)
        panel = Panel(panel.observations, about, panel.windows, panel.outcomes, panel.targets)
    few = part.check[part.check["n_history"].isin(ABLATION_LENGTHS)]
    short = Part(part.learn, part.indicators, few)
    found = judge(*forecast_windows(panel, short, priors, siblings=True))
    return {"taken away": name, **found}


def _setting(siblings: bool) -> str:
    return "siblings" if siblings else "alone"


def joint(panel: Panel, part: Part, priors: pd.DataFrame) -> pd.DataFrame:
    """Coverage of 80 % intervals for "how many regions of an indicator reach their target"."""
    mine = panel.observations["region"].isin(part.check["region"].unique())
    found = fc.backtest(
        panel.observations[mine], panel.indicators, priors=priors,
        origins=range(1996, 2020, 3), **JOINT,
    )  # fmt: skip
    return found.joint_scores


def priors_of(part: Part, name: str, processes: int, kept: Path | None) -> pd.DataFrame:
    """Priors of a learning part, learned now or found where they were kept."""
    file = kept / f"{name}.csv" if kept else None
    if file and file.is_file():
        return read_priors(file)
    priors = learn_priors(
        part.learn, part.indicators, source=name, growths=["auto"], processes=processes
    )
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        priors.to_csv(file, index=False, lineterminator="\n")
    return priors


def check(asked: argparse.Namespace) -> list[pd.DataFrame]:
    """Scores, reliability and joint counts of a split."""
    panel, split = Panel.read(asked.panel), asked.split
    said: dict[str, list[tuple[pd.DataFrame, pd.DataFrame]]] = {}
    counts = pd.DataFrame()
    for number, part in enumerate(divide(panel, split)):
        priors = priors_of(part, f"{split}_{number}", asked.processes, asked.priors)
        priors = _every_kind(priors, panel.indicators)
        for siblings in (True, False):
            found = forecast_windows(panel, part, priors, siblings=siblings)
            said.setdefault(_setting(siblings), []).append(found)
        for method, found in naive(panel, part).items():
            said.setdefault(method, []).append(found)
        if split == "regions":
            counts = joint(panel, part, priors)
    scored = {setting: _both(parts) for setting, parts in said.items()}
    if asked.write:
        tables = [calibration(setting, *both) for setting, both in scored.items()]
        write(tables, split, asked.source, asked.write)
    table = pd.DataFrame([{"split": split, "setting": s, **judge(*b)} for s, b in scored.items()])
    bins = [
        scores.reliability(c["p_reach"], c["reached"], c["year"]).assign(setting=setting)
        for setting, (_, c) in scored.items()
        if setting in ("siblings", "alone")
    ]
    return [table, pd.concat(bins, ignore_index=True), counts]


def _every_kind(priors: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Lend the ratio's priors to a kind that a fold cannot learn."""
    missing = set(indicators["kind"]) - set(priors["kind"])
    borrowed = [priors[priors["kind"] == "ratio"].assign(kind=kind) for kind in sorted(missing)]
    return pd.concat([priors, *borrowed], ignore_index=True)


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("panel", type=Path)
    parser.add_argument("--split", choices=["regions", "later", "indicators"], default="regions")
    parser.add_argument("--ablation", action="store_true")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--priors", type=Path)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--source", default="a panel", help="what --write says of the panel")
    asked = parser.parse_args()
    pd.set_option("display.width", 200, "display.max_columns", 30)
    if asked.ablation:
        with ProcessPoolExecutor(asked.processes, max_tasks_per_child=1) as pool:
            found = pool.map(ablate, ABLATIONS, [asked.panel] * len(ABLATIONS))
            tables = [pd.DataFrame(list(found))]
    else:
        tables = check(asked)
    for table in tables:
        print(table.round(4).to_string(index=False), end="\n\n")


if __name__ == "__main__":
    main()
