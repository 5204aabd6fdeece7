"""Plan tables read from a database that a bureau already runs, and results appended to one.

A database is named by an SQLAlchemy address, such as `sqlite:///C:/data/plan.db` or
`postgresql+psycopg://user@host/plan` (which needs the package's extra `database`). Passwords
belong where the driver looks for them (`.pgpass`, `PGPASSWORD`); one in an address is never shown.

Tables and views have the names and columns of the CSV files and are validated by the same code, so
dates, numbers and words may be stored as text or in a type of their own.
"""

from __future__ import annotations

import datetime as dt
import decimal
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, quote_plus

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ..errors import N_, DataError, Message, Problem, WriteError, msg
from .csv_files import read_raw_tables
from .merging import merge_raw, place_problem
from .schema import REFERENCE, TABLES
from .validation import read_raw_table, validate

__all__ = ["load_tables", "open_address", "read_database", "shown", "write_results"]

BUSY_SECONDS = 60
LOCK = 0x76696E74
"""Key of the lock that writers of results hold in PostgreSQL."""
FORM = N_("write it as postgresql+psycopg://user@host:5432/name, with %40 for @ in a password")


def shown(address: str) -> str:
    """Address without its password and options, as it may be shown.

    >>> shown("postgresql+psycopg://ann:secret@db.example/plan?sslmode=require")
    'postgresql+psycopg://ann:***@db.example/plan'
    """
    return _url(address).set(query={}).render_as_string(hide_password=True)


def open_address(address: str) -> str:
    """Address that may be published: without a password, with the full path of an SQLite file.

    Raises
    ------
    ValueError
        If it is not an address, or contains a password.

    Examples
    --------
    >>> open_address("postgresql+psycopg://ann@db.example/plan")
    'postgresql+psycopg://ann@db.example/plan'
    >>> open_address("postgresql+psycopg://ann:secret@db.example/plan")
    Traceback (most recent call last):
    ValueError: the address contains a password
    """
    try:
        url = _url(address)
    except DataError as error:
        raise ValueError(error.problems[0].problem) from None
    if _secrets(url):
        raise ValueError(msg("the address contains a password"))
    if url.get_backend_name() == "sqlite" and url.database:
        url = url.set(database=os.path.abspath(url.database))
    return url.render_as_string(hide_password=False)


def load_tables(address: str, shipped: Path | None = None) -> dict[str, pd.DataFrame]:
    """Read and check the tables of a database, as `csv_files.read_tables` does for a folder.

    Parameters
    ----------
    address : SQLAlchemy address
    shipped : folder of the tables over which these are merged; None takes these alone

    Raises
    ------
    DataError
        With all problems: table, row, column, value, fact and remedy. Rows are counted from 1 in
        the order of the table's key columns. Also if the database cannot be read.

    Examples
    --------
    >>> load_tables("sqlite:///no/such/plan.db")
    Traceback (most recent call last):
    forecast.errors.DataError: 1 problem in the data: ...
    """
    place = shown(address)
    raw = {
        name: read_raw_table(name, msg("{place}, table {name}", place=place, name=name), cells)
        for name, cells in read_database(address).items()
    }
    raw = merge_raw(raw, read_raw_tables(shipped)) if shipped else raw
    tables, faults = validate(raw)
    problems = [place_problem(fault) for fault in faults]
    fact, remedy = msg("the table is missing"), msg("add it; data/README.md lists its columns")
    for name in REFERENCE:
        if name not in raw:
            table = msg("{place}, table {name}", place=place, name=name)
            problems.append(Problem(table, None, None, None, fact, remedy))
    if problems:
        raise DataError(problems)
    return tables


def read_database(address: str) -> dict[str, pd.DataFrame]:
    """Cells, as text, of the tables and views that are named as a table of a plan.

    Missing values are '', dates ISO text, booleans true and false. Rows are in the order of the
    table's key columns, not in that of the database, and are numbered from 1.

    Raises
    ------
    DataError
        If the address is not one, its driver is not installed, or the database cannot be read or
        holds none of the tables.
    """
    try:
        with _connected(address, "BEGIN") as connection:
            inspector = sa.inspect(connection)
            names = {*inspector.get_table_names(), *inspector.get_view_names()}
            tables = {name: _cells(connection, name) for name in TABLES if name in names}
    except (SQLAlchemyError, OSError) as error:
        problem = msg("cannot be read ({answer})", answer=_reason(error, address))
        remedy = msg("check that it runs, its address and your permissions")
        raise _fault(address, problem, remedy) from None
    if not tables:
        remedy = msg("name them {names}", names=[*TABLES])
        raise _fault(address, msg("holds none of the tables"), remedy)
    return tables


def write_results(address: str, tables: Mapping[str, pd.DataFrame], run: str) -> None:
    """Append result tables, with the run's id in a first column, in one transaction.

    Missing tables are created with the types of the columns; writers wait for each other.

    Parameters
    ----------
    address : SQLAlchemy address
    tables : result tables by name, such as attainment and quantiles
    run : id of the run, the same as in the vintage store

    Raises
    ------
    WriteError
        With nothing written: if a table has other columns in the database, if it holds the run
        already, or if the database cannot be written.
    DataError
        If the address is not one, or its driver is not installed.
    ValueError
        For the name of a plan's own table, or a table with a column `run`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     address = f"sqlite:///{folder}/results.db"
    ...     write_results(address, {"attainment": pd.DataFrame({"p_reach": [0.5]})}, "a1")
    ...     pd.read_sql("SELECT * FROM attainment", address).values.tolist()
    [['a1', 0.5]]
    """
    taken = sorted(set(tables) & set(TABLES))
    if taken:
        message = N_("{names}: the name of a plan's own table, kept for its data.")
        raise ValueError(msg(message, names=taken))
    own = sorted(name for name, table in tables.items() if "run" in table)
    if own:
        message = N_("{names}: a column `run` is added here; leave it out.")
        raise ValueError(msg(message, names=own))
    try:
        with _connected(address, "BEGIN IMMEDIATE") as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'")
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            for name, table in tables.items():
                rows = table.copy()
                rows.insert(0, "run", run)
                _check_columns(connection, name, rows, run, address)
                rows.to_sql(name, connection, if_exists="append", index=False)
    except (SQLAlchemyError, OSError) as error:
        message = N_(
            "{place} cannot be written: {reason}. Nothing was written; check that it runs, its "
            "free space and your permissions."
        )
        reason = _reason(error, address)
        raise WriteError(msg(message, place=shown(address), reason=reason)) from None


def _check_columns(
    connection: sa.Connection, name: str, rows: pd.DataFrame, run: str, address: str
) -> None:
    """Refuse columns other than the table's, and a run that it holds already."""
    inspector = sa.inspect(connection)
    if not inspector.has_table(name):
        return
    known = {column["name"] for column in inspector.get_columns(name)}
    odd = sorted(known ^ set(rows))
    if odd:
        message = N_(
            "{place}, table {name} has other columns than the results: {odd} not in both. Nothing "
            "was written; rename the old table, and a new one is made."
        )
        raise WriteError(msg(message, place=shown(address), name=name, odd=odd))
    held = sa.select(sa.literal(1)).select_from(sa.table(name)).where(sa.column("run") == run)
    if connection.execute(held.limit(1)).first():
        message = N_(
            "{place}, table {name} holds run {run} already. Nothing was written; give every run an "
            "id of its own."
        )
        raise WriteError(msg(message, place=shown(address), name=name, run=run))


def _url(address: str) -> sa.URL:
    """Parse an address; refuse, unshown, one with a part of its password in another field."""
    try:
        url = sa.make_url(address)
        if url.password is None or "@" not in f"{url.host}{url.database}":
            return url
    except (ArgumentError, ValueError):
        pass
    problem = msg("not the address of a database")
    raise DataError([Problem("database", None, None, None, problem, msg(FORM))])


@contextmanager
def _connected(address: str, begin: str) -> Iterator[sa.Connection]:
    """Connect in one transaction, committed at the end of the block or rolled back by its error.

    `begin` is how SQLite begins it: `IMMEDIATE` to write, when it may also create its file.
    """
    url = _url(address)
    local = url.get_backend_name() == "sqlite"
    if local and begin == "BEGIN" and not Path(url.database or "").is_file():
        remedy = msg("check the path; absolute ones have four slashes")
        raise _fault(address, msg("no such file"), remedy)
    try:
        options = {"timeout": BUSY_SECONDS} if local else {}
        if url.get_driver_name() in ("psycopg", "psycopg2") and "connect_timeout" not in url.query:
            options["connect_timeout"] = BUSY_SECONDS
        engine = sa.create_engine(
            url, poolclass=sa.NullPool, hide_parameters=True, connect_args=options
        )
    except (NoSuchModuleError, ModuleNotFoundError):
        problem = msg("no driver for {driver}", driver=url.drivername)
        remedy = msg("install the package with its extra `database`, or the driver of the address")
        raise _fault(address, problem, remedy) from None
    if local:
        # The driver begins no transaction before CREATE TABLE; an explicit BEGIN covers it too.
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    with engine.begin() as connection:
        yield connection


def _cells(connection: sa.Connection, name: str) -> pd.DataFrame:
    """Cells of one table as text, in the order of its key."""
    # Without types, so that a value of another type is reported as it is stored.
    result = connection.execute(sa.select(sa.text("*")).select_from(sa.table(name)))
    columns = list(result.keys())
    types = TABLES[name].types
    words = {key for key, column in TABLES[name].columns.items() if "true" in column.words}
    words |= {key for key, kind in types.items() if kind == "boolean"}
    rows = [
        [_text(value, flag=column in words) for column, value in zip(columns, row, strict=True)]
        for row in result
    ]
    cells = pd.DataFrame(rows, columns=columns, dtype="str")
    cells = cells.apply(lambda column: column.str.strip())
    key = [column for column in TABLES[name].key if column in columns]
    rest = [column for column in columns if column not in key]
    return cells.sort_values([*key, *rest]).set_axis(pd.RangeIndex(1, len(cells) + 1))


def _text(value: object, *, flag: bool) -> str:
    """Write a value of a database as a file would have it."""
    if value is None:
        return ""
    if isinstance(value, bool) or (flag and value in (0, 1)):
        return "true" if value else "false"
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float | decimal.Decimal):
        exact = decimal.Decimal(repr(value)) if isinstance(value, float) else value
        return f"{exact:.0f}" if exact == exact.to_integral_value() else f"{exact:f}"
    return str(value)


def _reason(error: Exception, address: str) -> str:
    """Answer of the driver on one line, without the password."""
    text = str(getattr(error, "orig", None) or error)
    for secret in _secrets(_url(address)):
        text = text.replace(secret, "***")
    return " ".join(text.split()).rstrip(".")


def _secrets(url: sa.URL) -> list[str]:
    """Passwords in an address and its options, as they are and as an address writes them."""
    options = [value for key, value in url.query.items() if "password" in key.lower()]
    listed = [text for value in options for text in ([value] if isinstance(value, str) else value)]
    plain = [text for text in (url.password, *listed) if text]
    return [form for text in plain for form in (text, quote(text, safe=""), quote_plus(text))]


def _fault(address: str, fact: Message, remedy: Message) -> DataError:
    return DataError([Problem(shown(address), None, None, None, fact, remedy)])
