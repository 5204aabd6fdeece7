"""`forecast levers`: the cheapest measures with which most targets are likely enough."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import N_
from .application import DATA, LANGUAGE, AsOf, Command, app, exit_on_error, gettext, language_option

if TYPE_CHECKING:
    from ..scenarios.lever_mix import LeverMix
    from ..tables.names import Names

__all__ = ["levers"]

NONE_NEEDED = N_("No measure: {facts}.")
MIX = N_("{settings}, {cost} in all: {facts}.")
FACTS = N_(
    "{reached} of {open} open targets have a chance of at least {probability} ({before} without)"
)
SETTING = N_("{lever} {needed}")
CHANCE = N_("{name} {target} ({year}): {before} → {after}")


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
    from ..scenarios.lever_mix import cheapest_mix
    from ..scenarios.scenario import write_scenario
    from ..tables.names import Names

    if not region and not data:
        raise typer.BadParameter(gettext("give {names}").format(names="--region, --data"))
    with exit_on_error(language=language):
        plan = open_plan(data or str(region), as_of=as_of, region=region)
        mix = cheapest_mix(plan, budget=budget, probability=chance / 100.0)
        for line in _describe(mix, Names(plan, language), chance / 100.0):
            typer.echo(line)
        if output:
            write_scenario(mix.scenario, output)


def _describe(mix: LeverMix, names: Names, probability: float) -> list[str]:
    """Describe the measures, and the chance of each target that they move."""
    from ..i18n.formatting import money
    from ..scenarios.declarations import read_mechanisms

    mechanisms, language = read_mechanisms(names.plan.folder or None), names.data_language
    settings = []
    for label, value in mix.settings.items():
        head, _, tail = label.rpartition(".")
        lever = mechanisms[head].levers[tail]
        shown = names.format_rounded(value, lever.unit)
        settings.append(
            names.gettext(SETTING, lever=getattr(lever, f"name_{language}"), needed=shown)
        )
    table = mix.targets
    facts = names.gettext(
        FACTS, reached=mix.reached, open=len(table), probability=names.format_chance(probability),
        before=int((table["p_baseline"] >= probability).sum()),
    )  # fmt: skip
    cost = money(mix.cost, names.language)
    first = names.gettext(MIX, settings=names.join(settings), cost=cost, facts=facts)
    lines = [first if settings else names.gettext(NONE_NEEDED, facts=facts)]
    for row in table[table["p_reach"] != table["p_baseline"]].to_dict("records"):
        before, after = (
            names.format_chance(min(max(row[c], 0.01), 0.99)) for c in ("p_baseline", "p_reach")
        )
        lines.append(names.gettext(
            CHANCE, name=names.quantity(row["indicator"]), year=row["year"], before=before,
            after=after, target=names.format_value(row["indicator"], row["target"]),
        ))  # fmt: skip
    return lines
