"""The tour of a plan of one's own: the same in both languages, its commands and examples real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from forecast.cli import app
from forecast.scenarios.declarations import read_mechanisms

PAGES = ("docs/own-plan.md", "docs/own-plan.zh.md")


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_options_exist(root: Path, page: str) -> None:
    """Each command of the page is one, with its options."""
    text = (root / page).read_text(encoding="utf-8")
    commands = typer.main.get_command(app).commands
    named = re.findall(r"forecast ([a-z-]+)((?: +[^`\n|；：;]+)?)", text)
    assert len(named) >= 12
    for name, rest in named:
        options = {option for one in commands[name].params for option in one.opts}
        assert set(re.findall(r"(?<= )--[a-z-]+", rest)) <= options, (name, rest)


@pytest.mark.parametrize("page", PAGES)
def test_the_section_of_mechanisms_is_read(root: Path, page: str, tmp_path: Path) -> None:
    """The example of an own section gives the county its assumptions."""
    text = (root / page).read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "mechanisms.yaml").write_text(example, encoding="utf-8")
    (region,) = re.findall(r"regions:\n +([^:]+):", example)
    found = read_mechanisms(tmp_path)["nursing_bed_share_stocks"].in_region(region)
    assert found.assumptions["total"].central == 2000


def test_both_languages_have_the_same_shape(root: Path) -> None:
    """As many sections, steps, rows and blocks."""
    first, second = ((root / page).read_text(encoding="utf-8") for page in PAGES)
    for pattern in ("^## ", r"^\d\. ", r"^\| ", "^```"):
        counts = [len(re.findall(pattern, text, re.MULTILINE)) for text in (first, second)]
        assert counts[0] == counts[1], pattern
