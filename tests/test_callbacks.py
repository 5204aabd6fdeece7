"""Long work tells how far it is, and whatever its listener raises ends it."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.callbacks import Tally
from forecast.desk.session import Desk
from forecast.model import simulation
from forecast.scenarios.engine import ScenarioRun

LISHUI = fc.load_plan("lishui", as_of="2022-12-31")
CARE = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
TRAINED = ("trainees_per_year", "hires_per_year")
PATHS = fc.project(LISHUI, draws=200)
PUSH = fc.read_scenario("care_worker_training")
SEEK = {"paths": PATHS, "scenario": PUSH}
WORKS = {
    "one lever": lambda **told: fc.goal_seek(LISHUI, CARE, lever="pace", **SEEK, **told),
    "a lever that is not enough": lambda **told: fc.goal_seek(
        LISHUI, CARE, lever="hires_per_year", probability=0.99, **SEEK, **told
    ),
    "a budget": lambda **told: fc.goal_seek(
        LISHUI, CARE, lever="trainees_per_year", budget=1.0, paths=PATHS, **told
    ),
    "several levers": lambda **told: fc.goal_seek(LISHUI, CARE, lever=TRAINED, paths=PATHS, **told),
    "without draws": lambda **told: fc.goal_seek(LISHUI, CARE, lever="pace", draws=100, **told),
    "sensitivity": lambda **told: fc.sensitivity(LISHUI, CARE, n=16, **SEEK, **told),
    "draws": lambda **told: fc.project(LISHUI, draws=100, **told),
    "a desk": lambda **told: Desk.open("lishui", as_of="2022-12-31", draws=100, **told),
}


class Ended(Exception):
    """What a listener raises."""


@pytest.fixture(scope="module")
def heard():
    """What is told and what is evaluated, in their order: a share, or a name."""
    found = []

    def noted(name, function):
        return lambda *given, **more: found.append(name) or function(*given, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScenarioRun, "apply", noted("play", ScenarioRun.apply))
        for name in ("_walk", "_count"):
            patch.setattr(simulation, name, noted(name, getattr(simulation, name)))
        yield found


@pytest.fixture(scope="module", params=WORKS)
def done(request, heard):
    """Work that was done with a listener: the work, what was heard, and the result."""
    heard.clear()
    result = WORKS[request.param](progress=heard.append)
    return WORKS[request.param], list(heard), result


def shares_of(heard):
    """The shares among what was heard."""
    return [entry for entry in heard if not isinstance(entry, str)]


def assert_same(one, other):
    """Two results agree in every bit."""
    if isinstance(one, Desk):
        one, other = one.paths, other.paths
    assert vars(one).keys() == vars(other).keys()
    for name, value in vars(one).items():
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(value, getattr(other, name), check_exact=True)
        elif name != "fits":
            np.testing.assert_equal(value, getattr(other, name))


def test_a_tally_stays_below_one_until_the_end():
    """More steps than expected, several at once and parts: the share never falls, 1 comes last."""
    shares = []
    tally = Tally(shares.append, 4)
    tally()
    part = tally.part(2)
    for share in (0.0, 0.5, 1.0):
        part(share)
    tally(5)
    tally()
    tally.end()
    assert shares == [0.0, 0.25, 0.5, 0.75, 0.75, 0.75, 1.0]


def test_a_tally_that_nobody_hears_counts_in_silence():
    """Without a listener nothing is called."""
    tally = Tally()
    tally()
    tally.part(1)(1.0)
    tally.end()


def test_shares_rise_from_nothing_to_one_between_evaluations(done):
    """The first is 0, the last 1, none is below the one before; one evaluation lies between two."""
    _, told, _ = done
    shares = shares_of(told)
    assert shares == sorted(shares)
    assert (told[0], shares[-2] < 1.0, told[-1]) == (0.0, True, 1.0)
    pairs = pairwise(told)
    assert not [pair for pair in pairs if all(isinstance(entry, str) for entry in pair)]


def test_what_a_listener_raises_ends_the_work(done, heard):
    """Wherever it is raised nothing more is evaluated; without a listener no bit is another."""
    work, told, result = done
    count = len(shares_of(told))

    def stop(share):
        heard.append(share)
        if len(shares_of(heard)) == last:
            raise Ended

    for last in (1, count // 2, count):
        heard.clear()
        with pytest.raises(Ended):
            work(progress=stop)
        assert heard == told[: len(heard)]
        assert (len(shares_of(heard)), heard[-1]) == (last, shares_of(told)[last - 1])
    assert_same(work(), result)


@pytest.mark.parametrize("done", ["one lever", "a budget", "sensitivity"], indirect=True)
def test_the_share_is_no_guess_where_the_steps_are_known(done):
    """Before the last step more than four fifths are done."""
    assert shares_of(done[1])[-2] > 0.8
