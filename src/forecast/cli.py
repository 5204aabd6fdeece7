"""The command line: `forecast run` makes reports, `forecast check` says what is wrong in data.

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
import time
from collections.abc import Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated, Any, Literal

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
    codes = []
    try:
        with stoppable():
            if len(files) == 1:
                results = iter([_run_here(files[0], output, timeout)])
            else:
                results = _run_apart(files, options, jobs or os.cpu_count() or 1)
            for result in results:
                print(result, flush=True)
                codes.append(result.code)
    except KeyboardInterrupt as stopped:
        raise typer.Exit(getattr(stopped, "exit_code", 130)) from None
    failed = [code for code in codes if code]
    raise typer.Exit(1 if 0 < len(failed) < len(codes) else (failed or [0])[0])


@app.command()
def check(
    place: Annotated[
        Path | None, typer.Argument(help="Folder of tables, or a CSV or xlsx file.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Region of a file that names none.")] = None,
) -> None:
    """Read tables, or a file with printed figures, and report every problem at once."""
    from .errors import ForecastError

    try:
        fine = _check_file(place, region) if place and place.is_file() else _check_folder(place)
    except ForecastError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(0 if fine else 1)


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
    from .parameters import ReportError, read_parameters

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


def _run_apart(files: list[Path], options: list[str], jobs: int) -> Iterator[Result]:
    """Run each report by this same command in a process of its own, as they end.

    A killed process costs only its own report. On a signal all are asked to end, and awaited.
    """
    from tqdm import tqdm

    bar = tqdm(total=len(files), unit="report", disable=not sys.stderr.isatty())
    running: list[subprocess.Popen[str]] = []
    stopping = threading.Event()
    with ThreadPoolExecutor(jobs) as pool, bar:
        futures = [
            pool.submit(_run_child, [*options, "--", str(file)], not bar.disable, running, stopping)
            for file in files
        ]
        try:
            for future in as_completed(futures):
                result, lines = future.result()
                bar.write(lines, file=sys.stderr, end="") if lines else None
                bar.update()
                yield result
        except BaseException:
            stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for process in running:
                process.terminate()
            raise


def _run_child(
    file: Path, options: list[str], quiet: bool, running: list[subprocess.Popen[str]]
) -> tuple[Result, str]:
    """One report by a process; its lines for people are held back where a bar is shown."""
    start = time.perf_counter()
    # -P: the current directory must not shadow modules.
    command = [sys.executable, "-P", "-m", "forecast.cli", "run", *options, "--", str(file)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if quiet else None,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    running.append(process)
    out, lines = process.communicate()
    try:
        return Result(**json.loads(out)), lines or ""
    except (ValueError, TypeError):
        code = process.returncode if process.returncode > 0 else 128 - process.returncode
        error = f"the process ended without a result, with code {code}"
        log.error("%s: %s", file.stem, error)
        return Result(file.stem, "failed", _since(start), None, error, code), lines or ""


def _check_folder(place: Path | None) -> bool:
    """Check a folder of tables, or the package's own; print every problem, or the row counts."""
    from .checking import check_folder, read_tables
    from .plans import data_folder

    shipped = data_folder()
    folder = place or shipped
    fallback = None if folder.resolve() == shipped.resolve() else shipped
    problems = check_folder(folder, fallback)
    if not problems:
        for name, table in read_tables(folder, fallback).items():
            typer.echo(f"{name:<13}{len(table):>7}")
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
        typer.echo(_describe(figure))
    missed = int((~figures["understood"].astype(bool)).sum())
    typer.echo(f"{file}: {len(figures) - missed} of {len(figures)} figures understood.")
    return missed == 0


def _describe(figure: dict[Hashable, Any]) -> str:
    """One figure of a planner's file as it was understood, or what to do."""
    start = f"row {figure['row']}: {figure['printed']!r}"
    if not figure["understood"]:
        return f"{start}: NOT UNDERSTOOD. Remedy: {figure['remedy']}"
    keys = ("region", "indicator", "year", "comparator", "value", "type", "status")
    parts = [f"{figure[key]}" for key in keys if figure[key] not in ("", None)]
    return f"{start}: {' '.join(parts)}"


def _since(start: float) -> float:
    return round(time.perf_counter() - start, 3)


if __name__ == "__main__":
    app()
