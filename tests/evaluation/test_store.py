"""The store of issued forecasts, and what it survives."""

import json
import os
import resource
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.errors import DataError, UnknownNameError, WriteError
from forecast.evaluation import store as stores
from forecast.evaluation.revisions import attribute_changes
from forecast.evaluation.store import (
    STORE,
    append_run,
    read_forecasts,
    read_latest_run,
    read_run,
    read_runs,
)
from forecast.evaluation.verification import verify
from forecast.evaluation.vintages import compute_forecasts, fingerprint_method, issue
from small_plan import issued
from warm import FORK, forked

pytestmark = pytest.mark.usefixtures("few_tables")

# Reading and writing


def test_a_run_comes_back_as_it_was(folder, store):
    """Facts, forecasts and inputs are the same after storing, to the bit and the type."""
    asked = {"region": "hill", "draws": 4000, "until": None, "as_of": "2022-12-31"}
    run = issued(folder, name="月报", notebook="monitoring", parameters=asked, data_hash="ab")
    key = append_run(store, run)
    again = read_run(store, key)
    for name in ("name", "region", "notebook", "origin", "data_hash", "method_version",
                 "target_version", "parameters"):  # fmt: skip
        assert getattr(again, name) == getattr(run, name)
    assert again.run == key and again.issued.endswith("+00:00")
    pd.testing.assert_frame_equal(again.forecasts, run.forecasts, check_exact=True)
    for name in ("observations", "targets", "indicators", "priors"):
        there, back = getattr(run.inputs, name), getattr(again.inputs, name)
        pd.testing.assert_frame_equal(back, there, check_exact=True)
    assert compute_forecasts(again.inputs).equals(run.forecasts)


def test_tables_of_the_store(usual, store):
    """Two runs are listed in the order of appending, their forecasts beside their facts."""
    first = append_run(store, replace(usual, origin="2021-12-31", name="a"))
    second = append_run(store, replace(usual, name="b"))
    runs = read_runs(store)
    assert runs["run"].tolist() == [first, second]
    assert json.loads(runs["parameters"][0]) == {} and runs["answers"].tolist() == [4, 4]
    table = read_forecasts(store)
    assert table["origin"].tolist() == ["2021-12-31"] * 4 + ["2022-12-31"] * 4
    assert read_forecasts(store, name="b")["run"].unique().tolist() == [second]
    assert read_forecasts(store, run=first)["name"].unique().tolist() == ["a"]
    assert read_runs(store, region="xiaoshan").empty and read_forecasts(store, region="x").empty
    assert set(first) <= set("0123456789abcdef") and len(first) == 32


def test_scenario_rows_are_kept_beside_the_baseline(usual, store):
    """Rows of a scenario that a report adds are stored with it."""
    run = usual
    both = pd.concat([run.forecasts, run.forecasts.assign(scenario="push", p_reach=0.9)])
    key = append_run(store, replace(run, forecasts=both))
    assert read_forecasts(store)["scenario"].tolist() == ["baseline"] * 4 + ["push"] * 4
    assert (attribute_changes(read_run(store, key), run)["move"].abs() == 0.0).all()


def test_reading_makes_no_store(store):
    """A store that is not there, or an empty file, has no runs and is not made by reading."""
    assert read_runs(store).empty and read_forecasts(store).empty
    assert read_latest_run(store, region="hill") is None
    assert not store.parent.exists()
    store.parent.mkdir()
    store.touch()
    assert read_runs(store).empty and store.stat().st_size == 0


def test_reading_writes_nothing(usual, store):
    """Whatever is read of a store, its folder holds the same file, of the same time and bytes."""
    key = append_run(store, usual)
    content, time_written = store.read_bytes(), store.stat().st_mtime_ns
    read_run(store, key), read_forecasts(store), read_latest_run(store, region="hill")
    assert list(store.parent.iterdir()) == [store]
    assert (store.read_bytes(), store.stat().st_mtime_ns) == (content, time_written)


def test_an_old_store_is_read_and_continued(tmp_path):
    """A store written by an earlier growth model: its forecasts are read as they were issued.

    Its table of priors is refused by name where today's method would need it; a comparison answers
    the old inputs with today's table, and the difference is the part of the method. Both issues of
    one day are scored, each with its own chance, and the same one appended again only once.
    """
    store = tmp_path / STORE
    store.write_bytes(
        Path(__file__).with_name("stores").joinpath("flat_modules.sqlite").read_bytes()
    )
    stored = read_latest_run(store, region="xiaoshan")
    with sqlite3.connect(store) as connection:
        raw = connection.execute("SELECT p_reach FROM forecasts WHERE run = ? ORDER BY position",
                                 (stored.run,)).fetchall()  # fmt: skip
    assert len(raw) == len(stored.forecasts) == len(stored.inputs.targets)
    issued_then = np.array([p for (p,) in raw], float)
    assert np.array_equal(issued_then, stored.forecasts["p_reach"], equal_nan=True)
    with pytest.raises(DataError, match="priors, column domain: no such column"):
        compute_forecasts(stored.inputs)
    assert stored.method_version != fingerprint_method()
    again = issue(fc.load_plan("xiaoshan", as_of=stored.origin))
    moves = attribute_changes(stored, again)
    moves = moves[moves["move"].notna()]
    old = compute_forecasts(replace(stored.inputs, priors=fc.read_priors()))
    key = ["indicator", "year", "target"]
    difference = (old["p_reach"] - issued_then).set_axis(pd.MultiIndex.from_frame(old[key]))
    before = moves[["indicator", "year_old", "target_old"]].astype({"year_old": int})
    expected = difference.loc[pd.MultiIndex.from_frame(before)]
    assert moves["method"].tolist() == pytest.approx(expected.tolist(), abs=1e-12)
    assert (moves["method"].abs() > 0.001).any()
    key_again = append_run(store, again)
    append_run(store, again)
    assert set(read_runs(store)["method_version"]) == {stored.method_version, fingerprint_method()}
    plan = fc.load_plan("xiaoshan")
    table = read_forecasts(store)
    hits = verify(table, plan.observations, plan.indicators).hits
    for run in (stored.run, key_again):
        alone = verify(table[table["run"] == run], plan.observations, plan.indicators).hits
        chances = hits.loc[hits["run"] == run, "p_reach"].tolist()
        assert chances == alone["p_reach"].tolist() != []
    assert set(hits["run"]) == {stored.run, key_again}


def test_the_latest_run_is_the_one_before(usual, store):
    """The last appended run of the region, name and earlier origin is taken."""
    runs = [replace(usual, origin=f"{y}-12-31", name="m") for y in (2020, 2022, 2021)]
    keys = [append_run(store, run) for run in runs]
    assert read_latest_run(store, region="hill").run == keys[2]
    assert read_latest_run(store, region="hill", before="2022-12-31").run == keys[2]
    assert read_latest_run(store, region="hill", before="2021-12-31").run == keys[0]
    assert read_latest_run(store, region="hill", before="2020-12-31") is None
    assert read_latest_run(store, region="hill", name="other") is None
    with pytest.raises(UnknownNameError, match="Unknown run 'x'"):
        read_run(store, "x")


# What the store survives


def repeat(rows, times):
    """Rows of a table, several times over."""
    return rows.take(np.tile(np.arange(len(rows)), times))


def append_often(store, run, gate, times):
    """Append a run again and again, from the moment when all are ready."""
    gate.wait()
    for _ in range(times):
        append_run(store, run)


def test_processes_that_append_at_once_lose_nothing(usual, store):
    """Three processes that make one store and append together all complete, with all rows."""
    run = replace(usual, forecasts=repeat(usual.forecasts, 9))
    gate = FORK.Barrier(3)
    started = [forked(append_often, store, replace(run, name=n), gate, 4) for n in "abc"]
    for process in started:
        process.join(120)
        assert process.exitcode == 0
    assert read_runs(store)["name"].value_counts().to_dict() == {"a": 4, "b": 4, "c": 4}
    counts = read_forecasts(store).groupby("run").size()
    assert len(counts) == 12 and set(counts) == {36}


def append_much(store, run, ready, late):
    """Append a run of many rows, and tell before and after."""
    run = replace(run, run="half", forecasts=repeat(run.forecasts, 8_000))
    ready.set()
    append_run(store, run)
    late.set()


def test_a_killed_process_leaves_no_half_run(usual, store):
    """SIGKILL in the middle of a transaction: the store is read without it, and appended to."""
    key = append_run(store, usual)
    whole = store.stat().st_size
    ready, late = FORK.Event(), FORK.Event()
    process = forked(append_much, store, usual, ready, late)
    assert ready.wait(120)
    while store.stat().st_size <= whole + 100_000 and process.is_alive():
        time.sleep(0.001)
    process.kill()
    process.join()
    assert not late.is_set()
    assert store.stat().st_size > whole and store.with_name(f"{STORE}-journal").exists()
    assert read_runs(store)["run"].tolist() == [key]
    assert len(read_forecasts(store)) == 4
    assert append_run(store, usual) in read_runs(store)["run"].tolist()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE forecasts SET p_reach = 0.9",
        "UPDATE runs SET origin = '2000-01-01'",
        "DELETE FROM forecasts",
        "DELETE FROM runs",
        "INSERT OR REPLACE INTO runs SELECT * FROM runs",
        "INSERT OR REPLACE INTO forecasts SELECT * FROM forecasts",
        "INSERT INTO forecasts (run, position) SELECT run, 4 FROM runs",
        "INSERT INTO forecasts (run, position) SELECT run, -1 FROM runs",
        "INSERT INTO forecasts (run, position) VALUES ('another', 0)",
    ],
)
def test_what_was_issued_is_never_changed(usual, store, statement):
    """No statement of any program changes, removes, replaces or adds to an issued run."""
    append_run(store, usual)
    before = read_forecasts(store)
    connection = sqlite3.connect(store)
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute(statement)
    connection.commit()
    connection.close()
    assert read_forecasts(store).equals(before) and len(read_runs(store)) == 1


def test_a_run_is_stored_once(usual, store):
    """The same id a second time is refused, and nothing of it is written."""
    run = replace(usual, run="one")
    append_run(store, run)
    with pytest.raises(WriteError, match="an id of its own"):
        append_run(store, run)
    assert len(read_forecasts(store)) == 4


def test_a_fault_on_the_way_takes_all_back(usual, store):
    """A last row that cannot be stored takes back the whole run, its tables included."""
    broken = usual.forecasts.astype({"status": object})
    broken.iloc[-1, broken.columns.get_loc("status")] = object()
    with pytest.raises(WriteError, match="cannot be written"):
        append_run(store, replace(usual, forecasts=broken))
    assert read_runs(store).empty
    append_run(store, usual)
    assert len(read_runs(store)) == 1


def append_limited(store, run, way, told):
    """Append a run where there is no room or no right to, and tell the error."""
    if way == "full":
        size = os.path.getsize(store)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, size + 4096))
        run = replace(run, forecasts=repeat(run.forecasts, 500))
    else:
        os.setuid(65534)
    try:
        append_run(store, run)
    except WriteError as error:
        told.send(str(error))


@pytest.mark.parametrize("way", ["full", "read-only"])
def test_a_disk_that_takes_no_more(usual, tmp_path, way):
    """A full disk and a read-only store give the class of unwritable outputs; the store stands."""
    if way == "read-only" and os.getuid() != 0:
        pytest.skip("only root can become a user without rights")
    store = tmp_path / STORE
    key = append_run(store, usual)
    for place in [store.parent, *store.parents[:3]]:
        place.chmod(0o755)
    heard, told = FORK.Pipe(duplex=False)
    forked(append_limited, store, usual, way, told).join()
    assert heard.poll()
    said = heard.recv()
    assert f"{store} cannot be written" in said and "Make room" in said
    assert read_runs(store)["run"].tolist() == [key]


def test_a_place_that_is_no_folder(usual, tmp_path):
    """A store whose folder cannot be made is said to be unwritable."""
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="cannot be written"):
        append_run(tmp_path / "file" / STORE, usual)


def test_a_store_that_is_held_too_long(usual, store, monkeypatch):
    """Who waits longer than `BUSY_SECONDS` for another process is told so."""
    append_run(store, usual)
    monkeypatch.setattr(stores, "BUSY_SECONDS", 0.05)
    holder = sqlite3.connect(store, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(WriteError, match="Another process held it"):
        append_run(store, usual)
    with pytest.raises(DataError, match="cannot be read"):
        read_runs(store)
    holder.close()
    assert len(read_runs(store)) == 1


def test_files_that_are_no_store(usual, tmp_path):
    """A text, a foreign database and a store of the future are refused, and stay as they are."""
    text, foreign, future = (tmp_path / name for name in ("text", "foreign", "future"))
    text.write_text("year,value\n" * 200)
    other = sqlite3.connect(foreign)
    other.execute("CREATE TABLE runs (run TEXT)")
    other.commit()
    other.close()
    append_run(future, usual)
    newer = sqlite3.connect(future)
    newer.execute("PRAGMA user_version = 2")
    newer.close()
    for file, said in ((text, "not a store"), (foreign, "not a store"), (future, "newer version")):
        before = file.read_bytes()
        with pytest.raises(DataError, match=said):
            append_run(file, usual)
        with pytest.raises(DataError, match=said):
            read_runs(file)
        assert file.read_bytes() == before


def test_whatever_is_damaged_is_an_error_that_names_the_file(usual, store):
    """A store cut short or with wrong bytes anywhere is read right or refused, never a crash."""
    for _ in range(2):
        append_run(store, usual)
    whole, rng = store.read_bytes(), np.random.default_rng(3)
    refused = 0
    for n in range(24):
        content = bytearray(whole)
        places = rng.integers(100, len(content), 40)
        content[places[0] : places[0] + 600] = bytes(600)
        for place in places if n % 3 else ():
            content[place] = rng.integers(256)
        store.write_bytes(content[: None if n % 4 else int(places[1])])
        for call in (
            lambda: read_forecasts(store),
            lambda: read_latest_run(store, region="hill"),
            lambda: append_run(store, usual),
        ):
            try:
                call()
            except (DataError, WriteError) as error:
                assert str(store) in str(error)
                refused += 1
    assert refused > 24
