"""What the tests of reading figures share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import pytest

from forecast.intake.figure_import import FigureImport
from forecast.intake.review import PublishedFigures
from forecast.tables.plan import Plan


@pytest.fixture(autouse=True, scope="module")
def published_once() -> Iterator[None]:
    """Prepare what a plan has published once for all files that are held against it."""
    prepare = vars(FigureImport)["_published"].func
    kept: dict[tuple[int, bool], tuple[Plan, PublishedFigures]] = {}

    def once(figures: FigureImport) -> PublishedFigures:
        key = id(figures.plan), figures.targets
        if key not in kept:
            kept[key] = figures.plan, prepare(figures)
        return kept[key][1]

    prepared = cached_property(once)
    prepared.__set_name__(FigureImport, "_published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FigureImport, "_published", prepared)
        yield
