"""Values that a target may have: what is proposed is reached with the chance that was asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.scenarios.baseline import fit_plan
from forecast.targets.proposals import compare_proposals
from warm import Command


@pytest.fixture(scope="module")
def plan() -> fc.Plan:
    """Give Lishui's plan, as known at the end of 2022."""
    return fc.load_plan("lishui", as_of="2022-12-31")


@pytest.fixture(scope="module")
def fits(plan: fc.Plan) -> fc.Fits:
    """Give the fits of all regions."""
    return fit_plan(plan)


def test_a_proposed_value_has_its_chance(plan: fc.Plan, fits: fc.Fits) -> None:
    """As a target it is reached at least so often, and a step harder less often."""
    found = fc.propose_targets(fits, year=2025, chances=[0.8])
    found = found[found["region"] == "lishui"]
    about = plan.indicators.set_index("indicator").loc[found["indicator"]]
    sign = about["better"].map({"higher": 1.0, "lower": -1.0}).to_numpy()
    goal = found[["region", "indicator", "year", "value"]].assign(comparator="eq")
    chance = fc.attainment(fits, goal, as_of="2022-12-31")["p_reach"].to_numpy()
    harder = goal.assign(value=goal["value"] + sign * about["resolution"].to_numpy())
    inside = (harder["value"] <= about["upper"].fillna(1e300).to_numpy()).to_numpy()
    less = fc.attainment(fits, harder, as_of="2022-12-31")["p_reach"].to_numpy()
    open_ = (chance > 0.01) & (chance < 0.99)
    assert open_.sum() > 10
    assert (chance[open_] > 0.8 - 0.005).all()
    assert (less[open_ & inside] < 0.8 + 0.005).all()


def test_beside_it_are_plan_peers_and_parent(plan: fc.Plan, fits: fc.Fits) -> None:
    """The plan's own target of the year, the median pace of others, the province's target."""
    table = compare_proposals(plan, fc.propose_targets(fits, year=2025), 2025)
    row = table.set_index("indicator").loc["nursing_bed_share"]
    goal = plan.targets.query("indicator == 'nursing_bed_share' and year == 2025")["value"].iloc[0]
    assert row["own"] == goal and row["own_year"] == 2025
    parent = plan.tables["targets"].query(
        "region == 'zhejiang' and indicator == 'nursing_bed_share'"
    )
    assert row["parent"] in set(parent["value"])
    assert row["p90"] <= row["p80"] <= row["p50"]
    rows = table.assign(kind=table["indicator"].map(plan.indicators.set_index("indicator")["kind"]))
    total = rows["kind"].isin(["amount", "count", "stock"])
    assert total.any() and rows.loc[total, "parent"].isna().all()
    assert {"resident_population", "income_per_capita"}.isdisjoint(rows["indicator"])


@pytest.mark.parametrize(("base", "rate"), [(3.0, 1.1), (40.0, 2.2)])
def test_tiny_bases_and_leaps_have_no_pace(base: float, rate: float) -> None:
    """Growth of others says nothing of a total of 3, nor of one that it would raise elevenfold."""
    seen = pd.DataFrame({"region": ["a"] * 3 + ["b"] * 3, "indicator": "x",
                         "year": [2020, 2021, 2022] * 2,
                         "value": [base, base, base, 100, 100 * rate, 100 * rate**2]})  # fmt: skip
    about = pd.DataFrame({"indicator": ["x"], "kind": ["stock"], "better": ["higher"],
                          "lower": [0.0], "upper": [np.nan], "resolution": [1.0]})  # fmt: skip
    plan = fc.Plan.from_frames(seen, None, about, region="a")
    proposals = fc.propose_targets(fc.fit(seen, plan.indicators), year=2025)
    assert (
        compare_proposals(plan, proposals, 2025)[["at_peer_pace", "peer_pace"]]
        .isna()
        .all(axis=None)
    )


@pytest.mark.parametrize(("kind", "carried"), [("ratio", 75.0), ("stock", 80.0), ("count", 80.0)])
def test_totals_grow_as_those_of_peers(kind: str, carried: float) -> None:
    """Of totals the growth rate of peers (10 % a year) is taken, else their change (5 a year)."""
    years = [2020, 2021, 2022]
    seen = pd.concat([
        pd.DataFrame({"region": "a", "indicator": "x", "year": years, "value": [48.0, 50.0, 60.0]}),
        pd.DataFrame({"region": "b", "indicator": "x", "year": years, "value": [100, 103, 110.0]}),
        pd.DataFrame({"region": "c", "indicator": "x", "year": years, "value": [100, 110, 121.0]}),
        pd.DataFrame({"region": "d", "indicator": "x", "year": years, "value": [10, 14.0, 16.0]}),
    ])  # fmt: skip
    about = pd.DataFrame({"indicator": ["x"], "kind": [kind], "better": ["higher"],
                          "lower": [0.0], "upper": [np.nan], "resolution": [1.0]})  # fmt: skip
    goals = pd.DataFrame({"region": ["a"], "indicator": ["x"], "year": [2025], "value": [90.0]})
    plan = fc.Plan.from_frames(seen, goals, about, region="a")
    proposals = fc.propose_targets(fc.fit(seen, plan.indicators), year=2025)
    row = compare_proposals(plan, proposals, 2025).iloc[0]
    assert row["at_peer_pace"] == carried
    assert row["peer_pace"] == pytest.approx((carried - 60.0) / 3)


def test_chances_are_probabilities(fits: fc.Fits) -> None:
    """80 is no chance, nor is none at all."""
    for chances in ([80], [], [0.0]):
        with pytest.raises(ValueError, match="between 0 and 1"):
            fc.propose_targets(fits, year=2025, chances=chances)


def test_the_command_prints_and_writes_them(command: Command, tmp_path: Path) -> None:
    """A line an indicator, and a CSV file with every digit."""
    ended = command("targets", "--region", "lishui", "--as-of", "2022-12-31", "--year", "2025",
                    "--chance", "50,80", "--output", tmp_path / "t.csv")  # fmt: skip
    assert ended.returncode == 0 and "nursing beds" in ended.stdout
    # All of Lishui's indicators have one figure then.
    assert all("one figure, no chances" in line for line in ended.stdout.splitlines())
    ended = command("targets", "--region", "lishui", "--year", "2030", "--chance", "50")
    line = next(line for line in ended.stdout.splitlines() if "Certified care workers" in line)
    assert "own target 25 (2025)" in line and "plan above 25 (2025)" in line
    written = pd.read_csv(tmp_path / "t.csv")
    assert {"p50", "p80", "evidence", "own", "at_peer_pace", "parent"} <= set(written)
    assert (
        command("targets", "--region", "lishui", "--year", "2025", "--chance", "x").returncode == 2
    )
