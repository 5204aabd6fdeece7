"""The tables of a plan: their columns, types, keys and allowed words.

Descriptions only; `validation` checks tables against them. Column order is the order in the files.
Types are `text`, `integer`, `number`, `boolean`, `date` (ISO 8601) and `deadline` (as printed, see
`calendar.parse_deadline`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = [
    "COMPARATORS",
    "DIRECTIONS",
    "EVENTS",
    "FORCES",
    "KINDS",
    "LEVELS",
    "NEVER_NEGATIVE",
    "REFERENCE",
    "ROLES",
    "STATUSES",
    "TABLES",
    "TASK_LISTS",
    "Column",
    "Table",
    "is_address",
]

KINDS = ("share", "ratio", "amount", "count", "stock")
NEVER_NEGATIVE = ("share", "count", "stock")
"""Kinds whose figures count or divide things."""
DIRECTIONS = ("higher", "lower")
COMPARATORS = ("ge", "gt", "eq", "le", "lt")
ROLES = ("annual", "midterm", "final")
FORCES = ("binding", "expected")
STATUSES = ("actual", "preliminary", "estimated")
LEVELS = ("country", "province", "city", "district", "county", "township")
EVENTS = ("reach", "ever", "maintain")
REFERENCE = ("sources", "regions", "areas", "units", "indicators")
"""Tables that others refer to; own tables may lack them and take those of the package."""
TASK_LISTS = ("reform", "policy", "project", "work")


@dataclass(frozen=True)
class Column:
    """One column: its type, whether a cell may be empty, allowed words, where ids come from."""

    type: str = "text"
    required: bool = True
    words: tuple[str, ...] = ()
    refers_to: str | None = None
    """Table whose first column lists the allowed ids."""
    absent: bool = False
    """Whether a file may do without the column."""


@dataclass(frozen=True)
class Table:
    """One table: its columns in file order and the columns that identify a row."""

    columns: dict[str, Column]
    key: tuple[str, ...] = field(default=())

    @property
    def types(self) -> dict[str, str]:
        """Column name to type name."""
        return {name: column.type for name, column in self.columns.items()}


TEXT, OPTIONAL = Column(), Column(required=False)
NUMBER, YEAR = Column("number"), Column("integer")
DATE = Column("date", required=False)
MAYBE_NUMBER = Column("number", required=False)
SOURCE, REGION, INDICATOR, AREA, UNIT = (
    Column(refers_to=table) for table in ("sources", "regions", "indicators", "areas", "units")
)
MAYBE_INDICATOR = Column(required=False, refers_to="indicators")
PART = Column(required=False, refers_to="indicators", absent=True)

# fmt: off
TABLES: dict[str, Table] = {
    "sources": Table(
        {"source": TEXT, "title_zh": TEXT, "issuer": OPTIONAL, "issued": DATE, "note": OPTIONAL},
        key=("source",)),
    "regions": Table(
        {"region": TEXT, "name_zh": TEXT, "name_en": TEXT, "level": Column(words=LEVELS),
         "parent": Column(required=False, refers_to="regions")},
        key=("region",)),
    "areas": Table({"area": TEXT, "name_zh": TEXT, "name_en": TEXT}, key=("area",)),
    "units": Table({"unit": TEXT, "name_zh": TEXT, "name_en": TEXT}, key=("unit",)),
    "indicators": Table(
        {"indicator": TEXT, "name_zh": TEXT, "name_en": TEXT, "area": AREA, "unit": UNIT,
         "kind": Column(words=KINDS), "lower": MAYBE_NUMBER, "upper": MAYBE_NUMBER,
         "better": Column(words=DIRECTIONS), "cumulative": Column("boolean"),
         "resolution": NUMBER, "concept": TEXT, "definition": TEXT,
         "numerator": PART, "denominator": PART},
        key=("indicator",)),
    "targets": Table(
        {"region": REGION, "indicator": INDICATOR, "year": YEAR, "value": NUMBER,
         "comparator": Column(words=COMPARATORS), "role": Column(words=ROLES),
         "force": Column(required=False, words=FORCES),
         "source": SOURCE, "locus": OPTIONAL, "note": OPTIONAL,
         "event": Column(required=False, words=EVENTS, absent=True)},
        key=("region", "indicator", "year", "comparator", "source")),
    "observations": Table(
        {"region": REGION, "indicator": INDICATOR, "year": YEAR, "as_of": DATE, "value": NUMBER,
         "status": Column(words=STATUSES), "source": SOURCE, "locus": OPTIONAL, "note": OPTIONAL,
         "published": Column("date", required=False, absent=True),
         "break": Column(required=False, words=("true", "false"), absent=True)},
        key=("region", "indicator", "year", "as_of", "published")),
    "milestones": Table(
        {"region": REGION, "indicator": MAYBE_INDICATOR, "task": OPTIONAL, "year": YEAR,
         "text_zh": TEXT, "source": SOURCE, "locus": OPTIONAL}),
    "tasks": Table(
        {"region": REGION, "list": Column(words=TASK_LISTS), "name_zh": TEXT,
         "requirement_zh": OPTIONAL, "due": Column("deadline", required=False),
         "source": SOURCE, "locus": OPTIONAL}),
    "rules": Table(
        {"rule": TEXT, "region": REGION, "quantity": TEXT, "formula": TEXT,
         "source": SOURCE, "locus": OPTIONAL},
        key=("rule", "region")),
    "indices": Table(
        {"index": TEXT, "area": AREA, "component": TEXT, "indicator": MAYBE_INDICATOR,
         "weight": MAYBE_NUMBER, "source": SOURCE},
        key=("index", "component")),
    "projects": Table(
        {"region": REGION, "agency": TEXT, "class": Column(words=("implementation", "planning")),
         "stage": Column(required=False, words=("continued", "new")), "name_zh": TEXT,
         "start": YEAR, "end": YEAR, "investment": NUMBER, "builder": OPTIONAL, "source": SOURCE},
        key=("region", "agency", "name_zh")),
}
# fmt: on
"""Tables by name, columns in the order of the files."""


def is_address(source: object) -> bool:
    """Whether a text is the address of a database, see `database`.

    >>> is_address("sqlite:///plan.db"), is_address("C:/plans"), is_address("lishui")
    (True, False, False)
    """
    return isinstance(source, str) and re.match(r"[A-Za-z][\w+.-]*://", source) is not None
