"""The command line: reports, checks of data, scores of what was issued, the planner's desk.

`run` prints one JSON line a report on standard output, and lines for people on standard error:
all of them on a terminal, elsewhere only problems unless `--log` asks for more. A report whose
inputs and files are unchanged is skipped, so a run that was broken off is taken up by the same
command. Its exit code is 0 if all succeeded, 1 if some did, and otherwise that of the first
failure (the codes of `reports`; 70 for a fault of the program itself, 128 + n for a run ended by
signal n).
"""

from __future__ import annotations

import datetime as dt
import glob
import json
import logging
import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from .reports.batch import Options

__all__ = ["app"]

log = logging.getLogger("forecast.cli")
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Forecasts and reports for plans with yearly targets.",
)


class Log(StrEnum):
    """Form of the lines on standard error."""

    text = "text"
    json = "json"


class Language(StrEnum):
    """Language of what is said."""

    zh = "zh"
    en = "en"


def _print_version(wanted: bool) -> None:
    if wanted:
        from ._version import __version__

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
def run(  # noqa: PLR0913 - each option is an argument
    params: Annotated[
        list[str], typer.Argument(help="Parameter files (YAML); patterns may be quoted.")
    ],
    jobs: Annotated[int, typer.Option(min=0, help="Runs at a time; 0: processors + 1.")] = 0,
    output: Annotated[str | None, typer.Option(help="Folder for all reports.")] = None,
    timeout: Annotated[int, typer.Option(min=1, help="Seconds that a single cell may run.")] = 600,
    limit: Annotated[
        float | None, typer.Option(min=0.001, help="Seconds that a whole report may take.")
    ] = None,
    pdf: Annotated[
        bool, typer.Option(envvar="FORECAST_PDF", help="Print each report, where forecast[pdf] is.")
    ] = True,
    force: Annotated[
        bool, typer.Option("--force", help="Also run reports whose inputs are unchanged.")
    ] = False,
    lines: Annotated[
        Log | None,
        typer.Option("--log", help="Form of all lines on standard error, not of problems only."),
    ] = None,
) -> None:  # fmt: skip
    """Make the reports that parameter files describe, each in a process of its own."""
    from .reports.batch import Options
    from .reports.signals import stoppable

    _log_to_stderr(lines, everything=lines is not None or sys.stderr.isatty())
    if limit and not hasattr(signal, "setitimer"):
        raise typer.BadParameter("--limit is not to be had on this system; let its scheduler end")
    files = _expand(params)
    outputs = _refuse_clashes(files, output)
    options = Options(output=output, timeout=timeout, limit=limit, pdf=pdf, force=force)
    try:
        with stoppable():
            codes = _run(files, outputs, options, jobs or (os.cpu_count() or 1) + 1)
    except KeyboardInterrupt as stopped:
        raise typer.Exit(getattr(stopped, "exit_code", 130)) from None
    failed = [code for code in codes if code]
    raise typer.Exit(1 if 0 < len(failed) < len(codes) else (failed or [0])[0])


@app.command()
def check(
    place: Annotated[
        str | None,
        typer.Argument(
            help="Folder of tables or a database's address, a file of figures, a scenario."
        ),
    ] = None,
    region: Annotated[str | None, typer.Option(help="Region of a file that names none.")] = None,
    language: Annotated[
        Language, typer.Option(help="Language of faults, and of what is said of figures.")
    ] = Language.en,
    as_json: Annotated[
        bool, typer.Option("--json", help="A JSON record a cell of a file of figures.")
    ] = False,
    take_targets: Annotated[
        bool, typer.Option("--take-targets", help="Take the targets in a file of figures, too.")
    ] = False,
) -> None:
    """Read tables, printed figures or a scenario, and report every problem at once."""
    from .errors import ForecastError
    from .i18n.errors import format_error
    from .tables.schema import is_address

    try:
        if is_address(place):
            fine = _check_database(str(place), language)
        else:
            path = Path(place) if place else None
            if path and path.is_file() and path.suffix not in (".yaml", ".yml"):
                fine = _check_file(path, region, language, as_json, take_targets)
            else:
                fine = _check_path(path, region, language)
    except ForecastError as error:
        told = "" if language is Language.en else format_error(error, language)
        typer.echo(told or error, err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(0 if fine else 1)


@app.command()
def verify(
    output: Annotated[Path, typer.Argument(help="Folder of reports.")] = Path("reports"),
    data: Annotated[
        str | None, typer.Option(help="Folder of tables of your own, or a database's address.")
    ] = None,
    hits: Annotated[Path | None, typer.Option(help="CSV file for every closed case.")] = None,
) -> None:
    """Score the forecasts that reports have issued with the figures published since."""
    import pandas as pd

    from .errors import ForecastError
    from .evaluation.store import STORE, read_forecasts
    from .evaluation.verification import compute_track_record
    from .evaluation.verification import verify as score
    from .files import write_atomic
    from .reports.exports import escape_formulas
    from .tables.plan import load_plan

    try:
        issued = read_forecasts(output / STORE)
        plans = [load_plan(data or r, region=r) for r in sorted(set(issued["region"]))]
        if not plans:
            typer.echo(f"{output / STORE}: no forecasts issued yet.")
            raise typer.Exit
        figures = pd.concat([plan.observations for plan in plans])
        known = pd.concat([plan.indicators for plan in plans]).drop_duplicates("indicator")
        found = score(issued, figures, known)
        if hits:
            written = escape_formulas(found.hits).to_csv(index=False, lineterminator="\n")
            write_atomic(hits, written.encode())
    except ForecastError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{len(issued)} forecasts issued, {len(found.hits)} of them closed.")
    if len(found.hits):
        typer.echo(found.scores.to_string(index=False))
        typer.echo(compute_track_record(found).to_string(index=False))


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
    from .errors import ForecastError
    from .files import write_atomic
    from .training.learning import learn_priors as learn
    from .training.learning import read_panel

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
    write_atomic(output, table.to_csv(index=False, lineterminator="\n").encode())
    log.info("%s: %d rows.", output, len(table))


@app.command("app")
def open_app(  # noqa: PLR0913 - each option is an argument
    region: Annotated[str, typer.Option(help="A region with a plan.")] = "lishui",
    data: Annotated[
        str | None, typer.Option(help="Folder of tables of your own, or a database's address.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Day whose knowledge is used, as 2022-12-31.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Language to begin with.")] = Language.zh,
    folder: Annotated[Path, typer.Option(help="Where the desk writes files.")] = Path("desk"),
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but this machine's own needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one.")] = 8866,
    token: Annotated[
        str | None,
        typer.Option(envvar="FORECAST_TOKEN", help="What a visitor of the page has to know."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:  # fmt: skip
    """Open the planner's desk as a web page, until Ctrl+C; its address is printed."""
    from .desk.server import serve
    from .errors import ForecastError
    from .tables.plan import load_plan
    from .tables.schema import is_address

    place = str(Path(data).resolve()) if data and not is_address(data) else data
    try:
        load_plan(place or region, as_of=as_of, region=region)
        asked = {"region": region, "language": language.value, "folder": str(folder.resolve())}
        asked |= {k: v for k, v in {"data": place, "as_of": as_of}.items() if v is not None}
        serve(asked, host=host, port=port, token=token, browser=browser)
    except ForecastError as error:
        typer.echo(error, err=True)
        raise typer.Exit(getattr(error, "exit_code", 3)) from None


class _JsonLines(logging.Formatter):
    """One JSON object a line: time with zone, level, region, message."""

    def format(self, record: logging.LogRecord) -> str:
        moment = dt.datetime.fromtimestamp(record.created).astimezone()
        line = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "region": getattr(record, "region", None),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _log_to_stderr(form: Log | None = None, *, everything: bool = True) -> None:
    """Show our own lines; what papermill has to say is in our errors already."""
    told = "%(asctime)s [%(region)s] %(message)s"
    text = logging.Formatter(told, "%Y-%m-%d %H:%M:%S", defaults={"region": "-"})
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines() if form == Log.json else text)
    ours = logging.getLogger("forecast")
    ours.handlers = [handler]
    ours.setLevel(logging.INFO if everything else logging.WARNING)


def _expand(patterns: list[str]) -> list[Path]:
    """Files that arguments name, each once; a pattern the shell left alone is expanded here."""
    found: dict[Path, Path] = {}
    for pattern in patterns:
        literal = Path(pattern).exists()
        matches = [] if literal else sorted(glob.glob(pattern, recursive=True))
        for file in map(Path, matches or [pattern]):
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _refuse_clashes(files: list[Path], output: str | None) -> list[Path]:
    """Two files for one report are a mistake that would cost one of them; return all outputs."""
    from .errors import ReportError
    from .reports.parameters import read_parameters

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
    return list(dict.fromkeys(place.parent for place in places))


def _run(files: list[Path], outputs: list[Path], options: Options, jobs: int) -> list[int]:
    """Run what is to be run, print results as they come, list all reports; return exit codes."""
    from tqdm import tqdm
    from tqdm.contrib.logging import logging_redirect_tqdm

    from .reports.batch import run_all

    shown = sys.stderr.isatty()
    codes = []
    with (
        tqdm(total=len(files), unit="report", disable=not shown) as bar,
        logging_redirect_tqdm([logging.getLogger("forecast")] if shown else []),
    ):
        try:
            for result in run_all(files, options, jobs):
                bar.update()
                print(result, flush=True)
                codes.append(result.code)
        finally:
            unlisted = [place for place in outputs if not _list_reports(place)]
    # A list that cannot be written is a fault of writing, where there is no other.
    return codes if any(codes) or not unlisted else [5]


def _list_reports(output: Path) -> bool:
    """Renew the list of an output folder's reports; whether that went well."""
    from .errors import WriteError
    from .reports.overview import write_overview

    try:
        if output.is_dir():
            write_overview(output)
    except WriteError as error:
        log.error("%s", error)
        return False
    return True


def _check_path(place: Path | None, region: str | None, language: Language) -> bool:
    """Check what a path names: a scenario or a folder; None: the package's own."""
    if place and place.suffix in (".yaml", ".yml"):
        return _check_scenario(place, region, language)
    return _check_folder(place, language)


def _check_database(address: str, language: Language) -> bool:
    """Check the tables of a database; print every problem, or the row counts."""
    from .i18n.catalog import gettext
    from .tables.database import load_tables, shown
    from .tables.plan import data_folder

    for name, table in load_tables(address, data_folder()).items():
        typer.echo(f"{name:<13}{len(table):>7}")
    typer.echo(gettext("{place}: no problems.", language).format(place=shown(address)))
    return True


def _check_folder(place: Path | None, language: Language) -> bool:
    """Check a folder of tables, or the package's own; print every problem, or the row counts."""
    from .i18n.catalog import gettext
    from .i18n.errors import translate
    from .scenarios.declarations import read_mechanisms
    from .tables.csv_files import check_folder, read_tables
    from .tables.plan import data_folder

    shipped = data_folder()
    folder = place or shipped
    fallback = None if folder.resolve() == shipped.resolve() else shipped
    problems = check_folder(folder, fallback)
    if not problems:
        for name, table in read_tables(folder, fallback).items():
            typer.echo(f"{name:<13}{len(table):>7}")
        typer.echo(f"{'mechanisms':<13}{len(read_mechanisms(folder)):>7}")
        typer.echo(gettext("{place}: no problems.", language).format(place=folder))
        return True
    for problem in problems:
        typer.echo(translate(problem.message(), language))
    typer.echo(
        gettext("{place}: problems, {count} in all.", language).format(
            place=folder, count=len(problems)
        )
    )
    return False


def _check_file(
    file: Path, region: str | None, language: Language, as_json: bool, take_targets: bool
) -> bool:
    """Print what was understood of each cell of a planner's file, beside the shipped plans."""
    from .errors import cause
    from .i18n.errors import translate
    from .i18n.messages import FiguresError
    from .intake import MOST_BYTES, read
    from .tables.plan import data_folder, load_plan

    plan = load_plan(data_folder())
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        figures = read(content, file.name, plan, region, targets=take_targets)
    except FiguresError as error:
        typer.echo(error.describe(language), err=True)
        return False
    except OSError as error:
        typer.echo(f"{file}: {translate(cause(error), language)}", err=True)
        return False
    if as_json:
        for record in figures.records(language):
            typer.echo(json.dumps(record, ensure_ascii=False))
    else:
        for line in figures.lines(language):
            typer.echo(line)
    typer.echo(figures.summary(language), err=as_json)
    return not (figures.rows["status"] == "problem").any()


def _check_scenario(file: Path, region: str | None, language: Language) -> bool:
    """Play a scenario on a plan, or on every shipped one, and say how much of it changes."""
    from .i18n.catalog import gettext
    from .scenarios.baseline import project
    from .scenarios.engine import apply_scenario
    from .scenarios.scenario import read_scenario
    from .tables.csv_files import read_tables
    from .tables.plan import data_folder, load_plan

    scenario = read_scenario(file)
    planned = sorted(set(read_tables(data_folder())["targets"]["region"]))
    for name in [region] if region else planned:
        plan = load_plan(name)
        until = int(max(plan.targets["year"].max(), plan.observations["year"].max() + 2))
        base = project(plan, draws=100, until=until)
        moved = apply_scenario(base, plan, scenario).values != base.values
        changed = (moved & (base.values == base.values)).any(axis=(1, 2)).sum()
        facts = {"region": name, "changed": changed, "all": len(base.values)}
        typer.echo(
            gettext("{region}: {changed} of {all} indicators change.", language).format(**facts)
        )
    typer.echo(gettext("{place}: no problems.", language).format(place=file))
    return True


if __name__ == "__main__":
    app()
