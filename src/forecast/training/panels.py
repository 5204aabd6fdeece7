"""Panels to learn from, and what is left out of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import DataError, Problem, msg

__all__ = ["Panel", "read_panel", "remove_held_out"]


@dataclass(frozen=True)
class Panel:
    """A panel of yearly series, with the tables that `fit` reads."""

    domain: str
    observations: pd.DataFrame
    indicators: pd.DataFrame


def read_panel(folder: Path, domain: str, notes: pd.DataFrame | None = None) -> Panel:
    """Read the observations and indicators of a panel's folder.

    Parameters
    ----------
    folder : has `observations.csv` (or `.csv.gz`) and `indicators.csv`
    domain : name of the panel
    notes : domain, use, region, indicator, year; rows with the use `break` mark the year whose
        definition of an indicator is new

    Raises
    ------
    DataError
        If a file is missing or is no table.
    """
    tables, problems = [], []
    for name in ("observations", "indicators"):
        files = [f for f in (folder / f"{name}.csv", folder / f"{name}.csv.gz") if f.is_file()]
        try:
            tables.append(pd.read_csv(files[0]))
        except IndexError:
            problem = msg("the table is missing")
            remedy = msg("a panel is a folder with observations.csv and indicators.csv")
            problems.append(Problem(f"{name}.csv", None, None, None, problem, remedy))
        except (ValueError, OSError) as error:
            remedy = msg("write a CSV file in UTF-8 with column names in line 1")
            problems.append(Problem(files[0].name, None, None, None, str(error), remedy))
    if problems:
        raise DataError(problems)
    observations, indicators = tables
    if notes is not None:
        breaks = notes[(notes["domain"] == domain) & (notes["use"] == "break")]
        marks = pd.MultiIndex.from_frame(breaks[["indicator", "year"]].astype({"year": float}))
        own = pd.MultiIndex.from_frame(observations[["indicator", "year"]].astype({"year": float}))
        observations = observations.assign(**{"break": own.isin(marks)})
    if "resolution" not in indicators:
        indicators = indicators.assign(resolution=np.nan)
    return Panel(domain, observations, indicators)


def remove_held_out(panel: Panel, notes: pd.DataFrame) -> Panel:
    """Remove the regions and indicators that the notes hold out."""
    held = notes[(notes["domain"] == panel.domain) & (notes["use"] == "held out")]
    table = panel.observations
    gone = table["region"].isin(held["region"].dropna())
    gone |= table["indicator"].isin(held["indicator"].dropna())
    return Panel(panel.domain, table[~gone].reset_index(drop=True), panel.indicators)
