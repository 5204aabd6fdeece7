"""What scenario files may apply to indicators: a record a verb; `trajectory` computes them.

A missing `from` is the first decision year.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from ..errors import advise, msg
from ..tables.yaml_files import StrictModel
from .dating import Year
from .declarations import Range

__all__ = [
    "VERBS", "AddPace", "Delay", "ExecutePlan", "Finite", "FollowBest", "Hold", "Number", "Ramp",
    "ScalePace", "Shift", "Shock", "Since",
]  # fmt: skip

Finite = Annotated[float, Field(allow_inf_nan=False)]
Number = Finite | Range
Since = Annotated[Year | None, Field(alias="from")]
VERBS = (
    "ramp_to", "hold", "shift", "scale_pace", "add_pace", "delay", "shock", "follow_best",
    "execute_plan",
)  # fmt: skip


class Ramp(StrictModel):
    """Approach `value` evenly until the end of year `by`."""

    value: Number
    by: Year
    since: Since = None

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        ends = self.since, self.by
        if isinstance(ends[0], int) and isinstance(ends[1], int) and ends[0] > ends[1]:
            problem = msg(
                "no year lies between from {since} and by {by}", since=self.since, by=self.by
            )
            raise ValueError(advise(problem, msg("choose a later end")))
        return self


class Hold(StrictModel):
    """Keep the value of the year before `from` until the end of `until`."""

    since: Since = None
    until: Year | None = None


class Shift(StrictModel):
    """Add `by` units."""

    by: Number
    since: Since = None


class ScalePace(StrictModel):
    """Multiply the yearly change by `factor`."""

    factor: Number
    since: Since = None


class AddPace(StrictModel):
    """Add `by` units a year."""

    by: Number
    since: Since = None


class Delay(StrictModel):
    """Reach every value `years` later."""

    years: Number
    since: Since = None


class Shock(StrictModel):
    """Change by `by` units, or to `factor` times the value, in `year`, and recover over years."""

    by: Number | None = None
    factor: Number | None = None
    year: Year
    recovery: float = Field(0.0, ge=0.0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        if (self.by is None) == (self.factor is None):
            problem = msg("a shock takes exactly one size")
            raise ValueError(advise(problem, msg("give `by` or `factor`")))
        return self


class FollowBest(StrictModel):
    """Move at the pace of the best other region, where that is better.

    `top` takes the mean pace of that many best regions, `quantile` the pace that this share of the
    regions does not exceed in the wanted direction: 0.75 is where the best quarter begins.
    """

    top: int | None = Field(None, ge=1)
    quantile: float | None = Field(None, ge=0.0, le=1.0)
    since: Since = None

    @model_validator(mode="after")
    def _check_peers(self) -> Self:
        if self.top is not None and self.quantile is not None:
            problem = msg("both a number and a quantile of regions")
            raise ValueError(advise(problem, msg("give `top` or `quantile`")))
        return self


class ExecutePlan(StrictModel):
    """Follow the line through the plan's targets, executed at `ratio` (1: in full)."""

    ratio: Number
    since: Since = None
