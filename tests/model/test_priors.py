"""Priors."""

from dataclasses import fields
from itertools import product

import numpy as np
import pandas as pd
import pytest

from forecast.errors import DataError, UnknownNameError
from forecast.model.paces import CANDIDATES
from forecast.model.priors import (
    ALONE,
    COLUMNS,
    COMMON,
    GROWTH_PATHS,
    LINK_BY_GROWTH,
    LINKS_BY_KIND,
    Prior,
    read_priors,
    select_prior,
)
from forecast.training.parameters import fill_domains, list_groups, move

SHIPPED_DOMAINS = ("provinces", "world")


@pytest.fixture(name="shipped")
def _shipped():
    """The table that comes with the package, as text and numbers."""
    return read_priors()


def test_the_shipped_table_is_complete(shipped):
    """Each number of each kind is there once, for all domains or for each of them."""
    keys = shipped[COLUMNS[:4]]
    assert not keys.duplicated().any()
    assert shipped["source"].str.strip().ne("").all()
    assert set(shipped["kind"]) == {"all", *LINKS_BY_KIND}
    assert set(shipped["domain"]) == {"all", *SHIPPED_DOMAINS}
    whole = shipped[shipped["kind"] == "all"]["parameter"]
    expected = {*COMMON, "drift", "no_change", *(f"variance {c}" for c in CANDIDATES)}
    assert set(whole) == expected
    for kind, growth in product(LINKS_BY_KIND, GROWTH_PATHS):
        prior = select_prior(kind, growth)
        assert prior.domains.shape == prior.domains_alone.shape == (2, len(CANDIDATES))
        assert sum(link.weight for link in prior.links) == pytest.approx(1.0, abs=1e-4)


LIMITS = {
    "weight": (0.0, 1.0), "df": (1.0, 100.0), "noise": (1e-3, 2.0), "spread": (0.2, 4.0),
    "spread_growth": (0.05, 1.5), "half_peers": (0.0, 30.0), "freedom": (0.0, 100.0),
    "freedom_alone": (0.0, 100.0), "freedom_years": (0.1, 500.0), "peer_years": (0.0, 30.0),
    "direction_fades": (0.1, 200.0), "noise_df": (0.4, 50.0), "noise_df_alone": (0.4, 50.0),
    "peer_noise": (0.0, 1.0), "evidence": (0.0, 3.0), "memory": (0.3, 1.0), "shock": (0.0, 30.0),
    "trust": (0.0, 8.0), "drift": (0.0, 5.0), "no_change": (0.0, 5.0), "error_weight": (0.0, 6.0),
    "error_prior": (0.1, 300.0), "error_prior_long": (0.1, 300.0), "weight_spread": (0.0, 8.0),
    "noise_floor": (0.0, 1.0), "shared": (0.0, 0.6), "noise_df_series": (0.3, 150.0),
    "noise_size": (0.0, 1.0), "noise_size_group": (0.0, 1.0), "link_trust": (0.0, 12.0),
}  # fmt: skip
"""Beyond these a number means something else than its name, or an answer is absurd."""


def test_every_number_means_what_its_name_says(shipped):
    """All numbers are finite and inside limits beyond which an answer would be absurd."""
    for name, value in zip(shipped["parameter"], shipped["value"], strict=True):
        if name.startswith(("peers ", "alone ", "variance ")):
            assert -0.6 <= value <= 5.0, name
        else:
            low, high = LIMITS[name]
            assert low <= value <= high, name


def test_a_learned_number_moves_inside_its_limits(shipped):
    """Each learned number is a row of the table, moves where it may, and stops at its limits."""
    keys = zip(*(shipped[c] for c in COLUMNS[:4]), strict=True)
    numbers = dict(zip(keys, shipped["value"], strict=True))
    numbers = fill_domains(numbers, SHIPPED_DOMAINS, LINKS_BY_KIND, ("ratio",))
    groups = list_groups(SHIPPED_DOMAINS, LINKS_BY_KIND, ("ratio",))
    for by in (1000.0, -1000.0):
        moved = move(numbers, groups, [by] * len(groups))
        assert set(moved) == set(numbers)
        for group in groups:
            for key in group.keys:
                limit = group.parameter.high if by > 0 else group.parameter.low
                assert moved[key] == pytest.approx(limit)
    for kind, links in LINKS_BY_KIND.items():
        weights = [moved[kind, "all", link, "weight"] for link in links]
        assert sum(weights) == pytest.approx(1.0)


@pytest.mark.parametrize(("growth", "link"), list(LINK_BY_GROWTH.items()))
def test_a_named_path_is_its_link_for_good(growth, link):
    """A named path is one link whose paces go on for ever."""
    prior = select_prior("share", growth)
    (found,) = prior.links
    assert (found.link, found.weight) == (link, 1.0)
    assert prior.fading == (1.0,) * len(CANDIDATES)


def test_other_paths_fade():
    """`auto` and `damped` fade, `damped` faster; `no_change` has no weight but that of no pace."""
    auto, damped, still = (select_prior("ratio", g) for g in ("auto", "damped", "no_change"))
    assert [link.link for link in auto.links] == ["log", "identity"]
    assert all(d < a < 1.0 for a, d in zip(auto.fading, damped.fading, strict=True))
    assert still.share.tolist() == [0.0] * (len(auto.share) - 1) + [1.0]


def rows_of(kind="ratio", **columns):
    """Prior table of one kind in which every number tells its own row, from 0.01 upwards."""
    rows = [("all", "all", "all", name) for name in (*COMMON, "drift", "no_change")]
    rows += [("all", "all", "all", f"variance {c}") for c in CANDIDATES]
    rows += [(kind, "all", "all", f"peers {c}") for c in CANDIDATES]
    rows += [(kind, "all", "all", f"alone {c}") for c in ALONE]
    rows += [(kind, "all", "all", name) for name in ("spread_growth", "df", "link_trust")]
    for link in LINKS_BY_KIND[kind]:
        rows += [(kind, "all", link, name) for name in ("weight", "noise", "spread")]
    table = pd.DataFrame(rows, columns=COLUMNS[:4])
    return table.assign(value=0.01 * np.arange(1, len(rows) + 1), source="test", **columns)


def written(folder, table):
    """Write a prior table; it is read by its path."""
    path = folder / "own.csv"
    table.to_csv(path, index=False)
    return path


def value_in(table, parameter, link="all"):
    """Value of the only such row."""
    at = (table["parameter"] == parameter) & (table["link"] == link)
    return table.loc[at, "value"].item()


def test_rows_become_a_prior(tmp_path):
    """Each row lands in the field of its name."""
    table = read_priors(written(tmp_path, rows_of()))
    prior = select_prior("ratio", priors=table)
    assert [link.link for link in prior.links] == ["log", "identity"]
    for link in prior.links:
        for name in ("weight", "noise", "spread"):
            assert getattr(link, name) == value_in(table, name, link.link)
    for name in (*COMMON, "spread_growth", "df", "link_trust"):
        assert getattr(prior, name) == value_in(table, name)
    many = [value_in(table, f"peers {c}") for c in CANDIDATES]
    none = [value_in(table, f"alone {c}") if c in ALONE else 0.0 for c in CANDIDATES]
    none[CANDIDATES.index("level")] = many[CANDIDATES.index("level")]
    assert (prior.domains.tolist(), prior.domains_alone.tolist()) == ([many], [none])
    assert prior.variance.tolist() == [value_in(table, f"variance {c}") for c in CANDIDATES]
    odds = [value_in(table, name) for name in ("drift", "no_change")]
    assert prior.share.tolist() == [1.0, *odds]
    assert {f.name for f in fields(Prior)} >= set(COMMON)


def test_a_domain_has_rows_of_its_own_or_those_of_all(tmp_path):
    """A row of a domain replaces that of all there; the order of rows changes nothing."""
    table = rows_of()
    own = table[table["parameter"] == "peers own"].assign(domain="b", value=0.9)
    other = table[table["parameter"] == "peers peers"].assign(domain="a", value=0.7)
    whole = read_priors(written(tmp_path, pd.concat([table, own, other])))
    prior = select_prior("ratio", priors=whole)
    column = CANDIDATES.index("own")
    assert prior.domains[:, column].tolist() == [value_in(table, "peers own"), 0.9]
    assert prior.domains[:, 0].tolist() == [0.7, value_in(table, "peers peers")]
    assert prior.share[:2].tolist() == [0.5, 0.5]
    mixed = select_prior("ratio", priors=whole.sample(frac=1.0, random_state=1))
    np.testing.assert_array_equal(mixed.domains, prior.domains)


def test_a_missing_number_is_named():
    """A table that lacks a number of a kind is refused, with the number and the kind."""
    table = rows_of()
    with pytest.raises(DataError, match=r"peers own.*no row for ratio"):
        select_prior("ratio", priors=table[table["parameter"] != "peers own"])


def test_missing_columns_are_named(tmp_path):
    """A table without a column is refused, with the file, the column and the remedy."""
    path = written(tmp_path, rows_of().drop(columns=["domain", "source"]))
    with pytest.raises(DataError) as caught:
        read_priors(path)
    said = [str(problem) for problem in caught.value.problems]
    assert said == [
        f"own.csv, column {name}: no such column. Remedy: learn the priors anew."
        for name in ("domain", "source")
    ]


def test_cells_without_a_number_are_named(tmp_path):
    """A cell that is no number is refused, with the line a spreadsheet shows."""
    table = rows_of().astype({"value": object})
    table.loc[[1, 4], "value"] = ["high", ""]
    with pytest.raises(DataError) as caught:
        read_priors(written(tmp_path, table))
    said = [str(problem) for problem in caught.value.problems]
    assert said == [
        "own.csv, row 3, column value, value 'high': no number. Remedy: write one.",
        "own.csv, row 6, column value, value '': no number. Remedy: write one.",
    ]


def test_a_place_that_is_not_there_is_named(tmp_path):
    """A path that leads nowhere is refused, with the path."""
    with pytest.raises(DataError, match=r"nowhere\.csv: no such file or folder"):
        read_priors(tmp_path / "nowhere.csv")


def test_a_folder_of_tables_may_have_its_own(tmp_path, shipped):
    """A folder with a `priors.csv` gives that one, a folder without the shipped one."""
    pd.testing.assert_frame_equal(read_priors(tmp_path), shipped)
    for kind in ("ratio", "share"):
        rows_of(kind).to_csv(tmp_path / "priors.csv", index=False)
        assert set(read_priors(str(tmp_path))["kind"]) == {"all", kind}


def test_what_is_read_may_be_changed(shipped):
    """Each reading is a table of its own."""
    shipped["value"] = 0.0
    assert (read_priors()["value"] != 0.0).any()


def test_an_own_table_is_used_and_left_alone(shipped):
    """A table given is taken instead of the shipped one, and left as it is."""
    own = shipped.assign(value=shipped["value"].where(shipped["parameter"] != "noise", 0.77))
    before = own.copy()
    assert select_prior("share", priors=own).links[0].noise == 0.77
    assert select_prior("share").links[0].noise != 0.77
    pd.testing.assert_frame_equal(own, before)


def test_unknown_names_are_refused():
    """A misspelt growth path or kind is named with the nearest."""
    with pytest.raises(UnknownNameError, match=r"growth path 'logstic'.*'logistic'"):
        select_prior("share", "logstic")
    with pytest.raises(UnknownNameError, match=r"kind 'shares'.*'share'"):
        select_prior("shares")
    with pytest.raises(UnknownNameError, match="Unknown kind 'count'"):
        select_prior("count")
