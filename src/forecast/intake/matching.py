"""Names as printed to ids of regions and indicators, and candidates where nothing is certain.

A name is certain if it is an indicator's id, its Chinese or English name or an alias of
`aliases.csv`, or differs from one of these only as names of one quantity do: quotes, a unit in
brackets or behind the name, 率 or 占比, 数 or 数量, 每万 or 每万名, a goal behind it, the order of
words. Where two indicators would do, the unit decides; where it cannot, the name is not certain.
Candidates have the unit that the name or its column states, or the kind of unit that the name says.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

from ..errors import UnknownNameError
from ..i18n.messages import Quantity
from ..tables.plan import data_folder
from .grid import fold, key_of
from .numbers import Unit, is_unit, same_thing, unit_of
from .vocabulary import VOCABULARY

__all__ = ["Match", "Names", "read_aliases", "split_unit"]

QUOTES = re.compile(r"[「」『』“”‘’\"'《》〈〉·]|[。;；,，:：]$")
NUMBERING = re.compile(
    r"^(?:其中[:：]?|[#*]|\(?[0-9]{1,2}[.、)](?![0-9])|\([一二三四五六七八九十]{1,3}\)|"
    r"[一二三四五六七八九十]{1,3}、)+"
)
GOAL = re.compile(
    r"(?:均?达到?|不少于|不低于|不超过|至少|突破|[≥>])+[0-9.]+(?P<unit>[%‰]|[万亿]?[\u4e00-\u9fff]{0,2}?)"
    r"(?:及?以上|以内)?[。.]?$"
)
"""A goal behind a name, as in 智慧养老院不少于2家."""
ENGLISH_UNIT = re.compile(r"(?<=[a-zA-Z0-9])(?:\s*[(\[]|,\s+)(?=[a-zA-Z0-9])")
"""In front of a unit in English, in brackets or behind a comma."""
ITS_OWN = {"province": "省", "city": "市", "county": "县市", "district": "区"}
"""How names call the whole region, by its level: 全市 or 我市."""
SPELLINGS = [(re.compile(old), new) for old, new in VOCABULARY["spellings"]["same"]]
UNIT_ENDS = [(re.compile(end), thing) for end, thing in VOCABULARY["spellings"]["units"]]
"""What the end of a name, as spelt, says of its unit."""
COMPARED = re.compile(r"[占对比](?!率$).")
"""In such a name the order of words tells what is divided by what."""
SHORTEST = 6
"""Least letters of a name that is taken in another order of words."""
LIKE = 60.0
"""Least likeness of a candidate, of 100."""
NONE: frozenset[str] = frozenset()
MOST, MOST_LIKELY, LONGEST = 3, 1000, 100
"""Most candidates that are given; most names for which they are looked for, and their length."""


@dataclass(frozen=True)
class Match:
    """What a printed name means.

    `indicators` are the ids that it names: none where nothing is certain, several where it names
    several that share a figure. `unit` is the unit in the name itself.
    """

    indicators: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Names:
    """Names to ids, and what is known of each indicator and region."""

    regions: Mapping[str, str]
    places: Mapping[str, Mapping[str, str]]
    units: Mapping[str, str]
    about: Mapping[str, Mapping[str, Any]]
    exact: Mapping[str, frozenset[str]]
    spelt: Mapping[tuple[str, str], frozenset[str]]
    unordered: Mapping[str, frozenset[str]]
    planned: frozenset[tuple[str, str]]
    found: dict[tuple[str, str, str], Match] = field(default_factory=dict, repr=False)
    likely: dict[tuple[str, str, str], list[str]] = field(default_factory=dict, repr=False)
    near: dict[str, list[str]] = field(default_factory=dict, repr=False)
    words: dict[tuple[str, bool], Any] = field(default_factory=dict, repr=False)
    known_regions: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame], aliases: pd.DataFrame) -> Names:
        """Names in the tables of `schema.TABLES` and in those of `read_aliases`.

        `spelt` has the names in one spelling by the region that they are used in, "" for all.
        """
        units, regions = tables["units"].set_index("unit"), tables["regions"]
        about = tables["indicators"].set_index("indicator")
        for column in ("zh", "en"):
            about[f"unit_{column}"] = about["unit"].map(units[f"name_{column}"])
        used = aliases[aliases["indicator"].isin(about.index)]
        named = [("", name, ind) for name, ind in _names(tables["indicators"], "indicator")]
        named += _columns(used, "region", "name", "indicator")
        common = [(name, ind) for region, name, ind in named if not region]
        return cls(
            regions=_region_keys(regions),
            places={row["region"]: row for row in regions.to_dict("records")},
            units={
                name: units["name_zh"][unit]
                for name, unit in _single(_names(tables["units"], "unit")).items()
            },
            about=about.to_dict("index"),
            exact=_gather((key_of(name), ind) for name, ind in common),
            spelt=_gather(((region, spelling(name)), ind) for region, name, ind in named),
            unordered=_gather((_unordered(name), ind) for name, ind in common),
            planned=frozenset(_columns(tables["targets"], "region", "indicator")),
        )

    def quantity(self, indicator: str, value: float) -> Quantity:
        """Value of an indicator with its unit."""
        return Quantity(value, self.about[indicator]["unit"], self.unit(indicator))

    def unit(self, indicator: str) -> tuple[str, str]:
        """Name of an indicator's unit in Chinese and English."""
        return self.about[indicator]["unit_zh"], self.about[indicator]["unit_en"]

    def region_name(self, region: str) -> tuple[str, str]:
        """Name of a region in Chinese and English; empty for no region."""
        place = self.places.get(region, {})
        return place.get("name_zh", ""), place.get("name_en", "")

    def region(self, text: str) -> str:
        """Id of the region that a text names and nothing else, or of its office; "" if none."""
        if text not in self.known_regions:
            self.known_regions[text] = self._region(text)
        return self.known_regions[text]

    def _region(self, text: str) -> str:
        key = re.sub("(?<=.)民政[局厅]$", "", key_of(text))
        if key in self.regions or not key:
            return self.regions.get(key, "")
        found, rest = self.regions_in(key)
        return found[0] if len(found) == 1 and not rest else ""

    def regions_in(self, text: str) -> tuple[tuple[str, ...], str]:
        """Regions whose full names are in a text, and the text without them.

        Of a province and its city, one behind the other, the city is meant.
        """
        ids: list[str] = []
        for name, named in self._full:
            if name in text:
                text = text.replace(name, "")
                ids += named
        return tuple(r for r in ids if not any(r in self.above(other) for other in ids)), text

    @functools.cached_property
    def _full(self) -> list[tuple[str, list[str]]]:
        """Chinese names of regions with their ids, the longest names first."""
        found: dict[str, list[str]] = {}
        for region, place in self.places.items():
            found.setdefault(place["name_zh"], []).append(region)
        return [(n, found[n]) for n in sorted(found, key=len, reverse=True) if len(n) > 1]

    def above(self, region: str) -> list[str]:
        """Regions that a region lies in."""
        found: list[str] = []
        while (region := self.places.get(region, {}).get("parent", "")) and region not in found:
            found.append(region)
        return found

    def near_regions(self, text: str) -> list[str]:
        """Names of regions like a text."""
        if text not in self.near and len(self.near) < MOST_LIKELY:
            zh = [place["name_zh"] for place in self.places.values()]
            near = process.extract(key_of(text), zh, limit=MOST, score_cutoff=LIKE)
            self.near[text] = [name for name, *_ in near]
        return self.near.get(text, [])

    def unknown_region(self, text: str) -> UnknownNameError:
        """Return the error of a text that names no region, with names like it."""
        named = [*self.places, *(place["name_zh"] for place in self.places.values())]
        return UnknownNameError("region", text, named, listed=data_folder() / "regions.csv")

    def match(self, name: str, region: str = "", unit: str = "") -> Match:
        """Find what a printed name means, if that is certain.

        Parameters
        ----------
        name : as printed
        region : whose figure it is; names that are used in one region only count there
        unit : unit printed beside the name
        """
        key = name, region, unit
        if key not in self.found:
            self.found[key] = self._match(name, region, unit)
        return self.found[key]

    def knows(self, name: str) -> bool:
        """Whether a name means an indicator, whatever the region."""
        return bool(self.match(name).indicators)

    def candidates(self, name: str, region: str = "", unit: str = "") -> list[str]:
        """Give the indicators to choose from for a name that is not certain, at most three.

        They have a like name, one unit and kind, and the unit that is stated, or the kind of unit
        that the name's end says; those with a target in the region come first. After `MOST_LIKELY`
        names there are none for a further one: looking for them would take minutes.
        """
        key = name, region, unit
        if key not in self.likely and len(self.likely) < MOST_LIKELY:
            self.likely[key] = self._candidates(name, region, unit)
        return self.likely.get(key, [])

    def _candidates(self, name: str, region: str, unit: str) -> list[str]:
        core, own = self._split(name)
        spelt, stated = spelling(core), own or unit
        if len(spelt) > LONGEST:
            return []
        likeness: dict[str, float] = {}
        texts = [text for region_of, text in self.spelt if not region_of]
        near = process.extract(spelt, texts, scorer=fuzz.WRatio, limit=40, score_cutoff=LIKE)
        for text, score, _ in near:
            for indicator in self.spelt["", text]:
                if self._alike(spelt, stated, indicator):
                    likeness[indicator] = max(score, likeness.get(indicator, 0.0))
        alike = sorted(likeness, key=lambda ind: (-likeness[ind], ind))
        zh = self.units.get(key_of(stated), stated)
        alike = [ind for ind in alike if self.about[ind]["unit_zh"] == zh] or alike
        kind = {ind: (self.about[ind]["unit"], self.about[ind]["kind"]) for ind in alike}
        alike = [ind for ind in alike if kind[ind] == kind[alike[0]]]
        return sorted(alike, key=lambda ind: (region, ind) not in self.planned)[:MOST]

    def fits(self, unit: str, indicator: str) -> bool:
        """Whether a unit as printed may be that of an indicator, whatever the power of ten."""
        own, wanted = unit_of(self.units.get(key_of(unit), unit)), self._unit(indicator)
        shares = {own.thing, wanted.thing} == {"%", "‰"}
        if not shares and not same_thing(own.thing, wanted.thing):
            return False
        return own.per == wanted.per or not (own.per or (wanted.per_power and own.power))

    def _match(self, name: str, region: str, unit: str) -> Match:
        core, own = self._split(name)
        goal = GOAL.search(key_of(core))
        stated = own or unit or (goal["unit"] if goal else "")
        for text in dict.fromkeys((key_of(name), key_of(core))):
            if len(ids := self.exact.get(text, NONE)) == 1:
                return Match(tuple(ids), own if text != key_of(name) else "")
        spelt = spelling(core)
        own_words = ITS_OWN.get(self.places[region]["level"], "国") if region else "省市县区"
        shorter = re.sub(f"^(?:[全本我][{own_words}]|年末|期末|年底)(?=..)", "", spelt)
        if region:
            shorter = shorter.removeprefix(self.region_name(region)[0])
        for text in dict.fromkeys((spelt, shorter, spelling(name))):
            if found := self._certain(text, region, stated):
                return Match((found,), own)
        parts = [self._certain(part, region, stated) for part in re.split("[、和及]", spelt)]
        # Names that share a figure share its unit too.
        alike = len({self.about[part]["unit"] for part in parts if part}) == 1
        if len(parts) > 1 and all(parts) and alike:
            return Match(tuple(dict.fromkeys(parts)), own)
        return Match((), own)

    def _split(self, name: str) -> tuple[str, str]:
        """Take the unit off a name, in Chinese or, where the tables name it so, in English."""
        core, unit = split_unit(name)
        ends = () if unit else ENGLISH_UNIT.finditer(core)
        for end in ends:
            if key_of(text := core[end.end() :].rstrip(")] ")) in self.units:
                return core[: end.start()], text
        return core, unit

    def _certain(self, spelt: str, region: str, unit: str) -> str:
        """Only indicator that a name, as spelt, may mean; "" if there are several or none."""
        if region and len(ids := self.spelt.get((region, spelt), NONE)) == 1:
            return next(iter(ids))
        # Whether a name without 数 or 率 counts or divides, only a unit can say.
        ends = {spelt.removesuffix("数")} | ({f"{spelt}数", f"{spelt}率"} if unit else set())
        # 人数 counts persons, which 数 alone may not.
        stem = re.sub("人?数$", "", spelt)
        counts = {f"{stem}数", f"{stem}人数", stem} if unit or stem != spelt else set()
        for ids in (
            self._spelt({spelt}),
            self._spelt(ends - {spelt}),
            frozenset(ind for ind in self._spelt(counts) if self._unit(ind).thing == "人"),
            self.unordered.get(_unordered(spelt), NONE),
        ):
            fit = [ind for ind in ids if not unit or self.fits(unit, ind)]
            if ids:
                return fit[0] if len(fit) == 1 else ""
        return ""

    def _spelt(self, texts: Iterable[str]) -> frozenset[str]:
        """Find the indicators of some spellings."""
        return NONE.union(*(self.spelt.get(("", text), NONE) for text in texts))

    def _alike(self, spelt: str, unit: str, indicator: str) -> bool:
        """Whether an indicator has the unit of a name, stated or as the name's end says."""
        wanted = self._unit(indicator)
        per = spelt.startswith(("每", "各", "人均", "平均")) or "每" in spelt
        if unit:
            stated = unit_of(self.units.get(key_of(unit), unit))
            return self.fits(unit, indicator) and (
                bool(stated.per) or per == bool(wanted.per - {"年"})
            )
        thing = next((thing for end, thing in UNIT_ENDS if end.search(spelt)), "")
        if thing in ("", "个") and not per:
            return wanted.thing.startswith("个") and not wanted.per if thing else True
        alike = not thing or same_thing(thing, wanted.thing) or {thing, wanted.thing} == {"%", "‰"}
        return alike and (thing in ("%", "元") or per == bool(wanted.per))

    def _unit(self, indicator: str) -> Unit:
        return unit_of(self.about[indicator]["unit_zh"])


def read_aliases(folder: str = "") -> pd.DataFrame:
    """Read the names that indicators are printed by: the package's, and those of a plan's folder.

    The columns are indicator, name, language and region (the one region where a name is used, or
    empty).
    """
    files = [data_folder() / "aliases.csv"]
    own = Path(folder) / "aliases.csv"
    files += [own] if folder and own.is_file() and own.resolve() != files[0].resolve() else []
    return pd.concat([_read_aliases(file, file.stat().st_mtime_ns) for file in files])


@functools.lru_cache(maxsize=4)
def _read_aliases(file: Path, _stamp: int) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False)


@functools.lru_cache(maxsize=8192)
def split_unit(name: str) -> tuple[str, str]:
    """Take the unit off a name; "" if it gives none.

    >>> split_unit("护理型床位占比（%）"), split_unit("慈善信托规模，万元")
    (('护理型床位占比', '%'), ('慈善信托规模', '万元'))
    """
    # A full-width point numbers a line; folded, 2．11个 would be 2.11.
    folded = fold(re.sub(r"^\s*[0-9]{1,2}．", "", name))
    for bracket in reversed(list(re.finditer(r"[(\[]\s*(?:单位[:：])?([^()\[\]]*)[)\]]", folded))):
        if is_unit(bracket[1]) and bracket[1] not in ("年", "次", "期"):
            return (folded[: bracket.start()] + folded[bracket.end() :]).strip(), bracket[1].strip()
    behind = re.search(r"(?<=.)(?:[,，:：/]\s*(?:单位[:：])?|\s+|(?=[%‰]$))(\S+)$", folded)
    if behind and is_unit(behind[1]):
        return folded[: behind.start()].strip(), behind[1]
    return folded, ""


@functools.lru_cache(maxsize=8192)
def spelling(name: str) -> str:
    """Name in the one spelling by which names of the same quantity compare.

    >>> spelling("每万名老年人拥有持证养老护理员数量（人）")
    '每万老年人持证养老护理员数'
    """
    text = QUOTES.sub("", key_of(split_unit(name)[0]))
    text = GOAL.sub("", NUMBERING.sub("", text))
    for pattern, spelt in SPELLINGS:
        text = pattern.sub(spelt, text)
    return text


def _unordered(name: str) -> str:
    """Letters of a name in one order; the name itself where their order matters."""
    spelt = spelling(name)
    if len(spelt) < SHORTEST or COMPARED.search(spelt):
        return spelt
    return "".join(sorted(spelt))


def _region_keys(regions: pd.DataFrame) -> dict[str, str]:
    """Ids of regions by id, names, and Chinese names without 省, 市, 县 or 区."""
    pairs = _columns(regions, "name_zh", "region")
    short = [(re.sub("[省市县区]$", "", name), region) for name, region in pairs]
    short = [pair for pair in short if len(pair[0]) > 1]
    return _single(short) | _single(_names(regions, "region"))


def _names(table: pd.DataFrame, id_column: str) -> list[tuple[str, str]]:
    """Names of a table with the ids that they name, the ids themselves among them."""
    return [p for c in (id_column, "name_zh", "name_en") for p in _columns(table, c, id_column)]


def _columns(table: pd.DataFrame, *names: str) -> Iterator[Any]:
    """Rows of some columns."""
    yield from zip(*(table[name] for name in names), strict=True)


def _single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Ids by name; a name of two ids is left out."""
    gathered = _gather((key_of(name), of) for name, of in pairs)
    return {name: next(iter(ids)) for name, ids in gathered.items() if len(ids) == 1}


def _gather(pairs: Iterable[tuple[Any, str]]) -> dict[Any, frozenset[str]]:
    """Ids by key."""
    found: dict[Any, set[str]] = {}
    for key, of in pairs:
        found.setdefault(key, set()).add(of)
    return {key: frozenset(ids) for key, ids in found.items()}
