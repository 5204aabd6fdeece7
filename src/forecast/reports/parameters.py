"""Parameter files of reports, and the notebooks that declare the same names.

A parameter file is a flat YAML mapping, in UTF-8 or GB18030, one `key: value` a line. Every
value (`formats` is a list of them) is read as text and converted by the model, so a date stays a
date and `no` is not false.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..errors import N_, DataError, Message, Problem, msg, nearest
from ..files import read_text, shipped_folder
from ..i18n.catalog import languages
from ..scenarios.overrides import own_scenarios
from ..tables.schema import is_address
from ..tables.yaml_files import read_document
from .errors import InputError, ParameterError

__all__ = [
    "KINDS",
    "Plain",
    "ReportParameters",
    "check_declared",
    "find_notebook",
    "read_input",
    "read_parameters",
]

Plain = str | int | float | bool | list[str] | None

KINDS = {
    "overview": N_("Overview of all regions"),
    "monitoring": N_("Monitoring report"),
    "midterm_evaluation": N_("Mid-term evaluation"),
    "final_evaluation": N_("Final evaluation"),
    "scenarios": N_("Measures and scenarios"),
    "target_setting": N_("Target setting"),
    "indicator": N_("One indicator"),
    "method_check": N_("Method check"),
}
"""Kind of report by the name of its notebook."""
OPTIONAL = ("scenarios", "indicator", "probability", "formats", "vintages")
"""Parameters that a notebook may declare, and may have better defaults for."""
RUN_ONLY = ("notebook", "name", "output", "results")
"""Keys that `forecast run` alone uses; a notebook may declare them for papermill's command."""
FORMATS = ("html", "pdf", "docx", "xlsx", "pptx")
LIBRARIES = {"pdf": "weasyprint", "docx": "docx", "pptx": "pptx"}
"""Modules that formats need; each comes with an extra of the format's name."""
NAME_BYTES = 200
"""Of the usual 255: leaves room for the suffixes of unfinished folders."""


def _iso_day(text: str) -> str:
    """Check an ISO date; `today` becomes one, so that a manifest can repeat its run."""
    if text == "today":
        return dt.date.today().isoformat()
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(msg("not written as year-month-day"))
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(msg("not a day of the calendar")) from None


def _file_name(text: str) -> str:
    """Check that a folder can have this name on every common file system."""
    if re.search(r'[\x00-\x1f/\\:*?"<>|]', text) or text.startswith("."):
        raise ValueError(msg("not a file name"))
    if len(text.encode()) > NAME_BYTES or text.endswith((".failed", ".", " ")):
        raise ValueError(msg("too long, or ends in '.failed', a dot or a blank"))
    return text


def _address(text: str | None) -> str | None:
    """Check the address of a database."""
    if text is None:
        return None
    if not is_address(text):
        raise ValueError(msg("not the address of a database"))
    from ..tables.database import open_address

    return open_address(text)


def _language(code: str) -> str:
    """Check that there are translations into a language."""
    if code not in languages():
        raise ValueError(msg("not a language of this program"))
    return code


def _data_source(text: str | None) -> str | None:
    """Check an address; a folder stays as it is written."""
    return _address(text) if is_address(text) else text


def _split(given: object) -> object:
    """Take a text as a list of its words."""
    return re.findall(r"[^\s,]+", given) if isinstance(given, str) else given


def _formats(given: list[str] | None) -> list[str] | None:
    """Check names of formats and the libraries that they need; put them in our order."""
    if given is None:
        return None
    if unknown := [name for name in given if name not in FORMATS]:
        raise ValueError(msg("{name!r} is not a format", name=unknown[0]))
    for name in given:
        if name in LIBRARIES and find_spec(LIBRARIES[name]) is None:
            raise ValueError(msg(
                "{name} needs a library that is not installed (pip install 'forecast[{name}]')",
                name=name,
            ))  # fmt: skip
    return [name for name in FORMATS if name in given]


def _list_scenarios(text: str | None) -> str | None:
    """Give names and paths of scenarios without blanks, which a notebook would keep."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    return ",".join(names) or None


ALLOWED = {
    "region": N_("the id of a region with a plan, as lishui"),
    "notebook": N_("a shipped notebook's name, or a path to .ipynb"),
    "data": N_("a folder with tables of your own, the address of a database without a password "
               "(see docs/scheduling.md), or nothing"),
    "as_of": N_("a date as 2022-12-31, or today"),
    "until": N_("a year of four digits, or nothing"),
    "draws": N_("a whole number, 100 to 100000"),
    "seed": N_("a whole number, 0 or more"),
    "language": N_("zh or en"),
    "scenarios": N_("names or .yaml files of scenarios with commas between, or nothing"),
    "indicator": N_("the id of an indicator, or nothing"),
    "probability": N_("a chance to aim at, 0.01 to 0.99, or nothing"),
    "formats": N_("a list of html, pdf, docx, xlsx, pptx, as [html, docx], or nothing"),
    "results": N_("the address of a database for result tables, as "
                  "postgresql+psycopg://user@host/name without a password, or nothing"),
    "output": N_("a folder for the reports"),
    "name": N_("a short file name without a dot in front"),
}  # fmt: skip
"""What may be written for each key."""


class ReportParameters(BaseModel):
    """Values of a parameter file; `ALLOWED` describes them."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    region: str = Field(min_length=1)
    notebook: str = Field("monitoring", min_length=1)
    data: Annotated[str | None, AfterValidator(_data_source)] = None
    as_of: Annotated[str, AfterValidator(_iso_day)] = "today"
    until: int | None = Field(None, ge=1950, le=2100)
    draws: int = Field(4000, ge=100, le=100_000)
    seed: int = Field(0, ge=0, lt=2**63)
    language: Annotated[str, AfterValidator(_language)] = "zh"
    scenarios: Annotated[str | None, AfterValidator(_list_scenarios)] = None
    indicator: str | None = None
    probability: float | None = Field(None, ge=0.01, le=0.99)
    formats: Annotated[list[str] | None, BeforeValidator(_split), AfterValidator(_formats)] = None
    results: Annotated[str | None, AfterValidator(_address)] = None
    output: str = Field("reports", min_length=1)
    name: Annotated[str, AfterValidator(_file_name)] = Field(min_length=1)

    @property
    def folder(self) -> Path:
        """Folder of the report."""
        return Path(os.path.abspath(self.output)) / self.name

    @property
    def lies_ahead(self) -> bool:
        """Whether the as-of date is still to come."""
        return self.as_of > dt.date.today().isoformat()

    def for_notebook(self) -> dict[str, Plain]:
        """Return exactly what the notebook's parameters cell must declare.

        `folder` is where the notebook writes its tables: its own working directory. `OPTIONAL`
        ones are passed only if they were given.
        """
        passed = self.model_dump(exclude=set(RUN_ONLY))
        passed = {k: v for k, v in passed.items() if k not in OPTIONAL or v is not None}
        own = self.data and not is_address(self.data)
        data = os.path.abspath(str(self.data)) if own else self.data
        return {**passed, "data": data, "folder": "."}


def read_parameters(params: str | Path, *, output: str | Path | None = None) -> ReportParameters:
    """Read and check a parameter file; `output` replaces the file's own output folder.

    The name of the report is that of the file unless the file gives one; an empty value, `~`
    or `null` counts as not given. Relative paths in the file are relative to its folder.

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
    forecast.reports.errors.InputError: no/such/file.yaml cannot be read: No such file ...
    """
    file = Path(params)
    values, problems = _read_mapping(file)
    values = _absolute_paths(values, file)
    values.setdefault("name", file.stem)
    if output is not None:
        values["output"] = str(output)
    try:
        parameters = ReportParameters.model_validate(values)
    except ValidationError as error:
        problems += [_explain(str(e["loc"][0]), dict(e), values) for e in error.errors()]
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


def _absolute_paths(values: dict[str, Any], file: Path) -> dict[str, Any]:
    """Make the paths of a file absolute; names of what is shipped, and addresses, stay."""

    def absolute(key: str, text: str) -> str:
        named = key in ("notebook", "scenarios") and not text.endswith((".ipynb", ".yaml", ".yml"))
        if named and key == "scenarios" and text in (own := own_scenarios(file.parent)):
            return os.path.abspath(own[text])
        return (
            text if not text or named or is_address(text) else os.path.abspath(file.parent / text)
        )

    paths = dict(values)
    for key in {"data", "notebook", "output"} & {*values}:
        paths[key] = absolute(key, str(values[key]))
    if "scenarios" in values:
        names = [name.strip() for name in str(values["scenarios"]).split(",")]
        paths["scenarios"] = ",".join(absolute("scenarios", name) for name in names if name)
    return paths


def check_declared(notebook: Path, passed: Mapping[str, Plain]) -> list[str]:
    """Refuse a notebook whose parameters cell declares anything but exactly what is passed.

    `OPTIONAL` and `RUN_ONLY` ones may be declared and not passed. papermill only logs an unknown
    parameter, and its own reader of the cell, made of regular expressions, misses some. Returns
    the declared names.

    Raises
    ------
    InputError
        If there is no such notebook, or the file is none, or its language is not Python.
    ParameterError
        Without exactly one cell tagged `parameters`, or with other names or other code in it.
    """
    declared = _assigned(notebook, _parameters_cell(notebook))
    missing = [
        msg("parameter {name!r}: not declared. Remedy: add it.", name=name)
        for name in passed
        if name not in declared
    ]
    unknown = [
        msg("parameter {name!r}: never passed. Remedy: remove it.", name=name)
        for name in declared
        if name not in {*passed, *OPTIONAL, *RUN_ONLY}
    ]
    if missing or unknown:
        raise ParameterError(notebook, missing + unknown)
    return declared


def _parameters_cell(notebook: Path) -> str:
    """Source of the one cell that is tagged `parameters`, in a notebook in Python."""
    try:
        content = json.loads(read_input(notebook))
        kernel = content.get("metadata", {}).get("kernelspec", {})
        language = str(kernel.get("language") or "python")
        tagged = [c for c in content["cells"] if "parameters" in c["metadata"].get("tags", [])]
        sources = ["".join(cell["source"]) for cell in tagged]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        message = N_("{notebook} is not a notebook. Save it from Jupyter again.")
        raise InputError(msg(message, notebook=notebook)) from None
    if language.lower() != "python":
        message = N_("{notebook} is in {language}. Reports are made by notebooks in Python.")
        raise InputError(msg(message, notebook=notebook, language=language))
    if len(sources) != 1:
        fault = N_("{count} cells are tagged 'parameters'. Remedy: tag exactly one.")
        raise ParameterError(notebook, [msg(fault, count=len(sources))])
    return sources[0]


def read_input(file: Path) -> str:
    """Text of a planner's file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return read_text(file)
    except DataError as error:
        raise InputError(_unreadable(file, error)) from None


def _unreadable(file: Path, error: DataError) -> Message:
    message = N_("{file} {problem}. Check the path, and save it as UTF-8.")
    return msg(message, file=file, problem=error.problems[0].problem)


def _read_mapping(file: Path) -> tuple[dict[str, Any], list[Message]]:
    """Keys and scalar texts of a flat mapping, and what is wrong with its form."""
    try:
        content, lines = read_document(file)
    except DataError as error:
        if error.problems[0].row is None:
            raise InputError(_unreadable(file, error)) from None
        raise ParameterError(file, [_in_line(problem) for problem in error.problems]) from None
    if not isinstance(content, dict):
        raise ParameterError(file, [msg("no keys. Remedy: write one 'key: value' a line.")])
    nested = [key for key, value in content.items() if _is_nested(key, value)]
    problems = [
        msg("line {line}: a nested value. Remedy: write one plain value a key.", line=lines[key,])
        for key in nested
    ]
    return {k: v for k, v in content.items() if v is not None and k not in nested}, problems


def _is_nested(key: object, value: object) -> bool:
    """Whether a value is more than one text, or for `formats` a list of texts."""
    if key == "formats" and isinstance(value, list):
        return any(not isinstance(item, str) for item in value)
    return isinstance(value, dict | list)


def _in_line(problem: Problem) -> Message:
    """One fault of a file's form, without the file's name, which heads the list."""
    facts = {"fault": problem.problem, "remedy": problem.remedy, "line": problem.row}
    if problem.column is None:
        return msg("line {line}: {fault}. Remedy: {remedy}.", **facts)
    message = N_("line {line}, key {key!r}: {fault}. Remedy: {remedy}.")
    return msg(message, key=problem.column, **facts)


def _explain(key: str, error: Mapping[str, Any], values: Mapping[str, object]) -> Message:
    """One problem of a parameter file as a sentence: key, value, fault, remedy."""
    if error["type"] == "extra_forbidden":
        remedy = nearest(key, ALLOWED) or msg("known are {names}", names=list(ALLOWED))
        return msg("key {key!r}: unknown. Remedy: {remedy}.", key=key, remedy=remedy)
    allowed = msg(ALLOWED[key])
    if error["type"] == "missing":
        return msg("key {key!r}: missing. Remedy: write {allowed}.", key=key, allowed=allowed)
    cause = error.get("ctx", {}).get("error")
    fault = cause.args[0] if cause else msg("not allowed")
    facts = {"key": key, "fault": fault, "allowed": allowed}
    if is_address(values.get(key)):  # a password may be in it
        return msg("key {key!r}, an address: {fault}. Remedy: write {allowed}.", **facts)
    message = N_("key {key!r}, value {value!r}: {fault}. Remedy: write {allowed}.")
    return msg(message, value=values.get(key), **facts)


def _assigned(notebook: Path, source: str) -> list[str]:
    """Names assigned in a parameters cell: assignments, and imports from `typing` for their types.

    Raises
    ------
    ParameterError
        For anything else in the cell.
    """
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        fault = N_("parameters cell, line {line}: {fault}. Remedy: write plain Python.")
        raise ParameterError(notebook, [msg(fault, line=error.lineno, fault=error.msg)]) from None
    names, problems = [], []
    for node in body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.ImportFrom) and node.module == "typing":
            continue
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        if targets and all(isinstance(target, ast.Name) for target in targets):
            names += [target.id for target in targets if isinstance(target, ast.Name)]
        else:
            fault = N_(
                "parameters cell, line {line}: not a plain assignment. Remedy: move it to another "
                "cell."
            )
            problems.append(msg(fault, line=node.lineno))
    if problems:
        raise ParameterError(notebook, problems)
    return names
