"""What a chart of one indicator shows."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.charts.fan import anchored, chart_data, moment_of
from forecast.tables.names import Names

STANDARD = "minimum_living_standard"
COLUMNS = ["q05", "q10", "q25", "q50", "q75", "q90", "q95"]


@pytest.fixture(scope="module")
def plan():
    """Zhejiang at the end of 2021."""
    return fc.load_plan("zhejiang", as_of="2021-12-31")


def test_the_fan_opens_at_the_latest_figure():
    """All quantiles are the figure at first, then those of the table."""
    figures = pd.DataFrame({"year": [2019.0, 2021.0], "value": [9.0, 10.0]})
    table = pd.DataFrame([[2022, *range(7)]], columns=["year", *COLUMNS])
    fan = anchored(table, figures)
    assert fan.index.tolist() == [2021.0, 2022.0]
    assert np.all(fan.iloc[0] == 10.0)
    assert fan.loc[2022.0, ["q05", "q50", "q95"]].tolist() == [0.0, 3.0, 6.0]


def test_no_forecast_is_shown_beyond_the_last_target_or_the_present(plan):
    """A table that reaches further is cut at the last target's year."""
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    result = fc.attainment(fits, plan.targets, as_of=plan.as_of)
    data = chart_data(Names(plan, "en"), fc.quantiles(fits, range(2022, 2031)), result, STANDARD)
    assert data.fan.index.max() == 2025
    assert data.title == "Minimum living standard"
    assert moment_of(plan) == 2021.0
