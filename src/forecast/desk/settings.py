"""What is set on a planner's desk: a scenario as the base, and single settings on top of it.

A setting replaces what the base says of the same lever or assumption; the pace comes on top. What
is set is a scenario itself: written to a file and read again it comes back as settings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..errors import N_, msg
from ..scenarios.declarations import ASSUMPTION_BOUNDS, Mechanism, Range
from ..scenarios.response import PACE, TargetResponse
from ..scenarios.scenario import BASELINE, Scenario, Span, Step

__all__ = ["Control", "Settings", "controls_of"]

Number = float | Range
Key = tuple[str, str]
"""Mechanism and lever or assumption; of a pace "" and the indicator."""
DIGITS = 10
"""Decimals of a setting: what a slider adds beyond them is noise."""
STEPS = 200
"""Most steps of the slider of an assumption."""


@dataclass(frozen=True)
class Control:
    """Something that can be set: its name, its sort, and the values it takes.

    `kind` is `lever`, `assumption` or `pace`; `usual` the declared range of an assumption, which is
    drawn where nothing is set.
    """

    key: Key
    kind: str
    unit: str
    lower: float
    upper: float
    step: float
    usual: Range | None = None

    @property
    def name(self) -> str:
        """Name by which it is set: `mechanism.lever`, `mechanism.assumption`, or `pace`."""
        return PACE if self.kind == PACE else ".".join(self.key)

    @property
    def optional(self) -> bool:
        """Whether it may be left unset: an assumption, or a date; others are then 0."""
        return self.kind == "assumption" or self.unit == "year"

    @property
    def unset(self) -> Number:
        """What is played where nothing is set."""
        return 0.0 if self.usual is None else self.usual

    def check(self, value: float) -> float:
        """Give a value without noise.

        Raises
        ------
        ValueError
            Beyond the limits.
        """
        clean = round(float(value), DIGITS)
        if not round(self.lower, DIGITS) <= clean <= round(self.upper, DIGITS):
            limits = {"name": self.name, "lower": self.lower, "upper": self.upper}
            told = N_("{name} takes {lower:g} to {upper:g}, not {value:g}.")
            raise ValueError(msg(told, **limits, value=value))
        return clean


def controls_of(response: TargetResponse) -> list[Control]:
    """List what can be set for a target: its pace, then levers, then assumptions.

    Mechanisms that lack something here are left out, and so are levels that figures give.

    >>> import forecast as fc
    >>> plan = fc.load_plan("lishui", as_of="2022-12-31")
    >>> asked = {"indicator": "nursing_bed_share", "year": 2025}
    >>> response = TargetResponse.build(plan, asked, paths=fc.project(plan, draws=100))
    >>> [control.name.rpartition(".")[2] for control in controls_of(response)]
    ['pace', 'new_per_year', 'converted_per_year', 'closed_per_year', 'total_growth']
    """
    pace = response.pace_lever()
    found = [
        Control(("", response.criterion.key[1]), PACE, pace.unit, pace.lower, pace.upper, pace.step)
    ]
    for name in response.acting_mechanisms:
        for lever in (
            response.acting_mechanisms[name].levers if name in response.usable_mechanisms else ()
        ):
            choice = response.levers[f"{name}.{lever}"]
            about = (choice.unit, choice.lower, choice.upper, choice.step)
            found.append(Control((name, lever), "lever", *about))
    for name, mechanism in response.acting_mechanisms.items():
        for assumption, belief in mechanism.assumptions.items():
            source = mechanism.inputs.get(assumption)
            if name in response.usable_mechanisms and not (
                source and response.is_simulated(source)
            ):
                usual = Range(low=belief.low, central=belief.central, high=belief.high)
                about = (belief.unit, *_reach(assumption, usual))
                found.append(Control((name, assumption), "assumption", *about, usual=usual))
    return found


@dataclass(frozen=True)
class Settings:
    """What is set for a region: a base, and settings on top of it; a change gives new ones."""

    region: str
    mechanisms: Mapping[str, Mechanism]
    base: Scenario = BASELINE
    given: Mapping[Key, Number] = field(default_factory=dict)

    def read(self, scenario: Scenario) -> Settings:
        """Take a scenario as the base; the settings at its end become settings again.

        >>> import forecast as fc
        >>> push = Scenario(name="push", steps=[{
        ...     "region": "lishui", "mechanism": "care_workforce",
        ...     "levers": {"trainees_per_year": 300}}])
        >>> Settings("lishui", fc.read_mechanisms()).read(push).given
        {('care_workforce', 'trainees_per_year'): 300.0}
        """
        steps, given = list(scenario.steps), dict[Key, Number]()
        while steps:
            last = self._single(steps[-1])
            if last is None or last[0] in given:
                break
            given[last[0]] = last[1]
            steps.pop()
        base = scenario.model_copy(update={"steps": tuple(steps)})
        return replace(self, base=base, given=dict(reversed(given.items())))

    def scenario(self, name: str, *, without: Key | None = None) -> Scenario:
        """Give everything that is set as a scenario, but for one setting."""
        base = self.base
        steps = [self._step(key, value) for key, value in self.given.items() if key != without]
        whole = Scenario(name=name, base=base.base or BASELINE.name, steps=(*base.steps, *steps))
        return whole.model_copy(update={"inherited": base.inherited})

    def value(self, control: Control) -> Number | None:
        """Give a setting; None where what is optional is not set.

        Of a lever that the base sets from year to year its largest setting.
        """
        found = self.given.get(control.key, self._in_base(control))
        return None if control.optional and found == control.unset else found

    def put(self, control: Control, value: Number | None) -> Settings:
        """Set something; None leaves it unset."""
        wanted = control.unset if value is None else value
        given = {key: kept for key, kept in self.given.items() if key != control.key}
        if wanted != self._in_base(control):
            given[control.key] = wanted
        return replace(self, given=given)

    def _in_base(self, control: Control) -> Number:
        found: Number = control.unset
        mechanism, name = control.key
        for step in self.base.all_steps() if mechanism else ():
            if step.mechanism == mechanism and (not step.region or self.region in step.region):
                found = step.assumptions.get(name, found)
                found = _height(step.levers[name]) if name in step.levers else found
        return found

    def _step(self, key: Key, value: Number) -> Step:
        mechanism, name = key
        if not mechanism:
            return Step(region=self.region, indicator=name, add_pace={"by": value})
        levers = self.mechanisms[mechanism].in_region(self.region).levers
        part = "levers" if name in levers else "assumptions"
        step = {"region": self.region, "mechanism": mechanism, part: {name: value}}
        return Step.model_validate(step)

    def _single(self, step: Step) -> tuple[Key, Number] | None:
        """Give the setting that a step makes; None for a step that no setting makes."""
        found: Mapping[Key, object] = {}
        if step.add_pace is not None:
            found = {("", step.indicator[0]): step.add_pace.by}
        elif step.mechanism in self.mechanisms:
            given = {**step.levers, **step.assumptions}
            found = {(str(step.mechanism), name): value for name, value in given.items()}
        for key, value in found.items():
            if isinstance(value, float | Range) and self._step(key, value) == step:
                return key, value
        return None


def _height(setting: float | dict[int, float] | Span) -> float:
    """Most of a setting in any year."""
    if isinstance(setting, dict):
        return max(setting.values(), default=0.0)
    return setting.value if isinstance(setting, Span) else setting


def _reach(name: str, belief: Range) -> tuple[float, float, float]:
    """Lower and upper end and step of an assumption's slider: its range and half of it around.

    >>> _reach("leaving_rate", Range(low=8, central=15, high=25))
    (0.0, 33.6, 0.2)
    """
    width = belief.high - belief.low or abs(belief.central) or 1.0
    size = 10.0 ** math.floor(math.log10(2.0 * width / STEPS))
    step = next(size * m for m in (1.0, 2.0, 5.0, 10.0) if 2.0 * width <= STEPS * size * m)
    low, high = ASSUMPTION_BOUNDS.get(name, (-math.inf, math.inf))
    least = max(low, 0.0 if belief.low >= 0.0 else -math.inf)
    lower = max(least, math.floor((belief.low - width / 2.0) / step) * step)
    upper = min(high, math.ceil((belief.high + width / 2.0) / step) * step)
    return round(lower, DIGITS), round(upper, DIGITS), round(step, DIGITS)
