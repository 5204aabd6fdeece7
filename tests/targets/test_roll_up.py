"""Targets of a whole beside those of its parts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.targets.roll_up import roll_up
from index_tables import about, goals

REGIONS = pd.DataFrame(
    [("p", "province", ""), ("c1", "city", "p"), ("c2", "city", "p"), ("c3", "city", "p"),
     ("d1", "district", "c1"), ("d2", "district", "c1"), ("d3", "district", "c2")],
    columns=["region", "level", "parent"],
)  # fmt: skip


def plan_of(lishui, targets, regions=REGIONS, **changes):
    """Give a plan with these targets, all of the indicator x."""
    rows = [(region, "x", year, value, c) for region, year, value, c in targets]
    known = about("x", **{"kind": "count"} | changes)
    return replace(lishui, region="", targets=goals(*rows), indicators=known, regions=regions)


def rolled(lishui, *targets, **changes):
    """Roll up one plan's targets."""
    return roll_up(plan_of(lishui, targets, **changes))


def test_counts_of_parts_add_up(lishui):
    """Sum, what is left, and whether it is enough; unknown while a missing part could decide."""
    some = [("p", 2025, 100.0, "ge"), ("c1", 2025, 30.0, "eq"), ("c2", 2025, 45.0, "ge")]
    row = rolled(lishui, *some).iloc[0]
    assert row[["region", "parts", "of", "rule", "parts_value", "left"]].tolist() == [
        "p", 2, 3, "sum", 75.0, 25.0,
    ]  # fmt: skip
    assert pd.isna(row["enough"])
    for last, enough, left in ((24.0, False, 1.0), (25.0, True, 0.0), (26.0, True, 0.0)):
        row = rolled(lishui, *some, ("c3", 2025, last, "ge")).iloc[0]
        assert (row["enough"], row["left"], row["parts"]) == (enough, left, 3)
    row = rolled(lishui, *some, ("c2", 2025, 70.0, "ge")).iloc[0]
    # The more demanding of two; enough although c3 has none.
    assert (row["parts_value"], row["enough"], row["left"]) == (100.0, True, 0.0)
    strict = [("p", 2025, 75.0, "gt"), *some[1:], ("c3", 2025, 0.0, "ge")]
    assert not rolled(lishui, *strict).iloc[0]["enough"]


def test_a_sum_that_must_stay_below(lishui):
    """Where less is asked for, an excess is final, and a lack of parts leaves it open."""
    some = [("p", 2025, 50.0, "le"), ("c1", 2025, 30.0, "le"), ("c1", 2025, 40.0, "le")]
    row = rolled(lishui, *some).iloc[0]
    assert (row["parts_value"], row["left"]) == (30.0, 20.0) and pd.isna(row["enough"])
    row = rolled(lishui, *some, ("c2", 2025, 21.0, "le")).iloc[0]
    assert (row["enough"], row["left"]) == (False, 0.0)
    row = rolled(lishui, *some, ("c2", 2025, 11.0, "le"), ("c3", 2025, 9.0, "le")).iloc[0]
    assert (row["enough"], row["parts_value"]) == (True, 50.0)
    row = rolled(lishui, ("p", 2025, 5.0, "eq"), ("c1", 2025, 4.0, "le"), ("c1", 2025, 3.0, "ge"),
                 better="lower")  # fmt: skip
    assert row["parts_value"].tolist() == [4.0]


def test_shares_of_parts_are_averaged(lishui):
    """Unweighted mean; parts without a target leave it open, and `left` is what they would need."""
    some = [("p", 2025, 60.0, "ge"), ("c1", 2025, 50.0, "ge"), ("c2", 2025, 55.0, "ge")]
    for first in (some[1], ("c1", 2025, 90.0, "ge")):
        row = rolled(lishui, some[0], first, some[2], kind="share").iloc[0]
        assert pd.isna(row["enough"])
        assert row[["rule", "left"]].tolist() == ["mean", 180.0 - 55.0 - first[2]]
    row = rolled(lishui, *some, ("c3", 2025, 75.0, "ge"), kind="ratio").iloc[0]
    assert row[["rule", "parts_value", "enough"]].tolist() == ["mean", 60.0, True]
    assert np.isnan(row["left"])


@pytest.mark.parametrize(
    ("kind", "unit", "rule", "value"),
    [
        ("count", "site", "sum", 9.0), ("stock", "bed", "sum", 9.0),
        ("stock", "metre", "mean", 4.5), ("share", "percent", "mean", 4.5),
        ("ratio", "times", "mean", 4.5), ("amount", "yuan_10k", "sum", 9.0),
        ("amount", "yuan_per_year", "lowest", 3.0),
    ],
)  # fmt: skip
def test_the_rule_follows_kind_and_unit(lishui, kind, unit, rule, value):
    """Totals add up, levels are averaged, a standard is the lowest one."""
    row = rolled(lishui, ("p", 2025, 4.0, "ge"), ("c1", 2025, 3.0, "ge"), ("c2", 2025, 6.0, "ge"),
                 kind=kind, unit=unit).iloc[0]  # fmt: skip
    assert (row["rule"], row["parts_value"]) == (rule, value)
    if rule == "lowest":
        assert not row["enough"] and np.isnan(row["left"])
        row = rolled(lishui, ("p", 2025, 4.0, "le"), ("c1", 2025, 3.0, "le"),
                     ("c2", 2025, 6.0, "le"), kind=kind, unit=unit).iloc[0]  # fmt: skip
        assert (row["rule"], row["parts_value"], row["enough"]) == ("highest", 6.0, False)
        met = [("p", 2025, 4.0, "ge"), *((c, 2025, 5.0, "ge") for c in ("c1", "c2", "c3"))]
        # A third city without a target could have a lower standard.
        assert pd.isna(rolled(lishui, *met[:3], kind=kind, unit=unit).iloc[0]["enough"])
        assert rolled(lishui, *met, kind=kind, unit=unit).iloc[0]["enough"]


def test_parts_are_of_the_nearest_level_that_has_any(lishui):
    """Children where one has a target, else their children; never two levels in one sum."""
    deep = [("p", 2025, 9.0, "ge"), ("d1", 2025, 1.0, "ge"), ("d3", 2025, 2.0, "ge")]
    row = rolled(lishui, *deep).iloc[0]
    assert row[["parts", "of", "parts_value"]].tolist() == [2, 3, 3.0]
    both = rolled(lishui, *deep, ("c1", 2025, 5.0, "ge"))
    assert both[["region", "parts", "of", "parts_value"]].values.tolist() == [
        ["c1", 1, 2, 1.0], ["p", 1, 3, 5.0],
    ]  # fmt: skip
    # Other years, other directions and other regions are no parts.
    assert rolled(lishui, ("p", 2025, 9.0, "ge"), ("c1", 2024, 1.0, "ge")).empty
    assert rolled(lishui, ("p", 2025, 9.0, "ge"), ("c1", 2025, 1.0, "le")).empty
    assert rolled(lishui, ("d1", 2025, 9.0, "ge"), ("d3", 2025, 1.0, "ge")).empty


def test_circular_and_long_tables_of_regions_end(lishui):
    """Parents in a circle are followed once round; thousands of regions add no deeper level."""
    deep = [("p", 2025, 9.0, "ge"), ("d1", 2025, 1.0, "ge")]
    circle = REGIONS.assign(parent=["c1", *REGIONS["parent"][1:]])
    assert len(rolled(lishui, *deep, regions=circle)) == 1
    many = pd.DataFrame({"region": [f"t{i}" for i in range(3000)], "level": "town", "parent": "d1"})
    row = rolled(lishui, *deep[:1], ("t7", 2025, 1.0, "ge"), regions=pd.concat([REGIONS, many]))
    assert row[["parts", "of"]].values.tolist() == [[1, 3000]]


def test_targets_of_several_plans_are_put_together(lishui):
    """One row a target whatever the order of plans; a plan given twice counts once."""
    province = plan_of(lishui, [("p", 2025, 100.0, "ge"), ("p", 2023, 50.0, "ge")])
    city = plan_of(lishui, [("c1", 2025, 30.0, "ge"), ("c1", 2023, 20.0, "ge")])
    found = roll_up([province, city, city])
    assert found[["concept", "indicator", "year", "target", "parts_value"]].values.tolist() == [
        ["c", "x", 2023, 50.0, 20.0], ["c", "x", 2025, 100.0, 30.0],
    ]  # fmt: skip
    pd.testing.assert_frame_equal(found, roll_up([city, province, province]))
    pd.testing.assert_frame_equal(found, roll_up([province, city], "c"))
    assert list(found.columns) == [
        "concept", "indicator", "year", "region", "target", "comparator", "parts", "of", "rule",
        "parts_value", "enough", "left",
    ]  # fmt: skip
    with pytest.raises(fc.UnknownNameError, match="Unknown concept 'd'"):
        roll_up([province, city], "d")
    assert roll_up(city).empty and list(roll_up(city).columns) == list(found.columns)


def test_shipped_plans_roll_up():
    """The province's plan beside its cities' and, where no city has a target, its district's."""
    plans = [fc.load_plan(name) for name in ("zhejiang", "lishui", "shaoxing", "xiaoshan")]
    found = roll_up(plans).set_index(["indicator", "year"])
    burial = found.loc[("eco_burial_share", 2022)]
    assert burial[["target", "parts", "rule", "parts_value"]].tolist() == [60.0, 2, "mean", 62.5]
    assert pd.isna(burial["enough"]) and burial["of"] > 2
    halls = found.loc[("resident_reception_halls", 2025)]
    assert halls[["target", "parts", "rule", "parts_value", "left"]].tolist() == [
        500.0, 1, "sum", 30.0, 470.0,
    ]  # fmt: skip
