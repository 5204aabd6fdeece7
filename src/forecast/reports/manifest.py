"""The record of a run, `manifest.json`: the inputs of a report, and its files.

Two runs have the same fingerprint if nothing that shapes their output differs: parameters,
notebook, tables and scenarios, this package's own code, Python and the libraries. A report is
finished if its fingerprint is that of its inputs today and each of its files is as it was.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib.metadata
import json
import platform
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from ..files import MANIFEST
from .parameters import Plain, ReportParameters

__all__ = [
    "Manifest",
    "files_intact",
    "fingerprint",
    "hash_file",
    "read_manifest",
    "read_manifests",
    "versions",
]

PACKAGES = (
    "forecast", "numpy", "pandas", "scipy", "statsmodels", "matplotlib", "seaborn", "zhplot",
    "openpyxl", "python-docx", "python-pptx", "pyarrow", "papermill", "nbconvert",
    "beautifulsoup4", "pydantic", "jinja2", "babel", "weasyprint",
)  # fmt: skip
CODE = ("*.py", "*.po", "*.toml", "*.j2", "*.css")
"""Files of the package that shape a report: modules, texts, translations, templates, styles."""


@dataclasses.dataclass(frozen=True)
class Manifest:
    """The inputs and the files of a run; stored as `manifest.json`."""

    name: str
    status: Literal["completed", "failed"]
    folder: str
    parameters: dict[str, Plain]
    seed: int
    fingerprint: str
    notebook_hash: str
    data_hash: str
    versions: dict[str, str]
    started: str
    finished: str
    """Start plus time elapsed, so never before the start, whatever happens to the clock."""
    seconds: dict[str, float]
    files: dict[str, str]
    """File name to SHA-256."""
    notes: dict[str, str] = dataclasses.field(default_factory=dict)
    """File name to the reason why it is not there."""
    error: dict[str, Plain] | None = None
    region: dict[str, str] = dataclasses.field(default_factory=dict)
    """Language to the region's name; empty where no table could be read."""

    def to_dict(self) -> dict[str, Any]:
        """Plain built-ins, as in the file."""
        return dataclasses.asdict(self)

    def write(self, folder: Path) -> None:
        """Store the record in a folder."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=2)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifests(folder: Path) -> list[Manifest]:
    """Read the readable records of the reports in a folder, by the names of their folders."""
    files = sorted(folder.glob(f"*/{MANIFEST}")) if folder.is_dir() else []
    found = (read_manifest(file.parent) for file in files if not file.parent.name.startswith("."))
    return [manifest for manifest in found if manifest is not None]


def read_manifest(folder: Path) -> Manifest | None:
    """Record of a report's folder; None where there is none, or one that is damaged.

    >>> read_manifest(Path("no/such/folder")) is None
    True
    """
    try:
        content = (folder / MANIFEST).read_bytes()
        return TypeAdapter(Manifest).validate_json(content, strict=True)
    except (OSError, ValidationError):
        return None


def files_intact(manifest: Manifest, folder: Path) -> bool:
    """Return whether each file that a run made is still in the folder as it was.

    A name that leads out of the folder is never one of its files.
    """
    names = [Path(name) for name in manifest.files]
    if any(name.is_absolute() or ".." in name.parts for name in names):
        return False
    try:
        present = {name: hash_file(folder / name) for name in manifest.files}
    except OSError:
        return False
    return present == manifest.files


def fingerprint(parameters: ReportParameters, notebook_hash: str, data_hash: str) -> str:
    """SHA-256 of everything that shapes a report; its output folder does not.

    >>> from forecast.reports.parameters import ReportParameters
    >>> one = ReportParameters(region="lishui", name="x", output="here", as_of="2022-12-31")
    >>> two = one.model_copy(update={"output": "there"})
    >>> fingerprint(one, "", "") == fingerprint(two, "", "")
    True
    >>> fingerprint(one, "", "") == fingerprint(one.model_copy(update={"seed": 1}), "", "")
    False
    """
    given = parameters.model_dump(exclude={"output"}) | {"ahead": parameters.lies_ahead}
    inputs = [given, notebook_hash, data_hash, _code_hash(), versions()]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def hash_file(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@functools.cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that shape the numbers and the page."""
    result = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            result[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            result[package] = "not installed"
    return result


@functools.cache
def _code_hash() -> str:
    """SHA-256 of this package's code: a method may change between two versions."""
    return hash_code(Path(str(resources.files("forecast"))))


def hash_code(package: Path) -> str:
    """SHA-256 of the files in a package, at any depth, that shape a report (`CODE`)."""
    digest = hashlib.sha256()
    for file in sorted(f for pattern in CODE for f in package.rglob(pattern)):
        digest.update(f"{file.relative_to(package)} {hash_file(file)}\n".encode())
    return digest.hexdigest()
