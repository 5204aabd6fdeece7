"""Properties of the public interface on made series: a small run of `benchmarks/properties.py`."""

import runpy
from pathlib import Path

import pandas as pd
import pytest

import forecast as fc

JOB = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "properties.py"))


def test_answers_keep_their_properties_on_anything_that_can_be_entered():
    """No crash, warning, impossible number or answer that moves with form, of a small batch."""
    found = JOB["Findings"]()
    JOB["check_batch"](0, 150, 7, found, forms=5)
    assert found.tried["series"] >= 150
    assert not found.faults, found.examples


SPIKE = {2008: 1.0, 2009: 1.0, 2010: 1.0, 2015: 1.0, 2020: 1e4}
EQUAL = {2009: 2.369082469996819, 2010: 2.5972628816629557, 2015: 2.8254432933290925,
         2017: 3.053623704995229, 2019: 3.281804116661365}  # fmt: skip
LIMIT = {2010 + i: 10.0 - 1e-9 * (11 - i) ** 1.5 for i in range(11)}
USUAL = {2017: 9.42645, 2018: 8.161095, 2019: 9.649476, 2020: 13.04332}


@pytest.mark.parametrize(
    ("one", "other", "kind", "better", "factor"),
    [(SPIKE, EQUAL, "amount", "lower", 1e-4), (LIMIT, USUAL, "ratio", "higher", 1e4)],
    ids=["equal steps", "steps near zero"],
)
def test_last_digits_that_another_unit_rounds_move_no_answer(one, other, kind, better, factor):
    """Steps that are equal, or nothing, but for last digits of figures are alike in any unit."""
    rows = [(name, *at) for name, figures in (("b", one), ("c", other)) for at in figures.items()]
    seen = pd.DataFrame(rows, columns=["region", "year", "value"])
    about = {"kind": kind, "better": better, "lower": 0.0, "indicator": "x"}
    whole, again = (
        fc.quantiles(fc.fit(seen.assign(value=seen["value"] * unit), **about), [2022, 2025])
        for unit in (1.0, factor)
    )
    names = ["q05", "q50", "q95"]
    assert again[names].to_numpy() == pytest.approx(factor * whole[names].to_numpy(), rel=1e-8)
