"""How good are the forecasts? On parts of two panels that nothing was learned from.

    python benchmarks/accuracy.py WORLD PROVINCES [--part held|learned] [--notes FILE]
                                  [--priors FILE] [--peers N] [--by indicator|area|n]
                                  [--write FILE --source TEXT] [--replays]

WORLD is a folder with observations.csv.gz (region, indicator, year, value), indicators.csv,
windows.csv.gz (window, region, indicator, origin, n_history, scale), outcomes and targets.csv.gz;
PROVINCES one with observations.csv.gz and indicators.csv (with a column group), whose windows are
all that can be cut: the last n figures up to an origin, targets at half to twice the mean yearly
change of the last eight years. `--notes` (domain, use, region, indicator, year) says which regions
and indicators were held out of learning, and where definitions changed.

Each window is forecast as `fit` does in a table with what the other regions show up to its origin
(`siblings`), and as an indicator that nobody else has (`alone`), beside the naive methods;
`--peers` adds statsmodels' ETS and Theta on so many windows of each split. `--write` puts scores
and reliability into a table such as `data/calibration.csv`. `--replays` scores the shipped plans'
own figures instead, forecast again from every year before.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

import forecast as fc
from forecast.evaluation import scores
from forecast.evaluation.baselines import (
    PEERS,
    compute_naive_forecasts,
    compute_peer_forecasts,
)
from forecast.model.arrays import select
from forecast.model.fitting import QUANTILES, fit_panel
from forecast.model.panel import SeriesPanel
from forecast.model.priors import read_priors
from forecast.reports.method_check import CALIBRATION
from forecast.targets.events import compute_threshold
from forecast.training.panels import Panel, read_panel

LENGTHS = (3, 4, 5, 6, 8)
AHEAD = np.arange(1.0, 5.0)
CONTEXT_YEARS, STALE, RECENT = 14, 7, 8
FACTORS = (0.5, 1.0, 1.5, 2.0)
FOLDS = 4
"""Parts of a panel's regions whose series are cut to n figures together; all others are context."""
NOTES = Path(__file__).parent / "panel_notes.csv"
METHODS = ("siblings", "alone", "no_change", "linear_trend", "drift")
REGIONS = ("zhejiang", "xiaoshan", "lishui", "shaoxing")


@dataclass(frozen=True)
class Cases:
    """Windows of a split: the series as known, which of them are scored, and what came.

    `about` has a row a window (region, indicator, origin, n, scale, area), `actual` is (windows,
    years); targets are (targets,): window, year ahead from 0, threshold, direction, outcome.
    """

    panel: SeriesPanel
    kind: np.ndarray
    scored: np.ndarray
    about: pd.DataFrame
    actual: np.ndarray
    window: np.ndarray
    year: np.ndarray
    threshold: np.ndarray
    upward: np.ndarray
    reached: np.ndarray

    def take(self, chosen: np.ndarray) -> Cases:
        """Select windows, in that order, with all context."""
        place = np.full(len(self.scored), -1)
        place[chosen] = np.arange(len(chosen))
        at = place[self.window] >= 0
        return Cases(
            self.panel, self.kind, self.scored[chosen],
            self.about.iloc[chosen].reset_index(drop=True), self.actual[chosen],
            place[self.window[at]], self.year[at], self.threshold[at], self.upward[at],
            self.reached[at],
        )  # fmt: skip

    def alone(self) -> Cases:
        """Make each window an indicator that nobody else has."""
        rows = np.arange(len(self.scored))
        panel = replace(self.panel.take(self.scored), group=rows)
        return replace(self, panel=panel, kind=self.kind[self.scored], scored=rows)


Answer = tuple[np.ndarray, np.ndarray]
"""Quantiles (levels, windows, years) and probabilities of the targets."""


def list_series(panel: Panel) -> dict[tuple[str, str], tuple[np.ndarray, ...]]:
    """Years, values and breaks of each region and indicator."""
    table = panel.observations.sort_values("year")
    if "break" not in table:
        table = table.assign(**{"break": False})
    return {
        (str(r), str(i)): tuple(t[c].to_numpy() for c in ("year", "value", "break"))
        for (r, i), t in table.groupby(["region", "indicator"])
    }


def assemble(panel: Panel, windows: pd.DataFrame, series: dict) -> Cases:
    """Arrange windows with their context; targets are added by `set_targets`."""
    by_indicator: dict[str, list[str]] = {}
    for region, name in series:
        by_indicator.setdefault(name, []).append(region)
    rows, scored, order = [], [], []
    groups = windows.groupby(["origin", "n", "fold", "indicator"], sort=True)
    for group, ((origin, n, _, name), part) in enumerate(groups):
        own = dict(zip(part["region"], part.index, strict=True))
        for region in by_indicator[name]:
            year, value, breaks = series[region, name]
            at = np.flatnonzero(year <= origin)
            if region in own:
                at = at[-n:]
                scored.append(len(rows))
                order.append(own[region])
            else:
                at = at[year[at] > origin - CONTEXT_YEARS]
                if not len(at) or year[at[-1]] < origin - STALE:
                    continue
            rows.append((name, value[at], year[at], breaks[at], group))
    about = windows.loc[order].reset_index(drop=True)
    panel_rows, kind = arrange(panel, rows)
    none = np.zeros(0)
    return Cases(
        panel_rows, kind, np.array(scored), about, list_outcomes(about, series),
        none.astype(int), none.astype(int), none, none.astype(bool), none,
    )  # fmt: skip


def arrange(panel: Panel, rows: list[tuple]) -> tuple[SeriesPanel, np.ndarray]:
    """Arrange series (indicator, values, years, breaks, group) as a panel, with their kinds."""
    value, year = np.full((2, len(rows), CONTEXT_YEARS), np.nan)
    marks = np.zeros(value.shape, bool)
    for i, (_, values, years, breaks, _) in enumerate(rows):
        value[i, -len(values) :], year[i, -len(years) :] = values, years
        marks[i, -len(values) :] = breaks
    known = panel.indicators.set_index("indicator").loc[[row[0] for row in rows]]
    numbers = {
        c: pd.to_numeric(known[c], errors="coerce") for c in ("lower", "upper", "resolution")
    }
    whole = SeriesPanel(
        value, year, marks, np.array([row[-1] for row in rows]),
        np.where(known["better"] == "lower", -1.0, 1.0),
        numbers["lower"].fillna(-np.inf).to_numpy(), numbers["upper"].fillna(np.inf).to_numpy(),
        numbers["resolution"].fillna(0.0).to_numpy(), np.zeros(len(rows), bool),
    )  # fmt: skip
    return whole, known["kind"].to_numpy(str)


def list_outcomes(about: pd.DataFrame, series: dict) -> np.ndarray:
    """Values of the years after each origin, up to a change of definition: (windows, years)."""
    actual = np.full((len(about), len(AHEAD)), np.nan)
    for i, (region, name, origin) in enumerate(
        about[["region", "indicator", "origin"]].itertuples(index=False)
    ):
        for y, v, new in zip(*series[region, name], strict=True):
            if y > origin and new:
                break  # past a change of definition nothing is an outcome
            if origin < y <= origin + len(AHEAD):
                actual[i, int(y - origin) - 1] = v
    return actual


def set_targets(cases: Cases, window, year, target, comparator) -> Cases:
    """Set the targets of the windows: thresholds, directions and what came."""
    unit = cases.panel.resolution[cases.scored][window]
    threshold, upward = compute_threshold(target, comparator, unit)
    came, tiny = cases.actual[window, year], 1e-9 * np.abs(target)
    reached = np.where(upward, came >= target - tiny, came <= target + tiny).astype(float)
    return replace(
        cases, window=window, year=year, threshold=threshold, upward=upward, reached=reached
    )


def read_world(folder: Path, notes: pd.DataFrame, held: bool) -> dict[str, Cases]:
    """Windows of the world panel in regions that were held out, or in the others."""
    panel = read_panel(folder, "world", notes)
    windows = pd.read_csv(folder / "windows.csv.gz").rename(columns={"n_history": "n"})
    out = notes[(notes["domain"] == "world") & (notes["use"] == "held out")]["region"]
    windows = windows[windows["region"].isin(out) == held].reset_index(drop=True)
    kinds = panel.indicators.set_index("indicator")["kind"]
    windows = windows.assign(fold=0, area=windows["indicator"].map(kinds))
    cases = assemble(panel, windows, list_series(panel))
    goals = pd.read_csv(folder / "targets.csv.gz")
    place = pd.Series(np.arange(len(cases.about)), cases.about["window"])
    goals = goals[goals["window"].isin(place.index)]
    window = place.loc[goals["window"]].to_numpy()
    year = (goals["year"].to_numpy() - cases.about["origin"].to_numpy()[window] - 1).astype(int)
    found = set_targets(
        cases, window, year, goals["target"].to_numpy(float), goals["comparator"].to_numpy(str)
    )
    return {"world_regions": found}


def read_provinces(folder: Path, notes: pd.DataFrame, held: bool) -> dict[str, Cases]:
    """Windows of the provinces: held-out indicators and held-out provinces, or neither."""
    panel = read_panel(folder, "provinces", notes)
    series = list_series(panel)
    regions = sorted(panel.observations["region"].unique())
    numbers = np.random.default_rng(7).permutation(len(regions)) % FOLDS
    fold = dict(zip(regions, numbers, strict=True))
    rows = []
    for (region, name), (year, value, breaks) in series.items():
        for k in range(len(year) - 1):
            kept = ~breaks[1 : k + 1]
            step = np.abs(np.diff(value[: k + 1]))[kept] / np.diff(year[: k + 1])[kept]
            if year[k + 1] - year[k] > 1 or breaks[k + 1] or not step.sum() > 0:
                continue
            for n in LENGTHS:
                run = slice(k + 1 - n, k + 1)
                if k + 1 < n or year[k] - year[k + 1 - n] != n - 1 or breaks[run][1:].any():
                    continue
                rows.append((region, name, int(year[k]), n, step.mean(), fold[region]))
    columns = ["region", "indicator", "origin", "n", "scale", "fold"]
    windows = pd.DataFrame(rows, columns=columns)
    windows["area"] = windows["indicator"].map(panel.indicators.set_index("indicator")["group"])
    cases = make_targets(assemble(panel, windows, series), series, panel)
    out = notes[(notes["domain"] == "provinces") & (notes["use"] == "held out")]
    other = cases.about["indicator"].isin(out["indicator"].dropna()).to_numpy()
    away = cases.about["region"].isin(out["region"].dropna()).to_numpy()
    if not held:
        return {"provinces_learned": cases.take(np.flatnonzero(~other & ~away))}
    return {
        "provinces_indicators": cases.take(np.flatnonzero(other)),
        "provinces_regions": cases.take(np.flatnonzero(~other & away)),
    }


def make_targets(cases: Cases, series: dict, panel: Panel) -> Cases:
    """Make targets at `FACTORS` times the mean change of the last `RECENT` years."""
    known = panel.indicators.set_index("indicator")
    window, year, target, comparator = [], [], [], []
    keys = cases.about[["region", "indicator", "origin"]].itertuples(index=False)
    for i, (region, name, origin) in enumerate(keys):
        years, values, breaks = series[region, name]
        past = (years <= origin) & (years >= origin - RECENT)
        same = ~breaks[past][1:]
        moved = np.diff(values[past])[same].sum() / np.diff(years[past])[same].sum()
        sign = -1.0 if known.at[name, "better"] == "lower" else 1.0
        upper = np.nan_to_num(known.at[name, "upper"], nan=np.inf)
        for h in np.flatnonzero(np.isfinite(cases.actual[i])) if abs(moved) > 0 else ():
            for factor in FACTORS:
                goal = values[past][-1] + sign * factor * abs(moved) * (h + 1)
                if known.at[name, "lower"] < goal <= upper:
                    window.append(i)
                    year.append(int(h))
                    target.append(goal)
                    comparator.append("ge" if sign > 0 else "le")
    return set_targets(
        cases, np.array(window), np.array(year), np.array(target), np.array(comparator)
    )


def forecast_cases(cases: Cases, priors: pd.DataFrame) -> Answer:
    """Forecast all windows as `fit` does, kind by kind."""
    count = len(cases.scored)
    q, below = (
        np.full((len(QUANTILES), count, len(AHEAD)), np.nan),
        np.full(len(cases.window), np.nan),
    )
    place = np.full(len(cases.kind), -1)
    place[cases.scored] = np.arange(count)
    used = np.isin(cases.panel.group, cases.panel.group[cases.scored])
    for kind in np.unique(cases.kind[cases.scored]):
        rows = np.flatnonzero((cases.kind == kind) & used)
        for fits in fit_panel(kind, rows, cases.panel.take(rows), priors=priors):
            part = select(fits, np.flatnonzero(place[fits.rows] >= 0))
            windows = place[part.rows]
            q[:, windows] = part.quantiles(QUANTILES, np.tile(AHEAD, (len(windows), 1)))
            number = np.full(count, -1)
            number[windows] = np.arange(len(windows))
            at = np.flatnonzero(number[cases.window] >= 0)
            each = select(part, number[cases.window[at]])
            below[at] = each.cdf(cases.threshold[at, None], AHEAD[cases.year[at], None])[:, 0]
    return q, np.where(cases.upward, 1.0 - below, below)


def forecast_naive(cases: Cases, peer: str | None = None) -> dict[str, Answer]:
    """Forecasts of the naive methods, or of one of statsmodels'."""
    count = len(cases.scored)
    rows = np.repeat(cases.scored, len(AHEAD))
    past = cases.panel.take(rows)
    year = cases.about["origin"].to_numpy(float).repeat(len(AHEAD)) + np.tile(AHEAD, count)
    questions = np.array(QUANTILES), cases.window * len(AHEAD) + cases.year, cases.threshold
    if peer is None:
        found = compute_naive_forecasts(past, year, questions)
    else:
        answer, _ = compute_peer_forecasts(peer, past, rows, year, questions)
        found = {peer: answer}
    return {
        method: (
            q.reshape(len(QUANTILES), count, len(AHEAD)),
            np.where(cases.upward, 1.0 - below, below),
        )
        for method, (q, below) in found.items()
    }


def tables_of(cases: Cases, answer: Answer) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tabulate a row a forecast value (crps, inside) and a row a target (p, reached)."""
    q, p = answer
    window, ahead = np.nonzero(np.isfinite(cases.actual) & np.isfinite(q[0]))
    values, actual = q[:, window, ahead], cases.actual[window, ahead]
    about = cases.about.iloc[window].reset_index(drop=True)
    crps = scores.crps_of_quantiles(actual, values, np.array(QUANTILES)) / about["scale"]
    forecasts = about.assign(
        crps=np.minimum(crps, scores.CAP), year=about["origin"] + ahead + 1,
        inside=scores.covered(actual, values[0], values[-1]),
    )  # fmt: skip
    known = np.isfinite(p)
    about = cases.about.iloc[cases.window[known]].reset_index(drop=True)
    return forecasts, about.assign(
        p=p[known], reached=cases.reached[known], year=about["origin"] + cases.year[known] + 1
    )


def judge(forecasts: pd.DataFrame, chances: pd.DataFrame) -> dict[str, float]:
    """Brier, CRPS, ECE, mean probability less share that came true, coverage at each length."""
    p, reached = chances["p"].to_numpy(), chances["reached"].to_numpy()
    cover = forecasts.groupby("n")["inside"].mean()
    return {
        "Brier": float(scores.brier(p, reached).mean()), "CRPS": float(forecasts["crps"].mean()),
        "ECE": float(scores.calibration_error(p, reached)), "bias": float((p - reached).mean()),
        "inside 90 %": float(forecasts["inside"].mean()),
        **{f"n={n}": float(share) for n, share in cover.items()}, "windows": len(forecasts),
        "targets": len(chances),
    }  # fmt: skip


def calibration(setting: str, forecasts: pd.DataFrame, chances: pd.DataFrame) -> pd.DataFrame:
    """Rows of `data/calibration.csv`: each measure over all lengths and for each."""
    rows = []
    for n in (None, *sorted(forecasts["n"].unique())):
        f = forecasts if n is None else forecasts[forecasts["n"] == n]
        c = chances if n is None else chances[chances["n"] == n]
        brier = scores.brier(c["p"], c["reached"])
        measured = {
            "crps": (len(f), *scores.mean_with_error(f["crps"].to_numpy(), f["year"])),
            "cover90": (len(f), *scores.mean_with_error(f["inside"].to_numpy(float), f["year"])),
            "brier": (len(c), *scores.mean_with_error(brier, c["year"])),
            "ece": (len(c), scores.calibration_error(c["p"], c["reached"]), np.nan),
        }
        rows += [
            {"measure": m, "n": n, "cases": cases, "value": value, "error": error}
            for m, (cases, value, error) in measured.items()
        ]
    bins = scores.reliability(chances["p"], chances["reached"], chances["year"])
    bins = bins.rename(columns={"n": "cases", "came_true": "value"}).assign(measure="reliability")
    return pd.concat([pd.DataFrame(rows), bins], ignore_index=True).assign(setting=setting)


def score_split(cases: Cases, priors: pd.DataFrame, peers: int) -> dict[str, tuple]:
    """Tables of every method on a split."""
    answers = {
        "siblings": (cases, forecast_cases(cases, priors)),
        "alone": (cases, forecast_cases(cases.alone(), priors)),
        **{method: (cases, answer) for method, answer in forecast_naive(cases).items()},
    }
    if peers:
        rng = np.random.default_rng(0)
        long = np.flatnonzero(cases.about["n"] >= 5)
        few = cases.take(np.sort(rng.choice(long, min(peers, len(long)), replace=False)))
        for peer in PEERS:
            answers |= {m: (few, answer) for m, answer in forecast_naive(few, peer).items()}
        answers["siblings, same windows"] = (few, forecast_cases(few, priors))
    return {method: tables_of(*both) for method, both in answers.items()}


def replays(priors: pd.DataFrame) -> pd.DataFrame:
    """Scores of the shipped plans' own figures, forecast again from every year before."""
    rows, chances = [], []
    for region in REGIONS:
        plan = fc.load_plan(region)
        seen = pd.concat([plan.observations, plan.siblings], ignore_index=True)
        found = fc.backtest(seen, plan.indicators, priors=priors, draws=0)
        table = found.scores[found.scores["horizon"] == "all"].set_index("method")
        chances.append(found.chances)
        rows.append({
            "plan": region, **{f"CRPS {m}": table.at[m, "crps"] for m in ("forecast", "drift")},
            **{f"Brier {m}": table.at[m, "brier"] for m in ("forecast", "drift")},
            "inside 90 %": table.at["forecast", "cover90"], "targets": len(found.chances),
            "said": found.chances["forecast"].mean(), "came true": found.chances["reached"].mean(),
        })  # fmt: skip
    whole = pd.concat(chances)
    said, came = whole["forecast"].mean(), whole["reached"].mean()
    ece = scores.calibration_error(whole["forecast"], whole["reached"])
    print(f"All plans: said {said:.3f}, came true {came:.3f}, mean distance by bin {ece:.3f}")
    return pd.DataFrame(rows)


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("world", type=Path, nargs="?")
    parser.add_argument("provinces", type=Path, nargs="?")
    parser.add_argument("--part", choices=["held", "learned"], default="held")
    parser.add_argument("--notes", type=Path, default=NOTES)
    parser.add_argument("--priors", type=Path)
    parser.add_argument("--peers", type=int, default=0)
    parser.add_argument("--by", choices=["indicator", "area", "n"])
    parser.add_argument("--write", type=Path)
    parser.add_argument("--source", default="two panels", help="what --write says of the panels")
    parser.add_argument("--replays", action="store_true")
    asked = parser.parse_args()
    pd.set_option("display.width", 220, "display.max_columns", 40)
    priors = read_priors(asked.priors)
    if asked.replays:
        print(replays(priors).round(3).to_string(index=False))
        return
    notes, held, written = pd.read_csv(asked.notes), asked.part == "held", []
    splits = read_provinces(asked.provinces, notes, held) | read_world(asked.world, notes, held)
    for split, cases in splits.items():
        found = score_split(cases, priors, asked.peers)
        table = pd.DataFrame({method: judge(*both) for method, both in found.items()}).T
        print(f"\n{split}\n{table.round(4).to_string()}")
        if asked.by:
            print_by(found, asked.by)
        parts = [calibration(m, *both) for m, both in found.items() if m in (*METHODS, *PEERS)]
        written.append(pd.concat(parts, ignore_index=True).assign(split=split))
    if asked.write:
        table = pd.concat(written, ignore_index=True).assign(source=asked.source)
        table = table.round(5).reindex(columns=CALIBRATION)
        table = table.astype({"n": "Int64", "cases": "Int64"})
        table.to_csv(asked.write, index=False, lineterminator="\n")


def print_by(found: dict[str, tuple], column: str) -> None:
    """Print Brier score and CRPS of each method by a column of the windows."""
    parts = {}
    for method, (forecasts, chances) in found.items():
        if method in METHODS:
            brier = chances.assign(brier=(chances["p"] - chances["reached"]) ** 2)
            parts[f"Brier {method}"] = brier.groupby(column)["brier"].mean()
            parts[f"CRPS {method}"] = forecasts.groupby(column)["crps"].mean()
    table = pd.DataFrame(parts)
    table["CRPS / drift"] = table["CRPS siblings"] / table["CRPS drift"]
    print(table.round(3).to_string())


if __name__ == "__main__":
    main()
