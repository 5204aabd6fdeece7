"""What became of a plan: targets against their final figures, forecasts and rules against both.

A final target is one whose role is `final`, or the last of an indicator that has none. Its
`outcome` is `met` or `missed` where a published figure decides it, `not_published` where its year
has passed without one, `ahead` where the year is still to come; only figures decide.

The forecasts that the method would have made are replayed at each year's end of the plan, from
what was known on the day; they were never issued, and are never scored together with issued ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..model.fitting import QUANTILES, Fits, fit, quantile_name, quantiles
from ..model.panel import KEY
from ..tables import calendar
from ..tables.plan import Plan, load_plan
from ..targets.attainment import attainment, draw_bar
from ..targets.progress import PLAN_YEARS, baseline
from .verification import Verification, verify
from .vintages import Run, issue

__all__ = [
    "DECIDED",
    "TARGET_COLUMNS",
    "compare_verdicts",
    "compute_first_forecasts",
    "count_verdicts",
    "find_last_closed_year",
    "judge_targets",
    "list_origins",
    "replay_runs",
    "score_forecasts",
]  # fmt: skip

LEVELS = [quantile_name(level) for level in QUANTILES]
LIKELY, UNLIKELY = 2 / 3, 1 / 3
NOW = {"p_reach": "p_now", "median": "median_now"}
DECIDED = ("met", "missed")
"""Outcomes that a published figure gives."""
TARGET_COLUMNS = ["indicator", "year", "target", "comparator"]
SAID = ["region", *TARGET_COLUMNS, "origin", "outcome"]


def find_last_closed_year(plan: Plan) -> int:
    """Last year that has ended on the plan's day; without a day, that of the latest figure.

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
    """Tell what became of each target of a plan, a row each, in the targets' order.

    Returns
    -------
    DataFrame with the columns of `attainment` as of the plan's day, role, force, source, and

    =============== ==========================================================================
    final           whether it is a final target
    outcome         met, missed, not_published or ahead
    figure          that decided, with `figure_year`; NaN where none has
    beyond          figure less target, in the unit; positive where it is better than asked
    beyond_share    the same in percent of the way from baseline to target
    gone            percent of that way that the figure, or else the last one by the target year,
                    has gone; NaN where the baseline meets the target or is that very figure
    baseline        of the schedule rule, with `baseline_year`: see `progress`
    first_met       year of the first published figure that meets the target, else NaN
    timing          from_start, early, on_time, late, lost, never; "" where nothing is decided
    p_now           chance of a target that no figure has decided, also where its year has passed;
                    a forecast, like `median_now`
    =============== ==========================================================================

    Examples
    --------
    >>> import pandas as pd, forecast as fc
    >>> plan = fc.load_plan("xiaoshan", as_of="2026-06-30")
    >>> fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    >>> table = judge_targets(plan, fits)
    >>> table.loc[table["final"], "outcome"].value_counts().to_dict()
    {'not_published': 49, 'met': 1}
    """
    goals = plan.targets
    table = attainment(fits, goals, as_of=plan.as_of)
    now = attainment(fits, goals)[list(NOW)].rename(columns=NOW)
    table = pd.concat([table, now], axis=1)
    for name in ("role", "force", "source"):
        table[name] = goals[name].to_numpy()
    table["final"] = _final(goals).to_numpy(bool)
    decided = table["status"].isin(DECIDED)
    passed = table["status"].eq("not_published") | (table["year"] <= find_last_closed_year(plan))
    table["outcome"] = table["status"].where(
        decided, pd.Series(np.where(passed, "not_published", "ahead"), table.index)
    )
    table["figure"] = table["median"].where(decided)
    table.loc[decided, list(NOW.values())] = np.nan
    facts = [_facts(plan, row) for row in table.to_dict("records")]
    columns = ["figure_year", "baseline", "baseline_year", "beyond", "beyond_share", "gone",
               "first_met", "timing"]  # fmt: skip
    return table.join(pd.DataFrame(facts, columns=columns, index=table.index))


def list_origins(plan: Plan) -> list[str]:
    """Days at which forecasts are replayed: year ends of the last five years before the final one.

    >>> import forecast as fc
    >>> list_origins(fc.load_plan("lishui", as_of="2022-12-31"))
    ['2020-12-31', '2021-12-31', '2022-12-31']
    """
    if plan.targets.empty:
        return []
    last = int(plan.targets.loc[_final(plan.targets).to_numpy(bool), "year"].max())
    days = [calendar.year_end(year) for year in range(last - PLAN_YEARS, last)]
    return [day for day in days if not plan.as_of or day <= plan.as_of]


def replay_runs(
    place: str, days: Iterable[str], *, region: str, priors: pd.DataFrame | None = None
) -> list[Run]:
    """Answer a plan's targets as on each of some days, from what was known on it.

    Parameters
    ----------
    place, region : as for `load_plan`
    days : ISO dates
    priors : as for `growth.fit`

    Examples
    --------
    >>> [run.origin for run in replay_runs("shaoxing", ["2021-12-31"], region="shaoxing")]
    ['2021-12-31']
    """
    return [issue(load_plan(place, as_of=day, region=region), priors=priors) for day in days]


def score_forecasts(forecasts: pd.DataFrame | Sequence[Run], plan: Plan) -> Verification:
    """Score forecasts with the figures that a plan knows: `verification.verify`, also of none.

    Parameters
    ----------
    forecasts : from `read_forecasts`, or runs
    plan : as loaded for the report

    Examples
    --------
    >>> import forecast as fc
    >>> runs = replay_runs("xiaoshan", ["2022-12-31"], region="xiaoshan")
    >>> found = score_forecasts(runs, fc.load_plan("xiaoshan"))
    >>> found.hits[["year", "met"]].values.tolist()
    [[2023, True], [2024, True], [2025, True]]
    """
    if not isinstance(forecasts, pd.DataFrame):
        parts = [
            run.forecasts.assign(
                origin=run.origin, data_hash=run.data_hash, method_version=run.method_version,
                target_version=run.target_version,
            )
            for run in forecasts
        ]  # fmt: skip
        forecasts = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if not plan.observations.empty and not forecasts.empty:
        known = pd.concat([plan.observations, plan.siblings])
        return verify(forecasts, known, plan.indicators)
    columns = [*SAID, "event", "lead", "p_reach", "median", "schedule_status", "figure", "met"]
    return Verification(pd.DataFrame(columns=columns))


def compare_verdicts(verification: Verification) -> pd.DataFrame:
    """Put schedule rule and forecast beside what came, a row a closed target and year's end.

    `schedule_said` and `forecast_said` are `yes`, `no` or `silent`: the schedule rule is silent
    with one figure, the forecast where its chance lies between a third and two thirds. What had
    happened by then, or could not happen, is no verdict and has no row.

    Examples
    --------
    >>> import forecast as fc
    >>> runs = replay_runs("xiaoshan", ["2022-12-31"], region="xiaoshan")
    >>> table = compare_verdicts(score_forecasts(runs, fc.load_plan("xiaoshan")))
    >>> table[["year", "outcome", "schedule_said", "forecast_said"]].values[0].tolist()
    [2023, 'met', 'yes', 'yes']
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
    return table[[*SAID, "p_reach", "schedule_said", "forecast_said"]].reset_index(drop=True)


def count_verdicts(verdicts: pd.DataFrame) -> dict[str, int]:
    """Count who was right: of both, where they spoke, and where they disagreed.

    >>> said = pd.DataFrame({"outcome": ["met", "met"], "schedule_said": ["yes", "no"],
    ...                      "forecast_said": ["silent", "yes"]})
    >>> count_verdicts(said)["schedule_right"], count_verdicts(said)["forecast_spoke"]
    (1, 1)
    """
    came = verdicts["outcome"].map({"met": "yes", "missed": "no"})
    schedule, forecast = verdicts["schedule_said"], verdicts["forecast_said"]
    spoke = (schedule != "silent") & (forecast != "silent")
    differ = spoke & (schedule != forecast)
    return {
        "cases": len(verdicts),
        "schedule_spoke": int((schedule != "silent").sum()),
        "schedule_right": int((schedule == came).sum()),
        "forecast_spoke": int((forecast != "silent").sum()),
        "forecast_right": int((forecast == came).sum()),
        "both_spoke": int(spoke.sum()),
        "differ": int(differ.sum()),
        "differ_schedule": int((differ & (schedule == came)).sum()),
        "differ_forecast": int((differ & (forecast == came)).sum()),
    }


def compute_first_forecasts(runs: Iterable[Run], until: int) -> pd.DataFrame:
    """Quantiles of each series as forecast by the first run that had a figure of it.

    Rows are those of `quantiles`, from the figure known then, in its year, to `until`, with the
    day `origin` of the run.

    Examples
    --------
    >>> runs = replay_runs("xiaoshan", ["2020-12-31"], region="xiaoshan")
    >>> course = compute_first_forecasts(runs, 2025)
    >>> course.loc[course["indicator"] == "minimum_living_standard", "year"].tolist()[-1]
    2025.0
    """
    parts: list[pd.DataFrame] = []
    known: set[str] = set()
    for run in runs:
        given, told = run.inputs, run.forecasts
        fresh = set(told.loc[told["latest"].notna(), "indicator"]) - known
        if not fresh:
            continue
        known |= fresh
        fits = fit(given.observations, given.indicators, given.growth, priors=given.priors)
        mine = (fits.series["region"] == run.region) & fits.series["indicator"].isin(fresh)
        parts.append(_anchored(fits.take(np.flatnonzero(mine)), until).assign(origin=run.origin))
    columns = [*KEY, "year", *LEVELS, "origin"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _anchored(fits: Fits, until: int) -> pd.DataFrame:
    """Quantiles after each latest figure, opened by that figure."""
    last = fits.series[[*KEY, "latest", "latest_year"]]
    years = list(range(int(last["latest_year"].min()) + 1, until + 1))
    table = quantiles(fits, years) if years else pd.DataFrame(columns=[*KEY, "year", *LEVELS])
    table = table.astype({"year": float}).merge(last, on=KEY)
    table = table[table["year"] > table["latest_year"]]
    figure = last["latest"].to_numpy(float)
    head = last.assign(year=last["latest_year"], **dict.fromkeys(LEVELS, figure))
    columns = [*KEY, "year", *LEVELS]
    parts = [part[columns] for part in (head, table) if len(part)]
    return pd.concat(parts, ignore_index=True).sort_values([*KEY, "year"], ignore_index=True)


def _final(targets: pd.DataFrame) -> pd.Series:
    """Whether each target is a final one."""
    printed = targets["role"] == "final"
    indicator = targets["indicator"]
    any_printed = printed.groupby(indicator).transform("any")
    last = targets["year"] == targets.groupby("indicator")["year"].transform("max")
    return printed | (~any_printed & last)


def _facts(plan: Plan, row: Mapping[str, Any]) -> tuple[object, ...]:
    """Measure a figure against baseline and target: the last columns of `judge_targets`."""
    nothing = math.nan
    seen = plan.observations[plan.observations["indicator"] == row["indicator"]]
    if seen.empty:
        return (*[nothing] * 7, "")
    value, when = seen.sort_values("year")[["value", "year"]].to_numpy(float).T
    goal, year = float(row["target"]), float(row["year"])
    (base,), (since,) = baseline(value[None, :], when[None, :], np.array([year]))
    better = plan.indicators.set_index("indicator").at[row["indicator"], "better"]
    comparator = np.array([row["comparator"]])
    upward = draw_bar(np.array([goal]), comparator, np.zeros(1), np.array([better != "lower"]))[1]
    way = 1.0 if upward[0] else -1.0
    decided = row["outcome"] in DECIDED
    # What stands nearest before the target year's end tells how much of the way was gone.
    near = when <= year
    stood, known = (float(v[near][-1]) if near.any() else nothing for v in (value, when))
    figure = float(row["figure"]) if decided else stood
    length = way * (goal - base)
    open_way = length > 0.0 and known > since
    gone = 100.0 * way * (figure - base) / length if open_way else nothing
    beyond = way * (figure - goal) if decided else nothing
    share = 100.0 * beyond / length if open_way else nothing
    first = float(row["attainment_year"]) if row["attainment_reading"] == "reached" else nothing
    return (
        known if decided else nothing, base, since, beyond, share, gone, first,
        _timing(str(row["outcome"]), first, year),
    )  # fmt: skip


def _timing(outcome: str, first: float, year: float) -> str:
    """Name when a decided target was first met; of comparisons with NaN none is true."""
    if outcome == "missed":
        return "late" if first > year else "lost" if first < year else "never"
    if outcome != "met":
        return ""
    if first <= year - PLAN_YEARS:
        return "from_start"
    return "early" if first < year else "on_time"
