"""What the mechanisms and scenarios in a plan's folder change of what is shipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..scenarios.declarations import MECHANISMS_FILE
from ..scenarios.overrides import list_changes, merge_steps, own_scenarios, read_content
from ..scenarios.scenario import scenario_folder
from ..tables.plan import data_folder

__all__ = ["list_changed"]

Change = tuple[str, str, str, Any, Any]
"""File, name, key of a value ("" for all of it), the shipped value, the own one."""


def list_changed(folder: str) -> Iterator[Change]:
    """Yield each value that the mechanisms and scenarios of a plan's folder change."""
    shipped, own = data_folder() / MECHANISMS_FILE, Path(folder) / MECHANISMS_FILE
    if folder and own.is_file() and own.resolve() != shipped.resolve():
        base = read_content(shipped)
        for name, section in read_content(own).items():
            if "kind" in section or name not in base:
                yield MECHANISMS_FILE, name, "", None, None
                continue
            for change in list_changes(section, base[name]):
                yield MECHANISMS_FILE, name, *change
    for name, file in own_scenarios(folder).items():
        content = read_content(file)
        changed = scenario_folder() / f"{content.get('name')}.yaml"
        if "base" in content or not changed.is_file():
            yield file.name, str(content.get("name", name)), "", None, None
        else:
            for change in _list_scenario(content, read_content(changed)):
                yield file.name, changed.stem, *change


def _list_scenario(content: dict[str, Any], old: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield each value that a scenario file changes of a shipped one; steps count from 1."""
    merged, _ = merge_steps(old, content, {})
    yield from list_changes({k: v for k, v in merged.items() if k != "steps"}, old)
    for number, step in enumerate(merged["steps"]):
        before = old["steps"][number] if number < len(old["steps"]) else {}
        yield from list_changes(step, before, f"steps.{number + 1}")
