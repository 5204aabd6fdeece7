"""Were we right? Forecasts that were issued, scored once their years have closed.

A forecast is scored when the figure of its target year is published; it must have been issued on
knowledge from before the end of that year, and said something: what had happened by then, or
could not happen, is no forecast. Every such vintage counts, also several of one target:
`forecasts` counts them, `targets` says how many different targets they are about, and errors of
means are clustered by target year, because vintages of one year are right or wrong together. The
same forecast issued twice from the same knowledge counts once.

Scores of values are in units of `scale`, the mean absolute yearly change of the series as it was
known when the forecast was issued, and held within `CAP`:

    CRPS = 2 sum_i w_i pinball_i,  pinball_p = (p - [y < q_p]) (y - q_p)

over the stored quantiles, w_i the width of the cell of level i (`scores.crps_of_quantiles`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..errors import DataError, Problem
from ..model.fitting import QUANTILES, Fits, fit, quantile_name
from ..model.panel import KEY
from ..tables.calendar import known_days, last_closed_year, parse_day
from ..targets.attainment import attainment
from . import scores

__all__ = ["Verification", "compute_track_record", "verify"]

LEVELS = [quantile_name(level) for level in QUANTILES]
INTERVALS = {"cover50": ("q25", "q75"), "cover80": ("q10", "q90"), "cover90": ("q05", "q95")}
CAP = 20.0
"""Worst scaled score: a few nearly flat series would decide every mean."""
BINS = 5
GOAL = [*KEY, "year", "target", "comparator", "event"]
VINTAGE = ["origin", "data_hash", "method_version", "target_version"]
NEEDED = [*GOAL, *VINTAGE, "scenario", "latest_year", "p_reach", *LEVELS, "scale"]
SCORES = [
    "lead", "forecasts", "targets", "years", "brier", "brier_error", "base_rate", "brier_base",
    "values", *INTERVALS, "crps", "crps_error",
]  # fmt: skip
RECORD = ["low", "high", "forecasts", "targets", "said", "came_true", "error"]


@dataclass(frozen=True)
class Verification:
    """Issued forecasts whose years have closed, and what came.

    `hits` has a row a forecast: the columns of `read_forecasts`, `lead` (calendar years from the
    origin to the end of the target year, begun ones counted whole), `figure` (as last published)
    and `met`, whether the event of the target came true.
    """

    hits: pd.DataFrame

    @cached_property
    def scores(self) -> pd.DataFrame:
        """A row a lead time, `all` first; empty where no year has closed.

        forecasts, targets and years (how many); brier with its standard error; base_rate, the
        share that came true, and brier_base, the Brier score of saying just that throughout (known
        only afterwards: a hard rival); values (forecasts of different figures), cover50, cover80,
        cover90, crps with its standard error. Standard errors are clustered by target year and
        infinite of a single one; missing is what no forecast answers.
        """
        if self.hits.empty:
            return pd.DataFrame(columns=SCORES)
        leads = sorted(set(self.hits["lead"]))
        parts = {"all": self.hits, **{n: self.hits[self.hits["lead"] == n] for n in leads}}
        return pd.DataFrame([[n, *_scored(part)] for n, part in parts.items()], columns=SCORES)

    @cached_property
    def reliability(self) -> pd.DataFrame:
        """Said and come true, a row a fifth of probability, also where it holds no forecast.

        low and high (ends of the bin; an edge belongs to the upper one), forecasts, targets, said
        (mean probability), came_true (share) and its standard error, clustered by target year.
        """
        fifth = _fifths(self.hits)
        rows = []
        for one in range(BINS):
            mine = self.hits[fifth == one]
            p, met = mine["p_reach"].mean(), mine["met"]
            came = scores.mean_with_error(met, mine["year"]) if len(mine) else (np.nan, np.nan)
            facts = len(mine), len(mine.drop_duplicates(GOAL)), p, *came
            rows.append((one / BINS, (one + 1) / BINS, *facts))
        return pd.DataFrame(rows, columns=RECORD)


def verify(
    forecasts: pd.DataFrame,
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    on: str | dt.date | None = None,
) -> Verification:
    """Score issued forecasts with the figures published since.

    Only the baseline is scored: a scenario says what would be if. The event is that of
    `attainment`, under the indicators' definitions of today; of `ever` and `maintain` the
    published figures from the issue to the target year decide.

    Parameters
    ----------
    forecasts : from `read_forecasts`
    observations, indicators : as for `fit`; figures of other regions do no harm
    on : ISO date; figures `published` after it (where that is not known, of a later `as_of` or
        year's end) are not used. None uses all

    Raises
    ------
    DataError
        For missing columns, or if `on` is no date.

    Examples
    --------
    >>> import forecast as fc
    >>> from forecast.evaluation.vintages import issue
    >>> run, plan = issue(fc.load_plan("xiaoshan", as_of="2021-12-31")), fc.load_plan("xiaoshan")
    >>> beside = {"origin": run.origin, "data_hash": "", "method_version": "", "target_version": ""}
    >>> found = verify(run.forecasts.assign(**beside), plan.observations, plan.indicators)
    >>> found.scores["lead"].tolist(), bool(found.hits["met"].all())
    (['all', 1, 2, 3, 4], True)
    """
    _check(forecasts)
    year, origin = forecasts["year"].astype(int), forecasts["origin"]
    said = forecasts.assign(lead=year - origin.map(last_closed_year).astype(int))
    open_ = said["p_reach"].gt(0.0) & said["p_reach"].lt(1.0)
    said = said[open_ & (said["scenario"] == "baseline") & (said["lead"] >= 1)]
    figures = _known(observations, on)
    # Without a figure of its year or later no target has closed.
    said = said[said["year"] <= figures["year"].max()].drop_duplicates([*GOAL, *VINTAGE])
    used = figures["region"].isin(said["region"])
    used &= figures["indicator"].isin(indicators["indicator"])
    outcome = _outcomes(said, fit(figures[used], indicators))
    return Verification(said.merge(outcome, on=[*GOAL, "latest_year"]))


def compute_track_record(verification: Verification) -> pd.DataFrame:
    """Plain facts for "of 41 times we said 60-80 %, 29 came true"; no row where nothing has closed.

    Returns
    -------
    DataFrame, a row a fifth of probability that was ever said: low, high (0 to 1), times,
    came_true (counts) and targets (how many different ones).

    Examples
    --------
    >>> hits = pd.DataFrame(columns=["p_reach", "met", "year", *GOAL])
    >>> len(compute_track_record(Verification(hits)))
    0
    """
    table = verification.reliability
    met = verification.hits["met"].astype(int).groupby(_fifths(verification.hits)).sum()
    table = table.assign(came_true=met.reindex(table.index, fill_value=0))
    table = table.rename(columns={"forecasts": "times"})
    table = table[["low", "high", "times", "came_true", "targets"]]
    return table[table["times"] > 0].reset_index(drop=True)


def _fifths(hits: pd.DataFrame) -> pd.Series:
    """Fifth of probability of each forecast; an edge belongs to the upper one."""
    return (hits["p_reach"].astype(float) * BINS).astype(int)


def _check(forecasts: pd.DataFrame) -> None:
    remedy = "read them with read_forecasts"
    missing = [name for name in NEEDED if name not in forecasts]
    if missing:
        raise DataError(
            Problem("forecasts", None, name, None, "no such column", remedy) for name in missing
        )


def _known(observations: pd.DataFrame, on: str | dt.date | None) -> pd.DataFrame:
    """Figures that were known on a day."""
    if on is None:
        return observations
    day = parse_day(on, "verify", "on").isoformat()
    return observations[known_days(observations) <= day]


def _outcomes(said: pd.DataFrame, fits: Fits) -> pd.DataFrame:
    """Figure of the target year, and whether the event came true, of what has closed."""
    keys = [*GOAL, "latest_year"]
    goals = said[keys].drop_duplicates().reset_index(drop=True)
    last = goals["year"].astype(int)
    since = np.floor(goals["latest_year"].astype(float)).astype(int) + 1
    first = since.where(goals["event"] != "reach", last)
    row = np.repeat(np.arange(len(goals)), last - first + 1)
    each = goals.iloc[row].assign(row=row, value=goals["target"].to_numpy(float)[row])
    each["year"] = first.to_numpy()[row] + each.groupby("row").cumcount().to_numpy()
    judged = attainment(fits, each.drop(columns=["target", "event"]))
    judged["row"] = row
    judged = judged[judged["status"].isin(["met", "missed"])]
    met = (judged["status"] == "met").groupby(judged["row"])
    came = met.all().where(goals["event"] != "ever", met.any())
    closed = judged[judged["year"].to_numpy() == last.to_numpy()[judged["row"]]].set_index("row")
    goals = goals.assign(figure=closed["median"], met=came)
    return goals[goals["figure"].notna()].astype({"figure": float, "met": bool})


def _scored(part: pd.DataFrame) -> list[float]:
    """One row of `Verification.scores`, without its lead."""
    p, met, year = part["p_reach"], part["met"], part["year"]
    base = float(met.mean())
    counts = [len(part), len(part.drop_duplicates(GOAL)), year.nunique()]
    chances = [*scores.mean_with_error(scores.brier(p, met), year), base, base * (1.0 - base)]
    return [*counts, *chances, *_value_scores(part)]


def _value_scores(part: pd.DataFrame) -> list[float]:
    """Score each forecast of a figure once, however many targets are about it."""
    once = part.drop_duplicates([*KEY, "year", "origin", "data_hash", "method_version"])
    once = once[once[LEVELS].notna().all(axis=1)]
    y, ends = once["figure"], INTERVALS.values()
    inside = [scores.covered(y, once[low], once[high]) for low, high in ends]
    cover = [float(hit.mean()) if len(once) else np.nan for hit in inside]
    scaled = once[once["scale"] > 0.0]
    if scaled.empty:
        return [len(once), *cover, np.nan, np.nan]
    loss = scores.crps_of_quantiles(scaled["figure"], scaled[LEVELS].to_numpy(float).T, QUANTILES)
    loss = np.minimum(loss / scaled["scale"].to_numpy(float), CAP)
    return [len(once), *cover, *scores.mean_with_error(loss, scaled["year"])]
