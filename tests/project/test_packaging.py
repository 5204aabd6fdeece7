"""The package as it is installed, and the files that say how."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import forecast

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Written with brackets so that this file does not name what it looks for.
REGISTRY = re.compile(r"(?:pypi|pythonhosted|anaconda)[.](?:org|com)|index[-_]url|find[-_]links")
MACHINE_PATH = re.compile(r"(?<![\w.:/<-])/(?:root|home|work|tmp|Users)/[\w.]")


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Standard output of a command that must succeed; its errors are shown if it does not."""
    done = attempt(*command, cwd=cwd, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def attempt(
    *command: str | Path, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as if from a shell, also when these tests run under make."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=inherited | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package unpacked as an installer would, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", folder]
    run(sys.executable, "-m", "pip", "wheel", *options, ROOT, cwd=folder, PIP_NO_INDEX="1")
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every text file of the source distribution, which leaves out what git ignores."""
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    texts = {}
    (built,) = folder.glob("*.tar.gz")
    with tarfile.open(built) as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member)
            if content and not member.name.endswith((".png", ".sqlite", ".xlsx")):
                name = member.name.partition("/")[2]
                texts[name] = content.read().decode("utf-8")
    return texts


def shipped_files(folder: Path) -> set[str]:
    """Tables, notebooks, parameter sets and their descriptions, relative to their folder."""
    kinds = {".csv", ".ipynb", ".md", ".yaml"}
    names = [path.relative_to(folder) for path in folder.rglob("*") if path.suffix in kinds]
    return {name.as_posix() for name in names if not name.as_posix().startswith(".")}


@pytest.mark.parametrize("folder", ["data", "notebooks", "params"])
def test_wheel_holds_every_file(wheel: Path, folder: str) -> None:
    """The wheel carries the repository's tables, notebooks and parameter sets, all of them."""
    expected = shipped_files(ROOT / folder)
    assert expected
    assert shipped_files(wheel / "forecast" / folder) == expected


def test_wheel_works_outside_the_repository(wheel: Path, tmp_path: Path) -> None:
    """Tables, translations and templates inside the wheel are used, whatever the current folder."""
    code = (
        "import forecast as fc; from forecast.tables.plan import data_folder;"
        "from forecast.i18n.catalog import languages; assert 'zh' in languages();"
        "from forecast.reports.page import render_template;"
        "assert '@page' in render_template('page.html.j2', language='zh', title='', body='');"
        "plan = fc.load_plan('lishui'); assert len(plan.targets);"
        "print(fc.__file__); print(data_folder())"
    )
    out = run(sys.executable, "-W", "error", "-c", code, cwd=tmp_path, PYTHONPATH=str(wheel))
    assert all(Path(line).is_relative_to(wheel / "forecast") for line in out.splitlines())


def test_wheel_has_the_command(wheel: Path, tmp_path: Path) -> None:
    """The `forecast` command is declared, and answers from the wheel."""
    (entry,) = wheel.glob("*.dist-info/entry_points.txt")
    assert "forecast = forecast.cli:app" in entry.read_text(encoding="utf-8")
    code = "from forecast.cli import app; app(['--help'])"
    assert "run" in run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(wheel))


def test_environment_defers_to_the_project() -> None:
    """environment.yml names Python and pip alone; the rest comes from the project's own files."""
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    environment = yaml.safe_load(text)
    python, pip, section = environment["dependencies"]
    assert environment["name"] == PROJECT["name"]
    assert python.split(maxsplit=1)[0] == "python"
    assert SpecifierSet(python.split(maxsplit=1)[1]) == SpecifierSet(PROJECT["requires-python"])
    assert pip == "pip"
    assert section == {"pip": ["-c constraints.txt", "-e .[test]"]}


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_constraints_pin_every_requirement(python: str) -> None:
    """Each requirement has exactly one pin on each Python, within its declared range."""
    where = {"python_version": python, "python_full_version": f"{python}.9"}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins: dict[str, list[str]] = {}
    for pin in map(Requirement, lines):
        (version,) = pin.specifier
        assert version.operator == "==" and not pin.url and not pin.extras
        if pin.marker is None or pin.marker.evaluate(where):
            pins.setdefault(canonicalize_name(pin.name), []).append(version.version)
    extras = PROJECT["optional-dependencies"]
    declared = [*PROJECT["dependencies"], *extras["test"], *extras["docs"]]
    for requirement in map(Requirement, declared):
        found = pins.get(canonicalize_name(requirement.name), [])
        assert len(found) == 1, f"{requirement.name}: {found}; run `make constraints`"
        assert requirement.specifier.contains(found[0]), f"{requirement}: {found}"


def test_help_lists_every_target() -> None:
    """`make` alone lists each target with a line of its own."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", text, re.MULTILINE))
    phony = set(re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)[0].split())
    listed = set(re.findall(r"^  make ([a-z]+) +\S", run("make", cwd=ROOT), re.MULTILINE))
    assert {"help", "report", "test"} <= targets
    assert targets == phony == listed


def test_reports_of_every_kind_have_a_command() -> None:
    """`make reports` runs the example and each parameter file there is; scenarios are none."""
    told = run("make", "-n", "reports", cwd=ROOT)
    files = {str(f.relative_to(ROOT)) for f in (ROOT / "params").rglob("*.yaml")}
    named = set(re.findall(r"params/\S+\.yaml", told))
    aside = ("params/scenarios/", "params/example/")
    assert named == {f for f in files if not f.startswith(aside)} and "params/example " in told


def test_documents_name_real_targets() -> None:
    """READMEs and CONTRIBUTING name the two commands, and no target that is not there."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    needed = {"README.md": {"report", "test"}, "README.zh.md": {"report", "test"}}
    for name, wanted in (needed | {"CONTRIBUTING.md": {"test"}}).items():
        text = (ROOT / name).read_text(encoding="utf-8")
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
        assert wanted <= named, name
        assert [target for target in named if f"\n{target}:" not in makefile] == []


def test_ci_runs_the_documented_command() -> None:
    """The continuous check runs `make test`, the very command of the README."""
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^step make test\b", text, re.MULTILINE)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_make_refuses_an_unfit_python(tmp_path: Path) -> None:
    """An interpreter that is too old or missing is named, with the remedy, and nothing is made."""
    venv = tmp_path / "venv"
    for python in ("false", "no-such-python"):
        done = attempt("make", "install", f"PYTHON={python}", f"VENV={venv}", cwd=ROOT)
        assert done.returncode != 0
        assert f"needs Python 3.11, 3.12 or 3.13; '{python}' is not" in done.stderr
        assert "make install PYTHON=" in done.stderr
        assert not venv.exists()


def test_make_keeps_a_folder_that_is_no_environment(tmp_path: Path) -> None:
    """A folder named as VENV by mistake is neither emptied nor removed."""
    precious = tmp_path / "precious.txt"
    precious.touch()
    options = [f"PYTHON={sys.executable}", f"VENV={tmp_path}"]
    done = attempt("make", "install", *options, cwd=ROOT)
    assert done.returncode != 0 and "no Python environment" in done.stderr
    assert precious.exists()


def test_source_distribution_is_whole(published: dict[str, str]) -> None:
    """What is published holds the code, its tests, its tables and its tasks, and no leftovers."""
    wanted = [
        "src/forecast/tables/plan.py",
        "tests/project/test_packaging.py",
        "data/targets.csv",
        ".ci/run",
    ]
    wanted += ["Makefile", "LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"]
    wanted += ["constraints.txt", "environment.yml", "pyproject.toml"]
    assert [name for name in wanted if name not in published] == []
    assert [name for name in published if name.startswith((".venv", "reports/"))] == []


def test_no_file_names_a_registry_or_a_machine(published: dict[str, str]) -> None:
    """No published file depends on a package server or on a folder of one machine."""
    found = [
        f"{name}: {match.group()}"
        for name, text in published.items()
        for pattern in (REGISTRY, MACHINE_PATH)
        for match in pattern.finditer(text)
    ]
    assert found == []
    server, folder = "pypi" + ".org", "/home" + "/someone"
    assert REGISTRY.search(server) and MACHINE_PATH.search(folder)


def test_version_is_the_same_everywhere() -> None:
    """Package, project file and the newest entry of the change log agree on the version."""
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[?v?(\d[\w.]*)", log, re.MULTILINE)
    assert PROJECT["dynamic"] == ["version"] and forecast.__version__ == headings[0]
