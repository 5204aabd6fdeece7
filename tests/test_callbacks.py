"""Progress of long computations is reported from 0 to 1, and can be cancelled at any report."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.callbacks import ProgressTracker
from forecast.desk.session import Desk

CARE = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
TRAINED = ("trainees_per_year", "hires_per_year")


class Cancelled(Exception):
    """Raised by a callback."""


@pytest.fixture(scope="module")
def plan():
    """Give a shipped plan with what the target and its levers need."""
    whole = fc.load_plan("lishui", as_of="2022-12-31")
    names = (CARE["indicator"], "elderly_60_plus_registered", "resident_population")
    tables = {name: getattr(whole, name) for name in ("observations", "siblings", "targets")}
    return replace(whole, **{n: t[t["indicator"].isin(names)] for n, t in tables.items()})


@pytest.fixture(scope="module")
def given(plan):
    """Give draws of the plan and a scenario."""
    return {
        "paths": fc.project(plan, draws=40),
        "scenario": fc.read_scenario("care_worker_training"),
    }


COMPUTATIONS = {
    "one lever": lambda plan, given, **more: fc.goal_seek(
        plan, CARE, lever="pace", **given, **more
    ),
    "an insufficient lever": lambda plan, given, **more: fc.goal_seek(
        plan, CARE, lever="hires_per_year", probability=0.99, **given, **more
    ),
    "a budget": lambda plan, given, **more: fc.goal_seek(
        plan, CARE, lever="trainees_per_year", budget=1.0, paths=given["paths"], **more
    ),
    "several levers": lambda plan, given, **more: fc.goal_seek(
        plan, CARE, lever=TRAINED, paths=given["paths"], **more
    ),
    "draws first": lambda plan, _, **more: fc.goal_seek(plan, CARE, lever="pace", draws=20, **more),
    "sensitivity": lambda plan, given, **more: fc.sensitivity(plan, CARE, n=8, **given, **more),
    "draws": lambda plan, _, **more: fc.project(plan, draws=20, **more),
    "a desk": lambda *_, **more: Desk.open("xiaoshan", as_of="2022-12-31", draws=20, **more),
}


@pytest.fixture(scope="module", params=COMPUTATIONS)
def computed(request, plan, given):
    """Run a computation: the call that repeats it, the reported shares, the result."""

    def compute(**more):
        return COMPUTATIONS[request.param](plan, given, **more)

    shares = []
    return compute, shares, compute(progress=shares.append)


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


def test_shares_rise_from_0_to_1(computed):
    """The first share is 0, only the last is 1, and none is below the one before."""
    _, shares, _ = computed
    assert shares == sorted(shares) and len(shares) > 2
    assert (shares[0], shares[-2] < 1.0, shares[-1]) == (0.0, True, 1.0)


def test_an_exception_of_the_callback_cancels_at_once(computed):
    """It comes out as it is, nothing is reported after it, and a later run is not affected."""
    compute, shares, result = computed

    def stop(share):
        seen.append(share)
        if len(seen) == last:
            raise Cancelled

    for last in (1, len(shares) // 2, len(shares)):
        seen = []
        with pytest.raises(Cancelled):
            compute(progress=stop)
        assert seen == shares[:last]
    assert_same(compute(), result)


@pytest.mark.parametrize("computed", ["one lever", "a budget", "sensitivity"], indirect=True)
def test_the_share_is_exact_where_the_steps_are_known(computed):
    """Before the last step more than four fifths are done."""
    assert computed[1][-2] > 0.8


def test_a_tracker_stays_below_1_until_the_end():
    """More steps than expected, several at once and parts: the share never falls, 1 comes last."""
    shares = []
    tracker = ProgressTracker(shares.append, 4)
    tracker()
    part = tracker.part(2)
    for share in (0.0, 0.5, 1.0):
        part(share)
    tracker(5)
    tracker()
    tracker.end()
    assert shares == [0.0, 0.25, 0.5, 0.75, 0.75, 0.75, 1.0]


def test_a_tracker_without_a_callback_reports_nothing():
    """It can be used all the same."""
    tracker = ProgressTracker()
    tracker()
    tracker.part(1)(1.0)
    tracker.end()
