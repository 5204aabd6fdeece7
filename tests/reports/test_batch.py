"""Batches: the order in which reports begin."""

import dataclasses
from pathlib import Path

from forecast.reports.batch import longest_first, take_next
from forecast.reports.manifest import Manifest
from forecast.reports.runner import ReportRun

RECORD = Manifest(
    name="x", status="completed", folder="", parameters={}, seed=0, fingerprint="",
    notebook_hash="", data_hash="", versions={}, started="", finished="", seconds={}, files={},
)  # fmt: skip


def test_what_took_longest_begins_first_and_before_it_what_was_never_run(tmp_path: Path) -> None:
    """All steps of the last run count; equals keep the order given, as do those never run."""
    runs = []
    took = {"short": [2.0, 0.5], "new": None, "long": [1.0, 9.0], "other": None, "same": [2.5]}
    for name, seconds in took.items():
        file = tmp_path / f"{name}.yaml"
        file.write_text("region: lishui\n", encoding="utf-8")
        runs.append(ReportRun(file, tmp_path / "out"))
        if seconds:
            runs[-1].final.mkdir(parents=True)
            steps = {f"step {i}": s for i, s in enumerate(seconds)}
            dataclasses.replace(RECORD, name=name, seconds=steps).write(runs[-1].final)
    ordered = [run.file.stem for run in longest_first(runs)]
    assert ordered == ["new", "other", "long", "short", "same"]


def test_reports_of_one_region_issue_in_the_order_of_their_days(tmp_path: Path) -> None:
    """Which issue is the one before depends on the days, not on which report is done first."""
    files = {
        "late": "region: lishui\nas_of: 2022-12-31\n",
        "early": "region: lishui\nas_of: 2021-12-31\n",
        "other": "region: shaoxing\nas_of: 2023-12-31\n",
        "all": "region: zhejiang\nnotebook: overview\n",
    }
    waiting = []
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        waiting.append(ReportRun(tmp_path / f"{name}.yaml", tmp_path / "out"))
        waiting[-1].issues = name != "all"
    late, early, other, overview = waiting
    assert take_next(waiting, []) is early
    assert take_next(waiting, [early]) is other
    assert take_next(waiting, [early, other]) is None
    assert take_next(waiting, [other]) is late
    assert take_next(waiting, []) is overview
    assert take_next(waiting, []) is None
