"""How good are the forecasts? Learned on one part of a panel, checked on another.

    python benchmarks/accuracy.py PANEL [--split regions|later|indicators] [--ablation]
                                  [--processes N] [--write FILE]

PANEL is a folder with observations.csv.gz (region, indicator, year, value), indicators.csv,
windows.csv.gz (window, region, indicator, origin, n_history, scale), outcomes.csv.gz (window,
year, actual) and targets.csv.gz (task, window, year, target, comparator, reached). Priors are
learned from the learning part alone; every window of the checking part is then fitted through
`forecast.fit`, in a table with what its siblings show up to its origin (`siblings`), or as an
indicator that nobody else has (`alone`).

Splits: `regions`: half of the regions learn, the other half checks; `later`: likewise, and the
learning part ends where the checking part begins; `indicators`: four folds, each checked with
priors of the other three. `--ablation` takes one part of the method away at a time, learns again
and checks again (split `regions`); `--write` puts the reliability tables and scores into a CSV.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import forecast as fc
from forecast import evidence, learning, scores
from forecast.growth import QUANTILES
from forecast.learning import learn_priors

HALVES_SEED = 5
TURN = 2010
"""Split `later`: learning ends with this year, checking begins with this origin."""
FOLDS = 4
CAP = 20.0
COLUMNS = [f"q{100 * level:02.0f}" for level in QUANTILES]
JOINT = {"horizon": 4, "history": 5, "draws": 400}
ABLATIONS: dict[str, dict[str, float]] = {
    "everything": {},
    "no pace of siblings": {"recent": 0.0, "lasting": 0.0, "catching_up": 0.0},
    "no catching up": {"catching_up": 0.0},
    "no noise of siblings": {"sibling_noise": 0.0},
    "no wanted direction": {"direction": 0.0},
    "no long pace of its own": {"freedom": 0.0},
    "one pace for all": {"changing": -30.0, "restless": -30.0, "blurred": -30.0},
    "no blurred figures": {"blurred": -30.0},
    "no evidence of siblings on paces": {"siblings_evidence": 0.0},
    "first link alone": {},
    "no shared shock": {},
    "no rounding": {},
    "no recalibration": {},
}
"""Numbers held at a value while all others are learned; the rest is switched in `_without`."""


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


def replay(panel: Panel, part: Part, priors: pd.DataFrame, *, siblings: bool):
    """Forecasts (a row a window and year) and chances (a row a target) of the checking part."""
    forecasts, chances = [], []
    for (origin, n), windows in part.check.groupby(["origin", "n_history"]):
        figures, about, asked = tables_of(panel, windows, n, origin, siblings)
        fits = fc.fit(figures, about, priors=priors)
        keys = asked[["window", "region", "indicator", "n_history", "scale", "origin"]]
        said = fc.quantiles(fits, range(origin + 1, origin + 5)).merge(keys)
        forecasts.append(said.merge(panel.outcomes, on=["window", "year"]))
        goals = panel.targets.merge(keys, on="window").rename(columns={"target": "value"})
        found = fc.attainment(fits, goals)
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
        "CRPS": float(np.minimum(crps, CAP).mean()),
        "Brier": float(scores.brier(p, reached).mean()),
        "ECE": float(scores.calibration_error(p, reached)),
        "worst": float((upper["said"] - upper["came_true"]).abs().max()),
        **{f"cover90 n={n}": float(share) for n, share in cover.items()},
    }


def without(part: str, panel: Panel) -> Panel:
    """Switch off what no held number switches off; gives the panel to use."""
    if part == "first link alone":
        learning.LINKS.update({kind: links[:1] for kind, links in learning.LINKS.items()})
    if part == "no shared shock":
        evidence.SHOCK = evidence.DOUBT = 0.0
    if part == "no rounding":
        about = panel.indicators.assign(resolution=0.0)
        return Panel(panel.observations, about, panel.windows, panel.outcomes, panel.targets)
    return panel


def ablate(name: str, folder: Path) -> list[dict[str, object]]:
    """Take one part away, learn again, check again; in a process of its own."""
    panel = without(name, Panel.read(folder))
    (part,) = divide(panel, "regions")
    indicators = panel.indicators if name == "no rounding" else part.indicators
    priors = learn_priors(
        part.learn, indicators, source="ablation", growths=["auto"], held=ABLATIONS[name]
    )
    if name == "no recalibration":
        priors = priors.assign(shift=0.0, stretch=1.0)
    rows: list[dict[str, object]] = []
    for siblings in (True, False):
        found = judge(*replay(panel, part, priors, siblings=siblings))
        rows.append({"taken away": name, "setting": _setting(siblings), **found})
    return rows


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


def check(split: str, folder: Path, processes: int) -> list[pd.DataFrame]:
    """Scores, reliability and joint counts of a split."""
    panel = Panel.read(folder)
    said: dict[str, list[tuple[pd.DataFrame, pd.DataFrame]]] = {"siblings": [], "alone": []}
    counts = pd.DataFrame()
    for part in divide(panel, split):
        priors = learn_priors(
            part.learn, part.indicators, source=split, growths=["auto"], processes=processes
        )
        priors = _every_kind(priors, panel.indicators)
        for siblings in (True, False):
            said[_setting(siblings)].append(replay(panel, part, priors, siblings=siblings))
        if split == "regions":
            counts = joint(panel, part, priors)
    tables, bins = [], []
    for setting, parts in said.items():
        forecasts, chances = (pd.concat(column) for column in zip(*parts, strict=True))
        tables.append({"split": split, "setting": setting, **judge(forecasts, chances)})
        found = scores.reliability(chances["p_reach"], chances["reached"], chances["year"])
        bins.append(found.assign(split=split, setting=setting))
    return [pd.DataFrame(tables), pd.concat(bins, ignore_index=True), counts]


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
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    pd.set_option("display.width", 200, "display.max_columns", 30)
    if asked.ablation:
        work: Callable[..., list[dict[str, object]]] = ablate
        with ProcessPoolExecutor(asked.processes, max_tasks_per_child=1) as pool:
            found = pool.map(work, ABLATIONS, [asked.panel] * len(ABLATIONS))
            tables = [pd.DataFrame([row for rows in found for row in rows])]
    else:
        tables = check(asked.split, asked.panel, asked.processes)
    for table in tables:
        print(table.round(4).to_string(index=False), end="\n\n")
    if asked.write:
        tables[-2 if not asked.ablation else 0].to_csv(
            asked.write, index=False, lineterminator="\n"
        )


if __name__ == "__main__":
    main()
