"""`forecast app`: the planner's desk as a web page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .application import DATA, AsOf, Command, app, exit_on_error, gettext, language_option

__all__ = ["open_app"]


@app.command(
    "app",
    cls=Command,
    help=gettext("Open the planner's desk as a web page, until Ctrl+C; its address is printed."),
)
def open_app(  # noqa: PLR0913 - each option is an argument
    region: Annotated[
        str | None,
        typer.Option(
            help=gettext("A region with a plan; else the one of DATA, or the first with a chance.")
        ),
    ] = None,
    data: Annotated[str | None, typer.Option(help=DATA)] = None,
    as_of: AsOf = None,
    language: Annotated[str, language_option(gettext("Language to begin with."))] = "zh",
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
    base_url: Annotated[
        str | None,
        typer.Option(help=gettext("Path below which a proxy serves the desk, as /desk/.")),
    ] = None,
    most: Annotated[
        int, typer.Option(min=1, help=gettext("Desks that may be open at a time."))
    ] = 10,
    memory: Annotated[
        float, typer.Option(min=1, help=gettext("Memory of each desk in GB, as address space."))
    ] = 4,
    browser: Annotated[bool, typer.Option(help=gettext("Open the page in a browser."))] = True,
) -> None:
    """Open the desk; see `desk.server`."""
    from ..desk.server import serve
    from ..plans.folder import open_plan
    from ..reports.parameters import Plain
    from ..tables.plan import data_folder
    from ..tables.schema import is_address

    source = str(Path(data).resolve()) if data and not is_address(data) else data
    with exit_on_error(3):
        plan = open_plan(source or region or data_folder(), as_of=as_of, region=region)
        given = {"region": plan.region or region, "as_of": as_of}
        given["data"] = (plan.folder or source) if source else None
        options: dict[str, Plain] = {"language": language, "folder": str(folder.resolve())}
        options |= {key: value for key, value in given.items() if value}
        serve(
            options, host=host, port=port, token=token, browser=browser, base_url=base_url,
            most=most, memory=memory,
        )  # fmt: skip
