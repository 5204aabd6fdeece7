"""What a report is asked for: parameter files, and the notebooks that declare the same names.

A parameter file is a flat YAML mapping, in UTF-8 or GB18030, one `key: value` a line. Every
value is read as text and converted by the model, so a date stays a date and `no` is not false.
"""

from __future__ import annotations

import ast
import csv
import datetime as dt
import hashlib
import io
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ..errors import DataError, Problem, UnknownNameError, check_name, nearest
from ..files import read_text, shipped_folder
from ..scenarios.scenario import scenario_files, scenario_folder
from ..tables.plan import data_folder
from ..tables.schema import REFERENCE, TABLES, is_address
from ..tables.yaml_files import read_document
from .errors import InputError, ParameterError

__all__ = [
    "Plain",
    "ReportParameters",
    "check_declared",
    "check_region",
    "find_notebook",
    "find_scenarios",
    "find_tables",
    "hash_tables",
    "read_parameters",
    "region_names",
]

Plain = str | int | float | bool | None
Content = Path | bytes
"""A file, or what a database holds in its place."""

# Files of a folder of one's own that a run reads.
KEPT = {*TABLES, "priors", "calibration", "mechanisms"}
OPTIONAL = ("scenarios", "indicator", "probability", "vintages")  # a notebook may declare them
NAME_BYTES = 200  # of the usual 255: leaves room for the suffixes of unfinished folders


def _iso_day(text: str) -> str:
    """Check an ISO date; `today` becomes one, so that a manifest can repeat its run."""
    day = dt.date.today() if text == "today" else dt.date.fromisoformat(text)
    if text not in ("today", day.isoformat()):
        raise ValueError("not written as year-month-day")
    return day.isoformat()


def _file_name(text: str) -> str:
    """Check that a folder can have this name on every common file system."""
    if re.search(r'[\x00-\x1f/\\:*?"<>|]', text) or text.startswith("."):
        raise ValueError("not a file name")
    if len(text.encode()) > NAME_BYTES or text.endswith((".failed", ".", " ")):
        raise ValueError("too long, or ends in '.failed', a dot or a blank")
    return text


def _address(text: str | None) -> str | None:
    """Check the address of a database."""
    if text is None:
        return None
    if not is_address(text):
        raise ValueError("not the address of a database")
    from ..tables.database import open_address

    return open_address(text)


def _data_place(text: str | None) -> str | None:
    """Check an address; a folder stays as it is written."""
    return _address(text) if is_address(text) else text


def _scenario_places(text: str | None) -> str | None:
    """Make the paths among the scenarios independent of the folder that a notebook runs in."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    paths = [os.path.abspath(n) if n.endswith((".yaml", ".yml")) else n for n in names]
    return ",".join(paths) or None


class ReportParameters(BaseModel):
    """What a parameter file may say; each description is the remedy for a wrong value."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    region: str = Field(min_length=1, description="the id of a region with a plan, as lishui")
    notebook: str = Field(
        "monitoring", min_length=1, description="a shipped notebook's name, or a path to .ipynb"
    )
    data: Annotated[str | None, AfterValidator(_data_place)] = Field(
        None,
        description="a folder with tables of your own, the address of a database without a "
        "password (see docs/scheduling.md), or nothing",
    )
    as_of: Annotated[str, AfterValidator(_iso_day)] = Field(
        "today", description="a date as 2022-12-31, or today"
    )
    until: int | None = Field(
        None, ge=1950, le=2100, description="a year of four digits, or nothing"
    )
    draws: int = Field(4000, ge=100, le=100_000, description="a whole number, 100 to 100000")
    seed: int = Field(0, ge=0, lt=2**63, description="a whole number, 0 or more")
    language: Literal["zh", "en"] = Field("zh", description="zh or en")
    scenarios: Annotated[str | None, AfterValidator(_scenario_places)] = Field(
        None, description="names or .yaml files of scenarios with commas between, or nothing"
    )
    indicator: str | None = Field(None, description="the id of an indicator, or nothing")
    probability: float | None = Field(
        None, ge=0.01, le=0.99, description="a chance to aim at, 0.01 to 0.99, or nothing"
    )
    results: Annotated[str | None, AfterValidator(_address)] = Field(
        None,
        description="the address of a database for result tables, as "
        "postgresql+psycopg://user@host/name without a password, or nothing",
    )
    output: str = Field("reports", min_length=1, description="a folder for the reports")
    name: Annotated[str, AfterValidator(_file_name)] = Field(
        min_length=1, description="a short file name without a dot in front"
    )

    @property
    def folder(self) -> Path:
        """Where the report is put."""
        return Path(os.path.abspath(self.output)) / self.name

    @property
    def lies_ahead(self) -> bool:
        """Whether the as-of date is still to come."""
        return self.as_of > dt.date.today().isoformat()

    def for_notebook(self) -> dict[str, Plain]:
        """Return exactly what the notebook's parameters cell must declare.

        `folder` is where the notebook writes its tables: its own working directory. Of the
        `OPTIONAL` ones only those that were given: a notebook may know better defaults.
        """
        passed = self.model_dump(exclude={"notebook", "results", "output", "name"})
        passed = {k: v for k, v in passed.items() if k not in OPTIONAL or v is not None}
        own = self.data and not is_address(self.data)
        data = os.path.abspath(str(self.data)) if own else self.data
        return {**passed, "data": data, "folder": "."}


def read_parameters(params: str | Path, *, output: str | Path | None = None) -> ReportParameters:
    """Read and check a parameter file; `output` replaces the file's own output folder.

    The name of the report is that of the file unless the file gives one; an empty value, `~`
    or `null` counts as not given.

    Raises
    ------
    InputError
        If the file is missing or unreadable.
    ParameterError
        With every problem of the file: key, value, remedy.

    Examples
    --------
    >>> read_parameters("no/such/file.yaml")
    Traceback (most recent call last):
    forecast.parameters.InputError: no/such/file.yaml cannot be read: No such file ...
    """
    file = Path(params)
    values, problems = _read_yaml(file)
    values.setdefault("name", file.stem)
    if output is not None:
        values["output"] = str(output)
    try:
        parameters = ReportParameters.model_validate(values)
    except ValidationError as error:
        problems += [
            _explain(str(e["loc"][0]), e["type"], e["msg"], values) for e in error.errors()
        ]
    if problems:
        raise ParameterError(file, problems)
    return parameters


def find_notebook(name: str) -> Path:
    """Locate a notebook by path, or by name among those of the package or the repository.

    >>> find_notebook("monitoring").name
    'monitoring.ipynb'
    """
    if name.endswith(".ipynb"):
        return Path(os.path.abspath(name))
    return shipped_folder("notebooks") / f"{name}.ipynb"


def check_declared(notebook: Path, passed: Mapping[str, Plain]) -> list[str]:
    """Refuse a notebook whose parameters cell declares anything but exactly what is passed.

    Only the `OPTIONAL` ones may be declared and not passed. papermill only logs an unknown
    parameter, and its own reader of the cell, made of regular expressions, misses some. Returns
    what is declared.

    Raises
    ------
    InputError
        If there is no such notebook, or it is none.
    ParameterError
        Without exactly one cell tagged `parameters`, or with other names or other code in it.
    """
    try:
        cells = json.loads(_read(notebook))["cells"]
        tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
        sources = ["".join(cell["source"]) for cell in tagged]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{notebook} is not a notebook. Save it from Jupyter again.") from None
    if len(sources) != 1:
        fault = f"{len(sources)} cells are tagged 'parameters'. Remedy: tag exactly one."
        raise ParameterError(notebook, [fault])
    declared = _assigned(notebook, sources[0])
    missing = [f"{p!r}: not declared. Remedy: add it." for p in passed if p not in declared]
    known = {*passed, *OPTIONAL}
    unknown = [f"{p!r}: never passed. Remedy: remove it." for p in declared if p not in known]
    if missing or unknown:
        raise ParameterError(notebook, [f"parameter {fault}" for fault in missing + unknown])
    return declared


def find_tables(data: str | None) -> dict[str, Content]:
    """List the tables and mechanisms that a run uses, by file name.

    Beside a folder or database of one's own only the reference tables it lacks are taken from the
    package, and what the package learned from other data.

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
        own = {f.name: f for f in _tables(Path(os.path.abspath(data))) if f.stem in KEPT}
    if not own:
        raise InputError(f"{data} holds no table. Give a folder with targets.csv and others.")
    stems = {name: Path(name).stem for name in shipped}
    lent = {n: f for n, f in shipped.items() if stems[n] in REFERENCE or stems[n] not in TABLES}
    return dict(sorted((lent | own).items()))


def find_scenarios(file: Path, parameters: ReportParameters) -> dict[str, Path]:
    """List the scenario files that a run may read: all shipped ones, those chosen, their bases.

    Raises
    ------
    ParameterError
        If one that is asked for cannot be read.
    """
    found = {f"scenarios/{f.name}": f for f in sorted(scenario_folder().glob("*.yaml"))}
    problems = []
    for name in parameters.scenarios.split(",") if parameters.scenarios else []:
        try:
            found |= scenario_files(name)
        except (DataError, UnknownNameError) as error:
            faults = error.problems if isinstance(error, DataError) else [error]
            problems += [f"key 'scenarios', value {name!r}: {fault}" for fault in faults]
    if problems:
        raise ParameterError(file, problems)
    return found


def _stored(address: str) -> dict[str, Content]:
    """Tables of a database as they would stand in files."""
    from ..tables.database import read_database

    try:
        cells = read_database(address)
    except DataError as error:
        raise InputError(str(error)) from None
    return {f"{n}.csv": t.to_csv(index=False).encode() for n, t in cells.items()}


def _bytes(content: Content) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()


def _tables(folder: Path) -> list[Path]:
    return [*folder.glob("*.csv"), *folder.glob("mechanisms.yaml")]


def hash_tables(tables: Mapping[str, Content]) -> str:
    """SHA-256 over the names and contents of tables, in the order given."""
    digest = hashlib.sha256()
    for name, content in tables.items():
        digest.update(f"{name} {hashlib.sha256(_bytes(content)).hexdigest()}\n".encode())
    return digest.hexdigest()


def check_region(file: Path, parameters: ReportParameters, tables: Mapping[str, Content]) -> None:
    """Refuse a region without a plan before a kernel is started for it.

    Regions of the shipped tables need targets; in a folder of one's own, observations do.

    Raises
    ------
    ParameterError
        With the nearest known region.
    """
    known: set[str] = set()
    for name in ("targets.csv", *(["observations.csv"] if parameters.data else [])):
        if name in tables:
            known |= {row["region"] for row in _rows(tables[name]) if row.get("region")}
    try:
        check_name("region", parameters.region, sorted(known))
    except UnknownNameError as error:
        raise ParameterError(file, [f"key 'region': {error} Remedy: write one of these."]) from None


def region_names(tables: Mapping[str, Content], region: str) -> dict[str, str]:
    """Names of a region by language, as the tables of its run have them.

    >>> region_names(find_tables(None), "lishui")
    {'zh': '丽水市', 'en': 'Lishui'}
    """
    rows = [row for row in _rows(tables["regions.csv"]) if row.get("region") == region]
    return {key: str(row.get(f"name_{key}") or region) for row in rows for key in ("zh", "en")}


def _rows(table: Content) -> list[dict[str, str]]:
    text = table.decode() if isinstance(table, bytes) else _read(table)
    return list(csv.DictReader(io.StringIO(text)))


def _read(file: Path) -> str:
    """Text of a planner's file."""
    try:
        return read_text(file)
    except DataError as error:
        raise InputError(_unreadable(file, error)) from None


def _unreadable(file: Path, error: DataError) -> str:
    return f"{file} {error.problems[0].problem}. Check the path, and save it as UTF-8."


def _read_yaml(file: Path) -> tuple[dict[str, str | None], list[str]]:
    """Keys and scalar texts of a flat mapping, and what is wrong with its form."""
    try:
        content, lines = read_document(file)
    except DataError as error:
        if error.problems[0].row is None:
            raise InputError(_unreadable(file, error)) from None
        raise ParameterError(file, [_said(problem) for problem in error.problems]) from None
    if not isinstance(content, dict):
        raise ParameterError(file, ["no keys. Remedy: write one 'key: value' a line."])
    nested = [
        f"line {lines[(key,)]}: a nested value. Remedy: write one plain value a key."
        for key, value in content.items()
        if isinstance(value, dict | list)
    ]
    plain = {k: v for k, v in content.items() if v is not None and not isinstance(v, dict | list)}
    return plain, nested


def _said(problem: Problem) -> str:
    """One fault in the form of a file, without the file's name, which heads the list."""
    key = f", key {problem.column!r}" if problem.column else ""
    return f"line {problem.row}{key}: {problem.problem}. Remedy: {problem.remedy}."


def _explain(key: str, kind: str, message: str, values: Mapping[str, object]) -> str:
    """One problem of a parameter file as a sentence: key, value, fault, remedy."""
    fields = ReportParameters.model_fields
    if kind == "extra_forbidden":
        hint = nearest(key, fields) or f"known are {', '.join(fields)}"
        return f"key {key!r}: unknown. Remedy: {hint}."
    remedy = f"Remedy: write {fields[key].description}."
    if kind == "missing":
        return f"key {key!r}: missing. {remedy}"
    hidden = "://" in str(values.get(key))  # a password may stand in an address
    said = "an address" if hidden else f"value {values.get(key)!r}"
    return f"key {key!r}, {said}: {message}. {remedy}"


def _assigned(notebook: Path, source: str) -> list[str]:
    """Names assigned in a parameters cell, which may hold nothing but assignments."""
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        fault = f"parameters cell, line {error.lineno}: {error.msg}. Remedy: write plain Python."
        raise ParameterError(notebook, [fault]) from None
    names, problems = [], []
    for node in body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        if targets and all(isinstance(target, ast.Name) for target in targets):
            names += [target.id for target in targets if isinstance(target, ast.Name)]
        else:
            fault = "not a plain assignment. Remedy: move it to another cell."
            problems.append(f"parameters cell, line {node.lineno}: {fault}")
    if problems:
        raise ParameterError(notebook, problems)
    return names
