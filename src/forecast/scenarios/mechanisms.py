"""How an indicator arises: stocks and flows, a rule, an adoption, a programme of projects.

Each kind of mechanism is a pure function of a `Setting` before and a `Setting` after a
change. It takes the values that the growth paths give as the present course and returns them as
moved by the change, draw by draw: where nothing changes nothing moves, to the last bit, and what
is known about the indicator's own uncertainty stays as it was learned. Arrays are (draws,
years); the years follow the indicator's latest figure without a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ..errors import said
from ..model.links import transform

__all__ = [
    "MOVES",
    "Setting",
    "adoption",
    "completed",
    "completion_years",
    "linked_standard",
    "required_hires",
    "spending",
    "stock",
    "two_stocks",
]

FloatArray = NDArray[np.float64]
NEVER = 9999.0


@dataclass(frozen=True)
class Setting:
    """What a mechanism reads. Percentages are 0-100.

    `levers` hold (years,), `assumed` (draws, years) or (draws, 1), `inputs` (draws, 1 + years):
    the first column stands at the indicator's latest figure `start`.
    """

    start: float
    years: FloatArray
    levers: Mapping[str, FloatArray]
    assumed: Mapping[str, FloatArray]
    inputs: Mapping[str, FloatArray]
    constants: Mapping[str, float]


def stock(start: FloatArray, leaving: FloatArray, inflow: FloatArray) -> FloatArray:
    """Stock at the end of each year: W_t = W_{t-1} (1 - leaving) + inflow_t.

    Parameters
    ----------
    start : (draws, 1), the stock before the first year
    leaving : (draws, years) or (draws, 1), share leaving a year, 0 to 1
    inflow : (draws, years), joining in the year; who joins does not leave in the same year

    Notes
    -----
    With a constant inflow I the stock tends to I / leaving.

    Examples
    --------
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
    """Hires a year, the same every year, that bring a stock to a goal: the closed form.

        H = (goal - start (1 - leaving)^h) / sum_{j<h} (1 - leaving)^j - joining

    Parameters
    ----------
    start, goal : stock now and at the end of the last year
    leaving : share leaving a year, 0 to 1
    years : h, whole years left, at least 1
    joining : joining a year anyhow, as by training; 0 or more

    Returns
    -------
    Hires a year; negative where the goal is reached without any.

    Raises
    ------
    ValueError
        Without a year left.

    Examples
    --------
    >>> required_hires(1000.0, 1095.0, 0.1, 2)
    150.0
    """
    if years < 1:
        raise ValueError(said("years must be at least 1, not {years}.", years=years))
    stays = 1.0 - leaving
    kept = sum(stays**j for j in range(years))
    return (goal - start * stays**years) / kept - joining


def linked_standard(
    start: float, share: FloatArray, base: FloatArray, added: FloatArray, rounding: float
) -> FloatArray:
    """Apply a rule: S_t = max(S_{t-1}, round(share_t base_{t-1}) + added_t), never lowered.

    Parameters
    ----------
    start : S_0
    share : (draws, years), as a fraction
    base : (draws, years), what the standard is linked to, as of the year before
    added : (draws, years) or (1, years), in the standard's unit
    rounding : step the rule's amount is rounded to; 0 does not round

    Examples
    --------
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
    """Percentages moved by an extra pace on the logit scale.

        logit(y'_t) = logit(y_t) + sum_{s<=t} pace_s

    Parameters
    ----------
    share : (draws, years), 0 to 100
    pace : (draws, years), logit points a year

    Notes
    -----
    A constant pace b multiplies the odds by e^b a year: on a flat course the share grows along a
    logistic curve to 100. Odds of nothing, or of everything, do not move.

    Examples
    --------
    >>> adoption(np.array([[50.0, 50.0]]), np.full((1, 2), np.log(2.0))).round(3).tolist()
    [[66.667, 80.0]]
    """
    shift = np.cumsum(np.broadcast_to(pace, share.shape), axis=1)
    moved: FloatArray = 100.0 * expit(transform("logit", share, 0.0, 100.0) + shift)
    return np.where(shift == 0.0, share, moved)


def completed(
    started: FloatArray, years: FloatArray, assumed: Mapping[str, FloatArray], luck: FloatArray
) -> FloatArray:
    """Projects completed by the end of each year, of those started in each year.

    A project started in year s is completed by the end of t >= s with probability

        p F(t - s + 1 - duration - common_delay),  F(x) = 1 - exp(-x / slippage), x >= 0,

    and the number completed of n is binomial. A cohort has one `luck` over all years: what is
    completed stays completed.

    Parameters
    ----------
    started : (years,), whole projects
    years : (years,)
    assumed : duration, slippage, common_delay in years and completion_probability in percent,
        each (draws, years) or (draws, 1)
    luck : (draws, years), uniform, one a cohort

    Examples
    --------
    >>> sure = {"duration": 1.0, "slippage": 0.0, "common_delay": 1.0,
    ...         "completion_probability": 100.0}
    >>> sure = {name: np.full((1, 1), value) for name, value in sure.items()}
    >>> completed(np.array([5.0, 0, 2]), np.arange(2023.0, 2026), sure, np.full((1, 3), 0.5))
    array([[0., 5., 5.]])
    """
    out = np.zeros((len(luck), len(years)))
    for cohort in np.flatnonzero(started):
        since = years - years[cohort] + 1.0
        late = since - assumed["duration"] - assumed["common_delay"]
        share = _done_by(late, assumed["slippage"]) * assumed["completion_probability"] / 100.0
        share = np.where(since > 0.0, share, 0.0)
        out += _binomial(started[cohort], np.broadcast_to(share, out.shape), luck[:, [cohort]])
    return out


def completion_years(
    end: FloatArray, assumed: Mapping[str, FloatArray], luck: FloatArray, sure: FloatArray
) -> FloatArray:
    """Year, with its fraction, in which each project is completed: (draws, projects).

    Planned end, and what all projects and this one slip:

        end + 1/2 + common_delay + slip,  slip ~ Exponential(mean slippage)

    A project planned to end in 2023 is planned for the middle of 2023, 2023.5. One that is given up
    is completed never, in `NEVER`.

    Parameters
    ----------
    end : (projects,), planned last year
    assumed : slippage and common_delay in years, completion_probability in percent: (draws, 1)
    luck, sure : (draws, projects), uniform: how far a project slips, and whether it is completed

    Examples
    --------
    >>> assumed = {"slippage": 0.0, "common_delay": 0.5, "completion_probability": 100.0}
    >>> assumed = {name: np.full((1, 1), value) for name, value in assumed.items()}
    >>> completion_years(np.array([2023.0]), assumed, np.full((1, 1), 0.5), np.full((1, 1), 0.5))
    array([[2024.]])
    """
    slip = -assumed["slippage"] * np.log1p(-luck)
    when = end + 0.5 + assumed["common_delay"] + slip
    return np.where(sure * 100.0 < assumed["completion_probability"], when, NEVER)


def spending(
    start: FloatArray, done: FloatArray, investment: FloatArray, years: FloatArray
) -> FloatArray:
    """Capital spent in each year by all projects together: (draws, years).

    Each project's investment is spent evenly from the beginning of its first year until it is
    completed.

    Parameters
    ----------
    start, investment : (projects,), first year and sum
    done : (draws, projects), as `completion_years` gives it; a project given up spends nothing
    years : (years,)

    Examples
    --------
    >>> done, years = np.array([[2024.0]]), np.arange(2022.0, 2025.0)
    >>> spending(np.array([2022.0]), done, np.array([500.0]), years)
    array([[250., 250.,   0.]])
    """
    out = np.empty((len(done), len(years)))
    rate = np.where(done < NEVER, investment / np.maximum(done - start, 1e-9), 0.0)
    for place, year in enumerate(years):
        inside = np.minimum(done, year + 1.0) - np.maximum(start, year)
        out[:, place] = (rate * np.clip(inside, 0.0, 1.0)).sum(axis=1)
    return out


def two_stocks(
    share: FloatArray, total: FloatArray, flows: tuple[FloatArray, FloatArray, FloatArray]
) -> FloatArray:
    """Percentage that one stock is of another, after flows on top of the present course.

        y' = 100 (y total / 100 + sum new + sum converted) / (total + sum new - sum closed)

    Parameters
    ----------
    share : (draws, years), 0 to 100
    total : (draws, years), the whole, by its own forecast
    flows : new ones (part and whole), converted ones (part) and closed ones (whole, of the rest),
        (years,) each

    Notes
    -----
    The part is never more than the whole.

    Examples
    --------
    >>> beds = np.full((1, 1), 1000.0)
    >>> flows = np.array([100.0]), np.array([50.0]), np.array([20.0])
    >>> two_stocks(np.full((1, 1), 50.0), beds, flows).round(3).tolist()
    [[60.185]]
    """
    new, converted, closed = (np.cumsum(flow) for flow in flows)
    whole = total + new - closed
    left = np.where(whole > 0.0, whole, 1.0)
    part = share * (total / left) + 100.0 * (new + converted) / left
    bounded: FloatArray = np.minimum(np.where(whole > 0.0, part, share), 100.0)
    return bounded


def _move_workforce(value: FloatArray, before: Setting, after: Setting) -> FloatArray:
    """Workers added, and those no longer leaving, over the population: see `stock`."""
    per, lag = before.constants["per"], int(before.constants["lag"])
    old, new = (s.inputs["population"] for s in (before, after))
    leaving = [s.assumed["leaving_rate"] / 100.0 for s in (before, after)]
    workers = np.column_stack(
        [
            np.broadcast_to(before.start * old[:, :1] / per, (len(value), 1)),
            value * old[:, 1:] / per,
        ]
    )
    passing = after.assumed["passing_rate"] / 100.0
    trained = np.concatenate([np.zeros(lag), after.levers["trainees_per_year"]])[: value.shape[1]]
    stays = (leaving[0] - leaving[1]) * workers[:, :-1]
    added = stays + passing * trained + after.levers["hires_per_year"]
    extra = stock(np.zeros((len(value), 1)), leaving[1], added)
    return value * (old[:, 1:] / new[:, 1:]) + per * extra / new[:, 1:]


def _move_standard(value: FloatArray, before: Setting, after: Setting) -> FloatArray:
    """Scale by what the rule gives after over what it gives before: see `linked_standard`.

    The share is the one that the latest figure stands at: S_0 over consumption the year before it,
    which is reckoned back with the first year's growth.
    """
    old, new = (s.inputs["consumption"] for s in (before, after))
    share = before.start / (old[:, :1] ** 2 / old[:, 1:2])
    none = np.zeros((1, value.shape[1]))
    rounding = before.constants["rounding"]
    was = linked_standard(before.start, share, old[:, :-1], none, rounding)
    points = after.levers["share_points"] / 100.0
    raised = np.cumsum(after.levers["extra_raise"])[None, :]
    now = linked_standard(before.start, share + points, new[:, :-1], raised, rounding)
    return value * (now / was)


def _move_adoption(value: FloatArray, before: Setting, after: Setting) -> FloatArray:
    """Extra pace by sites opened and subsidies paid, once they may act: see `adoption`."""
    levers, assumed = after.levers, after.assumed
    begins = levers["start_year"].max() if "start_year" in levers else 0.0
    acts = (before.years >= begins).astype(float)
    opened = np.cumsum(levers["sites_per_year"] * acts)
    pace = assumed["site_effect"] * np.minimum(opened / assumed["places"], 1.0)
    if "subsidy" in levers:
        pace = pace + assumed["subsidy_effect"] * levers["subsidy"] * acts / 1000.0
    return adoption(value, pace)


def _move_programme(value: FloatArray, before: Setting, after: Setting) -> FloatArray:
    """Delay and thin the present course, then add what is newly completed: see `completed`."""
    late = np.zeros(value.shape)
    for name in ("duration", "slippage", "common_delay"):
        late = late + (after.assumed[name] - before.assumed[name])
    usual, told = (s.assumed["completion_probability"] for s in (before, after))
    lasting = np.where(usual > 0.0, told, 1.0) / np.where(usual > 0.0, usual, 1.0)
    path = np.column_stack([np.full(len(value), before.start), value])
    times = np.concatenate([before.years[:1] - 1.0, before.years])
    course = later(path, times, np.column_stack([np.zeros(len(value)), late]))
    built = np.cumsum(np.diff(course, axis=1) * lasting, axis=1)
    # Half a project a year is one every second year.
    started = np.diff(np.floor(np.cumsum(after.levers["projects_per_year"]) + 1e-9), prepend=0.0)
    new = completed(started, after.years, after.assumed, after.assumed["luck"])
    return before.start + np.floor(built + 1e-9) + new


def _move_two_stocks(value: FloatArray, _before: Setting, after: Setting) -> FloatArray:
    """Add flows to both stocks: see `two_stocks`. A whole that grows by itself keeps the share."""
    flows = (
        after.levers["new_per_year"], after.levers["converted_per_year"],
        after.levers["closed_per_year"],
    )  # fmt: skip
    return two_stocks(value, after.inputs["total"][:, 1:], flows)


MOVES: dict[str, Callable[[FloatArray, Setting, Setting], FloatArray]] = {
    "workforce": _move_workforce,
    "linked_standard": _move_standard,
    "adoption": _move_adoption,
    "programme": _move_programme,
    "two_stocks": _move_two_stocks,
}
"""What each kind of mechanism makes of (values, before, after)."""


def later(path: FloatArray, times: FloatArray, delay: FloatArray) -> FloatArray:
    """Values of a path `delay` years later, on a straight line between the years.

    `delay` is (draws, times), or of one draw or one time.

    Before its first point a path stands still; after its last it goes on as in its last step.

    >>> later(np.array([[0.0, 4.0, 6.0]]), np.arange(3.0), np.array([[0.5]])).tolist()
    [[0.0, 2.0, 5.0]]
    """
    asked = np.maximum(times - delay, times[0])
    asked = np.broadcast_to(asked, path.shape)
    place = np.clip(np.searchsorted(times, asked, side="right") - 1, 0, len(times) - 2)
    left, right = (np.take_along_axis(path, place + side, axis=1) for side in (0, 1))
    share = (asked - times[place]) / (times[place + 1] - times[place])
    moved: FloatArray = left + share * (right - left)
    return np.where(delay == 0.0, path, moved)


def _done_by(late: FloatArray, slippage: FloatArray) -> FloatArray:
    """P(slip <= late) of an exponential slip; without slippage what is due is done."""
    slips = slippage > 0.0
    gone = np.maximum(late, 0.0) / np.where(slips, slippage, 1.0)
    done: FloatArray = np.where(late < -1e-9, 0.0, np.where(slips, -np.expm1(-gone), 1.0))
    return done


def _binomial(count: float, share: FloatArray, luck: FloatArray) -> FloatArray:
    """Give the smallest whole number that a binomial stays at or below with chance `luck`.

    Counts how often its distribution function is below `luck`, from the end that is rarer.
    """
    many = share > 0.5
    rare = np.where(many, 1.0 - share, share)
    chance = (1.0 - rare) ** count
    odds, below = rare / (1.0 - rare), np.zeros(share.shape)
    number = np.zeros(share.shape)
    for k in range(int(count) + 1):
        below = below + chance
        number += np.where(many, below <= 1.0 - luck, below < luck)
        chance = chance * odds * (count - k) / (k + 1.0)
    number = np.minimum(number, count)
    whole: FloatArray = np.where(many, count - number, number)
    return whole
