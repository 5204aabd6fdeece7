"""Properties of the public interface on made series: a small run of `benchmarks/properties.py`."""

import runpy
from pathlib import Path

JOB = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "properties.py"))


def test_answers_keep_their_properties_on_anything_that_can_be_entered():
    """No crash, warning, impossible number or answer that moves with form, of a small batch."""
    found = JOB["Findings"]()
    JOB["check_batch"](0, 150, 7, found, forms=5)
    assert found.tried["series"] >= 150
    assert not found.faults, found.examples
