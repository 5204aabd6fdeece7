"""Tables and paths for the tests of indices, ranks and roll-up."""

from dataclasses import replace

import numpy as np
import pandas as pd

import forecast as fc

DRAWS = 400


def about(*names, **changes):
    """Describe indicators: amounts where more is better."""
    one = {"kind": "amount", "better": "higher", "resolution": 0.1, "cumulative": False,
           "concept": "c", "unit": "yuan_per_year"}  # fmt: skip
    return pd.DataFrame({"indicator": names} | one | changes)


def figures(*rows):
    """Figures: region, indicator, year, value a row."""
    return pd.DataFrame(rows, columns=["region", "indicator", "year", "value"])


def goals(*rows):
    """Targets: region, indicator, year, value, comparator a row."""
    return pd.DataFrame(rows, columns=["region", "indicator", "year", "value", "comparator"])


def listing(*rows):
    """Components of indices: index, area, component, indicator, weight a row."""
    return pd.DataFrame(rows, columns=["index", "area", "component", "indicator", "weight"])


def futures(fits, values, **changes):
    """Paths of next year on with given draws: (region, indicator) -> (draws, years)."""
    keys = list(zip(fits.series["region"], fits.series["indicator"], strict=True))
    drawn = np.stack([np.asarray(values[key], float) for key in keys])
    start = int(np.floor(fits.series["latest_year"].min())) + 1
    years = np.arange(start, start + drawn.shape[2])
    return replace(fc.Paths(fits, years, drawn, 0), **changes)


# Scores.
