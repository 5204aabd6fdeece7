"""Outcomes of a plan: targets against their final figures, forecasts and rules against both.

A final target is one whose role is `final`, or the last of an indicator that has none. Its
`outcome` is its state (`targets.target_state`), or `ahead` if the year is still to come; only
figures decide.

Forecasts are replayed at each year's end of the plan, from the figures known on the day. They were
never issued and are never scored together with issued ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..model.fitting import Fits, quantiles
from ..model.panel import KEY
from ..tables import calendar
from ..tables.plan import Plan, load_plan
from ..targets.attainment import attainment
from ..targets.events import BAND, LIKELY, UNLIKELY, is_upward
from ..targets.target_state import DECIDED, OPEN, TargetState, hide_single
from .verification import Verification, verify
from .vintages import QUANTILE_COLUMNS, Run, fit_inputs, issue

__all__ = [
    "DECIDED", "TARGET_COLUMNS", "compare_verdicts", "compute_first_forecasts",
    "count_verdicts", "find_last_closed_year", "judge_targets", "list_origins", "replay_runs",
    "score_forecasts",
]  # fmt: skip

NOW = {"p_reach": "p_now", "median": "median_now"}
TARGET_COLUMNS = ["indicator", "year", "target", "comparator"]
FACTS = [
    "figure_year", "beyond", "beyond_share", "gone", "gone_year", "first_met", "timing",
]  # fmt: skip


def find_last_closed_year(plan: Plan) -> int:
    """Return the last year closed on the plan's day; without a day, that of the latest figure.

    >>> import forecast as fc
    >>> find_last_closed_year(fc.load_plan("lishui", as_of="2022-12-31"))
    2022
    >>> find_last_closed_year(fc.load_plan("lishui", as_of="2022-12-30"))
    2021
    """
    if not plan.as_of:
        return math.floor(plan.observations["year"].max()) if len(plan.observations) else 0
    return calendar.last_closed_year(plan.as_of)


def judge_targets(plan: Plan, fits: Fits) -> pd.DataFrame:
    """Return the outcome of each target of a plan, one row each, in the targets' order.

    Returns
    -------
    DataFrame with the columns of `attainment` as of the plan's day, role, force, source, and

    =============== ==========================================================================
    final           whether it is a final target
    outcome         met, missed, exceeded, likely_exceeded, estimated, not_yet_due, no_data or ahead
    figure          the figure that decided, with `figure_year`; NaN if none has
    beyond          figure less target, in the unit; positive if better than required
    beyond_share    the same in percent of the distance from baseline to target
    gone            percent of that distance covered by the figure, or else by the last one up to
                    the target year; NaN if the baseline meets the target or is that very figure
    gone_year       year of that figure
    first_met       year of the first published figure that meets the target, else NaN
    timing          from_start, early, on_time, late, lost, never; "" if nothing is decided
    p_now           chance of a target that no figure has decided, even after its year has passed;
                    a forecast, like `median_now`; missing where it would rest on one figure
    =============== ==========================================================================

    Examples
    --------
    >>> import pandas as pd, forecast as fc
    >>> plan = fc.load_plan("xiaoshan", as_of="2026-06-30")
    >>> fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    >>> table = judge_targets(plan, fits)
    >>> table.loc[table["final"], "outcome"].value_counts().to_dict()
    {'not_yet_due': 44, 'estimated': 4, 'met': 1}
    """
    targets = plan.targets
    last = find_last_closed_year(plan)
    day = plan.as_of or (calendar.year_end(last) if last else None)
    table = hide_single(attainment(fits, targets, as_of=day))
    now = table[list(NOW)].rename(columns=NOW)
    decided = table["status"].isin(DECIDED)
    passed = (table["year"] <= last) & ~table["status"].isin(OPEN)
    table = pd.concat([table, now.mask(decided)], axis=1).assign(
        **{name: targets[name].to_numpy() for name in ("role", "force", "source")},
        final=_is_final(targets).to_numpy(bool),
        outcome=table["status"].where(decided | passed, "ahead"),
        figure=table["median"].where(decided),
    )
    first = TargetState.of(fits, targets).first_met
    facts = [_measure(plan, *pair) for pair in zip(table.to_dict("records"), first, strict=True)]
    return table.join(pd.DataFrame(facts, columns=FACTS, index=table.index))


def list_origins(plan: Plan) -> list[str]:
    """Return the days of replayed forecasts: year ends of the five years before the final one.

    >>> import forecast as fc
    >>> list_origins(fc.load_plan("lishui", as_of="2022-12-31"))
    ['2020-12-31', '2021-12-31', '2022-12-31']
    """
    if plan.targets.empty:
        return []
    last = int(plan.targets.loc[_is_final(plan.targets).to_numpy(bool), "year"].max())
    days = [calendar.year_end(year) for year in range(last - calendar.PLAN_YEARS, last)]
    return [day for day in days if not plan.as_of or day <= plan.as_of]


def replay_runs(
    source: str, days: Iterable[str], *, region: str, priors: pd.DataFrame | None = None
) -> list[Run]:
    """Return a plan's targets answered as on each of some days, from what was known on it.

    Parameters
    ----------
    source, region : as for `load_plan`
    days : ISO dates
    priors : as for `fit`

    Examples
    --------
    >>> [run.origin for run in replay_runs("shaoxing", ["2021-12-31"], region="shaoxing")]
    ['2021-12-31']
    """
    return [issue(load_plan(source, as_of=day, region=region), priors=priors) for day in days]


def score_forecasts(forecasts: pd.DataFrame | Sequence[Run], plan: Plan) -> Verification:
    """Score forecasts with the figures of a plan; like `verify`, but also without any.

    Parameters
    ----------
    forecasts : from `read_forecasts`, or runs
    plan : as loaded for the report

    Examples
    --------
    >>> import forecast as fc
    >>> runs = replay_runs("xiaoshan", ["2020-12-31"], region="xiaoshan")
    >>> found = score_forecasts(runs, fc.load_plan("xiaoshan"))
    >>> found.hits[["year", "met"]].values.tolist()
    [[2023, True], [2024, True], [2025, True]]
    """
    if not isinstance(forecasts, pd.DataFrame):
        parts = [run.forecasts.assign(origin=run.origin) for run in forecasts]
        forecasts = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if not plan.observations.empty and not forecasts.empty:
        known = pd.concat([plan.observations, plan.siblings])
        return verify(forecasts, known, plan.indicators)
    columns = ["region", *TARGET_COLUMNS, "event", "origin", "lead", "p_reach", "median",
               "schedule_status", "figure", "met"]  # fmt: skip
    return Verification(pd.DataFrame(columns=columns))


def compare_verdicts(verification: Verification) -> pd.DataFrame:
    """Return verdicts of schedule rule and forecast beside the outcome.

    One row per closed target and year's end: region, indicator, year, target, comparator, origin,
    outcome, p_reach, schedule_said and forecast_said (`yes`, `no` or `silent`). The schedule rule
    is silent with one figure, the forecast if its chance lies between a third and two thirds. What
    had happened by then, or could not happen, has no verdict and no row.

    Examples
    --------
    >>> import forecast as fc
    >>> runs = replay_runs("xiaoshan", ["2020-12-31"], region="xiaoshan")
    >>> table = compare_verdicts(score_forecasts(runs, fc.load_plan("xiaoshan")))
    >>> table[["year", "outcome", "schedule_said", "forecast_said"]].values[0].tolist()
    [2023, 'met', 'silent', 'yes']
    """
    hits = verification.hits
    p = hits["p_reach"].astype(float)
    ahead = hits["schedule_status"].isin(["reached", "on_schedule"])
    table = hits.assign(
        outcome=np.where(hits["met"].astype(bool), "met", "missed"),
        schedule_said=np.select([ahead, hits["schedule_status"] == "behind"], ["yes", "no"],
                                "silent"),
        forecast_said=np.select([p >= LIKELY, p < UNLIKELY], ["yes", "no"], "silent"),
    )  # fmt: skip
    columns = ["region", *TARGET_COLUMNS, "origin", "outcome", "p_reach", "schedule_said",
               "forecast_said"]  # fmt: skip
    return table[columns].reset_index(drop=True)


def count_verdicts(verdicts: pd.DataFrame) -> dict[str, int]:
    """Count right verdicts: of each, where both were given, and where they differed.

    >>> verdicts = pd.DataFrame({"outcome": ["met", "met"], "schedule_said": ["yes", "no"],
    ...                          "forecast_said": ["silent", "yes"]})
    >>> counts = count_verdicts(verdicts)
    >>> counts["schedule_right"], counts["forecast_spoke"]
    (1, 1)
    """
    right = verdicts["outcome"].map({"met": "yes", "missed": "no"})
    schedule, forecast = verdicts["schedule_said"], verdicts["forecast_said"]
    both = (schedule != "silent") & (forecast != "silent")
    differ = both & (schedule != forecast)
    return {
        "cases": len(verdicts),
        "schedule_spoke": int((schedule != "silent").sum()),
        "schedule_right": int((schedule == right).sum()),
        "forecast_spoke": int((forecast != "silent").sum()),
        "forecast_right": int((forecast == right).sum()),
        "both_spoke": int(both.sum()),
        "differ": int(differ.sum()),
        "differ_schedule": int((differ & (schedule == right)).sum()),
        "differ_forecast": int((differ & (forecast == right)).sum()),
    }


def compute_first_forecasts(runs: Iterable[Run], until: int) -> pd.DataFrame:
    """Return quantiles of each series as forecast by the first run that had a figure of it.

    Columns are those of `quantiles` and the day `origin` of the run. Rows start at the figure known
    then, in its year, and end with `until`.

    Examples
    --------
    >>> runs = replay_runs("xiaoshan", ["2020-12-31"], region="xiaoshan")
    >>> table = compute_first_forecasts(runs, 2025)
    >>> table.loc[table["indicator"] == "minimum_living_standard", "year"].tolist()[-1]
    2025.0
    """
    columns = [*KEY, "year", *QUANTILE_COLUMNS, "origin"]
    parts: list[pd.DataFrame] = []
    done: set[str] = set()
    for run in runs:
        answered = run.forecasts.loc[run.forecasts["latest"].notna(), "indicator"]
        if not (first := set(answered) - done):
            continue
        done |= first
        fits = fit_inputs(run.inputs)
        rows = (fits.series["region"] == run.region) & fits.series["indicator"].isin(first)
        fits = fits.take(np.flatnonzero(rows))
        last = fits.series[[*KEY, "latest", "latest_year"]]
        years = range(int(last["latest_year"].min()) + 1, until + 1)
        start = last.assign(
            year=last["latest_year"], **dict.fromkeys(QUANTILE_COLUMNS, last["latest"])
        )
        table = start
        if years:
            ahead = quantiles(fits, list(years)).merge(last, on=KEY)
            table = pd.concat([start, ahead[ahead["year"] > ahead["latest_year"]]])
        table = table.assign(origin=run.origin).astype({"year": float})
        parts.append(table[columns].sort_values([*KEY, "year"]))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _is_final(targets: pd.DataFrame) -> pd.Series:
    """Return whether each target is a final one."""
    printed = targets["role"] == "final"
    indicator = targets["indicator"]
    any_printed = printed.groupby(indicator).transform("any")
    last = targets["year"] == targets.groupby("indicator")["year"].transform("max")
    return printed | (~any_printed & last)


def _measure(plan: Plan, row: Mapping[str, Any], first: float) -> tuple[object, ...]:
    """Return `FACTS` of one target: its figure measured against baseline and target."""
    figures = plan.observations[plan.observations["indicator"] == row["indicator"]]
    if figures.empty:
        return (*[math.nan] * 6, "")
    value, when = figures.sort_values("year")[["value", "year"]].to_numpy(float).T
    target, year = float(row["target"]), float(row["year"])
    base, since = float(row["baseline"]), float(row["baseline_year"])
    better = plan.indicators.set_index("indicator").at[row["indicator"], "better"]
    upward = bool(is_upward(pd.DataFrame([{"comparator": row["comparator"], "better": better}]))[0])
    if row["comparator"] == BAND:  # entered at the end nearer to the baseline
        upward = not base > float(row["target_high"])
        target = target if upward else float(row["target_high"])
    sign = 1.0 if upward else -1.0
    decided = row["outcome"] in DECIDED
    # Of an undecided target the last figure up to its year shows how much was covered.
    near = when <= year
    last, known = (float(v[near][-1]) if near.any() else math.nan for v in (value, when))
    figure = float(row["figure"]) if decided else last
    distance = sign * (target - base)
    measurable = distance > 0.0 and known > since
    gone = 100.0 * sign * (figure - base) / distance if measurable else math.nan
    beyond = sign * (figure - target) if decided else math.nan
    share = 100.0 * beyond / distance if measurable else math.nan
    return (
        known if decided else math.nan, beyond, share, gone, known, first,
        _timing(str(row["outcome"]), first, year),
    )  # fmt: skip


def _timing(outcome: str, first: float, year: float) -> str:
    """Return when a decided target was first met; comparisons with NaN are false."""
    if outcome == "missed":
        return "late" if first > year else "lost" if first < year else "never"
    if outcome not in DECIDED:
        return ""
    if first <= year - calendar.PLAN_YEARS:
        return "from_start"
    return "early" if first < year else "on_time"
