"""Mechanisms: how an indicator arises from stocks and flows, a rule, an adoption or a programme.

Each kind is a pure function of the values on the present course and of its `MechanismInputs` before
and after a change, and returns the changed values, draw by draw. Where nothing changes, the values
stay the same to the last bit, and so does the indicator's own uncertainty. Arrays are (draws,
years); the years follow the indicator's latest figure without a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ..errors import msg
from ..model.links import transform

__all__ = [
    "MOVES", "NEVER", "MechanismInputs", "adoption", "completed", "completion_years", "delay_path",
    "linked_standard", "required_hires", "spending", "stock", "two_stocks",
]  # fmt: skip

FloatArray = NDArray[np.float64]
NEVER = 9999.0
"""Completion year of an abandoned project."""


@dataclass(frozen=True)
class MechanismInputs:
    """What a mechanism reads. Percentages are 0-100.

    `start` is the indicator's latest figure; `levers` hold (years,), `assumptions` (draws, years)
    or (draws, 1), `inputs` (draws, 1 + years) with the first column at the date of `start`;
    `uniforms` (draws, years) are drawn for the projects of a programme.
    """

    start: float
    years: FloatArray
    levers: Mapping[str, FloatArray]
    assumptions: Mapping[str, FloatArray]
    inputs: Mapping[str, FloatArray]
    constants: Mapping[str, float]
    uniforms: FloatArray | None = None


def stock(start: FloatArray, leaving: FloatArray, inflow: FloatArray) -> FloatArray:
    """Return the stock at the end of each year: W_t = W_{t-1} (1 - leaving) + inflow_t.

    `start` (draws, 1) is the stock before the first year, `leaving` (draws, years or 1) the share
    leaving a year, 0 to 1; the `inflow` (draws, years) stays until the end of its year. With a
    constant inflow I the stock tends to I / leaving.

    >>> one = np.ones((1, 1))
    >>> stock(1000.0 * one, 0.1 * one, np.array([[150.0, 150.0]])).tolist()
    [[1050.0, 1095.0]]
    """
    shape = np.broadcast_shapes(start.shape, leaving.shape, inflow.shape)
    stays, joins = np.broadcast_to(1.0 - leaving, shape), np.broadcast_to(inflow, shape)
    out, level = np.empty(shape), start[:, 0]
    for year in range(shape[1]):
        level = level * stays[:, year] + joins[:, year]
        out[:, year] = level
    return out


def required_hires(
    start: float, goal: float, leaving: float, years: int, *, joining: float = 0.0
) -> float:
    """Return the constant number of hires a year that brings a stock to a goal, in closed form.

        H = (goal - start (1 - leaving)^h) / sum_{j<h} (1 - leaving)^j - joining

    `start` and `goal` are the stock now and at the end of the last of h `years`, `leaving` the
    share leaving a year, 0 to 1, `joining` the number joining a year besides. The result is
    negative where the goal is exceeded without any hires.

    Raises
    ------
    ValueError
        If `years` is less than 1.

    Examples
    --------
    >>> required_hires(1000.0, 1095.0, 0.1, 2)
    150.0
    """
    if years < 1:
        raise ValueError(msg("years must be at least 1, not {years}.", years=years))
    stays = 1.0 - leaving
    return (goal - start * stays**years) / sum(stays**j for j in range(years)) - joining


def linked_standard(
    start: float, share: FloatArray, base: FloatArray, added: FloatArray, rounding: float
) -> FloatArray:
    """Return a standard that never falls: S_t = max(S_{t-1}, round(share_t base_{t-1}) + added_t).

    `start` is S_0; `share` (draws, years) is a fraction of `base` (draws, years), the linked
    quantity as of the year before; `added` (draws or 1, years) is in the standard's unit;
    `rounding` is the step to which the rule rounds its amount, 0 for none.

    >>> base = np.array([[30_000.0, 33_000.0, 32_000.0]])
    >>> linked_standard(10_200.0, np.full((1, 3), 0.35), base, np.zeros((1, 3)), 10.0).tolist()
    [[10500.0, 11550.0, 11550.0]]
    """
    amount = share * base
    if rounding > 0.0:
        amount = rounding * np.floor(amount / rounding + 0.5)
    path: FloatArray = np.maximum.accumulate(np.maximum(amount + added, start), axis=1)
    return path


def adoption(share: FloatArray, pace: FloatArray) -> FloatArray:
    """Return percentages with an extra pace on the logit scale.

        logit(y'_t) = logit(y_t) + sum_{s<=t} pace_s

    `share` (draws, years) is 0 to 100, `pace` (draws, years) in logit points a year. A constant
    pace b multiplies the odds by e^b a year: a constant share becomes a logistic curve towards 100.
    Shares of 0 and of 100 do not change.

    >>> adoption(np.array([[50.0, 50.0]]), np.full((1, 2), np.log(2.0))).round(3).tolist()
    [[66.667, 80.0]]
    """
    shift = np.cumsum(np.broadcast_to(pace, share.shape), axis=1)
    moved: FloatArray = 100.0 * expit(transform("logit", share, 0.0, 100.0) + shift)
    return np.where(shift == 0.0, share, moved)


def completed(
    started: FloatArray,
    years: FloatArray,
    assumptions: Mapping[str, FloatArray],
    uniforms: FloatArray,
) -> FloatArray:
    """Return the number of projects completed by the end of each year: (draws, years).

    A project started in year s is completed by the end of t >= s with probability

        p F(t - s + 1 - duration - common_delay),  F(x) = 1 - exp(-x / slippage), x >= 0,

    and the number completed of n is binomial. A cohort keeps its uniform over all years, so that
    the number never falls. `started` (years,) are whole projects; `assumptions`, each (draws, years
    or 1), are duration, slippage, common_delay in years and completion_probability in percent;
    `uniforms` (draws, years) has one a cohort.

    >>> sure = {"duration": 1.0, "slippage": 0.0, "common_delay": 1.0,
    ...         "completion_probability": 100.0}
    >>> sure = {name: np.full((1, 1), value) for name, value in sure.items()}
    >>> completed(np.array([5.0, 0, 2]), np.arange(2023.0, 2026), sure, np.full((1, 3), 0.5))
    array([[0., 5., 5.]])
    """
    total = np.zeros((len(uniforms), len(years)))
    for cohort in np.flatnonzero(started):
        elapsed = years - years[cohort] + 1.0
        late = elapsed - assumptions["duration"] - assumptions["common_delay"]
        p = _slip_cdf(late, assumptions["slippage"]) * assumptions["completion_probability"] / 100.0
        p = np.broadcast_to(np.where(elapsed > 0.0, p, 0.0), total.shape)
        total += _binomial_quantile(started[cohort], p, uniforms[:, [cohort]])
    return total


def completion_years(
    end: FloatArray,
    assumptions: Mapping[str, FloatArray],
    slip_uniforms: FloatArray,
    completion_uniforms: FloatArray,
    not_before: FloatArray | float = -np.inf,
) -> FloatArray:
    """Return the year, with its fraction, in which each project is completed: (draws, projects).

        max(end + 1/2 + common_delay, not_before) + slip,  slip ~ Exponential(mean slippage)

    An `end` (projects,) planned in 2023 is taken as the middle of the year, 2023.5; `not_before`
    (projects,) is when a project was last known to be unfinished: slips have no memory. The
    completion year of an abandoned project is `NEVER`. `assumptions` (draws, 1) are slippage and
    common_delay in years and completion_probability in percent; the uniforms (draws, projects)
    determine the slip and whether a project is completed at all.

    >>> sure = {"slippage": 0.0, "common_delay": 0.5, "completion_probability": 100.0}
    >>> sure = {name: np.full((1, 1), value) for name, value in sure.items()}
    >>> completion_years(np.array([2023.0]), sure, np.full((1, 1), 0.5), np.full((1, 1), 0.5))
    array([[2024.]])
    """
    slip = -assumptions["slippage"] * np.log1p(-slip_uniforms)
    year = np.maximum(end + 0.5 + assumptions["common_delay"], not_before) + slip
    done = completion_uniforms * 100.0 < assumptions["completion_probability"]
    return np.where(done, year, NEVER)


def spending(
    start: FloatArray, done: FloatArray, investment: FloatArray, years: FloatArray
) -> FloatArray:
    """Return the capital spent in each year by all projects together: (draws, years).

    Each `investment` is spent evenly from the beginning of the year `start` (projects,) until
    completion, `done` (draws, projects) from `completion_years`; an abandoned project spends
    nothing.

    >>> done, years = np.array([[2024.0]]), np.arange(2022.0, 2025.0)
    >>> spending(np.array([2022.0]), done, np.array([500.0]), years)
    array([[250., 250.,   0.]])
    """
    spent = np.empty((len(done), len(years)))
    rate = np.where(done < NEVER, investment / np.maximum(done - start, 1e-9), 0.0)
    for column, year in enumerate(years):
        inside = np.minimum(done, year + 1.0) - np.maximum(start, year)
        spent[:, column] = (rate * np.clip(inside, 0.0, 1.0)).sum(axis=1)
    return spent


def two_stocks(
    share: FloatArray, total: FloatArray, flows: tuple[FloatArray, FloatArray, FloatArray]
) -> FloatArray:
    """Return one stock as a percentage of another after flows on top of the present course.

        y' = 100 (y total / 100 + sum new + sum converted) / (total + sum new - sum closed)

    `share` is 0 to 100 and `total` the forecast of the whole, (draws, years); `flows` (years,) are
    new units (part and whole), converted (part) and closed ones (whole only). The part never
    exceeds the whole.

    >>> beds = np.full((1, 1), 1000.0)
    >>> flows = np.array([100.0]), np.array([50.0]), np.array([20.0])
    >>> two_stocks(np.full((1, 1), 50.0), beds, flows).round(3).tolist()
    [[60.185]]
    """
    new, converted, closed = (np.cumsum(flow) for flow in flows)
    whole = total + new - closed
    divisor = np.where(whole > 0.0, whole, 1.0)
    part = share * (total / divisor) + 100.0 * (new + converted) / divisor
    bounded: FloatArray = np.minimum(np.where(whole > 0.0, part, share), 100.0)
    return bounded


def _move_workforce(
    value: FloatArray, before: MechanismInputs, after: MechanismInputs
) -> FloatArray:
    """Add the workers who join and those who no longer leave, per population: see `stock`."""
    per, lag = before.constants["per"], int(before.constants["lag"])
    old, new = (s.inputs["population"] for s in (before, after))
    leaving = [s.assumptions["leaving_rate"] / 100.0 for s in (before, after)]
    first = np.broadcast_to(before.start * old[:, :1] / per, (len(value), 1))
    workers = np.column_stack([first, value * old[:, 1:] / per])
    passing = after.assumptions["passing_rate"] / 100.0
    trained = np.concatenate([np.zeros(lag), after.levers["trainees_per_year"]])[: value.shape[1]]
    stays = (leaving[0] - leaving[1]) * workers[:, :-1]
    added = stays + passing * trained + after.levers["hires_per_year"]
    extra = stock(np.zeros((len(value), 1)), leaving[1], added)
    return value * (old[:, 1:] / new[:, 1:]) + per * extra / new[:, 1:]


def _move_standard(
    value: FloatArray, before: MechanismInputs, after: MechanismInputs
) -> FloatArray:
    """Scale by the ratio of the rule's amounts after and before: see `linked_standard`.

    The share is that of the latest figure: S_0 over the consumption of the year before it, which is
    extrapolated back with the growth of the first year.
    """
    old, new = (s.inputs["consumption"] for s in (before, after))
    share = before.start / (old[:, :1] ** 2 / old[:, 1:2])
    none = np.zeros((1, value.shape[1]))
    rounding = before.constants["rounding"]
    usual = linked_standard(before.start, share, old[:, :-1], none, rounding)
    share = share + after.levers["share_points"] / 100.0
    raises = np.cumsum(after.levers["extra_raise"])[None, :]
    return value * (linked_standard(before.start, share, new[:, :-1], raises, rounding) / usual)


def _move_adoption(
    value: FloatArray, before: MechanismInputs, after: MechanismInputs
) -> FloatArray:
    """Add the pace of open sites and of subsidies from the start year on: see `adoption`."""
    levers, assumptions = after.levers, after.assumptions
    start_year = levers["start_year"].max() if "start_year" in levers else 0.0
    active = (before.years >= start_year).astype(float)
    opened = np.cumsum(levers["sites_per_year"] * active)
    pace = assumptions["site_effect"] * np.minimum(opened / assumptions["places"], 1.0)
    if "subsidy" in levers:
        pace = pace + assumptions["subsidy_effect"] * levers["subsidy"] * active / 1000.0
    return adoption(value, pace)


def _move_programme(
    value: FloatArray, before: MechanismInputs, after: MechanismInputs
) -> FloatArray:
    """Delay and scale the present course, then add new completions: see `completed`."""
    delay = np.zeros(value.shape)
    for name in ("duration", "slippage", "common_delay"):
        delay = delay + (after.assumptions[name] - before.assumptions[name])
    old, new = (s.assumptions["completion_probability"] for s in (before, after))
    ratio = np.where(old > 0.0, new, 1.0) / np.where(old > 0.0, old, 1.0)
    path = np.column_stack([np.full(len(value), before.start), value])
    times = np.concatenate([before.years[:1] - 1.0, before.years])
    delayed = delay_path(path, times, np.column_stack([np.zeros(len(value)), delay]))
    built = np.cumsum(np.diff(delayed, axis=1) * ratio, axis=1)
    # Half a project a year is one every second year.
    started = np.diff(np.floor(np.cumsum(after.levers["projects_per_year"]) + 1e-9), prepend=0.0)
    assert after.uniforms is not None
    added = completed(started, after.years, after.assumptions, after.uniforms)
    return before.start + np.floor(built + 1e-9) + added


def _move_two_stocks(
    value: FloatArray, _before: MechanismInputs, after: MechanismInputs
) -> FloatArray:
    """Add flows to both stocks: see `two_stocks`. Growth of the whole alone keeps the share."""
    new, converted, closed = (
        after.levers[f"{name}_per_year"] for name in ("new", "converted", "closed")
    )
    return two_stocks(value, after.inputs["total"][:, 1:], (new, converted, closed))


MOVES: dict[str, Callable[[FloatArray, MechanismInputs, MechanismInputs], FloatArray]] = {
    "workforce": _move_workforce,
    "linked_standard": _move_standard,
    "adoption": _move_adoption,
    "programme": _move_programme,
    "two_stocks": _move_two_stocks,
}
"""Function of (values, before, after) of each kind of mechanism."""


def delay_path(path: FloatArray, times: FloatArray, delay: FloatArray) -> FloatArray:
    """Return the values of a path `delay` years later, interpolated linearly between the years.

    `path` is (draws, times), with at least two `times`; `delay` broadcasts to its shape. Before its
    first point a path is constant; after its last it continues its last step.

    >>> delay_path(np.array([[0.0, 4.0, 6.0]]), np.arange(3.0), np.array([[0.5]])).tolist()
    [[0.0, 2.0, 5.0]]
    """
    source = np.broadcast_to(np.maximum(times - delay, times[0]), path.shape)
    knot = np.clip(np.searchsorted(times, source, side="right") - 1, 0, len(times) - 2)
    left, right = (np.take_along_axis(path, knot + side, axis=1) for side in (0, 1))
    share = (source - times[knot]) / (times[knot + 1] - times[knot])
    return np.where(delay == 0.0, path, left + share * (right - left))


def _slip_cdf(late: FloatArray, slippage: FloatArray) -> FloatArray:
    """P(slip <= late) of an exponential slip with the mean `slippage`; 0 means no slip."""
    slips = slippage > 0.0
    scaled = np.maximum(late, 0.0) / np.where(slips, slippage, 1.0)
    return np.where(late < -1e-9, 0.0, np.where(slips, -np.expm1(-scaled), 1.0))


def _binomial_quantile(count: float, p: FloatArray, level: FloatArray) -> FloatArray:
    """Quantile of a binomial distribution of `count` trials: the least k with F(k) >= level.

    Counts how often the distribution function is below the level, from the rarer outcome.
    """
    flipped = p > 0.5
    rare = np.where(flipped, 1.0 - p, p)
    mass = (1.0 - rare) ** count
    odds, below, number = rare / (1.0 - rare), np.zeros(p.shape), np.zeros(p.shape)
    for k in range(int(count) + 1):
        below = below + mass
        number += np.where(flipped, below <= 1.0 - level, below < level)
        mass = mass * odds * (count - k) / (k + 1.0)
    number = np.minimum(number, count)
    return np.where(flipped, count - number, number)
