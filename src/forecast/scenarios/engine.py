"""Scenarios played on the draws of the baseline.

The same futures are used under every scenario, and an assumption's range is drawn from a stream of
its own, so that a difference between two scenarios is a difference in each draw. Order: generic
steps as they are listed; then mechanisms, in the order of their file, wherever a lever or an
assumption was set or an input changed; then the rules that tie one standard to another. What
nothing changed keeps its bits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from ..callbacks import Progress, Tally
from ..errors import DataError, Problem, nearest, said
from ..model.fitting import fit
from ..model.priors import read_priors
from ..model.simulation import Paths, simulate, stream
from ..tables.calendar import last_closed_year
from ..tables.plan import Plan, known_indicators
from .declarations import KINDS, Mechanism, Range, beyond_ends, read_mechanisms
from .formulas import Formula, Lookup, read_rules
from .mechanisms import MOVES, Setting
from .scenario import BASELINE, Scenario, Span, Step
from .trajectory import Trajectory

__all__ = ["ScenarioRun", "apply_scenario", "first_decision_year", "project", "run_scenario"]

FloatArray = NDArray[np.float64]
Key = tuple[str, str]
"""Region and indicator."""
PACE_FIGURES = 4
READ_WITHIN = 5.0
PACE_YEARS = 2.0
"""Latest figures that another region's pace is measured over, and the years they must span."""


def project(
    plan: Plan,
    *,
    until: int | None = None,
    draws: int = 4000,
    seed: int = 0,
    priors: pd.DataFrame | None = None,
    progress: Progress | None = None,
) -> Paths:
    """Simulate a plan's own indicators as they would go on: the baseline.

    The figures of other regions inform the fits and are not simulated.

    Parameters
    ----------
    plan : from `load_plan`
    until : last year; None takes the last target year
    draws, seed : as in `simulate`
    priors : as in `fit`; None takes those of the plan's folder, else the shipped ones
    progress : called with the share done, before the fit and as `simulate` does; what it raises
        ends the work

    Examples
    --------
    >>> import forecast as fc
    >>> paths = project(fc.load_plan("lishui", as_of="2022-12-31"), draws=100)
    >>> set(paths.fits.series["region"]), int(paths.years[-1])
    ({'lishui'}, 2025)
    """
    tally = Tally(progress, 3)
    tally()
    beliefs = read_priors(plan.folder or None) if priors is None else priors
    figures = pd.concat([plan.observations, plan.siblings])
    fits = fit(figures, plan.indicators, priors=beliefs)
    own = fits.series["region"].isin(plan.observations["region"].unique())
    last = int(plan.targets["year"].max()) if until is None else until
    mine = fits.take(np.flatnonzero(own))
    return simulate(mine, until=last, draws=draws, seed=seed, progress=tally.part(2))


def apply_scenario(
    paths: Paths,
    plan: Plan,
    scenario: Scenario,
    *,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> Paths:
    """Give the same draws under a scenario.

    Settings without years hold from the year after the plan's as-of date on.

    Parameters
    ----------
    paths : the baseline, from `project` or `simulate`
    plan : the plan they belong to
    scenario : from `read_scenario`, or made
    mechanisms : from `read_mechanisms`; None takes those of the plan's folder, else the shipped

    Raises
    ------
    DataError
        With every unknown mechanism, lever, assumption, region or indicator (and the nearest
        known), every lever beyond its limits, and every step that lacks what it needs.

    Examples
    --------
    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> base = project(plan, draws=100)
    >>> push = apply_scenario(base, plan, fc.read_scenario("care_worker_training"))
    >>> row = base.fits.series["indicator"].tolist().index("care_workers_per_10k_elderly")
    >>> bool((push.values[row, :, -1] > base.values[row, :, -1]).all())
    True
    """
    return run_scenario(paths, plan, scenario, mechanisms=mechanisms).paths


def run_scenario(
    paths: Paths,
    plan: Plan,
    scenario: Scenario,
    *,
    mechanisms: Mapping[str, Mechanism] | None = None,
) -> ScenarioRun:
    """Apply a scenario and keep what was changed and what was believed."""
    known = read_mechanisms(plan.folder or None) if mechanisms is None else mechanisms
    check_scenario(scenario, plan, known, paths.fits.series)
    run = ScenarioRun(paths, plan, known)
    run.apply(scenario)
    return run


def first_decision_year(plan: Plan) -> int:
    """First year that a decision can still change: the year after the as-of date.

    A day before 31 December leaves its own year open. Without a date: the year after the latest
    figure.

    >>> import forecast as fc
    >>> first_decision_year(fc.load_plan("lishui", as_of="2022-12-31"))
    2023
    """
    if plan.as_of:
        return last_closed_year(plan.as_of) + 1
    return int(np.floor(plan.observations["year"].max() + 1e-9)) + 1


@dataclass
class ScenarioRun:
    """One scenario being played on the draws of `before`."""

    before: Paths
    plan: Plan
    mechanisms: Mapping[str, Mechanism]
    changed: dict[Key, set[str]] = field(default_factory=dict)
    """What moved each series: `lever`, `assumption`, or both."""
    assumed: dict[tuple[str, str, str], Range] = field(default_factory=dict)
    """Beliefs that were used, by region, mechanism and name."""
    beliefs: dict[tuple[str, str, str], FloatArray] = field(default_factory=dict)
    """What those beliefs came to in each draw, (draws, years) or (draws, 1), after the change."""
    given: Mapping[tuple[str, ...], FloatArray] = field(default_factory=dict)
    """Uniforms (draws, 1) in place of drawn ones, by what they are drawn for: ("assumption",
    mechanism, name), ("projects", mechanism, region)."""
    _after: dict[Key, Trajectory] = field(default_factory=dict)
    _inputs: dict[Key, tuple[FloatArray, FloatArray, FloatArray]] = field(default_factory=dict)
    """What mechanisms read, by the indicator read: times, values before and after."""
    _name: str = BASELINE.name

    def override_series(self, key: Key, values: FloatArray) -> None:
        """Believe another course of a series, before `run`: values (draws or 1, drawn years)."""
        course = self._course(key)
        path = np.broadcast_to(values, course.path[:, 1:].shape)
        new = course.moved(np.column_stack([course.path[:, :1], path]), course.times[1])
        self._change(key, new, ["assumption"])

    def apply(self, scenario: Scenario) -> None:
        """Take all steps of a scenario, in order."""
        self._name = scenario.name
        steps = list(scenario.all_steps())
        for step in steps:
            if step.verb:
                for key in self._meant(step):
                    self._step(step, key)
        for name, mechanism in self.mechanisms.items():
            mine = [step for step in steps if step.mechanism == name]
            for key in self._keys:
                if key[1] == mechanism.indicator:
                    self._mechanism(name, key, [s for s in mine if _covers(s, key[0])])
        self._rules()

    @cached_property
    def paths(self) -> Paths:
        """The draws under the scenario."""
        values = self.before.values
        if self._after:
            values = values.copy()
            for key, course in self._after.items():
                row = self._keys[key]
                values[row, :, np.isin(self.before.years, course.times[1:])] = course.path[:, 1:].T
        return replace(self.before, values=values, scenario=self._name)

    @cached_property
    def _keys(self) -> dict[Key, int]:
        facts = self.before.fits.facts
        return {(about["region"], about["indicator"]): i for i, about in enumerate(facts)}

    @cached_property
    def _since(self) -> int:
        return first_decision_year(self.plan)

    def since(self, step: Any) -> int:
        """First year of a step: its own, or the first that a decision can change."""
        return self._since if step.since is None else int(step.since)

    def _meant(self, step: Step) -> list[Key]:
        aimed = self.plan.targets if "planned" in step.indicator else self.plan.targets[:0]
        planned = set(zip(aimed["region"], aimed["indicator"], strict=True))
        everything = "all" in step.indicator
        return [
            key
            for key in self._keys
            if _covers(step, key[0]) and (everything or key in planned or key[1] in step.indicator)
        ]

    def _course(self, key: Key, *, after: bool = True) -> Trajectory:
        if after and key in self._after:
            return self._after[key]
        return self._baseline(key)

    def _baseline(self, key: Key) -> Trajectory:
        row = self._keys[key]
        about = self.before.fits.facts[row]
        drawn = ~np.isnan(self.before.values[row, 0])
        start = np.full((self.before.values.shape[1], 1), float(about["latest"]))
        lower, upper = (
            float(about[name]) if pd.notna(about[name]) else open_
            for name, open_ in (("lower", -np.inf), ("upper", np.inf))
        )
        count = about["kind"] == "count"
        return Trajectory(
            np.concatenate([[float(about["latest_year"])], self.before.years[drawn].astype(float)]),
            np.column_stack([start, self.before.values[row][:, drawn]]),
            lower,
            upper,
            link=_scale(about["kind"], lower, upper),
            whole=max(float(about["resolution"]), 1.0) if count else 0.0,
            kept=bool(about["cumulative"]) or count,
        )

    def _change(self, key: Key, course: Trajectory, why: Iterable[str]) -> None:
        if not np.array_equal(course.path, self._course(key).path):
            self._after[key] = course
            self.changed.setdefault(key, set()).update(why)

    def _step(self, step: Step, key: Key) -> None:
        course = self._course(key)
        if len(course.times) < 2:
            return
        new = _VERBS[step.verb](self, course, getattr(step, step.verb), key)
        self._change(key, new, ["assumption"])

    def size(self, number: float | Range, *names: str) -> FloatArray:
        """Draws (draws, 1) of a number of a step: of a range, the same in every scenario."""
        if not isinstance(number, Range):
            return np.full((1, 1), number)
        return number.at(self._uniform(*names))

    def _uniform(self, *names: str) -> FloatArray:
        if names in self.given:
            return self.given[names]
        return _uniforms(self.before.seed, self.before.values.shape[1], *names)

    def _mechanism(self, name: str, key: Key, steps: list[Step]) -> None:
        """Move an indicator by its mechanism, if anything about it changed."""
        mechanism = self.mechanisms[name].in_region(key[0])
        course = self._course(key)
        sources = [(key[0], indicator) for indicator in mechanism.inputs.values()]
        moved = [source for source in sources if source in self._after]
        if len(course.times) < 2 or not (steps or moved):
            return
        if lacking := self._lacking(mechanism, key[0]) + _untold(mechanism):
            if any(step.region for step in steps):
                raise DataError([_missing(name, key, lacking, list(mechanism.inputs))])
            return
        levers = {n: np.zeros(len(course.times) - 1) for n in mechanism.levers}
        beliefs: dict[str, float | Range] = dict(mechanism.assumptions)
        for step in steps:
            # A step for all regions may name what this one does not read.
            beliefs.update({n: b for n, b in step.assumptions.items() if n in beliefs})
            for lever, setting in step.levers.items():
                levers[lever] = _schedule(setting, course.times[1:], self._since)
        before = self._setting(name, mechanism, key, beliefs, after=False)
        after = replace(self._setting(name, mechanism, key, beliefs, after=True), levers=levers)
        for source, role in zip(sources, mechanism.inputs, strict=True):
            self._inputs[source] = (course.times, before.inputs[role], after.inputs[role])
        values = MOVES[mechanism.kind](course.path[:, 1:], before, after)
        new = course.moved(np.column_stack([course.path[:, :1], values]), course.times[1])
        why = {"lever" for lever in levers.values() if lever.any()}
        why |= {"assumption" for step in steps if step.assumptions}
        why |= {reason for k in moved for reason in self.changed[k]}
        self._change(key, new, why)
        self.assumed.update({(key[0], name, n): r for n, r in mechanism.assumptions.items()})
        self.beliefs.update({(key[0], name, n): after.assumed[n] for n in mechanism.assumptions})

    def _setting(
        self,
        name: str,
        mechanism: Mechanism,
        key: Key,
        beliefs: Mapping[str, float | Range],
        *,
        after: bool,
    ) -> Setting:
        """Collect what the mechanism reads: as now, or with other beliefs and moved inputs.

        What is believed to change changes from the first year on that can still be decided; a
        level of an input is believed of the present, before and after.
        """
        times, luck = self._course(key).times, self._luck(name, mechanism)
        told = {n: b for n, b in beliefs.items() if not _restated(b, mechanism.assumptions[n])}
        free = times[1:] >= self._since
        assumed = {n: believed(belief, luck[n]) for n, belief in mechanism.assumptions.items()}
        for n, belief in told.items():
            new = believed(belief, luck[n])
            if n in mechanism.inputs:
                assumed[n] = new
            elif after and not n.endswith("_growth"):
                assumed[n] = np.where(free, new, assumed[n])
        read = {}
        for role, indicator in mechanism.inputs.items():
            growth = f"{role}_growth"
            if (source := (key[0], indicator)) in self._keys:
                path = self._read(source, times, after=after)
            else:
                path = assumed[role] * (1.0 + assumed[growth] / 100.0) ** (times - times[0])
            if after and growth in told:
                path = _regrown(path, times, self._since, believed(told[growth], luck[growth]))
            read[role] = path
        if mechanism.kind == "programme":
            shape = (len(times) - 1, self.before.values.shape[1])
            luck_of = ("projects", name, key[0])
            drawn = self.given.get(luck_of)
            assumed["luck"] = (
                stream(self.before.seed, *luck_of).random(shape).T
                if drawn is None
                else np.broadcast_to(drawn, shape[::-1])
            )
        none = {n: np.zeros(len(times) - 1) for n in mechanism.levers}
        start = float(self._course(key).path[0, 0])
        return Setting(start, times[1:], none, assumed, read, mechanism.constants)

    def _read(self, key: Key, times: FloatArray, *, after: bool) -> FloatArray:
        """Values (draws, times) of a series: its figures, then its draws, straight between them.

        Draws are taken within `READ_WITHIN` times the latest figure: far tails would divide by
        nothing. After a figure of 0 they are taken as they are.
        """
        course = self._course(key, after=after)
        seen = self.before.fits.observations
        mine = seen[(seen["region"] == key[0]) & (seen["indicator"] == key[1])]
        early = mine[mine["year"] < course.times[0] - 1e-9]
        past = np.broadcast_to(early["value"].to_numpy(float), (len(course.path), len(early)))
        knots = np.concatenate([early["year"].to_numpy(float), course.times])
        start = course.path[0, 0]
        ends = sorted((start / READ_WITHIN, start * READ_WITHIN)) if start else (-np.inf, np.inf)
        return _between(knots, np.column_stack([past, np.clip(course.path, *ends)]), times)

    def _luck(self, name: str, mechanism: Mechanism) -> dict[str, FloatArray]:
        """Uniforms (draws, 1) of each assumption, correlated where the file says so."""
        luck = {n: self._uniform("assumption", name, n) for n in mechanism.assumptions}
        return tie(mechanism, luck)

    def _lacking(self, mechanism: Mechanism, region: str) -> list[str]:
        """List inputs that have neither figures nor an assumed level and growth."""
        return [
            role
            for role, indicator in mechanism.inputs.items()
            if (region, indicator) not in self._keys
            and not {role, f"{role}_growth"} <= set(mechanism.assumptions)
        ]

    def _rules(self) -> None:
        """Carry what changed along the rules that tie one standard to another.

        A floor that binds moves a draw in proportion, an equality every draw.
        """
        for region, quantity, formula in _in_order(read_rules(self.plan.rules)):
            key = (region, quantity)
            read = {(elsewhere or region, name) for elsewhere, name in formula.names()}
            moved = [source for source in read if self._moved(source)]
            if key not in self._keys or formula.comparator not in ("ge", "eq") or not moved:
                continue
            course = self._course(key)
            times = course.times[1:]
            was, now = (
                formula.value(self.lookup(region, times, after=after)) for after in (False, True)
            )
            if isinstance(was, str) or isinstance(now, str) or not len(times):
                continue
            value = course.path[:, 1:]
            if formula.comparator == "ge":
                was, now = np.maximum(value, was), np.maximum(value, now)
            # Nothing has no proportion: it becomes what is asked for.
            value = np.where(was == 0.0, now, value * (now / np.where(was == 0.0, 1.0, was)))
            new = course.moved(np.column_stack([course.path[:, :1], value]), course.times[1])
            reasons = {why for source in moved for why in self.changed.get(source, ())}
            self._change(key, new, reasons or {"assumption"})

    def _moved(self, key: Key) -> bool:
        """Whether a series, or an assumed input, is not as it was."""
        _, before, after = self._inputs.get(key, (None, None, None))
        return key in self._after or before is not after

    def lookup(self, region: str, times: FloatArray, *, after: bool) -> Lookup:
        """Give the values of a formula's names at `times`, before or after the change."""

        def values(elsewhere: str, name: str, lag: int) -> FloatArray | None:
            key = (elsewhere or region, name)
            if key in self._keys:
                return self._read(key, times + lag, after=after)
            if key not in self._inputs:
                self._assume(key)
            if key not in self._inputs:
                return None
            known, before, now = self._inputs[key]
            return _between(known, now if after else before, times + lag)

        return values

    def _assume(self, key: Key) -> None:
        """Note the assumed course of what a mechanism of the region would read."""
        for name, everywhere in self.mechanisms.items():
            mechanism = everywhere.in_region(key[0])
            own = (key[0], mechanism.indicator)
            for role, indicator in mechanism.inputs.items():
                if indicator == key[1] and own in self._keys:
                    if self._lacking(mechanism, key[0]) or len(self._course(own).times) < 2:
                        continue
                    path = self._setting(name, mechanism, own, {}, after=False).inputs[role]
                    self._inputs[key] = (self._course(own).times, path, path)
                    return


def _ramp(run: ScenarioRun, course: Trajectory, step: Any, key: Key) -> Trajectory:
    return course.ramp_to(run.size(step.value, "ramp_to", *key), step.by, run.since(step))


def _hold(run: ScenarioRun, course: Trajectory, step: Any, _key: Key) -> Trajectory:
    return course.hold(run.since(step), step.until or np.inf)


def _shift(run: ScenarioRun, course: Trajectory, step: Any, key: Key) -> Trajectory:
    return course.shift(run.size(step.by, "shift", *key), run.since(step))


def _scale_pace(run: ScenarioRun, course: Trajectory, step: Any, key: Key) -> Trajectory:
    return course.scale_pace(run.size(step.factor, "scale_pace", *key), run.since(step))


def _add_pace(run: ScenarioRun, course: Trajectory, step: Any, key: Key) -> Trajectory:
    return course.add_pace(run.size(step.by, "add_pace", *key), run.since(step))


def _delay(run: ScenarioRun, course: Trajectory, step: Any, key: Key) -> Trajectory:
    return course.delay(run.size(step.years, "delay", *key), run.since(step))


def _shock(run: ScenarioRun, course: Trajectory, step: Any, key: Key) -> Trajectory:
    if step.by is not None:
        return course.shock(run.size(step.by, "shock", *key), step.year, step.recovery)
    at = int(np.clip(np.searchsorted(course.times, step.year - 1e-9), 0, len(course.times) - 1))
    size = course.path[:, [at]] * (run.size(step.factor, "shock", *key) - 1.0)
    return course.shock(size, step.year, step.recovery)


def _follow(run: ScenarioRun, course: Trajectory, step: Any, key: Key) -> Trajectory:
    seen = run.plan.siblings[run.plan.siblings["indicator"] == key[1]]
    upward = bool(run.before.fits.series["better"].iloc[run._keys[key]] != "lower")
    paces = _paces(seen, course)
    if not len(paces):
        return course
    best = paces.max() if upward else paces.min()
    return course.follow(float(best), run.since(step), upward=upward)


def _execute(run: ScenarioRun, course: Trajectory, step: Any, key: Key) -> Trajectory:
    goals = run.plan.targets
    goals = goals[(goals["region"] == key[0]) & (goals["indicator"] == key[1])]
    line = goals.groupby("year", as_index=False)["value"].max()[["year", "value"]]
    ratio = run.size(step.ratio, "execute_plan", key[0])
    return course.execute(line.to_numpy(float), ratio, run.since(step))


_VERBS: dict[str, Callable[[ScenarioRun, Trajectory, Any, Key], Trajectory]] = {
    "ramp_to": _ramp,
    "hold": _hold,
    "shift": _shift,
    "scale_pace": _scale_pace,
    "add_pace": _add_pace,
    "delay": _delay,
    "shock": _shock,
    "follow_best": _follow,
    "execute_plan": _execute,
}


def _paces(seen: pd.DataFrame, course: Trajectory) -> FloatArray:
    """Yearly change of each other region over its latest figures, on the course's scale."""
    last = seen.sort_values("year").groupby("region").tail(PACE_FIGURES)
    z = course.to_scale(last["value"].to_numpy(float))
    last = (
        last.assign(z=z)[np.isfinite(z)]
        .groupby("region")
        .agg(first=("year", "first"), end=("year", "last"), low=("z", "first"), high=("z", "last"))
    )
    last = last[last["end"] - last["first"] >= PACE_YEARS]
    pace: FloatArray = ((last["high"] - last["low"]) / (last["end"] - last["first"])).to_numpy()
    return pace


def _scale(kind: str, lower: float, upper: float) -> str:
    """Scale on which a kind's pace is measured."""
    if kind == "share" and np.isfinite([lower, upper]).all():
        return "logit"
    return "log" if kind in ("amount", "ratio", "stock") and lower >= 0.0 else "identity"


def _in_order(rules: list[tuple[str, str, Formula]]) -> list[tuple[str, str, Formula]]:
    """Rules, each after those that set what it reads; as listed where they go in a circle."""
    waiting, ordered = list(rules), []
    while waiting:
        ready = waiting[0]
        for region, quantity, formula in waiting:
            read = {(elsewhere or region, name) for elsewhere, name in formula.names()}
            if not any(other[:2] in read - {(region, quantity)} for other in waiting):
                ready = (region, quantity, formula)
                break
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


def _untold(mechanism: Mechanism) -> list[str]:
    """List what only the sections of other regions say."""
    kind = KINDS[mechanism.kind]
    told = {*mechanism.levers, *mechanism.assumptions, *mechanism.constants, *mechanism.inputs}
    needed = [*kind.inputs, *kind.constants, *kind.levers, *kind.assumptions]
    needed += [f"{name}_effect" for name in mechanism.levers if f"{name}_effect" in kind.optional]
    return [name for name in needed if name not in told]


def _restated(belief: float | Range, usual: Range) -> bool:
    """Whether a belief says what is believed anyhow."""
    stated = (
        (belief.low, belief.central, belief.high)
        if isinstance(belief, Range)
        else (belief, belief, belief)
    )
    return stated == (usual.low, usual.central, usual.high)


def tie(mechanism: Mechanism, luck: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Uniforms (draws, 1) by assumption, correlated where the mechanism says so."""
    tied = mechanism.tied
    if not tied:
        return luck
    root = np.linalg.cholesky(mechanism.alike(tied))
    score = np.hstack([ndtri(luck[n]) for n in tied]) @ root.T
    return {**luck, **{n: ndtr(score[:, [i]]) for i, n in enumerate(tied)}}


def _covers(step: Step, region: str) -> bool:
    return not step.region or region in step.region


def believed(belief: float | Range, luck: FloatArray) -> FloatArray:
    return belief.at(luck) if isinstance(belief, Range) else np.full((1, 1), belief)


def _schedule(
    setting: float | dict[int, float] | Span, years: FloatArray, since: int
) -> FloatArray:
    """Lever's setting in each year."""
    if isinstance(setting, dict):
        return np.array([setting.get(int(year), 0.0) for year in years])
    span = setting if isinstance(setting, Span) else Span(value=setting)
    first = since if span.since is None else span.since
    inside = (years >= first) & (years <= (span.until or np.inf))
    return np.where(inside, span.value, 0.0)


def _regrown(path: FloatArray, times: FloatArray, since: int, growth: FloatArray) -> FloatArray:
    """Path that from `since` on grows by `growth` percent a year."""
    ahead = np.maximum(times - (since - 1), 0.0)
    last = _between(times, path, np.array([float(since - 1)]))
    return np.where(ahead > 0.0, last * (1.0 + growth / 100.0) ** ahead, path)


def _between(knots: FloatArray, path: FloatArray, times: FloatArray) -> FloatArray:
    """Values at `times`, straight between the knots and as at the ends beyond them."""
    if len(knots) == 1:
        return np.repeat(path, len(times), axis=1)
    place = np.clip(np.searchsorted(knots, times, side="right") - 1, 0, len(knots) - 2)
    share = np.clip((times - knots[place]) / (knots[place + 1] - knots[place]), 0.0, 1.0)
    left, right = path[:, place], path[:, place + 1]
    return np.where(share == 1.0, right, left + share * (right - left))


@lru_cache(maxsize=512)
def _uniforms(seed: int, draws: int, *names: str) -> FloatArray:
    """Uniforms (draws, 1) of a seed and names."""
    drawn: FloatArray = stream(seed, "belief", *names).random((draws, 1))
    drawn.flags.writeable = False
    return drawn


def _missing(name: str, key: Key, lacking: list[str], inputs: list[str]) -> Problem:
    needed = [n for part in lacking for n in (part, f"{part}_growth")[: 1 + (part in inputs)]]
    remedy = said("add {names} for {region} to mechanisms.yaml", names=needed, region=key[0])
    problem = said("no figures of {names} for {region}", names=lacking, region=key[0])
    return Problem("scenario", None, "mechanism", name, problem, remedy)


def check_scenario(
    scenario: Scenario,
    plan: Plan,
    mechanisms: Mapping[str, Mechanism],
    series: pd.DataFrame,
) -> None:
    """Refuse names that nothing knows and levers beyond their limits, all at once.

    `series` is a table with the region and indicator of each.
    """
    file = scenario.source
    problems: list[Problem] = []
    regions = {*plan.regions["region"], *series["region"]}
    indicators = {*known_indicators(plan), *series["indicator"], "all", "planned"}

    def know(what: str, names: Iterable[str], known: Collection[str]) -> None:
        for name in names:
            if name not in known:
                listed = sorted(known)
                problem = said("unknown {what}", what=said(what))
                hint = nearest(name, listed, likeness=0.5) or said(
                    "known are {names}", names=listed
                )
                problems.append(Problem(file, None, what, name, problem, hint))

    for step in scenario.all_steps():
        know("region", step.region, regions)
        know("indicator", step.indicator, indicators)
        if step.mechanism is None:
            continue
        know("mechanism", [step.mechanism], mechanisms)
        if step.mechanism in mechanisms:
            everywhere = mechanisms[step.mechanism]
            places = [everywhere.in_region(r) for r in step.region or everywhere.regions]
            places.append(everywhere)
            know("lever", step.levers, {n for m in places for n in m.levers})
            know("assumption", step.assumptions, {n for m in places for n in m.assumptions})
            each = zip(series["region"], series["indicator"], strict=True)
            mine = {region for region, indicator in each if indicator == everywhere.indicator}
            acts = [everywhere.in_region(r) for r in sorted(mine) if _covers(step, r)]
            problems += _beyond(file, step, acts)
    if problems:
        raise DataError(dict.fromkeys(problems))


def _beyond(file: str, step: Step, places: list[Mechanism]) -> list[Problem]:
    """Levers and assumptions beyond what a region that they act in thinks possible."""
    problems = []
    for name, belief in step.assumptions.items():
        if remedy := beyond_ends(name, belief):
            ends = (belief.low, belief.high) if isinstance(belief, Range) else (belief, belief)
            told = f"{ends[0]:g}"
            if ends[0] != ends[1]:
                told = said("{low:g} to {high:g}", low=ends[0], high=ends[1])
            where = f"{step.mechanism}.{name}"
            problems.append(Problem(file, None, where, told, said("beyond its ends"), remedy))
    for name, setting in step.levers.items():
        limits = [m.levers[name] for m in places if name in m.levers]
        values = setting.values() if isinstance(setting, dict) else [_height(setting)]
        top = min((lever.upper for lever in limits), default=np.inf)
        low = max((lever.lower for lever in limits), default=0.0)
        for value in values:
            if value and not low <= value <= top:
                problem, remedy = (
                    said("beyond its limits"),
                    said(
                        "write {low:g} to {top:g}, or change the limits in mechanisms.yaml",
                        low=low, top=top,
                    ),
                )  # fmt: skip
                where = f"{step.mechanism}.{name}"
                problems.append(Problem(file, None, where, f"{value:g}", problem, remedy))
    return problems


def _height(setting: float | Span) -> float:
    return setting.value if isinstance(setting, Span) else setting
