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


def test_equal_steps_answer_alike_in_every_unit():
    """Steps that differ in their last digits, or not, are equally steady: a spike among peers."""
    b = {2008: 1.0, 2009: 1.0, 2010: 1.0, 2015: 1.0, 2020: 1e4}
    c = {2009: 2.369082469996819, 2010: 2.5972628816629557, 2015: 2.8254432933290925,
         2017: 3.053623704995229, 2019: 3.281804116661365}  # fmt: skip
    rows = [(name, *one) for name, figures in (("b", b), ("c", c)) for one in figures.items()]
    seen = pd.DataFrame(rows, columns=["region", "year", "value"])
    about = {"kind": "amount", "better": "lower", "lower": 0.0, "indicator": "x"}
    whole, small = (
        fc.quantiles(fc.fit(seen.assign(value=seen["value"] * unit), **about), [2022, 2025])
        for unit in (1.0, 1e-4)
    )
    names = ["q05", "q50", "q95"]
    assert small[names].to_numpy() == pytest.approx(1e-4 * whole[names].to_numpy(), rel=1e-6)
