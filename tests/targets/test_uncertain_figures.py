"""Figures that are not certain: from the table to the chance of a target."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.errors import DataError
from forecast.tables.csv_files import read_tables
from forecast.tables.plan import data_folder

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


@pytest.mark.parametrize(("error", "near"), [(0.3, 0.002), (1.0, 0.01), (3.0, 0.05)])
def test_a_standard_error_is_noise_about_the_latest_figure(error, near):
    """By brute force: the mean of the distribution without it, moved by errors of that size.

    Where the error is far above the noise, tails stay those of a Student-t: wider.
    """
    about = ABOUT.assign(kind="stock", upper=np.nan)
    seen = SEEN.assign(value=[50.0, 51.4, 51.8, 53.0])
    sure, unsure = (
        fc.fit(seen.assign(standard_error=[np.nan] * 3 + [e]), about, "linear") for e in (0, error)
    )
    node, weight = np.polynomial.hermite_e.hermegauss(41)
    year, y = np.full((1, 41), 2024.0), np.linspace(48.0, 64.0, 9)
    moved = [(sure.cdf((v - error * node)[None], year) @ weight / weight.sum()).item() for v in y]
    found = unsure.cdf(y[None], np.full((1, 9), 2024.0))[0]
    np.testing.assert_allclose(found, moved, atol=near)


def test_standard_errors_are_read_from_a_file(tmp_path):
    """The column is a number of the table observations; a negative one is refused."""
    head = "region,indicator,year,as_of,value,status,source,locus,note,standard_error\n"
    row = "lishui,care_workers_per_10k_elderly,2019,,20.5,actual,003_8dc3f949d45a2179.txt,,,{}\n"
    file = tmp_path / "observations.csv"
    file.write_text(head + row.format(0.4), encoding="utf-8")
    table = read_tables(tmp_path, data_folder())["observations"]
    assert table["standard_error"].dropna().tolist() == [0.4]
    file.write_text(head + row.format(-0.4), encoding="utf-8")
    with pytest.raises(DataError, match="not a standard error"):
        read_tables(tmp_path, data_folder())
