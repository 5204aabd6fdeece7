"""`forecast targets`: values that are reached with given chances, for whoever writes a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .application import DATA, LANGUAGE, AsOf, Command, app, fail, gettext, language_option

if TYPE_CHECKING:
    from ..tables.names import Names

__all__ = ["targets"]


@app.command(
    cls=Command,
    help=gettext(
        "Print which values are reached in a year with which chance, beside the plan's own "
        "targets, the pace of other regions and the targets of the region above."
    ),
)
def targets(
    year: Annotated[int, typer.Option(min=1950, max=2100, help=gettext("Year of the targets."))],
    chance: Annotated[
        str, typer.Option(help=gettext("Chances in percent, as 50,80,90."))
    ] = "50,80,90",
    region: Annotated[
        str | None, typer.Option(help=gettext("A region with a plan; else the one of DATA."))
    ] = None,
    data: Annotated[str | None, typer.Option(help=DATA)] = None,
    as_of: AsOf = None,
    output: Annotated[
        Path | None, typer.Option(help=gettext("CSV file for the table, with every digit."))
    ] = None,
    language: Annotated[str, language_option(gettext("Language of the table."))] = LANGUAGE,
) -> None:
    """Print proposals of targets; see `targets.proposals`."""
    from ..errors import ForecastError
    from ..files import write_atomic
    from ..plans.folder import open_plan
    from ..scenarios.baseline import fit_plan
    from ..tables.csv_files import escape_formulas
    from ..tables.names import Names
    from ..targets.proposals import compare_proposals, propose_targets

    if not region and not data:
        raise typer.BadParameter(gettext("give {names}").format(names="--region"))
    try:
        chances = [float(text) / 100.0 for text in chance.split(",")]
    except ValueError:
        raise typer.BadParameter(gettext("write chances as 50,80,90")) from None
    try:
        plan = open_plan(data or str(region), as_of=as_of, region=region)
        found = propose_targets(fit_plan(plan), year=year, chances=chances)
        table = compare_proposals(plan, found, year)
    except (ForecastError, ValueError) as error:
        fail(error, getattr(error, "exit_code", 1), language)
    if output:
        text = escape_formulas(table).to_csv(index=False, lineterminator="\n")
        write_atomic(output, text.encode())
    names = Names(plan, language)
    columns = [column for column in table if column.startswith("p") and column[1:].isdigit()]
    for row in table.to_dict("records"):
        typer.echo(_describe(names, row, columns, year))


def _describe(names: Names, row: dict[str, Any], columns: list[str], year: int) -> str:
    """Say in a line what a row of `compare_proposals` has; `columns` are those of the chances."""
    import pandas as pd

    from ..targets.target_state import SINGLE

    shown = {k: names.format_value(row["indicator"], row[k]) for k in ("latest", "own", "parent")}
    for key in ("own", "parent"):  # targets of other years, where the year has none
        if not pd.isna(then := row[f"{key}_year"]) and then != year:
            shown[key] = names.gettext("{target} ({year})", target=shown[key], year=f"{then:.0f}")
    shown["peers"] = names.format_estimate(row["indicator"], row["at_peer_pace"])
    single = row["evidence"] == SINGLE
    reached = names.gettext("one figure, no chances") if single else names.join(
        names.gettext("{value} with {chance} %", chance=c[1:],
                      value=names.format_estimate(row["indicator"], row[c]))
        for c in columns
    )  # fmt: skip
    return names.gettext(
        "{name} ({unit}): {latest} in {since}; {year}: {reached}; own target {own}, at other "
        "regions' rate of change {peers}, plan above {parent}",
        name=names.name("indicators", row["indicator"]), year=year, reached=reached,
        unit=names.symbol(names.unit(row["indicator"])), since=f"{row['latest_year']:.0f}",
        **shown,
    )  # fmt: skip
