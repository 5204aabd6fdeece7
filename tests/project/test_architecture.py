"""The layers of the package, and what importing it costs."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import forecast

# From the bottom to the top: a module imports only from modules named before it.
LAYERS = {
    "words": ["errors", "schema", "vocabulary", "phrases", "wording", "remarks", "faults"],
    "plan": [
        *["checking", "databases", "sheets", "numerals", "parsing"],
        *["plans", "documents", "levers"],
    ],
    "growth": [
        *["links", "filtering", "priors", "members", "siblings"],
        *["evidence", "increments", "figures", "estimates", "growth"],
    ],
    "futures": [
        *["callbacks", "simulation", "mechanisms", "steps", "scenarios", "linkage"],
        *["projections", "projects"],
    ],
    "answers": [
        *["progress", "targets", "together", "comparison", "responses", "exploration", "rulings"],
        *["boxes", "variances", "sensitivities", "indices"],
        *["scores", "baselines", "backtesting", "replays", "layouts", "learning"],
        *["vintages", "moves", "stores", "verification", "outcomes"],
    ],
    "people": [
        *["plots", "charts", "diagrams", "dashboards", "markup", "monitoring", "method"],
        *["evaluation", "outlook", "spoken", "exploring", "profiles", "hindsight", "closing"],
        *["workbook"],
        *["parameters", "folders", "manifests", "pages", "browsers", "printing", "overview"],
        *["kernels"],
        *["doubts", "intakes", "reports", "batches"],
        *["sketches", "settings", "desk", "readouts", "asides", "controls", "entries", "planner"],
        *["serving", "cli"],
    ],
}
ORDER = [module for layer in LAYERS.values() for module in layer]

# Libraries that cost seconds, and the only modules that may import them.
RESERVED: dict[str, set[str]] = {
    "matplotlib": {"charts", "dashboards", "diagrams", "plots", "sketches"},
    "seaborn": {"plots"},
    "zhplot": {"plots"},
    "papermill": {"reports"},
    "ipywidgets": {"controls", "entries", "planner"},
    "statsmodels": set(),
    "voila": {"serving"},
}

# What `import forecast` must not load.
HEAVY = {
    *RESERVED,
    *["IPython", "bs4", "jupyter_client", "nbclient", "nbconvert", "nbformat"],
    *["openpyxl", "pandera", "python_calamine", "sqlalchemy", "tqdm", "typer"],
}

PROMISED = {
    *["apply_scenario", "attainment", "attainment_years", "backtest", "check_rules", "compare"],
    *["failure_conditions", "fit", "goal_seek", "index", "joint", "load_plan", "next_figure"],
    *["project", "project_forecast", "quantiles", "rank", "read_mechanisms", "read_priors"],
    *["read_scenario", "required", "roll_up", "run_report", "sensitivity", "simulate"],
    *["write_scenario"],
}
RECORDS = {"Backtest", "Fits", "GoalSeek", "Joint", "Paths", "Plan", "Range", "Scenario"}
RECORDS |= {"BASELINE", "Sensitivity"}
ERRORS = {"DataError", "ForecastError", "StatisticalWarning", "UnknownNameError"}

# Where a library's name on import differs from its name when installed.
INSTALLED_AS = {"bs4": "beautifulsoup4", "yaml": "pyyaml"}

SOURCES = sorted(Path(forecast.__file__).parent.glob("*.py"))
MODULES = [path.stem for path in SOURCES if path.stem != "__init__"]
TREES = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def imported(tree: ast.Module) -> list[str]:
    """Dotted names of everything a module imports, also inside functions.

    >>> imported(ast.parse("import a.b, c"))
    ['a.b', 'c']
    >>> imported(ast.parse("from . import links" + chr(10) + "from .errors import check_name"))
    ['forecast.model.links', 'forecast.errors.check_name']
    """
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = ["forecast"] * (node.level > 0) + ([node.module] if node.module else [])
            names += [".".join([*parts, alias.name]) for alias in node.names]
    return names


def layer_faults(importer: str, tree: ast.Module) -> list[str]:
    """Imports of `importer` that do not point to a module named before it in `ORDER`."""
    faults = []
    below = ORDER[: ORDER.index(importer)] if importer in ORDER else []
    for name in imported(tree):
        package, _, rest = name.partition(".")
        target = rest.partition(".")[0]
        if package != "forecast" or name == "forecast.__version__":
            continue
        if target not in below:
            faults.append(f"{importer} imports {name}, which does not stand before it")
    return faults


def test_every_module_has_a_layer() -> None:
    """Each module stands in the list of layers exactly once."""
    assert set(MODULES) <= set(ORDER), sorted(set(MODULES) - set(ORDER))
    assert len(ORDER) == len(set(ORDER))


def test_imports_point_downwards() -> None:
    """A module imports only from modules named before it."""
    assert [fault for name in MODULES for fault in layer_faults(name, TREES[name])] == []


def test_an_import_upwards_is_found() -> None:
    """The check above names the pair, at the top of a module and inside a function alike."""
    for text in ("from .plots import fan", "from . import plots", "import forecast.plots"):
        nested = f"def f():\n    {text}"
        for tree in (ast.parse(text), ast.parse(nested)):
            assert len(layer_faults("links", tree)) == 1
    assert layer_faults("plots", ast.parse("from .links import slope")) == []
    assert len(layer_faults("cli", ast.parse("from . import fit"))) == 1


def test_slow_libraries_have_one_place() -> None:
    """Only some modules draw, only `reports` runs notebooks, three the planner's widgets."""
    for name in MODULES:
        libraries = {dotted.partition(".")[0] for dotted in imported(TREES[name])}
        for library in libraries & set(RESERVED):
            assert name in RESERVED[library], f"{name} imports {library}"


def test_imported_libraries_are_declared(root: Path) -> None:
    """Every library the code imports stands in the dependencies, none comes by luck."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[^\w-]", text)[0] for text in project["dependencies"]}
    names = {dotted.partition(".")[0] for tree in TREES.values() for dotted in imported(tree)}
    outside = names - set(sys.stdlib_module_names) - {"forecast"}
    needed = {INSTALLED_AS.get(name, name).replace("_", "-") for name in outside}
    assert needed <= declared, sorted(needed - declared)


def test_no_function_hides_a_module() -> None:
    """No exported name is also the name of a module."""
    assert set(ORDER) & set(forecast.__all__) == set()


def test_import_is_light() -> None:
    """`import forecast` loads no library for pictures, notebooks, files or the command line."""
    code = "import sys, forecast; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"forecast", "numpy", "pandas"} <= loaded
    assert loaded & HEAVY == set()


def test_import_leaves_out_what_few_answers_need() -> None:
    """`import forecast` loads neither scipy's distributions nor its optimisers: half its time."""
    code = "import sys, forecast; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"scipy.stats", "scipy.optimize"} & set(done.stdout.split()) == set()


def test_the_promised_names_are_exported() -> None:
    """The package exports its verbs, its records and its errors, and nothing else."""
    assert set(forecast.__all__) == PROMISED | RECORDS | ERRORS
    assert all(hasattr(forecast, name) for name in forecast.__all__)


def test_public_names_are_documented() -> None:
    """Each function and class in a module's `__all__` says what it is."""
    silent = []
    for module in map(importlib.import_module, (f"forecast.{name}" for name in MODULES)):
        assert module.__doc__, module.__name__
        for name in module.__all__:
            thing = getattr(module, name)
            if not (inspect.isfunction(thing) or inspect.isclass(thing)):
                continue
            # A dataclass without a docstring gets its signature for one.
            text = (thing.__doc__ or "").strip()
            if not text or text.startswith(f"{name}("):
                silent.append(f"{module.__name__}.{name}")
    assert silent == []


def test_promised_functions_show_an_example() -> None:
    """Each exported function has an example, which the test run executes."""
    # A report takes a notebook kernel and seconds: it is shown in the README and run elsewhere.
    silent = [name for name in PROMISED if ">>>" not in (getattr(forecast, name).__doc__ or "")]
    assert set(silent) <= {"run_report"}
