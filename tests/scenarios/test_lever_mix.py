"""The cheapest mix of levers for a whole plan, against all combinations."""

from importlib import import_module
from itertools import product

import numpy as np
import pytest

import forecast as fc
from forecast.scenarios import lever_mix
from forecast.scenarios.lever_mix import cheapest_mix
from forecast.scenarios.response import TargetResponse

STEPS = {
    ("care_workforce", "trainees_per_year"): 250.0, ("care_workforce", "hires_per_year"): 100.0,
    ("care_consortium_programme", "projects_per_year"): 5.0,
    ("nursing_bed_share_stocks", "converted_per_year"): 500.0,
}  # fmt: skip
WANTED = ("care_workers_per_10k_elderly", "care_consortia", "nursing_bed_share")


@pytest.fixture(scope="module")
def case():
    """Lishui with four levers on coarse grids, and all their combinations."""
    plan = fc.load_plan("lishui", as_of="2022-12-31")
    mechanisms = dict(fc.read_mechanisms())
    for (name, lever), step in STEPS.items():
        mechanism = mechanisms[name]
        levers = {**mechanism.levers}
        levers[lever] = levers[lever].model_copy(update={"step": step})
        mechanisms[name] = mechanism.model_copy(update={"levers": levers})
    base = fc.project(plan, draws=40, seed=3)
    rows = plan.targets[plan.targets["indicator"].isin(WANTED) & (plan.targets["year"] == 2025)]
    responses = [
        TargetResponse.build(plan, rows.iloc[[i]], paths=base, mechanisms=mechanisms)
        for i in range(3)
    ]
    names = [f"{name}.{lever}" for name, lever in STEPS]
    grids = [next(r.levers[n] for r in responses if n in r.levers) for n in names]
    chances = {}
    for number, response in enumerate(responses):
        own = [i for i, n in enumerate(names) if n in response.levers]
        for values in product(*(grids[i].grid for i in own)):
            met = response.met({names[i]: v for i, v in zip(own, values, strict=True)})
            chances[number, values] = own, response.probability(met)
    combinations = []
    for values in product(*(lever.grid for lever in grids)):
        p = []
        for number in range(3):
            own = next(own for (n, _), (own, _) in chances.items() if n == number)
            p.append(chances[number, tuple(values[i] for i in own)][1])
        cost = sum(lever.total_cost(v) for lever, v in zip(grids, values, strict=True))
        combinations.append((cost, np.array(p)))
    return plan, mechanisms, base, rows, names, combinations


@pytest.mark.parametrize(("probability", "budget"), [(0.3, None), (0.3, 500.0), (0.8, 2000.0)])
def test_no_combination_reaches_more_or_costs_less(case, probability, budget):
    """All combinations of the grids: as many targets, and none of them is cheaper."""
    plan, mechanisms, base, rows, names, combinations = case
    mix = fc.cheapest_mix(
        plan, names, budget=budget, probability=probability, targets=rows, paths=base,
        mechanisms=mechanisms,
    )  # fmt: skip
    scored = [
        (int((p >= probability).sum()), -cost) for cost, p in combinations
        if budget is None or cost <= budget + 1e-9
    ]  # fmt: skip
    most, dearest = max(scored)
    assert (mix.reached, mix.cost) == (most, pytest.approx(-dearest))
    assert mix.reached == int(mix.targets["reached"].sum())
    assert mix.offers["cost"].is_monotonic_increasing and mix.offers["reached"].is_unique
    again = fc.apply_scenario(base, plan, mix.scenario, mechanisms=mechanisms)
    assert (again.values is base.values) == (not mix.settings)


def test_levers_without_effect_or_cost_are_refused(case):
    """A lever that moves none of the targets, and one without a cost."""
    plan, mechanisms, base, rows, _, _ = case
    rows = rows[rows["indicator"] == "nursing_bed_share"]
    options = {"targets": rows, "paths": base, "mechanisms": mechanisms}
    with pytest.raises(fc.UnknownNameError, match="converted_per_year"):
        fc.cheapest_mix(plan, ["nursing_bed_share_stocks.convert_per_year"], **options)
    with pytest.raises(ValueError, match=r"Without a cost: .*closed_per_year"):
        fc.cheapest_mix(plan, ["nursing_bed_share_stocks.closed_per_year"], **options)
    with pytest.raises(ValueError, match="probability"):
        fc.cheapest_mix(plan, probability=1.5, **options)


def test_chances_of_one_figure_are_marked_and_not_printed(case, command):
    """The call gives them with their evidence; the command says that no target can be judged."""
    plan, mechanisms, base, rows, names, _ = case
    mix = cheapest_mix(plan, names, targets=rows, paths=base, mechanisms=mechanisms)
    assert mix.targets["evidence"].tolist() == ["prior only"] * 3
    ended = command("levers", "--region", "lishui", "--as-of", "2022-12-31")
    assert ended.stdout.startswith("No open target can be judged") and "%" not in ended.stdout


def test_the_command_prints_the_mix_and_writes_a_scenario(case, command, monkeypatch, tmp_path):
    """Measures, cost and each moved target; the file is a scenario that can be run."""
    _, mechanisms, base, rows, names, _ = case
    given = {"levers": names, "targets": rows, "paths": base, "mechanisms": mechanisms}
    monkeypatch.setattr(
        lever_mix, "cheapest_mix", lambda plan, **asked: cheapest_mix(plan, **asked | given)
    )
    answers = import_module("forecast.targets.attainment")
    attainment = answers.attainment
    monkeypatch.setattr(
        answers, "attainment", lambda *a, **k: attainment(*a, **k).assign(evidence="weak")
    )
    file = tmp_path / "mix.yaml"
    ended = command("levers", "--region", "lishui", "--as-of", "2022-12-31", "--chance", "30",
                    "--budget", "2000", "--output", file)  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    head, *moved = ended.stdout.splitlines()
    assert "of 3 open targets that can be judged (" in head and "of at least 30" in head
    assert " in all: " in head and moved and all(" → " in line for line in moved)
    assert fc.read_scenario(file).steps
    assert command("levers").returncode == 2
