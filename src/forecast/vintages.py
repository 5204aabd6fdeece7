"""The forecasts that runs issued, kept unchanged, and what moved from one issue to the next.

All vintages of an output folder stand in one SQLite file, `STORE`. SQLite comes with Python and is
read by everything; a run is appended in one transaction, so that a crash or a full disk leaves all
of it or nothing; processes that append at the same time wait for each other's lock. Triggers
refuse to change or delete what was issued. There are two tables: `runs`, with what a run was made
from, and `forecasts`, with a row a target. A run carries its inputs, so that any later version of
the package can play it again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .errors import DataError, Problem, WriteError, check_name
from .figures import KEY
from .growth import QUANTILES, Fits, fit, quantile_name
from .levers import read_mechanisms
from .plans import Plan
from .priors import COLUMNS as PRIOR_COLUMNS
from .priors import read_priors
from .targets import attainment

__all__ = [
    "PARTS",
    "STORE",
    "Inputs",
    "Run",
    "answer",
    "append_run",
    "explain_moves",
    "issue",
    "latest_run",
    "method_version",
    "read_forecasts",
    "read_run",
    "read_runs",
    "target_version",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

STORE = "vintages.sqlite"
APPLICATION, VERSION = 0x76696E74, 1
"""What marks a SQLite file as a store ("vint"), and the version of its tables."""
BUSY_SECONDS = 60.0
"""How long a process waits for others that append."""
OPEN = ("reached", "likely", "uncertain", "unlikely")
METHOD = (
    "links", "filtering", "priors", "members", "siblings", "evidence", "increments", "figures",
    "estimates", "growth", "simulation", "progress", "targets",
)  # fmt: skip
"""Modules that a closed-form answer comes from."""
FIGURES = [*KEY, "year", "value", "status", "published", "break"]
GOALS = [*KEY, "year", "value", "comparator", "event", "role", "source"]
ABOUT = [
    "indicator", "kind", "lower", "upper", "better", "cumulative", "resolution", "numerator",
    "denominator",
]  # fmt: skip
LEVELS = [quantile_name(level) for level in QUANTILES]
PARTS = ("method", "revised", "new", "targets", "assumptions")
"""Parts of a move, in the order in which they are exchanged."""

RUNS = {
    "run": "TEXT PRIMARY KEY", "name": "TEXT", "region": "TEXT", "notebook": "TEXT",
    "origin": "TEXT", "issued": "TEXT", "data_hash": "TEXT", "method_version": "TEXT",
    "target_version": "TEXT", "priors_hash": "TEXT", "mechanisms_hash": "TEXT",
    "parameters": "TEXT", "answers": "INTEGER",
}  # fmt: skip
FORECASTS = {
    "region": "TEXT", "indicator": "TEXT", "scenario": "TEXT", "year": "INTEGER", "target": "REAL",
    "comparator": "TEXT", "event": "TEXT", "role": "TEXT", "source": "TEXT", "latest": "REAL",
    "latest_year": "REAL", "median": "REAL", **dict.fromkeys(LEVELS, "REAL"), "p_reach": "REAL",
    "mc_error": "REAL", "required_rate": "REAL", "pace": "REAL", "schedule_status": "TEXT",
    "status": "TEXT", "evidence": "TEXT", "scale": "REAL",
}  # fmt: skip
BESIDE = (
    "run", "name", "origin", "issued", "data_hash", "method_version", "target_version"
)  # fmt: skip
TYPES = {"TEXT": "str", "REAL": "float64", "INTEGER": "int64"}


def _columns(named: Mapping[str, str]) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in named.items())


def _refusing(name: str, when: str, reason: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{reason}'); END"


KEPT = "issued forecasts are never changed"
TABLES = (
    f"CREATE TABLE runs ({_columns(RUNS)}, inputs BLOB)",
    f"CREATE TABLE forecasts (run TEXT REFERENCES runs, position INTEGER, {_columns(FORECASTS)}, "
    "PRIMARY KEY (run, position))",
    *(
        _refusing(f"{table}_{verb.lower()}", f"{verb} ON {table}", KEPT)
        for table in ("runs", "forecasts")
        for verb in ("UPDATE", "DELETE")
    ),
    # A REPLACE deletes without asking the triggers above.
    _refusing(
        "runs_twice", "INSERT ON runs WHEN EXISTS (SELECT 1 FROM runs WHERE run = NEW.run)", KEPT
    ),
    _refusing(
        "forecasts_twice",
        "INSERT ON forecasts WHEN EXISTS (SELECT 1 FROM forecasts WHERE run = NEW.run AND "
        "position = NEW.position) OR (NEW.position BETWEEN 0 AND (SELECT answers - 1 FROM runs "
        "WHERE run = NEW.run)) IS NOT TRUE",
        KEPT,
    ),
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)


@dataclass(frozen=True)
class Inputs:
    """All that closed-form answers are made from: enough to give them again.

    `observations` are the region's own figures and those of its siblings, as a plan has them;
    `mechanisms` is a hash: mechanisms act in scenarios and in no closed-form answer.
    """

    as_of: str
    growth: str
    mechanisms: str
    observations: pd.DataFrame
    targets: pd.DataFrame
    indicators: pd.DataFrame
    priors: pd.DataFrame


@dataclass(frozen=True)
class Run:
    """Forecasts that a run issues, and what they were made from.

    `origin` is the day whose knowledge was used. `forecasts` has a row a target, in the targets'
    order, with the columns `FORECASTS`: those of the attainment table, the target's role and
    source, quantiles of the target year where it is open (else missing), and `scale`, the mean
    absolute yearly change of the series' figures, its reporting step where they were flat. `run`
    and `issued` (UTC) are empty until the run is stored.
    """

    name: str
    region: str
    notebook: str
    origin: str
    data_hash: str
    method_version: str
    target_version: str
    inputs: Inputs
    forecasts: pd.DataFrame
    parameters: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    issued: str = ""


def issue(
    plan: Plan,
    *,
    name: str = "",
    notebook: str = "",
    parameters: Mapping[str, Any] | None = None,
    data_hash: str = "",
    growth: str = "auto",
    priors: pd.DataFrame | None = None,
) -> Run:
    """Answer a plan's targets in closed form, as a run that can be stored.

    The answers are those of `fit` and `attainment` on the plan's figures and its siblings'.

    Parameters
    ----------
    plan : as loaded; its `as_of` (else today) is the origin
    name, notebook, parameters : of the report, as in its manifest
    data_hash : of the tables, as in the manifest; "" hashes the figures used
    growth, priors : as for `fit`; None takes the prior table of the plan's folder, else the shipped

    Examples
    --------
    >>> import forecast as fc
    >>> run = issue(fc.load_plan("lishui", as_of="2022-12-31"), name="lishui")
    >>> run.origin, len(run.forecasts)
    ('2022-12-31', 61)
    """
    place = plan.folder or None
    beliefs = read_priors(place) if priors is None else priors
    mechanisms = {key: m.model_dump(mode="json") for key, m in read_mechanisms(place).items()}
    inputs = Inputs(
        plan.as_of, growth, _hash(json.dumps(mechanisms, sort_keys=True)),
        _kept(pd.concat([plan.observations, plan.siblings], ignore_index=True), FIGURES),
        _kept(plan.targets, GOALS), _kept(plan.indicators, ABOUT), beliefs.reset_index(drop=True),
    )  # fmt: skip
    return Run(
        name=name, region=plan.region, notebook=notebook,
        origin=plan.as_of or dt.date.today().isoformat(),
        data_hash=data_hash or _hash_rows(inputs.observations.merge(inputs.indicators)),
        method_version=method_version(beliefs), target_version=target_version(plan.targets),
        inputs=inputs, forecasts=answer(inputs), parameters=dict(parameters or {}),
    )  # fmt: skip


def answer(inputs: Inputs) -> pd.DataFrame:
    """Forecasts of a run from its inputs, under the method of today: see `Run.forecasts`."""
    fits = _fits(inputs)
    table = attainment(fits, inputs.targets, as_of=inputs.as_of)
    place = pd.MultiIndex.from_frame(fits.series[KEY])
    at = place.get_indexer(pd.MultiIndex.from_frame(table[KEY]))
    rows = np.flatnonzero(table["status"].isin(OPEN))
    values = np.full((len(LEVELS), len(table)), np.nan)
    if len(rows):
        years = table["year"].to_numpy(float)[rows, None]
        values[:, rows] = fits.take(at[rows]).quantiles(QUANTILES, years)[:, :, 0]
    scale = np.where(at >= 0, np.append(_scale(fits), np.nan)[at], np.nan)
    goals = inputs.targets.reindex(columns=["role", "source"], fill_value="")
    return table.assign(
        **{name: goals[name].to_numpy() for name in goals},
        **dict(zip(LEVELS, values, strict=True)), scale=scale,
    )[list(FORECASTS)]  # fmt: skip


def method_version(priors: pd.DataFrame | None = None) -> str:
    """Version of the package and a short hash of the modules `METHOD` and the priors used.

    >>> version, _, short = method_version().partition("+")
    >>> version.count("."), len(short)
    (2, 12)
    """
    from . import __version__

    folder = Path(__file__).parent
    code = "".join(_hash((folder / f"{name}.py").read_bytes()) for name in METHOD)
    beliefs = _hash_rows(read_priors() if priors is None else priors)
    return f"{__version__}+{_hash(code + beliefs)[:12]}"


def target_version(targets: pd.DataFrame) -> str:
    """Short hash of what targets ask for: region, indicator, year, value, comparator and event.

    Order, repeats, sources and notes do not matter.

    >>> goals = pd.DataFrame({"region": "a", "indicator": "x", "year": [2022, 2025],
    ...                       "value": [50, 60.0], "comparator": "ge"})
    >>> target_version(goals) == target_version(goals.iloc[::-1].assign(note="reprint"))
    True
    >>> target_version(goals) == target_version(goals.assign(comparator="gt"))
    False
    """
    meaning = targets[[*KEY, "comparator"]].astype(str)
    numbers = targets[["year", "value"]].astype(float)
    event = targets["event"].fillna("") if "event" in targets else ""
    asked = pd.concat([meaning, numbers], axis=1).assign(event=event)
    asked["event"] = asked["event"].replace("", "reach")
    return _hash_rows(asked.drop_duplicates())[:12]


def append_run(store: str | Path, run: Run) -> str:
    """Store a run, all of it or nothing, and return its id; the store is made where there is none.

    Others that append meanwhile are waited for, `BUSY_SECONDS` at most.

    Parameters
    ----------
    store : file, by custom `STORE` in the folder of the reports
    run : from `issue`, with further rows in `forecasts` where scenarios were answered too; its id
        and the moment are set here unless it has them

    Raises
    ------
    WriteError
        If it cannot be written (full, read-only, locked too long), or the run is stored already.
    DataError
        If the file is no store, or one of a newer version.

    Examples
    --------
    >>> import tempfile
    >>> import forecast as fc
    >>> run = issue(fc.load_plan("shaoxing", as_of="2021-12-31"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = read_run(f"{folder}/{STORE}", append_run(f"{folder}/{STORE}", run))
    >>> again.forecasts.equals(run.forecasts)
    True
    """
    file = Path(store)
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    stored = replace(run, run=run.run or uuid.uuid4().hex, issued=run.issued or now)
    rows = stored.forecasts.reindex(columns=list(FORECASTS))
    rows.insert(0, "position", range(len(rows)))
    rows.insert(0, "run", stored.run)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _opened(file, "rwc") as connection:
            connection.execute("BEGIN IMMEDIATE")
            if not _is_store(file, connection):
                for statement in TABLES:
                    connection.execute(statement)
            _insert(connection, "runs", [_described(stored)])
            _insert(connection, "forecasts", _plain(rows))
            connection.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        raise _unwritable(file, error) from None
    return stored.run


def read_runs(
    store: str | Path, *, region: str | None = None, name: str | None = None
) -> pd.DataFrame:
    """List the runs of a store in the order in which they were appended, without their inputs.

    A store that is not there yet has no runs; it is never made by reading. `parameters` is JSON.

    Raises
    ------
    DataError
        If the file is no store, is of a newer version or cannot be read.

    Examples
    --------
    >>> len(read_runs("no/such/store.sqlite"))
    0
    """
    chosen, values = _where({"region": region, "name": name})
    query = f"SELECT {_names(RUNS)} FROM runs{chosen} ORDER BY rowid"
    return _frame(_query(Path(store), query, values), RUNS)


def read_forecasts(
    store: str | Path, *, region: str | None = None, name: str | None = None, run: str | None = None
) -> pd.DataFrame:
    """Forecasts of a store beside what their runs say of themselves: a row a run and target.

    Columns are `run`, `name`, `origin`, `issued`, `data_hash`, `method_version`, `target_version`
    and those of `Run.forecasts`. Raises and treats a missing store as `read_runs` does.

    Examples
    --------
    >>> list(read_forecasts("no/such/store.sqlite"))[:4]
    ['run', 'name', 'origin', 'issued']
    """
    named = {**dict.fromkeys(BESIDE, "TEXT"), **FORECASTS}
    chosen, values = _where({"runs.region": region, "runs.name": name, "runs.run": run})
    query = (
        f"SELECT {_names(BESIDE, 'runs.')}, {_names(FORECASTS, 'forecasts.')} FROM forecasts "
        f"JOIN runs ON runs.run = forecasts.run{chosen} ORDER BY runs.rowid, position"
    )
    return _frame(_query(Path(store), query, values), named)


def read_run(store: str | Path, run: str) -> Run:
    """One stored run with its inputs and forecasts.

    Raises
    ------
    UnknownNameError
        If the store has no such run.
    DataError
        As `read_runs` does.
    """
    file = Path(store)
    check_name("run", run, read_runs(file)["run"].tolist())
    query = f"SELECT {_names(RUNS)}, inputs FROM runs WHERE run = ?"
    (row,) = _query(file, query, [run])
    facts = dict(zip([*RUNS, "inputs"], row, strict=True))
    known = {f.name: facts[f.name] for f in fields(Run) if f.name in facts}
    forecasts = read_forecasts(file, run=run)[list(FORECASTS)]
    return Run(
        **known | {"inputs": _unpacked(facts["inputs"]), "forecasts": forecasts}
        | {"parameters": json.loads(facts["parameters"])}
    )  # fmt: skip


def latest_run(
    store: str | Path, *, region: str, name: str | None = None, before: str | None = None
) -> Run | None:
    """Last stored run of a region (and report); None where there is none.

    `before` leaves out runs whose origin is that ISO day or later, so that a report made twice is
    compared with the issue before it.

    >>> latest_run("no/such/store.sqlite", region="lishui") is None
    True
    """
    runs = read_runs(store, region=region, name=name)
    if before is not None:
        runs = runs[runs["origin"] < before]
    return read_run(store, runs["run"].iloc[-1]) if len(runs) else None


def explain_moves(old: Run, new: Run) -> pd.DataFrame:
    """Tell how each target's chance moved since an earlier run, and why.

    The inputs of `old` are played again under the method of today, and exchanged for those of
    `new` one part at a time, all targets at once; a part is the change of `p_reach` at its
    exchange. The parts add up to the move, to the last bits; where two causes act together, the
    order, that of the columns, decides which gets the credit.

    =========== ==========================================================================
    method      the old inputs under the method of today, less what was issued
    revised     figures known then that have other values now, or were withdrawn
    new         figures published since, and the years that ended since
    targets     value, comparator, event or year of the target, definitions of the indicators
    assumptions growth path and priors. Mechanisms act in scenarios only: no part is theirs
    =========== ==========================================================================

    Where the old prior table lacks a column that the method of today needs, today's table takes its
    place from the start.

    Parameters
    ----------
    old : from `latest_run` or `read_run`
    new : from `issue`, of the same region

    Returns
    -------
    DataFrame, a row a target: region, indicator, year, target, comparator, event, those before
    (`year_old`, `target_old`, `comparator_old`), `change` (`compared`, `appeared`, `vanished`),
    p_old, p_new, move, the five parts, status_old, status_new and `cause`: the part that moved
    most, "" if none did. Targets of both runs are paired by region, indicator and year, then
    source, comparator and role; one of another year by region, indicator, role and source, where
    there is only one of them. Where one of the answers is no number (no figures, a year that ended
    without one) so is the move, and `cause` is the part at which that changed. Rows stand in the
    order of today's targets; vanished ones follow.

    Raises
    ------
    ValueError
        For runs of two regions, or an old one whose forecasts do not fit its targets.

    Examples
    --------
    >>> import forecast as fc
    >>> old, new = (issue(fc.load_plan("lishui", as_of=f"{y}-12-31")) for y in (2021, 2022))
    >>> moves = explain_moves(old, new)
    >>> moves["change"].unique().tolist(), moves[["method", "targets"]].abs().max().tolist()
    (['compared'], [0.0, 0.0])
    """
    if old.region != new.region:
        raise ValueError(f"runs of two regions, {old.region!r} and {new.region!r}.")
    issued = old.forecasts[old.forecasts["scenario"] == "baseline"]
    if len(issued) != len(old.inputs.targets):
        raise ValueError(
            f"run {old.run!r} has {len(issued)} forecasts of its targets, not one a target."
        )
    before, after = _paired(old.inputs.targets, new.inputs.targets)
    told = [_at(issued, before)]
    last, found = None, issued
    for inputs, rows in zip(
        _exchanged(old.inputs, new.inputs), [before] * 3 + [after] * 2, strict=True
    ):
        if last is None or not _same(inputs, last):
            found = attainment(_fits(inputs), inputs.targets, as_of=inputs.as_of)
        told.append(_at(found, rows))
        last = inputs
    then, now = old.inputs.targets, new.inputs.targets
    return _moves(told, then, now, before, after)


def _fits(inputs: Inputs) -> Fits:
    return fit(inputs.observations, inputs.indicators, inputs.growth, priors=inputs.priors)


def _scale(fits: Fits) -> FloatArray:
    """Mean absolute yearly change of each series, over steps without a break."""
    seen = fits.observations
    step = seen.groupby(KEY)[["value", "year"]].diff()
    change = (step["value"] / step["year"]).abs().mask(seen["fresh"].astype(bool))
    mean = change.groupby([seen[name] for name in KEY]).mean()
    scale = mean.reindex(pd.MultiIndex.from_frame(fits.series[KEY])).to_numpy(float)
    step_of: FloatArray = fits.series["resolution"].to_numpy(float)
    return np.where(scale == 0.0, step_of, scale)


def _kept(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Take the columns that are there, text where they are not."""
    return table.reindex(columns=columns, fill_value="").reset_index(drop=True)


def _hash(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def _hash_rows(table: pd.DataFrame) -> str:
    """Hash a table whatever the order of its rows."""
    head, *lines = table.to_csv(index=False, lineterminator="\n").splitlines()
    return _hash("\n".join([head, *sorted(lines)]))


# The store


@contextmanager
def _opened(file: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Connect in autocommit, so that BEGIN and COMMIT are ours; closing takes back the rest."""
    place = f"{file.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(place, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    with closing(connection):
        yield connection


def _is_store(file: Path, connection: sqlite3.Connection) -> bool:
    """Whether the tables are there; False of an empty file, an error of anything else."""
    (application,), (version,), (objects,) = (
        connection.execute(query).fetchone()
        for query in (
            "PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master"
        )
    )  # fmt: skip
    if application == APPLICATION and version > VERSION:
        fact = f"its tables are of version {version}, this package knows {VERSION}"
        raise DataError([_fault(file, fact, "use a newer version of the package")])
    if application != APPLICATION and (application or objects):
        raise DataError([_not_ours(file)])
    return bool(application == APPLICATION)


def _query(file: Path, query: str, values: list[str]) -> list[tuple[Any, ...]]:
    """Rows of a store; none where there is no store yet."""
    if not file.exists():
        return []
    try:
        # Not mode=ro: what a killed process left half done can then not be taken back.
        with _opened(file, "rw") as connection:
            if not _is_store(file, connection):
                return []
            return connection.execute(query, values).fetchall()
    except sqlite3.Error as error:
        raise DataError([_unreadable(file, error)]) from None


def _insert(connection: sqlite3.Connection, table: str, rows: list[list[Any]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _unreadable(file: Path, error: sqlite3.Error) -> Problem:
    if _is_damaged(error):
        return _not_ours(file)
    return _fault(file, f"cannot be read ({error})", "check the place and its rights")


def _unwritable(file: Path, error: OSError | sqlite3.Error) -> DataError | WriteError:
    if isinstance(error, sqlite3.Error) and _is_damaged(error):
        return DataError([_not_ours(file)])
    remedy = "Make room, or give another output folder."
    if "locked" in str(error):
        remedy = f"Another process held it for {BUSY_SECONDS:.0f} s; try again."
    if KEPT in str(error):
        remedy = "Give every run an id of its own."
    return WriteError(f"{file} cannot be written: {error}. {remedy}")


def _is_damaged(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorname", "") in ("SQLITE_NOTADB", "SQLITE_CORRUPT")


def _not_ours(file: Path) -> Problem:
    return _fault(file, "not a store of issued forecasts", "give another file")


def _fault(file: Path, fact: str, remedy: str) -> Problem:
    return Problem(str(file), None, None, None, fact, remedy)


def _names(columns: Iterable[str], table: str = "") -> str:
    return ", ".join(f'{table}"{name}"' for name in columns)


def _where(conditions: Mapping[str, str | None]) -> tuple[str, list[str]]:
    """Condition of a query, and its values; what is None is not asked."""
    asked = {name: value for name, value in conditions.items() if value is not None}
    text = " AND ".join(f"{name} = ?" for name in asked)
    return (f" WHERE {text}" if asked else ""), list(asked.values())


def _frame(rows: list[tuple[Any, ...]], named: Mapping[str, str]) -> pd.DataFrame:
    types = {name: TYPES[kind.partition(" ")[0]] for name, kind in named.items()}
    return pd.DataFrame(rows, columns=list(named), dtype=object).astype(types)


def _plain(table: pd.DataFrame) -> list[list[Any]]:
    """Rows of plain built-ins, None where a value is missing."""
    rows: list[list[Any]] = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    return rows


def _described(run: Run) -> list[Any]:
    """Row of the table `runs`."""
    facts = {f.name: getattr(run, f.name) for f in fields(Run) if f.name in RUNS}
    facts["parameters"] = json.dumps(dict(run.parameters), ensure_ascii=False, sort_keys=True)
    facts["priors_hash"] = _hash_rows(run.inputs.priors)
    facts["mechanisms_hash"] = run.inputs.mechanisms
    facts["answers"] = len(run.forecasts)
    return [*(facts[name] for name in RUNS), _packed(run.inputs)]


def _packed(inputs: Inputs) -> bytes:
    """Write inputs as compressed JSON; numbers keep every bit."""
    content: dict[str, Any] = {}
    for f in fields(Inputs):
        value = getattr(inputs, f.name)
        if isinstance(value, pd.DataFrame):
            types = {name: str(dtype) for name, dtype in value.dtypes.items()}
            value = {"types": types, "rows": _plain(value)}
        content[f.name] = value
    return zlib.compress(json.dumps(content, ensure_ascii=False).encode(), 9)


def _unpacked(content: bytes) -> Inputs:
    found: dict[str, Any] = json.loads(zlib.decompress(content))
    for name, value in found.items():
        if isinstance(value, dict):
            table = pd.DataFrame(value["rows"], columns=list(value["types"]), dtype=object)
            found[name] = table.astype(value["types"])
    return Inputs(**found)


# What moved


def _exchanged(old: Inputs, new: Inputs) -> list[Inputs]:
    """Give the inputs after each exchange, in the order of `PARTS`."""
    complete = set(PRIOR_COLUMNS) <= set(old.priors)
    start = replace(old, priors=old.priors if complete else new.priors)
    point = [*KEY, "year"]
    seen = pd.MultiIndex.from_frame(new.observations[point]).isin(
        pd.MultiIndex.from_frame(old.observations[point])
    )
    # Figures of an indicator that nobody asked about before bring its description with them.
    fresh = new.indicators[~new.indicators["indicator"].isin(old.indicators["indicator"])]
    about = pd.concat([old.indicators, fresh], ignore_index=True) if len(fresh) else old.indicators
    today = replace(start, observations=new.observations, indicators=about, as_of=new.as_of)
    return [
        start,
        replace(start, observations=new.observations[seen].reset_index(drop=True)),
        today,
        replace(new, priors=start.priors, growth=start.growth),
        new,
    ]


def _same(one: Inputs, other: Inputs) -> bool:
    pairs = [(getattr(one, f.name), getattr(other, f.name)) for f in fields(Inputs)]
    return all(a.equals(b) if isinstance(a, pd.DataFrame) else a == b for a, b in pairs)


ROUNDS = (
    ([*KEY, "year", "comparator", "event", "role", "source", "value"], False),
    ([*KEY, "year", "comparator", "role", "source"], False),
    ([*KEY, "year", "role"], False),
    ([*KEY, "year"], False),
    ([*KEY, "role", "source"], True),
)
"""What targets are paired by, one round after another, and whether only where alone."""


def _paired(old: pd.DataFrame, new: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Rows of both tables side by side, -1 for none: today's first, then what vanished."""
    before, left = np.full(len(new), -1), np.ones(len(old), bool)
    for keys, alone in ROUNDS:
        sides = [_numbered(t, free, keys, alone) for t, free in ((old, left), (new, before < 0))]
        pairs = sides[0].merge(sides[1], on=[*keys, "nth"], suffixes=("_old", "_new"))
        before[pairs["row_new"].to_numpy()] = pairs["row_old"]
        left[pairs["row_old"].to_numpy()] = False
    gone = np.flatnonzero(left)
    after = np.append(np.arange(len(new)), np.full(len(gone), -1))
    return np.append(before, gone), after


def _numbered(
    table: pd.DataFrame, free: NDArray[np.bool_], keys: list[str], alone: bool
) -> pd.DataFrame:
    """Rows still free, with their number among those of the same keys."""
    rows = table.loc[free, keys].assign(row=np.flatnonzero(free))
    if alone:
        rows = rows[~rows.duplicated(keys, keep=False)]
    return rows.assign(nth=rows.groupby(keys).cumcount())


def _at(table: pd.DataFrame, rows: IntArray) -> pd.DataFrame:
    """Chance and status of some targets; nothing where there is none (-1)."""
    found = table[["p_reach", "status"]].reset_index(drop=True)
    return found.reindex(np.where(rows < 0, len(found), rows)).reset_index(drop=True)


def _moves(
    told: list[pd.DataFrame],
    then: pd.DataFrame,
    now: pd.DataFrame,
    before: IntArray,
    after: IntArray,
) -> pd.DataFrame:
    """Put the answers after each exchange into the table of `explain_moves`."""
    p = np.stack([table["p_reach"].to_numpy(float) for table in told])
    # An answer lost on the way (a figure moved to another day) is no move of its own.
    whole = ~np.isnan(p[0]) & ~np.isnan(p[-1])
    parts = np.diff(np.where(whole, pd.DataFrame(p).ffill(), p), axis=0)
    then, now = (table.rename(columns={"value": "target"}) for table in (then, now))
    goals = ["year", "target", "comparator"]
    out = pd.concat([now, then.iloc[before[after < 0]]], ignore_index=True)
    out = out[[*KEY, *goals, "event"]].replace({"event": {"": "reach"}})
    old = then[goals].reindex(before).reset_index(drop=True).add_suffix("_old")
    change = np.select([before < 0, after < 0], ["appeared", "vanished"], "compared")
    out = pd.concat([out, old], axis=1).assign(
        change=change, p_old=p[0], p_new=p[-1], move=p[-1] - p[0],
        **dict(zip(PARTS, parts, strict=True)),
        status_old=told[0]["status"], status_new=told[-1]["status"], cause=_cause(p, parts),
    )  # fmt: skip
    out.loc[out["change"] != "compared", "cause"] = ""
    return out.astype({"year_old": "Int64"})


def _cause(p: FloatArray, parts: FloatArray) -> NDArray[np.str_]:
    """Name the part that moved most, or that gave or took the answer."""
    known = ~np.isnan(p)
    turned = known[1:] != known[:-1]
    size = np.where(np.isnan(parts), 0.0, np.abs(parts))
    gained = (known[0] != known[-1])[None, :]
    # The last turn decides: what was lost on the way and found again is no cause.
    weight = np.where(gained, turned * (1.0 + np.arange(len(PARTS))[:, None]), size)
    return np.where(weight.max(axis=0) > 0.0, np.array(PARTS)[weight.argmax(axis=0)], "")
