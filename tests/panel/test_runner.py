"""Panels: the same answers however they are computed, whole or said to be missing."""

import errno
import gc
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import forecast as fc
from forecast.panel import answering, engine, runner, storage
from forecast.panel.engine import LostError
from forecast.panel.runner import run_panel

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")

# Sockets of the clusters' servers that are closed later.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

KINDS = {"care": "share", "income": "amount", "rate": "ratio", "top": "stock", "bottom": "stock"}
ABOUT = pd.DataFrame({
    "indicator": [*KINDS], "kind": [*KINDS.values()], "better": "higher",
    "lower": [0.0] * 5, "upper": [100.0, *[np.nan] * 4], "resolution": 0.1,
    "numerator": ["", "", "top", "", ""], "denominator": ["", "", "bottom", "", ""],
})  # fmt: skip
PARTITIONS = ["bottom+rate+top", "care", "income"]


@pytest.fixture(scope="module")
def figures():
    """Twelve regions, four years, five indicators; two of them make a third."""
    rng = np.random.default_rng(5)
    tables = []
    for name in KINDS:
        for region in range(12):
            start = rng.uniform(20.0, 60.0)
            values = np.round(start + np.cumsum(rng.normal(1.0, 0.8, 4)), 1)
            tables.append(pd.DataFrame({"region": f"r{region:02d}", "indicator": name,
                                        "year": range(2019, 2023), "value": values}))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


@pytest.fixture(scope="module")
def targets(figures):
    """One target a series, three above its latest figure."""
    last = figures[figures["year"] == 2022]
    return last.assign(year=2025, value=np.minimum(last["value"] + 3.0, 99.0), comparator="ge")


def write_source(folder, figures, targets, files=3, seed=None):
    """Write the tables as a dataset of several files, mixed by `seed`."""
    for name, table in (("observations", figures), ("targets", targets)):
        if seed is not None:
            table = table.sample(frac=1.0, random_state=seed)
        for i, part in enumerate(np.array_split(np.arange(len(table)), files)):
            path = folder / name / f"part{i}" / f"{name}{i}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            table.iloc[part].to_parquet(path, index=False)
    ABOUT.to_csv(folder / "indicators.csv", index=False)
    return str(folder)


@pytest.fixture
def source(tmp_path, figures, targets):
    """A dataset of three files a table."""
    return write_source(tmp_path / "in", figures, targets)


@pytest.fixture(scope="module")
def started():
    """A scheduler and a worker in a process of its own."""
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": ":0"}
    dask.config.set({"distributed.comm.timeouts.connect": "3s", "distributed.comm.retry.count": 0})
    # A worker that was killed is given up for good if none runs at the end of this time.
    dask.config.set({"distributed.deploy.lost-worker-timeout": "1h"})
    with distributed.LocalCluster(silence_logs=50, **options) as cluster:
        yield cluster
    gc.collect()  # the warnings of sockets are this module's


@pytest.fixture
def cluster(started):
    """That, once its worker runs: one that is killed or restarted at its start ends for good."""
    with distributed.Client(started.scheduler_address, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)
    return started


def hashes(out):
    """Hash of every table of answers."""
    files = sorted(path for name in answering.ANSWERED for path in Path(out, name).glob("*"))
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}, len(files)


@pytest.fixture(scope="module")
def expected(tmp_path_factory, figures, targets):
    """Hashes of the answers from one call in this process."""
    folder = tmp_path_factory.mktemp("expected")
    source = write_source(folder / "in", figures, targets)
    assert run_panel(source, str(folder / "out"), workers=0).complete
    return hashes(folder / "out")


def test_answers_are_those_of_the_functions(source, tmp_path, figures, targets):
    """A panel says, bit by bit, what `fit`, `quantiles` and `attainment` say of all series."""
    result = run_panel(source, str(tmp_path / "out"), workers=0)
    assert result.complete, result.faults
    assert (list(result.done), result.series, result.targets) == (PARTITIONS, 60, 60)
    fits = fc.fit(figures, ABOUT)
    expected = fc.quantiles(fits, [2025]).sort_values(["indicator", "region"], ignore_index=True)
    found = pd.read_parquet(tmp_path / "out" / "quantiles")
    found = found.sort_values(["indicator", "region"], ignore_index=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_exact=True)
    keys = ["indicator", "region"]
    expected = fc.attainment(fits, targets, answers=["reach"]).sort_values(keys)["p_reach"]
    found = pd.read_parquet(tmp_path / "out" / "attainment").sort_values(keys)["p_reach"]
    assert found.tolist() == expected.tolist()


def test_files_order_engine_and_a_killed_worker_change_no_bit(
    tmp_path, figures, targets, cluster, expected
):
    """One file or seven, rows mixed, here or on a cluster: the same bytes of every table.

    The tasks of a worker that is killed run again elsewhere.
    """
    killed = []

    def kill(_):
        if not killed:
            worker = next(iter(cluster.workers.values()))
            killed.append(worker.process.pid)
            os.kill(worker.process.pid, signal.SIGKILL)

    mixed, out = write_source(tmp_path / "mixed", figures, targets, files=7, seed=3), tmp_path / "b"
    there = run_panel(mixed, str(out), scheduler=cluster.scheduler_address, progress=kill)
    assert killed and there.complete, there.faults
    assert hashes(out) == expected
    assert expected[1] == 2 * len(PARTITIONS)


def test_what_is_done_is_skipped_until_it_changes(source, tmp_path, figures, targets):
    """A second call computes nothing; after a change, only what the change decides."""
    out, seen = str(tmp_path / "out"), []
    run_panel(source, out, workers=0)
    again = run_panel(source, out, workers=0, progress=seen.append)
    assert (again.done, list(again.skipped)) == ((), PARTITIONS)
    assert seen == sorted(seen) and seen[-1] == 1.0
    changed = figures.copy()
    changed.loc[changed["indicator"].eq("care") & changed["region"].eq("r07"), "value"] += 0.5
    write_source(tmp_path / "in", changed, targets)
    assert run_panel(source, out, workers=0).done == ("care",)
    Path(out, "attainment", "income.parquet").unlink()
    assert run_panel(source, out, workers=0).done == ("income",)
    assert list(run_panel(source, out, workers=0, years=[2024]).done) == PARTITIONS


def test_a_bad_row_holds_back_its_partition_only(tmp_path, figures, targets):
    """With file, row and reason; the others are answered, and one call finishes what is mended."""
    broken = figures.astype({"value": object, "year": object})
    row = int(np.flatnonzero(broken["indicator"] == "care")[5])
    broken.loc[row, "value"] = 120.0
    source = write_source(tmp_path / "in", broken.astype({"value": float, "year": int}), targets, 1)
    out = str(tmp_path / "out")
    result = run_panel(source, out, workers=0)
    assert (list(result.done), result.missing) == (["bottom+rate+top", "income"], ("care",))
    (fault,) = result.faults
    assert (fault.partition, fault.file, fault.row) == (
        "care", "observations/part0/observations0.parquet", row + 1
    )  # fmt: skip
    assert "outside of its bounds" in fault.reason
    manifest = json.loads(Path(out, "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["complete"], manifest["missing"]) == (False, ["care"])
    assert not Path(out, "quantiles", "care.parquet").exists()
    write_source(tmp_path / "in", figures, targets, 1)
    assert run_panel(source, out, workers=0).complete


def test_rows_that_cannot_be_used_are_named(tmp_path, figures, targets):
    """Missing numbers, two-digit years, nameless rows, unknown indicators: file, row and reason."""
    broken = figures.assign(year=figures["year"].astype(float)).iloc[:40].reset_index(drop=True)
    broken.loc[0, "value"], broken.loc[1, "year"], broken.loc[2, "region"] = np.nan, 21.0, None
    broken.loc[3, "indicator"], broken.loc[4, "value"] = "unknown", -5.0
    source = write_source(tmp_path / "in", broken, targets.assign(comparator=">="), 1)
    found = run_panel(source, str(tmp_path / "out"), workers=0).faults
    of = [f for f in found if f.file.startswith("observations")]
    for row, reason in enumerate(
        ("is no number", "is no year", "names no region", "is not described", "is negative"), 1
    ):
        assert any(f.row == row and reason in f.reason for f in of)
    assert any("comparator is unknown" in f.reason for f in found if f.file.startswith("targets"))


def test_files_of_every_kind_are_one_dataset(tmp_path, figures, targets):
    """Folders named by a value, other types, orders of columns and endings, codes with a gap."""
    own = figures[figures["indicator"] == "care"].copy()
    own["region"] = 330100 + own["region"].str[1:].astype(int)
    parts = [own.iloc[start : start + 12] for start in range(0, 48, 12)]
    folder = tmp_path / "in" / "observations"
    parts[0].to_parquet(folder, partition_cols=["region", "year"], index=False)
    parts[1].astype({"region": float, "year": "int32"}).to_parquet(folder / "a.PARQUET")
    parts[2].astype({"region": str, "indicator": "category"})[
        ["value", "year", "indicator", "region"]
    ].to_parquet(folder / "b.pq", row_group_size=5)
    days = pd.to_datetime(parts[3]["year"].astype(str) + "-12-31")
    parts[3].assign(year=days, note="n").to_parquet(folder / "c.parquet")
    own.iloc[:0].to_parquet(folder / "none.parquet")
    (folder / "notes.txt").write_text("a folder has other files")
    goals = targets[targets["indicator"] == "care"]
    goals = goals.assign(region=330100.0 + goals["region"].str[1:].astype(int))
    (tmp_path / "in" / "targets").mkdir()
    goals.to_parquet(tmp_path / "in" / "targets" / "all.parquet")
    out = tmp_path / "out"
    assert run_panel(str(tmp_path / "in"), str(out), indicators=ABOUT, workers=0).complete
    fits = fc.fit(own.astype({"region": str}), ABOUT)
    found = pd.read_parquet(out / "attainment").set_index("region")["p_reach"]
    expected = fc.attainment(fits, goals.assign(region=goals["region"].map("{:.0f}".format)),
                             answers="reach").set_index("region")["p_reach"]  # fmt: skip
    pd.testing.assert_series_equal(found, expected[found.index], check_index_type=False)


def test_a_piece_of_millions_of_rows_is_one_row_group(tmp_path):
    """Pieces are found by the number of their row group, which no limit of the format may shift."""
    big = pa.table({"n": np.zeros(1_100_000, np.int8)})
    storage.Store(str(tmp_path)).write_parquet("x.parquet", [big, big.slice(0, 1)])
    assert pq.ParquetFile(tmp_path / "x.parquet").num_row_groups == 2


def test_answers_that_are_damaged_or_no_longer_asked_for_do_not_stay(
    source, tmp_path, figures, targets
):
    """A file of another size is written again; one of an indicator that is gone is removed."""
    out = tmp_path / "out"
    run_panel(source, str(out), workers=0)
    (out / "quantiles" / "care.parquet").write_bytes(b"damaged")
    for folder in ("observations", "targets"):
        shutil.rmtree(Path(source, folder))
    kept = figures["indicator"] != "income"
    write_source(tmp_path / "in", figures[kept], targets[targets["indicator"] != "income"])
    assert "care" in run_panel(source, str(out), workers=0).done
    assert set(pd.read_parquet(out / "quantiles")["indicator"]) == {*KINDS} - {"income"}
    assert not (out / "attainment" / "income.parquet").exists()


@pytest.mark.parametrize(
    ("places", "given", "message"),
    [
        (("in", "in/observations/out"), {}, "lies among the files that are read"),
        (("zzz://a/b", "out"), {}, "cannot be opened .*Protocol not known"),
        (("in", "out"), {"workers": -1}, "workers must be a whole number"),
        (("in", "out"), {"levels": [5]}, "levels must lie between 0 and 1"),
        (("in", "out"), {"years": ["x"]}, "years must be a list of years"),
        (("in", "out"), {"scheduler": "nonsense"}, "does not answer"),
    ],
)
@pytest.mark.usefixtures("source")
def test_arguments_that_cannot_be_are_refused_before_anything_is_read(
    tmp_path, monkeypatch, places, given, message
):
    """With the reason, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        run_panel(*places, **{"workers": 0, **given})
    assert not Path("out").exists()


def test_a_corrupt_file_is_named_and_the_rest_goes_on(source, tmp_path, expected):
    """The answers lack its rows until it is mended; then only they are computed again."""
    file = Path(source, "observations", "part1", "observations1.parquet")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    out = str(tmp_path / "out")
    result = run_panel(source, out, workers=0)
    assert not result.complete
    assert [f.file for f in result.faults] == ["observations/part1/observations1.parquet"]
    assert "cannot be read" in result.faults[0].reason
    file.write_bytes(whole)
    os.utime(file, (1, 1))
    assert run_panel(source, out, workers=0).complete
    assert hashes(out) == expected


def test_a_partition_that_is_too_large_is_said(source, tmp_path):
    """The limit is in the reason; a call with a larger one answers the rest only."""
    out = str(tmp_path / "out")
    result = run_panel(source, out, workers=0, most_rows=60)
    assert result.missing == ("bottom+rate+top",)
    assert "144 rows, and at most 60 are taken" in result.faults[0].reason
    assert run_panel(source, out, workers=0).done == ("bottom+rate+top",)


def test_a_full_disk_leaves_nothing_half_written(source, tmp_path, monkeypatch):
    """Whatever cannot be written is missing and named, no partial file stays, one call finishes."""
    written, real = [], storage.Store.write

    def write(self, name, content):
        if name.startswith(("quantiles/care", "attainment/income")):
            written.append(name)
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, name, content)

    monkeypatch.setattr(storage.Store, "write", write)
    out = tmp_path / "out"
    result = run_panel(source, str(out), workers=0)
    assert written
    assert result.missing == ("care", "income")
    assert all("No space left" in fault.reason for fault in result.faults)
    assert not (out / "quantiles" / "care.parquet").exists()
    assert not [p for p in out.rglob("*") if storage.PARTIAL in p.name]
    monkeypatch.setattr(storage.Store, "write", real)
    again = run_panel(source, str(out), workers=0)
    assert again.complete and again.done == ("care", "income")


def test_a_full_disk_within_a_file_keeps_the_old_one(tmp_path, monkeypatch):
    """A file is replaced by a whole one or not at all."""
    store = storage.Store(str(tmp_path))
    store.write("a/b", b"old")

    class Full:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return False

        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.fs, "open", lambda *_: Full())
    with pytest.raises(OSError, match="No space"):
        store.write("a/b", b"new")
    assert (tmp_path / "a" / "b").read_bytes() == b"old"
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b"]


def test_an_object_store_is_a_place_like_another(figures, targets, tmp_path, expected):
    """Source and answers may be URLs of fsspec; the tables are the same bytes."""
    import fsspec

    source = write_source(tmp_path / "in", figures, targets)
    memory = fsspec.filesystem("memory")
    memory.put(source, "/panel-in", recursive=True)
    there = run_panel("memory://panel-in", "memory://panel-out", workers=0)
    assert there.complete
    (tmp_path / "out").mkdir()
    for name in answering.ANSWERED:
        memory.get(f"/panel-out/{name}", str(tmp_path / "out" / name), recursive=True)
    assert hashes(tmp_path / "out") == expected


def test_a_restarted_scheduler_costs_nothing(source, tmp_path, cluster):
    """The run connects again and goes on with what is missing."""
    restarted, address = [], cluster.scheduler_address

    def restart(_):
        if not restarted:
            restarted.append(True)
            with distributed.Client(address, set_as_default=False) as client:
                client.restart(wait_for_workers=False)

    result = run_panel(source, str(tmp_path / "out"), scheduler=address, progress=restart)
    assert restarted and result.complete, result.faults


def test_a_lost_scheduler_leaves_a_list_of_what_is_missing(source, tmp_path, monkeypatch):
    """Where no connection comes back the manifest names what one more call would finish."""
    real = runner.open_runner

    @contextmanager
    def lost(scheduler, workers):
        with real(scheduler, workers) as run:

            def losing(function, tasks):
                yield from run(function, tasks[:1])
                if len(tasks) > 1 and function is answering.answer_partition:
                    raise LostError
                yield from run(function, tasks[1:])

            yield losing

    monkeypatch.setattr(runner, "open_runner", lost)
    monkeypatch.setattr(runner, "RECONNECTIONS", 0)
    out = str(tmp_path / "out")
    result = run_panel(source, out, workers=0)
    assert (result.done, result.missing) == (("bottom+rate+top",), ("care", "income"))
    assert {fault.reason for fault in result.faults} == {runner.LOST}
    monkeypatch.setattr(runner, "open_runner", real)
    again = run_panel(source, out, workers=0)
    assert again.complete and again.done == ("care", "income")


def test_a_script_without_a_guard_starts_processes(source, tmp_path, expected):
    """Local processes do not run the calling script again, so that its main part needs no guard."""
    script = tmp_path / "script.py"
    script.write_text(
        "import forecast as fc\n"
        "assert __name__ == '__main__', 'run again'\n"
        f"fc.run_panel({source!r}, {str(tmp_path / 'out')!r}, workers=1)\n"
    )
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert hashes(tmp_path / "out") == expected


def test_an_engine_that_is_not_there_is_said(source, tmp_path, monkeypatch):
    """An address without a scheduler is refused with the remedy."""
    monkeypatch.setattr(engine, "TIMEOUT", 0.2)
    with pytest.raises(fc.DataError, match=r"scheduler does not answer.*check the address"):
        run_panel(source, str(tmp_path / "out"), scheduler="tcp://127.0.0.1:1")


def test_a_source_without_tables_is_refused(tmp_path):
    """No figures, or no description of them: place and remedy."""
    with pytest.raises(fc.DataError, match="no Parquet file in 'observations'"):
        run_panel(str(tmp_path), str(tmp_path / "out"), workers=0)


def test_the_command_prints_the_outcome_and_ends_with_1_where_something_is_missing(
    source, tmp_path
):
    """One JSON line on standard output; what is missing, and why, on standard error."""
    from typer.testing import CliRunner

    from forecast.cli import app

    command = ["panel", source, str(tmp_path / "out"), "--workers", "0"]
    told = CliRunner().invoke(app, [*command, "--most-rows", "60"])
    assert told.exit_code == 1
    facts = json.loads(told.stdout)
    assert (facts["complete"], facts["missing"]) == (False, ["bottom+rate+top"])
    assert "bottom+rate+top: " in told.stderr and "144" in told.stderr
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 0
    assert json.loads(told.stdout)["skipped"] == ["care", "income"]
