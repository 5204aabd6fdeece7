"""The shape of the package: its size, its libraries, its public names, what importing it costs.

The order of the packages is a contract of import-linter (pyproject.toml), checked by `make lint`.
"""

import ast
import importlib
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import forecast
from parsed import parse_modules

ROOT = Path(forecast.__file__).parent
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in ROOT.rglob("*.py")
}
MODULES = sorted(name for name in SOURCES if not name.endswith("__init__"))


def trees() -> dict[str, ast.Module]:
    """Syntax trees of the modules, by name."""
    parsed = parse_modules()
    return {name: parsed[str(path.relative_to(ROOT))] for name, path in SOURCES.items()}


# Libraries that cost seconds, and the only modules or packages that may import them.
RESERVED: dict[str, set[str]] = {
    "anywidget": {"desk.frontend"},
    "docx": {"reports.office.word", "reports.office.word_styles"},
    "ipywidgets": {"desk"},
    "lxml": {"reports.office.content"},
    "matplotlib": {"charts", "desk.live_chart"},
    "papermill": {"reports.kernel", "reports.preload"},
    "pptx": {"reports.office.slides"},
    "seaborn": {"charts"},
    "sqlalchemy": {"evaluation.store", "tables.database"},
    "statsmodels": {"evaluation.baselines", "evaluation.scores"},
    "voila": {"desk.access", "desk.server"},
    "weasyprint": {"reports.pdf"},
    "zhplot": {"charts"},
}

# What `import forecast` must not load. Half its time were scipy's distributions and optimisers.
HEAVY = {
    *RESERVED,
    *["IPython", "babel", "bs4", "jinja2", "jupyter_client", "nbclient", "nbconvert", "nbformat"],
    *["openpyxl", "pandera", "python_calamine", "scipy.optimize", "scipy.stats", "tqdm", "typer"],
}

FUNCTIONS = {
    *["apply_scenario", "attainment", "attainment_years", "backtest", "check_rules", "compare"],
    *[
        "cheapest_mix",
        "failure_conditions",
        "fit",
        "goal_seek",
        "index",
        "joint",
        "load_plan",
        "next_figure",
    ],
    *["project", "project_forecast", "quantiles", "rank", "read_mechanisms", "read_priors"],
    *[
        "propose_targets",
        "read_scenario",
        "reconcile",
        "required",
        "roll_up",
        "run_panel",
        "run_report",
        "sensitivity",
    ],
    *["simulate", "write_scenario"],
}
RECORDS = {
    *["Backtest", "Fits", "GoalSeek", "Joint", "PanelResult", "Paths", "Plan", "Range"],
    *["Scenario"],
}
RECORDS |= {"BASELINE", "LeverMix", "Sensitivity", "Stepwise"}
ERRORS = {"DataError", "ForecastError", "StatisticalWarning", "UnknownNameError"}

# Where a library's name on import differs from its name when installed.
INSTALLED_AS = {
    "bs4": "beautifulsoup4", "docx": "python-docx", "pptx": "python-pptx", "yaml": "pyyaml",
}  # fmt: skip

MOST_LINES, MOST_FUNCTION_LINES = 450, 60


def imported_libraries(tree: ast.Module) -> set[str]:
    """Names of the libraries that a module imports, also inside functions.

    >>> sorted(imported_libraries(ast.parse("import a.b, c; from d.e import f; from .g import h")))
    ['a', 'c', 'd']
    """
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module))
    return {name.partition(".")[0] for name in names}


def test_slow_libraries_have_one_place() -> None:
    """A library that costs seconds is imported only by the modules that need it."""
    misplaced = [
        f"{name} imports {library}"
        for name, tree in trees().items()
        for library in imported_libraries(tree) & set(RESERVED)
        if not any(f"{name}.".startswith(f"{place}.") for place in RESERVED[library])
    ]
    assert misplaced == []


def test_imported_libraries_are_declared(root: Path) -> None:
    """Every library the code imports stands in the dependencies, none comes by luck."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    stated = [*project["dependencies"], *(text for name in optional for text in optional[name])]
    declared = {re.split(r"[^\w-]", text)[0].lower() for text in stated}
    libraries = set().union(*map(imported_libraries, trees().values()))
    outside = libraries - set(sys.stdlib_module_names) - {"forecast"}
    needed = {INSTALLED_AS.get(name, name).replace("_", "-").lower() for name in outside}
    assert needed <= declared, sorted(needed - declared)


def test_import_is_light() -> None:
    """Public names load no library for pictures, notebooks, files or the command line.

    `import forecast` alone loads not even numpy: names are imported when they are first used.
    """
    used = "[getattr(forecast, name) for name in forecast.__all__ if name != 'run_report']"
    for code, loads in {"": False, used: True}.items():
        code = f"import sys, forecast; {code}; print(*sys.modules)".replace("; ;", ";")
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        loaded = set(done.stdout.split())
        assert ({"numpy", "pandas"} <= loaded) == loads
        assert loaded & HEAVY == set()


def test_the_public_names_are_exported() -> None:
    """The package exports its verbs, its records and its errors, and nothing else."""
    assert set(forecast.__all__) == FUNCTIONS | RECORDS | ERRORS
    assert all(hasattr(forecast, name) for name in forecast.__all__)


def test_no_function_hides_a_module() -> None:
    """No exported name is also the name of a package or module beside it."""
    beside = {name.partition(".")[0] for name in SOURCES}
    assert beside & set(forecast.__all__) == set()


def test_public_names_are_documented() -> None:
    """Each module, and each function and class in its `__all__`, says what it is."""
    silent = []
    for module in (importlib.import_module(f"forecast.{name}") for name in MODULES):
        assert module.__doc__, module.__name__
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if not (inspect.isfunction(thing) or inspect.isclass(thing)):
                continue
            # A dataclass without a docstring gets its signature for one.
            text = (thing.__doc__ or "").strip()
            if not text or text.startswith(f"{name}("):
                silent.append(f"{module.__name__}.{name}")
    assert silent == []


def test_exported_functions_show_an_example() -> None:
    """Each exported function has an example, which the test run executes."""
    # A report takes a notebook kernel and seconds: it is run elsewhere.
    silent = [name for name in FUNCTIONS if ">>>" not in (getattr(forecast, name).__doc__ or "")]
    assert set(silent) <= {"run_report"}


def test_modules_are_short() -> None:
    """A module has at most 450 lines, or says at its head "so many lines because"."""
    long = {
        name
        for name in SOURCES
        if len(SOURCES[name].read_text(encoding="utf-8").splitlines()) > MOST_LINES
        and "lines because" not in (ast.get_docstring(trees()[name]) or "")
    }
    assert sorted(long) == []


def test_functions_are_short() -> None:
    """A function has at most 60 lines, its docstring aside."""
    long = set()
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            described = node.body[0] if ast.get_docstring(node) else None
            docstring = described.end_lineno - described.lineno + 1 if described else 0
            if node.end_lineno - node.lineno + 1 - docstring > MOST_FUNCTION_LINES:
                long.add(f"{module}.{node.name}")
    assert sorted(long) == []
