"""What figures show, and what that makes of a prior."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.model import links
from forecast.model.kalman import SlopeProcess
from forecast.model.peers import PeerSummary, summarise_peers
from forecast.model.posterior import SeriesPanel, compute_posterior, summarise_series
from forecast.model.priors import (
    DAMPED_PROCESSES,
    FADING_PROCESSES,
    NO_SLOPE,
    PERSISTENT_PROCESSES,
    LinkPrior,
)
from twins import Twin

SAME_ALGEBRA = 1e-8
"""Two ways to do the same linear algebra in double precision, sums and differences included."""
SAME_SUMS = 1e-11
"""The same numbers added up in another order."""
N = np.nan

PRIOR = LinkPrior(
    "log", 1.0, noise=0.06, noise_df=4.0, sibling_noise=0.6, recent=0.3, lasting=0.25,
    catching_up=0.5, direction=0.2, direction_fades=5.0, freedom=0.3, changing=-0.5,
    restless=-1.5, blurred=-2.0, siblings_evidence=1.7, own_evidence=0.4,
    spread=0.9, spread_growth=-0.1,
)  # fmt: skip


def build_panel(value, year=None, *, kind="amount", **columns):
    """Figures of one indicator, yearly up to 2021 where no years are given."""
    value = np.atleast_2d(np.asarray(value, float))
    rows, width = value.shape
    year = np.arange(2022.0 - width, 2022.0) if year is None else np.asarray(year, float)
    top, step = (100.0, 0.1) if kind == "share" else (np.inf, 0.0)
    whole = {
        "value": value,
        "year": np.where(np.isnan(value), N, year),
        "breaks": np.zeros(value.shape, bool),
        "group": np.zeros(rows, np.int64),
        "better": 1.0,
        "lower": 0.0,
        "upper": top,
        "resolution": step,
        "ratchet": False,
    } | columns
    one_each = {k: np.broadcast_to(v, rows) for k, v in whole.items() if np.ndim(v) < 2}
    return SeriesPanel(**(whole | one_each))


def silent(rows):
    """Siblings that show nothing."""
    none = np.zeros(rows)
    return PeerSummary(none, none, none, none, none + N, none, none)


def talking(rows, **said):
    """Siblings that show what is said and nothing else."""
    return replace(silent(rows), **{name: np.full(rows, float(v)) for name, v in said.items()})


def panel(seed=0):
    """Eight regions of two indicators: gaps, a break, a mid-year figure, ends and lengths apart."""
    rng = np.random.default_rng(seed)
    year = np.tile(np.arange(2015.0, 2022.0), (8, 1))
    value = np.exp(
        np.cumsum(0.05 + 0.04 * rng.normal(size=(8, 7)), axis=1) + rng.normal(size=8)[:, None]
    )
    value[1, :3], value[2, :6], value[6, :4] = N, N, N
    year[3, :4] -= 2.0
    year[4] += 0.5
    year[5] -= 1.0
    breaks = np.zeros(value.shape, bool)
    breaks[0, 4] = breaks[5, 6] = True
    group = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    better = np.array([1.0, 1, 1, 1, -1, -1, -1, -1])
    return build_panel(value, year, breaks=breaks, group=group, better=better)


def twin_of(batch, i, z, pace, freedom=0.0):
    """Twin of one series of a batch, its figures on the link scale."""
    return Twin(
        z[i],
        batch.year[i],
        batch.breaks[i],
        pace.variance_ratio,
        pace.autocorrelation,
        pace.measurement_share,
        freedom,
    )


# --- look ---


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_saturating_links_reach_beyond_the_bounds(link):
    """Floor and cap lie half a hundredth of the range outside, so that 0 and 100 % are finite."""
    shown = summarise_series(link, build_panel([0.0, 50.0, 100.0], kind="share"))
    assert (shown.floor[0], shown.cap[0]) == (-0.5, 100.5)
    assert np.isfinite(shown.filters[0].level).all()
    low = links.transform(link, 100.0, -0.5, 100.5)
    np.testing.assert_allclose(
        summarise_series(link, build_panel([100.0], kind="share")).filters[0].level, low
    )


def test_an_unknown_cap_is_a_multiple_of_the_top():
    """Without an upper bound the cap is the given multiple of the largest figure."""
    shown = summarise_series(
        "logit", build_panel([[20.0, 40.0, 30.0], [N, N, 0.0]]), FADING_PROCESSES, 1.6
    )
    np.testing.assert_allclose(shown.cap, [64.0 * 1.005, 1.6 * 1.005])
    np.testing.assert_allclose(shown.floor, [-64.0 * 0.005, -1.6 * 0.005])
    raised = summarise_series(
        "logit", build_panel([20.0, 40.0, 30.0], lower=10.0), FADING_PROCESSES, 1.6
    )
    assert (raised.floor[0], raised.cap[0]) == pytest.approx((10 - 0.24, 10 + 48 + 0.24))


@pytest.mark.parametrize(
    ("values", "columns", "unit"),
    [
        ([10.0, 20.0], {"kind": "share"}, 25.0),
        ([10.0, 20.0], {"upper": 60.0, "lower": 20.0}, 10.0),
        ([10.0, 20.0], {}, 20.0),
        ([10.0, -20.0], {"lower": -np.inf}, 20.0),
        ([10.0, 0.0], {}, 5.0),
        ([0.0, 0.0], {}, 1.0),
    ],
)
def test_identity_has_a_unit(values, columns, unit):
    """A linear path runs in quarters of a bounded range, else in sizes of the latest figure."""
    shown = summarise_series("identity", build_panel(values, **columns))
    assert shown.unit[0] == unit
    np.testing.assert_allclose(shown.filters[0].level, values[-1] / unit, atol=15.0 / unit)
    assert summarise_series("log", build_panel([10.0, 20.0])).unit[0] == 1.0


@pytest.mark.parametrize("link", links.LINKS)
def test_rounding_is_a_variance_on_the_link_scale(link):
    """A step u of the report is a uniform error, u^2 / 12 of variance, at the link's slope."""
    shown = summarise_series(link, build_panel([40.0, 60.0], kind="share"))
    ends = shown.floor[0], shown.cap[0]
    step = np.diff(links.transform(link, [59.95, 60.05], *ends))[0] / shown.unit[0]
    np.testing.assert_allclose(shown.rounding_variance, step**2 / 12.0, rtol=1e-5)


@pytest.mark.parametrize(
    ("values", "resolution", "first"),
    [
        ([0.0, 8.0], 1.0, 0.25),
        ([0.0, 8.0], 0.0, 0.008),
        ([-3.0, 8.0], 20.0, 2.0),
        ([0.0], 0.0, 1e-3),
    ],
)
def test_zeros_on_the_log_scale(values, resolution, first):
    """A zero is the middle of what rounds to it, else a thousandth of the largest figure."""
    batch = build_panel(values, resolution=resolution, lower=-np.inf)
    alone = summarise_series("log", replace(batch, value=batch.value[:, :1], year=batch.year[:, :1],
                                breaks=batch.breaks[:, :1]))  # fmt: skip
    shown = summarise_series("log", batch)
    z = np.log([first, *values[1:]])
    if len(values) > 1:
        twin = twin_of(batch, 0, z[None], FADING_PROCESSES[0])
        np.testing.assert_allclose(shown.filters[0].squares, twin.sums()[0], rtol=1e-9)
    else:
        np.testing.assert_allclose(alone.filters[0].level, z[0])


@pytest.mark.parametrize(
    "paces", [FADING_PROCESSES, PERSISTENT_PROCESSES, DAMPED_PROCESSES, NO_SLOPE]
)
@pytest.mark.parametrize("link", ["log", "identity", "logit"])
def test_every_series_is_filtered_with_its_own_years(link, paces):
    """Whatever pattern of years, gaps and breaks a series has, its sums are its twin's."""
    batch = panel()
    shown = summarise_series(link, batch, paces, 1.6)
    z = links.transform(link, batch.value, shown.floor[:, None], shown.cap[:, None])
    z = z / shown.unit[:, None]
    for i in range(8):
        for pace, found in zip(paces, shown.filters, strict=True):
            twin = twin_of(batch, i, z, pace)
            sums = found.squares[i], found.cross[i], found.information[i], found.log_determinant[i]
            np.testing.assert_allclose(sums, twin.sums(), rtol=1e-8, atol=1e-10)
            mean, _ = twin.state(0.0)
            np.testing.assert_allclose([found.level[i], found.slope[i]], mean[:2], atol=1e-9)


def test_increments_and_roughness():
    """Increments lie between figures of different times without a break; roughness is theirs."""
    batch = panel()
    shown = summarise_series("log", batch)
    for i in range(8):
        known = ~np.isnan(batch.value[i])
        z, t, breaks = np.log(batch.value[i, known]), batch.year[i, known], batch.breaks[i, known]
        d = [(z[j] - z[j - 1], t[j] - t[j - 1]) for j in range(1, len(z)) if not breaks[j]]
        assert shown.increments[i] == len(d)
        mean = sum(x for x, _ in d) / sum(s for _, s in d) if d else 0.0
        rough = sum((x - mean * s) ** 2 / s for x, s in d)
        np.testing.assert_allclose(shown.increment_ss[i], rough, rtol=SAME_SUMS, atol=1e-15)


def test_siblings_are_summed_up_on_the_link_scale():
    """Siblings are seen on the link scale; relative to their level where sizes are linear."""
    batch = panel()
    rest = (batch.year, batch.breaks, batch.group)
    share = replace(batch, upper=np.full(8, 100.0))
    for shown, z, relative in (
        (summarise_series("log", batch), np.log(batch.value), False),
        (summarise_series("identity", batch), batch.value, True),
        (summarise_series("identity", share), batch.value / 25.0, False),
    ):
        expected = summarise_peers(z, *rest, relative=relative)
        for name, value in vars(expected).items():
            np.testing.assert_allclose(getattr(shown.peers, name), value, rtol=1e-9, atol=1e-12)


def test_siblings_evidence_of_the_paces():
    """Each pace is judged by the siblings' likelihood an increment, as seven increments."""
    batch = panel()
    shown = summarise_series("log", batch)
    z = np.log(batch.value)
    for m, pace in enumerate(FADING_PROCESSES):
        logs, k = np.zeros(8), shown.increments
        for j in range(8):
            twin, a = twin_of(batch, j, z, pace), shown.peers.lasting[j]
            if k[j] >= 2:
                away = twin.d - a * twin.reach
                q = away @ np.linalg.inv(twin.cov) @ away
                # With the scale maximised out, sigma^2 = q / k.
                logs[j] = -0.5 * np.linalg.slogdet(twin.cov)[1] - 0.5 * k[j] * np.log(q / k[j])
        for i in range(8):
            others = [j for j in range(8) if batch.group[j] == batch.group[i] and j != i]
            others = [j for j in others if k[j] >= 2]
            expected = 7.0 * logs[others].sum() / k[others].sum()
            np.testing.assert_allclose(shown.peer_loglik[i, m], expected, rtol=1e-8)


def test_siblings_without_spread_or_increments_do_not_judge_paces():
    """Straight or short siblings say nothing, alone there is nothing to say."""
    straight = np.exp(0.05 * np.arange(6.0))
    value = np.array([straight, 3 * straight, [N, N, N, N, 2.0, 2.5]])
    assert not summarise_series("log", build_panel(value)).peer_loglik.any()
    assert not summarise_series("log", replace(panel(), group=np.arange(8))).peer_loglik.any()


# --- believe ---


def believed(shown, prior):
    """One series without siblings: weights, long pace and noise as plain numbers."""
    path = compute_posterior(shown, prior)
    return path.process_weight[0], path.long_run_slope[0], path.noise_variance[0]


def assert_believed(batch, shown, prior):
    """Every number of the posterior against conditioning level, pace and long pace jointly."""
    path = compute_posterior(shown, prior)
    z = links.transform(shown.link, batch.value, shown.floor[:, None], shown.cap[:, None])
    z = z / shown.unit[:, None]
    seen, nu = shown.peers, prior.noise_df
    odds = [0.0, prior.changing, prior.restless, prior.blurred]
    for i in range(len(z)):
        s2 = prior.noise**2
        if np.isfinite(seen.log_noise[i]):
            c = prior.sibling_noise * seen.noise_count[i] / (seen.noise_count[i] + 1.0)
            s2 = np.exp(c * seen.log_noise[i] + (1.0 - c) * np.log(s2))
        k = shown.increments[i]
        own = (nu * s2 + shown.increment_ss[i]) / max(nu + k - 1.0, 0.5) + shown.rounding_variance[
            i
        ]
        square = seen.lasting[i] ** 2
        sure = square / (square + 0.37 * seen.shock[i] / 8.0) if square else 0.0
        a = sure * (prior.recent * seen.recent[i] + prior.lasting * seen.lasting[i])
        a += prior.catching_up * seen.catching_up[i]
        a += prior.direction * batch.better[i] * np.sqrt(own) / (1.0 + k / prior.direction_fades)
        log_weights = []
        for m, pace in enumerate(shown.processes):
            twin = twin_of(batch, i, z, pace, prior.freedom)
            mean, cov = twin.state(a)
            away = twin.d - a * twin.reach
            q = away @ np.linalg.solve(twin.cov, away) if k else 0.0
            log_det = np.linalg.slogdet(twin.cov)[1] if k else 0.0
            row = {f.name: getattr(path, f.name)[i, m] for f in fields(path)[6:17]}
            p33, r1, r2 = row["long_run_variance"], row["level_response"], row["slope_response"]
            means = row["level"], row["slope"], row["long_run_slope"]
            close = {"rtol": SAME_ALGEBRA, "atol": SAME_ALGEBRA}
            np.testing.assert_allclose(means, mean, **close)
            joint = [
                [
                    row["level_variance"] + r1 * r1 * p33,
                    row["covariance"] + r1 * r2 * p33,
                    -r1 * p33,
                ],
                [
                    row["covariance"] + r1 * r2 * p33,
                    row["slope_variance"] + r2 * r2 * p33,
                    -r2 * p33,
                ],
                [-r1 * p33, -r2 * p33, p33],
            ]
            np.testing.assert_allclose(joint, cov, **close)
            np.testing.assert_allclose(row["noise_variance"], (nu * s2 + q) / (nu + k), **close)
            evidence = -0.5 * log_det - 0.5 * (nu + k) * np.log1p(q / (nu * s2))
            log_weights.append(
                odds[m]
                + prior.siblings_evidence * shown.peer_loglik[i, m]
                + prior.own_evidence * evidence
            )
        weights = np.exp(np.array(log_weights) - max(log_weights))
        np.testing.assert_allclose(path.process_weight[i], weights / weights.sum(), rtol=1e-6)
        np.testing.assert_allclose(path.noise_floor[i], 0.055 * s2, rtol=SAME_ALGEBRA)
        np.testing.assert_allclose(path.shock_variance[i], 0.135 * seen.shock[i], rtol=SAME_ALGEBRA)
        np.testing.assert_allclose(path.rounding_variance[i], shown.rounding_variance[i])


@pytest.mark.parametrize("paces", [FADING_PROCESSES, PERSISTENT_PROCESSES, NO_SLOPE])
@pytest.mark.parametrize("freedom", [0.0, 0.3, 20.0])
def test_posterior_is_the_joint_gaussian_twin(freedom, paces):
    """Long pace, level, own pace, noise and weights are those of conditioning all at once."""
    batch = panel()
    assert_believed(batch, summarise_series("log", batch, paces), replace(PRIOR, freedom=freedom))


@pytest.mark.parametrize("link", ["identity", "logit", "cloglog"])
def test_posterior_of_shares(link):
    """The same on bounded scales with rounded figures, for a falling indicator too."""
    rng = np.random.default_rng(1)
    value = np.round(100.0 / (1.0 + np.exp(-np.cumsum(rng.normal(0.3, 0.2, (5, 6)), axis=1))), 1)
    batch = build_panel(value, kind="share", better=np.array([1.0, -1.0, 1.0, 1.0, -1.0]))
    assert_believed(batch, summarise_series(link, batch), replace(PRIOR, noise=0.15))


@settings(max_examples=40)
@given(
    st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(-0.5, 0.5), st.floats(0.0, 0.1),
    st.floats(-12, 0), st.integers(3, 40), st.floats(1.0, 20.0),
)  # fmt: skip
def test_posterior_whatever_the_siblings(recent, lasting, catching, shock, noise, count, nu):
    """The same for drawn siblings."""
    batch = panel().take(np.array([0, 2, 4]))
    seen = talking(3, recent=recent, lasting=lasting, catching_up=catching, shock=shock + 1e-6,
                   log_noise=noise, noise_count=count)  # fmt: skip
    # sure is guarded by 1e-12, which only a pace of nothing feels.
    seen = replace(seen, lasting=np.where(np.abs(seen.lasting) < 1e-2, 0.0, seen.lasting))
    shown = replace(summarise_series("log", batch, FADING_PROCESSES[:2]), peers=seen)
    assert_believed(batch, shown, replace(PRIOR, noise_df=nu))


def test_prior_pace_by_hand():
    """Siblings, catching up and direction add up to the prior pace, which one figure keeps."""
    shown = summarise_series("log", build_panel([[50.0], [50.0]], better=np.array([1.0, -1.0])))
    seen = talking(2, recent=0.04, lasting=0.02, catching_up=-0.01, shock=0.0004 * 8 / 0.37)
    # sure = 0.0004 / (0.0004 + 0.0004) = 1/2; the noise 0.06^2 * 4 / 3.
    peers = 0.5 * (0.3 * 0.04 + 0.25 * 0.02) - 0.5 * 0.01
    direction = 0.2 * 0.06 * np.sqrt(4.0 / 3.0)
    path = compute_posterior(replace(shown, peers=seen), PRIOR)
    np.testing.assert_allclose(path.long_run_slope[0], peers + direction, rtol=1e-6)
    np.testing.assert_allclose(path.long_run_slope[1], peers - direction, rtol=1e-6)


def test_without_siblings_and_figures_it_is_the_direction_alone():
    """One figure alone is expected to move in the wanted direction, by its noise."""
    for better in (1.0, -1.0):
        batch = build_panel([50.0], better=better)
        _, pace, noise = believed(summarise_series("log", batch), replace(PRIOR, noise_df=1.2))
        # Fewer than half a degree of freedom is taken for half.
        np.testing.assert_allclose(pace, better * 0.2 * np.sqrt(1.2 * 0.06**2 / 0.5))
        np.testing.assert_allclose(noise, 0.06**2)
    still = compute_posterior(summarise_series("log", batch), replace(PRIOR, direction=0.0))
    assert not still.long_run_slope.any()


def test_the_direction_fades_with_figures_of_its_own():
    """After `direction_fades` increments half of the wish is left."""
    flat = summarise_series("log", build_panel(np.full(6, 50.0)))
    paces = [
        compute_posterior(flat, replace(PRIOR, freedom=0.0, direction_fades=fades)).long_run_slope[
            0, 0
        ]
        for fades in (5.0, 1e12, 0.0)
    ]
    assert paces[0] == pytest.approx(0.5 * paces[1])
    assert paces[2] == pytest.approx(0.0, abs=1e-9)


def test_siblings_noise_by_hand():
    """The prior noise is a geometric mean of the siblings' and the table's."""
    shown = summarise_series("log", build_panel([50.0]))
    seen = talking(1, log_noise=np.log(0.2**2), noise_count=4)
    c = 0.6 * 4.0 / 5.0
    noise = compute_posterior(replace(shown, peers=seen), PRIOR).noise_variance[0]
    np.testing.assert_allclose(np.sqrt(noise), 0.2**c * 0.06 ** (1 - c))


def test_noise_posterior_by_hand():
    """With the pace known, noise is (nu s^2 + sum of squares) / (nu + k), a conjugate update."""
    still = (SlopeProcess(0.0, 1.0, 1.0),)
    # Pure blur about a straight line: squares of the distances from the first figure.
    shown = summarise_series("log", build_panel(np.exp([0.0, 0.1, -0.1])), still)
    path = compute_posterior(shown, replace(PRIOR, direction=0.0, freedom=0.0))
    away, cov = np.array([0.1, -0.1]), np.array([[2.0, 1.0], [1.0, 2.0]])
    q = away @ np.linalg.solve(cov, away)
    np.testing.assert_allclose(path.noise_variance[0, 0], (4 * 0.06**2 + q) / 6.0)


@pytest.mark.parametrize("freedom", [0.3, 3.0])
def test_many_own_figures_leave_the_prior(freedom):
    """Thirty figures make the pace the series' own; a single one leaves it at the siblings'."""
    value = np.exp(0.1 * np.arange(30.0) + 0.01 * np.random.default_rng(0).normal(size=30))
    seen = talking(1, recent=-0.05, lasting=-0.05)
    prior = replace(PRIOR, recent=0.5, lasting=0.5, freedom=freedom)
    steps = []
    for n in (1, 3, 30):
        path = compute_posterior(
            replace(summarise_series("log", build_panel(value[:n])), peers=seen), prior
        )
        here = path.moments(np.array([[1e-6]]))[0] if n > 1 else path.level[0, 0]
        steps.append(float(np.squeeze(path.moments(np.array([[1.0]]))[0] - here)))
    assert steps[0] < -0.02 < steps[1] < steps[2]
    assert steps[2] > steps[0] + 0.8 * (0.1 - steps[0])


def test_own_evidence_prefers_the_pace_that_figures_show():
    """Wandering figures raise the weight of the restless pace, straight ones that of the steady."""
    rng = np.random.default_rng(4)
    restless = np.exp(np.cumsum(np.cumsum(rng.normal(0.0, 0.05, 20))))
    steady = np.exp(0.05 * np.arange(20.0) + 0.05 * np.cumsum(rng.normal(size=20)))
    prior = replace(PRIOR, own_evidence=1.0, direction=0.0, restless=0.0, changing=0.0, blurred=0.0)
    first, second = (
        believed(summarise_series("log", build_panel(v)), prior)[0] for v in (restless, steady)
    )
    assert first[2] > 5.0 * second[2]
    assert second[0] > 1.5 * first[0]


def test_siblings_evidence_moves_the_weights():
    """What siblings' figures look like under a pace multiplies its odds."""
    shown = summarise_series("log", build_panel([50.0]))
    judged = replace(shown, peer_loglik=np.array([[0.0, 1.0, 0.0, -1.0]]))
    odds = np.exp([0.0, -0.5 + 1.7, -1.5, -2.0 - 1.7])
    np.testing.assert_allclose(
        compute_posterior(judged, PRIOR).process_weight[0], odds / odds.sum()
    )


def test_rounding_alone_does_not_leave_a_series_without_noise():
    """Ten equal figures keep a spread: that of the prior noise and of the rounding."""
    for value in (50.0, 100.0, 0.0):
        for link in ("logit", "identity"):
            shown = summarise_series(link, build_panel(np.full((3, 10), value), kind="share"))
            path = compute_posterior(shown, PRIOR)
            _, scale = path.moments(np.array([[1.0]] * 3))
            assert (scale**2 > 2.0 * shown.rounding_variance[:, None]).all()
            assert (path.noise_variance > 0.06**2 * 4.0 / 14.0).all()
            assert (path.noise_floor == 0.055 * 0.06**2).all()


def test_coarser_reports_widen_the_forecast():
    """A report in whole per cents is less sure than one in tenths."""
    scales = []
    for step in (0.1, 1.0, 5.0):
        shown = summarise_series(
            "logit", build_panel([40.0, 45.0, 50.0], kind="share", resolution=step)
        )
        scales.append(compute_posterior(shown, PRIOR).moments(np.array([[1.0]]))[1][0, 0])
    assert scales[0] < scales[1] < scales[2]


@pytest.mark.parametrize("link", links.LINKS)
@pytest.mark.parametrize("kind", ["share", "amount"])
def test_values_at_bounds_stay_finite(link, kind):
    """Figures at 0, at 100, all equal, one or many: every number of the posterior is finite."""
    value = np.array(
        [
            [0.0, 0.0, 0.0, 0.0],
            [100.0, 100.0, 100.0, 100.0],
            [0.0, 100.0, 0.0, 100.0],
            [N, N, N, 0.0],
            [N, N, N, 100.0],
            [N, 99.9, 100.0, 100.0],
        ]
    )
    batch = build_panel(value, kind=kind)
    cap = None if kind == "share" else 1.6
    path = compute_posterior(summarise_series(link, batch, FADING_PROCESSES, cap), PRIOR)
    for name, numbers in vars(path).items():
        if isinstance(numbers, np.ndarray):
            assert np.isfinite(numbers).all(), name
    mean, scale = path.moments(np.array([[0.5, 1.0, 5.0, 30.0]] * 6))
    assert np.isfinite(mean).all()
    assert (np.isfinite(scale) & (scale > 0.0)).all()


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_figures_beyond_the_bounds_stand_at_them(link):
    """A completion rate of 103 % is read as the 100 % that it may be, not as infinity."""
    over, at = (build_panel([95.0, v, 99.0, v], kind="share") for v in (103.0, 100.0))
    one, other = (summarise_series(link, batch).filters[0].level for batch in (over, at))
    np.testing.assert_allclose(one, other)


def test_pace_weights_never_overflow():
    """However strong the evidence, the weights are finite and sum to one."""
    shown = summarise_series("log", build_panel([50.0, 55.0]))
    judged = replace(shown, peer_loglik=np.array([[-900.0, 900.0, 0.0, 0.0]]))
    np.testing.assert_allclose(
        compute_posterior(judged, PRIOR).process_weight, [[0.0, 1.0, 0.0, 0.0]]
    )


def test_scale_of_values_does_not_matter_to_log_and_identity():
    """Yuan or 10,000 yuan: pace, noise and weights are the same."""
    batch = panel()
    small = replace(batch, value=batch.value / 1e4)
    for link in ("log", "identity"):
        one, other = (compute_posterior(summarise_series(link, b), PRIOR) for b in (batch, small))
        for name in (
            "process_weight",
            "long_run_slope",
            "slope",
            "noise_variance",
            "long_run_variance",
        ):
            # Relative paces are guarded by 1e-9.
            np.testing.assert_allclose(
                getattr(other, name), getattr(one, name), rtol=1e-4, atol=1e-6
            )


# --- batch ---


def test_batch_takes_series_and_last_figures():
    """A batch gives some of its series, or the last figures of all."""
    batch = panel()
    some = batch.take(np.array([5, 1]))
    np.testing.assert_array_equal(some.value, batch.value[[5, 1]])
    np.testing.assert_array_equal(some.better, [-1.0, 1.0])
    short = batch.last(2)
    np.testing.assert_array_equal(short.year, batch.year[:, -2:])
    np.testing.assert_array_equal(short.breaks, batch.breaks[:, -2:])
    assert short.group is batch.group


@pytest.mark.parametrize("link", ["log", "identity"])
def test_order_of_series_does_not_matter(link):
    """Series in another order believe the same."""
    batch, rows = panel(), np.array([7, 3, 0, 5, 1, 6, 2, 4])
    one, other = (
        compute_posterior(summarise_series(link, b), PRIOR) for b in (batch, batch.take(rows))
    )
    for name, numbers in vars(one).items():
        if isinstance(numbers, np.ndarray):
            np.testing.assert_allclose(
                getattr(other, name), numbers[rows], rtol=1e-9, atol=1e-12, err_msg=name
            )


def test_input_is_untouched():
    """The batch given is the same afterwards."""
    batch, copy = panel(), panel()
    for link in links.LINKS:
        compute_posterior(summarise_series(link, batch, FADING_PROCESSES, 1.6), PRIOR)
    for name, numbers in vars(copy).items():
        np.testing.assert_array_equal(getattr(batch, name), numbers)
