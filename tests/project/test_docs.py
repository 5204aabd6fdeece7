"""The documentation: its code runs as printed, its links lead somewhere, both languages agree."""

import ast
import re
import runpy
from pathlib import Path

import pytest
import typer.main
import yaml
from matplotlib.testing.compare import compare_images

import forecast as fc
from forecast.cli import app
from pages import (
    CHINESE,
    DOCS,
    ROOT,
    list_anchors,
    list_blocks,
    list_links,
    read,
    read_prose,
    run_blocks,
)

README = "../README.md"
PAGES = sorted(file.name for file in DOCS.glob("*.md") if not file.name.endswith(".zh.md"))
BOTH = [README, *PAGES]
WITH_PYTHON = [page for page in BOTH if list_blocks(read(page), "python")]
NAMES = {
    "民政",
    "时序进度",
    "示例数据",
    "青山县",
    "云岭县",
    "完成数",
    "目标",
    "实际",
    "中文说明：",
    "左右",
}
"""Chinese that an English page may have outside of code: names and printed words."""
SMALL_DIFFERENCE = 3.0
"""Root mean square of pixel values (0-255): what another version's hinting may change."""


def in_chinese(page: str) -> str:
    """Return the name of the Chinese page."""
    return page.replace(".md", ".zh.md")


@pytest.mark.parametrize("page", WITH_PYTHON)
def test_python_runs_as_printed(page: str, tmp_path: Path, monkeypatch) -> None:
    """Each block runs after those before it; a block of text below is what it prints.

    One language is enough, as both have the same code.
    """
    monkeypatch.chdir(tmp_path)
    for code, shown, printed in run_blocks(read(page)):
        if shown or page != README:
            assert printed == shown, code


@pytest.mark.parametrize("page", BOTH)
def test_both_languages_have_the_same_code(page: str) -> None:
    """Python differs in comments only; files, output and commands are the same."""
    english, chinese = read(page), read(in_chinese(page))
    kinds = [re.findall(r"^```(.+)$", text, re.M) for text in (english, chinese)]
    assert kinds[0] == kinds[1]
    readers = {"python": lambda code: ast.dump(ast.parse(code)), "yaml": yaml.safe_load}
    for kind in sorted({kind.partition(" ")[0] for kind in kinds[0]}):
        first, second = (
            [
                readers.get(kind, str)(re.sub(r"--language \w\w|[ \t]+#.*|青山县规划", "", block))
                for block in list_blocks(text, kind)
            ]
            for text in (english, chinese)
        )
        assert first == second or page == "own-plan.md", kind  # whose folder is named differently


@pytest.mark.parametrize("page", BOTH)
def test_both_languages_have_the_same_parts(page: str) -> None:
    """Headings, formulas, rows, numbers in tables, items and links; English pages no Chinese."""
    english, chinese = (read_prose(read(name)) for name in (page, in_chinese(page)))
    for pattern in (r"^#+ ", r"^\|(?=[- ])", r"^[*-] ", r"^\d+\. "):
        first, second = (re.findall(pattern, text, re.M) for text in (english, chinese))
        assert first == second, pattern
    for pattern in (
        r"^    .*$",
        r"^\|.*\d\.\d.*$",
        r"`test_\w+::test_\w+`",
        r"10\.\d{4}/[A-Za-z0-9./-]+\b",
    ):
        first, second = (sorted(re.findall(pattern, text, re.M)) for text in (english, chinese))
        if pattern.startswith(r"^\|"):
            first, second = (sorted(re.findall(r"\d+\.\d+", "".join(r))) for r in (first, second))
        assert first == second, pattern
    first, second = (
        [file.replace(".zh.md", ".md").replace("_zh.", "_en.") for file, _ in list_links(text)]
        for text in (english, chinese)
    )
    assert sorted(first) == sorted(second)
    assert set(CHINESE.findall(re.sub(r"`[^`]*`", "", english))) <= NAMES


def test_every_link_leads_somewhere() -> None:
    """Files and headings that pages link to exist; so does a page for each entry of the site."""
    wrong = []
    for file in [*ROOT.glob("*.md"), *DOCS.glob("*.md"), ROOT / "data" / "README.md"]:
        for name, anchor in list_links(read(file)):
            goal = file.parent / name if name else file
            if not goal.is_file() or (anchor and anchor not in list_anchors(read(goal))):
                wrong.append(f"{file.name}: {name}#{anchor}")
    assert wrong == []
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    assert sorted(re.findall(r"[a-z-]+\.md$", navigation, re.M)) == PAGES


def test_commands_and_options_exist() -> None:
    """Each `forecast` command that a page names is one, with its options."""
    known = {
        name: {option for part in command.params for option in part.opts} | {"--help"}
        for name, command in typer.main.get_command(app).commands.items()
    }
    for page in BOTH:
        for text in (read(page), read(in_chinese(page))):
            named = re.findall(
                r"(?:^|[ `/\\])forecast(?:\.exe)? ([a-z-]+)([^`\n|；;>]*)", text, re.M
            )
            for name, rest in named:
                if name in known:
                    assert set(re.findall(r"(?<= )--[a-z-]+", rest)) <= known[name], (name, rest)
                else:
                    assert not rest.startswith(" --"), (page, name)


def test_public_names_exist_and_the_reference_has_them_all() -> None:
    """Everything written as `fc.name` is there; the reference lists each public name once."""
    for page in (*BOTH, *map(in_chinese, BOTH)):
        named = set(re.findall(r"\bfc\.(\w+)", read(page)))
        assert [name for name in named if not hasattr(fc, name)] == [], page
    for page in ("reference.md", "reference.zh.md"):
        assert sorted(re.findall(r"^::: forecast\.(\w+)$", read(page), re.M)) == sorted(fc.__all__)


def test_pictures_are_drawn_from_the_data(tmp_path: Path) -> None:
    """Those of README and tour are what their script draws today, and each is on a page.

    One language is enough, as both are drawn from the same results.
    """
    drawn = runpy.run_path(str(DOCS / "pictures.py"))["draw_pictures"](["en"])
    for name, content in drawn.items():
        (tmp_path / name).write_bytes(content)
        fault = compare_images(DOCS / name, tmp_path / name, SMALL_DIFFERENCE)
        assert fault is None, fault
    pages = [read(page) for page in (*BOTH, *map(in_chinese, BOTH))]
    shown = {file.rpartition("/")[2] for text in pages for file, _ in list_links(text)}
    assert {file.name for file in DOCS.glob("*.png")} <= shown and set(drawn) <= shown


def test_numbers_of_the_readme_are_those_of_the_method() -> None:
    """Brier scores and coverage are from the table that `benchmarks/accuracy.py` printed."""
    rows = [line.strip("|").split(" | ") for line in read("method.md").splitlines()]
    scores = {
        method: [row[2] for row in rows if len(row) == 10 and row[1] == method]
        for method in ("with siblings", "drift")
    }
    for page in (README, in_chinese(README)):
        named = re.findall(r"0\.\d{3}", read_prose(read(page)))
        assert named == [f(scores[m]) for m in scores for f in (min, max)]


def test_the_tour_has_the_numbers_of_the_example() -> None:
    """The chance on the present course; what a chance of 80 % takes, and costs."""
    plan = fc.load_plan(ROOT / "params/example/tables", region="yunling_county", as_of="2026-11-30")
    target = {"indicator": "care_workers_per_10k_elderly", "year": 2030}
    need = fc.goal_seek(plan, target, lever="trainees_per_year", probability=0.8)
    chance, english = round(100 * need.curve["p_reach"].iloc[0]), read("tour.md").replace("\n", " ")
    assert f"the chance is {chance} % on the present course" in english
    assert f"takes {need.value:.0f} more trainees a year, {need.cost * 10000:,.0f} yuan" in english
    chinese = read("tour.zh.md").replace("\n", "")
    assert f"概率为{chance}%" in chinese
    assert f"每年需增训{need.value:.0f}人" in chinese and f"共需{need.cost:.0f}万元" in chinese
