"""Plans in databases and results written to them: SQLite always, PostgreSQL where it is installed.

The PostgreSQL tests start a server of their own on a free port of this machine, in a temporary
folder, and end it; without its programs they are skipped.
"""

import datetime as dt
import logging
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import nbformat
import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

import forecast as fc
from forecast.cli import app
from forecast.errors import DataError, ReportError, UnknownNameError, WriteError
from forecast.evaluation.store import read_forecasts
from forecast.reports.errors import InputError, ParameterError
from forecast.reports.inputs import check_region, find_tables, hash_tables
from forecast.reports.parameters import ReportParameters
from forecast.reports.runner import ReportRun
from forecast.tables import database
from forecast.tables.csv_files import read_tables
from forecast.tables.database import load_tables, read_database, shown, write_results
from forecast.tables.plan import data_folder, known_indicators
from forecast.tables.schema import TABLES, is_address
from warm import fork_kernels, forked, pretend

SECRET = "s3cr3t-word"
SOURCE = "000_616e588ea31d91eb.txt"
SHARE = "orphans_moved_to_city_institution_share"
USER = "postgres"


def programs() -> Path | None:
    """Folder of PostgreSQL's programs, or None."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    place = found or (debian[-1] if debian else None)
    return Path(place).resolve().parent if place else None


def as_user() -> list[str]:
    """Command in front of a program that refuses to run as root."""
    if os.getuid() != 0:
        return []
    known = [entry.pw_name for entry in pwd.getpwall()]
    user = "postgres" if "postgres" in known else "nobody"
    one = pwd.getpwnam(user)
    return ["setpriv", f"--reuid={one.pw_uid}", f"--regid={one.pw_gid}", "--clear-groups"]


@pytest.fixture(scope="session")
def server():
    """Address of the databases of a PostgreSQL server that is started for the tests."""
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip("PostgreSQL is not installed (no initdb)")
    if os.getuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("PostgreSQL does not run as root, and setpriv is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="pg-", dir=memory) as place:
        Path(place, "password").write_text(SECRET)
        prefix = as_user()
        if prefix:
            owner = int(prefix[1].partition("=")[2])
            for path in (Path(place), Path(place, "password")):
                os.chown(path, owner, -1)
        run = {"cwd": place, "check": True, "stdout": subprocess.DEVNULL}
        data = f"{place}/data"
        subprocess.run(
            [*prefix, bin_folder / "initdb", "-D", data, "-U", USER, "-A", "scram-sha-256",
             f"--pwfile={place}/password", "-E", "UTF8", "--locale=C", "--no-sync"],
            **run,
        )  # fmt: skip
        control = [*prefix, bin_folder / "pg_ctl", "-D", data, "-w"]
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {place}"
        for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            options += f" -c {name}=off"
        subprocess.run([*control, "-l", f"{place}/log", "-o", options, "start"], **run)
        try:
            yield f"postgresql+psycopg://{USER}:{SECRET}@127.0.0.1:{port}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **run)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """Address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/民政.db"
        return
    server = request.getfixturevalue("server")
    name = f"test_{tmp_path.name}".lower()[:50]
    engine = sa.create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    yield f"{server}/{name}"


def execute(address: str, *statements: str) -> None:
    """Run statements in a database."""
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def fetch(address: str, query: str) -> list[tuple]:
    """Rows of a query."""
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    with engine.begin() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def fill(address: str, **tables: pd.DataFrame) -> None:
    """Put tables into a database."""
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    for name, table in tables.items():
        table.to_sql(name, engine, index=False)


def small() -> dict[str, pd.DataFrame]:
    """Tables of a plan, in the types a database would have."""
    targets = pd.DataFrame(
        {"region": ["hill"], "indicator": SHARE, "year": 2025, "value": 40.0, "comparator": "ge",
         "role": "final", "force": None, "source": SOURCE, "locus": None, "note": None}
    )  # fmt: skip
    seen = pd.DataFrame(
        {"region": "hill", "indicator": SHARE, "year": [2024, 2022, 2023],
         "as_of": [dt.date(2024, 6, 30), None, None], "value": [25.5, 10.0, 20.0],
         "status": "actual", "source": SOURCE, "locus": None, "note": "说明, 一",
         "published": [None, None, dt.date(2024, 2, 1)], "break": [False, False, True]}
    )  # fmt: skip
    regions = pd.DataFrame(
        {
            "region": ["hill"],
            "name_zh": "山市",
            "name_en": "Hill",
            "level": "city",
            "parent": "zhejiang",
        }
    )
    return {"regions": regions, "targets": targets, "observations": seen}


# Reading


@pytest.mark.usefixtures("few_shipped")
def test_a_plan_from_a_database(address):
    """Types of the database's own read as the same plan that CSV files give."""
    fill(address, **small())
    plan = fc.load_plan(address, as_of="2024-12-31")
    assert (plan.region, plan.folder) == ("hill", "")
    seen = plan.observations
    assert seen["value"].tolist() == [10.0, 20.0, 25.5]
    assert seen["year"].tolist() == [2022.0, 2023.0, pytest.approx(2023 + 182 / 366)]
    assert seen["break"].tolist() == ["false", "true", "false"]
    assert seen["published"].tolist() == ["", "2024-02-01", ""]
    assert set(seen["note"]) == {"说明, 一"} and set(seen["locus"]) == {""}
    assert plan.targets["value"].tolist() == [40.0] and len(plan.areas)
    assert len(fc.load_plan(address, as_of="2023-12-31").observations) == 1
    with pytest.raises(UnknownNameError, match="Did you mean 'lishui'"):
        fc.load_plan(address, region="lishiu")


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_database_reads_as_its_files_do(address):
    """All shipped tables, put into a database, give what the files give, to the bit."""
    shipped = {file.stem: pd.read_csv(file, keep_default_na=False)
               for file in data_folder().glob("*.csv")}  # fmt: skip
    fill(address, **{name: table for name, table in shipped.items() if name in TABLES})
    found, expected = load_tables(address), read_tables(data_folder())
    assert set(found) == set(expected)
    for name, table in expected.items():
        key = list(table.columns)
        pd.testing.assert_frame_equal(
            found[name].sort_values(key, ignore_index=True),
            table.sort_values(key, ignore_index=True), check_exact=True,
        )  # fmt: skip
    run = fc.load_plan(address, region="xiaoshan", as_of="2022-12-31")
    files = fc.load_plan("xiaoshan", as_of="2022-12-31")
    for one, other in ((run.indicators, files.indicators), (run.targets, files.targets)):
        assert len(one) == len(other)
    said = [fc.attainment(fc.fit(p.observations, p.indicators), p.targets) for p in (run, files)]
    keys = ["indicator", "year", "comparator", "target"]
    p = [table.sort_values(keys)["p_reach"].to_numpy() for table in said]
    assert np.array_equal(*p, equal_nan=True)


@pytest.mark.usefixtures("few_shipped")
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_problems_are_those_of_a_file(address):
    """Faults are named by table, row in the key's order, column and value, with the remedy."""
    tables = small()
    seen = tables["observations"].assign(
        value=[25.5, 110.0, 20.0], status=["actual"] * 2 + ["acutal"]
    )
    tables |= {"targets": tables["targets"].assign(indicator="nothing"), "observations": seen}
    fill(address, **tables)
    with pytest.raises(DataError) as caught:
        fc.load_plan(address)
    found = {(p.file.rpartition(" ")[2], p.row, p.column, p.value) for p in caught.value.problems}
    assert found == {("targets", 1, "indicator", "nothing"), ("observations", 1, "value", "110"),
                     ("observations", 2, "status", "acutal")}  # fmt: skip
    said = str(caught.value)
    assert "write one of actual, preliminary, estimated; perhaps 'actual' is meant" in said
    assert "not in the table indicators" in said and ".csv" not in said
    assert SECRET not in said and shown(address) in said


@pytest.mark.usefixtures("few_shipped")
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_column_too_many_or_too_few(address):
    """Unknown and missing columns are named, without a row."""
    tables = small()
    seen = tables["observations"].drop(columns="status").assign(id=[1, 2, 3])
    fill(address, **tables | {"observations": seen})
    with pytest.raises(DataError) as caught:
        fc.load_plan(address)
    assert {(p.row, p.column) for p in caught.value.problems} == {(None, "id"), (None, "status")}


@pytest.mark.usefixtures("few_shipped")
def test_a_view_is_a_table(address):
    """A bureau keeps its own tables and shows them under our names."""
    tables = small()
    own = tables["observations"].assign(id=[1, 2, 3])
    fill(address, regions=tables["regions"], targets=tables["targets"], archive=own)
    names = ", ".join(f'"{name}"' for name in tables["observations"])
    execute(address, f"CREATE VIEW observations AS SELECT {names} FROM archive")
    assert len(fc.load_plan(address).observations) == 3


def test_cells_are_in_the_order_of_their_key(address):
    """Rows come in the order of region, indicator, year, whatever order they were written in."""
    fill(address, **small())
    found = read_database(address)
    assert set(found) == {"regions", "targets", "observations"}
    assert found["observations"]["year"].tolist() == ["2022", "2023", "2024"]
    assert found["observations"]["value"].tolist() == ["10", "20", "25.5"]


def test_numbers_come_with_every_digit(address):
    """Floats read back to the bit, decimals as they are kept, whole numbers without a point."""
    numbers = np.random.default_rng(0).lognormal(0, 9, 100)
    numbers[:3] = 1e-7, 1e22, -3.0
    fill(address, observations=pd.DataFrame({"year": np.arange(100), "value": numbers}))
    cells = read_database(address)["observations"].astype({"year": int}).sort_values("year")
    assert cells["value"].astype(float).tolist() == numbers.tolist()
    assert cells["value"].tolist()[1:3] == ["1" + "0" * 22, "-3"]


def test_places_that_hold_no_plan(address, tmp_path):
    """A database without the tables, a missing file and a foreign file are refused."""
    execute(address, "CREATE TABLE something (x INTEGER)")
    with pytest.raises(DataError, match="holds none of the tables"):
        fc.load_plan(address)
    with pytest.raises(DataError, match="no such file"):
        fc.load_plan(f"sqlite:///{tmp_path}/none.db")
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "text.db").write_text("no database" * 100)
    with pytest.raises(DataError, match=r"cannot be read \(file is not a database\)"):
        fc.load_plan(f"sqlite:///{tmp_path}/text.db")


# Writing


def results() -> dict[str, pd.DataFrame]:
    """Two result tables."""
    attainment = pd.DataFrame({"region": "a", "p_reach": [0.1, np.nan],
                               "attainment_year": pd.array([2024, None], "Int64")})  # fmt: skip
    return {"attainment": attainment, "quantiles": pd.DataFrame({"q05": [1.5], "年份": [2025]})}


def test_results_are_appended(address):
    """Tables are made, runs appended below each other, missing values kept missing."""
    write_results(address, results(), "r1")
    write_results(address, results(), "r2")
    rows = fetch(address, "SELECT run, region, p_reach, attainment_year FROM attainment")
    assert sorted(rows, key=str) == sorted(
        [("r1", "a", None, None), ("r1", "a", 0.1, 2024), ("r2", "a", None, None),
         ("r2", "a", 0.1, 2024)], key=str,
    )  # fmt: skip
    assert len(fetch(address, "SELECT * FROM quantiles")) == 2


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_results_of_a_plan(address):
    """The attainment and quantiles of a real plan come back as they went in."""
    plan = fc.load_plan("xiaoshan", as_of="2022-12-31")
    fits = fc.fit(plan.observations, plan.indicators)
    said = fc.attainment(fits, plan.targets)
    write_results(address, {"attainment": said, "quantiles": fc.quantiles(fits, [2024])}, "r1")
    query = "SELECT p_reach FROM attainment WHERE p_reach IS NOT NULL ORDER BY p_reach"
    back = [p for (p,) in fetch(address, query)]
    assert back == said["p_reach"].dropna().sort_values().tolist()
    assert fetch(address, "SELECT count(*) FROM attainment") == [(len(said),)]


def test_other_columns_are_refused(address):
    """Results with other columns write nothing, not even the tables that would fit."""
    write_results(address, results(), "r1")
    other = results()
    other["quantiles"] = other["quantiles"].rename(columns={"q05": "q10"})
    with pytest.raises(WriteError, match=r"table quantiles has other columns.*q05, q10") as caught:
        write_results(address, other, "r2")
    assert SECRET not in str(caught.value)
    assert {run for (run,) in fetch(address, "SELECT run FROM attainment")} == {"r1"}


def test_all_or_nothing(address):
    """A fault in the second table takes back the rows, and the making, of the first."""
    execute(address, "CREATE TABLE quantiles (run VARCHAR(2), q05 FLOAT CHECK (q05 < 1), 年份 INT)")
    with pytest.raises(WriteError, match="cannot be written"):
        write_results(address, results(), "r1")
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    assert sa.inspect(engine).get_table_names() == ["quantiles"]
    assert fetch(address, "SELECT * FROM quantiles") == []


def test_a_run_is_written_once(address):
    """The same run a second time is refused."""
    write_results(address, results(), "r1")
    with pytest.raises(WriteError, match="holds run r1 already"):
        write_results(address, results(), "r1")
    assert len(fetch(address, "SELECT * FROM attainment")) == 2


def write_often(address, name):
    """Write ten runs of twenty rows."""
    for n in range(10):
        write_results(address, {"attainment": pd.DataFrame({"p": [0.1] * 20})}, f"{name}{n}")


def test_writers_at_once(address):
    """Two processes that make one table and write to it together both complete."""
    started = [forked(write_often, address, name) for name in "ab"]
    for process in started:
        process.join(120)
        assert process.exitcode == 0
    assert fetch(address, "SELECT count(*), count(DISTINCT run) FROM attainment") == [(400, 20)]


def test_writers_wait_for_each_other(address, monkeypatch):
    """Who has seen that a table is missing makes it before another looks."""
    meet, check = threading.Barrier(2), database._check_columns

    def and_wait(*facts):
        check(*facts)
        with suppress(threading.BrokenBarrierError):
            meet.wait(timeout=0.5)

    monkeypatch.setattr(database, "_check_columns", and_wait)
    table = {"quantiles": results()["quantiles"]}
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(write_results, address, table, run) for run in ("a", "b")]:
            future.result()
    assert sorted(fetch(address, "SELECT run FROM quantiles")) == [("a",), ("b",)]


@pytest.mark.usefixtures("few_shipped")
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_plans_own_tables_are_kept(address):
    """Results never go into the tables that figures are read from, nor hide a column run."""
    fill(address, **small())
    with pytest.raises(ValueError, match="observations: the name of a plan's own table"):
        write_results(address, {"observations": results()["attainment"]}, "r1")
    with pytest.raises(ValueError, match="attainment: a column `run` is added here"):
        write_results(address, {"attainment": pd.DataFrame({"run": ["x"]})}, "r1")
    assert len(fc.load_plan(address).observations) == 3


def test_a_place_that_cannot_be_written(tmp_path):
    """A folder that is not there is a fault of the output."""
    with pytest.raises(WriteError, match="unable to open database file"):
        write_results(f"sqlite:///{tmp_path}/no/folder.db", results(), "r1")


# Faults of the server


def write_killed(address):
    """Write two tables in this process, which is killed before the second."""
    check = database._check_columns

    def and_die(connection, name, *facts):
        check(connection, name, *facts)
        if name == "quantiles":
            os.kill(os.getpid(), signal.SIGKILL)

    database._check_columns = and_die
    write_results(address, results(), "r1")


def test_a_writer_that_is_killed_leaves_nothing(address):
    """Neither rows nor tables, nor a lock: the next writer is not held up."""
    process = forked(write_killed, address)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert sa.inspect(sa.create_engine(address, poolclass=sa.NullPool)).get_table_names() == []
    write_results(address, results(), "r2")
    assert fetch(address, "SELECT DISTINCT run FROM attainment") == [("r2",)]


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_server_that_ends_in_mid_write(address, monkeypatch):
    """Its answer is in the error, nothing was written, and no password is shown."""
    check = database._check_columns

    def and_end(connection, name, *facts):
        check(connection, name, *facts)
        if name == "quantiles":
            own = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
            execute(address, f"SELECT pg_terminate_backend({own})")

    monkeypatch.setattr(database, "_check_columns", and_end)
    with pytest.raises(WriteError, match=r"cannot be written: .*Nothing was written") as caught:
        write_results(address, results(), "r1")
    assert SECRET not in str(caught.value) and "\n" not in str(caught.value)
    monkeypatch.undo()
    write_results(address, results(), "r2")
    assert fetch(address, "SELECT DISTINCT run FROM attainment") == [("r2",)]


@pytest.mark.usefixtures("few_shipped")
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_what_a_server_refuses(address, monkeypatch):
    """No right to read or write, no such schema, other types, a lock that is never released."""
    fill(address, **small())
    execute(address, f"CREATE ROLE clerk_{os.getpid()} LOGIN PASSWORD 'an0ther-word'")
    clerk = address.replace(f"{USER}:{SECRET}", f"clerk_{os.getpid()}:an0ther-word")
    with pytest.raises(DataError, match=r"permission denied for table.*check") as refused:
        fc.load_plan(clerk)
    with pytest.raises(WriteError, match="permission denied for schema") as caught:
        write_results(clerk, results(), "r1")
    assert "an0ther-word" not in f"{caught.value} {refused.value}"
    elsewhere = f"{address}?options=-csearch_path%3Dnowhere"
    with pytest.raises(DataError, match="holds none of the tables"):
        fc.load_plan(elsewhere)
    with pytest.raises(WriteError, match="no schema has been selected"):
        write_results(elsewhere, results(), "r1")
    execute(address, 'CREATE TABLE quantiles (run TEXT, q05 DATE, "年份" INT)')
    with pytest.raises(WriteError, match=r"cannot be written: .*type date"):
        write_results(address, results(), "r1")
    execute(address, "DROP TABLE quantiles")
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    with engine.begin() as holder:
        holder.execute(sa.select(sa.func.pg_advisory_xact_lock(database.LOCK)))
        with pytest.raises(WriteError, match="lock timeout"):
            write_results(address, results(), "r1")
    tables = set(sa.inspect(engine).get_table_names())
    assert tables == set(small())


@pytest.mark.parametrize("answers", [True, False])
def test_a_server_that_hangs_or_hangs_up(monkeypatch, answers):
    """Who accepts and says nothing is waited for a while; who ends the connection is named."""
    pytest.importorskip("psycopg")
    monkeypatch.setattr(database, "BUSY_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        if answers:
            threading.Thread(target=lambda: listener.accept()[0].close(), daemon=True).start()
        port = listener.getsockname()[1]
        with pytest.raises(DataError, match=r"cannot be read \(.*(timeout|closed|connection)"):
            read_database(f"postgresql+psycopg://ann:{SECRET}@127.0.0.1:{port}/plan")


# Addresses and passwords


def test_addresses():
    """Folders, drives and regions are no addresses, and a path object never is."""
    assert is_address("postgresql+psycopg://ann@host/plan") and is_address("sqlite://")
    for place in ("lishui", "C:\\plans", "C:/plans", "/plans", "://x", Path("sqlite:///x")):
        assert not is_address(place)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql+psycopg://ann:{SECRET}@127.0.0.1:port/plan",
        f"postgresql+psycopg://ann:{SECRET}@{SECRET}@127.0.0.1/plan",
        f"postgresql+psycopg://ann:x@y/{SECRET}@127.0.0.1/plan",
        f"://{SECRET}",
    ],
)
def test_an_address_that_hides_a_password_elsewhere(address):
    """What cannot be parsed, or may show a part of its password, is refused without showing it."""
    for call in (shown, read_database, lambda place: write_results(place, {}, "r")):
        with pytest.raises(DataError, match="not the address of a database") as caught:
            call(address)
        assert SECRET not in str(caught.value) and "%40" in str(caught.value)


def test_no_driver():
    """A database without an installed driver says what to install, and no password."""
    for scheme in ("oracle+nothing", "mysql+mysqldb"):
        with pytest.raises(DataError, match=r"no driver for.*extra `database`") as caught:
            read_database(f"{scheme}://ann:{SECRET}@127.0.0.1/plan")
        assert SECRET not in str(caught.value)


def closed_port() -> int:
    """Port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_password_never_shows(caplog):
    """Neither errors nor logs hold a password of the address or its options."""
    caplog.set_level(logging.DEBUG)
    place = f"postgresql+psycopg://ann:{SECRET}@127.0.0.1:{closed_port()}/plan"
    for address in (place, f"{place.replace(':' + SECRET, '')}?password={SECRET}"):
        with pytest.raises(DataError, match=r"cannot be read \(.*127.0.0.1") as caught:
            fc.load_plan(address)
        with pytest.raises(WriteError, match="cannot be written") as also:
            write_results(address, results(), "r1")
        for text in (str(caught.value), str(also.value), shown(address), caplog.text):
            assert SECRET not in text


def test_a_wrong_password_of_a_real_server(server):
    """The error has the server's answer, and no password."""
    wrong = server.replace(SECRET, "wr0ng-word") + "/postgres"
    with pytest.raises(DataError, match="password authentication failed") as caught:
        read_database(wrong)
    assert "wr0ng-word" not in str(caught.value)


# Reports


def test_tables_of_a_database_count_as_files_do(address):
    """The tables of a database are hashed and searched for the region; a new figure is a change."""
    fill(address, **small())
    tables = find_tables(address)
    assert {"targets.csv", "observations.csv", "regions.csv"} <= set(tables)
    before = hash_tables(tables)
    assert before == hash_tables(find_tables(address))
    asked = ReportParameters(region="hill", name="x", data=f"sqlite:///{SHARE}")
    check_region(Path("x.yaml"), asked, tables)
    with pytest.raises(ParameterError, match="Did you mean 'lishui'"):
        check_region(Path("x.yaml"), asked.model_copy(update={"region": "lishiu"}), tables)
    execute(address, "UPDATE observations SET value = 21 WHERE year = 2023")
    assert hash_tables(find_tables(address)) != before


def test_what_cannot_be_read_is_an_input_fault(tmp_path):
    """A report of a database that is not there ends before its kernel, with the reason."""
    with pytest.raises(InputError, match="no such file"):
        find_tables(f"sqlite:///{tmp_path}/none.db")


NOTEBOOK = "\n".join(
    f"{name} = None"
    for name in "region data as_of until draws seed language folder vintages".split()
)
CELL = """\
import forecast as fc
plan = fc.load_plan(data, as_of=as_of, region=region)
plan.targets[["indicator", "year"]].to_parquet("attainment.parquet")
"""


def asked_for(folder: Path, data: str, cell: str = CELL) -> Path:
    """Parameter file of a small report, from a database and into the same one."""
    tagged = new_code_cell(NOTEBOOK, metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, new_code_cell(cell)]), folder / "small.ipynb")
    lines = {"region": "hill", "notebook": folder / "small.ipynb", "data": data,
             "results": data, "as_of": "2024-12-31", "output": folder / "out"}  # fmt: skip
    file = folder / "small.yaml"
    file.write_text("".join(f"{key}: '{value}'\n" for key, value in lines.items()))
    return file


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_report_from_a_database_and_into_it(command, address, tmp_path, monkeypatch):
    """Each Parquet table is appended under the id that its forecasts have in the store."""
    monkeypatch.setenv("PGPASSWORD", SECRET)
    fork_kernels(monkeypatch)
    fill(address, **small())
    open_to_all = database.open_address(address.replace(f":{SECRET}", ""))
    more = "import pandas as pd\npd.DataFrame({'n': [1, 2]}).to_parquet('more.parquet')\n"
    file = asked_for(tmp_path, open_to_all, CELL + more)
    assert command.report(file).parameters["results"] == open_to_all
    runs = read_forecasts(tmp_path / "out" / "vintages.sqlite")["run"].unique().tolist()
    rows = fetch(address, "SELECT run, indicator, year FROM attainment")
    assert rows == [(run, SHARE, 2025) for run in runs] and len(runs) == 1
    assert fetch(address, "SELECT run, n FROM more") == [(r, n) for r in runs for n in (1, 2)]
    assert ReportRun(file).finished() is not None
    kept = [f.read_text(errors="replace") for f in (tmp_path / "out" / "small").iterdir()]
    assert not any(SECRET in text for text in kept)


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_failed_report_keeps_no_password(command, address, tmp_path, monkeypatch, caplog):
    """Neither the environment's nor a wrong one, decoded or not: in no file, log or error."""
    wrong = "wr/ng@m3llon"
    fork_kernels(monkeypatch)
    monkeypatch.setenv("PGPASSWORD", SECRET)
    monkeypatch.setenv("WRONG", quote(wrong, safe=""))
    fill(address, **small())
    cell = CELL.replace("(data", "(data.replace('@', f\":{os.environ['WRONG']}@\")")
    place = database.open_address(address.replace(f":{SECRET}", ""))
    with pytest.raises(ReportError, match="password authentication failed") as caught:
        command.report(asked_for(tmp_path, place, f"import os\n{cell}"))
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.suffix == ".ipynb" and ".failed" in str(file) for file in files)
    texts = [f.read_text(errors="replace") for f in files] + [str(caught.value), caplog.text]
    forms = [SECRET, wrong, quote(wrong, safe=""), *wrong.split("@")]
    assert not [form for form in forms if any(form in text for text in texts)]


@pytest.mark.usefixtures("few_shipped")
def test_results_that_cannot_be_written_fail_the_report(command, tmp_path, monkeypatch):
    """The old report stays, nothing is appended, and the next run tries again."""
    address = f"sqlite:///{tmp_path}/plan.db"
    fill(address, **small())
    execute(address, "CREATE TABLE attainment (x INTEGER)")
    pretend(
        monkeypatch,
        lambda folder: results()["attainment"].to_parquet(folder / "attainment.parquet"),
    )
    file = asked_for(tmp_path, address)
    with pytest.raises(WriteError, match="table attainment has other columns"):
        command.report(file)
    assert not (tmp_path / "out" / "small").exists() and ReportRun(file).finished() is None
    assert not (tmp_path / "out" / "vintages.sqlite").exists()
    execute(address, "DROP TABLE attainment")
    command.report(file)
    assert len(fetch(address, "SELECT run FROM attainment")) == 2


@pytest.mark.usefixtures("few_shipped")
def test_tables_that_change_under_a_report_fail_it(command, tmp_path, monkeypatch):
    """A report of which no one could say what it was made from is refused."""
    address = f"sqlite:///{tmp_path}/plan.db"
    fill(address, **small())
    pretend(monkeypatch, lambda _: execute(address, "UPDATE targets SET value = 41"))
    with pytest.raises(InputError, match="changed while the report was made"):
        command.report(asked_for(tmp_path, address))
    assert not (tmp_path / "out" / "small").exists()


@pytest.mark.usefixtures("few_shipped")
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_plan_says_where_it_was_read_from(address):
    """Reports on all regions read the same database again; its address is not printed."""
    fill(address, **small())
    plan = fc.load_plan(address)
    assert plan.source == address and SECRET not in repr(plan)
    assert fc.load_plan(plan.source).targets.equals(plan.targets)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_indicators_that_only_a_database_describes_are_known(address):
    """A scenario may name an indicator that has neither target nor figure there."""
    about = pd.read_csv(data_folder() / "indicators.csv", keep_default_na=False)
    own = about[about["indicator"] == SHARE]
    unseen = own.assign(indicator="my_own", concept="my_own")
    fill(address, **small(), indicators=pd.concat([own, unseen]))
    known = known_indicators(fc.load_plan(address))
    assert {"my_own", SHARE, "minimum_living_standard"} <= known


@pytest.mark.usefixtures("few_shipped")
def test_an_address_is_checked_from_the_command_line(tmp_path):
    """`forecast check` takes an address as it takes a folder: row counts, or every problem."""
    address = f"sqlite:///{tmp_path}/plan.db"
    fill(address, **small())
    fine = CliRunner().invoke(app, ["check", address])
    assert fine.exit_code == 0 and "observations: 3 own rows" in fine.stdout
    execute(address, "UPDATE targets SET comparator = 'around'")
    wrong = CliRunner().invoke(app, ["check", address])
    assert wrong.exit_code == 1 and "table targets" in wrong.output and "around" in wrong.output
