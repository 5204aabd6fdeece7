"""Several levers at least cost, or within a budget, against every setting on the grids."""

from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.scenarios.declarations import Mechanism
from forecast.scenarios.goal_seeking import goal_seek
from forecast.scenarios.lever_search import LeverSearch, continuous_cheapest, continuous_likeliest
from forecast.scenarios.response import TargetResponse
from toy_plan import NAMES, WORKERS, adoption, exactly, level, toy, workforce

PAIR = ["hires_per_year", "trainees_per_year"]


def every_setting(response, names):
    """Cost and probability of every setting of two levers on their steps."""
    levers = [response.lever(name) for name in names]
    rows = []
    for pair in product(*(lever.grid for lever in levers)):
        p = response.met(dict(zip(names, pair, strict=True))).mean()
        cost = sum(lever.total_cost(v) for lever, v in zip(levers, pair, strict=True))
        rows.append((*pair, cost, p))
    return pd.DataFrame(rows, columns=[*names, "cost", "p"])


@cache
def workers(goal):
    """A plan with a normal number of workers, of whom a tenth leave, and all settings of it."""
    rng = np.random.default_rng(2)
    draws = level(rng.normal(50.0, 20.0, 100).clip(0))
    plan, paths = toy({"workers": draws}, targets=[("workers", 2024, goal, "ge")])
    force = workforce(leaving=10.0)
    levers = {n: v.model_copy(update={"step": 4 * v.step}) for n, v in force.levers.items()}
    force = force.model_copy(update={"levers": levers})
    response = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms={"force": force})
    return plan, paths, force, every_setting(response, PAIR)


@pytest.mark.parametrize(
    ("goal", "prices"),
    [(60.0, (2.0, 0.4)), (200.0, (2.0, 1.5)), (200.0, (1.0, 0.55)), (390.0, (2.0, 1.5))],
)
def test_two_levers_at_least_cost_are_those_of_a_grid(goal, prices):
    """No setting on the steps of both that is likely enough costs less, whichever is cheaper."""
    plan, paths, force, table = workers(goal)
    levers = {
        name: force.levers[name].model_copy(update={"cost": fc.Range(low=0, central=c, high=c)})
        for name, c in zip(PAIR, prices, strict=True)
    }
    known = {"force": force.model_copy(update={"levers": levers})}
    result = goal_seek(plan, WORKERS, lever=PAIR, paths=paths, mechanisms=known)
    table = table.assign(cost=3.0 * (table[PAIR].to_numpy() @ np.array(prices)))
    enough = table[table["p"] >= 0.8]
    if enough.empty:
        assert result.reading == "beyond_limits" and np.isnan(result.values).all()
        return
    assert result.reading in ("reached", "reached_already")
    assert result.cost == pytest.approx(enough["cost"].min(), abs=1e-9)
    own = table[(table[PAIR[0]] == result.values[0]) & (table[PAIR[1]] == result.values[1])]
    assert result.p_reach == own["p"].iloc[0] >= 0.8
    assert result.p_upper == table["p"].iloc[-1] and result.p_baseline == table["p"].iloc[0]


@pytest.mark.parametrize("budget", [20.0, 200.0])
def test_a_budget_too_small_buys_the_likeliest_settings(budget):
    """Below the least cost the answer is the best probability on the grid within the budget."""
    plan, paths, force, table = workers(200.0)
    known = {"force": force}
    result = goal_seek(plan, WORKERS, lever=PAIR, budget=budget, paths=paths, mechanisms=known)
    assert result.reading == "beyond_budget" and not result.reached
    assert result.cost <= budget and result.p_reach == table.loc[table["cost"] <= budget, "p"].max()


def test_a_budget_large_enough_is_no_limit():
    """With more than the least cost the target is reached."""
    plan, paths, force, _ = workers(200.0)
    known = {"force": force}
    enough = goal_seek(plan, WORKERS, lever=PAIR, budget=1e4, paths=paths, mechanisms=known)
    assert enough.reading == "reached"


def sites_and_subsidy(sites, step, cost, **assumptions):
    """Adoption by sites that saturate and by a subsidy, on the logit scale."""
    content = adoption().model_dump()
    content["levers"]["sites_per_year"].update(sites)
    content["levers"]["subsidy"] = {
        **NAMES, "upper": 4000, "step": step, "cost": {"low": 0, "central": cost, "high": 1}
    }  # fmt: skip
    content["assumptions"].update(
        {name: exactly(v) for name, v in {"subsidy_effect": 0.2, **assumptions}.items()}
    )
    return {"sites": Mechanism.model_validate(content)}


def test_levers_of_a_nonlinear_mechanism_at_least_cost():
    """Sites that saturate and a subsidy on the logit scale: as cheap as the best of the grid."""
    plan, paths = toy(
        {"workers": level(np.linspace(30.0, 60.0, 200))}, upper=100.0, kind="share",
        targets=[("workers", 2024, 62.0, "ge")],
    )  # fmt: skip
    known = sites_and_subsidy({}, 250, 0.004, site_effect=0.6)
    pair = ["sites_per_year", "subsidy"]
    result = goal_seek(plan, WORKERS, lever=pair, paths=paths, mechanisms=known)
    response = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms=known)
    table = every_setting(response, pair)
    assert result.reading == "reached"
    assert result.cost == pytest.approx(table.loc[table["p"] >= 0.8, "cost"].min(), abs=1e-9)


def test_continuous_settings_of_least_cost():
    """Between the steps: the margin is used up, and no fine grid of settings costs 1 % less.

    Ten sites a year fill all thirty places in three years; beyond, a site helps less.
    """
    plan, paths = toy(
        {"workers": level(np.linspace(30.0, 60.0, 200))}, upper=100.0, kind="share",
        targets=[("workers", 2024, 56.0, "ge")],
    )  # fmt: skip
    sites = {"upper": 30, "cost": {"low": 1, "central": 1, "high": 1}}
    known = sites_and_subsidy(sites, 10, 0.02, places=30.0, site_effect=0.15)
    response = TargetResponse.build(plan, WORKERS, paths=paths, mechanisms=known)
    search = LeverSearch(response, [response.lever(n) for n in ("sites_per_year", "subsidy")])
    upper = np.array([30.0, 4000.0])
    settings = continuous_cheapest(search, 0.8) * upper
    # The 41st of 200 draws is at the limit: 40 may fail.
    assert np.sort(search.margin(settings))[40] == pytest.approx(0.0, abs=0.02)
    best = np.inf
    for sites in np.linspace(0.0, 30.0, 16):
        low, high = 0.0, 4000.0
        for _ in range(9):
            middle = (low + high) / 2
            enough = np.sort(search.margin((sites, middle)))[40] >= 0.0
            low, high = (low, middle) if enough else (middle, high)
        best = min(best, search.cost((sites, high)) if high < 4000.0 else np.inf)
    assert search.cost(settings) <= 1.01 * best
    # Half of that spent in full as well, and better than on either alone.
    bought = continuous_likeliest(search, best / 2) * upper
    assert search.cost(bought) == pytest.approx(best / 2, rel=1e-3)
    alone = [(best / 6, 0.0), (0.0, best / 6 / 0.02)]
    middle = [np.sort(search.margin(v))[100] for v in (bought, *alone)]
    assert middle[0] >= max(middle[1:]) - 0.05
