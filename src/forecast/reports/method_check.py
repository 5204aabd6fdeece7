"""The method check: a plan's figures forecast again, and reliability measured on a large panel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import DataError, Problem, check_columns, msg
from ..evaluation.backtesting import METHODS, Backtest, backtest
from ..evaluation.baselines import PEERS
from ..i18n.labels import LABELS
from ..model.panel import KEY
from ..tables.plan import data_folder
from .context import ReportContext

__all__ = [
    "CALIBRATION", "SETTINGS", "SPLITS", "MethodCheck", "check_method",
    "lacks_calibration", "pace_of", "read_calibration", "replay_figures", "result_tables",
]  # fmt: skip

CALIBRATION = [
    "split", "setting", "measure", "n", "low", "high", "cases", "said", "value", "error", "source",
]  # fmt: skip
"""Columns of `calibration.csv`."""
MEASURES = ("crps", "brier", "ece", "cover90", "reliability")
SPLITS = tuple(LABELS["split"])
SETTINGS = tuple(LABELS["setting"])
SCORED = (*SETTINGS, *METHODS[1:], *PEERS)
"""Settings of this method, and the methods beside it, in `calibration.csv`."""
NUMBERS = ["n", "low", "high", "cases", "said", "value", "error"]
NEEDED = ("cases", "value")
"""Numbers that no row may lack."""
MOST_DRAWS = 1000
"""Futures behind a joint score: it compares all pairs of them."""
ENOUGH_CASES, ENOUGH_YEARS = 100, 5
"""Forecasts and target years from which on figures of the plan's own trial say something."""


@dataclass(frozen=True)
class MethodCheck:
    """What a method check adds to its context.

    `trial` is None where no figure of the plan can be forecast again; `calibration` has the
    columns of `CALIBRATION`; `summary` and `parameters` are the region's rows of those of the fits;
    `own_priors` is whether the plan's folder has priors of its own, but no calibration of them.
    """

    trial: Backtest | None
    calibration: pd.DataFrame
    summary: pd.DataFrame
    parameters: pd.DataFrame
    own_priors: bool = False

    def cell(self, split: str, setting: str, measure: str) -> pd.DataFrame:
        """Rows of the calibration of a measure in a split and setting."""
        table = self.calibration
        rows = (table["split"] == split) & (table["setting"] == setting)
        return table[rows & (table["measure"] == measure)]

    def overall(self, split: str, setting: str, measure: str) -> dict[str, float]:
        """Cases, value and error of a measure over all lengths; NaN where it was not taken."""
        rows = self.cell(split, setting, measure)
        rows = rows[rows["n"].isna()]
        return {
            column: float(rows[column].iloc[0]) if len(rows) else math.nan
            for column in ("cases", "value", "error")
        }

    def bins(self, split: str, setting: str) -> pd.DataFrame:
        """Reliability of a split and setting, in the columns of `scores.reliability`."""
        rows = self.cell(split, setting, "reliability")
        columns = ["low", "high", "cases", "said", "value", "error"]
        rows = rows.loc[rows["cases"] > 0, columns]
        return rows.rename(columns={"cases": "n", "value": "came_true"})

    @property
    def size(self) -> dict[str, int]:
        """Forecasts, series and target years of the trial."""
        if self.trial is None:
            return dict.fromkeys(("forecasts", "series", "years"), 0)
        own = self.trial.forecasts[self.trial.forecasts["method"] == METHODS[0]]
        series, years = len(own.drop_duplicates(KEY)), own["year"].nunique()
        return {"forecasts": len(own), "series": series, "years": years}

    @property
    def enough(self) -> bool:
        """Whether the trial has enough forecasts and target years to say something."""
        return self.size["forecasts"] >= ENOUGH_CASES and self.size["years"] >= ENOUGH_YEARS


def check_method(report: ReportContext) -> MethodCheck:
    """Forecast the plan's figures again, and read the reliability measured on a large panel.

    Raises
    ------
    DataError
        As `read_calibration`.
    """
    folder, region = report.plan.folder or None, report.plan.region
    summary, parameters = report.fits.summary(), report.fits.parameters()
    return MethodCheck(
        trial=replay_figures(report),
        calibration=read_calibration(folder),
        summary=summary[summary["region"] == region].reset_index(drop=True),
        parameters=parameters[parameters["region"] == region].reset_index(drop=True),
        own_priors=lacks_calibration(folder),
    )


def read_calibration(folder: str | Path | None = None) -> pd.DataFrame:
    """Read `calibration.csv` of a folder; the shipped one where the folder has none.

    Raises
    ------
    DataError
        If the file is missing, is no table, lacks columns, or has words or cells that cannot be
        read; all at once.
    """
    own = Path(folder or data_folder()) / "calibration.csv"
    file = own if own.is_file() else data_folder() / "calibration.csv"
    remedy = msg("measure again with benchmarks/accuracy.py and its option --write")
    try:
        table = pd.read_csv(file, keep_default_na=False, dtype="str")
    except (OSError, ValueError) as error:
        text = msg("no such file") if isinstance(error, FileNotFoundError) else str(error)
        raise DataError([Problem(file.name, None, None, None, text, remedy)]) from None
    check_columns(file.name, table, CALIBRATION, remedy)
    problems = []
    known = {"split": SPLITS, "setting": SCORED, "measure": MEASURES}
    for column, codes in known.items():
        use = msg("use {words}", words=", ".join(codes))
        problems += [
            Problem(file.name, row + 2, column, cell, msg("unknown"), use)
            for row, cell in enumerate(table[column])
            if cell not in codes
        ]
    numbers = table[NUMBERS].apply(pd.to_numeric, errors="coerce").astype(float)
    needed = pd.DataFrame({c: table[c].ne("") | (c in NEEDED) for c in NUMBERS})
    problems += [
        Problem(file.name, row + 2, column, str(table[column].iloc[row]), msg("no number"), remedy)
        for column in NUMBERS
        for row in map(int, np.flatnonzero(needed[column] & numbers[column].isna()))
    ]
    if problems:
        raise DataError(problems)
    return table[CALIBRATION].assign(**numbers)


def lacks_calibration(folder: str | Path | None) -> bool:
    """Return whether a folder has priors of its own, but no reliability measured with them.

    >>> lacks_calibration(None)
    False
    """
    if folder is None:
        return False
    priors, calibration = (Path(folder) / f"{name}.csv" for name in ("priors", "calibration"))
    return priors.is_file() and not calibration.is_file()


def replay_figures(report: ReportContext) -> Backtest | None:
    """Forecast the figures of a plan's indicators again, in all regions; None where none can be.

    At most 1,000 of the report's draws are used, for answers over regions together.
    """
    draws = min(report.draws, MOST_DRAWS)
    figures = report.figures.reset_index(drop=True)
    try:
        return backtest(
            figures,
            report.plan.indicators,
            priors=report.priors,
            peers=PEERS,
            draws=draws,
            seed=report.seed,
        )
    except DataError:
        # The tables were checked when they were loaded: what is left is that nothing can be tested.
        return None


def pace_of(parameters: pd.DataFrame, indicator: str) -> tuple[float, float, dict[str, float]]:
    """Compute the pace of an indicator over its links, with its deviation, and the links' weights.

    A ratio that moves by its parts has no pace of its own: no number, and no links.
    """
    rows = parameters[parameters["indicator"].eq(indicator) & parameters["parameter"].eq("pace")]
    if rows.empty:
        return math.nan, math.nan, {}
    weight, value, sd = (rows[c].to_numpy(float) for c in ("weight", "value", "sd"))
    weight = weight / weight.sum()
    pace = float(weight @ value)
    spread = float(np.sqrt(weight @ (sd**2 + (value - pace) ** 2)))
    links = pd.Series(weight, index=rows["link"]).groupby(level=0).sum()
    return pace, spread, {str(link): float(share) for link, share in links.items()}


def result_tables(report: ReportContext, results: MethodCheck) -> dict[str, pd.DataFrame]:
    """Return the tables of the report for `write_tables`; without a trial only the fits.

    `trial_chances` has a row a target and method, with the method's chance. The peers, which have
    fewer forecasts, are in two tables of their own.
    """
    counted = {"n": "figures", "horizon": "lead"}
    estimates = {"parameter": "estimate", "unit": "measured_in"}
    tables = {
        "fits": report.describe(results.summary.rename(columns=counted)),
        "parameters": report.describe(results.parameters.rename(columns=estimates)),
    }
    if (trial := results.trial) is not None:
        facts = [column for column in trial.chances if column not in (*METHODS, *PEERS)]
        chances = trial.chances.melt(facts, list(METHODS), "method", "p_reach")
        joint = trial.joint.rename(columns={**counted, "regions": "regions_drawn"})
        bins = {"n": "targets", "error": "came_true_error"}
        tables |= {
            "trial_scores": trial.scores.rename(columns=counted),
            "trial_scores_by_figures": trial.scores_by("n").rename(columns=counted),
            "trial_forecasts": report.describe(trial.forecasts.rename(columns=counted)),
            "trial_chances": report.describe(chances.rename(columns=counted)),
            "trial_joint": report.describe(joint),
            "trial_reliability": trial.reliability.rename(columns=bins),
            "trial_pit": trial.pit,
            "trial_peers": trial.peer_scores,
            "trial_peer_forecasts": report.describe(trial.peers.rename(columns=counted)),
        }
    return tables
