"""Settings of the planner's desk: a base scenario, and single values on top of it.

A value replaces what the base sets for the same lever or assumption; the pace is added to it. The
settings are a scenario themselves: written to a file and read again they come back as settings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..errors import N_, check_name, msg
from ..scenarios.declarations import ASSUMPTION_BOUNDS, Mechanism, Range
from ..scenarios.response import PACE, TargetResponse
from ..scenarios.scenario import BASELINE, Scenario, Step, setting_values

__all__ = ["Control", "Key", "Number", "Settings", "list_controls"]

Number = float | Range
Key = tuple[str, str]
"""Mechanism and lever or assumption; of a pace "" and the indicator."""
DIGITS = 10
"""Decimals of a setting; what a slider adds beyond them is rounding error."""
MOST_STEPS = 200
"""Largest number of steps of an assumption's slider."""


LEAST_STEPS = 100
"""Least number of steps of a slider that is coarser than its field."""


@dataclass(frozen=True)
class Control:
    """A lever, an assumption or the pace that can be set: name, unit and limits.

    `kind` is `lever`, `assumption` or `pace`. `declared` is the range of an assumption, from which
    it is drawn where it is not set.
    """

    key: Key
    kind: str
    unit: str
    lower: float
    upper: float
    step: float
    declared: Range | None = None

    @property
    def name(self) -> str:
        """Full name: `mechanism.lever`, `mechanism.assumption`, or `pace`."""
        return PACE if self.kind == PACE else ".".join(self.key)

    @property
    def optional(self) -> bool:
        """Whether it may be left unset: an assumption or a date. Others default to 0."""
        return self.kind == "assumption" or self.unit == "year"

    @property
    def coarse_step(self) -> float:
        """Step of the slider: that of the control times a power of ten, so that keys reach the end.

        >>> Control(("", "x"), "pace", "yuan", 0.0, 4644.0, 0.1).coarse_step
        10.0
        """
        steps = (self.upper - self.lower) / self.step
        return float(self.step * 10.0 ** max(math.floor(math.log10(steps / LEAST_STEPS)), 0))

    @property
    def default(self) -> Number:
        """Value used where nothing is set."""
        return 0.0 if self.declared is None else self.declared

    def check(self, value: float) -> float:
        """Return a value rounded to `DIGITS` decimals.

        Raises
        ------
        ValueError
            If it is outside the limits.
        """
        rounded = round(float(value), DIGITS)
        if not round(self.lower, DIGITS) <= rounded <= round(self.upper, DIGITS):
            limits = {"name": self.name, "lower": self.lower, "upper": self.upper}
            message = N_("{name} must be between {lower:g} and {upper:g}, not {value:g}.")
            raise ValueError(msg(message, **limits, value=value))
        return rounded


def list_controls(response: TargetResponse) -> list[Control]:
    """List what can be set for a target: its pace, then levers, then assumptions.

    Mechanisms without the inputs that they need here are left out, and so are assumptions about
    levels that published figures give.

    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> target = {"indicator": "nursing_bed_share", "year": 2025}
    >>> response = TargetResponse.build(plan, target, paths=fc.project(plan, draws=100))
    >>> [control.name.rpartition(".")[2] for control in list_controls(response)]
    ['pace', 'new_per_year', 'converted_per_year', 'closed_per_year', 'total_growth']
    """
    pace = response.pace_lever()
    limits = (pace.unit, pace.lower, pace.upper, pace.step)
    controls = [Control(("", response.criterion.key[1]), PACE, *limits)]
    usable = [(n, m) for n, m in response.acting_mechanisms.items()
              if n in response.usable_mechanisms]  # fmt: skip
    for name, mechanism in usable:
        for lever in mechanism.levers:
            found = response.levers[f"{name}.{lever}"]
            limits = (found.unit, found.lower, found.upper, found.step)
            controls.append(Control((name, lever), "lever", *limits))
    for name, mechanism in usable:
        for key, assumption in mechanism.assumptions.items():
            source = mechanism.inputs.get(key)
            if source and response.is_simulated(source):
                continue
            declared = Range(low=assumption.low, central=assumption.central, high=assumption.high)
            limits = (assumption.unit, *_slider_range(key, declared))
            controls.append(Control((name, key), "assumption", *limits, declared=declared))
    return controls


@dataclass(frozen=True)
class Settings:
    """Settings for a region: a base scenario and single values on top of it; never changed."""

    region: str
    mechanisms: Mapping[str, Mechanism]
    base: Scenario = BASELINE
    values: Mapping[Key, Number] = field(default_factory=dict)

    def from_scenario(self, scenario: Scenario) -> Settings:
        """Return settings with a scenario as the base; single settings at its end become values.

        >>> import forecast as fc
        >>> push = Scenario(name="push", steps=[{
        ...     "region": "lishui", "mechanism": "care_workforce",
        ...     "levers": {"trainees_per_year": 300}}])
        >>> Settings("lishui", fc.read_mechanisms()).from_scenario(push).values
        {('care_workforce', 'trainees_per_year'): 300.0}
        """
        steps, values = list(scenario.steps), dict[Key, Number]()
        while steps:
            last = self._single_setting(steps[-1])
            if last is None or last[0] in values:
                break
            values[last[0]] = last[1]
            steps.pop()
        base = scenario.model_copy(update={"steps": tuple(steps)})
        return replace(self, base=base, values=dict(reversed(values.items())))

    def to_scenario(self, name: str, *, without: Key | None = None) -> Scenario:
        """Return all settings as a scenario, without those of one key."""
        base = self.base
        steps = [self._step(key, value) for key, value in self.values.items() if key != without]
        whole = Scenario(name=name, base=base.base or BASELINE.name, steps=(*base.steps, *steps))
        return whole.model_copy(update={"inherited": base.inherited})

    def value(self, control: Control) -> Number | None:
        """Return the value of a control; None for an optional one that is not set.

        Of a lever with several yearly settings in the base: the largest.
        """
        value = self.values.get(control.key, self._base_value(control))
        return None if control.optional and value == control.default else value

    def with_value(self, control: Control, value: Number | None) -> Settings:
        """Return settings with another value of a control; None unsets it."""
        wanted = control.default if value is None else value
        values = {key: kept for key, kept in self.values.items() if key != control.key}
        if wanted != self._base_value(control):
            values[control.key] = wanted
        return replace(self, values=values)

    def _base_value(self, control: Control) -> Number:
        value: Number = control.default
        mechanism, name = control.key
        for step in self.base.all_steps() if mechanism else ():
            if step.mechanism == mechanism and (not step.region or self.region in step.region):
                value = step.assumptions.get(name, value)
                value = (
                    max(setting_values(step.levers[name]), default=0.0)
                    if name in step.levers
                    else value
                )
        return value

    def _step(self, key: Key, value: Number) -> Step:
        mechanism, name = key
        if not mechanism:
            return Step(region=self.region, indicator=name, add_pace={"by": value})
        check_name("mechanism", mechanism, list(self.mechanisms))
        levers = self.mechanisms[mechanism].in_region(self.region).levers
        part = "levers" if name in levers else "assumptions"
        step = {"region": self.region, "mechanism": mechanism, part: {name: value}}
        return Step.model_validate(step)

    def _single_setting(self, step: Step) -> tuple[Key, Number] | None:
        """Return key and value of a step that sets one value for all years; None for others."""
        candidates: Mapping[Key, object] = {}
        if step.add_pace is not None:
            candidates = {("", step.indicator[0]): step.add_pace.by}
        elif step.mechanism in self.mechanisms:
            values = {**step.levers, **step.assumptions}
            candidates = {(str(step.mechanism), name): value for name, value in values.items()}
        for key, value in candidates.items():
            if isinstance(value, float | Range) and self._step(key, value) == step:
                return key, value
        return None


def _slider_range(name: str, declared: Range) -> tuple[float, float, float]:
    """Return lower end, upper end and step of an assumption's slider.

    The declared range, widened by half of its width on both sides within the assumption's bounds.

    >>> _slider_range("leaving_rate", Range(low=8, central=15, high=25))
    (0.0, 33.6, 0.2)
    """
    width = declared.high - declared.low or abs(declared.central) or 1.0
    size = 10.0 ** math.floor(math.log10(2.0 * width / MOST_STEPS))
    step = next(size * m for m in (1.0, 2.0, 5.0, 10.0) if 2.0 * width <= MOST_STEPS * size * m)
    low, high = ASSUMPTION_BOUNDS.get(name, (-math.inf, math.inf))
    least = max(low, 0.0 if declared.low >= 0.0 else -math.inf)
    lower = max(least, math.floor((declared.low - width / 2.0) / step) * step)
    upper = min(high, math.ceil((declared.high + width / 2.0) / step) * step)
    return round(lower, DIGITS), round(upper, DIGITS), round(step, DIGITS)
