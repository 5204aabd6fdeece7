"""Which wrong formulas would no test notice? A sample of changed lines in `model` and `targets`.

    python benchmarks/mutation.py [MODULE ...] [--each 25] [--seed 0] [--workers 2]

mutmut makes all small changes of a module: another operator, a number one higher, an argument left
out or None, a value None. Of each module `--each` are drawn, and each is tried by the module's own
tests (`TESTS`, else the file of its name) and its docstrings' examples, in a process that reads the
changed source; nothing is written to the checkout. A change is killed if a test fails, or takes ten
times as long. Sentences are not changed, as `tests/i18n` checks them, nor the names in `__all__`.
Prints a row a module with each change that survived, then the score of all changes and its 95 %
interval, each module weighed by the number of its changes.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib.abc
import importlib.util
import os
import resource
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
PACKAGES = "model", "targets"
ATTAINMENT = ["targets/test_attainment.py", "targets/test_bands.py"]
TESTS = {
    "model.arrays": ["model/test_panel.py", "model/test_predictive.py"],
    "model.paces": ["model/test_posterior.py", "model/test_summary.py", "model/test_fitting.py"],
    "model.pooling": ["model/test_fitting.py", "model/test_posterior.py"],
    "model.ratios": ["model/test_predictive.py", "model/test_fitting.py"],
    "targets.attainment": ["targets/test_attainment.py", "targets/test_kinds.py"],
    "targets.event_probabilities": ATTAINMENT,
    "targets.target_state": [*ATTAINMENT, "targets/test_uncertain_figures.py"],
    "targets.target_tables": ATTAINMENT,
}
"""Tests of modules that have no file of their name, or more than that."""
SLOWEST = 60
"""CPU seconds that tests of the unchanged module may take."""
OPTIONS = [
    "-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # hypothesis is imported before
]  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A change of a module: its source, and the lines that differ."""

    source: str
    difference: str


class Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a changed source."""

    def __init__(self, module: str, source: str) -> None:
        self.name, self.path = f"forecast.{module}", path_of(module)
        self.code = compile(source, self.path, "exec")

    def find_spec(self, name: str, *_: Any) -> Any:
        """Describe the module, and no other."""
        found = name == self.name
        return (
            importlib.util.spec_from_file_location(name, self.path, loader=self) if found else None
        )

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed source."""
        exec(self.code, module.__dict__)


def path_of(module: str) -> Path:
    """File of a module, as `model.links`."""
    return SOURCE / "forecast" / f"{module.replace('.', '/')}.py"


def make_changes(module: str, each: int, seed: int) -> tuple[list[Change], int]:
    """Draw changes of a module; the number of all."""
    from mutmut.mutation.file_mutation import create_mutations

    path = path_of(module)
    text = path.read_text("utf-8")
    tree, all_changes, *_ = create_mutations(str(path), text)
    changes = [
        m for m in all_changes
        if not is_text(tree.code_for_node(m.original_node), m.contained_by_top_level_function)
    ]  # fmt: skip
    rng = np.random.default_rng([seed, zlib.crc32(module.encode())])
    drawn = sorted(rng.permutation(len(changes))[:each])
    made = []
    for i in drawn:
        source = tree.deep_replace(changes[i].original_node, changes[i].mutated_node).code
        lines = difflib.unified_diff(text.splitlines(), source.splitlines(), n=0, lineterm="")
        made.append(Change(source, "\n".join([*lines][2:])))
    return made, len(changes)


def is_text(code: str, function: object) -> bool:
    """Whether code is a sentence, or a name outside of functions, as those of `__all__`."""
    try:
        value = ast.literal_eval(code)
    except (SyntaxError, ValueError):
        return False
    return isinstance(value, str) and (" " in value or function is None)


def try_change(module: str, source: str, limit: float) -> int:
    """Start a process that tries a source with the module's tests; it ends with 0 if they pass."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 2))
        # pytest would read the file itself, as it is named in the arguments.
        sys.meta_path.insert(0, Loader(module, source))
        importlib.import_module(f"forecast.{module}")
        package, name = module.split(".")
        files = TESTS.get(module, [f"{package}/test_{name}.py"])
        chosen = [str(path_of(module)), *(f"tests/{f}" for f in files)]
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            import pytest

            code = int(pytest.main([*OPTIONS, *chosen]))
    except BaseException:  # a module that cannot be imported is noticed
        code = 1
    finally:
        os._exit(code)


def try_all(
    module: str, changes: list[Change], workers: int, limit: float
) -> Iterator[tuple[Change, bool]]:
    """Try changes, some at a time; yield each with whether it survived."""
    waiting, running = changes[::-1], {}
    while waiting or running:
        while waiting and len(running) < workers:
            change = waiting.pop()
            running[try_change(module, change.source, limit)] = change
        child, status = os.wait()
        yield running.pop(child), status == 0


def run_module(module: str, each: int, seed: int, workers: int) -> tuple[int, list[str], int]:
    """Try a sample of a module's changes: how many, those that survived, and the number of all."""
    start = time.process_time() + sum(os.times()[2:4])
    text = path_of(module).read_text("utf-8")
    if os.waitpid(try_change(module, text, SLOWEST), 0)[1]:
        sys.exit(f"The tests of {module} fail without any change.")
    clean = time.process_time() + sum(os.times()[2:4]) - start
    changes, total = make_changes(module, each, seed)
    tried = try_all(module, changes, workers, 10 * clean + 5)
    survivors = [change.difference for change, survived in tried if survived]
    took = time.process_time() + sum(os.times()[2:4]) - start
    print(f"{module:28} {len(changes):4} of {total:4}  {len(changes) - len(survivors):4} killed"
          f" {len(survivors):4} survived  {took:6.0f} CPU s", *survivors,
          sep="\n", flush=True)  # fmt: skip
    return len(changes), survivors, total


def summarize(results: dict[str, tuple[int, list[str], int]]) -> str:
    """Score of all changes and its interval, from the modules' samples."""
    drawn, survived, total = (
        np.array([f(r) for r in results.values()], float)
        for f in (lambda r: r[0], lambda r: len(r[1]), lambda r: r[2])
    )
    share, weight = 1.0 - survived / drawn, total / total.sum()
    # Agresti and Coull: two of each added, so that a module without survivors has a variance.
    moved = (drawn - survived + 2.0) / (drawn + 4.0)
    variance = moved * (1.0 - moved) / (drawn + 4.0) * (1.0 - drawn / total)
    error = 1.96 * np.sqrt(np.sum(weight**2 * variance))
    score = float(np.sum(weight * share))
    counts = [int(n) for n in (drawn.sum(), total.sum(), (drawn - survived).sum(), survived.sum())]
    interval = f"{score - error:.1%} to {min(score + error, 1.0):.1%}"
    return (
        "{} of {} changes: {} killed, {} survived".format(*counts) + f"; {score:.1%} ({interval})"
    )


def main() -> None:
    """Try the modules named, or all, and print what survived."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help="as model.links; all of model and targets")
    parser.add_argument("--each", type=int, default=25, help="changes of a module")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    os.chdir(ROOT)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    sys.path[:0] = [str(SOURCE)]
    # Imported once, not in each process; the package itself must not be.
    for name in ("pandas", "scipy.stats", "pyarrow", "pytest", "hypothesis", "narwhals"):
        importlib.import_module(name)
    modules = given.modules or [
        f"{package}.{path.stem}"
        for package in PACKAGES
        for path in sorted((SOURCE / "forecast" / package).glob("*.py"))
        if path.stem != "__init__"
    ]
    results = {m: run_module(m, given.each, given.seed, given.workers) for m in modules}
    print(summarize(results))


if __name__ == "__main__":
    main()
