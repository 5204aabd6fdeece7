"""What the site changes while it is built (see mkdocs.yml): docstrings, and Chinese line breaks."""

import logging
import re
from typing import Any

import griffe

SECTION = re.compile(
    r"^(Parameters|Attributes|Returns)\n-+\n(.*?)(?=\n\n[A-Z]\w+\n---|\Z)", re.MULTILINE | re.DOTALL
)
ITEM = re.compile(r"^(\*{0,2}\w+(?:, \w+)*) : ", re.MULTILINE)
EXAMPLE = re.compile(r"^>>> .*(?:\n.+)*", re.MULTILINE)
BREAK = re.compile(r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef”’])\n *(?=[\u4e00-\u9fff“‘（《])")


class PlainSections(griffe.Extension):
    """Show sections of docstrings as lists, as types are above them, and examples as code."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of an object."""
        if obj.docstring:
            text = SECTION.sub(_write_list, obj.docstring.value)
            if "\nExamples\n---" not in text:
                text = EXAMPLE.sub(lambda example: f"```pycon\n{example[0]}\n```", text)
            obj.docstring.value = text


def _write_list(section: re.Match[str]) -> str:
    items = ITEM.sub(lambda item: f"* `{item[1].replace(', ', '`, `')}`: ", section[2])
    return f"**{section[1]}**\n\n{items}"


def on_pre_build(**_: Any) -> None:
    """Silence the library that splits Chinese into words for the search."""
    logging.getLogger("jieba").setLevel(logging.WARNING)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Join lines of Chinese, as a line break would be shown as a space."""
    return BREAK.sub("", markdown)
