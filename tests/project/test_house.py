"""CONTRIBUTING.md describes the package as it is: its packages, their order, every module named."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

import forecast

SOURCE = Path(forecast.__file__).parent
TOP = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or path.is_dir()}
TOP = {name for name in TOP if not name.startswith("_")}
PACKAGES = sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))
FOLDERS = ("data", "docs", "notebooks", "params", "src", "tests")


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    """Return the text of the page."""
    return (root / "CONTRIBUTING.md").read_text(encoding="utf-8")


def quoted(page: str) -> list[str]:
    """Return what the page shows as code within its text."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", page, flags=re.M | re.S))


def resolves(name: str) -> bool:
    """Return whether a dotted name is a module of the package, or a name in one.

    >>> resolves("tables.plan.load_plan"), resolves("tables.plan.load_plans")
    (True, False)
    """
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        module = ".".join(["forecast", *parts[:cut]])
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            continue
        for attribute in parts[cut:]:
            found = getattr(found, attribute, None)
        return found is not None
    return False


def test_the_table_has_all_packages_in_the_order_of_the_contract(page: str, root: Path) -> None:
    """Line by line the packages are the layers of the import contract, lowest first."""
    rows = re.findall(r"^\| (`.+?) \| ", page, re.M)
    listed = [set(re.findall(r"`(\w+)`", row)) for row in rows]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    assert listed == [set(re.split(r" [|:] ", layer)) for layer in reversed(layers)]
    assert set().union(*listed) == TOP


def test_every_name_on_the_page_exists(page: str) -> None:
    """Each module, function and constant named with its package can be imported."""
    names = [n for n in quoted(page) if re.fullmatch(r"\w+(\.\w+)+", n)]
    names = [name for name in names if name.partition(".")[0] in TOP]
    assert len(names) > 50
    assert [name for name in names if not resolves(name)] == []


def test_every_file_on_the_page_exists(page: str, root: Path) -> None:
    """Each path of the repository, or of the package, is a file or folder."""
    paths = [n for n in quoted(page) if re.fullmatch(r"[\w.]+(/[\w.]+)*/?", n) and "/" in n]
    paths = [path for path in paths if path.partition("/")[0] in {*FOLDERS, *TOP, "benchmarks"}]
    assert len(paths) > 20
    missing = [p for p in paths if not ((root / p).exists() or (SOURCE / p).exists())]
    assert [path for path in missing if "CODE" not in path] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_what_it_is_for(package: str) -> None:
    """It opens with one sentence; the modules and names that it lists and exports exist."""
    module = importlib.import_module(f"forecast.{package}")
    first, *rest = module.__doc__.splitlines()
    assert re.fullmatch(r"[A-Z].+\.", first), first
    heads = [line.partition(": ")[0] for line in rest if line.startswith("- ")]
    listed = [name for head in heads for name in re.findall(r"`(\w+)`", head)]
    assert listed and module.__all__
    for name in {*listed, *module.__all__}:
        assert hasattr(module, name) or (SOURCE / package / f"{name}.py").is_file(), name


@pytest.mark.parametrize("folder", ["", *PACKAGES])
def test_tests_mirror_the_packages(folder: str, root: Path) -> None:
    """Each folder of tests belongs to a package, and has tests."""
    assert list((root / "tests" / folder).glob("test_*.py"))


def test_no_other_folder_has_tests(root: Path) -> None:
    """Beside the packages only the project's own files have a folder of tests."""
    folders = {path.parent.name for path in (root / "tests").glob("*/test_*.py")}
    assert folders == {*PACKAGES, "project"}
