"""A made-up language in which every message is marked, to find text outside the catalogues.

Its catalogue marks each piece of a message, ⟦so⟧, and leaves the gaps open: what a reader then sees
outside the marks is data, or a text that no translator was given.
"""

from __future__ import annotations

import atexit
import functools
import re
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po, write_po

from forecast.i18n import catalog

LANGUAGE = "eo"
"""A code that Babel has a locale for and the package no catalogue."""
SENTENCE = re.compile(r"[A-Za-z]+[,;:]? [a-z]{2,}|[\u3400-\u9fff\uff01-\uff5e]+")


def gaps(message: str) -> set[str]:
    """Names of the gaps of a message."""
    return {name for _, name, _, _ in Formatter().parse(message) if name}


def mark(message: str, without: Collection[str] = ()) -> str:
    """Mark every piece between the gaps of a message, and leave out some gaps.

    >>> mark("{file}: no figure of {day:%Y}, {what!r}", without=["what"])
    '{file}⟦: no figure of ⟧{day:%Y}⟦, ⟧'
    """
    marked = ""
    for text, name, form, conversion in Formatter().parse(message):
        text = text.replace("{", "{{").replace("}", "}}")
        marked += f"⟦{text}⟧" if text else ""
        if name is not None and name not in without:
            marked += "{" + name + (f"!{conversion}" if conversion else "")
            marked += (f":{form}" if form else "") + "}"
    return marked


@functools.cache
def write_catalogue() -> Path:
    """Write the catalogue of the made-up language; give the folder for `FORECAST_LOCALE`.

    Like the Chinese one it leaves out what other programs say in English.
    """
    folder = Path(tempfile.mkdtemp(prefix="locale-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    source = Path(catalog.__file__).parent / f"locale/zh/LC_MESSAGES/{catalog.DOMAIN}.po"
    with source.open("rb") as file:
        messages = read_po(file)
    for message in messages:
        if message.id:
            message.string = mark(message.id, gaps(message.id) - gaps(message.string))
    target = folder / LANGUAGE / "LC_MESSAGES" / source.name
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_po(file, messages, omit_header=True)
    return folder


def unmarked(text: str, *data: str) -> list[str]:
    """List what reads like a sentence outside the marks and is no part of the `data`.

    >>> unmarked("a.csv, ⟦row ⟧3: not a year. ⟦Remedy: ⟧某市规划", "某市规划")
    ['a year']
    """
    rest = re.sub(r"⟦[^⟦⟧]*⟧", "\0", text)
    for known in sorted(data, key=len, reverse=True):
        rest = rest.replace(known, "\0")
    return SENTENCE.findall(rest)
