"""The store of issued forecasts: one SQLite file in which nothing ever changes.

All runs of an output folder are kept in one file, `STORE`. SQLite comes with Python and every tool
reads it. A run is appended in one transaction, so a crash or a full disk leaves all of it or
nothing; processes that append at the same time wait for each other's lock. Triggers refuse to
change or delete what was issued. There are two tables: `runs`, with the inputs of each run, and
`forecasts`, with one row per target.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from ..errors import N_, DataError, Message, Problem, WriteError, check_name, msg
from ..files import STORE
from .vintages import FORECASTS, Inputs, Run, hash_rows

__all__ = ["STORE", "append_run", "read_forecasts", "read_latest_run", "read_run", "read_runs"]

APPLICATION, VERSION = 0x76696E74, 1
"""Marks a SQLite file as a store ("vint"), and the version of its tables."""
BUSY_SECONDS = 60.0
"""How long a process waits for others that append."""
SQL_TYPES = {"str": sa.TEXT, "float64": sa.REAL, "int64": sa.INTEGER}
TABLES = sa.MetaData()
RUNS = sa.Table(
    "runs", TABLES, sa.Column("run", sa.TEXT, primary_key=True),
    *(sa.Column(name, sa.TEXT) for name in (
        "name", "region", "notebook", "origin", "issued", "data_hash", "method_version",
        "target_version", "priors_hash", "mechanisms_hash", "parameters")),
    sa.Column("answers", sa.INTEGER), sa.Column("inputs", sa.BLOB),
)  # fmt: skip
ANSWERS = sa.Table(
    "forecasts", TABLES, sa.Column("run", sa.TEXT, sa.ForeignKey(RUNS.c.run), primary_key=True),
    sa.Column("position", sa.INTEGER, primary_key=True),
    *(sa.Column(name, SQL_TYPES[dtype]) for name, dtype in FORECASTS.items()),
)  # fmt: skip
BESIDE = ("run", "name", "origin", "issued", "data_hash", "method_version", "target_version")
APPENDED: sa.ColumnElement[int] = sa.literal_column("runs.rowid")
"""Rises in the order in which runs were appended."""
KEPT = "issued forecasts are never changed"
GUARDS = {
    **{f"{t}_{verb.lower()}": f"{verb} ON {t}" for t in TABLES.tables
       for verb in ("UPDATE", "DELETE")},
    # A REPLACE deletes without calling the triggers above.
    "runs_twice": "INSERT ON runs WHEN EXISTS (SELECT 1 FROM runs WHERE run = NEW.run)",
    "forecasts_twice": "INSERT ON forecasts WHEN EXISTS (SELECT 1 FROM forecasts WHERE run = "
    "NEW.run AND position = NEW.position) OR (NEW.position BETWEEN 0 AND (SELECT answers - 1 FROM "
    "runs WHERE run = NEW.run)) IS NOT TRUE",
}  # fmt: skip
"""Triggers by name, and when each refuses."""


def append_run(store: str | Path, run: Run) -> str:
    """Append a run, all of it or nothing, and return its id.

    The store is made where there is none. Others that append meanwhile are waited for, at most
    `BUSY_SECONDS`.

    Parameters
    ----------
    store : file, by custom `STORE` in the folder of the reports
    run : from `issue`, with further rows in `forecasts` where scenarios were answered too; an id
        and the time of issue are added unless it has them

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
    rows = _plain_rows(stored.forecasts.reindex(columns=list(FORECASTS)))
    answers = [{"run": stored.run, "position": i, **row} for i, row in enumerate(rows)]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _legible(file), _connect(file, "rwc") as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if not _is_store(file, connection):
                _create_tables(connection)
            for column in _list_missing(connection):
                kind = ANSWERS.c[column].type.compile(connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {ANSWERS.name} ADD COLUMN {column} {kind}")
            connection.execute(sa.insert(RUNS), _run_row(stored))
            if answers:
                connection.execute(sa.insert(ANSWERS), answers)
            connection.commit()
    except OSError as error:
        raise _unwritable(file, error) from None
    except sa.exc.DBAPIError as error:
        raise _unwritable(file, error.orig) from None
    return stored.run


def read_runs(
    store: str | Path, *, region: str | None = None, name: str | None = None
) -> pd.DataFrame:
    """Return the runs of a store in the order in which they were appended, without their inputs.

    A store that does not exist has no runs; reading never makes one. `parameters` is JSON.

    Raises
    ------
    DataError
        If the file is no store, is of a newer version or cannot be read.

    Examples
    --------
    >>> len(read_runs("no/such/store.sqlite"))
    0
    """
    query = sa.select(*(c for c in RUNS.c if c.name != "inputs")).order_by(APPENDED)
    return _read(Path(store), query.where(*_conditions(region=region, name=name)))


def read_forecasts(
    store: str | Path, *, region: str | None = None, name: str | None = None, run: str | None = None
) -> pd.DataFrame:
    """Return the forecasts of a store beside facts of their runs, one row per run and target.

    Columns are `run`, `name`, `origin`, `issued`, `data_hash`, `method_version`, `target_version`
    and those of `Run.forecasts`. Errors, and a store that does not exist, are as in `read_runs`.

    Examples
    --------
    >>> list(read_forecasts("no/such/store.sqlite"))[:4]
    ['run', 'name', 'origin', 'issued']
    """
    columns = *(RUNS.c[n] for n in BESIDE), *(ANSWERS.c[n] for n in FORECASTS)
    query = sa.select(*columns).join_from(ANSWERS, RUNS).order_by(APPENDED, ANSWERS.c.position)
    return _read(Path(store), query.where(*_conditions(region=region, name=name, run=run)))


def read_run(store: str | Path, run: str) -> Run:
    """Return one stored run with its inputs and forecasts.

    Raises
    ------
    UnknownNameError
        If the store has no such run.
    DataError
        As in `read_runs`.
    """
    file = Path(store)
    check_name("run", run, read_runs(file)["run"].tolist())
    with _legible(file):
        (row,) = _read(file, sa.select(RUNS).where(RUNS.c.run == run)).to_dict("records")
        facts = {f.name: row[f.name] for f in fields(Run) if f.name in row}
        facts |= {"inputs": _unpack(row["inputs"]), "parameters": json.loads(row["parameters"])}
    return Run(**facts, forecasts=read_forecasts(file, run=run)[list(FORECASTS)])


def read_latest_run(
    store: str | Path, *, region: str, name: str | None = None, before: str | None = None
) -> Run | None:
    """Return the last stored run of a region (and report), or None.

    `before` leaves out runs whose origin is that ISO date or later, so that a report made twice is
    compared with the issue before it.

    >>> read_latest_run("no/such/store.sqlite", region="lishui") is None
    True
    """
    runs = read_runs(store, region=region, name=name)
    if before is not None:
        runs = runs[runs["origin"] < before]
    return read_run(store, runs["run"].iloc[-1]) if len(runs) else None


@contextmanager
def _connect(file: Path, mode: str) -> Iterator[sa.Connection]:
    """Connect in autocommit: the driver begins no transaction; closing rolls back an open one."""
    engine = sa.create_engine(
        "sqlite://", poolclass=sa.NullPool,
        creator=lambda: sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True,
                                        timeout=BUSY_SECONDS, isolation_level=None),
    )  # fmt: skip
    with engine.connect() as connection:
        yield connection


@contextmanager
def _legible(file: Path) -> Iterator[None]:
    """Turn whatever damaged rows raise into an error that names the file."""
    try:
        yield
    except DataError:
        raise
    except (TypeError, ValueError, LookupError, zlib.error):
        raise DataError([_damaged(file)]) from None


def _is_store(file: Path, connection: sa.Connection) -> bool:
    """Return whether the tables are there: False for an empty file, an error for another's."""
    application, version, objects = (
        connection.exec_driver_sql(query).scalar_one()
        for query in (
            "PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master"
        )
    )  # fmt: skip
    if application == APPLICATION and version > VERSION:
        text = N_("its tables are of version {version}, this package knows {known}")
        fact = msg(text, version=version, known=VERSION)
        raise DataError([_fault(file, fact, msg("use a newer version of the package"))])
    if application != APPLICATION and (application or objects):
        raise DataError([_not_ours(file)])
    return bool(application == APPLICATION)


def _create_tables(connection: sa.Connection) -> None:
    """Make the tables and their guards, and mark the file as a store."""
    TABLES.create_all(connection)
    for name, when in GUARDS.items():
        refusal = f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        connection.exec_driver_sql(f"CREATE TRIGGER {name} BEFORE {when} {refusal}")
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION}")
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")


def _list_missing(connection: sa.Connection) -> list[str]:
    """List the columns of forecasts that a store of an earlier version lacks."""
    rows = connection.exec_driver_sql(f"PRAGMA table_info({ANSWERS.name})")
    found = {row[1] for row in rows}
    return [name for name in ANSWERS.c.keys() if name not in found]


def _conditions(**wanted: str | None) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a query's runs meet; a value of None sets none."""
    return [RUNS.c[name] == value for name, value in wanted.items() if value is not None]


def _read(file: Path, query: sa.Select[Any]) -> pd.DataFrame:
    """Return the rows of a query, with the types of its columns; none without a store."""
    rows: list[Any] = []
    try:
        if file.exists():
            # Mode "ro" could not roll back what a killed process left half written.
            with _legible(file), _connect(file, "rw") as connection:
                if _is_store(file, connection):
                    missing = _list_missing(connection)
                    columns = [
                        sa.null().label(c.name) if c.name in missing else c
                        for c in query.selected_columns
                    ]
                    rows = list(connection.execute(query.with_only_columns(*columns)))
    except sa.exc.DBAPIError as error:
        if fault := _find_damage(file, error.orig):
            raise DataError([fault]) from None
        fact = msg("cannot be read ({reason})", reason=str(error.orig))
        remedy = msg("check the folder and its permissions")
        raise DataError([_fault(file, fact, remedy)]) from None
    dtypes = {sql: dtype for dtype, sql in SQL_TYPES.items()}
    types = {c.name: dtypes.get(type(c.type), "object") for c in query.selected_columns}
    with _legible(file):
        return pd.DataFrame(rows, columns=list(types), dtype=object).astype(types)


def _unwritable(file: Path, error: BaseException | None) -> DataError | WriteError:
    """Return the error of a run that cannot be appended, with what to do."""
    if fault := _find_damage(file, error):
        return DataError([fault])
    remedy = msg("Make room, or give another output folder.")
    if "locked" in str(error):
        text = N_("Another process held it for {seconds} s; try again.")
        remedy = msg(text, seconds=round(BUSY_SECONDS))
    if KEPT in str(error):
        remedy = msg("Give every run an id of its own.")
    text = N_("{file} cannot be written: {reason}. {remedy}")
    return WriteError(msg(text, file=str(file), reason=str(error), remedy=remedy))


def _find_damage(file: Path, error: BaseException | None) -> Problem | None:
    """Return what is wrong with a file that SQLite or its driver cannot read."""
    name = getattr(error, "sqlite_errorname", "")
    damaged = name.startswith("SQLITE_CORRUPT") or "decode" in str(error) or "no such" in str(error)
    return _not_ours(file) if name == "SQLITE_NOTADB" else _damaged(file) if damaged else None


def _not_ours(file: Path) -> Problem:
    return _fault(file, msg("not a store of issued forecasts"), msg("give another file"))


def _damaged(file: Path) -> Problem:
    return _fault(file, msg("damaged"), msg("restore it from a backup, or set it aside"))


def _fault(file: Path, fact: Message, remedy: Message) -> Problem:
    return Problem(str(file), None, None, None, fact, remedy)


def _plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows of plain built-ins, None where a value is missing."""
    plain = table.astype(object).where(table.notna(), None)
    rows: list[dict[str, Any]] = plain.to_dict("records")
    return rows


def _run_row(run: Run) -> dict[str, Any]:
    """Return a run's row of the table `runs`."""
    facts = {f.name: getattr(run, f.name) for f in fields(Run) if f.name in RUNS.c}
    return facts | {
        "parameters": json.dumps(dict(run.parameters), ensure_ascii=False, sort_keys=True),
        "priors_hash": hash_rows(run.inputs.priors), "mechanisms_hash": run.inputs.mechanisms,
        "answers": len(run.forecasts), "inputs": _pack(run.inputs),
    }  # fmt: skip


def _pack(inputs: Inputs) -> bytes:
    """Return inputs as compressed JSON; numbers keep every bit."""
    content = {f.name: getattr(inputs, f.name) for f in fields(Inputs)}
    for name, value in content.items():
        if isinstance(value, pd.DataFrame):
            types = {column: str(dtype) for column, dtype in value.dtypes.items()}
            content[name] = {
                "types": types,
                "rows": [[*row.values()] for row in _plain_rows(value)],
            }
    return zlib.compress(json.dumps(content, ensure_ascii=False).encode(), 9)


def _unpack(content: bytes) -> Inputs:
    """Return the inputs that `_pack` wrote."""
    values: dict[str, Any] = json.loads(zlib.decompress(content))
    for name, value in values.items():
        if isinstance(value, dict):
            table = pd.DataFrame(value["rows"], columns=list(value["types"]), dtype=object)
            values[name] = table.astype(value["types"])
    return Inputs(**values)
