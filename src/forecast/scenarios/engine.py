"""Scenario runs: a scenario applied to the draws of the baseline.

Every scenario uses the same futures, and the range of an assumption is drawn from a stream of its
own, so that two scenarios can be compared draw by draw. Order: generic steps as they are listed;
then the mechanisms, in the order of their file, wherever a lever or an assumption was set or an
input changed; then what projects add, where their assumptions changed; then the policy rules that
link one standard to another. What nothing changes keeps its bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, Problem, check_arguments, msg
from ..model.simulation import Paths, derive_stream
from ..tables.plan import Plan
from .assumptions import correlate, sample_assumption, uniforms
from .dating import first_decision_year
from .declarations import Mechanism, Range, read_mechanisms
from .formulas import Lookup, order_rules, read_rules
from .mechanisms import MOVES, MechanismInputs
from .project_list import compare_effects
from .scenario import BASELINE, LeverSetting, Scenario, Span, Step
from .scenario_check import check_scenario
from .series_state import Key, SeriesState
from .trajectory import StepContext, apply_verb, interpolate

__all__ = ["ScenarioRun", "apply_scenario", "run_scenario"]

FloatArray = NDArray[np.float64]
Values = Mapping[str, float | Range]
"""Values of assumptions by name."""


def apply_scenario(
    paths: Paths,
    plan: Plan,
    scenario: Scenario,
    *,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> Paths:
    """Return the draws of the baseline under a scenario.

    Settings without years hold from the first decision year on (see `first_decision_year`).

    Parameters
    ----------
    paths, plan : the baseline, from `project`, and its plan
    scenario : from `read_scenario`, or constructed
    mechanisms : from `read_mechanisms`; None takes those of the plan's folder or of the package

    Raises
    ------
    DataError
        With every unknown mechanism, lever, assumption, region or indicator (and the nearest
        known), every lever outside its limits, and every step whose inputs are missing.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> base = fc.project(plan, draws=100)
    >>> push = apply_scenario(base, plan, fc.read_scenario("care_worker_training"))
    >>> row = base.fits.series["indicator"].tolist().index("care_workers_per_10k_elderly")
    >>> bool((push.values[row, :, -1] > base.values[row, :, -1]).all())
    True
    """
    check_arguments(apply_scenario, locals())
    return run_scenario(paths, plan, scenario, mechanisms=mechanisms).paths


def run_scenario(
    paths: Paths,
    plan: Plan,
    scenario: Scenario,
    *,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> ScenarioRun:
    """Apply a scenario as `apply_scenario` does; the run also tells what was changed and why.

    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> push = fc.read_scenario("care_worker_training")
    >>> run = run_scenario(fc.project(plan, draws=50), plan, push)
    >>> run.causes
    {('lishui', 'care_workers_per_10k_elderly'): {'lever'}}
    """
    known = read_mechanisms(plan.folder or None) if mechanisms is None else mechanisms
    check_scenario(scenario, plan, known, paths.fits.series)
    run = ScenarioRun(paths, plan, known)
    run.apply(scenario)
    return run


@dataclass
class ScenarioRun:
    """A scenario being applied to the draws of `before`; names are not checked here.

    `fixed_uniforms` (draws, 1) replace drawn ones, by what they are drawn for: ("assumption",
    mechanism, name) or ("projects", mechanism, region).
    """

    before: Paths
    plan: Plan
    mechanisms: Mapping[str, Mechanism]
    fixed_uniforms: Mapping[tuple[str, ...], FloatArray] = field(default_factory=dict)
    sampled: dict[tuple[str, str, str], FloatArray] = field(default_factory=dict)
    """Values of assumptions that were used, by region, mechanism and name: (draws, years) or
    (draws, 1), under the scenario."""
    _inputs: dict[Key, tuple[FloatArray, FloatArray, FloatArray]] = field(default_factory=dict)
    """What mechanisms read, by region and indicator read: times, values before and after."""
    _name: str = BASELINE.name

    @cached_property
    def state(self) -> SeriesState:
        """All series, before and after the changes so far."""
        return SeriesState(self.before)

    @property
    def causes(self) -> dict[Key, set[str]]:
        """What changed each series that differs: `lever`, `assumption`, or both."""
        return self.state.causes

    def override_series(self, key: Key, values: FloatArray) -> None:
        """Assume other values of a series, (draws or 1, simulated years); call before `apply`."""
        self.state.change_values(key, values, ["assumption"])

    def apply(self, scenario: Scenario) -> None:
        """Apply all steps of a scenario, in order."""
        scenario, self._name = scenario.dated(self.plan), scenario.name
        for step in scenario.all_steps():
            if step.verb:
                for key in self._covered_series(step):
                    self._apply_step(step, key)
        for name, mechanism in self.mechanisms.items():
            for key in self.state.facts:
                if key[1] == mechanism.indicator:
                    self._apply_mechanism(name, key, scenario)
        changes = compare_effects(self.before, self.plan, self.mechanisms, scenario)
        for key, change in changes.items():
            drawn = ~np.isnan(change[0])
            old = self.state.trajectory(key).values[:, 1:]
            self.state.change_values(key, old + change[:, drawn], ["assumption"])
        self._apply_rules()

    @cached_property
    def paths(self) -> Paths:
        """The draws under the scenario."""
        return self.state.to_paths(self._name)

    def lookup(self, region: str, times: FloatArray, *, after: bool) -> Lookup:
        """Return a function of the values of a formula's names at `times`, before or after."""

        def values(elsewhere: str, name: str, lag: int) -> FloatArray | None:
            key = (elsewhere or region, name)
            if key in self.state.facts:
                return self.state.read(key, times + lag, after=after)
            if key not in self._inputs:
                self._assume_input(key)
            if key not in self._inputs:
                return None
            known, old, new = self._inputs[key]
            return interpolate(known, new if after else old, times + lag)

        return values

    @cached_property
    def _first_year(self) -> int:
        return first_decision_year(self.plan)

    def _uniforms(self, *names: str) -> FloatArray:
        fixed = self.fixed_uniforms.get(names)
        draws = self.before.values.shape[1]
        return uniforms(self.before.seed, draws, *names) if fixed is None else fixed

    def _covered_series(self, step: Step) -> list[Key]:
        """Series that the indicators and regions of a step stand for."""
        targets = self.plan.targets if "planned" in step.indicator else self.plan.targets[:0]
        planned = set(zip(targets["region"], targets["indicator"], strict=True))
        every = "all" in step.indicator
        return [
            key
            for key in self.state.facts
            if step.covers(key[0]) and (every or key in planned or key[1] in step.indicator)
        ]

    def _apply_step(self, step: Step, key: Key) -> None:
        trajectory = self.state.trajectory(key)
        if len(trajectory.times) < 2:
            return
        record = getattr(step, step.verb)
        since = getattr(record, "since", None)
        names = (step.verb, key[0]) if step.verb == "execute_plan" else (step.verb, *key)
        context = StepContext(
            self.plan, key, self._first_year if since is None else since,
            upward=self.state.facts[key]["better"] != "lower",
            size=lambda n: sample_assumption(n, self._uniforms(*names)),
        )  # fmt: skip
        new = apply_verb(step.verb, trajectory, record, context)
        self.state.change(key, new, ["assumption"])

    def _apply_mechanism(self, name: str, key: Key, scenario: Scenario) -> None:
        """Change an indicator by its mechanism, if a setting or an input of it changed."""
        mechanism = self.mechanisms[name].in_region(key[0])
        steps = scenario.steps_for(name, key[0])
        times = self.state.trajectory(key).times
        sources = [(key[0], indicator) for indicator in mechanism.inputs.values()]
        changed = [source for source in sources if self.state.is_changed(source)]
        if len(times) < 2 or not (steps or changed):
            return
        if missing := mechanism.lacks(self._known(key[0])):
            if any(step.region for step in steps):
                raise DataError([_missing(name, key, missing, list(mechanism.inputs))])
            return
        levers = dict.fromkeys(mechanism.levers, np.zeros(len(times) - 1))
        for lever, setting in scenario.lever_settings(name, key[0]).items():
            levers[lever] = schedule_lever(setting, times[1:], self._first_year)
        values = scenario.assumption_values(name, mechanism, key[0])
        before = self._mechanism_inputs(name, mechanism, key, values, after=False)
        after = self._mechanism_inputs(name, mechanism, key, values, after=True)
        after = replace(after, levers=levers)
        for source, role in zip(sources, mechanism.inputs, strict=True):
            self._inputs[source] = (times, before.inputs[role], after.inputs[role])
        causes = {"lever" for lever in levers.values() if lever.any()}
        causes |= {"assumption" for step in steps if step.assumptions}
        causes |= {cause for source in changed for cause in self.causes[source]}
        old = self.state.trajectory(key).values[:, 1:]
        self.state.change_values(key, MOVES[mechanism.kind](old, before, after), causes)
        self.sampled |= {(key[0], name, n): after.assumptions[n] for n in mechanism.assumptions}

    def _mechanism_inputs(
        self, name: str, mechanism: Mechanism, key: Key, values: Values, *, after: bool
    ) -> MechanismInputs:
        """Collect what a mechanism reads: as declared, or with other assumptions and inputs.

        Changed assumptions hold from the first decision year on; the level of an input describes
        the present, before and after.
        """
        trajectory = self.state.trajectory(key)
        times = trajectory.times
        levels = {n: self._uniforms("assumption", name, n) for n in mechanism.assumptions}
        levels = correlate(mechanism, levels)
        set_values = {
            n: sample_assumption(v, levels[n])
            for n, v in values.items()
            if not _equals_default(v, mechanism.assumptions[n])
        }
        assumptions = {n: d.quantile(levels[n]) for n, d in mechanism.assumptions.items()}
        open_years = times[1:] >= self._first_year
        for n, new in set_values.items():
            if n in mechanism.inputs:
                assumptions[n] = new
            elif after and not n.endswith("_growth"):
                assumptions[n] = np.where(open_years, new, assumptions[n])
        inputs = {}
        for role, indicator in mechanism.inputs.items():
            growth = f"{role}_growth"
            if (source := (key[0], indicator)) in self.state.facts:
                path = self.state.read(source, times, after=after)
            else:
                path = assumptions[role] * (1.0 + assumptions[growth] / 100.0) ** (times - times[0])
            if after and growth in set_values:
                path = _regrow(path, times, self._first_year, set_values[growth])
            inputs[role] = path
        return MechanismInputs(
            float(trajectory.values[0, 0]),
            times[1:],
            {n: np.zeros(len(times) - 1) for n in mechanism.levers},
            assumptions,
            inputs,
            mechanism.constants,
            self._project_uniforms(name, key[0], len(times) - 1)
            if mechanism.kind == "programme"
            else None,
        )

    def _project_uniforms(self, name: str, region: str, years: int) -> FloatArray:
        """Uniforms (draws, years), one a cohort of a programme's projects."""
        names = ("projects", name, region)
        draws = self.before.values.shape[1]
        fixed = self.fixed_uniforms.get(names)
        if fixed is not None:
            return np.broadcast_to(fixed, (draws, years))
        return derive_stream(self.before.seed, *names).random((years, draws)).T

    def _known(self, region: str) -> set[str]:
        """Return the indicators with figures in a region."""
        return {indicator for place, indicator in self.state.facts if place == region}

    def _assume_input(self, key: Key) -> None:
        """Note the assumed values of an input, as a mechanism of the region would read them."""
        for name, everywhere in self.mechanisms.items():
            mechanism = everywhere.in_region(key[0])
            own = (key[0], mechanism.indicator)
            roles = [role for role, indicator in mechanism.inputs.items() if indicator == key[1]]
            if not roles or own not in self.state.facts:
                continue
            times = self.state.trajectory(own).times
            if len(times) > 1 and not {*mechanism.inputs} & {*mechanism.lacks(self._known(key[0]))}:
                inputs = self._mechanism_inputs(name, mechanism, own, {}, after=False).inputs
                self._inputs[key] = (times, inputs[roles[0]], inputs[roles[0]])
                return

    def _apply_rules(self) -> None:
        """Carry changes along the policy rules that link one standard to another.

        A floor that binds moves a draw in proportion, an equality moves every draw.
        """
        for region, quantity, formula in order_rules(read_rules(self.plan.rules)):
            key = (region, quantity)
            changed = [source for source in formula.reads(region) if self._is_input_changed(source)]
            if key not in self.state.facts or formula.comparator not in ("ge", "eq") or not changed:
                continue
            trajectory = self.state.trajectory(key)
            times = trajectory.times[1:]
            old, new = (
                formula.evaluate(self.lookup(region, times, after=after)) for after in (False, True)
            )
            if isinstance(old, str) or isinstance(new, str) or not len(times):
                continue
            value = trajectory.values[:, 1:]
            if formula.comparator == "ge":
                old, new = np.maximum(value, old), np.maximum(value, new)
            # A requirement of 0 has no proportion: the value becomes the new requirement.
            value = np.where(old == 0.0, new, value * (new / np.where(old == 0.0, 1.0, old)))
            causes = {cause for source in changed for cause in self.causes.get(source, ())}
            self.state.change_values(key, value, causes or {"assumption"})

    def _is_input_changed(self, key: Key) -> bool:
        """Whether a series, or an assumed input, has other values than before."""
        _, old, new = self._inputs.get(key, (None, None, None))
        return self.state.is_changed(key) or old is not new


def _equals_default(value: float | Range, default: Range) -> bool:
    """Whether a value of an assumption equals the declared one."""
    ends = (value.low, value.central, value.high) if isinstance(value, Range) else (value,) * 3
    return ends == (default.low, default.central, default.high)


def schedule_lever(setting: LeverSetting, years: FloatArray, since: int) -> FloatArray:
    """Return the setting of a lever in each year."""
    if isinstance(setting, dict):
        return np.array([setting.get(int(year), 0.0) for year in years])
    span = setting if isinstance(setting, Span) else Span(value=setting)
    first = since if span.since is None else float(span.since)
    inside = (years >= first) & (years <= float(span.until or np.inf))
    return np.where(inside, span.value, 0.0)


def _regrow(path: FloatArray, times: FloatArray, since: int, growth: FloatArray) -> FloatArray:
    """Path that grows by `growth` percent a year from `since` on."""
    ahead = np.maximum(times - (since - 1), 0.0)
    last = interpolate(times, path, np.array([float(since - 1)]))
    return np.where(ahead > 0.0, last * (1.0 + growth / 100.0) ** ahead, path)


def _missing(name: str, key: Key, missing: list[str], inputs: list[str]) -> Problem:
    """Return the problem of a mechanism whose inputs are missing in a region."""
    needed = [n for part in missing for n in (part, f"{part}_growth")[: 1 + (part in inputs)]]
    remedy = msg("add {names} for {region} to mechanisms.yaml", names=needed, region=key[0])
    problem = msg("no figures for {names} in {region}", names=missing, region=key[0])
    return Problem("scenario", None, "mechanism", name, problem, remedy)
