"""Priors."""

from dataclasses import fields
from itertools import product

import numpy as np
import pandas as pd
import pytest

from forecast.errors import DataError, UnknownNameError
from forecast.model.priors import (
    COLUMNS,
    FADING_PROCESSES,
    GROWTH_PATHS,
    LINK_BY_GROWTH,
    LINKS_BY_KIND,
    PERSISTENT_PROCESSES,
    LinkPrior,
    read_priors,
    select_prior,
    slope_processes,
)
from forecast.tables.schema import KINDS
from forecast.training.parameters import LINK_PARAMETERS

MODELLED = sorted(set(KINDS) - {"count"})
"""Kinds with a prior here; counts have increments of their own."""
ROUNDED = 1e-4
"""Weights are written with five digits."""


@pytest.fixture(name="shipped")
def _shipped():
    """The table that comes with the package, as text and numbers."""
    return read_priors()


def test_the_shipped_table_is_complete(shipped):
    """Each kind, with siblings and without, has each growth path with its links, once."""
    expected = set()
    for kind, siblings, growth in product(MODELLED, [True, False], GROWTH_PATHS):
        heaviest = LINKS_BY_KIND[kind] if growth == "auto" else LINKS_BY_KIND[kind][:1]
        named = (LINK_BY_GROWTH[growth],) if growth in LINK_BY_GROWTH else heaviest
        expected |= {(kind, siblings, growth, link) for link in named}
    found = list(shipped[COLUMNS[:4]].itertuples(index=False, name=None))
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert shipped["source"].str.strip().ne("").all()


def test_weights_of_a_blend_sum_to_one(shipped):
    """The links of every growth path share out exactly one, and none is without a share."""
    total = shipped.groupby(["kind", "siblings", "growth"])["weight"].sum()
    np.testing.assert_allclose(total, 1.0, atol=ROUNDED)
    assert (shipped["weight"] > 0.0).all()


def test_what_joins_links_is_one_for_a_growth_path(shipped):
    """Tails, recalibration and shared shock are the same for all links of a growth path."""
    groups = shipped.groupby(["kind", "siblings", "growth"])
    assert (groups[["df", "shift", "stretch", "shared"]].nunique() == 1).all(axis=None)


LIMITS = {
    "weight": (0.0, 1.0), "df": (0.5, 100.0), "noise": (1e-3, 2.0), "noise_df": (0.4, 50.0),
    "sibling_noise": (-1.0, 1.5), "recent": (-1.0, 1.5), "lasting": (-1.0, 1.5),
    "catching_up": (-1.0, 2.0), "direction": (-1.5, 1.5), "direction_fades": (0.0, 200.0),
    "freedom": (0.0, 10.0), "changing": (-6.0, 6.0), "restless": (-6.0, 6.0),
    "blurred": (-6.0, 6.0), "siblings_evidence": (0.0, 6.0), "own_evidence": (-1.0, 2.0),
    "spread": (0.2, 4.0), "spread_growth": (-0.6, 0.6), "shift": (-1.0, 1.0),
    "stretch": (0.3, 3.0), "shared": (0.0, 0.6),
}  # fmt: skip
"""Beyond these a number means something else than its name, or an answer is absurd."""


def test_every_number_means_what_its_name_says(shipped):
    """All numbers are finite and inside limits beyond which an answer would be absurd."""
    assert set(LIMITS) == set(COLUMNS[4:-1])
    for name, (low, high) in LIMITS.items():
        assert shipped[name].between(low, high).all(), name


def test_learned_numbers_are_inside_the_limits_of_the_search(shipped):
    """What was learned stands where it was looked for, or is nothing at all."""
    learned = shipped[shipped["source"] != "draft"]
    for number in LINK_PARAMETERS:
        values = learned[number.name].to_numpy()
        logs = number.name in ("noise", "noise_df", "spread", "freedom", "direction_fades")
        low, high = (np.exp(v) if logs else v for v in (number.low, number.high))
        slack = ROUNDED * max(abs(low), abs(high), 1.0)
        inside = (values >= low - slack) & (values <= high + slack)
        assert (inside | (values == 0.0)).all(), number.name


def test_without_siblings_there_is_nothing_to_hear(shipped):
    """Rows for series that stand alone give no weight to siblings."""
    alone = shipped[~shipped["siblings"]]
    names = [number.name for number in LINK_PARAMETERS if number.peers]
    assert (alone[names] == 0.0).all(axis=None)


@pytest.mark.parametrize(
    ("growth", "link"),
    [
        ("linear", "identity"),
        ("exponential", "log"),
        ("logistic", "logit"),
        ("gompertz", "cloglog"),
    ],
)
def test_a_named_path_is_its_link_for_good(growth, link):
    """A named path is one link, and the pace of its own lasts."""
    (found,) = select_prior("share", growth, peers=True).links
    assert (found.link, found.weight) == (link, 1.0)
    assert slope_processes(growth) is PERSISTENT_PROCESSES
    assert {pace.autocorrelation for pace in PERSISTENT_PROCESSES} == {1.0}


def test_grids_of_paces():
    """`auto` and `damped` fade, `damped` faster; `no_change` has no pace of its own."""
    assert slope_processes("auto") is FADING_PROCESSES
    assert all(0.7 < pace.autocorrelation < 1.0 for pace in FADING_PROCESSES)
    assert {pace.autocorrelation for pace in slope_processes("damped")} == {0.7}
    assert [
        (pace.variance_ratio, pace.autocorrelation) for pace in slope_processes("no_change")
    ] == [(0.0, 1.0)]
    for grid in (PERSISTENT_PROCESSES, slope_processes("damped")):
        assert [(p.variance_ratio, p.measurement_share) for p in grid] == [
            (p.variance_ratio, p.measurement_share) for p in FADING_PROCESSES
        ]
    steady, changing, restless, blurred = FADING_PROCESSES
    assert steady.variance_ratio < changing.variance_ratio < restless.variance_ratio
    assert (blurred.variance_ratio, blurred.autocorrelation) == (
        steady.variance_ratio,
        steady.autocorrelation,
    )
    assert blurred.measurement_share > steady.measurement_share


def rows_of(**columns):
    """Prior table of one kind in which every number tells its own column."""
    row = {name: 0.001 * (i + 1) for i, name in enumerate(COLUMNS[4:-1])}
    row |= {"kind": "ratio", "siblings": "true", "growth": "auto", "link": "log", "source": "test"}
    return pd.DataFrame([row | columns])[COLUMNS]


def written(folder, table):
    """Write a prior table; it is read by its path."""
    path = folder / "own.csv"
    table.to_csv(path, index=False)
    return path


def test_a_row_becomes_a_prior(tmp_path):
    """Each column lands in the field of its name; the first row's joins the links."""
    two = pd.concat([rows_of(weight=0.6), rows_of(link="identity", weight=0.4)])
    path = written(tmp_path, two)
    prior = select_prior("ratio", peers=True, priors=read_priors(path))
    assert [link.link for link in prior.links] == ["log", "identity"]
    assert [link.weight for link in prior.links] == [0.6, 0.4]
    for field in fields(LinkPrior)[2:]:
        expected = 0.001 * (COLUMNS.index(field.name) - 3)
        assert getattr(prior.links[0], field.name) == pytest.approx(expected), field.name
    for name in ("df", "shift", "stretch", "shared"):
        assert getattr(prior, name) == pytest.approx(0.001 * (COLUMNS.index(name) - 3)), name


@pytest.mark.parametrize("word", ["true", "True", "TRUE"])
def test_siblings_are_known_or_not(tmp_path, word):
    """The column `siblings` is read as yes or no, however a spreadsheet writes it."""
    table = pd.concat([rows_of(siblings=word, noise=0.5), rows_of(siblings="FALSE", noise=0.7)])
    read = read_priors(written(tmp_path, table))
    assert read["siblings"].tolist() == [True, False]
    found = [select_prior("ratio", peers=s, priors=read).links[0].noise for s in (True, False)]
    assert found == [0.5, 0.7]


def test_missing_columns_are_named(tmp_path):
    """A table without a column is refused, with the file, the column and the remedy."""
    path = written(tmp_path, rows_of().drop(columns=["noise", "source"]))
    with pytest.raises(DataError) as caught:
        read_priors(path)
    said = [str(problem) for problem in caught.value.problems]
    assert said == [
        f"own.csv, column {name}: no such column. Remedy: learn the priors anew."
        for name in ("noise", "source")
    ]


def test_cells_without_a_number_are_named(tmp_path):
    """A cell that is no number is refused, with the line a spreadsheet shows."""
    table = pd.concat([rows_of(), rows_of(link="identity", noise="high", df="")])
    with pytest.raises(DataError) as caught:
        read_priors(written(tmp_path, table))
    said = [str(problem) for problem in caught.value.problems]
    assert said == [
        "own.csv, row 3, column df, value '': no number. Remedy: write one.",
        "own.csv, row 3, column noise, value 'high': no number. Remedy: write one.",
    ]


def test_a_place_that_is_not_there_is_named(tmp_path):
    """A path that leads nowhere is refused, with the path."""
    with pytest.raises(DataError, match=r"nowhere\.csv: no such file or folder"):
        read_priors(tmp_path / "nowhere.csv")


def test_a_folder_of_tables_may_have_its_own(tmp_path, shipped):
    """A folder with a `priors.csv` gives that one, a folder without the shipped one."""
    pd.testing.assert_frame_equal(read_priors(tmp_path), shipped)
    rows_of(noise=0.5).to_csv(tmp_path / "priors.csv", index=False)
    assert read_priors(str(tmp_path))["noise"].tolist() == [0.5]
    rows_of(noise=0.25).to_csv(tmp_path / "priors.csv", index=False)
    assert read_priors(tmp_path)["noise"].tolist() == [0.25]


def test_what_is_read_may_be_changed(shipped):
    """Each reading is a table of its own."""
    shipped["noise"] = 0.0
    assert (read_priors()["noise"] > 0.0).all()


def test_an_own_table_is_used_and_left_alone(shipped):
    """A table given is taken instead of the shipped one, and left as it is."""
    own = shipped.assign(noise=0.77)
    before = own.copy()
    assert select_prior("share", peers=True, priors=own).links[0].noise == 0.77
    assert select_prior("share", peers=True).links[0].noise != 0.77
    pd.testing.assert_frame_equal(own, before)


def test_unknown_names_are_refused(shipped):
    """A misspelt growth path or kind, or a path the table lacks, is named with the nearest."""
    with pytest.raises(UnknownNameError, match=r"growth path 'logstic'.*'logistic'"):
        select_prior("share", "logstic", peers=True)
    with pytest.raises(UnknownNameError, match=r"kind 'shares'.*'share'"):
        select_prior("shares", peers=True)
    with pytest.raises(UnknownNameError, match="Unknown kind 'count'"):
        select_prior("count", peers=False)
    few = shipped[shipped["growth"] != "gompertz"]
    with pytest.raises(UnknownNameError, match="growth path in the priors 'gompertz'"):
        select_prior("share", "gompertz", peers=True, priors=few)
