"""Columns of a few distinct words, as numbers and back, many rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["choose_words", "number_words", "take_words"]


def number_words(column: Any, words: Iterable[str] | pd.Index) -> NDArray[np.int64]:
    """Return the place of each cell among the words, -1 where it is none of them.

    >>> number_words(pd.Series(["ge", "le", None]), ["le", "ge"]).tolist()
    [1, 0, -1]
    """
    code, distinct = pd.factorize(column)
    known = words if isinstance(words, pd.Index) else pd.Index([*words])
    place: NDArray[np.int64] = np.append(known.get_indexer(pd.Index(distinct)), -1)[code]
    return place


def take_words(words: Iterable[str], number: NDArray[np.int64]) -> Any:
    """Give the column whose cells are the words of these numbers.

    >>> list(take_words(["le", "ge"], np.array([1, 0, 1])))
    ['ge', 'le', 'ge']
    """
    return pd.array([*words], dtype="str").take(number)


def choose_words(marks: Mapping[str, NDArray[np.bool_]], other: str) -> Any:
    """Give the column of the first word whose mark is set in a row, `other` where none is.

    >>> list(choose_words({"met": np.array([True, False])}, "missed"))
    ['met', 'missed']
    """
    number = np.select([*marks.values()], [*range(len(marks))], len(marks))
    return take_words([*marks, other], number)
