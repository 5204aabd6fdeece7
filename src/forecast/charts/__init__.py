"""Charts: every figure of the reports and the desk, drawn with matplotlib and seaborn.

For other packages:

- `chart`: what a chart is: two pictures, a text alternative, data
- `standing`: where all targets stand
- `series`: an indicator over the years, several in small
- `regions`: regions of one indicator, the cities as a map of tiles
- `measures`: effects of measures, the chance that a lever buys
- `reliability`: whether chances came true
- `texts`, `labels`, `style`: units and sources, labels that keep apart, fonts and colours
- `fan`: histories and forecasts of indicators
- `dashboard`: a plan on one page, small multiples
- `evaluation`: progress, outcomes, years of attainment, regions compared
- `scenarios`: scenario fans, changes of chances, tornado, cost curve
- `rankings`: composite indices, ranks of regions
- `projects`: building projects
- `calibration`: reliability, PIT histogram, coverage
"""

__all__ = [
    "calibration", "chart", "dashboard", "evaluation", "fan", "labels", "measures", "projects",
    "rankings", "regions", "reliability", "scenarios", "series", "standing", "style", "texts",
]  # fmt: skip
