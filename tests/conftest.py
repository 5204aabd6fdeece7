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


SLOW = (
    ("test_browser", "test_scheduling"),
    ("test_cli", "test_server", "test_runner"),
    ("test_database", "test_pages_in_a_browser", "test_report_docs", "test_packaging", "reports"),
)
"""Modules that wait for processes and browsers: a worker begins with those of a line.

The package of reports follows the pages in a browser, which show the same notebooks.
"""


def pytest_configure(config: pytest.Config) -> None:
    """Let each worker begin the collection of all tests elsewhere: one compiles for the others."""
    here, worker = Path(__file__).parent, getattr(config, "workerinput", None)
    if worker and [Path(arg).name for arg in config.args] == ["tests", "src"]:
        parts = sorted(path for path in here.iterdir() if path.is_dir() and path.name[0] != "_")
        parts += [*sorted(here.glob("test_*.py")), here / "made_up_language.py", Path("src")]
        start = int(worker["workerid"][2:]) * len(parts) // worker["workercount"]
        config.args[:] = map(str, parts[start:] + parts[:start])


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


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Begin with the slow modules, each worker with others; packages stay together.

    A worker gets an equal part of the list (`--dist worksteal`), and those that are done first
    take tests from the end of another's. One that began with all slow modules would end last, and
    what the tests of a package share would be computed by each. All else is in random order, that
    of the seed wherever a worker began.
    """
    items.sort(key=lambda item: str(item.path))
    yield
    packages = list(dict.fromkeys(item.path.parent for item in items))
    items.sort(key=lambda item: packages.index(item.path.parent))
    lines = {name: (line, at) for line, names in enumerate(SLOW) for at, name in enumerate(names)}

    def place(item: pytest.Item) -> tuple[int, int]:
        return lines.get(item.path.stem) or lines.get(item.path.parent.name) or (-1, 0)

    slow = sorted((item for item in items if place(item)[0] >= 0), key=place)
    others = [item for item in items if place(item)[0] < 0]
    items.clear()
    workers, number = getattr(config, "workerinput", {}).get("workercount", 1), len(slow + others)
    for worker in range(workers):
        items += [item for item in slow if place(item)[0] % workers == worker]
        rest = max(number * (worker + 1) // workers - len(items), 0)
        items += others[:rest]
        del others[:rest]


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
