"""Prior tables for tests, with every number that an answer depends on given here."""

from functools import cache

from forecast.model.paces import CANDIDATES
from forecast.model.priors import ALONE, read_priors

WEIGHTS = [f"peers {c}" for c in CANDIDATES] + [f"alone {c}" for c in ALONE]
DRIFT = {"peers own": 1.0, "peers own_rest": 1.0, "alone own": 1.0, "alone own_rest": 1.0}
"""Weights of a plain drift of a series without peers."""
PLAIN = {
    **dict.fromkeys(WEIGHTS, 0.0), **{f"variance {c}": 1e-12 for c in CANDIDATES},
    "drift": 0.0, "no_change": 0.0, "df": 4.0, "noise": 0.05, "noise_df": 5.0,
    "noise_df_alone": 5.0, "noise_df_series": 1e9, "noise_size": 0.0, "noise_size_group": 0.0,
    "link_trust": 0.0, "peer_noise": 0.0, "half_peers": 1.0, "freedom": 1.0,
    "freedom_alone": 1.0, "freedom_years": 10.0, "peer_years": 1e-12, "direction_fades": 20.0,
    "evidence": 0.25, "memory": 0.7, "shock": 0.05, "trust": 1.0, "error_weight": 0.0,
    "error_prior": 1.0, "error_prior_long": 1.0, "weight_spread": 1.0, "noise_floor": 0.055,
    "spread": 1.0, "spread_growth": 0.5, "weight": 0.5, "shared": 0.2,
}  # fmt: skip
"""A prior that expects no pace whatever the replays say: the median stays at the latest value."""


@cache
def plain_priors(direction=0.0, **numbers):
    """Prior table of `PLAIN`, with some numbers replaced in every kind, domain and link.

    `direction` is the weight of the wanted direction, with peers and without.
    """
    table = read_priors()
    wanted = {"peers direction": direction, "alone direction": direction}
    chosen = PLAIN | wanted | numbers
    assert set(table["parameter"]) == set(chosen)
    return table.assign(value=table["parameter"].map(chosen).astype(float))


def scaled_priors(name, factor):
    """Shipped prior table with one number multiplied, in every kind, domain and link."""
    table = read_priors()
    at = table["parameter"] == name
    assert at.any()
    return table.assign(value=table["value"].where(~at, table["value"] * factor))
