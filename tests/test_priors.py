"""Priors."""

import pandas as pd
import pytest

from forecast.errors import UnknownNameError
from forecast.links import LINKS
from forecast.priors import CAP_FACTORS, GROWTH_PATHS, components, read_priors

KINDS = ("share", "ratio", "amount", "stock")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("growth", GROWTH_PATHS)
@pytest.mark.parametrize("capped", [True, False])
def test_weights_sum_to_one(kind, growth, capped):
    """The members of every mixture share out exactly one."""
    found = components(kind, growth, capped=capped)
    assert sum(c.weight for c in found) == pytest.approx(1.0, abs=1e-12)
    assert all(c.weight > 0 for c in found)


@pytest.mark.parametrize(
    ("growth", "link"),
    [
        ("linear", "identity"),
        ("exponential", "log"),
        ("logistic", "logit"),
        ("gompertz", "cloglog"),
    ],
)
def test_a_named_path_is_its_link_undamped(growth, link):
    """A named path is one link, and the pace it has it keeps."""
    (found,) = components("share", growth)
    assert (found.link, found.damping, found.cap_factor) == (link, 1.0, None)


def test_damped_is_the_heaviest_member():
    """`damped` keeps the damping of the kind's heaviest link."""
    table = read_priors()
    rows = table[table["kind"] == "share"].sort_values("weight")
    (found,) = components("share", "damped")
    assert (found.link, found.damping) == (rows["link"].iloc[-1], rows["damping"].iloc[-1])
    assert found.damping < 1.0


@pytest.mark.parametrize("growth", ["logistic", "gompertz"])
def test_an_unknown_cap_is_a_grid(growth):
    """Without an upper bound a saturating path spreads equally over the cap factors."""
    found = components("amount", growth, capped=False)
    assert tuple(c.cap_factor for c in found) == CAP_FACTORS
    assert len({c.weight for c in found}) == 1


def test_an_unknown_cap_is_a_grid_in_mixtures_too():
    """A share without an upper bound has no member that takes 1 for its cap."""
    for growth in ("auto", "damped"):
        found = components("share", growth, capped=False)
        assert {c.cap_factor for c in found if c.link == "logit"} == set(CAP_FACTORS)
        assert {c.cap_factor for c in found if c.link in ("identity", "log")} <= {None}


def test_the_shipped_table_is_complete():
    """Each kind has each link once, with numbers a fit can use, and says where from."""
    table = read_priors()
    assert sorted(zip(table["kind"], table["link"], strict=True)) == sorted(
        (kind, link) for kind in KINDS for link in LINKS
    )
    assert (table[["pace_spread", "noise", "df"]] > 0).all(axis=None)
    assert table["damping"].between(0, 1, inclusive="right").all()
    assert table["measurement"].between(0, 1, inclusive="left").all()
    assert table["shared"].between(0, 1).all()
    assert table["source"].str.len().gt(0).all()


def test_an_own_table_is_used():
    """A table given is taken instead of the shipped one, and left as it is."""
    own = read_priors().assign(noise=0.77)
    before = own.copy()
    assert {c.noise for c in components("share", priors=own)} == {0.77}
    assert 0.77 not in {c.noise for c in components("share")}
    pd.testing.assert_frame_equal(own, before)


def test_unknown_names_are_refused():
    """A misspelt growth path or kind, or a kind or link the table lacks, is named."""
    with pytest.raises(UnknownNameError, match=r"growth path 'logstic'.*'logistic'"):
        components("share", "logstic")
    with pytest.raises(UnknownNameError, match=r"kind 'shares'.*'share'"):
        components("shares")
    with pytest.raises(UnknownNameError, match="Unknown kind 'count'"):
        components("count", "damped")
    table = read_priors()
    with pytest.raises(UnknownNameError, match="Unknown link 'cloglog'"):
        components("share", "gompertz", priors=table[table["link"] != "cloglog"])
