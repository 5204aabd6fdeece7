"""What other regions show."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import digamma

from forecast.model.peers import PeerSummary, summarise_peers
from twins import peers_twin

SAME_SUMS = 1e-9
"""The same numbers added up in another order, differences of sums included."""
GUARDED = 1e-7
"""The package divides by the level plus 1e-9."""
NAMES = tuple(PeerSummary.__dataclass_fields__)
N = np.nan


def see(z, t, group=None, *, breaks=None, relative=False):
    """Summarise; one group and no breaks where none are given."""
    z, t = np.asarray(z, float), np.asarray(t, float)
    group = np.zeros(len(z), np.int64) if group is None else np.asarray(group)
    breaks = np.zeros(z.shape, bool) if breaks is None else breaks
    return summarise_peers(z, t, breaks, group, relative=relative)


def panel(seed, *, series=14, figures=11, relative=False, ragged=True):
    """Draw regions of three indicators: gaps, breaks, mid-year figures, ends and lengths apart."""
    rng = np.random.default_rng(seed)
    t, z = np.full((2, series, figures), N)
    for i in range(series):
        n = rng.integers(1, figures + 1) if ragged else figures
        span = rng.choice([1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 5.0, 0.5], n) if ragged else np.ones(n)
        years = 2020.0 + (rng.integers(0, 4) if ragged else 0) - np.cumsum(span[::-1])[::-1]
        steps = 0.3 + np.where(rng.random(n) < 0.1, 20.0, 1.0) * rng.normal(size=n)
        z[i, -n:] = 5.0 * rng.normal() + np.cumsum(steps)
        t[i, -n:] = years
    if relative:
        z = np.exp(0.05 * z)
    breaks = (rng.random(z.shape) < 0.1) & ragged
    return z, t, breaks, rng.integers(0, 3, series)


def assert_seen(found, one, other=None, rows=None, tolerance=SAME_SUMS):
    """Two summaries, or a row and a twin's dictionary, are the same."""
    for name in NAMES:
        value = getattr(found, name)[one]
        expected = other[name] if isinstance(other, dict) else getattr(other, name)[rows]
        np.testing.assert_allclose(
            value, expected, rtol=tolerance, atol=tolerance, err_msg=f"{name} of {one}"
        )


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("ragged", [False, True])
@pytest.mark.parametrize("seed", [0, 1, 4, 5, 6, 7])
def test_summary_is_the_loop_twin(seed, ragged, relative):
    """Every number equals that of a loop over series, figures and years."""
    z, t, breaks, group = panel(seed, relative=relative, ragged=ragged)
    found = see(z, t, group, breaks=breaks, relative=relative)
    tolerance = GUARDED if relative else SAME_SUMS
    for i in range(len(z)):
        twin = peers_twin(i, z, t, breaks, group, relative=relative)
        assert_seen(found, i, twin, tolerance=tolerance)


def test_the_panels_show_everything():
    """The drawn panels have series whose every number is known, so that the twin tests them."""
    z, t, breaks, group = panel(1, ragged=False)
    found = see(z, t, group, breaks=breaks)
    assert np.isfinite(found.log_noise).any()
    for name in NAMES:
        assert np.count_nonzero(getattr(found, name)) > 3, name


def test_means_by_hand():
    """`recent` is the mean of 4 years, `lasting` that of 8, of the others."""
    t = np.tile(np.arange(2010.0, 2022.0), (2, 1))
    steps = np.array([100, 100, 100, 8, 7, 6, 5, 4, 3, 2, 1.0])
    z = np.array([[N] * 11 + [0.0], np.r_[0.0, np.cumsum(steps)]])
    found = see(z, np.where(np.isnan(z), N, t))
    assert (found.recent[0], found.lasting[0], found.count[0]) == (2.5, 4.5, 8.0)


def test_three_increments_are_the_fewest():
    """Two increments of siblings say nothing, three do."""
    t = [[2018.0, 2019.0, 2020.0, 2021.0]] * 2
    for known, expected in (([N, 1.0, 2.0, 3.0], 0.0), ([0.0, 1.0, 2.0, 3.0], 1.0)):
        found = see([[5.0, 5.0, 5.0, 5.0], known], np.where(np.isnan(known), N, t))
        assert found.recent[0] == found.lasting[0] == expected


def test_one_alone_sees_nothing():
    """Without siblings all is 0, and the noise unknown."""
    found = see([[1.0, 2.0, 4.0, 5.0]] * 2, [[2018.0, 2019.0, 2020.0, 2021.0]] * 2, [0, 1])
    for name in NAMES:
        expected = N if name == "log_noise" else 0.0
        np.testing.assert_array_equal(getattr(found, name), expected)


def test_an_increment_of_several_years_counts_in_each():
    """A pair of figures three years apart is three years of a third each."""
    found = see([[0.0, 1.0], [0.0, 6.0]], [[2020.0, 2021.0], [2018.0, 2021.0]])
    assert (found.count[0], found.recent[0]) == (3.0, 2.0)


def test_pairs_more_than_four_years_apart_tell_no_pace():
    """The longest gap that counts is four years."""
    found = see([[0.0, 1.0], [0.0, 8.0]], [[2020.0, 2021.0], [2017.0, 2021.0]])
    assert found.recent[0] == 2.0
    assert see([[0.0, 1.0], [0.0, 8.0]], [[2020.0, 2021.0], [2016.9, 2021.0]]).count[0] == 0.0


def test_mid_year_figures_count_for_the_year_they_end():
    """From mid-2019 to mid-2021 is a pace for 2021 and 2022, in which the later end lies."""
    z = [[0.0, 1.0], [0.0, 1.0], [0.0, 3.0]]
    seen = [see(z, [[y - 1.0, y], [y - 1.0, y], [2019.5, 2021.5]]).count[0] for y in
            (2019.0, 2020.0, 2021.0, 2022.0)]  # fmt: skip
    # The first two always see each other's one increment.
    assert seen == [1.0, 1.0, 2.0, 3.0]


def test_figures_of_one_year_make_no_increment():
    """Two figures within one calendar year tell no yearly pace."""
    assert see([[0.0, 1.0], [0.0, 1.0]], [[2020.0, 2021.0], [2020.6, 2021.4]]).count[0] == 0.0


def test_no_increment_across_a_break():
    """A change of definition is no growth."""
    z, t = np.array([[0.0, 1, 2, 3, 4]] * 2), np.array([[2017.0, 2018, 2019, 2020, 2021]] * 2)
    z[1, 2:] += 50.0
    breaks = np.zeros(z.shape, bool)
    breaks[1, 2] = True
    found = see(z, t, breaks=breaks)
    assert (found.count[0], found.recent[0]) == (3.0, 1.0)


def test_jumps_are_cut():
    """A jump counts as six robust deviations from the median: the quartiles' distance by 1.349."""
    steps = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 100.0]
    z = np.array([[N] * 7 + [0.0], np.r_[0.0, np.cumsum(steps)]])
    t = np.where(np.isnan(z), N, np.arange(2014.0, 2022.0))
    cut = 4.0 + 6.0 * (5.5 - 2.5) / 1.349
    assert see(z, t).lasting[0] == pytest.approx((21.0 + cut) / 7.0, rel=SAME_SUMS)


def test_relative_increments():
    """Relative to the level before them, equal growth rates are equal whatever the size."""
    z = np.array([1.0, 10.0, 1000.0])[:, None] * 1.05 ** np.arange(6.0)
    found = see(z, np.tile(np.arange(2016.0, 2022.0), (3, 1)), relative=True)
    np.testing.assert_allclose(found.recent, 0.05, rtol=1e-6)
    np.testing.assert_allclose(found.lasting, 0.05, rtol=1e-6)


def test_those_behind_catch_up():
    """Where low levels rise faster, a low series is told so in proportion, shrunk by 1.2."""
    t = np.tile(np.arange(2016.0, 2022.0), (6, 1))
    start = np.array([0.0, 2.0, 4.0, 6.0, 8.0, -3.0])
    z = start[:, None] + (1.0 - 0.1 * start)[:, None] * np.arange(6.0)
    found = see(z, t)
    level, rate = (z[:5, :-1]).ravel(), np.diff(z[:5], axis=1).ravel()
    slope = np.polyfit(level, rate, 1)[0] / 1.2
    assert slope < 0.0
    assert found.catching_up[5] == pytest.approx(slope * (z[5, -1] - level.mean()), rel=SAME_SUMS)


def test_catching_up_needs_twenty_increments():
    """Nineteen increments of siblings do not tell a slope, twenty do."""
    rng = np.random.default_rng(2)
    z, t = rng.normal(size=(5, 6)), np.tile(np.arange(2016.0, 2022.0), (5, 1))
    assert see(z, t).catching_up[0] != 0.0
    t[1, 0] = z[1, 0] = N
    assert see(z, t).count[0] == 19.0
    assert see(z, t).catching_up[0] == 0.0


def test_noise_is_the_mean_log_variance():
    """Each sibling counts alike, freed of the bias that its few increments have (Smyth 2004)."""
    spreads = np.array([1.0, 2.0, 5.0, 7.0])
    # Not one far from the median, so nothing is cut.
    z = np.cumsum(np.array([0.0, -1.0, 0.0, 1.0]) * spreads[:, None], axis=1)
    found = see(z, [[2018.0, 2019.0, 2020.0, 2021.0]] * 4)
    bias = digamma(1.0) - np.log(1.0)
    assert found.noise_count.tolist() == [3.0] * 4
    assert found.log_noise[0] == pytest.approx(np.log(spreads[1:] ** 2).mean() - bias)


def test_noise_needs_three_siblings():
    """Two siblings' noise is too little to go by."""
    z, t = np.random.default_rng(0).normal(size=(3, 6)), np.tile(np.arange(2016.0, 2022.0), (3, 1))
    found = see(z, t)
    assert np.isnan(found.log_noise).all()
    assert found.noise_count.tolist() == [2.0] * 3


def test_noise_of_a_straight_sibling_is_not_that_of_its_last_digit():
    """Increments that differ by rounding alone (interpolated figures) measure no noise."""
    noisy = np.cumsum(np.random.default_rng(5).normal(size=(4, 9)), axis=1)
    t = np.tile(np.arange(2013.0, 2022.0), (5, 1))
    straight = 0.1 * np.arange(9.0)
    assert 0.0 < np.ptp(np.diff(straight)) < 1e-15
    found = see(np.vstack([noisy, straight]), t)
    assert found.noise_count.tolist() == [3.0, 3.0, 3.0, 3.0, 4.0]
    assert (np.abs(found.log_noise) < 2.0).all()


def test_the_shock_is_what_a_year_does_to_all():
    """omega^2 is the variance of the siblings' yearly means over seven years."""
    common = np.array([1.0, -1.0, 2.0, 0.0, -2.0, 1.0, 3.0])
    z = np.column_stack([np.zeros(6), np.tile(np.cumsum(common), (6, 1))])
    found = see(z, np.tile(np.arange(2014.0, 2022.0), (6, 1)))
    np.testing.assert_allclose(found.shock, common.var(), rtol=SAME_SUMS)


@pytest.mark.parametrize("every", [2, 3, 5])
def test_siblings_that_mostly_stand_still_still_move(every):
    """A standard raised every few years has the pace of its raises, not none."""
    rng = np.random.default_rng(0)
    year = np.arange(2012, 2022)
    raised = (year + np.arange(6)[:, None]) % every == 0
    raises = np.where(raised, 0.1 + 0.01 * rng.normal(size=(6, 10)), 0.0)
    found = see(np.cumsum(raises, axis=1), np.tile(year, (6, 1)))
    assert (found.lasting > 0.5 * 0.1 / every).all()
    assert (found.log_noise > np.log(0.01**2)).all()


def test_own_figures_are_not_seen():
    """Whatever a series' own figures were, its siblings show the same."""
    rng = np.random.default_rng(4)
    z, t = np.cumsum(rng.normal(size=(9, 11)), axis=1), np.tile(np.arange(2011.0, 2022.0), (9, 1))
    group = np.arange(9) % 2
    before = see(z, t, group)
    for i in range(9):
        moved = z.copy()
        moved[i, :-1] = 1000.0 * rng.normal(size=10)
        assert_seen(see(moved, t, group), i, before, i, GUARDED)


def test_a_calm_series_does_not_cut_its_sibling():
    """A fast sibling of fewer figures than the series itself is no jump."""
    z = np.array([[0.0] * 9, [N] * 5 + [0.0, 5.0, 10.0, 15.0]])
    z[0] = 0.001 * np.array([0.0, 1, -1, 2, 0, 1, 3, 2, 1])
    t = np.where(np.isnan(z), N, np.arange(2013.0, 2022.0))
    assert see(z, t).lasting[0] == pytest.approx(5.0)


@pytest.mark.parametrize("relative", [False, True])
def test_later_figures_are_not_seen(relative):
    """What siblings did after a series' latest figure does not reach it."""
    z, t, breaks, group = panel(7, relative=relative, ragged=False)
    t = t - np.arange(len(z))[:, None] % 4
    before = see(z, t, group, breaks=breaks, relative=relative)
    for i in range(len(z)):
        wild = np.where(t > t[i, -1], np.random.default_rng(i).exponential(50.0, z.shape), z)
        after = see(wild, t, group, breaks=breaks, relative=relative)
        assert_seen(after, i, before, i)


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(0, 50))
def test_order_of_rows_does_not_matter(random, seed):
    """Series may come in any order, and groups and years count from anywhere."""
    z, t, breaks, group = panel(seed)
    rows = np.array(random.sample(range(len(z)), len(z)))
    before = see(z, t, group, breaks=breaks)
    after = see(z[rows], t[rows] + 100.0, np.array([2, 0, 1])[group[rows]], breaks=breaks[rows])
    assert_seen(after, slice(None), before, rows)


def test_groups_do_not_touch():
    """Indicators are apart: one alone gives the same as among others."""
    z, t, breaks, group = panel(3)
    whole = see(z, t, group, breaks=breaks)
    for number in range(3):
        rows = np.flatnonzero(group == number)
        alone = see(z[rows], t[rows], breaks=breaks[rows])
        assert_seen(alone, slice(None), whole, rows)


def test_an_empty_batch_and_input():
    """No series give no rows; the arrays given are the same afterwards."""
    none = see(np.empty((0, 2)), np.empty((0, 2)))
    assert all(len(value) == 0 for value in vars(none).values())
    z, t, breaks, group = panel(2)
    before = [a.copy() for a in (z, t, breaks, group)]
    see(z, t, group, breaks=breaks)
    for old, new in zip(before, (z, t, breaks, group), strict=True):
        np.testing.assert_array_equal(old, new)
