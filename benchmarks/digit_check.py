"""Accounts for every digit sequence of the plan documents: in a table, or left out for a reason.

    python benchmarks/digit_check.py DOCUMENTS_FOLDER [--data DATA_FOLDER]

A sequence that `leftovers.csv` lists with its surroundings is left out. Any other must be a
value of `targets.csv` or `observations.csv` from the same document, as it may be printed
there (万, 亿, a month's standard, per hundred), or stand in a text of another table. Exit code
1 if a sequence is explained by nothing, or `leftovers.csv` lists what no document prints.
"""

from __future__ import annotations

import argparse
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

__all__ = ["Sequence", "account", "main", "sequences"]

# A point belongs to the number unless a list number stands before a year ("3.2021-2022年").
DIGITS = re.compile(r"\d+(?:\.(?!20\d\d[年-])\d+)?")
SURROUNDINGS = 14
# Printed 12 times, 10, 1,000 or 10,000 times smaller than stored: a month's standard, a rate per
# hundred where the table has per thousand, 千, 万 (or 亿 where the table has 万元).
PRINTED_SMALLER = (1, 12, 10, 1_000, 10_000)
VALUES = ("targets", "observations")
NOT_PRINTED = ("source", "locus", "note", "name_en", "component_en")
"""Columns whose numbers are not those of the document."""
TEXTS = ("rules", "tasks", "milestones", "indices", "projects")
KINDS = ("targets and observations", "other tables", "leftovers.csv", "unexplained")


@dataclass(frozen=True)
class Sequence:
    """Digits as a document prints them, with what stands around them."""

    document: str
    digits: str
    context: str


def main() -> int:
    """Print the account by document; 0 if all is explained, 1 if not, 2 if nothing to read."""
    layout = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=layout)
    parser.add_argument("documents", type=Path, help="folder of the plan documents (*.txt)")
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[1] / "data")
    options = parser.parse_args()
    leftovers = _table(options.data, "leftovers")
    names = sorted(set(leftovers["document"]))
    missing = [name for name in names if not (options.documents / name).is_file()]
    if missing:
        fact = f"Not in {options.documents}: {', '.join(missing)}."
        print(fact, "Give the folder of the documents.", file=sys.stderr)
        return 2
    found = [s for name in names for s in sequences(options.documents / name)]
    kinds, stale = account(found, options.data)
    counts = Counter((s.document, kind) for s, kind in zip(found, kinds, strict=True))
    for name in names:
        print(name, *(f"{kind} {counts[name, kind]}" for kind in KINDS), sep="; ")
    total = Counter(kinds)
    print(f"all {len(found)}", *(f"{kind} {total[kind]}" for kind in KINDS), sep="; ")
    for sequence, kind in zip(found, kinds, strict=True):
        if kind == KINDS[-1]:
            print("unexplained:", sequence.document, sequence.digits, f"in '{sequence.context}'")
    for sequence in stale:
        print("printed nowhere:", sequence.document, sequence.digits, f"in '{sequence.context}'")
    return 1 if total[KINDS[-1]] or stale else 0


def sequences(path: Path) -> Iterator[Sequence]:
    """Every digit sequence of a document in its order, after NFKC, white space made one blank."""
    # The full-width stop ends a list number, also before a digit ("2．11个设区市").
    printed = path.read_text(encoding="utf-8").replace("\uff0e", ". ")
    text = " ".join(unicodedata.normalize("NFKC", printed).split())
    for match in DIGITS.finditer(text):
        first, last = match.span()
        context = text[max(0, first - SURROUNDINGS) : last + SURROUNDINGS].strip()
        yield Sequence(path.name, match.group(), context)


def account(found: list[Sequence], data: Path) -> tuple[list[str], list[Sequence]]:
    """Kind of explanation of each sequence, and what `leftovers.csv` lists in vain."""
    listed = _table(data, "leftovers")[["document", "digits", "context"]]
    left = Counter(Sequence(*row) for row in listed.itertuples(index=False))
    values = _printed_values(data)
    texts = _printed_texts(data)
    kinds = []
    for sequence in found:
        if left[sequence]:
            left[sequence] -= 1
            kinds.append(KINDS[2])
        elif (sequence.document, float(sequence.digits)) in values:
            kinds.append(KINDS[0])
        elif (sequence.document, float(sequence.digits)) in texts:
            kinds.append(KINDS[1])
        else:
            kinds.append(KINDS[3])
    return kinds, list(left.elements())


def _printed_values(data: Path) -> set[tuple[str, float]]:
    """Document and number, as the values of targets and observations may be printed in it."""
    rows = pd.concat([_table(data, name)[["source", "value"]] for name in VALUES])
    return {
        (source, round(float(value) / smaller, 6))
        for source, value in rows.itertuples(index=False)
        for smaller in PRINTED_SMALLER
    }


def _printed_texts(data: Path) -> set[tuple[str, float]]:
    """Document and number, as the other tables name it in their cells."""
    return {
        (row["source"], float(digits))
        for name in TEXTS
        for row in _table(data, name).to_dict("records")
        for column, cell in row.items()
        if column not in NOT_PRINTED
        for digits in re.findall(r"\d+(?:\.\d+)?", unicodedata.normalize("NFKC", cell))
    }


def _table(data: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(data / f"{name}.csv", dtype="str", keep_default_na=False)


if __name__ == "__main__":
    sys.exit(main())
