"""Words of headers, titles, lines and names of indicators, from `vocabulary.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

__all__ = ["COLUMNS", "LABELS", "SKIPPED", "VOCABULARY", "WORDS"]

VOCABULARY: Mapping[str, Any] = tomllib.loads(
    resources.files("forecast.intake").joinpath("vocabulary.toml").read_text(encoding="utf-8")
)
COLUMNS, WORDS, LABELS, SKIPPED = (
    {kind: "|".join(f"(?:{pattern})" for pattern in patterns) for kind, patterns in words.items()}
    for words in (VOCABULARY[table] for table in ("columns", "words", "labels", "skipped"))
)
"""Patterns by kind."""
