"""The cheapest measures for a plan's targets: sentences, rows, and which figures are missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..i18n.catalog import N_
from ..i18n.formatting import money
from ..scenarios.declarations import Mechanism
from ..scenarios.lever_mix import LeverMix
from ..tables.names import Names
from .context import ReportContext
from .html import Cells

__all__ = [
    "NO_TARGET", "describe_less", "describe_mix", "describe_moved", "describe_unpriced", "mix_rows",
]  # fmt: skip

NO_TARGET = N_(
    "No open target can be judged: its year has passed, or at most one figure is published, so "
    "that no scenario changes a chance. Enter further figures; where the years have passed, set "
    "the as-of date before them to see how things stood."
)
MIX = N_("{settings}, {cost} in all: {facts}.")
NONE_HELPS = N_("No measure with a known cost makes a further target likely enough: {facts}.")
NONE_NEEDED = N_("No measure is needed: {facts}.")
FACTS = N_(
    "with a chance of at least {probability} {reached} of {open} open targets that can be judged "
    "({before} without)"
)
CHANCE = N_("{name} {target} ({year}): {before} → {after} ({low} to {high})")
LESS = N_("For less money: {offers}.")
OFFER = N_("{cost} for {reached} targets")
UNPRICED = N_(
    "Not considered, as their cost is unknown: {levers}. Needed are the lowest, most likely and "
    "highest cost of a unit and year of each."
)
INTERVAL = 1.645
"""Standard errors on either side of a 90 % interval."""
MOST_OFFERS = 3


def describe_mix(
    names: Names, mechanisms: Mapping[str, Mechanism], mix: LeverMix, probability: float
) -> str:
    """Say which measures are the cheapest, what they cost, and how many targets they are for."""
    before = int((mix.targets["p_baseline"] >= probability).sum())
    facts = names.gettext(
        FACTS, reached=mix.reached, open=len(mix.targets), before=before,
        probability=names.format_chance(probability),
    )  # fmt: skip
    if mix.measures.empty:
        needed = mix.reached < len(mix.targets)
        return names.gettext(NONE_HELPS if needed else NONE_NEEDED, facts=facts)
    settings = [
        names.gettext(
            "{lever} {needed}", lever=_name(names, mechanisms, row["lever"]),
            needed=names.format_rounded(row["setting"], row["unit"]),
        )
        for row in mix.measures.to_dict("records")
    ]  # fmt: skip
    cost = money(mix.cost, names.language)
    return names.gettext(MIX, settings=names.join(settings), cost=cost, facts=facts)


def describe_less(names: Names, mix: LeverMix) -> str:
    """Say how many targets less money is for; empty where there is no cheaper choice."""
    offers = mix.offers
    less = offers[(offers["cost"] > 0.0) & (offers["cost"] < mix.cost)].tail(MOST_OFFERS)
    if less.empty:
        return ""
    texts = [
        names.gettext(OFFER, cost=money(row.cost, names.language), reached=int(row.reached))
        for row in less.itertuples()
    ]
    return names.gettext(LESS, offers=names.join(texts))


def describe_unpriced(report: ReportContext, mix: LeverMix) -> str:
    """Say of which measures the cost is needed; empty where all are known."""
    if not mix.unpriced:
        return ""
    levers = report.join(_name(report, report.mechanisms, lever) for lever in mix.unpriced)
    return report.gettext(UNPRICED, levers=levers)


def describe_moved(names: Names, row: Mapping[str, Any]) -> str:
    """Give the chance of a target before and with the measures, with its 90 % interval."""
    half = INTERVAL * row["mc_error"]
    after = row["p_reach"]
    chances = {"before": row["p_baseline"], "after": after, "low": after - half,
               "high": after + half}  # fmt: skip
    return names.gettext(
        CHANCE, name=names.quantity(row["indicator"]), year=row["year"],
        target=names.format_value(row["indicator"], row["target"]),
        **{key: names.format_chance(float(np.clip(p, 0.01, 0.99))) for key, p in chances.items()},
    )  # fmt: skip


def mix_rows(report: ReportContext, mix: LeverMix) -> list[Cells]:
    """Put each measure into cells: setting a year, cost in all, targets it is for."""
    return [_mix_row(report, mix, row) for row in mix.measures.to_dict("records")]


def _mix_row(report: ReportContext, mix: LeverMix, row: Mapping[str, Any]) -> Cells:
    moves = mix.targets["levers"].str.split(", ").map(lambda names: row["lever"] in names)
    moved: pd.DataFrame = mix.targets[moves]
    costs = {key: money(row[key], report.language) for key in ("cost", "cost_low", "cost_high")}
    cost = report.gettext(
        "{value} ({low} to {high})", value=costs["cost"], low=costs["cost_low"],
        high=costs["cost_high"],
    )  # fmt: skip
    return report.with_heads({
        "measure": _name(report, report.mechanisms, row["lever"]),
        "yearly_setting": report.format_setting(row["setting"], row["unit"]),
        "cost_in_all": cost,
        "chance_with": "\n".join(describe_moved(report, one) for one in moved.to_dict("records")),
    })  # fmt: skip


def _name(names: Names, mechanisms: Mapping[str, Mechanism], label: str) -> str:
    mechanism, _, lever = label.rpartition(".")
    return str(getattr(mechanisms[mechanism].levers[lever], f"name_{names.data_language}"))
