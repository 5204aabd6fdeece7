"""Tests of faults in Chinese: every text that can be shown is there, and reads so."""

import ast
import errno
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import forecast
from forecast.desk.session import Desk
from forecast.errors import DataError, Problem, Said, UnknownNameError, WriteError, cause, said
from forecast.files import BusyError
from forecast.i18n.errors import CHINESE, tell_error, translate
from forecast.scenarios.declarations import KINDS
from forecast.scenarios.formulas import read_rules
from forecast.tables.database import FORM
from forecast.tables.plan import data_folder
from forecast.tables.schema import TABLES
from forecast.tables.validation import FAULTS, RULES
from forecast.tables.yaml_files import OTHER, TEMPLATES

TREES = {
    file.stem: ast.parse(file.read_text(encoding="utf-8"))
    for file in Path(forecast.__file__).parent.glob("*.py")
}
DOORS = ("desk", "planner", "readouts", "intakes")

# Modules that the desk reaches, but no person provokes their errors there.
BEYOND = {
    "growth": "the paths and levels it fits are the package's own",
    "indices": "of reports: no index, rank or area is asked about",
    "links": "scales are the package's own",
    "moves": "of reports on what changed",
    "outlook": "only its names of things are used",
    "parameters": "checks what the desk writes itself",
    "remarks": "tells figures in both languages itself",
    "plots": "a font that is not installed",
    "scores": "of reports on the method",
    "stores": "of reports: nothing issued is read",
    "variances": "asked for shares of variance only",
    "verification": "of reports on issued forecasts",
    "wording": "words are the package's own",
}
# What was said elsewhere and is handed on.
HANDED_ON = {
    *["gaps['problem']", "gaps['remedy']", "error.args[0]", "error.problems[0].problem"],
    *["hints[cell]", "_renamed(problem.problem)"],
}
# Gaps that Chinese leaves out: English words of other programs, and the names of classes.
LEFT_OUT = {"class_name", "error", "reason"}
# Where templates do not stand in the call, they stand in tables or are names of things.
TABLED = {
    *[text for rules in RULES.values() for rule in rules for text in rule[2:]],
    *[text for pair in FAULTS.values() for text in pair],
    *[text for pair in (*TEMPLATES.values(), OTHER) for text in pair],
    *[FORM, "input", "constant", "lever", "assumption", "mechanism"],
}


def reached() -> set[str]:
    """Modules that the desk reaches."""
    found, ahead = set[str](), list(DOORS)
    while ahead:
        name = ahead.pop()
        if name in TREES and name not in found:
            found.add(name)
            for node in ast.walk(TREES[name]):
                if isinstance(node, ast.ImportFrom) and node.level:
                    ahead += [node.module] if node.module else [part.name for part in node.names]
    return found


SPOKEN = sorted(reached() - set(BEYOND))


def called(node: ast.AST) -> str:
    """Name of what a node calls, '' for other nodes."""
    return getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""


SPEAKERS = {
    node.name
    for tree in TREES.values()
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef) and "Said" in ast.unparse(node.returns or ast.Constant(0))
}


def leaves(node: ast.expr, function: ast.AST) -> Iterator[ast.expr]:
    """What an expression comes to be in a function, through choices and names."""
    if isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, ast.BoolOp):
        parts = node.values
    elif isinstance(node, ast.Name):
        parts = list(given(node.id, function))
    else:
        yield node
        return
    for part in parts:
        yield from leaves(part, function)
    if not parts:
        yield node


def given(name: str, function: ast.AST) -> Iterator[ast.expr]:
    """What a name is given in a function."""
    for node in ast.walk(function):
        if isinstance(node, ast.NamedExpr) and node.target.id == name:
            yield node.value
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=True)
                yield from (v for t, v in pairs if getattr(t, "id", "") == name)
            elif getattr(target, "id", "") == name:
                yield node.value


def shown(module: str) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Expressions of a module that reach a reader, each with the function it stands in."""
    for function in ast.walk(TREES[module]):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            if called(node) == "Problem":
                yield from ((function, text) for text in node.args[4:6])
            elif isinstance(node, ast.Raise) and node.exc is not None:
                name = called(node.exc)
                if name.endswith("Error") and name not in (
                    "DataError", "FiguresError", "UnknownNameError",
                ):  # fmt: skip
                    yield function, node.exc.args[0]


def is_said(leaf: ast.expr, function: ast.FunctionDef) -> bool:
    """Whether an expression is said: by a call, or by whoever calls the function."""
    told = {a.arg for a in function.args.args if ast.unparse(a.annotation or leaf) == "Said"}
    reworded = isinstance(leaf, ast.Call) and ast.unparse(leaf.func).endswith(").reworded")
    handed_on = ast.unparse(leaf) in HANDED_ON or getattr(leaf, "id", "") in told
    return called(leaf) in SPEAKERS or reworded or handed_on


def templates(module: str) -> Iterator[tuple[str, ast.Call]]:
    """Templates of what a module says, where they stand in the module, with the call."""
    places = dict.fromkeys(("said", "check_name", "UnknownNameError", "know"), slice(1))
    places["_report"] = slice(3, 5)
    for function in ast.walk(TREES[module]):
        for node in ast.walk(function) if isinstance(function, ast.FunctionDef) else ():
            for text in node.args[places[called(node)]] if called(node) in places else ():
                texts = [getattr(leaf, "value", "") for leaf in leaves(text, function)]
                yield from ((text, node) for text in texts if text and isinstance(text, str))


def gaps(template: str) -> set[str]:
    """Names of the gaps of a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("module", SPOKEN)
def test_every_text_that_can_be_shown_is_said(module):
    """Whatever a fault of a module says is said, so that it can be told in Chinese."""
    unsaid = [
        f"{module}: {ast.unparse(text)}"
        for function, text in shown(module)
        for leaf in leaves(text, function)
        if not is_said(leaf, function)
    ]
    assert unsaid == []


@pytest.mark.parametrize("module", SPOKEN)
def test_everything_said_has_chinese_words(module):
    """Each template of a module stands in the table, and its gaps are those the call fills."""
    for template, call in templates(module):
        assert template in CHINESE, template
        names = {word.arg for word in call.keywords}
        # A call without a ** fills exactly the gaps there are.
        if called(call) == "said" and None not in names and isinstance(call.args[0], ast.Constant):
            assert gaps(template) == names, template


def test_nothing_in_the_table_is_left_over():
    """Each Chinese template is one for something that is said, or for a reason of the system."""
    used = {template for module in SPOKEN for template, _ in templates(module)} | TABLED
    assert {text for text in set(CHINESE) - used if not hasattr(errno, text)} == set()
    assert used - set(CHINESE) == set()


def test_exempt_modules_are_reached():
    """No module is exempt without need."""
    assert set(BEYOND) <= reached()


def test_both_languages_have_the_same_gaps():
    """A Chinese template has Chinese words or marks, and the gaps of the English one."""
    for english, chinese in CHINESE.items():
        assert gaps(english) - LEFT_OUT <= gaps(chinese) <= gaps(english), english
        assert re.search(r"[\u4e00-\u9fff：；。]", chinese), english


def test_what_is_said_survives_another_process():
    """A fault that was pickled says the same in both languages."""
    problem = Problem("a.csv", 3, "year", "x", said("unknown {what}", what=said("lever")), said(""))
    for error in (
        DataError([problem]),
        UnknownNameError("region", "lisui", ["lishui"]),
        WriteError(said("{place}, row {row}", place="a", row=1)),
        BusyError(said("unknown key")),
    ):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error) and str(again) == str(error)
        for language in ("zh", "en"):
            assert tell_error(again, language) == tell_error(error, language) != ""


def test_a_list_and_what_fills_a_gap_are_told_in_the_language():
    """What is said inside of what is said is told too, names in a row as the language has them."""
    text = said("{remedy}; {hint}", remedy=said("write one of {words}", words=["a", "b"]),
                hint=said("perhaps {near!r} is meant", near="a"))  # fmt: skip
    assert translate(text, "en") == "write one of a, b; perhaps 'a' is meant"
    assert translate(text, "zh") == "从中选一个写：a、b；可能是“a”"


def test_a_reason_of_the_system_is_told_in_chinese():
    """The system's reason is known by its code, whatever language the system speaks."""
    assert translate(cause(OSError(errno.ENOSPC, "Kein Platz")), "zh") == "空间已满"
    assert cause(OSError(errno.ENOSPC, "Kein Platz")) == "Kein Platz"
    assert isinstance(cause(OSError("odd")), Said) and cause(OSError("odd")) == "odd"


def test_a_fault_of_the_program_has_no_words():
    """An error that was not said is no fault of what was given."""
    for error in (KeyError("x"), ValueError("shapes do not match"), OSError("odd"), ValueError()):
        assert tell_error(error, "zh") == tell_error(error, "en") == ""


# A planner's files with faults, as the Chinese desk tells them.

KNOWN = {
    *[name for table in TABLES.values() for name in table.columns],
    *[word for t in TABLES.values() for c in t.columns.values() for word in c.words or ()],
    *[*TABLES, "YAML", "CSV", "UTF", "csv", "yaml", "load_plan", "baseline"],
    *["low", "central", "high", "lower", "upper", "by", "factor", "levers", "assumptions"],
    *["name", "mechanism", "mechanisms", "indicator", "shock", "project_list", "stock", "count"],
}
SCENARIOS = {
    "misspelt": "name: x\nsteps:\n- indicatr: planned\n  hold:\n",
    "no_number": "name: x\nsteps:\n- {indicator: planned, shift: {by: lots}}\n",
    "broken": "name: x\nsteps: [\n- a\n",
    "tab": "name: x\n\tsteps: a\n",
    "anchor": "name: &a x\nsteps: *a\n",
    "doubled": "name: x\nname: y\n[a]: b\n",
    "text": "plain\n",
    "empty": "",
    "base": "name: x\nbase: nowhere\n",
    "itself": "name: x\nbase: .itself.yaml\n",
    "own": "name: x\ninherited: a\n",
    "levers": "name: x\nsteps:\n- mechanism: care_workforce\n"
    "  levers: {trainees_per_year: [1], hires_per_year: {soon: 1}}\n",
    "ranges": "name: x\nsteps:\n- mechanism: care_workforce\n"
    "  assumptions: {leaving_rate: {low: 5, central: 3, high: 2}, passing_rate: {low: 3}}\n",
    "beyond": "name: x\nsteps:\n- mechanism: care_workforce\n"
    "  levers: {trainees_per_year: 1000000}\n  assumptions: {leaving_rate: 150}\n",
    "mechanism": "name: x\nsteps:\n- mechanism: care_worforce\n  levers: {a: 1}\n",
    "region": "name: x\nsteps:\n- {region: lisui, indicator: planned, hold: {}}\n",
    "ramp": "name: x\nsteps:\n- {indicator: planned, ramp_to: {value: 1, by: 2020, from: 2024}}\n",
    "shocks": "name: x\nsteps:\n- {indicator: planned, shock: {year: soon, recovery: -1}}\n"
    "- {indicator: planned, shock: {by: 1, factor: 2, year: 2023}}\n",
    "two_things": "name: x\nsteps:\n- {mechanism: m, indicator: planned, hold: {}}\n"
    "- {mechanism: m}\n- {levers: {a: 1}}\n- {region: lishui}\n",
    "kinds": "name: [a]\nsteps:\n- a\n- {indicator: {a: b}, hold: x}\n"
    "- {indicator: planned, scale_pace: {factor: inf}}\n- {indicator: planned, delay: {years: }}\n",
    "none": "name: ''\nsteps: a\n",
}
CHANGES = {
    "observations.csv": [
        (r"^(\w+),(\w+),\d+,", r"\1,\2,20025,"),
        (r"^(\w+),(\w+),\d+,", r"\1,\2,soon,"),
        (r"^xiaoshan,", "xiaosan,"),
        (r"^(xiaoshan.*)$", r"\1,\1"),
        (r"^(xiaoshan.*)$", r"\1\n\1"),
        (r"^region,indicator,year", "region,indicator,yeer"),
        (r",actual,", ",acutal,"),
    ],
    "indicators.csv": [(r",share,", ",count,"), (r",higher,", ",,")],
    "mechanisms.yaml": [
        (r"kind: workforce", "kind: workforc"),
        (r"upper: ", "upper: -"),
        (r"low: ", "low: 1"),
        (r"indicator: .*", ""),
        (r"hires_per_year:", "hire_per_year:"),
        (r", lag: 1", ""),
    ],
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Desk:
    """The Chinese desk of a plan."""
    folder = tmp_path_factory.mktemp("desk")
    return Desk.open("lishui", as_of="2022-12-31", draws=50, folder=folder)


def told(desk, act, *args, **named) -> str:
    """What the Chinese desk says of what goes wrong."""
    with pytest.raises((ValueError, OSError, WriteError)) as caught:
        act(*args, **named)
    return tell_error(caught.value, desk.language)


def strange(text: str, *given: str) -> set[str]:
    """Latin words of a text that no file, name or table has."""
    words = re.compile(r"\b[A-Za-z]\w*", re.ASCII)
    return set(words.findall(text)) - {w for part in given for w in words.findall(part)} - KNOWN


@pytest.mark.parametrize("name", SCENARIOS)
def test_faults_of_scenario_files_are_told_in_chinese(desk, name):
    """What is wrong with a file and what to do is told without an English word of ours."""
    content = SCENARIOS[name]
    names = [*desk.mechanisms, *desk.everything.regions["region"], *forecast.scenarios.VERBS]
    said_of_it = told(desk, desk.take_in, f"{name}.yaml", content.encode())
    assert said_of_it.startswith(f"{name}.yaml") and "办法：" in said_of_it
    assert strange(said_of_it, name, content, *names) == set()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [(file, *change) for file, changes in CHANGES.items() for change in changes],
)
def test_faults_of_tables_are_told_in_chinese(desk, tmp_path, file, old, new):
    """A folder that is read again with a fault in it is refused in Chinese, with the remedy."""
    for table in (*data_folder().glob("*.csv"), data_folder() / "mechanisms.yaml"):
        text = table.read_text(encoding="utf-8")
        changed = re.sub(old, new, text, count=1, flags=re.M) if table.name == file else text
        assert (changed != text) == (table.name == file)
        (tmp_path / table.name).write_text(changed, encoding="utf-8")
    said_of_it = told(desk, desk.elsewhere, data=str(tmp_path))
    assert file in said_of_it and "办法：" in said_of_it
    whole = (data_folder() / file).read_text(encoding="utf-8")
    assert strange(said_of_it, file, whole, new, *KINDS) == set()


@pytest.mark.parametrize("formula", ["a >", "a > b > c", "a > x[2]", "a > 1 / 0", "a > f(b)", "a"])
def test_faults_of_rules_are_told_in_chinese(desk, formula):
    """A rule that is no formula is refused in Chinese, with what to write."""
    rules = desk.plan.rules.head(1).assign(formula=formula)
    assert strange(told(desk, read_rules, rules), formula, "rules formula max min x") == set()


def test_faults_of_settings_are_told_in_chinese(desk, tmp_path):
    """Settings, names, days and places that do not fit are refused in Chinese."""
    desk.choose("care_workers_per_10k_elderly")
    (tmp_path / "file").write_text("")
    names = [*desk.indicators, *desk.shipped, *(c.name for c in desk.controls), *desk.regions]
    faults = [
        told(desk, desk.choose, "bedz"),
        told(desk, desk.set, "trainees_per_year", 1e9),
        told(desk, desk.set, "trainees", 1.0),
        told(desk, desk.save, "a/b"),
        told(desk, desk.load, "nowhere"),
        told(desk, desk.seek, 1.5),
        told(desk, desk.elsewhere, region="lisui"),
        told(desk, desk.elsewhere, as_of="2022-13-31"),
        told(desk, desk.elsewhere, data="no/folder"),
        told(desk, lambda: desk.elsewhere(as_of="2030-12-31").answer()),
        told(desk, desk.elsewhere, data="sqlite:////no/such.db"),
        told(desk, (tmp_path / "none").read_bytes),
        told(desk, (tmp_path / "file" / "x").write_text, ""),
        told(desk, forecast.documents.write_atomic, tmp_path / "none" / "x", b""),
    ]
    given = "bedz 1e9 trainees a/b nowhere lisui sqlite no/folder no/such.db none file x as_of"
    for text in faults:
        assert re.search(r"[\u4e00-\u9fff]", text)
        assert strange(text.replace(str(tmp_path), ""), given, *names) == set(), text
