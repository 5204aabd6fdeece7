"""Scenarios side by side: shares, differences and errors by brute force over draws."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.errors import DataError, UnknownNameError
from forecast.scenarios.baseline import project
from forecast.scenarios.comparison import compare, run_scenarios
from forecast.scenarios.engine import ScenarioRun, apply_scenario
from forecast.scenarios.scenario import BASELINE, Scenario, read_scenario
from forecast.targets.joint_answers import UNDECIDABLE, evaluate_targets

DRAWS = 150
NAMES = ["care_worker_training", "consumption_slows", "plan_at_80_percent", "projects_slip_a_year"]
KEY = ["region", "indicator", "year", "target", "comparator"]


@pytest.fixture(scope="module")
def plan():
    """Lishui's plan as of the end of 2022."""
    return fc.load_plan("lishui", as_of="2022-12-31")


@pytest.fixture(scope="module")
def base(plan):
    """Its baseline."""
    return project(plan, until=2025, draws=DRAWS, seed=2)


@pytest.fixture(scope="module")
def table(plan, base):
    """Four shipped scenarios beside the baseline."""
    return compare(plan, NAMES, paths=base)


def is_met(target, values):
    """Whether a rounded value meets a target, draw by draw."""
    step = {"ge": np.greater_equal, "le": np.less_equal, "gt": np.greater, "lt": np.less}
    word = "ge" if target.comparator == "eq" else target.comparator
    return [bool(step[word](value, target.target)) for value in values]


def test_every_scenario_has_a_row_a_target(plan, table):
    """The baseline first, then the scenarios as requested, each on all targets within reach."""
    targets = plan.targets[plan.targets["year"] <= 2025]
    assert table["scenario"].unique().tolist() == ["baseline", *NAMES]
    assert (table["scenario"].value_counts() == len(targets)).all()
    for _, rows in table.groupby("scenario"):
        for column in ("region", "indicator", "year", "comparator"):
            assert rows[column].tolist() == targets[column].tolist()
        assert rows["target"].tolist() == targets["value"].tolist()
        assert rows["force"].tolist() == targets["force"].fillna("").tolist()


def test_a_difference_is_that_of_the_shares_draw_by_draw(plan, base, table):
    """By brute force: who meets under the scenario less who does in the baseline, and its error."""
    about = plan.indicators.set_index("indicator")
    series = base.fits.series
    rows = {key: i for i, key in enumerate(zip(series["region"], series["indicator"], strict=True))}
    compared = 0
    for name in NAMES:
        under = apply_scenario(base, plan, read_scenario(name))
        for target in table[table["scenario"] == name].itertuples():
            row = rows.get((target.region, target.indicator))
            if row is None or np.isnan(target.p_change) or target.year < 2023:
                continue
            met = []
            for paths in (under, base):
                drawn = paths.values[row, :, list(paths.years).index(target.year)]
                unit = about.loc[target.indicator, "resolution"]
                met.append(is_met(target, np.round(drawn / unit) * unit + 0.0))
            pairs = [int(a) - int(b) for a, b in zip(*met, strict=True)]
            mean = sum(pairs) / DRAWS
            assert target.p_change == pytest.approx(mean, abs=1e-12)
            variance = sum((d - mean) ** 2 for d in pairs) / DRAWS
            assert target.p_change_error == pytest.approx((variance / DRAWS) ** 0.5, abs=1e-12)
            compared += any(pairs)
    assert compared >= 5


def test_the_change_of_the_median_is_that_of_the_medians(base, table):
    """In the indicator's unit, target by target; zero in the baseline's own rows."""
    usual = table[table["scenario"] == "baseline"]
    for _, rows in table.groupby("scenario"):
        expected = rows["median"].to_numpy() - usual["median"].to_numpy()
        np.testing.assert_array_equal(rows["median_change"], expected)
    last = usual[usual["indicator"].eq("nursing_bed_share") & usual["year"].eq(2025)]
    closed = fc.quantiles(base.fits, [2025], levels=[0.5]).set_index("indicator")["q50"]
    assert last["median"].item() == pytest.approx(closed["nursing_bed_share"])


def test_the_baseline_is_no_change(table):
    """Its rows differ from themselves by nothing, for no reason; nor do untouched series."""
    rows = table[table["scenario"] == "baseline"]
    assert (rows["changed_by"] == "").all()
    for column in ("p_change", "p_change_error", "median_change"):
        assert set(rows[column].dropna()) == {0.0}
    quiet = table[table["changed_by"] == ""]
    assert len(quiet) > len(rows)
    for column in ("p_change", "p_change_error"):
        assert set(quiet[column].dropna()) == {0.0}


def test_reasons_stand_beside_the_answer(table):
    """A lever, an assumption or both: an answer that rests on an assumption says so."""
    reasons = table.groupby("scenario")["changed_by"].agg(set)
    assert reasons["care_worker_training"] == {"", "lever"}
    assert reasons["plan_at_80_percent"] == {"", "assumption"}


def test_both_reasons_are_named_together(plan, base):
    """In alphabetical order, with a comma."""
    steps = [
        {"mechanism": "care_workforce", "region": "lishui", "levers": {"hires_per_year": 100},
         "assumptions": {"leaving_rate": 5}},
    ]  # fmt: skip
    result = compare(plan, [Scenario(name="both", steps=steps)], paths=base)
    assert set(result["changed_by"]) == {"", "assumption, lever"}


def test_where_nothing_can_be_said_numbers_are_missing(table):
    """Targets without a figure have no difference, and their status says why."""
    silent = table["status"].isin(UNDECIDABLE)
    assert silent.any() and not silent.all()
    for column in ("p_change", "p_change_error"):
        assert table.loc[silent, column].isna().all() and table.loc[~silent, column].notna().all()


def test_the_rows_are_those_of_outcomes(plan, base, table):
    """Median, probability, its error and status are those of all targets together."""
    targets = plan.targets[plan.targets["year"] <= 2025].reset_index(drop=True)
    for name in ("consumption_slows", "baseline"):
        paths = apply_scenario(base, plan, read_scenario(name))
        result = evaluate_targets(paths, targets, as_of=plan.as_of).table
        rows = table[table["scenario"] == name].reset_index(drop=True)
        for column in ("latest", "median", "p_reach", "mc_error", "status"):
            pd.testing.assert_series_equal(rows[column], result[column])


def test_names_and_scenarios_are_the_same_and_order_does_not_matter(plan, base, table):
    """Each scenario's rows are the same alone, in another order, by name or as read."""
    question = [read_scenario(name) for name in NAMES[::-1]]
    result = compare(plan, question, paths=base)
    assert result["scenario"].unique().tolist() == ["baseline", *NAMES[::-1]]
    alone = compare(plan, NAMES[:1], paths=base)
    for name in ["baseline", *NAMES]:
        rows = [
            t[t["scenario"] == name].reset_index(drop=True)
            for t in (table, result, *([alone] if name in ("baseline", NAMES[0]) else []))
        ]
        for other in rows[1:]:
            pd.testing.assert_frame_equal(rows[0], other)


def test_each_scenario_runs_once(plan, base, table, monkeypatch):
    """The runs hold draws and table: with both, nothing is applied a second time."""
    applied, apply = [], ScenarioRun.apply
    monkeypatch.setattr(
        ScenarioRun,
        "apply",
        lambda run, scenario: (applied.append(scenario.name), apply(run, scenario)),
    )
    runs = run_scenarios(plan, NAMES, paths=base)
    pd.testing.assert_frame_equal(runs.compare(), table)
    expected = apply_scenario(base, plan, read_scenario(NAMES[0])).values
    np.testing.assert_array_equal(runs.paths[NAMES[0]].values, expected)
    assert applied == ["baseline", *NAMES, NAMES[0]]


def test_the_baseline_comes_first_listed_or_not(plan, base):
    """Once, as record, by name, or not mentioned at all."""
    for question in ([], [BASELINE], ["baseline"], [BASELINE, "baseline"]):
        result = compare(plan, question, paths=base)
        assert result["scenario"].unique().tolist() == ["baseline"]
        assert len(result) == (plan.targets["year"] <= 2025).sum()
    result = compare(plan, ["care_workers_stay", "baseline"], paths=base)
    assert result["scenario"].unique().tolist() == ["baseline", "care_workers_stay"]


def test_two_scenarios_of_one_name_are_refused(plan, base):
    """They could not be told apart; nor could another `baseline`."""
    with pytest.raises(ValueError, match="are named care_workers_stay"):
        compare(plan, ["care_workers_stay", "care_workers_stay"], paths=base)
    step = {"indicator": "all", "hold": {}}
    with pytest.raises(ValueError, match="are named baseline"):
        compare(plan, [Scenario(name="baseline", steps=[step])], paths=base)


def test_faults_of_a_scenario_are_reported(plan, base):
    """An unknown name is answered with the nearest, a fault in a step as when it is applied."""
    with pytest.raises(UnknownNameError, match="Did you mean 'care_workers_stay'"):
        compare(plan, ["care_workers_sty"], paths=base)
    wrong = Scenario(name="own", steps=[{"indicator": "eco_burial_shar", "hold": {}}])
    with pytest.raises(DataError, match="'eco_burial_share' is meant"):
        compare(plan, [wrong], paths=base)


def test_paths_may_be_made_on_the_way(plan, table):
    """Horizon, draws and seed give the same table as the paths made with them."""
    result = compare(plan, NAMES[:1], until=2025, draws=DRAWS, seed=2)
    expected = table[table["scenario"].isin(["baseline", NAMES[0]])].reset_index(drop=True)
    pd.testing.assert_frame_equal(result, expected)
    near = compare(plan, [], until=2023, draws=5)
    assert near["year"].max() <= 2023 < plan.targets["year"].max()


def test_targets_that_are_closed_do_not_change(plan, base):
    """As of the end of 2025 all is decided, and no scenario of that day changes it."""
    closed = fc.load_plan("xiaoshan", as_of="2025-12-31")
    step = {"indicator": "all", "shift": {"by": 1e6}}
    result = compare(closed, [Scenario(name="late", steps=[step])], until=2026, draws=20)
    counted = result["p_change"].dropna()
    assert len(counted) and (counted == 0).all()
    late = replace(plan, as_of="2024-12-31")
    result = compare(late, [Scenario(name="late", steps=[step])], paths=base)
    early = result[(result["scenario"] == "late") & (result["year"] <= 2024)]
    assert set(early["p_change"].dropna()) <= {0.0}
    later = result[(result["scenario"] == "late") & (result["year"] == 2025)]
    assert (later["p_change"].dropna() != 0).any()
