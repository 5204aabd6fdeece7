"""Labels of codes: what a status, kind, column or name of the tables is called.

English by group and code is in `labels.toml`, the translations are in the catalogues, with the
group as context.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import IO

from ..errors import check_name
from .catalog import pgettext

__all__ = ["LABELS", "extract", "label_of"]

LABELS: dict[str, dict[str, str]] = tomllib.loads(
    resources.files("forecast.i18n").joinpath("labels.toml").read_text(encoding="utf-8")
)


def label_of(group: str, key: str, language: str) -> str:
    """Name of a code of a group (`status`, `schedule`, `evidence`, `column` ...) in a language.

    >>> label_of("status", "not_yet_due", "zh"), label_of("evidence", "prior only", "en")
    ('未到公布时间', 'other regions only')
    """
    if key not in LABELS.get(group, ()):
        check_name("group of labels", group, list(LABELS))
        check_name(group, key, list(LABELS[group]))
    return pgettext(group, LABELS[group][key], language)


def extract(
    file: IO[bytes],
    keywords: object,  # noqa: ARG001
    comment_tags: object,  # noqa: ARG001
    options: object,  # noqa: ARG001
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Give the labels of `labels.toml` to Babel: line, function, context and message, comments."""
    for group, labels in tomllib.load(file).items():
        for text in labels.values():
            yield 1, "pgettext", (group, text), []
