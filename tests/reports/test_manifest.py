"""The record of a run: read only if it is whole, and honest about changed files."""

import dataclasses
import json
from pathlib import Path

import pytest

from forecast.files import MANIFEST
from forecast.reports.manifest import (
    Manifest,
    files_intact,
    fingerprint,
    hash_code,
    hash_file,
    read_manifest,
    versions,
)
from forecast.reports.parameters import ReportParameters


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    """A record with one file, both stored."""
    (tmp_path / "表.csv").write_text("1")
    made = Manifest(
        name="丽水",
        status="completed",
        folder=str(tmp_path),
        parameters={"region": "lishui", "seed": 0, "data": None},
        seed=0,
        fingerprint="f",
        notebook_hash="n",
        data_hash="d",
        versions={"python": "3"},
        started="2026-01-02T03:04:00+00:00",
        finished="2026-01-02T03:04:05+00:00",
        seconds={"execute": 5.0},
        files={"表.csv": hash_file(tmp_path / "表.csv")},
        region={"zh": "丽水市", "en": "Lishui"},
    )
    made.write(tmp_path)
    return made


def test_a_record_is_read_as_written(manifest: Manifest, tmp_path: Path) -> None:
    """Every field comes back with its type."""
    assert read_manifest(tmp_path) == manifest


@pytest.mark.parametrize("damage", ["garbage", '{"name": "x"}', "[1]", "", "\ud800", "null"])
def test_a_damaged_record_is_none(manifest: Manifest, tmp_path: Path, damage: str) -> None:
    """Garbage, missing keys, half of it, wrong types: as if there were no record."""
    file = tmp_path / MANIFEST
    whole = file.read_text(encoding="utf-8")
    file.write_text(damage, encoding="utf-8", errors="surrogatepass")
    assert read_manifest(tmp_path) is None
    file.write_text(whole[: len(whole) // 2], encoding="utf-8")
    assert read_manifest(tmp_path) is None
    file.write_text(json.dumps({**manifest.to_dict(), "files": ["表.csv"]}))
    assert read_manifest(tmp_path) is None


def test_a_changed_or_missing_file_is_found(manifest: Manifest, tmp_path: Path) -> None:
    """A report is whole only with each file as it was made."""
    assert files_intact(manifest, tmp_path)
    (tmp_path / "表.csv").write_text("2")
    assert not files_intact(manifest, tmp_path)
    (tmp_path / "表.csv").unlink()
    assert not files_intact(manifest, tmp_path)


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "a/../../outside"])
def test_a_record_cannot_point_outside(manifest: Manifest, tmp_path: Path, name: str) -> None:
    """A forged record makes no file of elsewhere a part of the report."""
    (tmp_path.parent / "outside").write_text("1")
    forged = dataclasses.replace(manifest, files={name: manifest.files["表.csv"]})
    assert not files_intact(forged, tmp_path)


@pytest.mark.parametrize(
    "name", ["a.py", "deep/er/b.py", "locale/x.po", "i/x.toml", "t/page.j2", "s.css"]
)
def test_code_is_hashed_at_any_depth(tmp_path: Path, name: str) -> None:
    """Modules, catalogues, templates and styles count wherever they are, byte code does not."""
    before = hash_code(tmp_path)
    (tmp_path / "a.pyc").write_text("1")
    assert hash_code(tmp_path) == before
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("1")
    changed = hash_code(tmp_path)
    file.write_text("2")
    assert len({before, changed, hash_code(tmp_path)}) == 3


def test_the_list_of_packages_is_complete() -> None:
    """Whatever shapes numbers or pages is named with its version."""
    shaping = {
        "numpy",
        "scipy",
        "pandas",
        "statsmodels",
        "matplotlib",
        "seaborn",
        "zhplot",
        "babel",
    }
    shaping |= {
        "babel",
        "jinja2",
        "beautifulsoup4",
        "nbconvert",
        "papermill",
        "pydantic",
        "weasyprint",
    }
    assert shaping <= set(versions())
    assert "not installed" not in versions().values()


def test_the_fingerprint_changes_with_every_input() -> None:
    """Each parameter that shapes the report, the notebook and the data count; its place not."""
    asked = ReportParameters(region="lishui", name="x", as_of="2022-12-31")
    first = fingerprint(asked, "n", "d")
    changes = {"region": "zhejiang", "as_of": "2021-12-31", "draws": 500, "seed": 1}
    changes |= {"language": "en", "until": 2030, "data": "here", "name": "y"}
    changed = [asked.model_copy(update={key: value}) for key, value in changes.items()]
    others = [fingerprint(one, "n", "d") for one in changed]
    others += [fingerprint(asked, "m", "d"), fingerprint(asked, "n", "e")]
    assert len({first, *others}) == len(others) + 1
    assert fingerprint(asked.model_copy(update={"output": "there"}), "n", "d") == first
