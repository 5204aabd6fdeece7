"""An export of the planner's desk: one archive that gives the same numbers anywhere.

It holds the scenario and those beside it, the planner's own tables, the plan as it is entered, the
parameters of a report, tables, the chart, and the report itself as a page and a document. Paths in
it are relative. `own_plan.open_upload` opens it at another desk.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from .._version import __version__
from ..callbacks import Progress, ProgressTracker
from ..charts.scenarios import scenarios_chart
from ..errors import N_, WriteError, msg
from ..files import MANIFEST, plain_name, staging_folder, swap_folder, write_atomic
from ..intake.merging import COMPANIONS
from ..plans.entry import workbook_of, write_entered
from ..reports.exports import write_tables
from ..reports.inputs import find_tables
from ..reports.manifest import hash_file
from ..reports.parameters import ReportParameters
from ..scenarios.overrides import own_scenarios
from ..scenarios.scenario import write_scenario
from .own_plan import BESIDE, DRAFT, TABLES, read_rows
from .session import Desk
from .state import is_shipped
from .storage import TAKEN
from .text import name_outcome

__all__ = ["add_report", "export_desk", "pack"]

RUN, SCENARIO = "run.yaml", "scenario.yaml"
FORMATS = {"docx": "docx"}
"""Documents of a report, and the library that each needs."""
STAMP = (1980, 1, 1, 0, 0, 0)
"""Time of all files in an archive, so that the same export has the same bytes."""
NO_REPORT = N_("The report of the export could not be made: {reason}")


def export_desk(desk: Desk, name: str, *, replace_file: bool = False) -> Path:
    """Save the desk's settings under a name, and write a folder of that name beside them.

    The folder holds tables, the chart, and `run.yaml`: `forecast run` with it, wherever the folder
    is, writes a report with the same probabilities. Files that a person added to an earlier export
    of the name are kept. Returns the folder.

    Raises
    ------
    ValueError, FileExistsError, WriteError
        As `Desk.save`; WriteError also for a folder in the way that is no export.
    """
    other = _read_manifest(desk.folder / name).get("address", _address(desk))
    if not replace_file and other != _address(desk):
        raise FileExistsError(msg(TAKEN, name=name))
    desk.save(name, replace_file=replace_file)
    final, report, plan = desk.folder / name, desk.report, desk.plan
    sources = report.source_rows(report.list_sources(plan.targets, plan.observations))
    with staging_folder(final) as new:
        write_tables(report, {"compare": desk.table(), "sources": sources}, new)
        write_scenario(desk.settings.to_scenario(name).whole(), new / SCENARIO)
        _write_inputs(desk, new)
        parameters = _run_parameters(desk, name, _write_beside(desk, name, new))
        text = yaml.safe_dump(parameters, allow_unicode=True, sort_keys=False)
        (new / RUN).write_text(text, encoding="utf-8")
        for file, content in _draw(desk).items():
            (new / file).write_bytes(content)
        files = [file for file in sorted(new.rglob("*")) if file.is_file()]
        written = {file.relative_to(new).as_posix(): hash_file(file) for file in files}
        facts = {"files": written, "version": __version__, "address": _address(desk)}
        (new / MANIFEST).write_text(json.dumps(facts), encoding="utf-8")
        swap_folder(new, final, _read_manifest(final).get("files", {}))
    return final


def _address(desk: Desk) -> str:
    """Return the state of a desk with its run, which another desk may not have."""
    return replace(desk.state, run=desk.state.run or desk.run).address()


def add_report(folder: Path, *, progress: Progress | None = None) -> None:
    """Run the parameters of an export, and put the report's page and documents into its folder.

    Raises
    ------
    WriteError
        If the report cannot be made.
    """
    tracker = ProgressTracker(progress, 2)
    tracker()
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-m", "forecast.cli", "run", str(folder / RUN)]
        done = subprocess.run(
            [*command, "--output", output, "--log", "json"], capture_output=True, text=True
        )
        pages = list(Path(output).glob("*/report.*"))
        if done.returncode or not pages:
            reason = (done.stderr.strip().splitlines() or [""])[-1]
            raise WriteError(msg(NO_REPORT, reason=reason))
        facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        for page in pages:
            shutil.copyfile(page, folder / page.name)
            facts["files"][page.name] = hash_file(page)
        (folder / MANIFEST).write_text(json.dumps(facts), encoding="utf-8")
    tracker.end()


def pack(folder: Path) -> Path:
    """Write all files of an export to one archive beside its folder; return the archive.

    Links are left out: they may lead anywhere. Files that a person added get names that every
    system can unpack.
    """
    stream, used = io.BytesIO(), set[str]()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for where, folders, names in os.walk(folder):
            folders.sort()
            for file in (Path(where, name) for name in sorted(names)):
                if file.is_symlink() or not file.is_file():
                    continue
                path = "/".join(map(plain_name, (folder.name, *file.relative_to(folder).parts)))
                while path.casefold() in used:
                    path = f"{path}_"
                used.add(path.casefold())
                info = zipfile.ZipInfo(path, STAMP)
                archive.writestr(info, file.read_bytes(), zipfile.ZIP_DEFLATED)
    target = folder.with_name(f"{folder.name}.zip")
    write_atomic(target, stream.getvalue())
    return target


def _run_parameters(desk: Desk, name: str, beside: list[str]) -> dict[str, Any]:
    """Return the parameters of a scenario report with the same answers."""
    scenarios = ",".join([SCENARIO, *beside])
    options = desk.options | {"notebook": "scenarios", "scenarios": scenarios, "name": name}
    if options["data"] is not None:
        options["data"] = TABLES
    if desk.chosen is not None:
        options["indicator"] = str(desk.chosen["indicator"])
    options["formats"] = ["html", *(f for f, library in FORMATS.items() if find_spec(library))]
    given = {key: value for key, value in options.items() if value is not None}
    ReportParameters.model_validate(given)
    return given


def _write_inputs(desk: Desk, new: Path) -> None:
    """Write the planner's own tables and what is entered; those of the package come with it."""
    plan = desk.plan
    if desk.state.rows or workbook_of(plan):
        (new / DRAFT).mkdir()
        write_entered(read_rows(desk), new / DRAFT, plan, desk.language)
    if not desk.report.data:
        return
    own = Path(plan.folder) if plan.folder else None
    tables: dict[str, Path | bytes] = {
        name: content
        for name, content in find_tables(desk.report.data).items()
        if isinstance(content, bytes) or content.parent == own
    }
    if own:
        tables |= {name: own / name for name in COMPANIONS if (own / name).is_file()}
    tables |= {f"scenarios/{name}.yaml": file for name, file in own_scenarios(own).items()}
    for name, content in tables.items():
        file = new / TABLES / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.read_bytes())


def _write_beside(desk: Desk, name: str, new: Path) -> list[str]:
    """Write the scenarios beside the settings; return their paths, names of the package's."""
    places = []
    for key, scenario in desk.beside().items():
        place = key if is_shipped(scenario) else f"{BESIDE}/{key}.yaml"
        if key not in (name, place):
            (new / BESIDE).mkdir(exist_ok=True)
            write_scenario(scenario.whole().model_copy(update={"name": key}), new / place)
        places += [place] * (key != name)
    return places


def _draw(desk: Desk) -> Mapping[str, bytes]:
    """Draw the chosen target with the scenarios beside; return files by name."""
    if desk.chosen is None:
        return {}
    outcomes = {
        name_outcome(desk, key): answer.quantiles for key, answer in desk.outcomes().items()
    }
    targets = desk.baseline[desk.baseline["indicator"] == desk.chosen["indicator"]]
    chart = scenarios_chart(desk.report, outcomes, targets)
    return {"chart.svg": chart.svg().encode(), "chart.png": chart.png(), "chart.csv": chart.csv()}


def _read_manifest(folder: Path) -> dict[str, Any]:
    """Return what an earlier export wrote about itself: hashes of its files by name, address."""
    try:
        return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
