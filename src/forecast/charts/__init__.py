"""Charts: every figure of the reports and the desk, drawn with matplotlib and seaborn.

For other packages:

- `chart`: what a chart is: two pictures, a text alternative, data
- `standing`: where all targets stand
- `series`: an indicator over the years, several in small
- `scenarios`: an indicator under several scenarios
- `regions`: regions of one indicator by year, the cities as a map of tiles
- `measures`: effects of measures, the chance that a lever buys
- `reliability`: forecast chances against shares reached
- `texts`, `labels`, `style`: units and sources, labels that keep apart, fonts and colours
- `fan`, `tornado`: what the desk draws
"""

__all__ = [
    "chart", "fan", "labels", "measures", "regions", "reliability", "scenarios", "series",
    "standing", "style", "texts", "tornado",
]  # fmt: skip
