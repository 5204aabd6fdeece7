"""`forecast init`, `template`, `collect` and `targets`: plans of one's own."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from .application import LANGUAGE, Command, app, fail, gettext, language_option

__all__ = ["init"]


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
    from ..errors import ForecastError
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
    try:
        form = make_folder(folder, order)
    except ForecastError as error:
        fail(error, getattr(error, "exit_code", 1), language)
    typer.echo(
        gettext("{form} is the workbook to fill in; README.md says how to go on.").format(form=form)
    )


def _period(text: str) -> tuple[int, int]:
    """First and last year of a period, as 2026-2030."""
    years = re.findall("[0-9]{4}", text)
    if len(years) != 2:
        raise typer.BadParameter(gettext("write the period as 2026-2030"))
    start, end = map(int, years)
    if not start <= end:
        raise typer.BadParameter(gettext("the last year is before the first"))
    return start, end
