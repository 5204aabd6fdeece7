"""docs/scale.md and docs/scale.zh.md: their code runs, and both say the same numbers."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = [ROOT / "docs" / name for name in ("scale.md", "scale.zh.md")]


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_the_code_runs_and_is_complete(doc, tmp_path, capsys):
    """Each block runs after those before it."""
    names = {"panel": tmp_path / "panel"}
    for block in re.findall(r"```python\n(.*?)```", doc.read_text(encoding="utf-8"), re.S):
        exec(compile(block, doc.name, "exec"), names)
    assert capsys.readouterr().out == "True () ()\n"


def test_both_languages_have_the_same_numbers_and_code():
    """Blocks of code, and the rows of numbers, are equal."""
    english, chinese = (doc.read_text(encoding="utf-8") for doc in DOCS)
    for pattern in (r"```.*?```", r"^\| [0-9][^\n]*$"):
        found = [re.findall(pattern, text, re.S | re.M) for text in (english, chinese)]
        assert found[0] and found[0] == found[1]
