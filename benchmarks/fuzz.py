"""Does anything that can be entered end in a fault? All properties of the tests, on new examples.

    python benchmarks/fuzz.py [--minutes 60]

Runs every test of hypothesis with new seeds, a few hundred examples each (a tenth where files are
written), again and again until the time is up; the last round is finished. Most of it are those of
`tests/project/test_fuzz.py`: tables, plans, spreadsheets, folders, scenario and parameter files,
panels. Prints what was tried and each test that failed with an example; ends with 1 if any did.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = [
    sys.executable, "-m", "pytest", "-q", "-m", "hypothesis", "-p", "no:randomly",
    "-p", "no:cacheprovider", "--hypothesis-profile", "fuzz", "--hypothesis-show-statistics",
]  # fmt: skip


def run_round(seed: int, tests: list[str]) -> tuple[Counter, list[str]]:
    """Run all properties once: counts, and the reports of failed tests."""
    command = [*COMMAND, f"--hypothesis-seed={seed}", *tests]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    counts: Counter = Counter(rounds=1)
    for number, what in re.findall(r"(\d+) (passing|failing|invalid) examples", done.stdout):
        counts[f"{what} examples"] += int(number)
    faults = re.findall(r"^_{3,} (\S+) _{3,}\n(.*?)(?=^_{3,} |^={3,} )", done.stdout, re.M | re.S)
    if done.returncode not in (0, 1) or (done.returncode and not faults):
        faults.append(("pytest", done.stdout[-3000:] + done.stderr[-3000:]))
    counts["failed tests"] += len(faults)
    return counts, [f"{name}, seed {seed}\n{text}" for name, text in faults]


def main() -> int:
    """Run rounds until the time is up; print counts and finds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first round")
    parser.add_argument("tests", nargs="*", default=["tests"], help="files, as of pytest")
    given = parser.parse_args()
    start, total = time.monotonic(), Counter()
    while not total or time.monotonic() - start < 60.0 * given.minutes:
        counts, faults = run_round(given.seed + total["rounds"], given.tests)
        total += counts
        print("\n\n".join([*faults, f"{(time.monotonic() - start) / 60:.0f} min: {dict(total)}"]))
        sys.stdout.flush()
    return 1 if total["failed tests"] else 0


if __name__ == "__main__":
    sys.exit(main())
