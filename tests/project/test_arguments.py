"""Whatever the arguments of a public function are: a valid answer, or an error in plain words."""

import inspect
import warnings
from operator import attrgetter

import pandas as pd
import pytest

import forecast as fc
from forecast.errors import ForecastError, Message
from forecast.i18n.errors import format_error
from toy_plan import HUNDRED, LISHUI, ONE, WORKERS, toy

FIGURES = {2019: 50.0, 2020: 53.0, 2021: 55.0}
ABOUT = {"kind": "share", "better": "higher", "indicator": "x"}
GOAL = pd.DataFrame({"year": [2024], "value": [60.0], "comparator": ["ge"]})
FITS = fc.fit(FIGURES, **ABOUT)
PATHS = fc.simulate(FITS, until=2024, draws=9)
PLAN, DRAWN = toy(HUNDRED, targets=[("workers", 2024, 10.0, "ge")])
BASE = {"plan": PLAN, "scenario": fc.BASELINE, "paths": DRAWN, "mechanisms": ONE}
BEDS = pd.DataFrame({"region": ["p", "a"], "indicator": "x", "year": 2025, "value": [110.0, 60.0]})
SOUND = {
    "fit": {"observations": FIGURES, "indicators": ABOUT},
    "quantiles": {"fits": FITS, "years": [2024]},
    "simulate": {"fits": FITS, "until": 2024, "draws": 9},
    "attainment": {"source": FITS, "targets": GOAL},
    "attainment_years": {"fits": FITS, "targets": GOAL},
    "backtest": {"observations": FIGURES, "indicators": ABOUT, "horizon": 1, "draws": 0},
    "joint": {"paths": PATHS, "targets": GOAL},
    "propose_targets": {"fits": FITS, "year": 2030},
    "index": {"paths": DRAWN, "plan": PLAN},
    "rank": {"paths": DRAWN, "plans": PLAN},
    "roll_up": {"plans": LISHUI},
    "reconcile": {"table": BEDS, "regions": BEDS[["region"]].assign(parent=["", "p"])},
    "Plan.from_frames": {"observations": FIGURES, "targets": GOAL, "indicators": ABOUT},
    "load_plan": {"place": "nowhere"},
    "project": {"plan": PLAN, "until": 2023, "draws": 9},
    "compare": {**BASE, "scenarios": [fc.BASELINE]},
    "apply_scenario": BASE,
    "check_rules": BASE,
    "cheapest_mix": BASE,
    "failure_conditions": {**BASE, "target": WORKERS},
    "goal_seek": {**BASE, "target": WORKERS, "lever": "hires_per_year"},
    "required": BASE,
    "next_figure": {**BASE, "target": WORKERS},
    "sensitivity": {**BASE, "target": WORKERS, "n": 16},
    "project_forecast": BASE,
    "read_mechanisms": {},
    "read_priors": {},
    "read_scenario": {"place": "baseline"},
    "write_scenario": {"scenario": fc.BASELINE, "file": "scenario.yaml"},
    "run_panel": {"source": "nowhere", "out": "out"},
    "run_report": {"params": "nowhere.yaml"},
}
"""Arguments of every public function, sound but for files that are not there."""
ODD = (None, [], {}, "?", 0.5, [None], BEDS[["year"]])


@pytest.mark.parametrize("name", SOUND)
def test_odd_arguments_end_in_an_answer_or_a_sentence(name, tmp_path, monkeypatch):
    """None, empty, of another type or without columns: each parameter of each public function."""
    monkeypatch.chdir(tmp_path)
    function, raw = attrgetter(name)(fc), []
    parameters = inspect.signature(function).parameters
    sound = {key: value for key, value in SOUND[name].items() if key in parameters}
    unread = ("about", "until" if "paths" in sound else "")  # draws given end when they end
    for key, parameter in parameters.items():
        for odd in ODD[parameter.default is None :] if key not in unread else ():
            try:
                with warnings.catch_warnings(action="ignore"):
                    function(**sound | {key: odd})
            except Exception as error:
                clear = isinstance(error, ForecastError | ValueError | TypeError)
                plain = isinstance(error, ForecastError) or isinstance(error.args[0], Message)
                if not (clear and plain and format_error(error, "zh")):
                    raw.append(f"{key}={odd!r}: {error!r}")
    assert not raw


def test_every_public_function_is_tried():
    """A new public function needs a row in the table of sound arguments."""
    public = {name for name in fc.__all__ if inspect.isfunction(getattr(fc, name))}
    assert public == {name for name in SOUND if "." not in name}


def test_figures_are_fitted_where_fits_are_not_given():
    """`quantiles` and `attainment` take a table and any table of indicators, as `fit` does."""
    known = {"indicators": ABOUT | {"indicator": "value"}}
    fits = fc.fit(FIGURES, **known)
    pd.testing.assert_frame_equal(fc.quantiles(FIGURES, 2024, **known), fc.quantiles(fits, 2024))
    pd.testing.assert_frame_equal(fc.attainment(FIGURES, GOAL, **known), fc.attainment(fits, GOAL))
    with pytest.raises(ForecastError, match="leave them out beside fits"):
        fc.quantiles(fits, 2024, **known)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: fc.project(FITS), "plan must be a plan from fc.load_plan or fc.Plan.from_frames"),
        (lambda: fc.simulate(FITS, until=2024, draws=2.5), "draws must be a whole number, not 2.5"),
        (lambda: fc.rank([PATHS, 3], PLAN), "paths must be paths from .* or a list, not .*3]"),
        (lambda: fc.fit(FIGURES, kind=[], better="higher"), "kind must be one value for all"),
        (lambda: fc.compare(PLAN, fc.BASELINE), "scenarios must be a list, not Scenario"),
        (lambda: fc.quantiles(FITS, []), "years must be a list of years"),
    ],
)  # fmt: skip
def test_the_error_names_the_parameter_and_what_it_takes(call, text):
    """A wrong kind of argument: function, parameter, what is expected, and what was given."""
    with pytest.raises((TypeError, ValueError), match=text):
        call()
