"""Priors learned from panels."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import forecast as fc
from forecast.cli import app
from forecast.errors import DataError, UnknownNameError
from forecast.model.priors import COLUMNS, LINKS_BY_KIND, build_prior, read_priors
from forecast.training import learning
from forecast.training.cases import TrainingCase, make_targets
from forecast.training.learning import learn_priors
from forecast.training.made import WORLDS, make_windows
from forecast.training.panels import Panel, read_panel, remove_held_out
from forecast.training.windows import HORIZONS, cut_windows

KINDS = {"share": "a", "ratio": "b"}


@pytest.fixture(scope="module")
def panel():
    """Nine regions, a share and a ratio, 12 years of random walks with drift."""
    rng = np.random.default_rng(3)
    parts = []
    for kind, name in KINDS.items():
        z = rng.normal(0, 0.7, (9, 1)) + np.cumsum(rng.normal(0.06, 0.12, (9, 12)), axis=1)
        value = 100 / (1 + np.exp(-z)) if kind == "share" else 30 * np.exp(0.5 * z)
        parts += [
            pd.DataFrame({"region": f"r{i}", "indicator": name, "year": range(1990, 2002),
                          "value": value[i]})
            for i in range(9)
        ]  # fmt: skip
    about = pd.DataFrame(
        {"indicator": ["a", "b"], "kind": ["share", "ratio"], "lower": [0.0, 0.0],
         "upper": [100.0, np.nan], "better": ["higher", "higher"], "resolution": [0.1, np.nan]}
    )  # fmt: skip
    return Panel("near", pd.concat(parts, ignore_index=True), about)


def cut(panel, **options):
    """Windows of a panel."""
    return cut_windows(panel.observations, panel.indicators, domain=panel.domain, **options)


def numbers():
    """Shipped numbers, of one domain."""
    table = read_priors()
    table = table[table["domain"] != "world"].assign(domain="all")
    keys = zip(*(table[c] for c in COLUMNS[:4]), strict=True)
    return dict(zip(keys, table["value"], strict=True))


def test_a_window_shows_the_last_figures_and_the_next_four(panel):
    """Figures, outcomes and scale of each window are those of the table."""
    found = cut(panel, lengths=(3, 6))
    assert set(found.length) == {3, 6}
    series = panel.observations.set_index(["region", "indicator", "year"])["value"].sort_index()
    for i in range(0, len(found.scored), 17):
        own = series.loc[found.region[i], found.indicator[i]]
        end, n, row = found.origin[i], found.length[i], found.scored[i]
        np.testing.assert_array_equal(found.panel.value[row, -n:], own.loc[end - n + 1 : end])
        assert np.isnan(found.panel.value[row, :-n]).all()
        outcome = own.reindex(end + HORIZONS).to_numpy()
        np.testing.assert_array_equal(found.actual[i], outcome)
        assert found.scale[i] == pytest.approx(own.loc[:end].diff().abs().mean(), rel=1e-12)


def test_a_window_knows_nothing_of_later_years(panel):
    """Values after an origin change no window that ends there, only its outcomes."""
    later = panel.observations.assign(
        value=panel.observations["value"].where(panel.observations["year"] <= 1996, 1.0)
    )
    one, other = cut(panel, lengths=(4,)), cut_windows(later, panel.indicators, lengths=(4,))
    groups = one.panel.group[one.scored[one.origin <= 1996]]
    pairs = []
    for windows in (one, other):
        ends = windows.panel.year[:, -1]
        rows = np.isin(windows.panel.group, groups) & (ends <= 1996)
        pairs.append(windows.panel.value[rows])
    np.testing.assert_array_equal(*pairs)


@pytest.mark.parametrize("peers", [0, 2])
def test_peers_are_as_many_as_asked(panel, peers):
    """Each group has one scored series and so many others with their whole past."""
    found = cut(panel, lengths=(3,), peers=peers)
    sizes = np.bincount(found.panel.group)
    assert set(sizes) == {peers + 1}
    assert len(found.scored) == len(sizes)
    others = np.setdiff1d(np.arange(len(found.kind)), found.scored)
    late = found.panel.year[others, -1] > 1996
    assert (np.isfinite(found.panel.value[others][late]).sum(axis=1) > 3).all()


def test_a_break_is_no_window_and_no_outcome(panel):
    """No window straddles a change of definition, and nothing after one is an outcome."""
    table = panel.observations
    marked = table.assign(**{"break": table["year"].eq(1996)})
    found = cut_windows(marked, panel.indicators, lengths=(3,))
    assert not set(found.origin) & {1995, 1996, 1997}
    before = found.origin == 1993
    assert np.isfinite(found.actual[before][:, :2]).all()
    assert np.isnan(found.actual[before][:, 2:]).all()


def test_a_panel_without_two_years_is_refused(panel):
    """A panel too short for any window says what is missing."""
    short = panel.observations[panel.observations["year"] < 1991]
    with pytest.raises(DataError, match="no series has figures in consecutive years"):
        cut_windows(short, panel.indicators)


def test_made_targets_by_hand(panel):
    """Half to twice the recent pace in the wanted direction, from half a reporting step before."""
    found = cut(panel, lengths=(5,)).of_kind("share")
    scored = found.panel.take(found.scored)
    limit, asked = make_targets(scored, found.length, found.scale)
    value = scored.value[0, -5:]
    pace = abs(value[4] - value[0]) / 4
    for f, factor in enumerate((0.5, 1.0, 1.5, 2.0)):
        for h in range(4):
            target = value[4] + factor * pace * (h + 1)
            first = np.ceil(np.round(target / 0.1, 9)) * 0.1
            assert limit[0, f, h] == pytest.approx(first - 0.05, abs=1e-9)
            assert asked[0, f, h] == (target <= 100.0)


def test_the_loss_is_the_mean_of_its_parts(panel):
    """CRPS, Brier and coverage as a plain loop over windows adds them up."""
    windows = cut(panel, lengths=(2, 5), groups=3).of_kind("share")
    case = TrainingCase.of("share", [windows], [panel.domain])
    prior = build_prior(numbers(), "share")
    pooled = case.predict(prior)
    levels = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
    cell = np.array([0.075, 0.1, 0.2, 0.25, 0.2, 0.1, 0.075])
    ahead = np.tile(HORIZONS, (len(case.rows), 1))
    q = pooled.quantiles(levels, ahead)
    crps, brier, cover = np.zeros(2), np.zeros(2), {2: [], 5: []}
    for i in range(len(case.rows)):
        few = 0.35 if windows.length[i] < 3 else 1.0
        for h in range(4):
            y = windows.actual[i, h]
            if np.isnan(y):
                continue
            pinball = np.where(y >= q[:, i, h], levels, levels - 1) * (y - q[:, i, h])
            crps += few * min(2 * (cell * pinball).sum() / windows.scale[i], 20.0), few
            soft = 0.03 * (q[-1, i, h] - q[0, i, h]) + 1e-9
            inside = 1 / (1 + np.exp(-(y - q[0, i, h]) / soft))
            cover[windows.length[i]].append(inside / (1 + np.exp(-(q[-1, i, h] - y) / soft)))
            for f in range(4):
                if case.valid[i, f, h]:
                    limit = case.threshold[i, f, h]
                    p = 1 - pooled.cdf(np.full_like(ahead, limit), ahead)[i, h]
                    brier += few * (p - (y >= limit)) ** 2, few
    expected = crps[0] / crps[1] / 1.6 + brier[0] / brier[1] / 0.18
    expected += 20 * np.mean([(np.mean(c) - 0.905) ** 2 for c in cover.values()])
    assert case.loss(prior) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("world", list(WORLDS))
def test_a_made_world_is_the_same_each_time(world):
    """Windows of a world have the figures asked for, in bounds, and the same for a seed."""
    one, again = (make_windows(world, 4, 3, 2, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.panel.value, again.panel.value)
    assert one.panel.value.shape == (6, 4)
    assert (one.panel.value >= 0).all() and (one.panel.value <= one.panel.upper[:, None]).all()
    assert np.isfinite(one.actual).all() and (one.scale > 0).all()


FEW = {"source": "a test", "rounds": 2, "origins": 1, "windows": 1}


@pytest.fixture(scope="module", autouse=True)
def _no_made_worlds():
    """Learn from the panel alone: made worlds take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "MADE", ())
        yield


@pytest.fixture(scope="module")
def learned(panel):
    """Priors learned from the panel, in two rounds from few windows."""
    return learn_priors([panel], **FEW)


def test_learning_lowers_the_loss_and_keeps_what_it_cannot_learn(panel, learned):
    """On the windows learned from the loss falls; kinds without windows keep their numbers."""
    assert learned.columns.tolist() == COLUMNS
    assert learned["source"].eq("a test").all()
    assert set(learned["kind"]) == {"all", *LINKS_BY_KIND}
    assert set(learned["domain"]) == {"all"}
    sets = learning.cut_sets([panel], origins=1, windows=1)
    keys = zip(*(learned[c] for c in COLUMNS[:4]), strict=True)
    after = dict(zip(keys, learned["value"], strict=True))
    cases = {k: TrainingCase.of(k, sets, ["near"]) for k in KINDS}
    total = {}
    for name, table in (("start", numbers()), ("end", after)):
        total[name] = sum(c.weight * c.loss(build_prior(table, k)) for k, c in cases.items())
    assert total["end"] < total["start"]
    assert 0.0 <= after["all", "all", "all", "shared"] <= 0.4


def test_what_was_learned_can_be_used(panel, learned):
    """`fit` takes the table as it is."""
    fits = fc.fit(panel.observations, panel.indicators, priors=learned)
    assert np.isfinite(fc.quantiles(fits, [2003])["q50"]).all()


def test_learning_repeats_itself(panel, learned):
    """The same panel gives the same numbers."""
    again = learn_priors([panel], **FEW)
    pd.testing.assert_frame_equal(again, learned)


def test_only_what_is_named_is_learned(panel):
    """Other numbers, and their sources, are those of the start; unknown names are refused."""
    start = read_priors().query("domain != 'world'").assign(domain="all", source="before")
    found = learn_priors([panel], start=start, only=["noise"], **FEW)
    both = found.merge(start, on=COLUMNS[:4], suffixes=("", "_start"))
    moved = both["value"] != both["value_start"]
    assert moved.any() and len(both) == len(found)
    assert set(both.loc[moved, "parameter"]) == {"noise"}
    assert both["source"].eq("a test").equals(both["parameter"].eq("noise"))
    with pytest.raises(UnknownNameError, match="Did you mean 'noise'"):
        learn_priors([panel], only=["nois"], **FEW)


NOTES = pd.DataFrame(
    [("near", "held out", "r1", None, None), ("near", "held out", None, "b", None),
     ("near", "break", None, "a", 1995.0), ("far", "held out", "r2", None, None)],
    columns=["domain", "use", "region", "indicator", "year"],
)  # fmt: skip


def test_notes_hold_out_and_mark_breaks(panel, tmp_path):
    """Held-out regions and indicators are gone, breaks are marked, other domains' notes are not."""
    panel.observations.to_csv(tmp_path / "observations.csv.gz", index=False)
    panel.indicators.to_csv(tmp_path / "indicators.csv", index=False)
    read = read_panel(tmp_path, "near", NOTES)
    marked = read.observations[read.observations["break"]]
    assert set(zip(marked["indicator"], marked["year"], strict=True)) == {("a", 1995)}
    left = remove_held_out(read, NOTES).observations
    assert set(left["region"]) == {f"r{i}" for i in range(9)} - {"r1"}
    assert set(left["indicator"]) == {"a"}


def test_missing_tables_are_named(tmp_path):
    """A folder without the tables is refused, with both files."""
    with pytest.raises(DataError, match=r"(?s)observations\.csv.*missing.*indicators\.csv"):
        read_panel(tmp_path, "near")


def test_the_command_writes_a_table(panel, tmp_path, monkeypatch):
    """`forecast learn-priors NAME=FOLDER` writes what `learn_priors` returns."""
    panel.observations.to_csv(tmp_path / "observations.csv", index=False)
    panel.indicators.to_csv(tmp_path / "indicators.csv", index=False)
    NOTES.to_csv(tmp_path / "notes.csv", index=False)
    seen = {}

    def learn(panels, **options):
        seen.update(options, panels=panels)
        return read_priors()

    monkeypatch.setattr(learning, "learn_priors", learn)
    out = tmp_path / "own.csv"
    result = CliRunner().invoke(
        app, ["learn-priors", f"near={tmp_path}", "--source", "here", "--output", str(out),
              "--notes", str(tmp_path / "notes.csv"), "--rounds", "2",
              "--only", "noise", "--only", "peers own"]
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    pd.testing.assert_frame_equal(read_priors(out), read_priors())
    assert (seen["source"], seen["rounds"], seen["only"]) == ("here", 2, ["noise", "peers own"])
    (one,) = seen["panels"]
    assert one.domain == "near" and "r1" not in set(one.observations["region"])
