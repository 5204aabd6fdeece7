"""Naive twin of the growth model: one series, one year, one replay at a time, in plain loops.

`forecast_one(panel, prior, i, h)` gives location, scale and weight of every link of series `i`, `h`
years ahead; `quantile` and `chance` work on the pooled quantile function. Written from the formulas
in the docstrings of `paces` and `posterior`, not from how these arrange their arrays.
"""

# ruff: noqa: B905, C901, D102, D103, E731, E741 - reads as the formulas do

from __future__ import annotations

import math

import numpy as np
from scipy.special import digamma, stdtr, stdtrit

from forecast.model import paces as G
from forecast.model import pooling, posterior
from forecast.model.paces import SIZE

TINY = np.finfo(float).tiny


def spread_of(df):
    """Variance of a log variance with so many degrees of freedom, from the model's grid."""
    return np.interp(df, posterior.DF_GRID, posterior.DF_SPREAD)


def z_of(link, y, b, j):
    lo = b.lower[j] if math.isfinite(b.lower[j]) else 0.0
    known = [v for v in b.value[j] if not math.isnan(v)]
    top = max(abs(v) for v in known)
    size = top if top > 0 else (b.resolution[j] if b.resolution[j] > 0 else 1.0)
    if link == "identity":
        if math.isfinite(b.upper[j]) and math.isfinite(b.lower[j]):
            return y / ((b.upper[j] - lo) / 4), (b.upper[j] - lo) / 4
        unit = abs(known[-1]) if abs(known[-1]) > 0.02 * size else size
        return y / unit, unit
    if link == "log":
        step = min(b.resolution[j], size) / 4 if b.resolution[j] > 0 else size / 1000
        y = max(y, step)
        return math.log(y), y
    y = min(max(y, lo), b.upper[j])
    r = G.FADE * (b.upper[j] - lo)
    p = (y - lo + r) / (b.upper[j] - lo + 2 * r)
    return math.log(p / (1 - p)), (y - lo + r) * (b.upper[j] + r - y) / (b.upper[j] - lo + 2 * r)


def value_of(link, z, b, j):
    lo = b.lower[j] if math.isfinite(b.lower[j]) else 0.0
    if link == "identity":
        return z * z_of(link, 1.0, b, j)[1]
    if link == "log":
        return math.exp(z)
    r = G.FADE * (b.upper[j] - lo)
    return lo - r + (b.upper[j] - lo + 2 * r) / (1 + math.exp(-z))


def course(prior, c, h):
    """Way of a candidate in h years."""
    phi = prior.fading[c]
    return h if phi == 1.0 else (1 - phi**h) / (1 - phi)


class Link:
    """Everything on one link of one group of series (their row numbers)."""

    def __init__(self, link, b, rows, prior):
        self.link, self.b, self.rows, self.prior = link, b, rows, prior
        self.noises = {}
        year = {j: [math.floor(y + 0.5) for y in b.year[j] if not math.isnan(y)] for j in rows}
        at = {j: [y for y in b.year[j] if not math.isnan(y)] for j in rows}
        val = {j: [v for v in b.value[j] if not math.isnan(v)] for j in rows}
        fresh = {j: [f for f, v in zip(b.breaks[j], b.value[j]) if not math.isnan(v)] for j in rows}
        top = max(year[j][-1] for j in rows)
        low = max(min(year[j][0] for j in rows), top - G.WINDOW + 1)
        self.years = list(range(low, top + 1))
        self.z = {j: {} for j in rows}
        self.d = {j: {} for j in rows}
        self.last = {j: year[j][-1] for j in rows}
        for j in rows:
            z = [z_of(link, v, b, j)[0] for v in val[j]]
            for y, v in zip(year[j], z):
                if y in self.years:
                    self.z[j][y] = v
            for i in range(1, len(z)):
                span, steps = at[j][i] - at[j][i - 1], year[j][i] - year[j][i - 1]
                if fresh[j][i] or span > G.LONGEST_GAP or steps < 1:
                    continue
                if link != "identity" and abs(z[i] - z[i - 1]) > G.ONSET * max(span, 1):
                    continue
                if link == "log" and not val[j][i - 1] > 0:
                    continue
                for back in range(steps):
                    if year[j][i] - back in self.years:
                        self.d[j][year[j][i] - back] = (z[i] - z[i - 1]) / span
        self.k = {j: len(self.d[j]) for j in rows}
        self.q = {}
        for j in rows:
            s = list(self.d[j].values())
            m = sum(s) / len(s) if s else 0.0
            self.q[j] = sum((x - m) ** 2 for x in s)
        msq = {j: sum(x * x for x in self.d[j].values()) / self.k[j] for j in rows if self.k[j]}
        logs = [0.5 * math.log(x) for x in msq.values() if x > 0]
        self.typical = math.exp(sum(logs) / len(logs)) if logs else 1.0
        self.peers = {j: sum(1 for o in rows if o != j and self.k[o]) for j in rows}
        self.known = min(self.peers[j] / (self.peers[j] + prior.half_peers) for j in rows)

    def noise(self, j, lp):
        if j not in self.noises:
            self.noises[j] = self.measure_noise(j, lp)
        return self.noises[j]

    def measure_noise(self, j, lp):
        p = self.prior
        logs = []
        for o in self.rows:
            sq = sum(x * x for x in self.d[o].values())
            if o != j and self.k[o] >= 3 and self.q[o] > 1e-20 * sq:
                df = self.k[o] - 1
                logs.append(math.log(self.q[o] / df) - digamma(df / 2) + math.log(df / 2))
        steps = sum(self.k[o] for o in self.rows)
        usual = self.typical**2 if any(self.square(o) for o in self.rows) else TINY
        size = usual / (posterior.STEP_RATIO * lp.noise**2) * steps + posterior.SIZE_YEARS
        size = max(size / (steps + posterior.SIZE_YEARS), posterior.LEAST_SIZE)
        base = 2 * math.log(lp.noise) + p.noise_size_group * math.log(size)
        if len(logs) >= 3:
            base += p.peer_noise * len(logs) / (len(logs) + 1) * (sum(logs) / len(logs) - base)
        known = self.peers[j] / (self.peers[j] + p.half_peers)
        base += self.own_size(j, usual)
        nu = p.noise_df_alone + (self.noise_df(usual) - p.noise_df_alone) * known
        steep = z_of(self.link, self.b.value[j, -1], self.b, j)[1]
        coarse = self.b.resolution[j] / steep
        rounding = (coarse if self.link == "identity" else min(coarse, G.COARSEST)) ** 2 / 12
        s2 = (nu * math.exp(base) + self.q[j]) / max(nu + self.k[j] - 1, 0.5) + rounding
        return s2, math.exp(base), rounding

    def square(self, j):
        return sum(x * x for x in self.d[j].values())

    def own_size(self, j, usual):
        """Log of what the size of the own steps adds to the typical noise."""
        known = self.peers[j] / (self.peers[j] + self.prior.half_peers)
        size = self.square(j) / usual + posterior.SIZE_YEARS
        size = max(size / (self.k[j] + posterior.SIZE_YEARS), posterior.LEAST_SIZE)
        return self.prior.noise_size * known * math.log(size)

    def noise_df(self, usual):
        """Degrees of freedom of the group's noise."""
        logs, sampled = [], []
        for o in self.rows:
            if self.k[o] >= 3 and self.q[o] > 1e-20 * self.square(o):
                df = self.k[o] - 1
                log = math.log(self.q[o] / df) - digamma(df / 2) + math.log(df / 2)
                logs.append(log - self.own_size(o, usual))
                sampled.append(spread_of(df))
        m, p = len(logs), self.prior
        beyond = (
            sum((x - sum(logs) / m) ** 2 for x in logs) - sum(sampled) * (m - 1) / m if m else 0
        )
        spread = max(beyond, 0) + p.noise_df_series * spread_of(p.noise_df)
        spread /= max(m - 1, 0) + p.noise_df_series
        return np.interp(spread, posterior.DF_SPREAD[::-1], posterior.DF_GRID[::-1])

    def peer_step(self, j, y):
        cut = G.JUMP * self.typical
        s = [max(-cut, min(cut, self.d[o][y])) for o in self.rows if o != j and y in self.d[o]]
        return (sum(s) / len(s), True) if s else (0.0, False)

    def candidates(self, j, upto, free, noise):
        """x_c at the end of year `upto`, and own and peers' years behind them."""
        mean = lambda pairs: sum(a * w for a, w in pairs) / max(sum(w for _, w in pairs), 1e-9)
        seen = [y for y in self.years if y <= upto]
        peers = [(self.peer_step(j, y)[0], upto - y) for y in seen if self.peer_step(j, y)[1]]
        own = [self.d[j][y] - self.peer_step(j, y)[0] for y in seen if y in self.d[j]]
        lasting = mean([(m, G.MEMORY["peers"] ** a) for m, a in peers])
        late = mean([(m, G.MEMORY["peers_recent"] ** a) for m, a in peers])
        back = range(len(own) - 1, -1, -1)
        pace = mean([(e, G.MEMORY["own"] ** a) for e, a in zip(own, back)])
        new = mean([(e, G.MEMORY["own_recent"] ** a) for e, a in zip(own, back)])
        level = 0.0
        for y in seen:
            others = [self.beside(o, y) for o in self.rows if o != j and y in self.z[o]]
            others = [v for v in others if v is not None]
            if y in self.z[j] and others and self.beside(j, y) is not None:
                level = self.beside(j, y) - sum(others) / len(others)
        k = sum(G.MEMORY["own"] ** a for a in range(len(own)))
        n = sum(G.MEMORY["peers"] ** a for _, a in peers)
        rp, ro = n / (n + self.prior.peer_years), k * free / (1 + k * free)
        x = [
            lasting * rp,
            (late - lasting) * rp,
            pace * ro,
            (new - pace) * ro,
            level,
            self.b.better[j] * math.sqrt(noise) / (1 + k / self.prior.direction_fades),
            pace * (1 - ro),
        ]
        return np.array(x), k, n, pace

    def beside(self, j, y):
        if self.link == "identity" and not np.isfinite(self.b.upper).all():
            size = abs(self.z[j][y] * z_of("identity", 1.0, self.b, j)[1])
            return math.log(size) if size > 0 else None
        return self.z[j][y]

    def freedom(self, lp):
        p = self.prior
        start = p.freedom**self.known * p.freedom_alone ** (1 - self.known)
        top, count = start * p.freedom_years, p.freedom_years
        for j in self.rows:
            _, k, _, pace = self.candidates(j, self.last[j], 1.0, 1.0)
            if k > 0:
                top += min(k * pace**2 / self.noise(j, lp)[0], 50) - 1
                count += k
        return max(top / count, 0.1 * start)

    def steadiness(self, lp):
        """Mean log factor of the odds of a plain drift."""
        total = 0.0
        for j in self.rows:
            if self.k[j] >= 2:
                white = self.q[j] / (self.k[j] - 1)
                pace = self.candidates(j, self.last[j], 1.0, 1.0)[3]
                spread = white + 2 * self.noise(j, lp)[2]
                spread = max(spread, pace**2 / posterior.STEADIEST) or 1.0
                d = self.d[j]
                turns = [(d[y + 1] - d[y]) ** 2 - 2 * white for y in d if y + 1 in d]
                total += math.log1p(pace**2 / spread / posterior.STEADY**2)
                total += posterior.LINE * sum(turns) / spread
        return total / len(self.rows)


def regress(link, lp, prior, free):
    """Weights, covariance, log F of the group of a `Link`."""
    p, C = prior, SIZE
    means = [link.known * a + (1 - link.known) * b for a, b in zip(p.domains, p.domains_alone)]
    centre = sum(means) / len(means)
    A, B = np.zeros((C, C)), np.zeros(C)
    kept = []
    for h in posterior.REPLAYED:
        way = np.array([course(prior, c, h) for c in range(C)])
        grams, crosses, squares, worths = np.zeros((C, C)), np.zeros(C), 0.0, 0.0
        for t in link.years[max(0, len(link.years) - 1 - posterior.ORIGINS) :]:
            cell = []
            for j in link.rows:
                if t not in link.z[j] or t + h not in link.z[j]:
                    continue
                s2 = link.noise(j, lp)[0]
                x, k, n, _ = link.candidates(j, t, free, s2)
                moved = link.z[j][t + h] - link.z[j][t]
                if not (k > 0 or n > 0) or (link.link != "identity" and abs(moved) > G.ONSET * h):
                    continue
                v = s2 * lp.spread**2 * h ** (2 * p.spread_growth)
                cut = 0.5 * G.JUMP * math.sqrt(v + (h * link.typical) ** 2)
                parts = [x * way @ centre, x * way @ posterior.FIXED[0], 0.0]
                moved = min(max(moved, min(parts) - cut), max(parts) + cut)
                cell.append((x * way, moved - parts[0], v))
            worth = p.memory ** (link.years[-1] - h - t) / h
            sums, pull, total = np.zeros(C), 0.0, 0.0
            for f, e, v in cell:
                grams += worth / v * np.outer(f, f)
                crosses += worth / v * f * e
                squares += worth / v * e * e
                worths += worth
                sums, pull, total = sums + worth / v * f, pull + worth / v * e, total + worth / v
            if cell:
                less = p.shock * len(cell) / (1 + p.shock * len(cell)) / total
                A -= less * np.outer(sums, sums)
                B -= less * sums * pull
        A, B = A + grams, B + crosses
        kept.append((grams, crosses, squares, worths))
    A, B = p.evidence * A, p.evidence * B
    S = np.linalg.inv(np.diag(1 / p.variance) + A)
    moves, odds = [], []
    for m, share in zip([*means, *posterior.FIXED], p.share):
        off = m - centre
        b = B - A @ off
        odds.append(math.log(share) + p.trust * (off @ B - 0.5 * off @ A @ off))
        if len(moves) < len(means):
            odds[-1] += p.trust * 0.5 * b @ S @ b + 0.5 * math.log(
                np.linalg.det(S) / np.prod(p.variance)
            )
            off = off + S @ b
        elif len(moves) == len(means):
            peers, half = min(link.peers.values()), posterior.STEADY_PEERS
            odds[-1] += half / (half + peers) * link.steadiness(lp)
        moves.append(off)
    chance = np.exp(np.array(odds) - max(odds))
    chance /= chance.sum()
    move = sum(c * m for c, m in zip(chance, moves))
    S = S * chance[: len(means)].sum() + sum(
        c * np.outer(m - move, m - move) for c, m in zip(chance, moves)
    )
    base, weight, F = 1.0, p.error_prior, []
    for gram, c, s, n in kept:
        left = max(s - 2 * move @ c + move @ gram @ move, 0.0)
        base = (weight * base + p.error_weight * left) / (weight + p.error_weight * n)
        base = min(base, posterior.LARGEST_ERROR)
        F.append(math.log(base))
        weight = p.error_prior_long
    return centre + move, S, F


def groups_of(b):
    out = {}
    for i in range(len(b.value)):
        newest = max(
            math.floor(b.year[j, -1] + 0.5) for j in range(len(b.value)) if b.group[j] == b.group[i]
        )
        key = (b.group[i], i if newest - math.floor(b.year[i, -1] + 0.5) > G.LAG else -1)
        out.setdefault(key, []).append(i)
    return list(out.values())


def onset(b, i):
    """Share of a series that has just left zero, and years since."""
    low = b.lower[i] if math.isfinite(b.lower[i]) else 0.0
    pairs = [(v, y) for v, y in zip(b.value[i], b.year[i]) if not math.isnan(v)]
    zeros = [k for k, (v, _) in enumerate(pairs) if v <= low]
    if not zeros or zeros[-1] == len(pairs) - 1:
        return 0.0, 1.0
    after = len(pairs) - 1 - zeros[-1]
    return max(1 - (after - 1) / pooling.ONSET_VALUES, 0.0), pairs[-1][1] - pairs[zeros[-1]][1]


def forecast_one(b, prior, i, h):
    """[(location, scale, portion)] a link, and the degrees of freedom."""
    (rows,) = [r for r in groups_of(b) if i in r]
    found, links = [], [Link(lp.link, b, rows, prior) for lp in prior.links]
    left, solved = 1.0, []
    for lp, link in zip(prior.links, links):
        free = link.freedom(lp)
        solved.append((free, *regress(link, lp, prior, free)))
    for n, (lp, link, (free, w, S, F)) in enumerate(zip(prior.links, links, solved)):
        s2, sg, rounding = link.noise(i, lp)
        if lp.link != "identity":
            F = [min(f, math.log(G.ONSET**2 / s2 / lp.spread**2)) for f in F]
        x = link.candidates(i, link.last[i], free, s2)[0] * np.array(
            [course(prior, c, h) for c in range(SIZE)]
        )
        size = math.log(max(h, 1)) / math.log(posterior.REPLAYED[1])
        begun, since = onset(b, i)
        mean, var = w @ x, prior.weight_spread * x @ S @ x
        if n == len(links) - 1 and begun:
            zero = z_of(lp.link, b.lower[i] if math.isfinite(b.lower[i]) else 0.0, b, i)[0]
            pace = begun * (z_of(lp.link, b.value[i, -1], b, i)[0] - zero) / since
            mean = (1 - begun) * mean + pooling.ONSET_PACE * pace * course(prior, 2, h)
            var = (1 - begun) * var + (pooling.ONSET_SD * pace * course(prior, 2, h)) ** 2
        v = (
            s2
            * math.exp(F[0] + (F[1] - F[0]) * size)
            * lp.spread**2
            * h ** (2 * prior.spread_growth)
        )
        v += var + prior.noise_floor * sg * h + 2 * rounding
        whole = links[-1].k[i]
        portion = (
            left
            if n == len(links) - 1
            else lp.weight * (min(link.k[i] / whole, 1) if whole else 1) * (1 - onset(b, i)[0])
        )
        left -= portion
        z0 = z_of(lp.link, b.value[i, -1], b, i)[0]
        found.append((z0 + mean, math.sqrt(v), portion))
    if len(found) == 2:
        odds = weigh_links(links, prior, solved)
        first = found[0][2] * odds / (found[0][2] * odds + found[1][2])
        found = [(*found[0][:2], first), (*found[1][:2], 1 - first)]
    return found, prior.df + links[-1].k[i] / 2


def weigh_links(links, prior, solved):
    """Factor of the odds of the first link: how both would have forecast the latest years."""
    errors, count = [0.0, 0.0], 0.0
    last = links[1]
    for t in last.years[max(0, len(last.years) - 1 - posterior.ORIGINS) :]:
        worth = prior.memory ** (last.years[-1] - 1 - t)
        for j in last.rows:
            if not last.square(j):
                continue
            size = math.sqrt(last.square(j) / last.k[j]) * z_of("identity", 1.0, last.b, j)[1]
            misses = []
            for lp, link, (free, w, _, _) in zip(prior.links, links, solved):
                if t not in link.z[j] or t + 1 not in link.z[j]:
                    continue
                x, k, n, _ = link.candidates(j, t, free, link.noise(j, lp)[0])
                moved = link.z[j][t + 1] - link.z[j][t]
                if not (k > 0 or n > 0) or (link.link != "identity" and abs(moved) > G.ONSET):
                    continue
                ahead = value_of(lp.link, link.z[j][t] + w @ x, link.b, j)
                misses.append(abs(ahead - value_of("identity", last.z[j][t + 1], last.b, j)))
            if len(misses) == 2:
                count += worth
                for n, miss in enumerate(misses):
                    errors[n] += worth * min(miss / size, pooling.LARGEST_MISS)
    power = prior.link_trust * count / (count + pooling.LINK_YEARS)
    logs = [math.log(max(e, pooling.LEAST_MISS)) for e in errors]
    log = min(max(power * (logs[1] - logs[0]), -pooling.LARGEST_ODDS), pooling.LARGEST_ODDS)
    return math.exp(log)


def quantile(b, prior, i, h, level):
    found, df = forecast_one(b, prior, i, h)
    t = stdtrit(df, level)
    y = sum(w * value_of(lp.link, l + s * t, b, i) for (l, s, w), lp in zip(found, prior.links))
    return min(max(y, b.lower[i]), b.upper[i])


def chance(b, prior, i, h, y):
    """P(value <= y), by bisection on the level."""
    if y < b.lower[i] or y >= b.upper[i]:
        return float(y >= b.upper[i])
    found, df = forecast_one(b, prior, i, h)
    at = lambda t: sum(
        w * value_of(lp.link, l + s * t, b, i) for (l, s, w), lp in zip(found, prior.links)
    )
    low, high = -200.0, 200.0
    for _ in range(200):
        t = 0.5 * (low + high)
        low, high = (t, high) if at(t) < y else (low, t)
    return stdtr(df, t)
