"""Compare the tables of every shipped report between two checkouts of this repository.

    python benchmarks/compare_tables.py BEFORE AFTER
    python benchmarks/compare_tables.py --reports FOLDER FOLDER

The first form makes the reports of all parameter files with the code, data and parameters of each
checkout, under the Python that runs this script. Both then compare every CSV and Parquet file byte
by byte and every workbook cell by cell. Exit code 1 where something differs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl

TABLES = ("*.csv", "*.parquet", "*.xlsx")


def make_reports(checkout: Path, output: Path) -> None:
    """Run all parameter files of a checkout with its own code."""
    files = [f for f in checkout.glob("params/**/*.yaml") if f.parent.name != "scenarios"]
    command = [sys.executable, "-m", "forecast.cli", "run", *map(str, sorted(files))]
    environment = {**os.environ, "PYTHONPATH": str(checkout.resolve() / "src")}
    environment |= {"FORECAST_BROWSER": "", "FORECAST_PDF": "0"}  # only tables are compared
    subprocess.run(
        [*command, "--output", str(output)], cwd=checkout, env=environment, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def differences(before: Path, after: Path) -> Iterator[str]:
    """Name every table that only one side has, or that differs."""
    sides = [
        {file.relative_to(side) for pattern in TABLES for file in side.rglob(pattern)}
        for side in (before, after)
    ]
    for name in sorted(sides[0] ^ sides[1]):
        yield f"{name}: only {'before' if name in sides[0] else 'after'}"
    for name in sorted(sides[0] & sides[1]):
        if name.suffix == ".xlsx":
            yield from (f"{name}: {line}" for line in _cells(before / name, after / name))
        elif (before / name).read_bytes() != (after / name).read_bytes():
            yield f"{name}: differs"


def _cells(before: Path, after: Path) -> Iterator[str]:
    """Name every cell of two workbooks that differs."""
    books = [openpyxl.load_workbook(file, read_only=True) for file in (before, after)]
    if books[0].sheetnames != books[1].sheetnames:
        yield f"sheets {books[0].sheetnames} and {books[1].sheetnames}"
        return
    for sheet in books[0].sheetnames:
        rows = [[tuple(row) for row in book[sheet].iter_rows(values_only=True)] for book in books]
        if len(rows[0]) != len(rows[1]):
            yield f"{sheet}: {len(rows[0])} and {len(rows[1])} rows"
        for number, (old, new) in enumerate(zip(*rows, strict=False), start=1):
            if old != new:
                yield f"{sheet}, row {number}: {old} -> {new}"


def main() -> int:
    """Compare and say what was compared."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--reports", action="store_true", help="both are folders of reports")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        sides = [asked.before, asked.after]
        if not asked.reports:
            for number, checkout in enumerate(sides):
                sides[number] = Path(place, str(number))
                make_reports(checkout, sides[number])
        found = list(differences(*sides))
        count = sum(len(list(sides[1].rglob(pattern))) for pattern in TABLES)
    print(*found, f"{count} tables, {len(found)} differences", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
