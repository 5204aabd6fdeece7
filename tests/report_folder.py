"""Folders of finished and of failed reports, with their records only."""

import dataclasses
from pathlib import Path

from forecast.reports.manifest import Manifest

ERROR = {"class": "TimeLimitError", "message": "over <b>5</b> s", "exit_code": 7}


def report(output: Path, name: str, /, *files: str, **changes: object) -> Path:
    """Make a report's folder with some files."""
    folder = output / name
    folder.mkdir(parents=True)
    manifest = Manifest(
        name=name,
        status="completed",
        folder=str(folder),
        parameters={
            "region": "lishui",
            "language": "zh",
            "as_of": "2022-12-31",
            "notebook": "midterm_evaluation",
        },
        seed=0,
        fingerprint="",
        notebook_hash="",
        data_hash="",
        versions={},
        started="2026-01-02T03:04:00+00:00",
        finished="2026-01-02T03:04:05+00:00",
        seconds={"execute": 5.0},
        files={},
        region={"zh": "丽水市", "en": "Lishui"},
    )
    dataclasses.replace(manifest, **changes).write(folder)  # type: ignore[arg-type]
    for file in files:
        (folder / file).write_text("")
    return folder
