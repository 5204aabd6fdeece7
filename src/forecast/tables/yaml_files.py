"""Files that planners write: mechanisms and scenarios as YAML, read safely, written whole.

Every value is read as text and converted by the model it must fit, so `no` is not false and a
year is a year. Nothing in a file is executed: no tags, no anchors, no key twice.
"""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import N_, DataError, Problem, Said, nearest, said
from ..files import read_text

__all__ = ["StrictModel", "read_document", "validate"]

FILE_BYTES = 1_000_000
NUMBER, WHOLE, TEXT = N_("write a number"), N_("write a whole number"), N_("write a text")
SECTION, LIST = N_("write lines of `key: value`"), N_("write a list")
MORE, LESS = N_("write a greater one"), N_("write a smaller one")
OTHER = (N_("not what belongs here"), N_("compare it with other files"))
TEMPLATES = {
    "missing": (N_("Field required"), N_("add it")),
    "float_parsing": (
        N_("Input should be a valid number, unable to parse string as a number"),
        NUMBER,
    ),
    "float_type": (N_("Input should be a valid number"), NUMBER),
    "finite_number": (N_("Input should be a finite number"), NUMBER),
    "int_parsing": (
        N_("Input should be a valid integer, unable to parse string as an integer"),
        WHOLE,
    ),
    "int_type": (N_("Input should be a valid integer"), WHOLE),
    "string_type": (N_("Input should be a valid string"), TEXT),
    "string_too_short": (N_("String should have at least {min_length} character"), TEXT),
    "dict_type": (N_("Input should be a valid dictionary"), SECTION),
    "model_type": (N_("Input should be a valid dictionary or instance of {class_name}"), SECTION),
    "tuple_type": (N_("Input should be a valid tuple"), LIST),
    "too_long": (
        N_("Tuple should have at most {max_length} items after validation"),
        N_("leave some out"),
    ),
    "greater_than": (N_("Input should be greater than {gt}"), MORE),
    "greater_than_equal": (
        N_("Input should be greater than or equal to {ge}"),
        MORE,
    ),
    "less_than": (N_("Input should be less than {lt}"), LESS),
}
"""Fact, as pydantic says it, and remedy of each type of fault that a file can have."""
Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]


class StrictModel(BaseModel):
    """A record that refuses unknown keys and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def read_document(file: Path) -> tuple[Any, dict[Place, int]]:
    """Nested mappings, lists and texts of a file, and the line each of them begins in.

    Raises
    ------
    DataError
        If it cannot be read, is no YAML, or has tags, anchors or a key twice; all faults at once.
    """
    text = read_text(file)
    if len(text) > FILE_BYTES:
        problem, remedy = said("larger than any such file"), said("check the path")
        raise DataError([_fault(file, 1, None, problem, remedy)])
    problems: list[Problem] = []
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            if getattr(event, "anchor", None) or getattr(event, "tag", None) not in (None, "!"):
                line = event.start_mark.line + 1 if event.start_mark else 1
                problem, remedy = said("an anchor, alias or tag"), said("write the value itself")
                problems.append(_fault(file, line, None, problem, remedy))
        root = yaml.compose(text, Loader=yaml.BaseLoader) if not problems else None
    except (yaml.YAMLError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        reason = getattr(error, "problem", None) or getattr(error, "reason", None)
        problem = said("not YAML: nested too deep")
        if reason:
            problem = said("not YAML: {reason}", reason=" ".join(str(reason).split()))
        problems.append(_fault(file, line, None, problem, said("mend the indentation")))
        raise DataError(problems) from None
    lines: dict[Place, int] = {}
    content = _plain(file, root, (), lines, problems) if root is not None else {}
    if problems:
        raise DataError(problems)
    return content, lines


def validate(model: type[Model], content: Any, file: Path, lines: dict[Place, int]) -> Model:
    """Make a record of what a file holds.

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
    file: Path, node: yaml.Node, place: Place, lines: dict[Place, int], problems: list[Problem]
) -> Any:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        items = enumerate(node.value)
        return [_plain(file, item, (*place, i), lines, problems) for i, item in items]
    if not isinstance(node, yaml.MappingNode):
        assert isinstance(node, yaml.ScalarNode)
        empty = node.style is None and node.value in ("", "~", "null")
        return None if empty else node.value
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            problem, remedy = said("a key that is no word"), said("write `key: value`")
            problems.append(_fault(file, line, None, problem, remedy))
        elif key.value in found:
            problem, remedy = said("given twice"), said("keep one")
            problems.append(_fault(file, line, key.value, problem, remedy))
        else:
            found[key.value] = _plain(file, value, (*place, key.value), lines, problems)
            lines[(*place, key.value)] = line
    return found


def _explain(
    model: type[BaseModel], error: dict[str, Any], content: Any, file: Path, lines: dict[Place, int]
) -> Problem:
    """Say one fault that pydantic found where a planner finds it."""
    place: Place = ()
    value = content
    for part in error["loc"]:
        # pydantic also names the branch of a union it tried; only what the file holds is a place.
        here: Container[Any] = value if isinstance(value, dict) else ()
        if isinstance(value, list) and isinstance(part, int):
            here = range(len(value))
        if part in here:
            value, place = value[part], (*place, part)
        elif part == error["loc"][-1] and isinstance(value, dict) and error["type"] == "missing":
            place = (*place, part)
    line = next((lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in lines), 1)
    key = ".".join(str(part) for part in place) or None
    shown = None if isinstance(value, dict | list | None) else str(value)
    if error["type"] == "extra_forbidden":
        known = _fields(model)
        unknown = str(error["loc"][-1])
        key = key if place[-1:] == error["loc"][-1:] else ".".join(map(str, (*place, unknown)))
        hint = nearest(unknown, known, likeness=0.5)
        return _fault(file, line, key, said("unknown key"), hint or said("remove it"))
    gaps = error.get("ctx", {})
    if error["type"] == "value_error":
        gaps = gaps["error"].args[0].gaps
        return Problem(file.name, line, key, shown, gaps["problem"], gaps["remedy"])
    fact, mend = TEMPLATES.get(error["type"], OTHER)
    # In English it is said as pydantic words it.
    problem, remedy = said(fact, **gaps).reworded(error["msg"]), said(mend).reworded("correct it")
    return Problem(file.name, line, key, shown, problem, remedy)


def _fields(model: type[BaseModel]) -> list[str]:
    """Names of all keys that a model and the models in it know."""
    names: list[str] = []
    for part in model.model_json_schema().get("$defs", {}).values():
        names += part.get("properties", {})
    names += model.model_json_schema().get("properties", {})
    return names


def _fault(file: Path, line: int, key: str | None, problem: Said, remedy: Said) -> Problem:
    return Problem(file.name, line, key, None, problem, remedy)
