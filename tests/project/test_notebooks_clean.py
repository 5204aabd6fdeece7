"""Committed notebooks: prose, parameters and calls, without outputs."""

import ast
import copy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LOOPS = (ast.For, ast.comprehension)


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Everything that keeps a notebook from being clean."""
    found = []
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tagged = [cell for cell in codes if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        found.append(f"{len(tagged)} cells are tagged `parameters`, not one")
    if extra := set(notebook.metadata) - {"kernelspec", "language_info"}:
        found.append(f"the notebook's metadata hold {sorted(extra)}")
    for number, cell in enumerate(notebook.cells, start=1):
        where = f"cell {number}"
        if cell.cell_type == "code":
            if cell.outputs or cell.execution_count is not None:
                found.append(f"{where} has outputs or an execution count")
            found += [f"{where} {fault}" for fault in code_faults(cell.source)]
        if extra := set(cell.metadata) - {"tags"}:
            found.append(f"{where} has metadata {sorted(extra)}")
    return found


def code_faults(source: str) -> list[str]:
    """What a code cell holds that belongs into the package.

    >>> code_faults("def f(): pass")
    ['defines f']
    >>> code_faults("for region in regions: report(region)")
    ['loops over regions']
    >>> code_faults("%matplotlib inline")
    ['has a magic command']
    >>> code_faults("plan = fc.load_plan(region)")
    []
    """
    if any(line.lstrip().startswith(("%", "!")) for line in source.splitlines()):
        return ["has a magic command"]
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DEFINITIONS):
            found.append(f"defines {node.name}")
        if isinstance(node, LOOPS) and "region" in ast.unparse([node.target, node.iter]):
            found.append("loops over regions")
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_clean(path: Path) -> None:
    """A committed notebook is valid and holds parameters, prose and calls, and no results."""
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert faults(notebook) == []


def test_each_fault_is_found() -> None:
    """The check above sees each kind of fault in a notebook that has only that one."""
    clean = new_notebook(
        cells=[new_code_cell("region = 'lishui'", metadata={"tags": ["parameters"]})]
    )
    assert faults(clean) == []
    spoilers = [
        lambda cell: cell.outputs.append(new_output("stream", text="done")),
        lambda cell: cell.update(execution_count=1),
        lambda cell: cell.update(source="class Planner: pass"),
        lambda cell: cell.metadata.update(execution={"started": "2026"}),
        lambda cell: cell.metadata.update(tags=[]),
    ]
    for spoil in spoilers:
        notebook = copy.deepcopy(clean)
        spoil(notebook.cells[0])
        assert len(faults(notebook)) == 1
