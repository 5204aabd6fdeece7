"""Own scenarios and mechanisms of the name of shipped ones: merged over these, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..tables.yaml_files import KeyPath, read_document

__all__ = [
    "Lines",
    "list_changes",
    "merge_mappings",
    "merge_steps",
    "own_scenarios",
    "read_content",
]

Lines = dict[KeyPath, int]


def merge_mappings(base: Any, changes: Any) -> Any:
    """Put changes over a base: mappings key by key, anything else as a whole.

    >>> merge_mappings({"low": 1, "high": 3}, {"high": 5})
    {'low': 1, 'high': 5}
    """
    if not (isinstance(base, dict) and isinstance(changes, dict)):
        return changes
    return {**base, **{key: merge_mappings(base.get(key), value) for key, value in changes.items()}}


def merge_steps(
    base: Mapping[str, Any], own: Mapping[str, Any], lines: Lines
) -> tuple[dict[str, Any], Lines]:
    """Merge the content of a scenario file over that of a shipped one, and move its line numbers.

    A step of the same mechanism, or of the same verb and indicators, and of the same regions
    changes the shipped step; any other comes after the shipped ones.
    """
    steps = list(base.get("steps") or [])
    moved = {path: line for path, line in lines.items() if path[:1] != ("steps",)}
    for j, step in enumerate(own.get("steps") or []):
        same = [i for i, other in enumerate(steps) if _identity(other) == _identity(step)]
        i = same[0] if same else len(steps)
        steps[i:] = [_merge_step(steps[i], step) if same else step, *steps[i + 1 :]]
        moved |= {("steps", i, *p[2:]): n for p, n in lines.items() if p[:2] == ("steps", j)}
    return {**base, **own, "steps": steps}, moved


def list_changes(content: Any, base: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield each value of nested mappings that differs from a base: its keys, base's value, value.

    >>> list(list_changes({"a": {"low": 2, "high": 3}}, {"a": {"low": 1, "high": 3}}))
    [('a.low', 1, 2)]
    """
    for key, value in content.items():
        old = base.get(key) if isinstance(base, dict) else None
        where = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict):
            yield from list_changes(value, old, where)
        elif value != old:
            yield where, old, value


def read_content(file: Path) -> dict[str, Any]:
    """Content of a YAML file of sections; empty for anything else."""
    content, _ = read_document(file)
    return content if isinstance(content, dict) else {}


def own_scenarios(folder: str | Path | None) -> dict[str, Path]:
    """Return the scenario files of a plan by name, from `scenarios` in its folder or beside it."""
    if not folder:
        return {}
    places = [Path(folder), *([Path(folder).parent] if Path(folder).name == "tables" else [])]
    files = (file for place in places for file in sorted((place / "scenarios").glob("[!.]*.yaml")))
    return {file.stem: file for file in files}


def _names(value: Any) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value or ())


def _identity(step: Any) -> Any:
    """Return what makes two steps the same; a step that is no mapping is like none."""
    if not isinstance(step, dict):
        return id(step)
    verbs = frozenset({*step} - {"region", "indicator", "mechanism", "levers", "assumptions"})
    named = step.get("mechanism"), verbs, _names(step.get("indicator"))
    return (*named, _names(step.get("region")))


def _merge_step(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Merge one step; a lever's years are kept only where the own setting is a span as well."""
    merged: dict[str, Any] = merge_mappings(base, own)
    for lever, setting in (own.get("levers") or {}).items():
        kinds = [isinstance(s, dict) and {*s} <= {"value", "from", "until"}
                 for s in (setting, (base.get("levers") or {}).get(lever))]  # fmt: skip
        if not all(kinds):
            merged["levers"][lever] = setting
    return merged
