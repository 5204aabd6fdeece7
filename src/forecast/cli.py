"""The command line: reports, checks of data, scores of issued forecasts, the planner's desk.

`run` prints one JSON line a report on standard output, and lines for people on standard error:
all of them on a terminal, elsewhere only problems unless `--log` asks for more. A report whose
inputs and files are unchanged is skipped, so the same command continues a run that was stopped.
Its exit code is 0 if all succeeded, 1 if some did, and otherwise that of the first failure (the
codes of `reports.errors`; 70 for a fault of the program itself, 128 + n for a run ended by signal
n). Help, messages and log lines are in the language of FORECAST_LANGUAGE, else of the locale, else
in English; JSON results are always in English.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from .i18n.catalog import N_, SOURCE_LANGUAGE, environment_language, languages
from .i18n.catalog import gettext as translate_message

__all__ = ["app"]

LANGUAGE = environment_language()
"""Language of help and messages, settled when the program starts."""
log = logging.getLogger("forecast.cli")


def gettext(message: str) -> str:
    """Translate a message for whoever called the command."""
    return translate_message(message, LANGUAGE)


class _HelpOption:
    """The option --help with a translated description."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = gettext("Show this message and exit.")
        return option


class _Command(_HelpOption, TyperCommand):
    pass


class _Group(_HelpOption, TyperGroup):
    pass


app = typer.Typer(
    cls=_Group,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=gettext("Forecasts and reports for plans with yearly targets."),
)


Log = StrEnum("Log", ["text", "json"])


def _known_language(code: str) -> str:
    if code not in languages():
        raise typer.BadParameter(", ".join(languages()))
    return code


def _language_option(text: str) -> Any:
    return typer.Option(metavar="|".join(languages()), callback=_known_language, help=text)


DATA = gettext("A folder with tables of your own, or the address of a database.")


def _print_version(wanted: bool) -> None:
    if wanted:
        from ._version import __version__

        typer.echo(f"forecast {__version__}")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help=gettext("Show the version.")
        ),
    ] = False,
) -> None:
    """Forecasts and reports for plans with yearly targets."""


@app.command(
    cls=_Command,
    help=gettext("Make the reports that parameter files describe, and print a JSON line for each."),
)
def run(  # noqa: PLR0913 - each option is an argument
    params: Annotated[
        list[str], typer.Argument(help=gettext("Parameter files (YAML), or quoted patterns."))
    ],
    jobs: Annotated[
        int,
        typer.Option(min=0, help=gettext("Reports made at a time; 0: one more than processors.")),
    ] = 0,
    output: Annotated[
        str | None, typer.Option(help=gettext("Folder for all reports, instead of the files' own."))
    ] = None,
    timeout: Annotated[
        int, typer.Option(min=1, help=gettext("Seconds for one cell of a notebook."))
    ] = 600,
    limit: Annotated[
        float | None, typer.Option(min=0.001, help=gettext("Seconds for one report."))
    ] = None,
    pdf: Annotated[
        bool, typer.Option(envvar="FORECAST_PDF", help=gettext("Make PDFs (needs forecast[pdf])."))
    ] = True,
    force: Annotated[
        bool, typer.Option("--force", help=gettext("Make unchanged reports again."))
    ] = False,
    lines: Annotated[
        Log | None, typer.Option("--log", help=gettext("Log all steps, not problems only."))
    ] = None,
) -> None:
    """Make reports; see `reports.command`."""
    from .reports.batch import Options
    from .reports.command import expand_patterns, run_files
    from .reports.signals import stoppable

    _log_to_stderr(lines, everything=lines is not None or sys.stderr.isatty())
    if limit and not hasattr(signal, "setitimer"):
        message = gettext("--limit does not exist on this system; let the scheduler end the run")
        raise typer.BadParameter(message)
    options = Options(output=output, timeout=timeout, limit=limit, pdf=pdf, force=force)
    try:
        with stoppable():
            code = run_files(expand_patterns(params), options, jobs or (os.cpu_count() or 1) + 1)
    except KeyboardInterrupt as stopped:
        code = getattr(stopped, "exit_code", 130)
    raise typer.Exit(code)


@app.command(
    cls=_Command,
    help=gettext("Check tables, a file of figures or a scenario, and print every problem."),
)
def check(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[SOURCE]",
            help=gettext(
                "A folder of tables, the address of a database, a file of figures or a scenario; "
                "nothing: the shipped tables."
            ),
        ),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help=gettext("Region of a file that names none."))
    ] = None,
    language: Annotated[
        str, _language_option(gettext("Language of problems and figures."))
    ] = LANGUAGE,
    as_json: Annotated[
        bool, typer.Option("--json", help=gettext("Print a JSON record for each cell."))
    ] = False,
    take_targets: Annotated[
        bool, typer.Option("--take-targets", help=gettext("Take the targets of a file, too."))
    ] = False,
) -> None:
    """Check a source; exit code 1 where there is a problem."""
    from .errors import ForecastError
    from .tables.schema import is_address

    path = Path(source) if source and not is_address(source) else None
    try:
        if source and not path:
            from .tables.database import load_tables, shown
            from .tables.plan import data_folder

            tables = load_tables(source, data_folder())
            counts = {name: len(table) for name, table in tables.items()}
            sound = _print_sound(shown(source), counts, language)
        elif path and path.suffix in (".yaml", ".yml"):
            sound = _check_scenario(path, region, language)
        elif path and path.is_file():
            sound = _check_file(path, region, language, as_json, take_targets)
        else:
            sound = _check_folder(path, language)
    except ForecastError as error:
        _fail(error, 1, language)
    raise typer.Exit(0 if sound else 1)


@app.command(
    cls=_Command,
    help=gettext("Score the forecasts that reports have issued with the figures published since."),
)
def verify(
    output: Annotated[Path, typer.Argument(help=gettext("Folder of reports."))] = Path("reports"),
    data: Annotated[str | None, typer.Option(help=DATA)] = None,
    hits: Annotated[
        Path | None, typer.Option(help=gettext("CSV file for the closed cases."))
    ] = None,
) -> None:
    """Score issued forecasts; see `evaluation.verification`."""
    import pandas as pd

    from .errors import ForecastError
    from .evaluation import verification
    from .evaluation.store import STORE, read_forecasts
    from .files import write_atomic
    from .reports.exports import escape_formulas
    from .tables.plan import load_plan

    try:
        issued = read_forecasts(output / STORE)
        plans = [load_plan(data or r, region=r) for r in sorted(set(issued["region"]))]
        if not plans:
            typer.echo(gettext("{file}: no forecasts issued yet.").format(file=output / STORE))
            raise typer.Exit
        figures = pd.concat([plan.observations for plan in plans])
        indicators = pd.concat([plan.indicators for plan in plans]).drop_duplicates("indicator")
        result = verification.verify(issued, figures, indicators)
        if hits:
            table = escape_formulas(result.hits).to_csv(index=False, lineterminator="\n")
            write_atomic(hits, table.encode())
    except ForecastError as error:
        _fail(error, 1)
    counts = {"issued": len(issued), "closed": len(result.hits)}
    typer.echo(gettext("{issued} forecasts issued, {closed} of them closed.").format(**counts))
    if counts["closed"]:
        _print_table(result.scores)
        _print_table(verification.compute_track_record(result))


@app.command(
    cls=_Command,
    help=gettext("Learn the priors of trend and noise from yearly figures of many regions."),
)
def learn_priors(
    panels: Annotated[
        list[str],
        typer.Argument(
            help=gettext(
                "Panels as NAME=FOLDER: folders with observations.csv (or .csv.gz) and "
                "indicators.csv."
            )
        ),
    ],
    source: Annotated[
        str, typer.Option(help=gettext("Name of the panels, written into every row."))
    ],
    output: Annotated[Path, typer.Option(help=gettext("File to write."))] = Path("priors.csv"),
    notes: Annotated[
        Path | None,
        typer.Option(
            help=gettext(
                "Table of what is held out and of breaks: domain, use, region, indicator, year."
            )
        ),
    ] = None,
    start: Annotated[
        Path | None, typer.Option(help=gettext("Prior table to start from; else the shipped one."))
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help=gettext("Rounds of the search."))] = 40,
) -> None:
    """Learn priors; see `training.learning`."""
    import pandas as pd

    from .errors import ForecastError
    from .files import write_atomic
    from .model.priors import read_priors
    from .training import learning
    from .training.panels import read_panel, remove_held_out

    _log_to_stderr()
    try:
        table = None if notes is None else pd.read_csv(notes)
        each = []
        for text in panels:
            name, _, folder = text.rpartition("=")
            panel = read_panel(Path(folder), name or Path(folder).name, table)
            each.append(panel if table is None else remove_held_out(panel, table))
            log.info(N_("%s: %d figures."), each[-1].domain, len(each[-1].observations))
        found = learning.learn_priors(each, source=source, start=read_priors(start), rounds=rounds)
        write_atomic(output, found.to_csv(index=False, lineterminator="\n").encode())
    except ForecastError as error:
        _fail(error, 1)
    log.info(N_("%s: %d rows."), output, len(found))


@app.command(
    "app",
    cls=_Command,
    help=gettext("Open the planner's desk as a web page, until Ctrl+C; its address is printed."),
)
def open_app(  # noqa: PLR0913 - each option is an argument
    region: Annotated[str, typer.Option(help=gettext("A region with a plan."))] = "lishui",
    data: Annotated[str | None, typer.Option(help=DATA)] = None,
    as_of: Annotated[
        str | None, typer.Option(help=gettext("Day whose knowledge is used, as 2022-12-31."))
    ] = None,
    language: Annotated[str, _language_option(gettext("Language to begin with."))] = "zh",
    folder: Annotated[Path, typer.Option(help=gettext("Folder for files of the desk."))] = Path(
        "desk"
    ),
    host: Annotated[
        str,
        typer.Option(
            help=gettext("Address to listen on; any but this machine's own needs a token.")
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=gettext("Port; 0: a free one."))
    ] = 8866,
    token: Annotated[
        str | None,
        typer.Option(envvar="FORECAST_TOKEN", help=gettext("Secret of the page's visitors.")),
    ] = None,
    browser: Annotated[bool, typer.Option(help=gettext("Open the page in a browser."))] = True,
) -> None:
    """Open the desk; see `desk.server`."""
    from .desk.server import serve
    from .errors import ForecastError
    from .tables.plan import load_plan
    from .tables.schema import is_address

    source = str(Path(data).resolve()) if data and not is_address(data) else data
    try:
        load_plan(source or region, as_of=as_of, region=region)
        options = {"region": region, "language": language, "folder": str(folder.resolve())}
        options |= {k: v for k, v in {"data": source, "as_of": as_of}.items() if v is not None}
        serve(options, host=host, port=port, token=token, browser=browser)
    except ForecastError as error:
        _fail(error, getattr(error, "exit_code", 3))


def _fail(error: Exception, code: int, language: str = LANGUAGE) -> NoReturn:
    """Print an error and end with an exit code."""
    from .i18n.errors import format_error

    # In English the head with the number of problems is printed as well.
    text = "" if language == SOURCE_LANGUAGE else format_error(error, language)
    typer.echo(text or error, err=True)
    raise typer.Exit(code) from None


def _print_table(table: Any) -> None:
    """Print a table of numbers, with words for its heads."""
    from .i18n.labels import LABELS, label_of

    heads = {c: label_of("column", c, LANGUAGE) for c in table if c in LABELS["column"]}
    typer.echo(table.rename(columns=heads).to_string(index=False))


def _log_to_stderr(form: Log | None = None, *, everything: bool = True) -> None:
    """Show our own lines; papermill's are in our errors already."""
    from .i18n.logs import JsonFormatter, TranslatedFormatter

    line = "%(asctime)s [%(region)s] %(message)s"
    text = TranslatedFormatter(line, "%Y-%m-%d %H:%M:%S", defaults={"region": "-"})
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == Log.json else text)
    logger = logging.getLogger("forecast")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO if everything else logging.WARNING)


def _print_sound(source: object, counts: dict[str, int], language: str) -> bool:
    """Print the row counts of tables without a problem."""
    for name, count in counts.items():
        typer.echo(f"{name:<13}{count:>7}")
    message = N_("{place}: no problems.")
    typer.echo(translate_message(message, language).format(place=source))
    return True


def _check_folder(given: Path | None, language: str) -> bool:
    """Check a folder of tables, or the package's own; print every problem, or the row counts."""
    from .i18n.errors import translate
    from .scenarios.declarations import read_mechanisms
    from .tables.csv_files import check_folder, read_tables
    from .tables.plan import data_folder

    shipped = data_folder()
    folder = given or shipped
    fallback = None if folder.resolve() == shipped.resolve() else shipped
    problems = check_folder(folder, fallback)
    if not problems:
        counts = {name: len(table) for name, table in read_tables(folder, fallback).items()}
        counts["mechanisms"] = len(read_mechanisms(folder))
        return _print_sound(folder, counts, language)
    for problem in problems:
        typer.echo(translate(problem.message(), language))
    message = translate_message(N_("{place}: problems, {count} in all."), language)
    typer.echo(message.format(place=folder, count=len(problems)))
    return False


def _check_file(
    file: Path, region: str | None, language: str, as_json: bool, take_targets: bool
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


def _check_scenario(file: Path, region: str | None, language: str) -> bool:
    """Run a scenario on a plan, or on every shipped one, and print how much of it changes."""
    from .scenarios.baseline import project
    from .scenarios.engine import apply_scenario
    from .scenarios.scenario import read_scenario
    from .tables.csv_files import read_tables
    from .tables.plan import data_folder, load_plan

    scenario = read_scenario(file)
    planned = sorted(set(read_tables(data_folder())["targets"]["region"]))
    message = translate_message(N_("{region}: {changed} of {all} indicators change."), language)
    for name in [region] if region else planned:
        plan = load_plan(name)
        until = int(max(plan.targets["year"].max(), plan.observations["year"].max() + 2))
        base = project(plan, draws=100, until=until)
        moved = apply_scenario(base, plan, scenario).values != base.values
        changed = (moved & (base.values == base.values)).any(axis=(1, 2)).sum()
        typer.echo(message.format(region=name, changed=changed, all=len(base.values)))
    return _print_sound(file, {}, language)


if __name__ == "__main__":
    app()
