"""All targets together."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import forecast as fc
from forecast.targets.attainment import EVENT_COLUMNS, draw_events
from forecast.targets.joint_answers import UNDECIDABLE, evaluate_targets, joint
from plain_priors import plain_priors

LAST = 2021


def about(**changes):
    """Describe the indicator x: a share in whole percent."""
    row = {"indicator": "x", "kind": "share", "lower": 0.0, "upper": 100.0, "better": "higher",
           "resolution": 1.0, "cumulative": False}  # fmt: skip
    return pd.DataFrame([row | changes])


def drawn(values, latest=50.0, **changes):
    """Paths whose draws are given: region -> (draws, years), the first year being next year."""
    regions = sorted(values)
    seen = pd.DataFrame({"region": regions, "indicator": "x", "year": float(LAST), "value": latest})
    fits = fc.fit(seen, about(**changes))
    drawn = np.stack([np.asarray(values[region], float) for region in regions])
    paths = fc.simulate(fits, until=LAST + drawn.shape[2], draws=drawn.shape[1])
    assert paths.values.shape == drawn.shape
    return replace(paths, values=drawn, baseline=None)


def goals(*rows, **columns):
    """Targets of x: region, year, value, comparator a row."""
    table = pd.DataFrame(rows, columns=["region", "year", "value", "comparator"])
    return table.assign(indicator="x", **columns)


def single(met):
    """Paths and targets of next year with these outcomes (targets, draws), a region each."""
    names = [f"r{i:02d}" for i in range(len(met))]
    paths = drawn(
        {name: np.where(row, 70.0, 20.0)[:, None] for name, row in zip(names, met, strict=True)}
    )
    return paths, goals(*[(name, LAST + 1, 60.0, "ge") for name in names])


# Outcomes.


def test_a_target_is_met_draw_by_draw_as_its_event_asks():
    """`reach` is the target year, `ever` any year to it, `maintain` all; a loop over the draws."""
    rng = np.random.default_rng(4)
    values = {"a": rng.uniform(50, 70, (40, 4)), "b": rng.uniform(50, 70, (40, 4))}
    paths = drawn(values)
    rows = [(r, LAST + h, 60.0, c) for r in "ab" for h in (1, 3) for c in ("ge", "le", "gt", "lt")]
    rows = [row for row in rows for _ in range(4)]
    asked = goals(*rows).assign(event=["reach", "ever", "maintain", ""] * (len(rows) // 4))
    found = evaluate_targets(paths, asked)
    assert found.counted.all() and found.met.shape == (64, 40)
    for row, (_, target) in enumerate(asked.iterrows()):
        for draw in range(40):
            years = np.round(values[target["region"]][draw, : target["year"] - LAST])
            comparator = {"ge": np.greater_equal, "le": np.less_equal,
                          "gt": np.greater, "lt": np.less}[target["comparator"]]  # fmt: skip
            met = comparator(years, 60.0)
            now = comparator(50.0, 60.0)
            event = {"ever": met.any() or now, "maintain": met.all()}
            assert found.met[row, draw] == event.get(target["event"], met[-1]), (row, draw)


def test_the_table_is_that_of_attainment():
    """Every column is attainment's own, to the last bit, beside the force of the targets."""
    plan = fc.load_plan("xiaoshan", as_of="2022-12-31")
    seen = pd.concat([plan.observations, plan.siblings])
    paths = fc.simulate(fc.fit(seen, plan.indicators), until=2025, draws=60, seed=5)
    paths = replace(paths, baseline=None)
    events = np.resize(["reach", "ever", "maintain", ""], len(plan.targets))
    force = np.resize(["binding", None, "expected"], len(plan.targets))
    targets = plan.targets.assign(event=events, force=force)
    found = evaluate_targets(replace(paths, scenario="more"), targets, as_of=plan.as_of)
    full = fc.attainment(replace(paths, scenario="more"), targets, as_of=plan.as_of)
    pd.testing.assert_frame_equal(found.table[EVENT_COLUMNS], full[EVENT_COLUMNS], check_exact=True)
    assert found.table["force"].tolist() == ["" if f is None else f for f in force]
    assert set(found.table["status"]) >= {"met", "reached", "too_early", "no_data", "not_yet_due"}
    # What is printed is the share of the draws, kept off the ends unless it is certain.
    share = pd.Series(found.met.mean(axis=1))
    p = found.table["p_reach"]
    sure = p.isin([0.0, 1.0])
    assert p[sure].eq(share[sure]).all()
    open_ = found.counted & ~sure
    assert p[open_].eq(share[open_].clip(0.01, 0.99)).all()
    assert not found.met[~found.counted].any()
    assert found.counted.tolist() == (~found.table["status"].isin(UNDECIDABLE)).tolist()


def test_what_has_happened_or_cannot_is_the_same_in_every_draw():
    """Met, missed, kept, impossible, met once, unknown: constant, and counted unless unknown."""
    values = {"a": np.full((6, 2), 40.0)}
    asked = goals(
        ("a", LAST, 50.0, "ge"), ("a", LAST, 51.0, "ge"), ("a", LAST + 1, 101.0, "ge"),
        ("a", LAST + 2, 50.0, "ge"), ("a", LAST + 2, 50.0, "ge"), ("b", LAST + 2, 50.0, "ge"),
        ("a", LAST - 1, 50.0, "ge"),
        event=["reach", "reach", "reach", "ever", "reach", "reach", "reach"],
    )  # fmt: skip
    found = evaluate_targets(drawn(values), asked)
    assert found.table["status"].tolist() == [
        "met", "missed", "unlikely", "reached", "reached", "no_data", "no_data",
    ]  # fmt: skip
    assert found.met.all(axis=1).tolist() == [True, False, False, True, False, False, False]
    assert found.met.any(axis=1).tolist() == found.met.all(axis=1).tolist()
    assert found.counted.tolist() == [True] * 5 + [False] * 2
    # A cumulative level that met the target keeps it, whatever a changed draw says.
    kept = evaluate_targets(drawn(values, kind="stock", upper=np.nan, cumulative=True), asked)
    assert kept.met[[3, 4]].all()
    passed = evaluate_targets(drawn(values, kind="stock", upper=np.nan, cumulative=True),
                      goals(("a", LAST + 1, 50.0, "ge"), ("a", LAST + 1, 60.0, "ge")),
                      as_of=f"{LAST + 1}-12-31")  # fmt: skip
    assert passed.table["status"].tolist() == ["exceeded", "not_yet_due"]
    assert passed.met.all(axis=1).tolist() == [True, False]
    assert passed.counted.tolist() == [True, False]


def test_series_that_start_later_are_followed_from_their_own_start():
    """Years before a series' first future year decide nothing, also beside an older series."""
    seen = pd.DataFrame({"region": ["a", "b"], "indicator": "x", "year": [2019.0, 2021.0],
                         "value": 50.0})  # fmt: skip
    paths = fc.simulate(fc.fit(seen, about()), until=2023, draws=3)
    values = np.full((2, 3, 4), 70.0)
    values[1, :, :2] = np.nan
    values[0, 0, 0], values[1, 1, 2] = 10.0, 10.0
    asked = goals(("a", 2023, 60.0, "ge"), ("b", 2023, 60.0, "ge"), event="maintain")
    found = draw_events(replace(paths, values=values), asked)[1]
    assert found.tolist() == [[False, True, True], [True, False, True]]


def test_outcomes_of_changed_paths_differ_only_where_the_change_does():
    """Draws are paired: what a change does not touch stays the same, draw by draw."""
    fits = fc.fit(
        pd.DataFrame({"region": list("ab"), "indicator": "x", "year": 2021.0, "value": 50.0}),
        about(),
    )
    paths = fc.simulate(fits, until=2023, draws=300, seed=3)
    raised = paths.values.copy()
    raised[0] += 2.0
    asked = goals(("a", 2023, 53.0, "ge"), ("b", 2023, 53.0, "ge"))
    before, after = (
        evaluate_targets(paths, asked),
        evaluate_targets(replace(paths, values=raised), asked),
    )
    assert (after.met[1] == before.met[1]).all()
    assert (after.met[0] >= before.met[0]).all() and (after.met[0] > before.met[0]).any()


# Joint answers.


def test_joint_answers_by_hand():
    """Three targets in four draws, counted on the fingers."""
    met = np.array([[1, 1, 0, 1], [1, 0, 0, 1], [1, 1, 1, 0]], bool)
    paths, targets = single(met)
    found = joint(paths, targets.assign(force=["binding", "", "binding"]))
    # Numbers met: 3, 2, 1, 2.
    assert (found.given, found.counted, found.binding) == (3, 3, 2)
    assert found.expected == 2.0
    assert found.mc_error == pytest.approx(np.sqrt(0.5 / 4), rel=1e-12)
    assert (found.low, found.high) == (1, 3)
    assert found.at_least["k"].tolist() == [0, 1, 2, 3]
    assert found.at_least["p"].tolist() == [1.0, 1.0, 0.75, 0.25]
    assert found.at_least["mc_error"].tolist() == pytest.approx(
        [0.0, 0.0, np.sqrt(0.1875 / 4), np.sqrt(0.1875 / 4)], rel=1e-12
    )
    # p = 3/4, 1/2, 3/4.
    assert (found.p_all, found.p_all_low, found.p_all_high) == (0.25, 0.0, 0.5)
    assert found.p_all_error == pytest.approx(np.sqrt(0.1875 / 4), rel=1e-12)
    assert found.p_all_independent == pytest.approx(9 / 32, rel=1e-12)
    assert (found.p_binding, found.p_binding_low, found.p_binding_high) == (0.5, 0.5, 0.75)
    assert found.p_binding_error == pytest.approx(0.25, rel=1e-12)
    assert found.p_binding_independent == pytest.approx(9 / 16, rel=1e-12)
    # Alone in the way: the second in draw 1, the third in draw 3, the first never.
    assert found.costs[["region", "lost"]].values.tolist() == [
        ["r01", 0.25], ["r02", 0.25], ["r00", 0.0],
    ]  # fmt: skip
    assert list(found.costs.columns) == ["region", "indicator", "year", "p_reach", "lost"]
    assert found.costs["p_reach"].tolist() == [0.5, 0.75, 0.75]


MATRICES = st.integers(1, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.booleans(), min_size=12, max_size=12), min_size=n, max_size=n
    )
)  # fmt: skip


@given(MATRICES, st.lists(st.booleans(), min_size=6, max_size=6))
def test_joint_answers_are_those_of_a_loop_over_draws(rows, marked):
    """Any outcomes: numbers, chances, bounds and costs as counted one draw at a time."""
    met = np.array(rows)
    n, draws = met.shape
    binding = np.array(marked[:n])
    paths, targets = single(met)
    found = joint(paths, targets.assign(force=np.where(binding, "binding", "expected")))
    number = [sum(bool(met[i, d]) for i in range(n)) for d in range(draws)]
    p = [sum(bool(m) for m in row) / draws for row in met]
    assert found.expected == pytest.approx(sum(p), rel=1e-12, abs=1e-12)
    assert found.expected == pytest.approx(found.at_least["p"][1:].sum(), rel=1e-12, abs=1e-12)
    for k, share in enumerate(found.at_least["p"]):
        assert share == sum(m >= k for m in number) / draws
    assert found.low == min(k for k in range(n + 1) if sum(m <= k for m in number) >= 0.05 * draws)
    assert found.high == min(k for k in range(n + 1) if sum(m <= k for m in number) >= 0.95 * draws)
    assert found.p_all == found.at_least["p"].iloc[-1]
    assert found.p_all_error == found.at_least["mc_error"].iloc[-1]
    for name, kept in (("all", np.ones(n, bool)), ("binding", binding)):
        low, middle, high, alone = (
            getattr(found, f"p_{name}{end}") for end in ("_low", "", "_high", "_independent")
        )
        if not kept.any():
            assert np.isnan([low, middle, high, alone]).all()
            continue
        chances = np.array(p)[kept]
        assert low - 1e-12 <= middle <= high
        assert low - 1e-12 <= alone <= high + 1e-12
        assert low == pytest.approx(max(0.0, chances.sum() - kept.sum() + 1), abs=1e-12)
        assert high == chances.min()
        assert alone == pytest.approx(np.prod(chances), abs=1e-12)
        assert middle == np.mean([met[kept, d].all() for d in range(draws)])
    lost = {
        f"r{i:02d}": sum(number[d] == n - 1 and not met[i, d] for d in range(draws)) / draws
        for i in range(n)
    }
    assert dict(zip(found.costs["region"], found.costs["lost"], strict=True)) == lost
    chance = dict(zip(targets["region"], p, strict=True))
    order = [(-lost[r], chance[r], r) for r in found.costs["region"]]
    assert all(one <= two for one, two in pairwise(order))
    # Without the costliest all others are met that much oftener.
    first = int(found.costs["region"].iloc[0][1:])
    without = np.delete(met, first, axis=0).all(axis=0).mean()
    assert found.costs["lost"].iloc[0] == pytest.approx(without - found.p_all, abs=1e-12)


def test_the_order_of_targets_changes_nothing():
    """Targets in any order give the same joint answers."""
    met = np.random.default_rng(2).random((5, 50)) < 0.8
    paths, targets = single(met)
    one, two = joint(paths, targets), joint(paths, targets.iloc[[3, 0, 4, 1, 2]])
    pd.testing.assert_frame_equal(one.costs, two.costs)
    pd.testing.assert_frame_equal(one.at_least, two.at_least)
    assert (one.expected, one.low, one.high, one.p_all) == (
        two.expected, two.low, two.high, two.p_all,
    )  # fmt: skip


def test_only_what_can_be_said_is_counted():
    """Unknown targets are given and not counted; known ones count as they turned out."""
    met = np.array([[True, False, True, True]])
    paths, targets = single(met)
    more = goals(("r00", LAST, 50.0, "ge"), ("r00", LAST, 55.0, "ge"), ("zz", LAST + 1, 1.0, "ge"))
    found = joint(paths, pd.concat([targets, more]))
    assert (found.given, found.counted, found.expected) == (4, 3, 1.75)
    assert (found.p_all, found.binding) == (0.0, 0)
    assert np.isnan(found.p_binding)
    nothing = joint(paths, more.iloc[2:])
    assert (nothing.given, nothing.counted, nothing.expected, nothing.mc_error) == (1, 0, 0.0, 0.0)
    assert (nothing.low, nothing.high) == (0, 0)
    assert nothing.at_least[["k", "p"]].values.tolist() == [[0, 1.0]]
    assert np.isnan([nothing.p_all, nothing.p_all_error, nothing.p_all_low, nothing.p_all_high,
                     nothing.p_all_independent]).all()  # fmt: skip
    assert len(nothing.costs) == 0
    late = targets.assign(year=LAST + 9)
    with pytest.raises(ValueError, match=f"Simulate until {LAST + 9}"):
        joint(paths, late)
    with pytest.raises(fc.DataError, match="comparator"):
        evaluate_targets(paths, targets.assign(comparator="above"))


# Is the number met as uncertain as it says?

NOISE = 0.03
WORLDS, REGIONS, KNOWN, AHEAD, SHARED = 120, 25, 6, 3, 0.4


def test_how_many_regions_is_covered_by_shared_draws_and_not_by_independent_ones():
    """In panels with a shared yearly shock 80 % intervals of the number met hold their share.

    Random walks of 3 % a year, 40 % of the variance shared; the same draws shuffled apart cover
    far less. Whole numbers make an interval cover a little more than it says.
    """
    rng = np.random.default_rng(11)
    size = (WORLDS, REGIONS, KNOWN + AHEAD)
    own, common = rng.standard_normal(size), rng.standard_normal((WORLDS, 1, size[2]))
    steps = NOISE * (np.sqrt(SHARED) * common + np.sqrt(1.0 - SHARED) * own)
    levels = 100.0 * np.exp(np.cumsum(steps, axis=2))
    world, region, step = (i.ravel() for i in np.indices((WORLDS, REGIONS, KNOWN)))
    names = np.array([f"x{i:03d}" for i in range(WORLDS)])
    seen = pd.DataFrame({
        "region": [f"r{i:02d}" for i in region], "indicator": names[world],
        "year": LAST + 1 - KNOWN + step, "value": levels[:, :, :KNOWN].ravel(),
    })  # fmt: skip
    known = about(kind="amount", upper=np.nan, resolution=0.01).drop(columns="indicator")
    believed = plain_priors(
        df=60.0, noise=NOISE, noise_df_alone=200.0, noise_df=200.0, shared=SHARED
    )
    fits = fc.fit(seen, known.merge(pd.DataFrame({"indicator": names}), how="cross"), "no_change",
                  priors=believed)  # fmt: skip
    paths = fc.simulate(fits, until=LAST + AHEAD, draws=500, seed=0)
    goal = 1.01 * np.median(levels[:, :, KNOWN - 1], axis=1)
    targets = fits.series[["region", "indicator"]].assign(year=LAST + AHEAD, comparator="ge")
    targets["value"] = targets["indicator"].map(dict(zip(names, goal, strict=True)))
    met = evaluate_targets(paths, targets).met
    reached = (levels[:, :, -1] >= goal[:, None]).sum(axis=1)
    covered = {}
    for name, draws in (("shared", met), ("independent", rng.permuted(met, axis=1))):
        number = np.zeros((WORLDS, draws.shape[1]))
        np.add.at(number, pd.Index(names).get_indexer(targets["indicator"]), draws)
        low, high = np.quantile(number, [0.1, 0.9], axis=1, method="inverted_cdf")
        covered[name] = ((low <= reached) & (reached <= high)).mean()
    assert 0.76 < covered["shared"] < 0.92
    assert covered["independent"] < 0.62
