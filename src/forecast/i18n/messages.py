"""What is said of a planner's own figures: a code and what fills it, told in either language.

The words of every code stand in `wording`, so that a fault found once is told in Chinese and in
English without being looked for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import DataError, Problem
from .formatting import day, exact, named
from .labels import LABELS, label_of

__all__ = [
    "Code",
    "Day",
    "FiguresError",
    "Gap",
    "Quantity",
    "Remark",
    "facts",
    "remedies",
    "say",
    "tell",
]

BETWEEN = {"zh": "", "en": " "}
"""What parts two sentences."""


@dataclass(frozen=True)
class Quantity:
    """A number with its unit: the unit's id, and its name in both languages."""

    value: float
    unit: str = ""
    names: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Code:
    """A code of a group of labels."""

    group: str
    key: str


@dataclass(frozen=True)
class Day:
    """A date, as 2022-12-31."""

    iso: str


Gap = str | tuple[str, str] | Quantity | Code | Day
"""What fills a gap: a text as printed, a name in Chinese and English, a number, a code, a day."""


@dataclass(frozen=True)
class Remark:
    """One fact about a figure or a file, and the remedy where there is one.

    `role` is the column that it concerns: region, indicator, year, type or value; `remedy` is
    the code of the remedy where that is not the fact's own.

    >>> remark = Remark("unknown_region", {"name": "丽水", "near": "丽水市"}, remedy="near")
    >>> remark.fact("en"), remark.mend("en")
    ("unknown region '丽水'", "perhaps '丽水市' is meant")
    """

    code: str
    gaps: Mapping[str, Gap] = field(default_factory=dict)
    remedy: str = ""
    role: str = "value"

    def fact(self, language: str) -> str:
        """Say what is so."""
        return say("figure_remark", self.code, language, self.gaps)

    def mend(self, language: str) -> str:
        """Say what to do; '' for what needs nothing done."""
        code = self.remedy or self.code
        known = code in LABELS["figure_remedy"]
        return say("figure_remedy", code, language, self.gaps) if known else ""


class FiguresError(DataError):
    """A planner's own file that cannot be used as it stands.

    Parameters
    ----------
    file : its name
    faults : line, column and printed text (None where the fault is the whole file's), and what
        is to be said of it
    """

    def __init__(
        self,
        file: str,
        faults: Iterable[tuple[int | None, str | None, str | None, Iterable[Remark]]],
    ) -> None:
        self.file = file
        self.faults = [(row, column, text, [*said]) for row, column, text, said in faults]
        super().__init__(
            Problem(file, row, column, value, facts(remarks, "en"), remedies(remarks, "en"))
            for row, column, value, remarks in self.faults
        )

    def told(self, language: str) -> str:
        """All faults in a language, a line each."""
        lines = []
        for row, column, _, remarks in self.faults:
            key = "file" if row is None else "place"
            gaps = {"file": self.file, "row": str(row), "column": str(column)}
            gaps["said"] = _with_remedies(remarks, language)
            lines.append(say("figure_said", key, language, gaps))
        return "\n".join(lines)


def say(group: str, code: str, language: str, gaps: Mapping[str, Gap]) -> str:
    """Word of a group with its gaps filled in the habit of the language.

    >>> say("figure_remark", "not_whole", "en", {"value": Quantity(1234.5)})
    '1,234.5 is no whole number'
    """
    filled = {name: _fill(gap, language) for name, gap in gaps.items()}
    return label_of(group, code, language).format_map(filled)


def _fill(gap: Gap, language: str) -> str:
    if isinstance(gap, Quantity):
        return exact(gap.value, language, unit=gap.unit, name=named(gap.names, language))
    if isinstance(gap, Code):
        return label_of(gap.group, gap.key, language)
    if isinstance(gap, Day):
        return day(gap.iso, language)
    return gap if isinstance(gap, str) else named(gap, language)


def tell(
    remarks: Sequence[Remark], language: str, text: str = "", notes: Sequence[Remark] = ()
) -> str:
    """Say what was understood, with notes in brackets, then remarks with their remedies.

    >>> tell([Remark("no_region"), Remark("range")], "zh").partition("。")[0]
    '没有写地区；一个范围，不是一个数'
    >>> tell([], "en", "58 of them", [Remark("approximate")])
    '58 of them (approximate).'
    """
    sentences = []
    if text:
        said = {"said": text, "notes": facts(notes, language)}
        sentences.append(say("figure_said", "aside" if notes else "plain", language, said))
    if remarks:
        sentences.append(_with_remedies(remarks, language))
    return BETWEEN[language].join(s[:1].upper() + s[1:] for s in sentences)


def facts(remarks: Iterable[Remark], language: str) -> str:
    """Facts of some remarks in a row."""
    told = (remark.fact(language) for remark in remarks)
    return label_of("figure_said", "and", language).join(told)


def remedies(remarks: Iterable[Remark], language: str) -> str:
    """Remedies of some remarks in a row, each once."""
    told = filter(None, (remark.mend(language) for remark in remarks))
    return label_of("figure_said", "and", language).join(dict.fromkeys(told))


def _with_remedies(remarks: Sequence[Remark], language: str) -> str:
    said = {"said": facts(remarks, language), "remedy": remedies(remarks, language)}
    return say("figure_said", "remedy" if said["remedy"] else "plain", language, said)
