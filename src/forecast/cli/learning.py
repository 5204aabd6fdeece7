"""`forecast learn-priors`: priors of trend and noise from a panel."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from ..i18n.catalog import N_
from .application import Command, app, exit_on_error, gettext, log_to_stderr

__all__ = ["learn_priors"]

log = logging.getLogger(__name__)


@app.command(
    cls=Command,
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
    only: Annotated[
        list[str] | None,
        typer.Option(
            help=gettext(
                "A parameter of the table to learn, such as noise, may be given several times; all "
                "others keep their numbers."
            )
        ),
    ] = None,
) -> None:
    """Learn priors; see `training.learning`."""
    import pandas as pd

    from ..files import write_atomic
    from ..model.priors import read_priors
    from ..training import learning
    from ..training.panels import read_panel, remove_held_out

    log_to_stderr()
    with exit_on_error(fixed=True):
        table = None if notes is None else pd.read_csv(notes)
        each = []
        for text in panels:
            name, _, folder = text.rpartition("=")
            panel = read_panel(Path(folder), name or Path(folder).name, table)
            each.append(panel if table is None else remove_held_out(panel, table))
            log.info(N_("%s: %d figures."), each[-1].domain, len(each[-1].observations))
        found = learning.learn_priors(
            each, source=source, start=read_priors(start), rounds=rounds, only=only or ()
        )
        write_atomic(output, found.to_csv(index=False, lineterminator="\n").encode())
    log.info(N_("%s: %d rows."), output, len(found))
