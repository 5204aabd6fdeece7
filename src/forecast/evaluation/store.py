"""Where runs keep the forecasts they issued: one SQLite file, in which nothing ever changes.

All vintages of an output folder stand in one file, `STORE`. SQLite comes with Python and is read
by everything; a run is appended in one transaction, so that a crash or a full disk leaves all of
it or nothing; processes that append at the same time wait for each other's lock. Triggers refuse
to change or delete what was issued. There are two tables: `runs`, with what a run was made from,
and `forecasts`, with a row a target.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import DataError, Problem, WriteError, check_name
from .vintages import FORECASTS, Inputs, Run, hash_rows

__all__ = ["STORE", "append_run", "read_forecasts", "read_latest_run", "read_run", "read_runs"]

STORE = "vintages.sqlite"
APPLICATION, VERSION = 0x76696E74, 1
"""What marks a SQLite file as a store ("vint"), and the version of its tables."""
BUSY_SECONDS = 60.0
"""How long a process waits for others that append."""
RUNS = {
    "run": "TEXT PRIMARY KEY", "name": "TEXT", "region": "TEXT", "notebook": "TEXT",
    "origin": "TEXT", "issued": "TEXT", "data_hash": "TEXT", "method_version": "TEXT",
    "target_version": "TEXT", "priors_hash": "TEXT", "mechanisms_hash": "TEXT",
    "parameters": "TEXT", "answers": "INTEGER",
}  # fmt: skip
BESIDE = (
    "run", "name", "origin", "issued", "data_hash", "method_version", "target_version"
)  # fmt: skip
TYPES = {"TEXT": "str", "REAL": "float64", "INTEGER": "int64"}


def _columns(named: Mapping[str, str]) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in named.items())


def _refusing(name: str, when: str, reason: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{reason}'); END"


KEPT = "issued forecasts are never changed"
TABLES = (
    f"CREATE TABLE runs ({_columns(RUNS)}, inputs BLOB)",
    f"CREATE TABLE forecasts (run TEXT REFERENCES runs, position INTEGER, {_columns(FORECASTS)}, "
    "PRIMARY KEY (run, position))",
    *(
        _refusing(f"{table}_{verb.lower()}", f"{verb} ON {table}", KEPT)
        for table in ("runs", "forecasts")
        for verb in ("UPDATE", "DELETE")
    ),
    # A REPLACE deletes without asking the triggers above.
    _refusing(
        "runs_twice", "INSERT ON runs WHEN EXISTS (SELECT 1 FROM runs WHERE run = NEW.run)", KEPT
    ),
    _refusing(
        "forecasts_twice",
        "INSERT ON forecasts WHEN EXISTS (SELECT 1 FROM forecasts WHERE run = NEW.run AND "
        "position = NEW.position) OR (NEW.position BETWEEN 0 AND (SELECT answers - 1 FROM runs "
        "WHERE run = NEW.run)) IS NOT TRUE",
        KEPT,
    ),
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)


def append_run(store: str | Path, run: Run) -> str:
    """Store a run, all of it or nothing, and return its id; the store is made where there is none.

    Others that append meanwhile are waited for, `BUSY_SECONDS` at most.

    Parameters
    ----------
    store : file, by custom `STORE` in the folder of the reports
    run : from `issue`, with further rows in `forecasts` where scenarios were answered too; its id
        and the moment are set here unless it has them

    Raises
    ------
    WriteError
        If it cannot be written (full, read-only, locked too long), or the run is stored already.
    DataError
        If the file is no store, or one of a newer version.

    Examples
    --------
    >>> import tempfile
    >>> import forecast as fc
    >>> from forecast.evaluation.vintages import issue
    >>> run = issue(fc.load_plan("shaoxing", as_of="2021-12-31"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = read_run(f"{folder}/{STORE}", append_run(f"{folder}/{STORE}", run))
    >>> again.forecasts.equals(run.forecasts)
    True
    """
    file = Path(store)
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    stored = replace(run, run=run.run or uuid.uuid4().hex, issued=run.issued or now)
    rows = stored.forecasts.reindex(columns=list(FORECASTS))
    rows.insert(0, "position", range(len(rows)))
    rows.insert(0, "run", stored.run)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _opened(file, "rwc") as connection:
            connection.execute("BEGIN IMMEDIATE")
            if not _is_store(file, connection):
                for statement in TABLES:
                    connection.execute(statement)
            _insert(connection, "runs", [_described(stored)])
            _insert(connection, "forecasts", _plain(rows))
            connection.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        raise _unwritable(file, error) from None
    return stored.run


def read_runs(
    store: str | Path, *, region: str | None = None, name: str | None = None
) -> pd.DataFrame:
    """List the runs of a store in the order in which they were appended, without their inputs.

    A store that is not there yet has no runs; it is never made by reading. `parameters` is JSON.

    Raises
    ------
    DataError
        If the file is no store, is of a newer version or cannot be read.

    Examples
    --------
    >>> len(read_runs("no/such/store.sqlite"))
    0
    """
    chosen, values = _where({"region": region, "name": name})
    query = f"SELECT {_names(RUNS)} FROM runs{chosen} ORDER BY rowid"
    return _frame(_query(Path(store), query, values), RUNS)


def read_forecasts(
    store: str | Path, *, region: str | None = None, name: str | None = None, run: str | None = None
) -> pd.DataFrame:
    """Forecasts of a store beside what their runs say of themselves: a row a run and target.

    Columns are `run`, `name`, `origin`, `issued`, `data_hash`, `method_version`, `target_version`
    and those of `Run.forecasts`. Raises and treats a missing store as `read_runs` does.

    Examples
    --------
    >>> list(read_forecasts("no/such/store.sqlite"))[:4]
    ['run', 'name', 'origin', 'issued']
    """
    named = {**dict.fromkeys(BESIDE, "TEXT"), **FORECASTS}
    chosen, values = _where({"runs.region": region, "runs.name": name, "runs.run": run})
    query = (
        f"SELECT {_names(BESIDE, 'runs.')}, {_names(FORECASTS, 'forecasts.')} FROM forecasts "
        f"JOIN runs ON runs.run = forecasts.run{chosen} ORDER BY runs.rowid, position"
    )
    return _frame(_query(Path(store), query, values), named)


def read_run(store: str | Path, run: str) -> Run:
    """One stored run with its inputs and forecasts.

    Raises
    ------
    UnknownNameError
        If the store has no such run.
    DataError
        As `read_runs` does.
    """
    file = Path(store)
    check_name("run", run, read_runs(file)["run"].tolist())
    query = f"SELECT {_names(RUNS)}, inputs FROM runs WHERE run = ?"
    (row,) = _query(file, query, [run])
    facts = dict(zip([*RUNS, "inputs"], row, strict=True))
    known = {f.name: facts[f.name] for f in fields(Run) if f.name in facts}
    forecasts = read_forecasts(file, run=run)[list(FORECASTS)]
    return Run(
        **known | {"inputs": _unpacked(facts["inputs"]), "forecasts": forecasts}
        | {"parameters": json.loads(facts["parameters"])}
    )  # fmt: skip


def read_latest_run(
    store: str | Path, *, region: str, name: str | None = None, before: str | None = None
) -> Run | None:
    """Last stored run of a region (and report); None where there is none.

    `before` leaves out runs whose origin is that ISO day or later, so that a report made twice is
    compared with the issue before it.

    >>> read_latest_run("no/such/store.sqlite", region="lishui") is None
    True
    """
    runs = read_runs(store, region=region, name=name)
    if before is not None:
        runs = runs[runs["origin"] < before]
    return read_run(store, runs["run"].iloc[-1]) if len(runs) else None


@contextmanager
def _opened(file: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Connect in autocommit, so that BEGIN and COMMIT are ours; closing takes back the rest."""
    place = f"{file.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(place, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    with closing(connection):
        yield connection


def _is_store(file: Path, connection: sqlite3.Connection) -> bool:
    """Whether the tables are there; False of an empty file, an error of anything else."""
    (application,), (version,), (objects,) = (
        connection.execute(query).fetchone()
        for query in (
            "PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master"
        )
    )  # fmt: skip
    if application == APPLICATION and version > VERSION:
        fact = f"its tables are of version {version}, this package knows {VERSION}"
        raise DataError([_fault(file, fact, "use a newer version of the package")])
    if application != APPLICATION and (application or objects):
        raise DataError([_not_ours(file)])
    return bool(application == APPLICATION)


def _query(file: Path, query: str, values: list[str]) -> list[tuple[Any, ...]]:
    """Rows of a store; none where there is no store yet."""
    if not file.exists():
        return []
    try:
        # Not mode=ro: what a killed process left half done can then not be taken back.
        with _opened(file, "rw") as connection:
            if not _is_store(file, connection):
                return []
            return connection.execute(query, values).fetchall()
    except sqlite3.Error as error:
        raise DataError([_unreadable(file, error)]) from None


def _insert(connection: sqlite3.Connection, table: str, rows: list[list[Any]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _unreadable(file: Path, error: sqlite3.Error) -> Problem:
    if _is_damaged(error):
        return _not_ours(file)
    return _fault(file, f"cannot be read ({error})", "check the place and its rights")


def _unwritable(file: Path, error: OSError | sqlite3.Error) -> DataError | WriteError:
    if isinstance(error, sqlite3.Error) and _is_damaged(error):
        return DataError([_not_ours(file)])
    remedy = "Make room, or give another output folder."
    if "locked" in str(error):
        remedy = f"Another process held it for {BUSY_SECONDS:.0f} s; try again."
    if KEPT in str(error):
        remedy = "Give every run an id of its own."
    return WriteError(f"{file} cannot be written: {error}. {remedy}")


def _is_damaged(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorname", "") in ("SQLITE_NOTADB", "SQLITE_CORRUPT")


def _not_ours(file: Path) -> Problem:
    return _fault(file, "not a store of issued forecasts", "give another file")


def _fault(file: Path, fact: str, remedy: str) -> Problem:
    return Problem(str(file), None, None, None, fact, remedy)


def _names(columns: Iterable[str], table: str = "") -> str:
    return ", ".join(f'{table}"{name}"' for name in columns)


def _where(conditions: Mapping[str, str | None]) -> tuple[str, list[str]]:
    """Condition of a query, and its values; what is None is not asked."""
    asked = {name: value for name, value in conditions.items() if value is not None}
    text = " AND ".join(f"{name} = ?" for name in asked)
    return (f" WHERE {text}" if asked else ""), list(asked.values())


def _frame(rows: list[tuple[Any, ...]], named: Mapping[str, str]) -> pd.DataFrame:
    types = {name: TYPES[kind.partition(" ")[0]] for name, kind in named.items()}
    return pd.DataFrame(rows, columns=list(named), dtype=object).astype(types)


def _plain(table: pd.DataFrame) -> list[list[Any]]:
    """Rows of plain built-ins, None where a value is missing."""
    rows: list[list[Any]] = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    return rows


def _described(run: Run) -> list[Any]:
    """Row of the table `runs`."""
    facts = {f.name: getattr(run, f.name) for f in fields(Run) if f.name in RUNS}
    facts["parameters"] = json.dumps(dict(run.parameters), ensure_ascii=False, sort_keys=True)
    facts["priors_hash"] = hash_rows(run.inputs.priors)
    facts["mechanisms_hash"] = run.inputs.mechanisms
    facts["answers"] = len(run.forecasts)
    return [*(facts[name] for name in RUNS), _packed(run.inputs)]


def _packed(inputs: Inputs) -> bytes:
    """Write inputs as compressed JSON; numbers keep every bit."""
    content: dict[str, Any] = {}
    for f in fields(Inputs):
        value = getattr(inputs, f.name)
        if isinstance(value, pd.DataFrame):
            types = {name: str(dtype) for name, dtype in value.dtypes.items()}
            value = {"types": types, "rows": _plain(value)}
        content[f.name] = value
    return zlib.compress(json.dumps(content, ensure_ascii=False).encode(), 9)


def _unpacked(content: bytes) -> Inputs:
    found: dict[str, Any] = json.loads(zlib.decompress(content))
    for name, value in found.items():
        if isinstance(value, dict):
            table = pd.DataFrame(value["rows"], columns=list(value["types"]), dtype=object)
            found[name] = table.astype(value["types"])
    return Inputs(**found)
