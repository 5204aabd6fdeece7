"""Verification: issued forecasts scored once their years have closed.

A forecast is scored when the figure of its target year is published. It must have been issued on
knowledge from before the end of that year, with a chance above 0 and below 1: what had happened by
then, or could not happen, is no forecast. Every such vintage counts, against the target as it was
when the forecast was issued, also several of one target: `forecasts` counts them, `targets` the
different targets, and errors of means are clustered by target year, because vintages of one year
are right or wrong together. A forecast issued again on the same day counts once, if data and method
are the same, or if the answer is, although other targets of the plan were revised meanwhile.

Scores of values are in units of the `scale` stored with the forecast, clipped to `scores.CAP`; the
CRPS is that of the stored quantiles (`scores.crps_of_quantiles`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..errors import check_columns, msg
from ..model.fitting import QUANTILES, Fits, fit
from ..model.panel import KEY
from ..tables.calendar import known_days, last_closed_year, parse_day
from ..targets.attainment import attainment
from . import scores
from .vintages import QUANTILE_COLUMNS

__all__ = ["Verification", "compute_track_record", "verify"]

BINS = 5
TARGET = [*KEY, "year", "target", "target_high", "comparator", "event"]
"""Columns that identify a target in one of its versions."""
ANSWER = ["origin", "latest_year", "p_reach", *QUANTILE_COLUMNS]
VINTAGE = ["origin", "data_hash", "method_version"]
NEEDED = [*(c for c in TARGET if c != "target_high"), *ANSWER, "scenario", "scale"]
SCORES = [
    "lead", "forecasts", "targets", "years", "brier", "brier_error", "base_rate", "brier_base",
    "values", *scores.INTERVALS, "crps", "crps_error",
]  # fmt: skip


@dataclass(frozen=True)
class Verification:
    """Issued forecasts whose years have closed, and the outcomes.

    `hits` has one row per forecast: the columns of `read_forecasts`, `lead` (calendar years from
    the origin to the end of the target year, begun ones counted whole), `figure` (as last
    published) and `met`, whether the event of the target happened.
    """

    hits: pd.DataFrame

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row per lead time, `all` first; empty where no year has closed.

        forecasts, targets and years (counts); brier with its standard error; base_rate, the share
        of targets met, and brier_base, the Brier score of always forecasting just that rate (known
        only afterwards: a hard rival); values (forecasts of different figures), cover50, cover80,
        cover90, crps with its standard error. Standard errors are clustered by target year,
        infinite with a single one; missing is what no forecast answers.
        """
        if self.hits.empty:
            return pd.DataFrame(columns=SCORES)
        leads = sorted(set(self.hits["lead"]))
        parts = {"all": self.hits, **{n: self.hits[self.hits["lead"] == n] for n in leads}}
        return pd.DataFrame([[n, *_score(part)] for n, part in parts.items()], columns=SCORES)

    @cached_property
    def reliability(self) -> pd.DataFrame:
        """One row per fifth of probability, also where it holds no forecast.

        low and high (ends of the bin; an edge belongs to the upper one), forecasts, targets, said
        (mean probability), came_true (observed share) and its standard error, clustered by target
        year.
        """
        fifth = _fifths(self.hits)
        rows = []
        for one in range(BINS):
            part = self.hits[fifth == one]
            p, met = part["p_reach"].mean(), part["met"]
            share = scores.mean_with_error(met, part["year"]) if len(part) else (np.nan, np.nan)
            ends = one / BINS, (one + 1) / BINS
            rows.append((*ends, len(part), len(part.drop_duplicates(TARGET)), p, *share))
        columns = ["low", "high", "forecasts", "targets", "said", "came_true", "error"]
        return pd.DataFrame(rows, columns=columns)


def verify(
    forecasts: pd.DataFrame,
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    on: str | dt.date | None = None,
) -> Verification:
    """Score issued forecasts with the figures published since.

    Only the baseline is scored: a scenario is conditional. The event is that of `attainment`, under
    the indicators' definitions of today; `ever` and `maintain` are decided by the published figures
    from the issue to the target year.

    Parameters
    ----------
    forecasts : from `read_forecasts`
    observations, indicators : as for `fit`; figures of other regions are ignored
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
    >>> forecasts = run.forecasts.assign(origin=run.origin)
    >>> result = verify(forecasts, plan.observations, plan.indicators)
    >>> result.scores["lead"].tolist(), bool(result.hits["met"].all())
    (['all', 3, 4], True)
    """
    check_columns("forecasts", forecasts, NEEDED, msg("read them with read_forecasts"))
    if "target_high" not in forecasts:
        forecasts = forecasts.assign(target_high=np.nan)
    figures = observations
    if on is not None:
        figures = figures[known_days(figures) <= parse_day(on, "verify", "on").isoformat()]
    lead = forecasts["year"].astype(int) - forecasts["origin"].map(last_closed_year).astype(int)
    undecided = forecasts["p_reach"].gt(0.0) & forecasts["p_reach"].lt(1.0)
    # Without a figure of its year or later no target has closed.
    closed = forecasts["year"] <= figures["year"].max()
    counted = undecided & closed & (forecasts["scenario"] == "baseline") & (lead >= 1)
    vintage = [*TARGET, *forecasts.columns.intersection(VINTAGE)]
    issued = forecasts.assign(lead=lead)[counted].drop_duplicates([*TARGET, *ANSWER])
    issued = issued.drop_duplicates(vintage)
    used = figures["region"].isin(issued["region"])
    used &= figures["indicator"].isin(indicators["indicator"])
    outcomes = _find_outcomes(issued, fit(figures[used], indicators))
    return Verification(issued.merge(outcomes, on=[*TARGET, "latest_year"]))


def compute_track_record(verification: Verification) -> pd.DataFrame:
    """Return the counts behind "of 41 chances of 60-80 %, 29 came true".

    Returns
    -------
    DataFrame, one row per fifth of probability that was ever issued: low, high (0 to 1), times,
    came_true (counts) and targets (number of different ones).

    Examples
    --------
    >>> hits = pd.DataFrame(columns=["p_reach", "met", *TARGET])
    >>> len(compute_track_record(Verification(hits)))
    0
    """
    hits = verification.hits
    rows = [
        (one / BINS, (one + 1) / BINS, len(part), int(part["met"].sum()),
         len(part.drop_duplicates(TARGET)))
        for one, part in hits.groupby(_fifths(hits))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["low", "high", "times", "came_true", "targets"])


def _fifths(hits: pd.DataFrame) -> pd.Series:
    """Return the fifth of probability of each forecast; an edge belongs to the upper one."""
    return (hits["p_reach"].astype(float) * BINS).astype(int)


def _find_outcomes(issued: pd.DataFrame, fits: Fits) -> pd.DataFrame:
    """Return the figure of the target year, and whether the event happened, of closed targets."""
    targets = issued[[*TARGET, "latest_year"]].drop_duplicates().reset_index(drop=True)
    last = targets["year"].astype(int)
    since = np.floor(targets["latest_year"].astype(float)).astype(int) + 1
    first = since.where(targets["event"] != "reach", last)
    row = np.repeat(np.arange(len(targets)), last - first + 1)
    each = targets.iloc[row].rename(columns={"target": "value", "target_high": "value_high"})
    each["row"] = row
    each["year"] = first.to_numpy()[row] + each.groupby("row").cumcount().to_numpy()
    table = attainment(fits, each.drop(columns="event"), answers=["reach"])
    table = table.assign(row=row)
    table = table[table["status"].isin(["met", "missed"])]
    met = (table["status"] == "met").groupby(table["row"])
    event = met.all().where(targets["event"] != "ever", met.any())
    closed = table[table["year"].to_numpy() == last.to_numpy()[table["row"]]].set_index("row")
    targets = targets.assign(figure=closed["median"], met=event)
    return targets[targets["figure"].notna()].astype({"figure": float, "met": bool})


def _score(part: pd.DataFrame) -> list[float]:
    """Return one row of `Verification.scores`, without its lead."""
    p, met, year = part["p_reach"], part["met"], part["year"]
    base = float(met.mean())
    counts = [len(part), len(part.drop_duplicates(TARGET)), year.nunique()]
    brier = scores.mean_with_error(scores.brier(p, met), year)
    return [*counts, *brier, base, base * (1.0 - base), *_score_values(part)]


def _score_values(part: pd.DataFrame) -> list[float]:
    """Return scores of values: each forecast of a figure once, for all targets it has."""
    once = part.drop_duplicates([*KEY, "year", "origin", *QUANTILE_COLUMNS])
    once = once[once[QUANTILE_COLUMNS].notna().all(axis=1)]
    y, ends = once["figure"], scores.INTERVALS.values()
    inside = [scores.covered(y, once[low], once[high]) for low, high in ends]
    cover = [float(hit.mean()) if len(once) else np.nan for hit in inside]
    scaled = once[once["scale"] > 0.0]
    if scaled.empty:
        return [len(once), *cover, np.nan, np.nan]
    values = scaled[QUANTILE_COLUMNS].to_numpy(float).T
    loss = scores.crps_of_quantiles(scaled["figure"], values, QUANTILES)
    loss = np.minimum(loss / scaled["scale"].to_numpy(float), scores.CAP)
    return [len(once), *cover, *scores.mean_with_error(loss, scaled["year"])]
