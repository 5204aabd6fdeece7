"""`forecast check`: tables, a plan, a file of figures or a scenario."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..i18n.catalog import N_
from ..i18n.catalog import gettext as translate_message
from .application import LANGUAGE, Command, app, exit_on_error, gettext, language_option, say

if TYPE_CHECKING:
    import pandas as pd

    from ..errors import Problem
    from ..tables.plan import Plan

__all__ = ["check"]


@app.command(
    cls=Command,
    help=gettext("Check a plan, tables, a file of figures or a scenario: problems, what is known."),
)
def check(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[SOURCE]",
            help=gettext(
                "A plan (folder or workbook), a folder of tables, the address of a database, a "
                "file of figures or a scenario; nothing: the shipped tables."
            ),
        ),
    ] = None,
    data: Annotated[
        str | None, typer.Option(help=gettext("Plan or tables that a file is held against."))
    ] = None,
    region: Annotated[
        str | None, typer.Option(help=gettext("Region of a file that names none."))
    ] = None,
    language: Annotated[
        str, language_option(gettext("Language of problems and figures."))
    ] = LANGUAGE,
    as_json: Annotated[
        bool, typer.Option("--json", help=gettext("Print a JSON record for each cell."))
    ] = False,
    take_targets: Annotated[
        bool, typer.Option("--take-targets", help=gettext("Take the targets of a file, too."))
    ] = False,
) -> None:
    """Check a source; exit code 1 where there is a problem."""
    from ..plans.form_reading import is_form
    from ..plans.own_tables import find_form
    from ..tables.schema import is_address

    path = Path(source) if source and not is_address(source) else None
    with exit_on_error(language=language, fixed=True):
        form = find_form(path) if path and path.is_dir() else None
        if source and not path:
            sound = _check_database(source, region, language)
        elif path and path.suffix in (".yaml", ".yml"):
            sound = _check_scenario(path, data, region, language)
        elif path and (form or is_form(path)):
            sound = _check_plan(form or path, language)
        elif path and path.exists() and not path.is_dir():
            plan = _open(data)
            sound = _check_file(path, plan, region, language, as_json, take_targets)
        else:
            sound = _check_folder(path, region, language)
    raise typer.Exit(0 if sound else 1)


def _open(data: str | None) -> Plan:
    """Open the plan that files are held against: all shipped ones, or one of one's own."""
    from ..plans.folder import open_plan
    from ..tables.plan import data_folder, load_plan

    return open_plan(data) if data else load_plan(data_folder())


def _check_plan(form: Path, language: str) -> bool:
    """Check the workbook of a plan with the files beside it."""
    from ..i18n.errors import translate
    from ..plans.folder import open_plan
    from ..plans.own_tables import read_plan

    made = read_plan(form, language)
    for doubt in dict.fromkeys(made.doubts):
        say(
            N_("Please look at this: {problem}"),
            language,
            problem=translate(doubt.message(), language),
        )
    if made.problems:
        return _print_problems(form, list(dict.fromkeys(made.problems)), language)
    return _describe(open_plan(form), form, language)


def _describe(plan: Plan, source: object, language: str) -> bool:
    """Print what a plan rests on, and the problems of its scenarios."""
    from ..plans.overview import check_scenarios, describe_plan

    for line in describe_plan(plan, language):
        typer.echo(line)
    problems = check_scenarios(plan)
    if problems:
        return _print_problems(source, problems, language)
    return _print_sound(source, {}, language)


def _check_database(address: str, region: str | None, language: str) -> bool:
    """Check the tables of a database."""
    from ..tables.database import shown
    from ..tables.plan import load_plan

    return _describe(load_plan(address, region=region), shown(address), language)


def _print_sound(source: object, counts: dict[str, int], language: str) -> bool:
    """Print the row counts of tables without a problem."""
    for name, count in counts.items():
        typer.echo(f"{name:<13}{count:>7}")
    say(N_("{place}: no problems."), language, place=source)
    return True


def _check_folder(given: Path | None, region: str | None, language: str) -> bool:
    """Check a folder of tables, or the package's own; print every problem, or what is there."""
    from ..scenarios.declarations import read_mechanisms
    from ..tables.csv_files import check_folder, read_tables
    from ..tables.plan import data_folder, load_plan

    shipped = data_folder()
    folder = given or shipped
    own = os.path.realpath(folder) != os.path.realpath(shipped)
    problems = check_folder(folder, shipped if own else None)
    if problems:
        return _print_problems(folder, list(problems), language)
    mechanisms = read_mechanisms(folder)
    if own:
        return _describe(load_plan(folder, region=region), folder, language)
    counts = {name: len(table) for name, table in read_tables(folder).items()}
    return _print_sound(folder, {**counts, "mechanisms": len(mechanisms)}, language)


def _print_problems(source: object, problems: list[Problem], language: str) -> bool:
    """Print problems, a line each, and their number."""
    from ..i18n.errors import translate

    for problem in problems:
        typer.echo(translate(problem.message(), language))
    say(N_("{place}: problems, {count} in all."), language, place=source, count=len(problems))
    return False


def _check_file(
    file: Path, plan: Plan, region: str | None, language: str, as_json: bool, take_targets: bool
) -> bool:
    """Print what was understood of each cell of a planner's file, beside a plan."""
    from ..errors import cause
    from ..files import read_ordinary
    from ..i18n.errors import translate
    from ..i18n.messages import FiguresError
    from ..intake.figure_import import read
    from ..intake.spreadsheet import MOST_BYTES

    try:
        content = read_ordinary(file, MOST_BYTES + 1)
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
    if region and (named := _other_regions(figures.rows["region"], plan, region, language)):
        message = N_("--region {given} is not used: the file itself names {named}.")
        typer.echo(translate_message(message, language).format(given=region, named=named), err=True)
    return not (figures.rows["status"] == "problem").any()


def _other_regions(found: pd.Series, plan: Plan, region: str, language: str) -> str:
    """Name the regions of figures where none of them is the given one, by id or name."""
    from ..tables.names import Names

    names = Names(plan, language)
    known = plan.tables["regions"].set_index("region")
    places = known.loc[[place for place in dict.fromkeys(found) if place]]
    if region in {*places.index, *places["name_zh"], *places["name_en"]}:
        return ""
    return names.join(str(name) for name in places[f"name_{names.data_language}"])


def _check_scenario(file: Path, data: str | None, region: str | None, language: str) -> bool:
    """Run a scenario on a plan, or on every shipped one, and print how much of it changes."""
    from ..plans.folder import open_plan
    from ..scenarios.baseline import project
    from ..scenarios.engine import apply_scenario
    from ..scenarios.scenario import read_scenario
    from ..tables.csv_files import read_tables
    from ..tables.plan import data_folder

    scenario = read_scenario(file)
    planned = sorted(set(read_tables(data_folder())["targets"]["region"]))
    message = translate_message(N_("{region}: {changed} of {all} indicators change."), language)
    places = [data] if data else [region] if region else planned
    for plan in (open_plan(place, region=region if data else None) for place in places):
        until = int(max(plan.targets["year"].max(), plan.observations["year"].max() + 2))
        base = project(plan, draws=100, until=until)
        moved = apply_scenario(base, plan, scenario).values != base.values
        changed = (moved & (base.values == base.values)).any(axis=(1, 2)).sum()
        typer.echo(message.format(region=plan.region, changed=changed, all=len(base.values)))
    return _print_sound(file, {}, language)
