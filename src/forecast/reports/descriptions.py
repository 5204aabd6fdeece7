"""Scenarios and rules in words: what a step sets in a region, what a formula compares."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Protocol

import pandas as pd

from ..i18n.catalog import N_
from ..i18n.formatting import join, number
from ..scenarios.baseline import first_decision_year
from ..scenarios.declarations import Range
from ..scenarios.formulas import parse_formula
from ..scenarios.scenario import Scenario, Span, Step
from .context import Naming

__all__ = ["Speaker", "belief_of", "formula_of", "lacking_of", "rests_on", "settings_of"]

FULL_WIDTH = str.maketrans({"(": "（", ")": "）", ",": "，"})


class Speaker(Protocol):
    """What can name quantities in a reader's language."""

    @property
    def language(self) -> str:
        """The reader's language."""

    def gettext(self, message: str, /, **gaps: object) -> str:
        """Phrase in that language."""

    def name(self, kind: str, key: object) -> str:
        """Name of a region, area, unit or indicator."""

    def quantity(self, name: str) -> str:
        """Name of an indicator of any plan, or of a quantity that only a formula has."""

    def amount(self, value: float | None, unit: str) -> str:
        """Write a quantity with its unit."""


def settings_of(found: Naming, step: Step) -> list[str]:
    """Tell what a step sets in this region."""
    if step.region and found.plan.region not in step.region:
        return []
    if step.mechanism is None:
        return _verb_line(found, step)
    mechanism = found.mechanisms.get(step.mechanism)
    if mechanism is None:
        return []
    parts = [
        found.gettext("{what} {value}").format(
            what=getattr(mechanism.levers[name], f"name_{found.language}"),
            value=_lever_setting(found, setting, mechanism.levers[name].unit),
        )
        for name, setting in step.levers.items()
        if name in mechanism.levers
    ]
    parts += [
        found.gettext("{what} {value}").format(
            what=getattr(mechanism.assumptions[name], f"name_{found.language}"),
            value=belief_of(found, belief, mechanism.assumptions[name].unit),
        )
        for name, belief in step.assumptions.items()
        if name in mechanism.assumptions
    ]
    if not parts:
        return []
    text = found.gettext("{mechanism}: {what}").format(
        mechanism=getattr(mechanism, f"name_{found.language}"), what=_list(found, parts)
    )
    return [
        text
        if found.acts(mechanism)
        else found.gettext("{what} (no figure, so without effect)").format(what=text)
    ]


def rests_on(found: Naming, scenario: Scenario) -> str:
    """Tell whether a scenario sets levers here, assumes, or both."""
    kinds = set()
    for step in scenario.all_steps():
        if settings_of(found, step):
            kinds |= {"lever"} if step.levers else set()
            kinds |= {"assumption"} if step.verb or step.assumptions else set()
    return ", ".join(sorted(kinds))


def belief_of(found: Speaker, belief: float | Range, unit: str) -> str:
    """Write a number, or a range of it."""
    if not isinstance(belief, Range):
        return found.amount(belief, unit)
    told = {k: found.amount(getattr(belief, k), unit) for k in ("low", "central", "high")}
    return found.gettext("{low} to {high}, most likely {central}").format(**told)


def formula_of(found: Speaker, text: str) -> str:
    """Write a formula with the names of what it compares."""
    gettext = found.gettext
    signs = {">=": "≥", "<=": "≤", "==": "=", "*": "×", "//": "÷", "/": "÷"}

    def told(match: re.Match[str]) -> str:
        region, name, before = match.group(1), match.group(2), match.group(3)
        if name in ("max", "min"):
            return gettext(N_("the larger of ") if name == "max" else N_("the smaller of "))
        words = found.quantity(name)
        if before:
            words = gettext("{name} of the year before").format(name=words)
        if region:
            words = gettext("{name} in {region}").format(
                region=found.name("regions", region), name=words
            )
        return words

    pieces = re.split(r"(>=|<=|==|//|\*|/)", text)
    spoken = [
        signs.get(piece, re.sub(r"(?:([a-z]\w*)\.)?([a-z]\w*)(\[-1\])?", told, piece))
        for piece in pieces
    ]
    line = "".join(spoken)
    return line.translate(FULL_WIDTH) if found.language == "zh" else line


def lacking_of(found: Naming, rule: pd.Series) -> str:
    """Name what a rule lacks, with its region where that is another one."""
    name = str(rule["lacking"]).rpartition(".")[2]
    for region, read in sorted(parse_formula(str(rule["formula"])).names()):
        if read == name and region:
            place = found.name("regions", region)
            return found.gettext("{name} in {region}").format(
                region=place, name=found.quantity(name)
            )
    return found.quantity(name)


def _list(found: Naming, parts: Iterable[str]) -> str:
    return ("，" if found.language == "zh" else ", ").join(parts)


def _lever_setting(found: Naming, setting: Any, unit: str) -> str:
    """Write a lever's setting with its years."""
    gettext = found.gettext
    if isinstance(setting, dict):
        years = [
            gettext("{text} ({years})").format(
                text=found.setting(value, unit), years=gettext("in {year}").format(year=year)
            )
            for year, value in setting.items()
        ]
        return _list(found, years)
    span = setting if isinstance(setting, Span) else Span(value=setting)
    if unit == "year":
        return gettext("from {year}").format(year=f"{span.value:.0f}")
    since = first_decision_year(found.plan) if span.since is None else span.since
    years = [gettext("from {year}").format(year=since)]
    if span.until is not None:
        years.append(gettext("until {year}").format(year=span.until))
    return gettext("{text} ({years})").format(
        text=found.setting(span.value, unit), years=_list(found, years)
    )


def _verb_line(found: Naming, step: Step) -> list[str]:
    """Tell what a verb does to the indicators that have figures here."""
    gettext = found.gettext
    every = next((group for group in ("all", "planned") if group in step.indicator), "")
    names = [n for n in step.indicator if n in found.seen]
    if not every and not names:
        return []
    told = (
        found.label("indicators", every)
        if every
        else join(map(found.quantity, names), found.language)
    )
    action = getattr(step, step.verb)
    unit = "" if every or len({found.unit(n) for n in names}) > 1 else found.unit(names[0])
    text, value = found.label("verb", step.verb), None
    for name in ("value", "by", "factor", "years", "ratio"):
        given = getattr(action, name, None)
        if given is not None and not (step.verb == "ramp_to" and name == "by"):
            plain = name in ("factor", "years", "ratio")
            value = belief_of(found, given, "" if plain else unit)
            if step.verb == "shock" and name == "factor":
                text = gettext(
                    "{names}: a shock to {value} times the value, made good over {recovery} years"
                )
    facts = {"names": told, "value": value,
             "recovery": number(getattr(action, "recovery", None), found.language)}  # fmt: skip
    years = [
        gettext(word).format(year=getattr(action, name))
        for word, name in (
            (N_("from {year}"), "since"),
            (N_("until {year}"), "until"),
            (N_("in {year}"), "year"),
        )
        if getattr(action, name, None) is not None
    ]
    if step.verb == "ramp_to":
        years.append(gettext("by {year}").format(year=action.by))
    text = text.format(**facts)
    return [
        gettext("{text} ({years})").format(text=text, years=_list(found, years)) if years else text
    ]
