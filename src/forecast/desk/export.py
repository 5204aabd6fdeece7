"""An export of the planner's desk: scenario, tables, pictures, and parameters to repeat them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ..files import MANIFEST, staging_folder, swap_folder
from ..reports.exports import write_tables
from ..reports.manifest import hash_file
from ..reports.parameters import ReportParameters
from .session import Desk

__all__ = ["export_desk"]


def export_desk(desk: Desk, name: str, pictures: Mapping[str, bytes]) -> Path:
    """Save the desk's settings under a name, and write a folder of that name beside them.

    The folder holds tables, `pictures` (PNGs by file name) and `run.yaml`: `forecast run` with it
    writes a report with the same probabilities. Files that a person added to an earlier export of
    the name are kept. Returns the folder.

    Raises
    ------
    ValueError, WriteError
        As `Desk.save`; WriteError also for a folder in the way that is no export.
    """
    parameters = _run_parameters(desk, name, desk.save(name))
    final, report, plan = desk.folder / name, desk.report, desk.plan
    sources = report.source_rows(report.list_sources(plan.targets, plan.observations))
    with staging_folder(final) as new:
        write_tables(report, {"compare": desk.table(), "sources": sources}, new)
        for file, content in pictures.items():
            (new / file).write_bytes(content)
        text = yaml.safe_dump(parameters, allow_unicode=True, sort_keys=False)
        (new / "run.yaml").write_text(text, encoding="utf-8")
        written = {file.name: hash_file(file) for file in sorted(new.iterdir())}
        (new / MANIFEST).write_text(json.dumps({"files": written}), encoding="utf-8")
        swap_folder(new, final, _written_files(final))
    return final


def _run_parameters(desk: Desk, name: str, scenario: Path) -> dict[str, Any]:
    """Return the parameters of a scenario report with the same answers."""
    options = desk.options
    if desk.plan.folder:
        options["data"] = str(Path(options["data"]).absolute())
    options |= {"notebook": "scenarios", "scenarios": str(scenario.absolute()), "name": name}
    if desk.chosen is not None:
        options["indicator"] = str(desk.chosen["indicator"])
    given = {key: value for key, value in options.items() if value is not None}
    ReportParameters.model_validate(given)
    return given


def _written_files(folder: Path) -> dict[str, str]:
    """Return the hashes, by name, of the files that an earlier export wrote."""
    try:
        return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError):
        return {}
