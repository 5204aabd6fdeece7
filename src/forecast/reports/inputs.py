"""Tables and scenarios that a report reads, and their hash."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Mapping
from pathlib import Path

from ..errors import N_, DataError, Message, UnknownNameError, check_name, msg
from ..plans.folder import refresh
from ..scenarios.overrides import own_scenarios
from ..scenarios.scenario import scenario_files, scenario_folder
from ..tables.plan import data_folder, table_folder
from ..tables.schema import TABLES, is_address
from .errors import InputError, ParameterError
from .parameters import ReportParameters, read_input

__all__ = [
    "check_region",
    "find_mark",
    "find_scenarios",
    "find_tables",
    "hash_tables",
    "refresh_tables",
    "region_names",
]

Content = Path | bytes
"""A file, or the same table of a database as bytes."""
KEPT = {*TABLES, "priors", "calibration", "mechanisms"}
"""Files of your own folder that a run reads."""


def find_tables(data: str | None) -> dict[str, Content]:
    """List the tables and mechanisms that a run uses, by file name.

    Rows of your own folder or database are merged over those of the package, whose files are named
    `shipped/…` where both have one.

    Raises
    ------
    InputError
        If `data` is no folder or database with tables.
    """
    shipped: dict[str, Content] = {file.name: file for file in _tables(data_folder())}
    if data is None:
        return dict(sorted(shipped.items()))
    own: dict[str, Content]
    if is_address(data):
        own = _stored(data)
    else:
        folder = table_folder(Path(os.path.abspath(data)))
        own = {f.name: f for f in _tables(folder) if f.stem in KEPT}
    if not own:
        message = N_("{data} holds no table. Give a folder with targets.csv and others.")
        raise InputError(msg(message, data=data))
    lent = {f"shipped/{name}" if name in own else name: f for name, f in shipped.items()}
    return dict(sorted((lent | own).items()))


def refresh_tables(file: Path, data: str | None) -> None:
    """Bring the tables that are made from a plan's workbook up to date.

    Raises
    ------
    ParameterError
        With every problem of the workbook.
    """
    if data is None or is_address(data):
        return
    try:
        refresh(Path(os.path.abspath(data)))
    except DataError as error:
        raise ParameterError(file, [problem.message() for problem in error.problems]) from None


def find_scenarios(file: Path, parameters: ReportParameters) -> dict[str, Path]:
    """List the scenario files that a run may read: shipped and own ones, those chosen, their bases.

    Raises
    ------
    ParameterError
        If one that the parameters name cannot be read.
    """
    files = {f"scenarios/{f.name}": f for f in sorted(scenario_folder().glob("*.yaml"))}
    problems = []
    own = [str(own) for own in own_scenarios(parameters.data).values()]
    for name in parameters.scenarios.split(",") if parameters.scenarios else own:
        try:
            files |= scenario_files(name)
        except DataError as error:
            problems += [_scenario_fault(name, problem.message()) for problem in error.problems]
        except UnknownNameError as error:
            problems.append(_scenario_fault(name, error.args[0]))
    if problems:
        raise ParameterError(file, problems)
    return files


def _scenario_fault(name: str, fault: str) -> Message:
    return msg("key 'scenarios', value {value!r}: {fault}", value=name, fault=fault)


def _stored(address: str) -> dict[str, Content]:
    """Tables of a database, as CSV files would hold them."""
    from ..tables.database import read_database

    try:
        cells = read_database(address)
    except DataError as error:
        raise InputError(error.problems[0].message()) from None
    return {f"{n}.csv": t.to_csv(index=False).encode() for n, t in cells.items()}


def _bytes(content: Content) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()


def _tables(folder: Path) -> list[Path]:
    files = (*folder.glob("*.csv"), *folder.glob("mechanisms.yaml"))
    return [file for file in files if file.is_file()]  # a pipe would be waited for


def hash_tables(tables: Mapping[str, Content]) -> str:
    """SHA-256 over the names and contents of tables, in the order given."""
    digest = hashlib.sha256()
    for name, content in tables.items():
        digest.update(f"{name} {hashlib.sha256(_bytes(content)).hexdigest()}\n".encode())
    return digest.hexdigest()


def check_region(file: Path, parameters: ReportParameters, tables: Mapping[str, Content]) -> None:
    """Refuse a region without a plan before a kernel is started for it.

    A region needs targets; in your own tables, targets or observations.

    Raises
    ------
    ParameterError
        With the nearest known region.
    """
    known: set[str] = set()
    for name in ("targets.csv", *(["observations.csv"] if parameters.data else [])):
        known |= {row["region"] for row in _merged(tables, name) if row.get("region")}
    try:
        check_name("region", parameters.region, sorted(known))
    except UnknownNameError as error:
        message = N_("key 'region': {fault} Remedy: write one of these.")
        raise ParameterError(file, [msg(message, fault=error.args[0])]) from None


def region_names(tables: Mapping[str, Content], region: str) -> dict[str, str]:
    """Names of a region by language, as the tables of its run have them.

    >>> region_names(find_tables(None), "lishui")
    {'zh': '丽水市', 'en': 'Lishui'}
    """
    rows = [row for row in _merged(tables, "regions.csv") if row.get("region") == region]
    return {key: str(row.get(f"name_{key}") or region) for row in rows for key in ("zh", "en")}


def find_mark(tables: Mapping[str, Content], region: str) -> str:
    """Return what the plan of a region wants on every page, "" for nothing.

    >>> find_mark(find_tables(None), "lishui")
    ''
    """
    rows = [row for row in _merged(tables, "plans.csv") if row.get("region") == region]
    return next((row["mark"] for row in reversed(rows) if row.get("mark")), "")


def _merged(tables: Mapping[str, Content], name: str) -> list[dict[str, str]]:
    """Shipped and own rows of a table, the own ones last."""
    return [row for n in (f"shipped/{name}", name) if n in tables for row in _rows(tables[n])]


def _rows(table: Content) -> list[dict[str, str]]:
    text = table.decode() if isinstance(table, bytes) else read_input(table)
    return list(csv.DictReader(io.StringIO(text)))
