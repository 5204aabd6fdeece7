"""Pages of the documentation: their blocks of code, their headings, their links.

    PYTHONPATH=src python tests/pages.py

prints into both languages of each page what its Python prints today.
"""

import contextlib
import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r'^```(\w+)(?: title="(.+?)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
PRINTING = re.compile(r"^```python\n(.*?)^```(?:\n\n```text\n(.*?)^```)?", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("airflow",)
"""Libraries that are not installed: code that imports them is compiled only."""
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")


def read(page: str | Path) -> str:
    """Text of a page of `docs`, or of another file."""
    return (DOCS / page).read_text(encoding="utf-8")


def list_blocks(text: str, kind: str) -> list[str]:
    """Contents of the fenced blocks of a kind, in order."""
    return [content for name, _, content in BLOCK.findall(text) if name == kind]


def read_prose(text: str) -> str:
    """The text without its fenced blocks."""
    return BLOCK.sub("", text)


def write_files(text: str, folder: Path) -> list[Path]:
    """Write the blocks with a title to the files that it names."""
    files = []
    for _, name, content in BLOCK.findall(text):
        if name:
            files.append(folder / name)
            files[-1].parent.mkdir(parents=True, exist_ok=True)
            files[-1].write_text(content, encoding="utf-8")
    return files


def list_anchors(text: str) -> set[str]:
    """Anchors of the headings, as GitHub and the site make them."""
    heads = re.findall(r"^#+ (.+)$", read_prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def list_links(text: str) -> list[tuple[str, str]]:
    """File ('' for the page itself) and anchor of each link to a file, pictures included."""
    prose = re.sub(r"`[^`\n]*`", "", read_prose(text))
    links = re.findall(r"\]\(([^)\s#]*)(?:#([^)\s]+))?\)", prose)
    return [(file, anchor) for file, anchor in links if "://" not in file]


def run_blocks(text: str) -> Iterator[tuple[str, str, str]]:
    """Run a page's Python in the current folder: code, what is shown below it, what it prints."""
    names: dict[str, object] = {"__name__": "__main__"}
    write_files(text, Path.cwd())
    for code, shown in PRINTING.findall(text):
        compiled, printed = compile(code, "page", "exec"), io.StringIO()
        if not any(f"from {name}" in code for name in ELSEWHERE):
            with contextlib.redirect_stdout(printed):
                exec(compiled, names)
        lines = [line.rstrip() for line in printed.getvalue().splitlines()]
        yield code, shown, "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Print into each page what its code prints."""
    for file in DOCS.glob("*.md"):
        if file.name.endswith(".zh.md") or not list_blocks(read(file), "python"):
            continue
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            changes = [(shown, printed) for _, shown, printed in run_blocks(read(file)) if shown]
        for page in (file, file.with_name(file.name.replace(".md", ".zh.md"))):
            text = read(page)
            for shown, printed in changes:
                text = text.replace(f"```text\n{shown}```", f"```text\n{printed}```", 1)
            page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
