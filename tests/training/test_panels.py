"""Panels to learn from: read from a folder, with breaks marked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.errors import DataError
from forecast.training.panels import read_panel

OBSERVATIONS = "region,indicator,year,value\na,x,2019,1\na,x,2020,2\nb,y,2020,5\n"
INDICATORS = "indicator,kind,better\nx,stock,higher\ny,stock,higher\n"


def test_a_panel_is_read_with_its_breaks(tmp_path: Path) -> None:
    """The year whose definition is new is marked for that indicator alone."""
    (tmp_path / "observations.csv").write_text(OBSERVATIONS)
    (tmp_path / "indicators.csv").write_text(INDICATORS)
    notes = pd.DataFrame({"domain": ["d"], "use": "break", "region": "", "indicator": "x",
                          "year": 2020})  # fmt: skip
    panel = read_panel(tmp_path, "d", notes)
    assert panel.domain == "d"
    assert panel.observations["break"].tolist() == [False, True, False]


def test_what_is_missing_is_named_at_once(tmp_path: Path) -> None:
    """Both tables of an empty folder are problems."""
    with pytest.raises(DataError) as caught:
        read_panel(tmp_path, "d")
    assert [problem.file for problem in caught.value.problems] == [
        "observations.csv",
        "indicators.csv",
    ]
