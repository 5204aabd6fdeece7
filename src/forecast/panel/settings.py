"""What a panel run computes, and what it reports."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from ..evaluation.vintages import fingerprint_method
from ..model.fitting import QUANTILES
from ..model.priors import read_priors

__all__ = ["PanelFault", "PanelResult", "PanelSettings", "hash_text"]


@dataclass(frozen=True)
class PanelSettings:
    """Settings that decide the answers; see `runner.run_panel`."""

    years: tuple[int, ...] = ()
    levels: tuple[float, ...] = QUANTILES
    growth: str = "auto"
    as_of: str = ""
    answers: tuple[str, ...] = ("reach",)
    most_rows: int = 20_000_000

    def fingerprint(self, priors: pd.DataFrame | None) -> str:
        """Hash the settings with the method and the priors."""
        table = read_priors() if priors is None else priors
        # The limit decides whether there is an answer, not which.
        return hash_text({**asdict(self), "most_rows": 0}, fingerprint_method(table))


def hash_text(*parts: object) -> str:
    """Hash plain values.

    >>> hash_text("a", 1) == hash_text("a", 1) != hash_text("a", 2)
    True
    """
    text = json.dumps(parts, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@dataclass(frozen=True)
class PanelFault:
    """What kept a partition from being answered: where it is and why.

    `file` is the source's, "" for the whole partition; `row` counts from 1.
    """

    partition: str
    file: str
    row: int | None
    reason: str


@dataclass(frozen=True)
class PanelResult:
    """Outcome of a panel run.

    Attributes
    ----------
    done, skipped : partitions that were answered now, and that had been before
    missing : partitions without an answer
    faults : why, one or more for each of them, and unreadable files
    series, targets : number of each that all partitions together answer
    """

    done: tuple[str, ...]
    skipped: tuple[str, ...]
    missing: tuple[str, ...]
    faults: tuple[PanelFault, ...]
    series: int
    targets: int
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every partition is answered and every file was read."""
        return not self.missing and not self.faults

    def manifest(self) -> dict[str, Any]:
        """Give everything as plain values."""
        return {"complete": self.complete, **asdict(self)}
