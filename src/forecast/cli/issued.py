"""`forecast verify`: issued forecasts against the figures published since."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import DataError, Problem, UnknownNameError, msg
from .application import DATA, Command, app, exit_on_error, gettext, print_table

if TYPE_CHECKING:
    from ..tables.plan import Plan

__all__ = ["verify"]


@app.command(
    cls=Command,
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

    from ..evaluation import verification
    from ..evaluation.store import STORE, read_forecasts, read_runs
    from ..files import write_atomic
    from ..tables.csv_files import escape_formulas

    if not output.is_dir():
        message = gettext("{folder} is no folder. Give the folder that reports were written to.")
        typer.echo(message.format(folder=output), err=True)
        raise typer.Exit(1)
    with exit_on_error(fixed=True):
        issued = read_forecasts(output / STORE)
        runs = read_runs(output / STORE).groupby("region")["parameters"].last()
        used = {region: json.loads(text).get("data") for region, text in runs.items()}
        plans = [
            _open(region, data, used.get(region), output)
            for region in sorted(set(issued["region"]))
        ]
        if not plans:
            typer.echo(gettext("{file}: no forecasts issued yet.").format(file=output / STORE))
            raise typer.Exit
        figures = pd.concat([plan.observations for plan in plans])
        indicators = pd.concat([plan.indicators for plan in plans]).drop_duplicates("indicator")
        result = verification.verify(issued, figures, indicators)
        if hits:
            table = escape_formulas(result.hits).to_csv(index=False, lineterminator="\n")
            write_atomic(hits, table.encode())
    counts = {"issued": len(issued), "closed": len(result.hits)}
    typer.echo(gettext("{issued} forecasts issued, {closed} of them closed.").format(**counts))
    if counts["closed"]:
        print_table(result.scores)
        print_table(verification.compute_track_record(result))


def _open(region: str, data: str | None, used: str | None, output: Path) -> Plan:
    """Open the plan of a region: of the data given, those of the last report, or the shipped ones.

    A folder of a report that has been moved is looked for beside its reports.
    """
    from ..plans.folder import open_plan
    from ..tables.schema import is_address

    place = data or used or region
    if used and not data and not is_address(used):
        folders = (Path(used), output.resolve().parent / Path(used).name)
        place = next((str(folder) for folder in folders if folder.is_dir()), region)
    try:
        return open_plan(place, region=region)
    except UnknownNameError as error:
        problem = msg("{reason}", reason=error.args[0])
        remedy = msg("give the folder of the plan of {region} with --data", region=region)
        raise DataError([Problem(str(output), None, "region", region, problem, remedy)]) from None
