"""What became of real plan targets, beside a forecast."""

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

import forecast as fc
from forecast.targets.reference_class import count_reached, summarise_plans


@pytest.fixture(scope="module")
def tables():
    """Tables that come with the package."""
    return fc.load_plan("lishui").tables


def test_shares_are_counted_and_their_interval_is_that_of_a_beta(tables):
    """Counts by a loop, and 5 and 95 % of the posterior by integrating likelihood times prior."""
    outcomes = tables["plan_outcomes"]
    found = count_reached(outcomes).set_index("type")
    for kind in ["all", *found.index[1:]]:
        results = [row["result"] for _, row in outcomes.iterrows() if kind in ("all", row["kind"])]
        reached, missed = results.count("reached"), results.count("missed")
        row = found.loc[kind]
        assert (row["settled"], row["reached"]) == (reached + missed, reached)
        assert row["share"] == reached / (reached + missed)
        total, *below = (
            integrate.quad(_posterior, 0, end, args=(reached, missed))[0]
            for end in (1.0, row["low"], row["high"])
        )
        below = [part / total for part in below]
        np.testing.assert_allclose(below, [0.05, 0.95], atol=1e-4)
    assert (found.loc["all", ["settled", "reached"]] == [28, 23]).all()


def _posterior(p, reached, missed):
    """Likelihood of the counts times Jeffreys' prior, up to a constant."""
    return p**reached * (1 - p) ** missed * stats.beta.pdf(p, 0.5, 0.5)


def test_what_is_not_settled_does_not_count():
    """Open, unknown and early results are no outcome; without any outcome there is no row."""
    cases = pd.DataFrame({"kind": "share", "result": ["open", "unknown", "met_early"]})
    assert count_reached(cases).empty


def test_whole_plans_are_summed_up(tables):
    """Of seven plans the share of indicators met or on track, as their documents count them."""
    found = summarise_plans(tables["plan_summaries"])
    assert len(found) == 7 and found["share"].between(0.5, 1.0).all()
