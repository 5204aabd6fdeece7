"""Catalogues: every message of the code is there, translated, with the gaps of its English text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from forecast.errors import UnknownNameError
from forecast.i18n.catalog import gettext, languages
from made_up_language import LANGUAGE, gaps, mark, write_catalogue
from parsed import PACKAGE, list_nodes

CATALOGUES = sorted(PACKAGE.glob("i18n/locale/*/LC_MESSAGES/forecast.po"))
TRANSLATORS = {"N_", "gettext", "pgettext", "msg"}

LEFT_OUT = {"class_name", "error", "reason"}
"""Gaps that a translation may leave out: words of other programs, and names of classes."""
VOCABULARIES = {
    *[
        "tables/calendar.py",
        "model/panel.py",
        "i18n/formatting.py",
        "intake/layout.py",
        "intake/matching.py",
    ],
    *["intake/numbers.py", "intake/reading.py", "intake/records.py", "intake/words.py"],
    "intake/workbook.py",
}
"""Modules that read or write figures and dates as printed: number words, units, table heads."""
OTHER_CHINESE = {
    "charts/chart.py": "where lines of Chinese may break",
    "charts/style.py": "where lines of Chinese may break",
    "charts/texts.py": "words of titles on the copy that was read",
    "plans/form_writing.py": "an example of a printed figure",
    "reports/descriptions.py": "full-width punctuation",
    "reports/findings.py": "words of notes on targets, which are in Chinese",
    "reports/html.py": "the form of printed numbers",
    "reports/office/content.py": "the form of printed numbers",
    "reports/office/slides.py": "the name of a font",
    "reports/office/word_styles.py": "names of fonts, and how Chinese headings are numbered",
    "scenarios/scenario.py": "the baseline has a text in both languages, as scenario files have",
}
"""Further modules with Chinese characters, and why."""
OTHER_SENTENCES = {
    "__init__.py": "Python's own error of a missing attribute",
    "charts/reliability.py": "a mistake of the calling code",
    "errors.py": "the head of errors that are not translated",
    "evaluation/store.py": "the answer of a trigger of the database",
    "intake/apart.py": "the program of another process",
    "intake/merging.py": "a manifest, which is in English",
    "panel/splitting.py": "reasons in the record of a panel, for programs",
    "scenarios/scenario.py": "the baseline has a text in both languages, as scenario files have",
    "training/learning.py": "names of made worlds",
    "training/made.py": "names of made worlds",
}
"""Modules with English sentences that no catalogue has, and why."""
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff5e]")
SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")


def read(file: Path) -> Catalog:
    """Read a catalogue."""
    with file.open("rb") as stream:
        return read_po(stream)


def ids(catalogue: Catalog) -> set[tuple[str | None, str]]:
    """Context and text of all messages."""
    return {(message.context, message.id) for message in catalogue if message.id}


@pytest.fixture(scope="module")
def extracted(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Messages that `make messages` finds in the code."""
    rule = (root / "Makefile").read_text(encoding="utf-8").partition("\nmessages:")[2]
    keywords = re.findall(r"--keyword \S+", rule)
    target = tmp_path_factory.mktemp("messages") / "forecast.pot"
    command = ["pybabel", "--quiet", "extract", "--mapping", str(root / "babel.cfg")]
    command += ["--no-default-keywords", *" ".join(keywords).split()]
    CommandLineInterface().run([*command, "--output", str(target), str(PACKAGE)])
    return read(target)


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parents[1].name)
def test_a_catalogue_holds_exactly_the_messages_of_the_code(file, extracted):
    """Nothing is new, obsolete, untranslated or fuzzy."""
    catalogue = read(file)
    assert ids(extracted) - ids(catalogue) == set()
    assert ids(catalogue) - ids(extracted) == set()
    assert not catalogue.obsolete
    assert [m.id for m in catalogue if m.id and (not m.string or m.fuzzy)] == []


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parents[1].name)
def test_a_translation_has_the_gaps_of_its_message(file):
    """A gap that is missing loses a fact; one that is new ends the program."""
    for message in read(file):
        if message.id:
            missing, new = (
                gaps(message.id) - gaps(message.string), gaps(message.string) - gaps(message.id)
            )  # fmt: skip
            assert (missing - LEFT_OUT, new) == (set(), set()), message.id


def strings(nodes: list[ast.AST]) -> Iterator[ast.Constant]:
    """Texts of a module that are no docstrings."""
    documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in documentation:
                yield node


def test_no_message_stands_inside_an_f_string():
    """Babel does not look there, so that the message would never be translated."""
    hidden = [
        f"{module}:{node.lineno}"
        for module, nodes in list_nodes().items()
        for outer in nodes
        if isinstance(outer, ast.JoinedStr)
        for node in ast.walk(outer)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in TRANSLATORS
        and isinstance(node.args[0], ast.Constant)
    ]
    assert hidden == []


def stray(pattern: re.Pattern[str], known: set[str]) -> dict[str, list[str]]:
    """Texts by module that match a pattern and are not known."""
    found: dict[str, list[str]] = {}
    for module, nodes in list_nodes().items():
        for node in strings(nodes):
            if pattern.search(node.value) and node.value not in known:
                found.setdefault(module, []).append(f"{node.lineno}: {node.value!r}")
    return found


def test_chinese_is_in_catalogues_only():
    """The code writes no Chinese, but for the words and signs of printed figures."""
    found = stray(CHINESE, set())
    allowed = VOCABULARIES | set(OTHER_CHINESE)
    assert {module: texts for module, texts in found.items() if module not in allowed} == {}
    assert allowed <= set(found)


def test_sentences_are_in_catalogues_only(extracted):
    """The code writes no sentence that cannot be translated."""
    known = {text for _, text in ids(extracted)}
    found = stray(SENTENCE, known)
    allowed = set(OTHER_SENTENCES)
    assert {module: texts for module, texts in found.items() if module not in allowed} == {}
    assert allowed <= set(found)


def test_a_message_is_translated_and_english_stays():
    """English is the text of the code; Chinese comes from the catalogue."""
    assert gettext("As of {day}", "en") == "As of {day}"
    assert gettext("As of {day}", "zh") == "截至{day}"
    with pytest.raises(UnknownNameError, match="Unknown language 'de'"):
        gettext("As of {day}", "de")


def test_a_folder_of_catalogues_adds_a_language(monkeypatch):
    """A further language is one folder; without it the language is unknown."""
    assert LANGUAGE not in languages()
    monkeypatch.setenv("FORECAST_LOCALE", str(write_catalogue()))
    assert languages() == (LANGUAGE, "zh", "en")
    assert gettext("As of {day}", LANGUAGE) == mark("As of {day}") == "⟦As of ⟧{day}"
    monkeypatch.delenv("FORECAST_LOCALE")
    assert LANGUAGE not in languages()
