"""`forecast init`, `template`, `collect` and `targets`: plans of one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..i18n.catalog import N_
from ..i18n.catalog import gettext as translate_message
from .application import DATA, LANGUAGE, Command, app, exit_on_error, gettext, language_option, say

__all__ = ["collect", "init", "template"]


@app.command(
    cls=Command,
    help=gettext("Make the folder of a plan of your own: a workbook to fill in, parameter files."),
)
def init(  # noqa: PLR0913 - each option is an argument
    folder: Annotated[Path, typer.Argument(help=gettext("Folder to make; it must be new."))],
    name: Annotated[str, typer.Option(help=gettext("Name of the region."))] = "",
    parent: Annotated[
        str, typer.Option(help=gettext("Region that it lies in, by name or id, as lishui."))
    ] = "",
    period: Annotated[str, typer.Option(help=gettext("Years of the plan, as 2026-2030."))] = "",
    title: Annotated[str, typer.Option(help=gettext("Title of the plan."))] = "",
    like: Annotated[
        str, typer.Option(help=gettext("Region whose indicators are put into the workbook."))
    ] = "",
    name_en: Annotated[str, typer.Option(help=gettext("Name of the region in English."))] = "",
    language: Annotated[
        str, language_option(gettext("Language of workbook, README and reports."))
    ] = LANGUAGE,
) -> None:
    """Make the folder of a plan; see `plans.folder`."""
    from ..plans.folder import PlanOrder, make_folder

    asks = sys.stdin.isatty()
    questions = {
        "name": (name, gettext("Name of the region?")),
        "parent": (parent, gettext("Region that it lies in?")),
        "period": (period, gettext("Years of the plan, as 2026-2030?")),
    }
    if not asks and (missing := [f"--{key}" for key, (text, _) in questions.items() if not text]):
        raise typer.BadParameter(gettext("give {names}").format(names=", ".join(missing)))
    given = {k: text or typer.prompt(question) for k, (text, question) in questions.items()}
    start, end = _period(given["period"])
    order = PlanOrder(given["name"], given["parent"], start, end, language, title, like, name_en)
    with exit_on_error(language=language):
        form = make_folder(folder, order)
    say(N_("{form} is the workbook to fill in; README.md says how to go on."), language, form=form)


def _period(text: str, *, single: bool = False) -> tuple[int, int]:
    """First and last year of a period, as 2026-2030."""
    from ..i18n.errors import format_error
    from ..plans.folder import read_years

    try:
        return read_years(text, single=single)
    except ValueError as error:
        raise typer.BadParameter(format_error(error, LANGUAGE)) from None


@app.command(
    cls=Command,
    help=gettext("Write forms of the figures that are missing, to be filled in by units."),
)
def template(
    years: Annotated[
        str, typer.Option(help=gettext("Years that are asked for, as 2025 or 2021-2025."))
    ],
    region: Annotated[
        list[str] | None, typer.Option(help=gettext("Region; may be given several times."))
    ] = None,
    data: Annotated[str | None, typer.Option(help=DATA)] = None,
    output: Annotated[Path, typer.Option(help=gettext("Folder for the forms."))] = Path(),
    due: Annotated[str, typer.Option(help=gettext("Day by which forms are to be returned."))] = "",
    return_to: Annotated[
        str, typer.Option(help=gettext("Office, and its address, that forms are returned to."))
    ] = "",
    language: Annotated[str, language_option(gettext("Language of the forms."))] = LANGUAGE,
) -> None:
    """Write a form for each region; see `plans.collection`."""
    from ..files import write_atomic
    from ..i18n.formatting import join
    from ..plans.collection import closed_years, list_missing, write_missing
    from ..plans.folder import open_plan
    from ..tables.names import Names

    wanted, later = closed_years(_period(years, single=True))
    if not wanted:
        message = gettext("{year} has not ended; its figures can be asked for from {next} on.")
        raise typer.BadParameter(message.format(year=later[0], next=later[0] + 1))
    if later:
        message = N_("Not asked for, because they have not ended: {years}.")
        say(message, language, years=join(map(str, later), language))
    asked = "-".join(map(str, dict.fromkeys((wanted[0], wanted[-1]))))
    with exit_on_error(language=language):
        for place in region or ([""] if data else []):
            plan = open_plan(data or place, region=place or None)
            name = Names(plan, language).name("regions", plan.region)
            if not list_missing(plan, wanted, language):
                say(N_("{region}: nothing is missing."), language, region=name)
                continue
            output.mkdir(parents=True, exist_ok=True)
            title = translate_message(N_("{region}, missing figures {years}"), language)
            title = title.format(region=name, years=asked)
            form = write_missing(plan, wanted, language, due=due, return_to=return_to)
            write_atomic(output / f"{title}.xlsx", form)
            typer.echo(output / f"{title}.xlsx")
    if not region and not data:
        raise typer.BadParameter(gettext("give {names}").format(names="--region"))


@app.command(
    cls=Command,
    help=gettext("Take the figures of returned forms into a plan, if nothing is open."),
)
def collect(
    files: Annotated[list[Path], typer.Argument(help=gettext("Forms that came back."))],
    into: Annotated[Path, typer.Option(help=gettext("Folder of a plan, or of tables."))],
    language: Annotated[
        str, language_option(gettext("Language of problems and figures."))
    ] = LANGUAGE,
) -> None:
    """Collect returned forms; exit code 1 where something is open, and nothing is taken."""
    from ..i18n.errors import translate
    from ..plans.collection import collect as read_forms
    from ..plans.collection import take
    from ..plans.folder import open_plan, refresh

    with exit_on_error(language=language):
        found = read_forms(files, open_plan(into), language)
        for problem in found.open:
            typer.echo(translate(problem.message(), language))
        counts = {"new": len(found.rows), "known": found.known, "open": len(found.open)}
        say(N_("{new} new figures, {known} known already, {open} open."), language, **counts)
        if found.open:
            typer.echo(translate_message(N_("Nothing was taken."), language))
            raise typer.Exit(1)
        take(found, into)
        refresh(into)
