"""`forecast levers`: the cheapest measures with which most targets are likely enough."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .application import DATA, LANGUAGE, AsOf, Command, app, exit_on_error, gettext, language_option

__all__ = ["levers"]


@app.command(
    cls=Command,
    help=gettext(
        "Print the cheapest measures with which most of a plan's open targets are likely enough, "
        "within a budget, and the chance of each target with them."
    ),
)
def levers(
    region: Annotated[
        str | None, typer.Option(help=gettext("A region with a plan; else the one of DATA."))
    ] = None,
    data: Annotated[str | None, typer.Option(help=DATA)] = None,
    budget: Annotated[
        float | None,
        typer.Option(min=0.0, help=gettext("Cost of all measures over all years, in 10,000 yuan.")),
    ] = None,
    chance: Annotated[
        float, typer.Option(min=1.0, max=99.0, help=gettext("Chance in percent that is enough."))
    ] = 80.0,
    as_of: AsOf = None,
    output: Annotated[
        Path | None, typer.Option(help=gettext("File for the measures as a scenario (YAML)."))
    ] = None,
    language: Annotated[str, language_option(gettext("Language of the answer."))] = LANGUAGE,
) -> None:
    """Search the cheapest mix of levers; see `scenarios.lever_mix`."""
    from ..plans.folder import open_plan
    from ..reports.cheapest_measures import NO_TARGET, describe_mix, describe_moved
    from ..reports.context import ReportContext, last_rows
    from ..scenarios.baseline import fit_plan
    from ..scenarios.declarations import read_mechanisms
    from ..scenarios.lever_mix import cheapest_mix
    from ..scenarios.scenario import write_scenario
    from ..tables.names import Names
    from ..targets.attainment import attainment
    from ..targets.target_state import OPEN, SINGLE

    if not region and not data:
        raise typer.BadParameter(gettext("give {names}").format(names="--region, --data"))
    with exit_on_error(language=language):
        plan = open_plan(data or str(region), as_of=as_of, region=region)
        probability, names = chance / 100.0, Names(plan, language)
        known = attainment(fit_plan(plan), plan.targets, as_of=plan.as_of, answers=["reach"])
        # The last target of each indicator, as in the report on levers.
        judged = last_rows(known[known["status"].isin(OPEN) & known["evidence"].ne(SINGLE)])
        if judged.empty:
            typer.echo(names.gettext(NO_TARGET))
            return
        mix = cheapest_mix(
            plan, budget=budget, probability=probability, draws=ReportContext.draws,
            targets=plan.targets.iloc[judged.sort_index().index],
        )  # fmt: skip
        typer.echo(describe_mix(names, read_mechanisms(plan.folder or None), mix, probability))
        table = mix.targets
        for row in table[table["p_reach"] != table["p_baseline"]].to_dict("records"):
            typer.echo(describe_moved(names, row))
        if output:
            write_scenario(mix.scenario, output)
