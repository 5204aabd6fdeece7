"""The command line: `run` makes reports, `check` says what is wrong in data, `learn-priors` learns.

`run` prints one JSON line a report on standard output, and lines for people on standard error.
Its exit code is 0 if all succeeded, 1 if some did, and otherwise that of the first failure (the
codes of `reports`; 70 for a fault of the program itself, 128 + n for a run ended by signal n).
"""

from __future__ import annotations

import dataclasses
import glob
import json
import logging
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["app"]

log = logging.getLogger("forecast.cli")
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Forecasts and reports for plans with yearly targets.",
)

PROGRAM_FAULT = 70


@dataclasses.dataclass(frozen=True)
class Result:
    """The line that `run` prints for one parameter file."""

    name: str
    status: Literal["completed", "failed", "stopped"]
    seconds: float
    folder: str | None
    error: str | None
    code: int

    def __str__(self) -> str:
        """Plain ASCII, so that no terminal or locale can spoil it."""
        return json.dumps(dataclasses.asdict(self))


def _print_version(wanted: bool) -> None:
    if wanted:
        from . import __version__

        typer.echo(f"forecast {__version__}")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Forecasts and reports for plans with yearly targets."""


@app.command()
def run(
    params: Annotated[
        list[str], typer.Argument(help="Parameter files (YAML); patterns may be quoted.")
    ],
    jobs: Annotated[int, typer.Option(min=0, help="Runs at a time; 0: one a processor.")] = 0,
    output: Annotated[str | None, typer.Option(help="Folder for all reports.")] = None,
    timeout: Annotated[int, typer.Option(min=1, help="Seconds that a single cell may run.")] = 600,
) -> None:
    """Make the reports that parameter files describe, each in a process of its own."""
    from .reports import stoppable

    _log_to_stderr()
    files = _expand(params)
    options = [f"--timeout={timeout}", *([f"--output={output}"] if output else [])]
    _refuse_clashes(files, output)
    try:
        with stoppable():
            if len(files) == 1:
                results = [_run_here(files[0], output, timeout)]
                print(results[0], flush=True)
            else:
                results = _run_apart(files, options, jobs or os.cpu_count() or 1)
    except KeyboardInterrupt as stopped:
        raise typer.Exit(getattr(stopped, "exit_code", 130)) from None
    failed = [result.code for result in results if result.code]
    raise typer.Exit(1 if 0 < len(failed) < len(results) else (failed or [0])[0])


@app.command()
def check(
    place: Annotated[
        Path | None,
        typer.Argument(help="Folder of tables, a CSV or xlsx file, or a scenario's YAML file."),
    ] = None,
    region: Annotated[str | None, typer.Option(help="Region of a file that names none.")] = None,
) -> None:
    """Read tables, printed figures or a scenario, and report every problem at once."""
    from .errors import ForecastError

    try:
        if place and place.suffix in (".yaml", ".yml"):
            fine = _check_scenario(place, region)
        else:
            fine = _check_file(place, region) if place and place.is_file() else _check_folder(place)
    except ForecastError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(0 if fine else 1)


@app.command()
def learn_priors(
    panel: Annotated[
        Path, typer.Argument(help="Folder with observations.csv (or .csv.gz) and indicators.csv.")
    ],
    source: Annotated[str, typer.Option(help="What the panel is; stands in every row.")],
    output: Annotated[Path, typer.Option(help="File to write.")] = Path("priors.csv"),
    processes: Annotated[int, typer.Option(min=0, help="0: one a processor.")] = 0,
    windows: Annotated[
        int, typer.Option(min=4, help="Windows of each kind and length; more take longer.")
    ] = 500,
) -> None:
    """Learn what is believed before a series speaks from yearly figures of many regions."""
    from .documents import write_whole
    from .errors import ForecastError
    from .learning import learn_priors as learn
    from .learning import read_panel

    _log_to_stderr()
    try:
        observations, indicators = read_panel(panel)
        log.info("%d figures; learning takes 10 to 40 minutes.", len(observations))
        table = learn(
            observations, indicators, source=source, most=windows,
            processes=processes or os.cpu_count() or 1,
        )  # fmt: skip
    except ForecastError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    write_whole(output, table.to_csv(index=False, lineterminator="\n").encode())
    log.info("%s: %d rows.", output, len(table))


def _log_to_stderr() -> None:
    """Show our own lines; what papermill has to say is in our errors already."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    ours = logging.getLogger("forecast")
    ours.handlers = [handler]
    ours.setLevel(logging.INFO)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)


def _expand(patterns: list[str]) -> list[Path]:
    """Files that arguments name, each once; a pattern the shell left alone is expanded here."""
    found: dict[Path, Path] = {}
    for pattern in patterns:
        literal = Path(pattern).exists()
        matches = [] if literal else sorted(glob.glob(pattern, recursive=True))
        for file in map(Path, matches or [pattern]):
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _refuse_clashes(files: list[Path], output: str | None) -> None:
    """Two files for one output folder are a mistake that would cost one of the reports."""
    from .errors import ReportError
    from .parameters import read_parameters

    places: dict[Path, Path] = {}
    for file in files:
        try:
            asked = read_parameters(file, output=output)
        except ReportError:
            continue  # its own run reports it
        place = Path(asked.output, asked.name).resolve()
        if place in places:
            log.error("%s and %s both write %s. Give them names.", places[place], file, place)
            raise typer.Exit(2)
        places[place] = file


def _run_here(file: Path, output: str | None, timeout: int) -> Result:
    """Run one report in this process."""
    from .errors import ForecastError
    from .reports import run_report

    start = time.perf_counter()

    def failed(error: BaseException, code: int) -> Result:
        log.error("%s: %s", file.stem, error)
        status: Literal["failed", "stopped"] = "stopped" if code > 128 else "failed"
        return Result(file.stem, status, _since(start), None, str(error), code)

    try:
        manifest = run_report(file, output=output, timeout=timeout)
    except ForecastError as error:
        return failed(error, getattr(error, "exit_code", 3))
    except KeyboardInterrupt as error:
        return failed(error, getattr(error, "exit_code", 130))
    except Exception as error:
        log.exception("%s: a fault of the program; please report it", file.stem)
        return failed(error, PROGRAM_FAULT)
    return Result(manifest.name, "completed", _since(start), manifest.folder, None, 0)


def _run_apart(files: list[Path], options: list[str], jobs: int) -> list[Result]:
    """Run each report by this same command in a process of its own; print results as they come.

    A killed process costs only its own report. On a signal all are asked to end, and awaited.
    """
    from tqdm import tqdm

    results = []
    children = _Children()
    bar = tqdm(total=len(files), unit="report", disable=not sys.stderr.isatty())
    with ThreadPoolExecutor(jobs) as pool, bar:
        futures = [pool.submit(children.run, file, options, not bar.disable) for file in files]
        try:
            for future in as_completed(futures):
                result, lines = future.result()
                if lines:
                    bar.write(lines, file=sys.stderr, end="")
                bar.update()
                print(result, flush=True)
                results.append(result)
        except BaseException:
            children.stop()
            raise
    return results


class _Children:
    """The processes of a batch, which can be asked to end together."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[str]] = []
        self._stopping = False
        self._lock = threading.Lock()

    def run(self, file: Path, options: list[str], quiet: bool) -> tuple[Result, str]:
        """Wait for one report; its lines for people are held back where a bar is shown."""
        start = time.perf_counter()
        # -P: the current directory must not shadow modules.
        command = [sys.executable, "-P", "-m", "forecast.cli", "run", *options, "--", str(file)]
        with self._lock:
            if self._stopping:
                return Result(file.stem, "stopped", 0.0, None, "not started", 143), ""
            process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if quiet else None,
                encoding="utf-8",
                errors="replace",
            )
            self._started.append(process)
        out, lines = process.communicate()
        try:
            return Result(**json.loads(out)), lines or ""
        except (ValueError, TypeError):
            code = process.returncode if process.returncode > 0 else 128 - process.returncode
            error = f"the process ended without a result, with code {code}"
            log.error("%s: %s", file.stem, error)
            return Result(file.stem, "failed", _since(start), None, error, code), lines or ""

    def stop(self) -> None:
        """Ask all to end, and start no more."""
        with self._lock:
            self._stopping = True
            for process in self._started:
                process.terminate()


def _check_folder(place: Path | None) -> bool:
    """Check a folder of tables, or the package's own; print every problem, or the row counts."""
    from .checking import check_folder, read_tables
    from .levers import read_mechanisms
    from .plans import data_folder

    shipped = data_folder()
    folder = place or shipped
    fallback = None if folder.resolve() == shipped.resolve() else shipped
    problems = check_folder(folder, fallback)
    if not problems:
        for name, table in read_tables(folder, fallback).items():
            typer.echo(f"{name:<13}{len(table):>7}")
        typer.echo(f"{'mechanisms':<13}{len(read_mechanisms(folder)):>7}")
        typer.echo(f"{folder}: no problems.")
        return True
    for problem in problems:
        typer.echo(problem)
    typer.echo(f"{folder}: {len(problems)} problem{'' if len(problems) == 1 else 's'}.")
    return False


def _check_file(file: Path, region: str | None) -> bool:
    """Say row by row what was understood of a planner's file."""
    from .checking import read_tables
    from .parsing import read_figures
    from .plans import data_folder

    known = read_tables(data_folder())
    figures = read_figures(file, known["indicators"], known["regions"], known["units"], region)
    for figure in figures.to_dict("records"):
        said = figure["understood"] or f"{figure['problem']}. Remedy: {figure['remedy']}."
        place = f"row {figure['row']}, column {figure['column']}"
        typer.echo(f"{place}, {figure['printed']!r}: {said}")
    faults = int((figures["status"] == "problem").sum())
    typer.echo(f"{file}: {len(figures)} figures, {faults} of them with a problem.")
    return faults == 0


def _check_scenario(file: Path, region: str | None) -> bool:
    """Play a scenario on a plan, or on every shipped one, and say how much of it changes."""
    from .checking import read_tables
    from .plans import data_folder, load_plan
    from .projections import apply_scenario, project
    from .scenarios import read_scenario

    scenario = read_scenario(file)
    planned = sorted(set(read_tables(data_folder())["targets"]["region"]))
    for name in [region] if region else planned:
        plan = load_plan(name)
        until = int(max(plan.targets["year"].max(), plan.observations["year"].max() + 2))
        base = project(plan, draws=100, until=until)
        moved = apply_scenario(base, plan, scenario).values != base.values
        changed = (moved & (base.values == base.values)).any(axis=(1, 2)).sum()
        typer.echo(f"{name}: {changed} of {len(base.values)} indicators change.")
    typer.echo(f"{file}: no problems.")
    return True


def _since(start: float) -> float:
    return round(time.perf_counter() - start, 3)


if __name__ == "__main__":
    app()
