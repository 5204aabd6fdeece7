"""Run a panel: read a dataset, answer its partitions, keep what is done, say what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from ..callbacks import Progress, ProgressTracker
from ..errors import N_, DataError, Problem, ReportError, cause, check_arguments, check_name, msg
from ..files import MANIFEST
from ..model.fitting import QUANTILES
from ..model.priors import GROWTH_PATHS
from ..tables.calendar import parse_optional_day, read_years
from ..tables.cells import read_chances
from ..tables.descriptions import describe_indicators
from ..targets.attainment import ANSWERS
from .answering import answer_partition, done_file
from .engine import LostError, Runner, open_runner
from .settings import PanelFault, PanelResult, PanelSettings, hash_text
from .splitting import group_indicators, split_file
from .storage import Store

__all__ = ["run_panel"]

TABLES = ("observations", "targets")
RECONNECTIONS = 3
"""How often a panel goes on after it lost its scheduler."""
DIED = N_("the worker died ({reason}); its memory may be too small for the partition")
LOST = N_("the scheduler was lost; the same call goes on with what is missing")


def run_panel(  # noqa: PLR0913 - each an option of its own
    source: str,
    out: str,
    *,
    indicators: Any = None,
    years: Iterable[Any] = (),
    levels: Any = QUANTILES,
    growth: str = "auto",
    answers: Iterable[str] | str = ("reach",),
    as_of: str | dt.date | None = None,
    priors: pd.DataFrame | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
    most_rows: int = PanelSettings.most_rows,
    progress: Progress | None = None,
) -> PanelResult:
    """Answer a panel of any number of series, partition by partition, and go on where it stopped.

    A partition is an indicator with all its regions, or the indicators that a ratio ties together:
    regions inform each other, so they are fitted together. The source's files are split by
    partition first, then each partition is answered. What a partition's answers depend on is
    hashed; one that is answered already is skipped, so the same call after a fault, or with
    another engine, finishes the rest. Files, their order, workers and engine change no bit.

    Parameters
    ----------
    source : folder, or URL of fsspec, with Parquet files in `observations` and, where there are
        targets, in `targets`: any number, in any folders below, with the columns of `fit` and
        `attainment`; and with `indicators.parquet` or `indicators.csv`
    out : folder or URL. `quantiles` and `attainment` get a Parquet file a partition, each whole or
        not at all; `manifest.json` says what is done and what is missing. `_parts` and `_done` hold
        what a later call goes on with
    indicators : in place of the source's table, as for `fit`
    years : forecast; none takes the years of the targets, or else the next five
    levels : of the quantiles
    growth, priors : as for `fit`
    answers, as_of : as for `attainment`
    scheduler : address of a Dask scheduler, as `tcp://host:8786`; None uses processes of this
        machine. These do not run the calling script again: it needs no guard of its main part
    workers : number of these; None takes one a core, 0 works in this process, without Dask
    most_rows : largest partition that is taken
    progress : called with the share done

    Returns
    -------
    PanelResult : also written as the manifest

    Raises
    ------
    DataError
        Where there is no source, no description of indicators, or no engine.
    ReportError
        If the manifest cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> (folder / "in" / "observations").mkdir(parents=True)
    >>> rows = pd.DataFrame({"region": ["a", "b"], "indicator": "beds", "year": 2021,
    ...                      "value": [50.0, 40.0]})
    >>> rows.to_parquet(folder / "in" / "observations" / "one.parquet")
    >>> about = {"indicator": "beds", "kind": "stock", "better": "higher"}
    >>> result = run_panel(str(folder / "in"), str(folder / "out"), indicators=about, workers=0)
    >>> result.complete, result.done, result.series
    (True, ('beds',), 2)
    >>> len(pd.read_parquet(folder / "out" / "quantiles"))
    10
    """
    check_arguments(run_panel, locals())
    settings = _check_settings(years, levels, growth, answers, as_of, most_rows)
    store, target = _open(source), _open(out)
    files = [(table, name) for table in TABLES for name in _list_files(store, table)]
    if not any(table == "observations" for table, _ in files):
        problem, remedy = msg("no Parquet file in {name!r}", name="observations"), msg("add one")
        raise DataError([Problem(source, None, None, None, problem, remedy)])
    if any(f"{target.root}/".startswith(f"{store.path(table)}/") for table in TABLES):
        problem = msg("lies among the files that are read")
        remedy = msg("choose a folder outside of observations and targets")
        raise DataError([Problem(str(out), None, None, None, problem, remedy)])
    about = _read_indicators(store, indicators)
    groups = group_indicators(about)
    target.remove_partial()
    run = _Run(str(source), str(out), about, groups, settings, priors, progress)
    for attempt in range(RECONNECTIONS + 1):
        try:
            with open_runner(scheduler, workers) as runner:
                run.split(runner, files)
                run.answer(runner)
                run.remove_old()
            break
        except LostError:
            if attempt == RECONNECTIONS:
                run.lose()
    result = run.result()
    try:
        target.write_json(MANIFEST, result.manifest())
    except OSError as error:
        text = N_("{file} cannot be written: {reason}. Choose another place.")
        raise ReportError(msg(text, file=target.path(MANIFEST), reason=cause(error))) from error
    return result


class _Run:
    """State of a run: pieces, faults and records of partitions."""

    def __init__(
        self, source: str, out: str, about: pd.DataFrame, groups: Mapping[str, str],
        settings: PanelSettings, priors: pd.DataFrame | None, progress: Progress | None,
    ) -> None:  # fmt: skip
        self.source, self.out, self.about, self.groups = source, out, about, groups
        self.settings, self.priors = settings, priors
        self.progress = ProgressTracker(progress, 1)
        self.split_done: dict[tuple[str, str], dict[str, Any]] = {}
        self.records: dict[str, dict[str, Any]] = {}
        self.skipped: list[str] = []
        self.failed: dict[str, PanelFault] = {}
        self.expected: list[str] = []

    def split(self, runner: Runner, files: list[tuple[str, str]]) -> None:
        """First pass: split the files that have not been."""
        left = [pair for pair in files if pair not in self.split_done]
        self.progress.expected = 2 * len(files) + 1
        args = [(self.source, n, t, self.out, dict(self.groups), self.about) for t, n in left]
        for task, found in runner(split_file, args):
            self.progress()
            pair = (task[2], task[1])
            if isinstance(found, BaseException):
                fault = PanelFault("", task[1], None, _reason(found))
                found = {"pieces": {}, "faults": [asdict(fault)]}
            self.split_done[pair] = found

    def answer(self, runner: Runner) -> None:
        """Second pass: answer the partitions that are not yet, and have no faulty row."""
        store = Store(self.out)
        barred = {fault.partition for fault in self._row_faults()}
        method = self.settings.fingerprint(self.priors)
        tasks = []
        self.skipped, self.expected = [], sorted(self._names())
        self.failed = {}
        for name in self.expected:
            if name in self.records or name in barred:
                continue
            pieces = {table: self._pieces(table, name) for table in TABLES}
            members = [i for i, group in self.groups.items() if group == name]
            about = self.about[self.about["indicator"].isin(members)].reset_index(drop=True)
            hashes = [[sorted(piece[3] for piece in pieces[table]) for table in TABLES]]
            described = about.sort_values("indicator").to_csv(index=False)
            fingerprint = hash_text(method, hashes, described)
            record = store.read_json(done_file(name))
            if record and record["fingerprint"] == fingerprint and _intact(store, record):
                self.records[name] = record
                self.skipped.append(name)
                continue
            tasks.append((self.out, name, pieces, about, self.settings, self.priors, fingerprint))
        self.progress.expected = 2 * len(self.split_done) + len(tasks) + 1
        for task, found in runner(answer_partition, tasks):
            self.progress()
            if isinstance(found, BaseException):
                self.failed[task[1]] = PanelFault(task[1], "", None, _reason(found))
            elif "fault" in found:
                self.failed[task[1]] = PanelFault(**found["fault"])
            else:
                self.records[task[1]] = found

    def remove_old(self) -> None:
        """Remove answers of partitions that the source no longer has, if all of it was read."""
        if any(fault.row is None for fault in self._row_faults()):
            return
        store = Store(self.out)
        for name in store.list_files("_done"):
            record = store.read_json(name)
            if record and record["partition"] not in self.expected:
                for file in (*record["files"].values(), name):
                    with suppress(FileNotFoundError):
                        store.fs.rm_file(store.path(file))

    def lose(self) -> None:
        """Note that what is not done was lost with the scheduler."""
        for name in self._names() or [""]:
            if name not in self.records:
                self.failed.setdefault(name, PanelFault(name, "", None, msg(LOST)))

    def result(self) -> PanelResult:
        """Give the outcome."""
        self.progress.end()
        names, rows = self.expected or sorted(self._names()), self._row_faults()
        missing = [name for name in names if name not in self.records]
        done = [name for name in names if name in self.records and name not in self.skipped]
        total = {k: sum(r[k] for r in self.records.values()) for k in ("series", "targets")}
        return PanelResult(
            tuple(done), tuple(self.skipped), tuple(missing),
            (*rows, *(self.failed[n] for n in sorted(self.failed))),
            total["series"], total["targets"], asdict(self.settings),
        )  # fmt: skip

    def _names(self) -> set[str]:
        """Partitions with figures."""
        found = (r["pieces"] for (t, _), r in self.split_done.items() if t == "observations")
        return {name for pieces in found for name in pieces}

    def _pieces(self, table: str, partition: str) -> list[list[Any]]:
        return [
            piece
            for (of, _), found in sorted(self.split_done.items())
            if of == table
            for piece in found["pieces"].get(partition, ())
        ]

    def _row_faults(self) -> list[PanelFault]:
        """Faults of files and rows, in the files' order."""
        results = [found for _, found in sorted(self.split_done.items())]
        return [PanelFault(**fault) for found in results for fault in found["faults"]]


def _check_settings(
    years: Iterable[Any],
    levels: Any,
    growth: str,
    answers: Iterable[str] | str,
    as_of: str | dt.date | None,
    most_rows: int,
) -> PanelSettings:
    check_name("growth path", growth, GROWTH_PATHS)
    answers = (answers,) if isinstance(answers, str) else tuple(answers)
    for name in answers:
        check_name("answer", name, [*ANSWERS])
    numbers = read_years(list(years))
    if not np.isfinite(numbers).all() or (numbers % 1.0 != 0.0).any():
        raise ValueError(msg("years must be a list of years, not {years!r}.", years=[*years]))
    whole = tuple(int(year) for year in numbers)
    day = parse_optional_day(as_of, "run_panel")
    levels = read_chances("levels", levels)
    text = day.isoformat() if day else ""
    return PanelSettings(whole, tuple(levels), growth, text, answers, most_rows)


def _open(place: str) -> Store:
    """Open a folder or address; an error where no library of fsspec knows it."""
    try:
        return Store(str(place))
    except (ImportError, ValueError) as error:
        problem = msg("cannot be opened ({reason})", reason=str(error))
        remedy = msg("check the address, and install the library that it needs")
        raise DataError([Problem(str(place), None, None, None, problem, remedy)]) from None


def _list_files(store: Store, table: str) -> list[str]:
    try:
        return store.list_files(table, (".parquet", ".parq", ".pq"))
    except FileNotFoundError:
        return []


def _read_indicators(store: Store, given: Any) -> pd.DataFrame:
    """Read the description of the indicators, sorted: the given one, or the source's own."""
    table = given
    if table is None:
        for name in ("indicators.parquet", "indicators.csv"):
            if store.fs.exists(store.path(name)):
                with store.fs.open(store.path(name), "rb") as stream:
                    table = (pd.read_parquet if name.endswith("t") else pd.read_csv)(stream)
                break
    if table is None:
        problem = msg("no description of the indicators")
        remedy = msg("add indicators.csv, or give indicators")
        raise DataError([Problem(store.root, None, None, None, problem, remedy)])
    about = describe_indicators(table, (), {})
    return about.sort_values("indicator", ignore_index=True)


def _intact(store: Store, record: Mapping[str, Any]) -> bool:
    """Whether the files of a record are there, of the size that was written."""
    with suppress(FileNotFoundError):
        sizes = [store.fs.size(store.path(name)) for name in record["files"].values()]
        return sizes == record.get("sizes")
    return False


def _reason(error: BaseException) -> str:
    """Say why the engine gives no result."""
    if type(error).__name__ == "KilledWorker":
        return msg(DIED, reason=type(error).__name__)
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
