"""The response of one target to settings of levers and assumptions.

A `TargetResponse` simulates only the indicator of the target and what its mechanisms and rules
read. All settings use the same draws, so that the probability rises with a lever without noise
(common random numbers: Glasserman and Yao 1992). Probabilities are shares of draws here, moved by
what the closed form of the baseline differs from its draws, and not kept within 1-99 %: without any
setting they are the closed form.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..callbacks import ProgressTracker
from ..errors import DataError, check_name
from ..model.fitting import QUANTILES, quantile_name
from ..model.panel import KEY, read_observations
from ..model.simulation import Paths
from ..tables.plan import Plan
from .criterion import TargetCriterion, read_criterion, select_target
from .dating import first_decision_year
from .declarations import Mechanism, Range, read_mechanisms
from .engine import ScenarioRun, run_scenario
from .formulas import read_rules
from .scenario import BASELINE, Scenario, Step
from .scenario_check import check_scenario
from .series_state import Key

__all__ = ["PACE", "SearchLever", "TargetOutcome", "TargetResponse", "yearly_paces"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Settings = Mapping[str, float | Range]

PACE = "pace"
PACE_LIMIT = 3.0
"""Largest pace searched, as a multiple of the largest that any region ever showed."""
MOST_STEPS = 1e6
"""Largest number of steps up to that limit: a sum in single yuan would have billions."""
SHORTEST = 0.5
"""Least number of years between two figures that show a yearly pace."""
LASTING = ("extra_raise",)
"""Levers whose units accumulate: a raise of one year is paid in every later year too."""


@dataclass(frozen=True)
class SearchLever:
    """A lever in a search: its name in results, mechanism ("" for the pace), limits and cost.

    `years` is the number of years for which a unit a year is paid until the target year.
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
        """Settings in the order of effort: multiples of the step; dates from the latest one on."""
        first = self.lower if self.unit == "year" else 0.0
        far = self.upper if self.unit == "year" or self.upper > 0.0 else self.lower
        steps = np.arange(math.floor(abs(far - first) / self.step + 1e-9) + 1.0)
        if self.unit == "year":
            return np.asarray(far - self.step * steps)
        return np.asarray(math.copysign(self.step, far) * steps)

    def total_cost(self, value: float, level: str = "central") -> float:
        """Return the cost of a setting over all years, in 10,000 yuan; NaN without a unit cost."""
        if self.cost is None:
            return math.nan
        return float(getattr(self.cost, level)) * value * self.years


@dataclass(frozen=True)
class TargetOutcome:
    """A target under one setting.

    `quantiles` has a row a year: year, and a column a level (`q05` ...), in the indicator's unit.
    `p_change` is the share of draws that meet the target less that without the setting, with the
    standard error of the paired difference.
    """

    quantiles: pd.DataFrame
    p_reach: float
    mc_error: float
    p_change: float
    p_change_error: float


@dataclass(frozen=True)
class TargetResponse:
    """How one target responds to settings: built once, evaluated often; `tracker` counts the runs.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> target = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
    >>> response = TargetResponse.build(plan, target, paths=fc.project(plan, draws=400))
    >>> sorted(response.levers)[:3]
    ['care_workforce.hires_per_year', 'care_workforce.trainees_per_year', 'hires_per_year']
    >>> outcome = response({"trainees_per_year": 500, "leaving_rate": 10})
    >>> outcome.quantiles["year"].tolist(), outcome.p_change > 0
    ([2021, 2022, 2023, 2024, 2025], True)
    """

    plan: Plan
    criterion: TargetCriterion
    paths: Paths
    row: int
    scenario: Scenario
    mechanisms: Mapping[str, Mechanism]
    tracker: ProgressTracker = field(default_factory=ProgressTracker, repr=False, compare=False)

    @staticmethod
    def build(
        plan: Plan,
        target: Any,
        *,
        paths: Paths,
        scenario: Scenario = BASELINE,
        mechanisms: Mapping[str, Mechanism] | None = None,
        tracker: ProgressTracker | None = None,
    ) -> TargetResponse:
        """Select the draws that the target's indicator, its mechanisms and its rules read.

        `plan`, `target` and `mechanisms` are as in `goal_seek`; `paths` is the baseline, until the
        target year or later; settings of the `scenario` hold before any other.

        Raises
        ------
        DataError
            If no target matches, or several; if neither figures nor draws can decide it.
        ValueError
            If the target year is after the simulated ones.
        """
        known = read_mechanisms(plan.folder or None) if mechanisms is None else mechanisms
        row = select_target(plan, target)
        key = (str(row["region"].iloc[0]), str(row["indicator"].iloc[0]))
        series = list(zip(paths.fits.series["region"], paths.fits.series["indicator"], strict=True))
        read = _dependencies(plan, known, key, set(series))
        rows = np.array([i for i, k in enumerate(series) if k in read], int)
        values, base = paths.values[rows], paths.baseline
        if base is not None:
            base = values if base is paths.values else base[rows]
        part = replace(paths, fits=paths.fits.take(rows), values=values, baseline=base)
        quantities = zip(plan.rules["region"], plan.rules["quantity"], strict=True)
        rules = plan.rules[np.array([quantity in read for quantity in quantities], bool)]
        criterion = read_criterion(part, row, plan.as_of)
        own = [series[i] for i in rows].index(key)
        plan = replace(plan, rules=rules)
        return TargetResponse(
            plan, criterion, part, own, scenario.dated(plan), known, tracker or ProgressTracker()
        )

    @cached_property
    def acting_mechanisms(self) -> dict[str, Mechanism]:
        """Mechanisms that can move the indicator, with the changes of the region."""
        indicators = {indicator for region, indicator in self.keys if region == self.region}
        local = {n: m.in_region(self.region) for n, m in self.mechanisms.items()}
        return {n: m for n, m in local.items() if m.indicator in indicators}

    @cached_property
    def usable_mechanisms(self) -> frozenset[str]:
        """Names of the acting mechanisms whose inputs are known in the region."""
        usable = set()
        for name, mechanism in self.acting_mechanisms.items():
            zero = self.with_settings({f"{name}.{next(iter(mechanism.levers))}": 0.0})
            self.tracker()
            try:
                run_scenario(self.paths, self.plan, zero, mechanisms=self.mechanisms)
            except DataError:
                continue
            usable.add(name)
        return frozenset(usable)

    @cached_property
    def levers(self) -> dict[str, SearchLever]:
        """Levers by `mechanism.lever`, and by `lever` those of the indicator's own mechanisms."""
        owners = self._owners("levers")
        return {label: self._search_lever(label, *owner) for label, owner in owners.items()}

    @cached_property
    def assumptions(self) -> dict[str, tuple[str, str]]:
        """Mechanism and name of each assumption, named as `levers` are."""
        return self._owners("assumptions")

    @cached_property
    def active_assumptions(self) -> dict[str, tuple[str, str]]:
        """Assumptions that are used, by their shortest name; not those that figures replace."""
        labels: dict[tuple[str, str], str] = {}
        for label, owner in self.assumptions.items():
            inputs = self.acting_mechanisms[owner[0]].inputs
            role = owner[1].removesuffix("_growth")
            replaced = role in inputs and self.is_simulated(inputs[role])
            if owner[0] in self.usable_mechanisms and not replaced:
                labels[owner] = min(labels.get(owner, label), label, key=len)
        return {label: owner for owner, label in labels.items()}

    @cached_property
    def margin(self) -> FloatArray:
        """Margins (draws,) under the response's own scenario."""
        return self.criterion.margin(self.simulate(self.scenario))

    @cached_property
    def _checked(self) -> Scenario:
        """The response's own scenario, if it fits the plan; else a DataError."""
        check_scenario(self.scenario, self.plan, self.mechanisms, self.paths.fits.series)
        return self.scenario

    @cached_property
    def closed_form_gain(self) -> float:
        """What the closed form's probability of the baseline has over the share of its draws."""
        if math.isnan(self.criterion.closed_form) or self.paths.baseline is None:
            return 0.0
        return self.criterion.closed_form - float(self._baseline_met.mean())

    @cached_property
    def _baseline_met(self) -> BoolArray:
        """Whether each draw that the closed form describes meets the target; none without them."""
        base = self.paths.baseline
        if base is None:
            return np.zeros(self.paths.values.shape[1], bool)
        return self.criterion.met(base[self.row])

    def probability(self, met: BoolArray) -> float:
        """Return the probability that stands for the draws that meet the target."""
        return float(np.clip(met.mean() + self.closed_form_gain, 0.0, 1.0))

    @cached_property
    def paces(self) -> FloatArray:
        """Yearly paces that the figures of any region showed: see `yearly_paces`."""
        return yearly_paces(self.plan, self.criterion.key[1])[0]

    @property
    def region(self) -> str:
        """Region of the target."""
        return self.criterion.key[0]

    @cached_property
    def keys(self) -> list[Key]:
        """Region and indicator of each series in `paths`."""
        series = self.paths.fits.series
        return list(zip(series["region"], series["indicator"], strict=True))

    def __call__(self, setting: Settings | Scenario) -> TargetOutcome:
        """Evaluate a scenario, or settings of levers, assumptions or the `pace` by name.

        Settings are added to the response's own scenario and replace what it sets for the same
        lever; levers act from the first decision year on.

        Raises
        ------
        UnknownNameError
            For a name that is neither a lever nor an assumption here.
        DataError
            As `apply_scenario`, for levers outside their limits among others.
        """
        scenario = setting if isinstance(setting, Scenario) else self.with_settings(setting)
        values = self.simulate(scenario)
        met, usual = self.criterion.met(values), self.margin >= 0.0
        drawn = ~np.isnan(values[0])
        table = pd.DataFrame({"year": self.paths.years[drawn]})
        rows = np.quantile(values[:, drawn], QUANTILES, axis=0)
        table = table.assign(**dict(zip(map(quantile_name, QUANTILES), rows, strict=True)))
        p, change = self.probability(met), met.astype(float) - usual
        error = float(change.std() / np.sqrt(len(met)))
        own = float((met.astype(float) - self._baseline_met).std() / np.sqrt(len(met)))
        return TargetOutcome(table, p, own, float(change.mean()), error)

    def simulate(self, setting: Settings | Scenario) -> FloatArray:
        """Return the values of the indicator (draws, years) under a setting.

        Settings are taken to be within their limits: a search tries hundreds.
        """
        self.tracker()
        if isinstance(setting, Scenario):
            run = run_scenario(self.paths, self.plan, setting, mechanisms=self.mechanisms)
        else:
            run = self.new_run()
            run.apply(self.with_settings(setting))
        values: FloatArray = run.paths.values[self.row]
        return values

    def met(self, setting: Settings | Scenario) -> BoolArray:
        """Return whether each draw meets the target under a setting."""
        return self.criterion.met(self.simulate(setting))

    def new_run(self, **options: Any) -> ScenarioRun:
        """Return a run on the response's draws to which no scenario has been applied."""
        return ScenarioRun(self.paths, self.plan, self.mechanisms, **options)

    def with_settings(self, settings: Settings) -> Scenario:
        """Return the response's scenario with settings added to it."""
        return self._checked.with_steps(*(self._step(n, value) for n, value in settings.items()))

    def lever(self, name: str) -> SearchLever:
        """Return a lever, or the pace, by name; an unknown one raises UnknownNameError."""
        if name == PACE:
            return self.pace_lever()
        check_name("lever", name, [PACE, *self.levers])
        return self.levers[name]

    def pace_lever(self) -> SearchLever:
        """Return the pace as a lever: units a year added to each draw, in the wanted direction.

        The limit is `PACE_LIMIT` times the largest pace that any region showed; where none did,
        times the yearly change needed from the latest figure to the target. The step is a tenth of
        the indicator's reporting step (`MOST_STEPS` of them at most), a thousandth of the limit
        where it has none.
        """
        criterion = self.criterion
        years = max(criterion.year - criterion.latest_year, 1.0)
        needed = abs(criterion.value - criterion.latest) / years
        limit = PACE_LIMIT * (float(np.abs(self.paces).max(initial=0.0)) or needed or 1.0)
        resolution = float(self.paths.fits.series["resolution"].iloc[self.row])
        step = max(resolution / 10.0, limit / (MOST_STEPS if resolution else 1000.0))
        low, high = sorted((0.0, criterion.direction * limit))
        unit = self.unit_of(criterion.key[1])
        return SearchLever(PACE, "", PACE, unit, low, high, step, None, 0.0)

    def is_simulated(self, indicator: str) -> bool:
        """Whether an indicator of the region is among the draws."""
        return (self.region, indicator) in self.keys

    def input_label(self, key: Key) -> str:
        """Return the name of an input: its indicator, prefixed with the region of another one."""
        return key[1] if key[0] == self.region else f"{key[0]}.{key[1]}"

    def unit_of(self, indicator: str) -> str:
        """Return the unit of an indicator, "" where the plan does not describe it."""
        return str(self.plan.indicators.set_index("indicator")["unit"].get(indicator, ""))

    def _owners(self, section: str) -> dict[str, tuple[str, str]]:
        """Mechanism and name of levers or assumptions, by full and unambiguous short name."""
        owners: dict[str, tuple[str, str]] = {}
        short: dict[str, list[tuple[str, str]]] = {}
        for name, mechanism in self.acting_mechanisms.items():
            for item in getattr(mechanism, section):
                owners[f"{name}.{item}"] = (name, item)
                if mechanism.indicator == self.criterion.key[1]:
                    short.setdefault(item, []).append((name, item))
        return {**owners, **{n: found[0] for n, found in short.items() if len(found) == 1}}

    def _search_lever(self, label: str, mechanism: str, lever: str) -> SearchLever:
        declared = self.acting_mechanisms[mechanism].levers[lever]
        first = first_decision_year(self.plan)
        years = max(self.criterion.year - first + 1, 0)
        lower = max(declared.lower, float(first)) if declared.unit == "year" else 0.0
        paid = years * (years + 1) / 2 if lever in LASTING else float(years)
        return SearchLever(
            label, mechanism, lever, declared.unit, lower, declared.upper, declared.step,
            declared.cost, paid,
        )  # fmt: skip

    def _step(self, name: str, value: float | Range) -> Step:
        if name == PACE:
            indicator = self.criterion.key[1]
            return Step(region=self.region, indicator=indicator, add_pace={"by": value})
        check_name("lever or assumption", name, [PACE, *self.levers, *self.assumptions])
        if name in self.levers:
            lever = self.levers[name]
            levers = {lever.lever: value}
            return Step(region=self.region, mechanism=lever.mechanism, levers=levers)
        mechanism, assumption = self.assumptions[name]
        return Step(region=self.region, mechanism=mechanism, assumptions={assumption: value})


def yearly_paces(plan: Plan, *indicators: str) -> list[FloatArray]:
    """Return the changes a year between consecutive published figures of all regions.

    An array an indicator, in its unit. Changes across a break in the definition, and between
    figures less than half a year apart, are left out.

    >>> import forecast as fc
    >>> plan = fc.load_plan("shaoxing", as_of="2022-12-31")
    >>> (paces,) = yearly_paces(plan, "minimum_living_standard")
    >>> bool((paces > 0).any())
    True
    """
    figures = pd.concat([plan.observations, plan.siblings])
    # Published figures count, not ratios of a numerator and a denominator.
    about = plan.indicators.assign(numerator="", denominator="")
    about = about[about["indicator"].isin(indicators)]
    seen, _ = read_observations(figures[figures["indicator"].isin(indicators)], about)
    changes = seen.groupby(KEY)[["year", "value"]].diff()
    kept = (changes["year"] >= SHORTEST) & ~seen["break"]
    paces = (changes["value"] / changes["year"])[kept].to_numpy(float)
    of = seen["indicator"][kept].to_numpy(str)
    return [paces[of == indicator] for indicator in indicators]


def _dependencies(
    plan: Plan, mechanisms: Mapping[str, Mechanism], key: Key, simulated: set[Key]
) -> set[Key]:
    """Series that can move a series, through mechanisms and rules, and the series itself."""
    rules = read_rules(plan.rules)
    in_region = cache(lambda region: [m.in_region(region) for m in mechanisms.values()])
    found: set[Key] = set()
    waiting = {key}
    while waiting:
        region, indicator = here = waiting.pop()
        found.add(here)
        for mechanism in in_region(region):
            inputs = mechanism.inputs.values()
            if mechanism.indicator == indicator:
                waiting |= {(region, name) for name in inputs}
            elif here not in simulated and indicator in inputs:
                waiting.add((region, mechanism.indicator))
        for owner, quantity, formula in rules:
            waiting |= formula.reads(region) if (owner, quantity) == here else set()
        waiting -= found
    return found
