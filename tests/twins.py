"""A naive twin of the equation: one series at a time, with its full covariance matrix."""

from dataclasses import dataclass

import numpy as np


def pace_sum(span, damping):
    """phi + ... + phi^span by the geometric series; whole spans by adding up."""
    if damping == 1.0:
        return span
    if span == int(span):
        return sum(damping**j for j in range(1, int(span) + 1))
    return damping * (1 - damping**span) / (1 - damping)


@dataclass
class Twin:
    """Distances z_j - z_1 of one series: mean `reach` b, covariance `cov` (per sigma^2)."""

    z: np.ndarray
    t: np.ndarray
    extra: np.ndarray
    damping: float
    slope_variance: float
    measurement: float

    def __post_init__(self):
        """Write down the joint normal of the distances from the first figure."""
        span = self.t[1:] - self.t[0]
        self.d = self.z[1:] - self.z[0]
        self.reach = np.array([pace_sum(s, self.damping) for s in span])
        error = self.measurement + self.extra
        self.cov = (
            self.slope_variance * np.outer(self.reach, self.reach)
            + (1 - self.measurement) * np.minimum.outer(span, span)
            + np.diag(error[1:])
            + error[0]
        )
        self.span, self.error = span, error

    def sums(self):
        """Squares, cross and information of the distances, and the log determinant."""
        inv = np.linalg.inv(self.cov)
        return (
            self.d @ inv @ self.d,
            self.reach @ inv @ self.d,
            self.reach @ inv @ self.reach,
            np.linalg.slogdet(self.cov)[1],
        )

    def state(self, pace):
        """Mean and covariance of level and slope at the last figure, given the figures."""
        last = self.t[-1] - self.t[0]
        f, decay = pace_sum(last, self.damping), self.damping**last
        mean = np.array([f * pace, decay * pace])
        lam = self.slope_variance
        own = np.array(
            [
                [lam * f * f + (1 - self.measurement) * last + self.error[0], lam * f * decay],
                [lam * f * decay, lam * decay**2],
            ]
        )
        joint = np.vstack(
            [
                lam * f * self.reach + (1 - self.measurement) * self.span + self.error[0],
                lam * decay * self.reach,
            ]
        )
        if len(self.d):
            gain = joint @ np.linalg.inv(self.cov)
            mean = mean + gain @ (self.d - pace * self.reach)
            own = own - gain @ joint.T
        return mean + np.array([self.z[0], 0.0]), own
