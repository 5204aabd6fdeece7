"""The tornado of the desk."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from drawn import check_layout, texts
from forecast.charts.tornado import tornado_chart
from forecast.tables.names import Names


@pytest.fixture(scope="module")
def names():
    """Names of Lishui's plan in English."""
    return Names(fc.load_plan("lishui", as_of="2022-12-31"), "en")


def tornado():
    """Four inputs of each sort; the last one does nothing that could be told from noise."""
    rows = [
        ("own_growth", "own", 10.0, 18.0, "", 0.05, 0.9),
        ("leaving", "assumption", 8.0, 20.0, "percent", 0.6, 0.3),
        ("trainees", "lever", 0.0, 250.0, "person", 0.4, 0.75),
        ("beds", "input", 100.0, 200.0, "yuan_per_year", 0.38, 0.47),
        ("nothing", "assumption", 1.0, 2.0, "percent", 0.4, 0.41),
    ]
    table = pd.DataFrame(rows, columns=["input", "kind", "low", "high", "unit", "p_low", "p_high"])
    swing = (table["p_high"] - table["p_low"]).abs()
    return table.assign(p_base=0.4, swing=swing, mc_error=0.01)


def test_the_tornado_has_the_bars_and_values_of_its_table(names):
    """Bars run from the chance at low to that at high, the values stand at their own ends."""
    inputs = {"leaving": "Workers leaving"}
    figure = tornado_chart(names, tornado(), inputs=inputs, title="t")
    (axes,) = figure.axes
    spans = [(p.get_x(), p.get_x() + p.get_width()) for p in axes.patches]
    expected = tornado().head(4)[["p_low", "p_high"]].to_numpy()
    np.testing.assert_allclose(np.sort(spans), np.sort(expected))
    places = {t.get_text().replace("\xa0", " "): t.xy[0] for t in axes.texts if hasattr(t, "xy")}
    assert places["8 %"] == 0.6 and places["20 %"] == 0.3
    assert places["0 persons"] == 0.4 and places["250 persons"] == 0.75
    assert "Workers leaving\nassumption" in texts(axes)
    assert len({(p.get_facecolor(), p.get_hatch()) for p in axes.patches}) == 4
    many = pd.concat([tornado().head(1)] * 15)
    more = tornado_chart(names, many, inputs={}, title="t")
    assert len(more.axes[0].patches) == 10
    check_layout(more)


def test_without_an_effect_there_is_no_figure(names):
    """Where no input moves the chance nothing is drawn."""
    assert tornado_chart(names, tornado().assign(swing=0.0), inputs={}, title="") is None
