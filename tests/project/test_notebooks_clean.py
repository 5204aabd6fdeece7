"""Committed notebooks: guides, parameters and calls, without outputs; papermill runs them as is."""

import ast
import copy
import logging
import re
from functools import partial
from pathlib import Path

import nbformat
import papermill
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_notebook, new_output

from forecast.reports import final, method_check
from forecast.reports.parameters import find_notebook, read_parameters
from rendered import draw_only
from small_plan import write

ROOT = Path(__file__).parents[2]
FILES = sorted(f for f in (ROOT / "params").rglob("*.yaml") if f.parent.name != "scenarios")
KINDS = {read_parameters(file).notebook: file for file in FILES}
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
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


@pytest.mark.parametrize("kind", KINDS)
def test_each_code_cell_has_a_guide_in_front(kind: str) -> None:
    """A few cells; a markdown cell says in Chinese and English what the next one does."""
    cells = nbformat.read(find_notebook(kind), as_version=4).cells
    guides, codes = cells[::2], cells[1::2]
    assert {cell.cell_type for cell in codes} == {"code"} and len(codes) <= 8
    for guide in guides:
        assert guide.cell_type == "markdown" and guide.metadata.tags == ["guide"]
        chinese, english = guide.source.split("\n\n")[-2:]
        assert re.search(r"[\u4e00-\u9fff]", chinese) and not re.search(r"[\u4e00-\u9fff]", english)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_papermill_knows_every_key_of_a_parameter_file(file: Path) -> None:
    """Each key is a parameter of the notebook, which has a type and a comment for each."""
    declared = papermill.inspect_notebook(find_notebook(read_parameters(file).notebook))
    assert set(yaml.safe_load(file.read_text(encoding="utf-8"))) <= set(declared)
    for name, parameter in declared.items():
        assert parameter["inferred_type_name"] != "None" and parameter["help"], name


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_runs_and_only_shows(
    kind: str,
    few: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With a planner's own few tables each kind shows its sections and writes nothing unasked."""
    data, empty = write(tmp_path / "data"), tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    draw_only(monkeypatch)
    if kind != "scenarios":  # which need figures of more indicators
        monkeypatch.setattr("forecast.tables.plan.shipped_folder", lambda _: few)
    # What takes long has tests of its own: peers, and forecasts from every year end.
    monkeypatch.setattr(method_check, "PEERS", ())
    monkeypatch.setattr(method_check, "backtest", partial(method_check.backtest, origins=[2021]))
    monkeypatch.setattr(final, "list_origins", lambda _: ["2021-12-31"])
    shown: list[object] = []
    names: dict[str, object] = {"display": lambda *sections: shown.extend(sections)}
    parameters, *cells = [
        cell.source
        for cell in nbformat.read(find_notebook(kind), as_version=4).cells
        if cell.cell_type == "code"
    ]
    exec(parameters, names)
    names |= {"region": "hill", "data": str(data), "as_of": "2022-12-31", "draws": 20}
    names |= {"scenarios": "pandemic_year"} if kind == "scenarios" else {}
    with caplog.at_level(logging.WARNING):
        for cell in cells:
            exec(cell, names)
    assert len(shown) > len(cells) - 2 and all(hasattr(s, "_repr_html_") for s in shown)
    assert caplog.messages == []
    assert list(empty.iterdir()) == []


def test_papermill_runs_a_notebook_with_a_shipped_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """`papermill NOTEBOOK out.ipynb -f FILE` works, and nothing warns."""
    values = yaml.load(KINDS["indicator"].read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    with caplog.at_level(logging.WARNING):
        executed = papermill.execute_notebook(
            find_notebook("indicator"), tmp_path / "out.ipynb", values,
            progress_bar=False, cwd=str(tmp_path),
        )  # fmt: skip
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    assert {output.output_type for output in outputs} == {"display_data"}
    assert caplog.messages == []
    assert [file.name for file in tmp_path.iterdir()] == ["out.ipynb"]
