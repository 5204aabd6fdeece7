"""A target as a criterion on draws: which draws meet it, and by how much."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, Problem, check_columns, check_name, msg
from ..model.panel import KEY
from ..model.simulation import Paths
from ..tables.plan import Plan
from ..targets.attainment import draw_events
from ..targets.event_probabilities import EventLimits, compute_probability
from ..targets.joint_answers import UNDECIDABLE
from ..targets.target_state import TargetState
from ..targets.target_tables import GOAL_COLUMNS
from .series_state import Key

__all__ = ["TargetCriterion", "p_error", "read_criterion", "select_target", "weigh_draws"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class TargetCriterion:
    """The event that draws meet one target.

    `closed_form` is the probability of the baseline without draws, NaN where there is none, and
    `evidence` what it rests on, as in `attainment`.
    `threshold` is the drawn value from which on it is met, `direction` 1 where higher values meet
    it, else -1, `ceiling` of a band the value up to which it is met, else infinite; `decided` is 1
    or 0 where a figure has decided it, else NaN; `first` and `last` are the columns of the draws
    that the event reads, the last that of the target year.
    """

    key: Key
    year: int
    value: float
    comparator: str
    event: str
    threshold: float
    direction: float
    decided: float
    latest: float
    latest_year: float
    first: int
    last: int
    closed_form: float = math.nan
    evidence: str = "none"
    ceiling: float = math.inf

    def margin(self, values: FloatArray) -> FloatArray:
        """Return how far each draw (draws, years) is beyond the threshold: met where 0 or more.

        With d_t = direction (value_t - threshold), in a band at most ceiling - value_t: `reach`
        d_T, `ever` max d_t, `maintain` min d_t.
        """
        if not math.isnan(self.decided):
            return np.full(len(values), math.inf if self.decided else -math.inf)
        chosen = values[:, self.first : self.last + 1]
        beyond = self.direction * (chosen - self.threshold)
        beyond = np.minimum(beyond, self.ceiling - chosen)
        margin: FloatArray = beyond.min(axis=1) if self.event == "maintain" else beyond.max(axis=1)
        return margin

    def met(self, values: FloatArray) -> NDArray[np.bool_]:
        """Return whether each draw (draws, years) meets the target."""
        return self.margin(values) >= 0.0

    @property
    def label(self) -> str:
        """Region, indicator and year, for messages."""
        return f"{self.key[0]}, {self.key[1]}, {self.year}"


def select_target(plan: Plan, target: Any) -> pd.DataFrame:
    """Return a target as a table of one row.

    `target` is as in `goal_seek`.

    Raises
    ------
    DataError
        If no target matches, or several.
    UnknownNameError
        For an indicator without a target.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> select_target(plan, {"indicator": "nursing_bed_share", "year": 2025})["value"].tolist()
    [58.0]
    """
    if isinstance(target, pd.DataFrame):
        check_columns("target", target, GOAL_COLUMNS)
        row = target
    elif not isinstance(target, Mapping | pd.Series):
        problem = msg("is neither a row of a table nor a dict of its cells")
        remedy = msg("give one row of `plan.targets`")
        raise DataError([Problem("target", None, None, str(target), problem, remedy)])
    else:
        facts = dict(target)
        row = pd.DataFrame([facts])
        if not {"value", "comparator"} <= set(facts):
            targets, given = plan.targets, {k: facts[k] for k in (*KEY, "year") if k in facts}
            if "indicator" in given:
                check_name("indicator", given["indicator"], sorted(set(targets["indicator"])))
            matches = np.logical_and.reduce([targets[k] == v for k, v in given.items()])
            row = targets[np.broadcast_to(matches, len(targets))]
    if len(row) == 1:
        return row.reset_index(drop=True)
    columns = [c for c in (*KEY, "year", "value", "comparator", "source") if c in row]
    found = [", ".join(str(v) for v in values) for values in row[columns].to_numpy()]
    problem = msg("matches several targets") if found else msg("matches no target of the plan")
    remedy = msg("give one row of `plan.targets`")
    values = found or [str(target)]
    raise DataError(Problem("target", None, None, value, problem, remedy) for value in values)


def read_criterion(paths: Paths, row: pd.DataFrame, as_of: str) -> TargetCriterion:
    """Return a target (one row) as a criterion on draws.

    Raises
    ------
    DataError
        If neither figures nor draws can decide it.
    """
    state = TargetState.of(paths.fits, row, as_of)
    facts = draw_events(paths, row, as_of=as_of)[0].iloc[0]
    key = (str(facts["region"]), str(facts["indicator"]))
    status = facts["status"]
    if status in UNDECIDABLE:
        no_data = status == "no_data"
        problem = msg("the indicator has no figure") if no_data else msg("its year has passed")
        remedy = msg("choose a target that figures or a forecast can decide")
        where = f"{key[0]}, {key[1]}, {facts['year']}"
        raise DataError([Problem("targets", None, "indicator", where, problem, remedy)])
    series = paths.fits.series
    own = series[(series["region"] == key[0]) & (series["indicator"] == key[1])].iloc[0]
    year, value, comparator = int(facts["year"]), float(facts["target"]), str(facts["comparator"])
    limits = EventLimits.of(state.event)
    event = str(facts["event"])
    met = status == "met" or (event == "ever" and status == "reached")
    latest_year = float(own["latest_year"])
    last = int(year - paths.years[0])
    first = int(np.searchsorted(paths.years, latest_year + 1e-9, side="right"))
    return TargetCriterion(
        key=key, year=year, value=value, comparator=comparator, event=event,
        threshold=float(limits.threshold[0]), direction=1.0 if limits.upward[0] else -1.0,
        ceiling=float(limits.ceiling[0]),
        decided=1.0 if met else 0.0 if status == "missed" else math.nan,
        latest=float(own["latest"]), latest_year=latest_year,
        first=last if event == "reach" else first, last=last,
        closed_form=compute_probability(paths.fits, state, event) if state.open[0] else math.nan,
        evidence=str(facts["evidence"]),
    )  # fmt: skip


def weigh_draws(met: NDArray[np.bool_], p: float) -> FloatArray:
    """Weigh draws, 1 on average, so that the share of those that are met is `p`.

    Where all draws, or none, are met, all count alike.

    >>> weigh_draws(np.array([True, False, False, False]), 0.5).round(3).tolist()
    [2.0, 0.667, 0.667, 0.667]
    """
    share = met.mean()
    if share in (0.0, 1.0):
        return np.ones(len(met))
    weight: FloatArray = np.where(met, p / share, (1.0 - p) / (1.0 - share))
    return weight


def p_error(p: float, draws: int) -> float:
    """Return the Monte-Carlo standard error of a share: sqrt(p (1 - p) / draws)."""
    return math.sqrt(p * (1.0 - p) / draws)
