"""Do raises of standards follow the growth of income or consumption? From the shipped tables.

    python benchmarks/raises.py

A raise is the change of a standard between two figures of one region at most two years apart, in
log points a year. Its driver is the growth a year of income or consumption per head over the same
years, or over those before it: of the region, else of the nearest region above that has it. Each
raise is forecast from those of all other regions, by their median and by a line in the driver; by
the package from all figures of standards up to the year it starts from; and by the mean of line and
package. Prints how many pairs there are and the mean absolute errors.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

import forecast as fc
from forecast.tables.csv_files import read_tables
from forecast.tables.plan import data_folder

LONGEST = 2
"""Years between the two figures of a raise."""
METHODS = ("the median raise", "the driver", "the package", "driver and package")
DRIVERS = ("income_per_capita", "consumption_per_capita")


def list_growth(observations: pd.DataFrame, longest: float) -> pd.DataFrame:
    """Growth a year between neighbouring figures: region, indicator, start, end, growth."""
    rows = observations.sort_values("year").drop_duplicates(["region", "indicator", "year"])
    groups = rows.groupby(["region", "indicator"])
    start, base = groups["year"].shift(), groups["value"].shift()
    span = rows["year"] - start
    growth = np.log(rows["value"] / base.where(base > 0)) / span
    table = rows[["region", "indicator"]].assign(start=start, end=rows["year"], growth=growth)
    return table[(span <= longest) & growth.notna()].reset_index(drop=True)


def find_driver(
    raise_: pd.Series, growth: pd.DataFrame, parents: dict[str, str], lag: int
) -> float:
    """Growth of income or consumption over a raise's years, `lag` years earlier; NaN if unknown."""
    region = raise_["region"]
    while region:
        near = growth[growth["region"] == region]
        over = (near["start"] <= raise_["start"] - lag) & (near["end"] >= raise_["end"] - lag)
        if over.any():
            return float(near.loc[over, "growth"].mean())
        region = parents.get(region, "")
    return float("nan")


def forecast(raise_: pd.Series, standards: pd.DataFrame, about: pd.DataFrame) -> float:
    """Median raise a year, in log points, that the package says from figures up to its start."""
    seen = standards[standards["year"] <= raise_["start"]]
    fits = fc.fit(seen[["region", "indicator", "year", "value"]], about.reset_index())
    mine = fits.series["region"].eq(raise_["region"])
    row = fits.series[mine & fits.series["indicator"].eq(raise_["indicator"])].index[:1]
    one = fits.take(row.to_numpy())
    end = one.quantiles([0.5], np.array([[raise_["end"]]]))[0, 0, 0]
    latest = float(one.series["latest"].iloc[0])
    return float(np.log(end / latest) / (raise_["end"] - raise_["start"]))


def main() -> None:
    """Print pairs and errors for growth in the same years and a year before."""
    tables = read_tables(data_folder())
    figures, about = tables["observations"], tables["indicators"].set_index("indicator")
    kind = figures["indicator"].map(about["kind"])
    standards = figures[kind == "standard"]
    raises = list_growth(standards, LONGEST)
    named = figures["indicator"].str.startswith(DRIVERS)
    growth = list_growth(figures[named], 10.0)
    parents = tables["regions"].set_index("region")["parent"].fillna("").to_dict()
    print(f"{len(raises)} raises of standards, {len(growth)} growth rates of income or consumption")
    for lag in (0, 1):
        driver = np.array([find_driver(row, growth, parents, lag) for _, row in raises.iterrows()])
        known = ~np.isnan(driver)
        x, y = driver[known], raises["growth"].to_numpy()[known]
        model = np.array([forecast(raises.loc[i], standards, about) for i in np.flatnonzero(known)])
        region, errors = raises["region"].to_numpy()[known], []
        for i in range(len(x)):
            others = region != region[i]
            slope, level = np.polyfit(x[others], y[others], 1)
            line = level + slope * x[i]
            said = np.array([np.median(y[others]), line, model[i], 0.5 * (line + model[i])])
            errors.append(np.abs(y[i] - said))
        shown = ", ".join(
            f"{error:.4f} by {name}"
            for name, error in zip(METHODS, np.mean(errors, axis=0), strict=True)
        )
        close = np.corrcoef(x, y)[0, 1]
        size = f"{len(x)} pairs of {len(set(region))} regions, correlation {close:.2f}"
        print(f"growth {lag} years before: {size}; mean absolute error {shown}")


if __name__ == "__main__":
    main()
