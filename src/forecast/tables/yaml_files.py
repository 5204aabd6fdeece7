"""YAML files that planners write, read safely, with the line of every fault.

Every value is read as text and converted by the model it must fit, so `no` is not false and a
year is a year. Nothing in a file is executed: tags and anchors are refused, and so are keys that
are given twice.
"""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import N_, DataError, Message, Problem, msg, nearest
from ..files import read_text

__all__ = ["StrictModel", "read_document", "validate"]

FILE_BYTES = 1_000_000
DEEPEST = 50
"""Lists and sections within each other; the composer, which is in C, has no limit of its own."""
NUMBER, WHOLE, TEXT = N_("write a number"), N_("write a whole number"), N_("write a text")
SECTION = (N_("not a section of `key: value` lines"), N_("write lines of `key: value`"))
MORE, LESS = N_("write a greater number"), N_("write a smaller number")
OTHER = (N_("not what belongs here"), N_("compare it with other files"))
FAULTS = {
    "missing": (N_("the key is missing"), N_("add it")),
    "float_parsing": (N_("not a number"), NUMBER),
    "float_type": (N_("not a single number"), NUMBER),
    "finite_number": (N_("not a finite number"), NUMBER),
    "int_parsing": (N_("not a whole number"), WHOLE),
    "int_type": (N_("not a single whole number"), WHOLE),
    "string_type": (N_("not a text"), TEXT),
    "string_too_short": (N_("shorter than {min_length} characters"), TEXT),
    "dict_type": SECTION,
    "model_type": SECTION,
    "tuple_type": (N_("not a list"), N_("write a list")),
    "too_long": (N_("more than {max_length} entries"), N_("leave some out")),
    "greater_than": (N_("not greater than {gt:g}"), MORE),
    "greater_than_equal": (N_("less than {ge:g}"), MORE),
    "less_than": (N_("not less than {lt:g}"), LESS),
}
"""Fact and remedy of each type of fault that pydantic finds in a file."""
Model = TypeVar("Model", bound=BaseModel)
KeyPath = tuple[str | int, ...]
"""Keys and list indices that lead to a value of a file."""


class StrictModel(BaseModel):
    """A record that refuses unknown keys and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def read_document(file: Path) -> tuple[Any, dict[KeyPath, int]]:
    """Read a file: nested mappings, lists and texts, and the line in which each begins.

    Raises
    ------
    DataError
        If it cannot be read, is not YAML, or has tags, anchors or repeated keys; all faults at
        once.
    """
    text = read_text(file)
    if len(text) > FILE_BYTES:
        problem, remedy = msg("larger than any such file may be"), msg("check the path")
        raise DataError([_fault(file, 1, None, problem, remedy)])
    problems: list[Problem] = []
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise RecursionError
            if getattr(event, "anchor", None) or getattr(event, "tag", None) not in (None, "!"):
                line = event.start_mark.line + 1 if event.start_mark else 1
                problem, remedy = msg("an anchor, alias or tag"), msg("write the value itself")
                problems.append(_fault(file, line, None, problem, remedy))
        root = yaml.compose(text, Loader=yaml.CBaseLoader) if not problems else None
    except (yaml.YAMLError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        reason = getattr(error, "problem", None) or getattr(error, "reason", None)
        problem = msg("not YAML: nested too deep")
        if reason:
            problem = msg("not YAML: {reason}", reason=" ".join(str(reason).split()))
        remedy = msg("check indentation, quotation marks and the blank after each colon")
        raise DataError([*problems, _fault(file, line, None, problem, remedy)]) from None
    lines: dict[KeyPath, int] = {}
    content = _plain(file, root, (), lines, problems) if root is not None else {}
    if problems:
        raise DataError(problems)
    return content, lines


def validate(model: type[Model], content: Any, file: Path, lines: dict[KeyPath, int]) -> Model:
    """Convert the content of a file to a record.

    Raises
    ------
    DataError
        With every value that does not fit: file, line, key, value, remedy.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = [_explain(model, dict(e), content, file, lines) for e in error.errors()]
        raise DataError(dict.fromkeys(problems)) from None


def _plain(
    file: Path, node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int], problems: list[Problem]
) -> Any:
    """Convert a node to built-ins; add its lines and its faults to those of the file."""
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        items = enumerate(node.value)
        return [_plain(file, item, (*path, i), lines, problems) for i, item in items]
    if not isinstance(node, yaml.MappingNode):
        assert isinstance(node, yaml.ScalarNode)
        empty = not node.style and node.value in ("", "~", "null")
        return None if empty else node.value
    mapping: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            problem, remedy = msg("a key that is not a word"), msg("write `key: value`")
            problems.append(_fault(file, line, None, problem, remedy))
        elif key.value in mapping:
            problem, remedy = msg("given twice"), msg("keep one")
            problems.append(_fault(file, line, key.value, problem, remedy))
        else:
            mapping[key.value] = _plain(file, value, (*path, key.value), lines, problems)
            lines[(*path, key.value)] = line
    return mapping


def _explain(
    model: type[BaseModel],
    error: dict[str, Any],
    content: Any,
    file: Path,
    lines: dict[KeyPath, int],
) -> Problem:
    """Report a fault that pydantic found by the line and the key of the file."""
    path: KeyPath = ()
    value = content
    for part in error["loc"]:
        # pydantic also names the branch of a union it tried, which is no key of the file.
        here: Container[Any] = value if isinstance(value, dict) else ()
        if isinstance(value, list) and isinstance(part, int):
            here = range(len(value))
        if part in here:
            value, path = value[part], (*path, part)
        elif part == error["loc"][-1] and isinstance(value, dict) and error["type"] == "missing":
            path = (*path, part)
    line = next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), 1)
    key = ".".join(str(part) for part in path) or None
    printed = None if isinstance(value, dict | list | None) else str(value)
    if error["type"] == "extra_forbidden":
        unknown = str(error["loc"][-1])
        key = key if path[-1:] == error["loc"][-1:] else ".".join(map(str, (*path, unknown)))
        hint = nearest(unknown, _fields(model), likeness=0.5)
        return _fault(file, line, key, msg("unknown key"), hint or msg("remove it"))
    arguments = error.get("ctx", {})
    if error["type"] == "value_error":
        arguments = arguments["error"].args[0].arguments
        return Problem(file.name, line, key, printed, arguments["problem"], arguments["remedy"])
    fact, remedy = FAULTS.get(error["type"], OTHER)
    return Problem(file.name, line, key, printed, msg(fact, **arguments), msg(remedy))


def _fields(model: type[BaseModel]) -> list[str]:
    """Names of all keys that a model and the models in it know."""
    names: list[str] = []
    for part in model.model_json_schema().get("$defs", {}).values():
        names += part.get("properties", {})
    names += model.model_json_schema().get("properties", {})
    return names


def _fault(file: Path, line: int, key: str | None, problem: Message, remedy: Message) -> Problem:
    return Problem(file.name, line, key, None, problem, remedy)
