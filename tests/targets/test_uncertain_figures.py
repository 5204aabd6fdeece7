"""Figures that are not certain: from the table to the chance of a target."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc

SEEN = pd.DataFrame({"region": "a", "indicator": "x", "year": [2018, 2019, 2020, 2021],
                     "value": [50.0, 51.0, 52.0, 53.0]})  # fmt: skip
ABOUT = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "lower": [0.0], "upper": [100.0],
                      "better": ["higher"], "resolution": [0.1]})  # fmt: skip
GOAL = pd.DataFrame({"region": ["a"], "indicator": ["x"], "year": [2022], "value": [60.0],
                     "comparator": ["ge"]})  # fmt: skip


@pytest.mark.parametrize(
    "doubt",
    [{"standard_error": [np.nan] * 3 + [3.0]}, {"status": ["actual"] * 3 + ["estimated"]},
     {"status": ["actual"] * 3 + ["preliminary"]}],
    ids=["standard error", "estimated", "preliminary"],
)  # fmt: skip
def test_an_uncertain_latest_figure_widens_the_forecast(doubt):
    """Its standard error or status makes the band of next year wider, in quantiles and draws."""
    sure, unsure = (fc.fit(SEEN.assign(**columns), ABOUT) for columns in ({}, doubt))
    bands = [fc.quantiles(f, [2022])[["q05", "q95"]].to_numpy()[0] for f in (sure, unsure)]
    widths = [high - low for low, high in bands]
    assert widths[1] > 1.02 * widths[0]
    drawn = [np.std(fc.simulate(f, until=2022, draws=2000).values) for f in (sure, unsure)]
    assert drawn[1] > drawn[0]
    chances = [fc.attainment(f, GOAL)["p_reach"].item() for f in (sure, unsure)]
    assert chances[1] >= chances[0]
