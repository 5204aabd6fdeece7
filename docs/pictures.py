"""Draw the pictures of README and tour: `python docs/pictures.py [FOLDER]`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

import forecast as fc
from forecast.charts.chart import Chart
from forecast.charts.series import fan_chart
from forecast.charts.standing import standing_chart
from forecast.tables.names import Names

FOLDER = Path(__file__).parent
EXAMPLE = FOLDER.parent / "params" / "example" / "tables"


def draw_pictures(languages: Sequence[str] = ("en", "zh")) -> dict[str, bytes]:
    """Encode each picture as PNG, by file name.

    `fan` shows Zhejiang's minimum living standard as known at the end of 2021, `standing` the
    targets of the example plan in the middle of 2026.
    """
    zhejiang = fc.load_plan("zhejiang", as_of="2021-12-31")
    fits = _fit(zhejiang)
    result = fc.attainment(fits, zhejiang.targets, as_of=zhejiang.as_of)
    fan = fc.quantiles(fits, range(2022, 2026))
    example = fc.load_plan(EXAMPLE, region="yunling_county", as_of="2026-06-30")
    last = example.targets[example.targets["year"].eq(2030)]
    standing = fc.attainment(_fit(example), last, as_of=example.as_of)
    pictures: dict[str, Chart | None] = {}
    for language in languages:
        names = Names(zhejiang, language)
        pictures |= {
            f"fan_{language}.png": fan_chart(names, fan, result, "minimum_living_standard"),
            f"standing_{language}.png": standing_chart(Names(example, language), standing),
        }
    return {name: chart.png() for name, chart in pictures.items() if chart is not None}


def _fit(plan: fc.Plan) -> fc.Fits:
    return fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for name, content in draw_pictures().items():
        (folder / name).write_bytes(content)
