"""Issued forecasts: the store, what it survives, and what moved since."""

import ast
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
from forecast import vintages
from forecast.errors import DataError, UnknownNameError, WriteError
from forecast.vintages import (
    FORECASTS,
    METHOD,
    PARTS,
    STORE,
    answer,
    append_run,
    explain_moves,
    issue,
    latest_run,
    method_version,
    read_forecasts,
    read_run,
    read_runs,
    target_version,
)
from warm import FORK, forked

SOURCE = "000_616e588ea31d91eb.txt"
SHARE, VISITS = "orphans_moved_to_city_institution_share", "care_visit_share"
MONEY = "minimum_living_standard"
HEAD = "region,indicator,year,as_of,value,status,source,locus,note,published\n"
GOALS = f"""region,indicator,year,value,comparator,role,force,source,locus,note
lishui,{SHARE},2023,27,ge,annual,,{SOURCE},,
lishui,{SHARE},2025,40,ge,final,,{SOURCE},,
lishui,{VISITS},2025,75,ge,final,,{SOURCE},,
lishui,{MONEY},2025,13000,ge,final,,{SOURCE},,
"""
KNOWN = [
    *[(SHARE, 2019, 10), (SHARE, 2020, 14), (SHARE, 2021, 17), (SHARE, 2022, 23)],
    *[(VISITS, 2020, 60), (VISITS, 2021, 62), (VISITS, 2022, 66)],
    *[(MONEY, 2020, 9000), (MONEY, 2021, 9900), (MONEY, 2022, 10600)],
]  # fmt: skip


def figure(indicator: str, year: int, value: float, *, published: str = "", as_of: str = "") -> str:
    """Write one row of the observations."""
    return f"lishui,{indicator},{year},{as_of},{value:g},actual,{SOURCE},,,{published}\n"


def write(folder: Path, *more: str, goals: str = GOALS, known: list = KNOWN) -> Path:
    """Write a folder of two tables: the figures known at the end of 2022, and `more`."""
    folder.mkdir(exist_ok=True)
    rows = [figure(*row) for row in known]
    rows.append(f"xiaoshan,{SHARE},2021,,50,actual,{SOURCE},,,\n")
    rows.append(f"xiaoshan,{SHARE},2022,,53,actual,{SOURCE},,,\n")
    (folder / "observations.csv").write_text(HEAD + "".join([*rows, *more]), encoding="utf-8")
    (folder / "targets.csv").write_text(goals, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of one's own."""
    return write(tmp_path / "data")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Give a place for a store, in a folder that is not there yet."""
    return tmp_path / "报告 #1?" / STORE


def issued(folder: Path, as_of: str = "2022-12-31", **more):
    """Issue the folder's forecasts as of a day."""
    return issue(fc.load_plan(folder, as_of=as_of), **more)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory):
    """Give the forecasts of such a folder as of the end of 2022."""
    return issued(write(tmp_path_factory.mktemp("usual") / "data"))


# What is issued


def test_a_run_holds_what_the_report_says(folder):
    """The stored answers are those of `attainment` and `quantiles` on the same plan, to the bit."""
    plan = fc.load_plan(folder, as_of="2022-12-31")
    run = issue(plan)
    fits = fc.fit(pd.concat([plan.observations, plan.siblings]), plan.indicators)
    said = fc.attainment(fits, plan.targets, as_of=plan.as_of)
    shared = [name for name in FORECASTS if name in said]
    assert run.forecasts[shared].equals(said[shared])
    table = fc.quantiles(fits, [2023, 2025]).set_index(["indicator", "year"])
    own = table[table["region"] == "lishui"]
    for row in run.forecasts.to_dict("records"):
        expected = own.loc[(row["indicator"], row["year"]), vintages.LEVELS]
        assert [row[name] for name in vintages.LEVELS] == expected.tolist()
    assert run.forecasts["role"].tolist() == ["annual", "final", "final", "final"]
    assert (run.origin, run.region) == ("2022-12-31", "lishui")


def test_the_scale_is_the_mean_change(folder):
    """`scale` is the mean absolute change of a year; the reporting step of a flat series."""
    share = [(SHARE, 2019, 20), (SHARE, 2021, 14), (SHARE, 2022, 18)]
    write(folder, known=[*share, (VISITS, 2021, 60), (VISITS, 2022, 60), (MONEY, 2022, 9000)])
    run = issued(folder)
    step = run.inputs.indicators.set_index("indicator").loc[VISITS, "resolution"]
    assert run.forecasts["scale"].tolist()[:3] == [(3 + 4) / 2, (3 + 4) / 2, step]
    assert np.isnan(run.forecasts["scale"].tolist()[3])


def test_a_break_is_no_change_of_the_scale(folder):
    """The step across a change of definition does not count as a change."""
    plan = fc.load_plan(folder, as_of="2022-12-31")
    mark = plan.observations["year"].eq(2022) & plan.observations["indicator"].eq(SHARE)
    marked = plan.observations.assign(**{"break": mark.map({True: "true", False: ""})})
    scale = issue(replace(plan, observations=marked)).forecasts["scale"]
    assert scale.tolist()[0] == (4 + 3) / 2


def test_closed_targets_have_no_quantiles(folder):
    """Only an open target has quantiles: not one whose figure is there, or whose year passed."""
    write(
        folder, figure(SHARE, 2023, 30), goals=GOALS + GOALS.splitlines()[3].replace("2025", "2023")
    )
    run = issued(folder, "2023-12-31")
    table = run.forecasts.set_index(["indicator", "year"])
    assert table["status"].tolist()[0] == "met"
    assert table.loc[(VISITS, 2023), "status"] == "not_published"
    closed = table["status"].isin(["met", "not_published"])
    assert (table[vintages.LEVELS].isna().all(axis=1) == closed).all() and closed.sum() == 2


def test_a_plan_without_a_day_is_issued_today(folder):
    """Without `as_of` the origin is the day on which it is asked."""
    assert issue(fc.load_plan(folder)).origin == pd.Timestamp.today().date().isoformat()


# Reading and writing


def test_a_run_comes_back_as_it_was(folder, store):
    """Facts, forecasts and inputs are the same after storing, to the bit and the type."""
    asked = {"region": "lishui", "draws": 4000, "until": None, "as_of": "2022-12-31"}
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
    assert answer(again.inputs).equals(run.forecasts)


def test_tables_of_the_store(folder, store):
    """Two runs are listed in the order of appending, their forecasts beside their facts."""
    first = append_run(store, issued(folder, "2021-12-31", name="a"))
    second = append_run(store, issued(folder, name="b"))
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
    assert (explain_moves(read_run(store, key), run)["move"].abs() == 0.0).all()


def test_reading_makes_no_store(store):
    """A store that is not there, or an empty file, has no runs and is not made by reading."""
    assert read_runs(store).empty and read_forecasts(store).empty
    assert latest_run(store, region="lishui") is None
    assert not store.parent.exists()
    store.parent.mkdir()
    store.touch()
    assert read_runs(store).empty and store.stat().st_size == 0


def test_the_latest_run_is_the_one_before(folder, store):
    """The last appended run of the region, name and earlier origin is taken."""
    keys = [append_run(store, issued(folder, f"{y}-12-31", name="m")) for y in (2020, 2022, 2021)]
    assert latest_run(store, region="lishui").run == keys[2]
    assert latest_run(store, region="lishui", before="2022-12-31").run == keys[2]
    assert latest_run(store, region="lishui", before="2021-12-31").run == keys[0]
    assert latest_run(store, region="lishui", before="2020-12-31") is None
    assert latest_run(store, region="lishui", name="other") is None
    with pytest.raises(UnknownNameError, match="Unknown run 'x'"):
        read_run(store, "x")


# What the store survives


def append_often(store, run, gate, times):
    """Append a run again and again, from the moment when all are ready."""
    gate.wait()
    for _ in range(times):
        append_run(store, run)


def test_processes_that_append_at_once_lose_nothing(usual, store):
    """Three processes that make one store and append together all complete, with all rows."""
    run = replace(usual, forecasts=pd.concat([usual.forecasts] * 9))
    gate = FORK.Barrier(3)
    started = [forked(append_often, store, replace(run, name=n), gate, 12) for n in "abc"]
    for process in started:
        process.join(120)
        assert process.exitcode == 0
    assert read_runs(store)["name"].value_counts().to_dict() == {"a": 12, "b": 12, "c": 12}
    counts = read_forecasts(store).groupby("run").size()
    assert len(counts) == 36 and set(counts) == {36}


def append_much(store, run, ready, late):
    """Append a run of many rows, and tell before and after."""
    run = replace(run, run="half", forecasts=pd.concat([run.forecasts] * 8_000))
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


def test_a_fault_on_the_way_takes_all_back(usual, store, monkeypatch):
    """A row that cannot be stored takes back the whole run, the making of the tables included."""
    plain = vintages._plain
    monkeypatch.setattr(vintages, "_plain", lambda t: [*plain(t)[:-1], [object()] * 30])
    monkeypatch.setattr(vintages, "_packed", lambda _: b"")
    with pytest.raises(WriteError, match="cannot be written"):
        append_run(store, usual)
    monkeypatch.undo()
    assert read_runs(store).empty
    append_run(store, usual)
    assert len(read_runs(store)) == 1


def append_limited(store, run, way, told):
    """Append a run where there is no room or no right to, and tell the error."""
    if way == "full":
        size = os.path.getsize(store)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, size + 4096))
        run = replace(run, forecasts=pd.concat([run.forecasts] * 500))
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
    monkeypatch.setattr(vintages, "BUSY_SECONDS", 0.05)
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


# Versions


def test_later_figures_and_revisions_do_not_change_an_old_day(usual, folder, store):
    """Loaded as of the old day, a folder with later and revised figures gives the stored bits."""
    key = append_run(store, usual)
    write(folder, figure(SHARE, 2022, 24, published="2023-05-01"), figure(SHARE, 2023, 31),
          figure(VISITS, 2023, 71, published="2024-02-01"),
          f"xiaoshan,{SHARE},2023,,60,actual,{SOURCE},,,\n")  # fmt: skip
    stored, again = read_run(store, key), issued(folder)
    assert again.forecasts.equals(stored.forecasts)
    assert (again.data_hash, again.target_version) == (stored.data_hash, stored.target_version)
    assert again.method_version == stored.method_version
    later = issued(folder, "2024-12-31")
    assert not later.forecasts["p_reach"].equals(stored.forecasts["p_reach"])
    assert later.data_hash != stored.data_hash


def test_the_method_is_all_that_answers_come_from():
    """`METHOD` names each module that `targets` imports, but for words, tables and plans."""
    folder = Path(vintages.__file__).parent
    found, left = set(), ["targets", "growth"]
    while left:
        name = left.pop()
        found.add(name)
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        parts = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == 1]
        near = {
            name for n in parts for name in ([n.module] if n.module else [a.name for a in n.names])
        }
        left += sorted(near - found - {"errors", "schema", "plans"})
    assert found == set(METHOD)


def test_method_version_follows_code_and_priors(tmp_path, monkeypatch):
    """Another prior or another source of a module is another method; the rows' order is not."""
    priors = fc.read_priors()
    usual = method_version()
    assert usual == method_version(priors.iloc[::-1]) and usual.startswith(fc.__version__ + "+")
    assert method_version(priors.assign(noise=priors["noise"] * 2)) != usual
    for name in METHOD:
        source = Path(vintages.__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(vintages, "__file__", str(tmp_path / "vintages.py"))
    assert method_version() == usual
    (tmp_path / "filtering.py").write_text("pass\n")
    assert method_version() != usual


def test_target_version_is_what_targets_ask_for():
    """Value, year, comparator, event, region count; order, repeats, source and notes do not."""
    goals = pd.DataFrame({"region": "a", "indicator": ["x", "y"], "year": 2025, "value": [1.0, 2],
                          "comparator": "ge", "source": "s", "event": ""})  # fmt: skip
    usual = target_version(goals)
    same = [goals.iloc[::-1], goals.assign(source="t", note="n"), goals.drop(columns="event"),
            pd.concat([goals, goals]), goals.assign(event="reach"),
            goals.assign(value=[1, 2])]  # fmt: skip
    assert {target_version(table) for table in same} == {usual}
    other = [goals.assign(**{name: value}) for name, value in (
        ("region", "b"), ("indicator", "z"), ("year", 2026), ("value", 3.0), ("comparator", "gt"),
        ("event", "ever"))]  # fmt: skip
    versions = [target_version(table) for table in [*other, goals.iloc[:1]]]
    assert len({usual, *versions}) == 8


def test_data_hash_follows_figures_and_definitions(folder):
    """The hash of the figures changes with a figure and with a definition, not with the order."""
    plan = fc.load_plan(folder, as_of="2022-12-31")
    usual = issue(plan).data_hash
    turned = replace(plan, observations=plan.observations.iloc[::-1].reset_index(drop=True))
    assert issue(turned).data_hash == usual
    about = plan.indicators.assign(resolution=0.5)
    values = plan.observations.assign(value=plan.observations["value"] * 1.1)
    assert issue(replace(plan, indicators=about)).data_hash != usual
    assert issue(replace(plan, observations=values)).data_hash != usual


# What moved


def parts(moves: pd.DataFrame) -> pd.DataFrame:
    """Check that parts add up to the move, and give them."""
    table = moves[list(PARTS)]
    assert np.allclose(table.sum(axis=1, min_count=5), moves["move"], atol=1e-14, equal_nan=True)
    assert np.allclose(moves["p_new"] - moves["p_old"], moves["move"], atol=0, equal_nan=True)
    return table


def test_nothing_moved(usual, folder, store):
    """The same plan issued again: all parts are exactly zero and no cause is named."""
    key = append_run(store, usual)
    moves = explain_moves(read_run(store, key), issued(folder))
    assert (parts(moves) == 0.0).all(axis=None)
    assert moves["change"].tolist() == ["compared"] * 4 and set(moves["cause"]) == {""}
    assert moves["p_old"].tolist() == issued(folder).forecasts["p_reach"].tolist()
    assert (moves["year_old"] == moves["year"]).all()


def edited(part: str, run, plan, folder):
    """Old and new run between which only `part` changed, and for which indicators."""
    if part == "method":
        moved = run.forecasts.assign(p_reach=run.forecasts["p_reach"] - 0.005)
        return replace(run, forecasts=moved), run, {SHARE, VISITS, MONEY}
    if part == "revised":
        write(folder, figure(VISITS, 2022, 69, published="2022-12-31"))
        return run, issued(folder), {VISITS}
    if part == "new":
        write(folder, figure(VISITS, 2023, 71))
        return run, issued(folder, "2023-11-30"), set()
    if part == "targets":
        about = plan.targets.assign(value=plan.targets["value"].replace(75.0, 70.0))
        return run, issue(replace(plan, targets=about)), {VISITS}
    beliefs = fc.read_priors()
    amount = beliefs["noise"].where(beliefs["kind"] != "amount", beliefs["noise"] * 3)
    return run, issue(plan, priors=beliefs.assign(noise=amount)), {MONEY}


@pytest.mark.parametrize("part", PARTS)
def test_one_cause_is_one_part(folder, part):
    """Where one thing changed, its part is the whole move and all others are exactly zero."""
    plan = fc.load_plan(folder, as_of="2022-12-31")
    old, new, moved = edited(part, issue(plan), plan, folder)
    if part == "new":  # a figure of mid-2023, known by the end of November
        write(folder, figure(VISITS, 2023, 71, as_of="2023-06-30"))
        new, moved = issued(folder, "2023-11-30"), {VISITS}
    moves = explain_moves(old, new)
    table = parts(moves)
    mine = moves["indicator"].isin(moved)
    assert (table.drop(columns=part) == 0.0).all(axis=None)
    assert (table.loc[mine, part] != 0.0).all()
    assert set(moves.loc[mine, "cause"]) == {part}
    # A share has siblings of its kind only within its indicator: nothing else moves.
    assert (table.loc[~mine, part] == 0.0).all() and set(moves.loc[~mine, "cause"]) <= {""}
    assert moves["p_new"].tolist() == new.forecasts["p_reach"].tolist()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("resolution", 10.0),
        ("better", "lower"),
        ("upper", 75.0),
        ("kind", "ratio"),
        ("lower", 59.0),
    ],
)
def test_a_changed_definition_is_a_changed_target(folder, column, value):
    """Bounds, reporting step, kind and direction of an indicator move only the part `targets`."""
    goals = GOALS.replace(f"{VISITS},2025,75,ge", f"{VISITS},2025,72,eq")
    plan = fc.load_plan(write(folder, goals=goals), as_of="2022-12-31")
    mine = plan.indicators["indicator"] == VISITS
    about = plan.indicators.copy()
    about.loc[mine, column] = value
    moves = explain_moves(issue(plan), issue(replace(plan, indicators=about)))
    table = parts(moves)
    assert (table.drop(columns="targets") == 0.0).all(axis=None)
    assert (moves.loc[table["targets"] != 0.0, "indicator"] == VISITS).all()
    assert (table["targets"] != 0.0).any()


@pytest.mark.parametrize("change", [("75,ge", "75,gt"), ("75,ge", "70,ge"), ("2025,75", "2026,75")])
def test_a_target_is_recognised(usual, folder, change):
    """Another comparator, value or year is the same target, changed."""
    goals = GOALS.replace(f"{VISITS},2025,75,ge", f"{VISITS},2025,75,ge".replace(*change))
    moves = explain_moves(usual, issued(write(folder, goals=goals)))
    assert moves["change"].tolist() == ["compared"] * 4
    row = moves.set_index("indicator").loc[VISITS]
    assert row["targets"] != 0.0 and row["move"] == row["targets"] and row["cause"] == "targets"
    assert (row["target_old"], row["comparator_old"], row["year_old"]) == (75.0, "ge", 2025)


def test_all_causes_together_add_up(usual, folder):
    """Method, revision, new figure, target and priors at once: five parts, one move."""
    issued_then = usual.forecasts
    old = replace(usual, forecasts=issued_then.assign(p_reach=issued_then["p_reach"] * 0.9))
    goals = GOALS.replace(f"{VISITS},2025,75", f"{VISITS},2025,73")
    write(folder, figure(VISITS, 2022, 68, published="2023-05-01"), figure(VISITS, 2023, 70),
          goals=goals)  # fmt: skip
    priors = fc.read_priors()
    new = issued(folder, "2023-12-31", priors=priors.assign(noise=priors["noise"] * 2))
    moves = explain_moves(old, new).set_index("indicator")
    row = parts(moves.loc[[VISITS]]).iloc[0]
    assert (row != 0.0).all()
    assert moves.loc[VISITS, "cause"] == row.abs().idxmax()


def test_the_order_of_the_exchanges(usual, folder):
    """A part is the change at its exchange: earlier parts are of today, later ones of old."""
    old = usual
    goals = GOALS.replace(f"{VISITS},2025,75", f"{VISITS},2025,73")
    write(folder, figure(VISITS, 2022, 68, published="2023-05-01"), figure(VISITS, 2023, 70),
          goals=goals)  # fmt: skip
    new = issued(folder, "2023-12-31")
    row = explain_moves(old, new).set_index("indicator").loc[VISITS]

    def p(inputs):
        return answer(inputs).set_index("indicator").loc[VISITS, "p_reach"]

    points = new.inputs.observations
    revised = replace(old.inputs, observations=points[points["year"] <= 2022])
    later = replace(old.inputs, observations=points, as_of="2023-12-31")
    steps = [p(old.inputs), p(revised), p(later), p(new.inputs)]
    assert [row["revised"], row["new"], row["targets"]] == np.diff(steps).tolist()


def test_a_withdrawn_figure_is_a_revision(usual, folder):
    """A figure that is no longer there moved the answer as a revised one does."""
    old = usual
    known = [row for row in KNOWN if row[:2] != (VISITS, 2020)]
    row = explain_moves(old, issued(write(folder, known=known))).set_index("indicator").loc[VISITS]
    assert row["move"] == row["revised"] != 0.0


def test_targets_come_and_go(folder):
    """A target that was not there appeared, one that is no longer there vanished: no move."""
    lines = GOALS.splitlines(keepends=True)
    old = issued(write(folder, goals="".join(lines[:3])))
    new = issued(write(folder, goals="".join([lines[0], *lines[2:4]])))
    moves = explain_moves(old, new)
    assert moves["change"].tolist() == ["compared", "appeared", "vanished"]
    assert moves["indicator"].tolist() == [SHARE, VISITS, SHARE]
    assert moves["year"].tolist() == [2025, 2025, 2023]
    assert moves["target"].tolist() == [40.0, 75.0, 27.0]
    assert moves["p_old"].isna().tolist() == [False, True, False]
    assert moves["p_new"].isna().tolist() == [False, False, True]
    assert moves["move"].isna().tolist() == [False, True, True]
    assert moves["cause"].tolist() == ["", "", ""]
    assert moves["event"].tolist() == ["reach"] * 3


def test_two_targets_of_a_role_are_not_guessed(folder):
    """Of another year only a lone target of the role and source is the same; several are new."""
    annual = "".join(f"lishui,{VISITS},{y},68,ge,annual,,{SOURCE},,\n" for y in (2023, 2024))
    old = issued(write(folder, goals=GOALS + annual))
    moved = annual.replace("2024", "2027").replace("2023", "2026")
    moves = explain_moves(old, issued(write(folder, goals=GOALS + moved)))
    assert moves["change"].value_counts().to_dict() == {"compared": 4, "appeared": 2, "vanished": 2}


def test_a_first_figure_and_a_year_without_one(folder):
    """Where an answer came or was lost there is no move, and the cause is the part that did it."""
    known = [row for row in KNOWN if row[0] != VISITS]
    old = issued(write(folder, known=known))
    write(folder, figure(VISITS, 2023, 71), known=known)
    moves = explain_moves(old, issued(folder, "2023-12-31"))
    facts = moves.set_index(["indicator", "year"])
    gained, lost = facts.loc[(VISITS, 2025)], facts.loc[(SHARE, 2023)]
    assert (gained["status_old"], gained["cause"]) == ("no_data", "new") and gained["p_new"] > 0
    assert (lost["status_new"], lost["cause"]) == ("not_published", "new") and lost["p_old"] > 0
    assert np.isnan(gained["move"]) and np.isnan(lost["move"]) and lost["method"] == 0.0
    assert np.isnan(lost[["new", "targets", "assumptions"]].astype(float)).all()


def test_a_figure_moved_to_another_day_is_one_move(folder):
    """An answer that is missing only between two exchanges does not break the sum."""
    known = [row for row in KNOWN if row[0] != VISITS]
    old = issued(write(folder, figure(VISITS, 2022, 66), known=known))
    write(folder, figure(VISITS, 2022, 66, as_of="2022-06-30"), known=known)
    row = explain_moves(old, issued(folder)).set_index("indicator").loc[[VISITS]]
    assert parts(row)["revised"].item() == 0.0
    assert row["move"].item() == row["new"].item() != 0.0 and row["cause"].item() == "new"


def test_a_new_part_of_a_ratio_is_a_new_figure(folder):
    """Figures of an indicator nobody asked about before count as new, not as new definitions."""
    plan = fc.load_plan(folder, as_of="2022-12-31")
    about = plan.indicators
    ratio = about["indicator"] == MONEY
    named = about.assign(numerator=about["numerator"].where(~ratio, "top"),
                         denominator=about["denominator"].where(~ratio, "bottom"))  # fmt: skip
    old = issue(replace(plan, indicators=named))
    extra = about[ratio].assign(kind="stock", numerator="", denominator="")
    extra = pd.concat([extra.assign(indicator=name) for name in ("top", "bottom")])
    seen = plan.observations[plan.observations["indicator"] == MONEY]
    more = [
        seen.assign(indicator="top", value=[9e6, 9.5e6, 1.2e7]),
        seen.assign(indicator="bottom", value=1e3),
    ]
    new = issue(replace(plan, indicators=pd.concat([named, extra]),
                        observations=pd.concat([plan.observations, *more])))  # fmt: skip
    row = explain_moves(old, new).set_index("indicator").loc[MONEY]
    assert row["move"] == row["new"] != 0.0


def test_an_old_prior_table_that_no_longer_fits(usual):
    """Where today's method needs a column more, today's priors are used from the start."""
    run = usual
    short = replace(run, inputs=replace(run.inputs, priors=run.inputs.priors.drop(columns="noise")))
    assert (parts(explain_moves(short, run)) == 0.0).all(axis=None)


def test_another_growth_path_is_an_assumption(usual, folder):
    """The growth path asked for is exchanged with the priors."""
    moves = explain_moves(usual, issued(folder, growth="linear"))
    table = parts(moves)
    assert (table["assumptions"] != 0.0).all()
    assert (table.drop(columns="assumptions") == 0.0).all(axis=None)


def test_runs_that_cannot_be_compared(usual):
    """Two regions, and forecasts that do not fit the targets, are refused."""
    run = usual
    with pytest.raises(ValueError, match="two regions, 'lishui' and 'shaoxing'"):
        explain_moves(run, issue(fc.load_plan("shaoxing")))
    with pytest.raises(ValueError, match="has 3 forecasts"):
        explain_moves(replace(run, forecasts=run.forecasts.iloc[:3]), run)
