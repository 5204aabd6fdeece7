"""Pages of the documentation: their blocks of code, their headings, their links."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r'^```(\w+)(?: title="(.+?)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
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
