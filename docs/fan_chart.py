"""Draw the README's picture: `python docs/fan_chart.py [FILE]`."""

import sys
from pathlib import Path

import pandas as pd

import forecast as fc
from forecast.charts.series import fan_chart
from forecast.tables.names import Names


def draw() -> bytes:
    """Encode the fan chart of Zhejiang's minimum living standard as known at the end of 2021."""
    plan = fc.load_plan("zhejiang", as_of="2021-12-31")
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    result = fc.attainment(fits, plan.targets, as_of=plan.as_of)
    fan = fc.quantiles(fits, range(2022, 2026))
    chart = fan_chart(Names(plan, "en"), fan, result, "minimum_living_standard")
    assert chart is not None
    return chart.png()


if __name__ == "__main__":
    place = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_suffix(".png")
    Path(place).write_bytes(draw())
