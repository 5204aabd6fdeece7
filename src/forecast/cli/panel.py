"""`forecast panel`: quantiles and attainment of a Parquet dataset, partition by partition."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .application import AsOf, Command, Log, app, exit_on_error, gettext, log_to_stderr

if TYPE_CHECKING:
    from ..panel.settings import PanelResult

__all__ = ["panel"]

SHOWN = ("complete", "done", "skipped", "missing", "series", "targets")
"""Parts of the manifest that are printed."""


@app.command(
    cls=Command,
    help=gettext(
        "Forecast a Parquet dataset of figures and targets, and go on where a run stopped."
    ),
)
def panel(  # noqa: PLR0913 - each option is an argument
    source: Annotated[
        str,
        typer.Argument(
            help=gettext(
                "Folder or address with observations, targets and indicators; see docs/scale.md."
            )
        ),
    ],
    out: Annotated[str, typer.Argument(help=gettext("Folder or address of the answers."))],
    year: Annotated[
        list[int] | None, typer.Option(help=gettext("A year to forecast; may be repeated."))
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(help=gettext("reach, ever, maintain, path or years; may be repeated.")),
    ] = None,
    growth: Annotated[str, typer.Option(help=gettext("Growth path."))] = "auto",
    as_of: AsOf = None,
    scheduler: Annotated[
        str | None, typer.Option(help=gettext("Address of a Dask scheduler, as tcp://host:8786."))
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=0, help=gettext("Local processes; 0: this one only."))
    ] = None,
    most_rows: Annotated[
        int, typer.Option(min=1, help=gettext("Rows of the largest partition that is taken."))
    ] = 20_000_000,
    log: Annotated[Log, typer.Option(help=gettext("Form of the log on standard error."))] = (
        Log.text
    ),
) -> None:
    """Run a panel; see `panel.runner`."""
    from tqdm import tqdm

    from ..panel.runner import run_panel

    log_to_stderr(log)
    hidden = log == Log.json or not sys.stderr.isatty()
    form = "{l_bar}{bar}| {elapsed}<{remaining}"
    with exit_on_error(fixed=True):
        with tqdm(total=1.0, disable=hidden, bar_format=form) as bar:
            result = run_panel(
                source, out, years=year or (), answers=answer or ("reach",), growth=growth,
                as_of=as_of, scheduler=scheduler, workers=workers, most_rows=most_rows,
                progress=lambda share: _show(bar, share),
            )  # fmt: skip
    _print(result)
    if not result.complete:
        raise typer.Exit(1)


def _print(result: PanelResult) -> None:
    """Print faults on standard error, and what was done on standard output."""
    from ..i18n.catalog import gettext as translate
    from .application import LANGUAGE

    for fault in result.faults:
        place = fault.file or fault.partition
        where = place if fault.row is None else gettext("{file}, row {row}").format(
            file=place, row=fault.row
        )  # fmt: skip
        typer.echo(f"{where}: {translate(fault.reason, LANGUAGE)}", err=True)
    facts = result.manifest()
    shown = {name: facts[name] for name in SHOWN}
    typer.echo(json.dumps(shown, ensure_ascii=False))


def _show(bar: Any, share: float) -> None:
    """Bring the progress bar to a share."""
    bar.update(share - bar.n)
