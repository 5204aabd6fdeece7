"""Array types, and records of arrays: frozen dataclasses with a row a series in each array.

Nested records, and tuples and dicts of records or arrays, are followed; everything else (names,
single numbers) is kept as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BoolArray", "FloatArray", "IntArray", "as_slice", "broadcast_trailing", "count_within",
    "scatter", "select",
]  # fmt: skip

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Record = TypeVar("Record")


def select(record: Record, index: IntArray | slice) -> Record:
    """Select the series at `index`, repeats allowed, in that order.

    >>> select((np.array([1.0, 2.0, 3.0]), "log"), np.array([2, 0]))
    (array([3., 1.]), 'log')
    """
    selected: Record = _combine(lambda arrays: arrays[0][index], [record])
    return selected


def scatter(records: Iterable[tuple[Record, IntArray]], series: int) -> Record:
    """Join records of one shape, each with the positions of its series among all `series`.

    One record is in memory beside the whole at a time. What is no array is that of the first.

    >>> parts = (np.array([3.0]), "log"), (np.array([1.0]), "log")
    >>> scatter(zip(parts, [np.array([1]), np.array([0])]), 2)
    (array([1., 3.]), 'log')
    """
    whole: Any = None
    for record, at in records:
        if whole is None:
            whole = _combine(lambda a: np.empty((series, *a[0].shape[1:]), a[0].dtype), [record])
        _combine(partial(_put, at), [whole, record])
    joined: Record = whole
    return joined


def broadcast_trailing(values: FloatArray, like: FloatArray) -> FloatArray:
    """Reshape (series,) to (series, 1, ...), so that it broadcasts against `like`."""
    return values.reshape(values.shape + (1,) * (like.ndim - 1))


def count_within(n: IntArray) -> IntArray:
    """Count 0, 1 ... n - 1 within each of consecutive groups of `n` items.

    >>> count_within(np.array([2, 0, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    counted: IntArray = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    return counted


def as_slice(index: IntArray) -> IntArray | slice:
    """Return a slice for consecutive rows: it copies nothing.

    >>> as_slice(np.array([2, 3])), as_slice(np.array([3, 2]))
    (slice(2, 4, None), array([3, 2]))
    """
    if len(index) and bool((np.diff(index) == 1).all()):
        return slice(int(index[0]), int(index[-1]) + 1)
    return index


def _put(at: IntArray, arrays: list[Any]) -> None:
    arrays[0][at] = arrays[1]


def _combine(combine: Callable[[list[Any]], Any], values: list[Any]) -> Any:
    """Apply `combine` to the arrays that stand at each position of all `values`."""
    first = values[0]
    if isinstance(first, np.ndarray):
        return combine(values)
    if isinstance(first, dict):
        return {key: _combine(combine, [value[key] for value in values]) for key in first}
    if isinstance(first, tuple):
        return tuple(_combine(combine, list(column)) for column in zip(*values, strict=True))
    if is_dataclass(first) and not isinstance(first, type):
        names = [field.name for field in fields(first)]
        parts = {n: _combine(combine, [getattr(v, n) for v in values]) for n in names}
        return replace(first, **parts)
    return first
