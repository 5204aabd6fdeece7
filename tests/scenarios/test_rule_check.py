"""The plan's own rules under low, central and high paths."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.scenarios.declarations import Mechanism
from forecast.scenarios.rule_check import check_rules, hide_single_rules
from toy_plan import (
    LISHUI,
    NAMES,
    exactly,
    level,
    toy,
)


@pytest.fixture(scope="module")
def lishui():
    """Draws of Lishui."""
    return fc.project(LISHUI, draws=1500, seed=3)


def rules(*rows):
    """Rules of region a."""
    table = pd.DataFrame(rows, columns=["rule", "quantity", "formula"])
    return table.assign(region="a", source="s", locus="")


def link():
    """Tie the standard to consumption."""
    return {
        "link": Mechanism.model_validate(
            {
                "kind": "linked_standard", "indicator": "standard", "name_zh": "x", "name_en": "x",
                "inputs": {"consumption": "consumption"}, "constants": {"rounding": 0},
                "levers": {n: {**NAMES, "upper": 5} for n in ("share_points", "extra_raise")},
                "assumptions": {
                    "consumption": exactly(30_000.0), "consumption_growth": exactly(10.0),
                },
            }
        )
    }  # fmt: skip


def chain(**changes):
    """Standards with a target of 13,000 in 2024, and consumption drawn."""
    count = np.arange(101.0)
    consumption = 30_000.0 + np.column_stack([30.0 * count, 60.0 * count, 90.0 * count])
    values = {
        "standard": level(12_000.0 + 20.0 * count),
        "consumption": consumption,
        "poverty": level(16_000.0 + 30.0 * count),
    }
    return toy(
        values, latest=[29_000.0, 15_000.0, 10_000.0],
        targets=[("standard", 2024, 13_000.0, "ge")],
        rules=rules(
            ("floor", "poverty", "poverty >= max(0.5 * consumption[-1], 1.3 * standard)"),
            ("share", "standard", "standard == 0.41 * consumption[-1]"),
            ("line", "line", "line == 2 * standard"),
            ("nobody", "nobody", "nobody >= 3"),
            ("elsewhere", "standard", "standard == hangzhou.standard"),
        ),
        **changes,
    )  # fmt: skip


def test_rules_by_hand():
    """13,000 keeps 0.41 of last year's consumption on the low path and not on the high one."""
    plan, paths = chain()
    table = check_rules(paths, plan, mechanisms={}).set_index(["rule", "path"])
    # Consumption of 2023: 30,000 to 36,000 evenly, 5 % point 30,300.
    share = table.loc["share"]
    np.testing.assert_allclose(
        share["requirement"], [0.41 * c for c in (30_300.0, 33_000.0, 35_700.0)], rtol=1e-12
    )
    assert share["satisfied"].tolist() == [True, False, False]
    assert share["target"].tolist() == [13_000.0] * 3
    # 0.41 x c <= 13,000 up to draw 28.
    assert share["p_target"].tolist() == pytest.approx([29 / 101] * 3, rel=1e-12)
    own = np.arange(101)
    keeps = np.round(12_000 + 20 * own) >= np.ceil(0.41 * (30_000 + 60 * own) - 1e-6)
    assert share["p_forecast"].tolist() == pytest.approx([keeps.mean()] * 3, rel=1e-12)
    # 1.3 x 13,000 binds unless half the consumption is more, above 33,800.
    floor = table.loc["floor"]
    np.testing.assert_allclose(floor["requirement"], [16_900.0, 16_900.0, 17_850.0], rtol=1e-12)
    assert floor["satisfied"].isna().all() and floor["target"].isna().all()
    keeps = 16_000 + 30 * own >= np.maximum(0.5 * (30_000 + 60 * own), 16_900)
    assert floor["p_forecast"].tolist() == pytest.approx([keeps.mean()] * 3, rel=1e-12)
    assert floor["p_target"].isna().all()


def test_a_chance_is_as_strong_as_the_weakest_series_that_it_reads():
    """Of a target the rule's own names count, of a forecast those of both sides; targets do not."""
    plan, paths = chain()
    known = ["strong", "weak", "prior only"]  # consumption, poverty, standard
    fits = replace(paths.fits, series=paths.fits.series.assign(evidence=known))
    table = check_rules(replace(paths, fits=fits), plan, mechanisms={})
    rows = table[table["path"] == "central"].set_index("rule")
    found = rows[["target_evidence", "forecast_evidence"]].T
    assert found["share"].tolist() == ["strong", "prior only"]
    assert found["floor"].tolist() == ["strong", "weak"]
    assert found["line"].tolist() == ["none", "none"]
    shown = hide_single_rules(rows)
    assert shown["p_forecast"].isna().tolist() == [False, True, True, True]
    assert shown.loc["share", "p_target"] == rows.loc["share", "p_target"]


def test_rules_of_what_has_neither_target_nor_forecast():
    """Twice 13,000 is asked of a line without figures; what touches nothing has no row."""
    plan, paths = chain()
    table = check_rules(paths, plan, mechanisms={})
    line = table[table["rule"] == "line"]
    assert line["requirement"].tolist() == [26_000.0] * 3
    assert line[["target", "p_target", "p_forecast"]].isna().all(axis=None)
    assert "nobody" not in set(table["rule"])
    other = table[table["rule"] == "elsewhere"]
    assert other["lacking"].tolist() == ["hangzhou.standard"] * 3
    assert other["requirement"].isna().all() and other["satisfied"].isna().all()
    assert table[table["lacking"] == ""]["requirement"].notna().all()
    assert set(table["year"]) == {2024}
    assert list(table.columns) == [
        "rule", "region", "quantity", "formula", "year", "path", "requirement", "target",
        "satisfied", "p_target", "target_evidence", "p_forecast", "forecast_evidence", "lacking",
    ]  # fmt: skip


def test_a_standard_of_13000_under_a_linkage_share():
    """Rho is the share of the latest figure: 10,000 over 30,000 / 1.1; consumption grows 10 %.

    So 2024 asks for 10,000 x 1.1^3 = 13,310 and 13,000 is not enough; in 2023 12,100 is.
    """
    values = {"standard": level([13_400.0, 12_900.0])}
    goals = [("standard", 2023, 12_100.0, "ge"), ("standard", 2024, 13_000.0, "ge")]
    plan, paths = toy(
        values, latest=10_000.0, targets=goals,
        rules=rules(("share", "standard", "standard == rho * consumption[-1]")),
    )  # fmt: skip
    table = check_rules(paths, plan, mechanisms=link())
    np.testing.assert_allclose(table["requirement"], [12_100.0] * 3 + [13_310.0] * 3, rtol=1e-9)
    assert table["satisfied"].tolist() == [True] * 3 + [False] * 3
    assert table["p_target"].tolist() == [1.0] * 3 + [0.0] * 3
    assert table["p_forecast"].tolist() == [1.0] * 3 + [0.5] * 3
    # Nobody assumes a consumption: rho cannot be read off.
    nothing = check_rules(paths, plan, mechanisms={})
    assert set(nothing["lacking"]) == {"rho"}


@pytest.mark.parametrize(
    ("formula", "better", "satisfied"),
    [
        ("standard == 12999", "higher", True),
        ("standard == 12999", "lower", False),
        ("standard <= 12999", "higher", False),
        ("standard >= 13000", "higher", True),
        ("standard > 13000", "higher", False),
        ("standard < 13000.4", "higher", True),
        ("standard >= 13000.4", "higher", False),
        ("standard / consumption[-1] >= 0.4", "higher", False),
        ("2 * standard >= 26000", "higher", True),
        ("2 * standard > 26000", "higher", False),
    ],
)
def test_comparators_of_rules(formula, better, satisfied):
    """An equality asks for as much or as little as is better; all count reported values."""
    plan, paths = chain(better=better)
    plan = replace(plan, rules=rules(("one", "standard", formula)))
    table = check_rules(paths, plan, mechanisms={})
    assert table["satisfied"].tolist() == [satisfied] * 3


def test_a_rule_on_the_year_before_reads_that_years_target():
    """900 more than the target of 2023, 12,100, is the 13,000 of 2024."""
    goals = [("standard", 2023, 12_100.0, "ge"), ("standard", 2024, 13_000.0, "ge")]
    plan, paths = toy(
        {"standard": level([12_000.0, 14_000.0])}, latest=12_000.0, targets=goals,
        rules=rules(("step", "standard", "standard >= standard[-1] + 900")),
    )  # fmt: skip
    table = check_rules(paths, plan, mechanisms={}).set_index("year")
    assert table.loc[2024, "requirement"].tolist() == [13_000.0] * 3
    assert table.loc[2024, "satisfied"].all()
    # In 2023 it is the draws of 2022, 12,000 and 14,000.
    assert table.loc[2023, "requirement"].tolist() == [13_000.0, 13_900.0, 14_800.0]


def test_rules_of_the_shipped_plan(lishui):
    """Orphans: 0.7 of urban consumption, assumed, asks more than 25,000 on the high path only."""
    table = check_rules(lishui, LISHUI)
    own = table[table["rule"] == "orphan_institutional_floor"].set_index("path")
    assert own["target"].tolist() == [25_000.0] * 3
    assert own.loc["low", "satisfied"] and not own.loc["high", "satisfied"]
    assert 0.1 < own["p_target"].iloc[0] < 0.9
    poverty = table[table["rule"].eq("extreme_poverty_floor") & table["year"].eq(2025)]
    assert poverty["requirement"].min() == pytest.approx(1.3 * 13_000, rel=1e-9)
