"""`forecast check` in a made-up language: all that it prints can be translated."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from typer.testing import CliRunner

from forecast.cli import app
from forecast.tables.plan import data_folder
from made_up_language import LANGUAGE, unmarked, write_catalogue
from sound_tables import SOUND, change, write

FIGURES = """地区,指标,2019,2020,2021,2022,2023
丽水市,最低生活保障年标准,9360,10200,10800,一万,≥13000
丽水市,护理型床位占比,52.3%,54.9%,0.58,101%,2000张
丽水市,床位,1,2,3,4,5
,护理型床位占比,-,,1e3,50-60,+3个百分点
"""


@pytest.fixture(autouse=True, scope="module")
def made_up() -> Iterator[None]:
    """Add the made-up language."""
    folder = write_catalogue()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_LOCALE", str(folder))
        yield


@pytest.fixture(scope="module")
def names() -> list[str]:
    """Names in the shipped tables, which are data."""
    tables = [pd.read_csv(data_folder() / f"{n}.csv") for n in ("indicators", "regions", "units")]
    return [str(name) for table in tables for name in [*table["name_zh"], *table["name_en"]]]


def check(*arguments: object) -> str:
    """Output of the command in the made-up language."""
    done = CliRunner().invoke(app, ["check", *map(str, arguments), "--language", LANGUAGE])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "⟦" in done.output
    return done.output


def test_a_folder_of_tables(tmp_path) -> None:
    """Row counts and verdict of a sound folder, and the faults of another, are translated."""
    write(tmp_path, SOUND)
    own = ("某市规划", "Bed share", "Stations", "Waiting", "Standard", "Hill", "River")
    assert unmarked(check(tmp_path), str(tmp_path), *own) == []
    change(tmp_path, "targets", "2025,58,", "20x5,58%,")
    change(tmp_path, "tasks", "2023年底", "soon")
    assert unmarked(check(tmp_path), str(tmp_path), "soon") == []
    assert unmarked(check(tmp_path / "none"), str(tmp_path)) == []


def test_a_database(tmp_path) -> None:
    """So are the faults of an address."""
    assert unmarked(check(f"sqlite:///{tmp_path}/plan.db"), str(tmp_path)) == []


def test_a_file_of_figures(tmp_path, names) -> None:
    """So is what was understood of each cell, and why others were not."""
    file = tmp_path / "figures.csv"
    file.write_text(FIGURES, encoding="utf-8")
    printed = [cell for line in FIGURES.splitlines() for cell in line.split(",") if cell]
    assert unmarked(check(file), str(tmp_path), *names, *printed) == []
    assert unmarked(check(file, "--region", "lisui"), str(tmp_path), *names, *printed) == []
    file.write_bytes(b"PK\x03\x04broken")
    assert unmarked(check(file), str(tmp_path)) == []


def test_a_scenario(tmp_path) -> None:
    """So are the faults of a scenario, and how much a sound one changes."""
    file = tmp_path / "own.yaml"
    file.write_text("name: own\nsteps:\n- {indicator: planned, shift: {by: 1}}\n")
    assert unmarked(check(file, "--region", "lishui"), str(tmp_path)) == []
    file.write_text("name: own\nsteps:\n- {indicator: bedz, shift: {by: 1}}\n")
    assert unmarked(check(file, "--region", "lishui"), str(tmp_path)) == []
