"""A plan of one region by hand, with given draws, for tests of targets and levers."""

from dataclasses import replace

import numpy as np
import pandas as pd

import forecast as fc
from forecast.scenarios.declarations import Mechanism

LISHUI = fc.load_plan("lishui", as_of="2022-12-31")
CARE = {"indicator": "care_workers_per_10k_elderly", "year": 2025}
WORKERS = {"indicator": "workers", "year": 2024}
NAMES = {"name_zh": "x", "name_en": "x", "unit": "person"}


def exactly(value):
    """Assume one number for sure."""
    return {**NAMES, "low": value, "central": value, "high": value}


def workforce(leaving=0.0, passing=50.0, cost=True, **more):
    """Make a workforce mechanism of 10,000 elderly: a ratio is a number of workers."""
    price = {"cost": {"low": 1.0, "central": 2.0, "high": 4.0}} if cost else {}
    cheap = {"cost": {"low": 0.5, "central": 1.5, "high": 2.5}} if cost else {}
    return Mechanism.model_validate(
        {
            "kind": "workforce",
            "indicator": "workers",
            "name_zh": "x",
            "name_en": "x",
            "inputs": {"population": "elderly"},
            "constants": {"per": 10000, "lag": 0},
            "levers": {
                "hires_per_year": {**NAMES, "upper": 100, "step": 5, **price},
                "trainees_per_year": {**NAMES, "upper": 100, "step": 10, **cheap},
            },
            "assumptions": {
                "leaving_rate": exactly(leaving),
                "passing_rate": exactly(passing),
                "population": exactly(10000.0),
                "population_growth": exactly(0.0),
            },
            **more,
        }
    )


def spread(leaving=(0.0, 10.0, 20.0), passing=(40.0, 50.0, 60.0), **more):
    """Workforce with assumptions that are ranges."""
    force = workforce().model_dump()
    for name, ends in (("leaving_rate", leaving), ("passing_rate", passing)):
        force["assumptions"][name] = {
            **NAMES, "unit": "percent", **dict(zip(("low", "central", "high"), ends, strict=True))
        }  # fmt: skip
    return {"force": Mechanism.model_validate({**force, **more})}


def adoption():
    """Make an adoption mechanism: a site of ten adds 0.2 to the pace, from a year on."""
    return Mechanism.model_validate(
        {
            "kind": "adoption", "indicator": "workers", "name_zh": "x", "name_en": "x",
            "levers": {
                "sites_per_year": {**NAMES, "upper": 10, "step": 1,
                                   "cost": {"low": 1, "central": 1, "high": 1}},
                "start_year": {**NAMES, "unit": "year", "lower": 2020, "upper": 2030},
            },
            "assumptions": {"places": exactly(10.0), "site_effect": exactly(2.0)},
        }
    )  # fmt: skip


PATHS: dict[tuple[str, int], fc.Paths] = {}


def _project(given, plan, draws):
    """Fit and simulate a plan once; its targets do not matter for that."""
    if (given, draws) not in PATHS:
        PATHS[given, draws] = fc.project(plan, until=2024, draws=draws)
    return PATHS[given, draws]


def toy(values, latest=50.0, targets=(("workers", 2024, 120.0, "ge"),), **changes):
    """Make a plan of region a with figures of 2021, and draws of 2022 to 2024 that are given.

    `values` is by indicator (draws, 3); `changes` those of the plan's indicators or tables.
    """
    base = LISHUI
    names = sorted(values)
    about = pd.DataFrame(
        {"indicator": names, "kind": "stock", "unit": "person", "lower": 0.0, "upper": np.nan,
         "better": "higher", "resolution": 1.0, "cumulative": False}
    ).assign(**{k: v for k, v in changes.items() if k not in vars(base)})  # fmt: skip
    goals = pd.DataFrame(targets, columns=["indicator", "year", "value", "comparator"])
    plan = replace(
        base,
        region="a",
        as_of="2021-12-31",
        indicators=about,
        targets=goals.assign(region="a", source="s"),
        observations=pd.DataFrame(
            {"region": "a", "indicator": names, "year": 2021.0, "value": latest}
        ),
        siblings=pd.DataFrame(
            {"region": ["b"] * 3, "indicator": names[0], "year": [2019.0, 2020.0, 2021.0],
             "value": [10.0, 30.0, 40.0]}
        ),
        rules=base.rules.iloc[:0],
    )  # fmt: skip
    plan = replace(plan, **{k: v for k, v in changes.items() if k in vars(base)})
    given = repr((names, latest, sorted((k, repr(v)) for k, v in changes.items())))
    paths = _project(given, plan, len(values[names[0]]))
    drawn = np.stack([np.asarray(values[name], float) for name in names])
    assert paths.values.shape == drawn.shape
    return plan, replace(paths, values=drawn, baseline=None)


def level(numbers):
    """Draws that stay where they are for three years."""
    return np.repeat(np.asarray(numbers, float)[:, None], 3, axis=1)


HUNDRED = {"workers": level(range(100))}
ONE = {"force": workforce()}
