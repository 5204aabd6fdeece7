"""`forecast verify`: issued forecasts against the figures published since."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .application import DATA, Command, app, exit_on_error, gettext, print_table

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
    from ..evaluation.store import STORE, read_forecasts
    from ..files import write_atomic
    from ..tables.csv_files import escape_formulas
    from ..tables.plan import load_plan

    with exit_on_error(fixed=True):
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
    counts = {"issued": len(issued), "closed": len(result.hits)}
    typer.echo(gettext("{issued} forecasts issued, {closed} of them closed.").format(**counts))
    if counts["closed"]:
        print_table(result.scores)
        print_table(verification.compute_track_record(result))
