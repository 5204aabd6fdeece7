"""Windows of a panel, and priors learned from them."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import forecast as fc
from forecast.cli import app
from forecast.errors import DataError, UnknownNameError
from forecast.model.priors import COLUMNS, LinkPrior, read_priors, select_prior
from forecast.training import learning, parameters
from forecast.training import windows as replays
from forecast.training.cases import compute_loss, make_targets, prepare_case
from forecast.training.learning import learn_priors, read_panel
from forecast.training.windows import cut_windows

KINDS = {"share": "a", "ratio": "b"}


@pytest.fixture(scope="module")
def panel():
    """Twelve regions, a share and a ratio, 14 years of random walks with drift."""
    rng = np.random.default_rng(3)
    parts = []
    for kind, name in KINDS.items():
        z = rng.normal(0, 0.7, (12, 1)) + np.cumsum(rng.normal(0.06, 0.12, (12, 14)), axis=1)
        value = 100 / (1 + np.exp(-z)) if kind == "share" else 30 * np.exp(0.5 * z)
        parts += [
            pd.DataFrame({"region": f"r{i}", "indicator": name, "year": range(1990, 2004),
                          "value": value[i]})
            for i in range(12)
        ]  # fmt: skip
    about = pd.DataFrame(
        {"indicator": ["a", "b"], "kind": ["share", "ratio"], "lower": [0.0, 0.0],
         "upper": [100.0, np.nan], "better": ["higher", "higher"], "resolution": [0.1, np.nan]}
    )  # fmt: skip
    return pd.concat(parts, ignore_index=True), about


def test_a_window_shows_the_last_figures_and_the_next_four(panel) -> None:
    """Figures, outcomes and scale of each window are those of the table."""
    found = {(r.kind, r.length): r for r in cut_windows(*panel, lengths=(3, 8), grids=("auto",))}
    assert set(found) == {("share", 3), ("share", 8), ("ratio", 3), ("ratio", 8)}
    window = found["share", 3]
    series = panel[0].set_index(["region", "indicator", "year"])["value"].sort_index()
    for i in range(0, len(window.origin), 17):
        own = series.loc[window.region[i], window.indicator[i]]
        end = window.origin[i]
        np.testing.assert_array_equal(window.panel.value[i], own.loc[end - 2 : end])
        np.testing.assert_array_equal(window.actual[i], own.loc[end + 1 : end + 4])
        assert window.scale[i] == pytest.approx(own.loc[:end].diff().abs().mean(), rel=1e-12)


def test_a_window_knows_nothing_of_later_years(panel) -> None:
    """Figures after an origin change no window that ends there, only its outcomes."""
    observations, about = panel
    later = observations.assign(
        value=observations["value"].where(observations["year"] <= 1998, lambda v: 0.5 * v)
    )
    parts = []
    for table in (observations, later):
        (window,) = cut_windows(
            table[table["indicator"] == "b"], about, lengths=(5,), grids=("auto",)
        )
        parts.append(window.take(np.flatnonzero(window.origin <= 1998)))
    for key, shown in parts[0].summaries.items():
        other = parts[1].summaries[key]
        np.testing.assert_array_equal(shown.peers.lasting, other.peers.lasting)
        np.testing.assert_array_equal(shown.peer_loglik, other.peer_loglik)
        np.testing.assert_array_equal(shown.filters[0].squares, other.filters[0].squares)
    assert (parts[0].actual != parts[1].actual).any()


def test_siblings_of_a_window_are_known_longer_than_the_window(panel) -> None:
    """Two figures of its own, yet eight years of its siblings' paces."""
    (window,) = cut_windows(
        panel[0][panel[0]["indicator"] == "b"], panel[1], lengths=(2,), grids=("auto",)
    )
    assert window.panel.value.shape[1] == 2
    assert window.summaries["log", "auto"].peers.count.max() == 11 * 8


def test_a_panel_without_five_years_is_refused(panel) -> None:
    """A panel too short for any window says what is missing."""
    short = panel[0][panel[0]["year"] < 1994]
    with pytest.raises(DataError, match="no series has figures in five years running"):
        cut_windows(short, panel[1], grids=("auto",))


def test_made_targets_by_hand(panel) -> None:
    """Half to twice the recent pace in the wanted direction, from half a reporting step before."""
    window = next(
        r for r in cut_windows(*panel, lengths=(5,), grids=("auto",)) if r.kind == "share"
    )
    limit, asked = make_targets(window.panel, window.scale)
    value = window.panel.value[0]
    pace = abs(value[4] - value[0]) / 4
    for f, factor in enumerate((0.5, 1.0, 1.5, 2.0)):
        for h in range(4):
            target = value[4] + factor * pace * (h + 1)
            first = np.ceil(np.round(target / 0.1, 9)) * 0.1
            assert limit[0, f, h] == pytest.approx(first - 0.05, abs=1e-9)
            assert asked[0, f, h] == (target <= 100.0)


def test_the_loss_is_the_mean_of_its_parts(panel) -> None:
    """CRPS, Brier and coverage as a plain loop over windows adds them up."""
    windows = [
        r for r in cut_windows(*panel, lengths=(3, 6), grids=("auto",), most=8) if r.kind == "share"
    ]
    layout = parameters.ParameterSpace(("logit", "identity"), True)
    prior = layout.prior(np.array([n.start for _, n in layout.numbers]))
    lessons = [prepare_case(w, ("logit", "identity"), "auto", True) for w in windows]
    crps, brier, cover = [], [], []
    for lesson in lessons:
        blend = lesson.predict(prior)
        ahead = np.broadcast_to(replays.HORIZONS, lesson.actual.shape)
        levels = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
        weight = np.array([0.075, 0.1, 0.2, 0.25, 0.2, 0.1, 0.075])
        q = blend.quantiles(levels, ahead)
        for i in range(len(lesson.scale)):
            for h in range(4):
                y = lesson.actual[i, h]
                pinball = np.where(y >= q[:, i, h], levels, levels - 1) * (y - q[:, i, h])
                crps.append(min(2 * (weight * pinball).sum() / lesson.scale[i], 20.0))
                for f in range(4):
                    if lesson.valid[i, f, h]:
                        at = np.full((1, 4), lesson.threshold[i, f, h])
                        one = lesson.predict(prior)
                        p = 1 - one.cdf(np.repeat(at, len(lesson.scale), 0), ahead)[i, h]
                        brier.append((p - (y >= lesson.threshold[i, f, h])) ** 2)
        soft = 0.03 * (q[-1] - q[0]) + 1e-9
        inside = 1 / (1 + np.exp(-(lesson.actual - q[0]) / soft))
        inside = inside / (1 + np.exp(-(q[-1] - lesson.actual) / soft))
        cover.append((inside.mean() - 0.905) ** 2)
    expected = np.mean(crps) / 1.6 + np.mean(brier) / 0.18 + 40 * np.mean(cover)
    assert compute_loss(lessons, prior) == pytest.approx(expected, rel=1e-9)


def test_a_vector_becomes_a_prior_and_held_numbers_stay() -> None:
    """Logarithms are undone, weights sum to 1, held numbers are not searched."""
    layout = parameters.ParameterSpace(
        ("logit", "identity"), True, held={"direction": 0.0, "recent": 0.2}
    )
    names = [(link, n.name) for link, n in layout.numbers]
    assert not any(name in ("direction", "recent") for _, name in names)
    vector = np.arange(len(names)) / 100.0
    prior = layout.prior(vector)
    assert sum(link.weight for link in prior.links) == pytest.approx(1.0)
    first = prior.links[0]
    assert first.noise == pytest.approx(np.exp(vector[names.index(("logit", "noise"))]))
    assert (first.direction, first.recent) == (0.0, 0.2)


def test_alone_means_that_no_number_of_siblings_is_learned() -> None:
    """Without siblings their shares are zero, and a still path has no lasting pace at all."""
    alone = parameters.ParameterSpace(("log",), False)
    prior = alone.prior(np.array([n.start for _, n in alone.numbers]))
    of_siblings = ("sibling_noise", "recent", "lasting", "catching_up", "siblings_evidence")
    assert {getattr(prior.links[0], name) for name in of_siblings} == {0.0}
    still = parameters.ParameterSpace(("log",), True, lasting=False)
    link = still.prior(np.array([n.start for _, n in still.numbers])).links[0]
    assert (link.recent, link.lasting, link.direction, link.freedom) == (0.0, 0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def learned(panel):
    """Priors of two growth paths, learned in a few steps."""
    with pytest.MonkeyPatch.context() as quick:
        quick.setattr(learning, "ITERATIONS", (2, 1))
        quick.setattr(replays, "LENGTHS", (2, 6))
        return learn_priors(
            *panel, source="made", growths=["auto", "no_change"], most=80, processes=1
        )


def test_learned_priors_are_a_prior_table(learned, panel, tmp_path) -> None:
    """The table has the shipped one's columns, reads back from a file, and fits with it."""
    assert list(learned.columns) == COLUMNS
    assert set(learned["kind"]) == {"share", "ratio"}
    assert len(learned) == 2 * (2 * 2 + 2 * 1)
    file = tmp_path / "priors.csv"
    learned.to_csv(file, index=False)
    pd.testing.assert_frame_equal(read_priors(file), learned, check_dtype=False)
    fits = fc.fit(*panel, priors=read_priors(tmp_path))
    assert np.isfinite(fc.quantiles(fits, [2004])["q50"]).all()


def test_learning_lowers_the_loss(learned, panel) -> None:
    """The priors found are better on the windows than those the search starts from."""
    windows = [
        r
        for r in cut_windows(*panel, grids=("auto",), lengths=(2, 6), most=80)
        if r.kind == "ratio"
    ]
    lessons = [prepare_case(w, ("log", "identity"), "auto", True) for w in windows]
    layout = parameters.ParameterSpace(("log", "identity"), True)
    start = layout.prior(np.array([n.start for _, n in layout.numbers]))
    found = select_prior("ratio", peers=True, priors=learned)
    assert compute_loss(lessons, found) < compute_loss(lessons, start)


def test_the_noise_of_a_known_world_is_found(learned) -> None:
    """Random walks of 0.06 a year on the log scale are learned as such, within a half."""
    row = learned[(learned["kind"] == "ratio") & (learned["growth"] == "no_change")].iloc[0]
    assert 0.03 < row["noise"] < 0.12


def test_processes_change_the_time_not_the_answer(learned, panel) -> None:
    """Two worker processes find the same rows of a path to the last digit."""
    with pytest.MonkeyPatch.context() as quick:
        quick.setattr(learning, "ITERATIONS", (2, 1))
        quick.setattr(replays, "LENGTHS", (2, 6))
        again = learn_priors(*panel, source="made", growths=["no_change"], most=80, processes=2)
    same = learned[learned["growth"] == "no_change"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, same)


def test_an_unknown_growth_path_is_refused(panel) -> None:
    """A misspelt growth path is found before anything is learned."""
    with pytest.raises(UnknownNameError, match="Did you mean 'linear'"):
        learn_priors(*panel, source="made", growths=["liner"])


def test_a_panel_lacking_a_table_is_refused(tmp_path) -> None:
    """Every missing table is named at once."""
    with pytest.raises(DataError) as error:
        read_panel(tmp_path)
    assert [p.file for p in error.value.problems] == ["observations.csv", "indicators.csv"]


def test_the_command_writes_a_table_whole(panel, tmp_path, monkeypatch) -> None:
    """`forecast learn-priors` reads a folder and writes one file; a bad folder leaves none."""
    monkeypatch.setattr(learning, "ITERATIONS", (1, 1))
    monkeypatch.setattr(replays, "LENGTHS", (2,))
    observations, about = panel
    observations = observations[observations["indicator"].eq("a") & observations["year"].lt(2000)]
    observations.to_csv(tmp_path / "observations.csv.gz", index=False)
    about.to_csv(tmp_path / "indicators.csv", index=False)
    place = tmp_path / "learned.csv"
    asked = ["learn-priors", str(tmp_path), "--source", "made", "--windows", "8"]
    asked += ["--processes", "1"]
    done = CliRunner().invoke(app, [*asked, "--output", str(place)])
    assert done.exit_code == 0, done.output
    assert set(read_priors(place)["source"]) == {"made"}
    (tmp_path / "indicators.csv").unlink()
    failed = CliRunner().invoke(app, [*asked, "--output", str(tmp_path / "no.csv")])
    assert failed.exit_code == 1 and "indicators.csv" in failed.output
    assert not (tmp_path / "no.csv").exists()


def test_every_number_of_a_prior_is_searched_or_held() -> None:
    """No field of a link's prior is forgotten by the search."""
    searched = {n.name for n in parameters.LINK_PARAMETERS}
    assert searched | {"link", "weight"} == set(LinkPrior.__dataclass_fields__)
