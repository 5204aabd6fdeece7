"""One target and how it responds to settings: built once, asked often.

A `TargetResponse` applies settings of levers to the draws of one indicator and of what its
mechanisms and rules read. The same draws answer every setting, so that a chance rises with its
lever without noise (common random numbers: Glasserman and Yao 1992). Chances are shares of draws
here, not kept within 1-99 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..callbacks import Tally
from ..errors import DataError, Problem, check_name, said
from ..model.fitting import QUANTILES, quantile_name
from ..model.panel import KEY, read_figures
from ..model.simulation import Paths
from ..tables.plan import Plan
from ..targets.attainment import draw_bar, draw_events
from ..targets.joint_answers import SILENT
from .declarations import Lever, Mechanism, Range, read_mechanisms
from .engine import first_decision_year, run_scenario
from .formulas import read_rules
from .scenario import BASELINE, Scenario, Step

__all__ = [
    "SearchLever",
    "TargetCriterion",
    "TargetOutcome",
    "TargetResponse",
    "one_target",
    "share_error",
    "yearly_paces",
]

FloatArray = NDArray[np.float64]
Key = tuple[str, str]
Settings = Mapping[str, float | Range]

PACE = "pace"
PACE_LIMIT = 3.0
"""A pace is looked for up to so many times the largest that any region ever showed."""
MOST_STEPS = 1e6
"""Steps to that limit at most: sums in single yuan would have thousands of millions."""
SHORTEST = 0.5
"""Years that two figures must lie apart to show a yearly pace."""
LASTING = ("extra_raise",)
"""Levers whose units go on: what is raised in one year is paid in every later one."""


@dataclass(frozen=True)
class TargetCriterion:
    """One target as it is read on draws.

    `bar` is the value at which a drawn value begins to meet it, `way` 1 where up is wanted, else
    -1; `certain` is 1 or 0 where a figure has decided it, else NaN; `first` and `last` are the
    columns of the draws that its event reads, the last the target year's.
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

    def margin(self, values: FloatArray) -> FloatArray:
        """How far each draw (draws, years) is beyond the bar: met where 0 or more.

        With d_t = way (value_t - bar): `reach` d_T, `ever` max d_t, `maintain` min d_t.
        """
        if not math.isnan(self.decided):
            return np.full(len(values), math.inf if self.decided else -math.inf)
        beyond: FloatArray = self.direction * (
            values[:, self.first : self.last + 1] - self.threshold
        )
        every = self.event == "maintain"
        margin: FloatArray = beyond.min(axis=1) if every else beyond.max(axis=1)
        return margin


@dataclass(frozen=True)
class SearchLever:
    """A lever as it is searched: its name in answers, its mechanism ("" for a pace), limits, cost.

    `years` is the number of years that a unit a year is paid for until the target year.
    """

    name: str
    mechanism: str
    lever: str
    unit: str
    lower: float
    upper: float
    step: float
    cost: Range | None
    years: float

    @property
    def grid(self) -> FloatArray:
        """Settings in the order of effort: multiples of the step; dates from the latest one."""
        first = self.lower if self.unit == "year" else 0.0
        far = self.upper if self.unit == "year" or self.upper > 0.0 else self.lower
        rungs = np.arange(math.floor(abs(far - first) / self.step + 1e-9) + 1.0)
        if self.unit == "year":
            return np.asarray(far - self.step * rungs)
        return np.asarray(math.copysign(self.step, far) * rungs)

    def total_cost(self, value: float, level: str = "central") -> float:
        """Cost of a setting over all years, in 10,000 yuan; NaN where none is declared."""
        if self.cost is None:
            return math.nan
        return float(getattr(self.cost, level)) * value * self.years


@dataclass(frozen=True)
class TargetOutcome:
    """A target under one setting.

    `quantiles` has a row a year: year, and a column a level (`q05` ...), in the indicator's unit.
    `p_change` is the share of draws that meet the target less that without the setting, with the
    standard error of the pairs.
    """

    quantiles: pd.DataFrame
    p_reach: float
    mc_error: float
    p_change: float
    p_change_error: float


@dataclass(frozen=True)
class TargetResponse:
    """How one target responds to settings: built once, asked often; `tally` counts what is played.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> asked = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    >>> response = TargetResponse.build(plan, asked, paths=fc.project(plan, draws=400))
    >>> sorted(response.levers)[:3]
    ['care_workforce.hires_per_year', 'care_workforce.trainees_per_year', 'hires_per_year']
    >>> answer = response({"trainees_per_year": 500, "leaving_rate": 10})
    >>> answer.quantiles["year"].tolist(), answer.p_change > 0
    ([2021, 2022, 2023, 2024, 2025], True)
    """

    plan: Plan
    criterion: TargetCriterion
    paths: Paths
    row: int
    scenario: Scenario
    mechanisms: Mapping[str, Mechanism]
    tally: Tally = field(default_factory=Tally, repr=False, compare=False)

    @staticmethod
    def build(
        plan: Plan,
        target: Any,
        *,
        paths: Paths,
        scenario: Scenario = BASELINE,
        mechanisms: Mapping[str, Mechanism] | None = None,
    ) -> TargetResponse:
        """Take from the draws what the target's indicator, its mechanisms and its rules read.

        Parameters
        ----------
        plan, target : as in `goal_seek`
        paths : the baseline, from `project`, until the target year or later
        scenario : what is set before anything else
        mechanisms : as in `apply_scenario`

        Raises
        ------
        DataError
            If there is no such target, or several; if nothing can be said about it, for want of a
            figure.
        ValueError
            If the target's year lies beyond the simulated ones.
        """
        known = read_mechanisms(plan.folder or None) if mechanisms is None else mechanisms
        row = one_target(plan, target)
        key = (str(row["region"].iloc[0]), str(row["indicator"].iloc[0]))
        series = list(zip(paths.fits.series["region"], paths.fits.series["indicator"], strict=True))
        read = _needed(plan, known, key, set(series))
        at = np.array([i for i, k in enumerate(series) if k in read], int)
        part = replace(paths, fits=paths.fits.take(at), values=paths.values[at])
        quantities = zip(plan.rules["region"], plan.rules["quantity"], strict=True)
        rules = plan.rules[np.array([quantity in read for quantity in quantities], bool)]
        goal = _goal(part, row, plan.as_of)
        place = [series[i] for i in at].index(key)
        return TargetResponse(replace(plan, rules=rules), goal, part, place, scenario, known)

    @cached_property
    def acting_mechanisms(self) -> dict[str, Mechanism]:
        """Mechanisms that the indicator can be moved by, as they are in the region."""
        region, _ = self.criterion.key
        own = self.paths.fits.series
        indicators = set(own.loc[own["region"] == region, "indicator"])
        local = {n: m.in_region(region) for n, m in self.mechanisms.items()}
        return {n: m for n, m in local.items() if m.indicator in indicators}

    @cached_property
    def levers(self) -> dict[str, SearchLever]:
        """Levers by `mechanism.lever`, and by `lever` those of the indicator's own mechanisms."""
        found, short = {}, dict[str, list[str]]()
        for name, mechanism in self.acting_mechanisms.items():
            for lever, about in mechanism.levers.items():
                label = f"{name}.{lever}"
                found[label] = self._choice(name, lever, about)
                if mechanism.indicator == self.criterion.key[1]:
                    short.setdefault(lever, []).append(label)
        alone = {n: replace(found[of[0]], name=n) for n, of in short.items() if len(of) == 1}
        return {**found, **alone}

    @cached_property
    def assumptions(self) -> dict[str, tuple[str, str]]:
        """Mechanism and name of each assumption, named as `levers` are."""
        found, short = {}, dict[str, list[str]]()
        for name, mechanism in self.acting_mechanisms.items():
            for assumption in mechanism.assumptions:
                label = f"{name}.{assumption}"
                found[label] = (name, assumption)
                if mechanism.indicator == self.criterion.key[1]:
                    short.setdefault(assumption, []).append(label)
        return {**found, **{n: found[of[0]] for n, of in short.items() if len(of) == 1}}

    @cached_property
    def margin(self) -> FloatArray:
        """Margins (draws,) of the draws under the scenario and nothing else."""
        return self.criterion.margin(self.draws(self.scenario))

    @cached_property
    def paces(self) -> FloatArray:
        """Yearly paces that any region's figures showed: see `yearly_paces`."""
        return yearly_paces(self.plan, self.criterion.key[1])[0]

    def __call__(self, setting: Settings | Scenario) -> TargetOutcome:
        """Answer for a scenario, or for settings of levers, assumptions or the `pace` by name.

        Settings come on top of the response's own scenario and replace what it says of the same
        lever; levers act from the first year that a decision can change.

        Raises
        ------
        UnknownNameError
            For a name that is no lever or assumption here.
        DataError
            As `apply_scenario` does: levers beyond their limits among them.
        """
        values = self.draws(setting)
        met, usual = self.criterion.margin(values) >= 0.0, self.margin >= 0.0
        drawn = ~np.isnan(values[0])
        table = pd.DataFrame({"year": self.paths.years[drawn]})
        rows = np.quantile(values[:, drawn], QUANTILES, axis=0)
        table = table.assign(**dict(zip(map(quantile_name, QUANTILES), rows, strict=True)))
        p, change = float(met.mean()), met.astype(float) - usual
        error = share_error(p, len(met)), float(change.std() / np.sqrt(len(met)))
        return TargetOutcome(table, p, error[0], float(change.mean()), error[1])

    def draws(self, setting: Settings | Scenario) -> FloatArray:
        """Values of the indicator (draws, years) under a setting."""
        asked = setting if isinstance(setting, Scenario) else self.with_settings(setting)
        self.tally()
        run = run_scenario(self.paths, self.plan, asked, mechanisms=self.mechanisms)
        values: FloatArray = run.paths.values[self.row]
        return values

    def chance(self, setting: Settings) -> float:
        """Share of the draws that meet the target under settings."""
        return float((self.criterion.margin(self.draws(setting)) >= 0.0).mean())

    def with_settings(self, settings: Settings) -> Scenario:
        """Give the response's scenario with settings on top of it."""
        steps = [self._step(name, value) for name, value in settings.items()]
        return self.scenario.model_copy(update={"steps": (*self.scenario.steps, *steps)})

    def pace_lever(self) -> SearchLever:
        """Give the pace as a lever: units a year on top of each draw, in the wanted direction.

        Limits are `PACE_LIMIT` times the largest pace that any region showed; where none did, times
        the change a year from the latest figure to the target. A step is a tenth of the
        indicator's reporting step (`MOST_STEPS` of them at most), a thousandth of the limit where
        it has none.
        """
        goal = self.criterion
        needed = abs(goal.value - goal.latest) / max(goal.year - goal.latest_year, 1.0)
        limit = PACE_LIMIT * (float(np.abs(self.paces).max(initial=0.0)) or needed or 1.0)
        resolution = float(self.paths.fits.series["resolution"].iloc[self.row])
        step = max(resolution / 10.0, limit / (MOST_STEPS if resolution else 1000.0))
        units = self.plan.indicators.set_index("indicator")["unit"]
        low, high = sorted((0.0, goal.direction * limit))
        return SearchLever(PACE, "", PACE, str(units[goal.key[1]]), low, high, step, None, 0.0)

    @cached_property
    def usable_mechanisms(self) -> frozenset[str]:
        """Names of the acting mechanisms that have what they read in the region."""
        return frozenset(
            name for name, m in self.acting_mechanisms.items() if self._is_able(name, m)
        )

    def _is_able(self, name: str, mechanism: Mechanism) -> bool:
        nothing = self.with_settings({f"{name}.{next(iter(mechanism.levers))}": 0.0})
        self.tally()
        try:
            run_scenario(self.paths, self.plan, nothing, mechanisms=self.mechanisms)
        except DataError:
            return False
        return True

    def is_simulated(self, indicator: str) -> bool:
        """Whether an indicator of the region is among the draws."""
        series = self.paths.fits.series
        mine = (series["region"] == self.criterion.key[0]) & (series["indicator"] == indicator)
        return bool(mine.any())

    def lever(self, lever: str) -> SearchLever:
        """Look up a lever by name.

        Raises
        ------
        UnknownNameError
            With the nearest name.
        """
        if lever == PACE:
            return self.pace_lever()
        check_name("lever", lever, [PACE, *self.levers])
        return self.levers[lever]

    def _choice(self, mechanism: str, lever: str, about: Lever) -> SearchLever:
        first = first_decision_year(self.plan)
        years = max(self.criterion.year - first + 1, 0)
        paid = years * (years + 1) / 2 if lever in LASTING else years
        lower = max(about.lower, float(first)) if about.unit == "year" else 0.0
        return SearchLever(
            f"{mechanism}.{lever}", mechanism, lever, about.unit, lower, about.upper, about.step,
            about.cost, float(paid),
        )  # fmt: skip

    def _step(self, name: str, value: float | Range) -> Step:
        region, indicator = self.criterion.key
        if name == PACE:
            return Step(region=region, indicator=indicator, add_pace={"by": value})
        check_name("lever or assumption", name, [PACE, *self.levers, *self.assumptions])
        if name in self.levers:
            lever = self.levers[name]
            return Step(region=region, mechanism=lever.mechanism, levers={lever.lever: value})
        mechanism, assumption = self.assumptions[name]
        return Step(region=region, mechanism=mechanism, assumptions={assumption: value})


def yearly_paces(plan: Plan, *indicators: str) -> list[FloatArray]:
    """Give changes a year between consecutive published figures, of all regions, in the unit.

    An array an indicator. Steps across a new definition, and between figures nearer than half a
    year, show no pace.

    >>> import forecast as fc
    >>> plan = fc.load_plan("shaoxing", as_of="2022-12-31")
    >>> (paces,) = yearly_paces(plan, "minimum_living_standard")
    >>> bool((paces > 0).any())
    True
    """
    figures = pd.concat([plan.observations, plan.siblings])
    # What is published counts, not what follows from a numerator and a denominator.
    about = plan.indicators.assign(numerator="", denominator="")
    about = about[about["indicator"].isin(indicators)]
    seen, _ = read_figures(figures[figures["indicator"].isin(indicators)], about)
    steps = seen.groupby(KEY)[["year", "value"]].diff()
    shown = (steps["year"] >= SHORTEST) & ~seen["fresh"]
    paces = (steps["value"] / steps["year"])[shown].to_numpy(float)
    of = seen["indicator"][shown].to_numpy(str)
    return [paces[of == indicator] for indicator in indicators]


def one_target(plan: Plan, target: Any) -> pd.DataFrame:
    """One target as a table of one row."""
    if isinstance(target, pd.DataFrame):
        row = target
    else:
        facts = dict(target)
        row = pd.DataFrame([facts])
        if not {"value", "comparator"} <= set(facts):
            known, asked = plan.targets, {k: facts[k] for k in (*KEY, "year") if k in facts}
            if "indicator" in asked:
                check_name("indicator", asked["indicator"], sorted(set(known["indicator"])))
            mine = np.logical_and.reduce([known[k] == v for k, v in asked.items()])
            row = known[np.broadcast_to(mine, len(known))]
    if len(row) == 1:
        return row.reset_index(drop=True)
    columns = [c for c in (*KEY, "year", "value", "comparator", "source") if c in row]
    listed = [", ".join(str(v) for v in values) for values in row[columns].to_numpy()]
    problem = said("names several targets") if listed else said("names no target of the plan")
    remedy = said("give one row of `plan.targets`")
    each = listed or [str(target)]
    raise DataError(Problem("target", None, None, given, problem, remedy) for given in each)


def _needed(plan: Plan, mechanisms: Mapping[str, Mechanism], key: Key, known: set[Key]) -> set[Key]:
    """Series that a series can be moved by: inputs of mechanisms and what rules read, and so on."""
    rules = [((r, q), f) for r, q, f in read_rules(plan.rules)]
    local = {r: [m.in_region(r) for m in mechanisms.values()] for r in {key[0]}}
    found: set[Key] = set()
    waiting = [key]
    while waiting:
        region, indicator = here = waiting.pop()
        if here in found:
            continue
        found.add(here)
        for m in local.setdefault(region, [m.in_region(region) for m in mechanisms.values()]):
            if m.indicator == indicator:
                waiting += [(region, name) for name in m.inputs.values()]
            elif here not in known and indicator in m.inputs.values():
                waiting.append((region, m.indicator))
        for quantity, formula in rules:
            if quantity == here:
                waiting += [(r or region, name) for r, name in formula.names()]
    return found


def _goal(paths: Paths, row: pd.DataFrame, as_of: str) -> TargetCriterion:
    """Read a target on draws.

    Raises
    ------
    DataError
        If nothing can be said about it.
    """
    about = draw_events(paths, row, as_of=as_of)[0].iloc[0]
    key = (str(about["region"]), str(about["indicator"]))
    if about["status"] in SILENT:
        unknown = about["status"] == "no_data"
        problem = said("no figure of it") if unknown else said("its year has passed")
        where = f"{key[0]}, {key[1]}, {about['year']}"
        remedy = said("ask about a target that figures or a forecast can decide")
        raise DataError([Problem("targets", None, "indicator", where, problem, remedy)])
    series = paths.fits.series
    mine = series[(series["region"] == key[0]) & (series["indicator"] == key[1])].iloc[0]
    year, value, comparator = int(about["year"]), float(about["target"]), str(about["comparator"])
    unit, higher = float(mine["resolution"]), mine["better"] != "lower"
    bar, upward = draw_bar(np.array(value), np.array(comparator), np.array(unit), np.array(higher))
    way = 1.0 if upward else -1.0
    event, status = str(about["event"]), about["status"]
    happened = status == "met" or (event == "ever" and status == "reached")
    certain = 1.0 if happened else 0.0 if status == "missed" else math.nan
    latest_year = float(mine["latest_year"])
    last = int(year - paths.years[0])
    first = int(np.searchsorted(paths.years, latest_year + 1e-9, side="right"))
    return TargetCriterion(
        key, year, value, comparator, event, float(bar), way, certain, float(mine["latest"]),
        latest_year, last if event == "reach" else first, last,
    )  # fmt: skip


def share_error(p: float, draws: int) -> float:
    """Monte-Carlo standard error of a share: sqrt(p (1 - p) / draws)."""
    return math.sqrt(p * (1.0 - p) / draws)
