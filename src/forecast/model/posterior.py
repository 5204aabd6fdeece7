"""Weights of the candidate paces: a Bayesian regression on replays of the past, in closed form.

On a link scale z = g(y) the forecast of a series h years after its latest value is

    z_h = z_0 + sum_c w_c m_c(h) x_c,       m_c(h) = (1 - phi_c^h) / (1 - phi_c)

with x_c the candidate paces (`paces.CANDIDATES`), m_c their course and w the weights of the
indicator, the same for all its regions. Every value at hand is an outcome of those before it: all
origins are replayed, the horizons `REPLAYED` ahead, and

    z_(t+h) - z_t = sum_c w_c m_c(h) x_c(t) + e,   Var e = s_i^2 v(h),  v(h) = spread^2 h^(2 growth)

is a linear regression with prior w ~ N(w0, V): the posterior N(w, S) is closed form (Raiffa and
Schlaifer 1961). The errors of one origin share a shock, so that ninety regions over three years are
hardly more than three years of evidence of what moves them all, but ninety regions of what tells
them apart. The prior is a mixture: learned domains with a covariance V, and fixed weights, a plain
drift and no change; each is weighed by the likelihood of the replays. Where nothing can be replayed
the learned priors decide. Squared errors of the replays over the expected ones are F(h) in

    s_i^2 F(h) v(h) + m'x' S x m + floor s_g^2 h + rounding,

the variance of a Student-t. The noise s_i^2 is that of the series' steps, shrunk to its peers'
(Smyth 2004, doi 10.2202/1544-6115.1027).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import polygamma

from .arrays import BoolArray, FloatArray
from .paces import CANDIDATES, JUMP, ONSET, SIZE, PaceGrid, sum_groups
from .predictive import LONGEST_REPLAY, LinkPredictive, course
from .priors import LinkPrior, Prior

__all__ = [
    "FIXED", "REPLAYED", "SIZE_YEARS", "STEP_RATIO", "Replays", "compute_posterior",
    "estimate_noise", "learn_weights",
]  # fmt: skip

REPLAYED = (1, LONGEST_REPLAY)
"""Years ahead that are replayed."""
ORIGINS = 8
"""Origins replayed, the last ones."""
FIXED = np.array([[float(c in ("peers", "own", "own_rest")) for c in CANDIDATES], [0.0] * SIZE])
"""Fixed weights: a plain drift, and no change."""
LEAST_FREEDOM = 0.1
"""Least estimated variance of the regions' own paces, of its prior."""
LARGEST_ERROR = 50.0
"""Largest F: beyond it a jump of one calm series would widen all others beyond measure."""
OWN = CANDIDATES.index("own")
STEADY, LINE, STEADY_PEERS = 2.0, 0.2, 3.0
"""Pace of a series, in standard deviations of its steps, from which the odds of a plain drift rise
with its square, what the alternation of its steps adds to their logarithm, and the peers at which
both count half. Chosen on the learned parts of both panels and on made worlds."""
STEADIEST = 1e6
"""Largest squared pace over the variance of the steps."""
SIZE_YEARS, STEP_RATIO = 1.0, 1.5
"""Steps that the typical squared step counts as beside a series' own, and its size over the noise
variance where there are no peers. Chosen on the learned parts of both panels."""
LEAST_SIZE = 1e-6
"""Least squared step over the typical one."""
DF_GRID = np.geomspace(0.7, 60.0, 200)
DF_SPREAD = polygamma(1, DF_GRID / 2.0)
"""Variance of the log of true noise variances with so many degrees of freedom: trigamma(nu / 2)."""


@dataclass(frozen=True)
class Replays:
    """Sums over the replays of one horizon, a row a group.

    X'PX, X'Pr, r'Pr of features X, errors r and their precisions P, the count of the replays, and
    what a shared shock of each origin takes from the first two.
    """

    gram: FloatArray
    cross: FloatArray
    squares: FloatArray
    count: FloatArray
    gram_shock: FloatArray
    cross_shock: FloatArray


def compute_posterior(
    grid: PaceGrid, prior: Prior, link: LinkPrior, weight: FloatArray
) -> tuple[LinkPredictive, FloatArray]:
    """Compute the predictive of every series of a grid; `weight` (series,) is the link's.

    Also returns what the weights forecast one year after the replayed origins, in the indicator's
    unit: (series, origins), NaN where there is nothing to replay; no column without `link_trust`.
    """
    noise, typical = estimate_noise(grid, prior, link)
    peers = np.minimum.reduceat(grid.peers, grid.starts)
    known = peers / (peers + prior.half_peers)
    freedom = _estimate_freedom(grid, prior, noise, known)
    x = grid.x * _reliability(grid, prior, noise, freedom)
    weights, covariance, log_error = learn_weights(grid, prior, link, x, noise, known)
    rows, g = np.arange(len(noise)), grid.group
    log_error = log_error[g]
    if link.link != "identity":  # beyond an onset's size the surprise of a year is none
        most = 2.0 * np.log(ONSET / link.spread) - np.log(noise)
        log_error = np.minimum(log_error, most[:, None])
    now = x[rows, grid.last]
    spread = prior.weight_spread * covariance[g] * (now[:, :, None] * now[:, None, :])
    years = grid.own_years[rows, grid.last] * freedom[g]
    own_share = np.clip(weights[g, OWN], 0.0, 1.0) * years / (1.0 + years)
    predictive = LinkPredictive(
        grid.scale.link, grid.scale.unit, grid.scale.floor, grid.scale.cap, weight, grid.level,
        weights[g] * now, spread.reshape(len(noise), -1), noise, log_error,
        prior.noise_floor * typical, grid.level_variance + grid.doubt * noise,
        grid.rounding_variance, own_share, prior.fading, prior.spread_growth, link.spread,
    )  # fmt: skip
    if not prior.link_trust:
        return predictive, np.zeros((len(noise), 0))
    here, _, on = _list_replays(grid, link, 1)
    ahead = np.where(on, grid.z[:, here] + _times(x[:, here], weights[g]), np.nan)
    return predictive, grid.scale.from_link(ahead)


def estimate_noise(grid: PaceGrid, prior: Prior, link: LinkPrior) -> tuple[FloatArray, FloatArray]:
    """Compute the noise variance of each series, and what is typical of it: (series,) each.

    s_i^2 = (nu s_g^2 + q) / (nu + k - 1), q the squared steps about their own mean. What moves more
    is noisier: s_g^2 is that of the kind times a power of the group's squared steps over the
    kind's, or the peers', times a power of the own squared steps over the group's. nu is the
    group's, from how far its series' noise lies apart.
    """
    known = grid.peers / (grid.peers + prior.half_peers)
    moved = (sum_groups(grid.step_square, grid.starts) > 0.0)[grid.group]
    usual = np.maximum(np.where(moved, grid.typical_step**2, 0.0), np.finfo(float).tiny)
    expected, steps = STEP_RATIO * link.noise**2, grid.increments + grid.peer_steps
    size = (usual / expected * steps + SIZE_YEARS) / (steps + SIZE_YEARS)
    base = 2.0 * np.log(link.noise) + prior.noise_size_group * np.log(np.maximum(size, LEAST_SIZE))
    share = prior.peer_noise * grid.peer_noise_count / (grid.peer_noise_count + 1.0)
    heard = np.where(np.isfinite(grid.peer_log_noise), grid.peer_log_noise, base)
    size = (grid.step_square / usual + SIZE_YEARS) / (grid.increments + SIZE_YEARS)
    log_size = prior.noise_size * known * np.log(np.maximum(size, LEAST_SIZE))
    typical = np.exp(base + share * (heard - base) + log_size)
    df = _estimate_noise_df(grid, prior, log_size)[grid.group]
    nu = prior.noise_df_alone + (df - prior.noise_df_alone) * known
    left = np.maximum(nu + grid.increments - 1.0, 0.5)
    return (nu * typical + grid.increment_ss) / left + grid.rounding_variance, typical


def _estimate_noise_df(grid: PaceGrid, prior: Prior, log_size: FloatArray) -> FloatArray:
    """Degrees of freedom nu of the groups' noise, by moments (Smyth 2004), shrunk to the prior.

    The log variance of k steps has the variance trigamma((k - 1) / 2) about the true one, and that
    of true ones trigamma(nu / 2).
    """
    good = ~np.isnan(grid.log_noise)
    away = np.where(good, grid.log_noise - log_size, 0.0)
    count = sum_groups(good * 1.0, grid.starts)
    away = (away - (sum_groups(away, grid.starts) / np.maximum(count, 1.0))[grid.group]) * good
    chance = good * np.interp(grid.increments - 1.0, DF_GRID, DF_SPREAD)
    known = np.maximum(count - 1.0, 0.0)
    sampled = sum_groups(chance, grid.starts) * known / np.maximum(count, 1.0)
    beyond = np.maximum(sum_groups(away * away, grid.starts) - sampled, 0.0)
    expected = np.interp(prior.noise_df, DF_GRID, DF_SPREAD)
    spread = (beyond + prior.noise_df_series * expected) / (known + prior.noise_df_series)
    df: FloatArray = np.interp(spread, DF_SPREAD[::-1], DF_GRID[::-1])
    return df


def _estimate_freedom(
    grid: PaceGrid, prior: Prior, noise: FloatArray, known: FloatArray
) -> FloatArray:
    """Variance lambda of the regions' own paces per noise variance, by moments: (groups,).

    K e^2 / s^2 is 1 + K lambda on average, of a mean pace e over K years; shrunk to the prior.
    """
    rows = np.arange(len(noise))
    years, pace = grid.own_years[rows, grid.last], grid.x[rows, grid.last, OWN]
    beyond = np.where(years > 0, np.minimum(years * pace**2 / noise, 50.0) - 1.0, 0.0)
    freedom = prior.freedom**known * prior.freedom_alone ** (1.0 - known)
    total = freedom * prior.freedom_years + sum_groups(beyond, grid.starts)
    count = prior.freedom_years + sum_groups(years, grid.starts)
    return np.maximum(total / count, LEAST_FREEDOM * freedom)


def _reliability(
    grid: PaceGrid, prior: Prior, noise: FloatArray, freedom: FloatArray
) -> FloatArray:
    """Factor of each candidate for how well it is known: (series, years, candidates).

    K lambda / (1 + K lambda) of an own pace over K years, K / (K + peer_years) of the peers';
    the direction is in units of the noise and fades with own years.
    """
    out = np.empty_like(grid.x)
    known = grid.own_years * freedom[grid.group][:, None]
    known = known / (1.0 + known)
    out[..., 0] = out[..., 1] = grid.peer_years / (grid.peer_years + prior.peer_years)
    out[..., 2] = out[..., 3] = known
    out[..., 4] = 1.0
    out[..., 5] = np.sqrt(noise)[:, None] / (1.0 + grid.own_years / prior.direction_fades)
    out[..., 6] = 1.0 - known
    return out


def learn_weights(
    grid: PaceGrid, prior: Prior, link: LinkPrior, x: FloatArray, noise: FloatArray,
    known: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Compute weights (groups, c), their covariance (groups, c, c) and log F (groups, 2).

    With a, b the sums of the replays about a centre m_0, a part of mean m_0 + o and
    covariance V has the posterior mean m_0 + o + S (b - a o), S = (1/V + a)^-1, and the log
    likelihood (up to what all share) o'b - o'a o / 2 + (b - a o)' S (b - a o) / 2
    + log(|S| / |V|) / 2; a part of fixed weights has the first two terms alone.
    """
    means = [
        known[:, None] * many + (1.0 - known[:, None]) * none
        for many, none in zip(prior.domains, prior.domains_alone, strict=True)
    ]
    parts = [*means, *(np.broadcast_to(w, means[0].shape) for w in FIXED)]
    centre: FloatArray = np.mean(means, axis=0)
    replays = [_replay(grid, prior, link, x, noise, centre, h) for h in REPLAYED]
    a = prior.evidence * np.sum([r.gram - r.gram_shock for r in replays], axis=0)
    b = prior.evidence * np.sum([r.cross - r.cross_shock for r in replays], axis=0)
    covariance = np.linalg.inv(np.diag(1.0 / prior.variance) + a)
    gain = 0.5 * (np.linalg.slogdet(covariance)[1] - np.log(prior.variance).sum())
    with np.errstate(divide="ignore"):
        log_share = np.log(prior.share)  # -inf switches a part off
    shifts, odds = [], []
    for number, (mean, share) in enumerate(zip(parts, log_share, strict=True)):
        shift = mean - centre
        pull = b - _times(a, shift)
        likelihood = 0.5 * (shift * (b + pull)).sum(axis=1)
        if number < len(means):
            step = _times(covariance, pull)
            likelihood, shift = likelihood + 0.5 * (pull * step).sum(axis=1), shift + step
        odds.append(prior.trust * likelihood + share + gain * (number < len(means)))
        if number == len(means):
            peers = np.minimum.reduceat(grid.peers, grid.starts)
            odds[-1] += STEADY_PEERS / (STEADY_PEERS + peers) * _measure_steadiness(grid)
        shifts.append(shift)
    chance = np.exp(np.array(odds) - np.max(odds, axis=0))
    chance /= chance.sum(axis=0)
    mean_shift = sum(c[:, None] * s for c, s in zip(chance, shifts, strict=True))
    covariance = covariance * chance[: len(means)].sum(axis=0)[:, None, None]
    for c, shift in zip(chance, shifts, strict=True):
        apart = shift - mean_shift
        covariance = covariance + c[:, None, None] * (apart[:, :, None] * apart[:, None, :])
    return centre + mean_shift, covariance, _compare_errors(prior, replays, mean_shift)


def _measure_steadiness(grid: PaceGrid) -> FloatArray:
    """Log factor of the odds of a plain drift: (groups,); 0 with fewer than two steps.

    It rises with the pace over the variance of the steps, and where values scatter about a line.
    """
    rows, k = np.arange(len(grid.increments)), grid.increments
    pace = np.where(k >= 2, grid.x[rows, grid.last, OWN] ** 2, 0.0)
    spread = grid.increment_ss / np.maximum(k - 1.0, 1.0) + 2.0 * grid.rounding_variance
    # Equal steps differ in their last digits by more or less, as the unit has it.
    spread = np.maximum(spread, pace / STEADIEST)
    spread = np.where(spread > 0.0, spread, 1.0)
    log = np.log1p(pace / spread / STEADY**2)
    log += LINE * np.where(k >= 2, grid.alternation, 0.0) / spread
    return sum_groups(log, grid.starts) / sum_groups(np.ones(len(k)), grid.starts)


def _compare_errors(prior: Prior, replays: list[Replays], shift: FloatArray) -> FloatArray:
    """Log F of each replayed horizon: squared errors under the weights over the expected ones."""
    found, base, weight = [], np.ones(len(shift)), prior.error_prior
    for r in replays:
        left = r.squares - 2.0 * (shift * r.cross).sum(axis=1)
        left = np.maximum(left + (shift * _times(r.gram, shift)).sum(axis=1), 0.0)
        total = weight * base + prior.error_weight * left
        base = np.minimum(total / (weight + prior.error_weight * r.count), LARGEST_ERROR)
        found.append(np.log(base))
        weight = prior.error_prior_long
    return np.stack(found, axis=1)


def _replay(
    grid: PaceGrid, prior: Prior, link: LinkPrior, x: FloatArray, noise: FloatArray,
    mean: FloatArray, h: int,
) -> Replays:  # fmt: skip
    """Replay all origins with an outcome `h` years later; errors are those of weights `mean`."""
    starts = grid.starts
    here, moved, on = _list_replays(grid, link, h)
    features = x[:, here] * course(np.array(float(h)), prior.fading)
    variance = noise * link.spread**2 * h ** (2.0 * prior.spread_growth)
    worth = on * (prior.memory ** np.arange(moved.shape[1])[::-1] / h)
    precision = worth / variance[:, None]
    forecast, drift = _times(features, mean[grid.group]), _times(features, FIXED[0])
    cut = 0.5 * JUMP * np.sqrt(variance + (h * grid.typical_step) ** 2)[:, None]
    # A jump is what none of the parts could have forecast.
    low = np.minimum(np.minimum(forecast, drift), 0.0) - cut
    high = np.maximum(np.maximum(forecast, drift), 0.0) + cut
    error = np.clip(np.where(on, moved, 0.0), low, high) - forecast
    weighted: FloatArray = features * precision[:, :, None]
    pulled: FloatArray = precision * error
    gram = sum_groups(np.matmul(weighted.transpose(0, 2, 1), features), starts)
    cross = sum_groups(np.matmul(pulled[:, None, :], features)[:, 0], starts)
    # The mean of n outcomes of one origin has variance (1 + shock n) / n, not 1 / n.
    counted = on.astype(float)
    total, count = sum_groups(precision, starts), sum_groups(counted, starts)
    shared = prior.shock * count / (1.0 + prior.shock * count)
    less = np.where(total > 0.0, shared / np.where(total > 0.0, total, 1.0), 0.0)
    sums, pull = sum_groups(weighted, starts), sum_groups(pulled, starts)
    return Replays(
        gram, cross, sum_groups((pulled * error).sum(axis=1), starts),
        sum_groups(worth.sum(axis=1), starts),
        np.matmul((sums * less[:, :, None]).transpose(0, 2, 1), sums),
        np.matmul((pull * less)[:, None, :], sums)[:, 0],
    )  # fmt: skip


def _list_replays(grid: PaceGrid, link: LinkPrior, h: int) -> tuple[slice, FloatArray, BoolArray]:
    """Origins with an outcome `h` years later: their columns, how far levels moved, and which."""
    width = grid.z.shape[1]
    first = max(0, width - 1 - ORIGINS)
    here = slice(first, max(width - h, first))
    moved = grid.z[:, first + h :] - grid.z[:, here]
    on = ~np.isnan(moved) & ((grid.own_years[:, here] > 0) | (grid.peer_years[:, here] > 0))
    if link.link != "identity":
        on &= np.abs(np.where(on, moved, 0.0)) <= ONSET * h
    return here, moved, on


def _times(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    """Matrices (..., r, c) times vectors (..., c)."""
    product: FloatArray = np.matmul(matrix, vector[..., None])[..., 0]
    return product
