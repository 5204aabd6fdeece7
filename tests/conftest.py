"""What all tests share: no window, no chance that cannot be repeated, the project's folder."""

import gc
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import Phase, settings

# Libraries and tests are garbage to nobody; looking for it takes a fifth of their import.
gc.disable()
# Before anything imports matplotlib, here or in a process started by a test.
os.environ["MPLBACKEND"] = "Agg"
# Matrices are small, and tests run side by side.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
# A PDF takes as long as a small report; the tests of PDFs switch it on.
os.environ["FORECAST_PDF"] = "0"
# What commands print is compared in English unless a test says otherwise.
os.environ["FORECAST_LANGUAGE"] = "en"

# A grammar of addresses that takes seconds to build; `forecast.reports` leaves it out as well.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

# A shared machine may be slow at any moment; a failure must come back when it is looked for.
settings.register_profile(
    "project", deadline=None, derandomize=True, print_blob=True, max_examples=10
)
# After a change of formulas: pytest --hypothesis-profile thorough
settings.register_profile("thorough", deadline=None, print_blob=True, max_examples=1000)
# `make fuzz`: a find is made small when it is looked into.
PHASES = [Phase.explicit, Phase.generate]
settings.register_profile("fuzz", deadline=None, print_blob=True, max_examples=300, phases=PHASES)
settings.load_profile("project")


SLOW = ("test_browser", "test_cli", "test_database", "test_pages_in_a_browser", "test_runner",
        "test_scheduling", "test_server")  # fmt: skip
"""Modules that wait for processes and browsers: begun last, they would keep one worker waiting."""


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Generator[None, list[pytest.Collector], list]:
    """Look for examples only in tests that have one: the search takes longer than their import."""
    found = yield
    if ">>> " in file_path.read_text(encoding="utf-8", errors="ignore"):
        return found
    return [collector for collector in found if not isinstance(collector, DoctestModule)]


def pytest_collection_finish() -> None:
    """Look for garbage from here on, seldom, and not among what was imported."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow modules; the order within them, and of the others, stays random."""
    items.sort(key=lambda item: item.path.stem not in SLOW)


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of the project: the one with pyproject.toml."""
    return Path(__file__).parents[1]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> object:
    """Give the command line without the start of a Python: see `warm`."""
    from warm import Command

    return Command(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the tables of `small_plan`."""
    from small_plan import write

    return write(tmp_path / "data")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Give a place for a store of forecasts, in a folder that is not there yet."""
    from forecast.evaluation.store import STORE

    return tmp_path / "报告 #1?" / STORE


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of the shipped data with a few rows of them."""
    from small_plan import write_shipped

    return write_shipped(tmp_path_factory.mktemp("shipped"))


@pytest.fixture
def few_shipped(few: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Merge tables of one's own over these: reading all takes longer."""
    monkeypatch.setattr("forecast.tables.plan.shipped_folder", lambda _: few)


@pytest.fixture(scope="module")
def few_tables(few: Path) -> Iterator[None]:
    """Merge tables of one's own over these in all tests of a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("forecast.tables.plan.shipped_folder", lambda _: few)
        yield


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Give the forecasts of such a folder as of the end of 2022."""
    from small_plan import issued, write

    return issued(write(tmp_path_factory.mktemp("usual") / "data"))
