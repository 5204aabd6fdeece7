"""Cells of tables from any library: as numbers, and as names.

What is no number is NaN here; whoever reads a table keeps the cell as it was, for its error.
"""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..errors import N_, msg

__all__ = ["are_numbers", "fill_readable", "plain_text", "read_chances", "read_numbers"]

FloatArray = NDArray[np.float64]
FULL_WIDTH = {ord(sign) + 0xFEE0: sign for sign in "0123456789.-+"}
"""Signs of numbers by the code of their wide form."""


def read_numbers(values: ArrayLike | pd.Series) -> FloatArray:
    r"""Convert numbers of any type to floats; NaN where one is missing or no plain number.

    >>> read_numbers([1, "2.5", decimal.Decimal("0.1"), None, "60%", True, 1j, "\uff16"]).tolist()
    [1.0, 2.5, 0.1, nan, nan, nan, nan, 6.0]
    """
    given = pd.Series(values)
    if isinstance(given.dtype, pd.CategoricalDtype):
        given = given.astype(given.cat.categories.dtype)
    if given.dtype.kind in "bcM":
        return np.full(len(given), np.nan)
    if not pd.api.types.is_numeric_dtype(given):
        cells = given.astype(object).map(_read_number, na_action="ignore")
        given = pd.to_numeric(cells, errors="coerce")
    numbers: FloatArray = given.to_numpy(float, na_value=np.nan)
    return numbers


def plain_text(column: pd.Series) -> pd.Series:
    """Give names without categories, not in the types of Arrow, and mixed ones as texts."""
    dtype: Any = column.dtype
    if (
        isinstance(dtype, np.dtype)
        and dtype.kind == "O"
        and pd.api.types.infer_dtype(column).startswith("mixed")
    ):
        return column.map(lambda v: v if isinstance(v, str) or v is None or v is pd.NA or v != v
                          else str(v)).astype("str")  # fmt: skip
    if isinstance(dtype, pd.CategoricalDtype):
        return column.astype(dtype.categories.dtype)
    nullable = isinstance(dtype, pd.StringDtype) and dtype.na_value is pd.NA
    return column.astype("str") if nullable or isinstance(dtype, pd.ArrowDtype) else column


def are_numbers(cells: pd.Series) -> bool:
    """Whether cells are numbers of numpy, no truth values."""
    return isinstance(cells.dtype, np.dtype) and cells.dtype.kind in "fiu"


def read_chances(name: str, given: Any) -> list[float]:
    """Read the probabilities, one or several, that an argument of this name has.

    Raises
    ------
    ValueError
        Where there is none, or one does not lie between 0 and 1.

    Examples
    --------
    >>> read_chances("levels", 0.5), read_chances("levels", ["0.1", 0.9])
    ([0.5], [0.1, 0.9])
    """
    cells = pd.Series([given] if np.ndim(given) == 0 else list(given), dtype=object)
    numbers = read_numbers(cells)
    wrong = ~((numbers > 0.0) & (numbers < 1.0))
    if wrong.any() or not len(cells):
        text = N_("{name} must lie between 0 and 1, not {given}.")
        raise ValueError(msg(text, name=name, given=[*cells[wrong]]))
    return [float(number) for number in numbers]


def fill_readable(cells: pd.Series, numbers: FloatArray) -> pd.Series:
    """Numbers where all could be read, else the cells with the numbers of those that could."""
    found = pd.Series(numbers, cells.index)
    if not np.isnan(numbers).any():
        return found
    # Truth values are numbers to whoever reads on.
    texts = cells.astype(object).map(lambda v: str(v) if isinstance(v, bool | np.bool_) else v)
    return texts.where(found.isna(), found)


def _read_number(cell: object) -> object:
    """Prepare a cell for `pd.to_numeric`, which takes too much for a number."""
    if isinstance(cell, str):
        return cell.translate(FULL_WIDTH)
    odd = isinstance(cell, bool | np.bool_ | dt.date | dt.timedelta | pd.Period | complex)
    return None if odd else float(cell) if isinstance(cell, decimal.Decimal) else cell
