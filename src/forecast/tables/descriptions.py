"""Figures given in Python, and what describes their indicators.

An indicator is described by a table, by keywords or by the package's own table. Nothing is guessed
from its figures. What is certain is filled in: the bounds of a share, and the whole description of
an indicator of the package's own table, with a `StatisticalWarning` that says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from ..errors import ArgumentError, DataError, Problem, StatisticalWarning, UnknownNameError, msg
from ..files import shipped_folder
from .cells import plain_text
from .frames import KEY, read_figures, read_table

__all__ = ["About", "Description", "describe_indicators", "read_inputs"]

PERCENT = {"lower": 0.0, "upper": 100.0}
"""Bounds of a share or coverage, which are stored as percentages."""


class Description(TypedDict, total=False):
    """Keywords: name of the only indicator, and the description of all."""

    indicator: str
    kind: str
    better: str
    lower: float
    upper: float
    resolution: float
    cumulative: bool


class About(Description, total=False):
    """Keywords: those of `Description`, and the name of the only region."""

    region: str


def read_inputs(
    observations: Any, indicators: Any, about: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read figures and descriptions, each in any of the forms that analysts hold them in.

    Parameters
    ----------
    observations : as of `frames.read_figures`
    indicators, about : as of `describe_indicators`

    Examples
    --------
    >>> rows, about = read_inputs({2021: 5.0}, {"kind": "amount", "better": "higher"}, {})
    >>> rows["indicator"].tolist(), about["indicator"].tolist()
    (['value'], ['value'])
    """
    unknown = sorted(set(about) - set(About.__annotations__))
    if unknown:
        raise UnknownNameError("keyword", unknown[0], [*About.__annotations__])
    for name, value in about.items():
        if np.ndim(value) or isinstance(value, Mapping):
            text = msg("{name} must be one value for all figures, not {given}.",
                       name=name, given=type(value).__name__)  # fmt: skip
            raise ArgumentError(text)
    named = {column: about.get(column) or "" for column in KEY}
    rows = read_figures(observations, **named)
    if isinstance(indicators, pd.DataFrame) and "indicator" in indicators and not about:
        return rows, describe_indicators(indicators, (), about)
    return rows, describe_indicators(indicators, rows["indicator"].dropna().unique(), about)


def describe_indicators(
    indicators: Any, names: Iterable[str], about: Mapping[str, Any]
) -> pd.DataFrame:
    """Describe indicators by a table, by keywords, or as the package's own table does.

    Parameters
    ----------
    indicators : table with `indicator`, `kind`, `better` and where there are any `lower`, `upper`,
        `resolution`, `cumulative`; one row without `indicator` describes all; a dict of these
        columns for one indicator, or a dict of such dicts; None where keywords or the package's
        table describe them
    names : the observed indicators
    about : the keywords `About`

    Raises
    ------
    DataError
        For keywords beside a table, and indicators that nothing describes.

    Examples
    --------
    >>> about = describe_indicators(None, ["beds"], {"kind": "share", "better": "higher"})
    >>> about[["indicator", "kind", "better", "lower", "upper"]].values.tolist()
    [['beds', 'share', 'higher', 0.0, 100.0]]
    """
    observed = list(names)
    given = {k: v for k, v in about.items() if k not in KEY and v is not None}
    if indicators is None and not given:
        return _take_shipped(observed)
    if indicators is None:
        missing = [column for column in ("kind", "better") if column not in given]
        if missing:
            raise DataError(_undescribed(observed, missing))
        bounds = PERCENT if given["kind"] in ("share", "coverage") else {}
        return pd.DataFrame({"indicator": observed}).assign(**(bounds | given))
    if given:
        problem = msg("described twice: by keywords and by a table")
        remedy = msg("leave one of them out")
        raise DataError([Problem("indicators", None, next(iter(given)), None, problem, remedy)])
    if isinstance(indicators, Mapping):
        indicators = _from_mapping(indicators)
    table = read_table(indicators, "indicators")
    if "indicator" not in table and len(table) == 1:
        table = table.loc[table.index.repeat(len(observed))].assign(indicator=observed)
    texts = [c for c in ("indicator", "kind", "better", "numerator", "denominator") if c in table]
    changed = {c: plain for c in texts if (plain := plain_text(table[c])) is not table[c]}
    return table.assign(**changed) if changed else table


def _from_mapping(indicators: Mapping[str, Any]) -> pd.DataFrame:
    """Read a dict of columns of one indicator, or a dict of such dicts."""
    if all(isinstance(value, Mapping) for value in indicators.values()):
        return pd.DataFrame([{"indicator": n, **about} for n, about in indicators.items()])
    lists = any(isinstance(value, list | tuple) for value in indicators.values())
    return pd.DataFrame(indicators if lists else [indicators])


def _take_shipped(names: list[str]) -> pd.DataFrame:
    """Take the descriptions of the package's own table, and say so."""
    table = pd.read_csv(shipped_folder("data") / "indicators.csv")
    if unknown := sorted(set(names) - set(table["indicator"])):
        raise DataError(_undescribed(unknown, ["kind", "better"]))
    text = msg("indicators described by the package's own table: {names}", names=sorted(names))
    warnings.warn(text, StatisticalWarning, stacklevel=4)
    return table


def _undescribed(names: list[str], columns: list[str]) -> list[Problem]:
    problem = msg("observed but not described")
    remedy = msg("give a table of indicators, or {names} as keywords", names=columns)
    return [Problem("indicators", None, "indicator", str(n), problem, remedy) for n in names]
